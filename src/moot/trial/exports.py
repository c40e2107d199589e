"""The file of a case in Markdown: ordered like a judgment, marked fiction on every page.

Question, law of the date, facts and procedure, claims, then ground by ground and element by element: the
text of the law, the best argument of both sides, the exhibits, the court's answer and its reasons; the
operative part; separate opinions; the exhibits; the minutes. Before a judgment is delivered the same file
says so. Nothing here concludes anything: it prints what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from moot.catalogue import catalogue
from moot.findings.battery import lines_of
from moot.trial.case import CONTENT, WRITTEN, Case, Filed
from moot.trial.court import changed_law
from moot.trial.exhibits import exhibit_from
from moot.trial.expert_papers import expert_lines, lines_in_the_file
from moot.trial.judgment import arguments, result_of
from moot.trial.law import Element, threshold_questions
from moot.trial.minutes import ERASED
from moot.trial.necessity import necessity_line, necessity_of, unexamined
from moot.trial.papers import UNKNOWN_RUNS, runs_of
from moot.trial.remedies import remedy_of
from moot.trial.weighing import lines_of as lines_of_sheet
from moot.trial.wording import FICTION, REHEARSAL, SAYS

__all__ = ["FORMATS", "Section", "identifier", "sections", "text_of"]

Format = Literal["md"]
FORMATS: tuple[Format, ...] = ("md",)
"""Others are those of `moot.trial.document` and `moot.trial.retrying`."""
NOT_ARGUED = "not argued"


@dataclass
class Section:
    """A page of the file: a title, paragraphs, and what is under it."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    parts: list[Section] = field(default_factory=list)


def identifier(case: Case) -> str:
    """How the file is cited: never as a decision of a real court."""
    return f"FICTION:{case.name}:{case.minutes.head[:12]}"


def mark_of(case: Case) -> str:
    """What stands on every page of an export of this case."""
    return f"{REHEARSAL} {FICTION}" if case.rehearsal else FICTION


def sections(case: Case) -> list[Section]:
    """The file of a case, in its order."""
    made = [_first(case), _law(case), _facts(case), _claims(case)]
    made += [_ground(case, number) for number in range(1, len(case.grounds) + 1)]
    if not case.rehearsal:
        made.append(_operative(case))
    if case.opinions:
        made.append(Section("Separate opinions", [case.text(one, "text") for one in case.opinions]))
    if case.public_vote is not None:
        votes = ", ".join(f"{name} {count}" for name, count in case.public_vote.items())
        made.append(
            Section("Vote of the public", [f"Indicative, kept apart, counted in no answer: {votes}."])
        )
    say = catalogue("trial", "en")
    for number in range(1, len(case.expertises) + 1):
        made += [Section(title, said) for title, said in expert_lines(case, number, say)]
    return [*made, _exhibits(case), _runs(case), _minutes(case)]


def text_of(case: Case, form: Format = "md") -> str:
    """The file in Markdown, ending in a newline."""
    return "".join(_markdown(case))


def _text(case: Case, record: int | None, name: str) -> str:
    return case.text(record, name) if record is not None else ""


def _first(case: Case) -> Section:
    body = case.minutes[1].body
    engines = "; ".join(case.respondent["engines"])
    said = [
        f"Question put to the court: {_text(case, case.question, 'question')}",
        f"Respondent: the scheme {case.respondent['name']} ({case.text(1, 'regime') or 'no title'}), content "
        f"{case.respondent['hash']}. Its score, as its file has it: {engines}.",
        f"Claimants: {', '.join(case.claimants) or 'none yet'}.",
        f"Procedure: {case.procedure.title} ({case.procedure.procedure}, {body['procedure_hash'][:12]}).",
        f"Fictional day of judgment: {case.day}. Cited as {identifier(case)}.",
        *SAYS,
        *case.law.says,
    ]
    if not case.delivered:
        said.insert(0, f"No judgment was delivered; the case is in {_where(case)}.")
    return Section("The case", said)


def _where(case: Case) -> str:
    return f"the hearing, stage {case.stage.title}" if case.phase == "hearing" else case.phase


