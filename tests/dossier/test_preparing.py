"""From a regime, a scenario or a file to the experiment that is asked, and to its folder."""

import functools
import json
from contextlib import contextmanager
from datetime import date

import pytest

from moot.dossier import dossier, preparing
from moot.dossier.preparing import examine, experiment_about, stages
from moot.errors import DeclarationError, UserError
from moot.experiment.plan import plan_of
from moot.findings.saving import code_hash
from moot.regime.reading import load_regime
from moot.regime.writing import content_of, text_of
from moot.store.experiments import SHEET
from tests.experiment.texts import EXPERIMENT, declared

TEXT = (
    EXPERIMENT.partition("  later:")[0].replace("days: 6", "days: 2")
    + "traced: {replicates: 2}\nmetrics: [M_EFF]\n"
    + "conclusions: [{conclusion: charged, measure: 'act:no-merits:charged-by-regime', "
    "arm: scheme, goes: up}]\n"
    + "flip: {over: [regime.sensors.phone-app.coverage], trajectories: 2, draws: 10, numbers: 1,"
    + " points: 16}\n"
)


@functools.cache
def year():
    """What is asked of a shipped scenario."""
    return experiment_about("rank-my-life-2028")


def test_a_scenario_is_asked_what_the_file_of_questions_says():
    made = year()
    (scenario,) = made.scenario_models
    assert list(scenario.arms)[:3] == ["status-quo", "rank-my-life-2028", "r1"] and len(scenario.arms) == 11
    assert (scenario.people, made.replicates.count, made.metrics, made.twins) == (5_000, 10, "all", True)
    assert made.draws.count == 6 and len(made.drawn) > 100
    assert made.players["rank-my-life-2028"].names == ("announcement", "association", "hiring", "redress")
    assert [one.arm for one in made.conclusions] == ["rank-my-life-2028"] * 2
    assert [words for words, _ in stages(plan_of(made))] == ["table", "flip", "frontier"]


def test_a_regime_is_put_beside_the_law_of_today_on_the_day_it_is_announced(tmp_path):
    text = text_of(content_of(load_regime("merits-only")) | {"regime": "mine"})
    (tmp_path / "mine.yaml").write_text(text)
    made = experiment_about(tmp_path / "mine.yaml")
    (scenario,) = made.scenario_models
    assert scenario.arm_regimes["status-quo"] is None and scenario.arm_regimes["mine"].regime == "mine"
    announced = scenario.arm_regimes["mine"].announced
    assert scenario.start == (announced or date(2028, 1, 1)) and made.experiment == "mine-examined"
    assert scenario.country_model.country == "france"


def test_a_scheme_that_counts_no_offence_has_no_frontier_and_several_have_no_alternatives():
    rewards = experiment_about("platform-rating")
    assert rewards.frontier is None and rewards.conclusions
    several = experiment_about("essay-alone-and-together")
    (scenario,) = several.scenario_models
    assert several.frontier is None and several.arms is None
    assert len(several.conclusions) == 2 * (len(scenario.arms) - 1)


def test_a_size_cuts_every_part_to_it():
    made = year().replace(people=1_500, days=30, replicates=4)
    assert made.flip.people == made.frontier.people == made.attribute.people == 1_500
    (scenario,) = made.scenario_models
    assert (scenario.people, scenario.days, made.replicates.count) == (1_500, 30, 4)
    larger = year().replace(people=9_000)
    assert larger.flip.people == 2_000 and larger.scenario_models[0].people == 9_000


def test_what_there_is_not_and_what_has_a_country_is_refused(tmp_path):
    with pytest.raises(UserError, match="no scenario or regime is called so; did you mean"):
        experiment_about("rank-my-life-2082")
    with pytest.raises(UserError, match="has its country"):
        experiment_about("rank-my-life-2028", country="halmerra")
    with pytest.raises(DeclarationError):
        experiment_about(tmp_path / "nothing.yaml")


@pytest.fixture
def sheets(monkeypatch):
    """In the place of the jobs of a sheet, which other tests do: what was asked for."""
    asked = []

    def write(folder, plan, *, progress, threads, cache, executor):
        progress("jobs", 1, 1)
        asked.append(plan.experiment.conclusions[0].goes)
        content = {"plan": plan.content_hash, "code": code_hash(), "scenarios": [], "says": []}
        folder.write_beside(SHEET, content)

    monkeypatch.setattr(preparing, "write_sheet", write)
    return asked


def test_all_that_is_asked_is_done_once_and_a_sheet_of_other_questions_again(tmp_path, sheets):
    experiment, seen = declared(tmp_path, TEXT), []

    @contextmanager
    def stage(words, jobs):
        done = []
        yield lambda phase, now, of: done.append(now) if phase == "jobs" else None
        seen.append((words, jobs, done[-1]))

    found = examine(experiment, tmp_path / "it", threads=1, stage=stage)
    assert found.not_asked == ("twins", "attribute", "frontier") and sheets == ["up"]
    assert seen[0] == ("table", 5, 5) and seen[1][0] == "flip" and seen[1][1] > 50
    assert examine(experiment, tmp_path / "it", threads=1, stage=stage) == found
    assert sheets == ["up"] and len(seen) == 2
    content = json.loads(dossier(tmp_path / "it", format="json"))
    assert content["results"]["metrics"]["replicates"] == 2 and "sheet.json" in content["files"]
    examine(declared(tmp_path, TEXT.replace("goes: up", "goes: down")), tmp_path / "it", threads=1)
    assert sheets == ["up", "down"]
