"""Places of a month where `vacancies: fixed`: as many hires in every region as under the comparator.

The month's step draws in every arm who would be hired, and the schemes refuse some of them. Then, region by
region: places that the comparator fills and an arm does not go to others there who look for work; what an
arm would fill beyond that is not filled. Both go by one number a person and month under the purpose
`work/places`, the lowest first, then by the number of the person: threads and blocks do not enter, and arms
share the order.
"""

import numpy as np

from moot.draws.compiled import inline, maker
from moot.draws.philox import draw
from moot.society import memory as see
from moot.society.livelihood import DRAWN, HANDED_ON, NO_PLACE, PLACE, STATUS, UNEMPLOYED
from moot.society.state import JOB_DAY, WORK
from moot.society.work import UNFILLED, refusing

WITHIN = 31  # bits of a person's number within the region, below those of the draw


@inline
def _waits(m, i, a):
    """Whether somebody would be hired in this month."""
    return (see.warm(m)[i, a, WORK] >> PLACE) & 3 == DRAWN


@inline
def _seeks(m, i, a, day):
    """Whether somebody looks for work after the month's step, and did not lose it in this step."""
    word = np.int64(see.warm(m)[i, a, WORK])
    return word & STATUS == UNEMPLOYED and word >> PLACE == 0 and see.warm(m)[i, a, JOB_DAY] != day


@maker
def share_places(key, world, law, m, regions, day):
    """Who of the regions given gets a place of this month, arm by arm; written into the word WORK of each.

    Nobody gets a free place whom a scheme of the arm would refuse. Places that nobody takes are counted.
    """
    arms = m.n_arms
    waiting = np.zeros(arms, np.int64)
    seeking = np.zeros(arms, np.int64)
    for x in range(len(regions)):
        lo = see.region_start(m)[regions[x]]
        hi = see.region_start(m)[regions[x] + 1]
        waiting[:] = 0
        seeking[:] = 0
        for i in range(lo, hi):
            for a in range(arms):
                if _waits(m, i, a):
                    waiting[a] += 1
                elif _seeks(m, i, a, day):
                    seeking[a] += 1
        places = waiting[world.places_arm]
        for a in range(arms):
            free = places - waiting[a]
            if free == 0:
                continue
            order = np.empty(seeking[a] if free > 0 else waiting[a], np.int64)
            n = 0
            for i in range(lo, hi):
                if free > 0:
                    if not _seeks(m, i, a, day) or refusing(key, law, m, i, a, world.month) >= 0:
                        continue
                elif not _waits(m, i, a):
                    continue
                u = np.int64(draw(key, i, world.month, world.place_purpose, 0)[0])
                order[n] = (u << WITHIN) | (i - lo)
                n += 1
            order = np.sort(order[:n])
            first, last, place = (0, min(free, n), HANDED_ON) if free > 0 else (places, n, NO_PLACE)
            for y in range(first, last):
                i = lo + (order[y] & ((1 << WITHIN) - 1))
                word = np.int64(see.warm(m)[i, a, WORK])
                see.warm(m)[i, a, WORK] = (word & ~(3 << PLACE)) | (place << PLACE)
            if free > n and m.n_counting != 0:
                see.by_region(m)[a, regions[x], world.m_places + UNFILLED] += free - n
