"""Effects as tables and drawings: every number with its twin, its range, its interval and its place."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from moot.documents import Figure, Row, Span, Table, Text, link, text
from moot.dossier.wording import Say
from moot.findings.effects import Effect

__all__ = ["Numbered", "effect_figure", "effect_table", "level_table", "place_of", "range_of"]

Numbered = tuple[int, Effect]
"""An effect with its place in the list of ``results.json``, from 0."""
MOST_ROWS = 10
"""Rows of a drawing."""


def place_of(number: int) -> str:
    """The anchor of the line that says how a number is rebuilt."""
    return f"n-{number}"


def range_of(say: Say, one: Effect) -> str:
    """The range over declared assumptions in words."""
    if one.span is None:
        return say.common("not-varied")
    return say.ends(one.span.low, one.span.high)


def interval_of(say: Say, one: Effect) -> str:
    """The simulation interval in words."""
    if one.interval is None:
        return say("no-interval")
    return say.ends(one.interval.low, one.interval.high)


def difference_of(say: Say, one: Effect) -> str:
    """The difference in words, with a star on few events, a † outside its range."""
    if one.too_few or one.difference is None:
        return say("too-few") if one.too_few else say("dash")
    marks = ("*" if one.few else "") + ("†" if one.outside else "")
    return say.two(one.difference, sign=True) + marks


def _cells(say: Say, number: int, one: Effect, *, p: bool) -> list[Text]:
    to = f"#{place_of(number)}"

    def cell(words: str) -> Text:
        return text(link(words, to)) if words else ()

    if one.too_few or one.difference is None:
        return [(), (), (), cell(difference_of(say, one)), (), *([()] if p else [])]  # a wide column
    means = [say("dash") if mean is None else say.two(mean) for mean in (one.arm_mean, one.today_mean)]
    span = say("not-varied-short") if one.span is None else range_of(say, one)
    cells = [*means, difference_of(say, one), span, interval_of(say, one)]
    if p:
        small = f"<{say.two(0.001)}"
        cells.append("" if one.p is None else small if one.p < 0.001 else say.two(one.p))
    return [cell(words) for words in cells]


def _head(say: Say, level: float, *, p: bool) -> tuple[Text, ...]:
    percent = say.two(100 * level)
    titles = [say(f"col-{one}") for one in ("measure", "arm", "twin", "difference", "range")]
    titles += [say("col-interval", level=percent), *([say("col-p")] if p else [])]
    return tuple(map(text, titles))


def effect_table(
    say: Say, effects: Sequence[Numbered], caption: str, level: float, family: int, anchor: str = ""
) -> Table:
    """The effects of an arm over everybody, in groups of lines; `family` comparisons share the Holm p."""
    p = any(one.p is not None for _, one in effects)
    rows: list[Row] = []
    group = ""
    for number, one in effects:
        if one.group != group:
            group = one.group
            how = say("exploratory", group=say.group(group))
            if one.family == "primary" and family:
                how = say("family", group=say.group(group), count=say.count(family))
            elif one.family == "primary":
                how = say.group(group)
            rows.append(Row((text(how),)))
        words = _named(say, one)
        rows.append(Row((words, *_cells(say, number, one, p=p)), inner=one.words.startswith("  ")))
    return _table(say, rows, caption, level, p=p, anchor=anchor)


def level_table(say: Say, effects: Sequence[Numbered], caption: str, level: float) -> Table:
    """The effects of an arm by level of an attribute, measure by measure."""
    rows: list[Row] = []
    measure = ""
    for number, one in effects:
        if one.words != measure:
            measure = one.words
            rows.append(Row((_asked(say, measure),)))
        rows.append(Row((text(say.level(one.level)), *_cells(say, number, one, p=False)), inner=True))
    return _table(say, rows, caption, level, p=False)


def _named(say: Say, one: Effect) -> Text:
    if one.group in ("Declared beforehand", "Asked for"):
        return _asked(say, one.words)
    return text(say.words_of(one).strip())


def _asked(say: Say, measure: str) -> Text:
    """A measure as the file asks for it, with words where there are any."""
    words = say.measure(measure)
    return text(f"{words} " if words else "", Span(measure, "code"))


def _table(say: Say, rows: list[Row], caption: str, level: float, *, p: bool, anchor: str = "") -> Table:
    widths = (3.3, 0.85, 0.85, 1.05, 1.7, 1.7, *((0.9,) if p else ()))
    numbers = frozenset(range(1, len(widths)))
    return Table(_head(say, level, p=p), tuple(rows), text(caption), anchor, widths, numbers)


# Drawings.

WIDTH, LEFT, RIGHT, STEP = 720.0, 330.0, 690.0, 27.0
_SIGNS = 52
"""Letters of a row's name that fit to its left."""


