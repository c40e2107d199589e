"""Chapters on what an experiment tells beside its table: metrics, twins, causes.

Where the experiment did not ask, its chapter says that nobody looked, and which key of its file asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moot.catalogue import words
from moot.documents import Block, Heading, Note, Paragraph, Row, Span, Table, Text, text
from moot.dossier.evidence import Evidence
from moot.dossier.wording import Say
from moot.findings.metric_words import load_metrics

__all__ = ["causes", "metrics", "twins"]


def metrics(say: Say, evidence: Evidence, arms: Sequence[tuple[str, str]]) -> Iterator[Block]:
    """The 26 metrics: what each is and is not, and their values in each of `arms` (scenario, arm)."""
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
    head = (text(say("metric")), text(say("is-not")))
    yield Table(head, tuple(rows), text(say("metrics-caption")), widths=(2, 3))
    found = evidence.content.get("metrics")
    if found is None:
        yield Note((say.rich("metrics-absent"),))
        return
    yield Paragraph(text(_size(say, found, "metrics-size")), "small")
    level = say.two(100 * float(evidence.content["level"]))
    for scenario, arm in arms:
        told = [one for one in found["numbers"] if (one["scenario"], one["arm"]) == (scenario, arm)]
        if told:
            yield _values(say, told, text(say("metrics-values", arm=arm)), level)
    left = {one["arm"] for one in found["numbers"]} - {arm for _, arm in arms}
    if left:
        yield _elsewhere(say, evidence, left)
    if any(one["few"] for one in found["numbers"]):
        yield Paragraph(text(say("few-star")), "small")


def _elsewhere(say: Say, evidence: Evidence, arms: set[str]) -> Block:
    names = ", ".join(sorted(arms))
    return Paragraph(say.rich("milder-elsewhere", arms=names, name=evidence.name), "small")


def _values(say: Say, told: Sequence[Mapping[str, Any]], caption: Text, level: str) -> Table:
    rows = []
    name = ""
    for one in told:
        if one["metric"] != name:
            name = one["metric"]
            rows.append(Row((text(Span(name, "code"), f" {say.metrics(name + '.name')}"),)))
        what = words(str(one["what"]), say.language)
        if one["mean"] is None:
            why = words(str(one.get("why") or say("dash")), say.language)
            rows.append(Row((text(what), text(why), (), ()), inner=True))
            continue
        star = "*" if one["few"] else ""
        value = f"{say.two(one['mean'])}{star} {say.unit(one['unit'])}"
        if one["replicates"] < one["of"]:
            value += f" ({say('in-replicates', part=one['replicates'], whole=one['of'])})"
        span, interval = _ends(say, one["span"], "not-varied-short"), _ends(say, one["interval"], "dash")
        rows.append(Row(tuple(map(text, (what, value, span, interval))), inner=True))
    titles = ("metric", "value", "col-range")
    head = (*(text(say(key)) for key in titles), text(say("col-interval", level=level)))
    return Table(head, tuple(rows), caption, widths=(3, 2.4, 1.5, 1.5))


def _ends(say: Say, one: Mapping[str, Any] | None, nothing: str) -> str:
    return say(nothing) if one is None else say.ends(float(one["low"]), float(one["high"]), sign=False)


def _size(say: Say, found: Mapping[str, Any], key: str) -> str:
    size = found["scenarios"][0]
    return say(
        key, people=say.count(size["people"]), days=say.count(size["days"]), lives=say.count(size["lives"]),
        replicates=say.count(found["replicates"]),
    )  # fmt: skip


def twins(say: Say, evidence: Evidence, arms: Sequence[tuple[str, str]]) -> Iterator[Block]:
    """Who is worse off than the twin, and how losses are spread, each with its bounds over all couplings.

    All arms side by side; groups of `arms` (scenario, arm).
    """
    yield Paragraph(text(say("twins-intro")))
    found = evidence.content.get("twins")
    if found is None:
        yield Note((say.rich("twins-absent"),))
        return
    yield Paragraph(text(_size(say, found, "twins-size")), "small")
    rows = []
    for one in found["arms"]:
        cells = [text(Span(one["arm"], "strong"), f" ({say('twins-lives', count=say.count(one['lives']))})")]
        for key in ("worse", "better"):
            cells += [text(_bounds(say, one[key])), text(_range(say, one[key]))]
        cells.append(text(_bounds(say, one["same"])))
        rows.append(Row(tuple(cells)))
    beside = ("col-arm", "twins-worse", "col-range", "twins-better", "col-range", "twins-same")
    head = tuple(text(say(key)) for key in beside)
    yield Table(head, tuple(rows), text(say("twins-caption")), widths=(2.4, 1.6, 1.3, 1.6, 1.3, 1.7))
    rows = []
    for one in found["arms"]:
        mean = say.two(one["mean"]["mean"], sign=True)
        cells = [text(one["arm"]), text(mean)]
        cells += [text(_bounds(say, one[key], 1)) for key in ("lost", "gained", "worst")]
        rows.append(Row(tuple(cells)))
    keys = ("col-arm", "twins-mean", "twins-lost", "twins-gained", "twins-worst")
    head = tuple(text(say(key)) for key in keys)
    yield Table(head, tuple(rows), text(say("twins-losses")), widths=(1.6, 1, 2, 2, 2))
    for one in found["arms"]:
        if (one["scenario"], one["arm"]) in arms:
            yield from _groups(say, one)


def _groups(say: Say, one: Mapping[str, Any]) -> Iterator[Block]:
    """Shares by level; attributes with too few to say in a line of their own."""
    rows, few = [], []
    for attribute in dict.fromkeys(group["attribute"] for group in one["groups"]):
        mine = [group for group in one["groups"] if group["attribute"] == attribute]
        told = [group for group in mine if group["worse"] is not None]
        if told:
            rows.append(Row((text(say.attribute(attribute)),)))
        for group in told:
            cells = (
                say.level(group["level"]), say.count(group["people"]), _bounds(say, group["worse"]),
                _bounds(say, group["better"]),
            )  # fmt: skip
            rows.append(Row(tuple(map(text, cells)), inner=True))
        if len(told) < len(mine):
            levels = ", ".join(say.level(group["level"]) for group in mine if group["worse"] is None)
            few.append(f"{say.attribute(attribute)} ({levels})")
    if rows:
        head = tuple(text(say(key)) for key in ("level", "lives", "twins-worse", "twins-better"))
        caption = text(say("twins-groups", arm=one["arm"]))
        yield Table(head, tuple(rows), caption, widths=(2, 1, 2, 2))
    if few:
        yield Paragraph(text(say("twins-few", arm=one["arm"], groups="; ".join(few))), "small")


def _range(say: Say, one: Mapping[str, Any]) -> str:
    span = one["span"]
    if span is None:
        return say("not-varied-short")
    return say.ends(1000 * span["low"], 1000 * span["high"], sign=False)


def _bounds(say: Say, one: Mapping[str, float], scale: float = 1000) -> str:
    ends = say.ends(scale * one["low"], scale * one["high"], sign=False)
    return f"{say.two(scale * one['shared'])} ({ends})"


def causes(say: Say, evidence: Evidence) -> Iterator[Block]:
    """Shares of the effect by mechanism, with *alone* and *last*."""
    yield Paragraph(text(say("causes-intro")))
    found = evidence.content.get("causes")
    if not found:
        yield Note((say.rich("causes-absent"),))
        return
    for one in found:
        if len(found) > 1:
            yield Heading(text(f"{one['scenario']}: {one['arm']}"), 2)
        yield from _shares(say, one)


def _shares(say: Say, found: Mapping[str, Any]) -> Iterator[Block]:
    said = say(
        "causes-replicates",
        replicates=len(found["replicates"]),
        people=say.count(found["people"]),
        days=say.count(found["days"]),
    )
    yield Paragraph(text(said), "small")
    called = {one["player"]: words(one["words"], say.language) for one in found["players"]["list"]}
    head = tuple(text(say(key)) for key in ("player", "share", "alone", "last"))
    for one in found["measures"]:
        rows = [
            Row(
                (
                    text(Span(part["player"], "code"), f" {called[part['player']]}"),
                    *(text(_with_ends(say, part[key])) for key in ("share", "alone", "last")),
                )
            )
            for part in one["players"]
        ]
        rows.append(Row((text(say("effect-of-players")), text(_with_ends(say, one["effect"])), (), ())))
        measure = say.measure(one["measure"]) or one["measure"]
        caption = text(say("causes-caption", measure=measure))
        yield Table(head, tuple(rows), caption, widths=(3, 2, 2, 2), numbers=frozenset({1, 2, 3}))


def _with_ends(say: Say, one: Mapping[str, Any]) -> str:
    ends = say.ends(float(one["low"]), float(one["high"]))
    return f"{say.two(float(one['mean']), sign=True)} ({ends})"
