"""Every mechanism of a regime by itself: left out it is its neutral number, and alone it moves something.

The schema says what a mechanism is: a key that may be left out. Each has a row in `ROWS`, or stands in
`NO_MECHANISM` with a reason; a key without either fails. A row is walked in a country in which everything is
on: the key left out (*off*) and its neutral number are one run, its own counters are 0 in both, and beside
them everything else, which is on, differs in a named measure.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from moot.country.work import Work
from moot.declaring.values import Declaration, Part, Quantity
from moot.experiment import simulation
from moot.regime.schema import Regime
from moot.society.digest import state_sums
from tests.society import everything
from tests.society.everything import GONE, changed
from tests.society.mechanisms import NO_MECHANISM, ROWS, F

ARMS = 6  # in one run, so that compiling is paid for less often


def optional_keys(model: type[Part], prefix: str = "") -> set[str]:
    """The dotted names of all keys that may be left out, down to the last part."""
    found = set()
    written_on_every_part = {*Part.model_fields, *Declaration.model_fields}
    for name, key in model.model_fields.items():
        if name in written_on_every_part:
            continue
        if not key.is_required():
            found.add(f"{prefix}{name}")
        for part in parts_of(key.annotation):
            found |= optional_keys(part, f"{prefix}{name}.")
    return found


def parts_of(annotation: Any) -> set[type[Part]]:
    """The parts of declarations that a type mentions; a quantity is a number."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        is_part = issubclass(annotation, Part) and annotation is not Quantity
        return {annotation} if is_part else set()
    inner = [*typing.get_args(annotation), getattr(annotation, "__value__", None)]
    return {part for one in inner if one is not None for part in parts_of(one)}


def test_every_mechanism_of_the_schema_has_a_row():
    found = {key for key in optional_keys(Regime) if not key.startswith("new_acts.")}
    assert len(found) > 80
    assert set(ROWS) & set(NO_MECHANISM) == set()
    assert sorted(found) == sorted({*ROWS, *NO_MECHANISM})


# The runs.


@dataclass(frozen=True)
class Lived:
    """What an arm left: its digest, its measures by name, everybody's state on the last day."""

    digest: str
    measures: dict[str, np.ndarray]
    state: tuple[int, ...]


def measures_of(result: Any, a: int) -> dict[str, np.ndarray]:
    """All measures of an arm by name: by day and region, then by group; scores, opinion, certainty."""
    record, columns = result.record, result.compiled.columns
    found = {}
    for names, by_region, by_level in (
        (columns.flow_names[a], record.region[a], record.level[a]),
        (columns.stock_names[a], record.s_region[a], record.s_level[a]),
    ):
        for column, name in names.items():
            found[name] = np.concatenate([by_region[..., column].ravel(), by_level[..., column].ravel()])
    for s, scheme in enumerate(result.compiled.arms[a].schemes):
        found[f"score:{scheme.scheme}"] = record.score[a, s]
    for x, name in enumerate(record.minds.names):
        found[name] = record.minds.region[a, :, :, x]
    found["certainty"] = record.fear[a]
    return found


def lived(folder: Any, regimes: dict[str, dict[str, Any]], **options: Any) -> dict[str, Lived]:
    """Each of the regimes, and the comparator, lived through in one run."""
    kept: dict[str, Any] = {}

    def look(society: Any, day: int) -> None:
        if day == society.first + society.days - 1:
            sums = np.zeros((len(society.compiled.arms), 2), np.uint64)
            law, record = society.compiled.law, society.books.records[0]
            state_sums(society.key, society.world, law, record, society.all_blocks, day, sums)
            kept["state"] = sums

    made = everything.scenario(folder, regimes, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "ROOMS", simulation.ROOMS[-1:])  # less would do in none of the runs
        result = simulation.simulate(made, threads=1, panel=0, on_day=look)
    return {
        name: Lived(result.digests[name], measures_of(result, a), tuple(kept["state"][a].tolist()))
        for a, name in enumerate(result.arms)
    }


def arms_of_rows() -> dict[str, dict[str, Any]]:
    """The regimes that the rows need, by name; where nothing is changed, the whole regime is the arm `on`."""
    regimes: dict[str, dict[str, Any]] = {}
    for x, row in enumerate(ROWS.values()):
        base = changed(everything.REGIME, row.besides)
        if row.besides:
            regimes[f"on-{x}"] = base
        regimes[f"off-{x}"] = changed(base, row.off)
        regimes[f"neutral-{x}"] = changed(base, row.neutral)
    return regimes


