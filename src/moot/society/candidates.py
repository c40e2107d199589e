"""Who may do something today: candidates found for many people at once, and the kind of what they may do.

Nothing here looks at anybody's state: both are a function of the seed, the person and the day alone.
"""

import numpy as np

from moot.country.population import RATE, THETA, WHERE, WHO
from moot.country.rates import BINS, CEILING, CLASSES, KINDS
from moot.draws.compiled import inline, look_up
from moot.draws.philox import (
    FULL,
    M32,
    ONE,
    S32,
    ZERO,
    low_bit,
    ones,
    philox_words,
    stream,
    word_level,
    word_start,
)
from moot.society import memory as see
from moot.society.memory import STRIP

CERTAIN = np.int64(1 << 32)
LEAD = 8  # digits of a thinning uniform that come from the words
EVERY_LEAD = (1 << LEAD) - 1
FLAT = 4  # people taken out of a word at a time, there or not: a loop of known length is not mispredicted


@inline
def pick_kinds(rates, m, layer, who, first, count):
    """The kinds that the draws of `who` from place `first` make potential acts, after the place in `picked`.

    A draw is r, 32 digits after the c zeros of the person's class. P(it is x) = p_x times the product of
    (1 - p_y) over the kinds between: kinds are independent, each with its own p. `picked` becomes a place in
    the layer's order, as many as there are kinds for none. Kind by kind for all of them, and all kinds are
    gone through: nothing has to be guessed.
    """
    drawn = see.drawn(m)[0]
    limit = see.picking(m)[0]
    none = see.picking(m)[1]
    total = see.picking(m)[2]
    after = see.picking(m)[3]
    of_person = see.factors(m)[0]
    of_place = see.factors(m)[1]
    of_theta = see.factors(m)[2]
    of_own = see.factors(m)[3]
    picked = see.picked(m)
    rows = see.rows(m)  # where somebody's row begins in the tables by person and by place; then all thetas
    kinds = np.int32(KINDS)
    for x in range(count):
        row = see.person(m)[who[first + x]]
        limit[x] = np.int64(drawn[x]) >> ((row[RATE] >> (4 * layer)) & 15)
        none[x] = CERTAIN
        total[x] = 0
        after[x] = picked[x]
        picked[x] = 0
        rows[0, x] = np.int32(row[WHO]) * kinds
        rows[1, x] = np.int32(row[WHERE]) * kinds
        for column in range(m.n_statics - THETA):
            rows[2 + column, x] = row[THETA + column]
    for y in range(rates.count[layer]):
        k = rates.order[layer, y]
        cap = rates.cap[k]
        look_up(rates.by_person, rows[0], k, of_person, count)
        look_up(rates.by_place, rows[1], k, of_place, count)
        look_up(rates.domain_bins, rows[2 + rates.domain[k]], 0, of_theta, count)
        if rates.own[k] > 0:
            look_up(rates.bins, rows[2 + rates.own_at[k]], rates.own[k] * BINS, of_own, count)
        else:
            for x in range(count):
                of_own[x] = 1 << 16
        for x in range(count):
            p = (of_person[x] * of_place[x]) >> 16
            p = (min(p, CEILING) * of_theta[x]) >> 16
            p = (min(p, CEILING) * of_own[x]) >> 16
            p = min(p, cap) if y > after[x] else 0
            share = ((none[x] >> 1) * p) >> 31
            total[x] += share
            none[x] -= share
            picked[x] += total[x] <= limit[x]


@inline
def thinning(lead, leads, r1):
    """The thinning uniform of a potential act; in layers with a ceiling its first digits come from words."""
    if lead >= EVERY_LEAD:
        return np.int64(r1)
    return (np.int64(leads) << (32 - LEAD)) | (np.int64(r1) >> LEAD)


@inline
def draw_first(key, m, day, what, first, count):
    """The draws of the first act of the candidates that wait from place `first`: several at a time."""
    who = see.waiting(m)[0]
    one = see.drawn(m)[0]
    two = see.drawn(m)[1]
    three = see.drawn(m)[2]
    k0 = np.uint32(np.uint64(key) & M32)
    k1 = np.uint32(np.uint64(key) >> S32)
    for x in range(count):
        one[x], two[x], three[x], _ = philox_words(
            who[first + x], np.uint32(day), np.uint32(what), np.uint32(0), k0, k1
        )


@inline
def draw_asked(key, m, day, count):
    """The draws that are asked for: several at a time."""
    who = see.asked(m)[0]
    number = see.asked(m)[1]
    purposes = see.asked(m)[2]
    one = see.drawn(m)[0]
    two = see.drawn(m)[1]
    three = see.drawn(m)[2]
    k0 = np.uint32(np.uint64(key) & M32)
    k1 = np.uint32(np.uint64(key) >> S32)
    for x in range(count):
        one[x], two[x], three[x], _ = philox_words(who[x], np.uint32(day), purposes[x], number[x], k0, k1)


