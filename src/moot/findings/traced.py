"""Metrics and twins of an experiment: over replicates, with simulation intervals and ranges.

Each is measured on traced lives, in jobs of their own size (`traced:` of the file). Where that is the size of
the experiment, a job serves its table as well and nothing is simulated twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from moot.declaring.values import canonical_json
from moot.errors import RunError, UserError
from moot.experiment.plan import AS_DECLARED, Job, Plan
from moot.experiment.questions import ALL
from moot.experiment.scenario import Scenario
from moot.findings.bounds import Bounds, over_replicates
from moot.findings.effects import FEWEST
from moot.findings.intervals import mean_interval
from moot.findings.metric_words import load_metrics
from moot.findings.metrics import known_metric
from moot.findings.outcomes import Outcome
from moot.findings.report_groups import LEAST_GROUP
from moot.findings.rules import Rules
from moot.findings.summary import FEW
from moot.findings.tracing import panel_for

__all__ = ["Tracing", "asked_metrics", "metrics_of", "twins_of"]

At = tuple[int, int]
"""(draw, replicate)."""
NAMED_APART = "M_ALT"
"""What it finds ends in names of arms, which may be others in each replicate."""


def asked_metrics(plan: Plan) -> tuple[str, ...]:
    """The ids of the metrics that an experiment asks for.

    Raises `DeclarationError` for a metric that there is not, or that is not computed of a run.
    """
    told = plan.experiment
    if told.metrics is None:
        return ()
    if told.metrics == ALL:
        return tuple(one.id for one in load_metrics().rows if one.computed)
    found = []
    for number, name in enumerate(told.metrics):
        try:
            words = known_metric(name)
        except UserError as error:
            told.refuse(("metrics", number), str(error))
        if not words.computed:
            told.refuse(("metrics", number), f"{words.id} ({words.name}) is not computed: {words.reason}")
        found.append(words.id)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class TracedJob(Job):
    """A job whose lives are traced; `what` is the hash of its scenario and of what may be drawn in it."""

    what: str = ""

    @property
    def name(self) -> str:
        """Named by what it simulates: another size is another job."""
        known = hashlib.sha256(canonical_json([self.what, list(self.arms), self.seed])).hexdigest()[:16]
        return f"{self.scenario}-t{known}-r{self.replicate:04d}-d{self.draw:03d}"


@dataclass(frozen=True)
class Tracing:
    """The jobs of a plan that trace lives, and what they simulate."""

    plan: Plan

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios at the size at which lives are traced, by name."""
        size = self.plan.experiment.traced
        people, days = (size.people, size.days) if size is not None else (None, None)
        return {
            one.scenario: one.replace(people=people, days=days)
            for one in self.plan.experiment.scenario_models
        }

    @property
    def replicates(self) -> int:
        """How many replicates are traced."""
        told = self.plan.experiment
        size = told.traced
        return told.replicates.count if size is None or size.replicates is None else size.replicates

    @cached_property
    def jobs(self) -> tuple[TracedJob, ...]:
        """Every job, in the order in which they are done."""
        told = self.plan.experiment
        draws = 0 if told.draws is None else told.draws.count
        of_draws = 0 if told.draws is None else (told.draws.replicates or told.replicates.count)
        whats = {
            name: hashlib.sha256(canonical_json([of, self._drawn])).hexdigest()
            for name, of in self._hashes.items()
        }
        out = []
        for replicate in range(1, self.replicates + 1):
            chance = told.seed + replicate - 1
            seed = told.seed if told.replicates.people == "fixed" else chance
            for draw in range(1 + (draws if replicate <= of_draws else 0)):
                for name, one in self.scenarios.items():
                    arms = tuple(one.arms)
                    out.append(TracedJob(name, arms, replicate, draw, seed, chance, whats[name]))
        return tuple(out)

    @cached_property
    def _drawn(self) -> Any:
        """What the numbers of a draw depend on beside the scenario."""
        told = self.plan.experiment
        if told.draws is None:
            return None
        fitted = told.narrowed.content_hash if told.narrowed is not None else None
        return [told.draws.count, told.draws.seed, list(told.drawn), fitted]

    def scenario_of(self, job: Job) -> Scenario:
        """The scenario that a job simulates."""
        return self.plan.under_draw(self.scenarios[job.scenario], job.draw)[0]

    @cached_property
    def _hashes(self) -> dict[str, str]:
        return {name: one.content_hash for name, one in self.scenarios.items()}

    @cached_property
    def _same(self) -> dict[tuple[str, int, int], Job]:
        """The jobs of the plan by scenario, replicate and draw, of scenarios traced at their own size."""
        models = self.plan.experiment.scenario_models
        alike = {one.scenario for one in models if one.content_hash == self._hashes[one.scenario]}
        mine = (job for job in self.plan.jobs if job.scenario in alike)
        return {(job.scenario, job.replicate, job.draw): job for job in mine}

    def also(self, job: Job) -> Job | None:
        """The job of the plan that simulates the same, if there is one."""
        return self._same.get((job.scenario, job.replicate, job.draw))

    def shares_burn_in(self, job: Job) -> bool:
        """Whether another job lives through the same years before the first day."""
        same = self.also(job)
        if same is not None:
            return self.plan.shares_burn_in(same)
        told = self.plan.experiment
        of_regime = all(name.startswith("regime.") for name in told.drawn)
        return told.draws is not None and of_regime

    def about(self) -> dict[str, Any]:
        """What is said of them beside their numbers."""
        return {
            "replicates": self.replicates,
            "scenarios": [
                {
                    "name": name, "people": one.people, "days": one.days, "lives": panel_for(one.people),
                    "comparator": Rules(one, tuple(one.arms)).comparator,
                }
                for name, one in self.scenarios.items()
            ],
        }  # fmt: skip


