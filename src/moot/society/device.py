"""A society whose days are lived on a CUDA device: `--device cuda`, never chosen by itself.

The functions are those of the processor, compiled once more by numba-cuda (see `society.device_kernels`), and
so are the bits. People, state, boxes and counters stay on the device from the first day to the last
(`society.mirror`); a block of people is a thread. On the processor run what is made before the first day and
written at the end (people, tables, the state of the arms, digests), the normaliser at the end of a year of
the burn-in, the places of a month where vacancies are fixed, and more room for boxes.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numpy.typing import NDArray

from moot.errors import MissingExtraError, UserError
from moot.society import closing, minds
from moot.society.engine import ACTS, SLOTS, Record, Society
from moot.society.law import FALLS, FAR, OUT, OWN
from moot.society.minds import MindSums
from moot.society.places import share_places
from moot.society.workers import Team

if TYPE_CHECKING:
    from moot.society.mirror import Mirror

__all__ = ["DEVICES", "DeviceSociety", "check_device", "simulated_device", "society_on"]

DEVICES = ("cpu", "cuda")
MOST_WORKERS = 4096  # threads of a device; each has counters and scratch of its own


def check_device(device: str, *, shards: int = 1) -> None:
    """Refuse what no device of this name is there for, before any work is done.

    Raises `UserError`, and `MissingExtraError` where numba-cuda is not installed.
    """
    if device not in DEVICES:
        raise UserError(f"--device {device}: no such device; there is {' and '.join(DEVICES)}")
    if device == "cpu":
        return
    try:
        importlib.metadata.version("numba-cuda")
    except importlib.metadata.PackageNotFoundError:
        raise MissingExtraError("--device cuda", "cuda") from None
    if shards > 1:
        raise UserError(
            f"--device cuda: one society in {shards} shards lives on processors; leave out --shards and "
            "--cluster, or say --device cpu"
        )
    from numba import cuda

    if not cuda.is_available():
        raise UserError(
            "--device cuda: no CUDA device can be used here: it needs an NVIDIA GPU with its driver, and "
            "libNVVM and NVRTC of the CUDA toolkit; nothing was simulated (--device cpu is the default)"
        )


def simulated_device() -> bool:
    """Whether Python plays the device (NUMBA_ENABLE_CUDASIM=1), thread by thread."""
    return bool(numba.config.ENABLE_CUDASIM)


def society_on(device: str) -> type[Society]:
    """The kind of society that lives on a device."""
    return DeviceSociety if device == "cuda" else Society


class DeviceSociety(Society):
    """A society on a CUDA device. `books` say where it stands after `settle`, and before the first day."""

    def __init__(self, *args: Any, **kws: Any) -> None:
        super().__init__(*args, **kws)
        if self.part.size > 1:
            raise UserError("--device cuda: one society in several shards lives on processors")
        from moot.society import device_kernels, simulator

        self.kernels = device_kernels.made(simulator.in_python if simulated_device() else _as_it_is)
        self._there: Mirror | None = None
        self._at_home: Record | None = None  # what was counted, in the arrays of the processor

    def _workers(self) -> int:
        return min(MOST_WORKERS, self.population.layout.blocks)

    def run(self, *, record: Record | None = None, **kws: Any) -> Record:
        """As `Society.run`; in the end nothing is left on the device."""
        self._at_home = self._record() if record is None else record
        try:
            return super().run(record=self._at_home, **kws)
        finally:
            self._there = self._at_home = None

    def settle(self, record: Record | None = None) -> None:
        """Carry to the books and to the record what kernels have written."""
        if self._there is not None:
            self._there.down()
            self._there.spent.copy_to_host(self.by_part)

    def normalise(self, today: int) -> None:
        """As `Society.normalise`, on the processor."""
        self.settle()
        super().normalise(today)

    def _mirror(self) -> Mirror:
        if self._there is None:
            from moot.society.mirror import COUNTED, Mirror

            assert self._at_home is not None  # it is asked for while days are lived through
            counted = {name: getattr(self._at_home, name) for name in COUNTED}
            self._there = Mirror(self.books, counted, self.compiled, self.by_part)
        return self._there

    @contextmanager
    def _on_the_processor(self) -> Iterator[None]:
        """Within, the books may be written to; afterwards the device has everything anew."""
        self.settle()
        yield
        self._there = None

    def _watch(self) -> None:
        """After a phase: more room where it is needed; `DeskFull` where a box overflowed."""
        self._mirror().down_counts()
        if self.books.crowded():
            with self._on_the_processor():
                self.watch_room()

    def _open(self, team: Team) -> None:
        there, before = self._mirror(), self.first - 1
        there.launch(self.kernels.opening, there.world, there.law, before, before, self.reporting)
        self._watch()

    def _day(self, team: Team, today: int) -> None:
        key, before, reporting = self.chance, self.first - 1, self.reporting
        places = self._shares_places(today)
        there = self._mirror()
        there.up_tables(self.compiled, law=today in self.changes)
        with self._timed("phases on the device"):
            there.launch(
                self.kernels.acting, key, there.world, there.law, there.rates, there.to(ACTS),
                there.new_gates(), today, there.spent,
            )  # fmt: skip
            there = self._exchanged(OUT, OWN)
            there.launch(
                self.kernels.judging, key, there.world, there.law, there.new_gates(), today, before,
                reporting, there.spent,
            )  # fmt: skip
        if places:
            with self._timed("places of the month"), self._on_the_processor():
                share_places(self, team, today)
        with self._timed("phases on the device"):
            there = self._exchanged(FAR, FALLS)
            there.launch(
                self.kernels.telling, there.world, there.law, there.new_gates(), today, before, reporting,
                there.spent,
            )  # fmt: skip
            self._watch()
        with self._timed("opinion and talk"):
            told, talk = minds.told_and_talk(self, today)
            there = self._mirror()
            if told:
                there.launch(self.kernels.persuading, self.key, there.law, today)
            if talk:
                there.launch(self.kernels.talking, key, there.world, there.law, today)
                self._watch()

    def _exchanged(self, out: int, into: int) -> Mirror:
        """The device after box `out` of all blocks was handed over."""
        most, sent = self.books["mail_most"], self.books["mail_n"]
        self._watch()
        np.maximum(most, sent, out=most)
        self._mirror().launch(self.kernels.exchanging, out, into, threads=1)
        self._watch()
        np.maximum(most, sent, out=most)
        return self._mirror()

    def _write(self, team: Team, r: Record, x: int, month: int, end_of_month: bool) -> None:
        there, layout = self._mirror(), self.population.layout
        flows = self.compiled.columns.flows
        there.launch_closing(self.kernels.closing_day, x, month, flows, end_of_month=end_of_month)
        there.down_scores()
        closing.close_scores(self.books.records[0], x, layout.block_segment, layout.segment_region, r.score)
        if end_of_month:
            self._write_month(team, r, month, self.first + x)

    def _keep_lives(self, r: Record) -> None:
        self._mirror().down_lives()
        super()._keep_lives(r)

    def _sums_by_word(self, team: Team, today: int) -> NDArray[np.int64]:
        there = self._mirror()
        sums, both = (there.to(array) for array in self._room_for_sums(there.workers))
        there.launch(self.kernels.summing, there.world, there.law, today, sums, both)
        return self._of_arms(sums.copy_to_host().sum(axis=0))

    def _sums_of_minds(self, team: Team, kept: MindSums) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        there = self._mirror()
        room = minds.room_for_sums(kept, there.workers, len(SLOTS))
        packed, regions = (there.to(array) for array in room)
        there.launch(self.kernels.summing_minds, self.key, packed, regions)
        return packed.copy_to_host().sum(axis=0), regions.copy_to_host().sum(axis=0)


def _as_it_is(body: Callable[..., Any]) -> Callable[..., Any]:
    return body
