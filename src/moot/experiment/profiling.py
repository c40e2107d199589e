"""What a run cost: seconds by part of the work, and bytes a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moot.experiment.simulation import Result

__all__ = ["profile_lines"]

BEFORE = {
    "setup": "set-up: declarations, people, ties, kept burn-in",
    "compile": "compiling the kernels, once for this version",
}
PARTS = {"burn_in": "burn-in", "simulate": "run"}
AFTER = {"tables": "tables: measures and lives", "write": "writing the folder"}
"""Keys of a run's seconds, in the order of the work, and what they are called; `PARTS` are told by phase."""
REST = "between these"


def profile_lines(result: Result, seconds: Mapping[str, float] | None = None) -> Iterator[str]:
    """The cost of each part of the work, its phases indented, and what the people take in memory.

    `seconds` are those of the whole work where it is over, with `tables` and `write`; by default those of the
    simulation alone. A phase is a mechanism, or a few that are lived through together. Seconds are wall time:
    the mean over threads where they work side by side. A share is of all that is told; nanoseconds are per
    person, day and arm. A mechanism that no arm declares costs what it takes to see that. With shards, times
    and bytes a person are those of the first.
    """
    seconds = dict(result.seconds if seconds is None else seconds)
    whole = max(sum(seconds.values()), 1e-9)
    days = {"burn_in": result.burn_in_days, "simulate": result.days * len(result.arms)}

    def line(words: str, spent: float, person_days: int = 0) -> str:
        per = f"{1e9 * spent / person_days:14.2f}" if person_days else ""
        return f"{words:<54} {spent:8.2f} {100 * spent / whole:6.1f} %{per}"

    yield f"{'part of the work':<54} {'seconds':>8} {'share':>8} {'ns/person-day':>13}"
    for key, words in BEFORE.items():
        if key in seconds:
            yield line(words, seconds[key])
    for key, part in PARTS.items():
        if key == "burn_in" and result.burn_in_cached:
            yield "burn-in: not simulated, its end was read from the cache"
            continue
        phases = result.phases.get(part, {})
        person_days = result.population.layout.held * max(1, days[key])
        lived = result.burn_in_days if key == "burn_in" else result.days
        arms = "" if key == "burn_in" else f" of {len(result.arms)} arm{'s' * (len(result.arms) > 1)}"
        threads = f"{result.threads} thread{'s' * (result.threads > 1)}"
        yield line(f"{part}: {lived:,} days{arms}, {threads}", seconds[key], person_days)
        told = sorted(phases.items(), key=lambda item: -item[1])
        rest = seconds[key] - sum(phases.values())
        for phase, spent in [*told, (REST, rest)] if rest > 0 else told:
            yield line(f"  {phase}", spent, person_days)
    for key, words in AFTER.items():
        if key in seconds:
            yield line(words, seconds[key])
    yield line("in all", whole)
    if result.traffic:
        lived = max(1, result.traffic["days"])
        yield (
            f"{result.shards} shards: {result.traffic['messages'] / lived:.1f} messages and "
            f"{result.traffic['message_bytes'] / lived:,.0f} bytes a day, "
            f"{result.traffic['bytes'] / 2**20:,.1f} MiB in all"
        )
    for name, size in result.sizes.items():
        yield f"{name.replace('_', ' ')}: {size:.1f}"
