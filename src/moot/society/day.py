"""The order of a day, block by block: three phases, with an exchange after the first two.

1. `morning`: yesterday's falls and news reach ties (they count in yesterday's means); today's acts are drawn.
   Exchange: charges go to whom they were given.
2. `evening`: repair up to now, charges, one evaluation of tiers and lists, fines, opportunities; on the
   first day of a month jobs, ratings and debts.
   Exchange: falls go to far ties.

What happens on day d reads the state at the end of d-1; each block is written by one thread.
"""

import numpy as np

from moot.country.population import BORN, SLOT, THETA, WHO
from moot.draws.compiled import inline, kernel
from moot.draws.philox import ZERO
from moot.society import memory as see
from moot.society.acts import (
    L_TIE_CHARGED,
    L_TIE_FELL,
    acts_of_block,
    false_alarms_of_block,
    past_of_block,
)
from moot.society.appointments import NEXT, RULING, WHAT, WHOM
from moot.society.appointments import WAKE as APPOINTED
from moot.society.buying import bought_of_block
from moot.society.counting import tally
from moot.society.desk import MOST, addressee, block_of, note, pack, put, room, said, sender, spot
from moot.society.fear import fear_at, raised
from moot.society.gate import LEAVE, clock, meet, turn
from moot.society.gate import NEXT as GO_ON
from moot.society.judge import (
    LAST,
    MUST_JUDGE,
    act_bit,
    delist,
    learn,
    only_learns,
    plan_wake,
    set_score,
    set_watched,
    touch,
)
from moot.society.judging import UNTOUCHED, judge
from moot.society.law import (
    ABOVE,
    FALLS,
    FAR,
    FROM_TIES,
    JUDGE,
    KNOWN,
    NO_SCORE,
    NOVICE,
    OF_TIES,
    OUT,
    OWN,
    R_CAP,
    R_EVERY,
    TERM,
    TIER,
)
from moot.society.law import ONE as LAST_WAS_ONE
from moot.society.ledger import domain_of, lose, shrink
from moot.society.listing import lists_of_block
from moot.society.livelihood import standing
from moot.society.opinion import hear
from moot.society.opportunities import opportunities_of_block
from moot.society.redress import fall_due, lists_lifted
from moot.society.reports import recognitions_of_block, reports_of_block
from moot.society.score import rebase, score_at
from moot.society.shunning import ties_of_block
from moot.society.stairs import climb, enter
from moot.society.state import (
    CUTS,
    FEAR_DAY,
    LISTS,
    WAKE,
    is_kept,
    last_of,
    mark_of,
    rare_of,
    set_standing,
    value_of,
)
from moot.society.twins import behind, give_row, of_one, stands_alike
from moot.society.work import arrears_of_block, month_of_block, open_work, settle

# Steps of a day: phases of all threads, and between them what is given to the people of other blocks.
ACTS, GIVEN, CHARGES, FELL, NEWS, STEPS = 0, 1, 2, 3, 4, 5
# Parts of the work whose time is taken, by the mechanisms that they belong to.
PARTS = (
    "acts, sensors, fear",
    "false alarms, false reports, recognitions",
    "arrears",
    "charges, scores, repair, tiers, redress, fines",
    "lists out of registers",
    "trips, offers, decisions by tier",
    "bought repair",
    "work, ratings, debts of the month",
    "news of charges, association",
    "shunning",
    "exchange between blocks",
    "waiting for other threads",
)
(
    ON_ACTS, ON_ALARMS, ON_MONEY, ON_CHARGES, ON_LISTS, ON_CHANCES, ON_BOUGHT, ON_WORK, ON_NEWS, ON_SHUNNING,
    ON_EXCHANGE, ON_WAITING,
) = range(len(PARTS))  # fmt: skip
AHEAD = 16  # people fetched ahead of the one who is looked at


