"""What a role sees of a case: everything that it may see, as plain values, and the steps that it may take
now.

A view is a state and never a change of one: whoever comes back after a cut is sent the whole of it. What
is sealed is shown to the court alone; what the court answers and writes is shown to the others once the
judgment is delivered. Nothing of a ballot is in a view but the question that is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moot.catalogue import LANGUAGES, Language, catalogue
from moot.errors import MootError
from moot.trial.case import CONTENT, Case, Filed, Put
from moot.trial.court import wording_of
from moot.trial.deliberation import considered, question_read, sheet_of
from moot.trial.evidence import content_of
from moot.trial.hearing import left_for_questions, remaining, turn_now
from moot.trial.judgment import missing, result_of
from moot.trial.minutes import Record
from moot.trial.papers import UNKNOWN_RUNS, runs_of
from moot.trial.pieces import claimants_of, clock, court_called
from moot.trial.procedure import PARTIES
from moot.trial.remedies import remedy_of
from moot.trial.showing import page_now
from moot.trial.weighing import lines_of, text_of
from moot.web.court_forms import Words, called, forms_of, plain, words

__all__ = ["PUBLIC", "clock_of", "deliberates", "view_of"]

PUBLIC = "screen"
"""The view of somebody with no role: the projector, and whoever looks on."""
OF_THE_COURT = ("consider", "figures", "close-vote", "reason", "operative", "remedy", "opinion")
"""Records that tell what the court thinks; others read them once the judgment is delivered."""
UNTOLD = ("created", "seat")
SPOKEN = ("text", "mission", "question", "claim", "fact", "origin", "reason", "title")
"""Texts that people typed, in the order in which a line of the record tells them."""


def deliberates(case: Case, role: str) -> bool:
    """Whether a role sees what the court thinks before its judgment: the bench and its clerk."""
    return role != PUBLIC and case.side(role) in ("bench", "office")


def view_of(case: Case, role: str, at: int) -> dict[str, Any]:
    """The view of a role at a second of the case's clock; `screen` is nobody's.

    Raises `UnknownNameError` for a role that the procedure lacks.
    """
    at = max(at, case.now)
    inside = deliberates(case, role) or case.delivered or case.phase == "closed"
    return {
        "version": len(case.minutes),
        "head": case.minutes.head,
        "case": case.name,
        "court": {one: court_called(case, catalogue("trial", one)) for one in LANGUAGES},
        "question": case.text(case.question, "question") if case.question is not None else "",
        "wording": wording_of(case) if deliberates(case, role) else [],
        "regime": {"name": case.respondent["name"], "title": case.text(1, "regime"),
                   "hash": case.respondent["hash"]},
        "scenario": case.text(1, "scenario"),
        "day": case.day.isoformat(),
        "phase": case.phase,
        "rehearsal": case.rehearsal,
        "delivered": case.delivered,
        "claimants": {one: claimants_of(case, catalogue("trial", one)) for one in LANGUAGES},
        "hearing": _hearing(case, at),
        "clock": clock_of(case, at),
        "seats": [_seat(case, one.role) for one in case.procedure.roles],
        "facts": [{"number": n, "status": one.status, "by": one.by, "text": case.text(one.record, "fact"),
                   "origin": case.text(one.record, "origin")} for n, one in enumerate(case.facts, 1)],
        "grounds": [_ground(case, n, inside) for n in range(1, len(case.grounds) + 1)],
        "exhibits": [_exhibit(case, n, role) for n in range(1, len(case.exhibits) + 1)],
        "page": page.as_dict() if (page := page_now(case)) is not None else None,
        "runs": [{**one, "asked_clock": clock(one["asked_at"])} for one in runs_of(case)],
        "runs_say": UNKNOWN_RUNS,
        "witnesses": [_witness(case, n) for n in range(1, len(case.witnesses) + 1)],
        "incidents": [_incident(case, n) for n in range(1, len(case.incidents) + 1)],
        "points": [{"number": n, "text": case.text(one.record, "text"), "heard": sorted(one.heard)}
                   for n, one in enumerate(case.points, 1)],
        "experts": [_expert(case, n) for n in range(1, len(case.expertises) + 1)],
        "open": _open(case, role),
        "questions": [_question(case, one, inside) for one in case.questions],
        "public_vote": dict(case.public_vote) if case.public_vote is not None else None,
        "judgment": _judgment(case) if inside else None,
        "missing": missing(case) if deliberates(case, role) and case.phase == "hearing" else [],
        "record": list(_record(case, inside)),
        "may": [] if role == PUBLIC else [one.as_dict() for one in forms_of(case, role, at)],
    }  # fmt: skip


def clock_of(case: Case, at: int) -> dict[str, Any]:
    """The clock of the hearing, as the server has it: who speaks, how long still, and whether it runs."""
    floor = case.floor
    left = remaining(case, at if case.paused_at is None else case.paused_at)
    running = floor is not None and case.paused_at is None and case.phase == "hearing"
    return {"second": at, "role": floor.role if floor else None, "left": left if floor else None,
            "allowed": floor.allowed if floor else None, "running": running}  # fmt: skip


def _hearing(case: Case, at: int) -> dict[str, Any]:
    hearing = case.phase == "hearing"
    turn = turn_now(case) if hearing else None
    stages = [{"stage": one.stage, "kind": one.kind, "minutes": one.minutes,
               "title": _as_filed(f"stage-{one.stage}", one.title),
               "state": "past" if case.phase == "closed" or (hearing and n < case.stage_number)
               else "now" if hearing and n == case.stage_number else "coming"}
              for n, one in enumerate(case.procedure.stages)]  # fmt: skip
    asking = hearing and case.stage.kind == "questions"
    return {
        "stages": stages,
        "stage": case.stage.stage if hearing else None,
        "kind": case.stage.kind if hearing else None,
        "turn": {"role": turn.role, "minutes": turn.minutes,
                 "what": _as_filed(f"turn-{turn.what.replace(' ', '-')}", turn.what)} if turn else None,
        "suspended": case.paused_at is not None,
        "spoken": {side: case.seconds.get(side, 0) for side in PARTIES},
        "questions_left": {side: left_for_questions(case, side) for side in (*PARTIES, "bench")}
        if asking else None,
        "unequal": case.unequal,
    }  # fmt: skip


def _as_filed(key: str, title: str) -> Words:
    """A title as the procedure's file has it; in French where it is known."""
    known = catalogue("court-room", "fr")
    return {"en": title, "fr": known(key) if key in known else title}


