"""Machines that plead and keep the clock and the minutes, in fixed sentences; there is no other kind.

A machine pleads what exhibits measured on an element and nothing else: the exhibit, the range over declared
assumptions, the figure, the twin, what flips its sign, and how many of the measured points go the other way.
Both sides have the same sentences in the same number. Which measures belong to an element is said by its
codes of evidence and `data/pleading.yaml`, a convention that reads no law. Every line begins with "Machine".
A machine answers no element; it sits among judges in a rehearsal alone, where ballots are blank.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any, Literal

from moot.catalogue import LANGUAGES, Catalogue, catalogue, words
from moot.declaring.complaints import declared
from moot.declaring.files import data_folder, shown
from moot.declaring.source import read_source
from moot.declaring.values import Declaration, Many, Part, Text
from moot.trial.case import CONTENT, Case, Filed, refuse
from moot.trial.deliberation import amount
from moot.trial.minutes import ERASED, Draft
from moot.trial.procedure import PARTIES
from moot.trial.wording import arm_in

__all__ = [
    "Point",
    "note_of",
    "points_on",
    "refuse_other_notes",
    "refuse_other_words",
    "speeches_of",
]

WHERE = "robots"
NAMED = 4
"""Names of ranges that a machine reads out; the others are counted, and stand in the exhibit."""


class _Cited(Part):
    """Measures that belong to a code of evidence; `more` is the side that cites a rise beside the twin."""

    code: Text
    measures: Text
    more: Literal["claimants", "respondent"]


class _Pleading(Declaration):
    points: Many[_Cited]


@cache
def _pleading() -> tuple[_Cited, ...]:
    path = data_folder() / "pleading.yaml"
    return declared(_Pleading, read_source(path, shown(path)), lambda _: ()).points


@dataclass(frozen=True)
class Point:
    """A measured point on an element: an admitted exhibit, and the side that cites it."""

    exhibit: int
    side: str
    shown: dict[str, Any]


def points_on(case: Case, ground: int, element: str) -> list[Point]:
    """The measured points on an element, in the order of the exhibits.

    An exhibit counts that is admitted, is not sealed, differs from its twin, and measures what a code of the
    element asks about.
    """
    _, name = case.element_of(ground, element)
    codes = {one.code for one in case.element(ground, name).evidence}
    found = []
    for number, filed in enumerate(case.exhibits, 1):
        content = _content(case, filed)
        if content is None:
            continue
        cited = _cited(codes, content["effect"].get("measures") or [content.get("measure", "")])
        difference = content["effect"].get("difference")
        if cited is None or not difference:
            continue
        other = PARTIES[1] if cited.more == PARTIES[0] else PARTIES[0]
        found.append(Point(number, cited.more if difference > 0 else other, content))
    return found


def _content(case: Case, filed: Filed) -> dict[str, Any] | None:
    kept = case.text(filed.record, CONTENT)
    if filed.status != "admitted" or filed.sealed or not kept or kept == ERASED:
        return None
    return _read(kept)


@lru_cache(maxsize=64)
def _read(kept: str) -> dict[str, Any]:
    """The content of an exhibit, read once: a machine looks at it for every element."""
    return dict(json.loads(kept))


def _cited(codes: set[str], measures: list[str]) -> _Cited | None:
    for one in _pleading():
        if one.code in codes and any(fnmatchcase(name, one.measures) for name in measures):
            return one
    return None


@dataclass(frozen=True)
class Speech:
    """A speech of a machine: its lines, and the element and exhibits that it is about."""

    lines: tuple[str, ...]
    ground: int | None = None
    element: str | None = None
    exhibits: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The lines as the text of a step."""
        return "\n".join(self.lines)

    def body(self) -> dict[str, Any]:
        """What the step `speech` is told beside its text."""
        if self.ground is None:
            return {}
        cited = {"exhibits": list(self.exhibits)} if self.exhibits else {}
        return {"ground": self.ground, "element": self.element, **cited}


def speeches_of(case: Case, role: str, language: str = "en") -> list[Speech]:
    """What a machine in this role says when it has the floor now: at least one speech.

    Counsel pleads every element once, in its first turn; a later turn adds nothing, on either side.
    """
    say = catalogue(WHERE, language)
    side = case.side(role)
    if side in PARTIES:
        if role != side:
            return [_plain(say, say("witness"))]
        if case.floor is not None and case.floor.turn and not _pleaded(case, side):
            return _pleading_of(case, say, side)
        return [_plain(say, say("nothing-added"))]
    if side == "third" and "witness" in role:
        return [_plain(say, say("witness"))]
    if side == "third":
        return [_plain(say, *_third(case, say))]
    if case.phase == "hearing" and case.stage.kind == "instructions":
        return [_plain(say, say("instructions"))]
    question = case.text(case.question, "question") if case.question is not None else ""
    read = " ".join(words(question, language).split())
    return [_plain(say, say("question", question=read), *_grounds(case, say))]


