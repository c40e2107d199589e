"""The scenario of a run, made again from the declarations that `run.json` holds in full."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pydantic import ValidationError

from moot.country.schema import Country
from moot.country.tables import AgeSexCell, Region
from moot.declaring.complaints import said_of
from moot.declaring.source import Source
from moot.errors import RunError
from moot.experiment.scenario import Change, Scenario
from moot.regime.schema import Regime

__all__ = ["scenario_of"]

_NOWHERE = Source(path=None, shown="run.json", lines=(), data={}, keys={}, values={})


def scenario_of(manifest: dict[str, Any]) -> Scenario:
    """The scenario that a manifest declares; its hash is the one written there, or it is refused.

    Raises `RunError` where this version of Moot reads the declarations otherwise than they were written.
    """
    recorded = manifest["scenario"]
    resolved = dict(recorded["resolved"])
    try:
        country = _country(dict(resolved["country"]))
        existing = tuple(_regime(one) for one in resolved.pop("existing"))
        regimes = {name: _regime(one) if one else None for name, one in resolved["arms"].items()}
        content = resolved | {
            "country": country.country,
            "arms": {name: {"regime": one.regime} if one else {} for name, one in regimes.items()},
        }
        changes = tuple(
            Change(date.fromisoformat(one["at"]), one["arm"], _regime(one["regime"]))
            for one in content.pop("changes", ())
        )
        scenario = Scenario.model_validate_json(json.dumps(content))
    except (KeyError, TypeError, ValueError) as error:  # a ValidationError is a ValueError
        said = "; ".join(said_of(Scenario, error)) if isinstance(error, ValidationError) else f"no {error}"
        raise RunError(f"run.json: the declarations cannot be read by this version of Moot: {said}") from None
    scenario._source = _NOWHERE
    scenario._country, scenario._existing, scenario._regimes = country, existing, regimes
    scenario._changes = changes
    if scenario.content_hash != recorded["hash"]:
        raise RunError(
            "run.json: the declarations do not have the hash written beside them; they were changed, or "
            "written by "
            f"another version of Moot ({manifest['versions']['moot']})"
        )
    return scenario


def _country(content: dict[str, Any]) -> Country:
    tables = content.pop("tables")
    country = Country.model_validate_json(json.dumps(content))
    country._source = _NOWHERE
    country.regions._rows = tuple(Region(*row) for row in tables["regions"])
    if country.age_sex is not None:
        country.age_sex._rows = tuple(AgeSexCell(*row) for row in tables["age_sex"])
    return country


def _regime(content: dict[str, Any]) -> Regime:
    regime = Regime.model_validate_json(json.dumps(content))
    regime._source = _NOWHERE
    return regime
