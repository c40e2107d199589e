"""Documents: one model, three writers that say the same.

A room that has something to say (a dossier, a judgment, a bundle) makes a `Document` of blocks, whose
sentences come from `moot.catalogue`, and gives it to a writer::

    from moot.documents import Document, Heading, Paragraph, Table, Row, rich, text, written

    document = Document(
        title=say("title"),
        language="fr",
        mark=say("synthetic"),
        date=run_date,                       # the caller's: no writer looks at a clock
        first=(Paragraph(rich(say("what-it-is-not")), "lead"),),
        blocks=(
            Heading(rich(say("burdens")), anchor="burdens"),          # 1  Burdens
            NumberedParagraph("12", rich(say("para-12")), anchor="p12"),
            Table(columns, rows, rich(say("caption")), anchor="t-burdens", numbers=frozenset({1, 2})),
        ),
    )
    data = written(document, "pdf")          # or html, docx: bytes

===============  ====================================================================================
file             what is in it
===============  ====================================================================================
``model.py``     blocks, spans of words, `Document` with its checks
``palette.py``   the colours of pages and drawings, for light, dark and print
``to_text.py``   `as_lines`: what a document says, line by line
``to_html.py``   `as_html`, with ``page.css``: one file, no script, no network
``to_pdf.py``    `as_pdf`, with ``page.typ``: PDF/A-3b and PDF/UA-1, by Typst
``to_docx.py``   `as_docx`: by python-docx
===============  ====================================================================================

**What every writer keeps.** The words of `as_lines`, in that order. The language. The mark on every page (in
HTML at the top of the screen, and on every page when printed). Headings as headings, tables with a row of
headings, words in the place of drawings. Links inside the document. The same bytes for the same document:
dates are the document's own, and fonts of the machine change nothing.

**Words.** `text` takes a string as it is, `rich` reads ``*emphasis*``, ``**strong**``, ```code``` and
``[words](#anchor)``. What people typed goes through `text`, never through `rich`.

**Links.** A block's `anchor` is unique in the document; ``#anchor`` leads to it, in every format. With
`page=True`, the PDF says the page as well ("(p. 12)"); the others lead there without.

**Drawings.** One ``<svg>`` with a ``viewBox`` and no colours of its own: its shapes have the classes of
`palette.py`, so that it is drawn in light and dark. PDF takes it as vectors, DOCX as a picture.

PDF and DOCX need ``moot[report]`` and say so; HTML needs nothing.
"""

from __future__ import annotations

from typing import Literal, get_args

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
    Row,
    Span,
    Style,
    Table,
    Text,
    link,
    plain,
    rich,
    text,
)
from moot.documents.to_text import as_lines
from moot.errors import UnknownNameError

__all__ = [
    "FORMATS",
    "Block",
    "Command",
    "Document",
    "Figure",
    "Format",
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
    "as_lines",
    "check_format",
    "link",
    "plain",
    "rich",
    "text",
    "written",
]

Format = Literal["html", "pdf", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def check_format(format: str) -> None:
    """Raise `UnknownNameError` for a format that there is not, `MissingExtraError` for a missing package.

    For callers that do much before they write.
    """
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS)
    if format != "html":
        from moot.documents.to_pdf import compiler

        compiler()
    if format == "docx":
        from moot.documents.to_docx import word_processor

        word_processor()


def written(document: Document, format: str) -> bytes:
    """The document in a format: ``html``, ``pdf`` or ``docx``.

    Raises `UnknownNameError` for another, `MissingExtraError` where what it needs is not installed.
    """
    match format:
        case "html":
            from moot.documents.to_html import as_html

            return as_html(document)
        case "pdf":
            from moot.documents.to_pdf import as_pdf

            return as_pdf(document)
        case "docx":
            from moot.documents.to_docx import as_docx

            return as_docx(document)
    raise UnknownNameError("format", format, FORMATS)
