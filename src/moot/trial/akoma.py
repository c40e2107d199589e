"""The judgment in Akoma Ntoso 3.0, by lxml: document type `judgment`, in the order of the document.

Its country is `xx`, which is no country's code, its subtype `fiction`, and it has no ECLI: it is a text of
an imaginary court, and its identifier cannot be taken for one of a real court. The mark stands in the cover
page, the header and the conclusions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moot.catalogue import Language, catalogue, words
from moot.documents import Block, Heading, Items, Note, Paragraph, Table, plain
from moot.errors import CaseError, MissingExtraError
from moot.trial.case import Case
from moot.trial.document import front, judgment_blocks
from moot.trial.exports import identifier

__all__ = ["NAMESPACE", "as_akoma_ntoso"]

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
PARTS = {
    "visas": "introduction",
    "facts": "background",
    "claims": "arguments",
    "reasons": "motivation",
    "operative": "decision",
    "opinions": "motivation",
}
LANGUAGES = {"en": "eng", "fr": "fra"}


def as_akoma_ntoso(case: Case, language: Language) -> bytes:
    """The judgment of a case as Akoma Ntoso 3.0: UTF-8, the same bytes for the same case.

    Raises `MissingExtraError` without lxml, `CaseError` for a rehearsal, which leaves no judgment.
    """
    if case.rehearsal:
        raise CaseError("a rehearsal leaves no judgment; Akoma Ntoso is the judgment of a case")
    try:
        from lxml import etree
    except ImportError:
        raise MissingExtraError("Akoma Ntoso", "report") from None
    say = catalogue("trial", language)

    def put(parent: Any, tag: str, words: str = "", **attributes: str) -> Any:
        made = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
        if words:
            made.text = words
        return made

    root = etree.Element(f"{{{NAMESPACE}}}akomaNtoso", nsmap={None: NAMESPACE})
    judgment = put(root, "judgment", name="judgment", contains="originalVersion")
    _meta(case, language, put, put(judgment, "meta"))
    title = say("title-judgment" if case.delivered else "title-file", case=case.name)
    cover = put(judgment, "coverPage")
    put(cover, "p", say("fiction"))
    header = put(judgment, "header")
    put(put(header, "p"), "docTitle", title)
    put(header, "p", say("fiction"))
    for block in front(case, say):
        for line in _words(block):
            put(header, "p", line)
    body = put(judgment, "judgmentBody")
    for name, blocks in judgment_blocks(case, say).items():
        part = put(body, PARTS[name], eId=name)
        by = [case.minutes[one].by for one in case.opinions] if name == "opinions" else []
        _filled(put, part, blocks, name, by)
    conclusions = put(judgment, "conclusions")
    put(conclusions, "p", f"{identifier(case)}. {say('fiction')}")
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def _meta(case: Case, language: Language, put: Any, meta: Any) -> None:
    work = f"/akn/xx/judgment/fiction/{case.day}/{case.name}"
    expression = f"{work}/{LANGUAGES[language]}@{case.day}"
    day = case.day.isoformat()
    found = put(meta, "identification", source="#moot")
    for level, uri in (("Work", work), ("Expression", expression), ("Manifestation", f"{expression}.akn")):
        one = put(found, f"FRBR{level}")
        put(one, "FRBRthis", value=f"{uri}/!main" if level != "Manifestation" else uri)
        put(one, "FRBRuri", value=uri)
        if level == "Work":
            put(one, "FRBRalias", value=identifier(case), name="fiction")
        put(one, "FRBRdate", date=day, name="fictional")
        put(one, "FRBRauthor", href="#court")
        if level == "Work":
            put(one, "FRBRcountry", value="xx")
            put(one, "FRBRsubtype", value="fiction")
        elif level == "Expression":
            put(one, "FRBRlanguage", language=LANGUAGES[language])
    references = put(meta, "references", source="#moot")
    put(references, "TLCOrganization", eId="moot", href="/akn/ontology/organization/xx/moot", showAs="Moot")
    put(references, "TLCOrganization", eId="court", href="/akn/ontology/organization/xx/imaginary-court",
        showAs=words(case.procedure.title, language))  # fmt: skip
    for role in case.procedure.roles:
        put(references, "TLCRole", eId=f"role-{role.role}", href=f"/akn/ontology/role/xx/{role.role}",
            showAs=words(role.title, language))  # fmt: skip


def _filled(put: Any, part: Any, blocks: list[Block], name: str, by: list[str]) -> None:
    """The blocks of a part: its own heading a paragraph, those below it nested divisions.

    `by` are the roles of separate opinions, one for each of its paragraphs.

    A division that holds others has an `intro` where another has its `content`.
    """
    open_now, count = [part], 0
    for block in blocks:
        if isinstance(block, Heading) and block.level > 1:
            del open_now[block.level - 1 :]
            parent = open_now[-1]
            for child in parent:
                if child.tag == f"{{{NAMESPACE}}}content":
                    child.tag = f"{{{NAMESPACE}}}intro"
            count += 1
            division = put(parent, "division", eId=f"{name}__div_{count}")
            put(division, "heading", plain(block.words))
            open_now.append(division)
            continue
        target = open_now[-1]
        if target is not part:
            last = target[-1]
            target = last if last.tag == f"{{{NAMESPACE}}}content" else put(target, "content")
        for line in _words(block):
            one = put(target, "p")
            if by and not isinstance(block, Heading):
                put(one, "opinion", line, by=f"#role-{by.pop(0)}")
            else:
                one.text = line


def _words(block: Block) -> Iterator[str]:
    """The paragraphs of a block."""
    if isinstance(block, (Paragraph, Heading)):
        yield plain(block.words)
    elif isinstance(block, Items):
        yield from map(plain, block.items)
    elif isinstance(block, Table):
        yield from (" | ".join(plain(cell) for cell in row.cells) for row in block.rows)
    elif isinstance(block, Note):
        yield block.title
        yield from map(plain, block.words)
