"""The sheet of an experiment: what would flip its conclusions, as plain values, and as lines to read."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moot.errors import RunError
from moot.experiment.executor import Executor
from moot.experiment.plan import Plan
from moot.findings.flipping import SEED, Moved, Sheet, Told, swept
from moot.findings.jobs import Progress
from moot.findings.saving import LABELS, SAYS, code_hash
from moot.findings.sensitivity import Flip
from moot.findings.summary import WIDTH, two
from moot.store.experiments import SHEET, ExperimentFolder, Shelf, read_beside

__all__ = ["lines_of", "open_sheet", "sheet_of", "write_sheet"]

EVERY, SOME = "Every declared range was moved.", "The ranges that the experiment names were moved, no others."
RANGES = (
    "A share of draws is a share of declared ranges, and no probability: nobody knows how likely a place in "
    "a range is, and a number without a range was not moved."
)
ALONE = (
    "Moved alone: one number at a time, all others as declared, under the first seed. Where none is named, "
    "two numbers together may still flip the conclusion; the draws move all of them."
)
MOST_SHOWN = 6


def write_sheet(
    folder: ExperimentFolder,
    plan: Plan,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Do what is left of the jobs, write `sheet.json` into the folder, and give back what it says.

    Raises as `moot.findings.flipping.swept` does; what was done stays in the folder.
    """
    content = sheet_of(plan, folder, threads=threads, progress=progress, cache=cache, executor=executor)
    folder.write_beside(SHEET, content)
    return content


def open_sheet(path: str | Path) -> dict[str, Any]:
    """What `sheet.json` of an experiment's folder says. Raises `RunError` where there is none, or another."""
    found = read_beside(Path(path), SHEET)
    if found is None:
        raise RunError(f"{path} has no sheet yet; make it: moot flip FILE, with the file of the experiment")
    return found


