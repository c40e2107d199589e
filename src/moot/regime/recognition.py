"""Face recognition and camera coverage as rates: the model of an operating point.

Nothing here looks at an image. A sensor of this kind is a table of probabilities, made when a regime
is compiled, from four declared numbers: a false match rate, the size of the gallery, the share of
unusable images and what the reviewers do.

Scores are binormal: two faces of different people score N(0, 1), two of the same person N(d, s²). With
s = 2, d is fixed by one published point: a true positive rate of 0.89 at a false match rate of
1.67e-8. A match is declared at or above the threshold T = Φ⁻¹(1 − FMR). Searches return the best match.

=================  =======================================================================================
FMR                false match rate: probability that one comparison of two different people matches
FPIR               false positive identification rate: that a search of a gallery without the person matches
TPR                true positive rate: that an image of a person matches the same person's entry
gallery size N     people enrolled, in real numbers (a real dimension, never the simulated one)
=================  =======================================================================================

Probabilities are rounded to 1e-9 before they are scaled to thresholds, and rates that are multiplied by
a gallery size, as well as T and d, to ten significant digits, so that every machine compiles the same
tables. All functions are pure; each raises `ValueError` on an argument outside its stated range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Final, Literal

__all__ = [
    "Gate",
    "Outcome",
    "Passage",
    "class_fpir",
    "coverage",
    "false_match_weights",
    "fmr_for",
    "identify",
    "mate_distance",
    "presence",
    "review",
    "thresholds_for",
    "verify",
]

# NPL, facial recognition technology in law enforcement, 2023: TPR 0.89 at one false match in 60 million.
ANCHOR_TPR: Final = 0.89
ANCHOR_FMR: Final = 1.67e-8
# Standard deviation of mate scores in units of the non-mates'; assumed, 1 to 3.
MATE_SPREAD: Final = 2.0

_NORMAL = NormalDist()
_SQRT2 = math.sqrt(2.0)
_SQRT2PI = math.sqrt(2.0 * math.pi)
_FAR = 9.0  # standard deviations; the tail beyond holds 1e-19
_STEP = 1.0 / 1024.0  # of the integration, in standard deviations of mate scores; the error is below 1e-10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search for an enrolled person returns: three probabilities that sum to 1."""

    right: float
    """The person's own entry."""
    wrong: float
    """Another gallery member's entry, who is then charged: a misattribution."""
    none: float
    """Nothing at or above the threshold, or nothing left after review."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What a passage before a searching camera triggers, for the two kinds of passer-by."""

    fpir: float
    """P(alert) when the person is not in the gallery: a false alert."""
    tpr: float
    """P(alert on the person's own entry) when the person is in the gallery."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a 1:1 comparison with a claimed identity does."""

    false_accept: float
    """P(accepted) for somebody else."""
    false_reject: float
    """P(refused) for the person."""


def thresholds_for(fmr: float) -> float:
    """The score T at or above which a comparison matches: Φ⁻¹(1 − FMR), for 0 < `fmr` < 1."""
    return _significant(_threshold(_inside("fmr", fmr)))


def mate_distance(*, tpr: float = ANCHOR_TPR, fmr: float = ANCHOR_FMR, spread: float = MATE_SPREAD) -> float:
    """The mean d of mate scores for which `tpr` holds at `fmr`, with standard deviation `spread` > 0."""
    if spread <= 0.0:
        raise ValueError(f"spread is {spread!r}, expected a number above 0")
    return _significant(_threshold(_inside("fmr", fmr)) + spread * _NORMAL.inv_cdf(_inside("tpr", tpr)))


def fmr_for(target_fpir: float, gallery_size: int) -> float:
    """The FMR at which a gallery of N people has the wanted FPIR: −ln(1 − `target_fpir`) ÷ N."""
    rate = -math.log1p(-_inside("target_fpir", target_fpir)) / _gallery(gallery_size)
    if rate >= 1.0:
        raise ValueError(f"target_fpir {target_fpir!r} is out of reach with a gallery of {gallery_size}")
    return _significant(rate)


