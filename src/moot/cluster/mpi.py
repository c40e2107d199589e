"""Shards as the processes of an MPI job: `mpirun -n 4 moot run …`.

The first process reads the command; the others wait for its request, and serve it. A process that fails ends
the job, as is the custom with MPI.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.cluster.communicator import Bytes, Communicator
from moot.errors import MissingExtraError, MootError

__all__ = ["Mpi", "World", "launched"]

LAUNCHERS = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE")
"""Variables in which Open MPI, and MPICH and its kin, say how many processes they have started."""
LARGEST = 1 << 30
"""Bytes of a parcel that are sent at a time: counts of MPI are 32-bit numbers."""


def launched() -> bool:
    """Whether this process was started by an MPI launcher, with others."""
    return any(
        os.environ.get(name, "1").isdigit() and int(os.environ.get(name, "1")) > 1 for name in LAUNCHERS
    )


def _mpi() -> Any:
    try:
        from mpi4py import MPI
    except ImportError:
        raise MissingExtraError("a run under mpirun", "mpi") from None
    except RuntimeError as error:  # mpi4py is there, a library of MPI is not
        raise MootError(f"mpi4py finds no MPI on this machine: {error}") from None
    return MPI


class Mpi(Communicator):
    """One of the processes of a communicator of MPI."""

    def __init__(self, world: Any, mpi: Any) -> None:
        super().__init__(world.Get_rank(), world.Get_size())
        self._world, self._mpi = world, mpi

    def _carry(self, parcels: Sequence[Bytes]) -> list[Bytes]:
        sizes = np.array([one.nbytes for one in parcels], np.int64)
        coming = np.empty_like(sizes)
        self._world.Alltoall(sizes, coming)
        came = [np.empty(size, np.uint8) for size in coming.tolist()]
        under_way = []
        for rank, (parcel, into) in enumerate(zip(parcels, came, strict=True)):
            if rank == self.rank:
                came[rank] = parcel
                continue
            for at in range(0, into.nbytes, LARGEST):
                under_way.append(self._world.Irecv(into[at : at + LARGEST], rank, tag=at // LARGEST))
            for at in range(0, parcel.nbytes, LARGEST):
                under_way.append(self._world.Isend(parcel[at : at + LARGEST], rank, tag=at // LARGEST))
        self._mpi.Request.Waitall(under_way)
        return came

    def sum(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """As every communicator's, by MPI's own means."""
        if numbers.dtype.kind not in "iu":
            raise ValueError(f"{numbers.dtype}: only integers are added up, in any order")
        mine = np.ascontiguousarray(numbers)
        total = np.empty_like(mine)
        self.exchanges += 1
        self.sent_bytes += mine.nbytes
        self._world.Allreduce(mine, total, op=self._mpi.SUM)
        return total

    def close(self) -> None:
        """Nothing: the launcher ends what it has started."""


class World:
    """All processes that an MPI launcher has started, and what the first asks of the others.

    Raises `MissingExtraError` where mpi4py is not installed, `MootError` where it finds no MPI.
    """

    def __init__(self) -> None:
        self._mpi = _mpi()
        self._world = self._mpi.COMM_WORLD
        self.rank, self.size = int(self._world.Get_rank()), int(self._world.Get_size())
        self._asked = False

    def receive(self) -> dict[str, Any] | None:
        """What the first asks, in every other process; None where it asks nothing and has ended."""
        text = self._world.bcast(None, root=0)
        return dict(json.loads(text)) if text else None

    def release(self) -> None:
        """In the first: let the others go, if nothing was asked of them."""
        if not self._asked and self.rank == 0:
            self._asked = True
            self._world.bcast("", root=0)

    @contextmanager
    def started(self, request: Mapping[str, Any]) -> Iterator[Communicator]:
        """Ask the others to serve `request`, and be the first of them; what fails here ends all of them."""
        self._asked = True
        self._world.bcast(json.dumps(request), root=0)
        with self.serving() as talk:
            yield talk

    @contextmanager
    def serving(self) -> Iterator[Communicator]:
        """Be one of the processes of a request; an error ends all of them, a wish to stop does not."""
        try:
            yield Mpi(self._world, self._mpi)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            said = str(error) if isinstance(error, MootError) else f"{type(error).__name__}: {error}"
            print(said if self.rank == 0 else f"shard {self.rank}: {said}", file=sys.stderr, flush=True)
            self._world.Abort(error.exit_code if isinstance(error, MootError) else 1)
            raise
