"""What a metric finds: numbers in natural units, each with what it rests on; and a run that is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moot.findings.summary import FEW, two
from moot.regime.schema import ListRule, Regime, Scheme

if TYPE_CHECKING:
    from moot.findings.events import Life
    from moot.findings.rules import ArmRules, Rules
    from moot.findings.run import Run

__all__ = ["YEAR", "Asked", "Found", "Group", "missing", "share"]

YEAR = 365.25


@dataclass(frozen=True)
class Group:
    """A number for the people of one level of an attribute; `people` of them, `events` behind the number."""

    attribute: str
    level: str
    people: int
    events: int
    value: float


@dataclass(frozen=True)
class Found:
    """One number of a metric: what it is of, the number, its unit, and what it rests on.

    `value` is None where there is nothing to divide by, or nothing of the kind in the arm; then `why` says
    so. `events`: how many events are behind it, `of`: of how many (None: no count is behind it); `sample`:
    whether both are of the panel, a random sample.
    """

    what: str
    value: float | None
    unit: str
    events: int | None = None
    of: int | None = None
    sample: bool = False
    why: str = ""
    groups: tuple[Group, ...] = ()

    @property
    def told(self) -> str:
        """The number as read: two significant digits, a star where fewer than ten events are behind it."""
        if self.value is None:
            return self.why
        star = "*" if self.events is not None and 0 < abs(self.events) < FEW else ""
        of = f" ({self.of:,} in the panel)" if self.sample and self.of is not None else ""
        counted = self.events is None and float(self.value).is_integer()
        return f"{f'{self.value:.0f}' if counted else two(self.value)}{star} {self.unit}{of}"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, raw."""
        return asdict(self) | {"groups": [asdict(one) for one in self.groups]}


def missing(what: str, unit: str, why: str) -> Found:
    """A number that there is not, and why."""
    return Found(what, None, unit, why=why)


def share(
    what: str, part: int, of: int, unit: str, why: str, *, sample: bool = False, scale: float = 1000
) -> Found:
    """`part` of `of`, times `scale`; without a number where there is nothing to take a share of."""
    if of <= 0:
        return missing(what, unit, why)
    return Found(what, scale * part / of, unit, part, of, sample)


@dataclass
class Asked:
    """An arm of a run that is asked for metrics, beside its twin under today's law."""

    run: Run
    arm: str
    _totals: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        """What the arms say."""
        return self.run.rules

    @property
    def twin(self) -> str:
        """The comparator."""
        return self.rules.comparator

    @property
    def own(self) -> ArmRules:
        """What this arm says."""
        return self.rules.arms[self.arm]

    @property
    def regime(self) -> Regime:
        """The regime of this arm, which has one."""
        found = self.own.regime
        assert found is not None
        return found

    @property
    def schemes(self) -> dict[str, Scheme]:
        """The schemes of the regime, without those in force today."""
        return self.own.own_schemes

    @property
    def lists(self) -> dict[str, tuple[Scheme, ListRule]]:
        """The lists of the regime by name, each with its scheme."""
        return {name: found for name, found in self.own.lists.items() if found[0].scheme in self.schemes}

    @property
    def years(self) -> float:
        """The length of the run in years."""
        return self.run.days / YEAR

    def totals(self, arm: str | None = None) -> dict[str, int]:
        """Every measure of an arm (this one if left out) over the run."""
        name = arm or self.arm
        if name not in self._totals:
            self._totals[name] = self.run.totals(name)
        return self._totals[name]

    def count(self, names: Iterable[str], arm: str | None = None) -> int:
        """The sum of some measures; one that the arm has not counts nothing."""
        totals = self.totals(arm)
        return sum(totals.get(name, 0) for name in names)

    def more(self, names: Sequence[str]) -> int:
        """The sum of some measures in this arm less the same in the twin."""
        return self.count(names) - self.count(names, self.twin)

    def yearly(self, what: str, events: int, *, unit: str = "per 1,000 people and year") -> Found:
        """So many events as a rate per 1,000 synthetic people and year."""
        return Found(what, events * 1000 / self.run.people / self.years, unit, events)

    def acts(self, what: str, *classes: str) -> list[str]:
        """The measures of one kind of the acts of these classes (default: all but merits)."""
        return [f"act:{act}:{what}" for act in self.rules.acts_of(*(classes or CHARGED))]

    def levels(self, names: Sequence[str], arm: str | None = None) -> list[tuple[str, str, int, int]]:
        """(attribute, level, people, sum of the measures) for every level of every attribute."""
        found = self.run.sums(names, arm or self.arm, "level")
        rows = zip(found["attribute"], found["level"], found["people"], found["value"], strict=True)
        return [(str(a), str(x), int(p), int(v)) for a, x, p, v in rows]

    def rates(self, names: Sequence[str], *, per_year: bool = True) -> tuple[Group, ...]:
        """Events per 1,000 people of each group (and year), in this arm."""
        scale = 1000 / (self.years if per_year else 1.0)
        return tuple(
            Group(attribute, level, people, events, scale * events / people if people else 0.0)
            for attribute, level, people, events in self.levels(names)
            if people
        )

    @cached_property
    def lives(self) -> list[Life]:
        """The panel lives: a random sample of people, nobody chosen by what they did."""
        return list(self.run.lives.values())


CHARGED = ("offence", "incivility", "lawful")
