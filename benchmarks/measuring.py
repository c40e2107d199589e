"""What `benchmarks.scaling` measures, part by part: each a function of a `Bench` that gives a dict for JSON.

Every run is a process of its own, and one runs at a time. What is compared with something else takes turns
with it, round by round, each round with a seed of its own; what is kept of a round is the ratio.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import fits, laws
from benchmarks.bench import Outcome, Skipped, size, spread

SCENARIO = "rank-my-life-2028"  # name of the shipped scenario that is timed, and of the regime in it
FACTORS = (0.25, 1.0, 4.0)  # of the base rates of the three laws of `rates`

Told = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is run. The defaults are meant for a quarter of an hour on two free cores."""

    people: tuple[int, ...] = (1_000_000, 3_000_000, 10_000_000)
    largest: int | None = None  # one run of Moot alone
    days: int = 60
    rounds: int = 3
    threads: int = 2
    pairs: int = 5  # that count
    most_pairs: int = 12
    pair_people: int = 3_000_000
    pair_days: int = 200
    arms: int = laws.ARMS
    arm_people: int = 1_000_000
    arm_days: int = 100
    scenario_people: int = 200_000
    scenario_days: int = 365
    memory_people: tuple[int, int] = (500_000, 2_000_000)
    memory_days: int = 30
    ratio_people: int = 500_000
    ratio_days: int = 100
    burn_in_years: int | None = None  # of the scenario in `ratios`; None for its own
    phase_people: int = 1_000_000
    phase_days: int = 365
    probe: float = 1.0  # share of the usual work that rates of the machine are measured by


QUICK = Sizes(
    people=(400, 800, 1_600), days=5, rounds=1, pairs=1, most_pairs=1, pair_people=400, pair_days=5,
    arm_people=400, arm_days=5, scenario_people=300, scenario_days=5, memory_people=(300, 600), memory_days=3,
    ratio_people=400, ratio_days=5, burn_in_years=1, phase_people=400, phase_days=5, arms=2, probe=0.01,
)  # fmt: skip
"""As little as runs at all: for tests. Its figures say nothing."""


@dataclass(frozen=True)
class Bench:
    """How to run Moot and the NumPy peer. `python` is Moot's interpreter, `folder` takes made laws."""

    moot: str
    python: str
    numpy: tuple[str, ...]
    folder: Path
    sizes: Sizes
    launch: Callable[[Sequence[str]], Outcome]
    say: Callable[[str], None]

    def run(self, command: Sequence[str]) -> Told:
        """What a program printed, and under `peak_bytes` its peak memory. Raises Skipped."""
        self.say(" ".join(command[1:]))
        done = self.launch(command)
        try:
            told = json.loads(done.line)
        except ValueError:
            raise Skipped(f"{' '.join(command)}: printed no line of results") from None
        if not isinstance(told, dict):
            raise Skipped(f"{' '.join(command)}: printed no line of results")
        return told | {"peak_bytes": done.peak_bytes}

    def ledger(
        self, people: int, days: int, seed: int, *, threads: int | None = None, folder: Path | None = None
    ) -> Told:
        """The pinned law on Moot, or one declared in `folder`."""
        more = ("--folder", str(folder or laws.PINNED))
        count = str(threads or self.sizes.threads)
        asked = ("bench", "ledger-1", *size(people, days, seed), "--threads", count, "--json", *more)
        return self.run((self.moot, *asked))

    def scenario(
        self, name: str, people: int, days: int, seed: int, *, cached: bool = False, arm: str | None = None
    ) -> Told:
        """A scenario on Moot: name or path."""
        asked = ["bench", "scenario", name, *size(people, days, seed), "--threads", str(self.sizes.threads)]
        asked += ["--json", *(["--cached"] if cached else []), *(["--arm", arm] if arm else [])]
        return self.run((self.moot, *asked))

    def peer(self, people: int, days: int, seed: int) -> Told:
        """The pinned law on the NumPy peer."""
        return self.run((*self.numpy, *size(people, days, seed)))


def speed(told: Mapping[str, Any]) -> float:
    """Person-days a second of a run, of all arms."""
    return float(told.get("person_days") or told["people"] * told["days"]) / float(told["seconds"])


def busy(told: Mapping[str, Any]) -> float | None:
    """CPU ÷ wall of the days; None where the program does not say."""
    return float(told["cpu_s"]) / float(told["seconds"]) if told.get("cpu_s") else None


# -- parts -----------------------------------------------------------------------------------------------


