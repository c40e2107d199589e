"""Commands about what a result rests on: flip, frontier."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from moot.experiment.plan import Plan

__all__ = ["register"]

_FILE = typer.Argument(..., metavar="FILE", help="The file of an experiment.")
_PEOPLE = typer.Option(None, "--people", min=1, help="Synthetic people (default: as declared).")
_DAYS = typer.Option(None, "--days", min=1, help="Days (default: as declared).")
_REPLICATES = typer.Option(None, "--replicates", min=1, help="Replicates (default: as declared).")
_SEED = typer.Option(None, "--seed", min=0, help="The seed of the first replicate.")
_THREADS = typer.Option(None, "--threads", min=1, help="Threads; they change no result.")
_OUT = typer.Option(None, "--out", metavar="DIR", help="The experiment's folder (default: experiments/NAME).")
_COUNT = typer.Option(False, "--count", help="Say how many jobs there are at most, and stop.")
_NO_CACHE = typer.Option(False, "--no-cache", help="Keep no burn-in for other jobs.")
_JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")

Work = Callable[..., dict[str, Any]]
"""`work(folder, plan, progress=…)`: do the jobs, write the file, give back what it says."""


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("flip")(flip)
    app.command("frontier")(frontier)


def flip(
    file: Path = _FILE,
    people: int | None = _PEOPLE,
    days: int | None = _DAYS,
    replicates: int | None = _REPLICATES,
    seed: int | None = _SEED,
    threads: int | None = _THREADS,
    out: Path | None = _OUT,
    count: bool = _COUNT,
    no_cache: bool = _NO_CACHE,
    as_json: bool = _JSON,
) -> None:
    """Say what would flip the conclusions that an experiment declares: every range moved, and the seed."""
    from moot.findings.flipping import jobs_at_most
    from moot.findings.sheet import lines_of, write_sheet

    plan = _planned(file, people, days, replicates, seed)
    work = partial(write_sheet, threads=threads, cache=not no_cache)
    found = _done(plan, out, jobs_at_most(plan), work, count)
    if found is not None:
        _say(found, lines_of, as_json, out or _place(plan), "sheet.json")


def frontier(
    file: Path = _FILE,
    people: int | None = _PEOPLE,
    days: int | None = _DAYS,
    replicates: int | None = _REPLICATES,
    seed: int | None = _SEED,
    threads: int | None = _THREADS,
    out: Path | None = _OUT,
    count: bool = _COUNT,
    no_cache: bool = _NO_CACHE,
    as_json: bool = _JSON,
) -> None:
    """Say which milder schemes reach as much as a regime, and how much burden it has in excess of them."""
    from moot.findings.alternatives_file import lines_of, write_alternatives
    from moot.findings.frontier import jobs_at_most

    plan = _planned(file, people, days, replicates, seed)
    work = partial(write_alternatives, threads=threads, cache=not no_cache)
    found = _done(plan, out, jobs_at_most(plan), work, count)
    if found is not None:
        _say(found, lines_of, as_json, out or _place(plan), "alternatives.json")


def _planned(
    file: Path, people: int | None, days: int | None, replicates: int | None, seed: int | None
) -> Plan:
    from moot.experiment.declaration import load_experiment
    from moot.experiment.plan import plan_of

    declared = load_experiment(file).replace(people=people, days=days, seed=seed, replicates=replicates)
    for problem in declared.warnings:
        print(problem, file=sys.stderr)
    return plan_of(declared)


def _place(plan: Plan) -> Path:
    from moot.cli.experimenting import EXPERIMENTS

    return EXPERIMENTS / plan.experiment.experiment


def _done(plan: Plan, out: Path | None, most: int, work: Work, count: bool) -> dict[str, Any] | None:
    """What came out of the jobs, done in the folder of the experiment; None where they are only counted."""
    from moot.cli.experimenting import ended_by_sigterm, progress_of_jobs
    from moot.cli.running import say_compiling
    from moot.errors import MootError
    from moot.findings.experimenting import begin

    scenarios = plan.experiment.scenario_models
    sizes = ", ".join(f"{one.people:,} synthetic people × {one.days} days" for one in scenarios)
    said = f"at most {most:,} jobs of {sizes}"
    if count:
        print(said)
        return None
    print(said, file=sys.stderr, flush=True)
    again = "what is done is kept; the same command goes on"
    folder, plan = begin(plan.experiment, out or _place(plan))
    folder.tell = lambda line: print(line, file=sys.stderr, flush=True)
    say_compiling()
    with folder:
        try:
            with ended_by_sigterm(), progress_of_jobs() as progress:
                return work(folder, plan, progress=progress)
        except KeyboardInterrupt:
            print(f"stopped; {again}", file=sys.stderr)
            raise SystemExit(130) from None
        except MootError:
            print(again, file=sys.stderr)
            raise


def _say(
    found: dict[str, Any],
    lines_of: Callable[[dict[str, Any]], list[str]],
    as_json: bool,
    place: Path,
    name: str,
) -> None:
    if as_json:
        print(json.dumps({"folder": str(place), **found}, ensure_ascii=False))
        return
    print(*lines_of(found), sep="\n")
    print(f"\nwritten: {place / name}")
