"""The same work on Moot and on its peers, in turn; the figures that matter are ratios.

    python -m benchmarks.bench [--people N] [--days D] [--seeds K] [--quick] [--json]

Every contender runs the pinned law of benchmarks/ledger-1/LAW.md as a process of its own and prints one
line of JSON. Contenders take turns (A B C, A B C, ...), one round a seed, so that a busy machine slows all
of them alike; a speed is compared with the NumPy peer's of the same round. The program itself uses the
standard library alone: on Linux a child's peak memory starts from that of the process that made it.

Exit code 0; 1 when Moot did not run, a contender's totals disagree with the reference or Moot is slower than
benchmarks/baseline.json says, as a ratio to the reference; 2 on wrong usage.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import baseline

HERE = Path(__file__).resolve().parent
REFERENCE = "numpy"
TOLERANCE = 4.0  # standard errors
SMALL = 1_000  # people of the runs that warm caches up and give the memory of an almost empty society
TIME_LIMIT = 3_600.0  # seconds a run


@dataclass(frozen=True)
class Contender:
    """A program that runs the law: `command` lacks the population, the days and the seed.

    `pinned` is off for Moot on other work: timed in the same rounds, with no totals to compare.
    """

    name: str
    command: tuple[str, ...]
    people: int
    pinned: bool = True
    law: str = "ledger-1"
    threads: int = 1


@dataclass(frozen=True)
class Sample:
    """One run: what the program printed, and what the system saw of its process."""

    people: int
    days: int
    seconds: float
    cpu_per_wall: float
    peak_bytes: int
    totals: Mapping[str, float]
    declared_bytes: float | None = None
    person_days: float | None = None  # where it is not people × days: several arms, a burn-in
    act_ratio: float | None = None  # time an act over that of an act of ledger-1, in the same process

    @property
    def speed(self) -> float:
        """Person-days per second, setting up left out."""
        return (self.person_days or self.people * self.days) / self.seconds


class Skipped(Exception):
    """A contender cannot run here; the message is the reason."""


@dataclass
class Record:
    """All rounds of one contender."""

    contender: Contender
    samples: list[Sample] = field(default_factory=list)
    empty_bytes: int = 0

    @property
    def bytes_per_person(self) -> float:
        """Peak memory above that of a society of 1,000, a person; the smallest over the rounds."""
        people = self.contender.people
        peak = min(sample.peak_bytes for sample in self.samples)
        return max(0, peak - self.empty_bytes) / (people - SMALL) if people > SMALL else math.nan


@dataclass(frozen=True)
class Spread:
    """Median and range of a few measurements."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """How far the totals of two contenders lie apart, in standard errors of a normal."""

    deviations: Mapping[str, float]

    @property
    def worst(self) -> str:
        """The total that differs most."""
        return max(self.deviations, key=lambda name: abs(self.deviations[name]))

    @property
    def holds(self) -> bool:
        """No total differs by more than 4 standard errors."""
        return abs(self.deviations[self.worst]) <= TOLERANCE


# -- statistics ------------------------------------------------------------------------------------------


def spread(values: Sequence[float]) -> Spread:
    """Median, smallest and largest of at least one value."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(samples: Sequence[Sample], reference: Sequence[Sample]) -> Spread:
    """Speed over the reference's speed, round by round."""
    return spread([own.speed / other.speed for own, other in zip(samples, reference, strict=True)])


def flatten(totals: Mapping[str, Any]) -> dict[str, float]:
    """Totals by name, with `offences` as offences_0 … offences_3."""
    flat: dict[str, float] = {}
    for name, value in totals.items():
        if isinstance(value, list):
            flat |= {f"{name}_{k}": float(part) for k, part in enumerate(value)}
        else:
            flat[name] = float(value)
    return flat


def per_person(sample: Sample) -> dict[str, float]:
    """Totals divided by people, so that contenders of different size compare; a mean stays a mean."""
    return {
        name: value if name.startswith("mean_") else value / sample.people
        for name, value in sample.totals.items()
    }


def normal_deviate(t: float, freedom: float) -> float:
    """The normal deviate as improbable as Student's t with `freedom` degrees (Wallace 1959).

    With three seeds, 4 standard errors are not rare; this makes 4 mean the same for any number of seeds.
    """
    if math.isinf(t):
        return t
    size = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.copysign(size, t)


