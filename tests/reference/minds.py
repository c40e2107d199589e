"""Opinion once more, plain and dense: everybody's ties are visited one by one, every week.

It shares tables and draws with the engine, and no sum: what a person heard is a list of what was said.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moot.draws.philox import day_key, mix, purpose, static_hash
from tests.reference.people import M64, digest_mix, rounded

if TYPE_CHECKING:
    from tests.reference.dense import Charges, Dense

UNIT, SILENT, WEEK = 16384, -32768, 7
GOLDEN = 0x9E3779B97F4A7C15
MOST_OF_TIES = 63


class Minds:
    """What everybody of every arm thinks, and said last week."""

    def __init__(self, dense: Dense) -> None:
        self.dense, self.world, self.law = dense, dense.world, dense.law
        self.key, self.n, arms = dense.key, dense.n, range(dense.arms)
        people = range(self.n)
        start = [self._start(i) for i in people]
        self.private = [list(start) for _ in arms]
        self.anchor = [list(start) for _ in arms]
        self.said: list[list[int | None]] = [[None] * self.n for _ in arms]
        self.rightly, self.wrongly, self.of_ties = ([[0] * self.n for _ in arms] for _ in range(3))
        self.unafraid, self.answers, self.hushed = ([[False] * self.n for _ in arms] for _ in range(3))
        self.ties = [
            [
                j
                for q in range(self.world["orders"])
                if self.world["known_mask"] >> q & 1
                for j in dense.near[q][i]
            ]
            for i in people
        ]
        self.dissident = [self._static("voice", i) >> 32 >= round(0.99 * 2**32) for i in people]
        months = dense.month_of[-1] + 1 if dense.days else 0
        slots, regions = len(dense.compiled.slots), len(dense.compiled.regions)
        self.level = np.zeros((dense.arms, months, slots, 20), np.int64)
        self.region = np.zeros((dense.arms, months, regions, 20), np.int64)

    def _static(self, what: str, i: int) -> int:
        return int(static_hash(self.key, purpose(f"opinion/{what}"), i))

    def _coin(self, what: str, i: int) -> int:
        week = int(day_key(self.key, purpose(f"opinion/{what}"), self.dense.today))
        return int(mix(np.uint64(week + i * GOLDEN & M64))) >> 32

    def _start(self, i: int) -> int:
        h = self._static("start", i)
        part = next(x for x, below in enumerate(self.world["start_below"]) if h >> 32 < below)
        low, high = self.world["start_from"][part : part + 2]
        return int(low + ((h & 0xFFFFFFFF) * (high - low) >> 32))

    def charged(self, a: int, i: int, mine: Charges) -> None:
        """A day on which the regime charged somebody who is told of it."""
        if self.law[a]["notice"]:
            self.rightly[a][i] += bool(mine.own_by_regime)
            self.wrongly[a][i] += bool(mine.borne)

    def told(self, a: int, i: int) -> None:
        """A tie was charged by the regime."""
        self.of_ties[a][i] = min(MOST_OF_TIES, self.of_ties[a][i] + 1)

    def end_day(self) -> None:
        """Campaigns, and on every seventh day the talk of the week."""
        today = self.dense.today
        for a, law in enumerate(self.law):
            for c in range(law["pushes"]):
                if law["push_day"][c] == today:
                    for i in range(self.n):
                        by = rounded((self._static("trust", i) >> 48) * law["push_trusted"][c], 32)
                        self._move(a, i, by + law["push_all"][c])
            if today % WEEK == 0:
                self._week(a)

    def _move(self, a: int, i: int, by: int) -> None:
        self.anchor[a][i] = min(UNIT, max(-UNIT, self.anchor[a][i] + by))

    def _week(self, a: int) -> None:
        w, before = self.world, list(self.said[a])
        for i in range(self.n):
            counts = self.rightly[a][i], self.wrongly[a][i], self.of_ties[a][i]
            self._move(a, i, sum(n * step for n, step in zip(counts, w["felt"], strict=True)))
            self.rightly[a][i] = self.wrongly[a][i] = self.of_ties[a][i] = 0
            said = [x for x in (before[j] for j in self.ties[i]) if x is not None]
            heard = said or [self.private[a][i]]
            share = Fraction(w["openness"][self._static("openness", i) >> 52], 256)
            view = round(share * Fraction(sum(heard), len(heard)) + (1 - share) * self.anchor[a][i])
            self.private[a][i] = view
            p = self.dense.fear(a, i, 1, self.dense.today)
            base, climate, fear, fear_for = w["speaking"]
            lean = sum(1 if x > 0 else -1 for x in said)
            for_it = round(Fraction(climate * lean, len(said))) if said else 0
            free = base + (for_it if view > 0 else -for_it)
            eager = w["eager"][self._static("voice", i) >> 52]
            coin = self._coin("speaks", i)
            held = rounded((fear_for if view > 0 else fear) * p, 16)
            speaks = coin < eager * self._odds(free - held)
            self.unafraid[a][i] = coin < eager * self._odds(free)
            self.hushed[a][i] = self.unafraid[a][i] and not speaks
            self.said[a][i] = view if speaks else None
            if w["answers"] >= 0:
                self.answers[a][i] = view > 0 or self._coin("answers", i) < w["answers"] * p

    def _odds(self, z: int) -> int:
        j, rest = divmod(min(1 << 17, max(0, z + (1 << 16))), 64)
        table = self.world["logistic"]
        return int(table[j] + ((table[j + 1] - table[j]) * rest >> 6))

    def count(self, month: int) -> None:
        """What stands at the end of a month."""
        levels, region = self.dense.population.levels.astype(np.int64), self.dense.region
        for a in range(self.dense.arms):
            for i in range(self.n):
                x, said, free = self.private[a][i], self.said[a][i], self.unafraid[a][i]
                spoke, up = said is not None, x > 0
                row = np.array(
                    [x, up, said or 0, spoke and up, spoke and not up, free and up, free and not up,
                     not spoke and up, not spoke and not up, self.answers[a][i]], np.int64,
                )  # fmt: skip
                row = np.concatenate([row, row * self.dissident[i]])
                self.region[a, month, region[i]] += row
                self.level[a, month, levels[i]] += row

    def measures(self, a: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The measures of an arm that enter its digest."""
        return self.level[a], self.region[a]

    def fold(self, a: int, i: int, h: int) -> int:
        """Put a mind into the hash of a person's state."""
        said = self.said[a][i]
        felt = self.rightly[a][i] | self.wrongly[a][i] << 3 | self.of_ties[a][i] << 6
        felt |= self.unafraid[a][i] << 12 | self.answers[a][i] << 13 | self.hushed[a][i] << 14
        word = 0
        for part in (self.private[a][i], self.anchor[a][i], SILENT if said is None else said, felt):
            word = word << 16 | part & 0xFFFF
        return digest_mix(h ^ word)
