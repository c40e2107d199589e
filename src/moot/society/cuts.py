"""Which regular ties of a person are cut: one bit for each neighbour in a ring, in `warm[i, a, CUTS]`."""

import numpy as np

from moot.draws.compiled import inline
from moot.society import memory as see
from moot.society.state import CUTS


@inline
def bit_of(base, reach, offset):
    """The bit of the neighbour `offset` places on (-reach .. -1, 1 .. reach) in the ring from `base`."""
    return base + offset + reach - (1 if offset > 0 else 0)


@inline
def cuts_in(world, m, i, a, q, n):
    """The cut ties of a person in ring q as bits from 0; 0 where nothing is ever cut."""
    if world.shuns == 0 or world.cut_bit[q] < 0 or n <= 2 * world.tie_reach[q]:
        return np.int64(0)
    return np.int64(see.warm(m)[i, a, CUTS]) >> world.cut_bit[q]
