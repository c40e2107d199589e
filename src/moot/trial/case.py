"""A case: who is judged, by which law and procedure, and everything that follows from its minutes.

The minutes are the case. `Case` is what they add up to: each step is checked against the state, recorded,
and then changes the state; a case that is opened again is its records, applied one after the other. The
respondent is a scheme, named by its content hash. Claimants are "Claimant 1" or a life of a panel. Facts,
grounds and exhibits come before the hearing; what follows is in `hearing`, `ballots` and `judgment`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from moot.errors import CaseError
from moot.trial.law import Law
from moot.trial.minutes import Draft, Kept, Minutes, Record, new_salt
from moot.trial.procedure import PARTIES, Procedure, Role, Stage
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
"""Texts of any length that no person typed; a wipe leaves them."""
EXHIBIT = "moot-exhibit-1"
CLAIMANT = re.compile(r"(Claimant [1-9][0-9]?|SYN-[0-9]{7})\Z")


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
        """Refuse exhibits that are not in the case."""
        for number in numbers:
            filed: Filed = self.numbered(self.exhibits, number, "exhibit")
            if filed.status != "admitted":
                refuse(f"exhibit {number} is {filed.status}; only what is admitted can be cited")

    def element_of(self, ground: object, element: object) -> tuple[Ground, str]:
        """A pleaded ground and the id of one of its elements. Raises `CaseError`, `UnknownNameError`."""
        pleaded: Ground = self.numbered(self.grounds, ground, "ground")
        if not isinstance(element, str):
            refuse(f"an element is named by its id, such as E1; ground {ground} is {pleaded.entry}")
        return pleaded, self.law.entry(pleaded.entry).element(element).id

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
            refuse(f'there is no step "{kind}"; there is {", ".join(sorted(self.steps))}')
        step = self.steps[kind]
        self.procedure.role(by)
        if at < self.now:
            refuse(f"the clock went back, from second {self.now} to {at}")
        if self.phase == "closed" and kind != "correction":
            refuse("the case is closed; a correction can still be added")
        if self.paused_at is not None and kind not in ("resume", "incident", "ruling", "correction"):
            refuse("the hearing is suspended; the president resumes it first")
        strange = body.keys() - set(step.fields)
        if strange:
            there = f"there is {', '.join(step.fields)}" if step.fields else "there is nothing to say"
            refuse(f"{kind}: does not know {', '.join(sorted(strange))}; {there}")
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


def party(case: Case, draft: Draft) -> str:
    """The side of a party that takes a step; others are refused."""
    side = case.side(draft.by)
    if side not in PARTIES:
        refuse(f"{draft.kind}: is for the claimants or the respondent, not for {draft.by}")
    return side


# --- before the hearing -------------------------------------------------------------------------------------


def _question(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    return {}


def _set_question(case: Case, record: Record) -> None:
    case.question = record.number


def _claimant(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    name = draft.body.get("claimant")
    if not isinstance(name, str) or not CLAIMANT.match(name):
        refuse('a claimant is "Claimant 1" to "Claimant 99", or a life of a panel such as SYN-0012345')
    if name in case.claimants:
        refuse(f"{name} is a claimant already")
    return {}


def _add_claimant(case: Case, record: Record) -> None:
    case.claimants.append(record.body["claimant"])


def _fact(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case, filing=True)
    status = draft.body.get("status")
    if status not in ("admitted", "disputed"):
        refuse("a fact is admitted (by all) or disputed")
    if status == "admitted":
        only(draft, "president", "clerk")
    return {"fact": len(case.facts) + 1}


def _add_fact(case: Case, record: Record) -> None:
    case.facts.append(Fact(record.number, record.body["status"], case.side(record.by)))


def _admit(case: Case, draft: Draft) -> dict[str, Any]:
    fact: Fact = case.numbered(case.facts, draft.body.get("fact"), "fact")
    if party(case, draft) == fact.by:
        refuse("a side does not admit a fact of its own; the other side does")
    if fact.status != "disputed":
        refuse(f"the fact is {fact.status} already")
    return {}


def _set_admitted(case: Case, record: Record) -> None:
    case.facts[record.body["fact"] - 1].status = "admitted"


def _proved(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    fact: Fact = case.numbered(case.facts, draft.body.get("fact"), "fact")
    if fact.status != "disputed":
        refuse(f"the fact is {fact.status} already")
    case.admitted(draft.body.get("exhibits", ()))
    return {}


def _set_proved(case: Case, record: Record) -> None:
    case.facts[record.body["fact"] - 1].status = "proved"


def _ground(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case, filing=True)
    side = party(case, draft)
    entry = case.law.entry(str(draft.body.get("entry")))
    if entry.role == "context":
        refuse(f"{entry.id} is told for its context; no ground can be built on it")
    if any(one.entry == entry.id and one.side == side for one in case.grounds):
        refuse(f"{entry.id} is pleaded by {side} already")
    return {"ground": len(case.grounds) + 1, "side": side, "on_the_day": entry.on(case.day)}


def _add_ground(case: Case, record: Record) -> None:
    case.grounds.append(Ground(record.number, record.body["entry"], record.body["side"]))


def _exhibit(case: Case, draft: Draft) -> dict[str, Any]:
    side = case.side(draft.by)
    if side not in (*PARTIES, "third", "bench"):
        refuse(f"an exhibit is filed by a side or the court, not by {draft.by}")
    if not re.fullmatch(r"[0-9a-f]{64}", str(draft.body.get("digest"))):
        refuse("an exhibit is named by its content hash")
    _sealed(draft.texts[CONTENT], draft.body["digest"])
    sheet = draft.texts.get(SHEET, "")
    if sheet and hashlib.sha256(sheet.encode()).hexdigest() != draft.body.get("sheet_digest"):
        refuse("the sheet of the exhibit does not have this hash")
    if "run" in draft.body:
        asked = case.numbered(case.asked, draft.body["run"], "run")
        if asked.made is None or json.loads(draft.texts[CONTENT]).get("experiment") != asked.experiment:
            refuse(f"the exhibit is not of run {draft.body['run']}")
    if any(one.digest == draft.body["digest"] and one.status != "withdrawn" for one in case.exhibits):
        refuse("this exhibit is in the case already")
    in_time = case.phase == "preparation" or (case.phase == "hearing" and case.stage.filing)
    status = "admitted" if in_time else "pending"
    return {"exhibit": len(case.exhibits) + 1, "side": side, "status": status}


def _sealed(content: str, digest: str) -> None:
    """Refuse a content that is not the one of the hash, or no experiment with an interval and a sweep."""
    if hashlib.sha256(content.encode()).hexdigest() != digest:
        refuse("the content of the exhibit does not have this hash")
    try:
        told = json.loads(content)
        effect = told["effect"]
        whole = told["format"] == EXHIBIT and told["runs"] and told["about"] and told["draws"]["over"]
        whole = whole and effect["interval"] and effect["span"]
    except (ValueError, KeyError, TypeError):
        whole = None
    if not whole:
        refuse("an exhibit is made from an experiment with replicates and draws: moot case exhibit")


def _add_exhibit(case: Case, record: Record) -> None:
    body = record.body
    case.exhibits.append(Filed(record.number, body["side"], body["digest"], body["status"]))


def _withdraw(case: Case, draft: Draft) -> dict[str, Any]:
    filed: Filed = case.numbered(case.exhibits, draft.body.get("exhibit"), "exhibit")
    if filed.side != case.side(draft.by):
        refuse("an exhibit is withdrawn by the side that filed it")
    if filed.status == "withdrawn":
        refuse("the exhibit is withdrawn already")
    return {}


def _set_withdrawn(case: Case, record: Record) -> None:
    case.exhibits[record.body["exhibit"] - 1].status = "withdrawn"


def _admit_exhibit(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    filed: Filed = case.numbered(case.exhibits, draft.body.get("exhibit"), "exhibit")
    if filed.status != "pending":
        refuse(f"the exhibit is {filed.status}; only a late one is ruled on")
    if draft.body.get("outcome") not in ("admitted", "set aside"):
        refuse("a late exhibit is admitted or set aside")
    return {}


def _set_exhibit(case: Case, record: Record) -> None:
    case.exhibits[record.body["exhibit"] - 1].status = record.body["outcome"]


def _seal(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    filed: Filed = case.numbered(case.exhibits, draft.body.get("exhibit"), "exhibit")
    if filed.sealed:
        refuse("the exhibit is sealed already")
    return {}


def _set_sealed(case: Case, record: Record) -> None:
    case.exhibits[record.body["exhibit"] - 1].sealed = True


def _seat(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    role = case.procedure.role(str(draft.body.get("role")))
    people = draft.body.get("people", 1)
    if not isinstance(people, int) or people < 1:
        refuse("expected at least one person in a seat")
    if case.seats.get(role.role, 0) + people > role.seats[1]:
        refuse(f"{role.title}: {role.seats[1]} seats at most")
    machine = draft.body.get("machine", False)
    if not isinstance(machine, bool):
        refuse("machine: expected true or false")
    if case.seats.get(role.role) and machine != (role.role in case.machines):
        refuse(f"{role.title}: a machine and people do not share a role")
    if machine:
        _machine_seat(case, role, draft)
    return {"people": people}


def _machine_seat(case: Case, role: Role, draft: Draft) -> None:
    """A machine pleads and keeps the clock; it judges nothing, but for a rehearsal without a judgment."""
    if "name" in draft.texts:
        refuse("a machine has no name")
    if role.side == "public":
        refuse("a machine is no public")
    if (role.votes or role.side == "bench") and not case.rehearsal:
        refuse(f"{role.title}: no machine judges; it sits there in a rehearsal alone: moot case rehearse")


def _add_seat(case: Case, record: Record) -> None:
    role = record.body["role"]
    case.seats[role] = case.seats.get(role, 0) + record.body["people"]
    if record.body.get("machine"):
        case.machines.add(role)


def _open(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    only(draft, "president")
    if not isinstance(draft.body.get("began", 0), int):
        refuse("expected the second since 1970 at which the clock on the wall shows 0 of the case's clock")
    if case.question is None:
        refuse("a case without a question cannot be opened; the question is what the court answers")
    if not case.grounds:
        refuse("nothing is pleaded; expected at least one ground of the law")
    if not case.claimants:
        refuse("nobody claims; expected at least one claimant")
    for role in case.procedure.roles:
        if case.seats.get(role.role, 0) < role.seats[0]:
            refuse(f"{role.title}: {case.seats.get(role.role, 0)} seated; expected at least {role.seats[0]}")
    if not case.voters:
        refuse("nobody votes; seat at least one member of the court who does")
    return {}


def _set_open(case: Case, record: Record) -> None:
    case.phase = "hearing"
    case.began = record.body.get("began")


def _correction(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president", "clerk")
    number = draft.body.get("record")
    if not isinstance(number, int) or not 1 <= number <= len(case.minutes):
        refuse(f"there is no record {number} to correct")
    return {}


def _nothing(case: Case, record: Record) -> None:
    """A record that changes no state."""


STEPS: dict[str, Step] = {
    "question": Step(_question, _set_question, ("question",), ("question",)),
    "claimant": Step(_claimant, _add_claimant, fields=("claimant",)),
    "fact": Step(_fact, _add_fact, ("fact", "origin"), ("fact", "origin"), fields=("status",)),
    "admit": Step(_admit, _set_admitted, fields=("fact",)),
    "proved": Step(_proved, _set_proved, ("reason",), ("reason",), fields=("fact", "exhibits")),
    "ground": Step(_ground, _add_ground, ("claim",), ("claim",), fields=("entry",)),
    "exhibit": Step(
        _exhibit,
        _add_exhibit,
        ("title", *WRITTEN),
        ("title", CONTENT),
        fields=("digest", "sheet_digest", "run"),
    ),
    "withdraw": Step(_withdraw, _set_withdrawn, fields=("exhibit",)),
    "late-exhibit": Step(
        _admit_exhibit, _set_exhibit, ("reason",), ("reason",), fields=("exhibit", "outcome")
    ),
    "seal": Step(_seal, _set_sealed, ("reason",), ("reason",), fields=("exhibit",)),
    "seat": Step(_seat, _add_seat, ("name",), fields=("role", "people", "machine")),
    "open": Step(_open, _set_open, fields=("began",)),
    "correction": Step(_correction, _nothing, ("text",), ("text",), fields=("record",)),
}
