"""The imaginary court from the command line: case new, list, show, do, vote, exhibit, rebuild, …"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from moot.trial.case import Case

__all__ = ["register"]

_FOLDER = typer.Argument(..., metavar="CASE", help="The folder of a case.")
_JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")
_AT = typer.Option(
    None, "--at", min=0, help="Second of the case's clock (default: by the clock on the wall)."
)
TAKEN = ("kind", "by", "at", "texts", "salt")
"""Names that a step uses for something else."""
NUMBERS = (
    "ground",
    "fact",
    "exhibit",
    "incident",
    "point",
    "record",
    "seconds",
    "people",
    "yes",
    "no",
    "blank",
)
LISTS = ("exhibits", "facts", "points", "law")


class Form(StrEnum):
    """What `moot case export` writes."""

    md = "md"
    html = "html"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    for name, command in (
        ("new", new), ("list", list_), ("show", show), ("do", do), ("vote", vote), ("exhibit", exhibit),
        ("rebuild", rebuild), ("verify", verify), ("export", export), ("wipe", wipe),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="case", help="An imaginary trial of a scheme: open a case, hear it, judge it.")


def new(
    folder: Path = typer.Argument(..., metavar="CASE", help="The folder to make; its name is the case's."),
    regime: str = typer.Option(..., "--regime", metavar="NAME|FILE", help="The scheme that is judged."),
    question: str = typer.Option(..., "--question", help="The question put to the court."),
    procedure: str = typer.Option(
        "three-voices", "--procedure", metavar="NAME|FILE", help="How it is heard."
    ),
    when: str = typer.Option(
        "2028-12-04", "--date", help="The fictional day of judgment; it chooses the law."
    ),
    country: str = typer.Option("france", "--country", help="Whose packs of law."),
    pack: list[str] = typer.Option([], "--pack", metavar="FILE", help="A pack of law of your own, too."),
    scenario: str = typer.Option("", "--scenario-title", help="The title of the scenario that is played."),
    alone: bool = typer.Option(False, "--alone", help="Seat one person in every role that must be taken."),
    as_json: bool = _JSON,
) -> None:
    """Open a case against a scheme: its question, its law, its procedure."""
    from moot.cli.law import day_of
    from moot.declaring.files import looks_like_name
    from moot.errors import UserError
    from moot.regime.reading import load_regime
    from moot.trial.court import new_case
    from moot.trial.keeping import keep
    from moot.trial.procedure import load_procedure

    if not looks_like_name(folder.name):
        raise UserError(f"{folder.name!r}: expected small letters, digits and hyphens, such as my-case")
    day = day_of(when)
    assert day is not None
    case = new_case(
        folder.name,
        procedure=load_procedure(procedure),
        regime=load_regime(regime),
        day=day,
        country=country,
        question=question,
        scenario_title=scenario,
        packs=pack,
    )
    if alone:
        for role in case.procedure.roles:
            if role.seats[0]:
                case.do("seat", "president", 0, role=role.role, people=role.seats[0])
    keep(case, folder)
    _warn(case)
    _say(case, folder, as_json)


def list_(
    folder: Path = typer.Argument(Path(), metavar="FOLDER", help="Where the folders of cases are."),
    as_json: bool = _JSON,
) -> None:
    """List the cases of a folder."""
    from moot.errors import UserError
    from moot.trial.keeping import list_cases

    if not folder.is_dir():
        raise UserError(f"{folder} is not a folder")
    found = list_cases(folder)
    if as_json:
        print(json.dumps({"cases": [_listed(path, one) for path, one in found]}))
        return
    for path, one in found:
        words = (
            one if isinstance(one, str) else f"{one.respondent['name']}, {one.procedure.title}: {one.phase}"
        )
        print(f"{path}  {words}")
    if not found:
        print(f"no cases in {folder}")


def _listed(path: Path, one: Case | str) -> dict[str, str]:
    if isinstance(one, str):
        return {"folder": str(path), "problem": one}
    return {
        "folder": str(path),
        "case": one.name,
        "phase": one.phase,
        "regime": one.respondent["name"],
        "procedure": one.procedure.procedure,
    }


def show(folder: Path = _FOLDER, as_json: bool = _JSON) -> None:
    """Tell how far a case is, who has the floor, and what comes next."""
    from moot.trial.keeping import kept_case

    case = kept_case(folder)
    _warn(case)
    _say(case, folder, as_json)


def do(
    folder: Path = _FOLDER,
    step: str = typer.Argument(
        ..., metavar="STEP", help="Such as ground, open, floor, speech, next; see the how-to."
    ),
    by: str = typer.Option("president", "--by", metavar="ROLE", help="Who does it."),
    set_: list[str] = typer.Option([], "--set", metavar="NAME=VALUE", help="What it is about: ground=1."),
    text: list[str] = typer.Option([], "--text", metavar="NAME=TEXT", help="A text of it: claim=..."),
    at: int | None = _AT,
    as_json: bool = _JSON,
) -> None:
    """Take a step of the procedure; what it does not allow is refused and changes nothing."""
    from moot.errors import UserError

    if step == "exhibit":
        raise UserError(
            "an exhibit is filed from an experiment: moot case exhibit CASE EXPERIMENT --measure LINE"
        )
    texts = dict(_pair(one, "--text") for one in text)
    body: dict[str, Any] = {
        name: _value(name, value) for name, value in (_pair(one, "--set") for one in set_)
    }
    if texts:
        _banner()
    if step == "open":
        body["began"] = int(time.time()) - (at or 0)
    case = _changed(folder, lambda case: case.do(step, by, _second(case, at), texts=texts, **body))
    if step == "question":
        _warn(case)
    _say(case, folder, as_json)


def vote(
    folder: Path = _FOLDER,
    choice: str = typer.Argument(..., help="met, not-met or blank."),
    role: str = typer.Option("president", "--role", help="The role that votes."),
    seat: int = typer.Option(1, "--seat", min=1, help="Which of its seats."),
) -> None:
    """Cast a secret ballot on the question that was read. Nothing joins it to the seat."""
    from moot.trial.ballots import cast

    _changed(folder, lambda case: cast(case, role, seat, choice.replace("-", " ")))
    print("a ballot was cast")


def exhibit(
    folder: Path = _FOLDER,
    experiment: Path = typer.Argument(..., metavar="EXPERIMENT", help="The folder of a finished experiment."),
    measure: str = typer.Option(..., "--measure", help="A line of `moot show EXPERIMENT`."),
    by: str = typer.Option(..., "--by", metavar="ROLE", help="Who files it."),
    arm: str | None = typer.Option(None, "--arm", help="The arm told (default: the first)."),
    title: str | None = typer.Option(None, "--title", help="Its title (default: what it shows)."),
    at: int | None = _AT,
    as_json: bool = _JSON,
) -> None:
    """File what an experiment found in one measure; a single run or one without a sweep is refused."""
    from moot.trial.case import CONTENT
    from moot.trial.exhibits import exhibit_of
    from moot.trial.keeping import kept_case

    side = kept_case(folder).side(by)
    made = exhibit_of(
        experiment, measure, arm=arm, asked_by=side if side in ("claimants", "respondent") else "court"
    )
    texts = {"title": title or made.title, CONTENT: made.text}
    if title:
        _banner()
    case = _changed(
        folder, lambda case: case.do("exhibit", by, _second(case, at), digest=made.digest, texts=texts)
    )
    _warn(case)
    _say(case, folder, as_json)


def rebuild(
    folder: Path = _FOLDER,
    number: int = typer.Argument(..., min=1, help="The number of the exhibit."),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    as_json: bool = _JSON,
) -> None:
    """Simulate everything behind an exhibit again, and compare its content byte for byte."""
    from moot.errors import CaseError, CheckFailed
    from moot.trial.case import CONTENT, Filed
    from moot.trial.exhibits import exhibit_from, rebuilt
    from moot.trial.keeping import kept_case

    case = kept_case(folder)
    filed: Filed = case.numbered(case.exhibits, number, "exhibit")
    kept = exhibit_from(case.text(filed.record, CONTENT))
    if kept.digest != filed.digest:
        raise CaseError(f"exhibit {number}: its content is not the one that was filed")
    again = rebuilt(kept, threads=threads)
    same = again.digest == filed.digest
    if as_json:
        print(json.dumps({"exhibit": number, "same": same, "filed": filed.digest, "rebuilt": again.digest}))
    elif same:
        print(f"exhibit {number} was simulated again and is the same, {filed.digest}")
    if not same:
        raise CheckFailed(f"exhibit {number}: filed {filed.digest}, simulated again {again.digest}; "
                          "another version of Moot, or this should not happen")  # fmt: skip


def verify(
    folder: Path = _FOLDER,
    head: str | None = typer.Option(
        None, "--head", metavar="HASH", help="A hash that was written down before."
    ),
    as_json: bool = _JSON,
) -> None:
    """Check the chain of the minutes and every text beside it."""
    from moot.errors import CheckFailed
    from moot.trial.keeping import problems

    found = problems(folder, head)
    if as_json:
        print(json.dumps({"case": str(folder), "holds": not found, "problems": found}))
    elif not found:
        print(f"{folder}: the minutes hold; nothing was changed since they were written")
    if found:
        raise CheckFailed("\n".join(f"{folder}: {one}" for one in found))


def export(
    folder: Path = _FOLDER,
    form: Form = typer.Option(Form.md, "--format", help="md, html or json."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="The file to write (default: stdout)."
    ),
    force: bool = typer.Option(False, "--force", help="Replace a file that is there."),
) -> None:
    """Write the file of a case, ordered like a judgment and marked fiction on every page."""
    from moot.errors import ExistsError, UserError
    from moot.trial.exports import digest_of, text_of
    from moot.trial.keeping import export_made, kept_case

    text = text_of(kept_case(folder), form.value)
    if out is None:
        print(text, end="")
        return
    if (out.exists() or out.is_symlink()) and not force:
        raise ExistsError(out)
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None
    export_made(folder, out, digest_of(text))
    print(f"{form.value}: {out}")


def wipe(
    folder: Path = _FOLDER,
    names_only: bool = typer.Option(False, "--names-only", help="Players' names alone; every text stays."),
    as_json: bool = _JSON,
) -> None:
    """Delete players' names, and every text that people typed, with their salts; the chain still verifies."""
    from moot.trial.keeping import problems
    from moot.trial.keeping import wipe as wiped

    count, exports = wiped(folder, names_only=names_only)
    found = problems(folder)
    if as_json:
        print(json.dumps({"deleted": count, "exports": list(exports), "problems": found}))
        return
    print(f"{count} {'names' if names_only else 'texts and names'} deleted; " +
          ("the chain still verifies" if not found else "; ".join(found)))  # fmt: skip
    for path in exports:
        print(f"exported before, and not touched: {path}")


