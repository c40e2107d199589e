"""The hearing as a state machine: stages, turns, floor, clock, incidents, the last word.

Nobody speaks without the floor. Turns go in the order of the procedure; a turn ends when it is yielded,
and speaks no longer than it may, unless the president grants more: to both sides, or to one with a
reason. In a stage of questions each side has a third of the time, and the court the rest. A point that
the court raises is put to both parties before the vote, and the side with the last word is heard last.
Seconds come with each step from whoever keeps the clock; nothing here reads one.
"""

from __future__ import annotations

import re
from typing import Any

from moot.trial.case import Case, Floor, Incident, Point, Step, only, party, refuse
from moot.trial.expertise import unfinished
from moot.trial.minutes import Draft, Record
from moot.trial.procedure import PARTIES, Turn

__all__ = ["INCIDENTS", "MACHINE", "STEPS", "left_for_questions", "remaining", "turn_now", "uneven"]

INCIDENTS = ("late-exhibit", "challenge", "postponement", "closed-session", "note-after-hearing")
OUTCOMES = ("granted", "refused")
ANSWERS = ("met", "not met", "not decided")
OBSERVATION = 180
"""Seconds for each side on a point of the court."""
MOST_GRANTED = 3600
MACHINE = re.compile(r"\s*machine\s*:", re.IGNORECASE)
"""How every line of a machine begins, in either language."""


def turn_now(case: Case) -> Turn | None:
    """The turn that is next in this stage, or None."""
    turns = case.stage.turns
    return turns[case.turn] if case.turn < len(turns) else None


def remaining(case: Case, at: int) -> int:
    """Seconds that whoever has the floor may still speak; 0 without a floor."""
    if case.floor is None:
        return 0
    return max(0, case.floor.allowed - elapsed(case.floor, at))


def elapsed(floor: Floor, at: int) -> int:
    """Seconds since the floor was given, pauses left out."""
    return floor.before + at - floor.since


def _share_of(side: str) -> str:
    """Whose part of the time for questions a side speaks in: its own, or that of the court and all others."""
    return side if side in PARTIES else "bench"


def left_for_questions(case: Case, side: str) -> int:
    """Seconds that a side may still speak in a stage of questions.

    The time is in three equal parts: one for each party, and one for the court and whoever else it hears. So
    both parties have the same, whomever the court asks more. What was granted comes on top.
    """
    share = _share_of(side)
    whole = case.stage.minutes * 60 // 3
    return max(0, whole - case.stage_sides.get(share, 0)) + case.pool.get(share, 0)


def uneven(case: Case) -> str | None:
    """The party that spoke less than the other in a stage of questions, and did not waive the rest."""
    used = {side: case.stage_sides.get(side, 0) for side in PARTIES}
    less = min(used, key=lambda side: used[side])
    most = max(used.values())
    if case.unequal or less in case.stage_waived or 100 * (most - used[less]) <= most:
        return None
    return less


def _may_take(case: Case, turn: Turn, role: str) -> bool:
    """Whether a role takes this turn: its own, or one of its side in which nobody sits."""
    return role == turn.role or (not case.seated(turn.role) and case.side(role) == case.side(turn.role))


def _seated(case: Case, role: str) -> None:
    if not case.seated(role):
        refuse(f"nobody sits as {role}")


# --- the floor ----------------------------------------------------------------------------------------------


def _floor(case: Case, draft: Draft) -> dict[str, Any]:
    stage = case.stage
    only(draft, "president")
    role = case.procedure.role(str(draft.body.get("role"))).role
    _seated(case, role)
    if case.floor is not None:
        refuse(f"{case.floor.role} has the floor; one speaks at a time")
    point = draft.body.get("point")
    if point is not None:
        return {"seconds": _for_point(case, role, point)}
    if stage.kind == "questions":
        left = left_for_questions(case, case.side(role))
        if left <= 0:
            share = _share_of(case.side(role))
            refuse(f"the time of {share} for questions is over; the president can grant more")
        return {"seconds": left}
    turn = turn_now(case)
    if turn is None:
        refuse(f"nobody has a turn left in the stage {stage.stage}")
    if not _may_take(case, turn, role):
        refuse(f"it is the turn of {turn.role} ({turn.what}), not of {role}")
    return {"seconds": turn.minutes * 60 + case.pool.get(case.side(role), 0), "turn": case.turn}


