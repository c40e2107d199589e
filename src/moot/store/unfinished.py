"""Runs on their way: a folder beside the run folder to be, with what is run and its checkpoints.

::

    runs/rank-my-life-2028-1.unfinished/
    ├── unfinished.json    what is run: declarations, seed, sizes, versions
    ├── burn-in-03650/     a checkpoint: the end of the burn-in
    └── days-00120/        a checkpoint: the end of day 120

It is no run folder and is never taken for one. The last two checkpoints are kept; the folder goes when the
run folder is written. One process at a time may work in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from moot.errors import RunError
from moot.store.checkpoint import (
    PHASES,
    Checkpoint,
    Point,
    checkpoints_in,
    sealed,
    unsealed,
    write_checkpoint,
)
from moot.store.folder import locked, whole_folder

__all__ = [
    "CHECKPOINTS",
    "Earlier",
    "Keeper",
    "Unfinished",
    "bytes_in",
    "delete_unfinished",
    "identity",
    "is_at_work",
    "is_unfinished",
    "known_of",
    "list_unfinished",
    "place_beside",
]

FORMAT = "moot-unfinished-1"
FILE = "unfinished.json"
SUFFIX = ".unfinished"
FIRST_SHARD = "shard-0-of-*"
"""The folder of the first of several shards (see `moot.store.parts`)."""
CHECKPOINTS = "checkpoints"
"""Where a run folder has its checkpoints, if they were to be kept."""
KEPT = 2
Taken = tuple[dict[str, NDArray[Any]], dict[str, Any]]


class Keeper(Protocol):
    """What a simulation is told of checkpoints: where to go on, and who asks at the end of a day."""

    def start(self) -> Point | None:
        """Where to go on from; None for the beginning."""

    def end_of_day(self, phase: str, done: int, of: int, take: Callable[[], Taken]) -> None:
        """Day `done` of `of` of a phase is over; `take` gives what a checkpoint holds."""


def identity(about: dict[str, Any]) -> str:
    """SHA-256 (hex) of what makes a run the run that it is: two runs of one identity have the same bits."""
    named = {
        "scenario": about["scenario"]["hash"],
        **{key: about[key] for key in ("seed", "people", "days", "arms", "code", "vocabulary")},
        "panel": about["panel"] if isinstance(about["panel"], int) else len(about["panel"]),
    }
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def place_beside(path: Path) -> tuple[Path, Path]:
    """(run folder to be, folder of the unfinished run), whichever of the two is named."""
    if path.name.endswith(SUFFIX):
        return path.with_name(path.name.removesuffix(SUFFIX)), path
    return path, path.with_name(path.name + SUFFIX)


def way_on(place: Path) -> str:
    """The command that goes on with an unfinished run, as a shell reads it."""
    return f"moot resume {shlex.quote(str(place))}"


class Unfinished:
    """A run on its way in `folder`, which will be the run folder `place`; a `Keeper`.

    `stop` asks for a checkpoint at the end of this day, and for the end of the work. `tell` is given a line
    about what was found damaged. Close it, or use it in a `with`.
    """

    def __init__(self, place: Path, about: dict[str, Any], lock: int) -> None:
        self.place, self.about, self._lock = place, about, lock
        self.folder = place_beside(place)[1]
        self.run = identity(about)
        self.stop = self.in_days = False
        self.anew = False  # begun now: a run folder that is there is not the end of this run
        self.tell: Callable[[str], None] = _warn

    @classmethod
    def begin(cls, place: Path, about: dict[str, Any], *, force: bool) -> Unfinished:
        """Make the folder. Raises `RunError` where it cannot be, or where one is there without `force`."""
        _, folder = place_beside(place)
        if folder.exists() or folder.is_symlink():
            if not is_unfinished(folder):
                raise RunError(f"{folder} is in the way and is not an unfinished run; it is left as it is")
            if not force:
                raise RunError(
                    f"{folder} holds an unfinished run; go on with it: {way_on(place)}; or say --force "
                    "to begin anew"
                )
            os.close(locked(folder))
            _remove(folder)
        with whole_folder(folder) as work:
            try:
                (work / FILE).write_text(sealed({"format": FORMAT, **about}), "utf-8")
            except OSError as error:
                raise RunError(f"cannot write {folder}: {error.strerror or error}") from None
        begun = cls(place, about, locked(folder))
        begun.anew = True
        return begun

    @classmethod
    def at(cls, path: Path) -> Unfinished:
        """The unfinished run of a folder, named by either name. Raises `RunError` where there is none."""
        place, folder = place_beside(path)
        if not folder.is_dir():
            raise RunError(f"there is no unfinished run at {folder}")
        lock = locked(folder)
        try:
            about = unsealed(folder / FILE, FORMAT)
            for left in folder.glob(".*.writing"):  # what a process that was killed was writing
                shutil.rmtree(left, ignore_errors=True)
            return cls(place, about, lock)
        except BaseException:
            os.close(lock)
            raise

    def __enter__(self) -> Unfinished:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process work here."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def start(self) -> Point | None:
        """The last good checkpoint; the beginning where there is none yet.

        Raises `RunError` where there are checkpoints and all are damaged.
        """
        every = checkpoints_in(self.folder)
        good, wrong = _last_good(every, self.run)
        if good is not None:
            if wrong:
                self.tell(f"{'; '.join(wrong)}; going on from the last good checkpoint, {good}")
            return good.read()
        if every:
            raise RunError(
                f"{self.folder} has no good checkpoint: {'; '.join(wrong)}; nothing was overwritten; begin "
                "anew with moot run and --force"
            )
        return None

    def end_of_day(self, phase: str, done: int, of: int, take: Callable[[], Taken]) -> None:
        """Write a checkpoint where one is due: every so many days, after the burn-in, when asked to stop."""
        self.in_days = done < of
        if self.stop or self.is_due(phase, done, of):
            self.write(self.folder, phase, done, take)
        if self.stop:
            raise KeyboardInterrupt

    def is_due(self, phase: str, done: int, of: int) -> bool:
        """Whether a checkpoint is written at the end of this day, if nobody asks for one."""
        if done == of:
            return phase == PHASES[0]
        return done % int(self.about["every"]) == 0

    def write(self, folder: Path, phase: str, done: int, take: Callable[[], Taken]) -> None:
        """Write a checkpoint into `folder`, and delete all but the last two there. Raises `RunError`."""
        try:
            made = write_checkpoint(folder, phase, done, self.run, *take())
        except (OSError, RunError) as error:
            why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            good, _ = _last_good(checkpoints_in(folder), self.run)
            last = (
                f"the last good checkpoint is {good}; nothing was overwritten; when that is mended, go on "
                f"with: {way_on(self.place)}"
                if good
                else "there is no checkpoint before it"
            )
            raise RunError(
                f"stopped: the checkpoint {folder}/{phase}-{done:05d} cannot be written: {why}; {last}"
            ) from None
        if not self.about["keep"]:
            earlier = [one for one in checkpoints_in(folder) if one.order <= made.order]
            for old in earlier[KEPT:]:
                shutil.rmtree(old.path, ignore_errors=True)

    def last(self) -> Checkpoint | None:
        """The last good checkpoint, if there is one; that of the first shard where there are several."""
        folders = [self.folder, *sorted(self.folder.glob(FIRST_SHARD))]
        found = [_last_good(checkpoints_in(one), self.run)[0] for one in folders]
        return max((one for one in found if one is not None), key=lambda one: one.order, default=None)

    def finish(self) -> None:
        """After the run folder is there: the checkpoints are moved into it if they are to be kept, or go."""
        self.close()
        if self.about["keep"]:
            with suppress(OSError):  # there already, or elsewhere: then they stay where they are
                self.folder.rename(self.place / CHECKPOINTS)
        else:
            with suppress(OSError):
                _remove(self.folder)

    def discard(self) -> None:
        """Delete everything of it."""
        self.close()
        with suppress(OSError):
            _remove(self.folder)


class Earlier:
    """A `Keeper` that begins at the last good checkpoint of another run before a day, and writes none."""

    def __init__(self, folder: Path, run: str, *, days: int) -> None:
        self.folder, self.run, self.days = folder, run, days
        self.used: Checkpoint | None = None

    def start(self) -> Point | None:
        """The last good one by the end of day `days`; the beginning where there is none."""
        limit = (PHASES.index("days"), self.days)
        every = [one for one in checkpoints_in(self.folder) if one.order <= limit]
        self.used, _ = _last_good(every, self.run)
        return self.used.read() if self.used else None

    def end_of_day(self, phase: str, done: int, of: int, take: Callable[[], Taken]) -> None:
        """Nothing is kept."""


def _warn(line: str) -> None:
    warnings.warn(line, RuntimeWarning, stacklevel=4)


def is_unfinished(path: Path) -> bool:
    """Whether `path` is a folder that Moot made for a run on its way."""
    return not path.is_symlink() and path.is_dir() and (path / FILE).is_file()


def list_unfinished(folder: Path) -> list[tuple[Path, dict[str, Any] | None, Checkpoint | None]]:
    """(folder, what is run, latest checkpoint) of the unfinished runs in `folder`; None where unreadable.

    The checkpoint is the latest by name; whether it is good is seen when it is gone on from.
    """
    every = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return [(path, *known_of(path)) for path in every if is_unfinished(path)]


def known_of(folder: Path) -> tuple[dict[str, Any] | None, Checkpoint | None]:
    """(what is run, latest checkpoint) of an unfinished run, as in `list_unfinished`."""
    try:
        about: dict[str, Any] | None = unsealed(folder / FILE, FORMAT)
    except RunError:
        about = None
    every = [one for at in (folder, *sorted(folder.glob(FIRST_SHARD))) for one in checkpoints_in(at)]
    return about, max(every, key=lambda one: one.order, default=None)


def is_at_work(folder: Path) -> bool:
    """Whether a process works in the folder of an unfinished run. `RunError` where it cannot be read."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise RunError(f"cannot read {folder}: {error.strerror or error}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def bytes_in(folder: Path) -> int:
    """The bytes of the files in a folder and below it, those that go while they are counted left out."""
    found = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            found += path.stat().st_size if path.is_file() else 0
    return found


def delete_unfinished(path: Path) -> Path:
    """Delete the folder of an unfinished run; which it was. Raises `RunError` where a process works in it."""
    _, folder = place_beside(path)
    os.close(locked(folder))
    _remove(folder)
    return folder


def _remove(folder: Path) -> None:
    """Delete the folder of an unfinished run; what says that it is one goes last.

    A process that is killed on the way leaves a folder that Moot still knows as its own.
    """
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        elif one.name != FILE:
            one.unlink()
    shutil.rmtree(folder)


def _last_good(every: list[Checkpoint], run: str) -> tuple[Checkpoint | None, list[str]]:
    """The first good one of checkpoints, the latest first; and what is wrong with those before it."""
    said: list[str] = []
    for one in every:
        fault = one.fault(run)
        if fault is None:
            return one, said
        said.append(fault)
    return None, said
