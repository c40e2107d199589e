"""Which mechanism of a regime does how much: coalitions of declared players, simulated and divided.

All coalitions of one replicate share people, burn-in and every draw, and differ in the mechanisms that are
left out alone. They are simulated in passes of a few arms. Up to `EXACT` players every coalition is
simulated; beyond that, those of orders that are drawn, each with its reverse. Passes are jobs that are kept
on a shelf, so that what was stopped goes on. A share is a convention: it depends on the list of players, and
it is no finding of legal cause.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moot.declaring.values import canonical_json
from moot.errors import RunError, UserError
from moot.experiment.executor import Executor
from moot.experiment.plan import AS_DECLARED, Job, classes_in, matching
from moot.findings.asking import Asked
from moot.findings.intervals import Interval, mean_interval
from moot.findings.jobs import Progress
from moot.findings.samples import Numbers
from moot.findings.shapley import Attribution, attribution, estimated_attribution, members
from moot.findings.summary import WIDTH, two
from moot.regime.players import Mechanism, Players, coalition
from moot.store.experiments import InMemory, Shelf

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.regime.schema import Regime

__all__ = ["EXACT", "SAYS", "Attributed", "Divided", "Replicate", "attribute", "jobs_of", "lines_of"]

EXACT = 6
"""Players up to which all coalitions are simulated: 64 arms a replicate."""
ARMS = 8
"""Arms of one pass: they are all in memory at once."""
SAYS = (
    "Synthetic people; mechanism, not forecast. Assumptions are not varied: the interval is the noise of the "
    "simulation alone.",
    "A share is a convention: the mean of what a player adds, over all orders in which the players of this "
    "list could be switched on. With another list the shares are others. It is no finding of legal cause. It "
    "may be negative, where a player works against the whole.",
)


@dataclass(frozen=True)
class Replicate:
    """One replicate: `seed` of the people, `chance` of what happens to them."""

    seed: int
    chance: int


@dataclass(frozen=True)
class Divided:
    """One measure, divided. All in the measure's own unit per 1,000 synthetic people.

    `comparator`, `ground` (no player) and `whole` (all players): intervals over replicates; `attribution` the
    difference of the last two, divided among the players.
    """

    measure: str
    comparator: Interval | None
    ground: Interval
    whole: Interval
    attribution: Attribution

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, replicate by replicate."""
        found = self.attribution
        return {
            "measure": self.measure,
            "unit": "per 1,000 synthetic people over the run, or on its last day",
            "comparator": _interval(self.comparator) if self.comparator else None,
            "ground": _interval(self.ground),
            "whole": _interval(self.whole),
            "effect": _interval(found.total),
            "players": [
                {
                    "player": part.name,
                    "share": _interval(part.value),
                    "alone": _interval(part.alone),
                    "last": _interval(part.last),
                    "by_replicate": found.values[:, j].tolist(),
                }
                for j, part in enumerate(found.parts)
            ],
            "effect_by_replicate": found.totals.tolist(),
            "pairs": [
                {"players": list(one.names), "kind": one.kind, "index": _interval(one.index)}
                for one in found.pairs
            ],
        }


@dataclass(frozen=True)
class Attributed:
    """The change of each measure divided among the declared players, over replicates."""

    players: Players
    mechanisms: tuple[Mechanism, ...]
    regime: str
    people: int
    days: int
    replicates: tuple[Replicate, ...]
    coalitions: int
    orders: int
    measures: tuple[Divided, ...]

    def lines(self) -> list[str]:
        """What is told, as lines of at most `WIDTH` columns."""
        return lines_of(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "synthetic": True,
            "says": list(SAYS),
            "players": {
                "name": self.players.players,
                "title": self.players.title,
                "list": [{"player": one.name, "words": one.words} for one in self.mechanisms],
                "groups": [list(group) for group in self.players.grouped],
            },
            "regime": self.regime,
            "people": self.people,
            "days": self.days,
            "replicates": [{"seed": one.seed, "chance": one.chance} for one in self.replicates],
            "coalitions": self.coalitions,
            "orders": self.orders,
            "measures": [one.as_dict() for one in self.measures],
        }


def _interval(one: Interval) -> dict[str, Any]:
    return {"mean": one.mean, "low": one.low, "high": one.high, "level": one.level}


# What is read.

TODAYS_LAW = "today's law"
NO_DIFFERENCE = "no difference seen"


