"""The people's part of a digest: a keyed hash of each person's state on the last day, summed over people.

The sum commutes, so blocks, threads and shards do not enter; two independent 64-bit lanes are summed.
"""

import numpy as np

from moot.draws.compiled import inline, kernel
from moot.draws.philox import mix
from moot.society import memory as see
from moot.society.desk import said, sender
from moot.society.fear import fear_at
from moot.society.law import TERM
from moot.society.livelihood import ENDS
from moot.society.opinion import mind_hash
from moot.society.score import score_at
from moot.society.state import (
    ARREARS,
    ARREARS_HIGH,
    CUTS,
    FEAR_DAY,
    JOB_DAY,
    LISTS,
    RATED,
    WORK,
    last_of,
    mark_of,
    rare_of,
    value_of,
)
from moot.society.twins import stands_alike

_LANE = np.uint64(0xA5A5A5A55A5A5A5A)


@inline
def hot_hash(key, world, law, m, i, a, day):
    """A hash of what a person's hot row says on a day."""
    h = mix(key ^ np.uint64(i))
    for s in range(law[a].schemes):
        now = score_at(value_of(m, i, a, s), last_of(m, i, a, s), mark_of(m, i, a, s), day, law[a].repair[s])
        tier = np.uint64(mark_of(m, i, a, s) >> 4)
        h = mix(h ^ np.uint64(now + 65536) ^ (tier << np.uint64(32)))
    for c in range(2):
        p = fear_at(
            see.hot(m)[i, a, c], np.int64(see.hot(m)[i, a, FEAR_DAY]), day, law[a].ambient_day,
            law[a].ambient[c], world.fade,
        )  # fmt: skip
        h = mix(h ^ np.uint64(p))
    return mix(h ^ np.uint64(see.hot(m)[i, a, LISTS]))


@kernel
def state_sums(key, world, law, m, blocks, day, sums):
    """Add each arm's two sums over the people of `blocks` into `sums`, (arms, 2) uint64."""
    for x in range(len(blocks)):
        b = blocks[x]
        lo = see.block(m)[0, b]
        for i in range(lo, see.block(m)[0, b + 1]):
            together = stands_alike(world, m, i)
            of_twins = np.uint64(0)
            for a in range(m.n_arms):
                if not together or a <= m.n_twin or a >= m.n_twins:
                    h = hot_hash(key, world, law, m, i, a, day)
                    if a == m.n_twin:
                        of_twins = h
                else:
                    h = of_twins
                h = mind_hash(m, i, a, h)
                if law[a].shunning != 0:
                    h = mix(h ^ np.uint64(rare_of(m, b, i, a, CUTS)))
                if world.works | world.fines != 0:
                    for column in (WORK, JOB_DAY):
                        h = mix(h ^ np.uint64(see.warm(m)[i, a, column]))
                    for column in (ARREARS, ARREARS_HIGH, RATED):
                        h = mix(h ^ np.uint64(rare_of(m, b, i, a, column)))
                sums[a, 0] += h
                sums[a, 1] += mix(h ^ _LANE)
        for e in range(see.debt_n(m)[b]):
            packed = see.debts(m)[b, e, 0] & ((1 << ENDS) - 1)
            a = (packed >> 17) & 255
            h = mix(key ^ np.uint64(lo + (packed & 0x1FFFF)) ^ (np.uint64(packed >> 25) << np.uint64(32)))
            h = mix(mix(h ^ np.uint64(see.debts(m)[b, e, 1])) ^ np.uint64(see.debts(m)[b, e, 0] >> ENDS))
            sums[a, 0] += h
            sums[a, 1] += mix(h ^ _LANE)
        for e in range(see.mail_n(m)[TERM, b]):
            packed = said(m, TERM, b, e)
            a = (packed >> 17) & 255
            person = np.uint64(lo + (packed & 0x1FFFF))
            entry = np.uint64((packed >> 25) & 255) | (np.uint64(sender(m, TERM, b, e)) << np.uint64(8))
            h = mix(mix(key ^ person) ^ entry)
            sums[a, 0] += h
            sums[a, 1] += mix(h ^ _LANE)
