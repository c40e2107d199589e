"""Who loses, over all couplings: every pairing tried by hand, closed forms, and what is refused."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moot.errors import UserError
from moot.findings.bounds import (
    Bounds,
    losses,
    only_in_first,
    over_replicates,
    share_better,
    share_worse,
)
from moot.findings.samples import generator

PAIRS = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=5)


def every_pairing(people, told):
    a, b = (np.array(side) for side in zip(*people, strict=True))
    found = [told(a - b[list(order)]) for order in permutations(range(len(b)))]
    return min(found), max(found), told(a - b)


def near(bounds, expected):
    assert (bounds.low, bounds.high, bounds.shared) == pytest.approx(expected)


@settings(max_examples=80, deadline=None)
@given(PAIRS, st.sampled_from([0, 1, -2, 0.5]))
def test_bounds_of_shares_are_the_least_and_the_most_of_all_pairings(people, by):
    a, b = zip(*people, strict=True)
    near(share_worse(a, b, by), every_pairing(people, lambda d: (d > by).mean()))
    near(share_better(a, b, by), every_pairing(people, lambda d: (-d > by).mean()))


@settings(max_examples=80, deadline=None)
@given(PAIRS, st.sampled_from([0.1, 0.4, 0.5, 0.9]))
def test_bounds_of_losses_are_the_least_and_the_most_of_all_pairings(people, tail):
    a, b = zip(*people, strict=True)
    found = losses(a, b, tail=tail, thresholds=[1])
    many = int(np.ceil(tail * len(a) - 1e-9))
    near(found.lost, every_pairing(people, lambda d: np.maximum(d, 0).mean()))
    near(found.gained, every_pairing(people, lambda d: np.maximum(-d, 0).mean()))
    near(found.worst, every_pairing(people, lambda d: np.sort(d)[-many:].mean()))
    assert found.mean == pytest.approx(np.mean(a) - np.mean(b))
    for end in ("low", "high", "shared"):
        assert getattr(found.lost, end) - getattr(found.gained, end) == pytest.approx(found.mean)
    assert found.above == ((1, share_worse(a, b, 1)),)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_bounds_of_a_state_are_those_of_all_pairings(people):
    first, second = (np.array(side) for side in zip(*people, strict=True))
    whole = [(int(a), int(b)) for a, b in people]
    near(only_in_first(first, second), every_pairing(whole, lambda d: (d == 1).mean()))
    assert only_in_first(first, second) == share_worse(first, second)


def test_the_formula_of_the_page_on_twins():
    listed = np.arange(100) < 30
    beside = np.arange(100) >= 90
    near(only_in_first(listed, beside), (0.2, 0.3, 0.3))
    assert only_in_first(listed, listed).shared == 0
    near(only_in_first(listed, listed), (0, 0.3, 0))


def test_a_shift_of_normal_costs_has_the_closed_form_of_makarov():
    """N(δ, 1) beside N(0, 1): at least 2Φ(δ/2) − 1 are worse off, and possibly all (Fan and Park, 2010)."""
    draw = generator(1, "test")
    a, b = draw.normal(1, 1, 100_000), draw.normal(0, 1, 100_000)
    found = share_worse(a, b)
    assert found.low == pytest.approx(0.3829, abs=0.005) and found.high == pytest.approx(1, abs=0.001)
    assert found.shared == pytest.approx(0.7602, abs=0.005)  # Φ(1/√2), as they are independent here
    assert share_better(a, b).low == 0


def test_nobody_can_be_better_off_where_one_arm_is_above_the_other():
    found = share_better([5, 6, 7], [1, 2, 3])
    assert found.settled and found.high == 0
    assert share_worse([5, 6, 7], [1, 2, 3]) == Bounds(1, 1, 1)


def test_replicates_widen_bounds_and_hold_the_true_ones():
    inside = 0
    for seed in range(200):
        draw = generator(seed, "replicates of bounds")
        found = [only_in_first(draw.random(200) < 0.3, draw.random(200) < 0.1) for _ in range(8)]
        whole = over_replicates(found)
        inside += whole.low <= 0.2 and whole.high >= 0.3
    assert inside / 200 >= 0.93
    assert over_replicates([Bounds(0, 1, 0.5), Bounds(0, 1, 0.7)]) == Bounds(0, 1, pytest.approx(0.6))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: share_worse([1, 2], [1]), "the same people in both arms, got 2 and 1"),
        (lambda: share_worse([], []), "arm: expected at least 1"),
        (lambda: share_worse([1], [1], by=np.nan), "by: expected finite"),
        (lambda: only_in_first([1, 0], [True, False]), "first: expected true or false"),
        (lambda: only_in_first([True], [True, False]), "got 1 and 2"),
        (lambda: losses([1], [1], tail=0), "tail: expected a number between 0 and 1"),
        (lambda: over_replicates([Bounds(0, 1, 0.5)]), "at least 2, got 1"),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
