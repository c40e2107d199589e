"""The small communicator: what the processes of one run hand to each other, whatever carries it.

A back end carries parcels of bytes from everybody to everybody; the rest follows from that. All processes of
a run call the same methods in the same order. Nobody goes on before all have called.
"""

from __future__ import annotations

import platform
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.errors import RunError

__all__ = ["Bytes", "Communicator", "ShardFailed", "ShardLost"]

Bytes = NDArray[np.uint8]
SMALL = 4096  # bytes up to which a sum sends everything to everybody: one round in place of two


class ShardLost(RunError):
    """A process of the run ended before the others did; `shard` is its rank, or -1 where it is not known."""

    def __init__(self, shard: int, why: str = "it ended before the run did") -> None:
        self.shard, self.why = shard, why
        super().__init__(f"shard {shard}: {why}" if shard >= 0 else f"a shard was lost: {why}")


class ShardFailed(RunError):
    """A process of the run stopped and said why: it would stop there again."""

    def __init__(self, shard: int, why: str) -> None:
        self.shard, self.why = shard, why
        super().__init__(f"shard {shard}: {why}")


class Communicator(ABC):
    """One of `size` processes, the one with number `rank` from 0.

    `sent_bytes` and `exchanges` count what was sent to others, and in how many rounds.
    """

    def __init__(self, rank: int, size: int) -> None:
        if not 0 <= rank < size:
            raise ValueError(f"rank {rank} of {size}")
        self.rank, self.size = rank, size
        self.sent_bytes = self.exchanges = 0

    @abstractmethod
    def _carry(self, parcels: Sequence[Bytes]) -> list[Bytes]:
        """Carry `parcels[r]` to each rank r; what came from each, in the order of ranks."""

    def exchange(self, parcels: Sequence[Bytes]) -> list[Bytes]:
        """Send `parcels[r]`, (bytes,) uint8, to each rank r; what each of them has sent here, by rank.

        The parcel to oneself comes back as it is. Raises `ShardLost` where a process is gone, ValueError
        where there is not one parcel for each.
        """
        if len(parcels) != self.size:
            raise ValueError(f"{len(parcels)} parcels for {self.size} processes")
        if any(one.dtype != np.uint8 or one.ndim != 1 for one in parcels):
            raise ValueError("a parcel is a row of bytes")
        self.exchanges += 1
        self.sent_bytes += sum(one.nbytes for rank, one in enumerate(parcels) if rank != self.rank)
        return self._carry(parcels)

    def sum(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """The sum of integers of one shape and type over all processes, for each; wraps like numpy.

        A large array is cut: everybody adds up a piece, and hands it to all.
        """
        if numbers.dtype.kind not in "iu":
            raise ValueError(f"{numbers.dtype}: only integers are added up, in any order")
        flat = np.ascontiguousarray(numbers).reshape(-1)
        if flat.nbytes <= SMALL:
            came = self.exchange([flat.view(np.uint8)] * self.size)
            return self._added(came, flat.dtype, flat.size).reshape(numbers.shape)
        pieces = np.array_split(flat, self.size)
        came = self.exchange([one.view(np.uint8) for one in pieces])
        mine = self._added(came, flat.dtype, pieces[self.rank].size)
        came = self.exchange([mine.view(np.uint8)] * self.size)
        return np.concatenate([one.view(flat.dtype) for one in came]).reshape(numbers.shape)

    def _added(self, parcels: Sequence[Bytes], dtype: np.dtype[Any], size: int) -> NDArray[Any]:
        total = np.zeros(size, dtype)
        for rank, one in enumerate(parcels):
            if one.nbytes != total.nbytes:
                raise RunError(f"shard {rank} has {one.nbytes} bytes to add up, expected {total.nbytes}")
            total += one.view(dtype)
        return total

    def gather(self, parcel: Bytes) -> list[Bytes]:
        """What everybody has, by rank: for the first process; the others get nothing."""
        nothing = np.empty(0, np.uint8)
        came = self.exchange([parcel if rank == 0 else nothing for rank in range(self.size)])
        return came if self.rank == 0 else []

    def share(self, parcel: Bytes) -> list[Bytes]:
        """What everybody has, by rank: for each."""
        return self.exchange([parcel] * self.size)

    def neighbours(self) -> int:
        """How many of the processes are on this machine, this one included."""
        here = np.array(bytearray(platform.node().encode()))
        return sum(np.array_equal(one, here) for one in self.share(here))

    def barrier(self) -> None:
        """Wait until all are here."""
        self.exchange([np.empty(0, np.uint8)] * self.size)

    @abstractmethod
    def close(self) -> None:
        """Let go of what carries the parcels; may be called twice."""
