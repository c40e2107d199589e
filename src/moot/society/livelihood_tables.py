"""Tables of work, money and ratings: from the declared shares to thresholds and cents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moot.country.rates import AGES, INCOMES
from moot.country.schema import Country
from moot.country.work import Fine, Money, Work, inactive_exits
from moot.draws import tables
from moot.draws.philox import purpose
from moot.society import law as L
from moot.society.arms import Arm, day_number
from moot.society.work import STAR

DAYS_A_MONTH = 365.25 / 12
DECILE = tuple((x - 4.5) / math.sqrt(8.25) for x in range(INCOMES))  # standardised deciles
Tables = dict[str, NDArray[np.int64]]


def places_fixed(work: Work | None, arms: Sequence[Arm]) -> bool:
    """Whether hires of a month must be as many as the comparator's, and some arm could make other ones."""
    return work is not None and work.vacancies == "fixed" and any(arm.moves_jobs for arm in arms)


def world_part(
    country: Country, acts: Sequence[str], start: date, arms: Sequence[Arm]
) -> dict[str, ArrayLike]:
    """What all arms share of work and money; nothing but zeros where the country declares neither."""
    levels = hardship_of(country.work, start)
    part: dict[str, ArrayLike] = {"unpaid": -1}
    if country.work is not None:
        part |= _work(country, country.work, acts, start, levels)
        part |= {
            "fixed": int(places_fixed(country.work, arms)),
            "places_arm": next((a for a, arm in enumerate(arms) if arm.regime is None), -1),
            "place_purpose": purpose("work/places"),
        }
    if country.money is not None:
        part |= _money(country, country.money, acts, start, levels)
    return part


def hardship_of(work: Work | None, start: date) -> tuple[float, float, float]:
    """h at each level: nothing lost; covered; cover ended. 0 from `enough` of the former income on."""
    if work is None:
        return 0.0, 0.0, 0.0
    left = work.replacement.covered.at(start), work.replacement.after.at(start)
    enough = work.replacement.enough.at(start)
    return 0.0, *(0.0 if share >= enough else 1.0 - share for share in left)  # type: ignore[return-value]


def moves_of(country: Country, work: Work) -> NDArray[np.float64]:
    """Monthly chances by age band, status and new status (employed, unemployed, inactive): (ages, 3, 3)."""
    rows = work.transitions
    assert country.attributes.employed is not None  # reading a country asks for it
    out = np.zeros((AGES, 3, 3))
    for band, share in enumerate(country.attributes.employed.by_age):
        factor = inactive_exits(rows, float(share))
        found, sought = factor * rows.inactive[0], factor * rows.inactive[1]
        out[band] = [rows.employed, rows.unemployed, (found, sought, 1.0 - found - sought)]
    return out


def _work(
    country: Country, work: Work, acts: Sequence[str], start: date, levels: tuple[float, float, float]
) -> dict[str, ArrayLike]:
    chances = moves_of(country, work)
    moves = np.zeros((AGES, 3, 2), np.int64)
    begins = np.zeros(AGES, np.int64)
    assert country.attributes.employed is not None
    for band, share in enumerate(country.attributes.employed.by_age):
        for status in range(3):
            found, sought = chances[band, status, 0], chances[band, status, 1]
            moves[band, status] = (tables.q32(found), tables.q32(min(1.0, found + sought)))
        if share > 0:
            unemployed = work.transitions.unemployed_per_employed * share / (1.0 - share)
            begins[band] = max(1, tables.q32(min(1.0, unemployed)))
    factors = [work.strain.offence.at(start), work.strain.lawful.at(start)]
    return {
        "works": 1,
        "work_purpose": purpose("work/transition"),
        "begin_purpose": purpose("work/status"),
        "moves": moves,
        "begins": begins,
        "covered_days": round(work.replacement.covered_months * DAYS_A_MONTH),
        "strain": np.array([[tables.q16(1.0 + s * h) for h in levels] for s in factors], np.int64),
        "of_work": np.array([int(country.acts[name].per == "employed") for name in acts], np.int64),
        "deficit_purpose": purpose("rating/deficit"),
        "star_purpose": purpose("rating/star"),
    }


def paying(money: Money, mean: float, hardship: Sequence[float]) -> NDArray[np.float64]:
    """The chance to pay at once, (deciles, levels of hardship, without and with arrears).

    `mean` is its mean over the deciles of people without hardship and arrears: the constant of
    σ(α + income·z − hardship·h − arrears) is solved for it. The burn-in then moves α until the mean over all
    fines is the declared one (`brought_to`).
    """
    weights = money.payment

    def sigmoid(x: float) -> float:
        return 1.0 / (1.0 + math.exp(-x)) if x > -500 else 0.0

    income = weights.income.at()
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        found = sum(sigmoid(middle + income * z) for z in DECILE) / INCOMES
        low, high = (middle, high) if found < mean else (low, middle)
    alpha = (low + high) / 2
    out = np.zeros((INCOMES, 3, 2))
    for x, z in enumerate(DECILE):
        for level, h in enumerate(hardship):
            for behind in range(2):
                lost = weights.hardship.at() * h + weights.arrears.at() * behind
                out[x, level, behind] = sigmoid(alpha + income * z - lost)
    return out


