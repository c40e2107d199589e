"""One society in several processes: the first simulates and tells, the others hold their part of the people.

What the others need to know is a request of plain values: the declarations in full, sizes, and where
checkpoints are. A process that was ended from outside is no end of the run: all begin again, from the last
checkpoint where there is one.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.cluster.communicator import Communicator, ShardLost
from moot.errors import MootError, RunError, UserError
from moot.findings.rebuilding import scenario_of
from moot.findings.saving import burn_ins, code_hash, versions
from moot.store.parts import PartKeeper
from moot.store.unfinished import Unfinished

if TYPE_CHECKING:
    from moot.cluster.mpi import World
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result

__all__ = [
    "Start",
    "compiled_once",
    "follow",
    "keeper_of",
    "locally",
    "on_ray",
    "serve",
    "simulate_together",
    "start_of",
    "under_mpi",
]

BEGINNINGS = 3
"""How often a run is begun whose processes are ended from outside."""


@dataclass(frozen=True)
class Start:
    """How the other processes of a run are started: `begin(request)` gives the communicator of the first."""

    shards: int
    begin: Callable[[dict[str, Any]], AbstractContextManager[Communicator]]


def simulate_together(
    scenario: Scenario,
    start: Start,
    *,
    seed: int,
    threads: int | None,
    arms: Sequence[str] | None,
    panel: int | None,
    progress: Callable[[str, int, int], None] | None = None,
    unfinished: Unfinished | None = None,
    cache: bool = True,
    tell: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
) -> Result:
    """Simulate a scenario with the shards that `start` starts; the result, and its bits, are those of one.

    `unfinished` is where checkpoints are left and found; `tell` is given a line where the run begins again.
    Raises `UserError` for what cannot be asked, before anything is started, and `RunError` where processes
    are ended again and again.
    """
    from moot.country.synthesis import layout_of
    from moot.experiment.simulation import arms_of, panel_size

    arms_of(scenario, arms)
    panel_size(scenario.people, panel)
    layout_of(scenario.country_model, scenario.people)
    request = {
        "scenario": {"hash": scenario.content_hash, "resolved": scenario.resolved()},
        "versions": versions(),
        "code": code_hash(),
        "seed": seed,
        "threads": threads,
        "arms": list(arms) if arms is not None else None,
        "panel": panel,
        "cache": cache,
        "unfinished": None
        if unfinished is None
        else {"place": str(unfinished.place.absolute()), "about": unfinished.about},
    }
    for beginning in range(1, BEGINNINGS + 1):
        try:
            with start.begin(request) as talk:
                return _simulate(request, scenario, talk, unfinished, progress)
        except ShardLost as lost:
            if beginning == BEGINNINGS:
                raise RunError(f"the run was begun {BEGINNINGS} times; {lost}") from None
            where = "the last checkpoint" if unfinished is not None and unfinished.last() else "its beginning"
            tell(f"{lost}; the run goes on from {where}")
    raise AssertionError("unreachable")


def serve(request: dict[str, Any], talk: Communicator) -> None:
    """What every process but the first does: hold its part of the people until the run is over.

    Raises `RunError` where this is another version of Moot than that of the first.
    """
    if request["code"] != code_hash():
        raise RunError(
            f"this process has another version of Moot (model code {code_hash()[:16]}) than the first "
            f"({request['code'][:16]})"
        )
    about = request["unfinished"]
    unfinished = None if about is None else Unfinished(Path(about["place"]), about["about"], -1)
    if unfinished is not None:
        unfinished.tell = lambda line: None  # the first tells what all of them find
    _simulate(request, scenario_of(request), talk, unfinished, None)


def keeper_of(unfinished: Unfinished, scenario: Scenario, talk: Communicator) -> PartKeeper:
    """Of the checkpoints of one shard; those that another number of shards has left serve as well."""
    from moot.country.synthesis import layout_of
    from moot.experiment.regrouping import regroup

    def regrouped(read: Any, old: int, rank: int, size: int) -> tuple[dict[str, Any], dict[str, Any]]:
        return regroup(read, layout_of(scenario.country_model, scenario.people), old, rank, size)

    return PartKeeper(unfinished, talk, regrouped)


def _simulate(
    request: dict[str, Any],
    scenario: Scenario,
    talk: Communicator,
    unfinished: Unfinished | None,
    progress: Callable[[str, int, int], None] | None,
) -> Result:
    from moot.experiment.simulation import simulate

    return simulate(
        scenario,
        seed=request["seed"],
        threads=request["threads"],
        arms=request["arms"],
        panel=request["panel"],
        progress=progress,
        keeper=None if unfinished is None else keeper_of(unfinished, scenario, talk),
        burn_ins=burn_ins() if request["cache"] else None,
        communicator=talk,
    )


def start_of(shards: int, cluster: str | None, scenario: Scenario) -> Start | None:
    """So many shards on this machine, or on the Ray cluster at an address; None for one.

    Raises `UserError` for a number that cannot be, `MissingExtraError` where Ray is not installed.
    """
    if shards == 1 and cluster is None:
        return None
    if shards == 1:
        raise UserError(f"a cluster ({cluster}) is for runs in shards: say how many, 2 or more")
    return locally(shards, scenario) if cluster is None else on_ray(shards, scenario, cluster)


def locally(shards: int, scenario: Scenario) -> Start:
    """Shards as processes of this machine. Raises `UserError` where the people are too few for so many."""
    from moot.cluster.local import started

    _enough(shards, scenario)

    @contextmanager
    def begin(request: dict[str, Any]) -> Iterator[Communicator]:
        compiled_once(scenario)
        with started(shards, "moot.findings.sharding", request) as talk:
            yield talk

    return Start(shards, begin)


def under_mpi(shards: int, scenario: Scenario, world: World) -> Start:
    """Shards as the processes of an MPI job, of which this is the first."""
    _enough(shards, scenario)
    return Start(shards, world.started)


def on_ray(shards: int, scenario: Scenario, address: str) -> Start:
    """Shards as actors of a Ray cluster; `ray` for one that is started on this machine.

    Raises `MissingExtraError` where Ray is not installed, `UserError` for too many shards.
    """
    from moot.cluster.ray import started

    _enough(shards, scenario)

    return Start(shards, lambda request: started(shards, address, serve, request))


def follow(world: World) -> int:
    """What every process of an MPI job but the first does; its exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first is asked to stop, and tells the others
    request = world.receive()
    if request is None:
        return 0
    try:
        with world.serving() as talk:
            serve(request, talk)
    except KeyboardInterrupt:
        return 130
    return 0


