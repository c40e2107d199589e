"""From the text of a declaration to plain values that know where they were written.

The text is YAML 1.2 read as a stream of events (ruamel.yaml), never as objects: no tag is obeyed, no alias is
followed, nothing recurses, and the reader stops at a bound long before a file could become a burden. Numbers,
truth values and nothing follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), so
``no`` and ``12:30`` are words, as they look.
"""

from __future__ import annotations

import copy
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from moot.declaring.parsed import Scanned, events_of, keep, kept
from moot.errors import DeclarationError, Problem

__all__ = ["Key", "Place", "Source", "Spot", "read_source", "source_of_text"]

MAX_BYTES = 256 * 1024
MAX_VALUES = 10_000
MAX_DEPTH = 20
MAX_LINE = 10_000
REMEMBERED = 32
"""Texts whose values are kept: a run, its page and its verification read the same declarations."""
MAX_PROBLEMS = 100
"""As many problems of a file are told; a file with more is wrong as a whole."""

Key = str | int
Place = tuple[Key, ...]
"""Where a value is inside its file: the keys and list positions that lead to it."""
Spot = tuple[int, int]
"""Line and column, both from 1."""

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")


@dataclass(frozen=True)
class Source:
    """A declaration as written: its values, and the place of each key and each value in the text."""

    path: Path | None
    shown: str
    lines: tuple[str, ...]
    data: dict[Key, Any]
    keys: dict[Place, Spot] = field(repr=False)
    values: dict[Place, Spot] = field(repr=False)

    def written(self, place: Place) -> Place:
        """The longest part of `place` that was written in the file.

        Validation names steps that a reader never wrote (the `value` of a number written short); those are
        passed over, so that what follows them is still found.
        """
        found: Place = ()
        for key in place:
            if (*found, key) in self.values:
                found = (*found, key)
        return found

    def problem(
        self, place: Place, message: str, *, hint: str = "", at_key: bool = False, warning: bool = False
    ) -> Problem:
        """A `Problem` about the value at `place`, or about its key."""
        found = self.written(place)
        line, column = (self.keys if at_key else self.values).get(found, self.values.get(found, (1, 1)))
        return Problem(
            path=self.shown,
            line=line,
            column=column,
            key=".".join(str(key) for key in place),
            message=message,
            hint=hint,
            excerpt=self.lines[line - 1] if line <= len(self.lines) else "",
            level="warning" if warning else "error",
        )