def sheet_of(
    plan: Plan,
    shelf: Shelf,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """The content of `sheet.json` (`docs/reference/experiment-files.md`)."""
    told = plan.experiment
    sheets = swept(plan, shelf, threads=threads, progress=progress, cache=cache, executor=executor)
    moved = SOME if told.flip is not None and told.flip.over else EVERY
    content = {
        "labels": LABELS,
        "says": [SAYS[0], f"{moved} {RANGES}", ALONE, SAYS[-1]],
        "experiment": {"name": told.experiment, "title": told.title, "hash": told.content_hash},
        "plan": plan.content_hash,
        "code": code_hash(),
        "level": told.level,
        "scenarios": list(map(_scenario, sheets)),
    }
    return dict(json.loads(json.dumps(content)))


def _scenario(sheet: Sheet) -> dict[str, Any]:
    of = {one.name: one for one in sheet.moved}
    return {
        "name": sheet.scenario.scenario,
        "title": sheet.scenario.title,
        "people": sheet.scenario.people,
        "days": sheet.scenario.days,
        "arms": list(sheet.arms),
        "jobs": sheet.jobs,
        "sweep": {
            "trajectories": sheet.sweep.trajectories,
            "draws": sheet.sweep.draws,
            "points": sheet.sweep.points,
            "seed": sheet.sweep.seed,
            "seeds": list(sheet.seeds),
        },
        "numbers": [one.as_dict(sheet.scenario.start) for one in sheet.moved],
        "chosen": list(sheet.chosen),
        "conclusions": [_told(one, sheet, of) for one in sheet.told],
    }


def _told(one: Told, sheet: Sheet, of: Mapping[str, Moved]) -> dict[str, Any]:
    when = sheet.scenario.start
    seeds = len(one.differences)

    def decides(flip: Flip) -> dict[str, Any]:
        return asdict(flip) | {"at": of[flip.name].at(flip.at, when)}

    return {
        "name": one.declared.conclusion,
        "sentence": one.conclusion.sentence,
        "measure": one.declared.measure,
        "measures": list(one.measures),
        "arm": one.declared.arm,
        "beside": one.beside,
        "goes": one.declared.goes,
        "margin": one.declared.margin,
        "unit": one.conclusion.unit,
        "declared": {
            "holds": one.holds, "of": seeds, "mean": sum(one.differences) / seeds,
            "by_seed": list(one.differences),
        },
        "draws": {
            "held": one.held.held, "of": one.held.draws, "share": asdict(one.held.share),
            "low": one.range[0], "high": one.range[1],
        },
        "alone": [asdict(x) for x in one.alone],
        "smallest": asdict(one.alone[0]) if one.alone else None,
        "decides": [decides(x) for x in one.decides],
        "screening": [
            {"name": x.name, "size": asdict(x.size), "mean": asdict(x.mean), "spread": x.spread}
            for x in one.elementary
        ],
        "variance": None if one.variance is None else [
            {"name": x.name, "first": asdict(x.first), "total": asdict(x.total)} for x in one.variance
        ],
        "why_no_variance": one.why,
    }  # fmt: skip


# What is read.


def lines_of(content: Mapping[str, Any]) -> list[str]:
    """The sheet as lines of at most `WIDTH` columns."""
    head = [f"What would flip it: {content['experiment']['title']}", *content["says"]]
    lines = [x for line in head for x in textwrap.wrap(line, WIDTH)]
    for scenario in content["scenarios"]:
        first, last = scenario["sweep"]["seeds"]
        about = (
            f"{scenario['title']}: {scenario['people']:,} synthetic people, {scenario['days']} days; "
            f"{len(scenario['numbers'])} numbers moved over their ranges and {last - first + 1} seeds, "
            f"{scenario['jobs']:,} jobs."
        )
        lines += ["", *textwrap.wrap(about, WIDTH)]
        for one in scenario["conclusions"]:
            lines += ["", *_lines(one)]
    return lines


def _lines(one: Mapping[str, Any]) -> Iterator[str]:
    share, draws, declared = one["draws"]["share"], one["draws"], one["declared"]
    yield from textwrap.wrap(
        f"{one['name']}: {one['sentence']} ({one['arm']} beside {one['beside']}).", WIDTH
    )
    said = [
        f"It holds in {_percent(share['mean'])} of {draws['of']} draws over the declared ranges "
        f"({100 * share['level']:g} % interval {_percent(share['low'])} to {_percent(share['high'])}); the "
        f"difference lies from {_signed(draws['low'])} to {_signed(draws['high'])}.",
        f"As declared it holds under {declared['holds']} of {declared['of']} seeds; the mean difference is "
        f"{_signed(declared['mean'])} per 1,000 synthetic people.",
    ]
    if one["alone"]:
        first = one["smallest"]
        said.append(
            f"The smallest change of one number that flips it: {first['name']} from {first['start']:g} to "
            f"{first['end']:g} ({_percent(first['share'])} of its range; at {first['steady']:g} not yet)."
        )
        others = [f"{x['name']} at {x['end']:g}" for x in one["alone"][1:MOST_SHOWN]]
        said += [f"So do {'; '.join(others)}."] if others else []
    else:
        said.append("No number flips it alone inside its range, of those that matter most.")
    for flip in one["decides"][:MOST_SHOWN]:
        said.append(
            f"It fails in {_percent(flip['fails_there'])} of the draws with {flip['name']} {flip['side']} "
            f"{flip['at']:g}, and in {_percent(flip['fails_elsewhere'])} of the others."
        )
    for line in said:
        yield from textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield from _matters(one)


def _matters(one: Mapping[str, Any]) -> Iterator[str]:
    """Which numbers matter: of the screening, the largest; beside them their shares of the variance."""
    shares = {x["name"]: x for x in one["variance"] or ()}
    order = sorted(one["screening"], key=lambda x: -x["size"]["mean"])
    shown = [x for x in order if x["name"] == SEED or x["name"] in shares or x in order[:MOST_SHOWN]]
    yield ("  What matters: mean size (mu*) and spread (sigma) of what moving a number over its range does,")
    yield "  per 1,000 synthetic people; its share of the variance alone (S1) and with all others (ST)."
    rows = []
    for x in shown:
        if x["size"]["mean"] > 0:
            size = (
                f"mu* {two(x['size']['mean'])} [{two(max(0.0, x['size']['low']))}, {two(x['size']['high'])}]"
            )
            of = shares.get(x["name"])
            both = () if of is None else (f"S1 {_share(of['first'])}", f"ST {_share(of['total'])}")
            rows.append((x["name"], f"{size}, sigma {two(x['spread'])}", *both))
    width = max((len(row[0]) for row in rows), default=0)
    for name, *told in rows:
        yield f"    {name:<{width}}  {', '.join(told)}"
    if one["variance"] is None:
        yield f"    no shares of variance: {one['why_no_variance']}"


def _share(one: Mapping[str, Any]) -> str:
    return f"{one['mean']:.2f} [{one['low']:.2f}, {one['high']:.2f}]"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _signed(value: float) -> str:
    return two(value, sign=True)
