"""From a declared calibration to fitted ranges: can figures tell the numbers apart, and what do they leave.

Runs are of today's law alone. Which ones there are follows from the declaration, so a run that is kept is
never made again; the same declaration gives the same bytes, however often it was stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moot.declaring.values import canonical_json
from moot.errors import RunError, UserError
from moot.experiment.calibration import Calibration
from moot.experiment.fitted import Fitted, position_of, seal_of
from moot.experiment.plan import matching, measures_in
from moot.experiment.simulation import simulate
from moot.experiment.varying import drawn_scenario, log_scaled
from moot.findings.calibrated import Calibrated, text_of
from moot.findings.calibration import (
    Identifiability,
    Posterior,
    approximate,
    identifiability,
    neighbours,
    truth_ranks,
    uniform_p_values,
)
from moot.findings.outcomes import outcome_of
from moot.findings.ranges import Range
from moot.findings.samples import Numbers, generator
from moot.findings.saving import LABELS, SAYS, code_hash, versions
from moot.store.calibrations import CalibrationFolder, InMemory, read_results

__all__ = ["begin", "calibrate", "looked_at", "not_told_apart", "open_calibration", "to_the_end"]

Progress = Callable[[str, int, int], None]
"""`progress(phase, done, of)`: phases ``identify``, ``fit`` and ``check``; runs made, of at most so many."""
DRAWS, BINS = 99, 10
"""Draws of a posterior among which a true value has a rank, and bins of the ranks."""
YEAR = 365.0


class Shelf(Protocol):
    """Where what a run gave is kept, by its key."""

    def get(self, key: str) -> list[float] | None:
        """What a run gave; None where it was not made."""

    def put(self, key: str, values: Sequence[float]) -> None:
        """Keep what a run gave."""


class _Runs:
    """Runs of a calibration: (points, numbers) and (points,) seeds to (points, figures)."""

    def __init__(
        self, told: Calibration, shelf: Shelf, threads: int | None, progress: Progress | None
    ) -> None:
        self.told, self.shelf, self.threads = told, shelf, threads
        self.scenario = told.scenario_model
        self.arm = self.scenario.comparator
        self.ranges = ranges_of(told)
        known = [name for names in measures_in(self.scenario) for name in names]
        self.parts = [(_all(figure.counts, known), _all(figure.of, known)) for figure in told.figures]
        self.progress, self.phase, self.done, self.of = progress, "identify", 0, 0
        self.gave: dict[bytes, list[float]] = {}

    def begin(self, phase: str, of: int) -> None:
        """From here on runs are of this phase, at most so many."""
        self.phase, self.done, self.of = phase, 0, of

    def __call__(self, points: Numbers, seeds: NDArray[np.int64]) -> Numbers:
        found = np.empty((len(points), len(self.parts)))
        for row, (point, seed) in enumerate(zip(points, seeds, strict=True)):
            found[row] = self._one(point, int(seed))
            self.gave[point.tobytes()] = found[row].tolist()
            self.done += 1
            if self.progress is not None:
                self.progress(self.phase, self.done, max(self.done, self.of))
        return found

    def _one(self, point: Numbers, seed: int) -> list[float]:
        shares = {
            one.name: position_of(float(value), (one.low, one.high))
            for one, value in zip(self.ranges, point, strict=True)
        }
        scenario, told = drawn_scenario(self.scenario, shares, "a run of the calibration")
        key = hashlib.sha256(canonical_json([told, seed])).hexdigest()[:24]
        kept = self.shelf.get(key)
        if kept is not None and len(kept) == len(self.parts):
            return kept
        result = simulate(scenario, seed=seed, threads=self.threads, panel=0)
        totals = outcome_of(result).totals(self.arm)
        values = [
            self._figure(figure.as_, counts, of, totals)
            for figure, (counts, of) in zip(self.told.figures, self.parts, strict=True)
        ]
        self.shelf.put(key, values)
        return values

    def _figure(self, as_: str, counts: Sequence[str], of: Sequence[str], totals: dict[str, int]) -> float:
        counted = float(sum(totals.get(name, 0) for name in counts))
        if as_ == "share":
            whole = sum(totals.get(name, 0) for name in of)
            return 100.0 * counted / whole if whole else 0.0
        people = 1000.0 * counted / self.scenario.people
        return people if as_ == "level" else people * YEAR / self.scenario.days


def _all(asked: Sequence[str], known: list[str]) -> tuple[str, ...]:
    """Every measure that some names and patterns stand for, each once."""
    return tuple(dict.fromkeys(name for one in asked for name in matching(one, known)))


def ranges_of(told: Calibration) -> tuple[Range, ...]:
    """The free numbers with the ranges that the country declares, on the scales that are drawn from."""
    found = []
    for name, number in zip(told.free, told.numbers, strict=True):
        ends = number.quantity.range
        assert ends is not None
        found.append(Range(name, *ends, "log" if log_scaled(ends) else "even"))
    return tuple(found)


def looked_at(
    told: Calibration, shelf: Shelf, *, threads: int | None = None, progress: Progress | None = None
) -> Identifiability:
    """Whether the figures tell the free numbers apart, near their declared values.

    A number that stands at an end of its range is moved inwards by one step. Raises `UserError` where a range
    is too narrow for the step or reaches no number above 0.
    """
    runs = _Runs(told, shelf, threads, progress)
    return _looked_at(told, runs)


def _looked_at(told: Calibration, runs: _Runs) -> Identifiability:
    step, replicates = told.identify.step, told.identify.replicates
    factor, centre = float(np.exp(step)), []
    for one, number in zip(runs.ranges, told.numbers, strict=True):
        low, high = max(one.low, one.high / 1e6) * factor, one.high / factor
        if one.high <= 0 or low > high:
            raise UserError(
                f"{one.name}: its range [{one.low:g}, {one.high:g}] is too narrow for a step of {step:g} "
                "either way; expected a smaller `step` of `identify`, or another number"
            )
        declared = number.quantity.at(told.scenario_model.start)
        centre.append(min(high, max(low, declared)))
    points = neighbours(centre, step)
    runs.begin("identify", len(points) * replicates)
    outcomes = np.stack(
        [runs(points, np.full(len(points), told.seed + n, np.int64)) for n in range(replicates)], axis=1
    )
    tolerances = [figure.tolerance for figure in told.figures]
    return identifiability(told.free, outcomes, tolerances, step)


def not_told_apart(found: Identifiability) -> list[str]:
    """A sentence for each reason why the figures do not tell the numbers apart; none where they do."""
    said = [
        f"{one} and {other} move all figures {'alike' if cosine > 0 else 'oppositely'} "
        f"(cosine {cosine:.3f}): no figure tells them apart; fix one of them, or add a figure"
        for one, other, cosine in found.alike
    ]
    named = [{one, other} for one, other, _ in found.alike]
    said += [
        f"{', '.join(names)}: changed together in some proportion, they change next to nothing"
        for names in found.open_directions
        if len(names) > 1 and set(names) not in named
    ]
    said += [f"{name} moves no figure in a way that is told from chance" for name in found.unseen]
    return said


def begin(told: Calibration, place: Path, *, force: bool = False) -> CalibrationFolder:
    """Make the folder of a calibration, or find that of the same one and go on with it."""
    about = {
        "identity": hashlib.sha256(f"{told.content_hash} {code_hash()}".encode()).hexdigest(),
        "code": code_hash(),
        "versions": versions(),
        "calibration": {"hash": told.content_hash, "resolved": told.resolved()},
    }
    return CalibrationFolder.begin(place, about, force=force)


def open_calibration(path: Path) -> Calibrated:
    """What came out of the calibration in a folder. Raises `RunError` where that is not there or changed."""
    return Calibrated(read_results(path), path)


def to_the_end(
    folder: CalibrationFolder,
    told: Calibration,
    *,
    anyway: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Calibrated:
    """Make the runs that are left and write the results; those of a finished calibration are only read.

    `anyway`: fit numbers that the figures do not tell apart. Raises as `calibrate` does.
    """
    try:
        there = folder.results()
    except RunError as error:
        folder.tell(f"{error}; it is made again")
        there = None
    if there is not None and (anyway or there["identified"]):
        return Calibrated(there, folder.path)
    found = calibrate(told, shelf=folder, anyway=anyway, threads=threads, progress=progress)
    folder.finish(found.as_dict(), text_of(Fitted.model_validate_json(json.dumps(found.file))))
    return Calibrated(found.as_dict(), folder.path)


def calibrate(
    told: Calibration,
    *,
    shelf: Shelf | None = None,
    anyway: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Calibrated:
    """Fit the free numbers of a calibration on its figures.

    `shelf` keeps runs (default: until this call ends). Raises `UserError` where the figures do not tell the
    numbers apart, unless `anyway`; and where the budget does not do for a round.
    """
    runs = _Runs(told, shelf or InMemory(), threads, progress)
    found = _looked_at(told, runs)
    reasons = not_told_apart(found)
    if reasons and not anyway:
        raise UserError(f"{told.shown_path}: the figures do not tell the numbers apart: {'; '.join(reasons)}")
    goal = [figure.value for figure in told.figures]
    tolerances = [figure.tolerance for figure in told.figures]
    how = told.rounds
    runs.begin("fit", how.budget)
    runs.gave.clear()
    posterior = approximate(
        runs, runs.ranges, goal, tolerances, particles=how.particles, rounds=how.rounds,
        near_enough=told.near_enough, budget=how.budget, seed=told.seed,
    )  # fmt: skip
    given = np.array([runs.gave[point.tobytes()] for point in posterior.points])
    content = _content(told, found, posterior, given)
    content["check"] = _checked(told, runs, tolerances)
    content["fitted"] = _fitted(content, told).resolved()
    return Calibrated(dict(json.loads(json.dumps(content))))


def _checked(told: Calibration, runs: _Runs, tolerances: list[float]) -> dict[str, Any] | None:
    """Ranks of true values among what the method finds for their figures; None where it was not asked for.

    What lies within a distance of figures is kept as if the figures could be that far off. So those of the
    true values are moved as far, evenly within that distance (R. D. Wilkinson, Stat. Appl. Genet. Mol. Biol.
    12 (2013)): then the ranks are even where the method is right.
    """
    how = told.check
    if how is None:
        return None
    runs.begin("check", how.replicates * how.budget)

    reached = []

    def posterior_of(figures: Numbers, seed: int) -> Posterior:
        draw, k = generator(seed, "how far figures are off"), len(figures)
        way = draw.standard_normal(k)
        off = told.near_enough * draw.random() ** (1 / k) * way / np.linalg.norm(way)
        found = approximate(
            runs, runs.ranges, figures + off * tolerances, tolerances, particles=how.particles,
            rounds=how.rounds, near_enough=told.near_enough, budget=how.budget, seed=seed,
        )  # fmt: skip
        reached.append(found.tolerances[-1] <= told.near_enough)
        return found

    ranks = truth_ranks(
        runs, runs.ranges, posterior_of, replicates=how.replicates, draws=DRAWS, seed=told.seed
    )
    return {
        "replicates": how.replicates,
        "draws": DRAWS,
        "near_enough": sum(reached),
        "ranks": ranks.tolist(),
        "p": uniform_p_values(ranks, DRAWS, BINS).tolist(),
    }


def _content(
    told: Calibration, found: Identifiability, posterior: Posterior, given: Numbers
) -> dict[str, Any]:
    """Plain values: what was done, what the figures say of the numbers, and what is left."""
    scenario = told.scenario_model
    tail = (1 - told.level) / 2
    quantiles = posterior.quantiles([tail, 0.5, 1 - tail])
    obtained = replace(posterior, points=given).quantiles([tail, 0.5, 1 - tail])
    return {
        "labels": LABELS,
        "says": [SAYS[0], *SAYS[2:]],
        "calibration": {"name": told.calibration, "title": told.title, "hash": told.content_hash},
        "code": code_hash(),
        "scenario": {
            "name": scenario.scenario, "country": scenario.country_model.country,
            "country_hash": scenario.country_model.content_hash, "people": scenario.people,
            "days": scenario.days, "start": scenario.start.isoformat(), "burn_in_years": scenario.burn_in,
        },
        "seed": told.seed,
        "level": told.level,
        "identified": found.identified,
        "identifiability": {
            **asdict(found),
            "jacobian": found.jacobian.tolist(),
            "singular": found.singular.tolist(),
            "condition": _finite(found.condition),
            "collinearity": _finite(found.collinearity),
            "reasons": not_told_apart(found),
        },
        "numbers": [
            {
                "name": one.name, "scale": one.scale, "declared": [one.low, one.high],
                "declared_value": number.quantity.at(scenario.start),
                "low": _within(quantiles[0, j], one), "middle": _within(quantiles[1, j], one),
                "high": _within(quantiles[2, j], one),
            }
            for j, (one, number) in enumerate(zip(posterior.ranges, told.numbers, strict=True))
        ],
        "figures": [
            {
                "id": figure.id, "what": figure.what, "unit": figure.unit, "value": figure.value,
                "tolerance": figure.tolerance, "source": figure.source, "mark": figure.mark,
                "counts": list(figure.counts), "of": list(figure.of),
                "obtained": obtained[:, t].tolist(),
            }
            for t, figure in enumerate(told.figures)
        ],
        "rounds": {
            "tolerances": list(posterior.tolerances), "near_enough": told.near_enough,
            "simulations": posterior.simulations, "stopped": posterior.stopped,
            "effective": posterior.effective,
        },
        "posterior": {"points": posterior.points.tolist(), "weights": posterior.weights.tolist()},
    }  # fmt: skip


def _finite(value: float) -> float | None:
    """None for what is infinite, which JSON does not know."""
    return value if np.isfinite(value) else None


def _within(value: float, one: Range) -> float:
    return min(one.high, max(one.low, float(f"{value:.6g}")))


def _fitted(content: dict[str, Any], told: Calibration) -> Fitted:
    """The fitted ranges, sealed."""
    on = [
        {key: one[key] for key in ("id", "what", "unit", "value", "tolerance", "source", "mark")}
        | {"obtained": [float(f"{value:.6g}") for value in one["obtained"]]}
        for one in content["figures"]
    ]
    said = {
        "fitted": told.calibration,
        "title": told.title,
        "country": content["scenario"]["country"],
        "country_hash": content["scenario"]["country_hash"],
        "calibration_hash": content["calibration"]["hash"],
        "code": content["code"],
        "level": content["level"],
        "identified": content["identified"],
        "on": on,
        "ranges": {
            one["name"]: {key: one[key] for key in ("low", "middle", "high", "declared")}
            for one in content["numbers"]
        },
        "sha256": "0" * 64,
    }
    plain = Fitted.model_validate_json(json.dumps(said)).resolved()
    return Fitted.model_validate_json(json.dumps(plain | {"sha256": seal_of(plain)}))
