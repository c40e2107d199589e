"""A calibration as a file declares it: which numbers are free, and on which figures they are fitted.

Free are numbers of the country and of how people behave, each within the range that the country's file
declares. What a regime says is fitted to nothing, and nothing is fitted on what people fear, think or keep to
themselves. Today's law alone is simulated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, Strict

from moot.declaring.complaints import Complaint, as_problem, complain_unknown, declared
from moot.declaring.files import beside, find, kind_of_source
from moot.declaring.source import Place, Source
from moot.declaring.values import Declaration, IsoDate, Many, Part, Reference, Slug, Text
from moot.errors import DeclarationError, UnknownNameError, UserError
from moot.experiment.plan import matching, measures_in
from moot.experiment.published import MOST_FITTED
from moot.experiment.scenario import Scenario, scenario_from
from moot.experiment.varying import Ranged, ranged_in
from moot.regime.aims import check_path, why_not_fitted

__all__ = [
    "Calibration",
    "Check",
    "Figure",
    "Identify",
    "Rounds",
    "calibration_from",
    "load_calibration",
    "of_todays_law",
]

Number = Annotated[float, Strict(False)]
UNITS = {
    "rate": "per 1,000 people and year",
    "level": "per 1,000 people on the last day",
    "share": "per cent",
}
FEWEST_PEOPLE = 1_000


class Figure(Part):
    """A published figure: `value` ± `tolerance`, and what of a run it is compared with.

    `as`: "rate" a flow per 1,000 people and year, "level" a stock per 1,000 people on the last day, "share"
    `counts` of what `of` counts, in per cent. `counts` and `of` are measures; several are added up.
    """

    id: Slug
    what: Text
    counts: Many[Text] = Field(min_length=1, max_length=40)
    of: Many[Text] = Field(default=(), max_length=40)
    as_: Literal["rate", "level", "share"] = Field(default="rate", alias="as")
    value: Number
    tolerance: Number = Field(gt=0)

    @property
    def unit(self) -> str:
        """The unit of `value` and `tolerance`."""
        return UNITS[self.as_]


class Identify(Part):
    """How it is looked at whether the figures tell the numbers apart.

    Each number is moved by a factor e^±`step`, in so many `replicates` with the same people and chance.
    """

    replicates: int = Field(default=6, ge=2, le=100)
    step: Number = Field(default=0.15, gt=0, le=1)


class Rounds(Part):
    """How parameter sets are sought: so many `particles` kept a round, `rounds`, and a `budget` of runs.

    It ends earlier where all that is kept is at most `near_enough` away, in tolerances; by default the square
    root of the number of figures, where each is a tolerance away.
    """

    particles: int = Field(default=200, ge=50, le=5_000)
    rounds: int = Field(default=6, ge=1, le=30)
    near_enough: Number | None = Field(default=None, ge=0)
    budget: int = Field(default=10_000, ge=100, le=1_000_000)


class Check(Part):
    """The method tried on figures of its own making: true values are drawn from the ranges, so many times.

    Each of the `replicates` is a calibration of `particles`, `rounds` and `budget` runs of its own.
    """

    replicates: int = Field(ge=50, le=1_000)
    particles: int = Field(default=50, ge=50, le=5_000)
    rounds: int = Field(default=8, ge=1, le=30)
    budget: int = Field(default=3_000, ge=100, le=100_000)


class Calibration(Declaration):
    """A calibration, with its scenario; read with `load_calibration`.

    `people`, `days`, `start` and `burn_in_years` are in the place of the scenario's. `free` are names of
    numbers as in ``country.acts.fare-evasion.base``. `level` is the share of the weight within a fitted
    range. `scenario_model` is the scenario with today's law alone.
    """

    calibration: Slug
    title: Text
    scenario: Reference
    start: IsoDate | None = None
    days: int | None = Field(default=None, ge=1, le=36_525)
    people: int | None = Field(default=None, ge=FEWEST_PEOPLE, le=10_000_000)
    burn_in_years: int | None = Field(default=None, ge=0, le=20)
    seed: int = Field(default=1, ge=0)
    level: float = Field(default=0.95, ge=0.5, le=0.999)
    free: Many[Text] = Field(min_length=1, max_length=MOST_FITTED)
    figures: Many[Figure] = Field(min_length=1, max_length=40)
    identify: Identify = Identify()
    rounds: Rounds = Rounds()
    check: Check | None = None

    _scenario: Scenario | None = PrivateAttr(default=None)

    @property
    def scenario_model(self) -> Scenario:
        """The scenario under today's law alone; RuntimeError if not read with `load_calibration`."""
        if self._scenario is None:
            raise RuntimeError("this calibration is not resolved; read it with load_calibration")
        return self._scenario

    @property
    def numbers(self) -> tuple[Ranged, ...]:
        """The free numbers as the country declares them, in the order of `free`."""
        known = {f"country.{one.path}": one for one in ranged_in(self.scenario_model.country_model)}
        return tuple(known[name] for name in self.free)

    @property
    def near_enough(self) -> float:
        """The distance, in tolerances, at which rounds end."""
        said = self.rounds.near_enough
        return math.sqrt(len(self.figures)) if said is None else said

    def resolved(self) -> dict[str, Any]:
        """The calibration with its scenario in full."""
        content: dict[str, Any] = super().resolved()
        content["scenario"] = self.scenario_model.resolved()
        return {key: one for key, one in content.items() if key not in TOLD_OF_SCENARIO}


