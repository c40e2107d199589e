"""From a figure of a run back to the events of the panel that are counted in it.

A measure counts what happens to everybody; lives are kept of a sample that was drawn before anything
happened. So the events shown are those of the sample, and how many of all they are is said with them. What no
event of a life tells one by one (points, euros, days, opinion) has the events that move it, or none.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moot.experiment.plan import classes_in, matching
from moot.findings.kinds import CHARGES, Event
from moot.findings.lives import on, sentence
from moot.findings.rules import Rules
from moot.findings.summary import HEADER, WIDTH

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["Counted", "counted_in", "events_in"]

SHOWN = 10
"""Events that are told; the rest is counted."""
Test = Callable[[Event], bool]

ACTS = {
    "prevented": "prevented", "charged-today": "charged-today",
    "charged-by-regime": "charged-by-regime", "charged-to-another": "mistaken", "borne-for-another": "borne",
    "forgone": "forgone", "displaced": "displaced",
}  # fmt: skip
OF_SENSORS = {"false-alarms": "false-alarm", "recognised": "recognised", "malicious": "alleged"}
OF_SCHEMES = {"falls": "fall", "rises": "rise", "points-from-ties": "tie-fell", "repairs-bought": "bought"}
OF_REDRESS = {
    "appeals": "appeal", "upheld": "upheld", "rejected": "rejected", "points-restored": "upheld",
    "points-expired": "expired",
}  # fmt: skip
FIXED = {
    "work:jobs:hired": ("hired", "place-handed-on"),
    "work:jobs:lost": ("job-lost",),
    "work:jobs:hires-refused": ("hire-refused",),
    "work:jobs:dismissed-by-score": ("dismissed",),
    "work:places:handed-on": ("place-handed-on",),
    "work:places:missing": ("place-missing",),
    "money:fines:paid-at-once": ("fine-paid",),
    "money:arrears:points": ("arrears",),
    "rating:workers:warned": ("rating-warned",),
    "rating:workers:dropped": ("rating-dropped",),
    "ties:regular:cut": ("cut-off", "cuts-off"),
    "ties:regular:mended": ("taken-back", "in-touch"),
    "past:acts:disclosed": ("disclosed",),
}
BY_POINTS = ("points-lost", "points-from-ties", "points-restored", "points-expired", "money:arrears:points")
"""Measures that sum points: their events move them, and are not what is counted."""
MECHANISMS = {
    "act": "what people do, and what sensors, courts and lists make of it",
    "sensor": "a sensor of the regime",
    "scheme": "the score: charges, ties and its tier lines",
    "list": "the entry and exit of a list",
    "trip": "what a list refuses",
    "decision": "what the score decides in a context",
    "offer": "an offer taken up",
    "redress": "contests, rulings and expiry of charges",
    "work": "jobs, by the ordinary course of work and by the score",
    "money": "fines and debts",
    "rating": "ratings of a platform",
    "ties": "shunning of those who fall",
    "past": "the past that the regime reads on its first day",
    "tier": "where the falls and rises of a score leave people",
}


@dataclass(frozen=True)
class Counted:
    """A figure of one arm, and what the panel shows of it.

    `total` is that of the run; `events` those of the panel in the order of their days, `lives` how many lives
    are kept of `people`. `one_by_one` says that each event counts once, so that the two can be compared.
    """

    measures: tuple[str, ...]
    arm: str
    mechanism: str
    total: int
    events: tuple[Event, ...]
    lives: int
    people: int
    one_by_one: bool
    rules: Rules

    def lines(self) -> list[str]:
        """What is told, as lines of at most `WIDTH` columns."""
        return [x for line in self._lines() for x in textwrap.wrap(line, WIDTH, subsequent_indent="    ")]

    def _lines(self) -> list[str]:
        many = f" and {len(self.measures) - 1} more" if len(self.measures) > 1 else ""
        kept, of = f"{self.lives:,}", f"{self.people:,}"
        lines = [
            f"{self.measures[0]}{many}, arm {self.arm}: {self.total:,} in this run of {of} synthetic people.",
            *HEADER,
            f"Counted by: {self.mechanism}.",
            f"Lives are kept of {kept} of {of}, a sample drawn before anything happened "
            f"({100 * self.lives / self.people:.1f} % of the people); nobody was chosen by an outcome.",
        ]
        if not self.events:
            lines.append("No event of a kept life is counted in it, which does not say that there is none.")
            return lines
        if self.one_by_one:
            lines.append(f"In these lives: {len(self.events):,} of the {self.total:,} that are counted.")
        else:
            lines.append(f"In these lives: {len(self.events):,} events that move it; it counts no events.")
        for one in self.events[:SHOWN]:
            lines.append(f"  {on(one.day)}  {one.number} {one.place}  {sentence(one, self.rules)}")
        rest = len(self.events) - SHOWN
        if rest > 0:
            lines.append(f"  and {rest:,} more")
        first = self.events[0]
        lines.append(f"Explain one: moot explain RUN {first.number} {first.place} --arm {self.arm}")
        return lines

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "synthetic": True,
            "measures": list(self.measures),
            "arm": self.arm,
            "mechanism": self.mechanism,
            "total": self.total,
            "counted_one_by_one": self.one_by_one,
            "panel": {"lives": self.lives, "people": self.people, "events": len(self.events)},
            "events": [
                {
                    "number": one.number, "event": one.place, "date": on(one.day), "kind": one.kind,
                    "words": sentence(one, self.rules),
                }
                for one in self.events
            ],
        }  # fmt: skip


def counted_in(run: Run, asked: str, arm: str | None = None) -> Counted:
    """The figure of a measure, or of a pattern such as ``act:*:charged-by-regime``, back to its events.

    Raises `UserError` where no measure is called so in the arm.
    """
    told = run.known_arm(arm) if arm is not None else run.other_arm
    totals = run.totals(told)
    known = [one for one in totals if ":" in one and not one.startswith("engine:")]
    names = matching(asked, known, classes_in(run.scenario))
    events = [
        one
        for life in run.lives.values()
        for one in life.arms[told]
        if any(_fits(name, run.rules, told)(one) for name in names)
    ]
    events.sort(key=lambda one: (*one.moment, one.number, one.place))
    family = names[0].partition(":")[0]
    mechanism = MECHANISMS.get(family, "sums over everybody that no single event moves")
    return Counted(
        names, told, mechanism, sum(totals[name] for name in names), tuple(events), len(run.lives),
        run.people, all(_one_by_one(name) for name in names), run.rules,
    )  # fmt: skip


def events_in(name: str, events: Iterator[Event], rules: Rules, arm: str) -> Iterator[Event]:
    """Those of the events of an arm that a measure counts."""
    counts = _fits(name, rules, arm)
    return (one for one in events if counts(one))


def _one_by_one(name: str) -> bool:
    stocks = name.endswith((":people", ":sum", "score-sum", "predictor-sum"))
    # A trip that is tried again after a refusal is told once a day, and counted each time.
    return not stocks and not name.endswith(BY_POINTS) and not name.startswith("trip:")


def _nothing(_: Event) -> bool:
    return False


def _is(kind: str, what: str) -> Test:
    return lambda one: one.kind == kind and one.what == what


def _fits(name: str, rules: Rules, arm: str) -> Test:
    """Whether an event of a life is counted in a measure, or moves it."""
    family, _, rest = name.partition(":")
    thing, _, what = rest.partition(":")
    if name in FIXED:
        kinds = FIXED[name]
        return lambda one: one.kind in kinds
    if family == "act" and what == "acts":  # what arises is no act of a day
        return lambda one: one.kind in ("act", "arrears") and one.what == thing
    if family == "act" and what in ACTS:
        return _is(ACTS[what], thing)
    if family == "sensor" and what == "malicious":
        return lambda one: one.kind == "alleged" and one.sensor == thing
    if family == "sensor" and what in OF_SENSORS:
        return _is(OF_SENSORS[what], thing)
    if family == "scheme" and what == "points-lost":
        return _costs(rules, arm, thing)
    if family == "scheme" and what in OF_SCHEMES:
        return _is(OF_SCHEMES[what], thing)
    if family == "list" and what in ("entries", "people"):
        return _is("listed", thing)
    if family == "list" and what == "exits":
        return _is("delisted", thing)
    if family == "trip" and what == "refused":
        return _is("refused", thing)
    if family == "trip" and what == "tried-by-listed":
        return lambda one: one.kind in ("refused", "trip") and one.what == thing
    if family == "decision" and what == "refused-by-score":
        return _is("denied", thing)
    if family == "decision" and what == "refused":
        return lambda one: one.what == thing and (one.kind == "denied" or _refused_anyhow(one))
    if family == "decision" and what == "decided":
        return lambda one: one.kind in ("denied", "granted", "decided") and one.what == thing
    if family == "offer":
        return lambda one: one.kind == "offer" and f"{one.scheme}-{one.what}" == thing
    if family == "redress" and what in OF_REDRESS:
        kind = OF_REDRESS[what]
        return lambda one: one.kind == kind and one.scheme == thing
    if family == "tier":
        return lambda one: one.kind in ("fall", "rise") and f"{one.scheme}-{one.tier}" == thing
    return _nothing


def _refused_anyhow(event: Event) -> bool:
    return event.kind == "decided" and event.tier == "refused"


def _costs(rules: Rules, arm: str, scheme: str) -> Test:
    """Whether a charge or ruling took points in a scheme."""
    told = rules.arms[arm]
    if scheme not in told.schemes:
        return _nothing
    reads = told.schemes[scheme].reads

    def taken(one: Event) -> bool:
        if one.kind == "rejected":
            return one.scheme == scheme and bool(one.points)
        if one.kind not in CHARGES:
            return False
        by = "today" if one.kind == "charged-today" else "regime"
        if by != reads:
            return False
        return bool(one.points) if one.kind == "false-alarm" else told.points(one.what, by, scheme) > 0

    return taken
