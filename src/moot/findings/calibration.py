"""The numbers of a calibration: what published figures can fix, and what remains open once they are met.

First *identifiability*: where two parameters move all targets alike, no figure tells them apart, and one
has to be fixed. Then *approximate Bayesian computation*: parameters are drawn from their ranges, simulated,
and kept where the simulated summaries come near to the published ones; in rounds, each with a smaller
tolerance. What is kept is a cloud of parameter sets that meet the figures, not one best set. Last a test of
the method on itself: where true values are drawn from the ranges, their ranks among the draws kept must be
uniform.

Which parameters may be free and which figures may be targets is decided where they are declared, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.errors import UserError
from moot.findings.intervals import holm, paired_p_value
from moot.findings.ranges import Range, checked, placed
from moot.findings.samples import Numbers, between, generator, share, table

__all__ = [
    "Identifiability",
    "Posterior",
    "Simulate",
    "approximate",
    "identifiability",
    "neighbours",
    "truth_ranks",
    "uniform_p_values",
]

Simulate = Callable[[Numbers, NDArray[np.int64]], ArrayLike]
"""(points, parameters) in the units of the ranges and (points,) seeds, to (points, summaries)."""

SMALL_SINGULAR = 1e-2
ALIKE = 0.95
NOTABLE = 0.3
LARGEST_SEED = 2**31
ROUNDING = 1e-12
"""Below this share of the largest, a singular value or eigenvalue is 0 but for rounding."""


# --- identifiability ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Identifiability:
    """What the targets say about the parameters near one set of values.

    `jacobian`: (targets, parameters), the change of each target, in units of its tolerance, when the
    logarithm of a parameter grows by 1. `singular`: (min(targets, parameters),) falling; `condition` the
    largest by the smallest, infinite where a combination of parameters changes nothing. `collinearity` is
    the index γ of Brun: 1 where parameters act independently, above 10 to 15 where a change of one can be
    made up by the others. `alike` are pairs that move all targets alike, with the cosine of their columns
    (below −0.95: oppositely); `open_directions` the combinations behind singular values below a hundredth
    of the largest: the parameters in each, the largest part first; `unseen` the parameters whose effects
    are not told from chance.
    """

    names: tuple[str, ...]
    jacobian: Numbers
    singular: Numbers
    condition: float
    collinearity: float
    alike: tuple[tuple[str, str, float], ...]
    open_directions: tuple[tuple[str, ...], ...]
    unseen: tuple[str, ...]

    @property
    def identified(self) -> bool:
        """Whether every parameter and every combination moves some target in a way of its own."""
        return not (self.alike or self.open_directions or self.unseen)


def neighbours(centre: ArrayLike, step: float = 0.05) -> Numbers:
    """Points to simulate, all with the same draws, for `identifiability`: (2k, k), two for each parameter.

    `centre`: (k,), all above 0, since parameters are moved as factors: rows 2j and 2j + 1 have parameter j
    times e^step and e^−step. `step` between 0 and 1. Raises `UserError`.
    """
    given = table(centre, "centre")
    share(step, "step")
    if given.min() <= 0:
        raise UserError(f"centre: expected parameters above 0, got {given.min():g}")
    found = np.repeat(given[None], 2 * len(given), axis=0)
    for j in range(len(given)):
        found[2 * j, j] *= np.exp(step)
        found[2 * j + 1, j] *= np.exp(-step)
    return found


def identifiability(
    names: Sequence[str], outcomes: ArrayLike, tolerances: ArrayLike, step: float = 0.05
) -> Identifiability:
    """What targets say about parameters, from runs at `neighbours` with the same `step`.

    `outcomes`: (2k, replicates, targets), at least 2 replicates, replicate r of every point with the same
    draws, in the units of the targets. `tolerances`: (targets,), in the same units, above 0. Raises
    `UserError`.

    R. Brun, P. Reichert and H. R. Künsch, Water Resour. Res. 37 (2001), for γ = 1 ÷ √(smallest eigenvalue of
    the products of normed columns). Effects are told from chance by paired t over replicates, corrected over
    all parameters and targets after Holm, at 5 %.
    """
    names = tuple(names)
    given, scale = table(outcomes, "outcomes", dims=3), table(tolerances, "tolerances")
    share(step, "step")
    k = len(names)
    if not k or given.shape[0] != 2 * k or given.shape[1] < 2 or given.shape[2] != len(scale):
        raise UserError(
            f"outcomes: expected (2 · {k}, 2 or more replicates, {len(scale)} targets), got {given.shape}"
        )
    if scale.min() <= 0:
        raise UserError(f"tolerances: expected numbers above 0, got {scale.min():g}")
    slopes = (given[0::2] - given[1::2]) / (2 * step) / scale
    jacobian = np.ascontiguousarray(slopes.mean(axis=1).T)
    _, singular, ways = np.linalg.svd(jacobian)
    full = np.zeros(k)
    full[: len(singular)] = singular
    lengths = np.linalg.norm(jacobian, axis=0)
    normed = jacobian / np.where(lengths > 0, lengths, 1)
    cosines = normed.T @ normed
    least = float(np.linalg.eigvalsh(cosines)[0])
    p_values = np.array([[_p_value(slopes[j, :, t]) for t in range(len(scale))] for j in range(k)])
    corrected = holm(p_values.ravel()).reshape(p_values.shape)
    seen = [bool(np.any(row <= 0.05)) for row in corrected]
    return Identifiability(
        names=names,
        jacobian=jacobian,
        singular=singular,
        condition=float(full[0] / full[-1]) if full[-1] > ROUNDING * full[0] else float("inf"),
        collinearity=1 / float(np.sqrt(least)) if least > ROUNDING else float("inf"),
        alike=tuple(
            (names[i], names[j], float(cosines[i, j]))
            for i in range(k)
            for j in range(i + 1, k)
            if abs(cosines[i, j]) > ALIKE
        ),
        open_directions=tuple(
            tuple(names[j] for j in np.argsort(-np.abs(way), kind="stable") if abs(way[j]) > NOTABLE)
            for way, size in zip(ways, full, strict=True)
            if size <= SMALL_SINGULAR * full[0]
        ),
        unseen=tuple(name for name, one in zip(names, seen, strict=True) if not one),
    )


def _p_value(slopes: Numbers) -> float:
    """As `paired_p_value`; but a target that moves alike in all replicates is seen to move."""
    if np.all(slopes == slopes[0]):
        return 1.0 if slopes[0] == 0 else 0.0
    return paired_p_value(slopes)


# --- approximate Bayesian computation -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Posterior:
    """Parameter sets that come near to the targets, with weights.

    `points`: (particles, parameters) in the units of `ranges`; `weights`: (particles,), sum 1. `tolerances`
    are the distances of each round, in units of the scales; `simulations` all that were made. `stopped`
    says why the rounds ended.
    """

    ranges: tuple[Range, ...]
    points: Numbers
    weights: Numbers
    tolerances: tuple[float, ...]
    simulations: int
    stopped: Literal["rounds", "near enough", "budget"]

    @property
    def mean(self) -> Numbers:
        """(parameters,): the weighted means, in the units of the ranges."""
        found: Numbers = self.weights @ self.points
        return found

    @property
    def effective(self) -> float:
        """How many particles of equal weight say as much: 1 ÷ Σ w²."""
        return float(1 / np.sum(self.weights**2))

    def quantiles(self, shares: ArrayLike) -> Numbers:
        """(shares, parameters): weighted quantiles, in the units of the ranges. Raises `UserError`."""
        wanted = table(shares, "shares")
        if wanted.min() < 0 or wanted.max() > 1:
            raise UserError(f"shares: expected numbers from 0 to 1, got {wanted.min():g} to {wanted.max():g}")
        found = np.empty((len(wanted), self.points.shape[1]))
        for j in range(self.points.shape[1]):
            order = np.argsort(self.points[:, j], kind="stable")
            until = np.cumsum(self.weights[order])
            at = np.minimum(np.searchsorted(until, wanted * until[-1]), len(order) - 1)
            found[:, j] = self.points[order[at], j]
        return found

    def resampled(self, draws: int, *, seed: int) -> Numbers:
        """(draws, parameters): draws of equal weight, systematic, in a random order. Raises `UserError`."""
        between(draws, "draws", 1)
        draw = generator(seed, "draws of a posterior")
        until = np.cumsum(self.weights)
        places = (np.arange(draws) + draw.random()) / draws * until[-1]
        at = np.minimum(np.searchsorted(until, places), len(until) - 1)
        return self.points[draw.permutation(at)]


def approximate(
    simulate: Simulate,
    ranges: Sequence[Range],
    targets: ArrayLike,
    scales: ArrayLike,
    *,
    particles: int = 200,
    rounds: int = 8,
    near_enough: float = 0.0,
    budget: int = 100_000,
    seed: int,
) -> Posterior:
    """Parameter sets whose summaries come near to `targets`, in rounds of a tolerance that falls.

    `ranges`: scales "even" or "log", uniform on them beforehand. `targets`, `scales`: (summaries,), in the
    units of the summaries; a distance is √Σ((summary − target) ÷ scale)². `particles` from 50 up are kept a
    round. Stops after `rounds`, or when the tolerance is at most `near_enough`, or before it would go beyond
    `budget` simulations, with the last whole round. The smaller the last tolerance, the nearer is what is
    kept to the exact posterior; it errs to the wide side. Raises `UserError`, also where the budget does not
    do for the first round, or a summary is not finite.

    T. Toni et al., J. R. Soc. Interface 6 (2009); M. A. Beaumont et al., Biometrika 96 (2009), whose kernel
    of twice the weighted covariance is used. Each tolerance is the median distance of the round before.
    """
    ranges = checked(ranges)
    if any(one.scale == "label" for one in ranges):
        raise UserError("ranges: labels, such as seeds, cannot be calibrated")
    goal, unit_of = table(targets, "targets"), table(scales, "scales")
    if len(goal) != len(unit_of) or unit_of.min() <= 0:
        raise UserError(f"scales: expected {len(goal)} numbers above 0, got {list(map(float, unit_of))}")
    between(particles, "particles", 50)
    between(rounds, "rounds", 1)
    if between(budget, "budget", 1) < 2 * particles:
        raise UserError(f"budget: expected at least twice the {particles} particles, got {budget}")
    draw = generator(seed, "particles")

    def distances(unit: Numbers) -> Numbers:
        seeds = draw.integers(0, LARGEST_SEED, len(unit))
        told = table(simulate(placed(unit, ranges), seeds), "summaries", dims=2)
        if told.shape != (len(unit), len(goal)):
            raise UserError(f"summaries: expected {(len(unit), len(goal))}, got {told.shape}")
        found: Numbers = np.sqrt(np.sum(((told - goal) / unit_of) ** 2, axis=1))
        return found

    # The first round keeps the nearer half of twice as many.
    unit = draw.random((2 * particles, len(ranges)))
    away = distances(unit)
    spent = len(unit)
    nearest = np.argsort(away, kind="stable")[:particles]
    unit, away = unit[nearest], away[nearest]
    weights = np.full(particles, 1 / particles)
    tolerances = [float(away.max())]
    batch = 2 * particles
    stopped: Literal["rounds", "near enough", "budget"] = "rounds"
    while len(tolerances) < rounds and tolerances[-1] > near_enough:
        tolerance = max(near_enough, float(np.median(away)))
        into, out = _axes(2 * _covariance(unit, weights))
        kept = np.empty((0, len(ranges)))
        kept_away = np.empty(0)
        tried = 0
        while len(kept) < particles and spent + batch <= budget:
            proposed = _proposed(draw, unit, weights, out, batch)
            found = distances(proposed)
            tried, spent = tried + batch, spent + batch
            near = found <= tolerance
            kept, kept_away = np.concatenate([kept, proposed[near]]), np.append(kept_away, found[near])
        if len(kept) < particles:
            stopped = "budget"
            break
        batch = int(np.ceil(tried * particles / len(kept)))  # what this round took; the next will take more
        kept, away = kept[:particles], kept_away[:particles]
        weights = _weights(kept, unit, weights, into)
        unit = kept
        tolerances.append(tolerance)
    if stopped != "budget" and tolerances[-1] <= near_enough:
        stopped = "near enough"
    return Posterior(ranges, placed(unit, ranges), weights, tuple(tolerances), spent, stopped)


def _covariance(unit: Numbers, weights: Numbers) -> Numbers:
    apart = unit - weights @ unit
    found: Numbers = (apart * weights[:, None]).T @ apart / (1 - float(np.sum(weights**2)))
    return found


def _axes(covariance: Numbers) -> tuple[Numbers, Numbers]:
    """(into, out of) coordinates in which the kernel is round: matrices, each the other's inverse.

    A parameter on which all particles agree still moves, by a millionth of its range.
    """
    sizes, ways = np.linalg.eigh(covariance)
    lengths = np.sqrt(np.maximum(sizes, 1e-12))
    return ways / lengths, ways.T * lengths[:, None]


def _proposed(draw: np.random.Generator, unit: Numbers, weights: Numbers, out: Numbers, many: int) -> Numbers:
    """Particles of the last round, moved.

    Those that leave the ranges are drawn anew, parent and all, so that the density within stays the mixture
    of `_weights` but for a constant.
    """
    found = np.empty((0, unit.shape[1]))
    while len(found) < many:
        parents = draw.choice(len(unit), many, p=weights)
        moved = unit[parents] + draw.standard_normal((many, unit.shape[1])) @ out
        found = np.concatenate([found, moved[np.all((moved >= 0) & (moved <= 1), axis=1)]])
    return found[:many]


def _weights(new: Numbers, old: Numbers, weights: Numbers, into: Numbers) -> Numbers:
    """Prior by proposal: 1 by the mixture of kernels, summed to 1."""
    ours, theirs = new @ into, old @ into
    squared = np.sum((ours[:, None, :] - theirs[None, :, :]) ** 2, axis=2)
    least = squared.min(axis=1, keepdims=True)  # taken out before the exponential and put back after
    log = np.log(np.exp((least - squared) / 2) @ weights) - least[:, 0] / 2
    found: Numbers = np.exp(log.min() - log)
    found /= found.sum()
    return found


# --- the method tested on itself ----------------------------------------------------------------------------


def truth_ranks(
    simulate: Simulate,
    ranges: Sequence[Range],
    posterior_of: Callable[[Numbers, int], Posterior],
    *,
    replicates: int,
    draws: int = 99,
    seed: int,
) -> NDArray[np.int64]:
    """Ranks of true values among draws of the posterior: (replicates, parameters), each 0 to `draws`.

    In each replicate true values are drawn from the ranges and simulated, and `posterior_of(summaries, seed)`
    is asked for them. Where the posterior is right, every rank is as likely. Raises `UserError`.

    S. Talts et al., "Validating Bayesian inference algorithms with simulation-based calibration" (2018).
    """
    ranges = checked(ranges)
    between(replicates, "replicates", 1)
    between(draws, "draws", 1)
    draw = generator(seed, "true values")
    found = np.empty((replicates, len(ranges)), np.int64)
    for r in range(replicates):
        truth = placed(draw.random((1, len(ranges))), ranges)
        told = table(simulate(truth, draw.integers(0, LARGEST_SEED, 1)), "summaries", dims=2)
        posterior = posterior_of(told[0], int(draw.integers(0, LARGEST_SEED)))
        drawn = posterior.resampled(draws, seed=int(draw.integers(0, LARGEST_SEED)))
        found[r] = np.sum(drawn < truth, axis=0)
    return found


def uniform_p_values(ranks: ArrayLike, draws: int, bins: int = 10) -> Numbers:
    """How often uniform ranks would be as uneven as these: (replicates, parameters) to (parameters,).

    Pearson's χ² over `bins` equal bins of the `draws` + 1 ranks, which `bins` must divide; corrected for the
    number of parameters after Holm. At least 5 replicates a bin. Raises `UserError`.
    """
    from scipy.special import chdtrc

    given = table(ranks, "ranks", dims=2)
    between(draws, "draws", 1)
    between(bins, "bins", 2, draws + 1)
    if (draws + 1) % bins:
        raise UserError(f"bins: {draws + 1} ranks cannot be divided into {bins} equal bins")
    if given.min() < 0 or given.max() > draws or np.any(given != np.floor(given)):
        raise UserError(f"ranks: expected whole numbers from 0 to {draws}")
    expected = len(given) / bins
    if expected < 5:
        raise UserError(f"ranks: expected at least {5 * bins} replicates for {bins} bins, got {len(given)}")
    width = (draws + 1) // bins
    counts = np.array([np.bincount(column.astype(int) // width, minlength=bins) for column in given.T])
    return holm(chdtrc(bins - 1, np.sum((counts - expected) ** 2 / expected, axis=1)))
