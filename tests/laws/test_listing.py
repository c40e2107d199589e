"""Lists that a register fills and people leave by paying, and how often the listed try in vain."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from moot.errors import DeclarationError
from tests.laws import worlds

ACT = {"jaywalking": {"base": 1, "per": "person"}}
TRAVEL = {"travel": {"air": {"per_year": 4}, "fast-rail": {"per_year": 10}}}
LIST = {
    "list": "debtors",
    "entry": {"drawn_per_year": 0.3},
    "exit": {"per_year": 0.5},
    "refuses": {"air": 1.0, "fast-rail": 1.0},
}
AGAIN = {"again": 0.8, "settles": 0.8, "half_life_days": 90}
PEOPLE = 10_000


def law(tmp_path, rule=LIST, *, people=PEOPLE, days=730, name="law"):
    scheme = worlds.scheme({}, lists=[rule])
    arms = {"watch": worlds.regime(scheme, sensors=[worlds.eye({"jaywalking": 1.0})])}
    return worlds.scenario(tmp_path / name, worlds.country(ACT, **TRAVEL), arms, people=people, days=days)


def on(result):
    return worlds.stock(result, "list:debtors:people", "watch")


def trips(result, context, what):
    return worlds.total(result, f"trip:{context}:{what}", "watch")


def test_the_stock_of_a_list_is_a_birth_and_death_process(tmp_path):
    result = worlds.run(law(tmp_path))
    enter, leave = 0.3 / worlds.YEAR, 0.5 / worlds.YEAR
    days = np.arange(1, 731)
    share = enter / (enter + leave) * (1 - (1 - enter - leave) ** days)
    for day in (30, 365, 730):
        p = share[day - 1]
        found = on(result)[day - 1] / PEOPLE
        worlds.agrees(found, p, worlds.binomial(p, PEOPLE), what=f"listed on day {day}")
    listed_days = float(on(result).sum())
    left = worlds.total(result, "list:debtors:exits", "watch")
    worlds.agrees(left, listed_days * leave, math.sqrt(left), what="exits")


def test_a_dated_rate_of_entries_changes_on_its_day(tmp_path):
    dated = {"values": [{"from": date(2028, 1, 1), "value": 0.0}, {"from": date(2028, 7, 1), "value": 0.4}]}
    result = worlds.run(law(tmp_path, LIST | {"entry": {"drawn_per_year": dated}}, days=365))
    before = (date(2028, 7, 1) - date(2028, 1, 1)).days
    entries = worlds.daily(result, "list:debtors:entries", "watch")
    assert entries[:before].sum() == 0
    assert entries[before:].sum() > 0.1 * PEOPLE


def test_the_listed_set_out_as_declared_and_try_again_as_declared(tmp_path):
    tries = {"air": {"intents_per_year": 2.0} | AGAIN, "fast-rail": {"share_of_trips": 0.1} | AGAIN}
    result = worlds.run(law(tmp_path, LIST | {"tries": tries}))
    years = float(on(result).sum()) / worlds.YEAR
    for context, intents in (("air", 2.0), ("fast-rail", 1.0)):
        expected = years * intents / (1 - 0.8)  # mean of a geometric number of tries
        spread = math.sqrt(years * intents) * math.sqrt(1 + 0.8) / (1 - 0.8)
        worlds.agrees(trips(result, context, "refused"), expected, spread, what=context)
        assert trips(result, context, "refused") == trips(result, context, "tried-by-listed")


def test_people_try_less_as_time_on_the_list_goes_by(tmp_path):
    """Nobody leaves and all enter at once, so that the days listed are the days of the run."""
    rule = LIST | {"entry": {"drawn_per_year": 365.25}, "exit": {"per_year": 0.0}}
    rule |= {"tries": {"air": {"intents_per_year": 10.0, "again": 0.9, "settles": 0.2, "half_life_days": 60}}}
    result = worlds.run(law(tmp_path, rule, days=480))
    refused = worlds.daily(result, "trip:air:refused", "watch")[1:].astype(float)
    days = np.arange(1, 480)
    rho = 0.2 + 0.7 * 2.0 ** (-days / 60)
    expected = on(result)[:-1] * 10 / worlds.YEAR / (1 - rho)
    for piece in (slice(0, 20), slice(60, 120), slice(300, 479)):
        variance = expected * (1 + rho) / (1 - rho)
        spread = math.sqrt(variance[piece].sum())
        worlds.agrees(refused[piece].sum(), expected[piece].sum(), spread, what=f"days {piece}")


def test_without_own_tries_the_listed_travel_as_everybody(tmp_path):
    plain = worlds.run(law(tmp_path))
    years = float(on(plain).sum()) / worlds.YEAR
    for context, rate in (("air", 4), ("fast-rail", 10)):
        expected = years * rate
        worlds.agrees(trips(plain, context, "refused"), expected, math.sqrt(expected), what=context)
    neutral = {"share_of_trips": 1.0, "again": 0.0, "settles": 0.0, "half_life_days": 90}
    tries = {"air": neutral, "fast-rail": dict(neutral)}
    same = worlds.run(law(tmp_path, LIST | {"tries": tries}, name="neutral"))
    np.testing.assert_array_equal(plain.record.region, same.record.region)
    assert plain.digests == same.digests


def test_a_list_that_nobody_enters_is_no_list(tmp_path):
    empty = worlds.run(law(tmp_path, LIST | {"entry": {"drawn_per_year": 0.0}}, days=200))
    assert on(empty).sum() == 0
    assert trips(empty, "air", "refused") == 0
    a = empty.arms.index("watch")
    without = worlds.run(
        worlds.scenario(
            tmp_path / "without",
            worlds.country(ACT, **TRAVEL),
            {"watch": worlds.regime(worlds.scheme({}), sensors=[worlds.eye({"jaywalking": 1.0})])},
            people=PEOPLE,
            days=200,
        )
    )
    k = empty.compiled.columns.first["list"]
    np.testing.assert_array_equal(empty.record.region[a][..., :k], without.record.region[a][..., :k])


def test_lists_of_a_register_do_not_depend_on_threads_or_other_arms(tmp_path):
    tries = {"air": {"intents_per_year": 2.0} | AGAIN}
    of = law(tmp_path, LIST | {"tries": tries}, days=200, people=4000)
    one = worlds.run(of)
    assert worlds.run(of, threads=2).digests == one.digests
    assert worlds.run(of, arms=["watch"]).digests["watch"] == one.digests["watch"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"exit": {"after_days": 30}}, "per_year"),
        ({"entry": {"tier": "all"}}, "drawn_per_year"),
        ({"entry": {"drawn_per_year": 1, "tier": "all"}}, "exactly one"),
        ({"tries": {"housing": {"share_of_trips": 1} | AGAIN}}, "context"),
        ({"tries": {"air": AGAIN}}, "exactly one"),
    ],
)
def test_bad_lists_are_told(tmp_path, bad, said):
    with pytest.raises(DeclarationError) as caught:
        law(tmp_path, LIST | bad)
    assert any(said in problem.message for problem in caught.value.problems)
