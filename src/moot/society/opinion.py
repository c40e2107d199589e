"""Opinion on the scheme, talk about it, and silence: one sweep a week over each block.

Everybody has a private opinion x, an anchor u, and what was said last week, all in 1/16384. What moves x in
talk is what ties *said*: x' = openness · mean(said) + (1 − openness) · u. Whether a person speaks depends on
what was heard for and against, and on fear. Nothing else in the society reads any of it.

The sweep reads what was said last week from `mind` and adds it up by windows over the orders of the ties (a
household, a group at work, the neighbours in a ring are neighbours there), so that nobody's ties are visited
one by one. Three counts go through one 64-bit word: sums of neighbours wrap and come out right.
"""

import numpy as np

from moot.country.population import REGION, REST, WHERE, WHO
from moot.country.rates import WHERE as WHERES
from moot.country.rates import WHO as WHOS
from moot.draws.compiled import inline, kernel
from moot.draws.philox import GOLDEN, S32, ZERO, day_key, mix, purpose, static_hash
from moot.society import desk
from moot.society import memory as see
from moot.society.acts import L_HUSHED
from moot.society.desk import note
from moot.society.fear import fear_at, halves
from moot.society.law import ALLEGED, BORNE, MIND_MEASURES, OWN, REGIME
from moot.society.state import FEAR_DAY, is_kept

# Columns of `mind`.
PRIVATE, ANCHOR, FELT = 0, 1, 2
UNIT = 16384  # opinion 1
SILENT = -32768  # what was said by those who said nothing
WEEK = 7

# Bits of FELT: what was gone through since the last sweep (days charged rightly, days charged wrongly,
# charges of ties), and what the last sweep found.
RIGHTLY, WRONGLY, OF_TIES = 0, 3, 6  # shifts; 3, 3 and 6 bits
MOST_OF_TIES = 63
UNAFRAID = 1 << 12  # would have spoken without fear
ANSWERS = 1 << 13  # says in the survey to be for it
HUSHED = 1 << 14  # kept silent by fear alone
SPOKE = 1 << 15  # said what the private opinion then was, and still is: it changes with the sweep alone

P_START = purpose("opinion/start")
P_OPENNESS = purpose("opinion/openness")
P_VOICE = purpose("opinion/voice")
P_TRUST = purpose("opinion/trust")
P_SPEAKS = purpose("opinion/speaks")
P_ANSWERS = purpose("opinion/answers")

EAGER = 9  # shift of the readiness to speak (17 bits) above the openness, in a word of traits
BINS_SHIFT = np.uint64(52)  # the bin of a 64-bit word among 4096
DISSIDENT = np.uint64(round(0.99 * 2**32))  # the top hundredth of voices at birth
SHIFT_SUM, SHIFT_FOR = (
    34,
    17,
)  # of the sum of what was said, and of how many spoke for it, above how many spoke
COUNT = (1 << 17) - 1
TALKED = len(MIND_MEASURES)


@inline
def clamp(x):
    """An opinion within -1 and 1."""
    return min(UNIT, max(-UNIT, x))


@inline
def nearest(number, by):
    """number / by (positive) to the nearest whole number, halves to the even one; both are of 32 bits."""
    n, d = np.int32(number), np.int32(by)
    q = n // d
    twice = 2 * np.int64(n - q * d)
    up = (twice > by) | ((twice == by) & (q & 1 == 1))
    return np.int64(q) + np.int64(up)


@inline
def feel(world, law, m, b, i, a, head, also):
    """Remember until the next sweep that the regime charged this person today, rightly or wrongly."""
    if m.n_mind_people == 1 or law[a].notice == 0:
        return
    rightly = 0
    wrongly = 0
    own_at = head
    all_at = also
    while own_at >= 0 or all_at >= 0:
        e = desk.later(own_at, all_at)
        packed = desk.said(m, OWN, b, e)
        bits = (packed >> 33) & 255
        k = (packed >> 25) & 255
        if bits & REGIME and (k >= world.kinds or world.kind[k] < 2):
            if bits & (BORNE | ALLEGED) or k >= world.kinds:
                wrongly = 1
            else:
                rightly = 1
        if e == own_at:
            own_at = see.chain(m)[e]
        else:
            all_at = see.chain(m)[e]
    see.mind(m)[i, a, FELT] += (rightly << RIGHTLY) + (wrongly << WRONGLY)


