"""The pages name commands, files and options that are there."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from moot.cli.main import app, main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"(?:^ {4,}|`)moot ([a-z]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def section(heading):
    return README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def commands_of_help():
    said = CliRunner().invoke(app, ["--help"]).output
    return set(re.findall(r"^  ([a-z]+)  ", said.split("Commands:", 1)[1], re.MULTILINE))


def test_the_readme_lists_the_commands_of_the_program_and_no_others():
    listed = re.findall(r"^\| `moot ([a-z]+)` \|", section("Commands"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == commands_of_help()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_a_page_names_exist(page):
    assert set(COMMAND.findall(page.read_text("utf-8"))) <= commands_of_help()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_files_in_the_map_exist_and_every_room_is_in_it():
    named = re.findall(r"^\| `([^`]+)` \|", section("The tree"), re.MULTILINE)
    assert [path for path in named if not (ROOT / path).exists()] == []
    rooms = {
        f"src/moot/{one.name}/" for one in (ROOT / "src" / "moot").iterdir() if (one / "__init__.py").exists()
    }
    assert rooms <= set(named)


def test_the_two_commands_are_targets_of_make():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"^ {4}make ([a-z]+)", section("Two commands"), re.MULTILINE)
    assert named == ["demo", "test"]
    assert set(named) <= set(targets)


def test_the_commands_for_a_scheme_of_ones_own_run_that_scheme(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^ {4}moot ([^#\n]+)", section("Commands"), re.MULTILINE)
    assert len(lines) == 4 and [line.split()[0] for line in lines] == ["new", "new", "run", "report"]
    for line in lines:
        small = ["--people", "1000", "--days", "10", "--threads", "1"] if line.startswith("run ") else []
        with pytest.raises(SystemExit) as ended:
            main([*line.split(), *small])
        assert not ended.value.code, (line, capsys.readouterr().err)
    page = (tmp_path / "runs" / "my-year-1" / "report.html").read_text("utf-8")
    assert "Told is the arm my-scheme, beside status-quo." in page and "street-cameras" in page


def test_variables_of_the_environment_are_documented():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src" / "moot").rglob("*.py"))
    assert set(re.findall(r"environ\.get\(\"(MOOT_\w+)\"", code)) == set(re.findall(r"MOOT_\w+", README))


def test_the_picture_is_there_and_small():
    picture = ROOT / "docs" / "img" / "demo.png"
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size < 400_000


def test_pictures_of_the_pages_are_there_in_both_languages_and_themes_and_small():
    pictures = {path.name: path for path in (ROOT / "docs" / "img").glob("page-*.png")}
    pages = {name.split("-")[1] for name in pictures}
    assert pages >= {"schemes", "laboratory", "builder", "experiments", "court", "about"}
    every = {
        f"page-{one}-{words}-{look}.png"
        for one in pages
        for words in ("en", "fr")
        for look in ("light", "dark")
    }
    assert set(pictures) == every
    assert {name for name, path in pictures.items() if path.stat().st_size > 150_000} == set()


def test_attributions_are_those_of_the_tables():
    """NOTICE quotes the attribution of every table that is shipped, and names its file."""
    notice = " ".join((ROOT / "NOTICE").read_text("utf-8").split())
    for table in json.loads((ROOT / "src/moot/data/SOURCES.json").read_text("utf-8"))["tables"]:
        assert f"src/moot/data/{table['file']}" in notice
        first = re.split(r"[(.]", table["attribution"])[0].strip()
        assert first in notice


def test_python_of_the_readme_is_python_that_the_library_has():
    import moot

    code = README.split("```python\n", 1)[1].split("```", 1)[0]
    compile(code, "README.md", "exec")
    assert set(re.findall(r"\bmoot\.([a-z_]+)\(", code)) <= set(moot.__all__)
