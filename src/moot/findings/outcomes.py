"""What is kept of one job of an experiment: small sums in the place of a run folder.

For each arm, over the whole country: every measure over the run, every measure by month, and every measure
over the run by level of each attribute. Flows are summed, stocks stand as on the last day (of the month); no
life is kept, and nothing by region.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moot.findings.tables import ALL, CERTAINTY, PEOPLE, people_by
from moot.society.arms import date_of
from moot.store.parquet import Columns

if TYPE_CHECKING:
    from moot.experiment.simulation import Result

__all__ = ["KEYS", "RUN", "Outcome", "outcome_of"]

RUN, MONTH = "run", "month"
KEYS = ("arm", "period", "at", "attribute", "level")
"""The columns that say what a row is about; every other one is `people` or a measure."""


@dataclass(frozen=True)
class Outcome:
    """The sums of a job by arm, as columns, and the digest of each arm.

    `traced`: what is told of traced lives (`moot.findings.tracing`), None where none were.
    """

    digests: Mapping[str, str]
    parts: Mapping[str, Columns]
    traced: Mapping[str, Any] | None = None

    def totals(self, arm: str) -> dict[str, int]:
        """Every measure of an arm over the whole run and country."""
        return self._rows[arm][ALL, ALL]

    def levels(self, arm: str, attribute: str) -> dict[str, dict[str, int]]:
        """Every measure of an arm over the run by level of an attribute, `people` among them."""
        return {level: row for (of, level), row in self._rows[arm].items() if of == attribute}

    def rows(self, arm: str) -> dict[tuple[str, str], dict[str, int]]:
        """Every measure of an arm over the run by (attribute, level), those of everybody among them."""
        return self._rows[arm]

    @property
    def brief(self) -> Outcome:
        """The sums of the whole run and country alone."""

        def of(columns: Columns) -> Columns:
            mine = (columns["period"] == RUN) & (columns["attribute"] == ALL)
            return {name: one[mine] for name, one in columns.items()}

        return Outcome(self.digests, {arm: of(columns) for arm, columns in self.parts.items()}, self.traced)

    @cached_property
    def _rows(self) -> dict[str, dict[tuple[str, str], dict[str, int]]]:
        """Arm -> (attribute, level) -> measure -> sum over the run."""
        found: dict[str, dict[tuple[str, str], dict[str, int]]] = {}
        for arm, columns in self.parts.items():
            measures = {name: one.tolist() for name, one in columns.items() if name not in KEYS}
            keys = zip(*(columns[key].tolist() for key in ("period", "attribute", "level")), strict=True)
            found[arm] = {
                (attribute, level): {name: values[x] for name, values in measures.items()}
                for x, (period, attribute, level) in enumerate(keys)
                if period == RUN
            }
        return found


def outcome_of(result: Result) -> Outcome:
    """What is kept of a finished run in memory."""
    parts = {arm: _columns(list(_rows_of(result, a, arm))) for a, arm in enumerate(result.arms)}
    return Outcome(dict(result.digests), parts)


def _columns(rows: list[dict[str, Any]]) -> Columns:
    out: Columns = {key: np.array([row[key] for row in rows], object) for key in KEYS}
    names = dict.fromkeys(name for row in rows for name in row if name not in KEYS)
    return out | {name: np.array([row.get(name, 0) for row in rows], np.int64) for name in names}


def _rows_of(result: Result, a: int, arm: str) -> Iterator[dict[str, Any]]:
    """The rows of an arm: the run, its months, the levels of attributes."""
    record, compiled = result.record, result.compiled
    flows, stocks = compiled.columns.flow_names[a], compiled.columns.stock_names[a]
    schemes, minds = compiled.arms[a].sums, record.minds
    by_day = record.region[a].sum(axis=1, dtype=np.int64)  # (days, flows)
    standing = record.s_region[a].sum(axis=1, dtype=np.int64)  # (days, stocks)
    scores = record.score[a].sum(axis=2)  # (schemes, days)
    months = record.month_of
    first_slot = compiled.slots[0][0]
    once = np.array([attribute == first_slot for attribute, _ in compiled.slots])

    thought = minds.names if minds is not None else ()

    def row(
        period: str,
        at: str,
        of: tuple[str, str],
        people: int,
        counts: tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]],
        mind: NDArray[Any] | None,
    ) -> dict[str, Any]:
        """`counts` are flows, stocks, scores by scheme, and perceived certainty."""
        flow, stock, score, fear = counts
        return {
            "arm": arm,
            "period": period,
            "at": at,
            "attribute": of[0],
            "level": of[1],
            PEOPLE: people,
            **{name: int(flow[column]) for column, name in sorted(flows.items())},
            **{name: int(stock[column]) for column, name in sorted(stocks.items())},
            **{name: int(score[s]) for s, name in enumerate(schemes)},
            **{name: int(fear[c]) for c, name in enumerate(CERTAINTY)},
            **{name: int(mind[c]) for c, name in enumerate(thought) if mind is not None},
        }

    def at_end(month: int) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Certainty and opinion of everybody at the end of a month: one attribute has everybody once."""
        mind = minds.region[a, month].sum(axis=0) if minds is not None else None
        return record.fear[a, month, once].sum(axis=0), mind

    end, last, everybody = date_of(record.first + record.days - 1), int(months[-1]), result.people
    fear, mind = at_end(last)
    counts = (by_day.sum(axis=0), standing[-1], scores[:, -1], fear)
    yield row(RUN, end.isoformat(), (ALL, ALL), everybody, counts, mind)
    for month in range(last + 1):
        mine = np.flatnonzero(months == month)
        fear, mind = at_end(month)
        counts = (by_day[mine].sum(axis=0), standing[mine[-1]], scores[:, mine[-1]], fear)
        at = date_of(record.first + int(mine[0])).isoformat()[:7]
        yield row(MONTH, at, (ALL, ALL), everybody, counts, mind)
    here = people_by(result).sum(axis=0)
    for k, (attribute, level) in enumerate(compiled.slots):
        counts = (
            record.level[a, :, k].sum(axis=0, dtype=np.int64),
            record.s_level[a, -1, k],
            record.level_score[a, :, last, k],
            record.fear[a, last, k],
        )
        mind = minds.level[a, last, k] if minds is not None else None
        yield row(RUN, end.isoformat(), (attribute, level), int(here[k]), counts, mind)
