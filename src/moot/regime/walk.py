"""One invented life under one scheme, day by day, in plain Python: what `*.test.yaml` is judged by.

It follows the rules of a scheme as written and knows nothing of chance, of sensors or of other people. It
says in which tier a person is and on which lists; the score stays inside. It is slow on purpose: a second,
readable account of the same rules, against which the compiled one is tested.

Order of a day: lists whose term ends; points that are given; repair up to today; charges and merits, each act
capped, added up and clamped to the scale once; one evaluation of tier and lists; points that are bought, and
another evaluation; what falls of ties cost, which is evaluated on the next day. A charge breaks clean time,
and the day of a charge is not a clean day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from moot.regime.schema import ListRule, Offer, Scheme

__all__ = ["Happening", "OfferClosedError", "Standing", "standing"]


@dataclass(frozen=True)
class Happening:
    """Something on a day: an act charged (or credited) so many `times`, or an offer taken.

    Of lives that were simulated, points that no act of the catalogue explains: `given` by a ruling, `taken`
    for an alarm or with a contest that failed, `from_ties`, taken because a tie fell, and `bought`.
    """

    day: int
    act: str | None = None
    times: int = 1
    offer: str | None = None
    given: int = 0
    taken: int = 0
    from_ties: int = 0
    bought: int = 0


@dataclass(frozen=True)
class Standing:
    """Where a person stands at the end of a day: tier, lists, contexts that a list refuses. Never a score."""

    tier: str
    lists: frozenset[str]
    refused: frozenset[str]


class OfferClosedError(Exception):
    """An offer was taken on a day on which it is not open to the person."""

    def __init__(self, offer: str, day: int) -> None:
        super().__init__(f"day {day}: the offer {offer} is not open to this person")
        self.offer, self.day = offer, day


def standing(scheme: Scheme, happenings: Iterable[Happening], day: int, *, novice: bool = False) -> Standing:
    """Where a person stands at the end of `day`; days count from 0, on which everybody begins.

    Raises `OfferClosedError` when an offer is taken by somebody to whom it is not open.
    """
    by_day: dict[int, list[Happening]] = {}
    for happening in happenings:
        by_day.setdefault(happening.day, []).append(happening)
    scheme = scheme.table
    life = _Life.begin(scheme, novice)
    for today in range(day + 1):
        life.live(today, by_day.get(today, ()))
    on = frozenset(life.on)
    rules = [rule for rule in scheme.lists if rule.list in on]
    refused = frozenset(context for rule in rules for context, how in rule.refuses.items() if how.at() > 0)
    return Standing(scheme.tier_names[life.tier], on, refused)


def memory_days(months: int) -> int:
    """After how many days a charge expires."""
    return round(months * 365.25 / 12)


@dataclass
class _Life:
    """State of the walk. `value` is the score on the day `last`, from which clean time counts."""

    scheme: Scheme
    value: int
    tier: int
    novice: bool
    last: int = 0
    lost_one: bool = False
    heavy: bool = False
    expiries: dict[int, int] = field(default_factory=dict)
    """Points that come back, by the day on which their charges expire."""
    on: dict[str, int | None] = field(default_factory=dict)
    """The lists that the person is on, each with the day on which its term ends, or None."""

    @classmethod
    def begin(cls, scheme: Scheme, novice: bool) -> _Life:
        score = scheme.score
        start = score.novice_start if novice and score.novice_start is not None else score.start
        tier = next(number for number, tier in enumerate(score.tiers) if start >= tier.from_)
        return cls(scheme, start, tier, novice)

    @property
    def _full(self) -> int:
        """Where repair ends: a declared number, else the ceiling."""
        ends = [repair.to for repair in self.scheme.score.repair if isinstance(repair.to, int)]
        return min(ends, default=self.scheme.score.ceiling)

    def _score(self, day: int) -> int:
        """The score at the end of a day without charges."""
        if self.value >= self._full:
            return self.value
        clean = day - self.last
        gained = 0
        for repair in self.scheme.score.repair:
            if repair.if_ == "last-loss-was-one" and not self.lost_one:
                continue
            if (repair.if_ == "novice") != self.novice and repair.if_ != "last-loss-was-one":
                continue
            if repair.every_days is not None:
                gained += (repair.points or 0) * (clean // repair.every_days)
                continue
            assert repair.after_days is not None
            term = repair.after_days_heavy if self.heavy and repair.after_days_heavy else repair.after_days
            if clean >= term:
                if repair.to == "ceiling":
                    return self._full
                gained += repair.points or 0
        return min(self._full, self.value + gained)

    def live(self, day: int, happenings: Sequence[Happening]) -> None:
        if day in self.expiries:
            self._credit(self.expiries.pop(day), day)
        self._end_terms(day)
        given = sum(one.given for one in happenings)
        if given:
            self._credit(given, day)
        costs, gains, acts, heavy = self._counted(happenings)
        now = self._score(day)
        if costs > 0:
            before = self._score(day - 1) if self.last < day else now
            if before >= self._full:
                # A full balance closes what went before it.
                self.heavy = self.novice = False
            self._set(before - costs + gains, day)
            if self.scheme.score.memory_months:
                spared = max(0, self.scheme.score.floor - (before - costs + gains))
                self.expiries[day + memory_days(self.scheme.score.memory_months)] = costs - spared
            self.lost_one = costs == 1
            self.heavy = self.heavy or heavy
        elif gains > 0:
            self._credit(gains, day)
        for happening in happenings:
            if happening.offer is not None:
                self._take(happening.offer, day)
        self._judge(self._score(day), day)
        for rule in self.scheme.lists:
            if rule.entry.act in acts:
                self._enter(rule, day)
        bought = sum(one.bought for one in happenings)
        if bought:
            self._credit(bought, day)
            self._judge(self._score(day), day)
        from_ties = sum(one.from_ties for one in happenings)
        if from_ties:
            self._tie_fell(from_ties, day)

    def _tie_fell(self, points: int, day: int) -> None:
        """What the fall of a tie costs; whether it breaks clean time is the scheme's."""
        lost = min(points, self._score(day) - self.scheme.score.floor)
        if self.scheme.association is not None and self.scheme.association.breaks_clean_time:
            self._set(self._score(day) - lost, day)
            self.lost_one = False
        else:
            self._credit(-lost, day)

    def _counted(self, happenings: Sequence[Happening]) -> tuple[int, int, set[str], bool]:
        """Points lost and gained, the acts that count, and whether one is heavy."""
        times: dict[str, int] = {}
        for happening in happenings:
            if happening.act is not None:
                times[happening.act] = times.get(happening.act, 0) + happening.times
        costs, gains = sum(one.taken for one in happenings), 0
        heavy = False
        for act, count in times.items():
            entry = self.scheme.catalogue.get(act)
            if entry is None:
                continue
            counted = (entry.merit or entry.points or 0) * count
            if entry.cap_per_day is not None:
                counted = min(counted, entry.cap_per_day)
            if entry.merit is not None:
                gains += counted
            else:
                costs += counted
                heavy = heavy or entry.heavy
        return costs, gains, set(times), heavy

    def _set(self, score: int, day: int) -> None:
        """The score, clamped to the scale, with clean time counted from `day`."""
        self.value = max(self.scheme.score.floor, min(self.scheme.score.ceiling, score))
        self.last = day

    def _credit(self, gains: int, day: int) -> None:
        """Points added without breaking clean time: a recurring repair keeps its rhythm."""
        now = min(self.scheme.score.ceiling, self._score(day) + gains)
        rhythm = [repair.every_days for repair in self.scheme.score.repair if repair.every_days is not None]
        if len(rhythm) == len(self.scheme.score.repair) == 1:
            steps, rest = divmod(day - self.last, rhythm[0])
            if steps > 0 and rest == 0 and now <= self._full:
                # A step of today stays one of today: a charge of this day would still come before it.
                steps, now = steps - 1, now - (self.scheme.score.repair[0].points or 0)
            self.last += steps * rhythm[0]
            self.value = now
        else:
            self.value += now - self._score(day)

    def _take(self, name: str, day: int) -> None:
        offer: Offer = next(offer for offer in self.scheme.offers if offer.offer == name)
        if self.scheme.tier_names[self.tier] not in offer.tiers or offer.not_on in self.on:
            raise OfferClosedError(name, day)
        self._credit(offer.points, day)
        for rule in self.scheme.lists:
            if rule.entry.offer == name:
                self._enter(rule, day)

    def _judge(self, score: int, day: int) -> None:
        """One evaluation of the tier, and of the lists that follow from it."""
        tiers, before = self.scheme.score.tiers, self.tier
        while self.tier + 1 < len(tiers) and score < tiers[self.tier].from_:
            self.tier += 1
        if self.tier == before:
            while self.tier > 0 and score >= tiers[self.tier - 1].from_ + self.scheme.score.hysteresis:
                self.tier -= 1
        names = self.scheme.tier_names
        for rule in self.scheme.lists:
            if rule.entry.tier is not None and before < names.index(rule.entry.tier) <= self.tier:
                self._enter(rule, day)
            if rule.exit.tier is not None and self.tier <= names.index(rule.exit.tier):
                self.on.pop(rule.list, None)

    def _enter(self, rule: ListRule, day: int) -> None:
        """Onto a list; a list with a term starts its term anew."""
        self.on[rule.list] = day + rule.exit.after_days if rule.exit.after_days is not None else None

    def _end_terms(self, day: int) -> None:
        for rule in self.scheme.lists:
            if rule.list in self.on and self.on[rule.list] == day:
                del self.on[rule.list]
                if rule.exit.score is not None:
                    self._set(rule.exit.score, day)
                    self.lost_one = self.heavy = False
                    self.novice = rule.exit.novice
