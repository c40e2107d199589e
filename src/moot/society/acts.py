"""First half of a day: who does what, who sees it, and whom they take for its author.

Potential acts are drawn without looking at anybody's state; state enters by thinning alone. Nothing here
changes the state: charges go to the desk of the block, or to the outbox when they fall on somebody elsewhere.
"""

import numpy as np

from moot.country.population import RATE, REGION, THETA, WHERE, WHO
from moot.country.rates import ACT_LAYERS, bound
from moot.draws.compiled import inline, spliced
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
    word_digits,
    word_start,
    word_uniform,
)
from moot.society import memory as see
from moot.society.candidates import (
    CERTAIN,
    EVERY_LEAD,
    LEAD,
    candidates,
    draw_asked,
    draw_first,
    everybody,
    first_digits,
    keep_below,
    line_up,
    pick_kinds,
    sift,
    thinning,
)
from moot.society.counting import looks_of, looks_of_anybody, stratum_of, tally
from moot.society.desk import note, pack, put
from moot.society.fear import deterrence, fear_at
from moot.society.gaming import gamed, moved_elsewhere
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
from moot.society.livelihood import standing
from moot.society.memory import CHUNK, STRIP
from moot.society.review import ABSENT, FOUND, NOBODY_FOUND, absent_person, alarmed, outcome
from moot.society.score import score_at
from moot.society.state import FEAR_DAY, LISTS, is_kept, last_of, mark_of, value_of
from moot.society.twins import acts_alike

EVERY_SENSOR = -1
ONE_TIME = np.int64(65536)  # the scale of an act whose bound is not capped
TRIES = 4096
TOGETHER = 4  # acts of a day whose candidates are found for a strip of words at once

# Kinds of an event in a panel life (see findings.lives for the words).
L_ACT, L_PREVENTED, L_FORGONE, L_TODAY, L_REGIME, L_MISTAKEN, L_BORNE, L_FALSE = 1, 2, 3, 4, 5, 6, 7, 8
L_FALL, L_RISE, L_LISTED, L_DELISTED, L_REFUSED, L_TIE_FELL, L_TIE_CHARGED = 9, 10, 11, 12, 13, 14, 15
L_TRIP, L_OFFER, L_RENEWED = 16, 17, 18
L_APPEAL, L_UPHELD, L_REJECTED, L_EXPIRED = 20, 21, 22, 23
L_DENIED, L_GRANTED, L_DECIDED, L_DISCLOSED = 24, 25, 26, 27
L_HUSHED = 40  # keeps silent by fear alone
L_JOB_LOST, L_HIRED, L_HIRE_REFUSED, L_DISMISSED, L_FINE_PAID, L_FINE_UNPAID = 30, 31, 32, 33, 34, 35
L_FINE_ENDED, L_ARREARS, L_RATING_WARNED, L_RATING_DROPPED = 36, 37, 38, 39
# 20 to 29: redress, decisions; 30 to 39, 60, 61: work, money; 40 to 49: opinion; 50 to 57: ties, gaming
L_ALLEGED, L_RECOGNISED, L_CUT_OFF, L_CUTS_OFF, L_TAKEN_BACK, L_IN_TOUCH = 50, 51, 52, 53, 54, 55
L_BOUGHT, L_DISPLACED = 56, 57
L_PLACE_HANDED_ON, L_PLACE_MISSING = 60, 61


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
    looks = looks_of(m, author)
    for t in range(TRIES):
        j = first + below(mix(seed + np.uint64(t) * np.uint64(0x9E3779B97F4A7C15)) >> S32, size)
        if j == author:
            continue
        if same and looks_of_anybody(m, j) != looks:
            continue
        return j
    return -1


@inline
def remember(m, b, place, k, bits, day):
    """Write down an act of the years before, which a regime may disclose on its first day."""
    n = see.past_n(m)[b]
    see.past_n(m)[b] = n + 1
    if n < m.n_past_cap:
        see.past(m)[b, n, 0] = pack(place, 0, k, bits, 0)
        see.past(m)[b, n, 1] = day


