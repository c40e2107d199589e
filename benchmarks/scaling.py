"""How Moot scales: with people, events, threads and arms, in memory, and beside the NumPy peer.

    python -m benchmarks.scaling [--largest N] [--scale X] [--only PART,...] [--again] [--quick]
    python -m benchmarks.scaling --write docs/performance.md

Parts are measured one after the other and kept in a file of results as soon as they are done. A part that is
there already, of the same sizes, code and machine, is not measured again, so that a run that was stopped goes
on where it was; `--only` measures the parts that are named and `--again` all. `--write` writes the page from
what the file has, and measures nothing.

Exit code 0; 1 when a part could not be measured; 2 on wrong usage.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import measuring, performance
from benchmarks.bench import HERE, Outcome, Skipped, launch
from benchmarks.measuring import PARTS, QUICK, USES, Bench, Sizes, scaled_down

RESULTS = HERE / "scaling.json"
QUICK_RESULTS = Path(tempfile.gettempdir()) / "moot-scaling-quick.json"
SOURCE = HERE.parent / "src" / "moot"


def machine(versions: Mapping[str, str]) -> dict[str, Any]:
    """What the figures were measured on: cores, processor, memory in bytes, system, versions."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else model
    except OSError:
        pass  # not Linux
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.machine()}",
        **versions,
    }


def code_hash(root: Path = SOURCE) -> str:
    """A hash of Moot's sources: another version is measured anew."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def cores_in_use(seconds: float = 0.5) -> float | None:
    """How many cores are busy while nothing is measured: those of others. None where nothing says so."""

    def ticks() -> tuple[int, int]:
        line = Path("/proc/stat").read_text("utf-8").split("\n", 1)[0]
        fields = [int(word) for word in line.split()[1:]]
        return sum(fields[:8]), fields[3] + fields[4]  # all, idle

    try:
        before = ticks()
        time.sleep(seconds)
        after = ticks()
    except OSError:
        return None  # not Linux
    whole = after[0] - before[0]
    return round((os.cpu_count() or 1) * (1 - (after[1] - before[1]) / whole), 2) if whole else None


# -- results ---------------------------------------------------------------------------------------------


def read(path: Path) -> dict[str, Any]:
    """Results by part; none where there is no file. Raises ValueError for what are no results."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text("utf-8"))
    if not isinstance(found, dict) or not isinstance(found.get("parts"), dict):
        raise ValueError(f"{path}: expected an object with `parts`")
    return dict(found["parts"])


def keep(path: Path, parts: Mapping[str, Any]) -> None:
    """Write the results, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps({"parts": parts}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    beside.replace(path)


def asked_of(name: str, sizes: Sizes, about: Mapping[str, Any]) -> dict[str, Any]:
    """What a part's result belongs to: sizes, machine, code; as it is written."""
    used = {key: getattr(sizes, key) for key in USES[name]}
    return dict(json.loads(json.dumps({"sizes": used, **about})))


def measure(
    bench: Bench, path: Path, about: Mapping[str, Any], *, only: Sequence[str] = (), again: bool = False
) -> dict[str, str]:
    """Measure what is asked for and not there yet, and keep each part at once; why parts were left out."""
    skipped: dict[str, str] = {}
    for name in only or PARTS:
        asked, parts = asked_of(name, bench.sizes, about), read(path)
        if not only and not again and all(parts.get(name, {}).get(key) == asked[key] for key in asked):
            bench.say(f"{name}: there already")
            continue
        others, began = cores_in_use(), time.perf_counter()
        try:
            result = PARTS[name](bench)
        except (Skipped, ValueError) as reason:
            skipped[name] = str(reason)
            continue
        when = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M")
        took = round(time.perf_counter() - began, 1)
        about_it = {"when": when, "took_seconds": took, "others_cores": others}
        keep(path, {**read(path), name: {**asked, **about_it, "result": result}})
    return skipped


