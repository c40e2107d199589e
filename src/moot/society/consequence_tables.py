"""What a low score brings, as tables: lists, what they refuse and prevent, trips, offers, decisions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moot.country.rates import INCOMES, STRATA, WHERE
from moot.draws import tables
from moot.draws.philox import purpose
from moot.errors import UserError
from moot.regime.schema import Decision, ListRule
from moot.society import law as L
from moot.society.arms import day_number

if TYPE_CHECKING:
    from moot.society.compile import Builder

Tables = dict[str, NDArray[np.int64]]


def lists_part(build: Builder) -> tuple[Tables, Tables]:
    """Lists, what they refuse and prevent, trips and offers: tables of the world, tables of the arms."""
    A, _, _, _, X = build.dims()
    z = {
        "lists": np.array([len(a.lists) for a in build.arms], np.int64),
        "l_scheme": np.zeros((A, X), np.int64),
        "l_entry": np.zeros((A, X, 2), np.int64),
        "l_exit": np.zeros((A, X, 4), np.int64),
        "prevents": np.zeros((A, 256), np.int64),
        "watched_lists": np.zeros(A, np.int64),
    }
    contexts = list(build.country.travel)
    offers = sorted({(arm.schemes[s].scheme, o.offer) for arm in build.arms for s, o in arm.offers})
    decided = list(build.country.opportunities)
    U = len(contexts) + len(offers) + len(decided)
    names_of = [
        *(f"trip/{c}" for c in contexts),
        *(f"offer/{s}/{o}" for s, o in offers),
        *(f"decision/{c}" for c in decided),
    ]
    domains = list(build.vocabulary.domains)
    belongs = [sum(1 << domains.index(d) for d in build.vocabulary.belongs.get(c, ())) for c in contexts]
    belongs += [0] * len(offers)
    belongs += [sum(1 << domains.index(d) for d in build.vocabulary.belongs.get(c, ())) for c in decided]
    world = {
        "chances": np.array(U),
        "o_purpose": np.array([purpose(n) for n in names_of], np.int64),
        "o_level": np.zeros(U, np.int64),
        "o_kind": np.array([0] * len(contexts) + [1] * len(offers) + [2] * len(decided), np.int64),
        "o_domains": np.array(belongs, np.int64),
    }
    z |= {
        "o_threshold": np.zeros((A, U, WHERE), np.int64),
        "o_refuse": np.zeros((A, U, 256), np.int64),
        "o_scheme": np.full((A, U), -1, np.int64),
        "o_tiers": np.zeros((A, U), np.int64),
        "o_points": np.zeros((A, U), np.int64),
        "o_blocked": np.zeros((A, U), np.int64),
        "o_enters": np.full((A, U), -1, np.int64),
        "o_decide": np.zeros((A, U, L.TIERS), np.int64),
        "o_before": np.zeros((A, U), np.int64),
        "l_refuses": np.zeros((A, X), np.int64),
        "t_intent": np.full((A, X, U), -1, np.int64),
        "t_again": np.zeros((A, X, L.TRY_DAYS), np.int64),
    }
    rates = np.zeros((A, U, WHERE))
    first = len(contexts) + len(offers)
    often = [(u, build.country.travel[c]) for u, c in enumerate(contexts)]
    often += [(first + x, build.country.opportunities[c]) for x, c in enumerate(decided)]
    for u, travel in often:
        if travel.per_year is not None:
            daily = travel.per_year.at(build.start) / 365.25
        else:
            assert travel.per_day is not None  # the schema asks for exactly one
            daily = travel.per_day.at(build.start)
        income = [float(x) for x in travel.by_income] if travel.by_income is not None else [1.0] * INCOMES
        mean = sum(income) / INCOMES
        for a in range(A):
            rates[a, u] = [daily * x / mean for x in income for _ in range(STRATA)]
    for a, arm in enumerate(build.arms):
        rules = arm.lists
        if len(rules) > 8:
            raise UserError(f"arm {arm.name}: {len(rules)} lists; at most 8")
        names = [rule.list for _, rule in rules]
        refuse = np.zeros((U, 8))
        for x, (s, rule) in enumerate(rules):
            scheme = arm.schemes[s]
            tiers = list(scheme.tier_names)
            z["l_scheme"][a, x] = s
            if rule.entry.tier is not None:
                z["l_entry"][a, x] = (0, tiers.index(rule.entry.tier))
            elif rule.entry.act is not None:
                z["l_entry"][a, x] = (1, build.acts.index(rule.entry.act))
            else:
                z["l_entry"][a, x] = (2 if rule.entry.offer is not None else 3, 0)
            z["l_exit"][a, x] = (
                0 if rule.exit.tier is not None else 1 if rule.exit.after_days is not None else 2,
                tiers.index(rule.exit.tier) if rule.exit.tier is not None else rule.exit.after_days or 0,
                L.NO_SCORE if rule.exit.score is None else rule.exit.score,
                int(rule.exit.novice),
            )
            for context, chance in rule.refuses.items():
                if context in contexts:
                    refuse[contexts.index(context), x] = chance.at(build.start)
                    z["watched_lists"][a] |= 1 << x
                    z["l_refuses"][a, x] |= 1 << contexts.index(context)
        for lists in range(256):
            bits = 0
            for x, (_, rule) in enumerate(rules):
                if lists >> x & 1:
                    bits |= _prevented(build, rule)
            z["prevents"][a, lists] = bits
            for u in range(len(contexts)):
                passes = 1.0
                for x in range(len(rules)):
                    if lists >> x & 1:
                        passes *= 1.0 - refuse[u, x]
                z["o_refuse"][a, u, lists] = tables.q32(1.0 - passes)
        for x, context in enumerate(decided):
            if context in arm.decisions:
                _decide(build, z, a, first + x, *arm.decisions[context])
        for s, o in arm.offers:
            scheme = arm.schemes[s]
            u = len(contexts) + offers.index((scheme.scheme, o.offer))
            rates[a, u] = o.per_year.at(build.start) / 365.25
            z["o_scheme"][a, u] = s
            z["o_tiers"][a, u] = sum(1 << list(scheme.tier_names).index(t) for t in o.tiers)
            z["o_points"][a, u] = o.points
            z["o_blocked"][a, u] = 1 << names.index(o.not_on) if o.not_on is not None else 0
            for x, (whose, rule) in enumerate(rules):
                if whose == s and rule.entry.offer == o.offer:
                    z["o_enters"][a, u] = x
    for u in range(U):
        own = [
            how.intents_per_year.at(build.start) / 365.25
            for arm in build.arms
            for _, rule in arm.lists
            for context, how in rule.tries.items()
            if u < len(contexts) and context == contexts[u] and how.intents_per_year is not None
        ]
        highest = max([float(np.max(rates[:, u])), *own])
        level = min(28, max(0, math.floor(-math.log2(highest)))) if highest > 0 else 28
        world["o_level"][u] = level
        for a in range(A):
            if u < len(contexts):
                _tries(build, z, a, u, contexts[u], level)
            z["o_threshold"][a, u] = [round(round(p, 15) * tables.Q32 * (1 << level)) for p in rates[a, u]]
    return world, z


def _tries(build: Builder, z: Tables, a: int, u: int, context: str, level: int) -> None:
    """What the listed set out for, as a threshold or a share of everybody's, and how often they try again."""
    for x, (_, rule) in enumerate(build.arms[a].lists):
        how = rule.tries.get(context)
        if how is None:
            continue
        if how.intents_per_year is not None:
            z["t_intent"][a, x, u] = _scaled(how.intents_per_year.at(build.start), level)
        elif how.share_of_trips is not None:
            z["t_intent"][a, x, u] = L.DRAWN_ENTRY + tables.q16(how.share_of_trips.at(build.start))
        settles, again = how.settles.at(build.start), how.again.at(build.start)
        left = tables.halving(float(how.half_life_days.at(build.start)), L.TRY_DAYS) / tables.Q30
        z["t_again"][a, x] = [tables.q32(round(settles + (again - settles) * float(f), 9)) for f in left]


