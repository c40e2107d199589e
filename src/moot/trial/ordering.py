"""Runs of a case: asked for in the minutes, simulated in the case's folder, told to both sides at once.

::

    my-case/
    └── runs/
        ├── 1/          the experiment of run 1
        └── 2/

The request is written before a person is simulated, and the result as soon as it is there: a run that was
stopped half way stays in the list as one without a result, and the same command goes on with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moot.declaring.values import canonical_json
from moot.errors import CaseError
from moot.experiment.declaration import Experiment
from moot.findings.experimenting import begin, experiment_of, open_experiment, to_the_end
from moot.findings.results import Results
from moot.store.experiments import ExperimentFolder
from moot.trial.case import CONTENT, Case
from moot.trial.evidence import REQUEST, RESULT, Asked, content_of
from moot.trial.keeping import change, kept_case

__all__ = ["asked_run", "folder_of", "made_run", "problems_of_runs", "request_of", "result_of"]

Clock = Callable[[Case], int]
RUNS = "runs"


def folder_of(case: str | Path, number: int) -> Path:
    """Where a run of a case is kept."""
    return Path(case) / RUNS / str(number)


def request_of(experiment: Experiment) -> dict[str, Any]:
    """What a request says: the experiment in full, and how many of its kind it asks for."""
    about = {
        "experiment": {
            "hash": experiment.content_hash,
            "declared": experiment.model_dump(mode="json", by_alias=True, exclude_none=True),
            "drawn": list(experiment.drawn),
        },
        "scenarios": [
            {"hash": one.content_hash, "resolved": one.resolved()} for one in experiment.scenario_models
        ],
    }
    return {
        "format": REQUEST,
        "experiment": experiment.content_hash,
        "title": experiment.title,
        "replicates": experiment.replicates.count,
        "arms": list(experiment.scenario_models[0].arms),
        "people": experiment.scenario_models[0].people,
        "days": experiment.scenario_models[0].days,
        # As text: the order of keys in a declaration is part of it.
        "about": json.dumps(about, ensure_ascii=False),
    }


def result_of(results: Results) -> dict[str, Any]:
    """What both sides are told of a run: its table, its digests, and the code that made it."""
    told = results.as_dict()
    return {
        "format": RESULT,
        "experiment": told["experiment"]["hash"],
        "runs": told["digests"],
        "code": told["code"],
        "left_out": list(results.left_out),
        "lines": results.lines(),
    }


def sealed(content: dict[str, Any]) -> tuple[str, str]:
    """A content as text, and its SHA-256 (hex)."""
    text = canonical_json(content).decode()
    return text, hashlib.sha256(text.encode()).hexdigest()


def asked_run(
    folder: str | Path,
    experiment: Experiment,
    by: str,
    *,
    clock: Clock,
    reason: str = "",
    remedy: str | None = None,
) -> int:
    """Write the request for a run into the minutes; its number.

    `remedy` is the remedy that the court wants to see. Raises `CaseError`.
    """
    content = request_of(experiment)
    text, digest = sealed(content)
    texts = {CONTENT: text} | ({"reason": reason} if reason else {})

    def step(case: Case) -> None:
        body = {"experiment": content["experiment"], "digest": digest} | (
            {"remedy": remedy} if remedy else {}
        )
        case.do("ask-run", by, clock(case), texts=texts, **body)

    return len(change(folder, step).asked)


def made_run(
    folder: str | Path,
    number: int,
    *,
    clock: Clock,
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Results:
    """Simulate a run that was asked for, or go on with it, and write its result into the minutes.

    Raises `CaseError` where nobody asked for it, where its request was erased, or where the folder holds
    another experiment.
    """
    case = kept_case(folder)
    asked: Asked = case.numbered(case.asked, number, "run")
    place = folder_of(folder, number)
    if asked.made is not None:
        return open_experiment(place)
    content = content_of(case, asked.record)
    if content is None:
        raise CaseError(f"run {number}: what was asked for was erased; it cannot be made")
    from moot.findings.saving import versions

    about = json.loads(content["about"]) | {"versions": versions()}
    place.parent.mkdir(exist_ok=True)
    opened, plan = begin(experiment_of(about), place)
    with opened:
        results = to_the_end(opened, plan, threads=threads, progress=progress)
    text, digest = sealed(result_of(results))
    by = case.minutes[asked.record].by

    def step(case: Case) -> None:
        case.do("run-made", by, clock(case), texts={CONTENT: text}, run=number, digest=digest)

    change(folder, step)
    return results


def problems_of_runs(folder: str | Path) -> list[str]:
    """What differs between the runs in the minutes and those in the case's folder, a sentence each."""
    case, said = kept_case(folder), []
    there = {path.name for path in (Path(folder) / RUNS).glob("*")}
    for number, asked in enumerate(case.asked, 1):
        place = folder_of(folder, number)
        there.discard(str(number))
        if asked.made is None or content_of(case, asked.record) is None:  # not made yet, or wiped
            continue
        try:
            results = open_experiment(place)
            with ExperimentFolder.at(place) as opened:
                found = opened.about["experiment"]["hash"]
        except Exception as error:  # whatever is wrong with the folder is told, and the others are looked at
            said.append(f"run {number}: {error}")
            continue
        digest = case.minutes[asked.made].body["digest"]
        if found != asked.experiment or sealed(result_of(results))[1] != digest:
            said.append(f"run {number}: the folder holds another result than the minutes")
    said += [
        f"the folder {RUNS}/{name} is of no run that was asked for in this case" for name in sorted(there)
    ]
    return said
