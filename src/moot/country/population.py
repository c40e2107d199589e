"""Synthetic people in their canonical order: what the society reads and nobody outside this package can make.

The order is region, then block (at most 65,536 people, whole households), then rate class inside the block;
it depends on the country, its size and the seed alone. A `Population` comes from `synthesise` and from
nowhere else: it has no public constructor, and its arrays are read-only.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from moot.country.rates import AGES, INCOMES, SEXES, STRATA

WORD = 64
EDUCATIONS, LOOKS, LICENCES = 3, 3, 3
LARGEST_BLOCK = 65472  # 1023 words: a place in a block fits in 16 bits
SMALLEST_BLOCK = 2048
BLOCKS_WANTED = 16
_TOKEN = object()

# Order of the one-way attributes in `levels`, and of the bits in `flags`.
ATTRIBUTES = (
    "age",
    "sex",
    "income",
    "education",
    "stratum",
    "appearance",
    "licence",
    "platform-worker",
    "smartphone",
)
LICENCE, SMARTPHONE, EMPLOYED, ADULT = 1, 2, 4, 8

# Columns of a person's row of 16-bit words: an event meets one cache line, not ten. The one-way levels of the
# attributes are packed into WHO, WHERE and REST, and unpacked where an event is counted.
WHO, WHERE, REST, REGION, SLOT, BORN, HOME, RATE, THETA = 0, 1, 2, 3, 4, 5, 6, 7, 8
SIZES = (AGES, SEXES, INCOMES, EDUCATIONS, STRATA, LOOKS, LICENCES, 2, 2)  # levels of each attribute
FIRST = tuple(sum(SIZES[:x]) for x in range(len(SIZES)))  # first one-way slot of each attribute
LOOKS_SHIFT, LICENCE_SHIFT, PLATFORM_SHIFT = 2, 4, 6  # in REST, above the education


@dataclass(frozen=True)
class Layout:
    """Which people lie in which block and region: (blocks + 1,) and (segments,) int64 arrays.

    It is that of the whole country, or of a part of it: neighbouring blocks. People, words and regions keep
    the numbers that they have in the whole; blocks and segments are counted within the part.
    """

    people: int  # of the whole country
    block_start: NDArray[np.int64]
    block_word: NDArray[np.int64]
    segment_start: NDArray[np.int64]  # (segments + 1,): a segment is one region's part of one block
    segment_region: NDArray[np.int64]
    block_segment: NDArray[np.int64]  # (blocks + 1,)
    region_start: NDArray[np.int64]  # (regions + 1,): people of a region are neighbours; of the whole

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.block_start) - 1

    @property
    def first(self) -> int:
        """The first person of the first block."""
        return int(self.block_start[0])

    @property
    def held(self) -> int:
        """How many people live in the blocks."""
        return int(self.block_start[-1] - self.block_start[0])

    def part(self, first: int, end: int) -> Layout:
        """The blocks from `first` up to `end`, at least one."""
        some = slice(int(self.block_segment[first]), int(self.block_segment[end]) + 1)
        return Layout(
            self.people,
            self.block_start[first : end + 1],
            self.block_word[first : end + 1],
            self.segment_start[some],
            self.segment_region[some.start : some.stop - 1],
            self.block_segment[first : end + 1] - self.block_segment[first],
            self.region_start,
        )

    def cuts(self, parts: int) -> NDArray[np.int64]:
        """(parts + 1,) first block of each of so many parts of about as many people, none of them empty.

        A region may be cut. Raises ValueError where there are fewer blocks than parts.
        """
        if not 1 <= parts <= self.blocks:
            raise ValueError(f"{parts} parts of {self.blocks} blocks")
        wanted = self.first + self.held * np.arange(parts + 1) // parts
        cuts = np.searchsorted((self.block_start[:-1] + self.block_start[1:]) // 2, wanted)
        cuts[-1] = self.blocks
        for x in range(1, parts):  # a block at least for each, before it and after it
            cuts[x] = min(max(cuts[x], cuts[x - 1] + 1), self.blocks - (parts - x))
        return cuts.astype(np.int64)


def apportion(totals: NDArray[np.int64], people: int) -> NDArray[np.int64]:
    """`people` over regions by largest remainder, ties to the first; (regions,) int64 that sums to people."""
    exact = [int(t) * people for t in totals]
    whole = int(sum(int(t) for t in totals))
    share = [e // whole for e in exact]
    rest = sorted(range(len(exact)), key=lambda r: (-(exact[r] % whole), r))
    for r in rest[: people - sum(share)]:
        share[r] += 1
    return np.array(share, np.int64)


def lay_out(region_people: NDArray[np.int64]) -> Layout:
    """Blocks over regions: large regions are cut evenly, small ones share a block."""
    people = int(region_people.sum())
    target = min(LARGEST_BLOCK, max(SMALLEST_BLOCK, people // BLOCKS_WANTED))
    starts, blocks, segments = [0], [0], [0]
    regions: list[int] = []
    filled = 0
    for region, count in enumerate(region_people.tolist()):
        if count == 0:
            continue
        parts = -(-count // target)
        if filled and (parts > 1 or filled + count > target):
            starts.append(segments[-1])
            blocks.append(len(regions))
            filled = 0
        for part in range(parts):
            size = count * (part + 1) // parts - count * part // parts
            segments.append(segments[-1] + size)
            regions.append(region)
            filled += size
            if parts > 1:
                starts.append(segments[-1])
                blocks.append(len(regions))
                filled = 0
    if filled:
        starts.append(segments[-1])
        blocks.append(len(regions))
    block_start = np.array(starts, np.int64)
    words = (np.diff(block_start) + WORD - 1) // WORD
    return Layout(
        people,
        block_start,
        np.concatenate([[0], np.cumsum(words)]).astype(np.int64),
        np.array(segments, np.int64),
        np.array(regions, np.int64),
        np.array(blocks, np.int64),
        np.concatenate([[0], np.cumsum(region_people)]).astype(np.int64),
    )


@dataclass(frozen=True, init=False)
class Population:
    """The people of one (country, seed, size), or of some blocks of it, and their ties; all read-only.

    Shapes: n people, w words of 64, d domains, q in-block tie orders. Where `layout` is that of a part, the
    arrays hold the people of the part alone, the first of them at place 0.
    """

    country: str
    seed: int
    layout: Layout
    person: NDArray[np.uint16]  # (n, THETA + d) rows, by the columns above
    age5: NDArray[np.uint8]  # (n,) five-year band, 17 = 85 and over
    household: NDArray[np.uint8]  # (n,) by place in tie order 0: place in the household * 16 + its size
    order: NDArray[np.uint16]  # (q, n) person at a place, both counted inside the block
    place: NDArray[np.uint16]  # (q, n) place of a person
    clique_end: NDArray[np.int64]  # (q, blocks, 2) ends of the employed and of the pupils in a clique order
    classes: NDArray[np.uint64]  # (layers, classes, w) who of a word is in each rate class

    def __init__(self, token: object, **arrays: object) -> None:
        if token is not _TOKEN:
            raise TypeError(
                "people are made by moot.country.synthesise(country, seed, people) and in no other way"
            )
        for field in fields(self):
            value = arrays[field.name]
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(self, field.name, value)

    @property
    def people(self) -> int:
        """How many there are in the whole country."""
        return self.layout.people

    @property
    def region(self) -> NDArray[np.uint16]:
        """(n,) region of each person."""
        return self.person[:, REGION]

    @property
    def who(self) -> NDArray[np.uint16]:
        """(n,) index into the rates' person table (age, sex, flags)."""
        return self.person[:, WHO]

    @property
    def where(self) -> NDArray[np.uint16]:
        """(n,) index into the rates' place table (income, stratum)."""
        return self.person[:, WHERE]

    @property
    def levels(self) -> NDArray[np.uint16]:
        """(n, attributes) one-way slot of each attribute, offsets included; unpacked, not kept."""
        return self.levels_at(slice(None))

    def levels_at(self, at: slice | NDArray[np.int64]) -> NDArray[np.uint16]:
        """The same of some people: unpacked, everybody's take as much memory as all that is kept of them."""
        who, where, rest = (self.person[at, x] for x in (WHO, WHERE, REST))
        columns = (
            who >> 5,
            (who >> 4) & 1,
            where // STRATA,
            rest & 3,
            where % STRATA,
            (rest >> LOOKS_SHIFT) & 3,
            (rest >> LICENCE_SHIFT) & 3,
            (rest >> PLATFORM_SHIFT) & 1,
            (who & SMARTPHONE) // SMARTPHONE,
        )
        slots = [x + first for x, first in zip(columns, FIRST, strict=True)]
        return np.stack(slots, axis=1).astype(np.uint16)

    @property
    def theta(self) -> NDArray[np.uint16]:
        """(n, d) bin of the propensity in each domain, then of those to one act alone."""
        return self.person[:, THETA:]

    @property
    def bytes(self) -> int:
        """Memory of the statics and ties, in bytes."""
        values = (getattr(self, f.name) for f in fields(self))
        return sum(v.nbytes for v in values if isinstance(v, np.ndarray))
