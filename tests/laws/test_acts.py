"""Sections 1 and 2 of the equations: who does what, how often, and what thinning may and may not do."""

import math

import numpy as np
import pytest

from moot.draws import tables
from moot.experiment.scenario import load_scenario
from tests.laws import worlds as w

DONE = 1  # an act in a life


def counts(result, arm=0):
    """Acts a person over the run: (people,)."""
    rows = w.lives(result)
    rows = rows[(rows[:, 3] == DONE) & (rows[:, 2] == arm)]
    return np.bincount(rows[:, 1], minlength=result.people)


def theta(result, shape, column=0):
    """Propensity of everybody in one domain: (people,)."""
    return tables.gamma_bins(shape)[result.population.theta[:, column]] / tables.Q16


@pytest.mark.parametrize(("shape", "base"), [(0.5, 5.0), (2.0, 8.0)])
def test_yearly_counts_are_negative_binomial(tmp_path, monkeypatch, shape, base):
    """Mean m; variance ÷ mean = 1 + m/k. The table of propensities has 1 % less variance than the gamma."""
    w.everybody_seen(monkeypatch)
    of = w.country(
        {"jaywalking": {"base": base, "per": "person"}}, propensity={"shape": shape, "correlation": 0}
    )
    result = w.run(w.scenario(tmp_path, of, people=60_000, days=365))
    found = counts(result)
    mean = base * 365 / w.YEAR
    w.agrees(found.sum(), mean * result.people, w.clustered(mean, shape, result.people), what="mean")
    ratio = found.var() / found.mean()
    expected = 1 + mean / shape
    fourth = np.mean((found - found.mean()) ** 4)
    error = math.sqrt(fourth / result.people - found.var() ** 2 / result.people) / found.mean()
    assert abs(ratio - expected) < 4 * error + 0.01 * mean / shape
    none = (1 + mean / shape) ** -shape
    w.agrees(np.mean(found == 0), none, w.binomial(none, result.people) + 2e-3 / 4, what="nobody's share")


def test_with_state_factors_off_acts_are_a_poisson_mixture(tmp_path, monkeypatch):
    """Given the propensity, counts are Poisson: Σ (n − θm)² ÷ θm is the number of people."""
    w.everybody_seen(monkeypatch)
    of = w.country({"jaywalking": {"base": 6, "per": "person"}})
    result = w.run(w.scenario(tmp_path, of, people=20_000, days=365))
    expected = theta(result, 0.5) * 6 * 365 / w.YEAR
    usual = expected > 0.5
    squares = (counts(result) - expected)[usual] ** 2 / expected[usual]
    w.agrees(squares.sum(), usual.sum(), math.sqrt(squares.var() * usual.sum()), what="dispersion")


def test_acts_of_a_day_are_independent_given_the_person(tmp_path, monkeypatch):
    """Several kinds on one day: each at its own rate, and together as often as the product says."""
    w.everybody_seen(monkeypatch)
    chances = {"jaywalking": 0.3, "littering": 0.2, "late-payment": 0.1}
    acts = {name: {"base_per_day": p, "per": "person", "cap_per_day": 0.95} for name, p in chances.items()}
    of = w.country(acts, propensity={"shape": 200, "correlation": 0})
    result = w.run(w.scenario(tmp_path, of, people=5_000, days=40))
    rows = w.lives(result)
    rows = rows[rows[:, 3] == DONE]
    days = result.people * 40
    bins = tables.gamma_bins(200.0)[result.population.theta] / tables.Q16
    domain = {name: result.compiled.rates[0]["domain"][k] for k, name in enumerate(result.compiled.acts)}
    size, at = {}, {}
    for name, p in chances.items():
        of_kind = rows[rows[:, 4] == result.compiled.acts.index(name)]
        at[name] = set(zip(of_kind[:, 0].tolist(), of_kind[:, 1].tolist(), strict=True))
        assert len(at[name]) == len(of_kind), "at most one of a kind a day"
        size[name] = p * bins[:, domain[name]]
        w.agrees(len(of_kind) / days, float(size[name].mean()), w.binomial(p, days), what=name)
    for one, other in (
        ("jaywalking", "littering"),
        ("jaywalking", "late-payment"),
        ("littering", "late-payment"),
    ):
        both = float(np.mean(size[one] * size[other]))
        w.agrees(len(at[one] & at[other]) / days, both, w.binomial(both, days), what=f"{one} and {other}")


