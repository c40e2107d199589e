"""The chapters of a dossier: article 27's six headings, then results, causes, alternatives, and the sheet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from moot.documents import Block, Command, Heading, Note, PageBreak, Paragraph, Row, Span, Style, Table, Text
from moot.documents import text as words
from moot.dossier import beside, lives
from moot.dossier.assessment import Assessment
from moot.dossier.declared import in_words, of_oversight, of_redress, what_it_declares
from moot.dossier.evidence import ALTERNATIVES, SHEET, Evidence
from moot.dossier.harms import Harm, harms
from moot.dossier.tables import (
    Numbered,
    difference_of,
    drawable,
    effect_figure,
    effect_table,
    interval_of,
    level_table,
    place_of,
    range_of,
)
from moot.dossier.wording import Say
from moot.experiment.budget import alternatives_in
from moot.experiment.scenario import Scenario
from moot.findings.battery import Battery, batteries_of, lines_of
from moot.findings.effects import FEWEST, Effect
from moot.regime.schema import Regime

__all__ = ["Dossier", "chapters", "first_page", "quotation"]

PRIMARY, ASKED = "Declared beforehand", "Asked for"
MILDER = "alternatives"
"""The word for arms that are milder alternatives (`moot.experiment.declaration`)."""


@dataclass(frozen=True)
class Dossier:
    """What a dossier is made from."""

    say: Say
    evidence: Evidence
    assessment: Assessment | None

    @property
    def numbered(self) -> list[Numbered]:
        """Every effect with its place in ``results.json``."""
        return list(enumerate(self.evidence.effects))

    @cached_property
    def leads(self) -> dict[int, int]:
        """Of each effect, by its place, the place of the first arm's: they share a line of the last table."""
        first: dict[tuple[str, ...], int] = {}
        return {n: first.setdefault(_line_of(one), n) for n, one in self.numbered}

    def is_milder(self, arm: str) -> bool:
        """Whether an arm is one of the milder alternatives that `arms: alternatives` adds."""
        asked = list(self.evidence.experiment.arms or {}) == [MILDER]
        return asked and re.fullmatch("r[1-9]", arm) is not None

    @property
    def on_trial(self) -> list[tuple[str, str]]:
        """(scenario, arm) of each arm with a regime that is no milder alternative."""
        return [
            (scenario.scenario, arm)
            for scenario in self.scenarios
            for arm, regime in scenario.arm_regimes.items()
            if regime is not None and not self.is_milder(arm)
        ]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios of the experiment."""
        return self.evidence.experiment.scenario_models

    def arms(self) -> Iterator[tuple[Scenario, str, str, list[Numbered]]]:
        """(scenario, arm, comparator, effects) of each arm with results, in order.

        Each effect stands with the place that its line in the last table is named by.
        """
        told = {one["name"]: one["comparator"] for one in self.evidence.content.get("scenarios", [])}
        for scenario in self.scenarios:
            for arm in scenario.arms:
                mine = [
                    (self.leads[n], one)
                    for n, one in self.numbered
                    if (one.scenario, one.arm) == (scenario.scenario, arm)
                ]
                if mine:
                    yield scenario, arm, told[scenario.scenario], mine

    def regimes(self, *, milder: bool = False) -> list[tuple[Scenario, Regime, str]]:
        """Each regime on trial once, with the first scenario that has it, and its name and arms.

        With `milder`, the milder alternatives to it as well.
        """
        found: dict[str, tuple[Scenario, Regime, list[str]]] = {}
        for scenario in self.scenarios:
            for arm, regime in scenario.arm_regimes.items():
                if regime is not None and (milder or not self.is_milder(arm)):
                    arms = found.setdefault(regime.content_hash, (scenario, regime, []))[2]
                    arms += [] if arm in arms else [arm]
        return [(one, regime, f"{regime.name} ({', '.join(arms)})") for one, regime, arms in found.values()]

    def batteries(self) -> list[Battery]:
        """Which milder alternatives have results, for each regime on trial."""
        told = {(one.scenario, one.arm) for one in self.evidence.effects}
        return batteries_of(self.evidence.experiment, told)

    def given(self, key: str) -> Text:
        """What an assessment says under a key, as it was typed; else that it is not stated."""
        value = getattr(self.assessment, key) if self.assessment is not None else None
        if isinstance(value, tuple):
            value = "; ".join(value)
        if isinstance(value, dt.date):
            value = self.say.common.date(value)
        return words(str(value)) if value else self.absent

    @property
    def absent(self) -> Text:
        """Not stated."""
        return words(Span(self.say("not-stated"), "emphasis"))


# The first page.


def first_page(it: Dossier) -> Iterator[Block]:
    """What the dossier is not, its state, how to quote it."""
    say = it.say
    keys = ("people", "mechanism", "not", "art5", "courts")
    yield Note(tuple(say.rich(f"first-{key}") for key in keys), say("first-title"))
    yield Note(tuple(_state(it)), say("first-state-title"), "state")
    yield Note((words(quotation(it)), words(say("quote-never"))), say("quote-title"), "quote")


def _state(it: Dossier) -> Iterator[Text]:
    say, evidence = it.say, it.evidence
    if evidence.results is None:
        yield say.rich("state-unfinished", done=evidence.done, jobs=evidence.jobs, command=evidence.way_on)
    else:
        left = evidence.content["left_out"]
        if left:
            yield say.rich("state-left-out", count=len(left))
            for one in left:
                yield words(say("state-left-out-one", job=one["words"], error=one["error"]))
        else:
            yield words(say("state-finished", jobs=say.count(evidence.jobs)))
        if evidence.varied:
            count = evidence.content["draws"]["count"]
            numbers = len(evidence.content["draws"]["over"])
            yield words(say("state-varied", draws=count, numbers=say.count(numbers)))
        else:
            yield say.rich("state-not-varied")
        replicates = evidence.content["replicates"]["count"]
        if replicates < FEWEST:
            yield words(say("state-few", count=replicates))
    for one in it.batteries():
        if not one.examined:
            yield words(Span(" ".join(lines_of(one, say.battery)[:3]), "warning"))
    if it.assessment is None:
        yield words(say("state-no-assessment"))
    else:
        path = it.assessment.source_path
        name = path.name if path is not None else it.assessment.assessment
        yield words(say("state-assessment", file=name, hash=it.assessment.content_hash[:16]))
        yield words(say("state-typed"))


def quotation(it: Dossier) -> str:
    """A sentence that is ready to be quoted: the first line declared beforehand, else the largest effect."""
    say, evidence = it.say, it.evidence
    for _, arm, comparator, mine in it.arms():
        known = [(n, one) for n, one in mine if one.difference is not None and not one.level]
        primary = [one for _, one in known if one.family == "primary"]
        shown = [one for _, one in drawable(known)]
        found = [*primary, *sorted(shown, key=lambda one: -abs(one.difference or 0.0))]
        if found:
            one = found[0]
            return say(
                "quote-results",
                title=evidence.experiment.title,
                arm=arm,
                comparator=comparator,
                difference=difference_of(say, one),
                measure=say.words_of(one).strip(),
                range=range_of(say, one),
                interval=interval_of(say, one),
                version=evidence.about["versions"]["moot"],
                hash=evidence.sha256[:16],
            )
    return say("quote-none")


# The chapters.


def chapters(it: Dossier) -> Iterator[Block]:
    """Everything after the first page."""
    parts: list[tuple[str, Callable[[Dossier], Iterator[Block]]]] = [
        ("a", _process),
        ("b", _period),
        ("c", _groups),
        ("d", _harms),
        ("e", _oversight),
        ("f", _measures),
        ("effects", _effects),
        ("metrics", lambda it: lives.metrics(it.say, it.evidence, it.on_trial)),
        ("twins", lambda it: lives.twins(it.say, it.evidence, it.on_trial)),
        ("causes", lambda it: lives.causes(it.say, it.evidence)),
        ("alternatives", _alternatives),
        ("sheet", _sheet),
        ("regime", _regime),
        ("rebuild", _rebuild),
    ]
    yield PageBreak()
    for name, part in parts:
        yield Heading(words(it.say(f"chapter-{name}")), anchor=f"chapter-{name}")
        yield from part(it)


def _stated(it: Dossier, *keys: str, names: dict[str, str] | None = None) -> Table:
    say = it.say
    rows = [Row((words(say((names or {}).get(key, key.replace("_", "-")))), it.given(key))) for key in keys]
    return Table((words(say("field")), words(say("stated"))), tuple(rows), widths=(2, 3))


def _process(it: Dossier) -> Iterator[Block]:
    say, given = it.say, it.assessment
    yield Heading(words(say("a-people")), 2)
    yield _stated(it, "provider", "deployer", "controller", "date", names={"date": "assessed-on"})
    yield Heading(words(say("a-stated")), 2)
    keys = ("aim", "harm_fought", "legal_basis", "process", "data_categories", "retention")
    yield _stated(it, *keys)
    rows = [
        Row((words(say("consulted")), words(one.who, f": {one.said}" if one.said else "")))
        for one in (given.consulted if given else ())
    ] or [Row((words(say("consulted")), it.absent))]
    reader = given.second_reader if given else None
    rows.append(Row((words(say("second-reader")), words(reader.who) if reader else it.absent)))
    rows.append(
        Row((words(say("second-reader-said")), words(reader.said) if reader and reader.said else it.absent))
    )
    rows.append(Row((words(say("decision")), it.given("decision"))))
    yield Table((words(say("field")), words(say("stated"))), tuple(rows), widths=(2, 3))
    yield Heading(words(say("declared-title")), 2)
    for scenario, regime, named in it.regimes():
        yield what_it_declares(say, regime, named, scenario.country_model)
    if any(it.is_milder(arm) for one in it.scenarios for arm in one.arms):
        yield Paragraph(words(say("declared-milder")))
    yield Paragraph(words(say("assumed-numbers")), "small")
    yield Heading(words(say("parameters-title")), 2)
    chosen = given.parameters if given else ()
    if chosen:
        yield Table(
            tuple(words(say(key)) for key in ("parameter", "chosen-by", "why")),
            tuple(
                Row(
                    (
                        words(Span(one.parameter, "code")),
                        words(one.chosen_by),
                        words(one.why or say("not-stated")),
                    )
                )
                for one in chosen
            ),
            words(say("parameters-caption")),
            widths=(2, 1, 2),
        )
    yield Paragraph(words(say("parameters-other")))


def _period(it: Dossier) -> Iterator[Block]:
    say = it.say
    yield _stated(it, "period", "frequency")
    for one in it.scenarios:
        said = say(
            "b-simulated",
            people=say.count(one.people),
            days=say.count(one.days),
            start=say.common.date(one.start),
            years=one.burn_in,
        )
        yield Paragraph(words(f"{one.title}. {said}"))
    for name, arm in (it.evidence.experiment.arms or {}).items():
        if arm.changes:
            days = ", ".join(say.common.date(change.at) for change in arm.changes)
            yield Paragraph(words(say("b-changes", arm=name, days=days)))


def _groups(it: Dossier) -> Iterator[Block]:
    say, level = it.say, float(it.evidence.content.get("level", 0.95))
    yield _stated(it, "groups_affected")
    found = False
    for _, arm, comparator, mine in it.arms():
        if it.is_milder(arm):
            continue
        attributes = dict.fromkeys(one.attribute for _, one in mine if one.level)
        for attribute in attributes:
            if not found:
                yield Paragraph(words(say("c-intro")))
            found = True
            told = [(n, one) for n, one in mine if one.attribute == attribute]
            name = say.attribute(attribute)
            yield level_table(
                say, told, say("c-caption", arm=arm, comparator=comparator, attribute=name), level
            )
            yield from _notes(say, told)
    if not found:
        yield Note((say.rich("c-none"),))


def _notes(say: Say, effects: Sequence[Numbered]) -> Iterator[Block]:
    if any(one.few for _, one in effects):
        yield Paragraph(words(say("few-star")), "small")
    if any(one.too_few for _, one in effects):
        yield Paragraph(words(say("too-few-note")), "small")
    if any(one.outside for _, one in effects):
        yield Paragraph(words(say("outside-range")), "small")


def _harms(it: Dossier) -> Iterator[Block]:
    say = it.say
    yield Paragraph(words(say("d-intro")))
    for _, arm, _, mine in it.arms():
        if it.is_milder(arm):
            continue
        rows = [
            Row(
                (
                    words(say(f"harm.{one.name}")),
                    words(", ".join(map(str, one.charter))),
                    _counted(say, one, mine),
                )
            )
            for one in harms()
        ]
        head = tuple(words(say(key)) for key in ("harm", "rights", "counted"))
        yield Table(head, tuple(rows), words(say("d-caption", arm=arm)), widths=(2.4, 1.2, 3.4))
    yield Paragraph(words(say("d-stated-intro")))
    judged = {one.harm: one for one in (it.assessment.harms if it.assessment else ())}
    keys = ("scale", "scope", "probability", "reversibility", "severity", "reason")
    rows = []
    for harm in harms():
        mine_of = judged.get(harm.name)
        cells: list[Text] = [words(say(f"harm.{harm.name}"))]
        for key in keys:
            value = getattr(mine_of, key) if mine_of is not None else None
            blank = () if key == "reason" else it.absent
            if key == "severity":
                blank = words(Span(say("severity-blank"), "emphasis"))
            cells.append(words(value) if value else blank)
        rows.append(Row(tuple(cells)))
    head = tuple(words(say(key)) for key in ("harm", *keys))
    caption = words(say("d-stated-caption"))
    yield Table(head, tuple(rows), caption, widths=(2.2, 1.1, 1.1, 1.2, 1.3, 1.3, 1.6))


def _counted(say: Say, harm: Harm, mine: Sequence[Numbered]) -> Text:
    """The lines of the results that count a harm, each with its range and interval."""
    out: list[Text] = []
    for number, one in mine:
        asked = one.group in (PRIMARY, ASKED)
        counts = one.words.split(":")[-1] in harm.measures if asked else say.key_of(one.words) in harm.counts
        if one.level or one.difference is None or not counts:
            continue
        said = f"{say.words_of(one).strip()}: {difference_of(say, one)} "
        said += f"({range_of(say, one)}; {interval_of(say, one)})"
        out.append(words(*(["; "] if out else []), Span(said, to=f"#{place_of(number)}")))
    return words(*out) if out else words(Span(say("not-counted"), "emphasis"))


def _oversight(it: Dossier) -> Iterator[Block]:
    yield _stated(it, "oversight")
    yield Heading(words(it.say("oversight-title")), 2)
    for _, regime, named in it.regimes():
        yield from of_oversight(it.say, regime, named)


def _measures(it: Dossier) -> Iterator[Block]:
    yield _stated(it, "measures", "governance", "complaints", names={"measures": "measures-planned"})
    yield Heading(words(it.say("redress-title")), 2)
    for _, regime, named in it.regimes():
        yield from of_redress(it.say, regime, named)


def _effects(it: Dossier) -> Iterator[Block]:
    say, evidence = it.say, it.evidence
    if evidence.results is None:
        yield Note(tuple(_state(it))[:1])
        return
    yield Paragraph(words(say("effects-intro")))
    level = float(evidence.content["level"])
    family = sum(one.p is not None for one in evidence.effects)
    for scenario, arm, comparator, mine in it.arms():
        yield Heading(
            words(say("effects-caption", arm=arm, comparator=comparator, scenario=scenario.title)), 2
        )
        everybody = [(n, one) for n, one in mine if not one.level]
        shown = drawable(everybody)
        if it.is_milder(arm):
            everybody = [
                (n, one) for n, one in everybody if one.group in (PRIMARY, ASKED) or (n, one) in shown
            ]
            said = {"count": len(everybody), "name": evidence.name, "arm": arm}
            yield Paragraph(say.rich("effects-milder", **said), "small")
        elif shown:
            context = say(
                "figure-context",
                people=say.count(scenario.people),
                days=say.count(scenario.days),
                replicates=shown[0][1].replicates,
                count=len(shown),
            )
            caption = say("figure-caption", arm=arm, comparator=comparator)
            yield effect_figure(say, shown, caption, context, comparator, level)
        caption = say("effects-caption", arm=arm, comparator=comparator, scenario=scenario.title)
        yield effect_table(say, everybody, caption, level, family)
        yield from _notes(say, everybody)


def _alternatives(it: Dossier) -> Iterator[Block]:
    say = it.say
    yield Paragraph(words(say("alternatives-intro")))
    for one in it.batteries():
        first, *rest = lines_of(one, say.battery)
        style: Style = "plain" if one.examined else "warning"
        yield Note((words(Span(first, style), *(f" {line}" for line in rest)),))
    if ALTERNATIVES in it.evidence.beside:
        yield from beside.told(say, it.evidence, ALTERNATIVES)
    else:
        yield Note((say.rich("alternatives-absent"),))
    arms = list(it.arms())
    for scenario in it.scenarios:
        mine = {arm: told for one, arm, _, told in arms if one.scenario == scenario.scenario}
        if len(mine) > 1:
            yield Paragraph(words(say("alternatives-arms")))
            yield _side_by_side(say, mine)
        yield from _changes(it, scenario)


def _changes(it: Dossier, scenario: Scenario) -> Iterator[Block]:
    """What each milder alternative of a scenario changes, in the words of its rule."""
    say = it.say
    regimes = scenario.arm_regimes
    start = next((r for arm, r in regimes.items() if r is not None and not it.is_milder(arm)), None)
    if start is None or not any(it.is_milder(arm) for arm in scenario.arms):
        return
    asked = it.evidence.experiment.frontier
    found = alternatives_in(start, scenario.country_model, aim=asked.aim if asked else None)
    rows = tuple(
        Row((words(name.lower()), words(one.words.title), words(" ".join(one.changed))))
        for name, (one, _) in found.items()
        if name.lower() in scenario.arms
    )
    head = tuple(words(say(key)) for key in ("col-arm", "scheme", "what-changes"))
    yield Table(head, rows, words(say("changes-caption", regime=start.name)), widths=(0.5, 1.4, 4))


def _side_by_side(say: Say, arms: dict[str, list[Numbered]]) -> Table:
    first = next(iter(arms.values()))
    everybody = [(n, one) for n, one in first if not one.level]
    asked = [one for _, one in everybody if one.group in (PRIMARY, ASKED)]
    shown: list[Effect] = asked[:6] or [one for _, one in drawable(everybody)][:6]
    rows = []
    for arm, mine in arms.items():
        cells: list[Text] = [words(arm)]
        for wanted in shown:
            found = next(
                (
                    (n, o)
                    for n, o in mine
                    if not o.level and (o.group, o.words) == (wanted.group, wanted.words)
                ),
                None,
            )
            cell: Text = words(say("dash"))
            if found is not None:
                cell = words(Span(difference_of(say, found[1]), to=f"#{place_of(found[0])}"))
            cells.append(cell)
        rows.append(Row(tuple(cells)))
    head = (words(say("col-arm")), *(words(say.words_of(one).strip()) for one in shown))
    numbers = frozenset(range(1, len(head)))
    return Table(head, tuple(rows), words(say("alternatives-caption")), numbers=numbers)


def _sheet(it: Dossier) -> Iterator[Block]:
    say = it.say
    yield Paragraph(words(say("sheet-intro")))
    if SHEET in it.evidence.beside:
        yield from beside.told(say, it.evidence, SHEET)
    else:
        yield Note((say.rich("sheet-absent"),))


def _regime(it: Dossier) -> Iterator[Block]:
    for scenario, regime, named in it.regimes():
        yield from in_words(it.say, regime, named, scenario.country_model)


def _rebuild(it: Dossier) -> Iterator[Block]:
    say, evidence = it.say, it.evidence
    about = evidence.about
    if evidence.results is None:
        yield Paragraph(words(say("dossier-none")))
    else:
        yield Paragraph(say.rich("rebuild-intro", file="results.json", hash=evidence.sha256))
    yield Paragraph(words(say("rebuild-again")))
    yield Command((evidence.way_on, f"moot show {evidence.name}"), anchor="rebuild-command")
    told = evidence.experiment
    first, count = told.seed, told.replicates.count
    seeds = say(
        "seeds-of", first=first, last=first + count - 1, people=say(f"people.{told.replicates.people}")
    )
    draws = say("none")
    if told.draws is not None:
        draws = say("draws-are", count=told.draws.count, seed=told.draws.seed)
    rows: list[tuple[str, str]] = [
        *((say("version-of", name=name), str(value)) for name, value in sorted(about["versions"].items())),
        (say("code-hash"), str(about["code"])),
        (say("experiment-hash"), str(about["experiment"]["hash"])),
        (say("plan-hash"), str(about["plan"])),
        *((say("regime-hash", name=named), one.content_hash) for _, one, named in it.regimes(milder=True)),
        (say("seeds"), seeds),
        (say("draws-of"), draws),
    ]
    if evidence.results is not None:
        rows.append((say("file-hash", file="results.json"), evidence.sha256))
    for name in sorted(evidence.beside):
        rows.append((say("file-hash", file=name), evidence.beside[name].sha256))
    yield Table(
        (words(say("field")), words(say("value"))),
        tuple(Row((words(name), words(Span(value, "code")))) for name, value in rows),
        words(say("rebuild-caption")),
        widths=(2, 4),
    )
    if evidence.results is not None:
        yield _lines_to_rebuild(it)


def _lines_to_rebuild(it: Dossier) -> Table:
    """A row for each line of the tables, with its place in ``results.json`` in each arm."""
    say = it.say
    places: dict[int, list[tuple[str, int]]] = {}
    for number, one in it.numbered:
        places.setdefault(it.leads[number], []).append((one.arm, number))
    rows: list[Row] = []
    scenario = ""
    for lead, found in places.items():
        one = it.evidence.effects[lead]
        if one.scenario != scenario:
            scenario = one.scenario
            arms = list(dict.fromkeys(x.arm for x in it.evidence.effects if x.scenario == scenario))
            look = f"moot show {it.evidence.name} --arm {'|'.join(arms)}"
            rows.append(Row((say.rich("rebuild-look", command=look),)))
        added = words(Span(" + ".join(one.measures), "code")) if one.measures else words(say("derived"))
        if one.level:
            added = words(*added, f" ({one.attribute}: {one.level})")
        first = words(Span(f"results.json#/effects/{found[0][1]}", "code"))
        others = ", ".join(f"{arm} {number}" for arm, number in found[1:])
        place = words(*first, f" {found[0][0]}; {others}" if others else "")
        rows.append(Row((place, words(say.words_of(one).strip()), added), anchor=place_of(lead)))
    head = tuple(words(say(key)) for key in ("place", "line", "measured"))
    return Table(head, tuple(rows), words(say("rebuild-numbers")), "numbers", (2, 2.6, 3))


def _line_of(one: Effect) -> tuple[str, ...]:
    """What is the same of an effect in every arm of a scenario."""
    return one.scenario, one.group, one.words, one.attribute, one.level
