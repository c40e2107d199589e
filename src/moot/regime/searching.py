"""One step milder: every regime that differs from another in one thing, and is harder in nothing.

A step takes away a sensor or halves what it covers; takes away a list, a decision, what a fall costs ties,
what hiring or work loses by a score, ratings, the past that is read; or is one of the rules R5 (a shorter
memory), R6 (review before effect), R9 (published rules). Sanctions, sensors, memory and scope only ever
shrink, and redress only grows: `moot.regime.harder` is asked of each step, against the regime that it is
taken from and against the one that the search began with, and what it finds harder is no step.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moot.declaring.source import source_of_text
from moot.errors import DeclarationError
from moot.regime.harder import harder
from moot.regime.milder import RULES, Draft, RefusedError, does_anything
from moot.regime.reading import regime_from
from moot.regime.schema import Regime
from moot.regime.writing import content_of, text_of

__all__ = ["Step", "steps"]

Content = dict[str, Any]
HALF = 0.5
_OF_SCHEMES = {
    "association": "a fall costs ties nothing",
    "shunning": "nobody breaks off ties for a low score",
    "hiring": "no hire is refused for the score",
    "dismissal": "no job ends for the score",
}


@dataclass(frozen=True)
class Step:
    """A regime one step milder: `name` says which step, `words` what it changes."""

    name: str
    words: str
    regime: Regime
    text: str


def steps(regime: Regime, start: Regime | None = None) -> list[Step]:
    """Every step from `regime`, in a fixed order; `start` is where the search began (default: `regime`).

    A step that would leave a regime that does nothing, that the schema refuses, or that is harder than
    either in anything, is left out.
    """
    began = start or regime
    found = []
    for name, words, content in _changed(regime):
        if not does_anything(content):
            continue
        content["regime"] = regime.regime
        content["summary"] = f"{words[:1].upper()}{words[1:]}."[:2000]
        content["kind"] = "invented"
        text = text_of({key: content[key] for key in Regime.model_fields if key in content} | content)
        try:
            made = regime_from(source_of_text(text, f"{name}.yaml"))
        except DeclarationError:
            continue  # something else in the file needs what was taken away
        if not harder(regime, made) and not harder(began, made):
            found.append(Step(name, words, made, text))
    return found


def _changed(regime: Regime) -> Iterator[tuple[str, str, Content]]:
    """(name, words, content) of each step, before it is read."""
    base = content_of(regime)
    for number, sensor in enumerate(base.get("sensors", [])):
        name = sensor["sensor"]
        yield f"without-{name}", f"the sensor {name} is gone", _without_sensor(base, number)
        half = _half_of(base, number)
        if half is not None:
            yield f"half-{name}", f"the sensor {name} covers half as much", half
    for key, words in (("ratings", "nobody is rated"), ("retroactive", "nothing of the past is read")):
        if key in base:
            content = copy.deepcopy(base)
            del content[key]
            yield f"without-{'past' if key == 'retroactive' else key}", words, content
    for number, scheme in enumerate(base["schemes"]):
        yield from _of_scheme(base, number, scheme)
    for rule, name in (("R5", "shorter-memory"), ("R6", "reviewed"), ("R9", "published")):
        draft = Draft(regime, copy.deepcopy(base), None, None, None)
        try:
            RULES[rule](draft)  # type: ignore[index]
        except RefusedError:
            continue
        if draft.changed:
            yield name, " ".join(draft.changed), draft.content


def _of_scheme(base: Content, number: int, scheme: Content) -> Iterator[tuple[str, str, Content]]:
    of = scheme["scheme"]
    for key, words in _OF_SCHEMES.items():
        if scheme.get(key):
            content = copy.deepcopy(base)
            del content["schemes"][number][key]
            yield f"{of}-without-{key}", f"in {of}, {words}", content
    for context in scheme.get("decisions", {}):
        content = copy.deepcopy(base)
        decisions = content["schemes"][number]["decisions"]
        del decisions[context]
        if not decisions:
            del content["schemes"][number]["decisions"]
        yield f"{of}-without-{context}", f"the score of {of} does not decide on {context}", content
    for rule in scheme.get("lists", []):
        if rule.get("refuses") or rule.get("prevents"):
            name = rule["list"]
            yield f"without-list-{name}", f"the list {name} is gone", _without_list(base, number, name)


def _without_sensor(base: Content, number: int) -> Content:
    content = copy.deepcopy(base)
    gone = content["sensors"].pop(number)["sensor"]
    if not content["sensors"]:
        del content["sensors"]
    past = content.get("retroactive")
    if past is not None and gone in past.get("sensors", []):
        past["sensors"] = [one for one in past["sensors"] if one != gone]
        if not past["sensors"]:
            del content["retroactive"]
    return content


def _half_of(base: Content, number: int) -> Content | None:
    content = copy.deepcopy(base)
    sensor = content["sensors"][number]
    if "coverage" in sensor:
        sensor["coverage"] = _scaled(sensor["coverage"])
    elif "density_per_km2" in sensor:
        sensor["density_per_km2"] = {key: _scaled(one) for key, one in sensor["density_per_km2"].items()}
    else:
        return None
    return content


def _scaled(quantity: Any) -> Any:
    """Half of a quantity as it stands in a file, its range and dated values too."""
    if not isinstance(quantity, dict):
        return float(quantity) * HALF
    made = dict(quantity)
    if "value" in made:
        made["value"] = float(made["value"]) * HALF
    if "values" in made:
        made["values"] = [one | {"value": float(one["value"]) * HALF} for one in made["values"]]
    if "range" in made:
        made["range"] = [float(end) * HALF for end in made["range"]]
    return made


def _without_list(base: Content, number: int, name: str) -> Content:
    content = copy.deepcopy(base)
    scheme = content["schemes"][number]
    scheme["lists"] = [rule for rule in scheme["lists"] if rule["list"] != name]
    if not scheme["lists"]:
        del scheme["lists"]
    for offer in scheme.get("offers", []):
        if offer.get("not_on") == name:
            del offer["not_on"]
    for sensor in content.get("sensors", []):
        if name in sensor.get("enrols", []):
            sensor["enrols"] = [one for one in sensor["enrols"] if one != name]
    return content
