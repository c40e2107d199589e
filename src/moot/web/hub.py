"""Frames to many observers: each frame is written once, and a slow observer gets the latest of each kind.

An observer holds at most one frame of each kind: a newer one takes the place of one that was not sent yet. So
memory is bounded by kinds and not by how far somebody lags behind, and who catches up is at the present at
once. A frame must therefore say all that its kind says: a state, not a change of one.

Rooms belong to one event loop. From another thread, call `Hub.soon`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from moot.web.answers import Refused
from moot.web.guard import Buckets
from moot.web.settings import Limits

__all__ = ["GONE", "Hub", "Observer", "Room", "written"]

GONE = 20.0
"""Seconds for which a send may wait before its observer is let go."""
KINDS = 64
"""Kinds of frames an observer can have waiting; more is a mistake of ours."""

log = logging.getLogger("moot.web")
Frame = dict[str, Any]
Hear = Callable[["Observer", Frame], Awaitable[None]]


def written(frame: Frame) -> str:
    """A frame as it is sent: compact JSON; what is no number is null."""
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Observer:
    """One browser in a room; `view` is what it may see (a role), `session` a mark of whose it is."""

    def __init__(self, websocket: WebSocket, view: Hashable, session: str) -> None:
        self.view, self.session = view, session
        self.dropped = 0
        """Frames that were replaced by later ones before they were sent."""
        self._socket = websocket
        self._waiting: dict[str, str] = {}
        self._news = asyncio.Event()

    def put(self, kind: str, text: str) -> None:
        """Send this as soon as the observer takes it, in the place of an earlier one of its kind."""
        if self._waiting.pop(kind, None) is not None:
            self.dropped += 1
        elif len(self._waiting) >= KINDS:
            raise RuntimeError(f"more than {KINDS} kinds of frames wait for an observer")
        self._waiting[kind] = text
        self._news.set()

    def tell(self, frame: Frame, kind: str = "") -> None:
        """Send a frame to this observer alone, in the place of one of its `kind` (default: its type)."""
        self.put(kind or frame["type"], written(frame))

    async def pump(self) -> None:
        """Send what waits, for as long as the browser takes it."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                kind = next(iter(self._waiting))
                text = self._waiting.pop(kind)
                async with asyncio.timeout(GONE):
                    await self._socket.send_text(text)


class Room:
    """Those who look at one thing: a laboratory, an experiment, a case."""

    def __init__(self, name: str, most: int) -> None:
        self.name, self.most = name, most
        self.observers: set[Observer] = set()

    def tell(self, frame: Frame, kind: str = "") -> None:
        """Send a frame to everybody."""
        text = written(frame)
        for one in self.observers:
            one.put(kind or frame["type"], text)

    def tell_each(self, frame_for: Callable[[Any], Frame | None], kind: str = "") -> None:
        """Send everybody the frame of their view, made once for each view; None is not sent."""
        made: dict[Hashable, tuple[str, str] | None] = {}
        for one in self.observers:
            if one.view not in made:
                frame = frame_for(one.view)
                made[one.view] = None if frame is None else (kind or frame["type"], written(frame))
            if (said := made[one.view]) is not None:
                one.put(*said)


class Hub:
    """The rooms of a server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rooms: dict[str, Room] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._by_session: dict[str, int] = {}

    @property
    def observers(self) -> int:
        """How many connections there are, in all rooms."""
        return sum(len(room.observers) for room in self._rooms.values())

    def start(self) -> None:
        """Belong to the running event loop."""
        self._loop = asyncio.get_running_loop()

    def room(self, name: str) -> Room:
        """The room of this name; it is there while somebody is in it, or as long as its maker keeps it."""
        return self._rooms.setdefault(name, Room(name, self._limits.observers))

    def close(self, name: str) -> None:
        """Forget a room; those in it stay until they leave."""
        self._rooms.pop(name, None)

    def soon(self, what: Callable[..., object], *arguments: object) -> None:
        """Call something in the event loop, from any thread; nothing after the server has stopped."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(what, *arguments)
            except RuntimeError:  # it was closed meanwhile
                return

    async def attend(
        self,
        websocket: WebSocket,
        name: str,
        *,
        view: Hashable = None,
        join: Callable[[Observer], object] | None = None,
        hear: Hear | None = None,
    ) -> None:
        """Accept a connection and keep it until the browser leaves.

        `join` is called once, before any frame of the room: it tells the observer how things stand. `hear` is
        given every message (a JSON object); what it raises is told to the observer, who stays.
        """
        session = websocket.scope["state"]["session"]
        mark, room = session.mark, self.room(name)
        held = self._by_session.get(mark, 0)
        if len(room.observers) >= room.most or held >= self._limits.connections_each:
            raise Refused(429, "full", "too many connections", "trop de connexions")
        observer = Observer(websocket, view, mark)
        self._by_session[mark] = held + 1
        try:
            await websocket.accept()
            room.observers.add(observer)  # and told how things stand, before anything else is told
            if join is not None:
                join(observer)
            await self._until_gone(websocket, observer, hear)
        finally:
            room.observers.discard(observer)
            left = self._by_session.pop(mark, 1) - 1
            if left > 0:
                self._by_session[mark] = left

    async def _until_gone(self, websocket: WebSocket, observer: Observer, hear: Hear | None) -> None:
        tasks = [
            asyncio.create_task(observer.pump()),
            asyncio.create_task(self._listen(websocket, observer, hear)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Where this task itself is cancelled nothing is waited for: the server is ending.
            for task in tasks:
                task.cancel()
        usual = (asyncio.CancelledError, WebSocketDisconnect, TimeoutError, OSError, RuntimeError)
        for error in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(error, BaseException) and not isinstance(error, usual):
                log.error("a connection ended by a fault", exc_info=error)
        if websocket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, OSError, WebSocketDisconnect):  # the browser was faster
                await websocket.close(code=1000)

    async def _listen(self, websocket: WebSocket, observer: Observer, hear: Hear | None) -> None:
        from moot.web.answers import body_of

        rate = Buckets(self._limits.messages)
        while True:
            text = await websocket.receive_text()
            try:
                if not rate.take("one"):
                    raise Refused(429, "rate", "too many messages", "trop de messages")
                if len(text) > self._limits.message_bytes:
                    raise Refused(413, "too_large", "the message is too long", "le message est trop long")
                message = json.loads(text)
                if hear is None or not isinstance(message, dict):
                    raise Refused(422, "invalid", "nothing is done with this", "ce message est sans effet")
                await hear(observer, message)
            except json.JSONDecodeError:
                said = {"en": "expected a JSON object", "fr": "un objet JSON est attendu"}
                observer.tell({"type": "error", "error": {"code": "invalid", "message": said, "where": []}})
            except Exception as error:
                status, body = body_of(error)
                if status < 500:
                    log.warning("refused: %s in %s: %s", status, observer.session, body["error"]["code"])
                observer.tell({"type": "error", **body})
