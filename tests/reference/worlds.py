"""Small countries and regimes for tests, varied by a seed: every rule of the law is met with high rates.

Nothing here resembles a place or a scheme: rates are set so that a few hundred people and a few weeks reach
what takes a country years.
"""

import json
import random
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from moot.declaring.files import data_folder
from moot.experiment.scenario import Scenario, load_scenario

Table = dict[str, Any]
START = date(2028, 1, 1)


OPINION: Table = {
    "start": {"support": 0.5, "strong": 0.2, "strongly_against": 0.1},
    "openness": {"a": 4, "b": 2},
    "voice": {"shape": 1, "scale": 4},
    "speaking": {"base": 0.5, "climate": 0.6, "fear": 4, "fear_of_supporters": 0.5},
    "experience": {"sanctioned": -0.2, "wronged": -0.5, "tie_sanctioned": -0.05},
    "asked": {"falsifying": 0.8},
}
SAID: Table = {
    "campaigns": [
        {"frame": "road-danger", "from": date(2028, 1, 1), "until": date(2028, 12, 31), "strength": 0.1},
        {"frame": "pollution", "from": date(2028, 1, 15), "until": date(2028, 2, 28), "strength": 0.3},
    ],
    "repression_told": {"on": date(2028, 1, 20), "step": -0.12},
}


def country(choose: random.Random) -> Table:
    """Six acts of every class, all attributes, all kinds of ties, an existing scheme like a licence."""
    return {
        "country": "test-land",
        "name": "A country for tests",
        "regions": {"equal": 5},
        "attributes": {
            "stratum": {"shares": {"rural": 0.5, "town": 0.3, "metropolis": 0.2}},
            "education": {"shares": {"primary": 0.3, "tertiary": 0.7}},
            "appearance": {"shares": {"class-1": 0.6, "class-2": 0.3, "class-3": 0.1}},
            "licence": {"by_age": [0, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], "novice": 0.3},
            "smartphone": {"by_age": [0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8, 0.6]},
            "employed": {"by_age": [0, 0.1, 0.7, 0.8, 0.8, 0.7, 0.2, 0, 0]},
            "platform-worker": {"share_of_employed": 0.1},
        },
        "households": {"sizes": {1: 0.3, 2: 0.3, 3: 0.2, 4: 0.2}},
        "ties": [
            {"kind": "household"},
            {"kind": "clique", "name": "work", "size": choose.choice([3, 5]), "who": "employed-or-school"},
            {
                "kind": "ring",
                "name": "friends",
                "reach": choose.choice([1, 2]),
                "sort": {"age": 1.0},
                "noise": 0.3,
            },
            {"kind": "permutation", "name": "far-1"},
            {"kind": "permutation", "name": "far-2"},
        ],
        "propensity": {"shape": 0.5, "correlation": choose.choice([0.0, 0.3, 1.0])},
        "travel": {
            "air": {"per_day": 0.03},
            "fast-rail": {
                "per_year": 20,
                "by_income": [0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8],
            },
        },
        "perceived_certainty": {
            "prior": {"offence": 0.2, "lawful": choose.choice([0.0, 0.05])},
            "learning": choose.choice([0.0625, 0.3]),
            "vicarious": choose.choice([0.0, 0.02]),
            "cross_class": 0.25,
            "fading": choose.choice([{"half_life_days": 20}, {"step_days": 7}]),
            "elasticity": {"offence": 1.5, "lawful": 2.2},
        },
        "acts": {
            "red-light": {"recorded": 3.0, "per": "licence", "certainty_now": 0.3, "headroom": 4.2},
            "fare-evasion": {
                "base": 30,
                "per": "person",
                "certainty_now": 0.1,
                "headroom": 4.2,
                "heterogeneity": {"shape": 2.0},
            },
            "smoking-on-a-train": {"base": 3, "per": "trip", "certainty_now": 0.2, "headroom": 4.2},
            "jaywalking": {
                "base": 15,
                "per": "person",
                "headroom": 4.2,
                "gradient": {"age": [0, 1, 2, 1, 1, 1, 1, 1, 0.5], "measures": "conduct"},
            },
            "petition": {"base": 8, "per": "person", "headroom": 3.0},
            "volunteering": {"base": 20, "per": "person", "headroom": 1.25},
        },
        "existing": ["licence.yaml"],
        "burn_in_years": 0,
    }


