"""The imaginary court from the command line: case new, list, show, do, vote, exhibit, rebuild, …"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from moot.cli import court_evidence, court_papers
from moot.cli.court_keeping import KEEPING
from moot.cli.court_seats import SEATS
from moot.cli.court_shared import AT, FOLDER, JSON, banner, changed, second, tell, warn
from moot.cli.court_typed import MADE, pair_of, value_of
from moot.cli.hearings import COMMANDS
from moot.cli.languages import LANG, Lang

if TYPE_CHECKING:
    from moot.trial.case import Case

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    court_evidence.register(group)
    court_papers.register(group)
    for name, command in (
        ("new", new), ("list", list_), ("show", show), ("do", do), ("vote", vote),
        ("verify", verify), *COMMANDS, *SEATS, *KEEPING,
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="case", help="An imaginary trial of a scheme: open a case, hear it, judge it.")


def new(
    folder: Path = typer.Argument(..., metavar="CASE", help="The folder to make; its name is the case's."),
    regime: str | None = typer.Option(None, "--regime", metavar="NAME|FILE", help="The scheme judged."),
    question: str | None = typer.Option(None, "--question", help="The question put to the court."),
    procedure: str | None = typer.Option(
        None, "--procedure", metavar="NAME|FILE", help="How it is heard (default: three-voices)."
    ),
    when: str = typer.Option(
        "2028-12-04", "--date", help="The fictional day of judgment; it chooses the law."
    ),
    country: str = typer.Option("france", "--country", help="Whose packs of law."),
    pack: list[str] = typer.Option([], "--pack", metavar="FILE", help="A pack of law of your own, too."),
    scenario: str = typer.Option("", "--scenario-title", help="The title of the scenario that is played."),
    database: str | None = typer.Option(
        None, "--database", metavar="URL", help="Keep it in PostgreSQL: postgresql://USER@HOST/DATABASE."
    ),
    experiment: Path | None = typer.Option(
        None, "--experiment", metavar="FOLDER", help="Against the scheme of a finished experiment."
    ),
    arm: str | None = typer.Option(
        None, "--arm", metavar="NAME", help="Of the experiment (default: the first with a scheme)."
    ),
    ready: str | None = typer.Option(
        None, "--ready", metavar="NAME", help="A ready case, with its exhibits: rank-my-life-2028."
    ),
    retry: Path | None = typer.Option(
        None, "--retry", metavar="FILE", help="A case that was judged elsewhere, from moot case retry."
    ),
    alone: bool = typer.Option(False, "--alone", help="Seat one person in every role that must be taken."),
    as_json: bool = JSON,
) -> None:
    """Open a case against a scheme: its question, its law, its procedure. Or a ready case, or a retry."""
    from moot.cli.law import day_of
    from moot.declaring.files import looks_like_name
    from moot.errors import CaseError, UserError
    from moot.regime.reading import load_regime
    from moot.trial.court import new_case
    from moot.trial.keeping import keep
    from moot.trial.opening import case_of_experiment
    from moot.trial.procedure import load_procedure
    from moot.trial.ready import ready_case
    from moot.trial.retrying import tried_again

    if not looks_like_name(folder.name):
        raise UserError(f"{folder.name!r}: expected small letters, digits and hyphens, such as my-case")
    given = load_procedure(procedure) if procedure is not None else None
    if (ready or retry) and (regime or question):
        raise UserError("a ready case and a retry have a scheme and a question of their own")
    if sum(one is not None for one in (ready, retry, experiment)) > 1:
        raise UserError("expected one of --experiment, --ready and --retry")
    if experiment is None and arm is not None:
        raise UserError("--arm is of an experiment: --experiment FOLDER")
    if experiment is not None and (regime is not None or question is None):
        raise UserError("--experiment brings the scheme; expected --question beside it, and no --regime")
    day = day_of(when)
    assert day is not None
    if ready:
        case = ready_case(ready, folder.name, procedure=given)
    elif retry:
        told = court_papers.read_json(retry, CaseError)
        case = tried_again(told, folder.name, given or load_procedure("three-voices"))
    elif experiment is not None and question is not None:
        case = case_of_experiment(
            folder.name,
            experiment,
            procedure=given or load_procedure("three-voices"),
            question=question,
            day=day,
            arm=arm,
            packs=pack,
        )
    else:
        if regime is None or question is None:
            raise UserError(
                "expected --regime or --experiment, and --question; or --ready NAME, or --retry FILE"
            )
        case = new_case(
            folder.name,
            procedure=given or load_procedure("three-voices"),
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
    keep(case, folder, url=database)
    warn(case)
    if experiment is not None:
        _warn_of_necessity(experiment)
    tell(case, folder, as_json)


def _warn_of_necessity(experiment: Path) -> None:
    """Which milder alternatives the experiment did not simulate, on stderr."""
    from moot.catalogue import catalogue
    from moot.findings.battery import batteries_of, lines_of
    from moot.findings.experimenting import experiment_of
    from moot.store.experiments import ExperimentFolder

    with ExperimentFolder.at(experiment) as opened:
        found = batteries_of(experiment_of(opened.about))
    for one in found:
        if not one.examined:
            print(f"warning: {' '.join(lines_of(one, catalogue('battery', 'en')))}", file=sys.stderr)


def list_(
    folder: Path = typer.Argument(Path(), metavar="FOLDER", help="Where the folders of cases are."),
    as_json: bool = JSON,
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


def show(folder: Path = FOLDER, lang: Lang = LANG, as_json: bool = JSON) -> None:
    """Tell how far a case is, who has the floor, and what comes next."""
    from moot.catalogue import catalogue
    from moot.trial.keeping import expiry, kept_case

    case = kept_case(folder)
    warn(case)
    tell(case, folder, as_json, lang.value)
    day = expiry(folder)
    if day is not None and not as_json:
        say = catalogue("trial", lang.value)
        print(f"  {say('expires', day=day if lang is Lang.en else say.date(day))}")


def do(
    folder: Path = FOLDER,
    step: str = typer.Argument(
        ..., metavar="STEP", help="Such as ground, open, floor, speech, next; see the how-to."
    ),
    by: str = typer.Option("president", "--by", metavar="ROLE", help="Who does it."),
    set_: list[str] = typer.Option([], "--set", metavar="NAME=VALUE", help="What it is about: ground=1."),
    text: list[str] = typer.Option([], "--text", metavar="NAME=TEXT", help="A text of it: claim=..."),
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """Take a step of the procedure; what it does not allow is refused and changes nothing."""
    from moot.errors import UserError

    if step in MADE:
        raise UserError(f"{step}: is written by the program: {MADE[step]}")
    texts = dict(pair_of(one, "--text") for one in text)
    body: dict[str, Any] = {
        name: value_of(name, value) for name, value in (pair_of(one, "--set") for one in set_)
    }
    if texts:
        banner()
    if step == "open":
        body["began"] = int(time.time()) - (at or 0)
    case = changed(folder, lambda case: case.do(step, by, second(case, at), texts=texts, **body))
    if step == "question":
        warn(case)
    tell(case, folder, as_json)


def vote(
    folder: Path = FOLDER,
    choice: str = typer.Argument(..., help="met, not-met or blank."),
    role: str = typer.Option("president", "--role", help="The role that votes."),
    seat: int = typer.Option(1, "--seat", min=1, help="Which of its seats."),
) -> None:
    """Cast a secret ballot on the question that was read. Nothing joins it to the seat."""
    from moot.trial.ballots import cast

    changed(folder, lambda case: cast(case, role, seat, choice.replace("-", " ")))
    print("a ballot was cast")


def verify(
    folder: Path = FOLDER,
    head: str | None = typer.Option(
        None, "--head", metavar="HASH", help="A hash that was written down before."
    ),
    as_json: bool = JSON,
) -> None:
    """Check the chain of the minutes and every text beside it."""
    from moot.errors import CaseError, CheckFailed
    from moot.store.cases import is_case_folder
    from moot.trial.keeping import problems

    if not is_case_folder(folder):
        raise CaseError(f"{folder} is not the folder of a case; moot case list FOLDER lists those there are")
    found = problems(folder, head)
    if as_json:
        print(json.dumps({"case": str(folder), "holds": not found, "problems": found}))
    elif not found:
        print(f"{folder}: the minutes hold; nothing was changed since they were written")
    if found:
        raise CheckFailed("\n".join(f"{folder}: {one}" for one in found))
