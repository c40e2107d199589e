"""From a country's aggregate tables to synthetic people: the only way in.

`synthesise(country, seed, people)` draws everybody from the declared shares; nothing else about anybody is
read. `rates_of` gives the dominating rates on which the canonical order rests.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
from numpy.typing import NDArray

from moot.country import population as pop
from moot.country.people import MARGINS, PURPOSES, make_block
from moot.country.rates import (
    ACT_LAYERS,
    AGES,
    CLASSES,
    FLAGS,
    INCOMES,
    KINDS,
    OWN_SHAPES,
    RATES,
    SEXES,
    STRATA,
    WHERE,
    WHO,
)
from moot.country.schema import ActRate, ByAge, Country, Shares
from moot.draws import tables
from moot.draws.philox import purpose, seed_key
from moot.errors import UserError
from moot.vocabulary import Act, Vocabulary

YEAR = 365.25
SMALLEST = 200
LARGEST = 1 << 31


def slots_of(vocabulary: Vocabulary) -> tuple[list[int], list[tuple[str, str]]]:
    """First slot of each attribute, and (attribute, level) of each slot, in the canonical order."""
    first: list[int] = []
    slots: list[tuple[str, str]] = []
    for attribute in pop.ATTRIBUTES:
        first.append(len(slots))
        slots += [(attribute, level) for level in vocabulary.attributes[attribute]]
    return first, slots


def _shares(table: Shares, levels: Sequence[str]) -> list[float]:
    return [float(table.shares.get(level, 0.0)) for level in levels]


def age_sex_counts(country: Country) -> NDArray[np.int64]:
    """(18, 2) people by five-year band and sex (women, men); equal bands where the country has no table."""
    counts = np.zeros((18, 2), np.int64)
    if country.age_sex is None:
        counts += 1
        return counts
    for row in country.age_sex.rows:
        band = 17 if row.age_band == "85+" else int(row.age_band.split("-")[0]) // 5
        counts[band, 0 if row.sex == "women" else 1] += row.population
    return counts


def margins_of(country: Country, vocabulary: Vocabulary, when: date) -> NDArray[np.void]:
    """The country's shares as integer thresholds: one record MARGINS."""
    a = country.attributes

    def by_age(table: ByAge | None) -> NDArray[np.int64]:
        if table is None:
            return np.zeros(AGES, np.int64)
        return np.array([tables.q32(x) for x in table.by_age], np.int64)

    def cumulative(table: Shares | None, attribute: str) -> NDArray[np.int64]:
        levels = vocabulary.attributes[attribute]
        if table is None:
            return tables.thresholds([1.0] + [0.0] * (len(levels) - 1))
        return tables.thresholds(_shares(table, levels))

    mean = 1.0
    if country.households is not None:
        mean = sum(size * share for size, share in country.households.sizes.items())
    rho = country.propensity.correlation.at(when)
    ties = [t for t in country.ties if t.kind in ("ring", "clique")]
    kinds, weights, names = [0], [[0, 0, 0]], ["household"]
    for tie in ties:
        names.append(tie.name or tie.kind)
        kinds.append(1 if tie.kind == "ring" else 2)
        sort = tie.sort or {}
        weights.append(
            [
                tables.q16(float(sort.get("age", 0.0))) >> 8,
                tables.q16(float(sort.get("income", 0.0))) >> 8,
                tables.q16(float(tie.noise or 0.0)) >> 8,
            ]
        )
    domains = domains_of(country, vocabulary)
    margins = np.zeros(1, MARGINS)
    fields: dict[str, Sequence[object] | NDArray[np.int64]] = {
        "age_sex": tables.thresholds(age_sex_counts(country).ravel().astype(float).tolist()),
        "stratum": cumulative(a.stratum, "stratum"),
        "education": cumulative(a.education, "education"),
        "appearance": cumulative(a.appearance, "appearance"),
        "licence": by_age(a.licence),
        "smartphone": by_age(a.smartphone),
        "employed": by_age(a.employed),
        "copula": [tables.q16(math.sqrt(rho)), tables.q16(math.sqrt(1.0 - rho))],
        "quantile": tables.normal_quantiles(),
        "rank": tables.normal_ranks(),
        "purposes": [purpose(name) for name in PURPOSES],
        "domain_purpose": [purpose(f"people/propensity/{d}") for d in domains],
        "tie_purpose": [purpose(f"people/tie/{name}") for name in names],
        "tie_kind": kinds,
        "tie_weight": weights,
    }
    for name, table in fields.items():
        margins[0][name][: len(table)] = table
    margins["novice"] = tables.q32(a.licence.novice) if a.licence else 0
    margins["platform"] = tables.q32(a.platform_worker.share_of_employed) if a.platform_worker else 0
    margins["household_mean"] = tables.q16(mean)
    margins["domains"], margins["ties"] = len(domains), len(names)
    return margins


