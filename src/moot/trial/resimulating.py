"""A remedy simulated: the experiment of an exhibit, the scheme as it is beside the scheme as ordered."""

from __future__ import annotations

import json
from typing import Any

from moot.errors import CaseError
from moot.experiment.declaration import Experiment, experiment_of
from moot.findings import experimenting
from moot.regime.remedied import ordered
from moot.trial.exhibits import Exhibit
from moot.trial.remedies import remedy_of

__all__ = ["experiment_with"]


def experiment_with(exhibit: Exhibit, name: str) -> tuple[Experiment, str, tuple[str, ...]]:
    """The experiment in which a remedy is simulated beside what an exhibit shows; the arm of the remedy; what
    the order changes, a sentence each.

    It has the scenario, people, draws and seeds of the exhibit (fresh seeds where the remedy says so), its
    comparator, its arm as it is, and its arm under the order; and at least as many days as the remedy asks.
    Raises `CaseError` for a remedy that cannot be simulated, `UserError` for one that changes nothing.
    """
    remedy = remedy_of(name)
    if remedy.order is None:
        raise CaseError(f"{name}: cannot be simulated ({remedy.unmeasured})")
    found = exhibit.content
    start = experimenting.experiment_of(json.loads(found["about"]))
    scenario = next(one for one in start.scenario_models if one.scenario == found["scenario"])
    regime = scenario.arm_regimes[found["arm"]]
    if regime is None:
        raise CaseError(f"the arm {found['arm']} has no regime; there is nothing to order")
    changed, words = ordered(regime, remedy.order, months=remedy.months)
    arms = {found["twin"]: scenario.arm_regimes[found["twin"]], found["arm"]: regime}
    arm = found["arm"]
    if remedy.order != "as-it-is":
        arm = name
        arms[arm] = changed
    played = scenario.with_arms(arms)
    if remedy.days is not None and remedy.days > played.days:
        played = played.replace(days=remedy.days)
    keys: dict[str, Any] = {
        "experiment": f"{start.experiment[:60]}-{name}"[:100],
        "title": f"{start.title}: {remedy.title}",
        "replicates": start.replicates.model_dump(),
        "seed": found["seeds"][1] + 1 if remedy.fresh_seeds else start.seed,
        "level": start.level,
        "interval": start.interval,
    }
    if start.draws is not None:
        keys["draws"] = start.draws.model_dump(exclude_none=True)
    for key in ("measures", "primary"):
        if getattr(start, key):
            keys[key] = getattr(start, key)
    return experiment_of(played, **keys), arm, words
