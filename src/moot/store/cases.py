"""The database of a case: SQLite in the case's folder, one writer at a time, nothing accepted is lost.

::

    my-case/
    ├── case.sqlite     records, texts, names, the papers of an open vote
    └── .lock           who writes holds it

Whoever writes holds a lock of the system on `.lock` and a transaction begun with BEGIN IMMEDIATE: what
was read inside is still true when it is written. Deleted content is overwritten, and the write-ahead log
is emptied after every write, so that it keeps no earlier state of a ballot box. Migrations are numbered
SQL files.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.errors import CaseError, ExistsError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["DATABASE", "CaseStore", "Rows", "Writing", "is_case_folder"]

DATABASE = "case.sqlite"
LOCK = ".lock"
WAIT_MS = 10_000
TABLES = ("records", "texts", "voted", "papers", "exports")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """What a case's tables hold, each row a mapping from column to value; `records` in their order."""

    records: tuple[Row, ...]
    texts: tuple[Row, ...]
    voted: tuple[Row, ...]
    papers: tuple[Row, ...]
    exports: tuple[Row, ...]


def is_case_folder(path: Path) -> bool:
    """Whether a folder holds the database of a case."""
    database = path / DATABASE
    return database.is_file() and not database.is_symlink()


def migrations() -> list[tuple[int, str]]:
    """(number, SQL) of every migration, in order."""
    folder = files("moot.store") / "migrations"
    found = [(one.name, one.read_text("utf-8")) for one in folder.iterdir() if one.name.endswith(".sql")]
    return sorted((int(name.partition("_")[0]), text) for name, text in found)


class Writing:
    """The tables while the lock is held; everything is written, or nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self) -> Rows:
        """What the tables hold now."""
        return _rows(self._connection)

    def append(self, records: Iterable[Row], texts: Iterable[Row]) -> None:
        """Add records and their texts at the end."""
        for one in records:
            plain = dict(one) | {
                name: json.dumps(one[name], sort_keys=True) for name in ("body", "commitments")
            }
            self._insert("records", plain)
        for one in texts:
            self._insert("texts", one)

    def box(self, voted: Iterable[Row], papers: Iterable[Row]) -> None:
        """Replace the seats that have voted and the papers."""
        for table, rows in (("voted", voted), ("papers", papers)):
            self._connection.exec_driver_sql(f"DELETE FROM {table}")
            for one in rows:
                self._insert(table, one)

    def exported(self, path: str, digest: str) -> None:
        """Remember an export, so that whoever wipes the case is told of it."""
        self._connection.exec_driver_sql("DELETE FROM exports WHERE path = ?", (path,))
        self._insert("exports", {"path": path, "hash": digest})

    def erase(self, keys: Iterable[tuple[int, str]]) -> None:
        """Delete texts by (record, field), with their salts."""
        for key in keys:
            self._connection.exec_driver_sql("DELETE FROM texts WHERE record = ? AND field = ?", key)

    def _insert(self, table: str, row: Row) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        self._connection.exec_driver_sql(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())
        )


class CaseStore:
    """The database in a case's folder. Opening one does nothing; `create` makes it."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    @classmethod
    def create(cls, folder: str | Path) -> CaseStore:
        """A new folder with an empty database. Raises `ExistsError`, `CaseError`."""
        store = cls(folder)
        if store.folder.exists() and (not store.folder.is_dir() or any(store.folder.iterdir())):
            raise ExistsError(store.folder)
        try:
            store.folder.mkdir(parents=True, exist_ok=True)
            store.folder.chmod(0o700)
            handle = os.open(store.folder / DATABASE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            os.close(handle)
        except OSError as error:
            raise CaseError(f"cannot write {store.folder}: {error.strerror or error}") from None
        with store.writing():
            pass
        return store

    def read(self) -> Rows:
        """Everything that the database holds. Raises `CaseError` where it is none, or is damaged."""
        engine = self._engine()
        with _told(self.folder), _closing(engine), engine.connect() as connection:
            self._check_version(connection)
            return _rows(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The tables under the lock, in one transaction; what fails inside leaves them as they were."""
        engine = self._engine()
        with _told(self.folder), _locked(self.folder / LOCK), _closing(engine):
            with engine.connect() as connection:
                _migrate(connection)
            with engine.begin() as connection:
                yield Writing(connection)
            _settle(engine)

    def compact(self) -> None:
        """Rewrite the file without anything that was deleted, and empty the write-ahead log."""
        engine = self._engine()
        with _told(self.folder), _locked(self.folder / LOCK), _closing(engine):
            raw = engine.raw_connection()
            try:
                raw.cursor().execute("VACUUM")
            finally:
                raw.close()
            _settle(engine)

    def _engine(self) -> Engine:
        from sqlalchemy import NullPool, create_engine, event

        if not is_case_folder(self.folder):
            raise CaseError(
                f"{self.folder} is not the folder of a case; moot case new {self.folder} makes one"
            )
        engine = create_engine(f"sqlite:///{self.folder / DATABASE}", poolclass=NullPool)

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

    def _check_version(self, connection: Connection) -> None:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        newest = migrations()[-1][0]
        if found != newest:
            raise CaseError(
                f"{self.folder}: its database has version {found}; this version of Moot reads {newest}"
            )


def _rows(connection: Connection) -> Rows:
    orders = {"records": "ORDER BY number", "texts": "ORDER BY record, field"}
    found: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        asked = connection.exec_driver_sql(f"SELECT * FROM {table} {orders.get(table, '')}")
        found[table] = tuple(dict(one) for one in asked.mappings())
    records = tuple(
        dict(one) | {name: json.loads(one[name]) for name in ("body", "commitments")}
        for one in found["records"]
    )
    return Rows(records, found["texts"], found["voted"], found["papers"], found["exports"])


def _migrate(connection: Connection) -> None:
    """Bring the tables to the newest version, each step whole or not at all."""
    known = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if known > migrations()[-1][0]:
        raise CaseError(f"its database has version {known}, of a later Moot; nothing was changed")
    for number, text in migrations():
        if number > known:
            for statement in text.split(";"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")
    connection.commit()


def _settle(engine: Engine) -> None:
    """Empty the write-ahead log into the file."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


@contextmanager
def _closing(engine: Engine) -> Iterator[None]:
    try:
        yield
    finally:
        engine.dispose()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Faults of the database in a sentence that names the folder."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
        raise CaseError(f"{folder}: the database cannot be used: {said}") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """An advisory lock of the system; another writer waits."""
    try:
        import fcntl
    except ImportError:  # where there is no such lock, the transaction alone keeps writers apart
        yield
        return
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
