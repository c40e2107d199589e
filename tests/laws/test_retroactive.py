"""The past that a regime reads on its first day: what was done in the years before, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from moot.errors import DeclarationError
from moot.regime.walk import memory_days
from moot.society.arms import day_number
from tests.laws import worlds

ACTS = {
    "fare-evasion": {"base": 3, "per": "person", "certainty_now": 0.3},
    "critical-post": {"base": 2, "per": "person"},
}
COST = {"fare-evasion": {"points": 5}, "critical-post": {"points": 3, "cap_per_day": 2}}
REGISTER = {"sensor": "register", "kind": "register", "reads": ["fare-evasion"]}
POSTS = {
    "sensor": "posts",
    "kind": "phone",
    "places": ["online"],
    "coverage": 1.0,
    "sees": {"critical-post": 0.5},
    "identification": {"mode": "none"},
}
PHONES = {"attributes": {"smartphone": {"by_age": [1.0] * 9}}}
PEOPLE = 2000


def law(tmp_path, *, past=None, days=30, name="law", start="2028-01-01", burn_in_years=2, catalogue=COST):
    scheme = worlds.scheme(catalogue, score={"start": 1000, "ceiling": 1000})
    regime = worlds.regime(scheme, sensors=[REGISTER, POSTS])
    if past is not None:
        regime["retroactive"] = past
    return worlds.scenario(
        tmp_path / name, worlds.country(ACTS, **PHONES), {"watch": regime}, people=PEOPLE, days=days,
        start=start, burn_in_years=burn_in_years,
    )  # fmt: skip


def first_day(result, measure):
    return int(worlds.daily(result, measure, "watch")[0])


def test_what_is_disclosed_is_what_was_done_and_seen(tmp_path):
    """The same days lived with the sensors there from the beginning: the same acts, the same charges."""
    past = {"months": 12, "sensors": ["register", "posts"]}
    result = worlds.run(law(tmp_path, past=past))
    window = memory_days(12)
    start = day_number(result.scenario.start)
    lived = worlds.run(law(tmp_path, name="lived", start="2026-12-20", days=400, burn_in_years=0))
    offset = start - window - lived.record.first
    charged = sum(
        int(worlds.daily(lived, f"act:{act}:charged-by-regime", "watch")[offset : offset + window].sum())
        for act in ACTS
    )
    assert charged > 3000
    assert first_day(result, "past:acts:disclosed") == charged
    assert worlds.daily(result, "past:acts:disclosed", "watch")[1:].sum() == 0


def test_each_act_of_the_past_counts_by_itself(tmp_path):
    """A cap is for the acts of one day: two posts of two days cost twice the cap, whenever they are read."""
    past = {"months": 12, "sensors": ["register", "posts"]}
    result = worlds.run(law(tmp_path, past=past))
    fares = first_day(result, "act:fare-evasion:charged-by-regime")
    posts = first_day(result, "act:critical-post:charged-by-regime")
    assert first_day(result, "scheme:score:points-lost") == 5 * fares + 2 * posts
    a = result.arms.index("watch")
    assert PEOPLE * 1000 - int(result.record.score[a, 0, 0].sum()) == 5 * fares + 2 * posts


def test_a_longer_past_holds_the_shorter_one(tmp_path):
    found = []
    for months in (3, 6, 24):
        past = {"months": months, "sensors": ["register"]}
        result = worlds.run(law(tmp_path, past=past, name=f"past-{months}"))
        found.append(first_day(result, "past:acts:disclosed"))
    assert 0 < found[0] < found[1] < found[2]
    worlds.agrees(found[1] / found[2], memory_days(6) / memory_days(24), 0.02, what="a quarter of the past")


def test_a_past_that_nobody_reads_is_no_past(tmp_path):
    without = worlds.run(law(tmp_path))
    past = {"months": 12, "sensors": ["posts"]}
    fares = {"fare-evasion": COST["fare-evasion"]}
    seen = worlds.run(law(tmp_path, past=past, name="blind", catalogue=fares))
    other = worlds.run(law(tmp_path, name="other", catalogue=fares))
    a = seen.arms.index("watch")
    # What is read but not counted costs nothing; today's law is untouched by what another arm reads.
    np.testing.assert_array_equal(seen.record.score[a], other.record.score[a])
    assert seen.digests["status-quo"] == without.digests["status-quo"]
    young = worlds.run(law(tmp_path, past=dict(past), name="young", burn_in_years=0))
    assert first_day(young, "past:acts:disclosed") == 0


def test_the_past_does_not_depend_on_threads_or_other_arms(tmp_path):
    of = law(tmp_path, past={"months": 18, "sensors": ["register", "posts"]})
    one = worlds.run(of)
    assert worlds.run(of, threads=2).digests == one.digests
    assert worlds.run(of, arms=["watch"]).digests["watch"] == one.digests["watch"]


@pytest.mark.parametrize(
    ("past", "said"),
    [({"months": 6, "sensors": ["postes"]}, "sensor"), ({"months": 0, "sensors": ["posts"]}, "months")],
)
def test_a_past_that_cannot_be_read_is_told(tmp_path, past, said):
    with pytest.raises(DeclarationError) as caught:
        law(tmp_path, past=past)
    assert any(said in f"{problem.key} {problem.message}" for problem in caught.value.problems)


def test_a_camera_keeps_no_past(tmp_path):
    scheme = worlds.scheme({"jaywalking": {"points": 1}})
    regime = worlds.regime(scheme, sensors=[worlds.eye({"jaywalking": 1.0})])
    regime["retroactive"] = {"months": 6, "sensors": ["eye"]}
    acts = {"jaywalking": {"base": 1, "per": "person"}}
    with pytest.raises(DeclarationError) as caught:
        worlds.scenario(tmp_path, worlds.country(acts), {"watch": regime}, people=500, days=5)
    assert any("keeps no past" in problem.message for problem in caught.value.problems)
