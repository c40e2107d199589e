"""Chapters that rest on files of other commands: metrics, causes, alternatives, what would flip it.

Where a file is not there, its chapter says so and which command writes it. Causes and metrics are told in the
dossier's language; of the other two, every list of rows is a table, whatever its columns are called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moot.documents import Block, Items, Note, Paragraph, Row, Span, Table, text
from moot.dossier.evidence import CAUSES, METRICS, Evidence, Written
from moot.dossier.wording import Say
from moot.findings.metric_words import load_metrics

__all__ = ["causes", "generic", "metrics"]

MOST_COLUMNS = 7
_PLAIN = (str, int, float, bool)


def metrics(say: Say, evidence: Evidence) -> Iterator[Block]:
    """The 26 metrics: what each is and is not, and their values on one run where they were measured."""
    yield Paragraph(text(say("metrics-intro")))
    rows = [
        Row(
            (
                text(Span(one.id, "code"), f" {say.metrics(one.id + '.name')}"),
                text(say.metrics(one.id + ".is-not")),
            )
        )
        for one in load_metrics().rows
    ]
    yield Table(
        (text(say("metric")), text(say("is-not"))), tuple(rows), text(say("metrics-caption")), widths=(2, 3)
    )
    written = evidence.beside.get(METRICS)
    if written is None:
        yield Note((say.rich("metrics-absent", folder=evidence.name),))
        return
    known = written.content.get("metrics", {})
    arms = dict.fromkeys(arm for one in known.values() for arm in one.get("arms", {}))
    for arm in arms:
        rows = []
        for name, one in known.items():
            parts = one["arms"].get(arm, [])
            if parts:
                words = say.metrics(f"{name}.name") if f"{name}.name" in say.metrics else name
                rows.append(Row((text(Span(name, "code"), f" {words}"),)))
            rows += [
                Row((text(str(part.get("what", ""))), text(str(part.get("told", "")))), inner=True)
                for part in parts
            ]
        if rows:
            caption = text(say("metrics-values", arm=arm))
            yield Table((text(say("metric")), text(say("value"))), tuple(rows), caption, widths=(3, 2))
    yield from _source(say, written)


def causes(say: Say, evidence: Evidence) -> Iterator[Block]:
    """Shares of the effect by mechanism, with *alone* and *last*."""
    yield Paragraph(text(say("causes-intro")))
    written = evidence.beside.get(CAUSES)
    if written is None:
        yield Note((say.rich("causes-absent", folder=evidence.name),))
        return
    found = written.content
    words = {one["player"]: one.get("words", one["player"]) for one in found["players"]["list"]}
    said = say(
        "causes-replicates",
        replicates=len(found["replicates"]),
        people=say.count(found["people"]),
        days=say.count(found["days"]),
    )
    yield Paragraph(text(said), "small")
    head = tuple(text(say(key)) for key in ("player", "share", "alone", "last"))
    for one in found["measures"]:
        rows = tuple(
            Row(
                (
                    text(words.get(part["player"], part["player"])),
                    *(text(_with_ends(say, part[key])) for key in ("share", "alone", "last")),
                )
            )
            for part in one["players"]
        )
        measure = say.measure(one["measure"]) or one["measure"]
        caption = text(say("causes-caption", measure=measure))
        yield Table(head, rows, caption, widths=(3, 2, 2, 2), numbers=frozenset({1, 2, 3}))
    yield from _source(say, written)


def _with_ends(say: Say, one: Mapping[str, Any] | None) -> str:
    if one is None:
        return say("dash")
    mean = say.two(float(one["mean"]), sign=True)
    if one.get("low") is None or one.get("high") is None:
        return mean
    return f"{mean} ({say.ends(float(one['low']), float(one['high']))})"


def generic(say: Say, evidence: Evidence, name: str) -> Iterator[Block]:
    """The file `name` of the folder: its sentences, and a table of each of its lists of rows."""
    written = evidence.beside[name]
    says = written.content.get("says") or written.content.get("lines")
    if isinstance(says, list) and says:
        yield Items(tuple(text(str(one)) for one in says))
    for key, value in written.content.items():
        if key in ("says", "lines", "labels"):
            continue
        rows = _rows(value)
        if rows:
            yield _generic_table(say, key, rows, written)
    yield from _source(say, written)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    """A list of rows; those of a mapping get its key as their name."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return list(value)
    if isinstance(value, dict) and value and all(isinstance(one, dict) for one in value.values()):
        return [{"name": key, **one} for key, one in value.items()]
    return []


def _generic_table(say: Say, key: str, rows: Sequence[Mapping[str, Any]], written: Written) -> Table:
    keys = [
        one
        for one in dict.fromkeys(k for row in rows for k in row)
        if any(_cell(say, row.get(one)) for row in rows)
    ]
    keys = keys[:MOST_COLUMNS]
    body = tuple(Row(tuple(text(_cell(say, row.get(one))) for one in keys)) for row in rows)
    numbers = frozenset(
        n
        for n, one in enumerate(keys)
        if n and all(isinstance(row.get(one), int | float | None) for row in rows)
    )
    caption = text(say("file-caption", name=key, file=written.name))
    return Table(tuple(text(one) for one in keys), body, caption, numbers=numbers)


def _cell(say: Say, value: Any) -> str:
    """A value of a file as it is read: numbers with two digits, an interval with its ends, lists in a row."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, int | float):
        return say.two(float(value))
    if isinstance(value, dict):
        if "mean" in value:
            return _with_ends(say, value)
        if "low" in value and "high" in value:
            return say.ends(float(value["low"]), float(value["high"]))
        plain = {key: one for key, one in value.items() if isinstance(one, _PLAIN)}
        return "; ".join(f"{key}: {_cell(say, one)}" for key, one in plain.items())
    if isinstance(value, list):
        return "; ".join(_cell(say, one) for one in value)
    return str(value)


def _source(say: Say, written: Written) -> Iterator[Block]:
    yield Paragraph(text(say("file-source", file=written.name, hash=written.sha256)), "small")
