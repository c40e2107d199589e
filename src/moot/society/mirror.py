"""The arrays of a run on a CUDA device, and what is carried there and back.

A mirror holds every array that the records of `society.books` point to, and records of its own that point to
them. It goes up whole; down comes what kernels write to, and of boxes only the rows that are in use.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import cuda
from numpy.typing import NDArray

from moot.society.books import UNTOUCHED, Books
from moot.society.compile import Compiled
from moot.society.gate import GATE
from moot.society.memory import ARRAYS, MEMORY, SIZES
from moot.society.simulator import Cells, Fields, record_in_python

__all__ = ["COUNTED", "Mirror"]

SIMULATED = bool(numba.config.ENABLE_CUDASIM)  # Python plays the device (see `society.simulator`)

WRITTEN = ("hot", "warm", "mind", "watched", "ledger", "bucket", "rate", "bump", "total")
"""Arrays that kernels write to, and that come down as they are."""
COUNTS = ("mail_n", "wakes_n", "past_n", "rare_n", "life_n", "debt_n")
"""How much of each block's boxes is in use."""
COUNTED = ("region", "level", "month", "s_region", "s_level", "s_month")
"""What a record counts by column, in the order in which kernels are given it."""
SUMMED = ("by_region", "by_level", "by_month")
USED_OF = {"wakes": "wakes_n", "past": "past_n", "rare": "rare_n", "debts": "debt_n", "life": "life_n"}
"""Rows that come down where they are in use; those of boxes of messages do, too."""


class Mirror:
    """Arrays, records and tables of a society on the device, with which its kernels are launched.

    `books` and `counted`, what its record counts, are those of the processor; `spent` are the nanoseconds of
    each thread by part of the work.
    """

    def __init__(
        self,
        books: Books,
        counted: dict[str, NDArray[np.int32]],
        compiled: Compiled,
        spent: NDArray[np.int64],
    ) -> None:
        self.books, self.counted = books, counted
        self.workers, blocks = len(books.own), books.sizes["blocks"]
        self.arrays = {name: cuda.to_device(array) for name, array in books.arrays.items()}
        self.own = {name: cuda.to_device(self._by_worker(name)) for name in books.own[0]}
        self.record = {name: cuda.to_device(array) for name, array in counted.items()}
        self.records = self._records()
        self.blocks = cuda.to_device(np.arange(blocks))
        self.deal = cuda.to_device(np.arange(self.workers + 1) * blocks // self.workers)
        self.spent = cuda.to_device(spent)
        self.rates = table_of(compiled.rates)
        self.world, self.law = table_of(compiled.world), table_of(compiled.law)

    def launch(self, kernel: Any, *args: Any, threads: int = 0) -> None:
        """Run a kernel in `threads` threads (default: all workers), each a block of its own, and wait.

        Each is a warp by itself: threads of a warp go one way, and blocks of people do not.
        """
        arguments = (self.records, seen(self.blocks), seen(self.deal), *(seen(one) for one in args))
        kernel[threads or self.workers, 1](*arguments)
        cuda.synchronize()

    def launch_closing(self, kernel: Any, x: int, month: int, flows: int, *, end_of_month: bool) -> None:
        """Add the counters of day x to what is counted on the device."""
        columns = self.books.sizes["columns"]
        counted = (self.record[name] for name in COUNTED)
        self.launch(kernel, columns, x, month, flows, end_of_month, *counted, threads=columns)

    def up_tables(self, compiled: Compiled, *, law: bool) -> None:
        """The world as it is today; the law, too, where it changes."""
        self.world = table_of(compiled.world)
        if law:
            self.law, self.rates = table_of(compiled.law), table_of(compiled.rates)

    def to(self, array: NDArray[Any]) -> Any:
        """An array of its own on the device."""
        return cuda.to_device(array)

    def new_gates(self) -> Any:
        """A gate for each worker: it takes its own blocks one by one."""
        return cuda.to_device(np.zeros((self.workers, GATE), np.int64))

    def _by_worker(self, name: str) -> NDArray[Any]:
        """An array of each worker's own, one behind the other; scratch is as the books have it at first."""
        one = self.books.own[0][name]
        if name in (*SUMMED, "mail_at"):
            return np.stack([mine[name] for mine in self.books.own])
        if name == "head":
            return np.full((self.workers, *one.shape), UNTOUCHED, one.dtype)
        return np.zeros((self.workers, *one.shape), one.dtype)

    def _records(self) -> Any:
        assert not any(self.books.starts.values())  # the whole country is here
        records = np.zeros(self.workers, MEMORY)
        for name in ARRAYS:
            if name in self.own:
                step = self.own[name].nbytes // self.workers
                records[name] = address_of(self.own[name]) + step * np.arange(self.workers)
            else:
                records[name] = address_of(self.arrays[name])
        for size in SIZES:
            records[f"n_{size}"] = self.books.sizes[size]
        if SIMULATED:
            return [record_in_python(record) for record in records]
        return cuda.to_device(records)

    def down_counts(self) -> None:
        """How much of all boxes is in use, to the books."""
        for name in COUNTS:
            self.arrays[name].copy_to_host(self.books[name])
        for mine, at in zip(self.books.own, self.own["mail_at"].copy_to_host(), strict=True):
            mine["mail_at"][...] = at

    def down_scores(self) -> None:
        """The running sums of scores, to the books."""
        self.arrays["total"].copy_to_host(self.books["total"])

    def down_lives(self) -> None:
        """The events of lives that are kept to the books; there are none on the device then."""
        count = self.books["life_n"]
        for b in np.flatnonzero(count):
            self.arrays["life"][b, : count[b]].copy_to_host(self.books["life"][b, : count[b]])
        if count.any():
            self.arrays["life_n"].copy_to_device(np.zeros_like(count))

    def down(self) -> None:
        """Everything that kernels write to, to the books and the record; what threads sum, to the first."""
        self.down_counts()
        for name in WRITTEN:
            self.arrays[name].copy_to_host(self.books[name])
        for name, counts in USED_OF.items():
            used = self.books[counts][:, 0] if name == "wakes" else self.books[counts]
            for at, n in np.ndenumerate(used):
                rows = min(int(n) + (name == "rare"), self.books[name].shape[len(at)])
                if rows:
                    here = (*at, slice(rows))
                    self.arrays[name][here].copy_to_host(self.books[name][here])
        for (box, block), n in np.ndenumerate(self.books["mail_n"]):
            start, room, stride, _ = self.books.own[0]["mail_at"][box].tolist()
            rows = slice(start + block * stride, start + block * stride + min(int(n), room))
            if n:
                self.arrays["mail"][rows].copy_to_host(self.books["mail"][rows])
        for name in SUMMED:
            summed = self.own[name].copy_to_host().sum(axis=0)
            for w, mine in enumerate(self.books.own):
                mine[name][...] = summed if w == 0 else 0
        for name, array in self.counted.items():
            self.record[name].copy_to_host(array)


def address_of(array: Any) -> int:
    """Where an array of the device lies."""
    if SIMULATED:
        return int(array._ary.ctypes.data)
    return int(array.__cuda_array_interface__["data"][0])


def table_of(records: NDArray[Any]) -> Any:
    """Records of a table (the world, the law, the rates) on the device."""
    if SIMULATED:
        return [Fields(record) for record in np.atleast_1d(records).copy()]
    return cuda.to_device(np.atleast_1d(records))


def seen(value: Any) -> Any:
    """An array of the device, or a number, as a kernel is handed it."""
    return Cells(value._ary) if SIMULATED and hasattr(value, "_ary") else value
