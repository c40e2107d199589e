"""The table for a reader."""

import pytest

from moot.errors import RunError
from moot.findings.summary import HEADER, TIE, WIDTH, Row, total, two
from moot.findings.talk import COUNTED, THOUGHT
from tests.findings.a_run import REGIME, in_folder, in_memory, one_arm, three

PLAIN = (
    "refused", "false alarms", "of these, allowed", "thought:", "said, unasked:", "asked in a survey:",
    "of 1,000 who said",
)  # fmt: skip
"""What stands before a colon, as people write it."""


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
    assert " ".join(first.lines()[3:5]) == first.telling and "--arm rank" in first.html()
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
    assert "points lost in today's points licence" in words
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
                   and not word.startswith(PLAIN) for word in words)  # fmt: skip
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


@pytest.mark.parametrize("arm", ["mine", "rank", "status-quo", "of-a-fold"])
def test_the_table_fits_a_terminal_of_100_columns(arm):
    table = in_folder().summary() if arm == "of-a-fold" else three().summary(arm)
    assert max(len(line) for line in table.lines()) <= WIDTH == 100
    assert all(any(line.strip().startswith(row.words[:30]) for line in table.lines()) for row in table.rows)


def test_a_table_is_printed_as_it_reads():
    assert str(in_folder().summary()) == "\n".join(in_folder().summary().lines())


def test_what_a_scheme_cannot_do_is_left_out():
    mine, rank = three().summary("mine"), three().summary("rank")
    only = {row.words for row in rank.rows} - {row.words for row in mine.rows}
    assert {
        "false alarms: stopped, no act", "charges borne for another person's act", "charges contested",
        "merits counted by the scheme", "refused: a seat on a fast train", "acts seen, nobody identified",
    } <= only  # fmt: skip
    words = [row.words for row in mine.rows]
    assert "refused: a seat on a plane" in words
    assert "lawful acts that a list made impossible" not in words
    assert "people on the list no-plane, last day" in words  # that nobody is on it is a finding


def test_what_was_counted_is_told_whatever_a_scheme_can_do():
    assert Row("", "", 3, 0, possible=False).told and Row("", "", None, 1, possible=False).told
    assert not Row("", "", 0, None, possible=False).told and Row("", "", 0, 0).told
    assert not Row("", "", None, None).told


def test_a_part_is_moved_in_below_what_it_is_a_part_of():
    table = in_folder().summary()
    parts = [row for row in table.rows if row.part]
    assert len(parts) > 5 and all(row.words.startswith(("of these", "of 1,000")) for row in parts)
    assert table.html().count('<tr class="part">') == len(parts)
    assert sum(line.startswith("    of ") for line in table.lines()) == len(parts)


def test_contests_are_allowed_turned_down_or_waiting():
    rows = in_folder().summary().rows
    at = next(n for n, row in enumerate(rows) if row.words == "charges contested")
    assert rows[at].regime == sum(row.regime or 0 for row in rows[at + 1 : at + 5]) > 0
    totals = in_folder().totals(REGIME)
    did = next(row for row in rows if row.words == "of these, allowed though the person had done it")
    assert did.regime == totals["redress:rank:upheld"] - totals["redress:rank:upheld-wrong"]


def test_a_single_score_goes_without_its_internal_name():
    assert not any("rank" in row.words for row in in_folder().summary().rows)


def test_it_says_whose_opinions_are_counted_and_what_was_asked():
    assert {THOUGHT, COUNTED} <= set(in_folder().summary().notes)
