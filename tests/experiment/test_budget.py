"""What a regime spends in a country, R1 and R8 that match it, and a run of the alternatives."""

import functools

import pytest

from moot.country.reading import load_country
from moot.declaring.files import shipped_names
from moot.experiment.budget import alternatives_in, budget_of
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.run import run_of
from moot.regime.alternatives import write_all
from moot.regime.reading import load_regime
from moot.society.expected import acts_a_year

OF_CHINA = {"essay-2018", "judgment-defaulters-2013-2019", "rongcheng-2014", "suining-2010"}
RML = "rank-my-life-2028"


def country_of(name):
    return load_country("china-2018" if name in OF_CHINA else "france")


@functools.cache
def of(name):
    return alternatives_in(name, country_of(name))


@pytest.mark.parametrize("name", shipped_names("regime"))
def test_r1_and_r8_match_the_budget_and_nothing_else_spends_more_but_for_reviews(name):
    start = budget_of(load_regime(name), country_of(name))
    for rule, (one, spent) in of(name).items():
        assert (spent is None) == (one.regime is None)
        if spent is None:
            continue
        assert spent.searched <= start.searched * (1 + 1e-9)
        if rule in ("R1", "R8"):
            assert spent.total == pytest.approx(start.total, rel=1e-9)
        elif rule != "R6":
            assert spent.total <= start.total * (1 + 1e-9)


def test_a_budget_is_acts_seen_matches_looked_at_and_contests():
    """Of a sensor without faces in one place: rate × coverage × sensitivity, and the share contested."""
    regime, country = load_regime("suining-2010"), country_of("suining-2010")
    when = regime.announced
    seen = {"late-payment": 0.33 * 1, "petition": 0.5 * 1, "critical-post": 0.5 * 0.2}
    expected = sum(acts_a_year(country, act, when) * share for act, share in seen.items())
    found = budget_of(regime, country)
    assert found.searched == pytest.approx(expected) and found.reviewed == 0
    assert found.acts["late-payment"] == acts_a_year(country, "late-payment", when)


def test_merits_and_registers_cost_nothing():
    for name in ("merits-only", "opt-in-city-card", "permis-a-points"):
        assert budget_of(load_regime(name), country_of(name)).total == 0


@functools.cache
def run_folder(tmp):
    write_all({rule: one for rule, (one, _) in of(RML).items()}, tmp)
    arms = "\n".join(f"  r{n}: {{regime: {RML}-r{n}.yaml}}" for n in (1, 2, 3, 4, 6, 8))
    (tmp / "all.yaml").write_text(
        "scenario: milder\ntitle: Milder alternatives\ncountry: france\nstart: 2028-01-01\ndays: 40\n"
        f"people: 1500\nburn_in_years: 0\narms:\n  status-quo: {{}}\n  rank: {{regime: {RML}}}\n{arms}\n"
    )
    return run_of(simulate(load_scenario(tmp / "all.yaml"), threads=1, panel=0))


def test_the_alternatives_run_as_they_say(tmp_path_factory):
    run = run_folder(tmp_path_factory.mktemp("milder"))
    totals = {arm: run.totals(arm) for arm in run.arms}
    assert all(found["engine:clamped"] == 0 for found in totals.values())

    def charged(arm, *classes):
        acts = run.rules.acts_of(*classes)
        return sum(totals[arm][f"act:{act}:charged-by-regime"] for act in acts)

    for arm in ("r1", "r2", "r8"):  # charges, and nothing taken
        assert charged(arm, "offence") > 0
        assert totals[arm]["scheme:rank:points-lost"] == 0
        assert totals[arm]["scheme:rank:falls"] == 0
    for arm in ("r1", "r2", "r3", "r4", "r8"):
        assert charged(arm, "lawful") == 0 < charged("rank", "lawful")
    assert charged("r1", "incivility") == 0 < charged("r8", "incivility")
    assert charged("r3", "offence", "incivility") == 0 < charged("r3", "merit")
    assert totals["r4"].get("decision:housing:refused", 0) == 0
    # Every charge is examined before it counts: within 40 days hardly any ruling is out.
    assert totals["r6"]["scheme:rank:points-lost"] < totals["rank"]["scheme:rank:points-lost"] / 2
    assert totals["r6"]["redress:rank:appeals"] > 5 * totals["rank"]["redress:rank:appeals"]
