"""Checkpoints: where a run stood at the end of a day, as columns in files with checksums.

A checkpoint is a folder, written whole or not at all: a Parquet file for each array, with one column for each
value of its last axis, and last `checkpoint.json`, which has the SHA-256 of every file and of itself. It is
read back only where all of them agree.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.errors import RunError
from moot.store.folder import checksums, differing, whole_folder
from moot.store.parquet import Tables

__all__ = ["PHASES", "Checkpoint", "Point", "checkpoints_in", "sealed", "unsealed", "write_checkpoint"]

FORMAT = "moot-checkpoint-1"
MANIFEST = "checkpoint.json"
PHASES = ("burn-in", "days")
"""The burn-in, and the days that are reported."""
WIDEST = 64
"""Longest last axis that is written as columns; a longer one is written value by value."""
NAME = re.compile(r"(burn-in|days)-(\d{5,})")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint's folder: at the end of day number `done`, counted from 1, of a phase."""

    path: Path
    phase: str
    done: int

    @property
    def order(self) -> tuple[int, int]:
        """Later ones have a higher one."""
        return PHASES.index(self.phase), self.done

    def __str__(self) -> str:
        where = "of the burn-in" if self.phase == PHASES[0] else "of the run"
        return f"{self.path} (day {self.done} {where})"

    def fault(self, run: str) -> str | None:
        """Why this checkpoint cannot be gone on from; None where it can. `run` is the identity of the run."""
        try:
            content = unsealed(self.path / MANIFEST, FORMAT)
        except RunError as error:
            return str(error)
        if content["run"] != run:
            return f"{self.path} belongs to another run or another version of Moot"
        wrong = differing(self.path, content["files"])
        return f"{self.path}: {'; '.join(wrong)}" if wrong else None

    def read(self, wanted: Callable[[str], bool] = lambda name: True) -> Point:
        """What was kept, of the arrays whose names are `wanted`. Ask `fault` before."""
        import duckdb

        content = unsealed(self.path / MANIFEST, FORMAT)
        arrays = {}
        tables = Tables()
        try:
            for number, (name, about) in enumerate(content["arrays"].items()):
                if not wanted(name):
                    continue
                table = f"kept_{number}"
                tables.view(table, self.path / f"{name}.parquet")
                columns = [np.ma.getdata(one) for one in tables.read(table).values()]
                dtype = np.dtype(about["dtype"])
                whole = columns[0] if len(columns) == 1 else np.stack(columns, axis=1)
                arrays[name] = np.ascontiguousarray(whole, dtype).reshape(about["shape"])
        except (ValueError, duckdb.Error) as error:
            raise RunError(f"{self.path} is not as Moot wrote it: {error}") from None
        finally:
            tables.close()
        return Point(self, arrays, content["values"])


@dataclass(frozen=True)
class Point:
    """What a checkpoint holds: arrays by name, and plain values."""

    checkpoint: Checkpoint
    arrays: Mapping[str, NDArray[Any]]
    values: Mapping[str, Any]

    @property
    def phase(self) -> str:
        """One of `PHASES`."""
        return self.checkpoint.phase

    @property
    def done(self) -> int:
        """Days of the phase that are over."""
        return self.checkpoint.done


def checkpoints_in(folder: Path) -> list[Checkpoint]:
    """The checkpoints of a folder, good or not, the latest first."""
    if not folder.is_dir():
        return []
    found = [(one, NAME.fullmatch(one.name)) for one in folder.iterdir()]
    every = [Checkpoint(one, match[1], int(match[2])) for one, match in found if match and one.is_dir()]
    return sorted(every, key=lambda one: one.order, reverse=True)


def write_checkpoint(
    folder: Path, phase: str, done: int, run: str, arrays: Mapping[str, NDArray[Any]], values: dict[str, Any]
) -> Checkpoint:
    """Write a checkpoint into `folder`, whole or not at all.

    Raises `RunError` or OSError where it cannot be written; nothing that was there before is touched.
    """
    made = Checkpoint(folder / f"{phase}-{done:05d}", phase, done)
    about = {name: {"dtype": one.dtype.str, "shape": list(one.shape)} for name, one in arrays.items()}
    tables = Tables()
    try:
        with whole_folder(made.path) as work:
            for name, array in arrays.items():
                tables.copy(_columns_of(array), work / f"{name}.parquet")
            content = {
                "format": FORMAT,
                "run": run,
                "phase": phase,
                "done": done,
                "arrays": about,
                "values": values,
                "files": checksums(work),
            }
            (work / MANIFEST).write_text(sealed(content), "utf-8")
    finally:
        tables.close()
    return made


def _columns_of(array: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The columns of an array: one for each value of a short last axis."""
    if array.ndim < 2 or array.shape[-1] > WIDEST or not array.size:
        return {"value": np.ascontiguousarray(array).reshape(-1)}
    rows = array.reshape(-1, array.shape[-1])
    return {f"c{x}": np.ascontiguousarray(rows[:, x]) for x in range(array.shape[-1])}


def sealed(content: dict[str, Any]) -> str:
    """JSON with its own SHA-256, so that a change inside it is seen."""
    return json.dumps({**content, "sha256": _seal(content)}, indent=1, ensure_ascii=False) + "\n"


def unsealed(path: Path, format_: str) -> dict[str, Any]:
    """The content of a file that `sealed` wrote. Raises `RunError` where it is another or was changed."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        said = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise RunError(f"{path} cannot be read: {said}") from None
    found = content.get("format") if isinstance(content, dict) else None
    if found != format_:
        raise RunError(f"{path} says format {found!r}; this version of Moot reads {format_!r}")
    seal = content.pop("sha256", None)
    if seal != _seal(content):
        raise RunError(f"{path} was changed after it was written (its SHA-256 is another)")
    return dict(content)


def _seal(content: dict[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
