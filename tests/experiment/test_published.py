"""Rows of published figures: what their classes ask, and what a file of them may not say."""

from __future__ import annotations

import copy
from datetime import date

import pytest
from ruamel.yaml import YAML

from moot.errors import DeclarationError
from moot.experiment.published import MOST_FITTED, load_published
from moot.experiment.validation import lean
from moot.regime.reading import load_regime

# What a row is was settled before it was run. A row that changes class here was moved after it was seen.
CLASSES = {
    "points-per-licence-2018": "recovered",
    "offences-with-points-per-licence-2018": "recovered",
    "faces-found-by-a-police-system": "recovered",
    "false-alerts-at-10000-listed": "recovered",
    "false-alerts-at-1000-listed": "recovered",
    "approval-china-2018": "recovered",
    "unemployment-france-2019": "recovered",
    "hires-with-a-record-shown": "recovered",
    "paid-per-flash": "recovered",
    "notices-never-paid": "recovered",
    "offences-while-income-is-covered": "recovered",
    "air-refusals-2018": "calibrated",
    "rail-refusals-2018": "calibrated",
    "obligations-met-by-2018": "calibrated",
    "tries-per-person-at-launch": "calibrated",
    "share-trying-at-launch": "calibrated",
    "articles-read-2013": "calibrated",
    "support-after-news-of-repression": "calibrated",
    "rated-at-least-four-and-a-half": "calibrated",
    "mean-rating": "calibrated",
    "gap-where-the-rated-rate-back": "calibrated",
    "offences-after-cover-ends": "calibrated",
    "air-refusals-to-february-2017": "predicted",
    "air-refusals-to-2017": "predicted",
    "air-refusals-to-april-2018": "predicted",
    "rail-refusals-to-february-2017": "predicted",
    "rail-refusals-to-november-2017": "predicted",
    "rail-refusals-to-2017": "predicted",
    "rail-refusals-to-april-2018": "predicted",
    "tries-on-the-third-day": "predicted",
    "drivers-who-lost-points-2005": "predicted",
    "fines-paid-at-one-crossing": "predicted",
    "red-lights-run-around-cameras": "predicted",
    "speeding-at-cameras": "predicted",
    "searches-that-look-like-trouble-2013": "predicted",
    "crime-around-public-cameras": "predicted",
    "property-crime-after-job-loss": "predicted",
    "poor-among-the-unemployed": "predicted",
    "poor-among-the-employed": "predicted",
    "five-stars-where-the-rated-rate-back": "predicted",
}
PREDICTED = {
    "id": "one",
    "what": "A figure",
    "unit": "million",
    "source": "a page",
    "mark": "V",
    "target": 10,
    "tolerance": 1,
    "reason": "rounding",
    "class": "predicted",
    "how": {"kind": "passages-per-false-alert", "fmr": 1e-6, "gallery": 1000},
}
RUN = {"scenario": "permis", "arms": ["status-quo"], "people": 1000, "acts": ["red-light"]}


def file_of(tmp_path, rows, **changes):
    content = {"published": "some", "seeds": 3, "not_tested": ["everything"], "scenarios": {}, "rows": rows}
    path = tmp_path / "rows.yaml"
    YAML(typ="safe").dump(content | changes, path)
    return path


def without(row, key):
    return {name: value for name, value in row.items() if name != key}


def test_no_row_has_changed_its_class_or_has_gone():
    found = {row.id: row.class_ for row in load_published().rows}
    assert {name: found.get(name) for name in CLASSES} == CLASSES


def test_every_row_says_where_it_is_from_and_why_its_tolerance():
    for row in load_published().rows:
        assert row.source and row.mark and row.reason and row.tolerance > 0, row.id


def test_at_most_twelve_parameters_are_fitted_and_none_twice():
    fitted = [name for row in load_published().rows for name in row.fitted]
    assert len(fitted) == len(set(fitted)) <= MOST_FITTED


