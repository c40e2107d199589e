"""Second half of a day: each touched person once, then what follows for others.

A person is touched by a charge, a false alarm, a fall of a tie yesterday, a list whose term ends, or a day on
which repair alone would change a tier. Everybody else is left as they are: reading never writes.
"""

import numpy as np

from moot.country.population import BORN, SLOT, WHO
from moot.draws.compiled import inline
from moot.draws.philox import ONE, ZERO, low_bit
from moot.society import memory as see
from moot.society.acts import (
    L_ALLEGED,
    L_BORNE,
    L_DELISTED,
    L_FALL,
    L_LISTED,
    L_REGIME,
    L_RENEWED,
    L_RISE,
    L_TODAY,
)
from moot.society.appointments import WAKE as APPOINTED
from moot.society.appointments import appoint, due
from moot.society.counting import tally
from moot.society.desk import WHO as SENDER
from moot.society.desk import later, note, pack, put, room, said, sender, spot
from moot.society.fear import fear_at, lowered, raised
from moot.society.law import (
    ABOVE,
    ALLEGED,
    BORNE,
    FALL,
    FALLS,
    FOR_ANOTHER,
    HEAVY,
    KNOWN,
    LOST,
    NOVICE,
    OWN,
    PER_ACT,
    R_CAP,
    R_NOVICE_CYCLE,
    R_NOVICE_START,
    R_ONE_DAYS,
    REGIME,
    RISES,
    SHUN,
    TERM,
    TIER,
    TODAY,
    UNCHARGED,
)
from moot.society.law import (
    ONE as LAST_WAS_ONE,
)
from moot.society.ledger import domain_of, lose, shrink
from moot.society.opinion import feel
from moot.society.redress import enter_charge, plea, withheld
from moot.society.score import NEVER, day_of_reaching, rebase, score_at
from moot.society.stairs import enter, leave
from moot.society.state import (
    FEAR_DAY,
    LISTED_ON,
    LISTS,
    WAKE,
    is_kept,
    last_of,
    mark_of,
    set_mark,
    set_standing,
    value_of,
)
from moot.society.ties import reach, reach_far
from moot.society.twins import behind, of_one

# Ends of the chain of a person's charges: nothing else today, or a standing to judge in any case.
LAST, MUST_JUDGE = -1, -3


@inline
def wake_at(m, b, place, i, a, to, day, when, day0):
    """Ask to be looked at on day `when` (> day) unless an earlier request stands."""
    days = m.n_days
    if when >= NEVER or when - day0 >= days:
        return
    standing = np.int64(see.hot(m)[i, a, WAKE])
    if day < standing <= when:
        return
    see.hot(m)[i, a, WAKE] = when
    appoint(m, b, when, due(place, to, APPOINTED, 0), 0, day0)


@inline
def novice_phase(m, i, world, law, a, s, day):
    """Whether a new licence is issued to this novice today."""
    cycle = law[a].repair[s, R_NOVICE_CYCLE]
    return cycle > 0 and see.person(m)[i, BORN] > 0 and (day + np.int64(see.person(m)[i, BORN])) % cycle == 0


@inline
def plan_wake(world, law, m, b, place, i, a, to, day, day0):
    """Ask for the next day on which repair alone changes a tier, or a novice's licence is renewed."""
    best = NEVER
    for s in range(law[a].schemes):
        need = law[a].who[s]
        if see.person(m)[i, WHO] & need != need:
            continue
        mark = mark_of(m, i, a, s)
        tier = mark >> TIER
        if tier > 0:
            goal = law[a].lower[s, tier - 1] + law[a].scale[s, 3]
            best = min(
                best,
                day_of_reaching(value_of(m, i, a, s), last_of(m, i, a, s), mark, day, law[a].repair[s], goal),
            )
        cycle = law[a].repair[s, R_NOVICE_CYCLE]
        if cycle > 0 and see.person(m)[i, BORN] > 0:
            best = min(best, day + cycle - (day + np.int64(see.person(m)[i, BORN])) % cycle)
    wake_at(m, b, place, i, a, to, day, best, day0)


