"""Words and numbers of a dossier in its language: sentences, lines of tables, quantities as they are read."""

from __future__ import annotations

import re
from dataclasses import replace

from moot.catalogue import Language, catalogue, line_key, words
from moot.documents import Text, rich
from moot.findings.effects import Effect
from moot.findings.summary import two

__all__ = ["Say"]

GROUPS = {
    "What people did": "group-did",
    "Who was charged": "group-charged",
    "What it cost": "group-cost",
    "What came back": "group-back",
    "What was given up": "group-given-up",
    "What was thought and said": "group-said",
    "Declared beforehand": "group-declared",
    "Asked for": "group-asked",
}


class Say:
    """The sentences of a dossier in one language: `say(…)` gives a string, `say.rich(…)` its marks."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.sentences = catalogue("dossier", language)
        self.common = catalogue("common", language)
        self.measures = catalogue("measures", language)
        self.battery = catalogue("battery", language)
        self.metrics = catalogue("metric-names", language)

    def __call__(self, key: str, **values: object) -> str:
        return self.sentences(key, **values)

    def rich(self, key: str, **values: object) -> Text:
        """A sentence with its marks read, values excepted: they are taken as they are."""
        kept = {name: f"\x02{n}\x03" for n, name in enumerate(values)}
        said = list(values.values())

        def back(words: str) -> str:
            return re.sub(r"\x02(\d+)\x03", lambda found: str(said[int(found[1])]), words)

        return tuple(replace(span, words=back(span.words)) for span in rich(self.sentences(key, **kept)))

    # Numbers.

    def two(self, number: float, *, sign: bool = False) -> str:
        """A number with two significant digits, as the language writes it."""
        said = two(number, sign=sign)
        return self.common.figures(said)

    def ends(self, low: float, high: float, *, sign: bool = True) -> str:
        """low to high."""
        return self("to", low=self.two(low, sign=sign), high=self.two(high, sign=sign))

    def count(self, number: int) -> str:
        """A whole number."""
        return self.common.number(number)

    # Lines of tables.

    def group(self, group: str) -> str:
        """The heading of some lines."""
        key = GROUPS.get(group)
        return self.measures(key) if key else group

    def line(self, line: str) -> str:
        """A line of the table of effects in this language; as it is where no catalogue has it."""
        part = line != line.lstrip()
        said = words(line.strip(), self.language)
        return f"  {said}" if part else said

    @staticmethod
    def key_of(line: str) -> str:
        """The key of a line in the catalogue; empty where it has none."""
        return line_key(line)

    def measure(self, asked: str) -> str:
        """A measure, or a pattern of them, in words where the catalogue has them: what is counted, and of
        what."""
        parts = asked.split(":")
        if len(parts) != 3 or f"what.{parts[2]}" not in self.measures:
            return ""
        of = parts[1]
        named = f"{parts[0]}.{of}"
        if parts[0] == "trip":
            named = f"context.{of}"
        what = self.measures("every") if of == "*" else self.measures(named) if named in self.measures else of
        return f"{self.measures('what.' + parts[2])} ({what})"

    def words_of(self, effect: Effect) -> str:
        """A line of the results in words."""
        if effect.level:
            return self(
                "level-of", attribute=self.attribute(effect.attribute), level=self.level(effect.level)
            )
        if effect.group in ("Declared beforehand", "Asked for"):
            return self.measure(effect.words) or effect.words
        return self.line(effect.words)

    def unit(self, unit: str) -> str:
        """The unit of a metric; as it is where the catalogue has it not."""
        return words(unit, self.language)

    def burden(self, name: str) -> str:
        """A burden of the frontier; empty where the catalogue has it not."""
        key = f"burden.{name}"
        return self.measures(key) if key in self.measures else ""

    def attribute(self, name: str) -> str:
        """An attribute of people."""
        key = f"attribute.{name}"
        return self.measures(key) if key in self.measures else name

    def level(self, level: str) -> str:
        """A level of an attribute."""
        band = re.fullmatch(r"(\d+) to (\d+)", level)
        if band is not None:
            return self("to", low=band[1], high=band[2])
        last = re.fullmatch(r"(\d+) and over", level)
        if last is not None:
            return self("and-over", low=last[1])
        key = f"level.{level}"
        return self.measures(key) if key in self.measures else level
