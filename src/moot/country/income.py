"""Yearly income by decile: a lognormal body up to the ninth decile, then a Pareto tail that meets the Gini.

The median of each decile, in the country's unit of money: enough to say who could pay a price.
"""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache
from statistics import NormalDist

from moot.country.schema import Income

__all__ = ["by_decile", "gini_of", "tail_of"]

_NORMAL = NormalDist()
_BODY = 0.9  # share of people below the tail
_CELLS = 2_000  # of the integral under the Lorenz curve
_LOW, _HIGH = 1.02, 50.0  # exponents of the tail that are tried


def by_decile(income: Income, when: date) -> list[int]:
    """Yearly income at the middle of each decile, rounded to one; 10 whole numbers, rising."""
    tail = tail_of(income, when)
    return [round(_quantile(income, tail, (d + 0.5) / 10, when)) for d in range(10)]


@lru_cache(maxsize=64)
def tail_of(income: Income, when: date) -> float:
    """The exponent α of the Pareto tail above D9 for which the Gini index is the declared one.

    Where no α between 1.02 and 50 meets it, the nearest end.
    """
    wanted = float(income.gini.at(when))
    body = _body_of(income, when)
    low, high = _LOW, _HIGH
    for _ in range(60):
        middle = math.sqrt(low * high)
        if _gini(income, body, middle, when) > wanted:
            low = middle  # a larger α is a thinner tail
        else:
            high = middle
    return math.sqrt(low * high)


def gini_of(income: Income, tail: float, when: date) -> float:
    """The Gini index of the body and a tail of exponent `tail` above 1."""
    return _gini(income, _body_of(income, when), tail, when)


def _body_of(income: Income, when: date) -> list[float]:
    """What each of many equal parts of the body has; the tail has no bearing on it."""
    values = [_quantile(income, _HIGH, _BODY * (n + 0.5) / _CELLS, when) for n in range(_CELLS)]
    return [value * _BODY / _CELLS for value in values]


def _gini(income: Income, body: list[float], tail: float, when: date) -> float:
    edge = _quantile(income, tail, _BODY, when)
    top = (1.0 - _BODY) * edge * tail / (tail - 1.0)
    whole = math.fsum(body) + top
    below = under = 0.0
    for part in body:
        under += (below + part / 2.0) * _BODY / _CELLS
        below += part
    # the tail's own Lorenz curve is 1 − (1 − p)^(1 − 1/α), its integral 1 − α/(2α − 1)
    under += (1.0 - _BODY) * (below + top * (1.0 - tail / (2.0 * tail - 1.0)))
    return 1.0 - 2.0 * under / whole


def _quantile(income: Income, tail: float, p: float, when: date) -> float:
    body = float(income.body_sigma.at(when))
    median = income.deciles.median
    if p <= _BODY:
        return median * math.exp(body * _NORMAL.inv_cdf(p))
    edge = median * math.exp(body * _NORMAL.inv_cdf(_BODY))
    return edge * float(((1.0 - _BODY) / (1.0 - p)) ** (1.0 / tail))
