"""Parts of an effect: games whose values are known, all orders by hand, and what is refused."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moot.errors import UserError
from moot.findings.samples import generator
from moot.findings.shapley import attribution, estimated_attribution, members

NAMES = ("cameras", "lists", "reports", "ties", "appeals", "fines", "rails", "loans")


def game(value_of, k, factors=(0.75, 1, 1.25)):
    """A table in which each replicate has a factor of its own."""
    return np.outer(factors, [value_of(set(members(c, NAMES[:k]))) for c in range(1 << k)])


def by_name(found):
    return {part.name: part for part in found.parts}


def test_a_coalition_is_read_from_the_lowest_bit():
    assert members(0, NAMES) == () and members(0b1011, NAMES) == ("cameras", "lists", "ties")


def test_independent_mechanisms_get_their_own_effect():
    own = {"cameras": 5, "lists": -3}
    found = attribution(game(lambda on: 7 + sum(own[name] for name in on), 2), NAMES[:2])
    for part in found.parts:
        assert part.value == part.alone == part.last and part.value.mean == own[part.name]
        assert not part.only_together and not part.replaceable
    (pair,) = found.pairs
    assert (pair.kind, pair.index.low, pair.index.high) == ("no difference seen", 0, 0)
    assert found.total.mean == 2 and found.coalitions == 4 and found.orders == 0


def test_complements_get_half_each_and_are_named():
    found = attribution(
        game(lambda on: 10 * ({"cameras", "lists"} <= on) + 2 * ("reports" in on), 3), NAMES[:3]
    )
    parts = by_name(found)
    assert [part.value.mean for part in found.parts] == [5, 5, 2]
    assert parts["cameras"].only_together and parts["lists"].only_together
    assert not parts["reports"].only_together
    assert [pair.names for pair in found.complements] == [("cameras", "lists")]
    assert found.complements[0].together.mean == 10 and found.complements[0].index.mean == 10


def test_three_that_need_each_other_get_a_third_each():
    found = attribution(game(lambda on: 9 * (len(on) == 3), 3), NAMES[:3])
    assert [part.value.mean for part in found.parts] == pytest.approx([3, 3, 3])
    assert len(found.complements) == 3 and {pair.together.mean for pair in found.pairs} == {0}


def test_two_that_need_a_third_do_not_need_each_other():
    found = attribution(game(lambda on: ("lists" in on) * (len(on) - 1), 3), NAMES[:3])
    assert [pair.names for pair in found.complements] == [("cameras", "lists"), ("lists", "reports")]


def test_mechanisms_that_undo_each_other_do_less_than_both():
    found = attribution(game(lambda on: 4 * (len(on) == 1), 2), NAMES[:2])
    assert [part.value.mean for part in found.parts] == [0, 0]
    assert (found.pairs[0].kind, found.pairs[0].index.mean) == ("less than both", -8)


def test_substitutes_get_half_each_and_neither_is_missed():
    found = attribution(game(lambda on: 10 * bool({"cameras", "lists"} & on), 2), NAMES[:2])
    assert [part.value.mean for part in found.parts] == [5, 5]
    assert all(part.replaceable and not part.only_together for part in found.parts)
    assert found.pairs[0].kind == "less than both" and found.pairs[0].index.mean == -10


def test_an_effect_may_be_a_fall():
    fall = {0: 0, 1: -2, 2: -3, 3: -9}
    found = attribution(game(lambda on: fall[("cameras" in on) + 2 * ("lists" in on)], 2), NAMES[:2])
    assert found.pairs[0].kind == "more than both" and found.pairs[0].index.mean == -4
    assert [part.value.mean for part in found.parts] == [-4, -5]


def test_the_gloves_of_shapley_and_of_owen():
    def gloves(on):
        return 12 * ("cameras" in on and bool({"lists", "reports"} & on))

    def means(found):
        return [part.value.mean for part in found.parts]

    assert means(attribution(game(gloves, 3), NAMES[:3])) == pytest.approx([8, 2, 2])
    joined = attribution(game(gloves, 3), NAMES[:3], groups=[["cameras"], ["lists", "reports"]])
    assert means(joined) == pytest.approx([6, 3, 3])
    assert joined.groups == (("cameras",), ("lists", "reports"))
    beside = attribution(game(gloves, 3), NAMES[:3], groups=[["cameras", "lists"], ["reports"]])
    assert means(beside) == pytest.approx([9, 3, 0])


def orders(k, groups):
    for order in permutations(range(k)):
        at = [next(n for n, group in enumerate(groups) if j in group) for j in order]
        if sum(a != b for a, b in pairwise(at)) == len(groups) - 1:
            yield order


WORTH = arrays(np.int64, (2, 16), elements=st.integers(-1000, 1000))


@settings(max_examples=30, deadline=None)
@given(WORTH, st.sampled_from([[[0], [1], [2], [3]], [[0, 2], [1, 3]], [[3, 0, 1], [2]], [[0, 1, 2, 3]]]))
def test_it_is_the_mean_over_all_orders_that_keep_groups_together(worth, groups):
    expected, count = np.zeros((2, 4)), 0
    for order in orders(4, groups):
        on, count = 0, count + 1
        for j in order:
            expected[:, j] += worth[:, on | 1 << j] - worth[:, on]
            on |= 1 << j
    found = attribution(worth, NAMES[:4], groups=[[NAMES[j] for j in group] for group in groups])
    assert found.values == pytest.approx(expected / count, abs=1e-9)
    assert found.values.sum(axis=1) == pytest.approx(worth[:, -1] - worth[:, 0], abs=1e-9)
    assert found.totals.tolist() == (worth[:, -1] - worth[:, 0]).tolist()


@settings(max_examples=30, deadline=None)
@given(WORTH, st.integers(0, 3))
def test_what_changes_nothing_has_exactly_nothing(worth, null):
    worth = worth.copy()
    for c in range(16):
        worth[:, c] = worth[:, c & ~(1 << null)]
    part = attribution(worth / 7, NAMES[:4]).parts[null]
    for interval in (part.value, part.alone, part.last):
        assert (interval.low, interval.mean, interval.high) == (0, 0, 0)


@settings(max_examples=20, deadline=None)
@given(WORTH)
def test_a_group_gets_what_it_would_get_as_one_mechanism(worth):
    found = attribution(worth, NAMES[:4], groups=[NAMES[:2], NAMES[2:3], NAMES[3:4]])
    columns = [(3 if c & 1 else 0) | (c >> 1) << 2 for c in range(8)]
    whole = attribution(worth[:, columns], ("both", "reports", "ties"))
    assert found.values[:, :2].sum(axis=1) == pytest.approx(whole.values[:, 0], abs=1e-9)
    assert found.values[:, 2:] == pytest.approx(whole.values[:, 1:], abs=1e-9)


def test_rounding_is_no_interaction():
    draw = generator(1, "test")
    own, base = draw.random((20, 4)), draw.random((20, 1))
    bits = np.array([[c >> j & 1 for c in range(16)] for j in range(4)])
    found = attribution(base + own @ bits, NAMES[:4])
    assert {pair.kind for pair in found.pairs} == {"no difference seen"}
    assert all(pair.index.width == 0 for pair in found.pairs)


# --- drawn orders -------------------------------------------------------------------------------------------


def airport(on):
    """The cost of the longest runway needed; its value after Shapley shares each stretch among its users."""
    return max((NAMES.index(name) + 1 for name in on), default=0)


AIRPORT = [sum(1 / (8 - stretch) for stretch in range(j + 1)) for j in range(8)]


def noisy(seed, replicates=12):
    """The airport, with a factor and a noise of each replicate's own."""
    draw = generator(seed, "noise of an airport")
    factor = draw.normal(1, 0.1, replicates)
    noise = draw.normal(0, 0.3, (256, replicates))
    noise -= noise[0]
    return lambda c: factor * airport(members(c, NAMES)) + noise[c]