@inline
def set_watched(world, law, m, b, place, i, a, to):
    """Keep the bit that says whether a person's opportunities must be looked at."""
    w = see.block(m)[1, b] + place // 64
    bit = ONE << np.uint64(place % 64)
    watched = (np.int64(see.hot(m)[i, a, LISTS]) & law[a].watched_lists) != 0
    for u in range(world.chances):
        s = law[a].o_scheme[u]
        if s >= 0 and not watched and see.person(m)[i, WHO] & law[a].who[s] == law[a].who[s]:
            watched = ((law[a].o_tiers[u] >> (np.int64(mark_of(m, i, a, s)) >> TIER)) & 1) != 0
    for of in range(of_one(m, to), behind(m, to)):
        if watched:
            see.watched(m)[of, w] |= bit
        else:
            see.watched(m)[of, w] &= ~bit


@inline
def set_score(world, law, m, b, i, a, to, s, new, last, mark, day, day0, reporting):
    """Write a person's score as it reads at the end of `day`, keeping the sums right."""
    r = law[a].repair[s]
    slot = np.int64(see.person(m)[i, SLOT])
    if reporting:
        leave(
            m, b, to, s, slot, value_of(m, i, a, s), last_of(m, i, a, s),
            mark_of(m, i, a, s), day, day0, r,
        )  # fmt: skip
    set_standing(m, i, a, s, new, last, mark)
    if reporting:
        enter(m, b, to, s, slot, np.int64(new), np.int64(last), np.int64(mark), day, day0, r)


@inline
def begin_term(m, b, who, until):
    """Let the term of an entry (place, arm, list) end on a day; one that runs already begins anew."""
    for e in range(see.mail_n(m)[TERM, b]):
        if e < room(m, TERM) and said(m, TERM, b, e) == who:
            see.mail(m)[spot(m, TERM, b, e), SENDER] = until
            return
    put(m, TERM, b, who, until, 0)


@inline
def enlist(world, law, m, b, place, i, a, to, x, day):
    """Enter a person on a list; a list with a term starts its term anew."""
    if law[a].l_exit[x, 0] == 1:
        for of in range(of_one(m, to), behind(m, to)):
            begin_term(m, b, pack(place, of, x, 0, 0), day + law[a].l_exit[x, 1])
    if (see.hot(m)[i, a, LISTS] >> x) & 1:
        return
    if m.n_warm_people > 1 and see.hot(m)[i, a, LISTS] == 0:
        see.warm(m)[i, a, LISTED_ON] = day
    see.hot(m)[i, a, LISTS] |= 1 << x
    tally(m, to, i, world.m_list + 2 * x, 1)
    tally(m, to, i, world.k_list + x, 1)
    if is_kept(m, i):
        note(m, b, day, i, a, L_LISTED, x, i, 0, 0)


@inline
def delist(world, law, m, b, i, a, to, x, day):
    """Take a person off a list."""
    if not (see.hot(m)[i, a, LISTS] >> x) & 1:
        return
    see.hot(m)[i, a, LISTS] &= ~(1 << x)
    tally(m, to, i, world.m_list + 2 * x + 1, 1)
    tally(m, to, i, world.k_list + x, -1)
    if is_kept(m, i):
        note(m, b, day, i, a, L_DELISTED, x, i, 0, 0)


