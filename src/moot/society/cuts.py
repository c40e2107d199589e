"""Which regular ties of a person are cut: a bit for each neighbour in a ring, in the word CUTS of `rare`."""

import numpy as np

from moot.draws.compiled import inline
from moot.society.state import CUTS, rare_of


@inline
def bit_of(base, reach, offset):
    """The bit of the neighbour `offset` places on (-reach .. -1, 1 .. reach) in the ring from `base`."""
    return base + offset + reach - (1 if offset > 0 else 0)


@inline
def cuts_in(world, m, b, i, a, q, n):
    """The cut ties of a person in ring q as bits from 0; 0 where nothing is ever cut."""
    if world.shuns == 0 or world.cut_bit[q] < 0 or n <= 2 * world.tie_reach[q]:
        return np.int64(0)
    return rare_of(m, b, i, a, CUTS) >> world.cut_bit[q]
