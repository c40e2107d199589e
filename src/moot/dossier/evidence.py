"""What an experiment's folder holds, checked before a word of it is repeated.

Beside what `moot experiment` writes, a folder may hold two more files: ``alternatives.json`` of `moot
frontier` and ``sheet.json`` of `moot flip`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moot.errors import RunError
from moot.experiment.declaration import Experiment
from moot.experiment.plan import Job, Plan, plan_of
from moot.findings.beside import Beside
from moot.findings.effects import Effect, effects_of
from moot.findings.experimenting import experiment_of
from moot.findings.outcomes import Outcome
from moot.findings.results import Results
from moot.findings.saving import code_hash
from moot.store.checkpoint import unsealed
from moot.store.experiments import (
    FILE,
    FORMAT,
    JOB,
    JOB_FORMAT,
    JOBS,
    RESULTS,
    Kept,
    is_experiment,
    kept_in,
    read_results,
    way_on,
)
from moot.store.folder import differing

__all__ = ["ALTERNATIVES", "SHEET", "Evidence", "Written", "read_evidence"]

ALTERNATIVES, SHEET = "alternatives.json", "sheet.json"


@dataclass(frozen=True)
class Written:
    """A file of the folder that another command wrote: its content, and the SHA-256 (hex) of its bytes."""

    name: str
    content: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True)
class Evidence:
    """An experiment as its folder has it. `results` is None where it is not finished.

    `done` of `jobs` jobs are there; `sha256` is that of ``results.json``; `name` the folder's own name.
    """

    name: str
    path: Path
    about: Mapping[str, Any]
    experiment: Experiment
    results: Results | None
    sha256: str
    done: int
    jobs: int
    beside: Mapping[str, Written]

    @property
    def content(self) -> Mapping[str, Any]:
        """The content of ``results.json``; empty without."""
        return self.results.as_dict() if self.results is not None else {}

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Every line of the results."""
        return self.results.effects if self.results is not None else ()

    @property
    def way_on(self) -> str:
        """The command that goes on with it, by the folder's own name."""
        return way_on(Path(self.name))

    @property
    def varied(self) -> bool:
        """Whether assumptions were varied."""
        return bool(self.content.get("draws"))


def read_evidence(path: Path) -> Evidence:
    """What the folder at `path` holds.

    Raises `RunError` where there is no experiment, or where any file of it (declarations, jobs, results, or
    one of the two beside) is not as it was written: no number of such a folder is repeated.
    """
    if not is_experiment(path):
        raise RunError(f"there is no experiment at {path}; expected a folder that moot experiment made")
    about = unsealed(path / FILE, FORMAT)
    experiment = experiment_of(about)
    wrong: list[str] = []
    done: dict[str, Mapping[str, Any]] = {}
    for place in sorted((path / JOBS).glob("[!.]*")):
        fault, job = _job(place, str(about["identity"]))
        wrong += fault
        if job is not None:
            done[place.name] = job
    if wrong:
        raise RunError(
            f"{path} was changed after it was written, so no dossier is made of it:\n  "
            + "\n  ".join(wrong)
            + f"\nWhat is damaged is done again by: {way_on(path)}"
        )
    results = Results(read_results(path), path) if (path / RESULTS).is_file() else None
    plan = plan_of(experiment)
    asked = Beside(plan)
    planned = [job.name for job in (*plan.jobs, *asked.jobs)]
    if results is not None and results.as_dict()["plan"] != about["plan"]:
        results = None  # begun again with more replicates or other measures, and not at its end
    if results is not None:
        _agrees(path, results, about, done)
        if about["code"] == code_hash():
            _same_numbers(path, plan, results, done)
            _same_beside(path, asked, results, done)
    return Evidence(
        name=path.resolve().name,
        path=path,
        about=about,
        experiment=experiment,
        results=results,
        sha256=_hash(path / RESULTS) if results is not None else "",
        done=sum(name in done for name in planned),
        jobs=len(planned),
        beside={name: _beside(path / name) for name in _FILES if (path / name).is_file()},
    )


