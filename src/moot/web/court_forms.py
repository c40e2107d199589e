"""What a seat may do now, as forms: a step, what has to be chosen for it, and the texts that it needs.

Every form is tried against the case before it is offered, choice by choice, so that nothing is offered
that the procedure refuses. Nothing here answers a question of law: choices of the court stand in the order
of the law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moot.catalogue import LANGUAGES, catalogue
from moot.errors import MootError
from moot.trial.case import Case
from moot.trial.hearing import INCIDENTS
from moot.trial.hearing import OUTCOMES as RULINGS
from moot.trial.judgment import OUTCOMES
from moot.trial.offers import offers
from moot.trial.pieces import role_called
from moot.trial.procedure import PARTIES
from moot.trial.remedies import load_remedies
from moot.trial.robots import elements_of
from moot.trial.weighing import text_of

__all__ = ["Choice", "Form", "Option", "Words", "called", "forms_of", "words"]

WHERE = "court-room"
"""The catalogue of the sentences of the room."""
SAID = "…"
"""Stands for a text that is still to be said."""
MADE = ("exhibit", "ask-run", "run-made", "witness", "examined")
"""Steps that hold what the program wrote; they are taken by routes of their own."""
Words = dict[str, str]
"""The same in every language, by language."""


def words(key: str, **values: object) -> Words:
    """A sentence of the room in every language."""
    return {language: catalogue(WHERE, language)(key, **values) for language in LANGUAGES}


def called(case: Case, role: str) -> Words:
    """The title of a role in every language."""
    return {one: role_called(case.procedure.role(role), catalogue("trial", one)) for one in LANGUAGES}


def plain(text: str) -> Words:
    """What people or the law wrote, which is not translated."""
    return dict.fromkeys(LANGUAGES, text)


@dataclass(frozen=True)
class Option:
    """One choice: what it says of the step, and its words."""

    about: Mapping[str, Any]
    words: Words


@dataclass(frozen=True)
class Choice:
    """What has to be chosen: `one` or `many` of the options, or a `number` from `least` to `most`, at first
    `value`."""

    name: str
    kind: str
    options: tuple[Option, ...] = ()
    optional: bool = False
    least: int = 0
    most: int = 0
    value: int = 0


@dataclass(frozen=True)
class Form:
    """A step that is allowed now. `texts` are needed, `may` are texts that may be left out."""

    step: str
    choices: tuple[Choice, ...] = ()
    texts: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for the page."""
        choices = [
            {"name": one.name, "kind": one.kind, "title": words(f"field-{one.name}"),
             "optional": one.optional, "least": one.least, "most": one.most, "value": one.value,
             "options": [{"about": dict(each.about), "words": each.words} for each in one.options]}
            for one in self.choices
        ]  # fmt: skip
        texts = [{"name": one, "title": words(f"text-{one}"), "needed": one in self.texts}
                 for one in (*self.texts, *self.may)]  # fmt: skip
        return {"step": self.step, "title": _title(self), "about": dict(self.about), "choices": choices,
                "texts": texts}  # fmt: skip


def _title(form: Form) -> Words:
    key = f"step-{form.step}{'-none' if form.about.get('none') else ''}"
    return words(key) if key in catalogue(WHERE, "en") else plain(form.step)


class _Tried:
    """A case at a second, and a role that may want to do something."""

    def __init__(self, case: Case, role: str, at: int) -> None:
        self.case, self.role, self.at = case, role, at

    def allows(self, kind: str, texts: Iterable[str] = (), **about: Any) -> bool:
        """Whether the procedure would take this step from this role now."""
        try:
            self.case.checked(kind, self.role, self.at, dict.fromkeys(texts, SAID), about)
        except MootError:
            return False
        return True

    def form(
        self, kind: str, choice: Choice | None, texts: Sequence[str] = (), more: Sequence[Choice] = (),
        may: Sequence[str] = (), **about: Any,
    ) -> Iterator[Form]:  # fmt: skip
        """The form of a step with those options of its first choice that are allowed, if there are any."""
        every = (*texts, *may)
        if choice is None:
            if self.allows(kind, every, **about):
                yield Form(kind, tuple(more), tuple(texts), tuple(may), about)
            return
        left = tuple(one for one in choice.options if self.allows(kind, every, **about, **one.about))
        if left:
            first = Choice(choice.name, choice.kind, left, choice.optional, choice.least, choice.most)
            yield Form(kind, (first, *more), tuple(texts), tuple(may), about)


