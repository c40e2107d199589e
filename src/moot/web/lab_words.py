"""Scenarios as they are chosen: the scheme of each in words, and the regions of its country."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moot.catalogue import LANGUAGES, catalogue
from moot.country.schema import Country
from moot.declaring.files import shipped_names
from moot.errors import UserError
from moot.experiment.scenario import Scenario, load_scenario
from moot.findings.report_map import outlines
from moot.regime.schema import Regime
from moot.regime.words import account
from moot.web.lab import regime_arm
from moot.web.lab_counts import Words, both
from moot.web.lab_rules import first_rule

__all__ = ["account_parts", "map_caption", "outlines_of", "real", "region_words", "scenarios"]

HEADINGS = {
    "What it sees": "watches",
    "What it counts": "counts",
    "What a low score costs": "does",
    "How one gets out": "way_out",
}


def account_parts(regime: Regime, country: Country | None) -> dict[str, list[str]]:
    """The account of a scheme by its parts: what it watches, counts, does, and how one gets out."""
    found: dict[str, list[str]] = {name: [] for name in HEADINGS.values()}
    part = ""
    for line in account(regime, country):
        if not line.startswith(" "):
            part = next((name for words, name in HEADINGS.items() if line.startswith(words)), "")
        elif part:
            found[part].append(line.strip().removeprefix("- "))
    return found


@lru_cache(maxsize=1)
def scenarios() -> tuple[dict[str, Any], ...]:
    """The shipped scenarios with a scheme, the first one first; they are read once."""
    names = sorted(shipped_names("scenario"), key=lambda name: (name != "rank-my-life-2028", name))
    return tuple(_told(load_scenario(name)) for name in names if _has_scheme(name))


def _has_scheme(name: str) -> bool:
    try:
        regime_arm(load_scenario(name))
    except UserError:
        return False
    return True


def _told(scenario: Scenario) -> dict[str, Any]:
    arm, regime = regime_arm(scenario)
    country = scenario.country_model
    path = first_rule(regime)
    return {
        "name": scenario.scenario,
        "title": scenario.title,
        "description": " ".join((regime.summary or "").split()),
        "regime": regime.regime,
        "regime_name": regime.name,
        "kind": regime.kind,
        "arm": arm,
        "country": country.country,
        "people": scenario.people,
        "days": scenario.days,
        "start": scenario.start.isoformat(),
        "words": account_parts(regime, country),
        "account": "\n".join(account(regime, country)),
        "rule": path,
    }


def region_words(country: Country) -> list[dict[str, str]]:
    """Code and name of each region, in the order of maps and tables."""
    return [{"code": row.code, "name": row.name} for row in country.regions.rows]


@lru_cache(maxsize=8)
def outlines_of(country: str) -> dict[str, Any]:
    """The outlines of a country's regions as GeoJSON; no features where it has none that are shipped."""
    shapes = outlines(country)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code},
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": [[list(map(list, ring))] for ring in rings],
                },
            }
            for code, rings in shapes.items()
        ],
    }


def map_caption(country: Country, title: Words, *, flow: bool) -> Words:
    """What stands under a map: the measure, what is hatched, what areas can differ by."""
    differs = (country.regions.what_differs or "").rstrip(".")
    said: Words = {}
    for language in LANGUAGES:
        say = catalogue("laboratory", language)
        said[language] = say(
            "map-caption",
            title=title[language],
            window=say("map-window") if flow else "",
            differs=say("map-differs", what=differs) if differs else "",
        )
    return said


def real() -> dict[str, Words]:
    """Whether this is real, answered on every screen."""
    return {"title": both("laboratory", "real-title"), "text": both("laboratory", "real")}
