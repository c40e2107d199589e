"""The command that tells the law of a day: law."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import typer

from moot.cli.languages import LANG, Lang

if TYPE_CHECKING:
    from moot.catalogue import Catalogue
    from moot.trial.law import Entry, Law

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("law")(law)


def law(
    when: str | None = typer.Option(
        None, "--date", metavar="DAY", help="What applied on this day (default: the day the law is known)."
    ),
    country: str | None = typer.Option(None, "--country", help="The packs of this country (default: all)."),
    entry: str | None = typer.Option(None, "--entry", metavar="ID", help="One entry with its elements."),
    pack: list[str] = typer.Option([], "--pack", metavar="FILE|NAME", help="A pack of your own, too."),
    only: bool = typer.Option(False, "--only", help="The packs of --pack alone."),
    lang: Lang = LANG,
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Tell which law a scheme meets, from which day it applies, and whom it is said to bind."""
    from moot.catalogue import catalogue
    from moot.errors import UserError
    from moot.trial.law import law_of

    if only and not pack:
        raise UserError("--only keeps the packs of --pack alone; name one with --pack FILE")
    told = law_of(country, packs=pack, only=only)
    day = day_of(when) or told.known_on()
    if day is None:
        raise UserError("no pack of law is there; say --date")
    if as_json:
        content = told.as_dict(day, lang.value)
        if entry is not None:
            told.entry(entry)
            content["entries"] = [one for one in content["entries"] if one["id"] == entry]
        print(json.dumps(content, ensure_ascii=False))
        return
    say = catalogue("law", lang.value)
    lines = _entry_lines(told.entry(entry), day, say) if entry is not None else _lines(told, day, say)
    for line in lines:
        print(line)


def day_of(text: str | None) -> date | None:
    """The day that was said, or None. Raises `UserError`."""
    from moot.errors import UserError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"--date {text!r}: expected a day such as 2028-12-04") from None


def _day(say: Catalogue, day: date | None) -> str:
    return str(day) if day is None or say.language == "en" else say.date(day)


def _lines(told: Law, day: date, say: Catalogue) -> Iterator[str]:
    from moot.catalogue import words
    from moot.trial.law import threshold_questions

    language = say.language
    yield say("known", day=_day(say, day), known=_day(say, told.known_on()))
    yield from (words(one, language) for one in told.says)
    yield ""
    yield say("asked")
    for number, one in enumerate(threshold_questions(), 1):
        entries = f"  ({', '.join(one.entries)})" if one.entries else ""
        yield f"  {number}. {words(one.text, language)}{entries}"
    for pack in told.packs:
        yield ""
        yield f"{words(pack.title, language)} ({pack.law})"
        for entry in pack.entries:
            carried = say("carried") if entry.id in told.invented else ""
            yield f"  {entry.id:<15} {words(entry.title, language)}"
            binding = say(f"binding-{entry.binding}")
            yield f"  {'':<15} {entry.on(day, language)}; {binding}{carried}"
    yield ""
    yield say("one-entry", command="moot law --entry AIA-5-1-c")


def _entry_lines(one: Entry, day: date, say: Catalogue) -> Iterator[str]:
    from moot.catalogue import words
    from moot.trial.law import evidence_codes

    language = say.language
    yield say("code", code=one.id, what=words(one.title, language))
    yield f"  {words(one.identifier, language)}"
    yield f"  {say('on-day', day=_day(say, day), what=one.on(day, language))}"
    version = words(one.version, language) if one.version else say("not-told")
    binding, dates = say(f"binding-{one.binding}"), one.dates_mark or say("unknown")
    yield f"  {say('kind', binding=binding, version=version, dates=dates)}"
    yield f"  {say('of-private', what=one.said_to_bind('private', language))}"
    yield f"  {say('of-public', what=one.said_to_bind('public', language))}"
    if one.rule:
        yield f"  {say('together', rule=words(one.rule, language))}"
    codes = evidence_codes()
    for element in one.elements:
        yield f"  {element.id:<4} {words(element.text, language)}"
        if element.gloss:
            yield f"       {say('reading', gloss=words(element.gloss, language))}"
        for found in element.evidence:
            what = words(codes[found.code], language).split(":")[0].strip()
            key = "code-of" if found.what else "code"
            yield f"       {say(key, code=found.code, of=words(found.what, language), what=what)}"
    for found in one.evidence:
        yield f"  {found.code} {words(found.what, language)}".rstrip()
    if one.note:
        yield f"  {words(one.note, language)}"
    yield f"  {say('source', source=one.source, mark=one.mark)}"