@inline
def hear(m, i, a, packed):
    """Remember that the regime charged a tie: the news says by whom a charge was made."""
    if m.n_mind_people == 1 or (packed >> 33) & REGIME == 0:
        return
    felt = np.int64(see.mind(m)[i, a, FELT])
    if (felt >> OF_TIES) & MOST_OF_TIES < MOST_OF_TIES:
        see.mind(m)[i, a, FELT] = felt + (1 << OF_TIES)


@inline
def said_of(m, i, a):
    """What somebody said last week, or SILENT."""
    spoke = see.mind(m)[i, a, FELT] & SPOKE != 0
    return np.int64(see.mind(m)[i, a, PRIVATE]) if spoke else np.int64(SILENT)


@kernel
def open_minds(key, world, m, blocks):
    """Before the first day: everybody's private opinion is the anchor; nobody has said anything."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            h = static_hash(key, P_START, i)
            part = 0
            while np.int64(h >> S32) >= world.start_below[part]:
                part += 1
            low = world.start_from[part]
            size = world.start_from[part + 1] - low
            u = low + np.int64(((h & np.uint64(0xFFFFFFFF)) * np.uint64(size)) >> S32)
            for a in range(m.n_arms):
                see.mind(m)[i, a, PRIVATE] = u
                see.mind(m)[i, a, ANCHOR] = u
                see.mind(m)[i, a, FELT] = 0


@kernel
def know_traits(key, world, m, blocks):
    """What stays with people as long as they live: how open they are to others, how readily they speak."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            open_ = world.openness[np.int64(static_hash(key, P_OPENNESS, i) >> BINS_SHIFT)]
            eager = world.eager[np.int64(static_hash(key, P_VOICE, i) >> BINS_SHIFT)]
            see.traits(m)[i] = open_ | (eager << EAGER)


