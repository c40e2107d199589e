"""Recognition against the closed forms and limit cases of its model."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moot.regime import recognition as rec

FMR = 1.67e-8
FRANCE = 68_000_000

rates = st.floats(1e-12, 0.2)
galleries = st.integers(1, 2_000_000_000)
shares = st.floats(0.0, 1.0)


def upper_tail(x: float) -> float:
    return 0.5 * math.erfc(x / math.sqrt(2.0))


AT_TARGET = rec.fmr_for(0.003, FRANCE)  # 4.4e-11


@pytest.mark.parametrize(
    ("gallery", "fmr", "right", "wrong", "none", "fpir"),
    [
        (10_000, FMR, "0.890", "0.0000", "0.110", "0.00017"),
        (700_000, FMR, "0.890", "0.0015", "0.109", "0.012"),
        (FRANCE, FMR, "0.874", "0.0904", "0.035", "0.68"),
        (FRANCE, AT_TARGET, "0.772", "0.0008", "0.227", "0.003"),
        (1_400_000_000, FMR, "0.819", "0.1807", "0.000", "1"),
    ],
)
def test_the_table_of_operating_points(gallery, fmr, right, wrong, none, fpir):
    """Good image: right and none to three digits, wrong to four, FPIR to two significant ones."""
    found = rec.identify(fmr, gallery, unusable=0.0)
    assert (f"{found.right:.3f}", f"{found.wrong:.4f}", f"{found.none:.3f}") == (right, wrong, none)
    assert f"{rec.presence(fmr, gallery).fpir:.2g}" == fpir


def test_the_anchor_is_recovered():
    assert rec.mate_distance() == pytest.approx(7.98, abs=0.005)
    assert rec.thresholds_for(FMR) == pytest.approx(5.52, abs=0.005)
    assert rec.presence(FMR, 1).tpr == 0.89
    assert rec.verify(FMR).false_reject == pytest.approx(0.11, abs=1e-9)


@given(rates)
def test_a_threshold_has_the_declared_false_match_rate_above_it(fmr):
    assert upper_tail(rec.thresholds_for(fmr)) == pytest.approx(fmr, rel=1e-6)


@given(st.floats(1e-6, 0.5), st.integers(100, 1_400_000_000))
def test_a_target_is_met_by_its_false_match_rate(target, gallery):
    fpir = rec.presence(rec.fmr_for(target, gallery), gallery).fpir
    assert fpir == pytest.approx(target, rel=1e-2 if gallery < 10_000 else 1e-4, abs=2e-9)


def test_fpir_grows_as_the_first_power_of_a_small_gallery():
    low, high = (rec.presence(FMR, n).fpir for n in (1_000, 10_000))
    assert math.log10(high / low) == pytest.approx(1.0, abs=1e-3)


def test_false_matches_of_enrolled_people_grow_as_the_first_power_too():
    low, high = (rec.identify(FMR, n, unusable=0.0).wrong for n in (10_001, 100_001))
    assert math.log10(high / low) == pytest.approx(1.0, abs=1e-2)


@pytest.mark.parametrize("unusable", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("fmr", [1e-12, FMR, 1e-3])
def test_a_gallery_of_one_has_no_wrong_match(fmr, unusable):
    found = rec.identify(fmr, 1, unusable=unusable)
    assert found.wrong == 0.0
    assert found.right == pytest.approx((1.0 - unusable) * rec.presence(fmr, 1).tpr, abs=1e-8)


def test_an_unusable_image_is_a_search_for_somebody_not_enrolled():
    blind = rec.identify(FMR, FRANCE, unusable=1.0)
    assert blind.right == 0.0
    assert blind.wrong == pytest.approx(rec.presence(FMR, FRANCE - 1).fpir, abs=2e-9)


def test_an_enrolled_person_in_a_good_image_is_rarely_mistaken():
    """The error to avoid: charging a false match with probability FPIR."""
    assert rec.identify(FMR, FRANCE, unusable=0.0).wrong < rec.presence(FMR, FRANCE).fpir / 7


def test_an_endless_gallery_returns_somebody_and_no_threshold_returns_the_best():
    assert rec.identify(FMR, 10**11, unusable=0.0).none == 0.0
    assert rec.identify(0.5, 2, unusable=0.0).right > 0.99


@settings(max_examples=60, deadline=None)
@given(rates, galleries, shares)
def test_outcomes_are_probabilities_that_sum_to_one(fmr, gallery, unusable):
    found = rec.identify(fmr, gallery, unusable=unusable)
    parts = (found.right, found.wrong, found.none)
    assert all(0.0 <= p <= 1.0 and p == round(p, 9) for p in parts)
    assert math.fsum(parts) == pytest.approx(1.0, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(rates, st.integers(2, 10**9), st.integers(2, 100))
def test_a_larger_gallery_finds_fewer_and_mistakes_more(fmr, gallery, factor):
    small, large = (rec.identify(fmr, n, unusable=0.0) for n in (gallery, gallery * factor))
    assert large.right <= small.right + 1e-9
    assert large.wrong >= small.wrong - 1e-8
    assert large.none <= small.none + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-12, 0.01), st.integers(2, 10**9))
def test_a_higher_threshold_trades_wrong_for_none(fmr, gallery):
    lax, strict = (rec.identify(f, gallery, unusable=0.0) for f in (fmr, fmr / 10))
    assert strict.wrong <= lax.wrong + 1e-8
    assert strict.none >= lax.none - 1e-9


@pytest.mark.slow
def test_the_integral_is_that_of_simulated_searches():
    """400,000 searches: the best of N − 1 other scores is drawn by inverting exp(−(N−1)Q)."""
    fmr, gallery, searches = 1e-4, 5_000, 400_000
    d, threshold = rec.mate_distance(), rec.thresholds_for(fmr)
    draw = random.Random(7)
    right = none = 0
    for _ in range(searches):
        own = draw.gauss(d, rec.MATE_SPREAD)
        nobody_higher = math.exp(-(gallery - 1) * upper_tail(max(own, threshold)))
        alone = draw.random() < nobody_higher
        right += own >= threshold and alone
        none += own < threshold and alone
    found = rec.identify(fmr, gallery, unusable=0.0)
    for count, p in ((right, found.right), (none, found.none)):
        assert abs(count / searches - p) < 4.0 * math.sqrt(p * (1.0 - p) / searches) + 1e-9


def test_classes_share_the_declared_rate_over_the_gallery():
    members, multipliers = (600_000, 300_000, 100_000), (1.0, 3.0, 10.0)
    weights = rec.false_match_weights(members, multipliers)
    total = math.fsum(n * w for n, w in zip(members, weights, strict=True))
    assert total / sum(members) == pytest.approx(1.0)
    assert weights[2] / weights[0] == pytest.approx(10.0)
    fpir = rec.class_fpir(FMR, members, multipliers)
    for found, n, w in zip(fpir, members, weights, strict=True):
        assert found == pytest.approx(1.0 - math.exp(-FMR * w * n), abs=1e-9)


@given(st.lists(st.tuples(st.integers(1, 10**8), st.floats(1.0, 100.0)), min_size=1, max_size=6))
def test_scaling_all_multipliers_changes_nothing(classes):
    members, multipliers = [n for n, _ in classes], [m for _, m in classes]
    scaled = [7.0 * m for m in multipliers]
    assert rec.class_fpir(1e-9, members, multipliers) == pytest.approx(
        rec.class_fpir(1e-9, members, scaled), abs=2e-9
    )


def test_one_class_has_the_fpir_of_the_gallery():
    (fpir,) = rec.class_fpir(FMR, [10_000], [3.0])
    assert fpir == pytest.approx(rec.presence(FMR, 10_000).fpir, rel=1e-4)


def test_review_removes_more_wrong_matches_than_right_ones():
    before = rec.identify(FMR, FRANCE)
    after = rec.review(before)
    assert after.right == pytest.approx(0.95 * before.right, abs=1e-9)
    assert after.wrong == pytest.approx(0.3 * before.wrong, abs=1e-9)
    assert after.right + after.wrong + after.none == pytest.approx(1.0, abs=1e-12)


def test_beyond_capacity_matches_are_acted_upon_or_dropped_as_declared():
    before = rec.Outcome(right=0.8, wrong=0.1, none=0.1)
    half = rec.review(before, matches_per_day=200.0, capacity_per_day=100.0)
    assert (half.right, half.wrong) == pytest.approx((0.8 * 0.975, 0.1 * 0.65))
    dropped = rec.review(before, matches_per_day=200.0, capacity_per_day=100.0, beyond="dropped")
    assert (dropped.right, dropped.wrong) == pytest.approx((0.8 * 0.475, 0.1 * 0.15))
    nobody = rec.review(before, matches_per_day=200.0, capacity_per_day=0.0)
    assert nobody == before
    assert rec.review(before, matches_per_day=0.0, capacity_per_day=0.0) == rec.review(before)


def test_coverage_is_boolean_coverage():
    """c = 1: the share of points within reach of a Poisson scatter of discs of the same area."""
    density, area = 900.0, 7e-4
    draw, hits, tries = random.Random(3), 0, 4_000
    side, radius = 0.2, math.sqrt(area / math.pi)
    mean = density * side * side
    for _ in range(tries):
        cameras, left = 0, draw.expovariate(1.0)
        while left < mean:
            cameras += 1
            left += draw.expovariate(1.0)
        # a torus, so that the point in the middle sees as many cameras as any other
        hits += any(
            math.hypot(draw.uniform(-side / 2, side / 2), draw.uniform(-side / 2, side / 2)) < radius
            for _ in range(cameras)
        )
    expected = rec.coverage(density, 1.0, c=1.0, area_km2=area)
    assert expected == pytest.approx(1.0 - math.exp(-density * area), abs=1e-9)
    assert abs(hits / tries - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / tries)


def test_coverage_limits():
    assert rec.coverage(0.0, 1.0) == 0.0
    assert rec.coverage(1e9, 0.25) == 0.25
    assert rec.coverage(0.2, 1.0) == pytest.approx(2.0 * rec.coverage(0.1, 1.0), rel=1e-3)


@given(st.floats(0.0, 1e5), shares)
def test_coverage_never_exceeds_the_share_analysed(density, share):
    assert 0.0 <= rec.coverage(density, share) <= share + 1e-9


@pytest.mark.parametrize(
    "call",
    [
        lambda: rec.thresholds_for(0.0),
        lambda: rec.thresholds_for(1.0),
        lambda: rec.thresholds_for(math.nan),
        lambda: rec.fmr_for(1.0, 10),
        lambda: rec.fmr_for(0.9, 1),
        lambda: rec.presence(FMR, 0),
        lambda: rec.identify(FMR, 10, unusable=1.5),
        lambda: rec.identify(FMR, 10, unusable=math.nan),
        lambda: rec.mate_distance(spread=0.0),
        lambda: rec.class_fpir(FMR, [1, 2], [1.0]),
        lambda: rec.class_fpir(FMR, [0, 0], [1.0, 1.0]),
        lambda: rec.class_fpir(FMR, [1], [0.0]),
        lambda: rec.coverage(-1.0, 0.5),
        lambda: rec.coverage(1.0, 1.5),
        lambda: rec.review(rec.Outcome(1.0, 0.0, 0.0), wrong_passes=2.0),
        lambda: rec.review(rec.Outcome(1.0, 0.0, 0.0), matches_per_day=-1.0),
    ],
)
def test_arguments_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"expected|out of reach|counts|classes"):
        call()
