"""Cases of a scheme: what they may hold, what they answer, and that they never say a score."""

from pathlib import Path

import pytest

from moot.declaring.source import source_of_text
from moot.errors import DeclarationError
from moot.regime.cases import case_files, cases_from, load_cases, run_cases
from moot.regime.reading import regime_from
from moot.regime.walk import Happening, Standing, standing
from tests.regime.texts import REGIME

SCHEME = regime_from(source_of_text(REGIME, "regime.yaml")).schemes[0]
SHIPPED = sorted((Path(__file__).parents[2] / "src" / "moot" / "data" / "regimes").glob("*.test.yaml"))

CASES = """\
regime: permis-a-points
cases:
  - case: twelve-points
    given: [{act: drink-driving, day: 3, times: 2}]
    expect: {day: 3, tier: void, listed: [licence-void]}
"""


def results(text: str) -> list[tuple[str, bool]]:
    return [(one.case, one.passed) for one in run_cases(cases_from(source_of_text(text, "x.test.yaml")))]


def refused(text: str) -> str:
    with pytest.raises(DeclarationError) as raised:
        cases_from(source_of_text(text, "x.test.yaml"))
    return str(raised.value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_cases_pass(path):
    outcomes = run_cases(load_cases(path))
    assert len(outcomes) >= 5
    assert [one.case for one in outcomes if not one.passed] == []


def test_a_case_passes_or_says_which_expectation_fails():
    assert results(CASES) == [("twelve-points", True)]
    wrong = CASES.replace("tier: void", "tier: clear").replace("listed: [", "not_listed: [")
    (one,) = run_cases(cases_from(source_of_text(wrong, "x.test.yaml")))
    assert [failure.key for failure in one.failures] == ["cases.0.expect.tier", "cases.0.expect.not_listed.0"]
    assert all(failure.line == 5 for failure in one.failures)


def test_an_answer_has_no_number_but_the_day_asked_for():
    wrong = CASES.replace("tier: void", "tier: clear").replace("day: 3", "day: 7")
    (one,) = run_cases(cases_from(source_of_text(wrong, "x.test.yaml")))
    for failure in one.failures:
        assert [word for word in failure.message.replace(";", " ").split() if word.isdigit()] == ["7"]
    assert set(Standing.__dataclass_fields__) == {"tier", "lists", "refused"}


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("drink-driving", "dirnk-driving", 'did you mean "drink-driving"?'),
        ("drink-driving", "protest", 'unknown act "protest"'),
        ("tier: void", "tier: viod", 'did you mean "void"?'),
        ("[licence-void]", "[licence]", 'unknown list "licence"'),
        ("[licence-void]", "[licence-void], refused: [air]", 'unknown context "air"'),
        ("day: 3, times", "day: 4, times", "is after the day of the expectation"),
        ("day: 3, times", "day: 2028-01-01, times", "expected a whole number"),
        ("day: 3, times", "day: -1, times", "expected at least 0"),
        ("case: twelve-points", "case: Mrs Smith", "expected a name of small letters"),
        ("case: twelve-points", "case: twelve-points\n    note: on my neighbour", "no free text"),
        ("times: 2}", "times: 2, score: 6}", 'unknown key "score"'),
        ("{day: 3, tier: void, listed: [licence-void]}", "{day: 3}", "expects nothing"),
        ("{day: 3, tier", "{day: 3, score: 0, tier", 'unknown key "score"'),
        ("permis-a-points", "permis", "unknown regime"),
        ("{act: drink-driving, day", "{act: drink-driving, offer: course, day", "exactly one of"),
        ("{act: drink-driving, day", "{offer: corse, day", 'did you mean "course"?'),
    ],
)
def test_wrong_cases_are_refused(old, new, says):
    assert old in CASES
    said = refused(CASES.replace(old, new))
    assert says in said
    assert "x.test.yaml:" in said


def test_more_than_twenty_cases_are_refused():
    head, _, case = CASES.partition("cases:\n")
    many = "".join(case.replace("twelve-points", f"case-{number}") for number in range(21))
    assert "expected at most 20" in refused(f"{head}cases:\n{many}")


def test_only_files_of_cases_and_folders_of_at_most_twenty(tmp_path):
    for number in range(20):
        (tmp_path / f"a{number}.test.yaml").write_text(CASES)
    assert len(case_files(tmp_path)) == 20
    (tmp_path / "b.test.yaml").write_text(CASES)
    for path, says in (
        (tmp_path, "at most 20"),
        (Path("-"), "not a file of cases"),
        (Path("/dev/stdin"), "not a file"),
    ):
        with pytest.raises(DeclarationError, match=says):
            case_files(path)


# The walk


def at(day: int, *happenings: Happening, novice: bool = False) -> Standing:
    return standing(SCHEME, happenings, day, novice=novice)


def test_a_cap_bounds_what_a_day_costs():
    assert at(3, Happening(3, "jaywalking", times=9)).tier == "good"
    assert at(11, *(Happening(day, "jaywalking") for day in range(3, 12))).tier == "fair"


def test_a_tier_is_left_below_its_lower_end_and_regained_above_it_by_the_hysteresis():
    # 100 − 4 × 10 = 60 keeps `good`; one more is 50, and 65 is needed to come back: fifteen clean periods.
    assert at(3, Happening(3, "littering", times=4)).tier == "good"
    assert at(3, Happening(3, "littering", times=5)).tier == "fair"
    assert at(3 + 15 * 30 - 1, Happening(3, "littering", times=5)).tier == "fair"
    assert at(3 + 15 * 30, Happening(3, "littering", times=5)).tier == "good"


def test_a_charge_breaks_clean_time_and_its_day_is_not_clean():
    late = Happening(3 + 15 * 30, "littering")
    assert at(3 + 15 * 30, Happening(3, "littering", times=5), late).tier == "fair"
    # 65 would be there that day, but it is not a clean one: 64 − 10 = 54, and eleven periods to 65.
    assert at(3 + 26 * 30 - 1, Happening(3, "littering", times=5), late).tier == "fair"
    assert at(3 + 26 * 30, Happening(3, "littering", times=5), late).tier == "good"


def test_repair_ends_where_it_is_declared_to_end():
    # Never above 100, however long: after ten years 100 − 5 × 10 is still `fair`.
    assert at(3650, Happening(3650, "littering", times=5)).tier == "fair"


def test_lists_by_tier_end_with_the_tier_and_lists_by_act_with_their_term():
    gone = Happening(3, "red-light", times=3)
    assert at(3, gone).lists == {"no-plane"}
    assert at(3, gone).refused == {"air"}
    # From 10 to 35 (30 and the hysteresis) in steps of 1.
    assert at(3 + 25 * 30 - 1, gone).lists == {"no-plane"}
    assert at(3 + 25 * 30, gone).lists == frozenset()
    assert at(182, Happening(3, "littering")).lists == {"street-ban"}
    assert at(183, Happening(3, "littering")).lists == frozenset()
    assert at(200, Happening(3, "littering"), Happening(100, "littering")).lists == {"street-ban"}


def test_the_scale_is_clamped_once_a_day():
    # 40 acts of 10 points on one day end at the floor, and one step of repair above it a month later.
    assert at(3 + 35 * 30 - 1, Happening(3, "littering", times=40)).tier == "poor"
    assert at(3 + 35 * 30, Happening(3, "littering", times=40)).tier == "fair"
