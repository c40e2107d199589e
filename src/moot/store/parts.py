"""Checkpoints of shards: each writes those of its own people, and all go on from the same day.

::

    runs/rank-my-life-2028-1.unfinished/
    ├── unfinished.json
    ├── shard-0-of-2/
    │   └── days-00120/    a checkpoint of the first half of the people
    └── shard-1-of-2/
        └── days-00120/    a checkpoint of the second half

A shard may have been ended between two days: the last day that all of them hold whole is gone on from, by as
many shards or by another number of them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from moot.cluster.communicator import Communicator
from moot.errors import RunError
from moot.store.checkpoint import Checkpoint, Point, checkpoints_in
from moot.store.unfinished import Taken, Unfinished

__all__ = ["PartKeeper", "has_shards", "shards_in"]

Regroup = Callable[[Callable[[int, Callable[[str], bool]], Taken], int, int, int], Taken]
SHARD = re.compile(r"shard-(\d+)-of-(\d+)")


class PartKeeper:
    """A `Keeper` of one shard of an unfinished run; in the first, `unfinished.stop` stops all of them.

    `regroup(read, old, rank, size)` makes of what `old` shards have left what this one of `size` begins with.
    """

    def __init__(self, unfinished: Unfinished, talk: Communicator, regroup: Regroup) -> None:
        self.unfinished, self.talk, self.regroup = unfinished, talk, regroup
        self.folder = self._of(talk.rank, talk.size)

    def _of(self, rank: int, size: int) -> Path:
        return self.unfinished.folder / f"shard-{rank}-of-{size}"

    def start(self) -> Point | None:
        """The last checkpoint that is good in every shard; the beginning where there is none yet.

        Those of another number of shards are made into theirs. Raises `RunError` in all shards where there
        are checkpoints and no day is good in all that belong together.
        """
        days: list[tuple[tuple[int, int], bool, list[Checkpoint]]] = []
        begun = False
        for old in shards_in(self.unfinished.folder):
            alone = old == 1 and bool(checkpoints_in(self.unfinished.folder))
            folders = [self.unfinished.folder] if alone else [self._of(shard, old) for shard in range(old)]
            found = [{one.order: one for one in checkpoints_in(folder)} for folder in folders]
            begun = begun or all(found)  # else a shard was ended before its first
            for order in set(found[0]).intersection(*found):
                days.append((order, old == self.talk.size, [one[order] for one in found]))
        faults: list[str] = []
        for _, _, parts in sorted(days, key=lambda one: (*one[:2], -len(one[2])), reverse=True):
            fault = self._fault(parts)
            if fault is None:
                if faults:
                    self.unfinished.tell(f"{'; '.join(faults)}; going on from {parts[0]}")
                return self._read(parts)
            faults.append(fault)
        if begun:
            said = "; ".join(faults) or "no day was kept by all of them"
            raise RunError(
                f"{self.unfinished.folder} has no checkpoint that is good in all shards: {said}; nothing was "
                "overwritten; begin anew with moot run and --force"
            )
        return None

    def _fault(self, parts: list[Checkpoint]) -> str | None:
        """What is wrong with any of them: each shard looks at some, and all say the same."""
        mine = [one.fault(self.unfinished.run) for one in parts[self.talk.rank :: self.talk.size]]
        said = "; ".join(one for one in mine if one is not None)
        told = self.talk.share(np.array(bytearray(said.encode())))
        every = [one.tobytes().decode() for one in told if len(one)]
        return "; ".join(every) or None

    def _read(self, parts: list[Checkpoint]) -> Point:
        if len(parts) == self.talk.size:
            return parts[self.talk.rank].read()

        def read(shard: int, wanted: Callable[[str], bool]) -> Taken:
            point = parts[shard].read(wanted)
            return dict(point.arrays), dict(point.values)

        arrays, values = self.regroup(read, len(parts), self.talk.rank, self.talk.size)
        return Point(parts[0], arrays, values)

    def end_of_day(self, phase: str, done: int, of: int, take: Callable[[], Taken]) -> None:
        """Write a checkpoint where one is due, in every shard, or where the first is asked to stop."""
        self.unfinished.in_days = done < of
        stop = bool(self.talk.sum(np.array([self.unfinished.stop], np.int64))[0])
        if stop or self.unfinished.is_due(phase, done, of):
            try:
                self.folder.mkdir(exist_ok=True)
            except OSError as error:
                raise RunError(
                    f"{self.folder} cannot be made: {error.strerror or error}; shards on several machines "
                    "need a folder that all of them reach"
                ) from None
            self.unfinished.write(self.folder, phase, done, take)
            self.talk.barrier()  # the first ends the others when it ends
            if self.talk.rank == 0:
                self._tidy()
        if stop:
            raise KeyboardInterrupt

    def _tidy(self) -> None:
        """Delete the checkpoints of other numbers of shards, now that all of these have one."""
        if self.unfinished.about["keep"]:
            return
        for one in checkpoints_in(self.unfinished.folder):
            shutil.rmtree(one.path, ignore_errors=True)
        for path in self.unfinished.folder.glob("shard-*"):
            match = SHARD.fullmatch(path.name)
            if match is not None and int(match[2]) != self.talk.size:
                shutil.rmtree(path, ignore_errors=True)


def shards_in(folder: Path) -> set[int]:
    """By how many shards the checkpoints in the folder of an unfinished run were written."""
    found = {int(match[2]) for one in folder.glob("shard-*") if (match := SHARD.fullmatch(one.name))}
    return found | ({1} if checkpoints_in(folder) else set())


def has_shards(folder: Path) -> bool:
    """Whether any shard has left a checkpoint in the folder of an unfinished run."""
    return any(checkpoints_in(one) for one in folder.glob("shard-*") if SHARD.fullmatch(one.name))
