"""The builder of regimes: a file or a model goes in, what is wrong with it or what it says comes out.

Nothing is kept. What is wrong is what `moot check` says, at the same line and column; anchors, tags, and
texts that are too large, too deep or too long are refused by the same reader.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from moot.country.schema import Country
from moot.declaring.files import data_folder, shipped_names
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError, Problem, UserError
from moot.experiment.prospect import prospect_lines
from moot.experiment.scenario import load_scenario
from moot.experiment.schemas import json_schema
from moot.regime.reading import load_regime, regime_from
from moot.regime.schema import Regime
from moot.regime.words import account
from moot.regime.writing import content_of, text_of
from moot.vocabulary import load_vocabulary
from moot.web.answers import place_of
from moot.web.lab import changed
from moot.web.lab_counts import both
from moot.web.lab_routes import Name, shipped
from moot.web.lab_rules import first_rule, rules_of
from moot.web.lab_words import account_parts

__all__ = ["MOST", "router"]

MOST = 200_000
"""Characters of a regime."""
router = APIRouter(tags=["builder"])


class Written(BaseModel):
    """A regime as a file, and the scenario whose country is to meet it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"yaml": "regime: my-scheme\nname: Mine\nkind: invented\n"}]},
    )
    yaml: str = Field(max_length=MOST)
    scenario: str | None = Field(default=None, max_length=80, pattern=r"^[a-z0-9-]+$")


class Model(BaseModel):
    """A regime as plain values, as `moot schema regime` describes them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"model": {"regime": "my-scheme", "name": "Mine"}}]}
    )
    model: Annotated[dict[str, Any], Field(max_length=100)]


@router.get("/api/regimes", summary="The shipped regimes, and a scaffold to begin with")
def regimes() -> list[dict[str, str]]:
    """Name, title and kind of each."""
    found = [load_regime(name) for name in shipped_names("regime")]
    return [{"name": one.regime, "title": one.name, "kind": one.kind} for one in found]


@router.get("/api/regimes/{name}", summary="The file of a shipped regime; `scaffold` for one to begin with")
def regime(name: Name) -> dict[str, Any]:
    """Its text, and the same as plain values."""
    if name == "scaffold":
        text = (data_folder() / "scaffolds" / "regime.yaml").read_text("utf-8").replace("NAME", "my-scheme")
    else:
        text = (data_folder() / "regimes" / f"{shipped('regime', name)}.yaml").read_text("utf-8")
    return {"name": name, "yaml": text, "model": content_of(regime_from(source_of_text(text, "regime.yaml")))}


@router.get("/api/builder", summary="What a regime is built of")
def parts() -> dict[str, Any]:
    """The JSON Schema, and the words of the vocabulary: acts, places, contexts, attributes."""
    words = load_vocabulary()
    return {
        "schema": json_schema("regime"),
        "acts": {
            name: {"class": act.class_, "domain": act.domain, "place": act.place, "title": _act(name)}
            for name, act in words.acts.items()
        },
        "contexts": {name: both("measures", f"context.{name}") for name in words.contexts},
        "places": list(words.places),
        "banner": both("laboratory", "banner"),
    }


def _act(name: str) -> dict[str, str]:
    return both("measures", f"act.{name}")


@router.post("/api/check", summary="What is wrong with a regime, or what it says")
def check(asked: Written) -> dict[str, Any]:
    """Everything that is wrong, with line and column; else the account of the scheme in words."""
    country: Country | None = None
    try:
        made = regime_from(source_of_text(asked.yaml, "regime.yaml"))
        if asked.scenario is not None:
            scenario = load_scenario(shipped("scenario", asked.scenario))
            country = scenario.country_model
            changed(scenario, made, {})
    except DeclarationError as error:
        return _wrong([place_of(one) for one in error.problems])
    except UserError as error:
        return _wrong([place_of(Problem(path="regime.yaml", message=str(error)))])
    return {
        "ok": True,
        "errors": [place_of(one) for one in made.warnings],
        "account": "\n".join(account(made, country)),
        "words": account_parts(made, country),
        "model": content_of(made),
        "rules": rules_of(made),
        "first": first_rule(made),
        "prospect": [str(line) for line in prospect_lines(made)],
    }


def _wrong(errors: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ok": False, "errors": errors, "account": "", "words": None, "model": None, "rules": [],
        "first": "", "prospect": [],
    }  # fmt: skip


@router.post("/api/build", summary="The file of a regime that was built")
def build(asked: Model) -> dict[str, str]:
    """YAML that reads back as the same declaration; what is wrong is told by its path."""
    made: Regime = regime_from(
        source_of_text(json.dumps(asked.model, ensure_ascii=False, indent=1), "regime")
    )
    return {"yaml": text_of(content_of(made), [both("laboratory", "banner")["en"]])}