def forms_of(case: Case, role: str, at: int) -> list[Form]:
    """Every form that a role may fill in at this second of the case's clock, the likeliest first.

    Raises `UnknownNameError` for a role that the procedure lacks.
    """
    side = case.side(role)
    tried = _Tried(case, role, max(at, case.now))
    if case.phase == "closed" or side == "public":
        return []
    made = list(_before(tried) if case.phase == "preparation" else _during(tried))
    known = {one.step for one in made} | _TOLD
    for one in offers(case, tried.at):  # steps that have no form of their own here
        if one.by == role and one.kind not in known and one.kind not in MADE:
            made.append(Form(one.kind, (), one.texts, (), one.body))
    return made


def _numbered(name: str, key: str, about: str, found: Iterable[tuple[int, str]]) -> Choice:
    options = tuple(
        Option({about: number}, words(key, number=number, title=title)) for number, title in found
    )
    return Choice(name, "one", options)


def _of_words(name: str, keys: Iterable[str], *, about: str = "") -> Choice:
    options = tuple(Option({about or name: one}, words(f"{name}-{one.replace(' ', '-')}")) for one in keys)
    return Choice(name, "one", options)


def _before(tried: _Tried) -> Iterator[Form]:
    case = tried.case
    yield from tried.form("open", None)
    yield from tried.form("ground", _entries(case), ("claim",))
    yield from tried.form("fact", _of_words("status", ("disputed", "admitted")), ("fact", "origin"))
    yield from _facts(tried)
    yield from _expert(tried)
    yield from _sheets(tried)
    yield from tried.form("claimant", None, claimant=f"Claimant {len(case.claimants) + 1}")
    yield from _exhibits(tried)
    if tried.role == "president":
        yield from tried.form("seat", _seats(case, machine=True), machine=True)
        yield from tried.form("question", None, ("question",))
    yield from _correction(tried)


def _during(tried: _Tried) -> Iterator[Form]:
    case, role = tried.case, tried.role
    yield from tried.form("resume", None)
    if case.floor is not None:
        more = (*_argument(case), _cited(case)) if any(_admitted(case)) else _argument(case)
        yield from tried.form("speech", None, ("text",), more)
        yield from tried.form("yield", None)
    yield from _floor(tried)
    yield from tried.form("waive", _points(tried, "waive"))
    yield from tried.form("waive", None)
    yield from _leading(tried)
    yield from _deciding(tried)
    yield from tried.form("next", None)
    if case.phase == "hearing" and case.stage.filing:
        yield from tried.form("ground", _entries(case), ("claim",))
        yield from tried.form("fact", _of_words("status", ("disputed", "admitted")), ("fact", "origin"))
    yield from _facts(tried)
    yield from _expert(tried)
    yield from _sheets(tried)
    yield from tried.form("incident", _of_words("what", INCIDENTS), ("text",))
    yield from tried.form("point", None, ("text",))
    yield from tried.form("note", None, ("text",))
    yield from _exhibits(tried)
    yield from tried.form("suspend", None)
    yield from _correction(tried)
    if role in case.machines:
        return


def _floor(tried: _Tried) -> Iterator[Form]:
    case = tried.case
    speakers = tuple(
        Option({"role": one.role}, called(case, one.role)) for one in case.procedure.roles
        if case.seated(one.role)
    )  # fmt: skip
    pointed = _points(tried, "floor").options
    yield from tried.form("floor", Choice("role", "one", (*speakers, *pointed)))


def _points(tried: _Tried, kind: str) -> Choice:
    """A point of the court with a side that has not been heard on it; to waive, the side's own."""
    case, options = tried.case, []
    for number in range(1, len(case.points) + 1):
        if kind == "waive":
            options.append(Option({"point": number}, words("on-point", number=number)))
            continue
        for side in PARTIES:
            named = called(case, side)
            said: Words = {one: f"{named[one]}, {words('on-point', number=number)[one]}" for one in LANGUAGES}
            options.append(Option({"role": side, "point": number}, said))
    return Choice("role" if kind == "floor" else "point", "one", tuple(options))


