"""Take-up of a score by sectors: a map from assumptions to how often a declared condition is met.

A sector that is not yet in takes the score up in a month with the hazard

    h = base · exp(support_slope · (S − 0.5) + spread_slope · n / J) · legal

S being the private support, n the sectors that are in (of J), `legal` 0 while a law forbids it. Support moves
by campaigns that are believed to the share ω: S(m) = 1 − (1 − S(0)) · (1 − ω · persuasion)^m after m months.
All of it is assumed. What comes out is no probability of anything: a draw is one choice of the assumed
numbers from their ranges together with one course of chance, and a cell counts the draws in which the
condition that stands in the file was met. Draws are keyed (seed, draw, month, sector), the same in every
cell, so that cells differ by what they declare and by nothing else. Nothing here is an aim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from moot.declaring.complaints import Complaint, complain_unknown, declared, unranged
from moot.declaring.files import find
from moot.declaring.source import Place, Source
from moot.declaring.values import (
    Declaration,
    IsoDate,
    Many,
    NonNegative,
    Part,
    Probability,
    Quantity,
    Share,
    Slug,
    Text,
)
from moot.draws.philox import M32, S32, philox4x32, purpose, seed_key
from moot.draws.tables import Q32
from moot.errors import UserError

__all__ = [
    "ASSUMED",
    "FROZEN",
    "Adoption",
    "Cell",
    "Condition",
    "Law",
    "Map",
    "TakeUp",
    "adoption_from",
    "load_adoption",
    "map_of",
    "taken_up",
]

ASSUMED = ("base_per_month", "support_slope", "spread_slope", "persuasion_per_month")
MOST_DRAWS = 1_000
MOST_MONTHS = 240
NEVER = -1
FROZEN = "; forbidden in every month: 0 by the form of h, not found out"


class Condition(Part):
    """What is counted: that this sector has taken the score up before the day `by`."""

    sector: Slug
    by: IsoDate


class TakeUp(Part):
    """The numbers of the hazard, each with the range from which it is drawn."""

    base_per_month: NonNegative
    support_slope: NonNegative
    spread_slope: NonNegative
    persuasion_per_month: Probability


class Law(Part):
    """One state of the law: from which day on it is forbidden, or never."""

    words: Text | None = None
    forbidden_from: IsoDate | None = None


class Adoption(Declaration):
    """Sectors, the assumed numbers, and the axes of the map: support, credibility (ω), law."""

    adoption: Slug
    title: Text
    summary: Text | None = None
    start: IsoDate
    sectors: Many[Slug] = Field(min_length=1, max_length=12)
    condition: Condition
    take_up: TakeUp
    support: Many[Share] = Field(min_length=1, max_length=9)
    credibility: Many[Share] = Field(min_length=1, max_length=9)
    laws: dict[Slug, Law] = Field(min_length=1, max_length=4)

    @property
    def months(self) -> list[date]:
        """The first day of every month that begins before `condition.by`."""
        out: list[date] = []
        day = self.start
        while day < self.condition.by and len(out) <= MOST_MONTHS:
            out.append(day)
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return out

    def legal(self, law: str) -> NDArray[np.bool_]:
        """By month: whether no day of it is forbidden; (months,) bool."""
        ban = self.laws[law].forbidden_from
        ends = [(day.replace(day=1) + timedelta(days=32)).replace(day=1) for day in self.months]
        return np.array([ban is None or end <= ban for end in ends], bool)

    def words_of(self, law: str) -> str:
        """A state of the law in words."""
        return self.laws[law].words or law


def load_adoption(name_or_path: str | Path) -> Adoption:
    """The shipped map of this name, or the one declared in a file.

    Raises `UnknownNameError` or `DeclarationError` with every problem of the file.
    """
    return adoption_from(find("adoption", name_or_path))


def adoption_from(source: Source) -> Adoption:
    """The map declared in `source`."""
    return declared(Adoption, source, check_adoption)


def check_adoption(plan: Adoption) -> Iterator[Complaint]:
    """What one key of a map says about another."""
    yield from unranged((), plan)
    for number, sector in enumerate(plan.sectors):
        if sector in plan.sectors[:number]:
            yield Complaint(at=("sectors", number), message=f'two sectors are called "{sector}"')
    if plan.condition.sector not in plan.sectors:
        yield complain_unknown(("condition", "sector"), "sector", plan.condition.sector, plan.sectors)
    if plan.condition.by <= plan.start:
        message = f"{plan.condition.by} is not after the start, {plan.start}"
        yield Complaint(at=("condition", "by"), message=message)
    elif len(plan.months) > MOST_MONTHS:
        message = f"is more than {MOST_MONTHS} months after the start, {plan.start}"
        yield Complaint(at=("condition", "by"), message=message)
    for key in ("support", "credibility"):
        values = getattr(plan, key)
        for number, value in enumerate(values):
            if number and value <= values[number - 1]:
                message = f"{value:g} is not above the value before it; expected an axis from low to high"
                yield Complaint(at=(key, number), message=message)
    for name in ASSUMED:
        number_of: Quantity = getattr(plan.take_up, name)
        at: Place = ("take_up", name)
        if number_of.values is not None:
            yield Complaint(at=at, message="depends on the date; expected one value with its range")


# Draws.


def _uniforms(seed: int, what: str, draws: int, months: int) -> NDArray[np.uint64]:
    """First words of the draws of (seed, draw, month, purpose), as `moot.draws.philox.draw` gives them;
    (months, draws)."""
    key = seed_key(seed)
    people, days = np.meshgrid(np.arange(draws, dtype=np.uint64), np.arange(months, dtype=np.uint64))
    nothing = np.zeros_like(people)
    word = np.full_like(people, purpose(what))
    first: NDArray[np.uint64] = philox4x32.py_func(people, days, word, nothing, key & M32, key >> S32)[0]
    return first


def _drawn(plan: Adoption, name: str, seed: int, draws: int) -> NDArray[np.float64]:
    """An assumed number in each draw: uniform over its range, the base on a logarithmic scale; (draws,)."""
    number: Quantity = getattr(plan.take_up, name)
    if number.range is None:
        return np.full(draws, number.at())
    low, high = number.range
    u = (_uniforms(seed, f"adoption/assumed/{name}", draws, 1)[0].astype(np.float64) + 0.5) / Q32
    if name == "base_per_month" and low > 0:
        return np.asarray(low * np.exp(u * np.log(high / low)))
    return np.asarray(low + (high - low) * u)


@dataclass(frozen=True)
class _Chance:
    """What all cells share: the assumed numbers by draw, and a uniform for each sector, month and draw."""

    assumed: dict[str, NDArray[np.float64]]
    uniforms: NDArray[np.uint64]  # (sectors, months, draws)


def _chance(plan: Adoption, draws: int, seed: int) -> _Chance:
    months = len(plan.months)
    return _Chance(
        {name: _drawn(plan, name, seed, draws) for name in ASSUMED},
        np.stack([_uniforms(seed, f"adoption/sector/{name}", draws, months) for name in plan.sectors]),
    )


def taken_up(
    plan: Adoption,
    *,
    support: float,
    credibility: float,
    law: str,
    draws: int = 100,
    seed: int = 1,
    instead: Mapping[str, float] | None = None,
    chance: _Chance | None = None,
) -> NDArray[np.int64]:
    """In which month (from 0) each sector takes the score up, by draw; -1 for never; (sectors, draws).

    `instead` holds assumed numbers at one value in the place of their draws.
    """
    chance = chance or _chance(plan, draws, seed)
    numbers = dict(chance.assumed)
    for name, value in (instead or {}).items():
        numbers[name] = np.full(draws, float(value))
    sectors = len(plan.sectors)
    when = np.full((sectors, draws), NEVER, np.int64)
    against = np.full(draws, 1.0 - support)
    for month, open_ in enumerate(plan.legal(law)):
        if open_:
            inside = (when >= 0).sum(axis=0)
            spread = numbers["spread_slope"] * inside / sectors
            hazard = numbers["base_per_month"] * np.exp(numbers["support_slope"] * (0.5 - against) + spread)
            # 1e-9 first, so that machines agree on the threshold
            threshold = np.round(np.round(-np.expm1(-hazard), 9) * Q32)
            takes = (when < 0) & (chance.uniforms[:, month] < threshold)
            when[takes] = month
        against = against * (1.0 - credibility * numbers["persuasion_per_month"])
    return when


# The map.


@dataclass(frozen=True)
class Cell:
    """One place of the map. `met` draws of all meet the condition; `at_ends` says how many would with one
    assumed number at the low and at the high end of its range and the others drawn."""

    law: str
    support: float
    credibility: float
    met: int
    at_ends: dict[str, tuple[int, int]]

    @property
    def spread(self) -> tuple[int, int]:
        """The fewest and the most draws, whichever assumed number is put at an end of its range."""
        every = [self.met, *(count for ends in self.at_ends.values() for count in ends)]
        return min(every), max(every)


@dataclass(frozen=True)
class Map:
    """The counts of all cells: laws in the order of the file, then credibility, then support."""

    plan: Adoption
    draws: int
    seed: int
    cells: tuple[Cell, ...]

    def row(self, law: str, credibility: float) -> list[Cell]:
        """The cells of one law and credibility, by support."""
        return [one for one in self.cells if (one.law, one.credibility) == (law, credibility)]

    @property
    def says(self) -> tuple[str, ...]:
        """What stands above and beneath every rendering of the map."""
        plan = self.plan
        sector, by = plan.condition.sector, plan.condition.by
        return (
            f"A cell says in how many of {self.draws} draws of the declared ranges the condition of the file "
            f'was met: "{sector}" has taken the score up before {by}. Beside it: the fewest and the most, '
            "with one assumed number after the other put at an end of its range.",
            "An invented scheme and synthetic sectors; mechanism, not forecast. The counts are no chances of "
            "anything in a real country: nothing is known that would fix the base rate h0, and every other "
            "number is assumed.",
            "Credibility ω is the share of a campaign that is believed; it enters by one path alone, which "
            "is assumed: of those not in support, ω × persuasion are won each month.",
        )

    def lines(self) -> list[str]:
        """The map as lines of text."""
        plan = self.plan
        lines = [f"{plan.title} ({plan.adoption}), from {plan.start} on, seed {self.seed}", *self.says]
        wide = max(len(_cell(one)) for one in self.cells) + 2
        for law in plan.laws:
            lines += ["", f"{plan.words_of(law)} ({law}){'' if plan.legal(law).any() else FROZEN}"]
            lines.append(
                f"  {'support on the first day':<26}" + "".join(f"{s:>{wide}g}" for s in plan.support)
            )
            for credibility in plan.credibility:
                cells = "".join(f"{_cell(one):>{wide}}" for one in self.row(law, credibility))
                lines.append(f"  {f'credibility {credibility:g}':<26}{cells}")
        return [*lines, "", *self.moved()]

    def moved(self) -> list[str]:
        """How far each assumed number alone moves the counts, from one end of its range to the other."""
        out = []
        for name in ASSUMED:
            number: Quantity = getattr(self.plan.take_up, name)
            if number.range is None:
                continue
            low, high = number.range
            moves = [abs(one.at_ends[name][1] - one.at_ends[name][0]) for one in self.cells]
            ends = f"{name} from {low:g} to {high:g} ({number.mark or 'no mark'})"
            out.append(f"{ends} moves a cell by up to {max(moves)} of {self.draws} draws.")
        return out

    def as_dict(self) -> dict[str, Any]:
        """The map as plain values."""
        return {
            "adoption": self.plan.adoption,
            "content_hash": self.plan.content_hash,
            "synthetic": True,
            "says": list(self.says),
            "condition": {
                "sector": self.plan.condition.sector,
                "by": self.plan.condition.by.isoformat(),
            },
            "draws": self.draws,
            "seed": self.seed,
            "cells": [
                {
                    "law": one.law,
                    "support": one.support,
                    "credibility": one.credibility,
                    "met": one.met,
                    "spread": list(one.spread),
                    "at_ends": {name: list(ends) for name, ends in one.at_ends.items()},
                }
                for one in self.cells
            ],
        }


def _cell(one: Cell) -> str:
    low, high = one.spread
    return f"{one.met} [{low}-{high}]"


def map_of(plan: Adoption, *, draws: int = 100, seed: int = 1) -> Map:
    """Every cell of the map, with the same draws in all of them."""
    if not 1 <= draws <= MOST_DRAWS:
        raise UserError(f"draws: {draws}; expected 1 to {MOST_DRAWS:,}")
    chance = _chance(plan, draws, seed)
    place = plan.sectors.index(plan.condition.sector)

    def met(law: str, credibility: float, support: float, instead: Mapping[str, float]) -> int:
        when = taken_up(
            plan, support=support, credibility=credibility, law=law, draws=draws, seed=seed,
            instead=instead, chance=chance,
        )  # fmt: skip
        return int((when[place] >= 0).sum())

    cells = []
    for law in plan.laws:
        for credibility in plan.credibility:
            for support in plan.support:
                at = (law, credibility, support)
                ends = {}
                for name in ASSUMED:
                    number: Quantity = getattr(plan.take_up, name)
                    if number.range is not None:
                        ends[name] = (met(*at, {name: number.range[0]}), met(*at, {name: number.range[1]}))
                cells.append(Cell(law, support, credibility, met(*at, {}), ends))
    return Map(plan, draws, seed, tuple(cells))
