"""An experiment as a file declares it: scenarios, arms, replicates, draws of assumptions, what is told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import Field, PrivateAttr, ValidationError

from moot.declaring.complaints import Complaint, as_problem, complain_unknown, declared, said_of
from moot.declaring.files import beside, find, kind_of_source
from moot.declaring.source import Place, Source
from moot.declaring.values import Declaration, IsoDate, Many, Reference, Slug, Text
from moot.errors import DeclarationError, Problem, UnknownNameError, UserError
from moot.experiment.budget import alternatives_in
from moot.experiment.experiment_parts import (
    ALTERNATIVES,
    Arms,
    Draws,
    ExperimentArm,
    Intervention,
    Plain,
    Replicates,
)
from moot.experiment.fitted import Fitted, ranges_from
from moot.experiment.questions import (
    ALL,
    DEFAULT,
    Causes,
    DeclaredConclusion,
    Frontier,
    Size,
    Sweep,
    check_conclusions,
    check_conclusions_in,
)
from moot.experiment.scenario import MOST_ARMS, Scenario, check_meeting, check_scenario, scenario_from
from moot.experiment.varying import ROOTS, names_in
from moot.regime.players import Players, default_players, players_from
from moot.regime.reading import regime_from
from moot.regime.schema import Regime
from moot.regime.values import with_values
from moot.vocabulary import load_vocabulary

__all__ = [
    "Draws",
    "Experiment",
    "ExperimentArm",
    "Intervention",
    "Replicates",
    "experiment_from",
    "experiment_of",
    "load_experiment",
    "swept_names",
]

IN_MEMORY = "<memory>"
FEWEST_FRONTIER = 10
"""Replicates of a frontier, at least."""
FEWEST_BCA = 50
"""Replicates from which an interval may be a bootstrap's."""


