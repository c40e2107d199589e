"""Section 7 of the equations, `vacancies: fixed`: as many hires in a region and month as today, by others."""

import numpy as np
import pytest

from moot.country import population
from moot.draws import tables
from moot.draws.philox import draw, purpose, seed_key
from moot.errors import DeclarationError, MootError
from moot.experiment import simulation
from moot.findings.answers import answers
from moot.findings.events import events_of
from moot.findings.kinds import PLACES
from moot.findings.lives import reason, sentence, unexplained_differences
from moot.findings.rules import Rules
from moot.findings.run import run_of
from moot.findings.summary import summary_of
from moot.regime.words import account
from moot.society import acts
from moot.society.arms import date_of
from tests.laws import livelihood as j
from tests.laws import worlds as w

PEOPLE, DAYS = 8_000, 400
HALF = 0.5
ARMS = {
    "plain": w.regime(j.tiered()),
    "neutral": w.regime(j.tiered(hiring={"all": 1}, dismissal={"all": 0})),
    "refusing": w.regime(j.tiered(hiring={"all": HALF})),
    "ending": w.regime(j.tiered(dismissal={"all": 0.01})),
    "some": w.regime(j.tiered(who="smartphone", hiring={"all": 0.2})),
    "closed": w.regime(j.tiered(hiring={"all": 0})),
}


def country(vacancies="fixed", **changes):
    attributes = {"smartphone": {"by_age": [HALF] * 9}}
    return j.country(work=j.work(vacancies=vacancies), attributes=attributes, **changes)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same year with places fixed and open, and everybody's status in each."""
    found = {}
    for vacancies in ("fixed", "open"):
        folder = tmp_path_factory.mktemp(vacancies)
        kept = j.Statuses()
        of = w.scenario(folder, country(vacancies), ARMS, people=PEOPLE, days=DAYS)
        found[vacancies] = w.run(of, panel=0, on_day=kept), kept
    return found


def by_region(result, measure, arm):
    """A flow by day and region."""
    a = result.arms.index(arm)
    (column,) = (c for c, name in result.compiled.columns.flow_names[a].items() if name == measure)
    return result.record.region[a, :, :, column]


@pytest.mark.parametrize("arm", ["plain", "neutral", "refusing", "ending", "some"])
def test_every_region_fills_as_many_places_a_month_as_today(runs, arm):
    result, _ = runs["fixed"]
    hired = by_region(result, "work:jobs:hired", "status-quo")
    assert (hired.sum(axis=0) > 300).all()
    np.testing.assert_array_equal(by_region(result, "work:jobs:hired", arm), hired)
    opened = runs["open"][0]
    differs = (by_region(opened, "work:jobs:hired", arm) != hired).any()
    assert differs == (arm in ("refusing", "ending", "some"))


def test_places_are_handed_on_go_missing_or_are_lost(runs):
    """Refusals free places; more people out of work find too few; where all are refused, nobody takes any."""
    result, _ = runs["fixed"]

    def of(arm, what):
        return w.total(result, f"work:places:{what}", arm)

    assert of("refusing", "handed-on") > 300 and of("refusing", "lost") == 0
    assert of("ending", "missing") > 50 and of("ending", "lost") == 0
    assert w.total(result, "work:jobs:hired", "closed") == 0
    lost = by_region(result, "work:places:lost", "closed")
    np.testing.assert_array_equal(lost, by_region(result, "work:jobs:hired", "status-quo"))
    for arm in ("plain", "status-quo"):
        names = result.compiled.columns.flow_names[result.arms.index(arm)].values()
        assert not any(name.startswith("work:places") for name in names)


def test_without_refusals_fixed_is_open_bit_for_bit(runs):
    """Today, and a scheme that leaves jobs alone; neutral numbers have measures of their own, and no more."""
    fixed, opened = runs["fixed"][0], runs["open"][0]
    for arm in ("status-quo", "plain"):
        assert fixed.digests[arm] == opened.digests[arm]
    a = fixed.arms.index("neutral")
    for x in ("handed-on", "missing", "lost"):
        assert w.total(fixed, f"work:places:{x}", "neutral") == 0
    columns = [{n: c for c, n in one.compiled.columns.flow_names[a].items()} for one in (fixed, opened)]
    for name, column in columns[1].items():
        for table in ("region", "level", "month"):
            found = getattr(fixed.record, table)[a, ..., columns[0][name]]
            np.testing.assert_array_equal(found, getattr(opened.record, table)[a, ..., column])
    states = [runs[vacancies][1].society.books["warm"][:, a] for vacancies in ("fixed", "open")]
    np.testing.assert_array_equal(*states)
    for arm in ("refusing", "ending", "some"):
        assert fixed.digests[arm] != opened.digests[arm]


