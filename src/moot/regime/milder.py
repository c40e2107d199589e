"""The rules of the milder alternatives: what each changes in the content of a regime's file.

A rule works on a draft and says what it has changed; where it does not apply to a regime it raises
`RefusedError` with the reason. Nothing here checks the result: `moot.regime.alternatives` reads it again and
compares it with its start.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moot.regime.aims import GUARDED, Aim
from moot.regime.battery import RuleId, load_battery
from moot.regime.harder import largest, sharpest
from moot.regime.schema import Regime, Scheme
from moot.vocabulary import Act, load_vocabulary

__all__ = [
    "OFFICERS", "RULES", "Budget", "Draft", "RefusedError", "act_of", "costing_acts", "does_anything",
    "followed_acts", "main_domain",
]  # fmt: skip

Content = dict[str, Any]
ENFORCEMENT, AUDIT = OFFICERS = ("ordinary-enforcement", "random-audit")
"""The sensors of R1 and R8: officers, who look at each case themselves."""
SEARCHES = ("verify", "presence", "identify")
_OF_LISTS = {"licence": "road", "trip": "transport"}
"""The domain to which an exposure belongs that a list takes away; others belong to none."""


@dataclass(frozen=True)
class Budget:
    """What a regime spends in a country, and the true acts that another use of it could look at.

    `searched`: identifications searched, `reviewed`: cases reviewed by a person, both a person and year;
    registers that read today's charges, and merits, cost nothing. `acts`: true acts a person and year at the
    declared rates, by name.
    """

    searched: float
    reviewed: float
    acts: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Identifications searched and cases reviewed, a person and year."""
        return self.searched + self.reviewed


class RefusedError(Exception):
    """A rule does not apply to a regime; the text says why."""


@dataclass
class Draft:
    """The content of a regime that a rule changes, and what it has changed so far."""

    start: Regime
    content: Content
    aim: Aim | None
    domain: str | None
    budget: Budget | None
    changed: list[str] = field(default_factory=list)

    @property
    def schemes(self) -> list[Content]:
        return list(self.content["schemes"])

    @property
    def sensors(self) -> list[Content]:
        return list(self.content.get("sensors", []))

    def act(self, name: str) -> Act | None:
        return self.start.new_acts.get(name) or load_vocabulary().acts.get(name)

    def drop(self, *keys: str) -> None:
        for key in keys:
            self.content.pop(key, None)

    def say(self, sentence: str) -> None:
        self.changed.append(sentence)


def main_domain(regime: Regime) -> str | None:
    """The domain of R4: of the domains in which the regime counts offences, or else incivilities, against
    people, the first of those in which it has a consequence of its own, with the most such acts."""
    belongs = load_vocabulary().belongs
    contexts = {x for scheme in regime.schemes for x in (*scheme.decisions, *_refused(scheme))}
    touched = {one for x in contexts for one in belongs.get(x, ())}
    exposures = [rule.prevents for scheme in regime.schemes for rule in scheme.lists if rule.prevents]
    touched |= {_OF_LISTS.get(one.exposure, "") for one in exposures}
    for kind in ("offence", "incivility"):
        counted: dict[str, int] = {}
        for name in costing_acts(regime):
            act = act_of(regime, name)
            if act is not None and act.class_ == kind and act.domain not in GUARDED:
                counted[act.domain] = counted.get(act.domain, 0) + 1
        if counted:
            return max(counted, key=lambda one: (one in touched, counted[one]))
    return None


def followed_acts(regime: Regime) -> tuple[str, ...]:
    """The acts that R8 audits: offences and incivilities outside what always counts as burden."""
    acts = ((name, act_of(regime, name)) for name in costing_acts(regime))
    return tuple(
        name
        for name, act in acts
        if act is not None and act.class_ in ("offence", "incivility") and act.domain not in GUARDED
    )


def act_of(regime: Regime, name: str) -> Act | None:
    return regime.new_acts.get(name) or load_vocabulary().acts.get(name)


def _refused(scheme: Scheme) -> list[str]:
    return [context for rule in scheme.lists for context in rule.refuses]


def costing_acts(regime: Regime) -> tuple[str, ...]:
    """The acts that cost points in some scheme."""
    costs = (
        name
        for scheme in regime.schemes
        for name, entry in scheme.table.catalogue.items()
        if entry.merit is None and (entry.points or 0) > 0
    )
    return tuple(dict.fromkeys(costs))


