"""The bundle: a bordereau per side, each followed by its exhibits, as one document with one count of pages.

The number printed on a page is that of the page in the file, from 1 on its first page, index included. Links
of the bordereaux lead to the exhibits and say their pages; an exhibit that comes later moves pages, never
numbers.
"""

from __future__ import annotations

from moot.catalogue import Language, catalogue
from moot.documents import Block, Document, Heading, PageBreak, Paragraph, text
from moot.trial.case import Case
from moot.trial.document import mark_of
from moot.trial.expert_papers import expert_blocks
from moot.trial.exports import identifier
from moot.trial.papers import bordereau
from moot.trial.pieces import (
    bordereau_table,
    claimants_of,
    court_called,
    exhibit_blocks,
    runs_table,
    witness_blocks,
)

__all__ = ["SIDES", "bundle_document"]

SIDES = ("claimants", "respondent", "third", "bench")
"""Whose exhibits a bundle holds, in its order."""


def bundle_document(case: Case, language: Language, *, for_court: bool = False) -> Document:
    """The bundle of a case. `for_court` shows what is sealed."""
    say = catalogue("trial", language)
    claimants = claimants_of(case, say)
    blocks: list[Block] = []
    for side in SIDES:
        lines = bordereau(case, side)
        if not lines and side in ("third", "bench"):
            continue
        named = say(f"side-{side}")
        blocks += [
            PageBreak(),
            Heading(text(say("bordereau", side=named)), anchor=f"bordereau-{side}", number=""),
            Paragraph(
                text(say("bordereau-head", court=court_called(case, say), identifier=identifier(case),
                         claimants=claimants, respondent=case.respondent["name"], side=named)),
                "small",
            ),
            *bordereau_table(case, side, say, pages=True),
        ]  # fmt: skip
        for line in lines:
            blocks += [PageBreak(), *exhibit_blocks(case, line.number, say, for_court=for_court)]
    if case.witnesses:
        blocks += [PageBreak(), Heading(text(say("witnesses")), anchor="witnesses", number="")]
        for number in range(1, len(case.witnesses) + 1):
            blocks += witness_blocks(case, number, say)
    for number in range(1, len(case.expertises) + 1):
        blocks += [PageBreak(), *expert_blocks(case, number, say)]
    blocks += [PageBreak(), Heading(text(say("runs")), anchor="runs", number=""), *runs_table(case, say)]
    said = ("synthetic", "not-an-assessment", "no-cure", "bundle-pages")
    return Document(
        title=say("title-bundle", case=case.name),
        subtitle=say("subtitle", court=court_called(case, say), date=say.date(case.day),
                     identifier=identifier(case)),
        language=language,
        mark=mark_of(case, say),
        date=case.day,
        first=tuple(Paragraph(text(say(one)), "small") for one in said),
        blocks=tuple(blocks),
        numbered=False,
    )  # fmt: skip
