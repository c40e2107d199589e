"""What the arms of a run say, by name: schemes, catalogues, lists, sensors, and the words for all of them.

Built from the scenario alone, so that a run that is read back speaks as it did when it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from moot.catalogue import Catalogue, Language, catalogue, words
from moot.country.schema import perception
from moot.country.work import raised_by_hardship
from moot.experiment.scenario import Scenario
from moot.findings.kinds import Event
from moot.regime.engines import bent, in_points, shown, worth
from moot.regime.schema import Entry, ListRule, Regime, Scheme, Sensor
from moot.society.arms import Arm, date_of
from moot.society.livelihood_tables import places_fixed
from moot.vocabulary import Vocabulary, load_vocabulary

__all__ = ["ArmRules", "Can", "Rules", "day_in"]


@dataclass(frozen=True)
class ArmRules:
    """The regimes in force in one arm, those of today first."""

    name: str
    existing: tuple[Regime, ...]
    regime: Regime | None
    language: Language = "en"

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """Every scheme by name."""
        regimes = (*self.existing, *((self.regime,) if self.regime else ()))
        return {scheme.scheme: scheme for regime in regimes for scheme in regime.schemes}

    @cached_property
    def tables(self) -> dict[str, Scheme]:
        """Every scheme by name as the table of points that runs, whatever its engine."""
        return {name: one.table for name, one in self.schemes.items()}

    @cached_property
    def _catalogues(self) -> dict[str, dict[str, Entry]]:
        """What each scheme counts as it runs."""
        return {name: one.catalogue for name, one in self.tables.items()}

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
            entry = self._catalogues[name].get(act)
            if entry is None or one.reads != by or scheme not in (None, name):
                continue
            found += -(entry.merit or 0) if entry.merit is not None else (entry.points or 0)
        return found

    def score_told(self, score: int, scheme: str = "") -> int:
        """The score as people are told it; without a scheme's name, that of the last one."""
        name = scheme or next(reversed(self.schemes), "")
        return shown(self.schemes[name], score) if name else score

    def cost(self, act: str, by: str, points: int) -> str:
        """What one charge of an act costs, in words; `points` is what `points()` says."""
        reading = {
            name: one for name, one in self.schemes.items() if one.reads == by and act in one.catalogue
        }
        if not any(bent(one) for one in reading.values()):
            return in_points(points, self.language)
        say, said = catalogue("lives", self.language), ""
        for name, one in reading.items():
            cost = worth(one, self.points(act, by, name), self.language)
            said = say("and", most=said, last=cost) if said else cost
        return said


def day_in(day: int | None, language: Language) -> str:
    """A day number within a sentence of a language; empty without one."""
    if day is None:
        return ""
    found = date_of(day)
    return found.isoformat() if language == "en" else catalogue("lives", language).date(found)


class Can:
    """What an arm's regimes are able to do at all, read from what they declare on the first day.

    A table leaves out what cannot happen. What a change of law brings later is told all the same where it was
    counted.
    """

    def __init__(self, rules: Rules, arm: str) -> None:
        self._rules, self._arm = rules, rules.arms[arm]
        self._sensors = tuple(self._arm.sensors.values())

    @cached_property
    def seen(self) -> frozenset[str]:
        """The acts that some sensor of the regime sees, reads or reports."""
        named = ({*one.sees, *one.reads, *((one.charges,) if one.charges else ())} for one in self._sensors)
        return frozenset().union(*named)

    def charge(self, *classes: str) -> bool:
        """Whether the regime can charge an act of these classes."""
        known = set(self._rules.acts_of(*classes))
        return bool(self.seen & known)

    @cached_property
    def search(self) -> bool:
        """Whether the regime looks for the author of an act, so that it can take one person for another."""
        return any(
            (one.identification is not None and one.identification.mode != "none")
            or one.misread is not None
            or one.missed is not None
            or one.false_links is not None
            or one.context_errors is not None
            for one in self._sensors
        )

    @cached_property
    def stop(self) -> bool:
        """Whether a sensor can stop a passer-by where nobody did anything."""
        return any(one.passages_per_day is not None or one.on_alert is not None for one in self._sensors)

    def refuse(self, context: str, *, own: bool = False) -> bool:
        """Whether a list refuses this; with `own`, a list of the regime on trial that points lead to."""
        return any(
            context in rule.refuses
            for scheme, rule in self._arm.lists.values()
            if not own
            or (
                scheme.scheme in self._arm.own_schemes
                and (rule.entry.tier is not None or rule.entry.act is not None)
            )
        )

    def prevent(self, act: str) -> bool:
        """Whether a list can keep people from an act."""
        return any(self._rules._keeps_from(rule, act) for _, rule in self._arm.lists.values())


