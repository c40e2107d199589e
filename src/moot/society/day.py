"""The order of a day, as kernels over a range of blocks: two phases with an exchange after each.

1. `morning`: yesterday's falls and news reach ties (they count in yesterday's means); today's acts are drawn.
   Exchange: charges go to whom they were given.
2. `evening`: repair up to now, charges, one evaluation of tiers and lists, opportunities.
   Exchange: falls go to far ties.

What happens on day d reads the state at the end of d-1; each block is written by one thread.
"""

import numpy as np

from moot.draws.compiled import inline, kernel
from moot.society.acts import L_TIE_CHARGED, L_TIE_FELL, acts_of_block, false_alarms_of_block, note, pack, put
from moot.society.counting import tally
from moot.society.fear import fear_at, raised
from moot.society.judge import delist, plan_wake, set_score, set_watched, touch
from moot.society.law import ABOVE, FALLS, FROM_TIES, JUDGE, KNOWN, NOVICE, OUT, OWN, R_EVERY, TERM, TIER
from moot.society.law import ONE as LAST_WAS_ONE
from moot.society.opportunities import opportunities_of_block
from moot.society.score import rebase, score_at
from moot.society.stairs import climb, enter

UNTOUCHED = -2


@inline
def news_of_block(world, law, pop, state, desk, st, t, panel, b, day, day0, reporting):
    """End of `day` in one block: ties hear of charges, and pay for falls; both are judged on the next day."""
    lo = pop.block[0, b]
    for e in range(desk.mail_n[KNOWN, b]):
        packed = desk.mail[KNOWN, b, e, 0]
        i = lo + (packed & 0x1FFFF)
        a = (packed >> 17) & 255
        k = (packed >> 25) & 255
        c = world.kind[k] if k < world.kinds else 0
        since = np.int64(state.fear_day[i, a])
        p0 = fear_at(state.fear[i, a, 0], since, day, law[a].ambient_day, law[a].ambient[0], world.fade)
        p1 = fear_at(state.fear[i, a, 1], since, day, law[a].ambient_day, law[a].ambient[1], world.fade)
        if c == 0:
            p0 = raised(p0, world.learn[1])
        else:
            p1 = raised(p1, world.learn[1])
        state.fear[i, a, 0] = p0
        state.fear[i, a, 1] = p1
        state.fear_day[i, a] = day
        if panel[i] != 0:
            note(desk, b, day, i, a, L_TIE_CHARGED, k, desk.mail[KNOWN, b, e, 1], p0, p1)
    desk.mail_n[KNOWN, b] = 0
    for e in range(desk.mail_n[FALLS, b]):
        packed = desk.mail[FALLS, b, e, 0]
        place = packed & 0x1FFFF
        i = lo + place
        a = (packed >> 17) & 255
        s = (packed >> 25) & 255
        if pop.who[i] & law[a].who[s] != law[a].who[s]:
            continue
        r = law[a].repair[s]
        value = np.int64(state.value[i, a, s])
        last = np.int64(state.last[i, a, s])
        mark = np.int64(state.mark[i, a, s])
        now = score_at(value, last, mark, day, r)
        new = max(law[a].scale[s, 1], now - law[a].tie_points[s])
        if law[a].tie_breaks[s] != 0:
            v, at, m = new, np.int64(day), mark & ~(ABOVE | LAST_WAS_ONE)
        else:
            v, at, m = rebase(new, last, mark, day, r)
        set_score(world, law, pop, state, st, b, i, a, s, v, at, m, day, day0, reporting)
        tally(t, a, pop.region[i], pop.levels[i], world.m_scheme + 4 * s + FROM_TIES, now - new)
        put(desk, JUDGE, b, pack(place, a, 0, 0, 0), i, 0)
        if panel[i] != 0:
            note(desk, b, day, i, a, L_TIE_FELL, s, desk.mail[FALLS, b, e, 1], now - new, new)
    desk.mail_n[FALLS, b] = 0


@kernel
def news(world, law, pop, state, desk, st, t, panel, blocks, day, day0, reporting):
    """`news_of_block` over the blocks given."""
    for x in range(len(blocks)):
        news_of_block(world, law, pop, state, desk, st, t, panel, blocks[x], day, day0, reporting)


@kernel
def morning(key, world, law, rates, pop, state, desk, t, panel, what, blocks, day):
    """Today's acts, alarms and searches in the blocks given."""
    for x in range(len(blocks)):
        b = blocks[x]
        desk.mail_n[OWN, b] = 0
        desk.mail_n[OUT, b] = 0
        acts_of_block(key, world, law, rates, pop, state, desk, t, panel, what, b, day)
        false_alarms_of_block(key, world, law, pop, state, desk, t, panel, b, day)