def _leading(tried: _Tried) -> Iterator[Form]:
    """What the president and the clerk do besides giving the floor."""
    case = tried.case
    ruled = _numbered("incident", "incident-numbered", "incident",
                      ((n, case.text(one.record, "text")[:80]) for n, one in enumerate(case.incidents, 1)
                       if one.ruling is None))  # fmt: skip
    for form in tried.form("ruling", ruled, ("reason",), (_of_words("outcome", RULINGS),), outcome="refused"):
        yield Form(form.step, form.choices, form.texts)
    late = _numbered("exhibit", "exhibit-numbered", "exhibit", _filed(case, "pending"))
    outcome = _of_words("outcome", ("admitted", "set aside"))
    for form in tried.form("late-exhibit", late, ("reason",), (outcome,), outcome="set aside"):
        yield Form(form.step, form.choices, form.texts)
    if tried.allows("grant", ("reason",), seconds=60):
        sides = tuple(Option({"side": one}, called(case, one)) for one in PARTIES)
        yield Form("grant", (Choice("seconds", "number", least=30, most=3600, value=60),
                             Choice("side", "one", sides, optional=True)), (), ("reason",))  # fmt: skip
    if tried.allows("public-vote", yes=0, no=0, blank=0):
        hands = tuple(Choice(one, "number", least=0, most=2000) for one in ("yes", "no", "blank"))
        yield Form("public-vote", hands)


def _deciding(tried: _Tried) -> Iterator[Form]:
    """The vote, the reasons, the judgment."""
    case = tried.case
    sides = tuple(Option({"side": one}, words(f"protects-{one}")) for one in (*PARTIES, "none"))
    yield from tried.form("blanks", Choice("side", "one", sides))
    left = case.voters - len(case.box.voted) if case.box.question < 0 else 0
    if tried.allows("figures", written=left):
        yield Form("figures", (Choice("written", "number", most=case.voters, value=left),))
    yield from tried.form("close-vote", None)
    for kind in ("put", "consider"):
        yield from tried.form(kind, _elements(case))
    rests = (_cited(case), _proven(case))
    yield from tried.form("reason", _elements(case), ("text",), [one for one in rests if one.options])
    grounds = _numbered("ground", "ground-numbered", "ground", _grounds(case))
    decided = _of_words("decided", OUTCOMES, about="outcome")
    for form in tried.form("operative", grounds, ("text",), (decided,), outcome=OUTCOMES[0]):
        yield Form(form.step, form.choices, form.texts)
    yield from tried.form("remedy", _remedies(case), may=("text",))
    yield from tried.form("opinion", None, ("text",))
    yield from tried.form("deliver", None)


def _facts(tried: _Tried) -> Iterator[Form]:
    case = tried.case
    open_ = [(n, case.text(one.record, "fact")[:80]) for n, one in enumerate(case.facts, 1)
             if one.status == "disputed"]  # fmt: skip
    named = _numbered("fact", "fact-numbered", "fact", open_)
    yield from tried.form("admit", named)
    if case.phase == "hearing":
        cited = _cited(case)
        yield from tried.form("proved", named, ("reason",), (cited,) if cited.options else ())


def _sheets(tried: _Tried) -> Iterator[Form]:
    """The proportionality sheet of a ground, which a side or the president opens."""
    yield from tried.form(
        "proportionality", _numbered("ground", "ground-numbered", "ground", _grounds(tried.case))
    )


def _expert(tried: _Tried) -> Iterator[Form]:
    """An expert of the court: the mission, questions, the report, observations of the sides."""
    case, cited = tried.case, _cited(tried.case)
    more = (cited,) if cited.options else ()
    yield from tried.form("appoint", None, ("mission",))
    for number, one in enumerate(case.expertises, 1):
        about: dict[str, Any] = {"expertise": number}
        yield from tried.form("relieve", None, ("reason",), **about)
        if more:
            needed = Choice(cited.name, cited.kind, cited.options)
            for option in reversed(cited.options):
                if tried.allows("report", ("text",), **about, **option.about):
                    yield Form("report", (needed,), ("text",), (), about)
                    break
        yield from tried.form("expert-question", None, ("text",), **about)
        asked = tuple(
            Option({"question": place}, plain(f"{place}. {case.text(each.record, 'text')[:80]}"))
            for place, each in enumerate(one.questions, 1)
        )
        yield from tried.form("expert-answer", Choice("question", "one", asked), ("text",), more, **about)
        yield from tried.form("observations", None, ("text",), more, **about)
        if tried.allows("observations", **about, none=True):
            yield Form("observations", (), (), (), {**about, "none": True})


