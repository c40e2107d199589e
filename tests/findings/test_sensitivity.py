"""What moves a result: functions whose shares are known, conclusions, and what would flip them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from moot.errors import UserError
from moot.findings.ranges import Range, seeds
from moot.findings.samples import generator
from moot.findings.sensitivity import (
    Conclusion,
    flips,
    morris,
    morris_design,
    sobol,
    sobol_design,
)

PI = (Range("a", -math.pi, math.pi), Range("b", -math.pi, math.pi), Range("c", -math.pi, math.pi))
LINEAR = (Range("x", 0, 2), Range("y", -5, 5), Range("z", 1, 2))
WEIGHTS = np.array([3.0, -1.0, 0.0])


def ishigami(points):
    a, b, c = points.T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


# T. Ishigami and T. Homma (1990): variances by hand for the constants 7 and 0.1
OF_A = (1 + 0.1 * math.pi**4 / 5) ** 2 / 2
OF_B = 49 / 8
OF_AC = 0.01 * math.pi**8 * (1 / 18 - 1 / 50)
VARIANCE = OF_A + OF_B + OF_AC
FIRST = np.array([OF_A, OF_B, 0]) / VARIANCE
TOTAL = np.array([OF_A + OF_AC, OF_B, OF_AC]) / VARIANCE


def test_ishigami():
    design = sobol_design(PI, 2048, seed=1)
    found = sobol(design, ishigami(design.points), draws=200, seed=1)
    assert [one.first.mean for one in found] == pytest.approx(FIRST, abs=0.02)
    assert [one.total.mean for one in found] == pytest.approx(TOTAL, abs=0.02)
    assert all(one.first.holds(truth) for one, truth in zip(found, FIRST, strict=True))
    assert all(one.total.holds(truth) for one, truth in zip(found, TOTAL, strict=True))
    assert found == sobol(design, ishigami(design.points), draws=200, seed=1)


def test_shares_agree_with_scipy():
    design = sobol_design(PI, 64, seed=2)
    found = sobol(design, ishigami(design.points), draws=100, seed=1)
    a, b, *crossed = ishigami(design.points).reshape(5, 1, 64)
    other = stats.sobol_indices(func={"f_A": a, "f_B": b, "f_AB": np.array(crossed)}, n=64)
    assert [one.first.mean for one in found] == pytest.approx(other.first_order.ravel())
    assert [one.total.mean for one in found] == pytest.approx(other.total_order.ravel())


def test_a_linear_function_has_no_interaction():
    design = sobol_design(LINEAR, 1024, seed=3)
    found = sobol(design, design.points @ WEIGHTS, draws=100, seed=3)
    widths = np.array([2, 10, 1])
    expected = (WEIGHTS * widths) ** 2 / np.sum((WEIGHTS * widths) ** 2)
    assert [one.first.mean for one in found] == pytest.approx(expected, abs=0.01)
    assert [one.total.mean for one in found] == pytest.approx(expected, abs=0.01)
    assert (found[2].total.low, found[2].total.high) == (0, 0)


def test_intervals_of_shares_cover():
    expected = (WEIGHTS * [2, 10, 1]) ** 2 / np.sum((WEIGHTS * [2, 10, 1]) ** 2)
    inside = 0
    for seed in range(40):
        design = sobol_design(LINEAR, 64, seed=seed)
        found = sobol(design, design.points @ WEIGHTS, draws=150, seed=seed)
        inside += sum(
            one.first.holds(truth) + one.total.holds(truth)
            for one, truth in zip(found[:2], expected[:2], strict=True)
        )
    assert inside / 160 > 0.92


def test_the_seed_is_one_more_factor_and_its_total_share_is_the_noise():
    """y = x + noise(seed) · (1 + x): both variances by hand, the second with an interaction."""
    many = 64
    noise = generator(4, "noise").normal(0, 0.2, many)
    noise -= noise.mean()
    ranges = (Range("x", 0, 1), seeds(1, many))
    design = sobol_design(ranges, 2048, seed=4)
    x, seed = design.points[:, 0], design.points[:, 1].astype(int)
    assert set(seed) == set(range(1, many + 1))
    found = sobol(design, x + noise[seed - 1] * (1 + x), draws=100, seed=4)
    v = noise.var()
    of_x, of_seed, of_both = 1 / 12, v * 1.5**2, v / 12
    whole = of_x + of_seed + of_both
    assert found[1].name == "seed"
    assert found[0].first.mean == pytest.approx(of_x / whole, abs=0.03)
    assert found[1].first.mean == pytest.approx(of_seed / whole, abs=0.03)
    assert found[1].total.mean == pytest.approx((of_seed + of_both) / whole, abs=0.03)


def test_a_trajectory_moves_each_number_once():
    ranges = (*LINEAR, Range("f", 0.01, 1, "log"), seeds(1, 50))
    design = morris_design(ranges, 30, seed=5)
    points = design.points.reshape(30, 6, 5)
    for t in range(30):
        moves = np.diff(points[t], axis=0) != 0
        assert moves.sum() == 5 and moves.argmax(axis=1).tolist() == design.moved[t].tolist()
        assert sorted(design.moved[t]) == [0, 1, 2, 3, 4]
    assert sorted(set(points[..., 0].ravel().round(9))) == pytest.approx([0, 2 / 3, 4 / 3, 2])
    assert len(set(points[..., 4].ravel())) > 20
    assert np.array_equal(design.points, morris_design(ranges, 30, seed=5).points)


def test_elementary_effects_of_a_linear_function_are_its_weights_times_the_widths():
    ranges = (*LINEAR, Range("f", 0.01, 1, "log"))
    design = morris_design(ranges, 20, seed=6)
    found = morris(design, design.points[:, :3] @ WEIGHTS + 2 * np.log10(design.points[:, 3]))
    assert [one.mean.mean for one in found] == pytest.approx([6, -10, 0, 4])
    assert [one.size.mean for one in found] == pytest.approx([6, 10, 0, 4])
    assert [one.spread for one in found] == pytest.approx([0, 0, 0, 0], abs=1e-9)


def test_screening_tells_a_bend_from_a_slope_and_finds_the_noise():
    ranges = (Range("bend", -1, 1), Range("slope", 0, 1), Range("nothing", 0, 1), seeds(0, 40))
    noise = generator(7, "noise").normal(0, 0.05, 40)
    design = morris_design(ranges, 40, seed=7)
    bend, slope, _, seed = design.points.T
    found = {one.name: one for one in morris(design, bend**2 + slope + noise[seed.astype(int)])}
    assert found["bend"].mean.holds(0) and found["bend"].size.low > 0.5 and found["bend"].spread > 0.5
    assert found["slope"].mean.holds(1) and found["slope"].spread < 1e-9
    assert found["nothing"].size.high == 0
    apart = np.abs(noise[:, None] - noise[None, :]).sum() / (40 * 39)  # of two different seeds
    assert found["seed"].size.holds(apart)
    assert found["seed"].mean.holds(0)


def test_a_conclusion_is_a_sentence_that_holds_or_does_not():
    up = Conclusion("arrears", 1, 5, "people per 1,000")
    assert up.sentence == "arrears goes up by more than 5 people per 1,000"
    assert up.holds([5, 5.1, -9]).tolist() == [False, True, False]
    down = Conclusion("arrears", -1)
    assert down.sentence == "arrears goes down" and down.holds([0, -0.1]).tolist() == [False, True]
    held = down.holds_in([-1, -2, -3, 1])
    assert (held.held, held.draws, held.fails, held.share.mean) == (3, 4, 0.25, 0.75)
    # exact interval for 3 of 4 at 95 %
    assert (round(held.share.low, 4), round(held.share.high, 4)) == (0.1941, 0.9937)


def cube(seed, n=400):
    ranges = (Range("decides", 0.1, 10, "log"), Range("idle", 0, 1), seeds(1, 9))
    return ranges, sobol_design(ranges, 512, seed=seed).points[: min(n, 1024)]


def test_what_would_flip_it_is_the_number_that_decides_and_where():
    ranges, points = cube(8)
    conclusion = Conclusion("fines", 1)
    (flip,) = flips(conclusion, ranges, points, np.log10(points[:, 0]) + 0.5)
    assert (flip.name, flip.side) == ("decides", "below")
    assert flip.at == pytest.approx(10**-0.5, rel=0.02)
    assert flip.fails_there == pytest.approx(1, abs=0.02) and flip.fails_elsewhere == 0
    (other,) = flips(conclusion, ranges, points, 0.5 - np.log10(points[:, 0]))
    assert (other.side, other.fails_there) == ("above", 1)
    assert other.at == pytest.approx(10**0.5, rel=0.02)


def test_nothing_is_told_where_next_to_nothing_fails():
    ranges, points = cube(9)
    assert flips(Conclusion("fines", 1), ranges, points, np.ones(400)) == ()
    assert flips(Conclusion("fines", 1), ranges, points, np.where(np.arange(400) < 9, -1, 1)) == ()


def test_numbers_that_decide_nothing_are_seldom_named():
    ranges = (Range("a", 0, 1), Range("b", 0, 1), Range("c", 0, 1))
    draw = generator(10, "idle numbers")
    named = sum(
        bool(flips(Conclusion("m", 1), ranges, draw.random((150, 3)), draw.normal(0.5, 1, 150)))
        for _ in range(200)
    )
    assert named / 200 <= 0.08


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: sobol_design(PI, 100, seed=1), "power of two, got 100"),
        (
            lambda: sobol_design([Range(f"r{i}", 0, 1) for i in range(11)], seed=1),
            "at most 10 beside the seed",
        ),
        (lambda: sobol(sobol_design(PI, 16, seed=1), np.ones(5), seed=1), "expected 80, one for each point"),
        (lambda: sobol(sobol_design(PI, 16, seed=1), np.ones(80), seed=1), "no variance to divide"),
        (lambda: sobol(sobol_design(PI, 16, seed=1), np.arange(80), draws=5, seed=1), "draws"),
        (lambda: morris(morris_design(PI, 4, seed=1), np.ones(5)), "expected 16, one for each point"),
        (lambda: morris_design(PI, 1, seed=1), "trajectories: expected a whole number from 2"),
        (lambda: Conclusion("m", 2), "m: expected a sign of 1 or -1, got 2"),
        (lambda: Conclusion("m", 1, -1), "m: expected a margin of 0 or more"),
        (lambda: Conclusion("m", 1).holds_in([]), "m: expected at least 1"),
        (
            lambda: flips(Conclusion("m", 1), PI, np.zeros((2, 3)), [1]),
            "expected 2, one for each point, got 1",
        ),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
