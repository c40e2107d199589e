"""A document as one HTML file: no script, no network, light and dark, printed with its mark on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib.resources import files

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
    Table,
    Text,
)
from moot.documents.palette import DARK, LIGHT, drawing_style

__all__ = ["as_html"]


def as_html(document: Document) -> bytes:
    """The document as a page (UTF-8), the same bytes each time."""
    say = document.words
    head = (
        f'<!DOCTYPE html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n"
        f'<meta name="author" content="{escape(document.author)}">\n'
        f'<meta name="description" content="{escape(document.subject or document.mark)}">\n'
        f'<meta name="date" content="{document.date.isoformat()}">\n'
        f"<style>\n{_style(document)}</style>\n</head>\n"
    )
    out = [
        head,
        f'<body>\n<a class="skip" href="#main">{escape(say("skip"))}</a>\n',
        f'<div class="band" role="note">{escape(document.mark)}</div>\n<div class="sheet">\n',
        f"<header>\n<h1>{escape(document.title)}</h1>\n",
    ]
    if document.subtitle:
        out.append(f'<p class="sub">{escape(document.subtitle)}</p>\n')
    out.append("</header>\n")
    if document.first:
        out += [f'<section class="first" aria-label="{escape(say("first-page"))}">\n']
        out += [*_blocks(document, document.first), "</section>\n"]
    if document.listed:
        out.append(
            f'<nav aria-labelledby="contents"><h2 id="contents">{escape(say("contents"))}</h2>\n<ol>\n'
        )
        out += [
            f'<li class="level-{one.level}"><a href="#{one.anchor}">{escape(one.said)}</a></li>\n'
            for one in document.listed
        ]
        out.append("</ol></nav>\n")
    out += ['<main id="main">\n', *_blocks(document, document.blocks), "</main>\n</div>\n</body>\n</html>\n"]
    return "".join(out).encode("utf-8")


def _style(document: Document) -> str:
    def colours(names: dict[str, str]) -> str:
        return " ".join(f"--{name}: {value};" for name, value in names.items())

    page = document.words("page-of", page='" counter(page) "', pages='" counter(pages) "')
    sheet = (files("moot.documents") / "page.css").read_text("utf-8")
    return (
        f":root {{ color-scheme: light dark; {colours(LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {colours(DARK)} }} }}\n"
        f"@media print {{ :root {{ color-scheme: light; {colours(LIGHT)} }} }}\n"
        f'@page {{ size: A4; margin: 18mm 20mm 20mm; @bottom-center {{ content: "{page}"; '
        f"font: 9pt Georgia, serif; color: {LIGHT['ink-2']}; }} }}\n"
        f"{drawing_style('inherit', prefix='figure svg ')}\n{sheet}"
    )


def _id(anchor: str) -> str:
    return f' id="{escape(anchor)}"' if anchor else ""


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _inline(words: Text) -> str:
    return "".join(map(_span, words))


_TAGS = {
    "plain": "",
    "emphasis": "em",
    "strong": "strong",
    "code": "code",
    "warning": 'strong class="warning"',
    "muted": 'span class="muted"',
}


def _span(span: Span) -> str:
    said = escape(span.words)
    tag = _TAGS[span.style]
    if tag:
        said = f"<{tag}>{said}</{tag.partition(' ')[0]}>"
    return f'<a href="{escape(span.to)}">{said}</a>' if span.to else said


def _blocks(document: Document, blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        yield from _block(document, block)


def _block(document: Document, block: Block) -> Iterator[str]:
    match block:
        case Heading():
            level = block.level + 1
            number = f'<span class="no">{escape(block.number)}</span>  ' if block.number else ""
            marks = _id(block.anchor) + _lang(block.language)
            yield f"<h{level}{marks}>{number}{_inline(block.words)}</h{level}>\n"
        case Paragraph():
            said = _inline(block.words)
            if block.role == "quote":
                yield f"<blockquote{_id(block.anchor)}{_lang(block.language)}><p>{said}</p></blockquote>\n"
            else:
                role = f' class="{block.role}"' if block.role != "body" else ""
                yield f"<p{role}{_id(block.anchor)}{_lang(block.language)}>{said}</p>\n"
        case NumberedParagraph():
            number = f'<span class="no">{escape(block.number)}</span>'
            yield f'<div class="para"{_id(block.anchor)}>{number} <p>{_inline(block.words)}</p></div>\n'
        case Items():
            tag = "ol" if block.ordered else "ul"
            items = "".join(f"<li>{_inline(one)}</li>\n" for one in block.items)
            yield f"<{tag}{_lang(block.language)}>\n{items}</{tag}>\n"
        case Table():
            yield from _table(document, block)
        case Figure():
            yield from _figure(document, block)
        case Note():
            title = f'<p class="title">{escape(block.title)}</p>\n' if block.title else ""
            yield f'<aside class="note"{_id(block.anchor)}>\n{title}'
            yield from (f"<p>{_inline(one)}</p>\n" for one in block.words)
            yield "</aside>\n"
        case Command():
            said = "\n".join(map(escape, block.lines))
            yield f'<pre tabindex="0"{_id(block.anchor)}><code>{said}</code></pre>\n'
        case PageBreak():
            yield '<div class="break"></div>\n'


def _table(document: Document, table: Table) -> Iterator[str]:
    yield f'<div class="wide"><table{_id(table.anchor)}>\n'
    if table.caption:
        label = document.label(table)
        number = f'<span class="label">{escape(label)}</span>' if label else ""
        yield f"<caption>{number}{_inline(table.caption)}</caption>\n"
    if table.widths:
        whole = sum(table.widths)
        columns = "".join(f'<col style="width:{100 * one / whole:.1f}%">' for one in table.widths)
        yield f"<colgroup>{columns}</colgroup>\n"
    yield "<thead><tr>"
    for n, column in enumerate(table.columns):
        yield f'<th scope="col"{_number(table, n)}>{_inline(column)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        yield _row(table, row)
    yield "</tbody></table></div>\n"


def _number(table: Table, column: int) -> str:
    return ' class="n"' if column in table.numbers else ""


def _row(table: Table, row: Row) -> str:
    if len(row.cells) == 1 and len(table.columns) > 1:
        span = len(table.columns)
        said = _inline(row.cells[0])
        return f'<tr class="group"{_id(row.anchor)}><th colspan="{span}" scope="rowgroup">{said}</th></tr>\n'
    cells = [f'<th scope="row">{_inline(row.cells[0])}</th>']
    cells += [f"<td{_number(table, n)}>{_inline(cell)}</td>" for n, cell in enumerate(row.cells) if n]
    inner = ' class="inner"' if row.inner else ""
    return f"<tr{inner}{_id(row.anchor)}>{''.join(cells)}</tr>\n"


def _figure(document: Document, figure: Figure) -> Iterator[str]:
    # One name for the whole drawing; its own words are not read out one by one.
    svg = re.sub(r'\s(role|aria-[a-z]+)="[^"]*"', "", figure.svg[: figure.svg.index(">")])
    name = f' role="img" aria-label="{escape(figure.alternative)}"'
    yield f"<figure{_id(figure.anchor)}>\n{svg}{name}{figure.svg[figure.svg.index('>') :]}\n"
    label = escape(document.label(figure))
    yield f'<figcaption><span class="label">{label}</span>{_inline(figure.caption)}</figcaption>\n'
    if figure.context:
        yield f'<p class="small">{_inline(figure.context)}</p>\n'
    yield f"<details><summary>{escape(document.words('data-of-figure'))}</summary>\n"
    yield from _table(document, figure.data)
    yield "</details>\n</figure>\n"
