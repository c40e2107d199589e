"""Sums of scores that rise by repair: a staircase per scheme, kept exact without reading anybody.

A person's future under repair alone is known at the last change. Its steps are written into counters by day
when the change happens and taken out again at the next change, so that the mean of a day costs nothing.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.society import memory as see
from moot.society.law import R_CAP, R_EVERY, R_POINTS
from moot.society.score import NEVER, next_rise, plain, score_at


@inline
def future(m, b, a, s, slot, sign, value, last, mark, day, day0, r):
    """Add (sign = 1) or take out (-1) the steps after `day` of one person's score."""
    days = m.n_days
    now = score_at(value, last, mark, day, r)
    if plain(mark, r):
        room = r[R_CAP] - now
        if room <= 0:
            return
        steps = (room + r[R_POINTS] - 1) // r[R_POINTS]
        first = next_rise(value, last, mark, day, r)
        end = first + (steps - 1) * r[R_EVERY]
        see.rate(m)[b, a, s, slot, first % r[R_EVERY]] += sign * r[R_POINTS]
        if end - day0 < days:
            see.bump(m)[b, a, s, slot, end - day0, 0] += sign * (room - steps * r[R_POINTS])
            see.bump(m)[b, a, s, slot, end - day0, 1] += sign * r[R_POINTS]
        return
    at = day
    while True:
        at = next_rise(value, last, mark, at, r)
        if at >= NEVER or at - day0 >= days:
            return
        then = score_at(value, last, mark, at, r)
        see.bump(m)[b, a, s, slot, at - day0, 0] += sign * (then - now)
        now = then


@inline
def climb(m, b, a, s, day, day0, every):
    """Let the sums of one block rise to the end of `day` by repair alone."""
    x = day - day0
    for slot in range(m.n_slots):
        up = see.bump(m)[b, a, s, slot, x, 0]
        if every > 0:
            phase = day % every
            up += see.rate(m)[b, a, s, slot, phase]
            see.rate(m)[b, a, s, slot, phase] -= see.bump(m)[b, a, s, slot, x, 1]
        see.total(m)[b, a, s, slot] += up


@inline
def enter(m, b, a, s, slot, value, last, mark, day, day0, r):
    """Put one person's score, as it stands at the end of `day`, into the sums."""
    see.total(m)[b, a, s, slot] += score_at(value, last, mark, day, r)
    future(m, b, a, s, slot, np.int64(1), value, last, mark, day, day0, r)


@inline
def leave(m, b, a, s, slot, value, last, mark, day, day0, r):
    """Take one person's score out of the sums."""
    see.total(m)[b, a, s, slot] -= score_at(value, last, mark, day, r)
    future(m, b, a, s, slot, np.int64(-1), value, last, mark, day, day0, r)
