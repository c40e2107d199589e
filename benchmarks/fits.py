"""What a few timings say: slopes, two rates, and the median of pairs of which some do not count."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

FULLY = 0.95  # CPU seconds ÷ (wall seconds × threads) from which a run had its cores


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Least-squares slope of ys on xs. Raises ValueError where there are not two different xs."""
    if len(set(xs)) < 2:
        raise ValueError(f"a slope needs two different sizes; found {sorted(set(xs))}")
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    above = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    return above / sum((a - x) ** 2 for a in xs)


def power(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The exponent with which ys grow with xs: the slope of their logarithms."""
    return slope([math.log(x) for x in xs], [math.log(y) for y in ys])


@dataclass(frozen=True)
class Rates:
    """seconds = a · person-days + b · events; `worst` the largest deviation of a run, as a share of it."""

    per_person_day: float
    per_event: float
    worst: float


def rates(person_days: Sequence[float], events: Sequence[float], seconds: Sequence[float]) -> Rates:
    """Seconds a person-day and seconds an event, by least squares of relative deviations.

    Each run is divided by its own time, or the longest alone would decide. Raises ValueError for runs of
    which none differs from another in events a person-day.
    """
    rows = [(n / s, e / s, n / max(e, 1e-300)) for n, e, s in zip(person_days, events, seconds, strict=True)]
    if max(row[2] for row in rows) < 1.01 * min(row[2] for row in rows):
        raise ValueError("all runs have the same events a person-day: the two rates cannot be told apart")
    nn = sum(x * x for x, _, _ in rows)
    ne = sum(x * y for x, y, _ in rows)
    ee = sum(y * y for _, y, _ in rows)
    n, e = sum(x for x, _, _ in rows), sum(y for _, y, _ in rows)
    whole = nn * ee - ne * ne
    a, b = (n * ee - e * ne) / whole, (e * nn - n * ne) / whole
    return Rates(a, b, max(abs(a * x + b * y - 1) for x, y, _ in rows))


@dataclass(frozen=True)
class Run:
    """One of a pair: seconds of the days, CPU ÷ wall during them, and how many threads it was given."""

    seconds: float
    cpu_per_wall: float
    threads: int

    @property
    def counts(self) -> bool:
        """Whether it had its cores for itself."""
        return self.cpu_per_wall >= FULLY * self.threads


def gains(pairs: Sequence[tuple[Run, Run]]) -> tuple[list[float], int]:
    """How much faster the second of each pair was, and how many pairs do not count."""
    kept = [one.seconds / many.seconds for one, many in pairs if one.counts and many.counts]
    return kept, len(pairs) - len(kept)
