"""Kernels that make people: one block at a time, integers only, each draw keyed by (seed, birth, purpose).

Persons are drawn household by household (the order of birth), then sorted by rate class; the order of birth
stays as tie order 0, in which a household is a run of neighbours.
"""

import numpy as np

from moot.country.population import (
    BORN,
    HOME,
    LICENCE_SHIFT,
    LOOKS_SHIFT,
    PLATFORM_SHIFT,
    RATE,
    REGION,
    REST,
    SLOT,
    THETA,
    WHERE,
    WHO,
)
from moot.country.rates import ACT_LAYERS, CLASSES, SILENT, STRATA, bound
from moot.draws.compiled import inline, maker
from moot.draws.philox import M32, S32, below, static_hash

ADULT = 20  # years from which a person may head a household


# Shares as thresholds on 32-bit words; see `country.synthesis.margins_of` for where they come from.
MARGINS = np.dtype(
    [
        ("age_sex", np.int64, (36,)),  # cumulative over 18 five-year bands x (women, men)
        ("stratum", np.int64, (5,)),
        ("education", np.int64, (3,)),
        ("appearance", np.int64, (3,)),
        ("licence", np.int64, (9,)),  # by age band
        ("smartphone", np.int64, (9,)),
        ("employed", np.int64, (9,)),
        ("novice", np.int64),  # of holders
        ("platform", np.int64),  # of the employed
        ("household_mean", np.int64),  # mean size in 1/65536
        ("copula", np.int64, (2,)),  # sqrt(rho), sqrt(1 - rho) in 1/65536
        ("quantile", np.int64, (65536,)),  # normal quantiles in 1/65536
        ("rank", np.int64, (16384,)),  # bin of a normal value
        ("purposes", np.int64, (14,)),  # in the order of PURPOSES
        ("domains", np.int64),
        ("domain_purpose", np.int64, (16,)),  # people/propensity/DOMAIN
        ("ties", np.int64),
        ("tie_purpose", np.int64, (8,)),  # people/tie/NAME
        ("tie_kind", np.int64, (8,)),  # 0 household, 1 ring, 2 clique
        ("tie_weight", np.int64, (8, 3)),  # weights of age, income and noise in 1/256
    ]
)

PURPOSES = (
    "people/age",
    "people/couple",
    "people/parent",
    "people/income",
    "people/stratum",
    "people/education",
    "people/appearance",
    "people/licence",
    "people/novice",
    "people/smartphone",
    "people/employed",
    "people/platform",
    "people/propensity",
    "people/licence/issued",
)


@inline
def _u32(key, what, i):
    return np.int64(static_hash(key, what, i) >> S32)


@inline
def _pick(cumulative, u):
    level = 0
    while u >= cumulative[level]:
        level += 1
    return level


