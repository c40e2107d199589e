"""Who may do something today: candidates found for many people at once, and the kind of what they may do.

Nothing here looks at anybody's state: both are a function of the seed, the person and the day alone.
"""

import numpy as np

from moot.country.population import THETA, WHERE, WHO
from moot.country.rates import CLASSES, bound
from moot.draws.compiled import inline, spliced
from moot.draws.philox import M32, ONE, S32, ZERO, philox_words, stream, word_level, word_start
from moot.society import memory as see
from moot.society.memory import STRIP

CERTAIN = np.int64(1 << 32)
LEAD = 8  # digits of a thinning uniform that come from the words
EVERY_LEAD = (1 << LEAD) - 1


@spliced
def next_kind(rates, m, i, layer, c, r, at):
    """The first kind of a layer after place `at` that r (32 digits after c zeros) makes a potential act.

    P(it is x) = p_x times the product of (1 - p_y) over the kinds between: kinds are independent, each with
    its own p. Returns (place, kind, p, full), the last two as `bound` gives them; kind -1 for none.
    """
    none = CERTAIN
    total = np.int64(0)
    row = see.person(m)[i]
    for y in range(at + 1, rates.count[layer]):
        x = rates.order[layer, y]
        theta = row[THETA + rates.domain[x]]
        p, full = bound(rates, x, theta, row[THETA + rates.own_at[x]], row[WHO], row[WHERE])
        if p == 0:
            continue
        share = ((none >> 1) * p) >> 31
        total += share
        none -= share
        if (total << c) > r:
            return y, x, p, full
    return at, np.int64(-1), np.int64(0), np.int64(0)


@inline
def thinning(lead, leads, r1):
    """The thinning uniform of a potential act; in layers with a ceiling its first digits come from words."""
    if lead >= EVERY_LEAD:
        return np.int64(r1)
    return (np.int64(leads) << (32 - LEAD)) | (np.int64(r1) >> LEAD)


@inline
def draw_all(key, m, day, count):
    """The first draws of the candidates that wait, `what` by candidate: several at a time."""
    who = see.waiting(m)[0]
    number = see.waiting(m)[1]
    purposes = see.waiting(m)[2]
    first = see.drawn(m)[0]
    second = see.drawn(m)[1]
    third = see.drawn(m)[2]
    k0 = np.uint32(np.uint64(key) & M32)
    k1 = np.uint32(np.uint64(key) >> S32)
    for x in range(count):
        first[x], second[x], third[x], _ = philox_words(
            who[x], np.uint32(day), purposes[x], number[x], k0, k1
        )


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
        for x in range(count):
            found[x] &= word_level(start[x], c)
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
    for x in range(count):
        equal[x] = alive[x] & ~sure[first + x]
    for level in range(LEAD):
        digit = see.digits(m)[level]
        for x in range(count):
            digit[x] = word_level(start[x], level)  # a set bit stands for the digit 0
        if (np.int64(lead) >> (LEAD - 1 - level)) & 1:
            for x in range(count):
                found[x] |= equal[x] & digit[x]
                equal[x] &= ~digit[x]
        else:
            for x in range(count):
                equal[x] &= digit[x]
    for x in range(count):
        found[x] |= equal[x] | (alive[x] & sure[first + x])
    return True


@inline
def first_digits(m, x, bit):
    """The first digits of somebody's thinning uniform, as `sift` left them for word x of the strip."""
    value = ZERO
    for level in range(LEAD):
        value = (value << ONE) | ((~see.digits(m)[level, x] >> bit) & ONE)
    return value
