"""Parts of the file of an experiment: arms and what changes in them, replicates, draws of assumptions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from moot.declaring.values import IsoDate, Many, Part, Reference, Slug, Text

__all__ = [
    "ALTERNATIVES", "MOST_REPLICATES", "Arms", "Draws", "ExperimentArm", "Intervention", "Plain",
    "Replicates",
]  # fmt: skip

MOST_REPLICATES, MOST_DRAWS = 1_000, 200
ALTERNATIVES = "alternatives"
"""The word for the arms of a scenario and the milder ones to its regime."""
Plain = bool | int | float | str


class Intervention(Part):
    """From the day `at` on, an arm lives under another regime, or under its own with other values."""

    at: IsoDate
    regime: Reference | None = None
    values: dict[Text, Plain] | None = None


class ExperimentArm(Part):
    """An arm: a regime, other values in it at dotted paths, and what changes within the run."""

    regime: Reference | None = None
    values: dict[Text, Plain] | None = None
    changes: Many[Intervention] = ()


def _short(given: object) -> object:
    return {ALTERNATIVES: {}} if given == ALTERNATIVES else given


class _OrAlternatives:
    """The schema of arms: by name, or the one word."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"const": ALTERNATIVES}, handler(schema)]}


Arms = Annotated[dict[Slug, ExperimentArm], BeforeValidator(_short), _OrAlternatives]
"""Arms by name; the word `alternatives` for those of the scenario and the milder ones to its regime."""


class Replicates(Part):
    """How often everything is done again, with another seed each time; a number alone is a `count`.

    `people`: `anew` draws other people and another chance in each replicate, `fixed` the same people and
    another chance.
    """

    count: int = Field(ge=1, le=MOST_REPLICATES)
    people: Literal["anew", "fixed"] = "anew"

    @model_validator(mode="before")
    @classmethod
    def _short_spelling(cls, given: Any) -> Any:
        return {"count": given} if isinstance(given, int) and not isinstance(given, bool) else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        full = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"type": "integer"}, full], "title": "Replicates"}


class Draws(Part):
    """How often assumed numbers are drawn from their ranges, and which: names, or how names begin.

    `replicates`: of each draw, the first so many (default: all). Draws have a `seed` of their own. `ranges`:
    a file of fitted ranges, beside this one; the numbers that it names are drawn from these, which lie within
    the declared ones.
    """

    count: int = Field(ge=2, le=MOST_DRAWS)
    over: Many[Text] = Field(min_length=1)
    replicates: int | None = Field(default=None, ge=1, le=MOST_REPLICATES)
    seed: int = Field(default=1, ge=0)
    ranges: Reference | None = None
