"""What is written down of a day and of a month: counters of threads into the record, sums over people.

Nothing here changes anybody: it is read and added up.
"""

import numpy as np

from moot.country.population import REGION, REST, WHERE, WHO
from moot.country.rates import WHERE as WHERES
from moot.country.rates import WHO as WHOS
from moot.draws.compiled import inline, kernel
from moot.draws.philox import M32, S32
from moot.society import memory as see
from moot.society.fear import fear_at
from moot.society.score import score_at
from moot.society.state import FEAR_DAY, last_of, mark_of, value_of
from moot.society.twins import behind, of_one, stands_alike


@kernel
def sum_scores(law, m, blocks, day, total):
    """A plain recount: the sum of scores by arm, scheme, region at the end of a day; reads, never writes."""
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            for a in range(m.n_arms):
                for s in range(law[a].schemes):
                    if see.person(m)[i, WHO] & law[a].who[s] == law[a].who[s]:
                        total[a, s, see.person(m)[i, REGION]] += score_at(
                            value_of(m, i, a, s), last_of(m, i, a, s),
                            mark_of(m, i, a, s), day, law[a].repair[s],
                        )  # fmt: skip


@kernel
def sum_packed(world, law, m, blocks, day, sums, both):
    """Add scores, and perceived certainty in two classes, to sums by packed word, at the end of a day.

    `sums` is (accounts, schemes + 2, WHOS + WHERES + RESTS): three sums a person instead of one for each
    attribute. `both`, (accounts, WHOS + WHERES + RESTS), is all 0 on entry and on return: within a block the
    sums of both certainties fit into one word, the second above the first (65,536 people at most, 65,535
    each).
    """
    schemes = m.n_schemes
    width = both.shape[1]
    for x in range(len(blocks)):
        b = blocks[x]
        for i in range(see.block(m)[0, b], see.block(m)[0, b + 1]):
            who = np.int64(see.person(m)[i, WHO])
            where = WHOS + np.int64(see.person(m)[i, WHERE])
            rest = WHOS + WHERES + np.int64(see.person(m)[i, REST])
            together = stands_alike(world, m, i)
            a = 0
            while a < m.n_arms:
                to = m.n_arms if together and a == m.n_twin else a
                for s in range(law[a].schemes):
                    if see.person(m)[i, WHO] & law[a].who[s] == law[a].who[s]:
                        now = score_at(
                            value_of(m, i, a, s), last_of(m, i, a, s),
                            mark_of(m, i, a, s), day, law[a].repair[s],
                        )  # fmt: skip
                        sums[to, s, who] += now
                        sums[to, s, where] += now
                        sums[to, s, rest] += now
                p = np.uint64(0)
                for c in range(2):
                    fear = fear_at(
                        see.hot(m)[i, a, c], np.int64(see.hot(m)[i, a, FEAR_DAY]), day, law[a].ambient_day,
                        law[a].ambient[c], world.fade,
                    )  # fmt: skip
                    p |= np.uint64(fear) << np.uint64(32 * c)
                both[to, who] += p
                both[to, where] += p
                both[to, rest] += p
                a = behind(m, to)
        for a in range(m.n_accounts):
            for y in range(width):
                sums[a, schemes, y] += np.int64(both[a, y] & M32)
                sums[a, schemes + 1, y] += np.int64(both[a, y] >> S32)
                both[a, y] = 0


@inline
def close_regions(
    m, low, high, begin, end, x, month, flows, end_of_month, region, by_month, s_region, s_month
):
    """Add one thread's counters of regions `low` to `high` to the record of day x; empty its flows.

    Of them columns `begin` to `end`. A row of a region's counters is added as it stands.
    """
    levels = m.n_levels_n
    for of in range(m.n_accounts):
        first = of_one(m, of)
        behind_it = behind(m, of)
        for g in range(low, high):
            counted = see.by_region(m)[of, g]
            for a in range(first, behind_it):
                flow = region[a, x, g]
                stock = s_region[a, x, g]
                for c in range(begin, min(end, flows)):
                    flow[c] += counted[c]
                for c in range(max(begin, flows), end):
                    stock[c - flows] += counted[c]
            for c in range(begin, min(end, flows)):
                counted[c] = 0
        if not end_of_month:
            continue
        for g in range(low, high):
            for c in range(begin, end):
                month_counts = see.by_month(m)[of, g, c]
                any_month = np.int32(0)
                for y in range(levels):
                    any_month |= month_counts[y]
                if any_month == 0:
                    continue
                if c < flows:
                    for a in range(first, behind_it):
                        for y in range(levels):
                            by_month[a, month, g, y, c] += month_counts[y]
                    for y in range(levels):
                        month_counts[y] = 0
                else:
                    for a in range(first, behind_it):
                        for y in range(levels):
                            s_month[a, month, g, y, c - flows] += month_counts[y]


@inline
def close_levels(m, begin, end, x, flows, level, s_level):
    """Add one thread's counters of levels in columns `begin` to `end` to the record of day x; empty flows.

    They are turned on the way: a column in which nothing was counted is passed over.
    """
    levels = m.n_levels_n
    for of in range(m.n_accounts):
        first = of_one(m, of)
        behind_it = behind(m, of)
        for c in range(begin, end):
            counts = see.by_level(m)[of, c]
            some = np.int64(0)
            for y in range(levels):
                some |= counts[y]
            if some == 0:
                continue
            if c < flows:
                for a in range(first, behind_it):
                    for y in range(levels):
                        level[a, x, y, c] += counts[y]
                for y in range(levels):
                    counts[y] = 0
            else:
                for a in range(first, behind_it):
                    for y in range(levels):
                        s_level[a, x, y, c - flows] += counts[y]


@kernel
def close_day(
    m, part, parts, x, month, flows, end_of_month, region, level, by_month, s_region, s_level, s_month
):
    """Add a part of one thread's counters to the record of day x; empty its flows.

    Threads write down `parts` of it side by side: of each, some regions, and of levels some columns.
    """
    regions, columns = m.n_regions, m.n_columns
    close_regions(
        m, regions * part // parts, regions * (part + 1) // parts, 0, columns, x, month, flows, end_of_month,
        region, by_month, s_region, s_month,
    )  # fmt: skip
    close_levels(
        m, columns * part // parts, columns * (part + 1) // parts, x, flows, level, s_level
    )  # fmt: skip


@kernel
def close_scores(m, x, block_segment, segment_region, score):
    """Write the running sums of scores into the record of day x."""
    for b in range(m.n_blocks):
        for y in range(block_segment[b + 1] - block_segment[b]):
            region = segment_region[block_segment[b] + y]
            for of in range(m.n_accounts):
                for a in range(of_one(m, of), behind(m, of)):
                    for s in range(m.n_schemes):
                        score[a, s, x, region] += see.total(m)[b, of, s, y]
