"""What is said in English and in French: sentences of our own, and texts that stand in data files.

*Sentences.* ``data/messages/PART.LANGUAGE.yaml`` maps keys to sentences with ``{placeholders}``. A part has
the same keys and placeholders in every language (held by a test), so that a document is written once, over
keys. After a placeholder stand its forms where a sentence has several: ``{count:one act|# acts}``, or three
with that for nothing first (``{count:no act|one act|# acts}``); ``#`` is the number.

*Texts.* A text of a data file is ``{en: …, fr: …}`` where it stands (`moot.declaring.values.Words`). Where
the file is part of what a run is known by (vocabulary, schemes, scenarios, countries), it stays as it is, and
the same pairs stand in ``data/translations``. `words` gives either in a language.
"""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Literal, get_args

from moot.declaring.files import data_folder
from moot.declaring.source import read_source
from moot.declaring.values import Words
from moot.errors import UnknownNameError

__all__ = ["LANGUAGES", "Catalogue", "Language", "catalogue", "line_key", "placeholders", "typeset", "words"]

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

THIN, WIDE = "\u202f", "\u00a0"  # no-break spaces
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


class _Forms(string.Formatter):
    """Placeholders with a form for each number; in French nothing is singular, as one is."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> Any:
        *none, one, many = format_spec.split("|") if "|" in format_spec else (format_spec, "")
        if not many:
            return super().format_field(value, format_spec)
        if none and value == 0:
            form = none[0]
        else:
            singular = value == 1 or (self.language == "fr" and value == 0)
            form = one if singular else many
        return form.replace("#", str(value))


class Catalogue:
    """The sentences of one part in one language; ``say("key", name=value)`` gives a sentence.

    Raises `KeyError` for a key that the part does not have, or a placeholder that was not given: both are
    mistakes of the caller, found by any test that makes the document.
    """

    def __init__(self, part: str, language: Language, sentences: dict[str, str]) -> None:
        self.part, self.language, self.sentences = part, language, sentences

    def __call__(self, key: str, **values: object) -> str:
        try:
            sentence = self.sentences[key]
        except KeyError:
            raise KeyError(f"{self.part}.{self.language}.yaml has no message {key!r}") from None
        return _Forms(self.language).vformat(sentence, (), values)

    def __contains__(self, key: str) -> bool:
        return key in self.sentences

    def number(self, quantity: float, digits: int | None = None, *, sign: bool = False) -> str:
        """A number as the language writes it: 12,345.6 or 12 345,6; `digits` after the point."""
        if digits is None:
            text = f"{abs(quantity):,}"
        else:
            text = f"{abs(quantity):,.{digits}f}"
        text = self.figures(text)
        below = quantity < 0 and any(figure in "123456789" for figure in text)
        return ("−" if below else "+" if sign and quantity > 0 else "") + text

    def figures(self, text: str) -> str:
        """A number that is written as in English (12,345.6), as the language writes it."""
        return text.replace(",", THIN).replace(".", ",") if self.language == "fr" else text

    def listed(self, parts: Iterable[str]) -> str:
        """Parts of a sentence one after another, with semicolons."""
        return (f"{THIN}; " if self.language == "fr" else "; ").join(parts)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share (0 to 1) as a percentage: 12 %, with the space that each language puts there."""
        return self.number(100 * share, digits) + (THIN if self.language == "fr" else "\u2009") + "%"

    def date(self, day: dt.date) -> str:
        """1 June 2028, 1er juin 2028."""
        month = _MONTHS[self.language].split()[day.month - 1]
        first = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        return f"{first}{WIDE}{month} {day.year}"


_TYPESET = (
    (re.compile(r" (?=[;?!])"), THIN),
    (re.compile(r" (?=[:»%])|(?<=«) |(?<=n°) |(?<=\bM\.) "), WIDE),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), THIN),
)


def typeset(text: str, language: str) -> str:
    """A text with the no-break spaces of its language: in French before ; : ? ! %, within « » and numbers."""
    if language == "fr":
        for spaces, kept in _TYPESET:
            text = spaces.sub(kept, text)
    return text


def placeholders(sentence: str) -> set[str]:
    """The names in braces of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@lru_cache(maxsize=32)
def catalogue(part: str, language: str) -> Catalogue:
    """The catalogue of a part in a language.

    Raises `UnknownNameError` for a language that there is not.
    """
    for known in LANGUAGES:
        if known == language:
            source = read_source(data_folder() / "messages" / f"{part}.{known}.yaml")
            said = {str(key): typeset(str(text).strip("\n"), known) for key, text in source.data.items()}
            return Catalogue(part, known, said)
    raise UnknownNameError("language", language, LANGUAGES)


NAMED = {"measures": ("act.", "context.", "attribute.", "level."), "metric-names": ("",)}
"""Parts that hold the words of the vocabulary and of the metrics, and under which keys."""


@lru_cache(maxsize=1)
def translations() -> dict[str, str]:
    """The French of texts that stand in English alone where they are declared, by the English without
    breaks."""
    found: dict[str, str] = {}
    for part, prefixes in NAMED.items():
        english, french = catalogue(part, "en").sentences, catalogue(part, "fr").sentences
        found |= {
            one: french[key]
            for key, one in english.items()
            if key.startswith(prefixes) and not placeholders(one)
        }
    for path in sorted((data_folder() / "translations").glob("*.yaml")):
        for pair in read_source(path).data["texts"]:
            found[_flat(pair["en"])] = typeset(_flat(pair["fr"]), "fr")
    return found


def _flat(text: str) -> str:
    return " ".join(text.split())


def words(thing: str, language: str) -> str:
    """A text of a data file in a language; as it was written where there is no such text in that language.

    An act, a context, the name or title of a metric, law, stage, remedy, scheme, scenario or country, a line
    of a table of effects, or a sentence of a scheme's file. What people typed is not translated.
    """
    if isinstance(thing, Words):
        return thing if thing.french is None else typeset(thing.of(language), language)
    if language != "fr":
        return thing
    return translations().get(_flat(thing)) or _line(thing) or thing


# Lines of tables are made in English, from the templates of the part `measures`: they are recognised by them.

LINES = "measures"
_LOOKED_UP = {"score": "score.", "act": "act.", "context": "context."}
_APART = ("group-", "score.", "act.", "context.", "what.", "every", "attribute.", "level.", "burden.")


@lru_cache(maxsize=8)
def _patterns(prefix: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(key, pattern) of the English lines under a prefix, those with most words of their own first."""
    sentences = catalogue(LINES, "en").sentences
    keys = [key for key in sentences if key.startswith(prefix) and (prefix or not key.startswith(_APART))]

    def own(key: str) -> int:
        return len(re.sub(r"\{\w+\}", "", sentences[key]))

    made = []
    for key in sorted(keys, key=own, reverse=True):
        pattern = re.escape(sentences[key])
        for name in placeholders(sentences[key]):
            pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>.+?)")
        made.append((key, re.compile(pattern)))
    return tuple(made)


def line_key(line: str) -> str:
    """The key in `measures` of a line of a table of effects in English; empty where it has none."""
    return next((key for key, pattern in _patterns("") if pattern.fullmatch(line.strip())), "")


def _line(line: str, prefix: str = "") -> str:
    """A line of a table of effects in French; empty where no catalogue has it."""
    for key, pattern in _patterns(prefix):
        found = pattern.fullmatch(line)
        if found:
            values = {
                name: (_line(value, _LOOKED_UP[name]) or value) if name in _LOOKED_UP else value
                for name, value in found.groupdict().items()
            }
            return catalogue(LINES, "fr")(key, **values)
    return ""
