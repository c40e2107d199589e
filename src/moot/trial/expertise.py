"""An expert of the court: appointed with a mission, runs the simulator, reports, and is questioned on it.

The president appoints the expert before the vote. What it asks for is a run of the case like any other: both
sides read request and result at the same second; what it files is an exhibit of the court. Its report rests
on at least one such exhibit. The parties put questions before and after it, and each side gives its
observations, or waives them: without that the court does not go on to its vote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moot.trial.case import Case, Step, listed, only, party, refuse
from moot.trial.minutes import Draft, Record
from moot.trial.procedure import PARTIES

__all__ = ["ROLE", "STEPS", "Asked", "Expertise", "appointed", "unfinished"]

ROLE = "expert"
MOST_QUESTIONS = 20
"""Questions of one side to one expert."""


@dataclass
class Asked:
    """A question to the expert: its record, the side that put it, and the record of the answer, if any."""

    record: int
    side: str
    answer: int | None = None


@dataclass
class Expertise:
    """An appointment: its record, those of the report and of what ended it without one, the questions, and
    the record of the observations of each side, None where it waived them."""

    record: int
    report: int | None = None
    relieved: int | None = None
    questions: list[Asked] = field(default_factory=list)
    observed: dict[str, int | None] = field(default_factory=dict)

    @property
    def going_on(self) -> bool:
        """Whether the expert still has to report."""
        return self.report is None and self.relieved is None


def appointed(case: Case) -> Expertise | None:
    """The expertise that goes on, or None."""
    return next((one for one in case.expertises if one.going_on), None)


def unfinished(case: Case) -> str:
    """What is still to be done on an expert before the court votes, in a sentence; empty where nothing is."""
    for number, one in enumerate(case.expertises, 1):
        if one.going_on:
            return f"expert {number} has not reported; the president can relieve it, with a reason"
        if one.relieved is not None:
            continue
        for place, asked in enumerate(one.questions, 1):
            if asked.answer is None:
                return f"question {place} to expert {number} has no answer; the president can set it aside"
        for side in PARTIES:
            if side not in one.observed:
                return f"{side} has not observed on the report of expert {number}, and did not waive it"
    return ""


def _before_the_vote(case: Case) -> None:
    if case.phase not in ("preparation", "hearing") or (
        case.phase == "hearing" and case.stage.kind in ("vote", "reading")
    ):
        refuse("an expert is heard before the vote: both sides have to be heard on the report")


def _of(case: Case, draft: Draft) -> Expertise:
    _before_the_vote(case)
    found: Expertise = case.numbered(case.expertises, draft.body.get("expertise"), "expert")
    if found.relieved is not None:
        refuse(f"expert {draft.body['expertise']} was relieved")
    return found


def _appoint(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    _before_the_vote(case)
    if case.procedure.role(ROLE).seats[1] < 1:
        refuse("this procedure has no seat for an expert")
    if appointed(case) is not None:
        refuse("an expert is appointed and has not reported; one at a time")
    return {"expertise": len(case.expertises) + 1}


def _set_appointed(case: Case, record: Record) -> None:
    case.expertises.append(Expertise(record.number))
    case.seats[ROLE] = 1


def _relieve(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    if not _of(case, draft).going_on:
        refuse("the expert has reported")
    return {}


def _set_relieved(case: Case, record: Record) -> None:
    case.expertises[record.body["expertise"] - 1].relieved = record.number
    case.seats[ROLE] = 0


def _question(case: Case, draft: Draft) -> dict[str, Any]:
    found = _of(case, draft)
    side = case.side(draft.by)
    if side not in (*PARTIES, "third", "bench"):
        refuse(f"questions to an expert are for the sides and the court, not for {draft.by}")
    if side in found.observed:
        refuse(f"{side} has given its observations; questions come before them")
    if sum(one.side == side for one in found.questions) >= MOST_QUESTIONS:
        refuse(f"{side} has put {MOST_QUESTIONS} questions to this expert")
    return {"question": len(found.questions) + 1, "side": side}


def _add_question(case: Case, record: Record) -> None:
    found: Expertise = case.expertises[record.body["expertise"] - 1]
    found.questions.append(Asked(record.number, record.body["side"]))


def _answer(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, ROLE, "president")
    found = _of(case, draft)
    asked: Asked = case.numbered(found.questions, draft.body.get("question"), "question to this expert")
    if asked.answer is not None:
        refuse("this question is answered")
    case.admitted(draft.body.get("exhibits", ()))
    return {"set_aside": draft.by == "president"}


def _add_answer(case: Case, record: Record) -> None:
    found: Expertise = case.expertises[record.body["expertise"] - 1]
    found.questions[record.body["question"] - 1].answer = record.number


def _report(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, ROLE)
    if not _of(case, draft).going_on:
        refuse("the expert has reported; a correction can be added")
    numbers = listed(draft, "exhibits")
    case.admitted(numbers)
    own = {one.number for one in case.asked if one.side == ROLE and one.made is not None}
    if not any(case.minutes[case.exhibits[n - 1].record].body.get("run") in own for n in numbers):
        refuse(
            "a report rests on an exhibit of a run that the expert made in this case: moot case run CASE "
            "EXPERIMENT --by expert, then moot case exhibit CASE --run N --by expert"
        )
    return {}


def _add_report(case: Case, record: Record) -> None:
    case.expertises[record.body["expertise"] - 1].report = record.number


def _observe(case: Case, draft: Draft) -> dict[str, Any]:
    side = party(case, draft)
    found = _of(case, draft)
    if found.report is None:
        refuse("observations are on the report, and there is none yet")
    if side in found.observed:
        refuse(f"{side} has observed on this report, or waived it")
    none = draft.body.get("none", False)
    if not isinstance(none, bool):
        refuse("none: expected true or false")
    if bool(draft.texts.get("text")) == none:
        refuse("expected observations as a text, or `none=yes` to waive them")
    case.admitted(draft.body.get("exhibits", ()))
    return {"side": side}


def _add_observations(case: Case, record: Record) -> None:
    body = record.body
    case.expertises[body["expertise"] - 1].observed[body["side"]] = (
        None if body.get("none") else record.number
    )


STEPS: dict[str, Step] = {
    "appoint": Step(_appoint, _set_appointed, ("mission", "name"), ("mission",)),
    "relieve": Step(_relieve, _set_relieved, ("reason",), ("reason",), fields=("expertise",)),
    "expert-question": Step(_question, _add_question, ("text",), ("text",), fields=("expertise",)),
    "expert-answer": Step(
        _answer, _add_answer, ("text",), ("text",), fields=("expertise", "question", "exhibits")
    ),
    "report": Step(_report, _add_report, ("text",), ("text",), fields=("expertise", "exhibits")),
    "observations": Step(_observe, _add_observations, ("text",), fields=("expertise", "exhibits", "none")),
}
