"""What came out of a calibration, as it is read, and as the file of ranges that an experiment draws from."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from moot.experiment.fitted import Fitted, position_of
from moot.findings.summary import WIDTH, two
from moot.store.exports import Exported, Table
from moot.store.parquet import Columns

__all__ = ["Calibrated", "identity_lines", "text_of"]

NO_TEST = (
    "What was fitted on is no test of the model: a figure that comes out near says only that the fit was "
    "done. Ranges say what these figures leave open under this model, and nothing about a real person."
)
STOPPED = {
    "rounds": "as many rounds as were asked for",
    "near enough": "all that is kept is near enough",
    "budget": "the budget of runs",
}
TENTH = math.log(1.1)
LEAST_CHANGE = 1e-3
NARROWED = 0.9
"""A fitted range that has more than this share of the declared one tells next to nothing."""


class Calibrated(Exported):
    """The fitted ranges of a calibration, in memory or in a folder (`folder` is None in memory).

    `lines()` is what is read, `as_dict()` plain values, `file` the file of ranges as plain values.
    """

    def __init__(self, content: Mapping[str, Any], folder: Path | None = None) -> None:
        self._content, self.folder = dict(content), folder

    @property
    def name(self) -> str:
        """The calibration's name."""
        return str(self._content["calibration"]["name"])

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The fitted range of each number, by its name."""
        return {one["name"]: (one["low"], one["high"]) for one in self._content["numbers"]}

    @property
    def file(self) -> dict[str, Any]:
        """The content of the file of fitted ranges."""
        return dict(self._content["fitted"])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, numbers as they are."""
        return {key: one for key, one in self._content.items() if key != "format"}

    def _exported(self) -> Table:
        """One row per set of numbers that was kept, with its weight."""
        names = [one["name"] for one in self._content["numbers"]]
        points = np.array(self._content["posterior"]["points"], float).reshape(-1, len(names))
        columns: Columns = {"synthetic": np.ones(len(points), bool)}
        columns |= {name: points[:, j].copy() for j, name in enumerate(names)}
        columns["weight"] = np.array(self._content["posterior"]["weights"], float)
        units = dict.fromkeys(names, "as the country's file declares it") | {"weight": "share, sum 1"}
        return Table(columns, ("synthetic",), units, dict(self._content["labels"]) | {"says": NO_TEST})

    def lines(self) -> list[str]:
        """What is told, as lines of text."""
        told = self._content
        of = told["scenario"]
        lines = [
            told["calibration"]["title"],
            *told["says"],
            NO_TEST,
            f"{of['country']}: {of['people']:,} synthetic people × {of['days']} days from {of['start']}, "
            "under today's law alone.",
        ]
        lines = [x for line in lines for x in textwrap.wrap(line, WIDTH, subsequent_indent="  ")]
        lines += ["", *identity_lines(told["identifiability"], [one["id"] for one in told["figures"]])]
        ending = [x for line in self._ending() for x in textwrap.wrap(line, WIDTH, subsequent_indent="  ")]
        return [*lines, "", *self._numbers(), "", *self._figures(), "", *ending]

    def _numbers(self) -> Iterator[str]:
        width = max(len(one["name"]) for one in self._content["numbers"]) + 2
        percent = f"{100 * self._content['level']:g} % of the weight"
        head = f"{'declared (range)':>24}{'fitted: ' + percent:>28}{'middle':>9}"
        yield f"{'number':<{width}}{head}"
        for one in self._content["numbers"]:
            ends = f"({one['declared'][0]:.3g} to {one['declared'][1]:.3g})"
            fit = f"{one['low']:.3g} to {one['high']:.3g}"
            said = f"{one['declared_value']:.3g} {ends}"
            yield f"{one['name']:<{width}}{said:>24}{fit:>28}{one['middle']:>9.3g}"
        for one in self._content["numbers"]:
            low, high = one["declared"]
            part = position_of(one["high"], (low, high)) - position_of(one["low"], (low, high))
            if part > NARROWED:
                yield f"{one['name']}: the figures leave {two(100 * part)} % of its declared range open."
            if not one["low"] <= one["declared_value"] <= one["high"]:
                yield f"{one['name']}: its declared value is not within the fitted range."

    def _figures(self) -> Iterator[str]:
        yield "Figures that were fitted on, and the middle (and ends) of what the kept numbers give:"
        for one in self._content["figures"]:
            low, middle, high = one["obtained"]
            told = f"{two(middle)} ({two(low)} to {two(high)})"
            yield (
                f"  {one['id']}: published {one['value']:,.6g} ± {one['tolerance']:,.6g} {one['unit']} "
                f"({one['mark']}); obtained {told}"
            )
            yield from textwrap.wrap(
                f"{one['what']}: {one['source']}", WIDTH, initial_indent="    ", subsequent_indent="    "
            )

    def _ending(self) -> Iterator[str]:
        of = self._content["rounds"]
        last = of["tolerances"][-1]
        yield (
            f"{of['simulations']:,} runs in {len(of['tolerances'])} rounds; ended by "
            f"{STOPPED[of['stopped']]}. All that is kept lies within {two(last)} tolerances of the "
            "figures taken together."
        )
        if last > of["near_enough"]:
            yield (
                f"That is more than the {two(of['near_enough'])} asked for: the ranges are wider than these "
                "figures would leave them, or no numbers within the declared ranges meet all of them."
            )
        check = self._content["check"]
        if check is None:
            yield "The method was not tried on figures of its own making here (`check` of the file)."
            return
        yield (
            f"Tried on {check['replicates']} sets of figures of its own making, of which "
            f"{check['near_enough']} came near enough: were the ranges right, true values would lie as "
            "unevenly as they did with a chance of:"
        )
        for one, p in zip(self._content["numbers"], check["p"], strict=True):
            uneven = ": too uneven, do not rely on this range" if p <= 0.05 else ""
            yield f"  {one['name']}: {two(p)}{uneven}"

    def html(self) -> str:
        """The same as HTML."""
        return f"<pre>{escape(chr(10).join(self.lines()))}</pre>"

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(repr(self))}</code></p>{self.html()}"

    def __repr__(self) -> str:
        where = f" in {self.folder}" if self.folder else ""
        of = self._content
        return (
            f"<Calibrated {self.name}: {len(of['numbers'])} numbers on {len(of['figures'])} figures, "
            f"{of['rounds']['simulations']} runs of synthetic people{where}>"
        )


