"""What would flip a conclusion: the points that `moot flip` simulates, and the sheet that they give.

Five steps, each of jobs that are kept beside those of the experiment. *Declared*: every number where the
files put it, under each of the seeds. *Screening* after Morris, over every declared range and the seed.
*Draws* of all numbers at once, independent of each other: the share of them in which a conclusion holds.
*Alone*: of the numbers that matter most, each is moved by itself from its declared value to the ends of its
range, and where that flips a conclusion, halving by halving towards the smallest change that does. *Shares*
of variance after Sobol, among these numbers and the seed.

Which points there are follows from the plan and, in the last two steps, from what came out before: the same
sheet on any machine, however often it was stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.declaring.values import Quantity, canonical_json
from moot.errors import RunError, UserError
from moot.experiment.declaration import swept_names
from moot.experiment.executor import Executor
from moot.experiment.fitted import Fitted, position_of
from moot.experiment.plan import AS_DECLARED, Job, Plan
from moot.experiment.questions import DeclaredConclusion, Sweep
from moot.experiment.scenario import Scenario
from moot.experiment.varying import drawn_scenario, log_scaled, ranged_in, value_at
from moot.findings.asking import Asked
from moot.findings.jobs import Progress
from moot.findings.outcomes import Outcome
from moot.findings.ranges import Range, seeds
from moot.findings.rules import Rules
from moot.findings.samples import Numbers, generator
from moot.findings.sensitivity import (
    Conclusion,
    Elementary,
    Flip,
    Held,
    VarianceShare,
    flips,
    morris,
    morris_design,
    sobol,
    sobol_design,
)
from moot.store.experiments import Shelf

__all__ = ["HALVINGS", "SEED", "Alone", "Sheet", "Swept", "Told", "jobs_at_most", "sweep_plan", "swept"]

MOST_SEEDS = 8
HALVINGS = 3
"""How often the way from the declared value to a flip is halved: to an eighth of it."""
SEED = "seed"


@dataclass(frozen=True)
class Point(Job):
    """A job beside the plan's: numbers at shares of the way through their ranges, by name."""

    shares: tuple[tuple[str, float], ...] = ()
    of: str = ""

    @property
    def name(self) -> str:
        """Named by what it simulates, so that the same point of two steps is simulated once."""
        known = [self.of, self.arms, self.seed, self.chance, self.shares]
        return f"{self.scenario}-p{hashlib.sha256(canonical_json(known)).hexdigest()[:20]}"

    @property
    def words(self) -> str:
        """The job in a sentence."""
        moved = ", ".join(f"{name} at {share:.3g} of its range" for name, share in self.shares[:3])
        more = f" and {len(self.shares) - 3} more" if len(self.shares) > 3 else ""
        return f"{self.scenario}, seed {self.chance}, {moved}{more}"


@dataclass(frozen=True)
class Moved:
    """A number that is moved: its name, declared value and range at the start of the run.

    `share` is where the declared value lies in the range, 0 to 1, on its scale (`even` or `log`); it is moved
    from `low` to `high`, shares as well: 0 to 1, or the range that a calibration left.
    """

    name: str
    quantity: Quantity
    declared: float
    share: float
    scale: str
    low: float = 0.0
    high: float = 1.0

    def at(self, share: float, when: Any) -> float:
        """The value at a share of the range."""
        return value_at(self.quantity, share, when)

    def as_dict(self, when: Any) -> dict[str, Any]:
        """The same as plain values: the ends between which it was moved in its own unit."""
        ends = {"low": self.at(self.low, when), "high": self.at(self.high, when)}
        return {"name": self.name, **ends, "declared": self.declared, "scale": self.scale}


@dataclass(frozen=True)
class Alone:
    """One number moved by itself: from its declared value `start` to `end`, a conclusion is another.

    In the number's own unit; `share` is the change as a share of the declared range, 0 to 1. `steady` is
    the furthest value that was tried on the way at which the conclusion was not yet another. `difference`
    is what the arms differ by at `end`, per 1,000 synthetic people.
    """

    name: str
    start: float
    end: float
    steady: float
    share: float
    difference: float


@dataclass(frozen=True)
class Told:
    """What is told of one conclusion.

    `differences`: by seed, under the declared numbers; `held` over the draws; `alone` the numbers that flip
    it by themselves, the smallest change first; `decides` those that lie elsewhere where it fails;
    `elementary` of every number moved and the seed; `variance` of those that matter most, None where `why`
    says so.
    """

    declared: DeclaredConclusion
    conclusion: Conclusion
    measures: tuple[str, ...]
    beside: str
    differences: tuple[float, ...]
    held: Held
    range: tuple[float, float]
    elementary: tuple[Elementary, ...]
    alone: tuple[Alone, ...]
    decides: tuple[Flip, ...]
    variance: tuple[VarianceShare, ...] | None
    why: str = ""

    @property
    def holds(self) -> int:
        """Under how many of the seeds it holds, the numbers as declared."""
        return int(self.conclusion.holds(self.differences).sum())


