"""How a search ends: right, wrong, nobody, or somebody who was not there; and who has looked at the match.

Reviewers see a fixed share of the matches (see `society.expected`), each by a uniform of its own: whether one
match is looked at never depends on the others.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import S32, below, draw, mix
from moot.society.counting import tally

CERTAIN = np.int64(1 << 32)
FOUND, MISTAKEN, NOBODY_FOUND, ABSENT = 0, 1, 2, 3
PASSES, DROPPED = 1, 2  # what happens beyond review


@inline
def looked_at(key, world, law, m, a, to, v, i, day, search):
    """Whether a human sees this match of sensor v; counted either way."""
    seen = law[a].s_share[v] >= CERTAIN
    if not seen:
        seen = np.int64(draw(key, i, day, search, 0)[0]) < law[a].s_share[v]
    tally(m, to, i, world.m_review + 2 * v + (0 if seen else 1), 1)
    return seen


@inline
def outcome(key, world, law, rates, m, a, to, v, i, k, day, looks, u):
    """How the search of sensor v for the author i of act k ends, from its uniform u."""
    if u >= CERTAIN - law[a].s_context[v]:
        return ABSENT
    right = law[a].s_right[v, looks]
    wrong = law[a].s_wrong[v, looks]
    if law[a].s_review[v] != 0 and u < law[a].s_raw[v, looks, 1]:
        search = law[a].s_review_purpose[v] ^ rates.purpose[k]
        if not looked_at(key, world, law, m, a, to, v, i, day, search):
            if law[a].s_review[v] == DROPPED:
                return NOBODY_FOUND
            right = law[a].s_raw[v, looks, 0]
            wrong = law[a].s_raw[v, looks, 1]
    if u < right:
        return FOUND
    return MISTAKEN if u < wrong else NOBODY_FOUND


@inline
def alarmed(key, world, law, m, a, f, i, day, looks, u):
    """Whether a passer-by is stopped for somebody else, from the uniform u of the layer f."""
    v = law[a].f_sensor[f]
    if v < 0 or law[a].s_review[v] == 0:
        return u < law[a].f_threshold[f, looks]
    if u >= law[a].f_raw[f, looks]:
        return False
    if looked_at(key, world, law, m, a, a, v, i, day, law[a].s_review_purpose[v]):
        return u < law[a].f_threshold[f, looks]
    return law[a].s_review[v] == PASSES


@inline
def absent_person(key, m, search, day, k, author):
    """Somebody of the country who was not there (a face on a poster), keyed by the search."""
    u0, u1, u2, u3 = draw(key, author, day, search, 2)
    seed = mix((u1 << S32) | u2) ^ (np.uint64(k) << S32) ^ u3
    j = below(u0, m.n_people)
    while j == author and m.n_people > 1:
        seed = mix(seed)
        j = below(seed >> S32, m.n_people)
    return j
