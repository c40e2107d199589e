"""How sure a curve is, worked out in the background on a smaller society, and said so.

Two things are told apart: the range over draws of the declared assumptions, which comes first, and the band
over seeds, which is chance alone. Both are of the difference that the scheme makes to the twin.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.catalogue import LANGUAGES, catalogue
from moot.errors import MootError
from moot.experiment.scenario import Scenario
from moot.experiment.simulation import simulate
from moot.experiment.varying import drawn_scenario, names_in, share_of
from moot.web.hub import Hub
from moot.web.lab import Laboratory, Wanted
from moot.web.lab_counts import Counted, Measure, Words, rounded
from moot.web.lab_worker import BACKGROUND, Worker

__all__ = ["DRAWS", "PEOPLE", "SEEDS", "Uncertainty"]

PEOPLE, DRAWS, SEEDS = 20_000, 8, 6
"""Synthetic people of the smaller society; draws of assumptions; seeds."""
SEED = 2028
"""Of the draws of assumptions: the same in every laboratory, so that two of them are compared alike."""


class Uncertainty:
    """What is known so far of how sure a laboratory's curves are; worked out step by step, between others."""

    def __init__(self, lab: Laboratory, hub: Hub, worker: Worker, people: int = PEOPLE) -> None:
        self._lab, self._hub, self._worker = lab, hub, worker
        self.people = min(people, lab.people)
        self.version, self.done = 0, 0
        self.failed = ""
        self._found: dict[str, dict[str, list[NDArray[np.float64]]]] = {}

    @property
    def of(self) -> int:
        """How many pairs of runs it takes."""
        return DRAWS + SEEDS

    def begin(self, lab: Laboratory) -> None:
        """Work it out for what is shown now; what was begun for something else is dropped."""
        shown = lab.shown
        if shown is None:
            return
        self.version, self.done, self.failed = shown.version, 0, ""
        self._found = {"range": {}, "band": {}}
        self._next(shown)

    def _next(self, wanted: Wanted) -> None:
        self._worker.do(lambda: self._step(wanted), order=BACKGROUND)

    def _step(self, wanted: Wanted) -> None:
        if self._lab.closed or self.version != wanted.version or self._lab.wanted.version != wanted.version:
            return
        n = self.done
        try:
            scenario = self._lab.lived_scenario(wanted).replace(people=self.people)
            if n < SEEDS:
                self._live(scenario, "band", self._lab.seed + n)
            else:
                self._live(self._drawn(scenario, n - SEEDS + 1), "range", self._lab.seed)
        except MootError as error:  # numbers of a draw that do not go together are left out, and counted
            self.failed = str(error)
        self.done = n + 1
        self._hub.soon(self._tell)
        if self.done < self.of:
            self._next(wanted)

    @staticmethod
    def _drawn(scenario: Scenario, number: int) -> Scenario:
        shares = {name: share_of(SEED, name, number, DRAWS) for name in names_in(scenario)}
        return drawn_scenario(scenario, shares, f"draw {number}")[0]

    def _live(self, scenario: Scenario, kind: str, seed: int) -> None:
        lab = self._lab

        def progress(phase: str, done: int, of: int) -> None:
            from moot.web.lab_worker import SUPERSEDED

            if lab.closed or self._worker.ending.is_set() or lab.wanted.version != self.version:
                raise SUPERSEDED

        arms = [lab.twin, lab.arm]
        # No burn-in of these is kept: it would push out those that somebody waits for.
        result = simulate(scenario, seed=seed, threads=lab.threads, arms=arms, panel=0, progress=progress)
        counted = {arm: Counted(result, arm) for arm in arms}
        for one in lab.measures:
            here = counted[lab.arm].series(one)
            there = counted[lab.twin].series(one) if one.twin else np.zeros_like(here)
            self._found[kind].setdefault(one.name, []).append(here - there)

    def _tell(self) -> None:
        self._hub.room(self._lab.room).tell(self.as_dict(curves=False))

    def ends(self, measure: Measure, kind: str) -> tuple[float, float] | None:
        """Lowest and highest difference of a measure: of a flow in the mean over days, else on the last."""
        found = self._found.get(kind, {}).get(measure.name)
        if not found or self.done < self.of:
            return None
        values = [float(one.mean() if measure.flow else one[-1]) for one in found]
        return min(values), max(values)

    def _says(self, draws: int, seeds: int) -> Words:
        said: Words = {}
        for language in LANGUAGES:
            say = catalogue("laboratory", language)
            people = say.number(self.people)
            said[language] = say("uncertainty", people=people, draws=draws, seeds=seeds)
        return said

    def as_dict(self, *, curves: bool = True) -> dict[str, Any]:
        """As the page is told: how far it is, and for each measure its range and band (by day: `curves`)."""
        measures: dict[str, Any] = {}
        for one in self._lab.measures:
            told: dict[str, Any] = {}
            for kind in ("range", "band"):
                found = self._found.get(kind, {}).get(one.name, [])
                ends = self.ends(one, kind)
                told[kind] = None if ends is None else [float(f"{end:.1e}") for end in ends]
                if curves and found:
                    stacked = np.array(found)
                    told[f"{kind}_by_day"] = [
                        rounded(stacked.min(axis=0)), rounded(stacked.max(axis=0))
                    ]  # fmt: skip
            measures[one.name] = told
        draws = len(next(iter(self._found.get("range", {}).values()), []))
        seeds = len(next(iter(self._found.get("band", {}).values()), []))
        return {
            "type": "uncertainty", "version": self.version, "people": self.people, "draws": draws,
            "seeds": seeds, "done": self.done, "of": self.of,
            "state": "done" if self.done >= self.of else "working",
            "says": self._says(draws, seeds),
            "left_out": self.failed, "of_difference_to_the_twin": True, "measures": measures,
        }  # fmt: skip