def _exhibits(tried: _Tried) -> Iterator[Form]:
    case = tried.case
    mine = [(n, title) for n, title in _filed(case, "admitted", "pending")
            if case.exhibits[n - 1].side == case.side(tried.role)]  # fmt: skip
    yield from tried.form("withdraw", _numbered("exhibit", "exhibit-numbered", "exhibit", mine))
    there = _filed(case, "admitted", "pending")
    yield from tried.form("seal", _numbered("exhibit", "exhibit-numbered", "exhibit", there), ("reason",))


def _correction(tried: _Tried) -> Iterator[Form]:
    most = len(tried.case.minutes)
    if tried.allows("correction", ("text",), record=1):
        yield Form("correction", (Choice("record", "number", least=1, most=most, value=most),), ("text",))


def _entries(case: Case) -> Choice:
    found = (one for one in case.law.entries.values() if one.role != "context")
    return Choice(
        "entry", "one", tuple(Option({"entry": one.id}, plain(f"{one.id}: {one.title}")) for one in found)
    )


def _elements(case: Case) -> Choice:
    options = []
    for number, element in elements_of(case):
        entry = case.grounds[number - 1].entry
        said: Words = {}
        for language in LANGUAGES:
            text = text_of(case.element(number, element), language)
            said[language] = f"{number}. {entry} {element}: {text[:90]}{'…' if len(text) > 90 else ''}"
        options.append(Option({"ground": number, "element": element}, said))
    return Choice("element", "one", tuple(options))


def _argument(case: Case) -> tuple[Choice, Choice]:
    """On which element a speech is, and what the speaker's side answers on it; both may be left out."""
    on = _elements(case)
    answers = _of_words("answer", ("met", "not met", "not decided"))
    return (
        Choice(on.name, "one", on.options, optional=True),
        Choice(answers.name, "one", answers.options, optional=True),
    )


def _cited(case: Case) -> Choice:
    options = tuple(
        Option({"exhibits": [n]}, words("exhibit-numbered", number=n, title=title))
        for n, title in _filed(case, "admitted")
    )
    return Choice("exhibits", "many", options, optional=True)


def _proven(case: Case) -> Choice:
    options = tuple(
        Option({"facts": [n]}, words("fact-numbered", number=n, title=case.text(one.record, "fact")[:80]))
        for n, one in enumerate(case.facts, 1)
        if one.status in ("admitted", "proved")
    )
    return Choice("facts", "many", options, optional=True)


def _remedies(case: Case) -> Choice:
    options = []
    for number, _ in _grounds(case):
        for name, one in load_remedies().menu.items():
            said: Words = {each: f"{number}. {one.title.of(each)}" for each in LANGUAGES}
            options.append(Option({"remedy": name, "ground": number}, said))
    return Choice("remedy", "one", tuple(options))


def _seats(case: Case, *, machine: bool) -> Choice:
    found = (one for one in case.procedure.roles if not machine or not case.seated(one.role))
    return Choice("role", "one", tuple(Option({"role": one.role}, called(case, one.role)) for one in found))


def _filed(case: Case, *statuses: str) -> list[tuple[int, str]]:
    """Exhibits by number and title; that of a sealed one is told to nobody, where its number does."""
    found = enumerate(case.exhibits, 1)
    return [(n, "…" if one.sealed else case.text(one.record, "title"))
            for n, one in found if one.status in statuses]  # fmt: skip


def _admitted(case: Case) -> list[int]:
    return [number for number, _ in _filed(case, "admitted")]


def _grounds(case: Case) -> list[tuple[int, str]]:
    return [(n, one.entry) for n, one in enumerate(case.grounds, 1)]


_TOLD = {"seat", "page"}
"""Steps that are taken elsewhere on the page: a seat by an invitation, a page from its exhibit."""