@kernel
def persuade(key, law, m, blocks, day):
    """What is said to everybody on this day moves anchors: a campaign by trust, a telling all alike."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            trust = np.int64(static_hash(key, P_TRUST, i) >> np.uint64(48))
            for a in range(m.n_arms):
                for c in range(law[a].pushes):
                    if law[a].push_day[c] == day:
                        by = halves(trust * law[a].push_trusted[c], 32) + law[a].push_all[c]
                        see.mind(m)[i, a, ANCHOR] = clamp(np.int64(see.mind(m)[i, a, ANCHOR]) + by)


@inline
def listen(world, m, b):
    """What the in-block ties of everybody said last week, added up into `heard`, by place and arm."""
    lo = see.block(m)[0, b]
    n = see.block(m)[0, b + 1] - lo
    arms = m.n_arms
    heard = see.heard(m)
    said = see.said(m)  # what was said alone, so that those who are read in another order lie close together
    for x in range(n * arms):
        heard[x] = 0
    for i in range(n):
        for a in range(arms):
            said[i * arms + a] = said_of(m, lo + i, a)
    for q in range(world.orders):
        if not (world.known_mask >> q) & 1:
            continue  # people of this country have no such ties
        order = see.order(m)[q]  # read from lo on: a slice ends where the array of a shard does
        size = world.tie_reach[q]
        for a in range(arms):
            if world.tie_kind[q] == 0:
                add_up(m, order, lo, n, arms, a, 0)
                _households(m, order, lo, n, arms, a)
            elif world.tie_kind[q] == 1:
                around = size if n > 2 * size else np.int64(0)
                add_up(m, order, lo, n, arms, a, around)
                _ring(m, order, lo, n, arms, a, around)
            else:
                add_up(m, order, lo, n, arms, a, 0)
                _cliques(m, order, lo, see.clique_end(m)[q, b, 0], see.clique_end(m)[q, b, 1], size, arms, a)


@inline
def add_up(m, order, lo, n, arms, a, around):
    """Running sums of what was said along an order, from `around` places before its start to as many after.

    `aloud[y]` is the sum before place y - around; an order that closes into a ring goes on at its other end.
    """
    said = see.said(m)
    aloud = see.aloud(m)
    total = np.int64(0)
    aloud[0] = 0
    for y in range(n + 2 * around):
        at = y - around
        if at < 0:
            at += n
        elif at >= n:
            at -= n
        x = np.int64(said[np.int64(order[lo + at]) * arms + a])
        word = (x << SHIFT_SUM) + 1 + (np.int64(x > 0) << SHIFT_FOR)
        total += word if x != SILENT else np.int64(0)
        aloud[y + 1] = total


@inline
def _households(m, order, lo, n, arms, a):
    """Everybody hears the other members of the household."""
    heard = see.heard(m)
    aloud = see.aloud(m)
    for y in range(n):
        code = np.int64(see.household(m)[lo + y])
        first = y - (code >> 4)
        end = min(n, first + (code & 15))
        word = aloud[end] - aloud[first] - (aloud[y + 1] - aloud[y])
        heard[np.int64(order[lo + y]) * arms + a] += word


@inline
def _ring(m, order, lo, n, arms, a, around):
    """Everybody hears `around` neighbours on each side; 0 where all are neighbours of all."""
    heard = see.heard(m)
    aloud = see.aloud(m)
    for y in range(n):
        if around == 0:
            word = aloud[n] - (aloud[y + 1] - aloud[y])
        else:
            own = aloud[y + around + 1] - aloud[y + around]
            word = aloud[y + 2 * around + 1] - aloud[y] - own
        heard[np.int64(order[lo + y]) * arms + a] += word


@inline
def _cliques(m, order, lo, employed, pupils, size, arms, a):
    """Everybody hears the others of the group; groups of those in work end where those at school begin."""
    heard = see.heard(m)
    aloud = see.aloud(m)
    first = np.int64(0)
    while first < pupils:
        end = min((first // size + 1) * size, employed if first < employed else pupils)
        whole = aloud[end] - aloud[first]
        for y in range(first, end):
            heard[np.int64(order[lo + y]) * arms + a] += whole - (aloud[y + 1] - aloud[y])
        first = end


@inline
def odds(world, z):
    """1 / (1 + exp(-z)) in 1/65536 for log-odds in 1/4096, linear between the table's entries."""
    at = min(1 << 17, max(0, z + (1 << 16)))
    j = at >> 6
    return world.logistic[j] + (((world.logistic[j + 1] - world.logistic[j]) * (at & 63)) >> 6)


@kernel
def talk(key, world, law, m, blocks, day):
    """One week: experience moves anchors, what was heard moves opinions, and people speak or keep silent."""
    arms = m.n_arms
    week = day_key(key, P_SPEAKS, day)
    survey = day_key(key, P_ANSWERS, day)
    for x in range(len(blocks)):
        b = blocks[x]
        lo = see.block(m)[0, b]
        listen(world, m, b)
        for i in range(lo, see.block(m)[0, b + 1]):
            known = np.int64(see.traits(m)[i])
            open_ = known & ((1 << EAGER) - 1)
            eager = known >> EAGER
            coin = np.int64(mix(week + np.uint64(i) * GOLDEN) >> S32)
            for a in range(arms):
                mind = see.mind(m)[i, a]
                felt = np.int64(mind[FELT])
                u = np.int64(mind[ANCHOR])
                if felt & 4095:
                    u = clamp(
                        u
                        + ((felt >> RIGHTLY) & 7) * world.felt[0]
                        + ((felt >> WRONGLY) & 7) * world.felt[1]
                        + ((felt >> OF_TIES) & MOST_OF_TIES) * world.felt[2]
                    )
                    mind[ANCHOR] = u
                word = see.heard(m)[(i - lo) * arms + a]
                count = word & COUNT
                climate = np.int64(0)
                if count == 0:
                    view = nearest(open_ * np.int64(mind[PRIVATE]) + (256 - open_) * u, np.int64(256))
                else:
                    view = nearest(open_ * (word >> SHIFT_SUM) + (256 - open_) * u * count, 256 * count)
                    climate = 2 * ((word >> SHIFT_FOR) & COUNT) - count
                    climate = nearest(world.speaking[1] * climate, count)
                p = fear_at(
                    see.hot(m)[i, a, 1], np.int64(see.hot(m)[i, a, FEAR_DAY]), day, law[a].ambient_day,
                    law[a].ambient[1], world.fade,
                )  # fmt: skip
                supports = view > 0
                free = world.speaking[0] + (climate if supports else -climate)
                held = halves((world.speaking[3] if supports else world.speaking[2]) * p, 16)
                unafraid = coin < eager * odds(world, free)
                speaks = coin < eager * odds(world, free - held)
                now = np.int64(0)
                if unafraid:
                    now |= UNAFRAID
                    if not speaks:
                        now |= HUSHED
                        if not felt & HUSHED and is_kept(m, i):
                            note(m, b, day, i, a, L_HUSHED, 1 if supports else 0, i, p, 0)
                if world.answers >= 0:
                    u = np.int64(mix(survey + np.uint64(i) * GOLDEN) >> S32)
                    if supports or u < world.answers * p:
                        now |= ANSWERS
                mind[PRIVATE] = view
                mind[FELT] = now | (SPOKE if speaks else 0)


