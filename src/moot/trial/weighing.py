"""The proportionality sheet of a ground: eight steps, P0 to P7, that people answer and the program does not.

A side or the president opens the sheet. Each step is then argued, put to the court and voted on like an
element; *met* is yes, *not met* is no. Each side's answer is the last that it gave in a speech, the court's
is its vote. An answer that stops (`data/law/questions.yaml`) makes what follows unnecessary, for whoever gave
it: it may still be read, argued and answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moot.catalogue import Catalogue, catalogue, words
from moot.trial.case import Case, prepared, refuse
from moot.trial.case import Step as CaseStep
from moot.trial.judgment import arguments, result_of
from moot.trial.law import Element, Step, proportionality
from moot.trial.minutes import Draft, Record
from moot.trial.procedure import PARTIES

__all__ = ["STEPS", "WHO", "Weighed", "lines_of", "step_of", "text_of", "weighed"]

WHERE = "proportionality"
"""The catalogue of the sentences."""
WHO = (*PARTIES, "court")
"""Whose answers a sheet has, in its order."""
YES_NO = {"met": "yes", "not met": "no"}


@dataclass(frozen=True)
class Weighed:
    """A step of the sheet of a ground: the answer of each of `WHO` (met, not met, not established, not
    decided; None where there is none), and by which step it was stopped before, for each of them."""

    step: Step
    answers: dict[str, str | None]
    stopped: dict[str, str | None]

    @property
    def needed(self) -> bool:
        """Whether the court has not stopped before it."""
        return self.stopped["court"] is None


def step_of(element: Element | str) -> Step | None:
    """The step of proportionality of this id, or None."""
    name = element if isinstance(element, str) else element.id
    return next((one for one in proportionality() if one.step == name), None)


def text_of(element: Element, language: str) -> str:
    """What an element says, in a language."""
    return words(element.text, language)


def weighed(case: Case, ground: int) -> list[Weighed]:
    """The sheet of a ground, step by step; empty where none was opened."""
    if ground not in case.weighed:
        return []
    stopped: dict[str, str | None] = dict.fromkeys(WHO)
    found = []
    for step in proportionality():
        answers = {side: _answer(case, ground, step.step, side) for side in WHO}
        found.append(Weighed(step, answers, dict(stopped)))
        for side, answer in answers.items():
            if step.stop is not None and stopped[side] is None and YES_NO.get(answer or "") == step.stop:
                stopped[side] = step.step
    return found


def _answer(case: Case, ground: int, name: str, side: str) -> str | None:
    if side == "court":
        result = result_of(case, ground, name)
        return result if result != "not decided" else None
    given = [case.minutes[one].body.get("answer") for one in arguments(case, ground, name)[side]]
    return next((str(one) for one in reversed(given) if one), None)


def answer_words(one: Weighed, side: str, say: Catalogue) -> str:
    """An answer in words; where it was stopped before, that the step is not needed and may still be read."""
    answer, stopped = one.answers[side], one.stopped[side]
    said = say(f"answer-{(answer or 'none').replace(' ', '-')}")
    if stopped is None:
        return said
    kept = say("not-needed", step=stopped)
    return kept if answer is None else f"{said} ({kept})"


def about_step(step: Step, say: Catalogue) -> Iterator[str]:
    """What a step is called elsewhere, what stops at it, what a simulation can bring and what it cannot."""
    language = say.language
    yield say("named", names=words(step.names, language))
    if step.stop is not None and step.says is not None:
        yield say(f"stops-{step.stop}", step=step.step, says=words(step.says, language))
    if step.evidence:
        yield say("can", codes=", ".join(step.evidence))
    if step.never is not None:
        yield say("never", what=words(step.never, language))


def lines_of(case: Case, ground: int, language: str = "en") -> list[str]:
    """The sheet of a ground as lines. Raises `CaseError` where none was opened."""
    say = catalogue(WHERE, language)
    case.numbered(case.grounds, ground, "ground")
    found = weighed(case, ground)
    if not found:
        refuse(f"ground {ground} has no sheet; a side or the president opens it: `proportionality`")
    lines = [say("heading", ground=ground, entry=case.grounds[ground - 1].entry), say("intro")]
    for one in found:
        lines.append(f"{one.step.step}  {words(one.step.text, language)}")
        lines += [f"    {line}" for line in about_step(one.step, say)]
        told = say.listed(f"{say(side)}: {answer_words(one, side, say)}" for side in WHO)
        lines.append(f"    {told}.")
    return lines


def _open(case: Case, draft: Draft) -> dict[str, Any]:
    side = case.side(draft.by)
    if side not in PARTIES and draft.by != "president":
        refuse(f"a proportionality sheet is opened by a side or the president, not by {draft.by}")
    if case.phase == "hearing" and case.stage.kind in ("vote", "reading"):
        refuse("a proportionality sheet is opened before the vote: both sides have to be heard on it")
    if case.phase != "hearing":
        prepared(case)
    case.numbered(case.grounds, draft.body.get("ground"), "ground")
    ground: int = draft.body["ground"]
    if ground in case.weighed:
        refuse(f"ground {ground} has a proportionality sheet already")
    own = {one.id for one in case.law.entry(case.grounds[ground - 1].entry).elements}
    for step in proportionality():
        if step.step in own:
            refuse(f"the entry of ground {ground} has an element {step.step} of its own; it takes no sheet")
    return {}


def _set_open(case: Case, record: Record) -> None:
    case.weighed.add(record.body["ground"])


STEPS: dict[str, CaseStep] = {"proportionality": CaseStep(_open, _set_open, fields=("ground",))}
