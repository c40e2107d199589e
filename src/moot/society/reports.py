"""What reaches people without an act of theirs, beside false alarms: false reports, and being recognised.

Both are keyed by the person concerned. Who made a report is not modelled: it is a number of ties and a rate.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import ONE, ZERO, day_key, low_bit, word_uniform
from moot.society import memory as see
from moot.society.acts import L_RECOGNISED
from moot.society.candidates import everybody, keep_below
from moot.society.counting import tally
from moot.society.desk import note, pack, put
from moot.society.law import ALLEGED, OWN, REGIME
from moot.society.memory import STRIP
from moot.society.state import LISTS, is_kept


@inline
def ties_of(world, m, b, lo, n, i):
    """How many ties a person has, over all layers; a tie in two layers counts twice."""
    ties = 2 * world.fars
    for q in range(world.orders):
        if not (world.known_mask >> q) & 1:
            continue  # households that the country does not count among the ties
        at = np.int64(see.place(m)[q, i])
        size = world.tie_reach[q]
        if world.tie_kind[q] == 0:
            code = np.int64(see.household(m)[lo + at])
            first = at - (code >> 4)
            ties += min(n, first + (code & 15)) - first - 1
        elif world.tie_kind[q] == 1:
            ties += min(2 * size, n - 1)
        else:
            employed = see.clique_end(m)[q, b, 0]
            pupils = see.clique_end(m)[q, b, 1]
            if at < pupils:
                first = at // size * size
                end = min(first + size, employed if at < employed else pupils)
                first = first if at < employed else max(first, employed)
                ties += end - first - 1
    return ties


@inline
def reports_of_block(world, law, m, b, day, key):
    """Reports of acts that were not done: charged like an act, never taught as one's own."""
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    w0 = see.block(m)[1, b]
    end = see.block(m)[1, b + 1]
    for f in range(world.reports):
        today = day_key(key, world.r_purpose[f], day)
        for first in range(w0, end, STRIP):
            count = min(STRIP, end - first)
            everybody(m, b, first, count)
            keep_below(m, today, first, count, world.r_level[f])
            for x in range(count):
                found = see.found(m)[x]
                while found != ZERO:
                    bit = low_bit(found)
                    found &= found - ONE
                    i = lo + (first + x - w0) * 64 + bit
                    u = np.int64(word_uniform(see.start(m)[x], world.r_level[f], bit))
                    ties = ties_of(world, m, b, lo, hi - lo, i)
                    for a in range(m.n_arms):
                        if u < law[a].r_threshold[f] * ties:
                            v = law[a].r_sensor[f]
                            k = law[a].r_act[f]
                            tally(m, a, i, world.m_malicious + v, 1)
                            put(m, OWN, b, pack(i - lo, a, k, REGIME | ALLEGED, v), i, 0)


@inline
def recognitions_of_block(world, law, m, b, day, key):
    """People on an enrolled list who pass a searching camera and are recognised: counted, nothing more."""
    lo = see.block(m)[0, b]
    w0 = see.block(m)[1, b]
    end = see.block(m)[1, b + 1]
    for f in range(world.watches):
        today = day_key(key, world.w_purpose[f], day)
        for first in range(w0, end, STRIP):
            count = min(STRIP, end - first)
            everybody(m, b, first, count)
            keep_below(m, today, first, count, world.w_level[f])
            for x in range(count):
                found = see.found(m)[x]
                while found != ZERO:
                    bit = low_bit(found)
                    found &= found - ONE
                    i = lo + (first + x - w0) * 64 + bit
                    u = np.int64(word_uniform(see.start(m)[x], world.w_level[f], bit))
                    for a in range(m.n_arms):
                        on = np.int64(see.hot(m)[i, a, LISTS]) & law[a].w_lists[f]
                        if on != 0 and u < law[a].w_threshold[f]:
                            v = law[a].w_sensor[f]
                            tally(m, a, i, world.m_recognised + v, 1)
                            if is_kept(m, i):
                                note(m, b, day, i, a, L_RECOGNISED, v, i, on, 0)
