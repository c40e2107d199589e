"""Remedies as data: what a court may order, and the simulation without which a measurable one is not ordered.

The menu is `data/remedies.yaml`. A remedy that the program can simulate is simulated in the case, as a run
that the court asked for, before the vote: so both sides see what it would do. What it comes to is an exhibit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import Field

from moot.declaring.complaints import Complaint, declared, nearest
from moot.declaring.files import data_folder, shown
from moot.declaring.source import read_source
from moot.declaring.values import Declaration, Part, Slug, Words
from moot.errors import UnknownNameError
from moot.regime.remedied import Order
from moot.trial.case import Case, Step, only, refuse
from moot.trial.minutes import Draft, Record

__all__ = ["STEPS", "Ordered", "Remedy", "load_remedies", "remedy_of"]


class Remedy(Part):
    """One remedy. `order` is what is simulated, over at least `days`; `fresh_seeds`: on seeds that no exhibit
    used. Without an order, `unmeasured` says why no figure stands beside it."""

    title: Words
    order: Order | None = None
    months: int | None = Field(default=None, ge=1, le=600)
    days: int | None = Field(default=None, ge=1, le=3660)
    fresh_seeds: bool = False
    unmeasured: Words | None = None


class Menu(Declaration):
    """The file of remedies."""

    remedies: Slug
    menu: dict[Slug, Remedy]


@dataclass
class Ordered:
    """A remedy ordered on a ground; `exhibit` shows what it does, where it can be simulated."""

    record: int
    remedy: str
    ground: int
    exhibit: int | None = None


@lru_cache(maxsize=1)
def load_remedies() -> Menu:
    """The remedies that are shipped."""
    path = data_folder() / "remedies.yaml"
    return declared(Menu, read_source(path, shown(path)), _check)


def _check(menu: Menu) -> Iterator[Complaint]:
    for name, one in menu.menu.items():
        if (one.order is None) == (one.unmeasured is None):
            yield Complaint(
                at=("menu", name), message="expected `order`, or `unmeasured`: why there is no figure"
            )
        if (one.order == "erase") != (one.months is not None):
            yield Complaint(at=("menu", name), message="`months` goes with `order: erase`")


def remedy_of(name: str) -> Remedy:
    """The remedy of this name. Raises `UnknownNameError`."""
    menu = load_remedies().menu
    if name not in menu:
        close = nearest(name, menu).removeprefix('did you mean "').removesuffix('"?')
        raise UnknownNameError("remedy", name, list(menu), close)
    return menu[name]


def simulated(case: Case, name: str) -> list[int]:
    """The admitted exhibits in which a remedy was simulated, by number."""
    found = []
    for asked in case.asked:
        if case.minutes[asked.record].body.get("remedy") != name:
            continue
        found += [
            number for number, filed in enumerate(case.exhibits, 1)
            if filed.status == "admitted" and case.minutes[filed.record].body.get("run") == asked.number
        ]  # fmt: skip
    return found


def _remedy(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    if case.stage.kind != "reading" or case.delivered:
        refuse("a remedy is ordered in the reading, before the judgment is delivered")
    case.numbered(case.grounds, draft.body.get("ground"), "ground")
    ground = draft.body["ground"]
    record = case.operative.get(ground)
    if record is None or case.minutes[record].body["outcome"] != "upheld":
        refuse(f"ground {ground} is not upheld; a remedy follows from a ground that is")
    name = str(draft.body.get("remedy"))
    one = remedy_of(name)
    if any((given.remedy, given.ground) == (name, ground) for given in case.remedies):
        refuse("this remedy was ordered on this ground already")
    if one.order is None:
        return {"exhibit": None}
    found = simulated(case, name)
    if not found:
        refuse(
            f"{name} can be simulated, and was not in this case: moot case remedy CASE {name} --exhibit N, "
            "before the vote, so that both sides are heard on it"
        )
    return {"exhibit": found[-1]}


def _add_remedy(case: Case, record: Record) -> None:
    body = record.body
    case.remedies.append(Ordered(record.number, body["remedy"], body["ground"], body["exhibit"]))


STEPS: dict[str, Step] = {
    "remedy": Step(_remedy, _add_remedy, ("text",), fields=("remedy", "ground")),
}
