"""What a country declares: who the people are, in aggregate tables, rates and shares.

Nothing here is about a person, and nothing about the regime on trial. The attributes are those of the
vocabulary and no others: there is no place to write an origin, a religion or a state of health. What people
think of a score (`opinion`) is drawn at random and belongs to no attribute.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PrivateAttr

from moot.country.opinion import Opinion
from moot.country.tables import AgeSexCell, Region
from moot.country.work import Money, Work
from moot.declaring.values import (
    ActName,
    Declaration,
    Many,
    NonNegative,
    Part,
    Positive,
    Probability,
    Quantity,
    Reference,
    Share,
    Slug,
    Text,
)
from moot.vocabulary import Act, ActClass, Vocabulary

__all__ = [
    "ActRate",
    "AgeSex",
    "Attributes",
    "ByAge",
    "Country",
    "Elasticity",
    "Fading",
    "Gradient",
    "Heterogeneity",
    "Households",
    "Income",
    "PerceivedCertainty",
    "PlatformWork",
    "Prior",
    "Propensity",
    "Regions",
    "Shares",
    "Stratum",
    "Tie",
    "Travel",
]

Multiplier = float
"""A factor on a rate, 0 or more (checked with the table it stands in)."""


class Regions(Part):
    """The regions: a CSV `table` of codes and residents, or `equal` regions R001, R002, … of one size.

    `kind` says which list the codes are from; `what_differs` what regions may differ by (for maps).
    """

    table: Reference | None = None
    equal: int | None = Field(default=None, ge=1, le=999)
    kind: Literal["insee-department", "gb-t-2260-province", "numbered"] | None = None
    what_differs: Text | None = None

    _rows: tuple[Region, ...] = PrivateAttr(default=())

    @property
    def rows(self) -> tuple[Region, ...]:
        """The rows of the table, in its order; numbered regions of population 0 for `equal`."""
        return self._rows


class AgeSex(Part):
    """A CSV `table` of residents by age band and sex."""

    table: Reference

    _rows: tuple[AgeSexCell, ...] = PrivateAttr(default=())

    @property
    def rows(self) -> tuple[AgeSexCell, ...]:
        """The rows of the table (`age_band`, `sex`, `population`), in its order."""
        return self._rows


class Shares(Part):
    """Shares of people by level of an attribute; they sum to 1."""

    shares: dict[Slug, Share]


class Stratum(Shares):
    """Shares by stratum, and how densely each is lived in."""

    residents_per_km2: dict[Slug, float] | None = None


class ByAge(Part):
    """The share of each age band that has something, in the order of the vocabulary's age bands."""

    by_age: Many[Share]


class Licence(ByAge):
    """Licence holders by age; `novice` is the share of novices among holders."""

    novice: Share = 0.0


class PlatformWork(Part):
    """Platform workers, as a share of the employed."""

    share_of_employed: Share


class Attributes(Part):
    """Shares of the vocabulary's attributes; age and sex are in `age_sex`, income in `income`."""

    stratum: Stratum | None = None
    education: Shares | None = None
    appearance: Shares | None = None
    licence: Licence | None = None
    smartphone: ByAge | None = None
    employed: ByAge | None = None
    platform_worker: PlatformWork | None = Field(default=None, alias="platform-worker")


class Deciles(Part):
    """Three points of the distribution of income, euros a year per consumption unit."""

    d1: float = Field(gt=0)
    median: float = Field(gt=0)
    d9: float = Field(gt=0)


class Income(Part):
    """Income: a lognormal body of `body_sigma` up to the ninth decile, above it a tail that meets `gini`."""

    deciles: Deciles
    gini: Probability
    body_sigma: Positive


class Households(Part):
    """Shares of households by number of persons; they sum to 1."""

    sizes: dict[int, Share]


class Tie(Part):
    """One layer of ties.

    `household`: members of a household. `clique`: groups of `size` among `who`. `ring`: the `reach` nearest
    on both sides in an order sorted by `sort` weights and `noise` (homophily). `permutation`: one far tie
    drawn at random. `name` is `household` where it is not said.
    """

    kind: Literal["household", "clique", "ring", "permutation"]
    name: Slug = "household"
    size: int | None = Field(default=None, ge=2, le=64)
    who: Literal["everyone", "employed", "school", "employed-or-school"] | None = None
    reach: int | None = Field(default=None, ge=1, le=16)
    sort: dict[Literal["age", "income"], float] | None = None
    noise: float | None = Field(default=None, ge=0)


class Propensity(Part):
    """Gamma margins of the propensity to offend by domain (mean 1), joined by a copula of `correlation`."""

    shape: Positive
    correlation: Probability


class Travel(Part):
    """Trips a person and year (or day); `by_income` multiplies them by income decile."""

    per_year: NonNegative | None = None
    per_day: NonNegative | None = None
    by_income: Many[Multiplier] | None = None


class Prior(Part):
    """The certainty of being charged that people start with, for offences and for lawful acts."""

    offence: Probability
    lawful: Probability


class Elasticity(Part):
    """How strongly acts respond to perceived certainty p: the rate is multiplied by exp(−e·(p − prior))."""

    offence: Quantity
    lawful: Quantity


