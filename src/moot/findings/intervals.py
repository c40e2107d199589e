"""Intervals of what replicates say: how far chance alone moves a number.

One replicate is one number: a total, a mean or a share of a whole run, or the difference between two arms of
one run. People within a run influence each other, so they are never counted as independent; runs of different
seeds are. An interval covers the chance of the simulation and nothing else: not the assumptions, not the
model. What each function is for, and how often it covers: `docs/concepts/uncertainty.md`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.errors import UserError
from moot.findings.samples import Numbers, between, generator, share, table

__all__ = [
    "Interval",
    "bca_interval",
    "exact_share",
    "holm",
    "log_ratio_interval",
    "mean_interval",
    "paired_p_value",
    "pairing_gain",
    "t_quantile",
]

Kind = Literal["t", "log-ratio", "bca", "resampled", "normal", "exact"]
FEWEST_TO_RESAMPLE = 50
"""Replicates below which resampling is refused: with few, BCa covers too seldom and nothing shows it."""
LARGEST_LOG = 700.0
"""A logarithm whose exponential is still a float."""


@dataclass(frozen=True)
class Interval:
    """`low` to `high` around `mean`, in the unit of the numbers given.

    `level` is the share of such intervals that hold the true value when the method's conditions are met;
    `df` the degrees of freedom (None where the method has none); `kind` the method: "t" on a mean of
    replicates, "log-ratio" on a ratio of two means, "bca" and "resampled" by resampling (bias-corrected,
    and plain percentiles), "normal" on an estimate with a standard error, "exact" by the binomial
    distribution. `mean` is the estimate, also where it is a ratio, a quantile or another statistic.
    """

    low: float
    high: float
    mean: float
    level: float
    df: int | None
    kind: Kind

    @property
    def width(self) -> float:
        """From end to end, in the unit of the numbers."""
        return self.high - self.low

    @property
    def flat(self) -> bool:
        """Whether all replicates agreed: nothing was seen to vary, which is no proof that nothing can."""
        return self.low == self.high

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside, ends included."""
        return bool(self.low <= value <= self.high)


def mean_interval(differences: ArrayLike, level: float = 0.95) -> Interval:
    """The interval of a mean over replicates: mean ± t(R − 1) · s / √R.

    `differences`: (replicates,), one number a replicate, of any unit; for two arms that share their draws,
    the difference within each replicate. At least 2, all finite; `level` between 0 and 1. Raises
    `UserError`.

    Student, "The probable error of a mean", Biometrika 6 (1908). Exact for normal numbers, close for sums
    over many people; too narrow where a few replicates carry most of the mean.
    """
    given = table(differences, "differences", least=2)
    mean, error = _mean_and_error(given)
    reach = t_quantile(share(level, "level"), len(given) - 1) * error
    return Interval(mean - reach, mean + reach, mean, float(level), len(given) - 1, "t")


