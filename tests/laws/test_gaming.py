"""Section 10 of the equations: points for money, merits for the score, acts done elsewhere."""

import math
from datetime import date

import numpy as np
import pytest

from moot.country.income import by_decile, gini_of, tail_of
from moot.country.schema import Income
from moot.errors import DeclarationError
from moot.society.buying import month_of
from tests.laws import worlds as w

START = date(2028, 1, 1)
ACT, MERIT = "jaywalking", "volunteering"
INCOME = {"deciles": {"d1": 12_970, "median": 24_330, "d9": 43_840}, "gini": 0.294, "body_sigma": 0.475}
BOUGHT = 56
TIERS = [{"tier": "up", "from": 50}, {"tier": "down", "from": 0}]


def arm(catalogue=None, *, start=40, disclosed=False, regime=None, sees=None, **changes):
    made = w.scheme(
        catalogue or {ACT: {"points": 10}},
        score={"start": start, "tiers": TIERS},
        disclosed=disclosed,
        **changes,
    )
    return w.regime(made, sensors=[w.eye(sees or {ACT: 1.0})], **(regime or {}))


def bought(per_month=0.3, points=5, price=300, times=10, below="up"):
    return {
        "below": below, "price_euros": price, "income_times": times, "per_month": per_month, "points": points,
    }  # fmt: skip


def society(folder, arms, *, acts=None, people=10_000, days=100, **options):
    of = w.country(
        acts or {ACT: {"base": 0.2, "per": "person"}},
        income=INCOME,
        propensity={"shape": 400, "correlation": 0},
    )
    return w.run(w.scenario(folder, of, arms, people=people, days=days), **({"panel": 0} | options))


# Bought repair


def test_months_are_those_of_the_calendar():
    for day in range(0, 40_000, 7):
        when = date.fromordinal(date(2000, 1, 1).toordinal() + day)
        assert month_of.py_func(day) == ((when.year - 2000) * 12 + when.month - 1, when.day)


def test_income_by_decile_has_the_declared_median_and_gini():
    income = Income.model_validate(INCOME)
    table = by_decile(income, START)
    assert table == sorted(table) and len(table) == 10
    assert math.sqrt(table[4] * table[5]) == pytest.approx(24_330, rel=1e-3)
    assert gini_of(income, tail_of(income, START), START) == pytest.approx(0.294, abs=1e-4)


def test_some_of_those_who_can_pay_buy_on_the_first_of_a_month(tmp_path):
    """Everybody is below the tier and stays there; those with ten times the price buy at the monthly rate."""
    result = society(tmp_path, {"shop": arm(bought_repair=bought(points=1, price=2_500))})
    a_day = w.daily(result, "scheme:score:repairs-bought", "shop")
    firsts = [(date(2028, 1, 1) - START).days, 31, 31 + 29, 31 + 29 + 31]
    assert set(np.flatnonzero(a_day)) == set(firsts)
    income = Income.model_validate(INCOME)
    able = [one >= 25_000 for one in by_decile(income, START)]
    deciles = w.by_slot(result, "scheme:score:repairs-bought", "shop")
    people = np.bincount(result.population.levels[:, 2].astype(int))
    first = result.compiled.slots.index(("income", "decile-1"))
    assert 0 < sum(able) < 10
    for d, can in enumerate(able):
        n = int(people[first + d]) * len(firsts)
        found = deciles["income", f"decile-{d + 1}"]
        if can:
            w.agrees(found / n, 0.3, w.binomial(0.3, n), what=f"decile {d + 1}")
        else:
            assert found == 0
    assert w.total(result, "scheme:score:euros-spent", "shop") == 2_500 * a_day.sum()


def test_the_score_rises_by_what_is_bought_until_the_ceiling(tmp_path):
    """Below the ceiling: purchases × Δ to the point. At it: no further."""
    result = society(
        tmp_path,
        {"plain": arm(), "few": arm(bought_repair=bought(points=1)), "to-the-top": arm(
            bought_repair=bought(points=500))},
    )  # fmt: skip
    sums = {x: int(result.record.score[result.arms.index(x), 0, -1].sum()) for x in result.arms}
    rise = {x: total - sums["plain"] for x, total in sums.items()}
    made = w.total(result, "scheme:score:repairs-bought", "few")
    assert made > 1_000
    # a charge may meet the floor a little earlier without the point bought
    assert rise["few"] == pytest.approx(made, rel=0.01)
    top = w.total(result, "scheme:score:repairs-bought", "to-the-top")
    assert 0 < rise["to-the-top"] <= 100 * top
    assert w.stock(result, "tier:score-up:people", "to-the-top")[-1] > 0
    assert w.total(result, "scheme:score:rises", "to-the-top") == top  # each purchase lifts above the tier


