"""A small country and a regime in which every mechanism is on at once, at high rates.

Nothing here resembles a place or a scheme. What cannot stand beside something else (one kind of engine beside
another, two ways to say one number) stands in another scheme or sensor of the same regime.
"""

from __future__ import annotations

import copy
import random
from datetime import date
from pathlib import Path
from typing import Any

from moot.experiment.scenario import Scenario, load_scenario
from tests.reference import worlds

Table = dict[str, Any]
GONE = object()
"""In place of a value: the key is left out."""

COUNTRY: Table = worlds.country(random.Random(1)) | {
    "country": "everything-land",
    "name": "A country with everything",
    "income": {"deciles": {"d1": 13000, "median": 24000, "d9": 44000}, "gini": 0.3, "body_sigma": 0.475},
    "opportunities": {"housing": {"per_year": 20}, "credit": {"per_year": 30}},
    "opinion": worlds.OPINION,
    "work": {
        "transitions": {
            "employed": [0.8, 0.1, 0.1],
            "unemployed": [0.3, 0.5, 0.2],
            "inactive": [0.2, 0.1, 0.7],
        },
        "replacement": {"covered": 0.5, "covered_months": 1, "after": 0.2, "enough": 0.6},
        "strain": {"offence": 0.8, "lawful": 0.3},
        "vacancies": "fixed",
    },
    "money": {
        "fines": {
            "red-light": {"euros": 68, "notice": 0.8, "paid_at_once": 0.4, "recovered": 0.3},
            "fare-evasion": {"euros": 700, "notice": 0.8, "paid_at_once": 0.4, "recovered": 0.3},
        },
        "increase": 2.5,
        "recovery_months": 2,
        "payment": {"income": 0.5, "hardship": 1.0, "arrears": 1.0},
        "shortfall": {"floor": 900, "share": 0.2},
    },
}
COUNTRY["attributes"] |= {
    "employed": {"by_age": [0, 0.1, 0.5, 0.55, 0.5, 0.5, 0.2, 0.1, 0]},
    "platform-worker": {"share_of_employed": 0.6},
}
COUNTRY["acts"] |= {
    "volunteering": {"base": 20, "per": "person", "headroom": 3.0},
    "unpaid-fine": {"arises": "arrears", "per": "person"},
    "strike": {"base": 12, "per": "employed", "headroom": 3.0},
    "press-contact": {
        "base": 0,
        "per": "person",
        "headroom": 3.0,
    },  # nobody does it: who it puts on a list is nobody
}

SENSORS: list[Table] = [
    {
        "sensor": "faces",
        "kind": "camera",
        "places": ["street", "transit", "train"],
        "coverage": 0.9,
        "share_analysed": 0.8,
        "sees": {"fare-evasion": 0.9, "jaywalking": 0.8, "smoking-on-a-train": 1.0},
        "identification": {
            "mode": "identify",
            "gallery": {"scope": "region", "size": 1_000_000},
            "target_fpir": 0.3,
            "multipliers": {"class-1": 1, "class-2": 3, "class-3": 10},
            "unusable_image": 0.3,
            "review": {"right_passes": 0.9, "wrong_passes": 0.3, "per_day": 30, "beyond": "no-action"},
        },
        "context_errors": 0.02,
    },
    {
        "sensor": "plates",
        "kind": "plate",
        "places": ["street", "road"],
        "density_per_km2": {"rural": 50, "town": 500, "metropolis": 2000},
        "sees": {"jaywalking": 0.5, "red-light": 0.8},
        "identification": {"mode": "none"},
        "misread": 0.1,
        "missed": 0.2,
    },
    {
        "sensor": "guess",
        "kind": "camera",
        "places": ["street"],
        "coverage": 0.5,
        "sees": {"jaywalking": 0.5},
        "identification": {
            "mode": "declared",
            "wrong": {"class-1": 0.2, "class-2": 0.5, "class-3": 0.5},
            "victim": "anyone",
        },
    },
    {
        "sensor": "phones",
        "kind": "phone",
        "places": ["square", "online"],
        "coverage": 0.7,
        "sees": {"petition": 0.8, "volunteering": 0.9},
        "identification": {"mode": "none"},
    },
    {
        "sensor": "register",
        "kind": "register",
        "reads": ["red-light", "fare-evasion", "unpaid-fine"],
        "missed_links": 0.1,
        "false_links": 0.2,
    },
    {
        "sensor": "turnstile",
        "kind": "camera",
        "places": ["transit"],
        "coverage": 0.3,
        "sees": {"fare-evasion": 0.9},
        "identification": {"mode": "verify", "fmr": 0.01},
    },
    {"sensor": "neighbours", "kind": "report", "charges": "jaywalking", "malicious_per_tie_year": 1.0},
    {  # it keeps a past in which it saw nothing
        "sensor": "idle",
        "kind": "platform",
        "places": ["online"],
        "coverage": 1,
        "sees": {"petition": 0},
        "identification": {"mode": "none"},
    },
    {
        "sensor": "gate",
        "kind": "camera",
        "places": ["train"],
        "passages_per_day": 0.5,
        "identification": {"mode": "presence", "gallery": {"scope": "national", "size": 10000}, "fmr": 3e-6},
        "on_alert": {"points": 7},
        "enrols": ["first-travel"],
    },
]

