"""A panel life told: third person, no name, event by event with its reason, beside the twin's life.

The twin is the same synthetic person under today's law (or, seen from there, under the regime). Both share
every draw, so what stands in one arm only is caused by the difference between the arms acting on the whole
society: it is an effect of the regime on this person in this society, not an isolated individual effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from moot.catalogue import Language, catalogue
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
from moot.findings.rules import Rules, day_in
from moot.regime.engines import bent, in_points, worth
from moot.society.arms import date_of, day_number

if TYPE_CHECKING:
    from moot.findings.run import Run
    from moot.regime.schema import Scheme

__all__ = [
    "Moment",
    "cause_chain",
    "described",
    "moments",
    "reason",
    "reason_told",
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
    """What happened, with the synthetic person as its subject, which is left out; in the rules' language."""
    say, arm, kind, what = rules.say, rules.arms[event.arm], event.kind, event.what
    if kind == "act":
        return rules.act(what)
    if kind in _CHARGED:
        return _charged(event, rules)
    if kind in LIVELIHOOD:
        return _livelihood(event, rules)
    who, of = somebody(event.source, rules), rules.of_score(event.arm, what)
    score = _score(event, rules)
    if kind in ("forgone", "displaced"):
        return say(kind, act=rules.act(what))
    if kind == "prevented":
        return say(kind, lists=_lists(rules.barring(event), rules), act=rules.act(what))
    if kind == "mistaken":
        return say(kind, sensor=event.sensor, who=who, act=rules.act(what))
    if kind == "false-alarm":
        return say(kind, sensor=event.sensor)
    if kind == "disclosed":
        day = rules.day(day_number(date.fromisoformat(event.tier)))
        return say(kind, sensor=event.sensor, day=day, act=rules.act(what))
    if kind == "recognised":
        return say(kind, sensor=event.sensor, lists=_and(event.lists, rules))
    if kind == "bought":
        return say(kind, of=of, amount=_of_scheme(event, rules), score=score)
    if kind in ("cut-off", "cuts-off", "taken-back", "in-touch"):
        return say(kind, who=who)
    if kind in ("fall", "rise"):
        return say(kind, tier=event.tier, of=of, score=score)
    if kind == "listed":
        refused = [rules.context(one) for one in arm.lists[what][1].refuses]
        return say("listed-refuses" if refused else kind, list=what, refused=_and(refused, rules))
    if kind == "delisted":
        return say(kind, list=what)
    if kind in ("refused", "trip"):
        return say(kind, context=rules.context(what), lists=_lists(rules.barring(event), rules))
    if kind == "tie-fell":
        lost = worth(arm.schemes[what], event.points or 0, rules.language)
        return say(kind, lost=lost, of=of, who=who, score=score)
    if kind == "hushed":
        return say(f"hushed.{what}")
    if kind == "tie-charged":
        return say(kind, who=who, act=rules.act(what))
    if kind in ("denied", "granted"):
        return say(kind, context=rules.context(what), tier=_tier(event, rules))
    if kind == "decided":
        return say(f"decided.{event.tier}", context=rules.context(what))
    if kind in ("appeal", "upheld", "rejected", "expired"):
        key = {"upheld": "upheld-back", "rejected": "rejected-cost"}.get(kind, kind) if event.points else kind
        return say(key, what=_contested(what, rules), amount=_of_scheme(event, rules))
    if kind == "offer":
        return say(kind, offer=what)
    return say("renewed", score=score)


def _score(event: Event, rules: Rules) -> str:
    """The score after an event, where it is told."""
    if event.score is None:
        return ""
    return rules.say("score", score=rules.arms[event.arm].score_told(event.score, event.scheme))


def _charged(event: Event, rules: Rules) -> str:
    """A charge: by whom, of what, and what it costs."""
    say, kind, what = rules.say, event.kind, event.what
    by = "today" if kind == "charged-today" else "regime"
    cost = rules.arms[event.arm].cost(what, by, event.points or 0)
    if kind == "charged-today":
        return say(kind, act=rules.act(what), cost=say("amount", amount=cost) if event.points else "")
    through = say("through", sensor=event.sensor) if event.sensor else ""
    if kind == "charged-by-regime":
        kind = "credited" if rules.class_of(what) == "merit" else "charged"
    who, score = somebody(event.source, rules), _score(event, rules)
    return say(kind, who=who, through=through, act=rules.act(what), cost=cost, score=score)


