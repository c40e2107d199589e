"""A run on a cached burn-in is the run without it, bit for bit, whatever else of the run is another."""

import re

import numpy as np
import pytest

from moot.experiment.profiling import profile_lines
from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.resuming import begin, reopen, to_the_end
from moot.findings.saving import burn_ins, manifest_of
from moot.society import books
from moot.store import burnt
from moot.store.burnt import list_burn_ins
from moot.store.parquet import Tables
from tests.laws.test_retroactive import law
from tests.reference import worlds
from tests.society.test_snapshot import same


@pytest.fixture(autouse=True)
def _empty(empty_cache):
    pass


@pytest.fixture
def told():
    return []


@pytest.fixture
def cache(told):
    made = burn_ins(least=1)
    made.tell = told.append
    return made


def france(regime="rank-my-life-2028", **changes):
    return load_scenario(regime).replace(**{"people": 1200, "days": 40, "burn_in_years": 2} | changes)


def test_france_with_its_fines_and_jobs(cache, told):
    """The normaliser and the chances to pay that the burn-in has set come along."""
    first = simulate(france(), threads=1, burn_ins=cache)
    again = simulate(france(), threads=1, burn_ins=cache)
    plain = simulate(france(), threads=1)
    assert (first.burn_in_cached, again.burn_in_cached, plain.burn_in_cached) == (False, True, False)
    same(first, plain)
    same(again, plain)
    for name in ("normaliser", "fine_pay"):
        found = again.compiled.world[name]
        np.testing.assert_array_equal(found, plain.compiled.world[name])
    assert len(set(plain.normaliser.values())) > 2, "the burn-in moved it"
    assert again.normaliser == plain.normaliser and told == []


def test_another_regime_other_arms_days_panel_and_threads_use_the_same(cache, told):
    simulate(france(), threads=1, days=1, panel=0, burn_ins=cache)
    steps = []
    for scenario, asked in (
        (france("merits-only", start=france().start), {"threads": 2}),
        (france("rank-my-life-2024", start=france().start), {"threads": 3, "panel": 100}),
        (france(days=70), {"threads": 1, "arms": ["status-quo"]}),
    ):
        again = simulate(scenario, burn_ins=cache, progress=lambda *step: steps.append(step), **asked)
        assert again.burn_in_cached and {phase for phase, *_ in steps} == {"simulate"}
        same(again, simulate(scenario, **asked))
    assert len(list_burn_ins()) == 1 and told == []


