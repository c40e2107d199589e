"""The events of panel lives: what the engine wrote down, with names in the place of numbers.

An event is about one person, in one arm, on one day. Events of a life are in the order in which they
happened.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moot.findings.causes import Cause, Pair
from moot.findings.kinds import CHARGES, HUSHED, KINDS, OUTSIDE, PHASE, PLACES, Event
from moot.findings.rules import Rules
from moot.society.arms import date_of, day_number
from moot.store.parquet import Columns

if TYPE_CHECKING:
    from moot.experiment.simulation import Result

__all__ = ["Life", "events_of", "lives_columns", "lives_from"]


@dataclass(frozen=True)
class Life:
    """A panel life: its number, and the events of each arm in their order."""

    number: str
    arms: dict[str, tuple[Event, ...]]

    def pair(self, rules: Rules, arm: str) -> Pair:
        """The events of an arm beside those of the twin: the comparator, or for it the first other arm."""
        others = [name for name in self.arms if name != arm]
        twin = rules.comparator if arm != rules.comparator else (others[0] if others else arm)
        return Pair(rules, arm, self.arms[arm], twin, self.arms.get(twin, ()))


def events_of(result: Result) -> dict[str, Life]:
    """The panel lives of a run in memory, by number; a person without events has an empty life."""
    from moot.experiment.simulation import number_of

    numbers = {int(person): number_of(result.population, int(person)) for person in result.panel}
    lives: dict[str, dict[str, list[Event]]] = {
        number: {arm: [] for arm in result.arms} for number in sorted(numbers.values())
    }
    decode = _Decoder(result, numbers)
    for rows in result.record.lives:
        for row in rows.tolist():
            event = decode(row)
            if event is not None:
                lives[event.number][event.arm].append(event)
    return {
        number: Life(number, {arm: decode.in_order(events) for arm, events in arms.items()})
        for number, arms in lives.items()
    }


class _Decoder:
    """From the eight integers of an event to an `Event`."""

    def __init__(self, result: Result, numbers: dict[int, str]) -> None:
        self.numbers, self.arms = numbers, result.arms
        compiled = result.compiled
        self.acts = compiled.acts
        self.schemes = [list(arm.schemes) for arm in compiled.arms]
        self.lists = [[rule.list for _, rule in arm.lists] for arm in compiled.arms]
        self.of_list = [[arm.schemes[x].scheme for x, _ in arm.lists] for arm in compiled.arms]
        self.sensors = [[sensor.sensor for sensor in arm.sensors] for arm in compiled.arms]
        contexts = list(result.scenario.country_model.travel)
        offers = sorted({(arm.schemes[s].scheme, o.offer) for arm in compiled.arms for s, o in arm.offers})
        decided = [("", context) for context in result.scenario.country_model.opportunities]
        self.chances = [("", context) for context in contexts] + offers + decided
        self.rules = Rules(result.scenario, result.arms)

    def in_order(self, events: list[Event]) -> tuple[Event, ...]:
        """Events in the order of their causes: day, phase of the day, then as written; each knows its
        place."""

        def moment(event: Event) -> tuple[int, int, bool]:
            if event.kind == "delisted" and self.rules.arms[event.arm].lists[event.what][1].exit.after_days:
                return (event.day, PHASE["renewed"], True)  # a term that ends: before the day's judgement
            return (*event.moment, event.kind not in CHARGES)  # a charge comes before its appeal

        return tuple(event.placed(n) for n, event in enumerate(sorted(events, key=moment)))

    def __call__(self, row: list[int]) -> Event | None:
        """The event of a row; None for the charge that repeats a false alarm."""
        day, person, a, what, k, source, x, y = row
        kind = KINDS[what]
        if kind in ("charged-by-regime", "tie-charged") and k >= len(self.acts):
            return None
        arm = self.arms[a]
        name = scheme = tier = sensor = ""
        points = score = certainty = None
        other = ""
        held: tuple[str, ...] = ()
        if kind == "false-alarm":
            sensor = name = self.sensors[a][x]
            alert = self.rules.arms[arm].sensors[sensor].on_alert
            points = alert.points if alert is not None else 0
        elif kind in ("charged-today", "charged-by-regime", "borne", "alleged"):
            name, score = self.acts[k], y
            points = self.rules.arms[arm].points(name, "today" if kind == "charged-today" else "regime")
            if kind != "charged-today" and 0 <= x < len(self.sensors[a]):
                sensor = self.sensors[a][x]
            other = self._person(source) if kind == "borne" else ""
        elif kind in ("act", "forgone"):
            name, certainty = self.acts[k], x
        elif kind == "disclosed":
            name, sensor, tier = self.acts[k], self.sensors[a][x], date_of(y).isoformat()
        elif kind == "mistaken":
            name, sensor, other = self.acts[k], self.sensors[a][x], self._person(source)
        elif kind == "recognised":
            name, sensor, held = self.sensors[a][k], self.sensors[a][k], self._lists(a, x)
        elif kind == "bought":
            scheme = name = self.schemes[a][k].scheme
            bought, score = self.schemes[a][k].bought_repair, x
            points = -bought.points if bought is not None else None
        elif kind in ("cut-off", "cuts-off", "taken-back", "in-touch"):
            scheme = name = self.schemes[a][k].scheme
            other = self._person(source)
        elif kind in ("prevented", "displaced"):
            name, held = self.acts[k], self._lists(a, x)
        elif kind == "hushed":
            name, certainty = HUSHED[k], x
        elif kind == "tie-charged":
            name, other, certainty = self.acts[k], self._person(source), x
        elif kind in ("fall", "rise"):
            scheme = name = self.schemes[a][k].scheme
            tier, score = self.schemes[a][k].tier_names[x], y
        elif kind in ("listed", "delisted"):
            name, scheme = self.lists[a][k], self.of_list[a][k]
        elif kind in ("refused", "trip"):
            name, held = self.chances[k][1], self._lists(a, x)
        elif kind in ("denied", "granted", "decided"):
            name, scheme = self.chances[k][1], self.schemes[a][x].scheme
            tier = self.schemes[a][x].tier_names[y] if kind != "decided" else ("refused" if y else "given")
        elif kind == "offer":
            scheme, name = self.chances[k]
        elif kind in ("appeal", "upheld", "rejected", "expired"):
            name = self.acts[k] if k < len(self.acts) else self.sensors[a][k - len(self.acts)]
            scheme = self.schemes[a][x].scheme
            points = y if kind == "rejected" else -y if kind != "appeal" else None
        elif kind in ("fine-paid", "fine-unpaid", "fine-ended", "arrears"):
            name = self.acts[k]
            tier = ("lapsed", "recovered")[x] if kind == "fine-ended" else ""
        elif kind in ("hire-refused", "dismissed"):
            scheme = name = self.schemes[a][k].scheme
            tier = self.schemes[a][k].tier_names[x]
        elif kind in ("job-lost", "hired", *PLACES):
            name = "work"
        elif kind in ("rating-warned", "rating-dropped"):
            name = "platform"
        elif kind == "tie-fell":
            scheme = name = self.schemes[a][k].scheme
            points, score, other = x, y, self._person(source)
        else:
            scheme = name = self.schemes[a][k].scheme
            score = y
        return Event(
            self.numbers[person],
            arm,
            day,
            kind,
            name,
            scheme,
            tier,
            sensor,
            points,
            score,
            certainty,
            other,
            held,
        )

    def _person(self, person: int) -> str:
        return self.numbers.get(person, OUTSIDE)

    def _lists(self, a: int, bits: int) -> tuple[str, ...]:
        return tuple(name for x, name in enumerate(self.lists[a]) if bits >> x & 1)


_TEXTS = ("number", "arm", "kind", "what", "scheme", "tier", "sensor", "source")
_NUMBERS = ("points", "score", "certainty")
_NO_EVENT = Event("", "", 0, "", "")


def lives_columns(result: Result) -> Columns:
    """The events of all panel lives as columns, each with its immediate cause."""
    rules = Rules(result.scenario, result.arms)
    events: list[Event] = []
    differing: list[bool] = []
    causes: list[Cause] = []
    with _many_kept():
        for life in events_of(result).values():
            for arm in result.arms:
                pair, own = life.pair(rules, arm), life.arms[arm]
                events += own
                differing += map(pair.differs, own)
                causes += map(pair.cause, own)
        return _columns(events, differing, causes)


def _columns(events: list[Event], differing: list[bool], causes: list[Cause]) -> Columns:
    """The columns of events, each with whether it is in this arm only and with its cause."""
    by_field = _by_field(events, Event._fields)
    out: Columns = {"event" if name == "kind" else name: np.array(by_field[name], object) for name in _TEXTS}
    out["number_in_life"] = np.array(by_field["place"], np.int32)
    out["day"] = _dates(by_field["day"])
    for name in _NUMBERS:
        given = by_field[name]
        out[name] = np.ma.array([v or 0 for v in given], np.int64, mask=[v is None for v in given])
    out["lists"] = np.array([",".join(lists) if lists else "" for lists in by_field["lists"]], object)
    out["only_in_this_arm"] = np.array(differing, bool)
    of_cause = _by_field(causes, Cause._fields)
    followed = _by_field([event or _NO_EVENT for event in of_cause["event"]], Event._fields)
    out["cause"] = np.array(of_cause["kind"], object)
    out["cause_event"] = np.array(followed["kind"], object)
    out["cause_arm"] = np.array(followed["arm"], object)
    out["cause_number"] = np.array(of_cause["number"], object)
    out["cause_day"] = _dates(of_cause["day"])
    return out


def _by_field(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The fields of named tuples, each of them for all rows."""
    return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))


