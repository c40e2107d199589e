"""What a job tells of traced lives: the metrics of each arm, and each arm beside its twins.

The lives are a random sample, at most one person in a hundred, and nobody is chosen by what they did. No life
is kept: what stays of a job are numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from moot.errors import RunError
from moot.findings.events import Life, events_of
from moot.findings.metrics import metrics
from moot.findings.rules import Rules
from moot.findings.saving import LARGEST_PANEL
from moot.findings.tables import ALL
from moot.findings.twins import twins
from moot.society.arms import date_of
from moot.store.parquet import Columns

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result
    from moot.findings.outcomes import Outcome
    from moot.findings.run import Run

__all__ = ["panel_for", "told_of"]


def panel_for(people: int) -> int:
    """As many lives as may be traced: one person in a hundred, 200 always, 10,000 in all."""
    return min(LARGEST_PANEL, max(200, people // 100), people)


def told_of(result: Result, outcome: Outcome) -> dict[str, Any]:
    """Metrics by id and arm, and twins by arm, as plain values.

    Raises `RunError` for a run in which a probability was clamped.
    """
    lived = cast("Run", _Lived(result, outcome))
    with_regime = [arm for arm in lived.arms if lived.rules.arms[arm].regime is not None]
    return {
        "metrics": {
            name: {arm: [_plain(one.as_dict()) for one in parts] for arm, parts in by_arm.items()}
            for name, by_arm in metrics(lived).items()
        },
        "twins": {arm: asdict(twins(lived, arm)) for arm in with_regime},
    }


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """What stands for nothing is left out; a group is a row."""
    rows = [[g["attribute"], g["level"], g["people"], g["events"], g["value"]] for g in found.pop("groups")]
    kept = {
        key: one
        for key, one in found.items()
        if key == "value" or (one is not None and one is not False and one != "")
    }
    return kept | ({"groups": rows} if rows else {})


class _Lived:
    """A finished run as far as metrics and twins ask it, without the tables of a run folder."""

    def __init__(self, result: Result, outcome: Outcome) -> None:
        self._result, self._outcome = result, outcome
        self.arms, self.people, self.days = result.arms, result.people, result.days

    @property
    def scenario(self) -> Scenario:
        return self._result.scenario

    @cached_property
    def rules(self) -> Rules:
        return Rules(self._result.scenario, self._result.arms)

    def known_arm(self, arm: str) -> str:
        if arm not in self.arms:
            raise RunError(f"there is no arm {arm!r} among {', '.join(self.arms)}")
        return arm

    @cached_property
    def lives(self) -> dict[str, Life]:
        return events_of(self._result)

    def totals(self, arm: str) -> dict[str, int]:
        return dict(self._outcome.totals(arm))

    def sums(self, names: Sequence[str], arm: str, by: Literal["day", "level"]) -> Columns:
        """As `moot.store.runs.StoredRun.sums` has it, by day or by level."""
        if by == "level":
            rows = [
                (attribute, level, row["people"], sum(row.get(name, 0) for name in names))
                for (attribute, level), row in sorted(self._outcome.rows(arm).items())
                if attribute != ALL
            ]
            keys = ("attribute", "level", "people", "value")
            return {key: np.array([row[x] for row in rows], object) for x, key in enumerate(keys)}
        flows, stocks = self._by_day(arm)
        value = sum((flows[name] for name in names if name in flows), np.zeros(self.days, np.int64))
        value = sum((stocks[name] for name in names if name in stocks), value)
        first = self._result.record.first
        at = np.array([date_of(first + day).isoformat() for day in range(self.days)], object)
        return {"at": at, "value": value}

    def _by_day(self, arm: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Each flow and each stock of an arm by its name: (days,) over the country."""
        result, a = self._result, self.arms.index(arm)
        columns = result.compiled.columns
        flows = result.record.region[a].sum(axis=1, dtype=np.int64)
        stocks = result.record.s_region[a].sum(axis=1, dtype=np.int64)
        return (
            {name: flows[:, column] for column, name in columns.flow_names[a].items()},
            {name: stocks[:, column] for column, name in columns.stock_names[a].items()},
        )

    @cached_property
    def _people(self) -> dict[str, Mapping[str, Any]]:
        from moot.findings.saving import panel_in

        return {one["number"]: one for one in panel_in(self._result)}

    def person(self, number: str) -> Mapping[str, Any]:
        return self._people[number]
