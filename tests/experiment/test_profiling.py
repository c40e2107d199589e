"""What a run cost, by part of the work."""

import time

import numba
import pytest

from moot.draws.clock import compiling_seconds, working_seconds
from moot.experiment.profiling import profile_lines
from moot.experiment.simulation import simulate
from moot.society.day import PARTS


def test_a_profile_names_the_phases_and_the_bytes():
    result = simulate("rank-my-life-2028", people=300, days=5, threads=1, panel=0)
    lines = list(profile_lines(result))
    assert lines[0].split() == ["part", "of", "the", "work", "seconds", "share", "ns/person-day"]
    assert any(line.startswith("burn-in: ") for line in lines)
    assert any(line.startswith("run: ") for line in lines)
    for part in PARTS:
        assert sum(line.strip().startswith(part) for line in lines) == 2
    assert any("bytes per person" in line for line in lines)
    for phases in result.phases.values():
        assert all(seconds >= 0 for seconds in phases.values())
        assert phases["acts, sensors, fear"] > 0


def test_a_profile_adds_up_to_the_whole_work_tables_and_writing_included():
    result = simulate("rank-my-life-2028", people=300, days=2, threads=1, panel=0)
    seconds = {**result.seconds, "tables": 2.0, "write": 1.0}
    lines = list(profile_lines(result, seconds))[1:]
    told = {line[:54].strip(): line[54:].split() for line in lines if ":" not in line[60:]}
    whole = {words: float(cells[0]) for words, cells in told.items() if cells and "%" in cells}
    assert whole["tables: measures and lives"] == 2.0 and whole["writing the folder"] == 1.0
    assert whole["in all"] == pytest.approx(sum(seconds.values()), abs=0.01)
    parts = [
        float(line[54:].split()[0]) for line in lines if "%" in line and not line.startswith(("  ", "in all"))
    ]
    assert sum(parts) == pytest.approx(whole["in all"], abs=0.05)


def test_compiling_is_in_no_other_number():
    """A function that numba compiles is counted once, and the clock of the work stands still meanwhile."""
    before, wall, work = compiling_seconds(), time.perf_counter(), working_seconds()

    @numba.njit
    def inner(x):
        return x + 1

    @numba.njit
    def outer(x):
        return inner(x) * 2

    assert outer(3) == 8
    compiled = compiling_seconds() - before
    assert 0 < compiled <= time.perf_counter() - wall
    assert working_seconds() - work <= time.perf_counter() - wall - compiled + 1e-3


def test_parts_add_up_to_no_more_than_the_run_took():
    result = simulate("rank-my-life-2028", people=4000, days=40, threads=2, panel=0)
    for part, seconds in (("burn-in", "burn_in"), ("run", "simulate")):
        assert 0 < sum(result.phases[part].values()) < result.seconds[seconds]
