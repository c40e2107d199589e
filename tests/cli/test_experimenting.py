"""`moot experiment` and `moot resume`: tables, one object, exit codes; killed, and gone on with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_running import said
from tests.experiment.texts import EXPERIMENT, NOTHING

SMALL = EXPERIMENT.partition("  later:")[0] + "measures: ['act:jaywalking:acts']\n"
DO = ("experiment", "small.yaml", "--threads", "1")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "nothing.yaml").write_text(NOTHING)
    return tmp_path


def test_the_table_then_the_folder(capsys, here):
    code, out, err = said(capsys, *DO)
    assert code == 0 and err.endswith("3 of 3 jobs done, 0 s left\n")
    assert "act:jaywalking:acts" in out and "assumptions not varied" in out
    assert out.endswith("\nexperiment: experiments/small\n")
    code, shown, _ = said(capsys, "show", "experiments/small")
    assert code == 0 and shown.strip() == out.partition("\n\nexperiment:")[0].strip()
    code, _, err = said(capsys, "show", "experiments/small", "--arm", "shceme")
    assert code == 2 and 'did you mean "scheme"?' in err
    code, again, err = said(capsys, *DO, "--json")
    told = json.loads(again)
    assert (code, err) == (0, "") and told["folder"] == "experiments/small"
    (effect,) = told["effects"]
    assert effect["replicates"] == 3 and effect["span"] is None
    assert isinstance(effect["today_mean"], float) and effect["measures"] == ["act:jaywalking:acts"]


def test_people_days_and_replicates_are_asked_for(capsys, here):
    asked = ("--people", "1200", "--days", "3", "--replicates", "2", "--seed", "5", "--out", "mine", "--json")
    told = json.loads(said(capsys, *DO, *asked)[1])
    (scenario,) = told["scenarios"]
    assert (scenario["people"], scenario["days"]) == (1200, 3)
    assert told["replicates"] == {"count": 2, "people": "anew", "seeds": [5, 6]}


@pytest.mark.parametrize(
    ("command", "change", "says"),
    [
        (DO, ("replicates: 3", "replicates: 0"), "small.yaml:7:13: replicates.count: is the number 0"),
        (DO, ("status-quo: {}", "status-quo: {regime: essay-2018}"), "is the comparator"),
        (DO, ("act:jaywalking:acts", "act:jaywalking:act"), 'did you mean "act:jaywalking:acts"?'),
        (DO, ("rank-my-life-2028]", "rank-my-life-2082]"), 'did you mean "rank-my-life-2028"?'),
        ((*DO, "--people", "999"), ("", ""), "simulate at least 1,000"),
        ((*DO, "--on-error", "ignore"), ("", ""), "ignore"),
        (("experiment", "smal.yaml"), ("", ""), 'did you mean "small.yaml"?'),
        (("resume", "experiments/gone"), ("", ""), "experiments/gone"),
        (("show", "experiments/gone"), ("", ""), "does not exist"),
    ],
)
def test_what_cannot_be_is_the_users_to_mend_and_leaves_nothing(capsys, here, command, change, says):
    (here / "small.yaml").write_text(SMALL.replace(*change))
    code, out, err = said(capsys, *command)
    assert (code, out) == (2, "") and says in err and "Traceback" not in err
    assert not (here / "experiments").exists()


def test_a_folder_of_another_version_is_one_clear_line(capsys, here, monkeypatch):
    assert said(capsys, *DO)[0] == 0
    monkeypatch.setattr("moot.findings.experimenting.code_hash", lambda: "0" * 64)
    code, out, err = said(capsys, "resume", "experiments/small")
    assert (code, out) == (2, "") and err.count("\n") == 1 and "another version of Moot" in err
    code, _, err = said(capsys, *DO)
    assert code == 2 and "begun by another version of Moot" in err
    code, _, err = said(capsys, "resume", "experiments/small", "--profile")
    assert code == 2 and "--force, --profile, --shards and --device are of a run" in err


def test_check_and_show_know_experiments(capsys, here):
    code, out, _ = said(capsys, "check", "small.yaml")
    assert code == 0 and "an experiment" in out and "jobs to be done: 3" in out
    code, out, _ = said(capsys, "show", "small.yaml")
    assert code == 0 and "3 replicates from seed 1" in out and "moot experiment small.yaml" in out
    (here / "small.yaml").write_text(SMALL.replace("jaywalking:acts", "jaywalking:axts"))
    code, _, err = said(capsys, "check", "small.yaml")
    assert code == 2 and "there is no measure" in err


def test_killed_and_gone_on_with_is_the_same_file(capsys, here):
    """A process of its own is killed by SIGKILL while it has jobs to do."""
    assert said(capsys, *DO, "--out", "whole", "--replicates", "10")[0] == 0
    command = [sys.executable, "-m", "moot", *DO, "--out", "killed", "--replicates", "10"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment) as one:
        end = time.monotonic() + 120
        while not list(here.glob("killed/jobs/*/job.json")) and time.monotonic() < end:
            assert one.poll() is None
            time.sleep(0.01)
        one.send_signal(signal.SIGKILL)
    assert one.returncode == -signal.SIGKILL
    assert not (here / "killed" / "results.json").exists()
    assert 1 <= len(list(here.glob("killed/jobs/*/job.json"))) < 10
    code, out, _ = said(capsys, "resume", "killed", "--threads", "1")
    assert code == 0 and "experiment: killed" in out
    assert Path("killed/results.json").read_bytes() == Path("whole/results.json").read_bytes()


def test_ctrl_c_says_how_to_go_on(capsys, here, monkeypatch):
    from moot.findings import jobs

    real = jobs.simulate

    def stopped(scenario, *, seed, **named):
        if seed == 2:
            raise KeyboardInterrupt
        return real(scenario, seed=seed, **named)

    with monkeypatch.context() as there:
        there.setattr(jobs, "simulate", stopped)
        code, _, err = said(capsys, *DO)
    assert code == 130 and "go on with: moot resume experiments/small" in err
    assert [one.name for one in (here / "experiments/small/jobs").iterdir()] == [
        "rank-my-life-2028-r0001-d000"
    ]
    code, _, err = said(capsys, "resume", "experiments/small", "--threads", "1")
    assert code == 0
    assert said(capsys, "show", "experiments/small")[0] == 0


def test_a_job_that_fails_says_how_to_go_on(capsys, here, monkeypatch):
    def fails(*_, **__):
        raise MemoryError("too many people")

    monkeypatch.setattr("moot.findings.jobs.simulate", fails)
    code, out, err = said(capsys, *DO)
    assert (code, out) == (1, "") and "go on with: moot resume experiments/small" in err
    assert err.endswith("rank-my-life-2028, replicate 1 failed: MemoryError: too many people\n")
