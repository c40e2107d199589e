"""Wall time without compiling, which the first run of a version does once; it is no part of the work."""

from __future__ import annotations

import time
from typing import Any

from moot.draws.loading import numba

__all__ = ["compiling_seconds", "working_seconds"]


class _Compiling(numba.core.event.Listener):  # type: ignore[misc]  # numba carries no types
    """Adds up the seconds in which Numba compiles; what is read from its cache was compiled before.

    Kernels that a kernel calls are compiled within it, so that only the outermost counts. Numba compiles one
    kernel at a time, whatever the number of threads.
    """

    def __init__(self) -> None:
        self.seconds = self._since = 0.0
        self._depth = 0

    def on_start(self, _: Any) -> None:
        if self._depth == 0:
            self._since = time.perf_counter()
        self._depth += 1

    def on_end(self, _: Any) -> None:
        self._depth -= 1
        if self._depth == 0:
            self.seconds += time.perf_counter() - self._since


_compiling = _Compiling()
numba.core.event.register("numba:compile", _compiling)


def compiling_seconds() -> float:
    """Seconds that this process has spent compiling kernels."""
    return _compiling.seconds


def working_seconds() -> float:
    """A clock in seconds that stands still while kernels are compiled; only differences mean something."""
    return time.perf_counter() - _compiling.seconds
