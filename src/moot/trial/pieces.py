"""Exhibits, witnesses and runs as blocks of a document, in the language of the case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moot.catalogue import Catalogue, catalogue, words
from moot.documents import Block, Heading, Items, Paragraph, Row, Span, Style, Table, link, text
from moot.findings.battery import lines_of
from moot.findings.summary import two
from moot.trial.case import CONTENT, SHEET, Case, Filed
from moot.trial.evidence import content_of
from moot.trial.exhibits import exhibit_from
from moot.trial.minutes import ERASED
from moot.trial.necessity import necessity_of
from moot.trial.papers import bordereau, outside, runs_of
from moot.trial.procedure import Role
from moot.trial.weighing import WHO, about_step, answer_words, weighed
from moot.trial.witness import LoggedLife, life_from
from moot.trial.wording import arm_in

__all__ = [
    "bordereau_table",
    "claimants_of",
    "clock",
    "court_called",
    "exhibit_blocks",
    "role_called",
    "runs_table",
    "status_of",
    "title_of",
    "weighing_blocks",
    "witness_blocks",
]

NAMED = 8
"""Names of parameters that are written out; the others are counted."""


def clock(seconds: int) -> str:
    """A second of the case's clock, as hours, minutes and seconds."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def court_called(case: Case, say: Catalogue) -> str:
    """The title of the procedure: in the language, where its file has it so."""
    return words(case.procedure.title, say.language)


def role_called(role: Role, say: Catalogue) -> str:
    """The title of a role: in the language, where the file of the procedure has it so."""
    return words(role.title, say.language)


def claimants_of(case: Case, say: Catalogue) -> str:
    """The claimants: by number, or lives of a panel."""
    named = [
        say("claimant", number=one.rpartition(" ")[2]) if one.startswith("Claimant ") else one
        for one in case.claimants
    ]
    return ", ".join(named) or say("nobody")


def status_of(say: Catalogue, filed: Filed) -> str:
    """What became of an exhibit, in words."""
    return say(f"status-{filed.status.replace(' ', '-')}")


def title_of(case: Case, filed: Filed, say: Catalogue) -> str:
    """The title of an exhibit: made in the language, where it is the one that its content gives it."""
    title, kept = case.text(filed.record, "title"), case.text(filed.record, CONTENT)
    if not kept or kept == ERASED:
        return title
    found = json.loads(kept)
    if "words" not in found or title != exhibit_from(kept).title:
        return words(title, say.language)
    return say("exhibit-title", **_shown(found, say))


def _shown(found: dict[str, Any], say: Catalogue) -> dict[str, str]:
    """What an exhibit shows, of which arm, beside which, in which scenario."""
    return {
        "words": words(found["words"], say.language),
        "arm": arm_in(found["arm"], say.language),
        "twin": arm_in(found["twin"], say.language),
        "title": words(found["title"], say.language),
    }


def exhibit_blocks(case: Case, number: int, say: Catalogue, *, for_court: bool = False) -> Iterator[Block]:
    """An exhibit: by whom, in which state, its figures with the range over assumptions first, how it is made.

    What is sealed is shown to the court alone.
    """
    filed = case.exhibits[number - 1]
    yield Heading(text(say("exhibit", number=number)), 2, anchor=f"exhibit-{number}", number="")
    side = say(f"side-{filed.side}")
    yield Paragraph(
        text(say("exhibit-head", side=side, status=status_of(say, filed), digest=filed.digest)), "small"
    )
    yield Paragraph(text(title_of(case, filed, say)))
    if filed.status == "withdrawn":
        yield Paragraph(text(say("exhibit-withdrawn")))
        return
    if filed.sealed and not for_court:
        yield Paragraph(text(say("exhibit-sealed")))
        return
    kept = case.text(filed.record, CONTENT)
    if not kept or kept == ERASED:
        yield Paragraph(text(say("exhibit-gone")))
        return
    yield from _figures(json.loads(kept), filed, number, case.text(filed.record, "title"), say)
    yield from _whence(case, filed, number, say)
    yield from _sheet(case, filed, str(json.loads(kept).get("scenario")), say)
    told = necessity_of(kept)
    if told is not None:
        first, *rest = lines_of(told.battery, catalogue("battery", say.language))
        style: Style = "warning" if told.battery is None or not told.battery.examined else "plain"
        yield Paragraph(text(Span(first, style), *(f" {line}" for line in rest)), "small")


