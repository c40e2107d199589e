"""From declarations to the tables of the kernels: every name becomes a column, every number an integer.

The order of arms, sensors and schemes is that of the files; draws are tied to names (purposes), never to
positions, so an arm added or a sensor moved changes no draw of another.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.country.population import ADULT, EMPLOYED, LICENCE, SMARTPHONE
from moot.country.rates import ACT_LAYERS, STRATA
from moot.country.schema import Country, perception
from moot.country.synthesis import latent_rate, rates_of, slots_of
from moot.draws import tables
from moot.draws.philox import purpose, seed_key
from moot.errors import UserError
from moot.regime.schema import Repair, Scheme, Sensor
from moot.society import law as L
from moot.society import minds
from moot.society.arms import Arm, day_number
from moot.society.beside import Beside
from moot.society.candidates import LEAD
from moot.society.consequence_tables import drawn_part, lists_part
from moot.society.livelihood_tables import arms_part, places_fixed, world_part
from moot.society.measures import Columns
from moot.society.memory import EYES
from moot.society.redress_tables import past_part, redress_part
from moot.society.sensing_tables import false_alarms_per_day, outcome_of, seen_by
from moot.society.twins import twin_tables
from moot.vocabulary import Vocabulary

FLAG_OF = {
    "everyone": 0,
    "person": 0,
    "licence": LICENCE,
    "smartphone": SMARTPHONE,
    "employed": EMPLOYED,
    "adults": ADULT,
}
KIND = {"offence": 0, "incivility": 0, "lawful": 1, "merit": 2}
LEAST_CERTAINTY = 0.001  # certainty today is not taken below this where it divides
MOST_BITS = 62
Tables = dict[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Compiled:
    """Everything the engine needs beside the people."""

    world: NDArray[np.void]  # (1,) record WORLD
    law: NDArray[np.void]  # (arms,) records ARM
    rates: NDArray[np.void]  # (1,) record RATES
    arms: tuple[Arm, ...]
    acts: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    columns: Columns
    has_ledger: bool  # whether some scheme keeps lost points by domain
    has_tries: bool  # whether somebody tries again and again, so that the day of listing matters
    certainty: dict[str, dict[str, float]]  # arm -> class -> certainty of being charged, by the declarations

    @property
    def needs_warm(self) -> bool:
        """Whether some arm has a mechanism that keeps more of people than scores, lists and beliefs."""
        kept = any(bool(self.world[name][0]) for name in ("shuns", "works", "fines"))
        return self.has_ledger or self.has_tries or kept

    def of_first(self, arms: int) -> "Compiled":
        """The same of the first so many arms, to read a record by; no more to be run."""
        cut = replace(
            self.columns,
            flow_names=self.columns.flow_names[:arms],
            stock_names=self.columns.stock_names[:arms],
        )
        return replace(self, law=self.law[:arms], arms=self.arms[:arms], columns=cut)


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


class Builder:
    """Fills the arrays of `Law` arm by arm."""

    beside: Beside

    def __init__(
        self, country: Country, vocabulary: Vocabulary, arms: list[Arm], start: date, seed: int
    ) -> None:
        self.country, self.vocabulary, self.arms, self.start = country, vocabulary, arms, start
        self.rates, self.acts, self.thin = rates_of(country, vocabulary, start)
        self.first, self.slots = slots_of(vocabulary)
        self.seed = seed
        self.strata = vocabulary.attributes["stratum"]
        table = country.attributes.appearance
        schooling = country.attributes.education
        self.educated = [
            float(schooling.shares.get(x, 0.0)) if schooling else float(x == "primary")
            for x in vocabulary.attributes["education"]
        ]
        levels = vocabulary.attributes["appearance"]
        self.shares = [float(table.shares.get(x, 0.0)) if table else float(x == levels[0]) for x in levels]
        if len(self.acts) + max((len(a.sensors) for a in arms), default=0) > MOST_BITS:
            raise UserError(f"acts and sensors together are more than {MOST_BITS}")

    def dims(self) -> tuple[int, int, int, int, int]:
        """(A, K, V, S, L), each at least 1."""
        return (
            len(self.arms),
            len(self.acts),
            max(1, *(len(a.sensors) for a in self.arms)),
            max(1, *(len(a.schemes) for a in self.arms)),
            max(1, *(len(a.lists) for a in self.arms)),
        )

    def acts_part(self) -> Tables:
        """Acts and perceived certainty."""
        pc = self.country.perceived_certainty
        kinds, today, unlearn = [], [], []
        prior = {"offence": pc.prior.offence.at(self.start), "lawful": pc.prior.lawful.at(self.start)}
        learning = pc.learning.at(self.start)
        for name in self.acts:
            act, rate = self.country.act(name, self.vocabulary), self.country.acts[name]
            kinds.append(KIND[act.class_])
            q0 = rate.certainty_now.at(self.start) if rate.certainty_now is not None else 0.0
            today.append(tables.q32(q0) if act.class_ == "offence" else 0)
            group = perception(act.class_)
            p0 = prior[group] if group else 0.0
            q = max(LEAST_CERTAINTY, q0)
            step = learning * q * (1.0 - p0) / ((1.0 - q) * p0) if p0 > 0 else 0.0
            step = 0.0 if rate.arises is not None else step  # not drawn at a rate: teaches nothing of chances
            unlearn.append(round(round(min(1.0, step), 9) * tables.Q30))
        fading = pc.fading
        fade = (
            tables.step(int(fading.step_days.at(self.start)))
            if fading.step_days is not None
            else tables.halving(float(fading.half_life_days.at(self.start)) if fading.half_life_days else 1.0)
        )
        return {
            "thin": self.thin,
            "kind": np.array(kinds, np.int64),
            "today": np.array(today, np.int64),
            "normaliser": np.full(len(self.acts), tables.Q16, np.int64),
            "deter": np.array(
                [
                    tables.exponential(pc.elasticity.offence.at(self.start), prior["offence"]),
                    tables.exponential(pc.elasticity.lawful.at(self.start), prior["lawful"]),
                ]
            ),
            "fade": fade,
            "learn": np.array(
                [
                    round(round(x.at(self.start), 9) * tables.Q30)
                    for x in (pc.learning, pc.vicarious, pc.cross_class)
                ],
                np.int64,
            ),
            "unlearn": np.array(unlearn, np.int64),
            "prior": np.array([round(prior["offence"] * 65536), round(prior["lawful"] * 65536)], np.int64),
        }

    def certainty(self, arm: Arm) -> dict[str, tuple[float, float]]:
        """Class -> (certainty today, certainty in the arm), mean over acts weighted by latent rate."""
        totals: dict[str, list[float]] = {"offence": [0.0, 0.0, 0.0], "lawful": [0.0, 0.0, 0.0]}
        stratum = self.country.attributes.stratum
        weights = {
            x: float(stratum.shares.get(x, 0.0)) if stratum else float(x == self.strata[0])
            for x in self.strata
        }
        phones = self.country.attributes.smartphone
        owners = float(np.mean([float(x) for x in phones.by_age])) if phones else 1.0
        for name in self.acts:
            group = perception(self.country.act(name, self.vocabulary).class_)
            if group is None:
                continue
            rate = self.country.acts[name]
            weight = latent_rate(rate, self.start, upper=False)
            q0 = rate.certainty_now.at(self.start) if rate.certainty_now is not None else 0.0
            q0 = q0 if self.country.act(name, self.vocabulary).class_ == "offence" else 0.0
            missed = 1.0 - q0
            if arm.regime is not None and arm.regime.notice:
                for sensor in arm.sensors:
                    if sensor.kind == "register":
                        continue
                    outcomes = outcome_of(sensor, self.shares, self.start, self.beside.reviewed(arm, sensor))
                    right = sum(s * o[0] for s, o in zip(self.shares, outcomes, strict=True))
                    reach = sum(w * seen_by(sensor, name, x, self.start) for x, w in weights.items())
                    missed *= 1.0 - right * reach * (owners if sensor.kind == "phone" else 1.0)
            totals[group][0] += weight
            totals[group][1] += weight * q0
            totals[group][2] += weight * (1.0 - missed)
        return {g: (t[1] / t[0] if t[0] else 0.0, t[2] / t[0] if t[0] else 0.0) for g, t in totals.items()}

    def ambient_part(self) -> tuple[Tables, dict[str, dict[str, float]]]:
        """The ambient of each arm: the prior until a regime is announced, then what is believed of it."""
        pc = self.country.perceived_certainty
        days = np.full((len(self.arms), L.SEGMENTS), 1 << 20, np.int64)
        days[:, 0] = 0
        values = np.zeros((len(self.arms), 2, L.SEGMENTS), np.int64)
        certainty: dict[str, dict[str, float]] = {}
        for a, arm in enumerate(self.arms):
            found = self.certainty(arm)
            certainty[arm.name] = {g: x[1] for g, x in found.items()}
            for c, group in enumerate(("offence", "lawful")):
                p0 = (pc.prior.offence if group == "offence" else pc.prior.lawful).at(self.start)
                values[a, c, :] = round(p0 * 65536)
                regime = arm.regime
                if regime is None or regime.announced is None:
                    continue
                omega = regime.believed_share.at(self.start) if regime.believed_share is not None else 0.0
                q0, q1 = (min(0.999, max(LEAST_CERTAINTY, x)) for x in found[group])
                if p0 > 0:
                    believed = _sigmoid(_logit(p0) + omega * (_logit(q1) - _logit(q0)))
                    values[a, c, 1:] = round(round(believed, 9) * 65536)
            announced = arm.regime.announced if arm.regime is not None else None
            if announced is not None and (values[a, :, 1] != values[a, :, 0]).any():
                # What changes nothing in the air begins nothing: the way back to it is not interrupted.
                days[a, 1] = max(day_number(self.start), day_number(announced))
        return {"ambient_day": days, "ambient": values}, certainty

    def sensors_part(self) -> tuple[Tables, Tables]:
        """What is seen and for whom it is taken: tables of the world, tables of the arms."""
        A, K, V, S, _ = self.dims()
        z = {
            "sensors": np.zeros(A, np.int64),
            "s_purpose": np.zeros((A, V), np.int64),
            "s_need": np.zeros((A, V), np.int64),
            "s_register": np.zeros((A, V), np.int64),
            "s_seen": np.zeros((A, V, K, STRATA), np.int64),
            "s_right": np.zeros((A, V, L.CLASSES), np.int64),
            "s_wrong": np.zeros((A, V, L.CLASSES), np.int64),
            "s_scope": np.zeros((A, V), np.int64),
            "s_same": np.zeros((A, V), np.int64),
        }
        layers: dict[str, list[tuple[int, int, list[float], list[float]]]] = {}
        points = np.zeros((A, V, S), np.int64)
        for a, arm in enumerate(self.arms):
            z["sensors"][a] = len(arm.sensors)
            for v, sensor in enumerate(arm.sensors):
                z["s_purpose"][a, v] = purpose(f"sensor/{sensor.sensor}")
                z["s_need"][a, v] = SMARTPHONE if sensor.kind == "phone" else 0
                z["s_register"][a, v] = int(sensor.kind == "register")
                for k, name in enumerate(self.acts):
                    for g, stratum in enumerate(self.strata):
                        seen = seen_by(sensor, name, stratum, self.start)
                        z["s_seen"][a, v, k, g] = tables.q32(min(1.0, seen))
                for c, (right, wrong) in enumerate(outcome_of(sensor, self.shares, self.start)):
                    z["s_right"][a, v, c] = tables.q32(right)
                    z["s_wrong"][a, v, c] = tables.q32(min(1.0, right + wrong))
                ident = sensor.identification
                gallery = ident.gallery if ident is not None else None
                z["s_scope"][a, v] = int(gallery is not None and gallery.scope == "region")
                anyone = (
                    sensor.kind == "register"
                    or sensor.misread is not None
                    or (ident is not None and ident.victim == "anyone")
                )
                z["s_same"][a, v] = 0 if anyone else tables.q32(0.9)
                alarms = false_alarms_per_day(sensor, self.shares, self.start)
                raw = false_alarms_per_day(sensor, self.shares, self.start, passes=1.0)
                if max(raw) > 0:
                    layers.setdefault(f"sensor/{sensor.sensor}/false-alarm", []).append((a, v, alarms, raw))
                if sensor.on_alert is not None:
                    for s, scheme in enumerate(arm.schemes):
                        if scheme.reads == "regime":
                            points[a, v, s] = sensor.on_alert.points
        names = sorted(layers)
        F = len(names)
        levels = np.zeros(F, np.int64)
        z["f_threshold"] = np.zeros((A, F, L.CLASSES), np.int64)
        z["f_raw"] = np.zeros((A, F, L.CLASSES), np.int64)
        z["f_sensor"] = np.full((A, F), -1, np.int64)
        for f, name in enumerate(names):
            highest = max(max(raw) for *_, raw in layers[name])
            level = min(28, max(0, math.floor(-math.log2(highest))))
            levels[f] = level
            for a, v, *both in layers[name]:
                z["f_sensor"][a, f] = v
                for into, alarms in zip(("f_threshold", "f_raw"), both, strict=True):
                    z[into][a, f] = [
                        min(tables.Q32, round(round(p, 15) * tables.Q32 * (1 << level))) for p in alarms
                    ]
        z["f_points"] = points
        names_seen = {sensor.sensor for arm in self.arms for sensor in arm.sensors}
        eyes = sorted(purpose(f"sensor/{name}") for name in names_seen)
        if len(eyes) > EYES:
            raise UserError(f"{len(eyes)} different sensors in the arms of one run; at most {EYES}")
        sees = np.zeros(len(eyes), np.int64)
        z["s_eye"] = np.zeros((A, V), np.int64)
        for a, arm in enumerate(self.arms):
            for v in range(len(arm.sensors)):
                eye = z["s_eye"][a, v] = eyes.index(int(z["s_purpose"][a, v]))
                for k in range(len(self.acts)):
                    sees[eye] |= int(z["s_seen"][a, v, k].any()) << k
        world = {
            "eyes": np.array(len(eyes)),
            "e_purpose": np.array(eyes, np.int64),
            "e_acts": sees,
            "layers": np.array(F),
            "f_purpose": np.array([purpose(n) for n in names], np.int64),
            "f_level": levels,
        }
        return world, z

    def schemes_part(self) -> Tables:
        """Scores, catalogues, association."""
        A, K, _, S, _ = self.dims()
        z = {
            "schemes": np.array([len(a.schemes) for a in self.arms], np.int64),
            "reads": np.zeros((A, S), np.int64),
            "who": np.zeros((A, S), np.int64),
            "scale": np.zeros((A, S, 4), np.int64),
            "tiers": np.ones((A, S), np.int64),
            "lower": np.full((A, S, L.TIERS), -(1 << 20), np.int64),
            "repair": np.zeros((A, S, L.REPAIR_COLUMNS), np.int64),
            "points": np.zeros((A, S, K), np.int64),
            "counts": np.zeros((A, S, K), np.int64),
            "cap": np.full((A, S, K), 1 << 20, np.int64),
            "heavy": np.zeros((A, S, K), np.int64),
            "tie_points": np.zeros((A, S), np.int64),
            "tie_mask": np.zeros((A, S), np.int64),
            "far_mask": np.zeros((A, S), np.int64),
            "tie_breaks": np.zeros((A, S), np.int64),
            "stake_scheme": np.full(A, -1, np.int64),
            "stake_span": np.ones((A, 2), np.int64),
            "ledger": np.zeros((A, S), np.int64),
            "only_domain": np.full((A, S), -1, np.int64),
        }
        near = ["household", *(t.name for t in self.country.ties if t.kind in ("ring", "clique"))]
        far = [t.name for t in self.country.ties if t.kind == "permutation"]
        for a, arm in enumerate(self.arms):
            for s, scheme in enumerate(arm.schemes):
                score = scheme.score
                z["reads"][a, s] = L.TODAY if scheme.reads == "today" else L.REGIME
                z["who"][a, s] = FLAG_OF[scheme.who]
                z["scale"][a, s] = (score.start, score.floor, score.ceiling, score.hysteresis)
                z["tiers"][a, s] = len(score.tiers)
                for x, tier in enumerate(score.tiers):
                    z["lower"][a, s, x] = tier.from_
                z["repair"][a, s] = repair_row(scheme)
                for k, name in enumerate(self.acts):
                    entry = scheme.catalogue.get(name)
                    if entry is None:
                        continue
                    z["counts"][a, s, k] = 1
                    z["points"][a, s, k] = (entry.points or 0) - (entry.merit or 0)
                    z["heavy"][a, s, k] = int(entry.heavy)
                    if entry.cap_per_day is not None:
                        z["cap"][a, s, k] = entry.cap_per_day
                if scheme.association is not None:
                    z["tie_points"][a, s] = scheme.association.points
                    z["tie_breaks"][a, s] = int(scheme.association.breaks_clean_time)
                    for name in scheme.association.to:
                        if name in near:
                            z["tie_mask"][a, s] |= 1 << near.index(name)
                        else:
                            z["far_mask"][a, s] |= 1 << far.index(name)
                if scheme.disclosed and scheme.reads == "regime" and z["stake_scheme"][a] < 0:
                    known = score.tiers[-2 if len(score.tiers) > 1 else -1].from_
                    z["stake_scheme"][a] = s
                    z["stake_span"][a] = (score.start, max(1, score.start - known))
                closes = scheme.decisions or any(rule.refuses for rule in scheme.lists)
                found = self._domains_of(scheme, arm.sensors)
                # With one domain of acts there is nothing to keep apart; ties and alarms go with it.
                of_acts = found - {L.OF_TIES, L.ALARMS} or found
                if closes and len(of_acts) > 1:
                    z["ledger"][a, s] = 1 + L.DOMAINS * int(np.count_nonzero(z["ledger"]))
                z["only_domain"][a, s] = next(iter(of_acts)) if len(of_acts) == 1 else -1
        return z

    def _domains_of(self, scheme: Scheme, sensors: list[Sensor]) -> set[int]:
        """The domains in which points of a scheme may be lost, as the ledger numbers them."""
        domains = list(self.vocabulary.domains)
        costly = [name for name, e in scheme.catalogue.items() if e.points and name in self.acts]
        found = {domains.index(self.country.act(name, self.vocabulary).domain) for name in costly}
        if scheme.association is not None and scheme.association.points:
            found.add(L.OF_TIES)
        if any(s.on_alert is not None and s.on_alert.points for s in sensors):
            found.add(L.ALARMS)
        return found

    def ties_part(self) -> Tables:
        """The orders through which news and falls travel."""
        ties = [t for t in self.country.ties if t.kind in ("ring", "clique")]
        household = any(t.kind == "household" for t in self.country.ties)
        kinds = [0, *(1 if t.kind == "ring" else 2 for t in ties)]
        reach = [0, *((t.reach or 1) if t.kind == "ring" else (t.size or 2) for t in ties)]
        far = [t.name for t in self.country.ties if t.kind == "permutation"]
        key = seed_key(self.seed)
        keys = [int(key) ^ (purpose(f"ties/{name}") * 0x9E3779B97F4A7C15) & ((1 << 64) - 1) for name in far]
        return {
            "orders": np.array(len(kinds)),
            "tie_kind": np.array(kinds, np.int64),
            "tie_reach": np.array(reach, np.int64),
            "fars": np.array(len(far)),
            "far_key": np.array([k - (1 << 64) if k >= 1 << 63 else k for k in keys], np.int64),
            "known_mask": np.array(((1 << len(kinds)) - 1) & ~(0 if household else 1)),
        }


def word_of(seed: int) -> int:
    """The key of a seed as the signed word that a table holds."""
    key = int(seed_key(seed))
    return key - (1 << 64) if key >= 1 << 63 else key


def _is_simulated(rule: Repair, row: list[int]) -> bool:
    """Whether a rule of repair is one of the four forms, and the first of its form."""
    if rule.if_ == "novice":
        return bool(rule.every_days and rule.points and not row[L.R_NOVICE_EVERY])
    if rule.if_ == "last-loss-was-one":
        return bool(rule.after_days and rule.points and not row[L.R_ONE_DAYS])
    if rule.every_days is not None:
        return bool(rule.points and not row[L.R_EVERY])
    return bool(rule.after_days and rule.to == "ceiling" and not row[L.R_FULL])


def repair_row(scheme: Scheme) -> list[int]:
    """The rules of repair of a scheme as one row of days and points (see `society.law`)."""
    score = scheme.score
    row = [0] * L.REPAIR_COLUMNS
    row[L.R_CAP] = score.ceiling
    for rule in score.repair:
        if not _is_simulated(rule, row):
            raise UserError(
                f"scheme {scheme.scheme}: a rule of repair is not simulated; expected one `every_days` with "
                "`points`, `after_days` with `points` and `if: last-loss-was-one`, `after_days` with "
                "`to: ceiling`, or `every_days` with `points` and `if: novice`, each at most once"
            )
        if rule.if_ == "novice":
            row[L.R_NOVICE_EVERY], row[L.R_NOVICE_POINTS] = rule.every_days or 0, rule.points or 0
        elif rule.if_ == "last-loss-was-one":
            row[L.R_ONE_DAYS], row[L.R_ONE_POINTS] = rule.after_days or 0, rule.points or 0
        elif rule.every_days is not None:
            row[L.R_EVERY], row[L.R_POINTS] = rule.every_days, rule.points or 0
            if isinstance(rule.to, int):
                row[L.R_CAP] = rule.to
        elif rule.to == "ceiling":
            row[L.R_FULL] = rule.after_days or 0
            row[L.R_FULL_HEAVY] = rule.after_days_heavy or rule.after_days or 0
    if score.novice_cycle_days is not None and score.novice_start is not None:
        row[L.R_NOVICE_START], row[L.R_NOVICE_CYCLE] = score.novice_start, score.novice_cycle_days
    return row


def compile_arms(
    country: Country,
    vocabulary: Vocabulary,
    arms: list[Arm],
    *,
    start: date,
    seed: int,
    chance: int | None = None,
    residents: int | None = None,
    caution: float = 1.0,
) -> Compiled:
    """The tables of a run's arms.

    `seed` is that of the people and their ties, `chance` that of what is drawn by day (by default the same);
    `start` fixes dated values; `residents` is the nominal population, by default the country's; `caution` is
    kappa of `docs/reference/equations.md` (0 where nothing is lost).
    """
    build = Builder(country, vocabulary, arms, start, seed)
    build.beside = Beside(country, vocabulary, arms, build.acts, start, residents or country.residents)
    ambient, certainty = build.ambient_part()
    lawful = [name for name in build.acts if country.act(name, vocabulary).class_ == "lawful"]
    thought = minds.world_tables(country.opinion, start)
    columns = Columns.of(
        arms,
        build.acts,
        list(country.travel),
        opportunities=list(country.opportunities),
        forgone=lawful if country.opinion else (),
        work=country.work is not None,
        money=country.money is not None,
        fixed=places_fixed(country.work, arms),
    )
    livelihood = world_part(country, build.acts, start, arms)
    strain = np.asarray(livelihood.get("strain", np.full((2, 3), tables.Q16))).max(axis=1)
    acts = build.acts_part()
    world_parts, arm_parts = lists_part(build)
    sensor_world, sensor_arms = build.sensors_part()
    drawn_world, drawn_arms = drawn_part(build)
    world = np.zeros(1, L.WORLD)
    law = np.zeros(len(arms), L.ARM)
    top = acts["deter"].max(axis=1)
    acts["ceiling"] = np.array(
        [
            min(
                tables.Q32,
                int(thin) * int(top[kind]) // tables.Q16 * 5 // 4 * int(strain[kind]) // tables.Q16 + 1,
            )
            if kind < 2
            else thin
            for thin, kind in zip(acts["thin"], acts["kind"], strict=True)
        ]
    )
    beside_world, beside_arms = build.beside.tables()
    build.beside.raise_ceiling(acts["ceiling"], beside_arms["gamed"])
    _fill(world[0], livelihood)
    _fill(world[0], acts | world_parts | sensor_world | drawn_world | build.ties_part())
    _fill(world[0], beside_world | thought)
    _fill(world[0], {"people_key": word_of(seed), "chance_key": word_of(seed if chance is None else chance)})
    _fill(world[0], build.beside.columns(columns.first))
    _fill(world[0], {"m_forgone": columns.first.get("forgone", -1)})
    _fill(
        world[0],
        {
            "kinds": len(build.acts),
            "lead": leads_of(acts["ceiling"], build.rates[0]["layer"]),
            "caution": np.array([tables.q16(math.exp(-caution * x / 256)) for x in range(257)]),
            "m_false": columns.first["false"],
            "m_scheme": columns.first["scheme"],
            "m_list": columns.first["list"],
            "m_trip": columns.first["trip"],
            "m_redress": columns.first["redress"],
            "m_past": columns.first["past"],
            "act_domain": [
                vocabulary.domains.index(country.act(name, vocabulary).domain) for name in build.acts
            ],
            "act_purpose": build.rates[0]["purpose"][: len(build.acts)],
            "m_work": columns.first["work"],
            "m_places": columns.first.get("places", -1),
            "m_money": columns.first["money"],
            "m_rating": columns.first["rating"],
            "k_work": columns.first["at-work"],
            "k_money": columns.first["in-arrears"],
            "k_rating": columns.first["rated"],
            "m_clamped": columns.first["clamped"],
            "k_tier": columns.first["tier"],
            "k_list": columns.first["on-list"],
        },
    )
    arm_tables = ambient | sensor_arms | build.schemes_part() | arm_parts | beside_arms
    past_world, past_arms = past_part(arms, build.acts, start)
    _fill(world[0], past_world)
    arm_tables |= past_arms | drawn_arms | redress_part(arms, build.educated, start)
    arm_tables |= minds.arm_tables(arms, country.opinion, start)
    arm_tables |= arms_part(arms, vocabulary.attributes["appearance"], start)
    arm_tables["notice"] = np.array([int(a.regime is None or a.regime.notice) for a in arms])
    arm_tables["institutions"] = np.array([int(a.institutions) for a in arms])
    for a in range(len(arms)):
        _fill(law[a], {name: table[a] for name, table in arm_tables.items()})
    _fill(world[0], twin_tables(law))
    return Compiled(
        world,
        law,
        build.rates,
        tuple(arms),
        tuple(build.acts),
        tuple(build.slots),
        tuple((row.code, row.name) for row in country.regions.rows),
        columns,
        bool(arm_tables["ledger"].any()),
        bool((arm_tables["t_intent"] >= 0).any()),
        certainty,
    )


def leads_of(ceiling: NDArray[np.int64], layer: NDArray[np.int64]) -> list[int]:
    """By layer, the largest first LEAD binary digits of a thinning uniform with which any act may happen.

    -1 where no act of the layer can happen. They are read for 64 people at once, so potential acts that no
    arm can let happen cost next to nothing.
    """
    leads = []
    for x in range(len(ACT_LAYERS)):
        highest = max((int(c) for k, c in enumerate(ceiling) if layer[k] == x), default=0)
        leads.append((highest - 1) >> (32 - LEAD) if highest > 0 else -1)
    return leads


def _fill(record: np.void, values: Mapping[str, ArrayLike]) -> None:
    """Write tables into the leading corner of a record's fields."""
    for name, value in values.items():
        table = np.asarray(value)
        if table.ndim == 0:
            record[name] = table
        else:
            record[name][tuple(slice(0, n) for n in table.shape)] = table