# -- command line ----------------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; a wrong one ends the program with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scaling", description="How Moot scales, and the page that tells it."
    )
    parser.add_argument("--only", default="", metavar="PART,...", help=f"of {', '.join(PARTS)}: measure anew")
    parser.add_argument("--again", action="store_true", help="measure what is there already, too")
    parser.add_argument("--people", metavar="N,N,...", help="sizes of `people` and `rates` (1e6, 3e6, 1e7)")
    parser.add_argument(
        "--largest", type=int, metavar="N", help="and one run of Moot alone with so many people"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="so many times the people everywhere (1)")
    parser.add_argument("--rounds", type=int, default=Sizes.rounds, help="rounds of what takes turns (3)")
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count() or 1, help="threads of Moot (all cores)"
    )
    parser.add_argument("--quick", action="store_true", help="as little as runs at all: figures say nothing")
    parser.add_argument(
        "--results", type=Path, help="file of results (benchmarks/scaling.json; quick: a temporary one)"
    )
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the page from the results, and end")
    parser.add_argument("--moot", help="the command of Moot (beside this Python, or on the path)")
    parser.add_argument("--moot-python", help="Moot's interpreter (beside the command of Moot)")
    options = parser.parse_args(argv)
    options.results = options.results or (QUICK_RESULTS if options.quick else RESULTS)
    options.only = [part for part in options.only.split(",") if part]
    unknown = [part for part in options.only if part not in PARTS]
    if unknown:
        parser.error(f"--only: {unknown[0]}; expected of {', '.join(PARTS)}")
    if options.scale <= 0 or options.rounds < 1 or options.threads < 1:
        parser.error("--scale, --rounds, --threads: expected more than 0")
    try:
        options.people = [int(float(part)) for part in options.people.split(",")] if options.people else []
    except ValueError:
        parser.error(f"--people: expected numbers, found {options.people!r}")
    if options.people and len(set(options.people)) < 2:
        parser.error("--people: at least two sizes, or nothing grows")
    if not options.moot:
        beside = Path(sys.executable).with_name("moot")
        options.moot = str(beside) if beside.exists() else shutil.which("moot") or "moot"
    options.moot = str(Path(options.moot).absolute()) if os.sep in options.moot else options.moot
    if not options.moot_python:
        beside = Path(options.moot).with_name("python")
        options.moot_python = str(beside) if beside.exists() else sys.executable
    return options


def sizes_of(options: argparse.Namespace) -> Sizes:
    """What is run with these options."""
    sizes = QUICK if options.quick else Sizes(rounds=options.rounds)
    sizes = replace(sizes, threads=options.threads)
    if options.scale != 1.0:
        sizes = scaled_down(sizes, options.scale)
    if options.people:
        sizes = replace(sizes, people=tuple(sorted(set(options.people))))
    return replace(sizes, largest=options.largest)


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[2K{line[:200]}", end="", file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None, *, launch: Callable[[Sequence[str]], Outcome] = launch) -> int:
    """Measure, or write the page. `launch` runs a command."""
    options = arguments(argv)
    try:
        if options.write:
            options.write.write_text(performance.page(read(options.results)), "utf-8")
            return 0
        with tempfile.TemporaryDirectory() as made:
            bench = Bench(
                moot=options.moot,
                python=options.moot_python,
                numpy=(sys.executable, str(HERE / "peers" / "numpy_ledger.py")),
                folder=Path(made),
                sizes=sizes_of(options),
                launch=launch,
                say=_tell,
            )
            versions = bench.run((bench.python, "-m", "benchmarks.phases", "--versions"))
            del versions["peak_bytes"]
            about = {"machine": machine(versions), "code": code_hash()}
            warm_up(bench)
            skipped = measure(bench, options.results, about, only=options.only, again=options.again)
        _tell("")
        parts = read(options.results)
    except (OSError, ValueError, Skipped) as error:
        print(f"scaling: {error}", file=sys.stderr)
        return 1
    print(performance.summary(parts))
    for name, reason in skipped.items():
        print(f"skipped: {name}: {reason}")
    return 1 if skipped else 0


def warm_up(bench: Bench) -> None:
    """Compile what is timed, and let the peer fill its caches, before anything takes turns."""
    bench.ledger(1_000, 2, 1)
    bench.peer(1_000, 2, 1)


__all__ = ["main", "measuring"]

if __name__ == "__main__":
    sys.exit(main())
