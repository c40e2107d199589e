"""Whom a person is tied to: household, work or school, regular ties in the block, far ties by permutation."""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.permutation import backward, forward
from moot.society import memory as see
from moot.society.cuts import bit_of, cuts_in
from moot.society.desk import put
from moot.society.law import FALLS, FAR
from moot.society.livelihood import at_work


@inline
def reach(world, m, b, lo, n, i, mask, packed, box):
    """Send `packed` (without its place) to every in-block tie of person i in the orders of `mask`.

    A tie that two orders share is reached through each of them, like two ties. Cut ties are left out. A lost
    job masks the ties of work on both sides, and a new one restores them.
    """
    a = (packed >> 17) & 255
    for q in range(world.orders):
        if not (mask >> q) & 1:
            continue
        at = np.int64(see.place(m)[q, i])
        kind = world.tie_kind[q]
        colleagues = False
        if kind == 0:
            code = np.int64(see.household(m)[lo + at])
            first = at - (code >> 4)
            end = min(n, first + (code & 15))
        elif kind == 1:
            first = at - world.tie_reach[q]
            end = at + world.tie_reach[q] + 1
        else:
            size = world.tie_reach[q]
            first = at // size * size
            end = first + size
            employed = see.clique_end(m)[q, b, 0]
            pupils = see.clique_end(m)[q, b, 1]
            if at >= pupils:
                continue
            if at < employed:
                end = min(end, employed)
                colleagues = world.works != 0
                if colleagues and not at_work(m, i, a):
                    continue
            else:
                first = max(first, employed)
                end = min(end, pupils)
        cut = np.int64(0)
        if kind == 1:
            cut = cuts_in(world, m, b, i, a, q, n)
            if n <= 2 * world.tie_reach[q]:
                first = 0
                end = n
        if colleagues:
            for x in range(first, end):
                see.fetch_warm(m, lo + np.int64(see.order(m)[q, lo + x]))
        for x in range(first, end):
            y = x
            if y < 0:
                y += n
            elif y >= n:
                y -= n
            if y == at:
                continue
            if cut != 0 and (cut >> bit_of(0, world.tie_reach[q], x - at)) & 1:
                continue
            j = np.int64(see.order(m)[q, lo + y])
            if colleagues and not at_work(m, lo + j, a):
                continue
            put(m, box, b, packed | j, i, 0)


@inline
def reach_far(world, m, b, lo, hi, i, mask, packed):
    """Send a fall to the far ties of person i: both ways along each permutation of `mask`."""
    for f in range(world.fars):
        if not (mask >> f) & 1:
            continue
        for way in range(2):
            key = np.uint64(world.far_key[f])
            j = forward(key, i, m.n_people) if way == 0 else backward(key, i, m.n_people)
            if j == i:
                continue
            if lo <= j < hi:
                put(m, FALLS, b, packed | (j - lo), i, 0)
            else:
                put(m, FAR, b, packed, i, j)