@maker
def _households(key, m, first, n, age5, sex, household):
    """Ages, sexes and households of one region's part of a block, in order of birth; returns nothing.

    Ages follow the national table by systematic sampling (margins exact to one person); adults are paired by
    noisy age; a child is given to a random household whose head is 25 to 54.
    """
    start = np.int64(static_hash(key, m.purposes[0], first) >> S32)
    ages = np.empty(n, np.int64)
    level = 0
    for j in range(n):
        u = ((np.int64(j) << 32) + start) // n
        while u >= m.age_sex[level]:
            level += 1
        ages[j] = level
    adults = np.empty(n, np.int64)
    children = np.empty(n, np.int64)
    na = 0
    nc = 0
    for j in range(n):
        if (ages[j] // 2) * 5 >= ADULT:
            noise = np.int64(static_hash(key, m.purposes[1], first + j) >> np.uint64(46))
            adults[na] = (((ages[j] // 2) << 16) + noise) * 64 + ages[j]
            na += 1
        else:
            children[nc] = ages[j]
            nc += 1
    adults = np.sort(adults[:na])
    homes = max(1, (n << 16) // m.household_mean)
    paired = min(1 << 16, max(0, ((na << 16) // homes) - (1 << 16))) if na else 0
    # Heads in order of age; one or two adults each.
    head = np.empty(max(1, na), np.int64)
    size = np.zeros(max(1, na), np.int64)
    h = 0
    a = 0
    low = -1
    high = 0
    while a < na:
        head[h] = a
        two = (static_hash(key, m.purposes[1], first + n + h) >> np.uint64(48)) < np.uint64(paired)
        size[h] = 2 if two and a + 1 < na else 1
        years = (adults[a] // 64 >> 16) * 5
        if years >= 25 and low < 0:
            low = h
        if years < 55:
            high = h + 1
        a += size[h]
        h += 1
    if low < 0 or high <= low:
        low = 0
        high = max(1, h)
    home_of = np.empty(max(1, nc), np.int64)
    extra = np.zeros(max(1, h), np.int64)
    for c in range(nc):
        t = 0
        while True:
            at = low + below(static_hash(key, m.purposes[2], (first + c) * 8 + min(t, 7)) >> S32, high - low)
            if t > 7:
                at = low + (at - low + t) % (high - low)
            if size[at] + extra[at] < 15 or t > 64:
                break
            t += 1
        home_of[c] = at
        extra[at] += 1
    # Children sorted by home (counting sort), then everybody written household by household.
    offset = np.zeros(max(1, h) + 1, np.int64)
    for x in range(h):
        offset[x + 1] = offset[x] + extra[x]
    cursor = offset.copy()
    by_home = np.empty(max(1, nc), np.int64)
    for c in range(nc):
        by_home[cursor[home_of[c]]] = children[c]
        cursor[home_of[c]] += 1
    out = 0
    if h == 0:  # children alone: a part of a region too small to hold an adult
        for c in range(nc):
            age5[out] = children[c] // 2
            sex[out] = children[c] % 2
            household[out] = 1
            out += 1
        return
    for x in range(h):
        total = min(15, size[x] + extra[x])
        for y in range(size[x] + extra[x]):
            code = adults[head[x] + y] % 64 if y < size[x] else by_home[offset[x] + y - size[x]]
            age5[out] = code // 2
            sex[out] = code % 2
            household[out] = min(14, y) * 16 + total
            out += 1


@inline
def rate_class(hazard):
    """The largest c with hazard <= 2**-c (hazard in 1/2**32), at most 28; 63 where it is 0."""
    if hazard <= 0:
        return 63
    c = 0
    while c < 28 and hazard <= np.int64(1) << (31 - c):
        c += 1
    return c


@maker
def make_block(key, m, rates, block, layout_start, segments, regions, block_segment, out):
    """Make the people of one block and write them in canonical order into the arrays of `out`.

    Blocks are counted within the part of the country that the layout describes; the arrays begin with its
    first person and its first word.
    """
    lo = layout_start[block]
    at = lo - layout_start[0]
    n = layout_start[block + 1] - lo
    person, age5, household, order, place, ends, classes, word0 = out
    b_age = np.empty(n, np.uint8)
    b_sex = np.empty(n, np.uint8)
    b_home = np.empty(n, np.uint8)
    b_region = np.empty(n, np.uint16)
    b_slot = np.empty(n, np.uint16)
    b_born = np.zeros(n, np.uint16)
    for s in range(block_segment[block], block_segment[block + 1]):
        f = segments[s] - lo
        e = segments[s + 1] - lo
        _households(key, m, segments[s], e - f, b_age[f:e], b_sex[f:e], b_home[f:e])
        b_region[f:e] = regions[s]
        b_slot[f:e] = s - block_segment[block]
    bins = person.shape[1] - THETA
    domains = m.domains
    b_theta = np.zeros((n, bins), np.uint16)
    b_who = np.empty(n, np.uint16)
    b_where = np.empty(n, np.uint8)
    b_rest = np.empty(n, np.uint8)
    sort_key = np.empty(n, np.int64)
    b_class = np.empty((len(ACT_LAYERS), n), np.uint8)
    pp = m.purposes
    root = 0
    for j in range(n):
        i = lo + j
        if b_home[j] >> 4 == 0:
            root = i
        age9 = min(8, b_age[j] // 2)
        income = below(static_hash(key, pp[3], root) >> S32, 10)
        stratum = _pick(m.stratum, _u32(key, pp[4], root))
        adult = b_age[j] * 5 >= ADULT
        education = _pick(m.education, _u32(key, pp[5], i)) if adult else 0
        looks = _pick(m.appearance, _u32(key, pp[6], i))
        licence = _u32(key, pp[7], i) < m.licence[age9]
        novice = licence and _u32(key, pp[8], i) < m.novice
        b_born[j] = 1 + _u32(key, pp[13], i) % 65535 if novice else 0
        phone = _u32(key, pp[9], i) < m.smartphone[age9]
        work = _u32(key, pp[10], i) < m.employed[age9]
        platform = work and _u32(key, pp[11], i) < m.platform
        flags = (1 if licence else 0) + (2 if phone else 0) + (4 if work else 0) + (8 if adult else 0)
        b_who[j] = (age9 * 2 + b_sex[j]) * 16 + flags
        b_where[j] = income * 5 + stratum
        b_rest[j] = (
            education
            | (looks << LOOKS_SHIFT)
            | ((2 if novice else 1 if licence else 0) << LICENCE_SHIFT)
            | ((1 if platform else 0) << PLATFORM_SHIFT)
        )
        common = static_hash(key, pp[12], i)
        if m.copula[1] == 0:
            for d in range(domains):
                b_theta[j, d] = np.int64(common >> np.uint64(52))
        else:
            z0 = m.quantile[np.int64(common >> np.uint64(48))]
            for d in range(domains):
                own = static_hash(key, m.domain_purpose[d], i)
                z = (m.copula[0] * z0 + m.copula[1] * m.quantile[np.int64(own >> np.uint64(48))]) >> 16
                b_theta[j, d] = m.rank[min(16383, max(0, (z + (8 << 16)) >> 6))]
        for k in range(rates.kinds):
            if rates.own[k] > 0:
                b_theta[j, rates.own_at[k]] = static_hash(key, rates.own_purpose[k], i) >> np.uint64(52)
        either = np.int64(1) << 32
        for layer in range(len(ACT_LAYERS)):
            none = np.int64(1) << 32
            for k in range(rates.kinds):
                if rates.layer[k] == layer:
                    theta = b_theta[j, rates.domain[k]]
                    p, _ = bound(rates, k, theta, b_theta[j, rates.own_at[k]], b_who[j], b_where[j])
                    none = none - (((none >> 1) * p) >> 31)
            b_class[layer, j] = rate_class((np.int64(1) << 32) - none)
            either = ((either >> 1) * (none >> 1)) >> 30
        rank = (np.int64(b_slot[j]) << 8) + rate_class((np.int64(1) << 32) - either)
        sort_key[j] = (rank << 32) + j
    sort_key = np.sort(sort_key)
    for t in range(n):
        j = np.int64(np.uint64(sort_key[t]) & M32)
        row = person[at + t]
        row[WHO] = b_who[j]
        row[WHERE] = b_where[j]
        row[REGION] = b_region[j]
        row[SLOT] = b_slot[j]
        row[BORN] = b_born[j]
        row[HOME] = j
        age5[at + t] = b_age[j]
        row[REST] = b_rest[j]
        row[RATE] = 0
        for d in range(bins):
            row[THETA + d] = b_theta[j, d]
        order[0, at + j] = t
        place[0, at + t] = j
        household[at + j] = b_home[j]
        for layer in range(len(ACT_LAYERS)):
            c = b_class[layer, j]
            if c == 63:
                row[RATE] |= SILENT << (4 * layer)
                continue
            c = min(c, CLASSES - 1)
            row[RATE] |= c << (4 * layer)
            x = t // 64
            classes[layer, c, word0[block] - word0[0] + x] |= np.uint64(1) << np.uint64(t % 64)
    _tie_orders(key, m, lo, at, n, age5, person, order, place, ends, block)


@maker
def _tie_orders(key, m, lo, at, n, age5, person, order, place, ends, block):
    """The in-block orders after the first: rings sorted by noisy age and income, cliques by occupation."""
    sort_key = np.empty(n, np.int64)
    for q in range(1, m.ties):
        for t in range(n):
            i = at + t
            noise = np.int64(static_hash(key, m.tie_purpose[q], lo + t) >> np.uint64(48))
            if m.tie_kind[q] == 2:
                status = 0 if person[i, WHO] & 4 else 1 if age5[i] >= 1 and age5[i] < 4 else 2
                value = (status << 17) + noise
            else:
                years = np.int64(age5[i]) * 3640
                income = (np.int64(person[i, WHERE]) // STRATA) * 6553
                value = years * m.tie_weight[q, 0] + income * m.tie_weight[q, 1] + noise * m.tie_weight[q, 2]
            sort_key[t] = (value << 17) + t
        ordered = np.sort(sort_key)
        ends[q, block, 0] = n
        ends[q, block, 1] = n
        employed = 0
        pupils = 0
        for t in range(n):
            j = ordered[t] & 0x1FFFF
            order[q, at + t] = j
            place[q, at + j] = t
            status = ordered[t] >> 34
            employed += status == 0
            pupils += status == 1
        if m.tie_kind[q] == 2:
            ends[q, block, 0] = employed
            ends[q, block, 1] = employed + pupils
