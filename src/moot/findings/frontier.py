"""Which milder schemes reach as much as a regime, and how much less burden they bring.

The aim is a fall in true acts. A scheme *reaches* as much where the interval of what it does less than the
regime lies above −margin: the lower end of the acts under the regime less those under the scheme, replicate
by replicate. From the regime, or the least burdensome alternative that reaches, a search goes one step milder
at a time (`moot.regime.searching`). All of this is chosen on the seeds of the experiment and **reported on
fresh seeds** that chose nothing: the best of many on the same seeds looks better than it is. Everything that
reached is taken to fresh seeds, so that where the one chosen fails there, the next is told.

Burdens stay apart, each in its unit. A scheme is *dominated* where another one that reaches has no burden
larger and one smaller; what is left is the frontier. The least burdensome of it is a convention: the smallest
in the declared order of burdens. What was not simulated is not shown not to exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from moot.declaring.values import canonical_json
from moot.errors import RunError, UserError
from moot.experiment.budget import alternatives_in, budget_of
from moot.experiment.executor import Executor
from moot.experiment.plan import AS_DECLARED, Job, Plan
from moot.experiment.questions import BURDENS, Burden, Frontier
from moot.experiment.scenario import Scenario
from moot.findings.asking import Asked as Asking
from moot.findings.intervals import Interval, mean_interval
from moot.findings.jobs import Progress
from moot.findings.metric_parts import Asked
from moot.findings.metrics_totals import BURDENS as COUNTED
from moot.findings.rules import Rules
from moot.findings.samples import Numbers
from moot.regime.aims import Aim, aim_of
from moot.regime.alternatives import Alternative, Budget
from moot.regime.schema import Regime
from moot.regime.searching import steps
from moot.store.experiments import Shelf

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["WORDS", "Drawn", "Found", "Round", "Scheme", "found_of", "jobs_at_most", "questions_of"]

FEWEST = 10
ARMS = 8
"""Arms of one job of the search: they are all in memory at once."""
WORDS: dict[Burden, str] = dict(zip(BURDENS, COUNTED, strict=True))
"""What a burden is called, as in the metric M_ALT."""
Kind = Literal["start", "battery", "searched"]
Totals = dict[str, int]


@dataclass(frozen=True)
class Scheme:
    """One scheme: `arm` is its name, `of` that of the scheme that it is taken from, `changed` what differs.

    `regime` is None for R0, today's law; `budget` what it spends a person and year, by its declared numbers;
    `text` the file of a searched one.
    """

    arm: str
    kind: Kind
    title: str
    changed: tuple[str, ...]
    of: str
    regime: Regime | None
    budget: Budget
    text: str = ""


@dataclass(frozen=True)
class Measured:
    """Replicates of one scheme on some seeds, per 1,000 synthetic people.

    `fall`: (replicates,) true acts under today's law less its own; `apart`: acts of the regime less its own;
    `burdens`: by name (replicates,), its own less today's law.
    """

    fall: Numbers
    apart: Numbers
    burdens: Mapping[Burden, Numbers]

    def interval(self, level: float) -> Interval:
        """Of `apart`."""
        return mean_interval(self.apart, level)

    def reaches(self, margin: float, level: float) -> bool:
        """Whether the lower end of `apart` lies above −margin; at margin 0 the regime itself counts."""
        return self.interval(level).low > -margin

    def weight(self, order: Sequence[Burden]) -> tuple[float, ...]:
        """Mean burdens in an order, to be compared one after another."""
        return tuple(float(self.burdens[name].mean()) for name in order)


@dataclass(frozen=True)
class Drawn:
    """Of `of` draws of assumptions, in how many a scheme reaches, and has less of each burden."""

    of: int
    reaches: int
    less: Mapping[Burden, int]


@dataclass(frozen=True)
class Round:
    """One round of the search: from which scheme, to which of `candidates`, if any was milder and reached."""

    start: str
    candidates: tuple[str, ...]
    reached: tuple[str, ...]
    chosen: str | None


@dataclass(frozen=True)
class Found:
    """What was found for one scenario; `why` says why there is no frontier, and is empty where there is one.

    `chosen` and `fresh` by arm, the regime among them; `fresh` has those that are reported. `picked` are the
    arms that reach and that none which reaches dominates, on the seeds that choose, and `first` the least
    burdensome of them; `frontier` and `least` are the same of what reaches on fresh seeds as well (burdens
    are compared on the seeds that choose); `dominated` by which others each arm is.
    """

    asked: Question
    schemes: tuple[Scheme, ...]
    chosen: Mapping[str, Measured]
    fresh: Mapping[str, Measured]
    drawn: Mapping[str, Drawn]
    rounds: tuple[Round, ...]
    picked: tuple[str, ...]
    frontier: tuple[str, ...]
    dominated: Mapping[str, tuple[str, ...]]
    first: str | None
    least: str | None
    why: str
    jobs: int


@dataclass(frozen=True)
class Question:
    """What is asked of one scenario: its regime, its aim, and the alternatives with what each spends."""

    plan: Plan
    scenario: Scenario
    frontier: Frontier
    start: str
    comparator: str
    aim: Aim
    alternatives: Mapping[str, tuple[Alternative, Budget | None]]

    @property
    def regime(self) -> Regime:
        """The regime that is asked about."""
        found = self.scenario.arm_regimes[self.start]
        assert found is not None
        return found

    @property
    def chose(self) -> range:
        """The replicates that choose, from 1."""
        return range(1, (self.frontier.replicates or self.plan.experiment.replicates.count) + 1)

    @property
    def of_plan(self) -> bool:
        """Whether its jobs are those of the experiment's own size."""
        return self.scenario.content_hash == self.plan.scenario(self.scenario.scenario).content_hash

    @property
    def fresh(self) -> range:
        """The replicates that are reported, after those that chose."""
        count = len(self.chose)
        return range(count + 1, count + (self.frontier.fresh or count) + 1)

    @property
    def order(self) -> tuple[Burden, ...]:
        """The burdens, in the order in which they choose."""
        first = tuple(dict.fromkeys(self.frontier.burdens))
        return (*first, *(name for name in BURDENS if name not in first))

    @property
    def jobs_at_most(self) -> int:
        """Jobs at most, the search at its full length with as many steps each as the regime has."""
        per_round = -(-len(steps(self.regime)) // ARMS)
        search = self.frontier.rounds * per_round * len(self.chose)
        draws = self.plan.experiment.draws
        of_draws = 0
        if draws is not None:
            of_draws = draws.count * min(draws.replicates or len(self.fresh), len(self.fresh))
        return (
            len(self.chose) + search + (1 + self.frontier.rounds * per_round) * (len(self.fresh) + of_draws)
        )


def questions_of(plan: Plan) -> tuple[Question, ...]:
    """What is asked, scenario by scenario.

    Raises `DeclarationError` where the experiment asks nothing, has too few replicates, or names an aim that
    there may not be.
    """
    told = plan.experiment
    if told.frontier is None:
        told.refuse(
            (),
            "asks for no frontier; expected `arms: alternatives` and `frontier: {aim: …, margin: …}`, with "
            "the margin in true acts per 1,000 synthetic people",
        )
    count = told.frontier.replicates or told.replicates.count
    if count < FEWEST:
        said = f"{count} replicates; whether a scheme reaches takes {FEWEST} or more"
        told.refuse(("replicates",), said)
    out = []
    for model in told.scenario_models:
        scenario = model.replace(people=told.frontier.people, days=told.frontier.days)
        rules = Rules(scenario, tuple(scenario.arms))
        start = next(name for name, one in scenario.arm_regimes.items() if one is not None)
        regime = scenario.arm_regimes[start]
        assert regime is not None
        try:
            aim = aim_of(told.frontier.aim, regime)
        except UserError as error:
            told.refuse(("frontier", "aim"), str(error))
        known = scenario.country_model.acts
        acts = Aim(tuple(act for act in aim.acts if act in known))
        if not acts.acts:
            said = f"{told.frontier.aim}: {scenario.country_model.country} has no rate of such acts"
            told.refuse(("frontier", "aim"), said)
        derived = alternatives_in(regime, scenario.country_model, aim=told.frontier.aim)
        named = {name.lower(): one for name, one in derived.items()}
        out.append(Question(plan, scenario, told.frontier, start, rules.comparator, acts, named))
    return tuple(out)


def jobs_at_most(plan: Plan) -> int:
    """How many jobs `moot frontier` does at most."""
    return sum(one.jobs_at_most for one in questions_of(plan))


def found_of(
    plan: Plan,
    shelf: Shelf,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> list[Found]:
    """What is found, scenario by scenario; what is on the shelf is not done again.

    `threads`, `progress`, `cache` and `executor` change no number. Raises as `questions_of` does, and
    `JobFailed`.
    """
    asked = questions_of(plan)
    of, before, out = sum(one.jobs_at_most for one in asked), 0, []
    for one in asked:
        out.append(_Looking(one, shelf, threads, progress, cache, before, of, executor).found())
        before += one.jobs_at_most
    return out


@dataclass(frozen=True)
class Trial(Job):
    """A job of schemes beside those of the plan, named by what they are."""

    what: str = ""

    @property
    def name(self) -> str:
        """Named by the regimes that it simulates, so that other searches never meet it."""
        known = hashlib.sha256(canonical_json([self.what, list(self.arms)])).hexdigest()[:16]
        return f"{self.scenario}-x{known}-r{self.replicate:04d}-d{self.draw:03d}"


@dataclass
class _Looking:
    asked: Question
    shelf: Shelf
    threads: int | None
    progress: Progress | None
    cache: bool
    before: int
    of: int
    executor: Executor | None
    _totals: dict[tuple[str, int, int], Totals] = field(default_factory=dict)
    _today: dict[tuple[int, int], Totals] = field(default_factory=dict)
    _jobs: int = 0

    def found(self) -> Found:
        """Choose, search, and report on fresh seeds."""
        asked = self.asked
        battery = [self._start, *self._battery]
        pool = {one.arm: one for one in battery}
        self._of_plan(asked.chose)
        measured = {arm: self._measured(one, asked.chose) for arm, one in pool.items()}
        why = self._not_clear(measured[asked.start], "the seeds that choose")
        rounds: list[Round] = []
        if not why:
            rounds = self._search(pool, measured)
        reported = self._reported(pool, measured) if not why else battery
        self._of_plan(asked.fresh)
        self._others([one for one in reported if one.kind == "searched"], asked.fresh)
        fresh = {one.arm: self._measured(one, asked.fresh) for one in reported}
        why = why or self._not_clear(fresh[asked.start], "fresh seeds")
        drawn = self._drawn(reported) if not why else {}
        reach = [arm for arm, one in measured.items() if self._reaches(arm, one)]
        dominated = {
            arm: tuple(x for x in reach if self._less(measured[x], one)) for arm, one in measured.items()
        }
        named, stand = (
            self._undominated(among, pool, measured)
            for among in (reach, [arm for arm in reach if arm in fresh and self._reaches(arm, fresh[arm])])
        )
        first, least = (
            min(among, key=lambda arm: measured[arm].weight(asked.order)) for among in (named, stand)
        )
        if why:
            return Found(
                asked, tuple(pool.values()), measured, fresh, drawn, tuple(rounds), (), (), dominated, None,
                None, why, self._jobs,
            )  # fmt: skip
        return Found(
            asked, tuple(pool.values()), measured, fresh, drawn, tuple(rounds), tuple(named), tuple(stand),
            dominated, first, least, why, self._jobs,
        )  # fmt: skip

    def _undominated(
        self, among: Sequence[str], pool: Mapping[str, Scheme], measured: Mapping[str, Measured]
    ) -> list[str]:
        """Those that none of them dominates, on the seeds that choose; without idle steps of the search."""
        return [
            arm
            for arm in among
            if not any(self._less(measured[x], measured[arm]) for x in among)
            and not self._idle(pool[arm], measured)
        ]

    @staticmethod
    def _idle(one: Scheme, measured: Mapping[str, Measured]) -> bool:
        """Whether a step of the search changed no burden."""
        if one.kind != "searched":
            return False
        return measured[one.arm].weight(BURDENS) == measured[one.of].weight(BURDENS)

    # What there is.

    @property
    def _level(self) -> float:
        return self.asked.plan.experiment.level

    @property
    def _start(self) -> Scheme:
        a = self.asked
        budget = budget_of(a.regime, a.scenario.country_model)
        return Scheme(a.start, "start", a.regime.name, (), "", a.regime, budget)

    @property
    def _battery(self) -> list[Scheme]:
        found = []
        for arm, (one, budget) in self.asked.alternatives.items():
            if one.id == "R0":
                found.append(Scheme(
                    self.asked.comparator, "battery", one.words.title, one.changed, self.asked.start, None,
                    Budget(0.0, 0.0),
                ))  # fmt: skip
            if one.regime is not None and budget is not None:
                found.append(
                    Scheme(arm, "battery", one.words.title, one.changed, self.asked.start, one.regime, budget)
                )
        return found

    def _not_clear(self, start: Measured, where: str) -> str:
        """Why there is no frontier, or nothing: the regime's own effect has to be clear of 0."""
        fall = mean_interval(start.fall, self._level)
        if fall.low > 0:
            return ""
        return (
            f"the effect of {self.asked.start} on the acts aimed at is not clear of 0 on {where}: whether "
            "something milder reaches as much is no question where it is not seen to reach anything"
        )

    def _reaches(self, arm: str, one: Measured) -> bool:
        return arm == self.asked.start or one.reaches(self.asked.frontier.margin, self._level)

    def _less(self, one: Measured, other: Measured) -> bool:
        """Whether `one` has no burden larger than `other` and one smaller, on average."""
        pairs = list(zip(one.weight(BURDENS), other.weight(BURDENS), strict=True))
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)

    # The search.

    def _search(self, pool: dict[str, Scheme], measured: dict[str, Measured]) -> list[Round]:
        """Go one step milder, round by round, on the seeds that choose; `pool` and `measured` grow."""
        order, rounds = self.asked.order, []
        reach = [arm for arm, one in measured.items() if self._reaches(arm, one)]
        current = min(reach, key=lambda arm: measured[arm].weight(order))
        for number in range(1, self.asked.frontier.rounds + 1):
            here = pool[current]
            if here.regime is None:
                break  # nothing is milder than no regime
            candidates = [
                self._one_step(number, here, step.name, step.words, step.regime, step.text)
                for step in steps(here.regime, self.asked.regime)
            ]
            self._others(candidates, self.asked.chose)
            for one in candidates:
                pool[one.arm] = one
                measured[one.arm] = self._measured(one, self.asked.chose)
            reached = [one.arm for one in candidates if self._reaches(one.arm, measured[one.arm])]
            best = min(reached, key=lambda arm: measured[arm].weight(order), default=None)
            if best is not None and measured[best].weight(order) >= measured[current].weight(order):
                best = None
            rounds.append(Round(current, tuple(one.arm for one in candidates), tuple(reached), best))
            if best is None:
                break
            current = best
        return rounds

    def _one_step(
        self, number: int, here: Scheme, name: str, words: str, regime: Regime, text: str
    ) -> Scheme:
        budget = budget_of(regime, self.asked.scenario.country_model)
        arm = f"m{number}-{name}"[:60].rstrip("-")
        changed = (*here.changed, f"{words[:1].upper()}{words[1:]}.".replace("..", "."))
        title = f"{here.title if here.kind != 'start' else here.arm}, {words}"[:200]
        return Scheme(arm, "searched", title, changed, here.arm, regime, budget, text)

    def _reported(self, pool: Mapping[str, Scheme], measured: Mapping[str, Measured]) -> list[Scheme]:
        """The regime, the battery, and of the search what reached and changed a burden."""

        def told(arm: str, one: Scheme) -> bool:
            return self._reaches(arm, measured[arm]) and not self._idle(one, measured)

        return [one for arm, one in pool.items() if one.kind != "searched" or told(arm, one)]

    # Jobs.

    def _of_plan(self, replicates: Sequence[int], draws: Sequence[int] = (AS_DECLARED,)) -> None:
        """The regime, the battery and today's law, in jobs of the experiment where these are of its size."""
        a = self.asked
        at = [(r, d) for r in replicates for d in draws]
        name, arms = a.scenario.scenario, tuple(a.scenario.arms)
        if a.of_plan:
            self._do([Job(name, arms, r, d, *self._seeds(r)) for r, d in at], a.plan.scenario_of)
            return
        what = a.scenario.content_hash
        jobs = [Trial(name, arms, r, d, *self._seeds(r), what) for r, d in at]
        self._do(jobs, lambda job: a.plan.under_draw(a.scenario, job.draw)[0])

    def _others(
        self, schemes: Sequence[Scheme], replicates: Sequence[int], draws: Sequence[int] = (AS_DECLARED,)
    ) -> None:
        """Schemes of the search, a few at a time."""
        a = self.asked
        for x in range(0, len(schemes), ARMS):
            part = schemes[x : x + ARMS]
            regimes: dict[str, Regime | None] = {one.arm: one.regime for one in part}
            base = a.scenario.with_arms({a.comparator: None} | regimes)
            jobs = [
                Trial(a.scenario.scenario, tuple(regimes), r, d, *self._seeds(r), base.content_hash)
                for r in replicates
                for d in draws
            ]
            self._do(jobs, lambda job, base=base: a.plan.under_draw(base, job.draw)[0])  # type: ignore[misc]

    def _seeds(self, replicate: int) -> tuple[int, int]:
        told = self.asked.plan.experiment
        chance = told.seed + replicate - 1
        return (told.seed if told.replicates.people == "fixed" else chance), chance

    def _do(self, jobs: Sequence[Job], scenario_of: Callable[[Job], Scenario]) -> None:
        whole = jobs and not isinstance(jobs[0], Trial)
        asking = Asking(
            self.shelf, scenario_of, self.threads, self.progress, self.cache, self.executor,
            shares=lambda _: True, briefly=not whole,
        )  # fmt: skip
        done = asking.do(jobs, before=self.before + self._jobs, of=self.of)
        self._jobs += len(jobs)
        for job, outcome in done.outcomes.items():
            for arm in job.arms:
                totals = outcome.totals(arm)
                if totals.get("engine:clamped", 0):
                    raise RunError(
                        f"{job.words}, arm {arm}: probabilities were clamped: the headroom of an act is too "
                        "small for what raised it; `moot check` says which"
                    )
                self._totals[arm, job.replicate, job.draw] = totals

    # Numbers.

    def _measured(self, scheme: Scheme, replicates: Sequence[int], draw: int = AS_DECLARED) -> Measured:
        a, scale = self.asked, 1000.0 / self.asked.scenario.people

        def of(arm: str, names: Sequence[str]) -> Numbers:
            rows = [self._totals[arm, r, draw] for r in replicates]
            return scale * np.array([sum(row.get(name, 0) for name in names) for row in rows], np.float64)

        today, own = of(a.comparator, a.aim.measures), of(scheme.arm, a.aim.measures)
        names = self._names(scheme)
        burdens = {one: of(scheme.arm, names[one]) - of(a.comparator, names[one]) for one in BURDENS}
        return Measured(today - own, of(a.start, a.aim.measures) - own, burdens)

    @cached_property
    def _known(self) -> dict[str, dict[Burden, list[str]]]:
        return {}

    def _names(self, scheme: Scheme) -> dict[Burden, list[str]]:
        """The measures of each burden under a scheme, as the metric M_ALT counts them."""
        if scheme.arm not in self._known:
            a = self.asked
            regime = scheme.regime or a.regime  # under today's law each counts what today's law brings
            scenario = a.scenario.with_arms({a.comparator: None, a.start: regime})
            rules = Rules(scenario, (a.comparator, a.start))
            asked = Asked(cast("Run", _Declared(rules)), a.start)
            self._known[scheme.arm] = {one: list(COUNTED[WORDS[one]](asked)) for one in BURDENS}
        return self._known[scheme.arm]

    def _drawn(self, reported: Sequence[Scheme]) -> dict[str, Drawn]:
        """Over the draws of the experiment, on fresh seeds: in how many a scheme reaches, and has less."""
        told = self.asked.plan.experiment
        if told.draws is None:
            return {}
        replicates = self.asked.fresh[: told.draws.replicates or len(self.asked.fresh)]
        draws = range(1, told.draws.count + 1)
        self._of_plan(replicates, draws)
        self._others([one for one in reported if one.kind == "searched"], replicates, draws)
        start = [self._measured(reported[0], replicates, d) for d in draws]
        out = {}
        for scheme in reported[1:]:
            mine = [self._measured(scheme, replicates, d) for d in draws]
            less = {}
            for one in BURDENS:
                apart = [s.burdens[one] - m.burdens[one] for s, m in zip(start, mine, strict=True)]
                less[one] = sum(float(x.mean()) > 0 for x in apart)
            reaches = sum(float(m.apart.mean()) > -self.asked.frontier.margin for m in mine)
            out[scheme.arm] = Drawn(len(draws), reaches, less)
        return out


@dataclass(frozen=True)
class _Declared:
    """What a metric asks of a run when it only wants to know which measures there are."""

    rules: Rules
