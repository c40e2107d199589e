"""Experiments from end to end: known answers, the same bytes however they were done, and what is refused."""

import json
import os
import re

import pytest

import moot
from moot.errors import JobFailed, RunError, UserError
from moot.experiment.plan import plan_of
from moot.findings import experimenting, jobs
from moot.findings.results import NOT_VARIED, Results
from moot.society import books
from moot.store.burnt import list_burn_ins
from tests.boundary.test_outputs import BANNED
from tests.experiment.texts import EXPERIMENT, declared

HEAD = EXPERIMENT.partition("arms:")[0]
NOTHING = HEAD + "arms:\n  status-quo: {}\n  nothing: {regime: nothing.yaml}\n"
SMALL = HEAD + "measures: ['act:jaywalking:acts', 'act:*:charged-by-regime']\n"


def bytes_of(folder):
    return (folder / "results.json").read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An experiment with draws that nothing disturbed: its declaration, and its folder."""
    here = tmp_path_factory.mktemp("whole")
    text = SMALL + "draws: {count: 2, over: [regime.sensors], replicates: 1}\ngroups: [sex]\n"
    text = text.replace("replicates: 3", "replicates: 2")
    experiment = declared(here, text)
    moot.compare(experiment, threads=1, out=here / "out")
    return experiment, here / "out"


def stopped_after(jobs):
    """Stops when so many jobs are done."""

    def progress(phase, done, of):
        if (phase, done) == ("jobs", jobs):
            raise KeyboardInterrupt

    return progress


def test_a_regime_that_does_nothing_has_no_effect_in_any_replicate(tmp_path):
    text = NOTHING.replace("replicates: 3", "replicates: 10").replace("days: 6", "days: 2")
    text += "draws: {count: 2, over: [country], replicates: 1}\n"
    experiment = declared(tmp_path, text)
    folder, plan = experimenting.begin(experiment, tmp_path / "out")
    with folder:
        results = experimenting.to_the_end(folder, plan, threads=1)
        for job in plan.jobs:
            parts = folder.get(job.name).parts
            mine, today = parts["nothing"], parts["status-quo"]
            for name in set(mine) & set(today) - {"arm"}:
                assert mine[name].tolist() == today[name].tolist(), name
    shown = [one for one in results.effects if one.today_mean]
    assert len(shown) > 10
    for one in shown:
        assert (one.difference, one.interval.low, one.interval.high) == (0, 0, 0)
        assert (one.span.low, one.span.high, one.gain) == (0, 0, None)


def test_fixed_people_are_the_same_and_chance_is_another(tmp_path):
    text = SMALL.replace("replicates: 3", "replicates: {count: 2, people: fixed}") + "groups: [sex, income]\n"
    folder, plan = experimenting.begin(declared(tmp_path, text), tmp_path / "out")
    with folder:
        results = experimenting.to_the_end(folder, plan, threads=1)
        one, two = (folder.get(job.name).parts["status-quo"] for job in plan.jobs)
    assert one["people"].tolist() == two["people"].tolist()
    assert one["act:jaywalking:acts"].tolist() != two["act:jaywalking:acts"].tolist()
    first, second = results.digests.values()
    assert first["status-quo"] != second["status-quo"]
    alone = moot.simulate(plan.scenario("rank-my-life-2028"), seed=1, threads=1, panel=0)
    assert first == alone.manifest["digests"], "the first replicate is a run of its seed"


def test_in_memory_in_a_folder_and_on_two_threads_is_the_same(whole):
    experiment, out = whole
    kept = moot.open_experiment(out)
    found = moot.compare(experiment, threads=2, cache=False)
    assert found.folder is None and kept.folder == out
    assert found.as_dict() == {key: one for key, one in kept.as_dict().items() if key != "format"}
    assert found.effects == kept.effects
    assert found.lines() == kept.lines()


@pytest.mark.parametrize("jobs", [0, 1, 3])
def test_stopped_and_gone_on_with_is_the_same_file(whole, tmp_path, jobs):
    experiment, out = whole
    with pytest.raises(KeyboardInterrupt):
        moot.compare(experiment, threads=1, out=tmp_path / "out", progress=stopped_after(jobs))
    assert not (tmp_path / "out" / "results.json").exists()
    done = sorted(path.name for path in (tmp_path / "out").glob("jobs/*"))
    assert len(done) == jobs
    seen = []
    again = {"threads": 1, "progress": lambda *now: seen.append(now)}
    if jobs == 1:
        moot.resume(tmp_path / "out", **again)
    else:
        moot.compare(experiment, out=tmp_path / "out", **again)
    assert bytes_of(tmp_path / "out") == bytes_of(out)
    first = next(now for now in seen if now[0] == "jobs")
    assert first == ("jobs", jobs, 4), "what was done is not done again"


def test_a_finished_one_is_read_and_not_done_again(whole):
    experiment, out = whole
    before = bytes_of(out)

    def never(*_):
        raise AssertionError("something was done")

    found = moot.compare(experiment, threads=1, out=out, progress=never)
    assert isinstance(found, Results) and bytes_of(out) == before
    assert moot.resume(out, progress=never).effects == found.effects


def test_more_replicates_and_other_measures_go_on_with_what_is_done(tmp_path):
    here = tmp_path / "out"
    moot.compare(declared(tmp_path, SMALL.replace("replicates: 3", "replicates: 2")), threads=1, out=here)
    seen = []
    more = declared(tmp_path, SMALL)
    found = moot.compare(more, threads=1, out=here, progress=lambda *now: seen.append(now))
    assert [now for now in seen if now[0] == "jobs"] == [("jobs", 2, 3), ("jobs", 3, 3)]
    assert {one.replicates for one in found.effects} == {3}
    moot.compare(more, threads=1, out=tmp_path / "undisturbed")
    assert bytes_of(here) == bytes_of(tmp_path / "undisturbed")
    other = declared(tmp_path, SMALL + "primary: ['act:protest:acts']\n")
    again = moot.compare(other, threads=1, out=here, progress=lambda *now: seen.append(now))
    assert seen[-1] == ("jobs", 3, 3) and again.effect("act:protest:acts").family == "primary"
    assert moot.resume(here).effects == again.effects


def test_damaged_jobs_are_done_again_to_the_same_file(whole, tmp_path, recwarn):
    experiment, out = whole
    with pytest.raises(KeyboardInterrupt):
        moot.compare(experiment, threads=1, out=tmp_path / "out", progress=stopped_after(3))
    job = sorted((tmp_path / "out" / "jobs").iterdir())[1]
    os.truncate(job / "measures.parquet", 100)
    moot.resume(tmp_path / "out", threads=1)
    assert bytes_of(tmp_path / "out") == bytes_of(out)
    (told,) = recwarn.list
    assert "this job is done again" in str(told.message)


def test_results_that_were_changed_are_made_again(whole, tmp_path):
    out = whole[1]
    good = bytes_of(out)
    (out / "results.json").write_bytes(good.replace(b"synthetic", b"sinthetic", 1))
    with pytest.raises(RunError, match="was changed after it was written"):
        moot.open_experiment(out)
    moot.resume(out, threads=1)
    assert bytes_of(out) == good


def test_a_job_that_fails_is_told_left_out_or_tried_again(tmp_path, monkeypatch):
    experiment = declared(tmp_path, SMALL)
    real, left = jobs.simulate, [99]

    def fails(scenario, *, seed, **named):
        if seed == 2 and left[0]:
            left[0] -= 1
            raise MemoryError("too many people")
        return real(scenario, seed=seed, **named)

    monkeypatch.setattr(jobs, "simulate", fails)
    with pytest.raises(JobFailed, match=r"replicate 2 failed: MemoryError: too many people"):
        moot.compare(experiment, threads=1, out=tmp_path / "out")
    found = moot.compare(experiment, threads=1, out=tmp_path / "out", on_error="skip")
    assert found.left_out == ("rank-my-life-2028, replicate 2: MemoryError: too many people",)
    assert {one.replicates for one in found.effects} == {2}
    assert "left out, for it failed: rank-my-life-2028, replicate 2" in found.lines()[-1]
    left[0] = 2
    again = moot.compare(experiment, threads=1, out=tmp_path / "out", on_error="retry")
    assert again.left_out == () and {one.replicates for one in again.effects} == {3}
    assert again.effects == moot.compare(experiment, threads=1).effects


def test_another_version_is_not_gone_on_with(whole, tmp_path, monkeypatch):
    experiment, out = whole
    monkeypatch.setattr(experimenting, "code_hash", lambda: "0" * 64)
    with pytest.raises(RunError, match="was begun by another version of Moot"):
        moot.resume(out)
    with pytest.raises(RunError, match="begun by another version of Moot; choose another --out"):
        moot.compare(experiment, out=out)


def test_another_experiment_is_not_overwritten(whole):
    experiment, out = whole
    before = bytes_of(out)
    with pytest.raises(RunError, match="holds another experiment"):
        moot.compare(experiment, seed=5, out=out)
    assert bytes_of(out) == before


@pytest.mark.parametrize(("over", "alike"), [("regime.sensors", True), ("country.acts", False)])
def test_draws_of_the_regime_share_a_burn_in_and_others_leave_none(tmp_path, monkeypatch, over, alike):
    """Two jobs of one replicate; the cache keeps what the second can use, and nothing else."""
    monkeypatch.setattr("moot.store.burnt.LEAST", 1)
    monkeypatch.setenv("MOOT_CACHE", str(tmp_path / "cache"))
    text = SMALL.replace("replicates: 3", "replicates: 1").replace("burn_in_years: 0", "burn_in_years: 1")
    experiment = declared(tmp_path, f"{text}draws: {{count: 2, over: [{over}]}}\n")
    seen = []
    found = moot.compare(experiment, threads=1, progress=lambda *now: seen.append(now))
    assert seen.count(("burn-in", 365, 365)) == (1 if alike else 3)
    assert len(list_burn_ins()) == (1 if alike else 0)
    assert found.effects == moot.compare(experiment, threads=1, cache=False).effects


def test_a_box_that_overflows_costs_no_second_burn_in(tmp_path, monkeypatch):
    monkeypatch.setattr("moot.store.burnt.LEAST", 1)
    text = SMALL.replace("replicates: 3", "replicates: 1").replace("burn_in_years: 0", "burn_in_years: 1")
    watch, calls, seen = books.Books.watch_room, [], []

    def full_once(desk):
        watch(desk)
        calls.append(desk.sizes["arms"])
        if calls[-1] == 2 and calls.count(2) == 5:  # of two arms: a day of the run
            raise books.DeskFull("mail: no room")

    monkeypatch.setattr(books.Books, "watch_room", full_once)
    moot.compare(declared(tmp_path, text), threads=1, progress=lambda *now: seen.append(now))
    assert seen.count(("burn-in", 365, 365)) == 1 and seen.count(("simulate", 1, 6)) == 2


def test_what_leaves_a_folder_has_a_thousand_people(tmp_path):
    with pytest.raises(RunError, match="leaves no folder; simulate at least 1,000"):
        moot.compare(declared(tmp_path, SMALL), people=999, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_scenario_is_compared_as_it_is(tmp_path):
    scenario = moot.load_scenario("rank-my-life-2028").replace(burn_in_years=0)
    found = moot.compare(
        scenario, people=500, days=3, replicates=2, seed=4, measures=["act:jaywalking:acts"], threads=1
    )
    (one,) = found.effects
    assert one is found.effect("act:jaywalking:acts") and one.replicates == 2
    assert repr(found) == f"<Results rank-my-life-2028: 2 replicates, {NOT_VARIED}, 1 effects>"
    with pytest.raises(UserError, match='did you mean "act:jaywalking:acts"'):
        found.effect("act:jaywalking:act")
    with pytest.raises(UserError, match="there is rank-my-life-2028"):
        found.lines("another")
    with pytest.raises(UserError, match="are declared in the experiment"):
        moot.compare(declared(tmp_path, SMALL), measures=["act:jaywalking:acts"])


def test_what_is_read_says_what_it_is(whole):
    """Marks, two digits, the range before the interval, the word for what was not varied; no approval."""
    varied = moot.open_experiment(whole[1])
    plain = moot.compare(whole[0].replace(replicates=10), threads=1, days=2)
    text = "\n".join(plain.lines())
    assert varied.lines()[2].startswith("The range over declared assumptions comes first")
    head = next(line for line in varied.lines() if line.startswith("per 1,000 synthetic people"))
    assert head.index("range over assumptions") < head.index("simulation interval (95 %)")
    row = next(line for line in varied.lines() if "act:jaywalking:acts" in line)
    assert re.search(r" to [+−]?[\d.]+ +none below 10 replicates", row) and NOT_VARIED not in row
    for said in (text, "\n".join(varied.lines()), varied._repr_html_()):
        assert "Synthetic people; mechanism, not forecast" in said
        assert "Not a fundamental rights impact assessment" in said
        assert BANNED.findall(said) == []
        for number in re.findall(r"(?<![\w.])[+−](\d[\d.,]*)", said):
            digits = number.replace(",", "").replace(".", "").strip("0")
            assert len(digits) <= 2, number
    assert json.loads(json.dumps(varied.as_dict()))["labels"]["synthetic"] is True


def test_without_a_sweep_a_figure_says_so(tmp_path):
    found = moot.compare(declared(tmp_path, SMALL), threads=1, days=2)
    assert found.lines()[2].startswith("Assumptions not varied")
    for line in found.lines():
        if line.startswith("  act:"):
            assert NOT_VARIED in line


def test_a_plan_is_read_back_from_its_folder(whole):
    experiment, out = whole
    folder, plan = experimenting.reopen(out)
    folder.close()
    assert plan.content_hash == plan_of(experiment).content_hash
    assert plan.jobs == plan_of(experiment).jobs
