"""Metrics, twins and causes of an experiment: those of its runs, over replicates, kept and gone on with."""

import functools
import json
import math
import tempfile
from pathlib import Path

import numpy as np
import pytest

import moot
from moot.errors import DeclarationError
from moot.experiment.plan import plan_of
from moot.experiment.simulation import simulate
from moot.findings import experimenting, jobs, traced
from moot.findings.asking import Asked
from moot.findings.beside import Beside
from moot.findings.metrics import metrics
from moot.findings.outcomes import outcome_of
from moot.findings.run import run_of
from moot.findings.summary import WIDTH
from moot.findings.traced_lines import bounds, number
from moot.findings.tracing import panel_for, told_of
from moot.findings.twins import twins
from moot.store.experiments import InMemory
from tests.experiment.texts import EXPERIMENT, declared

BASE = EXPERIMENT.replace("replicates: 3", "replicates: 10").partition("  later:")[0]
TEXT = (
    BASE
    + "draws: {count: 2, over: [regime.sensors], replicates: 2}\n"
    + "primary: ['act:no-merits:charged-by-regime']\ngroups: [sex]\n"
    + "metrics: [M_EFF, M_CHILL, M_ALT]\ntwins: true\nattribute: {people: 1000, replicates: 2, days: 4}\n"
)


@functools.cache
def made():
    """(folder, results) of one small experiment that asks for everything."""
    place = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    return place / "it", moot.compare(declared(place, TEXT), threads=1, out=place / "it")


def test_what_a_job_tells_is_what_its_run_tells(tmp_path):
    scenario = declared(tmp_path, BASE).scenario_models[0].replace(people=3_000, days=40)
    result = simulate(scenario, seed=3, panel=panel_for(3_000), threads=1)
    told, run = told_of(result, outcome_of(result)), run_of(result)
    for name, by_arm in metrics(run).items():
        for arm, parts in by_arm.items():
            here = told["metrics"][name][arm]
            assert [one["what"] for one in here] == [one.what for one in parts]
            for mine, one in zip(here, parts, strict=True):
                assert mine["value"] == one.value and mine.get("events") == one.events
                rows = [[g.attribute, g.level, g.people, g.events, g.value] for g in one.groups]
                assert mine.get("groups", []) == rows
    beside = twins(run, "scheme")
    assert told["twins"]["scheme"]["worse"] == {
        "low": beside.worse.low, "high": beside.worse.high, "shared": beside.worse.shared,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("people", "lives"), [(150, 150), (5_000, 200), (200_000, 2_000), (9_000_000, 10_000)]
)
def test_at_most_one_life_in_a_hundred_is_traced(people, lives):
    assert panel_for(people) == lives


def test_a_metric_is_the_mean_over_replicates_with_its_interval_and_range():
    place, results = made()
    told = results.metrics
    row = next(one for one in told["numbers"] if one["what"] == "offences that it counts")
    assert (row["arm"], row["metric"], row["replicates"], row["of"]) == ("scheme", "M_EFF", 10, 10)
    values = {}
    for path in sorted((place / "jobs").glob("*-t*")):
        job = json.loads((path / "job.json").read_text())
        one = next(x for x in job["traced"]["metrics"]["M_EFF"]["scheme"] if x["what"] == row["what"])
        values[job["job"]["draw"], job["job"]["replicate"]] = one["value"]
    declared_values = np.array([values[0, r] for r in range(1, 11)])
    assert math.isclose(row["mean"], declared_values.mean())
    half = 2.262157 * declared_values.std(ddof=1) / math.sqrt(10)
    assert math.isclose(row["interval"]["high"], row["mean"] + half, rel_tol=1e-6)
    drawn = [(values[d, 1] + values[d, 2]) / 2 for d in range(3)]
    assert math.isclose(row["span"]["low"], min(drawn)) and math.isclose(row["span"]["high"], max(drawn))
    assert (row["span"]["draws"], row["span"]["replicates"]) == (2, 2)


def test_a_metric_that_some_replicates_lack_says_in_how_many():
    one = {
        "mean": 2.0,
        "few": True,
        "unit": "days",
        "span": None,
        "interval": None,
        "replicates": 3,
        "of": 10,
    }
    assert number(one) == "2.0* days; in 3 of 10 replicates"
    assert number({"mean": None, "why": "nothing was refused"}) == "nothing was refused"


def test_a_share_of_lives_has_bounds_within_nothing_and_all():
    _, results = made()
    (arm,) = results.twins["arms"]
    assert (arm["arm"], arm["twin"], arm["replicates"], arm["lives"]) == ("scheme", "status-quo", 10, 2_000)
    for key in ("worse", "better", "same"):
        assert 0 <= arm[key]["low"] <= arm[key]["shared"] <= arm[key]["high"] <= 1
        assert arm[key]["span"]["draws"] == 2
    assert math.isclose(sum(arm[key]["shared"] for key in ("worse", "better", "same")), 1.0)
    assert bounds({"shared": 0.5, "low": 0.25, "high": 1.0}) == "500 [250, 1,000]"


