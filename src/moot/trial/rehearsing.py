"""Machines at work: what they may do in a hearing now, and a whole case rehearsed from opening to end.

In a hearing of people a machine speaks when it has been given the floor, and a machine that is clerk takes
the floor back when the time is over. A rehearsal is a case of its own: the same scheme, law, question,
claimants, facts, grounds and exhibits, a machine in every seat, blank ballots, and no judgment at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moot.catalogue import catalogue
from moot.errors import CaseError
from moot.trial.ballots import cast
from moot.trial.case import Case
from moot.trial.court import open_case
from moot.trial.deliberation import answer_for_oneself
from moot.trial.hearing import elapsed, remaining, turn_now
from moot.trial.minutes import Draft, Minutes, Record
from moot.trial.procedure import PARTIES, Procedure
from moot.trial.robots import WHERE, elements_of, note_of, speeches_of

__all__ = ["let_machines_act", "played", "rehearsal_of", "rehearse"]

PREPARED = ("question", "claimant", "fact", "admit", "ground", "proportionality", "exhibit", "withdraw",
            "late-exhibit", "seal")  # fmt: skip
"""Steps of a case that its rehearsal takes over."""


def rehearsal_of(case: Case, name: str, procedure: Procedure | None = None) -> Case:
    """A rehearsal of what was prepared in a case, by its procedure or another; nobody sits in it yet.

    Raises `CaseError` where a text that it needs was erased.
    """
    made = procedure or case.procedure
    body = {
        **case.minutes[1].body,
        "case": name,
        "procedure": made.resolved(),
        "procedure_hash": made.content_hash,
        "rehearsal": True,
    }
    minutes = Minutes()
    minutes.append(
        Draft(kind="created", by="president", at=0, body=body, texts=_texts(case, case.minutes[1]))
    )
    again = open_case(minutes, law=case.law)
    numbers: dict[int, int] = {}
    for record in case.minutes:
        if record.kind in PREPARED:
            _take_over(again, case, record, numbers)
    return again


def _take_over(again: Case, case: Case, record: Record, numbers: dict[int, int]) -> None:
    """Take a prepared step over. `numbers` maps exhibits of the case to those of the rehearsal."""
    step, body = case.steps[record.kind], dict(record.body)
    told: dict[str, Any] = {name: body[name] for name in step.fields if name in body}
    told.pop("run", None)  # runs asked for in the case are its own
    if record.kind == "exhibit":
        if case.exhibits[body["exhibit"] - 1].status not in ("admitted",):
            return  # what is out of the case is out of its rehearsal
        numbers[body["exhibit"]] = len(again.exhibits) + 1
    elif "exhibit" in told:
        if record.kind != "seal" or told["exhibit"] not in numbers:
            return
        told["exhibit"] = numbers[told["exhibit"]]
    known = {one.role for one in again.procedure.roles}
    expert = case.side(record.by) == "expert"
    by = record.by if record.by in known and not expert else _stand_in(case, again, record)
    texts = _texts(case, record)
    again.do(record.kind, by, 0, texts=texts, **told)


def _stand_in(case: Case, again: Case, record: Record) -> str:
    """A role of another procedure on the same side; the president where it has none."""
    side = case.side(record.by)
    found = [one.role for one in again.procedure.roles if one.side == side != "expert"]
    return found[0] if found else "president"


def _texts(case: Case, record: Record) -> dict[str, str]:
    texts = {name: case.minutes.text(record, name) for name in record.commitments}
    if len(texts) > sum(case.minutes.has(record, name) for name in texts):
        raise CaseError(f"a text of record {record.number} was erased; what is left cannot be rehearsed")
    return texts


def seat_machines(case: Case) -> None:
    """A machine in every seat that must be taken, and one for whoever speaks or keeps the clock besides."""
    turns = {turn.role for stage in case.procedure.stages for turn in stage.turns}
    for role in case.procedure.roles:
        people = max(role.seats[0], 1 if role.role in turns or role.side in ("bench", "office") else 0)
        if people and role.side != "public":
            case.do("seat", "president", 0, role=role.role, people=people, machine=True)


def let_machines_act(case: Case, at: int, language: str = "en") -> int:
    """What machines may do now without anybody's leave; how many records that added.

    A machine with the floor says what it has to say and yields. A machine that is clerk takes the floor back
    from whoever has used all of the time.
    """
    before = len(case.minutes)
    if case.phase != "hearing" or case.paused_at is not None or case.floor is None:
        return 0
    role = case.floor.role
    if role in case.machines:
        _speak(case, role, at, language)
        case.do("yield", role, at)
    elif "clerk" in case.machines and remaining(case, at) <= 0:
        case.do("yield", "clerk", at)
    return len(case.minutes) - before


def _speak(case: Case, role: str, at: int, language: str) -> None:
    if remaining(case, at) <= 0:
        return
    for one in speeches_of(case, role, language):
        case.do("speech", role, at, texts={"text": one.text}, **one.body())


def rehearse(case: Case, language: str = "en") -> None:
    """Play a rehearsal from its opening to its end, every turn as long as the procedure gives it.

    Raises `CaseError` for a case that is none, or that has begun.
    """
    if not case.rehearsal:
        raise CaseError("this case is no rehearsal; machines do not judge: moot case rehearse")
    if case.phase != "preparation":
        raise CaseError("this rehearsal has begun")
    seat_machines(case)
    case.do("open", "president", 0)
    while case.phase == "hearing":
        _play_stage(case, case.now, language)


def _play_stage(case: Case, at: int, language: str) -> None:
    begun, stage = at, case.stage
    while (turn := turn_now(case)) is not None:
        case.do("floor", "president", at, role=turn.role)
        assert case.floor is not None
        _speak(case, turn.role, at, language)
        # A machine takes the whole of its turn: the clock of a rehearsal is the clock of the procedure.
        at += case.floor.allowed - elapsed(case.floor, at)
        case.do("yield", turn.role, at)
    if stage.kind == "public-vote":
        case.do("public-vote", "president", at, yes=0, no=0, blank=0)
    if stage.kind == "vote":
        _vote(case, at)
    at = max(at, begun + stage.minutes * 60)
    if case.seated("clerk"):
        case.do("note", "clerk", at, texts={"text": note_of(case, language)})
    case.do("next", "president", at)


def _vote(case: Case, at: int) -> None:
    if case.procedure.ballot.blanks == "president":
        case.do("blanks", "president", at, side="none")
    every = elements_of(case)
    for ground, element in every[: case.stage.most_questions or len(every)]:
        about: Mapping[str, Any] = {"ground": ground, "element": element}
        if case.procedure.ballot.provisional:
            case.do("consider", "president", at, **about)
            for role, seat in _voters(case):
                answer_for_oneself(case, role, seat, "blank")
            case.do("figures", "president", at)
        case.do("put", "president", at, **about)
        for role, seat in _voters(case):
            cast(case, role, seat, "blank")
        case.do("close-vote", "president", at)


def _voters(case: Case) -> Iterator[tuple[str, int]]:
    for role in case.procedure.voters:
        for seat in range(1, case.seats.get(role.role, 0) + 1):
            yield role.role, seat


def played(case: Case, language: str = "en") -> list[str]:
    """A rehearsal as lines for a reader: the mark first, then what was said, stage by stage."""
    say = catalogue(WHERE, language)
    lines, stage = [say("rehearsal")], ""
    for number in (record.number for record in case.minutes if record.kind in ("speech", "note")):
        record = case.minutes[number]
        if record.body["stage"] != stage:
            stage = record.body["stage"]
            lines.append(f"[{stage}]")
        clock = f"{record.at // 3600}:{record.at // 60 % 60:02}:{record.at % 60:02}"
        for line in case.text(number, "text").split("\n"):
            lines.append(f"{clock} {record.by}: {line}")
    spoken = {side: case.seconds.get(side, 0) for side in PARTIES}
    return [*lines, say("machine", said=", ".join(f"{say(side)} {spoken[side]} s" for side in PARTIES))]