@inline
def known_of_block(world, law, m, b, day):
    """End of `day` in one block: ties hear of charges, and judge by them on the next day.

    Nobody outside the block sends such news, so it is read before the thread goes on to another block.
    """
    lo = see.block(m)[0, b]
    known = min(see.mail_n(m)[KNOWN, b], room(m, KNOWN))
    see.mail_at(m)[KNOWN, MOST] = max(see.mail_at(m)[KNOWN, MOST], see.mail_n(m)[KNOWN, b])
    for e in range(known):
        ahead = lo + (said(m, KNOWN, b, min(e + AHEAD, known - 1)) & 0x1FFFF)
        see.fetch_hot(m, ahead)
        if m.n_mind_people > 1:
            see.fetch_mind(m, ahead)
        packed = said(m, KNOWN, b, e)
        i = lo + (packed & 0x1FFFF)
        to = (packed >> 17) & 255
        k = (packed >> 25) & 255
        c = world.kind[k] if k < world.kinds else 0
        for a in range(of_one(m, to), behind(m, to)):
            hear(m, i, a, packed)
            since = np.int64(see.hot(m)[i, a, FEAR_DAY])
            p0 = fear_at(see.hot(m)[i, a, 0], since, day, law[a].ambient_day, law[a].ambient[0], world.fade)
            p1 = fear_at(see.hot(m)[i, a, 1], since, day, law[a].ambient_day, law[a].ambient[1], world.fade)
            if c == 0:
                p0 = raised(p0, world.learn[1])
            else:
                p1 = raised(p1, world.learn[1])
            see.hot(m)[i, a, 0] = p0
            see.hot(m)[i, a, 1] = p1
            see.hot(m)[i, a, FEAR_DAY] = day
            if is_kept(m, i):
                note(m, b, day, i, a, L_TIE_CHARGED, k, sender(m, KNOWN, b, e), p0, p1)
    see.mail_n(m)[KNOWN, b] = 0


@inline
def falls_of_block(world, law, m, b, day, day0, reporting):
    """End of `day` in one block: ties pay for falls, and are judged on the next day."""
    lo = see.block(m)[0, b]
    falls = see.mail_n(m)[FALLS, b]
    for e in range(falls):
        ahead = lo + (said(m, FALLS, b, min(e + AHEAD, falls - 1)) & 0x1FFFF)
        see.fetch_hot(m, ahead)
        see.fetch_person(m, ahead)
        if m.n_ledger_people > 1:
            see.fetch_ledger(m, ahead)
        packed = said(m, FALLS, b, e)
        place = packed & 0x1FFFF
        i = lo + place
        to = (packed >> 17) & 255
        s = (packed >> 25) & 255
        for a in range(of_one(m, to), behind(m, to)):
            if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
                continue
            r = law[a].repair[s]
            value = value_of(m, i, a, s)
            last = last_of(m, i, a, s)
            mark = mark_of(m, i, a, s)
            now = score_at(value, last, mark, day, r)
            new = max(law[a].scale[s, 1], now - law[a].tie_points[s])
            if law[a].tie_breaks[s] != 0:
                v, since, kept = new, np.int64(day), mark & ~(ABOVE | LAST_WAS_ONE)
                if new > r[R_CAP]:
                    kept |= ABOVE
            else:
                v, since, kept = rebase(new, last, mark, day, r)
            set_score(world, law, m, b, i, a, a, s, v, since, kept, day, day0, reporting)
            if new < now and law[a].ledger[s] != 0:
                shrink(law, m, i, a, s, now)
                lose(law, m, i, a, s, OF_TIES, now - new)
            column = world.m_scheme + 4 * s + FROM_TIES
            tally(m, a, i, column, now - new)
            put(m, JUDGE, b, pack(place, a, 0, 0, 0), i, 0)
            if is_kept(m, i):
                note(m, b, day, i, a, L_TIE_FELL, s, sender(m, FALLS, b, e), now - new, new)
    see.mail_n(m)[FALLS, b] = 0


