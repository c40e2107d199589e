"""First half of a day: who does what, who sees it, and whom they take for its author.

Potential acts are drawn without looking at anybody's state; state enters by thinning alone. Nothing here
changes the state: charges go to the desk of the block, or to the outbox when they fall on somebody elsewhere.
"""

import numpy as np

from moot.country.population import HOME, LEVELS, REGION, THETA, WHERE, WHO
from moot.country.rates import ACT_LAYERS, CLASSES, bound
from moot.draws.compiled import inline
from moot.draws.philox import (
    FULL,
    ONE,
    S32,
    ZERO,
    below,
    day_key,
    draw,
    low_bit,
    mix,
    stream,
    word_below,
    word_candidates,
    word_digits,
    word_level,
    word_start,
    word_uniform,
)
from moot.society import memory as see
from moot.society.counting import tally
from moot.society.fear import deterrence, fear_at
from moot.society.law import (
    BORNE,
    BY_REGIME,
    BY_TODAY,
    DONE,
    NOBODY,
    OUT,
    OWN,
    PER_ACT,
    PREVENTED,
    REGIME,
    TO_ANOTHER,
    TODAY,
    UNCHARGED,
)
from moot.society.score import score_at
from moot.society.state import FEAR_DAY, LISTS, is_kept, last_of, mark_of, value_of

CERTAIN = np.int64(1 << 32)
TRIES = 4096
LEAD = 8  # digits of a thinning uniform that come from the words
EVERY_LEAD = (1 << LEAD) - 1
CHUNK = 256  # candidates on their way from memory at a time

# Kinds of an event in a panel life (see findings.lives for the words).
L_ACT, L_PREVENTED, L_FORGONE, L_TODAY, L_REGIME, L_MISTAKEN, L_BORNE, L_FALSE = 1, 2, 3, 4, 5, 6, 7, 8
L_FALL, L_RISE, L_LISTED, L_DELISTED, L_REFUSED, L_TIE_FELL, L_TIE_CHARGED = 9, 10, 11, 12, 13, 14, 15
L_TRIP, L_OFFER, L_RENEWED = 16, 17, 18


@inline
def note(m, b, day, i, a, what, k, source, x, y):
    """Write one event of a panel life: (day, person, arm, what, act, source, x, y)."""
    n = see.life_n(m)[b]
    if n < m.n_life_cap:
        row = see.life(m)[b, n]
        row[0] = day
        row[1] = i
        row[2] = a
        row[3] = what
        row[4] = k
        row[5] = source
        row[6] = x
        row[7] = y
    see.life_n(m)[b] = n + 1


@inline
def put(m, box, b, packed, origin, to):
    """Append a message to a block's box; a box that is full still counts, and the day then raises."""
    n = see.mail_n(m)[box, b]
    if n < m.n_mail_cap:
        row = see.mail(m)[box, b, n]
        row[0] = packed
        row[1] = origin
        row[2] = to
    see.mail_n(m)[box, b] = n + 1


@inline
def pack(place, a, k, bits, sensor):
    """(place in block, arm, act, bits, sensor) in one int64."""
    return (
        np.int64(place)
        | (np.int64(a) << 17)
        | (np.int64(k) << 25)
        | (np.int64(bits) << 33)
        | (np.int64(sensor) << 41)
    )


@inline
def wrong_person(key, law, m, a, v, search, day, k, author):
    """The member of the searched gallery who is charged for somebody else's act.

    The gallery is walked in an order keyed by the search (author, day, act, sensor): a smaller gallery keeps
    the same person where it can. The same appearance class is asked for with the declared weight.
    """
    coin, u1, u2, u3 = draw(key, author, day, search, 1)
    same = np.int64(coin) < law[a].s_same[v]
    seed = mix((u1 << S32) | u2) ^ (np.uint64(k) << S32) ^ u3
    first = np.int64(0)
    size = m.n_people
    if law[a].s_scope[v] == 1:
        here = see.person(m)[author, REGION]
        first = see.region_start(m)[here]
        size = see.region_start(m)[here + 1] - first
    looks = see.person(m)[author, LEVELS + 5]
    for t in range(TRIES):
        j = first + below(mix(seed + np.uint64(t) * np.uint64(0x9E3779B97F4A7C15)) >> S32, size)
        if j == author:
            continue
        if same and see.person(m)[j, LEVELS + 5] != looks:
            continue
        return j
    return -1