Traced = Mapping[TracedJob, Outcome]


def _told(tracing: Tracing, done: Traced, what: str) -> Iterator[tuple[str, str, dict[At, Any]]]:
    """(scenario, arm, what its jobs tell by draw and replicate) of each arm with a regime."""
    for name, scenario in tracing.scenarios.items():
        mine = {(job.draw, job.replicate): one.traced for job, one in done.items() if job.scenario == name}
        if not any(draw == AS_DECLARED for draw, _ in mine):
            raise RunError(f"{name}: no replicate was traced, so nothing is told of lives")
        for arm, regime in scenario.arm_regimes.items():
            if regime is None:
                continue
            if what == "twins":
                yield name, arm, {at: one["twins"][arm] for at, one in mine.items() if one is not None}
            else:
                yield name, arm, {
                    at: {key: of[arm] for key, of in one["metrics"].items() if arm in of}
                    for at, one in mine.items()
                    if one is not None
                }  # fmt: skip


# Metrics.


def metrics_of(tracing: Tracing, done: Traced) -> dict[str, Any]:
    """Every number of the metrics asked for, over replicates: the key `metrics` of ``results.json``.

    A number has its `mean` over the replicates that have it (`replicates` of `of`), an `interval` from ten of
    these on, and a `span` over draws of assumptions; `groups` by level of the attributes that the experiment
    names. `why` says why there is none.
    """
    told = tracing.plan.experiment
    ids = asked_metrics(tracing.plan)
    rows: list[dict[str, Any]] = []
    for scenario, arm, by in _told(tracing, done, "metrics"):
        for name in ids:
            rows += _numbers(name, by, told.level, told.groups, {"scenario": scenario, "arm": arm})
    words = {row.id: row.model_dump(mode="json", exclude_none=True) for row in load_metrics().rows}
    return {
        **tracing.about(),
        "about": {name: words[name] for name in ids},
        "not_computed": {name: one["reason"] for name, one in words.items() if not one["computed"]}
        if told.metrics == ALL
        else {},
        "numbers": rows,
    }