def _law(case: Case) -> Section:
    known = case.law.known_on()
    said = [f"The law as known on {known}; what changed later is not in it."]
    said += [
        f"The pack {name} says something else now than when the case was opened."
        for name in changed_law(case)
    ]
    said += [f"{one.text} The sides and the court answer. {one.says[:1].upper()}{one.says[1:]}."
             for one in threshold_questions()]  # fmt: skip
    return Section("The law, and what is asked before every ground", said)


def _facts(case: Case) -> Section:
    made, say = Section("Facts and procedure"), catalogue("trial", "en")
    for status in ("admitted", "proved", "disputed"):
        mine = [(number, one) for number, one in enumerate(case.facts, 1) if one.status == status]
        made.parts.append(
            Section(
                f"Facts {status}",
                [
                    f"{number}. {case.text(one.record, 'fact')} (source: {case.text(one.record, 'origin')})"
                    for number, one in mine
                ]
                or ["None."],
            )
        )
    seconds = ", ".join(f"{side} {count // 60} min {count % 60} s" for side, count in case.seconds.items())
    made.paragraphs.append(f"Time spoken: {seconds or 'none yet'}.")
    if case.unequal:
        made.paragraphs.append("The president ordered unequal time, with a reason in the minutes.")
    made.paragraphs += lines_in_the_file(case, say)
    if numbers := unexamined(case):
        made.paragraphs.append(necessity_line(numbers, say))
    for number, one in enumerate(case.incidents, 1):
        ruling = _text(case, one.ruling, "reason")
        outcome = case.minutes[one.ruling].body["outcome"] if one.ruling else "no ruling yet"
        made.paragraphs.append(f"Incident {number}, {one.what}: {outcome}. {ruling}".strip())
    for number, point in enumerate(case.points, 1):
        heard = ", ".join(sorted(point.heard)) or "nobody yet"
        made.paragraphs.append(
            f"Point {number} of the court: {case.text(point.record, 'text')} Heard: {heard}."
        )
    return made


def _claims(case: Case) -> Section:
    return Section(
        "Claims",
        [f"Ground {number}, {one.entry}, pleaded by {one.side}: {case.text(one.record, 'claim')}"
         for number, one in enumerate(case.grounds, 1)] or ["Nothing is pleaded."],
    )  # fmt: skip


def _ground(case: Case, number: int) -> Section:
    entry = case.law.entry(case.grounds[number - 1].entry)
    invented = " Carried over by invention." if entry.id in case.law.invented else ""
    said = [
        f"{entry.identifier}. On {case.day}: {entry.on(case.day)}. Kind: {entry.binding}; version: "
        f"{entry.version or 'not told'}.{invented}",
        f"Of a private body: {entry.said_to_bind('private')}.",
        f"Of an authority: {entry.said_to_bind('public')}.",
    ]
    if entry.rule:
        said.append(f"Elements together: {entry.rule}.")
    return Section(
        f"Ground {number}: {entry.id}, {entry.title}",
        said,
        [
            *_weighed(case, number),
            *(_element(case, number, one) for one in case.elements(number)),
        ],
    )


def _weighed(case: Case, number: int) -> list[Section]:
    if number not in case.weighed:
        return []
    heading, *said = lines_of_sheet(case, number)
    return [Section(heading, [line.strip() for line in said])]


def _element(case: Case, number: int, element: Element) -> Section:
    name = element.id
    said = [f"Law: {element.text}"]
    if element.gloss:
        said.append(f"A reading, apart from the text: {element.gloss}")
    if element.evidence:
        codes = "; ".join(f"{one.code} {one.what}".strip() for one in element.evidence)
        said.append(f"What may answer it: {codes}.")
    for side, records in arguments(case, number, name).items():
        if not records:
            said.append(f"{side.capitalize()}: {NOT_ARGUED}.")
        for record in records:
            body = case.minutes[record].body
            answer = f" (their answer: {body['answer']})" if "answer" in body else ""
            cited = "".join(f" [exhibit {one}]" for one in body.get("exhibits", ()))
            said.append(f"{side.capitalize()}: {case.text(record, 'text')}{answer}{cited}")
    said.append(f"The court's answer: {result_of(case, number, name)}{_votes(case, number, name)}.")
    reason = case.reasons.get((number, name))
    if reason is not None:
        body = case.minutes[reason].body
        cited = "".join(
            f" [{what[:-1]} {one}]" for what in ("exhibits", "facts", "points") for one in body.get(what, ())
        )
        said.append(f"Reasons: {case.text(reason, 'text')}{cited}")
    return Section(f"Element {name}", said)


