"""What a document is made of: a title, a mark, and blocks in the order in which they are read.

A document says nothing of its own: every word comes from the room that makes it, but for the fixed words of
layout ("Contents", "Table", "Page 2 of 9"), which are `moot.catalogue`'s part ``common``. Blocks are values;
a `Document` checks once that anchors are unique and that every link inside it leads somewhere, so that a
reference that does not is found when the document is made and not by its reader.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from moot.catalogue import Catalogue, Language, catalogue

__all__ = [
    "Block",
    "Command",
    "Document",
    "Figure",
    "Heading",
    "Items",
    "Note",
    "NumberedParagraph",
    "PageBreak",
    "Paragraph",
    "Row",
    "Span",
    "Style",
    "Table",
    "Text",
    "link",
    "plain",
    "rich",
    "text",
]

Style = Literal["plain", "emphasis", "strong", "code", "warning", "muted"]
"""`warning` is red and bold, `muted` is grey: the words say it as well, as colour alone means nothing."""
Role = Literal["body", "lead", "small", "quote"]


@dataclass(frozen=True)
class Span:
    """Some words in one style; `to` is where they lead: ``#anchor`` in this document, or an address.

    With `page`, a writer that has pages says after the words on which page the anchor is (PDF).
    """

    words: str
    style: Style = "plain"
    to: str = ""
    page: bool = False


Text = tuple[Span, ...]
"""Words of one paragraph, item or cell."""


def text(*parts: str | Span | Text) -> Text:
    """Parts one after another; a string is taken as it is, whatever signs it holds."""
    out: list[Span] = []
    for part in parts:
        if isinstance(part, tuple):
            out += part
        else:
            out.append(Span(part) if isinstance(part, str) else part)
    return tuple(span for span in out if span.words)


def link(words: str, to: str, *, page: bool = False) -> Span:
    """Words that lead to ``#anchor`` or to an address."""
    return Span(words, to=to, page=page)


