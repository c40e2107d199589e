"""Section 7 of the equations: jobs found and lost, what a scheme adds, and what hardship does to acts."""

import copy

import numpy as np
import pytest

from moot.country.work import Transitions, inactive_exits
from moot.errors import DeclarationError
from moot.regime.words import account
from moot.society.livelihood import LOST, STATUS
from moot.society.state import JOB_DAY, WORK
from tests.laws import livelihood as j
from tests.laws import worlds as w

HIRING = 1 / 1.63  # callbacks with and without a record: Agan and Starr 2018
PEOPLE = 20_000


def unemployment(shares):
    return shares[1] / (shares[0] + shares[1])


def thinned(hires=1.0, dismissed=0.0):
    """The matrix under a scheme: a refused hire stays where it was; a job kept is lost with a hazard."""
    m = j.MATRIX.copy()
    for row in (1, 2):
        m[row, row] += (1 - hires) * m[row, 0]
        m[row, 0] *= hires
    m[0, 1] += dismissed * m[0, 0]
    m[0, 0] *= 1 - dismissed
    return m


def test_the_published_matrix_has_the_published_rates():
    """8.2 % unemployed, 12.8 % where a hire in 1.63 stands, 17.8 months lost by one lost job."""
    assert unemployment(j.stationary(j.MATRIX)) == pytest.approx(0.082, abs=5e-4)
    assert unemployment(j.stationary(thinned(0.613))) == pytest.approx(0.128, abs=5e-4)
    assert months_lost(4000) == pytest.approx(17.8, abs=0.05)


def months_lost(months):
    """Months out of work by one extra loss, within so many: the sum of M^t(E, E) − M^t(U, E) from t = 0."""
    power, total = np.eye(3), 0.0
    for _ in range(months):
        total += power[0, 0] - power[1, 0]
        power = power @ j.MATRIX
    return total


def test_the_share_in_work_of_every_age_stays():
    rows = Transitions(**j.work()["transitions"])
    x = rows.unemployed_per_employed
    for employed in (0.02, 0.2, 0.5, j.AT_WORK, 0.82, 0.9):
        factor = inactive_exits(rows, employed)
        m = j.MATRIX.copy()
        m[2] = [factor * m[2, 0], factor * m[2, 1], 1 - factor * (m[2, 0] + m[2, 1])]
        found = j.stationary(m)
        assert found[0] == pytest.approx(employed, rel=1e-9)
        assert found[1] / found[0] == pytest.approx(x, rel=1e-9)
    assert inactive_exits(rows, j.AT_WORK) == pytest.approx(1, abs=1e-4)
    assert inactive_exits(rows, 0.0) == 0
    with pytest.raises(ValueError, match="cannot last"):
        inactive_exits(rows, 0.95)


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Three years, under today's law, where hires are refused, where jobs end, and with neutral numbers."""
    arms = {
        "plain": w.regime(j.tiered()),
        "neutral": w.regime(j.tiered(hiring={"all": 1}, dismissal={"all": 0})),
        "refusing": w.regime(j.tiered(hiring={"all": HIRING})),
        "ending": w.regime(j.tiered(dismissal={"all": 0.01})),
    }
    kept = j.Statuses()
    of = w.scenario(tmp_path_factory.mktemp("years"), j.country(), arms, people=PEOPLE, days=1096)
    return w.run(of, panel=0, on_day=kept), kept


@pytest.mark.parametrize(
    ("arm", "matrix"),
    [("status-quo", thinned()), ("refusing", thinned(HIRING)), ("ending", thinned(dismissed=0.01))],
)
def test_shares_follow_the_matrix(years, arm, matrix):
    result, kept = years
    a = result.arms.index(arm)
    expected = j.stationary(j.MATRIX)
    for month in range(len(kept.days)):
        expected = expected @ matrix
        shares = np.bincount(kept.all[month, :, a], minlength=3) / PEOPLE
        for status in range(3):
            error = w.binomial(expected[status], PEOPLE)
            w.agrees(shares[status], expected[status], error, what=f"{arm}, month {month}, {status}")


