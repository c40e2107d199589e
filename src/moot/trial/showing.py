"""Everyone to page n: whoever has the floor, or leads the hearing, opens a page of an exhibit for all.

A page is that of the exhibit, counted from 1: pages of the bundle move when a piece is inserted, numbers of
exhibits never do. The step is a record, so that its second is known; every role reads which page is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moot.trial.case import Case, Filed, Step, refuse
from moot.trial.minutes import Draft, Record

__all__ = ["MOST_PAGES", "STEPS", "Page", "page_now"]

MOST_PAGES = 99


@dataclass(frozen=True)
class Page:
    """The page that is open for everybody: of which exhibit, since which second, by which role."""

    record: int
    exhibit: int
    page: int
    at: int
    by: str

    def as_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {"exhibit": self.exhibit, "page": self.page, "at": self.at, "by": self.by}


def page_now(case: Case) -> Page | None:
    """The page that is open for everybody; None before the first, and once its exhibit may not be shown."""
    found: Page | None = case.page
    if found is None or case.phase != "hearing":
        return None
    filed = case.exhibits[found.exhibit - 1]
    return found if filed.status == "admitted" and not filed.sealed else None


def _page(case: Case, draft: Draft) -> dict[str, Any]:
    _ = case.stage
    holder = case.floor.role if case.floor is not None else None
    if draft.by not in ("president", holder):
        refuse("a page is opened for everybody by whoever has the floor, or by the president")
    number, page = draft.body.get("exhibit"), draft.body.get("page", 1)
    filed: Filed = case.numbered(case.exhibits, number, "exhibit")
    if filed.status != "admitted":
        refuse(f"exhibit {number} is {filed.status}; only what is admitted is shown to everybody")
    if filed.sealed:
        refuse(f"exhibit {number} is sealed; it is seen by the court alone")
    if isinstance(page, bool) or not isinstance(page, int) or not 1 <= page <= MOST_PAGES:
        refuse(f"expected a page of the exhibit, from 1 to {MOST_PAGES}")
    return {"page": page, "stage": case.stage.stage}


def _open_page(case: Case, record: Record) -> None:
    body = record.body
    case.page = Page(record.number, body["exhibit"], body["page"], record.at, record.by)


STEPS: dict[str, Step] = {"page": Step(_page, _open_page, fields=("exhibit", "page"))}