@spliced
def searched(key, world, law, rates, m, b, i, a, to, k, day, bits, at, among):
    """The sensors of an arm that are in `among` (bit by sensor) look at an act of `day`.

    A wrong person is sent the charge. Returns the bits of the author's own charge, to which `bits` belong
    already, and the sensor that made it. What sensors draw stands in `sights` at `at`, or is drawn here.
    """
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    shown = is_kept(m, i)
    by = 0
    for v in range(law[a].sensors):
        need = law[a].s_need[v]
        if see.person(m)[i, WHO] & need != need or not (among >> v) & 1:
            continue
        if law[a].s_register[v] != 0 and not bits & TODAY:
            continue
        seen = law[a].s_seen[v, k, stratum_of(m, i)]
        if seen == 0:
            continue
        search = law[a].s_purpose[v] ^ rates.purpose[k]
        if at >= 0:
            w0 = np.uint64(see.sights(m)[law[a].s_eye[v], at, 0])
            w1 = np.uint64(see.sights(m)[law[a].s_eye[v], at, 1])
        else:
            w0, w1, _, _ = draw(key, i, day, search, 0)
        if np.int64(w0) >= seen:
            continue
        found = outcome(key, world, law, rates, m, a, to, v, i, k, day, looks_of(m, i), np.int64(w1))
        if found == FOUND:
            if not bits & REGIME:
                bits |= REGIME
                by = v
                tally(m, to, i, k * PER_ACT + BY_REGIME, 1)
        elif found != NOBODY_FOUND:
            if found == ABSENT:
                j = absent_person(key, m, search, day, k, i)
            else:
                j = wrong_person(key, law, m, a, v, search, day, k, i)
            if j < 0:
                tally(m, to, i, k * PER_ACT + NOBODY, 1)
                continue
            tally(m, to, i, k * PER_ACT + TO_ANOTHER, 1)
            if shown:
                note(m, b, day, i, a, L_MISTAKEN, k, j, v, 0)
            if lo <= j < hi:
                put(m, OWN, b, pack(j - lo, to, k, REGIME | BORNE, v), i, 0)
            else:
                put(m, OUT, b, pack(0, to, k, REGIME | BORNE, v), i, j)
        else:
            tally(m, to, i, k * PER_ACT + NOBODY, 1)
    return bits, by


@inline
def past_of_block(key, world, law, rates, m, b, day):
    """The first day of a regime that reads the past: what the years before hold, as its sensors find it."""
    lo = see.block(m)[0, b]
    for e in range(min(see.past_n(m)[b], m.n_past_cap)):
        packed = see.past(m)[b, e, 0]
        when = see.past(m)[b, e, 1]
        place = packed & 0x1FFFF
        i = lo + place
        k = (packed >> 25) & 255
        charged = (packed >> 33) & TODAY
        for a in range(m.n_arms):
            if law[a].past_from == 0 or when < law[a].past_from:
                continue
            bits, by = searched(
                key, world, law, rates, m, b, i, a, a, k, when, charged, -1, law[a].past_sensors
            )
            if bits & REGIME:
                tally(m, a, i, world.m_past, 1)
                put(m, OWN, b, pack(place, a, k, REGIME, by), i, 0)
                if is_kept(m, i):
                    note(m, b, day, i, a, L_DISCLOSED, k, i, by, when)


