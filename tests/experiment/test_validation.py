"""Measuring rows: arithmetic, what is inside, and recounts of small runs by hand."""

from __future__ import annotations

import math
from datetime import date

import pytest

from moot.errors import UnknownNameError, UserError
from moot.experiment.published import Total, load_published
from moot.experiment.simulation import simulate
from moot.experiment.validation import Compared, compare, compared, lean, measured, seen_for
from moot.findings.events import events_of

PUBLISHED = load_published()


def row(name, **changes):
    return PUBLISHED.by_id[name].model_copy(update=changes)


def run_of(name, *, people=3_000, panel=200, **options):
    one = PUBLISHED.scenarios[name]
    return simulate(lean(one), people=people, arms=one.arms, panel=panel, **({"threads": 1} | options))


@pytest.fixture(scope="module")
def licence():
    return run_of("licence-2018")


@pytest.fixture(scope="module")
def launch():
    return run_of("listed-at-launch", people=20_000)


@pytest.mark.parametrize(
    ("obtained", "inside"), [(10, True), (11, True), (9, True), (11.01, False), (8.99, False)]
)
def test_the_ends_of_a_tolerance_are_inside(obtained, inside):
    one = row("air-refusals-to-2017", target=10.0, tolerance=1.0)
    assert Compared(one, obtained, obtained, obtained).inside is inside


def test_a_row_has_the_mean_and_the_ends_of_its_seeds():
    one = compared(row("air-refusals-2018"), [8.0, 9.0, 7.0])
    assert (one.obtained, one.low, one.high) == (8.0, 7.0, 9.0)


def test_a_row_that_some_seed_could_not_measure_is_not_inside():
    one = compared(row("tries-on-the-third-day"), [11.0, None, 11.0])
    assert (one.obtained, one.inside) == (None, False)


def test_a_row_outside_stays_and_keeps_its_class_and_reason():
    one = compared(row("air-refusals-to-2017"), [15.0, 15.0, 16.0]).as_dict()
    assert one["inside"] is False and one["class"] == "predicted"
    assert "law of tries" in one["outside"]
    inside = compared(row("air-refusals-to-2017"), [9.0, 9.0, 9.5]).as_dict()
    assert inside["inside"] is True and inside["outside"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("false-alerts-at-10000-listed", 6_000),
        ("false-alerts-at-1000-listed", 60_000),
        ("faces-found-by-a-police-system", 89),
    ],
)
def test_operating_points_come_from_the_law_of_recognition(name, value):
    assert measured(row(name), None) == pytest.approx(value, rel=1e-3)


def test_a_row_that_needs_a_run_says_so():
    with pytest.raises(UserError, match="needs a run"):
        measured(row("air-refusals-2018"), None)


def test_totals_are_sums_over_their_days(licence):
    one = row("points-per-licence-2018")
    names = licence.compiled.columns.flow_names[0]
    (column,) = (k for k, name in names.items() if name == "scheme:licence-2018:points-lost")
    flow = licence.record.region[0, :, :, column].sum(axis=1)
    assert measured(one, licence) == pytest.approx(flow.sum() * 1.42101 / 3_000)
    how = one.how.model_copy(update={"from_": date(2018, 2, 1), "until": date(2018, 2, 28), "real": 3_000.0})
    assert measured(one.model_copy(update={"how": how}), licence) == flow[31:59].sum()


def test_days_outside_the_run_and_unknown_measures_are_refused(licence):
    late = Total(
        kind="total", scenario="x", measures=("scheme:licence:points-lost",), real=1.0, until="2019-01-01"
    )
    with pytest.raises(UserError, match="outside the run"):
        measured(row("points-per-licence-2018", how=late), licence)
    unknown = Total(kind="total", scenario="x", measures=("scheme:licence:lost",), real=1.0)
    with pytest.raises(UnknownNameError, match="measure"):
        measured(row("points-per-licence-2018", how=unknown), licence)


def test_drivers_for_so_many_points_are_those_of_the_lives(licence):
    points = {"speeding-under-5": 1, "speeding-under-20": 1, "speeding-20-to-30": 2}
    points |= {"phone-at-the-wheel": 3, "red-light": 4, "drink-driving": 6}
    people, lost = set(), 0
    for life in events_of(licence).values():
        for event in life.arms["before-2024"]:
            if event.kind == "charged-today" and event.day < licence.record.first + 183:
                people.add(life.number)
                lost += points[event.what]
    assert lost > 0
    found = measured(row("drivers-who-lost-points-2005"), licence)
    assert found == pytest.approx(len(people) * 7.46 / lost)