def brought_to(mean: float, table: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """The table of chances to pay with all log-odds moved by one constant, so that its weighted mean is
    `mean`; unchanged where nobody is fined. All arrays (10, 3, 2), chances in 1/2**32."""
    share = np.clip(table / tables.Q32, 1e-9, 1 - 1e-9)
    total = float(weights.sum())
    if total <= 0 or not 0.0 < mean < 1.0:
        return table
    logit = np.log(share / (1.0 - share))
    low, high = -60.0, 60.0
    for _ in range(200):
        moved = 1.0 / (1.0 + np.exp(-(logit + (low + high) / 2)))
        found = float((weights * moved).sum()) / total
        low, high = ((low + high) / 2, high) if found < mean else (low, (low + high) / 2)
    return np.asarray(np.round(np.round(moved, 9) * tables.Q32), np.int64)


def ends_of(recovered: float, months: int) -> list[int]:
    """Thresholds on one uniform: recovered within x months, x from 0, at a constant hazard."""
    return [tables.q32(1.0 - (1.0 - recovered) ** (x / months)) for x in range(months + 1)]


def _money(
    country: Country, money: Money, acts: Sequence[str], start: date, levels: tuple[float, float, float]
) -> dict[str, ArrayLike]:
    kinds = len(acts)
    fine, notice, names = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
    means = np.zeros(kinds, np.int64)
    pay = np.zeros((kinds, INCOMES, 3, 2), np.int64)
    ends = np.zeros((kinds, L.DEBT_MONTHS), np.int64)
    usual = 1.0 / 3.0
    for k, name in enumerate(acts):
        one: Fine | None = money.fines.get(name)
        if one is None:
            continue
        fine[k] = max(1, round(one.euros * money.increase.at(start) * 100))
        notice[k] = tables.q32(one.notice.at(start))
        names[k] = purpose(f"money/fine/{name}")
        means[k] = tables.q32(one.paid_at_once.at(start))
        chances = paying(money, one.paid_at_once.at(start), levels)
        pay[k] = [[[tables.q32(p) for p in row] for row in table] for table in chances]
        ends[k, : money.recovery_months + 1] = ends_of(one.recovered.at(start), money.recovery_months)
    arising = [k for k, name in enumerate(acts) if country.acts[name].arises is not None]
    short_ends = np.zeros(L.DEBT_MONTHS, np.int64)
    short_ends[: money.recovery_months + 1] = ends_of(usual, money.recovery_months)
    return {
        "fines": 1,
        "fine": fine,
        "fine_notice": notice,
        "fine_purpose": names,
        "fine_pay": pay,
        "fine_mean": means,
        "fine_ends": ends,
        "debt_months": money.recovery_months,
        "unpaid": arising[0] if arising else -1,
        "short": _short(country, money, start),
        "short_ends": short_ends,
        "short_purpose": purpose("money/shortfall"),
    }


def _short(country: Country, money: Money, start: date) -> NDArray[np.int64]:
    """Cents a month that become debt after a lost job, by decile: while covered, then after; (20,)."""
    out = np.zeros(2 * INCOMES, np.int64)
    if money.shortfall is None or country.income is None or country.work is None:
        return out
    floor, share = money.shortfall.floor.at(start), money.shortfall.share.at(start)
    left = country.work.replacement.covered.at(start), country.work.replacement.after.at(start)
    sigma = country.income.body_sigma.at(start)
    for x in range(INCOMES):
        z = NormalDist().inv_cdf((x + 0.5) / INCOMES)
        monthly = country.income.deciles.median * math.exp(round(sigma * z, 9)) / 12
        for level, part in enumerate(left):
            out[level * INCOMES + x] = round(round(share * max(0.0, floor - part * monthly), 6) * 100)
    return out


def arms_part(arms: Sequence[Arm], classes: Sequence[str], start: date) -> Tables:
    """What schemes do to jobs, and ratings, arm by arm."""
    A, S = len(arms), max(1, *(len(a.schemes) for a in arms))
    z = {
        "hires": np.full((A, S, L.TIERS), tables.Q32, np.int64),
        "dismisses": np.zeros((A, S, L.TIERS), np.int64),
        "hire_purpose": np.zeros((A, S), np.int64),
        "dismiss_purpose": np.zeros((A, S), np.int64),
        "r_count": np.zeros(A, np.int64),
        "r_window": np.full(A, 100, np.int64),
        "r_level": np.zeros((A, tables.BINS), np.int64),
        "r_bias": np.zeros((A, L.CLASSES), np.int64),
        "r_drift": np.zeros(A, np.int64),
        "r_since": np.full(A, day_number(start), np.int64),
        "r_line": np.zeros(A, np.int64),
        "r_warning": np.zeros(A, np.int64),
    }
    for a, arm in enumerate(arms):
        for s, scheme in enumerate(arm.schemes):
            z["hire_purpose"][a, s] = purpose(f"work/hiring/{scheme.scheme}")
            z["dismiss_purpose"][a, s] = purpose(f"work/dismissal/{scheme.scheme}")
            for tier, share in scheme.hiring.items():
                z["hires"][a, s, scheme.tier_names.index(tier)] = tables.q32(share.at(start))
            for tier, share in scheme.dismissal.items():
                z["dismisses"][a, s, scheme.tier_names.index(tier)] = tables.q32(share.at(start))
        ratings = arm.regime.ratings if arm.regime is not None else None
        if ratings is None:
            continue
        z["r_count"][a], z["r_window"][a] = ratings.per_month, ratings.window
        z["r_warning"][a], z["r_line"][a] = ratings.warning_months, round(ratings.line * STAR)
        z["r_drift"][a] = round(round(ratings.inflation.at(start) / 365.25, 12) * STAR * (1 << 20))
        kept = ratings.deficit.mean.at(start) * (1.0 - ratings.reciprocity.at(start))
        gamma = tables.gamma_bins(float(ratings.deficit.shape.at(start)))
        z["r_level"][a] = [round(5 * STAR - round(kept * int(x) / tables.Q16, 9) * STAR) for x in gamma]
        for c, name in enumerate(classes):
            if name in ratings.bias:
                z["r_bias"][a, c] = round(ratings.bias[name].at(start) * STAR)
    return z
