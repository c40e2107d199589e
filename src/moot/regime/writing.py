"""A regime as text: YAML that reads back as the same declaration, with every source, mark and range in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from moot.declaring.source import scalar_of
from moot.regime.schema import Regime

__all__ = ["content_of", "text_of"]

WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./+-]*\Z")


def content_of(regime: Regime) -> dict[str, Any]:
    """What the file of a regime says, as plain values: keys that were left out stay out."""
    found = regime.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    return dict(_short(found))


def _short(value: Any) -> Any:
    """Numbers without credentials are written short: `0.5` for `{value: 0.5}`."""
    if isinstance(value, dict):
        if set(value) == {"value"}:
            return value["value"]
        last = [key for key in ("source", "mark", "note") if key in value]
        return {key: _short(value[key]) for key in (*(k for k in value if k not in last), *last)}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    return value


def text_of(content: dict[str, Any], header: Iterable[str] = ()) -> str:
    """The content as YAML, with `header` as comments above it."""
    lines = [f"# {line}".rstrip() for line in header]
    return "\n".join([*lines, *_mapping(content, 0)]) + "\n"


def _mapping(content: dict[str, Any], indent: int) -> Iterator[str]:
    for key, value in content.items():
        yield from _entry(f"{_word(key)}:", value, indent)


def _entry(head: str, value: Any, indent: int) -> Iterator[str]:
    """A key and its value: on one line where it fits, else below it."""
    flow = f"{' ' * indent}{head} {_flow(value)}"
    nested = isinstance(value, (dict, list)) and bool(value)
    if not nested or (len(flow) <= WIDTH and _is_flat(value)):
        yield flow
    elif isinstance(value, dict):
        yield f"{' ' * indent}{head}"
        yield from _mapping(value, indent + 2)
    else:
        yield f"{' ' * indent}{head}"
        for one in value:
            yield from _item(one, indent + 2)


def _item(value: Any, indent: int) -> Iterator[str]:
    flow = f"{' ' * indent}- {_flow(value)}"
    if not isinstance(value, dict) or not value or (len(flow) <= WIDTH and _is_flat(value)):
        yield flow
        return
    lines = list(_mapping(value, indent + 2))
    yield f"{' ' * indent}- {lines[0].lstrip()}"
    yield from lines[1:]


def _is_flat(value: Any) -> bool:
    """Whether a mapping or list holds single values, or lists and mappings of such: one line is readable."""
    inner = value.values() if isinstance(value, dict) else value
    return all(not isinstance(x, dict) for x in inner) and all(
        not isinstance(y, (dict, list)) for x in inner if isinstance(x, list) for y in x
    )


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    return _word(value)


def _word(text: object) -> str:
    """A text without quotes where it reads back as itself."""
    said = str(text)
    if isinstance(text, int):
        return said
    plain = bool(_PLAIN.match(said)) and said == said.strip() and scalar_of(said) == said
    date = re.fullmatch(r"\d{4}-\d{2}-\d{2}", said) is not None
    return said if plain or date else json.dumps(said, ensure_ascii=False)
