"""From figures to events: where everybody's life is kept, each figure is the number of its events."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from moot.errors import UserError
from moot.experiment import simulation
from moot.experiment.simulation import Result, simulate
from moot.findings import counted
from moot.findings.causes import Pair
from moot.findings.counted import counted_in, events_in
from moot.findings.events import events_of
from moot.findings.kinds import Event
from moot.findings.replaying import LONGEST_DELAY, Replay
from moot.findings.rules import Rules
from tests.findings.a_run import REGIME, in_folder
from tests.society import everything
from tests.society.everything import scenario

UNTOLD = ("seen-unidentified", "across-contexts", "reviewed", "beyond-review", "euros-spent", "wrong-charges")
UNTOLD += ("upheld-wrong", "days-wronged", "places:lost", "clamped")
UNTOLD += tuple(f"fines:{what}" for what in ("charged", "noticed", "recovered", "lapsed"))
"""Figures that no event of a life tells."""


@functools.cache
def everybody() -> Result:
    """A run with every mechanism in which the life of everybody is kept."""
    folder = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    declared = scenario(folder, {"on": everything.REGIME}, people=300, days=60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "panel_of", lambda people, seed, size: np.arange(people, dtype=np.int64))
        return simulate(declared, threads=1)


@functools.cache
def pairs() -> list[Pair]:
    rules = Rules(everybody().scenario, everybody().arms)
    return [life.pair(rules, "on") for life in events_of(everybody()).values()]


def events() -> list[Event]:
    return [one for pair in pairs() for one in pair.here]


def test_each_figure_is_the_number_of_its_events():
    result, rules = everybody(), pairs()[0].rules
    a = result.arms.index("on")
    wrong, told = {}, 0
    for column, name in result.compiled.columns.flow_names[a].items():
        if not counted._one_by_one(name):
            continue
        total = int(result.record.region[a, :, :, column].sum())
        found = len(list(events_in(name, iter(events()), rules, "on")))
        if name.endswith(UNTOLD):
            assert found == 0
            continue
        told += total > 0
        if found != total:
            wrong[name] = (total, found)
    assert wrong == {} and told > 40


def test_points_of_ties_and_rulings_are_those_of_their_events():
    result, rules = everybody(), pairs()[0].rules
    a = result.arms.index("on")
    for column, name in result.compiled.columns.flow_names[a].items():
        if name in ("scheme:first:points-from-ties", "redress:first:points-restored"):
            moved = events_in(name, iter(events()), rules, "on")
            total = int(result.record.region[a, :, :, column].sum())
            assert sum(abs(one.points or 0) for one in moved) == total > 0


def test_a_figure_says_that_the_panel_is_a_sample():
    found = counted_in(in_folder(), "scheme:rank:falls")
    text = " ".join(" ".join(found.lines()).split())
    assert found.total == in_folder().totals(REGIME)["scheme:rank:falls"]
    assert 0 < len(found.events) <= found.total
    assert "a sample drawn before anything happened (10.0 % of the people)" in text
    assert f"{len(found.events)} of the {found.total} that are counted" in text
    assert found.as_dict()["panel"] == {"lives": 200, "people": 2000, "events": len(found.events)}
    assert all(len(line) <= 100 for line in found.lines())


def test_a_pattern_stands_for_several_figures_and_a_wrong_name_for_none():
    assert len(counted_in(in_folder(), "act:*:charged-by-regime").measures) > 5
    with pytest.raises(UserError, match='no measure "scheme:rank:fals"; did you mean "scheme:rank:falls"'):
        counted_in(in_folder(), "scheme:rank:fals")


# Records that are walked through again.


@functools.cache
def replays() -> list[Replay]:
    found = [Replay(pair, one) for pair in pairs() for one in pair.here if one.kind == "fall"]
    return [one for one in found if one.fall.scheme == "first" and not one.refused]


def test_most_records_are_walked_through_and_the_others_are_refused():
    falls = sum(one.kind == "fall" and one.what == "first" for one in events())
    assert len(replays()) > 0.6 * falls


def test_one_point_less_than_told_would_not_have_kept_a_tier():
    """Mostly it is what the score was short of; not where a day without any loss lets points come back."""
    some = short = 0
    for one in replays()[:50]:
        fewer = one.fewer_points()
        if fewer is None:
            continue
        some += 1
        assert one._kept(one._lighter(fewer))
        assert fewer == 1 or not one._kept(one._lighter(fewer - 1))
        line = one.scheme.score.tiers[one.scheme.tier_names.index(one.fall.tier) - 1].from_
        short += one.fall.score is not None and fewer == line - one.fall.score
    assert some > 15 and short > 0.6 * some


def test_what_would_have_kept_a_tier_keeps_it_and_nothing_smaller_does():
    single = several = late = 0
    for one in replays()[:50]:
        found = one.without_one()
        for x in found:
            assert one._kept([y for y in one.entries if y is not x])
        single += bool(found)
        if not found and (dropped := one.without_several()):
            several += 1
            assert len(dropped) > 1 and one._kept([x for x in one.entries if x not in dropped])
        later = one.later()
        if later is not None:
            late += 1
            assert 1 <= later[1] <= LONGEST_DELAY and later[0] is one.losses[-1]
    assert single > 15 and late > 2 and several > 0


def test_a_record_of_before_the_run_is_refused():
    licence = next(
        (pair, one) for pair in pairs() for one in pair.here if one.kind == "fall" and one.what == "second"
    )
    assert "licence" in Replay(*licence).refused
