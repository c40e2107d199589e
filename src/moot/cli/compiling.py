"""The first run of a version compiles its kernels; a second process takes a third of that work.

Numba compiles one kernel at a time in a process, and `society.day.live` takes longer than all others do.
While the run compiles that one, this program, started beside it, simulates a small society in which nobody
acts: the kernels that come later in a run are compiled and put into the cache folder, where it finds them.
Either process may come first, or fail: what is missing is compiled where it is called.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["main", "start_beside"]

SCENARIO, PEOPLE, DAYS = "rank-my-life-2028", 1_000, 40
"""Every mechanism that has kernels of its own, and an end of a month."""


def start_beside() -> None:
    """Start the second process, where there is a processor for it; it ends with this one at the latest."""
    if len(_processors()) < 2:
        return
    root = str(Path(__file__).resolve().parents[2])  # the same Moot
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "moot.cli.compiling"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the run, which ends it
        )
    except OSError:  # it is not needed
        return
    atexit.register(_end, process)


def main() -> None:
    """Compile what comes after the first acts of a run."""
    from moot.experiment.scenario import load_scenario
    from moot.experiment.simulation import simulate
    from moot.society import day
    from moot.society.gate import NEXT

    def nobody_acts(*args: Any) -> None:
        gate, me, _, _, until, _ = args[10:]
        if me == 0:
            gate[NEXT] = until

    # the run compiles these first, and at once
    day.live, day.begin, day.open_books = nobody_acts, _nothing, _nothing
    simulate(load_scenario(SCENARIO), people=PEOPLE, days=DAYS, threads=1, panel=0)


def _nothing(*_: object) -> None:
    pass


def _processors() -> range | set[int]:
    return os.sched_getaffinity(0) if sys.platform == "linux" else range(os.cpu_count() or 1)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


if __name__ == "__main__":
    main()
