"""ledger-1 in plain vectorised NumPy: the reference that the other contenders are measured against.

    python benchmarks/peers/numpy_ledger.py --people 100000 --days 100 --seed 1

The law is in benchmarks/ledger-1/LAW.md. One array an attribute, one pass a phase, whole-population draws
from NumPy's default generator: what somebody fluent in NumPy writes without a compiler.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np

DETECTION = (0.3, 0.5, 0.1, 0.05)
POINTS = (5, 20, 50, 100)
WRONG = np.array((0.01, 0.03))  # by group
KINDS, REGIONS = len(POINTS), 100
CELLS = 2 * REGIONS


class Ledger:
    """People as columns, and the daily aggregates by cell."""

    def __init__(self, people: int, days: int, seed: int) -> None:
        self.rng = rng = np.random.default_rng(seed)
        self.people = people
        region = np.arange(people) * REGIONS // people
        self.group = (rng.random(people) < 0.3).astype(np.int64)
        self.cell = 2 * region + self.group
        self.cell_size = np.maximum(np.bincount(self.cell, minlength=CELLS), 1)

        propensity = rng.gamma(0.5, 2.0, people)
        rates = 0.005 * propensity * rng.gamma(4.0, 0.25, (KINDS, people))
        self.hazard = np.minimum(rates, 0.9).astype(np.float32)

        self.score = np.full(people, 1000, np.int32)
        self.last = np.full(people, -1000, np.int32)
        self.phase = np.zeros(people, np.int8)  # last % 10: the days on which a point comes back
        self.listed = np.zeros(people, bool)

        out = [rng.permutation(people) for _ in range(2)]
        self.far = [*out, *(np.argsort(permutation) for permutation in out)]

        self.offences = np.zeros((days, KINDS, CELLS), np.int64)
        counts = ("detections", "wrong", "listed", "air", "train")
        self.daily = {name: np.zeros((days, CELLS), np.int64) for name in counts}
        self.mean_score = np.zeros((days, CELLS))
        self.blacklistings = self.delistings = 0

    def by_cell(self, who: np.ndarray) -> np.ndarray:
        """How many of `who` (indices or a mask over people) live in each cell."""
        return np.bincount(self.cell[who], minlength=CELLS)

    def act(self, t: int) -> None:
        """Phase A: offences, detections and charges; all read `last` as it was at the start of the day."""
        rng, day = self.rng, t - 1
        charged = []
        for kind in range(KINDS):
            uniform = rng.random(self.people, dtype=np.float32)
            who = np.flatnonzero(uniform < self.hazard[kind])
            caution = np.where(t - self.last[who] <= 90, np.float32(0.5), np.float32(1.0))
            who = who[uniform[who] < self.hazard[kind, who] * caution]
            self.offences[day, kind] = self.by_cell(who)

            who = who[rng.random(who.size) < DETECTION[kind]]
            self.daily["detections"][day] += self.by_cell(who)
            mistaken = rng.random(who.size) < WRONG[self.group[who]]
            offender = who[mistaken]
            self.daily["wrong"][day] += self.by_cell(offender)
            other = rng.integers(0, self.people - 1, offender.size)
            who[mistaken] = other + (other >= offender)
            np.subtract.at(self.score, who, POINTS[kind])
            charged.append(who)

        sanctioned = np.concatenate(charged)
        self.last[sanctioned] = t
        self.phase[sanctioned] = t % 10
        repaired = (self.phase == t % 10) & (self.score < 1000)
        repaired[sanctioned] = False
        self.score += repaired

    def judge(self) -> None:
        """Phases B and C: the list is kept, then each friend of a newly listed person loses 2 points."""
        entering = ~self.listed & (self.score < 900)
        leaving = self.listed & (self.score >= 920)
        self.listed ^= entering | leaving
        self.delistings += int(np.count_nonzero(leaving))
        new = np.flatnonzero(entering)
        self.blacklistings += new.size
        if new.size:
            ring = [(new + step) % self.people for step in (-2, -1, 1, 2)]
            np.subtract.at(self.score, np.concatenate([*ring, *(tie[new] for tie in self.far)]), 2)

    def travel(self, t: int) -> None:
        """Phases D and E: refused trips of the listed, and the day's aggregates."""
        day, listed = t - 1, np.flatnonzero(self.listed)
        self.daily["listed"][day] = self.by_cell(listed)
        for name, rate in (("air", 0.0012), ("train", 0.004)):
            self.daily[name][day] = self.by_cell(listed[self.rng.random(listed.size) < rate])
        total = np.bincount(self.cell, weights=self.score, minlength=CELLS)
        self.mean_score[day] = total / self.cell_size

    def totals(self) -> dict[str, object]:
        daily = self.daily
        return {
            "offences": self.offences.sum(axis=(0, 2)).tolist(),
            "detections": int(daily["detections"].sum()),
            "wrong": int(daily["wrong"].sum()),
            "blacklistings": self.blacklistings,
            "delistings": self.delistings,
            "bl_days": int(daily["listed"].sum()),
            "bl_end": int(np.count_nonzero(self.listed)),
            "ref_air": int(daily["air"].sum()),
            "ref_train": int(daily["train"].sum()),
            "mean_score_end": float(self.score.mean()),
        }


def run(people: int, days: int, seed: int) -> dict[str, object]:
    """One run; seconds and CPU seconds are of the days, without setting up."""
    begun = time.perf_counter()
    ledger = Ledger(people, days, seed)
    started, cpu = time.perf_counter(), time.process_time()
    for t in range(1, days + 1):
        ledger.act(t)
        ledger.judge()
        ledger.travel(t)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return {
        "peer": "numpy",
        "people": people,
        "days": days,
        "seed": seed,
        "seconds": seconds,
        "setup_seconds": started - begun,
        "cpu_s": cpu,
        "person_days_per_s": people * days / seconds,
        "totals": ledger.totals(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="ledger-1 in plain NumPy")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(run(options.people, options.days, options.seed)))