def _for_point(case: Case, role: str, number: object) -> int:
    point: Point = case.numbered(case.points, number, "point")
    side = case.side(role)
    if side not in PARTIES:
        refuse("a point of the court is put to the parties")
    if side in point.heard:
        refuse(f"{side} was heard on this point")
    if case.stage.kind in ("vote", "reading"):
        refuse("the parties are heard before the vote")
    _last_in_turn(case, side, point)
    return OBSERVATION


def _last_in_turn(case: Case, side: str, point: Point) -> None:
    last = case.procedure.last_word
    if last is not None and side == case.side(last) and point.heard != set(PARTIES) - {side}:
        refuse(f"{side} has the last word, on a point of the court as well; the other side comes first")


def _give(case: Case, record: Record) -> None:
    body = record.body
    case.floor = Floor(body["role"], record.at, body["seconds"], "turn" in body, body.get("point"))


def _speech(case: Case, draft: Draft) -> dict[str, Any]:
    if case.floor is None or case.floor.role != draft.by:
        holder = f"{case.floor.role} has it" if case.floor else "nobody has it"
        refuse(f"{draft.by} does not have the floor; {holder}")
    if remaining(case, draft.at) <= 0:
        refuse("the time is over; the president can grant more")
    _as_a_machine_or_not(case, draft)
    body = draft.body
    if ("ground" in body) != ("element" in body):
        refuse("an argument is on an element of a ground; name both")
    if "ground" in body:
        case.element_of(body["ground"], body["element"])
    if "answer" in body and (body["answer"] not in ANSWERS or "ground" not in body):
        refuse(f"a side's answer is one of {', '.join(ANSWERS)}, on an element")
    case.admitted(body.get("exhibits", ()))
    return {"stage": case.stage.stage, "side": case.side(draft.by)}


def _as_a_machine_or_not(case: Case, draft: Draft) -> None:
    """What a machine says is its fixed sentences, and nobody else speaks as one."""
    if draft.by in case.machines:
        from moot.trial.robots import refuse_other_words  # it builds its sentences from a whole case

        refuse_other_words(case, draft)
    elif any(MACHINE.match(line) for line in draft.texts["text"].split("\n")):
        refuse('"Machine:" begins the lines of a machine; people speak for themselves')


def _add_speech(case: Case, record: Record) -> None:
    case.speeches.append(record.number)


def _yield(case: Case, draft: Draft) -> dict[str, Any]:
    if case.floor is None:
        refuse("nobody has the floor")
    if draft.by == "clerk" and _may_keep_the_clock(case, draft.at):
        pass  # who keeps the clock takes the floor back when the time is over
    else:
        only(draft, case.floor.role, "president")
    spoken = elapsed(case.floor, draft.at)
    return {"role": case.floor.role, "used": min(spoken, case.floor.allowed),
            "over": max(0, spoken - case.floor.allowed)}  # fmt: skip


def _may_keep_the_clock(case: Case, at: int) -> bool:
    return case.seated("clerk") and remaining(case, at) <= 0


