"""Cases for the tests, opened and led through a hearing by a clock that the test holds."""

import functools
import hashlib
import json
from datetime import date

import pytest

from moot.cli.main import main
from moot.regime.reading import load_regime
from moot.trial.ballots import cast
from moot.trial.case import Case
from moot.trial.court import new_case
from moot.trial.hearing import turn_now
from moot.trial.procedure import load_procedure
from moot.trial.ready import ready_case

QUESTION = "Is the scheme compatible with the fundamental rights of individuals?"
SPEAKERS = ("speeches", "instructions")


load = functools.cache(load_procedure)
scheme = functools.cache(load_regime)


def fresh(procedure="three-voices", **changes) -> Case:
    asked = {"country": "france", "day": date(2028, 12, 4), "question": QUESTION} | changes
    return new_case(
        "a-case",
        procedure=load(procedure),
        regime=scheme("rank-my-life-2028"),
        **asked,
    )


def ready(procedure="three-voices", *, voters=None, **changes) -> Case:
    """A case in which everybody sits and two grounds are pleaded."""
    case = fresh(procedure, **changes)
    case.do("claimant", "claimants", 0, claimant="Claimant 1")
    case.do("fact", "claimants", 0, status="disputed",
            texts={"fact": "An employer read the score.", "origin": "invented by the authors"})  # fmt: skip
    case.do("ground", "claimants", 0, entry="AIA-5-1-c", texts={"claim": "Private life decides a job."})
    case.do("ground", "claimants", 0, entry="CH-1", texts={"claim": "A person is more than a number."})
    for role in case.procedure.roles:
        people = max(1, role.seats[0])
        if voters is not None and role is case.procedure.voters[-1]:
            people = voters - sum(max(1, one.seats[0]) for one in case.procedure.voters[:-1])
        if people:
            case.do("seat", "president", 0, role=role.role, people=min(people, role.seats[1]))
    return case


def shown(number: int = 1) -> dict[str, str]:
    """An exhibit's content as it is filed, with the least that it has to hold, and its hash."""
    content = json.dumps({"format": "moot-exhibit-1", "number": number, "runs": {"r1": {}}, "about": {"a": 1},
                          "draws": {"over": ["regime.sensors"]},
                          "effect": {"interval": {"low": 0}, "span": {"low": 0}}})  # fmt: skip
    return {"content": content, "digest": hashlib.sha256(content.encode()).hexdigest()}


def file(case: Case, by: str, title: str, number: int = 1) -> None:
    one = shown(number)
    texts = {"title": title, "content": one["content"]}
    case.do("exhibit", by, case.now, digest=one["digest"], texts=texts)


def to_stage(case: Case, kind: str, *, seconds: int = 30) -> int:
    """Play every stage before the next one of this kind; the second that the clock stands at."""
    at = case.now
    while case.phase == "hearing" and case.stage.kind != kind:
        at = play_stage(case, at, seconds)
    return at


def play_stage(case: Case, at: int, seconds: int = 30) -> int:
    if case.stage.kind in SPEAKERS:
        while (turn := turn_now(case)) is not None:
            case.do("floor", "president", at, role=turn.role)
            case.do("speech", turn.role, at + 1, texts={"text": f"Words of {turn.role}."})
            at += seconds
            case.do("yield", turn.role, at)
    elif case.stage.kind == "public-vote":
        case.do("public-vote", "president", at, yes=3, no=2, blank=1)
    elif case.stage.kind == "vote":
        vote(case, at, 2, "1", "met")
    elif case.stage.kind == "reading":
        judge(case, at)
    case.do("next", "president", at)
    return at


def vote(case: Case, at: int, ground: int, element: str, *choices: str) -> str:
    """Put a question and cast a ballot from every voting seat; the last choice is repeated."""
    if case.procedure.ballot.blanks == "president" and case.blanks_for is None:
        case.do("blanks", "president", at, side="respondent")
    if case.procedure.ballot.provisional:
        consider(case, at, ground, element)
    case.do("put", "president", at, ground=ground, element=element)
    left = list(choices)
    for role in case.procedure.voters:
        for seat in range(1, case.seats.get(role.role, 0) + 1):
            choice = left.pop(0) if len(left) > 1 else left[0]
            if choice != "none":
                cast(case, role.role, seat, choice)
    case.do("close-vote", "president", at)
    return case.questions[-1].result or ""


def consider(case: Case, at: int, ground: int, element: str) -> None:
    """Put an element before the court; everybody writes an answer on paper of its own, then sees figures."""
    case.do("consider", "president", at, ground=ground, element=element)
    case.do("figures", "president", at, written=case.voters)


def judge(case: Case, at: int) -> None:
    for one in case.questions:
        case.do("reason", "president", at, ground=one.ground, element=one.element,
                texts={"text": "The court has read the texts and heard both sides."})  # fmt: skip
    for number in range(1, len(case.grounds) + 1):
        case.do("operative", "president", at, ground=number, outcome="not established",
                texts={"text": "It is not established."})  # fmt: skip
    case.do("deliver", "president", at)


def whole(procedure="three-voices", **changes) -> Case:
    """A case from its opening to its end."""
    case = ready(procedure, **changes)
    case.do("open", "president", 0)
    while case.phase == "hearing":
        play_stage(case, case.now)
    return case


def played_to_judgment(reason, decision):
    """The ready case, played to a judgment: one element voted, a remedy ordered; people type these texts."""
    case = ready_case("rank-my-life-2028", "a-case", procedure=load("constitutional"))
    for role in case.procedure.roles:
        case.do("seat", "president", 0, role=role.role, people=max(1, role.seats[0]))
    case.do("open", "president", 0)
    at = to_stage(case, "vote")
    vote(case, at, 2, "1", "met")
    case.do("next", "president", at)
    case.do("reason", "president", at, ground=2, element="1", facts=[1], exhibits=[2],
            texts={"text": reason})  # fmt: skip
    for ground in range(1, len(case.grounds) + 1):
        outcome = "upheld" if ground == 2 else "dismissed"
        case.do("operative", "president", at, ground=ground, outcome=outcome, texts={"text": decision})
    case.do("remedy", "president", at, ground=2, remedy="stop")
    case.do("deliver", "president", at)
    while case.phase == "hearing":
        case.do("next", "president", at)
    return case


def ran(arguments):
    """The command line, which must end with 0."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code


def everything_in(folder):
    """The bytes of every file in a folder, one after another."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
