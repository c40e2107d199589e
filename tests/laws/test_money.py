"""Section 7 of the equations: fines, who pays them, what becomes of the rest, and the trap."""

import math

import numpy as np
import pytest

from moot.country.work import Money
from moot.errors import DeclarationError
from moot.society.livelihood import ENDS
from moot.society.livelihood_tables import DECILE, ends_of, paying
from moot.society.state import ARREARS, ARREARS_HIGH
from tests.laws import livelihood as j
from tests.laws import worlds as w

ACT = "speeding-under-20"
NOTICE, AT_ONCE, RECOVERED = 0.616, 0.70, 1 / 3
PAID, UNPAID, ENDED, ARISES = 34, 35, 36, 37
NO_WEIGHTS = {"income": 0, "hardship": 0, "arrears": 0}


def money(*, months=6, payment=None, euros=100.0, **changes):
    fine = {"euros": euros, "notice": NOTICE, "paid_at_once": AT_ONCE, "recovered": RECOVERED}
    return {
        "fines": {ACT: fine},
        "increase": 2.5,
        "recovery_months": months,
        "payment": payment or NO_WEIGHTS,
    } | changes


def acts(chance=0.01, *, arising=True):
    given = {ACT: {"base_per_day": chance, "per": "person", "certainty_now": 0.9, "headroom": 1.5}}
    return given | ({"unpaid-fine": {"arises": "arrears", "per": "person"}} if arising else {})


def country(section=None, *, chance=0.01, arising=True, **changes):
    return w.country(acts(chance, arising=arising), money=section or money(), **changes)


def test_what_is_paid_of_a_notice_and_of_a_flash():
    """Never paid 0.20 of notices, paid 0.493 of flashes: arithmetic on the published shares."""
    assert (1 - AT_ONCE) * (1 - RECOVERED) == pytest.approx(0.20)
    assert NOTICE * (AT_ONCE + (1 - AT_ONCE) * RECOVERED) == pytest.approx(0.493, abs=5e-4)


def test_recovery_is_a_constant_hazard():
    ends = np.array(ends_of(RECOVERED, 36)) / 2**32
    hazard = np.diff(ends) / (1 - ends[:-1])
    assert hazard.std() / hazard.mean() < 1e-6
    assert ends[-1] == pytest.approx(1 / 3)


def test_the_chance_to_pay_has_its_mean_over_the_deciles():
    section = Money.model_validate(money(payment={"income": 0.5, "hardship": 1, "arrears": 1}))
    for mean in (0.45, AT_ONCE):
        table = paying(section, mean, (0.0, 0.0, 0.75))
        assert table[:, 0, 0].mean() == pytest.approx(mean, abs=1e-9)
        logit = np.log(table / (1 - table))
        assert np.diff(logit[:, 0, 0]) == pytest.approx(0.5 * np.diff(DECILE), abs=1e-6)
        assert (logit[:, 2, 0] - logit[:, 0, 0]) == pytest.approx(-0.75, abs=1e-6)
        assert (logit[:, 0, 1] - logit[:, 0, 0]) == pytest.approx(-1.0, abs=1e-6)
    assert paying(section, 0.0, (0, 0, 0)).max() < 1e-9


@pytest.fixture(scope="module")
def fined(tmp_path_factory):
    """Fines by 5,000 people over two years, everybody's life kept; debts end within six months."""
    from moot.experiment import simulation

    kept = simulation.panel_of
    simulation.panel_of = lambda people, seed, size: np.arange(people, dtype=np.int64)
    seen = []
    try:
        of = w.scenario(tmp_path_factory.mktemp("fined"), country(), people=5_000, days=731)
        result = w.run(of, on_day=lambda society, day: seen.append(society))
    finally:
        simulation.panel_of = kept
    return result, seen[-1]


def test_notices_and_payments_have_the_declared_shares(fined):
    result, _ = fined
    charged, noticed, paid = (
        w.total(result, f"money:fines:{x}", "status-quo") for x in ("charged", "noticed", "paid-at-once")
    )
    assert charged == w.total(result, f"act:{ACT}:charged-today", "status-quo") > 30_000
    w.agrees(noticed / charged, NOTICE, w.binomial(NOTICE, charged))
    w.agrees(paid / noticed, AT_ONCE, w.binomial(AT_ONCE, noticed))


