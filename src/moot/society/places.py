"""Places of a month where `vacancies: fixed`: as many hires in every region as under the comparator.

The month's step draws in every arm who would be hired, and the schemes refuse some of them. Then, region by
region: places that the comparator fills and an arm does not go to others there who look for work; what an
arm would fill beyond that is not filled. Both go by one number a person and month under the purpose
`work/places`, the lowest first, then by the number of the person: threads, blocks and shards do not enter,
and arms share the order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moot.draws.compiled import inline, kernel, maker
from moot.draws.philox import draw
from moot.society import memory as see
from moot.society.livelihood import DRAWN, HANDED_ON, NO_PLACE, PLACE, STATUS, UNEMPLOYED
from moot.society.state import JOB_DAY, WORK
from moot.society.work import UNFILLED, refusing, take_places

if TYPE_CHECKING:
    from moot.society.engine import Society
    from moot.society.workers import Team

WITHIN = 31  # bits of a person's number within the region, below those of the draw


def share_places(society: Society, team: Team, today: int) -> None:
    """Who gets a place of this month, region by region and arm by arm; then hires come about, or do not.

    Nobody gets a free place whom a scheme of the arm would refuse. Places that nobody takes are counted.
    """
    key, world, law = society.chance, society.world, society.compiled.law
    records, size = society.books.records, len(society.shares)
    arms, regions = len(society.compiled.arms), len(society.compiled.regions)
    waiting = np.zeros((regions, arms), np.int64)
    seeking = np.zeros((regions, arms), np.int64)

    def count(w: int) -> None:
        count_places(world, records[w], np.arange(regions)[w::size], today, waiting, seeking)

    team.run(count)
    drawn = society.part.sum(waiting)
    places = drawn[:, [int(world["places_arm"])]]
    free = places - drawn
    pairs = np.argwhere(free)
    orders: list[NDArray[np.int64]] = [np.empty(0, np.int64)] * len(pairs)

    def line_up(w: int) -> None:
        for x in range(w, len(pairs), size):
            g, a = pairs[x].tolist()
            seeks = free[g, a] > 0
            room = np.empty(int(seeking[g, a] if seeks else waiting[g, a]), np.int64)
            n = keys_of(key, world, law, records[w], g, a, today, bool(seeks), room)
            orders[x] = np.sort(room[:n])

    team.run(line_up)
    wanted = np.where(free > 0, free, places)[tuple(pairs.T)]
    within, found = society.part.among_lowest(orders, wanted)

    def tell(w: int) -> None:
        for x in range(w, len(pairs), size):
            g, a = pairs[x].tolist()
            seeks = free[g, a] > 0
            chosen = orders[x][: within[x]] if seeks else orders[x][within[x] :]
            give(records[w], g, a, chosen, HANDED_ON if seeks else NO_PLACE)
            lost = int(free[g, a] - found[x])
            here = society.population.layout.region_start[g] - society.population.layout.first
            if lost > 0 and society.reporting and 0 <= here < society.population.layout.held:
                society.books.own[w]["by_region"][a, g, int(world["m_places"]) + UNFILLED] += lost

    team.run(tell)
    team.run(lambda w: take_places(key, world, law, records[w], society.shares[w], today))


@inline
def _waits(m, i, a):
    """Whether somebody would be hired in this month."""
    return (see.warm(m)[i, a, WORK] >> PLACE) & 3 == DRAWN


@inline
def _seeks(m, i, a, day):
    """Whether somebody looks for work after the month's step, and did not lose it in this step."""
    word = np.int64(see.warm(m)[i, a, WORK])
    return word & STATUS == UNEMPLOYED and word >> PLACE == 0 and see.warm(m)[i, a, JOB_DAY] != day


@inline
def _first(m, g):
    """The first person of a region who is held."""
    return max(see.region_start(m)[g], see.block(m)[0, 0])


@inline
def _end(m, g):
    """The person behind the last one of a region who is held."""
    return min(see.region_start(m)[g + 1], see.block(m)[0, m.n_blocks])


@kernel
def count_places(world, m, regions, day, waiting, seeking):
    """Count by (region, arm) who would be hired, and who looks for work, in the regions given."""
    for x in range(len(regions)):
        g = regions[x]
        for i in range(_first(m, g), _end(m, g)):
            for a in range(m.n_arms):
                if _waits(m, i, a):
                    waiting[g, a] += 1
                elif _seeks(m, i, a, day):
                    seeking[g, a] += 1


@maker
def keys_of(key, world, law, m, g, a, day, seeks, out):
    """Write the keys of the order of those who seek, or of those who wait, in a region; how many they are."""
    n = 0
    for i in range(_first(m, g), _end(m, g)):
        if seeks:
            if not _seeks(m, i, a, day) or refusing(key, law, m, i, a, world.month) >= 0:
                continue
        elif not _waits(m, i, a):
            continue
        u = np.int64(draw(key, i, world.month, world.place_purpose, 0)[0])
        out[n] = (u << WITHIN) | (i - see.region_start(m)[g])
        n += 1
    return n


@kernel
def give(m, g, a, keys, place):
    """Write who of a region gets a place, or gets none, into the word WORK of each."""
    for x in range(len(keys)):
        i = see.region_start(m)[g] + (keys[x] & ((1 << WITHIN) - 1))
        word = np.int64(see.warm(m)[i, a, WORK])
        see.warm(m)[i, a, WORK] = (word & ~(3 << PLACE)) | (place << PLACE)