def test_tries_and_those_who_try_are_those_of_the_lives(launch):
    air = launch.record.lives
    rows = [list(r) for block in air for r in block.tolist() if r[3] == 13 and r[4] == 0]
    listed = {r[1] for block in air for r in block.tolist() if r[3] == 11}
    assert rows and listed
    tried = {r[1] for r in rows}
    assert measured(row("share-trying-at-launch"), launch) == pytest.approx(100 * len(tried) / len(listed))
    found = measured(row("tries-per-person-at-launch"), launch)
    assert found == pytest.approx(sum(r[7] for r in rows) / len(tried))
    first = launch.record.first
    early = [r for r in rows if r[0] < first + 5]
    found = measured(row("tries-on-the-third-day"), launch)
    if early:
        assert found == pytest.approx(sum(r[7] for r in early) / len({(r[0], r[1]) for r in early}))
    else:
        assert found is None


def test_a_change_is_one_arm_against_the_other():
    result = run_of("watched-online", people=1_000)
    one = row("articles-read-2013")
    (column,) = (k for k, x in result.compiled.columns.flow_names[0].items() if x == one.how.measure)
    before, after = (result.record.region[a, -365:, :, column].sum() for a in (0, 1))
    assert measured(one, result) == pytest.approx(100 * (after / before - 1))
    assert -60 < measured(one, result) < 0


def test_support_is_that_of_the_first_day_and_of_the_last():
    result = run_of("support-2018", people=5_000)
    minds = result.record.minds
    for_it = minds.region[0, 0, :, minds.names.index("opinion:private:support")].sum()
    assert measured(row("approval-china-2018"), result) == pytest.approx(100 * for_it / 5_000)
    mean = [
        minds.region[a, -1, :, minds.names.index("opinion:private:sum")].sum() / 16_384 / 5_000
        for a in (0, 1)
    ]
    change = 100 * ((1 + mean[1]) / (1 + mean[0]) - 1)
    assert measured(row("support-after-news-of-repression"), result) == pytest.approx(change)


def test_support_without_opinion_is_refused(licence):
    with pytest.raises(UserError, match="opinion is not declared"):
        measured(row("approval-china-2018"), licence)


def test_people_at_the_end_are_a_share_of_others_in_the_arm_named():
    result = run_of("work-2019", people=5_000)
    names = {name: k for k, name in result.compiled.columns.stock_names[0].items()}
    last = result.record.s_region[0, -1].sum(axis=0)
    looks, works = (int(last[names[f"work:{x}:people"]]) for x in ("unemployed", "employed"))
    found = measured(row("unemployment-france-2019"), result)
    assert found == pytest.approx(100 * looks / (looks + works)) and 4 < found < 12


def test_a_gap_is_one_arm_less_the_other():
    result = run_of("platforms", people=20_000, panel=0)
    high = []
    for a in (0, 1):
        names = {name: k for k, name in result.compiled.columns.stock_names[a].items()}
        last = result.record.s_region[a, -1].sum(axis=0)
        rated, good = (last[names[f"rating:{x}:people"]] for x in ("rated", "at-least-4-and-a-half"))
        high.append(100 * good / rated)
    assert result.arms == ("one-sided", "two-sided")
    assert measured(row("rated-at-least-four-and-a-half"), result) == pytest.approx(high[1])
    assert measured(row("gap-where-the-rated-rate-back"), result) == pytest.approx(high[1] - high[0])
    one = row("gap-where-the-rated-rate-back")
    elsewhere = one.model_copy(update={"how": one.how.model_copy(update={"less": "status-quo"})})
    with pytest.raises(UnknownNameError, match="arm"):
        measured(elsewhere, result)


def test_a_share_of_a_flow_is_over_the_run():
    result = run_of("crossing-2017", people=20_000, panel=0)
    assert result.scenario.existing_models == ()
    names = {name: k for k, name in result.compiled.columns.flow_names[0].items()}
    flow = result.record.region[0].sum(axis=(0, 1))
    paid, noticed = (int(flow[names[f"money:fines:{x}"]]) for x in ("paid-at-once", "noticed"))
    assert measured(row("fines-paid-at-one-crossing"), result) == pytest.approx(100 * paid / noticed)


def seen_run_of(name, *, people):
    one = PUBLISHED.scenarios[name]
    scenario = lean(one)
    seen = seen_for([row for row in PUBLISHED.rows if getattr(row.how, "scenario", None) == name], scenario)
    return simulate(scenario, people=people, arms=one.arms, panel=0, threads=1, on_day=seen), seen


@pytest.fixture(scope="module")
def closure():
    return seen_run_of("closure", people=20_000)


def test_with_no_income_lost_nothing_changes_and_then_as_the_strain_says(closure):
    result, seen = closure
    assert abs(measured(row("offences-while-income-is-covered"), result, seen)) < 1
    work = result.scenario.country_model.work
    strain, left = work.strain.offence.at(), work.replacement.after.at()
    found = measured(row("offences-after-cover-ends"), result, seen)
    assert found == pytest.approx(100 * strain * (1 - left), abs=1)


