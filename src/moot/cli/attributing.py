"""Commands about which mechanism does how much: attribute."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.findings.attributing import Replicate

__all__ = ["register"]

REPLICATES = 10


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("attribute")(attribute)


def attribute(
    what: str = typer.Argument(
        ..., metavar="SCENARIO|FILE", help="A scenario (a name or a file), or the file of an experiment."
    ),
    players: Path = typer.Option(..., "--players", metavar="FILE", help="The declared list of players."),
    people: int | None = typer.Option(
        None, "--people", min=1, help="Synthetic people (default: as declared)."
    ),
    days: int | None = typer.Option(None, "--days", min=1, help="Days (default: as declared)."),
    replicates: int | None = typer.Option(
        None, "--replicates", min=2, help=f"Replicates (default: those of an experiment, else {REPLICATES})."
    ),
    seed: int | None = typer.Option(None, "--seed", min=0, help="The seed of the first replicate."),
    orders: int = typer.Option(
        10, "--orders", min=2, help="Orders drawn where there are more than 6 players, each with its reverse."
    ),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    count: bool = typer.Option(False, "--count", help="Say how many jobs there are, and stop."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Divide the effect of a regime among declared mechanisms: shares by convention, no legal cause."""
    from moot.cli.experimenting import ended_by_sigterm, progress_of_jobs
    from moot.cli.running import say_compiling
    from moot.findings.attributing import attribute as divided
    from moot.findings.attributing import jobs_of
    from moot.regime.players import load_players

    declared = load_players(players)
    scenario, repeated = _asked(what, replicates, seed)
    scenario = scenario.replace(people=people, days=days)
    jobs = jobs_of(scenario, declared, repeated, pairs_of_orders=orders)
    said = f"{len(jobs):,} jobs of {scenario.people:,} synthetic people × {scenario.days} days"
    if count:
        print(said)
        return
    print(said, file=sys.stderr, flush=True)
    say_compiling()
    with ended_by_sigterm(), progress_of_jobs() as progress:
        found = divided(
            scenario, declared, repeated, pairs_of_orders=orders, threads=threads, progress=progress
        )
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        print(*found.lines(), sep="\n")


def _asked(what: str, replicates: int | None, seed: int | None) -> tuple[Scenario, list[Replicate]]:
    """The scenario, and the seeds of its replicates."""
    from moot.declaring.files import find, kind_of_source, looks_like_name
    from moot.errors import UserError
    from moot.experiment.declaration import experiment_from
    from moot.experiment.scenario import load_scenario
    from moot.findings.attributing import Replicate

    source = None if looks_like_name(what) else find("experiment", Path(what))
    if source is None or kind_of_source(source) != "experiment":
        first = 1 if seed is None else seed
        count = replicates or REPLICATES
        return load_scenario(what), [Replicate(first + n, first + n) for n in range(count)]
    told = experiment_from(source).replace(seed=seed, replicates=replicates)
    if len(told.scenario_models) != 1:
        raise UserError(f"{what} has {len(told.scenario_models)} scenarios; what is divided is one")
    fixed = told.replicates.people == "fixed"
    chances = range(told.seed, told.seed + told.replicates.count)
    return told.scenario_models[0], [Replicate(told.seed if fixed else one, one) for one in chances]
