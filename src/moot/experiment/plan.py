"""The plan of an experiment: every job that it consists of, in one order, before any of them is done.

A *job* simulates all arms of one scenario on one replicate, under one draw of the assumptions. A plan never
changes; its hash, with the version of the code, is the identity of what comes out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from moot.declaring.complaints import nearest
from moot.declaring.values import canonical_json
from moot.errors import UserError
from moot.experiment.declaration import Experiment
from moot.experiment.scenario import Scenario
from moot.experiment.simulation import changes_of
from moot.experiment.varying import drawn_scenario, share_of
from moot.society.arms import Arm
from moot.society.compile import compile_arms
from moot.vocabulary import ActClass, load_vocabulary

__all__ = ["CLASSES", "Job", "Plan", "classes_in", "matching", "measures_in", "plan_of"]

AS_DECLARED = 0
"""The draw in which every number is as declared."""
CLASSES: dict[str, tuple[ActClass, ...]] = {
    "offences": ("offence",),
    "incivilities": ("incivility",),
    "lawful": ("lawful",),
    "merits": ("merit",),
    "no-merits": ("offence", "incivility", "lawful"),
}
"""What stands for all acts of a class in a pattern, as in ``act:offences:acts``."""


@dataclass(frozen=True)
class Job:
    """One simulation of all arms.

    `draw` 0 has every number as declared; `replicate` counts from 1; `seed` is that of the people, `chance`
    that of what happens to them.
    """

    scenario: str
    arms: tuple[str, ...]
    replicate: int
    draw: int
    seed: int
    chance: int

    @property
    def name(self) -> str:
        """What the job is called in folders and messages."""
        return f"{self.scenario}-r{self.replicate:04d}-d{self.draw:03d}"

    @property
    def words(self) -> str:
        """The job in a sentence."""
        where = "" if self.draw == AS_DECLARED else f", draw {self.draw}"
        return f"{self.scenario}, replicate {self.replicate}{where}"

    def as_dict(self) -> dict[str, Any]:
        """The job as plain values."""
        return {**asdict(self), "arms": list(self.arms)}


@dataclass(frozen=True)
class Plan:
    """An experiment and its jobs, replicate by replicate; within one, what shares a burn-in lies together.

    Made by `plan_of`, which also sees to it that every draw holds together and every measure is there.
    """

    experiment: Experiment

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of all that the jobs depend on beside the code, and of what is told of them."""
        jobs = [job.as_dict() for job in self.jobs]
        known = [self.experiment.content_hash, load_vocabulary().content_hash, jobs]
        return hashlib.sha256(canonical_json(known)).hexdigest()

    @cached_property
    def jobs_hash(self) -> str:
        """SHA-256 (hex) of what a job of one name depends on beside the code.

        Not of how many replicates there are, nor of what is told of them: with more of the one or other
        measures, jobs that are done stay good.
        """
        told = self.experiment
        scenarios = [[one.scenario, one.content_hash] for one in told.scenario_models]
        draws = None if told.draws is None else [told.draws.count, told.draws.seed, *told.drawn]
        if draws is not None and told.narrowed is not None:
            draws.append(told.narrowed.content_hash)
        known = [load_vocabulary().content_hash, scenarios, told.seed, told.replicates.people, draws]
        return hashlib.sha256(canonical_json(known)).hexdigest()

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """Every job, in the order in which they are done."""
        told = self.experiment
        draws = 0 if told.draws is None else told.draws.count
        of_draws = 0 if told.draws is None else (told.draws.replicates or told.replicates.count)
        out = []
        for replicate in range(1, told.replicates.count + 1):
            chance = told.seed + replicate - 1
            seed = told.seed if told.replicates.people == "fixed" else chance
            for draw in range(1 + (draws if replicate <= of_draws else 0)):
                for scenario in told.scenario_models:
                    arms = tuple(scenario.arms)
                    out.append(Job(scenario.scenario, arms, replicate, draw, seed, chance))
        return tuple(out)

    def scenario(self, name: str) -> Scenario:
        """The scenario of this name, every number as declared."""
        return next(one for one in self.experiment.scenario_models if one.scenario == name)

    def scenario_of(self, job: Job) -> Scenario:
        """The scenario that a job simulates."""
        return self._drawn(job.scenario, job.draw)[0]

    def values_of(self, scenario: str, draw: int) -> dict[str, float]:
        """The drawn numbers by name; nothing of draw 0."""
        return self._drawn(scenario, draw)[1]

    def _drawn(self, name: str, draw: int) -> tuple[Scenario, dict[str, float]]:
        return self.under_draw(self.scenario(name), draw)

    def under_draw(self, scenario: Scenario, draw: int) -> tuple[Scenario, dict[str, float]]:
        """A scenario with the numbers of a draw, and these by name; its arms may be other ones."""
        draws = self.experiment.draws
        if draw == AS_DECLARED or draws is None:
            return scenario, {}
        shares = {one: share_of(draws.seed, one, draw, draws.count) for one in self.experiment.drawn}
        fitted = self.experiment.narrowed
        if fitted is not None:
            for one, (low, high) in fitted.shares_in(scenario.country_model).items():
                if one in shares:
                    shares[one] = low + (high - low) * shares[one]
        return drawn_scenario(scenario, shares, f"draw {draw} of {draws.count}")

    @cached_property
    def measures(self) -> dict[str, tuple[str, ...]]:
        """The measures that the experiment declares, those of `primary` first, and what each adds up."""
        told = self.experiment
        known = list(dict.fromkeys(name for one in told.scenario_models for name in _names(one)))
        classes = {act: of for one in told.scenario_models for act, of in classes_in(one).items()}
        return {asked: matching(asked, known, classes) for asked in (*told.primary, *told.measures)}

    @cached_property
    def concluded(self) -> dict[str, tuple[str, ...]]:
        """What the measure of each conclusion adds up, by the conclusion's name.

        Raises `DeclarationError` for a measure that there is not.
        """
        told, found = self.experiment, {}
        names = {one.scenario: _names(one) for one in told.scenario_models}
        for number, one in enumerate(told.conclusions):
            scenario = one.scenario or told.scenario_models[0].scenario
            classes = classes_in(self.scenario(scenario))
            try:
                known = list(dict.fromkeys(names[scenario]))
                found[one.conclusion] = matching(one.measure, known, classes)
            except UserError as error:
                told.refuse(("conclusions", number, "measure"), str(error))
        return found

    @cached_property
    def _alike(self) -> Counter[bytes]:
        return Counter(self._burn_in(job) for job in self.jobs)

    def _burn_in(self, job: Job) -> bytes:
        """What the burn-in of a job depends on; regimes on trial are no part of it."""
        scenario = self.scenario(job.scenario)
        drawn = [one for one in self.experiment.drawn if not one.startswith("regime.")]
        return canonical_json([
            scenario.country_model.content_hash, [one.content_hash for one in scenario.existing_models],
            scenario.start.isoformat(), scenario.burn_in, scenario.people, job.seed, job.chance,
            job.draw if drawn else 0,
        ])  # fmt: skip

    def shares_burn_in(self, job: Job) -> bool:
        """Whether another job lives through the same years before the first day."""
        return self._alike[self._burn_in(job)] > 1


