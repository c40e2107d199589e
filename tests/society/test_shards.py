"""A society in shards: how many there are changes no bit, of digests, counts, lives and checkpoints."""

import inspect
import re
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moot.country import population
from moot.country.reading import load_country
from moot.country.synthesis import synthesise
from moot.errors import RunError, UserError
from moot.experiment.regrouping import regroup
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.society import books, memory, snapshot
from moot.society.part import HEAD, ROW, Part
from moot.store.checkpoint import Checkpoint, Point
from moot.vocabulary import load_vocabulary
from tests.cluster.threads import together
from tests.reference import worlds
from tests.society import everything
from tests.society.shelf import Shelf

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def blocks(monkeypatch):
    """Blocks of about a hundred people, so that a few hundred fill several."""
    monkeypatch.setattr(population, "SMALLEST_BLOCK", 100)


def sharded(size, scenario, **options):
    """What each of so many shards returns."""
    return together(size, lambda talk: simulate(scenario, threads=1, communicator=talk, **options))


def same(one, shards):
    """Digests in every shard, and all that is told in the first, are those of one process."""
    assert [x.digests for x in shards] == [one.digests] * len(shards)
    first = shards[0]
    assert first.digest == one.digest
    for name in (*snapshot.BY_DAY, *snapshot.BY_MONTH):
        np.testing.assert_array_equal(getattr(one.record, name), getattr(first.record, name), name)
    np.testing.assert_array_equal(*(np.concatenate(x.record.lives) for x in (one, first)))
    for name in ("people", "levels", "age5", "region"):
        np.testing.assert_array_equal(getattr(one.residents, name), getattr(first.residents, name), name)
    assert first.normaliser == one.normaliser
    assert sum(x.population.layout.held for x in shards) == one.people == first.people


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=12), st.data())
def test_parts_are_neighbouring_blocks_and_all_of_them(regions, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(population, "SMALLEST_BLOCK", 50)
        layout = population.lay_out(np.array([*regions, 200]))
    size = data.draw(st.integers(1, layout.blocks))
    cuts = layout.cuts(size)
    assert (cuts[0], cuts[-1]) == (0, layout.blocks) and (np.diff(cuts) > 0).all()
    largest = np.diff(layout.block_start).max()
    parts = [layout.part(int(a), int(b)) for a, b in pairwise(cuts)]
    assert sum(x.held for x in parts) == layout.people == parts[0].people
    if size == 1:
        assert parts[0].held == layout.held
    for name in ("block_start", "block_word", "segment_start"):
        joined = np.concatenate([*(getattr(x, name)[:-1] for x in parts), getattr(parts[-1], name)[-1:]])
        np.testing.assert_array_equal(joined, getattr(layout, name))
    np.testing.assert_array_equal(np.concatenate([x.segment_region for x in parts]), layout.segment_region)
    for x in parts:
        assert x.block_segment[-1] == len(x.segment_region) and x.block_segment[0] == 0
        if layout.people / size > 2 * largest:
            assert abs(x.held - layout.people / size) <= 2 * largest
    for wrong in (0, layout.blocks + 1):
        with pytest.raises(ValueError, match="parts of"):
            layout.cuts(wrong)


def test_people_of_a_part_are_those_of_the_whole(blocks):
    france, vocabulary = load_country("france"), load_vocabulary()
    asked = {"seed": 4, "people": 3_000, "when": load_scenario("rank-my-life-2028").start}
    whole = synthesise(france, vocabulary, **asked)
    assert whole.layout.blocks > 10
    for size in (2, 3, 7):
        parts = [synthesise(france, vocabulary, part=x, parts=size, **asked) for x in range(size)]
        for name, axis in {
            "person": 0, "age5": 0, "household": 0, "order": 1, "place": 1, "clique_end": 1, "classes": 2
        }.items():  # fmt: skip
            joined = np.concatenate([getattr(x, name) for x in parts], axis=axis)
            np.testing.assert_array_equal(joined, getattr(whole, name), name)
        assert all(x.people == 3_000 for x in parts)
    for part, parts in ((0, 0), (0, whole.layout.blocks + 1), (2, 2), (-1, 2)):
        with pytest.raises(UserError, match=r"3000 people of france are \d+ blocks, so expected 1 to"):
            synthesise(france, vocabulary, part=part, parts=parts, **asked)


def test_kernels_take_no_slice_of_what_begins_elsewhere():
    """Numba cuts a slice at the extent of the array, which in a shard is not that of the whole country."""
    elsewhere = {"held", "words", "strips", "panel_words", *books.ROWED}
    axes = {
        name: {axis for axis, d in enumerate(dims) if d in elsewhere}
        for name, (_, dims) in memory.ARRAYS.items()
    }
    assert axes["hot"] == axes["traits"] == axes["ledger"] == {0} and axes["order"] == {1}
    found = 0
    for path in Path(inspect.getfile(memory)).parent.glob("*.py"):
        for name, index in re.findall(r"see\.(\w+)\(m\)\[([^\]]*)\]", path.read_text("utf-8")):
            found += 1
            sliced = {axis for axis, part in enumerate(index.split(",")) if ":" in part}
            assert not sliced & axes[name], (path.name, name, index)
    assert found > 300


@pytest.mark.parametrize("seed", [1, 4, 6, 9])
def test_varied_worlds_in_shards(seed, tmp_path, blocks):
    """Every kind of sensor and tie, one to three schemes; errors fall on anybody, falls on far ties."""
    scenario = worlds.scenario(tmp_path, seed, people=600, days=40, work=seed % 2 == 0)
    one = simulate(scenario, seed=seed, threads=2, panel=100)
    for size in (2, 3, 4):
        shards = sharded(size, scenario, seed=seed, panel=100)
        same(one, shards)
        assert shards[0].traffic["messages"] > 100
        assert shards[0].shards == size


def test_everything_at_once_in_shards(tmp_path, blocks):
    """Places are fixed, and regions are cut: hires are those of one process."""
    scenario = everything.scenario(tmp_path, {"all": everything.REGIME}, people=5_000, days=66)
    one = simulate(scenario, threads=1)
    for size in (2, 4):
        shards = sharded(size, scenario)
        starts = [x.population.layout.first for x in shards[1:]]
        assert not set(starts) <= set(shards[0].population.layout.region_start)  # a region is cut
        same(one, shards)
    places = [n for n in one.compiled.columns.flow_names[1].values() if n.startswith("work:places")]
    assert places


@pytest.mark.parametrize("which", ["rank-my-life-2028", "ledger-1"])
def test_shipped_scenarios_in_one_to_four_shards(which):
    """With burn-in and the panel."""
    if which == "ledger-1":
        declared = load_scenario(ROOT / "benchmarks" / "ledger-1" / "scenario.yaml")
    else:
        declared = load_scenario(which)
    years = 0 if which == "ledger-1" else 1  # it begins with the calendar
    scenario = declared.replace(people=9_000, days=60, burn_in_years=years)
    one = simulate(scenario, threads=1)
    for size in (1, 2, 3, 4):
        same(one, sharded(size, scenario))


def test_shards_go_on_from_any_day(tmp_path):
    scenario = load_scenario("rank-my-life-2028").replace(people=9_000, days=45, burn_in_years=1)
    one = simulate(scenario, threads=1)
    days = [("burn-in", 200), ("days", 31)]
    shelves = [Shelf(days) for _ in range(3)]

    def live(talk):
        return simulate(scenario, threads=1, keeper=shelves[talk.rank], communicator=talk)

    same(one, together(3, live))
    for day in days:
        points = [Shelf(start=shelf.points[day]) for shelf in shelves]
        same(
            one,
            together(
                3,
                lambda talk, points=points: simulate(
                    scenario, threads=2, keeper=points[talk.rank], communicator=talk
                ),
            ),
        )
    swapped = [Shelf(start=shelf.points["days", 31]) for shelf in shelves[::-1]]
    with pytest.raises(RunError, match="people"):
        together(3, lambda talk: simulate(scenario, keeper=swapped[talk.rank], communicator=talk))


@pytest.mark.parametrize("which", ["shipped", "invented"])
def test_another_number_of_shards_goes_on(which, tmp_path, blocks):
    """What one process has left, two go on from, then three, then one. Blocks are cut elsewhere."""
    if which == "shipped":
        scenario = load_scenario("rank-my-life-2028").replace(people=4_000, days=40, burn_in_years=1)
        days = [("burn-in", 300)]
    else:
        scenario = everything.scenario(tmp_path, {"all": everything.REGIME}, people=1_500, days=40)
        days = [("days", 33)]
    one = simulate(scenario, threads=1)
    whole = one.population.layout
    shelf = Shelf(days)
    simulate(scenario, threads=1, keeper=shelf)
    kept = [{day: (point.arrays, point.values) for day, point in shelf.points.items()}]
    for size in (2, 3, 1):
        shelves = [Shelf() for _ in range(size)]
        for day in days:

            def live(talk, day=day, kept=kept, size=size, shelves=shelves):
                def read(shard, wanted):
                    arrays, values = kept[shard][day]
                    return {name: array for name, array in arrays.items() if wanted(name)}, values

                arrays, values = regroup(read, whole, len(kept), talk.rank, size)
                copies = {name: array.copy() for name, array in arrays.items()}  # a run goes on in its own
                shelves[talk.rank].points[day] = Point(Checkpoint(None, *day), copies, values)
                start = Point(Checkpoint(None, *day), arrays, values)
                return simulate(scenario, threads=1, keeper=Shelf(start=start), communicator=talk)

            same(one, together(size, live))
        kept = [{day: (point.arrays, point.values) for day, point in x.points.items()} for x in shelves]


def test_a_box_that_overflows_in_one_shard_starts_all_again(tmp_path, blocks, monkeypatch):
    scenario = worlds.scenario(tmp_path, 9, people=400, days=20)
    one = simulate(scenario, threads=1, panel=50)
    watch, times = books.Books.watch_mail, []

    def full(desk):
        watch(desk)
        if desk.starts["held"] > 0 and len(times) < 2:  # not in the first
            times.append(desk)
            raise books.DeskFull("own: no room")

    monkeypatch.setattr(books.Books, "watch_mail", full)
    same(one, sharded(2, scenario, panel=50))
    assert len(times) == 2


def test_the_lowest_of_all_shards():
    """Against sorting everything: no ties; orders may be empty, and more wanted than there is."""
    chosen = np.random.default_rng(5)
    whole = [chosen.permutation(1 << 12)[:n].astype(np.int64) << 40 for n in (0, 1, 5, 300, 300, 300)]
    whole.append(np.array([0, (1 << 63) - 2], np.int64))
    wanted = np.array([3, 1, 0, 299, 300, 1000, 1], np.int64)
    owners = [chosen.integers(0, 3, len(one)) for one in whole]

    def work(talk):
        mine = [np.sort(one[of == talk.rank]) for one, of in zip(whole, owners, strict=True)]
        within, found = Part(talk).among_lowest(mine, wanted)
        return [one[:n].tolist() for one, n in zip(mine, within.tolist(), strict=True)], found.tolist()

    shards = together(3, work)
    for x, one in enumerate(whole):
        kept = sorted(chain.from_iterable(shard[0][x] for shard in shards))
        assert kept == np.sort(one)[: wanted[x]].tolist()
        assert {shard[1][x] for shard in shards} == {len(one)}
    alone = Part().among_lowest([np.sort(one) for one in whole], wanted)
    assert alone[0].tolist() == [min(len(one), n) for one, n in zip(whole, wanted.tolist(), strict=True)]


def test_what_is_sent(tmp_path, blocks):
    """Nothing without sensors and far ties; else twelve bytes a message, and eight for each parcel."""
    quiet = worlds.scenario(tmp_path, 3, people=400, days=30)
    nothing = sharded(2, quiet, panel=0, arms=["status-quo"])[0].traffic
    assert (nothing["days"], nothing["messages"], nothing["message_bytes"]) == (0, 0, 0)
    told = sharded(2, quiet, panel=0)[0].traffic
    parcels = told["message_bytes"] - 4 * ROW * told["messages"]
    assert told["messages"] > 0
    assert parcels in {2 * 30 * 4 * HEAD, 2 * 2 * 30 * 4 * HEAD}  # one exchange a day or two, both ways
    assert told["bytes"] > told["message_bytes"]
