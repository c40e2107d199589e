"""`moot run` on a burn-in that another run has lived through; `moot cache`; who leaves the cache alone."""

import json

import pytest

from moot.experiment.scenario import load_scenario
from moot.store import burnt
from moot.store.burnt import burn_ins_folder, list_burn_ins
from tests.cli.test_running import said

SCENARIO = """\
scenario: {name}
title: A short one
country: france
start: 2028-01-01
days: 10
people: 1000
burn_in_years: {years}
arms:
  status-quo: {{}}
  mine: {{regime: {regime}}}
"""
CACHED = "burn-in: its end was read from the cache (--no-cache simulates it)\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, empty_cache):
    monkeypatch.chdir(tmp_path)
    for name, regime, years in (
        ("one", "rank-my-life-2028", 1),
        ("two", "merits-only", 1),
        ("none", "merits-only", 0),
    ):
        text = SCENARIO.format(name=name, regime=regime, years=years)
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.setattr(burnt, "LEAST", 1)
    return tmp_path


def run(capsys, name, *options):
    code, out, err = said(capsys, "run", f"{name}.yaml", "--threads", "1", "--json", *options)
    assert code == 0, err
    return json.loads(out), err


def test_another_regime_costs_its_own_days_alone(capsys, here):
    first, _ = run(capsys, "one")
    assert not first["burn_in_cached"] and first["seconds"]["burn_in"] > 0
    second, err = run(capsys, "two")
    assert second["burn_in_cached"] and second["seconds"]["burn_in"] == 0 and err == ""
    plain, _ = run(capsys, "two", "--no-cache", "--no-folder")
    assert not plain["burn_in_cached"] and plain["arms"] == second["arms"]
    assert plain["digest"] == second["digest"] and len(list_burn_ins()) == 1
    known = json.loads((here / "runs" / "two-1" / "run.json").read_text())
    assert known["burn_in_cached"] and known["seconds"]["burn_in"] == 0
    log = (here / "runs" / "two-1" / "log").read_text()
    assert "burn-in of 365 days under today's law, its end read from the cache\n" in log
    code, out, err = said(capsys, "run", "two.yaml", "--threads", "1", "--no-folder", "--profile")
    assert code == 0 and CACHED in out
    assert "\nburn-in: not simulated, its end was read from the cache\n" in err


def test_no_cache_neither_reads_nor_writes(capsys):
    assert not run(capsys, "one", "--no-cache")[0]["burn_in_cached"]
    checkpoints = ("--checkpoint-every", "400", "--out", "kept")
    assert not run(capsys, "one", "--no-cache", *checkpoints)[0]["burn_in_cached"]
    code, out, _ = said(
        capsys, "demo", "--no-cache", "--people", "1000", "--days", "3", "--threads", "1", "--out", "demo"
    )
    assert code == 0 and CACHED not in out and not burn_ins_folder().exists()


def test_demo_and_runs_with_checkpoints_use_it(capsys):
    asked = ("demo", "--people", "1000", "--days", "3", "--threads", "1")
    assert said(capsys, *asked, "--out", "first")[0] == 0
    code, out, _ = said(capsys, *asked, "--out", "second")
    assert code == 0 and CACHED in out
    run(capsys, "one")
    assert run(capsys, "one", "--checkpoint-every", "5", "--out", "kept")[0]["burn_in_cached"]


def test_verify_simulates_the_burn_in_and_leaves_the_cache_alone(capsys):
    run(capsys, "one")
    run(capsys, "one", "--force")
    before = list_burn_ins()
    code, out, err = said(capsys, "verify", "runs/one-1")
    assert (code, err) == (0, "") and "is the same" in out and list_burn_ins() == before
    assert said(capsys, "cache", "--delete", "all")[0] == 0
    assert said(capsys, "verify", "runs/one-1")[0] == 0 and list_burn_ins() == []


