"""What a scheme does to jobs, and ratings of platform workers: their forms and checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from moot.declaring.complaints import Complaint, complain_unknown
from moot.declaring.source import Place
from moot.declaring.values import NonNegative, Part, Positive, Probability, Slug

if TYPE_CHECKING:
    from moot.country.schema import Country
    from moot.regime.schema import Regime, Scheme

__all__ = ["Deficit", "Ratings", "check_jobs", "check_ratings", "needs_work"]


class Deficit(Part):
    """How far below five stars somebody's work is rated: gamma with this shape and mean, drawn once."""

    shape: Positive
    mean: Positive


class Ratings(Part):
    """Ratings of platform workers, `per_month` each; what is shown weighs the last `window` of them.

    A rating is 5 − deficit·(1 − `reciprocity`) − bias + `inflation`·years, at most 5, rounded to a star by
    chance. Whoever is shown below `line` is warned, and dropped when that is still so after `warning_months`.
    `bias` is by appearance class, in stars.
    """

    per_month: int = Field(ge=1, le=400)
    window: int = Field(default=100, ge=10, le=400)
    deficit: Deficit
    reciprocity: Probability
    inflation: NonNegative
    bias: dict[Slug, NonNegative] = Field(default_factory=dict)
    line: float = Field(ge=1, le=5)
    warning_months: int = Field(default=1, ge=0, le=3)


def check_jobs(at: Place, scheme: Scheme) -> Iterator[Complaint]:
    """Hiring and dismissal name tiers of the scheme."""
    for key in ("hiring", "dismissal"):
        for tier in getattr(scheme, key):
            if tier not in scheme.tier_names:
                yield complain_unknown((*at, key, tier), "tier", tier, scheme.tier_names, at_key=True)


def check_ratings(regime: Regime, classes: tuple[str, ...]) -> Iterator[Complaint]:
    """Bias is by the vocabulary's appearance classes, and of less than a star."""
    if regime.ratings is None:
        return
    for name, bias in regime.ratings.bias.items():
        at: Place = ("ratings", "bias", name)
        if name not in classes:
            yield complain_unknown(at, "appearance class", name, classes, at_key=True)
        if bias.upper() > 1:
            yield Complaint(at=at, message=f"{bias.upper():g} is more than a star; expected at most 1")


def needs_work(regime: Regime, country: Country) -> Iterator[Complaint]:
    """What a regime says about jobs, against a country in which jobs may not be simulated."""
    where = f"the country {country.country} ({country.shown_path})"
    if country.work is None:
        message = f"is about jobs, and {where} has no `work`; nothing would follow from it"
        for number, scheme in enumerate(regime.schemes):
            for key in ("hiring", "dismissal"):
                if getattr(scheme, key):
                    yield Complaint(at=("schemes", number, key), message=message, at_key=True)
        if regime.ratings is not None:
            yield Complaint(at=("ratings",), message=message, at_key=True)
    elif regime.ratings is not None and country.attributes.platform_worker is None:
        message = f"rates platform workers, and {where} has none in its `attributes`"
        yield Complaint(at=("ratings",), message=message, at_key=True)
