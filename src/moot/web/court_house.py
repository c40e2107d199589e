"""The house of the court: the cases of a server's folder, their rooms, their doors, their settings.

::

    FOLDER/cases/
    └── my-case/
        ├── case.sqlite      the case
        ├── room.json        the language of the room, what its doors are made of, the hash of a pass-phrase
        ├── public.json      the vote of everybody, while it is open
        └── runs/            runs of the case

A *door* is a link by which a whole class comes in, each to the next free seat of a role; an *invitation*
is one for one seat. Doors are computed from a number in the room's file, so that a paper with their codes
is still good after a new start; shutting them takes another number.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from moot.catalogue import LANGUAGES
from moot.declaring.files import looks_like_name
from moot.declaring.values import canonical_json
from moot.errors import CaseError, ExistsError, MissingExtraError, UserError
from moot.store.cases import is_case_folder
from moot.store.folder import whole_file
from moot.trial import invitations
from moot.trial.case import Case
from moot.trial.keeping import keep, list_cases
from moot.trial.opening import case_of_experiment
from moot.trial.procedure import load_procedure
from moot.trial.ready import load_ready, ready_case
from moot.web.court_room import CourtRoom, Seat

__all__ = ["CourtHouse", "Opening", "RoomFile"]

CASES = "cases"
ROOM = "room.json"
MOST_CASES = 200
MOST_PHRASE = 200
READY = "rank-my-life-2028"
DOOR = "door"
NO_SEAT = "every seat of this role is taken; ask the president for an invitation of your own"


@dataclass(frozen=True)
class Opening:
    """What a case is made of: a ready case, or an experiment with a question; `day` is that of judgment."""

    name: str
    ready: str | None = None
    experiment: Path | None = None
    question: str = ""
    procedure: str = "class-55"
    language: str = "en"
    day: date = date(2028, 12, 4)
    phrase: str = ""


@dataclass
class RoomFile:
    """The settings of a room: see the head of this file."""

    language: str
    doors: str
    phrase: str = ""
    shut: bool = False

    def door(self, role: str) -> str:
        """The token of the door of a role."""
        made = hmac.new(bytes.fromhex(self.doors), f"{DOOR} {role}".encode(), hashlib.sha256).digest()
        return f"{role}.{base64.urlsafe_b64encode(made[:18]).decode()}"


class CourtHouse:
    """All rooms of a server. `told(room, kind)` is handed on to each; see `CourtRoom`."""

    def __init__(
        self, folder: Path, *, told: Callable[[CourtRoom, str], None] = lambda room, kind: None
    ) -> None:
        self.folder = folder / CASES
        self.folder.mkdir(parents=True, exist_ok=True)
        self.told = told
        self.rooms: dict[str, CourtRoom] = {}
        self._lock = asyncio.Lock()

    def place(self, name: str) -> Path:
        """The folder of a case by its name. Raises `CaseError` for what is no name, or no case."""
        path = self.folder / name
        if not looks_like_name(name) or not is_case_folder(path):
            raise CaseError("there is no case of this name here")
        return path

    async def room(self, name: str) -> CourtRoom:
        """The room of a case, opened once. Raises `CaseError`."""
        if name in self.rooms:
            return self.rooms[name]
        path = self.place(name)
        async with self._lock:
            if name not in self.rooms:
                made = CourtRoom(path, language=self.settings(name).language, told=self.told)
                await made.open()
                self.rooms[name] = made
        return self.rooms[name]

    def settings(self, name: str) -> RoomFile:
        """The settings of a room; one that was made by `moot case new` is given some."""
        path = self.place(name) / ROOM
        try:
            return RoomFile(**json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            return self._keep(name, RoomFile("en", secrets.token_hex(16)))
        except (ValueError, TypeError):
            raise CaseError(f"{path} cannot be read: the settings of a room") from None

    def _keep(self, name: str, settings: RoomFile) -> RoomFile:
        path = self.place(name) / ROOM
        whole_file(path, canonical_json(settings.__dict__))
        path.chmod(0o600)
        return settings

    # --- cases ---------------------------------------------------------------------------------------------

    def cases(self) -> list[dict[str, Any]]:
        """The cases of the house by name, as plain values; one that cannot be read says so."""
        found: list[dict[str, Any]] = []
        for path, one in list_cases(self.folder):
            if isinstance(one, str):
                found.append({"case": path.name, "problem": one})
                continue
            found.append(
                {"case": path.name, "phase": one.phase, "delivered": one.delivered,
                  "regime": one.respondent["name"],
                 "procedure": one.procedure.procedure, "records": len(one.minutes),
                 "runs_open": any(run.made is None for run in one.asked)}
            )  # fmt: skip
        return found

    def make(self, asked: Opening) -> tuple[str, str]:
        """Open a case and seat its president; its name and the token of the president's link.

        Raises `CaseError`, `ExistsError`, `UserError`, `UnknownNameError`.
        """
        if not looks_like_name(asked.name):
            raise UserError(f"{asked.name!r}: expected small letters, digits and hyphens, such as my-case")
        if asked.language not in LANGUAGES:
            raise UserError(f"expected one of the languages {', '.join(LANGUAGES)}")
        if sum(1 for _ in self.folder.iterdir()) >= MOST_CASES:
            raise CaseError(f"there are {MOST_CASES} cases here; remove folders of some first")
        path = self.folder / asked.name
        if path.exists():
            raise ExistsError(path)
        case = _case(asked)
        phrase = _hashed(asked.phrase)
        case.do("seat", "president", 0, role="president")
        keep(case, path)
        self._keep(asked.name, RoomFile(asked.language, secrets.token_hex(16), phrase))
        _, token = invitations.invite(path, "president")
        return asked.name, token

    def president(self, name: str) -> str:
        """Another link for the president of a case."""
        return invitations.invite(self.place(name), "president")[1]

    # --- doors and seats -----------------------------------------------------------------------------------

    def doors(self, name: str, case: Case) -> dict[str, str]:
        """The token of the door of every role that people may take, but for the president's."""
        kept = self.settings(name)
        if kept.shut:
            return {}
        return {one.role: kept.door(one.role) for one in case.procedure.roles
                if one.role != "president" and one.role not in case.machines}  # fmt: skip

    def shut(self, name: str, *, shut: bool) -> None:
        """Shut the doors of a room, or open them again with other links."""
        kept = self.settings(name)
        self._keep(name, RoomFile(kept.language, secrets.token_hex(16), kept.phrase, shut))

    async def invited(self, name: str, role: str, number: int | None) -> tuple[Seat, str]:
        """An invitation to a seat (default: the next free one), which there is from then on; its token."""
        room = await self.room(name)

        def work() -> tuple[Seat, str]:
            seat = number or self._free(room, role)
            self._seated(room, role, seat)
            made, token = invitations.invite(room.folder, role, seat=seat)
            return Seat(role, made.seat, made.id), token

        done: tuple[Seat, str] = await room.beside(work)
        return done

    async def revoked(self, name: str, invitation: str) -> None:
        """End an invitation, and what came of it."""
        room = await self.room(name)
        await room.beside(lambda: invitations.revoke(room.folder, invitation))

    async def come(self, name: str, token: str, phrase: str = "") -> Seat:
        """The seat that a token opens: that of its invitation, or the next free one behind a door.

        Raises `CaseError` with one sentence for every token that opens nothing.
        """
        room = await self.room(name)
        kept = self.settings(name)
        _let_in(kept.phrase, phrase)
        role = token.partition(".")[0]
        known = {one.role for one in room.case.procedure.roles} - {"president"}
        if role in known:
            if kept.shut or not hmac.compare_digest(token, kept.door(role)):
                raise CaseError(invitations.REFUSED)

            def behind() -> Seat:
                seat = self._free(room, role)
                self._seated(room, role, seat)
                made, secret = invitations.invite(room.folder, role, seat=seat)
                invitations.come(room.folder, secret)
                return Seat(role, seat, made.id)

            through: Seat = await room.beside(behind)
            return through

        def by_invitation() -> Seat:
            if invitations.seat_of(room.folder, token).used is not None:
                raise CaseError(invitations.REFUSED)  # one browser alone; another link for another browser
            found = invitations.come(room.folder, token)
            return Seat(found.role, found.seat, found.id)

        seat: Seat = await room.beside(by_invitation)
        return seat

    @staticmethod
    def _free(room: CourtRoom, role: str) -> int:
        """The first seat of a role that nobody holds by an invitation."""
        case = room.case
        one = case.procedure.role(role)
        held = {each.seat for each in invitations.invitations_of(room.folder)
                if each.role == role and not each.revoked}  # fmt: skip
        most = (
            one.seats[1]
            if case.phase == "preparation" or one.side in ("public", "expert")
            else case.seats.get(role, 0)
        )
        for number in range(1, most + 1):
            if number not in held:
                return number
        raise CaseError(NO_SEAT)

    @staticmethod
    def _seated(room: CourtRoom, role: str, seat: int) -> None:
        """See to it that the case has this seat: a record says that somebody takes it."""
        from moot.trial.keeping import change

        there = room.case.seats.get(role, 0)
        if seat <= there or room.case.procedure.role(role).side in ("public", "expert"):
            return
        people = seat - there
        change(room.folder, lambda case: case.do("seat", "president", case.now, role=role, people=people))


def _case(asked: Opening) -> Case:
    procedure = load_procedure(asked.procedure)
    if asked.experiment is not None:
        return case_of_experiment(
            asked.name, asked.experiment, procedure=procedure, question=asked.question, day=asked.day
        )
    case = ready_case(asked.ready or READY, asked.name, procedure=procedure)
    if asked.question and asked.question != load_ready(asked.ready or READY).question:
        case.do("question", "president", 0, texts={"question": asked.question})
    return case


def _hashed(phrase: str) -> str:
    """A pass-phrase as it is kept: by argon2; empty for none."""
    if not phrase:
        return ""
    if len(phrase) > MOST_PHRASE:
        raise UserError(f"expected a pass-phrase of at most {MOST_PHRASE} characters")
    return str(_argon2().hash(phrase))


def _let_in(kept: str, phrase: str) -> None:
    if not kept:
        return
    from argon2.exceptions import VerificationError

    try:
        _argon2().verify(kept, phrase[:MOST_PHRASE])
    except VerificationError:
        raise CaseError("this room asks for a pass-phrase, and this is not the one") from None


def _argon2() -> Any:
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise MissingExtraError("a pass-phrase", "web") from None
    return PasswordHasher()