@inline
def news(world, law, m, blocks, gate, day, day0, reporting, spent):
    """What ties pay for in the blocks given, and the ties that are cut or mended."""
    t = clock()
    x = turn(gate, NEWS)
    while x < len(blocks):
        falls_of_block(world, law, m, blocks[x], day, day0, reporting)
        t = _lap(spent, ON_NEWS, t)
        if world.shuns != 0:
            ties_of_block(world, law, m, blocks[x], day)
        t = _lap(spent, ON_SHUNNING, t)
        x = turn(gate, NEWS)


@inline
def _lap(spent, part, since):
    """Put the time since then on account of a part of the work; what time it is now."""
    now = clock()
    spent[part] += now - since
    return now


@inline
def morning(key, world, law, rates, m, what, blocks, gate, day, spent):
    """Today's acts, alarms and searches in the blocks given."""
    t = clock()
    x = turn(gate, ACTS)
    while x < len(blocks):
        b = blocks[x]
        see.mail_n(m)[OWN, b] = 0
        see.mail_n(m)[OUT, b] = 0
        if world.past_day == day:
            past_of_block(key, world, law, rates, m, b, day)
        acts_of_block(key, world, law, rates, m, what, b, day)
        t = _lap(spent, ON_ACTS, t)
        false_alarms_of_block(key, world, law, m, b, day)
        reports_of_block(world, law, m, b, day, key)
        recognitions_of_block(world, law, m, b, day, key)
        t = _lap(spent, ON_ALARMS, t)
        arrears_of_block(key, world, law, rates, m, b, day)
        t = _lap(spent, ON_MONEY, t)
        x = turn(gate, ACTS)


@inline
def _must_judge(head, touched, count, place, a, accounts):
    at = place * accounts + a
    if head[at] == UNTOUCHED:
        head[at] = MUST_JUDGE
        touched[count] = at
        return count + 1
    return count


@inline
def _fetch_touched(world, m, b, i, at):
    """Ask for what is read of somebody who is touched."""
    see.fetch_hot(m, i)
    if only_learns(m, b, see.head(m)[at]):
        return
    see.fetch_person(m, i)
    if m.n_warm_people > 1:
        see.fetch_warm(m, i)
    if m.n_mind_people > 1:
        see.fetch_mind(m, i)
    if m.n_ledger_people > 1:
        see.fetch_ledger(m, i)
    for q in range(world.orders):
        see.fetch_place(m, (q, i))


