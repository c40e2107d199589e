"""Tables of what stands beside acts and charges: review, false reports, recognition; ties cut, points bought,
merits done for the score, acts done elsewhere.

Names become purposes, numbers become integers; what an arm does not declare is 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from moot.country.income import by_decile
from moot.country.schema import Country
from moot.draws import tables
from moot.draws.philox import purpose
from moot.errors import UserError
from moot.regime.schema import Scheme, Sensor
from moot.society import law as L
from moot.society.arms import Arm
from moot.society.expected import YEAR, searches_of
from moot.society.review import DROPPED, PASSES
from moot.society.sensing_tables import matches_of, recognised_per_day
from moot.vocabulary import Vocabulary

Tables = dict[str, NDArray[np.int64]]
CUT_BITS = 16  # of a word of `warm`


class Beside:
    """Fills the fields under the two headings of `society.law` that these mechanisms have."""

    def __init__(
        self,
        country: Country,
        vocabulary: Vocabulary,
        arms: list[Arm],
        acts: list[str],
        start: date,
        residents: int | None,
    ) -> None:
        self.country, self.vocabulary, self.arms, self.acts = country, vocabulary, arms, acts
        self.start, self.residents = start, residents
        self._shares: dict[tuple[str, str], float] = {}
        for arm in arms:
            if any(s.identification is not None and s.identification.review is not None for s in arm.sensors):
                for one in searches_of(arm, country, vocabulary, start, residents):
                    self._shares[arm.name, one.sensor] = one.reviewed

    def reviewed(self, arm: Arm, sensor: Sensor) -> float:
        """The share of a sensor's matches that a human sees in this arm."""
        return self._shares.get((arm.name, sensor.sensor), 1.0)

    def tables(self) -> tuple[Tables, Tables]:
        """(tables of the world, tables of the arms)."""
        world, arms = self._layers()
        arms |= self._review()
        ties, shunning = self._ties()
        return world | ties, arms | shunning | self._money()

    def columns(self, first: Mapping[str, int]) -> dict[str, int]:
        """The first column of each family of measures of these mechanisms."""
        return {
            "m_malicious": first["malicious"],
            "m_review": first["review"],
            "m_recognised": first["recognised"],
            "m_ties": first["ties"],
            "k_ties": first["cut"],
            "m_bought": first["bought"],
            "m_displaced": first["displaced"],
        }

    def raise_ceiling(self, ceiling: NDArray[np.int64], gamed: NDArray[np.int64]) -> None:
        """Merits done for the score may exceed their rate: no arm's threshold exceeds the raised ceiling."""
        most = int(gamed[:, 256].max())
        for k in {k for arm in self.arms for k in self._gamed_acts(arm)}:
            ceiling[k] = min(tables.Q32, (int(ceiling[k]) * most >> 16) + 1)

    def _review(self) -> Tables:
        A, V = len(self.arms), max(1, *(len(a.sensors) for a in self.arms))
        z = {
            "s_review": np.zeros((A, V), np.int64),
            "s_share": np.zeros((A, V), np.int64),
            "s_review_purpose": np.zeros((A, V), np.int64),
            "s_raw": np.zeros((A, V, L.CLASSES, 2), np.int64),
            "s_context": np.zeros((A, V), np.int64),
        }
        attribute = self.country.attributes.appearance
        levels = self.vocabulary.attributes["appearance"]
        shares = [float(attribute.shares.get(x, 0.0)) if attribute else float(x == levels[0]) for x in levels]
        for a, arm in enumerate(self.arms):
            for v, sensor in enumerate(arm.sensors):
                if sensor.context_errors is not None:
                    z["s_context"][a, v] = tables.q32(sensor.context_errors.at(self.start))
                review = sensor.identification.review if sensor.identification is not None else None
                if review is None:
                    continue
                z["s_review"][a, v] = PASSES if review.beyond == "no-review" else DROPPED
                z["s_share"][a, v] = tables.q32(self.reviewed(arm, sensor))
                z["s_review_purpose"][a, v] = purpose(f"sensor/{sensor.sensor}/reviewed")
                for c, (right, wrong) in enumerate(matches_of(sensor, shares, self.start)):
                    z["s_raw"][a, v, c] = (tables.q32(right), tables.q32(min(1.0, right + wrong)))
        return z

    def _layers(self) -> tuple[Tables, Tables]:
        """False reports and recognitions: one layer for each name, so that arms stay paired."""
        reports: dict[str, list[tuple[int, int, float]]] = {}
        watches: dict[str, list[tuple[int, int, float]]] = {}
        for a, arm in enumerate(self.arms):
            for v, sensor in enumerate(arm.sensors):
                if sensor.malicious is not None and sensor.malicious.at(self.start) > 0:
                    chance = sensor.malicious.at(self.start) / YEAR
                    reports.setdefault(f"sensor/{sensor.sensor}/malicious", []).append((a, v, chance))
                if sensor.enrols:
                    chance = recognised_per_day(sensor, self.start)
                    watches.setdefault(f"sensor/{sensor.sensor}/recognised", []).append((a, v, chance))
        world, arms = {}, {}
        for letter, count, layers, most in (
            ("r", "reports", reports, self._most_ties()),
            ("w", "watches", watches, 1),
        ):
            if len(layers) > L.LAYERS:
                raise UserError(f"{len(layers)} sensors with {count} in one run; at most {L.LAYERS}")
            names = sorted(layers)
            shape = (len(self.arms), max(1, len(names)))
            threshold, sensors = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
            levels = np.zeros(len(names), np.int64)
            for f, name in enumerate(names):
                highest = max(chance for *_, chance in layers[name]) * most
                levels[f] = min(28, max(0, math.floor(-math.log2(highest)))) if highest > 0 else 28
                for a, v, chance in layers[name]:
                    sensors[a, f] = v
                    threshold[a, f] = round(round(chance, 15) * tables.Q32 * (1 << int(levels[f])))
            world[count] = np.array(len(names))
            world[f"{letter}_purpose"] = np.array([purpose(name) for name in names], np.int64)
            world[f"{letter}_level"] = levels
            arms[f"{letter}_threshold"], arms[f"{letter}_sensor"] = threshold, sensors
        arms["r_act"] = np.zeros_like(arms["r_sensor"])
        arms["w_lists"] = np.zeros_like(arms["w_sensor"])
        for f, name in enumerate(sorted(reports)):
            for a, v, _ in reports[name]:
                arms["r_act"][a, f] = self.acts.index(self.arms[a].sensors[v].charges or "")
        for f, name in enumerate(sorted(watches)):
            for a, v, _ in watches[name]:
                enrolled = self.arms[a].sensors[v].enrols
                lists = self.arms[a].lists
                arms["w_lists"][a, f] = sum(1 << x for x, (_, r) in enumerate(lists) if r.list in enrolled)
        return world, arms

    def _most_ties(self) -> int:
        """The most ties that anybody can have."""
        most = 0
        for tie in self.country.ties:
            if tie.kind == "household":
                sizes = self.country.households.sizes if self.country.households is not None else {1: 1.0}
                most += min(15, max(sizes)) - 1
            elif tie.kind == "clique":
                most += (tie.size or 2) - 1
            else:
                most += 2 * (tie.reach or 1) if tie.kind == "ring" else 2
        return max(1, most)

    def _ties(self) -> tuple[Tables, Tables]:
        A, S = len(self.arms), max(1, *(len(a.schemes) for a in self.arms))
        orders = [t for t in self.country.ties if t.kind in ("ring", "clique")]
        bits = np.full(1 + len(orders), -1, np.int64)
        used = 0
        for q, tie in enumerate(orders):
            if tie.kind == "ring":
                bits[1 + q] = used
                used += 2 * (tie.reach or 1)
        z = {
            "shunning": np.zeros(A, np.int64),
            "shun": np.zeros((A, S), np.int64),
            "shun_purpose": np.zeros((A, S), np.int64),
            "mend_purpose": np.zeros((A, S), np.int64),
            "shun_span": np.ones((A, S, 2), np.int64),
        }
        for a, arm in enumerate(self.arms):
            for s, scheme in enumerate(arm.schemes):
                if scheme.shunning is None:
                    continue
                if used > CUT_BITS:
                    raise UserError(
                        f"{self.country.country}: {used} regular ties a person; at most {CUT_BITS} can be cut"
                    )
                z["shunning"][a] = 1
                z["shun"][a, s] = tables.q32(scheme.shunning.cut.at(self.start))
                z["shun_purpose"][a, s] = purpose(f"ties/cut/{scheme.scheme}")
                z["mend_purpose"][a, s] = purpose(f"ties/mended/{scheme.scheme}")
                z["shun_span"][a, s] = span_of(scheme)
        world = {
            "shuns": np.array(int(z["shunning"].any())),
            "cut_bit": bits,
        }
        return world, z

    def _gamed_acts(self, arm: Arm) -> list[int]:
        scheme = next((s for s in arm.schemes if s.gaming is not None), None)
        if scheme is None:
            return []
        entries = scheme.catalogue
        merits = [name for name, entry in entries.items() if entry.merit is not None]
        vocabulary, country = self.vocabulary, self.country
        return [
            k
            for k, name in enumerate(self.acts)
            if name in merits and country.act(name, vocabulary).class_ == "merit"
        ]

    def _money(self) -> Tables:
        A, S = len(self.arms), max(1, *(len(a.schemes) for a in self.arms))
        names = ("b_chance", "b_purpose", "b_tier", "b_decile", "b_points", "b_price")
        z: Tables = {name: np.zeros((A, S), np.int64) for name in names}
        z |= {name: np.zeros(A, np.int64) for name in ("game_acts", "game_scheme", "displaced")}
        z["displace_acts"] = np.zeros(A, np.int64)
        z["game_span"] = np.ones((A, 2), np.int64)
        z["gamed"] = np.full((A, 257), tables.Q16, np.int64)
        for a, arm in enumerate(self.arms):
            for s, scheme in enumerate(arm.schemes):
                self._bought(z, a, s, scheme)
                if scheme.gaming is not None:
                    g = scheme.gaming.merits.at(self.start)
                    z["game_acts"][a] = sum(1 << k for k in self._gamed_acts(arm)) if g > 0 else 0
                    z["game_scheme"][a], z["game_span"][a] = s, span_of(scheme)
                    z["gamed"][a] = [tables.q16(1.0 + g * x / 256) for x in range(257)]
            if arm.regime is not None and arm.regime.displacement is not None:
                z["displaced"][a] = tables.q32(arm.regime.displacement.at(self.start))
                scored = {
                    name
                    for scheme in arm.regime.schemes
                    for name, entry in scheme.catalogue.items()
                    if entry.points is not None
                }
                z["displace_acts"][a] = sum(1 << k for k, name in enumerate(self.acts) if name in scored)
        return z

    def _bought(self, z: Tables, a: int, s: int, scheme: Scheme) -> None:
        bought = scheme.bought_repair
        if bought is None:
            return
        if self.country.income is None:
            raise UserError(f"{self.country.country}: who can buy points depends on `income`; there is none")
        needed = bought.income_times.at(self.start) * bought.price_euros
        incomes = by_decile(self.country.income, self.start)
        z["b_chance"][a, s] = tables.q32(bought.per_month.at(self.start))
        z["b_purpose"][a, s] = purpose(f"repair/bought/{scheme.scheme}")
        z["b_tier"][a, s] = list(scheme.tier_names).index(bought.below)
        z["b_decile"][a, s] = sum(one < needed for one in incomes)
        z["b_points"][a, s] = bought.points
        z["b_price"][a, s] = bought.price_euros


def span_of(scheme: Scheme) -> tuple[int, int]:
    """(start, points from the start to the worst known consequence): what a stake is a share of."""
    tiers = scheme.score.tiers
    known = tiers[-2 if len(tiers) > 1 else -1].from_
    return scheme.score.start, max(1, scheme.score.start - known)
