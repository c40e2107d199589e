"""Who is worse off than the twin: known costs, and the bounds of every pairing."""

import itertools

import numpy as np
import pytest

from moot.errors import UserError
from moot.findings.metrics_lives import ADVERSE
from moot.findings.twins import _same, twins
from tests.boundary.test_outputs import BANNED
from tests.findings import a_run


def test_the_same_is_bounded_by_every_pairing():
    draw = np.random.default_rng(1)
    for _ in range(20):
        here, there = (draw.integers(0, 3, 5).astype(float) for _ in range(2))
        shares = [float((here == there[list(order)]).mean()) for order in itertools.permutations(range(5))]
        found = _same(here, there)
        assert (found.low, found.high) == pytest.approx((min(shares), max(shares)))
        assert found.low <= found.shared <= found.high


def test_lives_are_counted_beside_their_twins():
    run = a_run.in_memory()
    found = twins(run)
    costs = []
    for life in run.lives.values():
        here, there = (sum(e.kind in ADVERSE for e in life.arms[x]) for x in (found.arm, found.twin))
        costs.append(here - there)
    assert found.people == len(costs) == len(run.lives)
    assert found.worse.shared == pytest.approx(np.mean(np.array(costs) > 0))
    assert found.better.shared == pytest.approx(np.mean(np.array(costs) < 0))
    assert found.worse.shared + found.better.shared + found.same.shared == pytest.approx(1)
    assert found.losses.mean == pytest.approx(np.mean(costs))
    assert sum(one.people for one in found.groups if one.attribute == "sex") == found.people
    assert all((one.worse is None) == (one.people < 50 or one.events < 10) for one in found.groups)
    said = "\n".join(found.lines())
    assert "Under shared draws" in said and BANNED.findall(said) == []


def test_the_comparator_has_no_twin():
    run = a_run.in_memory()
    with pytest.raises(UserError, match="so no twins"):
        twins(run, run.rules.comparator)
