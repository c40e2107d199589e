"""The page beside published figures: it opens with how many were predicted, then with what is not tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from moot.experiment.published import load_published
from moot.experiment.validation import Comparison, compared
from moot.findings.comparison import lines_of, opening, page_of, two

ROOT = Path(__file__).resolve().parents[2]
BANNED = re.compile(
    r"\b(passed|compliant|compliance|safe|safely|certified|recommended|validated|valid|proven|approved)\b",
    re.I,
)


def told(**found):
    """Every row at its target, but for those named."""
    given = load_published()
    rows = tuple(compared(row, [found.get(row.id.replace("-", "_"), row.target)]) for row in given.rows)
    return Comparison(given, rows, (1, 2, 3), {"licence-2018": 1_000})


OUTSIDE = {"air_refusals_to_2017": 15.3, "red_lights_run_around_cameras": -10.0}


def test_the_opening_counts_predicted_rows_and_no_others():
    assert opening(told()).startswith("18 figures were predicted; 18 of them lie inside")
    assert opening(told(**OUTSIDE)).startswith("18 figures were predicted; 16 of them lie inside")
    assert opening(told(air_refusals_2018=1.0)).startswith("18 figures were predicted; 18 of them")


@pytest.mark.parametrize("found", [{}, OUTSIDE])
def test_the_page_opens_with_the_count_then_with_what_is_not_tested_then_the_tables(found):
    page = page_of(told(**found))
    assert page.split("\n")[2] == f"**{opening(told(**found))}**"
    headings = re.findall(r"^## (\w+)", page, re.MULTILINE)
    assert headings == ["What", "How", "Predicted", "Calibrated", "Recovered"]
    before = page[: page.index("| --- |")]
    assert all(one in before for one in load_published().not_tested)


def test_the_lines_open_in_the_same_way():
    lines = lines_of(told(**OUTSIDE))
    assert lines[0] == opening(told(**OUTSIDE)) and lines[2] == "Not tested at all:"
    assert lines[3] == f"  - {load_published().not_tested[0]}"


def test_a_row_outside_is_told_with_its_reason_or_that_none_is_known():
    page, lines = page_of(told(**OUTSIDE)), "\n".join(lines_of(told(**OUTSIDE)))
    known = load_published().by_id["air-refusals-to-2017"].outside
    for text in (page, lines):
        assert known in text and "no reason is known yet" in text
    assert page.count("**no**") == page.count("**Outside**") == lines.count("OUTSIDE") == 2


def test_a_row_inside_is_told_no_reason_for_being_outside():
    assert "**Outside**" not in page_of(told()) and "law of tries for all years" not in page_of(told())


def test_every_row_stands_in_the_table_of_its_class():
    page = page_of(told(**OUTSIDE))
    for name in ("Predicted", "Calibrated", "Recovered"):
        part = page.split(f"## {name}", 1)[1].split("\n## ", 1)[0]
        ids = set(re.findall(r"^- `([a-z0-9-]+)`:", part, re.MULTILINE))
        assert ids == {row.id for row in load_published().rows if row.class_ == name.lower()}


def test_what_no_life_has_is_said_to_be_nothing():
    given = load_published()
    row = given.by_id["tries-on-the-third-day"]
    page = page_of(Comparison(given, (compared(row, [None, 3.0]),), (1, 2), {}))
    assert "nothing: no life that was kept has it" in page and "0 of them lie inside" in page


@pytest.mark.parametrize("text", [page_of(told(**OUTSIDE)), "\n".join(lines_of(told()))])
def test_nothing_approves_and_everything_says_synthetic_and_mechanism(text):
    assert BANNED.findall(re.sub(r"`[^`]*`", "", text)) == []
    assert "ynthetic people" in text and "mechanism" in text and "forecast" in text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.3057, "0.31"),
        (15.29, "15"),
        (-47.3, "-47"),
        (60000.2, "60,000"),
        (9.996, "10"),
        (0, "0"),
        (3.46, "3.5"),
    ],
)
def test_numbers_have_two_digits(value, said):
    assert two(value) == said


def test_the_page_in_docs_is_of_these_rows():
    page = (ROOT / "docs" / "validation.md").read_text("utf-8")
    expected = page_of(told())
    of_rows = re.compile(r"^- `([a-z0-9-]+)`: (.*?)(?: \*\*Outside\*\*.*)?$", re.MULTILINE)
    assert of_rows.findall(page) == of_rows.findall(expected)
    named = re.compile(r"^\| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
    assert named.findall(page) == named.findall(expected)
    assert all(one in page for one in (*load_published().not_tested, *load_published().cautions))
    assert re.match(r"# [^\n]+\n\n\*\*18 figures were predicted; \d+ of them", page)


def test_every_row_outside_on_the_page_has_a_reason():
    page = (ROOT / "docs" / "validation.md").read_text("utf-8")
    assert "no reason is known yet" not in page
    assert page.count("**no**") == page.count("**Outside**")
