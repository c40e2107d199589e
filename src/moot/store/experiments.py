"""Folders of experiments: what is to be done, what was done of it, and what came out.

::

    experiments/rank-my-life/
    ├── experiment.json        what is done: declarations in full, seeds, versions
    ├── jobs/
    │   └── rank-my-life-2028-r0001-d000/    one job: replicate 1, draw 0
    │       ├── measures.parquet             sums by arm; one row per period, attribute and level
    │       └── job.json                     which job it is, digests, checksums
    ├── results.json           what came out; there when every job was done
    ├── sheet.json             what would flip the declared conclusions (moot flip)
    ├── alternatives.json      milder schemes that reach as much (moot frontier)
    └── log                    how long it took

A job's folder is written beside its place and renamed, so that it is there whole or not at all, whatever ends
the process. What was damaged since is told in a line and counts as not done. One process at a time may work
in the folder.
"""

from __future__ import annotations

import os
import shlex
import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from moot.errors import RunError
from moot.store.checkpoint import sealed, unsealed
from moot.store.folder import checksums, differing, free_place, locked, whole_file, whole_folder
from moot.store.parquet import Columns, Tables

__all__ = [
    "ALTERNATIVES", "SHEET", "ExperimentFolder", "InMemory", "Kept", "Shelf", "is_experiment", "kept_in",
    "read_beside", "read_results", "way_on",
]  # fmt: skip

