"""Files of experiments: what they say, and what is wrong with them, at line and column."""

from datetime import date

import pytest

from moot.errors import DeclarationError
from moot.experiment.budget import alternatives_in
from moot.experiment.declaration import experiment_of, load_experiment
from moot.experiment.scenario import load_scenario
from moot.regime.reading import load_regime
from tests.experiment.texts import EXPERIMENT, declared

OVER = "draws: {count: 4, over: [country.acts, regime.sensors]}\n"


def test_an_experiment_has_its_scenarios_with_its_arms(tmp_path):
    experiment = declared(tmp_path)
    (scenario,) = experiment.scenario_models
    assert (scenario.people, scenario.days, scenario.burn_in) == (1000, 6, 0)
    scheme, later = scenario.arm_regimes["scheme"], scenario.arm_regimes["later"]
    assert scenario.arm_regimes["status-quo"] is None
    assert (scheme.notice, later.notice) == (True, False)
    (change,) = scenario.changes
    assert (change.at, change.arm) == (date(2028, 1, 4), "later")
    assert change.regime.notice is False and change.regime.schemes[0].association.points == 0
    assert later.schemes[0].association.points > 0


def test_the_arms_of_the_scenario_are_those_of_the_experiment_where_it_has_none(tmp_path):
    head = EXPERIMENT.partition("arms:")[0]
    (scenario,) = declared(tmp_path, head).scenario_models
    assert list(scenario.arm_regimes) == list(load_scenario("rank-my-life-2028").arm_regimes)


def test_the_hash_is_that_of_all_it_says(tmp_path):
    one = declared(tmp_path)
    assert declared(tmp_path, "# a comment\n" + EXPERIMENT).content_hash == one.content_hash
    others = [
        EXPERIMENT.replace("replicates: 3", "replicates: {count: 3, people: fixed}"),
        EXPERIMENT.replace("points: 0", "points: 1"),
        EXPERIMENT.replace("2028-01-04", "2028-01-05"),
        EXPERIMENT.replace("days: 6", "days: 7"),
        EXPERIMENT + "measures: ['act:protest:acts']\n",
        EXPERIMENT + OVER,
        EXPERIMENT + OVER.replace("4", "5"),
    ]
    hashes = {one.content_hash, *(declared(tmp_path, text).content_hash for text in others)}
    assert len(hashes) == 1 + len(others)
    assert one.replace(days=7).content_hash == declared(tmp_path, others[3]).content_hash


def test_what_is_drawn_is_what_a_name_begins(tmp_path):
    drawn = declared(tmp_path, EXPERIMENT + OVER).drawn
    assert drawn and all(name.startswith(("country.acts.", "regime.sensors.")) for name in drawn)
    assert "country.acts.jaywalking.base" in drawn
    assert "regime.sensors.phone-app.coverage" in drawn
    one = declared(tmp_path, EXPERIMENT + "draws: {count: 2, over: [country.acts.jaywalking.base]}\n")
    assert one.drawn == ("country.acts.jaywalking.base",)


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("[rank-my-life-2028]", "[rank-my-life-2082]", "3:13", 'did you mean "rank-my-life-2028"'),
        ("replicates: 3", "replicates: 0", "7:13", "expected at least 1"),
        ("replicates: 3", "replicate: 3", "7:1", 'did you mean "replicates"'),
        ("days: 6", "days: 9999999", "5:7", "expected at most"),
        ("status-quo: {}", "status-quo: {regime: essay-2018}", "9:24", "is the comparator"),
        ("  status-quo: {}\n", "", "9:3", "the comparator is missing"),
        ("scheme: {regime: rank-my-life-2028}", "scheme: {}", "10:11", "has no regime"),
        ("scheme: {regime: rank-my-life-2028}", "scheme: {regime: essay}", "10:20", "essay-2018"),
        ("scheme: {regime: rank-my-life-2028}", "scheme: {values: {a: 1}}", "10:20", "no regime here"),
        ("{notice: false}", "{notise: false}", "13:13", "notise"),
        ("{notice: false}", "{schemes.9.who: everyone}", "13:13", "there is no 9"),
        (", values: {schemes.0.association.points: 0}", "", "15:9", "exactly one"),
        ("at: 2028-01-04", "at: 2028-03-04", "15:14", "not within the run"),
        ("schemes.0.association.points: 0", "schemes.0.association.points: -4", "15:34", "points"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(tmp_path, old, new, at, says):
    assert old in EXPERIMENT
    with pytest.raises(DeclarationError) as told:
        declared(tmp_path, EXPERIMENT.replace(old, new))
    first = told.value.problems[0]
    assert (f"{first.line}:{first.column}", first.path.endswith("experiment.yaml")) == (at, True)
    assert says in f"{first.message} {first.hint} {first.key}"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("draws: {count: 2, over: [contry]}", 'number with a range "contry"; expected one of: country'),
        ("draws: {count: 2, over: [country.acts.protest.bas]}", 'did you mean "country.acts.protest.base"'),
        ("draws: {count: 2, over: []}", "draws.over"),
        ("draws: {count: 1, over: [country]}", "expected at least 2"),
        ("draws: {count: 2, over: [country], replicates: 9}", "there are 3 in all"),
        ("groups: [sex]", "expected `measures` or `primary`"),
        ("groups: [sexe]\nmeasures: ['act:protest:acts']", 'did you mean "sex"'),
        ("measures: ['act:protest:acts']\nprimary: ['act:protest:acts']", "is told twice"),
        ("interval: bca", "needs 50 replicates"),
        ("level: 95", "expected at most"),
        ("aim: {fear: more}", "aim"),
    ],
)  # fmt: skip
def test_what_is_told_and_drawn_is_checked(tmp_path, more, says):
    with pytest.raises(DeclarationError) as told:
        declared(tmp_path, f"{EXPERIMENT}{more}\n")
    assert says in str(told.value)


