"""How an event is counted: by region, by every one-way level, and by both within the month."""

import numpy as np
from numpy.typing import NDArray

from moot.country.population import (
    FIRST,
    LICENCE_SHIFT,
    LOOKS_SHIFT,
    PLATFORM_SHIFT,
    REGION,
    REST,
    SIZES,
    SMARTPHONE,
    WHERE,
    WHO,
)
from moot.country.rates import RESTS, STRATA
from moot.country.rates import WHERE as WHERES
from moot.country.rates import WHO as WHOS
from moot.draws.compiled import inline
from moot.society import memory as see

AGE, SEX, INCOME, EDUCATION, STRATUM, LOOKS, LICENCE, PLATFORM, PHONE = FIRST
HAS_PHONE = SMARTPHONE.bit_length() - 1


@inline
def slots_of(who, where, rest):
    """The one-way slot of each attribute, from a person's packed words; nine integers."""
    income = where // STRATA
    return (
        AGE + (who >> 5),
        SEX + ((who >> 4) & 1),
        INCOME + income,
        EDUCATION + (rest & 3),
        STRATUM + where - income * STRATA,
        LOOKS + ((rest >> LOOKS_SHIFT) & 3),
        LICENCE + ((rest >> LICENCE_SHIFT) & 3),
        PLATFORM + ((rest >> PLATFORM_SHIFT) & 1),
        PHONE + ((who >> HAS_PHONE) & 1),
    )


def slots_of_packed() -> NDArray[np.int64]:
    """Which slots each packed word counts for, (WHOS + WHERES + RESTS, slots) of 0 and 1."""
    out = np.zeros((WHOS + WHERES + RESTS, FIRST[-1] + SIZES[-1]), np.int64)
    sources = ((WHOS, (0, 1, 8)), (WHERES, (2, 4)), (RESTS, (3, 5, 6, 7)))
    row = 0
    for at, (size, attributes) in enumerate(sources):
        for value in range(size):
            packed = [value if x == at else 0 for x in range(3)]
            slots = slots_of.py_func(*packed)
            for attribute in attributes:
                if FIRST[attribute] <= slots[attribute] < FIRST[attribute] + SIZES[attribute]:
                    out[row, slots[attribute]] = 1
            row += 1
    return out


@inline
def looks_of(m, i):
    """Appearance class of a person, from 0."""
    return (see.person(m)[i, REST] >> LOOKS_SHIFT) & 3


@inline
def looks_of_anybody(m, j):
    """Appearance class of somebody of the country, who may be held elsewhere; from 0."""
    return (np.int64(see.looks(m)[j >> 2]) >> (2 * (j & 3))) & 3


@inline
def stratum_of(m, i):
    """Stratum of a person, from 0."""
    return see.person(m)[i, WHERE] % STRATA


@inline
def tally(m, a, i, column, by):
    """Add `by` to a flow or a running stock of an arm, or of all twins, on account of person i."""
    if m.n_counting == 0:
        return
    region = see.person(m)[i, REGION]
    see.by_region(m)[a, region, column] += by
    day = see.by_level(m)[a, column]
    month = see.by_month(m)[a, region, column]
    for slot in slots_of(see.person(m)[i, WHO], see.person(m)[i, WHERE], see.person(m)[i, REST]):
        day[slot] += by
        month[slot] += by
