"""From a scheme to what a dossier is made of: the experiment that is asked, done or gone on with.

A file of an experiment asks what it declares. Of a scenario, or of a regime alone, what is asked stands in
``data/questions.yaml``: the scheme beside today's law and R1 to R9, metrics, twins, causes, what would flip
two conclusions, and the frontier of alternatives.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from moot.declaring.complaints import nearest
from moot.declaring.files import data_folder, find, kind_of_source, looks_like_name, shipped_names
from moot.declaring.source import Source, read_source, source_of_text
from moot.errors import DeclarationError, UserError
from moot.experiment.budget import alternatives_in
from moot.experiment.declaration import Experiment, experiment_from, experiment_of
from moot.experiment.executor import Policy
from moot.experiment.plan import Plan, plan_of
from moot.experiment.scenario import MOST_ARMS, Scenario, check_meeting, scenario_from
from moot.findings import flipping, frontier
from moot.findings.alternatives_file import write_alternatives
from moot.findings.beside import Beside
from moot.findings.experimenting import begin, executor_at, open_experiment, to_the_end
from moot.findings.jobs import Progress
from moot.findings.saving import code_hash
from moot.findings.sheet import write_sheet
from moot.regime.reading import regime_from
from moot.store.experiments import ALTERNATIVES, SHEET, ExperimentFolder, read_beside

__all__ = ["Examination", "examine", "experiment_about"]

NAMED: tuple[Literal["scenario", "regime"], ...] = ("scenario", "regime")
"""What a name alone may stand for, in this order."""
Stage = Callable[[str, int], AbstractContextManager[Progress | None]]
"""`stage(words, jobs)` gives where the progress of so many jobs is told, while they are done."""


def experiment_about(
    what: str | Path,
    *,
    country: str | None = None,
    people: int | None = None,
    days: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Experiment:
    """The experiment that answers about a regime, a scenario or the file of an experiment.

    `what` is a shipped name (of a scenario, else of a regime) or a file; `country` is where a regime is put
    to the question. `people` and `days` are in the place of all declared ones, `replicates` of those of the
    table. Raises `UserError` for a name that nothing has, `DeclarationError` for a file that is wrong.
    """
    source = _source(what)
    kind = kind_of_source(source)
    if kind == "experiment":
        if country is not None:
            raise UserError(
                f"{source.shown} is an experiment, which has its scenarios; leave out the country"
            )
        made = experiment_from(source)
    elif kind == "scenario":
        if country is not None:
            raise UserError(f"{source.shown} is a scenario, which has its country; leave out the country")
        made = _asked(scenario_from(source))
    else:
        made = _asked(_scenario_of(source, country))
    return made.replace(people=people, days=days, replicates=replicates, seed=seed)


def _source(what: str | Path) -> Source:
    name = str(what)
    if not looks_like_name(name) or Path(name).is_file():
        return find("experiment", Path(what))
    known = {kind: shipped_names(kind) for kind in NAMED}
    for kind in NAMED:
        if name in known[kind]:
            return find(kind, name)
    near = nearest(name, dict.fromkeys(known["scenario"] + known["regime"]))
    said = f"there is no experiment at {name}, and no scenario or regime is called so"
    raise UserError(f"{said}; {near}" if near else said)


def _questions() -> dict[str, Any]:
    path = data_folder() / "questions.yaml"
    return json.loads(json.dumps(read_source(path, "questions.yaml").data, default=str))  # type: ignore[no-any-return]


def _scenario_of(source: Source, country: str | None) -> Scenario:
    """A scenario of one regime beside today's law. Raises `DeclarationError`."""
    regime, asked = regime_from(source), _questions()["scenario"]
    start = str(regime.announced or asked["start"])
    content = {
        "scenario": regime.regime, "title": f"{regime.name}, {country or asked['country']}, {start[:4]}",
        "country": country or asked["country"], "start": start, "days": asked["days"],
        "people": _questions()["experiment"]["people"], "arms": {"status-quo": {}},
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=1)
    base = scenario_from(source_of_text(text, f"{source.shown}, put to the question"))
    made = base.with_arms({"status-quo": None, regime.regime: regime})
    problems = [one for one in check_meeting(made) if one.level == "error"]
    if problems:
        raise DeclarationError(problems)
    return made


