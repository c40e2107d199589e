"""The JSON Schemas of the ten kinds of declaration, for editors that complete and check YAML.

They say the form. What one key says about another, and about other files, only `moot check` knows.
"""

from __future__ import annotations

import json
from typing import Any, Literal, get_args

from moot.country.schema import Country
from moot.declaring.values import Declaration
from moot.experiment.adoption import Adoption
from moot.experiment.calibration import Calibration
from moot.experiment.declaration import Experiment
from moot.experiment.fitted import Fitted
from moot.experiment.scenario import Scenario
from moot.regime.cases import Cases
from moot.regime.players import Players
from moot.regime.schema import Regime
from moot.vocabulary import Vocabulary

__all__ = ["SCHEMA_KINDS", "SchemaKind", "json_schema", "schema_text"]

SchemaKind = Literal[
    "vocabulary", "country", "regime", "scenario", "adoption", "experiment", "calibration", "fitted",
    "players", "test",
]  # fmt: skip
SCHEMA_KINDS: tuple[SchemaKind, ...] = get_args(SchemaKind)

_MODELS: dict[SchemaKind, type[Declaration]] = {
    "vocabulary": Vocabulary,
    "country": Country,
    "regime": Regime,
    "scenario": Scenario,
    "adoption": Adoption,
    "experiment": Experiment,
    "calibration": Calibration,
    "fitted": Fitted,
    "players": Players,
    "test": Cases,
}


def json_schema(kind: SchemaKind) -> dict[str, Any]:
    """The schema of one kind of file (JSON Schema 2020-12)."""
    schema = _MODELS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text(kind: SchemaKind) -> str:
    """The schema as it is shipped: indented, keys sorted, ending in a newline."""
    return json.dumps(json_schema(kind), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