@inline
def is_dissident(key, i):
    """Whether somebody is in the top hundredth of voices, which is drawn before anything happens."""
    return (static_hash(key, P_VOICE, i) >> S32) >= DISSIDENT


@kernel
def sum_minds(key, m, blocks, sums, regions):
    """Add what people think and said last week to sums by packed word, and by region.

    `sums` is (arms, 2 x measures, WHOS + WHERES + RESTS), `regions` (arms, 2 x measures, regions); the second
    half of the measures is of dissidents alone.
    """
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            who = np.int64(see.person(m)[i, WHO])
            where = WHOS + np.int64(see.person(m)[i, WHERE])
            rest = WHOS + WHERES + np.int64(see.person(m)[i, REST])
            region = np.int64(see.person(m)[i, REGION])
            halves_of = 2 if is_dissident(key, i) else 1
            for a in range(m.n_arms):
                view = np.int64(see.mind(m)[i, a, PRIVATE])
                said = said_of(m, i, a)
                felt = np.int64(see.mind(m)[i, a, FELT])
                spoke = said != SILENT
                for c in range(TALKED):
                    n = np.int64(0)
                    if c == 0:
                        n = view
                    elif c == 1:
                        n = np.int64(view > 0)
                    elif c == 2:
                        n = said if spoke else np.int64(0)
                    elif c == 3:
                        n = np.int64(spoke and view > 0)
                    elif c == 4:
                        n = np.int64(spoke and view <= 0)
                    elif c == 5:
                        n = np.int64(felt & UNAFRAID != 0 and view > 0)
                    elif c == 6:
                        n = np.int64(felt & UNAFRAID != 0 and view <= 0)
                    elif c == 7:
                        n = np.int64(not spoke and view > 0)
                    elif c == 8:
                        n = np.int64(not spoke and view <= 0)
                    else:
                        n = np.int64(felt & ANSWERS != 0)
                    if n == 0:
                        continue
                    for half in range(halves_of):
                        at = half * TALKED + c
                        sums[a, at, who] += n
                        sums[a, at, where] += n
                        sums[a, at, rest] += n
                        regions[a, at, region] += n


@inline
def mind_hash(m, i, a, h):
    """Fold a mind into the hash of a person's state; nothing where there are no minds."""
    if m.n_mind_people == 1:
        return h
    word = ZERO
    felt = np.int64(see.mind(m)[i, a, FELT]) & (SPOKE - 1)
    view, anchor = np.int64(see.mind(m)[i, a, PRIVATE]), np.int64(see.mind(m)[i, a, ANCHOR])
    for x in (view, anchor, said_of(m, i, a), felt):
        word = (word << np.uint64(16)) | np.uint64(x & 0xFFFF)
    return mix(h ^ word)
