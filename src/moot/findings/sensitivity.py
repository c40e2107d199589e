"""Which assumption moves a result, and which conclusions stand whatever is assumed.

Two steps. *Screening* after Morris moves one number at a time over its whole range, from many starting
points: cheap, and enough to say which of many numbers hardly matter. *Variance shares* after Sobol divide
the variance of a result among at most ten numbers and the seed. Both come in halves, a design of points to
simulate and the reading of what they gave, so that the runs between may be made anywhere and in any order.
All points of a design should share their draws: the seed is then a factor like any other, and its total
share is the noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.errors import UserError
from moot.findings.intervals import Interval, exact_share, holm, mean_interval
from moot.findings.ranges import Range, checked, placed, positions
from moot.findings.samples import Numbers, between, generator, share, table

__all__ = [
    "Conclusion",
    "Elementary",
    "Flip",
    "Held",
    "MorrisDesign",
    "SobolDesign",
    "VarianceShare",
    "flips",
    "morris",
    "morris_design",
    "sobol",
    "sobol_design",
]

LEVELS = 4
STEP = LEVELS / (2 * (LEVELS - 1))
"""Morris' grid: 0, 1/3, 2/3, 1 of each range, and steps of 2/3, so that every level is as likely."""
MOST = 10
FEWEST = 10
"""Draws on either side of a conclusion below which nothing is said of what divides them."""


# --- screening ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class MorrisDesign:
    """`points`: (trajectories · (k + 1), k) in the units of `ranges`, trajectory by trajectory.

    `moved`: (trajectories, k) int, which range each step of a trajectory moves; `signs`: (trajectories, k),
    +1 upwards and −1 downwards.
    """

    ranges: tuple[Range, ...]
    points: Numbers
    moved: NDArray[np.int64]
    signs: NDArray[np.int64]


@dataclass(frozen=True)
class Elementary:
    """What moving one number over its whole range does, in the unit of the measure.

    `size` is the mean size of the elementary effects (μ*): how much it matters; `mean` their mean with its
    sign (μ): which way; `spread` their standard deviation (σ): how much that depends on the other numbers.
    A label, such as the seed, has no way: its effects are differences between two of them.
    """

    name: str
    size: Interval
    mean: Interval
    spread: float