# --- what the commands share --------------------------------------------------------------------------------


def _banner() -> None:
    from moot.trial.wording import BANNER

    print(BANNER, file=sys.stderr)


def _warn(case: Case) -> None:
    from moot.trial.court import changed_law, wording_of

    _banner()
    for said in wording_of(case):
        print(f"warning: {said}", file=sys.stderr)
    for name in changed_law(case):
        print(
            f"warning: the pack {name} says something else now than when the case was opened", file=sys.stderr
        )


def _changed(folder: Path, step: Callable[[Case], Any]) -> Case:
    from moot.trial.keeping import change

    return change(folder, step)


def _second(case: Case, at: int | None) -> int:
    """The second of a step: as said, or by the clock on the wall, which starts with the hearing."""
    if at is not None:
        return at
    return case.now if case.began is None else max(case.now, int(time.time()) - case.began)


def _pair(text: str, option: str) -> tuple[str, str]:
    from moot.errors import UserError

    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UserError(f"{option} {text!r}: expected NAME=VALUE")
    return name.strip(), value


def _value(name: str, text: str) -> object:
    from moot.errors import UserError

    if name in TAKEN:
        raise UserError(
            f"--set {name}={text}: no step has this; see docs/how-to/hold-a-trial.md for what it has"
        )
    try:
        if name in NUMBERS:
            return int(text)
        if name in LISTS:
            parts = [one.strip() for one in text.split(",") if one.strip()]
            return parts if name == "law" else [int(one) for one in parts]
    except ValueError:
        raise UserError(f"--set {name}={text}: expected a whole number") from None
    return text


