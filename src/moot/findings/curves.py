"""The curves of a run by day: what is drawn in the report and in a notebook, and the numbers beneath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moot.findings.report_chart import Line, lines_by_day, weekly
from moot.findings.summary import two
from moot.findings.talk import TALK_CURVES, talk_of

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["Curve", "curves_of", "measures_charged"]


@dataclass(frozen=True)
class Curve:
    """One quantity by day, per 1,000 of `per`, in two arms (or one, where today's law has none)."""

    title: str
    caption: str
    dates: tuple[str, ...]
    lines: tuple[Line, ...]
    flow: bool
    per: str = "synthetic people"

    @property
    def shown(self) -> list[Line]:
        """The lines as drawn: flows as means over seven days."""
        return [
            Line(one.words, one.style, weekly(one.values) if self.flow else one.values) for one in self.lines
        ]

    @property
    def description(self) -> str:
        """What the chart shows, for those who do not see it."""
        said = [
            f"{line.words}: from {two(float(line.values[0]))} to {two(float(line.values[-1]))}, at most "
            f"{two(float(np.max(line.values)))}"
            for line in self.shown
        ]
        means = ", means over seven days" if self.flow else ""
        return (
            f"{self.title}, per 1,000 {self.per}{means}, {self.dates[0]} to {self.dates[-1]}. "
            f"{'; '.join(said)}."
        )

    def svg(self, *, width: int = 720, height: int = 250) -> str:
        """The chart of the lines as shown."""
        return lines_by_day(self.title, self.description, self.dates, self.shown, width=width, height=height)

    def by_month(self) -> list[tuple[str, list[float]]]:
        """(month, value of each line): the month's sum of a flow, the last day of a stock."""
        months = sorted({day[:7] for day in self.dates})
        rows = []
        for month in months:
            inside = np.array([day[:7] == month for day in self.dates])
            rows.append(
                (
                    month,
                    [
                        float(x.values[inside].sum() if self.flow else x.values[inside][-1])
                        for x in self.lines
                    ],
                )
            )
        return rows


def measures_charged(run: Run, *classes: str) -> list[str]:
    """The measures that count charges by the scheme for acts of these classes, those borne for another
    included."""
    acts = run.rules.acts_of(*(classes or ("offence", "incivility", "lawful")))
    return [f"act:{act}:{what}" for act in acts for what in ("charged-by-regime", "borne-for-another")]


def curves_of(run: Run, arm: str | None = None) -> list[Curve]:
    """The curves of an arm beside today's law."""
    return list(_curves(run, arm or run.other_arm))


def _curves(run: Run, arm: str) -> Iterator[Curve]:
    rules, comparator = run.rules, run.rules.comparator
    scale = 1000 / run.people

    def curve(
        title: str, caption: str, names: Sequence[str], *, flow: bool = True, both: bool = True
    ) -> Curve:
        lines: list[Line] = []
        dates: tuple[str, ...] = ()
        for name in (arm, comparator)[: 2 if both and arm != comparator else 1]:
            has = rules.arms[name].regime is not None
            style = "regime" if has and name == arm else "today"
            words = f"under {rules.told(name)}" if has else rules.told(name).replace("'", "’")
            found = run.sums(names, name, "day")
            values: NDArray[np.float64] = np.asarray(found["value"], float) * scale
            dates = tuple(str(one) for one in found["at"])
            lines.append(Line(words, style, values))
        return Curve(title, caption, dates, tuple(lines), flow)

    acts = ("offence", "incivility", "lawful")
    today = [f"act:{act}:charged-today" for act in rules.acts_of(*acts)]
    own = f", and under {rules.told(arm)} its own charges as well" if rules.arms[arm].regime else ""
    week = "Per 1,000 synthetic people and day, means over seven days."
    charges = f"{week} Fines and courts of today{own}."
    yield curve(
        "Charges a day", charges,
        [*today, *measures_charged(run)],
    )  # fmt: skip
    yield curve(
        "Offences a day", f"{week} True acts, charged or not: more watching raises records, not these.",
        [f"act:{act}:acts" for act in rules.acts_of("offence")],
    )  # fmt: skip
    yield curve(
        "Lawful acts a day",
        f"{week} Protests, criticism, petitions, evenings out and other acts that nothing forbids.",
        [f"act:{act}:acts" for act in rules.acts_of("lawful")],
    )  # fmt: skip
    for name, scheme in rules.arms[arm].own_schemes.items():
        if len(scheme.tier_names) < 2:
            continue
        lowest = scheme.tier_names[-1]
        whose = "" if len(rules.arms[arm].own_schemes) == 1 else f" of {name}"
        alone = "" if rules.arms[comparator].regime else " Today’s law has no such score."
        start = scheme.score.tiers[-2].from_ if len(scheme.score.tiers) > 1 else scheme.score.start
        yield curve(
            f"People in the lowest tier{whose}, {lowest} (below {start})",
            f"Per 1,000 synthetic people at the end of the day.{alone}",
            [f"tier:{name}-{lowest}:people"], flow=False, both=False,
        )  # fmt: skip
    refused = [f"trip:{context}:refused" for context in rules.scenario.country_model.travel]
    can = [rules.can(name) for name in (arm, comparator)]
    if any(one.refuse(context) for one in can for context in rules.scenario.country_model.travel):
        yield curve("Refused trips a day", f"{week} Seats refused to people on a list.", refused)
    for title, per, caption, of in TALK_CURVES:
        yield from _talk(run, arm, title, per, caption, of)


def _talk(run: Run, arm: str, title: str, per: str, caption: str, of: str) -> Iterator[Curve]:
    """What people thought or said, as in the last week of each month; nothing where nobody has an opinion."""
    days = tuple(str(one) for one in run.sums([], arm, "day")["at"])
    lines = []
    rules = run.rules
    for name in (arm, rules.comparator)[: 2 if arm != rules.comparator else 1]:
        has = rules.arms[name].regime is not None
        words = f"under {rules.told(name)}" if has else rules.told(name).replace("'", "’")
        style = "regime" if has and name == arm else "today"
        by_month = {talk.at: 1000.0 * float(talk.shares[of]) for talk in talk_of(run, name)}
        if not by_month:
            return
        lines.append(Line(words, style, np.array([by_month[day[:7]] for day in days])))
    yield Curve(title, caption, days, tuple(lines), flow=False, per=per)
