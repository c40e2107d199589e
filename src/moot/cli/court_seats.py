"""What belongs to a seat, from the command line: case notes, case invite, case invitations."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from moot.cli.court_shared import AT, FOLDER, JSON, banner

__all__ = ["SEATS"]

_SEAT = typer.Option(1, "--seat", min=1, help="Which of its seats.")


def notes(
    folder: Path = FOLDER,
    by: str = typer.Option(..., "--by", metavar="ROLE", help="Whose notes."),
    seat: int = _SEAT,
    add: str | None = typer.Option(None, "--add", metavar="TEXT", help="Write a note."),
    strike: int | None = typer.Option(None, "--strike", metavar="NUMBER", min=1, help="Delete a note."),
    out: Path | None = typer.Option(None, "--out", metavar="FILE", help="Write them to a file, in Markdown."),
    force: bool = typer.Option(False, "--force", help="Replace a file that is there."),
    at: int | None = AT,
    as_json: bool = JSON,
) -> None:
    """Read or write the private notes of a seat: in no record, export or bundle; a wipe deletes them."""
    import hashlib

    from moot.errors import ExistsError, UserError
    from moot.trial.keeping import export_made
    from moot.trial.notes import archive_of, note_down, notes_of
    from moot.trial.notes import strike as struck

    if sum(one is not None for one in (add, strike, out)) > 1:
        raise UserError("expected one of --add, --strike and --out")
    if add is not None:
        banner()
        note_down(folder, by, add, seat=seat, at=at)
    if strike is not None:
        struck(folder, by, strike, seat=seat)
    if out is not None:
        data = archive_of(folder, by, seat=seat).encode()
        if (out.exists() or out.is_symlink()) and not force:
            raise ExistsError(out)
        try:
            out.write_bytes(data)
            out.chmod(0o600)
        except OSError as error:
            raise UserError(f"{out} cannot be written: {error.strerror}") from None
        export_made(folder, out, hashlib.sha256(data).hexdigest())
        print(json.dumps({"written": str(out)}) if as_json else f"written: {out}")
        return
    found = notes_of(folder, by, seat=seat)
    if as_json:
        told = [{"number": one.number, "at": one.at, "text": one.text} for one in found]
        print(json.dumps({"role": by, "seat": seat, "notes": told}, ensure_ascii=False))
        return
    for one in found:
        print(f"{one.number}. {one.at} s: {one.text}")
    if not found:
        print(f"no notes of {by}, seat {seat}")


def invite(
    folder: Path = FOLDER,
    role: str = typer.Argument(..., metavar="ROLE", help="A role of the procedure, or `screen`: reads only."),
    seat: int = _SEAT,
    hours: float = typer.Option(12, "--hours", min=0.01, max=9600, help="For how long it opens the seat."),
    as_json: bool = JSON,
) -> None:
    """Make an invitation to one seat; its token is told once and kept nowhere."""
    from moot.trial.invitations import invite as invited

    made, token = invited(folder, role, seat=seat, seconds=max(1, round(hours * 3600)))
    if as_json:
        print(json.dumps(made.as_dict() | {"token": token}))
        return
    print(f"invitation {made.id} to {role}, seat {seat}, until {_day(made.expires)}")
    print(f"token, told this once: {token}")


def invitations(
    folder: Path = FOLDER,
    revoke: str | None = typer.Option(None, "--revoke", metavar="ID", help="End an invitation."),
    as_json: bool = JSON,
) -> None:
    """List who was invited to which seat, or end an invitation."""
    import time

    from moot.trial.invitations import invitations_of
    from moot.trial.invitations import revoke as revoked

    if revoke is not None:
        revoked(folder, revoke)
    found = invitations_of(folder)
    if as_json:
        print(json.dumps({"invitations": [one.as_dict() for one in found]}))
        return
    now = int(time.time())
    for one in found:
        state = "revoked" if one.revoked else f"until {_day(one.expires)}" if one.open_at(now) else "ended"
        came = f"; somebody came at {_day(one.used)}" if one.used is not None else "; nobody came yet"
        print(f"{one.id}  {one.role}, seat {one.seat}: {state}{came}")
    if not found:
        print("nobody was invited: moot case invite CASE ROLE")


def _day(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M UTC")


SEATS = (("notes", notes), ("invite", invite), ("invitations", invitations))
"""Name and function of each, for the group `moot case`."""
