"""A case in its folder: opened from the database, changed by one step under the lock, wiped."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from moot.errors import CaseError, MootError
from moot.store.cases import CaseStore, Rows, Writing, is_case_folder
from moot.trial.ballots import Box, Paper, shuffled
from moot.trial.case import Case
from moot.trial.court import restored
from moot.trial.minutes import BEGINNING, Kept, Minutes, Record

__all__ = [
    "Wiped",
    "backup",
    "beside",
    "change",
    "expiry",
    "export_made",
    "keep",
    "kept_case",
    "list_cases",
    "problems",
    "wipe",
]

NAME = "name"
MADE = "made"
Done = TypeVar("Done")


@dataclass(frozen=True)
class Wiped:
    """How many texts and names were deleted, the files made before, which still hold them, and how many
    folders of runs were deleted."""

    deleted: int
    exports: tuple[str, ...]
    backups: tuple[str, ...]
    runs: int = 0


def keep(case: Case, folder: str | Path, *, url: str | None = None, today: date | None = None) -> CaseStore:
    """Write a new case into a new folder, or into PostgreSQL by `url`, with a folder that says where.

    `today` is the day on which it is made (default: that of the clock on the wall); a case of a lesson
    expires some days later. Raises `ExistsError`, `CaseError`, `MissingExtraError`.
    """
    store = CaseStore.create(folder, url)
    with store.writing() as tables:
        _write(tables, case, 0)
        tables.dated(MADE, (today or date.today()).isoformat())
    return store


def kept_case(folder: str | Path, *, today: date | None = None) -> Case:
    """The case in a folder; one that has expired is wiped first.

    Raises `CaseError` where there is none, or its minutes do not verify.
    """
    rows = CaseStore(folder).read()
    if _due(rows, today) and (_wiped_of(rows, names_only=False) or rows.notes or rows.invitations):
        wipe(folder)
        rows = CaseStore(folder).read()
    return _case(rows, Path(folder))


def change(folder: str | Path, step: Callable[[Case], Any], *, today: date | None = None) -> Case:
    """Open a case, do one step, write what it added: all of it under the lock, or nothing of it.

    A case that has expired is wiped and takes no further step: `CaseError`.
    """

    def act(tables: Writing, _: Rows, case: Case) -> Case:
        before = len(case.minutes)
        step(case)
        _write(tables, case, before)
        return case

    return beside(folder, act, today=today)


def beside(
    folder: str | Path, act: Callable[[Writing, Rows, Case], Done], *, today: date | None = None
) -> Done:
    """Do `act` with the tables, their rows and the case under the lock, and return what it returns.

    For what stands beside the minutes, such as private notes. A case that has expired is wiped: `CaseError`.
    """
    with CaseStore(folder).writing() as tables:
        rows = tables.rows()
        if not (due := _due(rows, today)):
            done = act(tables, rows, _case(rows, Path(folder)))
    if due:
        wipe(folder)
        raise CaseError(f"{folder}: the case expired on {expires_on(rows)}; its texts and names were erased")
    return done


def expires_on(rows: Rows) -> date | None:
    """The day on which everything that people typed is erased; None for a procedure that keeps its cases."""
    made = rows.day(MADE)
    days = rows.records[0]["body"].get("procedure", {}).get("expires_after_days") if rows.records else None
    try:
        return date.fromisoformat(made) + timedelta(days=days) if made and isinstance(days, int) else None
    except ValueError:
        raise CaseError(f"{made!r}: expected the day on which the case was made") from None


def expiry(folder: str | Path) -> date | None:
    """The day on which what people typed in the case of a folder is erased; None for a procedure that keeps
    its cases, and where nothing is left to erase."""
    rows = CaseStore(folder).read()
    left = _wiped_of(rows, names_only=False) or rows.notes or rows.invitations
    return expires_on(rows) if left else None


def _due(rows: Rows, today: date | None) -> bool:
    day = expires_on(rows)
    return day is not None and (today or date.today()) >= day


def wipe(folder: str | Path, *, names_only: bool = False) -> Wiped:
    """Delete names, or every name and text, with their salts; the chain still verifies.

    Tells the exports and backups made before, which still hold them. With all texts go what the program
    wrote of files that people made (exhibits, requests, results, lives), the folders of runs, papers of an
    open vote, private notes and invitations; what Moot ships with a ready case stays, and so do a procedure
    and packs of law of one's own, which are part of the first record. Raises `CaseError` where somebody who
    reads keeps the journal from being emptied; what was deleted is then gone from the tables.
    """
    store = CaseStore(folder)
    with store.writing() as tables:
        rows = tables.rows()
        chosen = _wiped_of(rows, names_only=names_only)
        tables.erase(chosen)
        if not names_only:
            tables.box((), ())
            tables.no_seats()
    runs = 0 if names_only else _without_runs(Path(folder))
    store.compact()
    made: dict[str, list[str]] = {"export": [], "backup": []}
    for one in rows.exports:
        made.setdefault(one["kind"], []).append(one["path"])
    return Wiped(len(chosen), tuple(made["export"]), tuple(made["backup"]), runs)


def _without_runs(folder: Path) -> int:
    """Delete the folders of the runs that were made in a case; how many there were."""
    place = folder / "runs"
    if place.is_symlink() or not place.is_dir():
        return 0
    count = sum(1 for _ in place.iterdir())
    try:
        shutil.rmtree(place)
    except OSError as error:
        raise CaseError(f"{place} cannot be deleted: {error.strerror or error}") from None
    return count


def _wiped_of(rows: Rows, *, names_only: bool) -> list[tuple[int, str]]:
    """(record, field) of the texts that a wipe deletes: what people typed, and nothing that Moot ships.

    What the program wrote repeats titles and notes of the files behind it, which people typed as well.
    """
    from moot.trial.ready import shipped_texts

    shipped = shipped_texts()
    return [
        (one["record"], one["field"])
        for one in rows.texts
        if one["field"] == NAME or not (names_only or one["text"] in shipped)
    ]


def problems(folder: str | Path, head: str | None = None) -> list[str]:
    """What does not fit in the minutes of a folder; `head` is a hash that was written down earlier.

    Of a damaged database it says how far the records are whole and where they break.
    """
    try:
        minutes = _minutes(CaseStore(folder).read())
    except CaseError as error:
        return [str(error), *_how_far(folder)]
    said = minutes.problems()
    if head is not None and head not in {BEGINNING, *(one.hash for one in minutes)}:
        said.append(f"no record has the hash {head}; what was written down is not in these minutes")
    return said


def _how_far(folder: str | Path) -> list[str]:
    store = CaseStore(folder)
    found, stopped = store.readable_records()
    whole: list[Record] = []
    for one in found:
        minutes = Minutes([*whole, Record(**one)])
        if minutes.problems():
            stopped = stopped or minutes.problems()[0]
            break
        whole.append(minutes[len(minutes)])
    told = f"records 1 to {len(whole)} are whole and follow each other" if whole else "no record can be read"
    broke = f"; record {len(whole) + 1} cannot be read" if stopped else ""
    return [f"{told}{broke}; the last whole one has the hash {whole[-1].hash}" if whole else told]


def export_made(folder: str | Path, path: Path, digest: str) -> None:
    """Remember that the case was exported to a file."""
    with CaseStore(folder).writing() as tables:
        tables.exported(str(path.resolve()), digest)


def backup(folder: str | Path, path: Path) -> str:
    """Write the database of a case to a new file, and remember that; returns its SHA-256 (hex).

    Raises `ExistsError`, and `CaseError` where the file cannot be written.
    """
    store = CaseStore(folder)
    store.backup(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with store.writing() as tables:
        tables.exported(str(path.resolve()), digest, "backup")
    return digest


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