def deviation(
    own: Sequence[float], other: Sequence[float], *, least: tuple[float, float] = (0.0, 0.0)
) -> float:
    """Welch's t of two means over seeds as a normal deviate; each needs at least two values.

    `least`: variances below which the two estimates are not believed.
    """
    parts = [
        max(statistics.variance(values), floor) / len(values)
        for values, floor in zip((own, other), least, strict=True)
    ]
    difference = statistics.fmean(own) - statistics.fmean(other)
    if not difference:
        return 0.0
    if not sum(parts):
        return math.copysign(math.inf, difference)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (own, other), strict=True)
    )
    return normal_deviate(difference / math.sqrt(sum(parts)), freedom)


def agreement(own: Sequence[Sample], other: Sequence[Sample]) -> Agreement:
    """Compare the totals of two contenders over their seeds, total by total."""
    ours, theirs = [per_person(sample) for sample in own], [per_person(sample) for sample in other]
    if ours[0].keys() != theirs[0].keys():
        raise ValueError(f"totals differ in name: {sorted(ours[0].keys() ^ theirs[0].keys())}")
    deviations = {}
    for name in ours[0]:
        values = [[s[name] for s in side] for side in (ours, theirs)]
        # rare events: three seeds with a refusal each have no variance, but a count has that of Poisson
        rate = 0.0 if name.startswith("mean_") else statistics.fmean([*values[0], *values[1]])
        least = (rate / own[0].people, rate / other[0].people)
        deviations[name] = deviation(*values, least=least)
    return Agreement(deviations)


# -- runs ------------------------------------------------------------------------------------------------


def parse(line: str, *, cpu: float, wall: float, peak_bytes: int, pinned: bool = True) -> Sample:
    """A sample from the line that a contender printed; CPU ÷ wall is of the days alone where it says so."""
    told = json.loads(line)
    seconds = float(told["seconds"])
    share = told["cpu_s"] / seconds if told.get("cpu_s") else cpu / wall
    return Sample(
        people=int(told["people"]),
        days=int(told["days"]),
        seconds=seconds,
        cpu_per_wall=share,
        peak_bytes=peak_bytes,
        totals=flatten(told["totals"]) if pinned else {},
        declared_bytes=told.get("bytes_per_person"),
        person_days=None if pinned else told.get("person_days"),
        act_ratio=None if pinned else told.get("ratio"),
    )


@dataclass(frozen=True)
class Outcome:
    """A process that has ended well: the last line it printed, and what the system saw of it."""

    line: str
    cpu: float  # seconds
    wall: float  # seconds
    peak_bytes: int


def launch(command: Sequence[str]) -> Outcome:
    """Run a program in the folder above this one. Raises Skipped with the last line it wrote if it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=HERE.parent
            )
        except OSError as error:
            raise Skipped(f"{command[0]}: {error.strerror}") from None
        code, usage = _wait(process, begun + TIME_LIMIT)
        wall = time.perf_counter() - begun
        out.seek(0), err.seek(0)
        printed = out.read().decode(errors="replace").strip().splitlines()
        wrote = err.read().decode(errors="replace").strip().splitlines()
    if code:
        raise Skipped(wrote[-1] if wrote else f"ended with exit code {code}")
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit
    return Outcome(printed[-1] if printed else "", cpu, wall, peak)


def measure(contender: Contender, *, people: int, days: int, seed: int) -> Sample:
    """Run a contender once. Raises Skipped if it fails or prints no results."""
    told = launch([*contender.command, *size(people, days, seed)])
    try:
        return parse(
            told.line, cpu=told.cpu, wall=told.wall, peak_bytes=told.peak_bytes, pinned=contender.pinned
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Skipped(f"printed no line of results ({type(error).__name__}: {error})") from None


def size(people: int, days: int, seed: int) -> tuple[str, ...]:
    """The arguments that every contender takes."""
    return "--people", str(people), "--days", str(days), "--seed", str(seed)


def _wait(process: subprocess.Popen[bytes], until: float) -> tuple[int, Any]:
    """Exit code and resource use of a child; a child past its time is ended."""
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage
        if time.perf_counter() > until:
            process.kill()
        time.sleep(0.005)


def contenders(options: argparse.Namespace) -> list[Contender]:
    """The reference first, then Moot, Mesa, and the peers of a folder."""
    peers = HERE / "peers"
    mesa_people = options.mesa_people or min(options.people, 10_000 if options.quick else 100_000)
    interpreters = dict(pair.split("=", 1) for pair in options.python)

    def script(name: str, path: Path, people: int) -> Contender:
        return Contender(name, (interpreters.get(name, sys.executable), str(path)), people)

    found = [script(REFERENCE, peers / "numpy_ledger.py", options.people)]
    for threads in options.threads:
        law = ("bench", "ledger-1", "--threads", str(threads), "--json")
        found.append(Contender(f"moot, {threads} thr", (options.moot, *law), options.people, threads=threads))
    for name, work in (("mutated", ("mutated",)), (options.scenario, ("scenario", options.scenario))):
        if name and (name != "mutated" or options.mutated):
            most = max(options.threads)
            command = (options.moot, "bench", *work, "--threads", str(most), "--json")
            found.append(Contender(f"moot, {name}", command, options.people, False, name, most))
    found.append(script("mesa", peers / "mesa_ledger.py", mesa_people))
    if options.peers:
        for path in sorted(options.peers.glob("peer_*.py")):
            name = path.stem.removeprefix("peer_")
            people = mesa_people if name == "mesa" else options.people
            own = options.environments / name / "bin" / "python" if options.environments else None
            if own and own.exists():
                interpreters.setdefault(f"{options.peers.name}/{name}", str(own.absolute()))
            found.append(script(f"{options.peers.name}/{name}", path.resolve(), people))
    return found


def compete(
    entrants: Sequence[Contender], *, days: int, seeds: int, first_seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Warm every contender up, then run the rounds. Returns the records and the reasons of those left out."""
    records: list[Record] = []
    skipped: dict[str, str] = {}
    for entrant in entrants:
        _tell(f"warming up: {entrant.name}")
        try:
            measure(entrant, people=SMALL, days=1, seed=first_seed)  # compiles, fills caches
            small = measure(entrant, people=SMALL, days=1, seed=first_seed)
            records.append(Record(entrant, empty_bytes=small.peak_bytes))
        except Skipped as reason:
            skipped[entrant.name] = str(reason)
    for seed in range(first_seed, first_seed + seeds):
        for record in list(records):
            entrant = record.contender
            _tell(f"seed {seed}: {entrant.name}, {entrant.people:,} people × {days} days")
            try:
                record.samples.append(measure(entrant, people=entrant.people, days=days, seed=seed))
            except Skipped as reason:
                skipped[entrant.name] = str(reason)
                records.remove(record)
    return records, skipped


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{line}", end="", file=sys.stderr, flush=True)


