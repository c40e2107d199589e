"""Runs stopped, damaged, gone on with, and branched off at a date: the bits of an undisturbed run."""

import json
import os
import shutil
from datetime import date

import pytest

import moot
from moot.cli.reading_runs import runs as list_runs_of
from moot.errors import DeclarationError, ExistsError, RunError, UserError
from moot.findings import resuming
from moot.findings.report import report_html, same_run
from moot.findings.verifying import verify_run
from moot.regime.values import with_values
from moot.store.parquet import Tables
from tests.findings.a_run import REGIME

DAYS = 45
MILDER = {"schemes.0.association.points": 0, "notice": False}
CHANGED = "notice false in place of true, schemes.0.association.points 0 in place of 2"


class Stopped(Exception):
    pass


@pytest.fixture(scope="module")
def scenario():
    return moot.load_scenario("rank-my-life-2028").replace(people=1_000, days=DAYS, burn_in_years=0)


@pytest.fixture(scope="module")
def whole(scenario):
    return moot.simulate(scenario, threads=1)


@pytest.fixture(scope="module")
def kept(scenario, tmp_path_factory):
    """The same run with all its checkpoints."""
    out = tmp_path_factory.mktemp("kept") / "run"
    return moot.simulate(scenario, threads=1, out=out, checkpoint_every=15, keep_checkpoints=True)


def stopped_on(phase, day):
    def progress(now, done, of):
        if (now, done) == (phase, day):
            raise Stopped

    return progress


@pytest.fixture(scope="module")
def left(scenario, tmp_path_factory):
    """The folder of a run that ended on day 32."""
    out = tmp_path_factory.mktemp("left") / "run"
    with pytest.raises(Stopped):
        moot.simulate(scenario, threads=1, out=out, checkpoint_every=10, progress=stopped_on("simulate", 32))
    return out.with_name("run.unfinished")


@pytest.fixture
def halfway(left, tmp_path):
    """The place of such a run, to change."""
    shutil.copytree(left, tmp_path / "run.unfinished")
    return tmp_path / "run"


def newest(place):
    return place.with_name("run.unfinished") / "days-00030"


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 16
    file.write_bytes(content)


def test_checkpoints_change_nothing_and_go_at_the_end(scenario, whole, kept, tmp_path):
    run = moot.simulate(scenario, threads=1, out=tmp_path / "run", checkpoint_every=7)
    assert run.digest == kept.digest == whole.digest
    assert [one.name for one in tmp_path.iterdir()] == ["run"]
    there = {one.name for one in (kept.folder / "checkpoints").iterdir()}
    assert {"days-00015", "days-00030", "unfinished.json"} == there
    assert moot.open_run(kept.folder).digest == whole.digest
    assert not kept.folder.with_name("run.unfinished").exists()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("name", ["run", "run.unfinished"])
def test_a_run_that_ended_early_goes_on_to_the_same_bits(halfway, whole, threads, name):
    run = moot.resume(halfway.with_name(name), threads=threads)
    assert run.folder == halfway and run.manifest["digests"] == whole.manifest["digests"]
    assert run.manifest["scenario"] == whole.manifest["scenario"]
    for key in ("panel", "normaliser", "certainty", "measures", "burn_in_days"):
        assert run.manifest[key] == whole.manifest[key]
    assert {n: life.arms for n, life in run.lives.items()} == {
        n: life.arms for n, life in whole.lives.items()
    }
    assert [one.name for one in halfway.parent.iterdir()] == ["run"]


@pytest.mark.parametrize(
    ("phase", "day"), [("burn-in", 99), ("burn-in", 365), ("burn-in", 366), ("burn-in", 730), ("simulate", 1)]
)
def test_a_run_that_ended_in_its_burn_in_goes_on(scenario, phase, day, tmp_path):
    """Before the first checkpoint nothing is left; the normaliser moves at the end of the first year."""
    longer = scenario.replace(burn_in_years=2, days=5)
    with pytest.raises(Stopped):
        moot.simulate(
            longer, threads=1, out=tmp_path / "run", checkpoint_every=183, progress=stopped_on(phase, day)
        )
    if day == 99:
        assert list(tmp_path.iterdir()) == []
    else:
        assert moot.resume(tmp_path / "run", threads=2).digest == moot.simulate(longer, threads=1).digest


def test_a_run_stopped_twice_goes_on_and_counts_its_seconds(halfway, whole):
    with pytest.raises(Stopped):
        moot.resume(halfway, threads=1, progress=stopped_on("simulate", 41))
    run = moot.resume(halfway, threads=1)
    assert run.digest == whole.digest
    assert run.manifest["seconds"]["simulate"] > 0


