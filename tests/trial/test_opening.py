"""A case is made of a finished experiment in one command; its hashes are those of the experiment."""

import json
from datetime import date

import pytest

import moot
from moot.cli.main import main
from moot.errors import CaseError
from moot.trial.keeping import kept_case
from moot.trial.opening import case_of_experiment
from moot.trial.procedure import load_procedure

TEXT = """\
experiment: small
title: A first month
scenarios: [rank-my-life-2028]
people: 1000
days: 3
burn_in_years: 0
replicates: 2
arms:
  status-quo: {}
  scheme: {regime: rank-my-life-2028}
primary: ["act:protest:acts"]
"""
QUESTION = "Is such a ranking compatible with fundamental rights?"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiments")
    (folder / "small.yaml").write_text(TEXT, "utf-8")
    moot.compare(folder / "small.yaml", out=folder / "small", threads=1)
    return folder / "small"


def opened(made, **named):
    named = {
        "procedure": load_procedure("three-voices"),
        "question": QUESTION,
        "day": date(2028, 12, 4),
    } | named
    return case_of_experiment("a-case", made, **named)


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["case", *(str(one) for one in arguments)])
    return ended.value.code


def test_f01_a_case_is_made_of_an_experiment_in_one_command(made, tmp_path, capsys):
    folder = tmp_path / "a-case"
    assert run("new", folder, "--experiment", made, "--question", QUESTION, "--procedure", "assize") == 0
    case = kept_case(folder)
    results = json.loads((made / "results.json").read_text("utf-8"))
    body = case.minutes[1].body
    assert body["experiment"]["hash"] == results["experiment"]["hash"]
    assert body["experiment"]["plan"] == results["plan"] and body["experiment"]["code"] == results["code"]
    assert case.respondent["hash"] == moot.load_regime("rank-my-life-2028").content_hash
    assert list(case.claimants) == ["Claimant 1"]
    assert case.procedure.procedure == "assize" and body["law"] and body["day"] == "2028-12-04"
    capsys.readouterr()
    assert run("verify", folder) == 0


def test_f01_the_domains_and_rules_in_force_are_those_of_the_scheme_that_was_simulated(made):
    case = opened(made, arm="scheme")
    assert case.minutes[1].body["country"] == "france"
    assert case.respondent["name"] == "rank-my-life-2028"


@pytest.mark.parametrize("arm", ["status-quo", "nothing"])
def test_an_arm_without_a_scheme_is_no_respondent(made, arm):
    with pytest.raises(CaseError, match=f"{arm} is no arm with a scheme; expected scheme"):
        opened(made, arm=arm)


def test_what_is_no_experiment_is_said_in_a_line(made, tmp_path, capsys):
    with pytest.raises(CaseError, match="is not the folder of an experiment"):
        opened(tmp_path)
    for wrong in (
        ["--experiment", made],
        ["--experiment", made, "--question", QUESTION, "--regime", "rank-my-life-2028"],
        ["--experiment", made, "--ready", "rank-my-life-2028"],
        ["--regime", "rank-my-life-2028", "--question", QUESTION, "--arm", "scheme"],
        ["--experiment", tmp_path / "none", "--question", QUESTION],
    ):
        assert run("new", tmp_path / "b-case", *wrong) == 2
        assert not (tmp_path / "b-case").exists()
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
