"""One run as a table for a reader: an arm beside the same lives under today's law.

Numbers are per 1,000 synthetic people with two significant digits. One run varies no assumption: the table
says so first, and gives no range and no interval.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from moot.errors import RunError
from moot.findings.rules import Rules
from moot.findings.talk import COUNTED, THOUGHT, has_minds, talk_rows
from moot.regime.engines import bent
from moot.regime.schema import Scheme
from moot.society.measures import PLACES

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["FEW", "HEADER", "Row", "Summary", "starting_tier", "summary_of", "table_rows", "two"]

FEW = 10
"""Events below which a number is marked as resting on few."""
WIDTH = 100
"""Columns of a terminal that the table fits into."""
STAR = f"* fewer than {FEW} events in the run behind this number, and not none: a plain 0 carries no star"
TIE = "A tie is somebody a person lives, studies or works with, or is otherwise tied to."

HEADER = (
    "One run, assumptions not varied: no range, no interval; an anecdote, not a result to quote.",
    "Synthetic people; mechanism, not forecast.",
)
GROUPS = (
    "What people did",
    "Who was charged",
    "What it cost",
    "What came back",
    "What was given up",
    "What was thought and said",
)
DID, CHARGED, COST, BACK, GIVEN_UP, SAID = range(len(GROUPS))


def two_digits(number: float) -> str:
    """The size of a number with two significant digits, without an exponent or a sign."""
    if number == 0:
        return "0"
    shown = float(f"{abs(number):.1e}")
    digits = 0 if shown >= 10 else (1 if shown >= 1 else max(2, 1 - int(f"{shown:e}".partition("e")[2])))
    return f"{shown:,.{digits}f}"


def two(number: float, *, sign: bool = False) -> str:
    """A number with two significant digits; with a sign where it is a difference."""
    before = "−" if number < 0 else ("+" if sign and number > 0 else "")
    return f"{before}{two_digits(number)}"


@dataclass(frozen=True)
class Row:
    """One line: plain words, and counts in the two arms (None where an arm has no such thing).

    `part` says that it is a part of the line before it. `possible` is false where neither arm can do such a
    thing at all: a table leaves the line out, unless something was counted. `names` are the measures that
    were added up; none where the line is worked out otherwise.
    """

    group: str
    words: str
    regime: int | None
    today: int | None
    kind: Literal["flow", "stock"] = "flow"
    part: bool = False
    possible: bool = True
    names: tuple[str, ...] = ()

    @property
    def told(self) -> bool:
        """Whether the line belongs into a table: it was counted, and can be, in one of the two arms."""
        counts = [count for count in (self.regime, self.today) if count is not None]
        return any(counts) or (self.possible and bool(counts))

    @property
    def difference(self) -> int | None:
        """What the regime changed; None where an arm has no such thing."""
        return None if self.regime is None or self.today is None else self.regime - self.today

    def shown(self, people: int) -> tuple[str, str, str]:
        """(under the regime, under today's law, difference) per 1,000 people, as read.

        Each number carries a star of its own where it stands for fewer than ten events.
        """
        scale = 1000 / people

        def cell(count: int | None, *, sign: bool = False) -> str:
            if count is None:
                return "—"
            return two(count * scale, sign=sign) + ("*" if 0 < abs(count) < FEW else "")

        return cell(self.regime), cell(self.today), cell(self.difference, sign=True)


@dataclass(frozen=True)
class Summary:
    """The table of one arm beside today's law.

    `told` and `beside` are what the two arms are called; `others` the arms of the run that are not in it.
    """

    title: str
    arm: str
    comparator: str
    people: int
    days: int
    rows: tuple[Row, ...]
    told: str
    beside: str
    others: tuple[str, ...]
    changes: tuple[str, ...] = ()  # a sentence for each change of law within the run
    spoken: bool = False  # whether lines tell of opinion

    @property
    def columns(self) -> tuple[str, ...]:
        """The head of the table; one column of numbers where one arm is told."""
        first = f"under {self.told}"
        if self.arm == self.comparator:
            return ("per 1,000 synthetic people", first)
        return ("per 1,000 synthetic people", first, f"same lives, {self.beside}", "difference")

    @property
    def telling(self) -> str:
        """Which arm is told, what to say to be told another, and how its law changed on the way."""
        return " ".join((self._told_arm, *self.changes))

    @property
    def _told_arm(self) -> str:
        beside = f", beside {self.comparator}" if self.arm != self.comparator else ""
        said = f"Told is the arm {self.arm}{beside}"
        if not self.others:
            return f"{said}." if beside else f"{said}, the only one of this run."
        more = " or ".join(f"--arm {other}" for other in self.others)
        return f"{said}; this run also has {', '.join(self.others)}: moot show and moot report with {more}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said beneath the table."""
        cells = [cell for row in self.rows for cell in row.shown(self.people)[: len(self.columns) - 1]]
        star = (STAR,) if any(cell.endswith("*") for cell in cells) else ()
        tie = (TIE,) if any("a tie" in row.words for row in self.rows) else ()
        return (*star, *tie, *((THOUGHT, COUNTED) if self.spoken else ()))

    def lines(self) -> list[str]:
        """The table as lines of text of at most `WIDTH` columns."""
        shown = [(row, row.shown(self.people)) for row in self.rows]
        narrow = 14 if len(self.columns) > 2 else 40
        head = [textwrap.wrap(word, narrow) for word in self.columns[1:]]
        told = range(len(head))
        widths = [max(map(len, (*head[n], *(cells[n] for _, cells in shown)))) for n in told]
        room = WIDTH - sum(widths) - 2 * len(widths)
        lines = [part for line in (self.title, *HEADER, self.telling) for part in textwrap.wrap(line, WIDTH)]

        def line(words: str, cells: Iterable[str]) -> str:
            numbers = "".join(f"  {cell:>{widths[n]}}" for n, cell in enumerate(cells))
            return f"{words:<{room}}{numbers}".rstrip()

        lines.append("")
        high = max(len(parts) for parts in head)
        for x in range(high):
            first = self.columns[0] if x == high - 1 else ""
            lines.append(line(first, [parts[x - high] if x >= high - len(parts) else "" for parts in head]))
        for group in GROUPS:
            mine = [(row, cells) for row, cells in shown if row.group == group]
            if mine:
                lines.append(group)
            for row, cells in mine:
                indent = "    " if row.part else "  "
                *above, last = textwrap.wrap(
                    row.words, room, initial_indent=indent, subsequent_indent=f"{indent}  "
                )
                lines += above
                lines.append(line(last, (cells[n] for n in told)))
        lines += [part for note in self.notes for part in textwrap.wrap(note, WIDTH, subsequent_indent="  ")]
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())

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
                part = ' class="part"' if row.part else ""
                body.append(f'<tr{part}><th scope="row">{escape(row.words)}</th>{cells}</tr>')
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        caption = escape(" ".join((*HEADER, self.telling)))
        return (
            f'<table class="summary"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table>{notes}"
        )