def test_as_many_people_are_in_work_as_today(runs):
    """Hires are as many and jobs last as long; with places open, far fewer are at work."""
    employed = {
        vacancies: {arm: w.stock(run, "work:employed:people", arm)[-1] for arm in ("status-quo", "refusing")}
        for vacancies, (run, _) in runs.items()
    }
    today = employed["fixed"]["status-quo"]
    months = len(runs["fixed"][1].days)
    error = np.sqrt(2 * today * (1 - j.MATRIX[0, 0]) * months)  # of jobs lost in both arms, at most
    w.agrees(employed["fixed"]["refusing"], today, error)
    assert employed["open"]["refusing"] < today - 4 * error


def test_fewer_look_for_work_where_places_go_to_those_who_do(runs):
    """Who is refused from outside the labour force stays outside; with places open, more are unemployed."""
    fixed, opened = (
        {arm: w.stock(run, "work:unemployed:people", arm)[-1] for arm in ("status-quo", "refusing")}
        for run, _ in runs.values()
    )
    assert fixed["refusing"] < fixed["status-quo"] < opened["refusing"]


def test_people_outside_the_scheme_gain(runs):
    """What those lose whom it may refuse, others get: it is one number of places."""
    result, kept = runs["fixed"]
    here, today = (kept.all[:, :, result.arms.index(arm)] == 0 for arm in ("some", "status-quo"))
    inside = result.population.who & population.SMARTPHONE > 0
    gained = (here.sum(axis=0) - today.sum(axis=0)).astype(np.int64)
    assert gained[~inside].sum() > 200
    assert gained[inside].sum() < -200
    opened, kept = runs["open"]
    here, today = (kept.all[:, :, opened.arms.index(arm)] == 0 for arm in ("some", "status-quo"))
    np.testing.assert_array_equal(here[:, ~inside], today[:, ~inside])


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Half a year of a small country, everybody's life kept; under a scheme that refuses and dismisses."""
    arms = {
        "both": w.regime(j.tiered(hiring={"all": HALF}, dismissal={"all": 0.03})),
        "ending": ARMS["ending"],
    }
    of = w.scenario(tmp_path_factory.mktemp("lived"), country(), arms, people=1_500, days=200)
    with pytest.MonkeyPatch.context() as patch:
        w.everybody_seen(patch)
        kept = j.Statuses()
        return w.run(of, on_day=kept), kept


def coin(person, day, what):
    """The uniform of a person and month under a purpose."""
    month = date_of(day).year * 12 + date_of(day).month
    return int(draw(seed_key(1), person, month, purpose(what), 0)[0])


def test_nobody_is_hired_whom_his_scheme_refuses(lived):
    result, _ = lived
    rows = w.lives(result)
    rows = rows[rows[:, 2] == result.arms.index("both")]
    for kind, refused in (
        (acts.L_PLACE_HANDED_ON, False),
        (acts.L_HIRED, False),
        (acts.L_HIRE_REFUSED, True),
    ):
        found = [coin(i, day, "work/hiring/score") for day, i in rows[rows[:, 3] == kind, :2].tolist()]
        assert len(found) > 30
        assert {one >= tables.q32(HALF) for one in found} == {refused}


def test_free_places_go_by_the_keyed_order(lived):
    """Of those who look for work and are not refused, the lowest uniforms of the region, month by month."""
    result, kept = lived
    a = result.arms.index("both")
    rows = w.lives(result)
    rows = rows[
        (rows[:, 2] == a) & np.isin(rows[:, 3], [acts.L_PLACE_HANDED_ON, acts.L_DISMISSED, acts.L_JOB_LOST])
    ]
    seen = 0
    for x, day in enumerate(kept.days):
        of_day = rows[rows[:, 0] == day]
        passed = set(of_day[of_day[:, 3] == acts.L_PLACE_HANDED_ON, 1].tolist())
        lost = set(of_day[of_day[:, 3] != acts.L_PLACE_HANDED_ON, 1].tolist())
        for region in range(2):
            here = np.flatnonzero(result.population.region == region).tolist()
            seeking = [i for i in here if i in passed or (kept.all[x, i, a] == 1 and i not in lost)]
            able = [i for i in seeking if coin(i, day, "work/hiring/score") < tables.q32(HALF)]
            able.sort(key=lambda i, day=day: (coin(i, day, "work/places"), i))
            got = passed & set(here)
            assert set(able[: len(got)]) == got
            seen += len(got) > 0 and len(able) > len(got)
    assert seen > 5