# -- reports ---------------------------------------------------------------------------------------------


def summary(
    records: Sequence[Record], skipped: Mapping[str, str], *, days: int, seeds: int
) -> dict[str, Any]:
    """Everything the report says, as JSON; without the reference there are no ratios and no comparison."""
    reference = next((r.samples for r in records if r.contender.name == REFERENCE), None)
    rows = []
    for record in records:
        samples = record.samples
        row: dict[str, Any] = {
            "name": record.contender.name,
            "people": record.contender.people,
            "person_days_per_s": vars(spread([sample.speed for sample in samples])),
            "bytes_per_person": record.bytes_per_person,
            "declared_bytes_per_person": samples[-1].declared_bytes,
            "cpu_per_wall": statistics.median(sample.cpu_per_wall for sample in samples),
            "pinned": record.contender.pinned,
            "law": record.contender.law,
            "threads": record.contender.threads,
        }
        per_act = [sample.act_ratio for sample in samples if sample.act_ratio]
        if per_act:
            row["act_ratio"] = vars(spread(per_act))
        if reference:
            row["ratio"] = vars(ratios(samples, reference))
        if reference and record.contender.pinned:
            compared = agreement(samples, reference)
            row["agrees"] = compared.holds
            row["worst_total"] = compared.worst
            row["worst_deviation"] = compared.deviations[compared.worst]
        rows.append(row)
    return {
        "law": "ledger-1",
        "days": days,
        "seeds": seeds,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "contenders": rows,
        "skipped": [{"name": name, "reason": reason} for name, reason in skipped.items()],
    }


