"""A run as a page: self-contained HTML with tables beneath every chart, and what the model leaves out."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from moot.declaring.files import shipped_names, shown
from moot.findings.changing import briefly
from moot.findings.curves import Curve, curves_of, measures_charged
from moot.findings.lives import described, gathered, moments, on, reason_told
from moot.findings.report_answers import five_answers
from moot.findings.report_chart import CHART_STYLE
from moot.findings.report_groups import groups
from moot.findings.report_map import (
    LEAST_EVENTS,
    LEAST_PEOPLE,
    MAP_STYLE,
    Area,
    enough,
    outlines,
    region_map,
    within_chance,
    words_of,
)
from moot.findings.report_parts import curly, figure, table
from moot.findings.summary import HEADER, TIE, two
from moot.findings.twins import COUNTED, COUPLING, twins
from moot.regime.words import account

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["BAND", "LEFT_OUT", "report_html", "same_run", "write_report"]

BAND = "MODEL · SYNTHETIC PEOPLE"
LONGEST_LIFE = 45

LEFT_OUT = (
    "Nobody is born, dies, ages or moves in a run; nobody meets anybody new, though ties can break.",
    "Regions differ by what the country declares and by nothing else; the model knows nothing about what "
    "happens there.",
    "People act on their own account: no groups, no organisers, no families deciding together.",
    "What people think of a score moves what they say and nothing else that they do.",
    "A refused job, lease, loan or place at school goes to nobody else; income changes by a lost job alone. "
    "What a refusal does to health, families and friendships beyond a broken tie is not modelled.",
    "Employers, landlords, police and courts follow the declared rules: they do not learn or bend them. The "
    "law of today charges nobody for what another did, and its fines cannot be contested.",
    "What nobody has measured is assumed; one run shows one choice of every assumption.",
    "Whether a scheme would be lawful, wanted or built is outside the model.",
)


def write_report(run: Run, path: Path, arm: str | None = None) -> Path:
    """Write the page of a run, about one arm (default: the first with a regime)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(report_html(run, arm), "utf-8")
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
    yield _head(run, arm)
    yield _scheme(run, arm)
    yield five_answers(run, arm)
    yield _life(run, arm)
    yield _more(
        "The run in one table", "every number beside the twin’s",
        f'<div class="wide">{run.summary(arm).html()}</div>',
    )  # fmt: skip
    yield _more("Day by day", "curves", "".join(_curve(curve) for curve in curves_of(run, arm)))
    yield groups(run, arm)
    yield _twins(run, arm)
    yield _map(run, arm)
    yield _left_out(run, arm)
    yield _quote(run)


def _more(heading: str, what: str, body: str) -> str:
    """A section that is folded until it is asked for."""
    return (
        f'<section><h2>{escape(heading)}</h2><details class="more"><summary>Show {escape(what)}</summary>'
        f"{body}</details></section>"
    )


def _twins(run: Run, arm: str) -> str:
    """Who of the panel is worse off than the twin, and by how much, with bounds over all couplings."""
    if not run.lives or arm == run.rules.comparator or run.rules.comparator not in run.arms:
        return ""
    found = twins(run, arm)
    spread = found.losses
    rows = [
        ("worse off than the twin, of 1,000", found.worse, 1000.0),
        ("better off, of 1,000", found.better, 1000.0),
        ("the same, of 1,000", found.same, 1000.0),
        *((f"lose more than {by:.0f}, of 1,000", share, 1000.0) for by, share in spread.above if by),
        ("lost by those who lose, events a life", spread.lost, 1.0),
        ("gained by those who gain, events a life", spread.gained, 1.0),
        (f"mean loss of the {100 * spread.tail:.0f} % who lose most, events a life", spread.worst, 1.0),
    ]
    told = [[words, *(two(by * x) for x in (one.shared, one.low, one.high))] for words, one, by in rows]
    mean = f"Mean loss, the same in every pairing: {two(spread.mean, sign=True)} events a life."
    said = "".join(f"<p>{escape(curly(line))}</p>" for line in (COUPLING, COUNTED, mean))
    head = (f"{found.people:,} lives of the panel", "under shared draws", "at least", "at most")
    numbers = table(head, told, "The numbers, with their bounds")
    return _more("Beside the twins", "who is worse off, with bounds", said + numbers)


