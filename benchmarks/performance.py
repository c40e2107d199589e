"""The page on performance: a template of sentences, and tables out of the results of `benchmarks.scaling`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import scaled

TEMPLATE = Path(__file__).resolve().parent / "performance.template.md"
A_LITTLE = 0.1  # cores that others may use before the page says so
SMALLEST_NS = 0.01  # parts that take less than this a person-day are told together

Results = Mapping[str, Any]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first to the right."""
    lines = ["| " + " | ".join(row) + " |" for row in (heads, *rows)]
    lines.insert(1, "| --- |" + " ---: |" * (len(heads) - 1))
    return "\n".join(lines)


def number(value: float | None, digits: int = 3) -> str:
    """So many significant digits, without an exponent; a dash for None."""
    if value is None:
        return "–"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{float(f'{value:.{digits}g}'):#.{digits}g}" if abs(value) >= 1e-3 else f"{value:.1g}"


def ranged(spread: Results | None) -> str:
    """Median and range of a few measurements."""
    if spread is None:
        return "–"
    if spread["low"] == spread["high"]:
        return number(spread["median"])
    return f"{number(spread['median'])} [{number(spread['low'])} – {number(spread['high'])}]"


def _speed(spread: Results | None) -> str:
    return f"{scaled(spread['median'])}" if spread else "–"


# -- parts -----------------------------------------------------------------------------------------------


def _ratios(found: Results) -> str:
    rows = [
        [
            name,
            ranged(found["ratio"][name]),
            _speed(found["person_days_per_s"][name]),
        ]
        for name in found["ratio"]
    ]
    rows.append(["NumPy, ledger-1", "1", _speed(found["person_days_per_s"]["numpy"])])
    return (
        table(("work", "÷ NumPy", "person-days/s"), rows)
        + f"\n\n{found['people']:,} people; medians and ranges of the rounds ({found['rounds']})."
    )


def _people(found: Results) -> str:
    rows = [
        [
            f"{row['people']:,}",
            ranged(row["ratio"]),
            number(row["seconds"]),
            number(row["setup_seconds"]),
            _speed(row["person_days_per_s"]),
            _speed(row["numpy_person_days_per_s"]),
            number(row["cpu_per_wall"]),
            f"{row['peak_bytes'] / 1e9:.2f}",
        ]
        for row in found["rows"]
    ]
    heads = (
        "people", "÷ NumPy", "seconds", "setup, s", "person-days/s", "NumPy's", "CPU ÷ wall", "peak, GB",
    )  # fmt: skip
    return (
        f"Time of ledger-1 over {found['days']} days grows with people to the power "
        f"**{number(found['power'])}** ({number(found['power_of_numpy'])} for NumPy).\n\n"
        + table(heads, rows)
    )


def _rates(found: Results) -> str:
    rows = [
        [
            f"× {run['factor']:g}",
            f"{run['people']:,}",
            scaled(run["events"]),
            number(run["seconds"]),
            number(
                1e-9 * found["ns_per_person_day"] * run["person_days"]
                + 1e-9 * found["ns_per_event"] * run["events"]
            ),
        ]
        for run in found["runs"]
    ]
    return (
        f"**{number(found['ns_per_person_day'])} ns a person-day and {number(found['ns_per_event'])} ns an "
        f"act**; the run that fits worst deviates by {100 * found['worst']:.0f} %.\n\n"
        + table(("base rates", "people", "acts", "seconds", "fitted"), rows)
    )


def _threads(found: Results) -> str:
    said = (
        f"{found['pairs']} of {found['asked']} pairs that were asked for count; {found['thrown_away']} were "
        f"thrown away because a run did not have its cores (CPU ÷ wall on {found['threads']} threads has to "
        f"be {found['needed_cpu_per_wall']:.2f} or more). {found['people']:,} people × {found['days']} days."
    )
    if found["gain"] is None:
        return f"No pair counts: this machine was not free. {said}"
    return f"{found['threads']} threads are **{ranged(found['gain'])} times** as fast as one.\n\n{said}"


def _arms(found: Results) -> str:
    ledger, own = found["ledger"], found["scenario"]
    return (
        f"- ledger-1, {found['arms']} arms in one pass, {ledger['people']:,} people × {ledger['days']} days: "
        f"**{ranged(ledger['times_one'])} times** the time of one arm.\n"
        f"- {own['name']}, {found['arms']} arms, {own['people']:,} people × {own['days']} days on a cached "
        f"burn-in: {number(own['together_seconds'])} s in one pass, {number(sum(own['apart_seconds']))} s as "
        f"{len(own['apart_seconds'])} runs of one arm: **{number(own['saves'])} times** as long."
    )


def _memory(found: Results) -> str:
    rows = []
    for row in found["rows"]:
        declared = row["declared"]
        rows.append(
            [
                row["law"],
                str(row["arms"]),
                f"**{number(row['bytes_per_person'])}**",
                number(row["declared_bytes_per_person"]),
                number(declared["hot_bytes_per_person_and_arm"]),
                number(declared["static_bytes_per_person"]),
                number(declared["side_bytes_per_person"]),
            ]
        )
    heads = (
        "law", "arms", "measured, bytes a person", "declared", "state, a person and arm", "statics and ties",
        "side tables",
    )  # fmt: skip
    sizes = " and ".join(f"{n:,}" for n in found["rows"][0]["people"])
    return table(heads, rows) + f"\n\nBetween {sizes} people, {found['days']} days."


def _phases(found: Results) -> str:
    out = []
    for run in found["rows"]:
        rows, few = [], 0.0
        for part in run["parts"]:
            if part["ns"] < SMALLEST_NS:
                few += part["ns"]
                continue
            least = part.get("least_ns")
            rows.append(
                [
                    part["part"],
                    number(part["ns"]),
                    number(part.get("bytes")),
                    number(part.get("draws")),
                    number(least),
                    number(part["ns"] / least, 2) if least else "–",
                    part.get("bound_by", ""),
                ]
            )
        if few:
            rows.append(["all others", number(few), "–", "–", "–", "–", ""])
        heads = ("part", "ns", "bytes", "draws", "least, ns (estimate)", "times", "bound by")
        out.append(
            f"**{run['law']}**, {run['people']:,} people × {run['days']} days × {run['arms']} arms, "
            f"{run['threads']} threads. This machine, in the same process: "
            f"{run['bandwidth_bytes_per_s'] / 1e9:.1f} GB/s, {scaled(run['philox_blocks_per_s'])} Philox "
            f"blocks and {scaled(run['words_per_s'])} words of 64 digits a second.\n\n" + table(heads, rows)
        )
    return "\n\n".join(out)


TABLES: Mapping[str, Callable[[Results], str]] = {
    "ratios": _ratios,
    "people": _people,
    "rates": _rates,
    "threads": _threads,
    "arms": _arms,
    "memory": _memory,
    "phases": _phases,
}
SAYS_THREADS = ("threads", "phases")


def _machine(parts: Results) -> str:
    """Each machine that something was measured on, with the parts measured there."""
    groups: dict[str, list[str]] = {}
    for name, part in parts.items():
        m = part["machine"]
        line = (
            f"{m['processor']}, {m['cores']} cores, {m['memory_bytes'] / 2**30:.0f} GiB, {m['system']}; "
            f"Python {m['python']}, NumPy {m['numpy']}, numba {m['numba']}, llvmlite {m['llvmlite']}"
        )
        groups.setdefault(line, []).append(f"{name} {part['when']} ({part['took_seconds']:.0f} s)")
    out = [f"Measured on {line}. Parts, UTC: " + ", ".join(told) + "." for line, told in groups.items()]
    others = [(part["others_cores"], name) for name, part in parts.items() if part["others_cores"]]
    if others and max(others)[0] > A_LITTLE:
        out.append(
            f"**Others used this machine meanwhile**, {max(others)[0]:.1f} of its cores before "
            f"`{max(others)[1]}`: ratios hold better than seconds, and neither holds well."
        )
    return "\n\n".join(out) or "Nothing was measured."


def page(parts: Results, template: str | None = None) -> str:
    """The page. Raises ValueError where the template names a table that is not known, or leaves one out."""
    text = TEMPLATE.read_text("utf-8") if template is None else template
    named = re.findall(r"\{\{([^{}]*)\}\}", text)
    known = ["machine", *TABLES]
    if sorted(named) != sorted(known):
        wrong = sorted(set(named) ^ set(known)) or sorted(name for name in named if named.count(name) > 1)
        raise ValueError(f"template: {wrong[0]}: expected each of {', '.join(known)} once")
    told = {"machine": _machine(parts)}
    for name, made in TABLES.items():
        if name not in parts:
            told[name] = "Not measured."
            continue
        told[name] = made(parts[name]["result"])
        if name not in SAYS_THREADS:
            count = parts[name]["sizes"]["threads"]
            told[name] += f"\n\nMoot on {count} {'thread' if count == 1 else 'threads'}."
    return re.sub(r"\{\{([^{}]*)\}\}", lambda match: told[match[1]], text)


def summary(parts: Results) -> str:
    """All tables, for a terminal."""
    return "\n\n".join(
        f"{name}\n{made(parts[name]['result'])}" for name, made in TABLES.items() if name in parts
    )
