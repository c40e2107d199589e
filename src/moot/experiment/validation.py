"""The comparison with published figures: each row measured in the model over seeds, and inside or not.

What can be measured is a closed list of kinds (`moot.experiment.published`); a row names one of them and no
code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import WHERE, WHO
from moot.country.rates import AGES, INCOMES, STRATA
from moot.declaring.files import data_folder
from moot.declaring.values import Quantity
from moot.errors import UnknownNameError, UserError
from moot.experiment.published import (
    SECTIONS,
    AfterJobLoss,
    Change,
    Class,
    FalsePositives,
    Hits,
    MeanRating,
    PeopleForPoints,
    Poor,
    Published,
    PublishedRow,
    RatedAtLeast,
    ShareAtEnd,
    ShareInSupport,
    ShareOfFlow,
    ShareTrying,
    Simulated,
    SupportChange,
    Total,
    TriesPerPerson,
    load_published,
)
from moot.experiment.scenario import Scenario, load_scenario
from moot.experiment.simulation import Result, panel_size, simulate
from moot.regime import recognition
from moot.society.acts import L_LISTED, L_REFUSED, L_TODAY
from moot.society.arms import day_number
from moot.society.counting import AGE
from moot.society.engine import Society
from moot.society.livelihood import BARE, CALM, COVERED, EMPLOYED_NOW, LOST, STATUS, UNEMPLOYED
from moot.society.opinion import UNIT
from moot.society.state import JOB_DAY, RATED, WORK
from moot.society.work import STAR

__all__ = ["Compared", "Comparison", "Seen", "compare", "compared", "lean", "measured", "seen_for"]

DAY, PERSON, ARM, WHAT, WHICH, TRIES = 0, 1, 2, 3, 4, 7


@dataclass(frozen=True)
class Compared:
    """A row and what was obtained: the mean over seeds, the lowest and the highest of them.

    None where no life that is kept has what the row asks for; such a row is not inside.
    """

    row: PublishedRow
    obtained: float | None
    low: float | None
    high: float | None

    @property
    def inside(self) -> bool:
        """Whether the mean lies within the tolerance that was set before."""
        return self.obtained is not None and self.row.is_inside(self.obtained)

    def as_dict(self) -> dict[str, Any]:
        """The row as `moot validate --json` prints it."""
        row = self.row
        return {
            "id": row.id,
            "what": row.what,
            "unit": row.unit,
            "source": row.source,
            "mark": row.mark,
            "target": row.target,
            "tolerance": row.tolerance,
            "reason": row.reason,
            "class": row.class_,
            "obtained": self.obtained,
            "low": self.low,
            "high": self.high,
            "inside": self.inside,
            "outside": None if self.inside else row.outside,
        }


@dataclass
class Seen:
    """What no measure has and some rows need, looked up at the end of each day and never touched.

    `lost`: day by day, people who lost their last job, (arms, benefit running or ended, age bands).
    At the end of the last day, `warm`: the rows of `moot.society.state` that only some mechanisms need,
    (people, arms, rows); `rated`: the rating shown of each person, in 1/8192 of a star, 0 for none, (people,
    arms).
    """

    last: int  # day number
    daily: bool
    lost: list[NDArray[np.int64]] = field(default_factory=list)
    warm: NDArray[np.uint16] | None = None
    rated: NDArray[np.int64] | None = None

    def __call__(self, society: Society, day: int) -> None:
        """Look at a society at the end of a day."""
        if self.daily:
            # what a day ends with is felt on the next
            level = _levels(society.books["warm"], day + 1, society.world["covered_days"])
            bands = society.population.person[:, WHO] >> 5
            counts = [
                [np.bincount(bands[level[:, a] == x], minlength=AGES) for x in (COVERED, BARE)]
                for a in range(level.shape[1])
            ]
            self.lost.append(np.array(counts, np.int64))
        if day == self.last:
            self.warm = society.books["warm"].copy()
            self.rated = society.books.rare(RATED)


def _levels(warm: NDArray[np.uint16], day: int, covered_days: int) -> NDArray[np.int64]:
    """(people, arms) levels of hardship on a day, as `moot.society.livelihood` has them."""
    lost = warm[:, :, WORK] & LOST != 0
    covered = day - warm[:, :, JOB_DAY].astype(np.int64) <= covered_days
    return np.where(lost, np.where(covered, COVERED, BARE), CALM)


def seen_for(rows: Sequence[PublishedRow], scenario: Scenario) -> Seen | None:
    """What rows of a scenario need to look at beside its measures; None where that is nothing."""
    if not any(isinstance(row.how, AfterJobLoss | Poor | MeanRating | RatedAtLeast) for row in rows):
        return None
    daily = any(isinstance(row.how, AfterJobLoss) for row in rows)
    return Seen(day_number(scenario.start) + scenario.days - 1, daily)


@dataclass(frozen=True)
class Comparison:
    """All rows asked for, with the conditions: seeds, and people by scenario."""

    published: Published
    rows: tuple[Compared, ...]
    seeds: tuple[int, ...]
    people: dict[str, int]

    def of_class(self, name: Class) -> tuple[Compared, ...]:
        """The rows of a class, in their order."""
        return tuple(one for one in self.rows if one.row.class_ == name)

    def inside_of(self, name: Class) -> int:
        """How many rows of a class are inside."""
        return sum(one.inside for one in self.of_class(name))

    def as_dict(self) -> dict[str, Any]:
        """The object of `moot validate --json`."""
        return {
            "predicted": len(self.of_class("predicted")),
            "predicted_inside": self.inside_of("predicted"),
            "not_tested": list(self.published.not_tested),
            "cautions": list(self.published.cautions),
            "seeds": list(self.seeds),
            "people": self.people,
            "synthetic": True,
            "rows": [one.as_dict() for one in self.rows],
        }


def compare(
    *,
    people: int | None = None,
    seed: int = 1,
    rows: Sequence[str] = (),
    threads: int | None = None,
    published: Published | None = None,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Run what the rows need, and measure them.

    `people` replaces the number of every scenario; `rows` keeps some rows, by id, and the scenarios that they
    need. Raises `UnknownNameError` for a row that there is none of.
    """
    given = published or load_published()
    for name in rows:
        if name not in given.by_id:
            raise UnknownNameError("row", name, list(given.by_id))
    asked = [row for row in given.rows if not rows or row.id in rows]
    seeds = tuple(range(seed, seed + given.seeds))
    found: dict[str, list[float | None]] = {row.id: [] for row in asked}
    sizes: dict[str, int] = {}
    for row in asked:
        if getattr(row.how, "scenario", None) is None:
            found[row.id] = [measured(row, None)]
    for name, one in given.scenarios.items():
        mine = [row for row in asked if getattr(row.how, "scenario", None) == name]
        if not mine:
            continue
        scenario = lean(one)
        sizes[name] = people or one.people
        for n in seeds:
            if progress is not None:
                progress(f"{name}, seed {n}")
            seen = seen_for(mine, scenario)
            result = simulate(
                scenario,
                people=sizes[name],
                seed=n,
                threads=threads,
                arms=one.arms,
                panel=min(one.panel, panel_size(sizes[name], None) if people else one.panel),
                on_day=seen,
            )
            for row in mine:
                found[row.id].append(measured(row, result, seen))
    return Comparison(given, tuple(compared(row, found[row.id]) for row in asked), seeds, sizes)


