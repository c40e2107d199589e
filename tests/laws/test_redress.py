"""Redress and memory: who contests, how long it takes, what comes back, and what stands for ever."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from moot.regime.redress import Redress
from moot.regime.schema import Regime
from moot.regime.walk import Happening, memory_days, standing
from moot.society.law import DELAYS
from moot.society.redress_tables import appeal_chances, delays
from tests.laws import worlds

ACT = {"jaywalking": {"base": 2, "per": "person"}}
CATALOGUE = {"jaywalking": {"points": 1}}
WRONG = {"mode": "declared", "wrong": {"class-1": 0.4}, "victim": "anyone"}
HIGH_AND_LOW = [{"tier": "high", "from": 80}, {"tier": "low", "from": 0}]
RULES = {"appealed": 0.3, "delay_days": 40, "upheld_wrong": 0.6, "upheld_right": 0.1}


def law(tmp_path, *, redress=None, score=None, people=4000, days=600, sensor=WRONG, name="law", **changes):
    eye = worlds.eye({"jaywalking": 1.0}, identification=sensor)
    scheme = worlds.scheme(CATALOGUE, score=score, **({"redress": redress} if redress else {}))
    arms = {"watch": worlds.regime(scheme, sensors=[eye], **({"notice": True} | changes))}
    return worlds.scenario(tmp_path / name, worlds.country(ACT), arms, people=people, days=days)


def flow(result, what):
    return worlds.total(result, f"redress:score:{what}", "watch")


def same(one, other):
    """Everything that both count is equal, day by day."""
    a = one.arms.index("watch")
    names = {name: c for c, name in other.compiled.columns.flow_names[a].items()}
    for column, name in one.compiled.columns.flow_names[a].items():
        if name in names:
            here, there = one.record.region[a][..., column], other.record.region[a][..., names[name]]
            np.testing.assert_array_equal(here, there, name)
    np.testing.assert_array_equal(one.record.score[a], other.record.score[a])


def test_the_shares_of_appeals_and_of_what_is_upheld_are_those_declared(tmp_path):
    result = worlds.run(law(tmp_path, redress=RULES, days=800))
    charges = worlds.total(result, "act:jaywalking:charged-by-regime", "watch")
    wrong = flow(result, "wrong-charges")
    # Education and income are drawn apart from acts, so the mean over charges is the mean over people.
    chances = appeal_chances(Redress.model_validate(RULES), [1.0, 0.0, 0.0], result.scenario.start)
    expected = charges * chances[0, :, 0].mean() + wrong * chances[0, :, 1].mean()
    worlds.agrees(flow(result, "appeals"), expected, 2 * math.sqrt(expected), what="appeals")
    assert chances[0, :, 0].mean() == pytest.approx(0.3, abs=1e-9)
    assert chances[0, :, 1].mean() > 0.45
    ruled = flow(result, "upheld") + flow(result, "rejected")
    assert ruled < flow(result, "appeals")
    late = 40 / 800  # a ruling comes after the last day for those of about the last 40 days
    worlds.agrees(ruled / flow(result, "appeals"), 1 - late, 0.01, what="ruled")
    appealed_wrong = wrong * chances[0, :, 1].mean() * (1 - late)
    expected = 0.6 * appealed_wrong
    worlds.agrees(flow(result, "upheld-wrong"), expected, 2 * math.sqrt(expected), what="upheld where wrong")
    standing_for_ever = 1 - flow(result, "upheld-wrong") / (wrong * (1 - late))
    closed = 1 - chances[0, :, 1].mean() * 0.6
    worlds.agrees(standing_for_ever, closed, 0.006, what="wrong charges that stand for ever")


def test_people_are_wronged_for_the_mean_delay(tmp_path):
    result = worlds.run(law(tmp_path, redress=RULES | {"delay_days": 15}, days=900))
    mean = flow(result, "days-wronged") / flow(result, "upheld-wrong")
    worlds.agrees(mean, 15, 15 / math.sqrt(flow(result, "upheld-wrong")), what="days until a ruling")


def test_delays_are_geometric_from_one():
    for mean in (2.0, 30.0, 180.0):
        days = delays(mean)
        assert days.shape == (DELAYS,)
        assert days.min() == 1
        assert days.mean() == pytest.approx(mean, rel=0.01)
        for limit in (1, 10, 100):
            assert (days > limit).mean() == pytest.approx((1 - 1 / mean) ** limit, abs=2e-3)
    assert not delays(0).any()


def test_with_rulings_at_once_and_always_just_the_score_is_that_of_a_scheme_without_mistakes(tmp_path):
    at_once = {"appealed": 1.0, "delay_days": 0, "upheld_wrong": 1.0, "upheld_right": 0.0}
    result = worlds.run(law(tmp_path, redress=at_once))
    a = result.arms.index("watch")
    lost = worlds.total(result, "scheme:score:points-lost", "watch")
    assert lost == result.people * 100 - int(result.record.score[a, 0, -1].sum())
    right = worlds.total(result, "act:jaywalking:charged-by-regime", "watch")
    borne = worlds.total(result, "act:jaywalking:borne-for-another", "watch")
    assert flow(result, "upheld") == flow(result, "upheld-wrong") == flow(result, "wrong-charges")
    # Each right charge costs its point and no wrong one does, unless both fall on one person on one day:
    # they are contested together then, and one is right.
    assert borne > 1000
    assert right <= lost <= right + borne - flow(result, "wrong-charges")
    assert borne - flow(result, "wrong-charges") < 0.01 * borne


def test_an_appeal_that_suspends_takes_the_points_with_the_ruling(tmp_path):
    rules = {"appealed": 1.0, "delay_days": 20, "upheld_wrong": 1.0, "upheld_right": 0.0}
    taken = worlds.run(law(tmp_path, redress=rules, days=400))
    held = worlds.run(law(tmp_path, redress=rules | {"suspensive": True}, days=400, name="held"))
    for what in ("wrong-charges", "appeals", "upheld", "rejected"):
        assert flow(taken, what) == flow(held, what)
    assert flow(held, "points-restored") == 0
    assert flow(taken, "points-restored") > 0
    a = held.arms.index("watch")
    assert held.record.score[a, 0, 5].sum() > taken.record.score[a, 0, 5].sum()
    lost = worlds.total(held, "scheme:score:points-lost", "watch")
    assert lost == held.people * 100 - int(held.record.score[a, 0, -1].sum())
    together = worlds.total(held, "act:jaywalking:borne-for-another", "watch") - flow(held, "wrong-charges")
    assert lost <= flow(held, "rejected") + together  # one point each, more where two fell on one day


def test_redress_that_nobody_uses_is_no_redress(tmp_path):
    without = worlds.run(law(tmp_path, days=300))
    unused = worlds.run(law(tmp_path, redress=RULES | {"appealed": 0.0}, days=300, name="unused"))
    same(without, unused)
    assert flow(unused, "appeals") == flow(unused, "upheld") == flow(unused, "points-restored") == 0
    # Without notice nobody can contest anything.
    secret = worlds.run(law(tmp_path, redress=RULES, days=300, name="secret", notice=False))
    assert flow(secret, "appeals") == 0
    assert flow(secret, "wrong-charges") > 0


def test_redress_and_memory_do_not_depend_on_threads_or_other_arms(tmp_path):
    score = {"memory_months": 3}
    of = law(tmp_path, redress=RULES, score=score, days=250)
    one, two = worlds.run(of), worlds.run(of, threads=2)
    alone = worlds.run(of, arms=["watch"])
    assert one.digests == two.digests
    assert alone.digests["watch"] == one.digests["watch"]


def test_with_memory_a_score_is_the_start_less_the_charges_of_the_window(tmp_path, monkeypatch):
    worlds.everybody_seen(monkeypatch)
    known = {"mode": "none"}
    days = 400
    result = worlds.run(law(tmp_path, score={"memory_months": 2}, people=300, days=days, sensor=known))
    window = memory_days(2)
    charges = worlds.daily(result, "act:jaywalking:charged-by-regime", "watch")
    sums = np.cumsum(charges)
    standing_ = sums - np.concatenate([np.zeros(window, np.int64), sums[:-window]])
    a = result.arms.index("watch")
    np.testing.assert_array_equal(result.record.score[a, 0].sum(axis=1), 300 * 100 - standing_)
    assert flow(result, "points-expired") == int(sums[-window - 1])


def test_memory_longer_than_the_run_changes_nothing_but_its_name(tmp_path):
    without = worlds.run(law(tmp_path, days=300))
    long = worlds.run(law(tmp_path, score={"memory_months": 120}, days=300, name="long"))
    same(without, long)
    assert flow(long, "points-expired") == 0


def test_an_invented_case_forgets_as_the_engine_does():
    one = Regime.model_validate(
        worlds.regime(
            worlds.scheme(
                {"jaywalking": {"points": 30}},
                score={"memory_months": 1, "tiers": HIGH_AND_LOW},
            ),
            sensors=[worlds.eye({"jaywalking": 1.0})],
        )
    ).schemes[0]
    happened = [Happening(day=10, act="jaywalking")]
    term = memory_days(1)
    assert standing(one, happened, 10 + term - 1).tier == "low"
    assert standing(one, happened, 10 + term).tier == "high"


def test_rulings_lift_the_list_that_the_act_led_to(tmp_path):
    rules = {"appealed": 1.0, "delay_days": 10, "upheld_wrong": 1.0, "upheld_right": 1.0}
    ban = {"list": "ban", "entry": {"act": "jaywalking"}, "exit": {"after_days": 300}, "refuses": {}}
    eye = worlds.eye({"jaywalking": 1.0})
    stocks = []
    for name, restores in (("lifted", ["points", "lists"]), ("kept", ["points"])):
        scheme = worlds.scheme(CATALOGUE, redress=rules | {"restores": restores}, lists=[ban])
        arms = {"watch": worlds.regime(scheme, sensors=[eye], notice=True)}
        of = worlds.scenario(tmp_path / name, worlds.country(ACT), arms, people=2000, days=200)
        stocks.append(worlds.stock(worlds.run(of), "list:ban:people", "watch")[-1])
    assert 0 < stocks[0] < stocks[1] / 3


def test_reasons_double_the_odds_where_the_charge_is_wrong():
    plain = Redress.model_validate(RULES)
    told = Redress.model_validate(RULES | {"reasons": True})
    when = date(2028, 1, 1)
    a, b = (appeal_chances(x, [0.2, 0.5, 0.3], when) for x in (plain, told))
    odds = [x[..., 1] / (1 - x[..., 1]) for x in (a, b)]
    np.testing.assert_allclose(odds[1] / odds[0], 2.0, rtol=1e-9)
    np.testing.assert_allclose(a[..., 0], b[..., 0])
    assert (np.diff(a[..., 0], axis=0) > 0).all()  # the better educated contest more often
    assert (np.diff(a[..., 0], axis=1) > 0).all()  # and the richer


BAD = [{"appealed": 1.5}, {"delay_days": -1}, {"restores": ["jobs"]}, {"appeal": 0.1}]


@pytest.mark.parametrize("bad", BAD)
def test_bad_redress_is_refused(bad):
    with pytest.raises(ValueError):
        Redress.model_validate(RULES | bad)
