"""Private notes: what a seat writes down for itself, beside the case and in no record of it.

A note is read by the seat that wrote it and by no other. It is in no export, no bundle and no retry; a case
that is opened does not even hold it. Wiping a case deletes every note. Whoever has the folder of the case
has the notes as well: on one computer they are as private as the computer is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from moot.errors import CaseError
from moot.store.cases import CaseStore, Row, Rows, Writing
from moot.trial.case import Case, refuse
from moot.trial.keeping import beside, kept_case
from moot.trial.wording import checked_text

__all__ = ["MOST_NOTES", "Note", "archive_of", "note_down", "notes_of", "strike"]

MOST_NOTES = 1_000
"""Notes of one seat."""


@dataclass(frozen=True)
class Note:
    """A note: its number among those of its seat, from 1, the second of the case's clock, and its text."""

    number: int
    at: int
    text: str


def note_down(folder: str | Path, role: str, text: str, *, seat: int = 1, at: int | None = None) -> Note:
    """Write a private note of a seat. `at` is a second of the case's clock (default: that of its last step).

    Raises `UnknownNameError` for a role that the procedure lacks, `CaseError` for a seat that it lacks,
    `UserError` for a text that is none.
    """
    clean = checked_text(text, "a note")

    def act(tables: Writing, rows: Rows, case: Case) -> Note:
        checked_seat(case, role, seat)
        mine = _of(rows.notes, role, seat)
        if len(mine) >= MOST_NOTES:
            refuse(f"this seat has {MOST_NOTES:,} notes; strike some first")
        number = max((one.number for one in mine), default=0) + 1
        made = Note(number, case.now if at is None else at, clean)
        tables.note({"role": role, "seat": seat, "number": made.number, "at": made.at, "text": made.text})
        return made

    return beside(folder, act)


def strike(folder: str | Path, role: str, number: int, *, seat: int = 1) -> None:
    """Delete a note of a seat. Raises `CaseError` where it has none of this number."""

    def act(tables: Writing, rows: Rows, case: Case) -> None:
        checked_seat(case, role, seat)
        if number not in {one.number for one in _of(rows.notes, role, seat)}:
            refuse(f"seat {seat} of {role} has no note {number}")
        tables.strike_note(role, seat, number)

    beside(folder, act)


def notes_of(folder: str | Path, role: str, *, seat: int = 1) -> list[Note]:
    """The notes of a seat in their order, and of no other. Raises as `note_down` does."""
    checked_seat(kept_case(folder), role, seat)
    return _of(CaseStore(folder).read().notes, role, seat)


def archive_of(folder: str | Path, role: str, *, seat: int = 1) -> str:
    """The notes of a seat as Markdown, the one thing in which they leave the case."""
    case = kept_case(folder)
    found = notes_of(folder, role, seat=seat)
    lines = [f"# {case.name}: private notes of {role}, seat {seat}", ""]
    for one in found:
        clock = f"{one.at // 3600}:{one.at // 60 % 60:02}:{one.at % 60:02}"
        lines += [f"{one.number}. {clock}", "", *(f"    {line}" for line in one.text.split("\n")), ""]
    return "\n".join(lines if found else [*lines, "None.", ""])


def checked_seat(case: Case, role: str, seat: int) -> None:
    """Refuse a role or a seat that the procedure lacks: `UnknownNameError`, `CaseError`."""
    most = case.procedure.role(role).seats[1]
    if not 1 <= seat <= max(1, most):
        raise CaseError(f"{role} has {most} seats; there is no seat {seat}")


def _of(rows: Iterable[Row], role: str, seat: int) -> list[Note]:
    mine = [one for one in rows if (one["role"], one["seat"]) == (role, seat)]
    return sorted((Note(one["number"], one["at"], one["text"]) for one in mine), key=lambda one: one.number)
