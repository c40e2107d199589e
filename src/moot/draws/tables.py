"""Integer tables: every transcendental number that a run may need, made before the first day.

Values are computed in floating point, rounded to 1e-9 so that machines agree, then scaled to integers.
Kernels read these tables and add, multiply and shift; they never call exp or log.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Q16 = 1 << 16
Q30 = 1 << 30
Q32 = 1 << 32
BINS = 4096


def q32(probability: float) -> int:
    """A probability as a threshold on 32-bit uniforms: `u < q32(p)` has probability p, and 1 holds always."""
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"a probability lies between 0 and 1, not {probability!r}")
    return round(round(probability, 12) * Q32)


def q16(value: float) -> int:
    """A factor in units of 1/65536."""
    return round(round(value, 9) * Q16)


def exponential(rate: float, prior: float) -> NDArray[np.int64]:
    """exp(-rate * (p - prior)) for p = 0, 16, 32 ... 65536 in 1/65536; (4098,) int64 in 1/65536.

    Read with linear interpolation over the 16 values between two entries (`society.fear.deterrence`).
    """
    p = np.arange(4098, dtype=np.float64) * 16.0 / Q16
    return np.round(np.round(np.exp(-rate * (p - prior)), 9) * Q16).astype(np.int64)


def halving(half_life_days: float, days: int = 8192) -> NDArray[np.int64]:
    """2 ** (-d / half_life) for d = 0 .. days-1; (days,) int64 in 1/2**30. The last entry is 0."""
    d = np.arange(days, dtype=np.float64)
    table = np.round(np.round(np.exp2(-d / half_life_days), 9) * Q30).astype(np.int64)
    table[-1] = 0
    return table


def step(days_of_effect: int, days: int = 8192) -> NDArray[np.int64]:
    """1 for d <= days_of_effect, then 0; (days,) int64 in 1/2**30."""
    table = np.zeros(days, np.int64)
    table[: days_of_effect + 1] = Q30
    return table


def normal_cdf(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@lru_cache(maxsize=1)
def normal_quantiles() -> NDArray[np.int64]:
    """Standard normal quantiles at (j + 1/2) / 65536; (65536,) int64 in 1/65536."""
    grid = np.linspace(-5.0, 5.0, 20001)
    cdf = np.array([normal_cdf(float(x)) for x in grid])
    at = (np.arange(65536) + 0.5) / 65536
    return np.round(np.round(np.interp(at, cdf, grid), 9) * Q16).astype(np.int64)


@lru_cache(maxsize=1)
def normal_ranks() -> NDArray[np.int64]:
    """The bin (of `BINS`) of a normal value z: index (z + 8) * 1024 with z from -8 to 8; (16384,)."""
    z = (np.arange(16384) + 0.5) / 1024 - 8.0
    cdf = np.array([round(normal_cdf(float(x)), 9) for x in z])
    return np.minimum(BINS - 1, (cdf * BINS).astype(np.int64))


def _gamma_cdf(shape: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The regularised lower incomplete gamma function P(shape, x): series below shape + 1, fraction above."""
    out = np.zeros_like(x)
    log_norm = math.lgamma(shape)
    low = x < shape + 1
    xl = np.maximum(x[low], 1e-300)
    term = np.full_like(xl, 1.0 / shape)
    total = term.copy()
    for n in range(1, 200):
        term = term * xl / (shape + n)
        total += term
    out[low] = total * np.exp(-xl + shape * np.log(xl) - log_norm)
    xh = x[~low]
    tiny = 1e-300
    b = xh + 1.0 - shape
    c = np.full_like(xh, 1.0 / tiny)
    d = 1.0 / b
    h = d.copy()
    for i in range(1, 200):
        a = -i * (i - shape)
        b = b + 2.0
        d = 1.0 / np.where(np.abs(a * d + b) < tiny, tiny, a * d + b)
        c = b + a / c
        c = np.where(np.abs(c) < tiny, tiny, c)
        h = h * d * c
    out[~low] = 1.0 - h * np.exp(-xh + shape * np.log(xh) - log_norm)
    return np.asarray(np.clip(out, 0.0, 1.0))


@lru_cache(maxsize=16)
def gamma_bins(shape: float) -> NDArray[np.int64]:
    """Gamma(shape, mean 1) in `BINS` equally probable bins, each by its conditional mean; int64 in 1/65536.

    The mean over the bins is 1 to rounding; the variance falls short of 1/shape by the variance inside bins
    (under 1 % for shapes from 0.15 up).
    """
    grid = np.concatenate([np.logspace(-60, -2, 4000), np.linspace(0.01, 40.0 + 10.0 * shape, 16000)[1:]])
    at = np.arange(1, BINS) / BINS
    edges = np.concatenate([[0.0], np.interp(at, _gamma_cdf(shape, grid), grid)])
    partial = np.concatenate([_gamma_cdf(shape + 1.0, edges), [1.0]])
    means = np.diff(partial) * BINS
    table = np.round(np.round(means, 9) * Q16).astype(np.int64)
    table[-1] += BINS * Q16 - int(table.sum())  # the rounding goes to the top bin: the mean is 1 exactly
    return table


@lru_cache(maxsize=16)
def beta_bins(a: float, b: float, unit: int, most: int) -> NDArray[np.int64]:
    """Beta(a, b) at the middle of `BINS` equally probable bins, in 1/unit, at most `most`; (BINS,) int64."""
    grid = (np.arange(1 << 16) + 0.5) / (1 << 16)
    density = np.exp((a - 1.0) * np.log(grid) + (b - 1.0) * np.log1p(-grid) - _beta_peak(a, b))
    cdf = np.cumsum(density) / np.sum(density)
    at = (np.arange(BINS) + 0.5) / BINS
    values = np.round(np.interp(at, cdf, grid), 9)
    return np.minimum(most, np.round(values * unit)).astype(np.int64)


def _beta_peak(a: float, b: float) -> float:
    """The logarithm of the density's height, so that a narrow one does not vanish."""
    at = min(1 - 1e-6, max(1e-6, (a - 1.0) / (a + b - 2.0))) if a + b > 2.0 else 0.5
    return (a - 1.0) * math.log(at) + (b - 1.0) * math.log1p(-at)


@lru_cache(maxsize=1)
def logistic() -> NDArray[np.int64]:
    """1 / (1 + exp(-z)) for z = -16, -16 + 1/64 ... 16 + 1/64; (2050,) int64 in 1/65536, to interpolate."""
    z = (np.arange(2050) - 1024) / 64.0
    return np.round(np.round(1.0 / (1.0 + np.exp(-z)), 9) * Q16).astype(np.int64)


def thresholds(shares: list[float]) -> NDArray[np.int64]:
    """Cumulative shares as thresholds on 32-bit uniforms; (len,) int64, the last one is 2**32."""
    total = sum(shares)
    sums = [sum(shares[: j + 1]) for j in range(len(shares))]
    out = np.array([round(round(x / total, 12) * Q32) for x in sums], np.int64)
    out[-1] = Q32
    return out
