"""What stands beside acts and charges, in the engine and in the dense reference: the same bits."""

import numpy as np
import pytest

from moot.country import population
from moot.experiment.simulation import simulate
from moot.society.state import CUTS
from tests.reference import beside
from tests.reference.agreement import agree

seen: dict[str, int] = {}


@pytest.mark.parametrize("seed", range(5))
def test_varied_regimes(seed, tmp_path, monkeypatch):
    """Reports, review, context errors, recognition, cut ties, bought points, merits, displacement."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario, last = beside.scenario(tmp_path, seed), []
    result = simulate(
        scenario, seed=seed, threads=1 + seed % 2, panel=0, on_day=lambda society, day: last.append(society)
    )
    dense = beside.Beside(
        result.population, result.compiled, first=result.record.first, days=result.days
    ).run()
    agree(result, last[-1], dense)
    for a in range(len(result.arms)):
        found = last[-1].books.rare(CUTS)[:, a].tolist()
        assert found == [dense.bits(a, i) for i in range(result.people)]
        flows = result.record.region[a].sum(axis=(0, 1))
        for column, name in result.compiled.columns.flow_names[a].items():
            what = name.rpartition(":")[2]
            seen[what] = seen.get(what, 0) + int(flows[column])


def test_varied_regimes_meet_every_rule():
    """Of use only if each mechanism happened in some of the seeds above."""
    for what in (
        "malicious", "reviewed", "beyond-review", "recognised", "cut", "mended", "repairs-bought",
        "euros-spent", "displaced",
    ):  # fmt: skip
        assert seen.get(what, 1) > 0, what


def test_arms_alone_are_what_they_are_together(tmp_path, monkeypatch):
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = beside.scenario(tmp_path, 7)
    every = simulate(scenario, threads=1, panel=0).digests
    for name, digest in every.items():
        assert simulate(scenario, threads=1, panel=0, arms=[name]).digests == {name: digest}
    assert simulate(scenario, threads=2, panel=0).digests == every
    np.testing.assert_equal(len(set(every.values())), 3)
