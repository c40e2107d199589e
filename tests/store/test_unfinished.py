"""Folders of runs on their way: begun, found again, locked, thinned out, finished."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from moot.errors import RunError
from moot.store.checkpoint import checkpoints_in
from moot.store.parquet import Tables
from moot.store.unfinished import (
    Earlier,
    Unfinished,
    delete_unfinished,
    identity,
    is_unfinished,
    list_unfinished,
    place_beside,
)

ABOUT = {
    "scenario": {"name": "short", "hash": "a" * 64},
    "vocabulary": "v",
    "seed": 1,
    "people": 1000,
    "days": 40,
    "arms": ["status-quo"],
    "panel": 200,
    "code": "c",
    "every": 10,
    "keep": False,
}


def taken():
    return {"one": np.arange(5)}, {}


def names(folder):
    return [one.path.name for one in checkpoints_in(folder)]


def live(run, *phases):
    for phase, days in phases:
        for done in range(1, days + 1):
            run.end_of_day(phase, done, days, taken)


@pytest.fixture
def begun(tmp_path):
    with Unfinished.begin(tmp_path / "run", ABOUT, force=False) as run:
        yield run


def test_a_checkpoint_every_so_many_days_and_after_the_burn_in(tmp_path):
    with Unfinished.begin(tmp_path / "run", ABOUT | {"keep": True}, force=False) as run:
        live(run, ("burn-in", 25), ("days", 40))
    assert names(tmp_path / "run.unfinished") == [
        "days-00030",
        "days-00020",
        "days-00010",
        "burn-in-00025",
        "burn-in-00020",
        "burn-in-00010",
    ]


def test_the_last_two_are_kept(begun):
    live(begun, ("burn-in", 25), ("days", 30))
    assert names(begun.folder) == ["days-00020", "days-00010"]
    assert begun.last() == checkpoints_in(begun.folder)[0]
    assert begun.start().done == 20


def test_asked_to_stop_it_leaves_a_checkpoint_and_stops(begun):
    live(begun, ("burn-in", 3))
    begun.stop = True
    with pytest.raises(KeyboardInterrupt):
        begun.end_of_day("days", 7, 40, taken)
    assert names(begun.folder) == ["days-00007", "burn-in-00003"]


def test_either_name_finds_it(tmp_path):
    for name in ("run", "run.unfinished"):
        assert place_beside(tmp_path / name) == (tmp_path / "run", tmp_path / "run.unfinished")
    Unfinished.begin(tmp_path / "run", ABOUT, force=False).close()
    for name in ("run", "run.unfinished"):
        with Unfinished.at(tmp_path / name) as run:
            assert run.about == {"format": "moot-unfinished-1"} | ABOUT
            assert run.start() is None
    with pytest.raises(RunError, match="there is no unfinished run at"):
        Unfinished.at(tmp_path / "other")


def test_one_process_at_a_time(begun, tmp_path):
    with pytest.raises(RunError, match="another process is at work"):
        Unfinished.at(tmp_path / "run")
    with pytest.raises(RunError, match="another process is at work"):
        Unfinished.begin(tmp_path / "run", ABOUT, force=True)
    with pytest.raises(RunError, match="another process is at work"):
        delete_unfinished(tmp_path / "run")
    begun.close()
    assert delete_unfinished(tmp_path / "run") == begun.folder and not begun.folder.exists()


@pytest.mark.parametrize("after", range(4))
def test_one_whose_deletion_was_cut_short_is_still_known(begun, after, monkeypatch):
    live(begun, ("burn-in", 10), ("days", 20))
    (begun.folder / "letter").write_text("dear")
    begun.close()
    left = [after]

    def due(real):
        def step(*arguments, **options):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return real(*arguments, **options)

        return step

    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(shutil, "rmtree", due(shutil.rmtree))
        cut.setattr(Path, "unlink", due(Path.unlink))
        delete_unfinished(begun.place)
    assert is_unfinished(begun.folder)
    assert len(list(begun.folder.iterdir())) == 4 - after
    assert delete_unfinished(begun.place) == begun.folder and not begun.folder.exists()


def test_what_is_there_is_replaced_by_force_alone_and_only_what_is_ours(tmp_path):
    with Unfinished.begin(tmp_path / "run", ABOUT, force=False) as run:
        live(run, ("days", 20))
    with pytest.raises(RunError, match=r"go on with it: moot resume .*run; or say --force"):
        Unfinished.begin(tmp_path / "run", ABOUT, force=False)
    assert names(run.folder) == ["days-00010"]
    with Unfinished.begin(tmp_path / "run", ABOUT, force=True) as again:
        assert names(again.folder) == []
    (tmp_path / "mine.unfinished").mkdir()
    (tmp_path / "mine.unfinished" / "letter").write_text("dear")
    with pytest.raises(RunError, match="is left as it is"):
        Unfinished.begin(tmp_path / "mine", ABOUT, force=True)
    assert (tmp_path / "mine.unfinished" / "letter").read_text() == "dear"


def test_a_damaged_one_is_told_and_the_one_before_gone_on_from(begun):
    live(begun, ("days", 30))
    told = []
    begun.tell = told.append
    file = begun.folder / "days-00020" / "one.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)
    assert begun.start().done == 10
    assert len(told) == 1 and "days-00020: one.parquet was changed" in told[0]
    assert told[0].endswith(
        f"going on from the last good checkpoint, {begun.folder}/days-00010 (day 10 of the run)"
    )
    assert file.read_bytes() == content
    os.truncate(begun.folder / "days-00010" / "one.parquet", 9)
    with pytest.raises(
        RunError, match=r"no good checkpoint: .*days-00020.*days-00010.*nothing was overwritten"
    ):
        begun.start()
    assert names(begun.folder) == ["days-00020", "days-00010"]


def test_without_a_listener_damage_is_a_warning(begun):
    live(begun, ("days", 30))
    os.truncate(begun.folder / "days-00020" / "one.parquet", 9)
    with pytest.warns(RuntimeWarning, match="going on from the last good checkpoint"):
        begun.start()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_what_cannot_be_written_stops_and_names_the_last_good_one(begun, code, monkeypatch):
    live(begun, ("days", 30))

    def fail(self, columns, path):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Tables, "copy", fail)
    with pytest.raises(RunError) as stopped:
        begun.end_of_day("days", 30, 40, taken)
    said = str(stopped.value)
    assert os.strerror(code) in said and "days-00030 cannot be written" in said
    assert "the last good checkpoint is" in said and "days-00020 (day 20 of the run)" in said
    assert f"moot resume {begun.place}" in said
    assert names(begun.folder) == ["days-00020", "days-00010"]


def test_what_a_killed_process_was_writing_is_cleared_away(tmp_path):
    Unfinished.begin(tmp_path / "run", ABOUT, force=False).close()
    left = tmp_path / "run.unfinished" / ".days-00010.0123abcd.writing"
    left.mkdir()
    (left / "hot.parquet").write_bytes(b"PAR1")
    with Unfinished.at(tmp_path / "run") as run:
        assert not left.exists() and run.start() is None


def test_a_changed_description_is_refused(tmp_path):
    Unfinished.begin(tmp_path / "run", ABOUT, force=False).close()
    file = tmp_path / "run.unfinished" / "unfinished.json"
    file.write_text(file.read_text().replace('"seed": 1', '"seed": 2'))
    with pytest.raises(RunError, match=r"unfinished.json was changed"):
        Unfinished.at(tmp_path / "run")
    assert list_unfinished(tmp_path) == [(tmp_path / "run.unfinished", None, None)]


def test_runs_on_their_way_are_listed(begun, tmp_path):
    assert list_unfinished(tmp_path) == [(begun.folder, {"format": "moot-unfinished-1"} | ABOUT, None)]
    live(begun, ("burn-in", 12))
    assert list_unfinished(tmp_path)[0][2].path.name == "burn-in-00012"
    assert list_unfinished(tmp_path / "nothing") == []


def test_what_is_written_by_another_version_of_a_run_is_not_gone_on_from(begun):
    live(begun, ("days", 20))
    other = Unfinished(begun.place, ABOUT | {"code": "d"}, -1)
    assert other.run != begun.run
    with pytest.raises(RunError, match="another run or another version of Moot"):
        other.start()


def test_the_identity_is_what_bits_depend_on():
    for key, value in (("seed", 2), ("people", 2000), ("arms", []), ("panel", 3), ("code", "d"), ("days", 1)):
        assert identity(ABOUT | {key: value}) != identity(ABOUT)
    for key, value in (("every", 3), ("keep", True)):
        assert identity(ABOUT | {key: value}) == identity(ABOUT)
    assert identity(ABOUT | {"panel": [{"number": "SYN-1"}] * 200}) == identity(ABOUT)


def test_a_branch_begins_at_the_last_good_one_before_its_day(begun):
    begun.about["keep"] = True
    live(begun, ("burn-in", 10), ("days", 40))
    for days, found in ((35, 30), (30, 30), (29, 20), (9, 10)):
        earlier = Earlier(begun.folder, begun.run, days=days)
        assert earlier.start().done == found
        assert earlier.used.phase == ("burn-in" if days == 9 else "days")
        earlier.end_of_day("days", 40, 40, taken)
    os.truncate(begun.folder / "days-00030" / "one.parquet", 9)
    assert Earlier(begun.folder, begun.run, days=35).start().done == 20
    assert Earlier(begun.folder, "another", days=35).start() is None
