"""Who lives in the dense reference, and what each arm remembers of them; nothing here moves a day on."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from moot.country.population import BORN, FIRST, Population
from moot.country.rates import ACT_LAYERS, bound
from moot.draws.permutation import backward, forward
from moot.draws.philox import mix, purpose, seed_key
from moot.society import law as L
from moot.society.compile import Compiled

M64 = (1 << 64) - 1
SILENT = 63
ACTS = [purpose(name) for name in ACT_LAYERS]
BEFORE_ALL = 0  # the day since which those who start at the top of repair have been clean


def rounded(product: int, bits: int) -> int:
    """product / 2**bits to the nearest whole number, halves away from zero."""
    size = (abs(product) + (1 << (bits - 1))) >> bits
    return size if product >= 0 else -size


def digest_mix(x: int) -> int:
    """The 64-bit mixing function, on Python's integers."""
    return int(mix(np.uint64(x & M64)))


@dataclass
class Standing:
    """How everybody stands in one scheme of one arm: one entry a person."""

    score: list[int]
    since: list[int]  # the day from which clean time counts
    novice: list[bool]
    one: list[bool]  # the last loss was of one point
    heavy: list[bool]  # a loss since the last full balance was heavy
    tier: list[int]


@dataclass
class ArmState:
    """Everything that one arm remembers."""

    standing: list[Standing]
    fear: list[list[int]]  # by class, by person, as it was on the day of the last event
    fear_day: list[int]
    lists: list[int]  # bit by list
    terms: dict[tuple[int, int], int]  # (person, list) -> last day
    jobs: list[Any] = field(default_factory=list)  # see tests.reference.livelihood
    debts: list[tuple[int, int, int, int, int]] = field(default_factory=list)