@inline
def act_of(key, world, law, rates, m, b, i, k, day, u_thin, u_today, scale, at):
    """One potential act in every arm: once for all twins in which its author stands alike.

    What sensors draw for it stands in `sights` at `at`, or is drawn here where that is negative.
    """
    together = world.alike != 0 and not is_kept(m, i) and acts_alike(world, m, i)
    place = i - see.block(m)[0, b]
    shown = is_kept(m, i)
    arms = m.n_arms
    first = m.n_twin if together else arms  # of those that are decided at once
    following = 0
    while following < arms:
        a = following
        to = a
        following = a + 1
        if a == first:
            to = arms
            following = m.n_twins
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
        elif law[a].game_acts != 0:
            threshold = gamed(law, m, i, a, k, day, threshold)
        if world.works != 0:
            threshold = standing(world, m, i, a, k, c, day, threshold)
        if threshold > CERTAIN:
            see.by_region(m)[to, see.person(m)[i, REGION], world.m_clamped] += 1
        if u_thin >= threshold:
            if u_thin < (world.thin[k] * scale) >> 16:
                if c == 1 and world.m_forgone >= 0:
                    tally(m, to, i, world.m_forgone + k, 1)
                if shown:
                    note(m, b, day, i, a, L_FORGONE, k, i, p, 0)
            continue
        if (law[a].prevents[see.hot(m)[i, a, LISTS]] >> k) & 1:
            tally(m, to, i, k * PER_ACT + PREVENTED, 1)
            if shown:
                note(m, b, day, i, a, L_PREVENTED, k, i, see.hot(m)[i, a, LISTS], 0)
            if law[a].displaced > 0 and moved_elsewhere(key, law, rates, a, i, k, day):
                tally(m, to, i, world.m_displaced + k, 1)
                if shown:
                    note(m, b, day, i, a, L_DISPLACED, k, i, see.hot(m)[i, a, LISTS], 0)
            continue
        tally(m, to, i, k * PER_ACT + DONE, 1)
        if shown:
            note(m, b, day, i, a, L_ACT, k, i, p, 0)
        bits = 0
        if law[a].institutions != 0 and u_today < world.today[k]:
            bits = TODAY
            tally(m, to, i, k * PER_ACT + BY_TODAY, 1)
        if (world.past_acts >> k) & 1 and world.past_from <= day < world.past_day:
            remember(m, b, place, k, bits, day)
        bits, by = searched(key, world, law, rates, m, b, i, a, to, k, day, bits, at, EVERY_SENSOR)
        if bits == 0:
            if c < 2 and world.unlearn[k] > 0:
                put(m, OWN, b, pack(place, to, k, UNCHARGED, 0), i, 0)
        else:
            put(m, OWN, b, pack(place, to, k, bits, by), i, 0)


@inline
def decide_first(key, world, law, rates, m, what, b, day, layer, first, count):
    """Decide the first acts of the candidates that wait from place `first`, step by step for all of them.

    Their bounds are not capped, for then they would be of class 0: nothing has to be scaled up.
    """
    who = see.waiting(m)[0]
    leads = see.waiting(m)[1]
    chosen = see.chosen(m)
    draw_first(key, m, day, what, first, count)
    picked = see.picked(m)
    for x in range(count):
        picked[x] = -1
    pick_kinds(rates, m, layer, who, first, count)
    kinds = rates.count[layer]
    acts = 0
    for x in range(count):
        at = picked[x]
        k = rates.order[layer, min(at, kinds - 1)]
        thin = thinning(world.lead[layer], leads[first + x], see.drawn(m)[1, x])
        chosen[0, acts] = k
        chosen[1, acts] = thin
        chosen[2, acts] = np.int64(see.drawn(m)[2, x])
        chosen[3, acts] = np.int64(who[first + x])
        acts += (at < kinds) & (thin < world.ceiling[k])
    look_all(key, world, rates, m, day, acts)
    for x in range(acts):
        act_of(
            key, world, law, rates, m, b, chosen[3, x], chosen[0, x], day, chosen[1, x], chosen[2, x],
            ONE_TIME, x,
        )  # fmt: skip


