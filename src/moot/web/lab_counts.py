"""What a laboratory shows of two arms: curves, regions, tiers, refusals and groups, from what a run counted.

Everything is per 1,000 synthetic people. What happened over time is a mean over seven days, so that a curve
is not its own noise; a region, or a group, of too few people or events says nothing (null).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.catalogue import LANGUAGES, catalogue
from moot.experiment.simulation import Result
from moot.findings.report_groups import LEAST_GROUP
from moot.findings.report_map import LEAST_EVENTS, LEAST_PEOPLE
from moot.findings.rules import Rules
from moot.findings.summary import FEW

__all__ = ["Counted", "Measure", "both", "measures_in", "rounded", "weekly"]

WINDOW = 28
"""Days whose events a map adds up: those up to the day that is shown."""
DIGITS = 4
"""Significant digits of a number that is drawn; those that are read have two."""
Words = dict[str, str]


@dataclass(frozen=True)
class Measure:
    """Something that is drawn: the counts that it adds up, and whether it is a flow or a stock."""

    name: str
    title: Words
    counts: tuple[str, ...]
    flow: bool
    twin: bool = True
    """Whether today's law has it as well."""

    def as_dict(self) -> dict[str, Any]:
        """As the page is told of it."""
        unit = "events" if self.flow else "people"
        return {
            "name": self.name, "title": self.title, "unit": unit, "kind": "flow" if self.flow else "stock",
            "per": "1,000 synthetic people and day, mean over seven days" if self.flow
            else "1,000 synthetic people, at the end of the day",
            "twin": self.twin,
        }  # fmt: skip


def both(part: str, key: str, **values: object) -> Words:
    """A sentence of a catalogue in each language."""
    return {language: catalogue(part, language)(key, **values) for language in LANGUAGES}


def measures_in(rules: Rules, arm: str) -> list[Measure]:
    """What can be drawn of an arm, in the order in which it is offered."""
    return list(_measures(rules, arm))


def _measures(rules: Rules, arm: str) -> Iterator[Measure]:
    every = ("offence", "incivility", "lawful")
    acts = rules.acts_of(*every)

    def told(key: str, **values: object) -> Words:
        return both("laboratory", f"measure.{key}", **values)

    schemes = rules.arms[arm].own_schemes
    if schemes:
        own = [f"act:{act}:{what}" for act in acts for what in ("charged-by-regime", "borne-for-another")]
        yield Measure("charges", told("charges"), tuple(own), True, twin=False)
    for name in ("offence", "lawful"):
        yield Measure(f"{name}s", told(name), tuple(f"act:{a}:acts" for a in rules.acts_of(name)), True)
    yield Measure("fines", told("fines"), tuple(f"act:{act}:charged-today" for act in acts), True)
    for name, scheme in schemes.items():
        if len(scheme.tier_names) > 1:
            lowest = scheme.tier_names[-1]
            stands = (f"tier:{name}-{lowest}:people",)
            yield Measure(f"lowest-{name}", told("lowest", tier=lowest), stands, False, twin=False)
    for name, (scheme, _) in rules.arms[arm].lists.items():
        if scheme.scheme in schemes:
            yield Measure(
                f"list-{name}", told("list", list=name), (f"list:{name}:people",), False, twin=False
            )
    refused = tuple(f"trip:{context}:refused" for context in rules.scenario.country_model.travel)
    if refused:
        yield Measure("refusals", told("refusals"), refused, True)
    decided = rules.scenario.country_model.opportunities
    if decided and schemes:
        counts = tuple(f"decision:{context}:refused-by-score" for context in decided)
        yield Measure("decisions", told("decisions"), counts, True, twin=False)
    if rules.scenario.country_model.work is not None:
        yield Measure("unemployed", told("unemployed"), ("work:unemployed:people",), False)


