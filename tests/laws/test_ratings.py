"""Section 9 of the equations: ratings of platform workers, and who is dropped."""

import numpy as np
import pytest

from moot.draws import tables
from moot.draws.philox import purpose, static_hash
from moot.errors import DeclarationError
from moot.society.livelihood import DROPPED
from moot.society.state import RATED, WORK
from moot.society.work import STAR
from tests.laws import livelihood as j
from tests.laws import worlds as w

PEOPLE = 20_000
SHAPE, MEAN, TWO_SIDED = 7.5, 0.384, 0.22


def ratings(**changes):
    return {
        "per_month": 100,
        "deficit": {"shape": SHAPE, "mean": MEAN},
        "reciprocity": TWO_SIDED,
        "inflation": 0,
        "line": 4.6,
        "warning_months": 1,
    } | changes


def country(**changes):
    """Everybody is in work and stays there, half of them by a platform, so that ratings alone decide."""
    stays = {"employed": [1, 0, 0], "unemployed": [0.1, 0.8, 0.1], "inactive": [0.1, 0.1, 0.8]}
    attributes = {
        "employed": {"by_age": [0.99] * 9},
        "platform-worker": {"share_of_employed": 0.5},
        "appearance": {"shares": {"class-1": 0.5, "class-2": 0.5}},
    }
    return j.country(attributes=attributes, work=j.work(transitions=stays), **changes)


def arm(**changes):
    return w.regime(j.tiered(), ratings=ratings(**changes))


class Shown:
    """Keeps ratings and work at the end of each first day of a month: (months, people, arms)."""

    def __init__(self):
        self.rated, self.work = [], []

    def __call__(self, society, day):
        self.society = society
        if society.world["month_begins"]:
            self.rated.append(society.books.rare(RATED))
            self.work.append(society.books["warm"][:, :, WORK].astype(np.int64))


def rate(folder, arms, *, days=1, people=PEOPLE, start="2028-01-01", **changes):
    shown = Shown()
    of = w.scenario(folder, country(**changes), arms, people=people, days=days, start=start)
    return w.run(of, panel=0, on_day=shown), shown


def deficits(society, kept=1.0):
    """Stars below five of everybody's mean rating, by their bin, counted apart from the engine."""
    people = society.population.people
    what = purpose("rating/deficit")
    bins = np.array([int(static_hash(society.key, what, i)) >> 52 for i in range(people)])
    return MEAN * kept * tables.gamma_bins(SHAPE)[bins] / 65536


def test_the_published_shares_of_two_sided_and_one_sided_sites():
    """95 % at 4.5 or more with a mean of 4.7 where hosts rate back; 14 points less where they do not."""
    two, one = (MEAN * kept * tables.gamma_bins(SHAPE) / 65536 for kept in (1 - TWO_SIDED, 1.0))
    assert (two <= 0.5).mean() == pytest.approx(0.95, abs=0.01)
    assert 5 - two.mean() == pytest.approx(4.70, abs=0.005)
    assert (two <= 0.5).mean() - (one <= 0.5).mean() == pytest.approx(0.14, abs=0.015)


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """One month of a hundred ratings: two-sided, one-sided, and biased; nobody is dropped yet."""
    arms = {
        "two": arm(),
        "one": arm(reciprocity=0),
        "biased": arm(bias={"class-2": 0.2}),
    }
    return rate(tmp_path_factory.mktemp("month"), arms)


def expected_spread(mean, count=100, window=100):
    """Standard deviation of what is shown after `count` ratings from a start at the mean.

    A star more with the chance of the fraction; each rating counts 2 ÷ (window + 1) against what stood: in
    the long run the variance is that of the mean of the last `window`.
    """
    fraction = mean - np.floor(mean)
    step = 2 / (window + 1)
    weights = step / (2 - step) * (1 - (1 - step) ** (2 * count))
    return np.sqrt(fraction * (1 - fraction) * weights)


def test_the_error_is_that_of_a_mean_of_a_hundred(month):
    result, shown = month
    a = result.arms.index("one")
    rated = shown.rated[0][:, a] > 0
    assert rated.mean() == pytest.approx(0.99 * 0.5, abs=0.02)
    mean = np.maximum(1, 5 - deficits(shown.society)[rated])
    error = (shown.rated[0][rated, a] / STAR - mean) / np.maximum(expected_spread(mean), 1e-9)
    inside = mean < 4.97  # close to five stars the error is far from normal
    n = inside.sum()
    w.agrees(error[inside].mean(), 0, 1 / np.sqrt(n))
    w.agrees(error[inside].var(), 1, np.sqrt(3 / n))
    assert expected_spread(4.5, 10_000) == pytest.approx(0.5 / 10)  # binomial error of a hundred


@pytest.mark.parametrize(("name", "kept"), [("two", 1 - TWO_SIDED), ("one", 1.0)])
def test_shares_at_four_and_a_half_are_the_tail_of_the_gamma_convolved(month, name, kept):
    """Without reciprocity and inflation it is the one-sided share."""
    result, shown = month
    a = result.arms.index(name)
    rated = shown.rated[0][:, a] > 0
    found = w.stock(result, "rating:at-least-4-and-a-half:people", name)[-1]
    assert found == (shown.rated[0][:, a] >= STAR * 4.5).sum()
    means = 5 - MEAN * kept * tables.gamma_bins(SHAPE) / 65536
    share = tail(means, 4.5)
    w.agrees(found / rated.sum(), share, w.binomial(share, rated.sum()) + 0.003)


def tail(means, line):
    """P(shown at `line` or more), normal errors around the means of the bins."""
    z = (means - line) / np.maximum(expected_spread(np.maximum(1, means)), 1e-9)
    return float(np.mean([tables.normal_cdf(float(x)) for x in z]))


