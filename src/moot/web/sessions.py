"""Who a browser is: a random number in a signed cookie, and the roles that were given to it.

The cookie carries no role. Roles lie in the server's folder, by a hash of the number, and are on disk before
the answer that gives them leaves: a server that is killed and started again knows every seat. The token
against forged requests is computed from the number, so a visitor without a role leaves nothing anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner

__all__ = ["COOKIE", "Session", "Sessions", "secret_of"]

COOKIE = "moot"
LASTS = 30 * 86_400
"""Seconds after which a browser is somebody else."""
HOST = "host"


@dataclass(frozen=True)
class Session:
    """One browser: its number, which nobody else is told, its roles by case, and whether it is the host's."""

    number: str
    csrf: str
    host: bool = False
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """A short name of the session for logs and for ownership; it opens nothing."""
        return _hashed(self.number)[:16]


class Sessions:
    """The sessions of a server, in a folder (made if it is not there; nobody else can read it).

    `everyone_hosts` is for a server that this machine alone can reach.
    """

    def __init__(self, folder: Path, *, everyone_hosts: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._secret = secret_of(folder / "secret")
        self._signer = TimestampSigner(self._secret, salt="moot.session", digest_method=hashlib.sha256)
        self._everyone_hosts = everyone_hosts
        self._lock = threading.Lock()
        self._kept = sqlite3.connect(
            folder / "sessions.sqlite", check_same_thread=False, isolation_level=None
        )
        with self._lock:
            self._kept.execute("pragma journal_mode = wal")
            self._kept.execute("pragma synchronous = full")
            self._kept.execute(
                "create table if not exists role (session text, place text, role text,"
                " primary key (session, place)) without rowid"
            )
        self.host_key = secrets.token_urlsafe(24)
        """Opens the host's part of a server that others can reach; another one at every start."""

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._kept.close()

    def new(self) -> tuple[Session, str]:
        """A session that there was not, and its cookie."""
        number = secrets.token_urlsafe(24)
        return self._session(number), self._signer.sign(number).decode("ascii")

    def known(self, cookie: str | None) -> Session | None:
        """The session of a cookie; None for none, one that was not signed here, or one that is too old."""
        if not cookie or len(cookie) > 256:
            return None
        try:
            return self._session(self._signer.unsign(cookie, max_age=LASTS).decode("ascii"))
        except (BadSignature, UnicodeError):
            return None

    def give(self, session: Session, case: str, role: str) -> Session:
        """The same session with a role in a case (at most one); kept before this returns."""
        self._keep(session, f"case/{case}", role)
        return self._session(session.number)

    def take(self, session: Session, case: str) -> Session:
        """The same session without its role in a case."""
        with self._lock:
            self._kept.execute(
                "delete from role where session = ? and place = ?", (_hashed(session.number), f"case/{case}")
            )
        return self._session(session.number)

    def make_host(self, session: Session, key: str) -> Session | None:
        """The same session as the host's, where the key is that of this start."""
        if not hmac.compare_digest(key.encode(), self.host_key.encode()):
            return None
        self._keep(session, HOST, HOST)
        return self._session(session.number)

    def _keep(self, session: Session, place: str, role: str) -> None:
        with self._lock:
            self._kept.execute(
                "insert or replace into role values (?, ?, ?)", (_hashed(session.number), place, role)
            )

    def _session(self, number: str) -> Session:
        with self._lock:
            rows = self._kept.execute(
                "select place, role from role where session = ?", (_hashed(number),)
            ).fetchall()
        places = dict(rows)
        csrf = hmac.new(self._secret, b"csrf " + number.encode(), hashlib.sha256).hexdigest()
        return Session(
            number,
            csrf,
            host=self._everyone_hosts or HOST in places,
            roles={place[5:]: role for place, role in places.items() if place.startswith("case/")},
        )


def _hashed(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()


def secret_of(path: Path) -> bytes:
    """The secret in a file, made at the first start; readable by its owner alone."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    made = secrets.token_bytes(32)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made
