"""Who is touched where there are twins: in one arm or in all of them, and judged in each once.

Messages to all twins lie in a chain of their own. They are judged together where a person stands alike in all
of them, and otherwise with those to each.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import ZERO
from moot.society import memory as see
from moot.society.desk import later
from moot.society.judge import LAST, act_bit, learn, only_learns, touch
from moot.society.state import is_kept
from moot.society.twins import give_row, only_hot, stands_alike
from moot.society.work import settle

UNTOUCHED, JUDGED = -2, -4  # in place of the last message of a chain


@inline
def judge(key, world, law, m, b, at, day, day0, reporting):
    """Somebody who is touched, in one arm or in all twins; who is in both is judged arm by arm, once."""
    head = see.head(m)
    place = at // m.n_accounts
    a = at - place * m.n_accounts
    of_all = place * m.n_accounts + m.n_arms
    if a < m.n_arms:
        also = np.int64(UNTOUCHED)
        if m.n_accounts > m.n_arms and m.n_twin <= a < m.n_twins:
            also = head[of_all]
        if head[at] != JUDGED:
            judge_in(key, world, law, m, b, place, a, a, head[at], also, day, day0, reporting)
            head[at] = UNTOUCHED if also == UNTOUCHED else JUDGED
        else:
            head[at] = UNTOUCHED
        return
    alone = False
    for x in range(m.n_twin, m.n_twins):
        alone = alone or head[of_all - m.n_arms + x] != UNTOUCHED
    i = see.block(m)[0, b] + place
    if not alone and world.plain != 0 and only_hot(m) and not is_kept(m, i) and stands_alike(world, m, i):
        judge_in(
            key, world, law, m, b, place, m.n_twin, m.n_arms, np.int64(LAST), head[of_all], day, day0,
            reporting,
        )  # fmt: skip
        give_row(m, i)
    else:
        for x in range(m.n_twin, m.n_twins):
            own = of_all - m.n_arms + x
            if head[own] == JUDGED:
                head[own] = UNTOUCHED
                continue
            mine = head[own]
            judge_in(key, world, law, m, b, place, x, x, mine, head[of_all], day, day0, reporting)
            head[own] = UNTOUCHED if mine == UNTOUCHED else JUDGED
    head[of_all] = UNTOUCHED


@inline
def judge_in(key, world, law, m, b, place, a, to, head, also, day, day0, reporting):
    """One person in one arm on account of `to`: what follows from messages to it, and to all twins."""
    lo = see.block(m)[0, b]
    hi = see.block(m)[0, b + 1]
    mine = np.int64(LAST) if head == UNTOUCHED else head
    every = np.int64(LAST) if also == UNTOUCHED else also
    e = later(mine, every)
    if min(mine, every) == LAST and only_learns(m, b, e):
        learn(world, law, m, lo + place, a, act_bit(m, b, e), ZERO, day)
        return
    touch(key, world, law, m, b, lo, hi, place, a, to, mine, every, day, day0, reporting)
    if world.fines != 0:
        settle(key, world, law, m, b, place, a, mine, every, day)