def _enough(shards: int, scenario: Scenario) -> None:
    """Raise `UserError` where the people are too few for so many shards."""
    from moot.country.synthesis import layout_of

    blocks = layout_of(scenario.country_model, scenario.people).blocks
    if not 1 <= shards <= blocks:
        raise UserError(
            f"shards: {shards}; {scenario.people} people of {scenario.country_model.country} are {blocks} "
            f"blocks, so expected 1 to {blocks}"
        )


def compiled_once(scenario: Scenario) -> None:
    """Let the kernels be compiled once, before several processes would compile them side by side."""
    from moot.draws.compiled import warm
    from moot.experiment.simulation import simulate

    if not warm():
        few = scenario.replace(people=min(scenario.people, 1_000), days=1, burn_in_years=0)
        simulate(few, threads=1, panel=0)


def main(told: str) -> int:
    """A process that `moot.cluster.local.started` has started; its exit code."""
    from moot.cluster.local import joined

    rank, size, handles = json.loads(told)
    talk = joined(rank, size, {int(other): number for other, number in handles.items()})
    request = json.load(sys.stdin)
    try:
        serve(request, talk)
    except KeyboardInterrupt:
        return 130
    except ShardLost:
        return 1  # another one ended first
    except MootError as error:
        print(error)
        return error.exit_code
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    finally:
        sys.stdout.flush()
        talk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
