"""A small team of threads: each owns a share of the blocks for the whole run, and its own counters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType

import numpy as np
from numpy.typing import NDArray


def shares_of(cost: NDArray[np.float64], workers: int) -> list[NDArray[np.int64]]:
    """Blocks in `workers` runs of neighbours of about equal cost; fewer where there are fewer blocks."""
    total = np.concatenate([[0.0], np.cumsum(cost)])
    cuts = [int(np.searchsorted(total, total[-1] * w / workers)) for w in range(workers)] + [len(cost)]
    runs = [np.arange(cuts[w], max(cuts[w], cuts[w + 1]), dtype=np.int64) for w in range(workers)]
    return [r for r in runs if len(r)]


class Team:
    """Threads that wait for the next phase; the caller works too. Errors of a worker are raised by `run`."""

    def __init__(self, size: int) -> None:
        self.size = max(1, size)
        self._inbox: list[SimpleQueue[Callable[[int], None] | None]] = [
            SimpleQueue() for _ in range(self.size - 1)
        ]
        self._done: SimpleQueue[BaseException | None] = SimpleQueue()
        self._on_error: Callable[[], None] | None = None
        self._threads = [
            threading.Thread(target=self._serve, args=(w,), daemon=True, name=f"moot-{w + 1}")
            for w in range(self.size - 1)
        ]

    def __enter__(self) -> Team:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if kind is not None and self._on_error is not None:
            self._on_error()
        for box in self._inbox:
            box.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self, worker: int) -> None:
        while True:
            phase = self._inbox[worker].get()
            if phase is None:
                return
            try:
                phase(worker + 1)
                self._done.put(None)
            except BaseException as error:
                if self._on_error is not None:
                    self._on_error()
                self._done.put(error)

    def run(self, phase: Callable[[int], None], on_error: Callable[[], None] | None = None) -> None:
        """Run phase(0), ..., phase(size - 1), one per thread, and wait for all of them.

        `on_error` is called as soon as any thread fails or is interrupted: phases that wait for each other
        need it, or the others would wait for ever.
        """
        self._on_error = on_error
        first: BaseException | None = None
        sent = 0
        try:
            for box in self._inbox:
                box.put(phase)
                sent += 1
            phase(0)
        except BaseException as error:
            first = error
            if on_error is not None:
                on_error()
        for _ in range(sent):
            first = self._done.get() or first
        if first is not None:
            raise first