@inline
def _mark_touched(head, touched, count, place, a, arms):
    at = place * arms + a
    if head[at] == UNTOUCHED:
        head[at] = -1
        touched[count] = at
        return count + 1
    return count


@kernel
def evening(key, world, law, pop, state, desk, st, t, panel, blocks, day, day0, reporting, head, touched, chain, counts):
    """Everybody touched today, once; then opportunities. `head` is all UNTOUCHED on entry and on return."""
    arms = state.lists.shape[1]
    for x in range(len(blocks)):
        b = blocks[x]
        lo = pop.block[0, b]
        hi = pop.block[0, b + 1]
        if reporting:
            for a in range(arms):
                for s in range(law[a].schemes):
                    climb(st, b, a, s, day, day0, law[a].repair[s, R_EVERY])
        n = 0
        for e in range(desk.mail_n[OWN, b]):
            packed = desk.mail[OWN, b, e, 0]
            place = packed & 0x1FFFF
            a = (packed >> 17) & 255
            n = _mark_touched(head, touched, n, place, a, arms)
            chain[e] = head[place * arms + a]
            head[place * arms + a] = e
        for e in range(desk.mail_n[JUDGE, b]):
            packed = desk.mail[JUDGE, b, e, 0]
            n = _mark_touched(head, touched, n, packed & 0x1FFFF, (packed >> 17) & 255, arms)
        desk.mail_n[JUDGE, b] = 0
        e = desk.bucket[b, day - day0]
        while e >= 0:
            packed = desk.wake[b, e, 1]
            place = packed & 0x1FFFF
            a = (packed >> 17) & 255
            if state.wake[lo + place, a] == day:
                n = _mark_touched(head, touched, n, place, a, arms)
            after = desk.wake[b, e, 0]
            desk.wake[b, e, 0] = desk.wake_n[b, 1]
            desk.wake_n[b, 1] = e
            e = after
        desk.bucket[b, day - day0] = -1
        n = _end_terms(world, law, pop, state, desk, st, t, panel, b, lo, day, day0, reporting, head, touched, n, arms)
        for y in range(n):
            at = touched[y]
            touch(
                world, law, pop, state, desk, st, t, panel, chain, counts, b, lo, hi, at // arms, at % arms, head[at],
                day, day0, reporting,
            )  # fmt: skip
            head[at] = UNTOUCHED
        opportunities_of_block(key, world, law, pop, state, desk, st, t, panel, b, day, day0, reporting)


@inline
def _end_terms(world, law, pop, state, desk, st, t, panel, b, lo, day, day0, reporting, head, touched, n, arms):
    """Lists whose term ends today: off the list, with the score that the rule restores."""
    e = 0
    while e < desk.mail_n[TERM, b]:
        if desk.mail[TERM, b, e, 1] > day:
            e += 1
            continue
        packed = desk.mail[TERM, b, e, 0]
        desk.mail_n[TERM, b] -= 1
        desk.mail[TERM, b, e, 0] = desk.mail[TERM, b, desk.mail_n[TERM, b], 0]
        desk.mail[TERM, b, e, 1] = desk.mail[TERM, b, desk.mail_n[TERM, b], 1]
        place = packed & 0x1FFFF
        a = (packed >> 17) & 255
        x = (packed >> 25) & 255
        i = lo + place
        delist(world, law, pop, state, desk, t, panel, b, i, a, x, day)
        if law[a].l_exit[x, 2] >= 0:
            s = law[a].l_scheme[x]
            mark = np.int64(state.mark[i, a, s]) & (15 << TIER)
            if law[a].l_exit[x, 3] != 0:
                mark |= NOVICE
            set_score(world, law, pop, state, st, b, i, a, s, law[a].l_exit[x, 2], day, mark, day, day0, reporting)
        n = _mark_touched(head, touched, n, place, a, arms)
    return n


@kernel
def exchange(desk, block, out, into):
    """Hand the messages of box `out` to the blocks of the people they are for; adds commute, so order is free."""
    for b in range(desk.mail.shape[1]):
        for e in range(min(desk.mail_n[out, b], desk.mail.shape[2])):
            j = desk.mail[out, b, e, 2]
            low = 0
            high = block.shape[1] - 1
            while high - low > 1:
                middle = (low + high) // 2
                if block[0, middle] <= j:
                    low = middle
                else:
                    high = middle
            put(desk, into, low, desk.mail[out, b, e, 0] | (j - block[0, low]), desk.mail[out, b, e, 1], 0)
        desk.mail_n[out, b] = 0