def compared(row: PublishedRow, found: Sequence[float | None]) -> Compared:
    """A row with the mean, the lowest and the highest of what was found over the seeds."""
    numbers = [x for x in found if x is not None]
    if not numbers or len(numbers) < len(found):
        return Compared(row, None, None, None)
    return Compared(row, sum(numbers) / len(numbers), min(numbers), max(numbers))


def lean(one: Simulated) -> Scenario:
    """The scenario of some rows, its country with the acts and optional sections that they need."""
    if one.scenario is not None:
        scenario = load_scenario(one.scenario)
    else:
        scenario = load_scenario(data_folder() / "validation" / str(one.file))
    country = scenario.country_model
    for name in one.acts:
        if name not in country.acts:
            raise UnknownNameError("act with a rate", name, list(country.acts))
    few: dict[str, object] = {"acts": {name: country.acts[name] for name in one.acts}}
    few |= {section: None for section in SECTIONS if section not in one.keeps}
    if one.notices is not None and country.money is not None and "money" in one.keeps:
        notice = {"notice": Quantity(value=one.notices)}
        fines = {act: fine.model_copy(update=notice) for act, fine in country.money.fines.items()}
        few["money"] = country.money.model_copy(update={"fines": fines})
    return scenario.in_country(country.model_copy(update=few), existing=one.existing)


