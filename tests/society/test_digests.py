"""What may change the bits of a run, and what may not.

Seed, people, days and declarations do; threads, other arms, the panel, looking on and room on the desk do
not.
"""

import numpy as np
import pytest

from moot.country import population
from moot.errors import MootError, RunError
from moot.experiment import simulation
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.saving import save
from moot.society import books
from moot.society.state import WAKE
from tests.reference import worlds


@pytest.fixture
def blocks(monkeypatch):
    """Blocks of about a hundred people, so that a few hundred fill several."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)


@pytest.fixture(scope="module")
def france():
    """The shipped example without its burn-in."""
    return load_scenario("rank-my-life-2028").replace(people=5000, days=40, burn_in_years=0)


def test_threads_do_not_enter(france):
    """France in several blocks on one, two and three threads: digests and everybody's state are the same."""
    runs = []
    for threads in (1, 2, 3):
        states = []
        result = simulate(
            france,
            threads=threads,
            panel=0,
            on_day=lambda society, day, states=states: states.append(society.books["hot"]),
        )
        assert result.population.layout.blocks > 2
        runs.append((result.digest, result.digests, states[-1]))
    for digest, digests, state in runs[1:]:
        assert (digest, digests) == runs[0][:2]
        np.testing.assert_array_equal(np.delete(state, WAKE, axis=2), np.delete(runs[0][2], WAKE, axis=2))


def test_an_arm_alone_has_the_digest_that_it_has_among_others(france):
    every = simulate(france, threads=1, panel=0).digests
    assert len(set(every.values())) == len(every)
    for name, digest in every.items():
        assert simulate(france, threads=1, panel=0, arms=[name]).digests == {name: digest}


@pytest.mark.parametrize("seed", [1, 4, 8, 9])
def test_varied_arms_alone_and_together(seed, tmp_path, blocks):
    """The arms share names of sensors, schemes and offers, and give them other numbers."""
    scenario = worlds.scenario(tmp_path, seed, people=300, days=30)
    every = simulate(scenario, seed=seed, threads=1, panel=0).digests
    for name, digest in every.items():
        assert simulate(scenario, seed=seed, threads=1, panel=0, arms=[name]).digests == {name: digest}
    two = simulate(scenario, seed=seed, threads=2, panel=0, arms=["two", "status-quo"])
    assert two.arms == ("status-quo", "two")
    assert two.digests == {name: every[name] for name in two.arms}


def test_the_same_people_live_by_another_chance(tmp_path, blocks):
    """Who people are follows the seed; what happens to them follows chance, which is the seed if not said."""
    scenario = worlds.scenario(tmp_path, 4, people=300, days=30, work=True)

    def run(seed, chance=None):
        kept = []

        def look(society, day):
            kept.append((society.books["traits"].copy(), int(society.world["people_key"])))

        return simulate(scenario, seed=seed, chance=chance, threads=1, panel=0, on_day=look), kept[-1]

    (plain, same), (said, _), (other, fixed), (anew, _) = run(3), run(3, 3), run(3, 8), run(8, 8)
    assert (said.digest, said.digests) == (plain.digest, plain.digests)
    np.testing.assert_array_equal(other.population.person, plain.population.person)
    np.testing.assert_array_equal(other.population.order, plain.population.order)
    np.testing.assert_array_equal(fixed[0], same[0])
    assert fixed[1] == same[1]
    for name, digest in other.digests.items():
        assert digest not in (plain.digests[name], anew.digests[name])
    with pytest.raises(RunError, match="chance has a seed of its own"):
        save(other, tmp_path / "run")


@pytest.mark.parametrize("panel", [0, 1, 37, 200])
def test_the_panel_does_not_enter(panel, tmp_path, blocks):
    scenario = worlds.scenario(tmp_path, 2, people=300, days=20)
    with_default = simulate(scenario, threads=1)
    other = simulate(scenario, threads=1, panel=panel)
    assert len(other.panel) == panel
    assert other.digests == with_default.digests


