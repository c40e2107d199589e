"""Jobs, ratings and debts: what happens to them in a month, and to a fine on its day.

The month's step is the last of its first day, after the day's judgement: it reads the tiers as they then are,
writes the block's own people, and is felt from the next day on. Every decision has one uniform a person and
month under a purpose of its own; a scheme can refuse a hire that is drawn and end a job that is kept, and
never the other way.

Where places are fixed, a hire waits until those of the whole region are known (see `society.places`); what
depends on having a job then comes in a second step.
"""

import numpy as np

from moot.country.population import EMPLOYED, PLATFORM_SHIFT, REST, THETA, WHERE, WHO
from moot.country.rates import STRATA, bound
from moot.draws.compiled import inline, kernel
from moot.draws.philox import S32, draw, static_hash
from moot.society import memory as see
from moot.society.acts import (
    L_ARREARS,
    L_DISMISSED,
    L_FINE_ENDED,
    L_FINE_PAID,
    L_FINE_UNPAID,
    L_HIRE_REFUSED,
    L_HIRED,
    L_JOB_LOST,
    L_PLACE_HANDED_ON,
    L_PLACE_MISSING,
    L_RATING_DROPPED,
    L_RATING_WARNED,
    searched,
)
from moot.society.counting import looks_of, tally
from moot.society.desk import later, note, pack, put, said
from moot.society.fear import deterrence, fear_at
from moot.society.law import (
    DONE,
    OWN,
    PER_ACT,
    REGIME,
    TIER,
    TODAY,
)
from moot.society.livelihood import (
    BARE,
    DRAWN,
    DROPPED,
    EMPLOYED_NOW,
    ENDS,
    HANDED_ON,
    INACTIVE,
    LOST,
    NO_PLACE,
    PLACE,
    STATUS,
    UNEMPLOYED,
    UNPAID,
    WARNED,
    arrears_of,
    at_work,
    hardship,
    standing,
)
from moot.society.state import (
    ARREARS,
    ARREARS_HIGH,
    FEAR_DAY,
    JOB_DAY,
    RATED,
    WORK,
    is_kept,
    mark_of,
    rare_of,
    set_rare,
)

# Columns of the families of measures (see `society.measures`).
HIRED, JOB_LOST, HIRE_REFUSED, DISMISSED = range(4)
HANDED, MISSING, UNFILLED = range(3)
CHARGED, NOTICED, AT_ONCE, RECOVERED, LAPSED, FROM_ARREARS = range(6)
WARNINGS, DROPS = range(2)
ALL_RATED, HIGH, BELOW = range(3)

STAR = 8192  # a star in the units of RATED
HIGH_STARS = STAR * 9 // 2
MOST_ARREARS = (1 << 32) - 1
SHORT = 63  # in place of an act: a shortfall of income


@kernel
def begin_work(key, world, m, blocks, day):
    """The eve of the burn-in: who is flagged as employed has a job, the others are drawn from the stationary
    shares of their age; the unemployed have just lost theirs."""
    for x in range(len(blocks)):
        for i in range(see.block(m)[0, blocks[x]], see.block(m)[0, blocks[x] + 1]):
            who = see.person(m)[i, WHO]
            status = EMPLOYED_NOW
            if who & EMPLOYED == 0:
                u = np.int64(static_hash(key, world.begin_purpose, i) >> S32)
                status = UNEMPLOYED | LOST if u < world.begins[who >> 5] else INACTIVE
            for a in range(m.n_arms):
                see.warm(m)[i, a, WORK] = status
                see.warm(m)[i, a, JOB_DAY] = max(0, day)


@inline
def open_work(world, m, b, i, a):
    """Stocks on the eve of the first day."""
    if world.works != 0:
        status = np.int64(see.warm(m)[i, a, WORK]) & STATUS
        if status != INACTIVE:
            tally(m, a, i, world.k_work + status, 1)
    if world.fines != 0 and arrears_of(m, b, i, a) > 0:
        tally(m, a, i, world.k_money, 1)


