"""Runs in shards from outside: processes that are started, stopped and killed, and what is told of them."""

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import moot
from moot.cli.main import main
from moot.cluster import local
from moot.errors import MissingExtraError, RunError, UserError
from moot.findings import sharding
from moot.store.unfinished import place_beside

SHORT = """\
scenario: short
title: A short one
country: france
start: 2028-01-01
days: 20
people: 7000
burn_in_years: 0
arms:
  status-quo: {}
  rank-my-life-2028: {regime: rank-my-life-2028}
"""
ASKED = {"threads": 1, "panel": 20}


@pytest.fixture(scope="module")
def scenario():
    return moot.load_scenario("rank-my-life-2028").replace(people=9_000, days=30, burn_in_years=0)


@pytest.fixture(scope="module")
def one(scenario):
    """The run of one process."""
    return moot.simulate(scenario, **ASKED)


class Killer:
    """A progress that has a shard killed on a day of the run, once for each number of days given."""

    def __init__(self, monkeypatch, days):
        self.days, self.started = list(days), []
        begin = local.subprocess.Popen

        def popen(*arguments, **options):
            self.started.append(begin(*arguments, **options))
            return self.started[-1]

        monkeypatch.setattr(local.subprocess, "Popen", popen)

    def __call__(self, phase, done, of):
        if self.days and (phase, done) == ("simulate", self.days[0]):
            self.days.pop(0)
            os.kill(self.started[-1].pid, signal.SIGKILL)


def test_a_run_of_two_processes_is_that_of_one(scenario, one, tmp_path):
    run = moot.simulate(scenario, shards=2, out=tmp_path / "run", **ASKED)
    assert (run.digest, run.manifest["digests"]) == (one.digest, one.manifest["digests"])
    assert run.manifest["panel"] == one.manifest["panel"]
    assert run.totals(one.arms[1]) == one.totals(one.arms[1])
    assert {n: list(x.arms.values()) for n, x in run.lives.items()} == {
        n: list(x.arms.values()) for n, x in one.lives.items()
    }
    assert run.manifest["shards"] == 2 and "shards" not in one.manifest
    assert run.manifest["traffic"]["days"] == 30
    assert 0 < run.manifest["traffic"]["messages"] < run.manifest["traffic"]["bytes"]


def test_a_shard_that_is_killed_ends_no_run(scenario, one, tmp_path, monkeypatch):
    """It goes on from the last checkpoint, to the same digest; twice."""
    killer = Killer(monkeypatch, [17, 24])
    with pytest.warns(RuntimeWarning) as told:
        run = moot.simulate(
            scenario, shards=2, out=tmp_path / "run", checkpoint_every=5, progress=killer, **ASKED
        )
    lost = "shard 1: it was ended from outside (signal 9); the run goes on from the last checkpoint"
    assert [str(one.message) for one in told] == [lost, lost]
    assert len(killer.started) == 3 and killer.days == []
    assert run.digest == one.digest
    assert not place_beside(tmp_path / "run")[1].exists()


def test_a_shard_that_is_killed_again_and_again_ends_it(scenario, tmp_path, monkeypatch):
    monkeypatch.setattr(sharding, "BEGINNINGS", 2)
    killer = Killer(monkeypatch, [3, 3])
    with pytest.raises(RunError, match="begun 2 times; shard 1: it was ended from outside"):
        moot.simulate(scenario, shards=2, progress=killer, **ASKED)


@pytest.mark.parametrize("others", [None, 1, 3])
def test_a_stopped_run_goes_on_in_as_many_shards_or_others(others, scenario, one, tmp_path):
    """All shards write the day on which the first is asked to stop."""
    from moot.findings import resuming

    place = tmp_path / "run"
    unfinished = resuming.begin(
        scenario, place, seed=1, arms=None, panel=20, every=10, keep=True, force=False, shards=2
    )

    def progress(phase, done, of):
        unfinished.stop = done == 12

    start = sharding.start_of(2, None, scenario)
    with unfinished, pytest.raises(KeyboardInterrupt):
        resuming.to_the_end(
            unfinished, scenario, threads=1, force=False, progress=progress, start=start, cache=False
        )
    kept = sorted(str(one.relative_to(unfinished.folder)) for one in unfinished.folder.glob("shard-*/*"))
    assert kept == [f"shard-{r}-of-2/days-{day:05d}" for r in (0, 1) for day in (10, 13)]
    run = moot.resume(place, threads=1, shards=others)
    assert run.digest == one.digest
    assert (place / "checkpoints" / f"shard-0-of-{others or 2}" / "days-00020").is_dir()
    assert (place / "checkpoints" / "shard-1-of-2" / "days-00010").is_dir()


def test_a_damaged_checkpoint_of_one_shard_is_passed_over_by_all(scenario, one, tmp_path):
    from moot.findings import resuming

    place = tmp_path / "run"
    unfinished = resuming.begin(
        scenario, place, seed=1, arms=None, panel=20, every=10, keep=False, force=False, shards=2
    )

    def progress(phase, done, of):
        unfinished.stop = done == 21

    start = sharding.start_of(2, None, scenario)
    with unfinished, pytest.raises(KeyboardInterrupt):
        resuming.to_the_end(
            unfinished, scenario, threads=1, force=False, progress=progress, start=start, cache=False
        )
    last = sorted(unfinished.folder.glob("shard-1-of-2/days-*"))[-1]
    (last / "hot.parquet").write_bytes(b"gone")
    with pytest.warns(RuntimeWarning, match=r"shard-1-of-2/days-00022: .*; going on from .*days-00020"):
        run = moot.resume(place, threads=1)
    assert run.digest == one.digest


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["run", "short.yaml", "--threads", "1", "--no-folder", *arguments])
    return ended.value.code, *capsys.readouterr()


