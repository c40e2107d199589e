"""Evidence in the imaginary court: case run, exhibit, rebuild, witness, examine, remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from moot.cli.court_shared import AT, FOLDER, JSON, banner, changed, second, tell, warn

if TYPE_CHECKING:
    from moot.findings.results import Results
    from moot.trial.case import Case

__all__ = ["register"]

_THREADS = typer.Option(None, "--threads", min=1, help="Threads; they change no result.")


def register(group: typer.Typer) -> None:
    """Add the commands of this group to those of the court."""
    for name, command in (
        ("run", run), ("exhibit", exhibit), ("rebuild", rebuild), ("witness", witness),
        ("examine", examine), ("remedy", remedy),
    ):  # fmt: skip
        group.command(name)(command)


def _clock(at: int | None) -> Callable[[Case], int]:
    return lambda case: second(case, at)


def run(
    folder: Path = FOLDER,
    experiment: Path | None = typer.Argument(
        None, metavar="[EXPERIMENT]", help="The file of an experiment; left out with --number or --list."
    ),
    by: str = typer.Option("president", "--by", metavar="ROLE", help="Who asks for it."),
    reason: str = typer.Option("", "--reason", help="Why it is asked for."),
    number: int | None = typer.Option(
        None, "--number", min=1, help="Go on with a run that was asked for, or tell its result."
    ),
    ask_only: bool = typer.Option(False, "--ask-only", help="Write the request, and simulate later."),
    list_: bool = typer.Option(False, "--list", help="List every run made in this case."),
    threads: int | None = _THREADS,
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """Ask for a run and make it: request and result go to both sides at the same second."""
    from moot.errors import UserError
    from moot.experiment.declaration import load_experiment
    from moot.trial.keeping import kept_case
    from moot.trial.ordering import asked_run, made_run, problems_of_runs

    if sum((experiment is not None, number is not None, list_)) != 1:
        raise UserError("expected the file of an experiment, or --number N, or --list")
    if list_:
        _list(kept_case(folder), problems_of_runs(folder), as_json)
        return
    if experiment is not None:
        if reason:
            banner()
        number = asked_run(folder, load_experiment(experiment), by, clock=_clock(at), reason=reason)
    assert number is not None
    if ask_only:
        print(json.dumps({"run": number, "made": False}) if as_json else f"run {number} is asked for")
        return
    results = made_run(folder, number, clock=_clock(at), threads=threads)
    if as_json:
        print(json.dumps({"run": number, "made": True, "results": results.as_dict()}, ensure_ascii=False))
        return
    print(*results.lines(), sep="\n")
    print(f"\nrun {number} of this case, told to both sides; filed by: moot case exhibit {folder} --run "
          f"{number} --measure LINE --by ROLE")  # fmt: skip


def _list(case: Case, problems: list[str], as_json: bool) -> None:
    from moot.trial.papers import UNKNOWN_RUNS, runs_of

    found = runs_of(case)
    if as_json:
        print(json.dumps({"runs": found, "says": UNKNOWN_RUNS, "problems": problems}, ensure_ascii=False))
        return
    for one in found:
        filed = ", ".join(f"exhibit {number}" for number in one["exhibits"]) or "not filed"
        state = f"told at second {one['told_at']}" if one["made"] else "no result yet"
        print(f"run {one['run']}: {one['title']}, asked for by {one['side']} at second {one['asked_at']}; "
              f"{state}; {filed}")  # fmt: skip
    print(*problems, UNKNOWN_RUNS, sep="\n")


def exhibit(
    folder: Path = FOLDER,
    experiment: Path | None = typer.Argument(
        None, metavar="[EXPERIMENT]", help="The folder of a finished experiment; left out with --run."
    ),
    run_number: int | None = typer.Option(None, "--run", min=1, help="A run made in this case."),
    measure: str = typer.Option(..., "--measure", help="A line of `moot show EXPERIMENT`."),
    by: str = typer.Option(..., "--by", metavar="ROLE", help="Who files it."),
    arm: str | None = typer.Option(None, "--arm", help="The arm told (default: the first)."),
    title: str | None = typer.Option(None, "--title", help="Its title (default: what it shows)."),
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """File what an experiment found in one measure; a single run or one without a sweep is refused."""
    from moot.errors import UserError
    from moot.trial.ordering import folder_of

    if (experiment is None) == (run_number is None):
        raise UserError("expected the folder of an experiment, or --run N of this case")
    place = experiment if experiment is not None else folder_of(folder, run_number or 0)
    if title:
        banner()
    case = _filed(folder, place, measure, by, arm, title, at, run_number)
    warn(case)
    tell(case, folder, as_json)


def _filed(
    folder: Path, place: Path, measure: str, by: str, arm: str | None, title: str | None, at: int | None,
    run_number: int | None,
) -> Case:  # fmt: skip
    from moot.trial.case import CONTENT, SHEET
    from moot.trial.exhibits import exhibit_of, sheet_of
    from moot.trial.keeping import kept_case

    side = kept_case(folder).side(by)
    asked_by = side if side in ("claimants", "respondent") else "court"
    made, sheet = exhibit_of(place, measure, arm=arm, asked_by=asked_by), sheet_of(place)
    texts = {"title": title or made.title, CONTENT: made.text}
    body: dict[str, Any] = {"digest": made.digest} | ({"run": run_number} if run_number else {})
    if sheet is not None:
        texts[SHEET], body["sheet_digest"] = sheet
    return changed(folder, lambda case: case.do("exhibit", by, second(case, at), texts=texts, **body))


def rebuild(
    folder: Path = FOLDER,
    number: int | None = typer.Argument(
        None, metavar="[NUMBER]", min=1, help="Of the exhibit, or of the witness (default: every exhibit)."
    ),
    is_witness: bool = typer.Option(False, "--witness", help="The number is that of a witness."),
    threads: int | None = _THREADS,
    as_json: bool = JSON,
) -> None:
    """Simulate everything behind an exhibit or a witness again, and compare its content byte for byte."""
    from moot.errors import CheckFailed
    from moot.trial.keeping import kept_case

    case = kept_case(folder)
    what = "witness" if is_witness else "exhibit"
    every = [
        n for n, one in enumerate(case.exhibits, 1) if one.status != "withdrawn"
    ] if number is None and not is_witness else [number or 1]  # fmt: skip
    known: dict[str, Results] = {}
    told, wrong = [], []
    for one in every:
        if is_witness:
            filed, again, code = _witness_again(case, one, threads)
        else:
            filed, again, code = _exhibit_again(case, one, threads, known)
        same = filed == again
        said: dict[str, Any] = {what: one, "same": same, "filed": filed, "rebuilt": again}
        told.append(said | ({"only_the_code_differs": True, "code": list(code)} if code else {}))
        if same:
            words = f"{what} {one} was simulated again and is the same, {filed}"
        elif code is not None:
            words = (f"{what} {one} was simulated again with every number the same; it was filed with the "
                     f"model code {code[0][:16]}, and this is {code[1][:16]}")  # fmt: skip
        else:
            words = (f"{what} {one}: filed {filed}, simulated again {again}; another version of Moot, or "
                     "this should not happen")  # fmt: skip
            wrong.append(words)
        if not as_json and words not in wrong:
            print(words)
    if as_json:
        print(json.dumps(told[0] if number is not None else {"rebuilt": told}))
    if wrong:
        raise CheckFailed("\n".join(wrong))


Compared = tuple[str, str, tuple[str, str] | None]


def _exhibit_again(case: Case, number: int, threads: int | None, known: dict[str, Results]) -> Compared:
    from moot.errors import CaseError
    from moot.trial.case import CONTENT, Filed
    from moot.trial.exhibits import differ_in_code, exhibit_from, rebuilt

    filed: Filed = case.numbered(case.exhibits, number, "exhibit")
    kept = exhibit_from(case.text(filed.record, CONTENT))
    if kept.digest != filed.digest:
        raise CaseError(f"exhibit {number}: its content is not the one that was filed")
    again = rebuilt(kept, threads=threads, known=known)
    return filed.digest, again.digest, differ_in_code(kept, again)


def _witness_again(case: Case, number: int, threads: int | None) -> Compared:
    from moot.errors import CaseError
    from moot.trial.case import CONTENT
    from moot.trial.evidence import Witness
    from moot.trial.witness import life_from, life_of, run_behind

    called: Witness = case.numbered(case.witnesses, number, "witness")
    kept = life_from(case.text(called.record, CONTENT))
    if kept.digest != called.digest:
        raise CaseError(f"witness {number}: its content is not the one that was called")
    told = kept.content
    again = life_of(run_behind(kept, threads=threads), told["person"], arm=told["arm"])
    return called.digest, again.digest, None


def witness(
    folder: Path = FOLDER,
    run_folder: Path = typer.Argument(
        ..., metavar="RUN", help="A run folder with a panel, two arms or more."
    ),
    person: str = typer.Argument(..., metavar="PERSON", help="A number such as SYN-0012345, or `another`."),
    by: str = typer.Option("president", "--by", metavar="ROLE", help="Who calls it."),
    arm: str | None = typer.Option(None, "--arm", help="The arm told (default: the first with a regime)."),
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """Call the logged life of one synthetic person: its events and the twin's, a sentence for each."""
    import secrets

    from moot.findings.run import open_run
    from moot.trial.case import CONTENT
    from moot.trial.keeping import kept_case
    from moot.trial.witness import life_of

    kept_case(folder)
    found = open_run(run_folder)
    number = secrets.choice(list(found.lives)) if person == "another" and found.lives else person
    made = life_of(found, number, arm=arm)
    case = changed(
        folder,
        lambda case: case.do("witness", by, second(case, at), texts={CONTENT: made.text},
                             person=made.content["person"], digest=made.digest),
    )  # fmt: skip
    if as_json:
        print(json.dumps({"witness": len(case.witnesses), "digest": made.digest} | dict(made.content)))
        return
    print(f"witness {len(case.witnesses)}:", *made.lines(), sep="\n")