def test_every_difference_is_explained(lived):
    result, _ = lived
    rules, of = Rules(result.scenario, result.arms), events_of(result)
    assert unexplained_differences(of, rules) == []
    told = {}
    for life in of.values():
        for arm in ("both", "ending"):
            pair = life.pair(rules, arm)
            for event in pair.differences:
                if event.kind in PLACES:
                    told[arm, event.kind] = f"{sentence(event, rules)}: {reason(event, pair)}"
                assert "not explained" not in reason(event, pair)
    assert "a place left free" in told["both", "place-handed-on"]
    assert "finds no place left" in told["ending", "place-missing"]
    assert all("as many as without the regime" in one for one in told.values())


def test_the_table_and_the_answers_count_places(lived):
    run = run_of(lived[0])
    totals = run.totals("both")
    rows = {row.words: row.regime for row in summary_of(run, "both").rows}
    assert rows["hires into places that stayed free"] == totals["work:places:handed-on"] > 30
    assert rows["places that nobody took"] == totals["work:places:lost"]
    lost = run.measures("work:places:lost", arm="both", period="day", region="all")
    assert np.ma.getmaskarray(lost["work:places:lost"]).all()  # it is nobody's: not counted by who people are
    assert answers(run, "both")[0].counts["places handed on"].here == totals["work:places:handed-on"]
    assert "places that stayed free went to others" in " ".join(answers(run, "both")[0].sentences)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A country in several blocks."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    arms = {name: ARMS[name] for name in ("refusing", "ending")}
    return w.scenario(tmp_path, country(regions={"equal": 3}), arms, people=1_000, days=100)


def test_threads_do_not_enter(small):
    every = w.run(small, panel=0)
    assert every.population.layout.blocks > 3
    assert w.run(small, panel=0, threads=2).digests == every.digests
    assert w.run(small, panel=0, threads=3).digests == every.digests


def test_an_arm_alone_has_the_comparator_beside_it_unseen(small):
    """Its places are the comparator's hires, which is lived through and is not in the result."""
    every = w.run(small)
    for arm in every.arms:
        lived_through = []
        alone = w.run(
            small, arms=[arm], on_day=lambda s, day, seen=lived_through: seen.append(len(s.compiled.arms))
        )
        assert set(lived_through) == {1 if arm == "status-quo" else 2}
        assert alone.arms == (arm,) and alone.digests == {arm: every.digests[arm]}
        assert alone.record.region.shape[0] == len(alone.compiled.arms) == len(alone.compiled.law) == 1
        rows = w.lives(every)
        mine = rows[rows[:, 2] == every.arms.index(arm)]
        assert sorted(map(tuple, np.delete(w.lives(alone), 2, 1).tolist())) == sorted(
            map(tuple, np.delete(mine, 2, 1).tolist())
        )
    assert run_of(alone).totals(arm)


def test_the_comparator_may_be_no_law_at_all(tmp_path):
    of = w.scenario(
        tmp_path, country(), {"refusing": ARMS["refusing"]}, people=1_000, days=100, comparator="none"
    )
    every = w.run(of, panel=0)
    hired = by_region(every, "work:jobs:hired", "none")
    np.testing.assert_array_equal(by_region(every, "work:jobs:hired", "refusing"), hired)
    assert w.run(of, panel=0, arms=["refusing"]).digests["refusing"] == every.digests["refusing"]


def test_a_society_without_the_comparator_is_refused(small, monkeypatch):
    monkeypatch.setattr(simulation, "places_fixed", lambda work, arms: False)
    with pytest.raises(MootError, match="comparator is not among the arms, which are refusing"):
        w.run(small, panel=0, arms=["refusing"])


def test_it_is_said_in_words(tmp_path):
    for vacancies, words in (("fixed", "goes to another who looks for work"), ("open", "upper bounds")):
        of = w.scenario(tmp_path / vacancies, country(vacancies), ARMS, people=300, days=1)
        told = "\n".join(account(of.arm_regimes["refusing"], of.country_model))
        assert words in told and f"vacancies: {vacancies}" in told
        assert "vacancies" not in "\n".join(account(of.arm_regimes["plain"], of.country_model))
    with pytest.raises(DeclarationError, match=r"work\.vacancies"):
        w.scenario(tmp_path / "wrong", country("few"), ARMS, people=300, days=1)
