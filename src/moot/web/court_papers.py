"""The papers of a case as they are downloaded or read in the room, and the notice for a school.

What the court answers is in no paper of anybody else before the judgment is delivered.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from moot.catalogue import LANGUAGES, Language, catalogue
from moot.documents import Block, Document, Heading, Items, Paragraph, Table, text
from moot.documents.model import plain as said
from moot.errors import UserError
from moot.store.cases import CaseStore
from moot.trial.case import Case
from moot.trial.pieces import exhibit_blocks
from moot.web.court_room import CourtRoom
from moot.web.court_view import PUBLIC, deliberates

WRITTEN = date(2026, 11, 24)
"""The day of the text of the notice."""
__all__ = ["FORMS", "exhibit_pages", "notice", "paper"]

FORMS: dict[str, tuple[str, str]] = {
    "html": ("text/html; charset=utf-8", "html"),
    "pdf": ("application/pdf", "pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "akn": ("application/akn+xml", "xml"),
    "json": ("application/json", "json"),
    "md": ("text/markdown; charset=utf-8", "md"),
    "bundle": ("application/pdf", "pdf"),
    "kit": ("application/pdf", "pdf"),
}
"""What can be downloaded: its type and the end of its name."""
FULL = 900
"""Signs on a page of an exhibit, about; a projector shows as many."""


def paper(room: CourtRoom, role: str, form: str, language: Language) -> tuple[bytes, str, str]:
    """A paper of a case: its bytes, its type, its name. It is remembered, so that a wipe tells of it.

    Raises `UserError` where the court still deliberates and somebody else asks for what it answers.
    """
    case = room.case
    kind, ending = FORMS[form]
    inside = deliberates(case, role)
    if form not in ("bundle", "kit") and not (inside or _told(case)):
        raise UserError("the court deliberates; its papers can be read once the judgment is delivered")
    data = _written(case, form, language, role != PUBLIC and case.side(role) == "bench")
    what = form if form in ("bundle", "kit") else "judgment" if case.delivered else "file"
    name = f"{case.name}-{what}-{language}.{ending}"
    with CaseStore(room.folder).writing() as tables:
        tables.exported(f"downloaded by {role}: {name}", hashlib.sha256(data).hexdigest())
    return data, kind, name


def _told(case: Case) -> bool:
    deciding = case.phase == "hearing" and case.stage.kind in ("vote", "reading")
    return case.delivered or not deciding


def _written(case: Case, form: str, language: Language, for_court: bool) -> bytes:
    from moot.documents import written
    from moot.trial.akoma import as_akoma_ntoso
    from moot.trial.bundle import bundle_document
    from moot.trial.document import judgment_document
    from moot.trial.exports import text_of
    from moot.trial.kit import kit_document
    from moot.trial.retrying import judgment_data

    if form == "md":
        return text_of(case).encode()
    if form == "json":
        told = judgment_data(case, for_court=for_court)
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    if form == "akn":
        return as_akoma_ntoso(case, language)
    if form == "bundle":
        return written(bundle_document(case, language, for_court=for_court), "pdf")
    if form == "kit":
        return written(kit_document(case, language), "pdf")
    return written(judgment_document(case, language, for_court=for_court), form)


def exhibit_pages(case: Case, number: int, role: str) -> dict[str, list[list[dict[str, Any]]]]:
    """An exhibit as the pages that everybody turns together, in every language: of each page its blocks.

    Pages break at the same block in every language, so that page 2 is page 2 for all. Raises `CaseError`.
    """
    case.numbered(case.exhibits, number, "exhibit")
    bench = role != PUBLIC and case.side(role) == "bench"
    made = {
        each: [_block(one) for one in exhibit_blocks(case, number, catalogue("trial", each), for_court=bench)]
        for each in LANGUAGES
    }
    if case.exhibits[number - 1].sealed and not bench:  # its title is not told either
        made = {
            each: [one for place, one in enumerate(blocks) if place != 2] for each, blocks in made.items()
        }
    breaks, held = [], 0
    for place, one in enumerate(made["en"]):
        size = len(json.dumps(one, ensure_ascii=False))
        if held and held + size > FULL:
            breaks.append(place)
            held = 0
        held += size
    ends = [*breaks, None]
    return {each: [blocks[start:end] for start, end in zip([0, *breaks], ends, strict=True)]
            for each, blocks in made.items()}  # fmt: skip


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": said(block.words)}
        case Paragraph():
            return {"kind": "small" if block.role == "small" else "paragraph", "text": said(block.words)}
        case Items():
            return {"kind": "items", "items": [said(one) for one in block.items]}
        case Table():
            return {"kind": "table", "caption": said(block.caption) if block.caption else "",
                    "columns": [said(one) for one in block.columns],
                    "rows": [[said(cell) for cell in row.cells] for row in block.rows]}  # fmt: skip
    return {"kind": "paragraph", "text": ""}


def notice(language: Language) -> Document:
    """The data-protection notice that a school hands out: what the room keeps, where, and for how long."""
    say = catalogue("notice", language)
    blocks: list[Block] = []
    for part in ("what", "who", "kept", "not-kept", "how-long", "rights", "network"):
        blocks.append(Heading(text(say(f"{part}-title")), number=""))
        blocks.append(Paragraph(text(say(part))))
    return Document(
        title=say("title"), subtitle=say("subtitle"), language=language, mark=say("mark"),
        date=WRITTEN, first=(Paragraph(text(say("first")), "lead"),), blocks=tuple(blocks),
        numbered=False,
    )  # fmt: skip
