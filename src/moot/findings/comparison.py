"""The comparison with published figures, as lines for a terminal and as the page docs/validation.md.

Both open with how many predicted rows are inside, then with what is not tested at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from moot.experiment.published import Class
from moot.experiment.validation import Compared, Comparison
from moot.findings.summary import two_digits

__all__ = ["lines_of", "opening", "page_of"]

CLASSES: dict[Class, tuple[str, str]] = {
    "predicted": (
        "Predicted",
        "Neither the figure nor a transform of it was used. Only these rows say something about the model.",
    ),
    "calibrated": (
        "Calibrated",
        "A parameter was fitted on the figure, so that a row inside says only that the fit was done.",
    ),
    "recovered": (
        "Recovered",
        "The figure is an input, or a function of inputs: a test of the code.",
    ),
}
UNEXPLAINED = "no reason is known yet"
NOTHING = "nothing: no life that was kept has it"


def opening(told: Comparison) -> str:
    """How many predicted rows there are, and how many of them are inside."""
    rows = told.of_class("predicted")
    inside = told.inside_of("predicted")
    figures = "1 figure was" if len(rows) == 1 else f"{len(rows)} figures were"
    lie = "1 of them lies" if inside == 1 else f"{inside} of them lie"
    return f"{figures} predicted; {lie} inside the tolerance that was set before the run."


def lines_of(told: Comparison) -> list[str]:
    """What `moot validate` prints."""
    lines = [opening(told), "", "Not tested at all:"]
    lines += [f"  - {one}" for one in told.published.not_tested]
    for name, (title, words) in CLASSES.items():
        rows = told.of_class(name)
        if not rows:
            continue
        lines += ["", f"{title}. {words}"]
        for one in rows:
            row = one.row
            verdict = "inside" if one.inside else "OUTSIDE"
            lines.append(
                f"  {verdict:<8} {row.id}: {_found(one)} {row.unit}; "
                f"published {_published(row.target)} ± {_published(row.tolerance)} ({row.mark})"
            )
            if not one.inside:
                lines.append(f"           {row.outside or UNEXPLAINED}")
    lines += ["", _conditions(told)]
    return lines


def page_of(told: Comparison) -> str:
    """The page docs/validation.md, in Markdown."""
    lines = ["# Beside published figures", "", f"**{opening(told)}**", ""]
    lines += ["## What is not tested at all", ""]
    lines += [f"- {one}" for one in told.published.not_tested]
    lines += ["", "## How to read the rows", ""]
    lines += [f"- {one}" for one in told.published.cautions]
    lines += [
        "- Marks are those of the published figure: V read in the source named, V-weak in a weak one, V-calc "
        "arithmetic on such figures, K general knowledge, not read again.",
        "- Totals stand here because the published figures are totals. They are of synthetic people: a "
        "mechanism beside a figure, no forecast, and no word on whether a scheme is right.",
        f"- {_conditions(told)}",
    ]
    for name, (title, words) in CLASSES.items():
        rows = told.of_class(name)
        if rows:
            lines += ["", f"## {title}: {_count(rows)}", "", words, "", *_table(rows), "", *_details(rows)]
    lines += [
        "",
        "This page is written by `moot validate --write`; the rows are in `src/moot/data/validation.yaml`.",
    ]
    return "\n".join(lines) + "\n"


def _count(rows: Sequence[Compared]) -> str:
    return f"{sum(one.inside for one in rows)} of {len(rows)} inside"


def _table(rows: Sequence[Compared]) -> Iterator[str]:
    yield "| what | published | obtained | low to high | inside |"
    yield "| --- | --- | --- | --- | --- |"
    for one in rows:
        row = one.row
        spread = "" if one.low is None or one.high is None else f"{two(one.low)} to {two(one.high)}"
        yield (
            f"| {row.what} | {_published(row.target)} ± {_published(row.tolerance)} {row.unit} ({row.mark}) "
            f"| {_found(one)} | {spread} | {'yes' if one.inside else '**no**'} |"
        )


def _details(rows: Sequence[Compared]) -> Iterator[str]:
    for one in rows:
        row = one.row
        said = [f"`{row.id}`: {row.source}.", f"Tolerance: {row.reason}."]
        if row.input is not None:
            said.append(f"Input: {row.input}.")
        if row.fitted:
            said.append(f"Fitted: {', '.join(row.fitted)}.")
        if row.note is not None:
            said.append(f"Note: {row.note}.")
        if not one.inside:
            said.append(f"**Outside**: {row.outside or UNEXPLAINED + '.'}")
        yield "- " + " ".join(said)


def _conditions(told: Comparison) -> str:
    seeds = ", ".join(str(seed) for seed in told.seeds)
    sizes = "; ".join(f"{name} {people:,}" for name, people in told.people.items())
    return f"Synthetic people: {sizes or 'none needed'}. Seeds {seeds}; mechanism, not forecast."


def _found(one: Compared) -> str:
    return NOTHING if one.obtained is None else two(one.obtained)


def two(value: float) -> str:
    """Two significant digits, without an exponent; a plain hyphen below zero."""
    return f"{'-' if value < 0 else ''}{two_digits(value)}"


def _published(value: float) -> str:
    return f"{value:,.10g}"
