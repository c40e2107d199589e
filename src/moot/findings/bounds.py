"""What can be said of who loses, when only the two arms are known and not how lives in them belong together.

Means and shares of each arm do not depend on how arms share their draws. Statements about pairs do: who is
worse off than the twin, how losses are spread over people. They hold *under shared draws*, the coupling
that the engine uses, and no observation could tell it from another. So each is shown beside its bounds over
all couplings: no way of pairing the lives of one arm with those of the other, one to one, gives less than
`low` or more than `high`, and some way gives each.

Numbers here are costs: more is worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.errors import UserError
from moot.findings.intervals import mean_interval
from moot.findings.samples import Numbers, share, table

__all__ = ["Bounds", "Losses", "losses", "only_in_first", "over_replicates", "share_better", "share_worse"]


@dataclass(frozen=True)
class Bounds:
    """`shared` is what is found under shared draws; `low` to `high` what any coupling of the arms may
    give."""

    low: float
    high: float
    shared: float

    @property
    def settled(self) -> bool:
        """Whether the arms alone settle it: every coupling gives the same."""
        return self.low == self.high


@dataclass(frozen=True)
class Losses:
    """How what people lose under one arm beside another is spread; in the unit of the cost, a person.

    `mean` is the same in every coupling. `lost` is the mean over all people of what the losers lose and
    `gained` that of what the winners gain, so `lost − gained = mean`. `worst` is the mean loss of the
    `tail` of all people who lose most (rounded up to whole people). `above` has, for each threshold asked
    for, the share of people who lose more than that.
    """

    mean: float
    lost: Bounds
    gained: Bounds
    worst: Bounds
    tail: float
    above: tuple[tuple[float, Bounds], ...]
    people: int


def only_in_first(first: ArrayLike, second: ArrayLike) -> Bounds:
    """The share of people who are in a state in the first arm and not in the second.

    `first`, `second`: (people,) bool, person by person. Raises `UserError`.

    With shares P and Q it lies between max(0, P − Q) and min(P, 1 − Q): M. Fréchet (1951), W. Hoeffding
    (1940).
    """
    one, other = _states(first, "first"), _states(second, "second")
    if len(one) != len(other):
        raise UserError(f"expected the same people in both arms, got {len(one)} and {len(other)}")
    n, p, q = len(one), int(one.sum()), int(other.sum())
    return Bounds(max(0, p - q) / n, min(p, n - q) / n, int((one & ~other).sum()) / n)


def share_worse(arm: ArrayLike, beside: ArrayLike, by: float = 0.0) -> Bounds:
    """The share of people whose cost in `arm` is more than `by` above that of the twin in `beside`.

    `arm`, `beside`: (people,), person by person, in one unit; `by` in the same unit. Raises `UserError`.

    G. D. Makarov, Theory Probab. Appl. 26 (1982), for two distributions, here of people counted one by one,
    ties included: at most 1 − sup (P(A ≤ y) − P(B < y − by)), at least sup (P(B ≤ y − by) − P(A ≤ y)), and
    0.
    """
    one, other = _costs(arm, beside)
    return _more(one, other, by)


def share_better(arm: ArrayLike, beside: ArrayLike, by: float = 0.0) -> Bounds:
    """The share of people whose cost in `arm` is more than `by` below that of the twin; as `share_worse`."""
    one, other = _costs(arm, beside)
    return _more(other, one, by)


def losses(
    arm: ArrayLike, beside: ArrayLike, *, tail: float = 0.1, thresholds: Sequence[float] = ()
) -> Losses:
    """How losses are spread over people, under shared draws and at the ends of all couplings.

    `arm`, `beside`: (people,), person by person, in one unit, more is worse; `tail` between 0 and 1;
    `thresholds` in the unit of the costs. Raises `UserError`.

    Sums of what is lost, and of the largest losses, are convex: least where the arms are paired in the same
    order, most in opposite orders. S. Cambanis, G. Simons and W. Stout, Z. Wahrsch. verw. Geb. 36 (1976).
    """
    one, other = _costs(arm, beside)
    share(tail, "tail")
    many = int(np.ceil(tail * len(one) - 1e-9))
    ours, theirs = np.sort(one), np.sort(other)
    ways = (ours - theirs, ours - theirs[::-1], one - other)

    def ends(found: Sequence[float]) -> Bounds:
        return Bounds(*found)

    return Losses(
        mean=float(one.mean() - other.mean()),
        lost=ends([float(np.maximum(way, 0).mean()) for way in ways]),
        gained=ends([float(np.maximum(-way, 0).mean()) for way in ways]),
        worst=ends([float(np.sort(way)[-many:].mean()) for way in ways]),
        tail=float(tail),
        above=tuple((float(by), _more(one, other, by)) for by in thresholds),
        people=len(one),
    )


def over_replicates(found: Sequence[Bounds], level: float = 0.95) -> Bounds:
    """Bounds of several replicates as one, widened for the chance between replicates.

    `found`: the bounds of at least 2 replicates. `low` and `high` hold the whole range of the true bounds
    with at least `level`; `shared` is the mean. Raises `UserError`. The outer ends of the t intervals of
    both ends: J. L. Horowitz and C. F. Manski, J. Am. Stat. Assoc. 95 (2000).
    """
    lows = mean_interval([one.low for one in found], level)
    highs = mean_interval([one.high for one in found], level)
    return Bounds(lows.low, highs.high, float(np.mean([one.shared for one in found])))


def _more(one: Numbers, other: Numbers, by: float) -> Bounds:
    """Bounds of the share with `one` more than `by` above `other`."""
    table([by], "by")
    n = len(one)
    a, b = np.sort(one), np.sort(other + by)
    at = np.unique(np.concatenate([a, b]))
    up_to_a = np.searchsorted(a, at, side="right")
    up_to_b, below_b = np.searchsorted(b, at, side="right"), np.searchsorted(b, at, side="left")
    low = max(0, int((up_to_b - up_to_a).max()))
    high = n - max(0, int((up_to_a - below_b).max()))
    return Bounds(low / n, high / n, int((one > other + by).sum()) / n)


def _costs(arm: ArrayLike, beside: ArrayLike) -> tuple[Numbers, Numbers]:
    one, other = table(arm, "arm"), table(beside, "beside")
    if len(one) != len(other):
        raise UserError(f"expected the same people in both arms, got {len(one)} and {len(other)}")
    return one, other


def _states(given: ArrayLike, what: str) -> NDArray[np.bool_]:
    found = np.asarray(given)
    if found.dtype != np.bool_ or found.ndim != 1 or not len(found):
        raise UserError(f"{what}: expected true or false for each person, got {found.dtype} {found.shape}")
    return found