def morris_design(ranges: Sequence[Range], trajectories: int = 20, *, seed: int) -> MorrisDesign:
    """Points to simulate: from each of `trajectories` (2 up) starts, one number moved after another.

    M. D. Morris, "Factorial sampling plans for preliminary computational experiments", Technometrics 33
    (1991), with 4 levels. Raises `UserError`.
    """
    ranges = checked(ranges)
    between(trajectories, "trajectories", 2)
    draw, k = generator(seed, "trajectories of Morris"), len(ranges)
    unit = np.empty((trajectories, k + 1, k))
    moved = np.empty((trajectories, k), np.int64)
    signs = draw.choice(np.array([-1, 1]), (trajectories, k))
    low = draw.integers(0, LEVELS // 2, (trajectories, k)) / (LEVELS - 1)
    for t in range(trajectories):
        start = np.where(signs[t] > 0, low[t], low[t] + STEP)
        end = np.where(signs[t] > 0, low[t] + STEP, low[t])
        for j, one in enumerate(ranges):
            if one.scale == "label":  # any two of them, since none is nearer to another
                two = draw.choice(one.labels, 2, replace=False)
                start[j], end[j] = (two + 0.5) / one.labels
        unit[t, 0] = start
        moved[t] = draw.permutation(k)
        for n, j in enumerate(moved[t]):
            unit[t, n + 1] = unit[t, n]
            unit[t, n + 1, j] = end[j]
    points = placed(np.clip(unit.reshape(-1, k), 0, 1), ranges)
    return MorrisDesign(ranges, points, moved, signs)


def morris(design: MorrisDesign, outcomes: ArrayLike, level: float = 0.95) -> tuple[Elementary, ...]:
    """The elementary effects of each range, in the order of the ranges.

    `outcomes`: (trajectories · (k + 1),), what `design.points` gave, in the unit of the measure. Intervals
    are over trajectories. Raises `UserError`. F. Campolongo, J. Cariboni and A. Saltelli, Environ. Model.
    Softw. 22 (2007), for μ*.
    """
    trajectories, k = design.moved.shape
    given = table(outcomes, "outcomes")
    if len(given) != len(design.points):
        raise UserError(f"outcomes: expected {len(design.points)}, one for each point, got {len(given)}")
    steps = np.diff(given.reshape(trajectories, k + 1), axis=1)
    effects = np.empty((trajectories, k))
    np.put_along_axis(effects, design.moved, steps, axis=1)
    for j, one in enumerate(design.ranges):
        if one.scale != "label":
            effects[:, j] *= design.signs[:, j] / STEP
    return tuple(
        Elementary(
            one.name,
            mean_interval(np.abs(effects[:, j]), level),
            mean_interval(effects[:, j], level),
            float(effects[:, j].std(ddof=1)),
        )
        for j, one in enumerate(design.ranges)
    )


# --- shares of variance -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SobolDesign:
    """`points`: ((k + 2) · n, k) in the units of `ranges`: n of A, n of B, then for each range A with B's
    column."""

    ranges: tuple[Range, ...]
    points: Numbers
    n: int


@dataclass(frozen=True)
class VarianceShare:
    """The share of the variance of a result that one number brings, 0 to 1.

    `first` alone, whatever the others are; `total` with all in which it takes part. Estimates may fall a
    little below 0 where the share is small; they are not cut off. The total share of the seed is the noise.
    """

    name: str
    first: Interval
    total: Interval


def sobol_design(ranges: Sequence[Range], n: int = 512, *, seed: int) -> SobolDesign:
    """Points to simulate for shares of variance: n · (k + 2) of them.

    `ranges`: at most 10 and the seed; `n`: a power of two, 16 or more. The plan of A. Saltelli et al.,
    Comput. Phys. Commun. 181 (2010), on a scrambled Sobol sequence. Raises `UserError`.
    """
    from scipy.stats import qmc

    ranges = checked(ranges, MOST)
    between(n, "n", 16)
    if n & (n - 1):
        raise UserError(f"n: expected a power of two, got {n}")
    k = len(ranges)
    drawn = qmc.Sobol(2 * k, rng=generator(seed, "points of Sobol")).random(n)
    a, b = drawn[:, :k], drawn[:, k:]
    crossed = np.repeat(a[None], k, axis=0)
    for j in range(k):
        crossed[j, :, j] = b[:, j]
    unit = np.concatenate([a, b, crossed.reshape(-1, k)])
    return SobolDesign(ranges, placed(unit, ranges), n)


def sobol(
    design: SobolDesign, outcomes: ArrayLike, level: float = 0.95, *, draws: int = 500, seed: int
) -> tuple[VarianceShare, ...]:
    """First and total shares of each range, with intervals by resampling rows of the design.

    `outcomes`: (points,), what `design.points` gave; `draws` from 100 up. Raises `UserError`, also where no
    outcome differs from another. First: Saltelli et al. (2010), table 2 b; total: M. J. W. Jansen, Comput.
    Phys. Commun. 117 (1999). Intervals are percentiles; they treat rows as independent, which on a Sobol
    sequence errs to the wide side.
    """
    given = table(outcomes, "outcomes")
    if len(given) != len(design.points):
        raise UserError(f"outcomes: expected {len(design.points)}, one for each point, got {len(given)}")
    share(level, "level")
    between(draws, "draws", 100)
    n, k = design.n, len(design.ranges)
    rows = given.reshape(k + 2, n) - given[: 2 * n].mean()
    if np.all(rows == rows[0, 0]):
        raise UserError("outcomes: all are equal, so that there is no variance to divide")
    first, total = _shares(rows)
    draw = generator(seed, "rows of Sobol")
    drawn = np.array([_shares(rows[:, draw.integers(0, n, n)]) for _ in range(draws)])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)

    def interval(which: int, j: int, middle: float) -> Interval:
        return Interval(float(low[which, j]), float(high[which, j]), middle, float(level), None, "resampled")

    return tuple(
        VarianceShare(one.name, interval(0, j, float(first[j])), interval(1, j, float(total[j])))
        for j, one in enumerate(design.ranges)
    )


def _shares(rows: Numbers) -> tuple[Numbers, Numbers]:
    """First and total, (k,) each, of rows (2 + k, n): A, B and A with each column of B."""
    a, b, crossed = rows[0], rows[1], rows[2:]
    variance = float(rows[:2].var())
    if variance == 0:
        return np.zeros(len(crossed)), np.zeros(len(crossed))
    first: Numbers = np.mean(b * (crossed - a), axis=1) / variance
    total: Numbers = np.mean((a - crossed) ** 2, axis=1) / (2 * variance)
    return first, total