_MARKS = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[(.+?)\]\((#[\w.:-]+|https?://[^\s)]+)\)")


def rich(sentence: str) -> Text:
    """A sentence of a catalogue with its marks: ``*emphasis*``, ``**strong**``, ```code```, ``[words](#to)``.

    For sentences of our own alone: what people typed goes through `text`, which takes every sign as it is.
    """
    out: list[Span] = []
    done = 0
    for found in _MARKS.finditer(sentence):
        out.append(Span(sentence[done : found.start()]))
        strong, emphasis, code, words, to = found.groups()
        if words:
            out.append(Span(words, to=to))
        elif strong:
            out.append(Span(strong, "strong"))
        else:
            out.append(Span(emphasis or code, "emphasis" if emphasis else "code"))
        done = found.end()
    out.append(Span(sentence[done:]))
    return text(*out)


def plain(words: Text) -> str:
    """The words alone."""
    return "".join(span.words for span in words)


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; `number` ("3.2", "II") is written before it, and filled in where it is None.

    With `listed` it stands in the list of contents. `language` is that of the words, where it is another than
    the document's.
    """

    words: Text
    level: int = 1
    anchor: str = ""
    number: str | None = None
    listed: bool = True
    language: str = ""

    @property
    def said(self) -> str:
        """Number and words."""
        return f"{self.number}  {plain(self.words)}" if self.number else plain(self.words)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `lead` opens a document, `small` is for sources, `quote` for the words of another."""

    words: Text
    role: Role = "body"
    anchor: str = ""
    language: str = ""


@dataclass(frozen=True)
class NumberedParagraph:
    """A paragraph that others cite by its `number` ("12", "12.3"), written in the margin."""

    number: str
    words: Text
    anchor: str = ""


@dataclass(frozen=True)
class Items:
    """A list; `ordered` ones are numbered from 1."""

    items: tuple[Text, ...]
    ordered: bool = False
    language: str = ""


@dataclass(frozen=True)
class Row:
    """Cells of a table from left to right, the first one naming the row; one alone names a group of rows."""

    cells: tuple[Text, ...]
    anchor: str = ""
    inner: bool = False  # part of the row above, and set in


@dataclass(frozen=True)
class Table:
    """A table with a heading row. `widths` are shares of the page's width; `numbers` says which columns (from
    0) are set to the right. A `number` is filled in where it is None and the table has a caption."""

    columns: tuple[Text, ...]
    rows: tuple[Row, ...]
    caption: Text = ()
    anchor: str = ""
    widths: tuple[float, ...] = ()
    numbers: frozenset[int] = frozenset()
    number: str | None = None

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) not in (1, len(self.columns)):
                raise ValueError(
                    f"a row of {len(row.cells)} cells in a table of {len(self.columns)} columns: "
                    f"{[plain(cell) for cell in row.cells]}"
                )
        if self.widths and len(self.widths) != len(self.columns):
            raise ValueError(f"{len(self.widths)} widths for {len(self.columns)} columns")


@dataclass(frozen=True)
class Figure:
    """A drawing, what it shows in words, and its numbers.

    `svg` is one ``<svg>`` element whose colours are classes of `moot.documents.palette`; `alternative` says
    what is to be seen, for those who do not see it; `context` what a reader has to know; `data` the numbers.
    """

    svg: str
    alternative: str
    caption: Text
    data: Table
    context: Text = ()
    anchor: str = ""
    number: str | None = None

    def __post_init__(self) -> None:
        if not self.svg.startswith("<svg"):
            raise ValueError(f"a figure is one <svg> element, not {self.svg[:40]!r}")
        if not self.alternative.strip():
            raise ValueError("a figure without words for those who do not see it")


@dataclass(frozen=True)
class Note:
    """A box set apart: what a document is not, how to quote it, what is missing."""

    words: tuple[Text, ...]
    title: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Command:
    """Lines as a shell or a file has them; long ones are broken."""

    lines: tuple[str, ...]
    anchor: str = ""


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a page, where there are pages."""


Block = Heading | Paragraph | NumberedParagraph | Items | Table | Figure | Note | Command | PageBreak


@dataclass(frozen=True)
class Document:
    """A document, checked: see the module.

    `mark` is repeated on every page ("Synthetic people; mechanism, not forecast."). `date` is the caller's
    and enters every format, so that the same document gives the same bytes on any day. Blocks of `first`
    stand on the first page before the list of contents, which has headings down to level `depth`. With
    `numbered`, headings without a number get one (1, 1.1).

    Raises `ValueError` for an anchor that is there twice and a link inside the document that leads nowhere.
    """

    title: str
    language: Language
    mark: str
    date: dt.date
    blocks: tuple[Block, ...]
    subtitle: str = ""
    author: str = "Moot"
    subject: str = ""
    first: tuple[Block, ...] = ()
    contents: bool = True
    depth: int = 2
    numbered: bool = True
    words: Catalogue = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", catalogue("common", self.language))
        count = _Count(numbered=self.numbered)
        object.__setattr__(self, "first", tuple(map(count, self.first)))
        object.__setattr__(self, "blocks", tuple(map(count, self.blocks)))
        anchors = [anchor for block in self.all_blocks for anchor in _anchors(block)]
        twice = sorted({one for one in anchors if anchors.count(one) > 1})
        if twice:
            raise ValueError(f"anchors that are there twice: {', '.join(twice)}")
        wrong = sorted(
            {
                span.to
                for block in self.all_blocks
                for span in spans_of(block)
                if span.to.startswith("#") and span.to[1:] not in anchors
            }
        )
        if wrong:
            raise ValueError(f"links that lead nowhere: {', '.join(wrong)}")

    @property
    def all_blocks(self) -> tuple[Block, ...]:
        """The blocks of the first page and the others."""
        return (*self.first, *self.blocks)

    @property
    def listed(self) -> tuple[Heading, ...]:
        """The headings of the list of contents."""
        if not self.contents:
            return ()
        return tuple(
            one for one in self.blocks if isinstance(one, Heading) and one.listed and one.level <= self.depth
        )

    def label(self, block: Table | Figure) -> str:
        """ "Table 2. " or "Figure 1. "; empty where it has no number."""
        kind = "table" if isinstance(block, Table) else "figure"
        return f"{self.words(kind)} {block.number}. " if block.number else ""


class _Count:
    """Gives numbers and anchors to headings, tables and figures that have none."""

    def __init__(self, *, numbered: bool) -> None:
        self.numbered = numbered
        self.levels, self.tables, self.figures, self.headings = [0, 0, 0], 0, 0, 0

    def __call__(self, block: Block) -> Block:
        if isinstance(block, Heading):
            self.headings += 1
            if not 1 <= block.level <= 3:
                raise ValueError(f"a heading of level {block.level}; there are 1 to 3")
            number = block.number
            if number is None:
                number = ""
                if self.numbered:
                    self.levels[block.level - 1] += 1
                    self.levels[block.level :] = [0] * (3 - block.level)
                    number = ".".join(map(str, self.levels[: block.level]))
            return replace(block, number=number, anchor=block.anchor or f"heading-{self.headings}")
        if isinstance(block, Table) and block.number is None:
            self.tables += bool(block.caption)
            return replace(block, number=str(self.tables) if block.caption else "")
        if isinstance(block, Figure):
            self.figures += block.number is None
            number = str(self.figures) if block.number is None else block.number
            return replace(block, number=number, data=replace(block.data, number="", caption=()))
        return block


def _anchors(block: Block) -> Iterator[str]:
    own = "" if isinstance(block, Items | PageBreak) else block.anchor
    if own:
        yield own
    table = block.data if isinstance(block, Figure) else block
    if isinstance(table, Table):
        yield from (row.anchor for row in table.rows if row.anchor)


def texts_of(block: Block) -> Iterator[Text]:
    """The texts of a block, in reading order."""
    match block:
        case Heading() | Paragraph() | NumberedParagraph():
            yield block.words
        case Items():
            yield from block.items
        case Table():
            yield block.caption
            yield from block.columns
            for row in block.rows:
                yield from row.cells
        case Figure():
            yield from (block.caption, block.context)
            yield from texts_of(block.data)
        case Note():
            yield from block.words


def spans_of(block: Block) -> Iterator[Span]:
    """The spans of a block, in reading order."""
    for words in texts_of(block):
        yield from words
