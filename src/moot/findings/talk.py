"""What was thought and what was said: rows for the table, from the last week of the run.

*Fear in the support* is the support among those who spoke, minus what it would be if nobody feared anything:
the same people, the same talk heard, the same draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from moot.country.opinion import Opinion
    from moot.findings.run import Run
    from moot.findings.summary import Row

__all__ = [
    "COUNTED",
    "TALK_CURVES",
    "THOUGHT",
    "Talk",
    "has_minds",
    "rows_between",
    "talk_from",
    "talk_of",
    "talk_rows",
]

UNIT = 16384
THOUGHT = (
    "Thought is what people hold and nobody hears. Said is what some of them say to their ties in the last "
    "week of a month, unasked. Asked is a survey of everybody in that week: who fears a charge may claim to "
    "be for it."
)
COUNTED = (
    "Everybody is counted here, small children among them: no country declares an age from which people have "
    "an opinion."
)
"""Whose opinions these are."""
TALK_CURVES = (
    (
        "For a score, as people think",
        "synthetic people",
        "In the last week of each month. Where people begin is declared, not found.",
        "private",
    ),
    (
        "For a score, of those who spoke of it",
        "of those who spoke",
        "Per 1,000 of those who spoke in the last week of each month; the frightened are not among them.",
        "spoken",
    ),
)
"""(title, per 1,000 of what, caption, share) of each curve."""


@dataclass(frozen=True)
class Talk:
    """Counts of people in the last week of a month; `private` and `spoken` are means from -1 to 1."""

    at: str
    people: int
    private: float
    spoken: float
    support: int
    said_for: int
    said_against: int
    unafraid_for: int
    unafraid_against: int
    silent_for: int
    silent_against: int
    asked_support: int

    @property
    def spoken_support(self) -> float:
        """Share of those who spoke that spoke for it."""
        return share(self.said_for, self.said_against)

    @property
    def shares(self) -> dict[str, float]:
        """Support in private, of everybody, and in public, of those who spoke."""
        return {"private": self.support / max(1, self.people), "spoken": self.spoken_support}

    @property
    def unheard(self) -> int:
        """Critics who would have spoken without fear and did not."""
        return self.unafraid_against - self.said_against

    @property
    def fear_in_support(self) -> float:
        """What of the spoken support is fear: it is 0 where nobody would speak otherwise without it."""
        return self.spoken_support - share(self.unafraid_for, self.unafraid_against)


def share(part: int, other: int) -> float:
    """part / (part + other), 0 of nothing."""
    return part / (part + other) if part + other else 0.0


def has_minds(run: Run) -> bool:
    """Whether opinion was simulated."""
    return "opinion:private:sum" in run.measure_names


def talk_of(run: Run, arm: str, *, of: str = "opinion") -> list[Talk]:
    """Month by month over the country, of everybody (`opinion`) or of the most outspoken (`dissidents`)."""
    if not has_minds(run):
        return []
    names = [one for one in run.measure_names if one.startswith(f"{of}:")]
    found = run.measures(*names, "people", arm=arm, period="month", attribute="all")
    months = found["at"].astype(str)
    out = []
    for month in np.unique(months):
        here = months == month
        counts = {name: int(np.ma.filled(found[name][here], 0).sum()) for name in (*names, "people")}
        out.append(talk_from(counts, str(month)[:7], of=of))
    return out


def talk_from(counts: Mapping[str, int], at: str, *, of: str = "opinion") -> Talk:
    """The talk of a month from its sums by name, `people` among them."""
    c = {name.removeprefix(f"{of}:"): count for name, count in counts.items() if name.startswith(f"{of}:")}
    spoke = c["spoken:for"] + c["spoken:against"]
    people = counts["people"] if of == "opinion" else spoke + c["silent:for"] + c["silent:against"]
    return Talk(
        at,
        people,
        c["private:sum"] / UNIT / max(1, people),
        c["spoken:sum"] / UNIT / max(1, spoke),
        c["private:support"],
        c["spoken:for"],
        c["spoken:against"],
        c["unafraid:for"],
        c["unafraid:against"],
        c["silent:for"],
        c["silent:against"],
        c["asked:support"],
    )


def talk_rows(run: Run, arm: str) -> Iterator[Row]:
    """The lines of the table, of the last week; shares are per 1,000 of those who spoke."""
    here, there = talk_of(run, arm), talk_of(run, run.rules.comparator)
    if here and there:
        yield from rows_between(here[-1], there[-1], run.people, run.rules.scenario.country_model.opinion)


def rows_between(here: Talk, there: Talk, everybody: int, opinion: Opinion | None) -> Iterator[Row]:
    """The lines for the talk of an arm beside the comparator's, in a country that declares `opinion`."""
    from moot.findings.summary import GROUPS, Row

    def counted(words: str, of: str, *, part: bool = False) -> Row:
        return Row(GROUPS[-1], words, getattr(here, of), getattr(there, of), "stock", part)

    def shared(words: str, of: str, *, part: bool = False) -> Row:
        scaled = [round(getattr(one, of) * everybody) for one in (here, there)]
        return Row(GROUPS[-1], words, scaled[0], scaled[1], "stock", part)

    yield counted("thought: for being scored, whatever they say", "support")
    if opinion is not None and opinion.asked is not None:
        yield counted("asked in a survey: say that they are for it", "asked_support")
    yield counted("said, unasked: for it", "said_for")
    yield counted("said, unasked: against it", "said_against")
    yield shared("of 1,000 who said something: for it", "spoken_support", part=True)
    yield shared("of these, more than if nobody were afraid", "fear_in_support", part=True)
    yield counted("silent, and for it", "silent_for")
    yield counted("silent, and against it", "silent_against")
    yield counted("of these, silent out of fear alone", "unheard", part=True)
