"""How unequally something falls on groups: rates by group, their differences and their ratios.

Definitions are those of fairlearn's MetricFrame, for metrics that are events by people exposed: the share
selected, the share wrongly charged among those who did nothing. One rule is added. A group of fewer than 50
people exposed, or with fewer than 10 events, has no rate: it is *too few to say*, and no difference is
taken with it.

What a disparity says here: which people the scheme reaches, given the inputs. Where a group differs only by a
number that was put in (an error rate of recognition, say), the ratio is that input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from moot.errors import UserError
from moot.findings.intervals import Interval, log_ratio_interval, mean_interval
from moot.findings.samples import table

__all__ = ["FEWEST_EVENTS", "FEWEST_PEOPLE", "Disparity", "Group", "Rates", "between_two", "rates_by_group"]

FEWEST_PEOPLE = 50
FEWEST_EVENTS = 10
TOO_FEW = "too few to say"

Against = Literal["each other", "overall"]


@dataclass(frozen=True)
class Group:
    """One group: `events` that fell on `people` who were exposed."""

    name: str
    people: int
    events: int

    @property
    def few(self) -> bool:
        """Whether nothing is said: fewer than 50 people exposed or fewer than 10 events."""
        return self.people < FEWEST_PEOPLE or self.events < FEWEST_EVENTS

    @property
    def rate(self) -> float | None:
        """Events a person exposed; None where they are too few to say."""
        return None if self.few else self.events / self.people

    @property
    def told(self) -> str:
        """The rate per 1,000 people exposed with two significant digits, or that they are too few to say."""
        from moot.findings.summary import two  # loads all declarations, which the numbers do not need

        return TOO_FEW if self.rate is None else f"{two(1000 * self.rate)} per 1,000"


@dataclass(frozen=True)
class Disparity:
    """The widest of its kind: `value` between `highest` and `lowest`, groups with a rate.

    A difference is in events a person, a ratio without a unit. One of the two names is "overall" where groups
    are held against the rate of all. `left_out` were too few to say.
    """

    value: float
    highest: str
    lowest: str
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Rates:
    """The groups in the order of their names, and all people together."""

    groups: tuple[Group, ...]
    overall: Group

    def __getitem__(self, name: str) -> Group:
        for group in self.groups:
            if group.name == name:
                return group
        raise UserError(
            f"there is no group called {name!r}; there is {', '.join(g.name for g in self.groups)}"
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """The groups that are too few to say."""
        return tuple(group.name for group in self.groups if group.few)

    def difference(self, against: Against = "each other") -> Disparity | None:
        """The largest difference of rates: highest less lowest, or the furthest from that of all.

        None where fewer than two groups have a rate (or, against the rate of all, none has one). With several
        groups the largest difference is above 0 by chance alone: name two groups beforehand and use
        `between_two` to say that they differ.
        """
        pairs = [(high - low, names) for high, low, names in self._pairs(against)]
        return self._widest(max(pairs)) if pairs else None

    def ratio(self, against: Against = "each other") -> Disparity | None:
        """The smallest ratio of a lower rate to a higher one, 0 to 1: lowest by highest, or with that of all.

        None as for `difference`. 0.8 is the "four fifths" of some laws; it is no verdict here.
        """
        pairs = [(low / high, names) for high, low, names in self._pairs(against)]
        return self._widest(min(pairs)) if pairs else None

    def _pairs(self, against: Against) -> list[tuple[float, float, tuple[str, str]]]:
        """(higher rate, lower rate, their names) of what is held against each other."""
        known = [(group.rate, group.name) for group in self.groups if group.rate is not None]
        if against == "each other":
            if len(known) < 2:
                return []
            high, low = max(known), min(known)
            return [(high[0], low[0], (high[1], low[1]))]
        if against != "overall":
            raise UserError(f"against: expected 'each other' or 'overall', got {against!r}")
        everybody = self.overall.rate
        if everybody is None:
            return []
        whole = (everybody, "overall")
        both = [(max(one, whole), min(one, whole)) for one in known]
        return [(high[0], low[0], (high[1], low[1])) for high, low in both]

    def _widest(self, found: tuple[float, tuple[str, str]]) -> Disparity:
        value, (highest, lowest) = found
        return Disparity(value, highest, lowest, self.left_out)


def rates_by_group(groups: ArrayLike, events: ArrayLike, exposed: ArrayLike | None = None) -> Rates:
    """Rates of events by group.

    `groups`: (people,) the label of each, words or whole numbers; `events`: (people,) bool, or counts of 0
    or more; `exposed`: (people,) bool, who counts at all (default: everybody). With events = charged and
    exposed = did nothing it is the rate of false positives; with everybody exposed, the rate of selection.
    Events of people who are not exposed are left out. Raises `UserError`.
    """
    labels = np.asarray(groups)
    happened = table(events, "events")
    if labels.shape != happened.shape or labels.dtype.kind not in "biuUS":
        raise UserError(
            f"groups: expected {len(happened)} labels, words or whole numbers, got {labels.dtype} "
            f"{labels.shape}"
        )
    if happened.min() < 0 or np.any(happened != np.floor(happened)):
        raise UserError("events: expected true or false, or whole numbers of 0 or more")
    counts = np.ones(len(labels), np.bool_) if exposed is None else np.asarray(exposed)
    if counts.dtype != np.bool_ or counts.shape != labels.shape:
        raise UserError(
            f"exposed: expected {len(labels)} of true or false, got {counts.dtype} {counts.shape}"
        )
    names, at = np.unique(labels, return_inverse=True)
    people = np.bincount(at[counts], minlength=len(names))
    fell = np.bincount(at[counts], weights=happened[counts], minlength=len(names))
    found = tuple(Group(str(name), int(n), int(e)) for name, n, e in zip(names, people, fell, strict=True))
    return Rates(found, Group("overall", int(people.sum()), int(fell.sum())))


def between_two(
    replicates: Sequence[Rates], first: str, second: str, level: float = 0.95
) -> tuple[Interval, Interval] | None:
    """Difference and ratio of the rates of two groups named beforehand, first to second.

    `replicates`: at least 2, each with both groups. None where, over all replicates, a group has fewer than
    50 people or 10 events, or is without people in one of them. The difference is in events a person.
    Raises `UserError`.
    """
    sides = []
    for name in (first, second):
        found = [rates[name] for rates in replicates]
        whole = Group(name, sum(one.people for one in found), sum(one.events for one in found))
        if whole.few or not all(one.people for one in found):
            return None
        sides.append(np.array([one.events / one.people for one in found]))
    one, other = sides
    return mean_interval(one - other, level), log_ratio_interval(one, other, level)
