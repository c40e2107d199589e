"""Colours of pages and drawings, for light, dark and print.

Drawings name classes and no colours, so that one drawing serves a dark screen and a printed page. Classes are
``grid``, ``axis``, ``line`` (with ``s-regime``, ``s-today``, ``s-ink``, dashed with ``said``), ``b-regime``,
``b-today``, ``b-range`` (areas and bars), and for words ``t-regime``, ``t-today``, ``few`` and ``strong``.
"""

from __future__ import annotations

import re

__all__ = ["DARK", "LIGHT", "drawing_style", "with_style"]

LIGHT = {
    "paper": "#fdfbf6",
    "ink": "#1f1c17",
    "ink-2": "#575046",
    "ink-3": "#746b5d",
    "rule": "#ddd5c6",
    "today": "#35576e",
    "regime": "#a6402b",
    "warning": "#a3161a",
    "range": "#ead9c2",
    "mark": "#f5eddf",
    "band": "#1f1c17",
    "band-ink": "#fdfbf6",
}
DARK = {
    "paper": "#191713",
    "ink": "#ece5d8",
    "ink-2": "#bdb4a4",
    "ink-3": "#9d9383",
    "rule": "#353127",
    "today": "#8fb4cc",
    "regime": "#e08a70",
    "warning": "#f5968a",
    "range": "#4a4032",
    "mark": "#26231c",
    "band": "#ece5d8",
    "band-ink": "#191713",
}

_STYLE = """
text { font-family: FONT; font-size: 13px; fill: var(--ink-2); }
.grid { stroke: var(--rule); stroke-width: 1; }
.axis { stroke: var(--ink-3); stroke-width: 1; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.s-today { stroke: var(--today); }
.s-regime { stroke: var(--regime); }
.s-ink { stroke: var(--ink-2); }
.said { stroke-dasharray: 5 4; }
.b-today { fill: var(--today); }
.b-regime { fill: var(--regime); }
.b-range { fill: var(--range); }
text.t-today { fill: var(--today); }
text.t-regime { fill: var(--regime); }
text.few { font-style: italic; fill: var(--ink-3); }
text.strong { fill: var(--ink); }
"""


def drawing_style(font: str, *, prefix: str = "", colours: dict[str, str] | None = None) -> str:
    """The rules of drawings; with `colours`, the colours themselves in the place of variables."""
    style = _STYLE.replace("FONT", font)
    if colours is not None:
        style = re.sub(r"var\(--([\w-]+)\)", lambda found: colours[found[1]], style)
    return "\n".join(prefix + line for line in style.strip().splitlines())


def with_style(svg: str, style: str) -> str:
    """A drawing that carries its own rules."""
    end = svg.index(">") + 1
    return f"{svg[:end]}<style>{style}</style>{svg[end:]}"
