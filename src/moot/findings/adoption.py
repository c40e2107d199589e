"""The map of take-up as a drawing and as a page: counts of draws by support, credibility and law."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from moot.errors import UserError
from moot.experiment.adoption import ASSUMED, Cell, Map
from moot.findings.report_chart import CHART_STYLE

__all__ = ["LEFT_OUT", "map_page", "map_svg", "write_map"]

BAND = "MODEL · AN INVENTED SCHEME · A MAP OF ASSUMPTIONS"
SHADES = 5
LEFT_OUT = (
    "Sectors are words: they have no size, no interests and no order, and none ever gives a score up again.",
    "Support moves by one assumed path and never falls; protest, courts and elections are not there.",
    "A law forbids or it does not; breach of it and its change are not modelled.",
    "Nothing known about any country enters; what has or has not happened since the first day is not used.",
)
MAP_STYLE = """svg.chart .cell { stroke: var(--sheet); stroke-width: 2; } svg.chart text.count { font-size:
17px; fill: var(--ink); } svg.chart text.on-dark { fill: var(--sheet); } svg.chart text.range { font-size:
11.5px; } svg.chart text.law { font-size: 14px; fill: var(--ink); }
svg.chart text.range.in { fill: var(--ink); } svg.chart text.range.on-dark { fill: var(--sheet); }
svg.chart text.axis-name { font-style: italic; }
"""
_COLOURS = (
    "svg.chart { --paper: #fffdf8; --sheet: #fffdf8; --ink: #1f1c17; --ink-2: #575046; --ink-3: #948a7b; "
    "--rule: #e2dbcd; --today: #35576e; --regime: #a6402b; "
    'font-family: "Palatino Linotype", Palatino, "URW Palladio L", Georgia, "DejaVu Serif", serif; }'
    ".shade-0 { fill: #f1e3d3; } .shade-1 { fill: #e2bd9f; } .shade-2 { fill: #d0926f; } "
    ".shade-3 { fill: #b66146; } .shade-4 { fill: #8c3320; }"
)
WIDE, HIGH, LEFT, GAP = 92, 54, 128, 46


def shade(one: Cell, draws: int) -> int:
    """The shade of a cell: fifths of the draws."""
    return min(SHADES - 1, SHADES * one.met // draws)


def map_svg(found: Map, *, alone: bool = True) -> str:
    """The map as SVG; `alone` with colours and a title of its own."""
    plan = found.plan
    columns, rows = len(plan.support), len(plan.credibility)
    panel = 34 + rows * HIGH
    top = 74 if alone else 8
    width = LEFT + columns * WIDE + 20
    height = top + len(plan.laws) * (panel + GAP) + (16 if alone else -10)
    description = " ".join(
        f"{plan.words_of(one.law)}, support {one.support:g}, credibility {one.credibility:g}: {one.met} of "
        f"{found.draws} draws, {one.spread[0]} to {one.spread[1]}."
        for one in found.cells
    )
    size = f'width="{width}" height="{height}" ' if alone else ""
    out = [
        f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" {size}'
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(plan.title)}</title>'
        f"<desc>{escape(description)}</desc>"
    ]
    if alone:
        out.append(f"<style>{_COLOURS} {CHART_STYLE} {MAP_STYLE}</style>")
        out.append(f'<rect width="{width}" height="{height}" fill="#fffdf8"/>')
        out.append(
            f'<text x="20" y="28" class="strong" style="font-size:18px">{escape(plan.title)}</text>'
            f'<text x="20" y="48">MODEL · AN INVENTED SCHEME · mechanism, not forecast</text>'
            f'<text x="20" y="64" class="range">Draws of {found.draws} in which “{plan.condition.sector}” '
            f"has taken it up before {plan.condition.by}; smaller: fewest to most</text>"
        )
    for number, law in enumerate(plan.laws):
        out += _panel(found, law, top + number * (panel + GAP))
    if alone:
        note = "h0 is known from nowhere, all numbers are assumed: see the page for what is left out"
        out.append(f'<text class="range" x="20" y="{height - 12}">{note}</text>')
    return "".join([*out, "</svg>"])


def _panel(found: Map, law: str, y0: int) -> Iterator[str]:
    plan = found.plan
    words = plan.words_of(law) + ("" if plan.legal(law).any() else " (0 by the form of h, not found out)")
    yield f'<text class="law" x="{LEFT}" y="{y0 + 14}">{escape(words)}</text>'
    body = y0 + 26
    for r, credibility in enumerate(reversed(plan.credibility)):
        y = body + r * HIGH
        yield f'<text x="{LEFT - 10}" y="{y + HIGH / 2 + 4:.0f}" text-anchor="end">{credibility:g}</text>'
        for c, one in enumerate(found.row(law, credibility)):
            x, tone = LEFT + c * WIDE, shade(one, found.draws)
            dark = " on-dark" if tone >= 3 else ""
            low, high = one.spread
            middle = x + WIDE / 2
            yield f'<rect class="cell shade-{tone}" x="{x}" y="{y}" width="{WIDE}" height="{HIGH}"/>'
            yield (
                f'<text class="count{dark}" x="{middle:.0f}" y="{y + 25}" text-anchor="middle">{one.met}'
                "</text>"
                f'<text class="range in{dark}" x="{middle:.0f}" y="{y + 43}" text-anchor="middle">'
                f"{low} to {high}</text>"
            )
    below = body + len(plan.credibility) * HIGH + 17
    for c, support in enumerate(plan.support):
        yield f'<text x="{LEFT + (c + 0.5) * WIDE:.0f}" y="{below}" text-anchor="middle">{support:g}</text>'
    yield f'<text class="axis-name" x="{LEFT - 10}" y="{below}" text-anchor="end">support</text>'
    yield f'<text class="axis-name" x="{LEFT - 10}" y="{body - 8}" text-anchor="end">credibility</text>'


def map_page(found: Map) -> str:
    """The map as a page in one file."""
    plan = found.plan
    style = (Path(__file__).parent / "report.css").read_text("utf-8")
    said = "".join(f"<p>{escape(line)}</p>" for line in found.says)
    summary = f"<p>{escape(' '.join(plan.summary.split()))}</p>" if plan.summary else ""
    body = (
        f'<header><h1>{escape(plan.title)}</h1><p class="sub">{found.draws} draws of the declared ranges, '
        f'from {plan.start} to {plan.condition.by}, seed {found.seed}</p><div class="limits">{said}</div>'
        f"</header>{summary}<figure>{map_svg(found, alone=False)}<figcaption>Large: draws of {found.draws} "
        "in which the condition was met. Small: the fewest and the most, with one assumed number after the "
        "other at an end of its range. The draws are the same in all cells. More or less colour is more or "
        "fewer draws, nothing else.</figcaption></figure>"
        f"{_assumptions(found)}{_laws(found)}{_left_out(found)}"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(plan.title)} · a map of assumptions</title>\n"
        f"<style>\n{style}{CHART_STYLE}{MAP_STYLE}"
        f'</style>\n</head>\n<body>\n<div class="band" role="note">{BAND}</div>\n<main>\n{body}\n</main>\n'
        "</body>\n</html>\n"
    )


def _assumptions(found: Map) -> str:
    rows = []
    for name in ASSUMED:
        number = getattr(found.plan.take_up, name)
        ends = f"{number.range[0]:g} to {number.range[1]:g}" if number.range else "not drawn"
        moves = [
            abs(one.at_ends[name][1] - one.at_ends[name][0]) for one in found.cells if name in one.at_ends
        ]
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td>{number.value:g}</td><td>{ends}</td>'
            f"<td>{number.mark or ''}</td><td>{max(moves, default=0)}</td></tr>"
        )
    head = "".join(
        f'<th scope="col">{word}</th>'
        for word in ("number", "value", "drawn from", "known how", f"moves a cell by up to, of {found.draws}")
    )
    return (
        "<section><h2>What is assumed</h2><p>h = base · exp(support slope · (S − 0.5) + spread slope · n ÷ "
        "J) · legal, a month and a sector that is not yet in; S(m) = 1 − (1 − S(0)) · (1 − ω · "
        'persuasion)<sup>m</sup>.</p><div class="wide"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _laws(found: Map) -> str:
    items = []
    for name, law in found.plan.laws.items():
        said = f"forbidden from {law.forbidden_from} on" if law.forbidden_from else "never forbidden"
        source = f" ({law.source}; mark {law.mark})" if law.source else ""
        items.append(f"<li>{escape(f'{found.plan.words_of(name)}: {said}{source}')}</li>")
    frozen = (
        "While it is forbidden nobody takes it up, by the form of h: a count of 0 under a ban is put in, not "
        "found out. Who was in before stays in."
    )
    return f"<section><h2>The law</h2><ul>{''.join(items)}</ul><p>{frozen}</p></section>"


def _left_out(found: Map) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in LEFT_OUT)
    command = f"moot adoption {found.plan.adoption} --draws {found.draws} --seed {found.seed}"
    return (
        f"<section><h2>What the model leaves out</h2><ul>{items}</ul></section>"
        f"<footer><p><code>{escape(command)}</code></p><p>declaration {found.plan.content_hash[:16]}</p>"
        "</footer>"
    )


def write_map(found: Map, path: Path) -> Path:
    """Write the map as `.svg`, or as a page in `.html`."""
    try:
        path.write_text((map_svg(found) + "\n") if path.suffix == ".svg" else map_page(found), "utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    return path