def _figures(found: dict[str, Any], filed: Filed, number: int, title: str, say: Catalogue) -> Iterator[Block]:
    effect = found["effect"]
    if "words" not in found:  # the least that an exhibit holds
        return
    shown = _shown(found, say)
    if title != exhibit_from(json.dumps(found)).title:  # it was given one of its own
        yield Paragraph(text(say("exhibit-title", **shown)))
    yield Paragraph(text(say("exhibit-per")))
    span, interval, draws = effect["span"], effect["interval"], found["draws"]

    def ends(one: dict[str, float]) -> str:
        return say("from-to", low=_figure(say, one["low"]), high=_figure(say, one["high"]))

    rows = [
        (say("row-range", draws=draws["count"], over=len(draws["over"])), ends(span)),
        (say("row-interval", replicates=effect["replicates"]), ends(interval)),
        (say("row-difference"), _figure(say, effect["difference"])),
        (say("row-arm", arm=shown["arm"]), _figure(say, effect["arm_mean"], sign=False)),
        (say("row-twin", twin=shown["twin"]), _figure(say, effect["today_mean"], sign=False)),
    ]
    yield Table(
        (text(say("column-what")), text(say("column-figure"))),
        tuple(Row((text(what), text(figure))) for what, figure in rows),
        text(say("exhibit-figures", number=number)),
        widths=(3, 1.4),
        numbers=frozenset({1}),
        number="",
    )
    side = say("side-court") if found["asked_by"] == "court" else say(f"side-{found['asked_by']}")
    seeds = found["seeds"]
    made = say("exhibit-made", first=seeds[0], last=seeds[1], people=say.number(found["people"]),
               days=found["days"], runs=len(found["runs"]), side=side,
               version=found["versions"].get("moot"), code=found["code"][:16])  # fmt: skip
    names = ", ".join(draws["over"][:NAMED])
    if len(draws["over"]) > NAMED:
        names = say("varied-more", names=names, more=len(draws["over"]) - NAMED)
    yield Paragraph(text(made, " ", say("varied", names=names)), "small")
    yield Paragraph(text(say("exhibit-rebuilt", digest=filed.digest, number=number)), "small")


def _figure(say: Catalogue, quantity: float, *, sign: bool = True) -> str:
    """Two significant digits, as the language writes them."""
    return say.figures(two(quantity, sign=sign))


def _whence(case: Case, filed: Filed, number: int, say: Catalogue) -> Iterator[Block]:
    run = case.minutes[filed.record].body.get("run")
    if run is not None:
        yield Paragraph(text(say("exhibit-run", run=run)), "small")
    elif number in outside(case):
        yield Paragraph(text(say("exhibit-outside")), "small")


def _sheet(case: Case, filed: Filed, scenario: str, say: Catalogue) -> Iterator[Block]:
    """What would flip the exhibit, always there: where it was not computed, that is said."""
    kept = case.text(filed.record, SHEET)
    if not kept or kept == ERASED:
        yield Paragraph(text(say("sheet-missing")))
        return
    digest = case.minutes[filed.record].body["sheet_digest"][:16]
    yield Paragraph(text(say("sheet-there", digest=digest)))
    mine = [one for one in json.loads(kept)["scenarios"] if one["name"] == scenario]
    lines = [line for one in mine for told in one["conclusions"] for line in _flips(told, say)]
    yield Items(tuple(text(line) for line in lines or [say("sheet-none")]))


def _flips(told: dict[str, Any], say: Catalogue) -> Iterator[str]:
    """In how many draws a conclusion holds, and the smallest change of one number that flips it."""
    draws, smallest = told["draws"], told["smallest"]
    yield say("sheet-holds", sentence=told["sentence"], held=draws["held"], of=draws["of"],
              low=say.percent(draws["share"]["low"]), high=say.percent(draws["share"]["high"]))  # fmt: skip
    if smallest is None:
        yield say("sheet-steady")
    else:
        start, end = (_figure(say, smallest[name], sign=False) for name in ("start", "end"))
        yield say("sheet-flips", parameter=smallest["name"], start=start, end=end)


