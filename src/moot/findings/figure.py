"""Figures for a notebook or a file: the curves of a run by day, and the effects of an experiment.

Each is a drawing that needs nothing else (SVG), and the same as a Vega-Lite specification, a plain dict with
its numbers inside, which notebooks draw with what they bring themselves. Nothing is loaded from anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.declaring.complaints import nearest
from moot.errors import UserError
from moot.findings.curves import Curve, curves_of
from moot.findings.effects import Effect
from moot.findings.report_chart import CHART_STYLE
from moot.findings.summary import two

if TYPE_CHECKING:
    from moot.findings.results import Results
    from moot.findings.run import Run

__all__ = ["VEGA_LITE", "Figure", "effects_figure", "figure_of"]

VEGA_LITE = "application/vnd.vegalite.v5+json"
"""The kind of the specification, as notebooks call it."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_PAPER, _INK, _TODAY, _REGIME = "#fffdf8", "#1f1c17", "#35576e", "#a6402b"
MARK = "MODEL · SYNTHETIC PEOPLE · mechanism, not forecast"
DIGITS = 4
"""Significant digits of the numbers in a specification; two are shown."""

_COLOURS = ":root, svg { --paper: #fffdf8; --ink: #1f1c17; --ink-2: #575046; --ink-3: #948a7b; --rule: #e2dbcd; --today: #35576e; --regime: #a6402b; }"  # noqa: E501
_FACE = 'font-family: "Palatino Linotype", Palatino, "URW Palladio L", Georgia, "DejaVu Serif", serif;'


@dataclass(frozen=True)
class Figure:
    """A drawing that needs nothing else: `svg`, shown by notebooks, written by `save`.

    `spec` is the same as a Vega-Lite specification: plain values, to be changed and drawn elsewhere.
    """

    svg: str
    title: str
    spec: dict[str, Any] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """What a notebook may choose from: the specification, the drawing, a line of text."""
        return {VEGA_LITE: self.spec, "text/html": self.svg, "text/plain": repr(self)}

    def save(self, path: str | Path) -> Path:
        """Write the drawing as `.svg`, as a page in `.html`, or the specification as `.json`; the path."""
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg + "\n", "utf-8")
        elif path.suffix in (".html", ".htm"):
            page = (
                f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(self.title)}'
                f"</title>{self.svg}</html>"
            )
            path.write_text(page + "\n", "utf-8")
        elif path.suffix == ".json":
            path.write_text(json.dumps(self.spec, ensure_ascii=False, indent=1) + "\n", "utf-8")
        else:
            raise UserError(f"{path}: expected a name that ends in .svg or .html, or .json")
        return path

    def __repr__(self) -> str:
        return f"<Figure {self.title}; .save('figure.svg')>"