def test_drawn_orders_come_near_to_all_orders():
    exact = attribution(game(airport, 8, (1, 2)), NAMES)
    assert exact.values[0] == pytest.approx(AIRPORT)
    found = estimated_attribution(
        lambda c: game(airport, 8, (1, 2))[:, c], NAMES, pairs_of_orders=150, seed=3
    )
    assert found.values == pytest.approx(exact.values, abs=0.25)
    assert found.values.sum(axis=1) == pytest.approx([8, 16]) and found.totals.tolist() == [8, 16]
    assert [part.alone for part in found.parts] == [part.alone for part in exact.parts]
    assert [part.last for part in found.parts] == [part.last for part in exact.parts]
    assert found.orders == 300 and found.coalitions <= 256


def test_intervals_of_drawn_orders_cover():
    inside = total = 0
    for seed in range(60):
        found = estimated_attribution(noisy(seed), NAMES, pairs_of_orders=12, seed=seed)
        for part, truth in zip(found.parts, AIRPORT, strict=True):
            inside, total = inside + part.value.holds(truth), total + 1
    assert 0.93 <= inside / total


def test_one_order_and_its_reverse_give_pairs_exactly():
    """Where mechanisms meet only two by two, an order and its reverse have every pair both ways round."""
    draw = generator(4, "test")
    own, met = draw.integers(-9, 9, 8), np.triu(draw.integers(-9, 9, (8, 8)), 1)

    def value(c):
        on = np.array([c >> j & 1 for j in range(8)])
        return np.array([1, 3]) * (own @ on + on @ met @ on)

    found = estimated_attribution(value, NAMES, pairs_of_orders=2, seed=5)
    assert found.values[0] == pytest.approx(own + (met.sum(axis=0) + met.sum(axis=1)) / 2)