def plan_of(experiment: Experiment) -> Plan:
    """The plan of an experiment.

    Raises `UserError` where a draw does not hold together, where a law cannot change on its day, and for a
    measure that no arm has.
    """
    plan = Plan(experiment)
    for scenario in experiment.scenario_models:
        for draw in range(1, 1 + (experiment.draws.count if experiment.draws else 0)):
            plan.values_of(scenario.scenario, draw)
    assert plan.measures is not None
    assert not experiment.conclusions or plan.concluded
    return plan


def classes_in(scenario: Scenario) -> dict[str, ActClass]:
    """The class of each act that has a rate in a scenario's country."""
    country, vocabulary = scenario.country_model, load_vocabulary()
    return {name: country.act(name, vocabulary).class_ for name in country.acts}


def matching(asked: str, known: list[str], classes: Mapping[str, ActClass] | None = None) -> tuple[str, ...]:
    """The measures that a name or a pattern stands for: a `*`, or a class of acts (`CLASSES`).

    `classes`: the class of each act. Raises `UserError` where there is no such measure.
    """
    found = [name for name in known if name == asked]
    parts = asked.split(":")
    of_class = CLASSES.get(parts[1], ()) if len(parts) == 3 and parts[0] == "act" else ()
    if "*" in asked:
        found = [name for name in known if _fits(parts, name.split(":"))]
    elif of_class and not found:
        acts = {act for act, one in (classes or {}).items() if one in of_class}
        found = [name for name in known if name.startswith("act:") and _act_in(name, parts[2]) in acts]
    if not found:
        near = nearest(asked, known)
        raise UserError(f'there is no measure "{asked}"' + (f"; {near}" if near else ""))
    return tuple(found)


def _act_in(name: str, what: str) -> str | None:
    """The act in a measure of what is counted of acts; None where it counts something else."""
    ending = f":{what}"
    return name.removeprefix("act:").removesuffix(ending) if name.endswith(ending) else None


def _fits(asked: list[str], name: list[str]) -> bool:
    return len(asked) == len(name) and all(
        mine in ("*", word) for mine, word in zip(asked, name, strict=True)
    )


def _names(scenario: Scenario) -> list[str]:
    flows, stocks = measures_in(scenario)
    return [*flows, *stocks]


def measures_in(scenario: Scenario) -> tuple[list[str], list[str]]:
    """Flows and stocks that the arms of a scenario have, without opinion. Compiles, simulates nothing.

    Raises `UserError` where a law cannot change on its day.
    """
    country, vocabulary = scenario.country_model, load_vocabulary()
    institutions = scenario.comparator != "none"
    existing = scenario.existing_models if institutions else ()
    arms = [Arm(name, existing, one, institutions) for name, one in scenario.arm_regimes.items()]
    residents = country.residents or scenario.people
    compiled = compile_arms(country, vocabulary, arms, start=scenario.start, seed=0, residents=residents)
    changes_of(scenario, arms, compiled, vocabulary, 0)
    flows, stocks = compiled.columns.flow_names, compiled.columns.stock_names
    return (
        [name for columns in flows for name in columns.values()],
        [name for columns in stocks for name in columns.values()],
    )
