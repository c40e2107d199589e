"""Checkpoints as folders: what is written comes back, and what was changed since is seen."""

import errno
import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moot.errors import RunError
from moot.store import checkpoint as module
from moot.store.checkpoint import checkpoints_in, write_checkpoint
from moot.store.parquet import Tables

RUN = "f" * 64
ARRAYS = {
    "hot": np.arange(24, dtype=np.uint16).reshape(4, 2, 3),
    "mind": np.array([[[-3, 32767, -32768, 0]]], np.int16),
    "watched": np.array([[2**64 - 1, 0]], np.uint64),
    "wide": np.arange(400, dtype=np.int64).reshape(2, 200),
    "none": np.zeros((0, 8), np.int64),
    "month": np.zeros((2, 3, 4), np.int32),
}


@pytest.fixture
def kept(tmp_path):
    return write_checkpoint(tmp_path, "days", 30, RUN, ARRAYS, {"caps": {"mail_cap": 1024}, "seconds": 0.25})


def test_what_is_written_comes_back(kept, tmp_path):
    assert kept.path == tmp_path / "days-00030" and kept.fault(RUN) is None
    point = kept.read()
    assert point.values == {"caps": {"mail_cap": 1024}, "seconds": 0.25}
    assert list(point.arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert point.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(point.arrays[name], array)
        assert point.arrays[name].flags.c_contiguous and point.arrays[name].flags.writeable


@settings(max_examples=25, deadline=None)
@given(
    shape=st.lists(st.integers(0, 5), min_size=1, max_size=4),
    dtype=st.sampled_from([np.uint8, np.int16, np.uint16, np.int32, np.int64, np.uint64]),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_array_comes_back(shape, dtype, seed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    limits = np.iinfo(dtype)
    array = np.random.default_rng(seed).integers(limits.min, limits.max, shape, dtype, endpoint=True)
    back = write_checkpoint(folder, "burn-in", 1, RUN, {"one": array}, {}).read().arrays["one"]
    assert back.dtype == array.dtype and back.shape == array.shape
    np.testing.assert_array_equal(back, array)


def test_the_latest_is_first_and_what_is_being_written_is_none(tmp_path):
    for phase, done in (("days", 7), ("burn-in", 365), ("days", 120), ("burn-in", 30)):
        write_checkpoint(tmp_path, phase, done, RUN, {"one": np.arange(3)}, {})
    (tmp_path / ".days-00150.abcd0123.writing").mkdir()
    (tmp_path / "days-1").mkdir()
    found = [one.path.name for one in checkpoints_in(tmp_path)]
    assert found == ["days-00120", "days-00007", "burn-in-00365", "burn-in-00030"]
    assert str(checkpoints_in(tmp_path)[0]).endswith("days-00120 (day 120 of the run)")
    assert checkpoints_in(tmp_path / "nothing") == []


@pytest.mark.parametrize("name", [*(f"{one}.parquet" for one in ARRAYS), "checkpoint.json"])
def test_a_flipped_bit_anywhere_is_seen(kept, name):
    file = kept.path / name
    content = bytearray(file.read_bytes())
    for at in sorted({0, len(content) // 3, len(content) // 2, len(content) - 2}):
        broken = bytearray(content)
        broken[at] ^= 1 << (at % 7)
        file.write_bytes(broken)
        assert kept.fault(RUN) is not None, at
        assert name in kept.fault(RUN)
    file.write_bytes(content)
    assert kept.fault(RUN) is None


@pytest.mark.parametrize("name", ["hot.parquet", "checkpoint.json"])
@pytest.mark.parametrize("size", [0, 40])
def test_a_file_cut_short_or_missing_is_seen(kept, name, size):
    file = kept.path / name
    os.truncate(file, size)
    assert name in kept.fault(RUN)
    file.unlink()
    assert name in kept.fault(RUN)


def test_another_run_and_another_format_are_told(kept, monkeypatch):
    assert "another run" in kept.fault("e" * 64)
    monkeypatch.setattr(module, "FORMAT", "moot-checkpoint-2")
    assert "says format 'moot-checkpoint-1'; this version of Moot reads 'moot-checkpoint-2'" in kept.fault(
        RUN
    )


def test_a_number_edited_in_the_manifest_is_seen(kept):
    file = kept.path / "checkpoint.json"
    content = json.loads(file.read_text())
    content["done"] = 60
    file.write_text(json.dumps(content))
    assert "was changed after it was written" in kept.fault(RUN)


@pytest.mark.parametrize("at", range(len(ARRAYS)))
def test_a_full_disk_leaves_what_was_there(kept, at, tmp_path, monkeypatch):
    real, count = Tables.copy, iter(range(100))

    def copy(self, columns, path):
        if next(count) == at:
            path.write_bytes(b"PAR1")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, columns, path)

    monkeypatch.setattr(Tables, "copy", copy)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(tmp_path, "days", 60, RUN, ARRAYS, {})
    assert [one.name for one in tmp_path.iterdir()] == ["days-00030"]
    assert kept.fault(RUN) is None


def test_a_folder_that_is_not_there_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write"):
        write_checkpoint(tmp_path / "file", "days", 60, RUN, ARRAYS, {})
