"""Published figures, as rows to compare the model with: what was set before any run, and of which class.

A row never changes class. *recovered*: an input, or a function of inputs, so a test of the code.
*calibrated*: a parameter was fitted on it. *predicted*: neither. Only predicted rows say something about the
model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, Strict

from moot.declaring.complaints import Complaint, complain_unknown, declared
from moot.declaring.files import data_folder, shown
from moot.declaring.source import Place, read_source
from moot.declaring.values import ActName, Declaration, IsoDate, Many, Mark, Part, Slug, Text

__all__ = [
    "MOST_FITTED",
    "SECTIONS",
    "AfterJobLoss",
    "Change",
    "Class",
    "FalsePositives",
    "Hits",
    "MeanRating",
    "PeopleForPoints",
    "Poor",
    "Published",
    "PublishedRow",
    "RatedAtLeast",
    "ShareAtEnd",
    "ShareInSupport",
    "ShareOfFlow",
    "ShareTrying",
    "Simulated",
    "SupportChange",
    "Total",
    "TriesPerPerson",
    "load_published",
    "published_from",
]

Class = Literal["recovered", "calibrated", "predicted"]
MOST_FITTED = 12
"""So many parameters may be fitted, all rows together."""

MeasureName = Annotated[str, Field(pattern=r"^[a-z]+:[a-z0-9:-]+:[a-z-]+$", max_length=120)]
Number = Annotated[float, Strict(False)]


Section = Literal["opinion", "work", "money"]
SECTIONS: tuple[Section, ...] = get_args(Section)
"""Sections that a country may leave out."""


class Simulated(Part):
    """A scenario that rows need: its name or its file below `validation/`, and how it is run.

    `acts` are the only acts kept of its country, and `keeps` the only optional sections: what is left out
    costs time and changes nothing in its rows. Without `existing`, regimes in force are left out. `panel` is
    the number of lives kept, of the declared `people`. `notices`: the share of charges that a notice follows,
    in place of the country's.
    """

    scenario: Slug | None = None
    file: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.yaml$")] | None = None
    arms: Many[Slug] = Field(min_length=1)
    people: int = Field(ge=1_000, le=10_000_000)
    panel: int = Field(default=0, ge=0, le=10_000)
    acts: Many[ActName] = Field(min_length=1)
    keeps: Many[Section] = ()
    existing: bool = True
    notices: Number | None = Field(default=None, ge=0, le=1)


class Total(Part):
    """A flow, or several, over some days: their sum × `real` ÷ people simulated.

    `real`: residents behind the figure in its unit (1,395.38 for millions in China). First day `from` (key),
    last day `until`; the whole run where they are not said.
    """

    kind: Literal["total"]
    scenario: Slug
    measures: Many[MeasureName] = Field(min_length=1)
    real: Number = Field(gt=0)
    from_: IsoDate | None = Field(default=None, alias="from")
    until: IsoDate | None = None


class Change(Part):
    """A flow in the second arm against the first, over the last days of the run: ratio − 1, in per cent."""

    kind: Literal["change"]
    scenario: Slug
    measure: MeasureName
    last_days: int = Field(ge=1)


class ShareTrying(Part):
    """The share of listed people who try at least once, of the lives kept, in per cent."""

    kind: Literal["share-trying"]
    scenario: Slug
    context: Slug
    list: Slug


class TriesPerPerson(Part):
    """Tries per person who tried, of the lives kept; with `days`, on these days of the run, a person and day.

    Days count from 1.
    """

    kind: Literal["tries-per-person"]
    scenario: Slug
    context: Slug
    days: Many[int] = ()


class PeopleForPoints(Part):
    """How many people lose `points` among them, in the unit of the points: of the lives kept.

    `days`: so many of the run, such that a licence loses as many points as it did in the published year.
    """

    kind: Literal["people-for-points"]
    scenario: Slug
    scheme: Slug
    points: Number = Field(gt=0)
    days: int = Field(ge=1)


class ShareInSupport(Part):
    """The share of people who privately support being scored, at the end of the first month, in per cent."""

    kind: Literal["share-in-support"]
    scenario: Slug


class SupportChange(Part):
    """Mean private support on a scale from 0 to 1, second arm against the first at the end, in per cent."""

    kind: Literal["support-change"]
    scenario: Slug


class ShareAtEnd(Part):
    """People counted by the stocks `part`, of those counted by `of`, on the last day, in per cent.

    In the arm `arm`; less the same in the arm `less`, where it is said, in points.
    """

    kind: Literal["share-at-end"]
    scenario: Slug
    part: Many[MeasureName] = Field(min_length=1)
    of: Many[MeasureName] = Field(min_length=1)
    arm: Slug
    less: Slug | None = None


class ShareOfFlow(Part):
    """What is counted by the flows `part`, of what is counted by `of`, over the run, in per cent.

    With `last_days`, over so many days at its end.
    """

    kind: Literal["share-of-flow"]
    scenario: Slug
    part: Many[MeasureName] = Field(min_length=1)
    of: Many[MeasureName] = Field(min_length=1)
    last_days: int | None = Field(default=None, ge=1)


class AfterJobLoss(Part):
    """Acts of a person who lost a job and has found no other, against the same in work, change in per cent.

    Of the days `first_day` to `last_day` of the run (from 1), where everybody loses work in the second arm:
    the acts more than in the first arm, by those expected of as many people as are out of work only there,
    their benefit still running or ended (`cover`).
    """

    kind: Literal["after-job-loss"]
    scenario: Slug
    act: ActName
    cover: Literal["running", "ended"]
    first_day: int = Field(ge=1)
    last_day: int = Field(ge=1)


class Poor(Part):
    """People whose income is below `line`, a share of the median, of those in work or looking, in per cent.

    On the last day, in the first arm: income of the decile, times the replacement rate after a lost job.
    """

    kind: Literal["poor"]
    scenario: Slug
    who: Literal["employed", "unemployed"]
    line: Number = Field(gt=0, le=1)


class MeanRating(Part):
    """The mean of the ratings shown on the last day in an arm, in stars."""

    kind: Literal["mean-rating"]
    scenario: Slug
    arm: Slug


class RatedAtLeast(Part):
    """The rated who are shown with so many stars or more on the last day in `arm`, in per cent.

    Less the same in the arm `less`, where it is said, in points.
    """

    kind: Literal["rated-at-least"]
    scenario: Slug
    stars: Number = Field(ge=1, le=5)
    arm: Slug
    less: Slug | None = None


class FalsePositives(Part):
    """Passages of people who are not listed for one false alert: 1 ÷ FPIR, by the engine's own law."""

    kind: Literal["passages-per-false-alert"]
    fmr: Number = Field(gt=0, lt=1)
    gallery: int = Field(ge=1)


