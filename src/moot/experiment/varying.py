"""Draws of assumptions: numbers that declare a range, put at another place of it.

A number is named by the file that it stands in and its path there, with the names of things in the place of
their positions: ``country.acts.jaywalking.certainty_now``, ``regime.sensors.street-cameras.coverage``. What
regimes have in common has one name, so that two regimes of one experiment are never compared under different
assumptions.

Draws are a Latin hypercube (McKay, Beckman, Conover 1979): with D draws each range is cut into D equal parts,
and each part is drawn from once. A range whose upper end is ten times the lower one or more is cut on a
logarithmic scale. A range itself is never changed: rates of potential acts stand at its upper end, so people
are the same in all draws, unless propensities are among what is drawn, and so are their potential acts,
unless trips are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from moot.country.reading import check_country
from moot.country.schema import Country
from moot.declaring.complaints import Complaint, said_of
from moot.declaring.source import Place
from moot.declaring.values import Declaration, Part, Quantity
from moot.draws.permutation import forward
from moot.draws.philox import draw, purpose, seed_key, static_hash
from moot.draws.tables import Q32
from moot.errors import UserError
from moot.experiment.scenario import Change, Scenario
from moot.regime.reading import check_regime
from moot.regime.schema import Regime

__all__ = [
    "LOG_FROM",
    "ROOTS",
    "Ranged",
    "drawn_scenario",
    "log_scaled",
    "names_in",
    "ranged_in",
    "share_of",
    "value_at",
]

ROOTS = ("country", "existing", "regime")
"""Where ranges are: in the country, in the regimes that are in force today, in those on trial."""
LOG_FROM = 10.0
"""Upper ÷ lower end from which a range is drawn from on a logarithmic scale."""
DIGITS = 6
"""Significant digits of a drawn number: as many as agree on every machine."""
CALLED = ("scheme", "sensor", "list", "offer", "tier", "campaign", "name")
"""What a thing in a list is called by."""

D = TypeVar("D", bound=Declaration)


@dataclass(frozen=True)
class Ranged:
    """A number with a range: its name without the root, and its place in the file."""

    path: str
    place: Place
    quantity: Quantity


def ranged_in(declaration: Declaration) -> list[Ranged]:
    """The numbers of a declaration that have a range with two ends, in the order of the file."""
    found: dict[str, Ranged] = {}
    for place, words, quantity in _quantities((), (), declaration):
        path = ".".join(words)
        if path in found:  # two things of one name: the second goes by its position
            path = _dotted(place)
        found[path] = Ranged(path, place, quantity)
    return list(found.values())


def _quantities(
    place: Place, words: tuple[str, ...], part: object
) -> Iterator[tuple[Place, tuple[str, ...], Quantity]]:
    if isinstance(part, Quantity):
        if part.range is not None and part.range[0] < part.range[1]:
            yield place, words, part
    elif isinstance(part, Part):
        for name, field in type(part).model_fields.items():
            key = field.alias or name
            yield from _quantities((*place, key), (*words, key), getattr(part, name))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _quantities((*place, key), (*words, str(key)), value)
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from _quantities((*place, number), (*words, _called(value, number)), value)


def _called(value: object, number: int) -> str:
    for key in CALLED:
        name = getattr(value, key, None) if isinstance(value, Part) else None
        if isinstance(name, str):
            return name
    return str(number)


def share_of(seed: int, name: str, number: int, of: int) -> float:
    """Where in its range a number lies in draw `number` (from 1) `of` so many: between 0 and 1.

    `name` has its root. Over all draws, each of `of` equal parts is drawn from once.
    """
    what = purpose(f"experiment/range/{name}")
    key = seed_key(seed)
    part = int(forward(np.uint64(static_hash(key, what, 0)), number - 1, of))
    within = (float(int(draw(key, number, 0, what, 0)[0])) + 0.5) / Q32
    return (part + within) / of


def value_at(quantity: Quantity, share: float, when: date) -> float:
    """The number at a share of the way through its range, on the scale of the range, with six digits.

    Where the number depends on the date, that of the day `when`.
    """
    assert quantity.range is not None
    low, high = quantity.range
    if log_scaled(quantity.range):
        found = low * (high / low) ** share
    else:
        found = low + (high - low) * share
    return min(high, max(low, float(f"{found:.{DIGITS}g}")))


def log_scaled(ends: tuple[float, float]) -> bool:
    """Whether a range is drawn from on a logarithmic scale."""
    return ends[0] > 0 and ends[1] / ends[0] >= LOG_FROM


def drawn_scenario(
    scenario: Scenario, shares: Mapping[str, float], words: str
) -> tuple[Scenario, dict[str, float]]:
    """The scenario with numbers at other places of their ranges, and what they are by name.

    `shares` says where, by name with its root; `words` is what messages call it. A number with dates moves by
    as much on each of them, within its range. Raises `UserError` where a file does not hold together with
    these numbers.
    """
    told: dict[str, float] = {}
    when = scenario.start

    def of(root: str, shown: str, one: D, check: Callable[[D], Iterable[Complaint]]) -> D:
        chosen = [
            (spot, shares[f"{root}.{spot.path}"])
            for spot in ranged_in(one)
            if f"{root}.{spot.path}" in shares
        ]
        for spot, share in chosen:
            told[f"{shown}.{spot.path}"] = value_at(spot.quantity, share, when)
        return _with(one, chosen, when, check, f"{words}: {shown}") if chosen else one

    country = of("country", "country", scenario.country_model, check_country)
    existing = tuple(
        of("existing", f"existing.{one.regime}", one, check_regime) for one in scenario.existing_models
    )
    regimes = {
        name: of("regime", f"regime.{name}", one, check_regime) if one is not None else None
        for name, one in scenario.arm_regimes.items()
    }
    changes = tuple(
        Change(one.at, one.arm, of("regime", f"regime.{one.arm} from {one.at}", one.regime, check_regime))
        for one in scenario.changes
    )
    return scenario.with_models(country=country, existing=existing, regimes=regimes, changes=changes), told


def _with(
    one: D,
    chosen: list[tuple[Ranged, float]],
    when: date,
    check: Callable[[D], Iterable[Complaint]],
    words: str,
) -> D:
    """The declaration with these numbers, checked as a whole."""
    content = one.resolved()
    content.pop("tables", None)
    for spot, share in chosen:
        part: Any = content
        for key in spot.place:
            part = part[str(key) if isinstance(part, dict) else key]
        _move(part, spot.quantity, value_at(spot.quantity, share, when), when)
    try:
        made = type(one).model_validate_json(json.dumps(content))
        said = [f"{_dotted(one.at)}: {one.message}" for one in check(made) if not one.warning]
    except ValidationError as error:
        said = said_of(type(one), error)
    if said:
        raise UserError(f"{words}: these numbers do not go together: {'; '.join(said[:3])}")
    made._source = one._source
    if isinstance(made, Country) and isinstance(one, Country):
        made.regions._rows = one.regions.rows
        if made.age_sex is not None and one.age_sex is not None:
            made.age_sex._rows = one.age_sex.rows
    return made


def _dotted(place: Place) -> str:
    return ".".join(str(key) for key in place)


def _move(part: dict[str, Any], quantity: Quantity, value: float, when: date) -> None:
    if quantity.values is None:
        part["value"] = value
        return
    assert quantity.range is not None
    low, high = quantity.range
    by = value - quantity.at(when)
    for dated in part["values"]:
        dated["value"] = min(high, max(low, float(f"{dated['value'] + by:.{DIGITS}g}")))


def names_in(scenario: Scenario) -> list[str]:
    """The names, with their roots, of all numbers with a range in a scenario; each once."""
    files: list[tuple[str, Declaration]] = [("country", scenario.country_model)]
    files += [("existing", one) for one in scenario.existing_models]
    on_trial: list[Regime] = [one for one in scenario.arm_regimes.values() if one is not None]
    files += [("regime", one) for one in (*on_trial, *(change.regime for change in scenario.changes))]
    return list(dict.fromkeys(f"{root}.{spot.path}" for root, one in files for spot in ranged_in(one)))
