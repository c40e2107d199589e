"""The two databases that a case can be kept in: SQLite in its folder, PostgreSQL by URL.

What differs between them is here: how a writer keeps the others out, how a version is known, how papers are
taken away, and what happens to deleted content. SQLite overwrites it; PostgreSQL keeps the tables of papers
out of its log and rewrites the others when a case is wiped, while its log and its backups are its keeper's.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from moot.errors import CaseError, MissingExtraError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["WAIT_MS", "Kind", "Postgres", "Sqlite", "postgres_url"]

WAIT_MS = 10_000
"""How long one waits for another who writes, in ms."""
LOCK = ".lock"
SCHEMA = re.compile(r"moot_[0-9a-f]{12}\Z")


class Kind(Protocol):
    """What a database of a case is asked for; `emptied` deletes every row of a table of papers."""

    emptied: str
    first: str

    def engine(self) -> Engine:
        """An engine whose transactions keep other writers out."""
        ...

    def locked(self) -> Any:
        """A context in which nobody else writes."""
        ...

    def version(self, connection: Connection) -> int:
        """The number of the last migration."""
        ...

    def has(self, connection: Connection, table: str) -> bool:
        """Whether there is a table of this name."""
        ...

    def settle(self, engine: Engine) -> bool:
        """Leave nothing of an earlier state in a log that is ours; whether that was possible."""
        ...

    def compact(self, engine: Engine) -> bool:
        """Rewrite everything without what was deleted; whether nothing of it is left in a log of ours."""
        ...


class Sqlite:
    """A file in the folder of the case. Deleted content is overwritten, and the write-ahead log emptied."""

    emptied = "DELETE FROM {table}"
    first = ""

    def __init__(self, path: Path) -> None:
        self.path = path

    def engine(self) -> Engine:
        """Raises nothing; the file is opened with the first connection."""
        from sqlalchemy import NullPool, create_engine, event

        engine = create_engine(f"sqlite:///{self.path}", poolclass=NullPool)

        def connected(raw: Any, _: Any) -> None:
            raw.isolation_level = None  # transactions begin below, and nowhere else
            for pragma in (f"busy_timeout = {WAIT_MS}", "journal_mode = WAL", "synchronous = FULL",
                           "foreign_keys = ON", "secure_delete = ON"):  # fmt: skip
                raw.execute(f"PRAGMA {pragma}").close()

        def begun(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        event.listen(engine, "connect", connected)
        event.listen(engine, "begin", begun)
        return engine

    @contextmanager
    def locked(self) -> Iterator[None]:
        """An advisory lock of the system beside the file; another writer waits."""
        try:
            import fcntl
        except ImportError:  # where there is no such lock, the transaction alone keeps writers apart
            yield
            return
        handle = os.open(self.path.parent / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def version(self, connection: Connection) -> int:
        """alembic's, or `user_version` of a file from before; 0 of an empty one."""
        if self.has(connection, "alembic_version"):
            return _revision(connection)
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def has(self, connection: Connection, table: str) -> bool:
        """From the schema of the file."""
        asked = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(connection.exec_driver_sql(asked, (table,)).scalar_one())

    def settle(self, engine: Engine) -> bool:
        """Empty the write-ahead log into the file; another who reads can keep it from being emptied."""
        raw = engine.raw_connection()
        try:
            busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            raw.close()
        return not busy

    def compact(self, engine: Engine) -> bool:
        """Write the file anew, then empty the log."""
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
        finally:
            raw.close()
        return self.settle(engine)

    def copied(self, path: Path) -> None:
        """Write the whole database to a new file. Raises `sqlite3.Error`."""
        with sqlite3.connect(self.path) as raw:
            raw.execute("VACUUM INTO ?", (str(path),))
        raw.close()

    def read_one_by_one(self) -> tuple[list[dict[str, Any]], str]:
        """Records from the first to the last that can be read, and what stopped it (empty at the end)."""
        found: list[dict[str, Any]] = []
        try:
            raw = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        except sqlite3.Error as error:
            return found, str(error)
        try:
            raw.row_factory = sqlite3.Row
            while True:
                asked = raw.execute("SELECT * FROM records WHERE number = ?", (len(found) + 1,)).fetchone()
                if asked is None:
                    return found, ""
                found.append(dict(asked))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            return found, str(error)
        finally:
            raw.close()


class Postgres:
    """A schema of its own on a server. Papers are in tables outside the server's log, and are truncated."""

    emptied = "TRUNCATE {table}"

    def __init__(self, url: str, schema: str) -> None:
        if not SCHEMA.match(schema):
            raise CaseError(
                f"{schema!r} is no schema of a case; expected moot_ and twelve hexadecimal digits"
            )
        self.url, self.schema = url, schema
        self.first = f"CREATE SCHEMA IF NOT EXISTS {schema}"

    def engine(self) -> Engine:
        """Raises `MissingExtraError` without psycopg."""
        from sqlalchemy import NullPool, create_engine, event

        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise MissingExtraError("a case in PostgreSQL", "postgres") from None
        engine = create_engine(postgres_url(self.url), poolclass=NullPool)
        key = int.from_bytes(hashlib.sha256(self.schema.encode()).digest()[:7], "big")

        def connected(raw: Any, _: Any) -> None:
            with raw.cursor() as cursor:
                cursor.execute(f"SET search_path TO {self.schema}")
                cursor.execute(f"SET lock_timeout TO {WAIT_MS}")
            raw.commit()

        def begun(connection: Connection) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})")

        event.listen(engine, "connect", connected)
        event.listen(engine, "begin", begun)
        return engine

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The lock is taken with the transaction, on the server."""
        yield

    def version(self, connection: Connection) -> int:
        """alembic's, or that of a table of one row from before; 0 before there is one."""
        if self.has(connection, "alembic_version"):
            return _revision(connection)
        if self.has(connection, "version"):
            return int(connection.exec_driver_sql("SELECT max(number) FROM version").scalar_one())
        return 0

    def has(self, connection: Connection, table: str) -> bool:
        """Whether the schema of the case has it."""
        asked = f"SELECT to_regclass('{self.schema}.{table}') IS NOT NULL"
        return bool(connection.exec_driver_sql(asked).scalar_one())

    def settle(self, engine: Engine) -> bool:
        """What was truncated is gone with its file; the log of the server is its keeper's."""
        return True

    def compact(self, engine: Engine) -> bool:
        """Rewrite the tables without what was deleted."""
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("texts", "records", "exports", "dates", "notes", "invitations"):
                connection.exec_driver_sql(f"VACUUM FULL {self.schema}.{table}")
        return True


def _revision(connection: Connection) -> int:
    """The number of alembic's revision; 0 before the first. Raises `CaseError` for one that is no number."""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if not found:
        return 0
    if len(found) > 1 or not str(found[0]).isdecimal():
        raise CaseError(f"{found!r}: expected the number of one version of the database")
    return int(found[0])


def postgres_url(url: str) -> str:
    """A URL of PostgreSQL as SQLAlchemy reads it with psycopg. Raises `CaseError` for any other."""
    head, sign, rest = url.partition("://")
    if not sign or head not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise CaseError(
            f"{head or url}: a case is kept in its folder, or in PostgreSQL; expected "
            "postgresql://USER@HOST/DATABASE"
        )
    if re.match(r"[^/@]*:[^/@]*@", rest):
        raise CaseError(
            "the URL holds a password, and would be written into the folder of the case; expected it in "
            "the environment or a password file of PostgreSQL"
        )
    return f"postgresql+psycopg://{rest}"
