"""The page about a country of one's own: its files and commands do what it says that they do."""

import re
from pathlib import Path

import pytest

from moot.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "your-own-country.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.S)
REGIONS, *_ = (text for kind, text in BLOCKS if text.startswith("code,"))
KEYS = next(text for kind, text in BLOCKS if kind == "yaml" and text.startswith("regions:"))
YEAR = next(text for kind, text in BLOCKS if kind == "yaml" and text.startswith("country:"))
SAID = [line.strip() for line in PAGE.splitlines() if re.match(r" {4}\S+\.(?:csv|yaml):\d", line)]


def ages(youngest_old=9_000, oldest=31):
    bands = [f"{start}-{start + 4}" for start in range(0, 85, 5)] + ["85+"]
    cells = [(band, sex, 22_000) for sex in ("women", "men") for band in bands]
    rows = [*cells[:-2], ("80-84", "men", youngest_old), ("85+", "men", oldest)]
    return "age_band,sex,population\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ask(capsys, "new", "country", "my-country")
    first, second = KEYS.strip().splitlines()
    text = Path("my-country.yaml").read_text("utf-8")
    text = re.sub(r"^regions: .*$", first, text, flags=re.M)
    text = re.sub(r"^# age_sex: .*$", second, text, flags=re.M)
    Path("my-country.yaml").write_text(text)
    Path("regions.csv").write_text("code,name,population\nR001,R001,480000\nR002,R002,314200\n")
    Path("age_sex.csv").write_text(ages(9_031, 0))
    return tmp_path


def ask(capsys, *arguments):
    """The exit code and the lines that a command prints."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    return int(ended.value.code or 0), (written.out + written.err).splitlines()


def change(name, old, new):
    text = Path(name).read_text("utf-8")
    assert old in text
    Path(name).write_text(text.replace(old, new))


def test_the_country_that_the_page_ends_with_is_right(folder, capsys):
    assert ask(capsys, "check", "my-country.yaml")[0] == 0
    _, lines = ask(capsys, "show", "my-country.yaml")
    assert "  2 regions, 794,200 residents." in lines


def test_every_mistake_is_told_as_the_page_quotes_it(folder, capsys):
    said = []
    Path("regions.csv").write_text(REGIONS)
    Path("age_sex.csv").write_text(ages())
    said += ask(capsys, "check", "my-country.yaml")[1]
    Path("regions.csv").write_text("code,name,population,religion\nR001,R001,480000,x\n")
    said += ask(capsys, "check", "my-country.yaml")[1]
    Path("regions.csv").write_text("code,name,population\nR001,R001,480000\n")
    Path("age_sex.csv").write_text(ages(9_031, 0))
    good = Path("my-country.yaml").read_text("utf-8")
    change(
        "my-country.yaml", "{value: 0.25, range: [0.1, 0.5], mark: assumed}", "{value: 0.25, mark: assumed}"
    )
    said += ask(capsys, "check", "my-country.yaml")[1]
    Path("my-country.yaml").write_text(good)
    change(
        "my-country.yaml",
        "[2, 6], mark: assumed}, per: person, headroom: 2.79",
        "[2, 6], mark: assumed}, per: person, headroom: 2",
    )
    said += ask(capsys, "check", "my-country.yaml")[1]
    quoted = [line for line in SAID if "nothing wrong" not in line and "a country (" not in line]
    assert len(quoted) == 7
    assert [line for line in quoted if line not in said] == []


def test_it_meets_a_scheme_in_a_scenario(folder, capsys):
    ask(capsys, "new", "regime", "my-scheme")
    ask(capsys, "new", "scenario", "my-year")
    country, arms = YEAR.strip().split("\n", 1)
    change("my-year.yaml", "country: france", country)
    text = Path("my-year.yaml").read_text("utf-8")
    Path("my-year.yaml").write_text(text[: text.index("arms:")] + arms + "\n")
    code, lines = ask(capsys, "check", "my-year.yaml")
    assert code == 0
    assert any(line.startswith("Worked out for 794,200 residents") for line in lines)