def drawn_part(build: Builder) -> tuple[Tables, Tables]:
    """Lists whose entries a register brings: tables of the world, tables of the arms."""
    A = len(build.arms)
    rules = [
        (rule.list, a, x, rule.entry.drawn_per_year, rule.exit.per_year)
        for a, arm in enumerate(build.arms)
        for x, (_, rule) in enumerate(arm.lists)
        if rule.entry.drawn_per_year is not None and rule.exit.per_year is not None
    ]
    names = sorted({name for name, *_ in rules})
    F = len(names)
    purposes = [[purpose(f"list/{name}/{way}") for way in ("entry", "exit")] for name in names]
    level = np.full((F, 2), 28, np.int64)
    world = {
        "drawn": np.array(F),
        "d_purpose": np.array(purposes, np.int64).reshape(F, 2),
        "d_level": level,
    }
    z = {
        "d_list": np.full((A, F), -1, np.int64),
        "d_day": np.full((A, F, L.RATES), 1 << 40, np.int64),
        "d_entry": np.zeros((A, F, L.RATES), np.int64),
        "d_exit": np.zeros((A, F), np.int64),
    }
    for f, name in enumerate(names):
        mine = [(a, x, entry, leaving) for n, a, x, entry, leaving in rules if n == name]
        for way, rates in enumerate(([r[2] for r in mine], [r[3] for r in mine])):
            highest = max(rate.upper() for rate in rates) / 365.25
            if highest > 0:
                level[f, way] = min(28, max(0, math.floor(-math.log2(min(1.0, highest)))))
        for a, x, entry, leaving in mine:
            pieces = [(day_number(p.from_), p.value) for p in entry.values or ()] or [(0, entry.at())]
            if len(pieces) > L.RATES:
                raise UserError(f"list {name}: {len(pieces)} dated rates of entries; at most {L.RATES}")
            z["d_list"][a, f] = x
            for n, (day, rate) in enumerate(pieces):
                z["d_day"][a, f, n] = day if n else 0
                z["d_entry"][a, f, n] = _scaled(rate, int(level[f, 0]))
            z["d_exit"][a, f] = _scaled(leaving.at(build.start), int(level[f, 1]))
    return world, z


