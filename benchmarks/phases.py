"""Where the time of a run goes, part by part, and how far each part is from what the machine could do.

    python -m benchmarks.phases [--law ledger-1 | FILE | NAME] --people N --days D --seed S --threads T

Runs in Moot's own environment and prints one line of JSON. Seconds of a part are those that the run itself
takes (`moot run --profile`): wall time, the mean over threads. Beside each stands an estimate of the least
time in which this machine could do the part's work, from three numbers:

- bytes that have to be read or written at least. An array that a part goes through from end to end counts
  with the size that the run allocated (`society.memory.ARRAYS`), as often as it is gone through. What happens
  to single people counts with the cache lines of their rows. What stays in the caches is not left out;
- draws that have to be made at least, Philox blocks and words of 64 digits;
- what this machine does of either in a second, measured in the same process on as many threads, before and
  after the run (the better counts): copies of large NumPy arrays, and the functions of `moot.draws`.

The least time is the larger of the two: bytes ÷ bandwidth, draws ÷ rate. It is an estimate: other work
(sorting out who is meant, adding up, waiting for memory at random places) is not counted, and no part reaches
it.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks import laws

LINE = 64  # bytes that come from memory together
COPIED = 1 << 26  # bytes of each array of a thread; much larger than a cache
ROUNDS = 4_000  # of 256 draws that a thread makes
REPEATS = 5  # of each rate: the best counts
NO_CEILING = 255  # `lead` of a layer whose thinning has no digits in words


@dataclass(frozen=True)
class Work:
    """What a part does at least: arrays that it goes through, and how often; what events meet."""

    daily: Mapping[str, float] = field(default_factory=dict)
    monthly: Mapping[str, float] = field(default_factory=dict)
    once: Mapping[str, float] = field(default_factory=dict)  # in the whole run
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)  # event -> arrays of which it meets a row
    blocks: Mapping[str, int] = field(default_factory=dict)  # event -> Philox blocks
    needs: str | None = None  # an array that has a row for everybody where the mechanism is declared


# Parts of which nothing is said have no entry: what they touch depends on who has ties or appointments with
# whom, and is not told by sizes. `occupied` are the rate classes that occur in a strip of words, `measures`
# all that was counted.
ACTS, ALARMS = "acts, sensors, fear", "false alarms, false reports, recognitions"
WORK: Mapping[str, Work] = {
    ACTS: Work(daily={"occupied": 1}, rows={"acts": ("person", "hot")}, blocks={"acts": 1, "looks": 1}),
    ALARMS: Work(),  # words of digits alone
    "charges, scores, repair, tiers, redress, fines": Work(
        rows={"charges": ("person", "hot", "hot", "ledger")}  # the hot row is written as well
    ),
    "trips, offers, decisions by tier": Work(daily={"watched": 1}),
    "work, ratings, debts of the month": Work(monthly={"warm": 1}, needs="warm"),
    "counting and writing down": Work(monthly={"person": 1, "hot": 1}, once={"measures": 1}),
    "opinion and talk": Work(
        daily={"mind": 2 / 7, "order": 1 / 7, "household": 1 / 7, "traits": 1 / 7}, needs="mind"
    ),
    "opening the books": Work(once={"person": 1, "hot": 2, "warm": 1}),
    "digests": Work(once={"hot": 1, "warm": 1, "mind": 1, "measures": 1}),  # hashing not counted
}


# -- what the machine does -------------------------------------------------------------------------------


def side_by_side(threads: int, job: Callable[[int], None]) -> float:
    """Wall seconds of `job(thread)` on so many threads at once."""
    gate = threading.Barrier(threads + 1)

    def work(w: int) -> None:
        gate.wait()
        job(w)

    team = [threading.Thread(target=work, args=(w,)) for w in range(threads)]
    for thread in team:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in team:
        thread.join()
    return time.perf_counter() - began


def bandwidth(threads: int, size: int = COPIED) -> float:
    """Bytes a second that are read and written when every thread copies an array of `size` bytes."""
    import numpy as np

    arrays = [(np.ones(size // 8), np.zeros(size // 8)) for _ in range(threads)]

    def copy(w: int) -> None:
        for _ in range(4):
            np.copyto(arrays[w][1], arrays[w][0])

    return max(8 * size * threads / side_by_side(threads, copy) for _ in range(REPEATS))


def draw_rates(threads: int, rounds: int = ROUNDS) -> tuple[float, float]:
    """Philox blocks and words of 64 digits a second, as the kernels draw them: many at a time."""
    import numpy as np

    from benchmarks.drawing import LANES, blocks_of, words_of

    who = [np.arange(LANES, dtype=np.uint32) + np.uint32(w * LANES) for w in range(threads)]
    start = [each.astype(np.uint64) for each in who]
    blocks_of(1, who[0], np.zeros_like(who[0]))  # compile
    words_of(1, start[0], np.zeros_like(start[0]))
    out32, out64 = [np.zeros_like(each) for each in who], [np.zeros_like(each) for each in start]
    of_all = LANES * rounds * threads
    blocks = max(
        of_all / side_by_side(threads, lambda w: blocks_of(rounds, who[w], out32[w])) for _ in range(REPEATS)
    )
    words = max(
        4 * of_all / side_by_side(threads, lambda w: words_of(4 * rounds, start[w], out64[w]))
        for _ in range(REPEATS)
    )
    return blocks, words


# -- what a run does -------------------------------------------------------------------------------------


def counts_of(result: Any) -> dict[str, int]:
    """What happened: acts that were done, looks of sensors at them, charges.

    An act of several arms is drawn once: `acts` are those of the arm with the most, and so many are looked at
    where there are sensors. Charges are those of all arms together.
    """
    done, charged = [], 0
    for a, names in enumerate(result.compiled.columns.flow_names[: len(result.arms)]):
        total = {"acts": 0}
        for at, name in names.items():
            if name.startswith("act:") and name.endswith(":acts"):
                total["acts"] += int(result.record.region[a, :, :, at].sum(dtype=int))
            elif name.startswith("act:") and ":charged-" in name:
                charged += int(result.record.region[a, :, :, at].sum(dtype=int))
        done.append(total["acts"])
    eyes = int(result.compiled.world[0]["eyes"])
    return {"acts": max(done), "looks": max(done) if eyes else 0, "charges": charged}


def words_a_day(result: Any) -> dict[str, float]:
    """Words of digits that are hashed a day for first potential acts and for false alarms, by part.

    A strip of 64 words is hashed once for where it starts and once for each class down to the rarest that
    occurs in it; where a layer has a ceiling, eight times and once more for the thinning.
    """
    from moot.society.books import spans_of
    from moot.society.memory import STRIP

    world, span = result.compiled.world[0], spans_of(result.population.classes)
    words = result.population.classes.shape[2]
    acts = 0.0
    for layer, lead in enumerate(world["lead"].tolist()):
        if lead < 0:
            continue  # no act of this layer can happen
        acts += float((span[layer, :, 1] + 2).sum()) * STRIP
        if lead < NO_CEILING:
            acts += 9.0 * words
    levels = world["f_level"][: int(world["layers"])].tolist()
    return {ACTS: acts, ALARMS: float(sum(1 + level for level in levels)) * words}


def occupied_bytes(result: Any) -> float:
    """Bytes of the rate classes that occur, strip by strip: what a day's search for candidates reads."""
    from moot.society.books import spans_of
    from moot.society.memory import STRIP

    lead, span = result.compiled.world[0]["lead"], spans_of(result.population.classes)
    rows = (span[..., 1] - span[..., 0] + 1).clip(min=0)
    return float(rows[lead >= 0].sum()) * STRIP * 8


