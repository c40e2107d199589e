"""From an experiment to its results: begun, gone on with, finished."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from moot.errors import RunError, UserError
from moot.experiment.declaration import Experiment
from moot.experiment.executor import Done, Executor, Policy, carry_out
from moot.experiment.fitted import Fitted
from moot.experiment.plan import Job, Plan, plan_of
from moot.experiment.scenario import Scenario
from moot.findings.effects import effects_of
from moot.findings.jobs import OnRay
from moot.findings.jobs import done as done_here
from moot.findings.outcomes import Outcome, outcome_of
from moot.findings.rebuilding import scenario_of
from moot.findings.results import Results, results_of
from moot.findings.saving import FEWEST, code_hash, versions
from moot.findings.sharding import compiled_once
from moot.store.experiments import ExperimentFolder, InMemory, Kept, Shelf, read_results
from moot.vocabulary import load_vocabulary

__all__ = [
    "Asked", "Jobs", "Progress", "begin", "executor_at", "experiment_of", "in_memory", "open_experiment",
    "reopen", "to_the_end",
]  # fmt: skip

Progress = Callable[[str, int, int], None]
"""`progress(phase, done, of)`: ``jobs`` counts what is done, the others are phases of the job at hand."""


def open_experiment(path: str | Path) -> Results:
    """The results of a finished experiment. Raises `RunError` where there are none, or they were changed."""
    return Results(read_results(Path(path)), Path(path))


def begin(experiment: Experiment, place: Path, *, force: bool = False) -> tuple[ExperimentFolder, Plan]:
    """Make the folder of an experiment, or find that of the same one and go on with it.

    Jobs that are done there stay good where only the number of replicates or what is told is another.

    Raises `UserError` for what cannot be simulated, compared or written, before any work is done.
    """
    for scenario in experiment.scenario_models:
        if scenario.people < FEWEST:
            raise RunError(
                f"an experiment of {scenario.people:,} people leaves no folder; simulate at least {FEWEST:,}"
            )
    plan = plan_of(experiment)
    return ExperimentFolder.begin(place, _about(plan), force=force), plan


def reopen(path: Path) -> tuple[ExperimentFolder, Plan]:
    """The experiment of a folder, to go on with.

    Raises `RunError` where there is none, or this version of Moot would give other numbers.
    """
    folder = ExperimentFolder.at(path)
    try:
        about = folder.about
        if about["code"] != code_hash() or about["vocabulary"] != load_vocabulary().content_hash:
            raise RunError(
                f"{path} was begun by another version of Moot ({about['versions']['moot']}, model code "
                f"{about['code'][:16]}; this is {versions()['moot']}, {code_hash()[:16]}), and an "
                "experiment is of one model: go on with that version, or begin anew with --force"
            )
        plan = plan_of(experiment_of(about))
        if plan.content_hash != about["plan"]:
            raise RunError(f"{path}: the declarations are not those of the plan that is written beside them")
        return folder, plan
    except BaseException:
        folder.close()
        raise


def to_the_end(
    folder: ExperimentFolder,
    plan: Plan,
    *,
    threads: int | None = None,
    on_error: Policy = "stop",
    progress: Progress | None = None,
    cache: bool = True,
    executor: Executor | None = None,
) -> Results:
    """Do the jobs that are left, and write the results; those of a finished experiment are only read.

    `threads`, `progress`, `cache` (as in `moot.simulate`) and `executor` change no number. Raises
    `JobFailed` as `on_error` says; what was done stays in the folder.
    """
    if folder.finished:
        found = open_experiment(folder.path)
        if not found.left_out:
            return found
    results, seconds = _done(folder, plan, threads, on_error, progress, cache, executor)
    folder.finish(results, _log(plan, seconds))
    return open_experiment(folder.path)


def in_memory(
    experiment: Experiment,
    *,
    threads: int | None = None,
    on_error: Policy = "stop",
    progress: Progress | None = None,
    cache: bool = True,
    cluster: str | None = None,
) -> Results:
    """The results of an experiment of which nothing is written."""
    plan = plan_of(experiment)
    executor = executor_at(cluster, plan, threads=threads, cache=cache)
    return Results(_done(InMemory(), plan, threads, on_error, progress, cache, executor)[0])


def _done(
    shelf: Shelf,
    plan: Plan,
    threads: int | None,
    on_error: Policy,
    progress: Progress | None,
    cache: bool,
    executor: Executor | None,
) -> tuple[dict[str, Any], dict[Job, float]]:
    """The results once every job is done, and the seconds of each."""
    asked = Asked(shelf, plan.scenario_of, threads, progress, cache, executor, plan.shares_burn_in)
    done = asked.do(plan.jobs, on_error=on_error)
    errors = {one.job: one.error for one in done.failed if one.error is not None}
    outcomes = done.outcomes
    return results_of(plan, outcomes, effects_of(plan, outcomes), errors, code_hash()), done.seconds


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
    keeps the sums of the whole run and country alone. `arms` of a job are those that are simulated.
    """

    shelf: Shelf
    scenario_of: Callable[[Job], Scenario]
    threads: int | None = None
    progress: Progress | None = None
    cache: bool = True
    executor: Executor | None = None
    shares: Callable[[Job], bool] = lambda _: False
    briefly: bool = False

    def do(
        self, jobs: Sequence[Job], *, on_error: Policy = "stop", before: int = 0, of: int | None = None
    ) -> Jobs:
        """Do jobs, those apart that are on the shelf already. Raises as `carry_out` does.

        `before` and `of` are what is told of progress beside these jobs: done before, and in all.
        """
        outcomes: dict[Job, Outcome] = {}
        seconds: dict[Job, float] = {}

        def take(job: Job, kept: Kept) -> None:
            outcomes[job] = Outcome(kept.about["digests"], kept.parts)
            seconds[job] = float(kept.about["seconds"])

        def tell() -> None:
            if self.progress is not None:
                self.progress("jobs", before + len(outcomes), of or len(jobs))

        def work(job: Job) -> Outcome:
            shared = self.cache and self.shares(job)
            result = done_here(
                self.scenario_of(job), job, shared=shared, threads=self.threads, progress=self.progress
            )
            found = outcome_of(result)
            return found.brief if self.briefly else found

        def keep(done: Done[Outcome]) -> None:
            assert done.result is not None
            about = {
                "job": done.job.as_dict(),
                "digests": dict(done.result.digests),
                "seconds": round(done.seconds, 3),
            }
            kept = Kept(done.result.parts, about)
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


