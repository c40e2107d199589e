"""What a run cost: seconds by part of the work, and bytes a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moot.experiment.simulation import Result

__all__ = ["profile_lines"]


def profile_lines(result: Result) -> Iterator[str]:
    """The cost of each part of the work, burn-in and run apart, and what the people take in memory.

    A part is a mechanism, or a few that are lived through together. Seconds are wall time: the mean over
    threads where they work side by side; nanoseconds are per person, day and arm. A mechanism that no arm
    declares costs what it takes to see that.
    """
    if result.burn_in_cached:
        yield "burn-in: not simulated, its end was read from the cache"
    days = {"burn-in": result.burn_in_days, "run": result.days * len(result.arms)}
    for part, phases in result.phases.items():
        total = sum(phases.values())  # all there is but what lies between the parts
        if not total:
            continue
        person_days = result.people * max(1, days[part])
        yield f"{part}: {total:.2f} s, {result.threads} threads"
        for phase, seconds in sorted(phases.items(), key=lambda item: -item[1]):
            ns = 1e9 * seconds / person_days
            yield f"  {phase:<52} {seconds:8.2f} s {100 * seconds / total:5.1f} % {ns:7.2f} ns"
    for name, size in result.sizes.items():
        yield f"{name.replace('_', ' ')}: {size:.1f}"
