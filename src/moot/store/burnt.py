"""Ends of burn-ins that are kept, so that a second regime in the same society costs its own days alone.

::

    MOOT_CACHE, or the platform's cache folder for Moot
    └── burn-ins/
        └── 0123456789abcdef/     the key's first digits
            └── burn-in-03650/    a checkpoint (`moot.store.checkpoint`): the end of the burn-in

The key is a hash of everything that the end of a burn-in depends on, the code included. No people are kept:
they are made again, and compared with those that the burn-in was lived through by (`society.snapshot`). What
is damaged, half-written or of another version is told in a line and counts as not there. Nothing that goes
wrong here ends a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from moot.draws.caches import cache_root
from moot.errors import RunError, UserError
from moot.store.checkpoint import FORMAT, MANIFEST, PHASES, Checkpoint, Point, unsealed, write_checkpoint

__all__ = ["BurnIns", "Entry", "Kept", "burn_ins_folder", "delete_burn_ins", "list_burn_ins"]

MOST_KEPT = 4
"""Burn-ins that are kept; the one that was not used for the longest time goes first."""
MOST_BYTES = 4 << 30
"""Bytes that all of them may take; a burn-in that takes more in memory alone is not kept."""
LEAST = 10_000_000
"""Person-days from which a burn-in is kept: fewer take about a second, and would push long ones out (what was
measured stands in `docs/how-to/burn-ins.md`)."""
LEFT_S = 86_400
"""Seconds after which what a process that was killed was writing goes."""
NAME = re.compile(r"[0-9a-f]{16}")
LEFT = re.compile(r"\..*\.(writing|replaced)")
UNREADABLE = (RunError, OSError, LookupError, TypeError, ValueError)
"""What a file that was not written by this version of Moot may bring about where it is read."""

Arrays = Mapping[str, NDArray[Any]]


def burn_ins_folder() -> Path:
    """The folder of the kept burn-ins; it need not be there."""
    return cache_root() / "burn-ins"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class BurnIns:
    """The kept burn-ins of one version of Moot, which `made_by` names.

    `least` is the number of person-days from which a burn-in is looked up and kept (default: `LEAST`);
    `tell` is given a line about what was damaged or could not be written. `seconds` is the wall time that
    was spent here.
    """

    def __init__(
        self, made_by: Mapping[str, str], *, least: int | None = None, tell: Callable[[str], None] = _say
    ) -> None:
        self.made_by, self.tell = dict(made_by), tell
        self.least = LEAST if least is None else least
        self.folder = burn_ins_folder()
        self.seconds = 0.0
        self._put: set[str] = set()

    def begin_run(self) -> None:
        """From here on, what is put into the cache is this run's own."""
        self._put.clear()

    def of(self, about: Mapping[str, Any], person_days: int) -> Kept | None:
        """The place of a burn-in, whether it is there or not; None where keeping it is not worth while.

        `about` holds, as plain values, everything that the end of the burn-in depends on beside the code,
        its `days` among them.
        """
        return Kept(self, dict(about)) if person_days >= self.least else None