@inline
def place_in_tier(world, law, m, b, place, i, a, to, s, score, day):
    """One evaluation of the tier; returns True when it fell."""
    mark = mark_of(m, i, a, s)
    before = mark >> TIER
    tier = before
    while tier + 1 < law[a].tiers[s] and score < law[a].lower[s, tier]:
        tier += 1
    if tier == before:
        while tier > 0 and score >= law[a].lower[s, tier - 1] + law[a].scale[s, 3]:
            tier -= 1
    if tier == before:
        return False
    set_mark(m, i, a, s, (mark & 15) | (tier << TIER))
    column = world.m_scheme + 4 * s
    column += FALL if tier > before else RISES
    tally(m, to, i, column, 1)
    stock = world.k_tier + 8 * s
    tally(m, to, i, stock + before, -1)
    tally(m, to, i, stock + tier, 1)
    if is_kept(m, i):
        note(m, b, day, i, a, L_FALL if tier > before else L_RISE, s, i, tier, score)
    if law[a].shun[s] > 0:
        stake = min(256, max(0, ((law[a].shun_span[s, 0] - score) << 8) // law[a].shun_span[s, 1]))
        put(m, SHUN, b, pack(place, to, s, 1 if tier > before else 0, 0), stake, 0)
    for x in range(law[a].lists):
        if law[a].l_scheme[x] == s:
            if law[a].l_entry[x, 0] == 0 and tier >= law[a].l_entry[x, 1] and before < law[a].l_entry[x, 1]:
                enlist(world, law, m, b, place, i, a, to, x, day)
            if law[a].l_exit[x, 0] == 0 and tier <= law[a].l_exit[x, 1]:
                delist(world, law, m, b, i, a, to, x, day)
    return tier > before


@inline
def learn(world, law, m, i, a, unlearned, told, day):
    """Perceived certainty after a day's own acts: the uncharged first, then the charged, each in order."""
    if unlearned == ZERO and told == ZERO:
        return
    since = np.int64(see.hot(m)[i, a, FEAR_DAY])
    p0 = fear_at(see.hot(m)[i, a, 0], since, day, law[a].ambient_day, law[a].ambient[0], world.fade)
    p1 = fear_at(see.hot(m)[i, a, 1], since, day, law[a].ambient_day, law[a].ambient[1], world.fade)
    kinds = world.kinds
    while unlearned != ZERO:
        k = low_bit(unlearned)
        unlearned &= unlearned - ONE
        if world.kind[k] == 0:
            p0 = lowered(p0, world.unlearn[k])
        elif world.kind[k] == 1:
            p1 = lowered(p1, world.unlearn[k])
    other = (world.learn[0] * world.learn[2] + (1 << 29)) >> 30
    while told != ZERO:
        k = low_bit(told)
        told &= told - ONE
        c = world.kind[k] if k < kinds else 0
        if c == 0:
            p0 = raised(p0, world.learn[0])
            p1 = raised(p1, other)
        elif c == 1:
            p1 = raised(p1, world.learn[0])
            p0 = raised(p0, other)
    see.hot(m)[i, a, 0] = p0
    see.hot(m)[i, a, 1] = p1
    see.hot(m)[i, a, FEAR_DAY] = day


@inline
def note_charge(law, m, b, day, i, a, packed, source):
    """Write one charge into a panel life: today's, the regime's, or one borne for somebody else's act."""
    bits = (packed >> 33) & 255
    k = (packed >> 25) & 255
    sensor = packed >> 41
    score = np.int64(0)
    if law[a].schemes > 0:
        s = law[a].schemes - 1
        r = law[a].repair[s]
        score = score_at(value_of(m, i, a, s), last_of(m, i, a, s), mark_of(m, i, a, s), day, r)
    if bits & TODAY:
        note(m, b, day, i, a, L_TODAY, k, source, 0, score)
    if bits & REGIME and k < 64:
        what = L_BORNE if bits & BORNE else L_ALLEGED if bits & ALLEGED else L_REGIME
        note(m, b, day, i, a, what, k, source, sensor, score)


@inline
def points_of(world, law, m, a, s, k, day):
    """What the charges of one act or alarm cost today in a scheme (negative: earn), capped.

    On the day on which the past is read each act counts by itself: a cap is for the acts of one day.
    """
    kinds = world.kinds
    n = see.counts(m)[k] if law[a].reads[s] == REGIME else 1
    if k >= kinds:
        return law[a].f_points[k - kinds, s] * n
    if law[a].counts[s, k] == 0:
        return np.int64(0)
    most = law[a].cap[s, k]
    points = law[a].points[s, k]
    if law[a].past_from != 0 and day == world.past_day:
        return n * min(most, max(-most, points))
    points *= n
    return min(points, law[a].cap[s, k]) if points > 0 else max(points, -law[a].cap[s, k])


@inline
def in_error(law, a, s, k, own):
    """1 where a charge that a scheme reads is for something that the person did not do."""
    return 0 if law[a].reads[s] == TODAY or (own >> np.uint64(k)) & ONE else 1


@inline
def only_learns(m, b, e):
    """Whether all that a chain of messages holds is one act of one's own that nobody charged."""
    return e >= 0 and (said(m, OWN, b, e) >> 33) & 255 == UNCHARGED and see.chain(m)[e] == LAST


@inline
def act_bit(m, b, e):
    """The act of a message, as a bit."""
    return ONE << np.uint64((said(m, OWN, b, e) >> 25) & 255)


@inline
def touch(key, world, law, m, b, lo, hi, place, a, to, head, also, day, day0, reporting):
    """Everything that happens to one person in one arm today, on account of `to`.

    `head` and `also` are the last of the arm's own messages and of those to all twins, see `later`.
    """
    i = lo + place
    kinds = world.kinds
    chain = see.chain(m)
    counts = see.counts(m)
    unlearned = ZERO
    told = ZERO
    today = ZERO
    regime = ZERO
    own = ZERO
    own_at = head
    all_at = also
    while own_at >= 0 or all_at >= 0:
        e = later(own_at, all_at)
        packed = said(m, OWN, b, e)
        k = (packed >> 25) & 255
        bits = (packed >> 33) & 255
        bit = ONE << np.uint64(k)
        learnt = k >= kinds or world.kind[k] < 2
        if bits & TODAY:
            today |= bit
            told |= bit
        if bits & REGIME:
            regime |= bit
            counts[k] += 1
            if bits & (BORNE | ALLEGED) == 0 and k < kinds:
                own |= bit
            if bits & BORNE and k < kinds:
                tally(m, to, i, k * PER_ACT + FOR_ANOTHER, 1)
            if law[a].notice != 0:
                if learnt:
                    told |= bit
            elif bits & (BORNE | ALLEGED) == 0 and k < kinds and learnt and world.unlearn[k] > 0:
                unlearned |= bit
        if bits & UNCHARGED:
            unlearned |= bit
        if e == own_at:
            own_at = chain[e]
        else:
            all_at = chain[e]
    unlearned &= ~told
    learn(world, law, m, i, a, unlearned, told, day)
    if min(own_at, all_at) > MUST_JUDGE and today == ZERO and regime == ZERO:
        return  # acts that nobody charged teach, and change nothing else
    feel(world, law, m, b, i, a, head, also)
    if told != ZERO and world.learn[1] > 0 and world.known_mask != 0:
        x = told
        while x != ZERO:
            k = low_bit(x)
            x &= x - ONE
            if k >= kinds or world.kind[k] < 2:
                by = REGIME if law[a].notice != 0 and regime & (ONE << np.uint64(k)) else 0
                reach(world, m, b, lo, hi - lo, i, world.known_mask, pack(0, to, k, by, 0), KNOWN)
    for s in range(law[a].schemes):
        need = law[a].who[s]
        if see.person(m)[i, WHO] & need != need:
            continue
        r = law[a].repair[s]
        charged = today if law[a].reads[s] == TODAY else regime
        cost = np.int64(0)
        lost = np.int64(0)
        heavy = False
        x = charged
        while x != ZERO:
            k = low_bit(x)
            x &= x - ONE
            points = points_of(world, law, m, a, s, k, day)
            if points > 0:
                heavy = heavy or (k < kinds and law[a].heavy[s, k] != 0)
                if law[a].appeals[s] != 0:
                    wrong = in_error(law, a, s, k, own)
                    state, days = plea(key, world, law, m, i, a, s, k, wrong, day)
                    points -= withheld(law, a, s, state, days, points)
            cost += points
            lost += max(0, points)
        left = np.int64(0)
        value = value_of(m, i, a, s)
        last = last_of(m, i, a, s)
        mark = mark_of(m, i, a, s)
        now = score_at(value, last, mark, day, r)
        if novice_phase(m, i, world, law, a, s, day):
            now = r[R_NOVICE_START]
            mark = (mark & ~(ABOVE | LAST_WAS_ONE | HEAVY)) | NOVICE
            if now > r[R_CAP]:
                mark |= ABOVE
            set_score(world, law, m, b, i, a, to, s, now, day, mark, day, day0, reporting)
            value = now
            last = np.int64(day)
            if is_kept(m, i):
                note(m, b, day, i, a, L_RENEWED, s, i, 0, now)
        if lost > 0:
            before = score_at(value, last, mark, day - 1, r) if last < day else now
            if before >= r[R_CAP]:
                mark &= ~(HEAVY | NOVICE)
            mark &= ~(LAST_WAS_ONE | ABOVE)
            if lost == 1 and r[R_ONE_DAYS] > 0:
                mark |= LAST_WAS_ONE
            if heavy:
                mark |= HEAVY
            left = lost - max(0, law[a].scale[s, 1] - (before - cost))  # what the floor did not spare
            now = min(law[a].scale[s, 2], max(law[a].scale[s, 1], before - cost))
            if now > r[R_CAP]:
                mark |= ABOVE
            set_score(world, law, m, b, i, a, to, s, now, day, mark, day, day0, reporting)
            tally(m, to, i, world.m_scheme + 4 * s + LOST, lost)
        elif cost != 0:
            now = min(law[a].scale[s, 2], max(law[a].scale[s, 1], now - cost))
            v, since, kept = rebase(now, last, mark, day, r)
            set_score(world, law, m, b, i, a, to, s, v, since, kept, day, day0, reporting)
        if lost > 0 and law[a].ledger[s] != 0:
            shrink(law, m, i, a, s, now + left)
        if law[a].appeals[s] != 0 or law[a].memory[s] != 0 or (lost > 0 and law[a].ledger[s] != 0):
            x = charged
            while x != ZERO:
                k = low_bit(x)
                x &= x - ONE
                points = points_of(world, law, m, a, s, k, day)
                if points <= 0:
                    continue
                wrong = in_error(law, a, s, k, own)
                state, days = plea(key, world, law, m, i, a, s, k, wrong, day)
                taken = min(left, points - withheld(law, a, s, state, days, points))
                left -= taken
                if taken > 0 and law[a].ledger[s] != 0:
                    lose(law, m, i, a, s, domain_of(world, k), taken)
                if law[a].appeals[s] != 0 or law[a].memory[s] != 0:
                    enter_charge(
                        world, law, m, b, place, i, a, s, k, wrong, state, days, points, taken, day, day0
                    )
        if place_in_tier(world, law, m, b, place, i, a, to, s, now, day) and law[a].tie_points[s] > 0:
            sent = pack(0, to, s, 0, 0)
            reach(world, m, b, lo, hi - lo, i, law[a].tie_mask[s], sent, FALLS)
            reach_far(world, m, b, lo, hi, i, law[a].far_mask[s], sent)
        for y in range(law[a].lists):
            if law[a].l_scheme[y] == s and law[a].l_entry[y, 0] == 1:
                if (charged >> np.uint64(law[a].l_entry[y, 1])) & ONE:
                    enlist(world, law, m, b, place, i, a, to, y, day)
    own_at = head
    all_at = also
    while own_at >= 0 or all_at >= 0:
        e = later(own_at, all_at)
        packed = said(m, OWN, b, e)
        counts[(packed >> 25) & 255] = 0
        if is_kept(m, i):
            note_charge(law, m, b, day, i, a, packed, sender(m, OWN, b, e))
        if e == own_at:
            own_at = chain[e]
        else:
            all_at = chain[e]
    set_watched(world, law, m, b, place, i, a, to)
    plan_wake(world, law, m, b, place, i, a, to, day, day0)