TOLD_OF_SCENARIO = ("start", "days", "people", "burn_in_years")


def load_calibration(path: str | Path) -> Calibration:
    """The calibration that a file declares. Raises `DeclarationError` with every problem."""
    return calibration_from(find("experiment", Path(path)))


def calibration_from(source: Source) -> Calibration:
    """The calibration declared in `source`, with its scenario."""
    kind = kind_of_source(source)
    if kind not in ("calibration", None):
        message = f"is of the kind {kind}; a calibration has the keys calibration, scenario, free and figures"
        raise DeclarationError([source.problem((), message)])
    made = declared(Calibration, source, check_calibration)
    found = _scenario_of(made, source)
    made._scenario = found
    problems = [as_problem(source, one) for one in _meet(made)]
    if problems:
        raise DeclarationError(problems)
    made._warnings = tuple(dict.fromkeys((*made._warnings, *found.warnings)))
    return made


def of_todays_law(scenario: Scenario) -> Scenario:
    """The scenario with its comparator as the only arm."""
    return scenario.with_arms({scenario.comparator: None})


def _scenario_of(made: Calibration, source: Source) -> Scenario:
    try:
        found = of_todays_law(scenario_from(beside(source, made.scenario, "scenario")))
        found = found.replace(
            start=made.start, days=made.days, people=made.people, burn_in_years=made.burn_in_years
        )
    except UnknownNameError as error:
        said = complain_unknown(("scenario",), "scenario", error.name, error.known)
        if source.path is not None and (source.path.parent / f"{made.scenario}.yaml").is_file():
            said = replace(said, hint=f'did you mean the file "{made.scenario}.yaml"?')
        raise DeclarationError([as_problem(source, said)]) from None
    except ValueError as error:
        raise DeclarationError(
            [as_problem(source, Complaint(at=("scenario",), message=str(error)))]
        ) from None
    if found.people < FEWEST_PEOPLE:
        message = f"has {found.people} people; expected at least {FEWEST_PEOPLE:,}"
        raise DeclarationError([as_problem(source, Complaint(at=("scenario",), message=message))])
    return found


def check_calibration(given: Calibration) -> Iterator[Complaint]:
    """What is refused whatever the scenario: numbers of a regime, and figures that nothing is fitted on."""
    for number, name in enumerate(given.free):
        at: Place = ("free", number)
        if name in given.free[:number]:
            yield Complaint(at=at, message=f"{name} is named twice")
        root, _, rest = name.partition(".")
        if root == "existing":
            message = f"{name}: lies in a regime that is in force, and no regime is fitted to anything"
            yield Complaint(at=at, message=f"{message}; expected a number of the country")
            continue
        try:
            check_path(name if root != "country" else rest)
        except UserError as error:
            yield Complaint(at=at, message=str(error))
    seen: list[str] = []
    for number, figure in enumerate(given.figures):
        at = ("figures", number)
        if figure.id in seen:
            yield Complaint(at=(*at, "id"), message=f'two figures are called "{figure.id}"')
        seen.append(figure.id)
        if figure.source is None or figure.mark is None:
            message = "needs `source` and `mark`: a figure without them is not published"
            yield Complaint(at=at, message=message)
        elif figure.mark in ("C", "assumed"):
            yield Complaint(at=(*at, "mark"), message=f"{figure.mark} is no mark of a published figure")
        if (figure.as_ == "share") != bool(figure.of):
            message = "`of` stands with `as: share`, and there alone: what the share is of"
            yield Complaint(at=at, message=message)
        for key in ("counts", "of"):
            for position, measure in enumerate(getattr(figure, key)):
                why = why_not_fitted(measure)
                if why is not None:
                    message = f"{measure} is no figure to fit on: {why}"
                    yield Complaint(at=(*at, key, position), message=message)


def _meet(made: Calibration) -> Iterator[Complaint]:
    """The names of a calibration against its country and what is counted under today's law."""
    scenario = made.scenario_model
    known = [f"country.{one.path}" for one in ranged_in(scenario.country_model)]
    free = [name for name in made.free if name in known]
    for number, name in enumerate(made.free):
        if name not in known:
            yield complain_unknown(("free", number), "number with a range", name, known)
    flows, stocks = measures_in(scenario)
    for number, figure in enumerate(made.figures):
        for key in ("counts", "of"):
            for position, measure in enumerate(getattr(figure, key)):
                at: Place = ("figures", number, key, position)
                try:
                    found = matching(measure, [*flows, *stocks])
                except UserError as error:
                    yield Complaint(at=at, message=f"{error}, under today's law")
                    continue
                own = stocks if figure.as_ == "level" else flows
                if figure.as_ != "share" and not set(found) <= set(own):
                    is_ = "flow" if figure.as_ == "level" else "stock"
                    expected = "rate" if figure.as_ == "level" else "level"
                    yield Complaint(at=at, message=f"{measure} is a {is_}; expected `as: {expected}`")
    if free and len(made.figures) < len(free):
        message = (
            f"{len(free)} numbers on {len(made.figures)} figures: no fit tells them apart; expected as many "
            "figures as numbers, or more"
        )
        yield Complaint(at=("free",), message=message)
