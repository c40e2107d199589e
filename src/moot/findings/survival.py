"""How long until something comes back, where the run ends before it has for everybody.

A person whose score has not recovered when the run ends, or at a horizon, is *censored*: it took at least
that long. Leaving such people out, or counting the end as their recovery, would make every regime look
mild. The estimator of Kaplan and Meier uses them for as long as they were followed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.errors import UserError
from moot.findings.intervals import Interval, exact_share
from moot.findings.samples import Numbers, between, normal_quantile, share, table

__all__ = ["Recovery", "recovery"]

HALF = 0.5
ROUNDING = 1e-12
"""A product of shares that is one half on paper may lie this far above it."""


@dataclass(frozen=True, eq=False)
class Recovery:
    """The share of people who have recovered within so many days, one entry for each day on which some did.

    `days`: (steps,) int64, rising, in days since the start of each person's own clock; `at_risk`: (steps,)
    people followed up to that day and not recovered before; `recovered`: (steps,) people who recovered on
    it; `share`: (steps,) of all people, 0 to 1; `low`, `high`: (steps,) the ends of its interval at
    `level`. `watched`: (people,) int64, rising, for how many days each was followed. `people` in all,
    `censored` of them not seen to recover; `followed` the last day for which the share is known: the longest
    that anybody was followed, or `horizon` where all that were left have recovered.
    """

    days: NDArray[np.int64]
    at_risk: NDArray[np.int64]
    recovered: NDArray[np.int64]
    share: Numbers
    low: Numbers
    high: Numbers
    watched: NDArray[np.int64]
    level: float
    people: int
    censored: int
    followed: int
    horizon: int

    def within(self, day: int) -> Interval:
        """The share recovered within `day` days, 0 to 1, with its interval.

        `day` from 0 to `followed`: nothing is known beyond it. Before the first recovery it is 0, with the
        exact upper end for none of the n people who were followed to that day, 1 − (α/2)^(1/n) (C. J. Clopper
        and E. S. Pearson, Biometrika 26, 1934). Raises `UserError`.
        """
        between(day, "day", 0, self.followed)
        step = int(np.searchsorted(self.days, day, side="right")) - 1
        if step < 0:
            still = len(self.watched) - int(np.searchsorted(self.watched, day, side="left"))
            return exact_share(0, still, self.level)
        low, mean, high = (float(of[step]) for of in (self.low, self.share, self.high))
        return Interval(low, high, mean, self.level, None, "normal")

    @property
    def median(self) -> int | None:
        """The first day by which half of the people have recovered; None where that was not reached."""
        return self._first(self.share)

    @property
    def median_interval(self) -> tuple[int | None, int | None]:
        """The days between which the median lies, at `level`; None for an end that was not reached.

        All days whose share has an interval that holds one half: R. Brookmeyer and J. Crowley, Biometrics 38
        (1982).
        """
        return self._first(self.high), self._first(self.low)

    @property
    def told(self) -> str:
        """The median in words: "half within 40 days", or "half not within 365 days"."""
        if self.median is not None:
            return f"half within {self.median} day{'' if self.median == 1 else 's'}"
        return f"half not within {self.followed} day{'' if self.followed == 1 else 's'}"

    def _first(self, of: Numbers) -> int | None:
        reached = np.flatnonzero(of >= HALF - ROUNDING)
        return int(self.days[reached[0]]) if len(reached) else None


def recovery(days: ArrayLike, seen: ArrayLike, *, horizon: int, level: float = 0.95) -> Recovery:
    """Kaplan–Meier shares of people recovered by day, with intervals after Greenwood.

    `days`: (people,) whole days from the start of a person's clock to the recovery or, where none was seen,
    to the last day on which the person was followed; 0 or more. `seen`: (people,) bool, whether the
    recovery was seen. `horizon`: whole days, at least 1; whoever needed longer is censored there. A
    recovery comes before a censoring of the same day. Raises `UserError`.

    E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53 (1958): S(t) = Π (1 − d/n). Variance after Greenwood
    (1926): S² Σ d ÷ (n(n − d)), taken on log(−log S) so that the ends stay between 0 and 1 (Kalbfleisch and
    Prentice, The Statistical Analysis of Failure Time Data, 1980). The interval takes people as independent,
    which those of one run are not quite: over replicates, take `within` of each run to `mean_interval`.
    """
    until, known = _followed(days, seen, between(horizon, "horizon", 1))
    share(level, "level")
    at = np.unique(until[known])
    rising = np.sort(until)
    at_risk = len(until) - np.searchsorted(rising, at, side="left")
    ended = np.sort(until[known])
    on_day = np.searchsorted(ended, at, side="right") - np.searchsorted(ended, at, side="left")
    stays: Numbers = np.cumprod(1 - on_day / at_risk, dtype=np.float64)
    left = at_risk - on_day
    stays[left == 0] = 0.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        greenwood = np.cumsum(on_day / (at_risk * left))
        log = np.log(stays)
        reach = normal_quantile(level) * np.sqrt(greenwood) / np.abs(log)
        # S^exp(±reach): the larger power is the lower share of people who still wait
        waits_least, waits_most = stays ** np.exp(reach), stays ** np.exp(-reach)
    over = bool(len(at)) and left[-1] == 0
    if over:
        # Everybody has recovered and the formula has no end. The share by the step before bounds it from
        # below; where there is none, all of n did at once, with the exact lower end.
        waits_least[-1] = 0.0
        waits_most[-1] = (
            waits_most[-2] if len(at) > 1 else 1 - exact_share(int(at_risk[-1]), int(at_risk[-1]), level).low
        )
    return Recovery(
        days=at,
        at_risk=at_risk.astype(np.int64),
        recovered=on_day.astype(np.int64),
        share=np.subtract(1.0, stays),
        low=1 - waits_most,
        high=1 - waits_least,
        level=float(level),
        people=len(until),
        censored=int(len(until) - known.sum()),
        watched=rising,
        followed=int(horizon if over else rising[-1]),
        horizon=int(horizon),
    )


def _followed(days: ArrayLike, seen: ArrayLike, horizon: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    given = table(days, "days")
    known = np.asarray(seen)
    if known.dtype != np.bool_ or known.shape != given.shape:
        raise UserError(f"seen: expected {len(given)} of true or false, got {known.dtype} {known.shape}")
    wrong = given[(given < 0) | (given != np.floor(given))]
    if len(wrong):
        raise UserError(f"days: expected whole days from 0 up, got {wrong[0]:g}")
    whole = given.astype(np.int64)
    late = whole > horizon
    return np.where(late, horizon, whole), known & ~late
