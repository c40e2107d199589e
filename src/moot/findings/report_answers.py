"""The five answers of a page: sentences, and one picture each with its numbers behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moot.findings.answers import Answer, answers
from moot.findings.report_chart import Line, bars, lines_by_day, paired_bars, stacked_by_day
from moot.findings.report_groups import rate, told, what_depends
from moot.findings.report_parts import curly, figure, table
from moot.findings.summary import FEW, starting_tier, two
from moot.findings.talk import talk_of

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["five_answers"]


def five_answers(run: Run, arm: str) -> str:
    """The five questions, each a section of its own."""
    pictures = (_tiers, _wronged, _returned, _given_up, _thought_and_said)
    parts = [
        _section(one, picture(run, arm)) for one, picture in zip(answers(run, arm), pictures, strict=True)
    ]
    return f'<div class="answers">{_how_to_read(run, arm)}{"".join(parts)}</div>'


def _how_to_read(run: Run, arm: str) -> str:
    rules = run.rules
    twin = ""
    if arm != rules.comparator:
        twin = (
            f" In brackets stands the twin, the same lives under {curly(rules.told(rules.comparator))}; no "
            "brackets: there is no such thing there."
        )
    return (
        '<p class="reading">Numbers are per 1,000 synthetic people and the whole run of '
        f"{run.days:,} days, with two significant digits.{escape(twin)} A star marks a number that "
        f"rests on fewer than {FEW} events.</p>"
    )


def _section(answer: Answer, picture: str) -> str:
    said = "".join(f"<p>{_marked(escape(sentence))}</p>" for sentence in answer.sentences)
    return f'<section class="answer"><h2>{escape(answer.question)}</h2>{said}{picture}</section>'


def _marked(sentence: str) -> str:
    """The twin's numbers in the twin's colour."""
    return re.sub(r"\(twin: [^)]*\)", r'<span class="twin">\g<0></span>', sentence)


def _tiers(run: Run, arm: str) -> str:
    out = []
    for name, scheme in run.rules.arms[arm].own_schemes.items():
        tiers = list(scheme.tier_names)
        if len(tiers) < 2:
            continue
        found = [run.sums([f"tier:{name}-{tier}:people"], arm, "day") for tier in tiers]
        dates = [str(day) for day in found[0]["at"]]
        values = [np.asarray(one["value"], float) for one in found]
        whole = np.maximum(np.sum(values, axis=0), 1)
        floor = scheme.score.floor
        called = run.rules.score_called(arm, name)
        words = {
            tier.tier: f"{tier.tier}: {tier.from_} and up" if tier.from_ > floor else f"{tier.tier}: below"
            for tier in scheme.score.tiers
        }
        ends = ", ".join(
            f"{tier} {two(100 * float(v[-1]) / float(whole[-1]))} %"
            for tier, v in zip(tiers, values, strict=True)
        )
        drawing = stacked_by_day(
            f"Tiers of {called}", f"Share of people in each tier by day. On the last day: {ends}.", dates,
            [(words[tier], v) for tier, v in zip(tiers, values, strict=True)],
        )  # fmt: skip
        rows = [
            [dates[n][:7], *(two(100 * float(v[n]) / float(whole[n])) for v in values)] for n in _ends(dates)
        ]
        numbers = table(["month", *tiers], rows, "The numbers: per cent of people, last day of each month")
        caption = (
            f"Share of the people who have the score, by tier, at the end of each day. The score starts at "
            f"{scheme.score.start}, which is tier {starting_tier(scheme)}."
        )
        out.append(
            figure(
                "Who stands in which tier"
                if called == "the score"
                else f"Who stands in which tier of {name}",
                drawing,
                caption,
                numbers,
            )
        )
    by_group = (
        '<p class="reading">Who they are, by age, sex, income and kind of place: '
        '<a href="#groups">groups side by side</a>.</p>'
    )
    return f"{''.join(out)}{by_group if out else ''}"


def _ends(dates: Sequence[str]) -> list[int]:
    """The last day of each month, by its place."""
    return [n for n, day in enumerate(dates) if n + 1 == len(dates) or dates[n + 1][:7] != day[:7]]


def _wronged(run: Run, arm: str) -> str:
    """By appearance class: charges for what another did, and stops by a false alarm."""
    rules = run.rules
    if rules.arms[arm].regime is None:
        return ""
    acts = rules.acts_of("offence", "incivility", "lawful")
    borne = run.sums([f"act:{act}:borne-for-another" for act in acts], arm, "level")
    alarms = run.sums([f"sensor:{name}:false-alarms" for name in rules.arms[arm].sensors], arm, "level")
    if "appearance" not in {str(one) for one in borne["attribute"]}:
        return ""
    levels = list(rules.vocabulary.attributes["appearance"])
    shown = (("charges for what another did", borne), ("stops by a false alarm", alarms))
    drawings = []
    for words, found in shown:
        rows = [(level, rate(found, "appearance", level)) for level in levels]
        said = "; ".join(f"{level} {told(value)}" for level, value in rows)
        drawing = bars(words, f"{words}, per 1,000 people of each appearance class: {said}.", rows, width=330)
        drawings.append(f"<div><h4>{escape(words)}</h4>{drawing}</div>")
    numbers = table(
        ["appearance class", *(words for words, _ in shown)],
        [[level, *(told(rate(found, "appearance", level)) for _, found in shown)] for level in levels],
        "The numbers, per 1,000 people of each class",
    )
    depends = what_depends(rules, arm, "appearance")
    caption = f"Per 1,000 synthetic people of each class, over the whole run. {depends}"
    return figure("By appearance class", f'<div class="three">{"".join(drawings)}</div>', caption, numbers)


def _returned(run: Run, arm: str) -> str:
    """Contested and allowed, or falls and rises, added up from the first day."""
    own = run.rules.arms[arm].own_schemes
    if not own:
        return ""
    redress = [name for name, scheme in own.items() if scheme.redress is not None]
    if redress:
        title, names = "Charges contested, and contests allowed", redress
        measures = (("contested", "redress:{}:appeals"), ("allowed", "redress:{}:upheld"))
        caption = (
            "Between the two lines: turned down, or still waiting for a ruling. A contest may be allowed "
            "though the person had done it."
        )
    else:
        title = "Falls and rises"
        names = [name for name, scheme in own.items() if len(scheme.tier_names) > 1]
        measures = (("falls", "scheme:{}:falls"), ("rises", "scheme:{}:rises"))
        caption = "Between the two lines: falls that no rise has followed."
    if not names:
        return ""
    lines, dates = [], []
    for (words, measure), style in zip(measures, ("regime", "ink"), strict=True):
        found = run.sums([measure.format(name) for name in names], arm, "day")
        dates = [str(day) for day in found["at"]]
        values: NDArray[np.float64] = np.cumsum(np.asarray(found["value"], float)) * 1000 / run.people
        lines.append(Line(words, style, values))
    ends = "; ".join(f"{line.words} {two(float(line.values[-1]))}" for line in lines)
    drawing = lines_by_day(
        title, f"{title}, per 1,000 synthetic people, added up from the first day. On the last day: {ends}.",
        dates, lines,
    )  # fmt: skip
    rows = [[dates[n][:7], *(two(float(line.values[n])) for line in lines)] for n in _ends(dates)]
    numbers = table(
        ["month", *(line.words for line in lines)], rows,
        "The numbers: added up by the last day of each month, per 1,000 synthetic people",
    )  # fmt: skip
    return figure(
        title, drawing, f"Per 1,000 synthetic people, added up from the first day. {caption}", numbers
    )


def _given_up(run: Run, arm: str) -> str:
    """Lawful acts one by one, beside the twin."""
    rules = run.rules
    acts = rules.acts_of("lawful")
    if not acts:
        return ""
    twin = rules.comparator if arm != rules.comparator else None
    arms = [arm] if twin is None else [arm, twin]
    totals = {name: run.totals(name) for name in arms}

    def per(act: str, what: str, name: str) -> float:
        return 1000 * totals[name].get(f"act:{act}:{what}", 0) / run.people

    rows = [
        (rules.act(act), per(act, "acts", arm), None if twin is None else per(act, "acts", twin))
        for act in acts
    ]
    rows.sort(key=lambda row: -(row[1] if row[2] is None else row[2]))
    told_by = [
        f"under {curly(rules.told(arm))}",
        *([] if twin is None else [f"twin, {curly(rules.told(twin))}"]),
    ]
    said = "; ".join(
        f"{words} {two(here)}" + (f", in the twin {two(there)}" if there is not None else "")
        for words, here, there in rows
    )
    title = "How often people do what nothing forbids"
    drawing = paired_bars(
        title,
        f"{title}, per 1,000 synthetic people. {said}.",
        rows,
        (told_by[0], told_by[1] if twin else None),
    )
    kinds = (("done", "acts"), ("forgone", "forgone"), ("prevented", "prevented"))
    head = ["a person", *(f"{words}, {column}" for words, _ in kinds for column in told_by)]
    numbers = table(
        head,
        [
            [rules.act(act), *(two(per(act, what, name)) for _, what in kinds for name in arms)]
            for act in acts
        ],
        "The numbers, per 1,000 synthetic people: done, forgone for fear of a charge, prevented by a list",
    )
    caption = (
        "Per 1,000 synthetic people over the whole run. What was forgone and what was prevented stands in "
        "the numbers."
    )
    return figure(title, drawing, caption, numbers)


def _thought_and_said(run: Run, arm: str) -> str:
    """Support in private and among those who spoke, month by month, in both arms."""
    rules = run.rules
    lines, months = [], []
    for name in (arm, rules.comparator)[: 2 if arm != rules.comparator else 1]:
        talks = talk_of(run, name)
        if not talks:
            return ""
        months = [talk.at for talk in talks]
        style = "regime" if name == arm and rules.arms[name].regime is not None else "today"
        whose = curly(rules.told(name))
        for words, of, dash in (("thought", "private", ""), ("said", "spoken", " said")):
            values = np.array([1000 * talk.shares[of] for talk in talks])
            lines.append(Line(f"{words}, {whose}", style + dash, values))
    rows = [[month, *(two(float(line.values[n])) for line in lines)] for n, month in enumerate(months)]
    dates = [f"{month}-01" for month in months]
    if len(dates) == 1:  # A line needs two ends.
        dates = dates * 2
        lines = [Line(line.words, line.style, np.repeat(line.values, 2)) for line in lines]
    ends = "; ".join(
        f"{line.words}: from {two(float(line.values[0]))} to {two(float(line.values[-1]))}" for line in lines
    )
    title = "For a score, thought and said"
    drawing = lines_by_day(title, f"{title}, in the last week of each month. {ends}.", dates, lines)
    numbers = table(
        ["month", *(line.words for line in lines)], rows,
        "The numbers: thought per 1,000 synthetic people, said per 1,000 of those who spoke",
    )  # fmt: skip
    caption = (
        "In the last week of each month: thought, per 1,000 synthetic people; said (dashed), per 1,000 of "
        "those who spoke. Where people begin is declared, not found; how far a charge moves them is assumed."
    )
    return figure(title, drawing, caption, numbers)
