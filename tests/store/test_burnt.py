"""The cache of burn-ins: what is put there comes back or is told to be no good, and it never grows large."""

import errno
import json
import os
import resource
import shutil
import threading
import time

import numpy as np
import pytest

from moot.errors import UserError
from moot.store import burnt as module
from moot.store import checkpoint
from moot.store.burnt import BurnIns, burn_ins_folder, delete_burn_ins, list_burn_ins
from moot.store.parquet import Tables

MADE_BY = {"code": "c" * 64}
ABOUT = {"country": ["here", "a" * 64], "people": 24, "days": 730, "seed": 1, "until": "2028-01-01"}
ARRAYS = {"hot": np.arange(48, dtype=np.uint16).reshape(24, 1, 2), "mail_n": np.zeros((3, 2), np.int64)}
VALUES = {"caps": {"mail_cap": 1024}, "statics": "5" * 64}


@pytest.fixture(autouse=True)
def _empty(empty_cache):
    pass


@pytest.fixture
def told():
    return []


@pytest.fixture
def all_(told):
    return BurnIns(MADE_BY, least=1, tell=told.append)


def place(all_, **changes):
    return all_.of(ABOUT | changes, 24 * 730)


@pytest.fixture
def kept(all_):
    there = place(all_)
    there.keep(ARRAYS, VALUES)
    return there


def test_what_is_kept_comes_back(kept, all_, told):
    point = place(all_).find()
    assert point.phase == "burn-in" and point.done == 730
    assert point.values == VALUES | {"about": ABOUT}
    for name, array in ARRAYS.items():
        assert point.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(point.arrays[name], array)
    assert kept.folder.parent == burn_ins_folder() and told == [] and all_.seconds > 0


def test_nothing_is_there_at_first_and_looking_makes_no_folder(all_, told):
    assert place(all_).find() is None and list_burn_ins() == [] and told == []
    assert not burn_ins_folder().exists()


@pytest.mark.parametrize(
    "changes",
    [{"people": 25}, {"seed": 2}, {"days": 365}, {"until": "2028-01-02"}, {"past": {"past_acts": 1}}],
)
def test_another_burn_in_is_not_found(kept, all_, told, changes):
    assert place(all_, **changes).find() is None and told == []
    assert place(all_).find() is not None


def test_another_version_of_the_code_neither_finds_nor_replaces_it(kept, all_):
    newer = BurnIns({"code": "d" * 64}, least=1)
    assert place(newer).find() is None
    place(newer).keep(ARRAYS, VALUES)
    assert len(list_burn_ins()) == 2 and place(all_).find() is not None


def test_a_short_burn_in_is_not_kept():
    assert BurnIns(MADE_BY).of(ABOUT, module.LEAST - 1) is None
    assert BurnIns(MADE_BY).of(ABOUT, module.LEAST) is not None


def spoilt(how, folder):
    file = folder / ("checkpoint.json" if how.startswith("manifest") else "hot.parquet")
    if how.endswith("flipped"):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 4
        file.write_bytes(content)
    elif how.endswith("cut"):
        os.truncate(file, 40)
    elif how.endswith("missing"):
        file.unlink()
    elif how == "manifest of another format":
        content = json.loads(file.read_text())
        del content["sha256"]
        file.write_text(checkpoint.sealed(content | {"format": "moot-checkpoint-0"}))
    elif how == "manifest without arrays":
        content = json.loads(file.read_text())
        del content["sha256"], content["arrays"]
        file.write_text(checkpoint.sealed(content))
    elif how == "manifest of another burn-in":
        content = json.loads(file.read_text())
        del content["sha256"]
        file.write_text(checkpoint.sealed(content | {"run": "0" * 64}))
    else:
        raise AssertionError(how)


@pytest.mark.parametrize(
    "how",
    [
        "array flipped", "array cut", "array missing", "manifest flipped", "manifest cut", "manifest missing",
        "manifest of another format", "manifest without arrays", "manifest of another burn-in",
    ],
)  # fmt: skip
def test_what_is_damaged_is_told_in_a_line_and_replaced(kept, all_, told, how):
    spoilt(how, kept.checkpoint.path)
    assert place(all_).find() is None
    assert len(told) == 1 and told[0].startswith("a cached burn-in is not used, it is simulated anew: ")
    assert "\n" not in told[0]
    place(all_).keep(ARRAYS, VALUES)
    assert place(all_).find() is not None and len(told) == 1
    assert [one.name for one in kept.folder.iterdir()] == ["burn-in-00730"]


def test_what_was_being_written_counts_for_nothing_and_goes_after_a_day(kept, all_, told):
    half = kept.folder / ".burn-in-00730.0123abcd.writing"
    shutil.copytree(kept.checkpoint.path, half)
    shutil.rmtree(kept.checkpoint.path)
    assert place(all_).find() is None and told == []
    place(all_).keep(ARRAYS, VALUES)
    assert half.exists()  # another process may be at it
    long_ago = time.time() - module.LEFT_S - 60
    os.utime(half, (long_ago, long_ago))
    place(all_, seed=2).keep(ARRAYS, VALUES)
    assert not half.exists() and place(all_).find() is not None


