"""Merits done for the score, and prevented acts that are done elsewhere, unscored."""

import numpy as np

from moot.draws.compiled import inline
from moot.draws.philox import draw, purpose
from moot.society.score import score_at
from moot.society.state import last_of, mark_of, value_of

DISPLACEMENT = purpose("act/displacement")


@inline
def stake_of(law, m, i, a, s, start, span, day):
    """The share of the way from the start to the worst known consequence that is lost, in 1/256."""
    now = score_at(value_of(m, i, a, s), last_of(m, i, a, s), mark_of(m, i, a, s), day, law[a].repair[s])
    return min(256, max(0, ((start - now) << 8) // span))


@inline
def gamed(law, m, i, a, k, day, threshold):
    """A merit's threshold in the arm: more likely for those who have lost points of its score."""
    if not (law[a].game_acts >> k) & 1:
        return threshold
    lost = stake_of(law, m, i, a, law[a].game_scheme, law[a].game_span[0], law[a].game_span[1], day - 1)
    return (threshold * law[a].gamed[lost]) >> 16


@inline
def moved_elsewhere(key, law, rates, a, i, k, day):
    """Whether a scored act that a list prevents is done all the same, where nobody scores it."""
    if not (law[a].displace_acts >> k) & 1:
        return False
    return np.int64(draw(key, i, day, DISPLACEMENT ^ rates.purpose[k], 0)[0]) < law[a].displaced
