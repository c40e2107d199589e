"""Arms that go by the same law where it counts, and people who stand alike in them: worked out once for all.

Twins are neighbouring arms whose tables agree in everything that an act, a charge, a score and a digest
read; what only those read who receive something, or decide about a person, may differ (`APART`). Besides an
account for each arm there is one for all twins: what happens in every one of them is counted there, once, and
added to each when it is written down. Counts and sums of scores are sums, so it does not matter in which
account a person's part of them was entered.

In messages and accounts, the number behind the last arm stands for all twins. A person stands alike in them
when the rows of `hot` say the same; then one arm is worked out and the others are given its row. Whoever's
life is kept is always looked at arm by arm.
"""

import numpy as np
from numpy.typing import NDArray

from moot.draws.compiled import inline
from moot.society import memory as see
from moot.society.state import JOB_DAY, WORK

FEARED = 3  # words of a hot row that say what is believed, and since when: the first ones
APART = frozenset({
    "tie_points", "tie_breaks", "ledger", "only_domain", "hires", "dismisses", "hire_purpose",
    "dismiss_purpose", "pushes", "push_day", "push_trusted", "push_all", "r_count", "r_window", "r_level",
    "r_bias", "r_drift", "r_since", "r_line", "r_warning", "r_threshold", "r_sensor", "r_act",
    "w_threshold", "w_sensor", "w_lists", "f_threshold", "f_raw", "f_sensor", "b_chance", "b_purpose",
    "b_tier", "b_decile", "b_points", "b_price", "mend_purpose", "d_list", "d_day", "d_entry", "d_exit",
    "l_refuses", "o_threshold", "o_refuse", "o_decide", "o_before", "o_points", "o_blocked", "o_enters",
    "t_intent", "t_again",
})  # fmt: skip
"""Tables of an arm that neither an act nor a judgment of what somebody did reads."""


def are_twins(one: np.void, other: np.void) -> bool:
    """Whether two arms go by the same law in what is worked out once for twins."""
    assert one.dtype.names is not None  # it is a record
    if not np.array_equal(one["tie_points"] > 0, other["tie_points"] > 0):
        return False
    return all(np.array_equal(one[name], other[name]) for name in one.dtype.names if name not in APART)


def twin_tables(law: NDArray[np.void]) -> dict[str, int]:
    """The fields of the world about twins: the longest run of neighbours that are, if there is one."""
    best, first = (0, 0), 0
    for a in range(1, len(law) + 1):
        if a == len(law) or not are_twins(law[a - 1], law[a]):
            if a - first > max(1, best[1] - best[0]):
                best = first, a
            first = a
    twin, twins = best
    mine = law[twin:twins]
    reads_score = bool(len(mine)) and bool(
        (mine["stake_scheme"] >= 0).any() or mine["game_acts"].any() or mine["prevents"].any()
    )
    return {
        "twin": twin,
        "twins": twins,
        "alike": int(twins > twin),
        "plain": int(not any(mine[name].any() for name in ("appeals", "memory", "shunning"))),
        "act_words": 0 if reads_score else FEARED,
    }


@inline
def of_one(m, to):
    """The first arm that an account or a message stands for."""
    return m.n_twin if to == m.n_arms else to


@inline
def behind(m, to):
    """The arm behind the last one that an account or a message stands for."""
    return m.n_twins if to == m.n_arms else to + 1


@inline
def rows_agree(m, i, words):
    """Whether the first `words` words of a person's hot rows are the same in all twins."""
    differ = 0
    for a in range(m.n_twin + 1, m.n_twins):
        for x in range(words):
            differ |= see.hot(m)[i, a, x] ^ see.hot(m)[i, m.n_twin, x]
    return differ == 0


@inline
def stands_alike(world, m, i):
    """Whether a person's hot rows are the same in all twins, which go by the same law."""
    return world.alike != 0 and rows_agree(m, i, m.n_hot_width)


@inline
def acts_alike(world, m, i):
    """Whether what somebody may do is decided alike in all twins, and seen alike."""
    if world.alike == 0:
        return False
    words = world.act_words if world.act_words > 0 else m.n_hot_width
    if not rows_agree(m, i, words):
        return False
    if world.works != 0:
        for a in range(m.n_twin + 1, m.n_twins):
            for x in (WORK, JOB_DAY):
                if see.warm(m)[i, a, x] != see.warm(m)[i, m.n_twin, x]:
                    return False
    return True


@inline
def only_hot(m):
    """Whether the hot row is all that is kept of a person."""
    return m.n_warm_people == 1 and m.n_mind_people == 1 and m.n_ledger_people == 1


@inline
def give_row(m, i):
    """Give the hot row of the first twin to the others."""
    for a in range(m.n_twin + 1, m.n_twins):
        for x in range(m.n_hot_width):
            see.hot(m)[i, a, x] = see.hot(m)[i, m.n_twin, x]