def licence(choose: random.Random) -> Table:
    """A scheme of today with novices, a return to full, a void list and a course; its terms are weeks."""
    return {
        "regime": "test-licence",
        "name": "A licence for tests",
        "kind": "existing",
        "schemes": [
            {
                "scheme": "licence",
                "who": "licence",
                "reads": "today",
                "disclosed": True,
                "score": {
                    "start": 12,
                    "novice_start": 6,
                    "floor": 0,
                    "ceiling": 12,
                    "tiers": [
                        {"tier": "clear", "from": 7},
                        {"tier": "low", "from": 1},
                        {"tier": "void", "from": 0},
                    ],
                    "hysteresis": 0,
                    "repair": [
                        {"after_days": choose.choice([5, 9]), "points": 1, "if": "last-loss-was-one"},
                        {"after_days": 14, "to": "ceiling", "after_days_heavy": choose.choice([14, 21])},
                        {"every_days": choose.choice([4, 7]), "points": 2, "if": "novice"},
                    ],
                    "novice_cycle_days": choose.choice([23, 50]),
                },
                "catalogue": {
                    "red-light": {"points": choose.choice([1, 4]), "heavy": True},
                    "fare-evasion": {"points": choose.choice([1, 2])},
                },
                "lists": [
                    {
                        "list": "licence-void",
                        "entry": {"tier": "void"},
                        "exit": {"after_days": choose.choice([1, 10]), "score": 6, "novice": True},
                        "prevents": {"exposure": "licence"},
                    },
                    {"list": "course-taken", "entry": {"offer": "course"}, "exit": {"after_days": 15}},
                ],
                "offers": [
                    {
                        "offer": "course",
                        "tiers": choose.choice([["low"], ["clear", "low"]]),
                        "per_year": 40,
                        "points": 4,
                        "not_on": "course-taken",
                    }
                ],
            }
        ],
    }


def sensors(choose: random.Random) -> Iterator[Table]:
    """Every kind of sensor: faces, a declared error, telephones, a register, a gate that raises alarms."""
    gallery = {"scope": choose.choice(["national", "region"]), "size": 1_000_000}
    yield {
        "sensor": "faces",
        "kind": "camera",
        "places": ["street", "transit", "train"],
        "coverage": choose.choice([0.4, 0.9]),
        "sees": {"fare-evasion": 0.9, "jaywalking": 0.8, "smoking-on-a-train": 1.0},
        "identification": {
            "mode": "identify",
            "gallery": gallery,
            "target_fpir": 0.3,
            "multipliers": {"class-1": 1, "class-2": 3, "class-3": 10},
        },
    }
    yield {
        "sensor": "plates",
        "kind": "camera",
        "places": ["street"],
        "density_per_km2": {"rural": 50, "town": 500, "metropolis": 2000},
        "sees": {"jaywalking": 0.5},
        "identification": {
            "mode": "declared",
            "wrong": {"class-1": 0.2, "class-2": 0.5, "class-3": 0.5},
            "victim": choose.choice(["anyone", "same-class"]),
        },
    }
    yield {
        "sensor": "phones",
        "kind": "phone",
        "places": ["square", "online"],
        "coverage": 0.7,
        "sees": {"petition": 0.8, "volunteering": 0.9},
        "identification": {"mode": "none"},
    }
    yield {
        "sensor": "register",
        "kind": "register",
        "reads": ["red-light", "fare-evasion"],
        "missed_links": 0.1,
        "false_links": 0.2,
    }
    yield {
        "sensor": "gate",
        "kind": "camera",
        "places": ["train"],
        "passages_per_day": 0.5,
        "identification": {"mode": "presence", "gallery": {"scope": "national", "size": 10000}, "fmr": 3e-6},
        "on_alert": {"points": choose.choice([0, 7])},
    }


def repair(choose: random.Random) -> list[Table]:
    """Recurring steps that end below the ceiling or at it, with or without a return to full."""
    ways: list[list[Table]] = [
        [{"every_days": 3, "points": 2, "to": choose.choice([60, 80])}],
        [{"every_days": 7, "points": 30}],
        [{"after_days": 12, "to": "ceiling", "after_days_heavy": 30}],
        [{"every_days": 5, "points": 3, "to": 80}, {"after_days": 20, "to": "ceiling"}],
        [{"every_days": 4, "points": 1}, {"after_days": 3, "points": 5, "if": "last-loss-was-one"}],
        [],
    ]
    return choose.choice(ways)


