"""Two arms that were lived through apart, as one run that lives and explanations can be told of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np

from moot.experiment.scenario import Scenario
from moot.findings.events import Life, events_of
from moot.findings.run import Run
from moot.findings.saving import manifest_of
from moot.society.engine import run_digest
from moot.store.parquet import Columns, Tables
from moot.web.lab_counts import Counted

__all__ = ["Beside"]


class Beside(Run):
    """A run of two arms whose counts are those of two runs of one arm; both share people, ties and draws.

    What it tells is what a run of both arms would tell: arms do not touch each other. It has no tables.
    """

    def __init__(self, scenario: Scenario, counted: Mapping[str, Counted]) -> None:
        self._counted = dict(counted)
        parts = [manifest_of(one.result) for one in self._counted.values()]
        content: dict[str, Any] = dict(parts[-1])
        for key in ("digests", "measures"):
            content[key] = {arm: part[key][arm] for arm, part in zip(self._counted, parts, strict=True)}
        content["arms"] = list(self._counted)
        content["digest"] = run_digest(content["digests"])
        content["stocks"] = list(dict.fromkeys(name for part in parts for name in part["stocks"]))
        super().__init__(content, Tables())
        self.__dict__["scenario"] = scenario

    @cached_property
    def lives(self) -> Mapping[str, Life]:
        """The panel lives by number, with the events of each arm."""
        found = {arm: events_of(one.result) for arm, one in self._counted.items()}
        numbers = next(iter(found.values()))
        return {
            number: Life(number, {arm: lives[number].arms[arm] for arm, lives in found.items()})
            for number in numbers
        }

    def totals(self, arm: str) -> dict[str, int]:
        """Every measure of an arm over the whole run and country."""
        known = self._counted[self.known_arm(arm)]
        return {name: count for name, count in known.totals().items() if name in self.names_in(arm)}

    def sums(self, names: Any, arm: str, by: Literal["day", "month", "region", "level"]) -> Columns:
        """The sum of some measures of an arm by day or by region (see `StoredRun.sums`)."""
        known = self._counted[self.known_arm(arm)]
        counted = known.by_day_and_region(list(names))
        if by == "day":
            days = np.datetime64(self.scenario.start.isoformat()) + np.arange(known.days)
            return {"at": days.astype(str).astype(object), "value": counted.sum(axis=1)}
        if by != "region":
            raise NotImplementedError(f"by {by}: of a laboratory, counts are asked for by day or region")
        flow = any(name in known.flows for name in names)
        return {
            "region": np.array([code for code, _ in known.regions], object),
            "people": known.by_region,
            "value": counted.sum(axis=0) if flow else counted[-1],
        }
