"""The dense reference with what stands beside acts: reports, recognition, cut ties, bought points.

Review and context errors are in `tests.reference.dense`, where searches are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from moot.country.rates import STRATA
from moot.draws.philox import draw
from moot.experiment.scenario import Scenario, load_scenario
from moot.society import law as L
from moot.society.gaming import DISPLACEMENT
from tests.reference import worlds
from tests.reference.dense import Dense
from tests.reference.people import M64, digest_mix

EPOCH = date(2000, 1, 1)


class Uncut:
    """One order of ties, seen from an arm: without those that are cut there."""

    def __init__(self, of: Beside, q: int, ties: list[list[int]]) -> None:
        self.of, self.q, self.ties = of, q, ties

    def __getitem__(self, i: int) -> list[int]:
        cut = self.of.cut[self.of.arm]
        return [j for j in self.ties[i] if (self.q, min(i, j), max(i, j)) not in cut]

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.ties)


class Beside(Dense):
    """As `Dense`; ties that are cut are kept as pairs, by order and arm."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.arm = 0
        self.cut: list[set[tuple[int, int, int]]] = [set() for _ in range(self.arms)]
        self.turns: list[tuple[int, int, int, bool, int]] = []  # arm, person, scheme, fell, stake
        self.whole = self.near
        self.near = [Uncut(self, q, ties) for q, ties in enumerate(self.whole)]  # type: ignore[misc]

    def _threshold(self, a: int, i: int, k: int, scale: int) -> int:
        threshold, law = super()._threshold(a, i, k, scale), self.law[a]
        if self.world["kind"][k] == 2 and law["game_acts"] >> k & 1:
            start, span = law["game_span"]
            lost = (start - self.state[a].standing[law["game_scheme"]].score[i]) * 256 // span
            threshold = threshold * law["gamed"][min(256, max(0, lost))] >> 16
        return threshold

    def _tally(self, a: int, i: int, column: int, by: int = 1) -> None:
        super()._tally(a, i, column, by)
        k, what = divmod(column, L.PER_ACT)
        if k < self.kinds and what == L.PREVENTED and self.law[a]["displace_acts"] >> k & 1:
            u = int(draw(self.key, i, self.today, DISPLACEMENT ^ self.purpose[k], 0)[0])
            if u < self.law[a]["displaced"]:
                super()._tally(a, i, self.world["m_displaced"] + k)

    def _false_alarms(self) -> None:
        super()._false_alarms()
        w = self.world
        for f in range(w["reports"]):
            for i, u in self._below_level(w["r_purpose"][f], w["r_level"][f]):
                ties = 2 * w["fars"] + sum(
                    len(self.whole[q][i]) for q in range(w["orders"]) if w["known_mask"] >> q & 1
                )
                for a, law in enumerate(self.law):
                    if u < law["r_threshold"][f] * ties:
                        self._tally(a, i, w["m_malicious"] + law["r_sensor"][f])
                        mine, k = self._charges(a, i), law["r_act"][f]
                        mine.regime[k] = mine.regime.get(k, 0) + 1
                        mine.borne |= {k} if w["kind"][k] < 2 else set()
        for f in range(w["watches"]):
            for i, u in self._below_level(w["w_purpose"][f], w["w_level"][f]):
                for a, law in enumerate(self.law):
                    if self.state[a].lists[i] & law["w_lists"][f] and u < law["w_threshold"][f]:
                        self._tally(a, i, w["m_recognised"] + law["w_sensor"][f])

    def _learn(self, a: int, i: int) -> None:
        self.arm = a
        super()._learn(a, i)

    def _judge(self, a: int, s: int, i: int) -> None:
        self.arm = a
        super()._judge(a, s, i)

    def _place(self, a: int, s: int, i: int) -> bool:
        st, law = self.state[a].standing[s], self.law[a]
        before = st.tier[i]
        fell = super()._place(a, s, i)
        if st.tier[i] != before and law["shun"][s] > 0:
            start, span = law["shun_span"][s]
            self.turns.append((a, i, s, fell, min(256, max(0, (start - st.score[i]) * 256 // span))))
        return fell

    def _opportunities(self) -> None:
        super()._opportunities()
        today = EPOCH + timedelta(self.today)
        if today.day != 1:
            return
        month = (today.year - 2000) * 12 + today.month - 1
        for a, law in enumerate(self.law):
            for s in range(law["schemes"]):
                st = self.state[a].standing[s]
                for i in range(self.n):
                    able = self.where[i] // STRATA >= law["b_decile"][s] and self._member(a, s, i)
                    u = int(draw(self.key, i, month, law["b_purpose"][s], 0)[0])
                    if able and st.tier[i] > law["b_tier"][s] and u < law["b_chance"][s]:
                        self._change(a, s, i, min(law["scale"][s][2], st.score[i] + law["b_points"][s]))
                        self._tally(a, i, self.world["m_bought"] + 2 * s)
                        self._tally(a, i, self.world["m_bought"] + 2 * s + 1, law["b_price"][s])
                        self._place(a, s, i)

    def _news(self) -> None:
        super()._news()
        w = self.world
        key = np.uint64(w["chance_key"] & M64)
        for cutting in (False, True):
            for a, i, s, fell, stake in self.turns:
                if fell != cutting:
                    continue
                law = self.law[a]
                what = law["shun_purpose" if fell else "mend_purpose"][s]
                chance = law["shun"][s] * stake >> 8 if fell else 1 << 31
                for q in range(w["orders"]):
                    for j in self.whole[q][i] if w["cut_bit"][q] >= 0 else ():
                        pair = (q, min(i, j), max(i, j))
                        if (pair in self.cut[a]) == fell:
                            continue
                        if int(draw(key, i, self.today, what, j)[0]) < chance:
                            self.cut[a] ^= {pair}
                            for one in (i, j):
                                self._tally(a, one, w["m_ties"] + (0 if fell else 1))
        self.turns = []

    def _count(self, x: int) -> None:
        super()._count(x)
        region, levels = self.population.region.astype(np.int64), self.population.levels.astype(np.int64)
        column = self.columns.first["cut"] - self.columns.flows
        ends = x + 1 == self.days or self.month_of[x + 1] != self.month_of[x]
        for a in range(self.arms):
            for i in {i for _, *pair in self.cut[a] for i in pair}:
                self.region_stock[a, x, region[i], column] += 1
                for level in levels[i]:
                    self.level_stock[a, x, level, column] += 1
                    if ends:
                        self.month_stock[a, self.month_of[x], region[i], level, column] += 1

    def bits(self, a: int, i: int) -> int:
        """A person's cut ties as the engine keeps them."""
        p, layout, out = self.population, self.population.layout, 0
        b = int(np.searchsorted(layout.block_start, i, side="right")) - 1
        lo, n = int(layout.block_start[b]), int(layout.block_start[b + 1] - layout.block_start[b])
        for q in range(self.world["orders"]):
            base, reach = self.world["cut_bit"][q], self.world["tie_reach"][q]
            for x in range(-reach, reach + 1) if base >= 0 else ():
                j = lo + int(p.order[q, lo + (int(p.place[q, i]) + x) % n])
                if x and (q, min(i, j), max(i, j)) in self.cut[a]:
                    out |= 1 << (base + reach + x - (x > 0))
        return out

    def _state_sums(self, a: int) -> NDArray[np.uint64]:
        if not self.law[a]["shunning"]:
            return super()._state_sums(a)
        state, lane, sums = self.state[a], 0xA5A5A5A55A5A5A5A, [0, 0]
        hashes = []
        for i in range(self.n):
            h = digest_mix(int(self.key) ^ i)
            for st in state.standing:
                h = digest_mix(h ^ (st.score[i] + 65536) ^ (st.tier[i] << 32))
            for c in range(2):
                h = digest_mix(h ^ self.fear(a, i, c, self.today))
            h = digest_mix(h ^ state.lists[i])
            h = self.minds.fold(a, i, h) if self.minds is not None else h
            hashes.append(digest_mix(h ^ self.bits(a, i)))
        for (i, x), until in state.terms.items():
            hashes.append(digest_mix(digest_mix(int(self.key) ^ i) ^ (x | until << 8)))
        for h in hashes:
            sums = [(sums[0] + h) & M64, (sums[1] + digest_mix(h ^ lane)) & M64]
        return np.array(sums, np.uint64)


def scenario(folder: Path, seed: int, *, people: int = 300, days: int = 45) -> Scenario:
    """The varied world of this seed, with everything beside in its first regime and some in its second."""
    worlds.scenario(folder, seed, people=people, days=days)
    choose = random.Random(seed + 1_000)
    yaml = YAML(typ="safe", pure=True)
    names = ("country", "one", "two")
    made = {name: yaml.load((folder / f"{name}.yaml").read_text("utf-8")) for name in names}
    made["country"]["income"] = {
        "deciles": {"d1": 12_970, "median": 24_330, "d9": 43_840},
        "gini": 0.294,
        "body_sigma": 0.475,
    }
    made["country"]["acts"]["volunteering"]["headroom"] = 3.0
    for name in ("one", "two"):
        _beside(made[name], choose)
    worlds.write(folder, made)
    return load_scenario(folder / "scenario.yaml")


def _beside(regime: dict[str, Any], choose: random.Random) -> None:
    first = regime["schemes"][0]
    first |= {"disclosed": True, "shunning": {"cut": choose.choice([0.2, 0.6])}}
    first["bought_repair"] = {
        "below": choose.choice(["high", "middle"]), "price_euros": choose.choice([300, 2_000]),
        "per_month": 0.5, "points": choose.choice([3, 40]),
    }  # fmt: skip
    first["gaming"] = {"merits": {"value": 1.0, "range": [0, 2], "mark": "assumed"}}
    regime["displacement"] = choose.choice([0.25, 0.7])
    for sensor in regime["sensors"]:
        ident = sensor.get("identification")
        if ident is not None and ident["mode"] in ("identify", "presence"):
            ident["review"] = {
                "right_passes": 0.9, "wrong_passes": 0.4,
                "per_day": choose.choice([2, 5, 10_000]), "beyond": choose.choice(["no-review", "no-action"]),
            }  # fmt: skip
        if ident is not None and ident["mode"] == "presence":
            sensor["enrols"] = [first["lists"][0]["list"]]
        elif ident is not None:
            sensor["context_errors"] = 0.05
    regime["sensors"].append(
        {
            "sensor": "neighbours", "kind": "report", "charges": "fare-evasion",
            "malicious_per_tie_year": choose.choice([0.5, 3]),
        }
    )  # fmt: skip