def executor_at(
    cluster: str | None,
    plan: Plan,
    *,
    threads: int | None = None,
    cache: bool = True,
    tell: Callable[[str], None] = lambda line: None,
) -> Executor | None:
    """What does the jobs of a plan on the Ray `cluster` at an address; None where that is not said.

    Raises `UserError` for what is no address of Ray.
    """
    if cluster is None:
        return None
    if cluster == "mpi":
        raise UserError("--cluster mpi: jobs are done on Ray alone; expected ray, or an address of Ray")

    def prepare() -> None:
        compiled_once(plan.experiment.scenario_models[0])

    return OnRay(cluster, _about(plan), threads=threads, cache=cache, tell=tell, prepare=prepare)


def _about(plan: Plan) -> dict[str, Any]:
    """Everything needed to do it again: the content of `experiment.json`."""
    experiment, code = plan.experiment, code_hash()
    return {
        "identity": hashlib.sha256(f"{plan.jobs_hash} {code}".encode()).hexdigest(),
        "plan": plan.content_hash,
        "jobs_hash": plan.jobs_hash,
        "code": code,
        "vocabulary": load_vocabulary().content_hash,
        "versions": versions(),
        "jobs": len(plan.jobs),
        "experiment": {
            "hash": experiment.content_hash,
            "declared": experiment.model_dump(mode="json", by_alias=True, exclude_none=True),
            "drawn": list(experiment.drawn),
            **({"fitted": experiment.narrowed.resolved()} if experiment.narrowed is not None else {}),
        },
        "scenarios": [
            {"hash": one.content_hash, "resolved": one.resolved()} for one in experiment.scenario_models
        ],
    }


def experiment_of(about: dict[str, Any]) -> Experiment:
    """The experiment that a folder declares; its hash is the one written there, or it is refused."""
    try:
        recorded = about["experiment"]
        experiment = Experiment.model_validate_json(json.dumps(recorded["declared"]))
        experiment._scenarios = tuple(
            scenario_of({"scenario": one, "versions": about["versions"]}) for one in about["scenarios"]
        )
        experiment._drawn = tuple(recorded["drawn"])
        if "fitted" in recorded:
            experiment._fitted = Fitted.model_validate_json(json.dumps(recorded["fitted"]))
    except (KeyError, TypeError, ValidationError) as error:
        raise RunError(f"experiment.json cannot be read by this version of Moot: {error}") from None
    if experiment.content_hash != recorded["hash"]:
        raise RunError("experiment.json: the declarations do not have the hash written beside them")
    return experiment


def _log(plan: Plan, seconds: dict[Job, float]) -> str:
    """What a reader of the folder finds in `log`: how long each job took."""
    lines = [
        f"{plan.experiment.title}: jobs in all {len(plan.jobs)}, plan {plan.content_hash}",
        "Synthetic people; mechanism, not forecast.",
        *(f"{job.words}: {seconds[job]:.1f} s" for job in plan.jobs if job in seconds),
        f"in all: {sum(seconds.values()):.1f} s",
    ]
    return "\n".join(lines) + "\n"
