"""One run as a table for a reader: an arm beside the same lives under today's law.

Numbers are per 1,000 synthetic people with two significant digits. One run varies no assumption: the table
says so first, and gives no range and no interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from moot.errors import RunError
from moot.findings.rules import Rules

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["FEW", "HEADER", "Row", "Summary", "summary_of", "two"]

FEW = 10
"""Events below which a number is marked as resting on few."""

HEADER = (
    "One run, assumptions not varied: no range, no interval; an anecdote, not a result to quote.",
    "Synthetic people; mechanism, not forecast.",
)
GROUPS = ("What people did", "Who was charged", "What it cost", "What was given up")


def two(number: float, *, sign: bool = False) -> str:
    """A number with two significant digits; with a sign where it is a difference."""
    if number == 0:
        return "0"
    shown = float(f"{abs(number):.1e}")
    digits = 0 if shown >= 10 else (1 if shown >= 1 else max(2, 1 - int(f"{shown:e}".partition("e")[2])))
    text = f"{shown:,.{digits}f}"
    return f"{'+' if number > 0 else '−'}{text}" if sign else (f"−{text}" if number < 0 else text)


@dataclass(frozen=True)
class Row:
    """One line: plain words, and counts in the two arms (None where an arm has no such thing)."""

    group: str
    words: str
    regime: int | None
    today: int | None
    kind: Literal["flow", "stock"] = "flow"

    @property
    def few(self) -> bool:
        """Whether both counts rest on fewer than ten events."""
        return 0 < max(self.regime or 0, self.today or 0) < FEW

    def shown(self, people: int) -> tuple[str, str, str]:
        """(under the regime, under today's law, difference) per 1,000 people, as read."""
        scale = 1000 / people
        mark = "*" if self.few else ""
        cells = ["—" if n is None else two(n * scale) + mark for n in (self.regime, self.today)]
        if self.regime is None or self.today is None:
            return cells[0], cells[1], "—"
        return cells[0], cells[1], two((self.regime - self.today) * scale, sign=True)


@dataclass(frozen=True)
class Summary:
    """The table of one arm beside today's law."""

    title: str
    arm: str
    comparator: str
    people: int
    days: int
    rows: tuple[Row, ...]
    with_scheme: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The head of the table; one column of numbers where the run has one arm."""
        first = "under the scheme" if self.with_scheme else "under today's law"
        if self.arm == self.comparator:
            return ("per 1,000 synthetic people", first)
        return ("per 1,000 synthetic people", first, "same lives, today's law", "difference")

    def lines(self) -> list[str]:
        """The table as lines of text."""
        shown = [(row, row.shown(self.people)) for row in self.rows]
        width = max((len(row.words) for row in self.rows), default=0) + 2
        head = self.columns
        told = range(len(head) - 1)
        widths = [max(len(head[n + 1]), *(len(cells[n]) for _, cells in shown)) for n in told]
        lines = [self.title, *HEADER, ""]
        lines.append(f"{head[0]:<{width + 2}}" + "  ".join(f"{head[n + 1]:>{widths[n]}}" for n in told))
        for group in GROUPS:
            mine = [(row, cells) for row, cells in shown if row.group == group]
            if mine:
                lines.append(group)
            for row, cells in mine:
                lines.append(f"  {row.words:<{width}}" + "  ".join(f"{cells[n]:>{widths[n]}}" for n in told))
        if any(row.few for row in self.rows):
            lines.append(f"* fewer than {FEW} events in the run")
        return lines

    def html(self) -> str:
        """The table as HTML."""
        head = "".join(f'<th scope="col">{escape(word)}</th>' for word in self.columns)
        body = []
        for group in GROUPS:
            mine = [row for row in self.rows if row.group == group]
            if not mine:
                continue
            span = len(self.columns)
            body.append(f'<tr class="group"><th colspan="{span}" scope="rowgroup">{escape(group)}</th></tr>')
            for row in mine:
                cells = "".join(
                    f"<td>{cell}</td>" for cell in row.shown(self.people)[: len(self.columns) - 1]
                )
                body.append(f'<tr><th scope="row">{escape(row.words)}</th>{cells}</tr>')
        few = f"<p>* fewer than {FEW} events in the run</p>" if any(row.few for row in self.rows) else ""
        caption = escape(" ".join(HEADER))
        return (
            f'<table class="summary"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table>{few}"
        )


def summary_of(run: Run, arm: str | None = None) -> Summary:
    """The table of `arm` (default: the first with a regime) beside the comparator.

    Raises `RunError` where a probability was clamped while running: such numbers are not shown.
    """
    rules = run.rules
    arm = arm or run.other_arm
    regime, today = run.totals(arm), run.totals(rules.comparator)
    clamped = max(regime.get("engine:clamped", 0), today.get("engine:clamped", 0))
    if clamped:
        raise RunError(
            f"in this run {clamped:,} probabilities were clamped: the headroom of an act is too small for "
            "what raised it; `moot check` says which, and no table is made of such a run"
        )
    title = (
        f"{run.manifest['scenario']['title']}: {run.people:,} synthetic people, {run.days} days from "
        f"{run.manifest['start']}, seed {run.seed}"
    )
    rows = tuple(_rows(rules, arm, regime, today))
    with_scheme = rules.arms[arm].regime is not None
    return Summary(title, arm, rules.comparator, run.people, run.days, rows, with_scheme)


def total(counts: dict[str, int], names: Iterable[str]) -> int | None:
    """The sum of the measures that there are; None where there is none of them."""
    found = [counts[name] for name in names if name in counts]
    return sum(found) if found else None


def _rows(rules: Rules, arm: str, regime: dict[str, int], today: dict[str, int]) -> Iterator[Row]:
    has = rules.arms[arm].regime is not None
    held = rules.arms[rules.comparator].regime is not None

    def row(
        group: int, words: str, names: Iterable[str], *, of_the_regime: bool = False, stock: bool = False
    ) -> Row:
        names = list(names)
        there = (has or not of_the_regime, held or not of_the_regime)
        counts = [
            total(counted, names) if shown else None
            for counted, shown in zip((regime, today), there, strict=True)
        ]
        return Row(GROUPS[group], words, counts[0], counts[1], "stock" if stock else "flow")

    def of(what: str, *classes: str) -> list[str]:
        return [f"act:{act}:{what}" for act in rules.acts_of(*classes)]

    yield row(0, "offences (true acts, charged or not)", of("acts", "offence"))
    yield row(0, "incivilities, no offence today", of("acts", "incivility"))
    yield row(0, "lawful acts: protest, criticism, petitions, evenings out …", of("acts", "lawful"))
    yield row(0, "merits: days given to a charity", of("acts", "merit"))
    every = ("offence", "incivility", "lawful")
    yield row(1, "charges by fines and courts of today", of("charged-today", *every))
    yield row(1, "charges by the scheme", of("charged-by-regime", *every), of_the_regime=True)
    yield row(1, "  of these, for a lawful act", of("charged-by-regime", "lawful"), of_the_regime=True)
    yield row(
        1, "charges borne for another person's act", of("borne-for-another", *every), of_the_regime=True
    )
    alarms = [f"sensor:{name}:false-alarms" for name in rules.arms[arm].sensors]
    yield row(1, "false alarms: stopped, no act", alarms, of_the_regime=True)
    yield row(1, "acts seen, nobody identified", of("seen-unidentified", *every), of_the_regime=True)
    yield row(1, "merits counted by the scheme", of("charged-by-regime", "merit"), of_the_regime=True)
    yield from _costs(rules, arm, row)
    yield row(3, "lawful acts kept from by a list", of("prevented", "lawful"))
    for act in rules.acts_of("lawful"):
        yield row(3, f"times a person {rules.act(act)}", [f"act:{act}:acts"])


def _costs(rules: Rules, arm: str, row: object) -> Iterator[Row]:
    """Points, tiers, lists, refusals."""
    assert callable(row)
    for name, scheme in rules.arms[arm].schemes.items():
        own = name in rules.arms[arm].own_schemes
        of = "the scheme" if own and len(rules.arms[arm].own_schemes) == 1 else f"the scheme {name}"
        yield row(2, f"points lost in {of}", [f"scheme:{name}:points-lost"], of_the_regime=own)
        if scheme.association is not None:
            lost = [f"scheme:{name}:points-from-ties"]
            yield row(2, f"points lost in {of} for the fall of a tie", lost, of_the_regime=own)
        tiers = scheme.tier_names
        for n in range(1, len(tiers)):
            below = [f"tier:{name}-{tier}:people" for tier in tiers[n:]]
            last = "" if n + 1 == len(tiers) else " or lower"
            yield row(
                2, f"people in tier {tiers[n]}{last} of {of}, last day", below, of_the_regime=own, stock=True
            )
    yield from _livelihood(rules, arm, row)
    for name, (scheme, _) in rules.arms[arm].lists.items():
        own = scheme.scheme in rules.arms[arm].own_schemes
        yield row(
            2, f"people on the list {name}, last day", [f"list:{name}:people"], of_the_regime=own, stock=True
        )
    for context in rules.scenario.country_model.travel:
        yield row(2, f"refused: {rules.context(context)}", [f"trip:{context}:refused"])


def _livelihood(rules: Rules, arm: str, row: object) -> Iterator[Row]:
    """Jobs and debts, where a scheme of the arm, or a platform, touches them."""
    assert callable(row)
    country, regime = rules.scenario.country_model, rules.arms[arm].regime
    schemes = rules.arms[arm].own_schemes.values()
    rated = regime is not None and regime.ratings is not None
    counts = any(
        rate.arises is not None and name in s.catalogue
        for s in schemes
        for name, rate in country.acts.items()
    )
    jobs = any(scheme.hiring or scheme.dismissal for scheme in schemes)
    if jobs:
        yield row(2, "hires refused for the score", ["work:jobs:hires-refused"], of_the_regime=True)
        yield row(2, "jobs ended for the score", ["work:jobs:dismissed-by-score"], of_the_regime=True)
    if rated:
        yield row(
            2, "platform workers dropped for their rating", ["rating:workers:dropped"], of_the_regime=True
        )
    if jobs or rated:
        yield row(2, "people looking for work, last day", ["work:unemployed:people"], stock=True)
    if counts:
        yield row(2, "points lost for fines left unpaid", ["money:arrears:points"], of_the_regime=True)
    if counts or ((jobs or rated) and country.money is not None):
        yield row(2, "people in arrears, last day", ["money:arrears:people"], stock=True)
