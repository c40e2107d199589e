"""Ratios to the NumPy peer against those of the baseline."""

import json

import pytest

from benchmarks import baseline, bench

ROW = {"law": "ledger-1", "people": 100_000, "days": 100, "threads": 2, "ratio": 20.0}


def report(ratio: float, *, people: int = 100_000, threads: int = 2) -> dict[str, object]:
    """What `bench.summary` says of Moot at such a ratio, through the summary itself."""

    def rounds(speed: float) -> list[bench.Sample]:
        return [bench.Sample(people, 100, people * 100 / speed, 1.8, 1 << 20, {"wrong": 1.0})] * 3

    numpy = bench.Record(bench.Contender("numpy", (), people), rounds(1e7))
    entrant = bench.Contender(f"moot, {threads} thr", (), people, threads=threads)
    return bench.summary([numpy, bench.Record(entrant, rounds(ratio * 1e7))], {}, days=100, seeds=3)


@pytest.mark.parametrize(("ratio", "falls"), [(30.0, 0), (20.0, 0), (16.1, 0), (15.9, 1)])
def test_more_than_a_fifth_below_is_told(ratio, falls):
    lines = baseline.shortfalls(report(ratio), [ROW])
    assert len(lines) == falls
    if falls:
        assert "ledger-1, 100,000 people × 100 days, 2 threads: 15.9 × the NumPy peer, 20 in the" in lines[0]
        assert "20 % below" in lines[0]


@pytest.mark.parametrize("size", [{"people": 200_000}, {"threads": 1}])
def test_another_size_is_not_compared(size):
    assert baseline.shortfalls(report(1.0, **size), [ROW]) == []


def test_ratios_are_put_in_place_of_those_of_the_same_size(tmp_path):
    path = tmp_path / "baseline.json"
    baseline.write(path, report(20.0))
    baseline.write(path, report(12.0, threads=1))
    baseline.write(path, report(24.0))
    rows = baseline.read(path)
    assert [(row["threads"], row["ratio"]) for row in rows] == [(1, 12.0), (2, 24.0)]
    assert baseline.shortfalls(report(19.0), rows)
    assert not baseline.shortfalls(report(19.3), rows)


@pytest.mark.parametrize(
    ("text", "wrong"), [("{}", "list"), ("[{}]", "law is missing"), (json.dumps([ROW | {"ratio": 0}]), "0;")]
)
def test_a_file_that_is_no_baseline_is_an_error(tmp_path, text, wrong):
    path = tmp_path / "baseline.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=wrong):
        baseline.read(path)
    assert baseline.read(tmp_path / "missing.json") == []


def test_a_report_without_ratios_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="no ratio"):
        baseline.write(tmp_path / "baseline.json", {"days": 100, "contenders": []})


@pytest.mark.parametrize(("ratio", "code"), [(19.0, 0), (10.0, 1)])
def test_a_contest_that_falls_behind_fails(tmp_path, monkeypatch, capsys, ratio, code):
    """The whole command, with a Moot of a known speed in place of a process."""
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps([ROW | {"people": 10_000, "days": 10, "threads": 1}]), "utf-8")

    def measure(entrant, *, people, days, seed):
        if entrant.name == "mesa":
            raise bench.Skipped("not here")
        speed = 1e6 * (ratio if entrant.name.startswith("moot") else 1.0)
        return bench.Sample(people, days, people * days / speed, 1.0, 1 << 20, {"wrong": 1.0})

    monkeypatch.setattr(bench, "measure", measure)
    asked = ["--people", "10000", "--days", "10", "--threads", "1", "--moot", "moot", "--baseline", str(path)]
    assert bench.main(asked) == code
    assert ("slower: ledger-1" in capsys.readouterr().err) == bool(code)
    assert bench.main([*asked, "--set-baseline"]) == 0
    assert baseline.read(path)[0]["ratio"] == pytest.approx(ratio)


def test_what_is_shipped_is_a_baseline():
    assert baseline.read(baseline.FILE)


def test_a_peer_runs_in_an_environment_of_its_own(tmp_path):
    peers, environments = tmp_path / "peers", tmp_path / "environments"
    peers.mkdir()
    for name in ("jax", "other"):
        (peers / f"peer_{name}.py").write_text("", "utf-8")
    python = environments / "jax" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("", "utf-8")
    options = bench.arguments(["--peers", str(peers), "--environments", str(environments), "--moot", "moot"])
    found = {entrant.name: entrant.command[0] for entrant in bench.contenders(options)}
    assert found["peers/jax"] == str(python)
    assert found["peers/other"] == found["numpy"]