def test_only_those_below_the_tier_buy(tmp_path):
    result = society(tmp_path, {"high": arm(start=60, bought_repair=bought())}, days=400)
    low = w.stock(result, "tier:score-down:people", "high")
    made = w.daily(result, "scheme:score:repairs-bought", "high")
    assert made[0] == 0 and made.sum() > 0
    firsts = np.flatnonzero(made)
    assert (made[firsts] <= low[firsts - 1] + 50).all()


def test_buying_changes_no_act(tmp_path):
    """Zero: acts, charges and certainty are those of the arm where nothing is sold."""
    result = society(tmp_path, {"plain": arm(), "shop": arm(bought_repair=bought(1.0, 30))})
    none, shop = (result.arms.index(x) for x in ("plain", "shop"))
    for column, name in result.compiled.columns.flow_names[none].items():
        if name.startswith("act:"):
            np.testing.assert_array_equal(
                result.record.region[shop, ..., column], result.record.region[none, ..., column], err_msg=name
            )
    np.testing.assert_array_equal(result.record.fear[shop], result.record.fear[none])
    assert (result.record.score[shop] != result.record.score[none]).any()


def test_a_shop_where_nobody_buys_is_no_shop_and_arms_alone_are_what_they_were(tmp_path):
    arms = {"plain": arm(), "zero": arm(bought_repair=bought(0.0)), "shop": arm(bought_repair=bought())}
    result = society(tmp_path, arms)
    assert w.total(result, "scheme:score:repairs-bought", "zero") == 0
    none, zero = (result.arms.index(x) for x in ("plain", "zero"))
    np.testing.assert_array_equal(result.record.score[zero], result.record.score[none])
    for name in arms:
        assert w.run(result.scenario, panel=0, arms=[name]).digests == {name: result.digests[name]}
    assert w.run(result.scenario, panel=0, threads=2).digests == result.digests


def test_a_purchase_stands_in_the_life(tmp_path, monkeypatch):
    w.everybody_seen(monkeypatch)
    result = society(
        tmp_path, {"shop": arm(bought_repair=bought(points=7))}, people=1_000, days=40, panel=None
    )
    rows = w.lives(result)
    rows = rows[rows[:, 3] == BOUGHT]
    assert len(rows) == w.total(result, "scheme:score:repairs-bought", "shop") > 0
    first = rows[rows[:, 0] == result.record.first]
    assert set(first[:, 6]) <= {47, 37}  # 40 + 7, or less the points of a charge of that day


# Merits for the score


def gaming(g, *, start=100, upper=2.0):
    catalogue = {MERIT: {"merit": 1, "cap_per_day": 1}, ACT: {"points": 40}}
    made = arm(catalogue, start=start, disclosed=True, sees={ACT: 1.0, MERIT: 0.0})
    if g is not None:
        made["schemes"][0]["gaming"] = {"merits": {"value": g, "range": [0, upper], "mark": "assumed"}}
    return made


def merits(folder, arms, *, headroom=3.0, days=100, **options):
    acts = {
        ACT: {"base": 10, "per": "person", "headroom": 1},
        MERIT: {"base": 20, "per": "person", "headroom": headroom},
    }
    return society(folder, arms, acts=acts, days=days, **options)


def test_merits_are_done_more_often_by_those_who_lost_points(tmp_path):
    """All have lost everything from some day on: rate × (1 + g). Before, nobody has: rate × 1."""
    result = merits(tmp_path, {"plain": gaming(None), "games": gaming(0.5), "more": gaming(2.0)}, days=300)
    done = {x: w.daily(result, f"act:{MERIT}:acts", x) for x in ("plain", "games", "more")}
    assert done["plain"][0] == done["games"][0] == done["more"][0]
    # the stake of everybody at the end of each day, from the scores: 50 points are all there is to lose
    for name, g in (("games", 0.5), ("more", 2.0)):
        ratio = done[name].sum() / done["plain"].sum()
        assert 1.0 < ratio < 1 + g
    n = done["plain"].sum()
    excess = [done[x].sum() / n - 1 for x in ("games", "more")]
    w.agrees(excess[1] / excess[0], 4.0, 4 * 2 / math.sqrt(n * excess[0]), what="excess in proportion to g")


def test_a_whole_stake_multiplies_by_one_plus_g(tmp_path):
    """The first tier begins above the floor and everybody starts at the floor but one point."""
    made = gaming(0.5)
    fallen = {MERIT: {"merit": 1}, ACT: {"points": 100}}
    made["schemes"][0] |= {"catalogue": fallen}
    acts = {
        ACT: {"base_per_day": 0.9, "per": "person"},
        MERIT: {"base": 20, "per": "person", "headroom": 3.0},
    }
    plain = gaming(None)
    plain["schemes"][0] |= {"catalogue": fallen}
    of = w.country(acts, propensity={"shape": 400, "correlation": 0})
    result = w.run(w.scenario(tmp_path, of, {"plain": plain, "games": made}, people=20_000, days=60), panel=0)
    done = [w.daily(result, f"act:{MERIT}:acts", x)[20:].sum() for x in ("plain", "games")]
    w.agrees(done[1] / done[0], 1.5, 1.5 * math.sqrt(1 / done[0] + 1 / done[1]), what="whole stake")