# Jobs


@inline
def _move(world, m, b, i, a, day, status, lost, code, s, tier):
    """Write a new status and count it."""
    word = np.int64(see.warm(m)[i, a, WORK])
    before = word & STATUS
    if before != INACTIVE:
        tally(m, a, i, world.k_work + before, -1)
    if status != INACTIVE:
        tally(m, a, i, world.k_work + status, 1)
    see.warm(m)[i, a, WORK] = (word & ~(STATUS | LOST)) | status | lost
    if (before == EMPLOYED_NOW) != (status == EMPLOYED_NOW):
        see.warm(m)[i, a, JOB_DAY] = day
    if code > 0 and is_kept(m, i):
        note(m, b, day, i, a, code, s, i, tier, 0)


@inline
def refusing(key, law, m, i, a, month):
    """The first scheme that refuses a hire in this month, or -1."""
    for s in range(law[a].schemes):
        if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
            continue
        passes = law[a].hires[s, mark_of(m, i, a, s) >> TIER]
        if passes < np.int64(1) << 32:
            if np.int64(draw(key, i, month, law[a].hire_purpose[s], 0)[0]) >= passes:
                return s
    return -1


@inline
def _dismissing(key, law, m, i, a, month):
    """The first scheme that ends a job in this month, or -1."""
    for s in range(law[a].schemes):
        if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
            continue
        hazard = law[a].dismisses[s, mark_of(m, i, a, s) >> TIER]
        if hazard > 0 and np.int64(draw(key, i, month, law[a].dismiss_purpose[s], 0)[0]) < hazard:
            return s
    return -1


@inline
def _work(key, world, law, m, b, i, day):
    """One step of the matrix in every arm, then what the schemes make of it."""
    month = world.month
    band = see.person(m)[i, WHO] >> 5
    u = np.int64(draw(key, i, month, world.work_purpose, 0)[0])
    for a in range(m.n_arms):
        word = np.int64(see.warm(m)[i, a, WORK])
        before = word & STATUS
        status = EMPLOYED_NOW
        if u >= world.moves[band, before, 1]:
            status = INACTIVE
        elif u >= world.moves[band, before, 0]:
            status = UNEMPLOYED
        if status == EMPLOYED_NOW:
            if before == EMPLOYED_NOW:
                s = _dismissing(key, law, m, i, a, month)
                if s >= 0:
                    tier = mark_of(m, i, a, s) >> TIER
                    tally(m, a, i, world.m_work + DISMISSED, 1)
                    _move(world, m, b, i, a, day, UNEMPLOYED, LOST, L_DISMISSED, s, tier)
                continue
            s = refusing(key, law, m, i, a, month)
            if s >= 0:
                tally(m, a, i, world.m_work + HIRE_REFUSED, 1)
                if is_kept(m, i):
                    note(m, b, day, i, a, L_HIRE_REFUSED, s, i, mark_of(m, i, a, s) >> TIER, 0)
                continue
            if world.fixed != 0:
                see.warm(m)[i, a, WORK] = word | (DRAWN << PLACE)
                continue
            tally(m, a, i, world.m_work + HIRED, 1)
            _move(world, m, b, i, a, day, status, 0, L_HIRED, 0, 0)
        elif before == EMPLOYED_NOW:
            # who leaves work for something else has lost no job; who is looking for one has
            tally(m, a, i, world.m_work + JOB_LOST, 1)
            lost = LOST if status == UNEMPLOYED else 0
            _move(world, m, b, i, a, day, status, lost, L_JOB_LOST, 0, status)
        elif status != before:
            _move(world, m, b, i, a, day, status, word & LOST, 0, 0, 0)


# Ratings


@inline
def _band(world, law, m, i, a, shown, by):
    """Count somebody shown as this among the rated."""
    tally(m, a, i, world.k_rating + ALL_RATED, by)
    if shown >= HIGH_STARS:
        tally(m, a, i, world.k_rating + HIGH, by)
    if shown < law[a].r_line:
        tally(m, a, i, world.k_rating + BELOW, by)


