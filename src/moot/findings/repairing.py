"""Points that came back with time in a panel life.

No event says so: the engine works repair out when somebody looks. It is read from the scores that events
carry: what a score rose by between two of them, beyond what charges, merits, ties, rulings and bought points
did to it in between. Where that cannot be told exactly (a score at an end of its scale, a ruling on the same
day, a new licence), nothing is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from moot.catalogue import Language, catalogue
from moot.findings.causes import GIVEN_BACK, Pair
from moot.findings.kinds import CHARGES, Event
from moot.findings.rules import day_in
from moot.regime.engines import bent, in_points
from moot.regime.schema import Scheme
from moot.society.arms import day_number

__all__ = ["Repaired", "repaired", "with_time"]

SCORED = frozenset({"fall", "rise", "tie-fell", "renewed", "bought"})
"""Events that carry a score of their own scheme; a charge carries that of the arm's last scheme."""
MOVES = frozenset({"upheld", "expired", "rejected"})
"""Events that move a score and do not carry it."""
MOVED = MOVES | {"tie-fell", "bought"}
UNTOLD = frozenset({"renewed", "offer", "disclosed"})
"""Events after which a score may stand where nothing here says."""


@dataclass(frozen=True)
class Repaired:
    """Points that had come back by the day of an event, since an earlier day (a day number)."""

    scheme: str
    points: int
    since: int

    def words(self, language: Language = "en") -> str:
        """What came back, in words."""
        key = "back-one" if self.points == 1 else "back"
        amount, day = in_points(self.points, language), day_in(self.since, language)
        return catalogue("lives", language)(key, amount=amount, day=day)


def repaired(side: Pair) -> dict[int, Repaired]:
    """What had come back by each event of a side that shows it, by the place of the event in the life.

    After a change of law nothing is told: an act may cost something else than under the arm's first law.
    """
    found: dict[int, Repaired] = {}
    for name, scheme in side.rules.arms[side.arm].schemes.items():
        if scheme.score.repair and not bent(scheme):
            found |= _of_scheme(side, name, scheme)
    return found


def with_time(side: Pair, rise: Event) -> bool:
    """Whether a rise follows from repair alone: nothing else of its day gives points."""
    scheme = side.rules.arms[side.arm].schemes[rise.scheme]
    gives = GIVEN_BACK | {"delisted"}
    return bool(scheme.score.repair) and not any(
        (one.kind in gives and one.scheme == rise.scheme)
        or (one.kind in CHARGES and (side.cost(one, rise.scheme) or 0) < 0)
        for one in side.same_day(rise)
    )


def _of_scheme(side: Pair, name: str, scheme: Scheme) -> dict[int, Repaired]:
    rules = side.rules.arms[side.arm]
    for_all = scheme.who == "everyone"  # of others, a charge does not say whether the person has the score
    last = for_all and name == next(reversed(rules.schemes))
    known: tuple[int, int] | None = None  # (day, score) after the last event that says it
    regime = rules.regime
    if for_all and name in rules.own_schemes and not (regime is not None and regime.retroactive):
        known = (day_number(side.rules.scenario.start), scheme.score.start)
    found: dict[int, Repaired] = {}
    moved, lost_track = 0, False
    changed = [day_number(one.at) for one in side.rules.scenario.changes if one.arm == side.arm]
    for day, events in _days(side.here):
        if changed and day >= min(changed):
            break
        scores = [one for one in events if _carries(one, scheme, last=last)]
        moves = [one for one in events if one.kind in MOVES and one.scheme == name]
        untold = any(_untold(side, one, name) for one in events)
        if not scores:
            lost_track |= untold
            moved += _change(side, events, name, scheme)
            continue
        first, score = scores[0], scores[-1].score
        assert score is not None
        change = moved + _change(side, events, name, scheme)
        at_an_end = score in (scheme.score.floor, scheme.score.ceiling)
        if known is not None and not (lost_track or untold or moves or at_an_end or _held(events, scheme)):
            points = score - known[1] - change
            if points > 0:
                found[first.place] = Repaired(name, points, known[0])
        known = None if at_an_end or moves or untold else (day, score)
        moved, lost_track = 0, False
    return found


def _days(events: tuple[Event, ...]) -> Iterator[tuple[int, list[Event]]]:
    """The events of a life, day by day."""
    day: list[Event] = []
    for one in events:
        if day and one.day != day[0].day:
            yield day[0].day, day
            day = []
        day.append(one)
    if day:
        yield day[0].day, day


def _untold(side: Pair, event: Event, name: str) -> bool:
    """Whether an event may leave the score where nothing here says: a list may set it when its term ends."""
    if event.kind != "delisted":
        return event.kind in UNTOLD
    return event.scheme == name and side.rules.arms[side.arm].lists[event.what][1].exit.tier is None


def _carries(event: Event, scheme: Scheme, *, last: bool) -> bool:
    """Whether an event tells the score of a scheme: one of its own, or a charge that it reads."""
    if event.score is None:
        return False
    if event.kind in SCORED:
        return event.scheme == scheme.scheme
    read = (event.kind == "charged-today") is (scheme.reads == "today")
    return last and event.kind in CHARGES and read


def _held(events: list[Event], scheme: Scheme) -> bool:
    """Whether a contest of the day may have kept points from being taken."""
    return any(one.kind == "appeal" for one in events) and (
        scheme.redress is None or scheme.redress.suspensive or any(one.kind == "upheld" for one in events)
    )


def _change(side: Pair, events: list[Event], name: str, scheme: Scheme) -> int:
    """What the events of one day did to a score: gains less losses, as the catalogue and its caps have it."""
    rules = side.rules.arms[side.arm]
    table, change = rules.schemes[name].table, 0
    charged: Counter[str] = Counter()
    for one in events:
        of_the_score = one.kind in MOVED and one.scheme == name
        if of_the_score or (one.kind == "false-alarm" and scheme.reads == "regime"):
            change -= one.points or 0
        elif one.kind in CHARGES and one.kind != "false-alarm":
            by = "today" if one.kind == "charged-today" else "regime"
            if by == scheme.reads and one.what in table.catalogue:
                charged[one.what] += 1
    for act, times in charged.items():
        entry = table.catalogue[act]
        points = rules.points(act, scheme.reads, name) * (1 if scheme.reads == "today" else times)
        cap = entry.cap_per_day
        change -= points if cap is None else max(-cap, min(cap, points))
    return change