@pytest.mark.parametrize("work", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_varied_worlds_with_several_blocks(seed, work, tmp_path, monkeypatch, cache, told):
    monkeypatch.setattr("moot.country.population.SMALLEST_BLOCK", 100)
    scenario = worlds.scenario(tmp_path, seed, people=400, days=40, work=work, burn_in_years=1)
    simulate(scenario, seed=seed, threads=2, panel=40, burn_ins=cache)
    again = simulate(scenario, seed=seed, threads=3, panel=40, burn_ins=cache)
    assert again.burn_in_cached and again.population.layout.blocks > 2 and told == []
    same(again, simulate(scenario, seed=seed, threads=1, panel=40))


def test_what_a_burn_in_depends_on_is_in_its_key(tmp_path, cache, told):
    scenario = worlds.scenario(tmp_path, 4, people=300, days=5, burn_in_years=1)
    country = scenario.country_model
    others = [
        (scenario, {"seed": 2}),
        (scenario.replace(people=301), {}),
        (scenario.replace(burn_in_years=2), {}),
        (scenario.replace(start=scenario.start.replace(year=scenario.start.year + 1)), {}),
        (scenario.in_country(country, existing=False), {}),
        (scenario.in_country(country.model_copy(update={"title": "Elsewhere"})), {}),
    ]
    simulate(scenario, threads=1, burn_ins=cache)
    for one, asked in others:
        made = simulate(one, threads=1, burn_ins=cache, **asked)
        assert not made.burn_in_cached
        assert simulate(one, threads=1, burn_ins=cache, **asked).burn_in_cached
    assert len(list_burn_ins()) == burnt.MOST_KEPT and told == []


def test_the_past_that_a_regime_reads_was_written_down(tmp_path, cache, told):
    """A burn-in for regimes that read none is not taken for one that they can read, nor one for another."""
    readers = [None, {"months": 12, "sensors": ["register", "posts"]}, {"months": 6, "sensors": ["posts"]}]
    scenarios = [law(tmp_path, past=past, days=5, name=f"law-{x}") for x, past in enumerate(readers)]
    plain = [simulate(one, threads=1, panel=0) for one in scenarios]
    assert len({one.digest for one in plain}) == 3
    for cached in (False, True):
        for scenario, expected in zip(scenarios, plain, strict=True):
            made = simulate(scenario, threads=2, panel=0, burn_ins=cache)
            assert made.burn_in_cached is cached and made.digests == expected.digests
    assert len(list_burn_ins()) == 3 and told == []


def test_a_burn_in_of_the_same_run_is_no_other_ones(tmp_path, cache, monkeypatch):
    """A box overflows on a day of the run: the burn-in is not lived through again, and its time counts."""
    scenario = worlds.scenario(tmp_path, 9, people=200, days=20, burn_in_years=1)
    watch, calls = books.Books.watch_room, []

    def full_once(desk):
        watch(desk)
        calls.append(desk)
        if len(calls) == 366 + 5:
            raise books.DeskFull("mail: no room")

    monkeypatch.setattr(books.Books, "watch_room", full_once)
    days = []
    made = simulate(
        scenario, threads=1, burn_ins=cache, progress=lambda phase, done, _: days.append((phase, done))
    )
    assert [done for phase, done in days if phase == "burn-in"] == list(range(1, 366))
    assert days.count(("simulate", 1)) == 2
    assert not made.burn_in_cached and made.seconds["burn_in"] > 0 and made.phases["burn-in"]
    monkeypatch.undo()
    same(made, simulate(scenario, threads=1))


def test_times_and_words_leave_a_cached_burn_in_out(tmp_path, cache):
    scenario = worlds.scenario(tmp_path, 4, people=300, days=20, burn_in_years=1)
    first = simulate(scenario, threads=1, burn_ins=cache)
    again = simulate(scenario, threads=1, burn_ins=cache)
    assert first.seconds["burn_in"] > 0 and again.seconds["burn_in"] == 0
    assert first.person_days == 300 * (365 + 3 * 20) and again.person_days == 300 * 3 * 20
    assert again.person_days_per_s == pytest.approx(again.person_days / again.seconds["simulate"])
    assert [manifest_of(one)["burn_in_cached"] for one in (first, again)] == [False, True]
    lines = list(profile_lines(again))
    assert lines[3] == "burn-in: not simulated, its end was read from the cache"
    assert not any(re.match(r"burn-in: \d", line) for line in lines)
    assert any(re.match(r"burn-in: \d", line) for line in profile_lines(first))


def test_what_cannot_be_gone_on_from_is_simulated_anew_and_replaced(tmp_path, cache, told, monkeypatch):
    """Its files are as they were written; its tables are others than those of the run."""
    scenario = worlds.scenario(tmp_path, 4, people=300, days=20, burn_in_years=1)
    with monkeypatch.context() as other:
        other.setattr("moot.society.snapshot.tables_hash", lambda compiled: "0" * 64)
        simulate(scenario, threads=1, burn_ins=cache)
    again = simulate(scenario, threads=1, burn_ins=cache)
    assert not again.burn_in_cached and len(told) == 1 and "tables" in told[0]
    same(again, simulate(scenario, threads=1))
    assert simulate(scenario, threads=1, burn_ins=cache).burn_in_cached and len(told) == 1


def test_a_run_with_checkpoints_on_a_cached_burn_in_goes_on_and_still_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(burnt, "LEAST", 1)
    scenario = france(people=1000, days=30, burn_in_years=1)
    plain = simulate(scenario, threads=1, burn_ins=burn_ins())

    def begun():
        asked = {"seed": 1, "arms": None, "panel": None, "every": 10, "keep": False, "force": False}
        return begin(scenario, tmp_path / "run", **asked)

    real = Tables.copy

    def copy(self, columns, path):
        if path.parent.name.startswith(".days-00020"):
            raise OSError(28, "No space left on device")
        real(self, columns, path)

    with monkeypatch.context() as broken, begun() as unfinished:
        broken.setattr(Tables, "copy", copy)
        with pytest.raises(Exception, match="No space left"):
            to_the_end(unfinished, scenario, threads=1, force=False, progress=None)
    unfinished, scenario = reopen(tmp_path / "run")
    with unfinished:
        done = to_the_end(unfinished, scenario, threads=2, force=False, progress=None)
    assert done.digest == plain.digest and done.manifest["burn_in_cached"]
    assert done.manifest["seconds"]["burn_in"] == 0
