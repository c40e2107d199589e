"""Section 5 of the equations: scores, tiers and repair against chains solved by linear algebra."""

import math

import numpy as np
import pytest

from moot.draws import tables
from moot.regime.reading import load_regime
from moot.society.compile import repair_row
from moot.society.law import HEAVY, NOVICE, ONE
from moot.society.score import NEVER, day_of_reaching, next_rise, rebase, score_at
from moot.society.state import SCHEME
from tests.laws import worlds as w

SHAPE = 2.0
ACT = "jaywalking"


def scored(folder, score, *, points=1, chance=0.05, days=1_500, people=4_000, shape=SHAPE, **options):
    """One act that is always seen, everybody scored, nobody told."""
    of = w.country(
        {ACT: {"base_per_day": chance, "per": "person"}}, propensity={"shape": shape, "correlation": 0}
    )
    arm = w.regime(w.scheme({ACT: {"points": points}}, score=score), sensors=[w.eye({ACT: 1.0})])
    return w.run(w.scenario(folder, of, {"watch": arm}, people=people, days=days), **options)


def chances(result, chance, shape=SHAPE):
    """Daily probability of a charge of everybody, in 40 equal groups: (40,)."""
    theta = tables.gamma_bins(shape)[result.population.theta[:, 0]] / tables.Q16
    return np.array([part.mean() for part in np.array_split(np.sort(np.minimum(0.9, chance * theta)), 40)])


def chain(p, top, every, enter, leave):
    """Stationary share of (level, below) of one person: `below` while in the lower tier.

    A charge takes a point and breaks clean time; each `every` clean days give one back; the tier falls
    when the level is under `enter` and rises at `leave` or more.
    """
    states = [(s, c, b) for s in range(top + 1) for c in range(every) for b in (0, 1)]
    at = {state: x for x, state in enumerate(states)}
    move = np.zeros((len(states), len(states)))

    def tier(level, below):
        return 1 if level < enter else 0 if level >= leave else below

    for s, c, b in states:
        down = max(0, s - 1)
        move[at[s, c, b], at[down, 0, tier(down, b)]] += p
        up, clean = (min(top, s + 1), 0) if c + 1 == every else (s, c + 1)
        move[at[s, c, b], at[up, clean, tier(up, b)]] += 1 - p
    balance = np.vstack([move.T - np.eye(len(states)), np.ones(len(states))])
    share, *_ = np.linalg.lstsq(balance, np.r_[np.zeros(len(states)), 1.0], rcond=None)
    levels = np.zeros(top + 1)
    below = 0.0
    for (s, _, b), x in zip(states, share, strict=True):
        levels[s] += x
        below += x * b
    return levels, below


@pytest.mark.parametrize("hysteresis", [0, 1])
def test_levels_and_tiers_are_those_of_the_chain(tmp_path, hysteresis):
    """Five levels, repair every 10 clean days: mean score and people in the lower tier in the long run."""
    score = {
        "start": 4,
        "ceiling": 4,
        "tiers": [{"tier": "up", "from": 2}, {"tier": "down", "from": 0}],
        "hysteresis": hysteresis,
        "repair": [{"every_days": 10, "points": 1}],
    }
    result = scored(tmp_path, score, panel=0)
    solved = [chain(p, 4, 10, 2, 2 + hysteresis) for p in chances(result, 0.05)]
    mean = float(np.mean([levels @ np.arange(5) for levels, _ in solved]))
    below = float(np.mean([b for _, b in solved]))
    n, days = result.people, slice(1_000, 1_500)
    found = result.record.score[1, 0, days].sum(axis=1).mean() / n
    # one person's score is remembered for some tens of days: 500 days are at least one independent look
    w.agrees(found, mean, 2 / math.sqrt(n), what="mean score")
    w.agrees(
        w.stock(result, "tier:score-down:people", "watch")[days].mean() / n,
        below,
        w.binomial(below, n),
        what="below",
    )


