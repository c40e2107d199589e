"""How an event is counted: by region, by every one-way level, and by both within the month."""

from moot.draws.compiled import inline


@inline
def tally(t, a, region, levels, column, by):
    """Add `by` to a flow or a running stock."""
    t.region[a, region, column] += by
    for x in range(len(levels)):
        t.level[a, levels[x], column] += by
        t.month[a, region, levels[x], column] += by
