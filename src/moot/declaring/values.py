"""The values that declarations are made of: parts, text, names, dates and quantities.

A *quantity* is a number with its credentials, in one of three spellings::

    per_year: 1.2
    per_year: {value: 1.2, range: [0.5, 3], source: "…", mark: V, unit: trips, note: "…"}
    per_year: {values: [{from: 2020-01-01, value: 1.2}, {from: 2024-01-01, value: 1.4}], mark: V}
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    SerializationInfo,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from moot.declaring.source import Source
from moot.errors import Problem

__all__ = [
    "ActName",
    "Declaration",
    "IsoDate",
    "Many",
    "Mark",
    "NonNegative",
    "Part",
    "Positive",
    "Probability",
    "Quantity",
    "Reference",
    "Share",
    "Slug",
    "Text",
    "Words",
]

Mark = Literal["V", "V-calc", "V-weak", "K", "C", "assumed"]
"""How a number is known: read in the source; arithmetic on such; in a weak source; general knowledge not read
again; calibrated; assumed (nothing is published, so it needs a range)."""

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in the file; a tuple here, because declarations never change."""


def _ordinary(text: str) -> str:
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise ValueError("has characters that are not text; expected ordinary text")
    return text


Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_ordinary)]


class Words(str):
    """A text of a data file in two languages: ``{en: …, fr: …}``, or a plain text for every language.

    As a string it is the English, or what was written; `of` gives it in a language.
    """

    french: str | None

    __slots__ = ("french",)

    def __new__(cls, english: str, french: str | None = None) -> Words:
        made = super().__new__(cls, english)
        made.french = french
        return made

    def of(self, language: str) -> str:
        """The text in a language; what was written where it has no other."""
        return self.french if language == "fr" and self.french is not None else str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = handler(Text)
        pair = core_schema.typed_dict_schema(
            {name: core_schema.typed_dict_field(text) for name in ("en", "fr")}, extra_behavior="forbid"
        )
        return core_schema.no_info_before_validator_function(
            _as_pair,
            core_schema.no_info_after_validator_function(
                lambda given: cls(given["en"], given["fr"]) if isinstance(given, dict) else cls(given),
                core_schema.tagged_union_schema({"pair": pair, "text": text}, _pair_or_text),
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(_as_written, info_arg=True),
        )


def _as_pair(given: object) -> object:
    """Words that were read before, as they are written in a file."""
    if isinstance(given, Words):
        return {"en": str(given), "fr": given.french} if given.french is not None else str(given)
    return given


def _as_written(given: Words, info: SerializationInfo) -> object:
    """As in a file; with ``{"language": …}`` as the context of a dump, in that language alone."""
    return given.of(info.context["language"]) if info.context else _as_pair(given)


def _pair_or_text(given: object) -> str:
    return "pair" if isinstance(given, dict) else "text"


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A name: small letters, digits and hyphens."""
ActName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*:)?[a-z0-9]+(-[a-z0-9]+)*$", max_length=80),
]
"""The name of an act: a word of the vocabulary, or `prefix:name`."""
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""The name of something shipped, or a path beside the declaration."""
Share = Annotated[float, Field(ge=0, le=1)]


def _iso_date(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(
                f'"{value}" is not a day of the calendar; expected a date such as 2028-01-01'
            ) from None
    raise ValueError("not a date; expected year-month-day such as 2028-01-01")


IsoDate = Annotated[date, BeforeValidator(_iso_date), WithJsonSchema({"type": "string", "format": "date"})]


class Part(BaseModel):
    """A part of a declaration: its keys are fixed, it never changes, and it may say where it comes from."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        populate_by_name=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )

    source: Text | None = None
    mark: Mark | None = None
    note: Text | None = None


class Dated(Part):
    """A value in force from a day on."""

    from_: IsoDate = Field(alias="from")
    value: float


class Quantity(Part):
    """A number with its range, source and mark; see the module for the three spellings.

    `range` is the closed interval in which the number may lie; it contains the value, or every dated value.
    """

    value: float | None = None
    values: Many[Dated] | None = None
    range: Annotated[tuple[float, float], Field(strict=False)] | None = None
    unit: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_spelling(cls, given: Any) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return {"value": given}
        return given

    @model_validator(mode="after")
    def _coherent(self) -> Quantity:
        if (self.value is None) == (self.values is None):
            raise ValueError("needs exactly one of `value` and `values`")
        if self.values is not None:
            days = [dated.from_ for dated in self.values]
            if not days:
                raise ValueError("`values` is empty; expected at least one {from: DATE, value: NUMBER}")
            if days != sorted(set(days)):
                raise ValueError("`values` are not in the order of their dates")
        if self.range is not None:
            low, high = self.range
            if low > high:
                raise ValueError(f"the range [{low:g}, {high:g}] is upside down; expected [low, high]")
            for value in self._all():
                if not low <= value <= high:
                    raise ValueError(f"the value {value:g} is outside its range [{low:g}, {high:g}]")
        return self

    def _all(self) -> list[float]:
        return [self.value] if self.value is not None else [dated.value for dated in self.values or ()]

    def at(self, when: date | None = None) -> float:
        """The number in force on the day `when`; the first dated one for earlier days.

        Without a day, the only number; ValueError if it depends on the day.
        """
        if self.value is not None:
            return self.value
        if when is None:
            raise ValueError("this quantity depends on the date; say which day")
        in_force = [dated.value for dated in self.values or () if dated.from_ <= when]
        return in_force[-1] if in_force else (self.values or ())[0].value

    def upper(self) -> float:
        """The upper end of the range, or the largest value."""
        return self.range[1] if self.range is not None else max(self._all())

    def lower(self) -> float:
        """The lower end of the range, or the smallest value."""
        return self.range[0] if self.range is not None else min(self._all())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        full = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"type": "number"}, full], "title": "Quantity"}


def _within(low: float, high: float | None, words: str) -> Callable[[Quantity], Quantity]:
    def check(quantity: Quantity) -> Quantity:
        for end in (quantity.lower(), quantity.upper(), *quantity._all()):
            if end < low or (high is not None and end > high):
                raise ValueError(f"{end:g} is not {words}")
        return quantity

    return check


def _positive(quantity: Quantity) -> Quantity:
    if quantity.lower() <= 0:
        raise ValueError(f"{quantity.lower():g} is not above 0")
    return quantity


Probability = Annotated[Quantity, AfterValidator(_within(0, 1, "between 0 and 1"))]
NonNegative = Annotated[Quantity, AfterValidator(_within(0, None, "0 or more"))]
Positive = Annotated[Quantity, AfterValidator(_positive)]


class Declaration(Part):
    """A whole file: a vocabulary, country, regime, scenario or test.

    `source_path` is the file it was read from; `warnings` what was noticed and is not an error;
    `content_hash` the SHA-256 of its canonical JSON: keys sorted, numbers in shortest form, paths left out.
    """

    _source: Source | None = PrivateAttr(default=None)
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())

    @property
    def source_path(self) -> Path | None:
        """The file this was read from, or None if it was made in memory."""
        return self._source.path if self._source else None

    @property
    def shown_path(self) -> str:
        """The file as messages name it."""
        return self._source.shown if self._source else "<memory>"

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the checks noticed without refusing it."""
        return self._warnings

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of everything that this declaration says, tables and resolved parts included."""
        return hashlib.sha256(canonical_json(self.resolved())).hexdigest()

    def resolved(self) -> dict[str, Any]:
        """Everything that this declaration says, as plain values with the keys of the file."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def canonical_json(content: Any) -> bytes:
    """One spelling for one content: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
