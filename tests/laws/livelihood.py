"""A plain country in which jobs are found and lost: one age like another, the shares in work stationary."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.society.livelihood import STATUS
from moot.society.state import WORK
from tests.laws import worlds as w

# Monthly, from the quarterly flows of Insee 2019 (figure 4501605), cube root of the matrix.
MATRIX = np.array([[0.9854, 0.0072, 0.0074], [0.0937, 0.8127, 0.0936], [0.0148, 0.0222, 0.9630]])


def stationary(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shares that the matrix leaves as they are."""
    values, vectors = np.linalg.eig(matrix.T)
    vector = np.real(vectors[:, np.argmax(np.real(values))])
    return np.asarray(vector / vector.sum(), float)


AT_WORK = round(float(stationary(MATRIX)[0]), 6)


def work(**changes: Any) -> dict[str, Any]:
    """The section `work`: no strain, income covered in full for two years."""
    return {
        "transitions": {
            "employed": MATRIX[0].tolist(),
            "unemployed": MATRIX[1].tolist(),
            "inactive": MATRIX[2].tolist(),
        },
        "replacement": {"covered": 0.57, "covered_months": 24, "after": 0.25, "enough": 0.55},
        "strain": {"offence": 0, "lawful": 0},
    } | changes


def country(acts: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A country with one rare act, where the same share of every age is in work."""
    given = acts or {"jaywalking": {"base": 0.01, "per": "person"}}
    attributes = {"employed": {"by_age": [AT_WORK] * 9}} | changes.pop("attributes", {})
    return w.country(given, **({"work": work(), "attributes": attributes} | changes))


def tiered(**changes: Any) -> dict[str, Any]:
    """A scheme with one tier for everybody, that counts an act which nobody sees."""
    return w.scheme({"jaywalking": {"points": 1}}, **changes)


class Statuses:
    """Keeps everybody's status at the end of each day that begins a month: (months, people, arms)."""

    def __init__(self) -> None:
        self.days: list[int] = []
        self.kept: list[NDArray[np.int64]] = []
        self.society: Any = None

    def __call__(self, society: Any, day: int) -> None:
        self.society = society
        if society.world["month_begins"]:
            self.days.append(day)
            self.kept.append((society.books["warm"][:, :, WORK] & STATUS).astype(np.int64))

    @property
    def all(self) -> NDArray[np.int64]:
        return np.stack(self.kept)
