"""A society taken at the end of a day and restored goes on as if nothing had happened, bit for bit."""

import numpy as np
import pytest

from moot.country import population
from moot.errors import RunError
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.events import events_of
from moot.society import books, snapshot
from moot.society.memory import ARRAYS
from moot.society.state import WAKE
from tests.reference import worlds
from tests.society.shelf import Shelf


def test_every_array_of_the_memory_is_kept_or_made_again():
    """An array that is added must be given a place here, or a run gone on with would lose it."""
    groups = [
        snapshot.STATICS,
        snapshot.STATE,
        snapshot.ROWS,
        snapshot.WHOLE,
        snapshot.SUMMED,
        snapshot.EMPTY,
        snapshot.SCRATCH,
    ]
    named = [name for group in groups for name in group]
    assert len(named) == len(set(named))
    assert set(named) == set(ARRAYS)


def same(one, other):
    assert one.digests == other.digests
    for name in (*snapshot.BY_DAY, *snapshot.BY_MONTH):
        np.testing.assert_array_equal(getattr(one.record, name), getattr(other.record, name), name)
    assert events_of(one) == events_of(other)


def test_rank_my_life_goes_on_from_any_day():
    """Every mechanism of the shipped example: two years of burn-in, its end, mid-month and end of month."""
    scenario = load_scenario("rank-my-life-2028").replace(people=1200, days=66, burn_in_years=2)
    days = [("burn-in", d) for d in (1, 200, 364, 365, 366, 730)] + [
        ("days", d) for d in (1, 13, 31, 40, 65, 66)
    ]
    shelf, last = Shelf(days), []
    whole = simulate(scenario, threads=1, keeper=shelf, on_day=lambda s, _: last.append(s.books["hot"]))
    assert list(shelf.points) == days
    states = {1: last[-1].copy()}
    same(whole, simulate(scenario, threads=1))
    for number, point in enumerate(shelf.points.values()):
        again = simulate(
            scenario,
            threads=1 + number % 3,
            keeper=Shelf(start=point),
            on_day=lambda s, _: states.update({2: s.books["hot"]}),
        )
        same(whole, again)
        if point.done < 66 or point.phase == "burn-in":
            np.testing.assert_array_equal(np.delete(states[2], WAKE, 2), np.delete(states[1], WAKE, 2))


@pytest.mark.parametrize("work", [False, True])
@pytest.mark.parametrize("seed", range(1, 7))
def test_varied_worlds_go_on_from_any_day(seed, work, tmp_path, monkeypatch):
    """Several blocks and threads; snapshots taken by two threads are gone on with by one, and by three."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, seed, people=400, days=40, work=work)
    shelf = Shelf([("days", d) for d in (1, 7, 20, 31, 39)])
    whole = simulate(scenario, seed=seed, threads=2, panel=40, keeper=shelf)
    assert whole.population.layout.blocks > 2
    same(whole, simulate(scenario, seed=seed, threads=1, panel=40))
    for number, point in enumerate(shelf.points.values()):
        same(
            whole,
            simulate(scenario, seed=seed, threads=(1, 3)[number % 2], panel=40, keeper=Shelf(start=point)),
        )


def test_a_snapshot_taken_from_a_run_gone_on_with_is_the_same(tmp_path):
    scenario = worlds.scenario(tmp_path, 4, people=300, days=30)
    first = Shelf([("days", 10), ("days", 20)])
    simulate(scenario, threads=1, keeper=first)
    second = Shelf([("days", 20)], start=first.points["days", 10])
    simulate(scenario, threads=1, keeper=second)
    one, other = first.points["days", 20], second.points["days", 20]
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], name)


def test_a_box_that_overflows_goes_on_from_the_last_checkpoint(tmp_path, monkeypatch):
    """With more room, and with the bits of a run in which nothing overflowed."""
    scenario = worlds.scenario(tmp_path, 9, people=200, days=40)
    roomy = simulate(scenario, threads=1, panel=30)
    shelf, calls = Shelf([("days", d) for d in (5, 10)]), []
    monkeypatch.setattr(shelf, "start", lambda: list(shelf.points.values())[-1] if shelf.points else None)
    watch = books.Books.watch_room

    def full_once(desk):
        watch(desk)
        calls.append(desk.sizes["own_cap"])
        if len(calls) == 20:
            raise books.DeskFull("mail: no room")

    monkeypatch.setattr(books.Books, "watch_room", full_once)
    begun = []
    again = simulate(
        scenario, threads=2, panel=30, keeper=shelf, progress=lambda _, done, of: begun.append(done)
    )
    assert calls[20] > calls[19]
    again_from = begun.index(11, begun.index(11) + 1)
    assert begun[:again_from] == list(range(1, again_from + 1)) and begun[again_from:] == list(range(11, 41))
    same(again, roomy)


def test_other_people_and_other_tables_are_refused(tmp_path):
    scenario = worlds.scenario(tmp_path, 4, people=300, days=30)
    shelf = Shelf([("days", 10)])
    simulate(scenario, threads=1, keeper=shelf)
    start = shelf.points["days", 10]
    with pytest.raises(RunError, match="people"):
        simulate(scenario, seed=2, threads=1, keeper=Shelf(start=start))
    (tmp_path / "two").mkdir()
    other = worlds.scenario(tmp_path / "two", 4, people=300, days=30)
    regime = other.arm_regimes["one"].model_copy(update={"notice": not other.arm_regimes["one"].notice})
    other._regimes["one"] = regime
    with pytest.raises(RunError, match="tables"):
        simulate(other, threads=1, keeper=Shelf(start=start))