def rounded(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers as they are sent: `DIGITS` significant digits, null for what is no number."""
    return [float(f"{one:.{DIGITS}g}") if np.isfinite(one) else None for one in values.tolist()]


def weekly(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means over seven days up to each day; of fewer at the beginning."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    days = np.arange(1, len(values) + 1)
    first = np.maximum(days - 7, 0)
    found: NDArray[np.float64] = (sums[days] - sums[first]) / (days - first)
    return found


class Counted:
    """One arm of a run that has ended: its counts by name, its panel lives; without its monthly tables."""

    def __init__(self, result: Result, arm: str) -> None:
        record, of = result.record, result.arms.index(arm)
        compiled = result.compiled
        self.arm, self.people, self.days = arm, result.people, result.days
        self.digest = result.digests[arm]
        self.flows = {name: column for column, name in compiled.columns.flow_names[of].items()}
        self.stocks = {name: column for column, name in compiled.columns.stock_names[of].items()}
        self.sums = tuple(compiled.arms[of].sums)
        # Copies, so that the record of the other arm can go.
        self._region, self._s_region = record.region[of].copy(), record.s_region[of].copy()
        self._level, self._s_level = record.level[of].copy(), record.s_level[of].copy()
        self._score = record.score[of].copy()
        self.regions, self.slots = compiled.regions, compiled.slots
        self.residents = result.residents
        self.by_region = self.residents.people.sum(axis=1) // len({a for a, _ in compiled.slots})
        nothing = np.zeros((0, 0, 0, 0, 0), np.int32)
        self.result = replace(
            result,
            record=replace(
                record, region=record.region[:, :0], level=record.level[:, :0], month=nothing,
                s_region=record.s_region[:, :0], s_level=record.s_level[:, :0], s_month=nothing,
                lives=[rows[rows[:, 2] == of] for rows in record.lives],
            ),
        )  # fmt: skip

    @property
    def bytes(self) -> int:
        """What the counts take."""
        return sum(one.nbytes for one in (self._region, self._s_region, self._level, self._s_level))

    def has(self, names: Sequence[str]) -> bool:
        """Whether the arm counts any of these."""
        return any(name in self.flows or name in self.stocks for name in names)

    def by_day_and_region(self, names: Sequence[str]) -> NDArray[np.int64]:
        """(days, regions) int64: the sum of some counts; what the arm does not count is nothing."""
        return self._sum(names, self._region, self._s_region)

    def by_day_and_level(self, names: Sequence[str]) -> NDArray[np.int64]:
        """(days, slots) int64, a slot for each level of each attribute."""
        return self._sum(names, self._level, self._s_level)

    def _sum(
        self, names: Sequence[str], flow: NDArray[np.int32], stock: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        total = np.zeros(flow.shape[:2], np.int64)
        for table, places in ((flow, self.flows), (stock, self.stocks)):
            columns = [places[name] for name in names if name in places]
            if columns:
                total += table[:, :, columns].sum(axis=2, dtype=np.int64)
        return total

    def series(self, measure: Measure) -> NDArray[np.float64]:
        """(days,) per 1,000 people, as drawn."""
        found = self.by_day_and_region(measure.counts).sum(axis=1) * (1000.0 / self.people)
        return weekly(found) if measure.flow else found

    def total(self, name: str) -> int:
        """A count over the whole run and country; a stock as on the last day."""
        if name == "people":
            return self.people
        if name in self.sums:
            return int(self._score[self.sums.index(name), -1].sum())
        found = self.by_day_and_region([name]).sum(axis=1)
        return int(found.sum() if name in self.flows else found[-1])

    def totals(self) -> dict[str, int]:
        """Every count of the arm over the whole run and country, by name."""
        flows = self._region.sum(axis=(0, 1), dtype=np.int64)
        stocks = self._s_region[-1].sum(axis=0, dtype=np.int64)
        found = {"people": self.people}
        found |= {name: int(flows[column]) for name, column in self.flows.items()}
        found |= {name: int(stocks[column]) for name, column in self.stocks.items()}
        return found | {name: int(self._score[n, -1].sum()) for n, name in enumerate(self.sums)}

    def regions_on(self, measure: Measure, day: int) -> list[float | None]:
        """By region, per 1,000 residents: events of the 28 days up to a day, or people at its end.

        Null where a region has fewer than 1,000 residents or 10 events (hatched on the map).
        """
        if measure.flow:
            counted = self.by_day_and_region_between(measure.counts, max(0, day - WINDOW + 1), day + 1)
        else:
            counted = self.by_day_and_region_between(measure.counts, day, day + 1)
        enough = (self.by_region >= LEAST_PEOPLE) & (counted >= LEAST_EVENTS)
        values = np.where(enough, 1000.0 * counted / np.maximum(self.by_region, 1), np.nan)
        return [float(f"{one:.1e}") if np.isfinite(one) else None for one in values.tolist()]

    def by_day_and_region_between(self, names: Sequence[str], first: int, end: int) -> NDArray[np.int64]:
        """(regions,) int64: counts of some days added up."""
        some = self._sum(names, self._region[first:end], self._s_region[first:end])
        found: NDArray[np.int64] = some.sum(axis=0)
        return found

    def tiers(self, scheme: str, tiers: Sequence[str]) -> list[list[float | None]]:
        """(tiers, days) people in each tier per 1,000 of those who have the score."""
        found = np.array(
            [self.by_day_and_region([f"tier:{scheme}-{tier}:people"]).sum(axis=1) for tier in tiers], float
        )
        whole = np.maximum(found.sum(axis=0), 1.0)
        return [rounded(1000.0 * row / whole) for row in found]

    def group(self, names: Sequence[str], attribute: str, level: str) -> float | None:
        """Per 1,000 people of a group, over the run (a stock: on the last day); null for too few to say."""
        slot = [n for n, one in enumerate(self.slots) if tuple(one) == (attribute, level)]
        if not slot:
            return None
        people = int(self.residents.people[:, slot[0]].sum())
        flow = any(name in self.flows for name in names)
        by_day = self.by_day_and_level(names)[:, slot[0]]
        events = int(by_day.sum() if flow else by_day[-1])
        if people < LEAST_GROUP or 0 < events < FEW:
            return None
        return float(f"{1000 * events / people:.1e}")