def scheme(choose: random.Random, name: str) -> Table:
    """One score of three tiers, from which many fall, with merits that lift above where repair ends."""
    start = choose.choice([60, 80, 90])
    ties = ["household", "work", "friends", "far-1", "far-2"]
    lists: list[Table] = [
        {
            "list": f"{name}-travel",
            "entry": {"tier": "low"},
            "exit": {"tier": choose.choice(["high", "middle"])},
            "refuses": {"air": choose.choice([0.5, 1.0]), "fast-rail": 1.0},
        },
        {
            "list": f"{name}-ban",
            "entry": {"act": "smoking-on-a-train"},
            "exit": {"after_days": choose.choice([4, 12])},
            "refuses": {"fast-rail": 0.7},
        },
    ]
    if choose.random() < 0.5:
        lists.append(
            {
                "list": f"{name}-quiet",
                "entry": {"tier": "middle"},
                "exit": {"after_days": 8, "score": choose.choice([50, 70, 95])},
                "prevents": {"exposure": "smartphone"},
            }
        )
    catalogue: Table = {
        "fare-evasion": {"points": choose.choice([5, 20, 40])},
        "smoking-on-a-train": {"points": 15, "heavy": True},
        "jaywalking": {"points": choose.choice([1, 9]), "cap_per_day": choose.choice([9, 12])},
        "petition": {"points": 4},
        "volunteering": {"merit": choose.choice([6, 25]), "cap_per_day": 20},
        "red-light": {"points": 10, "heavy": True},
    }
    return {
        "scheme": name,
        "who": choose.choice(["everyone", "everyone", "adults", "smartphone", "licence"]),
        "reads": choose.choice(["regime", "regime", "today"]),
        "disclosed": choose.random() < 0.7,
        "score": {
            "start": start,
            "floor": choose.choice([0, -50]),
            "ceiling": 100,
            "tiers": [
                {"tier": "high", "from": 70},
                {"tier": "middle", "from": 40},
                {"tier": "low", "from": -50},
            ],
            "hysteresis": choose.choice([0, 5]),
            "repair": repair(choose),
        },
        "catalogue": catalogue,
        "association": {
            "points": choose.choice([0, 2, 3]),
            "on": "tier-fall",
            "to": choose.sample(ties, k=choose.choice([2, 5])),
            "breaks_clean_time": choose.random() < 0.5,
        },
        "lists": lists,
        "offers": (
            [{"offer": "service", "tiers": ["low"], "per_year": choose.choice([20, 60]), "points": 6}]
            if choose.random() < 0.5
            else []
        ),
    }


def regime(choose: random.Random) -> Table:
    """A regime of one or two such scores, told or not, announced or not."""
    watch = list(sensors(choose))
    schemes = [scheme(choose, "first")]
    if choose.random() < 0.5:
        schemes.append(scheme(choose, "second"))
    for one in schemes:
        one["score"]["tiers"][-1]["from"] = one["score"]["floor"]
    out: Table = {
        "regime": "test-regime",
        "name": "A regime for tests",
        "kind": "invented",
        "notice": choose.random() < 0.6,
        "sensors": [one for one in watch if choose.random() < 0.8] or watch,
        "schemes": schemes,
    }
    if choose.random() < 0.6:
        out |= {"announced": choose.choice([START, date(2028, 1, 20)]), "believed_share": 0.8}
    return out


def write(folder: Path, files: dict[str, Table]) -> None:
    """Declarations as files, keys in the order given; as JSON, which is quick, but with numbers as keys."""
    for name, content in files.items():
        text = json.dumps(content, indent=1, default=date.isoformat)
        (folder / f"{name}.yaml").write_text(re.sub(r'(?m)^( +)"([0-9]+)":', r"\1\2:", text), "utf-8")


