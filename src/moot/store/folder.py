"""Folders written whole or not at all, with a checksum for every file.

A folder is filled under a hidden name beside its place and renamed when everything is on disk; whatever stops
the writer before (a fault, Ctrl-C) leaves nothing behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from moot.errors import ExistsError, RunError

__all__ = ["checksum", "checksums", "differing", "free_place", "locked", "whole_file", "whole_folder"]

BLOCK = 1 << 20


def checksum(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def checksums(folder: Path) -> dict[str, dict[str, str | int]]:
    """Name -> {sha256, bytes} of every file of a folder, by name."""
    return {
        path.name: {"sha256": checksum(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def differing(folder: Path, files: Mapping[str, Mapping[str, object]]) -> list[str]:
    """What is wrong with the files that a folder should have: a sentence for each that is missing or
    changed."""
    said = []
    for name, known in files.items():
        path = folder / Path(name).name
        if not path.is_file():
            said.append(f"{name} is missing")
        elif checksum(path) != known.get("sha256"):
            said.append(f"{name} was changed after it was written (its SHA-256 is another)")
    return said


def free_place(path: Path, *, force: bool, is_ours: bool, kind: str = "a run folder") -> None:
    """Raise where `path` is taken: `ExistsError` without `force`, `RunError` where it is not ours to
    replace; `kind` is what ours would be called."""
    if not path.exists() and not path.is_symlink():
        return
    if not force:
        raise ExistsError(path)
    empty = path.is_dir() and not path.is_symlink() and not any(path.iterdir())
    if path.is_symlink() or not (empty or is_ours):
        raise RunError(f"{path} is not {kind}; it is left as it is, choose another name")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A hidden folder to fill, which becomes `path` at the end; removed if anything goes wrong.

    A folder that stands at `path` is replaced only then: ask `free_place` before.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        work = path.parent / f".{path.name}.{secrets.token_hex(4)}.writing"
        work.mkdir()
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None
    try:
        yield work
        for file in work.iterdir():
            _flush(file)
        _flush(work)
        _put(work, path)
        _flush(path.parent)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def whole_file(path: Path, content: str | bytes) -> None:
    """Write a file (text as UTF-8) whole or not at all, in place of what stands there.

    Raises OSError where it cannot.
    """
    work = path.parent / f".{path.name}.{secrets.token_hex(4)}.writing"
    try:
        work.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        _flush(work)
        work.replace(path)
        _flush(path.parent)
    except BaseException:
        work.unlink(missing_ok=True)
        raise


def locked(folder: Path) -> int:
    """A handle that keeps other processes out until it is closed, or its process ends.

    Raises `RunError` where another process is at work in `folder`.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise RunError(f"cannot read {folder}: {error.strerror or error}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise RunError(f"another process is at work in {folder}") from None
    return handle


def _put(work: Path, path: Path) -> None:
    """Rename `work` to `path`; what stood there goes last, and comes back if the rename fails."""
    old = None
    if path.exists():
        old = path.parent / f".{path.name}.{secrets.token_hex(4)}.replaced"
        path.rename(old)
    try:
        work.rename(path)
    except BaseException:
        if old is not None:
            old.rename(path)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