def _numbers(
    name: str, by: Mapping[At, Any], level: float, groups: Sequence[str], where: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """The numbers of one metric in one arm, in the order in which they first stand."""
    series: dict[tuple[str, str], dict[At, Any]] = {}
    for at, found in by.items():
        for one in found.get(name, ()):
            what = one["what"].partition(": ")[0] if name == NAMED_APART else one["what"]
            series.setdefault((what, one["unit"]), {})[at] = one
    of = sum(draw == AS_DECLARED for draw, _ in by)
    for (what, unit), found in series.items():
        declared = {at: one for at, one in found.items() if at[0] == AS_DECLARED}
        values = {at: float(one["value"]) for at, one in found.items() if one["value"] is not None}
        known = [values[at] for at in declared if at in values]
        events = [abs(declared[at]["events"]) for at in declared if "events" in declared[at]]
        row: dict[str, Any] = {
            **where, "metric": name, "what": what, "unit": unit, "replicates": len(known), "of": of,
            "mean": float(np.mean(known)) if known else None,
            "interval": asdict(mean_interval(known, level)) if len(known) >= FEWEST else None,
            "span": _span(values),
            "few": bool(events) and min(events) < FEW and max(events) > 0,
            "sample": any(one.get("sample", False) for one in found.values()),
        }  # fmt: skip
        if not known:
            row["why"] = next((one["why"] for one in found.values() if "why" in one), "")
        if groups:
            row["groups"] = list(_by_group(declared, groups, level, of))
        yield row


def _span(values: Mapping[At, float]) -> dict[str, Any] | None:
    """The range of the mean over draws, all of the same replicates, the declared numbers among them."""
    by_draw: dict[int, dict[int, float]] = {}
    for (draw, replicate), value in values.items():
        by_draw.setdefault(draw, {})[replicate] = value
    if AS_DECLARED not in by_draw or len(by_draw) < 2:
        return None
    shared = set.intersection(*(set(found) for found in by_draw.values()))
    if not shared:
        return None
    means = [float(np.mean([found[r] for r in sorted(shared)])) for found in by_draw.values()]
    return {"low": min(means), "high": max(means), "draws": len(by_draw) - 1, "replicates": len(shared)}


def _by_group(
    declared: Mapping[At, Any], groups: Sequence[str], level: float, of: int
) -> Iterator[dict[str, Any]]:
    """The number by level of some attributes; without one where it is too few to say."""
    rows: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    for one in declared.values():
        for attribute, name, people, events, value in one.get("groups", ()):
            if attribute in groups:
                rows.setdefault((attribute, name), []).append((people, events, value))
    for (attribute, name), found in rows.items():
        people, events = min(x[0] for x in found), min(abs(x[1]) for x in found)
        enough = len(found) == of and people >= LEAST_GROUP and events >= FEW
        values = [x[2] for x in found]
        yield {
            "attribute": attribute, "level": name, "mean": float(np.mean(values)) if enough else None,
            "interval": asdict(mean_interval(values, level)) if enough and of >= FEWEST else None,
        }  # fmt: skip


# Twins.

SHARES = ("worse", "better", "same")
SHARE, LOSS, ANY = (0.0, 1.0), (0.0, np.inf), (-np.inf, np.inf)
"""Between which ends a share, a loss of those who lose, and a change can lie at all."""
SPREAD = {"lost": LOSS, "gained": LOSS, "worst": ANY}


def twins_of(tracing: Tracing, done: Traced) -> dict[str, Any]:
    """Each arm beside its twins, over replicates: the key `twins` of ``results.json``.

    A share or a loss has what is found under shared draws (`shared`, a mean over replicates) and bounds over
    all couplings, widened for the chance between replicates; `span` is the range of `shared` over draws.
    """
    level = tracing.plan.experiment.level
    rows = []
    for scenario, arm, by in _told(tracing, done, "twins"):
        declared = [one for at, one in by.items() if at[0] == AS_DECLARED]

        row: dict[str, Any] = {
            "scenario": scenario, "arm": arm, "twin": declared[0]["twin"],
            "lives": sum(one["people"] for one in declared), "replicates": len(declared),
            **{key: _over([one[key] for one in declared], level, SHARE) for key in SHARES},
            **{key: _over([one["losses"][key] for one in declared], level, of) for key, of in SPREAD.items()},
            "mean": _mean([one["losses"]["mean"] for one in declared], level),
            "tail": declared[0]["losses"]["tail"],
            "above": [
                {"by": pair[0], **_over([one["losses"]["above"][n][1] for one in declared], level, SHARE)}
                for n, pair in enumerate(declared[0]["losses"]["above"])
            ],
            "groups": list(_groups(declared, level)),
        }  # fmt: skip
        for key in SHARES:
            row[key]["span"] = _span({at: one[key]["shared"] for at, one in by.items()})
        rows.append(row)
    return {**tracing.about(), "arms": rows}


def _over(found: Sequence[Mapping[str, float]], level: float, ends: tuple[float, float]) -> dict[str, Any]:
    """The bounds of all replicates, widened for the chance between them, within what can be at all."""
    every = [Bounds(one["low"], one["high"], one["shared"]) for one in found]
    one = over_replicates(every, level) if len(every) > 1 else every[0]
    return {"low": max(ends[0], one.low), "high": min(ends[1], one.high), "shared": one.shared}


def _mean(values: Sequence[float], level: float) -> dict[str, Any]:
    enough = len(values) >= FEWEST
    return {
        "mean": float(np.mean(values)),
        "interval": asdict(mean_interval(values, level)) if enough else None,
    }


def _groups(declared: Sequence[Any], level: float) -> Iterator[dict[str, Any]]:
    """Shares by level of an attribute; without one where some replicate has too few to say."""
    rows: dict[tuple[str, str], list[Any]] = {}
    for one in declared:
        for group in one["groups"]:
            rows.setdefault((group["attribute"], group["level"]), []).append(group)
    for (attribute, name), found in rows.items():
        enough = len(found) == len(declared) and all(one["worse"] is not None for one in found)
        yield {
            "attribute": attribute, "level": name, "people": sum(one["people"] for one in found),
            "worse": _over([one["worse"] for one in found], level, SHARE) if enough else None,
            "better": _over([one["better"] for one in found], level, SHARE) if enough else None,
        }  # fmt: skip
