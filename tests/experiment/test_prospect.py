"""What `moot check` works out before a run, against arithmetic and against runs."""

import math
from datetime import date

import pytest

from moot.cli.main import main
from moot.experiment.prospect import cascade_of, prospect_lines, reproduction_number, searches_of
from moot.experiment.scenario import load_scenario
from moot.society.arms import Arm
from moot.vocabulary import load_vocabulary
from tests.laws import worlds as w

START = date(2028, 1, 1)
ACT = "jaywalking"


def searches(asked, name="watch"):
    arm = Arm(name, asked.existing_models, asked.arm_regimes[name], institutions=True)
    return {one.sensor: one for one in searches_of(arm, asked.country_model, load_vocabulary(), START)}


def cascade(asked, name="watch"):
    arm = Arm(name, asked.existing_models, asked.arm_regimes[name], institutions=True)
    return cascade_of(arm.schemes[-1], arm, asked.country_model, load_vocabulary(), START)


def watched(folder, identification, *, people=20_000, coverage=0.5, days=365):
    of = w.country({ACT: {"base": 4, "per": "person"}})
    arm = w.regime(
        w.scheme({ACT: {"points": 1}}),
        sensors=[w.eye({ACT: 0.8}, coverage=coverage, identification=identification)],
    )
    return w.scenario(folder, of, {"watch": arm}, people=people, days=days)


def test_searches_and_their_outcomes_are_those_of_a_run(tmp_path):
    """Acts × seen × outcome a year per person, within four standard errors of a simulated year."""
    wrong = {f"class-{c}": 0.2 for c in (1, 2, 3)}
    asked = watched(tmp_path, {"mode": "declared", "wrong": wrong})
    one = searches(asked)["eye"]
    assert one.searches == pytest.approx(4 * 0.4)
    assert one.right + one.wrong + one.nobody == pytest.approx(one.searches)
    assert one.precision == pytest.approx(0.8)
    result = w.run(asked, panel=0)
    for what, expected in (("charged-by-regime", one.right), ("charged-to-another", one.wrong)):
        found = w.total(result, f"act:{ACT}:{what}", "watch")
        mean = expected * 365 / w.YEAR
        w.agrees(found, mean * result.people, w.clustered(mean, 0.5, result.people), what=what)


def test_a_register_reads_what_is_charged_today(tmp_path):
    register = {
        "sensor": "fines",
        "kind": "register",
        "reads": ["fare-evasion"],
        "missed_links": 0.5,
        "false_links": 0.1,
    }
    of = w.country({"fare-evasion": {"base": 10, "per": "person", "certainty_now": 0.2}})
    arm = w.regime(w.scheme({"fare-evasion": {"points": 1}}), sensors=[register])
    one = searches(w.scenario(tmp_path, of, {"watch": arm}, people=1_000, days=1))["fines"]
    assert one.searches == pytest.approx(10 * 0.2 * 0.5)
    assert one.wrong == pytest.approx(0.1)


def gates(folder, fpir, *, per_day=None):
    sensor = {
        "sensor": "gates",
        "kind": "camera",
        "places": ["train"],
        "passages_per_day": 0.5,
        "identification": {
            "mode": "presence",
            "gallery": {"scope": "national", "size": 10_000},
            "target_fpir": fpir,
        },
    }
    if per_day is not None:
        sensor["identification"]["review"] = {
            "right_passes": 1.0,
            "wrong_passes": 0.5,
            "per_day": per_day,
            "beyond": "no-review",
        }
    of = w.country({ACT: {"base": 4, "per": "person"}})
    arm = w.regime(w.scheme({ACT: {"points": 1}}), sensors=[sensor])
    return w.scenario(folder, of, {"watch": arm}, people=10_000, days=1)


