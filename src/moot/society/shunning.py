"""Ties that are cut after a fall and mend after a rise: at the end of the day, for both people of a tie.

Both are in one block, so its thread writes both. First ties mend, then they are cut; within either the order
of people does not matter: a tie is cut when either side's fall cuts it, and is counted for both.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import draw
from moot.society import memory as see
from moot.society.acts import L_CUT_OFF, L_CUTS_OFF, L_IN_TOUCH, L_TAKEN_BACK
from moot.society.counting import tally
from moot.society.cuts import bit_of
from moot.society.desk import note, said, sender
from moot.society.law import SHUN
from moot.society.state import CUTS, is_kept, rare_of, set_rare

HALF = np.int64(1 << 31)


@inline
def ties_of_block(world, law, m, b, day):
    """Cut and mend the ties of those who fell or rose today."""
    lo = see.block(m)[0, b]
    n = see.block(m)[0, b + 1] - lo
    for cutting in range(2):
        for e in range(see.mail_n(m)[SHUN, b]):
            packed = said(m, SHUN, b, e)
            if (packed >> 33) & 1 != cutting:
                continue
            i = lo + (packed & 0x1FFFF)
            a = (packed >> 17) & 255
            s = (packed >> 25) & 255
            turn(world, law, m, b, lo, n, i, a, s, day, cutting, sender(m, SHUN, b, e))
    see.mail_n(m)[SHUN, b] = 0


@inline
def turn(world, law, m, b, lo, n, i, a, s, day, cutting, stake):
    """Cut each tie of i with the declared chance × `stake` (in 1/256), or mend each cut one with one half."""
    what = law[a].shun_purpose[s] if cutting else law[a].mend_purpose[s]
    chance = (law[a].shun[s] * stake) >> 8 if cutting else HALF
    for q in range(world.orders):
        base = world.cut_bit[q]
        reach = world.tie_reach[q]
        if base < 0 or n <= 2 * reach:
            continue
        at = np.int64(see.place(m)[q, i])
        for offset in range(-reach, reach + 1):
            mine = np.int64(1) << bit_of(base, reach, offset)
            cut = rare_of(m, b, i, a, CUTS)
            if offset == 0 or ((cut & mine) != 0) == (cutting != 0):
                continue
            j = lo + np.int64(see.order(m)[q, lo + (at + offset + n) % n])
            if np.int64(draw(np.uint64(world.chance_key), i, day, what, j)[0]) >= chance:
                continue
            theirs = np.int64(1) << bit_of(base, reach, -offset)
            flip(world, m, b, a, i, mine)
            flip(world, m, b, a, j, theirs)
            tally(m, a, i, world.m_ties + (0 if cutting else 1), 1)
            tally(m, a, j, world.m_ties + (0 if cutting else 1), 1)
            if is_kept(m, i):
                note(m, b, day, i, a, L_CUT_OFF if cutting else L_TAKEN_BACK, s, j, 0, 0)
            if is_kept(m, j):
                note(m, b, day, j, a, L_CUTS_OFF if cutting else L_IN_TOUCH, s, i, 0, 0)


@inline
def flip(world, m, b, a, i, bit):
    """Change one bit of a person's cuts, and the count of people who have any."""
    before = rare_of(m, b, i, a, CUTS)
    after = before ^ bit
    set_rare(m, b, i, a, CUTS, after)
    if before == 0:
        tally(m, a, i, world.k_ties, 1)
    elif after == 0:
        tally(m, a, i, world.k_ties, -1)
