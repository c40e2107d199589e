"""A regime with other values at dotted paths, read and checked like a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moot.declaring.source import source_of_text
from moot.errors import UserError
from moot.regime.reading import regime_from
from moot.regime.schema import Regime

__all__ = ["with_values"]


def with_values(regime: Regime, values: Mapping[str, object]) -> Regime:
    """The regime with other values at dotted paths such as ``schemes.0.catalogue.jaywalking.points``.

    Raises `UserError` where nothing stands at a path, `DeclarationError` where a value cannot stand there.
    """
    content = regime.resolved()
    for path, value in values.items():
        *above, last = [int(one) if one.isdigit() else one for one in path.split(".")]
        part: Any = content
        for key in above:
            part = part[_there(regime, path, part, key)]
        if not isinstance(part, dict):
            _there(regime, path, part, last)
        part[last] = value  # a key of a mapping that is not there yet is judged when the regime is read
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return regime_from(source_of_text(text, f"{regime.regime}, changed"))


def _there(regime: Regime, path: str, part: Any, key: str | int) -> Any:
    """The key or position, if it leads somewhere."""
    if isinstance(part, dict) and key in part:
        return key
    if isinstance(part, list) and isinstance(key, int) and key < len(part):
        return key
    known = f"; there is {', '.join(map(str, part))[:200]}" if isinstance(part, dict) else ""
    raise UserError(f"{path}: there is no {key!r} in the regime {regime.regime}{known}")