def does_anything(content: Content) -> bool:
    """Whether a regime sees, rates, lists or tells anybody anything."""
    listed = any(
        rule.get("refuses") or rule.get("prevents")
        for scheme in content["schemes"]
        for rule in scheme.get("lists", [])
    )
    alerts = any(
        (one.get("identification") or {}).get("mode") == "presence" for one in content.get("sensors", [])
    )
    counted = any(scheme["catalogue"] for scheme in content["schemes"])
    return bool(listed or alerts or counted or content.get("ratings"))


def _plain_table(draft: Draft) -> None:
    """Catalogues by weights as the points that they come to, so that acts can be left out of them."""
    for scheme, declared in zip(draft.schemes, draft.start.schemes, strict=True):
        if declared.weights is None:
            continue
        keys = ("points", "merit", "cap_per_day")
        for name, entry in declared.table.catalogue.items():
            plain: Content = {key: getattr(entry, key) for key in keys if getattr(entry, key) is not None}
            scheme["catalogue"][name] = plain | ({"heavy": True} if entry.heavy else {})
        for key in ("weights", "engine"):
            scheme.pop(key, None)


def _looks_only_at(draft: Draft, acts: Iterable[str]) -> None:
    """Sensors that see or read some of these acts, and no others; a watch for listed faces is dropped."""
    kept, acts = [], set(acts)
    for sensor in draft.sensors:
        sees = {name: how for name, how in sensor.get("sees", {}).items() if name in acts}
        reads = [name for name in sensor.get("reads", []) if name in acts]
        if not (sees or reads):
            continue
        one = dict(sensor)
        for key, value in (("sees", sees), ("reads", reads)):
            one.pop(key, None)
            if value:
                one[key] = value
        if one.get("charges") not in acts:
            one.pop("charges", None)
            one.pop("malicious_per_tie_year", None)
        kept.append(one)
    before, after = len(draft.sensors), len(kept)
    draft.content["sensors"] = kept
    past = draft.content.get("retroactive")
    if past is not None:
        names = [x for x in past["sensors"] if any(one["sensor"] == x for one in kept)]
        draft.content["retroactive"] = past | {"sensors": names}
        if not names:
            draft.drop("retroactive")
    if not kept:
        draft.drop("sensors")
    if after < before:
        draft.say(f"Of {before} sensors, {after} {'is' if after == 1 else 'are'} left.")


def _without_a_score(draft: Draft, acts: Iterable[str]) -> None:
    """One scheme that counts these acts and takes nothing for them, with nothing behind it."""
    acts = list(acts)
    table = [(one, set(one.catalogue)) for one in draft.start.schemes]
    first = next((one for one, names in table if names & set(acts)), draft.start.schemes[0])
    scheme: Content = {
        "scheme": first.scheme,
        "who": first.who,
        "reads": "regime",
        "disclosed": first.disclosed,
        "score": {"start": 0, "floor": 0, "ceiling": 1, "tiers": [{"tier": "everybody", "from": 0}]},
        "catalogue": {name: {"points": 0} for name in acts},
    }
    declared = next(one for one in draft.schemes if one["scheme"] == first.scheme)
    if "redress" in declared:
        scheme["redress"] = declared["redress"]
    draft.content["schemes"] = [scheme]
    draft.content["notice"] = True
    draft.drop("retroactive", "ratings", "campaigns", "repression_told", "displacement")
    draft.say(
        "No score, tier, list or decision is left; a charge is told to the person and costs nothing here."
    )


def _aim(draft: Draft) -> tuple[str, ...]:
    if draft.aim is None:
        raise RefusedError(
            "it counts no offence outside speech, assembly, association, the press, petition, religion, "
            "strike and private life: there is nothing that may be aimed at"
        )
    return draft.aim.acts


# The rules.


def _enforcement(draft: Draft) -> None:
    acts = _aim(draft)
    _spend(draft, ENFORCEMENT, acts, "Officers look at these acts alone: " + ", ".join(acts) + ".")


def _audit(draft: Draft) -> None:
    acts = followed_acts(draft.start)
    if not acts:
        raise RefusedError("it counts no offence and no incivility: there is nothing to audit")
    said = f"Audits look by lot at {', '.join(acts)}: each with the same chance, wherever and whoever it is."
    _spend(draft, AUDIT, acts, said)


