"""One document, three formats: the same words, in the same order, in the same bytes each time."""

import datetime as dt
import io
import re
import shutil
import subprocess
import sys
import zipfile

import docx
import lxml.html
import pypdf
import pytest
from docx.oxml.ns import qn

from moot.documents import Heading, Paragraph, Row, Span, Table, as_lines, plain, rich, text, written
from moot.documents.model import Figure
from moot.documents.palette import DARK, LIGHT, drawing_style
from moot.errors import MissingExtraError, UnknownNameError
from tests.documents.a_document import (
    SVG,
    TYPED,
    document,
    missing,
    table,
    words_of_docx,
    words_of_html,
    words_of_pdf,
)

FORMATS = ("html", "pdf", "docx")


@pytest.fixture(scope="module")
def made():
    return {(one, said): written(document(said), one) for one in FORMATS for said in ("en", "fr")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_format_says_the_same(made, language):
    lines = as_lines(document(language))
    assert lines[0] == document(language).mark and TYPED in lines and len(lines) > 40
    assert missing(lines, words_of_html(made["html", language])) == []
    assert missing(lines, words_of_docx(made["docx", language])) == []
    assert missing(lines, words_of_pdf(made["pdf", language], document(language).mark)) == []


def test_missing_words_would_be_noticed(made):
    lines = as_lines(document())
    assert missing([*lines, "a line that is nowhere"], words_of_html(made["html", "en"])) == [
        "alinethatisnowhere"
    ]
    assert missing(lines[::-1], words_of_docx(made["docx", "en"])) != []


@pytest.mark.parametrize("format", FORMATS)
def test_twice_the_same_bytes_and_another_date_is_another_document(made, format):
    assert written(document(), format) == made[format, "en"]
    assert written(document(date=dt.date(2026, 11, 25)), format) != made[format, "en"]


def test_numbers_of_headings_tables_and_figures():
    one = document()
    assert [heading.said for heading in one.listed] == ["1  Burdens", "1.1  Who bears them", "2  Chances"]
    lines = as_lines(one)
    assert "Table 1. Costs per 1,000" in lines and "Figure 1. A bar" in lines
    own = document(
        blocks=(Heading(text("Costs"), number="II"), Heading(text("x"), number="")), contents=False
    )
    assert [block.said for block in own.blocks] == ["II  Costs", "x"] and own.listed == ()


def test_the_page_stands_alone_and_has_landmarks(made):
    data = made["html", "fr"]
    page = lxml.html.fromstring(data)
    assert page.get("lang") == "fr"
    assert [len(page.findall(f".//{one}")) for one in ("header", "nav", "main", "h1")] == [1, 1, 1, 1]
    assert not page.findall(".//script") and not page.findall(".//link") and not page.findall(".//img")
    assert not re.search(rb"url\(|@import|src=", data)
    ids = [one.get("id") for one in page.iterfind(".//*[@id]")]
    inside = [one.get("href")[1:] for one in page.iterfind(".//a") if one.get("href").startswith("#")]
    assert len(ids) == len(set(ids)) and inside and set(inside) <= set(ids)
    assert {one.get("scope") for one in page.iterfind(".//th")} == {"col", "row", "rowgroup"}
    (drawing,) = page.findall(".//svg")
    assert drawing.get("role") == "img" and drawing.get("aria-label") == "One bar, 12 long"
    assert b"prefers-color-scheme: dark" in data


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no browser here")
def test_a_printed_page_has_the_mark_every_time(tmp_path):
    one = document(blocks=tuple(Paragraph(text(f"Line {n}")) for n in range(120)), contents=False)
    (tmp_path / "it.html").write_bytes(written(one, "html"))
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer", f"--user-data-dir={tmp_path}/u",
         f"--print-to-pdf={tmp_path}/it.pdf", f"file://{tmp_path}/it.html"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    pages = pypdf.PdfReader(tmp_path / "it.pdf").pages
    assert len(pages) > 2
    for page in pages:
        assert one.mark in page.extract_text().replace("\n", " ")


def test_the_pdf_says_what_it_is(made):
    file = pypdf.PdfReader(io.BytesIO(made["pdf", "fr"]))
    meta = file.trailer["/Root"]["/Metadata"].get_object().get_data().decode("utf-8")
    assert "pdfaid:part>3<" in meta and "pdfaid:conformance>B<" in meta and "pdfuaid:part>1<" in meta
    assert file.trailer["/Root"]["/Lang"] == "fr" and file.metadata.title == "Ce qui coûte"
    assert file.metadata.creation_date.date() == dt.date(2026, 11, 24)
    pages = [page.extract_text() for page in file.pages]
    for n, page in enumerate(pages, 1):
        assert document("fr").mark in page.replace("\n", " ")
        assert f"Page {n} sur {len(pages)}" in page
    assert "paragraph 7 (p. 1)" in "".join(pages).replace("\n", " ")
    assert next(one.title for one in file.outline if not isinstance(one, list)).endswith("Burdens")
    notes = [note.get_object() for page in file.pages for note in page.get("/Annots", [])]
    assert "https://example.org/law" in [str(one["/A"].get("/URI")) for one in notes if "/A" in one]
    assert len(notes) > 3
    assert alternatives(file) == ["One bar, 12 long"]


def alternatives(file):
    found, stack = [], [file.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        node = stack.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            stack += node
        elif isinstance(node, dict):
            found += [node["/Alt"]] if "/Alt" in node else []
            stack += [node["/K"]] if "/K" in node else []
    return found


def test_the_word_processors_file_is_real(made):
    data = made["docx", "fr"]
    file = docx.Document(io.BytesIO(data))
    assert file.core_properties.title == "Ce qui coûte" and file.core_properties.author == "Moot"
    assert file.core_properties.created.date() == dt.date(2026, 11, 24) and not file.core_properties.comments
    heads = [(one.style.name, one.text) for one in file.paragraphs if one.style.name.startswith("Heading")]
    assert heads[:2] == [("Heading 1", "1  Burdens"), ("Heading 2", "1.1  Who bears them")]
    body = file.element
    assert {one.get(qn("w:val")) for one in file.styles.element.iter(qn("w:lang"))} == {"fr-FR"}
    marks = {one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))}
    links = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))} - {None}
    assert links and links <= marks
    (shape,) = file.inline_shapes
    assert shape._inline.docPr.get("descr") == "One bar, 12 long"
    assert len(list(body.iter(qn("w:tblHeader")))) == len(file.tables) == 2
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [one for one in archive.namelist() if "thumbnail" in one]
        foot = next(archive.read(n) for n in archive.namelist() if "footer" in n).decode("utf-8")
    assert "NUMPAGES" in foot and " sur " in foot


