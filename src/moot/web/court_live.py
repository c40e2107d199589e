"""Who is told what after a change of a case, and the clock of every room that somebody is in.

Everybody in a role is sent the same frame, made once. A frame for one seat says whether its own paper is
in the box, and has the same length either way; how many papers there are is told to the president and the
clerk alone.
"""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Any

from starlette.websockets import WebSocket

from moot.errors import MissingExtraError, MootError
from moot.trial.showing import page_now
from moot.web.court_house import CourtHouse
from moot.web.court_room import CourtRoom, Seat
from moot.web.hub import Hub, Observer, written

__all__ = ["Live", "qr"]

LEADING = ("president", "clerk")
"""Who is told how many papers are in the box."""
log = logging.getLogger("moot.web")


def qr(link: str) -> str:
    """A link as a square code (SVG, without a size of its own). Raises `MissingExtraError`."""
    try:
        import segno
    except ImportError:
        raise MissingExtraError("codes of links", "web") from None
    held = io.BytesIO()
    segno.make(link, error="m").save(
        held, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, title=None
    )
    return held.getvalue().decode().strip()


class Live:
    """The rooms of the court in a hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._seats: dict[Observer, Seat] = {}
        self._said: dict[Observer, str] = {}

    @staticmethod
    def name(room: CourtRoom) -> str:
        """The name of a room in the hub."""
        return f"court/{room.name}"

    async def attend(self, websocket: WebSocket, room: CourtRoom, seat: Seat) -> None:
        """Keep a connection: the whole view first, then whatever changes."""
        mine: list[Observer] = []

        def join(observer: Observer) -> None:
            mine.append(observer)
            self._seats[observer] = seat
            observer.tell(room.view(seat.role))
            if (page := page_now(room.case)) is not None:
                observer.tell({"type": "page", "version": room.version, **page.as_dict()})
            self._own(room, observer)
            self._here(room)

        try:
            await self._hub.attend(websocket, self.name(room), view=seat.role, join=join)
        finally:
            for one in mine:
                self._seats.pop(one, None)
                self._said.pop(one, None)
            self._here(room)

    def told(self, room: CourtRoom, kind: str) -> None:
        """Send what has changed: `state`, `page`, `box` or `clock`."""
        there = self._hub.room(self.name(room))
        if kind == "clock":
            there.tell(room.clock())
            return
        if kind == "page" and (page := page_now(room.case)) is not None:
            there.tell({"type": "page", "version": room.version, **page.as_dict()})
        if kind != "box":
            there.tell_each(room.view)
        else:  # what the president may do depends on how many papers there are
            there.tell_each(lambda role: room.view(role) if role in LEADING else None)
        for one in there.observers:
            self._own(room, one)

    def progress(self, room: CourtRoom, frame: dict[str, Any]) -> None:
        """Send how far a run is, to everybody at the same instant; from any thread."""
        self._hub.soon(self._progressed, room, frame)

    def _progressed(self, room: CourtRoom, frame: dict[str, Any]) -> None:
        self._hub.room(self.name(room)).tell(frame, f"run {frame['run']}")

    def _own(self, room: CourtRoom, observer: Observer) -> None:
        seat = self._seats.get(observer)
        if seat is None:
            return
        said = written(room.seat(seat))
        if self._said.get(observer) != said:
            self._said[observer] = said
            observer.put("you", said)
        if seat.role in LEADING:
            observer.tell(room.box())

    def _here(self, room: CourtRoom) -> None:
        """Tell the president and the clerk which seats have a browser in the room."""
        there = self._hub.room(self.name(room)).observers
        seats = sorted({(one.role, one.number) for each in there if (one := self._seats.get(each))})
        for observer in there:
            if (seat := self._seats.get(observer)) is not None and seat.role in LEADING:
                observer.tell({"type": "here", "seats": [list(one) for one in seats]})

    def put_out(self, room: CourtRoom) -> None:
        """Let those go whose invitation was revoked: they are sent nothing any more."""
        there = self._hub.room(self.name(room))
        for one in [each for each in there.observers if (s := self._seats.get(each)) and room.gone(s)]:
            one.tell({"type": "gone"})
            there.observers.discard(one)
            self._seats.pop(one, None)

    async def tick(self, house: CourtHouse) -> None:
        """Once a second, what time brings to every room that somebody is in."""
        while True:
            await asyncio.sleep(1.0)
            for room in list(house.rooms.values()):
                if not self._hub.room(self.name(room)).observers:
                    continue
                try:
                    await room.tick()
                except MootError as error:
                    log.error("the clock of %s: %s", room.name, error)