def presence(fmr: float, gallery_size: int, *, spread: float = MATE_SPREAD) -> Passage:
    """A face passes a camera that searches the gallery.

    Not enrolled: FPIR = 1 − (1 − FMR)^N a passage. Enrolled: TPR = Q((T − d) ÷ s), Q the upper tail.
    """
    fpir = -math.expm1(_gallery(gallery_size) * math.log1p(-_inside("fmr", fmr)))
    return Passage(fpir=_probability(fpir), tpr=_probability(_upper_tail(_mate_threshold(fmr, spread))))


def identify(
    fmr: float,
    gallery_size: int,
    *,
    unusable: float = 0.1,
    spread: float = MATE_SPREAD,
    others_factor: float = 1.0,
) -> Outcome:
    """A top-1 search for the person seen doing an act, who is one of the N in the gallery.

    Good image, with φ the normal density and Q its upper tail::

        right = ∫_T^∞ φ((x − d)/s)/s · exp(−(N − 1) Q(x)) dx      own entry matches, nobody scores higher
        none  = Φ((T − d)/s) · exp(−(N − 1) FMR)                  nobody matches
        wrong = 1 − right − none

    `others_factor` multiplies the upper tail of the others' scores, for an appearance class whose members are
    confused more often: the threshold is one for everybody, so only false matches change with it.
    With probability `unusable` (0 to 1; mask, angle, distance; 0.10 is assumed, 0 to 0.4) the image does
    not match its own person: then right = 0 and each of the other N − 1 can still match. So a false
    match of an enrolled, well-seen person is far rarer than FPIR, and N = 1 has no wrong match.
    """
    others = _gallery(gallery_size) - 1
    _share("unusable", unusable)
    good_right, good_none = _good_image(_inside("fmr", fmr), others, spread, others_factor)
    right = _probability((1.0 - unusable) * good_right)
    bad_none = math.exp(others_factor * others * math.log1p(-fmr))
    none = _probability((1.0 - unusable) * good_none + unusable * bad_none)
    return _outcome(right, none) if others else Outcome(right, 0.0, _probability(1.0 - right))


def verify(fmr: float, *, spread: float = MATE_SPREAD) -> Gate:
    """A 1:1 comparison at a gate: false accept FMR, false reject 1 − TPR."""
    refused = _lower_tail(_mate_threshold(_inside("fmr", fmr), spread))
    return Gate(false_accept=_probability(fmr), false_reject=_probability(refused))


def false_match_weights(members: Sequence[int], multipliers: Sequence[float]) -> tuple[float, ...]:
    """μ_c: the declared multipliers scaled so that their mean over the gallery is 1.

    `members` (classes,) are gallery members a class, `multipliers` (classes,) the relative FMR of two
    different people of the same class. The mean over members of FMR·μ is then the declared FMR.
    """
    if len(members) != len(multipliers) or not members:
        raise ValueError(f"{len(members)} classes of members and {len(multipliers)} multipliers")
    if min(members) < 0 or not sum(members):
        raise ValueError(f"members are {list(members)!r}, expected counts of 0 or more, not all 0")
    if not all(math.isfinite(m) and m > 0.0 for m in multipliers):
        raise ValueError(f"multipliers are {list(multipliers)!r}, expected numbers above 0")
    mean = math.fsum(n * m for n, m in zip(members, multipliers, strict=True)) / sum(members)
    return tuple(_significant(m / mean) for m in multipliers)


def class_fpir(fmr: float, members: Sequence[int], multipliers: Sequence[float]) -> tuple[float, ...]:
    """FPIR (classes,) of a person not enrolled, by appearance class: 1 − exp(−FMR·μ_c·n_c).

    Comparisons count within the class; `members` and `multipliers` as in `false_match_weights`. The ratio
    between classes is an input, not a finding.
    """
    _inside("fmr", fmr)
    weights = false_match_weights(members, multipliers)
    return tuple(
        _probability(-math.expm1(-fmr * weight * n)) for n, weight in zip(members, weights, strict=True)
    )