def domains_of(country: Country, vocabulary: Vocabulary) -> list[str]:
    """The domains of the country's acts, in the vocabulary's order."""
    used = {country.act(name, vocabulary).domain for name in country.acts}
    return [d for d in vocabulary.domains if d in used]


def latent_rate(act: ActRate, when: date, *, upper: bool) -> float:
    """True acts per exposed unit and day: recorded / certainty now, or the base; its value or upper end.

    0 for an act that arises from arrears: it is not drawn.
    """
    if act.arises is not None:
        return 0.0
    if act.base_per_day is not None:
        return act.base_per_day.upper() if upper else act.base_per_day.at(when)
    if act.base is not None:
        return (act.base.upper() if upper else act.base.at(when)) / YEAR
    assert act.recorded is not None and act.certainty_now is not None  # the schema asks for one of the ways
    if upper:
        return act.recorded.upper() / act.certainty_now.lower() / YEAR
    return act.recorded.at(when) / act.certainty_now.at(when) / YEAR


def layer_of(act: Act) -> int:
    """The layer in which an act is drawn: road, other offences and incivilities, lawful acts and merits."""
    if act.class_ in ("lawful", "merit"):
        return 2
    return 0 if act.domain == "road" else 1


def _exposed_share(country: Country, flag: int) -> NDArray[np.float64]:
    """Share of each (age band, sex) that is exposed."""
    a = country.attributes
    table = {pop.LICENCE: a.licence, pop.SMARTPHONE: a.smartphone, pop.EMPLOYED: a.employed}.get(flag)
    if flag == 0:
        return np.ones((AGES, SEXES))
    if table is None:
        return np.zeros((AGES, SEXES))
    return np.repeat(np.array(table.by_age, float)[:, None], SEXES, axis=1)