def _seat(case: Case, role: str) -> dict[str, Any]:
    one = case.procedure.role(role)
    return {"role": role, "title": called(case, role), "side": one.side, "votes": one.votes,
            "people": case.seats.get(role, 0), "least": one.seats[0], "most": one.seats[1],
            "machine": role in case.machines}  # fmt: skip


def _ground(case: Case, number: int, inside: bool) -> dict[str, Any]:
    ground = case.grounds[number - 1]
    entry = case.law.entry(ground.entry)
    elements = [
        {"id": one.id, "text": {each: text_of(one, each) for each in LANGUAGES}, "gloss": one.gloss,
         "answer": result_of(case, number, one.id) if inside else "not told"}
        for one in case.elements(number)
    ]  # fmt: skip
    weighed = number in case.weighed and inside
    sheet = {each: lines_of(case, number, each) for each in LANGUAGES} if weighed else None
    return {"number": number, "entry": entry.id, "identifier": entry.identifier, "title": entry.title,
            "rule": entry.rule, "side": ground.side, "claim": case.text(ground.record, "claim"),
            "elements": elements, "sheet": sheet}  # fmt: skip


def _exhibit(case: Case, number: int, role: str) -> dict[str, Any]:
    filed: Filed = case.exhibits[number - 1]
    hidden = filed.sealed and not (role != PUBLIC and case.side(role) == "bench")
    return {"number": number, "side": filed.side, "status": filed.status, "sealed": filed.sealed,
            "title": "" if hidden else case.text(filed.record, "title"), "hidden": hidden,
            "late": case.minutes[filed.record].body["status"] == "pending",
            "at": clock(case.minutes[filed.record].at), "digest": filed.digest}  # fmt: skip


def _witness(case: Case, number: int) -> dict[str, Any]:
    called_ = case.witnesses[number - 1]
    told = content_of(case, called_.record) or {}
    answers = [
        {"event": one.get("event", ""), "lines": one.get("lines", [])}
        for one in (content_of(case, record) or {} for record in called_.answers)
    ]
    return {"number": number, "person": called_.person, "side": called_.side, "digest": called_.digest,
            "described": told.get("described", ""), "arm": told.get("arm", ""), "twin": told.get("twin", ""),
            "sentences": told.get("sentences", []), "says": told.get("says", []),
            "answers": answers}  # fmt: skip


def _expert(case: Case, number: int) -> dict[str, Any]:
    one = case.expertises[number - 1]
    questions = [
        {"side": each.side, "text": case.text(each.record, "text"),
         "answer": case.text(each.answer, "text") if each.answer is not None else None}
        for each in one.questions
    ]  # fmt: skip
    observed = [
        {"side": side, "text": case.text(record, "text") if record is not None else None}
        for side, record in one.observed.items()
    ]
    return {"number": number, "mission": case.text(one.record, "mission"),
            "relieved": one.relieved is not None, "questions": questions, "observed": observed,
            "report": case.text(one.report, "text") if one.report is not None else None}  # fmt: skip


