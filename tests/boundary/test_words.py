"""People read *results*: courts find, and nothing that a simulation gives is a finding of theirs."""

import ast
import re
from pathlib import Path

import pytest
from typer.main import get_command

from moot.cli.main import app
from moot.findings.report import report_html
from tests.findings.a_run import in_folder

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "moot"
FINDINGS = re.compile(r"(?<![\w./])[Ff]indings?\b(?![./])")
DENIED = re.compile(r"\b(?:no|not)\b\W+(?:\w+\W+){0,2}findings?\b")
"""That a number is no finding of law may be said, and should be."""
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = [path for path in sorted((ROOT / "examples").rglob("*")) if path.is_file()]
COURTS = {"trial", "court.py"}
"""Where a court speaks, or people who plead before one."""


def told(path):
    """The strings of a module that are shown: no docstrings, no names."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    notes = {
        id(node.value)
        for parent in ast.walk(tree)
        for node in ast.iter_child_nodes(parent)
        if isinstance(node, ast.Expr) and isinstance(parent, documented)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes
    ]


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_and_examples_speak_of_results(path):
    lines = path.read_text("utf-8").splitlines()
    assert [line for line in lines if FINDINGS.search(DENIED.sub("", line))] == []


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*.py")) if not COURTS & set(path.parts)],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_what_the_program_says_speaks_of_results(path):
    said = [DENIED.sub("", " ".join(one.split())) for one in told(path) if " " in one]
    assert [one for one in said if FINDINGS.search(one)] == []


def test_help_speaks_of_results():
    for name, command in get_command(app).commands.items():
        words = [command.help or "", *(getattr(one, "help", None) or "" for one in command.params)]
        assert [one for one in words if FINDINGS.search(one)] == [], name


def test_the_page_of_a_run_speaks_of_results():
    assert FINDINGS.findall(report_html(in_folder())) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The findings are below.", 1),
        ("A finding, and its interval.", 1),
        ("src/moot/findings/ is a room", 0),
        ("from moot.findings.run import Run", 0),
        ("These results", 0),
        ("It is no finding of legal cause, and not** a finding that", 0),
    ],
)
def test_the_check_itself(text, found):
    assert len(FINDINGS.findall(DENIED.sub("", text))) == found