@pytest.fixture
def short(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SHORT)


def test_the_command_line(capsys, short):
    code, out, err = said(capsys, "--shards", "3", "--profile", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["shards"] == 3
    assert told["traffic"]["days"] == 20
    a_day = (
        f"{told['traffic']['messages'] / 20:.1f} messages and {told['traffic']['message_bytes'] / 20:,.0f}"
    )
    assert f"3 shards: {a_day} bytes a day, " in err
    code, out, err = said(capsys, "--json")
    alone = json.loads(out)
    assert (code, alone["shards"], alone["digest"]) == (0, 1, told["digest"])
    assert alone["arms"] == told["arms"] and "traffic" not in alone


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--shards", "0"), "shards"),
        (("--shards", "99"), "so expected 1 to"),
        (("--shards", "1", "--cluster", "ray"), "a cluster (ray) is for runs in shards"),
        (("--shards", "2", "--arm", "no-such-arm"), "no-such-arm"),
    ],
)
def test_what_cannot_be_asked(options, why, capsys, short):
    code, _, err = said(capsys, *options)
    assert code == 2
    assert why in " ".join(err.split())


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_a_missing_extra_is_told(scenario):
    with pytest.raises(MissingExtraError, match=r"pip install 'moot\[ray\]'"):
        moot.simulate(scenario, shards=2, cluster="ray", **ASKED)


def test_a_process_of_another_version_is_refused(scenario, monkeypatch):
    monkeypatch.setattr(sharding, "code_hash", lambda: "f" * 64)
    with pytest.raises(RunError, match="shard 1: this process has another version of Moot"):
        moot.simulate(scenario, shards=2, **ASKED)


def test_library_refuses_what_cannot_be(scenario):
    for shards in (0, 99):
        with pytest.raises(UserError, match=r"shards: \d+; 9000 people of france are 5 blocks"):
            moot.simulate(scenario, shards=shards, **ASKED)


def descendants():
    """(process, command line) of all that this process has started, they and theirs."""
    parents, lines = {}, {}
    for one in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(one.name)] = int((one / "stat").read_text().rpartition(")")[2].split()[1])
            lines[int(one.name)] = (one / "cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError):
            continue  # it has ended
    for process, line in lines.items():
        above = parents[process]
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid():
            yield process, line


@pytest.mark.skipif(find_spec("ray") is None or not Path("/proc").is_dir(), reason="needs Ray, and Linux")
@pytest.mark.filterwarnings("ignore")
def test_an_actor_that_is_killed_ends_no_run(scenario, one, tmp_path):
    killed = []

    def progress(phase, done, of):
        if (phase, done) == ("simulate", 17) and not killed:
            killed.extend(process for process, line in descendants() if line.startswith("ray::_Shard"))
            os.kill(max(killed), signal.SIGKILL)

    asked = {"shards": 3, "cluster": "ray", "checkpoint_every": 5, **ASKED}
    run = moot.simulate(scenario, out=tmp_path / "run", progress=progress, **asked)
    assert len(killed) >= 2
    assert run.digest == one.digest


def under_mpi(folder, processes, *arguments):
    done = subprocess.run(
        ["mpirun", "--oversubscribe", "-n", str(processes), sys.executable, "-m", "moot", *arguments],
        cwd=folder,
        env={**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(
    find_spec("mpi4py") is None or shutil.which("mpirun") is None, reason="needs mpi4py and mpirun"
)
def test_an_mpi_job(short, tmp_path, capsys):
    """Only the first process tells; one that is killed ends the job, which goes on in another number."""
    asked = ("run", "short.yaml", "--threads", "1", "--json")
    digest = json.loads(said(capsys, "--json")[1])["digest"]
    code, out, err = under_mpi(tmp_path, 2, *asked, "--no-folder")
    assert code == 0, err
    assert (json.loads(out)["digest"], json.loads(out)["shards"]) == (digest, 2)
    code, out, err = under_mpi(tmp_path, 2, *asked, "--no-folder", "--shards", "3")
    assert (code, out) == (2, "") and "--shards 3 under an mpirun of 2 processes; leave it out" in err
    left = subprocess.run(
        [sys.executable, "-c", STOPPED.format(scenario="short.yaml")], cwd=tmp_path, check=False
    )
    assert left.returncode == -signal.SIGKILL
    code, out, err = under_mpi(tmp_path, 3, "resume", "run", "--threads", "1", "--json")
    assert code == 0, err
    assert (json.loads(out)["digest"], json.loads(out)["shards"]) == (digest, 3)


STOPPED = """
import os, signal, moot
def progress(phase, done, of):
    if done == 12:
        os.kill(os.getpid(), signal.SIGKILL)
moot.simulate("{scenario}", shards=2, threads=1, out="run", checkpoint_every=5, progress=progress)
"""
