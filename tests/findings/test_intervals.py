"""Intervals over replicates: closed forms, how often they cover, and what is refused."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moot.errors import UserError
from moot.findings.intervals import (
    bca_interval,
    exact_share,
    holm,
    log_ratio_interval,
    mean_interval,
    paired_p_value,
    pairing_gain,
)
from moot.findings.samples import generator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "uncertainty.md"
TRUTHS, REPLICATES = 400, 20


def test_mean_and_t_of_a_table_in_a_book():
    # 1 to 5: s² = 2.5; t(4) at 97.5 % = 2.776445 (tables of Student's t)
    found = mean_interval([1, 2, 3, 4, 5])
    reach = 2.7764451051977987 * math.sqrt(2.5 / 5)
    assert (found.mean, found.df, found.kind, found.level) == (3, 4, "t", 0.95)
    assert found.low == pytest.approx(3 - reach) and found.high == pytest.approx(3 + reach)
    assert found.width == pytest.approx(2 * reach) and not found.flat
    # two replicates: t(1) at 75 % is exactly 1
    assert mean_interval([0, 2], level=0.5).high == pytest.approx(2)


def test_p_is_where_the_interval_just_touches_zero():
    draws = generator(1, "test").normal(0.4, 1, 12)
    p = paired_p_value(draws)
    just = mean_interval(draws, level=1 - p)
    assert min(abs(just.low), abs(just.high)) == pytest.approx(0, abs=1e-12)
    # R = 2, differences 0 and 2: t = 1 with one degree of freedom, a Cauchy: p = 1/2
    assert paired_p_value([0, 2]) == pytest.approx(0.5)


def test_replicates_that_all_agree_are_flat_and_say_no_more_than_their_number():
    found = mean_interval([0.1] * 7)
    assert found.flat and (found.low, found.mean, found.high) == (0.1, 0.1, 0.1)
    assert paired_p_value([0.1] * 7) == 2.0**-6
    assert paired_p_value([0] * 7) == 1


def test_a_ratio_of_means_by_hand():
    # a/ā − b/b̄ = (−1/2, 1/2) − (0, 0): s = 1/√2, error 1/2; t(1) at 75 % is 1
    found = log_ratio_interval([1, 3], [1, 1], level=0.5)
    assert found.mean == pytest.approx(2)
    assert found.low == pytest.approx(2 * math.exp(-0.5)) and found.high == pytest.approx(2 * math.exp(0.5))


def test_a_ratio_that_two_replicates_cannot_tell_reaches_from_nothing_to_infinity():
    found = log_ratio_interval([0, 9], [9, 0], level=0.9999)
    assert (found.low, found.mean, found.high) == (0, 1, math.inf)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=20))
def test_turning_a_ratio_over_turns_its_interval_over(pairs):
    a, b = np.array(pairs).T
    if a.sum() == 0 or b.sum() == 0:
        with pytest.raises(UserError, match="every number is 0"):
            log_ratio_interval(a, b)
        return
    there, back = log_ratio_interval(a, b), log_ratio_interval(b, a)
    assert there.mean == pytest.approx(1 / back.mean)
    if math.isfinite(there.high) and there.low > 0:
        assert there.low == pytest.approx(1 / back.high, rel=1e-9)
        assert there.low * there.high == pytest.approx(there.mean**2, rel=1e-9)


def test_exact_shares_by_hand_and_their_coverage():
    # none of n: 1 − (α/2)^(1/n); all of n: the mirror; 1 of 1 at 50 %: from 1/4
    assert exact_share(0, 10).high == pytest.approx(1 - 0.025 ** (1 / 10)) and exact_share(0, 10).low == 0
    assert exact_share(10, 10).low == pytest.approx(0.025 ** (1 / 10)) and exact_share(10, 10).high == 1
    # 81 of 263 at 95 % (R. G. Newcombe, Stat. Med. 17, 1998, table I): 0.2527 to 0.3676
    found = exact_share(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2527, 0.3676)
    for p in (0.01, 0.2, 0.5):
        chance = [math.comb(30, x) * p**x * (1 - p) ** (30 - x) for x in range(31)]
        assert sum(c for x, c in enumerate(chance) if exact_share(x, 30).holds(p)) >= 0.95


def test_holm_of_the_textbook_and_its_order():
    # Holm (1979): 0.01, 0.04, 0.03, 0.005 of four tests
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == pytest.approx([1, 1])
    assert holm([0.2]) == pytest.approx([0.2]) and len(holm([])) == 0


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_lowers_and_never_changes_the_order(p_values):
    corrected = holm(p_values)
    assert np.all(corrected >= np.array(p_values)) and np.all(corrected <= 1)
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(corrected[order]) >= 0)


def test_holm_keeps_families_without_any_effect_at_their_level():
    draws = generator(3, "test").random((4_000, 5))
    wrong = np.mean([holm(family).min() <= 0.05 for family in draws])
    assert wrong == pytest.approx(1 - (1 - 0.05 / 5) ** 5, abs=0.01)
    assert np.mean(draws.min(axis=1) <= 0.05) > 0.2


def test_the_gain_of_pairing_is_that_of_the_correlation():
    # equal variances and correlation ρ: (1 + 1) ÷ (2 − 2ρ) = 1 ÷ (1 − ρ)
    draw = generator(4, "test")
    common, own = draw.normal(size=200_000), draw.normal(size=(2, 200_000))
    a, b = 3 * common + own[0], 3 * common + own[1]
    assert pairing_gain(a, b) == pytest.approx(1 / (1 - 0.9), rel=0.02)
    assert pairing_gain(own[0], own[1]) == pytest.approx(1, rel=0.02)
    assert pairing_gain([1, 2], [2, 1]) == pytest.approx(0.5)
    assert pairing_gain([1, 2, 5], [2, 3, 6]) is None


def test_resampling_a_mean_of_many_comes_near_to_t_and_repeats_itself():
    draws = generator(5, "test").normal(10, 2, 400)
    found = bca_interval(draws, np.mean, seed=9)
    beside = mean_interval(draws)
    assert found.mean == beside.mean and found.df is None
    assert found.low == pytest.approx(beside.low, abs=0.1 * beside.width)
    assert found.high == pytest.approx(beside.high, abs=0.1 * beside.width)
    assert found == bca_interval(draws, np.mean, seed=9) != bca_interval(draws, np.mean, seed=10)


def test_resampling_keeps_the_columns_of_a_replicate_together():
    draw = generator(6, "test").normal(size=100)
    found = bca_interval(
        np.column_stack([draw, 2 * draw]),
        lambda rows: float(np.sum(rows[:, 1] - 2 * rows[:, 0]) + rows[:, 0].mean()),
    )
    assert found.mean == pytest.approx(draw.mean()) and 0 < found.width < 1


# --- how often the true value is inside ---------------------------------------------------------------------


def normal(draw):
    truth = draw.normal(0, 2)
    return truth, draw.normal(truth, 1, REPLICATES)


def rare(draw):
    """Differences of counts of which about one happens in a run."""
    a, b = draw.uniform(0.3, 2, 2)
    return a - b, draw.poisson(a, REPLICATES) - draw.poisson(b, REPLICATES)


def clustered(draw):
    """Means over 10 regions of 30 people; a region moves its people together, anew in each replicate."""
    truth = draw.normal(0, 1)
    regions = draw.normal(0, 0.5, (REPLICATES, 10, 1))
    return truth, (truth + regions + draw.normal(0, 1, (REPLICATES, 10, 30))).mean((1, 2))


def heavy(draw):
    """A lognormal with σ = 2: 2.3 % of the replicates carry half of the mean."""
    return math.exp(2), draw.lognormal(0, 2, REPLICATES)


def coverage(world, seed=11):
    draw = generator(seed, f"coverage of {world.__name__}")
    found = (world(draw) for _ in range(TRUTHS))
    return sum(mean_interval(values).holds(truth) for truth, values in found) / TRUTHS


@pytest.mark.parametrize("world", [normal, rare, clustered], ids=lambda world: world.__name__)
def test_intervals_cover_as_often_as_they_say(world):
    assert coverage(world) == pytest.approx(0.95, abs=0.03)


def test_a_heavy_tail_is_covered_less_often_as_the_page_says():
    assert coverage(heavy) < 0.75


def test_people_counted_as_independent_cover_far_too_seldom():
    """Why a replicate is one number: the same people, each taken as a case of its own."""
    draw = generator(12, "people as cases")
    inside = 0
    for _ in range(TRUTHS):
        people = (draw.normal(0, 0.5, (10, 1)) + draw.normal(0, 1, (10, 30))).ravel()
        inside += mean_interval(people).holds(0)
    assert inside / TRUTHS < 0.7


def test_ratios_of_rare_counts_cover():
    draw = generator(13, "coverage of ratios")
    inside = 0
    for _ in range(TRUTHS):
        rate, effect = draw.uniform(2, 6), draw.uniform(0.5, 2)
        a, b = draw.poisson(rate * effect, REPLICATES), draw.poisson(rate, REPLICATES)
        inside += log_ratio_interval(a, b).holds(effect)
    assert inside / TRUTHS == pytest.approx(0.95, abs=0.03)


def test_resampling_covers_the_mean_of_a_skewed_number():
    draw = generator(14, "coverage of resampling")
    inside = 0
    for truth in range(TRUTHS):
        values = draw.exponential(1, 60)
        inside += bca_interval(values, np.mean, draws=300, seed=truth).holds(1)
    assert inside / TRUTHS == pytest.approx(0.95, abs=0.04)


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: mean_interval([1]), "at least 2, got 1"),
        (lambda: mean_interval([]), "at least 2, got 0"),
        (lambda: mean_interval([1, math.nan]), r"number 1 \(counted from 0\) is nan"),
        (lambda: mean_interval([1, math.inf]), "finite"),
        (lambda: mean_interval([[1, 2]]), r"shape \(1, 2\)"),
        (lambda: mean_interval(["a", "b"]), "expected numbers"),
        (lambda: mean_interval([1, 2], level=1), "level: expected a number between 0 and 1"),
        (lambda: mean_interval([1, 2], level=95), "got 95"),
        (lambda: paired_p_value([1]), "at least 2"),
        (lambda: pairing_gain([1, 2], [1, 2, 3]), "as many replicates in both, got 2 and 3"),
        (lambda: log_ratio_interval([1, -1], [1, 1]), "a: expected no negative"),
        (lambda: log_ratio_interval([1, 1], [0, 0]), "b: every number is 0"),
        (lambda: exact_share(3, 2), "events: expected a whole number from 0 to 2, got 3"),
        (lambda: holm([0.1, 1.2]), r"from 0 to 1, got 1\.2"),
        (lambda: bca_interval(np.arange(49), np.mean), "at least 50 replicates to resample, got 49"),
        (lambda: bca_interval(np.ones(50), np.mean), "same in every resample"),
        (lambda: bca_interval(np.arange(50), lambda _: math.nan), "finite number of every resample"),
        (lambda: bca_interval(np.arange(50), np.mean, draws=10), "draws: expected a whole number from 200"),
        (lambda: bca_interval(np.arange(50), np.mean, seed=-1), "seed: expected a whole number from 0"),
    ],
)
def test_what_is_refused_says_what_was_expected(ask, said):
    with pytest.raises(UserError, match=said):
        ask()


def test_purposes_and_seeds_share_nothing():
    first = generator(1, "one").random(4)
    assert np.array_equal(first, generator(1, "one").random(4))
    assert not np.any(first == generator(1, "two").random(4))
    assert not np.any(first == generator(2, "one").random(4))
    with pytest.raises(UserError, match=r"got 1\.5"):
        generator(1.5, "one")


def test_the_page_tells_the_coverage_that_is_measured_here():
    page = PAGE.read_text("utf-8")
    for world in (normal, rare, clustered, heavy):
        told = re.search(rf"^\| {world.__name__}\b[^|]*\|[^|]*\| ([\d.]+) % \|", page, re.MULTILINE)
        assert told, world.__name__
        assert float(told[1]) == pytest.approx(100 * coverage(world), abs=0.5)
