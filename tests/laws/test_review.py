"""Who looks at matches: capacity in the mean of a day, and what happens beyond it."""

from datetime import date

import numpy as np
import pytest

from moot.experiment.prospect import prospect_lines
from moot.regime.schema import Sensor
from moot.society.arms import Arm
from moot.society.compile import compile_arms
from moot.society.expected import searches_of, share_reviewed
from moot.society.sensing_tables import matches_of, outcome_of
from moot.vocabulary import load_vocabulary
from tests.laws import worlds as w

START = date(2028, 1, 1)
ACT = "jaywalking"
PEOPLE, DAYS, RATE = 20_000, 60, 30
RIGHT, WRONG = 0.9, 0.3


def camera(per_day=None, beyond="no-review", *, passes=(RIGHT, WRONG), sensor="eye"):
    """A lax search of a large gallery, so that right and wrong matches are both frequent."""
    identification = {
        "mode": "identify",
        "gallery": {"scope": "national", "size": 1_000_000},
        "fmr": 1e-6,
        "unusable_image": 0.4,
    }
    if per_day is not None:
        identification["review"] = {
            "right_passes": passes[0],
            "wrong_passes": passes[1],
            "per_day": per_day,
            "beyond": beyond,
        }
    return w.eye({ACT: 0.8}, coverage=0.5, identification=identification, sensor=sensor)


def gates(per_day=None, beyond="no-review"):
    """Faces pass: one passage in ten raises an alarm before anybody has looked."""
    sensor = {
        "sensor": "gates", "kind": "camera", "places": ["train"], "passages_per_day": 0.5,
        "identification": {
            "mode": "presence", "gallery": {"scope": "national", "size": 10_000}, "target_fpir": 0.1,
        },
        "on_alert": {"points": 1},
    }  # fmt: skip
    if per_day is not None:
        review = {"right_passes": 1.0, "wrong_passes": WRONG, "per_day": per_day, "beyond": beyond}
        sensor["identification"]["review"] = review
    return sensor


def asked(folder, *sensors, people=PEOPLE, days=DAYS):
    of = w.country({ACT: {"base": RATE, "per": "person"}})
    catalogue = {ACT: {"points": 1}}
    arms = {f"arm-{x}": w.regime(w.scheme(catalogue), sensors=[one]) for x, one in enumerate(sensors)}
    return w.scenario(folder, of, arms, people=people, days=days)


def matches_a_day():
    """Matches of a day in the nominal population, here the people simulated."""
    return PEOPLE * RATE / w.YEAR * 0.4 * sum(matches_of_camera())


def matches_of_camera():
    """(right, wrong) of a search before anybody has looked."""
    sensor = Sensor.model_validate(camera())
    ((right, wrong), *_) = matches_of(sensor, [1.0, 0.0, 0.0], START)
    return right, wrong


def flow(result, what, arm):
    return w.total(result, f"act:{ACT}:{what}", arm)


@pytest.mark.parametrize("beyond", ["no-review", "no-action"])
@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_share_of_matches_is_looked_at_and_the_rest_is_as_declared(tmp_path, beyond, share):
    """Reviewed ÷ matches = capacity ÷ expected matches; right and wrong pass as that says."""
    capacity = share * matches_a_day()
    result = w.run(asked(tmp_path, camera(capacity, beyond)), panel=0)
    looked = w.total(result, "sensor:eye:reviewed", "arm-0")
    beyond_it = w.total(result, "sensor:eye:beyond-review", "arm-0")
    w.agrees(
        looked / (looked + beyond_it), share, w.binomial(share, looked + beyond_it) + 1e-9, what="reviewed"
    )
    raw = matches_of_camera()
    searches = sum(
        flow(result, what, "arm-0")
        for what in ("charged-by-regime", "charged-to-another", "seen-unidentified")
    )
    w.agrees((looked + beyond_it) / searches, sum(raw), w.binomial(sum(raw), searches), what="matches")
    rest = 1 - share if beyond == "no-review" else 0.0
    for what, p, passes in (
        ("charged-by-regime", raw[0], RIGHT),
        ("charged-to-another", raw[1], WRONG),
    ):
        p *= share * passes + rest
        w.agrees(flow(result, what, "arm-0") / searches, p, w.binomial(p, searches), what=what)


