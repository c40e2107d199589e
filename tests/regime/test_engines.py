"""Score engines: a table of points filled by weights, or by log-odds under a logistic curve."""

import math
import re
from fractions import Fraction

import pytest

from moot.declaring.source import source_of_text
from moot.errors import DeclarationError
from moot.regime.engines import FULL, LIMIT, UNIT, rounded, shown, worth
from moot.regime.reading import load_regime, regime_from
from moot.regime.walk import Happening, standing
from moot.regime.words import account
from tests.regime.texts import REGIME

PLAIN = REGIME[: REGIME.index("    association:")]
POINTS = PLAIN[PLAIN.index("    catalogue:") :]
TREE = """\
    weights:
      street:
        weight: 700
        categories:
          crossing: {weight: 1024, sub_categories: {on-foot: 324, tidiness: 700}}
      road:
        weight: 324
        categories:
          lights: {weight: 600, sub_categories: {red: 1024}}
          papers: {weight: 424, sub_categories: {licence: 1024}}
    catalogue:
      jaywalking: {sub_category: on-foot, severity: 0.1}
      littering: {sub_category: tidiness, severity: {value: 0.25, range: [0.1, 0.5], mark: assumed}, counted_per_day: 1}
      red-light: {sub_category: red, severity: 1}
"""  # noqa: E501
WEIGHED = PLAIN.replace(POINTS, TREE)
CURVE = """\
    catalogue:
      jaywalking: {log_odds: 0.25, counted_per_day: 2}
      littering: {log_odds: {value: 0.5, range: [0.1, 1], mark: assumed}}
      red-light: {log_odds: 1.5}
"""
LOGISTIC = (
    PLAIN.replace(POINTS, CURVE)
    .replace("    disclosed: true\n", "    disclosed: true\n    engine: logistic\n")
    .replace("      hysteresis: 5\n", "")
    .replace("points: 1, to: 100", "log_odds: 0.1, to: 100")
)


def scheme_of(text):
    return regime_from(source_of_text(text, "text.yaml")).schemes[0]


def said_of(text):
    with pytest.raises(DeclarationError) as raised:
        scheme_of(text)
    return str(raised.value)


def line_of(text, word):
    """The last line with a word."""
    return max(n for n, line in enumerate(text.splitlines(), 1) if word in line)


# Weights.


def test_points_are_span_times_the_three_weights_times_severity():
    table = scheme_of(WEIGHED).table
    span = 120
    expected = {
        "jaywalking": span * 700 * 1024 * 324 * 0.1 / 1024**3,
        "littering": span * 700 * 1024 * 700 * 0.25 / 1024**3,
        "red-light": span * 324 * 600 * 1024 * 1 / 1024**3,
    }
    assert {name: entry.points for name, entry in table.catalogue.items()} == {
        name: math.floor(value + 0.5) for name, value in expected.items()
    }
    assert table.catalogue["littering"].cap_per_day == table.catalogue["littering"].points
    assert table.score == scheme_of(WEIGHED).score


def test_all_severities_1_lose_the_whole_scale_together():
    """The shares of the sub-categories sum to 1, so all of them together are the span, but for rounding."""
    text = WEIGHED.replace("severity: 0.1", "severity: 1")
    text = text.replace("severity: {value: 0.25, range: [0.1, 0.5], mark: assumed}", "severity: 1")
    total = sum(entry.points for entry in scheme_of(text).table.catalogue.values())
    papers = rounded(Fraction(120 * 324 * 424 * 1024, FULL**3))
    assert abs(total + papers - 120) <= 2


@pytest.mark.parametrize(("value", "to"), [("0.5", 1), ("-0.5", -1), ("2.4999", 2), ("-2.5", -3), ("3", 3)])
def test_halves_are_rounded_away_from_zero_on_both_sides(value, to):
    assert rounded(Fraction(value)) == to


