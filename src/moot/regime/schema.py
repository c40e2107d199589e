"""What a regime declares: what is seen, what it costs, what a low score brings, how one gets out.

A regime has one to four *schemes*; each has a score of its own, tiers, lists and offers. Nothing here says
who the people are.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema

from moot.declaring.values import (
    ActName,
    Declaration,
    IsoDate,
    Many,
    NonNegative,
    Part,
    Positive,
    Probability,
    Quantity,
    Slug,
    Text,
)
from moot.regime.campaigns import Campaign, RepressionTold
from moot.regime.engines import Engine, Theme, points_table
from moot.regime.gaming import BoughtRepair, Gaming, Shunning
from moot.regime.redress import Redress, Retroactive
from moot.regime.work import Ratings
from moot.vocabulary import Act

__all__ = [
    "Association",
    "Decision",
    "Entry",
    "Gallery",
    "Identification",
    "ListEntry",
    "ListExit",
    "ListRule",
    "Offer",
    "OnAlert",
    "Prevents",
    "Regime",
    "Repair",
    "Review",
    "Scheme",
    "Score",
    "Sensor",
    "Tier",
    "Tries",
]

LOWEST, HIGHEST = -32_768, 32_767
Points = int
TierName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=40)]


class Gallery(Part):
    """The faces that are searched: their scope and real number, independent of the people simulated."""

    scope: Literal["national", "region"]
    size: int = Field(ge=1)


class Review(Part):
    """What a human reviewer lets pass, how many searches a day, and what happens beyond that."""

    right_passes: Probability
    wrong_passes: Probability
    per_day: NonNegative
    beyond: Literal["no-review", "no-action"]


class Identification(Part):
    """How the author of an act is found.

    `verify` (1:1), `presence` (a listed face among passers-by) and `identify` (the author of an act already
    seen) need exactly one of `fmr` (false match rate of one comparison) and `target_fpir` (false positive
    rate of one search). `declared` gives the probability of a wrong person by appearance class. `none`: the
    author is known.
    """

    mode: Literal["verify", "presence", "identify", "declared", "none"]
    gallery: Gallery | None = None
    fmr: Probability | None = None
    target_fpir: Probability | None = None
    multipliers: dict[Slug, NonNegative] | None = None
    unusable_image: Probability | None = None
    review: Review | None = None
    wrong: dict[Slug, Probability] | None = None
    victim: Literal["anyone", "gallery", "same-class"] | None = None


class OnAlert(Part):
    """What a false alert costs the passer-by who is stopped."""

    points: Points = Field(ge=0)


class Sensor(Part):
    """Something that sees acts (`sees`: sensitivity by act), or reads charges made today (`reads`).

    Where it looks: `density_per_km2` of cameras by stratum, or one `coverage`. `passages_per_day`: faces that
    pass, per person and day.

    `malicious_per_tie_year`: false reports that each tie of a person makes a year, of the act `charges`, not
    done. `context_errors`: share of searches that charge somebody who was not there (a face on a
    poster, a lent telephone). `misread`, `missed`: shares of plates that are read as another's, or not read.
    `enrols`: lists whose members the searched faces hold.
    """

    sensor: Slug
    kind: Literal["camera", "phone", "register", "plate", "report", "platform"]
    places: Many[Slug] = ()
    density_per_km2: dict[Slug, NonNegative] | None = None
    coverage: Probability | None = None
    share_analysed: Probability | None = None
    sees: dict[ActName, Probability] = Field(default_factory=dict)
    reads: Many[ActName] = ()
    identification: Identification | None = None
    passages_per_day: NonNegative | None = None
    missed_links: Probability | None = None
    false_links: Probability | None = None
    on_alert: OnAlert | None = None
    malicious_per_tie_year: NonNegative | None = None
    charges: ActName | None = None
    context_errors: Probability | None = None
    misread: Probability | None = None
    missed: Probability | None = None
    enrols: Many[Slug] = ()

    @property
    def malicious(self) -> Quantity | None:
        """False reports a tie and year: as declared, else what is assumed where `charges` is given."""
        if self.charges is None or self.malicious_per_tie_year is not None:
            return self.malicious_per_tie_year
        return Quantity(value=0.002, range=(0, 0.02), mark="assumed")


class Tier(Part):
    """A tier of the score: from `from_` (key `from`) up to the next better tier."""

    tier: TierName
    from_: Points = Field(alias="from")


def _repair_end(given: object) -> object:
    if given == "ceiling" or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    raise ValueError("expected `ceiling` or a whole number of points")


RepairEnd = Annotated[
    Literal["ceiling"] | Points,
    PlainValidator(_repair_end),
    WithJsonSchema({"anyOf": [{"const": "ceiling"}, {"type": "integer"}]}),
]


class Repair(Part):
    """One way in which points come back without a charge.

    `after_days`: once, so many days after the last charge. `every_days`: again and again, counted from the
    last charge. `points` come back (`log_odds` of a logistic score), or the score is set `to` the ceiling; a
    number in `to` is where all repair of the score ends, this as well. `if`: only for these.
    `after_days_heavy`: the term after a heavy act.
    """

    after_days: int | None = Field(default=None, ge=1)
    every_days: int | None = Field(default=None, ge=1)
    after_days_heavy: int | None = Field(default=None, ge=1)
    points: Points | None = Field(default=None, ge=1)
    log_odds: Positive | None = None
    to: RepairEnd | None = None
    if_: Literal["last-loss-was-one", "novice"] | None = Field(default=None, alias="if")


class Score(Part):
    """The scale: where people start, its ends, its tiers from the top down, how points come back.

    `hysteresis`: points above a tier's lower end that it takes to rise into it. `memory_months`: a charge
    expires after so many months, and what it took from the score comes back.
    """

    start: Points
    novice_start: Points | None = None
    floor: Points = Field(ge=LOWEST, le=HIGHEST)
    ceiling: Points = Field(ge=LOWEST, le=HIGHEST)
    tiers: Many[Tier]
    hysteresis: Points = Field(default=0, ge=0)
    repair: Many[Repair] = ()
    novice_cycle_days: int | None = Field(default=None, ge=1)
    memory_months: int | None = Field(default=None, ge=1, le=120)


class Entry(Part):
    """What an act costs (`points`) or earns (`merit`), and at most how much of it in a day.

    Under `weights` an act has a `sub_category` and a `severity` instead, under `engine: logistic` its
    `log_odds`; such an act costs, or `earns`, and at most `counted_per_day` charges of a day count.
    """

    points: Points | None = Field(default=None, ge=0)
    merit: Points | None = Field(default=None, ge=0)
    cap_per_day: Points | None = Field(default=None, ge=1)
    heavy: bool = False
    sub_category: Slug | None = None
    severity: Probability | None = None
    log_odds: NonNegative | None = None
    earns: bool | None = None
    counted_per_day: int | None = Field(default=None, ge=1, le=100)


class Association(Part):
    """What a fall of tier costs a person's ties."""

    points: Points = Field(ge=0)
    on: Literal["tier-fall"]
    to: Many[Slug]
    breaks_clean_time: bool = False