def test_below_the_line_are_those_shown_below_it(month):
    result, shown = month
    a = result.arms.index("two")
    below = w.stock(result, "rating:below-the-line:people", "two")[-1]
    ratings_now = shown.rated[0][:, a]
    assert below == ((ratings_now > 0) & (ratings_now < round(4.6 * STAR))).sum()
    assert below == w.total(result, "rating:workers:warned", "two")
    share = 1 - tail(5 - MEAN * (1 - TWO_SIDED) * tables.gamma_bins(SHAPE) / 65536, 4.6)
    n = (ratings_now > 0).sum()
    w.agrees(below / n, share, w.binomial(share, n) + 0.004)


def test_bias_falls_on_the_class_that_it_names(month):
    result, shown = month
    fair, biased = (shown.rated[0][:, result.arms.index(x)] for x in ("two", "biased"))
    rated = (fair > 0) & (biased > 0)
    looks = (result.population.person[:, 2] >> 2) & 3
    np.testing.assert_array_equal(fair[rated & (looks == 0)], biased[rated & (looks == 0)])
    gap = (fair - biased)[rated & (looks == 1)] / STAR
    w.agrees(gap.mean(), 0.2, gap.std() / np.sqrt(len(gap)) + 0.001)


def test_who_stays_below_the_line_is_dropped_after_the_warning(tmp_path):
    """Warned in the first month, dropped in the second; or dropped at once. The job is lost for good here."""
    arms = {"warned": arm(), "at-once": arm(warning_months=0)}
    result, shown = rate(tmp_path, arms, days=40)
    line = round(4.6 * STAR)
    a = result.arms.index("warned")
    first, second = shown.rated[0][:, a], shown.rated[1][:, a]
    low = (first > 0) & (first < line)
    gone = shown.work[1][:, a] & DROPPED > 0
    assert not (shown.work[0][:, a] & DROPPED).any()
    assert (low | ~gone).all()  # nobody is dropped without a warning
    assert (second[low & ~gone] >= line).all()
    assert (second[gone] == 0).all()
    assert gone.sum() == w.total(result, "rating:workers:dropped", "warned") > 500
    lost = w.stock(result, "work:employed:people", "status-quo")[-1]
    assert lost - w.stock(result, "work:employed:people", "warned")[-1] >= gone.sum() * 0.95
    b = result.arms.index("at-once")
    np.testing.assert_array_equal(shown.work[0][:, b] & DROPPED > 0, low)
    assert w.total(result, "rating:workers:dropped", "at-once") >= low.sum()


def test_inflation_lifts_ratings_by_its_yearly_step(tmp_path):
    arms = {"still": arm(line=1), "rising": arm(line=1, inflation=0.1)}
    result, shown = rate(tmp_path, arms, days=367, people=4_000)
    still, rising = (shown.rated[-1][:, result.arms.index(x)] for x in ("still", "rising"))
    mean = 5 - deficits(shown.society, 1 - TWO_SIDED)
    free = (still > 0) & (mean < 4.85)
    gap = (rising - still)[free] / STAR
    # what is shown trails the mean by about fifty ratings, half a month
    w.agrees(gap.mean(), 0.1 * (1 - 0.5 / 12), gap.std() / np.sqrt(free.sum()) + 0.002)


def test_a_platform_without_a_line_and_a_regime_without_a_platform(tmp_path):
    """A line at one star drops nobody: common measures are those without the section, bit for bit."""
    arms = {"plain": w.regime(j.tiered()), "rated": arm(line=1)}
    result, _ = rate(tmp_path, arms, days=70, people=3_000)
    names = result.compiled.columns.flow_names[result.arms.index("plain")].values()
    assert not any(name.startswith("rating:") for name in names)
    for name in names:
        np.testing.assert_array_equal(w.daily(result, name, "plain"), w.daily(result, name, "rated"))
    assert w.total(result, "rating:workers:dropped", "rated") == 0


def test_threads_and_arms_beside_do_not_enter(tmp_path, monkeypatch):
    from moot.country import population

    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    arms = {"two": arm(per_month=30), "one": arm(reciprocity=0, per_month=7), "plain": w.regime(j.tiered())}
    of = w.scenario(tmp_path, country(), arms, people=1_000, days=100)
    every = w.run(of, panel=0)
    assert len(set(every.digests.values())) == len(every.arms)
    assert w.run(of, panel=0, threads=2).digests == every.digests
    for name in every.arms:
        assert w.run(of, panel=0, arms=[name]).digests == {name: every.digests[name]}


def test_lives_of_the_dropped_have_their_causes(tmp_path):
    from moot.findings.events import events_of
    from moot.findings.lives import unexplained_differences
    from moot.findings.rules import Rules

    of = w.scenario(tmp_path, country(), {"rated": arm()}, people=2_000, days=100)
    result = w.run(of, panel=200)
    rules, lives = Rules(result.scenario, result.arms), events_of(result)
    assert unexplained_differences(lives, rules) == []
    kinds = {event.kind for life in lives.values() for event in life.arms["rated"]}
    assert {"rating-warned", "rating-dropped", "hired"} <= kinds


def test_what_is_wrong_is_said(tmp_path):
    def said(of, regime):
        with pytest.raises(DeclarationError) as error:
            w.scenario(tmp_path, of, {"watch": regime}, people=300, days=1)
        return str(error.value)

    assert 'unknown appearance class "blue"' in said(country(), arm(bias={"blue": 0.1}))
    assert "more than a star" in said(country(), arm(bias={"class-2": 1.5}))
    assert "has none in its `attributes`" in said(j.country(), arm())
    of = country()
    of.pop("work")
    assert "has no `work`" in said(of, arm())
