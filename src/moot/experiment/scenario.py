"""A scenario: a country, when, for how long, how many people, and the arms to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError

from moot.country.reading import country_from
from moot.country.schema import Country
from moot.declaring.complaints import Complaint, as_problem, complain_unknown, declared, said_of
from moot.declaring.files import beside, find
from moot.declaring.source import Place, Source
from moot.declaring.values import Declaration, IsoDate, Part, Reference, Slug, Text
from moot.errors import DeclarationError, Problem, UnknownNameError, UserError
from moot.regime.gaming import meet_gaming
from moot.regime.reading import regime_from
from moot.regime.schema import Regime
from moot.regime.work import needs_work
from moot.vocabulary import load_vocabulary

__all__ = ["Arm", "Change", "Scenario", "load_scenario", "scenario_from"]

MAX_LISTS = 8
MOST_ARMS = 16
LONG_DAYS = 5 * 366
EPOCH = date(2000, 1, 1)
"""Day 0 of the engine: no day of a run, burn-in included, is before it."""


class Arm(Part):
    """One arm: a regime (a shipped name or a path beside the scenario), or none for the comparator."""

    regime: Reference | None = None


@dataclass(frozen=True)
class Change:
    """An intervention: from the day `at` on, an arm lives under another regime."""

    at: date
    arm: str
    regime: Regime


class Scenario(Declaration):
    """A scenario, with what it refers to resolved.

    Read with `load_scenario`. `country_model` is the country; `existing_models` the regimes that are in force
    in it today (none of them under `comparator: none`); `arm_regimes` the regime of each arm by name, None
    for the comparator. `burn_in` is the length that holds, in years: the scenario's, else the country's.
    """

    scenario: Slug
    title: Text
    country: Reference
    start: IsoDate
    days: int = Field(ge=1, le=36_525)
    people: int = Field(ge=1, le=2_000_000_000)
    burn_in_years: int | None = Field(default=None, ge=0, le=20)
    comparator: Literal["status-quo", "none"] = "status-quo"
    arms: dict[Slug, Arm] = Field(min_length=1, max_length=MOST_ARMS)

    _country: Country | None = PrivateAttr(default=None)
    _existing: tuple[Regime, ...] = PrivateAttr(default=())
    _regimes: dict[str, Regime | None] = PrivateAttr(default_factory=dict)
    _changes: tuple[Change, ...] = PrivateAttr(default=())

    @property
    def country_model(self) -> Country:
        """The country; RuntimeError if this scenario was not read with `load_scenario`."""
        if self._country is None:
            raise RuntimeError("this scenario is not resolved; read it with load_scenario")
        return self._country

    @property
    def existing_models(self) -> tuple[Regime, ...]:
        """The regimes in force today, in the country's order; they stay in force in every arm."""
        return self._existing

    @property
    def arm_regimes(self) -> dict[str, Regime | None]:
        """The regime of each arm, in the order of the arms; None for the comparator."""
        return dict(self._regimes)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Interventions within the run, by date (see `with_change`)."""
        return self._changes

    @property
    def burn_in(self) -> int:
        """Years of burn-in: the scenario's own, else the country's."""
        return self.country_model.burn_in_years if self.burn_in_years is None else self.burn_in_years

    def replace(
        self,
        *,
        start: date | None = None,
        days: int | None = None,
        people: int | None = None,
        burn_in_years: int | None = None,
    ) -> Scenario:
        """The same scenario at another time, for longer, with more people; country and arms stay.

        Raises `DeclarationError` where the change is not possible.
        """
        asked = {"start": start, "days": days, "people": people, "burn_in_years": burn_in_years}
        changes = {name: value for name, value in asked.items() if value is not None}
        content = self.model_dump(by_alias=True, exclude_none=True) | changes
        assert self._source is not None
        try:
            changed = Scenario.model_validate(content)
        except ValidationError as error:
            said = said_of(Scenario, error)
            raise DeclarationError(Problem(path=self.shown_path, message=text) for text in said) from None
        changed._source, changed._warnings = self._source, self._warnings
        changed._country, changed._existing, changed._regimes = self._country, self._existing, self._regimes
        changed._changes = self._changes
        problems = [as_problem(self._source, complaint) for complaint in check_scenario(changed)]
        problems += check_meeting(changed)
        if any(problem.level == "error" for problem in problems):
            raise DeclarationError(problems)
        changed._warnings = tuple(dict.fromkeys((*self._warnings, *problems)))
        return changed

    def in_country(self, country: Country, *, existing: bool = True) -> Scenario:
        """The same scenario in another version of its country, as read and changed; nothing is checked.

        Without `existing`, the regimes in force are left out; fines and courts stay.
        """
        changed = self.model_copy()
        changed._country = country
        if not existing:
            changed._existing = ()
        return changed

    def with_arms(self, regimes: Mapping[str, Regime | None]) -> Scenario:
        """The same scenario with other arms, by name; None is the comparator. Nothing is checked."""
        arms = {name: Arm(regime=one.regime if one else None) for name, one in regimes.items()}
        changed = self.model_copy(update={"arms": arms})
        changed._regimes, changed._changes = dict(regimes), ()
        return changed

    def with_models(
        self,
        *,
        country: Country,
        existing: tuple[Regime, ...],
        regimes: Mapping[str, Regime | None],
        changes: tuple[Change, ...],
    ) -> Scenario:
        """The same scenario with other versions of all that it refers to; nothing is checked."""
        changed = self.in_country(country)
        changed._existing, changed._regimes, changed._changes = existing, dict(regimes), changes
        return changed

    def with_change(self, at: date, arm: str, regime: Regime) -> Scenario:
        """The same scenario with an intervention: from the day `at` on, the arm lives under `regime`.

        Raises `UserError` for an arm without a regime or a day that is not after the first of the run, and
        `DeclarationError` where the country does not know what the regime speaks of. What of a regime can
        change is seen when it is simulated.
        """
        if self._regimes.get(arm) is None:
            known = ", ".join(name for name, one in self._regimes.items() if one is not None)
            raise UserError(f"arm {arm}: no arm with a regime that can change; there is {known or 'none'}")
        last = self.start + timedelta(days=self.days - 1)
        if not self.start < at <= last:
            after = self.start + timedelta(days=1)
            raise UserError(f"{at}: not within the run; expected a day from {after} to {last}")
        problems = [one for one in _meet(regime, self) if one.level == "error"]
        if problems:
            raise DeclarationError(problems)
        changed = self.model_copy()
        others = [one for one in self._changes if (one.at, one.arm) != (at, arm)]
        changed._changes = tuple(
            sorted((*others, Change(at, arm, regime)), key=lambda one: (one.at, one.arm))
        )
        return changed

    def resolved(self) -> dict[str, Any]:
        """The scenario with its country and regimes in full."""
        content: dict[str, Any] = super().resolved()
        content["country"] = self.country_model.resolved()
        content["existing"] = [regime.resolved() for regime in self._existing]
        content["arms"] = {
            name: regime.resolved() if regime else None for name, regime in self._regimes.items()
        }
        content["burn_in_years"] = self.burn_in
        if self._changes:
            content["changes"] = [
                {"at": one.at.isoformat(), "arm": one.arm, "regime": one.regime.resolved()}
                for one in self._changes
            ]
        return content


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The shipped scenario of this name, or the one declared in a file, with its country and regimes.

    Raises `UnknownNameError` or `DeclarationError` with every problem of the scenario and of the files that
    it refers to.
    """
    return scenario_from(find("scenario", name_or_path))