def test_marks_of_a_sentence():
    said = rich("A *b* and **c**, `d`, [e](#f) and [g](https://example.org); 3 * 4 * 5")
    assert [(span.words, span.style, span.to) for span in said if span.style != "plain" or span.to] == [
        ("b", "emphasis", ""),
        ("c", "strong", ""),
        ("d", "code", ""),
        ("e", "plain", "#f"),
        ("g", "plain", "https://example.org"),
        (" 4 ", "emphasis", ""),
    ]
    assert text(TYPED) == (Span(TYPED),) and plain(text("a", Span("b"), (Span("c"),))) == "abc"


def test_a_document_that_does_not_hold_together_is_refused():
    with pytest.raises(ValueError, match="there twice: burdens"):
        document(blocks=(Heading(text("a"), anchor="burdens"), Paragraph(text("b"), anchor="burdens")))
    with pytest.raises(ValueError, match="lead nowhere: #gone"):
        document(blocks=(Paragraph(rich("[x](#gone)")),))
    with pytest.raises(ValueError, match="level 4"):
        document(blocks=(Heading(text("a"), 4),))
    with pytest.raises(ValueError, match="a row of 2 cells in a table of 3 columns"):
        Table(table().columns, (Row((text("a"), text("b"))),))
    with pytest.raises(ValueError, match="2 widths for 3 columns"):
        Table(table().columns, (), widths=(1, 2))
    with pytest.raises(ValueError, match="do not see it"):
        Figure(SVG, " ", text("x"), table())
    with pytest.raises(ValueError, match="one <svg> element"):
        Figure("<img>", "x", text("x"), table())
    with pytest.raises(UnknownNameError, match="no format called 'odt'; there is html, pdf, docx"):
        written(document(), "odt")


def test_light_and_dark_name_the_same_colours_and_words_are_readable():
    assert LIGHT.keys() == DARK.keys()
    assert "var(" not in drawing_style("x", colours=LIGHT)

    def luminance(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for colours in (LIGHT, DARK):
        for words in ("ink", "ink-2", "ink-3", "today", "regime"):
            for ground in ("paper", "mark"):
                low, high = sorted((luminance(colours[words]), luminance(colours[ground])))
                assert (high + 0.05) / (low + 0.05) >= (4.5 if words != "ink-3" else 4.0), (words, ground)


@pytest.mark.parametrize(("format", "module"), [("pdf", "typst"), ("docx", "docx"), ("docx", "typst")])
def test_what_is_not_installed_is_said(monkeypatch, format, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"moot\[report\]"):
        written(document(), format)
    assert written(document(), "html")