@pytest.mark.parametrize("chance", [0.4, 0.6, 0.85])
def test_a_frequent_act_happens_as_often_as_declared(tmp_path, chance):
    """Bounds of one half and more: a product of two 32-bit probabilities needs more than 63 bits."""
    acts = {
        "jaywalking": {"base_per_day": chance, "per": "person", "cap_per_day": 0.999999},
        "littering": {"base_per_day": 0.01, "per": "person"},
    }
    of = w.country(acts, propensity={"shape": 400, "correlation": 0})
    result = w.run(w.scenario(tmp_path, of, people=4_000, days=30), panel=0)
    days = result.people * 30
    for name, p in (("jaywalking", chance), ("littering", 0.01)):
        error = math.hypot(w.binomial(p, days), p * math.sqrt(1 / 400 / result.people))
        w.agrees(w.total(result, f"act:{name}:acts", "status-quo") / days, p, error, what=name)


def times(result):
    rows = w.lives(result)
    rows = rows[(rows[:, 3] == DONE) & (rows[:, 2] == 0)]
    return set(map(tuple, rows[:, [0, 1, 4]].tolist()))


def test_half_the_rate_is_half_the_acts_and_never_another_act(tmp_path, monkeypatch):
    """Two countries that share a bound: acts at the lower rate are among those at the higher one."""
    w.everybody_seen(monkeypatch)
    done = {}
    for value in (4, 2):
        act = {"base": {"value": value, "range": [1, 4], "mark": "assumed"}, "per": "person"}
        of = w.country({"jaywalking": act})
        done[value] = times(w.run(w.scenario(tmp_path / str(value), of, people=20_000, days=365)))
    assert done[2] < done[4]
    w.agrees(len(done[2]) / len(done[4]), 0.5, w.binomial(0.5, len(done[4])), what="share kept")


def test_a_regime_that_deters_removes_acts_and_re_rolls_none(tmp_path, monkeypatch):
    """Where a regime can only lower the rate, its acts are among those of the status quo, event by event."""
    w.everybody_seen(monkeypatch)
    of = w.country(
        {"fare-evasion": {"base": 6, "per": "person", "certainty_now": 0.05, "headroom": 2}},
        beliefs={"elasticity": {"offence": 1.5, "lawful": 0}},
    )
    arm = w.regime(
        w.scheme({"fare-evasion": {"points": 1}}),
        sensors=[w.eye({"fare-evasion": 0.8})],
        announced="2028-01-01",
        believed_share=1.0,
    )
    result = w.run(w.scenario(tmp_path, of, {"watch": arm}, people=10_000, days=365))
    rows = w.lives(result)
    rows = rows[rows[:, 3] == DONE]
    quiet, watched = (set(map(tuple, rows[rows[:, 2] == a][:, [0, 1, 4]].tolist())) for a in (0, 1))
    assert watched < quiet
    assert 0.3 < len(watched) / len(quiet) < 0.95


