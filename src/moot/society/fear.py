"""Perceived certainty: how likely people think a charge is, learned and fading back to what is in the air."""

import numpy as np

from moot.draws.compiled import scalar

TOP = 65535


@scalar
def halves(product, shift):
    """product / 2**shift, rounded half away from zero: rounding down would shift every mean."""
    half = np.int64(1) << (shift - 1)
    if product >= 0:
        return (product + half) >> shift
    return -((-product + half) >> shift)


@scalar
def fear_at(p, since, day, ambient_day, ambient, fade):
    """Perceived certainty on `day`, in 1/65536, from its value at the last change on day `since`.

    The ambient is piecewise constant in time; inside a piece the distance to it fades by the table.
    """
    x = np.int64(p)
    at = np.int64(since)
    pieces = len(ambient_day)
    for m in range(pieces):
        if at >= day:
            break
        until = day
        if m + 1 < pieces and ambient_day[m + 1] < day:
            until = ambient_day[m + 1]
        if until <= at:
            continue
        gap = x - ambient[m]
        if gap != 0:
            x = ambient[m] + halves(gap * fade[min(until - at, len(fade) - 1)], 30)
        at = until
    return x


@scalar
def deterrence(p, table):
    """exp(-e (p - p0)) in 1/65536, linear between the table's entries."""
    j = p >> 4
    return table[j] + (((table[j + 1] - table[j]) * (p & 15)) >> 4)


@scalar
def raised(p, step):
    """p + step (1 - p) with the step in 1/2**30."""
    return min(TOP, p + halves((65536 - p) * step, 30))


@scalar
def lowered(p, step):
    """p - step p with the step in 1/2**30."""
    return max(0, p - halves(p * step, 30))
