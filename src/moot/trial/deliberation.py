"""The deliberation, element by element: the law, both sides, each voter's own answer, then the figures.

The president puts an element before the court (`consider`). Everybody who votes first answers for itself,
without the figures: on a paper of the box, which is counted and burnt as ballots are, or on paper that the
program never sees. Once all have (`figures`), the exhibits cited on the element are told: the range before
the point, in the order of their numbers, none ranked. Then its question is read and voted on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moot.catalogue import Catalogue, catalogue, words
from moot.trial.ballots import CHOICES, Box, drop_paper, papers_of
from moot.trial.case import CONTENT, Case, Considered, Filed, Step, only, refuse
from moot.trial.exhibits import exhibit_from
from moot.trial.judgment import arguments
from moot.trial.minutes import ERASED, Draft, Record, new_salt
from moot.trial.weighing import about_step, step_of, text_of
from moot.trial.wording import arm_in

__all__ = ["STEPS", "Sheet", "answer_for_oneself", "figures_of", "question_read", "sheet_of"]

WHERE = "deliberation"
"""The catalogue of the sentences."""


@dataclass(frozen=True)
class Sheet:
    """What is before the court on an element, each part as sentences, in the order in which it is told.

    `figures` is empty until everybody has answered for itself; `own` says how far that is.
    """

    question: str
    law: tuple[str, ...]
    arguments: tuple[tuple[str, tuple[str, ...]], ...]
    own: tuple[str, ...]
    figures: tuple[str, ...]

    def lines(self, say: Catalogue) -> list[str]:
        """All of it as lines, with their headings."""
        made = [say("law"), *self.law]
        for side, said in self.arguments:
            made += [say(side), *said]
        return [*made, say("own"), *self.own, say("figures"), *self.figures, say("question"), self.question]


def answer_for_oneself(
    case: Case, role: str, seat: int, choice: str, salt: Callable[[], str] = new_salt
) -> None:
    """What a voter thinks before it has seen the figures, as a paper that nothing joins to its seat.

    Raises `CaseError` while no element is before the court, for a seat that does not vote or has answered.
    """
    if case.phase != "hearing" or case.box.question >= 0:
        refuse("no element is before the court; the president puts one there: consider")
    drop_paper(case, role, seat, choice, salt)


def considered(case: Case, ground: int, element: str) -> Considered | None:
    """The element as it came before the court, or None."""
    for one in case.considered:
        if (one.ground, one.element) == (ground, element):
            return one
    return None


def figures_of(case: Case, ground: int, element: str) -> list[int]:
    """The numbers of the admitted exhibits that were cited on an element, in their order."""
    found: set[int] = set()
    for records in arguments(case, ground, element).values():
        for record in records:
            found.update(case.minutes[record].body.get("exhibits", ()))
    return sorted(number for number in found if case.exhibits[number - 1].status == "admitted")


def question_read(case: Case, ground: int, element: str, language: str = "en") -> str:
    """The question on an element as the president reads it in public, before the vote."""
    pleaded, name = case.element_of(ground, element)
    law = text_of(case.element(ground, name), language)
    if step_of(name) is not None and ground in case.weighed:
        return catalogue("proportionality", language)(
            "read", ground=ground, entry=pleaded.entry, step=name, law=law
        )
    return catalogue(WHERE, language)("read", ground=ground, entry=pleaded.entry, element=name, law=law)


def sheet_of(case: Case, ground: int, element: str, language: str = "en") -> Sheet:
    """What the court has before it on an element. Raises `CaseError`, `UnknownNameError`."""
    say = catalogue(WHERE, language)
    pleaded, name = case.element_of(ground, element)
    entry = case.law.entry(pleaded.entry)
    asked = case.element(ground, name)
    identifier = words(entry.identifier, language)
    law = [say("text", entry=identifier, element=name, law=text_of(asked, language))]
    if asked.gloss:
        law.append(say("gloss", gloss=words(asked.gloss, language)))
    if (step := step_of(name)) is not None:
        law += about_step(step, catalogue("proportionality", language))
    sides = []
    for side, records in arguments(case, ground, name).items():
        said = [case.text(record, "text") for record in records]
        sides.append((side, tuple(said) or (say("not-argued"),)))
    one = considered(case, ground, name)
    if one is None:
        own = [say("own-before")]
    elif one.closed is None:
        own = [say("own-open", answered=len(case.box.voted), voters=case.voters)]
    else:
        own = [_own_told(case.minutes[one.closed], say)]
    told = tuple(_figures(case, ground, name, say)) if one is not None and one.closed is not None else ()
    return Sheet(
        question=question_read(case, ground, name, language),
        law=tuple(law),
        arguments=tuple(sides),
        own=tuple(own),
        figures=told or (say("no-figures" if one and one.closed else "figures-later"),),
    )


def _own_told(record: Record, say: Catalogue) -> str:
    body = record.body
    if "figures" in body:
        counts = body["figures"]
        return say("own-counted", met=counts["met"], against=counts["not met"], blank=counts["blank"])
    return say("own-closed", answered=body["answered"] + body["written"])


def _figures(case: Case, ground: int, element: str, say: Catalogue) -> list[str]:
    said = []
    for number in figures_of(case, ground, element):
        filed: Filed = case.exhibits[number - 1]
        kept = case.text(filed.record, CONTENT)
        if not kept or kept == ERASED:
            said.append(say("erased", exhibit=number))
            continue
        shown = exhibit_from(kept).content
        effect = shown["effect"]
        said.append(
            say(
                "figure",
                exhibit=number,
                words=words(shown["words"], say.language),
                arm=arm_in(shown["arm"], say.language),
                twin=arm_in(shown["twin"], say.language),
                low=amount(say, effect["span"]["low"]),
                high=amount(say, effect["span"]["high"]),
                noise_low=amount(say, effect["interval"]["low"]),
                noise_high=amount(say, effect["interval"]["high"]),
                mean=amount(say, effect["difference"]),
            )
        )
    return said


def amount(say: Catalogue, number: float) -> str:
    """A difference per 1,000 synthetic people: two significant digits, a sign, as the language writes it."""
    from moot.findings.summary import two

    told = two(number, sign=True).replace(",", "")
    digits = len(told.partition(".")[2])
    return say.number(float(told.replace("−", "-")), digits, sign=True)


# --- the steps ----------------------------------------------------------------------------------------------


def _consider(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    if case.stage.kind != "vote":
        refuse("elements come before the court in the stage of its vote")
    if case.box.question:
        refuse("voters are answering; one element is before the court at a time")
    ground, element = case.element_of(draft.body.get("ground"), draft.body.get("element"))
    if considered(case, draft.body["ground"], element) is not None:
        refuse("this element was before the court already")
    most = case.stage.most_questions
    if most is not None and len(case.considered) >= most:
        refuse(f"this procedure puts {most} questions at most")
    return {"considered": len(case.considered) + 1, "entry": ground.entry}


def _set_considered(case: Case, record: Record) -> None:
    case.considered.append(Considered(record.number, record.body["ground"], record.body["element"]))
    case.box = Box(-len(case.considered))


def _close(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    _ = case.stage
    box: Box = case.box
    if box.question >= 0:
        refuse("no element is before the court; the president puts one there: consider")
    written = draft.body.get("written", 0)
    if not isinstance(written, int) or isinstance(written, bool) or written < 0:
        refuse("expected how many voters wrote their answer on paper of their own")
    if len(box.voted) + written != case.voters:
        refuse(
            f"{len(box.voted)} of {case.voters} voters have answered for themselves; expected all, or "
            "`written`: how many of the others wrote it on paper of their own"
        )
    papers = papers_of(box)
    said: dict[str, Any] = {"answered": len(papers), "written": written}
    if case.procedure.ballot.tells_figures(len(papers)):
        votes = Counter(one.choice for one in papers)
        said["figures"] = {choice: votes[choice] for choice in CHOICES}
    return said


def _set_closed(case: Case, record: Record) -> None:
    case.considered[-1].closed = record.number
    case.box = Box()


STEPS: dict[str, Step] = {
    "consider": Step(_consider, _set_considered, fields=("ground", "element")),
    "figures": Step(_close, _set_closed, fields=("written",)),
}