def test_without_hysteresis_a_tier_is_a_threshold(tmp_path, monkeypatch):
    """Every day, the people in each tier are those whose score is in its interval."""
    w.everybody_seen(monkeypatch)
    score = {
        "tiers": [{"tier": "a", "from": 80}, {"tier": "b", "from": 50}, {"tier": "c", "from": 0}],
        "repair": [{"every_days": 7, "points": 3}],
    }
    kept = []

    def look(society, today):
        value, last, mark = society.books.scores()
        row = society.compiled.law[1]["repair"][0]
        people = range(0, society.population.people, 7)
        kept.append(
            [
                (
                    int(score_at(int(value[i, 1, 0]), int(last[i, 1, 0]), int(mark[i, 1, 0]), today, row)),
                    int(mark[i, 1, 0]) >> 4,
                )
                for i in people
            ]
        )

    scored(tmp_path, score, points=15, days=60, people=700, on_day=look)
    found = np.array(kept).reshape(-1, 2)
    assert (found[:, 1] == np.where(found[:, 0] >= 80, 0, np.where(found[:, 0] >= 50, 1, 2))).all()
    assert set(found[:, 1]) == {0, 1, 2}


@pytest.mark.parametrize("days", [5, 20, 60])
def test_a_repair_step_comes_before_the_next_charge_with_probability_exp_minus_mu_tau(tmp_path, days):
    """(1 − p)^τ, which is e^(−μτ) for small p: rises from 0 to 1 a charge, in a scale of two levels."""
    score = {
        "start": 1,
        "ceiling": 1,
        "tiers": [{"tier": "up", "from": 1}, {"tier": "down", "from": 0}],
        "repair": [{"every_days": days, "points": 1}],
    }
    chance = 0.02
    result = scored(tmp_path, score, chance=chance, shape=400, panel=0)
    charges = w.total(result, f"act:{ACT}:charged-by-regime", "watch")
    open_at_end = int(w.stock(result, "tier:score-down:people", "watch")[-1])
    rises = w.total(result, "scheme:score:rises", "watch")
    p = (1 - chance) ** days
    assert p == pytest.approx(math.exp(-chance * days), rel=0.02)
    assert w.total(result, "scheme:score:falls", "watch") == rises + open_at_end
    w.agrees(rises / (charges - open_at_end), p, w.binomial(p, charges) + 2e-3 / 4, what=f"τ = {days}")


LICENCE = load_regime("permis-a-points").schemes[0]
ROW = np.array(repair_row(LICENCE), np.int64)


def licence(value, mark, clean):
    return int(score_at(value, 0, mark, clean, ROW))


def test_one_point_comes_back_after_182_clean_days_if_the_last_loss_was_one():
    assert [licence(11, ONE, day) for day in (0, 181, 182, 729)] == [11, 11, 12, 12]
    assert [licence(9, ONE, day) for day in (181, 182, 364, 729)] == [9, 10, 10, 10]
    assert [licence(9, 0, day) for day in (182, 729)] == [9, 9]


@pytest.mark.parametrize(("mark", "full"), [(0, 730), (ONE, 730), (HEAVY, 1095), (HEAVY | ONE, 1095)])
def test_the_balance_is_full_after_two_clean_years_or_three(mark, full):
    assert licence(3, mark, full - 1) == (4 if mark & ONE else 3)
    assert licence(3, mark, full) == licence(3, mark, full + 4_000) == 12


def test_a_novice_gains_two_points_a_clean_year_up_to_twelve():
    assert [licence(6, NOVICE, day) for day in (0, 364, 365, 730, 1_095, 3_650)] == [6, 6, 8, 10, 12, 12]
    assert licence(5, NOVICE | ONE, 365) == 8  # and the point of the small loss


def test_the_next_rise_and_the_day_of_a_goal_follow_from_the_same_rules():
    """Whatever the marks: the score changes on the day that is promised and not on the day before."""
    draw = np.random.default_rng(4)
    for _ in range(300):
        value, mark, today = (
            int(draw.integers(0, 13)),
            int(draw.integers(0, 8)) * 2,
            int(draw.integers(0, 1_200)),
        )
        now = licence(value, mark, today)
        after = int(next_rise(value, 0, mark, today, ROW))
        if after >= NEVER:
            assert licence(value, mark, today + 5_000) == now
        else:
            assert licence(value, mark, after - 1) == now < licence(value, mark, after)
        goal = int(draw.integers(1, 13))
        day = int(day_of_reaching(value, 0, mark, today, ROW, goal))
        if day < NEVER and goal > now:
            assert licence(value, mark, day) >= goal > licence(value, mark, day - 1)