def _head(run: Run, arm: str) -> str:
    start, title = run.manifest["start"], run.manifest["scenario"]["title"]
    rules = run.rules
    sub = f"{run.people:,} synthetic people, {run.days} days from {start}, under {rules.told(arm)}"
    if arm != rules.comparator:
        sub += f", beside the same lives under {rules.told(rules.comparator)}"
    sub, telling = curly(sub), run.summary(arm).telling
    limits = "".join(f"<p>{escape(line)}</p>" for line in (*HEADER, run.manifest["says"][-1]))
    return (
        f'<header><h1>{escape(title)}</h1><p class="sub">{escape(sub)}</p>'
        f'<p class="sub">{escape(telling)}</p>'
        f'<div class="limits">{limits}</div></header>'
    )


def _scheme(run: Run, arm: str) -> str:
    regime = run.rules.arms[arm].regime
    if regime is None:
        return ""
    out = ["<section><h2>The scheme in words</h2>"]
    lines = account(regime, run.scenario.country_model)
    headings = [n for n, line in enumerate(lines) if n and not line.startswith(" ")]
    first = headings[0] if headings else len(lines)
    said = [line.strip() for line in lines[1:first]]
    out += [f"<p>{escape(line)}</p>" for line in said]
    out.append('<details class="more"><summary>Show the scheme rule by rule</summary><div class="account">')
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
    out.append(f"{'</ul>' if inside else ''}</div></details></section>")
    return "".join(out)


def _curve(curve: Curve) -> str:
    head = ["month", *(line.words for line in curve.lines)]
    rows = [[month, *(two(value) for value in values)] for month, values in curve.by_month()]
    what = "sums by month" if curve.flow else "last day of each month"
    numbers = table(head, rows, f"The numbers: {what}, per 1,000 {curve.per}")
    return figure(curve.title, curve.svg(), curve.caption, numbers)


def areas_of(run: Run, arm: str) -> list[Area]:
    """Charges by the scheme in each region."""
    found = run.sums(measures_charged(run), arm, "region")
    names = dict(run.manifest["regions"])
    return [
        Area(str(code), names.get(str(code), str(code)), int(people), int(events))
        for code, people, events in zip(found["region"], found["people"], found["value"], strict=True)
    ]


def spread(run: Run, arm: str, mean: float) -> float:
    """The variance of charges among people: of the panel's lives, or from the propensity where none are kept.

    People differ, and a person is charged more than once: counts scatter more than their number alone says.
    """
    if not run.lives:
        shape = float(run.scenario.country_model.propensity.shape.at(run.scenario.start))
        return mean + mean * mean / shape
    kinds = ("charged-by-regime", "borne")
    counts = [
        sum(one.kind in kinds and run.rules.class_of(one.what) != "merit" for one in life.arms[arm])
        for life in run.lives.values()
    ]
    return max(mean, float(np.var(counts)))


def _map(run: Run, arm: str) -> str:
    shapes = outlines(run.scenario.country_model.country)
    if not shapes or not run.rules.arms[arm].own_schemes:
        return ""
    areas = areas_of(run, arm)
    told = [area for area in areas if enough(area)]
    mean = sum(area.events for area in areas) / max(1, sum(area.people for area in areas))
    chance = within_chance(told, spread(run, arm, mean))
    title = "Charges by the scheme per 1,000 residents, over the whole run"
    if not told:
        said = "No region is coloured: with so few people there is nothing to say of any"
    elif chance:
        said = "The regions that are coloured differ by no more than chance, and have one shade"
    else:
        said = "The regions that are coloured differ by more than chance alone"
    description = (
        f"{title}. {len(told)} of {len(areas)} regions have enough synthetic people to say something. {said}."
    )
    differs = (getattr(run.scenario.country_model.regions, "what_differs", None) or "").rstrip(".")
    caption = (
        f"{title}. Hatched: fewer than {LEAST_PEOPLE:,} synthetic residents or {LEAST_EVENTS} charges. "
        f"{said}. "
        + (f"What areas can differ by in this model: {differs}. " if differs else "")
        + "The model knows nothing about what happens in a place; differences between places here are chance "
        "and what is declared. No ranking is given or meant."
    )
    rows = [[area.name, words_of(area)] for area in sorted(areas, key=lambda a: a.code)]
    numbers = table(["region", "charges per 1,000 residents"], rows, "The numbers, in the order of the codes")
    drawing = region_map(title, description, areas, shapes, one_shade=chance)
    return f"<section><h2>Where</h2>{figure('A map', drawing, caption, numbers)}</section>"


