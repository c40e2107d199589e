"""Section 3 of the equations: perceived certainty, in its scalar functions and in a small society."""

import math

import numpy as np
import pytest

from moot.draws import tables
from moot.society.fear import deterrence, lowered, raised
from tests.laws import worlds as w

G1, P0, Q0 = 1 / 16, 0.2, 0.05
G0 = G1 * Q0 * (1 - P0) / ((1 - Q0) * P0)
RATE = 0.4  # acts a person and day, so that the fixed point is reached within a run
LONG = 1e7  # days of half-life: no decay to speak of
ONE = 65536


def logit(p):
    return math.log(p / (1 - p))


def fixed_point(q):
    """Where a person ends who is charged with probability q an act: no decay."""
    return q * G1 / (q * G1 + (1 - q) * G0)


@pytest.mark.parametrize(("q", "table"), [(0.05, 0.2), (0.1, 0.345), (0.3, 0.671), (0.6, 0.877)])
def test_the_fixed_point_moves_by_the_change_of_log_odds(q, table):
    """L(p*) = L(p0) + L(q) − L(q0), and the table of the equations, q0 = 0.05."""
    assert fixed_point(q) == pytest.approx(table, abs=6e-4)
    assert logit(fixed_point(q)) == pytest.approx(logit(P0) + logit(q) - logit(Q0))


@pytest.mark.parametrize("q", [0.05, 0.1, 0.3, 0.6])
def test_the_integer_steps_have_this_fixed_point(q):
    """40,000 acts of one person: the mean of p over them; steps are those of the engine."""
    up, down = round(G1 * 2**30), round(G0 * 2**30)
    draw, p = np.random.default_rng(5), round(fixed_point(q) * ONE)
    kept = np.empty(40_000)
    for x, charged in enumerate(draw.random(len(kept)) < q):
        p = raised(p, up) if charged else lowered(p, down)
        kept[x] = p / ONE
    pull = q * G1 + (1 - q) * G0
    independent = len(kept) * pull / 2
    w.agrees(kept.mean(), fixed_point(q), kept.std() / math.sqrt(independent), what=f"q = {q}")


def learners(folder, *, q=None, half_life=LONG, elasticity=0.0, people=3_000, days=400, rate=None, **beliefs):
    """A country in which one offence is charged with certainty q in the arm `watch`, and q0 today."""
    act = {"base_per_day": RATE, "per": "person", "certainty_now": Q0, "headroom": 2, "cap_per_day": 0.99}
    if rate is not None:
        act = {"base": rate, "per": "person", "certainty_now": Q0, "headroom": 2}
    of = w.country(
        {"fare-evasion": act},
        propensity={"shape": 400, "correlation": 0},
        ties=beliefs.pop("ties", [{"kind": "household"}]),
        beliefs={
            "learning": G1,
            "fading": {"half_life_days": half_life},
            "elasticity": {"offence": elasticity, "lawful": 0},
        }
        | beliefs,
    )
    arms = {}
    if q is not None:
        coverage = 1 - (1 - q) / (1 - Q0)
        arms["watch"] = w.regime(
            w.scheme({"fare-evasion": {"points": 1}}),
            sensors=[w.eye({"fare-evasion": 1.0}, coverage=coverage)],
        )
    return w.run(w.scenario(folder, of, arms, people=people, days=days), panel=0)


def certainty(result, arm, column=0, month=-1):
    """Mean perceived certainty at the end of a month."""
    sexes = [x for x, (attribute, _) in enumerate(result.compiled.slots) if attribute == "sex"]
    return result.record.fear[result.arms.index(arm), month, sexes, column].sum() / result.people / ONE


def spread(p, q, rate, delta):
    """Standard deviation of p between people around the fixed point, to first order."""
    squares = q * (G1 * (1 - p)) ** 2 + (1 - q) * (G0 * p) ** 2
    return math.sqrt(rate * squares / (2 * (rate * (q * G1 + (1 - q) * G0) + delta)))


@pytest.mark.parametrize("q", [0.1, 0.3, 0.6])
def test_people_learn_the_fixed_point_where_nothing_fades(tmp_path, q):
    result = learners(tmp_path, q=q, days=1_200, people=2_000)
    error = spread(fixed_point(q), q, RATE, 0) / math.sqrt(result.people)
    w.agrees(certainty(result, "watch"), fixed_point(q), error + 1e-4, what=f"q = {q}")


