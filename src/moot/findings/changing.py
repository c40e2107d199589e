"""What an intervention changed in the law of an arm, in words that a reader can type again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moot.experiment.scenario import Change, Scenario
    from moot.regime.schema import Regime

__all__ = ["briefly", "differences", "in_sentences"]

MOST = 5
"""Differences that are named; the others are counted."""
LONGEST = 40


def differences(before: Regime, after: Regime) -> list[str]:
    """Every value that is another, by its dotted path: ``notice false in place of true``."""
    return list(_differ("", before.resolved(), after.resolved()))


def _differ(path: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*before, *(key for key in after if key not in before)):
            place = f"{path}.{key}" if path else str(key)
            if key not in after:
                yield f"{place} left out (it was {_shown(before[key])})"
            elif key not in before:
                yield f"{place} {_shown(after[key])}, which was not there"
            else:
                yield from _differ(place, before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for n, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differ(f"{path}.{n}", one, other)
    else:
        yield f"{path} {_shown(after)} in place of {_shown(before)}"


def _shown(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _named(scenario: Scenario) -> Iterator[tuple[Change, str]]:
    """Each intervention of a scenario, with the values that it put in place of others."""
    known = dict(scenario.arm_regimes)
    for one in scenario.changes:
        before = known[one.arm]
        found = differences(before, one.regime) if before is not None else []
        more = [f"{len(found) - MOST} other values"] if len(found) > MOST else []
        yield one, ", ".join([*found[:MOST], *more]) or "nothing changed"
        known[one.arm] = one.regime


def briefly(scenario: Scenario) -> list[str]:
    """Each intervention of a scenario: from when on, in which arm, with which values in place of which."""
    return [f"from {one.at} on, arm {one.arm} with {named}" for one, named in _named(scenario)]


def in_sentences(scenario: Scenario) -> list[str]:
    """The same as sentences for log, table and page, which say what they are told by."""
    return [
        f"From {one.at} on, the arm {one.arm} lives under another law than on its first day: the regime "
        f"{one.regime.regime} ({one.regime.content_hash[:12]}), with {named}. What is told of its rules, "
        "reasons in lives included, are those of the first day."
        for one, named in _named(scenario)
    ]
