"""The words of a document alone, line by line: what every format has to say, in this order."""

from __future__ import annotations

from collections.abc import Iterator

from moot.documents.model import (
    Block,
    Command,
    Document,
    Figure,
    Heading,
    Items,
    Note,
    NumberedParagraph,
    PageBreak,
    Paragraph,
    Table,
    plain,
)

__all__ = ["as_lines"]


def as_lines(document: Document) -> list[str]:
    """Everything the document says, one line for each paragraph, item and cell; no line is empty.

    The mark comes first. Captions stand above their tables and below their drawings, with their label.
    """
    lines = [document.mark, document.title, document.subtitle]
    lines += [line for block in document.first for line in _lines(document, block)]
    if document.listed:
        lines += [document.words("contents"), *(one.said for one in document.listed)]
    lines += [line for block in document.blocks for line in _lines(document, block)]
    return [line for line in lines if line.strip()]


def _lines(document: Document, block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield block.said
        case Paragraph():
            yield plain(block.words)
        case NumberedParagraph():
            yield block.number
            yield plain(block.words)
        case Items():
            yield from map(plain, block.items)
        case Table():
            if block.caption:
                yield document.label(block) + plain(block.caption)
            yield from map(plain, block.columns)
            for row in block.rows:
                yield from map(plain, row.cells)
        case Figure():
            yield document.label(block) + plain(block.caption)
            yield plain(block.context)
            yield document.words("data-of-figure")
            yield from _lines(document, block.data)
        case Note():
            yield block.title
            yield from map(plain, block.words)
        case Command():
            yield from block.lines
        case PageBreak():
            return