class ListEntry(Part):
    """What puts a person on a list: a tier, an act, an offer taken, or a register. Exactly one.

    `drawn_per_year`: entries that a register outside the model brings, a person and year; it may be dated.
    """

    tier: str | None = None
    act: ActName | None = None
    offer: Slug | None = None
    drawn_per_year: NonNegative | None = None


class ListExit(Part):
    """What takes a person off a list: a tier, time, or a yearly rate (of those who pay, for instance).

    Then the score and standing they come back with, where a term ends.
    """

    tier: str | None = None
    after_days: int | None = Field(default=None, ge=1)
    per_year: NonNegative | None = None
    score: Points | None = None
    novice: bool = False


class Prevents(Part):
    """What the listed cannot do at all, because they are no longer exposed to it."""

    exposure: Literal["licence", "trip", "employed", "smartphone"]


class Tries(Part):
    """What the listed set out for, and how often they try again when they are refused.

    `intents_per_year`, or `share_of_trips` of what everybody else sets out for. After a refusal another try
    follows with probability `settles` + (`again` − `settles`)·2^(−days listed ÷ `half_life_days`).
    """

    intents_per_year: NonNegative | None = None
    share_of_trips: Probability | None = None
    again: Probability
    settles: Probability
    half_life_days: Positive


class ListRule(Part):
    """A list: who is entered, who leaves, what they are refused (probability by context)."""

    list: Slug
    entry: ListEntry
    exit: ListExit
    refuses: dict[Slug, Probability] = Field(default_factory=dict)
    prevents: Prevents | None = None
    tries: dict[Slug, Tries] = Field(default_factory=dict)


