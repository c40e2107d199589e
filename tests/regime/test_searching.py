"""One step milder: never more sensors, heavier sanctions, a longer memory or less redress."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moot.regime.harder import harder
from moot.regime.reading import load_regime
from moot.regime.searching import steps
from tests.regime.test_alternatives import RML, assert_milder, base, looked_at, regime_of, varied


def test_each_step_takes_one_thing_away():
    start = load_regime(RML)
    found = {one.name: one for one in steps(start)}
    assert len(found) == len(steps(start)) > 15
    for name, one in found.items():
        assert one.regime.content_hash != start.content_hash, name
        assert one.words and regime_of(one.regime.resolved()).resolved() == one.regime.resolved()
    sensors = [one.sensor for one in start.sensors]
    left = [one.sensor for one in found["without-phone-app"].regime.sensors]
    assert left == [one for one in sensors if one != "phone-app"]
    (half,) = [one for one in found["half-phone-app"].regime.sensors if one.sensor == "phone-app"]
    (whole,) = [one for one in start.sensors if one.sensor == "phone-app"]
    assert half.coverage.value == whole.coverage.value / 2
    assert half.coverage.range == tuple(end / 2 for end in whole.coverage.range)
    lists = [rule.list for rule in found["without-list-no-plane"].regime.schemes[0].lists]
    assert lists == [rule.list for rule in start.schemes[0].lists if rule.list != "no-plane"]
    assert found["rank-without-association"].regime.schemes[0].association is None


def test_nothing_is_milder_than_what_does_almost_nothing():
    assert steps(load_regime("judgment-defaulters-2013-2019")) == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from([RML, "rongcheng-2014", "suining-2010", "welfare-risk-score"]))
def test_no_searched_scheme_is_harder_than_its_start(data, name):
    """Two steps from a varied regime: by the comparison of the code, and by a second account of it."""
    start = regime_of(varied(data.draw, base(name)))
    here = start
    for _ in range(2):
        found = steps(here, start)
        if not found:
            return
        for one in found:
            assert harder(start, one.regime) == []
        step = data.draw(st.sampled_from(found))
        assert_milder(start, step.regime)
        assert_milder(here, step.regime)
        assert {s.sensor for s in step.regime.sensors} <= {s.sensor for s in start.sensors}
        for scheme, was in zip(step.regime.schemes, start.schemes, strict=True):
            assert (scheme.redress is None) <= (was.redress is None)
        assert looked_at(step.regime)[0] <= looked_at(start)[0]
        here = step.regime


@pytest.mark.parametrize("name", ["essay-together", "live-face-recognition"])
def test_steps_of_shipped_regimes_are_milder_by_both_accounts(name):
    start = load_regime(name)
    for one in steps(start):
        assert_milder(start, one.regime)
