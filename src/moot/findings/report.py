"""A run as a page: self-contained HTML with tables beneath every chart, and what the model leaves out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from moot.findings.curves import Curve, curves_of, measures_charged
from moot.findings.lives import described, gathered, moments, on
from moot.findings.report_chart import CHART_STYLE, bars, stacked_by_day
from moot.findings.report_map import LEAST_EVENTS, LEAST_PEOPLE, MAP_STYLE, Area, enough, outlines, region_map
from moot.findings.summary import FEW, HEADER, two
from moot.regime.words import account

if TYPE_CHECKING:
    from moot.findings.run import Run
    from moot.store.parquet import Columns

__all__ = ["BAND", "LEAST_GROUP", "LEFT_OUT", "report_html", "write_report"]

BAND = "MODEL · SYNTHETIC PEOPLE"
LEAST_GROUP = 50
"""People in a group, and `FEW` events, from which a number is shown for it."""
LONGEST_LIFE = 45

LEFT_OUT = (
    "Nobody is born, dies, ages or moves in a run.",
    "Regions differ by what the country declares and by nothing else; the model knows nothing about what "
    "happens there.",
    "People act on their own account: no groups, no organisers, no families deciding together.",
    "What nobody has measured is assumed; one run shows one choice of every assumption.",
    "Whether a scheme would be lawful, wanted or built is outside the model.",
)
_GROUPS = {
    "age": "Age",
    "sex": "Sex",
    "income": "Income",
    "stratum": "Kind of place",
    "appearance": "Appearance class",
}


def write_report(run: Run, path: Path) -> Path:
    """Write the page of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(report_html(run), "utf-8")
    return path