def test_a_third_of_the_rest_is_recovered_and_a_fifth_of_notices_never_paid(fined):
    """Debts of the first year and a half, all of which have ended."""
    result, _ = fined
    rows = w.lives(result)
    until = result.record.first + 520
    owed = rows[(rows[:, 3] == UNPAID) & (rows[:, 0] < until)]
    paid = ((rows[:, 3] == PAID) & (rows[:, 0] < until)).sum()
    ends = {}
    for person, day, how in rows[rows[:, 3] == ENDED][:, [1, 0, 6]].tolist():
        ends.setdefault(person, []).append((day, how))
    # a person's debts may end in another order than they began: count them person by person
    lapsed = recovered = 0
    for person in np.unique(owed[:, 1]):
        if (rows[(rows[:, 1] == person) & (rows[:, 3] == UNPAID), 0] < until).all():
            lapsed += sum(1 - how for _, how in ends[person])
            recovered += sum(how for _, how in ends[person])
    assert lapsed + recovered > 1_500
    w.agrees(recovered / (lapsed + recovered), RECOVERED, w.binomial(RECOVERED, lapsed + recovered))
    never = len(owed) / (len(owed) + paid) * lapsed / (lapsed + recovered)
    w.agrees(never, 0.20, w.binomial(0.20, len(owed) + paid) * 2)


def arrears(society, a=0):
    """Everybody's debts in cents."""
    low, high = (society.books.rare(column)[:, a] for column in (ARREARS, ARREARS_HIGH))
    return low | high << 16


def test_arrears_are_the_debts_that_stand(fined):
    """Kept as a sum for each person; here added up from the debts one by one."""
    result, society = fined
    books = society.books
    total = np.zeros(result.people, np.int64)
    for b, first in enumerate(books["block"][0, :-1]):
        rows = books["debts"][b, : books["debt_n"][b]]
        np.add.at(total, first + (rows[:, 0] & 0x1FFFF), rows[:, 1])
        assert (rows[:, 1] == 25_000).all()
        assert (rows[:, 0] >> ENDS > society.world["month"]).all()
        assert (rows[:, 0] >> ENDS <= society.world["month"] + 6).all()
    np.testing.assert_array_equal(arrears(society), total)
    assert w.stock(result, "money:arrears:people", "status-quo")[-1] == (total > 0).sum() > 500
    ended = sum(w.total(result, f"money:fines:{x}", "status-quo") for x in ("recovered", "lapsed"))
    unpaid = sum(
        sign * w.total(result, f"money:fines:{x}", "status-quo")
        for sign, x in ((1, "noticed"), (-1, "paid-at-once"))
    )
    assert unpaid == ended + books["debt_n"].sum()


def test_an_unpaid_fine_arises_once_in_the_month_after(fined):
    result, _ = fined
    rows = w.lives(result)
    months = np.array([(d.year * 12 + d.month) for d in map(_date, range(result.record.first, 12_000))])
    expected = {
        (person, int(months[day - result.record.first]) + 1)
        for day, person in rows[rows[:, 3] == UNPAID][:, :2].tolist()
    }
    last = int(months[result.days - 1])
    arisen = [
        (person, int(months[day - result.record.first]))
        for day, person in rows[rows[:, 3] == ARISES][:, :2].tolist()
    ]
    # what is left unpaid on the first day of a month is met by that month's look on the next one
    assert len(arisen) == len(set(arisen)) > 3_000
    assert set(arisen) == {(person, month) for person, month in expected if month <= last}
    assert w.total(result, "act:unpaid-fine:acts", "status-quo") == len(arisen)


def _date(day):
    from moot.society.arms import date_of

    return date_of(day)


def test_hardship_and_arrears_make_payment_rarer(tmp_path):
    """Shares paid by income decile are the declared ones; those with arrears pay less."""
    weights = {"income": 0.5, "hardship": 1.0, "arrears": 0}
    of = country(money(payment=weights), chance=0.02)
    result = w.run(w.scenario(tmp_path, of, people=5_000, days=365), panel=0)
    table = paying(Money.model_validate(money(payment=weights)), AT_ONCE, (0, 0, 0))[:, 0, 0]
    noticed, paid = (w.by_slot(result, f"money:fines:{x}", "status-quo") for x in ("noticed", "paid-at-once"))
    for decile in range(10):
        slot = ("income", f"decile-{decile + 1}")
        w.agrees(paid[slot] / noticed[slot], table[decile], w.binomial(table[decile], noticed[slot]))
    behind = country(money(payment=weights | {"arrears": 3.0}), chance=0.02)
    other = w.run(w.scenario(tmp_path / "behind", behind, people=5_000, days=365), panel=0)
    assert (
        w.total(other, "money:fines:paid-at-once", "status-quo")
        < w.total(result, "money:fines:paid-at-once", "status-quo") * 0.9
    )