def _votes(case: Case, number: int, name: str) -> str:
    for one in case.questions:
        if (one.ground, one.element) == (number, name) and one.closed is not None:
            body = case.minutes[one.closed].body
            if "figures" in body:
                return (
                    " (" + ", ".join(f"{choice}: {count}" for choice, count in body["figures"].items()) + ")"
                )
            return " (secret vote; no figures)"
    return " (no vote was taken)"


def _operative(case: Case) -> Section:
    made = Section("Operative part")
    for number, ground in enumerate(case.grounds, 1):
        record = case.operative.get(number)
        if record is None:
            made.paragraphs.append(f"Ground {number}, {ground.entry}: no outcome yet.")
        else:
            outcome = case.minutes[record].body["outcome"]
            made.paragraphs.append(f"Ground {number}, {ground.entry}: {outcome}. {case.text(record, 'text')}")
    for one in case.remedies:
        shown = f" Simulated again: exhibit {one.exhibit}." if one.exhibit is not None else ""
        said = f"Remedy on ground {one.ground}: {remedy_of(one.remedy).title}.{shown}"
        made.paragraphs.append(f"{said} {case.text(one.record, 'text')}".strip())
    return made


def _exhibits(case: Case) -> Section:
    made = Section("Exhibits", [] if case.exhibits else ["None was filed."])
    for number, filed in enumerate(case.exhibits, 1):
        made.parts.append(Section(f"Exhibit {number}", _exhibit_lines(case, filed)))
    return made


def _exhibit_lines(case: Case, filed: Filed) -> list[str]:
    head = f"Filed by {filed.side}; {filed.status}; content {filed.digest}."
    if filed.sealed:
        return [head, "Sealed by a reasoned order: seen by the court alone."]
    if filed.status == "withdrawn":
        return [head, "Withdrawn; its number stays empty."]
    kept = case.text(filed.record, CONTENT)
    if not kept or kept == ERASED:
        return [head, case.text(filed.record, "title"), "Its content is not in this case."]
    told, shown = necessity_of(kept), exhibit_from(kept)
    lines = shown.lines() if "words" in shown.content else []  # the least that an exhibit holds has none
    if told is not None:
        lines.append(" ".join(lines_of(told.battery, catalogue("battery", "en"))))
    return [head, case.text(filed.record, "title"), *lines]


def _runs(case: Case) -> Section:
    made = Section("Runs made in this case")
    for one in runs_of(case):
        filed = ", ".join(f"exhibit {number}" for number in one["exhibits"]) or "not filed"
        told = f"told to both sides at {_clock(one['told_at'])}" if one["made"] else "no result yet"
        made.paragraphs.append(f"Run {one['run']}, {one['title']}, for {one['side']}: {told}; {filed}.")
    made.paragraphs.append(UNKNOWN_RUNS)
    return made


def _minutes(case: Case) -> Section:
    made = Section("Minutes", [f"{len(case.minutes)} records; the last has the hash {case.minutes.head}."])
    for record in case.minutes:
        words = " ".join(case.minutes.text(record, name) for name in record.commitments
                         if name not in (*WRITTEN, "name"))  # fmt: skip
        if record.kind == "page":
            words = f"everyone to exhibit {record.body['exhibit']}, page {record.body['page']}"
        made.paragraphs.append(
            f"{record.number}. {_clock(record.at)} {record.by}, {record.kind}: {words}".strip()
        )
    return made


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


# --- formats ------------------------------------------------------------------------------------------------


def _markdown(case: Case) -> Iterator[str]:
    yield f"# {case.name}\n\n"
    for one in sections(case):
        yield from _markdown_of(one, 2, mark_of(case))


def _markdown_of(one: Section, level: int, mark: str) -> Iterator[str]:
    yield f"{'#' * level} {one.title}\n\n"
    if level == 2:
        yield f"**{mark}**\n\n"
    for text in one.paragraphs:
        yield f"{_escaped(text)}\n\n"
    for part in one.parts:
        yield from _markdown_of(part, level + 1, mark)


def _escaped(text: str) -> str:
    """Text that people typed as text, not as headings, lists, links or tags of Markdown."""
    text = "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
    return "  \n".join(f"\\{line}" if line[:1] in "-+=>" else line for line in text.split("\n"))
