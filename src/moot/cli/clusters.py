"""Where the processes of a run in shards are: on this machine, under mpirun, or on a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from moot.cluster.mpi import World
    from moot.experiment.scenario import Scenario
    from moot.findings.sharding import Start

__all__ = ["CLUSTER", "SHARDS", "Others", "Started", "leading"]

SHARDS = typer.Option(
    None,
    "--shards",
    metavar="N",
    min=1,
    help="Processes that hold a part of the people each (default: 1); they change no result.",
)
CLUSTER = typer.Option(
    None,
    "--cluster",
    metavar="WHERE",
    help="Where the shards are: ray (a Ray of this machine's own), ray://HOST:PORT or another address of "
    "Ray, or mpi (found by itself under mpirun). Default: processes of this machine.",
)


@dataclass(frozen=True)
class Started:
    """So many shards, in a cluster or on this machine (None), where this process is the first of them."""

    shards: int
    cluster: str | None = None
    world: World | None = None

    def __call__(self, scenario: Scenario) -> Start | None:
        """What starts the others; None where there are none. Raises `UserError` for too many of them."""
        if self.shards == 1 and self.cluster is None:
            return None
        from moot.findings.sharding import start_of, under_mpi

        if self.world is not None:
            return under_mpi(self.shards, scenario, self.world)
        return start_of(self.shards, self.cluster, scenario)


@dataclass(frozen=True)
class Others:
    """The other processes of a command: to be started in `cluster` or here, or those of `world` under MPI."""

    cluster: str | None
    world: World | None = None

    def start(self, asked: int | None, kept: int = 1) -> Started:
        """For as many shards as were `asked` for, else for `kept`, which wrote the checkpoints.

        Raises `UserError` where MPI has started another number of processes.
        """
        from moot.errors import UserError

        if self.world is not None:
            there = self.world.size
            if asked not in (None, there):
                raise UserError(f"--shards {asked} under an mpirun of {there} processes; leave it out")
            return Started(there, "mpi", self.world)
        return Started(kept if asked is None else asked, self.cluster)


@contextmanager
def leading(cluster: str | None) -> Iterator[Others]:
    """Be the first process of a command. Under MPI all others serve it here, and end with it."""
    from moot.cluster import mpi

    if cluster == "mpi" or (cluster is None and mpi.launched()):
        from moot.findings.sharding import follow

        world = mpi.World()
        if world.rank > 0:
            raise SystemExit(follow(world))
        try:
            yield Others("mpi", world)
        finally:
            world.release()
        return
    yield Others(cluster)