def review(
    outcome: Outcome,
    *,
    right_passes: float = 0.95,
    wrong_passes: float = 0.3,
    matches_per_day: float = 0.0,
    capacity_per_day: float = math.inf,
    beyond: Literal["unreviewed", "dropped"] = "unreviewed",
) -> Outcome:
    """What is left of an outcome after people have looked at the matches.

    A right match passes with `right_passes`, a wrong one with `wrong_passes` (assumed, 0.1 to 0.8).
    Of `matches_per_day` at most `capacity_per_day` are looked at, regardless of which; the rest is acted
    upon as it is (`unreviewed`) or not at all (`dropped`). What does not pass is an outcome `none`.
    """
    _share("right_passes", right_passes)
    _share("wrong_passes", wrong_passes)
    if matches_per_day < 0.0 or capacity_per_day < 0.0:
        raise ValueError("matches_per_day and capacity_per_day are counts of 0 or more")
    looked_at = min(1.0, capacity_per_day / matches_per_day) if matches_per_day else 1.0
    rest = 1.0 - looked_at if beyond == "unreviewed" else 0.0
    right = _probability(outcome.right * (looked_at * right_passes + rest))
    wrong = _probability(outcome.wrong * (looked_at * wrong_passes + rest))
    return Outcome(right=right, wrong=wrong, none=_probability(1.0 - right - wrong))


def coverage(density_per_km2: float, share_analysed: float, c: float = 3.0, area_km2: float = 7e-4) -> float:
    """P(an act in the street is seen and analysed): share analysed × (1 − exp(−c·A·ρ)).

    ρ cameras per km² fall at random, each covering A km² (0.0007: a quarter circle of 30 m); acts
    and cameras favour the same streets by c (assumed, 1 to 10). With c = 1 this is Boolean coverage.
    """
    for name, value in (("density_per_km2", density_per_km2), ("c", c), ("area_km2", area_km2)):
        if not (math.isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} is {value!r}, expected a number of 0 or more")
    seen = -math.expm1(-c * area_km2 * density_per_km2)
    return _probability(_share("share_analysed", share_analysed) * seen)


@lru_cache(maxsize=256)
def _good_image(fmr: float, others: int, spread: float, factor: float = 1.0) -> tuple[float, float]:
    """(right, none) of a search with a good image among `others` further members, unrounded."""
    start = _mate_threshold(fmr, spread)
    none = _lower_tail(start) * math.exp(-factor * others * fmr)
    if others == 0:
        return _upper_tail(start), none
    low, distance = max(start, -_FAR), mate_distance(spread=spread)
    if low >= _FAR:
        return 0.0, none
    # Simpson's rule over z = (x − d)/s: the second factor rises from 0 to 1 within 0.2/s about Q(x) = 1/N
    halves = max(1, math.ceil((_FAR - low) / (2.0 * _STEP)))
    width = (_FAR - low) / (2 * halves)

    def density(k: int) -> float:
        z = low + k * width
        return math.exp(-0.5 * z * z - factor * others * _upper_tail(distance + spread * z))

    ends = density(0) + density(2 * halves)
    odd = math.fsum(density(k) for k in range(1, 2 * halves, 2))
    even = math.fsum(density(k) for k in range(2, 2 * halves, 2))
    return width / 3.0 * (ends + 4.0 * odd + 2.0 * even) / _SQRT2PI, none


def _outcome(right: float, none: float) -> Outcome:
    """An outcome from two rounded probabilities; the integral's error never makes the third negative."""
    wrong = _probability(1.0 - right - none)
    return Outcome(right=right, wrong=wrong, none=_probability(1.0 - right - wrong))


def _mate_threshold(fmr: float, spread: float) -> float:
    """(T − d) ÷ s: the threshold in standard deviations of mate scores."""
    return (_threshold(fmr) - mate_distance(spread=spread)) / spread


def _threshold(fmr: float) -> float:
    """Φ⁻¹(1 − FMR) by symmetry: 1 − 1e-8 would lose half the digits."""
    return -_NORMAL.inv_cdf(fmr)


def _upper_tail(x: float) -> float:
    return 0.5 * math.erfc(x / _SQRT2)


def _lower_tail(x: float) -> float:
    return 0.5 * math.erfc(-x / _SQRT2)


def _probability(value: float) -> float:
    return min(1.0, max(0.0, round(value, 9)))


def _significant(value: float) -> float:
    return float(f"{value:.10g}")


def _inside(name: str, value: float) -> float:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} is {value!r}, expected a number between 0 and 1, both excluded")
    return value


def _share(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value!r}, expected a share from 0 to 1")
    return value


def _gallery(size: int) -> int:
    if size < 1:
        raise ValueError(f"gallery_size is {size!r}, expected at least 1 person")
    return size