def _incident(case: Case, number: int) -> dict[str, Any]:
    one = case.incidents[number - 1]
    ruled = case.minutes[one.ruling] if one.ruling is not None else None
    return {"number": number, "what": words(f"what-{one.what}"), "text": case.text(one.record, "text"),
            "outcome": words(f"outcome-{ruled.body['outcome']}") if ruled else None,
            "reason": case.text(ruled.number, "reason") if ruled else ""}  # fmt: skip


def _open(case: Case, role: str) -> dict[str, Any] | None:
    """The question that voters are answering now. Who has answered is in no view."""
    if case.phase != "hearing" or not case.box.question:
        return None
    number = case.box.question
    one = case.questions[number - 1] if number > 0 else case.considered[-number - 1]
    sheet = (
        {each: _sheet(case, one, each, number < 0) for each in LANGUAGES} if deliberates(case, role) else None
    )
    return {"number": number, "ground": one.ground, "element": one.element,
            "read": {each: question_read(case, one.ground, one.element, each) for each in LANGUAGES},
            "sheet": sheet}  # fmt: skip


def _sheet(case: Case, one: Any, language: Language, own: bool) -> list[str]:
    """The sheet of an element. How many have answered is told to the president in a frame of its own."""
    say = catalogue("deliberation", language)
    told = sheet_of(case, one.ground, one.element, language)
    hidden = {say("own"), *told.own} if own else set()
    return [line for line in told.lines(say) if line not in hidden]


def _question(case: Case, one: Put, inside: bool) -> dict[str, Any]:
    closed = case.minutes[one.closed].body if one.closed is not None else {}
    own = considered(case, one.ground, one.element)
    before = case.minutes[own.closed].body.get("figures") if own is not None and own.closed else None
    return {"ground": one.ground, "element": one.element, "closed": one.closed is not None,
            "read": {each: question_read(case, one.ground, one.element, each) for each in LANGUAGES},
            "result": one.result if inside else None,
            "figures": closed.get("figures") if inside else None,
            "before": before if inside else None}  # fmt: skip


def _judgment(case: Case) -> dict[str, Any]:
    return {
        "reasons": [{"ground": ground, "element": element, "text": case.text(record, "text"),
                     "rests": {name: case.minutes[record].body.get(name, [])
                               for name in ("exhibits", "facts", "points")}}
                    for (ground, element), record in sorted(case.reasons.items())],
        "operative": [{"ground": ground, "outcome": words(f"decided-{_dashed(case, record)}"),
                       "text": case.text(record, "text")}
                      for ground, record in sorted(case.operative.items())],
        "remedies": [{"ground": one.ground, "exhibit": one.exhibit, "text": case.text(one.record, "text"),
                      "title": {each: remedy_of(one.remedy).title.of(each) for each in LANGUAGES}}
                     for one in case.remedies],
        "opinions": [{"role": called(case, case.minutes[record].by), "text": case.text(record, "text")}
                     for record in case.opinions],
    }  # fmt: skip


def _dashed(case: Case, record: int) -> str:
    return str(case.minutes[record].body["outcome"]).replace(" ", "-")


def _record(case: Case, inside: bool) -> Iterator[dict[str, Any]]:
    """The minutes as lines: when, who from which seat, what, and what was said."""
    for one in case.minutes:
        if one.kind in UNTOLD or (one.kind in OF_THE_COURT and not inside):
            continue
        yield _line(case, one)


def _line(case: Case, record: Record) -> dict[str, Any]:
    body = record.body
    texts = [case.text(record.number, name) for name in SPOKEN if name in record.commitments]
    about = {name: body[name] for name in _SHOWN if name in body}
    if CONTENT in record.commitments and record.kind != "exhibit":
        about["title"] = (content_of(case, record.number) or {}).get("title", "")
    if record.kind == "exhibit":
        texts = [] if case.exhibits[body["exhibit"] - 1].sealed else texts
    return {"number": record.number, "clock": clock(record.at), "role": record.by,
            "seat": body.get("seat"), "kind": record.kind, "title": _kind(record.kind), "about": about,
            "texts": texts}  # fmt: skip


_SHOWN = ("role", "ground", "element", "answer", "exhibits", "exhibit", "page", "fact", "point", "incident",
          "outcome", "seconds", "side", "stage", "run", "person", "witness", "result", "status", "record",
          "claimant", "entry", "yes", "no", "blank", "used", "over")  # fmt: skip


def _kind(kind: str) -> Words:
    key = f"kind-{kind}"
    try:
        return words(key)
    except (KeyError, MootError):
        return plain(kind)