@inline
def decide_late(key, world, law, rates, m, what, b, day, layer, first, count):
    """The later potential acts of a day, and all those of people of class 0, from place `first` of `late`.

    Draws of one act follow from its number in the day, so the kind of the n-th is found by going through
    those before it; everybody goes one step on at a time. People of class 0 go on until there is none.
    """
    lo = see.block(m)[0, b]
    w0 = see.block(m)[1, b]
    today = day_key(key, what, day)
    late = see.late(m)  # person, number of the act, first digits of its thinning, place of the last kind
    who = see.asked(m)[0]
    picked = see.picked(m)
    step = 0
    while count > 0:
        for x in range(count):
            who[x] = late[0, first + x]
            see.asked(m)[1, x] = step
            see.asked(m)[2, x] = what
            picked[x] = late[3, first + x]
        draw_asked(key, m, day, count)
        pick_kinds(rates, m, layer, who, 0, count)
        left = first
        for x in range(count):
            at = picked[x]
            if at >= rates.count[layer]:
                continue
            i = np.int64(who[x])
            n = late[1, first + x]
            leads = late[2, first + x]
            row = see.person(m)[i]
            if step >= n:
                k = rates.order[layer, at]
                theta = row[THETA + rates.domain[k]]
                p, full = bound(rates, k, theta, row[THETA + rates.own_at[k]], row[WHO], row[WHERE])
                scale = np.int64(65536) if full == p else (full << 16) // p
                if step > n and world.lead[layer] < EVERY_LEAD:
                    w = w0 + (i - lo) // 64
                    start = word_start(stream(today, 2 * step + 1), w)
                    leads = np.int64(word_digits(start, 0, LEAD, (i - lo) % 64))
                thin = thinning(world.lead[layer], leads, see.drawn(m)[1, x])
                if thin < (world.ceiling[k] * scale) >> 16:
                    last = np.int64(see.drawn(m)[2, x])
                    act_of(key, world, law, rates, m, b, i, k, day, thin, last, scale, -1)
                if (np.int64(row[RATE]) >> (4 * layer)) & 15 > 0:
                    continue
            late[0, left] = i
            late[1, left] = n
            late[2, left] = leads
            late[3, left] = at
            left += 1
        count = left - first
        step += 1


@inline
def look_all(key, world, rates, m, day, acts):
    """What each sensor draws for the acts that may be done: once for all arms that have the sensor."""
    chosen = see.chosen(m)
    who = see.asked(m)[0]
    number = see.asked(m)[1]
    purposes = see.asked(m)[2]
    for e in range(world.eyes):
        count = 0
        for x in range(acts):
            k = chosen[0, x]
            see.looked(m)[count] = x
            who[count] = chosen[3, x]
            number[count] = 0
            purposes[count] = world.e_purpose[e] ^ rates.purpose[k]
            count += (world.e_acts[e] >> k) & 1
        draw_asked(key, m, day, count)
        for y in range(count):
            x = see.looked(m)[y]
            see.sights(m)[e, x, 0] = see.drawn(m)[0, y]
            see.sights(m)[e, x, 1] = see.drawn(m)[1, y]


@inline
def put_late(world, m, i, n, leads, at):
    """Put a person in line for the n-th act of a day."""
    see.fetch_person(m, i)
    see.fetch_hot(m, i)
    if world.works != 0:
        see.fetch_warm(m, i)
    late = see.late(m)
    late[0, at] = i
    late[1, at] = n
    late[2, at] = leads
    late[3, at] = -1


@inline
def later_acts(world, m, layer, first, count, base, today, lead, at):
    """Put those of a strip in line who are candidates of a later act than the first; the new length.

    For the first few acts all words are hashed at once. After that few have anybody left, and each word is
    looked at for itself. `base` is the person in front of the first word.
    """
    alive = see.alive(m)
    found = see.found(m)
    n = 1
    while n < TOGETHER:
        if not sift(m, layer, first, count, today, n, lead):
            return at
        for x in range(count):
            who = found[x]
            while who != ZERO:
                bit = low_bit(who)
                who &= who - ONE
                put_late(world, m, base + x * 64 + bit, n, first_digits(m, x, bit), at)
                at += 1
        n += 1
    for x in range(count):
        among = alive[x]
        w = first + x
        n = TOGETHER
        while among != ZERO:
            among = candidates(m, layer, w, word_start(stream(today, 2 * n), w), among)
            start = word_start(stream(today, 2 * n + 1), w)
            who = word_below(start, lead, LEAD, among) if lead < EVERY_LEAD else among
            while who != ZERO:
                bit = low_bit(who)
                who &= who - ONE
                put_late(world, m, base + x * 64 + bit, n, np.int64(word_digits(start, 0, LEAD, bit)), at)
                at += 1
            n += 1
    return at


