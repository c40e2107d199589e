"""What a regime spends in a country, worked out from the declarations: nobody is simulated.

The currency is *identifications searched* (acts that a sensor of the regime sees, whose author is then looked
for, and alerts that no act caused) and *cases reviewed* (matches that a person looks at), a person and year.
It counts what is followed up, not what is looked at in vain. A register that reads today's charges searches
nobody, and merits are left out: what is compared is work against people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from moot.country.schema import Country
from moot.experiment.scenario import EPOCH
from moot.regime.alternatives import OFFICERS, Alternative, Budget, alternatives, followed_acts
from moot.regime.battery import RuleId
from moot.regime.reading import load_regime
from moot.regime.schema import Regime, Sensor
from moot.society.arms import Arm
from moot.society.expected import Searches, acts_a_year, searches_of
from moot.vocabulary import load_vocabulary

__all__ = ["alternatives_in", "budget_of"]


def budget_of(regime: Regime, country: Country) -> Budget:
    """The budget of a regime in a country, at the values in force on the day on which it is announced."""
    when = regime.announced or EPOCH
    rewarded = {n for s in regime.schemes for n, e in s.table.catalogue.items() if e.merit is not None}
    watching = [_seeing(one, rewarded) for one in regime.sensors if one.kind != "register"]
    found = _searches(regime, watching, country, when)
    searched = sum(one.searches + one.false_alarms for one in found)
    reviewed = sum(one.matches * one.reviewed for one in found if one.reviewed_per_day is not None)
    reviewed += sum(one.searches for one in found if one.sensor in OFFICERS)
    reviewed += _contested(regime, country, when)
    known = [name for name in (*followed_acts(regime), *regime.acts) if name in country.acts]
    return Budget(searched, reviewed, {name: acts_a_year(country, name, when) for name in known})


def _contested(regime: Regime, country: Country, when: date) -> float:
    """Charges that are contested and so ruled upon, a person and year; those of registers among them."""
    found = 0.0
    for scheme in regime.schemes:
        if scheme.redress is None or scheme.reads != "regime" or not regime.notice:
            continue
        free = {n for n in regime.acts if not (e := scheme.table.catalogue.get(n)) or not e.points}
        sensors = [_seeing(one, free) for one in regime.sensors]
        charges = sum(
            one.right + one.wrong + one.malicious for one in _searches(regime, sensors, country, when)
        )
        found += charges * scheme.redress.appealed.at(when)
    return found


def _seeing(sensor: Sensor, without: set[str]) -> Sensor:
    """A sensor that does not look at some acts."""
    sees = {act: how for act, how in sensor.sees.items() if act not in without}
    reads = tuple(act for act in sensor.reads if act not in without)
    return sensor.model_copy(update={"sees": sees, "reads": reads})


def _searches(regime: Regime, sensors: Sequence[Sensor], country: Country, when: date) -> list[Searches]:
    arm = Arm("start", (), regime.model_copy(update={"sensors": tuple(sensors)}), True)
    return searches_of(arm, country, load_vocabulary(), when, country.residents)


def alternatives_in(
    regime: Regime | str | Path, country: Country, *, aim: str | None = None, domain: str | None = None
) -> dict[RuleId, tuple[Alternative, Budget | None]]:
    """The alternatives to a regime in a country, R1 and R8 matched to its budget, each with what it spends.

    What is spent is None for R0 and for a rule that does not apply. Raises as `alternatives` does.
    """
    start = regime if isinstance(regime, Regime) else load_regime(regime)
    found = alternatives(start, aim=aim, domain=domain, budget=budget_of(start, country))
    return {
        name: (one, replace(budget_of(one.regime, country), acts={}) if one.regime is not None else None)
        for name, one in found.items()
    }
