"""The database of a case: SQLite in the case's folder, one writer at a time, nothing accepted is lost.

::

    my-case/
    ├── case.sqlite     records, texts, names, the papers of an open vote
    └── .lock           who writes holds it

Whoever writes holds a lock of the system on `.lock` and a transaction begun with BEGIN IMMEDIATE: what
was read inside is still true when it is written. Deleted content is overwritten, and the write-ahead log
is emptied after every write, so that it keeps no earlier state of a ballot box. Migrations are those of
alembic (`case_versions`). With a URL the case is in PostgreSQL instead, and the folder holds `case.json`,
which says where.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.errors import CaseError, ExistsError
from moot.store.case_engines import Kind, Postgres, Sqlite, postgres_url
from moot.store.case_versions import brought_up, newest

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["DATABASE", "WHERE", "CaseStore", "Rows", "Writing", "is_case_folder"]

DATABASE = "case.sqlite"
WHERE = "case.json"
"""In the folder of a case that is in PostgreSQL: the URL of the server, with no password, and the schema."""
TABLES: dict[str, dict[str, type]] = {
    "records": {
        "number": int,
        "kind": str,
        "by": str,
        "at": int,
        "body": str,
        "commitments": str,
        "before": str,
        "hash": str,
    },
    "texts": {"record": int, "field": str, "salt": str, "text": str},
    "voted": {"question": int, "role": str, "seat": int},
    "papers": {"commitment": str, "question": int, "salt": str, "choice": str},
    "exports": {"path": str, "hash": str, "kind": str},
    "dates": {"what": str, "day": str},
    "notes": {"role": str, "seat": int, "number": int, "at": int, "text": str},
    "invitations": {
        "id": str,
        "role": str,
        "seat": int,
        "hash": str,
        "phrase": str,
        "made": int,
        "expires": int,
        "used": int,
        "revoked": int,
    },
}
"""The columns of each table and what they hold; SQLite keeps whatever stands in its file."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """What a case's tables hold, each row a mapping from column to value; `records` in their order."""

    records: tuple[Row, ...]
    texts: tuple[Row, ...]
    voted: tuple[Row, ...]
    papers: tuple[Row, ...]
    exports: tuple[Row, ...]
    dates: tuple[Row, ...] = ()
    notes: tuple[Row, ...] = ()
    invitations: tuple[Row, ...] = ()

    def day(self, what: str) -> str | None:
        """A day that was written down, such as that on which the case was made; None where there is none."""
        return next((str(one["day"]) for one in self.dates if one["what"] == what), None)


def is_case_folder(path: Path) -> bool:
    """Whether a folder holds the database of a case, or says where it is."""
    return any((path / name).is_file() and not (path / name).is_symlink() for name in (DATABASE, WHERE))


class Writing:
    """The tables while the lock is held; everything is written, or nothing."""

    def __init__(self, connection: Connection, kind: Kind) -> None:
        self._connection, self._kind = connection, kind

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
            self._connection.exec_driver_sql(self._kind.emptied.format(table=table))
            for one in rows:
                self._insert(table, one)

    def exported(self, path: str, digest: str, kind: str = "export") -> None:
        """Remember an export or a backup, so that whoever wipes the case is told of it."""
        self._delete("exports", {"path": path})
        self._insert("exports", {"path": path, "hash": digest, "kind": kind})

    def dated(self, what: str, day: str) -> None:
        """Write a day down, in place of an earlier one."""
        self._delete("dates", {"what": what})
        self._insert("dates", {"what": what, "day": day})

    def erase(self, keys: Iterable[tuple[int, str]]) -> None:
        """Delete texts by (record, field), with their salts."""
        for record, field in keys:
            self._delete("texts", {"record": record, "field": field})

    def note(self, row: Row) -> None:
        """Add a private note of a seat: `role`, `seat`, `number`, `at` and `text`."""
        self._insert("notes", row)

    def strike_note(self, role: str, seat: int, number: int) -> None:
        """Delete a private note of a seat."""
        self._delete("notes", {"role": role, "seat": seat, "number": number})

    def invite(self, row: Row) -> None:
        """Write an invitation down, in place of an earlier state of it."""
        self._delete("invitations", {"id": row["id"]})
        self._insert("invitations", row)

    def no_seats(self) -> None:
        """Delete every private note and every invitation."""
        for table in ("notes", "invitations"):
            self._connection.exec_driver_sql(self._kind.emptied.format(table=table))

    def _delete(self, table: str, which: Row) -> None:
        from sqlalchemy import text

        where = " AND ".join(f'"{name}" = :{name}' for name in which)
        self._connection.execute(text(f"DELETE FROM {table} WHERE {where}"), dict(which))

    def _insert(self, table: str, row: Row) -> None:
        from sqlalchemy import text

        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(f":{name}" for name in row)
        self._connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), dict(row))


