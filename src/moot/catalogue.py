"""Message catalogues: what documents say, in English and French.

``data/messages/PART.LANGUAGE.yaml`` maps keys to sentences with ``{placeholders}``. A part has the same keys
and the same placeholders in every language (held by a test), so that a document is written once, over keys.
"""

from __future__ import annotations

import datetime as dt
import string
from functools import lru_cache
from typing import Literal, get_args

from moot.declaring.files import data_folder
from moot.declaring.source import read_source
from moot.errors import UnknownNameError

__all__ = ["LANGUAGES", "Catalogue", "Language", "catalogue", "placeholders"]

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

THIN, WIDE = "\u202f", "\u00a0"  # no-break spaces
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


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
        return sentence.format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self.sentences

    def number(self, quantity: float, digits: int | None = None, *, sign: bool = False) -> str:
        """A number as the language writes it: 12,345.6 or 12 345,6; `digits` after the point."""
        if digits is None:
            text = f"{abs(quantity):,}"
        else:
            text = f"{abs(quantity):,.{digits}f}"
        if self.language == "fr":
            text = text.replace(",", THIN).replace(".", ",")
        below = quantity < 0 and any(figure in "123456789" for figure in text)
        return ("−" if below else "+" if sign and quantity > 0 else "") + text

    def percent(self, share: float, digits: int = 0) -> str:
        """A share (0 to 1) as a percentage: 12 %, with the space that each language puts there."""
        return self.number(100 * share, digits) + (THIN if self.language == "fr" else "\u2009") + "%"

    def date(self, day: dt.date) -> str:
        """1 June 2028, 1er juin 2028."""
        month = _MONTHS[self.language].split()[day.month - 1]
        first = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        return f"{first}{WIDE}{month} {day.year}"


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
            return Catalogue(part, known, {str(key): str(text).strip() for key, text in source.data.items()})
    raise UnknownNameError("language", language, LANGUAGES)
