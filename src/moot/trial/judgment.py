"""The judgment: the court's answers and reasons, element by element; the program writes none of it.

What a court answers on an element is the vote it took, or *not decided* where none was taken. Every element
voted on has a reason; a reason may rest on admitted exhibits, on facts admitted or proved, and on points of
the court that both parties were heard on. Every ground has an outcome, chosen by the court.
"""

from __future__ import annotations

from typing import Any

from moot.errors import CaseError
from moot.trial.case import Case, Fact, Point, Step, listed, only, refuse
from moot.trial.minutes import Draft, Record
from moot.trial.procedure import PARTIES
from moot.trial.wording import approving

__all__ = ["OUTCOMES", "STEPS", "arguments", "missing", "result_of"]

OUTCOMES = ("upheld", "dismissed", "not established")


def result_of(case: Case, ground: int, element: str) -> str:
    """The court's answer on an element: `met`, `not met`, `not established`, or `not decided`."""
    for one in case.questions:
        if (one.ground, one.element) == (ground, element) and one.result is not None:
            return one.result
    return "not decided"


def arguments(case: Case, ground: int, element: str) -> dict[str, list[int]]:
    """The records of what each party argued on an element, in their order; empty where it was not argued."""
    found: dict[str, list[int]] = {side: [] for side in PARTIES}
    for number in case.speeches:
        body = case.minutes[number].body
        if body.get("ground") == ground and body.get("element") == element and body["side"] in found:
            found[body["side"]].append(number)
    return found


def missing(case: Case) -> list[str]:
    """What a judgment still lacks, a sentence each; empty where it can be delivered."""
    said = []
    for one in case.questions:
        if (one.ground, one.element) not in case.reasons:
            said.append(f"no reasons on element {one.element} of ground {one.ground}, which was voted on")
    for number, ground in enumerate(case.grounds, 1):
        if number not in case.operative:
            said.append(f"ground {number} ({ground.entry}) is pleaded and has no outcome")
    return said


def _bench(case: Case, draft: Draft) -> None:
    if case.side(draft.by) != "bench" or not case.seated(draft.by):
        refuse(f"{draft.kind}: is for the court, not for {draft.by}")
    if case.stage.kind not in ("vote", "reading"):
        refuse("the court gives its reasons after the vote")
    if case.rehearsal:
        refuse("a rehearsal ends without reasons and without a judgment")
    if case.delivered:
        refuse("the judgment was delivered")
    for text in draft.texts.values():
        for sentence in approving(text):
            raise CaseError(f"a judgment approves of no scheme: “{sentence}”")


def _reason(case: Case, draft: Draft) -> dict[str, Any]:
    _bench(case, draft)
    body = draft.body
    _, element = case.element_of(body.get("ground"), body.get("element"))
    if result_of(case, body["ground"], element) == "not decided":
        refuse("no vote was taken on this element; reasons follow a vote")
    if (body["ground"], element) in case.reasons:
        refuse("reasons on this element were given; the clerk can add a correction")
    case.admitted(body.get("exhibits", ()))
    for number in listed(draft, "facts"):
        fact: Fact = case.numbered(case.facts, number, "fact")
        if fact.status not in ("admitted", "proved"):
            refuse(f"fact {number} is {fact.status}; a judgment rests on what is admitted or proved")
    for number in listed(draft, "points"):
        point: Point = case.numbered(case.points, number, "point")
        if point.heard != set(PARTIES):
            refuse(f"the parties were not heard on point {number}; it cannot be used")
    for name in listed(draft, "law"):
        if not isinstance(name, str):
            refuse("law: expected a list of ids of entries")
        case.law.entry(name)
    return {}


def _add_reason(case: Case, record: Record) -> None:
    case.reasons[record.body["ground"], record.body["element"]] = record.number


def _operative(case: Case, draft: Draft) -> dict[str, Any]:
    _bench(case, draft)
    only(draft, "president")
    if case.stage.kind != "reading":
        refuse("the operative part is written when the votes are closed, in the reading")
    case.numbered(case.grounds, draft.body.get("ground"), "ground")
    if draft.body["ground"] in case.operative:
        refuse("this ground has an outcome")
    if draft.body.get("outcome") not in OUTCOMES:
        refuse(f"a ground is {', '.join(OUTCOMES[:-1])} or {OUTCOMES[-1]}")
    return {}


def _add_operative(case: Case, record: Record) -> None:
    case.operative[record.body["ground"]] = record.number


def _opinion(case: Case, draft: Draft) -> dict[str, Any]:
    _bench(case, draft)
    if not case.procedure.ballot.separate_opinions:
        refuse("this procedure allows no separate opinion")
    if not case.procedure.role(draft.by).votes:
        refuse("a separate opinion is of somebody who votes")
    return {}


def _add_opinion(case: Case, record: Record) -> None:
    case.opinions.append(record.number)


def _deliver(case: Case, draft: Draft) -> dict[str, Any]:
    _bench(case, draft)
    only(draft, "president")
    if case.stage.kind != "reading":
        refuse("a judgment is delivered in its reading")
    lacking = missing(case)
    if lacking:
        refuse("the judgment is not complete: " + "; ".join(lacking))
    return {}


def _set_delivered(case: Case, record: Record) -> None:
    case.delivered = True


STEPS: dict[str, Step] = {
    "reason": Step(
        _reason,
        _add_reason,
        ("text",),
        ("text",),
        fields=("ground", "element", "exhibits", "facts", "points", "law"),
    ),
    "operative": Step(_operative, _add_operative, ("text",), ("text",), fields=("ground", "outcome")),
    "opinion": Step(_opinion, _add_opinion, ("text",), ("text",)),
    "deliver": Step(_deliver, _set_delivered),
}