def measured(row: PublishedRow, result: Result | None, seen: Seen | None = None) -> float | None:
    """What a row asks for, in a run where it needs one; None where no life kept has it.

    `seen`: what `seen_for` says that the row needs, filled by the run.
    """
    how = row.how
    if isinstance(how, FalsePositives):
        return 1.0 / recognition.presence(how.fmr, how.gallery).fpir
    if isinstance(how, Hits):
        return 100.0 * recognition.presence(how.fmr, 1).tpr
    if result is None:
        raise UserError(f"row {row.id} needs a run of {how.scenario}")
    if isinstance(how, Total):
        return _total(how, result)
    if isinstance(how, Change):
        first, second = (_daily(result, how.measure, a)[-how.last_days :].sum() for a in (0, 1))
        return 100.0 * (float(second) / float(first) - 1.0) if first else None
    if isinstance(how, ShareTrying):
        listed, tries = _listed(how.list, result), _tries(how.context, result)
        tried = set(tries[:, PERSON].tolist()) & listed
        return 100.0 * len(tried) / len(listed) if listed else None
    if isinstance(how, ShareInSupport):
        return 100.0 * _minds(result, "private:support", 0, 0) / result.people
    if isinstance(how, SupportChange):
        first, second = (result.people + _minds(result, "private:sum", a, -1) / UNIT for a in (0, 1))
        return 100.0 * (second / first - 1.0)
    if isinstance(how, ShareAtEnd):
        return _share_at_end(how, result)
    if isinstance(how, ShareOfFlow):
        days = slice(-how.last_days if how.last_days is not None else None, None)
        part, whole = (sum(int(_daily(result, m, 0)[days].sum()) for m in of) for of in (how.part, how.of))
        return 100.0 * part / whole if whole else None
    if isinstance(how, AfterJobLoss | Poor | MeanRating | RatedAtLeast):
        if seen is None or seen.warm is None or seen.rated is None:
            raise UserError(f"row {row.id} needs a look at every day of {how.scenario}")
        return _looked_up(how, result, seen, seen.warm, seen.rated)
    if isinstance(how, TriesPerPerson):
        return _tries_per_person(how, result)
    return _people_for_points(how, result)


def _total(how: Total, result: Result) -> float:
    first = result.record.first
    begin = 0 if how.from_ is None else day_number(how.from_) - first
    end = result.days if how.until is None else day_number(how.until) - first + 1
    if not 0 <= begin < end <= result.days:
        raise UserError(f"{how.from_} to {how.until}: outside the run of {result.scenario.scenario}")
    counted = sum(int(_daily(result, measure, 0)[begin:end].sum()) for measure in how.measures)
    return counted * how.real / result.people


def _daily(result: Result, measure: str, arm: int) -> NDArray[np.int64]:
    """(days,) a flow in all regions together."""
    names = result.compiled.columns.flow_names[arm]
    for column, name in names.items():
        if name == measure:
            return np.asarray(result.record.region[arm, :, :, column].sum(axis=1, dtype=np.int64))
    raise UnknownNameError("measure", measure, sorted(names.values()))


def _share_at_end(how: ShareAtEnd, result: Result) -> float | None:
    shares = []
    for name in (how.arm, *([how.less] if how.less is not None else [])):
        if name not in result.arms:
            raise UnknownNameError("arm", name, list(result.arms))
        arm = result.arms.index(name)
        part, whole = (sum(_stock(result, measure, arm) for measure in of) for of in (how.part, how.of))
        if whole == 0:
            return None
        shares.append(100.0 * part / whole)
    return shares[0] - sum(shares[1:])


def _stock(result: Result, measure: str, arm: int) -> int:
    """People counted by a stock at the end of the last day, all regions together."""
    names = result.compiled.columns.stock_names[arm]
    for column, name in names.items():
        if name == measure:
            return int(result.record.s_region[arm, -1, :, column].sum(dtype=np.int64))
    raise UnknownNameError("measure", measure, sorted(names.values()))


def _looked_up(
    how: AfterJobLoss | Poor | MeanRating | RatedAtLeast,
    result: Result,
    seen: Seen,
    warm: NDArray[np.uint16],
    rated: NDArray[np.int64],
) -> float | None:
    if isinstance(how, AfterJobLoss):
        return _after_job_loss(how, result, seen)
    if isinstance(how, Poor):
        return _poor(how, result, warm)
    if isinstance(how, MeanRating):
        shown = _shown(how.arm, result, rated)
        return float(shown.mean()) / STAR if len(shown) else None
    shares = []
    for arm in (how.arm, *([how.less] if how.less is not None else [])):
        shown = _shown(arm, result, rated)
        if not len(shown):
            return None
        shares.append(100.0 * float((shown >= how.stars * STAR).mean()))
    return shares[0] - sum(shares[1:])