def test_scenarios_of_rows_are_read_and_keep_the_acts_named():
    for name, one in load_published().scenarios.items():
        scenario = lean(one)
        assert list(scenario.country_model.acts) == list(one.acts), name
        assert set(one.arms) <= set(scenario.arms)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (PREDICTED | {"fitted": ["something"]}, "a predicted row fits nothing"),
        (PREDICTED | {"input": "a rate"}, "`input` stands in recovered rows"),
        (PREDICTED | {"class": "calibrated"}, "`fitted` stands in calibrated rows, and in all of them"),
        (PREDICTED | {"class": "recovered"}, "`input` stands in recovered rows, and in all of them"),
        (PREDICTED | {"class": "validated"}, "recovered"),
        (PREDICTED | {"mark": "assumed"}, "no mark of a published figure"),
        (PREDICTED | {"mark": "C"}, "no mark of a published figure"),
        (without(PREDICTED, "source"), "needs `source` and `mark`"),
        (without(PREDICTED, "reason"), "reason"),
        (PREDICTED | {"tolerance": -1}, "0"),
        (PREDICTED | {"how": {"kind": "moot.experiment.validation.measured"}}, "kind"),
        (
            PREDICTED
            | {"how": {"kind": "change", "scenario": "no", "measure": "act:a:acts", "last_days": 1}},
            'unknown scenario "no"',
        ),
    ],
)
def test_a_wrong_row_is_told(tmp_path, row, said):
    with pytest.raises(DeclarationError) as caught:
        load_published(file_of(tmp_path, [row]))
    assert any(said in str(problem) for problem in caught.value.problems), str(caught.value)


def test_two_rows_of_one_name_and_too_many_parameters_are_told(tmp_path):
    many = copy.deepcopy(PREDICTED) | {"class": "calibrated"}
    many["fitted"] = [f"p-{n}" for n in range(MOST_FITTED + 1)]
    with pytest.raises(DeclarationError) as caught:
        load_published(file_of(tmp_path, [many, PREDICTED]))
    said = str(caught.value)
    assert 'two rows are called "one"' in said and "13 parameters are fitted" in said


@pytest.mark.parametrize("one", [RUN | {"file": "licence-2018.yaml"}, without(RUN, "scenario")])
def test_a_scenario_is_a_name_or_a_file(tmp_path, one):
    with pytest.raises(DeclarationError, match="exactly one of"):
        load_published(file_of(tmp_path, [PREDICTED], scenarios={"licence": one}))


def test_a_file_outside_the_folder_of_rows_is_refused(tmp_path):
    one = without(RUN, "scenario") | {"file": "../scenarios/rank-my-life-2028.yaml"}
    with pytest.raises(DeclarationError):
        load_published(file_of(tmp_path, [PREDICTED], scenarios={"licence": one}))


# The list of judgment defaulters.

RESIDENTS = 1_395.38e6
PUBLISHED = [
    (date(2014, 3, 10), 87_079),
    (date(2014, 7, 23), 203_000),
    (date(2017, 2, 15), 6.73e6),
    (date(2017, 11, 8), 8.87e6),
    (date(2017, 12, 31), 9.59e6),
    (date(2018, 12, 31), 12.88e6),
]


def the_list(name="judgment-defaulters-2013-2019"):
    (scheme,) = load_regime(name).schemes
    (rule,) = scheme.lists
    return rule


def adults_of_china():
    scenario = lean(load_published().scenarios["judgment-defaulters"])
    rows = scenario.country_model.age_sex.rows
    old = sum(r.population for r in rows if r.age_band == "85+" or int(r.age_band.split("-")[0]) >= 20)
    return RESIDENTS * old / sum(r.population for r in rows)


def test_entries_add_up_to_the_published_series():
    pieces = the_list().entry.drawn_per_year.values
    assert len(pieces) <= 16 and pieces[0].from_ == date(2013, 10, 1)
    adults = adults_of_china()
    ends = [piece.from_ for piece in pieces[1:]] + [date(2019, 1, 1)]
    entered = 0.0
    for piece, end, (day, published) in zip(pieces, ends, PUBLISHED, strict=True):
        assert (end - day).days == 1
        entered += piece.value * (end - piece.from_).days / 365.25 * adults
        assert entered == pytest.approx(published, rel=1e-3)


def test_the_copy_with_everybody_listed_tries_as_the_list_does():
    scenario = lean(load_published().scenarios["listed-at-launch"])
    ((rule,),) = ([*scheme.lists] for scheme in scenario.arm_regimes["listed"].schemes)
    for context, tries in the_list().tries.items():
        for key in ("intents_per_year", "share_of_trips", "again", "settles", "half_life_days"):
            mine, other = getattr(tries, key), getattr(rule.tries[context], key)
            assert (mine is None) == (other is None)
            assert mine is None or mine.at() == other.at(), (context, key)


def test_what_was_fitted_names_the_row_it_was_fitted_on():
    rule = the_list()
    air, rail = rule.tries["air"], rule.tries["fast-rail"]
    fitted = [rule.exit.per_year, air.intents_per_year, air.again, air.settles, rail.share_of_trips]
    for quantity in fitted:
        assert quantity.mark == "C" and quantity.range is not None
        assert "that row is no validation" in quantity.source
