"""`moot flip`, `moot frontier`, `moot twins`, `moot attribute --count`: what they print, write and refuse."""

import json

import pytest

from tests.cli.test_running import said
from tests.experiment.texts import NOTHING
from tests.findings import test_flipping, test_frontier
from tests.findings.a_run import in_folder

made_up_charges, made_up_acts = test_flipping.made_up, test_frontier.made_up


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nothing.yaml").write_text(NOTHING)
    return tmp_path


def test_flip_counts_then_writes_the_sheet_and_the_same_again(capsys, here, made_up_charges):
    (here / "small.yaml").write_text(test_flipping.small())
    code, out, _ = said(capsys, "flip", "small.yaml", "--count")
    most = int(out.split()[2].replace(",", ""))
    assert code == 0 and out.startswith("at most ") and not made_up_charges
    code, out, err = said(capsys, "flip", "small.yaml")
    assert code == 0 and out.endswith("written: experiments/small/sheet.json\n")
    assert "charged" in out and "quiet" in out and err.startswith("at most ")
    done = len(made_up_charges)
    assert 0 < done <= most
    written = (here / "experiments" / "small" / "sheet.json").read_bytes()
    code, again, _ = said(capsys, "flip", "small.yaml", "--json")
    told = json.loads(again)
    assert code == 0 and told["folder"] == "experiments/small" and len(made_up_charges) == done
    assert (here / "experiments" / "small" / "sheet.json").read_bytes() == written
    assert {one["name"] for one in told["scenarios"][0]["conclusions"]} == {"charged", "quiet"}


def test_frontier_counts_then_writes_the_alternatives(capsys, here, made_up_acts):
    test_frontier.written(here, test_frontier.TEXT.replace("rounds: 3", "rounds: 1"))
    code, out, _ = said(capsys, "frontier", "experiment.yaml", "--count")
    assert code == 0 and out.startswith("at most ") and made_up_acts.done == []
    most = int(out.split()[2].replace(",", ""))
    code, out, _ = said(capsys, "frontier", "experiment.yaml", "--out", "mine")
    assert code == 0 and out.endswith("written: mine/alternatives.json\n")
    assert "The least burdensome of those simulated" in out and 0 < len(made_up_acts.done) <= most
    assert json.loads((here / "mine" / "alternatives.json").read_text())["format"] == "moot-alternatives-1"


def test_twins_tell_ages_in_their_order_and_fold_what_is_too_few(capsys):
    run = in_folder().folder
    code, out, err = said(capsys, "twins", str(run))
    assert (code, err) == (0, "") and "lives of the panel" in out
    told = json.loads(said(capsys, "twins", str(run), "--json")[1])
    ages = [one["level"] for one in told["groups"] if one["attribute"] == "age"]
    assert ages == sorted(ages, key=lambda one: int(one.split(" ")[0])) and "5 to 9" in ages
    few = [one for one in told["groups"] if one["worse"] is None]
    assert out.count("too few to say") == len({one["attribute"] for one in few})


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("flip", "small.yaml"), "declares no conclusion"),
        (("frontier", "small.yaml"), "asks for no frontier"),
        (("twins", "gone"), "gone"),
        (("metrics", "gone"), "gone"),
        (("attribute", "rank-my-life-2028", "--players", "small.yaml"), "a file of the kind experiment"),
        (("flip", "gone.yaml"), "gone.yaml: does not exist"),
        (("frontier", "small.yaml", "--replicates", "0"), "expected at least 1"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_one_complaint_and_2(capsys, here, command, says):
    (here / "small.yaml").write_text(test_flipping.HEAD)
    code, out, err = said(capsys, *command)
    assert (code, out) == (2, "") and says in err
    assert len([line for line in err.splitlines() if " | " not in line and "|" not in line[:8]]) == 1
    assert not (here / "experiments").exists()


def test_attribute_counts_its_jobs(capsys, here):
    (here / "players.yaml").write_text(
        "players: mine\ntitle: Mine\nmeasures: ['act:*:acts']\n"
        "groups: [{group: one, players: [announcement]}, {group: two, players: [association]}]\n"
    )
    code, out, _ = said(
        capsys, "attribute", "rank-my-life-2028", "--players", "players.yaml", "--replicates", "3", "--count"
    )
    assert (code, out) == (0, "3 jobs of 100,000 synthetic people × 365 days\n")