def examine(
    folder: Path = FOLDER,
    number: int = typer.Argument(..., metavar="WITNESS", min=1, help="The number of the witness."),
    event: int = typer.Argument(..., min=0, help="One of the events that it told."),
    by: str = typer.Option("president", "--by", metavar="ROLE", help="Who asks."),
    arm: str | None = typer.Option(None, "--arm", help="Whose event: the arm (default: the one told)."),
    run_folder: Path | None = typer.Option(
        None, "--run", metavar="RUN", help="The run folder of the life (default: simulated again)."
    ),
    rerun: bool = typer.Option(
        False, "--rerun", help="Change the one rule behind it for everybody, and simulate again."
    ),
    threads: int | None = _THREADS,
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """Ask a witness of an event: the rule, the data, its causes, what would have altered it."""
    from moot.findings.run import open_run
    from moot.trial.case import CONTENT
    from moot.trial.evidence import Witness
    from moot.trial.keeping import kept_case
    from moot.trial.ordering import sealed
    from moot.trial.witness import answer_of, life_from

    case = kept_case(folder)
    called: Witness = case.numbered(case.witnesses, number, "witness")
    life = life_from(case.text(called.record, CONTENT))
    found = open_run(run_folder) if run_folder is not None else None
    answer = answer_of(life, event, arm=arm, run=found, rerun=rerun, threads=threads)
    text, digest = sealed(answer)
    changed(
        folder,
        lambda case: case.do("examined", by, second(case, at), texts={CONTENT: text}, witness=number,
                             digest=digest),
    )  # fmt: skip
    print(json.dumps(answer, ensure_ascii=False) if as_json else "\n".join(answer["lines"]))


def remedy(
    folder: Path = FOLDER,
    name: str | None = typer.Argument(None, metavar="[REMEDY]", help="Left out: the menu."),
    number: int | None = typer.Option(
        None, "--exhibit", min=1, help="The exhibit whose experiment and measure it is simulated on."
    ),
    threads: int | None = _THREADS,
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """Simulate a remedy for the court, beside the scheme as it is: a run of the case, and an exhibit."""
    from moot.errors import UserError
    from moot.trial.case import CONTENT, Filed
    from moot.trial.exhibits import exhibit_from
    from moot.trial.keeping import kept_case
    from moot.trial.ordering import asked_run, folder_of, made_run
    from moot.trial.remedies import load_remedies
    from moot.trial.resimulating import experiment_with

    case = kept_case(folder)
    if name is None:
        menu = load_remedies().menu
        if as_json:
            print(json.dumps({key: one.model_dump(exclude_none=True) for key, one in menu.items()}))
            return
        for key, one in menu.items():
            told = "simulated" if one.order else f"no figure: {one.unmeasured}"
            print(f"{key}: {one.title} ({told})")
        return
    if number is None:
        raise UserError(f"{name}: expected --exhibit N, whose experiment and measure it is simulated on")
    filed: Filed = case.numbered(case.exhibits, number, "exhibit")
    shown = exhibit_from(case.text(filed.record, CONTENT))
    experiment, arm, words = experiment_with(shown, name)
    found = [one.number for one in case.asked if one.experiment == experiment.content_hash]
    run_number = found[0] if found else asked_run(
        folder, experiment, "president", clock=_clock(at), remedy=name
    )  # fmt: skip
    made_run(folder, run_number, clock=_clock(at), threads=threads)
    place = folder_of(folder, run_number)
    for one in dict.fromkeys((shown.content["arm"], arm)):
        case = _filed(folder, place, shown.content["measure"], "president", one, None, at, run_number)
    if not as_json:
        print(f"{name}:", *(f"  {sentence}" for sentence in words), sep="\n")
    tell(case, folder, as_json)