@dataclass(frozen=True)
class Sheet:
    """What would flip the conclusions of one scenario; `chosen` are the numbers moved alone and divided."""

    scenario: Scenario
    arms: tuple[str, ...]
    moved: tuple[Moved, ...]
    seeds: tuple[int, int]
    sweep: Sweep
    chosen: tuple[str, ...]
    jobs: int
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Swept:
    """What is swept of one scenario, before anything is simulated."""

    plan: Plan
    scenario: Scenario
    sweep: Sweep
    conclusions: tuple[DeclaredConclusion, ...]
    arms: tuple[str, ...]
    comparator: str
    moved: tuple[Moved, ...]
    many: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers moved."""
        return tuple(one.name for one in self.moved)

    @property
    def ranges(self) -> tuple[Range, ...]:
        """The numbers, as shares of their ranges, and the seed."""
        first = self.plan.experiment.seed
        return (*(Range(one.name, one.low, one.high) for one in self.moved), seeds(first, self.many))

    @property
    def jobs_at_most(self) -> int:
        """Jobs of all steps; the last ones depend on what comes out, and these are the most there can be."""
        k, m = len(self.moved), min(self.sweep.numbers, len(self.moved))
        screen = self.sweep.trajectories * (k + 2)
        alone = 2 * m * (1 + HALVINGS * len(self.conclusions))
        return self.many + screen + self.sweep.draws + alone + self.sweep.points * (m + 3)


def sweep_plan(plan: Plan) -> tuple[Swept, ...]:
    """What is swept, scenario by scenario.

    Raises `UserError` where no conclusion is declared, `DeclarationError` for a name that no number has.
    """
    told = plan.experiment
    if not told.conclusions:
        told.refuse(
            (),
            "declares no conclusion, so there is nothing to flip; expected `conclusions`: a list of "
            "{conclusion: NAME, measure: …, arm: …, goes: up or down, margin: …}",
        )
    sweep = told.flip or Sweep()
    out = []
    for scenario in told.scenario_models:
        mine = tuple(one for one in told.conclusions if one.scenario in (None, scenario.scenario))
        if not mine:
            continue
        scenario = scenario.replace(people=sweep.people, days=sweep.days)
        comparator = Rules(scenario, tuple(scenario.arms)).comparator
        named = {comparator, *(one.arm for one in mine), *(one.beside or comparator for one in mine)}
        arms = tuple(arm for arm in scenario.arms if arm in named)
        for number, one in enumerate(told.conclusions):
            if one in mine and one.arm == (one.beside or comparator):
                told.refuse(("conclusions", number, "arm"), f"{one.arm} does not differ from itself")
        moved = _moved(scenario, swept_names(told, scenario), told.narrowed)
        if not moved:
            told.refuse((), f"{scenario.scenario} declares no range: there is nothing to move")
        many = sweep.seeds or min(MOST_SEEDS, max(2, told.replicates.count))
        out.append(Swept(plan, scenario, sweep, mine, arms, comparator, moved, many))
    return tuple(out)


def jobs_at_most(plan: Plan) -> int:
    """How many jobs `moot flip` does at most."""
    return sum(one.jobs_at_most for one in sweep_plan(plan))


def _moved(scenario: Scenario, names: Sequence[str], fitted: Fitted | None) -> tuple[Moved, ...]:
    left = fitted.shares_in(scenario.country_model) if fitted is not None else {}
    found: dict[str, Quantity] = {}
    files = [("country", scenario.country_model)]
    files += [("existing", one) for one in scenario.existing_models]  # type: ignore[misc]
    files += [("regime", one) for one in scenario.arm_regimes.values() if one is not None]  # type: ignore[misc]
    files += [("regime", change.regime) for change in scenario.changes]  # type: ignore[misc]
    for root, one in files:
        for spot in ranged_in(one):
            found.setdefault(f"{root}.{spot.path}", spot.quantity)
    out = []
    for name in names:
        quantity = found[name]
        assert quantity.range is not None
        low, high = quantity.range
        value = quantity.at(scenario.start)
        scale = "log" if log_scaled((low, high)) else "even"
        share = position_of(value, (low, high))
        out.append(Moved(name, quantity, value, share, scale, *left.get(name, (0.0, 1.0))))
    return tuple(out)


# Doing it.


def swept(
    plan: Plan,
    shelf: Shelf,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> list[Sheet]:
    """The sheets of an experiment, scenario by scenario; what is on the shelf is not done again.

    `threads`, `progress`, `cache` and `executor` change no number. Raises `UserError` for draws that do not
    hold together and `JobFailed` for a job that fails; what was done stays on the shelf.
    """
    asked = sweep_plan(plan)
    of, before = sum(one.jobs_at_most for one in asked), 0
    out = []
    for one in asked:
        sweeping = _Sweeping(one, shelf, threads, progress, cache, before, of, executor)
        out.append(sweeping.sheet())
        before += one.jobs_at_most
    return out


@dataclass
class _Sweeping:
    swept: Swept
    shelf: Shelf
    threads: int | None
    progress: Progress | None
    cache: bool
    before: int
    of: int
    executor: Executor | None
    _known: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    @cached_property
    def _of(self) -> str:
        return self.swept.scenario.content_hash

    def sheet(self) -> Sheet:
        """All steps, one after the other."""
        s = self.swept
        declared = self._declared()
        screen = morris_design(s.ranges, s.sweep.trajectories, seed=s.sweep.seed)
        unit = generator(s.sweep.seed, "draws of all numbers").random((s.sweep.draws, len(s.moved)))
        drawn_seeds = generator(s.sweep.seed, "seeds of the draws").integers(0, s.many, s.sweep.draws)
        first = s.plan.experiment.seed
        low, high = (np.array([getattr(one, end) for one in s.moved]) for end in ("low", "high"))
        drawn = np.column_stack([low + (high - low) * unit, first + drawn_seeds])
        for what in (screen.points, drawn):
            self._hold_together(what)
        screened, over = self._at(screen.points), self._at(drawn)
        elementary = [morris(screen, one, s.plan.experiment.level) for one in screened]
        chosen = _chosen(elementary, s.names, s.sweep.numbers)
        alone = self._alone(declared[:, 0], chosen)
        variance = self._variance(chosen)
        told = []
        for n, one in enumerate(s.conclusions):
            conclusion = _conclusion(one)
            shares, why = variance[n]
            told.append(Told(
                one, conclusion, s.plan.concluded[one.conclusion], one.beside or s.comparator,
                tuple(declared[n].tolist()), conclusion.holds_in(over[n], s.plan.experiment.level),
                (float(over[n].min()), float(over[n].max())), elementary[n], alone[n],
                flips(conclusion, s.ranges, drawn, over[n]), shares, why,
            ))  # fmt: skip
        return Sheet(
            s.scenario, s.arms, s.moved, (first, first + s.many - 1), s.sweep, chosen, len(self._known),
            tuple(told),
        )  # fmt: skip

    # Points.

    def _point(self, shares: Mapping[str, float], seed: int) -> Point:
        s = self.swept
        told = s.plan.experiment
        people = told.seed if told.replicates.people == "fixed" else seed
        rounded = tuple((name, round(float(share), 9)) for name, share in sorted(shares.items()))
        return Point(
            s.scenario.scenario, s.arms, seed - told.seed + 1, AS_DECLARED, people, seed, rounded,
            self._of,
        )  # fmt: skip

    def _points(self, points: Numbers) -> list[Point]:
        """(points, numbers + 1), the last column the seed."""
        names = self.swept.names
        return [self._point(dict(zip(names, row[:-1], strict=True)), int(row[-1])) for row in points]

    def _scenario_of(self, job: Job) -> Scenario:
        assert isinstance(job, Point)
        base = self.swept.scenario
        return drawn_scenario(base, dict(job.shares), job.words)[0] if job.shares else base

    def _hold_together(self, points: Numbers) -> None:
        """Say before any work which points cannot be: seeds do not matter for that."""
        for one in {tuple(row[:-1]): row for row in points}.values():
            self._scenario_of(self._points(one[None])[0])

    def _totals(self, points: Sequence[Point]) -> list[dict[str, dict[str, int]]]:
        """By point, the totals of each arm."""
        new = {one.name: one for one in points if one.name not in self._known}
        shared = all(name.startswith("regime.") for name in self.swept.names)
        asked = Asked(
            self.shelf, self._scenario_of, self.threads, self.progress, self.cache, self.executor,
            shares=lambda _: shared, briefly=True,
        )  # fmt: skip
        done = asked.do(list(new.values()), before=self.before + len(self._known), of=self.of)
        for job, outcome in done.outcomes.items():
            self._known[job.name] = _checked(job, outcome, self.swept.arms)
        return [self._known[one.name] for one in points]

    def _differences(self, points: Sequence[Point]) -> Numbers:
        """(conclusions, points): arm less what it is held against, per 1,000 synthetic people."""
        s = self.swept
        totals = self._totals(points)
        scale = 1000.0 / s.scenario.people

        def of(one: DeclaredConclusion, row: Mapping[str, Mapping[str, int]]) -> float:
            names = s.plan.concluded[one.conclusion]
            mine, beside = row[one.arm], row[one.beside or s.comparator]
            return scale * sum(mine.get(name, 0) - beside.get(name, 0) for name in names)

        return np.array([[of(one, row) for row in totals] for one in s.conclusions])

    def _at(self, points: Numbers) -> Numbers:
        return self._differences(self._points(points))

    # Steps.

    def _declared(self) -> Numbers:
        """(conclusions, seeds)."""
        first = self.swept.plan.experiment.seed
        return self._differences([self._point({}, first + n) for n in range(self.swept.many)])

    def _alone(self, declared: NDArray[np.float64], chosen: Sequence[str]) -> list[tuple[Alone, ...]]:
        """Of each conclusion, the numbers that flip it by themselves under the first seed."""
        s = self.swept
        first, when = s.plan.experiment.seed, s.scenario.start
        moved = [one for one in s.moved if one.name in chosen]
        ways = [(one, end) for one in moved for end in (one.low, one.high) if abs(end - one.share) > 1e-6]
        ends = self._differences([self._point({one.name: end}, first) for one, end in ways])
        out = []
        for n, told in enumerate(s.conclusions):
            conclusion = _conclusion(told)
            held = bool(conclusion.holds([declared[n]])[0])
            found = []
            for (one, end), at_end in zip(ways, ends[n], strict=True):
                if bool(conclusion.holds([at_end])[0]) == held:
                    continue
                inner, outer, difference = one.share, end, float(at_end)
                for _ in range(HALVINGS):
                    middle = (inner + outer) / 2
                    there = float(self._differences([self._point({one.name: middle}, first)])[n, 0])
                    if bool(conclusion.holds([there])[0]) == held:
                        inner = middle
                    else:
                        outer, difference = middle, there
                found.append(Alone(
                    one.name, one.declared, one.at(outer, when),
                    one.declared if inner == one.share else one.at(inner, when), abs(outer - one.share),
                    difference,
                ))  # fmt: skip
            out.append(tuple(sorted(found, key=lambda x: (x.share, x.name))))
        return out

    def _variance(self, chosen: Sequence[str]) -> list[tuple[tuple[VarianceShare, ...] | None, str]]:
        """Of each conclusion, shares of the variance among the chosen numbers and the seed; or why none."""
        s = self.swept
        if not chosen:
            return [(None, "no number that was moved made any difference")] * len(s.conclusions)
        of = {one.name: one for one in s.ranges}
        design = sobol_design(
            [*(of[name] for name in chosen), s.ranges[-1]], s.sweep.points, seed=s.sweep.seed
        )
        points = [
            self._point(dict(zip(chosen, row[:-1], strict=True)), int(row[-1])) for row in design.points
        ]
        found: list[tuple[tuple[VarianceShare, ...] | None, str]] = []
        for one in self._differences(points):
            try:
                found.append((sobol(design, one, s.plan.experiment.level, seed=s.sweep.seed), ""))
            except UserError as error:
                found.append((None, str(error)))
        return found


def _conclusion(one: DeclaredConclusion) -> Conclusion:
    return Conclusion(one.measure, 1 if one.goes == "up" else -1, one.margin, "per 1,000 synthetic people")


def _checked(job: Job, outcome: Outcome, arms: Sequence[str]) -> dict[str, dict[str, int]]:
    """The totals of each arm. Raises `RunError` where a probability was clamped."""
    found = {arm: outcome.totals(arm) for arm in arms}
    clamped = max(one.get("engine:clamped", 0) for one in found.values())
    if clamped:
        raise RunError(
            f"{job.words}: {clamped:,} probabilities were clamped: the headroom of an act is too small for "
            "what raised it; `moot check` says which"
        )
    return found


def _chosen(elementary: Sequence[Sequence[Elementary]], names: Sequence[str], most: int) -> tuple[str, ...]:
    """The numbers of the largest effect on any conclusion, each beside the largest on that conclusion."""
    worth = dict.fromkeys(names, 0.0)
    for one in elementary:
        largest = max((x.size.mean for x in one if x.name in worth), default=0.0)
        for x in one:
            if x.name in worth and largest > 0:
                worth[x.name] = max(worth[x.name], x.size.mean / largest)
    order = sorted((name for name in names if worth[name] > 0), key=lambda name: -worth[name])
    return tuple(order[:most])