def test_drawn_orders_keep_groups_together_and_ask_once():
    asked = []

    def value(c):
        asked.append(c)
        return game(airport, 8, (1, 2))[:, c]

    groups = [NAMES[:4], NAMES[4:]]
    found = estimated_attribution(value, NAMES, pairs_of_orders=400, seed=6, groups=groups)
    exact = attribution(game(airport, 8, (1, 2)), NAMES, groups=groups)
    assert found.values == pytest.approx(exact.values, abs=0.3) and found.groups == exact.groups
    assert len(asked) == len(set(asked)) == found.coalitions < 80
    again = estimated_attribution(value, NAMES, pairs_of_orders=400, seed=6, groups=groups)
    assert np.array_equal(found.values, again.values)


def test_a_mechanism_that_does_nothing_has_exactly_nothing_in_drawn_orders():
    found = estimated_attribution(lambda c: noisy(1)(c & ~0b100), NAMES, pairs_of_orders=3, seed=1)
    assert (found.parts[2].value.low, found.parts[2].value.high) == (0, 0)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: attribution(np.zeros((2, 3)), NAMES[:2]), r"expected 2\^2 = 4 coalitions of 2 names, got 3"),
        (lambda: attribution(np.zeros((1, 4)), NAMES[:2]), "values: expected at least 2, got 1"),
        (lambda: attribution(np.zeros((2, 4)), ("a", "a")), "a stands there twice"),
        (lambda: attribution(np.zeros((2, 1)), ()), "expected 1 to 12 mechanisms, got 0"),
        (
            lambda: attribution(np.zeros((2, 4)), ("a", "b"), groups=[["a"]]),
            "each of a, b in one group, got a",
        ),
        (lambda: attribution(np.zeros((2, 4)), ("a", "b"), groups=[["a", "b"], ["b"]]), "got a, b, b"),
        (lambda: attribution(np.full((2, 4), np.nan), ("a", "b")), "finite"),
        (
            lambda: estimated_attribution(lambda c: [0] * (2 + c), ("a", "b"), pairs_of_orders=2, seed=1),
            "expected 2 replicates as for none",
        ),
        (
            lambda: estimated_attribution(lambda c: [0], ("a", "b"), pairs_of_orders=2, seed=1),
            r"values of \(\): expected at least 2",
        ),
        (
            lambda: estimated_attribution(lambda c: [0, 0], ("a", "b"), pairs_of_orders=1, seed=1),
            "pairs_of_orders",
        ),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
