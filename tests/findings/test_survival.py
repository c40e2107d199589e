"""Times of recovery with an end to the run: closed forms, another implementation, and what is refused."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from moot.errors import UserError
from moot.findings.samples import generator
from moot.findings.survival import recovery


def test_without_censoring_it_is_the_share_of_people_and_its_binomial_variance():
    found = recovery([1, 1, 2, 4], [True] * 4, horizon=10)
    assert found.days.tolist() == [1, 2, 4] and found.at_risk.tolist() == [4, 2, 1]
    assert found.recovered.tolist() == [2, 1, 1]
    assert found.share == pytest.approx([0.5, 0.75, 1])
    assert (found.median, found.told) == (1, "half within 1 day")
    # Greenwood is then S(1 − S)/n: on log(−log S) the error is sqrt((1 − S)/(n S)) ÷ |log S|
    for step, stays in enumerate((0.5, 0.25)):
        reach = 1.959963984540054 * math.sqrt((1 - stays) / (4 * stays)) / abs(math.log(stays))
        assert found.low[step] == pytest.approx(1 - stays ** math.exp(-reach))
        assert found.high[step] == pytest.approx(1 - stays ** math.exp(reach))
    assert (found.low[2], found.high[2]) == (found.low[1], 1)  # nobody is left: bounded by the step before


def test_those_who_are_not_seen_to_recover_count_for_as_long_as_they_were_followed():
    # by hand: day 1 of 5 → 4/5; one leaves on day 2; day 3 of 3 → 2/3 of that; one leaves on day 3 after it
    found = recovery([1, 2, 3, 3, 9], [True, False, True, False, False], horizon=9)
    assert found.share == pytest.approx([1 / 5, 1 - 4 / 5 * 2 / 3])
    assert found.at_risk.tolist() == [5, 3] and found.censored == 3 and found.people == 5
    assert found.median is None and found.told == "half not within 9 days"
    assert found.within(2).mean == pytest.approx(1 / 5) and found.within(9).mean == pytest.approx(7 / 15)
    assert found.within(0).mean == 0


def test_leaving_the_unrecovered_out_would_halve_the_time():
    """The constant hazard: half within ln 2 ÷ h; those who recovered within the run did so much sooner."""
    draw = generator(2, "test")
    days = np.floor(draw.exponential(100, 40_000)).astype(int)
    entered = draw.integers(0, 120, 40_000)
    end = 150 - entered
    found = recovery(np.minimum(days, end), days <= end, horizon=150)
    assert found.median == pytest.approx(100 * math.log(2), abs=2.5)
    assert np.median(days[days <= end]) < 45
    low, high = found.median_interval
    assert low <= found.median <= high


def test_the_horizon_cuts_later_recoveries_off():
    days, seen = [5, 30, 40, 50], [True, True, True, False]
    assert recovery(days, seen, horizon=60).median == 30
    cut = recovery(days, seen, horizon=20)
    assert (cut.median, cut.told, cut.censored, cut.followed) == (None, "half not within 20 days", 3, 20)
    early = recovery([5, 8, 9], [True, False, False], horizon=365)
    assert early.told == "half not within 9 days"  # nobody was followed for longer
    with pytest.raises(UserError, match="day: expected a whole number from 0 to 9, got 10"):
        early.within(10)


def test_nobody_recovers():
    found = recovery([3, 3], [False, False], horizon=3)
    assert len(found.days) == 0 and found.median is None and found.median_interval == (None, None)
    assert (found.within(3).mean, found.told) == (0, "half not within 3 days")
    assert found.within(3).high == pytest.approx(1 - 0.025 ** (1 / 2))  # the exact bound for none of two


def test_everybody_recovers_at_once():
    found = recovery([4, 4, 4], [True] * 3, horizon=9)
    assert found.within(4).low == pytest.approx(0.025 ** (1 / 3)) and found.within(9).high == 1
    assert found.within(3).high == pytest.approx(1 - 0.025 ** (1 / 3)) and found.median == 4


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40))
def test_agrees_with_scipy(people):
    days, seen = (np.array(of) for of in zip(*people, strict=True))
    found = recovery(days, seen, horizon=40)
    if not seen.any():
        assert len(found.days) == 0
        return
    other = stats.ecdf(stats.CensoredData(uncensored=days[seen], right=days[~seen]))
    assert 1 - found.share == pytest.approx(other.sf.evaluate(found.days), abs=1e-12)
    inner = found.at_risk > found.recovered
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of ends that its formula does not have
        band = other.sf.confidence_interval(0.95, method="log-log")
    assert 1 - found.high[inner] == pytest.approx(band.low.evaluate(found.days[inner]), abs=1e-9)
    assert 1 - found.low[inner] == pytest.approx(band.high.evaluate(found.days[inner]), abs=1e-9)
    assert np.all((found.low <= found.share) & (found.share <= found.high))


def test_the_interval_covers_the_share_within_a_day():
    draw = generator(3, "coverage of recoveries")
    inside = 0
    for _ in range(400):
        days, end = draw.geometric(1 / 50, 80), draw.integers(30, 100, 80)
        found = recovery(np.minimum(days, end), days <= end, horizon=100)
        inside += found.within(30).holds(1 - (1 - 1 / 50) ** 30)
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: recovery([], [], horizon=5), "days: expected at least 1, got 0"),
        (lambda: recovery([1.5], [True], horizon=5), r"whole days from 0 up, got 1\.5"),
        (lambda: recovery([-1], [True], horizon=5), "whole days from 0 up, got -1"),
        (lambda: recovery([1, 2], [True], horizon=5), "seen: expected 2 of true or false"),
        (lambda: recovery([1, 2], [1, 0], horizon=5), "seen: expected 2 of true or false"),
        (lambda: recovery([1], [True], horizon=0), "horizon: expected a whole number from 1 up, got 0"),
        (lambda: recovery([1], [True], horizon=5, level=0), "level"),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
