"""Jobs, ratings and debts in the dense reference: everybody looked at, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from moot.country.population import EMPLOYED, Population
from moot.draws.philox import draw, static_hash
from moot.society import law as L
from moot.society import work
from moot.society.compile import Compiled
from tests.reference.counted import Counted
from tests.reference.people import ArmState

CERTAIN = 1 << 32
WORKING, SEEKING, OTHER = range(3)
SHORT = 63  # in place of an act: a shortfall of income
STAR = 8192


@dataclass
class Job:
    """What one person does for a living in one arm, and owes."""

    status: int = WORKING
    lost: bool = False
    since: int = 0
    behind: bool = False  # a fine was left unpaid since the month began
    dropped: bool = False
    warned: int = 0
    rated: int = 0
    owed: int = 0


class Livelihood(Counted):
    """People with jobs and debts; nothing happens where the country declares neither."""

    def __init__(
        self,
        population: Population,
        compiled: Compiled,
        *,
        first: int,
        days: int,
        before: Sequence[ArmState] | None,
        had: int,
    ) -> None:
        super().__init__(population, compiled, first=first, days=days, before=before, had=had)
        for state in self.state:
            if not state.jobs:
                state.jobs = [self._first_job(i) for i in range(self.n)]

    def _first_job(self, i: int) -> Job:
        if not self.world["works"]:
            return Job()
        job = Job(since=max(0, self.first - 1))
        if not self.who[i] & EMPLOYED:
            u = int(static_hash(self.key, self.world["begin_purpose"], i)) >> 32
            job.status = SEEKING if u < self.world["begins"][self.who[i] >> 5] else OTHER
            job.lost = job.status == SEEKING
        return job

    def _begin_of_day(self) -> None:
        day = date(2000, 1, 1) + timedelta(days=self.today)
        self.month, self.month_begins = day.year * 12 + day.month, day.day == 1

    def _hardship(self, a: int, i: int) -> int:
        job = self.state[a].jobs[i]
        if not self.world["works"] or not job.lost:
            return 0
        return 1 if self.today - job.since <= self.world["covered_days"] else 2

    def _colleagues(self, a: int, q: int, i: int) -> list[int]:
        """Ties of an order, without those of work where one of the two has no job."""
        near = self.near[q][i]
        if not self.world["works"] or self.world["tie_kind"][q] != 2 or not self.who[i] & EMPLOYED:
            return near
        jobs = self.state[a].jobs
        return [j for j in near if jobs[i].status == WORKING and jobs[j].status == WORKING]

    def _owe(self, a: int, i: int, cents: int) -> None:
        job = self.state[a].jobs[i]
        job.owed = min((1 << 32) - 1, max(0, job.owed + cents))

    def _debt(self, a: int, i: int, k: int, cents: int, ends: list[int], u: int) -> None:
        last = self.world["debt_months"]
        months = next((x for x in range(1, last) if u < ends[x]), last)
        self.state[a].debts.append((i, k, int(u < ends[last]), cents, self.month + months))
        self._owe(a, i, cents)

    def _settle(self, a: int, i: int, today: set[int], regime: dict[int, int]) -> None:
        """Fines of the day, and what unpaid ones cost in points."""
        w, law, job = self.world, self.law[a], self.state[a].jobs[i]
        if not w["fines"]:
            return
        column = w["m_money"]
        for _ in range(regime.get(w["unpaid"], 0)):
            for s in range(law["schemes"]):
                if law["reads"][s] == L.REGIME and law["counts"][s][w["unpaid"]] and self._member(a, s, i):
                    points = min(law["points"][s][w["unpaid"]], law["cap"][s][w["unpaid"]])
                    self._tally(a, i, column + work.FROM_ARREARS, max(0, points))
        for k in self._in_order(today):
            if w["fine"][k] == 0:
                continue
            self._tally(a, i, column + work.CHARGED)
            notice, pays, ends, _ = (int(x) for x in draw(self.key, i, self.today, w["fine_purpose"][k], 0))
            if notice >= w["fine_notice"][k]:
                continue
            self._tally(a, i, column + work.NOTICED)
            table = w["fine_pay"][k][self.where[i] // 5][self._hardship(a, i)]
            if pays < table[int(job.owed > 0)]:
                self._tally(a, i, column + work.AT_ONCE)
                continue
            job.behind = True
            self._debt(a, i, k, w["fine"][k], w["fine_ends"][k], ends)

    def _in_order(self, today: set[int]) -> list[int]:
        """Charges of a day in the order of the engine's chain: the last act drawn comes first."""
        order = [k for layer in self.order for k in layer]
        return sorted(today, key=order.index, reverse=True)

    def _arrears(self) -> None:
        """The act that arises from unpaid fines, on the first day of a month."""
        k = self.world["unpaid"]
        if k < 0 or not self.month_begins:
            return
        for a in range(self.arms):
            for i in range(self.n):
                job = self.state[a].jobs[i]
                if not job.behind:
                    continue
                job.behind = False
                self._tally(a, i, k * L.PER_ACT + L.DONE)
                if self._search(a, i, k, False, registers=True):
                    mine = self._charges(a, i)
                    mine.regime[k] = mine.regime.get(k, 0) + 1
                    mine.own_by_regime |= {k} if self.world["kind"][k] < 2 else set()

    def _month(self) -> None:
        """Debts that end, jobs, ratings, shortfalls: the last of the first day of a month."""
        w = self.world
        if not self.month_begins or not (w["works"] or w["fines"]):
            return
        for a in range(self.arms):
            state = self.state[a]
            for i, k, recovered, cents, until in state.debts:
                if until <= self.month:
                    self._owe(a, i, -cents)
                    if k != SHORT:
                        self._tally(a, i, w["m_money"] + (work.RECOVERED if recovered else work.LAPSED))
            state.debts = [debt for debt in state.debts if debt[4] > self.month]
        if not w["works"]:
            return
        of_age = [i for i in range(self.n) if w["begins"][self.who[i] >> 5] > 0]
        self.to_be_hired: list[list[int]] = [[] for _ in range(self.arms)]
        for a in range(self.arms):
            for i in of_age:
                self._job(a, i)
        for region in range(len(self.compiled.regions)):
            self._places(region)
        for a in range(self.arms):
            for i in of_age:
                self._rating(a, i)
                level = self._hardship(a, i)
                if level and self.state[a].jobs[i].status != WORKING:
                    cents = w["short"][self.where[i] // 5 + 10 * (level - 1)]
                    if cents > 0:
                        u = int(draw(self.key, i, self.month, w["short_purpose"], 0)[0])
                        self._debt(a, i, SHORT, cents, w["short_ends"], u)

    def _places(self, region: int) -> None:
        """Everybody drawn is hired; where places are fixed, as many people as under the comparator."""
        w = self.world
        drawn = [[i for i in found if self.region[i] == region] for found in self.to_be_hired]
        for a in range(self.arms):
            hired, seekers = drawn[a], []
            if w["fixed"]:
                places = len(drawn[w["places_arm"]])
                in_order = sorted(hired, key=self._turn)
                hired = in_order[:places]
                for i in in_order[places:]:
                    self._tally(a, i, w["m_places"] + work.MISSING)
                free = places - len(hired)
                if free > 0:
                    seekers = [i for i in self.residents[region] if self._seeks(a, i) and i not in hired]
                    seekers = [i for i in seekers if not self._is_refused(a, i)]
                    seekers = sorted(seekers, key=self._turn)[:free]
                    self.unfilled.append((a, self.today - self.first, region, free - len(seekers)))
                for i in seekers:
                    self._tally(a, i, w["m_places"] + work.HANDED)
            for i in [*hired, *seekers]:
                job = self.state[a].jobs[i]
                self._tally(a, i, w["m_work"] + work.HIRED)
                job.status, job.lost, job.since = WORKING, False, self.today

    def _turn(self, i: int) -> tuple[int, int]:
        return self._coin(i, self.world["place_purpose"]), i

    def _seeks(self, a: int, i: int) -> bool:
        """Looks for work, and did not lose it today."""
        job = self.state[a].jobs[i]
        return job.status == SEEKING and job.since != self.today

    def _is_refused(self, a: int, i: int) -> bool:
        law = self.law[a]
        return any(
            self._coin(i, law["hire_purpose"][s]) >= law["hires"][s][self.state[a].standing[s].tier[i]]
            for s in range(law["schemes"])
            if self._member(a, s, i)
        )

    def _coin(self, i: int, what: int) -> int:
        return int(draw(self.key, i, self.month, what, 0)[0])

    def _job(self, a: int, i: int) -> None:
        w, law, job = self.world, self.law[a], self.state[a].jobs[i]
        u, (working, seeking) = self._coin(i, w["work_purpose"]), w["moves"][self.who[i] >> 5][job.status]
        new = WORKING if u < working else SEEKING if u < seeking else OTHER
        schemes = [s for s in range(law["schemes"]) if self._member(a, s, i)]
        tier = {s: self.state[a].standing[s].tier[i] for s in schemes}
        column = w["m_work"]
        if new == WORKING and job.status == WORKING:
            if any(self._coin(i, law["dismiss_purpose"][s]) < law["dismisses"][s][tier[s]] for s in schemes):
                self._tally(a, i, column + work.DISMISSED)
                job.status, job.lost, job.since = SEEKING, True, self.today
        elif new == WORKING:
            if self._is_refused(a, i):
                self._tally(a, i, column + work.HIRE_REFUSED)
            else:
                self.to_be_hired[a].append(i)
        elif job.status == WORKING:
            self._tally(a, i, column + work.JOB_LOST)
            job.status, job.lost, job.since = new, new == SEEKING, self.today
        else:
            job.status = new

    def _rating(self, a: int, i: int) -> None:
        w, law, job = self.world, self.law[a], self.state[a].jobs[i]
        platform = self.population.person[i, 2] >> 6 & 1
        if not law["r_count"] or not platform or job.dropped or job.status != WORKING:
            return
        bin_ = int(static_hash(self.key, w["deficit_purpose"], i)) >> 52
        drift = law["r_drift"] * max(0, self.today - law["r_since"]) >> 20
        mean = min(5 * STAR, max(STAR, law["r_level"][bin_] - law["r_bias"][self.looks[i]] + drift))
        shown, n = job.rated or mean, law["r_window"] + 1
        for x in range(law["r_count"]):
            coin = int(draw(self.key, i, self.month, w["star_purpose"], x // 4)[x % 4])
            star = mean // STAR + (coin < (mean % STAR) << 19)
            step = 2 * (star * STAR - shown)
            size = (abs(step) + n // 2) // n
            shown += size if step >= 0 else -size
        if shown >= law["r_line"]:
            job.warned, job.rated = 0, shown
        elif job.warned >= law["r_warning"]:
            self._tally(a, i, w["m_rating"] + work.DROPS)
            job.dropped, job.warned, job.rated = True, 0, 0
            job.status, job.lost, job.since = SEEKING, True, self.today
        else:
            if job.warned == 0:
                self._tally(a, i, w["m_rating"] + work.WARNINGS)
            job.warned, job.rated = job.warned + 1, shown

    def _livelihood_stocks(self, a: int) -> list[tuple[str, int, list[int]]]:
        """(family, column in it, people) of the stocks that a country or regime with these sections has."""
        jobs, w = self.state[a].jobs, self.world
        out = []
        if w["works"]:
            for status in (WORKING, SEEKING):
                out.append(("at-work", status, [i for i, job in enumerate(jobs) if job.status == status]))
        if w["fines"]:
            out.append(("in-arrears", 0, [i for i, job in enumerate(jobs) if job.owed > 0]))
        if self.law[a]["r_count"]:
            rated = [(i, job.rated) for i, job in enumerate(jobs) if job.rated > 0]
            out.append(("rated", work.ALL_RATED, [i for i, _ in rated]))
            out.append(("rated", work.HIGH, [i for i, x in rated if x >= 4.5 * STAR]))
            out.append(("rated", work.BELOW, [i for i, x in rated if x < self.law[a]["r_line"]]))
        return out

    def _words(self, a: int, i: int) -> list[int]:
        """The words of a person's row of rare state, as the digest reads them."""
        job = self.state[a].jobs[i]
        flags = 4 * job.lost + 8 * job.behind + 16 * job.dropped + 32 * job.warned
        return [job.status + flags, job.since, job.owed & 0xFFFF, job.owed >> 16, job.rated]
