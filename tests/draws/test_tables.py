"""Integer tables against the functions that they stand for."""

import numpy as np
import pytest

from moot.draws import tables
from moot.draws.tables import BINS, Q16, Q30, Q32


@pytest.mark.parametrize("shape", [0.15, 0.22, 0.5, 1.0, 2.0, 4.0])
def test_gamma_bins_have_mean_one_and_the_variance_of_their_shape(shape):
    """The mean is 1 to the last unit; the variance within bins, under 2 %, is all that is lost.

    Bins rise but for what interpolation between the points of the grid leaves: less than 1/256.
    """
    bins = tables.gamma_bins(shape)
    assert int(bins.sum()) == BINS * Q16
    assert (np.diff(bins) > -256).all()
    values = bins / Q16
    assert 0.98 / shape < values.var() < 1.001 / shape
    assert values.min() >= 0


def test_gamma_bins_of_shape_one_are_the_exponential():
    """Conditional means of the exponential by bin, in closed form."""
    at = np.arange(BINS + 1) / BINS
    left = 1.0 - at
    partial = np.where(left > 0, left * (1.0 - np.log(np.maximum(left, 1e-300))), 0.0)
    means = (partial[:-1] - partial[1:]) * BINS
    np.testing.assert_allclose(tables.gamma_bins(1.0) / Q16, means, rtol=2e-3, atol=1e-4)


def test_normal_quantiles():
    quantiles = tables.normal_quantiles()
    assert quantiles.shape == (65536,)
    np.testing.assert_array_equal(quantiles, -quantiles[::-1])
    assert (np.diff(quantiles) >= 0).all()
    z = quantiles / Q16
    assert abs(z.var() - 1.0) < 1e-3
    for x in (-2.0, -1.0, 0.5, 1.96):
        share = (z < x).mean()
        assert abs(share - tables.normal_cdf(x)) < 1e-4


def test_normal_ranks_put_every_bin_to_use_about_equally():
    """Quantile and rank together: a uniform goes in and a uniform bin comes out."""
    rank = tables.normal_ranks()[(tables.normal_quantiles() + (8 << 16)) >> 6]
    counts = np.bincount(rank // 64, minlength=64)
    assert counts.min() > 0.97 * 1024
    assert counts.max() < 1.03 * 1024


def test_halving():
    """2 ** (-d / H): half after a half-life, a quarter after two, nothing at the table's end."""
    table = tables.halving(180.0)
    assert (table[0], table[180], table[360]) == (Q30, Q30 // 2, Q30 // 4)
    assert table[-1] == 0
    assert (np.diff(table) <= 0).all()
    # (100 - 0) after a year in one step is 25 of 100, where rounding day by day would stick
    assert round(100 * int(table[365]) / Q30) == 25


def test_a_step_lasts_its_days():
    table = tables.step(90)
    assert table[:91].tolist() == [Q30] * 91
    assert not table[91:].any()


def test_exponential():
    table = tables.exponential(1.5, 0.2)
    p = np.arange(len(table)) * 16 / Q16
    np.testing.assert_allclose(table / Q16, np.exp(-1.5 * (p - 0.2)), atol=1e-5)
    assert tables.exponential(0.0, 0.2).tolist() == [Q16] * 4098


def test_probabilities_as_thresholds():
    assert (tables.q32(0.0), tables.q32(0.5), tables.q32(1.0)) == (0, 1 << 31, Q32)
    assert tables.q32(1 / 3) == round(Q32 / 3)
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            tables.q32(wrong)


def test_factors_in_units_of_one_65536th():
    assert (tables.q16(0.0), tables.q16(1.0), tables.q16(2.5)) == (0, 65536, 163840)


def test_cumulative_shares_end_at_certainty():
    """A share of 0 is never picked; the last threshold is 2**32 whatever rounding did."""
    assert tables.thresholds([1, 1]).tolist() == [1 << 31, Q32]
    found = tables.thresholds([0.1, 0.0, 0.2, 0.7])
    assert found[0] == found[1]
    assert found[-1] == Q32
    assert tables.thresholds([1 / 3] * 3).tolist()[-1] == Q32
    assert abs(int(tables.thresholds([0.3, 0.7])[0]) - 0.3 * Q32) < 1
