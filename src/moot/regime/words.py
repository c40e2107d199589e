"""A regime in plain sentences: what it sees, what it counts, what a low score costs, how one gets out."""

from __future__ import annotations

from collections.abc import Iterator

from moot.declaring.values import Quantity
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


def account(regime: Regime) -> list[str]:
    """The lines of a readable account; a line without indent is a heading."""
    what = f"{_KINDS[regime.kind]} Synthetic people; a mechanism, not a forecast."
    lines = [f"{regime.name} ({regime.regime})", f"  {what}"]
    if regime.summary:
        lines.append(f"  {' '.join(regime.summary.split())}")
    if regime.announced is not None:
        lines.append(f"  It is announced on {regime.announced}.")
    lines.append("What it sees")
    lines += _bullets(_seen(sensor) for sensor in regime.sensors)
    if not regime.sensors:
        lines.append("  - Nothing of its own: it counts what fines and courts charge today.")
    if regime.ratings is not None:
        lines.append(f"  - {_rated(regime.ratings)}")
    for scheme in regime.schemes:
        of = f" ({scheme.scheme})" if len(regime.schemes) > 1 else ""
        lines.append(f"What it counts{of}")
        lines += _bullets(_counted(scheme))
        lines.append(f"What a low score costs{of}")
        lines += _bullets(_costs(scheme)) or ["  - Nothing that this file declares."]
        lines.append(f"How one gets out{of}")
        lines += _bullets(_ways_out(scheme)) or ["  - In no way that this file declares."]
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
        return f"{quantity.lower():g} to {quantity.upper():g} by date"
    value = f"{quantity.value:g}"
    return f"{value} [{quantity.range[0]:g} to {quantity.range[1]:g}]" if quantity.range else value


def _act(name: str, regime_words: dict[str, str]) -> str:
    return regime_words.get(name, name.partition(":")[2] or name)


def _act_words() -> dict[str, str]:
    return {name: act.words for name, act in load_vocabulary().acts.items()}


def _seen(sensor: Sensor) -> str:
    said = _SENSES[sensor.kind]
    if sensor.places:
        said += f" ({sensor.sensor}) in these places: {', '.join(sensor.places)}"
    else:
        said += f" ({sensor.sensor})"
    if sensor.reads:
        said += f" reads charges made today: {', '.join(sensor.reads)}"
    if sensor.sees:
        acts = [f"{name} {number(share)}" for name, share in sensor.sees.items()]
        said += f"; of the acts done before them they see these shares: {', '.join(acts)}"
    means = sensor.identification
    if means is None or means.mode == "none":
        return f"{said}." if sensor.kind == "register" else f"{said}. The author is known."
    if means.mode == "declared":
        return f"{said}. Who did it is found with a declared chance of a wrong person."
    presence = means.mode == "presence"
    said += ". Faces of passers-by are searched" if presence else ". The author is searched by the face"
    if means.gallery is not None:
        said += f" among {means.gallery.size:,} faces"
    if means.target_fpir is not None:
        said += f"; {number(means.target_fpir)} of searches for a person who is not there name a wrong one"
    if means.fmr is not None:
        said += f"; one comparison in {1 / means.fmr.at():,.0f} is a false match" if means.fmr.value else ""
    if means.review is not None:
        said += f"; a reviewer lets pass {number(means.review.wrong_passes)} of the wrong matches"
    return f"{said}."


def _counted(scheme: Scheme) -> Iterator[str]:
    score = scheme.score
    known = "people know it" if scheme.disclosed else "people do not know it"
    scale = f"a scale from {score.floor} to {score.ceiling}"
    yield f"{_WHO[scheme.who]}; {known}. It starts at {score.start}, on {scale}."
    if score.novice_start is not None:
        yield f"New drivers start at {score.novice_start}."
    tiers = ", ".join(f"{tier.tier} from {tier.from_}" for tier in score.tiers)
    rising = f"; to rise into one takes {score.hysteresis} points more" if score.hysteresis else ""
    yield f"Tiers: {tiers}{rising}."
    words = _act_words()
    for name, entry in scheme.catalogue.items():
        points = entry.points if entry.merit is None else entry.merit
        verb = "loses" if entry.merit is None else "gains"
        cap = f", at most {entry.cap_per_day} a day" if entry.cap_per_day is not None else ""
        yield f"A person who {_act(name, words)} {verb} {_points(points or 0)}{cap}."
    if scheme.reads == "today":
        yield "It counts what fines and courts charge today."


def _costs(scheme: Scheme) -> Iterator[str]:
    contexts = load_vocabulary().contexts
    for rule in scheme.lists:
        what = [f"{contexts[name]} ({number(how)})" for name, how in rule.refuses.items()]
        if rule.prevents is not None:
            what.append(_PREVENTED[rule.prevents.exposure])
        if what:
            yield f"{_entered(rule)} is on the list {rule.list} and is refused: {'; '.join(what)}."
    for tier, share in scheme.hiring.items():
        yield f"In tier {tier}, a share of {number(share)} of the hires that would come about still does."
    for tier, chance in scheme.dismissal.items():
        yield f"In tier {tier}, a job is lost with a chance of {number(chance)} a month beside what is usual."
    if scheme.association is not None and scheme.association.points:
        ties = ", ".join(scheme.association.to)
        cost = _points(scheme.association.points)
        yield f"A fall to a lower tier costs each of the person's ties {cost} ({ties})."


def _rated(ratings: Ratings) -> str:
    """What a platform does with the ratings of its workers."""
    warned = {0: "at once", 1: "a month after a warning"}
    when = warned.get(ratings.warning_months, f"{ratings.warning_months} months after a warning")
    return (
        f"A platform shows its workers' mean of about the last {ratings.window} ratings; who stands below "
        f"{ratings.line:g} stars is dropped {when} and loses the work."
    )


def _entered(rule: ListRule) -> str:
    if rule.entry.tier is not None:
        return f"Whoever falls to tier {rule.entry.tier}"
    if rule.entry.act is not None:
        return f"Whoever {_act(rule.entry.act, _act_words())} and is charged"
    return f"Whoever takes the offer {rule.entry.offer}"


def _ways_out(scheme: Scheme) -> Iterator[str]:
    for repair in scheme.score.repair:
        yield _repaired(repair)
    for rule in scheme.lists:
        if rule.exit.tier is not None:
            yield f"The list {rule.list} ends when tier {rule.exit.tier} is reached again."
        else:
            after = f"The list {rule.list} ends after {rule.exit.after_days} days"
            yield (
                f"{after}, with a score of {rule.exit.score}." if rule.exit.score is not None else f"{after}."
            )
    for offer in scheme.offers:
        tiers = ", ".join(offer.tiers)
        taken = f"in tier {tiers} it is taken {number(offer.per_year)} times a year"
        yield f"The offer {offer.offer} gives {_points(offer.points)}; {taken}."


def _repaired(repair: Repair) -> str:
    come = "comes" if repair.points == 1 else "come"
    back = "all points come back" if repair.to == "ceiling" else f"{_points(repair.points or 0)} {come} back"
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
