"""From an experiment to its results: begun, gone on with, finished."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from moot.declaring.source import source_of_text
from moot.errors import RunError, UserError
from moot.experiment.declaration import Experiment
from moot.experiment.executor import Executor, Policy
from moot.experiment.fitted import Fitted
from moot.experiment.plan import Job, Plan, plan_of
from moot.findings.asking import Asked
from moot.findings.beside import Beside
from moot.findings.effects import effects_of
from moot.findings.jobs import OnRay, Progress
from moot.findings.rebuilding import scenario_of
from moot.findings.results import Results, results_of
from moot.findings.saving import FEWEST, code_hash, versions
from moot.findings.sharding import compiled_once
from moot.regime.players import players_from
from moot.store.experiments import ExperimentFolder, InMemory, Shelf, read_results
from moot.vocabulary import load_vocabulary

__all__ = [
    "begin", "executor_at", "experiment_of", "in_memory", "open_experiment", "reopen", "to_the_end",
]  # fmt: skip


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
    Beside(plan).check()
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
    Beside(plan).check()
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
    told = Beside(plan)
    of = len(told.jobs) + len(plan.jobs)

    def asked(**how: Any) -> Asked:
        return Asked(shelf, threads=threads, progress=progress, cache=cache, executor=executor, **how)

    # Traced lives first: what they simulate at the experiment's own size is what its table needs.
    content, seconds, errors = told.of_lives(asked, on_error, of)
    before = len(told.jobs) - len(told.jobs_of_causes)
    done = asked(scenario_of=plan.scenario_of, shares=plan.shares_burn_in).do(
        plan.jobs, on_error=on_error, before=before, of=of
    )
    seconds |= done.seconds
    content |= told.of_causes(shelf, threads, progress, executor, cache, before + len(plan.jobs), of)
    errors |= {one.job: one.error for one in done.failed if one.error is not None}
    outcomes = done.outcomes
    results = results_of(plan, outcomes, effects_of(plan, outcomes), errors, code_hash(), content)
    return results, seconds


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
    players = {name: one.resolved() for name, one in experiment.players.items()}
    return {
        "identity": hashlib.sha256(f"{plan.jobs_hash} {code}".encode()).hexdigest(),
        "plan": plan.content_hash,
        "jobs_hash": plan.jobs_hash,
        "code": code,
        "vocabulary": load_vocabulary().content_hash,
        "versions": versions(),
        "jobs": len(Beside(plan).jobs) + len(plan.jobs),
        "experiment": {
            "hash": experiment.content_hash,
            "declared": experiment.model_dump(mode="json", by_alias=True, exclude_none=True),
            "drawn": list(experiment.drawn),
            **({"fitted": experiment.narrowed.resolved()} if experiment.narrowed is not None else {}),
            **({"players": players} if players else {}),
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
        for name, one in recorded.get("players", {}).items():
            text = json.dumps(one, ensure_ascii=False)
            experiment._players[name] = players_from(source_of_text(text, f"{name}, players"))
    except (KeyError, TypeError, ValidationError) as error:
        raise RunError(f"experiment.json cannot be read by this version of Moot: {error}") from None
    if experiment.content_hash != recorded["hash"]:
        raise RunError("experiment.json: the declarations do not have the hash written beside them")
    return experiment


def _log(plan: Plan, seconds: dict[Job, float]) -> str:
    """What a reader of the folder finds in `log`: how long each job took."""
    lines = [
        f"{plan.experiment.title}: jobs of the table {len(plan.jobs)}, plan {plan.content_hash}",
        "Synthetic people; mechanism, not forecast.",
        *(f"{job.words}: {one:.1f} s" for job, one in seconds.items()),
        f"in all: {sum(seconds.values()):.1f} s",
    ]
    return "\n".join(lines) + "\n"
