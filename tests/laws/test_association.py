"""Section 8 of the equations: falls that cost ties, and how far they travel."""

import math

import numpy as np
import pytest

from tests.laws import worlds as w

ACT = "jaywalking"
DELTA, COST = 10, 40  # a person with one charge is at 60, and the tier begins there
CHANCE = 0.0006
DAYS = 300


def fallen(folder, ties, *, people=100_000, days=DAYS, chance=CHANCE, arms=(0, DELTA)):
    """One act that costs 40 of 100, a tier from 60, no repair; one arm for each cost of a fall."""
    of = w.country(
        {ACT: {"base_per_day": chance, "per": "person"}},
        ties=ties,
        propensity={"shape": 400, "correlation": 0},
    )
    score = {"tiers": [{"tier": "up", "from": 60}, {"tier": "down", "from": 0}]}
    names = [tie["name"] for tie in ties]
    made = {"alone": w.regime(w.scheme({ACT: {"points": COST}}, score=score), sensors=[w.eye({ACT: 1.0})])}
    for points in arms:
        association = {"points": points, "on": "tier-fall", "to": names}
        made[f"costs-{points}"] = w.regime(
            w.scheme({ACT: {"points": COST}}, score=score, association=association),
            sensors=[w.eye({ACT: 1.0})],
        )
    return w.run(w.scenario(folder, of, made, people=people, days=days), panel=0)


def far(count):
    return [{"kind": "permutation", "name": f"far-{x}"} for x in range(count)]


def ring(reach):
    return [{"kind": "ring", "name": "near", "reach": reach, "sort": {"age": 0.0}, "noise": 1.0}]


def test_an_association_that_costs_nothing_is_no_association_bit_for_bit(tmp_path):
    result = fallen(tmp_path, [*ring(2), *far(1)], people=20_000, days=100, chance=0.01)
    assert result.digests["alone"] == result.digests["costs-0"] != result.digests["costs-10"]
    assert w.total(result, "scheme:score:points-from-ties", "costs-0") == 0
    assert w.total(result, "scheme:score:points-from-ties", "costs-10") > 0


def expected_ratio(p, seeds, d):
    """(falls ÷ seeds on an infinite d-regular tree, its limit for rare seeds).

    A share p of people has one charge or more and falls with a message; `seeds` have two and fall alone. h is
    the probability that a branch brings no message: h = 1 − p + (p − seeds) h^(d−1).
    """
    h = 1.0
    for _ in range(10_000):
        h = 1 - p + (p - seeds) * h ** (d - 1)
    return 1 + (p - seeds) * (1 - h**d) / seeds, 1 + d * p / (1 - (d - 1) * p)


def shares_charged(result):
    """Shares of people with one charge or more, and with two or more: everybody has the same rate."""
    mean = CHANCE * DAYS
    one, two = 1 - math.exp(-mean), 1 - math.exp(-mean) * (1 + mean)
    w.agrees(
        w.total(result, "scheme:score:falls", "alone") / result.people,
        two,
        w.binomial(two, result.people) + 1e-4,
        what="seeds",
    )
    return one, two


@pytest.mark.parametrize("permutations", [1, 2])
def test_falls_on_random_ties_branch_as_on_a_tree(tmp_path, permutations):
    """Falls ÷ falls without association; rare seeds: 1 + d p ÷ (1 − (d − 1) p)."""
    result = fallen(tmp_path, far(permutations), arms=(DELTA,))
    p, seeds = shares_charged(result)
    d = 2 * permutations
    law, rare = expected_ratio(p, seeds, d)
    assert expected_ratio(p, 1e-9, d)[0] == pytest.approx(rare, rel=1e-3)
    alone = w.total(result, "scheme:score:falls", "alone")
    together = w.total(result, "scheme:score:falls", f"costs-{DELTA}")
    # a tree of mean size m has a variance of about m³ p; the last days' falls have not travelled yet
    error = math.sqrt(alone * law**3 * d * p) / alone + 0.01 * (law - 1)
    w.agrees(together / alone, law, error, what=f"d = {d}")
    assert together / alone > 1.2


def test_triangles_only_lower_it(tmp_path):
    """Four ties to neighbours of neighbours against four random ties: fewer people fall."""
    random = fallen(tmp_path / "far", far(2), arms=(DELTA,))
    local = fallen(tmp_path / "near", ring(2), arms=(DELTA,))
    falls = [w.total(one, "scheme:score:falls", f"costs-{DELTA}") for one in (random, local)]
    alone = [w.total(one, "scheme:score:falls", "alone") for one in (random, local)]
    assert alone[0] == pytest.approx(alone[1], rel=0.06)
    assert alone[1] < falls[1] < falls[0]


def test_a_fall_reaches_each_tie_once_and_takes_effect_the_day_after(tmp_path, monkeypatch):
    """A message leaves on the day of the fall; a tie that falls by it does so on the next day."""
    w.everybody_seen(monkeypatch)
    of = w.country({ACT: {"base_per_day": 0.002, "per": "person"}}, ties=far(2))
    score = {"tiers": [{"tier": "up", "from": 60}, {"tier": "down", "from": 0}]}
    association = {"points": DELTA, "on": "tier-fall", "to": ["far-0", "far-1"]}
    arm = w.regime(
        w.scheme({ACT: {"points": COST}}, score=score, association=association), sensors=[w.eye({ACT: 1.0})]
    )
    result = w.run(w.scenario(tmp_path, of, {"watch": arm}, people=5_000, days=200))
    rows = w.lives(result)
    fall, told = 9, 14
    falls = rows[(rows[:, 3] == fall) & (rows[:, 0] < result.record.first + 199)]
    messages = rows[rows[:, 3] == told]
    sent = dict.fromkeys(map(tuple, falls[:, [0, 1]].tolist()), 0)
    for day, source in messages[:, [0, 5]].tolist():
        if (day, source) in sent:
            sent[day, source] += 1
    assert set(sent.values()) <= {2, 3, 4}
    assert np.mean(np.array(list(sent.values())) == 4) > 0.99
    charged = set(map(tuple, rows[np.isin(rows[:, 3], (5, 7))][:, [0, 1]].tolist()))
    heard = set(map(tuple, (messages[:, [0, 1]] + [1, 0]).tolist()))
    for day, person in falls[:, [0, 1]].tolist():
        assert (day, person) in charged or (day, person) in heard