def report_html(run: Run, arm: str | None = None) -> str:
    """The page of a run, about one arm beside today's law."""
    arm = arm or run.other_arm
    style = (Path(__file__).parent / "report.css").read_text("utf-8")
    body = "\n".join(part for part in _sections(run, arm) if part)
    title = escape(run.manifest["scenario"]["title"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title} · synthetic people</title>\n<style>\n{style}{CHART_STYLE}{MAP_STYLE}</style>\n"
        f"</head>\n"
        f'<body>\n<div class="band" role="note">{BAND}</div>\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )


def _sections(run: Run, arm: str) -> Iterator[str]:
    yield _head(run)
    yield _scheme(run, arm)
    yield f'<section><h2>The run in one table</h2><div class="wide">{run.summary(arm).html()}</div></section>'
    yield (
        "<section><h2>Day by day</h2>"
        + "".join(_curve(curve) for curve in curves_of(run, arm))
        + "</section>"
    )
    yield _tiers(run, arm)
    yield _groups(run, arm)
    yield _map(run, arm)
    yield _life(run, arm)
    yield _left_out(run, arm)
    yield _quote(run)


def _head(run: Run) -> str:
    start, title = run.manifest["start"], run.manifest["scenario"]["title"]
    sub = (
        f"{run.people:,} synthetic people, {run.days} days from {start}, beside the same lives under today’s "
        f"law"
    )
    limits = "".join(f"<p>{escape(line)}</p>" for line in (*HEADER, run.manifest["says"][-1]))
    return (
        f'<header><h1>{escape(title)}</h1><p class="sub">{escape(sub)}</p>'
        f'<div class="limits">{limits}</div></header>'
    )


def _scheme(run: Run, arm: str) -> str:
    regime = run.rules.arms[arm].regime
    if regime is None:
        return ""
    out = ["<section><h2>The scheme in words</h2>"]
    lines = account(regime)
    headings = [n for n, line in enumerate(lines) if n and not line.startswith(" ")]
    first = headings[0] if headings else len(lines)
    said = [line.strip() for line in lines[1:first]]
    out += [f"<p>{escape(line)}</p>" for line in said]
    out.append('<div class="account">')
    inside = False
    for line in lines[first:]:
        heading = not line.startswith(" ")
        if heading and line.startswith(("What is documented", "What is assumed", "What is myth")):
            break
        bullet = line.startswith("  - ")
        if inside and not bullet:
            out.append("</ul>")
            inside = False
        if heading:
            out.append(f"<h3>{escape(line)}</h3>")
        elif bullet:
            out.append(("" if inside else "<ul>") + f"<li>{escape(line[4:])}</li>")
            inside = True
        else:
            out.append(f"<p>{escape(line.strip())}</p>")
    out.append("</ul></div></section>" if inside else "</div></section>")
    return "".join(out)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}'
        f"</tr>"
        for row in rows
    )
    return (
        f'<details><summary>{escape(caption)}</summary><div class="wide"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _figure(title: str, drawing: str, caption: str, table: str) -> str:
    return (
        f"<figure><h3>{escape(title)}</h3>{drawing}<figcaption>{escape(caption)} Synthetic people."
        f"</figcaption>{table}</figure>"
    )


def _curve(curve: Curve) -> str:
    head = ["month", *(line.words for line in curve.lines)]
    rows = [[month, *(two(value) for value in values)] for month, values in curve.by_month()]
    what = "sums by month" if curve.flow else "last day of each month"
    table = _table(head, rows, f"The numbers: {what}, per 1,000 {curve.per}")
    return _figure(curve.title, curve.svg(), curve.caption, table)


def _tiers(run: Run, arm: str) -> str:
    out = []
    for name, scheme in run.rules.arms[arm].own_schemes.items():
        tiers = list(scheme.tier_names)
        found = [run.sums([f"tier:{name}-{tier}:people"], arm, "day") for tier in tiers]
        dates = [str(day) for day in found[0]["at"]]
        values = [np.asarray(one["value"], float) for one in found]
        total = np.sum(values, axis=0)
        floor = scheme.score.floor
        words = {
            tier.tier: f"{tier.tier}: {tier.from_} and up" if tier.from_ > floor else f"{tier.tier}: below"
            for tier in scheme.score.tiers
        }
        ends = ", ".join(
            f"{tier} {two(100 * float(v[-1]) / float(total[-1]))} %"
            for tier, v in zip(tiers, values, strict=True)
        )
        drawing = stacked_by_day(
            f"Tiers of {name}", f"Share of people in each tier by day. On the last day: {ends}.", dates,
            [(words[tier], v) for tier, v in zip(tiers, values, strict=True)],
        )  # fmt: skip
        months = sorted({day[:7] for day in dates})
        last = [max(n for n, day in enumerate(dates) if day[:7] == month) for month in months]
        rows = [
            [month, *(two(100 * float(v[n]) / float(total[n])) for v in values)]
            for month, n in zip(months, last, strict=True)
        ]
        table = _table(["month", *tiers], rows, "The numbers: per cent of people, last day of each month")
        caption = (
            f"Share of the people who have the score, by tier, at the end of each day. Everybody starts at "
            f"{scheme.score.start}."
        )
        out.append(_figure("Who stands in which tier", drawing, caption, table))
    return f"<section><h2>Tiers</h2>{''.join(out)}</section>" if out else ""


def _groups(run: Run, arm: str) -> str:
    """Groups side by side; a group of fewer than 50 people or with fewer than 10 events says so instead."""
    schemes = run.rules.arms[arm].own_schemes
    if not schemes:
        return ""
    acts = run.rules.acts_of("offence", "incivility", "lawful")
    alarms = [f"sensor:{name}:false-alarms" for name in run.rules.arms[arm].sensors]
    lowest = [f"tier:{name}-{scheme.tier_names[-1]}:people" for name, scheme in schemes.items()]
    shown = (
        ("charged by the scheme for an own act", [f"act:{act}:charged-by-regime" for act in acts]),
        (
            "charged for another’s act, or stopped by a false alarm",
            [*(f"act:{act}:borne-for-another" for act in acts), *alarms],
        ),
        ("in the lowest tier on the last day", lowest),
    )
    found = [(words, run.sums(names, arm, "level")) for words, names in shown]
    out = ["<section><h2>Groups side by side</h2>"]
    known = {str(one) for one in found[0][1]["attribute"]}
    for attribute, heading in _GROUPS.items():
        if attribute not in known:
            continue
        levels = list(run.rules.vocabulary.attributes[attribute])
        drawings, columns = [], []
        for words, table in found:
            rows = [(level, _rate(table, attribute, level)) for level in levels]
            description = f"{heading}: {words}, per 1,000 in each group. " + "; ".join(
                f"{level} {_told(value)}" for level, value in rows
            )
            drawings.append(
                f"<div><h4>{escape(words)}</h4>{bars(f'{heading}: {words}', description, rows)}</div>"
            )
            columns.append([value for _, value in rows])
        caption = "Per 1,000 synthetic people of each group, over the whole run."
        if attribute == "appearance":
            caption += (
                " Appearance classes are abstract, and no act depends on them. The ratio between classes is "
                "an input of the"
                " scheme’s declaration (false-match multipliers), not a result."
            )
        table_rows = [[level, *(_told(column[n]) for column in columns)] for n, level in enumerate(levels)]
        numbers = _table(
            [heading.lower(), *(words for words, _ in shown)],
            table_rows,
            "The numbers, per 1,000 of each group",
        )
        out.append(_figure(heading, f'<div class="three">{"".join(drawings)}</div>', caption, numbers))
    out.append("</section>")
    return "".join(out)


def _told(value: float | None) -> str:
    return "too few to say" if value is None else two(value)


def _rate(table: Columns, attribute: str, level: str) -> float | None:
    row = (table["attribute"] == attribute) & (table["level"] == level)
    if not row.any():
        return None
    people, events = int(table["people"][row][0]), int(table["value"][row][0])
    return 1000 * events / people if people >= LEAST_GROUP and events >= FEW else None


def areas_of(run: Run, arm: str) -> list[Area]:
    """Charges by the scheme in each region."""
    found = run.sums(measures_charged(run), arm, "region")
    names = dict(run.manifest["regions"])
    return [
        Area(str(code), names.get(str(code), str(code)), int(people), int(events))
        for code, people, events in zip(found["region"], found["people"], found["value"], strict=True)
    ]


def _map(run: Run, arm: str) -> str:
    shapes = outlines(run.scenario.country_model.country)
    if not shapes or not run.rules.arms[arm].own_schemes:
        return ""
    areas = areas_of(run, arm)
    told = [area for area in areas if enough(area)]
    title = "Charges by the scheme per 1,000 residents, over the whole run"
    description = (
        f"{title}. {len(told)} of {len(areas)} regions have enough synthetic people to say something."
    )
    differs = (getattr(run.scenario.country_model.regions, "what_differs", None) or "").rstrip(".")
    caption = (
        f"{title}. Hatched: fewer than {LEAST_PEOPLE:,} synthetic residents or {LEAST_EVENTS} charges. "
        + (f"What areas can differ by in this model: {differs}. " if differs else "")
        + "The model knows nothing about what happens in a place; differences between places here are chance "
        "and what is declared. No ranking is given or meant."
    )
    rows = [
        [area.name, two(area.rate) if enough(area) else "too few to say"]
        for area in sorted(areas, key=lambda a: a.code)
    ]
    table = _table(["region", "charges per 1,000 residents"], rows, "The numbers, in the order of the codes")
    return (
        f"<section><h2>Where"
        f"</h2>{_figure('A map', region_map(title, description, areas, shapes), caption, table)}</section>"
    )


def _life(run: Run, arm: str) -> str:
    if not run.lives:
        return ""
    numbers = list(run.lives)
    number = numbers[int(hashlib.sha256(run.digest.encode()).hexdigest(), 16) % len(numbers)]
    pair = run.lives[number].pair(run.rules, arm)
    told = list(gathered(moments(pair)))
    rows = []
    for one in islice(told, LONGEST_LIFE):
        why = f'<span class="why">{escape(one.why)}</span>' if one.why not in ("", "an own act") else ""
        text = f"{escape(one.text)}{why}"
        cells = {
            "both": f'<td class="both" colspan="2">{text}</td>',
            "here": f'<td class="here">{text}</td><td></td>',
            "twin": f'<td></td><td class="there">{text}</td>',
        }[one.where]
        if one.twin:
            cells = f'<td class="here">{text}</td><td class="there">{escape(one.twin)}</td>'
        rows.append(f'<tr><th scope="row">{on(one.day)}</th>{cells}</tr>')
    more = len(told) - LONGEST_LIFE
    rest = f"<p>{more} further events are in the run folder.</p>" if more > 0 else ""
    nothing = "<p>Nothing that is written down happened in this life.</p>" if not told else ""
    return (
        f"<section><h2>One life beside its twin</h2><p>{escape(described(run.person(number)))}. Drawn at "
        f"random from the "
        f"{len(numbers):,} lives of the panel. The twin is the same synthetic person in the same society "
        f"under today’s law; both "
        "share every draw of chance, so what stands on one side only is an effect of the scheme on the whole "
        "society, "
        "this person included. What stands across both columns happened in both.</p>"
        f'<div class="wide"><table class="life"><thead><tr><th scope="col">day</th><th scope="col">under the '
        f"scheme</th>"
        f'<th scope="col">twin, today’s law</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
        f"</div>{nothing}{rest}</section>"
    )


def _left_out(run: Run, arm: str) -> str:
    regime = run.rules.arms[arm].regime
    lists: list[tuple[str, Iterable[str]]] = [("Left out of every run", LEFT_OUT)]
    if regime is not None:
        lists += [
            ("Assumed in this scheme, or not modelled yet", regime.assumed),
            ("Documented", regime.documented),
            ("Not to be read into it", regime.myth),
        ]
    parts = [f"<h3>{escape(heading)}</h3>{_bullets(sentences)}" for heading, sentences in lists if sentences]
    return f"<section><h2>What this model leaves out</h2>{''.join(parts)}</section>"


def _bullets(sentences: Iterable[str]) -> str:
    items = (f"<li>{escape(' '.join(one.split()))}</li>" for one in sentences)
    return f"<ul>{''.join(items)}</ul>"


def _quote(run: Run) -> str:
    known = run.manifest
    words = (
        f"Moot {known['versions']['moot']}, scenario {known['scenario']['name']} "
        f"({known['scenario']['hash'][:12]}), "
        f"{run.people:,} synthetic people, {run.days} days from {known['start']}, seed {run.seed}, "
        f"model code {known['code'][:12]}, run digest {run.digest[:16]}. Synthetic people; mechanism, not "
        f"forecast; one run, "
        "assumptions not varied."
    )
    again = f"moot run {known['scenario']['name']} --people {run.people} --days {run.days} --seed {run.seed}"
    return (
        f"<section><h2>How to quote</h2><p>A single run is an anecdote about a mechanism. Quote the range "
        f"over the declared "
        f"assumptions instead, and always with its conditions:</p><pre>{escape(words)}</pre><p>The same run "
        f"again:</p>"
        f"<pre><code>{escape(again)}</code></pre></section>"
        f"<footer><p>{BAND}. {escape(' '.join(known['says']))}</p></footer>"
    )