class Fading(Part):
    """How perceived certainty returns to the ambient: by half-life, or in one step after so many days."""

    half_life_days: Positive | None = None
    step_days: Positive | None = None


class PerceivedCertainty(Part):
    """What people think of being charged, and how they learn."""

    prior: Prior
    learning: Probability
    vicarious: Probability
    cross_class: Probability
    fading: Fading
    elasticity: Elasticity


class Heterogeneity(Part):
    """A gamma shape for this act alone, in place of the propensity of its domain."""

    shape: Positive


class Gradient(Part):
    """Multipliers by level of one or more attributes, in the vocabulary's order.

    `measures`: whether the source saw `conduct`, or only a `record` of it; one seen only in records drives
    detection and never conduct. Appearance is not among the attributes: no act depends on it.
    """

    measures: Literal["conduct", "record"]
    age: Many[Multiplier] | None = None
    sex: Many[Multiplier] | None = None
    income: Many[Multiplier] | None = None
    education: Many[Multiplier] | None = None
    stratum: Many[Multiplier] | None = None
    licence: Many[Multiplier] | None = None
    platform_worker: Many[Multiplier] | None = Field(default=None, alias="platform-worker")
    smartphone: Many[Multiplier] | None = None

    def tables(self) -> dict[str, tuple[float, ...]]:
        """The multipliers by attribute, named as in the vocabulary."""
        named = {
            "age": self.age,
            "sex": self.sex,
            "income": self.income,
            "education": self.education,
            "stratum": self.stratum,
            "licence": self.licence,
            "platform-worker": self.platform_worker,
            "smartphone": self.smartphone,
        }
        return {name: table for name, table in named.items() if table is not None}


class ActRate(Part):
    """How often an act happens, per exposed unit (`per`) and year.

    Exactly one of `recorded` (acts that reach a record today), `base` (acts done), `base_per_day` (the
    probability on a day) and `arises`. The latent rate is recorded ÷ `certainty_now`, the probability that
    such an act is charged today. `headroom` is the factor by which the state of a person may raise the rate.
    `cap_per_day` bounds the probability of a person's day. `arises` in place of a rate: the act is not drawn,
    it follows from a fine that is not paid (`money`).
    """

    recorded: NonNegative | None = None
    base: NonNegative | None = None
    base_per_day: Probability | None = None
    arises: Literal["arrears"] | None = None
    per: Literal["person", "licence", "trip", "employed", "smartphone"]
    certainty_now: Probability | None = None
    headroom: float = Field(default=1.0, ge=1, le=100)
    cap_per_day: float | None = Field(default=None, gt=0, lt=1)
    heterogeneity: Heterogeneity | None = None
    gradient: Gradient | None = None


class Country(Declaration):
    """A country: regions, people, ties, travel, what people believe, how often acts happen, schemes in force.

    Read with `moot.country.reading.load_country`, which also reads the tables: `regions.rows` and
    `age_sex.rows` are empty before. `existing` are names of regimes; a scenario resolves them.
    `opportunities`: how often somebody decides about a person, by context (a lease, a loan, a school place).
    """

    country: Slug
    name: Text
    words: Text | None = None
    data: int | None = Field(default=None, ge=1900, le=2100)
    acts_prefix: Slug | None = None
    regions: Regions
    age_sex: AgeSex | None = None
    attributes: Attributes = Attributes()
    income: Income | None = None
    households: Households | None = None
    ties: Many[Tie] = ()
    propensity: Propensity
    travel: dict[Slug, Travel] = Field(default_factory=dict)
    opportunities: dict[Slug, Travel] = Field(default_factory=dict)
    work: Work | None = None
    money: Money | None = None
    perceived_certainty: PerceivedCertainty
    new_acts: dict[ActName, Act] = Field(default_factory=dict)
    acts: dict[ActName, ActRate]
    opinion: Opinion | None = None
    existing: Many[Reference] = ()
    burn_in_years: int = Field(default=5, ge=0, le=20)

    @property
    def residents(self) -> int | None:
        """The nominal population that the tables state, or None where regions are only numbered."""
        return sum(row.population for row in self.regions.rows) or None

    def region_totals(self) -> list[int]:
        """Residents by region, in the order of the table; 1 for each of `equal` regions."""
        return [row.population or 1 for row in self.regions.rows]

    def act(self, name: str, vocabulary: Vocabulary) -> Act:
        """The act of this name: a word of the vocabulary, or one that this country adds."""
        return self.new_acts[name] if name in self.new_acts else vocabulary.acts[name]

    @property
    def tie_names(self) -> tuple[str, ...]:
        """The names of the layers of ties, in order."""
        return tuple(tie.name for tie in self.ties)

    def resolved(self) -> dict[str, object]:
        """The declaration and the contents of its tables."""
        content: dict[str, object] = super().resolved()
        content["tables"] = {
            "regions": [[row.code, row.name, row.population] for row in self.regions.rows],
            "age_sex": [
                [row.age_band, row.sex, row.population] for row in (self.age_sex.rows if self.age_sex else ())
            ],
        }
        return content


def perception(act_class: ActClass) -> Literal["offence", "lawful"] | None:
    """Which of the two perceived certainties governs acts of a class; None for merits."""
    if act_class == "merit":
        return None
    return "lawful" if act_class == "lawful" else "offence"
