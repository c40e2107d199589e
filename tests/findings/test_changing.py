"""What an intervention changed, in words."""

from datetime import date

from moot.experiment.scenario import load_scenario
from moot.findings.changing import MOST, briefly, differences, in_sentences
from moot.regime.reading import load_regime
from moot.regime.values import with_values

NAME = "rank-my-life-2028"


def changed(**values: object):
    return with_values(load_regime(NAME), {path.replace("__", "."): value for path, value in values.items()})


def test_a_value_is_named_by_the_path_that_changes_it():
    regime = load_regime(NAME)
    assert differences(regime, regime) == []
    assert differences(regime, changed(schemes__0__association__points=1, notice=False)) == [
        "notice false in place of true",
        "schemes.0.association.points 1 in place of 2",
    ]


def test_what_came_or_went_is_told():
    regime = load_regime(NAME)
    assert regime.displacement is None
    came = changed(displacement=0.5)
    (said,) = differences(regime, came)
    assert said.startswith("displacement ") and said.endswith("which was not there")
    (said,) = differences(came, regime)
    assert said.startswith("displacement left out (it was ")


def test_each_intervention_is_told_against_the_one_before():
    scenario = load_scenario(NAME)
    milder = changed(schemes__0__association__points=1)
    scenario = scenario.with_change(date(2028, 3, 1), NAME, milder)
    scenario = scenario.with_change(date(2028, 6, 1), NAME, changed(schemes__0__association__points=0))
    assert briefly(scenario) == [
        f"from 2028-03-01 on, arm {NAME} with schemes.0.association.points 1 in place of 2",
        f"from 2028-06-01 on, arm {NAME} with schemes.0.association.points 0 in place of 1",
    ]
    assert milder.content_hash[:12] in in_sentences(scenario)[0]


def test_many_values_are_counted():
    points = {
        f"schemes__0__catalogue__{act}__severity": 0.111 for act in load_regime(NAME).schemes[0].catalogue
    }
    assert len(points) > MOST
    scenario = load_scenario(NAME).with_change(date(2028, 3, 1), NAME, changed(**points))
    (said,) = briefly(scenario)
    assert said.count("in place of") == MOST and "other values" in said
