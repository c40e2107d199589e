"""Rule 7: not an alibi. Nothing that people read says that a scheme was approved."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "moot"
BANNED = re.compile(
    r"\b(compliant|compliance|certif(?:ied|ies|ication)|recommended|approved|validated scheme|"
    r"(?:is|are|proven|scheme) safe|safe scheme|passed(?! over| on| to| by)|conforme)\b",
    re.IGNORECASE,
)
NOT = re.compile(r"\b(no|not|never|nothing|nobody|neither|nor|without|cannot)\b", re.IGNORECASE)
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("README*")),
    *sorted(PACKAGE.rglob("*.md")),
]
SHIPPED = [path for path in sorted((PACKAGE / "data").rglob("*")) if path.suffix in {".yaml", ".json"}]
MODULES = sorted(PACKAGE.rglob("*.py"))


def approvals(text):
    """Sentences with a banned word that do not deny it, and do not quote it."""
    sentences = re.split(r"(?<=[.!?:;])\s+|\n\s*\n", text)
    return [
        " ".join(sentence.split())
        for sentence in sentences
        if BANNED.search(re.sub(r"[\"“«'`*][^\"”»'`*]*[\"”»'`*]", "", sentence)) and not NOT.search(sentence)
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_says_that_a_scheme_is_approved(path):
    assert approvals(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_shipped_file_says_so(path):
    assert approvals(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_text_shown_by_the_program_says_so(path):
    """Every string of the source with a space in it: messages, help and docstrings. Names are code."""
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    ]
    assert [found for text in strings for found in approvals(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("This scheme is compliant.", 1),
        ("The scheme passed.", 1),
        ("A certified score.", 1),
        ("No page says that a scheme is compliant.", 0),
        ("It says “recommended” nowhere.", 0),
        ("A case passes or fails.", 0),
    ],
)
def test_the_check_itself(text, found):
    assert len(approvals(text)) == found


def test_a_check_of_a_file_says_what_it_looked_for():
    """`moot check` says that nothing is wrong with a file; it does not say that a scheme is right."""
    text = (PACKAGE / "cli" / "declarations.py").read_text("utf-8")
    assert "nothing wrong" in text
    for words in ("is valid", "looks good", "all good", "OK to"):
        assert words not in text


@pytest.mark.parametrize("name", ["rank-my-life-2028"])
def test_an_invented_regime_says_that_it_is_no_forecast(name):
    text = (PACKAGE / "data" / "regimes" / f"{name}.yaml").read_text("utf-8")
    assert "not a forecast" in text
    assert "kind: invented" in text
