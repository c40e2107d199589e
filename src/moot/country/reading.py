"""Reading a country: the declaration, its cross-checks, its tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from moot.country.opinion import check_opinion
from moot.country.schema import ActRate, Country, Gradient, perception
from moot.country.tables import numbered_regions, read_age_sex, read_regions
from moot.country.work import check_livelihood, raised_by_hardship
from moot.declaring.complaints import Complaint, as_problem, complain_unknown, declared, nearest, unranged
from moot.declaring.files import find, inside_folder, shown
from moot.declaring.source import Place, Source
from moot.errors import DeclarationError, Problem
from moot.vocabulary import Vocabulary, check_new_acts, load_vocabulary

__all__ = ["NORMALISER", "check_country", "country_from", "load_country", "needed_headroom"]

NORMALISER = 1.25
"""Largest status-quo normaliser of a rate; it lies in [0.8, 1.25] (equations, section 2)."""
TOLERANCE = 1e-6


def load_country(name_or_path: str | Path) -> Country:
    """The shipped country of this name, or the one declared in a file.

    Raises `UnknownNameError` or `DeclarationError` (with every problem of the file and its tables).
    """
    return country_from(find("country", name_or_path))


def country_from(source: Source) -> Country:
    """The country declared in `source`, with its tables read."""
    country = declared(Country, source, check_country)
    problems: list[Problem] = []
    if country.regions.equal is not None:
        country.regions._rows = numbered_regions(country.regions.equal)
    elif country.regions.table is not None:
        path = _table(source, ("regions", "table"), country.regions.table, problems)
        if path is not None:
            country.regions._rows, found = read_regions(path, shown(path), country.regions.kind)
            problems += found
    if country.age_sex is not None:
        path = _table(source, ("age_sex", "table"), country.age_sex.table, problems)
        if path is not None:
            sexes = load_vocabulary().attributes["sex"]
            country.age_sex._rows, found = read_age_sex(path, shown(path), sexes)
            problems += found
    if problems:
        raise DeclarationError(problems)
    return country


def _table(source: Source, at: Place, reference: str, problems: list[Problem]) -> Path | None:
    try:
        return inside_folder(source, reference)
    except ValueError as error:
        problems.append(as_problem(source, Complaint(at=at, message=str(error))))
        return None


def check_country(country: Country) -> Iterator[Complaint]:
    """Everything that one key of a country says about another, and about the vocabulary."""
    vocabulary = load_vocabulary()
    yield from unranged((), country)
    yield from check_new_acts(vocabulary, ("new_acts",), country.acts_prefix, country.new_acts)
    if (country.regions.table is None) == (country.regions.equal is None):
        yield Complaint(at=("regions",), message="needs exactly one of `table` and `equal`")
    if country.regions.table is not None and country.regions.kind is None:
        yield Complaint(
            at=("regions",), message='the key "kind" is missing; say which list the codes are from'
        )
    yield from _check_attributes(country, vocabulary)
    yield from _check_ties(country)
    yield from _check_travel(country, vocabulary)
    fading = country.perceived_certainty.fading
    if (fading.half_life_days is None) == (fading.step_days is None):
        at = ("perceived_certainty", "fading")
        yield Complaint(at=at, message="needs exactly one of `half_life_days` and `step_days`")
    if country.opinion is not None:
        yield from check_opinion(("opinion",), country.opinion)
    for name, rate in country.acts.items():
        yield from _check_act(country, vocabulary, name, rate)
    yield from check_livelihood(country)
    seen: set[str] = set()
    for number, reference in enumerate(country.existing):
        if reference in seen:
            yield Complaint(at=("existing", number), message=f'"{reference}" is named twice')
        seen.add(reference)


def check_levels(
    at: Place, what: str, table: dict[str, object], levels: Sequence[str]
) -> Iterator[Complaint]:
    """The keys of a table are levels of an attribute of the vocabulary."""
    for level in table:
        if level not in levels:
            yield complain_unknown((*at, level), what, level, levels, at_key=True)


def _sums_to_one(at: Place, shares: Sequence[float]) -> Iterator[Complaint]:
    total = math.fsum(shares)
    if abs(total - 1) > TOLERANCE:
        yield Complaint(at=at, message=f"the shares sum to {total:.6g}; expected 1")


def _check_attributes(country: Country, vocabulary: Vocabulary) -> Iterator[Complaint]:
    levels = vocabulary.attributes
    named = country.attributes
    for name, part in (
        ("stratum", named.stratum),
        ("education", named.education),
        ("appearance", named.appearance),
    ):
        if part is not None:
            at: Place = ("attributes", name, "shares")
            yield from check_levels(at, f"level of {name}", dict(part.shares), levels[name])
            yield from _sums_to_one(at, list(part.shares.values()))
    if named.stratum is not None and named.stratum.residents_per_km2 is not None:
        at = ("attributes", "stratum", "residents_per_km2")
        yield from check_levels(at, "stratum", dict(named.stratum.residents_per_km2), levels["stratum"])
        for level in named.stratum.shares:
            if level not in named.stratum.residents_per_km2:
                yield Complaint(at=at, message=f'no residents per km² for the stratum "{level}"')
        for level, density in named.stratum.residents_per_km2.items():
            if density <= 0:
                yield Complaint(at=(*at, level), message=f"{density:g} is not above 0")
    for name, ages in (
        ("licence", named.licence),
        ("smartphone", named.smartphone),
        ("employed", named.employed),
    ):
        if ages is not None and len(ages.by_age) != len(levels["age"]):
            yield Complaint(
                at=("attributes", name, "by_age"),
                message=f"has {len(ages.by_age)} values; expected {len(levels['age'])}, one for each age "
                f"band ({levels['age'][0]} to {levels['age'][-1]})",
            )
    if country.households is not None:
        at = ("households", "sizes")
        yield from _sums_to_one(at, list(country.households.sizes.values()))
        for size in country.households.sizes:
            if not 1 <= size <= 20:
                yield Complaint(
                    at=(*at, size), message=f"a household of {size}; expected 1 to 20 persons", at_key=True
                )
    if country.income is not None:
        points = country.income.deciles
        if not points.d1 < points.median < points.d9:
            yield Complaint(
                at=("income", "deciles"), message="expected d1 below the median and the median below d9"
            )


_TIE_KEYS = {
    "household": ((), ("size", "who", "reach", "sort", "noise")),
    "clique": (("size", "who"), ("reach", "sort", "noise")),
    "ring": (("reach", "sort", "noise"), ("size", "who")),
    "permutation": ((), ("size", "who", "reach", "sort", "noise")),
}


def _check_ties(country: Country) -> Iterator[Complaint]:
    seen: set[str] = set()
    for number, tie in enumerate(country.ties):
        at: Place = ("ties", number)
        if tie.kind != "household" and "name" not in tie.model_fields_set:
            yield Complaint(at=at, message='the key "name" is missing; expected it here')
        if tie.name in seen:
            yield Complaint(at=(*at, "name"), message=f'two layers of ties are called "{tie.name}"')
        seen.add(tie.name)
        needed, foreign = _TIE_KEYS[tie.kind]
        for key in needed:
            if getattr(tie, key) is None:
                yield Complaint(at=at, message=f'the key "{key}" is missing; a {tie.kind} needs it')
        for key in foreign:
            if getattr(tie, key) is not None:
                yield Complaint(at=(*at, key), message=f'a {tie.kind} has no "{key}"', at_key=True)


def _check_travel(country: Country, vocabulary: Vocabulary) -> Iterator[Complaint]:
    for context, travel in country.travel.items():
        at: Place = ("travel", context)
        if context not in vocabulary.contexts:
            yield complain_unknown(at, "context", context, vocabulary.contexts, at_key=True)
        if (travel.per_year is None) == (travel.per_day is None):
            yield Complaint(at=at, message="needs exactly one of `per_year` and `per_day`")
        if travel.by_income is not None:
            yield from _multipliers(
                (*at, "by_income"), travel.by_income, vocabulary.attributes["income"], "income decile"
            )


def _multipliers(at: Place, table: Sequence[float], levels: Sequence[str], what: str) -> Iterator[Complaint]:
    if len(table) != len(levels):
        span = f"{levels[0]} to {levels[-1]}"
        yield Complaint(
            at=at, message=f"has {len(table)} values; expected {len(levels)}, one for each {what} ({span})"
        )
    for number, multiplier in enumerate(table):
        if multiplier < 0:
            yield Complaint(
                at=(*at, number), message=f"{multiplier:g} is negative; expected a factor of 0 or more"
            )


def _check_act(country: Country, vocabulary: Vocabulary, name: str, rate: ActRate) -> Iterator[Complaint]:
    at: Place = ("acts", name)
    act = vocabulary.acts.get(name) or country.new_acts.get(name)
    if act is None:
        said = complain_unknown(at, "act", name, [*vocabulary.acts, *country.new_acts], at_key=True)
        if ":" in name and not said.hint:
            prefix = name.partition(":")[0]
            hint = f"an act with a prefix is declared under `new_acts`, below `acts_prefix: {prefix}`"
            said = replace(said, hint=hint)
        yield said
    ways = ("recorded", "base", "base_per_day", "arises")
    rates = [key for key in ways if getattr(rate, key) is not None]
    if len(rates) != 1:
        message = "needs exactly one of `recorded`, `base`, `base_per_day` and `arises`"
        yield Complaint(at=at, message=f"{message}; it has {' and '.join(rates) or 'none'}")
    if rate.recorded is not None and (rate.certainty_now is None or rate.certainty_now.lower() <= 0):
        where: Place = (*at, "certainty_now") if rate.certainty_now is not None else at
        yield Complaint(
            at=where,
            message="`recorded` needs a `certainty_now` above 0: the rate is recorded ÷ certainty_now",
        )
    if rate.gradient is not None:
        yield from _check_gradient((*at, "gradient"), rate.gradient, vocabulary)
    if act is None or rate.arises is not None:
        return
    needed = needed_headroom(country, name)
    if rate.headroom * (1 + 1e-9) < needed:
        given = "headroom" in rate.model_fields_set
        yield Complaint(
            at=(*at, "headroom") if given else at,
            message=f"the headroom {rate.headroom:g} is too small: what may raise this act multiplies "
            f"up to {needed:.6g}; "
            f"expected at least {math.ceil(needed * 1000) / 1000:g}",
            hint="headroom ≥ 1.25 × exp(elasticity × prior)"
            + (" × (1 + strain)" if country.work is not None else "")
            + ", each at the upper end of its range",
            at_key=not given,
        )


def needed_headroom(country: Country, act_name: str) -> float:
    """The product of everything that may raise the rate of an act above its declared one.

    1.25 for the status-quo normaliser (only with a burn-in, which is where it is found), times
    exp(elasticity × prior) at the upper ends of their ranges: perceived certainty may fall to 0; times
    1 + strain where work is declared. At least 1. Acts of a class without elasticity or strain need
    none, nor does one that arises from arrears.
    """
    act = load_vocabulary().acts.get(act_name) or country.new_acts[act_name]
    felt = perception(act.class_)
    rate = country.acts.get(act_name)
    if felt is None or (rate is not None and rate.arises is not None):
        return 1.0
    beliefs = country.perceived_certainty
    elasticity = (beliefs.elasticity.offence if felt == "offence" else beliefs.elasticity.lawful).upper()
    prior = (beliefs.prior.offence if felt == "offence" else beliefs.prior.lawful).upper()
    strain = raised_by_hardship(country, felt)
    if elasticity <= 0 and strain <= 1.0:
        return 1.0
    normaliser = NORMALISER if country.burn_in_years > 0 else 1.0
    return normaliser * math.exp(min(elasticity * prior, 50.0)) * strain


def _check_gradient(at: Place, gradient: Gradient, vocabulary: Vocabulary) -> Iterator[Complaint]:
    tables = gradient.tables()
    if not tables:
        known = [name for name in vocabulary.attributes if name != "appearance"]
        yield Complaint(
            at=at, message=f"has no table; expected one of: {', '.join(known)}", hint=nearest("age", [])
        )
    for name, table in tables.items():
        yield from _multipliers((*at, name), table, vocabulary.attributes[name], f"level of {name}")
