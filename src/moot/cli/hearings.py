"""The hearing from the command line: case sit, sheet, answer, play, rehearse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from moot.cli.court_shared import AT, FOLDER, JSON, changed, second, tell
from moot.cli.languages import LANG, Lang

if TYPE_CHECKING:
    from moot.trial.case import Case

__all__ = ["COMMANDS"]


def sit(
    folder: Path = FOLDER,
    lang: Lang = LANG,
    keep_going: bool = typer.Option(
        False, "--keep-going", help="Go on after a line that is refused (a script stops there)."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object for each line."),
) -> None:
    """Follow and lead a hearing from the keyboard, or from lines on stdin; `help` lists what can be typed."""
    from moot.cli.sitting import Sitting

    Sitting(folder, language=lang.value, as_json=as_json, keep_going=keep_going).run()


def sheet(
    folder: Path = FOLDER,
    ground: int = typer.Argument(..., min=1, help="The number of the ground."),
    element: str | None = typer.Argument(
        None, help="The element, such as E5; left out: the proportionality sheet of the ground."
    ),
    lang: Lang = LANG,
    as_json: bool = JSON,
) -> None:
    """Tell what the court has before it on an element: the law, both sides, then the figures."""
    from moot.catalogue import catalogue
    from moot.trial.deliberation import sheet_of
    from moot.trial.keeping import kept_case

    if element is None:
        _weighed(kept_case(folder), ground, lang.value, as_json)
        return
    made = sheet_of(kept_case(folder), ground, element, lang.value)
    if as_json:
        print(json.dumps({
            "law": made.law, "arguments": dict(made.arguments), "own": made.own, "figures": made.figures,
            "question": made.question,
        }, ensure_ascii=False))  # fmt: skip
        return
    for line in made.lines(catalogue("deliberation", lang.value)):
        print(line)


def _weighed(case: Case, ground: int, language: str, as_json: bool) -> None:
    from moot.trial.weighing import lines_of, weighed

    lines = lines_of(case, ground, language)
    if as_json:
        told = [{"step": one.step.step, "answers": one.answers, "stopped": one.stopped}
                for one in weighed(case, ground)]  # fmt: skip
        print(json.dumps({"ground": ground, "proportionality": told}, ensure_ascii=False))
    else:
        print(*lines, sep="\n")


def answer(
    folder: Path = FOLDER,
    choice: str = typer.Argument(..., help="met, not-met or blank."),
    role: str = typer.Option("president", "--role", help="The role that answers."),
    seat: int = typer.Option(1, "--seat", min=1, help="Which of its seats."),
) -> None:
    """Answer an element for yourself, before its figures are told. Nothing joins it to the seat."""
    from moot.trial.deliberation import answer_for_oneself

    changed(folder, lambda case: answer_for_oneself(case, role, seat, choice.replace("-", " ")))
    print("an answer was given")


def play(
    folder: Path = FOLDER, lang: Lang = LANG, at: int | None = AT, as_json: bool = JSON
) -> None:
    """Let machines do what is theirs now: speak where they have the floor, keep the clock."""
    from moot.trial.rehearsing import let_machines_act

    case = changed(folder, lambda case: let_machines_act(case, second(case, at), lang.value))
    tell(case, folder, as_json, lang.value)


def rehearse(
    folder: Path = FOLDER,
    out: Path = typer.Option(..., "--out", metavar="FOLDER", help="The folder of the rehearsal."),
    procedure: str | None = typer.Option(
        None, "--procedure", metavar="NAME|FILE", help="Another procedure than that of the case."
    ),
    every: bool = typer.Option(
        False, "--every", help="All six procedures in both languages, a folder each below --out."
    ),
    lang: Lang = LANG,
    as_json: bool = JSON,
) -> None:
    """Rehearse a case by machines, from opening to end: blank ballots, no judgment, the case untouched."""
    from moot.catalogue import LANGUAGES
    from moot.declaring.files import looks_like_name
    from moot.errors import UserError
    from moot.trial.keeping import keep, kept_case
    from moot.trial.procedure import load_procedure, procedure_names
    from moot.trial.rehearsing import played, rehearsal_of
    from moot.trial.rehearsing import rehearse as play_all

    case = kept_case(folder)
    chosen: list[tuple[Path, str | None, str]]
    if every:
        if procedure is not None:
            raise UserError("--every rehearses all procedures; expected no --procedure beside it")
        chosen = [
            (out / f"{name}-{tongue}", name, tongue) for name in procedure_names() for tongue in LANGUAGES
        ]
    else:
        chosen = [(out, procedure, lang.value)]
    for path, name, tongue in chosen:
        if not looks_like_name(path.name):
            raise UserError(
                f"{path.name!r}: expected small letters, digits and hyphens, such as my-rehearsal"
            )
        made = rehearsal_of(case, path.name, load_procedure(name) if name else None)
        play_all(made, tongue)
        keep(made, path)
        if as_json:
            print(json.dumps(_told(made, path, tongue)))
        elif every:
            print(f"{path}: {made.procedure.title}, {made.now // 60} minutes by its clock, "
                  f"{len(made.minutes)} records")  # fmt: skip
        else:
            print("\n".join(played(made, tongue)))


def _told(case: Case, path: Path, language: str) -> dict[str, object]:
    return {
        "folder": str(path),
        "procedure": case.procedure.procedure,
        "language": language,
        "rehearsal": True,
        "phase": case.phase,
        "delivered": case.delivered,
        "seconds": case.now,
        "records": len(case.minutes),
        "head": case.minutes.head,
    }


COMMANDS = (
    ("sit", sit),
    ("sheet", sheet),
    ("answer", answer),
    ("play", play),
    ("rehearse", rehearse),
)
"""Name and function of each, for the group `moot case`."""
