"""Another law from a day on: nothing before it moves, no other arm does, what cannot change is named."""

from datetime import date

import numpy as np
import pytest

from moot.country import population
from moot.errors import UserError
from moot.experiment.simulation import simulate
from moot.regime.values import with_values
from moot.society.changing import BOUNDS, IN_THE_AIR, OF_THE_RUN, READ_WHEN_IT_HAPPENS, WORDS
from moot.society.law import ARM, WORLD
from tests.reference import worlds
from tests.society.test_snapshot import Shelf, same

AT = date(2028, 1, 17)
BEFORE = 16  # days of the run before it


@pytest.fixture(autouse=True)
def blocks(monkeypatch):
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)


def changed(scenario, arm, values):
    return scenario.with_change(AT, arm, with_values(scenario.arm_regimes[arm], values))


def test_the_fields_named_are_fields():
    assert (READ_WHEN_IT_HAPPENS | IN_THE_AIR) <= set(ARM.names)
    assert BOUNDS | {*OF_THE_RUN} <= set(WORLD.names)
    assert not (READ_WHEN_IT_HAPPENS | IN_THE_AIR) & set(WORDS)
    assert set(WORDS) <= {*ARM.names, *WORLD.names}


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_change_to_the_same_law_changes_nothing(seed, tmp_path):
    scenario = worlds.scenario(tmp_path, seed, people=300, days=40)
    whole = simulate(scenario, seed=seed, threads=1)
    for arm in ("one", "two"):
        same(whole, simulate(changed(scenario, arm, {}), seed=seed, threads=1))


def other_values(regime, what):
    """A change of the regime, by what changes; of what is seen, it also moves what people believe."""
    if what == "points":
        return {"schemes.0.catalogue.fare-evasion.points": 17}
    if what == "notice":
        return {"notice": not regime.notice}
    sensor, act = next((x, act) for x, one in enumerate(regime.sensors) for act in one.sees)
    return {f"sensors.{sensor}.sees.{act}": 0.015625}


@pytest.mark.parametrize("what", ["points", "notice", "sees"])
@pytest.mark.parametrize("seed", [1, 3, 5, 6])
def test_a_change_moves_its_arm_from_its_day_on_and_nothing_else(seed, what, tmp_path):
    """And a run gone on with, from before the day or from after it, is the run with it from the first day."""
    scenario = worlds.scenario(tmp_path, seed, people=300, days=40)
    regime = scenario.arm_regimes["two"]
    after = changed(scenario, "two", other_values(regime, what))
    plain = Shelf([("days", 5), ("days", BEFORE)])
    whole = simulate(scenario, seed=seed, threads=1, panel=40, keeper=plain)
    shelf = Shelf([("days", BEFORE + 1), ("days", 30)])
    other = simulate(after, seed=seed, threads=1, panel=40, keeper=shelf)
    assert {arm for arm in whole.arms if whole.digests[arm] != other.digests[arm]} == {"two"}
    for name, axis in (("region", 1), ("s_region", 1), ("score", 2)):
        one, two = (np.moveaxis(getattr(r.record, name), axis, 0) for r in (whole, other))
        np.testing.assert_array_equal(one[:BEFORE], two[:BEFORE])
    for point in (*plain.points.values(), *shelf.points.values()):
        same(other, simulate(after, seed=seed, threads=2, panel=40, keeper=Shelf(start=point)))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("schemes.0.score.hysteresis", 3, "hysteresis"),
        ("schemes.0.score.tiers.0.from", 71, "score.tiers"),
        ("schemes.0.lists.0.refuses", {}, "whether a list refuses"),
        ("schemes.0.scheme", "renamed", "names and number of schemes"),
        ("schemes.0.score.memory_months", 3, "memory_months|names and number"),
    ],
)
def test_what_cannot_change_is_named(path, value, says, tmp_path):
    scenario = worlds.scenario(tmp_path, 1, people=300, days=30)
    other = changed(scenario, "one", {path: value})
    with pytest.raises(UserError, match=says) as refused:
        simulate(other, threads=1)
    assert "what can change is: points" in str(refused.value)


def test_a_day_outside_the_run_and_an_arm_without_a_regime_are_refused(tmp_path):
    scenario = worlds.scenario(tmp_path, 1, people=300, days=30)
    regime = scenario.arm_regimes["one"]
    for day in (date(2028, 1, 1), date(2028, 1, 31), date(2027, 5, 5)):
        with pytest.raises(UserError, match="expected a day from 2028-01-02 to 2028-01-30"):
            scenario.with_change(day, "one", regime)
    for arm in ("status-quo", "three"):
        with pytest.raises(UserError, match="there is one, two"):
            scenario.with_change(AT, arm, regime)


def test_a_path_that_leads_nowhere_is_told(tmp_path):
    regime = worlds.scenario(tmp_path, 1, people=300, days=30).arm_regimes["one"]
    with pytest.raises(UserError, match=r"there is no 7 in the regime test-regime"):
        with_values(regime, {"schemes.7.score.start": 1})
    with pytest.raises(UserError, match=r"there is no 'catalog'.*catalogue"):
        with_values(regime, {"schemes.0.catalog.fare-evasion.points": 1})
    with pytest.raises(UserError, match="points"):
        with_values(regime, {"schemes.0.catalogue.fare-evasion.points": "many"})