@dataclass(frozen=True)
class Machine:
    """What the machine does in a second on the run's threads."""

    bytes: float
    blocks: float
    words: float

    def better(self, other: Machine) -> Machine:
        """The larger of each figure: what slows a machine down for a while is not its limit."""
        return Machine(
            max(self.bytes, other.bytes), max(self.blocks, other.blocks), max(self.words, other.words)
        )


def machine_of(threads: int, probe: float = 1.0) -> Machine:
    """Measured now; takes a second or two, and so much of it as `probe` says."""
    return Machine(
        bandwidth(threads, max(LINE, int(COPIED * probe))), *draw_rates(threads, max(1, int(ROUNDS * probe)))
    )


@dataclass(frozen=True)
class Scale:
    """What a run consists of: sizes in bytes, and how often things happened in the whole of it."""

    person_days: int  # people × days × arms
    days: int
    months: int
    sizes: Mapping[str, float]  # of arrays
    rows: Mapping[str, float]  # of somebody's row of an array; only where everybody has one
    counts: Mapping[str, int]  # of events
    words: Mapping[str, float]  # of digits, by part


def least(part: str, work: Work, run: Scale) -> tuple[float, float, float]:
    """Bytes, Philox blocks and words of digits of a part, in the whole run."""
    often = [(work.daily, run.days), (work.monthly, run.months), (work.once, 1)]
    swept = sum(run.sizes[name] * each * times for of, times in often for name, each in of.items())
    met = sum(
        run.counts[event] * -(-run.rows.get(name, 0.0) // LINE) * LINE
        for event, names in work.rows.items()
        for name in names
    )
    blocks = sum(run.counts[event] * each for event, each in work.blocks.items())
    return swept + met, float(blocks), run.words.get(part, 0.0)


def parts_of(seconds: Mapping[str, float], machine: Machine, run: Scale) -> list[dict[str, Any]]:
    """A row for each part of a run, the longest first; without `least_ns` where there is no estimate."""
    out = []
    for part, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        row: dict[str, Any] = {"part": part, "seconds": spent, "ns": 1e9 * spent / run.person_days}
        work = WORK.get(part)
        moved, blocks, words = 0.0, 0.0, 0.0
        if work is not None and (work.needs is None or work.needs in run.rows):
            moved, blocks, words = least(part, work, run)
        if moved or blocks or words:
            from_memory, drawing = moved / machine.bytes, blocks / machine.blocks + words / machine.words
            row |= {
                "bytes": moved / run.person_days,
                "draws": (blocks + words) / run.person_days,
                "least_ns": 1e9 * max(from_memory, drawing) / run.person_days,
                "bound_by": "draws" if drawing > from_memory else "memory",
            }
        out.append(row)
    return out


def report(
    law: str, *, people: int, days: int, seed: int, threads: int, probe: float = 1.0
) -> dict[str, Any]:
    """Run a law once and tell its parts; a burn-in of at most a year goes before it and is not told."""
    from moot.experiment.scenario import load_scenario
    from moot.experiment.simulation import simulate
    from moot.society.engine import BY_ARM

    declared = load_scenario(laws.PINNED / "scenario.yaml" if law == "ledger-1" else law)
    declared = declared.replace(burn_in_years=min(1, declared.burn_in))
    simulate(declared, people=200, days=2, seed=seed, threads=threads, panel=0)  # compiles
    arrays: dict[str, Any] = {}
    before = machine_of(threads, probe)
    result = simulate(
        declared,
        people=people,
        days=days,
        seed=seed,
        threads=threads,
        panel=0,
        on_day=lambda society, _: arrays.update(society.books.arrays),
    )
    machine = before.better(machine_of(threads, probe))
    arms = len(result.arms)
    person_days = people * days * arms
    sizes = {name: float(array.nbytes) for name, array in arrays.items()}
    measures = float(sum(getattr(result.record, name).nbytes for name in BY_ARM))
    run = Scale(
        person_days,
        days,
        result.record.months,
        sizes | {"occupied": occupied_bytes(result), "measures": measures},
        {name: float(array[0].nbytes) for name, array in arrays.items() if len(array) == people},
        counts_of(result),
        {part: words * days for part, words in words_a_day(result).items()},
    )
    rows = parts_of(result.phases["run"], machine, run)
    return {
        "peer": "moot",
        "law": law,
        "people": people,
        "days": days,
        "arms": arms,
        "threads": threads,
        "person_days": person_days,
        "seconds": result.seconds["simulate"],
        "bandwidth_bytes_per_s": machine.bytes,
        "philox_blocks_per_s": machine.blocks,
        "words_per_s": machine.words,
        "parts": rows,
    }


def versions() -> dict[str, str]:
    """Of Python and of what Moot's kernels are compiled with."""
    from importlib.metadata import version

    named = {name: version(name) for name in ("numba", "llvmlite", "numpy")}
    return {"python": platform.python_version(), **named}


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line of JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.phases", description="The parts of a run, and what the machine could do."
    )
    parser.add_argument("--law", default="ledger-1", help="ledger-1, or a scenario's name or file")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--probe", type=float, default=1.0, help="share of the work that gives rates (1)")
    parser.add_argument("--versions", action="store_true", help="only the versions of what runs")
    options = parser.parse_args(argv)
    if options.versions:
        print(json.dumps(versions()))
        return 0
    told = report(
        options.law,
        people=options.people,
        days=options.days,
        seed=options.seed,
        threads=options.threads,
        probe=options.probe,
    )
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
