"""What targets can fix: products that cannot be told apart, a posterior in closed form, uniform ranks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from moot.errors import UserError
from moot.findings.calibration import (
    Posterior,
    approximate,
    identifiability,
    neighbours,
    truth_ranks,
    uniform_p_values,
)
from moot.findings.ranges import Range, seeds
from moot.findings.samples import generator

# --- identifiability ----------------------------------------------------------------------------------------


def looked_at(names, centre, targets_of, tolerances, noise=0.0, step=0.05):
    """Four replicates; common draws, so that noise is the same at every point."""
    points = neighbours(centre, step)
    drawn = generator(1, "test").normal(0, 1, (1, 4, len(tolerances)))
    at = np.array([targets_of(point) for point in points])[:, None, :]
    own = generator(2, "test").normal(0, noise, (len(points), 4, len(tolerances)))
    return identifiability(names, at + drawn + own, tolerances, step)


def test_the_jacobian_of_powers_on_logarithms_is_their_exponents():
    # log targets: 2 log a − log b, and 3 log b, in units of 0.5 and 1
    found = looked_at(
        "ab", [2, 5], lambda p: [2 * math.log(p[0]) - math.log(p[1]), 3 * math.log(p[1])], [0.5, 1]
    )
    assert found.jacobian == pytest.approx(np.array([[4, -2], [0, 3]]))
    # singular values of [[4, −2], [0, 3]]: (29 ± √265) ÷ 2 are their squares
    assert found.singular**2 == pytest.approx([(29 + 265**0.5) / 2, (29 - 265**0.5) / 2])
    assert found.condition == pytest.approx(found.singular[0] / found.singular[1])
    # normed columns (1, 0) and (−2, 3)/√13: γ = 1 ÷ √(1 − 2/√13)
    assert found.collinearity == pytest.approx(1 / math.sqrt(1 - 2 / math.sqrt(13)))
    assert found.identified


def test_independent_parameters_have_index_1():
    found = looked_at("abc", [1, 2, 3], np.log, [1, 1, 1])
    assert found.collinearity == pytest.approx(1) and found.condition == pytest.approx(1)


def test_a_product_that_only_appears_together_is_named():
    """base × q0: every target has the product, so that only it is fixed."""
    found = looked_at(
        ("base", "q0", "exit"),
        [3, 0.02, 1],
        lambda p: [p[0] * p[1], math.log(p[0] * p[1]), p[2]],
        [0.01, 1, 1],
    )
    assert found.alike == (("base", "q0", pytest.approx(1)),)
    assert [set(names) for names in found.open_directions] == [{"base", "q0"}]
    assert found.condition == math.inf and found.collinearity == math.inf and not found.identified
    opposite = looked_at("ab", [1, 1], lambda p: [p[0] / p[1], 2 * p[0] / p[1]], [1, 1])
    assert opposite.alike == (("a", "b", pytest.approx(-1)),)


def test_three_parameters_on_two_figures_leave_a_direction_open():
    found = looked_at("abc", [1, 1, 1], lambda p: [p[0] * p[1], p[1] * p[2]], [1, 1])
    assert found.alike == () and len(found.open_directions) == 1 and found.condition == math.inf
    assert set(found.open_directions[0]) == {"a", "b", "c"}  # a up, b down, c up


def test_what_chance_hides_is_unseen_and_what_does_nothing_too():
    found = looked_at("ab", [1, 1], lambda p: [p[0], p[0]], [1, 1])
    assert found.unseen == ("b",)
    assert looked_at("ab", [1, 1], lambda p: [p[0], 0.001 * p[1]], [1, 1], noise=0.05).unseen == ("a", "b")
    assert looked_at("ab", [1, 1], lambda p: [p[0], 0.001 * p[1]], [1, 1], noise=1e-3).unseen == ("b",)


# --- approximate Bayesian computation -----------------------------------------------------------------------

RANGES = (Range("level", -4, 4), Range("slope", 0, 8), Range("rate", 0.1, 10, "log"))
MIX = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 1.0], [0.5, 0.0, 1.5]])
NOISE = np.array([0.5, 0.6, 0.5])


def linear(points, seeds):
    """MIX · (level, slope, ln rate) with normal noise: the posterior is normal, but for the ranges.

    The noise of a batch is that of its first seed, for speed.
    """
    flat = np.column_stack([points[:, 0], points[:, 1], np.log(points[:, 2])])
    return flat @ MIX.T + NOISE * generator(int(seeds[0]), "linear").standard_normal((len(points), 3))


def test_the_posterior_of_a_linear_model_is_that_of_the_closed_form():
    noise = NOISE / 4  # so that no range cuts it off
    truth = np.array([1.0, 3.0, 0.2])

    def quiet(points, seeds):
        exact = np.column_stack([points[:, 0], points[:, 1], np.log(points[:, 2])]) @ MIX.T
        return exact + (linear(points, seeds) - exact) / 4

    found = approximate(quiet, RANGES, MIX @ truth, noise, particles=400, rounds=14, seed=1)
    flat = found.points.copy()
    flat[:, 2] = np.log(flat[:, 2])
    mean = found.weights @ flat
    back = np.linalg.inv(MIX)
    error = np.sqrt(np.diag(back @ np.diag(noise**2) @ back.T))
    assert np.abs(mean - truth) == pytest.approx(np.zeros(3), abs=0.25 * error.min())
    # a tolerance of d adds d² ÷ 5 to the variance of each summary, in its own units (a ball of radius d)
    wider = math.sqrt(1 + found.tolerances[-1] ** 2 / 5)
    spread = np.sqrt(found.weights @ (flat - mean) ** 2)
    assert spread == pytest.approx(wider * error, rel=0.1)
    assert list(found.tolerances) == sorted(found.tolerances, reverse=True) and len(found.tolerances) == 14
    assert found.stopped == "rounds" and found.effective > 200
    low, middle, high = found.quantiles([0.025, 0.5, 0.975])
    assert middle[:2] == pytest.approx(truth[:2], abs=0.3 * error.max())
    assert (high - low)[:2] == pytest.approx(2 * 1.96 * wider * error[:2], rel=0.15)


def test_the_same_seed_gives_the_same_posterior():
    one, again, other = (
        approximate(linear, RANGES, [1, 2, 3], NOISE, particles=60, rounds=3, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.points, again.points) and np.array_equal(one.weights, again.weights)
    assert not np.array_equal(one.points, other.points)


def test_it_stops_when_near_enough_or_out_of_budget():
    near = approximate(linear, RANGES, MIX @ [1, 3, 0], NOISE, particles=60, near_enough=4, seed=1)
    assert near.stopped == "near enough" and near.tolerances[-1] == 4
    poor = approximate(linear, RANGES, MIX @ [1, 3, 0], NOISE, particles=60, rounds=20, budget=900, seed=1)
    assert poor.stopped == "budget" and poor.simulations <= 900 and len(poor.tolerances) < 20


def test_weights_undo_where_the_kernel_looks():
    """Summaries that say nothing: the posterior is the range itself, in spite of rounds of moving about."""
    found = approximate(
        lambda points, seeds: generator(int(seeds[0]), "idle").normal(size=(len(points), 1)),
        [Range("a", 0, 1)],
        [0],
        [1],
        particles=1_000,
        rounds=4,
        seed=3,
    )
    assert found.quantiles([0.1, 0.25, 0.5, 0.75, 0.9])[:, 0] == pytest.approx(
        [0.1, 0.25, 0.5, 0.75, 0.9], abs=0.06
    )


def near_posterior(summaries, seed):
    return approximate(linear, RANGES, summaries, NOISE, particles=100, rounds=10, seed=seed)


def test_ranks_of_true_values_are_uniform():
    ranks = truth_ranks(linear, RANGES, near_posterior, replicates=100, draws=99, seed=4)
    assert ranks.shape == (100, 3) and ranks.min() >= 0 and ranks.max() <= 99
    assert uniform_p_values(ranks, 99, bins=10).min() > 0.05


def test_a_posterior_that_is_too_sure_does_not_have_uniform_ranks():
    def too_sure(summaries, seed):
        found = near_posterior(summaries, seed)
        points = found.mean + 0.3 * (found.points - found.mean)
        return Posterior(found.ranges, points, found.weights, found.tolerances, 0, found.stopped)

    ranks = truth_ranks(linear, RANGES, too_sure, replicates=50, draws=99, seed=5)
    assert uniform_p_values(ranks, 99, bins=10).max() < 1e-6


def test_uneven_ranks_by_hand():
    even = np.tile(np.arange(10), 10)[:, None]
    assert uniform_p_values(even, 9) == pytest.approx([1])
    # 60 and 40 in two bins: χ² = 4 with one degree of freedom; two columns of it, corrected
    uneven = np.repeat([0, 1], [60, 40])[:, None]
    assert uniform_p_values(uneven, 1, bins=2) == pytest.approx([0.0455003])
    assert uniform_p_values(np.hstack([uneven, uneven]), 1, bins=2) == pytest.approx([0.0910005] * 2)


def test_resampling_keeps_the_weights():
    found = Posterior(
        (Range("a", 0, 1),), np.array([[0.1], [0.9]]), np.array([0.25, 0.75]), (1.0,), 2, "rounds"
    )
    drawn = found.resampled(100, seed=1)
    assert np.sum(drawn == 0.9) == 75 and found.mean[0] == pytest.approx(0.7)
    assert found.effective == pytest.approx(1 / 0.625)
    assert found.quantiles([0, 0.2, 0.3, 1])[:, 0].tolist() == [0.1, 0.1, 0.9, 0.9]


ONE = [Range("a", 0, 1)]


def told(points, seeds):
    return points


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: neighbours([1, 0]), "centre: expected parameters above 0, got 0"),
        (lambda: neighbours([1], step=0), "step"),
        (lambda: identifiability("a", np.zeros((2, 1, 1)), [1]), r"expected \(2 · 1, 2 or more replicates"),
        (lambda: identifiability("ab", np.zeros((2, 3, 1)), [1]), r"expected \(2 · 2"),
        (lambda: identifiability("a", np.zeros((2, 3, 1)), [0]), "tolerances: expected numbers above 0"),
        (lambda: approximate(told, [seeds(1, 5)], [0], [1], seed=1), "labels, such as seeds"),
        (lambda: approximate(told, ONE, [0], [0], seed=1), "scales: expected 1 numbers above 0"),
        (lambda: approximate(told, ONE, [0, 1], [1, 1], seed=1), r"expected \(400, 2\), got \(400, 1\)"),
        (lambda: approximate(told, ONE, [0], [1], particles=9, seed=1), "particles"),
        (lambda: approximate(told, ONE, [0], [1], budget=300, seed=1), "at least twice the 200 particles"),
        (lambda: approximate(lambda p, s: p * np.nan, ONE, [0], [1], seed=1), "summaries: expected finite"),
        (lambda: uniform_p_values([[1]], 9), "at least 50 replicates for 10 bins, got 1"),
        (lambda: uniform_p_values([[1]], 10), "11 ranks cannot be divided into 10"),
        (lambda: uniform_p_values([[11]] * 50, 9), "whole numbers from 0 to 9"),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