def drawable(effects: Sequence[Numbered]) -> list[Numbered]:
    """The lines of a drawing: the largest differences of one unit (events and people, no points or lists)."""

    def of_one_unit(one: Effect) -> bool:
        asked = one.group in ("Declared beforehand", "Asked for")
        names = one.measures
        return (
            one.difference is not None
            and not one.too_few
            and not one.level
            and (asked or bool(names))
            and not any(name.startswith(("tier:", "list:", "scheme:", "score:")) for name in names)
            and not any("points" in name or "days" in name for name in names)
        )

    known = [(n, one) for n, one in effects if of_one_unit(one) and one.difference]
    largest = sorted(known, key=lambda pair: -abs(pair[1].difference or 0.0))[:MOST_ROWS]
    return sorted(largest)


def effect_figure(
    say: Say, shown: Sequence[Numbered], caption: str, context: str, comparator: str, level: float
) -> Figure:
    """A drawing of some differences: band the range, bar the simulation interval, dot the mean."""
    low = min(min(_lows(one)) for _, one in shown)
    high = max(max(_lows(one)) for _, one in shown)
    low, high = min(low, 0.0), max(high, 0.0)
    wide = (high - low) or 1.0

    def x(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - low) / wide

    height = STEP * len(shown) + 42
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}">']
    bottom = height - 28
    for tick in _ticks(low, high):
        style = "axis" if tick == 0 else "grid"
        out.append(f'<line class="{style}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="4" y2="{bottom:.1f}"/>')
        out.append(
            f'<text x="{x(tick):.1f}" y="{bottom + 18:.1f}" text-anchor="middle">'
            f"{escape(say.two(tick, sign=True))}</text>"
        )
    for n, (_, one) in enumerate(shown):
        y = 8 + STEP * n + STEP / 2
        words = _short(say.words_of(one).strip())
        where = f'x="{LEFT - 12:.0f}" y="{y + 4:.1f}" text-anchor="end"'
        out.append(f'<text class="strong" {where}>{escape(words)}</text>')
        if one.span is not None:
            out.append(_bar("b-range", x(one.span.low), x(one.span.high), y, 14))
        if one.interval is not None:
            out.append(_bar("b-regime", x(one.interval.low), x(one.interval.high), y, 4))
        out.append(f'<circle class="b-regime" cx="{x(one.difference or 0.0):.1f}" cy="{y:.1f}" r="4.2"/>')
    out.append("</svg>")
    first = max(shown, key=lambda pair: abs(pair[1].difference or 0.0))[1]
    alternative = say(
        "figure-alternative",
        count=len(shown),
        arm=first.arm,
        comparator=comparator,
        largest=difference_of(say, first),
        measure=say.words_of(first).strip(),
        up=sum((one.difference or 0.0) > 0 for _, one in shown),
        down=sum((one.difference or 0.0) < 0 for _, one in shown),
    )
    rows = [Row((text(say.words_of(one).strip()), *_cells(say, n, one, p=False))) for n, one in shown]
    data = _table(say, rows, "", level, p=False)
    return Figure("".join(out), alternative, text(caption), data, text(context))


def _lows(one: Effect) -> list[float]:
    ends = [one.difference or 0.0]
    for part in (one.span, one.interval):
        if part is not None:
            ends += [part.low, part.high]
    return ends


def _bar(style: str, left: float, right: float, y: float, thick: float) -> str:
    wide = max(right - left, 1.0)
    return (
        f'<rect class="{style}" x="{left:.1f}" y="{y - thick / 2:.1f}" width="{wide:.1f}" height="{thick}"/>'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Three to seven round values from low to high, zero among them."""
    from moot.findings.report_chart import nice_top

    _, step = nice_top(0.7 * (high - low))  # drawings are wide
    first = -int(-low // step) if low < 0 else 0
    return [n * step for n in range(first, int(high // step) + 1)]


def _short(words: str) -> str:
    return words if len(words) <= _SIGNS else words[: _SIGNS - 1].rstrip(" ,:(") + "…"