FORMAT, JOB_FORMAT, RESULTS_FORMAT = "moot-experiment-1", "moot-experiment-job-1", "moot-experiment-results-1"
SHEET, ALTERNATIVES = ("sheet.json", "moot-sheet-1"), ("alternatives.json", "moot-alternatives-1")
"""Files beside the results, each with its format."""
FILE, JOBS, JOB, TABLE, RESULTS, LOG = (
    "experiment.json", "jobs", "job.json", "measures.parquet", "results.json", "log",
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What is kept of a job: columns by arm, and plain values about it."""

    parts: Mapping[str, Columns]
    about: Mapping[str, Any]


class Shelf(Protocol):
    """Where what comes out of jobs is kept, by the job's name."""

    def get(self, job: str) -> Kept | None:
        """What was kept of a job; None where it was not done."""

    def put(self, job: str, kept: Kept) -> None:
        """Keep what came out of a job."""


class InMemory:
    """A `Shelf` that ends with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def get(self, job: str) -> Kept | None:
        """What was kept of a job; None where it was not done."""
        return self._kept.get(job)

    def put(self, job: str, kept: Kept) -> None:
        """Keep what came out of a job."""
        self._kept[job] = kept


def is_experiment(path: Path) -> bool:
    """Whether `path` is a folder that Moot made for an experiment."""
    return not path.is_symlink() and path.is_dir() and (path / FILE).is_file()


def way_on(path: Path) -> str:
    """The command that goes on with an experiment, as a shell reads it."""
    return f"moot resume {shlex.quote(str(path))}"


def read_results(path: Path) -> dict[str, Any]:
    """What came out of the experiment in a folder. Raises `RunError` where that is not there."""
    if not is_experiment(path):
        raise RunError(f"there is no experiment at {path}")
    if not (path / RESULTS).is_file():
        raise RunError(f"{path} is not finished; go on with it: {way_on(path)}")
    return unsealed(path / RESULTS, RESULTS_FORMAT)


def read_beside(path: Path, which: tuple[str, str]) -> dict[str, Any] | None:
    """What `SHEET` or `ALTERNATIVES` of the experiment in a folder says; None where it was not made.

    Raises `RunError` where there is no experiment, or the file was changed after it was written.
    """
    if not is_experiment(path):
        raise RunError(f"there is no experiment at {path}")
    name, form = which
    return unsealed(path / name, form) if (path / name).is_file() else None


class ExperimentFolder:
    """An experiment's folder, and a `Shelf`; close it, or use it in a `with`.

    `about` is what `experiment.json` holds. `tell` is given a line about what was found damaged.
    """

    def __init__(self, path: Path, about: dict[str, Any], lock: int) -> None:
        self.path, self.about, self._lock = path, about, lock
        self.tell: Callable[[str], None] = _warn

    @classmethod
    def begin(cls, path: Path, about: dict[str, Any], *, force: bool = False) -> ExperimentFolder:
        """The folder of an experiment: made now, or there already for the same one, which is gone on with.

        Two have the same jobs where `identity` in `about` is the same; what else `about` says is written down
        anew. With `force`, an experiment that stands at `path` is
        replaced, and this one begun anew. Raises `RunError` where another experiment stands there or the
        folder cannot be made, and as `free_place` where something else stands there.
        """
        if is_experiment(path) and not force:
            there = unsealed(path / FILE, FORMAT)
            if there["identity"] != about["identity"]:
                same = there["jobs_hash"] == about["jobs_hash"]
                what = "this experiment, begun by another version of Moot" if same else "another experiment"
                raise RunError(f"{path} holds {what}; choose another --out, or say --force to replace it")
            known = cls.at(path)
            if there | about != there:
                whole_file(path / FILE, sealed({"format": FORMAT, **about}))
                known.about = about
            return known
        free_place(path, force=force, is_ours=is_experiment(path), kind="an experiment's folder")
        if is_experiment(path):
            os.close(locked(path))
        with whole_folder(path) as work:
            (work / FILE).write_text(sealed({"format": FORMAT, **about}), "utf-8")
        return cls.at(path)

    @classmethod
    def at(cls, path: Path) -> ExperimentFolder:
        """The experiment in a folder. Raises `RunError` where there is none or a process is at work in it."""
        if not is_experiment(path):
            raise RunError(f"there is no experiment at {path}")
        lock = locked(path)
        try:
            about = unsealed(path / FILE, FORMAT)
            for left in (*path.glob(".*.writing"), *(path / JOBS).glob(".*.writing")):
                # What a process that was killed was writing.
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
            return cls(path, about, lock)
        except BaseException:
            os.close(lock)
            raise

    def __enter__(self) -> ExperimentFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process work here."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def get(self, job: str) -> Kept | None:
        """What was kept of a job, its files checked; None where it was not done, or is damaged."""
        place = self.path / JOBS / job
        if not place.exists():
            return None
        try:
            about = unsealed(place / JOB, JOB_FORMAT)
            wrong = differing(place, about["files"])
            if about["identity"] != self.about["identity"]:
                wrong = ["it belongs to another experiment or another version of Moot"]
            if not wrong:
                return Kept(_read(place / TABLE, about["arms"]), about)
            fault = f"{place}: {'; '.join(wrong)}"
        except (RunError, LookupError, TypeError) as error:
            fault = str(error)
        self.tell(f"{fault}; this job is done again")
        return None

    def put(self, job: str, kept: Kept) -> None:
        """Keep what came out of a job. Raises `RunError` where it cannot be written."""
        try:
            with whole_folder(self.path / JOBS / job) as work:
                _write(work / TABLE, kept.parts)
                content = {
                    "format": JOB_FORMAT,
                    "identity": self.about["identity"],
                    **kept.about,
                    "arms": list(kept.parts),
                    "files": checksums(work),
                }
                (work / JOB).write_text(sealed(content), "utf-8")
        except OSError as error:
            raise RunError(f"cannot write {self.path / JOBS / job}: {error.strerror or error}") from None

    @property
    def finished(self) -> bool:
        """Whether the results of this plan are there and whole."""
        try:
            return bool(read_results(self.path)["plan"] == self.about["plan"])
        except RunError:
            return False

    def finish(self, results: dict[str, Any], log: str) -> None:
        """Write what came out, and how it went. Raises `RunError` where that cannot be written."""
        try:
            whole_file(self.path / LOG, log)
            whole_file(self.path / RESULTS, sealed({"format": RESULTS_FORMAT, **results}))
        except OSError as error:
            raise RunError(f"cannot write {self.path / RESULTS}: {error.strerror or error}") from None

    def write_beside(self, which: tuple[str, str], content: dict[str, Any]) -> None:
        """Write `SHEET` or `ALTERNATIVES`, whole, with its checksum. Raises `RunError` where that fails."""
        name, form = which
        try:
            whole_file(self.path / name, sealed({"format": form, **content}))
        except OSError as error:
            raise RunError(f"cannot write {self.path / name}: {error.strerror or error}") from None


def kept_in(place: Path, about: Mapping[str, Any]) -> Kept:
    """What a job's folder holds, by what its ``job.json`` says; see that its files are whole before."""
    return Kept(_read(place / TABLE, list(about["arms"])), about)


def _write(path: Path, parts: Mapping[str, Columns]) -> None:
    """One table of the columns of all arms; NULL where an arm has no such column."""
    tables = Tables()
    try:
        named = {f"part_{n}": columns for n, columns in enumerate(parts.values())}
        union = " UNION ALL BY NAME ".join(f"SELECT * FROM {name}" for name in named)
        tables.make("measures", union, **named)
        tables.write("measures", path)
    finally:
        tables.close()


def _read(path: Path, arms: list[str]) -> dict[str, Columns]:
    tables = Tables()
    try:
        tables.view("measures", path)
        columns = tables.read("measures")
    finally:
        tables.close()
    of = columns["arm"].astype(str)
    out: dict[str, Columns] = {}
    for arm in arms:
        mine = of == arm
        found = {name: np.ma.asarray(one[mine]) for name, one in columns.items()}
        out[arm] = {name: np.asarray(one.data) for name, one in found.items() if not np.ma.is_masked(one)}
    return out


def _warn(line: str) -> None:
    warnings.warn(line, RuntimeWarning, stacklevel=4)