def witness_blocks(case: Case, number: int, say: Catalogue) -> Iterator[Block]:
    """A witness: its sentences as they were logged, and what it answered."""
    called = case.witnesses[number - 1]
    yield Heading(text(say("witness", number=number, person=called.person)), 2, number="",
                  anchor=f"witness-{number}")  # fmt: skip
    side = say(f"side-{called.side}")
    yield Paragraph(text(say("witness-head", side=side, digest=called.digest)), "small")
    if content_of(case, called.record) is None:
        yield Paragraph(text(say("exhibit-gone")))
        return
    yield Items(tuple(text(line) for line in _told(life_from(case.text(called.record, CONTENT)), say)))
    for record in called.answers:
        answer = content_of(case, record) or {}
        asker = say(f"side-{case.side(case.minutes[record].by)}")
        yield Paragraph(text(say("witness-answer", side=asker, event=answer.get("event", ""))))
        lines = answer.get("french") if say.language == "fr" else None
        yield Items(tuple(text(str(line)) for line in lines or answer.get("lines", ())))


def _told(life: LoggedLife, say: Catalogue) -> list[str]:
    """What a life says, without how it is rebuilt."""
    return life.lines(say.language)[:-1]


def runs_table(case: Case, say: Catalogue) -> Iterator[Block]:
    """Every run made in the case, filed or not; and that others are unknown to it."""
    found = runs_of(case)
    if found:
        columns = ("column-run", "column-title", "column-asked", "column-told", "column-filed")
        rows = []
        for one in found:
            filed = ", ".join(str(number) for number in one["exhibits"])
            rows.append(
                Row((
                    text(str(one["run"])), text(words(one["title"], say.language)),
                    text(say(f"side-{one['side']}")),
                    text(clock(one["told_at"]) if one["made"] else say("not-made")),
                    text(say("exhibit-numbers", numbers=filed) if filed else say("not-filed")),
                ))
            )  # fmt: skip
        yield Table(tuple(text(say(one)) for one in columns), tuple(rows), widths=(0.8, 3, 1.4, 1.6, 1.4))
    else:
        yield Paragraph(text(say("runs-none")))
    yield Paragraph(text(say("unknown-runs")))


def weighing_blocks(case: Case, number: int, say: Catalogue) -> Iterator[Block]:
    """The proportionality sheet of a ground; what the court has made unnecessary is grey, and says so."""
    found = weighed(case, number)
    if not found:
        return
    told = catalogue("proportionality", say.language)
    yield Heading(text(told("heading", ground=number, entry=case.grounds[number - 1].entry)), 3, number="",
                  anchor=f"proportionality-{number}")  # fmt: skip
    yield Paragraph(text(told("intro")), "small")
    rows = []
    for one in found:
        style: Style = "plain" if one.needed else "muted"
        about = " ".join(about_step(one.step, told))
        step = f"{one.step.step}. {words(one.step.text, say.language)}"
        asked = Span(step, "strong" if one.needed else style)
        answers = [text(Span(answer_words(one, side, told), style)) for side in WHO]
        rows.append(Row((text(asked, Span(f" {about}", style)), *answers)))
    columns = tuple(text(told(name)) for name in ("column-step", *WHO))
    yield Table(columns, tuple(rows), widths=(4, 1.2, 1.2, 1.2), number="")


def bordereau_table(case: Case, side: str, say: Catalogue, *, pages: bool = False) -> Iterator[Block]:
    """The bordereau of a side: a line per exhibit; with `pages`, each leads to its page of the bundle."""
    lines = bordereau(case, side)
    if not lines:
        yield Paragraph(text(say("none")))
        return
    columns = ["column-number", "column-title", "column-communicated", "column-status"]
    rows = []
    for one in lines:
        late = f" ({say('late-mark')})" if one.late else ""
        status = status_of(say, case.exhibits[one.number - 1])
        title = title_of(case, case.exhibits[one.number - 1], say)
        cells = [text(str(one.number)), text(title), text(clock(one.at)), text(status + late)]
        if pages:
            cells.append(text(link(say("page-of-exhibit"), f"#exhibit-{one.number}", page=True)))
        rows.append(Row(tuple(cells)))
    if pages:
        columns.append("column-page")
    widths = (0.6, 3.6, 1.5, 1.4, 1.1)[: len(columns)]
    yield Table(tuple(text(say(one)) for one in columns), tuple(rows), widths=widths)
