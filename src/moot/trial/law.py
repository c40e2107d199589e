"""The law that a case may be argued on: packs of entries with their dates, and what applied on a day.

An entry is a text, a guideline or a decision; its elements are what each side and the court answer one by
one, and its evidence says what to look for, never what follows. Nothing in this module answers an element,
decides whether a text binds somebody, or weighs anything: it says what the entry says. A date that is not
known is `unknown`, and is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from moot.catalogue import Catalogue, Language, catalogue, words
from moot.declaring.complaints import Complaint, complain_unknown, declared, nearest
from moot.declaring.files import data_folder, shown
from moot.declaring.source import Place, Source, read_source
from moot.declaring.values import Declaration, IsoDate, Many, Mark, Part, Slug, Words
from moot.errors import UnknownNameError

__all__ = [
    "ACTORS",
    "Element",
    "Entry",
    "Evidence",
    "Law",
    "Pack",
    "Question",
    "Step",
    "evidence_codes",
    "law_of",
    "load_pack",
    "pack_names",
    "proportionality",
    "threshold_questions",
]

UNKNOWN = "unknown"
NONE = "none"
ACTORS = ("private", "public")
"""Who may have acted: a private body, or an authority of a State."""
NOT_PACKS = ("evidence", "questions")

Binding = Literal["text", "guideline", "case"]
Role = Literal["ground", "threshold", "absolute", "test", "context"]
Binds = Literal["directly", "through-the-state", "no", "unknown"]
EntryId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$", max_length=40)]
ElementId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,8}$")]


def _known_or(*words: str) -> Any:
    def read(value: object) -> object:
        return value if value in words else _as_date(value)

    return BeforeValidator(read)


def _as_date(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date):
        return value
    raise ValueError("not a date; expected year-month-day such as 2025-02-02, or the word unknown")


_SCHEMA = WithJsonSchema({"type": "string"})
From = Annotated[date | Literal["unknown"], _known_or(UNKNOWN), _SCHEMA]
To = Annotated[date | Literal["unknown", "none"], _known_or(UNKNOWN, NONE), _SCHEMA]

SENTENCES = "law"
"""The catalogue of what is said about entries."""


def _day(say: Catalogue, day: date) -> str:
    """A date within a sentence."""
    return str(day) if say.language == "en" else say.date(day)


class Evidence(Part):
    """What may answer an element: a code of `evidence.yaml`, and of what."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z_]+$", max_length=20)]
    what: Words = Words("")


class Element(Part):
    """One thing to be answered: `text` is the law in short, `gloss` a reading of it, kept apart."""

    id: ElementId
    text: Words
    gloss: Words | None = None
    evidence: Many[Evidence] = ()


class BindsWhom(Part):
    """What the entry says of private bodies and of authorities."""

    private: Binds
    public: Binds


class Entry(Part):
    """A provision, guideline or decision. `dates_mark` says how its dates are known, `mark` its content.

    `applies_from` is a day or `unknown`; `applies_to` the last day, `none` while in force, or `unknown`.
    """

    id: EntryId
    identifier: Words
    title: Words
    role: Role
    binding: Binding
    binds: BindsWhom
    applies_from: From
    applies_to: To
    dates_mark: Mark | None = None
    version: Words | None = None
    rule: Words | None = None
    note: Words | None = None
    elements: Many[Element] = Field(min_length=1, max_length=20)
    evidence: Many[Evidence] = ()

    def on(self, day: date, language: Language = "en") -> str:
        """What is known of the entry on a day; in English in words that begin with `applies`, `not yet`,
        `no longer` or `unknown`."""
        say = catalogue(SENTENCES, language)
        begins, ends = self.applies_from, self.applies_to
        if not isinstance(begins, date):
            return say("on-unknown")
        start = _day(say, begins)
        if day < begins:
            return say("on-not-yet", day=start)
        if isinstance(ends, date) and day > ends:
            return say("on-no-longer", day=_day(say, ends))
        return say("on-applies-unknown-end" if ends == UNKNOWN else "on-applies", day=start)

    def said_to_bind(self, actor: str, language: Language = "en") -> str:
        """What the entry says of an actor; whether that holds in the case is for the sides and the court."""
        say = catalogue(SENTENCES, language)
        said: str = say(f"binds-{getattr(self.binds, actor)}")
        return said if self.binding == "text" else said + say(f"kind-{self.binding}")

    def element(self, name: str) -> Element:
        """The element of this id; `UnknownNameError` names the nearest."""
        known = {one.id: one for one in self.elements}
        if name not in known:
            raise UnknownNameError(f"element of {self.id}", name, list(known), _near(name, known))
        return known[name]


