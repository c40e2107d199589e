"""Charts as inline SVG: lines by day, stacked areas, bars side by side. Vector, no script, no font of its
own.

Colours are CSS classes, so that the page decides them for light, dark and print; every chart has a title and
a description for those who do not see it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from moot.regime.words import plain as as_written

__all__ = ["CHART_STYLE", "Line", "bars", "lines_by_day", "paired_bars", "stacked_by_day", "weekly"]

_serial = itertools.count(1)
RIGHT = 156.0
"""Room to the right of a chart for the names of its lines."""

CHART_STYLE = """ svg.chart text { font-family: inherit; font-size: 14.5px; fill: var(--ink-2);
font-variant-numeric: tabular-nums lining-nums; } svg.chart .grid { stroke: var(--rule); stroke-width: 1; }
svg.chart .axis { stroke: var(--ink-3); stroke-width: 1; } svg.chart .line { fill: none; stroke-width: 1.8;
stroke-linejoin: round; } svg.chart .s-today { stroke: var(--today); } svg.chart .s-regime { stroke:
var(--regime); } svg.chart text.t-today { fill: var(--today); } svg.chart text.t-regime { fill: var(--regime);
}
svg.chart .s-ink { stroke: var(--ink-2); } svg.chart .said { stroke-dasharray: 5 4; }
svg.chart .gap { fill: var(--regime); opacity: .09; stroke: none; } svg.chart .b-today { fill: var(--today);
} svg.chart .b-regime { fill: var(--regime); } svg.chart text.few { font-style: italic; fill: var(--ink-3); }
svg.chart text.strong { fill: var(--ink); } svg.chart .tier { stroke: var(--paper); stroke-width: .6; }
"""


@dataclass(frozen=True)
class Line:
    """One line: its words, its class, its values (one a day).

    Classes are `regime`, `today`, `ink`; with `said` after it a line is dashed.
    """

    words: str
    style: str
    values: NDArray[np.float64]


def weekly(values: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over seven days: the day and the six before it; shorter at the start."""
    sums = np.cumsum(np.concatenate([[0.0], np.asarray(values, float)]))
    days = np.arange(1, len(values) + 1)
    first = np.maximum(0, days - 7)
    means: NDArray[np.float64] = (sums[days] - sums[first]) / (days - first)
    return means


def nice_top(highest: float) -> tuple[float, float]:
    """(top, step) of an axis from 0 that holds `highest` in three to five steps."""
    if highest <= 0:
        return 1.0, 0.5
    raw = highest / 4
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= raw)
    return step * math.ceil(highest / step - 1e-9), step


def plain(number: float) -> str:
    """A number of an axis, without an exponent."""
    said = f"{number:,.10g}"
    return as_written(number, 10) if "e" in said else said


def _open(width: int, height: int, title: str, description: str) -> tuple[list[str], str]:
    key = next(_serial)
    out = [
        f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" '
        f'aria-labelledby="chart-{key}-t chart-{key}-d">',
        f'<title id="chart-{key}-t">{escape(title)}</title><desc id="chart-{key}-d">{escape(description)}'
        f"</desc>",
    ]
    return out, "</svg>"