@inline
def everybody(m, b, first, count):
    """`found` becomes everybody in `count` words of a block from `first`."""
    found = see.found(m)
    left = see.block(m)[0, b + 1] - see.block(m)[0, b] - (first - see.block(m)[1, b]) * 64
    for x in range(count):
        found[x] = FULL if left >= 64 else (ONE << np.uint64(left)) - ONE
        left -= 64


@inline
def keep_below(m, today, first, count, levels):
    """`found` keeps those in `count` words from `first` whose uniform of today lies below 2**-levels.

    `start` says where the digits of each word start.
    """
    start = see.start(m)
    found = see.found(m)
    for x in range(count):
        start[x] = word_start(today, first + x)
    for level in range(levels):
        for x in range(count):
            found[x] &= word_level(start[x], level)


@inline
def candidates(m, layer, w, start, among):
    """Those of `among` whose uniform of this stream has as many leading zeros as their rate class asks."""
    found = ZERO
    for c in range(CLASSES):
        found |= among & see.classes(m)[layer, c, w]
        among &= word_level(start, c)
        if among == ZERO:
            break
    return found


@inline
def sift(m, layer, first, count, today, n, lead):
    """Candidates of the n-th potential act in `count` words from `first`: `alive`, and `found` among them.

    `alive` are the candidates of the act before, and stay those who are candidates of this one. `found`
    leaves out those whose thinning uniform begins with more than `lead`: no arm lets them act. All words take
    the same steps, so that the processor hashes several of them at a time. Returns whether anybody is left.
    """
    start = see.start(m)
    alive = see.alive(m)
    found = see.found(m)
    key = stream(today, 2 * n)
    strip = first // STRIP
    lowest = see.span(m)[layer, strip, 0]
    highest = see.span(m)[layer, strip, 1]
    for x in range(count):
        start[x] = word_start(key, first + x)
        found[x] = alive[x]
        alive[x] = ZERO
    for c in range(highest + 1):
        if c >= lowest:
            members = see.classes(m)[layer, c]
            for x in range(count):
                alive[x] |= found[x] & members[first + x]
        open_ = ZERO
        for x in range(count):
            found[x] &= word_level(start[x], c)
            open_ |= found[x]
        if open_ == ZERO:
            break  # nobody has more zeros than these
    left = ZERO
    for x in range(count):
        left |= alive[x]
    if lead >= EVERY_LEAD or left == ZERO:
        for x in range(count):
            found[x] = alive[x]
        return left != ZERO
    key = stream(today, 2 * n + 1)
    for x in range(count):
        start[x] = word_start(key, first + x)
        found[x] = ZERO
    sure = see.classes(m)[layer, 0]
    equal = see.equal(m)
    digits = see.digits(m)
    for x in range(count):
        equal[x] = alive[x] & ~sure[first + x]
    for level in range(LEAD):
        if (np.int64(lead) >> (LEAD - 1 - level)) & 1:
            for x in range(count):
                digit = word_level(start[x], level)  # a set bit stands for the digit 0
                digits[x, level] = digit
                found[x] |= equal[x] & digit
                equal[x] &= ~digit
        else:
            for x in range(count):
                digit = word_level(start[x], level)
                digits[x, level] = digit
                equal[x] &= digit
    for x in range(count):
        found[x] |= equal[x] | (alive[x] & sure[first + x])
    return True


@inline
def first_digits(m, x, bit):
    """The first digits of somebody's thinning uniform, as `sift` left them for word x of the strip."""
    value = np.int64(0)
    digits = see.digits(m)[x]
    for level in range(LEAD):
        value |= np.int64((~digits[level] >> np.uint64(bit)) & ONE) << (LEAD - 1 - level)
    return value


@inline
def line_up(world, m, base, x, found, at, lead):
    """Put the people of word x of a strip that are in `found` in line for a first act; the new length."""
    who = see.waiting(m)[0]
    leads = see.waiting(m)[1]
    end = at + ones(found)
    while at < end:
        for y in range(FLAT):
            bit = low_bit(found)
            found &= found - ONE
            i = base + bit
            see.fetch_person(m, i)
            see.fetch_hot(m, i)
            if world.works != 0:
                see.fetch_warm(m, i)
            who[at + y] = i
            if lead < EVERY_LEAD:
                leads[at + y] = first_digits(m, x, bit & 63)
        at += FLAT
    return end
