"""Commands that time the engine: bench ledger-1, bench mutated, bench scenario.

The law *ledger-1* is declared under `benchmarks/ledger-1/` of a source checkout, and no code of Moot knows
it: what is timed are the kernels that every regime runs on. Kernels are compiled before the clock starts.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from moot.cli.devices import DEVICE, device_for

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result

__all__ = ["law_folder", "mutated_law", "register"]

LAW = Path("benchmarks", "ledger-1")
SMALLEST = 200  # people of the run that compiles the kernels
LIST = "list:blacklist"

_PEOPLE = typer.Option(1_000_000, "--people", min=SMALLEST, help="Synthetic people.")
_DAYS = typer.Option(365, "--days", min=1, help="Days.")
_SEED = typer.Option(1, "--seed", min=0, help="The seed.")
_THREADS = typer.Option(None, "--threads", min=1, help="Threads (default: all cores).")
_JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")
_FOLDER = typer.Option(
    None, "--folder", metavar="DIR", help="Where ledger-1 is declared (default: searched upward from here)."
)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        help="Time the engine: a pinned law, a changed one, a scenario.", no_args_is_help=True
    )
    group.command("ledger-1")(ledger)
    group.command("mutated")(mutated)
    group.command("scenario")(scenario)
    app.add_typer(group, name="bench")


def ledger(
    people: int = _PEOPLE,
    days: int = _DAYS,
    seed: int = _SEED,
    threads: int | None = _THREADS,
    device: str = DEVICE,
    folder: Path | None = _FOLDER,
    as_json: bool = _JSON,
) -> None:
    """Run the pinned law ledger-1, and print its speed and its totals."""
    from moot.experiment.scenario import load_scenario

    device_for(device)
    declared = load_scenario(law_folder(folder) / "scenario.yaml")
    line = _timed(declared, people, days, seed, threads, device)
    if as_json:
        print(json.dumps(line))
        return
    _say_speed(line)
    print(
        f"  {line['events'] / 1e6:.2f} million acts, {1e9 * line['seconds'] / line['events']:.0f} ns an act"
    )
    for name, total in line["totals"].items():
        print(f"  {name}: {total}")


def mutated(
    people: int = _PEOPLE,
    days: int = _DAYS,
    seed: int = _SEED,
    threads: int | None = _THREADS,
    device: str = DEVICE,
    rounds: int = typer.Option(3, "--rounds", min=1, help="Runs of either law, in turn."),
    folder: Path | None = _FOLDER,
    as_json: bool = _JSON,
) -> None:
    """Run a law of 5 acts and 3 tiers with constants drawn from the seed: time an act, against ledger-1."""
    from moot.experiment.scenario import load_scenario

    device_for(device)
    pinned = law_folder(folder)
    own = load_scenario(pinned / "scenario.yaml")
    with tempfile.TemporaryDirectory() as made:
        other = load_scenario(mutated_law(pinned, Path(made), seed))
        per_act: dict[str, list[float]] = {"ledger-1": [], "mutated": []}
        for turn in range(rounds):
            for name, law in (("ledger-1", own), ("mutated", other)):
                line = _timed(law, people, days, seed + turn, threads, device)
                per_act[name].append(line["seconds"] / max(1, line["events"]))
    ratios = [b / a for a, b in zip(per_act["ledger-1"], per_act["mutated"], strict=True)]
    told = {
        "peer": "moot, mutated",
        **{key: line[key] for key in ("people", "days", "threads", "seconds", "person_days_per_s", "events")},
        "seed": seed,
        "rounds": rounds,
        "ns_per_event": {name: 1e9 * statistics.median(each) for name, each in per_act.items()},
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }
    if as_json:
        print(json.dumps(told))
        return
    for name, nanoseconds in told["ns_per_event"].items():
        print(f"{name}: {nanoseconds:.0f} ns an act")
    print(f"ratio {told['ratio']:.2f} (from {min(ratios):.2f} to {max(ratios):.2f} over {rounds} rounds)")


def scenario(
    name: str = typer.Argument(..., metavar="NAME", help="A scenario's name or file."),
    people: int = _PEOPLE,
    days: int = _DAYS,
    seed: int = _SEED,
    threads: int | None = _THREADS,
    device: str = DEVICE,
    arm: list[str] = typer.Option([], "--arm", metavar="NAME", help="Only this arm; may be said again."),
    cached: bool = typer.Option(
        False,
        "--cached",
        help="Time the days of the arms alone, on a burn-in from the cache (filled before).",
    ),
    as_json: bool = _JSON,
) -> None:
    """Run a scenario with its burn-in and all arms, and print its person-days a second."""
    from moot.errors import UserError
    from moot.experiment.scenario import load_scenario
    from moot.experiment.simulation import simulate
    from moot.findings.saving import burn_ins

    device_for(device)
    declared = load_scenario(name)
    short = declared.replace(burn_in_years=min(1, declared.burn_in))
    simulate(short, people=SMALLEST, days=2, threads=threads, panel=0, device=device)
    kept = burn_ins(least=1) if cached else None
    timed = partial(
        simulate, declared, people=people, seed=seed, threads=threads, panel=0, burn_ins=kept, device=device
    )
    if kept is not None:
        timed(days=1, arms=arm or None)
    result = timed(days=days, arms=arm or None)
    if cached and not result.burn_in_cached:
        raise UserError(f"{name}: nothing to time on a cached burn-in: its end could not be kept and read")
    told = {
        "peer": "moot",
        "scenario": declared.scenario,
        "people": people,
        "days": days,
        "burn_in_days": result.burn_in_days,
        "burn_in_cached": result.burn_in_cached,
        "arms": list(result.arms),
        "seed": seed,
        "threads": result.threads,
        **({"device": result.device} if result.device != "cpu" else {}),
        "person_days": result.person_days,
        "seconds": result.seconds["burn_in"] + result.seconds["simulate"],
        "setup_seconds": result.seconds["setup"],
        "person_days_per_s": result.person_days_per_s,
        "bytes_per_person": _bytes(result),
        "sizes": result.sizes,
        "peak_rss_bytes": result.peak_rss_bytes,
        "digest": result.digest,
    }
    if as_json:
        print(json.dumps(told))
        return
    _say_speed(told)
    left_out = ", which came from the cache: its time is left out" if cached else ""
    print(f"  {len(result.arms)} arms of {days} days after {result.burn_in_days} days of burn-in{left_out}")


def law_folder(named: Path | None = None) -> Path:
    """The folder that declares ledger-1: the one named, or `benchmarks/ledger-1` here or further up."""
    from moot.errors import UserError

    here = Path.cwd()
    for folder in [named] if named is not None else [above / LAW for above in (here, *here.parents)]:
        if (folder / "scenario.yaml").is_file():
            return folder
    if named is not None:
        raise UserError(f"{named}: no scenario.yaml there; expected the folder that declares ledger-1")
    raise UserError(
        f"no {LAW.as_posix()} in this folder or above it: the law is part of a source checkout, not of the "
        "installed package; change to a checkout, or say --folder DIR"
    )


def _timed(
    law: Scenario, people: int, days: int, seed: int, threads: int | None, device: str
) -> dict[str, Any]:
    """One run of a law, without the time that compiling takes."""
    from moot.experiment.simulation import simulate

    simulate(law, people=SMALLEST, days=2, seed=seed, threads=threads, panel=0, device=device)
    marks: list[tuple[float, float]] = []

    def mark(phase: str, done: int, of: int) -> None:
        if phase == "simulate" and done in (1, of):
            marks.append((time.perf_counter(), time.process_time()))

    began = time.perf_counter()
    result = simulate(
        law, people=people, days=days, seed=seed, threads=threads, panel=0, progress=mark, device=device
    )
    whole, seconds = time.perf_counter() - began, result.seconds["simulate"]
    # CPU ÷ wall is known of the days after the first, and taken for all
    wall, cpu = (b - a for a, b in zip(marks[0], marks[-1], strict=True))
    return {
        "peer": "moot",
        "people": people,
        "days": days,
        "seed": seed,
        "threads": result.threads,
        **({"device": result.device} if result.device != "cpu" else {}),
        "seconds": seconds,
        "setup_seconds": whole - seconds,
        "person_days_per_s": people * days / seconds,
        "cpu_s": seconds * cpu / wall if wall > 0 else None,
        "bytes_per_person": _bytes(result),
        "sizes": result.sizes,
        "digest": result.digest,
        **_totals(result),
    }


def _bytes(result: Result) -> float:
    """Bytes of state and statics, a person, all arms together."""
    sizes = result.sizes
    hot = sizes["hot_bytes_per_person_and_arm"] * len(result.arms)
    return hot + sizes["static_bytes_per_person"] + sizes["side_bytes_per_person"]


def _totals(result: Result) -> dict[str, Any]:
    """`events`, the acts that were done, and the totals that benchmarks/ledger-1/LAW.md names."""
    record, columns = result.record, result.compiled.columns
    flow = {
        name: int(record.region[0, :, :, at].sum(dtype=int)) for at, name in columns.flow_names[0].items()
    }
    stock = {
        name: record.s_region[0, :, :, at].sum(axis=1, dtype=int)
        for at, name in columns.stock_names[0].items()
    }

    def over_acts(what: str) -> list[int]:
        return [
            total for name, total in flow.items() if name.startswith("act:") and name.endswith(f":{what}")
        ]

    acts, wrong = over_acts("acts"), sum(over_acts("charged-to-another"))
    listed = stock[f"{LIST}:people"]
    return {
        "events": sum(acts),
        "totals": {
            "offences": acts,
            "detections": sum(over_acts("charged-by-regime")) + wrong,
            "wrong": wrong,
            "blacklistings": flow[f"{LIST}:entries"],
            "delistings": flow[f"{LIST}:exits"],
            "bl_days": int(listed.sum()),
            "bl_end": int(listed[-1]),
            "ref_air": flow["trip:air:refused"],
            "ref_train": flow["trip:fast-rail:refused"],
            "mean_score_end": float(record.score[0, 0, -1].sum()) / result.people,
        },
    }


def mutated_law(pinned: Path, folder: Path, seed: int) -> Path:
    """Write ledger-1 with 5 acts, 3 tiers and constants drawn from the seed; the path of its scenario."""
    from ruamel.yaml import YAML

    yaml, draw = YAML(), random.Random(seed)
    country, regime, law = (
        yaml.load((pinned / f"{part}.yaml").read_text("utf-8")) for part in ("country", "regime", "scenario")
    )

    def between(low: float, high: float) -> float:
        return round(draw.uniform(low, high), 4)

    words, rate = (country[key]["ledger:act-0"] for key in ("new_acts", "acts"))
    acts = [f"ledger:act-{k}" for k in range(5)]
    share = between(0.15, 0.5)
    country["new_acts"] = {act: {**words, "words": f"act {k}"} for k, act in enumerate(acts)}
    country["acts"] = {
        act: {**rate, "base_per_day": between(0.002, 0.008), "heterogeneity": {"shape": between(2, 8)}}
        for act in acts
    }
    country["attributes"]["appearance"]["shares"] = {"class-1": round(1 - share, 4), "class-2": share}
    country["propensity"]["shape"] = between(0.4, 0.8)
    country["travel"] = {
        "air": {"per_day": between(5e-4, 3e-3)},
        "fast-rail": {"per_day": between(2e-3, 8e-3)},
    }
    belief = country["perceived_certainty"]
    belief["fading"] = {"step_days": draw.randint(60, 120)}
    belief["elasticity"]["offence"] = math.log(between(1.5, 2.5))

    (sensor,), (scheme,) = regime["sensors"], regime["schemes"]
    sensor["sees"] = {act: between(0.05, 0.5) for act in acts}
    sensor["identification"]["wrong"] = {"class-1": between(0.005, 0.02), "class-2": between(0.02, 0.04)}
    clear, poor = draw.randint(880, 930), draw.randint(700, 860)
    scheme["score"]["tiers"] = [
        {"tier": "clear", "from": clear},
        {"tier": "watched", "from": poor},
        {"tier": "blacklisted", "from": -32_000},
    ]
    scheme["score"]["hysteresis"] = draw.randint(10, 30)
    scheme["score"]["repair"] = [{"every_days": draw.randint(7, 14), "points": draw.randint(1, 2)}]
    scheme["catalogue"] = {act: {"points": draw.randint(4, 100)} for act in acts}
    scheme["association"]["points"] = draw.randint(1, 4)
    for name, content in (("country", country), ("regime", regime), ("scenario", law)):
        with (folder / f"{name}.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(content, file)
    return folder / "scenario.yaml"


def _say_speed(told: dict[str, Any]) -> None:
    speed = told["person_days_per_s"] / 1e6
    print(
        f"{told['people']:,} synthetic people × {told['days']} days, {told['threads']} threads: "
        f"{told['seconds']:.2f} s, {speed:.1f} million person-days a second, "
        f"{told['bytes_per_person']:.0f} bytes a person"
    )
