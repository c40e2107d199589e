"""The whole law once more, plain and dense: every day it looks at everybody and leaves nothing out.

The engine is lazy: it visits those who are touched and works out the rest when somebody looks. This reference
keeps everything in full instead (scores go up on the day a repair falls due, tiers are judged for everybody
every day, stocks are counted from the people), so that a person whom the engine forgets is found. It shares
with the engine what a law is made of, and nothing of how it is carried out: the people, the compiled tables,
the columns of the measures, and the draws.

Perceived certainty alone is not kept day by day, because the law says so: it fades in one step from the last
event, and rounding once a day would be another law.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from moot.country.population import BORN, Population
from moot.country.rates import ACT_LAYERS, bound
from moot.draws.permutation import backward, forward
from moot.draws.philox import below, day_key, draw, mix, purpose, seed_key, stream, word_level, word_start
from moot.society import law as L
from moot.society.compile import Compiled

CERTAIN = 1 << 32
M64 = (1 << 64) - 1
SILENT = 63
TRIES = 4096
ACTS = [purpose(name) for name in ACT_LAYERS]
LEAD = 8  # digits of a thinning uniform that come from the words
EPOCH = date(2000, 1, 1)
BEFORE_ALL = 0  # the day since which those who start at the top of repair have been clean


def rounded(product: int, bits: int) -> int:
    """product / 2**bits to the nearest whole number, halves away from zero."""
    size = (abs(product) + (1 << (bits - 1))) >> bits
    return size if product >= 0 else -size


def digest_mix(x: int) -> int:
    """The 64-bit mixing function, on Python's integers."""
    return int(mix(np.uint64(x & M64)))


@dataclass
class Standing:
    """How everybody stands in one scheme of one arm: one entry a person."""

    score: list[int]
    since: list[int]  # the day from which clean time counts
    novice: list[bool]
    one: list[bool]  # the last loss was of one point
    heavy: list[bool]  # a loss since the last full balance was heavy
    tier: list[int]


@dataclass
class ArmState:
    """Everything that one arm remembers."""

    standing: list[Standing]
    fear: list[list[int]]  # by class, by person, as it was on the day of the last event
    fear_day: list[int]
    lists: list[int]  # bit by list
    terms: dict[tuple[int, int], int]  # (person, list) -> last day


@dataclass
class Charges:
    """What reaches one person on one day."""

    uncharged: set[int] = field(default_factory=set)
    today: set[int] = field(default_factory=set)
    regime: dict[int, int] = field(default_factory=dict)  # act or false alarm -> how often
    own_by_regime: set[int] = field(default_factory=set)