@inline
def mean_rating(law, a, deficit, looks, days):
    """Mean rating in 1/8192 of a star, between one star and five."""
    drift = (law[a].r_drift * days) >> 20
    return min(5 * STAR, max(STAR, law[a].r_level[deficit] - law[a].r_bias[looks] + drift))


@inline
def _rate(key, world, law, m, b, i, a, day):
    """A month of ratings of a platform worker; below the line for long enough, the work ends."""
    word = np.int64(see.warm(m)[i, a, WORK])
    if word & DROPPED or word & STATUS != EMPLOYED_NOW:
        return
    deficit = np.int64(static_hash(np.uint64(world.people_key), world.deficit_purpose, i) >> np.uint64(52))
    mean = mean_rating(law, a, deficit, looks_of(m, i), max(0, day - law[a].r_since))
    before = rare_of(m, b, i, a, RATED)
    shown = before if before > 0 else mean
    stars = mean // STAR
    above = (mean % STAR) << 19  # of the next star, on 32-bit uniforms
    divisor = law[a].r_window + 1
    for n in range(0, law[a].r_count, 4):
        coins = draw(key, i, world.month, world.star_purpose, n >> 2)
        for x in range(min(4, law[a].r_count - n)):
            star = stars + (1 if np.int64(coins[x]) < above else 0)
            step = 2 * (star * STAR - shown)
            half = divisor // 2
            shown += (step + half) // divisor if step >= 0 else -((-step + half) // divisor)
    if before > 0:
        _band(world, law, m, i, a, before, -1)
    months = (word >> WARNED) & 3
    word &= ~(3 << WARNED)
    see.warm(m)[i, a, WORK] = word
    if shown < law[a].r_line:
        if months >= law[a].r_warning:
            set_rare(m, b, i, a, RATED, 0)
            see.warm(m)[i, a, WORK] = word | DROPPED
            tally(m, a, i, world.m_rating + DROPS, 1)
            _move(world, m, b, i, a, day, UNEMPLOYED, LOST, L_RATING_DROPPED, 0, shown)
            return
        if months == 0:
            tally(m, a, i, world.m_rating + WARNINGS, 1)
            if is_kept(m, i):
                note(m, b, day, i, a, L_RATING_WARNED, 0, i, shown, 0)
        see.warm(m)[i, a, WORK] = word | ((months + 1) << WARNED)
    set_rare(m, b, i, a, RATED, shown)
    _band(world, law, m, i, a, shown, 1)


# Fines and debts


@inline
def _owe(world, m, b, i, a, cents):
    """Change somebody's arrears."""
    before = arrears_of(m, b, i, a)
    after = min(MOST_ARREARS, max(0, before + cents))
    set_rare(m, b, i, a, ARREARS, after & 0xFFFF)
    set_rare(m, b, i, a, ARREARS_HIGH, after >> 16)
    if (before > 0) != (after > 0):
        tally(m, a, i, world.k_money, 1 if after > 0 else -1)


@inline
def _debt(world, m, b, place, i, a, k, cents, ends, u):
    """Enter a debt with the month in which it ends and how: both are drawn on the day it begins."""
    months = np.int64(1)
    while months < world.debt_months and u >= ends[months]:
        months += 1
    recovered = 1 if u < ends[world.debt_months] else 0
    n = see.debt_n(m)[b]
    if n < m.n_debt_cap:
        row = see.debts(m)[b, n]
        row[0] = pack(place, a, k, recovered, world.month + months)
        row[1] = cents
    see.debt_n(m)[b] = n + 1
    _owe(world, m, b, i, a, cents)


