"""The command that tells the law of a day: law."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
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
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Tell which law a scheme meets, from which day it applies, and whom it is said to bind."""
    from moot.errors import UserError
    from moot.trial.law import law_of

    if only and not pack:
        raise UserError("--only keeps the packs of --pack alone; name one with --pack FILE")
    told = law_of(country, packs=pack, only=only)
    day = day_of(when) or told.known_on()
    if day is None:
        raise UserError("no pack of law is there; say --date")
    if as_json:
        content = told.as_dict(day)
        if entry is not None:
            told.entry(entry)
            content["entries"] = [one for one in content["entries"] if one["id"] == entry]
        print(json.dumps(content, ensure_ascii=False))
        return
    lines = _entry_lines(told.entry(entry), day) if entry is not None else _lines(told, day)
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


def _lines(told: Law, day: date) -> list[str]:
    from moot.trial.law import threshold_questions

    known = told.known_on()
    lines = [f"The law on {day}, as known on {known}; later changes are not in it.", *told.says, ""]
    lines.append("Asked before every ground; each side and the court answer, the program never:")
    for number, one in enumerate(threshold_questions(), 1):
        lines.append(f"  {number}. {one.text}  ({', '.join(one.entries)})" if one.entries else
                     f"  {number}. {one.text}")  # fmt: skip
    for pack in told.packs:
        lines += ["", f"{pack.title} ({pack.law})"]
        for entry in pack.entries:
            carried = ", carried over by invention" if entry.id in told.invented else ""
            lines.append(f"  {entry.id:<15} {entry.title}")
            lines.append(f"  {'':<15} {entry.on(day)}; {entry.binding}{carried}")
    lines += ["", "One entry with its elements: moot law --entry AIA-5-1-c"]
    return lines


def _entry_lines(one: Entry, day: date) -> list[str]:
    from moot.trial.law import evidence_codes

    lines = [f"{one.id}: {one.title}", f"  {one.identifier}", f"  On {day}: {one.on(day)}."]
    lines.append(
        f"  Kind: {one.binding}; version: {one.version or 'not told'}; dates: {one.dates_mark or 'unknown'}."
    )
    lines += [
        f"  Of a private body: {one.said_to_bind('private')}.",
        f"  Of an authority: {one.said_to_bind('public')}.",
    ]
    if one.rule:
        lines.append(f"  Together: {one.rule}.")
    codes = evidence_codes()
    for element in one.elements:
        lines.append(f"  {element.id:<4} {element.text}")
        if element.gloss:
            lines.append(f"       reading: {element.gloss}")
        for found in element.evidence:
            what = f" ({found.what})" if found.what else ""
            lines.append(f"       {found.code}{what}: {codes[found.code].split(':')[0]}")
    for found in one.evidence:
        lines.append(f"  {found.code} {found.what}".rstrip())
    if one.note:
        lines.append(f"  {one.note}")
    lines.append(f"  Source: {one.source} [{one.mark}]")
    return lines
