"""The figure of a run: its curves by day in one self-contained drawing, for a notebook or a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from moot.errors import UserError
from moot.findings.curves import curves_of
from moot.findings.report_chart import CHART_STYLE

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["Figure", "figure_of"]

_COLOURS = ":root, svg { --paper: #fffdf8; --ink: #1f1c17; --ink-2: #575046; --ink-3: #948a7b; --rule: #e2dbcd; --today: #35576e; --regime: #a6402b; }"  # noqa: E501
_FACE = 'font-family: "Palatino Linotype", Palatino, "URW Palladio L", Georgia, "DejaVu Serif", serif;'


@dataclass(frozen=True)
class Figure:
    """A drawing that needs nothing else: `svg`, shown by notebooks, written by `save`."""

    svg: str
    title: str

    def _repr_html_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> Path:
        """Write the drawing as `.svg`, or as a page in `.html`; returns the path."""
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg + "\n", "utf-8")
        elif path.suffix in (".html", ".htm"):
            page = (
                f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(self.title)}'
                f"</title>{self.svg}</html>"
            )
            path.write_text(page + "\n", "utf-8")
        else:
            raise UserError(f"{path}: expected a name that ends in .svg or .html")
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
    return Figure("".join(out), title)