def test_everybody_who_worked_has_lost_work_where_every_firm_closes(closure):
    result, seen = closure
    (column,) = (k for k, x in result.compiled.columns.flow_names[1].items() if x == "work:jobs:hired")
    assert result.record.region[1, :, :, column].sum() == 0
    assert len(seen.lost) == result.days and seen.lost[0].shape == (2, 2, 9)
    assert seen.lost[0][1, 0].sum() > 3 * seen.lost[0][0, 0].sum()
    assert seen.lost[-1][1, 0].sum() == 0 < seen.lost[-1][1, 1].sum()


def test_the_poor_in_work_are_as_many_as_below_the_line_of_the_lognormal(closure):
    result, seen = closure
    sigma = result.scenario.country_model.income.body_sigma.at()
    below = 100 * 0.5 * (1 + math.erf(math.log(0.6) / sigma / math.sqrt(2)))
    assert measured(row("poor-among-the-employed"), result, seen) == pytest.approx(below, abs=1.5)
    assert measured(row("poor-among-the-unemployed"), result, seen) > 2 * below


def test_ratings_shown_are_those_of_the_last_day():
    result, seen = seen_run_of("platforms", people=20_000)
    names = {name: k for k, name in result.compiled.columns.stock_names[1].items()}
    rated = result.record.s_region[1, -1].sum(axis=0)[names["rating:rated:people"]]
    shown = seen.rated[:, 1].astype(float) / 8192
    assert (shown > 0).sum() == rated > 0
    mean = measured(row("mean-rating"), result, seen)
    assert mean == pytest.approx(shown[shown > 0].mean())
    high = measured(row("rated-at-least-four-and-a-half"), result)
    five = row("five-stars-where-the-rated-rate-back")
    as_half = five.model_copy(update={"how": five.how.model_copy(update={"stars": 4.5, "less": None})})
    assert measured(as_half, result, seen) == pytest.approx(high)


def test_rows_that_look_at_people_say_that_they_need_it(closure):
    with pytest.raises(UserError, match="needs a look at every day"):
        measured(row("poor-among-the-employed"), closure[0])


def test_a_share_of_notices_replaces_that_of_the_country():
    money = lean(PUBLISHED.scenarios["flashes"]).country_model.money
    assert {fine.notice.at() for fine in money.fines.values()} == {0.616}
    plain = lean(PUBLISHED.scenarios["crossing-2017"]).country_model.money
    assert {fine.notice.at() for fine in plain.fines.values()} == {1.0}


def test_hires_that_stand_are_as_many_as_the_multiplier_says():
    result = run_of("record-shown", people=20_000, panel=0)
    assert measured(row("hires-with-a-record-shown"), result) == pytest.approx(61.3, abs=4)


def test_rows_asked_for_bring_only_their_scenarios():
    steps = []
    told = compare(
        people=1_000, rows=["articles-read-2013", "faces-found-by-a-police-system"], progress=steps.append
    )
    assert [one.row.id for one in told.rows] == ["faces-found-by-a-police-system", "articles-read-2013"]
    assert steps == [f"watched-online, seed {n}" for n in (1, 2, 3)]
    assert told.people == {"watched-online": 1_000} and told.seeds == (1, 2, 3)


def test_an_unknown_row_is_told_with_those_that_there_are():
    with pytest.raises(UnknownNameError, match="air-refusals-2018"):
        compare(rows=["air-refusals"])


def test_threads_change_no_number():
    one, two = (
        compare(people=2_000, rows=["points-per-licence-2018"], threads=threads).rows[0] for threads in (1, 2)
    )
    assert (one.obtained, one.low, one.high) == (two.obtained, two.low, two.high)


def test_acts_that_are_left_out_change_nothing_of_the_list():
    """With other acts of the country the listed try as often, within four standard errors."""
    one = PUBLISHED.scenarios["listed-at-launch"]
    found = []
    for acts in (one.acts, (*one.acts, "littering", "red-light")):
        scenario = lean(one.model_copy(update={"acts": acts}))
        result = simulate(scenario, people=20_000, arms=one.arms, panel=0, threads=1)
        (column,) = (k for k, x in result.compiled.columns.flow_names[0].items() if x == "trip:air:refused")
        found.append(int(result.record.region[0, :, :, column].sum()))
    intents = 20_000 * 0.76 * 0.68 * 34 / 365.25
    spread = math.sqrt(2 * intents * 2) * max(found) / intents  # tries of an intent scatter as their mean
    assert abs(found[0] - found[1]) < 4 * spread
