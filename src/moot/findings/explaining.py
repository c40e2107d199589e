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
OWN_LINE = "Synthetic person; mechanism, not forecast. The scheme is invented, and this decides about nobody."


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

    def lines(self) -> list[str]:
        """The explanation as lines of text of at most `WIDTH` columns."""
        return [part for line in self._lines() for part in _wrapped(line)]

    def _lines(self) -> list[str]:
        event = self.event
        lines = [f"{on(event.day)}  event {event.place} of {event.number}, arm {event.arm}: {self.what}"]
        if self.rule is not None:
            where = f" ({self.rule.line or self.rule.path})" if self.rule.path else ""
            lines.append(f"  Rule: {self.rule.words}{where}.")
        else:
            lines.append("  Rule: none of the scheme; it is what happens in a life.")
        if self.data:
            lines.append("  It was decided by:")
            lines += [f"    {one}" for one in self.data]
        lines.append("  Causes, back to where the chain ends:")
        lines += [f"    {'← ' if n else ''}{one}" for n, one in enumerate(self.chain)]
        if self.alterations:
            lines.append("  It would not have come, everything else as it was,")
            lines += [f"    {one.words} ({one.shown})" for one in self.alterations]
        if self.untold:
            lines.append(f"  The smallest change is not told: {self.untold}.")
        lines.append(f"  Twin: {self.twin}")
        if self.reran is not None:
            lines += self._again(self.reran)
        return lines

    @staticmethod
    def _again(found: Again) -> Iterator[str]:
        yield f"  Simulated again, the same people and seed, with one rule changed ({found.rule.words}):"
        yield f"    the event {'comes all the same' if found.happened else 'does not come on that day'}"
        for one in found.instead:
            yield f"    that day: {one}"
        yield (
            f"    events of this life that stand in one of the two runs alone: {found.others:,}; the change "
            "holds for everybody from the first day, so it is no change of this life alone"
        )

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


def _and(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def consequential(events: tuple[Event, ...]) -> list[Event]:
    """The events of a life that weigh most, at most `FIRST`, in the order of their days."""
    heavy = [one for one in events if one.kind in WEIGHT]
    heavy.sort(key=lambda one: (WEIGHT.index(one.kind), one.place))
    return sorted(heavy[:FIRST], key=lambda one: one.place)


def explain(run: Run, number: str, event: int | None = None, arm: str | None = None) -> list[Explanation]:
    """An event of a panel life by its place in the life, or those that weigh most.

    Raises `UnknownNameError` for somebody who is not in the panel, `UserError` for an event that is not
    there.
    """
    life = run.life(number)
    told = run.known_arm(arm) if arm is not None else run.other_arm
    pair = life.pair(run.rules, told)
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
    rules = run.rules
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
    )


def _twin(pair: Pair, event: Event) -> str:
    """What the same life has on that day under the other arm."""
    if pair.twin_arm == pair.arm:
        return "there is none; this run has one arm"
    under = f"under {pair.rules.told(pair.twin_arm)}"
    if not pair.differs(event):
        return f"{under} the same happens that day"
    instead = [
        one for one in pair.twin
        if one.day == event.day and one.kind not in ("tie-charged", "hushed") and pair.turned().differs(one)
    ]  # fmt: skip
    if not instead:
        return f"{under} nothing of the kind happens that day"
    return f"{under} that day, instead: {'; '.join(sentence(one, pair.rules) for one in instead[:3])}"


