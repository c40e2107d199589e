"""The papers of a case as lists: its runs, filed or not, and the bordereau of each party.

Numbers of exhibits never change once they were communicated: what is withdrawn or set aside keeps its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moot.trial.case import Case, refuse
from moot.trial.evidence import content_of, filed_from

__all__ = ["UNKNOWN_RUNS", "Line", "bordereau", "outside", "runs_of"]

UNKNOWN_RUNS = "Runs made outside this case are unknown to it."


@dataclass(frozen=True)
class Line:
    """One line of a bordereau: the number, short title, second of communication, status, and its mention."""

    number: int
    title: str
    at: int
    status: str
    late: bool
    sealed: bool
    record: int


def runs_of(case: Case) -> list[dict[str, Any]]:
    """Every run made in the case in the order of asking, filed or not; seconds are those of the minutes.

    `told_at` is the second at which each party read the result: the same for both, as it is one record.
    """
    found = []
    for one in case.asked:
        asked = case.minutes[one.record]
        request = content_of(case, one.record) or {}
        made = case.minutes[one.made] if one.made is not None else None
        found.append(
            {
                "run": one.number,
                "title": request.get("title", "(erased)"),
                "experiment": one.experiment,
                "side": one.side,
                "reason": case.text(one.record, "reason"),
                "remedy": asked.body.get("remedy"),
                "asked_at": asked.at,
                "made": made is not None,
                "told_at": made.at if made is not None else None,
                "told": list(made.body["told"]) if made is not None else list(asked.body["told"]),
                "exhibits": filed_from(case, one.experiment),
            }
        )
    return found


def outside(case: Case) -> list[int]:
    """The exhibits that come from an experiment which was not run in this case, by number."""
    inside = {one.experiment for one in case.asked}
    found = []
    for number, filed in enumerate(case.exhibits, 1):
        content = content_of(case, filed.record)
        if content is not None and content.get("experiment") not in inside:
            found.append(number)
    return found


def bordereau(case: Case, side: str) -> list[Line]:
    """The exhibits that a side (or `bench`, the court) communicated, a line each, in the order of numbers."""
    if side not in ("claimants", "respondent", "third", "bench"):
        refuse(f"there is no bordereau of {side}; there is one of claimants, respondent, third and bench")
    return [
        Line(
            number=number,
            title=case.text(filed.record, "title"),
            at=case.minutes[filed.record].at,
            status=filed.status,
            late=case.minutes[filed.record].body["status"] == "pending",
            sealed=filed.sealed,
            record=filed.record,
        )
        for number, filed in enumerate(case.exhibits, 1)
        if filed.side == side
    ]
