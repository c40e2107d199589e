"""What can be worked out about a regime before a run: searches, mistakes, alerts, certainty, cascades.

Nothing here simulates. Numbers come from the declarations alone, at the values in force on the first
day, for the nominal population; they have two significant digits, and those about people are per 1,000
people. A run differs from them by everything that people do in answer. They are arithmetic on assumed
numbers: a reason to look again at a declaration, and no result.

*Reproduction number*, R = E[d(d − 1)] ÷ E[d] × P(one message makes a tie fall), d the ties of a person
through which a fall is sent. The probability is that of a score just above a threshold. With a mean
daily loss λ and a daily repair r, scores are taken to spread as a random walk that repair pulls up:
their stationary density falls off by exp(−2 (r − λ) ÷ v) a point below where repair ends, v the mean
square of a day's loss plus that of a day's repair. Where λ ≥ r the density is taken as even over the
scale. A message makes a tie fall from any of the `points` scores above a threshold. This leaves out
that people differ beyond v, and that those with low scores may have ties of their own kind; R near 1 is
a reason to simulate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from moot.country.reading import needed_headroom
from moot.country.schema import Country
from moot.experiment.scenario import Scenario
from moot.regime.schema import Regime, Scheme
from moot.society.arms import Arm
from moot.society.compile import compile_arms
from moot.society.expected import YEAR, Searches, acts_a_year, searches_of, ties_of
from moot.vocabulary import Vocabulary, load_vocabulary

__all__ = ["Cascade", "Searches", "cascade_of", "prospect_lines", "reproduction_number", "searches_of"]

MUCH_FPIR = 0.1
NEAR_ONE = 0.8


@dataclass(frozen=True)
class Cascade:
    """How far falls travel in one scheme.

    Mean ties, further ties of somebody reached, chance that a message makes one fall.
    """

    scheme: str
    ties: float
    excess: float
    chance: float

    @property
    def reproduction(self) -> float:
        """R: further falls that one fall brings about, on average."""
        return self.excess * self.chance


def prospect_lines(declaration: Scenario | Regime) -> list[str]:
    """Lines to print, arm by arm; for a regime alone, that a scenario is needed."""
    if isinstance(declaration, Regime):
        return ["Searches, mistakes and cascades depend on a country: moot check a scenario to see them."]
    return list(_lines(declaration))


def _lines(scenario: Scenario) -> Iterator[str]:
    country, vocabulary, start = scenario.country_model, load_vocabulary(), scenario.start
    residents = country.residents or scenario.people
    arms = [
        Arm(name, scenario.existing_models, regime, scenario.comparator != "none")
        for name, regime in scenario.arm_regimes.items()
    ]
    compiled = compile_arms(country, vocabulary, arms, start=start, seed=0, residents=residents)
    yield f"Worked out for {residents:,} residents, without running anybody; numbers have two digits."
    yield _headroom(country)
    prior = country.perceived_certainty.prior
    for a, arm in enumerate(arms):
        yield f"{arm.name}:"
        for searches in searches_of(arm, country, vocabulary, start, residents):
            yield from _of_sensor(searches, residents)
        now = compiled.certainty[next((x.name for x in arms if x.regime is None), arm.name)]
        then = compiled.certainty[arm.name]
        for column, (group, p0) in enumerate((("offence", prior.offence), ("lawful", prior.lawful))):
            words = "offences and incivilities" if group == "offence" else "lawful acts"
            air = float(compiled.law["ambient"][a, column].max()) / 65536
            said = f"  certainty of a charge, {words}: {_two(now[group])} today"
            if arm.regime is not None:
                said += f", {_two(then[group])} in this arm; believed from the announcement on: {_two(air)}"
                said += f" (before: {_two(p0.at(start))})"
            yield said
        for scheme in arm.schemes:
            cascade = cascade_of(scheme, arm, country, vocabulary, start)
            if cascade is not None:
                yield from _of_cascade(cascade)


def _of_sensor(one: Searches, residents: int) -> Iterator[str]:
    if one.searches > 0:
        yield (
            f"  {one.sensor}: {_two(1000 * one.searches)} searches a year per 1,000 people: "
            f"right {_two(1000 * one.right)}, wrong {_two(1000 * one.wrong)}, "
            f"nobody {_two(1000 * one.nobody)}"
        )
    if one.false_alarms > 0 or one.highest_fpir > 0:
        yield (
            f"  {one.sensor}: {_two(1000 * one.false_alarms)} false alerts a year per 1,000 people "
            f"({_two(one.false_alarms * residents / YEAR)} a day in all)"
        )
    if one.malicious > 0:
        yield f"  {one.sensor}: {_two(1000 * one.malicious)} false reports a year per 1,000 people"
    if one.precision is not None and one.searches > 0:
        missed = one.wrong + one.false_alarms + one.malicious
        yield (
            f"  {one.sensor}: {_two(1000 * (1 - one.precision))} of 1,000 charges and alerts "
            f"fall on people who did nothing (precision {_near_one(one.precision)})"
            if missed > 0
            else f"  {one.sensor}: the person seen is taken to be known; no mistake is declared"
        )
    if one.reviewed_per_day is not None:
        a_day = one.matches * residents / YEAR
        said = (
            f"  {one.sensor}: {_two(a_day)} matches a day to look at, capacity {_two(one.reviewed_per_day)}"
        )
        said += f"; a human sees {_two(one.reviewed)} of them"
        yield f"{said}: WARNING, more than can be looked at" if a_day > one.reviewed_per_day else said
    if one.highest_fpir > MUCH_FPIR:
        yield (
            f"  {one.sensor}: WARNING, a passer-by who is not on the list is taken for somebody on it in "
            f"{_two(one.highest_fpir)} of passages; above {MUCH_FPIR:g} a list is searched in vain"
        )


def _of_cascade(cascade: Cascade) -> Iterator[str]:
    r = cascade.reproduction
    said = f"  {cascade.scheme}: a fall reaches {_two(cascade.ties)} ties; reproduction number R = {_two(r)}"
    if r > 1:
        yield f"{said}: WARNING, above 1 each fall brings more than one other: the whole network falls"
    elif r >= NEAR_ONE:
        yield f"{said}: WARNING, near 1 results are a knife edge"
    else:
        yield said


def _headroom(country: Country) -> str:
    """The tightest product of raising multipliers against the headroom, by class."""
    tight: dict[str, tuple[float, str, float, float]] = {}
    for name, rate in country.acts.items():
        act = country.act(name, load_vocabulary())
        needed = needed_headroom(country, name)
        found = (needed / rate.headroom, name, needed, rate.headroom)
        tight[act.class_] = max(tight.get(act.class_, found), found)
    parts = [
        f"{kind} {_three(needed)} of {_three(room)} ({name})"
        for kind, (_, name, needed, room) in sorted(tight.items())
    ]
    return (
        f"Headroom, largest product of what may raise an act against what is left for it: {'; '.join(parts)}."
    )


def cascade_of(
    scheme: Scheme, arm: Arm, country: Country, vocabulary: Vocabulary, when: date
) -> Cascade | None:
    """How far falls travel in a scheme, or None where a fall costs nobody else anything."""
    if scheme.association is None or scheme.association.points == 0:
        return None
    ties, excess = ties_of(country, scheme.association.to)
    loss, square = _daily_loss(scheme, arm, country, vocabulary, when)
    gain, gain_square, ends = _daily_repair(scheme)
    drift, spread = gain - loss, square + gain_square
    pull = 2.0 * drift / spread if spread > 0 and drift > 0 else 0.0
    chance = 0.0
    for tier in scheme.score.tiers[:-1]:
        first = ends - tier.from_
        for step in range(scheme.association.points):
            below = first - step
            if below >= 0:
                chance += _density(below, ends - scheme.score.floor, pull)
    if loss == 0:
        chance = 0.0
    return Cascade(scheme.scheme, ties, excess, min(1.0, chance))


def reproduction_number(ties: float, excess_of_ties: float, chance: float) -> float:
    """R = E[d(d − 1)] ÷ E[d] × P(fall | message), from E[d], E[d(d − 1)] and the probability."""
    return excess_of_ties / ties * chance if ties > 0 else 0.0


def _density(below: int, span: int, pull: float) -> float:
    """Share of people exactly `below` points under where repair ends, on a scale of `span` points."""
    if pull <= 0:
        return 1.0 / (span + 1)
    ratio = math.exp(-pull)
    return math.exp(-pull * below) * (1.0 - ratio) / (1.0 - ratio ** (span + 1))


def _daily_loss(
    scheme: Scheme, arm: Arm, country: Country, vocabulary: Vocabulary, when: date
) -> tuple[float, float]:
    """(mean, mean square) of the points that charges cost a person in a day; merits are left out."""
    mean = square = 0.0
    heterogeneity = 1.0 + 1.0 / float(country.propensity.shape.at(when))
    for name, entry in scheme.catalogue.items():
        if not entry.points or name not in country.acts:
            continue
        charged = _charged_a_day(scheme, arm, name, country, vocabulary, when)
        points = min(entry.points, entry.cap_per_day or entry.points)
        mean += charged * points
        square += charged * points * points * heterogeneity
    return mean, square


def _charged_a_day(
    scheme: Scheme, arm: Arm, name: str, country: Country, vocabulary: Vocabulary, when: date
) -> float:
    acts = acts_a_year(country, name, when) / YEAR
    now = country.acts[name].certainty_now
    today = now.at(when) if now is not None and arm.institutions else 0.0
    if scheme.reads == "today":
        return acts * today
    only = country.model_copy(update={"acts": {name: country.acts[name]}})
    found = searches_of(arm, only, vocabulary, when)
    return min(acts, sum(one.right + one.wrong for one in found) / YEAR)


def _daily_repair(scheme: Scheme) -> tuple[float, float, int]:
    """(mean points, mean square, score where repair ends) of a day without a charge."""
    ends = min((r.to for r in scheme.score.repair if isinstance(r.to, int)), default=scheme.score.ceiling)
    mean = square = 0.0
    for rule in scheme.score.repair:
        days = rule.every_days or rule.after_days
        if days is None or rule.if_ == "novice":
            continue
        points = float(rule.points) if rule.points is not None else (ends - scheme.score.floor) / 2.0
        mean += points / days
        square += points * points / days
    return mean, square, ends if scheme.score.repair else scheme.score.start


def _two(value: float) -> str:
    """Two significant digits, without an exponent where it can be read."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "more than can be said"
    digits = 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.0f}" if digits <= 0 else f"{rounded:.{min(digits, 12)}f}"


def _near_one(share: float) -> str:
    """A share, with two digits of what is missing to 1."""
    if not 0.5 < share < 1:
        return _two(share)
    return f"{share:.{min(12, 1 - math.floor(math.log10(1 - share)))}f}"


def _three(value: float) -> str:
    return f"{value:.3g}"