def _step(cause: Cause, rules: Rules, arm: str) -> str:
    if cause.event is None:
        if cause.kind == SENSOR and not cause.root:
            return "a sensor of the regime, which saw it"
        return rooted(cause)
    one = cause.event
    side = "" if one.arm == arm else f" (under {rules.told(one.arm)} alone)"
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
    entry = _entry_behind(pair, event)
    if entry is not None and entry is not event:
        yield f"the list {entry.what}, held since {on(entry.day)}"
    if fall is not None:
        scheme = pair.rules.arms[pair.arm].schemes[fall.scheme]
        if fall is not event:
            called = pair.rules.score_called(pair.arm, fall.scheme)
            yield f"tier {fall.tier} of {called}, since {on(fall.day)}"
        losses = [(one, pair.cost(one, fall.scheme) or one.points or 0) for one in pair.losses(fall)]
        for one, points in losses[:DATA]:
            yield _charged(one, worth(scheme, points), pair.rules)
        if len(losses) > DATA:
            yield f"and {len(losses) - DATA} more"
    elif entry is not None:
        for one in pair.contributions(entry)[-1:]:
            yield f"{on(one.day)}  {sentence(one, pair.rules)}{_in_error(one)}"
    elif event.kind in CHARGES or event.kind == "mistaken":
        yield _charged(event, "", pair.rules)


def _charged(one: Event, points: str, rules: Rules) -> str:
    """A charge as data: date, act, sensor, points, and whether it was for something not done."""
    if one.kind == "tie-fell":
        return f"{on(one.day)}  a tie ({somebody(one.source)}) fell a tier: {points}"
    known = one.what in rules.scenario.country_model.acts
    what = rules.act(one.what) if known else "an alarm, and no act"
    by = one.sensor or ("fines and courts of today" if one.kind == "charged-today" else "a sensor")
    cost = f": {points}" if points else ""
    return f"{on(one.day)}  {what}, by {by}{cost}{_in_error(one)}"


def _in_error(one: Event) -> str:
    return "  (wrong: the person did not do it)" if one.kind in WRONG else ""


# What would have altered it.

WALK = "walked through the rules of the score again"
DRAW = "the same draw decides with and without the score"
KEPT = "the rule says so"


def _alterations(pair: Pair, event: Event, fall: Event | None) -> tuple[list[Alteration], str]:
    """The changes that would have altered an event; and why those of the record are not told."""
    found: list[Alteration] = []
    if event.kind in WRONG:
        words = "without this charge, which is for what the person did not do"
        return [Alteration("wrong-charge", words, KEPT)], ""
    if event.kind == "charged-by-regime":
        words = f"without the act, or had {event.sensor or 'the sensor'} not seen it"
        return [Alteration("act", words, KEPT)], ""
    if event.kind == "denied":
        found.append(Alteration("not-scored", "had the score not been looked at", DRAW))
    entry = _entry_behind(pair, event)
    if fall is None:
        if entry is not None:
            found += _of_entry(pair, entry)
        return found, "" if found or event.kind not in CHARGED else "it follows from no charge of this life"
    on_list = entry.what if entry is not None else ""
    replay = Replay(pair, fall, event, on_list)
    if replay.refused:
        return found, replay.refused
    found += _of_record(pair, replay, fall is not event)
    return found, "" if found else "no change of one entry of the record would do, nor of several"


def _of_entry(pair: Pair, entry: Event) -> Iterator[Alteration]:
    """Of a list that an act enters people on: the charge, and its term."""
    rule = pair.rules.arms[pair.arm].lists[entry.what][1]
    if rule.entry.act is None:
        return
    charge = next(iter(pair.contributions(entry)[-1:]), None)
    if charge is not None:
        wrong = " (a wrong charge)" if charge.kind in WRONG else ""
        yield Alteration("charge", f"without the charge of {on(charge.day)}{wrong}", KEPT)


