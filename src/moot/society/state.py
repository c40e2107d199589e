"""The hot state: one row of 16-bit words per person and arm, so that an event meets one cache line.

Columns: perceived certainty for offences and for lawful acts (1/65536), the day of its last change, the
earliest day on which repair alone changes something (0 = none), the lists (bit by list), and for each scheme
the value, the day from which clean time counts, and the mark (see `society.score`).
"""

import numpy as np

from moot.draws.compiled import inline
from moot.society import memory as see

FEAR, FEAR_DAY, WAKE, LISTS, SCHEME = 0, 2, 3, 4, 5
PER_SCHEME = 3

# Rows of `warm`: what only some mechanisms need, kept where an arm or the country has one of them.
WORK = 0  # work status and what came before it (see `society.livelihood`)
JOB_DAY = 1  # day on which the last job was found or lost
ARREARS, ARREARS_HIGH = 2, 3  # unpaid debts in cents, 32 bits
RATED = 4  # shown rating of a platform worker, in 1/8192 of a star; 0 = not rated
LISTED_ON = 5  # day of the first entry on a list, 0 = on none
LEDGER = 6  # place of the person's points lost by domain among those of the block, 0 = none lost
CUTS = 7  # regular ties that are cut, bit by neighbour


def width(schemes: int) -> int:
    """Words of a row with so many schemes: 16 bytes with one."""
    return SCHEME + PER_SCHEME * schemes


@inline
def value_of(m, i, a, s):
    """Score at the last change, less what repair had added by then."""
    return np.int64(np.int16(see.hot(m)[i, a, SCHEME + PER_SCHEME * s]))


@inline
def last_of(m, i, a, s):
    """Day from which clean time counts."""
    return np.int64(see.hot(m)[i, a, SCHEME + PER_SCHEME * s + 1])


@inline
def mark_of(m, i, a, s):
    """Bits above, one, heavy, novice, and the tier above them."""
    return np.int64(see.hot(m)[i, a, SCHEME + PER_SCHEME * s + 2])


@inline
def is_kept(m, i):
    """Whether the life of this person is kept."""
    return (see.panel(m)[i >> 6] >> np.uint64(i & 63)) & np.uint64(1) != np.uint64(0)
