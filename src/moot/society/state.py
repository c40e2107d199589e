"""The hot state: one row of 16-bit words per person and arm, so that an event meets one cache line.

Columns: perceived certainty for offences and for lawful acts (1/65536), the day of its last change, the
earliest day on which repair alone changes something (0 = none), the lists (bit by list), and the schemes,
two by two: the value of the first and the day from which its clean time counts, both marks in a word, the
value and the day of the second (see `society.score`). Who has one scheme has no words for a second.
"""

import numpy as np
from numpy.typing import NDArray

from moot.draws.compiled import inline
from moot.society import memory as see

FEAR, FEAR_DAY, WAKE, LISTS, SCHEME = 0, 2, 3, 4, 5
PER_SCHEME, PER_PAIR = 3, 5
MARK_BITS = 8  # of a word of marks, for each of two schemes: four bits and the tier

# Rows of `warm`: what only some mechanisms need, kept where an arm or the country has one of them.
WORK = 0  # work status and what came before it (see `society.livelihood`)
JOB_DAY = 1  # day on which the last job was found or lost
LISTED_ON = 2  # day of the first entry on a list, 0 = on none
RARE_ROW = 3  # place of the person's row of `rare` among those of the block and arm, 0 = none

# Rows of `rare`: what few people have at all.
ARREARS, ARREARS_HIGH = 0, 1  # unpaid debts in cents, 32 bits
RATED = 2  # shown rating of a platform worker, in 1/8192 of a star; 0 = not rated
CUTS = 3  # regular ties that are cut, bit by neighbour


def width(schemes: int) -> int:
    """Words of a row with so many schemes: 16 bytes with one, 20 with two."""
    return SCHEME + PER_PAIR * (schemes // 2) + PER_SCHEME * (schemes % 2)


def scores_of(hot: NDArray[np.uint16]) -> tuple[NDArray[np.int16], NDArray[np.uint16], NDArray[np.uint16]]:
    """Copies of (value, last, mark) of rows (..., words), each (..., schemes)."""
    words = hot.shape[-1] - SCHEME
    schemes = np.arange(2 * (words // PER_PAIR) + words % PER_PAIR // PER_SCHEME)
    pair, second = SCHEME + PER_PAIR * (schemes >> 1), schemes & 1
    value, last = hot[..., pair + 3 * second], hot[..., pair + 3 * second + 1]
    mark = (hot[..., pair + 2] >> (MARK_BITS * second)) & ((1 << MARK_BITS) - 1)
    return value.view(np.int16), last, mark.astype(np.uint16)


@inline
def _first_word(s):
    """The word of a row where the value of a scheme stands; the day stands behind it."""
    return SCHEME + PER_PAIR * (s >> 1) + 3 * (s & 1)


@inline
def value_of(m, i, a, s):
    """Score at the last change, less what repair had added by then."""
    return np.int64(np.int16(see.hot(m)[i, a, _first_word(s)]))


@inline
def last_of(m, i, a, s):
    """Day from which clean time counts."""
    return np.int64(see.hot(m)[i, a, _first_word(s) + 1])


@inline
def mark_of(m, i, a, s):
    """Bits above, one, heavy, novice, and the tier above them."""
    both = np.int64(see.hot(m)[i, a, SCHEME + PER_PAIR * (s >> 1) + 2])
    return (both >> (MARK_BITS * (s & 1))) & ((1 << MARK_BITS) - 1)


@inline
def set_mark(m, i, a, s, mark):
    """Write the mark of a scheme."""
    word = SCHEME + PER_PAIR * (s >> 1) + 2
    shift = MARK_BITS * (s & 1)
    both = np.int64(see.hot(m)[i, a, word])
    both &= ~(((1 << MARK_BITS) - 1) << shift)
    see.hot(m)[i, a, word] = both | (np.int64(mark) << shift)


@inline
def set_standing(m, i, a, s, value, last, mark):
    """Write the value, the day and the mark of a scheme."""
    word = _first_word(s)
    see.hot(m)[i, a, word] = value
    see.hot(m)[i, a, word + 1] = last
    set_mark(m, i, a, s, mark)


@inline
def is_kept(m, i):
    """Whether the life of this person is kept."""
    return (see.panel(m)[i >> 6] >> np.uint64(i & 63)) & np.uint64(1) != np.uint64(0)


@inline
def rare_of(m, b, i, a, column):
    """A word of somebody's rare state; 0 for those who have none."""
    row = np.int64(see.warm(m)[i, a, RARE_ROW])
    return np.int64(see.rare(m)[b, a, row, column]) if row != 0 else np.int64(0)


@inline
def set_rare(m, b, i, a, column, value):
    """Write a word of somebody's rare state; a row is made for those who have none and now need one."""
    row = np.int64(see.warm(m)[i, a, RARE_ROW])
    if row == 0:
        if value == 0:
            return
        row = see.rare_n(m)[b, a] + 1
        see.rare_n(m)[b, a] = row
        if row >= m.n_rare_cap:
            return  # the day then raises
        see.warm(m)[i, a, RARE_ROW] = row
    see.rare(m)[b, a, row, column] = value
