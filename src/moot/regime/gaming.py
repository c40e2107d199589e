"""What people do to a score beside behaving, and to those who fell: bought repair, merits, shunning.

Nothing of this is published: every number is assumed and has a range.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from moot.declaring.complaints import Complaint, complain_unknown
from moot.declaring.source import Place
from moot.declaring.values import NonNegative, Part, Probability, Quantity, Text

if TYPE_CHECKING:
    from moot.country.schema import Country
    from moot.regime.schema import Regime, Scheme

__all__ = ["BoughtRepair", "Gaming", "Shunning", "check_gaming", "meet_gaming"]

MOST_CUTS = 16
"""Regular ties of a person that can be told apart as cut or not."""


def _assumed(value: float, low: float, high: float) -> Quantity:
    return Quantity(value=value, range=(low, high), mark="assumed")


class Shunning(Part):
    """When a person falls a tier, each regular tie is cut by the other side with `cut` × stake.

    The stake is the share of the way from the start to the worst known consequence that the fallen person has
    lost. Half of the cut ties mend when the person rises again.
    """

    cut: Probability = _assumed(0.05, 0, 0.3)


class BoughtRepair(Part):
    """Points for money, bought below a tier by those who have `income_times` the price a year.

    `per_month`: the share of those who could, a month. Conduct does not change.
    """

    below: Text
    price_euros: int = Field(ge=1, le=1_000_000)
    income_times: NonNegative = Quantity(value=10.0)
    per_month: Probability = _assumed(0.05, 0, 0.2)
    points: int = Field(default=30, ge=1)


class Gaming(Part):
    """Merits done for the score: their rate is multiplied by 1 + `merits` × stake."""

    merits: NonNegative = _assumed(0.5, 0, 2)


def check_gaming(at: Place, scheme: Scheme, regime: Regime) -> Iterator[Complaint]:
    """What these keys of a scheme say against others of the same regime."""
    for key in ("shunning", "gaming"):
        if getattr(scheme, key) is not None and not scheme.disclosed:
            message = "needs a score that people know; expected `disclosed: true`"
            yield Complaint(at=(*at, key), message=message, at_key=True)
    if scheme.gaming is not None:
        others = [one.scheme for one in regime.schemes if one.gaming is not None]
        if others and others[0] != scheme.scheme:
            message = f"merits are already done for the score {others[0]}; expected it in one scheme"
            yield Complaint(at=(*at, "gaming"), message=message, at_key=True)
    bought = scheme.bought_repair
    if bought is None:
        return
    place: Place = (*at, "bought_repair")
    if bought.below not in scheme.tier_names:
        yield complain_unknown((*place, "below"), "tier", bought.below, scheme.tier_names)
    elif bought.below == scheme.tier_names[-1]:
        message = f"nobody is below tier {bought.below}, the lowest; expected a higher one"
        yield Complaint(at=(*place, "below"), message=message)


def meet_gaming(regime: Regime, country: Country) -> Iterator[Complaint]:
    """What these keys need of the country: an income, rings that can be told apart, headroom of merits."""
    for number, scheme in enumerate(regime.schemes):
        at: Place = ("schemes", number)
        if scheme.bought_repair is not None and country.income is None:
            message = f"who can pay depends on `income`, which the country {country.country} does not declare"
            yield Complaint(at=(*at, "bought_repair"), message=message, at_key=True)
        if scheme.shunning is not None:
            regular = sum(2 * (tie.reach or 1) for tie in country.ties if tie.kind == "ring")
            if not 0 < regular <= MOST_CUTS:
                message = f"the country {country.country} has {regular} regular ties a person"
                message += f" (rings, both sides); expected 1 to {MOST_CUTS}"
                yield Complaint(at=(*at, "shunning"), message=message, at_key=True)
        if scheme.gaming is None:
            continue
        needed = 1.0 + scheme.gaming.merits.upper()
        for name, entry in scheme.catalogue.items():
            rate = country.acts.get(name)
            if entry.merit is not None and rate is not None and rate.headroom * (1 + 1e-9) < needed:
                message = (
                    f"{name} may be done up to {needed:g} times as often, and its headroom in "
                    f"{country.country} is {rate.headroom:g}"
                )
                hint = f"expected `headroom: {needed:g}` or more there, or a smaller range here"
                yield Complaint(at=(*at, "gaming", "merits"), message=message, hint=hint)
