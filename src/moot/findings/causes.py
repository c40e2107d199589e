"""Why an event of a panel life happened, and why it happened in one arm only.

Every event has one immediate cause: another event of the same life, or a *root* where the chain ends. Roots
are an own act, a rule of the scheme (repair, an offer taken), an announcement, a sensor that took the person
for somebody else, a charge or a fall of a tie; what was there before the first day is a root too, and never
explains a difference between arms.

Both arms share every draw. So where an event stands in one arm only, something before it stands in one arm
only: the cause of a difference is looked for among the differences first, on this side and then on the
twin's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from moot.findings.kinds import CHARGES, JOBS, LIVELIHOOD, PLACES, Event
from moot.findings.rules import Rules
from moot.society.arms import day_number

__all__ = ["BEFORE", "UNEXPLAINED", "Cause", "Pair"]

OWN_ACT = "own act"
SENSOR = "a sensor of the regime"
INSTITUTIONS = "fines and courts of today"
ANNOUNCED = "the announcement of the regime"
RULE = "a rule of the scheme"
TIE_CHARGED = "a charge of a tie"
TIE_FELL = "a fall of a tie"
ANOTHER = "an act of somebody else"
REPORT = "a report of what did not happen"
TIE_ROSE = "a rise of a tie"
REGISTER = "a register that the list reads"
SAID = "what ties said"
COURSE = "the ordinary course of work"
SHARED_OUT = "the places of the month"
STANDING = "where the scheme lets people start"
RATED = "ratings of a platform"
BEFORE = "before the first day"
EVENT = "an event of this life"
TWIN = "an event of the twin's life"
UNEXPLAINED = "not explained"

OF_THE_REGIME = frozenset(
    {
        SENSOR, ANNOUNCED, TIE_CHARGED, TIE_FELL, ANOTHER, REGISTER, SAID, REPORT, TIE_ROSE, STANDING, RATED,
        SHARED_OUT,
    }
)  # fmt: skip
"""Roots that a regime brings; a difference between arms goes back to one of them."""

GIVEN_BACK = frozenset({"renewed", "offer", "upheld", "expired", "bought"})
BELIEF = frozenset({"act", *CHARGES, "tie-charged", "tie-fell", "rejected", *GIVEN_BACK})
FOLLOW = frozenset(
    {
        "charged-today", "charged-by-regime", "mistaken", "fall", "rise", "listed", "delisted", "refused",
        "trip", "prevented", "offer", "appeal", "upheld", "rejected", "expired",
        "denied", "granted", "decided",
        "displaced", "recognised", "bought", "cut-off", "taken-back",
        "hire-refused", "dismissed", "rating-dropped", "fine-paid",
        "fine-unpaid", "fine-ended", "arrears",
    }
)  # fmt: skip
"""Events that follow from others of the same life."""
SEEN = frozenset({"charged-by-regime", "mistaken"})
"""What a sensor of the regime makes of an act, which the twin may have done as well."""
DECIDED = frozenset({"act", "forgone", "prevented", "hushed"})

_Key = tuple[int, str, str, str, str]


class Cause(NamedTuple):
    """An immediate cause: what kind, the event where there is one, and where a chain leaves the life.

    `number` is the person it leads to: this one, another number, or ``not in the panel``; empty for a cause
    that is no person's.
    """

    kind: str
    event: Event | None = None
    number: str = ""
    day: int | None = None
    root: bool = False


class Pair:
    """The events of a life in one arm, beside the twin's in another."""

    def __init__(
        self, rules: Rules, arm: str, here: Sequence[Event], twin_arm: str, twin: Sequence[Event]
    ) -> None:
        self.rules, self.arm, self.twin_arm = rules, arm, twin_arm
        self.here, self.twin = tuple(here), tuple(twin)
        here_keys, twin_keys = [event.key for event in self.here], [event.key for event in self.twin]
        self._keys = set(here_keys), set(twin_keys)
        self._own_differences = _but(self.here, here_keys, self._keys[1])
        self._twin_differences = _but(self.twin, twin_keys, self._keys[0])

    @property
    def differences(self) -> list[Event]:
        """The events of this arm that the twin does not have."""
        return self._own_differences

    def differs(self, event: Event) -> bool:
        """Whether the other arm has no such event on that day."""
        return event.key not in self._keys[1 if event.arm == self.arm else 0]

    def turned(self) -> Pair:
        """The same pair seen from the twin."""
        return self._turned

    @cached_property
    def _turned(self) -> Pair:
        return Pair(self.rules, self.twin_arm, self.twin, self.arm, self.here)

    # One step back.

    def cause(self, event: Event) -> Cause:
        """The immediate cause of an event of either side."""
        if event.arm != self.arm:
            return self.turned().cause(event)
        found = self._found(event)
        differing = self.differs(event)
        if not differing or (found.root and found.kind in OF_THE_REGIME):
            return found
        if found.event is not None and self.differs(found.event):
            return found
        others = [one for one in self.contributions(event) if self.differs(one)]
        if others:
            return self._event(others[-1])
        if event.kind in DECIDED:
            return self._decided_otherwise(event)
        if event.kind in SEEN:
            return found
        back = self._last_difference(event)
        return back if back is not None else Cause(UNEXPLAINED, root=True)

    def _found(self, event: Event) -> Cause:
        """What the engine's order of things says, without a look at the twin."""
        kind = event.kind
        if kind == "act":
            return Cause(OWN_ACT, number=event.number, day=event.day, root=True)
        if kind == "false-alarm":
            return Cause(SENSOR, day=event.day, root=True)
        if kind == "borne":
            return Cause(ANOTHER, number=event.source, day=event.day, root=True)
        if kind == "tie-fell":
            return Cause(TIE_FELL, number=event.source, day=event.day, root=True)
        if kind == "tie-charged":
            return Cause(TIE_CHARGED, number=event.source, day=event.day, root=True)
        if kind == "disclosed":
            return Cause(SENSOR, day=event.day, root=True)
        if kind == "alleged":
            return Cause(REPORT, day=event.day, root=True)
        if kind == "cuts-off":
            return Cause(TIE_FELL, number=event.source, day=event.day, root=True)
        if kind == "in-touch":
            return Cause(TIE_ROSE, number=event.source, day=event.day, root=True)
        if kind in ("job-lost", "hired"):
            return Cause(COURSE, day=event.day, root=True)
        if kind in PLACES:
            return Cause(SHARED_OUT, day=event.day, root=True)
        if kind == "rating-warned":
            return Cause(RATED, day=event.day, root=True)
        if kind == "renewed":
            return Cause(STANDING if self._own(event) else RULE, day=event.day, root=True)
        if kind == "listed":
            entry = self.rules.arms[self.arm].lists[event.what][1].entry
            if entry.drawn_per_year is not None:
                return Cause(REGISTER, day=event.day, root=True)
        if kind in ("forgone", "hushed"):
            last = self._last(self.here, event, lambda one: self._believed(one, event) and one.kind != "act")
            if last is not None:
                return self._event(last)
            announced = self._announced((self.arm,), event.day)
            return announced if announced is not None else Cause(BEFORE, root=True)
        found = self.contributions(event)
        if found:
            return self._event(found[-1])
        if kind in ("rise", "offer", "bought", "denied", "granted", "decided") and self._own(event):
            return Cause(STANDING, day=event.day, root=True)
        if kind in ("rise", "offer", "bought"):
            return Cause(RULE, day=event.day, root=True)
        if kind in ("hire-refused", "dismissed"):
            return Cause(STANDING, day=event.day, root=True)
        if kind == "rating-dropped":
            return Cause(RATED, day=event.day, root=True)
        return Cause(BEFORE, root=True)

    def _own(self, event: Event) -> bool:
        """Whether the scheme of an event is in this arm alone: the regime brings where people start in it."""
        return bool(event.scheme) and event.scheme not in self.rules.arms[self.twin_arm].schemes

    def contributions(self, event: Event) -> list[Event]:
        """The events of this side from which an event follows, in their order; the last is the immediate
        cause."""
        kind, rules = event.kind, self.rules.arms[self.arm]
        if kind not in FOLLOW:
            return []
        same_day = self.same_day(event)
        if kind in ("charged-today", "charged-by-regime", "mistaken"):
            done = ("act", "arrears", "disclosed")
            acts = [one for one in same_day if one.kind in done and one.what == event.what]
            read = [one for one in same_day if one.kind == "charged-today" and one.what == event.what]
            sensor = rules.sensors.get(event.sensor)
            by_register = sensor is not None and sensor.kind == "register"
            return acts + (read if kind == "charged-by-regime" and by_register else [])
        if kind in ("denied", "granted", "decided"):
            before = self.here[: event.place]
            return [one for one in before if one.scheme == event.scheme and one.kind in ("fall", "rise")]
        if kind == "appeal":
            return [one for one in same_day if one.kind in CHARGES and one.what == event.what]
        if kind in ("upheld", "rejected"):
            before = self.here[: event.place]
            same = [one for one in before if (one.what, one.scheme) == (event.what, event.scheme)]
            return [one for one in same if one.kind == "appeal"]
        if kind == "expired":
            return [
                one
                for one in self.here[: event.place]
                if one.what == event.what and (one.kind in CHARGES or one.kind == "rejected")
            ]
        if kind == "fall":
            return self.losses(event)
        if kind == "rise":
            gains = [
                one for one in same_day
                if (one.kind in CHARGES and (self.cost(one, event.scheme) or 0) < 0)
                or (one.kind in GIVEN_BACK and one.scheme == event.scheme)
                or (one.kind == "delisted" and one.scheme == event.scheme)
            ]  # fmt: skip
            before = self.here[: event.place]
            low = [one for one in before if one.scheme == event.scheme and one.kind in ("fall", "tie-fell")]
            lost = [one for one in before if one.kind in CHARGES and (self.cost(one, event.scheme) or 0) > 0]
            return sorted(
                {one.place: one for one in (*low, *lost, *gains)}.values(), key=lambda one: one.place
            )
        if kind == "listed":
            entry = rules.lists[event.what][1].entry
            if entry.tier is not None:
                return [one for one in same_day if one.kind == "fall" and one.scheme == event.scheme]
            if entry.act is not None:
                return [one for one in same_day if one.kind in CHARGES and one.what == entry.act]
            # A day tells its lists before its offers: the offer is looked for in the whole day.
            day = [one for one in self.here if one.day == event.day]
            return [one for one in day if one.kind == "offer" and one.what == entry.offer]
        if kind == "delisted":
            rule = rules.lists[event.what][1]
            if rule.exit.tier is not None:
                return [one for one in same_day if one.kind == "rise" and one.scheme == event.scheme]
            before = self.here[: event.place]
            again = [one for one in before if one.kind in CHARGES and one.what == rule.entry.act]
            entered = [one for one in before if one.kind == "listed" and one.what == event.what]
            lifted = [one for one in same_day if one.kind == "upheld" and one.scheme == event.scheme]
            return again + entered + lifted
        if kind in ("cut-off", "taken-back"):
            turn = "fall" if kind == "cut-off" else "rise"
            return [one for one in same_day if one.kind == turn and one.scheme == event.scheme]
        if kind == "displaced":
            return [one for one in same_day if one.kind == "prevented" and one.what == event.what]
        if kind == "trip":
            refuses = [name for name, (_, rule) in rules.lists.items() if event.what in rule.refuses]
            return [one for one in self.here[: event.place] if one.kind == "listed" and one.what in refuses]
        if kind in ("refused", "prevented", "recognised"):
            held = self.rules.barring(event)
            return [one for one in self.here[: event.place] if one.kind == "listed" and one.what in held]
        if kind in LIVELIHOOD:
            return self._livelihood(event)
        if kind in ("offer", "bought"):
            moved = ("fall", "rise")
            return [
                one for one in self.here[: event.place] if one.scheme == event.scheme and one.kind in moved
            ]
        return []

    def _livelihood(self, event: Event) -> list[Event]:
        """What a refused hire, a dismissal, a payment or a debt follows from on this side."""
        before = self.here[: event.place]
        if event.kind in ("hire-refused", "dismissed"):
            return [one for one in before if one.kind in ("fall", "rise") and one.scheme == event.scheme]
        if event.kind == "rating-dropped":
            return [one for one in before if one.kind == "rating-warned"][-1:]
        if event.kind == "fine-ended":
            return [one for one in before if one.kind == "fine-unpaid" and one.what == event.what][-1:]
        if event.kind == "arrears":
            return [one for one in before if one.kind == "fine-unpaid" and one.day >= event.day - 31]
        return [one for one in self.same_day(event) if one.kind == "charged-today" and one.what == event.what]

    def same_day(self, event: Event) -> list[Event]:
        """The events of this side before `event` on its day."""
        first = event.place
        while first > 0 and self.here[first - 1].day == event.day:
            first -= 1
        return list(self.here[first : event.place])

    def losses(self, fall: Event) -> list[Event]:
        """Charges and falls of ties that took the score down to a fall, since it was last at its height."""
        scheme = self.rules.arms[self.arm].tables[fall.scheme]
        caps = [repair.to for repair in scheme.score.repair if isinstance(repair.to, int)]
        height = min([scheme.score.start, scheme.score.ceiling, *caps])
        found: list[Event] = []
        for one in reversed(self.here[: fall.place]):
            renewed = one.kind == "renewed" and one.scheme == fall.scheme
            cost = (
                one.points
                if one.kind == "tie-fell" and one.scheme == fall.scheme
                else self.cost(one, fall.scheme)
            )
            if renewed:
                found.append(one)
                break
            if cost is None or cost <= 0:
                continue
            found.append(one)
            if one.score is not None and one.score + cost >= height:
                break
        return found[::-1]

    def cost(self, event: Event, scheme: str) -> int | None:
        """What a charge cost in a scheme, or None where it did not count there."""
        if event.kind == "false-alarm":
            return event.points
        if event.kind == "rejected":
            return event.points if event.scheme == scheme else None
        if event.kind not in CHARGES:
            return None
        by = "today" if event.kind == "charged-today" else "regime"
        return self.rules.arms[self.arm].points(event.what, by, scheme)

    # Why in one arm only.

    def _decided_otherwise(self, event: Event) -> Cause:
        """A potential act that ended otherwise than the twin's: kept from, feared more, or feared less."""
        for one in self.twin:
            if one.day == event.day and one.what == event.what and one.kind == "prevented":
                return self._event(one)
        back = self._last_difference(event)
        if back is None and event.kind == "hushed":
            return Cause(SAID, day=event.day, root=True)  # talk leads out of this life, to everybody's
        return back if back is not None else Cause(UNEXPLAINED, root=True)

    def _last_difference(self, event: Event) -> Cause | None:
        """The last event before this one that stands on one side only and bears on it, else the
        announcement."""

        def bears(one: Event) -> bool:
            if event.kind in LIVELIHOOD:
                return one.kind in LIVELIHOOD or (one.kind == "fall" and one.scheme == event.scheme)
            if event.kind in DECIDED:
                return self._believed(one, event)
            if event.kind in ("listed", "delisted", "refused", "trip"):
                return one.kind in CHARGES or one.what == event.what or one.what in event.lists
            if event.kind == "offer" and one.kind == "listed" and one.day == event.day:
                return False  # it follows from the offer
            return one.kind in CHARGES or one.scheme == event.scheme

        own = self._last(self._own_differences, event, bears)
        other = self._last(self._twin_differences, event, bears)
        latest = max(
            (one for one in (own, other) if one is not None), key=lambda one: one.moment, default=None
        )
        if latest is not None:
            return self._event(latest)
        return self._announced((self.arm, self.twin_arm), event.day) if event.kind in DECIDED else None

    def _believed(self, one: Event, event: Event) -> bool:
        """Whether an event of an earlier day moved what was believed, or what could be lost, before an act.

        An own charge moves the perceived certainty of both classes, an uncharged act or a tie's charge that
        of its own class; points lost make cautious of offences alone.
        """
        if one.kind in JOBS and event.kind != "hushed" and one.day < event.day:
            return self.rules.is_strained(event.what)
        if one.kind not in BELIEF:
            return False
        if event.kind == "hushed":  # decided at the end of the day, by what is feared for lawful acts
            lawful = True
        elif one.day >= event.day:
            return False
        else:
            lawful = self.rules.class_of(event.what) == "lawful"
        if one.kind in ("act", "tie-charged"):
            return (self.rules.class_of(one.what) == "lawful") == lawful and self.rules.class_of(
                one.what
            ) != "merit"
        return one.kind in CHARGES or not lawful

    def _announced(self, arms: Iterable[str], day: int) -> Cause | None:
        for arm in arms:
            when = self.rules.arms[arm].announced
            if when is not None and day_number(when) <= day:
                return Cause(ANNOUNCED, day=day_number(when), root=True)
        return None

    @staticmethod
    def _last(events: Sequence[Event], event: Event, bears: Callable[[Event], bool]) -> Event | None:
        """The last of `events`, which are in order of days, that is before `event` and bears on it."""
        for n in range(bisect_right(events, event.day, key=lambda one: one.day) - 1, -1, -1):
            one = events[n]
            earlier = one.place < event.place if one.arm == event.arm else one.moment < event.moment
            if earlier and bears(one):
                return one
        return None

    def _event(self, event: Event) -> Cause:
        return Cause(EVENT if event.arm == self.arm else TWIN, event, event.number, event.day)

    # The whole way back.

    def chain(self, event: Event) -> list[Cause]:
        """The causes of an event, one after another, back to a root."""
        return list(self._steps(event))

    def _steps(self, event: Event) -> Iterator[Cause]:
        pairs = {self.arm: self, self.twin_arm: self}
        if self.twin_arm != self.arm:
            pairs[self.twin_arm] = self.turned()
        seen = {(event.arm, event.place)}
        while True:
            found = pairs[event.arm].cause(event)
            if event.kind in SEEN:
                yield Cause(SENSOR, day=event.day, number=event.number, root=found.event is None)
            yield found
            if found.event is None or (found.event.arm, found.event.place) in seen:
                return
            event = found.event
            seen.add((event.arm, event.place))

    def unexplained(self) -> list[Event]:
        """The differences of this side whose chain does not go back to something that a regime brings."""
        return [
            event
            for event in self._own_differences
            if not any(step.kind in OF_THE_REGIME for step in self.chain(event))
        ]


def _but(events: Iterable[Event], keys: Iterable[_Key], others: set[_Key]) -> list[Event]:
    """The events whose keys (of each in turn) are not among `others`."""
    return [event for event, key in zip(events, keys, strict=True) if key not in others]