class Pack(Declaration):
    """The law of a source or country. `known_on` is the day of what is written here.

    `transposes` names packs whose texts a court of `countries` applies by invention; `transposition` says
    so.
    """

    law: Slug
    title: Words
    known_on: IsoDate
    countries: Many[Slug] = ()
    transposes: Many[Slug] = ()
    transposition: Words | None = None
    entries: Many[Entry] = Field(max_length=400)


class Question(Part):
    """A question asked before every ground; `entries` are read with it."""

    question: Slug
    text: Words
    says: Words
    entries: Many[EntryId] = ()


class Step(Part):
    """A step of proportionality; the answer `stop` ends it, and `says` what a court makes of that.

    `names` is what three courts call it, `never` what no simulation can bring to it.
    """

    step: Annotated[str, StringConstraints(pattern=r"^P[0-9]$")]
    text: Words
    evidence: Many[str] = ()
    stop: Literal["yes", "no"] | None = None
    says: Words | None = None
    names: Words
    never: Words | None = None

    @property
    def element(self) -> Element:
        """The step as something to be argued and answered like an element."""
        codes = tuple(Evidence(code=code) for code in self.evidence)
        return Element(id=self.step, text=self.text, evidence=codes)


class Questions(Declaration):
    """The file of questions and steps."""

    questions: Many[Question]
    proportionality: Many[Step]


class Codes(Declaration):
    """The file of evidence codes."""

    evidence: dict[str, Words]


class Law:
    """Packs read together for a case: every entry by its id, and what applied on a day.

    `invented` are the ids of entries that a pack takes over by an invented transposition.
    """

    def __init__(self, packs: Sequence[Pack], invented: Iterable[str] = ()) -> None:
        self.packs = tuple(packs)
        self.entries: dict[str, Entry] = {one.id: one for pack in packs for one in pack.entries}
        self.invented = frozenset(invented)

    def entry(self, name: str) -> Entry:
        """The entry of this id; `UnknownNameError` names the nearest."""
        if name not in self.entries:
            raise UnknownNameError("entry of the law", name, (), _near(name, self.entries))
        return self.entries[name]

    @property
    def says(self) -> tuple[str, ...]:
        """What has to be said on every page of a case under this law."""
        return tuple(pack.transposition for pack in self.packs if pack.transposition)

    def known_on(self) -> date | None:
        """The day of the oldest of its packs; what changed later is not in it. None without a pack."""
        return min((pack.known_on for pack in self.packs), default=None)

    def on(self, day: date, language: Language = "en") -> list[tuple[Entry, str]]:
        """Every entry with what is known of it on `day`."""
        return [(one, one.on(day, language)) for one in self.entries.values()]

    def as_dict(self, day: date, language: Language = "en") -> dict[str, Any]:
        """The law of a day as plain values, for `--json`: texts in one language."""
        told = {"language": language}
        return {
            "date": day.isoformat(),
            "known_on": str(self.known_on()),
            "packs": [pack.law for pack in self.packs],
            "says": [words(one, language) for one in self.says],
            "questions": [
                one.model_dump(exclude_none=True, context=told) for one in threshold_questions()
            ],
            "entries": [
                one.model_dump(mode="json", exclude_none=True, context=told)
                | {
                    "on_the_day": known,
                    "said_to_bind": {actor: one.said_to_bind(actor, language) for actor in ACTORS},
                    "transposed_by_invention": one.id in self.invented,
                }
                for one, known in self.on(day, language)
            ],
        }


def _near(word: str, known: Iterable[str]) -> str:
    return nearest(word, known).removeprefix('did you mean "').removesuffix('"?')


def pack_names() -> list[str]:
    """The packs that are shipped, sorted."""
    found = (path.stem for path in (data_folder() / "law").glob("*.yaml"))
    return sorted(name for name in found if name not in NOT_PACKS)