class Dense:
    """One society under several arms, day by day and person by person.

    `before` is the state on the eve by arm, from another `Dense`, in which `had` schemes have begun; without
    it nobody has a record and everybody begins every scheme. After `run` the measures are in the arrays that
    `_empty_measures` names.
    """

    def __init__(
        self,
        population: Population,
        compiled: Compiled,
        *,
        first: int,
        days: int,
        before: Sequence[ArmState] | None = None,
        had: int = 0,
    ) -> None:
        self.population, self.compiled, self.first, self.days = population, compiled, first, days
        self.key = seed_key(population.seed)
        self.n = population.people
        self.world = {name: compiled.world[0][name].tolist() for name in compiled.world.dtype.names}
        self.law = [{name: arm[name].tolist() for name in compiled.law.dtype.names} for arm in compiled.law]
        self.kinds = self.world["kinds"]
        self.arms = len(compiled.arms)
        self.purpose = compiled.rates[0]["purpose"].tolist()
        self._people()
        self._bounds()
        self._ties()
        self.columns = compiled.columns
        self.events: list[tuple[int, int, int, int, int]] = []  # arm, day from 0, person, column, by
        self.told_ties: list[tuple[int, int, int]] = []  # arm, person, class
        self.falls: list[tuple[int, int, int]] = []  # arm, person, scheme
        self.state = [self._start(a, before[a] if before else None, had) for a in range(self.arms)]
        self._empty_measures()

    # --- what does not change -----------------------------------------------------------------------------

    def _people(self) -> None:
        p, layout = self.population, self.population.layout
        self.region = p.region.tolist()
        self.residents: dict[int, list[int]] = {}
        for i, region in enumerate(self.region):
            self.residents.setdefault(region, []).append(i)
        self.levels = p.levels.tolist()
        self.who, self.where, self.theta = p.who.tolist(), p.where.tolist(), p.theta.tolist()
        self.looks = [row[5] - self.world["first_slot"][0] for row in self.levels]
        self.stratum = [row[4] - self.world["first_slot"][1] for row in self.levels]
        self.word, self.bit, self.low = [0] * self.n, [0] * self.n, [0] * self.n
        for b in range(layout.blocks):
            lo, hi = int(layout.block_start[b]), int(layout.block_start[b + 1])
            for i in range(lo, hi):
                self.word[i] = int(layout.block_word[b]) + (i - lo) // 64
                self.bit[i], self.low[i] = (i - lo) % 64, lo
        self.words = int(layout.block_word[-1])
        self.level = [[self._level(layer, i) for i in range(self.n)] for layer in range(len(ACTS))]
        self.layer = self.compiled.rates[0]["layer"].tolist()
        self.born = p.person[:, BORN].tolist()

    def _level(self, layer: int, i: int) -> int:
        """The power of one half that bounds a person's acts of a layer; SILENT where there are none."""
        masks = self.population.classes[layer, self.word[i]].tolist()
        return next((c for c, mask in enumerate(masks) if mask >> self.bit[i] & 1), SILENT)

    def _bounds(self) -> None:
        """(bound, rate at its upper end) of every act of every person, in 1/2**32."""
        rates, p = self.compiled.rates[0], self.population
        domain = rates["domain"].tolist()
        place = p.place[0].tolist()
        self.bound = [
            [
                bound(
                    rates, self.key, k, self.theta[i][domain[k]], self.who[i], self.where[i],
                    self.low[i] + place[i],
                )
                for k in range(self.kinds)
            ]
            for i in range(self.n)
        ]  # fmt: skip

    def _ties(self) -> None:
        """Everybody's ties by order, a list of persons each; and the far ties of each permutation."""
        w, p, layout = self.world, self.population, self.population.layout
        self.near: list[list[list[int]]] = [[[] for _ in range(self.n)] for _ in range(w["orders"])]
        for q in range(w["orders"]):
            for b in range(layout.blocks):
                lo, hi = int(layout.block_start[b]), int(layout.block_start[b + 1])
                row = [lo + x for x in p.order[q, lo:hi].tolist()]
                groups: list[list[int]] = []
                if w["tie_kind"][q] == 0:
                    at = 0
                    while at < len(row):
                        size = int(p.household[lo + at]) & 15
                        groups.append(row[at : at + size])
                        at += size
                elif w["tie_kind"][q] == 2:
                    size = w["tie_reach"][q]
                    employed, pupils = p.clique_end[q, b].tolist()
                    by_number: dict[tuple[int, bool], list[int]] = {}
                    for at in range(pupils):
                        by_number.setdefault((at // size, at < employed), []).append(row[at])
                    groups = list(by_number.values())
                elif len(row) <= 2 * w["tie_reach"][q]:
                    groups = [row]
                else:
                    for at, i in enumerate(row):
                        for step in range(1, w["tie_reach"][q] + 1):
                            self.near[q][i] += [row[at - step], row[(at + step) % len(row)]]
                for group in groups:
                    for i in group:
                        self.near[q][i] += [j for j in group if j != i]
        self.far = []
        for f in range(w["fars"]):
            key = np.uint64(w["far_key"][f] & M64)
            self.far.append(
                [[int(forward(key, i, self.n)), int(backward(key, i, self.n))] for i in range(self.n)]
            )

    def _start(self, a: int, before: ArmState | None, had: int) -> ArmState:
        """Nobody on a list; in schemes from `had` on, everybody where the scheme begins."""
        law, eve = self.law[a], self.first - 1
        prior = [min(65535, p) for p in self.world["prior"]]
        state = deepcopy(before) or ArmState(
            [], [[p] * self.n for p in prior], [eve] * self.n, [0] * self.n, {}
        )
        for s in range(had, law["schemes"]):
            rule, start = law["repair"][s], law["scale"][s][0]
            new = Standing(*([x] * self.n for x in (start, BEFORE_ALL, False, False, False, 0)))
            for i in range(self.n):
                if start < rule[L.R_CAP]:
                    new.since[i] = eve
                if rule[L.R_NOVICE_CYCLE] > 0 and self.born[i]:
                    clean = (eve + self.born[i]) % rule[L.R_NOVICE_CYCLE]
                    new.since[i], new.novice[i] = eve - clean, True
                    every, points = rule[L.R_NOVICE_EVERY], rule[L.R_NOVICE_POINTS]
                    gained = points * (clean // every) if every else 0
                    new.score[i] = min(rule[L.R_CAP], rule[L.R_NOVICE_START] + gained)
                for tier in range(law["tiers"][s] - 1):
                    if new.score[i] < law["lower"][s][tier]:
                        new.tier[i] = tier + 1
            state.standing.append(new)
        return state

    # --- a day --------------------------------------------------------------------------------------------

    def run(self) -> Dense:
        """Live through all days; returns itself."""
        for x in range(self.days):
            self.today = self.first + x
            self.words_seen: dict[int, list[int]] = {}  # binary digits of 64 people, by where they start
            self.desk: list[list[Charges | None]] = [[None] * self.n for _ in range(self.arms)]
            self._acts()
            self._false_alarms()
            for a in range(self.arms):
                for i in range(self.n):
                    self._end_terms(a, i)
                    self._learn(a, i)
                    for s in range(self.law[a]["schemes"]):
                        if self._member(a, s, i):
                            self._judge(a, s, i)
                        else:  # outside the scheme; the digest reads their scores all the same
                            self._repair(a, s, i)
            self._opportunities()
            self._news()
            self._count(x)
        self._count_events()
        return self

    def _tally(self, a: int, i: int, column: int, by: int = 1) -> None:
        self.events.append((a, self.today - self.first, i, column, by))

    def _member(self, a: int, s: int, i: int) -> bool:
        need = self.law[a]["who"][s]
        return bool(self.who[i] & need == need)

    def _charges(self, a: int, i: int) -> Charges:
        found = self.desk[a][i]
        if found is None:
            found = self.desk[a][i] = Charges()
        return found

    def fear(self, a: int, i: int, c: int, day: int) -> int:
        """Perceived certainty on a day: from the last event, in one step for each stretch of the ambient."""
        state, law = self.state[a], self.law[a]
        x, at = state.fear[c][i], state.fear_day[i]
        for until in [*(t for t in law["ambient_day"][1:] if at < t < day), day]:
            if until > at:
                piece = max(m for m, t in enumerate(law["ambient_day"]) if t <= at)
                ambient = law["ambient"][c][piece]
                left = self.world["fade"][min(until - at, len(self.world["fade"]) - 1)]
                x = ambient + rounded((x - ambient) * left, 30)
                at = until
        return x

    def _acts(self) -> None:
        """Every potential act of everybody, layer by layer, one after the other until there is none."""
        for layer, what in enumerate(ACTS):
            today = np.uint64(day_key(self.key, what, self.today))
            streams = [np.uint64(stream(today, number)) for number in range(2 * self.kinds)]
            first = [np.uint64(word_start(streams[0], w)) for w in range(self.words)]
            for i in range(self.n):
                level = self.level[layer][i]
                k = -1 if level < SILENT else self.kinds
                for number in range(self.kinds):
                    start = first[self.word[i]]
                    if number > 0:
                        start = np.uint64(word_start(streams[2 * number], self.word[i]))
                    if k == self.kinds or self._uniform(start, self.bit[i], level) > 0:
                        break
                    # The uniform has `level` zeros in front; what follows is the first word of the draw.
                    r0, r1, r2, _ = (int(x) for x in draw(self.key, i, self.today, what, number))
                    k, scale = self._next_kind(layer, i, k, r0, level)
                    if k < self.kinds:
                        start = np.uint64(word_start(streams[2 * number + 1], self.word[i]))
                        thin = self._uniform(start, self.bit[i], LEAD) << (32 - LEAD) | r1 >> LEAD
                        self._potential(i, k, thin, r2, scale)

    def _next_kind(self, layer: int, i: int, k: int, u: int, level: int) -> tuple[int, int]:
        """The next kind of act of a layer that a uniform finds, and how far its rate exceeds the bound.

        P(it is x) is p(x) times the product of 1 - p(y) over the kinds between: kinds are independent.
        """
        nothing, reached = CERTAIN, 0
        for x in range(k + 1, self.kinds):
            p, full = self.bound[i][x]
            if self.layer[x] == layer and p > 0:
                share = (nothing // 2 * p) >> 31
                nothing, reached = nothing - share, reached + share
                if u < reached << level:
                    return x, 65536 if full == p else (full << 16) // p
        return self.kinds, 0

    def _threshold(self, a: int, i: int, k: int, scale: int) -> int:
        """The state's share in whether a potential act is done, as a threshold on its uniform."""
        w, law, state = self.world, self.law[a], self.state[a]
        c, threshold = w["kind"][k], w["thin"][k] * scale >> 16
        if c == 2:
            return int(threshold)
        threshold = (threshold * w["normaliser"][k]) >> 16
        p, table = self.fear(a, i, c, self.today), w["deter"][c]
        j, rest = divmod(p, 16)
        threshold = (threshold * (table[j] + ((table[j + 1] - table[j]) * rest >> 4))) >> 16
        s = law["stake_scheme"]
        if s >= 0 and c == 0:
            lost = (law["stake_span"][0] - state.standing[s].score[i]) * 256 // law["stake_span"][1]
            threshold = (threshold * w["caution"][min(256, max(0, lost))]) >> 16
        return int(threshold)

    def _potential(self, i: int, k: int, u_thin: int, u_today: int, scale: int) -> None:
        """One potential act in every arm: prevented, left undone, or done, seen and charged.

        `scale` is how much the person's rate exceeds the bound, in 1/65536.
        """
        ceiling = self.world["ceiling"][k] * scale >> 16
        if u_thin >= ceiling:
            return
        column = k * L.PER_ACT
        for a in range(self.arms):
            law = self.law[a]
            threshold = self._threshold(a, i, k, scale)
            assert threshold <= ceiling or threshold > CERTAIN
            if threshold > CERTAIN:
                self._tally_clamped(a, i)
            if u_thin >= threshold:
                continue
            if law["prevents"][self.state[a].lists[i]] >> k & 1:
                self._tally(a, i, column + L.PREVENTED)
                continue
            self._tally(a, i, column + L.DONE)
            charged_today = bool(law["institutions"]) and u_today < self.world["today"][k]
            if charged_today:
                self._tally(a, i, column + L.BY_TODAY)
            charged_by_regime = self._search(a, i, k, charged_today)
            # A merit teaches nothing about charges, nor does an act that nobody can learn from.
            learns = self.world["kind"][k] < 2 and self.world["unlearn"][k] > 0
            mine = self._charges(a, i)
            if charged_today:
                mine.today.add(k)
            if charged_by_regime:
                mine.regime[k] = mine.regime.get(k, 0) + 1
            if learns and not charged_today and not (charged_by_regime and law["notice"]):
                mine.uncharged.add(k)

    def _tally_clamped(self, a: int, i: int) -> None:
        """The one measure that is counted by region alone."""
        self.clamped.append((a, self.today - self.first, i))

    def _search(self, a: int, i: int, k: int, charged_today: bool) -> bool:
        """Every sensor looks at the act; returns whether its author is charged by the regime."""
        law, right = self.law[a], False
        column = k * L.PER_ACT
        for v in range(law["sensors"]):
            need = law["s_need"][v]
            if self.who[i] & need != need or (law["s_register"][v] and not charged_today):
                continue
            search = law["s_purpose"][v] ^ self.purpose[k]
            w0, w1, _, _ = (int(x) for x in draw(self.key, i, self.today, search, 0))
            if w0 >= law["s_seen"][v][k][self.stratum[i]]:
                continue
            if w1 < law["s_right"][v][self.looks[i]]:
                if not right:
                    self._tally(a, i, column + L.BY_REGIME)
                right = True
                continue
            j = -1
            if w1 < law["s_wrong"][v][self.looks[i]]:
                j = self._somebody_else(a, v, i, k, search)
            self._tally(a, i, column + (L.NOBODY if j < 0 else L.TO_ANOTHER))
            if j >= 0:
                self._tally(a, j, column + L.FOR_ANOTHER)
                theirs = self._charges(a, j).regime
                theirs[k] = theirs.get(k, 0) + 1
        return right

    def _somebody_else(self, a: int, v: int, i: int, k: int, search: int) -> int:
        """The first person in the search's own order who is in the gallery, or -1."""
        law = self.law[a]
        coin, u1, u2, u3 = (int(x) for x in draw(self.key, i, self.today, search, 1))
        order = digest_mix(u1 << 32 | u2) ^ k << 32 ^ u3
        gallery: Sequence[int] = range(self.n)
        if law["s_scope"][v] == 1:
            gallery = self.residents[self.region[i]]
        for t in range(TRIES):
            word = np.uint64(digest_mix(order + t * 0x9E3779B97F4A7C15) >> 32)
            j = gallery[int(below(word, len(gallery)))]
            if j != i and (coin >= law["s_same"][v] or self.looks[j] == self.looks[i]):
                return j
        return -1

    def _uniform(self, start: np.uint64, bit: int, digits: int) -> int:
        """The first `digits` binary digits of a person's uniform; a set bit is the digit 0."""
        word = self.words_seen.setdefault(int(start), [])
        while len(word) < digits:
            word.append(~int(word_level(start, len(word))))
        value = 0
        for digit in word[:digits]:
            value = value << 1 | (digit >> bit & 1)
        return value

    def _below_level(self, what: int, level: int) -> list[tuple[int, int]]:
        """(person, next 32 digits) of everybody whose uniform of this purpose lies below 2**-level."""
        today = np.uint64(day_key(self.key, what, self.today))
        starts = [np.uint64(word_start(today, w)) for w in range(self.words)]
        digits = [[int(word_level(start, x)) for x in range(level)] for start in starts]
        return [
            (i, self._uniform(starts[self.word[i]], self.bit[i], level + 32))
            for i in range(self.n)
            if all(d >> self.bit[i] & 1 for d in digits[self.word[i]])
        ]

    def _false_alarms(self) -> None:
        """Passers-by who are taken for somebody on a list."""
        w = self.world
        for f in range(w["layers"]):
            for i, u in self._below_level(w["f_purpose"][f], w["f_level"][f]):
                for a in range(self.arms):
                    if u < self.law[a]["f_threshold"][f][self.looks[i]]:
                        v = self.law[a]["f_sensor"][f]
                        self._tally(a, i, w["m_false"] + v)
                        mine = self._charges(a, i).regime
                        mine[self.kinds + v] = mine.get(self.kinds + v, 0) + 1

    # --- what follows for a person ------------------------------------------------------------------------

    def _end_terms(self, a: int, i: int) -> None:
        """Off the lists whose term is over, with the score that the rule restores."""
        law, state = self.law[a], self.state[a]
        for x in range(law["lists"]):
            if state.terms.get((i, x), self.today + 1) > self.today:
                continue
            del state.terms[i, x]
            self._delist(a, i, x)
            _, _, restored, novice = law["l_exit"][x]
            if restored >= 0:
                st = state.standing[law["l_scheme"][x]]
                st.score[i], st.since[i] = restored, self.today
                st.novice[i], st.one[i], st.heavy[i] = bool(novice), False, False

    def _enlist(self, a: int, i: int, x: int) -> None:
        law, state = self.law[a], self.state[a]
        if law["l_exit"][x][0] == 1:
            state.terms[i, x] = self.today + law["l_exit"][x][1]
        if not state.lists[i] >> x & 1:
            state.lists[i] |= 1 << x
            self._tally(a, i, self.world["m_list"] + 2 * x)

    def _delist(self, a: int, i: int, x: int) -> None:
        state = self.state[a]
        if state.lists[i] >> x & 1:
            state.lists[i] ^= 1 << x
            self._tally(a, i, self.world["m_list"] + 2 * x + 1)

    def _learn(self, a: int, i: int) -> None:
        """A person's own day moves perceived certainty, and those tied by a known tie hear of charges."""
        mine = self.desk[a][i]
        if mine is None:
            return
        w, law, state = self.world, self.law[a], self.state[a]
        charged = set(mine.today)
        if law["notice"]:
            charged |= set(mine.regime)
        charged = {k for k in charged if k >= self.kinds or w["kind"][k] < 2}
        uncharged = mine.uncharged - charged
        if not charged and not uncharged:
            return
        p = [self.fear(a, i, c, self.today) for c in range(2)]
        for k in sorted(uncharged):
            c = w["kind"][k]
            p[c] = max(0, p[c] - rounded(p[c] * w["unlearn"][k], 30))
        own, vicarious, share = w["learn"]
        other = (own * share + (1 << 29)) >> 30
        for k in sorted(charged):
            c = w["kind"][k] if k < self.kinds else 0
            p[c] = self._raised(p[c], own)
            p[1 - c] = self._raised(p[1 - c], other)
            if vicarious > 0:
                for q in range(w["orders"]):
                    if w["known_mask"] >> q & 1:
                        self.told_ties += [(a, j, c) for j in self.near[q][i]]
        state.fear[0][i], state.fear[1][i], state.fear_day[i] = p[0], p[1], self.today

    @staticmethod
    def _raised(p: int, step: int) -> int:
        return min(65535, p + rounded((65536 - p) * step, 30))

    def _repair(self, a: int, s: int, i: int) -> None:
        """What clean time gives back today, if today it falls due."""
        rule, st = self.law[a]["repair"][s], self.state[a].standing[s]
        clean, cap = self.today - st.since[i], rule[L.R_CAP]
        if clean <= 0 or st.score[i] >= cap:
            return
        new = st.score[i]
        every, points = rule[L.R_EVERY], rule[L.R_POINTS]
        if st.novice[i]:
            every, points = rule[L.R_NOVICE_EVERY], rule[L.R_NOVICE_POINTS]
        if every and clean % every == 0:
            new += points
        if st.one[i] and clean == rule[L.R_ONE_DAYS]:
            new += rule[L.R_ONE_POINTS]
        if clean == self._full(a, s, i):
            new = cap
        st.score[i] = min(cap, new)

    def _full(self, a: int, s: int, i: int) -> int:
        """Clean days after which the balance is full again, or 0 where there is no such rule."""
        rule, st = self.law[a]["repair"][s], self.state[a].standing[s]
        return 0 if st.novice[i] else int(rule[L.R_FULL_HEAVY if st.heavy[i] else L.R_FULL])

    def _change(self, a: int, s: int, i: int, new: int) -> None:
        """Another score without a charge: clean time goes on, unless it had already filled the balance."""
        rule, st = self.law[a]["repair"][s], self.state[a].standing[s]
        st.score[i] = new
        full = self._full(a, s, i)
        if new <= rule[L.R_CAP] and 0 < full <= self.today - st.since[i]:
            st.since[i], st.one[i], st.heavy[i] = self.today, False, False

    def _cost(self, a: int, s: int, i: int) -> tuple[int, int, bool, set[int]]:
        """(net cost of the day, points lost, whether a heavy act is among them, what was charged)."""
        law, mine = self.law[a], self.desk[a][i]
        if mine is None:
            return 0, 0, False, set()
        counted = dict.fromkeys(mine.today, 1) if law["reads"][s] == L.TODAY else mine.regime
        cost, lost, heavy = 0, 0, False
        for k, times in counted.items():
            if k >= self.kinds:
                points = law["f_points"][k - self.kinds][s] * times
            elif law["counts"][s][k]:
                most = law["cap"][s][k]
                points = min(most, max(-most, law["points"][s][k] * times))
                heavy = heavy or (points > 0 and bool(law["heavy"][s][k]))
            else:
                continue
            cost += points
            lost += max(0, points)
        return cost, lost, heavy, set(counted)

    def _judge(self, a: int, s: int, i: int) -> None:
        """Repair, charges and merits of the day, then the tier and the lists: once, for everybody."""
        law, st = self.law[a], self.state[a].standing[s]
        rule, (_, floor, ceiling, _) = law["repair"][s], law["scale"][s]
        cost, lost, heavy, charged = self._cost(a, s, i)
        cycle = rule[L.R_NOVICE_CYCLE]
        if cycle and self.born[i] and (self.today + self.born[i]) % cycle == 0:
            st.score[i], st.since[i] = rule[L.R_NOVICE_START], self.today
            st.novice[i], st.one[i], st.heavy[i] = True, False, False
        if lost > 0:  # a day with a charge is not a clean day: no repair
            if st.score[i] >= rule[L.R_CAP]:
                st.heavy[i] = st.novice[i] = False
            st.one[i] = lost == 1 and rule[L.R_ONE_DAYS] > 0
            st.heavy[i] = st.heavy[i] or heavy
            st.score[i], st.since[i] = min(ceiling, max(floor, st.score[i] - cost)), self.today
            self._tally(a, i, self.world["m_scheme"] + 4 * s + L.LOST, lost)
        else:
            self._repair(a, s, i)
            if cost:
                self._change(a, s, i, min(ceiling, max(floor, st.score[i] - cost)))
        if self._place(a, s, i) and law["tie_points"][s] > 0:
            for q in range(self.world["orders"]):
                if law["tie_mask"][s] >> q & 1:
                    self.falls += [(a, j, s) for j in self.near[q][i]]
            for f in range(self.world["fars"]):
                if law["far_mask"][s] >> f & 1:
                    self.falls += [(a, j, s) for j in self.far[f][i] if j != i]
        for x in range(law["lists"]):
            kind, act = law["l_entry"][x]
            if law["l_scheme"][x] == s and kind == 1 and act in charged:
                self._enlist(a, i, x)

    def _place(self, a: int, s: int, i: int) -> bool:
        """Judge the tier: down below its lower end, else up where the way up is cleared. True for a fall."""
        law, st = self.law[a], self.state[a].standing[s]
        lower, before, score = law["lower"][s], st.tier[i], st.score[i]
        tier = before
        while tier + 1 < law["tiers"][s] and score < lower[tier]:
            tier += 1
        while tier <= before and tier > 0 and score >= lower[tier - 1] + law["scale"][s][3]:
            tier -= 1
        if tier == before:
            return False
        st.tier[i] = tier
        fell = tier > before
        self._tally(a, i, self.world["m_scheme"] + 4 * s + (L.FALL if fell else L.RISES))
        for x in range(law["lists"]):
            if law["l_scheme"][x] != s:
                continue
            if law["l_entry"][x][0] == 0 and before < law["l_entry"][x][1] <= tier:
                self._enlist(a, i, x)
            if law["l_exit"][x][0] == 0 and tier <= law["l_exit"][x][1]:
                self._delist(a, i, x)
        return fell

    def _opportunities(self) -> None:
        """Everybody's trips and offers; trips count where a list may refuse them."""
        w = self.world
        for u in range(w["chances"]):
            column = w["m_trip"] + 2 * u
            for i, x in self._below_level(w["o_purpose"][u], w["o_level"][u]):
                # `x` has the digits of the level in front, all 0.
                coin = int(draw(self.key, i, self.today, w["o_purpose"][u], 0)[0])
                for a in range(self.arms):
                    if x >= self.law[a]["o_threshold"][u][self.where[i]]:
                        continue
                    if w["o_kind"][u] == 1:
                        self._offer(a, u, i)
                        continue
                    refusal = self.law[a]["o_refuse"][u][self.state[a].lists[i]]
                    if refusal > 0:
                        self._tally(a, i, column)
                        if coin < refusal:
                            self._tally(a, i, column + 1)

    def _offer(self, a: int, u: int, i: int) -> None:
        law, state, s = self.law[a], self.state[a], self.law[a]["o_scheme"][u]
        if s < 0 or not self._member(a, s, i) or state.lists[i] & law["o_blocked"][u]:
            return
        st = state.standing[s]
        if not law["o_tiers"][u] >> st.tier[i] & 1:
            return
        self._change(a, s, i, min(law["scale"][s][2], st.score[i] + law["o_points"][u]))
        self._tally(a, i, self.world["m_trip"] + 2 * u)
        if law["o_enters"][u] >= 0:
            self._enlist(a, i, law["o_enters"][u])
        self._place(a, s, i)

    def _news(self) -> None:
        """At the end of the day ties hear of charges and pay for falls; both are judged tomorrow."""
        for a, i, c in self.told_ties:
            p = [self.fear(a, i, x, self.today) for x in range(2)]
            p[c] = self._raised(p[c], self.world["learn"][1])
            state = self.state[a]
            state.fear[0][i], state.fear[1][i], state.fear_day[i] = p[0], p[1], self.today
        for a, i, s in self.falls:
            law, st = self.law[a], self.state[a].standing[s]
            if not self._member(a, s, i):
                continue
            now = st.score[i]
            new = max(law["scale"][s][1], now - law["tie_points"][s])
            if law["tie_breaks"][s]:
                st.score[i], st.since[i], st.one[i] = new, self.today, False
            else:
                self._change(a, s, i, new)
            self._tally(a, i, self.world["m_scheme"] + 4 * s + L.FROM_TIES, now - new)
        self.told_ties, self.falls = [], []

    # --- what is counted ----------------------------------------------------------------------------------

    def _empty_measures(self) -> None:
        regions, slots = len(self.compiled.regions), len(self.compiled.slots)
        schemes = self.compiled.law["schemes"].max() if self.arms else 1
        start = EPOCH + timedelta(days=self.first)
        self.month_of = []
        for x in range(self.days):
            d = EPOCH + timedelta(days=self.first + x)
            self.month_of.append((d.year - start.year) * 12 + d.month - start.month)
        months = self.month_of[-1] + 1 if self.days else 0
        flows, stocks = self.columns.flows, self.columns.stocks
        shape = (self.arms, self.days)
        self.region_flow = np.zeros((*shape, regions, flows), np.int64)
        self.level_flow = np.zeros((*shape, slots, flows), np.int64)
        self.month_flow = np.zeros((self.arms, months, regions, slots, flows), np.int64)
        self.region_stock = np.zeros((*shape, regions, stocks), np.int64)
        self.level_stock = np.zeros((*shape, slots, stocks), np.int64)
        self.month_stock = np.zeros((self.arms, months, regions, slots, stocks), np.int64)
        self.score_sum = np.zeros((self.arms, max(1, schemes), self.days, regions), np.int64)
        self.fear_sum = np.zeros((self.arms, months, slots, 2), np.int64)
        self.level_score = np.zeros((self.arms, max(1, schemes), months, slots), np.int64)
        self.clamped: list[tuple[int, int, int]] = []

    def _count(self, x: int) -> None:
        """Stocks and sums at the end of a day, from everybody's own state."""
        region, levels = self.population.region.astype(np.int64), self.population.levels.astype(np.int64)
        last_of_month = x + 1 == self.days or self.month_of[x + 1] != self.month_of[x]
        month = self.month_of[x]

        def stock(a: int, column: NDArray[np.int64], among: NDArray[np.int64]) -> None:
            np.add.at(self.region_stock[a, x], (region[among], column), 1)
            for y in range(levels.shape[1]):
                np.add.at(self.level_stock[a, x], (levels[among, y], column), 1)
                if last_of_month:
                    np.add.at(self.month_stock[a, month], (region[among], levels[among, y], column), 1)

        for a in range(self.arms):
            law, state = self.law[a], self.state[a]
            for s in range(law["schemes"]):
                among = np.array([i for i in range(self.n) if self._member(a, s, i)], np.int64)
                score = np.array(state.standing[s].score, np.int64)[among]
                stock(a, 8 * s + np.array(state.standing[s].tier, np.int64)[among], among)
                np.add.at(self.score_sum[a, s, x], region[among], score)
                for y in range(levels.shape[1] if last_of_month else 0):
                    np.add.at(self.level_score[a, s, month], levels[among, y], score)
            lists = np.array(state.lists, np.int64)
            for z in range(law["lists"]):
                among = np.flatnonzero(lists >> z & 1)
                stock(a, np.full(len(among), self.columns.tier_stocks + z), among)
            for c in range(2 if last_of_month else 0):
                fear = np.array([self.fear(a, i, c, self.today) for i in range(self.n)], np.int64)
                for y in range(levels.shape[1]):
                    np.add.at(self.fear_sum[a, month, :, c], levels[:, y], fear)

    def _count_events(self) -> None:
        """Flows by day and region, by day and level, by month, region and level."""
        levels = self.population.levels.astype(np.int64)
        region, months = self.population.region.astype(np.int64), np.array(self.month_of, np.int64)
        if self.events:
            a, x, i, column, by = np.array(self.events, np.int64).T
            np.add.at(self.region_flow, (a, x, region[i], column), by)
            for y in range(levels.shape[1]):
                np.add.at(self.level_flow, (a, x, levels[i, y], column), by)
                np.add.at(self.month_flow, (a, months[x], region[i], levels[i, y], column), by)
        if self.clamped:
            a, x, i = np.array(self.clamped, np.int64).T
            np.add.at(self.region_flow, (a, x, region[i], np.full(len(a), self.columns.clamped)), 1)

    def digests(self) -> dict[str, str]:
        """The digest of each arm: its measures by name, then the keyed sum of everybody's state."""
        out = {}
        for a, arm in enumerate(self.compiled.arms):
            h = hashlib.sha256()
            for names, tables in (
                (
                    self.columns.flow_names[a],
                    (self.region_flow[a], self.level_flow[a], self.month_flow[a]),
                ),
                (
                    self.columns.stock_names[a],
                    (self.region_stock[a], self.level_stock[a], self.month_stock[a]),
                ),
            ):
                for name, column in sorted((name, column) for column, name in names.items()):
                    h.update(name.encode())
                    for table in tables:
                        h.update(np.ascontiguousarray(table[..., column]).tobytes())
            for s, scheme in enumerate(arm.schemes):
                h.update(scheme.scheme.encode())
                h.update(self.score_sum[a, s].tobytes())
                h.update(self.level_score[a, s].tobytes())
            h.update(self.fear_sum[a].tobytes())
            h.update(self._state_sums(a).tobytes())
            out[arm.name] = h.hexdigest()
        return out

    def _state_sums(self, a: int) -> NDArray[np.uint64]:
        """Two sums over people, mod 2**64, of a keyed hash of each person's state on the last day."""
        state, lane = self.state[a], 0xA5A5A5A55A5A5A5A
        key, sums = int(self.key), [0, 0]

        def add(h: int) -> None:
            sums[0] = (sums[0] + h) & M64
            sums[1] = (sums[1] + digest_mix(h ^ lane)) & M64

        for i in range(self.n):
            h = digest_mix(key ^ i)
            for st in state.standing:
                h = digest_mix(h ^ (st.score[i] + 65536) ^ (st.tier[i] << 32))
            for c in range(2):
                h = digest_mix(h ^ self.fear(a, i, c, self.today))
            add(digest_mix(h ^ state.lists[i]))
        for (i, x), until in state.terms.items():
            add(digest_mix(digest_mix(key ^ i) ^ (x | until << 8)))
        return np.array(sums, np.uint64)