def _livelihood(event: Event, rules: Rules) -> str:
    """What happened to work or debts."""
    kind = event.kind
    if kind in ("hire-refused", "dismissed"):
        return rules.say(kind, tier=_tier(event, rules))
    if kind == "fine-ended":
        kind = f"fine-{event.tier}"
    about_a_fine = kind == "arrears" or kind.startswith("fine-")
    return rules.say(kind, act=rules.act(event.what) if about_a_fine else "")


def _tier(event: Event, rules: Rules) -> str:
    """The tier that decided, and of which score."""
    of = rules.of_score(event.arm, event.scheme or event.what)
    return rules.say("tier-of", tier=event.tier, of=of)


def _contested(what: str, rules: Rules) -> str:
    """What a charge was for: an act, or the alarm of a sensor."""
    known = what in rules.scenario.country_model.acts
    return rules.act(what) if known else rules.say("alarm-of", sensor=what)


def somebody(number: str, rules: Rules) -> str:
    """Another person as a life speaks of them."""
    return rules.say("outside") if number in ("", OUTSIDE) else number


def _of_scheme(event: Event, rules: Rules) -> str:
    """The size of what an event gives or takes in its scheme, in words."""
    points, schemes = abs(event.points or 0), rules.arms[event.arm].schemes
    if event.scheme not in schemes:
        return in_points(points, rules.language)
    return worth(schemes[event.scheme], points, rules.language)


def _lists(names: tuple[str, ...], rules: Rules) -> str:
    return rules.say("lists" if len(names) > 1 else "list", names=_and(names, rules))


def _and(words: Iterable[str], rules: Rules) -> str:
    words = list(words)
    if len(words) <= 1:
        return "".join(words)
    return rules.say("and", most=", ".join(words[:-1]), last=words[-1])


def on(day: int | None) -> str:
    """A day as it is written in a log."""
    return date_of(day).isoformat() if day is not None else ""


def reason(event: Event, pair: Pair) -> str:
    """The immediate cause in words, and for a fall its largest contributions.

    `pair` is seen from the arm that is told. What stands in the other arm alone gets the reason why it does
    not happen in the arm told: it is that arm which differs from the law in force.
    """
    rules = pair.rules
    say = rules.say
    if event.arm != pair.arm:
        done = any(one.kind == "act" and (one.day, one.what) == (event.day, event.what) for one in pair.here)
        key = "absent-done" if done and event.kind == "forgone" else "absent"
        return say(key, arm=rules.told(pair.arm), why=_absent(event, pair))
    cause = pair.cause(event)
    said = _caused(cause, event, rules)
    if event.kind in ("forgone", "hushed") and cause.kind == BEFORE:
        said = say("because-before")
    if event.kind == "forgone" and cause.kind != ANNOUNCED:
        known = rules.arms[event.arm].announced
        if known is not None and known <= date_of(event.day):
            said = say("known-since", why=said, day=rules.day(day_number(known)))
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
        say("loss", cost=_cost(scheme, cost, rules), day=rules.day(one.day), what=_briefly(one, rules))
        for one, cost in losses[:LARGEST]
    ]
    rest = losses[LARGEST:]
    if rest:
        cost = _cost(scheme, sum(cost for _, cost in rest), rules)
        named.append(say("smaller-losses", cost=cost, count=len(rest)))
    return say("score-went" if bent(scheme) else "points-went", why=said, losses=_and(named, rules))


def _cost(scheme: Scheme, points: int, rules: Rules) -> str:
    return worth(scheme, points, rules.language)


def _absent(event: Event, pair: Pair) -> str:
    """Why an event of the other arm is missing in the arm told."""
    rules, cause = pair.rules, pair.cause(event)
    if cause.event is None:
        if cause.kind == ANNOUNCED:
            return rooted(cause, rules)
        return rules.say("because", why=_nothing_there(cause, rules, pair.arm))
    when, did = _when(cause.event, event, rules), sentence(cause.event, rules)
    if cause.event.arm == pair.arm:
        return rules.say("person-did", when=when, did=did)
    did += _unpunished(cause.event, event, rules)
    return rules.say("follows-alone", arm=rules.told(event.arm), when=when, did=did)


