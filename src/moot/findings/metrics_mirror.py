"""The mirror test: the same acts with one attribute of one person changed, by what the declarations say.

No run has such a person, but all that reads an attribute is declared: where sensors look (the kind of place),
whom they reach (a telephone), how often a face is found (the appearance class), and who contests a charge
(income, education). So the change of these follows without simulating anybody. A score is kept for those whom
`who` names; its way on, through tiers and lists to refusals, reads charges, and income where points can be
bought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from moot.findings.metric_parts import Asked, Found
from moot.regime.redress import Redress
from moot.society.arms import Arm
from moot.society.expected import acts_a_year, appearance_shares, searches_of
from moot.society.redress_tables import appeal_chances
from moot.society.sensing_tables import outcome_of, seen_by

__all__ = ["mirror"]

Levels = Mapping[str, float]
PER_YEAR = "charges per 1,000 people and year"
READ = ("stratum", "smartphone", "appearance")
"""The attributes that a sensor reads."""


def mirror(asked: Asked) -> Iterator[Found]:
    """The change of expected charges for the same acts, and of contests of a wrong charge, by attribute."""
    for attribute, levels in _charges(asked).items():
        yield from _widest(f"charges for the same acts, {attribute}", levels, PER_YEAR)
    for name, scheme in asked.schemes.items():
        if scheme.redress is not None and asked.regime.notice:
            for attribute, levels in _contests(asked, scheme.redress).items():
                words = f"contests of a wrong charge in {name}, {attribute}"
                yield from _widest(words, levels, "of 1,000 wrong charges")
    others = [one for one in asked.rules.vocabulary.attributes if one not in READ]
    yield Found(f"charges for the same acts, {', '.join(others)}: no sensor reads it", 0.0, PER_YEAR)


def _widest(words: str, levels: Levels, unit: str) -> Iterator[Found]:
    """The largest change between two levels, times 1,000."""
    high, low = max(levels, key=lambda one: levels[one]), min(levels, key=lambda one: levels[one])
    if levels[high] == levels[low]:
        yield Found(f"{words}: the same at every level", 0.0, unit)
    else:
        yield Found(f"{words}: {high} in place of {low}", 1000 * (levels[high] - levels[low]), unit)


def _charges(asked: Asked) -> dict[str, Levels]:
    """Charges for own acts a person and year at the declared rates, by attribute and level.

    For one attribute the others are as in the mean: with a telephone, in each kind of place by its share.
    """
    country, words = asked.rules.scenario.country_model, asked.rules.vocabulary
    when, attributes = asked.rules.scenario.start, words.attributes
    arm = Arm(asked.arm, (), asked.regime, asked.rules.scenario.comparator != "none")
    looked = {one.sensor: one.reviewed for one in searches_of(arm, country, words, when, country.residents)}
    shares = appearance_shares(country, words)
    named = country.attributes.stratum
    places = {
        x: (float(named.shares.get(x, 0.0)) if named else float(n == 0))
        for n, x in enumerate(attributes["stratum"])
    }
    found = {key: dict.fromkeys(attributes[key], 0.0) for key in READ}
    for act in asked.rules.acts_of("offence", "incivility", "lawful"):
        rate, q0 = acts_a_year(country, act, when), country.acts[act].certainty_now
        today = q0.at(when) if q0 is not None and arm.institutions else 0.0

        def charged(
            place: str, looks: int | None, phone: bool, act: str = act, today: float = today
        ) -> float:
            """The chance that an act leads to a charge of its author by some sensor."""
            missed, by_register = 1.0, 1.0
            for sensor in asked.own.sensors.values():
                if sensor.kind == "phone" and not phone:
                    continue
                right = [one[0] for one in outcome_of(sensor, shares, when, looked[sensor.sensor])]
                hit = (
                    right[looks]
                    if looks is not None
                    else sum(s * r for s, r in zip(shares, right, strict=True))
                )
                seen = seen_by(sensor, act, place, when) * hit
                if sensor.kind == "register":
                    by_register *= 1.0 - seen
                else:
                    missed *= 1.0 - seen
            return 1.0 - missed * (1.0 - today * (1.0 - by_register))

        def mean(looks: int | None, phone: bool) -> float:
            return sum(share * charged(x, looks, phone) for x, share in places.items())

        for place in attributes["stratum"]:
            found["stratum"][place] += rate * charged(place, None, True)
        for level in attributes["smartphone"]:
            found["smartphone"][level] += rate * mean(None, level == "yes")
        for n, level in enumerate(attributes["appearance"]):
            found["appearance"][level] += rate * mean(n, True)
    return {key: {x: round(value, 9) for x, value in levels.items()} for key, levels in found.items()}


def _contests(asked: Asked, redress: Redress) -> dict[str, Levels]:
    """The chance that a wrong charge is contested, by education and by income, the other as in the mean."""
    attributes = asked.rules.vocabulary.attributes
    levels = attributes["education"]
    counted = {level: people for name, level, people, _ in asked.levels(["people"]) if name == "education"}
    whole = sum(counted.values())
    educated = [counted.get(level, 0) / whole if whole else 1 / len(levels) for level in levels]
    chances = appeal_chances(redress, educated, asked.rules.scenario.start)[:, :, 1]
    by_income = [
        sum(w * row[n] for w, row in zip(educated, chances, strict=True)) for n in range(chances.shape[1])
    ]
    return {
        "education": {level: round(float(row.mean()), 9) for level, row in zip(levels, chances, strict=True)},
        "income": {
            level: round(float(x), 9) for level, x in zip(attributes["income"], by_income, strict=True)
        },
    }
