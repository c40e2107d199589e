"""A map of regions as inline SVG: coloured where there is enough to say something, hatched elsewhere.

A region is coloured from 1,000 synthetic residents and 10 events up. Regions that differ by no more than
chance have one shade: an edge between two classes draws a pattern where there is none. Nothing is ranked; the
caption says what areas can differ by, and that the model knows nothing about what happens there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import NormalDist
from typing import Any

from moot.findings.report_chart import nice_top
from moot.findings.summary import two

__all__ = [
    "LEAST_EVENTS",
    "LEAST_PEOPLE",
    "MAP_STYLE",
    "Area",
    "enough",
    "outlines",
    "region_map",
    "within_chance",
    "words_of",
]

LEAST_PEOPLE, LEAST_EVENTS = 1_000, 10
SHADES = 5
MIDDLE = SHADES // 2
WIDTH, HEIGHT = 640, 640

MAP_STYLE = """ svg.map text { font-family: inherit; font-size: 12.5px; fill: var(--ink-2);
font-variant-numeric: tabular-nums lining-nums; } svg.map path { stroke: var(--paper); stroke-width: .7;
stroke-linejoin: round; } svg.map .few { fill: url(#few); stroke: var(--ink-3); stroke-width: .4; } svg.map
.key { stroke: var(--ink-3); stroke-width: .4; } svg.map .hatch { stroke: var(--ink-3); stroke-width: .8;
opacity: .65; }
"""


@dataclass(frozen=True)
class Area:
    """A region: its code and name, its synthetic residents, and events counted among them."""

    code: str
    name: str
    people: int
    events: int

    @property
    def rate(self) -> float:
        """Events per 1,000 residents."""
        return 1000 * self.events / max(1, self.people)

    @property
    def told(self) -> float:
        """The rate with the two digits that are told, so that two areas told alike have one shade."""
        return float(f"{self.rate:.1e}")


def enough(area: Area) -> bool:
    """Whether a number may be shown for this region."""
    return area.people >= LEAST_PEOPLE and area.events >= LEAST_EVENTS


def words_of(area: Area) -> str:
    """The rate of a region as read."""
    if enough(area):
        return two(area.rate)
    return "none" if area.people >= LEAST_PEOPLE and area.events == 0 else "too few to say"


def within_chance(areas: Sequence[Area], variance: float) -> bool:
    """Whether rates differ by no more than they would if people alike lived everywhere.

    `variance` is that of events among people. The squared deviations from the common mean, each over its
    variance, are compared with the 99th percentile of their distribution.
    """
    if len(areas) < 2 or variance <= 0:
        return True
    mean = sum(area.events for area in areas) / sum(area.people for area in areas)
    found = sum(area.people * (area.events / area.people - mean) ** 2 for area in areas) / variance
    free = len(areas) - 1
    # Chi-squared by Wilson and Hilferty: its cube root is nearly normal.
    highest = free * (1 - 2 / (9 * free) + NormalDist().inv_cdf(0.99) * math.sqrt(2 / (9 * free))) ** 3
    return found <= highest


def outlines(country: str) -> dict[str, list[list[tuple[float, float]]]]:
    """Region code -> rings of (longitude, latitude), from the country's shipped outlines; empty where there
    are none."""
    from moot.declaring.files import data_folder

    folder = data_folder() / "countries" / country
    files = sorted(folder.glob("*.geojson")) if folder.is_dir() else []
    return dict(_rings(files[0])) if files else {}


def _rings(path: Path) -> Iterator[tuple[str, list[list[tuple[float, float]]]]]:
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        shape: dict[str, Any] = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = [[(float(x), float(y)) for x, y, *_ in ring] for polygon in polygons for ring in polygon]
        yield str(feature["properties"]["code"]), rings


def region_map(
    title: str,
    description: str,
    areas: list[Area],
    shapes: dict[str, list[list[tuple[float, float]]]],
    *,
    one_shade: bool = False,
) -> str:
    """The map with its key: one shade, or equal steps from 0 to a round number above the highest rate."""
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    middle = math.radians((min(y for _, y in points) + max(y for _, y in points)) / 2)
    x0, x1 = min(x for x, _ in points), max(x for x, _ in points)
    y0, y1 = min(y for _, y in points), max(y for _, y in points)
    scale = min(WIDTH / ((x1 - x0) * math.cos(middle)), HEIGHT / (y1 - y0))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - x0) * math.cos(middle) * scale, (y1 - point[1]) * scale

    wide, high = (x1 - x0) * math.cos(middle) * scale, (y1 - y0) * scale
    shown = [area.told for area in areas if enough(area)]
    top, _ = nice_top(max(shown, default=0.0))
    by_code = {area.code: area for area in areas}
    out = [
        f'<svg class="map" role="img" viewBox="0 0 {wide:.0f} {high + 46:.0f}" '
        f'xmlns="http://www.w3.org/2000/svg" '
        'aria-labelledby="map-t map-d">',
        f'<title id="map-t">{escape(title)}</title><desc id="map-d">{escape(description)}</desc>',
        '<defs><pattern id="few" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<line class="hatch" x1="0" y1="0" x2="0" y2="5"/></pattern></defs>',
    ]
    for code, rings in shapes.items():
        area = by_code.get(code)
        told = area is not None and enough(area)
        step = MIDDLE if one_shade or area is None else shade(area.told, top)
        style = f"shade-{step}" if told else "few"
        label = f"{code}: too few to say"
        if area is not None:
            label = f"{area.name}: {words_of(area)}" + (" per 1,000" if told else "")
        drawn = " ".join(_drawn([place(point) for point in ring]) for ring in rings)
        out.append(f'<path class="{style}" d="{drawn}"><title>{escape(label)}</title></path>')
    out += _one_key(areas, high) if one_shade else _key(top, high)
    return "".join([*out, "</svg>"])


def shade(rate: float, top: float) -> int:
    """The step of a rate, from 0 (lightest)."""
    return min(SHADES - 1, int(SHADES * rate / top)) if top > 0 else 0


def _drawn(points: list[tuple[float, float]]) -> str:
    """A closed outline; points nearer than half a pixel to the last are left out."""
    kept = [points[0]]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 0.6:
            kept.append(point)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"


def _key(top: float, high: float) -> list[str]:
    y = high + 14
    out = []
    for n in range(SHADES):
        x = 10 + 62 * n
        out.append(f'<rect class="key shade-{n}" x="{x}" y="{y:.0f}" width="62" height="11"/>')
        out.append(f'<text x="{x}" y="{y + 26:.0f}">{two(top * n / SHADES)}</text>')
    out.append(f'<text x="{10 + 62 * SHADES}" y="{y + 26:.0f}" text-anchor="middle">{two(top)}</text>')
    return out + _hatched(10 + 62 * SHADES + 60, y)


def _one_key(areas: list[Area], high: float) -> list[str]:
    y = high + 14
    told = [area for area in areas if enough(area)]
    if not told:
        return _hatched(10, y)
    mean = 1000 * sum(area.events for area in told) / max(1, sum(area.people for area in told))
    said = f"all within chance of their mean, {two(mean)}"
    return [
        f'<rect class="key shade-{MIDDLE}" x="10" y="{y:.0f}" width="62" height="11"/>',
        f'<text x="80" y="{y + 10:.0f}">{said}</text>',
        *_hatched(10 + 62 * SHADES + 60, y),
    ]


def _hatched(x: float, y: float) -> list[str]:
    return [
        f'<rect class="key few" x="{x}" y="{y:.0f}" width="30" height="11"/>',
        f'<text x="{x + 38}" y="{y + 10:.0f}">too few to say</text>',
    ]
