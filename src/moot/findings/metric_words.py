"""What the metrics are, as data: name, formula in words, unit, what each is not, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from moot.declaring.complaints import Complaint, declared
from moot.declaring.files import data_folder, shown
from moot.declaring.source import Source, read_source
from moot.declaring.values import Declaration, Many, Part, Slug, Text

__all__ = ["MetricWords", "Metrics", "load_metrics", "metrics_from"]

MetricId = Annotated[str, StringConstraints(pattern=r"^(M_[A-Z]+|QUAL)$")]
Need = Literal["totals", "ledger", "histories", "configuration", "several-runs"]


class MetricWords(Part):
    """One metric: what it is in words, and whether Moot computes it.

    `is_not`: what it is easily taken for. `needs`: what of a run it is computed from. `groups`: whether it is
    also told group by group. `reason`: why it is not computed; `left_out`: what of it is not.
    """

    id: MetricId
    name: Text
    formula: Text
    unit: Text
    is_not: Text
    needs: Many[Need]
    groups: bool
    computed: bool
    reason: Text | None = None
    left_out: Text | None = None


class Metrics(Declaration):
    """All metrics, in their order."""

    metrics: Slug
    rows: Many[MetricWords] = Field(min_length=1)

    @property
    def by_id(self) -> dict[str, MetricWords]:
        """The metrics by id."""
        return {row.id: row for row in self.rows}


def _check(given: Metrics) -> Iterator[Complaint]:
    seen: set[str] = set()
    for number, row in enumerate(given.rows):
        if row.id in seen:
            yield Complaint(at=("rows", number, "id"), message=f'two metrics are called "{row.id}"')
        seen.add(row.id)
        if row.computed == (row.reason is not None):
            message = "`reason` stands where a metric is not computed, and there alone"
            yield Complaint(at=("rows", number), message=message)
        if row.computed and not row.needs:
            yield Complaint(at=("rows", number, "needs"), message="is computed and needs nothing")


def metrics_from(source: Source) -> Metrics:
    """The metrics declared in `source`. Raises `DeclarationError` with every problem."""
    return declared(Metrics, source, _check)


@lru_cache(maxsize=1)
def load_metrics() -> Metrics:
    """The shipped metrics."""
    path = data_folder() / "metrics.yaml"
    return metrics_from(read_source(path, shown(path)))
