"""In what one regime is harder on people than another: sensors, sanctions, memory, redress, scope.

It is how the milder alternatives are held to their name: none of them may be harder than its start in
anything. Numbers are compared by their largest value, and by both ends of their ranges where both have one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from moot.declaring.values import Quantity
from moot.regime.recognition import coverage
from moot.regime.redress import Redress
from moot.regime.schema import Decision, Entry, ListRule, Regime, Repair, Scheme, Sensor
from moot.vocabulary import load_vocabulary

__all__ = ["harder", "largest", "sharpest"]

NEVER = 10**9
"""Days or months of what never ends."""
_WIDER = {"adults": {"everyone"}, "licence": {"everyone"}, "smartphone": {"everyone"}, "everyone": set()}


def harder(start: Regime, other: Regime) -> list[str]:
    """Everything in which `other` is harder than `start`, a sentence each; empty where it is in nothing."""
    return [*_sensors(start, other), *_around(start, other), *_schemes(start, other)]


def largest(quantity: Quantity) -> float:
    """The value of a quantity; of a dated one the largest."""
    return quantity.value if quantity.value is not None else max(x.value for x in quantity.values or ())


def sharpest(regime: Regime) -> float:
    """The largest chance with which a sensor of a regime sees some act that is done where it looks."""
    found = [0.0]
    for sensor in regime.sensors:
        analysed = largest(sensor.share_analysed) if sensor.share_analysed is not None else 1.0
        covered = [largest(sensor.coverage) * analysed] if sensor.coverage is not None else []
        covered += [coverage(largest(x), analysed) for x in (sensor.density_per_km2 or {}).values()]
        found += [c * largest(how) for c in covered for how in sensor.sees.values()]
    return max(found)


def _more(a: Quantity | None, b: Quantity | None, without: float = 0.0) -> bool:
    """Whether `b` is more than `a`, each taken as `without` where it is left out."""
    pairs = [(largest(a) if a is not None else without, largest(b) if b is not None else without)]
    if a is not None and b is not None and a.range is not None and b.range is not None:
        pairs += list(zip(a.range, b.range, strict=True))
    return any(y > x * (1 + 1e-12) for x, y in pairs)


# Sensors.


def _sensors(start: Regime, other: Regime) -> Iterator[str]:
    known = {one.sensor: one for one in start.sensors}
    if len(other.sensors) > len(start.sensors):
        yield f"has {len(other.sensors)} sensors in place of {len(start.sensors)}"
    counted = {*start.acts, *(act for one in start.sensors for act in (*one.sees, *one.reads))}
    for one in other.sensors:
        if one.sensor in known:
            yield from _sensor(known[one.sensor], one)
            continue
        if set(one.sees) - counted or one.reads:
            yield f"{one.sensor} looks at acts that were not counted"
        if one.identification is not None and one.identification.mode != "none":
            yield f"{one.sensor} searches faces and was not there"
        if sharpest(other.model_copy(update={"sensors": (one,)})) > sharpest(start) * (1 + 1e-12):
            yield f"{one.sensor} sees more than any sensor did"


def _sensor(before: Sensor, now: Sensor) -> Iterator[str]:
    name = now.sensor
    for act, how in now.sees.items():
        if act not in before.sees or _more(before.sees[act], how):
            yield f"{name} sees {act} more often"
    for what in ("places", "reads", "enrols"):
        if set(getattr(now, what)) - set(getattr(before, what)):
            yield f"{name} has more {what}"
    for what in ("coverage", "share_analysed"):
        if _more(getattr(before, what), getattr(now, what), without=1.0 if what == "share_analysed" else 0.0):
            yield f"{name} has more {what}"
    for stratum, density in (now.density_per_km2 or {}).items():
        if _more((before.density_per_km2 or {}).get(stratum), density):
            yield f"{name} is denser in {stratum}"
    for what in ("passages_per_day", "malicious", "context_errors", "misread", "false_links"):
        if _more(getattr(before, what), getattr(now, what)):
            yield f"{name} has more {what}"
    for what in ("missed_links", "missed"):
        if _more(getattr(now, what), getattr(before, what)):
            yield f"{name} has fewer {what}"
    if (now.on_alert.points if now.on_alert else 0) > (before.on_alert.points if before.on_alert else 0):
        yield f"an alert of {name} costs more"
    yield from _search(before, now)


def _search(before: Sensor, now: Sensor) -> Iterator[str]:
    was, means = before.identification, now.identification
    if means is None or was is None:
        if means is not None and means.mode != "none":
            yield f"{now.sensor} searches faces and did not"
        return
    plain = {"review"}
    if means.model_dump(exclude=plain) != was.model_dump(exclude=plain):
        yield f"{now.sensor} searches otherwise"
    if was.review is not None and means.review is None:
        yield f"nobody reviews what {now.sensor} finds"
    if was.review is None or means.review is None:
        return
    if _more(was.review.wrong_passes, means.review.wrong_passes):
        yield f"reviewers of {now.sensor} let pass more"
    if was.review.beyond == "no-action" and means.review.beyond == "no-review":
        yield f"what reviewers of {now.sensor} cannot see is acted upon"


# What is around the schemes.


def _around(start: Regime, other: Regime) -> Iterator[str]:
    if start.notice and not other.notice:
        yield "nobody is told of a charge"
    months = other.retroactive.months if other.retroactive is not None else 0
    if months > (start.retroactive.months if start.retroactive is not None else 0):
        yield "reads more of the past"
    if _more(start.displacement, other.displacement):
        yield "displaces more"
    if other.announced is not None and other.announced != start.announced:
        yield "is announced on another day"
    if _more(start.believed_share, other.believed_share):
        yield "is believed more"
    before = [one.model_dump() for one in start.campaigns]
    if any(one.model_dump() not in before for one in other.campaigns):
        yield "has a campaign that was not there"
    rated, was = other.ratings, start.ratings
    if rated is not None:
        same = {"window"}
        if was is None or rated.model_dump(exclude=same) != was.model_dump(exclude=same):
            yield "rates otherwise"
        elif rated.window > was.window:
            yield "rates by more of the past"


# Schemes.


def _schemes(start: Regime, other: Regime) -> Iterator[str]:
    known = {one.scheme: one for one in start.schemes}
    for one in other.schemes:
        if one.scheme not in known:
            yield f"{one.scheme}: a score that was not there"
        else:
            yield from (f"{one.scheme}: {said}" for said in _scheme(known[one.scheme], one))


def _scheme(before: Scheme, now: Scheme) -> Iterator[str]:
    if now.who != before.who and now.who in _WIDER[before.who]:
        yield "more people have a score"
    if before.disclosed and not now.disclosed:
        yield "the score is no longer told"
    yield from _costs(before.table.catalogue, now.table.catalogue)
    yield from _memory(before, now)
    yield from _redress(before.redress, now.redress)
    for name in ("hiring", "dismissal"):
        for tier, share in getattr(now, name).items():
            was = getattr(before, name).get(tier)
            worse = _more(share, was, without=1.0) if name == "hiring" else _more(was, share)
            if worse:
                yield f"{name} in tier {tier} is harder"
    for context, decision in now.decisions.items():
        yield from _decision(context, before.decisions.get(context), decision)
    fallen = (now.association.points, before.association) if now.association is not None else (0, None)
    if fallen[0] > (fallen[1].points if fallen[1] is not None else 0):
        yield "a fall costs ties more"
    if now.association is not None and before.association is not None:
        if set(now.association.to) - set(before.association.to):
            yield "a fall costs more ties"
    if now.shunning is not None and (before.shunning is None or _more(before.shunning.cut, now.shunning.cut)):
        yield "more ties are cut"
    lists = {rule.list: rule for rule in before.lists}
    for rule in now.lists:
        yield from _list(lists.get(rule.list), rule)


def _costs(before: Mapping[str, Entry], now: Mapping[str, Entry]) -> Iterator[str]:
    acts = load_vocabulary().acts
    for name, entry in now.items():
        was = before.get(name)
        if entry.merit is None:
            cost = entry.points or 0
            charged = was.points or 0 if was is not None else 0
            if cost > charged:
                yield f"{name} costs more"
            elif (
                cost
                and was is not None
                and was.cap_per_day is not None
                and (entry.cap_per_day or NEVER) > was.cap_per_day
            ):
                yield f"{name} costs more a day"
            elif cost and was is not None and entry.heavy and not was.heavy:
                yield f"{name} weighs more"
        elif was is None or was.merit is None:
            kind = acts[name].class_ if name in acts else "an act"
            yield f"{name} ({kind}) earns, and did not"


def _memory(before: Scheme, now: Scheme) -> Iterator[str]:
    costs = any(entry.points for entry in now.table.catalogue.values())
    if costs and (now.score.memory_months or NEVER) > (before.score.memory_months or NEVER):
        yield "charges are remembered for longer"
    plain = {"memory_months"}
    engines = before.engine == now.engine and (before.weights is None) == (now.weights is None)
    if costs and engines and now.score.model_dump(exclude=plain) != before.score.model_dump(exclude=plain):
        if len(now.score.repair) < len(before.score.repair):
            yield "fewer points come back"
        pairs = zip(before.score.repair, now.score.repair, strict=False)
        if any(_slower(was, one) for was, one in pairs):
            yield "points come back later"


def _slower(was: Repair, now: Repair) -> bool:
    days = ("after_days", "every_days", "after_days_heavy")
    return any((getattr(now, x) or 0) > (getattr(was, x) or NEVER) for x in days) or (
        (now.points or 0) < (was.points or 0)
    )


def _redress(before: Redress | None, now: Redress | None) -> Iterator[str]:
    if before is None:
        return
    if now is None:
        yield "no charge can be contested"
        return
    for what in ("appealed", "upheld_wrong", "upheld_right"):
        if _more(getattr(now, what), getattr(before, what)):
            yield f"redress: less {what}"
    if _more(before.delay_days, now.delay_days):
        yield "redress: a ruling takes longer"
    for what in ("reasons", "suspensive"):
        if getattr(before, what) and not getattr(now, what):
            yield f"redress: no longer {what}"
    if set(before.restores) - set(now.restores):
        yield "redress: less comes back"


def _decision(context: str, before: Decision | None, now: Decision) -> Iterator[str]:
    def refusals(decision: Decision, tier: str) -> float:
        w, b = largest(decision.weight), largest(decision.without_score)
        declared = decision.refused.get(tier)
        return (1 - w) * b + w * (largest(declared) if declared is not None else b)

    for tier in now.refused:
        was = refusals(before, tier) if before is not None else largest(now.without_score)
        if refusals(now, tier) > was + 1e-12:
            yield f"{context} is refused more often in tier {tier}"


def _list(before: ListRule | None, now: ListRule) -> Iterator[str]:
    if before is None:
        yield f"the list {now.list} was not there"
        return
    for context, chance in now.refuses.items():
        if _more(before.refuses.get(context), chance):
            yield f"the list {now.list} refuses {context} more often"
    if now.prevents is not None and now.prevents != before.prevents:
        yield f"the list {now.list} prevents more"
    if (now.exit.after_days or 0) > (before.exit.after_days or NEVER):
        yield f"the list {now.list} lasts longer"
    if now.exit.per_year is not None and _more(now.exit.per_year, before.exit.per_year):
        yield f"the list {now.list} is left more slowly"
    if now.entry != before.entry or now.exit.tier != before.exit.tier:
        yield f"the list {now.list} is entered or left otherwise"
