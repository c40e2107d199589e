"""The rules of a regime that can be moved under the cursor, made from its declaration and its schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moot.catalogue import LANGUAGES, catalogue
from moot.experiment.schemas import json_schema
from moot.experiment.varying import log_scaled
from moot.regime.schema import Regime, Scheme

__all__ = ["first_rule", "rules_of"]

LEFT_OUT = {
    "weights", "range", "floor", "ceiling", "prefix", "documented", "assumed", "myth", "acts", "earns",
    "exposure", "ratings", "gallery", "counted_per_day", "heavy", "novice", "mode", "restores",
}  # fmt: skip
"""Parts of a regime that do not move alone, or that say what something is and not how strong it is."""
ENDS: dict[str, tuple[float, float]] = {"severity": (0.0, 1.0)}
"""Where numbers without a declared range end."""
PARTS = {"sensors": "watches", "schemes": "counts", "campaigns": "said"}
DOES = {"lists", "decisions", "hiring", "dismissal", "association", "shunning", "offers"}
WAY_OUT = {"redress", "bought_repair", "memory_months", "repair"}
SILENT = {"sensors", "schemes", "score", "tiers", "catalogue", "identification", "lists"}
"""Keys on the way that add nothing to the words of a rule."""
NAMED = ("scheme", "sensor", "list", "offer", "tier", "frame", "name")


def rules_of(regime: Regime) -> list[dict[str, Any]]:
    """Every rule that can move: its path, its words in both languages, its value, and how far it goes.

    A path is one that `moot.regime.values.with_values` takes. `scale` is ``log`` where the declared range
    spans ten times its lower end or more.
    """
    schema = json_schema("regime")
    return list(_walk((), (), regime.resolved(), schema, schema, regime))


def first_rule(regime: Regime) -> str:
    """The rule that is under the cursor first: where the tier begins below which something is refused."""
    known = {one["path"]: one for one in rules_of(regime)}
    for n, scheme in enumerate(regime.schemes):
        names = list(scheme.tier_names)
        entered = [rule.entry.tier for rule in scheme.lists if rule.entry.tier is not None]
        entered += [tier for decision in scheme.decisions.values() for tier in decision.refused]
        for tier in reversed(names[1:]):
            path = f"schemes.{n}.score.tiers.{names.index(tier) - 1}.from"
            if path in known and (tier in entered or not entered):
                return path
    moving = [one["path"] for one in known.values() if one["kind"] == "number" and one["part"] != "said"]
    return next(iter([*moving, *known]), "")


def _walk(
    place: tuple[str, ...],
    called: tuple[str, ...],
    value: Any,
    part: dict[str, Any],
    root: dict[str, Any],
    regime: Regime,
) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "value" in value and isinstance(value["value"], (int, float)):
            yield _quantity(place, called, value, regime)
            return
        for key, inner in value.items():
            if key not in LEFT_OUT:
                yield from _walk((*place, key), (*called, key), inner, _inside(part, key, root), root, regime)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            name = next((inner[key] for key in NAMED if isinstance(inner, dict) and key in inner), str(n))
            step = (*called[:-1], *((name,) if name != str(n) else called[-1:]))
            yield from _walk((*place, str(n)), step, inner, _inside(part, n, root), root, regime)
    elif isinstance(value, bool):
        yield _rule(place, called, value, regime, kind="switch")
    elif isinstance(value, (int, float)):
        found = _whole(place, called, value, part, regime)
        if found["min"] < found["max"]:
            yield found
    elif isinstance(value, str):
        choices = _choices(part, root)
        if len(choices) > 1 and value in choices and place[-1] not in {"kind", "mark", "reads", "frame"}:
            yield _rule(place, called, value, regime, kind="choice", choices=choices)


def _quantity(
    place: tuple[str, ...], called: tuple[str, ...], value: dict[str, Any], regime: Regime
) -> dict[str, Any]:
    now = float(value["value"])
    low, high = value.get("range") or ENDS.get(place[-1], (0.0, 1.0 if now <= 1 else 2 * now))
    scale = "log" if log_scaled((float(low), float(high))) else "linear"
    return _rule(
        (*place, "value"), called, now, regime,
        min=float(low), max=float(high), step=float(f"{(high - low) / 100:.1g}") if high > low else 0.0,
        scale=scale, declared=value.get("range") is not None,
    )  # fmt: skip


def _whole(
    place: tuple[str, ...], called: tuple[str, ...], value: float, part: dict[str, Any], regime: Regime
) -> dict[str, Any]:
    low, high = part.get("minimum", 0), max(10, 2 * abs(value))
    high = min(high, part.get("maximum", high))
    scheme = _scheme_at(place, regime)
    if scheme is not None and place[2] == "score" and place[-1] in {"from", "start", "to"}:
        low, high = scheme.score.floor, scheme.score.ceiling
        tiers = scheme.score.tiers
        if place[3] == "tiers":  # between its neighbours: tiers are in order
            n = int(place[4])
            apart = scheme.score.hysteresis + 1
            high = max(int(value), tiers[n - 1].from_ - apart) if n else high
            low = min(int(value), tiers[n + 1].from_ + apart) if n + 1 < len(tiers) else low
            if n + 1 == len(tiers):
                low = high = int(value)
    return _rule(place, called, value, regime, min=low, max=high, step=1, scale="linear", declared=False)


def _rule(
    place: tuple[str, ...], called: tuple[str, ...], value: Any, regime: Regime, *, kind: str = "number",
    choices: list[str] | None = None, **ends: Any,
) -> dict[str, Any]:  # fmt: skip
    last = place[-2] if place[-1] == "value" else place[-1]
    return {
        "path": ".".join(place),
        "label": {language: _label(called, language, regime) for language in LANGUAGES},
        "part": _part(place),
        "unit": _unit(last),
        "value": value,
        "kind": kind,
        "choices": choices or [],
        **({"min": None, "max": None, "step": None, "scale": "linear", "declared": False} | ends),
    }


def _part(place: tuple[str, ...]) -> str:
    if place[0] == "schemes" and len(place) > 2:
        inside = set(place[2:4])
        if inside & WAY_OUT:
            return "way_out"
        if inside & DOES:
            return "does"
    return PARTS.get(place[0], "said")


def _unit(key: str) -> str:
    for ending, unit in (("_days", "days"), ("days", "days"), ("_euros", "euros"), ("months", "months")):
        if key.endswith(ending):
            return unit
    return "points" if key in {"points", "from", "start", "to", "hysteresis", "merit"} else ""


def _label(called: tuple[str, ...], language: str, regime: Regime) -> str:
    """The names of things and fields on the way, in words; a name that has none stands as declared."""
    fields, known = catalogue("laboratory", language), catalogue("measures", language)
    said = []
    for name in called:
        if name in SILENT:
            continue
        key = f"field.{name}"
        if key in fields:
            words = fields(key)
        elif f"act.{name}" in known:
            words = known(f"act.{name}")
        elif f"context.{name}" in known:
            words = known(f"context.{name}")
        else:
            words = str(name).replace("_", " ")
        said.append(words)
    if len(regime.schemes) == 1:
        said = [one for one in said if one != regime.schemes[0].scheme]
    return " · ".join(said)


def _scheme_at(place: tuple[str, ...], regime: Regime) -> Scheme | None:
    if len(place) < 4 or place[0] != "schemes":
        return None
    return regime.schemes[int(place[1])]


def _resolved(part: dict[str, Any], root: dict[str, Any]) -> list[dict[str, Any]]:
    """What a part of the schema may be, its references followed."""
    found = []
    for one in part.get("anyOf", [part]):
        while "$ref" in one:
            one = root["$defs"][one["$ref"].rpartition("/")[2]]
        found.append(one)
    return found


def _inside(part: dict[str, Any], key: str | int, root: dict[str, Any]) -> dict[str, Any]:
    """The schema of what stands at a key; empty where it says nothing."""
    for one in _resolved(part, root):
        inner = one.get("items") if isinstance(key, int) else one.get("properties", {}).get(key)
        if inner is None and isinstance(key, str):
            more = one.get("additionalProperties")
            inner = more if isinstance(more, dict) else None
        if isinstance(inner, dict):
            whole = [it for it in _resolved(inner, root) if it.get("type") != "null"]
            return inner if len(whole) != 1 else whole[0]
    return {}


def _choices(part: dict[str, Any], root: dict[str, Any]) -> list[str]:
    for one in _resolved(part, root):
        if "enum" in one:
            return [str(choice) for choice in one["enum"]]
    return []
