"""What the commands of the imaginary court share: the banner, the clock, the state of a case in words."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from moot.catalogue import Language
    from moot.trial.case import Case

__all__ = ["AT", "FOLDER", "JSON", "banner", "changed", "lines_of", "second", "state_of", "tell", "warn"]

FOLDER = typer.Argument(..., metavar="CASE", help="The folder of a case.")
JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")
AT = typer.Option(None, "--at", min=0, help="Second of the case's clock (default: by the clock on the wall).")


def banner() -> None:
    """The sentence that stands at every text field, on stderr."""
    from moot.trial.wording import BANNER

    print(BANNER, file=sys.stderr)


def warn(case: Case) -> None:
    """The banner, and what is not neutral or has changed, on stderr."""
    from moot.trial.court import changed_law, wording_of

    banner()
    for said in wording_of(case):
        print(f"warning: {said}", file=sys.stderr)
    for name in changed_law(case):
        print(
            f"warning: the pack {name} says something else now than when the case was opened", file=sys.stderr
        )


def changed(folder: Path, step: Callable[[Case], Any]) -> Case:
    """A case after one step, written or left as it was."""
    from moot.trial.keeping import change

    return change(folder, step)


def second(case: Case, at: int | None) -> int:
    """The second of a step: as said, or by the clock on the wall, which starts with the hearing."""
    if at is not None:
        return at
    return case.now if case.began is None else max(case.now, int(time.time()) - case.began)


def tell(case: Case, folder: Path, as_json: bool, language: Language = "en") -> None:
    """The state of a case, in words or as one JSON object."""
    if as_json:
        print(json.dumps(state_of(case, folder), ensure_ascii=False))
        return
    for line in lines_of(case, folder, language):
        print(line)


def state_of(case: Case, folder: Path) -> dict[str, Any]:
    """The state of a case as plain values."""
    from moot.trial.hearing import turn_now
    from moot.trial.necessity import unexamined
    from moot.trial.showing import page_now

    page = page_now(case)
    hearing = case.phase == "hearing"
    turn = turn_now(case) if hearing else None
    return {
        "case": case.name,
        "folder": str(folder),
        "phase": case.phase,
        "question": case.text(case.question, "question") if case.question else "",
        "regime": dict(case.respondent),
        "procedure": case.procedure.procedure,
        "date": case.day.isoformat(),
        "stage": case.stage.stage if hearing else None,
        "floor": case.floor.role if case.floor else None,
        "turn": turn.role if turn else None,
        "page": page.as_dict() if page else None,
        "claimants": case.claimants,
        "grounds": [{"entry": one.entry, "side": one.side} for one in case.grounds],
        "facts": [one.status for one in case.facts],
        "necessity_not_examined": unexamined(case),
        "exhibits": [{"digest": one.digest, "status": one.status} for one in case.exhibits],
        "questions": [
            {"ground": one.ground, "element": one.element, "result": one.result} for one in case.questions
        ],
        "seconds": case.seconds,
        "delivered": case.delivered,
        "records": len(case.minutes),
        "head": case.minutes.head,
    }


def lines_of(case: Case, folder: Path, language: Language = "en") -> list[str]:
    """The state of a case as lines."""
    from moot.catalogue import catalogue, words
    from moot.trial.necessity import necessity_line, unexamined
    from moot.trial.pieces import claimants_of, court_called, role_called

    say, state = catalogue("trial", language), state_of(case, folder)
    day = str(case.day) if language == "en" else say.date(case.day)
    grounds = ", ".join(one.entry for one in case.grounds) or say("state-none")
    claimants = claimants_of(case, say) if case.claimants else say("state-none")
    lines = [
        say("state", case=case.name, procedure=court_called(case, say), regime=case.respondent["name"],
            hash=case.respondent["hash"][:12], date=day),
        "  " + say("state-question", question=words(state["question"], language)),
        "  " + say("state-before", claimants=claimants, grounds=grounds, exhibits=len(case.exhibits)),
        "  " + say("state-records", count=len(case.minutes), head=case.minutes.head),
    ]  # fmt: skip
    if numbers := unexamined(case):
        lines.append(f"  {necessity_line(numbers, say)}")
    if case.phase != "hearing":
        return [*lines, f"  {say(f'phase-{case.phase}')}"]
    if state["page"]:
        lines.append("  " + say("state-page", exhibit=state["page"]["exhibit"], page=state["page"]["page"]))
    stage = words(case.stage.title, language)

    def role(name: str) -> str:
        return name if language == "en" else role_called(case.procedure.role(name), say)

    if case.floor is not None:
        told = say("state-floor", stage=stage, role=role(case.floor.role), seconds=case.floor.allowed)
    elif state["turn"]:
        told = say("state-turn", stage=stage, role=role(state["turn"]))
    else:
        told = say("state-free", stage=stage, kind=say(f"stage-{case.stage.kind}"))
    return [*lines, f"  {told}"]
