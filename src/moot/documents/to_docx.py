"""A document for a word processor (DOCX): real headings, links inside, words for drawings, a fixed date.

python-docx makes the parts; the archive is then written anew with one date for every entry, so that the same
document gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
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
from moot.documents.palette import LIGHT
from moot.documents.to_pdf import drawn
from moot.errors import MissingExtraError

__all__ = ["as_docx", "word_processor"]

FONT, MONO = "Cambria", "Consolas"
TAGS = {"en": "en-GB", "fr": "fr-FR"}
TEXT_CM = 16.0
TABLE_PT = 8.5
_EPOCH = (1980, 1, 1, 0, 0, 0)


def word_processor() -> Any:
    """The package that makes such files. Raises `MissingExtraError` where it is not installed."""
    try:
        import docx
    except ImportError:
        raise MissingExtraError("a document for a word processor (DOCX)", "report") from None
    return docx


def as_docx(document: Document) -> bytes:
    """The document as DOCX, the same bytes each time.

    Raises `MissingExtraError` without python-docx, or without Typst where there are drawings.
    """
    writer = _Writer(document, word_processor().Document())
    writer.write()
    made = io.BytesIO()
    writer.file.save(made)
    return _dated(made)


def _dated(made: io.BytesIO) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, old.read(name), compresslevel=6)
    return out.getvalue()


class _Writer:
    """Writes blocks into an empty file of python-docx."""

    def __init__(self, document: Document, file: Any) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.document, self.file = document, file
        self.element, self.qn = OxmlElement, qn
        self.marks = 0  # bookmarks so far
        self.names: dict[str, str] = {}

    def write(self) -> None:
        document, say = self.document, self.document.words
        self._properties()
        self._styles()
        self._page()
        self._paragraph((Span(document.title),), "Title")
        if document.subtitle:
            self._paragraph((Span(document.subtitle),), "Subtitle")
        for block in document.first:
            self._block(block)
        if document.listed:
            self._paragraph((Span(say("contents"), "strong"),)).paragraph_format.keep_with_next = True
            for one in document.listed:
                entry = self._paragraph((Span(one.said, to=f"#{one.anchor}"),))
                entry.paragraph_format.left_indent = self._cm(0.6 * (one.level - 1))
                entry.paragraph_format.space_after = self._pt(2)
        for block in document.blocks:
            self._block(block)

    # --- the file -------------------------------------------------------------------------------------------

    @staticmethod
    def _cm(length: float) -> Any:
        from docx.shared import Cm

        return Cm(length)

    @staticmethod
    def _pt(length: float) -> Any:
        from docx.shared import Pt

        return Pt(length)

    @staticmethod
    def _colour(name: str) -> Any:
        from docx.shared import RGBColor

        return RGBColor.from_string(LIGHT[name][1:].upper())

    def _properties(self) -> None:
        document, known = self.document, self.file.core_properties
        moment = dt.datetime.combine(document.date, dt.time())
        known.title, known.author, known.language = document.title, document.author, TAGS[document.language]
        known.subject = (document.subject or document.mark)[:255]
        known.last_modified_by, known.comments, known.keywords, known.category = document.author, "", "", ""
        known.created = known.modified = moment
        known.last_printed = moment
        known.revision = 1
        for key, part in list(self.file.part.package.rels.items()):
            if part.reltype.endswith("/thumbnail"):  # of the empty page that the library starts from
                del self.file.part.package.rels[key]

    def _styles(self) -> None:
        styles, qn = self.file.styles, self.qn
        sizes = {"Normal": 10.5, "Title": 22, "Subtitle": 11, "Heading 1": 15, "Heading 2": 12}
        sizes |= {"Heading 3": 10.5, "Caption": 9, "List Bullet": 10.5, "List Number": 10.5, "Quote": 10.5}
        for name, size in sizes.items():
            style = styles[name]
            style.font.size, style.font.name = self._pt(size), FONT
            style.font.color.rgb = self._colour("ink-2" if name in ("Subtitle", "Caption") else "ink")
            style.font.bold = name == "Heading 2"
            style.font.italic = name in ("Heading 3", "Quote")
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in list(fonts.attrib):
                if "Theme" in kind or "theme" in kind:
                    del fonts.attrib[kind]
            for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(kind), FONT)
        body = styles["Normal"].paragraph_format
        body.space_after, body.line_spacing = self._pt(6), 1.12
        for language in styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), TAGS[self.document.language])
        spoken = self.element("w:lang")
        spoken.set(qn("w:val"), TAGS[self.document.language])
        styles["Normal"].element.get_or_add_rPr().append(spoken)

    def _page(self) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = self._cm(21.0), self._cm(29.7)
        section.left_margin = section.right_margin = self._cm((21.0 - TEXT_CM) / 2)
        head = section.header.paragraphs[0]
        head.alignment = 1
        self._run(head, Span(self.document.mark), size=8.5, colour="ink-2")
        foot = section.footer.paragraphs[0]
        foot.alignment = 1
        said = self.document.words("page-of", page="{", pages="}")
        for part in said.replace("{", "\0{\0").replace("}", "\0}\0").split("\0"):
            if part in ("{", "}"):
                self._field(foot, "PAGE" if part == "{" else "NUMPAGES")
            elif part:
                self._run(foot, Span(part), size=8.5, colour="ink-2")

    def _field(self, paragraph: Any, instruction: str) -> None:
        field = self.element("w:fldSimple")
        field.set(self.qn("w:instr"), instruction)
        run = self.element("w:r")
        size = self.element("w:sz")
        size.set(self.qn("w:val"), "17")
        looks = self.element("w:rPr")
        looks.append(size)
        shown = self.element("w:t")
        shown.text = "1"
        run.extend([looks, shown])
        field.append(run)
        paragraph._p.append(field)

    # --- words ----------------------------------------------------------------------------------------------

    def _run(self, paragraph: Any, span: Span, *, size: float = 0.0, colour: str = "") -> Any:
        run = paragraph.add_run(span.words)
        run.bold = span.style in ("strong", "warning") or None
        run.italic = span.style == "emphasis" or None
        if span.style == "code":
            run.font.name = MONO
            run.font.size = self._pt(8.5)
        if size:
            run.font.size = self._pt(size)
        colour = {"warning": "warning", "muted": "ink-3"}.get(span.style, colour)
        if colour:
            run.font.color.rgb = self._colour(colour)
        return run

    def _words(
        self, paragraph: Any, words: Text, *, size: float = 0.0, colour: str = "", language: str = ""
    ) -> Any:
        for span in words:
            run = self._run(paragraph, span, size=size, colour=colour)
            if language:
                spoken = self.element("w:lang")
                spoken.set(self.qn("w:val"), TAGS.get(language, language))
                run._r.get_or_add_rPr().append(spoken)
            if not span.to:
                continue
            link = self.element("w:hyperlink")
            if span.to.startswith("#"):
                link.set(self.qn("w:anchor"), self._name(span.to[1:]))
            else:
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
                link.set(self.qn("r:id"), self.file.part.relate_to(span.to, kind, is_external=True))
            run.font.underline = size != TABLE_PT or None  # links of tables are many
            paragraph._p.remove(run._r)
            link.append(run._r)
            paragraph._p.append(link)
        return paragraph

    def _name(self, anchor: str) -> str:
        """The bookmark of an anchor: 40 signs at most, letters, digits and _."""
        if anchor not in self.names:
            known = "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in anchor)
            self.names[anchor] = f"a{len(self.names)}_{known}"[:40]
        return self.names[anchor]

    def _anchor(self, paragraph: Any, anchor: str) -> None:
        if not anchor:
            return
        self.marks += 1
        start, end = self.element("w:bookmarkStart"), self.element("w:bookmarkEnd")
        for one in (start, end):
            one.set(self.qn("w:id"), str(self.marks))
        start.set(self.qn("w:name"), self._name(anchor))
        looks = paragraph._p.pPr
        paragraph._p.insert(0 if looks is None else 1, start)
        paragraph._p.append(end)

    def _paragraph(self, words: Text, style: str = "Normal", anchor: str = "", **looks: Any) -> Any:
        paragraph = self.file.add_paragraph(style=style)
        self._words(paragraph, words, **looks)
        self._anchor(paragraph, anchor)
        return paragraph

    def _shaded(self, paragraph: Any) -> None:
        shade = self.element("w:shd")
        for key, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", LIGHT["mark"][1:].upper())):
            shade.set(self.qn(key), value)
        looks = paragraph._p.get_or_add_pPr()
        looks.insert_element_before(
            shade, *("w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")
        )

    # --- blocks ---------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                number = (Span(f"{block.number}  "),) if block.number else ()
                self._paragraph(
                    (*number, *block.words), f"Heading {block.level}", block.anchor, language=block.language
                )
            case Paragraph():
                style = "Quote" if block.role == "quote" else "Normal"
                looks: dict[str, dict[str, Any]] = {
                    "small": {"size": 9.0, "colour": "ink-2"},
                    "lead": {"size": 11.5},
                }
                look = {**looks.get(block.role, {}), "language": block.language}
                self._paragraph(block.words, style, block.anchor, **look)
            case NumberedParagraph():
                words = (Span(f"{block.number}\t"), *block.words)
                paragraph = self._paragraph(words, anchor=block.anchor)
                paragraph.paragraph_format.left_indent = self._cm(1.1)
                paragraph.paragraph_format.first_line_indent = self._cm(-1.1)
                paragraph.paragraph_format.tab_stops.add_tab_stop(self._cm(1.1))
            case Items():
                for n, one in enumerate(block.items, 1):
                    if block.ordered:
                        # Numbers of Word's own would go on from one list to the next.
                        paragraph = self._paragraph((Span(f"{n}.\t"), *one), language=block.language)
                        paragraph.paragraph_format.left_indent = self._cm(0.8)
                        paragraph.paragraph_format.first_line_indent = self._cm(-0.8)
                        paragraph.paragraph_format.tab_stops.add_tab_stop(self._cm(0.8))
                    else:
                        self._paragraph(one, "List Bullet", language=block.language)
            case Table():
                if block.caption:
                    words = (Span(self.document.label(block), "strong"), *block.caption)
                    caption = self._paragraph(words, "Caption", block.anchor)
                    caption.paragraph_format.keep_with_next = True
                self._table(block)
            case Figure():
                self._figure(block)
            case Note():
                self._note(block)
            case Command():
                paragraph = self.file.add_paragraph()
                self._shaded(paragraph)
                for n, line in enumerate(block.lines):
                    run = self._run(paragraph, Span(line, "code"))
                    if n + 1 < len(block.lines):
                        run.add_break()
                self._anchor(paragraph, block.anchor)
            case PageBreak():
                self.file.add_page_break()

    def _note(self, block: Note) -> None:
        lines: list[Text] = [(Span(block.title, "strong"),)] if block.title else []
        for n, words in enumerate((*lines, *block.words)):
            paragraph = self._paragraph(words, anchor="" if n else block.anchor)
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = self._cm(0.3)
            self._shaded(paragraph)

    def _table(self, table: Table) -> None:
        columns = len(table.columns)
        made = self.file.add_table(rows=1, cols=columns)
        made.autofit = False
        widths = table.widths or (1.0,) * columns
        lengths = [self._cm(TEXT_CM * one / sum(widths)) for one in widths]
        for column, length in zip(made.columns, lengths, strict=True):
            column.width = length
        head = made.rows[0]
        repeated = self.element("w:tblHeader")
        repeated.set(self.qn("w:val"), "true")
        head._tr.get_or_add_trPr().append(repeated)
        for n, words in enumerate(table.columns):
            self._cell(head.cells[n], words, lengths[n], table, n, head=True)
        for row in table.rows:
            cells = made.add_row().cells
            if len(row.cells) == 1 and columns > 1:
                whole = cells[0].merge(cells[-1])
                said = tuple(Span(span.words, "strong", span.to) for span in row.cells[0])
                self._words(whole.paragraphs[0], said, size=TABLE_PT)
                self._anchor(whole.paragraphs[0], row.anchor)
                self._line(whole, "ink-3")
                continue
            for n, words in enumerate(row.cells):
                self._cell(cells[n], words, lengths[n], table, n, inner=row.inner and n == 0)
            self._anchor(cells[0].paragraphs[0], row.anchor)
        after = self.file.add_paragraph()
        after.paragraph_format.space_after = self._pt(4)

    def _cell(
        self,
        cell: Any,
        words: Text,
        width: Any,
        table: Table,
        n: int,
        *,
        head: bool = False,
        inner: bool = False,
    ) -> None:
        cell.width = width
        paragraph = cell.paragraphs[0]
        if head:
            words = tuple(Span(span.words, "emphasis", span.to) for span in words)
        self._words(paragraph, words, size=TABLE_PT, colour="ink-2" if head else "")
        paragraph.paragraph_format.space_after = self._pt(2)
        if n in table.numbers:
            paragraph.alignment = 2
        if inner:
            paragraph.paragraph_format.left_indent = self._cm(0.4)
        self._line(cell, "ink-3" if head else "rule")

    def _line(self, cell: Any, colour: str) -> None:
        borders, below = self.element("w:tcBorders"), self.element("w:bottom")
        for key, value in (("w:val", "single"), ("w:sz", "4"), ("w:space", "0")):
            below.set(self.qn(key), value)
        below.set(self.qn("w:color"), LIGHT[colour][1:].upper())
        borders.append(below)
        cell._tc.get_or_add_tcPr().append(borders)

    def _figure(self, figure: Figure) -> None:
        paragraph = self.file.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run()
        shape = run.add_picture(io.BytesIO(drawn(figure.svg)), width=self._cm(TEXT_CM))
        shape._inline.docPr.set("descr", figure.alternative)
        self._anchor(paragraph, figure.anchor)
        words = (Span(self.document.label(figure), "strong"), *figure.caption)
        self._paragraph(words, "Caption")
        if figure.context:
            self._paragraph(figure.context, size=9.0, colour="ink-2")
        said = (Span(self.document.words("data-of-figure"), "emphasis"),)
        self._paragraph(said, size=9.0, colour="ink-2").paragraph_format.keep_with_next = True
        self._table(figure.data)
