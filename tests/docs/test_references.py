"""What the pages point at is there: tests that hold a law, and headings that links lead to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")


def anchors(page):
    """The anchors of a page's headings, as hosts of Markdown make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_headings_lead_to_one(page):
    broken = []
    for path, anchor in LINK.findall(page.read_text("utf-8")):
        there = page.parent / path if path else page
        if "://" not in path and anchor not in anchors(there):
            broken.append((path, anchor))
    assert broken == []


@pytest.mark.parametrize("name", ["equations.md", "court.md"])
def test_every_test_that_holds_a_law_exists(name):
    page = (ROOT / "docs" / "reference" / name).read_text("utf-8")
    code = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    defined = {
        name for text in code.values() for name in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)
    }
    files = {path.name for path in code}
    named = set(re.findall(r"\b(test_\w+)\b(?!\.py)", page))
    assert named - defined == set()
    assert set(re.findall(r"\b(test_\w+\.py)", page)) <= files


def test_every_page_is_reached_from_the_first():
    """Documentation that nothing links to is not read."""
    reached, left = set(), [ROOT / "docs" / "README.md"]
    while left:
        page = left.pop()
        if page in reached:
            continue
        reached.add(page)
        for path in re.findall(r"\]\(([^)#\s]+\.md)(?:#[^)]*)?\)", page.read_text("utf-8")):
            left.append((page.parent / path).resolve())
    assert set((ROOT / "docs").rglob("*.md")) - reached == set()