class Rules:
    """The arms of a scenario by name, and the words of the vocabulary, in a language."""

    def __init__(self, scenario: Scenario, arms: tuple[str, ...], language: Language = "en") -> None:
        regimes = scenario.arm_regimes
        self.scenario, self.language = scenario, language
        self.arms = {
            name: ArmRules(name, scenario.existing_models, regimes.get(name), language) for name in arms
        }

    @cached_property
    def say(self) -> Catalogue:
        """The sentences of lives."""
        return catalogue("lives", self.language)

    @cached_property
    def explain(self) -> Catalogue:
        """The sentences of explanations."""
        return catalogue("explained", self.language)

    def day(self, day: int | None) -> str:
        """A day within a sentence; empty without one."""
        return day_in(day, self.language)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The acts, contexts and attributes that everything is named by."""
        return load_vocabulary()

    @property
    def comparator(self) -> str:
        """The arm under today's law."""
        return next((name for name, arm in self.arms.items() if arm.regime is None), next(iter(self.arms)))

    def places_fixed(self, arm: str) -> bool:
        """Whether hires of an arm are made as many as the comparator's (`vacancies: fixed`)."""
        rules, work = self.arms[arm], self.scenario.country_model.work
        return places_fixed(work, [Arm(arm, rules.existing, rules.regime, True)])

    def told(self, arm: str) -> str:
        """What stands after "under" for an arm: today's law, the scheme where there is one, else its name."""
        if self.arms[arm].regime is None:
            return self.say("arm.none" if self.scenario.comparator == "none" else "arm.today")
        several = sum(one.regime is not None for one in self.arms.values()) > 1
        return arm if several else self.say("arm.scheme")

    def score_called(self, arm: str, scheme: str) -> str:
        """A score as lives and pictures speak of it; its own name only where the arm has several."""
        return self.say(self._score(arm, scheme), name=scheme)

    def of_score(self, arm: str, scheme: str) -> str:
        """The same after "of"."""
        return self.say(f"{self._score(arm, scheme)}-of", name=scheme)

    def _score(self, arm: str, scheme: str) -> str:
        own = self.arms[arm].own_schemes
        if scheme in own:
            return "score.own" if len(own) == 1 else "score.named"
        known = self.arms[arm].schemes.get(scheme)
        return "score.licence" if known is not None and known.who == "licence" else "score.named"

    def can(self, arm: str) -> Can:
        """What the regimes in force in an arm are able to do at all."""
        return Can(self, arm)

    def barring(self, event: Event) -> tuple[str, ...]:
        """Of the lists that a person holds, those that bear on a refusal or on an act that was kept from."""
        known = self.arms[event.arm].lists
        bears = self._keeps_from if event.kind == "prevented" else self._refuses
        return tuple(name for name in event.lists if bears(known[name][1], event.what))

    @staticmethod
    def _refuses(rule: ListRule, context: str) -> bool:
        return context in rule.refuses

    def _keeps_from(self, rule: ListRule, act: str) -> bool:
        """As the engine has it: the exposure is gone, or what the act needs is always refused."""
        country = self.scenario.country_model
        if rule.prevents is not None and rule.prevents.exposure == country.acts[act].per:
            return True
        needs = country.act(act, self.vocabulary).needs
        chance = rule.refuses.get(needs) if needs is not None else None
        return chance is not None and chance.at(self.scenario.start) >= 1.0

    def class_of(self, act: str) -> str:
        """offence, incivility, lawful or merit."""
        return self._classes[act]

    @cached_property
    def _classes(self) -> dict[str, str]:
        """Asked of every act of every life, so looked up once."""
        country = self.scenario.country_model
        return {name: str(country.act(name, self.vocabulary).class_) for name in country.acts}

    def is_strained(self, act: str) -> bool:
        """Whether having a job, or a lost one, bears on how often an act is done."""
        return act in self._strained

    @cached_property
    def _strained(self) -> frozenset[str]:
        country = self.scenario.country_model
        if country.work is None:
            return frozenset()
        felt = {name: perception(country.act(name, self.vocabulary).class_) for name in country.acts}
        return frozenset(
            name
            for name, kind in felt.items()
            if (kind is not None and raised_by_hardship(country, kind) > 1.0)
            or country.acts[name].per == "employed"
        )

    def act(self, name: str) -> str:
        """What a person who does the act does: 'crosses on foot where it is not allowed'."""
        said = self.scenario.country_model.act(name, self.vocabulary).words
        return words(str(said or name), self.language)

    def context(self, name: str) -> str:
        """What is refused: 'a seat on a plane'."""
        return words(str(self.vocabulary.contexts.get(name, name)), self.language)

    def acts_of(self, *classes: str) -> list[str]:
        """The acts of the country of these classes, in its order."""
        return [name for name in self.scenario.country_model.acts if self.class_of(name) in classes]
