"""Synthetic people against the shares that they are drawn from, and their order and ties."""

from datetime import date

import numpy as np
import pytest

from moot.country import population
from moot.country.population import ADULT, EMPLOYED, LICENCE, SMARTPHONE, Population
from moot.country.rates import bound
from moot.country.reading import load_country
from moot.country.synthesis import age_sex_counts, domains_of, rates_of, synthesise
from moot.draws import tables
from moot.errors import UserError
from moot.vocabulary import load_vocabulary
from tests.country.drawn import FAR_OFF, close, level_of

WHEN = date(2028, 1, 1)
PEOPLE = 20_000


@pytest.fixture(scope="module")
def country():
    return load_country("france")


@pytest.fixture(scope="module")
def vocabulary():
    return load_vocabulary()


@pytest.fixture(scope="module")
def people(country, vocabulary):
    return synthesise(country, vocabulary, seed=1, people=PEOPLE, when=WHEN)


def flag(people, bit):
    """(n,) whether each person carries a flag."""
    return people.who.astype(int) & bit == bit


def blocks_of(people):
    """(first, last + 1) of each block."""
    starts = people.layout.block_start
    return list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))


def households_of(people):
    """Each household as the list of its people."""
    out = []
    for lo, hi in blocks_of(people):
        order, home = people.order[0, lo:hi].astype(int) + lo, people.household[lo:hi].astype(int)
        at = 0
        while at < hi - lo:
            size = int(home[at]) & 15
            assert [int(x) for x in home[at : at + size]] == [y * 16 + size for y in range(size)]
            out.append(order[at : at + size].tolist())
            at += size
        assert at == hi - lo
    return out


def test_departments_have_their_share_by_largest_remainder(people, country):
    totals = np.array(country.region_totals())
    exact = totals * PEOPLE / totals.sum()
    counts = np.bincount(people.region, minlength=len(totals))
    assert counts.sum() == PEOPLE
    assert (np.abs(counts - exact) < 1).all()
    rest = exact - np.floor(exact)
    up = counts > np.floor(exact)
    assert rest[up].min() >= rest[~up].max()
    assert population.apportion(np.array([1, 1, 1]), 5).tolist() == [2, 2, 1]  # ties to the first