@pytest.mark.parametrize("beyond", ["no-review", "no-action"])
def test_alarms_beyond_review_stop_everybody_or_nobody(tmp_path, beyond):
    capacity = 0.4 * PEOPLE * 0.5 * 0.1
    result = w.run(asked(tmp_path, gates(capacity, beyond)), panel=0)
    looked = w.total(result, "sensor:gates:reviewed", "arm-0")
    beyond_it = w.total(result, "sensor:gates:beyond-review", "arm-0")
    days = PEOPLE * DAYS
    w.agrees((looked + beyond_it) / days, 0.05, w.binomial(0.05, days), what="alarms before review")
    w.agrees(looked / (looked + beyond_it), 0.4, w.binomial(0.4, looked + beyond_it), what="reviewed")
    p = 0.05 * (0.4 * WRONG + (0.6 if beyond == "no-review" else 0.0))
    alarms = w.total(result, "sensor:gates:false-alarms", "arm-0")
    w.agrees(alarms / days, p, w.binomial(p, days), what="alarms")


def test_a_review_that_lets_all_pass_is_no_review(tmp_path):
    """Whatever its capacity: all measures but its own are those of a camera without review."""
    result = w.run(asked(tmp_path, camera(), camera(10, passes=(1, 1)), camera(1e9, passes=(1, 1))), panel=0)
    names = result.compiled.columns.flow_names
    plain = result.arms.index("arm-0")
    for arm in map(result.arms.index, ("arm-1", "arm-2")):
        for column, name in names[arm].items():
            if name not in ("sensor:eye:reviewed", "sensor:eye:beyond-review"):
                np.testing.assert_array_equal(
                    result.record.region[arm, ..., column],
                    result.record.region[plain, ..., column],
                    err_msg=name,
                )
    assert w.total(result, "sensor:eye:beyond-review", "arm-2") == 0
    assert w.total(result, "sensor:eye:beyond-review", "arm-1") > 0


def test_whether_a_match_is_looked_at_does_not_depend_on_others(tmp_path):
    """More capacity looks at more of the same matches; each arm alone, and on two threads, is what it was."""
    few, many = 0.2 * matches_a_day(), 0.8 * matches_a_day()
    of = asked(tmp_path, camera(few), camera(many), people=PEOPLE, days=20)
    both = w.run(of, panel=0)
    looked = [w.total(both, "sensor:eye:reviewed", f"arm-{x}") for x in (0, 1)]
    assert looked[0] < looked[1]
    wrong = [flow(both, "charged-to-another", f"arm-{x}") for x in (0, 1)]
    assert wrong[1] < wrong[0]
    assert w.run(of, panel=0, threads=2).digests == both.digests
    for name in ("arm-0", "arm-1"):
        assert w.run(of, panel=0, arms=[name]).digests == {name: both.digests[name]}


def test_the_share_is_that_of_the_nominal_population():
    assert share_reviewed(0.0, 1.0, 100) == 1.0
    assert share_reviewed(w.YEAR, 50.0, 100) == pytest.approx(0.5)
    assert share_reviewed(w.YEAR, 50.0, 10) == 1.0
    assert share_reviewed(w.YEAR, None, 10**9) == 1.0


def test_check_says_how_many_matches_a_human_sees(tmp_path):
    of = asked(tmp_path, camera(0.25 * matches_a_day()))
    said = "\n".join(prospect_lines(of))
    assert "a human sees 0.25 of them" in said
    assert "more than can be looked at" in said
    arm = Arm("arm-0", (), of.arm_regimes["arm-0"], institutions=True)
    (one,) = searches_of(arm, of.country_model, load_vocabulary(), START, PEOPLE)
    assert one.reviewed == pytest.approx(0.25)
    ((right, _), *_) = outcome_of(arm.sensors[0], [1.0, 0.0, 0.0], START, 0.25)
    assert one.right == pytest.approx(one.searches * right)


def test_where_reviewers_cannot_follow_and_nothing_is_done_people_expect_fewer_charges(tmp_path):
    """What is in the air from the announcement on follows the share that is reviewed."""
    certain = []
    for per_day in (1e9, 1):
        of = asked(tmp_path / str(per_day), camera(per_day, "no-action"))
        arms = [Arm("arm-0", (), of.arm_regimes["arm-0"], True)]
        made = compile_arms(
            of.country_model, load_vocabulary(), arms, start=START, seed=1, residents=of.people
        )
        certain.append(made.certainty["arm-0"]["offence"])
    assert certain[0] > 100 * certain[1] > 0