TIERS = (("high", 70), ("middle", 40), ("low", 0))


def tiers() -> list[Table]:
    """The tiers of each scheme; new tables every time, as files have no aliases."""
    return [{"tier": name, "from": lowest} for name, lowest in TIERS]


FIRST: Table = {
    "scheme": "first",
    "who": "everyone",
    "reads": "regime",
    "disclosed": True,
    "score": {
        "start": 80,
        "floor": 0,
        "ceiling": 100,
        "tiers": tiers(),
        "hysteresis": 5,
        "repair": [
            {"every_days": 5, "points": 2, "to": 75},
            {"after_days": 14, "to": "ceiling", "after_days_heavy": 20},
            {"after_days": 3, "points": 5, "if": "last-loss-was-one"},
        ],
        "memory_months": 1,
    },
    "catalogue": {
        "fare-evasion": {"points": 20},
        "smoking-on-a-train": {"points": 15, "heavy": True},
        "jaywalking": {"points": 9, "cap_per_day": 18},
        "petition": {"points": 1},
        "volunteering": {"merit": 6, "cap_per_day": 20},
        "red-light": {"points": 10, "heavy": True},
        "unpaid-fine": {"points": 5},
    },
    "association": {
        "points": 4,
        "on": "tier-fall",
        "to": ["household", "work", "friends", "far-1"],
        "breaks_clean_time": True,
    },
    "lists": [
        {
            "list": "first-travel",
            "entry": {"tier": "low"},
            "exit": {"tier": "middle"},
            "refuses": {"air": 1.0},
            "tries": {
                "air": {"intents_per_year": 60, "again": 0.7, "settles": 0.2, "half_life_days": 20},
            },
        },
        {
            "list": "first-ban",
            "entry": {"act": "smoking-on-a-train"},
            "exit": {"after_days": 12},
            "refuses": {"fast-rail": 1.0},
            "tries": {
                "fast-rail": {"share_of_trips": 0.5, "again": 0.7, "settles": 0.2, "half_life_days": 20},
            },
        },
        {
            "list": "first-entered",
            "entry": {"drawn_per_year": 3},
            "exit": {"per_year": 6},
            "refuses": {"fast-rail": 0.5},
        },
        {"list": "first-served", "entry": {"offer": "service"}, "exit": {"after_days": 15}},
        {"list": "first-empty", "entry": {"act": "press-contact"}, "exit": {"after_days": 9}},
    ],
    "offers": [
        {
            "offer": "service",
            "tiers": ["low", "middle"],
            "per_year": 40,
            "points": 6,
            "not_on": "first-served",
        }
    ],
    "redress": {
        "appealed": 0.4,
        "reasons": True,
        "delay_days": 8,
        "upheld_wrong": 0.7,
        "upheld_right": 0.1,
        "restores": ["points"],
    },
    "decisions": {
        "housing": {"weight": 0.7, "without_score": 0.3, "refused": {"high": 0.1, "low": 0.9}},
        "credit": {"weight": 0.5, "without_score": 0.2, "refused": {"low": 0.8}},
    },
    "shunning": {"cut": 0.3},
    "bought_repair": {
        "below": "high",
        "price_euros": 300,
        "income_times": 20,
        "per_month": 0.5,
        "points": 15,
    },
    "gaming": {"merits": 1.5},
    "hiring": {"middle": 0.6, "low": 0.3},
    "dismissal": {"low": 0.6},
}

