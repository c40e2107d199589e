"""Redress and memory: appeals and their rulings, and charges that expire.

Whether a person appeals, how long a ruling takes and how it ends is drawn when the charge falls, from
(person, day, act), and is the same in every arm that has the same charge.
"""

import numpy as np

from moot.country.population import REST, WHERE
from moot.country.rates import STRATA
from moot.draws.compiled import inline
from moot.draws.philox import draw
from moot.society import memory as see
from moot.society.acts import L_APPEAL, L_EXPIRED, L_REJECTED, L_UPHELD
from moot.society.appointments import EXPIRY, RULING, appoint, due
from moot.society.counting import tally
from moot.society.desk import note
from moot.society.law import (
    ABOVE,
    APPEALED,
    BACK,
    DAYS_WRONGED,
    DELAYS,
    EXPIRED,
    LOST,
    REDRESS_WIDTH,
    REJECTED,
    UPHELD,
    UPHELD_WRONG,
    WRONG,
)
from moot.society.law import ONE as LAST_WAS_ONE
from moot.society.score import rebase, score_at
from moot.society.state import LISTS, is_kept, last_of, mark_of, value_of

NO_APPEAL, PENDING_LOST, PENDING_WON = 0, 1, 2
DELAY_SHIFT = np.uint64(32 - (DELAYS.bit_length() - 1))

# What a ruling carries beside its scheme: points, act or sensor, then these bits.
WON, IN_ERROR, HELD = 1, 2, 4


@inline
def carried(points, k, bits):
    """(points, act, bits) of an appointment in one int64."""
    return np.int64(points) | (np.int64(k) << 20) | (np.int64(bits) << 28)


@inline
def plea(key, world, law, m, i, a, s, k, wrong, day):
    """(state, days until the ruling) of an appeal against a charge of act or alarm k in scheme s.

    Notice is needed. `wrong` is 1 where the person did nothing of the kind.
    """
    if law[a].appeals[s] == 0 or law[a].notice == 0:
        return NO_APPEAL, np.int64(0)
    what = law[a].appeal_purpose[s]
    what ^= world.act_purpose[k] if k < world.kinds else law[a].s_purpose[k - world.kinds]
    u0, u1, u2, _ = draw(key, i, day, what, 0)
    education = np.int64(see.person(m)[i, REST]) & 3
    income = np.int64(see.person(m)[i, WHERE]) // STRATA
    if np.int64(u0) >= law[a].appeal[s, education, income, wrong]:
        return NO_APPEAL, np.int64(0)
    days = law[a].delay[s, np.int64(u1 >> DELAY_SHIFT)]
    return (PENDING_WON if np.int64(u2) < law[a].upheld[s, wrong] else PENDING_LOST), days


@inline
def withheld(law, a, s, state, days, points):
    """Points of a charge that are not taken today: an appeal suspends them, or it is upheld at once."""
    if state == PENDING_WON and days == 0:
        return points
    if state != NO_APPEAL and law[a].suspensive[s] != 0 and days > 0:
        return points
    return np.int64(0)


@inline
def enter_charge(world, law, m, b, place, i, a, s, k, wrong, state, days, points, taken, day, day0):
    """Write down what will follow from a charge of `points`, of which `taken` were taken from the score."""
    column = world.m_redress + REDRESS_WIDTH * s
    if wrong:
        tally(m, a, i, column + WRONG, 1)
    held = taken == 0 and points > 0 and withheld(law, a, s, state, days, points) > 0
    memory = law[a].memory[s]
    won = state == PENDING_WON
    if memory > 0 and taken > 0 and not (won and days < memory and law[a].restores[s] & 1):
        appoint(m, b, day + memory, due(place, a, EXPIRY, s), carried(taken, k, 0), day0)
        if won:
            taken = np.int64(0)  # they will have expired before the ruling
    if state == NO_APPEAL:
        return
    tally(m, a, i, column + APPEALED, 1)
    if is_kept(m, i):
        note(m, b, day, i, a, L_APPEAL, k, i, s, days)
    bits = (WON if won else 0) | (IN_ERROR if wrong else 0) | (HELD if held else 0)
    load = carried(points if held else taken, k, bits)
    if days == 0:
        rule(world, law, m, b, place, i, a, s, load, np.int64(0), day, day0)
    else:
        # The days that somebody was wronged are counted with the ruling.
        appoint(m, b, day + days, due(place, a, RULING, s), load | (days << 32), day0)


@inline
def rule(world, law, m, b, place, i, a, s, load, days, day, day0):
    """Count and note a ruling; returns the points that it gives back (positive) or takes (negative)."""
    points = load & 0xFFFFF
    k = (load >> 20) & 255
    bits = (load >> 28) & 15
    column = world.m_redress + REDRESS_WIDTH * s
    if bits & WON:
        tally(m, a, i, column + UPHELD, 1)
        if bits & IN_ERROR:
            tally(m, a, i, column + UPHELD_WRONG, 1)
            tally(m, a, i, column + DAYS_WRONGED, days)
        back = points if law[a].restores[s] & 1 and not bits & HELD else np.int64(0)
        if back > 0:
            tally(m, a, i, column + BACK, back)
        if is_kept(m, i):
            note(m, b, day, i, a, L_UPHELD, k, i, s, back)
        return back
    tally(m, a, i, column + REJECTED, 1)
    if is_kept(m, i):
        note(m, b, day, i, a, L_REJECTED, k, i, s, points if bits & HELD else 0)
    return -points if bits & HELD else np.int64(0)


@inline
def fall_due(world, law, m, b, place, i, a, kind, s, load, day, day0):
    """(score, last, mark, changed) of a person after an appointment of today; the caller writes them."""
    r = law[a].repair[s]
    last = last_of(m, i, a, s)
    mark = mark_of(m, i, a, s)
    now = score_at(value_of(m, i, a, s), last, mark, day, r)
    if kind == EXPIRY:
        change = load & 0xFFFFF
        tally(m, a, i, world.m_redress + REDRESS_WIDTH * s + EXPIRED, change)
        if is_kept(m, i):
            note(m, b, day, i, a, L_EXPIRED, (load >> 20) & 255, i, s, change)
    else:
        change = rule(world, law, m, b, place, i, a, s, load, load >> 32, day, day0)
    if change < 0:
        new = max(law[a].scale[s, 1], now + change)
        tally(m, a, i, world.m_scheme + 4 * s + LOST, now - new)
        if law[a].memory[s] > 0 and new < now:
            load = carried(now - new, (load >> 20) & 255, 0)
            appoint(m, b, day + law[a].memory[s], due(place, a, EXPIRY, s), load, day0)
        return new, np.int64(day), mark & ~(ABOVE | LAST_WAS_ONE), True
    new, last, mark = rebase(min(law[a].scale[s, 2], now + change), last, mark, day, r)
    return new, last, mark, change > 0


@inline
def lists_lifted(law, m, i, a, s, load):
    """Lists that a ruling lifts: those of the scheme that the act itself puts a person on, bit by list."""
    lifted = np.int64(0)
    if (load >> 28) & WON and law[a].restores[s] & 2:
        for x in range(law[a].lists):
            if law[a].l_scheme[x] == s and law[a].l_entry[x, 0] == 1:
                if law[a].l_entry[x, 1] == (load >> 20) & 255:
                    lifted |= np.int64(1) << x
    return lifted & np.int64(see.hot(m)[i, a, LISTS])
