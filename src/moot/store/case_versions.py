"""Which version the database of a case has, and how it is brought to this one: by alembic.

Revisions are the files of `migrations/versions`, numbered from 1. They are carried out in the transaction of
whoever writes, so that a migration is whole or not there. alembic is loaded only where one is carried out: a
case that is as it should be is opened without it. Before alembic a number in the file counted its versions;
such a case is taken over with the revision of that number.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from moot.errors import CaseError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from moot.store.case_engines import Kind

__all__ = ["VERSIONS", "brought_up", "newest"]

VERSIONS = "alembic_version"
"""The table in which alembic keeps the revision."""
_ONE = threading.Lock()
"""alembic carries out one migration of a process at a time: what it works on is global to it."""


@lru_cache(maxsize=1)
def newest() -> int:
    """The number of the newest revision that is shipped."""
    names = [one.name for one in (_folder() / "versions").iterdir() if one.name.startswith("v")]
    return max(int(name[1:5]) for name in names)


def brought_up(connection: Connection, kind: Kind) -> None:
    """Bring the tables to the newest version and commit, or leave them as they were.

    Raises `CaseError` for a database of a later version, which is left alone.
    """
    known = kind.version(connection)
    if known > newest():
        raise CaseError(f"its database has version {known}, of a later Moot; nothing was changed")
    if known == newest():
        if not kind.has(connection, VERSIONS):
            _taken_over(connection, known)
        connection.commit()
        return
    with _ONE:
        _upgraded(connection, kind, known)
    connection.commit()


def _upgraded(connection: Connection, kind: Kind, known: int) -> None:
    from alembic.command import upgrade
    from alembic.config import Config

    if known == 0 and kind.first:
        connection.exec_driver_sql(kind.first)
    elif known and not kind.has(connection, VERSIONS):
        _taken_over(connection, known)
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    upgrade(config, "head")


def _taken_over(connection: Connection, number: int) -> None:
    """Say of a case that was numbered before alembic which revision it has."""
    connection.exec_driver_sql(f"CREATE TABLE {VERSIONS} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.exec_driver_sql(f"INSERT INTO {VERSIONS} VALUES ('{number:04}')")


def _folder() -> Path:
    return Path(str(files("moot.store") / "migrations"))