class Kept:
    """The place of one burn-in in the cache."""

    def __init__(self, burn_ins: BurnIns, about: dict[str, Any]) -> None:
        self.all, self.about = burn_ins, about
        named = json.dumps({"about": about, "made by": burn_ins.made_by}, sort_keys=True)
        self.key = hashlib.sha256(named.encode()).hexdigest()
        self.folder = burn_ins.folder / self.key[:16]
        days = int(about["days"])
        self.checkpoint = Checkpoint(self.folder / f"{PHASES[0]}-{days:05d}", PHASES[0], days)

    @property
    def mine(self) -> bool:
        """Whether the run that is under way has put it here."""
        return self.key in self.all._put

    def find(self) -> Point | None:
        """The end of the burn-in, its files checked; None where it is not there or not good."""
        with self._timed():
            try:
                if not self.checkpoint.path.exists():
                    return None
                fault = self.checkpoint.fault(self.key)
                if fault is None:
                    point = self.checkpoint.read()
                    with suppress(OSError):  # in a folder that cannot be written
                        os.utime(self.folder)
                    return point
            except UNREADABLE as error:
                fault = _why(error)
        self.refuse(fault)
        return None

    def refuse(self, why: object) -> None:
        """Tell why what is there is not used."""
        said = _why(why) if isinstance(why, BaseException) else str(why)
        self.all.tell(f"a cached burn-in is not used, it is simulated anew: {said}")

    def keep(self, arrays: Arrays, values: Mapping[str, Any]) -> None:
        """Put the end of the burn-in here, whole or not at all, in place of what is here; it may fail."""
        import duckdb

        with self._timed():
            size = sum(array.nbytes for array in arrays.values())
            if size > MOST_BYTES:
                self._not_kept(f"it takes {_told(size)}, more than the {_told(MOST_BYTES)} that may be kept")
                return
            content = {**values, "about": self.about}
            try:
                write_checkpoint(self.folder, PHASES[0], self.checkpoint.done, self.key, arrays, content)
                self.all._put.add(self.key)
                os.utime(self.folder)
            except (OSError, RunError, duckdb.Error) as error:
                if not self._is_good():  # else another process was faster
                    self._not_kept(_why(error))
            _tidy(self.all.folder)

    def _is_good(self) -> bool:
        try:
            return self.checkpoint.fault(self.key) is None
        except UNREADABLE:
            return False

    def _not_kept(self, why: str) -> None:
        self.all.tell(f"the burn-in is not kept for other runs: {why}")

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.all.seconds += time.perf_counter() - began


@dataclass(frozen=True)
class Entry:
    """A kept burn-in as a list shows it: bytes on disk, the time of its last use (seconds since 1970).

    `about` is what it depends on, None where that cannot be read.
    """

    path: Path
    bytes: int
    used: float
    about: dict[str, Any] | None

    @property
    def name(self) -> str:
        """By which it is deleted."""
        return self.path.name


def list_burn_ins(folder: Path | None = None) -> list[Entry]:
    """The burn-ins in `folder` (default: that of the cache), the last used first."""
    found = []
    for path in _places(burn_ins_folder() if folder is None else folder):
        with suppress(OSError):  # deleted by another process meanwhile
            size = sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
            found.append(Entry(path, size, path.stat().st_mtime, _about(path)))
    return sorted(found, key=lambda one: (-one.used, one.name))


def delete_burn_ins(name: str) -> list[Path]:
    """Delete a burn-in by its name in the list, or ``all``; which they were.

    Raises `UserError` where there is none of this name, `RunError` where it cannot be deleted.
    """
    there = {one.name: one for one in _places(burn_ins_folder())}
    if name != "all" and name not in there:
        raise UserError(f"no burn-in called {name}; there is {', '.join([*there, 'all'])}")
    chosen = list(there.values()) if name == "all" else [there[name]]
    for path in chosen:
        try:
            _remove(path)
        except OSError as error:
            raise RunError(f"cannot delete {path}: {error.strerror or error}") from None
    return chosen


def _places(folder: Path) -> list[Path]:
    try:
        every = sorted(folder.iterdir())
    except OSError:
        return []
    return [one for one in every if NAME.fullmatch(one.name) and one.is_dir() and not one.is_symlink()]


def _about(path: Path) -> dict[str, Any] | None:
    for one in path.glob(f"{PHASES[0]}-*"):
        with suppress(*UNREADABLE):
            return dict(unsealed(one / MANIFEST, FORMAT)["values"]["about"])
    return None


def _tidy(folder: Path) -> None:
    """Delete what is more than may be kept, and what processes that were killed have left."""
    size = 0
    for number, entry in enumerate(list_burn_ins(folder)):
        size += entry.bytes
        if number and (number >= MOST_KEPT or size > MOST_BYTES):
            with suppress(OSError):
                _remove(entry.path)
    with suppress(OSError):
        for one in [*folder.glob(".*"), *folder.glob("*/.*")]:
            if LEFT.fullmatch(one.name) and time.time() - one.stat().st_mtime > LEFT_S:
                shutil.rmtree(one, ignore_errors=True)


def _remove(path: Path) -> None:
    """Delete a burn-in; no process finds half of it."""
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}.replaced")
    path.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _why(error: BaseException) -> str:
    """A line."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    said = str(error) if isinstance(error, RunError) else f"{type(error).__name__}: {error}"
    return " ".join(said.split())


def _told(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
