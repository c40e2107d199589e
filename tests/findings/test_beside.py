"""What stands beside acts and charges in panel lives: every difference has a cause, every event has words."""

import functools
import tempfile
from pathlib import Path

import pytest

from moot.findings.causes import OF_THE_REGIME, REPORT, TIE_FELL, TIE_ROSE
from moot.findings.lives import cause_chain, reason, sentence, tell, unexplained_differences
from moot.findings.run import Run, run_of
from moot.findings.saving import save
from moot.findings.verifying import verify_run
from tests.laws import worlds as w

ACT, OTHER, MERIT = "jaywalking", "littering", "volunteering"
INCOME = {"deciles": {"d1": 12_970, "median": 24_330, "d9": 43_840}, "gini": 0.294, "body_sigma": 0.475}
NEW = ("alleged", "recognised", "cut-off", "cuts-off", "taken-back", "in-touch", "bought", "displaced")


def _regime():
    """Every mechanism at once, at rates that a few weeks show."""
    scheme = w.scheme(
        {ACT: {"points": 30}, OTHER: {"points": 30}, MERIT: {"merit": 2}},
        score={
            "tiers": [{"tier": "up", "from": 70}, {"tier": "mid", "from": 40}, {"tier": "down", "from": 0}],
            "repair": [{"every_days": 3, "points": 2}],
        },
        disclosed=True,
        association={"points": 2, "on": "tier-fall", "to": ["near", "household"]},
        lists=[
            {
                "list": "banned", "entry": {"tier": "down"}, "exit": {"tier": "mid"},
                "prevents": {"exposure": "smartphone"}, "refuses": {"air": 1.0},
            }
        ],
        shunning={"cut": 0.3},
        bought_repair={"below": "up", "price_euros": 300, "per_month": 0.2},
        gaming={"merits": 1.0},
    )  # fmt: skip
    sensors = [
        w.eye({ACT: 0.8, OTHER: 0.5, MERIT: 0.9}, context_errors=0.01),
        {"sensor": "neighbours", "kind": "report", "charges": OTHER, "malicious_per_tie_year": 0.5},
        {
            "sensor": "gates", "kind": "camera", "places": ["train"], "passages_per_day": 0.2,
            "identification": {
                "mode": "presence", "gallery": {"scope": "national", "size": 10_000}, "target_fpir": 0.01,
            },
            "enrols": ["banned"], "on_alert": {"points": 5},
        },
    ]  # fmt: skip
    return w.regime(scheme, sensors=sensors, displacement=0.25)


@functools.cache
def run() -> Run:
    of = w.country(
        {
            ACT: {"base": 12, "per": "smartphone", "headroom": 4},
            OTHER: {"base": 6, "per": "person", "headroom": 4},
            MERIT: {"base": 6, "per": "person", "headroom": 3},
        },
        income=INCOME,
        attributes={"smartphone": {"by_age": [1.0] * 9}},
        travel={"air": {"per_year": 20}},
        ties=[
            {"kind": "household"},
            {"kind": "ring", "name": "near", "reach": 3, "sort": {"age": 1.0}, "noise": 0.3},
        ],
        beliefs={
            "learning": 0.06, "vicarious": 0.01, "cross_class": 0.25,
            "elasticity": {"offence": 1.5, "lawful": 2.2},
        },
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    asked = w.scenario(folder, of, {"watch": _regime()}, people=2_000, days=120)
    return run_of(w.run(asked))


def test_every_difference_goes_back_to_something_that_the_regime_brings():
    made = run()
    assert unexplained_differences(made.lives, made.rules) == []
    for life in made.lives.values():
        for one in life.pair(made.rules, "watch").differences:
            assert any(step.kind in OF_THE_REGIME for step in cause_chain(made.lives, made.rules, one))


@pytest.mark.parametrize("kind", NEW)
def test_every_new_event_occurs_has_a_cause_and_is_told(kind):
    made = run()
    found = [(life, one) for life in made.lives.values() for one in life.arms["watch"] if one.kind == kind]
    assert found
    life, one = found[0]
    pair = life.pair(made.rules, "watch")
    assert sentence(one, made.rules) and reason(one, pair) != "not explained"
    told = tell(made, life.number, "watch", everything=True)
    assert any(sentence(one, made.rules) in line for line in told)


def test_a_false_report_is_told_without_saying_who():
    made = run()
    life, one = next(
        (life, e) for life in made.lives.values() for e in life.arms["watch"] if e.kind == "alleged"
    )
    said = sentence(one, made.rules)
    assert "somebody reported" in said and "that did not happen" in said
    assert one.source == "" and "SYN-" not in said
    assert life.pair(made.rules, "watch").cause(one).kind == REPORT


def test_a_cut_goes_back_to_a_fall_on_either_side():
    made = run()
    roots = {"cuts-off": TIE_FELL, "in-touch": TIE_ROSE}
    for life in made.lives.values():
        pair = life.pair(made.rules, "watch")
        for one in life.arms["watch"]:
            if one.kind in roots:
                assert pair.cause(one).kind == roots[one.kind]
            if one.kind in ("cut-off", "taken-back"):
                moved = pair.cause(one).event
                assert moved is not None and moved.day == one.day
                assert moved.kind == ("fall" if one.kind == "cut-off" else "rise")


def test_a_run_with_all_of_it_is_saved_and_verified(tmp_path):
    made = run()
    assert made.lives
    of = made.rules.scenario.replace(people=1_000, days=40)
    result = w.run(of)
    save(result, tmp_path / "run")
    said = verify_run(tmp_path / "run", threads=1)
    assert said.same and said.found == result.digests
