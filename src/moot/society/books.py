"""Memory of a run: who owns the arrays that the kernels see, how large they are, and when they grow."""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import LOOKS_SHIFT, REST, Population
from moot.errors import MootError
from moot.society.compile import Compiled
from moot.society.desk import MOST
from moot.society.law import BOXES, DOMAINS, KNOWN, R_EVERY
from moot.society.memory import ARRAYS, MEMORY, MIND, SIZES, STRIP, WARM, address_of
from moot.society.state import FEAR, FEAR_DAY, RARE_ROW, scores_of, width

# Room of a block, beside FEWEST, by person and arm. It costs nothing until it is written to.
FEWEST = 512
ROOM = {"own": 0.5, "out": 0.1, "falls": 0.5, "far": 0.25, "known": 2.0, "judge": 0.5, "term": 0.25,
        "shun": 0.25}  # fmt: skip
PAST_AT_ONCE = 1.5  # more for "own" where the acts of the years before are read on one day
DUE, OWED, KEPT_RARE, KEPT_PAST = 0.5, 0.5, 1.0, 2.0
MOST_RARE = 1 << 16  # rows that a word of 16 bits can name
SPARSE = frozenset({"mail", "wakes", "debts", "rare", "past"})
STATE = ("hot", "warm", "mind", "watched")
ROWED = ("warm_people", "mind_people", "ledger_people")  # sizes that are 1 where nothing needs the rows
UNTOUCHED = -2
State = dict[str, NDArray[Any]]


class DeskFull(MootError):
    """A box of a block was full: nothing was dropped in silence, the run starts again with more room."""


def empty_state(
    people: int, words: int, arms: int, schemes: int, prior: Iterable[int], day: int, *, warm: bool = False
) -> State:
    """Nobody has a record, everybody believes the prior; `warm` where a mechanism keeps state there."""
    hot = np.zeros((people, arms, width(schemes)), np.uint16)
    hot[:, :, FEAR_DAY] = day
    for c, p in enumerate(prior):
        hot[:, :, FEAR + c] = min(65535, p)
    rows = np.zeros((people if warm else 1, arms, WARM), np.uint16)
    mind = np.zeros((1, arms, MIND), np.int16)  # the years before have none
    return {"hot": hot, "warm": rows, "mind": mind, "watched": np.zeros((arms, words), np.uint64)}


def branch(state: State, arms: int, schemes: int, *, needs_warm: bool = False, minds: bool = False) -> State:
    """The state of one arm copied to `arms` arms with room for `schemes` schemes: all equal, bit for bit.

    `minds` makes room for opinions, which begin on the first day.
    """
    old = state["hot"]
    hot = np.zeros((old.shape[0], arms, width(schemes)), np.uint16)
    hot[:, :, : old.shape[2]] = old
    warm = np.repeat(state["warm"], arms, axis=1)
    if needs_warm and len(warm) == 1:
        warm = np.zeros((old.shape[0], arms, WARM), np.uint16)
    mind = np.zeros((old.shape[0] if minds else 1, arms, MIND), np.int16)
    watched = np.zeros((arms, state["watched"].shape[1]), np.uint64)
    return {"hot": hot, "warm": warm, "mind": mind, "watched": watched}


def most_schemes(compiled: Compiled) -> int:
    """The most schemes that an arm has, at least 1."""
    return max(1, *(len(arm.schemes) for arm in compiled.arms))


