"""The public surface of the library."""

import moot
from tests.findings.a_run import folder


def test_what_is_visible_is_what_is_declared():
    assert moot.__all__ == [
        "compare",
        "load_country",
        "load_experiment",
        "load_regime",
        "load_scenario",
        "open_experiment",
        "open_run",
        "resume",
        "simulate",
    ]
    modules = {"annotations", "TYPE_CHECKING"}
    visible = {name for name, value in vars(moot).items() if not name.startswith("_") and callable(value)}
    assert visible - modules == set(moot.__all__)


def test_declarations_are_read_by_name():
    assert moot.load_country("france").country == "france"
    assert moot.load_regime("rank-my-life-2028").regime == "rank-my-life-2028"
    assert moot.load_scenario("rank-my-life-2028").scenario == "rank-my-life-2028"


def test_a_run_stays_in_memory_or_is_written(tmp_path):
    scenario = moot.load_scenario("rank-my-life-2028").replace(burn_in_years=0)
    run = moot.simulate(scenario, people=300, days=3, threads=1)
    assert run.folder is None and "300 synthetic people × 3 days" in repr(run)
    assert run.plot().svg.startswith("<svg")
    written = moot.simulate(scenario, people=1_000, days=3, threads=1, out=tmp_path / "run")
    assert written.folder == tmp_path / "run"
    assert moot.open_run(tmp_path / "run").digest == written.digest


def test_a_run_is_opened_and_shown():
    run = moot.open_run(folder())
    assert repr(run).count("\n") == 0
    assert "<table" in run._repr_html_()