def people(bench: Bench) -> Told:
    """ledger-1 over sizes, the NumPy peer in turn: how time grows with people, and the ratio at each size."""
    sizes = bench.sizes
    own: dict[int, list[Told]] = {n: [] for n in sizes.people}
    other: dict[int, list[Told]] = {n: [] for n in sizes.people}
    for seed in range(1, sizes.rounds + 1):
        for n in sizes.people:
            other[n].append(bench.peer(n, sizes.days, seed))
            own[n].append(bench.ledger(n, sizes.days, seed))
    rows = [_size_row(n, own[n], other[n]) for n in sizes.people]
    if sizes.largest:
        rows.append(_size_row(sizes.largest, [bench.ledger(sizes.largest, sizes.days, 1)], []))
    measured = [row["people"] for row in rows]
    return {
        "days": sizes.days,
        "rows": rows,
        "power": fits.power(measured, [row["seconds"] for row in rows]),
        "power_of_numpy": fits.power(
            list(sizes.people), [statistics.median(t["seconds"] for t in other[n]) for n in sizes.people]
        ),
    }


def _size_row(n: int, own: Sequence[Told], other: Sequence[Told]) -> Told:
    ratios = [speed(a) / speed(b) for a, b in zip(own, other, strict=False)]
    return {
        "people": n,
        "rounds": len(own),
        "seconds": statistics.median(told["seconds"] for told in own),
        "setup_seconds": statistics.median(told["setup_seconds"] for told in own),
        "person_days_per_s": vars(spread([speed(told) for told in own])),
        "numpy_person_days_per_s": vars(spread([speed(told) for told in other])) if other else None,
        "ratio": vars(spread(ratios)) if ratios else None,
        "cpu_per_wall": _median([busy(told) for told in own]),
        "peak_bytes": max(told["peak_bytes"] for told in own),
    }


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def rates(bench: Bench) -> Told:
    """Seconds a person-day and seconds an act: three sizes times three laws that differ in base rates."""
    sizes, runs = bench.sizes, []
    for factor in FACTORS:
        folder = laws.with_rates(bench.folder / f"rates-{factor}", factor)
        for n in sizes.people:
            told = bench.ledger(n, sizes.days, 1, folder=folder)
            runs.append(
                {
                    "factor": factor,
                    "people": n,
                    "person_days": n * sizes.days,
                    "events": told["events"],
                    "seconds": told["seconds"],
                }
            )
    found = fits.rates(*([run[key] for run in runs] for key in ("person_days", "events", "seconds")))
    return {
        "days": sizes.days,
        "runs": runs,
        "ns_per_person_day": 1e9 * found.per_person_day,
        "ns_per_event": 1e9 * found.per_event,
        "worst": found.worst,
    }


def threads(bench: Bench) -> Told:
    """One thread and all threads in turn, until enough pairs had their cores; median of the gains."""
    sizes = bench.sizes
    if sizes.threads < 2:
        raise Skipped("needs two cores")
    pairs: list[tuple[fits.Run, fits.Run]] = []
    seen: list[Told] = []
    while len(fits.gains(pairs)[0]) < sizes.pairs and len(pairs) < sizes.most_pairs:
        seed, pair = len(pairs) + 1, []
        for count in (1, sizes.threads):
            told = bench.ledger(sizes.pair_people, sizes.pair_days, seed, threads=count)
            pair.append(fits.Run(told["seconds"], busy(told) or 0.0, count))
        pairs.append((pair[0], pair[1]))
        seen.append(
            {"seconds": [run.seconds for run in pair], "cpu_per_wall": [r.cpu_per_wall for r in pair]}
        )
    gains, thrown_away = fits.gains(pairs)
    return {
        "people": sizes.pair_people,
        "days": sizes.pair_days,
        "threads": sizes.threads,
        "needed_cpu_per_wall": fits.FULLY * sizes.threads,
        "pairs": len(gains),
        "asked": sizes.pairs,
        "thrown_away": thrown_away,
        "gain": vars(spread(gains)) if gains else None,
        "seen": seen,
    }


def arms(bench: Bench) -> Told:
    """What arms in one pass cost: against one arm of ledger-1, and against a run each of a scenario."""
    sizes = bench.sizes
    one = laws.ledger_arms(bench.folder / "arms-1", 1)
    many = laws.ledger_arms(bench.folder / "arms-many", sizes.arms)
    times = []
    for seed in range(1, sizes.rounds + 1):
        pair = [
            bench.ledger(sizes.arm_people, sizes.arm_days, seed, folder=folder)["seconds"]
            for folder in (one, many)
        ]
        times.append(pair[1] / pair[0])
    folder = bench.folder / "scenario"
    names = laws.regimes_of(folder, SCENARIO, sizes.arms - 1)
    path = str(laws.scenario_with(folder, SCENARIO, burn_in_years=1, regimes=names))
    n, days = sizes.scenario_people, sizes.scenario_days
    together = bench.scenario(path, n, days, 1, cached=True)
    apart = [bench.scenario(path, n, days, 1, cached=True, arm=arm) for arm in together["arms"]]
    return {
        "arms": sizes.arms,
        "ledger": {"people": sizes.arm_people, "days": sizes.arm_days, "times_one": vars(spread(times))},
        "scenario": {
            "name": SCENARIO,
            "people": n,
            "days": days,
            "together_seconds": together["seconds"],
            "apart_seconds": [told["seconds"] for told in apart],
            "saves": sum(told["seconds"] for told in apart) / together["seconds"],
        },
    }


