"""The worked example of an act of one's own: its files and commands do what the page says that they do."""

import re
import shlex
import shutil
import textwrap
from pathlib import Path

import pytest

from moot.cli.main import main
from moot.declaring.files import data_folder
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.run import run_of
from moot.findings.summary import FEW

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "write-a-regime.md").read_text("utf-8")
EXAMPLE = PAGE.split("## An act of your own", 1)[1]
LIBRARY, SAME_WORDS, RATE = re.findall(r"```yaml\n(.*?)```", EXAMPLE, re.S)
COMMANDS = re.findall(r"^ {4}\$ moot (.+)$", EXAMPLE, re.MULTILINE)


def ask(capsys, command):
    """The exit code and everything that a command prints."""
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(command))
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out + written.err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("library.yaml").write_text(LIBRARY)
    return tmp_path


def test_the_example_is_run_from_its_page(folder, capsys):
    check, country, scenario, fails, holds, run, report = COMMANDS
    code, said = ask(capsys, check)
    assert code == 0 and "library.yaml: a regime (" in said
    for command in (country, scenario):
        assert ask(capsys, command)[0] == 0
    code, said = ask(capsys, fails)
    assert code == 2
    quoted = [
        line.strip()
        for line in EXAMPLE.splitlines()
        if re.match(r" {4}(library\.yaml:\d| +\||.*\d+ \|)", line)
    ]
    assert len(quoted) == 3
    assert [line for line in quoted if line not in said] == []
    land = Path("library-land.yaml").read_text("utf-8")
    land = re.sub(r"^acts:.*\n", lambda head: head[0] + RATE, land, flags=re.MULTILINE)
    Path("library-land.yaml").write_text(land + SAME_WORDS)
    assert ask(capsys, holds)[0] == 0
    code, said = ask(capsys, f"{run} --days 20 --people 1000 --threads 1")
    assert code == 0
    assert ask(capsys, report)[0] == 0
    page = Path("runs/library-year-1/report.html").read_text("utf-8")
    assert "A person who brings a book back late loses 5 points." in page


def test_words_of_an_act_of_ones_own_are_shown(folder, capsys):
    said = ask(capsys, "show library.yaml")[1]
    assert "A person who brings a book back late loses 5 points." in said and "late-return" not in said


def test_a_copy_of_a_shipped_country_takes_the_act_too(folder, capsys):
    shutil.copytree(data_folder() / "countries" / "france", "france")
    country = Path("france/country.yaml")
    text = country.read_text("utf-8")
    text = re.sub(r"^acts:.*\n", lambda head: head[0] + RATE, text, flags=re.MULTILINE)
    country.write_text(text + "\n" + SAME_WORDS)
    command = "new scenario year --regime library.yaml --country france/country.yaml"
    assert ask(capsys, command)[0] == 0
    assert ask(capsys, "check year.yaml")[0] == 0


def test_the_first_part_of_the_page_can_be_typed(folder, capsys):
    steps = re.findall(r"^ {7}moot (.+)$", PAGE.split("## An act of your own")[0], re.MULTILINE)
    cases = re.search(r"```yaml\n(   regime: my-scheme\.yaml\n.*?)   ```", PAGE, re.S)
    assert cases is not None
    Path("my-scheme.test.yaml").write_text(re.sub(r"^   ", "", cases[1], flags=re.MULTILINE))
    assert [step.split()[0] for step in steps] == [
        "new",
        "check",
        "show",
        "test",
        "new",
        "run",
        "report",
        "life",
    ]
    for step in steps:
        small = " --people 1000 --days 10 --threads 1" if step.startswith("run ") else ""
        assert ask(capsys, step + small)[0] == 0, step


def test_the_cases_of_the_page_hold_for_the_file_to_begin_with(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (written,) = re.findall(r"```yaml\n( *regime: my-scheme\.yaml\n.*?)```", PAGE, re.S)
    assert ask(capsys, "new regime my-scheme")[0] == 0
    Path("my-scheme.test.yaml").write_text(textwrap.dedent(written))
    code, said = ask(capsys, "test my-scheme.test.yaml")
    assert code == 0 and "2 cases pass" in said


def test_the_scheme_to_begin_with_moves_something_in_the_smallest_run(tmp_path, monkeypatch, capsys):
    """1,000 people for a year: some fall, are listed and refused, and people do less of what counts."""
    monkeypatch.chdir(tmp_path)
    for command in ("new regime my-scheme", "new scenario my-year --regime my-scheme.yaml"):
        assert ask(capsys, command)[0] == 0
    short = load_scenario("my-year.yaml").replace(burn_in_years=1)
    run = run_of(simulate(short, people=1_000, threads=1))
    told, today = run.totals("my-scheme"), run.totals("status-quo")
    assert told["tier:score-poor:people"] >= FEW and told["list:no-plane:people"] >= FEW
    assert told["trip:air:refused"] > today["trip:air:refused"] == 0
    counted = ("jaywalking", "littering", "red-light")
    done, before = (sum(one[f"act:{act}:acts"] for act in counted) for one in (told, today))
    assert done < 0.9 * before
