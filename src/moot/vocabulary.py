"""The words that every country, regime and scenario shares: acts, contexts, attributes of people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from pydantic import Field

from moot.declaring.complaints import Complaint, complain_unknown, declared
from moot.declaring.files import data_folder, shown
from moot.declaring.source import Place, Source, read_source
from moot.declaring.values import ActName, Declaration, Many, Part, Slug, Text

__all__ = ["Act", "ActClass", "Vocabulary", "check_new_acts", "load_vocabulary"]

ActClass = Literal["offence", "incivility", "lawful", "merit"]


class Act(Part):
    """A kind of act.

    `class_` (key `class`): offence (a sanction exists today), incivility (none does), lawful (the exercise of
    a right) or merit. `words` complete "a person …". `delit`: the offence is tried by a court. `needs`: the
    context without which the act cannot be done.
    """

    class_: ActClass = Field(alias="class")
    domain: Slug
    place: Slug
    words: Text
    delit: bool = False
    needs: Slug | None = None


class Vocabulary(Declaration):
    """The shared words.

    `contexts`: their words by name. `belongs`: the domains of acts that belong to a context; points lost in
    any other domain that close it are lost across contexts. `attributes`: their levels, in order.
    """

    vocabulary: Slug
    places: Many[Slug]
    domains: Many[Slug]
    contexts: dict[Slug, Text]
    belongs: dict[Slug, Many[Slug]]
    acts: dict[ActName, Act]
    attributes: dict[Slug, Many[str]]


def check_new_acts(
    vocabulary: Vocabulary, at: Place, prefix: str | None, acts: dict[str, Act]
) -> Iterator[Complaint]:
    """Acts that a declaration adds: under its own prefix, in places and domains of the vocabulary."""
    for name, act in acts.items():
        place = (*at, name)
        if name in vocabulary.acts:
            yield Complaint(at=place, message=f'"{name}" is already a word of the vocabulary', at_key=True)
        elif ":" not in name:
            expected = f"{prefix or 'my-prefix'}:{name}"
            yield Complaint(
                at=place,
                message=f'the new act "{name}" has no prefix; expected "{expected}", with `acts_prefix`',
                at_key=True,
            )
        elif prefix is None or name.split(":")[0] != prefix:
            own = f'"{prefix}:"' if prefix else "a prefix declared as `acts_prefix`"
            yield Complaint(
                at=place,
                message=f'the new act "{name}" is not under its own prefix; expected {own}',
                at_key=True,
            )
        yield from _check_act(vocabulary, place, act)


def _check_act(vocabulary: Vocabulary, place: Place, act: Act) -> Iterator[Complaint]:
    if act.domain not in vocabulary.domains:
        yield complain_unknown((*place, "domain"), "domain", act.domain, vocabulary.domains)
    if act.place not in vocabulary.places:
        yield complain_unknown((*place, "place"), "place", act.place, vocabulary.places)
    if act.needs is not None and act.needs not in vocabulary.contexts:
        yield complain_unknown((*place, "needs"), "context", act.needs, vocabulary.contexts)


def check_vocabulary(vocabulary: Vocabulary) -> Iterator[Complaint]:
    """Acts use the places, domains and contexts that the vocabulary lists."""
    for name, act in vocabulary.acts.items():
        yield from _check_act(vocabulary, ("acts", name), act)
    for context, domains in vocabulary.belongs.items():
        if context not in vocabulary.contexts:
            yield complain_unknown(("belongs", context), "context", context, vocabulary.contexts, at_key=True)
        for number, domain in enumerate(domains):
            if domain not in vocabulary.domains:
                yield complain_unknown(("belongs", context, number), "domain", domain, vocabulary.domains)


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """The shipped vocabulary."""
    path = data_folder() / "vocabulary.yaml"
    return vocabulary_from(read_source(path, shown(path)))


def vocabulary_from(source: Source) -> Vocabulary:
    """The vocabulary declared in `source`."""
    return declared(Vocabulary, source, check_vocabulary)
