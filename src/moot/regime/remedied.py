"""A regime under an order of a court: the same file with what the order changes, and nothing harder.

An order is one of the milder alternatives (`moot.regime.alternatives`), or the erasing of every charge after
a number of months. What it changes is said in words; an order that would change nothing is refused.
"""

from __future__ import annotations

import copy
from typing import Literal

from moot.declaring.source import source_of_text
from moot.errors import MootError, UserError
from moot.regime.alternatives import alternatives
from moot.regime.battery import RuleId
from moot.regime.harder import harder
from moot.regime.milder import Draft
from moot.regime.reading import regime_from
from moot.regime.schema import Regime
from moot.regime.writing import content_of, text_of

__all__ = ["ORDERS", "Order", "ordered"]

Order = Literal["erase", "one-domain", "review", "by-choice", "publish", "as-it-is"]
ORDERS: dict[str, RuleId] = {
    "one-domain": "R4",
    "review": "R6",
    "by-choice": "R7",
    "publish": "R9",
}
"""The orders that are rules of the battery."""
DAYS_OF_MONTH = 30


def ordered(regime: Regime, order: Order, *, months: int | None = None) -> tuple[Regime, tuple[str, ...]]:
    """The regime under an order, and what was changed, a sentence each.

    `months` is how long a charge may count, for `erase`. Raises `UserError` where the order would change
    nothing, or does not apply to this regime.
    """
    if order == "as-it-is":
        return regime, ("Nothing of the scheme is changed.",)
    if order != "erase":
        found = alternatives(regime)[ORDERS[order]]
        if found.regime is None:
            raise UserError(f"{order}: does not apply to {regime.regime}: {found.refused}")
        return found.regime, found.changed
    if months is None or months < 1:
        raise UserError("erase: expected after how many months, 1 or more")
    return _erased(regime, months)


def _erased(regime: Regime, months: int) -> tuple[Regime, tuple[str, ...]]:
    draft = Draft(regime, copy.deepcopy(content_of(regime)), None, None, None)
    for scheme, declared in zip(draft.schemes, regime.schemes, strict=True):
        was = declared.score.memory_months
        counts = any(entry.points for entry in declared.table.catalogue.values())
        if counts and (was is None or was > months):
            scheme["score"]["memory_months"] = months
            before = "it counted for ever" if was is None else f"it counted {was} months"
            draft.say(f"In {declared.scheme} a charge expires after {months} months; {before}.")
        for rule in scheme.get("lists", []):
            days = rule["exit"].get("after_days")
            if days is not None and days > months * DAYS_OF_MONTH:
                rule["exit"]["after_days"] = months * DAYS_OF_MONTH
                draft.say(f"The list {rule['list']} lasts {months * DAYS_OF_MONTH} days; it lasted {days}.")
    past = draft.content.get("retroactive")
    if past is not None and past["months"] > months:
        draft.say(f"Of the past, {months} months are read on the first day; it was {past['months']}.")
        past["months"] = months
    if not draft.changed:
        raise UserError(f"erase: {regime.regime} keeps nothing longer than {months} months already")
    content = draft.content
    content["regime"] = f"{regime.regime[:48].rstrip('-')}-erased-{months}"
    content["name"] = f"{regime.name}: charges erased after {months} months"[:2000]
    content["kind"] = "invented"
    content["summary"] = f"{regime.regime} under an order. {' '.join(draft.changed)}"[:2000]
    made = regime_from(source_of_text(text_of(content), f"{content['regime']}.yaml"))
    found = harder(regime, made)
    if found:
        raise MootError(f"the order makes {regime.regime} harder: {'; '.join(found)}")
    return made, tuple(draft.changed)
