"""What the dense reference counts: flows from its events, stocks and sums from everybody's own state."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import Population
from moot.society.compile import Compiled
from moot.society.work import UNFILLED
from tests.reference.minds import Minds
from tests.reference.people import M64, ArmState, People, digest_mix

EPOCH = date(2000, 1, 1)


class Counted(People):
    """People, and what is counted of them: after a run, in the arrays that `_empty_measures` names."""

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
        super().__init__(population, compiled, first=first, days=days, before=before, had=had)
        self.columns = compiled.columns
        self.today = first
        self.minds: Minds | None = None
        self.events: list[tuple[int, int, int, int, int]] = []  # arm, day from 0, person, column, by
        self._empty_measures()

    def _livelihood_stocks(self, a: int) -> list[tuple[str, int, list[int]]]:
        raise NotImplementedError

    def _words(self, a: int, i: int) -> list[int]:
        raise NotImplementedError

    def _tally(self, a: int, i: int, column: int, by: int = 1) -> None:
        self.events.append((a, self.today - self.first, i, column, by))

    def _tally_clamped(self, a: int, i: int) -> None:
        """The one measure that is counted by region alone."""
        self.clamped.append((a, self.today - self.first, i))

    def _empty_measures(self) -> None:
        regions, slots = len(self.compiled.regions), len(self.compiled.slots)
        schemes = self.compiled.law["schemes"].max() if self.arms else 1
        start = EPOCH + timedelta(days=self.first)
        self.month_of = []
        for x in range(self.days):
            d = EPOCH + timedelta(days=self.first + x)
            self.month_of.append((d.year - start.year) * 12 + d.month - start.month)
        months = self.month_of[-1] + 1 if self.days else 0
        flows, stocks = self.columns.flows, self.columns.stocks
        shape = (self.arms, self.days)
        self.region_flow = np.zeros((*shape, regions, flows), np.int64)
        self.level_flow = np.zeros((*shape, slots, flows), np.int64)
        self.month_flow = np.zeros((self.arms, months, regions, slots, flows), np.int64)
        self.region_stock = np.zeros((*shape, regions, stocks), np.int64)
        self.level_stock = np.zeros((*shape, slots, stocks), np.int64)
        self.month_stock = np.zeros((self.arms, months, regions, slots, stocks), np.int64)
        self.score_sum = np.zeros((self.arms, max(1, schemes), self.days, regions), np.int64)
        self.fear_sum = np.zeros((self.arms, months, slots, 2), np.int64)
        self.level_score = np.zeros((self.arms, max(1, schemes), months, slots), np.int64)
        self.clamped: list[tuple[int, int, int]] = []
        self.unfilled: list[tuple[int, int, int, int]] = []  # arm, day from 0, region, places nobody took

    def _count(self, x: int) -> None:
        """Stocks and sums at the end of a day, from everybody's own state."""
        region, levels = self.population.region.astype(np.int64), self.population.levels.astype(np.int64)
        last_of_month = x + 1 == self.days or self.month_of[x + 1] != self.month_of[x]
        month = self.month_of[x]

        def stock(a: int, column: NDArray[np.int64], among: NDArray[np.int64]) -> None:
            np.add.at(self.region_stock[a, x], (region[among], column), 1)
            for y in range(levels.shape[1]):
                np.add.at(self.level_stock[a, x], (levels[among, y], column), 1)
                if last_of_month:
                    np.add.at(self.month_stock[a, month], (region[among], levels[among, y], column), 1)

        if last_of_month and self.minds:
            self.minds.count(month)
        for a in range(self.arms):
            law, state = self.law[a], self.state[a]
            for s in range(law["schemes"]):
                among = np.array([i for i in range(self.n) if self._member(a, s, i)], np.int64)
                score = np.array(state.standing[s].score, np.int64)[among]
                stock(a, 8 * s + np.array(state.standing[s].tier, np.int64)[among], among)
                np.add.at(self.score_sum[a, s, x], region[among], score)
                for y in range(levels.shape[1] if last_of_month else 0):
                    np.add.at(self.level_score[a, s, month], levels[among, y], score)
            lists = np.array(state.lists, np.int64)
            for z in range(law["lists"]):
                among = np.flatnonzero(lists >> z & 1)
                stock(a, np.full(len(among), self.columns.first["on-list"] - self.columns.flows + z), among)
            for family, column, people in self._livelihood_stocks(a):
                among = np.array(people, np.int64)
                first = self.columns.first[family] - self.columns.flows
                stock(a, np.full(len(among), first + column), among)
            for c in range(2 if last_of_month else 0):
                fear = np.array([self.fear(a, i, c, self.today) for i in range(self.n)], np.int64)
                for y in range(levels.shape[1]):
                    np.add.at(self.fear_sum[a, month, :, c], levels[:, y], fear)

    def _count_events(self) -> None:
        """Flows by day and region, by day and level, by month, region and level."""
        levels = self.population.levels.astype(np.int64)
        region, months = self.population.region.astype(np.int64), np.array(self.month_of, np.int64)
        if self.events:
            a, x, i, column, by = np.array(self.events, np.int64).T
            np.add.at(self.region_flow, (a, x, region[i], column), by)
            for y in range(levels.shape[1]):
                np.add.at(self.level_flow, (a, x, levels[i, y], column), by)
                np.add.at(self.month_flow, (a, months[x], region[i], levels[i, y], column), by)
        if self.clamped:
            a, x, i = np.array(self.clamped, np.int64).T
            np.add.at(self.region_flow, (a, x, region[i], np.full(len(a), self.columns.first["clamped"])), 1)

        for arm, day, place, count in self.unfilled:
            self.region_flow[arm, day, place, self.columns.first["places"] + UNFILLED] += count

    def digests(self) -> dict[str, str]:
        """The digest of each arm: its measures by name, then the keyed sum of everybody's state."""
        out = {}
        for a, arm in enumerate(self.compiled.arms):
            h = hashlib.sha256()

            def put(name: str, *values: Any, of: type = np.int64, into: Any = h) -> None:
                leaf = hashlib.sha256(b"".join(np.ascontiguousarray(v, of).tobytes() for v in values))
                into.update(name.encode() + b"\0" + leaf.digest())

            for names, tables in (
                (
                    self.columns.flow_names[a],
                    (self.region_flow[a], self.level_flow[a], self.month_flow[a]),
                ),
                (
                    self.columns.stock_names[a],
                    (self.region_stock[a], self.level_stock[a], self.month_stock[a]),
                ),
            ):
                for name, column in sorted((name, column) for column, name in names.items()):
                    put(name, *(table[..., column] for table in tables), of=np.int32)
            for s, scheme in enumerate(arm.schemes):
                put(scheme.scheme, self.score_sum[a, s], self.level_score[a, s])
            put("perceived certainty", self.fear_sum[a])
            if self.minds:
                put("opinion", *self.minds.measures(a))
            h.update(self._state_sums(a).tobytes())
            out[arm.name] = h.hexdigest()
        return out

    def _fold(self, a: int, i: int, h: int) -> int:
        """Fold what only some mechanisms keep of a person into the hash of the rest."""
        return self.minds.fold(a, i, h) if self.minds else h

    def _state_sums(self, a: int) -> NDArray[np.uint64]:
        """Two sums over people, mod 2**64, of a keyed hash of each person's state on the last day."""
        state, lane = self.state[a], 0xA5A5A5A55A5A5A5A
        key, sums = int(self.key), [0, 0]

        def add(h: int) -> None:
            sums[0] = (sums[0] + h) & M64
            sums[1] = (sums[1] + digest_mix(h ^ lane)) & M64

        for i in range(self.n):
            h = digest_mix(key ^ i)
            for st in state.standing:
                h = digest_mix(h ^ (st.score[i] + 65536) ^ (st.tier[i] << 32))
            for c in range(2):
                h = digest_mix(h ^ self.fear(a, i, c, self.today))
            h = digest_mix(h ^ state.lists[i])
            h = self._fold(a, i, h)
            if self.world["works"] or self.world["fines"]:
                for word in self._words(a, i):
                    h = digest_mix(h ^ word)
            add(h)
        for i, k, recovered, cents, until in state.debts:
            h = digest_mix(key ^ i ^ (k | recovered << 8) << 32)
            add(digest_mix(digest_mix(h ^ cents) ^ until))
        for (i, x), until in state.terms.items():
            add(digest_mix(digest_mix(key ^ i) ^ (x | until << 8)))
        return np.array(sums, np.uint64)
