"""The events of a YAML text, and where they are kept so that a text is scanned once.

::

    MOOT_CACHE, or the platform's cache folder for Moot
    └── declarations/
        └── 0123456789abcdef….json    SHA-256 of the text, of the scanner's version and of `FORMAT`

A kept file holds what the scanner made of a text and nothing that was concluded from it: names of events,
words, lines and columns, as JSON, below a checksum. Everything that a declaration may not say is looked for
in these events, whether they were kept or not. What is damaged counts as not there; nothing that goes wrong
here ends a command.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from moot.draws.caches import cache_root

__all__ = ["Scanned", "declarations_folder", "events_of", "keep", "kept"]

FORMAT = 1
LEAST = 1_000
"""Characters from which the events of a text are kept; a shorter one is scanned in a few milliseconds."""
MOST_KEPT = 100
"""Texts that are kept; what was written first goes first."""


class Scanned(NamedTuple):
    """An event: its name, its word and whether that stood without quotes, if it has one; line and column
    (from 1); whether it has an anchor; its tag ("" for none)."""

    name: str
    value: str
    plain: bool
    line: int
    column: int
    anchored: bool
    tag: str


def declarations_folder() -> Path:
    """The folder of the kept texts; it need not be there."""
    return cache_root() / "declarations"


def events_of(text: str) -> Iterator[Scanned]:
    """The events of a text as the scanner finds them; it raises what the scanner raises."""
    from ruamel.yaml import YAML

    for event in YAML(typ="safe", pure=True).parse(text):
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        tag = getattr(event, "tag", None)
        yield Scanned(
            type(event).__name__,
            getattr(event, "value", ""),
            getattr(event, "style", "") is None,
            line,
            column,
            bool(getattr(event, "anchor", None)),
            "" if tag is None or str(tag) == "None" else str(tag),
        )


def kept(text: str) -> list[Scanned] | None:
    """The events that are kept of a text; None where there are none, or they were damaged."""
    if len(text) < LEAST:
        return None
    try:
        said, _, content = _place(text).read_bytes().partition(b"\n")
        if hashlib.sha256(content).hexdigest().encode() != said:
            return None
        return [Scanned(*row) for row in json.loads(content)]
    except (OSError, ValueError, TypeError):
        return None


def keep(text: str, events: list[Scanned]) -> None:
    """Keep the events of a text that has no fault; where the folder cannot be written, it is not kept."""
    if len(text) < LEAST:
        return
    place = _place(text)
    content = json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode()
    work = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            work.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
            work.replace(place)
        except OSError:
            work.unlink(missing_ok=True)
            raise
        files = sorted(place.parent.iterdir(), key=_written)
        for old in files[: max(0, len(files) - MOST_KEPT)]:
            old.unlink(missing_ok=True)


def _place(text: str) -> Path:
    digest = hashlib.sha256(f"{FORMAT}\0{version('ruamel.yaml')}\0".encode())
    digest.update(text.encode("utf-8", "surrogatepass"))
    return declarations_folder() / f"{digest.hexdigest()}.json"


def _written(path: Path) -> Any:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:  # another process has just deleted it
        return 0
