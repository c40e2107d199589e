"""The results of an experiment: what `moot.compare` returns and `moot experiment` prints.

Numbers are per 1,000 synthetic people with two significant digits in what is read; the range over declared
assumptions stands first, the simulation interval second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.declaring.complaints import nearest
from moot.errors import MootError, UserError
from moot.experiment.plan import Job, Plan
from moot.findings.attributing import lines_of as cause_lines
from moot.findings.effects import DECLARED, FEWEST, Effect, Span
from moot.findings.effects_table import table_of
from moot.findings.intervals import Interval
from moot.findings.outcomes import Outcome
from moot.findings.report_groups import LEAST_GROUP, TOO_FEW
from moot.findings.rules import Rules
from moot.findings.saving import LABELS, SAYS
from moot.findings.summary import FEW, two
from moot.findings.traced_lines import metric_lines, twin_lines
from moot.store.exports import Exported, Table

if TYPE_CHECKING:
    from moot.findings.figure import Figure

__all__ = ["NOT_VARIED", "Results", "results_of"]

NOT_VARIED = "assumptions not varied"
NONE = "—"
STAR = f"* fewer than {FEW} events in some replicate, and not none in all"
OUTSIDE = (
    "† the difference lies outside its range over assumptions: it is the mean over more replicates than the "
    "range, and chance moves both"
)
MECHANISM = "Synthetic people; mechanism, not forecast; what the model leaves out is told with every result."
CHANCE = (
    "The simulation interval is about chance alone: more replicates make it narrower, and it knows nothing "
    "of assumptions."
)
GAIN = (
    "Pairing gain: how many times as many replicates are needed for as narrow an interval where arms share "
    "neither people nor chance."
)


class Results(Exported):
    """What came out of an experiment, in memory or in a folder (`folder` is None in memory).

    `effects` has every line; `effect(…)` one of them; `lines()` is what is read, `as_dict()` plain values;
    `plot()` a figure; `to_pandas()` and its like the effects for other tools.
    """

    def __init__(self, content: Mapping[str, Any], folder: Path | None = None) -> None:
        self._content, self.folder = dict(content), folder
        self.effects: tuple[Effect, ...] = tuple(_effect_from(one) for one in content["effects"])

    @property
    def name(self) -> str:
        """The experiment's name."""
        return str(self._content["experiment"]["name"])

    @property
    def left_out(self) -> tuple[str, ...]:
        """A sentence for each job that failed and was left out."""
        return tuple(f"{one['words']}: {one['error']}" for one in self._content["left_out"])

    @property
    def digests(self) -> dict[str, dict[str, str]]:
        """The digest of each arm, by the name of the job."""
        return {job: dict(arms) for job, arms in self._content["digests"].items()}

    def effect(
        self,
        measure: str,
        *,
        arm: str | None = None,
        scenario: str | None = None,
        attribute: str = "",
        level: str = "",
    ) -> Effect:
        """The effect in a measure, by its name or its words; of the first arm and scenario if not said.

        Raises `UserError` with the nearest one where there is none.
        """
        mine = [
            one
            for one in self.effects
            if (arm in (None, one.arm), scenario in (None, one.scenario)) == (True, True)
            and (one.attribute, one.level) == (attribute, level)
        ]
        for one in mine:
            if measure in (one.words, one.words.strip()) or one.measures == (measure,):
                return one
        near = nearest(measure, [one.words for one in mine])
        raise UserError(f'no effect in "{measure}"' + (f"; {near}" if near else ""))

    def as_dict(self) -> dict[str, Any]:
        """The results as plain values, numbers as they are."""
        return dict(self._content)

    def plot(self, arm: str | None = None, scenario: str | None = None) -> Figure:
        """A figure of the effects of an arm (default: the first), one below the other.

        Raises `UserError` for an arm or a scenario that is not there.
        """
        from moot.findings.figure import effects_figure

        return effects_figure(self, arm, scenario)

    def _exported(self) -> Table:
        """One row per effect, numbers as they are."""
        return table_of(self.effects, dict(self._content["labels"]) | {"says": " ".join(self.says)})

    # What is read.

    @property
    def says(self) -> tuple[str, ...]:
        """What stands above every table."""
        return tuple(self._content["says"])

    def lines(self, arm: str | None = None) -> list[str]:
        """The tables of all arms, or of one, as lines of text. Raises `UserError` for an unknown arm."""
        arms = list(dict.fromkeys(one.arm for one in self.effects))
        if arm is not None and arm not in arms:
            near = nearest(arm, arms)
            raise UserError(f"no arm {arm!r} in these results; {near or 'there is ' + ', '.join(arms)}")
        out = [str(self._content["experiment"]["title"]), *self.says]
        told = arms if arm is None else [arm]
        for scenario in self._content["scenarios"]:
            for name in told:
                mine = [one for one in self.effects if (one.scenario, one.arm) == (scenario["name"], name)]
                if mine:
                    out += ["", *self._table(scenario, mine)]
                if mine and len(told) == 1:
                    out += self._lives(scenario["name"], name)
        beside = [word for word in ("metrics", "twins") if word in self._content]
        if len(told) > 1 and beside:
            out += ["", f"With its {' and '.join(beside)}, one arm: moot show EXPERIMENT --arm {arms[0]}"]
        for one in self.causes:
            if arm in (None, one["arm"]):
                out += ["", *cause_lines(one)]
        return [*out, "", *self.notes]

    def _lives(self, scenario: str, arm: str) -> list[str]:
        """Metrics and twins of an arm, each after an empty line."""
        parts = []
        if self.metrics is not None:
            parts.append(metric_lines(self.metrics, scenario, arm))
        if self.twins is not None:
            parts.append(twin_lines(self.twins, scenario, arm))
        return [line for part in parts if part for line in ("", *part)]

    # What was asked for beside the table, as plain values (docs/reference/experiment-files.md).

    @property
    def metrics(self) -> Mapping[str, Any] | None:
        """The metrics over replicates; None where the experiment asks for none."""
        return self._content.get("metrics")

    @property
    def twins(self) -> Mapping[str, Any] | None:
        """Each arm beside its twins, over replicates; None where the experiment does not ask."""
        return self._content.get("twins")

    @property
    def causes(self) -> Sequence[Mapping[str, Any]]:
        """What was divided among players, scenario by scenario."""
        return tuple(self._content.get("causes", ()))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said beneath the tables."""
        few = (STAR,) if any(one.few for one in self.effects) else ()
        small = (
            (f"{TOO_FEW}: fewer than {LEAST_GROUP} people or {FEW} events in some replicate",)
            if any(one.too_few for one in self.effects)
            else ()
        )
        outside = (OUTSIDE,) if any(one.outside for one in self.effects) else ()
        left = tuple(f"left out, for it failed: {one}" for one in self.left_out)
        return (*few, *small, *outside, GAIN, *left)

    def _table(self, scenario: Mapping[str, Any], mine: Sequence[Effect]) -> list[str]:
        head = self._head(mine)
        rows = [(one, self._cells(one, head)) for one in mine]
        words = max(len(_words(one)) for one in mine) + 2
        widths = [max(len(title), *(len(cells[n]) for _, cells in rows)) for n, title in enumerate(head)]
        about = (
            f"{scenario['title']}: {scenario['people']:,} synthetic people, {scenario['days']} days from "
            f"{scenario['start']}, {mine[0].replicates} replicates"
        )
        lines = [about, f"Told is the arm {mine[0].arm}, beside {scenario['comparator']}."]
        lines.append(
            f"{'per 1,000 synthetic people':<{words + 2}}"
            + "  ".join(f"{title:>{widths[n]}}" for n, title in enumerate(head))
        )
        group = ""
        for one, cells in rows:
            if one.group != group:
                group = one.group
                lines.append(self._heading(group))
            told = "  ".join(f"{cell:>{widths[n]}}" for n, cell in enumerate(cells))
            lines.append(f"  {_words(one):<{words}}{told}".rstrip())
        return lines

    def _heading(self, group: str) -> str:
        """The group with the mark of its family."""
        if group == DECLARED:
            family = sum(one.p is not None for one in self.effects)
            how = f"adjusted by Holm over {family} comparisons" if family else f"from {FEWEST} replicates on"
            return f"{group} (p {how})"
        return f"{group} (exploratory)"

    def _head(self, mine: Sequence[Effect]) -> list[str]:
        level = f"{100 * float(self._content['level']):g}"
        titles = ["difference", "range over assumptions", f"simulation interval ({level} %)", "ratio"]
        titles.append("pairing gain")
        return titles + (["p"] if any(one.p is not None for one in mine) else [])

    def _cells(self, one: Effect, head: Sequence[str]) -> list[str]:
        if one.too_few or one.difference is None:
            return [TOO_FEW if one.too_few else NONE, *[""] * (len(head) - 1)]
        marks = ("*" if one.few else "") + ("†" if one.outside else "")
        cells = [two(one.difference, sign=True) + marks, _range(one.span), self._interval(one)]
        cells.append(NONE if one.ratio is None else f"{two(one.ratio.mean)} ({_ends(one.ratio, sign=False)})")
        cells.append(NONE if one.gain is None else two(one.gain))
        if "p" in head:
            cells.append("" if one.p is None else ("<0.001" if one.p < 0.001 else two(one.p)))
        return cells

    @staticmethod
    def _interval(one: Effect) -> str:
        return f"none below {FEWEST} replicates" if one.interval is None else _ends(one.interval, sign=True)

    def html(self) -> str:
        """The tables as HTML."""
        parts = [f"<p>{escape(' '.join(self.says))}</p>"]
        for scenario in self._content["scenarios"]:
            for arm in dict.fromkeys(one.arm for one in self.effects):
                mine = [one for one in self.effects if (one.scenario, one.arm) == (scenario["name"], arm)]
                if not mine:
                    continue
                head = self._head(mine)
                titles = "".join(
                    f'<th scope="col">{escape(one)}</th>' for one in ("per 1,000 synthetic people", *head)
                )
                caption = f"{scenario['title']}: {arm}, beside {scenario['comparator']}"
                body = "".join(self._html_rows(mine, head))
                parts.append(
                    f'<table class="effects"><caption>{escape(caption)}</caption><thead><tr>{titles}</tr>'
                    f"</thead><tbody>{body}</tbody></table>"
                )
        return "".join(parts) + "".join(f"<p>{escape(one)}</p>" for one in self.notes)

    def _html_rows(self, mine: Sequence[Effect], head: Sequence[str]) -> Iterator[str]:
        group = ""
        for one in mine:
            if one.group != group:
                group = one.group
                title = escape(self._heading(group))
                yield (f'<tr class="group"><th colspan="{1 + len(head)}" scope="rowgroup">{title}</th></tr>')
            cells = "".join(f"<td>{escape(cell)}</td>" for cell in self._cells(one, head))
            yield f'<tr><th scope="row">{escape(_words(one))}</th>{cells}</tr>'

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(repr(self))}</code></p>{self.html()}"

    def __repr__(self) -> str:
        where = f" in {self.folder}" if self.folder else ""
        count = self._content["replicates"]["count"]
        drawn = self._content["draws"]
        draws = f", {drawn['count']} draws of assumptions" if drawn else f", {NOT_VARIED}"
        return f"<Results {self.name}: {count} replicates{draws}, {len(self.effects)} effects{where}>"


def _words(one: Effect) -> str:
    return f"  {one.attribute}: {one.level}" if one.level else one.words


def _ends(interval: Interval, *, sign: bool) -> str:
    return f"{two(interval.low, sign=sign)} to {two(interval.high, sign=sign)}"


def _range(span: Span | None) -> str:
    return NOT_VARIED if span is None else f"{two(span.low, sign=True)} to {two(span.high, sign=True)}"


def results_of(
    plan: Plan,
    outcomes: Mapping[Job, Outcome],
    effects: Sequence[Effect],
    failed: Mapping[Job, Exception],
    code: str,
    beside: Mapping[str, Any],
) -> dict[str, Any]:
    """The content of `results.json`: the same whatever the threads, and however often it was stopped.

    `beside`: metrics, twins and causes, where they were asked for.
    """
    told = plan.experiment
    first = told.seed
    draws = None
    if told.draws is not None:
        draws = {
            "count": told.draws.count,
            "replicates": told.draws.replicates or told.replicates.count,
            "seed": told.draws.seed,
            "over": list(told.drawn),
            "values": {
                one.scenario: [plan.values_of(one.scenario, d) for d in range(1, told.draws.count + 1)]
                for one in told.scenario_models
            },
        }
        if told.narrowed is not None:
            draws["fitted"] = told.narrowed.resolved()
    content = {
        "labels": LABELS,
        "says": list(_says(plan)),
        "experiment": {"name": told.experiment, "title": told.title, "hash": told.content_hash},
        "plan": plan.content_hash,
        "code": code,
        "scenarios": [
            {
                "name": one.scenario,
                "title": one.title,
                "hash": one.content_hash,
                "people": one.people,
                "days": one.days,
                "start": one.start.isoformat(),
                "burn_in_years": one.burn_in,
                "arms": list(one.arms),
                "comparator": Rules(one, tuple(one.arms)).comparator,
            }
            for one in told.scenario_models
        ],
        "replicates": {
            "count": told.replicates.count,
            "people": told.replicates.people,
            "seeds": [first, first + told.replicates.count - 1],
        },
        "level": told.level,
        "interval": told.interval,
        "draws": draws,
        "left_out": [
            {"job": job.name, "words": job.words, "error": _one_line(failed[job])}
            for job in (*(job for job in failed if job not in plan.jobs), *plan.jobs)
            if job in failed
        ],
        "digests": {job.name: dict(outcome.digests) for job, outcome in outcomes.items()},
        "effects": [asdict(one) for one in effects],
        **beside,
    }
    return dict(json.loads(json.dumps(content)))  # as it is read back


def _one_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said if isinstance(error, MootError) else f"{type(error).__name__}: {said}"


def _says(plan: Plan) -> Iterator[str]:
    told = plan.experiment
    yield MECHANISM
    if told.draws is None:
        yield (
            "Assumptions not varied: every assumed number stands at its declared value, and no figure here "
            "says how much that matters."
        )
    else:
        of = told.draws.replicates or told.replicates.count
        yield (
            "The range over declared assumptions comes first: the lowest and the highest difference over the "
            f"declared numbers and {told.draws.count} draws of {len(told.drawn)} declared ranges, each the "
            f"mean of {of} {'replicate' if of == 1 else 'replicates'}. It is no interval of anything in a "
            "real country."
        )
        if told.narrowed is not None:
            mine = [name for name in told.drawn if name in told.narrowed.ranges]
            on = "; ".join(f"{one.what} ({one.source})" for one in told.narrowed.on)
            yield (
                f"Of these ranges, {len(mine)} were narrowed by a fit ({', '.join(mine)}), each drawn on its "
                f"own, on: {on}. What was fitted on is no test of the model."
            )
    yield CHANCE
    seeds = f"seeds {told.seed} to {told.seed + told.replicates.count - 1}"
    fixed = told.replicates.people == "fixed"
    yield (
        f"Replicates: the same people (seed {told.seed}), {seeds} of chance."
        if fixed
        else f"Replicates: other people and another chance in each, {seeds}."
    )
    yield SAYS[-1]


def _effect_from(content: Mapping[str, Any]) -> Effect:
    """An effect from its plain values."""
    made = dict(content)
    for key in ("interval", "ratio"):
        made[key] = Interval(**made[key]) if made[key] is not None else None
    if made["span"] is not None:
        span = dict(made["span"])
        span["inner"] = tuple(span["inner"]) if span["inner"] is not None else None
        made["span"] = Span(**span)
    made["measures"] = tuple(made["measures"])
    return Effect(**made)
