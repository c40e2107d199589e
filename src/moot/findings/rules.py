"""What the arms of a run say, by name: schemes, catalogues, lists, sensors, and the words for all of them.

Built from the scenario alone, so that a run that is read back speaks as it did when it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from moot.country.schema import perception
from moot.country.work import raised_by_hardship
from moot.experiment.scenario import Scenario
from moot.regime.schema import ListRule, Regime, Scheme, Sensor
from moot.vocabulary import Vocabulary, load_vocabulary

__all__ = ["ArmRules", "Rules"]


@dataclass(frozen=True)
class ArmRules:
    """The regimes in force in one arm, those of today first."""

    name: str
    existing: tuple[Regime, ...]
    regime: Regime | None

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """Every scheme by name."""
        regimes = (*self.existing, *((self.regime,) if self.regime else ()))
        return {scheme.scheme: scheme for regime in regimes for scheme in regime.schemes}

    @cached_property
    def own_schemes(self) -> dict[str, Scheme]:
        """The schemes of the regime on trial, without those in force today."""
        return {scheme.scheme: scheme for scheme in self.regime.schemes} if self.regime else {}

    @cached_property
    def lists(self) -> dict[str, tuple[Scheme, ListRule]]:
        """Every list by name, with its scheme."""
        return {rule.list: (scheme, rule) for scheme in self.schemes.values() for rule in scheme.lists}

    @cached_property
    def sensors(self) -> dict[str, Sensor]:
        """The regime's own sensors by name."""
        return {sensor.sensor: sensor for sensor in self.regime.sensors} if self.regime else {}

    @property
    def announced(self) -> date | None:
        """The day people learn of the regime."""
        return self.regime.announced if self.regime else None

    def points(self, act: str, by: str, scheme: str | None = None) -> int:
        """What one charge of an act costs (negative: earns), in the schemes that read such charges.

        `by` is ``today`` or ``regime``.
        """
        found = 0
        for name, one in self.schemes.items():
            entry = one.catalogue.get(act)
            if entry is None or one.reads != by or scheme not in (None, name):
                continue
            found += -(entry.merit or 0) if entry.merit is not None else (entry.points or 0)
        return found


class Rules:
    """The arms of a scenario by name, and the words of the vocabulary."""

    def __init__(self, scenario: Scenario, arms: tuple[str, ...]) -> None:
        regimes = scenario.arm_regimes
        self.scenario = scenario
        self.arms = {name: ArmRules(name, scenario.existing_models, regimes.get(name)) for name in arms}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The acts, contexts and attributes that everything is named by."""
        return load_vocabulary()

    @property
    def comparator(self) -> str:
        """The arm under today's law."""
        return next((name for name, arm in self.arms.items() if arm.regime is None), next(iter(self.arms)))

    def class_of(self, act: str) -> str:
        """offence, incivility, lawful or merit."""
        return str(self.scenario.country_model.act(act, self.vocabulary).class_)

    def is_strained(self, act: str) -> bool:
        """Whether having a job, or a lost one, bears on how often an act is done."""
        country = self.scenario.country_model
        if country.work is None:
            return False
        felt = perception(country.act(act, self.vocabulary).class_)
        strained = felt is not None and raised_by_hardship(country, felt) > 1.0
        return strained or country.acts[act].per == "employed"

    def act(self, name: str) -> str:
        """What a person who does the act does: 'crosses on foot where it is not allowed'."""
        words = self.scenario.country_model.act(name, self.vocabulary).words
        return str(words or name)

    def context(self, name: str) -> str:
        """What is refused: 'a seat on a plane'."""
        return str(self.vocabulary.contexts.get(name, name))

    def acts_of(self, *classes: str) -> list[str]:
        """The acts of the country of these classes, in its order."""
        return [name for name in self.scenario.country_model.acts if self.class_of(name) in classes]