def _life(run: Run, arm: str) -> str:
    if not run.lives:
        return ""
    numbers = list(run.lives)
    number = numbers[int(hashlib.sha256(run.digest.encode()).hexdigest(), 16) % len(numbers)]
    pair = run.lives[number].pair(run.rules, arm)
    alone = pair.twin_arm == pair.arm
    here, there = (curly(run.rules.told(name)) for name in (pair.arm, pair.twin_arm))
    told = list(gathered(moments(pair)))
    rows = []
    for one in islice(told, LONGEST_LIFE):
        why = escape(curly(reason_told(one)))
        text = escape(curly(one.text)) + (f'<span class="why">{why}</span>' if why else "")
        cells = {
            "both": f'<td class="both" colspan="2">{text}</td>',
            "here": f'<td class="here">{text}</td><td></td>',
            "twin": f'<td></td><td class="there">{text}</td>',
        }[one.where]
        if alone:
            cells = f"<td>{text}</td>"
        if one.twin:
            cells = f'<td class="here">{text}</td><td class="there">{escape(one.twin)}</td>'
        rows.append(f'<tr><th scope="row">{on(one.day)}</th>{cells}</tr>')
    more = len(told) - LONGEST_LIFE
    rest = f"<p>{more} further events are in the run folder.</p>" if more > 0 else ""
    nothing = "<p>Nothing that is written down happened in this life.</p>" if not told else ""
    twin = (
        f" This run has one arm, {escape(pair.arm)}; there is no twin to compare."
        if alone
        else f" The twin is the same synthetic person in the same society under {escape(there)}; both share "
        "every draw of chance, so what stands on one side only is an effect of the scheme on the whole "
        "society, this person included. What stands across both columns happened in both. A reason beneath "
        f"a line of the twin says why it does not happen under {escape(here)}."
    )
    heads = ["day", f"under {here}", *([] if alone else [f"twin, {there}"])]
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    title = "One life" if alone else "One life beside its twin"
    return (
        f"<section><h2>{title}</h2><p>{escape(described(run.person(number)))}. Drawn at random from the "
        f"{len(numbers):,} lives of the panel.{twin} {TIE}</p>"
        f'<div class="wide"><table class="life"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody>'
        f"</table></div>{nothing}{rest}</section>"
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
        f"model code {known['code'][:12]}, run digest {run.digest[:16]}"
        f"{''.join(f'; {one}' for one in briefly(run.scenario))}. Synthetic people; mechanism, not forecast; "
        "one run, assumptions not varied."
    )
    commands = escape("\n".join(same_run(run)))
    again = f"<p>The same run again:</p><pre><code>{commands}</code></pre>" if commands else ""
    return (
        "<section><h2>How to quote</h2><p>A single run is an anecdote about a mechanism. What would be worth "
        "quoting is the range over the declared assumptions; no command of this version makes one yet. Until "
        f"one does, quote a run as an anecdote, with its conditions:</p><pre>{escape(words)}</pre>{again}"
        "</section>"
        f"<footer><p>{BAND}. {escape(' '.join(known['says']))}</p></footer>"
    )


def same_run(run: Run) -> list[str]:
    """The commands that make the same run again, as far as they can be known.

    A folder can always be simulated again from what it holds. A scenario is named by the name it is shipped
    under, if it is the shipped one, and else by the file that it was read from.
    """
    known = run.manifest
    said = [f"moot verify {shlex.quote(shown(run.folder))}"] if run.folder is not None else []
    name = str(known["scenario"]["name"])
    if run.scenario.changes:
        return said  # no file declares an intervention; `Run.branch` makes it, with what the quote names
    if _is_shipped(name, known["scenario"]["hash"], run):
        source = name
    else:
        source = known["scenario"].get("file", "")
    if source:
        every = list(run.scenario.arms)
        arms = "" if list(run.arms) == every else "".join(f" --arm {arm}" for arm in run.arms)
        said.append(
            f"moot run {shlex.quote(source)} --people {run.people} --days {run.days} --seed {run.seed}{arms}"
        )
    return said


def _is_shipped(name: str, recorded: str, run: Run) -> bool:
    from moot.experiment.scenario import load_scenario

    if name not in shipped_names("scenario"):
        return False
    again = load_scenario(name).replace(people=run.people, days=run.days)
    return again.content_hash == recorded