def _nothing_there(cause: Cause, rules: Rules, arm: str) -> str:
    """What a root outside this life did not do in the arm told."""
    if cause.kind in (TIE_CHARGED, TIE_FELL):
        key = "tie-charged-alone" if cause.kind == TIE_CHARGED else "tie-fell-alone"
        return rules.say(key, who=somebody(cause.number, rules))
    if cause.kind == ANOTHER:
        return rules.say("another-alone", who=somebody(cause.number, rules))
    return rules.say("ground-missing", ground=rooted(cause, rules), arm=rules.told(arm))


def _when(cause: Event, event: Event, rules: Rules) -> str:
    return rules.say("same-day") if cause.day == event.day else rules.say("on", day=rules.day(cause.day))


def _lost(event: Event, side: Pair, scheme: str) -> int:
    if event.kind == "tie-fell":
        return event.points or 0
    return side.cost(event, scheme) or 0


def _briefly(event: Event, rules: Rules) -> str:
    if event.kind == "tie-fell":
        return rules.say("briefly.tie-fell", who=somebody(event.source, rules))
    if event.kind == "rejected":
        return rules.say("briefly.rejected", what=_contested(event.what, rules))
    return rules.act(event.what) if event.kind != "false-alarm" else rules.say("briefly.false-alarm")


def _caused(cause: Cause, event: Event, rules: Rules) -> str:
    if cause.event is None:
        return rooted(cause, rules)
    when = _when(cause.event, event, rules)
    did = sentence(cause.event, rules) + _unpunished(cause.event, event, rules)
    if cause.event.arm != event.arm:
        # An event of the other arm, which is missing here.
        return rules.say("happens-alone", arm=rules.told(cause.event.arm), when=when, did=did)
    if event.kind == "charged-by-regime" and cause.event.kind in ("act", "charged-today"):
        return rules.say("own-act-seen", when=when, sensor=event.sensor or rules.say("a-sensor"))
    return rules.say("person-did", when=when, did=did)


def _unpunished(cause: Event, event: Event, rules: Rules) -> str:
    """How an act that nobody charged bears on a later one."""
    if cause.kind == "act" and event.kind in ("act", "forgone"):
        return rules.say("unpunished")
    return ""


_ROOTS = {
    OWN_ACT: "own-act", SENSOR: "sensor", INSTITUTIONS: "institutions", ANNOUNCED: "announced",
    REGISTER: "register", RULE: "rule", REPORT: "report", TIE_CHARGED: "tie", TIE_FELL: "tie",
    TIE_ROSE: "tie", ANOTHER: "another", SAID: "said", COURSE: "course", STANDING: "standing",
    SHARED_OUT: "shared-out", RATED: "rated", BEFORE: "before",
}  # fmt: skip


def rooted(cause: Cause, rules: Rules) -> str:
    """A cause that is no event of this life."""
    key = f"root.{_ROOTS.get(cause.kind, 'unexplained')}"
    return rules.say(key, who=somebody(cause.number, rules), day=rules.day(cause.day))


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
        instead_of = pair.rules.say("does-it") if told_there and one.kind in ("forgone", "prevented") else ""
        text, why = told[one.arm].text(one), told[pair.arm].why(one)
        if where == "both" and same.get(one.key):
            other = same[one.key].pop(0)
            there, why_there = told[other.arm].text(other), told[other.arm].why(other)
            if there != text:
                instead_of = there
            if why_there != why:
                here, over = pair.rules.told(pair.arm), pair.rules.told(pair.twin_arm)
                why = pair.rules.say("both-reasons", here=here, why=why, there=over, other=why_there)
        yield Moment(one.day, where, text, why, one.kind, one, instead_of)


def reason_told(moment: Moment, language: Language = "en") -> str:
    """The reason of a moment; nothing of an own act, which has none but itself."""
    return "" if moment.why == catalogue("lives", language)("root.own-act") else moment.why