def test_without_any_checkpoint_nothing_is_left(scenario, tmp_path):
    with pytest.raises(Stopped):
        moot.simulate(
            scenario,
            threads=1,
            out=tmp_path / "run",
            checkpoint_every=400,
            progress=stopped_on("simulate", 20),
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["flip", "cut", "remove", "manifest"])
def test_a_damaged_checkpoint_is_told_and_the_one_before_gone_on_from(halfway, whole, how):
    file = newest(halfway) / ("checkpoint.json" if how == "manifest" else "hot.parquet")
    if how in ("flip", "manifest"):
        flip(file)
    elif how == "cut":
        os.truncate(file, file.stat().st_size // 2)
    else:
        file.unlink()
    with pytest.warns(
        RuntimeWarning, match=r"days-00030.*going on from the last good checkpoint, .*days-00020"
    ):
        run = moot.resume(halfway, threads=1)
    assert run.digest == whole.digest


def test_when_all_are_damaged_nothing_is_overwritten(halfway):
    folder = newest(halfway).parent
    for name in ("days-00030", "days-00020"):
        flip(folder / name / "watched.parquet")
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    with pytest.raises(
        RunError, match=r"no good checkpoint: .*days-00030.*days-00020.*nothing was overwritten"
    ):
        moot.resume(halfway, threads=1)
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before
    assert not halfway.exists()


def test_another_version_of_moot_is_refused(halfway, monkeypatch):
    before = sorted(newest(halfway).parent.rglob("*"))
    monkeypatch.setattr(resuming, "code_hash", lambda: "0" * 64)
    with pytest.raises(RunError) as refused:
        moot.resume(halfway)
    said = str(refused.value)
    assert "was begun by another version of Moot" in said and "days-00030 (day 30 of the run)" in said
    assert "nothing was overwritten" in said and sorted(newest(halfway).parent.rglob("*")) == before


def test_a_full_disk_stops_and_when_there_is_room_it_goes_on(scenario, whole, tmp_path, monkeypatch):
    real, written = Tables.copy, []

    def copy(self, columns, path):
        written.append(path)
        if path.parent.name.startswith(".days-00030") and path.name == "mail.parquet":
            raise OSError(28, os.strerror(28))
        real(self, columns, path)

    monkeypatch.setattr(Tables, "copy", copy)
    with pytest.raises(RunError, match=r"No space left on device; the last good checkpoint is .*days-00020"):
        moot.simulate(scenario, threads=1, out=tmp_path / "run", checkpoint_every=10)
    assert written[-1].name == "mail.parquet"
    assert not list((tmp_path / "run.unfinished").glob(".*"))
    monkeypatch.undo()
    assert moot.resume(tmp_path / "run", threads=1).digest == whole.digest


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(scenario, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="no folder that can be written to"):
        moot.simulate(scenario, out=tmp_path / "file" / "run", checkpoint_every=10)
    with pytest.raises(UserError, match="say `out`"):
        moot.simulate(scenario, checkpoint_every=10)
    with pytest.raises(UserError, match="without `checkpoint_every`"):
        moot.simulate(scenario, out=tmp_path / "run", keep_checkpoints=True)
    with pytest.raises(UserError, match="expected 1 or more"):
        moot.simulate(scenario, out=tmp_path / "run", checkpoint_every=0)
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_what_stands_at_the_place_by_now_is_not_replaced(halfway, kept, whole):
    shutil.copytree(kept.folder, halfway)
    content = json.loads((halfway / "run.json").read_text())
    (halfway / "run.json").write_text(json.dumps(content | {"seed": 7}))
    with pytest.raises(ExistsError):
        moot.resume(halfway, threads=1)
    assert moot.resume(halfway, threads=1, force=True).seed == 1


def test_a_run_that_ended_between_its_folder_and_its_last_step_is_finished(halfway, kept, whole):
    shutil.copytree(kept.folder, halfway, ignore=shutil.ignore_patterns("checkpoints"))
    wrote = (halfway / "run.json").stat().st_mtime_ns
    assert moot.resume(halfway).digest == whole.digest
    assert (halfway / "run.json").stat().st_mtime_ns == wrote and not newest(halfway).exists()
    with pytest.raises(RunError, match="is finished"):
        moot.resume(halfway)


def test_a_scenario_changed_in_the_folder_is_refused(halfway):
    file = newest(halfway).parent / "unfinished.json"
    file.write_text(file.read_text().replace('"people": 1000', '"people": 1001'))
    with pytest.raises(RunError, match="was changed after it was written"):
        moot.resume(halfway)


# Branches.


@pytest.mark.parametrize("at", ["2028-01-10", "2028-01-16", "2028-01-17", "2028-02-05"])
def test_a_branch_is_the_run_with_the_intervention_from_the_first_day(at, scenario, kept, whole):
    begun = []
    branch = kept.branch(at, values=MILDER, threads=2, progress=lambda *now: begun.append(now))
    assert begun[0] == ("simulate", {"10": 1, "16": 16, "17": 16, "05": 31}[at[-2:]], DAYS)
    regime = with_values(scenario.arm_regimes[REGIME], MILDER)
    again = moot.simulate(scenario.with_change(date.fromisoformat(at), REGIME, regime), threads=1)
    assert branch.manifest["digests"] == again.manifest["digests"]
    assert branch.manifest["digests"]["status-quo"] == whole.manifest["digests"]["status-quo"]
    assert branch.manifest["digests"][REGIME] != whole.manifest["digests"][REGIME]
    assert {n: x.arms for n, x in branch.lives.items()} == {n: x.arms for n, x in again.lives.items()}
    before = branch.measures("scheme:rank:falls", arm=REGIME, period="day", attribute="all")
    same = whole.measures("scheme:rank:falls", arm=REGIME, period="day", attribute="all")
    days = before["at"].astype(str) < at
    assert days.any() and all((before[key][days] == same[key][days]).all() for key in before)


def test_a_branch_without_checkpoints_is_simulated_from_the_start(kept, whole):
    assert (
        whole.branch("2028-02-05", values=MILDER, threads=1).digest
        == kept.branch("2028-02-05", values=MILDER).digest
    )


def test_a_branch_with_the_same_law_is_the_run(kept, whole):
    assert kept.branch(date(2028, 1, 20), values={}).manifest["digests"] == whole.manifest["digests"]
    same = kept.branch("2028-01-20", regime=REGIME)
    assert (
        same.digest == whole.digest
        and same.manifest["scenario"]["hash"] != whole.manifest["scenario"]["hash"]
    )


def test_damaged_checkpoints_are_not_branched_from(kept, tmp_path):
    copy = shutil.copytree(kept.folder, tmp_path / "run")
    flip(copy / "checkpoints" / "days-00030" / "hot.parquet")
    begun = []
    branch = moot.open_run(copy).branch("2028-02-05", values=MILDER, progress=lambda *now: begun.append(now))
    assert begun[0] == ("simulate", 16, DAYS)
    assert branch.digest == kept.branch("2028-02-05", values=MILDER).digest


def test_a_branch_is_written_told_verified_and_branched_again(kept, tmp_path, capsys):
    branch = kept.branch("2028-01-20", values=MILDER, out=tmp_path / "branch")
    assert branch.folder == tmp_path / "branch" and verify_run(branch.folder, threads=1).same
    assert branch.manifest["changes"][0].startswith(
        f"From 2028-01-20 on, the arm {REGIME} lives under another law"
    )
    for told in (
        "\n".join(branch.summary().lines()),
        report_html(branch),
        (branch.folder / "log").read_text(),
    ):
        told = " ".join(told.split())
        assert "From 2028-01-20 on, the arm" in told and "are those of the first day" in told
        assert f"with {CHANGED}." in told
    quote = report_html(branch).split("<h2>How to quote</h2>")[1]
    assert f"; from 2028-01-20 on, arm {REGIME} with {CHANGED}." in quote
    list_runs_of(tmp_path, None, False)
    assert f"  law changed from 2028-01-20 ({REGIME})\n" in capsys.readouterr().out
    list_runs_of(kept.folder.parent, None, False)
    assert "law changed" not in capsys.readouterr().out
    assert [one.split()[1] for one in same_run(branch)] == ["verify"]
    assert branch.scenario.changes[0].at == date(2028, 1, 20)
    assert branch.scenario.replace(days=30).changes == branch.scenario.changes
    with pytest.raises(ExistsError):
        kept.branch("2028-01-20", values=MILDER, out=tmp_path / "branch")
    second = branch.branch("2028-02-01", values={"notice": True}, threads=1)
    assert [str(one.at) for one in second.scenario.changes] == ["2028-01-20", "2028-02-01"]
    assert second.scenario.changes[1].regime.schemes[0].association.points == 0
    assert second.digest not in (branch.digest, kept.digest)


@pytest.mark.parametrize(
    ("at", "asked", "says"),
    [
        ("2028-01-01", {"values": {}}, "expected a day from 2028-01-02 to 2028-02-14"),
        ("summer", {"values": {}}, "is not a date"),
        ("2028-01-20", {}, "expected one of them"),
        ("2028-01-20", {"values": {}, "regime": REGIME}, "expected one of them"),
        ("2028-01-20", {"values": {}, "arm": "status-quo"}, "no regime of which values could change"),
        ("2028-01-20", {"values": {}, "arm": "rank"}, "this run has no arm"),
        ("2028-01-20", {"values": {"schemes.0.score.start": 900}}, "score.start"),
        ("2028-01-20", {"regime": "suining-2010"}, "names and number of schemes"),
    ],
)
def test_what_cannot_be_branched_is_told(at, asked, says, kept):
    with pytest.raises(UserError, match=says):
        kept.branch(at, **asked)


def test_a_value_that_a_regime_cannot_have_is_told_as_in_a_file(kept):
    with pytest.raises(DeclarationError, match="association"):
        kept.branch("2028-01-20", values={"schemes.0.association.points": "many"})