def _spend(draft: Draft, name: str, acts: tuple[str, ...], said: str) -> None:
    """One sensor that spends the budget of the start on these acts, without a face searched."""
    looks = _looks(draft.start)
    most = max(looks, default=0.0)
    if most <= 0 or (draft.budget is not None and draft.budget.total <= 0):
        raise RefusedError(
            "it searches and reviews nothing of its own that counts against people: there is no budget to "
            "spend, and fines and courts act as in R0"
        )
    places = dict.fromkeys(act.place for act in map(draft.act, acts) if act is not None)
    if draft.budget is None:
        chance, how = min(looks), "not matched to the budget, which depends on a country"
    else:
        there = sum(draft.budget.acts.get(act, 0.0) for act in acts)
        # Each act that is looked at costs an identification and a case that a person reviews.
        wanted = draft.budget.total / (2.0 * there) if there > 0 else 0.0
        chance = min(most, wanted)
        how = "matched to the budget of the start"
        if wanted > most:
            spent = 2.0 * there * most / draft.budget.total
            how = f"the closest look of the start; {spent:.2g} of its budget is spent, the rest is not"
        if chance <= 0:
            raise RefusedError("the country has no rate for these acts: there is nothing to spend on")
    _without_a_score(draft, acts)
    draft.content["sensors"] = [
        {
            "sensor": name,
            "kind": "report",
            "places": list(places),
            "coverage": {"value": chance, "range": [0.0, most], "mark": "assumed", "note": how},
            "sees": dict.fromkeys(acts, 1.0),
            "identification": {"mode": "none"},
            "mark": "assumed",
        }
    ]
    draft.say(f"{said} Who did it is known and no face is searched. The share that is seen: {how}.")
    draft.say(
        "Fines follow from today's charges alone; a charge of these officers deters and costs no money here."
    )


def _looks(regime: Regime) -> list[float]:
    """The chance with which each sensor looks, at its sharpest, at each act that costs points; none is 0."""
    costing, found = costing_acts(regime), []
    for sensor in regime.sensors:
        alone = [
            sensor.model_copy(update={"sees": {n: how}}) for n, how in sensor.sees.items() if n in costing
        ]
        found += [sharpest(regime.model_copy(update={"sensors": (one,)})) for one in alone]
    return [x for x in found if x > 0]


def _warning(draft: Draft) -> None:
    acts = _aim(draft)
    if not any(set(acts) & {*sensor.sees, *sensor.reads} for sensor in draft.start.sensors):
        raise RefusedError("no sensor of its own sees these acts: nobody would be warned, and it would be R0")
    _looks_only_at(draft, acts)
    _without_a_score(draft, acts)
    draft.say(f"People are told of the rule and warned of a charge for {', '.join(acts)}; nothing follows.")


def _rewards(draft: Draft) -> None:
    merits = {n for s in draft.start.schemes for n, e in s.table.catalogue.items() if e.merit is not None}
    if not merits:
        raise RefusedError("it rewards no act: there is no reward to keep")
    if not costing_acts(draft.start):
        raise RefusedError("it takes points for nothing already")
    _plain_table(draft)
    kept = []
    for scheme in draft.schemes:
        scheme["catalogue"] = {n: e for n, e in scheme["catalogue"].items() if n in merits}
        _free_of_penalties(scheme)
        if scheme["catalogue"]:
            kept.append(scheme)
    draft.content["schemes"] = kept
    draft.drop("retroactive", "ratings", "repression_told", "displacement")
    _looks_only_at(draft, merits)
    draft.say(
        f"Only {', '.join(sorted(merits))} counts. Nothing is taken, and nobody is refused more than without."
    )


def _free_of_penalties(scheme: Content) -> bool:
    """Take out of a scheme all that is worse for somebody than having no score; True where there was any."""
    before = copy.deepcopy(scheme)
    for key in ("hiring", "dismissal", "association", "shunning"):
        scheme.pop(key, None)
    lists = [rule for rule in scheme.get("lists", []) if not (rule.get("refuses") or rule.get("prevents"))]
    scheme.pop("lists", None)
    if lists:
        scheme["lists"] = lists
    gone = {rule["list"] for rule in before.get("lists", [])} - {rule["list"] for rule in lists}
    for offer in scheme.get("offers", []):
        if offer.get("not_on") in gone:
            del offer["not_on"]
    decisions = {}
    for context, how in scheme.get("decisions", {}).items():
        usual = _number(how["without_score"])
        better = {tier: chance for tier, chance in how["refused"].items() if _number(chance) <= usual}
        if better:
            decisions[context] = how | {"refused": better}
    scheme.pop("decisions", None)
    if decisions:
        scheme["decisions"] = decisions
    return scheme != before


