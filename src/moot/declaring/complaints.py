"""From what validation found to sentences at a file, line and column.

Two kinds of findings become `Problem`s here: those of the models (a missing key, a text where a number
belongs) and *complaints* of the cross-checks (a tier that nobody defined). So that a reader sees all of them
at once, a file with errors of the first kind is mended in memory, as its author probably meant it, and still
checked.
"""

from __future__ import annotations

import copy
import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from moot.declaring.source import MAX_PROBLEMS, Key, Place, Source, kind_of
from moot.declaring.values import Declaration, Part, Quantity
from moot.errors import DeclarationError, Problem

__all__ = ["Complaint", "complain_unknown", "declared", "nearest", "plain_words", "said_of", "unranged"]

D = TypeVar("D", bound=Declaration)


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A finding of a cross-check about the value (or the key) at a place."""

    at: Place
    message: str
    hint: str = ""
    at_key: bool = False
    warning: bool = False


def nearest(word: object, known: Iterable[object]) -> str:
    """`did you mean "…"?` for the closest known word, or nothing."""
    close = difflib.get_close_matches(str(word), [str(other) for other in known], n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


def complain_unknown(
    at: Place, what: str, word: object, known: Iterable[object], *, at_key: bool = False
) -> Complaint:
    """The complaint about a word that nobody defined, with what there is."""
    there = [str(other) for other in known]
    listed = ", ".join(there[:12]) + (", …" if len(there) > 12 else "")
    expected = f"expected one of: {listed}" if there else f"no {what} is declared"
    return Complaint(
        at=at, message=f'unknown {what} "{word}"; {expected}', hint=nearest(word, there), at_key=at_key
    )


def unranged(at: Place, part: object) -> Iterator[Complaint]:
    """Quantities that are assumed and do not say how far they may lie."""
    if isinstance(part, Quantity):
        if part.mark == "assumed" and part.range is None:
            message = "is assumed and has no range; expected `range: [low, high]`: nothing is published"
            yield Complaint(at=at, message=message)
    elif isinstance(part, Part):
        for name, field in type(part).model_fields.items():
            yield from unranged((*at, field.alias or name), getattr(part, name))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from unranged((*at, key), value)
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from unranged((*at, number), value)


def declared(model: type[D], source: Source, check: Callable[[D], Iterable[Complaint]]) -> D:
    """The declaration in `source` as a `model`, after its cross-checks.

    Raises `DeclarationError` with every problem of the file, in the order of its lines.
    """
    problems: list[Problem] = []
    spoilt: list[Place] = []
    try:
        value = model.model_validate(source.data)
    except ValidationError as error:
        problems, spoilt = _model_problems(model, source, error)
        mended = _mended(model, source.data, error) if len(problems) < MAX_PROBLEMS else None
        if mended is None:
            raise DeclarationError(_in_order(problems)) from None
        value = mended
    for complaint in check(value):
        # What stands beside a mended value may be wrong only because of the mending.
        if any(
            complaint.at[: len(place)] == place or place[: len(complaint.at)] == complaint.at
            for place in spoilt
        ):
            continue
        problems.append(as_problem(source, complaint))
        if len(problems) >= MAX_PROBLEMS:
            break
    if any(problem.level == "error" for problem in problems):
        raise DeclarationError(_in_order(problems))
    value._source = source
    value._warnings = tuple(_in_order(problems))
    return value


def as_problem(source: Source, complaint: Complaint) -> Problem:
    """The complaint with its line and column in `source`."""
    return source.problem(
        complaint.at,
        complaint.message,
        hint=complaint.hint,
        at_key=complaint.at_key,
        warning=complaint.warning,
    )


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(
        dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column, problem.message)
    )


def _model_problems(
    model: type[BaseModel], source: Source, error: ValidationError
) -> tuple[list[Problem], list[Place]]:
    problems, spoilt = [], []
    for found in _findings(error)[:MAX_PROBLEMS]:
        place: Place = tuple(found["loc"])
        at_key = bool(place) and place[-1] == "[key]"
        if at_key:
            place = place[:-1]
        if found["type"] == "missing" and _misspelt(model, place, found["input"]):
            spoilt.append(place[:-1])
            continue
        message, hint = _sentence(model, place, found)
        if found["type"] == "extra_forbidden":
            at_key = True
        if found["type"] == "missing":
            spoilt.append(place[:-1])
        else:
            spoilt.append(place[:-1] if len(place) > 1 else place)
        problems.append(source.problem(place, message, hint=hint, at_key=at_key))
    return problems, spoilt


def _misspelt(model: type[BaseModel], place: Place, given: Any) -> bool:
    """Whether a missing key is there misspelt: then the unknown key is reported, with this one as hint."""
    known = keys_at(model, place[:-1])
    others = [key for key in given if key not in known] if isinstance(given, dict) else []
    return any(nearest(other, known) == nearest(place[-1], [place[-1]]) for other in others)


def _findings(error: ValidationError) -> list[Mapping[str, Any]]:
    """What pydantic found, without lengths counted after items with errors of their own were left out."""
    kept: list[Mapping[str, Any]] = []
    for found in error.errors(include_url=False):
        shortest = (found.get("ctx") or {}).get("min_length", 0)
        if found["type"] == "too_short" and len(found["input"]) >= shortest:
            continue
        kept.append(found)
    return kept


_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "keys and values",
    "mapping_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "tuple_type": "a list",
    "list_type": "a list",
    "is_instance_of": "another kind of value",
}
_WITH_UNIT = re.compile(r"\s*[-+]?[0-9.,_]+\s*[^\W\d]+.*")


def plain_words(message: str) -> str:
    """A message of pydantic in the words of the rest of Moot."""
    for pattern, words in _PLAIN:
        message = pattern.sub(words, message)
    return message


_PLAIN = [
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Value error, ", ""),
        (r"Input should be greater than or equal to ", "expected at least "),
        (r"Input should be less than or equal to ", "expected at most "),
        (r"Input should be greater than ", "expected above "),
        (r"Input should be less than ", "expected below "),
        (r"Input should be a valid integer(, .*)?", "expected a whole number"),
        (r"Input should be a valid number(, .*)?", "expected a number"),
        (r"Input should be a valid (\w+)(, .*)?", r"expected a \1"),
        (r"Input should be ", "expected "),
        (r"Field required", "is missing"),
    )
]


def said_of(model: type[BaseModel], error: ValidationError) -> list[str]:
    """Every finding of pydantic as `key: what is wrong`, for what was not written in a file."""
    return [
        f"{'.'.join(str(key) for key in found['loc'])}: {_sentence(model, tuple(found['loc']), found)[0]}"
        for found in _findings(error)[:MAX_PROBLEMS]
    ]


def _bound(number: float) -> str:
    return f"{int(number):,}" if float(number).is_integer() and abs(number) >= 10_000 else f"{number:g}"


def _key_hint(place: Place) -> str:
    """A number where a key belongs is most often what follows a decimal comma: `{value: 0,05}`."""
    if not place or not str(place[-1]).isdigit():
        return ""
    return "write decimals with a point, such as 0.05: a comma ends the value"


def _sentence(model: type[BaseModel], place: Place, found: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and the hint, in words, for one finding of pydantic."""
    kind, given, context = found["type"], found.get("input"), found.get("ctx") or {}
    if kind == "extra_forbidden":
        known = keys_at(model, place[:-1])
        if _key_hint(place):
            return f'unknown key "{place[-1]}"', _key_hint(place)
        expected = f"; expected one of: {', '.join(known)}" if known else ""
        return f'unknown key "{place[-1]}"{expected}', nearest(place[-1], known)
    if kind == "missing":
        if place and isinstance(place[-1], int):
            return "a value is missing from the list", ""
        return f'the key "{place[-1]}" is missing; expected it here', ""
    if kind == "value_error":
        return str(context.get("error", found["msg"])), ""
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"is {kind_of(given)}; expected one of: {', '.join(known)}", nearest(given, known)
    if kind == "string_pattern_mismatch":
        return f"is {kind_of(given)}; expected a name of small letters, digits and hyphens", ""
    if kind == "string_too_long":
        return f"is {len(str(given))} characters long; expected at most {context.get('max_length')}", ""
    if kind in ("too_long", "too_short"):
        bound = (
            f"at most {context['max_length']}" if kind == "too_long" else f"at least {context['min_length']}"
        )
        return f"has {context.get('actual_length')} values; expected {bound}", ""
    for name, words in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")):
        if name in context:
            return f"is {kind_of(given)}; expected {words} {_bound(context[name])}", ""
    if kind == "invalid_key":
        return f"the key is {kind_of(place[-1] if place else given)}; expected a word", _key_hint(place)
    if kind not in _EXPECTED:
        return plain_words(str(found["msg"])), ""
    expected = _EXPECTED[kind]
    if context.get("class_name") == "Quantity":
        expected = "a number, or {value: NUMBER, range: [LOW, HIGH], …}"
    hint = ""
    if "number" in expected and isinstance(given, str):
        percent = re.fullmatch(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*%\s*", given)
        if percent:
            hint = f"write a share as a number: {float(percent[1].replace(',', '.')) / 100:.10g}"
        elif re.fullmatch(r"\s*[-+]?[0-9]+,[0-9]+\s*", given):
            hint = f"write decimals with a point: {given.strip().replace(',', '.')}"
        elif _WITH_UNIT.fullmatch(given):
            hint = "write the number alone: the name of the key says the unit"
        elif re.fullmatch(r"\s*[-+]?[0-9.]+\s*", given):
            hint = "write the number without quotes"
    return f"is {kind_of(given)}; expected {expected}", hint


# The way from a place in a file to the model that describes it.


def keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that the model allows in the mapping at `place`; empty where any key may stand."""
    current: Any = model
    for key in place:
        current = _inside(current, key)
        if current is None:
            return []
    shape = _shape(current)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        names = [field.alias or name for name, field in shape.model_fields.items()]
        # Where a number comes from is the last thing that a reader looks for.
        return sorted(names, key=lambda name: name in ("source", "mark", "note"))
    return []


def _shape(annotation: Any) -> Any:
    """The annotation without `Annotated` and `| None`."""
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            rest = [part for part in typing.get_args(annotation) if part is not type(None)]
            if len(rest) != 1:
                return annotation
            annotation = rest[0]
        else:
            return annotation


def _inside(annotation: Any, key: Key) -> Any:
    shape = _shape(annotation)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        for name, field in shape.model_fields.items():
            if key in (name, field.alias):
                return field.annotation
        return None
    arguments = typing.get_args(shape)
    if typing.get_origin(shape) is dict:
        return arguments[1]
    if typing.get_origin(shape) in (tuple, list):
        return arguments[0]
    return None


# Mending: the file as its author probably meant it, for the checks that come after.


def _mended(model: type[D], data: dict[Key, Any], error: ValidationError) -> D | None:
    """The declaration with misspelt keys renamed and wrong values put right; None where nothing is near."""
    mended = copy.deepcopy(data)
    for found in _findings(error):
        place: Place = tuple(found["loc"])
        parent = _parent(mended, place)
        if parent is None or not place:
            return None
        key = place[-1]
        if found["type"] == "extra_forbidden" and isinstance(parent, dict):
            wrong = parent.pop(key, None)
            free = [name for name in keys_at(model, place[:-1]) if name not in parent]
            close = difflib.get_close_matches(str(key), free, n=1, cutoff=0.6)
            if close:
                parent[close[0]] = wrong
        elif found["type"] == "missing":
            # A misspelt key is both missing and unknown; the unknown one is renamed above.
            continue
        elif isinstance(parent, dict) and key in parent:
            stand_in = _stand_in(found["type"], parent[key], found.get("ctx") or {})
            if stand_in is None:
                del parent[key]
            else:
                parent[key] = stand_in
        else:
            return None
    try:
        return model.model_validate(mended)
    except ValidationError:
        return None


def _parent(data: Any, place: Sequence[Key]) -> Any:
    for key in place[:-1]:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _stand_in(kind: str, given: Any, context: Mapping[str, Any]) -> Any:
    for name in ("ge", "le"):
        if name in context:
            return context[name]
    if kind.startswith(("int_", "float_")):
        number = re.search(r"-?[0-9]+(\.[0-9]+)?", str(given))
        value = float(number.group()) if number else 1.0
        return int(value) if kind.startswith("int_") else value
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        close = difflib.get_close_matches(str(given), known, n=1, cutoff=0.6)
        return close[0] if close else None
    if kind == "string_type":
        return "text"
    if kind == "bool_type":
        return True
    return None
