"""Fan-out: a frame is written once, views are made once, and who is slow gets the latest of each kind."""

import asyncio
import json

import pytest

from moot.web.hub import KINDS, Hub, Observer, written
from moot.web.settings import Limits


class Socket:
    """A browser that reads when it is let."""

    def __init__(self):
        self.reads = asyncio.Event()
        self.got = []

    async def send_text(self, text):
        await self.reads.wait()
        self.got.append(json.loads(text))


async def pumped(observer):
    """The observer's pump, for long enough to send all that waits."""
    task = asyncio.create_task(observer.pump())
    for _ in range(50):
        await asyncio.sleep(0)
    return task


def test_a_slow_observer_gets_the_latest_of_each_kind_in_their_order():
    async def told():
        socket = Socket()
        observer = Observer(socket, None, "x")
        task = await pumped(observer)
        for n in range(10_000):
            observer.tell({"type": "tick", "day": n})
        observer.tell({"type": "state", "n": 1})
        assert len(observer._waiting) <= 2 and observer.dropped >= 9_998
        socket.reads.set()
        for _ in range(50):
            await asyncio.sleep(0)
        task.cancel()
        return socket.got

    got = asyncio.run(told())
    assert got[-2:] == [{"type": "tick", "day": 9_999}, {"type": "state", "n": 1}] and len(got) <= 3


def test_a_frame_is_made_once_for_each_view():
    async def made():
        hub = Hub(Limits())
        room = hub.room("one")
        sockets = [Socket() for _ in range(6)]
        room.observers = {Observer(one, n % 2, "x") for n, one in enumerate(sockets)}
        calls = []

        def frame_for(view):
            calls.append(view)
            return {"type": "seen", "by": view} if view else None

        room.tell_each(frame_for)
        tasks = [await pumped(one) for one in room.observers]
        for socket in sockets:
            socket.reads.set()
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        return sorted(calls), [socket.got for socket in sockets]

    calls, got = asyncio.run(made())
    assert calls == [0, 1]
    assert got == [[], [{"type": "seen", "by": 1}]] * 3


def test_kinds_are_few_and_numbers_are_numbers():
    async def many():
        observer = Observer(Socket(), None, "x")
        for n in range(KINDS):
            observer.tell({"type": f"k{n}"})
        with pytest.raises(RuntimeError, match="kinds"):
            observer.tell({"type": "one-more"})

    asyncio.run(many())
    with pytest.raises(ValueError):
        written({"type": "tick", "value": float("nan")})


def test_nothing_is_called_after_the_loop_is_closed():
    async def started():
        hub = Hub(Limits())
        hub.start()
        called = []
        hub.soon(called.append, 1)
        await asyncio.sleep(0)
        return hub, called

    hub, called = asyncio.run(started())
    assert called == [1]
    hub.soon(called.append, 2)
    assert called == [1]