def test_a_merit_earns():
    act = "volunteering: {sub_category: licence, severity: 0.5, earns: true}\n"
    text = WEIGHED.replace("    catalogue:\n", "    catalogue:\n      " + act)
    table = scheme_of(text).table
    assert (table.catalogue["volunteering"].points, table.catalogue["volunteering"].merit) == (None, 8)
    assert "expected `earns: true`" in said_of(text.replace(", earns: true", ""))


def test_the_table_of_points_of_a_table_of_points_is_itself():
    scheme = scheme_of(PLAIN)
    assert scheme.table is scheme
    for text in (WEIGHED, LOGISTIC):
        table = scheme_of(text).table
        assert table.table is table


def test_a_regime_without_an_engine_says_and_hashes_what_it_did():
    """No new key is written into what a shipped regime resolves to."""
    for name in ("rank-my-life-2024", "permis-a-points"):
        resolved = str(load_regime(name).resolved())
        for key in ("engine", "weights", "learned_from", "severity", "log_odds", "earns", "counted_per_day"):
            assert f"'{key}'" not in resolved


# The logistic curve.


def test_the_shown_score_is_the_formula():
    """S = floor + (ceiling − floor) · (1 − σ(z)), with z the log-odds counted and those of the start."""
    scheme = scheme_of(LOGISTIC)
    table = scheme.table
    z0 = math.log(20 / 100)  # 100 of 120 at the start: 1 − σ(z0) = 100/120
    for many in range(8):
        z = z0 + 0.25 * many + 1.5 * (many // 2)
        lost = many * table.catalogue["jaywalking"].points + (many // 2) * table.catalogue["red-light"].points
        expected = 120 * (1 - 1 / (1 + math.exp(-z)))
        assert abs(shown(scheme, table.score.start - lost) - expected) <= 0.5 + 120 / (4 * UNIT)
    assert shown(scheme, table.score.start) == scheme.score.start


def test_a_tier_of_the_shown_score_is_a_threshold_of_the_predictor():
    scheme = scheme_of(LOGISTIC)
    tiers = scheme.table.score.tiers
    for tier, inner in zip(scheme.score.tiers[:-1], tiers[:-1], strict=True):
        assert shown(scheme, inner.from_) >= tier.from_ > shown(scheme, inner.from_ - 1)
    assert tiers[-1].from_ == scheme.table.score.floor == -LIMIT


def test_the_curve_falls_everywhere_and_stays_on_the_scale():
    scheme = scheme_of(LOGISTIC)
    scores = [shown(scheme, z) for z in range(-LIMIT, LIMIT + 1, 7)]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0, 120)
    assert shown(scheme, scheme.table.score.ceiling) == 120 > shown(scheme, scheme.table.score.ceiling - 1)


def test_repair_caps_and_log_odds_are_in_the_unit_of_the_predictor():
    scheme, table = scheme_of(LOGISTIC), scheme_of(LOGISTIC).table
    assert [entry.points for entry in table.catalogue.values()] == [256, 512, 1536]
    assert table.catalogue["jaywalking"].cap_per_day == 512
    assert table.score.repair[0].points == 102
    assert table.score.repair[0].to == table.score.start
    assert (worth(scheme, 512), worth(scheme, -1536)) == ("0.5 in log-odds", "+1.5 in log-odds")


def test_a_case_is_judged_on_the_curve():
    """One red light leaves 63 of 120 and so the best tier, two leave 24 and so the lowest."""
    scheme = scheme_of(LOGISTIC)

    def tier(times):
        return standing(scheme, [Happening(day=3, act="red-light", times=times)], 3).tier

    z = [math.log(0.2) + 1.5 * n for n in range(4)]
    scores = [120 * (1 - 1 / (1 + math.exp(-x))) for x in z]
    names = ["good" if score >= 60 else "fair" if score >= 30 else "poor" for score in scores]
    assert [tier(n) if n else "good" for n in range(4)] == names
    assert names == ["good", "good", "poor", "poor"]


def test_the_words_say_what_the_engine_is():
    weighed = "\n".join(account(regime_from(source_of_text(WEIGHED, "text.yaml"))))
    assert "street 68%, road 32%" in weighed
    assert "(on-foot) loses 3 points" in weighed
    curve = "\n".join(account(regime_from(source_of_text(LOGISTIC, "text.yaml"))))
    assert "loses 0.25 in log-odds, at most 0.5 in log-odds a day" in curve
    assert "It starts at 100, on a scale from 0 to 120" in curve
    assert "0.1 in log-odds come back" in curve


# Files that are wrong.

WRONG = [
    (WEIGHED, "weight: 700", "weight: 600", "weights:",
     "the weights of the themes sum to 924; expected 1,024"),
    (WEIGHED, "weight: 600", "weight: 500", "categories:",
     "the weights of the categories of road sum to 924; expected 1,024"),
    (WEIGHED, "on-foot: 324", "on-foot: 325", "crossing:",
     "the weights of the sub-categories of crossing sum to 1,025; expected 1,024"),
    (WEIGHED, "{licence: 1024}", "{red: 1024}", "papers:", 'two sub-categories are called "red"'),
    (WEIGHED, "sub_category: on-foot", "sub_category: on-foott", "jaywalking: {sub",
     'did you mean "on-foot"?'),
    (WEIGHED, "{sub_category: red, severity: 1}", "{points: 3}", "red-light: {points",
     'the key "severity" is missing'),
    (WEIGHED, "severity: 1}", "severity: 1.5}", "red-light: {sub", "1.5 is not between 0 and 1"),
    (WEIGHED, "weight: 700", "weight: 1700", "weight: 1700", "expected at most 1024"),
    (LOGISTIC, "{log_odds: 1.5}", "{points: 30}", "red-light: {points", "a logistic scheme has no `points`"),
    (LOGISTIC, "{log_odds: 1.5}", "{log_odds: -1}", "red-light: {log", "-1 is not 0 or more"),
    (LOGISTIC, "start: 100", "start: 120", "start: 120", "never starts from"),
    (LOGISTIC, "log_odds: 0.1, to", "points: 1, to", "every_days", "is repaired in `log_odds`"),
    (LOGISTIC, "      repair:", "      hysteresis: 5\n      repair:", "hysteresis", "differ in width"),
    (LOGISTIC, "engine: logistic", "engine: bayes", "engine: bayes",
     "expected one of: points, logistic, learned"),
    (LOGISTIC, "on_alert: {points: 0}", "on_alert: {points: 3}", "engine: logistic", "an alert of gates"),
    (PLAIN, "{points: 30}", "{points: 30, severity: 1}", "red-light: {",
     "a table of points has no `severity`"),
    (PLAIN, "points: 1, to: 100", "log_odds: 1, to: 100", "every_days",
     "stands only with `engine: logistic`"),
    (PLAIN, "    disclosed: true", "    disclosed: true\n    engine: learned", "scheme: score",
     'the key "learned_from" is missing'),
    (PLAIN, "    disclosed: true", "    disclosed: true\n    learned_from: x", "learned_from",
     "stands only with `engine: learned`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "word", "says"), WRONG, ids=[row[4] for row in WRONG])
def test_a_wrong_engine_is_told_at_its_line(text, old, new, word, says):
    assert old in text
    wrong = text.replace(old, new, 1)
    said = said_of(wrong)
    assert says in said
    line = line_of(wrong, word)
    assert re.search(rf"text\.yaml:{line}:\d+", said)


def test_an_association_in_points_is_refused_on_a_curve():
    association = REGIME[REGIME.index("    association:") : REGIME.index("    lists:")]
    assert "a logistic score has none" in said_of(LOGISTIC + association)
    zero = association.replace("points: 2", "points: 0")
    assert scheme_of(LOGISTIC + zero).association is not None
