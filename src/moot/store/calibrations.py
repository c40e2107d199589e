"""Folders of calibrations: what is fitted on what, every run that was made for it, and what came out.

::

    calibrations/halmerra/
    ├── calibration.json     what is done: the declaration in full, versions
    ├── simulations.jsonl    a line for each run: its key, the figures that it gave, a seal
    ├── results.json         what came out; there when everything was done
    └── fitted.yaml          the fitted ranges, for the `draws` of an experiment

A run is appended to the file when it is done. Which runs there are to be follows from the declaration, so the
same command finds those that are done and makes the others. A line that was damaged, or half written when the
process was killed, counts as not done.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from moot.errors import RunError
from moot.store.checkpoint import sealed, unsealed
from moot.store.folder import free_place, locked, whole_file, whole_folder

__all__ = ["FITTED", "CalibrationFolder", "InMemory", "is_calibration", "read_results"]

FORMAT, RESULTS_FORMAT = "moot-calibration-1", "moot-calibration-results-1"
FILE, RUNS, RESULTS, FITTED = "calibration.json", "simulations.jsonl", "results.json", "fitted.yaml"


def is_calibration(path: Path) -> bool:
    """Whether `path` is a folder that Moot made for a calibration."""
    return not path.is_symlink() and path.is_dir() and (path / FILE).is_file()


def read_results(path: Path) -> dict[str, Any]:
    """What came out of the calibration in a folder. Raises `RunError` where that is not there."""
    if not is_calibration(path):
        raise RunError(f"there is no calibration at {path}")
    if not (path / RESULTS).is_file():
        raise RunError(f"{path} is not finished; the command that began it goes on with it")
    return unsealed(path / RESULTS, RESULTS_FORMAT)


class InMemory:
    """Runs that are kept until the process ends."""

    def __init__(self) -> None:
        self._runs: dict[str, list[float]] = {}

    def get(self, key: str) -> list[float] | None:
        """What a run gave; None where it was not made."""
        return self._runs.get(key)

    def put(self, key: str, values: Sequence[float]) -> None:
        """Keep what a run gave."""
        self._runs[key] = list(values)


class CalibrationFolder(InMemory):
    """A calibration's folder; close it, or use it in a `with`. One process at a time works in it."""

    def __init__(self, path: Path, about: dict[str, Any], lock: int) -> None:
        super().__init__()
        self.path, self.about, self._lock = path, about, lock
        self.tell: Callable[[str], None] = lambda line: warnings.warn(line, RuntimeWarning, stacklevel=2)
        self._file: IO[str] | None = None

    @classmethod
    def begin(cls, path: Path, about: dict[str, Any], *, force: bool = False) -> CalibrationFolder:
        """The folder of a calibration: made now, or there already for the same one, which is gone on with.

        Two are the same where `identity` in `about` is. Raises `RunError` where another one stands there
        (without `force`) or the folder cannot be made, and as `free_place` where something else does.
        """
        if is_calibration(path) and not force:
            there = unsealed(path / FILE, FORMAT)
            if there.get("identity") != about["identity"]:
                raise RunError(
                    f"{path} holds another calibration, or one of another version of Moot; choose another "
                    "--out, or say --force to replace it"
                )
        else:
            free_place(path, force=force, is_ours=is_calibration(path), kind="a calibration's folder")
            if is_calibration(path):
                os.close(locked(path))
            with whole_folder(path) as work:
                (work / FILE).write_text(sealed({"format": FORMAT, **about}), "utf-8")
        return cls(path, unsealed(path / FILE, FORMAT), locked(path))

    def __enter__(self) -> CalibrationFolder:
        try:
            self._read()
            self._file = (self.path / RUNS).open("a", encoding="utf-8")
        except OSError as error:
            self.close()
            raise RunError(f"cannot write {self.path / RUNS}: {error.strerror or error}") from None
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process work here."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def put(self, key: str, values: Sequence[float]) -> None:
        """Keep what a run gave. Raises `RunError` where it cannot be written."""
        super().put(key, values)
        assert self._file is not None
        try:
            self._file.write(_line(key, list(values)))
            self._file.flush()
        except OSError as error:
            raise RunError(f"cannot write {self.path / RUNS}: {error.strerror or error}") from None

    def results(self) -> dict[str, Any] | None:
        """What came out; None where it is not there yet. Raises `RunError` where it was changed."""
        if not (self.path / RESULTS).is_file():
            return None
        return read_results(self.path)

    def finish(self, results: dict[str, Any], fitted: str | None) -> None:
        """Write what came out, and the fitted ranges where there are any."""
        try:
            if fitted is None:
                (self.path / FITTED).unlink(missing_ok=True)
            else:
                whole_file(self.path / FITTED, fitted)
            whole_file(self.path / RESULTS, sealed({"format": RESULTS_FORMAT, **results}))
        except OSError as error:
            raise RunError(f"cannot write {self.path / RESULTS}: {error.strerror or error}") from None

    def _read(self) -> None:
        """The runs that are there; where lines are damaged, the file is written again without them."""
        path = self.path / RUNS
        if not path.exists():
            return
        lines = path.read_text("utf-8", errors="replace").splitlines(keepends=True)
        good = []
        for line in lines:
            try:
                said = json.loads(line)
                key, values = str(said["key"]), [float(one) for one in said["figures"]]
            except (ValueError, LookupError, TypeError):
                continue
            if line == _line(key, values):
                good.append(line)
                InMemory.put(self, key, values)
        if len(good) < len(lines):
            whole_file(path, "".join(good))
            self.tell(f"{path}: {len(lines) - len(good)} damaged lines; these runs are made again")


def _line(key: str, values: list[float]) -> str:
    seal = hashlib.sha256(f"{key} {values!r}".encode()).hexdigest()[:16]
    return json.dumps({"key": key, "figures": values, "seal": seal}) + "\n"
