"""A panel life told: third person, no name, event by event with its reason, beside the twin's life.

The twin is the same synthetic person under today's law (or, seen from there, under the regime). Both share
every draw, so what stands in one arm only is caused by the difference between the arms acting on the whole
society: it is an effect of the regime on this person in this society, not an isolated individual effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from moot.findings.causes import (
    ANNOUNCED,
    ANOTHER,
    BEFORE,
    COURSE,
    INSTITUTIONS,
    OWN_ACT,
    RATED,
    REGISTER,
    REPORT,
    RULE,
    SAID,
    SENSOR,
    SHARED_OUT,
    STANDING,
    TIE_CHARGED,
    TIE_FELL,
    TIE_ROSE,
    Cause,
    Pair,
)
from moot.findings.events import Life
from moot.findings.kinds import LIVELIHOOD, OUTSIDE, Event
from moot.findings.repairing import Repaired, repaired, with_time
from moot.findings.rules import Rules
from moot.findings.summary import TIE
from moot.regime.engines import bent, in_points, worth
from moot.society.arms import date_of

if TYPE_CHECKING:
    from moot.findings.run import Run

__all__ = [
    "Moment",
    "cause_chain",
    "described",
    "moments",
    "reason",
    "rooted",
    "sentence",
    "tell",
    "unexplained_differences",
]

_CHARGED = ("charged-today", "charged-by-regime", "borne", "alleged")
LARGEST = 4
"""Contributions that are named; the rest is summed."""

Where = Literal["both", "here", "twin"]


# Causes across lives.


def cause_chain(lives: Mapping[str, Life], rules: Rules, event: Event) -> list[Cause]:
    """The causes of an event, one after another, back to a root.

    Where a cause is a tie or a stranger in the panel, the chain goes on in that life; otherwise it ends at
    ``not in the panel``, with the day.
    """
    chain: list[Cause] = []
    seen: set[tuple[str, str, int]] = set()
    here: Event | None = event
    while here is not None and (here.number, here.arm, here.place) not in seen:
        seen.add((here.number, here.arm, here.place))
        steps = lives[here.number].pair(rules, here.arm).chain(here)
        chain += steps
        last = next((step.event for step in reversed(steps) if step.event is not None), here)
        here = _in_other_life(lives, last, steps[-1])
    return chain


def _in_other_life(lives: Mapping[str, Life], last: Event, step: Cause) -> Event | None:
    """The event of another panel life that a root points to."""
    if step.kind not in (TIE_CHARGED, TIE_FELL, TIE_ROSE, ANOTHER) or step.number not in lives:
        return None
    kinds = {
        TIE_FELL: ("fall",),
        TIE_ROSE: ("rise",),
        ANOTHER: ("mistaken",),
        TIE_CHARGED: ("charged-today", "charged-by-regime", "borne", "alleged"),
    }[step.kind]
    for one in lives[step.number].arms[last.arm]:
        if one.day == step.day and one.kind in kinds and one.what == last.what:
            return one
    return None


def unexplained_differences(lives: Mapping[str, Life], rules: Rules) -> list[Event]:
    """The differences between arms whose chain of causes does not go back to something that a regime brings.

    It should be empty.
    """
    found: list[Event] = []
    for life in lives.values():
        for arm in life.arms:
            found += life.pair(rules, arm).unexplained()
    return found


# Words.


def sentence(event: Event, rules: Rules) -> str:
    """What happened, with the synthetic person as its subject, which is left out."""
    arm, kind, what = rules.arms[event.arm], event.kind, event.what
    through = f", through {event.sensor}" if event.sensor else ""
    score = f"; score {arm.score_told(event.score, event.scheme)}" if event.score is not None else ""
    by = "today" if kind == "charged-today" else "regime"
    cost = arm.cost(what, by, event.points or 0) if kind in _CHARGED else ""
    who = somebody(event.source)
    if kind == "act":
        return rules.act(what)
    if kind == "prevented":
        return f"is kept from this by {_lists(rules.barring(event))}: {rules.act(what)}"
    if kind == "forgone":
        return f"might have done this and does not: {rules.act(what)}"
    if kind == "charged-today":
        said = f" ({cost})" if event.points else ""
        return f"is charged by fines and courts of today: {rules.act(what)}{said}"
    if kind == "charged-by-regime":
        if rules.class_of(what) == "merit":
            return f"is credited by the scheme{through}: {rules.act(what)} ({cost}{score})"
        return f"is charged by the scheme{through}: {rules.act(what)} ({cost}{score})"
    if kind == "mistaken":
        return f"is seen by {event.sensor}, which takes {who} for the author: {rules.act(what)}"
    if kind == "borne":
        return f"is charged for an act of {who}{through}: {rules.act(what)} ({cost}{score})"
    if kind == "false-alarm":
        return f"is stopped: {event.sensor} takes the passer-by for somebody on its list; there was no act"
    if kind == "disclosed":
        return f"{event.sensor} holds an act of {event.tier}, which counts now: {rules.act(what)}"
    if kind == "alleged":
        happened = f"somebody reported{through} an act that did not happen: {rules.act(what)}"
        return f"is charged because {happened} ({cost}{score})"
    if kind == "recognised":
        return f"is recognised by {event.sensor} as a person on the list {_and(event.lists)}"
    if kind == "displaced":
        return f"does it elsewhere instead, where nobody scores it: {rules.act(what)}"
    if kind == "bought":
        return f"buys points of {rules.score_called(event.arm, what)} ({_of_scheme(event, rules)}{score})"
    if kind in ("cut-off", "cuts-off"):
        left = f"is left by {who}, a tie, who breaks off"
        return left if kind == "cut-off" else f"breaks off with {who}, a tie who fell a tier"
    if kind in ("taken-back", "in-touch"):
        return f"is in touch again with {who}, a tie" + ("" if kind == "taken-back" else " who rose a tier")
    if kind in ("fall", "rise"):
        verb = "falls" if kind == "fall" else "rises"
        return f"{verb} to tier {event.tier} of {rules.score_called(event.arm, what)}{score}"
    if kind == "listed":
        refused = [rules.context(one) for one in arm.lists[what][1].refuses]
        return f"is entered on the list {what}" + (f", which refuses {_and(refused)}" if refused else "")
    if kind == "delisted":
        return f"leaves the list {what}"
    if kind == "refused":
        return f"is refused {rules.context(what)} by {_lists(rules.barring(event))}"
    if kind == "trip":
        held = _lists(rules.barring(event))
        return f"is on {held} and is not refused {rules.context(what)}"
    if kind == "tie-fell":
        lost = worth(arm.schemes[what], event.points or 0)
        called = rules.score_called(event.arm, what)
        return f"loses {lost} of {called}: a tie ({who}) fell a tier{score}"
    if kind == "hushed":
        return f"would say what is thought of such a scheme, and keeps silent ({what} it)"
    if kind == "tie-charged":
        return f"hears that a tie ({who}) was charged: {rules.act(what)}"
    if kind == "denied":
        return f"is refused {rules.context(what)} because of {_tier(event, rules)}"
    if kind == "granted":
        return f"is given {rules.context(what)}, which {_tier(event, rules)} makes easier"
    if kind == "decided":
        return f"asks for {rules.context(what)}, which is {event.tier}; the score would change nothing"
    if kind == "appeal":
        return f"contests the charge: {_contested(what, rules)}"
    if kind == "upheld":
        back = f"; {_of_scheme(event, rules)} come back" if event.points else ""
        return f"has the contest of a charge allowed: {_contested(what, rules)}{back}"
    if kind == "rejected":
        cost = f"; the points are taken now ({_of_scheme(event, rules)})" if event.points else ""
        return f"has the contest of a charge turned down: {_contested(what, rules)}{cost}"
    if kind == "expired":
        return f"sees a charge expire: {_contested(what, rules)}; {_of_scheme(event, rules)} come back"
    if kind == "offer":
        return f"takes up the offer {what}"
    if kind in LIVELIHOOD:
        return _livelihood(event, rules)
    return f"gets a new licence{score}"


def _livelihood(event: Event, rules: Rules) -> str:
    """What happened to work or debts."""
    if event.kind in ("hire-refused", "dismissed"):
        said = "would have been hired and is refused" if event.kind == "hire-refused" else "is dismissed"
        return f"{said} because of {_tier(event, rules)}"
    if event.kind in ("fine-paid", "fine-unpaid"):
        paid = event.kind == "fine-paid"
        said = "pays the fine at once" if paid else "does not pay the fine, which is raised"
        return f"{said}: {rules.act(event.what)}"
    if event.kind == "fine-ended":
        paid = event.tier == "recovered"
        said = "is made to pay a raised fine" if paid else "is no longer asked for a raised fine"
        return f"{said}: {rules.act(event.what)}"
    if event.kind == "arrears":
        return f"is behind with a fine of the month before: {rules.act(event.what)}"
    return {
        "hired": "finds work",
        "job-lost": "leaves or loses work",
        "place-handed-on": "finds work: a place left free, as others were refused it or have one by now",
        "place-missing": "would have been hired and finds no place left",
        "rating-warned": "is warned by the platform: the rating shown is below its line",
        "rating-dropped": "is dropped by the platform and loses the work",
    }[event.kind]


def _tier(event: Event, rules: Rules) -> str:
    """The tier that decided, and of which score."""
    return f"tier {event.tier} of {rules.score_called(event.arm, event.scheme or event.what)}"


def _contested(what: str, rules: Rules) -> str:
    """What a charge was for: an act, or the alarm of a sensor."""
    return f"an alarm of {what}" if what not in rules.scenario.country_model.acts else rules.act(what)


def somebody(number: str) -> str:
    """Another person as a life speaks of them."""
    return "somebody outside the panel" if number in ("", OUTSIDE) else number


def _of_scheme(event: Event, rules: Rules) -> str:
    """The size of what an event gives or takes in its scheme, in words."""
    points, schemes = abs(event.points or 0), rules.arms[event.arm].schemes
    return worth(schemes[event.scheme], points) if event.scheme in schemes else in_points(points)


def _lists(names: tuple[str, ...]) -> str:
    return f"the list{'s' if len(names) > 1 else ''} {_and(names)}"


def _and(words: Iterable[str]) -> str:
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def on(day: int | None) -> str:
    """A day as it is written."""
    return date_of(day).isoformat() if day is not None else ""


def reason(event: Event, pair: Pair) -> str:
    """The immediate cause in words, and for a fall its largest contributions.

    `pair` is seen from the arm that is told. What stands in the other arm alone gets the reason why it does
    not happen in the arm told: it is that arm which differs from the law in force.
    """
    if event.arm != pair.arm:
        done = any(one.kind == "act" and (one.day, one.what) == (event.day, event.what) for one in pair.here)
        otherwise = "this is done" if done and event.kind == "forgone" else "this does not happen"
        return f"under {pair.rules.told(pair.arm)} {otherwise}: {_absent(event, pair)}"
    cause = pair.cause(event)
    said = _caused(cause, event, pair.rules)
    if event.kind in ("forgone", "hushed") and cause.kind == BEFORE:
        said = "because of what was believed of being charged before the first day"
    if event.kind == "forgone" and cause.kind != ANNOUNCED:
        known = pair.rules.arms[event.arm].announced
        if known is not None and known <= date_of(event.day):
            said += f"; the regime is known since {known.isoformat()}"
    if event.kind != "fall":
        return said
    side = pair if event.arm == pair.arm else pair.turned()
    losses = [(one, _lost(one, side, event.scheme)) for one in side.losses(event)]
    losses = sorted(
        (pair_ for pair_ in losses if pair_[1] > 0), key=lambda pair_: (-pair_[1], pair_[0].place)
    )
    if not losses:
        return said
    scheme = side.rules.arms[side.arm].schemes[event.scheme]
    named = [
        f"{worth(scheme, cost)} on {on(one.day)} ({_briefly(one, pair.rules)})"
        for one, cost in losses[:LARGEST]
    ]
    rest = losses[LARGEST:]
    if rest:
        named.append(f"{worth(scheme, sum(cost for _, cost in rest))} in {len(rest)} smaller losses")
    return f"{said}; the {'score' if bent(scheme) else 'points'} went so: {_and(named)}"


def _absent(event: Event, pair: Pair) -> str:
    """Why an event of the other arm is missing in the arm told."""
    rules, cause = pair.rules, pair.cause(event)
    if cause.event is None:
        if cause.kind == ANNOUNCED:
            return rooted(cause)
        return f"because {_nothing_there(cause, rules, pair.arm)}"
    when = _when(cause.event, event)
    if cause.event.arm == pair.arm:
        return f"because {when} the person {sentence(cause.event, rules)}"
    alone = f"under {rules.told(event.arm)} alone"
    did = f"{sentence(cause.event, rules)}{_unpunished(cause.event, event)}"
    return f"because it follows from what happens {alone}: {when} the person {did}"


def _nothing_there(cause: Cause, rules: Rules, arm: str) -> str:
    """What a root outside this life did not do in the arm told."""
    if cause.kind in (TIE_CHARGED, TIE_FELL):
        did = "is charged" if cause.kind == TIE_CHARGED else "falls a tier"
        return f"a tie ({somebody(cause.number)}) {did} under the other arm alone"
    if cause.kind == ANOTHER:
        return f"the act of {somebody(cause.number)} is done or seen under the other arm alone"
    return f"its ground, {rooted(cause)}, is not there under {rules.told(arm)}"


def _when(cause: Event, event: Event) -> str:
    return "the same day" if cause.day == event.day else f"on {on(cause.day)}"


def _lost(event: Event, side: Pair, scheme: str) -> int:
    if event.kind == "tie-fell":
        return event.points or 0
    return side.cost(event, scheme) or 0


def _briefly(event: Event, rules: Rules) -> str:
    if event.kind == "tie-fell":
        return f"a tie, {somebody(event.source)}, fell a tier"
    if event.kind == "rejected":
        return f"a contest that failed: {_contested(event.what, rules)}"
    return rules.act(event.what) if event.kind != "false-alarm" else "a false alarm"


def _caused(cause: Cause, event: Event, rules: Rules) -> str:
    if cause.event is None:
        return rooted(cause)
    when, did = _when(cause.event, event), sentence(cause.event, rules)
    if cause.event.arm != event.arm:
        # An event of the other arm, which is missing here.
        alone = f"under {rules.told(cause.event.arm)} alone"
        return f"because of what happens {alone}: {when} the person {did}{_unpunished(cause.event, event)}"
    if event.kind == "charged-by-regime" and cause.event.kind in ("act", "charged-today"):
        saw = f"which {event.sensor or 'a sensor'} saw and the catalogue counts"
        return f"because of an own act {when}, {saw}"
    return f"because {when} the person {did}{_unpunished(cause.event, event)}"


def _unpunished(cause: Event, event: Event) -> str:
    """How an act that nobody charged bears on a later one."""
    if cause.kind == "act" and event.kind in ("act", "forgone"):
        return " and nothing comes of it: being charged is thought less likely there since"
    return ""


def rooted(cause: Cause) -> str:
    """A cause that is no event of this life."""
    if cause.kind == OWN_ACT:
        return "an own act"
    if cause.kind == SENSOR:
        return "a sensor of the regime, and no act at all"
    if cause.kind == INSTITUTIONS:
        return "fines and courts of today"
    if cause.kind == ANNOUNCED:
        return f"because the regime is known since {on(cause.day)}, and being charged is thought more likely"
    if cause.kind == REGISTER:
        return "a register outside the model, which the list reads"
    if cause.kind == RULE:
        return "a rule of the scheme"
    if cause.kind == REPORT:
        return "somebody reported what did not happen; who is not modelled"
    if cause.kind in (TIE_CHARGED, TIE_FELL, TIE_ROSE):
        return f"through a tie: {somebody(cause.number)}, {on(cause.day)}"
    if cause.kind == ANOTHER:
        return f"an act of {somebody(cause.number)} on {on(cause.day)}, charged to the wrong person"
    if cause.kind == SAID:
        return "what ties said of the scheme, and did not say"
    if cause.kind == COURSE:
        return "as jobs are found and lost today"
    if cause.kind == STANDING:
        return "because the scheme lets people start there"
    if cause.kind == SHARED_OUT:
        return "the places of the month, which are as many as without the regime"
    if cause.kind == RATED:
        return "because of ratings on the platform"
    if cause.kind == BEFORE:
        return "from before the first day"
    return "not explained"


# A life beside its twin.


@dataclass(frozen=True)
class Moment:
    """One line of a life beside its twin: when, in which of the two, what, and why.

    `twin` is what the twin does instead, where that is known; of what stands in both, how it reads there. A
    reason that is not the same in both is told for each.
    """

    day: int
    where: Where
    text: str
    why: str
    kind: str
    event: Event
    twin: str = ""

    @property
    def differs(self) -> bool:
        """Whether it stands in one arm only."""
        return self.where != "both"


def moments(pair: Pair) -> Iterator[Moment]:
    """Both lives in the order of their days; what stands in both is told once."""
    merged: list[tuple[tuple[int, int], int, int, Event, Where]] = [
        (one.moment, 0, one.place, one, "here" if pair.differs(one) else "both") for one in pair.here
    ]
    if pair.twin_arm != pair.arm:
        merged += [(one.moment, 1, one.place, one, "twin") for one in pair.twin if pair.differs(one)]
    done = {(one.day, one.what) for *_, one, where in merged if one.kind == "act" and where == "twin"}
    instead = {
        (one.day, one.what)
        for *_, one, where in merged
        if where == "here" and one.kind in ("forgone", "prevented") and (one.day, one.what) in done
    }
    told = {side.arm: _Told(side) for side in (pair, pair.turned())}
    same: dict[tuple[int, str, str, str, str], list[Event]] = {}
    for one in pair.twin if pair.twin_arm != pair.arm else ():
        same.setdefault(one.key, []).append(one)
    for _, _, _, one, where in sorted(merged, key=lambda row: row[:3]):
        told_there = (one.day, one.what) in instead
        if told_there and where == "twin" and one.kind == "act":
            continue
        instead_of = "does it" if told_there and one.kind in ("forgone", "prevented") else ""
        text, why = told[one.arm].text(one), told[pair.arm].why(one)
        if where == "both" and same.get(one.key):
            other = same[one.key].pop(0)
            there, why_there = told[other.arm].text(other), told[other.arm].why(other)
            if there != text:
                instead_of = there
            if why_there != why:
                here = pair.rules.told(pair.arm)
                why = f"under {here}: {why}; under {pair.rules.told(pair.twin_arm)}: {why_there}"
        yield Moment(one.day, where, text, why, one.kind, one, instead_of)


class _Told:
    """Events of a pair in words, with the points that had come back by then."""

    def __init__(self, side: Pair) -> None:
        self._side = side
        self._back: dict[int, Repaired] = repaired(side)

    def text(self, event: Event) -> str:
        """What happened on this side."""
        said = sentence(event, self._side.rules)
        back = self._back.get(event.place)
        return said if back is None or event.kind == "rise" else f"{said}; {back.words}"

    def why(self, event: Event) -> str:
        """The reason of an event of either side, as seen from this one."""
        if event.kind in ("tie-charged", "tie-fell", "cuts-off", "in-touch"):
            return ""
        if event.kind == "rise" and event.arm == self._side.arm and with_time(self._side, event):
            back = self._back.get(event.place)
            return f"because {'points had come back with time' if back is None else back.words}"
        return reason(event, self._side)


def gathered(told: Iterable[Moment]) -> Iterator[Moment]:
    """The same in the same order, with what is only heard of ties drawn together between other events.

    What is heard in a stretch is told on its first day, for each side at once.
    """
    heard: list[Moment] = []
    for one in told:
        if one.kind == "tie-charged":
            heard.append(one)
            continue
        yield from _heard(heard)
        heard = []
        yield one
    yield from _heard(heard)


def _heard(heard: list[Moment]) -> list[Moment]:
    drawn = []
    places: list[Where] = ["both", "here", "twin"]
    for where in places:
        mine = [one for one in heard if one.where == where]
        if len(mine) <= 1:
            drawn += mine
            continue
        until = f", up to {on(mine[-1].day)}" if mine[-1].day > mine[0].day else ""
        text = f"hears of {len(mine)} charges of ties{until}"
        drawn.append(Moment(mine[0].day, where, text, "", "tie-charged", mine[0].event))
    return sorted(drawn, key=lambda one: one.day)


OLDEST_CHILD_BAND = 14
"""The last year of age of the bands whose people are called girls and boys."""


def described(person: dict[str, str]) -> str:
    """A synthetic person in a line: a five-year age band, never a name or a face."""
    age = person["age"]
    first, _, last = age.partition(" to ")
    child = last.isdigit() and int(last) <= OLDEST_CHILD_BAND
    words = {"women": "a girl", "men": "a boy"} if child else {"women": "a woman", "men": "a man"}
    word = words.get(person.get("sex", ""), "a child" if child else "a person")
    years = f"of {age} years" if last else f"of {first.split()[0]} years and over"
    where = {"rural": "the countryside", "small-town": "a small town", "metropolis": "a metropolis"}
    stratum = person.get("stratum", "")
    place = where.get(stratum, f"a {stratum}") if stratum else ""
    return f"{person['number']}: synthetic, {word} {years}" + (f", in {place}" if place else "")


def tell(run: Run, number: str, arm: str | None = None, *, everything: bool = False) -> list[str]:
    """A panel life as lines of text, beside its twin's.

    `everything` tells each charge that ties suffered; otherwise they are counted.
    """
    life = run.life(number)
    pair = life.pair(run.rules, run.known_arm(arm) if arm is not None else run.other_arm)
    here, there = run.rules.told(pair.arm), run.rules.told(pair.twin_arm)
    alone = pair.twin_arm == pair.arm
    lines = [described(run.person(life.number))]
    if alone:
        lines.append(
            f"Synthetic person; mechanism, not forecast. This run has one arm, {pair.arm} (under {here}); "
            "there is no twin to compare."
        )
    else:
        lines += [
            "Synthetic person; mechanism, not forecast. The twin is the same life under the other arm; both "
            "share every draw.",
            f"  =  in both arms     +  only under {_arm(pair.arm, here)}     "
            f"−  only under {_arm(pair.twin_arm, there)}",
        ]
    told = list(moments(pair))
    if any(one.kind in ("tie-charged", "tie-fell") for one in told):
        lines.append(TIE)
    lines.append("")
    marks = {"both": " " if alone else "=", "here": "+", "twin": "−"}
    for one in told if everything else gathered(told):
        instead = f"; the twin {one.twin}" if one.twin else ""
        lines.append(f"{on(one.day)}  {marks[one.where]}  {one.text}{instead}")
        if one.why and one.why != "an own act":
            lines.append(f"               {one.why}")
    if not told:
        lines.append(
            "Nothing that is written down happened in this life: no act of the catalogue, no charge, no news."
        )
    if not alone:
        counts = len(pair.differences), len(pair.turned().differences)
        lines += ["", f"{counts[0]} events only under {pair.arm}, {counts[1]} only under {pair.twin_arm}."]
    return lines


def _arm(name: str, told: str) -> str:
    return name if told == name else f"{name} ({told})"
