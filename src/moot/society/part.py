"""A society that holds a part of the country: what it sends to the others, and what all of them add up.

Shards are processes that live through the same days, each with neighbouring blocks of its own. Twice a day
they exchange messages to people whom another one holds. What arrives goes into the boxes in the order of the
blocks that sent it, in which one process would have put it there too: nothing depends on how many they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.cluster.communicator import Communicator
from moot.country.population import Layout, Population
from moot.draws.compiled import inline, kernel
from moot.society import memory as see
from moot.society.books import Books, DeskFull, looks_of
from moot.society.desk import addressee, block_of, put, said, sender
from moot.society.law import BOXES

__all__ = ["ALONE", "Part"]

HEAD = 2  # words of a parcel before its rows: 1 where the sender had no room; unused
ROW = 3  # words of a message: what (arm, act, bits, sensor), from whom, to whom
PLACE = 17  # bits of the place in a block, which the sender does not know


class Part:
    """Which part of the country is held here, and the way to the others; `talk` is None where it is all.

    `messages` and `message_bytes` count what was sent to other shards in the exchanges of `days` days,
    those on which the law lets anything be sent.
    """

    def __init__(self, talk: Communicator | None = None) -> None:
        self.talk = talk
        self.rank, self.size = (0, 1) if talk is None else (talk.rank, talk.size)
        self.messages = self.message_bytes = self.days = 0
        self._looks: NDArray[np.uint8] | None = None
        self._starts: NDArray[np.int64] | None = None

    def sum(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """The sum over shards of integers of one shape, element by element, for each of them."""
        return numbers if self.talk is None else self.talk.sum(numbers)

    def any(self, here: bool) -> bool:
        """Whether it is so in any shard."""
        return here if self.talk is None else bool(self.talk.sum(np.array([int(here)]))[0])

    def gather(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """The rows, (n, columns), of every shard by rank; in the first alone, the others get none."""
        if self.talk is None:
            return [rows]
        parcels = self.talk.gather(np.ascontiguousarray(rows).reshape(-1).view(np.uint8))
        return [one.view(np.int64).reshape(-1, rows.shape[1]) for one in parcels]

    def among_lowest(
        self, orders: Sequence[NDArray[np.int64]], wanted: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How many of each sorted order are among the `wanted` lowest of all shards, and how many all are.

        Numbers of one order differ from shard to shard and are from 0 to 2**63 - 2.
        """
        here = np.array([len(one) for one in orders], np.int64)
        if self.talk is None:
            return np.minimum(here, wanted), here
        found = self.sum(here)
        wanted = np.minimum(wanted, found)
        low = np.full(len(orders), -1, np.int64)  # so many are not below or at it
        high = np.full(len(orders), np.iinfo(np.int64).max - 1, np.int64)  # so many are

        def up_to(line: NDArray[np.int64]) -> NDArray[np.int64]:
            every = zip(orders, line.tolist(), strict=True)
            return np.array([np.searchsorted(one, x, "right") for one, x in every], np.int64)

        for _ in range(63 if len(orders) else 0):
            middle = low + (high - low) // 2
            enough = (self.sum(up_to(middle)) >= wanted) & (middle > low)
            high, low = np.where(enough, middle, high), np.where(enough, low, middle)
        return np.where(wanted > 0, up_to(high), 0), found

    def looks(self, population: Population) -> NDArray[np.uint8] | None:
        """Appearance classes of the whole country, a quarter of a byte a person; None where all is held."""
        if self.talk is None:
            return None
        if self._looks is None:
            size = (population.people + 3) // 4
            whole = np.zeros(size, np.uint8)
            mine = looks_of(population)
            parcels = self.talk.exchange([mine] * self.size)
            starts = self.starts(population.layout)
            for first, piece in zip(starts.tolist(), parcels, strict=False):
                at = first // 4
                whole[at : at + len(piece)] |= piece[: size - at]
            self._looks = whole
        return self._looks

    def starts(self, layout: Layout) -> NDArray[np.int64]:
        """(size + 1,) first person of each shard, and the number of people."""
        if self._starts is None:
            mine = np.zeros(self.size + 1, np.int64)
            mine[self.rank] = layout.first
            self._starts = self.sum(mine)
            self._starts[-1] = layout.people
        return self._starts

    def traffic(self) -> dict[str, int]:
        """What all shards have sent to each other so far.

        `messages`, with the bytes of their parcels, in exchanges of so many `days`; and `bytes` in all, with
        what they ask each other, the looks of the country at first and the record of the run at last.
        """
        if self.talk is None:
            return {}
        mine = np.array([self.messages, self.message_bytes, self.talk.sent_bytes], np.int64)
        messages, message_bytes, sent = self.sum(mine).tolist()
        return {"days": self.days, "messages": messages, "message_bytes": message_bytes, "bytes": sent}

    def exchange(self, books: Books, layout: Layout, out: int, into: int, full: DeskFull | None) -> None:
        """Hand the messages of box `out` to those they are for, here and elsewhere.

        `full` is the overflow of a box here, if there is one: then it is raised in every shard, and nothing
        is handed on.
        """
        assert self.talk is not None
        record, starts = books.records[0], self.starts(layout)
        counts = np.zeros(self.size, np.int64)
        if full is None:
            count_mail(record, out, starts, counts)
        ends = np.cumsum(HEAD + ROW * counts)
        at = np.concatenate([[0], ends[:-1]])
        flat = np.zeros(int(ends[-1]), np.uint32)
        flat[at] = full is not None
        parcels = np.split(flat, ends[:-1])
        if full is None:
            take_mail(record, out, starts, flat, at + HEAD)
            books["mail_n"][out] = 0
        self.messages += int(counts.sum() - counts[self.rank])
        self.message_bytes += sum(one.nbytes for r, one in enumerate(parcels) if r != self.rank)
        came = [one.view(np.uint32) for one in self.talk.exchange([one.view(np.uint8) for one in parcels])]
        if any(one[0] for one in came):
            raise full or DeskFull("a box in another shard was full")
        after = books["mail_n"][into].copy()
        for one in came:
            count_by_block(record, one, after)
        books.make_room(f"{BOXES[into]}_cap", 2 * int(after.max()))
        for one in came:
            deliver(books.records[0], one, into)


