"""What falls due on a day that is known beforehand: a look at somebody, points that expire, a ruling.

Each block has a chain of entries by day, so that a quiet day costs nothing. What lies beyond the last day of
the run is not written down.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.society import memory as see

WAKE, EXPIRY, RULING = 0, 1, 2
NEXT, WHOM, WHAT = 0, 1, 2  # columns of an entry; entries that are free are chained by NEXT as well


@inline
def due(place, a, kind, x):
    """(place in block, arm, kind of appointment, scheme) in one int64."""
    return np.int64(place) | (np.int64(a) << 17) | (np.int64(kind) << 25) | (np.int64(x) << 33)


@inline
def appoint(m, b, when, whom, what, day0):
    """Enter an appointment of a block for day `when`; one beyond the run is left out."""
    if when - day0 >= m.n_days:
        return
    free = see.wakes_n(m)[b, 1]
    if free >= 0:
        see.wakes_n(m)[b, 1] = see.wakes(m)[b, free, NEXT]
    else:
        free = see.wakes_n(m)[b, 0]
        see.wakes_n(m)[b, 0] = free + 1
        if free >= m.n_wake_cap:
            return
    see.wakes(m)[b, free, WHOM] = whom
    see.wakes(m)[b, free, WHAT] = what
    see.wakes(m)[b, free, NEXT] = see.bucket(m)[b, when - day0]
    see.bucket(m)[b, when - day0] = free
