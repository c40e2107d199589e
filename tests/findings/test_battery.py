"""Which milder alternatives an experiment simulated: by the regime that the rules make, not by a name."""

from moot.catalogue import catalogue
from moot.findings.battery import RULES, batteries_of, battery_beside, lines_of
from tests.experiment.texts import EXPERIMENT, NOTHING, declared

WHOLE = EXPERIMENT.partition("arms:")[0] + "arms: alternatives\n"


def test_without_the_battery_only_today_was_simulated(tmp_path):
    found = batteries_of(declared(tmp_path, EXPERIMENT.partition("  later:")[0]))
    assert [(one.ran, one.missing, one.examined) for one in found] == [(("R0",), RULES[1:], False)]
    assert lines_of(found[0], catalogue("battery", "en"))[0] == "Necessity not examined."


def test_with_the_battery_everything_that_applies_was_simulated(tmp_path):
    experiment = declared(tmp_path, WHOLE)
    (one,) = batteries_of(experiment)
    assert set(one.ran) | set(one.unfit) == set(RULES) and one.examined and one.missing == ()
    assert battery_beside(experiment, "rank-my-life-2028", "r5") == one
    assert battery_beside(experiment, "rank-my-life-2028", "status-quo") is None
    assert not lines_of(one, catalogue("battery", "fr"))[0].startswith("Nécessité")


def test_an_arm_that_has_no_results_was_not_simulated(tmp_path):
    experiment = declared(tmp_path, WHOLE)
    arms = experiment.scenario_models[0].arm_regimes
    told = {("rank-my-life-2028", name) for name in arms if name != "r5"}
    (one,) = batteries_of(experiment, told)
    assert one.missing == ("R5",)
    assert lines_of(one, catalogue("battery", "en"))[0] == "Necessity not examined in full."


def test_a_regime_that_only_has_the_name_of_an_alternative_is_none(tmp_path):
    (tmp_path / "rank-my-life-2028-r5.yaml").write_text(
        NOTHING.replace("regime: nothing", "regime: rank-my-life-2028-r5")
    )
    text = EXPERIMENT.partition("  later:")[0] + "  named: {regime: rank-my-life-2028-r5.yaml}\n"
    found = batteries_of(declared(tmp_path, text))
    assert [("R5" in one.ran, "R5" in one.missing) for one in found] == [(False, True)]
