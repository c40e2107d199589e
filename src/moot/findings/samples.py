"""What statistics of results are given: numbers that are checked, and chance that follows from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.errors import UserError

__all__ = ["between", "generator", "normal_quantile", "share", "table"]

Numbers = NDArray[np.float64]


def table(values: ArrayLike, what: str, *, dims: int = 1, least: int = 1) -> Numbers:
    """`values` as float64 with `dims` axes, at least `least` along the first, and every number finite.

    `what` is what the numbers are called in errors, in the plural. Raises `UserError`.
    """
    given: Any = np.asarray(values)
    if given.ndim != dims:
        raise UserError(f"{what}: expected {dims} axis or axes, got an array of shape {given.shape}")
    if given.dtype.kind not in "biuf":
        raise UserError(f"{what}: expected numbers, got {given.dtype}")
    found: Numbers = given.astype(np.float64)
    if len(found) < least:
        raise UserError(f"{what}: expected at least {least}, got {len(found)}")
    wrong = np.argwhere(~np.isfinite(found))
    if len(wrong):
        place = ", ".join(str(int(index)) for index in wrong[0])
        value = found[tuple(wrong[0])]
        raise UserError(f"{what}: expected finite numbers, number {place} (counted from 0) is {value}")
    return found


def share(value: float, what: str) -> float:
    """`value` where it lies strictly between 0 and 1; `UserError` elsewhere."""
    if not 0 < value < 1:
        raise UserError(f"{what}: expected a number between 0 and 1, got {value!r}")
    return float(value)


def between(value: int, what: str, least: int, most: int | None = None) -> int:
    """`value` where it is a whole number from `least` to `most`; `UserError` elsewhere."""
    wanted = f"from {least} to {most}" if most is not None else f"from {least} up"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise UserError(f"{what}: expected a whole number {wanted}, got {value!r}")
    if value < least or (most is not None and value > most):
        raise UserError(f"{what}: expected a whole number {wanted}, got {value}")
    return int(value)


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Chance for one purpose: the same numbers for the same seed (from 0 up) and name, on any machine.

    The counter-based Philox4x64 of numpy, keyed by both; two purposes of one seed share nothing.
    """
    between(seed, "seed", 0)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *purpose.encode()])))


def normal_quantile(level: float) -> float:
    """The two-sided quantile of the normal distribution: 1.96 for 0.95."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))