def read_source(path: Path, shown: str | None = None) -> Source:
    """The values and places of the file `path`, named `shown` in messages.

    Raises `DeclarationError` with everything that is wrong at this level: no such file, a folder, too large,
    not text, empty, not YAML, a key written twice, an alias or tag, too deep, not a mapping.
    """
    shown = shown or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _whole_file(shown, "is a folder; expected a file")
        if not stat.S_ISREG(status.st_mode):
            raise _whole_file(shown, "is not an ordinary file; expected a YAML file")
        if status.st_size > MAX_BYTES:
            raise _whole_file(
                shown,
                f"is too large ({status.st_size:,} bytes); a declaration has at most {MAX_BYTES:,} bytes, "
                "tables belong in CSV files beside it",
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        what = "is a link to a file that does not exist" if path.is_symlink() else "does not exist"
        raise _whole_file(shown, what) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _whole_file(shown, f"cannot be read: {reason}") from None
    return source_of_text(_text(raw, shown), shown, path, from_file=True)


def source_of_text(text: str, shown: str, path: Path | None = None, *, from_file: bool = False) -> Source:
    """The values and places of `text`, which is called `shown` in messages.

    What the scanner makes of a text `from_file` is kept in the cache folder for other commands.
    """
    lines = tuple(_BREAK.split(text))
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        raise DeclarationError([_at_character(text, unprintable.start(), shown, lines)])
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            message = f"a line of {len(line):,} characters; expected at most {MAX_LINE:,}"
            raise DeclarationError([Problem(path=shown, line=number, column=1, message=message)])
    builder = _built(text, from_file)
    if builder.problems:
        raise DeclarationError([replace(problem, path=shown) for problem in builder.problems])
    data = copy.deepcopy(builder.root)
    if data is None:
        raise _whole_file(shown, "is empty; expected a declaration such as `regime: my-regime`")
    if not isinstance(data, dict):
        line, column = builder.values.get((), (1, 1))
        message = f"the file is {kind_of(data)}; expected keys and values, such as `regime: my-regime`"
        excerpt = lines[line - 1] if line <= len(lines) else ""
        raise DeclarationError(
            [Problem(path=shown, line=line, column=column, message=message, excerpt=excerpt)]
        )
    return Source(path, shown, lines, data, builder.keys, builder.values)


@lru_cache(maxsize=REMEMBERED)
def _built(text: str, from_file: bool) -> _Builder:
    """What a text says, whatever it is called."""
    before = kept(text) if from_file else None
    builder = _Builder(tuple(_BREAK.split(text)))
    builder.read(text, before)
    if from_file and before is None and not builder.problems:
        keep(text, builder.taken)
    builder.taken = []
    return builder


def kind_of(value: object) -> str:
    """What a value is, in a reader's words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, (int, float)):
        shown = f"{value}" if abs(value) < 10**18 else "large"
        return f"the number {shown}"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 else f'the text "{value[:37]}…"'
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return f"a {type(value).__name__}"


def _whole_file(shown: str, message: str) -> DeclarationError:
    return DeclarationError([Problem(path=shown, message=message)])


def _text(raw: bytes, shown: str) -> str:
    if b"\0" in raw[:4096] or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _whole_file(shown, "is binary, or text in another encoding; expected YAML in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        lines = _BREAK.split(before)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        problem = Problem(path=shown, line=len(lines), column=len(lines[-1]) + 1, message=message)
        raise DeclarationError([problem]) from None


def _at_character(text: str, start: int, shown: str, lines: tuple[str, ...]) -> Problem:
    before = _BREAK.split(text[:start])
    message = f"character U+{ord(text[start]):04X} is not printable; expected ordinary text"
    return Problem(path=shown, line=len(before), column=len(before[-1]) + 1, message=message)


@dataclass
class _Open:
    """A mapping or list whose end has not been read yet; `skip` when its contents are not kept."""

    place: Place
    content: dict[Key, Any] | list[Any]
    key: Key | None = None
    skip: bool = False


class _Builder:
    """Builds values from events with a stack of its own, so that depth is a count and not a crash."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self.lines = lines
        self.root: Any = None
        self.keys: dict[Place, Spot] = {}
        self.values: dict[Place, Spot] = {}
        self.problems: list[Problem] = []
        self.taken: list[Scanned] = []
        self._open: list[_Open] = []
        self._count = 0
        self._documents = 0

    def read(self, text: str, before: list[Scanned] | None) -> None:
        """Read a text, or the events that were kept of it `before`."""
        if before is not None:
            for event in before:
                if not self._take(event):
                    return
            return
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            for event in events_of(text):
                self.taken.append(event)
                if not self._take(event):
                    return
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            spot = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            said = " ".join(part for part in (error.problem, error.context) if part)
            hint = (
                'a text with ": " in it stands between quotes: "My scheme: a test"'
                if "mapping values are not allowed" in said
                else ""
            )
            self._problem(spot, f"not YAML: {' '.join(said.split())}", hint)
        except YAMLError as error:
            self._problem((1, 1), f"not YAML: {' '.join(str(error).split())}")
        except (ValueError, LookupError, AttributeError, AssertionError, TypeError, RecursionError) as error:
            # The scanner of the library fails in these ways on some malformed text (bad escapes, bad
            # directives); to the reader of the message it is one thing: not YAML.
            self._problem((1, 1), f"not YAML: {' '.join(str(error).split()) or type(error).__name__}")

    def _problem(self, spot: Spot, message: str, hint: str = "") -> None:
        line, column = spot
        # The end of a file is a place after its last line: point at the last line that says something.
        while line > 1 and (line > len(self.lines) or not self.lines[line - 1].strip()):
            line -= 1
            column = len(self.lines[line - 1]) + 1 if line <= len(self.lines) else 1
        excerpt = self.lines[line - 1] if line <= len(self.lines) else ""
        self.problems.append(
            Problem(path="", line=line, column=column, message=message, hint=hint, excerpt=excerpt)
        )

    def _take(self, event: Scanned) -> bool:
        """Take one event; False to stop reading."""
        name, spot = event.name, (event.line, event.column)
        if name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._problem(spot, "a second document begins here; expected one declaration in a file")
                return False
        if name in ("StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent"):
            return True
        if name in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()
            return True
        self._count += 1
        if self._count > MAX_VALUES:
            self._problem(
                spot, f"more than {MAX_VALUES:,} values; tables belong in CSV files beside the declaration"
            )
            return False
        if name == "AliasEvent" or event.anchored:
            # Aliases let a short file stand for an endless one, and hide what a reader reads.
            self._problem(
                spot, "anchors (&name) and aliases (*name) are refused; write the value where it is used"
            )
            return False
        if event.tag not in ("", "!"):
            self._problem(spot, "tags (!name) are refused; write the plain value")
            return False
        return self._place(event, name, spot)

    def _place(self, event: Scanned, name: str, spot: Spot) -> bool:
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.content, dict) and parent.key is None:
            if name != "ScalarEvent":
                self._problem(spot, "a list or mapping stands where a key was expected")
                return False
            return self._key(parent, key_of(event.value, event.plain), spot)
        place: Place = ()
        skip = False
        if parent is not None:
            if isinstance(parent.content, dict):
                assert parent.key is not None
                place = (*parent.place, parent.key)
                skip = parent.skip or place in self.values
            else:
                place = (*parent.place, len(parent.content))
                skip = parent.skip
        value: Any = {} if name == "MappingStartEvent" else []
        if name == "ScalarEvent":
            value = scalar_of(event.value) if event.plain else event.value
        if not skip:
            self.values[place] = spot
        if parent is None:
            self.root = value
        elif isinstance(parent.content, dict):
            assert parent.key is not None
            if not skip:
                parent.content[parent.key] = value
            parent.key = None
        else:
            parent.content.append(value)
        if name != "ScalarEvent":
            if len(self._open) >= MAX_DEPTH:
                self._problem(spot, f"nested more than {MAX_DEPTH} deep; no declaration needs that")
                return False
            self._open.append(_Open(place, value, skip=skip))
        return True

    def _key(self, parent: _Open, key: Key, spot: Spot) -> bool:
        parent.key = key
        if parent.skip:
            return True
        place = (*parent.place, key)
        if place in self.keys:
            first = self.keys[place][0]
            self._problem(spot, f'the key "{key}" is written twice; it is first on line {first}')
            return len(self.problems) < MAX_PROBLEMS
        self.keys[place] = spot
        return True


def key_of(text: str, plain: bool) -> Key:
    """A key: a whole number if it was written as one without quotes, else the text as written."""
    if plain and _INTEGER.match(text) and len(text) < 19:
        return int(text)
    return text


def scalar_of(text: str) -> str | int | float | bool | None:
    """The value of an unquoted word by the core schema of YAML 1.2."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if len(text) > 400:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.match(text):
        return int(text[2:], 16)
    if _FLOAT.match(text):
        return float(text)
    if _NOT_FINITE.match(text):
        return float(text.replace(".", "", 1))
    return text


def places(data: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value inside `data` with its place, parents first."""
    yield place, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*place, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from places(value, (*place, number))