@pytest.mark.parametrize(("fpir", "warned"), [(0.05, False), (0.2, True)])
def test_a_false_positive_rate_above_a_tenth_is_a_warning(tmp_path, fpir, warned):
    asked = gates(tmp_path, fpir)
    one = searches(asked)["gates"]
    assert one.false_alarms == pytest.approx(w.YEAR * 0.5 * fpir, rel=1e-4)
    assert one.highest_fpir == pytest.approx(fpir, rel=1e-4)
    said = "\n".join(prospect_lines(asked))
    assert ("searched in vain" in said) is warned


@pytest.mark.parametrize(("per_day", "warned"), [(1_000, False), (400, True)])
def test_alerts_beyond_what_reviewers_can_look_at_are_a_warning(tmp_path, per_day, warned):
    """10,000 people × 0.5 passages × 0.1: 500 alerts a day, before review lets half of them pass."""
    asked = gates(tmp_path, 0.1, per_day=per_day)
    one = searches(asked)["gates"]
    assert one.matches * 10_000 / w.YEAR == pytest.approx(500, rel=1e-3)
    said = "\n".join(prospect_lines(asked))
    assert "500 matches a day" in said
    assert ("more than can be looked at" in said) is warned


def tied(folder, points, *, tiers=50, repair=True, rate=4):
    of = w.country(
        {ACT: {"base": rate, "per": "person"}},
        ties=[{"kind": "permutation", "name": "far-0"}, {"kind": "permutation", "name": "far-1"}],
    )
    score = {"tiers": [{"tier": "up", "from": tiers}, {"tier": "down", "from": 0}]}
    if repair:
        score["repair"] = [{"every_days": 7, "points": 1}]
    association = {"points": points, "on": "tier-fall", "to": ["far-0", "far-1"]}
    arm = w.regime(
        w.scheme({ACT: {"points": 20}}, score=score, association=association), sensors=[w.eye({ACT: 1.0})]
    )
    return w.scenario(folder, of, {"watch": arm}, people=1_000, days=1)


def test_the_reproduction_number_counts_further_ties_and_the_chance_of_a_fall(tmp_path):
    found = cascade(tied(tmp_path, 2))
    assert (found.ties, found.excess) == (4, 3)
    assert found.reproduction == pytest.approx(reproduction_number(4, 12, found.chance))
    assert found.reproduction > 0
    assert cascade(tied(tmp_path / "none", 0)) is None


def test_the_reproduction_number_grows_with_what_a_fall_costs(tmp_path):
    r = [cascade(tied(tmp_path / str(points), points)).reproduction for points in (1, 2, 10, 40)]
    assert r == sorted(r)
    assert r[1] == pytest.approx(2 * r[0], rel=0.1)


def test_where_losses_outrun_repair_scores_are_taken_as_even(tmp_path):
    """Every score from 0 to 100 as likely as any other: Δ points of a threshold are Δ ÷ 101."""
    found = cascade(tied(tmp_path, 5, repair=False))
    assert found.chance == pytest.approx(5 / 101)


@pytest.mark.parametrize(
    ("points", "words"), [(1, "R = 0."), (29, "knife edge"), (50, "whole network falls")]
)
def test_a_number_near_one_is_a_warning_and_above_one_a_statement(tmp_path, points, words):
    said = [line for line in prospect_lines(tied(tmp_path, points, repair=False)) if "reproduction" in line]
    assert len(said) == 1
    assert words in said[0]


def test_headroom_is_said_by_class(tmp_path):
    (line,) = (x for x in prospect_lines(load_scenario("rank-my-life-2028")) if x.startswith("Headroom"))
    for kind in ("offence", "incivility", "lawful", "merit"):
        assert kind in line


def test_shipped_scenario_is_told_arm_by_arm_with_two_digits():
    lines = prospect_lines(load_scenario("rank-my-life-2028"))
    assert "status-quo:" in lines
    assert "rank-my-life-2028:" in lines
    certainty = [line for line in lines if "certainty of a charge" in line]
    assert len(certainty) == 4
    assert "per 1,000 people" in "\n".join(lines)


def test_check_prints_it(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["check", "rank-my-life-2028"])
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "reproduction number R" in said
    assert math.isfinite(float(said.split("R = ")[1].split()[0].rstrip(":")))