# --- conclusions --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conclusion:
    """A sentence that is declared before it is looked at: `measure` goes up (or down) by more than `margin`.

    `sign` is +1 for up and −1 for down; `margin` is 0 or more, in `unit`. Raises `UserError`.
    """

    measure: str
    sign: Literal[1, -1]
    margin: float = 0.0
    unit: str = ""

    def __post_init__(self) -> None:
        if self.sign not in (1, -1):
            raise UserError(f"{self.measure}: expected a sign of 1 or -1, got {self.sign!r}")
        if not (np.isfinite(self.margin) and self.margin >= 0):
            raise UserError(f"{self.measure}: expected a margin of 0 or more, got {self.margin!r}")

    @property
    def sentence(self) -> str:
        """The conclusion in words."""
        way = "up" if self.sign > 0 else "down"
        by = f" by more than {self.margin:g}{' ' if self.unit else ''}{self.unit}" if self.margin else ""
        return f"{self.measure} goes {way}{by}"

    def holds(self, differences: ArrayLike) -> NDArray[np.bool_]:
        """Whether it holds for each difference: (draws,) to (draws,); exactly the margin is not enough."""
        found: NDArray[np.bool_] = self.sign * table(differences, self.measure) > self.margin
        return found

    def holds_in(self, differences: ArrayLike, level: float = 0.95) -> Held:
        """In which share of draws over the declared ranges it holds.

        `differences`: (draws,) in the unit of the measure, one for each point drawn. Raises `UserError`.
        """
        found = self.holds(differences)
        return Held(self, int(found.sum()), len(found), exact_share(int(found.sum()), len(found), level))


@dataclass(frozen=True)
class Held:
    """A conclusion held in `held` of `draws` draws; `share` with its exact interval."""

    conclusion: Conclusion
    held: int
    draws: int
    share: Interval

    @property
    def fails(self) -> float:
        """The share of draws in which it does not hold, 0 to 1."""
        return (self.draws - self.held) / self.draws


@dataclass(frozen=True)
class Flip:
    """One number that decides: on one side of `at` (in its own unit) a conclusion fails more often.

    `side` is that side; `fails_there` and `fails_elsewhere` are shares of draws, 0 to 1; `p` the chance of
    such a division where the number decides nothing, corrected for how many numbers were looked at.
    """

    name: str
    side: Literal["above", "below"]
    at: float
    fails_there: float
    fails_elsewhere: float
    p: float


def flips(
    conclusion: Conclusion, ranges: Sequence[Range], points: ArrayLike, differences: ArrayLike
) -> tuple[Flip, ...]:
    """What would flip a conclusion: the numbers that lie elsewhere where it fails, the most telling first.

    `points`: (draws, ranges) in the units of the ranges, `differences`: (draws,), both over the declared
    ranges and drawn independently of each other (the A and B rows of a Sobol design will do). Only numbers
    with p ≤ 5 % are given, and none where fewer than 10 draws hold or fewer than 10 fail. A label has no
    side and is left out. Raises `UserError`.

    R. C. Hornberger and R. C. Spear, J. Environ. Manage. 12 (1981): the two-sample test of Kolmogorov and
    Smirnov between draws that hold and draws that fail; the threshold is where they are furthest apart.
    """
    from scipy.stats import ks_2samp

    ranges = checked(ranges)
    given = table(points, "points", dims=2)
    held = conclusion.holds(differences)
    if len(held) != len(given):
        raise UserError(f"differences: expected {len(given)}, one for each point, got {len(held)}")
    where = positions(given, ranges)
    if min(held.sum(), (~held).sum()) < FEWEST:
        return ()
    tested = [j for j, one in enumerate(ranges) if one.scale != "label"]
    results = [ks_2samp(where[held, j], where[~held, j]) for j in tested]
    corrected = holm([result.pvalue for result in results])
    order = sorted(range(len(tested)), key=lambda n: -float(results[n].statistic))
    found = []
    for n in order:
        if corrected[n] > 0.05:
            continue
        j, at = tested[n], float(results[n].statistic_location)
        above = where[:, j] > at
        # The sign tells which of the two lies lower: +1 where those that hold do.
        side: Literal["above", "below"] = "above" if results[n].statistic_sign > 0 else "below"
        there = above if side == "above" else ~above
        threshold = float(given[np.flatnonzero(where[:, j] == at)[0], j])
        found.append(
            Flip(
                ranges[j].name,
                side,
                threshold,
                float((~held)[there].mean()),
                float((~held)[~there].mean()),
                float(corrected[n]),
            )
        )
    return tuple(found)
