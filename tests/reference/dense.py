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

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from moot.country.population import Population
from moot.draws.philox import below, day_key, draw, stream, word_level, word_start
from moot.society import law as L
from moot.society.compile import Compiled
from tests.reference.livelihood import Livelihood
from tests.reference.minds import Minds
from tests.reference.people import ACTS, SILENT, ArmState, digest_mix, rounded

CERTAIN = 1 << 32
TRIES = 4096
LEAD = 8  # digits of a thinning uniform that come from the words


@dataclass
class Charges:
    """What reaches one person on one day."""

    uncharged: set[int] = field(default_factory=set)
    today: set[int] = field(default_factory=set)
    regime: dict[int, int] = field(default_factory=dict)  # act or false alarm -> how often
    own_by_regime: set[int] = field(default_factory=set)
    borne: set[int] = field(default_factory=set)  # acts of others, and false alarms


class Dense(Livelihood):
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
        super().__init__(population, compiled, first=first, days=days, before=before, had=had)
        self.lost: dict[tuple[int, int, int], list[int]] = {}  # arm, person, scheme -> points by domain
        self.told_ties: list[tuple[int, int, int]] = []  # arm, person, class
        self.falls: list[tuple[int, int, int]] = []  # arm, person, scheme
        self.minds = Minds(self) if self.world["minds"] else None

    def run(self) -> Dense:
        """Live through all days; returns itself."""
        for x in range(self.days):
            self.today = self.first + x
            self.words_seen: dict[int, list[int]] = {}  # binary digits of 64 people, by where they start
            self.desk: list[list[Charges | None]] = [[None] * self.n for _ in range(self.arms)]
            self._begin_of_day()
            self._acts()
            self._false_alarms()
            self._arrears()
            for a in range(self.arms):
                for i in range(self.n):
                    self._end_terms(a, i)
                    self._learn(a, i)
                    for s in range(self.law[a]["schemes"]):
                        if self._member(a, s, i):
                            self._judge(a, s, i)
                        else:  # outside the scheme; the digest reads their scores all the same
                            self._repair(a, s, i)
            for a in range(self.arms):  # who hears of a charge was settled by the jobs of the morning
                for i in range(self.n):
                    if self.desk[a][i] is not None:
                        self._settle(a, i, self.desk[a][i].today, self.desk[a][i].regime)
            self._opportunities()
            self._month()
            self._news()
            if self.minds:
                self.minds.end_day()
            self._count(x)
        self._count_events()
        return self

    def _charges(self, a: int, i: int) -> Charges:
        found = self.desk[a][i]
        if found is None:
            found = self.desk[a][i] = Charges()
        return found

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
                        thin = r1
                        if self.world["lead"][layer] < (1 << LEAD) - 1:
                            thin = self._uniform(start, self.bit[i], LEAD) << (32 - LEAD) | r1 >> LEAD
                        self._potential(i, k, thin, r2, scale)

    def _next_kind(self, layer: int, i: int, k: int, u: int, level: int) -> tuple[int, int]:
        """The next kind of act of a layer that a uniform finds, and how far its rate exceeds the bound.

        P(it is x) is p(x) times the product of 1 - p(y) over the kinds between: kinds are independent.
        """
        nothing, reached = CERTAIN, 0
        order = self.order[layer]
        for x in order[order.index(k) + 1 if k >= 0 else 0 :]:
            p, full = self.bound[i][x]
            if p > 0:
                share = (nothing // 2 * p) >> 31
                nothing, reached = nothing - share, reached + share
                if u < reached << level:
                    return x, 65536 if full == p else (full << 16) // p
        return self.kinds, 0

    def _threshold(self, a: int, i: int, k: int, scale: int) -> int:
        """The state's share in whether a potential act is done, as a threshold on its uniform."""
        w, law, state = self.world, self.law[a], self.state[a]
        c, threshold = w["kind"][k], w["thin"][k] * scale >> 16
        if w["works"] and w["of_work"][k] and state.jobs[i].status:
            return 0
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
        if w["works"]:
            threshold = (threshold * w["strain"][c][self._hardship(a, i)]) >> 16
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
                if self.minds and self.world["kind"][k] == 1 and u_thin < self.world["thin"][k] * scale >> 16:
                    self._tally(a, i, self.world["m_forgone"] + k)
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
                mine.own_by_regime |= {k} if self.world["kind"][k] < 2 else set()
            if learns and not charged_today and not (charged_by_regime and law["notice"]):
                mine.uncharged.add(k)

    def _search(self, a: int, i: int, k: int, charged_today: bool, *, registers: bool = False) -> bool:
        """Every sensor looks at the act; returns whether its author is charged by the regime.

        `registers`: what is in a register already, and read by registers alone.
        """
        law, right = self.law[a], False
        column = k * L.PER_ACT
        for v in range(law["sensors"]):
            need = law["s_need"][v]
            if registers and not law["s_register"][v]:
                continue
            if not registers and law["s_register"][v] and not charged_today:
                continue
            if self.who[i] & need != need:
                continue
            search = law["s_purpose"][v] ^ self.purpose[k]
            w0, w1, _, _ = (int(x) for x in draw(self.key, i, self.today, search, 0))
            if w0 >= law["s_seen"][v][k][self.stratum[i]]:
                continue
            bounds = self._bounds_of_search(a, v, i, k, w1)
            if w1 < bounds[0]:
                if not right:
                    self._tally(a, i, column + L.BY_REGIME)
                right = True
                continue
            j = -1
            if w1 >= CERTAIN - law["s_context"][v]:
                j = self._somebody_absent(i, k, search)
            elif w1 < bounds[1]:
                j = self._somebody_else(a, v, i, k, search)
            self._tally(a, i, column + (L.NOBODY if j < 0 else L.TO_ANOTHER))
            if j >= 0:
                self._tally(a, j, column + L.FOR_ANOTHER)
                theirs = self._charges(a, j)
                theirs.regime[k] = theirs.regime.get(k, 0) + 1
                theirs.borne |= {k} if self.world["kind"][k] < 2 else set()
        return right

    def _looked_at(self, a: int, v: int, i: int, search: int) -> bool:
        """Whether a human sees a match; counted either way."""
        share = self.law[a]["s_share"][v]
        seen = share >= CERTAIN or int(draw(self.key, i, self.today, search, 0)[0]) < share
        self._tally(a, i, self.world["m_review"] + 2 * v + (0 if seen else 1))
        return seen

    def _bounds_of_search(self, a: int, v: int, i: int, k: int, u: int) -> tuple[int, int]:
        """Below which uniforms a search is right, and right or wrong, after whoever looks has looked."""
        law, looks = self.law[a], self.looks[i]
        if u >= CERTAIN - law["s_context"][v]:
            return 0, 0
        raw, search = law["s_raw"][v][looks], law["s_review_purpose"][v] ^ self.purpose[k]
        if law["s_review"][v] and u < raw[1] and not self._looked_at(a, v, i, search):
            return (raw[0], raw[1]) if law["s_review"][v] == 1 else (0, 0)
        return law["s_right"][v][looks], law["s_wrong"][v][looks]

    def _somebody_absent(self, i: int, k: int, search: int) -> int:
        """Anybody of the country but the author, in the search's own order."""
        u0, u1, u2, u3 = (int(x) for x in draw(self.key, i, self.today, search, 2))
        order = digest_mix(u1 << 32 | u2) ^ k << 32 ^ u3
        j = int(below(np.uint64(u0), self.n))
        while j == i:
            order = digest_mix(order)
            j = int(below(np.uint64(order >> 32), self.n))
        return j

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
                    v, law = self.law[a]["f_sensor"][f], self.law[a]
                    stopped = law["f_threshold"][f][self.looks[i]]
                    if v >= 0 and law["s_review"][v]:
                        if u >= law["f_raw"][f][self.looks[i]]:
                            continue
                        if not self._looked_at(a, v, i, law["s_review_purpose"][v]):
                            stopped = CERTAIN << 32 if law["s_review"][v] == 1 else 0
                    if u < stopped:
                        self._tally(a, i, w["m_false"] + v)
                        mine = self._charges(a, i)
                        mine.regime[self.kinds + v] = mine.regime.get(self.kinds + v, 0) + 1
                        mine.borne.add(self.kinds + v)

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
            if restored != L.NO_SCORE:
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
        if self.minds:
            self.minds.charged(a, i, mine)
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
                        self.told_ties += [(a, j, c) for j in self._colleagues(a, q, i)]
                        if self.minds and law["notice"] and k in mine.regime:
                            for j in self._colleagues(a, q, i):
                                self.minds.told(a, j)
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

    def _cost(self, a: int, s: int, i: int) -> tuple[int, list[tuple[int, int]], bool, set[int]]:
        """(net cost of the day, points lost by act, whether a heavy act is among them, what was charged)."""
        law, mine = self.law[a], self.desk[a][i]
        if mine is None:
            return 0, [], False, set()
        counted = dict.fromkeys(mine.today, 1) if law["reads"][s] == L.TODAY else mine.regime
        cost, heavy = 0, False
        losses: list[tuple[int, int]] = []
        for k, times in sorted(counted.items()):
            if k >= self.kinds:
                points = law["f_points"][k - self.kinds][s] * times
            elif law["counts"][s][k]:
                most = law["cap"][s][k]
                points = min(most, max(-most, law["points"][s][k] * times))
                heavy = heavy or (points > 0 and bool(law["heavy"][s][k]))
            else:
                continue
            cost += points
            if points > 0:
                losses.append((k, points))
        return cost, losses, heavy, set(counted)

    def _judge(self, a: int, s: int, i: int) -> None:
        """Repair, charges and merits of the day, then the tier and the lists: once, for everybody."""
        law, st = self.law[a], self.state[a].standing[s]
        rule, (_, floor, ceiling, _) = law["repair"][s], law["scale"][s]
        cost, losses, heavy, charged = self._cost(a, s, i)
        lost = sum(points for _, points in losses)
        cycle = rule[L.R_NOVICE_CYCLE]
        if cycle and self.born[i] and (self.today + self.born[i]) % cycle == 0:
            st.score[i], st.since[i] = rule[L.R_NOVICE_START], self.today
            st.novice[i], st.one[i], st.heavy[i] = True, False, False
        if lost > 0:  # a day with a charge is not a clean day: no repair
            if st.score[i] >= rule[L.R_CAP]:
                st.heavy[i] = st.novice[i] = False
            st.one[i] = lost == 1 and rule[L.R_ONE_DAYS] > 0
            st.heavy[i] = st.heavy[i] or heavy
            left, taken = lost - max(0, floor - (st.score[i] - cost)), []
            after = min(ceiling, max(floor, st.score[i] - cost))
            for k, points in losses:
                domain = self.world["act_domain"][k] if k < self.kinds else L.ALARMS
                taken.append((domain, min(left, points)))
                left -= taken[-1][1]
            self._lose(a, i, s, after + sum(points for _, points in taken), taken)
            st.score[i], st.since[i] = after, self.today
            self._tally(a, i, self.world["m_scheme"] + 4 * s + L.LOST, lost)
        else:
            self._repair(a, s, i)
            if cost:
                self._change(a, s, i, min(ceiling, max(floor, st.score[i] - cost)))
        if self._place(a, s, i) and law["tie_points"][s] > 0:
            for q in range(self.world["orders"]):
                if law["tie_mask"][s] >> q & 1:
                    self.falls += [(a, j, s) for j in self._colleagues(a, q, i)]
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
            column = w["m_trip"] + L.PER_CHANCE * u
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
                            self._tally(a, i, column + L.REFUSED)
                            if not self._listed_anyway(a, i, u):
                                self._tally(a, i, column + L.ACROSS)

    def _listed_anyway(self, a: int, i: int, u: int) -> bool:
        """Whether a list refused chance u had points been lost in the domains of its context alone."""
        w, law, state = self.world, self.law[a], self.state[a]
        domains = w["o_domains"][u]
        for x in range(law["lists"]):
            if not state.lists[i] >> x & 1 or not law["l_refuses"][x] >> u & 1:
                continue
            kind, what = law["l_entry"][x]
            if kind == 1 and domains >> w["act_domain"][what] & 1:
                return True
            if kind == 0:
                s = law["l_scheme"][x]
                now, start = state.standing[s].score[i], law["scale"][s][0]
                if law["ledger"][s]:
                    lost = self.lost.get((a, i, s), [0] * L.DOMAINS)
                    total = sum(lost)
                    others = sum(p for d, p in enumerate(lost) if not domains >> d & 1)
                    now += others * min(total, max(0, start - now)) // total if total else 0
                elif (only := law["only_domain"][s]) >= 0 and not domains >> only & 1:
                    now = max(now, start)
                if what == 0 or now < law["lower"][s][what - 1]:
                    return True
        return False

    def _lose(self, a: int, i: int, s: int, before: int, losses: list[tuple[int, int]]) -> None:
        """Enter losses (domain, points) in the ledger of a person who stood at `before`."""
        if not self.law[a]["ledger"][s]:
            return
        lost = self.lost.setdefault((a, i, s), [0] * L.DOMAINS)
        total, lacks = sum(lost), max(0, self.law[a]["scale"][s][0] - before)
        if total > lacks:
            lost[:] = [p * lacks // total for p in lost]
        for d, points in losses:
            lost[d] += points

    def _offer(self, a: int, u: int, i: int) -> None:
        law, state, s = self.law[a], self.state[a], self.law[a]["o_scheme"][u]
        if s < 0 or not self._member(a, s, i) or state.lists[i] & law["o_blocked"][u]:
            return
        st = state.standing[s]
        if not law["o_tiers"][u] >> st.tier[i] & 1:
            return
        self._change(a, s, i, min(law["scale"][s][2], st.score[i] + law["o_points"][u]))
        self._tally(a, i, self.world["m_trip"] + L.PER_CHANCE * u)
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
            if new < now:
                self._lose(a, i, s, now, [(L.OF_TIES, now - new)])
            self._tally(a, i, self.world["m_scheme"] + 4 * s + L.FROM_TIES, now - new)
        self.told_ties, self.falls = [], []