def test_stocks_and_flows_are_those_of_the_people(years):
    """Stocks are counted while running; here everybody is read, and every step is counted again."""
    result, kept = years
    for a, arm in enumerate(result.arms):
        now = kept.all[:, :, a]
        days = np.array(kept.days) - result.record.first
        for status, name in ((0, "employed"), (1, "unemployed")):
            found = w.stock(result, f"work:{name}:people", arm)[days]
            np.testing.assert_array_equal(found, (now == status).sum(axis=1))
        hires = ((now[1:] == 0) & (now[:-1] != 0)).sum()
        losses = ((now[1:] != 0) & (now[:-1] == 0)).sum()
        flows = {
            name: w.daily(result, f"work:jobs:{name}", arm)[days][1:].sum() for name in ("hired", "lost")
        }
        ended = w.daily(result, "work:jobs:dismissed-by-score", arm)[days][1:].sum()
        assert (flows["hired"], flows["lost"] + ended) == (hires, losses)


def test_neutral_numbers_are_no_numbers_bit_for_bit(years):
    result, _ = years
    assert result.digests["plain"] == result.digests["neutral"]
    assert len({result.digests[arm] for arm in ("plain", "refusing", "ending")}) == 3
    assert w.total(result, "work:jobs:hires-refused", "neutral") == 0
    assert w.total(result, "work:jobs:dismissed-by-score", "neutral") == 0


def test_a_scheme_can_only_worsen(years):
    """Whoever has a job under a scheme that refuses or dismisses has one under today's law."""
    result, kept = years
    for arm in ("refusing", "ending"):
        here, twin = (kept.all[:, :, result.arms.index(name)] for name in (arm, "status-quo"))
        assert not ((here == 0) & (twin != 0)).any()
        assert ((here != 0) & (twin == 0)).any()


def test_refused_hires_are_the_share_declared(years):
    result, _ = years
    refused = w.total(result, "work:jobs:hires-refused", "refusing")
    stood = w.total(result, "work:jobs:hired", "refusing")
    w.agrees(stood / (stood + refused), HIRING, w.binomial(HIRING, stood + refused))


def test_one_lost_job_costs_eighteen_months(tmp_path):
    """One arm loses its jobs on the first day; the same draws go on in both."""
    people, months = 6_000, 96
    arms = {"other": w.regime(j.tiered())}
    of = w.scenario(tmp_path, j.country(), arms, people=people, days=30 * months)
    kept = j.Statuses()
    had = []  # in the order of the arms, "other" comes first

    def lose(society, day):
        kept(society, day)
        if not had:
            row = society.books["warm"][:, 0, WORK]
            at_work = row & STATUS == 0
            had.append(at_work)
            row[at_work] = 1 | LOST

    w.run(of, panel=0, on_day=lose)
    at_work = kept.all[:, had[0]] == 0
    at_work[0, :, 0] = False
    gap = at_work[:, :, 1].sum(axis=0) - at_work[:, :, 0].sum(axis=0)
    assert gap.min() >= 0
    w.agrees(gap.mean(), months_lost(len(kept.days)), gap.std() / np.sqrt(len(gap)))


OFFENCE = {"fare-evasion": {"base_per_day": 0.05, "per": "person", "certainty_now": 0.1, "headroom": 4}}


def hard(strain=1.0, **replacement):
    given = {"covered": 0, "covered_months": 0, "after": 0, "enough": 0.55} | replacement
    return j.work(strain={"offence": strain, "lawful": 0}, replacement=given)


def offences(folder, section, *, days=120, people=PEOPLE, on_day=None, **changes):
    of = j.country(OFFENCE, propensity={"shape": 400, "correlation": 0}, **changes)
    if section is None:
        of.pop("work")
    else:
        of["work"] = section
    folder.mkdir()
    return w.run(w.scenario(folder, of, people=people, days=days), panel=0, on_day=on_day)


