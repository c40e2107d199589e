"""The score of one person in one scheme as a pure function of its last change: reading never writes.

Kept are the value, the day from which clean time counts, and a mark; what repair does in between is worked
out when somebody looks. A day on which a charge falls is not a clean day.
"""

import numpy as np

from moot.draws.compiled import scalar
from moot.society.law import (
    ABOVE,
    HEAVY,
    NOVICE,
    ONE,
    R_CAP,
    R_EVERY,
    R_FULL,
    R_FULL_HEAVY,
    R_NOVICE_EVERY,
    R_NOVICE_POINTS,
    R_ONE_DAYS,
    R_ONE_POINTS,
    R_POINTS,
)

NEVER = 1 << 30
LEAST = -32_768  # that a score of 16 bits holds


@scalar
def steps(days, every):
    """How often `every` fits into `days` (0 <= days < 2**31): a 32-bit division takes a third of the time."""
    return np.int64(np.uint32(days) // np.uint32(every))


@scalar
def gain(last, mark, day, r):
    """Points that repair has added by `day` since `last`, before the cap; NEVER where it is back to full."""
    clean = day - last
    points = 0
    if mark & NOVICE:
        if r[R_NOVICE_EVERY] > 0:
            points = r[R_NOVICE_POINTS] * steps(clean, r[R_NOVICE_EVERY])
    else:
        if r[R_EVERY] > 0:
            points = r[R_POINTS] * steps(clean, r[R_EVERY])
        full = r[R_FULL_HEAVY] if mark & HEAVY else r[R_FULL]
        if full > 0 and clean >= full:
            points = NEVER
    if mark & ONE and r[R_ONE_DAYS] > 0 and clean >= r[R_ONE_DAYS]:
        points += r[R_ONE_POINTS]
    return points


@scalar
def score_at(value, last, mark, day, r):
    """The score at the end of a day on which nothing happened."""
    if mark & ABOVE:
        return np.int64(value)
    if value >= r[R_CAP]:
        return r[R_CAP]  # most people, most of the time: nothing to divide
    return min(r[R_CAP], value + gain(last, mark, day, r))


@scalar
def next_rise(value, last, mark, day, r):
    """The next day after `day` on which repair alone raises the score, or NEVER."""
    now = score_at(value, last, mark, day, r)
    if mark & ABOVE or now >= r[R_CAP]:
        return NEVER
    clean = day - last
    best = NEVER
    every = r[R_NOVICE_EVERY] if mark & NOVICE else r[R_EVERY]
    if every > 0:
        best = last + (steps(clean, every) + 1) * every
    if mark & ONE and r[R_ONE_DAYS] > clean:
        best = min(best, last + r[R_ONE_DAYS])
    if not mark & NOVICE:
        full = r[R_FULL_HEAVY] if mark & HEAVY else r[R_FULL]
        if full > clean:
            best = min(best, last + full)
    return best


@scalar
def plain(mark, r):
    """Whether repair is one recurring step and nothing else, so that its path has a closed form."""
    return r[R_EVERY] > 0 and r[R_FULL] == 0 and r[R_FULL_HEAVY] == 0 and not mark & NOVICE and not mark & ONE


@scalar
def day_of_reaching(value, last, mark, day, r, goal):
    """The first day after `day` on which repair alone lifts the score to `goal`, or NEVER."""
    if goal > r[R_CAP] or mark & ABOVE:
        return NEVER
    if plain(mark, r):
        steps = -((value - goal) // r[R_POINTS])
        return max(day + 1, last + steps * r[R_EVERY])
    at = day
    while True:
        at = next_rise(value, last, mark, at, r)
        if at >= NEVER or score_at(value, last, mark, at, r) >= goal:
            return at


@scalar
def rebase(new, last, mark, day, r):
    """(value, last, mark) that read as `new` on `day` without breaking clean time.

    A recurring repair keeps its rhythm; what is above the repair's cap stays as it is.
    """
    if new > r[R_CAP]:
        return new, last, mark | ABOVE
    mark &= ~ABOVE
    if plain(mark, r):
        whole = steps(day - last, r[R_EVERY]) * r[R_EVERY]
        if whole > 0 and whole == day - last and new - r[R_POINTS] >= LEAST:
            # A step of today stays one of today: a charge of this day would still come before it.
            return new - r[R_POINTS], day - r[R_EVERY], mark
        return new, last + whole, mark
    added = gain(last, mark, day, r)
    if added >= NEVER:
        return new, day, mark & ~(ONE | HEAVY)
    return new - added, last, mark