def _say(case: Case, folder: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_state(case, folder), ensure_ascii=False))
        return
    for line in _lines(case, folder):
        print(line)


def _state(case: Case, folder: Path) -> dict[str, Any]:
    from moot.trial.hearing import turn_now

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
        "claimants": case.claimants,
        "grounds": [{"entry": one.entry, "side": one.side} for one in case.grounds],
        "facts": [one.status for one in case.facts],
        "exhibits": [{"digest": one.digest, "status": one.status} for one in case.exhibits],
        "questions": [
            {"ground": one.ground, "element": one.element, "result": one.result} for one in case.questions
        ],
        "seconds": case.seconds,
        "delivered": case.delivered,
        "records": len(case.minutes),
        "head": case.minutes.head,
    }


def _lines(case: Case, folder: Path) -> list[str]:
    state = _state(case, folder)
    lines = [
        f"{case.name}: {case.procedure.title}; the scheme {case.respondent['name']} "
        f"({case.respondent['hash'][:12]}); {case.day}",
        f"  Question: {state['question']}",
        f"  Claimants: {', '.join(case.claimants) or 'none'}; grounds: "
        f"{', '.join(one.entry for one in case.grounds) or 'none'}; exhibits: {len(case.exhibits)}",
        f"  {len(case.minutes)} records; head {case.minutes.head}",
    ]
    if case.phase != "hearing":
        return [*lines, f"  In {case.phase}." if case.phase != "closed" else "  Closed."]
    if case.floor is not None:
        lines.append(
            f"  Stage {case.stage.title}: {case.floor.role} has the floor, {case.floor.allowed} s at most."
        )
    elif state["turn"]:
        lines.append(f"  Stage {case.stage.title}: the turn of {state['turn']}.")
    else:
        lines.append(
            f"  Stage {case.stage.title} ({case.stage.kind}): nobody has a turn; `next` when it is over."
        )
    return lines
