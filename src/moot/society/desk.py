"""The desk of a block: boxes of messages to its people, and the lives that are kept of them.

All boxes lie in one array, box after box, each with as much room for every block as the fullest asks for.
Charges that reach ties are read before the next block is looked at: that box is a thread's own.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import M32
from moot.society import memory as see

START, ROOM, STRIDE, MOST = range(4)  # columns of `mail_at`; STRIDE is ROOM, or 0 where a thread has one box
WHAT, WHO = 0, 1  # columns of a message: what it says; from whom, and to whom above that
TO = 32  # a shift


@inline
def room(m, box):
    """How many messages a box of a block holds."""
    return see.mail_at(m)[box, ROOM]


@inline
def spot(m, box, b, e):
    """Where message e in a box of block b lies."""
    return see.mail_at(m)[box, START] + see.mail_at(m)[box, STRIDE] * b + e


@inline
def said(m, box, b, e):
    """What message e in a box of block b says, as `pack` wrote it."""
    return see.mail(m)[spot(m, box, b, e), WHAT]


@inline
def sender(m, box, b, e):
    """From whom message e is; the last day of a term, or what a fall or a rise puts at stake."""
    return np.int64(np.uint64(see.mail(m)[spot(m, box, b, e), WHO]) & M32)


@inline
def later(e, other):
    """The later one of two messages; what is below 0 is none."""
    return e if e >= other else other


@inline
def addressee(m, box, b, e):
    """To whom message e in an outbox is."""
    return np.int64(np.uint64(see.mail(m)[spot(m, box, b, e), WHO]) >> np.uint64(TO))


@inline
def block_of(m, person):
    """The block of a person."""
    low = 0
    high = m.n_blocks
    while high - low > 1:
        middle = (low + high) // 2
        if see.block(m)[0, middle] <= person:
            low = middle
        else:
            high = middle
    return low


@inline
def put(m, box, b, packed, origin, to):
    """Append a message to a block's box; a box that is full still counts, and the day then raises."""
    n = see.mail_n(m)[box, b]
    if n < room(m, box):
        row = see.mail(m)[spot(m, box, b, n)]
        row[WHAT] = packed
        row[WHO] = np.int64(origin) | (np.int64(to) << TO)
    see.mail_n(m)[box, b] = n + 1


@inline
def pack(place, a, k, bits, sensor):
    """(place in block, arm, act, bits, sensor) in one int64."""
    return (
        np.int64(place)
        | (np.int64(a) << 17)
        | (np.int64(k) << 25)
        | (np.int64(bits) << 33)
        | (np.int64(sensor) << 41)
    )


@inline
def note(m, b, day, i, a, what, k, source, x, y):
    """Write one event of a panel life: (day, person, arm, what, act, source, x, y)."""
    n = see.life_n(m)[b]
    if n < m.n_life_cap:
        row = see.life(m)[b, n]
        row[0] = day
        row[1] = i
        row[2] = a
        row[3] = what
        row[4] = k
        row[5] = source
        row[6] = x
        row[7] = y
    see.life_n(m)[b] = n + 1
