"""Evidence as it is asked for and made: runs of the case, witnesses, what would flip an exhibit.

Either side or the court asks for a run with its own parameters. The request is a record, and so is the
result: both sides read both at the same second, and nobody holds a run of the case that the other side has
not seen. Every run asked for stays in the list, filed or not; runs made outside the case are unknown to it.

A *witness* is the logged life of one synthetic person and its twin, a sentence for each event. It is
examined by asking for the explanation of one of its events, and by changing one rule and simulating again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moot.trial.case import CONTENT, Case, Step, refuse
from moot.trial.minutes import Draft, Record
from moot.trial.procedure import PARTIES
from moot.trial.remedies import remedy_of

__all__ = ["ANSWER", "LIFE", "REQUEST", "RESULT", "STEPS", "Asked", "Witness", "content_of", "filed_from"]

REQUEST, RESULT, LIFE, ANSWER = "moot-request-1", "moot-result-1", "moot-life-1", "moot-answer-1"
_SEALED = re.compile(r"[0-9a-f]{64}\Z")
_NUMBER = re.compile(r"SYN-[0-9]{7}\Z")


@dataclass
class Asked:
    """A run that was asked for: by which side, of which experiment (its hash), and the record of its result.

    `number` is that of the run, `record` where it was asked; `made` is None until the result is there.
    """

    number: int
    record: int
    side: str
    experiment: str
    made: int | None = None


@dataclass
class Witness:
    """A life that was called, by which side; `answers` are the records of its examination."""

    record: int
    side: str
    person: str
    digest: str
    answers: list[int] = field(default_factory=list)


def content_of(case: Case, record: int) -> dict[str, Any] | None:
    """What the program wrote beside a record, or None where it was taken away."""
    try:
        told = json.loads(case.text(record, CONTENT))
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def filed_from(case: Case, experiment: str) -> list[int]:
    """The numbers of the exhibits that were filed from an experiment (its hash)."""
    found = []
    for number, filed in enumerate(case.exhibits, 1):
        content = content_of(case, filed.record)
        if content is not None and content.get("experiment") == experiment:
            found.append(number)
    return found


def _written(draft: Draft, kind: str, *needed: str) -> Mapping[str, Any]:
    """The content of a draft as it was written by the program: of this kind and hash, with these keys."""
    content, digest = draft.texts[CONTENT], str(draft.body.get("digest"))
    if not _SEALED.match(digest) or hashlib.sha256(content.encode()).hexdigest() != digest:
        refuse(f"{draft.kind}: the content does not have this hash")
    try:
        told = json.loads(content)
        whole = told["format"] == kind and all(told[name] for name in needed)
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        refuse(f"{draft.kind}: is written by the program alone: moot case run, witness, examine")
    return dict(told)


def _open_for_evidence(case: Case, draft: Draft) -> str:
    """The side that takes a step of evidence; refused once the court votes."""
    side = case.side(draft.by)
    if side not in (*PARTIES, "third", "bench", "expert"):
        refuse(f"{draft.kind}: is for a side, the third voice, the court or its expert, not for {draft.by}")
    if side == "expert":
        appointed(case)
    if case.phase == "hearing" and case.stage.kind in ("vote", "reading"):
        refuse("evidence is taken before the vote: both sides have to be heard on it")
    return side


def appointed(case: Case) -> None:
    """Refuse what an expert does where none is appointed, or it has reported."""
    if not any(one.going_on for one in case.expertises):
        refuse("no expert is at work; the president appoints one: appoint")


def _ask(case: Case, draft: Draft) -> dict[str, Any]:
    side = _open_for_evidence(case, draft)
    told = _written(draft, REQUEST, "about", "experiment")
    if draft.body.get("experiment") != told["experiment"]:
        refuse("the request is of another experiment than its content")
    for one in case.asked:
        if one.experiment == told["experiment"]:
            refuse(f"this run was asked for already, as run {one.number}; both sides have it")
    if "remedy" in draft.body:
        if side != "bench":
            refuse("a remedy is simulated for the court; a side asks for a run of its own")
        if remedy_of(str(draft.body["remedy"])).order is None:
            refuse("this remedy cannot be simulated")
    return {"run": len(case.asked) + 1, "side": side, "told": list(PARTIES)}


def _add_asked(case: Case, record: Record) -> None:
    case.asked.append(
        Asked(record.body["run"], record.number, record.body["side"], record.body["experiment"])
    )


def _made(case: Case, draft: Draft) -> dict[str, Any]:
    asked: Asked = case.numbered(case.asked, draft.body.get("run"), "run")
    if asked.made is not None:
        refuse("the result of this run is in the minutes already")
    if case.side(draft.by) != asked.side:
        refuse(f"the run was asked for by {asked.side}")
    told = _written(draft, RESULT, "experiment", "runs", "lines")
    if told["experiment"] != asked.experiment:
        refuse("the result is of another experiment than was asked for")
    return {"told": list(PARTIES)}


def _set_made(case: Case, record: Record) -> None:
    case.asked[record.body["run"] - 1].made = record.number


def _call(case: Case, draft: Draft) -> dict[str, Any]:
    side = _open_for_evidence(case, draft)
    told = _written(draft, LIFE, "about", "sentences")
    if not _NUMBER.match(str(draft.body.get("person"))) or draft.body["person"] != told.get("person"):
        refuse("a witness is a life of a panel by its number, such as SYN-0012345")
    if any(one.digest == draft.body["digest"] for one in case.witnesses):
        refuse("this life was called already")
    return {"witness": len(case.witnesses) + 1, "side": side}


def _add_witness(case: Case, record: Record) -> None:
    body = record.body
    case.witnesses.append(Witness(record.number, body["side"], body["person"], body["digest"]))


def _examine(case: Case, draft: Draft) -> dict[str, Any]:
    side = _open_for_evidence(case, draft)
    witness: Witness = case.numbered(case.witnesses, draft.body.get("witness"), "witness")
    told = _written(draft, ANSWER, "lines", "event")
    if told.get("life") != witness.digest:
        refuse("the answer is of another life than that of the witness")
    return {"side": side}


def _add_answer(case: Case, record: Record) -> None:
    case.witnesses[record.body["witness"] - 1].answers.append(record.number)


STEPS: dict[str, Step] = {
    "ask-run": Step(
        _ask, _add_asked, ("reason", CONTENT), (CONTENT,), fields=("experiment", "digest", "remedy")
    ),
    "run-made": Step(_made, _set_made, (CONTENT,), (CONTENT,), fields=("run", "digest")),
    "witness": Step(_call, _add_witness, (CONTENT,), (CONTENT,), fields=("person", "digest")),
    "examined": Step(_examine, _add_answer, (CONTENT,), (CONTENT,), fields=("witness", "digest")),
}