def lines_of(content: Mapping[str, Any]) -> list[str]:
    """What `Attributed.as_dict` says, as lines of at most `WIDTH` columns."""
    orders = content["orders"]
    how = f"of {orders} drawn orders and reverses" if orders else "each of them simulated"
    players = content["players"]
    lines = [
        f"{players['title']}: regime {content['regime']}, {content['people']:,} synthetic people × "
        f"{content['days']} days, {len(content['replicates'])} replicates, "
        f"{content['coalitions']} coalitions, {how}.",
        *SAYS,
        "Players:",
        *(f"  {one['player']}: {one['words']}" for one in players["list"]),
        "The ground, which is in every coalition: what is seen, what it costs, the score and its tiers.",
    ]
    if players["groups"]:
        said = "; ".join(", ".join(one) for one in players["groups"])
        lines.append(f"Switched on group by group (Owen's value): {said}.")
    lines = [x for line in lines for x in textwrap.wrap(line, WIDTH, subsequent_indent="    ")]
    for one in content["measures"]:
        lines += ["", *_table(one)]
    return lines


def _between(one: Mapping[str, Any], *, sign: bool = True) -> str:
    low, high = (two(one[end], sign=sign) for end in ("low", "high"))
    return f"{two(one['mean'], sign=sign)} [{low}, {high}]"


def _table(one: Mapping[str, Any]) -> Iterator[str]:
    """One measure as a table; shares in the order of the list."""
    percent = f"{100 * one['effect']['level']:g} % interval over replicates"
    yield from textwrap.wrap(f"{one['measure']}, per 1,000 synthetic people [{percent}]", WIDTH)
    if one["comparator"] is not None:
        yield f"  {TODAYS_LAW:<28}{_between(one['comparator'], sign=False)}"
    yield f"  {'the ground alone':<28}{_between(one['ground'], sign=False)}"
    yield f"  {'with all players':<28}{_between(one['whole'], sign=False)}"
    yield f"  {'effect of the players':<28}{_between(one['effect'])}"
    yield f"  {'player':<28}{'share':<28}{'alone':>12}{'last':>12}"
    for part in one["players"]:
        beside = "".join(f"{two(part[key]['mean'], sign=True):>12}" for key in ("alone", "last"))
        yield f"  {part['player']:<28}{_between(part['share']):<28}{beside}"
    yield "  Shares add up to the effect, before they are rounded to two digits."
    for pair in one["pairs"]:
        if pair["kind"] != NO_DIFFERENCE:
            first, second = pair["players"]
            yield f"  {first} and {second}: {pair['kind']} ({_between(pair['index'])})"


def attribute(
    scenario: Scenario,
    players: Players,
    replicates: Sequence[Replicate],
    *,
    pairs_of_orders: int = 10,
    level: float = 0.95,
    threads: int | None = None,
    most_arms: int = ARMS,
    shelf: Shelf | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    before: int = 0,
    of: int | None = None,
) -> Attributed:
    """Divide the change of each measure among the players.

    `replicates`: at least 2. `pairs_of_orders`: orders drawn beyond `EXACT` players, each with its reverse.
    Jobs that are on the `shelf` (default: in memory) are not done again. `most_arms`, `threads`, `executor`,
    `cache` and `progress` change no number; `before` and `of` are what is told of progress beside these jobs.
    Raises `UserError` for an arm without a regime, a measure that there is not, or a law that changes within
    the run; `DeclarationError` for players that the regime does not have; `JobFailed` for a job that fails.
    """
    passes = _Passes.of(scenario, players, replicates, pairs_of_orders, most_arms)
    doing = Asked(
        shelf or InMemory(), passes.scenario_of, threads, progress, cache, executor, shares=lambda _: True,
        briefly=True,
    )  # fmt: skip
    totals = passes.totals(doing, before, of)
    names, groups, k = players.names, players.grouped, len(players.names)
    scale, classes = 1000 / scenario.people, classes_in(scenario)
    known = list(dict.fromkeys(name for row in totals.values() for one in row for name in one))
    divided = []
    for measure in players.measures:
        summed = matching(measure, [name for name in known if not name.startswith("engine:")], classes)

        def value(of: int, summed: tuple[str, ...] = summed) -> Numbers:
            rows = totals[of]
            return np.array([scale * sum(row.get(name, 0) for name in summed) for row in rows])

        if k <= EXACT:
            table = np.stack([value(c) for c in passes.coalitions], axis=1)
            found = attribution(table, names, groups=groups, level=level)
        else:
            found = estimated_attribution(
                value, names, pairs_of_orders=pairs_of_orders, seed=ORDERS, groups=groups,
                level=level,
            )  # fmt: skip
        comparator = mean_interval(value(TODAY), level) if TODAY in totals else None
        ground, whole = (mean_interval(value(c), level) for c in (0, (1 << k) - 1))
        divided.append(Divided(measure, comparator, ground, whole, found))
    return Attributed(
        players, passes.mechanisms, passes.regime, scenario.people, scenario.days,
        tuple(replicates), len(passes.coalitions), 0 if k <= EXACT else 2 * pairs_of_orders, tuple(divided),
    )  # fmt: skip


def jobs_of(
    scenario: Scenario,
    players: Players,
    replicates: Sequence[Replicate],
    *,
    pairs_of_orders: int = 10,
    most_arms: int = ARMS,
) -> tuple[Job, ...]:
    """The jobs of an attribution, before any of them is done. Raises as `attribute` does."""
    return _Passes.of(scenario, players, replicates, pairs_of_orders, most_arms).jobs


