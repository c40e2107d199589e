"""Reading a regime: the declaration and its cross-checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from moot.declaring.complaints import Complaint, complain_unknown, declared, nearest, unranged
from moot.declaring.files import find
from moot.declaring.source import Place, Source
from moot.regime.campaigns import check_campaigns
from moot.regime.engines import check_engine
from moot.regime.gaming import check_gaming
from moot.regime.reporting import check_reporting, reports_only
from moot.regime.schema import Regime, Repair, Scheme, Sensor
from moot.regime.work import check_jobs, check_ratings
from moot.vocabulary import Vocabulary, check_new_acts, load_vocabulary

__all__ = ["act_of", "check_regime", "load_regime", "regime_from"]

MAX_TIERS = 8
KEEP_A_PAST = ("register", "phone", "platform")
SEARCHES = ("verify", "presence", "identify")


def load_regime(name_or_path: str | Path) -> Regime:
    """The shipped regime of this name, or the one declared in a file.

    Raises `UnknownNameError` or `DeclarationError` (with every problem of the file).
    """
    return regime_from(find("regime", name_or_path))


def regime_from(source: Source) -> Regime:
    """The regime declared in `source`."""
    return declared(Regime, source, check_regime)


def act_of(name: str, regime: Regime, vocabulary: Vocabulary) -> str | None:
    """Why an act's name cannot be used in a regime, or None.

    Names with a prefix that is not the regime's own may be acts of the country: a scenario checks them.
    """
    if name in vocabulary.acts or name in regime.new_acts:
        return None
    prefix, colon, _ = name.partition(":")
    return None if colon and prefix != regime.acts_prefix else "unknown"


def check_regime(regime: Regime) -> Iterator[Complaint]:
    """Everything that one key of a regime says about another, and about the vocabulary."""
    vocabulary = load_vocabulary()
    yield from unranged((), regime)
    yield from check_new_acts(vocabulary, ("new_acts",), regime.acts_prefix, regime.new_acts)
    if regime.announced is not None and regime.believed_share is None:
        message = "an announced regime needs `believed_share`: the share of the change that people believe"
        yield Complaint(at=("announced",), message=message)
    if regime.retroactive is not None:
        known = {sensor.sensor: sensor for sensor in regime.sensors}
        for number, name in enumerate(regime.retroactive.sensors):
            of: Place = ("retroactive", "sensors", number)
            if name not in known:
                yield complain_unknown(of, "sensor", name, known)
            elif known[name].kind not in KEEP_A_PAST:
                message = f"a {known[name].kind} keeps no past; expected a {', '.join(KEEP_A_PAST)}"
                yield Complaint(at=of, message=message)
    yield from _twice(("sensors",), "sensor", [sensor.sensor for sensor in regime.sensors])
    yield from _twice(("schemes",), "scheme", [scheme.scheme for scheme in regime.schemes])
    for number, sensor in enumerate(regime.sensors):
        yield from _check_sensor(("sensors", number), sensor, regime, vocabulary)
    names = [rule.list for scheme in regime.schemes for rule in scheme.lists]
    seen: set[str] = set()
    for number, scheme in enumerate(regime.schemes):
        at: Place = ("schemes", number)
        for place, rule in enumerate(scheme.lists):
            if rule.list in seen:
                yield Complaint(
                    at=(*at, "lists", place, "list"), message=f'two lists are called "{rule.list}"'
                )
            seen.add(rule.list)
        yield from _check_scheme(at, scheme, regime, vocabulary, names)
        yield from check_jobs(at, scheme)
    yield from check_campaigns(regime.campaigns)
    yield from check_ratings(regime, tuple(vocabulary.attributes["appearance"]))
    yield from _unseen(regime, vocabulary)


def _twice(at: Place, what: str, names: list[str]) -> Iterator[Complaint]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Complaint(at=(*at, number, what), message=f'two {what}s are called "{name}"')


def _known_act(
    at: Place, name: str, regime: Regime, vocabulary: Vocabulary, *, at_key: bool
) -> Iterator[Complaint]:
    if act_of(name, regime, vocabulary):
        yield complain_unknown(at, "act", name, [*vocabulary.acts, *regime.new_acts], at_key=at_key)


def _levels(at: Place, attribute: str, table: Iterable[str], vocabulary: Vocabulary) -> Iterator[Complaint]:
    for level in table:
        if level not in vocabulary.attributes[attribute]:
            what = "appearance class" if attribute == "appearance" else attribute
            yield complain_unknown((*at, level), what, level, vocabulary.attributes[attribute], at_key=True)


# Sensors


def _check_sensor(at: Place, sensor: Sensor, regime: Regime, vocabulary: Vocabulary) -> Iterator[Complaint]:
    for number, place in enumerate(sensor.places):
        if place not in vocabulary.places:
            yield complain_unknown((*at, "places", number), "place", place, vocabulary.places)
    if sensor.density_per_km2 is not None:
        yield from _levels((*at, "density_per_km2"), "stratum", sensor.density_per_km2, vocabulary)
        if sensor.coverage is not None:
            yield Complaint(
                at=(*at, "coverage"), message="stands beside `density_per_km2`; expected one of the two"
            )
    for name in sensor.sees:
        yield from _known_act((*at, "sees", name), name, regime, vocabulary, at_key=True)
        act = regime.new_acts.get(name) or vocabulary.acts.get(name)
        if act is not None and sensor.places and act.place not in sensor.places:
            looks = ", ".join(sensor.places)
            message = (
                f'{name} happens in "{act.place}", where this sensor does not look; it looks in: {looks}'
            )
            yield Complaint(at=(*at, "sees", name), message=message, at_key=True)
    for number, name in enumerate(sensor.reads):
        yield from _known_act((*at, "reads", number), name, regime, vocabulary, at_key=False)
    if sensor.kind == "register":
        if not sensor.reads:
            yield Complaint(at=at, message='a register reads charges; the key "reads" is missing')
        if sensor.sees:
            yield Complaint(
                at=(*at, "sees"),
                message="a register sees no acts; it `reads` charges made today",
                at_key=True,
            )
    elif not reports_only(sensor):
        yield from _check_looking(at, sensor)
    yield from check_reporting(at, sensor, regime, vocabulary)
    if sensor.charges is not None:
        yield from _known_act((*at, "charges"), sensor.charges, regime, vocabulary, at_key=False)
    if sensor.identification is not None:
        yield from _check_identification((*at, "identification"), sensor, vocabulary)


def _check_looking(at: Place, sensor: Sensor) -> Iterator[Complaint]:
    """A sensor that is no register looks somewhere, at acts or at faces."""
    presence = sensor.identification is not None and sensor.identification.mode == "presence"
    for key in ("reads", "missed_links", "false_links"):
        if getattr(sensor, key):
            yield Complaint(
                at=(*at, key),
                message=f'a {sensor.kind} has no "{key}"; that belongs to a register',
                at_key=True,
            )
    if not sensor.places:
        yield Complaint(at=at, message='the key "places" is missing; say where it looks')
    if presence and sensor.passages_per_day is None:
        yield Complaint(
            at=at, message='the key "passages_per_day" is missing; mode presence needs the faces that pass'
        )
    if not presence:
        if not sensor.sees:
            yield Complaint(at=at, message='the key "sees" is missing; say which acts it sees, and how well')
        if sensor.coverage is None and sensor.density_per_km2 is None:
            yield Complaint(at=at, message="needs `coverage`, or `density_per_km2` by stratum")
        if sensor.on_alert is not None:
            yield Complaint(at=(*at, "on_alert"), message="only mode presence raises alerts", at_key=True)


def _check_identification(at: Place, sensor: Sensor, vocabulary: Vocabulary) -> Iterator[Complaint]:
    means = sensor.identification
    assert means is not None
    points = [key for key in ("fmr", "target_fpir") if getattr(means, key) is not None]
    if means.mode in SEARCHES:
        if len(points) != 1:
            has = "both" if points else "none"
            message = f"mode {means.mode} needs exactly one of `fmr` and `target_fpir`; it has {has}"
            yield Complaint(at=(*at, points[-1]) if points else at, message=message)
        if means.mode != "verify" and means.gallery is None:
            yield Complaint(at=at, message=f'the key "gallery" is missing; mode {means.mode} searches one')
        if means.wrong is not None:
            yield Complaint(
                at=(*at, "wrong"), message=f"stands only with mode declared, not {means.mode}", at_key=True
            )
    else:
        for key in ("fmr", "target_fpir", "gallery", "multipliers", "review", "unusable_image"):
            if getattr(means, key) is not None:
                yield Complaint(
                    at=(*at, key),
                    message=f"mode {means.mode} searches no faces; it has no `{key}`",
                    at_key=True,
                )
        if means.mode == "declared" and means.wrong is None:
            message = (
                'the key "wrong" is missing; it gives the probability of a wrong person by appearance class'
            )
            yield Complaint(at=at, message=message)
        if means.mode == "none" and means.wrong is not None:
            yield Complaint(
                at=(*at, "wrong"), message="stands only with mode declared, not none", at_key=True
            )
    yield from _levels((*at, "multipliers"), "appearance", means.multipliers or (), vocabulary)
    yield from _levels((*at, "wrong"), "appearance", means.wrong or (), vocabulary)
    for end in ("fmr", "target_fpir"):
        value = getattr(means, end)
        if value is not None and value.lower() <= 0:
            yield Complaint(at=(*at, end), message="is 0; expected a rate above 0")


# Schemes


def _check_scheme(
    at: Place, scheme: Scheme, regime: Regime, vocabulary: Vocabulary, lists: list[str]
) -> Iterator[Complaint]:
    yield from _check_score((*at, "score"), scheme)
    for name, entry in scheme.catalogue.items():
        place: Place = (*at, "catalogue", name)
        yield from _known_act(place, name, regime, vocabulary, at_key=True)
        act = regime.new_acts.get(name) or vocabulary.acts.get(name)
        if entry.points is not None and act is not None and act.class_ == "merit":
            yield Complaint(
                at=(*place, "points"), message=f"{name} is a merit; expected `merit`", at_key=True
            )
        weighed = entry.severity is not None or entry.log_odds is not None
        if weighed and act is not None and act.class_ == "merit" and not entry.earns:
            yield Complaint(at=place, message=f"{name} is a merit; expected `earns: true`")
    yield from check_engine(at, scheme)
    yield from _alerts(at, scheme, regime)
    if scheme.association is not None:
        yield from _twice_words((*at, "association", "to"), scheme.association.to)
    yield from check_gaming(at, scheme, regime)
    for context, decision in scheme.decisions.items():
        if context not in vocabulary.contexts:
            place = (*at, "decisions", context)
            yield complain_unknown(place, "context", context, vocabulary.contexts, at_key=True)
        for tier in decision.refused:
            if tier not in scheme.tier_names:
                place = (*at, "decisions", context, "refused", tier)
                yield complain_unknown(place, "tier", tier, scheme.tier_names, at_key=True)
    for number in range(len(scheme.lists)):
        yield from _check_list((*at, "lists", number), scheme, number, regime, vocabulary)
    yield from _twice((*at, "offers"), "offer", [offer.offer for offer in scheme.offers])
    for number, offer in enumerate(scheme.offers):
        place = (*at, "offers", number)
        for position, tier in enumerate(offer.tiers):
            yield from _known_tier((*place, "tiers", position), tier, scheme)
        if offer.not_on is not None and offer.not_on not in lists:
            yield complain_unknown((*place, "not_on"), "list", offer.not_on, lists)


def _alerts(at: Place, scheme: Scheme, regime: Regime) -> Iterator[Complaint]:
    """Points of a false alert, which a score without points cannot lose."""
    for sensor in regime.sensors:
        costly = sensor.on_alert is not None and sensor.on_alert.points > 0
        if costly and scheme.reads == "regime" and scheme.engine in ("logistic", "learned"):
            message = f"a {scheme.engine} score has no points, and an alert of {sensor.sensor} costs some"
            yield Complaint(at=(*at, "engine"), message=message)


def _twice_words(at: Place, words: tuple[str, ...]) -> Iterator[Complaint]:
    for number, word in enumerate(words):
        if word in words[:number]:
            yield Complaint(at=(*at, number), message=f'"{word}" is named twice')


def _known_tier(at: Place, tier: str, scheme: Scheme) -> Iterator[Complaint]:
    if tier not in scheme.tier_names:
        yield complain_unknown(at, "tier", tier, scheme.tier_names)


def _check_score(at: Place, scheme: Scheme) -> Iterator[Complaint]:
    score = scheme.score
    if score.floor >= score.ceiling:
        message = f"the floor {score.floor} is not below the ceiling {score.ceiling}"
        yield Complaint(at=(*at, "floor"), message=message)
        return
    scale = f"the scale from {score.floor} to {score.ceiling}"
    for key in ("start", "novice_start"):
        value = getattr(score, key)
        if value is not None and not score.floor <= value <= score.ceiling:
            yield Complaint(at=(*at, key), message=f"{value} is outside {scale}")
    if not score.tiers:
        yield Complaint(at=(*at, "tiers"), message="no tier; expected at least one, from the top down")
        return
    if len(score.tiers) > MAX_TIERS:
        message = f"{len(score.tiers)} tiers; expected at most {MAX_TIERS}"
        yield Complaint(at=(*at, "tiers"), message=message)
    names = [tier.tier for tier in score.tiers]
    yield from _twice((*at, "tiers"), "tier", names)
    above: int | None = None
    for number, tier in enumerate(score.tiers):
        place: Place = (*at, "tiers", number, "from")
        if not score.floor <= tier.from_ <= score.ceiling:
            yield Complaint(at=place, message=f"threshold {tier.from_} is outside {scale}")
        elif above is not None and tier.from_ >= above:
            order = f"tier {tier.tier} from {tier.from_} is not below the tier before it ({above})"
            message = f"{order}; expected tiers from the top down"
            yield Complaint(at=place, message=message)
        elif above is not None and tier.from_ + score.hysteresis >= above:
            reach = f"hysteresis {score.hysteresis} reaches from tier {tier.tier} ({tier.from_})"
            message = f"{reach} into the next better one ({above})"
            yield Complaint(at=(*at, "hysteresis"), message=message)
        above = tier.from_
    if score.tiers[0].from_ + score.hysteresis > score.ceiling and len(score.tiers) > 1:
        top = score.tiers[0]
        way = f"hysteresis {score.hysteresis} puts the way up to tier {top.tier} ({top.from_})"
        message = f"{way} above the ceiling {score.ceiling}"
        yield Complaint(at=(*at, "hysteresis"), message=message)
    lowest = score.tiers[-1]
    if lowest.from_ > score.floor:
        begins = f"the lowest tier begins at {lowest.from_}"
        message = f"{begins}; expected the floor, {score.floor}: every score has a tier"
        yield Complaint(at=(*at, "tiers", len(score.tiers) - 1, "from"), message=message)
    for number, repair in enumerate(score.repair):
        yield from _check_repair((*at, "repair", number), repair, score.floor, score.ceiling)


def _check_repair(at: Place, repair: Repair, floor: int, ceiling: int) -> Iterator[Complaint]:
    if (repair.after_days is None) == (repair.every_days is None):
        yield Complaint(at=at, message="needs exactly one of `after_days` and `every_days`")
    if repair.points is None and repair.log_odds is None and repair.to != "ceiling":
        yield Complaint(at=at, message="brings nothing back; expected `points: NUMBER` or `to: ceiling`")
    if repair.points is not None and repair.to == "ceiling":
        yield Complaint(
            at=(*at, "points"), message="stands beside `to: ceiling`, which brings all points back"
        )
    if repair.after_days_heavy is not None and (
        repair.after_days is None or repair.after_days_heavy < repair.after_days
    ):
        message = "expected `after_days` beside it, and not longer than it"
        yield Complaint(at=(*at, "after_days_heavy"), message=message)
    if isinstance(repair.to, int) and not floor <= repair.to <= ceiling:
        yield Complaint(at=(*at, "to"), message=f"{repair.to} is outside the scale from {floor} to {ceiling}")


def _check_list(
    at: Place, scheme: Scheme, number: int, regime: Regime, vocabulary: Vocabulary
) -> Iterator[Complaint]:
    rule = scheme.lists[number]
    tiers = scheme.tier_names
    ways = ("tier", "act", "offer", "drawn_per_year")
    ways_in = [key for key in ways if getattr(rule.entry, key) is not None]
    if len(ways_in) != 1:
        message = "needs exactly one of `tier`, `act`, `offer` and `drawn_per_year`"
        yield Complaint(at=(*at, "entry"), message=message)
    if rule.entry.tier is not None:
        yield from _known_tier((*at, "entry", "tier"), rule.entry.tier, scheme)
    if rule.entry.act is not None:
        yield from _known_act((*at, "entry", "act"), rule.entry.act, regime, vocabulary, at_key=False)
    offers = [offer.offer for offer in scheme.offers]
    if rule.entry.offer is not None and rule.entry.offer not in offers:
        yield complain_unknown((*at, "entry", "offer"), "offer", rule.entry.offer, offers)
    ways_out = [key for key in ("tier", "after_days", "per_year") if getattr(rule.exit, key) is not None]
    if len(ways_out) != 1:
        message = (
            "needs exactly one of `tier`, `after_days` and `per_year`: "
            "a list without a way out is not declared"
        )
        yield Complaint(at=(*at, "exit"), message=message)
    if rule.exit.tier is not None:
        yield from _known_tier((*at, "exit", "tier"), rule.exit.tier, scheme)
    score = scheme.score
    if rule.exit.score is not None and not score.floor <= rule.exit.score <= score.ceiling:
        message = f"{rule.exit.score} is outside the scale from {score.floor} to {score.ceiling}"
        yield Complaint(at=(*at, "exit", "score"), message=message)
    way_in, way_out = rule.entry.tier, rule.exit.tier
    for_ever = "a person would enter and leave for ever"
    if way_in is not None and way_out is not None and {way_in, way_out} <= set(tiers):
        if way_in == way_out:
            message = f"tier {way_out} is both the entry and the exit of {rule.list}: {for_ever}"
            yield Complaint(at=(*at, "exit", "tier"), message=message)
        elif tiers.index(way_out) > tiers.index(way_in):
            message = f"the exit tier {way_out} is below the entry tier {way_in}: {for_ever}"
            yield Complaint(at=(*at, "exit", "tier"), message=message)
    if (rule.exit.per_year is not None) != (rule.entry.drawn_per_year is not None):
        message = "`per_year` stands with entries that are `drawn_per_year`, and they with it"
        yield Complaint(at=(*at, "exit"), message=message)
    for context, how in rule.tries.items():
        place: Place = (*at, "tries", context)
        if context not in rule.refuses:
            yield complain_unknown(place, "context that the list refuses", context, rule.refuses, at_key=True)
        if (how.intents_per_year is None) == (how.share_of_trips is None):
            message = "needs exactly one of `intents_per_year` and `share_of_trips`"
            yield Complaint(at=place, message=message)
    for context in rule.refuses:
        if context not in vocabulary.contexts:
            place = (*at, "refuses", context)
            yield complain_unknown(place, "context", context, vocabulary.contexts, at_key=True)


def _unseen(regime: Regime, vocabulary: Vocabulary) -> Iterator[Complaint]:
    """Acts of a catalogue that no sensor can see: they cost nobody anything, and earn nobody anything."""
    seen = {name for sensor in regime.sensors for name in (*sensor.sees, *sensor.reads)}
    seen |= {sensor.charges for sensor in regime.sensors if sensor.charges is not None}
    misspelt = [name for name in seen if act_of(name, regime, vocabulary)]
    for number, scheme in enumerate(regime.schemes):
        if scheme.reads != "regime":
            continue
        for name in scheme.catalogue:
            if name not in seen and not nearest(name, misspelt):
                message = f"no sensor of this regime sees {name}; it will never count"
                at = ("schemes", number, "catalogue", name)
                yield Complaint(at=at, message=message, at_key=True, warning=True)
