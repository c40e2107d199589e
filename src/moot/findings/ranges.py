"""The ranges in which assumed numbers may lie, and the way from the unit interval into them and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from moot.errors import UserError
from moot.findings.samples import Numbers, between, table

__all__ = ["Range", "checked", "placed", "positions", "seeds"]

ROUNDING = 1e-9
"""How far beyond an end a number may lie by rounding, as a share of the larger end."""


@dataclass(frozen=True)
class Range:
    """A number that may lie anywhere from `low` to `high`, in its own unit.

    `scale` says what "anywhere" means: "even" for a uniform number, "log" for a factor (uniform logarithm,
    both ends above 0), "label" for whole numbers that only name something, such as seeds: each as likely,
    and with no distance between them. Raises `UserError` where the ends do not fit.
    """

    name: str
    low: float
    high: float
    scale: Literal["even", "log", "label"] = "even"

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise UserError(f"{self.name}: expected a range [low, high], got [{self.low}, {self.high}]")
        if self.scale == "log" and self.low <= 0:
            raise UserError(f"{self.name}: a range of factors begins above 0, got {self.low:g}")
        if self.scale == "label" and (self.low != int(self.low) or self.high != int(self.high)):
            raise UserError(f"{self.name}: expected whole numbers, got [{self.low:g}, {self.high:g}]")
        if self.scale not in ("even", "log", "label"):
            raise UserError(f"{self.name}: expected a scale even, log or label, got {self.scale!r}")

    @property
    def labels(self) -> int:
        """How many whole numbers it has; for the scale "label"."""
        return int(self.high) - int(self.low) + 1


def seeds(first: int, many: int) -> Range:
    """The seed as one more factor: `many` seeds (2 or more) from `first` up. Raises `UserError`."""
    between(first, "first", 0)
    between(many, "many", 2)
    return Range("seed", first, first + many - 1, "label")


def checked(ranges: Sequence[Range], most: int | None = None) -> tuple[Range, ...]:
    """The ranges, of which there is at least one, each with a name of its own. Raises `UserError`.

    `most` is the largest number of them that are not labels.
    """
    found = tuple(ranges)
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not found or twice:
        raise UserError(f"ranges: expected each name once, got {', '.join(names) or 'none'}")
    counted = sum(one.scale != "label" for one in found)
    if most is not None and counted > most:
        raise UserError(f"ranges: expected at most {most} beside the seed, got {counted}; screen them first")
    return found


def placed(unit: ArrayLike, ranges: Sequence[Range]) -> Numbers:
    """Points of the unit cube in the units of the ranges: (points, ranges) to (points, ranges)."""
    given = table(unit, "unit", dims=2, least=0)
    if given.shape[1] != len(ranges):
        raise UserError(f"unit: expected {len(ranges)} columns, got {given.shape[1]}")
    if given.size and (given.min() < 0 or given.max() > 1):
        raise UserError(f"unit: expected numbers from 0 to 1, got {given.min():g} to {given.max():g}")
    found = np.empty_like(given)
    for column, one in enumerate(ranges):
        u = given[:, column]
        if one.scale == "even":
            found[:, column] = one.low + u * (one.high - one.low)
        elif one.scale == "log":
            found[:, column] = one.low * (one.high / one.low) ** u
        else:
            found[:, column] = one.low + np.minimum(np.floor(u * one.labels), one.labels - 1)
    return found


def positions(points: ArrayLike, ranges: Sequence[Range]) -> Numbers:
    """The way back: where in its range each number lies, 0 to 1; a label in the middle of its share."""
    given = table(points, "points", dims=2, least=0)
    if given.shape[1] != len(ranges):
        raise UserError(f"points: expected {len(ranges)} columns, got {given.shape[1]}")
    found = np.empty_like(given)
    for column, one in enumerate(ranges):
        x = given[:, column]
        room = ROUNDING * max(abs(one.low), abs(one.high))
        if len(x) and (x.min() < one.low - room or x.max() > one.high + room):
            raise UserError(
                f"points: {one.name} lies from {x.min():g} to {x.max():g}, outside its range "
                f"[{one.low:g}, {one.high:g}]"
            )
        if one.scale == "even":
            found[:, column] = (x - one.low) / (one.high - one.low)
        elif one.scale == "log":
            found[:, column] = np.log(np.maximum(x, one.low) / one.low) / np.log(one.high / one.low)
        else:
            found[:, column] = (x - one.low + 0.5) / one.labels
    return np.clip(found, 0.0, 1.0)