def _number(quantity: Any) -> float:
    """The value of a quantity as it stands in a file; of a dated one the largest."""
    if isinstance(quantity, dict):
        if "value" in quantity:
            return float(quantity["value"])
        return max(float(one["value"]) for one in quantity["values"])
    return float(quantity)


def _one_domain(draft: Draft) -> None:
    domain = draft.domain
    if domain is None:
        raise RefusedError("it takes points for no offence and no incivility: no domain is left to keep to")
    acts = {
        name for name in draft.start.acts if (act := draft.act(name)) is not None and act.domain == domain
    }
    others = [name for name in draft.start.acts if name not in acts]
    contexts = {x for x, domains in load_vocabulary().belongs.items() if domain in domains}
    _plain_table(draft)
    kept, closed, taken = [], dict[str, None](), False
    for scheme in draft.schemes:
        scheme["catalogue"] = {n: e for n, e in scheme["catalogue"].items() if n in acts}
        if not scheme["catalogue"]:
            taken = True
            continue
        kept.append(scheme)
        closed |= dict.fromkeys(_keep_contexts(scheme, contexts, domain, acts))
    for key in ("ratings",):
        taken = taken or key in draft.content
        draft.drop(key)
    watches = [one for one in draft.sensors if (one.get("identification") or {}).get("mode") == "presence"]
    if not (others or closed or taken or watches):
        raise RefusedError(f"it already keeps to {domain} in what it counts and in what it closes")
    draft.content["schemes"] = kept
    draft.say(f"Only acts of the domain {domain} count and are looked at: {', '.join(sorted(acts))}.")
    if closed:
        draft.say(f"It is no longer used for: {', '.join(closed)}.")
    _looks_only_at(draft, acts)


def _keep_contexts(scheme: Content, contexts: set[str], domain: str, acts: set[str]) -> list[str]:
    """Leave a scheme the consequences in these contexts alone; what is gone, by name."""
    gone = [key for key in ("hiring", "dismissal") if scheme.pop(key, None)]
    decisions = scheme.pop("decisions", {})
    gone += [context for context in decisions if context not in contexts]
    left = {context: how for context, how in decisions.items() if context in contexts}
    if left:
        scheme["decisions"] = left
    rules, dropped = [], set()
    for rule in scheme.pop("lists", []):
        refuses = {x: how for x, how in rule.get("refuses", {}).items() if x in contexts}
        exposure = (rule.get("prevents") or {}).get("exposure")
        prevents = exposure is not None and _OF_LISTS.get(exposure) == domain
        gone += [context for context in rule.get("refuses", {}) if context not in contexts]
        gone += [exposure] if exposure is not None and not prevents else []
        had = bool(rule.get("refuses") or rule.get("prevents"))
        outside = rule["entry"].get("act") is not None and rule["entry"]["act"] not in acts
        if (had and not (refuses or prevents)) or outside:
            dropped.add(rule["list"])
            continue
        for key in ("refuses", "tries") + (() if prevents else ("prevents",)):
            value = {x: how for x, how in (rule.pop(key, None) or {}).items() if x in refuses}
            if value:
                rule[key] = value
        rules.append(rule)
    if rules:
        scheme["lists"] = rules
    for offer in scheme.get("offers", []):
        if offer.get("not_on") in dropped:
            del offer["not_on"]
    return gone


def _shorter_memory(draft: Draft) -> None:
    battery = load_battery()
    share, months = largest(battery.memory_share), round(largest(battery.memory_months))
    for scheme, declared in zip(draft.schemes, draft.start.schemes, strict=True):
        of = declared.scheme
        if any(entry.points for entry in declared.table.catalogue.values()):
            was = declared.score.memory_months
            now = max(1, int(was * share)) if was is not None else months
            if was is None or now < was:
                scheme["score"]["memory_months"] = now
                before = f"{was} months" if was is not None else "for ever"
                draft.say(f"In {of} a charge expires after {now} months; it counted {before}.")
        for rule in scheme.get("lists", []):
            days = rule["exit"].get("after_days")
            closes = rule.get("refuses") or rule.get("prevents")
            if closes and days is not None and int(days * share) >= 1:
                rule["exit"]["after_days"] = int(days * share)
                draft.say(f"The list {rule['list']} lasts {int(days * share)} days in place of {days}.")
    past = draft.content.get("retroactive")
    if past is not None:
        left = int(past["months"] * share)
        if left >= 1:
            past["months"] = left
        else:
            draft.drop("retroactive")
        draft.say(f"Of the past, {left} months are read on the first day.")
    ratings = draft.content.get("ratings")
    if ratings is not None:
        was = draft.start.ratings.window if draft.start.ratings is not None else 0
        ratings["window"] = max(10, int(was * share))
        draft.say(f"Ratings count for {ratings['window']} in place of {was}.")


