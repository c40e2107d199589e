"""`moot calibrate`: the table, one object, exit code 2; `moot check` of its files and of players."""

import json
from pathlib import Path

import pytest

from tests.cli.test_running import said
from tests.experiment.test_calibration import CALIBRATION, FREE

SMALL = CALIBRATION.replace("people: 2000", "people: 1000").replace("days: 30", "days: 5")
DO = ("calibrate", "small.yaml", "--threads", "1")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path


def test_the_table_the_folder_and_draws_from_it(capsys, here):
    code, out, _ = said(capsys, *DO)
    assert code == 0 and FREE in out and out.endswith("\nfitted ranges: calibrations/small/fitted.yaml\n")
    code, shown, _ = said(capsys, "show", "calibrations/small")
    assert code == 0 and shown.strip() == out.partition("\n\nfitted ranges:")[0].strip()
    code, again, err = said(capsys, *DO, "--json")
    told = json.loads(again)
    assert (code, err) == (0, "") and told["folder"] == "calibrations/small" and told["identified"] is True
    code, out, _ = said(capsys, "check", "calibrations/small/fitted.yaml")
    assert code == 0 and "a file of fitted ranges" in out
    (here / "drawn.yaml").write_text(
        "experiment: drawn\ntitle: Drawn\nscenarios: [scenario.yaml]\nreplicates: 1\npeople: 1000\ndays: 1\n"
        "measures: ['act:fare-evasion:acts']\n"
        f"draws: {{count: 2, over: [{FREE}], ranges: calibrations/small/fitted.yaml}}\n"
    )
    (here / "scenario.yaml").write_text(
        "scenario: drawn\ntitle: Drawn\ncountry: halmerra\nstart: 2028-01-01\ndays: 1\npeople: 1000\n"
        "burn_in_years: 0\narms: {status-quo: {}, merits: {regime: merits-only}}\n"
    )
    code, out, err = said(capsys, "experiment", "drawn.yaml", "--threads", "1")
    assert code == 0, err
    assert "Of these ranges, 1 were narrowed by a fit" in out and "invented for this test" in out
    ends = told["numbers"][0]
    drawn = json.loads(Path("experiments/drawn/results.json").read_text())["draws"]
    assert all(ends["low"] <= one[FREE] <= ends["high"] for one in drawn["values"]["drawn"])
    assert drawn["fitted"]["on"][0]["source"] == "invented for this test"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((FREE, "regime.sensors.x.coverage"), "small.yaml:8:5: free.0: "),
        (("act:fare-evasion:acts", "private:support"), "what people think is theirs"),
        (("act:fare-evasion:acts", "act:critical-post:acts"), "what silence is measured on"),
        (("calibration: small", "experiment: small"), "is of the kind experiment"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(capsys, here, change, says):
    (here / "small.yaml").write_text(SMALL.replace(*change))
    code, out, err = said(capsys, *DO)
    assert (code, out) == (2, "") and says in err and "Traceback" not in err
    assert not (here / "calibrations").exists()


def test_numbers_that_are_not_told_apart_are_printed_and_not_fitted(capsys, here):
    (here / "small.yaml").write_text(SMALL.replace(FREE, "country.acts.littering.base"))
    code, out, err = said(capsys, *DO)
    assert (code, out) == (2, "") and "Collinearity index" in err
    assert "country.acts.littering.base moves no figure" in err and "nothing was fitted" in err
    assert not (here / "calibrations" / "small" / "results.json").exists()
    code, _, err = said(capsys, "show", "calibrations/small")
    assert code == 2 and "calibrations/small is not finished" in err
    code, out, err = said(capsys, *DO, "--anyway")
    assert code == 0 and "leave" in out
    assert "identified: false" in (here / "calibrations" / "small" / "fitted.yaml").read_text()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("", ""), ""),
        (("hiring", "sensors"), "is no player: what is seen is the ground"),
        (("hiring", "hiring, hiring"), "stands in the list twice"),
        (("measures:", "measure:"), 'did you mean "measures"?'),
    ],
)
def test_check_knows_players_and_tells_the_line(capsys, here, change, says):
    shipped = Path(__file__).resolve().parents[2] / "examples" / "rank-my-life-players.yaml"
    (here / "players.yaml").write_text(shipped.read_text("utf-8").replace(*change))
    code, out, err = said(capsys, "check", "players.yaml")
    if not says:
        assert code == 0 and "a list of players" in out
        return
    assert code == 2 and says in err and "players.yaml:" in err


def test_check_knows_calibrations(capsys, here):
    code, out, _ = said(capsys, "check", "small.yaml")
    assert code == 0 and "small.yaml: a calibration (" in out
