"""Work and money: how jobs are found and lost today, what hardship does, and how fines are paid.

Both sections may be left out; then nobody's job or debts are simulated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from moot.declaring.complaints import Complaint
from moot.declaring.source import Place
from moot.declaring.values import ActName, NonNegative, Part, Positive, Probability, Quantity, Share

if TYPE_CHECKING:
    from moot.country.schema import Country

__all__ = [
    "Fine",
    "Money",
    "Payment",
    "Replacement",
    "Shortfall",
    "Strain",
    "Transitions",
    "Work",
    "check_livelihood",
    "inactive_exits",
    "raised_by_hardship",
]

TOLERANCE = 1e-6
Row = Annotated[tuple[Share, Share, Share], Field(strict=False)]


class Transitions(Part):
    """Monthly chances to be employed, unemployed, inactive (in this order), by the state of the month before.

    Rows `employed` and `unemployed` hold for everybody. The two ways out of `inactive` are scaled by age band
    so that the band's declared share of employed people stays what it is; the share of unemployed people in
    the labour force is then the same in all bands.
    """

    employed: Row
    unemployed: Row
    inactive: Row

    @property
    def unemployed_per_employed(self) -> float:
        """Unemployed ÷ employed people in the stationary distribution, of every age."""
        _, eu, ei = self.employed
        ue, _, ui = self.unemployed
        ie, iu, _ = self.inactive
        share = iu / (ie + iu) if ie + iu > 0 else 0.0
        return (eu + share * ei) / (ue + ui - share * ui)


class Replacement(Part):
    """Income after a lost job, as a share of the income before: `covered` for so many months, then `after`.

    `enough`: from this share on there is no hardship.
    """

    covered: Probability
    covered_months: int = Field(ge=0, le=120)
    after: Probability
    enough: Probability


class Strain(Part):
    """What full hardship adds to the rate of acts: the rate is multiplied by 1 + s·h, h from 0 to 1."""

    offence: NonNegative
    lawful: NonNegative


class Work(Part):
    """How jobs are found and lost today, what is left to live on, and what hardship does to acts.

    `vacancies`: under `open` a hire that a scheme refuses is lost; under `fixed` every region fills as many
    places a month as under the comparator, and those that stay free go to others who look for work.
    """

    transitions: Transitions
    replacement: Replacement
    strain: Strain
    vacancies: Literal["open", "fixed"] = "open"


class Fine(Part):
    """A fine in euros; the share of charges that a notice follows; the mean share that pays at once.

    `recovered`: the share of what is not paid at once that is recovered in the end.
    """

    euros: float = Field(gt=0, le=100_000)
    notice: Probability = Quantity(value=1.0)
    paid_at_once: Probability
    recovered: Probability


class Payment(Part):
    """What the chance of paying at once depends on, in log-odds.

    `income`: a standard deviation of income deciles; `hardship`: full hardship; `arrears`: having arrears.
    """

    income: Quantity
    hardship: NonNegative
    arrears: NonNegative


class Shortfall(Part):
    """Euros a month below which rent and energy are not paid in full, and the share of the gap that becomes
    debt.

    Counted for people who lost a job, on the income of their decile times the replacement rate.
    """

    floor: NonNegative
    share: Probability


class Money(Part):
    """Fines of today by act, and debts.

    What is not paid at once is multiplied by `increase` and recovered at a constant hazard within
    `recovery_months`, or lapses then.
    """

    fines: dict[ActName, Fine]
    increase: Positive
    recovery_months: int = Field(ge=1, le=60)
    payment: Payment
    shortfall: Shortfall | None = None


def inactive_exits(transitions: Transitions, employed: float) -> float:
    """The factor on the two ways out of inactivity that keeps a share `employed` of an age band in work.

    0 where nobody of the band works. With rows E = (·, a, b), U = (c, ·, d), I = (e, f, ·), stationary
    U/E = (a + b f/(e+f)) ÷ (c + d − d f/(e+f)) whatever the factor, and I/E = (b + d U/E) ÷ (factor (e+f)).
    Raises ValueError where no factor does.
    """
    if employed <= 0:
        return 0.0
    _, _, ei = transitions.employed
    _, _, ui = transitions.unemployed
    ie, iu, _ = transitions.inactive
    x = transitions.unemployed_per_employed
    rest = 1.0 / employed - 1.0 - x
    factor = (ei + ui * x) / (rest * (ie + iu)) if rest > 0 and ie + iu > 0 else math.inf
    if factor * (ie + iu) > 1.0:
        most = 1.0 / (1.0 + x + ei + ui * x)
        raise ValueError(f"{employed:g} cannot last; expected at most {math.floor(most * 1000) / 1000:g}")
    return factor


def raised_by_hardship(country: Country, felt: str) -> float:
    """The most by which hardship multiplies the rate of acts of a class; 1 where work is not declared."""
    if country.work is None:
        return 1.0
    strain = country.work.strain
    return 1.0 + (strain.offence if felt == "offence" else strain.lawful).upper()


def check_livelihood(country: Country) -> Iterator[Complaint]:
    """What `work` and `money` say about each other and about the rest of the country."""
    if country.work is not None:
        yield from _check_work(country, country.work)
    for name, rate in country.acts.items():
        if rate.arises is not None and country.money is None:
            message = "arises from arrears, and the country has no `money`; expected it"
            yield Complaint(at=("acts", name, "arises"), message=message)
    arising = [name for name, rate in country.acts.items() if rate.arises is not None]
    if len(arising) > 1:
        message = f"{arising[0]} arises from arrears already; expected one act"
        yield Complaint(at=("acts", arising[1], "arises"), message=message)
    if country.money is None:
        return
    for name in country.money.fines:
        at: Place = ("money", "fines", name)
        if name not in country.acts:
            yield Complaint(at=at, message=f"{name} has no rate in `acts`", at_key=True)
        elif country.acts[name].certainty_now is None:
            message = f"{name} has no `certainty_now`: nobody is charged with it today, nobody fined"
            yield Complaint(at=at, message=message, at_key=True)
    if country.money.shortfall is not None:
        at = ("money", "shortfall")
        if country.work is None:
            yield Complaint(at=at, message="falls on people who lost a job; the country has no `work`")
        if country.income is None:
            yield Complaint(at=at, message="needs `income`: the euros of each decile")


def _check_work(country: Country, work: Work) -> Iterator[Complaint]:
    at: Place = ("work", "transitions")
    rows = work.transitions
    wrong = False
    for name in ("employed", "unemployed", "inactive"):
        total = math.fsum(getattr(rows, name))
        if abs(total - 1.0) > TOLERANCE:
            wrong = True
            yield Complaint(at=(*at, name), message=f"the chances sum to {total:.6g}; expected 1")
    out = rows.unemployed[0] + rows.unemployed[2]
    if not wrong and (out <= 0 or rows.unemployed[0] + rows.inactive[0] <= 0):
        wrong = True
        yield Complaint(at=at, message="nobody who is out of work ever finds work")
    employed = country.attributes.employed
    if employed is None:
        message = "needs `attributes: employed`: who is in work at the start"
        yield Complaint(at=("work",), message=message)
    elif not wrong:
        for band, share in enumerate(employed.by_age):
            try:
                inactive_exits(rows, float(share))
            except ValueError as error:
                place: Place = ("attributes", "employed", "by_age", band)
                yield Complaint(at=place, message=f"with these `transitions` a share of {error}")
    replacement = work.replacement
    if replacement.after.at() > replacement.covered.at():
        message = "is more than while covered; expected income to fall when cover ends"
        yield Complaint(at=("work", "replacement", "after"), message=message)
