"""How an event is counted: by region, by every one-way level, and by both within the month."""

from moot.draws.compiled import inline
from moot.society import memory as see


@inline
def tally(m, a, region, levels, column, by):
    """Add `by` to a flow or a running stock."""
    if m.n_counting == 0:
        return
    see.by_region(m)[a, region, column] += by
    for x in range(len(levels)):
        see.by_level(m)[a, levels[x], column] += by
        see.by_month(m)[a, region, levels[x], column] += by
