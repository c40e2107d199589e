"""Bought repair: on the first day of a month some of those below a tier, who have the money, buy points."""

import numpy as np

from moot.country.population import WHERE, WHO
from moot.country.rates import STRATA
from moot.draws.compiled import inline
from moot.draws.philox import draw
from moot.society import memory as see
from moot.society.acts import L_BOUGHT
from moot.society.counting import tally
from moot.society.desk import note
from moot.society.judge import place_in_tier, plan_wake, set_score, set_watched
from moot.society.law import TIER
from moot.society.score import rebase, score_at
from moot.society.state import is_kept, last_of, mark_of, value_of


@inline
def month_of(day):
    """(months since January 2000, day of the month from 1) of a day number, by the Gregorian calendar."""
    z = np.int64(day) + 730425  # days since 1 March of the year 0
    era = z // 146097
    of_era = z - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    march = (5 * of_year + 2) // 153  # months since March
    date = of_year - (153 * march + 2) // 5 + 1
    return (year + era * 400 - 2000) * 12 + march + 2, date


@inline
def bought_of_block(key, world, law, m, b, day, day0, reporting):
    """Points for money, once a month; conduct and clean time stay as they are."""
    month, date = month_of(day)
    if date != 1:
        return
    lo = see.block(m)[0, b]
    for a in range(m.n_arms):
        for s in range(law[a].schemes):
            if law[a].b_chance[s] == 0:
                continue
            for i in range(lo, see.block(m)[0, b + 1]):
                if np.int64(mark_of(m, i, a, s)) >> TIER <= law[a].b_tier[s]:
                    continue
                if np.int64(see.person(m)[i, WHERE]) // STRATA < law[a].b_decile[s]:
                    continue
                if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
                    continue
                if np.int64(draw(key, i, month, law[a].b_purpose[s], 0)[0]) < law[a].b_chance[s]:
                    buy(world, law, m, b, i, a, s, day, day0, reporting)


@inline
def buy(world, law, m, b, i, a, s, day, day0, reporting):
    """One purchase: the points, up to the ceiling, then the tier."""
    place = i - see.block(m)[0, b]
    mark = mark_of(m, i, a, s)
    last = last_of(m, i, a, s)
    now = score_at(value_of(m, i, a, s), last, mark, day, law[a].repair[s])
    now = min(law[a].scale[s, 2], now + law[a].b_points[s])
    v, since, kept = rebase(now, last, mark, day, law[a].repair[s])
    set_score(world, law, m, b, i, a, a, s, v, since, kept, day, day0, reporting)
    tally(m, a, i, world.m_bought + 2 * s, 1)
    tally(m, a, i, world.m_bought + 2 * s + 1, law[a].b_price[s])
    if is_kept(m, i):
        note(m, b, day, i, a, L_BOUGHT, s, i, now, law[a].b_price[s])
    place_in_tier(world, law, m, b, place, i, a, a, s, now, day)
    set_watched(world, law, m, b, place, i, a, a)
    plan_wake(world, law, m, b, place, i, a, a, day, day0)
