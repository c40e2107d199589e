"""What would flip a conclusion: a society that is a known function of its numbers, and a real one."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from moot.errors import DeclarationError, RunError
from moot.experiment.plan import plan_of
from moot.findings import experimenting, jobs
from moot.findings.flipping import HALVINGS, jobs_at_most, sweep_plan
from moot.findings.outcomes import Outcome
from moot.findings.sheet import lines_of, open_sheet, sheet_of, write_sheet
from moot.store.experiments import InMemory
from tests.boundary.test_outputs import BANNED
from tests.experiment.texts import EXPERIMENT, declared

HEAD = EXPERIMENT.partition("  later:")[0]
COVERAGE = "regime.sensors.phone-app.coverage"
OTHER = "regime.believed_share"
TOLD = """\
conclusions:
  - {conclusion: charged, measure: "act:protest:charged-by-regime", arm: scheme, goes: up, margin: MARGIN}
  - {conclusion: quiet, measure: "act:jaywalking:acts", arm: scheme, goes: down}
flip: {over: [regime.sensors.phone-app.coverage, regime.believed_share], trajectories: 4, draws: 60,
       numbers: 2, points: 32, seeds: 2}
"""


def text(margin=0.0):
    return HEAD + TOLD.replace("MARGIN", f"{margin:g}")


def small():
    said = text().replace("draws: 60", "draws: 10").replace("points: 32", "points: 16")
    return said.replace("trajectories: 4", "trajectories: 2")


@pytest.fixture
def made_up(monkeypatch):
    """In the place of a society: charges are 1e5 times the coverage, whatever else; nothing else moves."""
    seen = []

    def simulate(scenario, *, seed, chance, arms, **_):
        sensors = {one.sensor: one for one in scenario.arm_regimes["scheme"].sensors}
        coverage = sensors["phone-app"].coverage.at(scenario.start)
        seen.append(coverage)
        return SimpleNamespace(people=scenario.people, coverage=coverage, arms=arms)

    def outcome_of(result):
        def part(arm, charges):
            row = {"arm": arm, "period": "run", "attribute": "all", "level": "all", "people": result.people}
            row |= {"act:protest:charged-by-regime": charges, "act:jaywalking:acts": 7, "engine:clamped": 0}
            return {key: np.array([one]) for key, one in row.items()}

        counts = {"status-quo": 0, "scheme": round(1e5 * result.coverage)}
        return Outcome(dict.fromkeys(result.arms, "0"), {arm: part(arm, counts[arm]) for arm in result.arms})

    monkeypatch.setattr(jobs, "simulate", simulate)
    monkeypatch.setattr(jobs, "outcome_of", outcome_of)
    return seen


def coverage_of(plan):
    ((one,),) = [[m for m in s.moved if m.name == COVERAGE] for s in sweep_plan(plan)]
    return one


def test_a_threshold_in_one_number_is_found(tmp_path, made_up):
    """Charges per 1,000 are 1e5 × coverage: the margin is passed at one value, which is between the two."""
    plan = plan_of(declared(tmp_path, text()))
    one = coverage_of(plan)
    low, high = one.quantity.range
    assert low < one.declared < high
    at = one.declared + 0.6 * (high - one.declared) if one.declared - low < high - one.declared else None
    at = at if at is not None else one.declared - 0.6 * (one.declared - low)
    plan = plan_of(declared(tmp_path, text(1e5 * at)))
    found = sheet_of(plan, InMemory())
    charged, quiet = found["scenarios"][0]["conclusions"]
    smallest = charged["smallest"]
    assert smallest["name"] == COVERAGE and smallest["start"] == one.declared
    ends = sorted((smallest["steady"], smallest["end"]))
    assert ends[0] <= at <= ends[1]
    span = abs((high if at > one.declared else low) - one.declared)
    assert ends[1] - ends[0] == pytest.approx(span / 2**HALVINGS, rel=1e-3)
    true, draws = (high - at) / (high - low), charged["draws"]
    assert abs(draws["held"] / draws["of"] - true) < 3 * math.sqrt(true * (1 - true) / draws["of"])
    (decides,) = charged["decides"]
    assert (decides["name"], decides["side"]) == (COVERAGE, "below")
    assert decides["at"] == pytest.approx(at, abs=0.1 * (high - low))
    # what moves it, and what does not
    screening = {row["name"]: row for row in charged["screening"]}
    assert screening[COVERAGE]["size"]["mean"] == pytest.approx(1e5 * (high - low), rel=1e-4)
    assert screening[OTHER]["size"]["mean"] == screening["seed"]["size"]["mean"] == 0
    assert found["scenarios"][0]["chosen"] == [COVERAGE]
    variance = {row["name"]: row for row in charged["variance"]}
    assert variance[COVERAGE]["total"]["mean"] == pytest.approx(1, abs=0.2)
    assert variance["seed"]["total"]["mean"] == pytest.approx(0, abs=1e-9)
    # a conclusion about what nothing moves
    assert quiet["smallest"] is None and quiet["draws"]["held"] == 0 and quiet["variance"] is None
    assert "no variance" in quiet["why_no_variance"]


def test_no_more_jobs_than_were_said_and_none_twice(tmp_path, made_up):
    plan = plan_of(declared(tmp_path, small()))
    found = sheet_of(plan, InMemory())
    (scenario,) = found["scenarios"]
    assert len(made_up) == scenario["jobs"] <= jobs_at_most(plan)
    assert sheet_of(plan, InMemory()) == found, "the same plan has the same sheet"


def test_a_stopped_one_goes_on_to_the_same_sheet(tmp_path, made_up):
    experiment = declared(
        tmp_path, text().replace("draws: 200", "draws: 10").replace("points: 32", "points: 16")
    )

    def once(place, progress=None):
        folder, plan = experimenting.begin(experiment, place)
        with folder:
            return write_sheet(folder, plan, progress=progress)

    whole = sheet_of(plan_of(experiment), InMemory())
    done = len(made_up)
    made_up.clear()

    def stop(_, count, of):
        if count == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(tmp_path / "out", stop)
    sheet = tmp_path / "out" / "sheet.json"
    assert len(made_up) == 9 and not sheet.exists()
    assert once(tmp_path / "out") == whole and len(made_up) == done
    assert open_sheet(tmp_path / "out") == {"format": "moot-sheet-1", **whole}
    sheet.write_text(sheet.read_text("utf-8").replace('"held": ', '"held": 1'), "utf-8")
    with pytest.raises(RunError, match="was changed after it was written"):
        open_sheet(tmp_path / "out")


def test_clamped_probabilities_end_it(tmp_path, made_up, monkeypatch):
    real = jobs.outcome_of

    def clamped(result):
        found = real(result)
        found.parts["scheme"]["engine:clamped"] = np.array([3])
        return found

    monkeypatch.setattr(jobs, "outcome_of", clamped)
    with pytest.raises(RunError, match="3 probabilities were clamped"):
        sheet_of(plan_of(declared(tmp_path, text())), InMemory())


def test_a_real_society_has_a_sheet(tmp_path):
    """The seed is a factor, the lines say what they are, and two digits is all they say."""
    real = HEAD.replace("days: 6", "days: 2") + TOLD.replace("MARGIN", "0").replace(
        "[regime.sensors.phone-app.coverage, regime.believed_share], trajectories: 4, draws: 60",
        "[regime.sensors.phone-app.coverage], trajectories: 2, draws: 10",
    ).replace("points: 32", "points: 16").replace("act:protest:charged", "act:*:charged")
    plan = plan_of(declared(tmp_path, real))
    found = json.loads(json.dumps(sheet_of(plan, InMemory(), threads=1)))
    charged, _ = found["scenarios"][0]["conclusions"]
    names = [row["name"] for row in charged["screening"]]
    assert names == [COVERAGE, "seed"] and all(row["size"]["mean"] > 0 for row in charged["screening"])
    assert [row["name"] for row in charged["variance"]] == [COVERAGE, "seed"]
    assert charged["draws"]["held"] == 10 and len(charged["declared"]["by_seed"]) == 2
    said = "\n".join(lines_of(found))
    assert "It holds in 100 % of 10 draws" in said and "Synthetic people; mechanism, not forecast" in said
    assert "The ranges that the experiment names were moved" in said
    assert BANNED.findall(said) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("goes: up, ", "", "goes"),
        ("goes: up", "goes: sideways", "goes"),
        ("arm: scheme, goes: up", "arm: shceme, goes: up", 'did you mean "scheme"'),
        ("arm: scheme, goes: up", "arm: status-quo, goes: up", "does not differ from itself"),
        ("arm: scheme, goes: up", "arm: scheme, beside: scheme, goes: up", "does not differ from itself"),
        ("conclusion: quiet", "conclusion: charged", "is declared twice"),
        ("act:protest:charged-by-regime", "act:protest:charged-by-regim", "did you mean"),
        ("margin: 0", "margin: -1", "margin"),
        ("points: 32", "points: 63", "a power of two"),
        ("sensors.phone-app.coverage,", "sensors.phone-ap.coverage,", "did you mean"),
        ("numbers: 2", "numbers: 11", "expected at most 10"),
        (TOLD[: TOLD.index("flip:")].replace("MARGIN", "0"), "", "nothing to flip"),
    ],
)
def test_what_cannot_be_concluded_is_told_in_its_line(tmp_path, old, new, says):
    assert old in text()
    with pytest.raises(DeclarationError) as told:
        sweep_plan(plan_of(declared(tmp_path, text().replace(old, new, 1))))
    (problem, *_) = told.value.problems
    assert says in str(told.value) and problem.line > 1 and problem.path.endswith("experiment.yaml")


def test_without_conclusions_there_is_nothing_to_flip(tmp_path):
    with pytest.raises(DeclarationError, match="declares no conclusion, so there is nothing to flip"):
        sweep_plan(plan_of(declared(tmp_path, HEAD)))


def test_conclusions_change_no_job_and_no_hash_of_others(tmp_path):
    bare, told = plan_of(declared(tmp_path, HEAD)), plan_of(declared(tmp_path, text()))
    assert bare.jobs_hash == told.jobs_hash and bare.jobs == told.jobs
    assert "conclusions" not in bare.experiment.resolved()
    assert bare.content_hash != told.content_hash
