"""`moot bench`: the pinned law is found or missed with a sentence, and a changed law is a law of its own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from moot.cli.benching import law_folder, mutated_law
from moot.cli.main import app
from moot.errors import UserError
from moot.experiment.scenario import load_scenario

PINNED = Path(__file__).resolve().parents[2] / "benchmarks" / "ledger-1"


def test_the_law_is_found_from_a_folder_below(monkeypatch):
    monkeypatch.chdir(PINNED / "..")
    assert law_folder().resolve() == PINNED


def test_outside_a_checkout_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="--folder DIR"):
        law_folder()
    with pytest.raises(UserError, match=r"no scenario\.yaml"):
        law_folder(tmp_path)
    assert law_folder(PINNED) == PINNED


def test_a_mutated_law_has_5_acts_3_tiers_and_its_own_constants(tmp_path):
    laws = []
    for seed in (1, 1, 2):
        folder = tmp_path / str(len(laws))
        folder.mkdir()
        laws.append(load_scenario(mutated_law(PINNED, folder, seed)))
    (arm,) = laws[0].arm_regimes.values()
    (scheme,) = arm.schemes
    assert len(scheme.catalogue) == 5
    assert scheme.tier_names == ("clear", "watched", "blacklisted")
    again, other = (law.resolved() for law in laws[1:])
    assert laws[0].resolved() == again
    assert other != again


@pytest.mark.slow
def test_ledger_1_counts_what_the_law_names(monkeypatch):
    monkeypatch.chdir(PINNED)
    asked = ["bench", "ledger-1", "--people", "20000", "--days", "2", "--threads", "1", "--json"]
    line = json.loads(CliRunner().invoke(app, asked, catch_exceptions=False).output)
    assert (line["peer"], line["people"], line["days"], line["seed"], line["threads"]) == (
        "moot",
        20_000,
        2,
        1,
        1,
    )
    totals = line["totals"]
    assert line["events"] == sum(totals["offences"])
    # the first two days, nearly nobody cautious: 0.02 acts a person and day, 0.2375 of them detected
    expected = 20_000 * 2 * 0.02
    assert abs(line["events"] - expected) < 5 * expected**0.5
    assert abs(totals["detections"] - 0.2375 * expected) < 5 * (0.2375 * expected) ** 0.5
    assert totals["mean_score_end"] < 1000
    assert totals["bl_days"] >= totals["bl_end"]


@pytest.mark.slow
def test_a_mutated_law_and_a_scenario_are_timed(monkeypatch):
    monkeypatch.chdir(PINNED)
    small = ["--people", "1000", "--days", "3", "--threads", "1", "--json"]
    told = json.loads(
        CliRunner().invoke(app, ["bench", "mutated", "--rounds", "1", *small], catch_exceptions=False).output
    )
    per_act = told["ns_per_event"]
    assert told["ratio"] == pytest.approx(per_act["mutated"] / per_act["ledger-1"])
    asked = ["bench", "scenario", str(PINNED / "scenario.yaml"), *small]
    told = json.loads(CliRunner().invoke(app, asked, catch_exceptions=False).output)
    assert told["person_days"] == 3_000
    assert told["sizes"]["hot_bytes_per_person_and_arm"] >= 16
    alone = json.loads(CliRunner().invoke(app, [*asked, "--arm", "ledger-1"]).output)
    assert alone["digest"] == told["digest"]
    wrong = CliRunner().invoke(app, [*asked, "--arm", "ledger-2"])
    assert "arm ledger-2: not in scenario ledger-1" in str(wrong.exception)
    assert told["person_days_per_s"] == pytest.approx(3_000 / told["seconds"])