class People:
    """The people, what may happen to them at most, their ties, and how they stand in every arm.

    `before` is the state on the eve by arm, in which `had` schemes have begun; without it nobody has a record
    and everybody begins every scheme.
    """

    def __init__(
        self,
        population: Population,
        compiled: Compiled,
        *,
        first: int,
        days: int,
        before: Sequence[ArmState] | None,
        had: int,
    ) -> None:
        self.population, self.compiled, self.first, self.days = population, compiled, first, days
        self.key = seed_key(population.seed)
        self.n = population.people
        self.world = {name: compiled.world[0][name].tolist() for name in compiled.world.dtype.names}
        self.law = [{name: arm[name].tolist() for name in compiled.law.dtype.names} for arm in compiled.law]
        self.kinds = self.world["kinds"]
        self.arms = len(compiled.arms)
        self.purpose = compiled.rates[0]["purpose"].tolist()
        self._people()
        self._bounds()
        self._ties()
        self.state = [self._start(a, before[a] if before else None, had) for a in range(self.arms)]

    def _people(self) -> None:
        p, layout = self.population, self.population.layout
        self.region = p.region.tolist()
        self.residents: dict[int, list[int]] = {}
        for i, region in enumerate(self.region):
            self.residents.setdefault(region, []).append(i)
        self.levels = p.levels.tolist()
        self.who, self.where, self.theta = p.who.tolist(), p.where.tolist(), p.theta.tolist()
        self.looks = [row[5] - FIRST[5] for row in self.levels]
        self.stratum = [row[4] - FIRST[4] for row in self.levels]
        self.word, self.bit, self.low = [0] * self.n, [0] * self.n, [0] * self.n
        for b in range(layout.blocks):
            lo, hi = int(layout.block_start[b]), int(layout.block_start[b + 1])
            for i in range(lo, hi):
                self.word[i] = int(layout.block_word[b]) + (i - lo) // 64
                self.bit[i], self.low[i] = (i - lo) % 64, lo
        self.words = int(layout.block_word[-1])
        self.level = [[self._level(layer, i) for i in range(self.n)] for layer in range(len(ACTS))]
        orders, counts = self.compiled.rates[0]["order"].tolist(), self.compiled.rates[0]["count"].tolist()
        self.order = [order[:count] for order, count in zip(orders, counts, strict=True)]
        self.layer = self.compiled.rates[0]["layer"].tolist()
        self.born = p.person[:, BORN].tolist()

    def _level(self, layer: int, i: int) -> int:
        """The power of one half that bounds a person's acts of a layer; SILENT where there are none."""
        masks = self.population.classes[layer, :, self.word[i]].tolist()
        return next((c for c, mask in enumerate(masks) if mask >> self.bit[i] & 1), SILENT)

    def _bounds(self) -> None:
        """(bound, rate at its upper end) of every act of every person, in 1/2**32."""
        rates = self.compiled.rates[0]
        domain = rates["domain"].tolist()
        own = rates["own_at"].tolist()
        self.bound = [
            [
                bound(
                    rates, k, self.theta[i][domain[k]], self.theta[i][own[k]], self.who[i], self.where[i],
                )
                for k in range(self.kinds)
            ]
            for i in range(self.n)
        ]  # fmt: skip

    def _ties(self) -> None:
        """Everybody's ties by order, a list of persons each; and the far ties of each permutation."""
        w, p, layout = self.world, self.population, self.population.layout
        self.near: list[list[list[int]]] = [[[] for _ in range(self.n)] for _ in range(w["orders"])]
        for q in range(w["orders"]):
            for b in range(layout.blocks):
                lo, hi = int(layout.block_start[b]), int(layout.block_start[b + 1])
                row = [lo + x for x in p.order[q, lo:hi].tolist()]
                groups: list[list[int]] = []
                if w["tie_kind"][q] == 0:
                    at = 0
                    while at < len(row):
                        size = int(p.household[lo + at]) & 15
                        groups.append(row[at : at + size])
                        at += size
                elif w["tie_kind"][q] == 2:
                    size = w["tie_reach"][q]
                    employed, pupils = p.clique_end[q, b].tolist()
                    by_number: dict[tuple[int, bool], list[int]] = {}
                    for at in range(pupils):
                        by_number.setdefault((at // size, at < employed), []).append(row[at])
                    groups = list(by_number.values())
                elif len(row) <= 2 * w["tie_reach"][q]:
                    groups = [row]
                else:
                    for at, i in enumerate(row):
                        for step in range(1, w["tie_reach"][q] + 1):
                            self.near[q][i] += [row[at - step], row[(at + step) % len(row)]]
                for group in groups:
                    for i in group:
                        self.near[q][i] += [j for j in group if j != i]
        self.far = []
        for f in range(w["fars"]):
            key = np.uint64(w["far_key"][f] & M64)
            self.far.append(
                [[int(forward(key, i, self.n)), int(backward(key, i, self.n))] for i in range(self.n)]
            )

    def _start(self, a: int, before: ArmState | None, had: int) -> ArmState:
        """Nobody on a list; in schemes from `had` on, everybody where the scheme begins."""
        law, eve = self.law[a], self.first - 1
        prior = [min(65535, p) for p in self.world["prior"]]
        state = deepcopy(before) or ArmState(
            [], [[p] * self.n for p in prior], [eve] * self.n, [0] * self.n, {}
        )
        for s in range(had, law["schemes"]):
            rule, start = law["repair"][s], law["scale"][s][0]
            new = Standing(*([x] * self.n for x in (start, BEFORE_ALL, False, False, False, 0)))
            for i in range(self.n):
                if start < rule[L.R_CAP]:
                    new.since[i] = eve
                if rule[L.R_NOVICE_CYCLE] > 0 and self.born[i]:
                    clean = (eve + self.born[i]) % rule[L.R_NOVICE_CYCLE]
                    new.since[i], new.novice[i] = eve - clean, True
                    every, points = rule[L.R_NOVICE_EVERY], rule[L.R_NOVICE_POINTS]
                    gained = points * (clean // every) if every else 0
                    began = rule[L.R_NOVICE_START]
                    new.score[i] = max(began, min(rule[L.R_CAP], began + gained))
                for tier in range(law["tiers"][s] - 1):
                    if new.score[i] < law["lower"][s][tier]:
                        new.tier[i] = tier + 1
            state.standing.append(new)
        return state

    def _member(self, a: int, s: int, i: int) -> bool:
        need = self.law[a]["who"][s]
        return bool(self.who[i] & need == need)

    def fear(self, a: int, i: int, c: int, day: int) -> int:
        """Perceived certainty on a day: from the last event, in one step for each stretch of the ambient."""
        state, law = self.state[a], self.law[a]
        x, at = state.fear[c][i], state.fear_day[i]
        for until in [*(t for t in law["ambient_day"][1:] if at < t < day), day]:
            if until > at:
                piece = max(m for m, t in enumerate(law["ambient_day"]) if t <= at)
                ambient = law["ambient"][c][piece]
                left = self.world["fade"][min(until - at, len(self.world["fade"]) - 1)]
                x = ambient + rounded((x - ambient) * left, 30)
                at = until
        return x
