"""`moot run --checkpoint-every`, `moot resume`, `moot runs`: runs that were stopped, asked to or not."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moot.findings import resuming
from moot.store.checkpoint import checkpoints_in
from moot.store.parquet import Tables
from moot.store.unfinished import Unfinished, way_on
from tests.cli.test_running import said

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = """\
scenario: short
title: A short one
country: france
start: 2028-01-01
days: {days}
people: 1000
burn_in_years: {years}
arms:
  status-quo: {{}}
  rank-my-life-2028: {{regime: rank-my-life-2028}}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SCENARIO.format(days=30, years=0))
    return tmp_path


def begun(*options):
    return ("run", "short.yaml", "--threads", "1", "--checkpoint-every", "10", *options)


def broken_off(capsys, monkeypatch, *options):
    """A run whose disk is full on day 20."""
    real = Tables.copy

    def copy(self, columns, path):
        if path.parent.name.startswith(".days-00020"):
            raise OSError(28, os.strerror(28))
        real(self, columns, path)

    with monkeypatch.context() as broken:
        broken.setattr(Tables, "copy", copy)
        return said(capsys, *begun(*options))


def test_a_run_with_checkpoints_is_the_run_without(capsys, here):
    plain = json.loads(said(capsys, "run", "short.yaml", "--threads", "1", "--json", "--no-folder")[1])
    code, out, err = said(capsys, *begun("--json", "--profile"))
    assert code == 0 and json.loads(out)["digest"] == plain["digest"]
    assert err.index("tables: measures and lives") < err.index("writing the folder") < err.index("in all")
    assert [one.name for one in (here / "runs").iterdir()] == ["short-1"]


def test_a_full_disk_is_told_and_resume_goes_on(capsys, here, monkeypatch):
    plain = json.loads(said(capsys, "run", "short.yaml", "--threads", "1", "--json", "--no-folder")[1])
    code, out, err = broken_off(capsys, monkeypatch)
    assert (code, out) == (2, "") and "No space left on device" in err and "Traceback" not in err
    assert "the last good checkpoint is runs/short-1.unfinished/days-00010 (day 10 of the run)" in err
    assert err.endswith("go on with: moot resume runs/short-1\n")
    code, out, _ = said(capsys, "runs")
    size = re.search(r"([0-9.]+) MiB; ", out)
    assert (
        code == 0
        and size is not None
        and out
        == (
            f"runs/short-1.unfinished  unfinished: short  1,000 synthetic people × 30 days  seed 1  "
            f"{size[0]}the last checkpoint is runs/short-1.unfinished/days-00010 (day 10 of the run); go on "
            "with: moot resume runs/short-1\n"
        )
    )
    for named in ("runs/short-1", "runs/short-1.unfinished"):
        code, out, _ = said(capsys, "show", named)
        assert code == 0 and out.startswith("runs/short-1 is not finished: there is no table yet.\n")
        for told in (
            "  A short one (short): 1,000 synthetic people, 30 days from 2028-01-01, seed 1.\n",
            "  Arms: status-quo, rank-my-life-2028.\n",
            f"  A checkpoint every 10 days; {size[1]} MiB on the disk.\n",
            "  The last checkpoint is runs/short-1.unfinished/days-00010 (day 10 of the run).\n",
            "  Go on with: moot resume runs/short-1\n",
            "  Or delete it: moot runs --delete runs/short-1.unfinished\n",
        ):
            assert told in out
    listed = json.loads(said(capsys, "runs", "--json")[1])
    assert listed["runs"] == [] and listed["unfinished"][0]["resume"] == "moot resume runs/short-1"
    assert listed["unfinished"][0]["days"] == 30
    assert listed["unfinished"][0]["bytes"] == pytest.approx(float(size[1]) * 2**20, abs=2**16)
    for command in (["verify"], ["report"], ["runs", "--delete"]):
        code, _, err = said(capsys, *command, "runs/short-1")
        assert code == 2 and "runs/short-1 is not finished; go on with it: moot resume" in err
    code, _, err = said(capsys, *begun())
    assert code == 2 and "holds an unfinished run; go on with it: moot resume runs/short-1" in err
    code, out, err = said(capsys, "resume", "runs/short-1", "--threads", "2", "--json")
    told = json.loads(out)
    assert code == 0 and told["digest"] == plain["digest"] and told["run"] == "runs/short-1"
    assert told["arms"] == plain["arms"] and set(told["seconds"]) == set(plain["seconds"])
    code, _, err = said(capsys, "resume", "runs/short-1")
    assert code == 2 and "runs/short-1 is finished" in err
    assert said(capsys, "verify", "runs/short-1", "--threads", "1")[0] == 0


def test_an_unfinished_run_that_is_at_work_or_damaged_says_so(capsys, here, monkeypatch):
    broken_off(capsys, monkeypatch)
    with Unfinished.at(Path("runs/short-1")):
        out = said(capsys, "show", "runs/short-1")[1]
        assert "A process is at work in it." in out and "moot resume" not in out
    (here / "runs/short-1.unfinished/unfinished.json").write_text("{")
    assert "unfinished.json was changed or is damaged" in said(capsys, "show", "runs/short-1")[1]


