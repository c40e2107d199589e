"""The room of one case: the only authority over it while the server runs.

Every step is taken under one lock, in the database of the case, before anybody is told of it; then each
seat is sent its whole view with its version, which is the number of records. A step that is sent again
after a cut is not taken twice: its key is remembered, and after a start of the server the records
themselves are looked at.

Ballots are no steps. They change no version; who has one in the box is told to its seat, and how many
there are to whoever leads the vote. Nothing that leaves the room is longer, later or other for one choice
than for another.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from moot.declaring.values import canonical_json
from moot.errors import CaseError, MootError, UserError
from moot.store.folder import whole_file
from moot.trial import invitations, notes
from moot.trial.ballots import CHOICES, cast
from moot.trial.case import SEAT, Case
from moot.trial.court import STEPS
from moot.trial.deliberation import answer_for_oneself
from moot.trial.hearing import remaining
from moot.trial.keeping import change, kept_case
from moot.trial.rehearsing import let_machines_act
from moot.web.court_forms import MADE
from moot.web.court_view import PUBLIC, clock_of, view_of

__all__ = ["BALLOT", "CourtRoom", "NotNow", "Seat", "State"]

BALLOT = 16
"""Characters of a choice and what fills it up: all ballots have the same length on the wire."""
KEYS = 4_096
"""Keys of steps that are remembered."""
PUBLIC_BOX = "public.json"
SAYS = ("yes", "no", "blank")
LISTS = ("exhibits", "facts", "points", "law")
"""What a step is told several of."""
Done = TypeVar("Done")


class NotNow(UserError):
    """What was asked for is of a moment that is over: another question is open, or the seat has voted."""


@dataclass(frozen=True, order=True)
class Seat:
    """A seat of a case: a role and its number from 1, and the invitation by which it was taken."""

    role: str
    number: int = 1
    invitation: str = ""


@dataclass(frozen=True)
class State:
    """A case as it stands, and the views that were made of it."""

    case: Case
    texts: dict[tuple[str, bool], dict[str, Any]]


class CourtRoom:
    """The room of the case in a folder. `wall` gives the seconds since 1970; `told` is called after a change.

    `told(room, kind)` is called in the event loop with what has changed: `state`, `box`, `page` or `clock`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        wall: Callable[[], float] = time.time,
        language: str = "en",
        told: Callable[[CourtRoom, str], None] = lambda room, kind: None,
    ) -> None:
        self.folder, self.language, self.told = folder, language, told
        self._wall = wall
        self._lock = asyncio.Lock()
        self._state: State | None = None
        self._found = 0
        """Records that were there when the room was opened: their keys are not known."""
        self._keys: OrderedDict[tuple[str, int, str], int] = OrderedDict()
        self._stamp: tuple[int, ...] = ()
        self._public: dict[str, Any] = {}
        self._over = False
        self._revoked: frozenset[str] = frozenset()

    # --- what is -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the case: that of its folder."""
        return self.folder.name

    @property
    def case(self) -> Case:
        """The case as it was after the last step; `open` comes first."""
        assert self._state is not None
        return self._state.case

    @property
    def version(self) -> int:
        """How many records there are: it grows with every step, and is the same after a new start."""
        return len(self.case.minutes)

    def second(self, case: Case | None = None) -> int:
        """The second of the case's clock, by the clock of the server."""
        one = case or self.case
        return one.now if one.began is None else max(one.now, int(self._wall()) - one.began)

    def view(self, role: str) -> dict[str, Any]:
        """The view of a role, made once for all who sit in it."""
        assert self._state is not None
        case, known = self._state.case, self._state.texts
        over = case.floor is not None and remaining(case, self.second()) <= 0
        if (role, over) not in known:
            known[role, over] = view_of(case, role, self.second())
        return known[role, over] | {"type": "state", "clock": clock_of(case, self.second())}

    def clock(self) -> dict[str, Any]:
        """The clock now, as a frame."""
        return {"type": "clock", "version": self.version, **clock_of(self.case, self.second())}

    def seat(self, seat: Seat) -> dict[str, Any]:
        """What only this seat is told, as a frame of the same length whatever the seat has answered."""
        box = self.case.box
        votes = seat.role != PUBLIC and self.case.procedure.role(seat.role).votes
        cast_ = bool(box.question) and (seat.role, seat.number) in box.voted
        return {"type": "you", "role": seat.role, "seat": seat.number, "votes": votes,
                "ballot": "in the box" if cast_ else "not cast  ",
                "public_ballot": self._public_state(seat)}  # fmt: skip

    def box(self) -> dict[str, Any]:
        """How many papers are in the box, of how many: for whoever leads the vote, and by no name."""
        box = self.case.box
        return {"type": "box", "question": box.question, "cast": len(box.voted), "of": self.case.voters,
                "public": sum(self._public.get("counts", {}).values())}  # fmt: skip

    def gone(self, seat: Seat) -> bool:
        """Whether the invitation of a seat was revoked."""
        return bool(seat.invitation) and seat.invitation in self._revoked

    # --- what changes --------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Read the case. Raises `CaseError` where there is none, or its minutes do not verify."""
        async with self._lock:
            await self._read()
            self._found = self.version

    async def step(
        self, seat: Seat, kind: str, *, texts: Mapping[str, str], about: Mapping[str, Any], key: str = "",
        seen: int = 0,
    ) -> int:  # fmt: skip
        """Take a step of the procedure for a seat; the version in which it stands.

        `key` is the caller's own for this step, `seen` the version that it saw when it made it: with the same
        key, or after a new start with the same words, the step is not taken again. Raises what `Case.do`
        does.
        """
        if kind in MADE:
            raise UserError(f"{kind}: is written by the program, and asked for by a way of its own")
        body = _said_of(kind, about)
        if kind != "seat":
            body[SEAT] = seat.number
        return await self.taken(seat, kind, texts, body, key=key, seen=seen)

    async def taken(
        self, seat: Seat, kind: str, texts: Mapping[str, str], body: dict[str, Any], *, key: str = "",
        seen: int = 0,
    ) -> int:  # fmt: skip
        """As `step`, for a step that the program writes as well."""
        async with self._lock:
            done = self._keys.get((seat.role, seat.number, key)) if key else None
            done = done or self._again(seat, kind, texts, body, seen)
            if done is not None:
                return done
            public = self._public if kind == "public-vote" else {}

            def do(case: Case) -> None:
                at = self.second(case)
                more = dict(body)
                if kind == "open":
                    more["began"] = int(self._wall())
                if kind == "public-vote":
                    for name in SAYS:  # hands that were raised beside those who voted at a page
                        hands = more.get(name, 0)
                        cast_ = int(public.get("counts", {}).get(name, 0))
                        more[name] = hands + cast_ if isinstance(hands, int) and hands >= 0 else hands
                case.do(kind, seat.role, at, texts=texts, **more)
                let_machines_act(case, self.second(case), self.language)

            await self._change(do)
            if kind == "public-vote":
                await asyncio.to_thread((self.folder / PUBLIC_BOX).unlink, True)
                self._public = {}
            if key:
                self._keys[seat.role, seat.number, key] = self.version
                while len(self._keys) > KEYS:
                    self._keys.popitem(last=False)
        self.told(self, "page" if kind == "page" else "state")
        return self.version

    async def ballot(self, seat: Seat, question: int, choice: str, pad: str, *, key: str = "") -> None:
        """Put the paper of a seat into the box of the question that is open: a negative number is an answer
        for oneself. Nothing joins the paper to the seat, and the version does not change.

        `choice` and `pad` have `BALLOT` characters together, so that no ballot can be told by its length.
        Raises `NotNow` for another question or a second paper, `UserError` for a choice that is none.
        """
        if len(choice) + len(pad) != BALLOT or choice not in CHOICES:
            raise UserError(
                f"a ballot says one of {', '.join(CHOICES)}, filled up to {BALLOT} characters by `pad`"
            )
        async with self._lock:
            box = self.case.box
            if not question or box.question != question:
                raise NotNow("this question is not open; the page shows the one that is")
            mark = (seat.role, seat.number, f"ballot {key}")
            if (seat.role, seat.number) in box.voted:
                if key and self._keys.get(mark) == question:
                    return
                raise NotNow("this seat has voted on this question")
            put = cast if question > 0 else answer_for_oneself
            await self._change(lambda case: put(case, seat.role, seat.number, choice))
            if key:
                self._keys[mark] = question  # that it voted, which the box knows as well; not how
        self.told(self, "box")

    async def public_ballot(self, seat: Seat, choice: str, pad: str) -> None:
        """Cast the vote of a seat in the vote of everybody, which is apart from that of the court.

        It is on disk before this returns: counts, and which seats have voted. Raises as `ballot` does.
        """
        if len(choice) + len(pad) != BALLOT or choice not in SAYS:
            raise UserError(f"the public says one of {', '.join(SAYS)}, filled up to {BALLOT} by `pad`")
        async with self._lock:
            case = self.case
            if case.phase != "hearing" or case.stage.kind != "public-vote" or case.public_vote is not None:
                raise NotNow("the public votes in its own stage, once")
            voted, counts = (
                self._public.get("voted", []),
                dict(self._public.get("counts", dict.fromkeys(SAYS, 0))),
            )
            if [seat.role, seat.number] in voted:
                raise NotNow("this seat has voted")
            counts[choice] += 1
            kept = {"voted": sorted([*voted, [seat.role, seat.number]]), "counts": counts}
            await _whole(asyncio.to_thread(self._write_public, kept))
            self._public = kept
        self.told(self, "box")

    async def beside(self, work: Callable[[], Any]) -> Any:
        """Do something with the files of the case under the lock, then read the case again."""
        async with self._lock:
            done = await asyncio.to_thread(work)
            await self._read()
        self.told(self, "state")
        return done

    async def note(self, seat: Seat, text: str) -> dict[str, Any]:
        """Write a private note of a seat."""
        at = self.second()
        made = await asyncio.to_thread(
            lambda: notes.note_down(self.folder, seat.role, text, seat=seat.number, at=at)
        )
        await self.noticed()
        return dict(made.__dict__)

    async def strike(self, seat: Seat, number: int) -> None:
        """Delete a private note of a seat."""
        await asyncio.to_thread(lambda: notes.strike(self.folder, seat.role, number, seat=seat.number))
        await self.noticed()

    async def notes(self, seat: Seat) -> list[dict[str, Any]]:
        """The private notes of a seat, and of no other."""
        found = await asyncio.to_thread(lambda: notes.notes_of(self.folder, seat.role, seat=seat.number))
        return [dict(one.__dict__) for one in found]

    async def noticed(self) -> None:
        """Something beside the case was written by its own server: that is no news."""
        self._stamp = await asyncio.to_thread(self._stamped)

    async def tick(self) -> None:
        """What time brings, called about once a second: the clock, a machine that takes the floor back, and
        what somebody else wrote into the case, such as `moot case do`."""
        if await asyncio.to_thread(self._stamped) != self._stamp:
            await self.beside(lambda: None)
        case = self.case
        if case.phase != "hearing" or case.floor is None or case.paused_at is not None:
            self._over = False
            return
        over = remaining(case, self.second()) <= 0
        if over and not self._over and case.machines:
            async with self._lock:
                await self._change(lambda one: let_machines_act(one, self.second(one), self.language))
        if over != self._over:
            self._over = over
            self.told(self, "state")
        self.told(self, "clock")

    # --- inside --------------------------------------------------------------------------------------------

    async def _change(self, step: Callable[[Case], Any]) -> None:
        def both() -> Case:
            case = change(self.folder, step)
            self._stamp = self._stamped()
            return case

        try:
            self._state = State(await _whole(asyncio.to_thread(both)), {})
        except MootError:
            await self._read()  # somebody else may have changed it
            raise

    async def _read(self) -> None:
        def both() -> tuple[Case, frozenset[str], dict[str, Any]]:
            self._stamp = self._stamped()
            case = kept_case(self.folder)
            ended = [one.id for one in invitations.invitations_of(self.folder) if one.revoked]
            return case, frozenset(ended), self._read_public()

        case, self._revoked, self._public = await asyncio.to_thread(both)
        self._state = State(case, {})

    def _stamped(self) -> tuple[int, ...]:
        """What tells that a file of the case was written: its sizes and times."""
        found = []
        for path in (self.folder / "case.sqlite", self.folder / "case.sqlite-wal"):
            try:
                status = path.stat()
                found += [status.st_mtime_ns, status.st_size]
            except OSError:
                found += [0, 0]
        return tuple(found)

    def _again(
        self, seat: Seat, kind: str, texts: Mapping[str, str], body: Mapping[str, Any], seen: int
    ) -> int | None:
        """The version of a step that was taken before the server was started anew, after what the caller saw.

        Its key is lost, but its record is not: one of the same seat, kind, choices and words.
        """
        minutes = self.case.minutes
        told = {name: text.strip() for name, text in texts.items() if text and text.strip()}
        for number in range(max(1, seen + 1), self._found + 1):
            one = minutes[number]
            same = (one.kind, one.by) == (kind, seat.role) and all(
                one.body.get(name) == value for name, value in body.items()
            )
            if same and seen and {name: minutes.text(one, name) for name in one.commitments} == told:
                return number
        return None

    def _read_public(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.folder / PUBLIC_BOX).read_text("utf-8")))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise CaseError(f"{self.folder / PUBLIC_BOX} cannot be read: the vote of everybody") from None

    def _write_public(self, kept: dict[str, Any]) -> None:
        whole_file(self.folder / PUBLIC_BOX, canonical_json(kept))

    def _public_state(self, seat: Seat) -> str:
        voted = [seat.role, seat.number] in self._public.get("voted", [])
        return "in the box" if voted else "not cast  "


def _said_of(kind: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a step, if its names are those of the step and its values of their kinds.

    Raises `UserError`; a name that the program uses for itself, such as who takes the step, is no name here.
    """
    known = STEPS[kind].fields if kind in STEPS else ()
    strange = sorted(about.keys() - set(known))
    if strange:
        raise UserError(f"{kind}: does not know {', '.join(strange)}; the seat of a step is its session's")
    body = {name: value for name, value in about.items() if value is not None}
    for name, value in body.items():
        many = isinstance(value, list) and all(isinstance(one, int | str) for one in value)
        if not (many if name in LISTS else isinstance(value, int | str)):
            raise UserError(f"{kind}, {name}: expected {'a list' if name in LISTS else 'a number or a word'}")
    return body


async def _whole(done: Awaitable[Done]) -> Done:
    """A change to its end, even where whoever asked for it has gone: what was written is then known here."""
    task = asyncio.ensure_future(done)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