def test_what_a_list_prevents_is_taken_out_and_nothing_else_changes(tmp_path, monkeypatch):
    """Acts + prevented acts with the ban = acts without it, one by one."""
    w.everybody_seen(monkeypatch)
    of = w.country(
        {
            "red-light": {"base": 5, "per": "licence"},
            "jaywalking": {"base": 5, "per": "person"},
        },
        attributes={"licence": {"by_age": [1] * 9}},
    )
    eyes = [w.eye({"jaywalking": 0.5})]
    ban = {"list": "off-the-road", "entry": {"act": "jaywalking"}, "exit": {"after_days": 60}}
    arms = {
        "free": w.regime(w.scheme({"jaywalking": {"points": 1}}), sensors=eyes),
        "banned": w.regime(
            w.scheme({"jaywalking": {"points": 1}}, lists=[ban | {"prevents": {"exposure": "licence"}}]),
            sensors=eyes,
        ),
    }
    result = w.run(w.scenario(tmp_path, of, arms, people=10_000, days=365))
    rows = w.lives(result)
    free, banned = result.arms.index("free"), result.arms.index("banned")
    k = result.compiled.acts.index("red-light")

    def of_arm(arm, *whats):
        kept = rows[(rows[:, 2] == arm) & (rows[:, 4] == k) & np.isin(rows[:, 3], whats)]
        return set(map(tuple, kept[:, [0, 1]].tolist()))

    prevented = of_arm(banned, 2)
    assert prevented
    assert of_arm(banned, DONE).isdisjoint(prevented)
    assert of_arm(banned, DONE) | prevented >= of_arm(free, DONE)
    assert w.total(result, "act:jaywalking:acts", "free") == w.total(result, "act:jaywalking:acts", "banned")


@pytest.fixture(scope="module")
def france():
    """A year of France under the law in force, after a burn-in."""
    asked = load_scenario("rank-my-life-2028").replace(people=60_000, days=365, burn_in_years=4)
    return w.run(asked, arms=["status-quo"], seed=3)


def exposed_people(result, per):
    """Everybody, or the holders of a licence."""
    holders = result.population.levels[:, 6] - result.compiled.slots.index(("licence", "none"))
    return int((holders > 0).sum()) if per == "licence" else result.people


RECORDED = [
    "speeding-under-20",
    "speeding-20-to-30",
    "phone-at-the-wheel",
    "red-light",
    "drink-driving",
]


def recorded(result, name):
    """(found, expected, standard error) of a year's records of an act per exposed unit."""
    rate = result.scenario.country_model.acts[name]
    units = exposed_people(result, rate.per)
    expected = rate.recorded.at() * 365 / w.YEAR
    found = w.total(result, f"act:{name}:charged-today", "status-quo") / units
    shape = result.scenario.country_model.propensity.shape.at()
    return found, expected, w.clustered(expected, shape, units) / units


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDED)
def test_the_status_quo_returns_each_recorded_rate(france, name):
    found, expected, error = recorded(france, name)
    w.agrees(found, expected, error, what=name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fare-evasion", "jaywalking", "late-payment", "critical-post", "petition"])
def test_the_status_quo_returns_each_declared_true_rate(france, name):
    rate = france.scenario.country_model.acts[name]
    expected = rate.base.at() * 365 / w.YEAR
    found = w.total(france, f"act:{name}:acts", "status-quo") / france.people
    error = w.clustered(expected, 0.5, france.people) / france.people
    w.agrees(found, expected, error, what=name)


@pytest.mark.slow
def test_the_status_quo_returns_the_true_rate_of_the_most_frequent_offence(france):
    """Recorded ÷ certainty now, where high propensities meet the cap of a day and the loss of the licence."""
    rate = france.scenario.country_model.acts["speeding-under-20"]
    units = exposed_people(france, "licence")
    expected = rate.recorded.at() / rate.certainty_now.at() * 365 / w.YEAR
    found = w.total(france, "act:speeding-under-20:acts", "status-quo") / units
    w.agrees(found, expected, w.clustered(expected, 0.5, units) / units, what="speeding")


@pytest.mark.slow
def test_nothing_was_clamped_and_normalisers_are_in_their_range(france):
    assert w.total(france, "engine:clamped", "status-quo") == 0
    assert all(0.8 <= c <= 1.25 for c in france.normaliser.values())
    assert france.normaliser["volunteering"] == 1.0