@inline
def settle(key, world, law, m, b, place, a, head, also, day):
    """Fines of the day: a notice, payment at once, or a debt; and points for fines left unpaid."""
    i = see.block(m)[0, b] + place
    own_at = head
    all_at = also
    while own_at >= 0 or all_at >= 0:
        e = later(own_at, all_at)
        packed = said(m, OWN, b, e)
        k = (packed >> 25) & 255
        bits = (packed >> 33) & 255
        if e == own_at:
            own_at = see.chain(m)[e]
        else:
            all_at = see.chain(m)[e]
        if k >= world.kinds:
            continue
        if k == world.unpaid and bits & REGIME:
            for s in range(law[a].schemes):
                if law[a].reads[s] == REGIME and law[a].counts[s, k] != 0:
                    if see.person(m)[i, WHO] & law[a].who[s] == law[a].who[s]:
                        points = min(law[a].points[s, k], law[a].cap[s, k])
                        tally(m, a, i, world.m_money + FROM_ARREARS, max(0, points))
        if bits & TODAY == 0 or world.fine[k] == 0:
            continue
        tally(m, a, i, world.m_money + CHARGED, 1)
        u0, u1, u2, _ = draw(key, i, day, world.fine_purpose[k], 0)
        if np.int64(u0) >= world.fine_notice[k]:
            continue
        tally(m, a, i, world.m_money + NOTICED, 1)
        level = hardship(world, m, i, a, day)
        behind = 1 if arrears_of(m, b, i, a) > 0 else 0
        income = see.person(m)[i, WHERE] // STRATA
        if np.int64(u1) < world.fine_pay[k, income, level, behind]:
            tally(m, a, i, world.m_money + AT_ONCE, 1)
            if is_kept(m, i):
                note(m, b, day, i, a, L_FINE_PAID, k, i, 0, 0)
            continue
        if is_kept(m, i):
            note(m, b, day, i, a, L_FINE_UNPAID, k, i, world.fine[k], 0)
        see.warm(m)[i, a, WORK] |= UNPAID
        _debt(world, m, b, place, i, a, k, world.fine[k], world.fine_ends[k], np.int64(u2))