@inline
def act_of(key, world, law, rates, m, b, lo, hi, i, k, day, u_thin, u_today, scale):
    """One potential act in every arm: thinned by state, then seen, identified and charged."""
    place = i - lo
    region = see.person(m)[i, REGION]
    row = see.person(m)[i, LEVELS:THETA]
    shown = is_kept(m, i)
    for a in range(m.n_arms):
        c = world.kind[k]
        threshold = (world.thin[k] * scale) >> 16
        p = np.int64(0)
        if c < 2:
            p = fear_at(
                see.hot(m)[i, a, c], see.hot(m)[i, a, FEAR_DAY], day, law[a].ambient_day,
                law[a].ambient[c], world.fade,
            )  # fmt: skip
            threshold = (threshold * world.normaliser[k]) >> 16
            threshold = (threshold * deterrence(p, world.deter[c])) >> 16
            s = law[a].stake_scheme
            if s >= 0 and c == 0:
                now = score_at(
                    value_of(m, i, a, s), last_of(m, i, a, s), mark_of(m, i, a, s), day - 1, law[a].repair[s]
                )
                lost = min(256, max(0, ((law[a].stake_span[0] - now) << 8) // law[a].stake_span[1]))
                threshold = (threshold * world.caution[lost]) >> 16
        if threshold > CERTAIN:
            see.by_region(m)[a, region, world.m_clamped] += 1
        if u_thin >= threshold:
            if shown and u_thin < (world.thin[k] * scale) >> 16:
                note(m, b, day, i, a, L_FORGONE, k, i, p, 0)
            continue
        if (law[a].prevents[see.hot(m)[i, a, LISTS]] >> k) & 1:
            tally(m, a, region, row, k * PER_ACT + PREVENTED, 1)
            if shown:
                note(m, b, day, i, a, L_PREVENTED, k, i, see.hot(m)[i, a, LISTS], 0)
            continue
        tally(m, a, region, row, k * PER_ACT + DONE, 1)
        if shown:
            note(m, b, day, i, a, L_ACT, k, i, p, 0)
        bits = 0
        by = 0
        if law[a].institutions != 0 and u_today < world.today[k]:
            bits = TODAY
            tally(m, a, region, row, k * PER_ACT + BY_TODAY, 1)
        for v in range(law[a].sensors):
            need = law[a].s_need[v]
            if see.person(m)[i, WHO] & need != need:
                continue
            if law[a].s_register[v] != 0 and not bits & TODAY:
                continue
            stratum = row[4] - world.first_slot[1]
            seen = law[a].s_seen[v, k, stratum]
            if seen == 0:
                continue
            search = law[a].s_purpose[v] ^ rates.purpose[k]
            w0, w1, _, _ = draw(key, i, day, search, 0)
            if np.int64(w0) >= seen:
                continue
            looks = row[5] - world.first_slot[0]
            if np.int64(w1) < law[a].s_right[v, looks]:
                if not bits & REGIME:
                    bits |= REGIME
                    by = v
                    tally(m, a, region, row, k * PER_ACT + BY_REGIME, 1)
            elif np.int64(w1) < law[a].s_wrong[v, looks]:
                j = wrong_person(key, law, m, a, v, search, day, k, i)
                if j < 0:
                    tally(m, a, region, row, k * PER_ACT + NOBODY, 1)
                    continue
                tally(m, a, region, row, k * PER_ACT + TO_ANOTHER, 1)
                if shown:
                    note(m, b, day, i, a, L_MISTAKEN, k, j, v, 0)
                if lo <= j < hi:
                    put(m, OWN, b, pack(j - lo, a, k, REGIME | BORNE, v), i, 0)
                else:
                    put(m, OUT, b, pack(0, a, k, REGIME | BORNE, v), i, j)
            else:
                tally(m, a, region, row, k * PER_ACT + NOBODY, 1)
        if bits == 0:
            if c < 2 and world.unlearn[k] > 0:
                put(m, OWN, b, pack(place, a, k, UNCHARGED, 0), i, 0)
        else:
            put(m, OWN, b, pack(place, a, k, bits, by), i, 0)


@inline
def next_kind(key, rates, m, i, born, layer, c, r, k):
    """The first kind after k of this layer that r (32 digits after c zeros) makes a potential act, or -1.

    P(it is x) = p_x times the product of (1 - p_y) over the kinds between: kinds are independent, each with
    its own p. Returns (kind, p, full) as `bound` gives them.
    """
    none = CERTAIN
    total = np.int64(0)
    who = see.person(m)[i, WHO]
    where = see.person(m)[i, WHERE]
    for x in range(k + 1, rates.kinds):
        if rates.layer[x] != layer:
            continue
        p, full = bound(rates, key, x, see.person(m)[i, THETA + rates.domain[x]], who, where, born)
        if p == 0:
            continue
        share = ((none >> 1) * p) >> 31
        total += share
        none -= share
        if (total << c) > r:
            return x, p, full
    return -1, np.int64(0), np.int64(0)


@inline
def decide(key, world, law, rates, m, what, today, b, w, day, i, layer, n):
    """The n-th potential act of a candidate in a layer, if there is one, thinned by state in every arm.

    The thinning uniform has its first LEAD digits from the words, the others from the draw of the event. For
    people of class 0 the potential acts that follow are decided here too.
    """
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    born = lo + see.person(m)[i, HOME]
    bit = (i - lo) % 64
    c = 0
    while (see.classes(m)[layer, w, c] >> np.uint64(bit)) & ONE == ZERO:
        c += 1
    k = -1
    p = np.int64(0)
    full = np.int64(0)
    r1 = ZERO
    r2 = ZERO
    for x in range(n + 1):
        r0, r1, r2, _ = draw(key, i, day, what, x)
        k, p, full = next_kind(key, rates, m, i, born, layer, c, np.int64(r0), k)
        if k < 0:
            return
    while True:
        scale = np.int64(65536) if full == p else (full << 16) // p
        lead = word_digits(word_start(stream(today, 2 * n + 1), w), 0, LEAD, bit)
        thin = np.int64((lead << np.uint64(32 - LEAD)) | (r1 >> np.uint64(LEAD)))
        if thin < (world.ceiling[k] * scale) >> 16:
            act_of(key, world, law, rates, m, b, lo, hi, i, k, day, thin, np.int64(r2), scale)
        if c > 0:
            return
        n += 1
        r0, r1, r2, _ = draw(key, i, day, what, n)
        k, p, full = next_kind(key, rates, m, i, born, layer, c, np.int64(r0), k)
        if k < 0:
            return


@inline
def candidates(m, layer, w, start, among):
    """Those of `among` whose uniform of this stream has as many leading zeros as their rate class asks."""
    found = ZERO
    for c in range(CLASSES):
        found |= among & see.classes(m)[layer, w, c]
        among &= word_level(start, c)
        if among == ZERO:
            break
    return found


@inline
def acts_of_block(key, world, law, rates, m, what, b, day):
    """All potential acts of a block's people on a day: candidates are collected, fetched, then decided.

    The n-th potential act of a layer needs the leading zeros of the person's class in each of the streams 0,
    2, ... 2n: the masks of 64 people are found together, and so are the digits (of stream 2n + 1) that no
    thinning threshold can pass. Where the bound is capped (class 0), thresholds may stand above the layer's:
    no digits there.
    """
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    w0 = see.block(m)[1, b]
    waiting = see.touched(m)
    size = min(CHUNK, m.n_scratch)
    for layer in range(len(ACT_LAYERS)):
        if world.lead[layer] < 0:
            continue  # no act of this layer can happen in any arm
        purpose = what[layer]
        today = day_key(key, purpose, day)
        count = 0
        for w in range(w0, see.block(m)[1, b + 1]):
            left = hi - lo - (w - w0) * 64
            alive = FULL if left >= 64 else (ONE << np.uint64(left)) - ONE
            for n in range(rates.kinds):
                alive = candidates(m, layer, w, word_start(stream(today, 2 * n), w), alive)
                if alive == ZERO:
                    break  # nobody is left; the chain of class 0 is followed person by person
                sure = alive & see.classes(m)[layer, w, 0]
                alive &= ~sure
                found = alive
                if found != ZERO and world.lead[layer] < EVERY_LEAD:
                    start = word_start(stream(today, 2 * n + 1), w)
                    found = word_below(start, world.lead[layer], LEAD, found)
                found |= sure
                while found != ZERO:
                    i = lo + (w - w0) * 64 + low_bit(found)
                    found &= found - ONE
                    see.fetch_person(m, i)
                    see.fetch_hot(m, i)
                    waiting[count] = (i << 6) | n
                    count += 1
                    if count == size:
                        for x in range(count):
                            i = waiting[x] >> 6
                            at = w0 + (i - lo) // 64
                            first = waiting[x] & 63
                            decide(key, world, law, rates, m, purpose, today, b, at, day, i, layer, first)
                        count = 0
        for x in range(count):
            i = waiting[x] >> 6
            at = w0 + (i - lo) // 64
            decide(key, world, law, rates, m, purpose, today, b, at, day, i, layer, waiting[x] & 63)


@inline
def false_alarms_of_block(key, world, law, m, b, day):
    """Alarms that no act caused: an innocent passer-by is taken for somebody else and bears it."""
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    w0 = see.block(m)[1, b]
    kinds = world.kinds
    for f in range(world.layers):
        today = day_key(key, world.f_purpose[f], day)
        for w in range(w0, see.block(m)[1, b + 1]):
            left = hi - lo - (w - w0) * 64
            among = FULL if left >= 64 else (ONE << np.uint64(left)) - ONE
            start = word_start(today, w)
            found = word_candidates(start, world.f_level[f], among)
            while found != ZERO:
                bit = low_bit(found)
                found &= found - ONE
                i = lo + (w - w0) * 64 + bit
                u = np.int64(word_uniform(start, world.f_level[f], bit))
                looks = see.person(m)[i, LEVELS + 5] - world.first_slot[0]
                for a in range(m.n_arms):
                    if u < law[a].f_threshold[f, looks]:
                        v = law[a].f_sensor[f]
                        row = see.person(m)[i, LEVELS:THETA]
                        tally(m, a, see.person(m)[i, REGION], row, world.m_false + v, 1)
                        put(m, OWN, b, pack(i - lo, a, kinds + v, REGIME, v), i, 0)
                        if is_kept(m, i):
                            note(m, b, day, i, a, L_FALSE, kinds + v, i, v, 0)