def test_the_burn_in_brings_payment_to_its_declared_mean(tmp_path):
    """Arrears make payment rarer, and those fined most often have them: the constant makes up for it."""
    weights = {"income": 0.5, "hardship": 1.0, "arrears": 1.0}
    shares, tables = [], []
    for years in (0, 3):
        of = country(money(payment=weights, months=36), chance=0.002, burn_in_years=years)
        asked = w.scenario(tmp_path / str(years), of, people=20_000, days=365, burn_in_years=years)
        result = w.run(asked, panel=0)
        noticed, paid = (
            w.total(result, f"money:fines:{x}", "status-quo") for x in ("noticed", "paid-at-once")
        )
        shares.append(paid / noticed)
        tables.append(result.compiled.world["fine_pay"][0, 0])
    assert shares[0] < AT_ONCE - 0.005  # arrears have only begun
    assert (tables[1] > tables[0])[tables[0] > 0].all()
    w.agrees(shares[1], AT_ONCE, w.binomial(AT_ONCE, noticed) + 0.006)


def register(**changes):
    return {"sensor": "treasury", "kind": "register", "reads": ["unpaid-fine"]} | changes


def trap(*, counts=True, **changes):
    """A scheme that counts unpaid fines, or does not, and refuses work to those who have lost points."""
    catalogue = {"jaywalking": {"points": 1}} | ({"unpaid-fine": {"points": 30}} if counts else {})
    score = {"tiers": [{"tier": "up", "from": 80}, {"tier": "down", "from": 0}]}
    scheme = w.scheme(catalogue, score=score, hiring={"down": 0.2}, dismissal={"down": 0.05})
    return w.regime(scheme, sensors=[register(**changes)], notice=False)


def in_the_trap(folder, arms, **changes):
    given = {
        "work": j.work(replacement={"covered": 0, "covered_months": 0, "after": 0, "enough": 0.5}),
        "attributes": {"employed": {"by_age": [j.AT_WORK] * 9}},
    } | changes
    section = money(payment={"income": 0, "hardship": 3.0, "arrears": 1.0})
    of = w.country(acts(0.004) | {"jaywalking": {"base": 0.01, "per": "person"}}, money=section, **given)
    return w.run(w.scenario(folder, of, arms, people=5_000, days=540), panel=200)


def test_the_trap_is_there_where_points_depend_on_arrears(tmp_path):
    """Score → job → income → arrears → points; off, bit for bit, where the catalogue does not count them."""
    result = in_the_trap(tmp_path, {"counts": trap(), "ignores": trap(counts=False)})
    assert w.total(result, "money:arrears:points", "ignores") == 0
    for measure in ("money:fines:paid-at-once", "act:unpaid-fine:acts", "work:jobs:hired", "work:jobs:lost"):
        np.testing.assert_array_equal(
            w.daily(result, measure, "ignores"), w.daily(result, measure, "status-quo")
        )
    assert w.total(result, "work:jobs:dismissed-by-score", "ignores") == 0
    charges = w.total(result, "act:unpaid-fine:charged-by-regime", "counts")
    assert charges == w.total(result, "act:unpaid-fine:acts", "counts") > 0  # the register misses none
    assert w.total(result, "money:arrears:points", "counts") == 30 * charges
    assert w.total(result, "scheme:score:points-lost", "counts") == 30 * charges
    assert w.total(result, "work:jobs:dismissed-by-score", "counts") > 100
    more = [w.total(result, "act:unpaid-fine:acts", arm) for arm in ("counts", "ignores")]
    assert more[0] > 1.02 * more[1]  # who lost the job pays less, and loses more points


def test_lives_in_the_trap_have_their_causes(tmp_path):
    """Every difference between a life and its twin goes back to the register."""
    from moot.findings.events import events_of
    from moot.findings.lives import reason, sentence, unexplained_differences
    from moot.findings.rules import Rules

    result = in_the_trap(tmp_path, {"counts": trap()})
    rules, lives = Rules(result.scenario, result.arms), events_of(result)
    assert unexplained_differences(lives, rules) == []
    kinds = set()
    for life in lives.values():
        pair = life.pair(rules, "counts")
        for event in pair.differences:
            kinds.add(event.kind)
            assert sentence(event, rules)
            assert "not explained" not in reason(event, pair)
    assert {"dismissed", "charged-by-regime", "fall", "hire-refused"} <= kinds


