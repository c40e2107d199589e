"""Whether a person is at work, and how hard a lost job is felt: read by acts and ties, written in `work`.

The word WORK of a person's `warm` row: status in the two lowest bits (0 employed, 1 unemployed, 2 neither),
then whether the last job was lost, whether a fine went unpaid since the month began, whether the platform
dropped the person, and for how many months a warning has stood; on the day of the month's step alone, two
bits of the place that a hire waits for (see `society.places`).
"""

import numpy as np

from moot.draws.compiled import inline
from moot.society import memory as see
from moot.society.state import ARREARS, ARREARS_HIGH, JOB_DAY, WORK, rare_of

EMPLOYED_NOW, UNEMPLOYED, INACTIVE, STATUS = 0, 1, 2, 3  # STATUS is a mask
LOST, UNPAID, DROPPED, WARNED = 4, 8, 16, 5  # WARNED is a shift, two bits
PLACE = 7  # a shift, two bits
DRAWN, HANDED_ON, NO_PLACE = 1, 2, 3  # would be hired; gets a free place; would be hired, and none is left
ENDS = 41  # of a debt, a shift: the month in which it ends, above whose, for what and how
CALM, COVERED, BARE = 0, 1, 2  # levels of hardship: none lost, income covered, cover ended


@inline
def at_work(m, i, a):
    """Whether somebody has a job; read only where the country declares `work`."""
    return see.warm(m)[i, a, WORK] & STATUS == EMPLOYED_NOW


@inline
def hardship(world, m, i, a, day):
    """The level of hardship on `day`: the last job was lost, and the cover has ended or not."""
    if world.works == 0 or see.warm(m)[i, a, WORK] & LOST == 0:
        return CALM
    return COVERED if day - np.int64(see.warm(m)[i, a, JOB_DAY]) <= world.covered_days else BARE


@inline
def standing(world, m, i, a, k, c, day, threshold):
    """An act's threshold for somebody with this job and hardship; 0 for an act of work by who has none."""
    if world.of_work[k] != 0 and not at_work(m, i, a):
        return np.int64(0)
    if c > 1:
        return threshold
    return (threshold * world.strain[c, hardship(world, m, i, a, day)]) >> 16


@inline
def arrears_of(m, b, i, a):
    """Debts in cents."""
    return rare_of(m, b, i, a, ARREARS) | (rare_of(m, b, i, a, ARREARS_HIGH) << 16)
