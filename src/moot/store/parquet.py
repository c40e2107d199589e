"""Tables in memory and in Parquet files, through DuckDB, from and to numpy dicts.

A *table* is a name in a DuckDB connection of its own: made from numpy columns, or a view of a Parquet file.
Both are read in the same way, so a run in memory and a run in a folder answer the same questions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moot.errors import RunError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Columns", "Tables", "quoted", "text"]

Columns = dict[str, NDArray[Any]]
"""A table as numpy columns of one length."""


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def _asked(file: Path | None = None) -> Iterator[None]:
    """Ctrl-C while DuckDB works is Ctrl-C; a file that it cannot read is no fault of Moot."""
    import duckdb

    try:
        yield
    except (RuntimeError, duckdb.InterruptException) as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        if file is None:
            raise
        raise RunError(f"{file} cannot be read or written: {_reason(str(error))}") from None


def _reason(said: str) -> str:
    """What the system said of a file, where DuckDB gives its number; else what DuckDB said."""
    number = re.search(r'"errno":"(\d+)"', said)
    return os.strerror(int(number[1])) if number else " ".join(said.split())[:200]


@contextmanager
def _named(
    connection: DuckDBPyConnection, columns: Mapping[str, Columns | Callable[[], Columns]]
) -> Iterator[None]:
    """A query may name these numpy columns meanwhile."""
    try:
        for name, one in columns.items():
            connection.register(name, one() if callable(one) else one)
        yield
    finally:
        for name in columns:
            connection.unregister(name)


class Tables:
    """Named tables that answer SQL with numpy columns; nothing is read before it is asked for."""

    def __init__(self) -> None:
        import duckdb

        self._connection: DuckDBPyConnection = duckdb.connect(":memory:", config={"threads": 2})
        self._to_make: dict[str, tuple[str, dict[str, Columns | Callable[[], Columns]]]] = {}
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute("SET preserve_insertion_order = true")

    def make(self, name: str, query: str, **columns: Columns | Callable[[], Columns]) -> None:
        """The table `name` is a query over numpy columns, or what gives them, which it may name.

        It is made when it is first read; a table that is only written is never made.
        """
        self._to_make[name] = query, columns

    def _made(self) -> DuckDBPyConnection:
        """The connection, in which every table is there."""
        while self._to_make:
            name, (query, columns) = next(iter(self._to_make.items()))
            with _named(self._connection, columns), _asked():
                self._connection.execute(f"CREATE TABLE {name} AS {query}")
            del self._to_make[name]
        return self._connection

    def view(self, name: str, path: Path) -> None:
        """Read the table `name` from a Parquet file when it is asked for."""
        with _asked(path):
            self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({text(str(path))})")

    def write(self, name: str, path: Path) -> None:
        """Write the table `name` to a Parquet file (zstd); tables may be written at the same time."""
        query, columns = self._to_make.get(name, (f"SELECT * FROM {name}", {}))
        into = f"{text(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        with self._connection.cursor() as own, _named(own, columns), _asked(path):
            own.execute(f"COPY ({query}) TO {into}")

    def copy(self, columns: Columns, path: Path) -> None:
        """Write numpy columns of one length to a Parquet file (zstd) without keeping them as a table."""
        with _named(self._connection, {"columns_": columns}), _asked(path):
            self._connection.execute(f"COPY columns_ TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")

    def names(self, name: str) -> list[str]:
        """The columns of the table `name`, in order."""
        return [row[0] for row in self._made().execute(f"DESCRIBE {name}").fetchall()]

    def read(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        where: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Columns:
        """The rows of a table whose columns have (one of) the given values; NULL where a cell has no value.

        A column without NULL is an ordinary array; one with NULL is a numpy masked array.
        """
        asked = "*" if columns is None else ", ".join(quoted(one) for one in columns)
        parts, values = [], []
        for key, given in (where or {}).items():
            wanted = [given] if isinstance(given, str) else list(given)
            parts.append(f"{quoted(key)} IN ({', '.join('?' * len(wanted)) or 'NULL'})")
            values += wanted
        tail = f" WHERE {' AND '.join(parts)}" if parts else ""
        return self.ask(f"SELECT {asked} FROM {name}{tail}", values)

    def ask(self, query: str, values: Sequence[object] = ()) -> Columns:
        """The answer to a query as numpy columns."""
        with _asked():
            found = self._made().execute(query, list(values)).fetchnumpy()
        return {
            key: np.ma.asarray(one) if np.ma.is_masked(one) else np.asarray(one) for key, one in found.items()
        }

    def arrow(self, name: str) -> Any:
        """The table as a pyarrow Table."""
        return self._made().sql(f"SELECT * FROM {name}").to_arrow_table()

    def close(self) -> None:
        """Let go of memory and files."""
        self._connection.close()
