"""Whether the experiments behind a case's exhibits simulated anything milder: R0 to R9."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from moot.catalogue import Catalogue
from moot.errors import MootError
from moot.findings.battery import Battery, battery_beside
from moot.findings.experimenting import experiment_of
from moot.trial.case import CONTENT, Case
from moot.trial.minutes import ERASED

__all__ = ["Necessity", "necessity_line", "necessity_of", "unexamined"]


@dataclass(frozen=True)
class Necessity:
    """`battery` of the regime that an exhibit shows; None where its declarations cannot be read here."""

    battery: Battery | None


def necessity_of(content: str) -> Necessity | None:
    """Of an exhibit's content; None where it shows no regime of a declared experiment."""
    told = json.loads(content)
    about = told.get("about")
    if not isinstance(about, str) or "arm" not in told:
        return None
    return _of(about, str(told.get("scenario")), str(told["arm"]))


def unexamined(case: Case) -> list[int]:
    """The exhibits in the case whose experiment did not simulate the whole battery, by number."""
    found = []
    for number, filed in enumerate(case.exhibits, 1):
        kept = case.text(filed.record, CONTENT)
        if filed.status == "withdrawn" or not kept or kept == ERASED:
            continue
        told = necessity_of(kept)
        if told is not None and (told.battery is None or not told.battery.examined):
            found.append(number)
    return found


def necessity_line(numbers: list[int], say: Catalogue) -> str:
    """That necessity was not examined in these exhibits; `say` is the catalogue ``trial``."""
    named = ", ".join(map(str, numbers))
    return say("necessity-one" if len(numbers) == 1 else "necessity-many", numbers=named)


@lru_cache(maxsize=64)
def _of(about: str, scenario: str, arm: str) -> Necessity | None:
    try:
        experiment = experiment_of(json.loads(about))
        found = battery_beside(experiment, scenario, arm)
    except (MootError, ValueError, LookupError, TypeError):
        return Necessity(None)
    return Necessity(found) if found is not None else None