def test_a_scenario_is_no_experiment(tmp_path):
    (tmp_path / "s.yaml").write_text("scenario: s\ntitle: S\narms: {status-quo: {}}\n")
    with pytest.raises(DeclarationError, match="is a scenario, for moot run"):
        load_experiment(tmp_path / "s.yaml")


def test_two_changes_on_a_day_contradict_each_other(tmp_path):
    twice = EXPERIMENT + "      - {at: 2028-01-04, values: {notice: true}}\n"
    with pytest.raises(DeclarationError, match="two changes of one arm on 2028-01-04"):
        declared(tmp_path, twice)


def test_nothing_to_compare_is_told(tmp_path):
    alone = EXPERIMENT.partition("  scheme:")[0]
    with pytest.raises(DeclarationError, match="has no arm with a regime: there is nothing to compare"):
        declared(tmp_path, alone)


def test_an_experiment_of_a_scenario_in_memory():
    scenario = load_scenario("rank-my-life-2028").replace(people=1000, days=5)
    made = experiment_of(scenario, measures=("act:protest:acts",))
    assert made.scenario_models == (scenario,) and made.replicates.count == 20
    assert made.replace(replicates=4, seed=9).replicates.count == 4
    with pytest.raises(DeclarationError, match="expected at least 1"):
        made.replace(replicates=0)
    with pytest.raises(DeclarationError, match="groups"):
        experiment_of(scenario, groups=("sex",))


def test_alternatives_are_arms_beside_those_of_the_scenario(tmp_path):
    """R1 to R9 as far as they apply, each the regime that `moot alternatives` derives in this country."""
    head = EXPERIMENT.partition("arms:")[0]
    experiment = declared(tmp_path, head + "arms: alternatives\n")
    (scenario,) = experiment.scenario_models
    arms, start = scenario.arm_regimes, load_regime("rank-my-life-2028")
    derived = alternatives_in(start, scenario.country_model)
    there = {name.lower(): one.regime for name, (one, _) in derived.items() if one.regime is not None}
    assert len(there) == 9
    assert list(arms) == ["status-quo", "rank-my-life-2028", *there]
    for name, regime in there.items():
        assert arms[name].content_hash == regime.content_hash
    again = declared(tmp_path, head + "arms: {alternatives: {}}\n")
    assert again.content_hash == experiment.content_hash


def test_what_does_not_apply_is_noticed_and_two_regimes_have_no_alternatives(tmp_path):
    head = EXPERIMENT.partition("arms:")[0]
    merits = declared(tmp_path, head.replace("rank-my-life-2028", "merits-only") + "arms: alternatives\n")
    assert any("does not apply to merits-only" in one.message for one in merits.warnings)
    two = head.replace("rank-my-life-2028", "essay-alone-and-together")
    with pytest.raises(DeclarationError, match="arms with a regime; alternatives are to one"):
        declared(tmp_path, two + "arms: alternatives\n")
    beside = EXPERIMENT.replace("  later:", "  alternatives: {regime: rank-my-life-2028}\n  later:")
    with pytest.raises(DeclarationError, match="is no arm beside others"):
        declared(tmp_path, beside)