def test_points_of_a_course_do_not_break_clean_time():
    """Four points more on day 100; the day of the full balance stays."""
    value, last, mark = rebase(licence(5, 0, 100) + 4, 0, 0, 100, ROW)
    assert [int(score_at(value, last, mark, day, ROW)) for day in (100, 729, 730)] == [9, 9, 12]
    value, last, mark = rebase(9, 0, ONE, 100, ROW)
    assert [int(score_at(value, last, mark, day, ROW)) for day in (100, 181, 182, 730)] == [9, 9, 10, 12]


def drivers(folder, lists, offers=(), **options):
    """Holders who lose one point at a time under the rules of the licence."""
    of = w.country(
        {"speeding-under-20": {"base": 4, "per": "licence", "certainty_now": 0.5}},
        attributes={"licence": {"by_age": [1] * 9}},
        propensity={"shape": 2, "correlation": 0},
    )
    content = LICENCE.model_dump(by_alias=True, exclude_none=True)
    kept = {key: content[key] for key in ("scheme", "who", "reads", "disclosed", "score")}
    kept["catalogue"] = {"speeding-under-20": {"points": 1}}
    kept["lists"] = [one for one in content["lists"] if one["list"] in lists]
    kept["offers"] = [one for one in content["offers"] if one["offer"] in offers]
    arm = w.regime(kept, kind="invented")
    return w.run(w.scenario(folder, of, {"licence": arm}, **options), panel=0)


def licence_mean(p, days):
    """Mean balance over the last year of `days`: one point a charge, one back after 182, all after 730.

    (balance, clean days) is a Markov chain; its distribution is carried forward from a full balance.
    """
    share = np.zeros((13, 730))
    share[12, 0] = 1.0
    means = []
    for _ in range(days):
        new = np.zeros_like(share)
        hit = share.sum(axis=1) * p
        # the balance of a charge is the one read the day before, repair included
        new[0, 0] += hit[0]
        new[:-1, 0] += hit[1:]
        moved = share * (1 - p)
        new[:, 1:] += moved[:, :-1]
        gained = new[:, 182].copy()
        new[:, 182] = 0
        new[1:, 182] += gained[:-1]
        new[12, 182] += gained[12]
        new[12, 729] += moved[:, -1].sum()
        share = new
        means.append(float(share.sum(axis=1) @ np.arange(13)))
    return float(np.mean(means[-365:]))


@pytest.mark.slow
def test_the_mean_balance_of_drivers_is_that_of_the_chain(tmp_path):
    """After eight years, no list: every driver's balance by the chain at the driver's own rate."""
    result = drivers(tmp_path, lists=(), people=4_000, days=2_920)  # the balance is still falling then
    theta = np.sort(tables.gamma_bins(2.0)[result.population.theta[:, 0]] / tables.Q16)
    groups = [part.mean() for part in np.array_split(theta, 12)]
    mean = float(np.mean([licence_mean(4 / w.YEAR * 0.5 * g, result.days) for g in groups]))
    found = result.record.score[result.arms.index("licence"), 0, -365:].sum(axis=1).mean() / result.people
    w.agrees(found, mean, 3.5 / math.sqrt(result.people), what="mean balance")


@pytest.mark.slow
def test_a_void_licence_comes_back_after_182_days_as_a_novices(tmp_path, monkeypatch):
    """Entries and exits of the list are 182 days apart; the score that comes back is 6."""
    w.everybody_seen(monkeypatch)
    result = drivers(tmp_path, lists=("licence-void",), people=2_000, days=1_500)
    entries = w.daily(result, "list:licence-void:entries", "licence")
    exits = w.daily(result, "list:licence-void:exits", "licence")
    assert entries.sum() > 50
    assert (exits[182:] == entries[:-182]).all()
    assert not exits[:182].any()
    assert w.total(result, "act:speeding-under-20:prevented", "licence") > 0


