"""What an arm changed, over replicates and over draws of assumptions.

Of each measure: the difference to the comparator within each replicate, and its mean. Around the mean, the
*simulation interval* says how far chance alone moves it. Over the draws, the *range over declared
assumptions* says how far the assumed numbers do. The first can be made as narrow as one likes by more
replicates; the second cannot, and it is the one that says how much is known. All of it is per 1,000 synthetic
people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from moot.errors import RunError
from moot.experiment.plan import AS_DECLARED, Job, Plan
from moot.experiment.scenario import Scenario
from moot.findings.intervals import (
    Interval,
    bca_interval,
    holm,
    log_ratio_interval,
    mean_interval,
    paired_p_value,
    pairing_gain,
)
from moot.findings.outcomes import Outcome
from moot.findings.report_groups import LEAST_GROUP
from moot.findings.rules import Rules
from moot.findings.summary import FEW, table_rows
from moot.findings.talk import rows_between, talk_from

__all__ = ["DECLARED", "FEWEST", "Effect", "Span", "effects_of"]

FEWEST = 10
"""Replicates from which there is an interval."""
MANY_DRAWS = 20
"""Draws from which the range also has its middle four fifths."""
DECLARED, ASKED = "Declared beforehand", "Asked for"
Family = Literal["primary", "exploratory"]
Series = Mapping[tuple[int, int], tuple[float, float]]
"""(draw, replicate) -> counts in the arm and in the comparator."""


@dataclass(frozen=True)
class Span:
    """How far a difference lies over `draws` of the assumptions, the declared one among them.

    `low` and `high` are the ends; `inner` the tenth and the ninetieth percentile, from 20 draws on. Each draw
    is the mean over `replicates`.
    """

    low: float
    high: float
    inner: tuple[float, float] | None
    draws: int
    replicates: int


@dataclass(frozen=True)
class Effect:
    """What an arm changed in one measure, per 1,000 synthetic people (of the level, where it has one).

    `arm_mean`, `today_mean` and `difference` are means over `replicates`; `interval` is the simulation
    interval of the difference, None below 10 replicates; `ratio` that of arm ÷ comparator, None where one of
    them counts nothing; `gain` how many times as many replicates unpaired arms would need, None where the
    difference never varied; `span` the range over assumptions, None where they were not varied. `p` is the
    two-sided p of the paired t, adjusted by Holm within the family declared beforehand, and None outside it.
    `few`: fewer than 10 events in some replicate, and not none in all; `too_few`: a level about which nothing
    is to be said.
    """

    scenario: str
    arm: str
    group: str
    words: str
    measures: tuple[str, ...]
    kind: str
    family: Family
    replicates: int
    arm_mean: float | None
    today_mean: float | None
    difference: float | None
    interval: Interval | None
    ratio: Interval | None
    gain: float | None
    span: Span | None
    p: float | None = None
    few: bool = False
    too_few: bool = False
    attribute: str = ""
    level: str = ""

    @property
    def outside(self) -> bool:
        """Whether the difference lies outside its own range over assumptions.

        It may: the range is of the means over fewer replicates, and chance moves both.
        """
        span, mean = self.span, self.difference
        return span is not None and mean is not None and not span.low <= mean <= span.high


@dataclass(frozen=True)
class _Line:
    """One line of the table before it is worked out; `place` is its position.

    A line that is not `possible` is left out, unless something was counted in some replicate.
    """

    group: str
    words: str
    measures: tuple[str, ...]
    kind: str
    place: int
    family: Family = "exploratory"
    attribute: str = ""
    level: str = ""
    possible: bool = True


def effects_of(plan: Plan, outcomes: Mapping[Job, Outcome]) -> list[Effect]:
    """Every effect, scenario by scenario and arm by arm.

    A replicate of which a job is missing is left out of what that job was for. Raises `RunError` where no
    replicate of a scenario is there, or a probability was clamped in one.
    """
    found: list[Effect] = []
    for scenario in plan.experiment.scenario_models:
        done = {
            (job.draw, job.replicate): outcome
            for job, outcome in outcomes.items()
            if job.scenario == scenario.scenario
        }
        if not any(draw == AS_DECLARED for draw, _ in done):
            raise RunError(f"{scenario.scenario}: no replicate was done, so there is nothing to compare")
        rules = Rules(scenario, tuple(scenario.arms))
        for arm in scenario.arms:
            if arm != rules.comparator:
                found += _of_arm(plan, scenario, rules, arm, done)
    return _adjusted(found)


def _of_arm(
    plan: Plan, scenario: Scenario, rules: Rules, arm: str, done: Mapping[tuple[int, int], Outcome]
) -> Iterator[Effect]:
    told = plan.experiment
    collected: dict[_Line, dict[tuple[int, int], tuple[float, float]]] = {}
    people: dict[_Line, list[int]] = {}
    for at, outcome in done.items():
        mine, today = outcome.totals(arm), outcome.totals(rules.comparator)
        clamped = max(mine.get("engine:clamped", 0), today.get("engine:clamped", 0))
        if clamped:
            raise RunError(
                f"{scenario.scenario}, replicate {at[1]}, draw {at[0]}: {clamped:,} probabilities were "
                "clamped: the headroom of an act is too small for what raised it; `moot check` says which"
            )
        for line, pair, size in _lines(plan, rules, arm, outcome):
            collected.setdefault(line, {})[at] = pair
            people.setdefault(line, []).append(size)
    for line, series in collected.items():
        if line.possible or any(a or b for a, b in series.values()):
            yield _effect(
                line, scenario, arm, series, people[line], level=told.level, bca=told.interval == "bca"
            )


def _lines(
    plan: Plan, rules: Rules, arm: str, outcome: Outcome
) -> Iterator[tuple[_Line, tuple[float, float], int]]:
    """(line, counts in the arm and in the comparator, people that they are of)."""
    told = plan.experiment
    mine, today = outcome.totals(arm), outcome.totals(rules.comparator)
    everybody = mine["people"]
    if not plan.measures:
        opinion = rules.scenario.country_model.opinion
        rows = list(table_rows(rules, arm, mine, today))
        if "opinion:private:sum" in mine:
            rows += rows_between(talk_from(mine, ""), talk_from(today, ""), everybody, opinion)
        for place, row in enumerate(rows):
            if row.regime is not None:
                words = f"  {row.words}" if row.part else row.words
                line = _Line(row.group, words, row.names, row.kind, place, possible=row.possible)
                yield line, (row.regime, row.today or 0), everybody
        return
    for place, (asked, names) in enumerate(plan.measures.items()):
        kind = "stock" if asked.endswith(":people") else "flow"
        line = _Line(ASKED, asked, names, kind, place)
        if asked in told.primary:
            line = replace(line, group=DECLARED, family="primary")
        yield line, (_sum(mine, names), _sum(today, names)), everybody
        for attribute in told.groups:
            of_arm, of_today = (outcome.levels(one, attribute) for one in (arm, rules.comparator))
            for level, counts in of_arm.items():
                part = replace(line, family="exploratory", attribute=attribute, level=level)
                yield part, (_sum(counts, names), _sum(of_today[level], names)), counts["people"]


def _sum(counts: Mapping[str, int], names: Sequence[str]) -> int:
    """The sum of some measures; one that an arm has not counts nothing."""
    return sum(counts.get(name, 0) for name in names)


def _effect(
    line: _Line,
    scenario: Scenario,
    arm: str,
    series: Series,
    people: Sequence[int],
    *,
    level: float,
    bca: bool,
) -> Effect:
    said: dict[str, Any] = {
        name: getattr(line, name) for name in _Line.__dataclass_fields__ if name not in ("place", "possible")
    }
    declared = {at: pair for at, pair in series.items() if at[0] == AS_DECLARED}
    events = [max(abs(a), abs(b)) for a, b in series.values()]
    nothing = Effect(
        scenario.scenario, arm, **said, replicates=len(declared), arm_mean=None, today_mean=None,
        difference=None, interval=None, ratio=None, gain=None, span=None,
    )  # fmt: skip
    if line.level and (min(people) < LEAST_GROUP or min(events) < FEW):
        return replace(nothing, too_few=True)
    size = dict(zip(series, people, strict=True))
    a, b = (
        np.array([1000.0 * pair[x] / max(1, size[at]) for at, pair in declared.items()], np.float64)
        for x in (0, 1)
    )
    difference = a - b
    enough = len(difference) >= FEWEST
    return replace(
        nothing,
        arm_mean=float(a.mean()),
        today_mean=float(b.mean()),
        difference=float(difference.mean()),
        interval=_interval(difference, level, bca) if enough else None,
        ratio=_ratio(a, b, level) if enough else None,
        gain=pairing_gain(a, b) if len(a) > 1 else None,
        span=_span(series, size),
        p=paired_p_value(difference) if line.family == "primary" and enough else None,
        few=min(events) < FEW and max(events) > 0,
    )


def _ratio(a: NDArray[np.float64], b: NDArray[np.float64], level: float) -> Interval | None:
    """The interval of arm ÷ comparator, where both count something and it has two ends."""
    if min(a.min(), b.min()) < 0 or a.max() == 0 or b.max() == 0:
        return None
    found = log_ratio_interval(a, b, level)
    return found if np.isfinite(found.high) else None


def _interval(difference: NDArray[np.float64], level: float, bca: bool) -> Interval:
    """The interval of the mean; by resampling where that was asked for and there is something to resample."""
    if bca and np.ptp(difference) > 0:
        return bca_interval(difference, lambda values: float(np.mean(values)), level)
    return mean_interval(difference, level)


def _span(series: Series, size: Mapping[tuple[int, int], int]) -> Span | None:
    """The range of the difference over draws; all of the same replicates, the declared numbers among them."""
    by_draw: dict[int, dict[int, float]] = {}
    for (draw, replicate), (a, b) in series.items():
        by_draw.setdefault(draw, {})[replicate] = 1000.0 * (a - b) / max(1, size[draw, replicate])
    drawn = {draw: found for draw, found in by_draw.items() if draw != AS_DECLARED}
    if not drawn:
        return None
    shared = set.intersection(*(set(found) for found in by_draw.values()))
    if not shared:
        return None
    means = np.array([np.mean([found[r] for r in sorted(shared)]) for found in by_draw.values()])
    inner = None
    if len(drawn) >= MANY_DRAWS:
        low, high = np.quantile(means, (0.1, 0.9)).tolist()
        inner = (float(low), float(high))
    return Span(float(means.min()), float(means.max()), inner, len(drawn), len(shared))


def _adjusted(found: list[Effect]) -> list[Effect]:
    """The p-values of the family declared beforehand, over all scenarios and arms, by Holm."""
    family = {n: one.p for n, one in enumerate(found) if one.p is not None}
    out = list(found)
    for n, p in zip(family, holm(list(family.values())).tolist(), strict=True):
        out[n] = replace(found[n], p=float(p))
    return out