@kernel
def fines_by_standing(world, law, rates, m, blocks, day, cells):
    """Add the expected charges of each fined act by decile, hardship and arrears, (kinds, 10, 3, 2), in the
    first arm: what the mean chance to pay is a mean over."""
    for x in range(len(blocks)):
        for i in range(see.block(m)[0, blocks[x]], see.block(m)[0, blocks[x] + 1]):
            row = see.person(m)[i]
            level = hardship(world, m, i, 0, day)
            behind = 1 if arrears_of(m, blocks[x], i, 0) > 0 else 0
            for k in range(world.kinds):
                if world.fine[k] == 0:
                    continue
                p = fear_at(
                    see.hot(m)[i, 0, 0], np.int64(see.hot(m)[i, 0, FEAR_DAY]), day, law[0].ambient_day,
                    law[0].ambient[0], world.fade,
                )  # fmt: skip
                theta = row[THETA + rates.domain[k]]
                often, _ = bound(rates, k, theta, row[THETA + rates.own_at[k]], row[WHO], row[WHERE])
                often = (often * deterrence(p, world.deter[0])) >> 16
                if world.works != 0:
                    often = standing(world, m, i, 0, k, 0, day, often)
                cells[k, row[WHERE] // STRATA, level, behind] += often


@inline
def _end_debts(world, m, b, day):
    """Debts whose month has come: recovered or lapsed."""
    e = 0
    while e < min(see.debt_n(m)[b], m.n_debt_cap):
        row = see.debts(m)[b, e]
        packed = row[0]
        if packed >> ENDS > world.month:
            e += 1
            continue
        cents = row[1]
        last = see.debt_n(m)[b] - 1
        for x in range(2):
            row[x] = see.debts(m)[b, last, x]
        see.debt_n(m)[b] = last
        i = see.block(m)[0, b] + (packed & 0x1FFFF)
        a = (packed >> 17) & 255
        k = (packed >> 25) & 255
        recovered = (packed >> 33) & 1
        _owe(world, m, b, i, a, -cents)
        if k != SHORT:
            tally(m, a, i, world.m_money + (RECOVERED if recovered else LAPSED), 1)
            if is_kept(m, i):
                note(m, b, day, i, a, L_FINE_ENDED, k, i, recovered, 0)


@inline
def arrears_of_block(key, world, law, rates, m, b, day):
    """The act that arises from arrears, on the first day of a month: fines of the month before left unpaid.

    A register of the regime that reads it may charge it, and links it to a wrong person as it does others.
    """
    k = world.unpaid
    if k < 0 or world.month_begins == 0:
        return
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    for i in range(lo, hi):
        for a in range(m.n_arms):
            if see.warm(m)[i, a, WORK] & UNPAID == 0:
                continue
            see.warm(m)[i, a, WORK] &= ~UNPAID
            tally(m, a, i, k * PER_ACT + DONE, 1)
            shown = is_kept(m, i)
            if shown:
                note(m, b, day, i, a, L_ARREARS, k, i, 0, 0)
            bits, by = searched(key, world, law, rates, m, b, i, a, a, k, day, TODAY, -1, law[a].s_registers)
            if bits & REGIME:
                put(m, OWN, b, pack(i - lo, a, k, REGIME, by), i, 0)


@inline
def _felt(key, world, law, m, b, i, day):
    """What having a job or none brings in the month: ratings, and rent and energy that are not paid."""
    if (see.person(m)[i, REST] >> PLATFORM_SHIFT) & 1:
        for a in range(m.n_arms):
            if law[a].r_count > 0:
                _rate(key, world, law, m, b, i, a, day)
    if world.short[0] + world.short[9] == 0:
        return
    income = see.person(m)[i, WHERE] // STRATA
    for a in range(m.n_arms):
        level = hardship(world, m, i, a, day)
        if level == 0 or at_work(m, i, a):
            continue
        cents = world.short[income + (10 if level == BARE else 0)]
        if cents > 0:
            u = np.int64(draw(key, i, world.month, world.short_purpose, 0)[0])
            _debt(world, m, b, i - see.block(m)[0, b], i, a, SHORT, cents, world.short_ends, u)


@inline
def month_of_block(key, world, law, m, b, day):
    """The month's step of a block: debts end, jobs are found and lost, ratings come in, money falls short."""
    if world.month_begins == 0 or world.works | world.fines == 0:
        return
    if world.fines != 0:
        _end_debts(world, m, b, day)
    if world.works == 0:
        return
    lo = see.block(m)[0, b]
    for i in range(lo, see.block(m)[0, b + 1]):
        if world.begins[see.person(m)[i, WHO] >> 5] == 0:
            continue  # nobody of this age is ever in work
        _work(key, world, law, m, b, i, day)
        if world.fixed == 0:
            _felt(key, world, law, m, b, i, day)


@kernel
def take_places(key, world, law, m, blocks, day):
    """The second half of the month's step where places are fixed: hires come about, or find no place."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            if world.begins[see.person(m)[i, WHO] >> 5] == 0:
                continue
            for a in range(m.n_arms):
                word = np.int64(see.warm(m)[i, a, WORK])
                place = (word >> PLACE) & 3
                if place == 0:
                    continue
                see.warm(m)[i, a, WORK] = word & ~(3 << PLACE)
                if place == NO_PLACE:
                    tally(m, a, i, world.m_places + MISSING, 1)
                    if is_kept(m, i):
                        note(m, b, day, i, a, L_PLACE_MISSING, 0, i, 0, 0)
                    continue
                tally(m, a, i, world.m_work + HIRED, 1)
                if place == HANDED_ON:
                    tally(m, a, i, world.m_places + HANDED, 1)
                code = L_PLACE_HANDED_ON if place == HANDED_ON else L_HIRED
                _move(world, m, b, i, a, day, EMPLOYED_NOW, 0, code, 0, 0)
            _felt(key, world, law, m, b, i, day)
