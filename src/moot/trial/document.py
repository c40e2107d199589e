"""The judgment as a document: visas, facts and procedure, claims, reasons, operative part; then the annexes.

The order is that of a judgment. Under each element of each ground stand the text of the law, the arguments of
both sides, the court's answer, its reasons. What was not argued says so. Nothing here concludes anything: it
prints what was recorded, in the language asked for; what people typed is not translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from moot.catalogue import Catalogue, Language, catalogue, words
from moot.documents import Block, Document, Heading, Items, Note, PageBreak, Paragraph, link, text
from moot.documents.model import Span, Text
from moot.trial.case import Case
from moot.trial.expert_papers import expert_blocks, lines_in_the_file
from moot.trial.exports import identifier
from moot.trial.judgment import arguments, result_of
from moot.trial.law import Entry, threshold_questions
from moot.trial.minutes import Record
from moot.trial.necessity import necessity_line, unexamined
from moot.trial.pieces import (
    claimants_of,
    clock,
    court_called,
    exhibit_blocks,
    role_called,
    runs_table,
    status_of,
    title_of,
    weighing_blocks,
    witness_blocks,
)
from moot.trial.remedies import remedy_of
from moot.trial.weighing import text_of

__all__ = ["JUDGMENT", "applies_on", "front", "judgment_blocks", "judgment_document", "mark_of"]

JUDGMENT = ("visas", "facts", "claims", "reasons", "operative")
"""The anchors of the five parts, in their order."""


def judgment_document(case: Case, language: Language, *, for_court: bool = False) -> Document:
    """The judgment, or the file as it stands, with its annexes. `for_court` shows what is sealed."""
    say = catalogue("trial", language)
    key = "title-judgment" if case.delivered else "title-file"
    blocks = [block for part in judgment_blocks(case, say).values() for block in part]
    return Document(
        title=say(key, case=case.name),
        subtitle=say("subtitle", court=court_called(case, say), date=say.date(case.day),
                     identifier=identifier(case)),
        language=language,
        mark=mark_of(case, say),
        date=case.day,
        first=tuple(front(case, say)),
        blocks=(*blocks, PageBreak(), *_annexes(case, say, for_court)),
        numbered=False,
    )  # fmt: skip


def mark_of(case: Case, say: Catalogue) -> str:
    """What stands on every page."""
    return f"{say('rehearsal')} {say('fiction')}" if case.rehearsal else say("fiction")


def front(case: Case, say: Catalogue) -> Iterator[Block]:
    """The first page: the question, who stands before the court, and what this is not."""
    question = words(case.text(case.question, "question"), say.language) if case.question is not None else ""
    yield Paragraph(text(say("question", question=question)), "lead")
    if not case.delivered:
        yield Paragraph(text(Span(say("no-judgment"), "strong")))
    respondent = case.respondent
    yield Paragraph(
        text(
            say("respondent", name=respondent["name"], title=words(case.text(1, "regime"), say.language),
                hash=respondent["hash"])
        )
    )
    yield Paragraph(text(say("claimants", names=claimants_of(case, say))))
    yield Paragraph(text(say("procedure", title=court_called(case, say))))
    said = [say(one) for one in ("synthetic", "not-an-assessment", "no-cure", "unknown-runs")]
    if case.law.says:
        said.append(say("invented-law"))
    yield Note(tuple(text(one) for one in said), say("what-it-is-not"))


def judgment_blocks(case: Case, say: Catalogue) -> dict[str, list[Block]]:
    """The five parts of a judgment by name, in their order, and the separate opinions after them.

    A rehearsal has no operative part: nothing is judged in it.
    """
    parts = {
        "visas": list(_visas(case, say)),
        "facts": list(_facts(case, say)),
        "claims": list(_claims(case, say)),
        "reasons": list(_reasons(case, say)),
        "operative": list(_operative(case, say)),
    }
    if case.rehearsal:
        del parts["operative"]
    if case.opinions:
        parts["opinions"] = [
            Heading(text(say("opinions")), anchor="opinions", number=""),
            *(Paragraph(text(_opinion(case, case.minutes[one], say))) for one in case.opinions),
        ]
    return parts


def _opinion(case: Case, record: Record, say: Catalogue) -> str:
    role = role_called(case.procedure.role(record.by), say)
    return say("opinion-of", role=role, text=case.text(record.number, "text"))


def applies_on(entry: Entry, day: date, say: Catalogue) -> str:
    """What is known of an entry on a day, in words."""
    begins, ends = entry.applies_from, entry.applies_to
    if not isinstance(begins, date):
        return say("applies-unknown")
    if day < begins:
        return say("applies-not-yet", day=say.date(begins))
    if isinstance(ends, date) and day > ends:
        return say("applies-no-longer", day=say.date(ends))
    return say("applies-unknown-end" if ends == "unknown" else "applies", day=say.date(begins))


def _visas(case: Case, say: Catalogue) -> Iterator[Block]:
    yield Heading(text(say("visas")), anchor="visas", number="")
    known = case.law.known_on()
    yield Paragraph(
        text(say("visas-known", date=say.date(known) if known else "", day=say.date(case.day))), "small"
    )
    entries = dict.fromkeys(one.entry for one in case.grounds)
    items = []

    def said(one: str) -> str:
        return words(one, say.language)

    for name in entries:
        entry = case.law.entry(name)
        items.append(text(say("visa", identifier=said(entry.identifier), title=said(entry.title),
                              binding=say(f"binding-{entry.binding}"),
                              applies=applies_on(entry, case.day, say))))  # fmt: skip
    admitted = [n for n, one in enumerate(case.exhibits, 1) if one.status == "admitted"]
    if admitted:
        items.append(text(say("visa-exhibits", numbers=", ".join(map(str, admitted)))))
    items.append(text(say("visa-minutes", count=len(case.minutes), hash=case.minutes.head)))
    yield Items(tuple(items))
    yield Paragraph(text(say("first-questions")))
    yield Items(tuple(text(said(one.text)) for one in threshold_questions()))


def _facts(case: Case, say: Catalogue) -> Iterator[Block]:
    yield Heading(text(say("facts-and-procedure")), anchor="facts", number="")
    for status in ("admitted", "proved", "disputed"):
        yield Heading(text(say(f"facts-{status}")), 2, number="")
        mine = [(number, one) for number, one in enumerate(case.facts, 1) if one.status == status]
        if not mine:
            yield Paragraph(text(say("none")))
        for number, one in mine:
            fact, origin = (words(case.text(one.record, what), say.language) for what in ("fact", "origin"))
            said = f"{number}. {say('fact', fact=fact, origin=origin)}"
            yield Paragraph(text(said), anchor=f"fact-{number}")
    times = ", ".join(
        say("time-of", side=say(f"side-{side}"), minutes=count // 60, seconds=count % 60)
        for side, count in case.seconds.items()
    )
    yield Paragraph(text(say("spoken", times=times or say("nothing-spoken"))))
    if case.unequal:
        yield Paragraph(text(say("unequal")))
    if numbers := unexamined(case):
        yield Paragraph(text(Span(necessity_line(numbers, say), "warning")), anchor="necessity")
    for line in lines_in_the_file(case, say):
        yield Paragraph(text(line))
    for number, incident in enumerate(case.incidents, 1):
        ruled = incident.ruling
        outcome = say(f"ruled-{case.minutes[ruled].body['outcome']}") if ruled else say("no-ruling")
        reason = case.text(ruled, "reason") if ruled else ""
        said = say("incident", number=number, what=say(f"incident-{incident.what}"), outcome=outcome,
                   reason=reason)  # fmt: skip
        yield Paragraph(text(said.strip()))
    for record in case.minutes:
        if record.kind in ("late-exhibit", "seal"):
            number, reason = record.body["exhibit"], case.text(record.number, "reason")
            key = "sealed" if record.kind == "seal" else "late"
            status = status_of(say, case.exhibits[number - 1])
            values = {"number": number, "reason": reason} | ({"status": status} if key == "late" else {})
            yield Paragraph(text(say(key, **values)))
    for number, point in enumerate(case.points, 1):
        sides = ", ".join(say(f"side-{one}") for one in sorted(point.heard)) or say("nobody")
        said = say("point", number=number, text=case.text(point.record, "text"), sides=sides)
        yield Paragraph(text(said), anchor=f"point-{number}")


def _claims(case: Case, say: Catalogue) -> Iterator[Block]:
    yield Heading(text(say("claims")), anchor="claims", number="")
    if not case.grounds:
        yield Paragraph(text(say("none")))
    for number, one in enumerate(case.grounds, 1):
        said = say("claim", number=number, entry=one.entry, side=say(f"side-{one.side}"),
                   claim=words(case.text(one.record, "claim"), say.language))  # fmt: skip
        yield Paragraph(text(said))


def _reasons(case: Case, say: Catalogue) -> Iterator[Block]:
    yield Heading(text(say("reasons")), anchor="reasons", number="")
    for number, ground in enumerate(case.grounds, 1):
        entry = case.law.entry(ground.entry)
        title = say("ground", number=number, entry=entry.id, title=words(entry.title, say.language))
        yield Heading(text(title), 2, anchor=f"ground-{number}", number="")
        said = [say(f"binds-{actor}", words=say(f"binds-{getattr(entry.binds, actor)}"))
                for actor in ("private", "public")]  # fmt: skip
        if entry.rule:
            said.append(say("rule", rule=words(entry.rule, say.language)))
        yield Paragraph(text(" ".join(said)), "small")
        yield from weighing_blocks(case, number, say)
        for element in case.elements(number):
            yield Heading(text(say("element", element=element.id)), 3, number="",
                          anchor=f"ground-{number}-{element.id}")  # fmt: skip
            yield Paragraph(text(say("law", text=text_of(element, say.language))))
            if element.gloss:
                yield Paragraph(text(say("gloss", text=words(element.gloss, say.language))), "small")
            for side, records in arguments(case, number, element.id).items():
                yield from _argued(case, side, records, say)
            votes = _votes(case, number, element.id, say)
            result = say(f"result-{result_of(case, number, element.id).replace(' ', '-')}")
            yield Paragraph(text(Span(say("answer", result=result, votes=f" {votes}"), "strong")))
            yield from _reason(case, number, element.id, say)


def _argued(case: Case, side: str, records: list[int], say: Catalogue) -> Iterator[Block]:
    named = say(f"side-{side}")
    named = named[:1].upper() + named[1:]
    if not records:
        yield Paragraph(text(say("not-argued", side=named)))
    for record in records:
        body = case.minutes[record].body
        parts: list[str | Span | Text] = [say("argued", side=named, text=case.text(record, "text"))]
        if "answer" in body:
            answer = say(f"result-{body['answer'].replace(' ', '-')}")
            parts.append(" " + say("their-answer", answer=answer))
        yield Paragraph(text(*parts, *_cited(body, say)))


def _reason(case: Case, ground: int, element: str, say: Catalogue) -> Iterator[Block]:
    record = case.reasons.get((ground, element))
    if record is None:
        if result_of(case, ground, element) != "not decided":
            yield Paragraph(text(say("no-reason")))
        return
    body = case.minutes[record].body
    yield Paragraph(text(say("reason", text=case.text(record, "text")), *_cited(body, say)))


def _cited(body: object, say: Catalogue) -> Iterator[str | Span | Text]:
    assert hasattr(body, "get")
    for what, anchor in (("exhibits", "exhibit"), ("facts", "fact"), ("points", "point")):
        for number in body.get(what, ()):
            yield " "
            yield link(say(f"cited-{what}", number=number), f"#{anchor}-{number}")
    for entry in body.get("law", ()):
        yield " " + say("cited-law", entry=entry)


def _votes(case: Case, number: int, name: str, say: Catalogue) -> str:
    for one in case.questions:
        if (one.ground, one.element) == (number, name) and one.closed is not None:
            body = case.minutes[one.closed].body
            figures = body.get("figures")
            if figures is None:
                reached = body.get("reached")
                return say("secret" if reached is None else "reached" if reached else "not-reached")
            return say("figures", met=figures["met"], against=figures["not met"], blank=figures["blank"])
    return say("no-vote")


def _operative(case: Case, say: Catalogue) -> Iterator[Block]:
    yield Heading(text(say("operative")), anchor="operative", number="")
    for number, ground in enumerate(case.grounds, 1):
        record = case.operative.get(number)
        if record is None:
            yield Paragraph(text(say("no-outcome", number=number, entry=ground.entry)))
            continue
        outcome = say(f"outcome-{case.minutes[record].body['outcome'].replace(' ', '-')}")
        said = say("outcome", number=number, entry=ground.entry, outcome=outcome,
                   text=case.text(record, "text"))  # fmt: skip
        yield Paragraph(text(said))
    for one in case.remedies:
        remedy = remedy_of(one.remedy)
        said = say("remedy", number=one.ground, title=words(remedy.title, say.language),
                   text=case.text(one.record, "text"))  # fmt: skip
        if one.exhibit is not None:
            shown = link(say("remedy-simulated", number=one.exhibit), f"#exhibit-{one.exhibit}")
            yield Paragraph(text(said.strip(), " ", shown))
        else:
            why = words(remedy.unmeasured, say.language) if remedy.unmeasured else ""
            yield Paragraph(text(said.strip(), " ", say("remedy-unmeasured", why=why)))


def _annexes(case: Case, say: Catalogue, for_court: bool) -> Iterator[Block]:
    if case.public_vote is not None:
        yield Heading(text(say("public-vote")), number="")
        yield Paragraph(text(say("public-vote-said", **case.public_vote)))
    yield Heading(text(say("exhibits")), anchor="exhibits", number="")
    if not case.exhibits:
        yield Paragraph(text(say("none")))
    for number in range(1, len(case.exhibits) + 1):
        yield from exhibit_blocks(case, number, say, for_court=for_court)
    if case.witnesses:
        yield Heading(text(say("witnesses")), anchor="witnesses", number="")
        for number in range(1, len(case.witnesses) + 1):
            yield from witness_blocks(case, number, say)
    for number in range(1, len(case.expertises) + 1):
        yield PageBreak()
        yield from expert_blocks(case, number, say)
    yield Heading(text(say("runs")), anchor="runs", number="")
    yield from runs_table(case, say)
    yield Heading(text(say("minutes")), anchor="minutes", number="")
    yield Paragraph(text(say("minutes-head", count=len(case.minutes), hash=case.minutes.head)), "small")
    for record in case.minutes:
        typed = " ".join(
            words(case.text(record.number, name), say.language)
            for name in record.commitments
            if name not in ("content", "sheet", "name")
        )
        if record.kind == "exhibit":
            typed = title_of(case, case.exhibits[_filed(case, record.number)], say)
        if record.kind == "page":
            typed = say("page-opened", exhibit=record.body["exhibit"], page=record.body["page"])
        role = role_called(case.procedure.role(record.by), say)
        kind = say(f"step-{record.kind}")
        said = say("minute" if typed else "minute-bare", clock=clock(record.at), role=role, kind=kind,
                   words=typed)  # fmt: skip
        yield Paragraph(text(f"{record.number}. {said}"), "small")


def _filed(case: Case, record: int) -> int:
    """Which exhibit, counted from 0, a record filed."""
    return next(n for n, one in enumerate(case.exhibits) if one.record == record)
