"""Secret ballots: one question at a time, papers with salted commitments, counted when closed, then burnt.

A cast ballot is no record of the minutes. The box knows two sets that nothing joins: the seats that have
voted and the papers. Closing a vote writes the commitments of its papers, sorted, and the result; the
papers and the list of seats are then gone. How many voted how is told only where the procedure says so,
at least five voted, and unanimity was not asked; where the procedure hides it, a small or unanimous court
says no more than that the majority was reached or not.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moot.trial.case import Case, Put, Step, only, refuse
from moot.trial.minutes import Draft, Record, commitment, new_salt
from moot.trial.procedure import PARTIES, Ballot

__all__ = ["CHOICES", "RESULTS", "STEPS", "Box", "Paper", "cast", "counted", "drop_paper", "papers_of"]

CHOICES = ("met", "not met", "blank")
RESULTS = ("met", "not met", "not established")


@dataclass(frozen=True)
class Paper:
    """A ballot paper: its commitment is that of the salt and the choice."""

    commitment: str
    salt: str
    choice: str


@dataclass
class Box:
    """The papers of the open question, and the seats that have voted; `question` is 0 while none is open.

    A negative number is that of the element on which voters answer for themselves, before its question.
    """

    question: int = 0
    voted: set[tuple[str, int]] = field(default_factory=set)
    papers: set[Paper] = field(default_factory=set)


def counted(ballot: Ballot, votes: Counter[str], blanks_for: str | None) -> str:
    """What a court of these votes answers: `met`, `not met`, or `not established` where neither is reached.

    Blanks count for the side that they protect: the claimants plead that elements are met. A majority is
    taken of the papers cast, blanks included.
    """
    papers = sum(votes.values())
    met = votes["met"] + (votes["blank"] if blanks_for == "claimants" else 0)
    against = votes["not met"] + (votes["blank"] if blanks_for == "respondent" else 0)
    if met >= ballot.needed(papers) and papers:
        return "met"
    # Refusing needs no qualified majority: it is the simple one, or all where all are asked.
    needed = papers if ballot.majority == "unanimity" else papers // 2 + 1
    return "not met" if papers and against >= needed else "not established"


def cast(case: Case, role: str, seat: int, choice: str, salt: Callable[[], str] = new_salt) -> None:
    """Put a paper into the box for a seat. Nothing that joins the two is kept, and nothing is recorded.

    Raises `CaseError` without an open question, for a seat that does not vote or has voted.
    """
    if case.phase != "hearing" or case.box.question <= 0:
        refuse("no question is open; the president reads one before a vote")
    drop_paper(case, role, seat, choice, salt)


def drop_paper(case: Case, role: str, seat: int, choice: str, salt: Callable[[], str]) -> None:
    """Put a paper into the open box, whatever it is open for. Raises `CaseError`, `UnknownNameError`."""
    box: Box = case.box
    if case.paused_at is not None:
        refuse("the hearing is suspended; the president resumes it first")
    if not case.procedure.role(role).votes:
        refuse(f"{role} does not vote")
    if not 1 <= seat <= case.seats.get(role, 0):
        refuse(f"{role} has no seat {seat}; there are {case.seats.get(role, 0)}")
    if choice not in CHOICES:
        refuse(f"a ballot says one of {', '.join(CHOICES)}")
    if case.rehearsal and choice != "blank":
        refuse("ballots of a rehearsal are blank")
    if (role, seat) in box.voted:
        refuse("this seat has voted on this question")
    one = salt()
    box.voted.add((role, seat))
    box.papers.add(Paper(commitment(one, choice), one, choice))


def papers_of(box: Box) -> list[Paper]:
    """The papers of a box in the order of their commitments, which says nothing of when they were cast.

    Raises `CaseError` where they are not those that were cast.
    """
    papers = sorted(box.papers, key=lambda one: one.commitment)
    if len(papers) != len(box.voted):
        refuse("the box holds another number of papers than voters; the vote cannot be counted")
    if any(commitment(one.salt, one.choice) != one.commitment for one in papers):
        refuse("a paper is not the one that was cast; the vote cannot be counted")
    return papers


def _blanks(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    if case.stage.kind != "vote":
        refuse("said aloud at the beginning of the deliberation")
    if case.procedure.ballot.blanks != "president":
        refuse("the procedure says whom blanks count for")
    if case.questions:
        refuse("said before the first question is read")
    if draft.body.get("side") not in (*PARTIES, "none"):
        refuse(f"blanks count for one of {', '.join((*PARTIES, 'none'))}")
    return {}


def _set_blanks(case: Case, record: Record) -> None:
    case.blanks_for = record.body["side"]


def _put(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    stage = case.stage
    if stage.kind != "vote":
        refuse("questions are read to the court in the stage of its vote")
    if any(one.result is None for one in case.questions):
        refuse("a question is open; questions are voted one after the other")
    if case.box.question:
        refuse("voters are answering for themselves; `figures` closes that")
    if stage.most_questions is not None and len(case.questions) >= stage.most_questions:
        refuse(f"this procedure puts {stage.most_questions} questions at most")
    ground, element = case.element_of(draft.body.get("ground"), draft.body.get("element"))
    if any((one.ground, one.element) == (draft.body["ground"], element) for one in case.questions):
        refuse("this question was put already")
    if case.procedure.ballot.blanks == "president" and case.blanks_for is None:
        refuse("the president first says aloud whom blanks count for")
    if case.procedure.ballot.provisional and not any(
        one.closed is not None and (one.ground, one.element) == (draft.body["ground"], element)
        for one in case.considered
    ):
        refuse("everybody first answers for itself, then sees the figures: `consider`, then `figures`")
    return {"question": len(case.questions) + 1, "entry": ground.entry}


def _set_put(case: Case, record: Record) -> None:
    case.questions.append(Put(record.number, record.body["ground"], record.body["element"]))
    case.box = Box(len(case.questions))


def _close(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    _ = case.stage
    box: Box = case.box
    if box.question <= 0:
        refuse("no question is open")
    ballot, papers = case.procedure.ballot, papers_of(box)
    if not papers:
        refuse("nobody has voted")
    if not ballot.abstention and len(papers) < case.voters:
        refuse(f"{case.voters - len(papers)} seats have not voted; nobody may abstain")
    votes = Counter(one.choice for one in papers)
    protected = case.blanks_for if ballot.blanks == "president" else ballot.blanks
    result = counted(ballot, votes, protected)
    if case.rehearsal or (ballot.says_only_reached(len(papers)) and result == "not met"):
        # No answer comes out of a rehearsal; and where few vote, "not met" would say how all of them did.
        result = "not established"
    said: dict[str, Any] = {
        "question": box.question,
        "commitments": [one.commitment for one in papers],
        "result": result,
        "needed": ballot.needed(len(papers)),
        "blanks_for": protected,
    }
    if ballot.says_only_reached(len(papers)):
        said["reached"] = result == "met"
    if ballot.tells_figures(len(papers)):
        said["figures"] = {choice: votes[choice] for choice in CHOICES}
    return said


def _set_closed(case: Case, record: Record) -> None:
    question = case.questions[record.body["question"] - 1]
    question.result, question.closed = record.body["result"], record.number
    case.box = Box()


def shuffled(papers: set[Paper]) -> list[Paper]:
    """The papers in an order that says nothing of when they were cast."""
    order = list(papers)
    secrets.SystemRandom().shuffle(order)
    return order


STEPS: dict[str, Step] = {
    "blanks": Step(_blanks, _set_blanks, fields=("side",)),
    "put": Step(_put, _set_put, fields=("ground", "element")),
    "close-vote": Step(_close, _set_closed),
}
