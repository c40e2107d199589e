"""The whole society at once: threads, chains of causes and sizes, with every mechanism on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from moot.experiment import simulation
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.events import events_of
from moot.findings.lives import unexplained_differences
from moot.findings.rules import Rules
from moot.society import closing
from moot.society.counting import slots_of_packed
from tests.laws.worlds import SIGMAS
from tests.society import everything

SIZES = {20_000: range(1, 7), 60_000: range(11, 14), 180_000: range(21, 22)}
"""People, and the seeds of their runs: no two runs share a draw."""
LEAST = 20
"""Times that something must have happened over all runs for its errors to be near normal."""
FAMILIES = (
    "act", "sensor", "scheme", "tier", "list", "trip", "offer", "decision", "work", "money", "redress",
    "ties", "score", "opinion", "dissidents", "certainty",
)  # fmt: skip


def shipped() -> Any:
    """The shipped example of France, after one year of burn-in."""
    return load_scenario("rank-my-life-2028").replace(burn_in_years=1)


def whole(which: str, folder: Any) -> Any:
    """The shipped example, or the invented country: everything, with ratings and fixed places."""
    if which == "shipped":
        return shipped().replace(people=20_000, days=120)
    return everything.scenario(folder, {"all": everything.REGIME}, people=12_000, days=90)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["shipped", "invented"])
def test_threads_and_chains_with_everything_on(which, tmp_path, monkeypatch):
    """One thread and two: the same digests. Each difference of a life goes back to what a regime brings."""
    scenario = whole(which, tmp_path)
    if which == "invented":  # so much happens that less room would do for neither run
        monkeypatch.setattr(simulation, "ROOMS", simulation.ROOMS[2:])
    one = simulate(scenario, threads=1)
    two = simulate(scenario, threads=2, panel=0)
    assert one.population.layout.blocks > 2
    assert (one.digest, one.digests) == (two.digest, two.digests)

    rules, lives = Rules(one.scenario, one.arms), events_of(one)
    differences = [
        event
        for life in lives.values()
        for arm in one.arms[1:]
        for event in life.pair(rules, arm).differences
    ]
    assert len(lives) == len(one.panel) >= 120
    assert len(differences) > 1000
    assert unexplained_differences(lives, rules) == []


class Certainty:
    """People, and sums of perceived certainty by arm and class, of each block on the last day."""

    def __call__(self, society: Any, today: int) -> None:
        if today != society.first + society.days - 1:
            return
        starts = society.population.layout.block_start
        arms, schemes = len(society.compiled.arms), society.books.sizes["schemes"]
        self.people = np.diff(starts)
        self.sums = np.zeros((arms, len(self.people), 2), np.int64)
        for b in range(len(self.people)):
            sums = np.zeros((arms, schemes + 2, len(slots_of_packed())), np.int64)
            both = np.zeros((arms, sums.shape[2]), np.uint64)
            law, record = society.compiled.law, society.books.records[0]
            closing.sum_packed(society.world, law, record, np.array([b]), today, sums, both)
            self.sums[:, b] = sums[:, schemes:].sum(axis=2)


def by_part(people: int, seed: int) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """(people, measure) of each region, of each block for certainty, in one run of a year.

    Flows are of the year, all else is on its last day.
    """
    certainty = Certainty()
    made = simulate(shipped(), people=people, days=365, seed=seed, threads=1, panel=0, on_day=certainty)
    record, columns = made.record, made.compiled.columns
    n = np.bincount(made.population.region, minlength=len(made.compiled.regions))
    found: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}
    for a, arm in enumerate(made.arms):
        for column, name in columns.flow_names[a].items():
            found[arm, name] = n, record.region[a, :, :, column].sum(axis=0)
        for column, name in columns.stock_names[a].items():
            found[arm, name] = n, record.s_region[a, -1, :, column]
        for s, scheme in enumerate(made.compiled.arms[a].schemes):
            found[arm, f"score:{scheme.scheme}"] = n, record.score[a, s, -1]
        assert record.minds is not None
        for x, name in enumerate(record.minds.names):
            found[arm, name] = n, record.minds.region[a, -1, :, x]
        for x, name in enumerate(("offence", "lawful")):
            found[arm, f"certainty:{name}"] = certainty.people, certainty.sums[a, :, x]
    return found


def apart(sizes: list[list[tuple[np.ndarray, np.ndarray]]]) -> tuple[float, int]:
    """(the most standard errors between the rates of two sizes, times that it happened at all).

    The standard error is from the regions (or blocks) of all runs, which differ by nothing but their size:
    x of n people has variance v n, v from the distances of all regions from the mean of their size, so that a
    size at which something rare happened nowhere has an error as well.
    """
    people = [sum(int(n.sum()) for n, _ in runs) for runs in sizes]
    rates = [sum(float(x.sum()) for _, x in runs) / n for runs, n in zip(sizes, people, strict=True)]
    squares = sum(
        float(((x - r * n) ** 2).sum()) for runs, r in zip(sizes, rates, strict=True) for n, x in runs
    )
    cells = sum(len(n) for runs in sizes for n, _ in runs)
    v = squares / sum(people) * cells / (cells - len(sizes))
    pairs = [(i, j) for i in range(len(sizes)) for j in range(i)]
    errors = [
        abs(rates[i] - rates[j]) / np.sqrt(v * (1 / people[i] + 1 / people[j])) if v > 0 else 0.0
        for i, j in pairs
    ]
    return max(errors), sum(abs(int(x.sum())) for runs in sizes for _, x in runs)


@pytest.mark.slow
def test_results_per_person_agree_at_three_sizes():
    """Every measure of both arms, acts to opinion, at 20,000, 60,000 and 180,000 people."""
    runs = [[by_part(people, seed) for seed in seeds] for people, seeds in SIZES.items()]
    compared: set[tuple[str, str]] = set()
    far = {}
    for name in runs[0][0]:
        most, happened = apart([[found[name] for found in some] for some in runs])
        if happened >= LEAST:
            compared.add(name)
            if most >= SIGMAS:
                far[name] = round(most, 2)
    assert far == {}
    assert {name.split(":")[0] for _, name in compared} == set(FAMILIES)
    assert len(compared) > 220