def rates_of(
    country: Country, vocabulary: Vocabulary, when: date
) -> tuple[NDArray[np.void], list[str], NDArray[np.int64]]:
    """Dominating rates, the names of the acts in order, and each act's value ÷ bound as a threshold (k,)."""
    names = list(country.acts)
    domains = domains_of(country, vocabulary)
    own_shapes = [a.heterogeneity.shape.at(when) for a in country.acts.values() if a.heterogeneity]
    shapes = sorted(set(own_shapes))
    if len(names) > KINDS or len(own_shapes) > OWN_SHAPES:
        raise UserError(f"{country.country}: at most {KINDS} acts, {OWN_SHAPES} of them with a heterogeneity")
    by_person = np.zeros((len(names), WHO), np.int64)
    by_place = np.full((len(names), WHERE), tables.Q16, np.int64)
    cap = np.full(len(names), tables.q32(0.9), np.int64)
    own, own_at = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    thin = np.zeros(len(names), np.int64)
    people = age_sex_counts(country)
    age9 = np.zeros((AGES, SEXES))
    for band in range(18):
        age9[min(8, band // 2)] += people[band]
    employed = country.attributes.employed  # who may be in work later, where jobs are found and lost
    may_work = [
        country.work is not None and employed is not None and x > 0
        for x in (employed.by_age if employed is not None else [0.0] * AGES)
    ]
    flags = {
        "person": 0,
        "trip": 0,
        "licence": pop.LICENCE,
        "smartphone": pop.SMARTPHONE,
        "employed": pop.EMPLOYED,
    }
    for k, name in enumerate(names):
        act = country.acts[name]
        flag = flags[act.per]
        exposed = age9 * _exposed_share(country, flag)
        gradient = np.ones((AGES, SEXES))
        place = np.ones((INCOMES, STRATA))
        if act.gradient is not None:
            unread = set(act.gradient.tables()) - {"age", "sex", "income", "stratum"}
            if unread or act.gradient.measures != "conduct":
                raise UserError(
                    f"{country.country}: {name}: a gradient of conduct by age, sex, income or stratum is "
                    "expected; one seen in records only, or by "
                    f"{', '.join(sorted(unread)) or 'another attribute'}, is not simulated"
                )
            if act.gradient.stratum is not None:
                place *= np.array(act.gradient.stratum, float)[None, :]
            if act.gradient.age is not None:
                gradient *= np.array(act.gradient.age, float)[:, None]
            if act.gradient.sex is not None:
                gradient *= np.array(act.gradient.sex, float)[None, :]
            if act.gradient.income is not None:
                place *= np.array(act.gradient.income, float)[:, None]
        trips = 1.0
        if act.per == "trip":
            context = country.act(name, vocabulary).needs or "fast-rail"
            travel = country.travel[context]
            if travel.by_income is not None:
                place *= np.array(travel.by_income, float)[:, None] / float(np.mean(travel.by_income))
            if travel.per_year is not None:
                trips = travel.per_year.at(when)
            else:
                assert travel.per_day is not None  # the schema asks for exactly one
                trips = travel.per_day.at(when) * YEAR
        whole = float((exposed * gradient).sum())
        gradient *= float(exposed.sum()) / whole if whole > 0 else 1.0
        shares = [1.0] + [0.0] * (STRATA - 1)
        if country.attributes.stratum is not None:
            shares = _shares(country.attributes.stratum, vocabulary.attributes["stratum"])
        weight = np.full((INCOMES, 1), 1.0 / INCOMES) * np.array(shares)[None, :]
        place /= float((place * weight).sum())
        upper = latent_rate(act, when, upper=True) * trips * act.headroom
        value = latent_rate(act, when, upper=False) * trips
        thin[k] = tables.q32(min(1.0, value / upper)) if upper > 0 else 0
        for band in range(AGES):
            for sex in range(SEXES):
                for bits in range(FLAGS):
                    if flag and not bits & flag and not (flag == pop.EMPLOYED and may_work[band]):
                        continue
                    p = upper * gradient[band, sex]
                    by_person[k, (band * SEXES + sex) * FLAGS + bits] = round(round(p, 12) * tables.Q32)
        by_place[k] = [tables.q16(x) for x in place.ravel()]
        if act.cap_per_day is not None:
            cap[k] = tables.q32(act.cap_per_day)
        if act.heterogeneity is not None:
            # Acts of one shape share a table, which then stays in the processor's nearest memory.
            own[k] = 1 + shapes.index(act.heterogeneity.shape.at(when))
            own_at[k] = max(1, len(domains)) + int((own_at > 0).sum())
    rates = np.zeros(1, RATES)
    kinds = len(names)
    layers = [layer_of(country.act(n, vocabulary)) for n in names]
    # Whoever is looked for first is found first: the most frequent acts save the most looking.
    ever = [x for x in range(kinds) if by_person[x].any()]
    ever.sort(key=lambda x: (-int(by_person[x].sum()), names[x]))
    by_layer = [[x for x in ever if layers[x] == layer] for layer in range(len(ACT_LAYERS))]
    order = np.zeros((len(ACT_LAYERS), KINDS), np.int64)
    for layer, kinds_of_it in enumerate(by_layer):
        order[layer, : len(kinds_of_it)] = kinds_of_it
    rates["kinds"] = kinds
    domain = [domains.index(country.act(n, vocabulary).domain) for n in names]
    for field, table in (
        ("by_person", by_person),
        ("by_place", by_place),
        ("domain", domain),
        ("cap", cap),
        ("layer", layers),
        ("order", order),
        ("count", [len(row) for row in by_layer]),
        ("stretch", [int(country.acts[n].cap_per_day is None) for n in names]),
        ("own", own),
        ("own_at", own_at),
        ("purpose", [purpose(f"act/{n}") for n in names]),
        ("own_purpose", [purpose(f"act/{n}/propensity") for n in names]),
    ):
        if field in ("by_person", "by_place"):
            rates[0][field][:, :kinds] = np.asarray(table).T
        elif field in ("order", "count"):
            rates[0][field] = table
        else:
            rates[0][field][:kinds] = table
    rates["domain_bins"] = tables.gamma_bins(float(country.propensity.shape.at(when)))
    rates[0]["bins"][0] = tables.Q16
    for row, shape in enumerate(shapes):
        rates[0]["bins"][1 + row] = tables.gamma_bins(float(shape))
    return rates, names, thin


def layout_of(country: Country, people: int) -> pop.Layout:
    """Which of `people` people of a country lie in which block. Raises `UserError` for an impossible size."""
    if not SMALLEST <= people < LARGEST:
        raise UserError(f"people: {people} is not between {SMALLEST} and {LARGEST - 1}")
    return pop.lay_out(pop.apportion(np.array(country.region_totals(), np.int64), people))


def synthesise(
    country: Country,
    vocabulary: Vocabulary,
    *,
    seed: int,
    people: int,
    when: date,
    threads: int = 1,
    part: int = 0,
    parts: int = 1,
) -> pop.Population:
    """Make `people` synthetic people of a country; the same arguments give the same bits on any machine.

    `when` fixes dated values; `threads` changes nothing but the time. With `parts` only the blocks of one of
    so many parts are made, counted from 0 by `part`: they are as in the whole country, and take memory and
    time for themselves alone. Raises `UserError` for a size that cannot be made or cut.
    """
    layout = layout_of(country, people)
    if not 1 <= parts <= layout.blocks or not 0 <= part < parts:
        raise UserError(
            f"shards: {parts}; {people} people of {country.country} are {layout.blocks} blocks, so expected "
            f"1 to {layout.blocks}"
        )
    cuts = layout.cuts(parts)
    layout = layout.part(int(cuts[part]), int(cuts[part + 1]))
    people, words = layout.held, int(layout.block_word[-1] - layout.block_word[0])
    margins = margins_of(country, vocabulary, when)[0]
    ties = [t for t in country.ties if t.kind in ("ring", "clique")]
    rates, _, _ = rates_of(country, vocabulary, when)
    domains = max(1, len(domains_of(country, vocabulary)))
    owns = int((rates[0]["own"] > 0).sum())
    orders = 1 + len(ties)
    arrays = {
        "person": np.empty((people, pop.THETA + domains + owns), np.uint16),
        "age5": np.empty(people, np.uint8),
        "household": np.empty(people, np.uint8),
        "order": np.empty((orders, people), np.uint16),
        "place": np.empty((orders, people), np.uint16),
        "clique_end": np.zeros((orders, layout.blocks, 2), np.int64),
        "classes": np.zeros((len(ACT_LAYERS), CLASSES, words), np.uint64),
    }
    out = (*arrays.values(), layout.block_word)
    key = seed_key(seed)

    def fill(block: int) -> None:
        make_block(
            key, margins, rates[0], block, layout.block_start, layout.segment_start, layout.segment_region,
            layout.block_segment, out,
        )  # fmt: skip

    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        list(pool.map(fill, range(layout.blocks)))
    return pop.Population(pop._TOKEN, country=country.country, seed=seed, layout=layout, **arrays)