def scenario_from(source: Source) -> Scenario:
    """The scenario declared in `source`, resolved."""
    scenario = declared(Scenario, source, check_scenario)
    problems: list[Problem] = []
    country = _follow(source, ("country",), scenario.country, "country", problems)
    assert country is None or isinstance(country, Country)
    existing: list[Regime] = []
    if country is not None and scenario.comparator == "status-quo":
        assert country._source is not None
        for number, reference in enumerate(country.existing):
            regime = _follow(country._source, ("existing", number), reference, "regime", problems)
            if isinstance(regime, Regime):
                existing.append(regime)
    regimes: dict[str, Regime | None] = {}
    for name, arm in scenario.arms.items():
        regimes[name] = None
        if arm.regime is not None:
            regime = _follow(source, ("arms", name, "regime"), arm.regime, "regime", problems)
            if isinstance(regime, Regime):
                regimes[name] = regime
    if problems:
        raise DeclarationError(dict.fromkeys(problems))
    assert country is not None
    scenario._country, scenario._existing, scenario._regimes = country, tuple(existing), regimes
    met = list(check_meeting(scenario))
    if any(problem.level == "error" for problem in met):
        raise DeclarationError(dict.fromkeys(met))
    from_files = [
        declaration.warnings for declaration in (country, *existing, *regimes.values()) if declaration
    ]
    scenario._warnings = tuple(
        dict.fromkeys((*scenario._warnings, *met, *(problem for part in from_files for problem in part)))
    )
    return scenario


def _follow(
    source: Source, at: Place, reference: str, kind: Literal["country", "regime"], problems: list[Problem]
) -> Country | Regime | None:
    """What a reference leads to, or None with the reasons added to `problems`."""
    try:
        found = beside(source, reference, kind)
        return country_from(found) if kind == "country" else regime_from(found)
    except UnknownNameError as error:
        complaint = complain_unknown(at, kind, error.name, error.known)
        if source.path is not None and (source.path.parent / f"{reference}.yaml").is_file():
            # A bare word is a shipped name; the reader's own file is named as a file.
            complaint = replace(complaint, hint=f'did you mean the file "{reference}.yaml"?')
        problems.append(as_problem(source, complaint))
    except ValueError as error:
        problems.append(as_problem(source, Complaint(at=at, message=str(error))))
    except DeclarationError as error:
        problems.extend(error.problems)
    return None