def test_ages_and_sexes_follow_the_table_within_every_region(people, country, vocabulary):
    """Systematic sampling: a cell differs from its share by about one person in each part of a region."""
    table = age_sex_counts(country) / age_sex_counts(country).sum()
    sex = level_of(people, vocabulary, "sex")
    parts = len(people.layout.segment_region)
    for band in range(18):
        for which in range(2):
            count = int(((people.age5 == band) & (sex == which)).sum())
            assert abs(count - PEOPLE * table[band, which]) < 3 * np.sqrt(parts), (band, which)
    np.testing.assert_array_equal(level_of(people, vocabulary, "age"), np.minimum(8, people.age5 // 2))
    region = int(np.bincount(people.region).argmax())
    here = people.region == region
    assert abs((people.age5[here] < 4).mean() - table[:4].sum()) < 0.02


def test_shares_of_attributes(people, country, vocabulary):
    """Education of adults, appearance of everybody, density by household: the declared shares."""
    adult = people.age5 >= 4
    np.testing.assert_array_equal(flag(people, ADULT), adult)
    education = level_of(people, vocabulary, "education")
    for x, level in enumerate(vocabulary.attributes["education"]):
        share = country.attributes.education.shares[level]
        assert close(int((education[adult] == x).sum()), int(adult.sum()), share), level
    assert (education[~adult] == 0).all()
    looks = level_of(people, vocabulary, "appearance")
    for x, level in enumerate(vocabulary.attributes["appearance"]):
        assert close(int((looks == x).sum()), PEOPLE, country.attributes.appearance.shares[level]), level
    homes = households_of(people)
    stratum = level_of(people, vocabulary, "stratum")[[home[0] for home in homes]]
    for x, level in enumerate(vocabulary.attributes["stratum"]):
        share = country.attributes.stratum.shares[level]
        assert close(int((stratum == x).sum()), len(homes), share), level


def test_what_people_hold_by_age(people, country, vocabulary):
    """Licences, telephones and work by age; novices among holders, platform workers among the employed."""
    age, a = level_of(people, vocabulary, "age"), country.attributes
    for bit, table in ((LICENCE, a.licence), (SMARTPHONE, a.smartphone), (EMPLOYED, a.employed)):
        has = flag(people, bit)
        for band in range(9):
            here = age == band
            assert close(int(has[here].sum()), int(here.sum()), table.by_age[band]), (bit, band)
    holders, employed = flag(people, LICENCE), flag(people, EMPLOYED)
    licence = level_of(people, vocabulary, "licence")
    np.testing.assert_array_equal(licence > 0, holders)
    assert close(int((licence == 2).sum()), int(holders.sum()), a.licence.novice)
    platform = level_of(people, vocabulary, "platform-worker") == 1
    assert not (platform & ~employed).any()
    assert close(int(platform.sum()), int(employed.sum()), a.platform_worker.share_of_employed)
    np.testing.assert_array_equal(level_of(people, vocabulary, "smartphone") == 1, flag(people, SMARTPHONE))


def test_income_is_shared_by_a_household_and_its_deciles_are_equal(people, vocabulary):
    income, stratum = level_of(people, vocabulary, "income"), level_of(people, vocabulary, "stratum")
    np.testing.assert_array_equal(people.where.astype(int), income * 5 + stratum)
    homes = households_of(people)
    for home in homes:
        assert len(set(income[home])) == len(set(stratum[home])) == 1
    counts = np.bincount(income[[home[0] for home in homes]], minlength=10)
    expected = len(homes) / 10
    assert ((counts - expected) ** 2 / expected).sum() < 40  # chi-square of 9


def test_households(people, country):
    """Whole, in one block and one region, of the declared mean size; no child lives alone among adults."""
    homes = households_of(people)
    assert sorted(i for home in homes for i in home) == list(range(PEOPLE))
    for home in homes:
        assert len(set(people.region[home].tolist())) == 1
    mean = sum(size * share for size, share in country.households.sizes.items())
    assert abs(PEOPLE / len(homes) / mean - 1) < 0.03
    ages = people.age5.astype(int)
    assert all(max(ages[home]) >= 4 for home in homes)


def test_the_canonical_order(people, country, vocabulary):
    """Region, then block, then rate class: the more a person may do, the earlier in this part of a block."""
    assert (np.diff(people.region.astype(int)) >= 0).all()
    layout = people.layout
    assert layout.blocks > 2
    assert layout.block_start[0] == 0
    assert layout.block_start[-1] == PEOPLE
    assert np.diff(layout.block_start).max() <= population.LARGEST_BLOCK
    expected = -(-np.diff(layout.block_start) // 64)
    np.testing.assert_array_equal(np.diff(layout.block_word), expected)
    segments = zip(layout.segment_start[:-1], layout.segment_start[1:], layout.segment_region, strict=True)
    for lo, hi, region in segments:
        assert (people.region[lo:hi] == region).all()
    rates = rates_of(country, vocabulary, WHEN)[0]
    domain, own_at = rates[0]["domain"].tolist(), rates[0]["own_at"].tolist()
    lo, hi = layout.segment_start[:2].tolist()
    hazard = []
    for i in range(lo, hi):
        nothing = 1.0
        for k in range(int(rates[0]["kinds"])):
            theta, own = (int(people.theta[i, column]) for column in (domain[k], own_at[k]))
            given = (rates[0], k, theta, own, int(people.who[i]), int(people.where[i]))
            nothing *= 1 - bound(*given)[0] / 2**32
        hazard.append(1 - nothing)
    rate_class = [63 if h <= 0 else min(28, int(-np.log2(h) + 1e-12)) for h in hazard]
    assert rate_class == sorted(rate_class)


def test_a_small_region_shares_a_block_and_a_large_one_is_cut():
    layout = population.lay_out(np.array([100, 200, 10_000, 50]))
    sizes = np.diff(layout.block_start).tolist()
    assert sizes == [300, 2000, 2000, 2000, 2000, 2000, 50]
    assert layout.segment_region.tolist() == [0, 1, 2, 2, 2, 2, 2, 3]
    assert layout.block_segment.tolist() == [0, 2, 3, 4, 5, 6, 7, 8]


def test_orders_and_places_are_inverse(people):
    for q in range(len(people.order)):
        for lo, hi in blocks_of(people):
            order, place = people.order[q, lo:hi].astype(int), people.place[q, lo:hi].astype(int)
            assert sorted(order) == list(range(hi - lo))
            np.testing.assert_array_equal(place[order], np.arange(hi - lo))


def test_rings_join_people_who_are_alike(people, country, vocabulary):
    """Neighbours in a ring are closer in age than people taken at random."""
    names = ["household", *(t.name for t in country.ties if t.kind in ("ring", "clique"))]
    age = people.age5.astype(int)
    lo, hi = blocks_of(people)[0]
    at_random = np.abs(np.subtract.outer(age[lo:hi], age[lo:hi])).mean()
    for name, closer in (("regular-1", 0.6), ("regular-2", 0.99)):
        ring = people.order[names.index(name), lo:hi].astype(int) + lo
        apart = np.abs(age[ring] - np.roll(age[ring], 1)).mean()
        assert apart < closer * at_random, name


def test_cliques_join_people_of_one_occupation(people, country):
    """The employed come first, then pupils, then those in neither, who have no clique."""
    names = ["household", *(t.name for t in country.ties if t.kind in ("ring", "clique"))]
    q = names.index("work")
    employed = flag(people, EMPLOYED)
    for b, (lo, hi) in enumerate(blocks_of(people)):
        order = people.order[q, lo:hi].astype(int) + lo
        first, second = people.clique_end[q, b].tolist()
        ages = people.age5[order]
        assert employed[order[:first]].all()
        assert not employed[order[first:]].any()
        assert ((ages[first:second] >= 1) & (ages[first:second] < 4)).all()
        assert not ((ages[second:] >= 1) & (ages[second:] < 4)).any()


def test_propensities_are_gamma_and_joined(people, country, vocabulary):
    """Mean 1 and variance 1 / shape in each domain; normal scores correlate by the copula's correlation."""
    shape, rho = country.propensity.shape.at(WHEN), country.propensity.correlation.at(WHEN)
    bins = tables.gamma_bins(float(shape)) / 65536
    theta = people.theta.astype(int)
    assert theta.shape[1] == len(domains_of(country, vocabulary))
    quantiles = tables.normal_quantiles()
    z = quantiles[theta * 16 + 8] / 65536
    for d in range(theta.shape[1]):
        values = bins[theta[:, d]]
        assert abs(values.mean() - 1) < FAR_OFF / np.sqrt(shape * PEOPLE)
        assert abs(values.var() * shape - 1) < 0.2
    found = np.corrcoef(z.T)
    apart = found[~np.eye(len(found), dtype=bool)]
    assert np.abs(apart - rho).max() < FAR_OFF / np.sqrt(PEOPLE)


def test_yearly_counts_of_an_act_are_a_gamma_mixture(people, country, vocabulary):
    """The mean is declared; variance ÷ mean of a Poisson mixture, gradients apart, is 1 + mean ÷ shape."""
    rates, names, thin = rates_of(country, vocabulary, WHEN)
    k = names.index("late-payment")
    domain = int(rates[0]["domain"][k])
    year = []
    for i in range(PEOPLE):
        given = (k, int(people.theta[i, domain]), 0, int(people.who[i]), int(people.where[i]))
        year.append(365.25 * bound(rates[0], *given)[1] / 2**32 * int(thin[k]) / 2**32)
    assert abs(np.mean(year) / country.acts["late-payment"].base.at(WHEN) - 1) < 0.08
    adults = np.array(year)[people.age5 >= 4]  # one rate for all of them: the gradient is by age alone
    mean, shape = adults.mean(), float(country.propensity.shape.at(WHEN))
    assert abs(adults.var() / mean - mean / shape) < 0.2 * mean / shape


def test_people_are_read_only_and_made_in_one_way_only(people):
    for name in ("person", "age5", "household", "order", "place", "clique_end"):
        array = getattr(people, name)
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array.flat[0] = 0
    for given in ((), (object(),), (people.person,)):
        with pytest.raises(TypeError):
            Population(*given)
    with pytest.raises(AttributeError):
        people.seed = 2


def arrays_of(people):
    return {name: value for name, value in vars(people).items() if isinstance(value, np.ndarray)}


def test_the_same_arguments_give_the_same_bits_on_any_number_of_threads(people, country, vocabulary):
    again = synthesise(country, vocabulary, seed=1, people=PEOPLE, when=WHEN, threads=2)
    for name, array in arrays_of(people).items():
        np.testing.assert_array_equal(array, arrays_of(again)[name], err_msg=name)
    other = synthesise(country, vocabulary, seed=2, people=PEOPLE, when=WHEN)
    assert (other.theta != people.theta).mean() > 0.9


@pytest.mark.parametrize("size", [-1, 0, 199, 1 << 31])
def test_sizes_that_cannot_be_made(size, country, vocabulary):
    with pytest.raises(UserError, match="is not between 200 and"):
        synthesise(country, vocabulary, seed=1, people=size, when=WHEN)


def test_the_fewest_people(country, vocabulary):
    """Most departments have one or two people: a child alone there is a household of one."""
    people = synthesise(country, vocabulary, seed=3, people=200, when=WHEN)
    homes = households_of(people)
    assert sorted(i for home in homes for i in home) == list(range(200))
