"""The fast engine and the dense reference leave the same bits: measures, final state, digests.

The reference visits everybody every day; so a repair, a tier, a term, a trip or a message that the engine
misses, counts twice or takes on another day is a difference here.
"""

from pathlib import Path

import pytest

from moot.country import population
from moot.experiment.scenario import load_scenario
from moot.society.arms import Arm, day_number
from moot.society.compile import compile_arms
from moot.vocabulary import load_vocabulary
from tests.reference import worlds
from tests.reference.agreement import agree, both
from tests.reference.dense import Dense

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "benchmarks" / "ledger-1" / "scenario.yaml"


def totals(result, arm):
    """Sum of each measure over a run, by name."""
    flows = result.record.region[arm].sum(axis=(0, 1))
    return {name: int(flows[column]) for column, name in result.compiled.columns.flow_names[arm].items()}


def test_ledger_1():
    result, society, dense = both(load_scenario(LEDGER).replace(people=2000, days=120))
    agree(result, society, dense)
    assert totals(result, 0)["scheme:ledger:falls"] > 10


def test_france_with_rank_my_life(tmp_path):
    """Two arms with the licence, its novices and courses, and every sensor of the example."""
    scenario = worlds.rank_my_life(tmp_path, people=2000, days=90, burn_in_years=0)
    result, society, dense = both(scenario, seed=2)
    agree(result, society, dense)
    found = totals(result, 1)
    for name in ("scheme:licence:points-lost", "list:no-plane:entries", "scheme:rank:points-from-ties"):
        assert found[name] > 0, name


@pytest.mark.parametrize("seed", range(10))
def test_varied_regimes(seed, tmp_path, monkeypatch):
    """Three arms, high rates, several blocks, so that charges and falls cross them; one or two threads."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, seed, people=300, days=45)
    result, society, dense = both(scenario, seed=seed, threads=1 + seed % 2)
    assert result.population.layout.blocks > 1
    agree(result, society, dense)


@pytest.mark.parametrize("seed", range(6))
def test_varied_regimes_with_work_and_money(seed, tmp_path, monkeypatch):
    """Jobs found, refused and lost, hardship, unpaid fines and registers that read them, ratings."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, seed, people=250, days=100, work=True)
    result, society, dense = both(scenario, seed=seed, threads=1 + seed % 2)
    agree(result, society, dense)
    found = totals(result, 2)
    for name in ("work:jobs:lost", "money:fines:recovered", "rating:workers:dropped"):
        assert found[name] > 0, name
    if seed == 3:
        assert found["work:jobs:hires-refused"] > 20 < found["money:arrears:points"]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_varied_regimes_with_fixed_places(seed, tmp_path, monkeypatch):
    """Places refused go to others, or are lost where nobody is left; who is one too many finds none."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, seed, people=250, days=130, work=True, fixed=True)
    result, society, dense = both(scenario, seed=seed, threads=1 + seed % 2)
    agree(result, society, dense)
    today, *others = (totals(result, arm) for arm in range(3))
    for name in ("handed-on", "missing", "lost"):
        assert sum(one[f"work:places:{name}"] for one in others) > 0, name
    for one in others:
        assert one["work:jobs:hired"] + one["work:places:lost"] == today["work:jobs:hired"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 102))
def test_varied_regimes_for_longer(seed, tmp_path):
    """Four months in one block: terms end and begin anew, balances fill and are broken again."""
    scenario = worlds.scenario(tmp_path, seed, people=400, days=100)
    agree(*both(scenario, seed=seed))


def test_varied_regimes_meet_every_rule(tmp_path, monkeypatch):
    """The seeds above are of use only if each mechanism happens in some of them."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    seen: dict[str, int] = {}
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        result, society, _ = both(worlds.scenario(folder, seed, people=300, days=40), seed=seed, dense=False)
        assert society.today == result.record.first + 39
        for arm in range(3):
            for name, count in totals(result, arm).items():
                family, *thing, what = name.split(":")
                kind = ":".join([family, *(thing if family in ("list", "offer") else ()), what])
                seen[kind] = seen.get(kind, 0) + count
    assert {kind for kind, count in seen.items() if count == 0} <= {"engine:clamped"}


def test_a_year_of_burn_in_goes_on_in_every_arm(tmp_path, monkeypatch):
    """Lists with their terms, balances and perceived certainty are carried from the burn-in into the arms."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, 3, people=250, days=25, burn_in_years=1)
    result, society, _ = both(scenario, seed=3, dense=False)
    arm = Arm("status-quo", tuple(scenario.existing_models), None, True)
    today = compile_arms(
        scenario.country_model, load_vocabulary(), [arm], start=scenario.start, seed=result.seed
    )
    first = day_number(scenario.start)
    burnt = Dense(result.population, today, first=first - 365, days=365).run()
    assert burnt.state[0].terms
    dense = Dense(
        result.population, result.compiled, first=first, days=25, before=burnt.state * 3, had=len(arm.schemes)
    )
    agree(result, society, dense.run())
