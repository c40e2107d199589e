"""Arms with one law in common: worked out once, and bit for bit what each of them is alone."""

import ast
import copy
import inspect
import random
from datetime import date

import numpy as np
import pytest

from benchmarks import laws
from moot.country import population
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.regime.values import with_values
from moot.society import acts, compile, day, digest, gaming, judge, livelihood, review, score
from moot.society.law import ARM
from moot.society.twins import APART, FEARED, twin_tables
from tests.reference import worlds
from tests.society import everything
from tests.society.test_snapshot import Shelf, same

SHARED = {
    acts: ("act_of", "searched", "wrong_person"),
    review: ("outcome", "looked_at", "absent_person"),
    gaming: ("gamed", "stake_of", "moved_elsewhere"),
    judge: ("touch", "learn", "points_of", "novice_phase", "place_in_tier", "enlist", "delist", "plan_wake",
            "set_watched", "set_score"),
    livelihood: ("standing", "hardship"),
    score: ("score_at", "rebase", "day_of_reaching"),
    digest: ("hot_hash",),
    day: ("open_standing",),
}  # fmt: skip
"""Functions that are gone through once for all twins."""


@pytest.fixture(autouse=True)
def blocks(monkeypatch):
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)


def lives(result):
    """The events of kept lives, sorted."""
    return sorted(map(tuple, np.concatenate(result.record.lives).tolist()))


def alone_and_together(scenario, monkeypatch, **kws):
    """Run all arms together, each by itself, and together as if none were twins; what was run together.

    The digest of an arm is the same in all of them; lives are those of the run without twins.
    """
    every = simulate(scenario, threads=1, **kws)
    for arm in every.arms:
        assert simulate(scenario, threads=1, arms=[arm], **kws).digests == {arm: every.digests[arm]}
    apart(scenario, every, monkeypatch, **kws)
    return every


def apart(scenario, every, monkeypatch, **kws):
    """The same run as if none were twins: it counts the same, and tells the same lives."""
    with monkeypatch.context() as patch:
        patch.setattr(compile, "twin_tables", lambda law: twin_tables(law[:0]))
        none = simulate(scenario, threads=1, **kws)
    assert none.compiled.world["twins"][0] == 0
    assert none.digests == every.digests
    assert lives(none) == lives(every)


def ledger(folder, count):
    """The pinned law at four times its rates, so that many fall, with arms that pay otherwise for falls."""
    rates = laws.with_rates(folder / "rates", 4.0)
    many = laws.ledger_arms(folder / "arms", count)
    (many / "country.yaml").write_text((rates / "country.yaml").read_text("utf-8"), "utf-8")
    return load_scenario(many / "scenario.yaml").replace(people=1500, days=50)


def test_arms_that_differ_in_what_ties_pay(tmp_path, monkeypatch):
    """The judgment itself is shared; the account of all twins is used, and so are those of each."""
    seen = {}

    def look(society, _):
        seen["total"] = np.abs(society.books["total"]).sum(axis=(0, 2, 3))
        seen["hot"] = society.books["hot"].copy()

    every = alone_and_together(ledger(tmp_path, 4), monkeypatch, panel=100, on_day=look)
    assert len(set(every.digests.values())) == 4
    assert (every.compiled.world["twin"][0], every.compiled.world["twins"][0]) == (0, 4)
    alone = simulate(ledger(tmp_path, 4), threads=1, panel=100, on_day=look, arms=["points-2"])
    assert alone.compiled.world["twins"][0] == 0
    simulate(ledger(tmp_path, 4), threads=1, panel=0, on_day=look)
    hot = seen["hot"]
    apart = (hot != hot[:, :1]).any(axis=(1, 2)).mean()
    assert 0.05 < apart < 0.95  # some stand alike in the end and some do not
    assert len(seen["total"]) == 5
    assert (seen["total"] > 0).all()


def test_threads_and_a_checkpoint_do_not_enter(tmp_path):
    scenario = ledger(tmp_path, 3)
    shelf = Shelf([("days", 1), ("days", 31), ("days", 40)])
    whole = simulate(scenario, threads=2, panel=40, keeper=shelf)
    assert shelf.points
    for point in shelf.points.values():
        same(whole, simulate(scenario, threads=1, panel=40, keeper=Shelf(start=point)))


