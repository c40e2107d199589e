"""The record of a panel life in one scheme, walked through again with one thing in it changed.

A score is a pure function of its record: what was charged, when, and what ties, rulings and purchases moved.
So the smallest change of a record that would have kept a fall from coming is found by walking through the
rules again (`regime.walk`), everything else as it was: what the person would have done instead, and what it
would have changed for others, is not in it. Nothing is typed in: a record is that of a simulated life, and
what comes out is a change of it. Where the walk does not give the falls and rises of the life as they were,
nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from moot.findings.causes import Pair
from moot.findings.kinds import CHARGES, Event
from moot.regime.schema import Scheme
from moot.regime.walk import Happening, OfferClosedError, Standing, standing
from moot.society.arms import day_number

__all__ = ["LONGEST_DELAY", "WRONG", "Entry", "Replay"]

LONGEST_DELAY = 90
"""Days by which a charge is put off at most, in search of the day on which it would have cost less."""
WRONG = ("borne", "false-alarm", "alleged")
"""Charges for what the person did not do."""


@dataclass(frozen=True)
class Entry:
    """One event of a life and what it is to the score; `points` what it took (negative: gave)."""

    event: Event
    happening: Happening
    points: int

    @property
    def wrong(self) -> bool:
        """Whether it is a charge for something that the person did not do."""
        return self.event.kind in WRONG


class Replay:
    """The record of one life in one scheme of its arm, up to a fall and what followed from it.

    `then` is the event that followed (by default the fall itself), `on_list` the list that it needs: an
    answer holds where the fall would not have come, and on the day of `then` the person would have been
    neither in that tier nor on that list. `refused` says why nothing can be said, and is empty where the walk
    gives what happened.
    """

    def __init__(self, side: Pair, fall: Event, then: Event | None = None, on_list: str = "") -> None:
        self._side, self.fall, self._then, self._list = side, fall, then or fall, on_list
        self.scheme: Scheme = side.rules.arms[side.arm].schemes[fall.scheme]
        self._eve = day_number(side.rules.scenario.start) - 1

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What the score was made from, in the order of the life."""
        before = self._side.here[: self._then.place]
        return tuple(one for event in before if (one := self._entry(event)) is not None)

    @property
    def losses(self) -> list[Entry]:
        """The entries that took points before the fall."""
        return [one for one in self.entries if one.points > 0 and one.event.place < self.fall.place]

    @cached_property
    def refused(self) -> str:
        """Why this record cannot be walked through; empty where it can."""
        say, arm = self._side.rules.explain, self._side.rules.arms[self._side.arm]
        if self.fall.scheme not in arm.own_schemes:
            return say("replay.before")
        if self.scheme.who == "licence":
            return say("replay.licence")
        if any(one.arm == self._side.arm for one in self._side.rules.scenario.changes):
            return say("replay.changed")
        mine = [one for one in self._side.here if one.scheme == self.fall.scheme]
        turns = [one for one in mine if one.kind in ("fall", "rise") and one.place <= self._then.place]
        try:
            for one, after in zip(turns, (*turns[1:], None), strict=True):
                if after is not None and after.day == one.day:
                    continue  # the day ended in another tier
                if self._tier(one.day, self.entries) != one.tier:
                    return say("replay.no-tier", tier=one.tier)
            if self._tier(self.fall.day - 1, self.entries) == self.fall.tier:
                return say("replay.earlier")
        except OfferClosedError:
            return say("replay.offer")
        return ""

    # What would have altered it. All of them None or empty where nothing within reach does.

    def fewer_points(self) -> int | None:
        """How many points fewer, of those that were lost last, would have kept the fall: the fewest."""
        low, high = 1, sum(one.points for one in self._last_losses)
        if not self._last_losses or not self._kept(self._lighter(high)):
            return None
        while low < high:
            middle = (low + high) // 2
            if self._kept(self._lighter(middle)):
                high = middle
            else:
                low = middle + 1
        return low

    def without_one(self) -> list[Entry]:
        """The entries of which one alone, had it been absent, would have kept the fall; cheapest first."""
        found = [one for one in self.losses if self._kept([x for x in self.entries if x is not one])]
        return sorted(found, key=lambda one: (one.points, -one.event.place))

    def without_several(self) -> list[Entry]:
        """Where no single one would have done: as few entries as keep the fall, the costliest first."""
        dropped: list[Entry] = []
        for one in sorted(self.losses, key=lambda one: (-one.points, -one.event.place)):
            dropped.append(one)
            if self._kept([x for x in self.entries if x not in dropped]):
                return dropped
        return []

    def without_wrong(self) -> bool:
        """Whether the fall would not have come without the charges for what the person did not do."""
        return self._kept([one for one in self.entries if not one.wrong])

    def later(self) -> tuple[Entry, int] | None:
        """The last entry that took points, and the fewest days by which it would have had to come later."""
        if not self.losses:
            return None
        last = self.losses[-1]
        for days in range(1, LONGEST_DELAY + 1):
            moved = replace(last.happening, day=last.happening.day + days)
            entries = [replace(x, happening=moved) if x is last else x for x in self.entries]
            if self._kept(entries) and self._better(self._otherwise(self.fall.day + days, entries).tier):
                return last, days
        return None

    # The walk.

    @property
    def _last_losses(self) -> list[Entry]:
        """What took points on the last day on which something did: charges, else falls of ties."""
        losses = self.losses
        on_day = [one for one in losses if one.event.day == losses[-1].event.day]
        ties = losses and losses[-1].event.kind == "tie-fell" and losses[-1].event.day < self.fall.day
        return [one for one in on_day if (one.event.kind == "tie-fell") == bool(ties)]

    def _lighter(self, points: int) -> list[Entry]:
        """The record with so many points fewer lost on the day of the last losses."""
        last = self._last_losses[-1]
        day = last.happening.day
        ties = last.event.kind == "tie-fell"
        less = Happening(day, from_ties=-points) if ties else Happening(day, taken=-points)
        return [*self.entries, Entry(last.event, less, -points)]

    def _kept(self, entries: Sequence[Entry]) -> bool:
        if not self._better(self._otherwise(self.fall.day, entries).tier):
            return False
        then = self._otherwise(self._then.day, entries)
        return self._list not in then.lists and self._better(then.tier)

    def _better(self, tier: str) -> bool:
        names = self.scheme.table.tier_names
        return names.index(tier) < names.index(self.fall.tier)

    def _tier(self, day: int, entries: Sequence[Entry]) -> str:
        return self._standing(day, entries).tier

    def _standing(self, day: int, entries: Sequence[Entry]) -> Standing:
        return standing(self.scheme, [one.happening for one in entries], day - self._eve)

    def _otherwise(self, day: int, entries: Sequence[Entry]) -> Standing:
        """Where the person stands with another record; an offer that was not open then was not taken."""
        left = list(entries)
        while True:
            try:
                return self._standing(day, left)
            except OfferClosedError as closed:
                at = (closed.offer, closed.day)
                left = [one for one in left if (one.happening.offer, one.happening.day) != at]

    def _entry(self, event: Event) -> Entry | None:
        name, day = self.fall.scheme, event.day - self._eve
        if event.kind in CHARGES and event.kind != "false-alarm":
            return self._charge(event, day)
        make: Callable[..., Happening] = Happening
        points = event.points or 0
        if event.kind == "false-alarm":
            counts = self.scheme.reads == "regime" and points
            return Entry(event, make(day, taken=points), points) if counts else None
        if event.scheme != name or not points:
            offered = event.kind == "offer" and event.scheme == name
            return Entry(event, make(day, offer=event.what), 0) if offered else None
        if event.kind == "tie-fell":
            return Entry(event, make(day, from_ties=points), points)
        if event.kind == "rejected":
            return Entry(event, make(day, taken=points), points)
        if event.kind == "bought" and event.day not in (self.fall.day, self._then.day):
            # a day buys after it judges
            return Entry(event, make(day, bought=-points), points)
        if event.kind == "upheld":  # what expires, the walk knows itself
            return Entry(event, make(day, given=-points), points)
        return None

    def _charge(self, event: Event, day: int) -> Entry | None:
        scheme = self.scheme
        by = "today" if event.kind == "charged-today" else "regime"
        if by != scheme.reads or event.what not in scheme.table.catalogue:
            return None
        redress = scheme.redress
        on_day = [one for one in self._side.here if one.day == event.day and one.what == event.what]
        if redress is not None and redress.suspensive and any(one.kind == "appeal" for one in on_day):
            return None  # its points are taken with the ruling, if at all
        again = any(one.place < event.place and one.kind == event.kind for one in on_day)
        if by == "today" and again:
            return None  # of what today's courts charge, an act counts once a day
        points = self._side.cost(event, scheme.scheme) or 0
        return Entry(event, Happening(day, act=event.what), points)
