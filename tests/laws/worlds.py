"""Small worlds for the laws: a country with few acts, one law switched on at a time.

Everything that would blur a law is off: no learning, no elasticity, no lists, nobody hears of anybody. A test
switches on what its law is about.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from moot.experiment import simulation
from moot.experiment.scenario import Scenario, load_scenario
from moot.experiment.simulation import Result, simulate

YEAR = 365.25
SIGMAS = 4.0

COUNTRY: dict[str, Any] = {
    "country": "plain",
    "name": "A plain country",
    "regions": {"equal": 2},
    "households": {"sizes": {1: 0.4, 2: 0.6}},
    "ties": [{"kind": "household"}],
    "propensity": {"shape": 0.5, "correlation": 0.3},
    "perceived_certainty": {
        "prior": {"offence": 0.2, "lawful": 0.05},
        "learning": 1e-6,
        "vicarious": 0,
        "cross_class": 0,
        "fading": {"half_life_days": 180},
        "elasticity": {"offence": 0, "lawful": 0},
    },
    "acts": {},
    "burn_in_years": 0,
}
SCORE: dict[str, Any] = {
    "start": 100,
    "floor": 0,
    "ceiling": 100,
    "tiers": [{"tier": "all", "from": 0}],
}
REGIME: dict[str, Any] = {"regime": "watch", "name": "A plain scheme", "kind": "invented", "sensors": []}


def country(acts: dict[str, Any], *, beliefs: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The plain country with these acts; `beliefs` are merged into perceived certainty."""
    made = copy.deepcopy(COUNTRY) | changes
    made["acts"] = acts
    made["perceived_certainty"] = made["perceived_certainty"] | (beliefs or {})
    return made


def scheme(
    catalogue: dict[str, Any], *, score: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """A scheme that reads the regime's sensors and that nobody is told of."""
    made = {
        "scheme": "score",
        "who": "everyone",
        "reads": "regime",
        "disclosed": False,
        "score": SCORE | (score or {}),
        "catalogue": catalogue,
    }
    return made | changes


def regime(
    *schemes: dict[str, Any], sensors: Iterable[dict[str, Any]] = (), **changes: Any
) -> dict[str, Any]:
    """A regime of these schemes and sensors."""
    return copy.deepcopy(REGIME) | {"sensors": list(sensors), "schemes": list(schemes)} | changes


def eye(sees: dict[str, float], *, coverage: float = 1.0, **changes: Any) -> dict[str, Any]:
    """A sensor that looks everywhere with one coverage and knows whom it sees."""
    made = {
        "sensor": "eye",
        "kind": "camera",
        "places": ["street", "road", "square", "home", "transit", "online", "shop", "work", "train"],
        "coverage": coverage,
        "sees": sees,
        "identification": {"mode": "none"},
    }
    return made | changes


def scenario(
    folder: Path,
    of: dict[str, Any],
    arms: dict[str, dict[str, Any]] | None = None,
    *,
    people: int,
    days: int,
    start: str = "2028-01-01",
    comparator: str = "status-quo",
    burn_in_years: int = 0,
) -> Scenario:
    """Write a country, its arms and a scenario into `folder`, and read them."""
    folder.mkdir(parents=True, exist_ok=True)
    yaml = YAML(typ="safe")
    yaml.dump(of, folder / "country.yaml")
    listed: dict[str, Any] = {comparator: {}}
    for name, one in (arms or {}).items():
        yaml.dump(one, folder / f"{name}.yaml")
        listed[name] = {"regime": f"{name}.yaml"}
    content = {
        "scenario": "law",
        "title": "A law",
        "country": "country.yaml",
        "start": date.fromisoformat(start),
        "days": days,
        "people": people,
        "burn_in_years": burn_in_years,
        "comparator": comparator,
        "arms": listed,
    }
    yaml.dump(content, folder / "scenario.yaml")
    return load_scenario(folder / "scenario.yaml")


def everybody_seen(monkeypatch: Any) -> None:
    """Keep the life of everybody: laws are about all people, the panel is about what a reader may open."""
    monkeypatch.setattr(simulation, "panel_of", lambda people, seed, size: np.arange(people, dtype=np.int64))


def run(of: Scenario, **options: Any) -> Result:
    """Simulate on one thread."""
    return simulate(of, **({"threads": 1, "seed": 1} | options))


def total(result: Result, measure: str, arm: str) -> int:
    """The sum of a flow over regions and days."""
    a = result.arms.index(arm)
    names = result.compiled.columns.flow_names[a]
    (column,) = (c for c, name in names.items() if name == measure)
    return int(result.record.region[a, :, :, column].sum())


def daily(result: Result, measure: str, arm: str) -> NDArray[np.int64]:
    """A flow by day, all regions together."""
    a = result.arms.index(arm)
    names = result.compiled.columns.flow_names[a]
    (column,) = (c for c, name in names.items() if name == measure)
    return np.asarray(result.record.region[a, :, :, column].sum(axis=1), np.int64)


def by_slot(result: Result, measure: str, arm: str) -> dict[tuple[str, str], int]:
    """The sum of a flow over days by (attribute, level)."""
    a = result.arms.index(arm)
    names = result.compiled.columns.flow_names[a]
    (column,) = (c for c, name in names.items() if name == measure)
    sums = result.record.level[a, :, :, column].sum(axis=0)
    return {slot: int(n) for slot, n in zip(result.compiled.slots, sums, strict=True)}


def stock(result: Result, measure: str, arm: str) -> NDArray[np.int64]:
    """A stock at the end of each day, all regions together."""
    a = result.arms.index(arm)
    names = result.compiled.columns.stock_names[a]
    (column,) = (c for c, name in names.items() if name == measure)
    return np.asarray(result.record.s_region[a, :, :, column].sum(axis=1), np.int64)


def lives(result: Result) -> NDArray[np.int64]:
    """(events, 8): day, person, arm, what, act, source, x, y; sorted by person, then day."""
    rows = np.concatenate(result.record.lives) if result.record.lives else np.zeros((0, 8), np.int64)
    return rows[np.lexsort((rows[:, 0], rows[:, 1]))]


def clustered(mean_a_person: float, shape: float, people: int) -> float:
    """Standard error of a total over people whose counts are negative binomial with this mean and shape."""
    return math.sqrt(people * mean_a_person * (1.0 + mean_a_person / shape))


def binomial(p: float, n: float) -> float:
    """Standard error of a share."""
    return math.sqrt(max(p * (1.0 - p), 1e-12) / n)


def agrees(found: float, expected: float, error: float, *, what: str = "") -> None:
    """`found` lies within four standard errors of `expected`."""
    apart = (found - expected) / error
    assert abs(apart) < SIGMAS, f"{what} {found:.6g}, expected {expected:.6g}: {apart:+.2f} standard errors"