def _scaled(per_year: float, level: int) -> int:
    """A yearly rate as a daily threshold on the 32 digits that follow `level` zeros."""
    return min(tables.Q32, round(round(per_year / 365.25, 15) * tables.Q32 * (1 << level)))


def _decide(build: Builder, z: Tables, a: int, u: int, s: int, how: Decision) -> None:
    """How likely a decision is a refusal, by tier and without the score; looked at where they differ."""
    weight, before = how.weight.at(build.start), how.without_score.at(build.start)
    z["o_scheme"][a, u] = s
    z["o_before"][a, u] = tables.q32(before)
    for t, tier in enumerate(build.arms[a].schemes[s].tier_names):
        refused = how.refused[tier].at(build.start) if tier in how.refused else before
        chance = tables.q32((1.0 - weight) * before + weight * refused)
        z["o_decide"][a, u, t] = chance
        if chance != z["o_before"][a, u]:
            z["o_tiers"][a, u] |= 1 << t


def _prevented(build: Builder, rule: ListRule) -> int:
    """Acts that a listed person cannot do: no longer exposed, or kept from where they happen."""
    bits = 0
    for k, name in enumerate(build.acts):
        act, rate = build.country.act(name, build.vocabulary), build.country.acts[name]
        gone = rule.prevents is not None and rate.per == rule.prevents.exposure
        chance = rule.refuses.get(act.needs) if act.needs is not None else None
        if gone or (chance is not None and chance.at(build.start) >= 1.0):
            bits |= 1 << k
    return bits
