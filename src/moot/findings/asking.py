"""Asking for jobs: those that are on the shelf already are taken from it, the others are done and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moot.experiment.executor import Done, Executor, Policy, carry_out
from moot.experiment.plan import Job
from moot.experiment.scenario import Scenario
from moot.findings.jobs import Progress, Work
from moot.findings.outcomes import Outcome
from moot.store.experiments import Kept, Shelf

__all__ = ["Asked", "Jobs"]


@dataclass(frozen=True)
class Jobs:
    """What became of jobs: what came out of those that are done, in their order, seconds, and the failed."""

    outcomes: dict[Job, Outcome]
    seconds: dict[Job, float]
    failed: list[Done[Outcome]]


@dataclass(frozen=True)
class Asked:
    """How jobs are done: on which shelf they are kept, what each simulates, and what changes no number.

    `shares` says of a job whether another one lives through the same years before its first day. `briefly`
    keeps the sums of the whole run and country alone. `arms` of a job are those that are simulated. With
    `traced`, lives are traced as well and told of (`moot.findings.tracing`); `also` says which job of the
    plan, if any, simulates the same, and is done with it.
    """

    shelf: Shelf
    scenario_of: Callable[[Job], Scenario]
    threads: int | None = None
    progress: Progress | None = None
    cache: bool = True
    executor: Executor | None = None
    shares: Callable[[Job], bool] = lambda _: False
    briefly: bool = False
    traced: bool = False
    also: Callable[[Job], Job | None] = lambda _: None

    def do(
        self, jobs: Sequence[Job], *, on_error: Policy = "stop", before: int = 0, of: int | None = None
    ) -> Jobs:
        """Do jobs, those apart that are on the shelf already. Raises as `carry_out` does.

        `before` and `of` are what is told of progress beside these jobs: done before, and in all.
        """
        outcomes: dict[Job, Outcome] = {}
        seconds: dict[Job, float] = {}

        def take(job: Job, kept: Kept) -> None:
            outcomes[job] = Outcome(kept.about["digests"], kept.parts, kept.about.get("traced"))
            seconds[job] = float(kept.about["seconds"])

        def tell() -> None:
            if self.progress is not None:
                self.progress("jobs", before + len(outcomes), of or len(jobs))

        work = Work(
            self.scenario_of, self.shares, self.threads, self.progress, self.cache, self.briefly, self.traced
        )

        def keep(done: Done[Outcome]) -> None:
            assert done.result is not None
            found, seconds = done.result, round(done.seconds, 3)
            about = {"job": done.job.as_dict(), "digests": dict(found.digests), "seconds": seconds}
            same = self.also(done.job)
            if same is not None:
                self.shelf.put(same.name, Kept(found.parts, about | {"job": same.as_dict()}))
            if found.traced is not None:
                found, about = found.brief, about | {"traced": found.traced}
            kept = Kept(found.parts, about)
            self.shelf.put(done.job.name, kept)
            take(done.job, kept)
            tell()

        left = []
        for job in jobs:
            kept = self.shelf.get(job.name)
            if kept is None:
                left.append(job)
            else:
                take(job, kept)
        tell()
        failed = carry_out(left, work, keep, executor=self.executor, on_error=on_error)
        return Jobs({job: outcomes[job] for job in jobs if job in outcomes}, seconds, failed)
