"""The examples and the page about experiments are experiments that can be done."""

import re
import shutil
from pathlib import Path

import pytest

from moot.experiment.declaration import load_experiment
from moot.experiment.plan import plan_of
from moot.experiment.questions import Frontier, Sweep
from moot.findings.beside import Beside
from moot.findings.flipping import jobs_at_most, sweep_plan
from moot.findings.frontier import questions_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "experiments.md").read_text("utf-8")


EXAMPLES = [
    path
    for path in sorted((ROOT / "examples").glob("*.yaml"))
    if re.search(r"^experiment:", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_can_be_done(path):
    assert plan_of(load_experiment(path)).jobs


def test_the_first_year_is_as_large_as_the_page_says():
    (scenario,) = load_experiment(ROOT / "examples" / "rank-my-life.yaml").scenario_models
    arms = ["status-quo", "rank-my-life-2028", *(f"r{number}" for number in range(1, 10))]
    assert (scenario.people, scenario.days, list(scenario.arms)) == (200_000, 365, arms)


def test_the_lines_about_draws_in_the_example_are_right(tmp_path):
    text = (ROOT / "examples" / "rank-my-life.yaml").read_text("utf-8")
    (tmp_path / "varied.yaml").write_text(re.sub(r"^# (draws: )", r"\1", text, flags=re.MULTILINE))
    shutil.copy(ROOT / "examples" / "rank-my-life-players.yaml", tmp_path)
    plan = plan_of(load_experiment(tmp_path / "varied.yaml"))
    assert len(plan.jobs) == 20 + 16 * 2 and len(plan.experiment.drawn) > 100


def test_the_file_of_the_page_is_an_experiment(tmp_path):
    text = PAGE.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "notice.yaml").write_text(text)
    plan = plan_of(load_experiment(tmp_path / "notice.yaml"))
    assert len(plan.jobs) == 20 + 8 * 2
    keys = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?`) \|", PAGE, re.MULTILINE))))
    assert keys <= set(type(plan.experiment).model_fields)


def test_the_file_about_flips_is_swept_with_the_jobs_that_the_page_says(tmp_path):
    page = (ROOT / "docs" / "how-to" / "flip.md").read_text("utf-8")
    text = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "flip.yaml").write_text(text)
    plan = plan_of(load_experiment(tmp_path / "flip.yaml"))
    assert jobs_at_most(plan) > 100 and len(sweep_plan(plan)[0].conclusions) == 2
    keys = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE))))
    assert keys == set(Sweep.model_fields) - {"source", "mark", "note"}
    (tmp_path / "all.yaml").write_text(re.sub(r"^flip: .*\n", "", text, flags=re.MULTILINE))
    most = jobs_at_most(plan_of(load_experiment(tmp_path / "all.yaml")))
    said = int(re.search(r"come to about (\d+) jobs", page)[1])
    assert abs(most - said) <= 0.05 * most


def test_the_file_about_the_frontier_can_be_asked(tmp_path):
    page = (ROOT / "docs" / "how-to" / "alternatives.md").read_text("utf-8")
    text = page.split("\n```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "necessary.yaml").write_text(text)
    (asked,) = questions_of(plan_of(load_experiment(tmp_path / "necessary.yaml")))
    assert asked.order[:2] == ("lawful-acts-forgone", "refusals")
    section = page.split("## What reaches as much", 1)[1]
    keys = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE))))
    assert keys == set(Frontier.model_fields) - {"source", "mark", "note"}


def test_what_the_example_asks_beside_its_table_is_of_the_sizes_that_it_says():
    plan = plan_of(load_experiment(ROOT / "examples" / "rank-my-life.yaml"))
    beside = Beside(plan)
    (traced,) = beside.tracing.scenarios.values()
    assert (traced.people, beside.tracing.replicates, len(plan.jobs)) == (10_000, 10, 20)
    assert len(beside.jobs_of_causes) == 10 * 3  # 16 coalitions and today's law, eight arms a pass