class Decision(Part):
    """How much the score decides in a context: a refusal has probability (1 − w)·b + w·R of the tier.

    `weight` w; `without_score` b, the probability of a refusal where nobody looks at the score; `refused` R
    by tier (a tier that is not named: b, so that the score changes nothing there).
    """

    weight: Probability
    without_score: Probability
    refused: dict[TierName, Probability]


class Offer(Part):
    """Points that people in some tiers may take up, by their own choice, at a yearly rate."""

    offer: Slug
    tiers: Many[str]
    per_year: NonNegative
    points: Points = Field(ge=1)
    not_on: Slug | None = None


class Scheme(Part):
    """One score. `who` has it; `reads`: the charges of `today`, or those of the `regime`'s own sensors.

    `disclosed`: whether people know their score. What a charge does to it is a table of points in the
    `catalogue`, or `weights` of themes, or an `engine` (see `moot.regime.engines`); `learned_from` names a
    shipped one. `shunning`, `bought_repair`, `gaming`: see `regime.gaming`. `hiring`: the share of hires that
    a tier lets stand; `dismissal`: the chance a month that a tier costs the job; both can only worsen.
    """

    scheme: Slug
    who: Literal["everyone", "licence", "smartphone", "adults"]
    reads: Literal["today", "regime"]
    disclosed: bool
    engine: Engine | None = None
    learned_from: Slug | None = None
    weights: dict[Slug, Theme] | None = Field(default=None, min_length=1)
    score: Score
    catalogue: dict[ActName, Entry]
    association: Association | None = None
    lists: Many[ListRule] = ()
    offers: Many[Offer] = ()
    redress: Redress | None = None
    decisions: dict[Slug, Decision] = Field(default_factory=dict)
    shunning: Shunning | None = None
    bought_repair: BoughtRepair | None = None
    gaming: Gaming | None = None
    hiring: dict[str, Probability] = Field(default_factory=dict)
    dismissal: dict[str, Probability] = Field(default_factory=dict)

    @property
    def tier_names(self) -> tuple[str, ...]:
        """The tiers from the best down."""
        return tuple(tier.tier for tier in self.score.tiers)

    @property
    def table(self) -> Scheme:
        """The scheme as it runs, whatever its engine: a table of points."""
        return points_table(self)


class Regime(Declaration):
    """A regime: how it is announced, its sensors, its schemes, and what in it is documented, assumed or myth.

    `believed_share` (ω): the share of the true change of certainty that people believe from the announcement
    on. `notice`: whether people are told of each charge. `displacement`: share of the scored acts that a list
    prevents which are done elsewhere instead, unscored.
    """

    regime: Slug
    name: Text
    kind: Literal["existing", "documented", "invented", "benchmark"]
    summary: Text | None = None
    documented: Many[Text] = ()
    assumed: Many[Text] = ()
    myth: Many[Text] = ()
    announced: IsoDate | None = None
    believed_share: Probability | None = None
    notice: bool = True
    displacement: Probability | None = None
    acts_prefix: Slug | None = None
    new_acts: dict[ActName, Act] = Field(default_factory=dict)
    sensors: Many[Sensor] = ()
    retroactive: Retroactive | None = None
    campaigns: Many[Campaign] = ()
    repression_told: RepressionTold | None = None
    schemes: Many[Scheme] = Field(min_length=1, max_length=4)
    ratings: Ratings | None = None

    def is_announced(self, on: date) -> bool:
        """Whether people know of the regime on a day."""
        return self.announced is not None and on >= self.announced

    @property
    def acts(self) -> tuple[str, ...]:
        """Every act that some scheme counts, in order of first mention."""
        return tuple(dict.fromkeys(name for scheme in self.schemes for name in scheme.catalogue))

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of all lists, in order."""
        return tuple(rule.list for scheme in self.schemes for rule in scheme.lists)