def _of_record(pair: Pair, replay: Replay, behind: bool) -> Iterator[Alteration]:
    """The smallest changes of the record of a score; `behind`: the fall is only what led to the event."""
    scheme, fall = replay.scheme, replay.fall
    of = f", for then the fall of {on(fall.day)} would not have come" if behind else ""
    if any(one.wrong for one in replay.losses) and replay.without_wrong():
        words = f"without the charges for what the person did not do{of}"
        yield Alteration("wrong-charge", words, WALK)
    fewer = replay.fewer_points()
    if fewer is not None:
        day = replay.losses[-1].event.day
        yield Alteration("points", f"with {worth(scheme, fewer)} fewer lost on {on(day)}{of}", WALK)
    single = replay.without_one()
    if single:
        others = f"; or without that of {_and(on(x.event.day) for x in single[1:])}" if single[1:] else ""
        yield Alteration("absent", f"without {_named(single[0], scheme, pair.rules)}{others}{of}", WALK)
    else:
        several = replay.without_several()
        if several:
            named = " and ".join(_named(one, scheme, pair.rules) for one in several[:3])
            more = f" and {len(several) - 3} more" if len(several) > 3 else ""
            yield Alteration("absent", f"without {named}{more}; no single one would do{of}", WALK)
    late = replay.later()
    if late is not None:
        last, days = late
        when = "a day later" if days == 1 else f"{days} days later"
        yield Alteration("later", f"with the loss of {on(last.event.day)} {when}{of}", WALK)


def _named(one: Entry, scheme: Any, rules: Rules) -> str:
    what = "what a tie's fall cost" if one.event.kind == "tie-fell" else "the charge"
    act = f", {rules.act(one.event.what)}" if one.event.what in rules.scenario.country_model.acts else ""
    return f"{what} of {on(one.event.day)} ({worth(scheme, one.points)}{act})"


# One rule changed.


def _rule_change(pair: Pair, event: Event, fall: Event | None) -> RuleChange | None:
    """The rule nearest to an event that one other value takes its force from; None where there is none."""
    arm = pair.rules.arms[pair.arm]
    if arm.regime is None:
        return None
    names = [one.scheme for one in arm.regime.schemes]
    if event.kind == "denied" and event.scheme in names:
        path = f"schemes.{names.index(event.scheme)}.decisions.{event.what}.weight"
        return RuleChange(f"the score has no weight for {pair.rules.context(event.what)}", path, 0)
    if event.kind in ("hire-refused", "dismissed") and event.scheme in names:
        hires = event.kind == "hire-refused"
        path = f"schemes.{names.index(event.scheme)}.{'hiring' if hires else 'dismissal'}.{event.tier}"
        said = "lets every hire stand" if hires else "costs nobody a job"
        return RuleChange(f"tier {event.tier} {said}", path, 1 if hires else 0)
    if fall is not None and fall.scheme in names and not bent(arm.schemes[fall.scheme]):
        scheme = arm.schemes[fall.scheme]
        at = scheme.tier_names.index(fall.tier) - 1
        line, score = scheme.score.tiers[at].from_, fall.score
        below = scheme.score.tiers[at + 1].from_ if at + 1 < len(scheme.tier_names) else scheme.score.floor
        if score is None or score <= below:
            return None  # the line would lie below that of the next tier
        path = f"schemes.{names.index(fall.scheme)}.score.tiers.{at}.from"
        words = f"tier {scheme.tier_names[at]} from {score} on, in place of {line}"
        return RuleChange(words, path, score)
    if event.kind in ("charged-by-regime", "borne", "alleged"):
        for number, scheme in enumerate(arm.regime.schemes):
            entry = scheme.catalogue.get(event.what)
            if scheme.reads != "regime" or entry is None:
                continue
            keys = ("points", "merit", "severity", "log_odds")
            key = next((one for one in keys if getattr(entry, one) is not None), None)
            if key is not None:
                words = f"{event.what} costs nothing" if key != "merit" else f"{event.what} earns nothing"
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
    rules = Rules(scenario, (event.arm,))
    on_day = [one for one in after if one.day == event.day and one.key not in keys[0]]
    instead = tuple(sentence(one, rules) for one in on_day)
    happened = event.key in keys[1]
    found = Again(rule, happened, instead, len(keys[0] ^ keys[1]), result.digest)
    return replace(explanation, reran=found)


def heading(run: Run, number: str) -> list[str]:
    """What stands above the explanations of a life."""
    return [described(run.person(run.life(number).number)), OWN_LINE, ""]