def check_scenario(scenario: Scenario) -> Iterator[Complaint]:
    """What can be said of a scenario before its country and regimes are read."""
    if scenario.start < EPOCH:
        yield Complaint(at=("start",), message=f"{scenario.start} is before {EPOCH}, the first day there is")
    comparators = [name for name, arm in scenario.arms.items() if arm.regime is None]
    for name in comparators:
        if name != scenario.comparator:
            message = f'the arm "{name}" has no regime; only the comparator "{scenario.comparator}" has none'
            yield Complaint(at=("arms", name), message=message)
    if scenario.comparator == "status-quo" and "status-quo" not in scenario.arms:
        message = 'the comparator is missing; expected the arm "status-quo: {}", or `comparator: none`'
        yield Complaint(at=("arms",), message=message)
    for name in ("status-quo", "none"):
        if name in scenario.arms and scenario.arms[name].regime is not None:
            message = f'the arm "{name}" is the comparator; expected no regime in it'
            yield Complaint(at=("arms", name, "regime"), message=message)
    if scenario.days > LONG_DAYS:
        message = f"{scenario.days} days are more than five years; nobody is born, ages or dies in a run"
        yield Complaint(at=("days",), message=message, warning=True)


def check_meeting(scenario: Scenario) -> Iterator[Problem]:
    """What the country and the regimes say of each other: acts with rates, names of ties, lists, dates."""
    own = scenario._source
    assert own is not None
    first = scenario.start.year - scenario.burn_in
    if first < EPOCH.year and scenario.start >= EPOCH:
        at: Place = ("burn_in_years",) if scenario.burn_in_years is not None else ("start",)
        message = f"a burn-in of {scenario.burn_in} years begins before {EPOCH}, the first day there is"
        yield as_problem(own, Complaint(at=at, message=message))
    for regime in scenario.existing_models:
        yield from _meet(regime, scenario)
    for name, arm in scenario.arm_regimes.items():
        if arm is not None:
            yield from _meet(arm, scenario)
            lists = [*(one for regime in scenario.existing_models for one in regime.lists), *arm.lists]
            if len(lists) > MAX_LISTS:
                message = (
                    f"{len(lists)} lists with those in force today; expected at most {MAX_LISTS} in an arm"
                )
                yield as_problem(own, Complaint(at=("arms", name, "regime"), message=message))
            schemes = [
                scheme.scheme for regime in (*scenario.existing_models, arm) for scheme in regime.schemes
            ]
            for twice in sorted({scheme for scheme in schemes if schemes.count(scheme) > 1}):
                message = (
                    f'two schemes in this arm are called "{twice}": one of the regime, one in force today'
                )
                yield as_problem(own, Complaint(at=("arms", name, "regime"), message=message))


def _meet(regime: Regime, scenario: Scenario) -> Iterator[Problem]:
    """A regime against the country of the scenario."""
    country = scenario.country_model
    source = regime._source
    assert source is not None
    vocabulary = load_vocabulary()
    known = {*vocabulary.acts, *country.new_acts, *regime.new_acts}
    yield from (as_problem(source, said) for said in needs_work(regime, country))
    for at, name, at_key in _acts_named(regime):
        if name not in known:
            said = complain_unknown(at, "act", name, [*country.new_acts, *vocabulary.acts], at_key=at_key)
            yield as_problem(source, said)
        elif name not in country.acts:
            where = f"the country {country.country} ({country.shown_path})"
            message = f"{name} has no rate in {where}; expected it in its `acts`"
            hint = ""
            if ":" in name and name not in country.new_acts:
                prefix = name.partition(":")[0]
                hint = (
                    f"an act with a prefix also stands under the country's `new_acts`, below "
                    f"`acts_prefix: {prefix}`, as in the regime"
                )
            yield as_problem(source, Complaint(at=at, message=message, hint=hint, at_key=at_key))
    if country.opinion is None:
        for key in ("campaigns", "repression_told"):
            if getattr(regime, key):
                where = f"the country {country.country} ({country.shown_path})"
                message = f"moves nobody: {where} declares no `opinion`"
                yield as_problem(source, Complaint(at=(key,), message=message, at_key=True, warning=True))
    for complaint in meet_gaming(regime, country):
        yield as_problem(source, complaint)
    for number, scheme in enumerate(regime.schemes):
        if scheme.association is None:
            continue
        for position, tie in enumerate(scheme.association.to):
            if tie not in country.tie_names:
                at = ("schemes", number, "association", "to", position)
                yield as_problem(source, complain_unknown(at, "tie", tie, country.tie_names))


def _acts_named(regime: Regime) -> Iterator[tuple[Place, str, bool]]:
    """Every act that a regime names, with its place and whether it is a key there."""
    for number, sensor in enumerate(regime.sensors):
        for name in sensor.sees:
            yield ("sensors", number, "sees", name), name, True
        for position, name in enumerate(sensor.reads):
            yield ("sensors", number, "reads", position), name, False
        if sensor.charges is not None:
            yield ("sensors", number, "charges"), sensor.charges, False
    for number, scheme in enumerate(regime.schemes):
        for name in scheme.catalogue:
            yield ("schemes", number, "catalogue", name), name, True
        for position, rule in enumerate(scheme.lists):
            if rule.entry.act is not None:
                yield ("schemes", number, "lists", position, "entry", "act"), rule.entry.act, False