def log_ratio_interval(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval:
    """The interval of mean(a) ÷ mean(b): two arms, replicate by replicate, as a ratio without a unit.

    `a`, `b`: (replicates,), at least 2, finite, none negative, in one unit; number r of both is of one
    replicate. Single zeros are allowed, a mean of zero is not. `level` between 0 and 1. Raises `UserError`.

    The t interval of the logarithm by linearisation: the error is that of the mean of a/ā − b/b̄, R − 1
    degrees of freedom; so `low · high = ratio²`. It takes in the correlation of the arms. W. G. Cochran,
    Sampling Techniques (3rd ed. 1977), ch. 6, for the linearised ratio.
    """
    first, second = _pair(a, b)
    for numbers, what in ((first, "a"), (second, "b")):
        if numbers.min() < 0:
            raise UserError(f"{what}: expected no negative number for a ratio, got {numbers.min():g}")
        if numbers.max() == 0:
            raise UserError(
                f"{what}: every number is 0, so that there is no ratio; show the difference instead"
            )
    ratio = float(first.mean() / second.mean())
    _, error = _mean_and_error(first / first.mean() - second / second.mean())
    steps = t_quantile(share(level, "level"), len(first) - 1) * error
    reach = math.exp(steps) if steps < LARGEST_LOG else math.inf  # the interval is then 0 to infinity
    return Interval(ratio / reach, ratio * reach, ratio, float(level), len(first) - 1, "log-ratio")


def bca_interval(
    values: ArrayLike,
    statistic: Callable[[Numbers], float],
    level: float = 0.95,
    draws: int = 2_000,
    seed: int = 1,
) -> Interval:
    """The interval of any statistic, by resampling replicates: bias-corrected and accelerated.

    `values`: (replicates,) or (replicates, columns), finite, at least 50 replicates; `statistic` takes an
    array of the same number of axes and gives one number, in its own unit; `draws` from 200 up. The same
    seed gives the same interval. Raises `UserError`, also where every resample gives the same number.

    B. Efron, "Better bootstrap confidence intervals", J. Am. Stat. Assoc. 82 (1987), as in
    `scipy.stats.bootstrap`.
    """
    from scipy.stats import DegenerateDataWarning, bootstrap

    given = table(values, "values", dims=2 if np.ndim(values) == 2 else 1)
    if len(given) < FEWEST_TO_RESAMPLE:
        raise UserError(
            f"values: expected at least {FEWEST_TO_RESAMPLE} replicates to resample, got {len(given)}; "
            f"`mean_interval` does with fewer"
        )
    share(level, "level")
    between(draws, "draws", 200)

    def told(index: NDArray[np.int64]) -> float:
        found = float(statistic(given[index]))
        if not math.isfinite(found):
            raise UserError(f"statistic: expected a finite number of every resample, got {found}")
        return found

    with warnings.catch_warnings():
        warnings.simplefilter("error", DegenerateDataWarning)
        warnings.filterwarnings("ignore", "invalid value|divide by zero", RuntimeWarning)
        try:
            found = bootstrap(
                (np.arange(len(given)),),
                told,
                n_resamples=draws,
                vectorized=False,
                confidence_level=level,
                method="BCa",
                rng=generator(seed, "resampling"),
            ).confidence_interval
        except DegenerateDataWarning:
            raise UserError(
                "values: the statistic is the same in every resample, so that resampling says nothing"
            ) from None
    middle = told(np.arange(len(given)))
    return Interval(float(found.low), float(found.high), middle, float(level), None, "bca")


def exact_share(events: int, cases: int, level: float = 0.95) -> Interval:
    """The interval of a share, 0 to 1, from `events` among `cases` that are independent of each other.

    `cases` at least 1, `events` 0 to `cases`; raises `UserError`. Exact, so never too narrow: C. J. Clopper
    and E. S. Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934).
    """
    from scipy.special import betaincinv

    between(cases, "cases", 1)
    between(events, "events", 0, cases)
    tail = (1 - share(level, "level")) / 2
    low = float(betaincinv(events, cases - events + 1, tail)) if events else 0.0
    high = float(betaincinv(events + 1, cases - events, 1 - tail)) if events < cases else 1.0
    return Interval(low, high, events / cases, float(level), None, "exact")


def paired_p_value(differences: ArrayLike) -> float:
    """How often chance alone gives a mean at least as far from 0, if the true mean is 0: two-sided t.

    `differences`: (replicates,) as for `mean_interval`. Where all are equal and not 0 there is no t; the p of
    the exact test by signs stands in, 2^(1 − R): that many replicates cannot say more. All 0 gives 1. Raises
    `UserError`.
    """
    given = table(differences, "differences", least=2)
    mean, error = _mean_and_error(given)
    if error == 0:
        return 1.0 if mean == 0 else 2.0 ** (1 - len(given))
    from scipy.special import stdtr

    return float(2 * stdtr(len(given) - 1, -abs(mean) / error))


def holm(p_values: ArrayLike) -> Numbers:
    """p-values of one family, corrected for their number, in the order given: (tests,) to (tests,).

    Below α after correction: the share of families with any false finding stays at or below α, whatever the
    tests have in common. The smallest is multiplied by m, the next by m − 1 …, none falls below one before it
    and none exceeds 1. S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6
    (1979). Raises `UserError` for a number outside 0 to 1.
    """
    given = table(p_values, "p_values", least=0)
    if len(given) and (given.min() < 0 or given.max() > 1):
        wrong = given[(given < 0) | (given > 1)][0]
        raise UserError(f"p_values: expected numbers from 0 to 1, got {wrong:g}")
    order = np.argsort(given, kind="stable")
    rising = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1))
    corrected = np.empty_like(given)
    corrected[order] = np.minimum(rising, 1)
    return corrected


def pairing_gain(a: ArrayLike, b: ArrayLike) -> float | None:
    """How many times as many replicates two arms without shared draws need for an interval as narrow.

    (var a + var b) ÷ var(a − b), over replicates: 1 where sharing draws gives nothing, below 1 where it does
    harm. `a`, `b`: (replicates,), at least 2, in one unit. None where the difference never varies: no
    number is large enough. Raises `UserError`.
    """
    first, second = _pair(a, b)
    _, apart = _mean_and_error(first - second)
    if apart == 0:
        return None
    alone = _mean_and_error(first)[1] ** 2 + _mean_and_error(second)[1] ** 2
    return alone / apart**2


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[Numbers, Numbers]:
    first, second = table(a, "a", least=2), table(b, "b", least=2)
    if len(first) != len(second):
        raise UserError(f"a and b: expected as many replicates in both, got {len(first)} and {len(second)}")
    return first, second


def _mean_and_error(given: Numbers) -> tuple[float, float]:
    """The mean and its standard error; exactly 0 where all numbers are equal, whatever rounding says."""
    if np.all(given == given[0]):
        return float(given[0]), 0.0
    return float(given.mean()), float(given.std(ddof=1)) / math.sqrt(len(given))


def t_quantile(level: float, df: int) -> float:
    """The two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2))
