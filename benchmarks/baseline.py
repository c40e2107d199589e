"""What Moot was once as fast as, told as a ratio to the NumPy peer, and whether a run falls behind it.

The file has a line for each size: `{"law", "people", "days", "threads", "ratio"}`. A ratio is of speeds in
the same rounds, so that it holds on a faster machine and on a busy one better than seconds do. It is not free
of the machine: another processor may have another, and two threads need two cores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent / "baseline.json"
ALLOWED = 0.2  # a ratio may be so much below
KEY = ("law", "people", "days", "threads")

Row = Mapping[str, Any]


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of the file; none where there is no file. Raises ValueError for what is no baseline."""
    if not path.exists():
        return []
    rows = json.loads(path.read_text("utf-8"))
    if not isinstance(rows, list):
        raise ValueError("expected a list of ratios")
    for number, row in enumerate(rows):
        missing = [key for key in (*KEY, "ratio") if not isinstance(row, dict) or key not in row]
        if missing:
            raise ValueError(f"ratio {number}: {missing[0]} is missing")
        if not row["ratio"] > 0:
            raise ValueError(f"ratio {number}: {row['ratio']}; expected more than 0")
    return rows


def ratios_of(report: Row) -> list[dict[str, Any]]:
    """The ratios of Moot in a report of `bench.summary`, as lines of the file."""
    return [
        {
            "law": row["law"],
            "people": row["people"],
            "days": report["days"],
            "threads": row["threads"],
            "ratio": round(row["ratio"]["median"], 3),
            "cpu_per_wall": round(row["cpu_per_wall"], 2),
        }
        for row in report["contenders"]
        if row["name"].startswith("moot") and "ratio" in row
    ]


def shortfalls(report: Row, rows: Sequence[Row]) -> list[str]:
    """A line for each ratio of the report that is more than a fifth below that of the same size."""
    known = {tuple(row[key] for key in KEY): row for row in rows}
    lines = []
    for own in ratios_of(report):
        row = known.get(tuple(own[key] for key in KEY))
        if row is None or own["ratio"] >= (1 - ALLOWED) * row["ratio"]:
            continue
        lines.append(
            f"slower: {own['law']}, {own['people']:,} people × {own['days']} days, {own['threads']} threads: "
            f"{own['ratio']:.3g} × the NumPy peer, {row['ratio']:.3g} in the baseline "
            f"({100 * (1 - own['ratio'] / row['ratio']):.0f} % below, {100 * ALLOWED:.0f} % allowed; "
            f"CPU ÷ wall was {own['cpu_per_wall']:.2f})"
        )
    return lines


def write(path: Path, report: Row) -> None:
    """Put the ratios of a report into the file, in place of those of the same sizes; others stay."""
    new = ratios_of(report)
    if not new:
        raise ValueError("this run has no ratio of Moot to the NumPy peer")
    rows = {tuple(row[key] for key in KEY): row for row in [*read(path), *new]}
    lines = [json.dumps(rows[key], ensure_ascii=False) for key in sorted(rows)]
    path.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n", "utf-8")