def figure_of(run: Run, arm: str | None = None) -> Figure:
    """The curves of an arm (default: the first with a regime) beside each other, two in a row."""
    arm = run.known_arm(arm) if arm is not None else run.other_arm
    curves = curves_of(run, arm)
    wide, high, gap = 560, 250, 26
    rows = -(-len(curves) // 2)
    width, height = 2 * wide, 64 + rows * (high + gap) + 22
    title = f"{run.manifest['scenario']['title']}: {run.people:,} synthetic people"
    out = [
        f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        f"<desc>{escape(' '.join(curve.description for curve in curves))}</desc>"
        f"<style>{_COLOURS} svg.chart {{ {_FACE} }} {CHART_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="var(--paper)"/>',
        f'<text class="strong" x="20" y="28" style="font-size:18px">{escape(title)}</text>',
        '<text x="20" y="47">MODEL · SYNTHETIC PEOPLE · mechanism, not forecast; one run, assumptions not '
        "varied</text>",
    ]
    for n, curve in enumerate(curves):
        x, y = (n % 2) * wide, 78 + (n // 2) * (high + gap)
        inner = re.sub(r"^<svg[^>]*>", "", curve.svg(width=wide, height=high - 20)).removesuffix("</svg>")
        out.append(
            f'<g transform="translate({x} {y})"><text class="strong" x="20" y="2">{escape(curve.title)}'
            f"</text>"
        )
        out.append(f'<g transform="translate(0 8)">{inner}</g></g>')
    beside = f" beside {run.rules.comparator}" if arm != run.rules.comparator else ""
    note = f"{arm}{beside}; per 1,000 synthetic people; flows as means over seven days"
    out.append(f'<text x="20" y="{height - 12}">{escape(note)}</text></svg>')
    return Figure("".join(out), title, _curves_spec(title, note, curves))


def _spec(title: str, note: str, description: str, data: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What every specification begins with: the mark, the words for those who do not see it, the numbers."""
    return {
        "$schema": _SCHEMA,
        "title": {"text": title, "subtitle": [MARK, note], "anchor": "start"},
        "description": f"{MARK}. {description}",
        "background": _PAPER,
        "data": {"values": list(data)},
    }


def _round(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _curves_spec(title: str, note: str, curves: Sequence[Curve]) -> dict[str, Any]:
    data = [
        {"curve": curve.title, "day": day, "line": line.words, "value": _round(float(value))}
        for curve in curves
        for line in curve.shown
        for day, value in zip(curve.dates, line.values, strict=True)
    ]
    colours = {
        line.words: _REGIME if line.style.startswith("regime") else _TODAY
        for curve in curves
        for line in curve.lines
    }
    scale = {"domain": list(colours), "range": list(colours.values())}
    return _spec(title, note, " ".join(one.description for one in curves), data) | {
        "facet": {"field": "curve", "type": "nominal", "title": None, "sort": [one.title for one in curves]},
        "columns": 2,
        "spec": {
            "width": 360,
            "height": 150,
            "mark": {"type": "line"},
            "encoding": {
                "x": {"field": "day", "type": "temporal", "title": None},
                "y": {
                    "field": "value",
                    "type": "quantitative",
                    "title": "per 1,000",
                    "axis": {"format": ".2~r"},
                },
                "color": {"field": "line", "type": "nominal", "title": None, "scale": scale},
                "tooltip": [
                    {"field": "line", "type": "nominal"},
                    {"field": "day", "type": "temporal"},
                    {"field": "value", "type": "quantitative", "format": ".2r"},
                ],
            },
        },
        "resolve": {"scale": {"y": "independent"}},
    }


# --- effects ------------------------------------------------------------------------------------------------


def effects_figure(results: Results, arm: str | None = None, scenario: str | None = None) -> Figure:
    """The effects of an arm: each on an axis of its own through 0, range over assumptions and interval.

    Effects about which nothing is to be said are left out. Raises `UserError` for an unknown arm or scenario.
    """
    arms = list(dict.fromkeys(one.arm for one in results.effects))
    scenarios = list(dict.fromkeys(one.scenario for one in results.effects))
    for asked, known, what in ((arm, arms, "arm"), (scenario, scenarios, "scenario")):
        if asked is not None and asked not in known:
            near = nearest(asked, known) or f"there is {', '.join(known)}"
            raise UserError(f"no {what} {asked!r} in these results; {near}")
    arm, scenario = arm or arms[0], scenario or scenarios[0]
    mine = [
        one
        for one in results.effects
        if (one.arm, one.scenario) == (arm, scenario) and one.difference is not None and not one.too_few
    ]
    varied = any(one.span is not None for one in mine)
    note = (
        f"{arm} minus today's law, per 1,000 synthetic people; dot: difference; thick: simulation "
        "interval; thin: " + ("range over declared assumptions" if varied else "none, assumptions not varied")
    )
    title = f"{results.name}: what {arm} changed"
    return Figure(_effects_svg(title, note, mine), title, _effects_spec(title, note, mine))


def _named(one: Effect) -> str:
    return f"{one.words.strip()}, {one.attribute}: {one.level}" if one.level else one.words.strip()


def _parts(one: Effect) -> Iterator[tuple[str, float, float]]:
    if one.span is not None:
        yield "range", one.span.low, one.span.high
    if one.interval is not None:
        yield "interval", one.interval.low, one.interval.high


def _said(one: Effect) -> str:
    assert one.difference is not None
    ends = ", ".join(f"{what} {two(a, sign=True)} to {two(b, sign=True)}" for what, a, b in _parts(one))
    return two(one.difference, sign=True) + (f" ({ends})" if ends else "")


def _effects_spec(title: str, note: str, mine: Sequence[Effect]) -> dict[str, Any]:
    data = []
    for one in mine:
        assert one.difference is not None
        row: dict[str, Any] = {
            "effect": _named(one),
            "difference": _round(one.difference),
            "said": _said(one),
        }
        for what, low, high in _parts(one):
            row |= {f"{what}_low": _round(low), f"{what}_high": _round(high)}
        data.append(row)
    axis = {"type": "quantitative", "title": None, "axis": {"format": ".2~r"}, "scale": {"zero": True}}

    def rule(what: str, size: int) -> dict[str, Any]:
        return {
            "transform": [{"filter": f"isValid(datum.{what}_low)"}],
            "mark": {"type": "rule", "size": size, "color": _REGIME},
            "encoding": {"x": {"field": f"{what}_low", **axis}, "x2": {"field": f"{what}_high"}},
        }

    tooltip = [{"field": "effect", "type": "nominal"}, {"field": "said", "type": "nominal"}]
    dot = {
        "mark": {"type": "point", "filled": True, "size": 60, "color": _INK},
        "encoding": {"x": {"field": "difference", **axis}, "tooltip": tooltip},
    }
    zero = {"mark": {"type": "rule", "color": _TODAY, "strokeDash": [3, 3]}, "encoding": {"x": {"datum": 0}}}
    described = " ".join(f"{_named(one)}: {_said(one)}." for one in mine)
    header = {"labelAngle": 0, "labelAlign": "left", "labelLimit": 400}
    return _spec(title, note, described, data) | {
        "facet": {"row": {
            "field": "effect", "type": "nominal", "title": None, "sort": [_named(one) for one in mine],
            "header": header,
        }},
        "spec": {"width": 420, "height": 24, "layer": [zero, rule("range", 1), rule("interval", 5), dot]},
        "resolve": {"scale": {"x": "independent"}},
    }  # fmt: skip


def _effects_svg(title: str, note: str, mine: Sequence[Effect]) -> str:
    wide, high, left, right = 1120, 34, 430, 800
    height = 76 + high * max(1, len(mine)) + 16
    described = " ".join(f"{_named(one)}: {_said(one)}." for one in mine)
    out = [
        f'<svg class="chart" role="img" viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title><desc>{escape(described)}</desc>'
        f"<style>{_COLOURS} svg.chart {{ {_FACE} }} {CHART_STYLE}</style>",
        f'<rect width="{wide}" height="{height}" fill="var(--paper)"/>',
        f'<text class="strong" x="20" y="28" style="font-size:18px">{escape(title)}</text>',
        f'<text x="20" y="47">{MARK}</text><text x="20" y="65">{escape(note)}</text>',
    ]
    for n, one in enumerate(mine):
        assert one.difference is not None
        y = 92 + n * high
        ends = [0.0, one.difference, *(end for _, low, high_ in _parts(one) for end in (low, high_))]
        low, top = min(ends), max(ends)
        room = top - low or 1.0

        def x(value: float, low: float = low, room: float = room) -> str:
            return f"{left + (right - left) * (value - low) / room:.1f}"

        out.append(f'<text x="20" y="{y + 5}">{escape(_shortened(_named(one)))}</text>')
        out.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        out.append(f'<line class="axis" x1="{x(0)}" x2="{x(0)}" y1="{y - 9}" y2="{y + 9}"/>')
        for what, a, b in _parts(one):
            width = 1.5 if what == "range" else 5
            out.append(
                f'<line class="s-regime" stroke-width="{width}" x1="{x(a)}" x2="{x(b)}" y1="{y}" y2="{y}"/>'
            )
        out.append(f'<circle cx="{x(one.difference)}" cy="{y}" r="4.5" fill="var(--ink)"/>')
        out.append(
            f'<text class="strong" x="{right + 16}" y="{y + 5}">{two(one.difference, sign=True)}</text>'
        )
    return "".join(out) + "</svg>"


def _shortened(words: str, most: int = 60) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"
