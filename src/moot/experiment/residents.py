"""What is told of the people of a run beside what was counted: how many live where, who is in the panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moot.country.population import ATTRIBUTES, Population
from moot.society.compile import Compiled
from moot.society.part import Part

__all__ = ["Residents", "residents_of"]


TOGETHER = 1 << 18  # people who are counted together


@dataclass(frozen=True)
class Residents:
    """Of the whole country, whichever shard holds whom; n people in the panel, in the order of places."""

    people: NDArray[np.int64]  # (regions, slots) people who have each level, by region
    levels: NDArray[np.int64]  # (n, attributes) one-way slots
    age5: NDArray[np.int64]  # (n,) five-year band, 17 = 85 and over
    region: NDArray[np.int64]  # (n,)


def residents_of(
    population: Population, compiled: Compiled, panel: NDArray[np.int64], part: Part
) -> Residents:
    """Added up over the shards, each of which knows its own people. `panel` is sorted."""
    regions, slots = len(compiled.regions), len(compiled.slots)
    counts = np.zeros(regions * slots, np.int64)
    for low in range(0, population.layout.held, TOGETHER):
        some = slice(low, low + TOGETHER)
        region = population.region[some].astype(np.int64)
        for column in population.levels_at(some).T:
            counts += np.bincount(region * slots + column, minlength=regions * slots)
    rows = np.zeros((len(panel), len(ATTRIBUTES) + 2), np.int64)
    first, held = population.layout.first, population.layout.held
    here = np.flatnonzero((panel >= first) & (panel < first + held))
    at = panel[here] - first
    rows[here, :-2] = population.levels_at(at)
    rows[here, -2], rows[here, -1] = population.age5[at], population.region[at]
    rows = part.sum(rows)
    return Residents(part.sum(counts).reshape(regions, slots), rows[:, :-2], rows[:, -2], rows[:, -1])