def test_a_register_misses_the_share_that_it_misses(tmp_path):
    result = in_the_trap(tmp_path, {"counts": trap(missed_links=0.4)})
    arisen = w.total(result, "act:unpaid-fine:acts", "counts")
    charged = w.total(result, "act:unpaid-fine:charged-by-regime", "counts")
    w.agrees(charged / arisen, 0.6, w.binomial(0.6, arisen))


def test_money_that_changes_nothing_changes_nothing(tmp_path):
    """Acts and charges are those of a country without `money`, bit for bit."""
    without = w.country(acts(arising=False))
    plain = w.run(w.scenario(tmp_path / "plain", without, people=2_000, days=90), panel=0)
    of = country(arising=False)
    fined = w.run(w.scenario(tmp_path / "fined", of, people=2_000, days=90), panel=0)
    names = plain.compiled.columns.flow_names[0]
    assert not any(name.startswith("money:") for name in names.values())
    for name in names.values():
        np.testing.assert_array_equal(w.daily(plain, name, "status-quo"), w.daily(fined, name, "status-quo"))
    assert plain.digest != fined.digest


def test_threads_burn_in_and_arms_beside_do_not_enter(tmp_path, monkeypatch):
    from moot.country import population

    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    base = acts(0.02) | {"jaywalking": {"base": 0.01, "per": "person"}}
    shortfall = {"floor": 900, "share": 0.2}
    income = {"deciles": {"d1": 12970, "median": 24330, "d9": 43840}, "gini": 0.294, "body_sigma": 0.475}
    of = w.country(
        base,
        money=money(shortfall=shortfall, payment={"income": 0.5, "hardship": 1, "arrears": 1}),
        work=j.work(replacement={"covered": 0.3, "covered_months": 2, "after": 0.1, "enough": 0.55}),
        attributes={"employed": {"by_age": [j.AT_WORK] * 9}},
        income=income,
        burn_in_years=1,
    )
    of["acts"][ACT]["headroom"] = 2
    of["acts"]["jaywalking"]["headroom"] = 2
    arms = {"counts": trap(false_links=0.1), "ignores": trap(counts=False)}
    asked = w.scenario(tmp_path, of, arms, people=1_000, days=70, burn_in_years=1)
    states = []
    every = w.run(asked, panel=0, on_day=lambda society, day: states.append(society.books["debt_n"].copy()))
    assert states[0].sum() > 3 * 50  # debts of the burn-in stand in every arm
    assert w.run(asked, panel=0, threads=2).digests == every.digests
    for arm in every.arms:
        assert w.run(asked, panel=0, arms=[arm]).digests == {arm: every.digests[arm]}


def test_what_is_wrong_is_said(tmp_path):
    def said(of):
        with pytest.raises(DeclarationError) as error:
            w.scenario(tmp_path, of, people=300, days=1)
        return str(error.value)

    assert "the country has no `money`" in said(w.country(acts()))
    of = country()
    of["acts"]["unpaid-fine"]["base"] = 1
    assert "it has base and arises" in said(of)
    of = country()
    of["money"]["fines"]["red-light"] = dict(of["money"]["fines"][ACT])
    assert "money.fines.red-light: red-light has no rate" in said(of)
    of = country(money(shortfall={"floor": 900, "share": 0.2}))
    assert "the country has no `work`" in said(of)
    of = country()
    del of["acts"][ACT]["certainty_now"]
    assert "nobody fined" in said(of)


def test_a_shortfall_becomes_debt(tmp_path):
    """Of those who lost a job, a share of what is missing below the floor, every month."""
    income = {"deciles": {"d1": 12970, "median": 24330, "d9": 43840}, "gini": 0.294, "body_sigma": 0.475}
    replacement = {"covered": 0.5, "covered_months": 120, "after": 0.2, "enough": 0.5}
    of = country(
        money(shortfall={"floor": 900, "share": 0.2}),
        chance=0.0001,
        work=j.work(replacement=replacement),
        attributes={"employed": {"by_age": [j.AT_WORK] * 9}},
        income=income,
    )
    seen = []
    w.run(
        w.scenario(tmp_path, of, people=4_000, days=1),
        panel=0,
        on_day=lambda society, day: seen.append(arrears(society)),
    )
    owed = seen[0]
    lowest = 24330 * math.exp(0.475 * -1.6448536) / 12
    assert owed.max() == pytest.approx(0.2 * (900 - 0.5 * lowest) * 100, abs=1)
    assert 0 < (owed > 0).mean() < 0.12