def test_hardship_multiplies_offences(tmp_path):
    """Acts ÷ acts without strain = 1 + s × the share of person-days in hardship."""
    lost = []
    calm = offences(tmp_path / "calm", hard(0.0))
    strained = offences(
        tmp_path / "hard",
        hard(1.0),
        on_day=lambda s, day: lost.append((s.books["warm"][:, 0, WORK] & LOST > 0).mean()),
    )
    found = [w.total(one, "act:fare-evasion:acts", "status-quo") for one in (calm, strained)]
    share = np.mean(lost)
    assert 0.05 < share < 0.2
    more = found[1] - found[0]
    w.agrees(more / found[0], share, 3 * np.sqrt(more) / found[0])


def test_without_strain_acts_are_those_of_a_country_without_work(tmp_path):
    """Bit for bit; so are those of people whose cover has not ended, however strong the strain."""
    without = offences(tmp_path / "without", None, people=5_000)
    for name, section in (
        ("calm", hard(0.0)),
        ("covered", hard(1.0, covered=0.57, covered_months=24, after=0.25)),
    ):
        found = offences(tmp_path / name, section, people=5_000)
        for measure in ("acts", "charged-today"):
            np.testing.assert_array_equal(
                w.daily(found, f"act:fare-evasion:{measure}", "status-quo"),
                w.daily(without, f"act:fare-evasion:{measure}", "status-quo"),
            )
        assert not any("work:" in name for name in without.compiled.columns.flow_names[0].values())
        assert w.total(found, "work:jobs:hired", "status-quo") > 0


def test_cover_ends(tmp_path):
    """With one month of cover, hardship begins after it and not before."""
    calm = offences(tmp_path / "calm", hard(0.0), days=60, people=5_000)
    short = offences(
        tmp_path / "short", hard(1.0, covered=0.57, covered_months=1, after=0), days=60, people=5_000
    )
    a, b = (w.daily(one, "act:fare-evasion:acts", "status-quo") for one in (calm, short))
    np.testing.assert_array_equal(a[:29], b[:29])  # everybody out of work is taken to have just lost a job
    assert b[35:].sum() > a[35:].sum()


def test_the_status_quo_keeps_the_recorded_rate(tmp_path):
    """Strain raises offences; the normaliser of the burn-in takes it back to what is recorded."""
    recorded = 0.5
    acts = {"fare-evasion": {"recorded": recorded, "per": "person", "certainty_now": 0.25, "headroom": 2.6}}
    of = j.country(acts, work=hard(1.0), burn_in_years=2, propensity={"shape": 400, "correlation": 0})
    result = w.run(w.scenario(tmp_path, of, people=PEOPLE, days=365, burn_in_years=2), panel=0)
    assert result.normaliser["fare-evasion"] < 0.95
    charged = w.total(result, "act:fare-evasion:charged-today", "status-quo")
    mean = recorded * 365 / w.YEAR
    w.agrees(charged / PEOPLE, mean, w.clustered(mean, 400, PEOPLE) / PEOPLE + 0.004 * mean)


def test_acts_of_work_are_done_by_people_at_work(tmp_path, monkeypatch):
    """The rate is per person at work, whoever that is in the month; nobody else does them."""
    w.everybody_seen(monkeypatch)
    rate = 0.02
    acts = {"strike": {"base_per_day": rate, "per": "employed"}}
    kept = j.Statuses()
    of = j.country(acts, propensity={"shape": 400, "correlation": 0})
    result = w.run(w.scenario(tmp_path, of, people=4_000, days=400), on_day=kept)
    rows = w.lives(result)
    done = rows[rows[:, 3] == 1]
    after = np.searchsorted(kept.days, done[:, 0], side="left") - 1  # the month's step is felt the day after
    late = after >= 0
    assert (kept.all[after[late], done[late, 1], 0] == 0).all()
    person_days = (kept.all[:-1, :, 0] == 0).sum() * 30.4
    inside = (done[:, 0] > kept.days[0]) & (done[:, 0] <= kept.days[-1])
    spell = kept.days[-1] - kept.days[0]
    person_days *= spell / (30.4 * (len(kept.days) - 1))
    w.agrees(inside.sum() / person_days, rate, np.sqrt(inside.sum() * 2) / person_days + 0.01 * rate)


