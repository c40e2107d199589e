"""What an experiment tells beside its table: metrics, twins, causes; their jobs, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from moot.errors import UserError
from moot.experiment.executor import Executor, Policy
from moot.experiment.plan import Job, Plan
from moot.experiment.scenario import Scenario
from moot.findings.asking import Asked
from moot.findings.attributing import Replicate, attribute, jobs_of
from moot.findings.jobs import Progress
from moot.findings.outcomes import Outcome
from moot.findings.traced import TracedJob, Tracing, asked_metrics, metrics_of, twins_of
from moot.regime.players import Players
from moot.store.experiments import Shelf

__all__ = ["Beside"]


@dataclass(frozen=True)
class Beside:
    """Metrics, twins and causes of a plan; each is there where the experiment asks for it."""

    plan: Plan

    @cached_property
    def tracing(self) -> Tracing | None:
        """The jobs that trace lives; None where neither metrics nor twins are asked for."""
        told = self.plan.experiment
        return Tracing(self.plan) if told.metrics is not None or told.twins else None

    def check(self) -> None:
        """Raise `UserError` for what there is not, before any work is done."""
        asked_metrics(self.plan)
        for _ in self._attributed:
            pass

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """Every job beside those of the table."""
        return (*(self.tracing.jobs if self.tracing is not None else ()), *self.jobs_of_causes)

    @cached_property
    def jobs_of_causes(self) -> tuple[Job, ...]:
        """The jobs of what is divided among players."""
        return tuple(job for *_, jobs in self._attributed for job in jobs)

    @cached_property
    def _attributed(self) -> tuple[tuple[Scenario, Players, tuple[Replicate, ...], tuple[Job, ...]], ...]:
        """(scenario at its size, players, replicates, jobs) of each scenario that is attributed."""
        return tuple(self._attributions())

    def _attributions(
        self,
    ) -> Iterator[tuple[Scenario, Players, tuple[Replicate, ...], tuple[Job, ...]]]:
        told = self.plan.experiment
        if told.attribute is None:
            return
        asked = told.attribute
        fixed = told.replicates.people == "fixed"
        chances = range(told.seed, told.seed + (asked.replicates or told.replicates.count))
        replicates = tuple(Replicate(told.seed if fixed else one, one) for one in chances)
        for one in told.scenario_models:
            scenario, players = one.replace(people=asked.people, days=asked.days), told.players[one.scenario]
            try:
                jobs = jobs_of(scenario, players, replicates, pairs_of_orders=asked.orders)
            except UserError as error:
                told.refuse(("attribute",), str(error))
            yield scenario, players, replicates, jobs

    def of_lives(
        self, asked: Callable[..., Asked], on_error: Policy, of: int
    ) -> tuple[dict[str, Any], dict[Job, float], dict[Job, Exception]]:
        """Metrics and twins, the seconds of their jobs, and why jobs failed that were left out."""
        tracing = self.tracing
        if tracing is None:
            return {}, {}, {}
        doing = asked(
            scenario_of=tracing.scenario_of, shares=tracing.shares_burn_in, traced=True, also=tracing.also
        )
        done = doing.do(tracing.jobs, on_error=on_error, of=of)
        failed = {one.job: one.error for one in done.failed if one.error is not None}
        return self.told_of_lives(done.outcomes), done.seconds, failed

    def told_of_lives(self, outcomes: Mapping[Job, Outcome]) -> dict[str, Any]:
        """Metrics and twins from what their jobs gave."""
        tracing, told = self.tracing, self.plan.experiment
        assert tracing is not None
        mine = {job: one for job, one in outcomes.items() if isinstance(job, TracedJob)}
        content: dict[str, Any] = {}
        if told.metrics is not None:
            content["metrics"] = metrics_of(tracing, mine)
        if told.twins:
            content["twins"] = twins_of(tracing, mine)
        return content

    def of_causes(
        self,
        shelf: Shelf,
        threads: int | None,
        progress: Progress | None,
        executor: Executor | None,
        cache: bool,
        before: int,
        of: int,
    ) -> dict[str, Any]:
        """What is divided among players, scenario by scenario."""
        told, found = self.plan.experiment, []
        for scenario, players, replicates, jobs in self._attributed:
            assert told.attribute is not None
            divided = attribute(
                scenario, players, replicates, pairs_of_orders=told.attribute.orders, level=told.level,
                threads=threads, shelf=shelf, executor=executor, progress=progress, cache=cache,
                before=before, of=of,
            )  # fmt: skip
            before += len(jobs)
            found.append({"scenario": scenario.scenario, "arm": divided.players.arm, **divided.as_dict()})
        return {"causes": found} if found else {}