def with_decay(p_ambient, q, rate, half_life, extra=0.0):
    """The mean of p at the end of a day: fade, then learn; and the equations' form in continuous time."""
    kept = 2 ** (-1 / half_life)
    up, down = rate * q * G1 + extra, rate * (1 - q) * G0
    faded = p_ambient * (1 - kept)
    by_day = (faded * (1 - up - down) + up) / (1 - kept * (1 - up - down))
    delta = math.log(2) / half_life
    return by_day, (up + delta * p_ambient) / (up + down + delta)


@pytest.mark.parametrize(("q", "half_life"), [(0.05, 180), (0.3, 180), (0.6, 60)])
def test_with_decay_people_settle_between_what_they_learn_and_what_is_in_the_air(tmp_path, q, half_life):
    """p* = (r q g1 + δ a) ÷ (r q g1 + r (1 − q) g0 + δ)."""
    result = learners(tmp_path, q=q, half_life=half_life)
    exact, law = with_decay(P0, q, RATE, half_life)
    assert exact == pytest.approx(law, rel=0.01)
    error = spread(exact, q, RATE, math.log(2) / half_life) / math.sqrt(result.people)
    w.agrees(certainty(result, "watch"), exact, error + 1e-4, what=f"q = {q}")


def test_charges_on_ties_teach_a_little(tmp_path):
    """Two regular ties: p* with 2 r q g_v more; nothing is unlearned from a tie."""
    vicarious, q, half_life = G1 / 4, 0.3, 60
    ring = [{"kind": "ring", "name": "near", "reach": 1, "sort": {"age": 0.0}, "noise": 1.0}]
    result = learners(tmp_path, q=q, half_life=half_life, vicarious=vicarious, ties=ring)
    exact, _ = with_decay(P0, q, RATE, half_life, extra=2 * RATE * q * vicarious)
    # the mean of several charges of one day is taken in order; the product of two steps is what is left out
    w.agrees(certainty(result, "watch"), exact, 2e-3, what="with ties")
    alone = learners(tmp_path / "alone", q=q, half_life=half_life, ties=ring)
    assert certainty(result, "watch") > certainty(alone, "watch") + 0.02


def test_a_charge_for_an_offence_moves_the_other_class_by_its_share(tmp_path):
    """χ g1 up for each charge, towards the prior between them: p* of lawful acts."""
    chi, q, half_life, prior = 0.25, 0.3, 60, 0.05
    result = learners(tmp_path, q=q, half_life=half_life, cross_class=chi)
    kept = 2 ** (-1 / half_life)
    up = RATE * q * chi * G1
    exact = (prior * (1 - kept) * (1 - up) + up) / (1 - kept * (1 - up))
    w.agrees(certainty(result, "watch", column=1), exact, 2e-3, what="lawful")
    assert certainty(learners(tmp_path / "off", q=q), "watch", column=1) == pytest.approx(prior, abs=1e-5)


def test_at_todays_certainty_acts_equal_the_status_quo(tmp_path):
    """q = q0, a = p0, no ties: p stays at p0 on average, and acts at the declared rate."""
    rate = 5.0
    result = learners(tmp_path, half_life=180, elasticity=1.5, people=40_000, days=365, rate=rate)
    delta, daily = math.log(2) / 180, rate / w.YEAR
    between = spread(P0, Q0, daily, delta)
    w.agrees(certainty(result, "status-quo"), P0, between / math.sqrt(result.people) + 1e-5, what="p")
    expected = rate * 365 / w.YEAR
    convex = 1 + 1.5**2 * between**2 / 2  # the mean of exp(−e (p − p0)) over people who differ
    acts = w.total(result, "act:fare-evasion:acts", "status-quo")
    error = w.clustered(expected, 400, result.people)
    w.agrees(acts, expected * convex * result.people, error, what="acts")
    assert convex < 1.001


