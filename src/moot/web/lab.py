"""A laboratory: one scenario, a scheme whose rules can be moved, and its twin, looked at day by day.

The twin is lived through once. A changed rule gives another arm from the kept end of the burn-in, with the
same people and the same draws, so that the difference is the rule. What is played is what was simulated: the
clock of a laboratory moves over days that have been lived, for all who look at it alike.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from moot.errors import MootError, UserError
from moot.experiment.scenario import Scenario, check_meeting
from moot.experiment.simulation import panel_size, simulate
from moot.findings.rules import Rules
from moot.findings.saving import burn_ins
from moot.regime.schema import Regime
from moot.regime.values import with_values
from moot.web.answers import Refused, body_of
from moot.web.hub import Hub, Observer
from moot.web.lab_counts import Counted, Measure, measures_in, rounded
from moot.web.lab_run import Beside
from moot.web.lab_worker import INTERACTIVE, SUPERSEDED, Superseded, Worker

__all__ = ["Laboratory", "Wanted", "changed", "regime_arm"]

FASTEST, FRAMES = 120.0, 10.0
"""Days a second at most; frames a second at most, between which days are left out."""
MAPS_S = 0.25
"""Seconds between two maps while the clock goes: colours that change faster are not read."""
PROGRESS_S = 0.1
"""Seconds between two frames that tell how far a simulation is."""


def regime_arm(scenario: Scenario) -> tuple[str, Regime]:
    """The first arm with a regime. Raises `UserError` for a scenario that has none."""
    for name, regime in scenario.arm_regimes.items():
        if regime is not None:
            return name, regime
    raise UserError(f"scenario {scenario.scenario}: it has no scheme whose rules could be moved")


def changed(scenario: Scenario, regime: Regime, values: Mapping[str, object]) -> Regime:
    """The regime with other values, which the country of the scenario can live under.

    Raises `UserError` or `DeclarationError`, which name the path.
    """
    made = with_values(regime, values) if values else regime
    arm, _ = regime_arm(scenario)
    problems = [one for one in check_meeting(_with(scenario, arm, made)) if one.level == "error"]
    if problems:
        from moot.errors import DeclarationError

        raise DeclarationError(problems)
    return made


def _twin_of(scenario: Scenario) -> str:
    return next((name for name, one in scenario.arm_regimes.items() if one is None), "status-quo")


def _with(scenario: Scenario, arm: str, regime: Regime) -> Scenario:
    return scenario.with_arms({_twin_of(scenario): None, arm: regime})


@dataclass(frozen=True)
class Wanted:
    """What a laboratory is to show: which regime, with which values changed, from which day on."""

    version: int
    regime: Regime
    changes: dict[str, Any] = field(default_factory=dict)
    from_day: int = 0


class Laboratory:
    """One laboratory. Everything but `_simulate` and what it calls belongs to the event loop or a lock."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        owner: str,
        seed: int,
        changes: dict[str, Any],
        hub: Hub,
        worker: Worker,
        threads: int | None,
    ) -> None:
        self.name = secrets.token_urlsafe(9)
        self.owner, self.seed, self.threads = owner, seed, threads
        self.arm, self.base = regime_arm(scenario)
        self.twin = _twin_of(scenario)
        self.scenario = _with(scenario, self.arm, self.base)
        self.wanted = Wanted(1, changed(self.scenario, self.base, changes), dict(changes))
        self.shown: Wanted | None = None
        """What the counts are of; None while the first run is under way."""
        self.counted: dict[str, Counted] = {}
        self.measures: list[Measure] = measures_in(self.rules, self.arm)
        self.day, self.playing, self.speed = 0, False, 14.0
        self.looked = time.monotonic()
        self.closed = False
        self.when_shown: list[Callable[[Laboratory], None]] = []
        self._hub, self._worker = hub, worker
        self._lock = threading.Lock()
        self._told = self._mapped = 0.0
        self._series: dict[str, dict[str, list[float | None]]] = {}
        self._beside: tuple[int, Beside] | None = None
        self._clock: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    # What it is.

    @property
    def days(self) -> int:
        """How many days are simulated."""
        return self.scenario.days

    @property
    def people(self) -> int:
        """How many synthetic people."""
        return self.scenario.people

    @property
    def room(self) -> str:
        """The name of its room in the hub."""
        return f"lab/{self.name}"

    @property
    def rules(self) -> Rules:
        """What both arms say, under what is wanted."""
        return Rules(_with(self.scenario, self.arm, self.wanted.regime), (self.twin, self.arm))

    def measure(self, name: object) -> Measure:
        """The measure of this name. Raises `Refused` (422)."""
        for one in self.measures:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.measures)
        raise Refused(
            422, "measure", f"no such measure; there is {known}", f"mesure inconnue ; il y a {known}"
        )

    def ready(self) -> tuple[Wanted, dict[str, Counted]]:
        """What is shown, with its counts. Raises `Refused` (409) while the first run is under way."""
        self.looked = time.monotonic()
        with self._lock:
            if self.shown is None:
                raise Refused(409, "not_yet", "still being simulated", "la simulation est en cours")
            return self.shown, dict(self.counted)

    def run(self) -> Beside:
        """What is shown, as a run that lives can be told of."""
        shown, counted = self.ready()
        with self._lock:
            held = self._beside
        if held is None or held[0] != shown.version:
            made = Beside(self.lived_scenario(shown), counted)
            with self._lock:
                self._beside = held = (shown.version, made)
        return held[1]

    def lived_scenario(self, wanted: Wanted) -> Scenario:
        """The scenario that is simulated for what is wanted."""
        if not wanted.from_day:
            return _with(self.scenario, self.arm, wanted.regime)
        at: date = self.scenario.start + timedelta(days=wanted.from_day)
        return _with(self.scenario, self.arm, self.base).with_change(at, self.arm, wanted.regime)

    # Changing a rule.

    def change(self, changes: dict[str, Any], from_day: int) -> Wanted:
        """Want other rules; what is being simulated for others ends. Raises where they cannot be."""
        self.looked = time.monotonic()
        if not 0 <= from_day < self.days:
            last = self.days - 1
            raise Refused(
                422, "day", f"expected a day from 0 to {last}", f"un jour de 0 à {last} est attendu"
            )
        made = changed(self.scenario, self.base, changes)
        with self._lock:
            wanted = Wanted(self.wanted.version + 1, made, dict(changes), from_day)
            self.lived_scenario(wanted)
            self.wanted = wanted
        self.begin()
        return wanted

    def begin(self) -> None:
        """Have what is wanted simulated."""
        wanted = self.wanted
        self._worker.do(lambda: self._simulate(wanted), order=INTERACTIVE)

    def _simulate(self, wanted: Wanted) -> None:
        """In the worker's thread: live through the arms that are not there yet, and show them."""

        def progress(phase: str, done: int, of: int) -> None:
            if self.closed or self._worker.ending.is_set() or self.wanted.version != wanted.version:
                raise SUPERSEDED
            now = time.monotonic()
            if now - self._told >= PROGRESS_S or done == of:
                self._told = now
                frame = {
                    "type": "progress",
                    "version": wanted.version,
                    "phase": phase,
                    "done": done,
                    "of": of,
                }
                self._hub.soon(self._tell, frame)

        if self.closed or self.wanted.version != wanted.version:
            return
        try:
            arms = [self.arm] if self.counted else [self.twin, self.arm]
            result = simulate(
                self.lived_scenario(wanted), seed=self.seed, threads=self.threads, arms=arms,
                panel=panel_size(self.people, None), progress=progress, burn_ins=burn_ins(),
            )  # fmt: skip
            found = {arm: Counted(result, arm) for arm in arms}
            del result
            both = {**self.counted, **found}
            series = {
                arm: {
                    one.name: rounded(both[arm].series(one))
                    for one in self.measures
                    if arm == self.arm or one.twin
                }
                for arm in (self.twin, self.arm)
            }
        except Superseded:
            return
        except MootError as error:
            self._hub.soon(self._failed, wanted, error)
            return
        with self._lock:
            first = self.shown is None
            self.shown, self.counted, self._series = wanted, both, series
        self._hub.soon(self._show, first)

    # What observers are told; in the event loop.

    def _tell(self, frame: dict[str, Any]) -> None:
        self._hub.room(self.room).tell(frame)

    def _failed(self, wanted: Wanted, error: Exception) -> None:
        with self._lock:
            if self.wanted.version == wanted.version and self.shown is not None:
                self.wanted = Wanted(
                    wanted.version, self.shown.regime, self.shown.changes, self.shown.from_day
                )
        self._tell({"type": "error", "version": wanted.version, **body_of(error)[1]})
        self._tell(self.state())

    def _show(self, first: bool) -> None:
        if self.closed:
            return
        self._tell(self.history("history" if first else "series"))
        self._tell(self.state())
        self._tick()
        for one in self.when_shown:
            one(self)

    def state(self) -> dict[str, Any]:
        """How things stand, for everybody."""
        shown = self.shown
        return {
            "type": "state", "playing": self.playing, "speed": self.speed, "day": self.day,
            "last": self.days - 1 if shown else -1, "version": shown.version if shown else 0,
            "wanted": self.wanted.version, "changes": shown.changes if shown else {},
            "from_day": shown.from_day if shown else 0, "computing": shown is not self.wanted,
        }  # fmt: skip

    def history(self, kind: str = "history") -> dict[str, Any]:
        """All curves of the version that is shown, every day of them; the page draws up to the day."""
        shown = self.shown
        return {
            "type": kind, "version": shown.version if shown else 0, "day": self.day, "first": 0,
            "series": self._series,
        }  # fmt: skip

    def tick(self) -> dict[str, Any]:
        """The values of the day; `at` is the server's clock in milliseconds, for those who measure delays."""
        values = {
            arm: {name: curve[self.day] for name, curve in curves.items()}
            for arm, curves in self._series.items()
        }
        return {"type": "tick", "day": self.day, "at": time.time() * 1000.0, "values": values}

    def regions(self, name: object) -> dict[str, Any] | None:
        """The map of a measure on the day: per 1,000 residents, null where there is too little to say."""
        measure = self.measure(name)
        if not self.counted:
            return None
        values = {
            arm: one.regions_on(measure, self.day)
            for arm, one in self.counted.items()
            if arm == self.arm or measure.twin
        }
        return {"type": "regions", "day": self.day, "measure": measure.name, "values": values}

    def _tick(self, *, at_once: bool = True) -> None:
        self._tell(self.tick())
        now = time.monotonic()
        if at_once or now - self._mapped >= MAPS_S:
            self._mapped = now
            self._hub.room(self.room).tell_each(self.regions)

    def join(self, observer: Observer) -> None:
        """Tell somebody who has come how things stand."""
        observer.view = self.measures[0].name
        observer.tell(self.state())
        if self.shown is not None:
            observer.tell(self.history())
            observer.tell(self.tick())
            frame = self.regions(observer.view)
            if frame is not None:
                observer.tell(frame)

    # The clock of the room.

    def command(self, observer: Observer, message: Mapping[str, Any], *, may: bool) -> None:
        """Do what an observer asks for; only the owner and the host (`may`) move the clock of the room.

        Raises `Refused` for what cannot be done.
        """
        self.looked = time.monotonic()
        what = message.get("do")
        if what == "measure":
            observer.view = self.measure(message.get("measure")).name
            frame = self.regions(observer.view)
            if frame is not None:
                observer.tell(frame)
            return
        if what not in {"play", "pause", "step", "seek", "speed"}:
            known = "play, pause, step, seek, speed, measure"
            raise Refused(422, "do", f"expected one of {known}", f"attendu : {known}")
        if not may:
            raise Refused(
                403, "not_allowed", "the clock is moved by who opened this laboratory",
                "l’horloge est à qui a ouvert ce laboratoire",
            )  # fmt: skip
        if what == "speed":
            self.speed = _number(message.get("speed"), 0.5, FASTEST)
        elif what == "play":
            self.playing = True
            if self.day >= self.days - 1:
                self.day = 0
        elif what == "pause":
            self.playing = False
        else:
            self.playing = self.playing and what == "seek"
            by = int(_number(message.get("days", 1), -self.days, self.days))
            day = self.day + by if what == "step" else int(_number(message.get("day"), 0, self.days - 1))
            self.day = min(max(day, 0), self.days - 1)
        if self._clock is None:
            self._clock = asyncio.get_running_loop().create_task(self._run_clock())
        self._woken.set()
        self._tell(self.state())
        if self.shown is not None:
            self._tick()

    async def _run_clock(self) -> None:
        part = 0.0
        while not self.closed:
            if not self.playing or self.shown is None:
                self._woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), 1.0)
                continue
            pause = 1.0 / min(self.speed, FRAMES)
            await asyncio.sleep(pause)
            part += self.speed * pause
            part = self._move_on(part)

    def _move_on(self, days: float) -> float:
        """Move the clock by whole days, if it still goes; what is left of a day."""
        if not self.playing:
            return 0.0
        whole = int(days + 1e-9)
        if whole:
            self.day = min(self.day + whole, self.days - 1)
            if self.day >= self.days - 1:
                self.playing = False
                self._tell(self.state())
            self._tick(at_once=not self.playing)
        return days - whole

    def close(self) -> None:
        """End what is under way; those who look are told. From any thread."""
        self.closed = True
        self._hub.soon(self._end)

    def _end(self) -> None:
        self._woken.set()
        if self._clock is not None:
            self._clock.cancel()
        self._tell({"type": "closed"})
        self._hub.close(self.room)

    @cached_property
    def region_names(self) -> list[dict[str, str]]:
        """Code and name of each region, in the order of the values of a map."""
        from moot.web.lab_words import region_words

        return region_words(self.scenario.country_model)


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise Refused(
            422, "number", f"expected a number from {low:g} to {high:g}",
            f"un nombre de {low:g} à {high:g} est attendu",
        )  # fmt: skip
    return float(value)