def test_a_lost_job_masks_the_ties_of_work(tmp_path, monkeypatch):
    """News of a charge travels between colleagues who are both at work, or who both go to school."""
    w.everybody_seen(monkeypatch)
    acts = {"fare-evasion": {"base_per_day": 0.02, "per": "person", "certainty_now": 0.9, "headroom": 2}}
    of = j.country(
        acts,
        ties=[{"kind": "clique", "name": "work", "size": 8, "who": "employed-or-school"}],
        beliefs={"vicarious": 0.01},
    )
    kept = j.Statuses()
    result = w.run(w.scenario(tmp_path, of, people=3_000, days=200), on_day=kept)
    rows = w.lives(result)
    heard = rows[(rows[:, 3] == 15) & (rows[:, 0] > kept.days[0])]
    month = np.searchsorted(kept.days, heard[:, 0], side="left") - 1
    flagged = result.population.who[heard[:, 1]] & 4 > 0
    both = [kept.all[month, heard[:, x], 0] == 0 for x in (1, 5)]
    begins = np.isin(heard[:, 0], kept.days)  # on these days the step lies between the charge and the news
    assert (both[0] & both[1])[flagged & ~begins].all()
    assert flagged.sum() > 1000
    assert len(np.unique(month[flagged])) == len(kept.days)


def test_threads_and_arms_beside_do_not_enter(tmp_path, monkeypatch):
    from moot.country import population

    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    arms = {
        "refusing": w.regime(j.tiered(hiring={"all": 0.5})),
        "ending": w.regime(j.tiered(dismissal={"all": 0.1})),
    }
    of = w.scenario(tmp_path, j.country(), arms, people=1_000, days=100)
    every = w.run(of, panel=0)
    assert w.run(of, panel=0, threads=2).digests == every.digests
    for arm in every.arms:
        assert w.run(of, panel=0, arms=[arm]).digests == {arm: every.digests[arm]}


def broken(folder, country=None, regime=None):
    arms = {"watch": regime} if regime else None
    with pytest.raises(DeclarationError) as error:
        w.scenario(folder, country or j.country(), arms, people=300, days=1)
    return str(error.value)


def test_what_is_wrong_is_said(tmp_path):
    of = j.country()
    of["work"] = copy.deepcopy(of["work"])
    of["work"]["transitions"]["employed"] = [0.9, 0.2, 0.1]
    assert "transitions.employed: the chances sum to 1.2" in broken(tmp_path, of)
    of = j.country(attributes={"employed": {"by_age": [0.95] * 9}})
    assert "with these `transitions` a share of 0.95 cannot last" in broken(tmp_path, of)
    of = j.country(acts=OFFENCE | {"jaywalking": {"base": 1, "per": "person"}}, work=hard(4.0))
    assert "expected at least 5" in broken(tmp_path, of)
    scheme = j.tiered(hiring={"none": 0.5})
    assert 'hiring.none: unknown tier "none"' in broken(tmp_path, regime=w.regime(scheme))
    of = j.country()
    of.pop("work")
    assert "has no `work`" in broken(tmp_path, of, w.regime(j.tiered(dismissal={"all": 0.5})))


def test_a_regime_says_what_it_does_to_jobs(tmp_path):
    of = w.regime(j.tiered(hiring={"all": 0.6}, dismissal={"all": 0.01}))
    asked = w.scenario(tmp_path, j.country(), {"watch": of}, people=300, days=1)
    told = "\n".join(account(asked.arm_regimes["watch"]))
    assert "a share of 0.6 of the hires that would come about still does" in told
    assert "a job is lost with a chance of 0.01 a month" in told


def test_a_job_found_or_lost_has_its_day(years):
    _, kept = years
    warm = kept.society.books["warm"]
    assert warm.shape[0] == PEOPLE
    lost = warm[:, 0, WORK] & LOST > 0
    assert not (lost & (warm[:, 0, WORK] & STATUS == 0)).any()
    assert warm[:, 0, JOB_DAY].max() <= kept.days[-1]