def summary_of(run: Run, arm: str | None = None) -> Summary:
    """The table of `arm` (default: the first with a regime) beside the comparator.

    Raises `RunError` where a probability was clamped while running: such numbers are not shown.
    """
    rules = run.rules
    arm = run.known_arm(arm) if arm is not None else run.other_arm
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
    rows = tuple(one for one in (*table_rows(rules, arm, regime, today), *talk_rows(run, arm)) if one.told)
    others = tuple(name for name in run.arms if name not in (arm, rules.comparator))
    told, beside = rules.told(arm), rules.told(rules.comparator)
    changes = tuple(run.manifest.get("changes", ()))
    return Summary(
        title,
        arm,
        rules.comparator,
        run.people,
        run.days,
        rows,
        told,
        beside,
        others,
        changes,
        has_minds(run),
    )


def total(counts: Mapping[str, int], names: Iterable[str]) -> int | None:
    """The sum of the measures that there are; None where there is none of them."""
    found = [counts[name] for name in names if name in counts]
    return sum(found) if found else None


def table_rows(rules: Rules, arm: str, regime: Mapping[str, int], today: Mapping[str, int]) -> Iterator[Row]:
    """The lines of an arm beside the comparator, from the totals of both, without those about talk."""
    has = rules.arms[arm].regime is not None
    held = rules.arms[rules.comparator].regime is not None

    def row(
        group: int,
        words: str,
        names: Iterable[str],
        *,
        less: Iterable[str] = (),
        of_the_regime: bool = False,
        stock: bool = False,
        part: bool = False,
        possible: bool = True,
    ) -> Row:
        """A line of the sum of some measures, `less` that of others."""
        names, less = list(names), list(less)
        there = (has or not of_the_regime, held or not of_the_regime)
        counts = [
            total(counted, names) if shown else None
            for counted, shown in zip((regime, today), there, strict=True)
        ]
        if less:
            counts = [
                None if count is None else count - (total(counted, less) or 0)
                for count, counted in zip(counts, (regime, today), strict=True)
            ]
        kind: Literal["flow", "stock"] = "stock" if stock else "flow"
        added = () if less else tuple(names)
        return Row(GROUPS[group], words, counts[0], counts[1], kind, part, possible, added)

    def of(what: str, *classes: str) -> list[str]:
        return [f"act:{act}:{what}" for act in rules.acts_of(*classes)]

    can, could = rules.can(arm), rules.can(rules.comparator)
    yield row(DID, "offences (true acts, charged or not)", of("acts", "offence"))
    yield row(DID, "incivilities, no offence today", of("acts", "incivility"))
    yield row(DID, "lawful acts: protest, criticism, petitions, evenings out …", of("acts", "lawful"))
    yield row(DID, "merits: days given to a charity", of("acts", "merit"))
    every = ("offence", "incivility", "lawful")
    yield row(CHARGED, "charges by fines and courts of today", of("charged-today", *every))
    yield row(
        CHARGED, "charges by the scheme", of("charged-by-regime", *every), of_the_regime=True,
        possible=can.charge(*every),
    )  # fmt: skip
    yield row(
        CHARGED, "of these, for a lawful act", of("charged-by-regime", "lawful"), of_the_regime=True,
        part=True, possible=can.charge("lawful"),
    )  # fmt: skip
    yield row(
        CHARGED, "charges borne for another person's act", of("borne-for-another", *every),
        of_the_regime=True, possible=can.search,
    )  # fmt: skip
    alarms = [f"sensor:{name}:false-alarms" for name in rules.arms[arm].sensors]
    yield row(CHARGED, "false alarms: stopped, no act", alarms, of_the_regime=True, possible=can.stop)
    yield row(
        CHARGED, "acts seen, nobody identified", of("seen-unidentified", *every), of_the_regime=True,
        possible=can.search,
    )  # fmt: skip
    yield row(
        CHARGED, "merits counted by the scheme", of("charged-by-regime", "merit"), of_the_regime=True,
        possible=can.charge("merit"),
    )  # fmt: skip
    yield from _costs(rules, arm, row)
    yield from _came_back(rules, arm, row)
    lawful = rules.acts_of("lawful")
    yield row(
        GIVEN_UP, "lawful acts that a list made impossible", of("prevented", "lawful"),
        possible=any(one.prevent(act) for one in (can, could) for act in lawful),
    )  # fmt: skip
    if rules.scenario.country_model.opinion is not None:
        yield row(GIVEN_UP, "lawful acts forgone for fear of a charge", of("forgone", "lawful"))
    for act in lawful:
        yield row(GIVEN_UP, f"times a person {rules.act(act)}", [f"act:{act}:acts"])


