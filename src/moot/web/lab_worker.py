"""The thread in which societies live: one at a time, those that somebody waits for first.

Kernels let go of the interpreter, so the event loop goes on answering; nothing is forked. What is no longer
wanted ends at the end of its simulated day.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable

__all__ = ["BACKGROUND", "INTERACTIVE", "SUPERSEDED", "WARMING", "Superseded", "Worker"]

INTERACTIVE, WARMING, BACKGROUND = 0, 1, 2
"""Order in which work is begun."""

log = logging.getLogger("moot.web")


class Superseded(Exception):
    """What was being worked out is not wanted any more."""


SUPERSEDED = Superseded("not wanted any more")


class Worker:
    """One thread for all societies of a server: two would share the same cores."""

    def __init__(self) -> None:
        self._waiting: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._thread = threading.Thread(target=self._work, name="moot-societies", daemon=True)
        self.ending = threading.Event()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Let what is under way end at its day, drop what waits; wait for at most so long."""
        self.ending.set()
        self._waiting.put((-1, next(self._order), None))
        self._thread.join(seconds)

    def do(self, what: Callable[[], None], *, order: int = INTERACTIVE) -> None:
        """Do something as soon as all that came before it, or goes before it, is done."""
        self._waiting.put((order, next(self._order), what))

    def _work(self) -> None:
        while True:
            _, _, what = self._waiting.get()
            if what is None or self.ending.is_set():
                return
            try:
                what()
            except Superseded:
                continue
            except Exception:
                log.exception("work in the background failed")
