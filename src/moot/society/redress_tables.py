"""Redress and memory as tables: chances of an appeal, delays, outcomes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from moot.country.rates import INCOMES
from moot.draws import tables
from moot.draws.philox import purpose
from moot.errors import UserError
from moot.regime.redress import Redress
from moot.regime.walk import memory_days
from moot.society import law as L
from moot.society.arms import Arm, day_number

BY_EDUCATION, BY_INCOME, IF_WRONG = 0.3, 0.15, 1.0  # logits; docs/reference/equations.md, redress (assumed)


def appeal_chances(redress: Redress, educated: list[float], when: date) -> NDArray[np.float64]:
    """(3, 10, 2) chance that a charge is contested, by education, income decile, and right or wrong.

    Scaled so that the mean over people is the declared share where every charge is right.
    """
    decile = (np.arange(INCOMES) - 4.5) / math.sqrt((INCOMES**2 - 1) / 12)
    logit = BY_EDUCATION * np.arange(3)[:, None] + BY_INCOME * decile[None, :]
    mean = float(redress.appealed.at(when))
    weight = np.array(educated)[:, None] / INCOMES
    if mean <= 0.0 or mean >= 1.0:
        return np.full((3, INCOMES, 2), mean)
    low, high = -40.0, 40.0
    for _ in range(200):
        middle = (low + high) / 2
        if float((weight / (1 + np.exp(-(middle + logit)))).sum()) < mean:
            low = middle
        else:
            high = middle
    wrong = IF_WRONG + (math.log(2.0) if redress.reasons else 0.0)
    return np.stack([1 / (1 + np.exp(-(low + logit + x))) for x in (0.0, wrong)], axis=2)


def delays(mean: float) -> NDArray[np.int64]:
    """(DELAYS,) equally likely whole days with a geometric law of this mean, from 1; all 0 where it is 0."""
    if mean <= 0:
        return np.zeros(L.DELAYS, np.int64)
    if mean <= 1:
        return np.ones(L.DELAYS, np.int64)
    left = (np.arange(L.DELAYS) + 0.5) / L.DELAYS
    return np.ceil(np.round(np.log(left) / math.log(1 - 1 / mean), 9)).astype(np.int64).clip(1)


def past_part(
    arms: list[Arm], acts: Sequence[str], start: date
) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.int64]]]:
    """How far back regimes read, and by which sensors: tables of the world, tables of the arms."""
    first = day_number(start)
    z = {name: np.zeros(len(arms), np.int64) for name in ("past_from", "past_sensors", "s_registers")}
    readable, earliest = 0, first
    for a, arm in enumerate(arms):
        z["s_registers"][a] = sum(1 << v for v, s in enumerate(arm.sensors) if s.kind == "register")
        past = arm.regime.retroactive if arm.regime is not None else None
        if past is None:
            continue
        z["past_from"][a] = first - memory_days(past.months)
        earliest = min(earliest, int(z["past_from"][a]))
        for v, sensor in enumerate(arm.sensors):
            if sensor.sensor in past.sensors:
                z["past_sensors"][a] |= 1 << v
                for k, name in enumerate(acts):
                    readable |= int(name in sensor.sees or name in sensor.reads) << k
    world = {
        "past_acts": np.array(readable),
        "past_from": np.array(earliest),
        "past_day": np.array(first if readable else 0),
    }
    return world, z


def redress_part(arms: list[Arm], educated: list[float], when: date) -> dict[str, NDArray[np.int64]]:
    """The tables of the arms."""
    A = len(arms)
    S = max(1, *(len(a.schemes) for a in arms))
    z = {
        name: np.zeros((A, S, *shape), np.int64)
        for name, shape in (
            ("appeals", ()),
            ("appeal_purpose", ()),
            ("appeal", (3, INCOMES, 2)),
            ("delay", (L.DELAYS,)),
            ("upheld", (2,)),
            ("suspensive", ()),
            ("restores", ()),
            ("memory", ()),
        )
    }
    for a, arm in enumerate(arms):
        in_force = sum(len(r.schemes) for r in arm.existing)
        for s, scheme in enumerate(arm.schemes):
            if s < in_force and (scheme.redress is not None or scheme.score.memory_months):
                raise UserError(
                    f"scheme {scheme.scheme}: redress and memory of a scheme in force today are not simulated"
                )
            if scheme.score.memory_months:
                z["memory"][a, s] = memory_days(scheme.score.memory_months)
            redress = scheme.redress
            if redress is None:
                continue
            chances = appeal_chances(redress, educated, when)
            z["appeals"][a, s] = 1
            z["appeal_purpose"][a, s] = purpose(f"redress/{scheme.scheme}")
            z["appeal"][a, s] = [[[tables.q32(round(p, 9)) for p in row] for row in t] for t in chances]
            z["delay"][a, s] = delays(float(redress.delay_days.at(when)))
            z["upheld"][a, s] = [
                tables.q32(redress.upheld_right.at(when)), tables.q32(redress.upheld_wrong.at(when))
            ]  # fmt: skip
            z["suspensive"][a, s] = int(redress.suspensive)
            z["restores"][a, s] = ("points" in redress.restores) + 2 * ("lists" in redress.restores)
    return z
