"""What a sensor does in a year by the declarations alone: searches, matches, mistakes, who looks at them.

Nobody is simulated here. The compiler needs these numbers for the share of matches that reviewers can see,
and `moot check` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from moot.country.population import EMPLOYED, LICENCE, SMARTPHONE
from moot.country.schema import Country
from moot.country.synthesis import latent_rate
from moot.regime.schema import Sensor
from moot.society.arms import Arm
from moot.society.sensing_tables import false_alarms_per_day, matches_of, outcome_of, passing, seen_by
from moot.vocabulary import Vocabulary, load_vocabulary

YEAR = 365.25
_FLAG = {"licence": LICENCE, "smartphone": SMARTPHONE, "employed": EMPLOYED}


@dataclass(frozen=True)
class Searches:
    """What one sensor does in a year, per person of the nominal population."""

    sensor: str
    searches: float
    right: float
    wrong: float
    """Charges on somebody who did not do the act, context errors included."""
    nobody: float
    false_alarms: float
    """Alarms that no act caused, a person and year."""
    highest_fpir: float
    """Largest false positive rate of a passage over the appearance classes, before review."""
    matches: float
    """Matches and false alarms before anybody has looked at them, a person and year."""
    reviewed_per_day: float | None
    """Declared capacity of the reviewers, matches a day; None where nobody looks."""
    reviewed: float = 1.0
    """Share of the matches that a human sees; 1 where nobody looks."""
    malicious: float = 0.0
    """False reports, a person and year."""

    @property
    def precision(self) -> float | None:
        """Right charges ÷ all charges, false alarms and false reports; None where there are none."""
        charged = self.right + self.wrong + self.false_alarms + self.malicious
        return self.right / charged if charged > 0 else None


def appearance_shares(country: Country, vocabulary: Vocabulary) -> list[float]:
    """Shares of the appearance classes, in the vocabulary's order."""
    classes = vocabulary.attributes["appearance"]
    looks = country.attributes.appearance
    return [float(looks.shares.get(x, 0.0)) if looks else float(x == classes[0]) for x in classes]


def searches_of(
    arm: Arm, country: Country, vocabulary: Vocabulary, when: date, residents: int | None = None
) -> list[Searches]:
    """Each of the arm's sensors in a year, per person: acts at their declared rate × P(seen) × outcome.

    `residents` is the nominal population, whose matches the reviewers share; without it they see all.
    """
    shares = appearance_shares(country, vocabulary)
    return [_searches(sensor, arm, country, vocabulary, shares, when, residents) for sensor in arm.sensors]


def _searches(
    sensor: Sensor,
    arm: Arm,
    country: Country,
    vocabulary: Vocabulary,
    shares: list[float],
    when: date,
    residents: int | None,
) -> Searches:
    searches = 0.0
    for name in country.acts:
        a_year = acts_a_year(country, name, when)
        if sensor.kind == "register":
            q0 = country.acts[name].certainty_now
            a_year *= q0.at(when) if q0 is not None and arm.institutions else 0.0
        reach = seen_in_the_mean(sensor, name, country, vocabulary, when)
        searches += a_year * reach * (share_with(country, SMARTPHONE) if sensor.kind == "phone" else 1.0)
    found = matches_of(sensor, shares, when)
    matched = searches * sum(s * (o[0] + o[1]) for s, o in zip(shares, found, strict=True))
    raw = false_alarms_per_day(sensor, shares, when, passes=1.0)
    matched += YEAR * sum(s * p for s, p in zip(shares, raw, strict=True))
    capacity = capacity_of(sensor, when)
    reviewed = share_reviewed(matched, capacity, residents)
    outcomes = outcome_of(sensor, shares, when, reviewed)
    right = sum(s * o[0] for s, o in zip(shares, outcomes, strict=True))
    wrong = sum(s * o[1] for s, o in zip(shares, outcomes, strict=True))
    absent = sensor.context_errors.at(when) if sensor.context_errors is not None else 0.0
    right = min(right, 1.0 - absent)
    wrong = min(wrong, 1.0 - absent - right) + absent
    alarms = false_alarms_per_day(sensor, shares, when, passing(sensor, when, reviewed)[1])
    passages = sensor.passages_per_day.at(when) if sensor.passages_per_day is not None else 0.0
    return Searches(
        sensor.sensor,
        searches,
        searches * right,
        searches * wrong,
        searches * max(0.0, round(1.0 - right - wrong, 9)),
        YEAR * sum(s * p for s, p in zip(shares, alarms, strict=True)),
        min(1.0, max(raw) / passages) if passages > 0 else 0.0,
        matched,
        capacity,
        reviewed,
        sensor.malicious.at(when) * ties_of(country, country.tie_names)[0] if sensor.malicious else 0.0,
    )