TODAY = -1
"""Stands for the comparator, which is no coalition of players."""
ORDERS = 1
"""Seed of the drawn orders."""


def _regime_of(scenario: Scenario, asked: str | None) -> tuple[str, Regime]:
    regimes = {name: one for name, one in scenario.arm_regimes.items() if one is not None}
    if asked is not None and asked not in regimes:
        raise UserError(f"arm {asked}: no arm with a regime; there is {', '.join(regimes) or 'none'}")
    for name, one in regimes.items():
        if asked in (None, name):
            return name, one
    raise UserError(f"the scenario {scenario.scenario} has no arm with a regime")


def _coalitions_of_orders(names: tuple[str, ...], groups: Sequence[Sequence[str]], pairs: int) -> list[int]:
    """The coalitions that drawn orders ask for: found by a first go with nothing in place of numbers."""
    asked: dict[int, None] = {}

    def note(of: int) -> Numbers:
        asked[of] = None
        return np.zeros(2)

    estimated_attribution(note, names, pairs_of_orders=pairs, seed=ORDERS, groups=groups)
    return sorted(asked)


@dataclass(frozen=True)
class Pass(Job):
    """A job of a few coalitions; `what` is the hash of the scenario with these as its arms."""

    what: str = ""

    @property
    def name(self) -> str:
        """Named by what it simulates, so that other players never meet it."""
        known = hashlib.sha256(canonical_json([self.what, list(self.arms)])).hexdigest()[:16]
        return f"{self.scenario}-c{known}-r{self.replicate:04d}-{self.seed}-{self.chance}"


@dataclass(frozen=True)
class _Passes:
    """The coalitions of one regime as jobs of a few arms each; `worlds` has the scenario of each pass."""

    mechanisms: tuple[Mechanism, ...]
    regime: str
    coalitions: tuple[int, ...]
    called: dict[int, str]
    replicates: int
    worlds: dict[str, Scenario]
    jobs: tuple[Pass, ...]

    @classmethod
    def of(
        cls, scenario: Scenario, players: Players, replicates: Sequence[Replicate], pairs: int, most: int
    ) -> _Passes:
        if len(replicates) < 2:
            raise UserError(f"{len(replicates)} replicate; an interval needs at least 2")
        if scenario.changes:
            raise UserError(
                "the law changes within the run; what is attributed is one regime from its first day"
            )
        _, regime = _regime_of(scenario, players.arm)
        mechanisms = tuple(players.check_against(regime).values())
        names = players.names
        k = len(names)
        asked = list(range(1 << k)) if k <= EXACT else _coalitions_of_orders(names, players.grouped, pairs)
        regimes: dict[int, Regime | None] = {
            c: regime if c == (1 << k) - 1 else coalition(regime, mechanisms, members(c, names))
            for c in asked
        }
        comparator = next((name for name, one in scenario.arm_regimes.items() if one is None), None)
        if comparator is not None:
            regimes[TODAY] = None
        called = {c: (comparator or "") if c == TODAY else f"coalition-{c}" for c in regimes}
        listed = list(regimes)
        worlds: dict[str, Scenario] = {}
        passes: list[tuple[str, tuple[str, ...]]] = []
        for x in range(0, len(listed), most):
            arms = {called[c]: regimes[c] for c in listed[x : x + most]}
            beside = {comparator: None} if comparator is not None else {}  # a scenario needs its own
            world = scenario.with_arms(beside | arms)
            worlds[world.content_hash] = world
            passes.append((world.content_hash, tuple(arms)))
        jobs = tuple(
            Pass(scenario.scenario, arms, r, AS_DECLARED, one.seed, one.chance, what)
            for r, one in enumerate(replicates, 1)
            for what, arms in passes
        )
        return cls(
            mechanisms, regime.regime, tuple(asked), called, len(replicates), worlds, jobs
        )  # fmt: skip

    def scenario_of(self, job: Job) -> Scenario:
        """The scenario that a pass simulates."""
        assert isinstance(job, Pass)
        return self.worlds[job.what]

    def totals(self, doing: Asked, before: int, of: int | None) -> dict[int, list[dict[str, int]]]:
        """The totals of each coalition, replicate by replicate; of the comparator under `TODAY`."""
        found: dict[tuple[str, int], dict[str, int]] = {}
        for job, outcome in doing.do(self.jobs, before=before, of=of).outcomes.items():
            for arm in job.arms:
                found[arm, job.replicate] = totals = outcome.totals(arm)
                if totals.get("engine:clamped", 0):
                    raise RunError(
                        f"{job.words}, {arm}: probabilities were clamped: the headroom of an act is too "
                        "small for what raised it; `moot check` says which"
                    )
        replicates = range(1, self.replicates + 1)
        return {c: [found[arm, r] for r in replicates] for c, arm in self.called.items()}