def with_work_and_money(seed: int, files: dict[str, Table]) -> None:
    """Jobs, hardship, fines that go unpaid, ratings: put into the declarations of a seed."""
    choose = random.Random(1000 + seed)
    of = files["country"]
    of["work"] = {
        "transitions": {
            "employed": [0.8, 0.1, 0.1],
            "unemployed": [0.3, 0.5, 0.2],
            "inactive": [0.2, 0.1, 0.7],
        },
        "replacement": {
            "covered": choose.choice([0.5, 0.7]),
            "covered_months": choose.choice([0, 1]),
            "after": 0.2,
            "enough": 0.6,
        },
        "strain": {"offence": 0.8, "lawful": choose.choice([0, 0.3])},
    }
    of["attributes"]["employed"] = {"by_age": [0, 0.1, 0.5, 0.55, 0.5, 0.5, 0.2, 0.1, 0]}
    of["attributes"]["platform-worker"] = {"share_of_employed": 0.6}
    of["acts"]["unpaid-fine"] = {"arises": "arrears", "per": "person"}
    of["acts"]["strike"] = {"base": 12, "per": "employed", "headroom": 3.0}
    of["income"] = {"deciles": {"d1": 13000, "median": 24000, "d9": 44000}, "gini": 0.3, "body_sigma": 0.475}
    fine = {"euros": 68, "notice": 0.8, "paid_at_once": 0.4, "recovered": 0.3}
    of["money"] = {
        "fines": {"red-light": fine, "fare-evasion": fine | {"euros": 700}},
        "increase": 2.5,
        "recovery_months": choose.choice([2, 5]),
        "payment": {"income": 0.5, "hardship": 1.0, "arrears": 1.0},
    }
    if choose.random() < 0.5:
        of["money"]["shortfall"] = {"floor": 900, "share": 0.2}
    for name in ("one", "two"):
        for one in files[name]["schemes"]:
            one["catalogue"]["unpaid-fine"] = {"points": choose.choice([3, 20])}
            one["hiring"] = {"middle": 0.6, "low": choose.choice([0, 0.3])}
            one["dismissal"] = {"low": 0.4}
        for sensor in files[name]["sensors"]:
            if sensor["kind"] == "register":
                sensor["reads"].append("unpaid-fine")
    files["two"]["ratings"] = {
        "per_month": choose.choice([6, 25]),
        "deficit": {"shape": 2, "mean": 0.5},
        "reciprocity": 0.2,
        "inflation": 0.5,
        "bias": {"class-3": 0.2},
        "line": 4.5,
        "warning_months": choose.choice([0, 1]),
    }


def scenario(
    folder: Path,
    seed: int,
    *,
    people: int = 600,
    days: int = 60,
    work: bool = False,
    fixed: bool = False,
    **changes: object,
) -> Scenario:
    """The scenario of this seed with the comparator and two regimes, declared in `folder`.

    `work`: with jobs, money and ratings; `fixed`: with the places of the comparator.
    """
    choose = random.Random(seed)
    files: dict[str, Table] = {
        "country": country(choose),
        "licence": licence(choose),
        "one": regime(choose),
        "two": regime(choose),
        "scenario": {
            "scenario": "test-scenario",
            "title": "A scenario for tests",
            "country": "country.yaml",
            "start": START,
            "days": days,
            "people": people,
            "burn_in_years": 0,
            "arms": {"status-quo": {}, "one": {"regime": "one.yaml"}, "two": {"regime": "two.yaml"}},
        }
        | changes,
    }
    files["country"]["opinion"] = OPINION
    files["one"] |= SAID
    if work:
        with_work_and_money(seed, files)
    if fixed:
        files["country"]["work"]["vacancies"] = "fixed"
    write(folder, files)
    return load_scenario(folder / "scenario.yaml")


NOT_COUNTED = ("shunning", "bought_repair", "redress", "decisions")
"""What a scheme may declare and neither the dense reference nor the daily recount follows."""


def rank_my_life(folder: Path, **changes: Any) -> Scenario:
    """The shipped example of France in a scenario of its own, without what is `NOT_COUNTED`."""
    text = (data_folder() / "regimes" / "rank-my-life-2028.yaml").read_text("utf-8")
    regime = YAML(typ="safe").load(text)
    for scheme in regime["schemes"]:
        for key in NOT_COUNTED:
            scheme.pop(key, None)
    scenario = {
        "scenario": "rank-my-life",
        "title": "Rank my Life",
        "country": "france",
        "start": "2028-01-01",
        "days": 60,
        "people": 2000,
        "arms": {"status-quo": {}, "rank-my-life-2028": {"regime": "regime.yaml"}},
    }
    write(folder, {"regime": regime, "scenario": scenario | changes})
    return load_scenario(folder / "scenario.yaml")