@pytest.mark.parametrize("seed", [2, 5, 7])
def test_varied_laws(seed, tmp_path, monkeypatch):
    """Three arms of one varied law with other points for a fall, between the comparator and another law."""
    choose = random.Random(seed)
    files = {
        "country": worlds.country(choose),
        "licence": worlds.licence(choose),
        "one": worlds.regime(choose),
        "other": worlds.regime(choose),
    }
    for points, name in enumerate(("one", "two", "three"), 1):
        files[name] = copy.deepcopy(files["one"])
        for scheme in files[name]["schemes"]:
            scheme["association"]["points"] = points
            scheme["association"]["breaks_clean_time"] = points == 2
    arms = {name: {"regime": f"{name}.yaml"} for name in ("one", "two", "three", "other")}
    files["scenario"] = {
        "scenario": "test-twins", "title": "Twins", "country": "country.yaml", "start": worlds.START,
        "days": 45, "people": 400, "burn_in_years": 0, "arms": {"status-quo": {}} | arms,
    }  # fmt: skip
    worlds.write(tmp_path, files)
    every = alone_and_together(load_scenario(tmp_path / "scenario.yaml"), monkeypatch, seed=seed, panel=60)
    assert (every.compiled.world["twin"][0], every.compiled.world["twins"][0]) == (1, 4)


def test_everything_at_once(tmp_path, monkeypatch):
    """Jobs, fines, opinion, appeals, lists by other ways: judged arm by arm, decided together."""
    one = everything.REGIME
    two = everything.changed(one, {"schemes/first/association/points": 9})
    scenario = everything.scenario(tmp_path, {"one": one, "two": two}, people=600, days=40)
    every = simulate(scenario, threads=1, panel=60)
    assert (every.compiled.world["twin"][0], every.compiled.world["twins"][0]) == (1, 3)
    # places are those of the comparator, so an arm alone is one beside it, where there are no twins
    for arm in ("one", "two"):
        alone = simulate(scenario, threads=1, panel=60, arms=["status-quo", arm])
        assert alone.compiled.world["twins"][0] == 0
        assert alone.digests[arm] == every.digests[arm]
    apart(scenario, every, monkeypatch, panel=60)


def test_twins_that_part_in_the_middle_of_a_run(tmp_path, monkeypatch):
    """Another law in one of them from a day on: what was counted for all stays counted, and both go on."""
    scenario = ledger(tmp_path, 3)
    values = {"schemes.0.catalogue.ledger:act-1.points": 90}
    regime = with_values(scenario.arm_regimes["points-2"], values)
    changed = scenario.with_change(date(2000, 1, 20), "points-2", regime)
    plain = simulate(scenario, threads=1, panel=40)
    every = alone_and_together(changed, monkeypatch, panel=40)
    moved = {arm for arm in every.arms if every.digests[arm] != plain.digests[arm]}
    assert moved == {"points-2"}
    shelf = Shelf([("days", 30)])
    simulate(changed, threads=1, panel=40, keeper=shelf)
    for point in shelf.points.values():
        same(every, simulate(changed, threads=1, panel=40, keeper=Shelf(start=point)))


def test_what_shared_functions_read_is_the_same_in_all_twins():
    """`tie_points` is only asked whether it is 0, which is compared; `ledger` only where there are rows."""
    read = set()
    for module, names in SHARED.items():
        tree = ast.parse(inspect.getsource(module))
        found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for name in names:
            for node in ast.walk(found[name]):
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "law[a]":
                    read.add(node.attr)
    assert {"points", "repair", "s_seen", "scale", "ambient"} <= read
    assert read & APART == {"tie_points", "ledger"}
    assert set(ARM.names) >= APART


def arms_of(**fields):
    """Laws that differ in these fields alone, given by arm."""
    count = len(next(iter(fields.values())))
    law = np.zeros(count, ARM)
    law["stake_scheme"] = -1
    for name, values in fields.items():
        for a, value in enumerate(values):
            law[name][a] = value
    return law


@pytest.mark.parametrize(
    ("fields", "first", "behind"),
    [
        ({"notice": [0]}, 0, 0),
        ({"notice": [0, 1, 0, 1]}, 0, 0),
        ({"notice": [0, 1, 1, 0, 0, 0]}, 3, 6),
        ({"notice": [1, 1, 0, 0]}, 0, 2),
        ({"tie_points": [1, 2, 3]}, 0, 3),
        ({"tie_points": [0, 2, 3]}, 1, 3),
        ({"tie_breaks": [0, 1]}, 0, 2),
        ({"lists": [1, 2]}, 0, 0),
    ],
)
def test_the_longest_run_of_neighbours_that_go_by_one_law(fields, first, behind):
    found = twin_tables(arms_of(**fields))
    assert (found["twin"], found["twins"], found["alike"]) == (first, behind, int(behind > 0))


def test_what_of_a_row_decides_an_act():
    assert twin_tables(arms_of(notice=[0, 0]))["act_words"] == FEARED
    for name, value in (("stake_scheme", 0), ("game_acts", 1), ("prevents", 1)):
        assert twin_tables(arms_of(**{name: [value, value]}))["act_words"] == 0
    for name in ("appeals", "memory", "shunning"):
        assert twin_tables(arms_of(**{name: [1, 1]}))["plain"] == 0
