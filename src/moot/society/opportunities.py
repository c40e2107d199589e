"""Trips and offers, drawn for watched people only and by the same uniforms in all arms."""

import numpy as np

from moot.country.population import WHERE, WHO
from moot.draws.compiled import inline
from moot.draws.philox import ONE, ZERO, day_key, draw, low_bit, word_uniform
from moot.society import memory as see
from moot.society.acts import L_DECIDED, L_DENIED, L_GRANTED, L_OFFER, L_REFUSED, L_TRIP
from moot.society.candidates import keep_below
from moot.society.counting import tally
from moot.society.desk import note
from moot.society.judge import enlist, place_in_tier, plan_wake, set_score, set_watched
from moot.society.law import ACROSS, BY_SCORE, PER_CHANCE, REFUSED, TIER
from moot.society.ledger import list_without_others, tier_of, without_others
from moot.society.listing import intends, tries
from moot.society.memory import STRIP
from moot.society.score import rebase, score_at
from moot.society.state import LISTS, is_kept, last_of, mark_of, value_of


@inline
def offer(world, law, m, b, i, a, u, day, day0, reporting):
    """Somebody takes up an offer (a course): points come back, clean time goes on."""
    place = i - see.block(m)[0, b]
    s = law[a].o_scheme[u]
    mark = mark_of(m, i, a, s)
    if not (law[a].o_tiers[u] >> (mark >> TIER)) & 1:
        return
    if np.int64(see.hot(m)[i, a, LISTS]) & law[a].o_blocked[u]:
        return
    if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
        return
    value = value_of(m, i, a, s)
    last = last_of(m, i, a, s)
    now = score_at(value, last, mark, day, law[a].repair[s])
    now = min(law[a].scale[s, 2], now + law[a].o_points[u])
    v, since, kept = rebase(now, last, mark, day, law[a].repair[s])
    set_score(world, law, m, b, i, a, a, s, v, since, kept, day, day0, reporting)
    tally(m, a, i, world.m_trip + PER_CHANCE * u, 1)
    if is_kept(m, i):
        note(m, b, day, i, a, L_OFFER, u, i, now, 0)
    if law[a].o_enters[u] >= 0:
        enlist(world, law, m, b, place, i, a, a, law[a].o_enters[u], day)
    place_in_tier(world, law, m, b, place, i, a, a, s, now, day)
    set_watched(world, law, m, b, place, i, a, a)
    plan_wake(world, law, m, b, place, i, a, a, day, day0)


@inline
def decision(world, law, m, b, i, a, u, coin, day):
    """Somebody decides about a person in a tier: one coin, with the score and without it."""
    s = law[a].o_scheme[u]
    if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
        return
    tier = np.int64(mark_of(m, i, a, s)) >> TIER
    if not (law[a].o_tiers[u] >> tier) & 1:
        return
    column = world.m_trip + PER_CHANCE * u
    tally(m, a, i, column, 1)
    before = coin < law[a].o_before[u]
    refused = coin < law[a].o_decide[u, tier]
    if refused:
        tally(m, a, i, column + REFUSED, 1)
    if refused and not before:
        tally(m, a, i, column + BY_SCORE, 1)
        score = without_others(law, m, i, a, s, day, world.o_domains[u])
        if coin >= law[a].o_decide[u, tier_of(law, a, s, score)]:
            tally(m, a, i, column + ACROSS, 1)
    if is_kept(m, i):
        if refused != before:
            note(m, b, day, i, a, L_DENIED if refused else L_GRANTED, u, i, s, tier)
        else:
            note(m, b, day, i, a, L_DECIDED, u, i, s, np.int64(refused))


@inline
def opportunities_of_block(key, world, law, m, b, day, day0, reporting):
    """Trips tried by listed people and refused or not; offers to people in the tiers concerned."""
    lo = see.block(m)[0, b]
    w0 = see.block(m)[1, b]
    end = see.block(m)[1, b + 1]
    arms = m.n_arms
    for u in range(world.chances):
        today = day_key(key, world.o_purpose[u], day)
        for first in range(w0, end, STRIP):
            count = min(STRIP, end - first)
            anybody = ZERO
            for x in range(count):
                among = ZERO
                for a in range(arms):
                    among |= see.watched(m)[a, first + x]
                see.found(m)[x] = among
                anybody |= among
            if anybody == ZERO:
                continue
            keep_below(m, today, first, count, world.o_level[u])
            for x in range(count):
                found = see.found(m)[x]
                while found != ZERO:
                    bit = low_bit(found)
                    found &= found - ONE
                    i = lo + (first + x - w0) * 64 + bit
                    intent = np.int64(word_uniform(see.start(m)[x], world.o_level[u], bit))
                    where = see.person(m)[i, WHERE]
                    coin = np.int64(-1)
                    for a in range(arms):
                        if not (see.watched(m)[a, first + x] >> np.uint64(bit)) & ONE:
                            continue
                        if not intends(law, m, i, a, u, where, intent):
                            continue
                        if world.o_kind[u] == 1:
                            if law[a].o_scheme[u] >= 0:
                                offer(world, law, m, b, i, a, u, day, day0, reporting)
                            continue
                        if world.o_kind[u] == 2:
                            if law[a].o_scheme[u] >= 0:
                                if coin < 0:
                                    coin = np.int64(draw(key, i, day, world.o_purpose[u], 0)[0])
                                decision(world, law, m, b, i, a, u, coin, day)
                            continue
                        refusal = law[a].o_refuse[u, see.hot(m)[i, a, LISTS]]
                        if refusal == 0:
                            continue
                        if coin < 0:
                            coin = np.int64(draw(key, i, day, world.o_purpose[u], 0)[0])
                        column = world.m_trip + PER_CHANCE * u
                        n = tries(key, law, m, i, a, u, world.o_purpose[u], day) if coin < refusal else 1
                        tally(m, a, i, column, n)
                        if coin < refusal:
                            tally(m, a, i, column + REFUSED, n)
                            lists = np.int64(see.hot(m)[i, a, LISTS])
                            domains = world.o_domains[u]
                            if not list_without_others(world, law, m, i, a, u, lists, day, domains):
                                tally(m, a, i, column + ACROSS, n)
                            if is_kept(m, i):
                                note(m, b, day, i, a, L_REFUSED, u, i, see.hot(m)[i, a, LISTS], n)
                        elif is_kept(m, i):
                            note(m, b, day, i, a, L_TRIP, u, i, 0, 0)
