"""Which of the milder alternatives R0 to R9 were simulated beside a regime: whether necessity was examined.

An arm counts as an alternative where its regime is the one that the rules make of the regime on trial, by its
content hash: a name alone is not enough. Nothing here says that something milder suffices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from moot.catalogue import Catalogue
from moot.experiment.budget import alternatives_in
from moot.experiment.declaration import Experiment
from moot.experiment.scenario import Scenario
from moot.regime.schema import Regime

__all__ = ["RULES", "Battery", "batteries_of", "battery_beside", "lines_of"]

RULES = tuple(f"R{number}" for number in range(10))


@dataclass(frozen=True)
class Battery:
    """Of one regime, which alternatives were simulated, which were not, and to which there are none.

    `ran` and `missing` are ids in their order; `unfit` says why an alternative does not apply, as far as that
    was looked at: it is where any of R1 to R9 was asked for.
    """

    scenario: str
    regime: str
    ran: tuple[str, ...]
    missing: tuple[str, ...]
    unfit: Mapping[str, str] = field(default_factory=dict)

    @property
    def examined(self) -> bool:
        """Whether everything was simulated that there is."""
        return not self.missing


def batteries_of(experiment: Experiment, ran: Collection[tuple[str, str]] | None = None) -> list[Battery]:
    """The battery of each regime on trial, scenario by scenario.

    `ran` are the (scenario, arm) that have results; None takes every declared one.
    """
    found = []
    for scenario in experiment.scenario_models:
        arms = {
            name: regime
            for name, regime in scenario.arm_regimes.items()
            if ran is None or (scenario.scenario, name) in ran or regime is None
        }
        found += [_battery(scenario, one, arms, experiment) for one in _on_trial(scenario)]
    return found


def battery_beside(experiment: Experiment, scenario: str, arm: str) -> Battery | None:
    """The battery of the regime that an arm has, or is milder than; None for an arm without a regime."""
    for one in experiment.scenario_models:
        regime = one.arm_regimes.get(arm)
        if one.scenario == scenario and regime is not None:
            starts = _on_trial(one)
            mine = [s for s in starts if s.content_hash == regime.content_hash]
            start = (mine or [s for s in starts if regime.regime.startswith(f"{s.regime}-r")] or [regime])[0]
            return _battery(one, start, one.arm_regimes, experiment)
    return None


def lines_of(one: Battery | None, say: Catalogue) -> list[str]:
    """In words, the heading first; `say` is the catalogue ``battery``. None: it could not be read."""
    if one is None:
        return [say("unknown")]
    ran = ", ".join(say(rule) for rule in one.ran)
    lines = []
    if one.examined:
        lines.append(say("all", regime=one.regime, ran=ran))
    else:
        lines += [say("none" if set(one.ran) <= {"R0"} else "part"), say("ran", regime=one.regime, ran=ran),
                  say("missing", missing=", ".join(say(rule) for rule in one.missing))]  # fmt: skip
    if one.unfit:
        lines.append(say("unfit", unfit=", ".join(say(rule) for rule in one.unfit)))
    return [*lines, say("not-shown")] if one.examined else [*lines, say("how"), say("not-shown")]


def _on_trial(scenario: Scenario) -> list[Regime]:
    """The regimes of a scenario that are not named as an alternative to another of it, each once."""
    regimes = [one for one in scenario.arm_regimes.values() if one is not None]
    named = set(_names(regimes))
    kept = {one.content_hash: one for one in regimes if one.regime not in named}
    return list(kept.values())


def _names(regimes: Collection[Regime]) -> Iterator[str]:
    slugs = {one.regime for one in regimes}
    for slug in slugs:
        yield from (f"{slug}-{rule.lower()}" for rule in RULES if f"{slug}-{rule.lower()}" in slugs)


def _battery(
    scenario: Scenario, start: Regime, arms: Mapping[str, Regime | None], experiment: Experiment
) -> Battery:
    there = {one.regime: one.content_hash for one in arms.values() if one is not None}
    ran, unfit = (["R0"] if None in arms.values() else []), {}
    if any(f"{start.regime}-{rule.lower()}" in there for rule in RULES):
        aim = experiment.frontier.aim if experiment.frontier is not None else None
        for rule, (one, _) in alternatives_in(start, scenario.country_model, aim=aim).items():
            if one.refused:
                unfit[str(rule)] = one.refused
            elif one.regime is not None and there.get(one.regime.regime) == one.regime.content_hash:
                ran.append(str(rule))
    missing = tuple(rule for rule in RULES if rule not in ran and rule not in unfit)
    return Battery(scenario.scenario, start.name, tuple(ran), missing, unfit)
