"""Metrics from the panel lives, a random sample: what takes a life as a whole and no total can say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from moot.findings.causes import Pair
from moot.findings.events import Life
from moot.findings.kinds import CHARGES, Event
from moot.findings.metric_parts import Asked, Found, missing, share
from moot.findings.metrics_totals import OF_1000, PER_YEAR
from moot.findings.survival import recovery
from moot.regime.engines import bent
from moot.regime.schema import Scheme
from moot.society.arms import day_number

__all__ = ["OF_LIVES", "charges_behind", "penalties", "short_of", "spearman", "spells"]

ADVERSE = ("refused", "denied", "hire-refused", "dismissed", "rating-dropped")
"""Refusals and losses of work that follow from a scheme."""
SANCTIONS = ("charged-by-regime", "borne", "alleged", "false-alarm", "fall", "listed", *ADVERSE)
NO_LIVES = "the run keeps no lives"
DEEPEST = 8
"""Steps back at most from a refusal to a charge; a chain has fewer."""


def _pairs(asked: Asked) -> Iterator[tuple[Life, Pair]]:
    for life in asked.lives:
        yield life, life.pair(asked.rules, asked.arm)


def detriment(asked: Asked) -> Iterator[Found]:
    """M_DET, of lives: refusals and losses of work a life."""
    if not asked.lives:
        yield missing("refusals and losses of work a life", "events a life", NO_LIVES)
        return
    worse = []
    for _, pair in _pairs(asked):
        here, twin = (sum(one.kind in ADVERSE for one in side) for side in (pair.here, pair.twin))
        worse.append(here - twin)
    events, unit = sum(abs(one) for one in worse), "events a life"
    for words, value in (
        ("mean", float(np.mean(worse))),
        ("90th percentile", float(np.percentile(worse, 90, method="inverted_cdf"))),
        ("99th percentile", float(np.percentile(worse, 99, method="inverted_cdf"))),
    ):
        yield Found(
            f"refusals and losses of work beyond the twin's, {words}", value, unit, events, len(worse), True
        )


# Charges that something goes back to.


def charges_behind(pair: Pair, event: Event) -> list[Event]:
    """The charges of this life that a refusal or a loss of work goes back to, each once."""
    found: dict[int, Event] = {}
    left, seen = [(event, 0)], set[int]()
    while left:
        one, depth = left.pop()
        if one.place in seen or depth > DEEPEST:
            continue
        seen.add(one.place)
        if one.kind in CHARGES:
            found[one.place] = one
            continue
        causes = pair.contributions(one)
        if one.kind in ("denied", "hire-refused", "dismissed"):
            # All falls and rises so far bear on the standing; the charges since the score was last at its
            # height are those of the last fall.
            causes = [cause for cause in causes if cause.kind == "fall"][-1:]
        if one.kind == "refused":
            causes = causes[-1:]
        left += [(cause, depth + 1) for cause in causes]
    return sorted(found.values(), key=lambda one: one.place)


def severity(asked: Asked) -> Iterator[Found]:
    """M_PROP: what follows from a charge, and points beside today's fine."""
    charged: Counter[str] = Counter()
    followed: Counter[str] = Counter()
    for _, pair in _pairs(asked):
        charged.update(one.what for one in pair.here if _of_the_scheme(asked, one))
        for event in pair.here:
            if event.kind in ADVERSE:
                followed.update({one.what for one in charges_behind(pair, event)})
    for act, count in charged.items():
        told = share(
            f"refusals and job losses after {act}", followed[act], count, "events by charge", "", scale=1
        )
        yield Found(told.what, told.value, told.unit, followed[act], count, sample=True)
    if not charged:
        yield missing(
            "refusals and job losses after a charge", "events by charge", "nobody of the panel was charged"
        )
    yield from _gravity(asked)


def _of_the_scheme(asked: Asked, event: Event) -> bool:
    """Whether an event is a charge by the regime, and not the record of a merit or a stop."""
    charged = event.kind in ("charged-by-regime", "borne", "alleged")
    return charged and asked.rules.class_of(event.what) != "merit"


