"""One small run, simulated once and shared by the tests of what a run leaves."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import Result, simulate
from moot.findings.run import Run, open_run, run_of
from moot.findings.saving import save

PEOPLE, DAYS = 2_000, 40
REGIME = "rank-my-life-2028"


@functools.cache
def result() -> Result:
    scenario = load_scenario("rank-my-life-2028").replace(burn_in_years=1)
    return simulate(scenario, people=PEOPLE, days=DAYS, threads=1)


@functools.cache
def in_memory() -> Run:
    return run_of(result())


@functools.cache
def folder() -> Path:
    """The run's folder; tests that change files copy it first."""
    parent = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    save(result(), parent / "small")
    return parent / "small"


@functools.cache
def in_folder() -> Run:
    return open_run(folder())