def _reviewed(draft: Draft) -> None:
    """A person looks at every match of a face and at every charge before it counts."""
    battery = load_battery()
    given = battery.model_dump(mode="json", by_alias=True, exclude_none=True)
    for sensor in draft.sensors:
        search = sensor.get("identification") or {}
        if search.get("mode") not in SEARCHES:
            continue
        review = search.get("review")
        if review is not None and review["beyond"] == "no-action":
            continue
        found = review or {key: given["review"][key] for key in ("right_passes", "wrong_passes", "per_day")}
        sensor["identification"] = search | {"review": found | {"beyond": "no-action"}}
        draft.say(f"What {sensor['sensor']} finds is looked at by a person, or nothing follows from it.")
    default = {key: given["redress"][key] for key in ("delay_days", "upheld_wrong", "upheld_right")}
    for scheme, declared in zip(draft.schemes, draft.start.schemes, strict=True):
        if not any(entry.points for entry in declared.table.catalogue.values()):
            continue
        was = scheme.get("redress", default)
        now = was | {"appealed": 1.0, "reasons": True, "suspensive": True}
        if now != was:
            scheme["redress"] = now
            draft.say(
                f"In {declared.scheme} every charge is examined before points are taken; they are taken "
                "only where it stands."
            )
    if draft.changed:
        draft.content["notice"] = True
        draft.say("A decision of others by the score is not reviewed itself: what it rests on is.")


def _by_choice(draft: Draft) -> None:
    worse = [_free_of_penalties(scheme) for scheme in draft.schemes]
    alerts = [one for one in draft.sensors if (one.get("on_alert") or {}).get("points")]
    for sensor in alerts:
        sensor["on_alert"] = sensor["on_alert"] | {"points": 0}
    rated = "ratings" in draft.content
    draft.drop("ratings")
    names = {rule["list"] for scheme in draft.schemes for rule in scheme.get("lists", [])}
    for sensor in draft.sensors:
        if "enrols" in sensor:
            sensor["enrols"] = [name for name in sensor["enrols"] if name in names]
    if not (any(worse) or alerts or rated):
        raise RefusedError(
            "nobody who stays out loses anything already: it refuses nothing and closes nothing"
        )
    watches = any((one.get("identification") or {}).get("mode") == "presence" for one in draft.sensors)
    if not watches and not does_anything(draft.content):
        raise RefusedError("what would be left does nothing: it is R0")
    draft.say(
        "Nothing that a low score brings is worse than having none: lists, refusals and losses are gone."
    )
    draft.say(
        "Who would take part is not modelled: everybody who had a score has one, an upper bound of what "
        "it does."
    )


def _published(draft: Draft) -> None:
    for scheme, declared in zip(draft.schemes, draft.start.schemes, strict=True):
        scored = len(declared.tier_names) > 1 or bool(declared.catalogue)
        if scored and not declared.disclosed:
            scheme["disclosed"] = True
            draft.say(f"People know their score in {declared.scheme}, and its rules.")
        if declared.redress is not None and not declared.redress.reasons:
            scheme["redress"]["reasons"] = True
            draft.say(f"In {declared.scheme} people are told why they are charged.")
    if not draft.start.notice:
        draft.content["notice"] = True
        draft.say("People are told of each charge.")
    if not draft.changed:
        raise RefusedError(
            "its rules, charges and reasons are told already, or it keeps no score that could be"
        )
    if draft.start.announced is None:
        draft.say("It is announced on no day of its own, as the start: what is in the air stays.")


RULES: dict[RuleId, Callable[[Draft], None]] = {
    "R1": _enforcement,
    "R2": _warning,
    "R3": _rewards,
    "R4": _one_domain,
    "R5": _shorter_memory,
    "R6": _reviewed,
    "R7": _by_choice,
    "R8": _audit,
    "R9": _published,
}
