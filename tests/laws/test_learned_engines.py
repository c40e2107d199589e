"""Learned engines: fitted inside Moot on records, shipped as whole numbers, biased as their sensors are."""

import importlib.util
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from moot.declaring.source import read_source
from moot.regime.engines import UNIT, learned_names
from moot.regime.reading import load_regime
from tests.laws import worlds as w

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "src" / "moot" / "data" / "engines"
SCRIPT = importlib.util.spec_from_file_location("fit_engine", ROOT / "scripts" / "fit_engine.py")
fit = importlib.util.module_from_spec(SCRIPT)
sys.modules[SCRIPT.name] = fit
SCRIPT.loader.exec_module(fit)


def test_regression_finds_the_odds_of_a_table():
    """One yes-or-no column: the constant and the slope are log-odds of the two rows, but for the ridge."""
    x = np.repeat([0.0, 0.0, 1.0, 1.0], [9_000, 1_000, 3_000, 2_000])
    y = np.repeat([0.0, 1.0, 0.0, 1.0], [9_000, 1_000, 3_000, 2_000])
    constant, slope = fit.regress(x[:, None], y)
    assert constant == pytest.approx(math.log(1 / 9), abs=2e-3)
    assert slope == pytest.approx(math.log(2 / 3) - math.log(1 / 9), abs=5e-3)


def world(folder, dense, people=20_000, days=200):
    """Half the people live where cameras see `dense` of all acts, half where they see 0.1; all do alike."""
    strata = {"rural": 0.5, "metropolis": 0.5}
    of = w.country(
        {name: {"base": 6, "per": "person"} for name in ("jaywalking", "littering")},
        attributes={"stratum": {"shares": strata, "residents_per_km2": {"rural": 40, "metropolis": 6000}}},
        propensity={"shape": 2, "correlation": 0},
    )
    # P(seen) = 1 − exp(−3 · 7e-4 km² · density)
    density = {x: -math.log(1 - share) / (3 * 7e-4) for x, share in (("rural", 0.1), ("metropolis", dense))}
    camera = {
        "sensor": "cameras",
        "kind": "camera",
        "places": ["street"],
        "density_per_km2": density,
        "share_analysed": 1.0,
        "sees": {"jaywalking": 1.0, "littering": 1.0},
        "identification": {"mode": "none"},
    }
    catalogue = {"jaywalking": {"points": 1}, "littering": {"points": 1}}
    arm = w.regime(w.scheme(catalogue), sensors=[camera])
    scenario = w.scenario(folder, of, {"watch": arm}, people=people, days=days)
    return fit.records_of(scenario, "watch", people=people, days=days, seed=1)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    return world(tmp_path_factory.mktemp("watched"), 0.4)


def test_records_are_the_charges_that_the_run_counts(watched):
    for act in ("jaywalking", "littering"):
        counted = w.total(watched.result, f"act:{act}:charged-by-regime", "watch")
        assert watched.charges[:, :, watched.acts.index(act)].sum() == counted > 1_000


def test_an_engine_learns_where_the_cameras_are(watched):
    """True acts are alike in both places. What the engine adds for their records is as unlike as the cameras:
    four times as much where four times as much is seen."""
    engine = fit.engine_of(watched, ["jaywalking", "littering"])
    assert all(isinstance(value, int) for value in engine.values())
    assert engine["jaywalking"] > 100 and engine["littering"] > 100
    found = fit.by_stratum(watched, engine)
    few, many = found["rural"], found["metropolis"]
    people = 10_000
    mean = 12 * 200 / w.YEAR
    error = w.clustered(mean, 2, people) / people
    w.agrees(many["true_acts"], few["true_acts"], math.sqrt(2) * error, what="true acts")
    for what in ("charges", "log_odds"):
        assert many[what] / few[what] == pytest.approx(4, rel=0.1)
    assert many["learned_risk"] / few["learned_risk"] > 1.3


def test_the_same_cameras_everywhere_teach_no_difference(tmp_path):
    found_in = world(tmp_path, 0.1)
    found = fit.by_stratum(found_in, fit.engine_of(found_in, ["jaywalking", "littering"]))
    assert found["metropolis"]["log_odds"] / found["rural"]["log_odds"] == pytest.approx(1, rel=0.1)


def test_fitting_twice_gives_the_same_numbers(watched, tmp_path):
    again = world(tmp_path, 0.4)
    acts = ["jaywalking", "littering"]
    assert fit.engine_of(again, acts) == fit.engine_of(watched, acts)


@pytest.mark.parametrize("name", sorted(fit.MADE))
def test_a_shipped_engine_is_whole_numbers_with_its_training_run(name):
    assert name in learned_names()
    data = read_source(ENGINES / f"{name}.yaml").data
    assert list(data) == [
        "engine", "labels", "shown", "training", "training_digest", "constant_1024", "log_odds_1024",
        "by_stratum",
    ]  # fmt: skip
    assert data["engine"] == name and "recorded" in data["labels"] and "not done" in data["labels"]
    assert list(data["training"]) == ["scenario", "arm", "people", "days", "seed"]
    assert re.fullmatch("[0-9a-f]{64}", data["training_digest"])
    assert all(isinstance(value, int) for value in data["log_odds_1024"].values())
    known = fit.MADE[name] or load_regime("rank-my-life-2028").acts
    assert list(data["log_odds_1024"]) == list(known)


def test_the_shipped_street_engine_charges_the_watched_for_what_all_do():
    """Six times the cameras in a metropolis as in a town, the same acts, nearly six times the log-odds."""
    found = read_source(ENGINES / "streets-france-2028.yaml").data["by_stratum"]
    few, many = found["town"], found["metropolis"]
    assert many["true_acts"] == pytest.approx(few["true_acts"], rel=0.1)
    assert 4 < many["log_odds"] / few["log_odds"] < 7
    assert "rural" not in found  # fewer than 10 charges


def test_a_learned_score_runs_as_a_logistic_one_with_its_numbers(tmp_path):
    learned = read_source(ENGINES / "streets-france-2028.yaml").data["log_odds_1024"]
    acts = ("jaywalking", "littering")
    of = w.country({name: {"base": 20, "per": "person"} for name in acts})
    score = {
        "start": 900,
        "ceiling": 1000,
        "tiers": [{"tier": "up", "from": 500}, {"tier": "down", "from": 0}],
        "repair": [{"every_days": 3, "log_odds": 0.1, "to": 900}],
    }

    def ran(folder, catalogue, **named):
        arm = w.regime(w.scheme(catalogue, score=score, **named), sensors=[w.eye(dict.fromkeys(acts, 0.5))])
        return w.run(w.scenario(folder, of, {"watch": arm}, people=400, days=60))

    one = ran(
        tmp_path / "one",
        {name: {"counted_per_day": 1} for name in acts},
        engine="learned",
        learned_from="streets-france-2028",
    )
    other = ran(
        tmp_path / "other",
        {name: {"log_odds": learned[name] / UNIT, "counted_per_day": 1} for name in acts},
        engine="logistic",
    )
    assert one.digest == other.digest
    assert w.total(one, "scheme:score:falls", "watch") > 50