def memory(bench: Bench) -> Told:
    """Peak memory that a further person costs, and what the program declares by kind."""
    sizes = bench.sizes
    small, large = sizes.memory_people
    path = str(laws.scenario_with(bench.folder / "memory", SCENARIO, burn_in_years=1))
    rows = []
    for law in ("ledger-1", SCENARIO):
        told = [
            bench.ledger(n, sizes.memory_days, 1)
            if law == "ledger-1"
            else bench.scenario(path, n, sizes.memory_days, 1)
            for n in (small, large)
        ]
        rows.append(
            {
                "law": law,
                "arms": len(told[1].get("arms", [law])),
                "people": [small, large],
                "peak_bytes": [each["peak_bytes"] for each in told],
                "bytes_per_person": fits.slope((small, large), [each["peak_bytes"] for each in told]),
                "declared": told[1]["sizes"],
                "declared_bytes_per_person": told[1]["bytes_per_person"],
            }
        )
    return {"days": sizes.memory_days, "rows": rows}


def ratios(bench: Bench) -> Told:
    """Speed over the NumPy peer's of the same size and round: ledger-1, a scenario, its arms alone."""
    sizes = bench.sizes
    n, days = sizes.ratio_people, sizes.ratio_days
    name = SCENARIO
    if sizes.burn_in_years is not None:
        name = str(laws.scenario_with(bench.folder / "ratios", name, burn_in_years=sizes.burn_in_years))
    found: dict[str, list[float]] = {"ledger-1": [], SCENARIO: [], f"{SCENARIO}, burn-in cached": []}
    speeds: dict[str, list[float]] = {name: [] for name in ("numpy", *found)}
    for seed in range(1, sizes.rounds + 1):
        base = speed(bench.peer(n, days, seed))
        speeds["numpy"].append(base)
        # the cached burn-in is always that of seed 1: filling the cache takes longer than what is timed
        runs = (
            bench.ledger(n, days, seed),
            bench.scenario(name, n, sizes.scenario_days, seed),
            bench.scenario(name, n, sizes.scenario_days, 1, cached=True),
        )
        for work, told in zip(found, runs, strict=True):
            found[work].append(speed(told) / base)
            speeds[work].append(speed(told))
    return {
        "people": n,
        "rounds": sizes.rounds,
        "days": {"ledger-1": days, SCENARIO: sizes.scenario_days},
        "ratio": {work: vars(spread(values)) for work, values in found.items()},
        "person_days_per_s": {work: vars(spread(values)) for work, values in speeds.items()},
    }


def phases(bench: Bench) -> Told:
    """Nanoseconds a person-day of each part of a run, beside what this machine could do (see `phases`)."""
    sizes, rows = bench.sizes, []
    for law in ("ledger-1", SCENARIO):
        asked = ("--law", law, *size(sizes.phase_people, sizes.phase_days, 1))
        more = ("--threads", str(sizes.threads), "--probe", str(sizes.probe))
        command = (bench.python, "-m", "benchmarks.phases", *asked, *more)
        told = bench.run(command)
        rows.append({key: value for key, value in told.items() if key != "peak_bytes"})
    return {"rows": rows}


PARTS: Mapping[str, Callable[[Bench], Told]] = {
    "ratios": ratios,
    "people": people,
    "rates": rates,
    "threads": threads,
    "arms": arms,
    "memory": memory,
    "phases": phases,
}
USES: Mapping[str, Sequence[str]] = {
    "ratios": ("ratio_people", "ratio_days", "scenario_days", "burn_in_years", "rounds", "threads"),
    "people": ("people", "largest", "days", "rounds", "threads"),
    "rates": ("people", "days", "threads"),
    "threads": ("pair_people", "pair_days", "pairs", "most_pairs", "threads"),
    "arms": ("arms", "arm_people", "arm_days", "scenario_people", "scenario_days", "rounds", "threads"),
    "memory": ("memory_people", "memory_days", "threads"),
    "phases": ("phase_people", "phase_days", "probe", "threads"),
}
"""Which sizes a part depends on: it is measured again where one of them differs."""


def scaled_down(sizes: Sizes, factor: float) -> Sizes:
    """The same with so many times the people, at least 1,000 of them (200 can live, fewer cannot)."""

    def of(n: int) -> int:
        return max(1_000, math.ceil(n * factor))

    return Sizes(
        **vars(sizes)
        | {
            "people": tuple(of(n) for n in sizes.people),
            "memory_people": tuple(of(n) for n in sizes.memory_people),
            **{
                name: of(getattr(sizes, name))
                for name in ("pair_people", "arm_people", "scenario_people", "ratio_people", "phase_people")
            },
        }
    )
