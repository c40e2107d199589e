"""Running sums against a slow count of everybody, every day.

The engine keeps sums of scores in staircases and stocks as running counters, and never reads a person to know
them. Here everybody is read at the end of each day.
"""

import numpy as np
import pytest

from moot.country import population
from moot.experiment.simulation import simulate
from moot.society.law import TIER
from moot.society.livelihood import STATUS
from moot.society.state import ARREARS, ARREARS_HIGH, LISTS, WORK
from tests.reference import worlds


class Recount:
    """What a daily look at everybody finds: sums of scores, people by tier and by list."""

    def __init__(self):
        self.scores, self.stocks, self.by_level = [], [], []

    def __call__(self, society, today):
        compiled, people = society.compiled, society.population
        self.scores.append(society.recount(today))
        region, levels = people.region.astype(np.int64), people.levels.astype(np.int64)
        stocks = np.zeros((len(compiled.arms), len(compiled.regions), compiled.columns.stocks), np.int64)
        by_level = np.zeros((len(compiled.arms), len(compiled.slots), compiled.columns.stocks), np.int64)
        _, _, mark = society.books.scores()
        lists = society.books["hot"][:, :, LISTS].astype(np.int64)

        def count(a, column, among):
            np.add.at(stocks[a], (region[among], column), 1)
            for y in range(levels.shape[1]):
                np.add.at(by_level[a], (levels[among, y], column), 1)

        for a, arm in enumerate(compiled.arms):
            for s in range(len(arm.schemes)):
                need = int(compiled.law[a]["who"][s])
                members = np.flatnonzero(people.who.astype(np.int64) & need == need)
                count(a, 8 * s + (mark[members, a, s].astype(np.int64) >> TIER), members)
            for x in range(len(arm.lists)):
                listed = np.flatnonzero(lists[:, a] >> x & 1)
                column = compiled.columns.first["on-list"] - compiled.columns.flows + x
                count(a, np.full(len(listed), column), listed)
            self._count_jobs(society, a, count)
        self.stocks.append(stocks)
        self.by_level.append(by_level)

    def _count_jobs(self, society, a, count):
        """People in work, looking for it, and in arrears, read from everybody's own row."""
        columns, warm = society.compiled.columns, society.books["warm"][:, a]
        if not society.world["works"]:
            return
        for status in (0, 1):
            among = np.flatnonzero(warm[:, WORK] & STATUS == status)
            count(a, np.full(len(among), columns.first["at-work"] - columns.flows + status), among)
        among = np.flatnonzero((society.books.rare(ARREARS) | society.books.rare(ARREARS_HIGH))[:, a])
        count(a, np.full(len(among), columns.first["in-arrears"] - columns.flows), among)

    def holds_for(self, result):
        """Assert that the run reported the same, day for day."""
        record = result.record
        np.testing.assert_array_equal(np.moveaxis(record.score, 2, 0), np.array(self.scores))
        np.testing.assert_array_equal(np.moveaxis(record.s_region, 1, 0), np.array(self.stocks))
        np.testing.assert_array_equal(np.moveaxis(record.s_level, 1, 0), np.array(self.by_level))


def test_france_every_day(tmp_path):
    """Two kinds of repair: a recurring step, and a balance that comes back whole; after a burn-in."""
    look = Recount()
    scenario = worlds.rank_my_life(tmp_path, people=3000, days=70, burn_in_years=1)
    look.holds_for(simulate(scenario, threads=2, panel=0, on_day=look))
    assert sum(stocks[1, :, 8 + 2 :].sum() for stocks in look.stocks) > 0  # somebody has fallen


@pytest.mark.parametrize("seed", range(6))
def test_varied_regimes_every_day(seed, tmp_path, monkeypatch):
    """High rates, several blocks, floors and ceilings that clamp, terms that restore a score."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    look = Recount()
    scenario = worlds.scenario(tmp_path, 40 + seed, people=500, days=70)
    look.holds_for(simulate(scenario, seed=seed, threads=1 + seed % 2, panel=0, on_day=look))
