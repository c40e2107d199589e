"""A case: who is judged, by which law and procedure, and everything that follows from its minutes.

The minutes are the case. `Case` is what they add up to: each step is checked against the state, recorded,
and then changes the state; a case that is opened again is its records, applied one after the other. The
respondent is a scheme, named by its content hash. Claimants are "Claimant 1" or a life of a panel. Facts,
grounds and exhibits come before the hearing (`preparing`); what follows is in `hearing`, `ballots` and
`judgment`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from moot.declaring.complaints import nearest
from moot.errors import CaseError
from moot.trial.law import Element, Law, proportionality
from moot.trial.minutes import Draft, Kept, Minutes, Record, new_salt
from moot.trial.procedure import PARTIES, Procedure, Stage
from moot.trial.wording import checked_text

__all__ = [
    "Case",
    "Considered",
    "Fact",
    "Filed",
    "Floor",
    "Ground",
    "Incident",
    "Point",
    "Put",
    "Step",
    "refuse",
]

CONTENT = "content"
"""The text of an exhibit that holds its numbers: written by the program, as long as it is."""
SHEET = "sheet"
"""The text of an exhibit that holds what would flip it: written by the program too."""
WRITTEN = (CONTENT, SHEET)
"""Texts of any length that the program wrote."""
SEAT = "seat"
"""Which seat of a role took a step, where several people share the role; any step may say it."""
EXHIBIT = "moot-exhibit-1"


def refuse(why: str) -> NoReturn:
    """Refuse a step: `CaseError` with what would be right."""
    raise CaseError(why)


@dataclass
class Fact:
    """`status` is disputed, admitted or proved; `record` where it was told."""

    record: int
    status: str
    by: str


@dataclass
class Ground:
    """An entry of the law pleaded by a side."""

    record: int
    entry: str
    side: str


@dataclass
class Filed:
    """An exhibit: its number never changes. `status` is admitted, pending, set aside or withdrawn."""

    record: int
    side: str
    digest: str
    status: str
    sealed: bool = False


@dataclass
class Point:
    """A point that the court raised, and the sides that were heard on it or waived it."""

    record: int
    heard: set[str] = field(default_factory=set)


@dataclass
class Incident:
    """An incident and the record of its ruling, once there is one."""

    record: int
    what: str
    ruling: int | None = None


@dataclass
class Considered:
    """An element before the court; once `closed`, all have answered for themselves, and figures are told."""

    record: int
    ground: int
    element: str
    closed: int | None = None


@dataclass
class Put:
    """A question read to the court before a vote; `result` is there once the vote is closed."""

    record: int
    ground: int
    element: str
    result: str | None = None
    closed: int | None = None


@dataclass
class Floor:
    """Who has the floor, since when, for how many seconds; `before` are seconds used before a pause."""

    role: str
    since: int
    allowed: int
    turn: bool
    point: int | None = None
    before: int = 0


@dataclass(frozen=True)
class Step:
    """A kind of record: what it checks and adds to its body, and what it changes.

    `texts` are the names of its texts; those in `needed` may not be empty. `fields` are what else may be
    said: each is checked against what there is, because it stays for ever and can hold no words of anybody.
    """

    check: Callable[[Case, Draft], Mapping[str, Any]]
    apply: Callable[[Case, Record], None]
    texts: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass
class Case:
    """The state of a case. Made by `moot.trial.court.new_case` and `open_case`, changed by `do` alone."""

    steps: Mapping[str, Step]
    minutes: Minutes
    law: Law
    procedure: Procedure
    name: str
    day: date
    respondent: Mapping[str, Any]
    phase: str = "preparation"
    began: int | None = None
    question: int | None = None
    claimants: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)
    exhibits: list[Filed] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    witnesses: list[Any] = field(default_factory=list)
    remedies: list[Any] = field(default_factory=list)
    seats: dict[str, int] = field(default_factory=dict)
    machines: set[str] = field(default_factory=set)
    stage_number: int = 0
    turn: int = 0
    floor: Floor | None = None
    paused_at: int | None = None
    stage_seconds: int = 0
    stage_sides: dict[str, int] = field(default_factory=dict)
    stage_waived: set[str] = field(default_factory=set)
    pool: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    unequal: bool = False
    points: list[Point] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    speeches: list[int] = field(default_factory=list)
    blanks_for: str | None = None
    considered: list[Considered] = field(default_factory=list)
    questions: list[Put] = field(default_factory=list)
    public_vote: Mapping[str, int] | None = None
    reasons: dict[tuple[int, str], int] = field(default_factory=dict)
    operative: dict[int, int] = field(default_factory=dict)
    opinions: list[int] = field(default_factory=list)
    delivered: bool = False
    page: Any = None
    weighed: set[int] = field(default_factory=set)
    expertises: list[Any] = field(default_factory=list)
    box: Any = None

    # --- what every step uses ------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        """The stage of the hearing. Raises `CaseError` outside the hearing."""
        if self.phase != "hearing":
            refuse(f"the case is in {self.phase}; this belongs to the hearing")
        return self.procedure.stages[self.stage_number]

    @property
    def now(self) -> int:
        """Seconds of the last record."""
        return self.minutes[len(self.minutes)].at if len(self.minutes) else 0

    @property
    def rehearsal(self) -> bool:
        """Whether this is a rehearsal: machines may sit anywhere, ballots are blank, nothing is judged."""
        return bool(self.minutes[1].body.get("rehearsal", False))

    def side(self, role: str) -> str:
        """The side of a role. Raises `UnknownNameError`."""
        return self.procedure.role(role).side

    def seated(self, role: str) -> bool:
        """Whether somebody sits in a role."""
        return self.seats.get(role, 0) > 0

    @property
    def voters(self) -> int:
        """How many seats vote."""
        return sum(self.seats.get(role.role, 0) for role in self.procedure.voters)

    def text(self, record: int, name: str) -> str:
        """A text of the minutes, `(erased)` where it was taken away."""
        return self.minutes.text(record, name)

    def numbered(self, things: list[Any], number: object, what: str) -> Any:
        """The thing of this number, from 1. Raises `CaseError`."""
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= len(things):
            refuse(f"there is no {what} {number}; there are {len(things)}")
        return things[number - 1]

    def admitted(self, numbers: Iterable[int]) -> None:
        """Refuse exhibits that are not in the case, and what is no list of them."""
        if not isinstance(numbers, list | tuple):
            refuse("exhibits: expected a list of their numbers")
        for number in numbers:
            filed: Filed = self.numbered(self.exhibits, number, "exhibit")
            if filed.status != "admitted":
                refuse(f"exhibit {number} is {filed.status}; only what is admitted can be cited")

    def element_of(self, ground: object, element: object) -> tuple[Ground, str]:
        """A pleaded ground and the id of one of its elements. Raises `CaseError`, `UnknownNameError`."""
        pleaded: Ground = self.numbered(self.grounds, ground, "ground")
        if not isinstance(element, str):
            refuse(f"an element is named by its id, such as E1; ground {ground} is {pleaded.entry}")
        assert isinstance(ground, int)
        return pleaded, self.element(ground, element).id

    def element(self, ground: int, name: str) -> Element:
        """What is answered on a ground under a name: an element of its entry, or a step of its
        proportionality sheet. Raises `CaseError` for a step of a sheet that was not opened."""
        entry = self.law.entry(self.grounds[ground - 1].entry)
        step = next((one for one in proportionality() if one.step == name), None)
        if step is None or name in {one.id for one in entry.elements}:
            return entry.element(name)
        if ground not in self.weighed:
            refuse(f"{name} is a step of proportionality; ground {ground} has no sheet: `proportionality`")
        return step.element

    def elements(self, ground: int) -> tuple[Element, ...]:
        """Everything that is answered on a ground: the elements of its entry, then the steps of its sheet."""
        steps = tuple(one.element for one in proportionality()) if ground in self.weighed else ()
        return (*self.law.entry(self.grounds[ground - 1].entry).elements, *steps)

    def do(
        self,
        kind: str,
        by: str,
        at: int,
        *,
        texts: Mapping[str, str] | None = None,
        salt: Callable[[], str] = new_salt,
        **body: Any,
    ) -> tuple[Record, tuple[Kept, ...]]:
        """Check a step, record it and apply it; returns the record and the texts to keep.

        `at` is in seconds of the case's clock and never goes back. Raises `CaseError` where the procedure
        does not allow the step, `UserError` for a text that is none; the case is then as it was.
        """
        whole = self.checked(kind, by, at, texts, body)
        record, kept = self.minutes.append(whole, salt)
        self.steps[kind].apply(self, record)
        return record, kept

    def checked(
        self, kind: str, by: str, at: int, texts: Mapping[str, str] | None, body: Mapping[str, Any]
    ) -> Draft:
        """What a step would record; nothing is changed. Raises as `do` does."""
        if kind not in self.steps:
            near = nearest(kind, self.steps)
            known = f"expected one of {', '.join(sorted(self.steps))}"
            refuse(f'there is no step "{kind}"; ' + (f"{near} {known}" if near else known))
        step = self.steps[kind]
        self.procedure.role(by)
        if at < self.now:
            refuse(f"the clock went back, from second {self.now} to {at}")
        if self.phase == "closed" and kind != "correction":
            refuse("the case is closed; a correction can still be added")
        if self.paused_at is not None and kind not in ("resume", "incident", "ruling", "correction"):
            refuse("the hearing is suspended; the president resumes it first")
        strange = body.keys() - {*step.fields, SEAT}
        if strange:
            there = f"there is {', '.join(step.fields)}" if step.fields else "there is nothing to say"
            refuse(f"{kind}: does not know {', '.join(sorted(strange))}; {there}")
        if SEAT in body:
            self._checked_seat(by, body[SEAT])
        given = {name: text for name, text in (texts or {}).items() if text and text.strip()}
        unknown = given.keys() - set(step.texts)
        if unknown:
            refuse(f"{kind}: has no text {', '.join(sorted(unknown))}")
        clean = {
            name: text if name in WRITTEN else checked_text(text, f"{kind}, {name}")
            for name, text in given.items()
        }
        for name in step.needed:
            if name not in clean:
                refuse(f"{kind}: needs a text `{name}`")
        draft = Draft(kind=kind, by=by, at=at, body=body, texts=clean)
        added = step.check(self, draft)
        return Draft(kind=kind, by=by, at=at, body={**body, **added}, texts=clean)

    def _checked_seat(self, by: str, seat: object) -> None:
        most = max(1, self.procedure.role(by).seats[1])
        if not isinstance(seat, int) or isinstance(seat, bool) or not 1 <= seat <= most:
            refuse(f"{by} has {most} seats; expected the number of one of them")


def prepared(case: Case, *, filing: bool = False) -> None:
    """Refuse what belongs before the hearing; with `filing`, what a stage that takes papers allows."""
    if case.phase == "preparation":
        return
    if filing and case.phase == "hearing" and case.stage.filing:
        return
    refuse("the hearing has begun; this belongs before it")


def only(draft: Draft, *roles: str) -> None:
    """Refuse a step by another role than these."""
    if draft.by not in roles:
        refuse(f"{draft.kind}: is for {' or '.join(roles)}, not for {draft.by}")


def listed(draft: Draft, name: str) -> list[Any]:
    """A field that is a list, empty where it was left out; anything else is refused."""
    found = draft.body.get(name, [])
    if not isinstance(found, list | tuple):
        refuse(f"{name}: expected a list")
    return list(found)


def party(case: Case, draft: Draft) -> str:
    """The side of a party that takes a step; others are refused."""
    side = case.side(draft.by)
    if side not in PARTIES:
        refuse(f"{draft.kind}: is for the claimants or the respondent, not for {draft.by}")
    return side
