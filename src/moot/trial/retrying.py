"""A judgment as data, the same case tried again without knowing it, and two judgments compared by element.

A *retry* holds what was before the court (question, facts, grounds, exhibits, witnesses) and nothing of what
it did: no speech, no vote, no reason, no outcome. Whoever opens it tries the case under any procedure; then
the two judgments are set side by side, an element a line. Nothing says which of them is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moot.errors import CaseError
from moot.trial.case import CONTENT, Case
from moot.trial.court import open_case
from moot.trial.expert_papers import expert_data
from moot.trial.exports import identifier, mark_of
from moot.trial.judgment import arguments, result_of
from moot.trial.minutes import ERASED, Draft, Minutes
from moot.trial.papers import runs_of
from moot.trial.procedure import PARTIES, Procedure
from moot.trial.weighing import weighed
from moot.trial.wording import FICTION, SAYS

__all__ = ["Differing", "compared", "judgment_data", "retry_of", "tried_again"]

RETRY, JUDGMENT = "moot-retry-1", "moot-judgment-1"
KEPT = ("question", "claimant", "fact", "ground", "proportionality", "exhibit", "witness")
"""The steps that a retry repeats."""
Differing = dict[str, Any]


def judgment_data(case: Case, *, for_court: bool = False) -> dict[str, Any]:
    """The judgment as plain values, in its order; `for_court` shows what is sealed."""
    return {
        "format": JUDGMENT,
        "fiction": mark_of(case),
        "says": [*SAYS, *case.law.says],
        "identifier": identifier(case),
        "delivered": case.delivered,
        "head": case.minutes.head,
        "retry_of": case.minutes[1].body.get("retry_of"),
        "question": case.text(case.question, "question") if case.question is not None else "",
        "respondent": dict(case.respondent),
        "claimants": list(case.claimants),
        "procedure": case.procedure.procedure,
        "date": case.day.isoformat(),
        "facts": [
            {"fact": case.text(one.record, "fact"), "origin": case.text(one.record, "origin"),
             "status": one.status}
            for one in case.facts
        ],
        "grounds": [_ground(case, number) for number in range(1, len(case.grounds) + 1)],
        "remedies": [
            {"ground": one.ground, "remedy": one.remedy, "exhibit": one.exhibit} for one in case.remedies
        ],
        "opinions": [case.text(one, "text") for one in case.opinions],
        "public_vote": dict(case.public_vote) if case.public_vote is not None else None,
        "exhibits": [_exhibit(case, number, for_court) for number in range(1, len(case.exhibits) + 1)],
        "experts": expert_data(case),
        "runs": runs_of(case),
    }  # fmt: skip


def _ground(case: Case, number: int) -> dict[str, Any]:
    ground = case.grounds[number - 1]
    entry, record = case.law.entry(ground.entry), case.operative.get(number)
    return {
        "ground": number,
        "entry": ground.entry,
        "title": entry.title,
        "pleaded_by": ground.side,
        "on_the_day": entry.on(case.day),
        "elements": [
            {
                "element": one.id,
                "text": one.text,
                "arguments": {
                    side: [case.text(said, "text") for said in records]
                    for side, records in arguments(case, number, one.id).items()
                },
                "result": result_of(case, number, one.id),
                "reasons": _text(case, case.reasons.get((number, one.id))),
            }
            for one in case.elements(number)
        ],
        "proportionality": [
            {"step": one.step.step, "answers": one.answers, "stopped": one.stopped}
            for one in weighed(case, number)
        ],
        "outcome": case.minutes[record].body["outcome"] if record is not None else None,
        "operative": _text(case, record),
    }


def _text(case: Case, record: int | None) -> str | None:
    return case.text(record, "text") if record is not None else None


def _exhibit(case: Case, number: int, for_court: bool) -> dict[str, Any]:
    filed = case.exhibits[number - 1]
    told = {
        "exhibit": number,
        "title": case.text(filed.record, "title"),
        "side": filed.side,
        "status": filed.status,
        "sealed": filed.sealed,
        "digest": filed.digest,
    }
    kept = case.text(filed.record, CONTENT)
    if filed.status != "withdrawn" and kept and kept != ERASED and (for_court or not filed.sealed):
        content = json.loads(kept)
        told["effect"] = content.get("effect")
    return told


def retry_of(case: Case) -> dict[str, Any]:
    """What another court needs to try the case without knowing this judgment.

    Raises `CaseError` where a text of it was erased, or an exhibit is sealed.
    """
    created = case.minutes[1]
    steps: list[dict[str, Any]] = []
    for record in case.minutes:
        if record.kind not in KEPT:
            continue
        if record.kind == "question" and record.number != case.question:
            continue
        texts = {name: case.text(record.number, name) for name in record.commitments if name != "name"}
        if ERASED in texts.values():
            raise CaseError(f"record {record.number}: its texts were erased; the case cannot be tried again")
        fields = {name: record.body[name] for name in case.steps[record.kind].fields if name in record.body}
        fields.pop("run", None)  # runs of the other case are not of this one
        by = record.by if case.side(record.by) in PARTIES else "president"
        steps.append({"step": record.kind, "by": by, "set": fields, "texts": texts})
    if any(one.sealed for one in case.exhibits):
        raise CaseError("an exhibit is sealed; the case cannot be given to another court")
    out = [n for n, one in enumerate(case.exhibits, 1) if one.status in ("withdrawn", "set aside", "pending")]
    body = {name: created.body[name] for name in ("format", "country", "law", "own_law", "day", "regime")}
    return {
        "format": RETRY,
        "fiction": FICTION,
        "of": {"identifier": identifier(case), "head": case.minutes.head},
        "created": {"body": body, "texts": {name: case.text(1, name) for name in created.commitments}},
        "steps": steps,
        "not_in_the_case": out,
    }


def tried_again(package: Mapping[str, Any], name: str, procedure: Procedure) -> Case:
    """The case of a retry, ready to be heard under a procedure; exhibits keep their numbers.

    Raises `CaseError` for what is no retry, or holds anything else than what a retry holds.
    """
    if package.get("format") != RETRY:
        raise CaseError("this is no retry of a case; moot case retry CASE writes one")
    try:
        created, steps = package["created"], package["steps"]
        body = {
            **created["body"],
            "case": name,
            "procedure": procedure.resolved(),
            "procedure_hash": procedure.content_hash,
            "retry_of": {key: str(package["of"][key]) for key in ("identifier", "head")},
        }
        minutes = Minutes()
        minutes.append(Draft(kind="created", by="president", at=0, body=body, texts=created["texts"]))
        made = open_case(minutes)
        for one in steps:
            if one["step"] not in KEPT:
                raise CaseError(f"a retry holds no step {one['step']}; it is no longer blind")
            made.do(one["step"], one["by"], 0, texts=one["texts"], **one["set"])
        for number in package["not_in_the_case"]:
            filed = made.exhibits[number - 1]
            by = "president" if filed.side == "bench" else filed.side
            made.do("withdraw", by, 0, exhibit=number)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise CaseError(f"the retry is not whole: {type(error).__name__} {error}") from None
    return made


def compared(one: Mapping[str, Any], other: Mapping[str, Any]) -> Differing:
    """Two judgments as data set side by side by element.

    `blind` says whether the second is a retry of the first, so that its court did not know it. Raises
    `CaseError` where they are no judgments, or judge two schemes.
    """
    for told in (one, other):
        if told.get("format") != JUDGMENT:
            raise CaseError("expected two cases, or the files of moot case export --format json")
    if one["respondent"]["hash"] != other["respondent"]["hash"]:
        raise CaseError("the two judge different schemes; they are not compared")
    blind = (other.get("retry_of") or {}).get("identifier") is not None and (
        other["retry_of"]["identifier"].rsplit(":", 1)[0] == one["identifier"].rsplit(":", 1)[0]
    )
    lines = []
    found = [{_key(ground): ground for ground in told["grounds"]} for told in (one, other)]
    for key in dict.fromkeys((*found[0], *found[1])):
        pair = [grounds.get(key) for grounds in found]
        both = [{one["element"]: one for one in ground["elements"]} if ground else {} for ground in pair]
        for name in dict.fromkeys((*both[0], *both[1])):
            element = both[0].get(name) or both[1][name]
            answers = [one[name]["result"] if name in one else "not pleaded" for one in both]
            reasons = [one[name]["reasons"] if name in one else None for one in both]
            lines.append(
                {"entry": key[0], "pleaded_by": key[1], "element": element["element"],
                 "text": element["text"], "answers": answers, "same": answers[0] == answers[1],
                 "reasons": reasons}
            )  # fmt: skip
        outcomes = [ground["outcome"] if ground else "not pleaded" for ground in pair]
        lines.append(
            {"entry": key[0], "pleaded_by": key[1], "element": None, "text": "outcome",
             "answers": outcomes, "same": outcomes[0] == outcomes[1], "reasons": [None, None]}
        )  # fmt: skip
    return {
        "fiction": FICTION,
        "says": list(SAYS),
        "judgments": [told["identifier"] for told in (one, other)],
        "delivered": [told["delivered"] for told in (one, other)],
        "procedures": [told["procedure"] for told in (one, other)],
        "blind": blind,
        "lines": lines,
    }


def _key(ground: Mapping[str, Any]) -> tuple[str, str]:
    return ground["entry"], ground["pleaded_by"]
