"""`moot validate`: the object it prints, rows asked for, and when the page may be written."""

import json

import pytest

from moot.cli.main import main
from moot.experiment.published import load_published

KEYS = {"id", "source", "mark", "target", "tolerance", "class", "obtained", "low", "high", "inside"}


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["validate", *arguments])
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def test_json_is_the_contract(capsys):
    code, out, err = said(capsys, "--json", "--people", "1000", "--seed", "5", "--threads", "1")
    told = json.loads(out)
    assert code == 0, err
    assert [row["id"] for row in told["rows"]] == list(load_published().by_id)
    assert all(row.keys() >= KEYS for row in told["rows"])
    assert told["seeds"] == [5, 6, 7] and told["synthetic"] is True
    assert set(told["people"].values()) == {1000}
    predicted = [row for row in told["rows"] if row["class"] == "predicted"]
    assert told["predicted"] == len(predicted)
    assert told["predicted_inside"] == sum(row["inside"] for row in predicted)
    for row in told["rows"]:
        if row["obtained"] is None:
            assert row["inside"] is False
        else:
            assert row["low"] <= row["obtained"] <= row["high"]
            assert row["inside"] is (abs(row["obtained"] - row["target"]) <= row["tolerance"] * (1 + 1e-12))
    assert told["not_tested"] and told["cautions"]


def test_a_row_is_told_in_words(capsys):
    code, out, _ = said(capsys, "--row", "false-alerts-at-1000-listed")
    assert code == 0
    assert out.startswith("0 figures were predicted")
    assert "Not tested at all:" in out and "inside   false-alerts-at-1000-listed: 60,000 passages" in out


def test_a_row_outside_is_no_failure(capsys):
    asked = ("--row", "searches-that-look-like-trouble-2013", "--people", "1000")
    code, out, _ = said(capsys, *asked)
    assert code == 0 and "OUTSIDE  searches-that-look-like-trouble-2013" in out and "one elasticity" in out


def test_an_unknown_row_is_the_users_mistake(capsys):
    code, _, err = said(capsys, "--row", "air-refusal-2018")
    assert code == 2 and "air-refusals-2018" in err


def test_the_page_is_written_whole_or_not(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for asked in (("--row", "false-alerts-at-1000-listed"), ("--people", "1000")):
        code, _, err = said(capsys, "--write", *asked)
        assert code == 2 and "--write needs every row" in err
    code, _, err = said(capsys, "--write")
    assert code == 2 and "no folder docs" in err
    assert list(tmp_path.iterdir()) == []
