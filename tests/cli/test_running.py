"""The commands that simulate and that read runs."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from moot.cli.main import main
from moot.findings.report import same_run
from moot.findings.run import open_run
from tests.findings.a_run import REGIME, folder, in_folder, three_folder

SCENARIO = """\
scenario: short
title: A short one
country: france
start: 2028-01-01
days: 5
people: 1000
burn_in_years: 0
arms:
  status-quo: {}
  rank-my-life-2028: {regime: rank-my-life-2028}
"""


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out, written.err


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SCENARIO)
    return "short.yaml"


def test_run_json_is_the_contract(capsys, scenario, tmp_path):
    code, out, err = said(capsys, "run", scenario, "--json", "--threads", "1", "--seed", "3")
    told = json.loads(out)
    assert code == 0, err
    assert told["run"] == "runs/short-3" and (tmp_path / "runs" / "short-3" / "run.json").is_file()
    assert (told["scenario"], told["people"], told["days"], told["seed"], told["threads"]) == (
        "short",
        1000,
        5,
        3,
        1,
    )
    assert set(told["seconds"]) == {"setup", "compile", "burn_in", "simulate", "tables", "write"}
    assert told["peak_rss_bytes"] > 0 and told["person_days_per_s"] > 0 and len(told["digest"]) == 64
    assert set(told["arms"]) == {"status-quo", REGIME}
    for arm in told["arms"].values():
        assert len(arm["digest"]) == 64 and arm["measures"]["people"] == 1000


def test_run_tells_the_table_and_where_it_wrote(capsys, scenario):
    code, out, err = said(capsys, "run", scenario, "--threads", "1", "--out", "here", "--profile")
    assert code == 0 and err.splitlines()[0].startswith("part of the work")
    for part in ("set-up", "compiling", "burn-in: 0 days", "run: 5 days of 2 arms", "tables", "writing"):
        assert sum(line.startswith(part) for line in err.splitlines()) == 1
    assert "an anecdote, not a result to quote" in out and "run folder: here" in out
    code, _, err = said(capsys, "run", scenario, "--out", "here")
    assert code == 2 and "--force" in err
    assert said(capsys, "run", scenario, "--threads", "1", "--out", "here", "--force")[0] == 0


def test_threads_change_no_digest(capsys, scenario):
    digests = {
        json.loads(said(capsys, "run", scenario, "--json", "--no-folder", "--threads", n)[1])["digest"]
        for n in ("1", "2")
    }
    assert len(digests) == 1


def test_a_run_without_folder_may_be_small_and_one_with_a_folder_may_not(capsys, scenario, tmp_path):
    code, _, err = said(capsys, "run", scenario, "--people", "500")
    assert code == 2 and "1,000" in err
    assert not (tmp_path / "runs").exists()
    code, out, _ = said(capsys, "run", scenario, "--people", "500", "--no-folder", "--threads", "1", "--json")
    assert code == 0 and json.loads(out)["run"] is None


def test_one_arm_is_told_alone(capsys, scenario):
    code, out, _ = said(capsys, "run", scenario, "--arm", "status-quo", "--no-folder", "--threads", "1")
    assert code == 0 and "under today's law" in out and "under the scheme" not in out


def test_an_unknown_arm_and_an_unknown_scenario_are_the_users_mistake(capsys, scenario):
    assert said(capsys, "run", scenario, "--arm", "nothing", "--no-folder")[0] == 2
    assert said(capsys, "run", "rank-my-life-2029", "--no-folder")[0] == 2


def test_interrupting_leaves_nothing(capsys, scenario, tmp_path, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("moot.findings.saving.checksums", stop)
    code, _, err = said(capsys, "run", scenario, "--threads", "1")
    assert code == 130 and err.endswith("stopped; nothing written\n")
    assert list((tmp_path / "runs").iterdir()) == []


def test_show_tells_a_run(capsys):
    code, out, _ = said(capsys, "show", str(folder()))
    assert (
        code == 0 and "under the  same lives," in out and "today's law" in out and in_folder().digest in out
    )


def test_show_and_report_tell_the_arm_that_is_asked_for(capsys):
    run = three_folder() / "runs" / "three-1"
    code, out, _ = said(capsys, "show", str(run))
    assert code == 0 and "Told is the arm mine" in out and "--arm rank" in out
    code, out, _ = said(capsys, "show", str(run), "--arm", "rank")
    assert code == 0 and "Told is the arm rank" in out and "under rank" in out
    code, out, _ = said(capsys, "report", str(run))
    assert code == 0 and out.splitlines()[0].endswith("three-1/report.html") and "--arm rank" in out
    code, out, _ = said(capsys, "report", str(run), "--arm", "rank")
    assert (code, out.strip()) == (0, str(run / "report-rank.html"))
    assert "Told is the arm rank" in (run / "report-rank.html").read_text()
    for command in ("show", "report", "life"):
        more = ["another"] if command == "life" else []
        code, _, err = said(capsys, command, str(run), *more, "--arm", "rnk")
        assert code == 2 and 'did you mean "rank"?' in err
    assert not (run / "report-rnk.html").exists()
    code, _, err = said(capsys, "show", "france", "--arm", "rank")
    assert code == 2 and "france is no run folder" in err


def test_a_run_with_pages_of_several_arms_can_be_deleted(capsys, tmp_path):
    copy = shutil.copytree(three_folder() / "runs" / "three-1", tmp_path / "three-1")
    for arm in ([], ["--arm", "rank"]):
        assert said(capsys, "report", str(copy), *arm)[0] == 0
    assert said(capsys, "runs", "--delete", str(copy))[0] == 0 and not copy.exists()


def test_life_tells_one_by_number_or_another(capsys):
    number = next(iter(in_folder().lives))
    code, out, _ = said(capsys, "life", str(folder()), number)
    assert code == 0 and out.startswith(f"{number}: synthetic, ")
    assert said(capsys, "life", str(folder()), number.removeprefix("SYN-").lstrip("0"))[1] == out
    assert said(capsys, "life", str(folder()), "another")[1].startswith("SYN-")
    code, out, _ = said(capsys, "life", str(folder()))
    drawn = re.findall(r"SYN-\d{7}", out)
    assert code == 0 and len(drawn) == 5 and set(drawn) <= set(in_folder().lives)
    assert "keeps 200 synthetic lives" in out and f"tell any: moot life {folder()} another" in out
    one = re.search(r"tell one: moot life \S+ (\d+)\n", out)
    assert one is not None and said(capsys, "life", str(folder()), one[1])[1].startswith(drawn[0])
    assert said(capsys, "life", str(folder()), "SYN-9999999")[0] == 2
    assert said(capsys, "life", str(folder()), number, "--arm", "nothing")[0] == 2


def test_runs_are_listed_and_deleted(capsys, tmp_path):
    copy = shutil.copytree(folder(), tmp_path / "runs" / "one")
    code, out, _ = said(capsys, "runs", str(tmp_path / "runs"))
    assert code == 0 and "2,000 synthetic people × 40 days" in out
    listed = json.loads(said(capsys, "runs", str(tmp_path / "runs"), "--json")[1])["runs"]
    assert listed[0]["digest"] == in_folder().digest
    assert said(capsys, "runs", "--delete", str(copy))[0] == 0 and not copy.exists()
    assert said(capsys, "runs", "--delete", str(tmp_path))[0] == 2 and tmp_path.exists()


def test_a_run_that_is_not_found_is_looked_for_by_its_printed_name(capsys, tmp_path, monkeypatch):
    shutil.copytree(folder(), tmp_path / "runs" / "one")
    monkeypatch.chdir(tmp_path)
    for command in (["report", "one"], ["runs", "--delete", "one"], ["verify", "one"], ["life", "one", "1"]):
        code, _, err = said(capsys, *command)
        assert code == 2 and 'did you mean "runs/one"?' in err
    listed = said(capsys, "runs")[1].split()[0]
    assert listed == "runs/one"
    assert said(capsys, "runs", "--delete", listed)[0] == 0


def test_runs_that_cannot_be_read_are_mentioned(capsys, tmp_path):
    copy = shutil.copytree(folder(), tmp_path / "runs" / "one")
    (copy / "run.json").write_text("{")
    code, out, _ = said(capsys, "runs", str(tmp_path / "runs"))
    assert code == 0 and f"{copy}  cannot be read: " in out and "no runs" not in out
    listed = json.loads(said(capsys, "runs", str(tmp_path / "runs"), "--json")[1])
    assert listed["runs"] == [] and listed["unreadable"][0]["run"] == str(copy)


def test_report_says_in_its_help_what_it_replaces(capsys):
    help_ = " ".join(said(capsys, "report", "--help")[1].split())
    assert "written anew each time" in help_ and "the run's own needs no --force" in help_


def test_report_writes_a_page(capsys, tmp_path):
    page = tmp_path / "page.html"
    code, out, _ = said(capsys, "report", str(folder()), "--out", str(page))
    assert (code, out.strip()) == (0, str(page))
    assert page.read_text().startswith("<!doctype html>")
    assert said(capsys, "report", str(folder()), "--out", str(page))[0] == 2


def test_demo_writes_a_run_and_a_page(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("moot.cli.running.DEMO", {"scenario": "short.yaml"})
    (tmp_path / "short.yaml").write_text(SCENARIO)
    code, out, _ = said(capsys, "demo", "--people", "1000", "--days", "3", "--threads", "1")
    assert code == 0 and "runs/demo/report.html" in out
    assert (tmp_path / "runs" / "demo" / "report.html").is_file()


def test_a_second_demo_says_what_it_replaces_and_leaves_another_run_alone(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("moot.cli.running.DEMO", {"scenario": "short.yaml"})
    (tmp_path / "short.yaml").write_text(SCENARIO)
    demo = ("demo", "--people", "1000", "--days", "2", "--threads", "1")
    code, _, err = said(capsys, *demo)
    assert code == 0 and "replaced" not in err
    digest = open_run("runs/demo").digest
    code, _, err = said(capsys, *demo, "--seed", "2")
    assert code == 0 and open_run("runs/demo").digest != digest
    assert (
        err.count("runs/demo will be replaced: it holds an earlier demo, 1,000 synthetic people × 2 days")
        == 1
    )
    assert f"digest {digest[:12]}" in err
    own = SCENARIO.replace("scenario: short", "scenario: mine")
    (tmp_path / "mine.yaml").write_text(own)
    more = ("--days", "2", "--out", "runs/demo", "--force", "--threads", "1")
    assert said(capsys, "run", "mine.yaml", *more)[0] == 0
    code, _, err = said(capsys, *demo)
    assert code == 2 and "runs/demo exists" in err
    assert open_run("runs/demo").manifest["scenario"]["name"] == "mine"


def test_a_demo_stopped_at_its_page_says_that_the_run_is_there(capsys, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("moot.cli.running.DEMO", {"scenario": "short.yaml"})
    monkeypatch.setattr("moot.findings.report.write_report", stop)
    (tmp_path / "short.yaml").write_text(SCENARIO)
    code, _, err = said(capsys, "demo", "--people", "1000", "--days", "3", "--threads", "1")
    assert code == 130 and "the run is in runs/demo, its page is not written" in err
    assert "nothing written" not in err and (tmp_path / "runs" / "demo" / "run.json").is_file()


def test_the_commands_that_a_page_prints_make_the_same_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(three_folder())
    run = open_run("runs/three-1")
    verify, again = (shlex.split(one)[1:] for one in same_run(run))
    assert said(capsys, *verify, "--threads", "1")[0] == 0
    told = json.loads(said(capsys, *again, "--json", "--no-folder", "--threads", "1")[1])
    assert told["digest"] == run.digest


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--days", "0", "expected at least 1"), ("--people", "many", "expected a whole number")],
)
def test_a_wrong_option_is_told_in_the_words_of_the_program(capsys, option, value, says):
    code, _, err = said(capsys, "run", "rank-my-life-2028", option, value)
    assert code == 2 and says in err and "Input should" not in err


def test_too_many_people_are_told_in_the_words_of_the_program(capsys):
    code, _, err = said(capsys, "run", "rank-my-life-2028", "--no-folder", "--people", "3000000000")
    assert code == 2 and "people: is the number 3000000000; expected at most 2,000,000,000" in err


def test_output_that_knows_ascii_alone_is_written_all_the_same():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "moot", "show", str(folder())]
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("ascii")
    assert re.search(r" -[0-9,.]+\n", text) and "..." in text and "?" not in text


def test_verify_says_that_the_digests_are_the_same(capsys):
    code, out, _ = said(capsys, "verify", str(folder()), "--threads", "1")
    assert code == 0 and out.count("the same digest") == 2


def test_too_many_people_for_the_memory_is_said(capsys, monkeypatch):
    def full(*_, **__):
        raise MemoryError("no room")

    monkeypatch.setattr("moot.cli.main.app", full)
    code, out, err = said(capsys, "run", "x")
    assert (code, out) == (2, "") and "fewer people" in err