def _costs(rules: Rules, arm: str, row: object) -> Iterator[Row]:
    """Points, tiers, lists, refusals."""
    assert callable(row)
    for name, scheme in rules.arms[arm].schemes.items():
        own = name in rules.arms[arm].own_schemes
        of = _called(rules, arm, name)
        unit = "log-odds lost, in 1/1024," if bent(scheme) else "points lost"
        costs = bool(scheme.table.catalogue) or scheme.association is not None
        lost = [f"scheme:{name}:points-lost"]
        yield row(COST, f"{unit} in {of}", lost, of_the_regime=own, possible=costs)
        if scheme.association is not None:
            lost = [f"scheme:{name}:points-from-ties"]
            words = "of these, because a tie fell a tier"
            yield row(COST, words, lost, of_the_regime=own, part=True)
        for tier in scheme.tier_names if len(scheme.tier_names) > 1 else ():
            start = " (the start)" if tier == starting_tier(scheme) else ""
            words = f"people in tier {tier}{start} of {of}, last day"
            yield row(COST, words, [f"tier:{name}-{tier}:people"], of_the_regime=own, stock=True)
    yield from _livelihood(rules, arm, row)
    for name, (scheme, _) in rules.arms[arm].lists.items():
        own = scheme.scheme in rules.arms[arm].own_schemes
        whose = "" if own else " of today's law"
        people = [f"list:{name}:people"]
        yield row(COST, f"people on the list {name}{whose}, last day", people, of_the_regime=own, stock=True)
    can, could = rules.can(arm), rules.can(rules.comparator)
    elsewhere = "of these, for points lost in another domain of life"
    for context in rules.scenario.country_model.travel:
        refused, possible = [f"trip:{context}:refused"], can.refuse(context) or could.refuse(context)
        yield row(COST, f"refused: {rules.context(context)}", refused, possible=possible)
        if rules.arms[arm].own_schemes:
            across = [f"trip:{context}:refused-across-contexts"]
            possible = can.refuse(context, own=True)
            yield row(COST, elsewhere, across, of_the_regime=True, part=True, possible=possible)
    for name, scheme in rules.arms[arm].own_schemes.items():
        for context in scheme.decisions:
            what, measure = rules.context(context), f"decision:{context}"
            words = f"refused because of {rules.score_called(arm, name)}: {what}"
            yield row(COST, words, [f"{measure}:refused-by-score"], of_the_regime=True)
            across = [f"{measure}:refused-across-contexts"]
            yield row(COST, elsewhere, across, of_the_regime=True, part=True)