def _dates(days: Sequence[int | None]) -> NDArray[Any]:
    said = {day: "" if day is None else date_of(day).isoformat() for day in set(days)}
    return np.array([said[day] for day in days], object)


@contextmanager
def _many_kept() -> Iterator[None]:
    """No search for garbage meanwhile: a quarter of the time of making many objects that are all kept."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def lives_from(columns: Columns, arms: tuple[str, ...], panel: Iterable[str]) -> dict[str, Life]:
    """The panel lives of a run that is read back."""
    lives: dict[str, dict[str, list[Event]]] = {number: {arm: [] for arm in arms} for number in panel}
    count = len(columns["number"])
    plain: dict[str, list[Any]] = {name: column.tolist() for name, column in columns.items()}
    for n in range(count):
        event = Event(
            plain["number"][n], plain["arm"][n], day_number(date.fromisoformat(plain["day"][n])),
            plain["event"][n],
            plain["what"][n], plain["scheme"][n], plain["tier"][n], plain["sensor"][n], plain["points"][n],
            plain["score"][n], plain["certainty"][n], plain["source"][n],
            tuple(one for one in plain["lists"][n].split(",") if one), plain["number_in_life"][n],
        )  # fmt: skip
        lives[event.number][event.arm].append(event)
    return {
        number: Life(number, {arm: tuple(events) for arm, events in arms.items()})
        for number, arms in lives.items()
    }