def elements_of(case: Case) -> list[tuple[int, str]]:
    """Every element of every ground, and the steps of its proportionality sheet, in their order."""
    return [
        (number, element.id)
        for number in range(1, len(case.grounds) + 1)
        for element in case.elements(number)
    ]


def note_of(case: Case, language: str = "en") -> str:
    """What a machine notes of a stage: how many records there are, and how long each side has spoken."""
    say = catalogue(WHERE, language)
    used = {side: case.seconds.get(side, 0) for side in PARTIES}
    said = say("closed", stage=words(case.stage.title, language), records=len(case.minutes), **used)
    return say("machine", said=said)


def refuse_other_words(case: Case, draft: Draft) -> None:
    """Refuse a speech of a machine that is not one of its fixed speeches, in either language."""
    for language in LANGUAGES:
        for one in speeches_of(case, draft.by, language):
            if one.text == draft.texts["text"] and one.body() == dict(draft.body):
                return
    refuse(f"a machine sits as {draft.by}; it says its fixed sentences and no others: moot case play")


def refuse_other_notes(case: Case, draft: Draft) -> None:
    """Refuse a note of a machine that is not its fixed one, in either language."""
    if draft.texts["text"] not in {note_of(case, language) for language in LANGUAGES}:
        refuse(f"a machine sits as {draft.by}; it notes the clock and nothing else")


def _pleaded(case: Case, side: str) -> bool:
    """Whether a side has had its first turn. The speeches of the turn that runs belong to it."""
    given = [one.body["role"] for one in case.minutes if one.kind == "floor" and "turn" in one.body]
    return given.count(side) > 1


def _plain(say: Catalogue, *said: str) -> Speech:
    return Speech(tuple(say("machine", said=one) for one in said))


def _third(case: Case, say: Catalogue) -> Iterator[str]:
    for ground, name in elements_of(case):
        points = points_on(case, ground, name)
        counts = {side: sum(one.side == side for one in points) for side in PARTIES}
        yield say(
            "third-one" if len(points) == 1 else "third",
            ground=ground,
            element=name,
            measured=len(points),
            **counts,
        )


def _grounds(case: Case, say: Catalogue) -> Iterator[str]:
    for number, one in enumerate(case.grounds, 1):
        yield say("ground", ground=number, entry=one.entry, side=say(one.side))


def _pleading_of(case: Case, say: Catalogue, side: str) -> list[Speech]:
    """What a side pleads, element by element. Exhibits that it has not cited yet come first, so that none is
    left out for its number."""
    made: list[Speech] = []
    cited: set[int] = set()
    for ground, name in elements_of(case):
        made.append(_on_element(case, say, side, ground, name, cited))
        cited.update(made[-1].exhibits)
    return made


def _on_element(case: Case, say: Catalogue, side: str, ground: int, element: str, cited: set[int]) -> Speech:
    """Of an element a side pleads as many points as the other has to answer with, and one line at least."""
    points = points_on(case, ground, element)
    mine = sorted(
        (one for one in points if one.side == side), key=lambda one: (one.exhibit in cited, one.exhibit)
    )
    others = len(points) - len(mine)
    told = sorted(mine[: max(1, min(len(mine), others))], key=lambda one: one.exhibit)
    ending = say("other-way-one" if len(points) == 1 else "other-way", against=others, measured=len(points))
    lines = [f"{_point(say, one, ground, element)} {ending}" for one in told]
    if not lines:
        lines = [f"{say('none-goes', ground=ground, element=element)} {ending}"]
    return Speech(
        tuple(say("machine", said=one) for one in lines),
        ground,
        element,
        tuple(one.exhibit for one in told),
    )


def _point(say: Catalogue, point: Point, ground: int, element: str) -> str:
    shown, effect = point.shown, point.shown["effect"]
    span, noise = effect["span"], effect["interval"]
    names = shown["draws"]["over"]
    over = ", ".join(names[:NAMED])
    if len(names) > NAMED:
        over = say("and-more", names=over, more=len(names) - NAMED)
    flips = min(span["low"], effect["difference"]) < 0 < max(span["high"], effect["difference"])
    return " ".join(
        (
            say("exhibit", ground=ground, element=element, exhibit=point.exhibit,
                words=words(shown["words"], say.language)),
            say("range", low=amount(say, span["low"]), high=amount(say, span["high"])),
            say("figure", mean=amount(say, effect["difference"]), noise_low=amount(say, noise["low"]),
                noise_high=amount(say, noise["high"])),
            say("twin", arm=arm_in(shown["arm"], say.language), here=plain(say, effect["arm_mean"]),
                twin=arm_in(shown["twin"], say.language), there=plain(say, effect["today_mean"])),
            say("flips" if flips else "stays", over=over),
        )
    )  # fmt: skip


def plain(say: Catalogue, number: float) -> str:
    """A mean per 1,000 synthetic people, with two significant digits and no sign of a difference."""
    return amount(say, number).removeprefix("+")