ALONE = Part()


@inline
def _rank_of(starts, person):
    low = 0
    high = len(starts) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] <= person:
            low = middle
        else:
            high = middle
    return low


@kernel
def count_mail(m, box, starts, counts):
    """Count the messages of a box by the shard that they are for."""
    for b in range(m.n_blocks):
        for e in range(see.mail_n(m)[box, b]):
            counts[_rank_of(starts, addressee(m, box, b, e))] += 1


@kernel
def take_mail(m, box, starts, parcels, at):
    """Write the messages of a box, block by block, into the parcel of the shard that each is for.

    `parcels` lie one behind the other; `at` says where the rows of each begin, and is moved on.
    """
    for b in range(m.n_blocks):
        for e in range(see.mail_n(m)[box, b]):
            person = addressee(m, box, b, e)
            rank = _rank_of(starts, person)
            x = at[rank]
            parcels[x] = np.uint32(said(m, box, b, e) >> PLACE)
            parcels[x + 1] = np.uint32(sender(m, box, b, e))
            parcels[x + 2] = np.uint32(person)
            at[rank] = x + ROW


@kernel
def count_by_block(m, parcel, counts):
    """Add to `counts`, (blocks,), the messages of a parcel."""
    for x in range(HEAD, len(parcel), ROW):
        counts[block_of(m, np.int64(parcel[x + 2]))] += 1


@kernel
def deliver(m, parcel, box):
    """Put the messages of a parcel into a box of the blocks of the people they are for."""
    for x in range(HEAD, len(parcel), ROW):
        person = np.int64(parcel[x + 2])
        b = block_of(m, person)
        packed = (np.int64(parcel[x]) << PLACE) | (person - see.block(m)[0, b])
        put(m, box, b, packed, np.int64(parcel[x + 1]), 0)