def test_looking_on_does_not_enter(tmp_path, blocks):
    """Reading everybody every day writes nothing: scores, fear and sums stay as they are."""
    scenario = worlds.scenario(tmp_path, 5, people=300, days=30)
    alone = simulate(scenario, threads=1, panel=0)
    days, told = [], []

    def look(society, day):
        days.append(day)
        before = society.books["hot"].copy()
        society.recount(day)
        np.testing.assert_array_equal(society.books["hot"], before)

    watched = simulate(
        scenario,
        threads=1,
        panel=0,
        on_day=look,
        progress=lambda phase, done, of: told.append((phase, done, of)),
    )
    assert watched.digests == alone.digests
    assert days == list(range(alone.record.first, alone.record.first + 30))
    assert told[-1] == ("simulate", 30, 30)


def test_what_a_digest_holds(tmp_path, blocks):
    """Another seed, one person more, one day more: another digest in every arm. The same again: the same."""
    scenario = worlds.scenario(tmp_path, 6, people=300, days=20)
    found = simulate(scenario, threads=1, panel=0)
    again = simulate(scenario, threads=1, panel=0)
    assert (again.digest, again.digests) == (found.digest, found.digests)
    for other in (
        simulate(scenario, threads=1, panel=0, seed=2),
        simulate(scenario, threads=1, panel=0, people=301),
        simulate(scenario, threads=1, panel=0, days=21),
    ):
        assert other.digest != found.digest
        for name, digest in other.digests.items():
            assert digest != found.digests[name]


def with_room_for(monkeypatch, messages):
    """Let every box hold `messages` at first, and as many appointments and debts."""
    monkeypatch.setattr(books, "FEWEST", messages)
    monkeypatch.setattr(books, "DUE", 0.0)
    monkeypatch.setattr(books, "OWED", 0.0)
    monkeypatch.setattr(books, "ROOM", dict.fromkeys(books.ROOM, 0.0))


class Full:
    """Counts how often a run was given up for want of room, and the largest box of the last desk."""

    def __init__(self, monkeypatch):
        self.times, self.mail = 0, 0
        watch = books.Books.watch_room

        def watched(desk):
            try:
                watch(desk)
            except books.DeskFull:
                self.times += 1
                raise
            self.mail = max(desk.sizes[f"{box}_cap"] for box in books.BOXES)

        monkeypatch.setattr(books.Books, "watch_room", watched)


def test_a_desk_that_grows_changes_nothing(tmp_path, monkeypatch):
    """Boxes that fill from day to day are doubled before they overflow."""
    scenario = worlds.scenario(tmp_path, 9, people=200, days=40)
    roomy = simulate(scenario, threads=1, panel=0)
    full = Full(monkeypatch)
    with_room_for(monkeypatch, 600)
    assert simulate(scenario, threads=1, panel=0).digests == roomy.digests
    assert full.times == 0
    assert full.mail > 600


def test_a_box_that_overflows_starts_the_run_again_with_more_room(tmp_path, monkeypatch):
    """Nothing is dropped: the run begins anew with more room, and its bits are those of a roomy run."""
    scenario = worlds.scenario(tmp_path, 9, people=200, days=40)
    roomy = simulate(scenario, threads=1, panel=0)
    full = Full(monkeypatch)
    with_room_for(monkeypatch, 16)
    assert simulate(scenario, threads=2, panel=200).digests == roomy.digests
    assert 1 <= full.times < len(simulation.ROOMS)


def test_a_run_that_no_desk_holds_says_so(tmp_path, monkeypatch):
    scenario = worlds.scenario(tmp_path, 9, people=200, days=40)
    with_room_for(monkeypatch, 2)
    monkeypatch.setattr(simulation, "ROOMS", (1.0,))
    with pytest.raises(MootError, match=r"more messages in a day than can be held: .* messages for a block"):
        simulate(scenario, threads=1, panel=0)
