"""`alternatives.json`: the frontier of alternatives as plain values, and as lines to read."""

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
from moot.findings.frontier import WORDS, Found, Measured, Scheme, found_of
from moot.findings.intervals import exact_share, mean_interval
from moot.findings.jobs import Progress
from moot.findings.results import NOT_VARIED
from moot.findings.samples import Numbers
from moot.findings.saving import LABELS, SAYS, code_hash
from moot.findings.summary import WIDTH, two
from moot.regime.alternatives import Budget
from moot.store.experiments import ALTERNATIVES, ExperimentFolder, Shelf, read_beside

__all__ = ["alternatives_of", "lines_of", "open_alternatives", "write_alternatives"]

UNIT = "per 1,000 synthetic people over the run"
NOT_SHOWN = (
    "The least burdensome of those simulated, no more: what was not modelled is not shown not to exist, and "
    "what reaches as much here may not elsewhere. Burdens are never summed; in which order they choose is a "
    "convention of the file."
)


def write_alternatives(
    folder: ExperimentFolder,
    plan: Plan,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Do what is left of the jobs, write `alternatives.json` into the folder, and give back what it says.

    Raises as `moot.findings.frontier.found_of` does; what was done stays in the folder.
    """
    content = alternatives_of(
        plan, folder, threads=threads, progress=progress, cache=cache, executor=executor
    )
    folder.write_beside(ALTERNATIVES, content)
    return content


def open_alternatives(path: str | Path) -> dict[str, Any]:
    """What `alternatives.json` of an experiment's folder says. Raises `RunError` where there is none."""
    found = read_beside(Path(path), ALTERNATIVES)
    if found is None:
        said = "make it: moot frontier FILE, with the file of the experiment"
        raise RunError(f"{path} has no frontier of alternatives yet; {said}")
    return found


def alternatives_of(
    plan: Plan,
    shelf: Shelf,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """The content of `alternatives.json` (`docs/reference/experiment-files.md`)."""
    told = plan.experiment
    found = found_of(plan, shelf, threads=threads, progress=progress, cache=cache, executor=executor)
    content = {
        "labels": LABELS,
        "says": [SAYS[0], NOT_SHOWN, SAYS[-1]],
        "experiment": {"name": told.experiment, "title": told.title, "hash": told.content_hash},
        "plan": plan.content_hash,
        "code": code_hash(),
        "level": told.level,
        "scenarios": [_scenario(one) for one in found],
    }
    return dict(json.loads(json.dumps(content)))


def _scenario(found: Found) -> dict[str, Any]:
    asked = found.asked
    level, seed = asked.plan.experiment.level, asked.plan.experiment.seed

    def seeds(replicates: range) -> list[int]:
        return [seed + replicates[0] - 1, seed + replicates[-1] - 1]

    def falls(of: Mapping[str, Measured]) -> dict[str, Any] | None:
        return asdict(mean_interval(of[asked.start].fall, level)) if asked.start in of else None

    return {
        "name": asked.scenario.scenario,
        "title": asked.scenario.title,
        "people": asked.scenario.people,
        "days": asked.scenario.days,
        "regime": asked.start,
        "comparator": asked.comparator,
        "aim": {
            "asked": asked.frontier.aim, "acts": list(asked.aim.acts), "measures": list(asked.aim.measures),
        },
        "margin": asked.frontier.margin,
        "unit": UNIT,
        "burdens": [{"name": one, "words": WORDS[one]} for one in asked.order],
        "seeds": {
            "chosen": seeds(asked.chose), "fresh": seeds(asked.fresh),
            "people": asked.plan.experiment.replicates.people,
        },
        "effect": {"chosen": falls(found.chosen), "fresh": falls(found.fresh)},
        "why_no_frontier": found.why,
        "picked": list(found.picked),
        "frontier": list(found.frontier),
        "picked_least": found.first,
        "least": found.least,
        "schemes": [_scheme(one, found) for one in found.schemes],
        "do_not_apply": [
            {"id": one.id, "title": one.words.title, "why": one.refused}
            for one, _ in asked.alternatives.values() if one.refused
        ],
        "search": [
            {
                "from": one.start, "candidates": list(one.candidates), "reached": list(one.reached),
                "chosen": one.chosen,
            }
            for one in found.rounds
        ],
        "jobs": found.jobs,
    }  # fmt: skip


def _scheme(one: Scheme, found: Found) -> dict[str, Any]:
    asked = found.asked
    level, margin = asked.plan.experiment.level, asked.frontier.margin
    start = found.fresh.get(asked.start)

    def measured(of: Mapping[str, Measured]) -> dict[str, Any] | None:
        mine = of.get(one.arm)
        if mine is None:
            return None
        return {
            "fall": asdict(mean_interval(mine.fall, level)),
            "apart": asdict(mine.interval(level)),
            "reaches": one.kind == "start" or mine.reaches(margin, level),
        }

    mine, drawn = found.fresh.get(one.arm), found.drawn.get(one.arm)

    def burden(name: Any) -> dict[str, Any]:
        assert mine is not None and start is not None
        values, of_start = mine.burdens[name], start.burdens[name]
        said: dict[str, Any] = {
            "name": name,
            "beyond_today": asdict(mean_interval(values, level)),
            "excess_of_regime": asdict(mean_interval(of_start - values, level)),
            "ratio": _ratio(of_start, values),
            "holds": None,
        }
        if drawn is not None:
            said["holds"] = asdict(exact_share(drawn.less[name], drawn.of, level)) | {
                "draws": drawn.of, "held": drawn.less[name],
            }  # fmt: skip
        return said

    return {
        "arm": one.arm,
        "kind": one.kind,
        "title": one.title,
        "from": one.of or None,
        "changed": list(one.changed),
        "budget": _budget(one.budget),
        "chosen": measured(found.chosen),
        "fresh": measured(found.fresh),
        "reaches_in_draws": None if drawn is None else asdict(
            exact_share(drawn.reaches, drawn.of, level)
        ) | {"draws": drawn.of, "held": drawn.reaches},
        "burdens": [burden(name) for name in asked.order] if mine is not None else None,
        "dominated_by": list(found.dominated.get(one.arm, ())),
        "file": one.text or None,
    }  # fmt: skip


def _ratio(start: Numbers, mine: Numbers) -> float | None:
    """The share of the regime's burden that is excess; None where it has none."""
    whole = float(start.mean())
    return float((start - mine).mean()) / whole if whole > 0 else None


def _budget(one: Budget) -> dict[str, float]:
    return {"searched": one.searched, "reviewed": one.reviewed}


# What is read.


def lines_of(content: Mapping[str, Any]) -> list[str]:
    """The frontier as lines of at most `WIDTH` columns, a table in words."""
    head = [f"Milder alternatives: {content['experiment']['title']}", *content["says"]]
    out = [x for line in head for x in textwrap.wrap(line, WIDTH)]
    for one in content["scenarios"]:
        out += ["", *(x for line in _said(one) for x in textwrap.wrap(line, WIDTH, subsequent_indent="    "))]
        out += list(_table(one))
        for line in _least(one):
            out += textwrap.wrap(line, WIDTH, subsequent_indent="    ")
    return out


def _said(one: Mapping[str, Any]) -> Iterator[str]:
    chosen, fresh = one["seeds"]["chosen"], one["seeds"]["fresh"]
    yield f"{one['title']}: {one['people']:,} synthetic people, {one['days']} days; {one['jobs']:,} jobs."
    yield f"Aim: fewer true acts ({', '.join(one['aim']['acts'])}), whether charged or not."
    yield (
        f"A scheme reaches as much as {one['regime']} where the lower end of the paired interval lies above "
        f"−{one['margin']:g} acts per 1,000 synthetic people. Chosen on seeds {chosen[0]} to {chosen[1]}, "
        f"reported on fresh seeds {fresh[0]} to {fresh[1]}."
    )
    effect = one["effect"]["fresh"] or one["effect"]["chosen"]
    yield f"{one['regime']} itself: {_interval(effect)} fewer acts per 1,000 than under {one['comparator']}."
    if one["why_no_frontier"]:
        yield f"No frontier: {one['why_no_frontier']}."
    for refused in one["do_not_apply"]:
        yield f"{refused['id']} does not apply: {refused['why']}."


def _table(one: Mapping[str, Any]) -> Iterator[str]:
    """What is reported: a line a scheme, then its burdens where there is a frontier."""
    shown = [x for x in one["schemes"] if x["fresh"] is not None]
    width = max(len(x["arm"]) for x in shown)
    yield ""
    yield f"  {'scheme':<{width}}  {'acts fewer than today':<28}{'than the regime':<28}{'spends':>8}  reaches"
    for x in shown:
        spends = two(1000 * (x["budget"]["searched"] + x["budget"]["reviewed"]))
        fresh = x["fresh"]
        reaches = "—" if x["kind"] == "start" else ("yes" if fresh["reaches"] else "no")
        apart = "—" if x["kind"] == "start" else _interval(fresh["apart"])
        yield (
            f"  {x['arm']:<{width}}  {_interval(fresh['fall']):<28}{apart:<28}{spends:>8}  {reaches}"
            f"{_draws(x['reaches_in_draws'])}"
        )
    yield "  spends: identifications searched and cases reviewed per 1,000 synthetic people and year"


def _least(one: Mapping[str, Any]) -> Iterator[str]:
    if one["why_no_frontier"]:
        return
    yield ""
    yield f"The frontier, burdens apart: {', '.join(one['frontier']) or 'none on fresh seeds'}."
    lost = [arm for arm in one["picked"] if arm not in one["frontier"]]
    if lost:
        yield f"Chosen, and not seen to reach on fresh seeds: {', '.join(lost)}."
    if one["least"] != one["picked_least"]:
        yield (
            f"{one['picked_least']} was chosen as the least burdensome; fresh seeds do not say so. Told is "
            "the least burdensome of what reaches on both."
        )
    least = next(x for x in one["schemes"] if x["arm"] == one["least"])
    if least["kind"] == "start":
        yield f"None of those simulated that reaches as much is less burdensome than {one['regime']}."
        return
    yield f"The least burdensome of those simulated: {least['arm']} ({least['title']})."
    for line in least["changed"]:
        yield f"  {line}"
    yield (
        f"Excess burden of {one['regime']} over it, {one['unit']}, interval over fresh seeds; in which share "
        "of draws it is above 0:"
    )
    words = {x["name"]: x["words"] for x in one["burdens"]}
    for x in least["burdens"]:
        held = NOT_VARIED if x["holds"] is None else f"holds in {100 * x['holds']['mean']:.0f} % of draws"
        yield f"  {words[x['name']]}: {_interval(x['excess_of_regime'])}; {held}"


def _draws(held: Mapping[str, Any] | None) -> str:
    return "" if held is None else f" (in {100 * held['mean']:.0f} % of draws)"


def _interval(one: Mapping[str, Any]) -> str:
    return f"{two(one['mean'], sign=True)} [{two(one['low'], sign=True)}, {two(one['high'], sign=True)}]"
