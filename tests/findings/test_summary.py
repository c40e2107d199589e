"""The table for a reader."""

import pytest

from moot.errors import RunError
from moot.findings.summary import HEADER, TIE, Row, total, two
from tests.findings.a_run import REGIME, in_folder, in_memory, one_arm, three


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
    assert Row("", "", 4, 2).shown(2_000) == ("2.0*", "1.0*", "+1.0*")
    assert Row("", "", 4, None).shown(2_000) == ("2.0*", "—", "—")


def test_each_number_carries_a_star_of_its_own_and_a_zero_none():
    assert Row("", "", 40, 4).shown(2_000) == ("20", "2.0*", "+18")
    assert Row("", "", 146, 144).shown(2_000) == ("73", "72", "+1.0*")
    assert Row("", "", 4, 0).shown(2_000) == ("2.0*", "0", "+2.0*")
    assert Row("", "", 0, 0).shown(2_000) == ("0", "0", "0")
    lines = in_folder().summary().lines()
    assert any(
        line.startswith("* fewer than 10 events") and "a plain 0 carries no star" in line for line in lines
    )


def test_the_table_says_which_arm_is_told_and_how_to_see_the_others():
    first = three().summary()
    assert first.telling == (
        "Told is the arm mine, beside status-quo; this run also has rank: "
        "moot show and moot report with --arm rank."
    )
    assert first.lines()[3] == first.telling and "--arm rank" in first.html()
    assert first.columns[1:3] == ("under mine", "same lives, today's law")
    other = three().summary("rank")
    assert other.telling.startswith("Told is the arm rank, beside status-quo; this run also has mine")
    assert [row.regime for row in other.rows] != [row.regime for row in first.rows]
    assert in_folder().summary().telling == f"Told is the arm {REGIME}, beside status-quo."
    with pytest.raises(RunError, match="no arm 'rnk'; did you mean \"rank\""):
        three().summary("rnk")


def test_a_run_of_one_arm_has_one_column_and_says_so():
    alone = one_arm("mine").summary()
    assert alone.columns == ("per 1,000 synthetic people", "under the scheme")
    assert alone.telling == "Told is the arm mine, the only one of this run."
    assert one_arm("status-quo").summary().columns[1:] == ("under today's law",)


def test_people_are_counted_tier_by_tier_and_the_starting_tier_is_marked():
    rows = [row for row in in_folder().summary().rows if row.words.startswith("people in tier")]
    mine = [row for row in rows if row.words.endswith("of the scheme, last day")]
    assert [row.words.split()[3] for row in mine] == ["A", "B", "C", "D"]
    assert [row.words.split()[3] for row in mine if "(the start)" in row.words] == ["B"]
    assert sum(row.regime or 0 for row in mine) == in_folder().people
    assert not any("or lower" in row.words for row in rows)


def test_what_is_of_todays_law_is_called_so():
    words = [row.words for row in in_folder().summary().rows]
    assert "points lost in the points licence of today's law" in words
    assert "people on the list licence-void of today's law, last day" in words
    assert "points lost in the scheme" in words and "people on the list no-plane, last day" in words


def test_a_tie_is_explained_where_it_is_named():
    assert TIE in in_folder().summary().lines()
    assert TIE not in one_arm("status-quo").summary().lines()


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