def test_severity_has_no_effect_on_perceived_certainty(tmp_path):
    """One point or ninety: the same certainty, the same acts, bit for bit; only scores differ."""
    of = w.country(
        {"fare-evasion": {"base": 6, "per": "person", "certainty_now": Q0, "headroom": 2}},
        beliefs={"learning": G1, "elasticity": {"offence": 1.5, "lawful": 0}},
    )
    arms = {
        name: w.regime(w.scheme({"fare-evasion": {"points": points}}), sensors=[w.eye({"fare-evasion": 0.5})])
        for name, points in (("mild", 1), ("severe", 90))
    }
    result = w.run(w.scenario(tmp_path, of, arms, people=4_000, days=365), panel=0)
    mild, severe = result.arms.index("mild"), result.arms.index("severe")
    assert (result.record.fear[mild] == result.record.fear[severe]).all()
    for what in ("acts", "charged-by-regime", "charged-today"):
        columns = [
            next(
                c
                for c, name in result.compiled.columns.flow_names[a].items()
                if name == f"act:fare-evasion:{what}"
            )
            for a in (mild, severe)
        ]
        assert (
            result.record.region[mild, :, :, columns[0]] == result.record.region[severe, :, :, columns[1]]
        ).all()
    assert (result.record.score[mild] > result.record.score[severe]).any()


@pytest.mark.parametrize(("omega", "coverage"), [(0.0, 0.5), (0.5, 0.5), (1.0, 0.2)])
def test_an_announcement_moves_what_is_in_the_air_for_people_who_do_nothing(tmp_path, omega, coverage):
    """a = σ(L(p0) + ω (L(q_R) − L(q0))), approached by half-lives from the day of the announcement."""
    of = w.country(
        {"fare-evasion": {"base": 0.001, "per": "person", "certainty_now": Q0, "headroom": 2}},
        beliefs={"learning": G1, "fading": {"half_life_days": 30}},
    )
    arm = w.regime(
        w.scheme({"fare-evasion": {"points": 1}}),
        sensors=[w.eye({"fare-evasion": 1.0}, coverage=coverage)],
        announced="2028-03-01",
        believed_share=omega,
    )
    result = w.run(w.scenario(tmp_path, of, {"watch": arm}, people=2_000, days=120), panel=0)
    regime_certainty = 1 - (1 - Q0) * (1 - coverage)
    believed = logit(P0) + omega * (logit(regime_certainty) - logit(Q0))
    ambient = 1 / (1 + math.exp(-believed))
    assert result.compiled.certainty["watch"]["offence"] == pytest.approx(regime_certainty)
    assert certainty(result, "watch", month=1) == pytest.approx(P0, abs=2e-4)
    days = 30  # end of March: 30 days after the first of the month
    law = ambient + (P0 - ambient) * 2 ** (-days / 30)
    assert certainty(result, "watch", month=2) == pytest.approx(law, abs=1e-3)
    assert certainty(result, "status-quo", month=2) == pytest.approx(P0, abs=2e-4)


def test_acts_answer_to_certainty_as_declared(tmp_path):
    """The ratio of acts between arms is exp(−e (a − p0)) where everybody believes a."""
    elasticity = 1.5
    of = w.country(
        {"fare-evasion": {"base": 20, "per": "person", "certainty_now": Q0, "headroom": 2}},
        beliefs={"fading": {"half_life_days": 0.05}, "elasticity": {"offence": elasticity, "lawful": 0}},
    )
    arm = w.regime(
        w.scheme({"fare-evasion": {"points": 1}}),
        sensors=[w.eye({"fare-evasion": 1.0}, coverage=0.5)],
        announced="2027-12-31",
        believed_share=1.0,
    )
    result = w.run(w.scenario(tmp_path, of, {"watch": arm}, people=10_000, days=365), panel=0)
    q = 1 - (1 - Q0) * 0.5
    ambient = 1 / (1 + math.exp(-(logit(P0) + logit(q) - logit(Q0))))
    kept = math.exp(-elasticity * (ambient - P0))
    before, after = (w.total(result, "act:fare-evasion:acts", arm) for arm in ("status-quo", "watch"))
    w.agrees(after / before, kept, w.binomial(kept, before) + 1e-4, what="share of acts left")


def test_the_table_of_deterrence_is_the_exponential():
    """To half of 1/65536 at the entries, and to 2e-5 between them."""
    table = tables.exponential(1.5, P0)
    for p in range(0, 65_536, 777):
        law = math.exp(-1.5 * (p / ONE - P0))
        assert deterrence(np.int64(p), table) / ONE == pytest.approx(law, abs=3e-5)