def _shown(arm: str, result: Result, rated: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ratings shown in an arm, of those who have one, in 1/8192 of a star."""
    if arm not in result.arms:
        raise UnknownNameError("arm", arm, list(result.arms))
    shown = rated[:, result.arms.index(arm)]
    return _kept(shown, shown > 0)


def _after_job_loss(how: AfterJobLoss, result: Result, seen: Seen) -> float | None:
    """Acts more in the second arm ÷ acts expected of those who are out of work in it alone, by age band."""
    (column,) = (k for k, x in result.compiled.columns.flow_names[0].items() if x == f"act:{how.act}:acts")
    days = slice(how.first_day - 1, how.last_day)
    acts = result.record.level[:, days, AGE : AGE + AGES, column].sum(axis=1, dtype=np.int64)
    level = 0 if how.cover == "running" else 1
    eves = seen.lost[max(0, how.first_day - 2) : how.last_day - 1]
    lost = np.sum([eve[1, level] - eve[0, level] for eve in eves], 0)
    people = np.bincount(result.population.person[:, WHO] >> 5, minlength=AGES)
    rate = acts[0] / np.maximum(1, people * (how.last_day - how.first_day + 1))
    expected = float((rate * lost).sum())
    more = float((acts[1] - acts[0])[lost > 0].sum())
    return 100.0 * more / expected if expected > 0 else None


def _poor(how: Poor, result: Result, warm: NDArray[np.uint16]) -> float | None:
    """Incomes of a decile are those of the lognormal body: a part of a decile may be below the line."""
    country, when = result.scenario.country_model, result.scenario.start
    if country.work is None or country.income is None:
        raise UserError(f"{result.scenario.scenario}: work or income is not declared; the row needs both")
    word = warm[:, 0, WORK].astype(np.int64)
    last = result.record.first + result.days - 1
    level = _levels(warm, last, result.compiled.world[0]["covered_days"])[:, 0]
    mine = word & STATUS == (EMPLOYED_NOW if how.who == "employed" else UNEMPLOYED)
    replaced = country.work.replacement
    sigma = country.income.body_sigma.at(when)
    decile = (result.population.person[:, WHERE] // STRATA)[mine]
    poor = 0.0
    shares = {CALM: 1.0, COVERED: replaced.covered.at(when), BARE: replaced.after.at(when)}
    for x, left in shares.items():
        below = NormalDist().cdf(math.log(how.line / left) / sigma) if left > 0 else 1.0
        share = np.clip(INCOMES * below - np.arange(INCOMES), 0.0, 1.0)
        poor += float(share[decile[level[mine] == x]].sum())
    return 100.0 * poor / len(decile) if len(decile) else None


def _minds(result: Result, measure: str, arm: int, month: int) -> int:
    """What people think at the end of a month, all regions together."""
    minds = result.record.minds
    if minds is None:
        raise UserError(
            f"{result.scenario.scenario}: opinion is not declared; the row needs `keeps: [opinion]`"
        )
    return int(minds.region[arm, month, :, minds.names.index(f"opinion:{measure}")].sum())


def _events(result: Result, what: int) -> NDArray[np.int64]:
    """(events, 8) of the lives kept, of one kind, in the arm that is measured (the last one run)."""
    rows = np.concatenate([np.zeros((0, 8), np.int64), *result.record.lives])
    return _kept(rows, (rows[:, WHAT] == what) & (rows[:, ARM] == len(result.arms) - 1))


def _tries(context: str, result: Result) -> NDArray[np.int64]:
    contexts = list(result.scenario.country_model.travel)
    rows = _events(result, L_REFUSED)
    return _kept(rows, rows[:, WHICH] == contexts.index(context))


def _kept(rows: NDArray[np.int64], which: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.asarray(rows[which], np.int64)


def _listed(name: str, result: Result) -> set[int]:
    lists = [rule.list for _, rule in result.compiled.arms[-1].lists]
    rows = _events(result, L_LISTED)
    return set(rows[rows[:, WHICH] == lists.index(name), PERSON].tolist())


def _tries_per_person(how: TriesPerPerson, result: Result) -> float | None:
    rows = _tries(how.context, result)
    if how.days:
        rows = rows[np.isin(rows[:, DAY] - result.record.first + 1, np.array(how.days))]
        who = {(day, person) for day, person in rows[:, (DAY, PERSON)].tolist()}
    else:
        who = {(0, person) for person in rows[:, PERSON].tolist()}
    return float(rows[:, TRIES].sum()) / len(who) if who else None


def _people_for_points(how: PeopleForPoints, result: Result) -> float | None:
    (scheme,) = (one for one in result.compiled.arms[-1].schemes if one.scheme == how.scheme)
    cost = np.array(
        [(scheme.catalogue[a].points or 0) if a in scheme.catalogue else 0 for a in result.compiled.acts]
    )
    rows = _events(result, L_TODAY)
    rows = rows[(rows[:, DAY] < result.record.first + how.days) & (cost[rows[:, WHICH]] > 0)]
    lost = int(cost[rows[:, WHICH]].sum())
    return len(set(rows[:, PERSON].tolist())) * how.points / lost if lost else None