def test_gaming_by_zero_is_no_gaming(tmp_path):
    arms = {"plain": gaming(None), "zero": gaming(0.0), "games": gaming(0.5)}
    result = merits(tmp_path, arms)
    assert result.digests["zero"] == result.digests["plain"] != result.digests["games"]
    for name in arms:
        assert w.run(result.scenario, panel=0, arms=[name]).digests == {name: result.digests[name]}


def test_merits_without_room_to_rise_are_an_error(tmp_path):
    with pytest.raises(DeclarationError, match="volunteering may be done up to 3 times as often"):
        merits(tmp_path, {"games": gaming(0.5)}, headroom=2.9)


# Displacement


def listed(**regime):
    """Two charges put a person on a list that prevents the act for good."""
    made = w.scheme(
        {ACT: {"points": 10}},
        lists=[
            {
                "list": "kept-from", "entry": {"act": ACT}, "exit": {"after_days": 1_000},
                "prevents": {"exposure": "person"},
            }
        ],
    )  # fmt: skip
    return w.regime(made, sensors=[w.eye({ACT: 1.0})], **regime)


def preventing(folder, arms, **options):
    acts = {ACT: {"base": 30, "per": "smartphone"}}
    for one in arms.values():
        one["schemes"][0]["lists"][0]["prevents"] = {"exposure": "smartphone"}
    of = w.country(acts, attributes={"smartphone": {"by_age": [1.0] * 9}})
    return w.run(w.scenario(folder, of, arms, people=5_000, days=100), **({"panel": 0} | options))


def test_a_share_of_what_is_prevented_is_done_elsewhere(tmp_path):
    arms = {"plain": listed(), "moved": listed(displacement=0.25), "zero": listed(displacement=0)}
    result = preventing(tmp_path, arms)
    prevented = w.total(result, f"act:{ACT}:prevented", "moved")
    found = w.total(result, f"act:{ACT}:displaced", "moved")
    w.agrees(found / prevented, 0.25, w.binomial(0.25, prevented), what="displaced")
    assert prevented > 10_000
    none = result.arms.index("plain")
    for a in map(result.arms.index, ("moved", "zero")):
        for column, name in result.compiled.columns.flow_names[none].items():
            np.testing.assert_array_equal(
                result.record.region[a, ..., column], result.record.region[none, ..., column], err_msg=name
            )
    assert w.run(result.scenario, panel=0, arms=["moved"]).digests == {"moved": result.digests["moved"]}
    assert w.run(result.scenario, panel=0, threads=2).digests == result.digests


def test_only_scored_acts_are_displaced(tmp_path):
    other = listed(displacement=1.0)
    other["schemes"][0]["catalogue"] = {"littering": {"points": 1}}
    of = w.country({x: {"base": 30, "per": "smartphone"} for x in (ACT, "littering")},
                   attributes={"smartphone": {"by_age": [1.0] * 9}})  # fmt: skip
    other["schemes"][0]["lists"][0]["prevents"] = {"exposure": "smartphone"}
    other["schemes"][0]["lists"][0]["entry"] = {"act": "littering"}
    other["sensors"][0]["sees"] = {"littering": 1.0}
    result = w.run(w.scenario(tmp_path, of, {"x": other}, people=2_000, days=60), panel=0)
    assert w.total(result, f"act:{ACT}:prevented", "x") > 0 == w.total(result, f"act:{ACT}:displaced", "x")
    moved = w.total(result, "act:littering:displaced", "x")
    assert moved == w.total(result, "act:littering:prevented", "x") > 0


# Declarations


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bought_repair": bought(below="down")}, "nobody is below tier down"),
        ({"bought_repair": bought(below="middle")}, 'unknown tier "middle"'),
        ({"gaming": {"merits": 0.5}}, "a score that people know"),
    ],
)
def test_what_cannot_be_bought_or_gamed_is_an_error(tmp_path, changes, words):
    with pytest.raises(DeclarationError, match=words):
        society(tmp_path, {"x": arm(**changes)})


def test_without_an_income_nobody_knows_who_can_pay(tmp_path):
    of = w.country({ACT: {"base": 1, "per": "person"}})
    with pytest.raises(DeclarationError, match="who can pay depends on `income`"):
        w.scenario(tmp_path, of, {"x": arm(bought_repair=bought())}, people=1_000, days=1)
