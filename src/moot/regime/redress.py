"""What a scheme declares of redress: who may contest a charge, how long it takes, what comes back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from moot.declaring.values import Many, NonNegative, Part, Probability, Slug

__all__ = ["Redress", "Retroactive"]


class Redress(Part):
    """Appeals against charges that cost points.

    `appealed`: mean share of charges that are contested; the better educated, the richer and those who did
    nothing contest more often (`docs/concepts/redress.md`). `reasons`: whether people are told why, which
    doubles the odds for charges that are wrong. `delay_days`: mean time until the ruling. `upheld_wrong` and
    `upheld_right`: how often a contest of a charge that is wrong, or right, is allowed. `suspensive`: whether
    the points are taken only when the ruling is against the person. `restores`: what comes back; jobs, ties
    and trips never do.
    """

    appealed: Probability
    reasons: bool = False
    delay_days: NonNegative
    upheld_wrong: Probability
    upheld_right: Probability
    suspensive: bool = False
    restores: Many[Literal["points", "lists"]] = Field(default=("points", "lists"))


class Retroactive(Part):
    """How many months before the start a regime reads on its first day, and which of its sensors can.

    What it reads was done in the years of the burn-in, or it was not done. Registers, telephones and
    platforms keep a past; a camera that was not there saw nothing.
    """

    months: int = Field(ge=1, le=120)
    sensors: Many[Slug] = Field(min_length=1)
