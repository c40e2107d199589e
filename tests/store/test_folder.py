"""Folders are written whole or not at all."""

import pytest

from moot.errors import ExistsError, RunError
from moot.store.folder import checksums, differing, free_place, whole_folder


def test_a_folder_appears_when_it_is_whole(tmp_path):
    place = tmp_path / "below" / "run"
    with whole_folder(place) as work:
        (work / "a").write_text("a")
        assert not place.exists()
        assert work.name.startswith(".")
    assert [one.name for one in place.iterdir()] == ["a"]
    assert [one.name for one in place.parent.iterdir()] == ["run"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError])
def test_what_stops_the_writer_leaves_nothing(tmp_path, end):
    with pytest.raises(end), whole_folder(tmp_path / "run") as work:
        (work / "a").write_text("a")
        raise end
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_replaced_stays_until_the_new_one_is_whole(tmp_path):
    place = tmp_path / "run"
    with whole_folder(place) as work:
        (work / "old").write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_folder(place) as work:
        raise KeyboardInterrupt
    assert (place / "old").exists()
    with whole_folder(place) as work:
        (work / "new").write_text("new")
    assert [one.name for one in place.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [place]


def test_a_place_that_is_taken_is_refused(tmp_path):
    free_place(tmp_path / "free", force=False, is_ours=False)
    with pytest.raises(ExistsError, match="--force"):
        free_place(tmp_path, force=False, is_ours=True)
    free_place(tmp_path, force=True, is_ours=False)  # empty
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(RunError, match="not a run folder"):
        free_place(tmp_path, force=True, is_ours=False)


def test_a_file_that_was_changed_is_named(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    known = checksums(tmp_path)
    assert differing(tmp_path, known) == []
    (tmp_path / "a").write_text("c")
    (tmp_path / "b").unlink()
    said = differing(tmp_path, known)
    assert len(said) == 2 and said[0].startswith("a was changed") and said[1] == "b is missing"
