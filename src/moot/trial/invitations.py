"""Invitations: a link by which somebody takes one seat of one case, without an account.

The token of a link is told once and kept nowhere: the database of the case holds its hash, which is taken
over the case, the role and the seat as well, so that a row that was copied to another case or seat opens
nothing there. An invitation ends at its second, or when it is revoked; what was done by it stays.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from moot.errors import CaseError
from moot.store.cases import CaseStore, Row, Rows, Writing
from moot.trial.case import Case, refuse
from moot.trial.keeping import beside, kept_case
from moot.trial.notes import checked_seat

__all__ = [
    "FOR_SECONDS",
    "SCREEN",
    "Invitation",
    "come",
    "invitations_of",
    "invite",
    "revoke",
    "seat_of",
]

SCREEN = "screen"
"""Stands in place of a role in an invitation that reads what everybody may read, and takes no step."""
FOR_SECONDS = 12 * 3600
"""How long an invitation lasts where nothing else is said: an evening, with its preparation."""
MOST_SECONDS = 400 * 86_400
MOST = 2_000
"""Invitations of one case, those that ended included."""
REFUSED = "this link opens no seat of this case: it is of another case, has ended, was revoked or is mistyped"
"""One sentence for every reason, so that trying links tells nothing."""


@dataclass(frozen=True)
class Invitation:
    """An invitation to a seat, without its token.

    `made`, `expires` and `used` are seconds since 1970; `used` is None until somebody came by it. `phrase`
    is the hash of a pass-phrase as whoever asks for it wrote it, empty where none is asked.
    """

    id: str
    role: str
    seat: int
    made: int
    expires: int
    used: int | None
    revoked: bool
    phrase: str = ""

    def open_at(self, now: int) -> bool:
        """Whether it lets anybody in at this second since 1970."""
        return not self.revoked and self.made <= now < self.expires

    def as_dict(self) -> dict[str, object]:
        """As plain values; of a pass-phrase it says whether there is one."""
        return {"invitation": self.id, "role": self.role, "seat": self.seat, "made": self.made,
                "expires": self.expires, "used": self.used, "revoked": self.revoked,
                "phrase": bool(self.phrase)}  # fmt: skip


def invite(
    folder: str | Path,
    role: str,
    *,
    seat: int = 1,
    seconds: int = FOR_SECONDS,
    phrase: str = "",
    now: int | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation to a seat, or to the `screen`; returns it and its token, which is kept nowhere.

    `phrase` is the hash of a pass-phrase, not the phrase. `now` is the second since 1970 (default: the
    clock on the wall). Raises `UnknownNameError`, and `CaseError` for a seat that the procedure lacks, one
    that a machine sits in, or a time that is none.
    """
    at = _now(now)
    if not 1 <= seconds <= MOST_SECONDS:
        raise CaseError(f"expected an invitation for 1 to {MOST_SECONDS:,} seconds")

    def act(tables: Writing, rows: Rows, case: Case) -> tuple[Invitation, str]:
        _checked(case, role, seat)
        if len(rows.invitations) >= MOST:
            refuse(f"this case has {MOST:,} invitations; a wipe takes them away")
        made = Invitation(secrets.token_hex(6), role, seat, at, at + seconds, None, False, phrase)
        secret = secrets.token_urlsafe(32)
        tables.invite(_row(made, _hash(rows, made.id, role, seat, secret)))
        return made, f"{made.id}.{secret}"

    return beside(folder, act)


def seat_of(folder: str | Path, token: str, *, now: int | None = None) -> Invitation:
    """The invitation of a token, if it opens its seat now. Raises `CaseError`, the same for every reason."""
    kept_case(folder)
    return _found(CaseStore(folder).read(), token, _now(now))[0]


def come(folder: str | Path, token: str, *, now: int | None = None) -> Invitation:
    """As `seat_of`, and writes down when somebody first came by it."""
    at = _now(now)

    def act(tables: Writing, rows: Rows, _: Case) -> Invitation:
        found, digest = _found(rows, token, at)
        if found.used is None:
            found = Invitation(**{**found.__dict__, "used": at})
            tables.invite(_row(found, digest))
        return found

    return beside(folder, act)


def revoke(folder: str | Path, invitation: str) -> Invitation:
    """End an invitation by its id. Raises `CaseError` where there is none; one that ended stays so."""

    def act(tables: Writing, rows: Rows, _: Case) -> Invitation:
        for row in rows.invitations:
            if row["id"] == invitation:
                ended = Invitation(**{**_read(row).__dict__, "revoked": True})
                tables.invite(_row(ended, row["hash"]))
                return ended
        raise CaseError(f"there is no invitation {invitation} of this case: moot case invitations CASE")

    return beside(folder, act)


def invitations_of(folder: str | Path) -> list[Invitation]:
    """Who was invited to which seat, in the order in which they were: who holds which role."""
    kept_case(folder)
    found = [_read(row) for row in CaseStore(folder).read().invitations]
    return sorted(found, key=lambda one: (one.made, one.role, one.seat, one.id))


def _checked(case: Case, role: str, seat: int) -> None:
    if role == SCREEN and SCREEN not in {one.role for one in case.procedure.roles}:
        if seat != 1:
            raise CaseError("the screen is one seat")
        return
    checked_seat(case, role, seat)
    if role in case.machines:
        raise CaseError(f"a machine sits as {role}; nobody is invited there")


def _now(now: int | None) -> int:
    return int(time.time()) if now is None else now


def _hash(rows: Rows, name: str, role: str, seat: int, secret: str) -> str:
    """SHA-256 over the case's first record, the seat and the secret: no other case or seat has the same."""
    parts = ("moot-invitation-1", rows.records[0]["hash"], name, role, str(seat), secret)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _found(rows: Rows, token: str, now: int) -> tuple[Invitation, str]:
    name, _, secret = token.partition(".")
    for row in rows.invitations:
        if row["id"] == name:
            expected = _hash(rows, name, row["role"], row["seat"], secret)
            if hmac.compare_digest(expected, row["hash"]) and _read(row).open_at(now):
                return _read(row), row["hash"]
    raise CaseError(REFUSED)


def _read(row: Row) -> Invitation:
    return Invitation(
        id=row["id"],
        role=row["role"],
        seat=row["seat"],
        made=row["made"],
        expires=row["expires"],
        used=row["used"] or None,
        revoked=bool(row["revoked"]),
        phrase=row["phrase"],
    )


def _row(one: Invitation, digest: str) -> dict[str, object]:
    return {"id": one.id, "role": one.role, "seat": one.seat, "hash": digest, "phrase": one.phrase,
            "made": one.made, "expires": one.expires, "used": one.used or 0,
            "revoked": int(one.revoked)}  # fmt: skip
