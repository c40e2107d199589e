"""Chapters that rest on files of other commands: alternatives, and what would flip it.

Where a file is not there, its chapter says so and which command writes it. What is a file's own word (the
title of a scheme, why there is no frontier) stays in English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moot.documents import Block, Note, Paragraph, Row, Span, Table, text
from moot.dossier.evidence import ALTERNATIVES, SHEET, Evidence, Written
from moot.dossier.wording import Say
from moot.errors import RunError

__all__ = ["told"]

MOST_ROWS = 10
"""Rows of a table of what flips a conclusion; the others are counted, and stand in the file."""


COMMANDS = {
    ALTERNATIVES: "moot frontier",
    SHEET: "moot flip",
}


def told(say: Say, evidence: Evidence, name: str) -> list[Block]:
    """The chapter that rests on the file `name`. Raises `RunError` where the file is not what its command
    writes."""
    try:
        return list(_PARTS[name](say, evidence))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise RunError(f"{evidence.path / name} is not as {COMMANDS[name]} wrote it ({said})") from None


def _with_ends(say: Say, one: Mapping[str, Any] | None) -> str:
    if one is None:
        return say("dash")
    mean = say.two(float(one["mean"]), sign=True)
    if one.get("low") is None or one.get("high") is None:
        return mean
    return f"{mean} ({say.ends(float(one['low']), float(one['high']))})"


def _sheet(say: Say, evidence: Evidence) -> Iterator[Block]:
    """What would flip each declared conclusion, as ``sheet.json`` has it."""
    written = evidence.beside[SHEET]
    for one in written.content["scenarios"]:
        rows = []
        for told in one["conclusions"]:
            sentence = say(
                "conclusion-said",
                measure=say.measure(told["measure"]) or told["measure"],
                goes=say(f"goes.{told['goes']}"),
                arm=told["arm"],
                beside=told["beside"],
                margin=say.two(float(told["margin"])),
            )
            declared, draws = told["declared"], told["draws"]
            rows.append(
                Row(
                    (
                        text(Span(told["name"], "strong"), f" {sentence}"),
                        text(say("of", part=declared["holds"], whole=declared["of"])),
                        text(say("of", part=draws["held"], whole=draws["of"])),
                        text(say.ends(float(draws["low"]), float(draws["high"]))),
                    )
                )
            )
        head = tuple(text(say(key)) for key in ("conclusion", "holds-declared", "holds-draws", "over-draws"))
        caption = text(say("sheet-conclusions", title=one["title"]))
        yield Table(head, tuple(rows), caption, widths=(4, 1.3, 1.3, 2), numbers=frozenset({1, 2, 3}))
        for told in one["conclusions"]:
            yield from _flips(say, told, written)
    yield from _source(say, written)


def _flips(say: Say, told: Mapping[str, Any], written: Written) -> Iterator[Block]:
    """The numbers that flip one conclusion alone, and those that carry its variance."""
    alone = sorted(told["alone"], key=lambda one: float(one["share"]))
    if not alone:
        yield Paragraph(text(say("sheet-steady", name=told["name"])))
    else:
        rows = tuple(
            Row(
                (
                    text(Span(one["name"], "code")),
                    text(say.two(float(one["start"]))),
                    text(say.two(float(one["end"]))),
                    text(say.common.percent(float(one["share"]))),
                    text(say.two(float(one["difference"]), sign=True)),
                )
            )
            for one in alone[:MOST_ROWS]
        )
        keys = ("parameter", "declared-value", "flips-at", "share-of-range", "difference-there")
        caption = text(say("sheet-smallest", name=told["name"]))
        head = tuple(text(say(key)) for key in keys)
        yield Table(head, rows, caption, widths=(4, 1, 1, 1.4, 1.3), numbers=frozenset({1, 2, 3, 4}))
        if len(alone) > MOST_ROWS:
            more = say("sheet-more", count=len(alone) - MOST_ROWS, file=written.name)
            yield Paragraph(text(more), "small")
    if told["variance"]:
        rows = tuple(
            Row(
                (
                    text(Span(one["name"], "code")),
                    *(text(_with_ends(say, one[key])) for key in ("first", "total")),
                )
            )
            for one in told["variance"]
        )
        head = tuple(text(say(key)) for key in ("parameter", "variance-first", "variance-total"))
        caption = text(say("sheet-variance", name=told["name"]))
        yield Table(head, rows, caption, widths=(3, 2, 2), numbers=frozenset({1, 2}))


def _alternatives(say: Say, evidence: Evidence) -> Iterator[Block]:
    """Milder schemes that were simulated, and what the regime has beyond each (``alternatives.json``)."""
    written = evidence.beside[ALTERNATIVES]
    for one in written.content["scenarios"]:
        if one["why_no_frontier"]:
            yield Note((text(say("frontier-none", title=one["title"], why=one["why_no_frontier"])),))
            continue  # where nothing is seen to be reached, "reaches as much" is no question
        rows = []
        for scheme in one["schemes"]:
            fresh, drawn = scheme["fresh"], scheme["reaches_in_draws"]
            rows.append(
                Row(
                    (
                        text(Span(scheme["arm"], "strong"), f" {scheme['title']}"),
                        text(_with_ends(say, fresh["fall"]) if fresh else say("dash")),
                        text(say("yes" if fresh["reaches"] else "no") if fresh else say("dash")),
                        text(say("of", part=drawn["held"], whole=drawn["draws"]) if drawn else say("dash")),
                    )
                )
            )
        head = tuple(text(say(key)) for key in ("scheme", "falls", "reaches", "reaches-draws"))
        caption = text(say("frontier-caption", title=one["title"], aim=one["aim"]["asked"]))
        yield Table(head, tuple(rows), caption, widths=(4, 2.4, 1, 1.2), numbers=frozenset({1, 2, 3}))
        if one["least"]:
            yield Paragraph(text(say("frontier-least", arm=one["least"])))
        for scheme in one["schemes"]:
            if scheme["burdens"] and scheme["kind"] != "start":
                yield _burdens(say, scheme, {b["name"]: b["words"] for b in one["burdens"]})
        if one["do_not_apply"]:
            names = "; ".join(f"{x['id']} {x['title']}: {x['why']}" for x in one["do_not_apply"])
            yield Paragraph(text(say("frontier-unfit", names=names)), "small")
    yield from _source(say, written)


def _burdens(say: Say, scheme: Mapping[str, Any], words: Mapping[str, str]) -> Table:
    rows = []
    for one in scheme["burdens"]:
        holds = one["holds"]
        rows.append(
            Row(
                (
                    text(say.burden(one["name"]) or words.get(one["name"], one["name"])),
                    text(_with_ends(say, one["excess_of_regime"])),
                    text(say.common.percent(one["ratio"]) if one["ratio"] is not None else say("dash")),
                    text(say("of", part=holds["held"], whole=holds["draws"]) if holds else say("dash")),
                )
            )
        )
    head = tuple(text(say(key)) for key in ("burden", "excess", "excess-share", "holds-draws"))
    caption = text(say("frontier-burdens", arm=scheme["arm"]))
    return Table(head, tuple(rows), caption, widths=(3, 2.4, 1.2, 1.2), numbers=frozenset({1, 2, 3}))


_PARTS: Mapping[str, Callable[[Say, Evidence], Iterator[Block]]] = {
    ALTERNATIVES: _alternatives,
    SHEET: _sheet,
}


def _source(say: Say, written: Written) -> Iterator[Block]:
    yield Paragraph(text(say("file-source", file=written.name, hash=written.sha256)), "small")