class Experiment(Declaration):
    """An experiment, with what it refers to resolved; read with `load_experiment`.

    `people`, `days`, `start` and `burn_in_years` are in the place of the scenarios'; `arms` in the place of
    theirs, if given; the word `alternatives` adds to theirs those of R1 to R9 that there are to their regime
    (`moot.regime.alternatives`). `measures` are told beside those of `primary`, which alone are the family
    declared beforehand; with neither, the table of a run is. A measure is a name, or a pattern whose `*`
    stands for part of one: what it matches is added up. `groups` are attributes by whose levels they are told
    as well. `metrics` (`all`, or ids), `twins` and `attribute` are told beside them, `traced` is the size of
    the jobs that the first two need. `conclusions` and `flip` are for `moot flip`, `frontier` for
    `moot frontier` (`moot.experiment.questions`).
    `scenario_models` are the scenarios with these arms; `drawn` the names of the numbers that are drawn;
    `players` those of each scenario, by its name, where something is attributed.
    """

    experiment: Slug
    title: Text
    scenarios: Many[Reference] = Field(min_length=1, max_length=8)
    start: IsoDate | None = None
    days: int | None = Field(default=None, ge=1, le=36_525)
    people: int | None = Field(default=None, ge=1, le=2_000_000_000)
    burn_in_years: int | None = Field(default=None, ge=0, le=20)
    seed: int = Field(default=1, ge=0)
    replicates: Replicates = Replicates(count=20)
    arms: Arms | None = Field(default=None, min_length=1, max_length=MOST_ARMS)
    draws: Draws | None = None
    measures: Many[Text] = Field(default=(), max_length=100)
    primary: Many[Text] = Field(default=(), max_length=20)
    groups: Many[Slug] = ()
    metrics: Literal["all"] | Annotated[Many[Text], Field(min_length=1, max_length=40)] | None = None
    twins: bool = False
    traced: Size | None = None
    attribute: Causes | None = None
    conclusions: Many[DeclaredConclusion] = Field(default=(), max_length=20)
    flip: Sweep | None = None
    frontier: Frontier | None = None
    level: float = Field(default=0.95, ge=0.5, le=0.999)
    interval: Literal["t", "bca"] = "t"

    _scenarios: tuple[Scenario, ...] = PrivateAttr(default=())
    _drawn: tuple[str, ...] = PrivateAttr(default=())
    _fitted: Fitted | None = PrivateAttr(default=None)
    _players: dict[str, Players] = PrivateAttr(default_factory=dict)

    @property
    def scenario_models(self) -> tuple[Scenario, ...]:
        """The scenarios with the arms of this experiment, in its order."""
        return self._scenarios

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of the numbers that are drawn from their ranges."""
        return self._drawn

    @property
    def players(self) -> dict[str, Players]:
        """The players of each scenario by its name; empty where nothing is attributed."""
        return self._players

    @property
    def narrowed(self) -> Fitted | None:
        """The fitted ranges from which numbers are drawn; None where all are drawn from the declared ones."""
        return self._fitted

    def replace(
        self,
        *,
        people: int | None = None,
        days: int | None = None,
        seed: int | None = None,
        replicates: int | None = None,
    ) -> Experiment:
        """The same experiment with more people, for longer, with other seeds or more replicates.

        What is asked beside the table at a size of its own (`traced`, `attribute`, `flip`, `frontier`) is not
        larger than asked here; a frontier keeps ten replicates. Raises `DeclarationError` where the change is
        not possible.
        """
        asked = {"people": people, "days": days, "seed": seed}
        changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        content = self.model_dump(by_alias=True, exclude_none=True)
        if replicates is not None:
            changes["replicates"] = content["replicates"] | {"count": replicates}
        for key in ("traced", "attribute", "flip", "frontier"):
            if key in content:
                changes[key] = _within(
                    content[key], {"people": people, "days": days, "replicates": replicates}
                )
        changed = _validated(content | changes, self._source)
        changed._scenarios = tuple(one.replace(people=people, days=days) for one in self._scenarios)
        changed._drawn, changed._warnings = self._drawn, self._warnings
        changed._fitted, changed._players = self._fitted, self._players
        return changed

    def refuse(self, at: Place, message: str) -> NoReturn:
        """Raise `DeclarationError` about the key at a place, with its line where there is a file."""
        said = Complaint(at=at, message=message)
        source = self._source
        raise DeclarationError([as_problem(source, said) if source is not None else _in_memory(said)])

    def resolved(self) -> dict[str, Any]:
        """The experiment with its scenarios in full; their arms are those of the experiment."""
        content: dict[str, Any] = super().resolved()
        content["scenarios"] = [one.resolved() for one in self._scenarios]
        content["drawn"] = list(self._drawn)
        if self._fitted is not None:
            content["fitted"] = self._fitted.resolved()
        if not self.conclusions:
            del content["conclusions"]
        if not self.twins:
            del content["twins"]
        if self._players:
            content["players"] = {name: one.resolved() for name, one in self._players.items()}
        return {key: value for key, value in content.items() if key not in TOLD_OF_SCENARIOS}


TOLD_OF_SCENARIOS = ("start", "days", "people", "burn_in_years", "arms")
"""What the resolved scenarios say already."""


def experiment_of(scenario: Scenario, **keys: object) -> Experiment:
    """An experiment of one scenario as it is, with the keys of a file beside `scenarios` and `arms`.

    Raises `DeclarationError` for a key or value that a file could not have.
    """
    content = {"experiment": scenario.scenario, "title": scenario.title, "scenarios": (scenario.scenario,)}
    made = _validated(content | keys, None)
    made._scenarios = (_to_compare(scenario, None),)
    complaints, made._drawn = _drawn(made)
    arms = {scenario.scenario: list(scenario.arms)}
    complaints = [*complaints, *check_conclusions_in(made.conclusions, arms)]
    _refuse([_in_memory(one) for one in complaints])
    if made.attribute is not None:
        _refuse(_with_players(made, None))
    return made


def _within(part: dict[str, Any], most: dict[str, int | None]) -> dict[str, Any]:
    """A part with a size of its own, which is no larger than `most`."""
    cut = {key: min(part[key], one) for key, one in most.items() if one is not None and key in part}
    if "aim" in part and "replicates" in cut:  # a frontier
        cut["replicates"] = max(cut["replicates"], min(part["replicates"], FEWEST_FRONTIER))
    return part | cut


def _validated(content: dict[str, Any], source: Source | None) -> Experiment:
    """An experiment from plain values, checked. Raises `DeclarationError`."""
    try:
        made = Experiment.model_validate(content)
    except ValidationError as error:
        shown = source.shown if source is not None else IN_MEMORY
        said = said_of(Experiment, error)
        raise DeclarationError(Problem(path=shown, message=text) for text in said) from None
    made._source = source
    complaints = list(check_experiment(made))
    _refuse([as_problem(source, one) if source is not None else _in_memory(one) for one in complaints])
    return made


def _in_memory(said: Complaint) -> Problem:
    """A complaint about what no file says."""
    return Problem(path=IN_MEMORY, key=".".join(map(str, said.at)), message=said.message, hint=said.hint)


def load_experiment(path: str | Path) -> Experiment:
    """The experiment that a file declares, with its scenarios and regimes.

    Raises `DeclarationError` with every problem of the file and of those that it refers to.
    """
    return experiment_from(find("experiment", path))


def experiment_from(source: Source) -> Experiment:
    """The experiment declared in `source`, resolved."""
    if kind_of_source(source) == "scenario":
        message = "is a scenario, for moot run; an experiment has the keys experiment and scenarios"
        raise DeclarationError([source.problem((), message)])
    experiment = declared(Experiment, source, check_experiment)
    problems: list[Problem] = []
    scenarios: list[Scenario] = []
    for number, reference in enumerate(experiment.scenarios):
        try:
            found = scenario_from(beside(source, reference, "scenario"))
            scenarios.append(_as_asked(experiment, source, found))
        except UnknownNameError as error:
            said = complain_unknown(("scenarios", number), "scenario", error.name, error.known)
            if source.path is not None and (source.path.parent / f"{reference}.yaml").is_file():
                said = replace(said, hint=f'did you mean the file "{reference}.yaml"?')
            problems.append(as_problem(source, said))
        except DeclarationError as error:
            problems.extend(error.problems)
        except ValueError as error:
            problems.append(as_problem(source, Complaint(at=("scenarios", number), message=str(error))))
    if not problems:
        names = [one.scenario for one in scenarios]
        for number, name in enumerate(names):
            if name in names[:number]:
                message = f'two scenarios are called "{name}"'
                problems.append(as_problem(source, Complaint(at=("scenarios", number), message=message)))
        experiment._scenarios = tuple(scenarios)
        said_of_ranges, experiment._drawn = _drawn(experiment)
        arms = {one.scenario: list(one.arms) for one in scenarios}
        said_of_arms = check_conclusions_in(experiment.conclusions, arms)
        problems += [as_problem(source, one) for one in (*said_of_ranges, *said_of_arms)]
        if experiment.draws is not None and experiment.draws.ranges is not None and not problems:
            problems += _with_fitted(experiment, source, experiment.draws.ranges)
        if experiment.attribute is not None and not problems:
            problems += _with_players(experiment, source)
    if problems:
        raise DeclarationError(dict.fromkeys(problems))
    noticed = (problem for one in scenarios for problem in one.warnings)
    experiment._warnings = tuple(dict.fromkeys((*experiment._warnings, *noticed)))
    return experiment


def check_experiment(experiment: Experiment) -> Iterator[Complaint]:
    """What one key of an experiment says about another."""
    for name, arm in (experiment.arms or {}).items():
        at: Place = ("arms", name)
        if name == ALTERNATIVES and len(experiment.arms or {}) > 1:
            message = f"is no arm beside others; expected `arms: {ALTERNATIVES}`, or another name"
            yield Complaint(at=at, message=message, at_key=True)
        if arm.regime is None and arm.values is not None:
            yield Complaint(at=(*at, "values"), message="there is no regime here to change")
        if arm.regime is None and arm.changes:
            message = "today's law does not change within a run; expected a regime in this arm"
            yield Complaint(at=(*at, "changes"), message=message)
        days = [one.at for one in arm.changes]
        for number, one in enumerate(arm.changes):
            if (one.regime is None) == (one.values is None):
                message = "needs exactly one of `regime` and `values`"
                yield Complaint(at=(*at, "changes", number), message=message)
            if one.at in days[:number]:
                message = f"two changes of one arm on {one.at}"
                yield Complaint(at=(*at, "changes", number, "at"), message=message)
    told = [*(("measures", n) for n in range(len(experiment.measures)))]
    told += [("primary", n) for n in range(len(experiment.primary))]
    seen: list[str] = []
    for key, number in told:
        measure = getattr(experiment, key)[number]
        if measure in seen:
            yield Complaint(at=(key, number), message=f'"{measure}" is told twice')
        seen.append(measure)
    attributes = load_vocabulary().attributes
    for number, group in enumerate(experiment.groups):
        if group not in attributes:
            yield complain_unknown(("groups", number), "attribute", group, attributes)
        elif group in experiment.groups[:number]:
            yield Complaint(at=("groups", number), message=f'"{group}" is told twice')
    if experiment.groups and not seen:
        message = "are told for declared measures; expected `measures` or `primary` in this file"
        yield Complaint(at=("groups",), message=message)
    if experiment.frontier is not None and list(experiment.arms or {}) != [ALTERNATIVES]:
        message = f"asks of milder alternatives; expected `arms: {ALTERNATIVES}` in this file"
        yield Complaint(at=("frontier",), message=message)
    if experiment.traced is not None and not (experiment.metrics or experiment.twins):
        message = f"is the size of what `metrics: {ALL}` or `twins: true` need; expected one of them here"
        yield Complaint(at=("traced",), message=message)
    count, draws = experiment.replicates.count, experiment.draws
    if draws is not None and draws.replicates is not None and draws.replicates > count:
        message = f"{draws.replicates} replicates of each draw; there are {count} in all"
        yield Complaint(at=("draws", "replicates"), message=message)
    yield from check_conclusions(experiment.conclusions, experiment.flip)
    if experiment.interval == "bca" and count < FEWEST_BCA:
        message = f"a bootstrap needs {FEWEST_BCA} replicates or more; there are {count}; expected t"
        yield Complaint(at=("interval",), message=message)


def _as_asked(experiment: Experiment, source: Source, scenario: Scenario) -> Scenario:
    """A scenario with the arms, size and time of the experiment. Raises `DeclarationError`."""
    problems: list[Problem] = []
    regimes: dict[str, Regime | None] = {}
    milder = experiment.arms is not None and list(experiment.arms) == [ALTERNATIVES]
    declared_arms = {} if milder else (experiment.arms or {})
    if milder:
        regimes, problems = _with_alternatives(source, scenario, experiment.frontier)
        _refuse(problems)
    for name, arm in declared_arms.items():
        regimes[name] = None
        if arm.regime is not None:
            regimes[name] = _regime(source, ("arms", name), arm.regime, arm.values, None, problems)
    _refuse(problems)
    asked = scenario
    if experiment.arms is not None:
        asked = scenario.with_arms(regimes)
        asked._source = source
        problems += [as_problem(source, one) for one in check_scenario(asked)]
        _refuse(problems)
        met = list(check_meeting(asked))
        _refuse(met)
        asked._warnings = tuple(dict.fromkeys((*scenario.warnings, *problems, *met)))
    _to_compare(asked, source, ("arms",) if experiment.arms is not None else ("scenarios",))
    try:
        asked = asked.replace(
            start=experiment.start,
            days=experiment.days,
            people=experiment.people,
            burn_in_years=experiment.burn_in_years,
        )
    except DeclarationError as error:
        raise DeclarationError([_about_size(experiment, source, one) for one in error.problems]) from None
    for name, arm in declared_arms.items():
        for number, one in sorted(enumerate(arm.changes), key=lambda pair: pair[1].at):
            asked = _changed(asked, source, name, number, one, problems)
    _refuse(problems)
    return asked


def _with_alternatives(
    source: Source, scenario: Scenario, asked: Frontier | None
) -> tuple[dict[str, Regime | None], list[Problem]]:
    """The arms of a scenario and the milder ones to its regime; what does not apply, as warnings.

    What the frontier aims at is what R1 and R2 go for; an aim that there may not be is an error.
    """
    arms = scenario.arm_regimes
    starts = [one for one in arms.values() if one is not None]
    if len(starts) != 1:
        message = f"{scenario.scenario} has {len(starts)} arms with a regime; alternatives are to one"
        return {}, [as_problem(source, Complaint(at=("arms",), message=message))]
    said = []
    try:
        found = alternatives_in(starts[0], scenario.country_model, aim=asked.aim if asked else None)
    except UserError as error:
        at: Place = ("frontier", "aim")
        return {}, [as_problem(source, Complaint(at=at, message=str(error)))]
    for name, (one, _) in found.items():
        if one.regime is not None:
            arms[name.lower()] = one.regime
        elif one.refused:
            message = f"{name} does not apply to {starts[0].regime}: {one.refused}"
            said.append(as_problem(source, Complaint(at=("arms",), message=message, warning=True)))
    return arms, said


def _to_compare(scenario: Scenario, source: Source | None, at: Place = ()) -> Scenario:
    """The scenario, if it has an arm with a regime and one without. Raises `DeclarationError`."""
    with_regime = [one is not None for one in scenario.arm_regimes.values()]
    if all(with_regime) or not any(with_regime):
        what = "no arm without a regime" if all(with_regime) else "no arm with a regime"
        said = Complaint(at=at, message=f"{scenario.scenario} has {what}: there is nothing to compare")
        raise DeclarationError([as_problem(source, said) if source is not None else _in_memory(said)])
    return scenario


def _about_size(experiment: Experiment, source: Source, problem: Problem) -> Problem:
    """A problem of a scenario that the experiment made longer, larger or later: told in this file."""
    named = [
        key for key in ("start", "days", "people", "burn_in_years") if getattr(experiment, key) is not None
    ]
    key = problem.key if problem.key in named else (named[0] if named else "scenarios")
    return as_problem(source, Complaint(at=(key,), message=problem.message, hint=problem.hint))


def _refuse(problems: list[Problem]) -> None:
    if any(one.level == "error" for one in problems):
        raise DeclarationError(dict.fromkeys(problems))


def _regime(
    source: Source,
    at: Place,
    reference: str | None,
    values: dict[str, Plain] | None,
    before: Regime | None,
    problems: list[Problem],
) -> Regime | None:
    """The regime that an arm or a change names, with its values; None with the reasons in `problems`."""
    found = before
    try:
        if reference is not None:
            found = regime_from(beside(source, reference, "regime"))
        if found is not None and values is not None:
            at = (*at, "values")
            return with_values(found, values)
        return found
    except UnknownNameError as error:
        said = complain_unknown((*at, "regime"), "regime", error.name, error.known)
        if source.path is not None and (source.path.parent / f"{reference}.yaml").is_file():
            said = replace(said, hint=f'did you mean the file "{reference}.yaml"?')
        problems.append(as_problem(source, said))
    except DeclarationError as error:
        if at[-1] == "values":
            text = "; ".join(f"{one.key}: {one.message}" for one in error.problems[:3])
            problems.append(as_problem(source, Complaint(at=at, message=text)))
        else:
            problems.extend(error.problems)
    except UserError as error:
        problems.append(as_problem(source, Complaint(at=at, message=str(error))))
    except ValueError as error:
        problems.append(as_problem(source, Complaint(at=(*at, "regime"), message=str(error))))
    return None


def _changed(
    scenario: Scenario, source: Source, arm: str, number: int, one: Intervention, problems: list[Problem]
) -> Scenario:
    """The scenario with a change of an arm; the same, with the reasons in `problems`, where it cannot be."""
    at: Place = ("arms", arm, "changes", number)
    earlier = [change.regime for change in scenario.changes if change.arm == arm]
    before = earlier[-1] if earlier else scenario.arm_regimes[arm]
    regime = _regime(source, at, one.regime, one.values, before, problems)
    if regime is None:
        return scenario
    try:
        return scenario.with_change(one.at, arm, regime)
    except DeclarationError as error:
        problems.extend(error.problems)
    except UserError as error:
        problems.append(as_problem(source, Complaint(at=(*at, "at"), message=str(error))))
    return scenario


def _with_fitted(experiment: Experiment, source: Source, reference: str) -> list[Problem]:
    """Give the experiment the fitted ranges that it names; what is wrong with them."""
    at: Place = ("draws", "ranges")
    try:
        found = ranges_from(beside(source, reference, "experiment"))
        for scenario in experiment.scenario_models:
            found.shares_in(scenario.country_model)
    except DeclarationError as error:
        return list(error.problems)
    except (UserError, ValueError) as error:
        return [as_problem(source, Complaint(at=at, message=str(error)))]
    if not set(found.ranges) & set(experiment.drawn):
        message = f"fits {', '.join(found.ranges)}, and none of them is drawn; expected one in `over`"
        return [as_problem(source, Complaint(at=at, message=message))]
    experiment._fitted = found
    return []


MEASURES = ("act:offences:acts", "act:lawful:acts", "act:no-merits:charged-by-regime")
"""What is divided among default players where an experiment declares nothing beforehand."""


def _with_players(experiment: Experiment, source: Source | None) -> list[Problem]:
    """Give the experiment the players that it names, scenario by scenario; what is wrong with them."""
    asked = experiment.attribute
    assert asked is not None
    given: Players | None = None
    try:
        if asked.players != DEFAULT:
            if source is None:
                raise ValueError(
                    "a file of players stands beside the file of an experiment; expected default"
                )
            given = players_from(beside(source, asked.players, "experiment"))
        for scenario in experiment.scenario_models:
            regimes = {name: one for name, one in scenario.arm_regimes.items() if one is not None}
            arm = given.arm if given is not None and given.arm is not None else next(iter(regimes))
            if arm not in regimes:
                raise UserError(f"{arm}: no arm with a regime; there is {', '.join(regimes)}")
            told = given or default_players(regimes[arm], experiment.primary or MEASURES, arm)
            told.check_against(regimes[arm])
            experiment._players[scenario.scenario] = told
    except DeclarationError as error:
        return list(error.problems)
    except (UserError, ValueError) as error:
        said = Complaint(at=("attribute",), message=str(error))
        return [as_problem(source, said) if source is not None else _in_memory(said)]
    return []


def _drawn(experiment: Experiment) -> tuple[list[Complaint], tuple[str, ...]]:
    """What is wrong with the names of numbers to be drawn, and which they are."""
    if experiment.draws is None:
        return [], ()
    every = list(dict.fromkeys(itertools.chain.from_iterable(map(names_in, experiment.scenario_models))))
    return _named(every, experiment.draws.over, ("draws", "over"))


def swept_names(experiment: Experiment, scenario: Scenario) -> tuple[str, ...]:
    """The numbers that `moot flip` moves in a scenario. Raises `DeclarationError` for a name there is not."""
    every = names_in(scenario)
    if experiment.flip is None or not experiment.flip.over:
        return tuple(every)
    complaints, chosen = _named(every, experiment.flip.over, ("flip", "over"))
    source = experiment._source
    _refuse([as_problem(source, one) if source else _in_memory(one) for one in complaints])
    return chosen


def _named(every: list[str], over: Sequence[str], key: Place) -> tuple[list[Complaint], tuple[str, ...]]:
    """The numbers that names, or how names begin, stand for; and what is wrong with these."""
    complaints, chosen = [], set()
    for number, name in enumerate(over):
        mine = [one for one in every if one == name or one.startswith(f"{name}.")]
        if not mine:
            known = (
                every if "." in name else [root for root in ROOTS if any(n.startswith(root) for n in every)]
            )
            at: Place = (*key, number)
            complaints.append(complain_unknown(at, "number with a range", name, known))
        chosen.update(mine)
    return complaints, tuple(name for name in every if name in chosen)
