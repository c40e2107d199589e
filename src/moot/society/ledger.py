"""The ledger: what each person lost in which domain of life, so that a refusal can be traced to its origin.

Everybody has a row where some scheme keeps one, all 0 for who lost nothing: by and by most people of such a
scheme lose something. Repair gives points back without saying which, so what is still lost is shared out over
the domains in proportion to what was lost in each.
"""

import numpy as np

from moot.draws.compiled import inline
from moot.society import memory as see
from moot.society.law import ALARMS, DOMAINS
from moot.society.score import score_at
from moot.society.state import last_of, mark_of, value_of

FULL_ENTRY = 65535


@inline
def shrink(law, m, i, a, s, now):
    """Before a loss: let the row add up to no more than what the score lacks today."""
    first = law[a].ledger[s] - 1
    lost = see.ledger(m)[i, first : first + DOMAINS]
    total = np.int64(0)
    for d in range(DOMAINS):
        total += lost[d]
    lacks = max(0, law[a].scale[s, 0] - now)
    if total > lacks:
        for d in range(DOMAINS):
            lost[d] = np.int64(lost[d]) * lacks // total


@inline
def lose(law, m, i, a, s, domain, points):
    """Enter a loss of points in a domain."""
    at = law[a].ledger[s] - 1 + domain
    see.ledger(m)[i, at] = min(FULL_ENTRY, np.int64(see.ledger(m)[i, at]) + points)


@inline
def domain_of(world, k):
    """The domain of an act; alarms have one of their own."""
    return world.act_domain[k] if k < world.kinds else ALARMS


@inline
def without_others(law, m, i, a, s, day, domains):
    """The score that a person would have had points been lost in `domains` (bit by domain) alone."""
    now = score_at(value_of(m, i, a, s), last_of(m, i, a, s), mark_of(m, i, a, s), day, law[a].repair[s])
    if law[a].ledger[s] == 0:
        only = law[a].only_domain[s]
        return now if only < 0 or (domains >> only) & 1 else max(now, law[a].scale[s, 0])
    first = law[a].ledger[s] - 1
    lost = see.ledger(m)[i, first : first + DOMAINS]
    total = np.int64(0)
    others = np.int64(0)
    for d in range(DOMAINS):
        total += lost[d]
        if not (domains >> d) & 1:
            others += lost[d]
    lacks = max(0, law[a].scale[s, 0] - now)
    if total > lacks:
        others = others * lacks // total
    return now + others


@inline
def list_without_others(world, law, m, i, a, u, lists, day, domains):
    """Whether a list that refuses chance u would hold the person had points been lost in `domains` alone."""
    for x in range(law[a].lists):
        if not (lists >> x) & 1 or not (law[a].l_refuses[x] >> u) & 1:
            continue
        kind = law[a].l_entry[x, 0]
        if kind == 0:
            s = law[a].l_scheme[x]
            if law[a].l_entry[x, 1] == 0:
                return True
            if without_others(law, m, i, a, s, day, domains) < law[a].lower[s, law[a].l_entry[x, 1] - 1]:
                return True
        elif kind == 1 and (domains >> domain_of(world, law[a].l_entry[x, 1])) & 1:
            return True
    return False


@inline
def tier_of(law, a, s, score):
    """The tier of a score, without hysteresis."""
    tier = 0
    while tier + 1 < law[a].tiers[s] and score < law[a].lower[s, tier]:
        tier += 1
    return tier
