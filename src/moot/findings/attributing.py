"""Which mechanism of a regime does how much: coalitions of declared players, simulated and divided.

All coalitions of one replicate share people, burn-in and every draw, and differ in the mechanisms that are
left out alone. They are simulated in passes of a few arms. Up to `EXACT` players every coalition is
simulated; beyond that, those of orders that are drawn, each with its reverse. A share is a convention: it
depends on the list of players, and it is no finding of legal cause.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from moot.errors import UserError
from moot.experiment.executor import Done, Executor, carry_out
from moot.experiment.plan import AS_DECLARED, Job, matching
from moot.experiment.simulation import simulate
from moot.findings.intervals import Interval, mean_interval
from moot.findings.outcomes import outcome_of
from moot.findings.samples import Numbers
from moot.findings.saving import burn_ins
from moot.findings.shapley import Attribution, attribution, estimated_attribution, members
from moot.findings.summary import WIDTH, two
from moot.regime.players import Mechanism, Players, coalition

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.regime.schema import Regime

__all__ = ["EXACT", "SAYS", "Attributed", "Divided", "Replicate", "attribute"]

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

Progress = Callable[[str, int, int], None]


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
        how = "each of them simulated" if not self.orders else f"of {self.orders} drawn orders and reverses"
        lines = [
            f"{self.players.title}: regime {self.regime}, {self.people:,} synthetic people × {self.days} "
            f"days, {len(self.replicates)} replicates, {self.coalitions} coalitions, {how}.",
            *SAYS,
            "Players:",
            *(f"  {one.name}: {one.words}" for one in self.mechanisms),
            "The ground, which is in every coalition: what is seen, what it costs, the score and its tiers.",
        ]
        groups = self.players.grouped
        if groups:
            said = "; ".join(", ".join(one) for one in groups)
            lines.append(f"Switched on group by group (Owen's value): {said}.")
        lines = [x for line in lines for x in textwrap.wrap(line, WIDTH, subsequent_indent="    ")]
        for one in self.measures:
            lines += ["", *_table(one)]
        return lines

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


def _between(one: Interval, *, sign: bool = True) -> str:
    return f"{two(one.mean, sign=sign)} [{two(one.low, sign=sign)}, {two(one.high, sign=sign)}]"


TODAYS_LAW = "today's law"


def _table(one: Divided) -> Iterator[str]:
    """One measure as a table; shares in the order of the list."""
    found = one.attribution
    percent = f"{100 * found.total.level:g} % interval over replicates"
    yield from textwrap.wrap(f"{one.measure}, per 1,000 synthetic people [{percent}]", WIDTH)
    if one.comparator is not None:
        yield f"  {TODAYS_LAW:<28}{_between(one.comparator, sign=False)}"
    yield f"  {'the ground alone':<28}{_between(one.ground, sign=False)}"
    yield f"  {'with all players':<28}{_between(one.whole, sign=False)}"
    yield f"  {'effect of the players':<28}{_between(found.total)}"
    yield f"  {'player':<28}{'share':<28}{'alone':>12}{'last':>12}"
    for part in found.parts:
        beside = f"{two(part.alone.mean, sign=True):>12}{two(part.last.mean, sign=True):>12}"
        yield f"  {part.name:<28}{_between(part.value):<28}{beside}"
    yield "  Shares add up to the effect, before they are rounded to two digits."
    for pair in found.pairs:
        if pair.kind != "no difference seen":
            first, second = pair.names
            yield f"  {first} and {second}: {pair.kind} ({_between(pair.index)})"


def attribute(
    scenario: Scenario,
    players: Players,
    replicates: Sequence[Replicate],
    *,
    pairs_of_orders: int = 10,
    level: float = 0.95,
    threads: int | None = None,
    most_arms: int = ARMS,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Attributed:
    """Divide the change of each measure among the players.

    `replicates`: at least 2. `pairs_of_orders`: orders drawn beyond `EXACT` players, each with its reverse.
    `most_arms`, `threads`, `executor` and `progress` change no number. Raises `UserError` for an arm without
    a regime, a measure that there is not, or a law that changes within the run; `DeclarationError` for
    players that the regime does not have.
    """
    if len(replicates) < 2:
        raise UserError(f"{len(replicates)} replicate; an interval needs at least 2")
    if scenario.changes:
        raise UserError("the law changes within the run; what is attributed is one regime from its first day")
    arm, regime = _regime_of(scenario, players.arm)
    mechanisms = tuple(players.check_against(regime).values())
    names = players.names
    runs = _Coalitions(scenario, regime, mechanisms, arm, most_arms, threads)
    k = len(names)
    groups = players.grouped
    asked = list(range(1 << k)) if k <= EXACT else _coalitions_of_orders(names, groups, pairs_of_orders)
    totals = runs.simulate(asked, replicates, executor, progress)
    scale = 1000 / scenario.people
    known = list(dict.fromkeys(name for row in totals.values() for one in row for name in one))
    divided = []
    for measure in players.measures:
        summed = matching(measure, [name for name in known if not name.startswith("engine:")])

        def value(of: int, summed: tuple[str, ...] = summed) -> Numbers:
            rows = totals[of]
            return np.array([scale * sum(row.get(name, 0) for name in summed) for row in rows])

        if k <= EXACT:
            table = np.stack([value(c) for c in asked], axis=1)
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
        players, mechanisms, regime.regime, scenario.people, scenario.days, tuple(replicates), len(asked),
        0 if k <= EXACT else 2 * pairs_of_orders, tuple(divided),
    )  # fmt: skip


TODAY = -1
"""Stands for the comparator, which is no coalition of players."""


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


ORDERS = 1
"""Seed of the drawn orders."""


@dataclass
class _Coalitions:
    """Simulates coalitions of one regime in passes of a few arms."""

    scenario: Scenario
    regime: Regime
    mechanisms: tuple[Mechanism, ...]
    arm: str
    most_arms: int
    threads: int | None

    def simulate(
        self,
        asked: Sequence[int],
        replicates: Sequence[Replicate],
        executor: Executor | None,
        progress: Progress | None,
    ) -> dict[int, list[dict[str, int]]]:
        """The totals of each coalition, replicate by replicate; of the comparator under `TODAY`."""
        whole = (1 << len(self.mechanisms)) - 1
        regimes: dict[int, Regime | None] = {c: self._regime(c, whole) for c in asked}
        comparator = next((name for name, one in self.scenario.arm_regimes.items() if one is None), None)
        if comparator is not None:
            regimes[TODAY] = None
        called = {c: (comparator or "") if c == TODAY else f"coalition-{c}" for c in regimes}
        listed = list(regimes)
        passes = [listed[x : x + self.most_arms] for x in range(0, len(listed), self.most_arms)]
        jobs = [
            Job(f"pass-{n}", tuple(called[c] for c in part), r, AS_DECLARED, one.seed, one.chance)
            for r, one in enumerate(replicates, 1)
            for n, part in enumerate(passes)
        ]
        done: dict[tuple[int, int], dict[str, int]] = {}
        with TemporaryDirectory(prefix="moot-") as folder:
            kept = burn_ins(least=0)
            kept.folder = Path(folder)

            def work(job: Job) -> dict[str, dict[str, int]]:
                part = passes[int(job.scenario.removeprefix("pass-"))]
                arms = {called[c]: regimes[c] for c in part}
                beside = {comparator: None} if comparator is not None else {}  # a scenario needs its own
                result = simulate(
                    self.scenario.with_arms(beside | arms), seed=job.seed, chance=job.chance,
                    threads=self.threads, arms=list(arms), panel=0, burn_ins=kept,
                )  # fmt: skip
                outcome = outcome_of(result)
                return {arm: outcome.totals(arm) for arm in result.arms}

            def keep(one: Done[dict[str, dict[str, int]]]) -> None:
                assert one.result is not None
                for c in passes[int(one.job.scenario.removeprefix("pass-"))]:
                    done[c, one.job.replicate] = one.result[called[c]]
                if progress is not None:
                    progress("arms", len(done), len(regimes) * len(replicates))

            carry_out(jobs, work, keep, executor=executor)
        return {c: [done[c, r] for r in range(1, len(replicates) + 1)] for c in regimes}

    def _regime(self, of: int, whole: int) -> Regime:
        if of == whole:
            return self.regime
        names = [one.name for one in self.mechanisms]
        return coalition(self.regime, self.mechanisms, members(of, names))