@kernel
def open_books(world, law, pop, state, desk, st, t, blocks, day, day0, reporting):
    """Before the first day: stocks, sums, watched people and wakes, from the state as it stands."""
    arms = state.lists.shape[1]
    for x in range(len(blocks)):
        b = blocks[x]
        lo = pop.block[0, b]
        for i in range(lo, pop.block[0, b + 1]):
            region = pop.region[i]
            row = pop.levels[i]
            for a in range(arms):
                state.wake[i, a] = 0
                for s in range(law[a].schemes):
                    if pop.who[i] & law[a].who[s] != law[a].who[s]:
                        continue
                    mark = np.int64(state.mark[i, a, s])
                    tally(t, a, region, row, world.k_tier + 8 * s + (mark >> TIER), 1)
                    if reporting:
                        enter(
                            st, b, a, s, np.int64(pop.slot[i]), np.int64(state.value[i, a, s]),
                            np.int64(state.last[i, a, s]), mark, day, day0, law[a].repair[s],
                        )  # fmt: skip
                for y in range(law[a].lists):
                    if (state.lists[i, a] >> y) & 1:
                        tally(t, a, region, row, world.k_list + y, 1)
                set_watched(world, law, pop, state, b, i - lo, i, a)
                plan_wake(world, law, pop, state, desk, b, i - lo, i, a, day, day0)


@kernel
def begin(world, law, pop, state, blocks, first_scheme, day):
    """Scores on the first day of schemes from `first_scheme` on: everybody at the start; novices in their cycle."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(pop.block[0, b], pop.block[0, b + 1]):
            for a in range(state.lists.shape[1]):
                for s in range(first_scheme[a], law[a].schemes):
                    r = law[a].repair[s]
                    value = law[a].scale[s, 0]
                    last = np.int64(0)
                    mark = np.int64(0)
                    if value < r[2]:
                        last = day
                    elif value > r[2]:
                        mark = np.int64(1)
                    if r[10] > 0 and pop.born[i] > 0:
                        value = r[9]
                        last = day - (day + np.int64(pop.born[i])) % r[10]
                        mark = np.int64(NOVICE)
                    now = score_at(value, last, mark, day, r)
                    tier = np.int64(0)
                    while tier + 1 < law[a].tiers[s] and now < law[a].lower[s, tier]:
                        tier += 1
                    state.value[i, a, s] = value
                    state.last[i, a, s] = last
                    state.mark[i, a, s] = mark | (tier << TIER)


@kernel
def factor_sums(world, law, rates, pop, state, key, blocks, day, sums, exposed):
    """Sum over people of bound × state factor, and of the bound alone, per act: the status-quo normaliser."""
    from_deter = world.deter
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(pop.block[0, b], pop.block[0, b + 1]):
            for c in range(2):
                p = fear_at(
                    state.fear[i, 0, c], np.int64(state.fear_day[i, 0]), day, law[0].ambient_day,
                    law[0].ambient[c], world.fade,
                )  # fmt: skip
                f = from_deter[c, p >> 4] + (((from_deter[c, (p >> 4) + 1] - from_deter[c, p >> 4]) * (p & 15)) >> 4)
                for k in range(world.kinds):
                    if world.kind[k] == c:
                        w = rates.by_person[k, pop.who[i]] >> 8
                        w = (w * rates.domain_bins[pop.theta[i, rates.domain[k]]]) >> 16
                        sums[k] += (w * f) >> 16
                        exposed[k] += w


@kernel
def sum_scores(world, law, pop, state, blocks, day, total):
    """A plain recount: the sum of scores by arm, scheme, region at the end of a day; reads, never writes."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(pop.block[0, b], pop.block[0, b + 1]):
            for a in range(state.lists.shape[1]):
                for s in range(law[a].schemes):
                    if pop.who[i] & law[a].who[s] == law[a].who[s]:
                        total[a, s, pop.region[i]] += score_at(
                            np.int64(state.value[i, a, s]), np.int64(state.last[i, a, s]),
                            np.int64(state.mark[i, a, s]), day, law[a].repair[s],
                        )  # fmt: skip


@kernel
def sum_levels(world, law, pop, state, blocks, day, scores, fear):
    """Sums of scores (arms, schemes, slots) and of perceived certainty (arms, slots, 2) at the end of a day."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(pop.block[0, b], pop.block[0, b + 1]):
            row = pop.levels[i]
            for a in range(state.lists.shape[1]):
                for s in range(law[a].schemes):
                    if pop.who[i] & law[a].who[s] == law[a].who[s]:
                        now = score_at(
                            np.int64(state.value[i, a, s]), np.int64(state.last[i, a, s]),
                            np.int64(state.mark[i, a, s]), day, law[a].repair[s],
                        )  # fmt: skip
                        for y in range(len(row)):
                            scores[a, s, row[y]] += now
                for c in range(2):
                    p = fear_at(
                        state.fear[i, a, c], np.int64(state.fear_day[i, a]), day, law[a].ambient_day,
                        law[a].ambient[c], world.fade,
                    )  # fmt: skip
                    for y in range(len(row)):
                        fear[a, row[y], c] += p