SECOND: Table = {
    "scheme": "second",
    "who": "licence",
    "reads": "regime",
    "disclosed": True,
    "score": {
        "start": 100,
        "novice_start": 60,
        "floor": 0,
        "ceiling": 100,
        "tiers": tiers(),
        "repair": [{"every_days": 4, "points": 3}, {"every_days": 6, "points": 9, "if": "novice"}],
        "novice_cycle_days": 23,
    },
    "weights": {
        "road": {
            "weight": 512,
            "categories": {"driving": {"weight": 1024, "sub_categories": {"lights": 1024}}},
        },
        "life": {
            "weight": 512,
            "categories": {
                "street": {"weight": 512, "sub_categories": {"pavement": 1024}},
                "giving": {"weight": 512, "sub_categories": {"charity": 1024}},
            },
        },
    },
    "catalogue": {
        "red-light": {"sub_category": "lights", "severity": 0.4},
        "jaywalking": {"sub_category": "pavement", "severity": 0.5, "counted_per_day": 1},
        "volunteering": {"sub_category": "charity", "severity": 0.2, "earns": True},
    },
    "lists": [
        {
            "list": "second-quiet",
            "entry": {"tier": "low"},
            "exit": {"after_days": 8, "score": 55, "novice": True},
            "prevents": {"exposure": "employed"},
        },
    ],
}

THIRD: Table = {
    "scheme": "third",
    "who": "everyone",
    "reads": "today",
    "disclosed": False,
    "engine": "logistic",
    "score": {
        "start": 90,
        "floor": 0,
        "ceiling": 100,
        "tiers": tiers(),
        "repair": [{"every_days": 5, "log_odds": 0.2, "to": 90}],
    },
    "catalogue": {"red-light": {"log_odds": 0.9}, "fare-evasion": {"log_odds": 0.6}},
}

REGIME: Table = {
    "regime": "everything",
    "name": "Everything at once",
    "kind": "invented",
    "announced": date(2028, 1, 20),
    "believed_share": 0.8,
    "notice": True,
    "displacement": 0.5,
    "retroactive": {"months": 3, "sensors": ["phones"]},
    "sensors": SENSORS,
    "schemes": [FIRST, SECOND, THIRD],
    "ratings": {
        "per_month": 25,
        "window": 10,
        "deficit": {"shape": 2, "mean": 0.5},
        "reciprocity": 0.2,
        "inflation": 0.1,
        "bias": {"class-1": 0.4},
        "line": 4.5,
        "warning_months": 0,
    },
} | worlds.SAID


def changed(table: Table, changes: dict[str, Any]) -> Table:
    """A copy of a declaration with values set, or left out (`GONE`), by path.

    A path is keys with slashes between; an item of a list is called by its number, or by the value of its
    first key (the name of a sensor, a scheme or a list).
    """
    made = copy.deepcopy(table)
    for path, value in changes.items():
        *way, last = path.split("/")
        at: Any = made
        for step in way:
            at = at[_place(at, step)]
        if value is GONE:
            del at[_place(at, last)]
        elif isinstance(at, list):
            at[_place(at, last)] = copy.deepcopy(value)
        else:
            at[last] = copy.deepcopy(value)
    return made


def _place(at: Any, step: str) -> Any:
    if isinstance(at, dict):
        return step
    if step.isdigit():
        return int(step)
    return next(x for x, item in enumerate(at) if next(iter(item.values())) == step)


def scenario(
    folder: Path,
    regimes: dict[str, Table],
    *,
    people: int = 2000,
    days: int = 75,
    burn_in_years: int = 1,
    country: dict[str, Any] | None = None,
) -> Scenario:
    """A scenario of the country with everything, or with changes, and an arm for each regime."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"regime-{name}": regime for name, regime in regimes.items()}
    content = {
        "scenario": "everything",
        "title": "Everything",
        "country": "country.yaml",
        "start": worlds.START,
        "days": days,
        "people": people,
        "burn_in_years": burn_in_years,
        "arms": {"status-quo": {}} | {name: {"regime": f"regime-{name}.yaml"} for name in regimes},
    }
    licence = worlds.licence(random.Random(1))
    worlds.write(
        folder,
        files | {"country": changed(COUNTRY, country or {}), "licence": licence, "scenario": content},
    )
    return load_scenario(folder / "scenario.yaml")
