"""The phases of a day as kernels of a CUDA device: who lives where, around the functions of the processor.

Nothing is said twice here. A kernel finds out which thread it is and hands that thread's record, counters and
blocks to the function that a thread of the processor runs; numba-cuda compiles it, and what it calls, once
more. Each thread has blocks of its own and writes to nobody else's, so no two ever meet: what has to wait for
all of them is a kernel of its own.

To be imported where numba-cuda is installed only (see `society.device`).
"""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from numba import cuda

from moot.society.closing import close_levels, close_regions, sum_packed
from moot.society.day import evening, exchange, morning, news, open_books
from moot.society.opinion import persuade, sum_minds, talk

# records, gates, spent, sums: by thread; world, rates: arrays of one record. Thread t has the blocks from
# deal[t] to deal[t + 1].


def opening(records, blocks, deal, world, law, day, day0, reporting):
    """Before the first day (see `day.open_books`)."""
    t = cuda.grid(1)
    if t < len(records):
        open_books(world[0], law, records[t], blocks[deal[t] : deal[t + 1]], day, day0, reporting)


def acting(records, blocks, deal, key, world, law, rates, what, gates, day, spent):
    """The first phase of a day (see `day.morning`)."""
    t = cuda.grid(1)
    if t < len(records):
        mine = blocks[deal[t] : deal[t + 1]]
        morning(key, world[0], law, rates[0], records[t], what, mine, gates[t], day, spent[t])


def judging(records, blocks, deal, key, world, law, gates, day, day0, reporting, spent):
    """The second phase of a day (see `day.evening`)."""
    t = cuda.grid(1)
    if t < len(records):
        mine = blocks[deal[t] : deal[t + 1]]
        evening(key, world[0], law, records[t], mine, gates[t], day, day0, reporting, spent[t])


def telling(records, blocks, deal, world, law, gates, day, day0, reporting, spent):
    """The third phase of a day (see `day.news`)."""
    t = cuda.grid(1)
    if t < len(records):
        mine = blocks[deal[t] : deal[t + 1]]
        news(world[0], law, records[t], mine, gates[t], day, day0, reporting, spent[t])


def exchanging(records, blocks, deal, out, into):
    """What is given to the people of other blocks (see `day.exchange`): by one thread."""
    if cuda.grid(1) == 0:
        exchange(records[0], out, into)


def persuading(records, blocks, deal, key, law, day):
    """What is said to everybody (see `opinion.persuade`)."""
    t = cuda.grid(1)
    if t < len(records):
        persuade(key, law, records[t], blocks[deal[t] : deal[t + 1]], day)


def talking(records, blocks, deal, key, world, law, day):
    """The week's talk (see `opinion.talk`)."""
    t = cuda.grid(1)
    if t < len(records):
        talk(key, world[0], law, records[t], blocks[deal[t] : deal[t + 1]], day)


def closing_day(
    records, blocks, deal, columns, x, month, flows, end_of_month,
    region, level, by_month, s_region, s_level, s_month,
):  # fmt: skip
    """Counters of all threads into the record of a day, a thread for each column (see `closing`)."""
    c = cuda.grid(1)
    if c < columns:
        for t in range(len(records)):
            close_regions(
                records[t], 0, records[t].n_regions, c, c + 1, x, month, flows, end_of_month, region,
                by_month, s_region, s_month,
            )  # fmt: skip
            close_levels(records[t], c, c + 1, x, flows, level, s_level)


def summing(records, blocks, deal, world, law, day, sums, both):
    """Scores and perceived certainty at the end of a month (see `closing.sum_packed`)."""
    t = cuda.grid(1)
    if t < len(records):
        sum_packed(world[0], law, records[t], blocks[deal[t] : deal[t + 1]], day, sums[t], both[t])


def summing_minds(records, blocks, deal, key, sums, regions):
    """What people think and say at the end of a month (see `opinion.sum_minds`)."""
    t = cuda.grid(1)
    if t < len(records):
        sum_minds(key, records[t], blocks[deal[t] : deal[t + 1]], sums[t], regions[t])


BODIES = (
    opening, acting, judging, telling, exchanging, persuading, talking, closing_day, summing, summing_minds
)  # fmt: skip


@cache
def made(seen: Callable[[Callable[..., Any]], Callable[..., Any]]) -> SimpleNamespace:
    """The kernels by name, made once; `seen` is what becomes of their bodies before (`society.simulator`)."""
    return SimpleNamespace(**{body.__name__: cuda.jit(seen(body)) for body in BODIES})
