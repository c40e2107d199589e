"""One document with every block there is, in either language, and readers of the three formats."""

import datetime as dt
import html.parser
import io
import re

import docx
import pypdf
from docx.oxml.ns import qn

from moot.catalogue import catalogue
from moot.documents import (
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
    Table,
    link,
    rich,
    text,
)

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 60"><line class="axis" x1="0" x2="400" y1="50" '
    'y2="50"/><rect class="b-regime" x="0" y="20" width="120" height="11"/>'
    '<text x="130" y="30">12</text></svg>'
)
TYPED = 'What *somebody* typed: <b>#import "x"</b> $1 & `_y_` \\ @z [a](#nowhere)'
"""Signs that mean something to HTML, to Typst and to `rich`, and must come out as they went in."""
LAW = link("the law", "https://example.org/law")


def table(caption: str = "", rows: int = 3, anchor: str = "t-one") -> Table:
    columns = tuple(map(text, ("what", "arm", "without")))
    body = [Row((text(f"burden {n}"), text(f"{n}.5"), text("0")), inner=n > 1) for n in range(rows)]
    group = Row((rich("**A group** of rows"),), anchor="" if anchor == "" else "g-one")
    return Table(columns, (group, *body), text(caption), anchor, (3, 1, 1), frozenset({1, 2}))


def document(language="en", **other) -> Document:
    said = {
        "title": "Ce qui coûte" if language == "fr" else "What it costs",
        "subtitle": "An invented scheme",
        "mark": catalogue("common", language)("synthetic"),
        "date": dt.date(2026, 11, 24),
        "first": (
            Paragraph(rich("On the *first page* alone."), "lead"),
            Note((text("Not an approval."),), "Mind"),
        ),
        "blocks": (
            Heading(text("Burdens"), anchor="burdens"),
            Paragraph(text("See ", link("paragraph 7", "#p7", page=True), " and ", LAW, ".")),
            Heading(text("Who bears them"), 2),
            Paragraph(text(TYPED)),
            NumberedParagraph("7", rich("A paragraph that is cited; see [the table](#t-one)."), "p7"),
            Items((text("one thing"), rich("**another** thing"))),
            Items((text("first"), text("second")), ordered=True),
            table("Costs per 1,000"),
            PageBreak(),
            Heading(text("Chances"), 1),
            Figure(SVG, "One bar, 12 long", text("A bar"), table(anchor=""), text("Read it so.")),
            Command(("moot show experiments/it --arm one", "sha256 " + "0123456789abcdef" * 4), "c-one"),
            Paragraph(text("Words of another."), "quote"),
            Paragraph(text("A source."), "small"),
        ),
    }  # fmt: skip
    return Document(language=language, **(said | other))


def squeezed(words: str) -> str:
    """Without spaces and signs that only say where a line may end."""
    return re.sub(r"[\s\u200b\u00ad]", "", words)


class _Words(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("style", "svg", "title")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "svg", "title")

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def words_of_html(data: bytes) -> str:
    reader = _Words()
    reader.feed(data.decode("utf-8"))
    return "".join(reader.words)


def words_of_pdf(data: bytes, mark: str) -> str:
    """All pages, without the mark of each but the first, and without page numbers."""
    out = []
    for n, page in enumerate(pypdf.PdfReader(io.BytesIO(data)).pages):
        said = squeezed(page.extract_text())
        said = re.sub(r"Page\d+(of|sur)\d+|\(p\.\d+\)", "", said)
        out.append(said if n == 0 else said.replace(squeezed(mark), "", 1))
    return "".join(out)


def words_of_docx(data: bytes) -> str:
    file = docx.Document(io.BytesIO(data))
    body = "\n".join(
        "".join(one.text or "" for one in paragraph.iter(qn("w:t")))
        for paragraph in file.element.iter(qn("w:p"))
    )
    return "\n".join([*(one.text for one in file.sections[0].header.paragraphs), body])


def missing(lines: list[str], words: str) -> list[str]:
    """The lines that `words` does not have, each looked for after the one before."""
    words, place, out = squeezed(words), 0, []
    for line in map(squeezed, lines):
        found = words.find(line, place)
        if found < 0:
            out.append(line)
        else:
            place = found + len(line)
    return out
