"""ledger-1 in Mesa 3, the way its documentation teaches: an agent class, and the model steps the agents.

    python benchmarks/peers/mesa_ledger.py --people 100000 --days 100 --seed 1

The law is in benchmarks/ledger-1/LAW.md. A day is three passes over the agents, because the law has
phases: all act, all are judged, all travel. Draws come from the model's own generator.
"""

from __future__ import annotations

import argparse
import json
import time

import mesa
import numpy as np

DETECTION = (0.3, 0.5, 0.1, 0.05)
POINTS = (5, 20, 50, 100)
WRONG = (0.01, 0.03)  # by group
KINDS, REGIONS = len(POINTS), 100
CELLS = 2 * REGIONS


class Person(mesa.Agent):
    """One person; `friends` is filled in when everybody exists."""

    def __init__(self, model: Ledger, place: int, region: int, group: int, hazard: tuple[float, ...]) -> None:
        super().__init__(model)
        self.place = place
        self.cell = 2 * region + group
        self.wrong = WRONG[group]
        self.hazard = hazard
        self.score = 1000
        self.last = -1000
        self.deducted = 0
        self.listed = False
        self.friends: list[Person] = []

    def act(self) -> None:
        """Phase A: deductions are only noted, so that the order of the agents does not matter."""
        model = self.model
        draw = model.random.random
        caution = 0.5 if model.today - self.last <= 90 else 1.0
        for kind, hazard in enumerate(self.hazard):
            if draw() < hazard * caution:
                model.offences[kind][self.cell] += 1
                if draw() < DETECTION[kind]:
                    model.detections[self.cell] += 1
                    charged = self
                    if draw() < self.wrong:
                        model.wrong[self.cell] += 1
                        other = model.random.randrange(len(model.people) - 1)
                        charged = model.people[other + (other >= self.place)]
                    charged.deducted += POINTS[kind]

    def judge(self) -> None:
        """Phase B: the day's deductions or a repaired point, then the list."""
        model = self.model
        if self.deducted:
            self.score -= self.deducted
            self.deducted = 0
            self.last = model.today
        elif self.score < 1000 and (model.today - self.last) % 10 == 0:
            self.score += 1
        if self.listed:
            if self.score >= 920:
                self.listed = False
                model.delistings += 1
        elif self.score < 900:
            self.listed = True
            model.blacklistings += 1
            model.newly_listed.append(self)

    def travel(self) -> None:
        """Phases D and E: refused trips and the person's part in the day's aggregates."""
        model, cell = self.model, self.cell
        model.score[cell] += self.score
        if self.listed:
            draw = model.random.random
            model.stock[cell] += 1
            if draw() < 0.0012:
                model.air[cell] += 1
            if draw() < 0.004:
                model.train[cell] += 1


class Ledger(mesa.Model):
    """The society: people in places 0 to N − 1 and the aggregates of today by cell."""

    def __init__(self, people: int, seed: int) -> None:
        super().__init__(seed=seed)
        rng = np.random.default_rng(seed)
        propensity = rng.gamma(0.5, 2.0, people)
        hazards = np.minimum(0.9, 0.005 * propensity * rng.gamma(4.0, 0.25, (KINDS, people))).T.tolist()
        groups = (rng.random(people) < 0.3).astype(int).tolist()
        self.people = [
            Person(self, i, i * REGIONS // people, groups[i], tuple(hazards[i])) for i in range(people)
        ]
        self._befriend(rng)
        self.today = 0
        self.blacklistings = self.delistings = 0
        self.days: list[dict[str, list]] = []

    def _befriend(self, rng: np.random.Generator) -> None:
        """Ring of reach two, and two random permutations taken both ways: eight ties a person."""
        everybody, n = self.people, len(self.people)
        far: list[list[int]] = []
        for _ in range(2):
            permutation = rng.permutation(n)
            far += [permutation.tolist(), np.argsort(permutation).tolist()]
        for i, person in enumerate(everybody):
            ring = [everybody[(i + step) % n] for step in (-2, -1, 1, 2)]
            person.friends = ring + [everybody[tie[i]] for tie in far]

    def step(self) -> None:
        self.today += 1
        self.offences = [[0] * CELLS for _ in range(KINDS)]
        self.detections, self.wrong, self.stock, self.air, self.train, self.score = (
            [0] * CELLS for _ in range(6)
        )
        self.newly_listed: list[Person] = []
        self.agents.do("act")
        self.agents.do("judge")
        for person in self.newly_listed:
            for friend in person.friends:
                friend.score -= 2
        self.agents.do("travel")
        self.days.append(
            {
                "offences": self.offences,
                "detections": self.detections,
                "wrong": self.wrong,
                "stock": self.stock,
                "air": self.air,
                "train": self.train,
                "score": self.score,
            }
        )

    def totals(self) -> dict[str, object]:
        days = self.days

        def over_days(name: str) -> int:
            return sum(sum(day[name]) for day in days)

        return {
            "offences": [sum(sum(day["offences"][kind]) for day in days) for kind in range(KINDS)],
            "detections": over_days("detections"),
            "wrong": over_days("wrong"),
            "blacklistings": self.blacklistings,
            "delistings": self.delistings,
            "bl_days": over_days("stock"),
            "bl_end": sum(days[-1]["stock"]),
            "ref_air": over_days("air"),
            "ref_train": over_days("train"),
            "mean_score_end": sum(days[-1]["score"]) / len(self.people),
        }


def run(people: int, days: int, seed: int) -> dict[str, object]:
    """One run; seconds and CPU seconds are of the days, without setting up."""
    begun = time.perf_counter()
    ledger = Ledger(people, seed)
    started, cpu = time.perf_counter(), time.process_time()
    for _ in range(days):
        ledger.step()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return {
        "peer": "mesa",
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
    parser = argparse.ArgumentParser(description="ledger-1 in Mesa 3")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(run(options.people, options.days, options.seed)))
