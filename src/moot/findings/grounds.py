"""Which rule of a regime an event goes back to, in words and, where the file is at hand, by its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.declaring.files import find, shipped_names
from moot.declaring.source import Place, Source
from moot.errors import MootError
from moot.findings.kinds import Event
from moot.findings.rules import ArmRules, Rules
from moot.regime.schema import Regime, Scheme
from moot.society.arms import day_number

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["Ground", "ground_of", "sources_of"]

ABOVE = 3
"""Folders above a run in which the file of its scenario is looked for."""
SENSED = ("false-alarm", "mistaken", "recognised", "disclosed", "alleged", "borne")
CONTEST = ("appeal", "upheld", "rejected")
TIES = ("cut-off", "cuts-off", "taken-back", "in-touch")


@dataclass(frozen=True)
class Ground:
    """A rule: what it says, its dotted path in the regime, and `file:line` (empty where no file is known)."""

    words: str
    path: str
    line: str

    def as_dict(self) -> dict[str, str]:
        """The rule as plain values."""
        return {"words": self.words, "path": self.path, "line": self.line}


def sources_of(run: Run) -> dict[str, Source]:
    """The files in which the regimes of a run are declared, by content hash, as far as they can be found.

    Looked for among what is shipped, and beside the scenario's own file where that lies in the working folder
    or above the run folder; a file that was changed since the run has another hash and is left out.
    """
    from moot.experiment.scenario import load_scenario
    from moot.regime.reading import regime_from

    regimes = [one for one in (*run.scenario.arm_regimes.values(), *run.scenario.existing_models) if one]
    found: dict[str, Source] = {}
    known = shipped_names("regime")
    for regime in regimes:
        if regime._source is not None and regime._source.values:  # a run in memory
            found[regime.content_hash] = regime._source
        elif regime.regime in known:
            source = find("regime", regime.regime)
            if regime_from(source).content_hash == regime.content_hash:
                found[regime.content_hash] = source
    named = run.manifest["scenario"].get("file")
    above = run.folder.resolve().parents[:ABOVE] if run.folder is not None else ()
    for folder in (Path(), *above) if named else ():
        if {one.content_hash for one in regimes} <= found.keys():
            break
        if not (folder / named).is_file():
            continue
        try:
            scenario = load_scenario(folder / named)
        except MootError:  # it was changed since, and is wrong now
            continue
        for one in (*scenario.arm_regimes.values(), *scenario.existing_models):
            if one is not None and one._source is not None:
                found.setdefault(one.content_hash, one._source)
    return found


def ground_of(event: Event, rules: Rules, sources: Mapping[str, Source]) -> Ground | None:
    """The rule that an event goes back to; None for what no regime rules, such as an own act."""
    arm = rules.arms[event.arm]
    told = _rule(event, arm, rules)
    if told is None:
        return None
    words, regime, place = told
    if regime is None:
        return Ground(words, "", "")
    source = sources.get(regime.content_hash)
    line = ""
    if source is not None:
        spot = source.values.get(source.written(place), (0, 0))
        line = f"{source.shown}:{spot[0]}" if spot[0] else source.shown
    return Ground(words, ".".join(map(str, place)), line)


Told = tuple[str, Regime | None, Place]


def _rule(event: Event, arm: ArmRules, rules: Rules) -> Told | None:
    kind = event.kind
    say = rules.explain
    if kind in ("fall", "rise"):
        return _tier_line(event, arm, rules)
    if kind in ("listed", "delisted"):
        scheme, rule = arm.lists[event.what]
        regime, at = _at(arm, scheme.scheme)
        place = (*at, "lists", scheme.lists.index(rule), "entry" if kind == "listed" else "exit")
        how: Any = rule.entry if kind == "listed" else rule.exit
        key = "enters" if kind == "listed" else "takes-off"
        return say(key, list=event.what, how=_by(how, rules)), regime, place
    if kind in ("refused", "trip", "prevented"):
        return _barred(event, arm, rules)
    if kind in ("denied", "granted", "decided"):
        return _decision(event, arm, rules)
    if kind in ("hire-refused", "dismissed"):
        regime, at = _at(arm, event.scheme)
        key = "hiring" if kind == "hire-refused" else "dismissal"
        return say(f"ground.{key}", tier=event.tier), regime, (*at, key, event.tier)
    if kind in ("rating-warned", "rating-dropped"):
        return say("ground.rating"), arm.regime, ("ratings", "line")
    if kind == "charged-today" or kind in SENSED or kind == "charged-by-regime":
        return _charge(event, arm, rules)
    if kind == "tie-fell":
        regime, at = _at(arm, event.scheme)
        return say("ground.tie-fell"), regime, (*at, "association")
    if kind in TIES:
        regime, at = _at(arm, event.scheme)
        return say("ground.shunning"), regime, (*at, "shunning")
    if kind in (*CONTEST, "bought", "offer", "expired"):
        regime, at = _at(arm, event.scheme)
        part: Place = {"bought": ("bought_repair",), "offer": ("offers",), "expired": ("score",)}.get(
            kind, ("redress",)
        )
        key = kind if kind in ("bought", "offer", "expired") else "contest"
        return say(f"ground.{key}"), regime, (*at, *part)
    if kind in ("forgone", "hushed") and arm.announced is not None:
        day = rules.day(day_number(arm.announced))
        return say("ground.known", day=day), arm.regime, ("announced",)
    return None


def _by(part: Any, rules: Rules) -> str:
    """How a list is entered or left."""
    found = {
        "tier": "rises" if hasattr(part, "after_days") else "tier", "act": "act", "offer": "offer",
        "drawn_per_year": "drawn", "after_days": "days", "per_year": "rate",
    }  # fmt: skip
    for key, how in found.items():
        value = getattr(part, key, None)
        if value is not None:
            return rules.explain(f"by.{how}", value=value)
    return rules.explain("by.rule")


def _at(arm: ArmRules, scheme: str) -> tuple[Regime | None, Place]:
    """The regime that declares a scheme, and where in it."""
    for regime in (*arm.existing, *((arm.regime,) if arm.regime else ())):
        for number, one in enumerate(regime.schemes):
            if one.scheme == scheme:
                return regime, ("schemes", number)
    return None, ()


def _tier_line(event: Event, arm: ArmRules, rules: Rules) -> Told:
    """The lower end of the tier that was left, or of the one that was reached."""
    scheme = arm.schemes[event.scheme]
    regime, at = _at(arm, event.scheme)
    to = scheme.tier_names.index(event.tier)
    if event.kind == "fall":
        tier = scheme.score.tiers[to - 1]
        words = rules.explain("ground.falls", line=tier.from_, tier=tier.tier)
        return words, regime, (*at, "score", "tiers", to - 1, "from")
    tier = scheme.score.tiers[to]
    words = rules.explain("ground.rises", line=tier.from_ + scheme.score.hysteresis, tier=tier.tier)
    return words, regime, (*at, "score", "tiers", to, "from")


def _barred(event: Event, arm: ArmRules, rules: Rules) -> Told | None:
    held = rules.barring(event)
    if not held:
        return None
    scheme, rule = arm.lists[held[0]]
    regime, at = _at(arm, scheme.scheme)
    number = scheme.lists.index(rule)
    if event.kind == "prevented" and rule.prevents is not None:
        place: Place = (*at, "lists", number, "prevents")
        return rules.explain("ground.prevents", list=rule.list), regime, place
    context = event.what
    if event.kind == "prevented":
        context = str(rules.scenario.country_model.act(event.what, rules.vocabulary).needs)
    words = rules.explain("ground.refuses", list=rule.list, context=rules.context(context))
    return words, regime, (*at, "lists", number, "refuses", context)


def _decision(event: Event, arm: ArmRules, rules: Rules) -> Told:
    regime, at = _at(arm, event.scheme)
    how = arm.schemes[event.scheme].decisions[event.what]
    day = rules.scenario.start
    weight = round(100 * how.weight.at(day))
    place: Place = (*at, "decisions", event.what)
    tier = event.tier if event.tier in how.refused else ""
    if tier:
        place = (*place, "refused", tier)
    key = "ground.decides-tier" if tier else "ground.decides"
    words = rules.explain(key, context=rules.context(event.what), weight=weight, tier=tier)
    return words, regime, place


def _charge(event: Event, arm: ArmRules, rules: Rules) -> Told | None:
    """What an act costs in the first scheme that counts it; where a sensor erred, the sensor."""
    by = "today" if event.kind == "charged-today" else "regime"
    if event.kind in SENSED and event.sensor and arm.regime is not None:
        number = [one.sensor for one in arm.regime.sensors].index(event.sensor)
        sensor = arm.regime.sensors[number]
        key = "malicious_per_tie_year" if event.kind == "alleged" else (
            "identification" if sensor.identification is not None else "sensor"
        )  # fmt: skip
        said = event.kind if event.kind in ("alleged", "disclosed") else "mistaken"
        words = rules.explain(f"ground.{said}", sensor=event.sensor)
        return words, arm.regime, ("sensors", number, key)
    for name, scheme in arm.schemes.items():
        if scheme.reads == by and event.what in scheme.catalogue:
            regime, at = _at(arm, name)
            words = rules.explain("ground.counts", cost=_worth(scheme, event.what, arm, by))
            return words, regime, (*at, "catalogue", event.what)
    return (rules.explain("ground.today"), None, ()) if by == "today" else None


def _worth(scheme: Scheme, act: str, arm: ArmRules, by: str) -> str:
    return arm.cost(act, by, arm.points(act, by, scheme.scheme))