def test_a_damaged_checkpoint_is_told_on_stderr(capsys, here):
    code, _, _ = said(capsys, *begun("--keep-checkpoints"))
    assert code == 0
    folder = here / "runs" / "short-1.unfinished"
    (here / "runs" / "short-1" / "checkpoints").rename(folder)
    (here / "runs" / "short-1").rename(here / "one")
    os.truncate(folder / "days-00020" / "past.parquet", 30)
    code, out, err = said(capsys, "resume", "runs/short-1.unfinished", "--threads", "1", "--json")
    assert (
        code == 0 and json.loads(out)["digest"] == json.loads((here / "one/run.json").read_text())["digest"]
    )
    assert "days-00020: past.parquet was changed" in err
    assert "going on from the last good checkpoint, runs/short-1.unfinished/days-00010" in err


def test_all_damaged_and_another_version_are_the_users_to_decide(capsys, here, monkeypatch):
    broken_off(capsys, monkeypatch)
    with monkeypatch.context() as newer:
        newer.setattr(resuming, "code_hash", lambda: "0" * 64)
        code, out, err = said(capsys, "resume", "runs/short-1")
    assert (code, out) == (2, "") and "another version of Moot" in err and "days-00010" in err
    (here / "runs/short-1.unfinished/days-00010/checkpoint.json").write_text("{")
    code, _, err = said(capsys, "resume", "runs/short-1")
    assert code == 2 and "no good checkpoint" in err and "nothing was overwritten" in err
    assert said(capsys, *begun("--force"))[0] == 0
    assert [one.name for one in (here / "runs").iterdir()] == ["short-1"]


def test_an_unfinished_run_can_be_deleted_and_one_with_checkpoints_too(capsys, here, monkeypatch):
    broken_off(capsys, monkeypatch)
    assert said(capsys, "runs", "--delete", "runs/short-1.unfinished")[0] == 0
    assert list((here / "runs").iterdir()) == []
    assert said(capsys, *begun("--keep-checkpoints"))[0] == 0
    assert [one.path.name for one in checkpoints_in(here / "runs/short-1/checkpoints")] == [
        "days-00020",
        "days-00010",
    ]
    assert said(capsys, "runs", "--delete", "runs/short-1")[0] == 0
    assert list((here / "runs").iterdir()) == []


def test_force_makes_a_finished_run_anew(capsys, here):
    assert said(capsys, *begun())[0] == 0
    measures = here / "runs/short-1/measures.parquet"
    measures.write_bytes(measures.read_bytes() + b"x")
    assert said(capsys, *begun())[0] == 2
    assert said(capsys, *begun("--force"))[0] == 0
    assert said(capsys, "verify", "runs/short-1")[0] == 0


def test_the_way_on_can_be_pasted():
    assert way_on(Path("my runs/short 1")) == "moot resume 'my runs/short 1'"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--checkpoint-every", "10", "--no-folder"], "exclude each other"),
        (["--keep-checkpoints"], "there are none"),
        (["--checkpoint-every", "0"], "expected at least 1"),
        (["--checkpoint-every", "10", "--people", "500"], "1,000"),
        (["--checkpoint-every", "10", "--arm", "nothing"], "not in scenario"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(capsys, here, options, says):
    code, _, err = said(capsys, "run", "short.yaml", *options)
    assert code == 2 and says in err
    assert not (here / "runs").exists()
    assert said(capsys, "resume", "runs/short-1")[0] == 2


def test_ctrl_c_while_the_folder_is_written_says_how_to_go_on(capsys, here, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr("moot.findings.saving.checksums", stop)
        code, _, err = said(capsys, *begun())
    assert code == 130 and err.endswith("go on with: moot resume runs/short-1\n") and "nothing" not in err
    assert [one.name for one in (here / "runs").iterdir()] == ["short-1.unfinished"]
    assert said(capsys, "resume", "runs/short-1", "--threads", "1")[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_a_run_ends_its_day_and_leaves_a_checkpoint(here, number):
    """A process of its own gets the signal in its burn-in."""
    (here / "short.yaml").write_text(SCENARIO.format(days=30, years=20))
    command = [sys.executable, "-m", "moot", *begun("--people", "20000")]
    command[-3] = "2000"  # days between checkpoints: the first is the one that is asked for
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        end = time.monotonic() + 120
        while not (here / "runs" / "short-1.unfinished").exists() and time.monotonic() < end:
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(2.0)
        process.send_signal(number)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    kept = checkpoints_in(here / "runs" / "short-1.unfinished")
    if kept:
        assert f"the last checkpoint is runs/short-1.unfinished/{kept[0].path.name}" in err
        assert err.endswith("go on with: moot resume runs/short-1\n")
    else:  # the signal came before the first day was over
        assert err.endswith("stopped; nothing written\n")
        assert not (here / "runs" / "short-1.unfinished").exists()


def killed(folder, times, seed):
    (folder / "short.yaml").write_text(SCENARIO.format(days=95, years=1))
    command = [sys.executable, "-m", "tests.cli.killed", str(folder), str(folder / "short.yaml")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(
        [*command, str(times), str(seed)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_killed_at_two_random_moments(tmp_path):
    """One after a random time, one as it writes a checkpoint."""
    told = killed(tmp_path, 2, 7)
    assert [(one["same"], one["left"]) for one in told] == [(True, [])] * 2
    assert [one["writing"] for one in told] == [False, True]


@pytest.mark.slow
def test_killed_at_thirty_random_moments_thirty_of_thirty(tmp_path):
    told = killed(tmp_path, 30, 11)
    assert [(one["same"], one["left"]) for one in told] == [(True, [])] * 30
    assert sum(one["halves"] > 0 for one in told) >= 5  # files of a checkpoint that was being written
    assert sum(one["checkpoints"] > 0 for one in told) >= 10