def _came_back(rules: Rules, arm: str, row: object) -> Iterator[Row]:
    """What redress and memory gave back."""
    assert callable(row)
    own = rules.arms[arm].own_schemes
    for name, scheme in own.items():
        if scheme.redress is None and not scheme.score.memory_months:
            continue
        whose = "" if len(own) == 1 else f" of {name}"

        def of(what: str, scheme_name: str = name) -> list[str]:
            return [f"redress:{scheme_name}:{what}"]

        words = f"charges with points{whose} for something that the person did not do"
        yield row(BACK, words, of("wrong-charges"))
        if scheme.redress is not None:
            yield row(BACK, f"charges contested{whose}", of("appeals"))
            won, waiting = of("upheld"), [*of("upheld"), *of("rejected")]
            yield row(BACK, "of these, allowed: the person had not done it", of("upheld-wrong"), part=True)
            words = "of these, allowed though the person had done it"
            yield row(BACK, words, won, less=of("upheld-wrong"), part=True)
            yield row(BACK, "of these, turned down", of("rejected"), part=True)
            words = "of these, waiting for a ruling on the last day"
            yield row(BACK, words, of("appeals"), less=waiting, part=True)
            yield row(BACK, "days lived under wrong charges that were put right", of("days-wronged"))
            yield row(BACK, f"points{whose} given back by rulings", of("points-restored"))
        if scheme.score.memory_months:
            words = f"points{whose} that came back because charges expired"
            yield row(BACK, words, of("points-expired"))


def _called(rules: Rules, arm: str, name: str) -> str:
    """A score in a reader's words: the scheme's own, or the one that today's law has already."""
    own = rules.arms[arm].own_schemes
    if name in own:
        return "the scheme" if len(own) == 1 else f"the scheme {name}"
    licence = rules.arms[arm].schemes[name].who == "licence"
    return "today's points licence" if licence else f"the score {name} of today's law"


def starting_tier(scheme: Scheme) -> str:
    """The tier in which a score begins."""
    return next(tier.tier for tier in scheme.score.tiers if scheme.score.start >= tier.from_)


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
        yield row(COST, "hires refused for the score", ["work:jobs:hires-refused"], of_the_regime=True)
        yield row(COST, "jobs ended for the score", ["work:jobs:dismissed-by-score"], of_the_regime=True)
    if rules.places_fixed(arm):
        passed, missing, lost = ([name] for name in PLACES)
        yield row(COST, "hires into places that stayed free", passed, of_the_regime=True)
        yield row(COST, "hires that found no place left", missing, of_the_regime=True)
        yield row(COST, "places that nobody took", lost, of_the_regime=True)
    if rated:
        yield row(
            COST, "platform workers dropped for their rating", ["rating:workers:dropped"], of_the_regime=True
        )
    if jobs or rated:
        yield row(COST, "people looking for work, last day", ["work:unemployed:people"], stock=True)
    if counts:
        yield row(COST, "points lost for fines left unpaid", ["money:arrears:points"], of_the_regime=True)
    if counts or ((jobs or rated) and country.money is not None):
        yield row(COST, "people in arrears, last day", ["money:arrears:people"], stock=True)
