"""Who is worse off than the twin, who is better, who is the same; by group; and how losses are spread.

The cost of a life is counted, never weighed: refusals and losses of work, one each. Means do not depend on
how arms share their draws; what is said of pairs does. So every share stands beside its bounds over all
couplings (`moot.findings.bounds`), with the mark *under shared draws*. All of it is of the panel, a random
sample.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moot.errors import RunError, UserError
from moot.findings.bounds import Bounds, Losses, losses, share_better, share_worse
from moot.findings.metrics_lives import ADVERSE
from moot.findings.report_groups import LEAST_GROUP, TOO_FEW
from moot.findings.samples import Numbers
from moot.findings.summary import FEW, WIDTH, two

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["COUNTED", "COUPLING", "SAYS", "Group", "Twins", "twins"]

THRESHOLDS = (0, 1, 2, 4)
"""More than so many refusals and losses of work beyond the twin's."""
GROUPS = ("sex", "age", "income", "stratum", "appearance")
COUPLING = (
    "Under shared draws: which life belongs to which twin is the engine's way of sharing chance, and nothing "
    "could tell it from another. In brackets the least and the most over every way of pairing the two arms."
)
COUNTED = "Counted are refusals and losses of work, one each; what they weigh is not said here."
SAYS = (
    "Synthetic people; mechanism, not forecast. One run, assumptions not varied. A random sample of lives.",
    COUPLING,
    COUNTED,
)


@dataclass(frozen=True)
class Group:
    """Shares of the people of one level, 0 to 1; None where they are too few to say."""

    attribute: str
    level: str
    people: int
    events: int
    worse: Bounds | None
    better: Bounds | None


@dataclass(frozen=True)
class Twins:
    """An arm beside its twins: shares of lives that are worse, better and the same, and how losses spread."""

    arm: str
    twin: str
    people: int
    worse: Bounds
    better: Bounds
    same: Bounds
    losses: Losses
    groups: tuple[Group, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"synthetic": True, "says": list(SAYS), **asdict(self)}

    def lines(self) -> list[str]:
        """What is told, as lines of at most `WIDTH` columns."""
        spread = self.losses
        said = [
            f"{self.arm} beside {self.twin}: {self.people:,} lives of the panel.",
            *SAYS,
            f"worse off than the twin: {_of(self.worse)} of 1,000; better: {_of(self.better)}; the same: "
            f"{_of(self.same)}",
            f"mean loss, the same in every pairing: {two(spread.mean, sign=True)} events a life; lost by "
            f"those who lose {_of(spread.lost, 1)}, gained by those who gain {_of(spread.gained, 1)}",
            f"mean loss of the {100 * spread.tail:.0f} % who lose most: {_of(spread.worst, 1)}",
            *(f"lose more than {by:.0f}: {_of(share)} of 1,000" for by, share in spread.above),
        ]
        lines = [x for one in said for x in textwrap.wrap(one, WIDTH, subsequent_indent="    ")]
        few: dict[str, list[str]] = {}
        for one in self.groups:
            if one.worse is not None and one.better is not None:
                told = f"worse {_of(one.worse)}, better {_of(one.better)}"
                lines.append(f"  {one.attribute} {one.level} ({one.people:,}): {told}")
            else:
                few.setdefault(one.attribute, []).append(one.level)
        for attribute, levels in few.items():
            folded = f"  {attribute}, {TOO_FEW}: {', '.join(levels)}"
            lines += textwrap.wrap(folded, WIDTH, subsequent_indent="    ")
        return lines


def _of(one: Bounds, scale: float = 1000) -> str:
    return f"{two(scale * one.shared)} [{two(scale * one.low)}, {two(scale * one.high)}]"


def twins(run: Run, arm: str | None = None) -> Twins:
    """The lives of an arm (default: the first with a regime) beside their twins under today's law.

    Raises `RunError` where the run keeps no lives, `UserError` for an arm that has no twin.
    """
    rules = run.rules
    name = run.known_arm(arm) if arm is not None else next((x for x in run.arms if x != rules.comparator), "")
    if name in ("", rules.comparator) or rules.comparator not in run.arms:
        raise UserError(f"{name or 'this run'}: no arm with a regime beside {rules.comparator}, so no twins")
    if not run.lives:
        raise RunError("the run keeps no lives (it was run with --panel 0), so nobody is beside a twin")
    counted = {
        number: (_cost(life.arms[name]), _cost(life.arms[rules.comparator]))
        for number, life in run.lives.items()
    }
    here, there = (np.array([pair[x] for pair in counted.values()], np.float64) for x in (0, 1))
    worse, better = share_worse(here, there), share_better(here, there)
    people = [run.person(number) for number in counted]
    return Twins(
        name, rules.comparator, len(here), worse, better, _same(here, there),
        losses(here, there, thresholds=THRESHOLDS), tuple(_groups(people, here, there)),
    )  # fmt: skip


def _cost(events: Sequence[Any]) -> int:
    return sum(one.kind in ADVERSE for one in events)


def _same(here: Numbers, there: Numbers) -> Bounds:
    """The share whose costs are equal: of whole numbers, at most what both arms have of each value in common.

    At least what some value has in both arms beyond what fits beside other values.
    """
    values, n = np.unique(np.concatenate([here, there])), len(here)
    a, b = (np.array([(x == value).sum() for value in values]) for x in (here, there))
    low, high = max(0, int((a + b).max()) - n), int(np.minimum(a, b).sum())
    return Bounds(low / n, high / n, float((here == there).mean()))


def _in_order(level: str) -> tuple[int, str]:
    """Levels that begin with a number by that number, as ages in bands of five years."""
    first = level.split(" ", maxsplit=1)[0]
    return (int(first) if first.isdigit() else 0, level)


def _groups(people: Sequence[Mapping[str, Any]], here: Numbers, there: Numbers) -> list[Group]:
    found = []
    for attribute in GROUPS:
        if attribute not in people[0]:
            continue
        of = np.array([str(one[attribute]) for one in people])
        for level in dict.fromkeys(sorted(of.tolist(), key=_in_order)):
            mine = of == level
            many, events = int(mine.sum()), int((here[mine] + there[mine]).sum())
            worse = better = None
            if many >= LEAST_GROUP and events >= FEW:
                worse = share_worse(here[mine], there[mine])
                better = share_better(here[mine], there[mine])
            found.append(Group(attribute, level, many, events, worse, better))
    return found