@inline
def evening(key, world, law, m, blocks, gate, day, day0, reporting, spent):
    """Everybody touched today, once; then opportunities. `head` is all UNTOUCHED on entry and on return."""
    arms, accounts = m.n_arms, m.n_accounts
    head = see.head(m)
    touched = see.touched(m)
    chain = see.chain(m)
    t = clock()
    x = turn(gate, CHARGES)
    while x < len(blocks):
        b = blocks[x]
        lo = see.block(m)[0, b]
        if reporting:
            for of in range(accounts):
                a = of_one(m, of)
                for s in range(law[a].schemes):
                    climb(m, b, of, s, day, day0, law[a].repair[s, R_EVERY])
        n = 0
        for e in range(see.mail_n(m)[JUDGE, b]):
            packed = said(m, JUDGE, b, e)
            n = _must_judge(head, touched, n, packed & 0x1FFFF, (packed >> 17) & 255, accounts)
        see.mail_n(m)[JUDGE, b] = 0
        e = see.bucket(m)[b, day - day0]
        while e >= 0:
            packed = see.wakes(m)[b, e, WHOM]
            place = packed & 0x1FFFF
            of = (packed >> 17) & 255
            kind = (packed >> 25) & 255
            if kind != APPOINTED:
                what = see.wakes(m)[b, e, WHAT]
                _keep_appointment(world, law, m, b, place, of, kind, packed >> 33, what, day, day0, reporting)
                n = _must_judge(head, touched, n, place, of, accounts)
            elif of == arms and stands_alike(world, m, lo + place):
                if see.hot(m)[lo + place, m.n_twin, WAKE] == day:
                    n = _must_judge(head, touched, n, place, of, accounts)
            else:
                for a in range(of_one(m, of), behind(m, of)):
                    if see.hot(m)[lo + place, a, WAKE] == day:
                        n = _must_judge(head, touched, n, place, a, accounts)
            after = see.wakes(m)[b, e, NEXT]
            see.wakes(m)[b, e, NEXT] = see.wakes_n(m)[b, 1]
            see.wakes_n(m)[b, 1] = e
            e = after
        see.bucket(m)[b, day - day0] = -1
        n = _end_terms(world, law, m, b, lo, day, day0, reporting, head, touched, n, accounts)
        for e in range(see.mail_n(m)[OWN, b]):
            packed = said(m, OWN, b, e)
            at = (packed & 0x1FFFF) * accounts + ((packed >> 17) & 255)
            if head[at] == UNTOUCHED:
                head[at] = LAST
                touched[n] = at
                n += 1
            chain[e] = head[at]
            head[at] = e
        for y in range(min(n, AHEAD)):
            _fetch_touched(world, m, b, lo + touched[y] // accounts, touched[y])
        for y in range(n):
            if y + AHEAD < n:
                at = touched[y + AHEAD]
                _fetch_touched(world, m, b, lo + at // accounts, at)
            at = touched[y]
            if arms != accounts:
                judge(key, world, law, m, b, at, day, day0, reporting)
                continue
            place = at // arms
            a = at - place * arms
            head_of = head[at]
            head[at] = UNTOUCHED
            if only_learns(m, b, head_of):  # most of those who are touched
                learn(world, law, m, lo + place, a, act_bit(m, b, head_of), ZERO, day)
                continue
            touch(
                key, world, law, m, b, lo, see.block(m)[0, b + 1], place, a, a, head_of, np.int64(LAST),
                day, day0, reporting,
            )  # fmt: skip
            if world.fines != 0:
                settle(key, world, law, m, b, place, a, head_of, np.int64(LAST), day)
        t = _lap(spent, ON_CHARGES, t)
        lists_of_block(key, world, law, m, b, day)
        t = _lap(spent, ON_LISTS, t)
        opportunities_of_block(key, world, law, m, b, day, day0, reporting)
        t = _lap(spent, ON_CHANCES, t)
        bought_of_block(key, world, law, m, b, day, day0, reporting)
        t = _lap(spent, ON_BOUGHT, t)
        month_of_block(key, world, law, m, b, day)
        t = _lap(spent, ON_WORK, t)
        known_of_block(world, law, m, b, day)
        t = _lap(spent, ON_NEWS, t)
        x = turn(gate, CHARGES)


@inline
def _keep_appointment(world, law, m, b, place, a, kind, s, what, day, day0, reporting):
    """Points that expire today, or a ruling on an appeal: the score and the lists that follow from it."""
    i = see.block(m)[0, b] + place
    new, last, mark, changed = fall_due(world, law, m, b, place, i, a, kind, s, what, day, day0)
    if changed:
        before = score_at(
            value_of(m, i, a, s), last_of(m, i, a, s), mark_of(m, i, a, s), day, law[a].repair[s]
        )
        set_score(world, law, m, b, i, a, a, s, new, last, mark, day, day0, reporting)
        after = score_at(new, last, mark, day, law[a].repair[s])
        if after < before and law[a].ledger[s] != 0:
            shrink(law, m, i, a, s, before)
            lose(law, m, i, a, s, domain_of(world, (what >> 20) & 255), before - after)
    if kind == RULING:
        lifted = lists_lifted(law, m, i, a, s, what)
        for x in range(law[a].lists):
            if (lifted >> x) & 1:
                delist(world, law, m, b, i, a, a, x, day)


@inline
def _end_terms(world, law, m, b, lo, day, day0, reporting, head, touched, n, accounts):
    """Lists whose term ends today: off the list, with the score that the rule restores."""
    e = 0
    while e < see.mail_n(m)[TERM, b]:
        if sender(m, TERM, b, e) > day:
            e += 1
            continue
        packed = said(m, TERM, b, e)
        see.mail_n(m)[TERM, b] -= 1
        last = spot(m, TERM, b, see.mail_n(m)[TERM, b])
        for column in range(2):
            see.mail(m)[spot(m, TERM, b, e), column] = see.mail(m)[last, column]
        place = packed & 0x1FFFF
        a = (packed >> 17) & 255
        x = (packed >> 25) & 255
        i = lo + place
        delist(world, law, m, b, i, a, a, x, day)
        if law[a].l_exit[x, 2] != NO_SCORE:
            s = law[a].l_scheme[x]
            mark = mark_of(m, i, a, s) & (15 << TIER)
            if law[a].l_exit[x, 3] != 0:
                mark |= NOVICE
            if law[a].l_exit[x, 2] > law[a].repair[s, R_CAP]:
                mark |= ABOVE
            set_score(world, law, m, b, i, a, a, s, law[a].l_exit[x, 2], day, mark, day, day0, reporting)
        n = _must_judge(head, touched, n, place, a, accounts)
    return n


@inline
def exchange(m, out, into):
    """Hand the messages of box `out` to the blocks of the people they are for; adds commute, in any order."""
    for b in range(m.n_blocks):
        for e in range(min(see.mail_n(m)[out, b], room(m, out))):
            j = addressee(m, out, b, e)
            to = block_of(m, j)
            packed = said(m, out, b, e) | (j - see.block(m)[0, to])
            put(m, into, to, packed, sender(m, out, b, e), 0)
        see.mail_n(m)[out, b] = 0


@inline
def _crowded(m):
    """Whether the box of some block is nearly full: it gets more room before anybody goes on."""
    crowded = False
    for box in range(m.n_boxes):
        for b in range(m.n_blocks):
            see.mail_most(m)[box, b] = max(see.mail_most(m)[box, b], see.mail_n(m)[box, b])
            if 4 * see.mail_n(m)[box, b] > 3 * room(m, box):
                crowded = True
    return crowded


@kernel
def live(key, world, law, rates, m, what, blocks, day, day0, reporting, gate, me, team, first, until, spent):
    """A thread's part in a day from step `first` to `until`: phases block by block, exchanges by one thread.

    Every thread has all `blocks`, and takes the next one that nobody has: which it gets changes no bit.

    `gate[NEXT]` is left at the step with which the day is to go on: `until`, or an earlier one where boxes
    need more room before that. `spent` gets nanoseconds by part of the work (PARTS).
    """
    times = 0
    for step in range(first, until):
        if step == ACTS:
            morning(key, world, law, rates, m, what, blocks, gate, day, spent)
        elif step == CHARGES:
            evening(key, world, law, m, blocks, gate, day, day0, reporting, spent)
        elif step == NEWS:
            news(world, law, m, blocks, gate, day, day0, reporting, spent)
        elif me == 0:
            began = clock()
            gate[GO_ON] = step
            if not _crowded(m):
                gate[GO_ON] = step + 1
                exchange(m, OUT if step == GIVEN else FAR, OWN if step == GIVEN else FALLS)
            if gate[GO_ON] == step or _crowded(m):
                gate[LEAVE] = 1
            _lap(spent, ON_EXCHANGE, began)
        if step + 1 < until:
            times += 1
            began = clock()
            together = meet(gate, team, times)
            _lap(spent, ON_WAITING, began)
            if not together:
                return
        elif me == 0:
            gate[GO_ON] = until


@kernel
def open_books(world, law, m, blocks, day, day0, reporting):
    """Before the first day: stocks, sums, watched people and wakes, from the state as it stands."""
    arms = m.n_arms
    for x in range(len(blocks)):
        b = blocks[x]
        lo = see.block(m)[0, b]
        for i in range(lo, see.block(m)[0, b + 1]):
            for a in range(arms):
                see.hot(m)[i, a, WAKE] = 0
                open_work(world, m, b, i, a)
                if world.shuns != 0 and rare_of(m, b, i, a, CUTS) != 0:
                    tally(m, a, i, world.k_ties, 1)
            together = stands_alike(world, m, i)
            a = 0
            while a < arms:
                to = arms if together and a == m.n_twin else a
                open_standing(world, law, m, b, i, a, to, day, day0, reporting)
                a = behind(m, to)
            if together:
                give_row(m, i)


@inline
def open_standing(world, law, m, b, i, a, to, day, day0, reporting):
    """Where somebody stands before the first day, on account of `to`."""
    place = i - see.block(m)[0, b]
    for s in range(law[a].schemes):
        if see.person(m)[i, WHO] & law[a].who[s] != law[a].who[s]:
            continue
        mark = mark_of(m, i, a, s)
        tally(m, to, i, world.k_tier + 8 * s + (mark >> TIER), 1)
        if reporting:
            enter(
                m, b, to, s, np.int64(see.person(m)[i, SLOT]), value_of(m, i, a, s),
                last_of(m, i, a, s), mark, day, day0, law[a].repair[s],
            )  # fmt: skip
    for y in range(law[a].lists):
        if (see.hot(m)[i, a, LISTS] >> y) & 1:
            tally(m, to, i, world.k_list + y, 1)
    set_watched(world, law, m, b, place, i, a, to)
    plan_wake(world, law, m, b, place, i, a, to, day, day0)


@kernel
def begin(law, m, blocks, first_scheme, day):
    """Scores on the first day of schemes from `first_scheme` on: the start; novices in their cycle."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            for a in range(m.n_arms):
                for s in range(first_scheme[a], law[a].schemes):
                    r = law[a].repair[s]
                    value = law[a].scale[s, 0]
                    last = np.int64(0)
                    mark = np.int64(0)
                    if value < r[2]:
                        last = day
                    elif value > r[2]:
                        mark = np.int64(1)
                    if r[10] > 0 and see.person(m)[i, BORN] > 0:
                        value = r[9]
                        last = day - (day + np.int64(see.person(m)[i, BORN])) % r[10]
                        mark = np.int64(NOVICE)
                        if value > r[2]:
                            mark |= np.int64(1)
                    now = score_at(value, last, mark, day, r)
                    tier = np.int64(0)
                    while tier + 1 < law[a].tiers[s] and now < law[a].lower[s, tier]:
                        tier += 1
                    set_standing(m, i, a, s, value, last, mark | (tier << TIER))


@kernel
def factor_sums(world, law, rates, m, blocks, day, sums, exposed):
    """Sum over people of bound × state factor, and of the bound alone, per act: the status-quo normaliser."""
    from_deter = world.deter
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            for c in range(2):
                p = fear_at(
                    see.hot(m)[i, 0, c], np.int64(see.hot(m)[i, 0, FEAR_DAY]), day, law[0].ambient_day,
                    law[0].ambient[c], world.fade,
                )  # fmt: skip
                f = from_deter[c, p >> 4]
                f += ((from_deter[c, (p >> 4) + 1] - f) * (p & 15)) >> 4
                for k in range(world.kinds):
                    if world.kind[k] == c:
                        w = np.int64(rates.by_person[see.person(m)[i, WHO], k]) >> 8
                        theta = np.int64(rates.domain_bins[see.person(m)[i, THETA + rates.domain[k]]])
                        w = (w * theta) >> 16
                        if world.works != 0:
                            if world.of_work[k] != 0 and standing(world, m, i, 0, k, 2, day, w) == 0:
                                continue  # not exposed: who has no job does not strike
                            exposed[k] += w
                            w = standing(world, m, i, 0, k, c, day, w)
                        else:
                            exposed[k] += w
                        if not (law[0].prevents[see.hot(m)[i, 0, LISTS]] >> k) & 1:
                            sums[k] += (w * f) >> 16