class CaseStore:
    """The database of the case in a folder. Opening one does nothing; `create` makes it."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    @classmethod
    def create(cls, folder: str | Path, url: str | None = None) -> CaseStore:
        """A new folder with an empty database, in PostgreSQL where a `url` says so.

        Raises `ExistsError`, `CaseError`, and `MissingExtraError` without a driver for PostgreSQL.
        """
        store = cls(folder)
        if store.folder.exists() and (not store.folder.is_dir() or any(store.folder.iterdir())):
            raise ExistsError(store.folder)
        content, name = b"", DATABASE
        if url is not None:
            postgres_url(url)
            schema = f"moot_{secrets.token_hex(6)}"
            Postgres(url, schema).engine().dispose()
            content, name = json.dumps({"url": url, "schema": schema}).encode(), WHERE
        try:
            store.folder.mkdir(parents=True, exist_ok=True)
            store.folder.chmod(0o700)
            handle = os.open(store.folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        except OSError as error:
            raise CaseError(f"cannot write {store.folder}: {error.strerror or error}") from None
        try:
            with store.writing():
                pass
        except CaseError:
            (store.folder / name).unlink()
            raise
        return store

    def read(self) -> Rows:
        """Everything that the database holds. Raises `CaseError` where it is none, or is damaged."""
        kind = self._kind()
        engine = kind.engine()
        with _told(self.folder), _closing(engine):
            with engine.connect() as connection:
                found = kind.version(connection)
                if found == newest():
                    return _rows(connection)
            if found > newest():
                raise CaseError(
                    f"{self.folder}: its database has version {found}, of a later Moot; this one reads "
                    f"{newest()}"
                )
        with self.writing() as tables:
            return tables.rows()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The tables under the lock, in one transaction; what fails inside leaves them as they were."""
        kind = self._kind()
        engine = kind.engine()
        with _told(self.folder), kind.locked(), _closing(engine):
            with engine.connect() as connection:
                brought_up(connection, kind)
            with engine.begin() as connection:
                yield Writing(connection, kind)
            kind.settle(engine)

    def compact(self) -> None:
        """Rewrite the database without anything that was deleted, and empty the write-ahead log.

        Raises `CaseError` where somebody who reads keeps the log from being emptied.
        """
        kind = self._kind()
        engine = kind.engine()
        with _told(self.folder), kind.locked(), _closing(engine):
            done = kind.compact(engine)
        if not done:
            raise CaseError(
                f"{self.folder}: somebody else has the case open, and the journal beside it still holds "
                "what was deleted; close it there and do the same again"
            )

    def backup(self, path: Path) -> None:
        """Write the whole database to a new file. Raises `ExistsError`, `CaseError`."""
        kind = self._kind()
        if not isinstance(kind, Sqlite):
            raise CaseError(f"{self.folder}: the case is on a server; its keeper makes the backups: pg_dump")
        if path.exists() or path.is_symlink():
            raise ExistsError(path)
        with _told(self.folder), kind.locked():
            kind.copied(path)
        path.chmod(0o600)

    def readable_records(self) -> tuple[list[dict[str, Any]], str]:
        """Of a damaged file, the records from the first to the last that can be read, and what stopped it."""
        kind = self._kind()
        if not isinstance(kind, Sqlite):
            return [], "the server does not answer"
        found, stopped = kind.read_one_by_one()
        whole: list[dict[str, Any]] = []
        for one in found:
            try:
                whole.append(_record(_plain("records", one)))
            except CaseError as error:
                return whole, str(error)
        return whole, stopped

    def _kind(self) -> Kind:
        if not is_case_folder(self.folder):
            raise CaseError(
                f"{self.folder} is not the folder of a case; moot case new {self.folder} makes one"
            )
        if (self.folder / DATABASE).is_file():
            return Sqlite(self.folder / DATABASE)
        try:
            where = json.loads((self.folder / WHERE).read_text("utf-8"))
            return Postgres(where["url"], where["schema"])
        except (OSError, ValueError, KeyError, TypeError):
            raise CaseError(f"{self.folder / WHERE}: expected the url and the schema of a case") from None


def _rows(connection: Connection) -> Rows:
    orders = {"records": "ORDER BY number", "texts": "ORDER BY record, field"}
    found: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        asked = connection.exec_driver_sql(f"SELECT * FROM {table} {orders.get(table, '')}")
        found[table] = tuple(_plain(table, dict(one)) for one in asked.mappings())
    records = tuple(_record(one) for one in found.pop("records"))
    return Rows(records, **found)


def _plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the table should have it. Raises `CaseError` where a damaged file has something else."""
    for name, kind in TABLES[table].items():
        if not isinstance(row.get(name), kind):
            number = row.get("number", row.get("record"))
            which = f"record {number}" if table == "records" else f"a row of {table}, of record {number},"
            raise CaseError(f"{which if number is not None else f'a row of {table}'} cannot be read")
    return row


def _record(row: Row) -> dict[str, Any]:
    """A stored record with its body and commitments read. Raises `CaseError` where they cannot be."""
    read: dict[str, Any] = {}
    for name in ("body", "commitments"):
        try:
            read[name] = json.loads(row[name])
        except (ValueError, RecursionError):
            read[name] = None
        if not isinstance(read[name], dict):
            raise CaseError(f"record {row['number']} cannot be read")
    return dict(row) | read


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
    except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
        raise CaseError(f"{folder}: the database cannot be used: {said}") from None