class Books:
    """All arrays of a run, and the records through which kernels see them.

    `state` is used in place. `records[w]` is the view of thread w, with counters and scratch of its own.
    """

    def __init__(
        self,
        population: Population,
        compiled: Compiled,
        state: State,
        *,
        days: int,
        panel: NDArray[np.int64] | None,
        workers: int,
        reporting: bool,
        room: float,
        looks: NDArray[np.uint8] | None = None,
    ) -> None:
        layout = population.layout
        largest = int(np.diff(layout.block_start).max())
        first, last = layout.first, layout.first + layout.held - 1  # people
        word, end = int(layout.block_word[0]), int(layout.block_word[-1])
        arms, blocks = len(compiled.arms), layout.blocks
        kept = 0 if panel is None else int(np.count_nonzero((panel >= first) & (panel <= last)))
        reads_past = bool(compiled.world["past_acts"][0])
        every = max(1, int(compiled.law["repair"][:, :, R_EVERY].max()))
        self.sizes = {
            "people": population.people,
            "held": layout.held,
            "statics": population.person.shape[1],
            "region_edges": len(compiled.regions) + 1,
            "panel_words": (last >> 6) - (first >> 6) + 1,
            "looks_bytes": (population.people + 3) // 4,
            "hot_width": state["hot"].shape[2],
            "warm_people": state["warm"].shape[0],
            "mind_people": state["mind"].shape[0],
            "ears": (largest + 2 * int(compiled.world["tie_reach"].max()) + 1) * arms
            if len(state["mind"]) > 1
            else 1,
            "orders": population.order.shape[0],
            "blocks": blocks,
            "edges": blocks + 1,
            "words": end - word,
            "strips": -(-end // STRIP) - word // STRIP,
            "arms": arms,
            "accounts": arms + int(compiled.world["twins"][0] > 0),
            "schemes": most_schemes(compiled),
            "boxes": len(BOXES),
            "wake_cap": int((FEWEST + DUE * largest * arms) * room),
            "life_cap": int((256 + 8 * kept * arms / blocks) * room) if kept else 1,
            "past_cap": int((FEWEST + KEPT_PAST * largest) * room) if reads_past else 1,
            "ledger_people": layout.held if compiled.has_ledger else 1,
            "ledger_width": max(1, DOMAINS * int(np.count_nonzero(compiled.law["ledger"]))),
            "rare_cap": min(MOST_RARE, FEWEST + int(KEPT_RARE * largest)) if len(state["warm"]) > 1 else 1,
            "debt_cap": int((FEWEST + OWED * largest * arms) * room) if compiled.world["fines"][0] else 1,
            "days": days + 2,
            "slots": int(np.diff(layout.block_segment).max()) if reporting else 1,
            "period": every if reporting else 1,
            "regions": len(compiled.regions),
            "levels_n": len(compiled.slots),
            "columns": compiled.columns.flows + compiled.columns.stocks,
            "counting": int(reporting),
            "twin": int(compiled.world["twin"][0]),
            "twins": int(compiled.world["twins"][0]),
        }
        self.sizes["scratch"] = largest * self.sizes["accounts"]
        for box in BOXES:
            share = ROOM[box] + (PAST_AT_ONCE if box == "own" and reads_past else 0.0)
            self.sizes[f"{box}_cap"] = int((FEWEST + share * largest * arms) * room)
        self.sizes["mail_rows"] = self._rows_of_mail(workers)
        self.arrays: dict[str, NDArray[Any]] = {
            name: getattr(population, name)
            for name in ("person", "household", "order", "place", "clique_end", "classes")
        }
        # the numbers of the first of those that are held
        self.starts = {"held": first, "words": word, "strips": word // STRIP, "panel_words": first >> 6}
        self.starts |= {name: first for name in ROWED if self.sizes[name] > 1}
        self.arrays["span"] = spans_of(population.classes, word)
        self.arrays["block"] = np.stack([layout.block_start, layout.block_word])
        self.arrays["region_start"] = layout.region_start
        self.arrays["looks"] = looks_of(population) if looks is None else looks
        bits = np.zeros(self.sizes["panel_words"], np.uint64)
        if panel is not None:
            here = panel[(panel >= first) & (panel <= last)]
            at = (here >> 6) - (first >> 6)
            np.bitwise_or.at(bits, at, np.uint64(1) << (here & 63).astype(np.uint64))
        self.arrays["panel"] = bits
        self.arrays |= state
        statics = ("classes", "span", "person", "order", "place", "household", "looks", "region_start")
        for name in (*STATE, *statics):  # else a kernel writes elsewhere
            dims = ARRAYS[name][1]
            assert self[name].shape == tuple(self.sizes[d] if isinstance(d, str) else d for d in dims)
        shared = (
            "past", "past_n", "ledger", "rare", "rare_n", "mail", "mail_n", "mail_most", "bucket", "wakes",
            "wakes_n", "life", "life_n", "debts", "debt_n", "traits",
        )  # fmt: skip
        for name in (*shared, "rate", "bump", "total"):
            self.arrays[name] = self._new(name, idle=name in ("rate", "bump", "total") and not reporting)
        self["bucket"][:] = -1
        self["wakes_n"][:, 1] = -1
        own = (
            "by_region", "by_level", "by_month", "head", "touched", "chain", "counts", "heard", "said",
            "aloud", "start", "alive", "found", "equal", "waiting", "asked", "drawn", "picking", "factors",
            "rows", "picked", "chosen", "looked", "late", "digits", "sights", "mail_at",
        )  # fmt: skip
        self.own = [{name: self._new(name) for name in own} for _ in range(workers)]
        for mine in self.own:
            mine["head"][:] = UNTOUCHED
        self._share_mail()
        self.records: list[np.void] = []
        self._point()

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def scores(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Copies of (value, last, mark), each (people, arms, schemes); value is int16."""
        return scores_of(self.arrays["hot"])

    def rare(self, column: int) -> NDArray[np.int64]:
        """A word of everybody's rare state, 0 for those who have none; (people, arms)."""
        row = self.arrays["warm"][:, :, RARE_ROW].astype(np.int64)
        start = self.arrays["block"][0]
        block = np.repeat(np.arange(len(start) - 1), np.diff(start))
        arm = np.arange(row.shape[1])
        return np.where(row > 0, self.arrays["rare"][block[:, None], arm, row, column], 0).astype(np.int64)

    def _new(self, name: str, *, idle: bool = False) -> NDArray[Any]:
        dtype, dims = ARRAYS[name]
        shape = [1 if idle else self.sizes[d] if isinstance(d, str) else d for d in dims]
        return sparse(dtype, shape) if name in SPARSE else np.zeros(shape, dtype)

    def _point(self) -> None:
        self.records = []
        for mine in self.own:
            record = np.zeros(1, MEMORY)
            for name, (_, dims) in ARRAYS.items():
                array = mine[name] if name in mine else self.arrays[name]
                before = (self.starts.get(str(d), 0) for d in dims)
                gap = sum(rows * stride for rows, stride in zip(before, array.strides, strict=True))
                record[name] = address_of(array) - gap
            for size in SIZES:
                record[f"n_{size}"] = self.sizes[size]
            self.records.append(record[0])

    def _rows_of_mail(self, workers: int) -> int:
        """Rows of all boxes: one for each block, but for the box that each thread has for itself."""
        caps = {box: self.sizes[f"{box}_cap"] for box in BOXES}
        blocks = self.sizes["blocks"]
        return sum(cap * (workers if BOXES[KNOWN] == box else blocks) for box, cap in caps.items())

    def _share_mail(self) -> None:
        """Say to each thread where its rows of each box begin."""
        for w, mine in enumerate(self.own):
            start = 0
            for x, box in enumerate(BOXES):
                cap = self.sizes[f"{box}_cap"]
                alone = x == KNOWN
                mine["mail_at"][x] = start + (w * cap if alone else 0), cap, 0 if alone else cap, 0
                start += cap * (len(self.own) if alone else self.sizes["blocks"])

    def messages(self, box: int, block: int) -> NDArray[np.int64]:
        """All rows of a box of a block, used or not; (rows, 2), see `society.desk`."""
        start, room, stride, _ = self.own[0]["mail_at"][box].tolist()
        rows: NDArray[np.int64] = self.arrays["mail"][start + block * stride :][:room]
        return rows

    def watch_mail(self) -> None:
        """After a phase, before the next reads its messages: raise `DeskFull` where a box overflowed."""
        for cap, count in self._messages().items():
            self._watch(cap, count)

    def _messages(self) -> dict[str, int]:
        """How many messages the fullest block has in each box."""
        most = self["mail_n"].max(axis=1)
        most[KNOWN] = max(int(mine["mail_at"][KNOWN, MOST]) for mine in self.own)
        return {f"{box}_cap": count for box, count in zip(BOXES, most.tolist(), strict=True)}

    def _others(self) -> dict[str, int]:
        """How much of its room the fullest block uses of what are no boxes of messages."""
        return {
            "wake_cap": int(self["wakes_n"][:, 0].max()),
            "life_cap": int(self["life_n"].max()),
            "rare_cap": int(self["rare_n"].max()) + 1,
            "past_cap": int(self["past_n"].max()),
            "debt_cap": int(self["debt_n"].max()),
        }

    def _watch(self, cap: str, count: int) -> None:
        if count > self.sizes[cap]:
            box, room = cap.removesuffix("_cap"), self.sizes[cap]
            raise DeskFull(f"{box}: {count} messages for a block, room for {room}")
        if 4 * count > 3 * self.sizes[cap]:
            self.make_room(cap, 2 * count, count)

    def watch_room(self) -> None:
        """After a day: raise `DeskFull` where anything overflowed, double what is more than half full."""
        self.watch_mail()
        for cap, count in self._others().items():
            self._watch(cap, count)

    def crowded(self) -> bool:
        """Whether anything is nearly full, so that it would be given more room."""
        used = self._messages() | self._others()
        return any(4 * count > 3 * self.sizes[cap] for cap, count in used.items())

    def make_room(self, cap: str, wanted: int, used: int | None = None) -> None:
        """Let a part of the desk hold `wanted` of each block, where it holds less.

        The first `used` places (or all) are kept. News that a thread has for itself is not: between two
        phases there is none.
        """
        if wanted <= self.sizes[cap]:
            return
        kept = self.sizes[cap] if used is None else min(used, self.sizes[cap])
        self.sizes[cap] = wanted
        for owner in (self.arrays, *self.own):
            for name in [n for n in owner if n in ARRAYS and cap in ARRAYS[n][1]]:
                old = owner[name]
                owner[name] = self._new(name)
                at = tuple(slice(kept if size == cap else None) for size in ARRAYS[name][1])
                owner[name][at] = old[at]
        if cap.removesuffix("_cap") in BOXES:
            self._move_mail()
        self._point()

    def _move_mail(self) -> None:
        """Lay the boxes anew, after the room of one of them has changed."""
        waiting = {
            (x, b): self.messages(x, b)[:n]
            for (x, b), n in np.ndenumerate(self["mail_n"])
            if n and x != KNOWN
        }
        self.sizes["mail_rows"] = self._rows_of_mail(len(self.own))
        self.arrays["mail"] = self._new("mail")
        self._share_mail()
        for (x, b), rows in waiting.items():
            self.messages(x, b)[: len(rows)] = rows

    def memory(self) -> dict[str, float]:
        """Bytes: hot state per person and arm, statics and ties per person, side tables per person.

        Of boxes, the rows that were ever used count.
        """
        people, arms = self.sizes["held"], self.sizes["arms"]
        statics = ("person", "household", "order", "place", "classes", "panel", "traits")
        used = {
            "mail": self["mail_most"].sum(),
            "wakes": self["wakes_n"][:, 0].sum(),
            "debts": self["debt_n"].sum(),
            "rare": self["rare_n"].sum(),
            "past": self["past_n"].sum(),
        }
        side = sum(int(rows) * self[name].shape[-1] * self[name].itemsize for name, rows in used.items())
        side += sum(self[n].nbytes for n in ("ledger", "bucket", "rate", "bump", "total"))
        return {
            "hot_bytes_per_person_and_arm": sum(self[n].nbytes for n in STATE) / (people * arms),
            "static_bytes_per_person": sum(self[n].nbytes for n in statics) / people,
            "side_bytes_per_person": side / people,
        }


def sparse(dtype: type, shape: Sequence[int]) -> NDArray[Any]:
    """An array of zeros that takes memory page by page, as it is written to.

    Large arrays of NumPy ask for pages of two megabytes: a box of a block would take one for a few messages.
    """
    count = math.prod(shape)
    if not hasattr(mmap, "MAP_PRIVATE"):  # not a Unix
        return np.zeros(shape, dtype)
    size = max(1, count * np.dtype(dtype).itemsize)
    held = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        held.madvise(mmap.MADV_NOHUGEPAGE)
    return np.ndarray(shape, dtype, buffer=held)


def looks_of(population: Population) -> NDArray[np.uint8]:
    """Appearance classes, four people to a byte, from the byte of the first who is held; (bytes,)."""
    lead = population.layout.first % 4
    looks = np.zeros(-(-(lead + population.layout.held) // 4) * 4, np.uint8)
    looks[lead : lead + population.layout.held] = (population.person[:, REST] >> LOOKS_SHIFT) & 3
    packed = looks.reshape(-1, 4) << np.array([0, 2, 4, 6], np.uint8)
    return np.ascontiguousarray(np.bitwise_or.reduce(packed, axis=1))


def spans_of(classes: NDArray[np.uint64], word: int = 0) -> NDArray[np.int64]:
    """Lowest and highest rate class that occurs in each strip of words, by layer; (layers, strips, 2).

    `word` is the number of the first one: where a part begins within a strip, the strip has fewer.
    """
    layers, count, words = classes.shape
    lead = word % STRIP
    filled = np.zeros((layers, count, -(-(lead + words) // STRIP) * STRIP), bool)
    filled[:, :, lead : lead + words] = classes != 0
    occurs: NDArray[np.bool_] = np.any(filled.reshape(layers, count, -1, STRIP), axis=3)
    some = np.any(occurs, axis=1)
    lowest = np.where(some, occurs.argmax(axis=1), count)
    highest = np.where(some, count - 1 - occurs[:, ::-1].argmax(axis=1), -1)
    return np.ascontiguousarray(np.stack([lowest, highest], axis=2), np.int64)


def block_cost(population: Population) -> NDArray[np.float64]:
    """Expected work of each block: its words, and its candidates; (blocks,)."""
    chance = np.exp2(-np.arange(population.classes.shape[1], dtype=np.float64))
    per_word = np.einsum("lcw,c->w", np.bitwise_count(population.classes).astype(np.float64), chance) * 10.0
    per_word += 16.0
    first = population.layout.block_word
    return np.asarray(np.add.reduceat(per_word, first[:-1] - first[0]))
