"""Lists whose entries a register brings, at a published rate, and which people leave by paying.

And how often those who are listed try in vain.

Entries and exits are drawn for everybody by the name of the list, so that arms that have it stay paired.
"""

import numpy as np

from moot.country.population import WHO
from moot.draws.compiled import inline
from moot.draws.philox import ONE, ZERO, day_key, draw, low_bit, word_uniform
from moot.society import memory as see
from moot.society.candidates import everybody, keep_below
from moot.society.judge import delist, enlist, set_watched
from moot.society.law import DRAWN_ENTRY, RATES, TRY_DAYS
from moot.society.memory import STRIP
from moot.society.state import LISTED_ON, LISTS

MOST_TRIES = 64


@inline
def lists_of_block(key, world, law, m, b, day):
    """Today's drawn entries on lists, and exits of those who are on them since yesterday or longer."""
    lo = see.block(m)[0, b]
    w0 = see.block(m)[1, b]
    end = see.block(m)[1, b + 1]
    for f in range(world.drawn):
        for way in range(2):
            level = world.d_level[f, way]
            today = day_key(key, world.d_purpose[f, way], day)
            for first in range(w0, end, STRIP):
                count = min(STRIP, end - first)
                everybody(m, b, first, count)
                keep_below(m, today, first, count, level)
                for word in range(count):
                    found = see.found(m)[word]
                    while found != ZERO:
                        bit = low_bit(found)
                        found &= found - ONE
                        place = (first + word - w0) * 64 + bit
                        u = np.int64(word_uniform(see.start(m)[word], level, bit))
                        for a in range(m.n_arms):
                            x = law[a].d_list[f]
                            if x >= 0:
                                _one(world, law, m, b, place, lo + place, a, x, f, way, u, day)


@inline
def _one(world, law, m, b, place, i, a, x, f, way, u, day):
    """One possible entry (way 0) or exit (way 1) of a person."""
    on = (np.int64(see.hot(m)[i, a, LISTS]) >> x) & 1
    if on != way:
        return
    if way == 0:
        need = law[a].who[law[a].l_scheme[x]]
        if np.int64(see.person(m)[i, WHO]) & need != need:
            return
        segment = 0
        while segment + 1 < RATES and law[a].d_day[f, segment + 1] <= day:
            segment += 1
        if u >= law[a].d_entry[f, segment]:
            return
        enlist(world, law, m, b, place, i, a, a, x, day)
    else:
        if u >= law[a].d_exit[f]:
            return
        delist(world, law, m, b, i, a, a, x, day)
    set_watched(world, law, m, b, place, i, a, a)


@inline
def intends(law, m, i, a, u, where, x):
    """Whether a listed person sets out on a trip today: by the list's own rate where it has one."""
    lists = np.int64(see.hot(m)[i, a, LISTS])
    threshold = law[a].o_threshold[u, where]
    for y in range(law[a].lists):
        if (lists >> y) & 1 and law[a].t_intent[y, u] >= 0:
            own = law[a].t_intent[y, u]
            threshold = own if own < DRAWN_ENTRY else (threshold * (own - DRAWN_ENTRY)) >> 16
            break
    return x < threshold


@inline
def tries(key, law, m, i, a, u, what, day):
    """How often somebody who is refused tries for one trip: less often as time on the list goes by."""
    lists = np.int64(see.hot(m)[i, a, LISTS])
    for y in range(law[a].lists):
        if (lists >> y) & 1 and law[a].t_intent[y, u] >= 0:
            since = min(TRY_DAYS - 1, day - np.int64(see.warm(m)[i, a, LISTED_ON]))
            again = law[a].t_again[y, since]
            n = 1
            while n < MOST_TRIES:
                coins = draw(key, i, day, what, 1 + (n - 1) // 4)
                if np.int64(coins[(n - 1) % 4]) >= again:
                    break
                n += 1
            return n
    return 1
