"""Jobs elsewhere: as plain values the same sums; on Ray the same file, also where a process was killed."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

import moot
from moot.errors import JobFailed, MissingExtraError, UserError
from moot.experiment.plan import plan_of
from moot.findings import experimenting, jobs
from moot.findings.outcomes import outcome_of
from tests.experiment.texts import EXPERIMENT, declared
from tests.findings.test_sharding import descendants

SMALL = EXPERIMENT + "measures: ['act:jaywalking:acts']\n"
RAY = pytest.mark.skipif(
    find_spec("ray") is None or not Path("/proc").is_dir(), reason="needs Ray, and Linux"
)


def asked(plan, /, **changed):
    """A request as it comes in another process: through JSON."""
    said = {**experimenting._about(plan), "threads": 1, "cache": True, **changed}
    return json.loads(json.dumps(said))


def test_a_job_of_plain_values_gives_the_same_sums(tmp_path):
    text = SMALL + "draws: {count: 2, over: [country.acts, regime.sensors], replicates: 1}\n"
    plan = plan_of(declared(tmp_path, text))
    job = plan.jobs[1]
    here = outcome_of(jobs.done(plan.scenario_of(job), job, shared=False, threads=1))
    there = jobs.serve(asked(plan), json.loads(json.dumps(job.as_dict())))
    assert there["digests"] == here.digests and set(there["parts"]) == set(here.parts)
    for arm, columns in here.parts.items():
        assert {k: v.tolist() for k, v in columns.items()} == {
            k: v.tolist() for k, v in there["parts"][arm].items()
        }


def test_what_goes_wrong_there_is_told_in_words(tmp_path, monkeypatch):
    plan = plan_of(declared(tmp_path, SMALL))
    job = plan.jobs[0].as_dict()
    other = jobs.serve(asked(plan, code="0" * 64), job)
    assert other["user"] is True and "another version of Moot" in other["error"]
    changed = jobs.serve(asked(plan, plan="0" * 64), job)
    assert "not those of the plan" in changed["error"]

    def fails(*_, **__):
        raise MemoryError("too many\npeople")

    monkeypatch.setattr(jobs, "simulate", fails)
    assert jobs.serve(asked(plan), job) == {"error": "MemoryError: too many people", "user": False}


def test_jobs_are_done_on_ray_alone(tmp_path):
    with pytest.raises(UserError, match="jobs are done on Ray alone"):
        moot.compare(declared(tmp_path, SMALL), cluster="mpi")


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_the_part_to_install_is_told(tmp_path):
    with pytest.raises(MissingExtraError, match=r"pip install 'moot\[ray\]'"):
        moot.compare(declared(tmp_path, SMALL), cluster="ray")


def at_work():
    """Processes that this one has started and that do a job of Moot now."""
    return [process for process, line in descendants() if line.startswith("ray::serve")]


@RAY
@pytest.mark.filterwarnings("ignore")
def test_on_ray_the_file_is_the_same_and_a_killed_process_costs_its_job_alone(tmp_path):
    experiment = declared(tmp_path, SMALL.replace("days: 6", "days: 40")).replace(replicates=6, people=4000)
    moot.compare(experiment, threads=1, out=tmp_path / "here")
    folder, plan = experimenting.begin(experiment, tmp_path / "there")
    said, killed = [], []
    over = threading.Event()

    def kill_one():
        while not killed and not over.is_set():
            for process in at_work()[:1]:
                os.kill(process, signal.SIGKILL)
                killed.append(process)
            time.sleep(0.001)

    killer = threading.Thread(target=kill_one)
    with folder:
        executor = experimenting.executor_at("ray", plan, threads=1, tell=said.append)
        killer.start()
        try:
            experimenting.to_the_end(folder, plan, executor=executor)
        finally:
            over.set()
            killer.join()
    assert killed and len(said) == 1 and "its process was lost" in said[0] and "done again" in said[0]
    assert (tmp_path / "there" / "results.json").read_bytes() == (
        tmp_path / "here" / "results.json"
    ).read_bytes()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


@RAY
@pytest.mark.filterwarnings("ignore")
def test_a_job_that_fails_on_ray_fails_as_it_would_here(tmp_path):
    plan = plan_of(declared(tmp_path, SMALL))
    request = asked(plan, code="0" * 64)
    executor = jobs.OnRay("ray", request, threads=1)
    (first, *_) = executor.run(plan.jobs[:1], lambda job: None)
    assert isinstance(first.error, UserError) and "another version of Moot" in str(first.error)
    with pytest.raises(UserError, match="no Ray cluster answers there"):
        list(jobs.OnRay("ray://127.0.0.1:1", request).run(plan.jobs, lambda job: None))
    with pytest.raises(JobFailed):
        experimenting.carry_out(plan.jobs[:1], lambda job: None, lambda done: None, executor=executor)
