"""The table for a reader."""

import pytest

from moot.errors import RunError
from moot.findings.summary import HEADER, Row, total, two
from tests.findings.a_run import in_folder, in_memory


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"), (1234, "1,200"), (99.6, "100"), (10.4, "10"), (9.96, "10"), (1.234, "1.2"), (0.5, "0.50"),
        (0.0456, "0.046"), (0.00123, "0.0012"), (-3.3, "−3.3"), (0.999, "1.0"),
    ],
)  # fmt: skip
def test_numbers_have_two_significant_digits(number, shown):
    assert two(number) == shown


def test_differences_carry_their_sign():
    assert two(12.3, sign=True) == "+12"
    assert two(-12.3, sign=True) == "−12"
    assert two(0, sign=True) == "0"


def test_a_row_is_per_thousand_and_marks_what_rests_on_few_events():
    assert Row("", "", 400, 300).shown(2_000) == ("200", "150", "+50")
    assert Row("", "", 4, 2).shown(2_000) == ("2.0*", "1.0*", "+1.0")
    assert Row("", "", 4, None).shown(2_000) == ("2.0*", "—", "—")


def test_a_measure_that_there_is_not_is_no_zero():
    assert total({"a": 1, "b": 2}, ["a", "b", "c"]) == 3
    assert total({}, ["a"]) is None


def test_the_table_says_first_what_it_is_not():
    lines = in_folder().summary().lines()
    assert lines[1:3] == list(HEADER)
    assert "anecdote" in lines[1] and "Synthetic people" in lines[2]


def test_a_run_with_clamped_probabilities_gets_no_table(monkeypatch):
    run = in_memory()
    found = {arm: run.totals(arm) | {"engine:clamped": 3} for arm in run.arms}
    monkeypatch.setattr(run, "totals", found.__getitem__)
    with pytest.raises(RunError, match="3 probabilities were clamped"):
        run.summary()


def test_rows_are_in_plain_words():
    rows = in_folder().summary().rows
    words = [row.words for row in rows]
    assert not any(":" in word.removeprefix("lawful acts:").removeprefix("merits:")
                   and not word.startswith(("refused", "false alarms")) for word in words)  # fmt: skip
    assert any("fines and courts of today" in word for word in words)
    assert any("another person's act" in word for word in words)
    assert any(word.startswith("refused: a seat on a plane") for word in words)


def test_true_acts_are_those_of_the_totals():
    run = in_memory()
    first = run.summary().rows[0]
    names = [f"act:{act}:acts" for act in run.rules.acts_of("offence")]
    assert first.today == sum(run.totals("status-quo")[name] for name in names)


def test_the_table_is_html_with_heads_for_rows_and_columns():
    html = in_folder().summary().html()
    assert html.count("<caption>") == 1 and 'scope="row"' in html and 'scope="col"' in html
    assert "anecdote" in html
