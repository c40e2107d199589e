"""Plans: every job, in one order, and the identity of what comes out."""

from collections import Counter

import pytest

from moot.errors import UserError
from moot.experiment.plan import matching, plan_of
from tests.experiment.texts import EXPERIMENT, declared


def test_jobs_are_replicates_by_draws_by_scenarios_in_one_order(tmp_path):
    text = EXPERIMENT.replace("[rank-my-life-2028]", "[rank-my-life-2028, merits-only]")
    text = text.partition("arms:")[0] + "draws: {count: 2, over: [country.acts], replicates: 1}\nseed: 7\n"
    plan = plan_of(declared(tmp_path, text))
    assert [(job.replicate, job.draw, job.scenario) for job in plan.jobs] == [
        (1, 0, "rank-my-life-2028"), (1, 0, "merits-only"),
        (1, 1, "rank-my-life-2028"), (1, 1, "merits-only"),
        (1, 2, "rank-my-life-2028"), (1, 2, "merits-only"),
        (2, 0, "rank-my-life-2028"), (2, 0, "merits-only"),
        (3, 0, "rank-my-life-2028"), (3, 0, "merits-only"),
    ]  # fmt: skip
    assert [(job.seed, job.chance) for job in plan.jobs[::2]] == [(7, 7), (7, 7), (7, 7), (8, 8), (9, 9)]
    assert len({job.name for job in plan.jobs}) == len(plan.jobs)
    assert all(job.arms == tuple(plan.scenario(job.scenario).arms) for job in plan.jobs)


def test_fixed_people_have_one_seed_and_each_replicate_another_chance(tmp_path):
    text = EXPERIMENT.replace("replicates: 3", "replicates: {count: 3, people: fixed}")
    plan = plan_of(declared(tmp_path, text))
    assert [(job.seed, job.chance) for job in plan.jobs] == [(1, 1), (1, 2), (1, 3)]


def test_a_job_simulates_the_draw_that_it_says(tmp_path):
    name = "country.acts.jaywalking.base"
    plan = plan_of(declared(tmp_path, f"{EXPERIMENT}draws: {{count: 3, over: [{name}]}}\n"))
    values = {job.draw: plan.scenario_of(job).country_model.acts["jaywalking"].base.at() for job in plan.jobs}
    declared_value = plan.experiment.scenario_models[0].country_model.acts["jaywalking"].base.at()
    assert values[0] == declared_value and len(set(values.values())) == 4
    assert {d: plan.values_of("rank-my-life-2028", d) for d in values} == {
        d: {name: value} if d else {} for d, value in values.items()
    }


def test_the_hash_is_that_of_the_experiment_and_its_jobs(tmp_path):
    experiment = declared(tmp_path)
    assert plan_of(experiment).content_hash == plan_of(declared(tmp_path)).content_hash
    for other in (experiment.replace(seed=2), experiment.replace(replicates=4), experiment.replace(days=5)):
        assert plan_of(other).content_hash != plan_of(experiment).content_hash


def test_jobs_stay_good_with_more_replicates_and_other_measures(tmp_path):
    text = EXPERIMENT + "draws: {count: 3, over: [country.acts]}\n"
    made = plan_of(declared(tmp_path, text))
    for other in (
        text.replace("replicates: 3", "replicates: 5"),
        text + "measures: ['act:protest:acts']\n",
        text.replace("count: 3,", "count: 3, replicates: 1,"),
    ):
        more = plan_of(declared(tmp_path, other))
        assert more.jobs_hash == made.jobs_hash and more.content_hash != made.content_hash
    for other in (
        text.replace("count: 3,", "count: 4,"),
        text.replace("country.acts", "country"),
        text.replace("replicates: 3", "replicates: {count: 3, people: fixed}"),
        text.replace("points: 0", "points: 1"),
        text + "seed: 2\n",
    ):
        assert plan_of(declared(tmp_path, other)).jobs_hash != made.jobs_hash


@pytest.mark.parametrize(
    ("more", "alike"),
    [
        ("", {1: 3}),
        ("draws: {count: 2, over: [regime.sensors]}", {3: 3}),
        ("draws: {count: 2, over: [regime.sensors, country.acts]}", {1: 9}),
    ],
)
def test_which_jobs_share_a_burn_in(tmp_path, more, alike):
    """Draws of the regime on trial do; draws of the country, and replicates, do not."""
    plan = plan_of(declared(tmp_path, f"{EXPERIMENT}{more}\n"))
    assert Counter(plan._alike.values()) == alike
    assert all(plan.shares_burn_in(job) == (3 in alike) for job in plan.jobs)


def test_a_pattern_adds_up_what_it_matches():
    known = ["act:a:acts", "act:b:acts", "act:b:forgone", "trip:air:refused"]
    assert matching("act:*:acts", known) == ("act:a:acts", "act:b:acts")
    assert matching("act:b:*", known) == ("act:b:acts", "act:b:forgone")
    assert matching("trip:air:refused", known) == ("trip:air:refused",)


def test_a_class_stands_for_its_acts_and_adds_no_merit_to_charges():
    known = [f"act:{act}:{what}" for act in ("a", "b", "x:c", "m") for what in ("acts", "charged")]
    classes = {"a": "offence", "b": "lawful", "x:c": "offence", "m": "merit"}
    assert matching("act:offences:acts", known, classes) == ("act:a:acts", "act:x:c:acts")
    assert matching("act:no-merits:charged", known, classes) == (
        "act:a:charged", "act:b:charged", "act:x:c:charged",
    )  # fmt: skip
    assert matching("act:merits:acts", known, classes) == ("act:m:acts",)
    for asked in ("act:incivilities:acts", "act:offences:forgone", "list:offences:acts"):
        with pytest.raises(UserError, match="there is no measure"):
            matching(asked, known, classes)
    with pytest.raises(UserError):
        matching("act:offences:acts", known)
    assert matching("act:lawful:acts", ["act:lawful:acts"]) == ("act:lawful:acts",)


@pytest.mark.parametrize("measure", ["act:protest:act", "act:*:refuzed"])
def test_an_unknown_measure_is_told_before_any_work(tmp_path, measure):
    with pytest.raises(UserError, match="there is no measure") as told:
        plan_of(declared(tmp_path, f"{EXPERIMENT}measures: ['{measure}']\n"))
    assert "*" in measure or 'did you mean "act:protest:acts"' in str(told.value)


def test_a_law_that_cannot_change_in_a_run_is_told_before_any_work(tmp_path):
    text = EXPERIMENT.replace("schemes.0.association.points: 0", "schemes.0.score.start: 60")
    with pytest.raises(UserError, match="cannot be made in the middle of a run"):
        plan_of(declared(tmp_path, text))