@inline
def acts_of_block(key, world, law, rates, m, what, b, day):
    """All potential acts of a block's people on a day: candidates are found, fetched, then decided.

    The n-th potential act of a layer needs the leading zeros of the person's class in each of the streams 0,
    2, ... 2n; stream 2n + 1 has the first digits of the thinning uniform. Where the bound is capped (class
    0), thresholds may stand above the layer's: no digits there, and the chain is followed person by person.
    """
    lo = see.block(m)[0, b]
    w0 = see.block(m)[1, b]
    end = see.block(m)[1, b + 1]
    for layer in range(len(ACT_LAYERS)):
        lead = world.lead[layer]
        if lead < 0:
            continue  # no act of this layer can happen in any arm
        purpose = what[layer]
        today = day_key(key, purpose, day)
        sure = see.classes(m)[layer, 0]
        waiting = 0
        late = 0
        first = w0
        while first < end:
            count = min(end, (first // STRIP + 1) * STRIP) - first
            for x in range(count):
                see.alive(m)[x] = FULL
            if sift(m, layer, first, count, today, 0, lead):
                for x in range(count):
                    found = see.found(m)[x]
                    base = lo + (first + x - w0) * 64
                    waiting = line_up(world, m, base, x, found & ~sure[first + x], waiting, lead)
                    found &= sure[first + x]
                    while found != ZERO:
                        bit = low_bit(found)
                        found &= found - ONE
                        put_late(world, m, base + bit, 0, first_digits(m, x, bit), late)
                        late += 1
                    see.alive(m)[x] &= ~sure[first + x]
                if rates.count[layer] > 1:
                    base = lo + (first - w0) * 64
                    late = later_acts(world, m, layer, first, count, base, today, lead, late)
            first += count
            if waiting >= CHUNK or first >= end:
                for x in range(0, waiting, CHUNK):
                    decide_first(
                        key, world, law, rates, m, purpose, b, day, layer, x, min(CHUNK, waiting - x)
                    )
                waiting = 0
            if late >= CHUNK or first >= end:
                for x in range(0, late, CHUNK):
                    decide_late(key, world, law, rates, m, purpose, b, day, layer, x, min(CHUNK, late - x))
                late = 0


@inline
def false_alarms_of_block(key, world, law, m, b, day):
    """Alarms that no act caused: an innocent passer-by is taken for somebody else and bears it."""
    lo = see.block(m)[0, b]
    w0 = see.block(m)[1, b]
    end = see.block(m)[1, b + 1]
    kinds = world.kinds
    for f in range(world.layers):
        level = world.f_level[f]
        today = day_key(key, world.f_purpose[f], day)
        for first in range(w0, end, STRIP):
            count = min(STRIP, end - first)
            everybody(m, b, first, count)
            keep_below(m, today, first, count, level)
            for x in range(count):
                found = see.found(m)[x]
                while found != ZERO:
                    bit = low_bit(found)
                    found &= found - ONE
                    i = lo + (first + x - w0) * 64 + bit
                    u = np.int64(word_uniform(see.start(m)[x], level, bit))
                    looks = looks_of(m, i)
                    for a in range(m.n_arms):
                        if alarmed(key, world, law, m, a, f, i, day, looks, u):
                            v = law[a].f_sensor[f]
                            tally(m, a, i, world.m_false + v, 1)
                            put(m, OWN, b, pack(i - lo, a, kinds + v, REGIME, v), i, 0)
                            if is_kept(m, i):
                                note(m, b, day, i, a, L_FALSE, kinds + v, i, v, 0)
