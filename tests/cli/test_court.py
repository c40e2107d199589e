"""The court from the command line: the how-to is played as written; what is refused changes nothing."""

import json
import re
import shlex
from pathlib import Path

import pytest

from moot.cli.main import main
from moot.trial.wording import BANNER, FICTION

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "hold-a-trial.md"
NEW = [
    "case",
    "new",
    "a-case",
    "--regime",
    "rank-my-life-2028",
    "--question",
    "Is it compatible with private life?",
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    told = capsys.readouterr()
    return ended.value.code or 0, told.out, told.err


def commands():
    block = PAGE.read_text("utf-8").split("```sh\n", 1)[1].split("```", 1)[0]
    return [shlex.split(line)[1:] for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def test_f34_the_case_of_the_how_to_is_played_by_one_person(capsys):
    every = commands()
    assert len(every) > 40
    for command in every:
        code, out, err = run(capsys, *command)
        assert code == 0, (command, err)
    assert "Ground 1, CH\\-1" in out or "Ground 1, CH-1" in out
    assert out.count(FICTION) >= 8 and "The court's answer: met" in out
    page = Path("my-case.html").read_text("utf-8")
    assert FICTION in page and "Whoever is read as a number" in page
    code, out, _ = run(capsys, "case", "show", "my-case", "--json")
    told = json.loads(out)
    assert told["phase"] == "closed" and told["delivered"] and told["questions"][0]["result"] == "met"
    code, out, _ = run(capsys, "case", "wipe", "my-case", "--json")
    told = json.loads(out)
    assert (
        told["deleted"] > 5
        and told["problems"] == []
        and told["exports"] == [str(Path("my-case.html").resolve())]
    )
    assert b"Whoever is read as a number" not in Path("my-case/case.sqlite").read_bytes()


def test_every_step_that_the_how_to_names_is_one():
    from moot.cli.court import MADE
    from moot.trial.court import STEPS

    table = PAGE.read_text("utf-8").split("## Steps", 1)[1].split("## Evidence", 1)[0]
    named = {word for row in re.findall(r"^\| (?!when|---).*$", table, re.MULTILINE)
             for word in re.findall(r"`([a-z-]+)`", row)}  # fmt: skip
    assert named == STEPS.keys() - MADE.keys()


def test_the_banner_stands_at_every_text_field_and_loaded_words_are_told(capsys):
    code, out, err = run(capsys, *NEW[:-1], "Is the illegal scheme necessary?")
    assert code == 0 and BANNER in err and out
    assert '"illegal" names an answer' in err and '"necessary" names an answer' in err
    _, _, err = run(
        capsys, "case", "do", "a-case", "question", "--text", "question=Does it respect private life?"
    )
    assert BANNER in err and "warning" not in err
    _, _, err = run(
        capsys, "case", "do", "a-case", "claimant", "--by", "claimants", "--set", "claimant=Claimant 1"
    )
    assert BANNER not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["case", "new", "A Case", "--regime", "rank-my-life-2028", "--question", "Is it?"], "small letters"),
        (["case", "new", "b", "--regime", "rank-my-lif-2028", "--question", "Is it?"], "rank-my-life-2028"),
        (["case", "new", "b", "--regime", "rank-my-life-2028", "--question", " "], "needs a text"),
        (
            ["case", "new", "b", "--regime", "merits-only", "--question", "Is it?", "--procedure", "asize"],
            "assize",
        ),
        (
            ["case", "new", "b", "--regime", "merits-only", "--question", "Is it?", "--country", "frence"],
            "france",
        ),
        (["case", "show", "nowhere"], "not the folder of a case"),
        (["case", "do", "a-case", "open"], "nothing is pleaded"),
        (["case", "do", "a-case", "speek"], 'did you mean "speech"?'),
        (["case", "verify", "nowhere"], "not the folder of a case"),
        (["case", "new", "b", "--regime", "merits-only", "--question", "No question"], "question mark"),
        (["case", "do", "a-case", "question", "--text", "question=No question"], "question mark"),
        (["case", "do", "a-case", "admit", "--set", "fact=one"], "expected a whole number"),
        (["case", "do", "a-case", "admit", "--set", "fact"], "NAME=VALUE"),
        (["case", "do", "a-case", "open", "--by", "presidant"], "president"),
        (["case", "do", "a-case", "seat", "--set", "salt=x"], "salt"),
        (["case", "vote", "a-case", "met"], "no question is open"),
        (["case", "rebuild", "a-case", "1"], "there is no exhibit 1"),
        (["case", "exhibit", "a-case", "nowhere", "--measure", "x", "--by", "claimants"], "nowhere"),
    ],
)
def test_what_is_wrong_is_told_with_2_and_changes_nothing(capsys, arguments, says):
    assert run(capsys, *NEW)[0] == 0
    before = Path("a-case/case.sqlite").read_bytes()
    code, _, err = run(capsys, *arguments)
    assert code == 2 and says in err and "Traceback" not in err
    assert Path("a-case/case.sqlite").read_bytes() == before and not Path("b").exists()


def test_a_changed_file_fails_the_check_with_1_and_a_missing_hash_as_well(capsys):
    assert run(capsys, *NEW)[0] == 0
    assert run(capsys, "case", "verify", "a-case")[0] == 0
    code, out, err = run(capsys, "case", "verify", "a-case", "--head", "0" * 64, "--json")
    assert code == 0 and json.loads(out)["holds"]
    code, _, err = run(capsys, "case", "verify", "a-case", "--head", "1" * 64)
    assert code == 1 and "written down" in err


def test_cases_are_listed(capsys):
    assert "no cases" in run(capsys, "case", "list")[1]
    run(capsys, *NEW, "--alone")
    (listed,) = json.loads(run(capsys, "case", "list", "--json")[1])["cases"]
    assert listed == {"folder": "a-case", "case": "a-case", "phase": "preparation",
                      "regime": "rank-my-life-2028", "procedure": "three-voices"}  # fmt: skip
    code, _, err = run(capsys, *NEW)
    assert code == 2 and "exists" in err


def test_an_export_is_not_overwritten_without_force(capsys):
    run(capsys, *NEW)
    for expected, extra in ((0, []), (2, []), (0, ["--force"])):
        assert (
            run(capsys, "case", "export", "a-case", "--format", "json", "--out", "a.json", *extra)[0]
            == expected
        )
    assert json.loads(Path("a.json").read_text("utf-8"))["fiction"] == FICTION