def identity_lines(found: Mapping[str, Any], figures: list[str]) -> list[str]:
    """What the figures say of the numbers near their declared values, and which cannot be told apart."""
    names = found["names"]
    lines = ["Change of each figure, in its tolerances, where a number grows by a tenth:"]
    width = max(map(len, figures)) + 2
    for n, name in enumerate(names, 1):
        lines.append(f"  ({n}) {name}")
    lines.append(f"  {'':<{width}}" + "".join(f"{f'({n})':>9}" for n in range(1, len(names) + 1)))
    for figure, row in zip(figures, found["jacobian"], strict=True):
        lines.append(f"  {figure:<{width}}" + "".join(f"{_change(one):>9}" for one in row))
    index = found["collinearity"]
    said = "without end" if index is None or not math.isfinite(index) else two(index)
    lines.append(f"Collinearity index {said} (1: each on its own; above 10: one makes up for another).")
    return [*lines, *(f"  {one}." for one in found["reasons"])]


def _change(slope: float) -> str:
    """A change by a tenth, in tolerances; what is below a thousandth is none."""
    return "0" if abs(slope * TENTH) < LEAST_CHANGE else two(slope * TENTH, sign=True)


def text_of(fitted: Fitted) -> str:
    """The file of fitted ranges: a number a line, and what it was fitted on."""
    content = fitted.resolved()
    lines = [
        "# Written by moot calibrate, and sealed: these ranges belong to the figures below and to a country.",
        "# In an experiment: draws: {count: …, over: [country], ranges: this file}",
        "# Synthetic people; mechanism, not forecast. What was fitted on is no test of the model.",
    ]
    for key, value in content.items():
        if key == "on":
            lines += ["on:", *(f"  - {_flow(one)}" for one in value)]
        elif key == "ranges":
            lines += ["ranges:", *(f"  {name}: {_flow(one)}" for name, one in value.items())]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _flow(content: Mapping[str, Any]) -> str:
    return (
        "{" + ", ".join(f"{key}: {json.dumps(one, ensure_ascii=False)}" for key, one in content.items()) + "}"
    )