_FILES = (ALTERNATIVES, SHEET)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _job(place: Path, identity: str) -> tuple[list[str], Mapping[str, Any] | None]:
    """What is wrong with a job's folder, and what it says of itself."""
    try:
        job = unsealed(place / JOB, JOB_FORMAT)
        wrong = [f"{place.name}: {one}" for one in differing(place, job["files"])]
    except (RunError, LookupError, TypeError) as error:
        return [str(error)], None
    if job["identity"] != identity:
        return [f"{place.name}: it belongs to another experiment or another version of Moot"], None
    return wrong, job


def _agrees(
    path: Path, results: Results, about: Mapping[str, Any], done: Mapping[str, Mapping[str, Any]]
) -> None:
    """Raise `RunError` where results and jobs are not of one experiment."""
    if results.as_dict()["code"] != about["code"]:
        raise RunError(f"{path / RESULTS} is of another version of Moot than {path / FILE}")
    for job, digests in results.digests.items():
        if job not in done:
            raise RunError(f"{path / JOBS / job} is gone, and {path / RESULTS} rests on it")
        if dict(done[job]["digests"]) != digests:
            raise RunError(f"{path / RESULTS} and {path / JOBS / job} have other digests of the same job")


def _same_numbers(path: Path, plan: Plan, results: Results, done: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `RunError` where the effects are not those of the jobs, whatever the checksums say.

    Only this version of Moot knows how it comes from the ones to the others.
    """
    outcomes = {}
    for job in plan.jobs:
        if job.name in results.digests:
            kept = kept_in(path / JOBS / job.name, done[job.name])
            outcomes[job] = Outcome(kept.about["digests"], kept.parts)
    if effects_of(plan, outcomes) != list(results.effects):
        raise _others(path)


def _others(path: Path) -> RunError:
    return RunError(
        f"the numbers in {path / RESULTS} are not what its jobs give, so no dossier is made of them; "
        f"remove that file and go on with: {way_on(path)}"
    )


def _same_beside(path: Path, asked: Beside, results: Results, done: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `RunError` where metrics, twins and causes are not those of the jobs, or a job of them is gone.

    A job of lives that failed and was left out is in no number.
    """
    content = results.as_dict()
    for job in asked.jobs_of_causes:
        if job.name not in done:
            raise RunError(f"{path / JOBS / job.name} is gone, and {path / RESULTS} rests on it")
    found: dict[str, Any] = {}
    if asked.tracing is not None:
        traced: dict[Job, Outcome] = {
            job: Outcome(done[job.name]["digests"], {}, done[job.name]["traced"])
            for job in asked.tracing.jobs
            if job.name in done
        }
        found = asked.told_of_lives(traced)
    shelf = _Done(path, done)
    found |= asked.of_causes(shelf, None, None, None, True, 0, 0)
    if json.loads(json.dumps(found)) != {key: content.get(key) for key in found}:
        raise _others(path)


@dataclass(frozen=True)
class _Done:
    """A shelf of jobs that are all there: nothing is done for a dossier."""

    path: Path
    done: Mapping[str, Mapping[str, Any]]

    def get(self, job: str) -> Kept | None:
        return kept_in(self.path / JOBS / job, self.done[job])

    def put(self, job: str, kept: Kept) -> None:
        raise AssertionError("a dossier does no job")


def _beside(path: Path) -> Written:
    """A file that another command wrote; one with a seal of its own is checked against it."""
    try:
        data = path.read_bytes()
        content = json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path} cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise RunError(f"{path} holds {type(content).__name__}; expected one JSON object, as {path.stem} has")
    if "sha256" in content and isinstance(content.get("format"), str):
        content = unsealed(path, content["format"])
    return Written(path.name, content, hashlib.sha256(data).hexdigest())
