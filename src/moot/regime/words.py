"""A regime in plain sentences: what it sees, what it counts, what a low score costs, how one gets out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from moot.country.schema import Country
from moot.declaring.values import Quantity
from moot.regime.campaigns import campaign_words
from moot.regime.engines import FULL, bent, worth
from moot.regime.recognition import coverage
from moot.regime.redress import Redress
from moot.regime.schema import ListRule, Regime, Repair, Scheme, Sensor
from moot.regime.work import Ratings
from moot.vocabulary import load_vocabulary

__all__ = ["account"]

_KINDS = {
    "existing": "A scheme in force today.",
    "documented": "A scheme that exists or existed elsewhere, as documented.",
    "invented": "An invented scheme.",
    "benchmark": "A scheme made for measuring the program, not for reading.",
}
_WHO = {
    "everyone": "Everyone has a score",
    "licence": "Holders of a licence have a score",
    "smartphone": "Owners of a smartphone have a score",
    "adults": "Adults have a score",
}
_SENSES = {
    "camera": "Cameras",
    "phone": "Telephones",
    "register": "A register",
    "plate": "Plate readers",
    "report": "People who report",
    "platform": "A platform",
}

_PREVENTED = {
    "licence": "the use of the licence",
    "trip": "all trips",
    "employed": "work",
    "smartphone": "the use of the smartphone",
}


_STRATA = {"rural": "the countryside", "small-town": "a small town", "metropolis": "a metropolis"}


def account(regime: Regime, country: Country | None = None) -> list[str]:
    """The lines of a readable account; a line without indent is a heading.

    `country`, where it is known, has the words for acts that it adds to the vocabulary.
    """
    words = _act_words(regime, country)
    what = f"{_KINDS[regime.kind]} Synthetic people; a mechanism, not a forecast."
    lines = [f"{regime.name} ({regime.regime})", f"  {what}"]
    if regime.summary:
        lines.append(f"  {' '.join(regime.summary.split())}")
    if regime.announced is not None:
        lines.append(f"  It is announced on {regime.announced}.")
    lines.append("What it sees")
    lines += _bullets(_seen(sensor, words) for sensor in regime.sensors)
    if not regime.sensors:
        lines.append("  - Nothing of its own: it counts what fines and courts charge today.")
    if regime.ratings is not None:
        lines.append(f"  - {_rated(regime.ratings)}")
    if regime.retroactive is not None:
        lines.append(
            f"  - On its first day it also reads what {', '.join(regime.retroactive.sensors)} hold of the "
            f"{regime.retroactive.months} months before."
        )
    for scheme in regime.schemes:
        of = f" ({scheme.scheme})" if len(regime.schemes) > 1 else ""
        lines.append(f"What it counts{of}")
        lines += _bullets(_counted(scheme, words))
        lines.append(f"What a low score costs{of}")
        lines += _bullets(_costs(scheme, words)) or ["  - Nothing that this file declares."]
        if scheme.hiring and country is not None and country.work is not None:
            lines.append(f"  - {vacancies_words(country.work.vacancies)}")
        lines.append(f"How one gets out{of}")
        lines += _bullets(_ways_out(scheme)) or ["  - In no way that this file declares."]
    if regime.displacement is not None:
        moved = share(regime.displacement)
        lines.append(f"  - Of the scored acts that a list prevents, {moved} are done elsewhere, unscored.")
    if regime.campaigns or regime.repression_told is not None:
        lines.append("What is said of it")
        lines += _bullets(campaign_words(regime.campaigns, regime.repression_told))
    for heading, sentences in (
        ("What is documented", regime.documented),
        ("What is assumed", regime.assumed),
        ("What is myth", regime.myth),
    ):
        if sentences:
            lines.append(heading)
            lines += _bullets(" ".join(sentence.split()) for sentence in sentences)
    return lines


def _bullets(sentences: Iterator[str]) -> list[str]:
    return [f"  - {sentence}" for sentence in sentences]


def number(quantity: Quantity) -> str:
    """A quantity in short: its value, and its range where it has one."""
    if quantity.value is None:
        return f"{plain(quantity.lower())} to {plain(quantity.upper())} by date"
    value = plain(quantity.value)
    return f"{value} [{plain(quantity.range[0])} to {plain(quantity.range[1])}]" if quantity.range else value


def plain(value: float, digits: int = 6) -> str:
    """A number as people write it: so many digits that count, and no exponent."""
    said = f"{value:.{digits}g}"
    return f"{Decimal(said):,f}" if "e" in said else said


def share(quantity: Quantity) -> str:
    """A share in words, with its range where it has one."""
    if quantity.value is None:
        return f"{_of_100(quantity.lower())} to {_of_100(quantity.upper())} of 100 by date"
    said = "all" if quantity.value == 1 else "none" if quantity.value == 0 else _of_100(quantity.value)
    if quantity.range is None or quantity.range[0] == quantity.range[1]:
        return said if said in ("all", "none") else f"{said} of 100"
    said = f"{said} of 100" if said not in ("all", "none") else said
    return f"{said} [{_of_100(quantity.range[0])} to {_of_100(quantity.range[1])}]"


def _of_100(value: float) -> str:
    """A share as so many of 100, with two digits."""
    return plain(float(f"{100 * value:.1e}"), 10)


def _act(name: str, words: Mapping[str, str]) -> str:
    return words.get(name, name.partition(":")[2] or name)


def _act_words(regime: Regime, country: Country | None) -> dict[str, str]:
    """The words of acts: of the vocabulary, of the regime, and of the country, which has the last word."""
    added = country.new_acts if country is not None else {}
    acts = {**load_vocabulary().acts, **regime.new_acts, **added}
    return {name: act.words for name, act in acts.items() if act.words}


def _seen(sensor: Sensor, words: Mapping[str, str]) -> str:
    reading = sensor.kind == "phone" and set(sensor.places) == {"online"}
    means = "Reading of what is posted and signed online" if reading else _SENSES[sensor.kind]
    said = f"{means} ({sensor.sensor})"
    if sensor.places and not reading:
        said += f" in these places: {', '.join(sensor.places)}"
    if sensor.reads:
        acts = "; ".join(_act(name, words) for name in sensor.reads)
        said += f" reads charges made today, of a person who: {acts}"
        if sensor.missed_links is not None:
            said += f". It misses {share(sensor.missed_links)}"
        if sensor.false_links is not None:
            said += f". It books {share(sensor.false_links)} on another person"
    if sensor.sees:
        said += f". {_reach(sensor)}"
        acts = "; ".join(f"{_act(name, words)}, {share(how)}" for name, how in sensor.sees.items())
        said += f". Of the acts within reach it sees: {acts}. {_product(sensor, words)}"
    said += _beside(sensor, words)
    search = sensor.identification
    if search is None or search.mode == "none":
        known = sensor.kind != "register" and bool(sensor.sees) and sensor.misread is None
        return f"{said}. The author is known." if known else f"{said}."
    if search.mode == "declared":
        return f"{said}. Who did it is found with a declared chance of a wrong person."
    presence = search.mode == "presence"
    said += ". Faces of passers-by are searched" if presence else ". The author is searched by the face"
    if search.gallery is not None:
        said += f" among {search.gallery.size:,} faces"
    if search.target_fpir is not None:
        said += f"; {number(search.target_fpir)} of searches for a person who is not there name a wrong one"
    if search.fmr is not None:
        said += f"; one comparison in {1 / search.fmr.at():,.0f} is a false match" if search.fmr.value else ""
    if search.review is not None:
        said += f"; a reviewer lets pass {number(search.review.wrong_passes)} of the wrong matches"
        acted = "not acted upon" if search.review.beyond == "no-action" else "acted upon unseen"
        said += f", up to {number(search.review.per_day)} matches a day; the rest is {acted}"
    if sensor.enrols:
        said += f"; those on {', '.join(sensor.enrols)} are among the faces"
    return f"{said}."


def _beside(sensor: Sensor, words: Mapping[str, str]) -> str:
    """What a sensor brings beside the acts that it sees, and misses or mistakes among them."""
    said = ""
    if sensor.malicious is not None:
        said += f"; each tie of a person reports {number(sensor.malicious)} times a year what was not done"
        said += f" ({_act(sensor.charges or '', words)})"
    if sensor.misread is not None:
        said += f"; {share(sensor.misread)} of the plates are read as another's"
    if sensor.missed is not None:
        said += f"; {share(sensor.missed)} are not read"
    if sensor.context_errors is not None:
        said += f"; {number(sensor.context_errors)} of searches charge somebody who was not there"
    return said


def _reach(sensor: Sensor) -> str:
    """How much of what is done lies before the sensor at all."""
    said = []
    if sensor.density_per_km2 is not None:
        each = [f"{number(how)} in {_place(name)}" for name, how in sensor.density_per_km2.items()]
        said.append(f"Cameras per km²: {', '.join(each)}")
    elif sensor.coverage is not None:
        said.append(f"It covers {share(sensor.coverage)} of what is done there")
    if sensor.share_analysed is not None:
        said.append(f"{share(sensor.share_analysed)} of what it takes in is analysed")
    if sensor.kind == "phone":
        said.append("only people with a smartphone are within reach")
    return "; ".join(said) or "All that is done there is within its reach"


def _product(sensor: Sensor, words: Mapping[str, str]) -> str:
    """What coverage, share analysed and sensitivity come to, for the act that is seen best."""
    best = max(sensor.sees, key=lambda name: _middle(sensor.sees[name]))
    sensitivity = _middle(sensor.sees[best])
    analysed = _middle(sensor.share_analysed) if sensor.share_analysed is not None else 1.0
    if sensor.density_per_km2 is None:
        covered = _middle(sensor.coverage) if sensor.coverage is not None else 1.0
        reach = f"about {_of_100(covered * analysed * sensitivity)} of 100 acts"
    else:
        each = [
            f"{_of_100(coverage(_middle(how), analysed) * sensitivity)} in {_place(name)}"
            for name, how in sensor.density_per_km2.items()
        ]
        reach = f"of 100 acts, about {', '.join(each)}"
    among = " of people with a smartphone" if sensor.kind == "phone" else ""
    return f"All in all it sees, of what it sees best ({_act(best, words)}), {reach}{among}"


def _middle(quantity: Quantity) -> float:
    """The value of a quantity; of a dated one, the middle between its least and its largest."""
    return quantity.value if quantity.value is not None else (quantity.lower() + quantity.upper()) / 2


def _place(stratum: str) -> str:
    return _STRATA.get(stratum, f"a {stratum}")


def _counted(scheme: Scheme, words: Mapping[str, str]) -> Iterator[str]:
    score = scheme.score
    known = "people know it" if scheme.disclosed else "people do not know it"
    scale = f"a scale from {score.floor} to {score.ceiling}"
    yield f"{_WHO[scheme.who]}; {known}. It starts at {score.start}, on {scale}."
    if score.novice_start is not None:
        yield f"New drivers start at {score.novice_start}."
    tiers = ", ".join(f"{tier.tier} from {tier.from_}" for tier in score.tiers)
    rising = f"; to rise into one takes {score.hysteresis} points more" if score.hysteresis else ""
    yield f"Tiers: {tiers}{rising}."
    yield from _engine(scheme)
    for name, entry in scheme.table.catalogue.items():
        points = entry.points if entry.merit is None else entry.merit
        verb = "loses" if entry.merit is None else "gains"
        most = worth(scheme, entry.cap_per_day or 0) if bent(scheme) else entry.cap_per_day
        cap = f", at most {most} a day" if entry.cap_per_day is not None else ""
        part = f" ({entry.sub_category})" if entry.sub_category is not None else ""
        yield f"A person who {_act(name, words)}{part} {verb} {worth(scheme, points or 0)}{cap}."
    if scheme.reads == "today":
        yield "It counts what fines and courts charge today."


def _engine(scheme: Scheme) -> Iterator[str]:
    """How the score comes about, where it is not a plain table of points."""
    if scheme.weights is not None:
        themes = ", ".join(f"{name} {theme.weight / FULL:.0%}" for name, theme in scheme.weights.items())
        yield (
            f"The score has themes, categories and sub-categories with weights; of its scale they hold: "
            f"{themes}. An act costs its sub-category's share of the scale, times its severity."
        )
    if bent(scheme):
        yield (
            "Charges add log-odds, and the score is the logistic curve over their sum: the same charge costs "
            "most in the middle of the scale and little near its ends."
        )
    if scheme.learned_from is not None:
        yield (
            f"The log-odds were learned ({scheme.learned_from}) from what was recorded of synthetic people, "
            "not from what they did: where more is watched, more is learned."
        )


def _costs(scheme: Scheme, words: Mapping[str, str]) -> Iterator[str]:
    contexts = load_vocabulary().contexts
    for name, how in scheme.decisions.items():
        tiers = ", ".join(f"{number(chance)} in tier {tier}" for tier, chance in how.refused.items())
        yield (
            f"Whoever decides about {contexts[name]} goes by the score in {number(how.weight)} of cases, "
            f"and then refuses {tiers}; otherwise {number(how.without_score)} are refused."
        )
    for rule in scheme.lists:
        what = [f"{contexts[name]} ({_how_often(how)})" for name, how in rule.refuses.items()]
        if rule.prevents is not None:
            what.append(_PREVENTED[rule.prevents.exposure])
        if what:
            yield f"{_entered(rule, words)} is on the list {rule.list} and is refused: {'; '.join(what)}."
    for tier, share in scheme.hiring.items():
        yield f"In tier {tier}, a share of {number(share)} of the hires that would come about still does."
    for tier, chance in scheme.dismissal.items():
        yield f"In tier {tier}, a job is lost with a chance of {number(chance)} a month beside what is usual."
    if scheme.association is not None and scheme.association.points:
        ties = ", ".join(scheme.association.to)
        cost = _points(scheme.association.points)
        yield (
            f"A fall to a lower tier costs each of the person's ties {cost} ({ties}). A tie is somebody the "
            "person lives, studies or works with, or is otherwise tied to."
        )
    if scheme.shunning is not None:
        yield (
            f"After a fall each regular tie breaks off with {number(scheme.shunning.cut)} × the share of the "
            "way down that is lost; half of them mend on the way up."
        )
    if scheme.gaming is not None:
        more = number(scheme.gaming.merits)
        yield f"Merits are done up to {more} times more often by those who lost points."


def vacancies_words(vacancies: str) -> str:
    """What becomes of a place that somebody is refused."""
    if vacancies == "fixed":
        return (
            "A place that somebody is refused goes to another who looks for work in the region (vacancies: "
            "fixed): each region fills as many places a month as without the regime."
        )
    return (
        "A place that somebody is refused goes to nobody else (vacancies: open): effects on unemployment are "
        "upper bounds."
    )


def _rated(ratings: Ratings) -> str:
    """What a platform does with the ratings of its workers."""
    warned = {0: "at once", 1: "a month after a warning"}
    when = warned.get(ratings.warning_months, f"{ratings.warning_months} months after a warning")
    return (
        f"A platform shows its workers' mean of about the last {ratings.window} ratings; who stands below "
        f"{ratings.line:g} stars is dropped {when} and loses the work."
    )


def _how_often(chance: Quantity) -> str:
    if chance.value == 1:
        return "always" if chance.lower() == 1 else f"always [{_of_100(chance.lower())} to 100 of 100 times]"
    return f"{share(chance)} times"


def _entered(rule: ListRule, words: Mapping[str, str]) -> str:
    if rule.entry.tier is not None:
        return f"Whoever falls to tier {rule.entry.tier}"
    if rule.entry.act is not None:
        return f"Whoever {_act(rule.entry.act, words)} and is charged"
    if rule.entry.drawn_per_year is not None:
        return f"Whoever a register enters ({number(rule.entry.drawn_per_year)} a person and year)"
    return f"Whoever takes the offer {rule.entry.offer}"


def _ways_out(scheme: Scheme) -> Iterator[str]:
    for repair in scheme.score.repair:
        yield _repaired(repair)
    for rule in scheme.lists:
        if rule.exit.tier is not None:
            yield f"The list {rule.list} ends when tier {rule.exit.tier} is reached again."
        elif rule.exit.per_year is not None:
            rate = number(rule.exit.per_year)
            yield f"The list {rule.list} is left at a rate of {rate} a year, by paying for instance."
        else:
            after = f"The list {rule.list} ends after {rule.exit.after_days} days"
            yield (
                f"{after}, with a score of {rule.exit.score}." if rule.exit.score is not None else f"{after}."
            )
    if scheme.score.memory_months:
        yield f"A charge expires after {scheme.score.memory_months} months, and its points come back."
    if scheme.redress is not None:
        yield from _redress(scheme.redress)
    for offer in scheme.offers:
        tiers = ", ".join(offer.tiers)
        taken = f"in tier {tiers} it is taken {number(offer.per_year)} times a year"
        yield f"The offer {offer.offer} gives {_points(offer.points)}; {taken}."
    bought = scheme.bought_repair
    if bought is not None:
        yield (
            f"Below tier {bought.below}, {_points(bought.points)} can be bought for {bought.price_euros} "
            f"euros by those who have {number(bought.income_times)} times the price a year; "
            f"{number(bought.per_month)} of them do in a month. Conduct does not change."
        )


def _redress(redress: Redress) -> Iterator[str]:
    reasons = "People are told why" if redress.reasons else "People are not told why"
    meanwhile = "the points are taken after it" if redress.suspensive else "the points are gone meanwhile"
    yield (
        f"A charge can be contested; {number(redress.appealed)} of charges are. {reasons}. A ruling takes "
        f"{number(redress.delay_days)} days in the mean; {meanwhile}."
    )
    back = " and ".join(redress.restores) or "nothing"
    yield (
        f"The contest is allowed in {number(redress.upheld_wrong)} of the cases where the person did not do "
        f"it, and in {number(redress.upheld_right)} of those where the person did; what comes back: {back}. "
        "Jobs, ties and trips do not."
    )


def _repaired(repair: Repair) -> str:
    come = "comes" if repair.points == 1 else "come"
    back = "all points come back" if repair.to == "ceiling" else f"{_points(repair.points or 0)} {come} back"
    if repair.log_odds is not None:
        back = f"{number(repair.log_odds)} in log-odds come back"
    if repair.every_days is not None:
        said = f"For every {repair.every_days} days without a charge {back}"
    else:
        said = f"After {repair.after_days} days without a charge {back}"
    if repair.after_days_heavy is not None:
        said += f" ({repair.after_days_heavy} days after a heavy act)"
    if isinstance(repair.to, int):
        said += f", up to {repair.to}"
    if repair.if_ == "last-loss-was-one":
        said += ", if the last loss was of one point"
    if repair.if_ == "novice":
        said += ", for new drivers"
    return f"{said}."


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"