def _take_back(case: Case, record: Record) -> None:
    assert case.floor is not None
    floor, side, used = case.floor, case.side(case.floor.role), record.body["used"]
    case.stage_seconds += used
    if case.stage.kind == "questions" and floor.point is None:
        share = _share_of(side)
        beyond = used - max(0, case.stage.minutes * 60 // 3 - case.stage_sides.get(share, 0))
        case.pool[share] = max(0, case.pool.get(share, 0) - max(0, beyond))
        case.stage_sides[share] = case.stage_sides.get(share, 0) + used
    case.seconds[side] = case.seconds.get(side, 0) + used
    if floor.point is not None:
        case.points[floor.point - 1].heard.add(side)
    if floor.turn:
        turn = turn_now(case)
        assert turn is not None
        case.pool[side] = max(0, case.pool.get(side, 0) - max(0, used - turn.minutes * 60))
        case.turn += 1
    case.floor = None


def _waive(case: Case, draft: Draft) -> dict[str, Any]:
    stage = case.stage
    point = draft.body.get("point")
    if case.floor is not None:
        refuse(f"{case.floor.role} has the floor")
    if point is not None:
        one: Point = case.numbered(case.points, point, "point")
        side = party(case, draft)
        if side in one.heard:
            refuse(f"{side} was heard on this point")
        _last_in_turn(case, side, one)
        return {"side": side}
    if stage.kind == "questions":
        side = party(case, draft)
        if side in case.stage_waived:
            refuse(f"{side} has waived the rest of its time for questions")
        return {"side": side, "left": left_for_questions(case, side)}
    turn = turn_now(case)
    if turn is None:
        refuse(f"nobody has a turn left in the stage {stage.stage}")
    absent = draft.by == "president" and not case.seated(turn.role)
    if not absent and draft.by != turn.role:
        refuse(f"the turn of {turn.role} is waived by {turn.role}")
    return {"turn": case.turn}


def _add_waiver(case: Case, record: Record) -> None:
    if "point" in record.body:
        case.points[record.body["point"] - 1].heard.add(record.body["side"])
    elif "left" in record.body:
        case.stage_waived.add(record.body["side"])
    else:
        case.turn += 1


# --- the clock ----------------------------------------------------------------------------------------------


def _suspend(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    return {"stage": case.stage.stage}


def _set_suspended(case: Case, record: Record) -> None:
    case.paused_at = record.at


def _resume(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    if case.paused_at is None:
        refuse("the hearing is not suspended")
    return {}


def _set_resumed(case: Case, record: Record) -> None:
    assert case.paused_at is not None
    if case.floor is not None:
        case.floor.before += case.paused_at - case.floor.since
        case.floor.since = record.at
    case.paused_at = None


def _grant(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    seconds, side = draft.body.get("seconds"), draft.body.get("side")
    _ = case.stage
    if not isinstance(seconds, int) or not 1 <= seconds <= MOST_GRANTED:
        refuse(f"expected 1 to {MOST_GRANTED} seconds")
    if side is not None and side not in PARTIES:
        refuse(f"time is granted to both sides, or to one of {' and '.join(PARTIES)}")
    if side is not None and "reason" not in draft.texts:
        refuse("the sides have equal time; more for one alone needs a reason")
    return {}


def _add_time(case: Case, record: Record) -> None:
    side, seconds = record.body.get("side"), record.body["seconds"]
    for one in PARTIES if side is None else (side,):
        case.pool[one] = case.pool.get(one, 0) + seconds
        if case.floor is not None and case.floor.point is None and case.side(case.floor.role) == one:
            case.floor.allowed += seconds
    case.unequal = case.unequal or side is not None


# --- incidents and points of the court ----------------------------------------------------------------------


def _incident(case: Case, draft: Draft) -> dict[str, Any]:
    _ = case.stage
    _seated(case, draft.by)
    if draft.body.get("what") not in INCIDENTS:
        refuse(f"an incident is one of {', '.join(INCIDENTS)}")
    return {"incident": len(case.incidents) + 1}


def _add_incident(case: Case, record: Record) -> None:
    case.incidents.append(Incident(record.number, record.body["what"]))


def _ruling(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    incident: Incident = case.numbered(case.incidents, draft.body.get("incident"), "incident")
    if incident.ruling is not None:
        refuse("this incident was ruled on")
    if draft.body.get("outcome") not in OUTCOMES:
        refuse(f"an incident is {' or '.join(OUTCOMES)}")
    return {}


def _add_ruling(case: Case, record: Record) -> None:
    case.incidents[record.body["incident"] - 1].ruling = record.number


def _point(case: Case, draft: Draft) -> dict[str, Any]:
    stage = case.stage
    if case.side(draft.by) != "bench":
        refuse("a point of its own is raised by the court")
    _seated(case, draft.by)
    kinds = [one.kind for one in case.procedure.stages[case.stage_number :]]
    if "vote" not in kinds or stage.kind == "vote":
        refuse("the parties must be heard on it: a point is raised before the vote")
    return {"point": len(case.points) + 1}


def _add_point(case: Case, record: Record) -> None:
    case.points.append(Point(record.number))


def _note(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "clerk", "president")
    _seated(case, draft.by)
    stage = case.stage.stage
    if draft.by in case.machines:
        from moot.trial.robots import refuse_other_notes

        refuse_other_notes(case, draft)
    return {"stage": stage}


def _add_note(case: Case, record: Record) -> None:
    """A note changes no state."""


# --- from stage to stage ------------------------------------------------------------------------------------


def _next(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    stage = case.stage
    if case.floor is not None:
        refuse(f"{case.floor.role} has the floor")
    turn = turn_now(case)
    if turn is not None:
        refuse(f"{turn.role} has a turn ({turn.what}); it is taken or waived first")
    open_incidents = [number for number, one in enumerate(case.incidents, 1) if one.ruling is None]
    if open_incidents:
        refuse(f"incident {open_incidents[0]} has no ruling")
    if stage.kind == "questions" and (less := uneven(case)) is not None:
        refuse(f"{less} was heard less than the other side; it is heard, or waives the rest of its time")
    if stage.kind == "public-vote" and case.public_vote is None:
        refuse("the public has not voted; record its vote, with zeros if nobody did")
    if stage.kind == "vote":
        if any(one.result is None for one in case.questions):
            refuse("a question was read and its vote is not closed")
        if case.box.question:
            refuse("voters are answering for themselves; `figures` closes that")
        if not case.questions:
            refuse("no question was put to the court")
    if stage.kind == "reading" and not case.delivered and not case.rehearsal:
        refuse("the judgment was not delivered")
    following = case.procedure.stages[case.stage_number + 1 : case.stage_number + 2]
    if following and following[0].kind == "vote":
        _all_heard(case)
    return {"stage": following[0].stage if following else "end"}


def _all_heard(case: Case) -> None:
    if said := unfinished(case):
        refuse(said)
    for number, point in enumerate(case.points, 1):
        for side in PARTIES:
            if side not in point.heard:
                refuse(f"{side} was not heard on point {number} of the court, and did not waive it")
    pending = [number for number, one in enumerate(case.exhibits, 1) if one.status == "pending"]
    if pending:
        refuse(f"exhibit {pending[0]} came late and was not ruled on")


def _set_next(case: Case, record: Record) -> None:
    case.stage_number += 1
    case.turn = case.stage_seconds = 0
    case.stage_sides, case.stage_waived = {}, set()
    if case.stage_number == len(case.procedure.stages):
        case.phase = "closed"


def _public_vote(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president", "clerk")
    if case.stage.kind != "public-vote":
        refuse("the public votes in its own stage, and apart from the court")
    if case.public_vote is not None:
        refuse("the public has voted")
    for name in ("yes", "no", "blank"):
        count = draft.body.get(name)
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            refuse(f"expected how many voted {name}")
    return {}


def _set_public_vote(case: Case, record: Record) -> None:
    case.public_vote = {name: record.body[name] for name in ("yes", "no", "blank")}


STEPS: dict[str, Step] = {
    "floor": Step(_floor, _give, fields=("role", "point")),
    "speech": Step(
        _speech, _add_speech, ("text",), ("text",), fields=("ground", "element", "answer", "exhibits")
    ),
    "yield": Step(_yield, _take_back),
    "waive": Step(_waive, _add_waiver, fields=("point",)),
    "suspend": Step(_suspend, _set_suspended),
    "resume": Step(_resume, _set_resumed),
    "grant": Step(_grant, _add_time, ("reason",), fields=("seconds", "side")),
    "incident": Step(_incident, _add_incident, ("text",), ("text",), fields=("what",)),
    "ruling": Step(_ruling, _add_ruling, ("reason",), ("reason",), fields=("incident", "outcome")),
    "point": Step(_point, _add_point, ("text",), ("text",)),
    "note": Step(_note, _add_note, ("text",), ("text",)),
    "next": Step(_next, _set_next),
    "public-vote": Step(_public_vote, _set_public_vote, fields=("yes", "no", "blank")),
}
