"""What only people know about a scheme: `assessment.yaml`, read with line and column.

An invented scheme and invented people. Do not write about a real person or a real case. Everything is
optional; what is not given is shown as not stated, and a severity without a reason is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from moot.declaring.complaints import Complaint, complain_unknown, declared
from moot.declaring.files import find
from moot.declaring.source import Source
from moot.declaring.values import Declaration, IsoDate, Many, Part, Slug, Text
from moot.dossier.harms import harms

__all__ = ["Assessment", "assessment_from", "is_assessment", "load_assessment", "schema_text"]

BANNER = "An invented scheme and invented people. Do not write about a real person or a real case."
Typed = Annotated[Text, Field(min_length=1)]


class Choice(Part):
    """Who chose a number, and why. `parameter` is a name as in `regime.sensors.phone-app.coverage`."""

    parameter: Typed
    chosen_by: Typed
    why: Typed | None = None


class Consulted(Part):
    """Somebody in a role (never a name) who was asked, and what they said."""

    who: Typed
    said: Typed | None = None


class Reader(Part):
    """A second reader, by role, and what they said."""

    who: Typed
    said: Typed | None = None
    on: IsoDate | None = None


class Judged(Part):
    """What people judge of a harm, in HUDERIA's words; `severity` needs a `reason`."""

    harm: Slug
    scale: Typed | None = None
    scope: Typed | None = None
    probability: Typed | None = None
    reversibility: Typed | None = None
    severity: Typed | None = None
    reason: Typed | None = None


class Assessment(Declaration):
    """What people say of a scheme under the six headings of article 27 of the AI Act; read with
    `load_assessment`. An invented scheme and invented people: do not write about a real person or case."""

    assessment: Slug
    date: IsoDate | None = None
    provider: Typed | None = None
    deployer: Typed | None = None
    controller: Typed | None = None
    aim: Typed | None = None
    harm_fought: Typed | None = None
    legal_basis: Typed | None = None
    process: Typed | None = None
    data_categories: Many[Typed] = Field(default=(), max_length=50)
    retention: Typed | None = None
    period: Typed | None = None
    frequency: Typed | None = None
    groups_affected: Many[Typed] = Field(default=(), max_length=50)
    oversight: Typed | None = None
    measures: Typed | None = None
    governance: Typed | None = None
    complaints: Typed | None = None
    decision: Typed | None = None
    consulted: Many[Consulted] = Field(default=(), max_length=50)
    second_reader: Reader | None = None
    parameters: Many[Choice] = Field(default=(), max_length=200)
    harms: Many[Judged] = Field(default=(), max_length=100)


def check_assessment(given: Assessment) -> Iterator[Complaint]:
    """What one key says against another."""
    known = [one.name for one in harms()]
    seen: list[str] = []
    for number, one in enumerate(given.harms):
        at = ("harms", number)
        if one.harm not in known:
            yield complain_unknown((*at, "harm"), "harm", one.harm, known)
        if one.harm in seen:
            yield Complaint(at=(*at, "harm"), message=f'"{one.harm}" is judged twice')
        seen.append(one.harm)
        if one.severity is not None and one.reason is None:
            message = "a severity needs its reason; expected `reason` beside it"
            yield Complaint(at=(*at, "severity"), message=message)
    names = [one.parameter for one in given.parameters]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Complaint(at=("parameters", number, "parameter"), message=f'"{name}" is there twice')


def is_assessment(source: Source) -> bool:
    """Whether a file is an assessment."""
    return "assessment" in source.data


def load_assessment(path: str | Path) -> Assessment:
    """The assessment of a file. Raises `DeclarationError` with every problem of it."""
    return assessment_from(find("experiment", Path(path)))


def assessment_from(source: Source) -> Assessment:
    """The assessment declared in `source`."""
    return declared(Assessment, source, check_assessment)


def schema_text() -> str:
    """The JSON Schema of such files as it is shipped: indented, keys sorted, ending in a newline."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Assessment.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
