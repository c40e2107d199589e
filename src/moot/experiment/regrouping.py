"""Checkpoints of so many shards as those of another number: what belongs to a block goes with the block.

What was counted so far is added up and goes to the first shard; the digest sums over all of them anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import Layout
from moot.society.snapshot import ROWS, SUMMED

__all__ = ["regroup"]

Arrays = Mapping[str, NDArray[Any]]
Read = Callable[[int, Callable[[str], bool]], tuple[Arrays, Mapping[str, Any]]]
"""What the checkpoint of an old shard holds, by its rank: the arrays whose names are wanted, plain values."""

BY_PEOPLE = ("hot", "warm", "mind", "ledger")  # of one row where nothing needs them
BY_WORDS = "watched"
BY_BLOCK = {
    "mail_n": 1, "wakes_n": 0, "past_n": 0, "rare_n": 0, "debt_n": 0, "bucket": 0, "rate": 0, "bump": 0,
    "total": 0,
}  # fmt: skip
"""Arrays of blocks, and the axis that counts them."""
BY_SEGMENT = ("rate", "bump", "total")  # and by the segments of a block, as many as the largest block has
SEGMENTS = 3
"""The axis that counts these."""
Rows = dict[tuple[int, ...], NDArray[Any]]
"""The rows of each box, by its place among the boxes; blocks by their numbers in the whole country."""


def regroup(
    read: Read, whole: Layout, old: int, rank: int, size: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(arrays, plain values) of shard `rank` of `size`, from what `old` shards have left.

    `whole` is the layout of the whole country. Only what is needed is read.
    """
    before, after = whole.cuts(old).tolist(), whole.cuts(size).tolist()
    first, end = after[rank], after[rank + 1]
    layout = whole.part(first, end)
    pieces: list[dict[str, NDArray[Any]]] = []
    boxes: dict[str, Rows] = {name: {} for name in ROWS}
    values: dict[str, Any] = {}
    caps: dict[str, int] = {}
    statics: list[str] = []
    for shard in range(old):
        low, high = max(first, before[shard]), min(end, before[shard + 1])
        if low >= high:
            continue
        arrays, known = read(shard, lambda name: name not in SUMMED and not name.startswith("record."))
        values = values or dict(known)
        caps = {name: max(cap, caps.get(name, 0)) for name, cap in known["caps"].items()}
        statics += known["statics"][low - before[shard] : high - before[shard]]
        part = whole.part(before[shard], before[shard + 1])
        pieces.append(_cut(arrays, part, low - before[shard], high - before[shard]))
        for name in ROWS:
            boxes[name] |= _boxes(name, arrays, before[shard])
    made = _joined(pieces, int(np.diff(layout.block_segment).max()))
    for name, rows in boxes.items():
        made[name] = np.concatenate([rows[_place(name, at, first)] for at, _ in _counts(name, made)])
    made |= _counted(read, old, rank)
    return made, {**values, "caps": caps, "statics": statics}


def _cut(arrays: Arrays, part: Layout, low: int, high: int) -> dict[str, NDArray[Any]]:
    """What belongs to the blocks from `low` up to `high` of a part, and what all share."""
    people = part.block_start[[low, high]] - part.first
    words = part.block_word[[low, high]] - part.block_word[0]
    found = {name: one for name, one in arrays.items() if name.startswith("world.")}
    for name in BY_PEOPLE:
        found[name] = arrays[name][slice(*people)] if len(arrays[name]) == part.held else arrays[name]
    found[BY_WORDS] = arrays[BY_WORDS][:, slice(*words)]
    for name, axis in BY_BLOCK.items():
        idle = name in BY_SEGMENT and arrays["bump"].size == 1
        found[name] = arrays[name] if idle else arrays[name][(slice(None),) * axis + (slice(low, high),)]
    return found


def _joined(pieces: list[dict[str, NDArray[Any]]], segments: int) -> dict[str, NDArray[Any]]:
    made: dict[str, NDArray[Any]] = {}
    for name in pieces[0]:
        every = [one[name] for one in pieces]
        idle = name in BY_SEGMENT and pieces[0]["bump"].size == 1  # in the burn-in
        unneeded = name in BY_PEOPLE and len(every[0]) != len(pieces[0]["hot"])
        if idle or unneeded or name.startswith("world."):
            made[name] = every[0]
            continue
        if name in BY_SEGMENT:
            every = [_of_segments(one, segments) for one in every]
        axis = 1 if name == BY_WORDS else BY_BLOCK.get(name, 0)
        made[name] = np.concatenate(every, axis=axis)
    return made


def _of_segments(array: NDArray[Any], segments: int) -> NDArray[Any]:
    """With room for so many segments of a block: those that no block of it has are empty."""
    kept = array[:, :, :, :segments]
    more = segments - kept.shape[SEGMENTS]
    return np.pad(kept, [(0, more if axis == SEGMENTS else 0) for axis in range(array.ndim)])


def _counts(name: str, arrays: Arrays) -> list[tuple[tuple[int, ...], int]]:
    """(place, rows in use) of each box of an array, in the order in which their rows are kept."""
    count = arrays[ROWS[name]]
    if name == "wakes":
        count = count[:, 0]
    if name == "rare":
        count = count + 1  # its first row stands for nobody
    return [(at, int(n)) for at, n in np.ndenumerate(count)]


def _place(name: str, at: tuple[int, ...], block: int) -> tuple[int, ...]:
    """The place of a box, its block counted from that with the number `block`."""
    axis = BY_BLOCK[ROWS[name]]
    return tuple(x + block if where == axis else x for where, x in enumerate(at))


def _boxes(name: str, arrays: Arrays, block: int) -> Rows:
    """The rows of each box of an old shard whose first block has the number `block`."""
    found: Rows = {}
    start = 0
    for at, n in _counts(name, arrays):
        found[_place(name, at, block)] = arrays[name][start : start + n]
        start += n
    return found


def _counted(read: Read, old: int, rank: int) -> dict[str, NDArray[Any]]:
    """What all old shards have counted, for the first of the new ones; nothing for the others."""
    shards = range(old) if rank == 0 else range(1)
    every = [read(one, lambda name: name in SUMMED or name.startswith("record."))[0] for one in shards]
    made = {}
    for name in every[0]:
        if name == "record.lives":
            lives = np.concatenate([one[name] for one in every])
            made[name] = lives[np.argsort(lives[:, 0], kind="stable")]
        else:
            made[name] = reduce(np.add, (one[name] for one in every))
    if rank == 0:
        return made
    nothing = {name: np.zeros_like(one) for name, one in made.items()}
    if "record.lives" in nothing:
        nothing["record.lives"] = nothing["record.lives"][:0]
    return nothing