@pytest.fixture(scope="module")
def arms(tmp_path_factory) -> dict[str, Lived]:
    """Every arm of every row, a few in each run; `everything` and the comparator are in all of them."""
    regimes = arms_of_rows()
    names = list(regimes)
    found: dict[str, Lived] = {}
    for first in range(0, len(names), ARMS):
        some = {"everything": everything.REGIME} | {
            name: regimes[name] for name in names[first : first + ARMS]
        }
        these = lived(tmp_path_factory.mktemp("rows"), some)
        for name in ("status-quo", "everything"):
            assert these[name].digest == found.get(name, these[name]).digest
        found |= these
    return found


def total(arm: Lived, name: str) -> int:
    return int(arm.measures[name].sum()) if name in arm.measures else 0


@pytest.mark.slow
@pytest.mark.parametrize("key", ROWS)
def test_left_out_is_neutral_and_counts_nothing(key, arms):
    row, x = ROWS[key], list(ROWS).index(key)
    off, neutral = arms[f"off-{x}"], arms[f"neutral-{x}"]
    if not row.alike:
        assert off.digest == neutral.digest
    shared = off.measures.keys() & neutral.measures.keys()
    assert len(shared) > 150
    for name in shared:
        np.testing.assert_array_equal(off.measures[name], neutral.measures[name], err_msg=name)
    assert not row.state or off.state == neutral.state
    on = arms.get(f"on-{x}", arms["everything"])
    for name in row.counts:
        assert (total(off, name), total(neutral, name)) == (0, 0)
        assert total(on, name) > 0


@pytest.mark.slow
@pytest.mark.parametrize("key", ROWS)
def test_each_moves_a_measure_that_is_named(key, arms):
    row, x = ROWS[key], list(ROWS).index(key)
    on, neutral = arms.get(f"on-{x}", arms["everything"]), arms[f"neutral-{x}"]
    there, here = on.measures[row.moves], neutral.measures.get(row.moves)
    assert here is None or not np.array_equal(there, here)
    assert on.digest != neutral.digest


# All of them off, and the one that is the country's.

NOTHING: dict[str, Any] = {
    "regime": "nothing",
    "name": "A scheme that declares nothing",
    "kind": "invented",
    "schemes": [
        {
            "scheme": "nothing",
            "who": "everyone",
            "reads": "regime",
            "disclosed": False,
            "score": {"start": 100, "floor": 0, "ceiling": 100, "tiers": [{"tier": "all", "from": 0}]},
            "catalogue": {},
        }
    ],
}


def test_with_all_left_out_the_status_quo_is_left(tmp_path):
    """Beside arms in which everything is on: every measure that today's law has, day by day."""
    found = lived(tmp_path, {"everything": everything.REGIME, "nothing": NOTHING})
    today, nothing = found["status-quo"].measures, found["nothing"].measures
    assert today.keys() - nothing.keys() == set()
    for name, values in today.items():
        np.testing.assert_array_equal(nothing[name], values, err_msg=name)
    more = {name: int(values.sum()) for name, values in nothing.items() if name not in today}
    assert {name for name, count in more.items() if count} == {"tier:nothing-all:people", "score:nothing"}


def test_fixed_vacancies_are_open_ones_where_no_job_depends_on_a_score(tmp_path):
    """`work: vacancies` of a country, the only key of `work` that may be left out."""
    assert optional_keys(Work) == {"vacancies"}
    idle = changed(everything.REGIME, {"ratings": GONE, f"{F}/hiring": GONE, f"{F}/dismissal": GONE})
    left_out, open_, fixed = (
        lived(tmp_path / name, regimes, country=country)
        for name, regimes, country in (
            ("left-out", {"everything": everything.REGIME, "idle": idle}, {"work/vacancies": GONE}),
            ("open", {"everything": everything.REGIME, "idle": idle}, {"work/vacancies": "open"}),
            ("fixed", {"everything": everything.REGIME, "idle": idle}, {}),
        )
    )
    for arm in ("status-quo", "idle", "everything"):
        assert left_out[arm].digest == open_[arm].digest
    for arm in ("status-quo", "idle"):
        assert fixed[arm].digest == open_[arm].digest
    places = ("work:places:handed-on", "work:places:missing", "work:places:lost")
    assert [total(open_["everything"], name) for name in places] == [0, 0, 0]
    assert total(fixed["everything"], places[0]) > 0
    here, there = (one["everything"].measures["work:employed:people"] for one in (fixed, open_))
    assert not np.array_equal(here, there)
