"""The report of an expert in papers: mission, runs, report, questions, and the pages of observations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moot.catalogue import Catalogue, catalogue
from moot.documents import Block, Heading, PageBreak, Paragraph, Span, link, plain, text
from moot.documents.model import Text
from moot.trial.case import Case
from moot.trial.expertise import ROLE, Expertise
from moot.trial.procedure import PARTIES

__all__ = ["expert_blocks", "expert_data", "expert_lines", "lines_in_the_file"]


def expert_blocks(case: Case, number: int, say: Catalogue) -> Iterator[Block]:
    """The report of an expert, then pages with the observations of the parties; `say` is ``trial``."""
    told = catalogue(ROLE, say.language)
    one: Expertise = case.expertises[number - 1]
    yield Heading(text(told("heading", number=number)), 2, anchor=f"expert-{number}", number="")
    for line in _report(case, one, told):
        yield Paragraph(line)
    yield Heading(text(told("questions")), 3, number="")
    for line in _questions(case, one, told, say):
        yield Paragraph(line)
    if one.report is None:
        return
    yield PageBreak()
    yield Heading(text(told("observations", number=number)), 2, anchor=f"observations-{number}", number="")
    for line in _observations(case, one, told, say):
        yield Paragraph(line)


def expert_lines(case: Case, number: int, say: Catalogue) -> list[tuple[str, list[str]]]:
    """The same as headings with their lines."""
    found: list[tuple[str, list[str]]] = []
    for block in expert_blocks(case, number, say):
        if isinstance(block, Heading):
            found.append((plain(block.words), []))
        elif isinstance(block, Paragraph):
            found[-1][1].append(plain(block.words))
    return found


def lines_in_the_file(case: Case, say: Catalogue) -> Iterator[str]:
    """One line for each expert, for the facts and the procedure of a judgment."""
    told = catalogue(ROLE, say.language)
    for number, one in enumerate(case.expertises, 1):
        state = "going-on" if one.going_on else "relieved" if one.report is None else "reported"
        yield told("in-the-file", number=number, state=told(f"state-{state}"))


def expert_data(case: Case) -> list[dict[str, Any]]:
    """Every expert as plain values; of observations, None where a side waived them."""
    return [_data(case, one) for one in case.expertises]


def _data(case: Case, one: Expertise) -> dict[str, Any]:
    return {
        "mission": case.text(one.record, "mission"),
        "runs": _runs(case, one),
        "relieved": case.text(one.relieved, "reason") if one.relieved is not None else None,
        "report": case.text(one.report, "text") if one.report is not None else None,
        "exhibits": list(case.minutes[one.report].body["exhibits"]) if one.report is not None else [],
        "questions": [
            {
                "side": asked.side,
                "text": case.text(asked.record, "text"),
                "answer": case.text(asked.answer, "text") if asked.answer is not None else None,
                "set_aside": asked.answer is not None and case.minutes[asked.answer].body["set_aside"],
            }
            for asked in one.questions
        ],
        "observations": {
            side: case.text(record, "text") if record is not None else None
            for side, record in one.observed.items()
        },
    }


def _runs(case: Case, one: Expertise) -> list[int]:
    """The runs that an expert asked for, by number, from its appointment to its report."""
    end = one.report or one.relieved or len(case.minutes)
    return [run.number for run in case.asked if run.side == ROLE and one.record < run.record <= end]


def _report(case: Case, one: Expertise, told: Catalogue) -> Iterator[Text]:
    mission = case.text(one.record, "mission")
    yield text(told("appointed", clock=_clock(case, one.record), mission=mission))
    runs = ", ".join(map(str, _runs(case, one)))
    yield text(told("runs", numbers=runs) if runs else told("runs-none"))
    if one.relieved is not None:
        yield text(
            told("relieved", clock=_clock(case, one.relieved), reason=case.text(one.relieved, "reason"))
        )
    elif one.report is None:
        yield text(told("no-report"))
    else:
        said = told("reported", clock=_clock(case, one.report), text=case.text(one.report, "text"))
        yield text(said, *_cited(case, one.report, told))


def _questions(case: Case, one: Expertise, told: Catalogue, say: Catalogue) -> Iterator[Text]:
    if not one.questions:
        yield text(told("questions-none"))
    for place, asked in enumerate(one.questions, 1):
        side = say(f"side-{asked.side}")
        yield text(told("question", number=place, side=side, text=case.text(asked.record, "text")))
        if asked.answer is None:
            yield text(told("no-answer"))
            continue
        key = "set-aside" if case.minutes[asked.answer].body["set_aside"] else "answer"
        yield text(told(key, text=case.text(asked.answer, "text")), *_cited(case, asked.answer, told))


def _observations(case: Case, one: Expertise, told: Catalogue, say: Catalogue) -> Iterator[Text]:
    for side in PARTIES:
        named = say(f"side-{side}")
        named = named[:1].upper() + named[1:]
        if side not in one.observed:
            yield text(told("not-yet", side=named))
        elif (record := one.observed[side]) is None:
            yield text(told("waived", side=named))
        else:
            said = told("observed", side=named, text=case.text(record, "text"))
            yield text(said, *_cited(case, record, told))


def _cited(case: Case, record: int, told: Catalogue) -> Iterator[str | Span | Text]:
    for number in case.minutes[record].body.get("exhibits", ()):
        yield " "
        yield link(told("cited", number=number), f"#exhibit-{number}")


def _clock(case: Case, record: int) -> str:
    at = case.minutes[record].at
    return f"{at // 3600}:{at // 60 % 60:02}:{at % 60:02}"