@pytest.mark.slow
def test_a_course_is_taken_at_its_rate_and_at_most_once_a_year(tmp_path):
    """Uptake × days of people who are low and have not taken one in a year."""
    lists = ("licence-void", "course-taken")
    result = drivers(tmp_path, lists=lists, offers=("course",), people=6_000, days=1_500)
    taken = w.total(result, "offer:licence-course:taken", "licence")
    low = w.stock(result, "tier:licence-low:people", "licence").sum()
    rate = LICENCE.offers[0].per_year.at() / w.YEAR
    error = 4 * math.sqrt(rate * low)
    # some of the low have taken one within the year and cannot
    assert rate * (low - 365 * taken) - error < taken < rate * low + error
    entries = w.daily(result, "list:course-taken:entries", "licence")
    exits = w.daily(result, "list:course-taken:exits", "licence")
    assert entries.sum() == taken
    assert (exits[365:] == entries[:-365]).all()


def test_a_list_may_give_back_a_score_below_0(tmp_path):
    """On a scale from -50: who comes off the list has the score that the rule says, not the one before."""
    acts = {"jaywalking": {"base": 60, "per": "person"}}
    score = {"floor": -50, "tiers": [{"tier": "all", "from": -50}]}
    rule = {"list": "ban", "entry": {"act": "jaywalking"}, "exit": {"after_days": 2, "score": -10}}
    watch = w.regime(
        w.scheme({"jaywalking": {"points": 1}}, score=score, lists=[rule]),
        sensors=[w.eye({"jaywalking": 1.0})],
    )
    states = []
    made = w.scenario(tmp_path, w.country(acts), {"watch": watch}, people=500, days=60)
    w.run(made, panel=0, on_day=lambda society, day: states.append(society.books["hot"].copy()))
    scores = states[-1][:, 1, SCHEME].astype(np.int16)
    assert (scores == -10).sum() > 250
    assert (
        (scores <= -10) | (scores >= 97)
    ).all()  # the rest did nothing, or are on the list for the first time


def test_novices_who_start_above_where_repair_ends_stay_there(tmp_path):
    """`to` is where repair ends: it takes nothing from those who are above."""
    licence = {"licence": {"by_age": [1.0] * 9, "novice": 1.0}}
    of = w.country({"jaywalking": {"base": 0, "per": "person"}}, attributes=licence)
    score = {
        "start": 100, "novice_start": 80, "novice_cycle_days": 30,
        "repair": [{"every_days": 1, "points": 1, "to": 50}, {"every_days": 1, "points": 1, "if": "novice"}],
    }  # fmt: skip
    watch = w.regime(w.scheme({"jaywalking": {"points": 1}}, score=score))
    result = w.run(w.scenario(tmp_path, of, {"watch": watch}, people=300, days=60), panel=0)
    assert (result.record.score[1, 0].sum(axis=1) == 300 * 80).all()


def test_a_charge_comes_before_a_step_of_its_day_also_when_points_came_back_that_morning(tmp_path):
    """A plain step of repair and the same step beside a rule that never falls due are one law."""
    acts = {"jaywalking": {"base": 80, "per": "person"}, "littering": {"base": 80, "per": "person"}}
    sums = []
    for name, more in (("plain", []), ("two", [{"after_days": 4000, "to": "ceiling"}])):
        score = {"memory_months": 1, "repair": [{"every_days": 2, "points": 1}, *more]}
        watch = w.regime(
            w.scheme({"jaywalking": {"points": 3}, "littering": {"points": 2}}, score=score),
            sensors=[w.eye({"jaywalking": 1.0, "littering": 1.0})],
        )
        made = w.scenario(tmp_path / name, w.country(acts), {"watch": watch}, people=500, days=90)
        result = w.run(made, panel=0)
        assert w.total(result, "redress:score:points-expired", "watch") > 500
        sums.append(result.record.score[1, 0])
    np.testing.assert_array_equal(*sums)
