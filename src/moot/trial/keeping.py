"""A case in its folder: opened from the database, changed by one step under the lock, wiped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from moot.errors import CaseError, MootError
from moot.store.cases import CaseStore, Rows, Writing, is_case_folder
from moot.trial.ballots import Box, Paper, shuffled
from moot.trial.case import WRITTEN, Case
from moot.trial.court import restored
from moot.trial.minutes import BEGINNING, Kept, Minutes, Record

__all__ = ["change", "export_made", "keep", "kept_case", "list_cases", "problems", "wipe"]

NAME = "name"


def keep(case: Case, folder: str | Path) -> CaseStore:
    """Write a new case into a new folder. Raises `ExistsError`, `CaseError`."""
    store = CaseStore.create(folder)
    with store.writing() as tables:
        _write(tables, case, 0)
    return store


def kept_case(folder: str | Path) -> Case:
    """The case in a folder. Raises `CaseError` where there is none, or its minutes do not verify."""
    return _case(CaseStore(folder).read(), Path(folder))


def change(folder: str | Path, step: Callable[[Case], Any]) -> Case:
    """Open a case, do one step, write what it added: all of it under the lock, or nothing of it."""
    with CaseStore(folder).writing() as tables:
        case = _case(tables.rows(), Path(folder))
        before = len(case.minutes)
        step(case)
        _write(tables, case, before)
    return case


def wipe(folder: str | Path, *, names_only: bool = False) -> tuple[int, tuple[str, ...]]:
    """Delete names, or every name and text, with their salts; the chain still verifies.

    Returns how many were deleted and the exports made before, which still hold them. What an exhibit's
    numbers are stays: it says nothing of anybody. Papers of an open vote are deleted with all texts.
    """
    store = CaseStore(folder)
    with store.writing() as tables:
        rows = tables.rows()
        chosen = [
            (one["record"], one["field"])
            for one in rows.texts
            if one["field"] == NAME or not (names_only or one["field"] in WRITTEN)
        ]
        tables.erase(chosen)
        if not names_only:
            tables.box((), ())
    store.compact()
    return len(chosen), tuple(one["path"] for one in rows.exports)


def problems(folder: str | Path, head: str | None = None) -> list[str]:
    """What does not fit in the minutes of a folder; `head` is a hash that was written down earlier."""
    minutes = _minutes(CaseStore(folder).read())
    said = minutes.problems()
    if head is not None and head not in {BEGINNING, *(one.hash for one in minutes)}:
        said.append(f"no record has the hash {head}; what was written down is not in these minutes")
    return said


def export_made(folder: str | Path, path: Path, digest: str) -> None:
    """Remember that the case was exported to a file."""
    with CaseStore(folder).writing() as tables:
        tables.exported(str(path.resolve()), digest)


def list_cases(folder: Path) -> list[tuple[Path, Case | str]]:
    """The cases in the folders of a folder, by name; a sentence in place of one that cannot be read."""
    found: list[tuple[Path, Case | str]] = []
    for path in sorted(one for one in folder.iterdir() if one.is_dir() and is_case_folder(one)):
        try:
            found.append((path, kept_case(path)))
        except MootError as error:
            found.append((path, str(error)))
    return found


def _minutes(rows: Rows) -> Minutes:
    kept = [Kept(one["record"], one["field"], one["salt"], one["text"]) for one in rows.texts]
    return Minutes([Record(**one) for one in rows.records], kept)


def _case(rows: Rows, folder: Path) -> Case:
    box = Box(
        next((one["question"] for one in (*rows.voted, *rows.papers)), 0),
        {(one["role"], one["seat"]) for one in rows.voted},
        {Paper(one["commitment"], one["salt"], one["choice"]) for one in rows.papers},
    )
    minutes = _minutes(rows)
    try:
        return restored(minutes, minutes.kept, box)
    except CaseError as error:
        raise CaseError(f"{folder}: {error}") from None


def _write(tables: Writing, case: Case, before: int) -> None:
    new = [record for record in case.minutes if record.number > before]
    texts = [one for one in case.minutes.kept if one.record > before]
    tables.append(
        [{"number": one.number, "kind": one.kind, "by": one.by, "at": one.at, "body": dict(one.body),
          "commitments": dict(one.commitments), "before": one.before, "hash": one.hash} for one in new],
        [{"record": one.record, "field": one.field, "salt": one.salt, "text": one.text} for one in texts],
    )  # fmt: skip
    box: Box = case.box
    tables.box(
        [{"question": box.question, "role": role, "seat": seat} for role, seat in sorted(box.voted)],
        [{"question": box.question, "commitment": one.commitment, "salt": one.salt, "choice": one.choice}
         for one in shuffled(box.papers)],
    )  # fmt: skip
