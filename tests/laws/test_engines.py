"""Section 5 of the equations: whatever the engine, what runs is a table of points, bit for bit."""

import math

from moot.findings.lives import sentence, unexplained_differences
from moot.findings.run import run_of
from moot.regime.engines import UNIT, shown
from tests.laws import worlds as w

ACTS = ("jaywalking", "littering")
OF = w.country({name: {"base": 20, "per": "person"} for name in ACTS})
SCORE = {
    "start": 700,
    "ceiling": 1000,
    "tiers": [{"tier": "up", "from": 600}, {"tier": "middle", "from": 400}, {"tier": "down", "from": 0}],
}
EYE = w.eye(dict.fromkeys(ACTS, 0.8))


def arm(catalogue, *, score=None, **changes):
    return w.regime(w.scheme(catalogue, score=SCORE | (score or {}), **changes), sensors=[EYE])


def ran(folder, one, **options):
    return w.run(w.scenario(folder, OF, {"watch": one}, people=600, days=120), **options)


def test_weights_run_as_the_table_of_points_that_they_come_to(tmp_path):
    tree = {
        "street": {
            "weight": 1024,
            "categories": {
                "walking": {"weight": 700, "sub_categories": {"crossing": 1024}},
                "litter": {"weight": 324, "sub_categories": {"small": 512, "large": 512}},
            },
        }
    }
    repair = {"repair": [{"every_days": 5, "points": 3, "to": 700}]}
    weighed = arm(
        {
            "jaywalking": {"sub_category": "crossing", "severity": 0.05},
            "littering": {"sub_category": "small", "severity": 0.5, "counted_per_day": 1},
        },
        weights=tree,
        score=repair,
    )
    # 1000 × 700/1024 × 0.05 = 34.18; 1000 × 324/1024 × 512/1024 × 0.5 = 79.10
    plain = arm({"jaywalking": {"points": 34}, "littering": {"points": 79, "cap_per_day": 79}}, score=repair)
    one, other = ran(tmp_path / "one", weighed), ran(tmp_path / "other", plain)
    assert one.digest == other.digest
    assert w.total(one, "scheme:score:falls", "watch") > 100


def logistic(**score):
    repair = [{"every_days": 5, "log_odds": 0.05, "to": 700}]
    return arm(
        {"jaywalking": {"log_odds": 0.2}, "littering": {"log_odds": 0.4}},
        engine="logistic",
        score={"repair": repair} | score,
    )


def test_a_logistic_score_runs_as_a_table_of_its_predictor(tmp_path):
    one = ran(tmp_path / "one", logistic())

    def logit(score):
        return math.log(score / (1000 - score)) * UNIT

    plain = arm(
        {"jaywalking": {"points": 205}, "littering": {"points": 410}},
        score={
            "start": round(logit(700)),
            "floor": -31 * UNIT,
            "ceiling": 9000,
            "tiers": [
                {"tier": "up", "from": math.ceil(logit(599.5))},
                {"tier": "middle", "from": math.ceil(logit(399.5))},
                {"tier": "down", "from": -31 * UNIT},
            ],
            "repair": [{"every_days": 5, "points": 51, "to": round(logit(700))}],
        },
    )
    other = ran(tmp_path / "other", plain)
    assert one.digest == other.digest
    assert w.total(one, "scheme:score:falls", "watch") > 100


def test_every_life_is_told_the_score_of_the_formula(tmp_path, monkeypatch):
    """Without repair the log-odds of all charges of a life are still counted: S is the formula of their sum,
    and a tier is where S is."""
    w.everybody_seen(monkeypatch)
    run = run_of(ran(tmp_path, logistic(repair=[])))
    rules, told = run.rules, 0
    scheme = rules.arms["watch"].schemes["score"]
    for life in list(run.lives.values())[:300]:
        z = math.log(300 / 700)
        day = None
        for event in life.arms["watch"]:
            if event.kind == "charged-by-regime":
                z += {"jaywalking": 0.2, "littering": 0.4}[event.what]
                day = event.day
            if event.kind == "fall":
                assert day == event.day
                said = rules.arms["watch"].score_told(event.score, event.scheme)
                expected = 1000 * (1 - 1 / (1 + math.exp(-z)))
                assert abs(said - expected) < 3  # log-odds are rounded to 1/1024: a quarter point a charge
                assert f"score {said}" in sentence(event, rules)
                low = next(tier.from_ for tier in scheme.score.tiers if tier.tier == event.tier)
                assert said >= low
                told += 1
    assert told > 100
    assert unexplained_differences(run.lives, rules) == []


def test_sums_are_called_by_what_they_are_sums_of(tmp_path):
    """The mean of a logistic score is that of its predictor: a curve's mean is not the curve of a mean."""
    result = ran(tmp_path, logistic())
    run = run_of(result)
    found = run.measures("scheme:score:predictor-sum", arm="watch", period="day", attribute="all")
    assert found["scheme:score:predictor-sum"].sum() == result.record.score[1, 0].sum()
    start = result.compiled.law[1]["scale"][0, 0]
    assert shown(run.rules.arms["watch"].schemes["score"], int(start)) == 700
    assert any("in 1/1024," in line for line in run.summary("watch").lines())
