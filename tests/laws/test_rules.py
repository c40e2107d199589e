"""Section 0 of the equations: size, rounding, decay, and reading that never writes."""

import math

import numpy as np
import pytest

from moot.draws import tables
from moot.society.fear import fear_at, halves, lowered, raised
from tests.laws import worlds as w

SEEN, ALARMS = 0.4, 0.001
DAYS = 30
NOBODY_KNOWS = 1 << 20


def watched_country(folder, people, days):
    """Acts, charges, mistakes and false alarms at rates that a day's arithmetic gives."""
    sees = w.eye(
        {"jaywalking": SEEN},
        identification={"mode": "declared", "wrong": {f"class-{c}": 0.25 for c in (1, 2, 3)}},
    )
    gates = {
        "sensor": "gates",
        "kind": "camera",
        "places": ["train"],
        "passages_per_day": 1.0,
        "identification": {
            "mode": "presence",
            "gallery": {"scope": "national", "size": 10_000},
            "target_fpir": ALARMS,
        },
        "on_alert": {"points": 0},
    }
    arm = w.regime(w.scheme({"jaywalking": {"points": 5}}), sensors=[sees, gates])
    of = w.country({"jaywalking": {"base": 4, "per": "person"}})
    return w.run(w.scenario(folder, of, {"watch": arm}, people=people, days=days), panel=0)


def agrees_with_arithmetic(result):
    """Every total of the run against its expectation, per person and day."""
    person_days = result.people * result.days
    acts = person_days * 4 / w.YEAR
    mean = 4 * result.days / w.YEAR
    error = w.clustered(mean, 0.5, result.people)
    found = w.total(result, "act:jaywalking:acts", "watch")
    w.agrees(found, acts, error, what=f"acts of {result.people} people")
    for what, share in (
        ("charged-by-regime", SEEN * 0.75),
        ("charged-to-another", SEEN * 0.25),
        ("seen-unidentified", 0.0),
    ):
        counted = w.total(result, f"act:jaywalking:{what}", "watch")
        w.agrees(counted / found, share, w.binomial(share, found) + 1e-9, what=what)
    alarms = w.total(result, "sensor:gates:false-alarms", "watch")
    w.agrees(alarms, person_days * ALARMS, math.sqrt(person_days * ALARMS), what="false alarms")


@pytest.mark.parametrize("people", [20_000, 80_000])
def test_totals_per_person_do_not_depend_on_how_many_are_simulated(tmp_path, people):
    agrees_with_arithmetic(watched_country(tmp_path, people, DAYS))


@pytest.mark.slow
@pytest.mark.parametrize("people", [50_000, 200_000, 1_000_000])
def test_totals_per_person_agree_up_to_a_million(tmp_path, people):
    agrees_with_arithmetic(watched_country(tmp_path, people, 7))


def test_rounding_is_symmetric_and_does_not_drift():
    """Half away from zero: the mean error of 20,000 products is 0; rounding down loses half a unit."""
    draw = np.random.default_rng(1)
    products = draw.integers(-(1 << 40), 1 << 40, 20_000)
    exact = products / 2.0**30
    rounded = np.array([halves(np.int64(x), 30) for x in products])
    error = rounded - exact
    assert np.abs(error).max() <= 0.5
    w.agrees(float(error.mean()), 0.0, math.sqrt(1 / 12 / len(error)), what="mean error")
    down = np.floor(exact) - exact
    assert down.mean() < -0.48
    assert all(halves(np.int64(-x), 30) == -halves(np.int64(x), 30) for x in products[:500])


def test_steps_of_certainty_keep_their_mean_over_many_steps():
    """Up and down by matched steps at random: no drift beyond chance over 20,000 steps in fixed point."""
    draw = np.random.default_rng(2)
    up, down, start = round(0.001 * 2**30), round(0.001 * 2**30), 32768
    p, exact = start, float(start)
    for upward in draw.random(20_000) < 0.5:
        p = raised(p, up) if upward else lowered(p, down)
        exact = exact + (65536 - exact) * 0.001 if upward else exact - exact * 0.001
    assert abs(p - exact) < 4 * math.sqrt(1 / 12 / (2 * 0.001))  # rounding errors fade at 0.1 % a step


def days_of_nothing(p, days, *, daily):
    """Certainty after `days` without news above an ambient of 0, read once, or written back every day."""
    never = np.full(4, NOBODY_KNOWS, np.int64)
    never[0] = 0
    ambient = np.zeros(4, np.int64)
    fade = tables.halving(180.0)
    if not daily:
        return int(fear_at(p, 0, days, never, ambient, fade))
    for day in range(days):
        p = int(fear_at(p, day, day + 1, never, ambient, fade))
    return p


def test_a_small_step_fades_by_half_lives_and_would_stick_if_it_were_written_back_daily():
    assert days_of_nothing(100, 365, daily=False) == round(100 * 2 ** (-365 / 180)) == 25
    assert days_of_nothing(100, 365, daily=True) == 100
    assert [days_of_nothing(4096, 180 * n, daily=False) for n in range(4)] == [4096, 2048, 1024, 512]


@pytest.mark.parametrize("start", [0, 100, 4_096, 65_535])
def test_decay_is_a_function_of_time_alone(start):
    """One reading after 400 days is what the law says, to half a unit, from any start."""
    ambient = np.full(4, 13_107, np.int64)
    never = np.array([0, NOBODY_KNOWS, NOBODY_KNOWS, NOBODY_KNOWS])
    fade = tables.halving(180.0)
    for day in (0, 1, 10, 400, 4_000):
        law = 13_107 + (start - 13_107) * 2 ** (-day / 180)
        assert abs(int(fear_at(start, 0, day, never, ambient, fade)) - law) <= 0.5 + 1e-4


def test_reading_everybody_every_day_changes_no_bit(tmp_path):
    of = w.country(
        {"fare-evasion": {"base": 6, "per": "person", "certainty_now": 0.1, "headroom": 2}},
        beliefs={"learning": 0.0625, "elasticity": {"offence": 1.5, "lawful": 0}},
    )
    score = {"tiers": [{"tier": "up", "from": 60}, {"tier": "down", "from": 0}]}
    score["repair"] = [{"every_days": 7, "points": 1}]
    arm = w.regime(
        w.scheme({"fare-evasion": {"points": 20}}, score=score), sensors=[w.eye({"fare-evasion": 0.5})]
    )
    asked = w.scenario(tmp_path, of, {"watch": arm}, people=3_000, days=120)
    sums = []

    def read(society, today):
        sums.append(society.recount(today))
        kept = society._record()
        society.digests(kept)

    quiet, looked = w.run(asked), w.run(asked, on_day=read)
    assert quiet.digests == looked.digests
    assert len(sums) == 120
    for x, counted in enumerate(sums):
        assert (counted[1, 0] == looked.record.score[1, 0, x]).all()