def test_a_folder_that_cannot_be_written_is_a_line(all_, told, empty_cache):
    empty_cache.write_text("a file in the place of the folder")
    there = place(all_)
    assert there.find() is None
    there.keep(ARRAYS, VALUES)
    assert len(told) == 1 and told[0].startswith("the burn-in is not kept for other runs: cannot write ")


@pytest.mark.parametrize("at", range(len(ARRAYS)))
def test_a_full_disk_is_a_line_and_leaves_what_was_there(kept, all_, told, at, monkeypatch):
    real, count = Tables.copy, iter(range(100))

    def copy(self, columns, path):
        if next(count) == at:
            path.write_bytes(b"PAR1")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, columns, path)

    monkeypatch.setattr(Tables, "copy", copy)
    other = place(all_, seed=2)
    other.keep(ARRAYS, VALUES)
    assert told == ["the burn-in is not kept for other runs: No space left on device"]
    assert other.find() is None and list(other.folder.iterdir()) == []
    assert place(all_).find() is not None


def test_a_file_that_the_system_refuses_to_write_is_a_line(all_, told):
    """Not a fault put in the place of DuckDB's, but its own: files of this process may have 4 KiB."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    there = place(all_)
    wide = {"hot": np.random.default_rng(1).integers(0, 2**63, 100_000)}
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        there.keep(wide, VALUES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(told) == 1 and told[0].startswith("the burn-in is not kept for other runs: ")
    assert there.find() is None


def test_what_is_too_large_is_not_begun(all_, told, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    place(all_).keep(ARRAYS, VALUES)
    assert len(told) == 1 and "more than the 0 MiB that may be kept" in told[0]
    assert not burn_ins_folder().exists()


def used(all_, seed, seconds):
    """Say that a burn-in was last used so many seconds after 1970."""
    os.utime(place(all_, seed=seed).folder, (seconds, seconds))


def seeds():
    return [one.about["seed"] for one in list_burn_ins()]


def test_four_are_kept_and_the_one_not_used_for_longest_goes_first(all_):
    for seed in range(1, module.MOST_KEPT + 1):
        place(all_, seed=seed).keep(ARRAYS, VALUES)
        used(all_, seed, 1000 * seed)
    assert seeds() == [4, 3, 2, 1]
    assert place(all_, seed=1).find() is not None  # and so it was used
    place(all_, seed=5).keep(ARRAYS, VALUES)
    assert sorted(seeds()) == [1, 3, 4, 5]


def test_all_together_stay_below_the_total(all_, monkeypatch):
    place(all_, seed=1).keep(ARRAYS, VALUES)
    used(all_, 1, 1000)
    size = list_burn_ins()[0].bytes
    monkeypatch.setattr(module, "MOST_BYTES", 2 * size + size // 2)
    for seed in (2, 3):
        place(all_, seed=seed).keep(ARRAYS, VALUES)
        used(all_, seed, 1000 * seed)
    assert seeds() == [3, 2]


def test_several_that_write_the_same_at_once_do_no_harm(all_):
    start = threading.Barrier(6)
    failed = []

    def work():
        try:
            mine = place(BurnIns(MADE_BY, least=1, tell=lambda line: None))
            start.wait()
            for _ in range(5):
                mine.keep(ARRAYS, VALUES)
                found = mine.find()
                if found is not None:
                    np.testing.assert_array_equal(found.arrays["hot"], ARRAYS["hot"])
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == [] and place(all_).find() is not None


def test_one_that_was_faster_is_no_line(kept, all_, told, monkeypatch):
    def put(*_):
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))

    monkeypatch.setattr("moot.store.folder._put", put)
    place(all_).keep(ARRAYS, VALUES)
    assert told == [] and place(all_).find() is not None


def test_the_list_says_what_each_is_and_deleting_leaves_what_is_not_ours(kept, all_):
    place(all_, seed=2).keep(ARRAYS, VALUES)
    mine = burn_ins_folder() / "mine"
    mine.mkdir()
    (burn_ins_folder() / ("0" * 16)).symlink_to(mine)
    spoilt("manifest cut", place(all_, seed=2).checkpoint.path)
    found = {one.name: one for one in list_burn_ins()}
    assert set(found) == {kept.folder.name, place(all_, seed=2).folder.name}
    assert found[kept.folder.name].about == ABOUT
    assert found[place(all_, seed=2).folder.name].about is None
    on_disk = sum(one.stat().st_size for one in kept.checkpoint.path.iterdir())
    assert found[kept.folder.name].bytes == on_disk
    with pytest.raises(UserError, match=f"no burn-in called mine; there is .*{kept.folder.name}.*all"):
        delete_burn_ins("mine")
    assert delete_burn_ins(kept.folder.name) == [kept.folder]
    assert len(list_burn_ins()) == 1
    assert len(delete_burn_ins("all")) == 1 and delete_burn_ins("all") == []
    assert {one.name for one in burn_ins_folder().iterdir()} == {"mine", "0" * 16}
