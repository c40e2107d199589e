"""What the scanner made of a declaration is kept, and never believed where it was damaged."""

import pytest

from moot.declaring import parsed, source
from moot.declaring.files import data_folder
from moot.declaring.source import read_source
from moot.errors import DeclarationError

TEXT = (
    "regime: kept\n# a comment\nnumbers: {1: a, '2': b, x: 0x1f, y: no, z: ~}\nwords:\n"
    + "".join(f'  - "word {n}": [{n}, {n}.5, true, .inf, "{n}"]\n' for n in range(60))
    + "long: |\n  two\n  lines\nfolded: >-\n  a\n  b\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MOOT_CACHE", str(tmp_path / "cache"))
    source._built.cache_clear()
    yield tmp_path / "cache" / "declarations"
    source._built.cache_clear()


def written(tmp_path, text=TEXT):
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    return path


def again(path):
    """The same file as another command reads it."""
    source._built.cache_clear()
    return read_source(path)


def without_scanner(monkeypatch):
    def scan(text):
        raise AssertionError("the text was scanned")

    monkeypatch.setattr(source, "events_of", scan)


def test_a_text_is_scanned_once(tmp_path, monkeypatch, folder):
    path = written(tmp_path)
    first = read_source(path)
    assert [one.suffix for one in folder.iterdir()] == [".json"]
    without_scanner(monkeypatch)
    second = again(path)
    assert second == first
    assert repr(second.data) == repr(first.data)  # kinds of numbers and keys too


@pytest.mark.parametrize(
    "path", sorted((data_folder() / "regimes").glob("rank-my-life-20??.yaml")), ids=lambda p: p.name
)
def test_shipped_declarations_read_the_same(path, monkeypatch):
    first = read_source(path)
    without_scanner(monkeypatch)
    assert again(path) == first


def test_another_text_is_another_file(tmp_path, folder):
    read_source(written(tmp_path))
    changed = again(written(tmp_path, TEXT.replace("word 7", "word seven")))
    assert "word seven" in changed.data["words"][7]
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("where", [3, 70, -2])
def test_a_flipped_bit_counts_as_not_there(tmp_path, folder, where):
    path = written(tmp_path)
    first = read_source(path)
    (kept,) = folder.iterdir()
    good = kept.read_bytes()
    bad = bytearray(good)
    bad[where] ^= 1
    kept.write_bytes(bad)
    assert again(path) == first
    assert kept.read_bytes() == good
    kept.write_bytes(good[:100])
    assert again(path) == first


def test_what_has_a_fault_is_not_kept_and_is_told_again(tmp_path, folder):
    path = written(tmp_path, TEXT + "regime: twice\n")
    for _ in range(2):
        with pytest.raises(DeclarationError, match="written twice"):
            again(path)
    assert not folder.exists()


def test_what_a_declaration_may_not_say_is_looked_for_in_kept_events(tmp_path):
    text = TEXT + "name: &anchor a\n"
    parsed.keep(text, list(parsed.events_of(text)))
    assert parsed.kept(text) is not None
    with pytest.raises(DeclarationError, match="anchors"):
        read_source(written(tmp_path, text))


def test_short_texts_are_not_kept(tmp_path, folder):
    read_source(written(tmp_path, "regime: short\n"))
    assert not folder.exists()


def test_only_so_many_are_kept(tmp_path, monkeypatch, folder):
    monkeypatch.setattr(parsed, "MOST_KEPT", 3)
    for n in range(6):
        again(written(tmp_path, TEXT + f"last: {n}\n"))
    assert len(list(folder.iterdir())) == 3
    without_scanner(monkeypatch)
    assert again(tmp_path / "a.yaml").data["last"] == 5


def test_a_folder_that_cannot_be_written_ends_nothing(tmp_path, folder):
    folder.parent.mkdir()
    folder.write_text("a file stands here")
    assert read_source(written(tmp_path)).data["regime"] == "kept"
    assert folder.is_file()
