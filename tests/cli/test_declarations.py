"""The commands about declarations: what they print, where, and how they end."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moot.cli.main import GROUPS, main
from moot.declaring.files import data_folder
from moot.experiment.scenario import load_scenario
from moot.experiment.schemas import SCHEMA_KINDS, schema_text
from tests.regime.texts import REGIME

SOURCE = Path(__file__).parents[2] / "src"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "moot.cli.main", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
    )


@pytest.mark.parametrize("name", ["rank-my-life-2028", "permis-a-points", "france"])
def test_check_says_that_nothing_is_wrong(capsys, name):
    code, out, err = run(capsys, "check", name)
    assert (code, err) == (0, "")
    assert "nothing wrong" in out


def test_check_json_is_one_object(capsys):
    code, out, _ = run(capsys, "check", "permis-a-points", "--json")
    said = json.loads(out)
    assert (code, said["ok"], said["kind"]) == (0, True, "regime")
    assert len(said["content_hash"]) == 64


def test_check_json_has_every_problem_with_its_place(capsys, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(REGIME.replace("start: 100", "strat: 100").replace("[red-light]", "[red-ligth]"))
    code, out, err = run(capsys, "check", str(file), "--json")
    said = json.loads(out)
    assert (code, err, said["ok"]) == (2, "", False)
    assert [problem["hint"] for problem in said["problems"]] == [
        'did you mean "red-light"?',
        'did you mean "start"?',
    ]
    assert all(problem["line"] > 1 and problem["column"] > 1 for problem in said["problems"])


def test_check_json_of_an_unknown_name(capsys):
    code, out, _ = run(capsys, "check", "nowhere-at-all", "--json")
    assert (code, json.loads(out)["ok"]) == (2, False)


def test_warnings_are_told_and_are_no_failure(capsys, tmp_path):
    file = tmp_path / "unseen.yaml"
    file.write_text(REGIME.replace("littering: 0.5}", "}"))
    code, out, err = run(capsys, "check", str(file))
    assert code == 0
    assert "nothing wrong, 1 warning" in out
    assert "warning: schemes.0.catalogue.littering: no sensor of this regime sees littering" in err


def test_list_names_everything_shipped(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    for word in ("countries", "france", "permis-a-points", "rank-my-life-2028"):
        assert word in out
    _, out, _ = run(capsys, "list", "acts", "--json")
    assert json.loads(out)["acts"]["protest"].startswith("lawful")


def test_show_tells_a_scheme_in_sentences(capsys):
    code, out, _ = run(capsys, "show", "permis-a-points")
    assert code == 0
    for heading in (
        "What it sees",
        "What it counts",
        "What a low score costs",
        "How one gets out",
        "What is assumed",
    ):
        assert heading in out
    assert "drinking loses 6 points" in out
    assert max(len(line) for line in out.splitlines()) <= 100


@pytest.mark.parametrize("name", ["france", "rank-my-life-2028"])
def test_show_tells_countries_and_regimes(capsys, name):
    code, out, _ = run(capsys, "show", name)
    assert code == 0
    assert "ynthetic people" in out


@pytest.mark.parametrize("kind", ["regime", "scenario", "country"])
def test_new_makes_what_check_accepts(capsys, tmp_path, kind):
    file = tmp_path / "mine.yaml"
    code, out, err = run(capsys, "new", kind, "mine", "--out", str(file))
    assert code == 0
    assert str(file) in out
    assert "Do not write about a real person" in err
    assert run(capsys, "check", str(file))[0] == 0
    assert run(capsys, "show", str(file))[0] == 0


def test_new_overwrites_only_when_forced(capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("mine")
    code, _, err = run(capsys, "new", "regime", "mine", "--out", str(file))
    assert (code, file.read_text()) == (2, "mine")
    assert "--force" in err
    assert run(capsys, "new", "regime", "mine", "--out", str(file), "--force")[0] == 0
    assert file.read_text() != "mine"


def test_new_scenario_has_the_scheme_and_the_country_that_are_named(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "new", "regime", "mine")[0] == run(capsys, "new", "country", "here")[0] == 0
    code, _, _ = run(capsys, "new", "scenario", "year", "--regime", "mine.yaml", "--country", "here.yaml")
    made = load_scenario("year.yaml")
    assert code == 0
    assert list(made.arms) == ["status-quo", "mine"] and made.arms["mine"].regime == "mine.yaml"
    assert made.country_model.country == "here"
    text = (tmp_path / "mine.yaml").read_text().replace("announced: 2028-01-01", "announced: 2030-06-01")
    (tmp_path / "mine.yaml").write_text(text)
    assert run(capsys, "new", "scenario", "later", "--regime", "mine.yaml")[0] == 0
    assert load_scenario("later.yaml").start.isoformat() == "2030-06-01"
    assert run(capsys, "new", "scenario", "other", "--regime", "rank-my-life-2028")[0] == 0
    assert list(load_scenario("other.yaml").arms) == ["status-quo", "rank-my-life-2028"]


def test_new_scenario_refuses_a_scheme_that_it_could_not_read(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text(REGIME.replace("start: 100", "strat: 100"))
    code, _, err = run(capsys, "new", "scenario", "year", "--regime", "wrong.yaml")
    assert code == 2 and 'did you mean "start"?' in err
    assert run(capsys, "new", "scenario", "year", "--regime", "none.yaml")[0] == 2
    (tmp_path / "deep").mkdir()
    assert run(capsys, "new", "regime", "mine")[0] == 0
    code, _, err = run(capsys, "new", "scenario", "year", "--regime", "mine.yaml", "--out", "deep/year.yaml")
    assert code == 2 and "mine.yaml is not in the folder of deep/year.yaml" in err
    code, _, err = run(capsys, "new", "regime", "other", "--regime", "mine.yaml")
    assert code == 2 and "--regime and --country are of a scenario" in err
    assert not (tmp_path / "year.yaml").exists() and not (tmp_path / "other.yaml").exists()


def test_new_refuses_a_name_that_is_none(capsys, tmp_path):
    assert run(capsys, "new", "regime", "../mine", "--out", str(tmp_path / "a.yaml"))[0] == 2
    assert run(capsys, "new", "regime", "mine", "--out", str(tmp_path / "no" / "a.yaml"))[0] == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", SCHEMA_KINDS)
def test_the_shipped_schema_is_current(capsys, kind):
    shipped = (data_folder() / "schemas" / f"{kind}.schema.json").read_text("utf-8")
    assert shipped == schema_text(kind), f"moot schema {kind} > src/moot/data/schemas/{kind}.schema.json"
    code, out, _ = run(capsys, "schema", kind)
    assert (code, out) == (0, shipped)
    assert json.loads(out)["additionalProperties"] is False


def test_test_passes_and_fails(capsys, tmp_path):
    folder = str(data_folder() / "regimes")
    code, out, _ = run(capsys, "test", folder)
    assert code == 0
    assert "cases pass" in out
    text = (data_folder() / "regimes" / "permis-a-points.test.yaml").read_text("utf-8")
    file = tmp_path / "wrong.test.yaml"
    file.write_text(text.replace("tier: low}", "tier: clear}", 1))
    code, out, err = run(capsys, "test", str(file))
    assert code == 1
    assert "FAIL  six-points-are-low" in out
    assert "expected tier clear" in err
    code, out, _ = run(capsys, "test", str(file), "--json")
    assert (code, json.loads(out)["ok"]) == (1, False)


def test_show_of_a_run_that_cannot_be_shown_is_the_users_affair(capsys, tmp_path):
    (tmp_path / "run.json").write_text("{}")
    code, out, err = run(capsys, "show", str(tmp_path))
    assert code in (1, 2)
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    "arguments", [["chek"], ["check"], ["check", "a", "b"], ["list", "people"], ["--no"]]
)
def test_a_wrong_command_is_exit_2(capsys, arguments):
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "Traceback" not in err


def test_a_fault_of_ours_is_exit_1_without_a_traceback(capsys, monkeypatch):
    def fail(what: str) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("moot.cli.declarations._read", fail)
    code, _, err = run(capsys, "check", "france")
    assert code == 1
    assert "ZeroDivisionError: a fault" in err
    assert "Traceback" not in err
    monkeypatch.setenv("MOOT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["check", "france"])


def test_an_interruption_is_exit_130(capsys, monkeypatch):
    def interrupt(what: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("moot.cli.declarations._read", interrupt)
    code, _, err = run(capsys, "check", "france")
    assert (code, err) == (130, "stopped; nothing written\n")


def test_groups_are_a_closed_list():
    assert GROUPS[0] == "declarations"


def test_help_is_quick_and_a_wrong_file_fails_quickly(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text("regime:\n" + " - {a: 1}\n" * 20_000)
    process("--help")
    for arguments, code, seconds in ((("--help",), 0, 2.0), (("check", str(file)), 2, 4.0)):
        began = time.monotonic()
        done = process(*arguments)
        assert done.returncode == code
        # Generous: the machine may be busy. On a free one they take 0.2 and 0.8 s.
        assert time.monotonic() - began < seconds


def test_a_reader_that_stops_early_is_no_failure():
    command = f'"{sys.executable}" -m moot.cli.main show rank-my-life-2028 | head -1'
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.startswith("Rank my Life")
    assert done.stderr == ""


def test_output_has_no_colour_when_it_is_not_a_terminal():
    assert "\x1b" not in process("check", "frence").stderr
    assert "\x1b" not in process("--help", NO_COLOR="1").stdout


def test_cases_are_listed_and_tried_by_the_name_of_their_regime(capsys):
    listed = json.loads(run(capsys, "list", "--json")[1])["cases"]
    assert set(listed) <= set(json.loads(run(capsys, "list", "regimes", "--json")[1])["regimes"])
    assert "11 cases; moot test permis-a-points" in run(capsys, "list", "cases")[1]
    code, out, _ = run(capsys, "test", "permis-a-points")
    assert code == 0 and out.endswith("11 cases pass\n") and "permis-a-points.test.yaml" in out


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("test", "permis-a-point"), "permis-a-points"),
        (("test", "my-sheme"), "my-scheme.test.yaml"),
        (("test", "my-sheme.test.yaml"), "my-scheme.test.yaml"),
        (("check", "my-scheme"), "my-scheme.yaml"),
        (("check", "my-sheme"), "my-scheme.yaml"),
        (("check", "my-sheme.yaml"), "my-scheme.yaml"),
        (("show", "my-scheme"), "my-scheme.yaml"),
        (("run", "my-scheme", "--no-folder"), "my-scheme.yaml"),
        (("new", "scenario", "year", "--regime", "my-scheme"), "my-scheme.yaml"),
        (("check", "rank-my-life-2029"), "rank-my-life-2028"),
    ],
)
def test_a_name_that_nothing_has_is_answered_with_the_nearest_name_or_file(
    capsys, tmp_path, monkeypatch, arguments, near
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-scheme.yaml").write_text(REGIME)
    (tmp_path / "my-scheme.test.yaml").write_text("regime: my-scheme.yaml\ncases: []\n")
    code, _, err = run(capsys, *arguments)
    assert code == 2 and f'did you mean "{near}"?' in err
