"""The rules of the milder alternatives as data: their titles, what each asks, and the numbers they need."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, get_args

from moot.declaring.complaints import Complaint, declared, unranged
from moot.declaring.files import data_folder, shown
from moot.declaring.source import read_source
from moot.declaring.values import Declaration, NonNegative, Part, Positive, Probability, Slug, Words

__all__ = ["IDS", "Battery", "RuleId", "RuleWords", "load_battery"]

RuleId = Literal["R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9"]
IDS: tuple[RuleId, ...] = get_args(RuleId)


class RuleWords(Part):
    """One rule: its title, the question that it puts, and how it is held to the budget of its start."""

    title: Words
    asks: Words
    budget: Words


class Reviewers(Part):
    """Reviewers of faces (R6), where the regime has none."""

    right_passes: Probability
    wrong_passes: Probability
    per_day: Positive


class Look(Part):
    """The look at a charge before it counts (R6), where the regime has no redress."""

    delay_days: NonNegative
    upheld_wrong: Probability
    upheld_right: Probability


class Battery(Declaration):
    """The rules R0 to R9, and the numbers that they take where a regime declares none.

    `memory_share`: what R5 leaves of a memory; `memory_months`: what it sets where nothing is forgotten.
    """

    alternatives: Slug
    rules: dict[RuleId, RuleWords]
    memory_share: Probability
    memory_months: Positive
    review: Reviewers
    redress: Look


def _check(battery: Battery) -> Iterator[Complaint]:
    yield from unranged((), battery)
    for name in IDS:
        if name not in battery.rules:
            yield Complaint(at=("rules",), message=f"{name} is missing; expected {', '.join(IDS)}")


@lru_cache(maxsize=1)
def load_battery() -> Battery:
    """The shipped rules."""
    path = data_folder() / "alternatives.yaml"
    return declared(Battery, read_source(path, shown(path)), _check)
