"""Procedures as data: who sits, in which order the stages come, who speaks how long, how the court votes.

Six are shipped in `data/procedures`; a file of the reader's own has the same keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from moot.declaring.complaints import Complaint, complain_unknown, declared, nearest
from moot.declaring.files import data_folder, shown
from moot.declaring.source import Place, Source, read_source
from moot.declaring.values import Declaration, Many, Part, Slug, Words
from moot.errors import UnknownNameError

__all__ = [
    "PARTIES",
    "Ballot",
    "Procedure",
    "Role",
    "Stage",
    "Turn",
    "load_procedure",
    "procedure_names",
    "procedure_of",
]

Side = Literal["bench", "claimants", "respondent", "third", "office", "expert", "public"]
PARTIES: tuple[Side, Side] = ("claimants", "respondent")
"""The two sides that have equal time and are heard on every point that the court raises."""
SMALL = 5
"""Below so many voters the figures of a secret vote could tell who voted what."""


class Role(Part):
    """A role that any person may take; `seats` is the least and the most people in it."""

    role: Slug
    title: Words
    side: Side
    seats: Annotated[tuple[int, int], Field(strict=False)]
    votes: bool = False


class Turn(Part):
    """Whose turn it is to speak, and for how many minutes."""

    role: Slug
    minutes: int = Field(ge=1, le=600)
    what: Words


class Stage(Part):
    """A part of the hearing.

    `speeches` and `instructions` go by turns in the order of the file; in `questions` the president gives
    the floor to anybody; `public-vote`, `vote` and `reading` are what they say; an `open` stage asks
    nothing. `filing` leaves exhibits in without a ruling.
    """

    stage: Slug
    title: Words
    kind: Literal["speeches", "instructions", "questions", "public-vote", "vote", "reading", "open"]
    minutes: int = Field(ge=1, le=600)
    turns: Many[Turn] = ()
    filing: bool = False
    last_word: bool = False
    most_questions: int | None = Field(default=None, ge=1, le=100)


class AtLeast(Part):
    """A majority of `at_least` of `of`, in proportion where another number votes."""

    at_least: int = Field(ge=1, le=100)
    of: int = Field(ge=1, le=100)


class Ballot(Part):
    """How the court votes.

    `blanks` is the side that blank ballots count for, `none`, or `president`: chosen aloud before the vote.
    `abstention` says whether a voter may cast no ballot; `figures` whether the record tells how many voted
    how (never below five voters, and never where unanimity is asked). Where it does not, a court of two to
    four, and one that must be unanimous, says that the majority was reached or not, and no more. With
    `provisional` every voter first answers without the figures.
    """

    majority: Literal["simple", "unanimity"] | AtLeast
    blanks: Literal["claimants", "respondent", "none", "president"]
    abstention: bool
    figures: Literal["shown", "hidden"]
    separate_opinions: bool
    provisional: bool = False

    def needed(self, ballots: int) -> int:
        """How many of `ballots` carry an answer: more than half, a share rounded up, or all."""
        if self.majority == "simple":
            return ballots // 2 + 1
        if self.majority == "unanimity":
            return max(1, ballots)
        return max(1, -(-ballots * self.majority.at_least // self.majority.of))

    def tells_figures(self, ballots: int) -> bool:
        """Whether the record tells how many voted how."""
        return self.figures == "shown" and ballots >= SMALL and self.majority != "unanimity"

    def says_only_reached(self, ballots: int) -> bool:
        """Whether all that may be told is that the majority was reached, or was not: who voted against could
        otherwise be told from the answer. One voter alone has nobody to hide among."""
        return self.figures == "hidden" and ballots > 1 and (ballots < SMALL or self.majority == "unanimity")


class Procedure(Declaration):
    """A whole procedure; `last_word` is the role that no other speech of a turn follows.

    `expires_after_days` after its case was made, every text and name in it is erased.
    """

    procedure: Slug
    title: Words
    roles: Many[Role] = Field(min_length=1, max_length=40)
    stages: Many[Stage] = Field(min_length=1, max_length=60)
    ballot: Ballot
    last_word: Slug | None = None
    expires_after_days: int | None = Field(default=None, ge=1, le=3660)

    def role(self, name: str) -> Role:
        """The role of this name; `UnknownNameError` names the nearest."""
        known = {one.role: one for one in self.roles}
        if name not in known:
            close = nearest(name, known).removeprefix('did you mean "').removesuffix('"?')
            raise UnknownNameError("role of this procedure", name, list(known), close)
        return known[name]

    def minutes_of(self, side: Side) -> int:
        """Minutes of the turns of a side; the last word is a right beside equal time and is not counted."""
        sides = {one.role: one.side for one in self.roles}
        turns = [turn for stage in self.stages if not stage.last_word for turn in stage.turns]
        return sum(turn.minutes for turn in turns if sides[turn.role] == side)

    @property
    def voters(self) -> tuple[Role, ...]:
        """The roles whose seats vote."""
        return tuple(one for one in self.roles if one.votes)


def procedure_names() -> list[str]:
    """The procedures that are shipped, sorted."""
    return sorted(path.stem for path in (data_folder() / "procedures").glob("*.yaml"))


def load_procedure(name_or_path: str | Path) -> Procedure:
    """A shipped procedure by its name, or one from a file. Raises `DeclarationError`, `UnknownNameError`."""
    text, known = str(name_or_path), procedure_names()
    if text in known:
        path = data_folder() / "procedures" / f"{text}.yaml"
        return procedure_from(read_source(path, shown(path)))
    if not Path(text).exists() and "/" not in text and not text.endswith((".yaml", ".yml")):
        close = nearest(text, known).removeprefix('did you mean "').removesuffix('"?')
        raise UnknownNameError("procedure", text, known, close)
    return procedure_from(read_source(Path(text), shown(Path(text))))


def procedure_from(source: Source) -> Procedure:
    """The procedure declared in `source`."""
    return declared(Procedure, source, _check)


def procedure_of(resolved: dict[str, Any]) -> Procedure:
    """The procedure that a case was opened with, from what it wrote down: a changed file changes no case."""
    return Procedure.model_validate_json(json.dumps(resolved))


def _check(procedure: Procedure) -> Iterator[Complaint]:
    names = [one.role for one in procedure.roles]
    for number, role in enumerate(procedure.roles):
        at: Place = ("roles", number)
        if role.role in names[:number]:
            yield Complaint(at=(*at, "role"), message=f'two roles are called "{role.role}"')
        if not 0 <= role.seats[0] <= role.seats[1] or role.seats[1] > 1000:
            yield Complaint(
                at=(*at, "seats"), message="expected [LEAST, MOST] with 0 <= LEAST <= MOST <= 1000"
            )
        if role.votes and role.side != "bench":
            yield Complaint(at=(*at, "votes"), message="only the bench votes on a judgment")
    for needed in ("president", *PARTIES):
        if needed not in names:
            message = f'has no role "{needed}"; a hearing has a president, claimants and a respondent'
            yield Complaint(at=("roles",), message=message)
    if not procedure.voters:
        yield Complaint(at=("roles",), message="nobody votes; expected `votes: true` of a role of the bench")
    yield from _check_stages(procedure, names)


def _check_stages(procedure: Procedure, names: Sequence[str]) -> Iterator[Complaint]:
    stages = [one.stage for one in procedure.stages]
    kinds = [one.kind for one in procedure.stages]
    last: str | None = None
    for number, stage in enumerate(procedure.stages):
        at: Place = ("stages", number)
        if stage.stage in stages[:number]:
            yield Complaint(at=(*at, "stage"), message=f'two stages are called "{stage.stage}"')
        for place, turn in enumerate(stage.turns):
            if turn.role not in names:
                yield complain_unknown((*at, "turns", place, "role"), "role", turn.role, names)
            elif stage.kind == "speeches":
                last = turn.role
        if bool(stage.turns) != (stage.kind in ("speeches", "instructions")):
            message = f"a stage of {stage.kind} has {'no ' if stage.turns else ''}`turns`"
            yield Complaint(at=(*at, "turns") if stage.turns else at, message=message)
        if sum(turn.minutes for turn in stage.turns) > stage.minutes:
            message = f"the turns take more than the {stage.minutes} minutes of the stage"
            yield Complaint(at=(*at, "minutes"), message=message)
    for kind in ("vote", "reading"):
        if kinds.count(kind) != 1:
            message = f"has {kinds.count(kind)} stages of kind {kind}; expected one"
            yield Complaint(at=("stages",), message=message)
    if "vote" in kinds and any(kind in ("speeches", "questions") for kind in kinds[kinds.index("vote") :]):
        yield Complaint(at=("stages",), message="somebody speaks to the question after the vote")
    if "reading" in kinds and "vote" in kinds and kinds.index("reading") < kinds.index("vote"):
        yield Complaint(at=("stages",), message="the judgment is read before the vote")
    if procedure.last_word is not None and last != procedure.last_word:
        message = f'the last turn before the vote is of "{last}", not of "{procedure.last_word}"'
        yield Complaint(at=("last_word",), message=message)
    if set(PARTIES) <= set(names) and {turn.role for one in procedure.stages for turn in one.turns} <= set(
        names
    ):
        minutes = {side: procedure.minutes_of(side) for side in PARTIES}
        if len(set(minutes.values())) > 1:
            said = ", ".join(f"{side} {count}" for side, count in minutes.items())
            yield Complaint(at=("stages",), message=f"the sides have unequal time in minutes: {said}")