def _frame(
    dates: Sequence[str],
    top: float,
    step: float,
    box: tuple[float, float, float, float],
    percent: bool = False,
) -> list[str]:
    """Grid, y labels and months; `box` is left, top, right, bottom."""
    x0, y0, x1, y1 = box
    out = []
    for n in range(round(top / step) + 1):
        y = y1 - (y1 - y0) * n * step / top
        out.append(f'<line class="{"grid" if n else "axis"}" x1="{x0}" x2="{x1}" y1="{y:.1f}" y2="{y:.1f}"/>')
        label = plain(n * step) + ("%" if percent else "")
        out.append(f'<text x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    firsts = [n for n, day in enumerate(dates) if day.endswith("-01")] or [0]
    room = max(1, math.ceil(len(firsts) / max(1, int((x1 - x0) // 70))))
    for n in firsts[::room]:
        x = x0 + (x1 - x0) * n / max(1, len(dates) - 1)
        out.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{y1}" y2="{y1 + 4}"/>')
        out.append(f'<text x="{x:.1f}" y="{y1 + 18}" text-anchor="start">{month_name(dates[n])}</text>')
    return out


def month_name(day: str) -> str:
    """The month of an ISO date in three letters, with the year in January."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    month = int(day[5:7])
    return f"{names[month - 1]} {day[:4]}" if month == 1 else names[month - 1]


def _path(values: NDArray[np.float64], top: float, box: tuple[float, float, float, float]) -> str:
    x0, y0, x1, y1 = box
    wide = max(1, len(values) - 1)
    return " ".join(
        f"{'M' if n == 0 else 'L'}{x0 + (x1 - x0) * n / wide:.1f} {y1 - (y1 - y0) * v / top:.1f}"
        for n, v in enumerate(values.tolist())
    )


def lines_by_day(
    title: str,
    description: str,
    dates: Sequence[str],
    lines: Sequence[Line],
    *,
    width: int = 720,
    height: int = 250,
) -> str:
    """Lines over the days, from 0, each named at its end."""
    top, step = nice_top(max(float(np.max(line.values, initial=0)) for line in lines))
    box = (56.0, 14.0, width - RIGHT, height - 30.0)
    out, end = _open(width, height, title, description)
    out += _frame(dates, top, step, box)
    ends = _apart([box[3] - (box[3] - box[1]) * float(line.values[-1]) / top for line in lines])
    if len(lines) == 2:
        there = _path(lines[0].values, top, box)
        back = _path(lines[1].values[::-1], top, (box[2], box[1], box[0], box[3])).replace("M", "L", 1)
        out.append(f'<path class="gap" d="{there} {back} Z"/>')
    for line, y in zip(lines, ends, strict=True):
        out.append(f'<path class="line s-{line.style}" d="{_path(line.values, top, box)}"/>')
        out.append(
            f'<text class="t-{line.style}" x="{box[2] + 8}" y="{y + 4:.1f}">{escape(line.words)}</text>'
        )
    return "".join([*out, end])


def _apart(places: list[float], least: float = 17.0) -> list[float]:
    """Heights of labels, moved so that none covers another."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    out = list(places)
    for before, after in itertools.pairwise(order):
        if out[after] - out[before] < least:
            middle = (out[after] + out[before]) / 2
            out[before], out[after] = middle - least / 2, middle + least / 2
    return out


def stacked_by_day(
    title: str,
    description: str,
    dates: Sequence[str],
    layers: Sequence[tuple[str, NDArray[np.float64]]],
    *,
    width: int = 720,
    height: int = 300,
) -> str:
    """Shares of a whole over the days, the first layer at the top."""
    total = np.maximum(sum(values for _, values in layers), 1e-12)
    box = (56.0, 14.0, width - RIGHT, height - 30.0)
    out, end = _open(width, height, title, description)
    above = np.full(len(dates), 100.0)
    labels: list[tuple[str, float]] = []
    areas = []
    for n, (name, values) in enumerate(layers):
        below = above - 100.0 * values / total
        there = _path(above, 100.0, box)
        back = _path(below[::-1], 100.0, (box[2], box[1], box[0], box[3])).replace("M", "L", 1)
        areas.append(f'<path class="tier tier-{n}" d="{there} {back} Z"/>')
        labels.append((name, box[3] - (box[3] - box[1]) * (above[-1] + below[-1]) / 200))
        above = below
    out += areas
    out += _frame(dates, 100.0, 25.0, box, percent=True)
    for (name, _), y in zip(labels, _apart([y for _, y in labels]), strict=True):
        out.append(f'<text class="strong" x="{box[2] + 8}" y="{y + 4:.1f}">{escape(name)}</text>')
    return "".join([*out, end])


def bars(
    title: str,
    description: str,
    rows: Sequence[tuple[str, float | None]],
    *,
    style: str = "regime",
    width: int = 250,
) -> str:
    """Horizontal bars; a row without a number says "too few to say", one of 0 "none"."""
    from moot.findings.summary import two

    height = 22 * len(rows) + 10
    highest = max((value for _, value in rows if value is not None), default=0.0) or 1.0
    left, right = 94.0, width - 46.0
    out, end = _open(width, height, title, description)
    out.append(f'<line class="axis" x1="{left}" x2="{left}" y1="2" y2="{height - 6}"/>')
    for n, (name, value) in enumerate(rows):
        y = 6 + 22 * n
        out.append(f'<text x="{left - 8}" y="{y + 11}" text-anchor="end">{escape(name)}</text>')
        if not value:
            said = "too few to say" if value is None else "none"
            out.append(f'<text class="few" x="{left + 6}" y="{y + 11}">{said}</text>')
            continue
        wide = (right - left) * value / highest
        out.append(f'<rect class="b-{style}" x="{left}" y="{y + 2}" width="{wide:.1f}" height="11"/>')
        out.append(f'<text x="{left + wide + 5:.1f}" y="{y + 12}">{two(value)}</text>')
    return "".join([*out, end])


def paired_bars(
    title: str,
    description: str,
    rows: Sequence[tuple[str, float, float | None]],
    key: tuple[str, str | None],
    *,
    width: int = 720,
) -> str:
    """Horizontal bars two by two, an arm above its twin; `key` names the two, and 0 says "none"."""
    from moot.findings.summary import two

    alone = key[1] is None
    step = 26 if alone else 38
    height = 30 + step * len(rows)
    highest = max((max(here, twin or 0.0) for _, here, twin in rows), default=0.0) or 1.0
    left, right = 0.56 * width, width - 60.0
    out, end = _open(width, height, title, description)
    out.append(f'<text class="t-regime" x="{left:.0f}" y="12">{escape(key[0])}</text>')
    if key[1] is not None:
        shift = left + 8.0 * len(key[0]) + 18
        out.append(f'<text class="t-today" x="{shift:.0f}" y="12">{escape(key[1])}</text>')
    out.append(f'<line class="axis" x1="{left}" x2="{left}" y1="20" y2="{height - 6}"/>')
    for n, (name, here, twin) in enumerate(rows):
        y = 24 + step * n
        middle = y + (13 if alone else 19)
        out.append(f'<text x="{left - 10:.1f}" y="{middle}" text-anchor="end">{escape(name)}</text>')
        for at, style, value in ((y + 3, "regime", here), (y + 16, "today", twin)):
            if value is None:
                continue
            wide = (right - left) * value / highest
            said = f'<text x="{left + wide + 6:.1f}" y="{at + 10}">{two(value)}</text>'
            if not value:
                said = f'<text class="few" x="{left + 6}" y="{at + 10}">none</text>'
            out.append(f'<rect class="b-{style}" x="{left}" y="{at}" width="{wide:.1f}" height="11"/>{said}')
    return "".join([*out, end])