def _gravity(asked: Asked) -> Iterator[Found]:
    """Points of a charge beside today's fine, from the declarations."""
    money = asked.rules.scenario.country_model.money
    fines = {act: fine.euros for act, fine in money.fines.items()} if money is not None else {}
    for name, scheme in asked.schemes.items():
        costs = {act: entry.points for act, entry in scheme.table.catalogue.items() if entry.points}
        both = [act for act in costs if act in fines]
        for act in both:
            points = 100 * (costs[act] or 0) / fines[act]
            yield Found(f"{act} in {name}", points, "points by 100 euros of today's fine")
        found = spearman([float(costs[act] or 0) for act in both], [fines[act] for act in both])
        what, unit = f"points of {name} and fines, over {len(both)} acts", "rank correlation"
        if found is None:
            yield missing(what, unit, "fewer than three acts that have both, or all alike")
        else:
            yield Found(what, found, unit)


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's correlation of two lists of the same length, equal values sharing their mean rank.

    None for fewer than three pairs, and where all values of one list are equal.
    """
    if len(one) < 3:
        return None
    a, b = _ranks(one), _ranks(other)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    given = np.asarray(values, np.float64)
    return np.array([(given < x).sum() + ((given == x).sum() + 1) / 2 for x in given], np.float64)


def memory(asked: Asked) -> Iterator[Found]:
    """M_MEM: how old the charges are that still decide."""
    ages: list[int] = []
    old = limited = 0
    remembered = dict(_memories(asked))
    for _, pair in _pairs(asked):
        for event in pair.here:
            if event.kind not in ADVERSE:
                continue
            for one in charges_behind(pair, event):
                ages.append(event.day - one.day)
                if one.what in remembered:
                    limited += 1
                    old += ages[-1] > remembered[one.what]
    words = "age of the charges behind a refusal or job loss"
    if not ages:
        yield missing(words, "days", "no refusal and no job loss in the panel goes back to a charge")
    else:
        for at in (50, 90):
            value = float(np.percentile(ages, at, method="inverted_cdf"))
            yield Found(
                f"{words}, {'median' if at == 50 else '90th percentile'}",
                value,
                "days",
                len(ages),
                len(ages),
                True,
            )
    what, unit = "charges older than the declared memory", f"{OF_1000} charges"
    why = (
        "no memory is declared: nothing expires"
        if not remembered
        else "no charge with a memory is behind any"
    )
    yield share(what, old, limited, unit, why, sample=True)


def _memories(asked: Asked) -> Iterator[tuple[str, float]]:
    """How long a charge of an act counts, in days, where all schemes that count it forget."""
    for act in asked.regime.acts:
        months = [one.score.memory_months for one in asked.schemes.values() if act in one.catalogue]
        if all(months):
            yield act, max(x for x in months if x is not None) * 365.25 / 12


# Coming back.


def spells(events: Iterable[Event], scheme: Scheme, first: int, last: int) -> list[tuple[int, bool]]:
    """(days, whether it came back) of each spell below the tier out of which a person fell, in a scheme.

    A spell begins with a fall and ends with the rise that reaches the tier before it again; further falls on
    the way belong to it. One that has not ended on the day `last` is cut off there. `first`: the first day.
    """
    names = list(scheme.tier_names)
    tier = next(n for n, one in enumerate(scheme.score.tiers) if scheme.score.start >= one.from_)
    began: int | None = None
    home, found = tier, []
    for event in events:
        if event.kind not in ("fall", "rise") or event.scheme != scheme.scheme:
            continue
        before, tier = tier, names.index(event.tier)
        if began is None and tier > before:
            began, home = event.day, before
        elif began is not None and tier <= home:
            found.append((event.day - began, True))
            began = None
    if began is not None:
        found.append((max(0, last - max(began, first)), False))
    return found


def coming_back(asked: Asked) -> Iterator[Found]:
    """M_REC: how long until a tier is reached again."""
    first = day_number(asked.rules.scenario.start)
    last = first + asked.run.days - 1
    for name, scheme in asked.schemes.items():
        found = [one for _, pair in _pairs(asked) for one in spells(pair.here, scheme, first, last)]
        what = f"days until half are back in {name}"
        if not found:
            yield missing(what, "days", "nobody of the panel fell out of a tier")
            continue
        days, seen = zip(*found, strict=True)
        told = recovery(days, seen, horizon=asked.run.days)
        back, people = told.people - told.censored, told.people
        if told.median is None:
            yield missing(what, "days", told.told)
        else:
            yield Found(what, float(told.median), "days", back, people, True)
        never = 1.0 - float(told.share[-1]) if len(told.share) else 1.0
        yield Found(
            f"not back at the end in {name}", 1000 * never, f"{OF_1000} falls", told.censored, people, True
        )


def short_of(events: Iterable[Event], scheme: Scheme) -> list[int]:
    """For each fall out of a tier, how many points fewer would have kept it: its lower end less the score.

    In the unit in which the scheme runs: points, or log-odds in 1/1024.
    """
    runs = scheme.table
    names = list(scheme.tier_names)
    tier = next(n for n, one in enumerate(runs.score.tiers) if runs.score.start >= one.from_)
    found = []
    for event in events:
        if event.kind not in ("fall", "rise") or event.scheme != scheme.scheme:
            continue
        before, tier = tier, names.index(event.tier)
        if event.kind == "fall" and event.score is not None:
            found.append(runs.score.tiers[before].from_ - event.score)
    return found


def explanation(asked: Asked) -> Iterator[Found]:
    """M_EXPL, of lives: points fewer that would have kept a tier."""
    for name, scheme in asked.schemes.items():
        found = [points for life in asked.lives for points in short_of(life.arms[asked.arm], scheme)]
        unit = "log-odds in 1/1024" if bent(scheme) else "points"
        what = f"fewer lost would have kept a tier of {name}, median"
        if not found:
            yield missing(what, unit, "nobody of the panel fell out of a tier")
        else:
            value = float(np.percentile(found, 50, method="inverted_cdf"))
            yield Found(what, value, unit, len(found), len(found), True)


# Lawful acts.


def chilling(asked: Asked) -> Iterator[Found]:
    """M_CHILL: lawful acts given up by people who were never sanctioned."""
    lawful = set(asked.rules.acts_of("lawful"))
    here: Counter[str] = Counter()
    twin: Counter[str] = Counter()
    people = 0
    for _, pair in _pairs(asked):
        if any(one.kind in SANCTIONS and _of_the_regime(asked, one) for one in pair.here):
            continue
        people += 1
        for side, counted in ((pair.here, here), (pair.twin, twin)):
            for one in side:
                if one.kind in ("act", "forgone", "prevented") and one.what in lawful:
                    counted[one.kind] += 1
                elif one.kind == "hushed":
                    counted["hushed"] += 1
    words = {
        "act": "lawful acts done",
        "forgone": "forgone for fear of a charge",
        "prevented": "prevented by a list",
        "hushed": "unheard: weeks of silence for fear",
    }
    for kind, said in words.items():
        what, unit = f"never sanctioned: {said}, beyond the twin's", f"{PER_YEAR}"
        more = here[kind] - twin[kind]
        if not people:
            yield missing(
                what, unit, NO_LIVES if not asked.lives else "everybody of the panel was sanctioned"
            )
        else:
            yield Found(what, 1000 * more / people / asked.years, unit, here[kind] + twin[kind], people, True)
    for kind in ("acts", "forgone", "prevented"):
        names = [f"act:{act}:{kind}" for act in sorted(lawful)]
        yield asked.yearly(
            f"everybody: lawful acts {'done' if kind == 'acts' else kind}, beyond the twin's",
            asked.more(names),
        )


def _of_the_regime(asked: Asked, event: Event) -> bool:
    """Whether a sanction comes from the regime, and a charge is not the record of a merit."""
    if event.kind == "charged-by-regime":
        return asked.rules.class_of(event.what) != "merit"
    if event.kind in ("fall", "denied", "hire-refused", "dismissed"):
        return event.scheme in asked.schemes
    if event.kind == "listed":
        return event.what in asked.lists
    if event.kind == "refused":
        return any(name in asked.lists for name in asked.rules.barring(event))
    return True


# Decisions and penalties.


def weight(asked: Asked) -> Iterator[Found]:
    """M_WEIGHT, of lives: decisions that the score changed either way."""
    counted = Counter(
        one.kind
        for _, pair in _pairs(asked)
        for one in pair.here
        if one.kind in ("denied", "granted", "decided") and one.scheme in asked.schemes
    )
    changed = counted["denied"] + counted["granted"]
    words = "decisions that hiding the score would change, either way"
    yield share(
        words,
        changed,
        sum(counted.values()),
        f"{OF_1000} decisions",
        "nothing was decided in the panel",
        sample=True,
    )


def penalties(asked: Asked, events: Sequence[Event], arm: str | None = None) -> list[int]:
    """For each own act of a life that was charged, how many penalties it drew at once.

    One for a charge of today, one for each scheme that takes points for it, those in force today included,
    and one for each list that the act itself enters. A charge for another's act is no own act. `arm`: where
    the events are from, this one if left out.
    """
    rules = asked.rules.arms[arm or asked.arm]
    found: dict[tuple[int, str], int] = {}
    for one in events:
        key = (one.day, one.what)
        if one.kind in ("charged-today", "charged-by-regime") and asked.rules.class_of(one.what) != "merit":
            by = "today" if one.kind == "charged-today" else "regime"
            costs = sum(rules.points(one.what, by, name) > 0 for name in rules.schemes)
            found[key] = found.get(key, 0) + costs + (by == "today")
        elif one.kind == "listed":
            entry = rules.lists[one.what][1].entry.act
            if entry is not None and (one.day, entry) in found:
                found[one.day, entry] += 1
    return [count for count in found.values() if count]


def double(asked: Asked) -> Iterator[Found]:
    """M_BIS: penalties drawn by one act, beside today's law."""
    none = "no own act of the panel was charged"
    for arm, whose in ((asked.arm, ""), (asked.twin, " under today's law")):
        found = [n for life in asked.lives for n in penalties(asked, life.arms.get(arm, ()), arm)]
        told = share(f"penalties by charged act{whose}", sum(found), len(found), "by act", none, scale=1)
        yield Found(told.what, told.value, told.unit, len(found), len(found), bool(found), told.why)
        twice = sum(count >= 2 for count in found)
        words = f"charged acts with two penalties or more{whose}"
        yield share(words, twice, len(found), f"{OF_1000} acts", none, sample=True)


OF_LIVES: dict[str, Callable[[Asked], Iterator[Found]]] = {
    "M_DET": detriment,
    "M_PROP": severity,
    "M_WEIGHT": weight,
    "M_EXPL": explanation,
    "M_REC": coming_back,
    "M_MEM": memory,
    "M_CHILL": chilling,
    "M_BIS": double,
}
"""By metric: what the panel says of an arm with a regime."""