def scaled(value: float) -> str:
    """A number with three significant digits and k, M or G."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:#.3g}".rstrip(".") + f" {unit}"
    return f"{value:.3g}"


def table(report: Mapping[str, Any]) -> str:
    """The report for people."""
    heads = ("contender", "people", "person-days/s [range]", "÷ numpy", "bytes/person", "CPU/wall", "totals")
    rows = [heads]
    for row in report["contenders"]:
        speed, ratio = row["person_days_per_s"], row.get("ratio")
        declared = row["declared_bytes_per_person"]
        verdict = "–"
        if ratio and row["name"] == REFERENCE:
            verdict = "reference"
        elif "act_ratio" in row:
            verdict = f"{row['act_ratio']['median']:.2f} × the time of an act of ledger-1"
        elif ratio and row["pinned"]:
            word = "agree" if row["agrees"] else "DIFFER"
            verdict = f"{word} (at most {abs(row['worst_deviation']):.1f} s.e., {row['worst_total']})"
        rows.append(
            (
                row["name"],
                f"{row['people']:,}",
                f"{scaled(speed['median'])} [{scaled(speed['low'])} – {scaled(speed['high'])}]",
                f"{ratio['median']:#.3g}" if ratio else "–",
                f"{row['bytes_per_person']:.0f}" + (f" ({declared:.0f} declared)" if declared else ""),
                f"{row['cpu_per_wall']:.2f}",
                verdict,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    lines = ["  ".join(cells).rstrip() for cells in padded]
    lines.insert(1, "─" * len(lines[0]))
    lines.insert(
        0, f"ledger-1, {report['days']} days, {report['seeds']} seeds in turn, {report['cores']} cores\n"
    )
    lines += [f"skipped: {item['name']}: {item['reason']}" for item in report["skipped"]]
    return "\n".join(lines)


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; a wrong one ends the program with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bench", description="The same work on Moot and on its peers, in turn."
    )
    parser.add_argument("--people", type=int, default=100_000, help="population (100,000)")
    parser.add_argument("--mesa-people", type=int, help="population of Mesa (100,000 at most; quick: 10,000)")
    parser.add_argument("--days", type=int, default=100, help="days (100)")
    parser.add_argument("--seeds", type=int, default=3, help="rounds, one a seed (3, the least)")
    parser.add_argument("--first-seed", type=int, default=1, help="seed of the first round (1)")
    parser.add_argument("--quick", action="store_true", help="fewer people for the slow contenders")
    parser.add_argument(
        "--threads", default=str(os.cpu_count() or 1), help="threads of Moot; several as 1,2 (all cores)"
    )
    parser.add_argument("--mutated", action="store_true", help="also a law drawn at random, on Moot")
    parser.add_argument("--scenario", metavar="NAME", help="also a shipped scenario, on Moot")
    parser.add_argument("--moot", help="the command of Moot (beside this Python, or on the path)")
    parser.add_argument(
        "--peers", type=Path, default=os.environ.get("PEERS"), help="folder of further peer_*.py (PEERS)"
    )
    parser.add_argument(
        "--python", action="append", default=[], metavar="NAME=PATH", help="interpreter of a contender"
    )
    parser.add_argument(
        "--environments",
        type=Path,
        metavar="DIR",
        help="folder with environments of peers: DIR/NAME/bin/python runs peer_NAME.py",
    )
    parser.add_argument(
        "--baseline", type=Path, default=baseline.FILE, help="ratios to hold Moot against (baseline.json)"
    )
    parser.add_argument(
        "--set-baseline", action="store_true", help="write this run's ratios there, instead of comparing"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(argv)
    if options.seeds < 3:
        parser.error("--seeds: at least 3, or there is no telling whether totals agree")
    if options.people <= SMALL or (options.mesa_people or options.people) <= SMALL:
        parser.error(f"--people: more than {SMALL:,}, the size of the runs that warm up")
    if any("=" not in pair for pair in options.python):
        parser.error("--python: expected NAME=PATH")
    try:
        options.threads = [int(part) for part in options.threads.split(",")]
    except ValueError:
        parser.error(f"--threads: expected numbers, found {options.threads!r}")
    if options.peers and not options.peers.is_dir():
        parser.error(f"--peers: {options.peers} is not a folder")
    if not options.moot:
        beside = Path(sys.executable).with_name("moot")
        options.moot = str(beside) if beside.exists() else shutil.which("moot") or "moot"
    else:
        options.moot = str(Path(options.moot).absolute()) if os.sep in options.moot else options.moot
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the contest and print the report."""
    options = arguments(argv)
    entrants = contenders(options)
    records, skipped = compete(
        entrants, days=options.days, seeds=options.seeds, first_seed=options.first_seed
    )
    _tell("")
    report = summary(records, skipped, days=options.days, seeds=options.seeds)
    print(json.dumps(report) if options.json else table(report))
    slower = []
    try:
        if options.set_baseline:
            baseline.write(options.baseline, report)
        else:
            slower = baseline.shortfalls(report, baseline.read(options.baseline))
    except (OSError, ValueError) as error:
        print(f"{options.baseline}: {error}", file=sys.stderr)
        return 2
    print(*slower, sep="\n", end="\n" if slower else "", file=sys.stderr)
    pinned = [row for row in report["contenders"] if row["pinned"]]
    moot_ran = any(row["name"].startswith("moot") for row in pinned)
    return 0 if moot_ran and not slower and all(row.get("agrees") for row in pinned) else 1


if __name__ == "__main__":
    sys.exit(main())
