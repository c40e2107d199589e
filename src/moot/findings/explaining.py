"""One event of a panel life explained: the rule, the data it used, its causes, what would have altered it.

Third person, a random number, an age band of five years: the person is synthetic. What would have altered an
event is the smallest change of the record (`findings.replaying`), or one change of a rule, with which the
whole run can be simulated again (`again`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moot.catalogue import Language, catalogue
from moot.errors import UserError
from moot.findings.causes import SENSOR, Cause, Pair
from moot.findings.grounds import Ground, ground_of, sources_of
from moot.findings.kinds import CHARGES, Event
from moot.findings.lives import cause_chain, described, on, rooted, sentence, somebody
from moot.findings.replaying import WRONG, Entry, Replay
from moot.findings.rules import Rules
from moot.regime.engines import bent, worth

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = ["Again", "Alteration", "Explanation", "RuleChange", "again", "consequential", "explain", "heading"]

FIRST = 5
"""Events that are explained where none was asked for."""
WEIGHT = (
    "dismissed", "rating-dropped", "refused", "denied", "hire-refused", "prevented", "listed", "fall",
    "false-alarm", "borne", "alleged", "cut-off", "recognised", "job-lost",
)  # fmt: skip
"""What weighs most in a life, from the top down."""
CHARGED = (
    "dismissed", "refused", "denied", "hire-refused", "prevented", "listed", "fall", "cut-off", "recognised",
)  # fmt: skip
"""What a charge may lead to, so that another record may keep it from coming."""
DATA = 12
"""Entries of the record that are named."""
WIDTH = 100
"""Columns of a terminal."""


@dataclass(frozen=True)
class RuleChange:
    """One other value in the regime of the arm, by its dotted path, and what it is in words."""

    words: str
    path: str
    value: object


@dataclass(frozen=True)
class Alteration:
    """A change with which the event would not have come, and how that is known."""

    kind: str
    words: str
    shown: str


@dataclass(frozen=True)
class Again:
    """What the same day holds after a simulation with one rule changed: whether the event is there, and what
    is instead; and how many events of the whole life are others."""

    rule: RuleChange
    happened: bool
    instead: tuple[str, ...]
    others: int
    digest: str


@dataclass(frozen=True)
class Explanation:
    """All that is told of one event. `chain` goes from the immediate cause back to a root."""

    person: Mapping[str, str]
    event: Event
    what: str
    twin: str
    rule: Ground | None
    data: tuple[str, ...]
    chain: tuple[str, ...]
    alterations: tuple[Alteration, ...]
    untold: str = ""
    rule_change: RuleChange | None = None
    reran: Again | None = None
    language: Language = "en"

    def lines(self) -> list[str]:
        """The explanation as lines of text of at most `WIDTH` columns."""
        return [part for line in self._lines() for part in _wrapped(line)]

    def _lines(self) -> Iterator[str]:
        event, say = self.event, catalogue("explained", self.language)
        yield say("event", day=on(event.day), place=event.place, number=event.number, arm=event.arm,
                  what=self.what)  # fmt: skip
        if self.rule is None:
            yield f"  {say('no-rule')}"
        elif self.rule.path:
            yield f"  {say('rule-at', rule=self.rule.words, where=self.rule.line or self.rule.path)}"
        else:
            yield f"  {say('rule', rule=self.rule.words)}"
        if self.data:
            yield f"  {say('decided-by')}"
            yield from (f"    {one}" for one in self.data)
        yield f"  {say('causes')}"
        yield from (f"    {'← ' if n else ''}{one}" for n, one in enumerate(self.chain))
        if self.alterations:
            yield f"  {say('would-not')}"
            for change in self.alterations:
                yield f"    {say('altered', words=change.words, shown=change.shown)}"
        if self.untold:
            yield f"  {say('not-told', why=self.untold)}"
        yield f"  {say('twin', twin=self.twin)}"
        if self.reran is not None:
            yield from self._again(self.reran)

    def _again(self, found: Again) -> Iterator[str]:
        say = catalogue("explained", self.language)
        yield f"  {say('again', rule=found.rule.words)}"
        yield f"    {say('again-comes' if found.happened else 'again-gone')}"
        yield from (f"    {say('again-instead', what=one)}" for one in found.instead)
        yield f"    {say('again-others', count=say.number(found.others))}"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        event = self.event
        said: dict[str, Any] = {
            "synthetic": True,
            "person": dict(self.person),
            "arm": event.arm,
            "event": event.place,
            "date": on(event.day),
            "kind": event.kind,
            "words": self.what,
            "twin": self.twin,
            "rule": self.rule.as_dict() if self.rule else None,
            "data": list(self.data),
            "causes": list(self.chain),
            "alterations": [
                {"kind": one.kind, "words": one.words, "shown": one.shown} for one in self.alterations
            ],
            "not_told": self.untold,
        }
        if self.reran is not None:
            rule = self.reran.rule
            said["again"] = {
                "rule": rule.words, "path": rule.path, "value": rule.value,
                "happened": self.reran.happened, "instead": list(self.reran.instead),
                "other_events": self.reran.others, "digest": self.reran.digest,
            }  # fmt: skip
        return said


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, WIDTH, subsequent_indent=f"{indent}    ", break_on_hyphens=False)


def _joined(key: str, words: Iterable[str], rules: Rules) -> str:
    """Words with `or` or `and` before the last."""
    *most, last = words
    return rules.explain(key, most=", ".join(most), last=last) if most else last


def consequential(events: tuple[Event, ...]) -> list[Event]:
    """The events of a life that weigh most, at most `FIRST`, in the order of their days."""
    heavy = [one for one in events if one.kind in WEIGHT]
    heavy.sort(key=lambda one: (WEIGHT.index(one.kind), one.place))
    return sorted(heavy[:FIRST], key=lambda one: one.place)


def explain(
    run: Run, number: str, event: int | None = None, arm: str | None = None, *, language: Language = "en"
) -> list[Explanation]:
    """An event of a panel life by its place in the life, or those that weigh most; in a language.

    Raises `UnknownNameError` for somebody who is not in the panel, `UserError` for an event that is not
    there.
    """
    life = run.life(number)
    told = run.known_arm(arm) if arm is not None else run.other_arm
    pair = life.pair(run.rules_in(language), told)
    if event is None:
        chosen = consequential(pair.here)
    elif 0 <= event < len(pair.here):
        chosen = [pair.here[event]]
    else:
        last = len(pair.here) - 1
        raise UserError(f"event {event}: the life of {life.number} has events 0 to {last} in {told}")
    sources = sources_of(run)
    return [_explained(run, pair, one, sources) for one in chosen]


def _explained(run: Run, pair: Pair, event: Event, sources: Mapping[str, Any]) -> Explanation:
    rules = pair.rules
    fall = _fall_behind(pair, event)
    alterations, untold = _alterations(pair, event, fall)
    return Explanation(
        run.person(event.number),
        event,
        sentence(event, rules),
        _twin(pair, event),
        ground_of(event, rules, sources),
        tuple(_data(pair, event, fall)),
        tuple(_step(one, rules, event.arm) for one in cause_chain(run.lives, rules, event)),
        tuple(alterations),
        untold,
        _rule_change(pair, event, fall),
        language=rules.language,
    )


def _twin(pair: Pair, event: Event) -> str:
    """What the same life has on that day under the other arm."""
    say = pair.rules.explain
    if pair.twin_arm == pair.arm:
        return say("no-twin")
    under = pair.rules.told(pair.twin_arm)
    if not pair.differs(event):
        return say("twin-same", arm=under)
    instead = [
        one for one in pair.twin
        if one.day == event.day and one.kind not in ("tie-charged", "hushed") and pair.turned().differs(one)
    ]  # fmt: skip
    if not instead:
        return say("twin-nothing", arm=under)
    return say("twin-instead", arm=under, what=say.listed(sentence(one, pair.rules) for one in instead[:3]))


def _step(cause: Cause, rules: Rules, arm: str) -> str:
    if cause.event is None:
        if cause.kind == SENSOR and not cause.root:
            return rules.explain("saw")
        return rooted(cause, rules)
    one = cause.event
    side = "" if one.arm == arm else rules.explain("alone", arm=rules.told(one.arm))
    return f"{on(one.day)}  {one.number} {sentence(one, rules)}{side}"


# The data.


def _fall_behind(pair: Pair, event: Event) -> Event | None:
    """The fall that an event follows from: itself, or the one that led to its tier or to its list."""
    before = [one for one in pair.here if one.place <= event.place]
    if event.kind == "fall":
        return event
    if event.kind in ("denied", "hire-refused", "dismissed"):
        falls = [one for one in before if one.kind == "fall" and one.scheme == event.scheme]
        return falls[-1] if falls else None
    if event.kind == "cut-off":
        return next((one for one in pair.contributions(event) if one.kind == "fall"), None)
    entry = _entry_behind(pair, event)
    if entry is None:
        return None
    rule = pair.rules.arms[pair.arm].lists[entry.what][1]
    if rule.entry.tier is None:
        return None
    same = [one for one in pair.here[: entry.place] if one.day == entry.day and one.scheme == entry.scheme]
    return next((one for one in reversed(same) if one.kind == "fall"), None)


def _entry_behind(pair: Pair, event: Event) -> Event | None:
    """The entry on a list behind a refusal; itself for an entry."""
    if event.kind == "listed":
        return event
    if event.kind not in ("refused", "prevented", "recognised"):
        return None
    held = pair.rules.barring(event) if event.kind != "recognised" else event.lists
    entries = [one for one in pair.here[: event.place] if one.kind == "listed" and one.what in held]
    return entries[-1] if entries else None


def _data(pair: Pair, event: Event, fall: Event | None) -> Iterator[str]:
    """What was looked at: lists, tier, and the charges behind them, with sensor and points."""
    rules, say = pair.rules, pair.rules.explain
    entry = _entry_behind(pair, event)
    if entry is not None and entry is not event:
        yield say("held-list", list=entry.what, day=rules.day(entry.day))
    if fall is not None:
        scheme = pair.rules.arms[pair.arm].schemes[fall.scheme]
        if fall is not event:
            of = rules.of_score(pair.arm, fall.scheme)
            yield say("held-tier", tier=fall.tier, of=of, day=rules.day(fall.day))
        losses = [(one, pair.cost(one, fall.scheme) or one.points or 0) for one in pair.losses(fall)]
        for one, points in losses[:DATA]:
            yield _charged(one, worth(scheme, points, rules.language), rules)
        if len(losses) > DATA:
            yield say("more", count=len(losses) - DATA)
    elif entry is not None:
        for one in pair.contributions(entry)[-1:]:
            yield f"{on(one.day)}  {sentence(one, rules)}{_in_error(one, rules)}"
    elif event.kind in CHARGES or event.kind == "mistaken":
        yield _charged(event, "", rules)


def _charged(one: Event, points: str, rules: Rules) -> str:
    """A charge as data: date, act, sensor, points, and whether it was for something not done."""
    say = rules.explain
    if one.kind == "tie-fell":
        return say("tie-fell", day=on(one.day), who=somebody(one.source, rules), points=points)
    known = one.what in rules.scenario.country_model.acts
    what = rules.act(one.what) if known else say("alarm")
    by = one.sensor or say("today" if one.kind == "charged-today" else "a-sensor")
    said = say("charge-cost" if points else "charge", day=on(one.day), what=what, by=by, cost=points)
    return f"{said}{_in_error(one, rules)}"


def _in_error(one: Event, rules: Rules) -> str:
    return rules.explain("in-error") if one.kind in WRONG else ""


# What would have altered it.


def _alterations(pair: Pair, event: Event, fall: Event | None) -> tuple[list[Alteration], str]:
    """The changes that would have altered an event; and why those of the record are not told."""
    found: list[Alteration] = []
    say = pair.rules.explain
    if event.kind in WRONG:
        return [Alteration("wrong-charge", say("without-wrong-charge"), say("kept"))], ""
    if event.kind == "charged-by-regime":
        words = say("without-act", sensor=event.sensor or say("the-sensor"))
        return [Alteration("act", words, say("kept"))], ""
    if event.kind == "denied":
        found.append(Alteration("not-scored", say("not-scored"), say("draw")))
    entry = _entry_behind(pair, event)
    if fall is None:
        if entry is not None:
            found += _of_entry(pair, entry)
        return found, "" if found or event.kind not in CHARGED else say("no-charge")
    on_list = entry.what if entry is not None else ""
    replay = Replay(pair, fall, event, on_list)
    if replay.refused:
        return found, replay.refused
    found += _of_record(pair, replay, fall is not event)
    return found, "" if found else say("no-change")


def _of_entry(pair: Pair, entry: Event) -> Iterator[Alteration]:
    """Of a list that an act enters people on: the charge, and its term."""
    rule, say = pair.rules.arms[pair.arm].lists[entry.what][1], pair.rules.explain
    if rule.entry.act is None:
        return
    charge = next(iter(pair.contributions(entry)[-1:]), None)
    if charge is not None:
        key = "without-charge-wrong" if charge.kind in WRONG else "without-charge"
        yield Alteration("charge", say(key, day=pair.rules.day(charge.day)), say("kept"))


def _of_record(pair: Pair, replay: Replay, behind: bool) -> Iterator[Alteration]:
    """The smallest changes of the record of a score; `behind`: the fall is only what led to the event."""
    scheme, fall, rules, say = replay.scheme, replay.fall, pair.rules, pair.rules.explain
    walk = say("walk")
    of = say("behind", day=rules.day(fall.day)) if behind else ""
    if any(one.wrong for one in replay.losses) and replay.without_wrong():
        yield Alteration("wrong-charge", say("without-wrong", of=of), walk)
    fewer = replay.fewer_points()
    if fewer is not None:
        day = rules.day(replay.losses[-1].event.day)
        points = worth(scheme, fewer, rules.language)
        yield Alteration("points", say("fewer", points=points, day=day, of=of), walk)
    single = replay.without_one()
    if single:
        named = _named(single[0], scheme, rules)
        words = say("without-one", named=named, of=of)
        if single[1:]:
            others = _joined("or", (rules.day(x.event.day) for x in single[1:]), rules)
            words = say("without-one-of", named=named, others=others, of=of)
        yield Alteration("absent", words, walk)
    else:
        several = replay.without_several()
        if several:
            named, *rest = (_named(one, scheme, rules) for one in several[:3])
            for one in rest:
                named = say("and", most=named, last=one)
            more = len(several) - 3
            key = "without-several-more" if more > 0 else "without-several"
            yield Alteration("absent", say(key, named=named, count=more, of=of), walk)
    late = replay.later()
    if late is not None:
        last, days = late
        key = "a-day-later" if days == 1 else "days-later"
        yield Alteration("later", say(key, day=rules.day(last.event.day), days=days, of=of), walk)


def _named(one: Entry, scheme: Any, rules: Rules) -> str:
    known = one.event.what in rules.scenario.country_model.acts
    key = ("the-tie" if one.event.kind == "tie-fell" else "the-charge") + ("-act" if known else "")
    act = rules.act(one.event.what) if known else ""
    points = worth(scheme, one.points, rules.language)
    return rules.explain(key, day=rules.day(one.event.day), points=points, act=act)


# One rule changed.


def _rule_change(pair: Pair, event: Event, fall: Event | None) -> RuleChange | None:
    """The rule nearest to an event that one other value takes its force from; None where there is none."""
    arm = pair.rules.arms[pair.arm]
    if arm.regime is None:
        return None
    say, names = pair.rules.explain, [one.scheme for one in arm.regime.schemes]
    if event.kind == "denied" and event.scheme in names:
        path = f"schemes.{names.index(event.scheme)}.decisions.{event.what}.weight"
        return RuleChange(say("change-weight", context=pair.rules.context(event.what)), path, 0)
    if event.kind in ("hire-refused", "dismissed") and event.scheme in names:
        hires = event.kind == "hire-refused"
        path = f"schemes.{names.index(event.scheme)}.{'hiring' if hires else 'dismissal'}.{event.tier}"
        words = say("change-hiring" if hires else "change-dismissal", tier=event.tier)
        return RuleChange(words, path, 1 if hires else 0)
    if fall is not None and fall.scheme in names and not bent(arm.schemes[fall.scheme]):
        scheme = arm.schemes[fall.scheme]
        at = scheme.tier_names.index(fall.tier) - 1
        line, score = scheme.score.tiers[at].from_, fall.score
        below = scheme.score.tiers[at + 1].from_ if at + 1 < len(scheme.tier_names) else scheme.score.floor
        if score is None or score <= below:
            return None  # the line would lie below that of the next tier
        path = f"schemes.{names.index(fall.scheme)}.score.tiers.{at}.from"
        words = say("change-line", tier=scheme.tier_names[at], score=score, line=line)
        return RuleChange(words, path, score)
    if event.kind in ("charged-by-regime", "borne", "alleged"):
        for number, scheme in enumerate(arm.regime.schemes):
            entry = scheme.catalogue.get(event.what)
            if scheme.reads != "regime" or entry is None:
                continue
            keys = ("points", "merit", "severity", "log_odds")
            key = next((one for one in keys if getattr(entry, one) is not None), None)
            if key is not None:
                words = say("change-earns" if key == "merit" else "change-nothing", act=event.what)
                path = f"schemes.{number}.catalogue.{event.what}.{key}"
                return RuleChange(words, path, 0)
    return None


def again(run: Run, explanation: Explanation, *, threads: int | None = None) -> Explanation:
    """The explanation with what a simulation of the same people and seed gives where its one rule is changed.

    Raises `UserError` where no single rule stands behind the event, or the law changed within the run.
    """
    from moot.experiment.simulation import simulate
    from moot.findings.events import events_of
    from moot.regime.values import with_values

    event, rule = explanation.event, explanation.rule_change
    if rule is None:
        raise UserError(
            f"event {event.place} of {event.number}: no single value of the regime stands behind it; there "
            "is nothing to simulate again"
        )
    regime = run.scenario.arm_regimes[event.arm]
    assert regime is not None
    if run.scenario.changes:
        raise UserError("the law changed within this run; an event of it is not simulated again")
    regimes = run.scenario.arm_regimes | {event.arm: with_values(regime, {rule.path: rule.value})}
    scenario = run.scenario.with_arms(regimes)
    result = simulate(
        scenario, seed=run.seed, threads=threads, arms=[event.arm], panel=len(run.manifest["panel"])
    )
    after = events_of(result)[event.number].arms[event.arm]
    before = run.lives[event.number].arms[event.arm]
    keys = {one.key for one in before}, {one.key for one in after}
    rules = Rules(scenario, (event.arm,), explanation.language)
    on_day = [one for one in after if one.day == event.day and one.key not in keys[0]]
    instead = tuple(sentence(one, rules) for one in on_day)
    happened = event.key in keys[1]
    found = Again(rule, happened, instead, len(keys[0] ^ keys[1]), result.digest)
    return replace(explanation, reran=found)


def heading(run: Run, number: str, language: Language = "en") -> list[str]:
    """What stands above the explanations of a life."""
    person = described(run.person(run.life(number).number), language)
    return [person, catalogue("explained", language)("own-line"), ""]
