"""One small run, simulated once and shared by the tests of what a run leaves."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from moot.declaring.files import data_folder
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


THREE = """\
scenario: three
title: Three arms
country: france
start: 2028-01-01
days: 30
people: 1500
burn_in_years: 0
arms:
  status-quo: {}
  mine: {regime: mine.yaml}
  rank: {regime: rank-my-life-2028}
"""


@functools.cache
def three_folder() -> Path:
    """The folder with the files and the run of a scenario of three arms, one of them of a file."""
    parent = Path(tempfile.mkdtemp(prefix="moot-tests-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    scaffold = (data_folder() / "scaffolds" / "regime.yaml").read_text("utf-8").replace("NAME", "mine")
    (parent / "mine.yaml").write_text(scaffold)
    (parent / "three.yaml").write_text(THREE)
    made = simulate(load_scenario(parent / "three.yaml"), threads=1, panel=200)
    save(made, parent / "runs" / "three-1")
    return parent


@functools.cache
def three() -> Run:
    return open_run(three_folder() / "runs" / "three-1")


@functools.cache
def one_arm(arm: str) -> Run:
    """The same scenario with one arm alone."""
    return run_of(simulate(load_scenario(three_folder() / "three.yaml"), threads=1, panel=200, arms=[arm]))


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
