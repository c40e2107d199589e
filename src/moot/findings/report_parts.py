"""Parts that every section of the page is made of: a figure with its caption, a table behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["curly", "figure", "table"]


def curly(text: str) -> str:
    """The text with the apostrophes of print."""
    return text.replace("'", "’")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """The numbers of a figure, folded away under it."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}'
        f"</tr>"
        for row in rows
    )
    return (
        f'<details><summary>{escape(caption)}</summary><div class="wide"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def figure(title: str, drawing: str, caption: str, numbers: str) -> str:
    """A drawing with its title, its caption and its numbers."""
    return (
        f"<figure><h3>{escape(title)}</h3>{drawing}<figcaption>{escape(caption)} Synthetic people."
        f"</figcaption>{numbers}</figure>"
    )
