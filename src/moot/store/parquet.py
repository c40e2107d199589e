"""Tables in memory and in Parquet files, through DuckDB, from and to numpy dicts.

A *table* is a name in a DuckDB connection of its own: made from numpy columns, or a view of a Parquet file.
Both are read in the same way, so a run in memory and a run in a folder answer the same questions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
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


class Tables:
    """Named tables that answer SQL with numpy columns; nothing is read before it is asked for."""

    def __init__(self) -> None:
        import duckdb

        self._connection: DuckDBPyConnection = duckdb.connect(":memory:", config={"threads": 2})
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute("SET preserve_insertion_order = true")

    def make(self, name: str, query: str, **columns: Columns) -> None:
        """Make the table `name` from a query over numpy columns, which it may name."""
        for key, one in columns.items():
            self._connection.register(key, one)
        with _asked():
            self._connection.execute(f"CREATE TABLE {name} AS {query}")
        for key in columns:
            self._connection.unregister(key)

    def view(self, name: str, path: Path) -> None:
        """Read the table `name` from a Parquet file when it is asked for."""
        with _asked(path):
            self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({text(str(path))})")

    def write(self, name: str, path: Path) -> None:
        """Write the table `name` to a Parquet file (zstd)."""
        with _asked(path):
            self._connection.execute(f"COPY {name} TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)")

    def copy(self, columns: Columns, path: Path) -> None:
        """Write numpy columns of one length to a Parquet file (zstd) without keeping them as a table."""
        self._connection.register("columns_", columns)
        try:
            with _asked(path):
                self._connection.execute(
                    f"COPY columns_ TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)"
                )
        finally:
            self._connection.unregister("columns_")

    def names(self, name: str) -> list[str]:
        """The columns of the table `name`, in order."""
        return [row[0] for row in self._connection.execute(f"DESCRIBE {name}").fetchall()]

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
            found = self._connection.execute(query, list(values)).fetchnumpy()
        return {
            key: np.ma.asarray(one) if np.ma.is_masked(one) else np.asarray(one) for key, one in found.items()
        }

    def arrow(self, name: str) -> Any:
        """The table as a pyarrow Table."""
        return self._connection.sql(f"SELECT * FROM {name}").to_arrow_table()

    def close(self) -> None:
        """Let go of memory and files."""
        self._connection.close()