def capacity_of(sensor: Sensor, when: date) -> float | None:
    """Matches a day that the reviewers of a sensor can look at; None where nobody looks."""
    review = sensor.identification.review if sensor.identification is not None else None
    return float(review.per_day.at(when)) if review is not None else None


def share_reviewed(matches_a_year: float, capacity: float | None, residents: int | None) -> float:
    """The share of matches that a human sees: capacity ÷ matches of a day in the nominal population.

    Capacity is met in the mean of a day and not by a queue: in a queue, whether one person's match is looked
    at would depend on everybody else's, and no two arms could be compared person by person.
    """
    if capacity is None or residents is None or matches_a_year <= 0:
        return 1.0
    return min(1.0, capacity / (matches_a_year * residents / YEAR))


def seen_in_the_mean(
    sensor: Sensor, name: str, country: Country, vocabulary: Vocabulary, when: date
) -> float:
    """P(an act of this kind is seen), mean over strata; without the share that carries a telephone."""
    strata = vocabulary.attributes["stratum"]
    declared = country.attributes.stratum
    living = {x: (float(declared.shares.get(x, 0.0)) if declared else float(x == strata[0])) for x in strata}
    return sum(weight * seen_by(sensor, name, x, when) for x, weight in living.items())


def acts_a_year(country: Country, name: str, when: date) -> float:
    """True acts of a kind a person and year at the declared rate, exposed or not."""
    rate = country.acts[name]
    exposed = share_with(country, _FLAG.get(rate.per, 0))
    if rate.per == "trip":
        context = country.act(name, load_vocabulary()).needs or "fast-rail"
        travel = country.travel[context]
        exposed = (
            travel.per_year.at(when)
            if travel.per_year
            else YEAR * (travel.per_day.at(when) if travel.per_day else 0)
        )
    return latent_rate(rate, when, upper=False) * YEAR * exposed


def share_with(country: Country, flag: int) -> float:
    """The share of people who carry a flag, over the country's ages."""
    named = country.attributes
    table = {LICENCE: named.licence, SMARTPHONE: named.smartphone, EMPLOYED: named.employed}.get(flag)
    if flag == 0:
        return 1.0
    if table is None:
        return 0.0
    weights = [0.0] * 9
    for row in country.age_sex.rows if country.age_sex else ():
        band = 8 if row.age_band == "85+" else min(8, int(row.age_band.split("-")[0]) // 10)
        weights[band] += row.population
    if not any(weights):
        weights = [2.0] * 9
    return sum(w * float(share) for w, share in zip(weights, table.by_age, strict=True)) / sum(weights)


def ties_of(country: Country, names: tuple[str, ...]) -> tuple[float, float]:
    """(E[d], E[d(d − 1)] ÷ E[d]) over the layers named; only households differ in size."""
    fixed = 0.0
    home: dict[int, float] = {1: 1.0}
    for tie in country.ties:
        if tie.name not in names:
            continue
        if tie.kind == "household" and country.households is not None:
            people = {size: size * float(share) for size, share in country.households.sizes.items()}
            whole = sum(people.values())
            home = {size: share / whole for size, share in people.items()}
        elif tie.kind == "ring":
            fixed += 2.0 * (tie.reach or 1)
        elif tie.kind == "permutation":
            fixed += 2.0
        elif tie.kind == "clique":
            fixed += ((tie.size or 2) - 1.0) * occupied(country)
    mean = sum(share * (fixed + size - 1) for size, share in home.items())
    pairs = sum(share * (fixed + size - 1) * max(0.0, fixed + size - 2) for size, share in home.items())
    return mean, pairs / mean if mean > 0 else 0.0


def occupied(country: Country) -> float:
    """The share of people with a clique: those who work, and those of 5 to 19 years who do not."""
    working = country.attributes.employed
    rows = country.age_sex.rows if country.age_sex else ()
    young: dict[int, float] = {}
    for row in rows:
        start = 85 if row.age_band == "85+" else int(row.age_band.split("-")[0])
        young[start] = young.get(start, 0.0) + row.population
    young = young or dict.fromkeys(range(0, 90, 5), 1.0)
    pupils = sum(
        people * (1.0 - (float(working.by_age[start // 10]) if working else 0.0))
        for start, people in young.items()
        if 5 <= start < 20
    )
    return share_with(country, EMPLOYED) + pupils / sum(young.values())