def _asked(scenario: Scenario) -> Experiment:
    """What ``questions.yaml`` asks of a scenario, without what it cannot be asked."""
    told = _questions()
    keys: dict[str, Any] = dict(told["experiment"])
    arms = scenario.arm_regimes
    on_trial = {name: one for name, one in arms.items() if one is not None}
    regime = next(iter(on_trial.values()), None)
    alone = len(on_trial) == 1 and regime is not None
    if alone:
        assert regime is not None
        try:
            found = alternatives_in(regime, scenario.country_model, aim=keys["frontier"]["aim"])
        except UserError:  # it counts no offence that may be aimed at: no frontier is a question
            del keys["frontier"]
            found = alternatives_in(regime, scenario.country_model)
        arms |= {name.lower(): one.regime for name, (one, _) in found.items() if one.regime is not None}
        scenario = scenario.with_arms(dict(list(arms.items())[:MOST_ARMS]))
    else:  # several schemes are compared as they are: alternatives are to one
        del keys["arms"], keys["frontier"]
    if scenario.changes:
        keys.pop("attribute")
    size = {"people": keys.pop("people")}
    conclusions = tuple(
        one | {"arm": arm, "conclusion": one["conclusion"] if alone else f"{one['conclusion']}-{arm}"[:60]}
        for arm in on_trial
        for one in told["conclusions"]
    )
    return experiment_of(
        scenario.replace(**size),
        **keys,
        experiment=f"{scenario.scenario}-examined",
        primary=tuple(told["primary"]),
        conclusions=conclusions,
    )


@dataclass(frozen=True)
class Examination:
    """What was done: the experiment's folder, and the keys of questions that its file does not ask."""

    folder: Path
    not_asked: tuple[str, ...]


def stages(plan: Plan) -> list[tuple[str, int]]:
    """(words, jobs at most) of what an experiment asks, in the order in which it is done."""
    told = plan.experiment
    out = [("table", len(plan.jobs) + len(Beside(plan).jobs))]
    if told.conclusions:
        out.append(("flip", flipping.jobs_at_most(plan)))
    if told.frontier is not None:
        out.append(("frontier", frontier.jobs_at_most(plan)))
    return out


def examine(
    experiment: Experiment,
    place: str | Path,
    *,
    threads: int | None = None,
    cache: bool = True,
    cluster: str | None = None,
    on_error: Policy = "stop",
    force: bool = False,
    stage: Stage = lambda words, jobs: nullcontext(lambda phase, done, of: None),
    tell: Callable[[str], None] | None = None,
) -> Examination:
    """Do what an experiment asks in the folder `place`, or what is left of it: its table with metrics, twins
    and causes, what would flip its conclusions, and the frontier of alternatives.

    What is done already for the same plan and version is not done again. Raises as `moot.compare` does; what
    was done stays in the folder.
    """
    plan = plan_of(experiment)
    stages(plan)  # what cannot be asked is told before any work
    folder, plan = begin(experiment, Path(place), force=force)
    if tell is not None:
        folder.tell = tell
    how: dict[str, Any] = {"threads": threads, "cache": cache}
    with folder:
        executor = executor_at(cluster, plan, threads=threads, cache=cache, tell=folder.tell)
        how["executor"] = executor
        for words, jobs in stages(plan):
            if _is_there(folder, plan, words):
                continue
            with stage(words, jobs) as progress:
                if words == "table":
                    to_the_end(folder, plan, on_error=on_error, progress=progress, **how)
                elif words == "flip":
                    write_sheet(folder, plan, progress=progress, **how)
                else:
                    write_alternatives(folder, plan, progress=progress, **how)
    asked = {
        "metrics": experiment.metrics, "twins": experiment.twins, "attribute": experiment.attribute,
        "conclusions": experiment.conclusions, "frontier": experiment.frontier,
    }  # fmt: skip
    return Examination(folder.path, tuple(key for key, one in asked.items() if not one))


def _is_there(folder: ExperimentFolder, plan: Plan, words: str) -> bool:
    """Whether what a stage writes is there, of this plan and version."""
    if words == "table":
        return folder.finished and not open_experiment(folder.path).left_out
    found = read_beside(folder.path, SHEET if words == "flip" else ALTERNATIVES)
    return found is not None and (found.get("plan"), found.get("code")) == (plan.content_hash, code_hash())
