"""Every shipped country: it loads, its people follow its own tables, its map is that of its regions."""

import re
from datetime import date

import numpy as np
import pytest

from moot.country.population import EMPLOYED, LICENCE, SMARTPHONE, apportion
from moot.country.reading import load_country
from moot.country.synthesis import age_sex_counts, synthesise
from moot.declaring.files import data_folder, shipped_names
from moot.experiment.scenario import load_scenario
from moot.findings.report_map import HEIGHT, WIDTH, Area, outlines, region_map
from moot.vocabulary import load_vocabulary
from tests.country.drawn import close, level_of

NAMES = shipped_names("country")
PEOPLE = 5_000
WHEN = date(2018, 1, 1)


@pytest.fixture(scope="module", params=NAMES)
def country(request):
    return load_country(request.param)


@pytest.fixture(scope="module")
def vocabulary():
    return load_vocabulary()


@pytest.fixture(scope="module")
def people(country, vocabulary):
    return synthesise(country, vocabulary, seed=7, people=PEOPLE, when=WHEN, threads=1)


def text_of(name):
    return (data_folder() / "countries" / name / "country.yaml").read_text("utf-8")


def test_the_three_are_there():
    assert NAMES == ["china-2018", "france", "halmerra"]


def test_regions_have_their_share_by_largest_remainder(people, country):
    totals = np.array(country.region_totals())
    found = np.bincount(people.region, minlength=len(totals))
    assert found.sum() == PEOPLE
    np.testing.assert_array_equal(found, apportion(totals, PEOPLE))


def test_ages_and_sexes_follow_the_table(people, country, vocabulary):
    table = age_sex_counts(country) / age_sex_counts(country).sum()
    sex = level_of(people, vocabulary, "sex")
    parts = len(people.layout.segment_region)
    for band in range(18):
        for which in range(2):
            count = int(((people.age5 == band) & (sex == which)).sum())
            assert abs(count - PEOPLE * table[band, which]) < 3 * np.sqrt(parts), (band, which)


def test_what_people_hold_follows_the_shares_by_age(people, country, vocabulary):
    age, a = level_of(people, vocabulary, "age"), country.attributes
    for bit, table in ((LICENCE, a.licence), (SMARTPHONE, a.smartphone), (EMPLOYED, a.employed)):
        has = people.who.astype(int) & bit == bit
        for band in range(9):
            here = age == band
            assert close(int(has[here].sum()), int(here.sum()), table.by_age[band]), (bit, band)


def test_appearance_and_education_follow_the_shares(people, country, vocabulary):
    adult = people.age5 >= 4
    for attribute, who in (("appearance", np.ones(PEOPLE, bool)), ("education", adult)):
        level = level_of(people, vocabulary, attribute)
        for x, name in enumerate(vocabulary.attributes[attribute]):
            share = getattr(country.attributes, attribute).shares[name]
            assert close(int((level[who] == x).sum()), int(who.sum()), share), (attribute, name)


def test_no_act_depends_on_income_or_sex(country):
    for name, rate in country.acts.items():
        if rate.gradient is not None:
            assert set(rate.gradient.tables()) == {"age"}, name
            assert rate.gradient.measures == "conduct", name


def test_appearance_is_the_same_and_assumed_in_every_country(country):
    shares = country.attributes.appearance
    assert (dict(shares.shares), shares.mark) == (
        {"class-1": 0.6, "class-2": 0.3, "class-3": 0.1},
        "assumed",
    )


def test_the_map_is_that_of_the_regions(country):
    drawn = outlines(country.country)
    assert set(drawn) in (set(), {row.code for row in country.regions.rows})


@pytest.mark.parametrize("name", [name for name in NAMES if outlines(name)])
def test_the_map_fits_and_hatches_what_is_small(name):
    regions = load_country(name).regions.rows
    areas = [Area(row.code, row.name, 1_000 * (n % 2), 50) for n, row in enumerate(regions)]
    drawn = region_map("t", "d", areas, outlines(name))
    wide, high = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups())
    assert wide <= WIDTH and high <= HEIGHT + 46
    paths = re.findall(r'<path class="([^"]+)" d="([^"]+)"', drawn)
    assert [css == "few" for css, _ in paths] == [area.people < 1_000 for area in areas]
    numbers = np.array([re.findall(r"([\d.]+) ([\d.]+)", d)[0] for _, d in paths], float)
    assert (numbers >= 0).all() and (numbers[:, 0] <= wide).all() and (numbers[:, 1] <= high).all()


def test_china_has_31_outlines_and_the_rates_of_its_sources():
    country = load_country("china-2018")
    assert len(outlines("china-2018")) == len(country.regions.rows) == 31
    assert country.residents == 1_409_778_724
    assert country.existing == ()
    assert country.travel["air"].per_year.at(WHEN) == pytest.approx(610 / 1395.38, abs=0.005)
    assert country.travel["fast-rail"].per_year.at(WHEN) == pytest.approx(2050 / 1395.38, abs=0.005)
    assert sum(size * share for size, share in country.households.sizes.items()) == pytest.approx(
        2.62, abs=0.01
    )
    counts = age_sex_counts(country).sum(axis=1)
    bands = np.add.reduceat(counts, range(0, 18, 2)) / counts.sum()
    for table, total in ((country.attributes.licence, 369), (country.attributes.employed, 775.86)):
        assert np.dot(bands, table.by_age) * 1395.38 == pytest.approx(total, rel=0.01)


def test_china_says_what_it_is_not():
    head = " ".join(text_of("china-2018").split("country:")[0].replace("#", " ").split())
    assert "Synthetic people only" in head
    assert "A national personal score. None existed" in head
    assert "not a credit score, and it is not modelled" in head
    assert "some are contested" in head


def test_halmerra_says_that_it_is_invented_and_marks_nothing_as_known():
    text = text_of("halmerra")
    assert "There is no such place" in text
    assert set(re.findall(r"mark: ([\w-]+)", text)) == {"assumed"}
    assert [row.code for row in load_country("halmerra").regions.rows] == [f"R{n:03d}" for n in range(1, 13)]


@pytest.mark.parametrize("name", ["china-2018-quiet", "halmerra-quiet"])
def test_a_quiet_year_has_no_scheme(name):
    scenario = load_scenario(name)
    assert scenario.arm_regimes == {"status-quo": None}
    assert scenario.existing_models == ()
    assert scenario.warnings == ()
