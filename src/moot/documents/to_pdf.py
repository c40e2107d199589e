"""A document as PDF: an archive's file (PDF/A-3b) that a screen reader can follow (PDF/UA-1), set by Typst.

The document goes to the template ``page.typ`` as JSON and is nowhere pasted into markup. Fonts are those that
Typst carries, so that a machine's own fonts change no byte.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from importlib.resources import files
from typing import Any

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
    Span,
    Table,
    Text,
)
from moot.documents.palette import LIGHT, drawing_style, with_style
from moot.errors import MissingExtraError

__all__ = ["FONT", "as_pdf", "compiler", "drawn"]

FONT = "Libertinus Serif"
STANDARDS = ["a-3b", "ua-1"]
_BREAK = "\u200b"
LONGEST = 24
"""Signs of a word in code that are set without a place where a line may end."""


def as_pdf(document: Document) -> bytes:
    """The document as PDF, the same bytes each time. Raises `MissingExtraError` without Typst."""
    midnight = dt.datetime.combine(document.date, dt.time(), dt.UTC)
    return _compiled(
        (files("moot.documents") / "page.typ").read_bytes(),
        {"document": json.dumps(_plain(document), ensure_ascii=False)},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(midnight.timestamp()),
    )


def drawn(svg: str, pixels_per_inch: float = 200.0) -> bytes:
    """A drawing in light colours as a PNG image, 16 cm wide, for formats that show no SVG."""
    page = (
        b"#set page(width: 16cm, height: auto, margin: 0pt)\n"
        b'#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
    )
    return _compiled(page, {"svg": _coloured(svg)}, format="png", ppi=pixels_per_inch)


def compiler() -> Any:
    """The package that makes pages. Raises `MissingExtraError` where it is not installed."""
    try:
        import typst
    except ImportError:
        raise MissingExtraError("a document with pages (PDF, DOCX)", "report") from None
    return typst


def _compiled(source: bytes, inputs: dict[str, str], **options: Any) -> bytes:
    made: bytes = compiler().compile(source, sys_inputs=inputs, ignore_system_fonts=True, **options)
    return made


def _coloured(svg: str) -> str:
    return with_style(svg, drawing_style(f"'{FONT}'", colours=LIGHT))


def _plain(document: Document) -> dict[str, Any]:
    say = document.words
    before, between, after = re.split(r"[{}]", say("page-of", page="{", pages="}"))
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "author": document.author,
        "subject": document.subject or document.mark,
        "language": document.language,
        "mark": document.mark,
        "date": [document.date.year, document.date.month, document.date.day],
        "colours": LIGHT,
        "page-of": [before, between, after],
        "page-short": say("page-short"),
        "contents": say("contents"),
        "listed": [{"words": one.said, "anchor": one.anchor, "level": one.level} for one in document.listed],
        "first": [_block(document, block) for block in document.first],
        "blocks": [_block(document, block) for block in document.blocks],
    }


def _text(words: Text) -> list[dict[str, Any]]:
    return [_span(span) for span in words]


def _span(span: Span) -> dict[str, Any]:
    words = _breakable(span.words) if span.style == "code" else span.words
    return {"words": words, "style": span.style, "to": span.to, "page": span.page}


def _breakable(words: str) -> str:
    """Words of code with places where a line may end in what has none of its own."""
    return re.sub(rf"[^\s{_BREAK}]{{{LONGEST}}}(?=\S)", lambda found: found[0] + _BREAK, words)


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": [_text(one) for one in table.columns],
        "rows": [
            {"cells": [_text(cell) for cell in row.cells], "anchor": row.anchor, "inner": row.inner}
            for row in table.rows
        ],
        "widths": list(table.widths) or [1.0] * len(table.columns),
        "numbers": sorted(table.numbers),
    }


def _block(document: Document, block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {
                "kind": "heading",
                "language": block.language or document.language,
                "level": block.level,
                "number": block.number or "",
                "words": _text(block.words),
                "anchor": block.anchor,
            }
        case Paragraph():
            return {
                "kind": "paragraph",
                "language": block.language or document.language,
                "role": block.role,
                "words": _text(block.words),
                "anchor": block.anchor,
            }
        case NumberedParagraph():
            return {
                "kind": "numbered",
                "number": block.number,
                "words": _text(block.words),
                "anchor": block.anchor,
            }
        case Items():
            return {
                "kind": "items",
                "language": block.language or document.language,
                "ordered": block.ordered,
                "items": [_text(one) for one in block.items],
            }
        case Table():
            return {
                "kind": "table",
                "anchor": block.anchor,
                "label": document.label(block),
                "caption": _text(block.caption),
                **_table(block),
            }
        case Figure():
            return {
                "kind": "figure",
                "anchor": block.anchor,
                "label": document.label(block),
                "caption": _text(block.caption),
                "context": _text(block.context),
                "alternative": block.alternative,
                "svg": _coloured(block.svg),
                "said": document.words("data-of-figure"),
                "data": _table(block.data),
            }
        case Note():
            return {
                "kind": "note",
                "title": block.title,
                "words": [_text(one) for one in block.words],
                "anchor": block.anchor,
            }
        case Command():
            return {
                "kind": "command",
                "lines": [_breakable(one) for one in block.lines],
                "anchor": block.anchor,
            }
        case PageBreak():
            return {"kind": "page-break"}