class Hits(Part):
    """The share of listed faces that are found at a false match rate, in per cent, by the engine's law."""

    kind: Literal["faces-found"]
    fmr: Number = Field(gt=0, lt=1)


How = Annotated[
    Total
    | Change
    | ShareTrying
    | TriesPerPerson
    | PeopleForPoints
    | ShareInSupport
    | SupportChange
    | ShareAtEnd
    | ShareOfFlow
    | AfterJobLoss
    | Poor
    | MeanRating
    | RatedAtLeast
    | FalsePositives
    | Hits,
    Field(discriminator="kind"),
]


class PublishedRow(Part):
    """One published figure: `target` ± `tolerance` in `unit`, and how the model's number is measured.

    `reason`: why this tolerance, set before the run. `input`: of a recovered row, what it recovers.
    `fitted`: of a calibrated row, the parameters fitted on it. `outside`: why the row was found outside.
    """

    id: Slug
    what: Text
    unit: Text
    target: Number
    tolerance: Number = Field(ge=0)
    reason: Text
    class_: Class = Field(alias="class")
    input: Text | None = None
    fitted: Many[Slug] = ()
    how: How
    outside: Text | None = None

    def is_inside(self, obtained: float) -> bool:
        """Whether a number lies within the tolerance, ends included."""
        return abs(obtained - self.target) <= self.tolerance * (1 + 1e-12)


class Published(Declaration):
    """The rows, the scenarios that they need, and what is not tested at all.

    `cautions`: what a reader must know of the rows together. `seeds`: so many runs of each scenario, with
    seeds that follow the first.
    """

    published: Slug
    seeds: int = Field(ge=3, le=20)
    not_tested: Many[Text] = Field(min_length=1)
    cautions: Many[Text] = ()
    scenarios: dict[Slug, Simulated]
    rows: Many[PublishedRow] = Field(min_length=1)

    @property
    def by_id(self) -> dict[str, PublishedRow]:
        """The rows by their names, in order."""
        return {row.id: row for row in self.rows}


def load_published(path: Path | None = None) -> Published:
    """The shipped rows, or those of a file; `DeclarationError` with everything that is wrong."""
    file = path or data_folder() / "validation.yaml"
    return published_from(file)


def published_from(path: Path) -> Published:
    """The rows declared in a file."""
    return declared(Published, read_source(path, shown(path)), check_published)


def check_published(given: Published) -> Iterator[Complaint]:
    """What classes ask of their rows, and what rows and scenarios say of each other."""
    seen: set[str] = set()
    fitted: set[str] = set()
    for number, row in enumerate(given.rows):
        at: Place = ("rows", number)
        if row.id in seen:
            yield Complaint(at=(*at, "id"), message=f'two rows are called "{row.id}"')
        seen.add(row.id)
        fitted |= set(row.fitted)
        yield from _check_class(at, row)
        mark: Mark | None = row.mark
        if row.source is None or mark is None:
            yield Complaint(
                at=at, message="needs `source` and `mark`: a figure without them is not published"
            )
        elif mark in ("C", "assumed"):
            yield Complaint(at=(*at, "mark"), message=f"{mark} is no mark of a published figure")
        used = getattr(row.how, "scenario", None)
        if used is not None and used not in given.scenarios:
            yield complain_unknown((*at, "how", "scenario"), "scenario", used, given.scenarios)
    if len(fitted) > MOST_FITTED:
        message = f"{len(fitted)} parameters are fitted; expected at most {MOST_FITTED}"
        yield Complaint(at=("rows",), message=message)
    for name, one in given.scenarios.items():
        if (one.scenario is None) == (one.file is None):
            message = "needs exactly one of `scenario` (a shipped name) and `file` (below validation/)"
            yield Complaint(at=("scenarios", name), message=message)


def _check_class(at: Place, row: PublishedRow) -> Iterator[Complaint]:
    if (row.class_ == "recovered") != (row.input is not None):
        message = "`input` stands in recovered rows, and in all of them: what the number is a function of"
        yield Complaint(at=at, message=message)
    if (row.class_ == "calibrated") != bool(row.fitted):
        message = "`fitted` stands in calibrated rows, and in all of them: a predicted row fits nothing"
        yield Complaint(at=at, message=message)