class _Told:
    """Events of a pair in words, with the points that had come back by then."""

    def __init__(self, side: Pair) -> None:
        self._side = side
        self._back: dict[int, Repaired] = repaired(side)

    def text(self, event: Event) -> str:
        """What happened on this side."""
        rules = self._side.rules
        said, back = sentence(event, rules), self._back.get(event.place)
        if back is None or event.kind == "rise":
            return said
        return rules.say("with-back", said=said, back=back.words(rules.language))

    def why(self, event: Event) -> str:
        """The reason of an event of either side, as seen from this one; none where it says itself why."""
        if event.kind in ("tie-charged", "tie-fell", "cuts-off", "in-touch"):
            return ""
        rules = self._side.rules
        if event.kind == "rise" and event.arm == self._side.arm and with_time(self._side, event):
            back = self._back.get(event.place)
            why = rules.say("points-back") if back is None else back.words(rules.language)
            return rules.say("because", why=why)
        return reason(event, self._side)


def gathered(told: Iterable[Moment], language: Language = "en") -> Iterator[Moment]:
    """The same in the same order, with what is only heard of ties drawn together between other events.

    What is heard in a stretch is told on its first day, for each side at once.
    """
    heard: list[Moment] = []
    for one in told:
        if one.kind == "tie-charged":
            heard.append(one)
            continue
        yield from _heard(heard, language)
        heard = []
        yield one
    yield from _heard(heard, language)


def _heard(heard: list[Moment], language: Language) -> list[Moment]:
    drawn = []
    places: list[Where] = ["both", "here", "twin"]
    for where in places:
        mine = [one for one in heard if one.where == where]
        if len(mine) <= 1:
            drawn += mine
            continue
        key = "hears-until" if mine[-1].day > mine[0].day else "hears"
        text = catalogue("lives", language)(key, count=len(mine), day=day_in(mine[-1].day, language))
        drawn.append(Moment(mine[0].day, where, text, "", "tie-charged", mine[0].event))
    return sorted(drawn, key=lambda one: one.day)


OLDEST_CHILD_BAND = 14
"""The last year of age of the bands whose people are called girls and boys."""


def described(person: dict[str, str], language: Language = "en") -> str:
    """A synthetic person in a line: a five-year age band, never a name or a face."""
    say = catalogue("lives", language)
    first, _, last = person["age"].partition(" to ")
    child = last.isdigit() and int(last) <= OLDEST_CHILD_BAND
    called = {"women": "girl", "men": "boy"} if child else {"women": "woman", "men": "man"}
    who = say(called.get(person.get("sex", ""), "child" if child else "person"))
    age = say("years", low=first, high=last) if last else say("years-over", low=first.split()[0])
    stratum = person.get("stratum", "")
    if not stratum:
        return say("described", number=person["number"], who=who, age=age)
    return say("described-in", number=person["number"], who=who, age=age, place=say(f"in.{stratum}"))


def tell(
    run: Run, number: str, arm: str | None = None, *, everything: bool = False, language: Language = "en"
) -> list[str]:
    """A panel life as lines of text, beside its twin's.

    `everything` tells each charge that ties suffered; otherwise they are counted.
    """
    life, rules = run.life(number), run.rules_in(language)
    say = rules.say
    pair = life.pair(rules, run.known_arm(arm) if arm is not None else run.other_arm)
    here, there = rules.told(pair.arm), rules.told(pair.twin_arm)
    alone = pair.twin_arm == pair.arm
    lines = [described(run.person(life.number), language)]
    if alone:
        lines.append(say("one-arm", arm=pair.arm, told=here))
    else:
        arms = {"here": _arm(pair.arm, here, rules), "there": _arm(pair.twin_arm, there, rules)}
        lines += [say("twin"), say("legend", **arms)]
    told = list(moments(pair))
    if any(one.kind in ("tie-charged", "tie-fell") for one in told):
        lines.append(say("tie"))
    lines.append("")
    marks = {"both": " " if alone else "=", "here": "+", "twin": "−"}
    for one in told if everything else gathered(told, language):
        text = say("the-twin", text=one.text, twin=one.twin) if one.twin else one.text
        lines.append(f"{on(one.day)}  {marks[one.where]}  {text}")
        why = reason_told(one, language)
        if why:
            lines.append(f"               {why}")
    if not told:
        lines.append(say("nothing"))
    if not alone:
        counts = {"count": len(pair.differences), "other": len(pair.turned().differences)}
        lines += ["", say("counts", arm=pair.arm, twin=pair.twin_arm, **counts)]
    return lines


def _arm(name: str, told: str, rules: Rules) -> str:
    return name if told == name else rules.say("arm-told", arm=name, told=told)