def load_pack(name_or_path: str | Path) -> Pack:
    """A shipped pack by its name, or one from a file. Raises `DeclarationError`, `UnknownNameError`."""
    text = str(name_or_path)
    if text in pack_names():
        return _shipped_pack(text)
    if not Path(text).exists() and "/" not in text and not text.endswith((".yaml", ".yml")):
        raise UnknownNameError("pack of law", text, pack_names(), _near(text, pack_names()))
    return pack_from(read_source(Path(text), shown(Path(text))))


@cache
def _shipped_pack(name: str) -> Pack:
    path = data_folder() / "law" / f"{name}.yaml"
    return pack_from(read_source(path, shown(path)))


def pack_from(source: Source) -> Pack:
    """The pack declared in `source`."""
    return declared(Pack, source, _check_pack)


def _check_pack(pack: Pack) -> Iterator[Complaint]:
    seen: dict[str, int] = {}
    for number, entry in enumerate(pack.entries):
        at: Place = ("entries", number)
        if entry.id in seen:
            yield Complaint(at=(*at, "id"), message=f'two entries are called "{entry.id}"')
        seen[entry.id] = number
        if entry.source is None or entry.mark is None:
            message = (
                "has no `source` and `mark`; expected where it was read, or that it is general knowledge"
            )
            yield Complaint(at=at, message=message)
        if isinstance(entry.applies_from, date) and entry.dates_mark is None:
            yield Complaint(at=(*at, "applies_from"), message="has no `dates_mark`; expected how it is known")
        if isinstance(entry.applies_from, date) and isinstance(entry.applies_to, date):
            if entry.applies_to < entry.applies_from:
                yield Complaint(at=(*at, "applies_to"), message="is before `applies_from`")
        names = [one.id for one in entry.elements]
        for place, element in enumerate(entry.elements):
            if element.id in names[:place]:
                message = f'two elements are called "{element.id}"'
                yield Complaint(at=(*at, "elements", place, "id"), message=message)
            yield from _known_codes((*at, "elements", place, "evidence"), element.evidence)
        yield from _known_codes((*at, "evidence"), entry.evidence)
    for place, name in enumerate(pack.transposes):
        if name not in pack_names():
            yield complain_unknown(("transposes", place), "pack of law", name, pack_names())
    if bool(pack.transposes) != (pack.transposition is not None):
        message = (
            "`transposes` and `transposition` stand together: what is taken over, and the words that say so"
        )
        yield Complaint(at=("transposes",) if pack.transposes else ("transposition",), message=message)


def _known_codes(at: Place, evidence: Sequence[Evidence]) -> Iterator[Complaint]:
    for place, one in enumerate(evidence):
        if one.code not in evidence_codes():
            yield complain_unknown((*at, place, "code"), "code of evidence", one.code, evidence_codes())


@cache
def evidence_codes() -> dict[str, Words]:
    """Every code of evidence with its words."""
    path = data_folder() / "law" / "evidence.yaml"
    return declared(Codes, read_source(path, shown(path)), lambda _: ()).evidence


@cache
def _questions() -> Questions:
    path = data_folder() / "law" / "questions.yaml"
    return declared(Questions, read_source(path, shown(path)), lambda _: ())


def threshold_questions() -> tuple[Question, ...]:
    """What is asked before every ground, in order: who acted, under what law, is it binding on them, …"""
    return _questions().questions


def proportionality() -> tuple[Step, ...]:
    """The steps of proportionality, in order."""
    return _questions().proportionality


def law_of(country: str | None = None, *, packs: Sequence[str | Path] = (), only: bool = False) -> Law:
    """The law for a case of a country: its shipped packs, those they transpose, and `packs` of the reader.

    Without a country, every shipped pack. With `only`, the packs of the reader alone. Raises
    `UnknownNameError` for a country that no shipped pack names, unless packs are given.
    """
    own = [load_pack(one) for one in packs]
    shipped = [] if only else [load_pack(name) for name in pack_names()]
    if country is not None and not only:
        known = sorted({name for pack in shipped for name in pack.countries})
        if country not in known and not own:
            raise UnknownNameError("country of a pack of law", country, known, _near(country, known))
        shipped = [pack for pack in shipped if country in pack.countries]
    there = {pack.law for pack in (*shipped, *own)}
    taken = dict.fromkeys(
        name for pack in (*shipped, *own) for name in pack.transposes if name not in there and country
    )
    transposed = [load_pack(name) for name in taken]
    invented = [entry.id for pack in transposed for entry in pack.entries]
    return Law([*transposed, *shipped, *own], invented)
