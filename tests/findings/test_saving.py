"""What a folder says of the work that a run took."""

import itertools
import json

from moot.experiment import simulation
from moot.findings.saving import log_of, manifest_and_tables, save
from tests.findings.a_run import result


def test_the_peak_of_memory_is_taken_when_the_tables_are_written(tmp_path, monkeypatch):
    peaks = itertools.count(10**10, 2**20)
    monkeypatch.setattr(simulation, "peak_rss_bytes", lambda: next(peaks))
    content = save(result(), tmp_path / "run")
    written = json.loads((tmp_path / "run" / "run.json").read_text())
    assert written["peak_rss_bytes"] == content["peak_rss_bytes"] == next(peaks) - 2**20
    assert written["peak_rss_bytes"] > result().peak_rss_bytes
    assert f"peak memory {written['peak_rss_bytes'] / 2**20:,.0f} MiB" in (tmp_path / "run/log").read_text()


def test_the_seconds_of_the_tables_are_told():
    content, _ = manifest_and_tables(result())
    assert list(content["seconds"]) == ["setup", "burn_in", "simulate", "compile", "tables"]
    assert content["seconds"]["tables"] > 0


def test_the_log_says_what_compiling_took_and_that_it_is_in_no_other_number():
    content, _ = manifest_and_tables(result())
    content["seconds"]["compile"] = 61.5
    lines = log_of(content).splitlines()
    assert "compiling, once: 61.50 seconds, which are in none of these" in lines
    assert not any("compile" in line for line in lines if line.startswith("seconds: "))
    content["seconds"]["compile"] = 0.0
    assert "compiling" not in log_of(content)