def test_what_is_damaged_or_cannot_be_written_is_a_line_on_stderr(capsys, empty_cache):
    plain, _ = run(capsys, "one", "--no-folder")
    (manifest,) = empty_cache.rglob("checkpoint.json")
    manifest.write_text("{")
    again, err = run(capsys, "one", "--no-folder")
    assert again["digest"] == plain["digest"] and not again["burn_in_cached"]
    assert err.count("\n") == 1 and err.startswith("a cached burn-in is not used, it is simulated anew: ")
    assert run(capsys, "one", "--no-folder")[0]["burn_in_cached"]
    said(capsys, "cache", "--delete", "all")
    burn_ins_folder().rmdir()
    burn_ins_folder().write_text("a file in the place of the folder")
    again, err = run(capsys, "one", "--no-folder")
    assert again["digest"] == plain["digest"]
    assert err.count("\n") == 1 and err.startswith("the burn-in is not kept for other runs: cannot write ")


def test_cache_lists_and_deletes(capsys, empty_cache):
    code, out, _ = said(capsys, "cache")
    assert (code, out) == (0, f"no burn-ins in {empty_cache / 'burn-ins'}\n")
    assert said(capsys, "cache", "--delete", "all")[1] == f"no burn-ins in {empty_cache / 'burn-ins'}\n"
    run(capsys, "one", "--no-folder")
    run(capsys, "one", "--no-folder", "--seed", "7")
    code, out, _ = said(capsys, "cache")
    lines = out.splitlines()
    assert code == 0 and len(lines) == 3 and str(empty_cache) in lines[2]
    assert lines[0].endswith("france: 1,000 synthetic people, 365 days until 2028-01-01, seed 7")
    told = json.loads(said(capsys, "cache", "--json")[1])
    assert [one["about"]["seed"] for one in told["burn_ins"]] == [7, 1]
    assert [one["name"] for one in told["burn_ins"]] == [line.split()[0] for line in lines[:2]]
    assert all(one["bytes"] > 0 for one in told["burn_ins"])
    name = told["burn_ins"][0]["name"]
    code, out, _ = said(capsys, "cache", "--delete", name)
    assert (code, out) == (0, f"deleted {empty_cache / 'burn-ins' / name}\n")
    code, _, err = said(capsys, "cache", "--delete", name)
    assert code == 2 and err.startswith(f"no burn-in called {name}; there is ")
    assert len(json.loads(said(capsys, "cache", "--delete", "all", "--json")[1])["deleted"]) == 1


def test_bench_times_a_burn_in_unless_asked_otherwise(capsys):
    asked = ("bench", "scenario", "one.yaml", "--people", "1000", "--days", "5", "--threads", "1")
    run(capsys, "one", "--no-folder")
    plain = json.loads(said(capsys, *asked, "--json")[1])
    assert not plain["burn_in_cached"] and plain["person_days"] == 1000 * (365 + 2 * 5)
    assert said(capsys, "cache", "--delete", "all")[0] == 0
    cached = json.loads(said(capsys, *asked, "--json", "--cached")[1])
    assert cached["burn_in_cached"] and cached["person_days"] == 1000 * 2 * 5
    assert cached["person_days_per_s"] == pytest.approx(cached["person_days"] / cached["seconds"])
    assert cached["digest"] == plain["digest"]
    code, out, _ = said(capsys, *asked, "--cached")
    assert code == 0 and out.endswith("days of burn-in, which came from the cache: its time is left out\n")
    code, _, err = said(capsys, *["none.yaml" if one == "one.yaml" else one for one in asked], "--cached")
    assert code == 2 and err.startswith("none.yaml: nothing to time on a cached burn-in")


def test_the_verb_of_the_library_uses_it_unless_told_not_to(here):
    import moot

    scenario = load_scenario(here / "one.yaml")
    asked = {"threads": 1, "panel": 0}
    assert not moot.simulate(scenario, cache=False, **asked).manifest["burn_in_cached"]
    assert list_burn_ins() == []
    first, second = moot.simulate(scenario, **asked), moot.simulate(scenario, **asked)
    assert (first.manifest["burn_in_cached"], second.manifest["burn_in_cached"]) == (False, True)
    assert first.digest == second.digest