def test_causes_add_up_and_are_of_the_declared_size():
    _, results = made()
    (one,) = results.causes
    assert (one["people"], one["days"], len(one["replicates"]), one["coalitions"]) == (1_000, 4, 2, 16)
    for measure in one["measures"]:
        shares = np.array([part["by_replicate"] for part in measure["players"]])
        assert np.allclose(shares.sum(axis=0), measure["effect_by_replicate"])


def test_what_is_traced_at_the_own_size_serves_the_table_as_well(tmp_path):
    plan = plan_of(declared(tmp_path, TEXT))
    beside = Beside(plan)
    assert [beside.tracing.also(job).name for job in beside.tracing.jobs] == [job.name for job in plan.jobs]
    shelf, simulated = InMemory(), []

    class Counting:
        def run(self, jobs_, work):
            from moot.experiment.executor import Done, InTurn

            for job in jobs_:
                simulated.append(job.name)
                yield from InTurn().run([job], work)
            assert Done

    one = beside.tracing.jobs[0]
    doing = Asked(
        shelf, beside.tracing.scenario_of, 1, executor=Counting(), traced=True, also=beside.tracing.also
    )
    doing.do([one])
    again = Asked(shelf, plan.scenario_of, 1, executor=Counting()).do([plan.jobs[0]])
    alone = Asked(InMemory(), plan.scenario_of, 1).do([plan.jobs[0]])
    assert simulated == [one.name]
    assert again.outcomes[plan.jobs[0]].totals("scheme") == alone.outcomes[plan.jobs[0]].totals("scheme")


def test_another_size_is_another_job(tmp_path):
    plan = plan_of(declared(tmp_path, TEXT + "traced: {people: 2000, replicates: 12}\n"))
    tracing = Beside(plan).tracing
    assert {tracing.also(job) for job in tracing.jobs} == {None}
    assert len([job for job in tracing.jobs if job.draw == 0]) == 12
    assert tracing.scenarios["rank-my-life-2028"].people == 2_000


def test_a_job_beside_the_plan_is_done_elsewhere_from_plain_values(tmp_path):
    plan = plan_of(declared(tmp_path, TEXT))
    tracing = Beside(plan).tracing
    work = jobs.Work(tracing.scenario_of, threads=1, traced=True)
    job = tracing.jobs[1]
    request = json.loads(json.dumps({**experimenting._about(plan), "threads": 1, "cache": False}))
    there = jobs.serve(request, json.loads(json.dumps(work.told(job))))
    here = work(job)
    assert there["digests"] == dict(here.digests)
    assert json.loads(json.dumps(there["traced"])) == json.loads(json.dumps(here.traced))


def test_the_same_results_when_it_is_gone_on_with():
    place, results = made()
    before = (place / "results.json").read_bytes()
    (place / "results.json").unlink()
    for path in sorted((place / "jobs").iterdir())[::7]:
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    again = moot.resume(place, threads=1)
    assert (place / "results.json").read_bytes() == before and again.metrics == results.metrics


def test_lines_of_one_arm_have_them_and_lines_of_many_say_where():
    _, results = made()
    text = "\n".join(results.lines("scheme"))
    assert "Metrics of scheme" in text and "lives in 10 replicates" in text and "default" not in text
    assert "What brings the effects" in text
    assert max(len(x) for x in traced_lines_of(results)) <= WIDTH


def traced_lines_of(results):
    return results._lives("rank-my-life-2028", "scheme")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("metrics: [M_CTXX]\n", 'did you mean "M_CTX"'),
        ("metrics: [M_UNC]\n", "is not computed"),
        ("metrics: []\n", "at least 1"),
        ("traced: {people: 1000}\n", "expected one of them here"),
        ("attribute: {players: nobody.yaml}\n", "nobody.yaml"),
        ("attribute: {replicates: 1}\n", "at least 2"),
    ],
)
def test_what_there_is_not_is_refused_before_any_work(tmp_path, more, said):
    with pytest.raises(DeclarationError) as error:
        traced.asked_metrics(plan_of(declared(tmp_path, BASE + more)))
    assert said in str(error.value).replace("greater than or equal to", "at least")


def test_an_experiment_that_asks_for_nothing_beside_has_the_hash_it_had(tmp_path):
    plain = declared(tmp_path, BASE)
    assert not {"metrics", "twins", "traced", "attribute", "players"} & set(plain.resolved())
    assert declared(tmp_path, BASE + "twins: true\n").content_hash != plain.content_hash
