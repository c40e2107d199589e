"""The statistics of the benchmark, and its peers against what can be computed on paper."""

import argparse
import importlib
import json
import math
import random
import statistics
import sys

import pytest

from benchmarks import bench

LINE = {
    "peer": "numpy",
    "people": 2_000,
    "days": 10,
    "seed": 1,
    "seconds": 0.5,
    "setup_seconds": 0.1,
    "totals": {"offences": [4, 3, 2, 1], "detections": 6, "mean_score_end": 990.0},
}


def sample(*, speed: float = 1e6, people: int = 1_000, **totals: float) -> bench.Sample:
    return bench.Sample(people, 10, people * 10 / speed, 1.0, 1 << 20, totals or {"wrong": 1.0})


def test_a_line_becomes_a_sample_with_flat_totals():
    found = bench.parse(json.dumps(LINE), cpu=3.0, wall=2.0, peak_bytes=1 << 20)
    assert found.speed == 40_000.0
    assert found.cpu_per_wall == 1.5
    assert found.declared_bytes is None
    assert found.totals == {
        "offences_0": 4.0,
        "offences_1": 3.0,
        "offences_2": 2.0,
        "offences_3": 1.0,
        "detections": 6.0,
        "mean_score_end": 990.0,
    }


def test_cpu_of_the_days_alone_is_preferred_to_that_of_the_process():
    line = json.dumps({**LINE, "cpu_s": 0.9, "bytes_per_person": 14})
    found = bench.parse(line, cpu=3.0, wall=2.0, peak_bytes=0)
    assert (found.cpu_per_wall, found.declared_bytes) == (1.8, 14)


def test_other_work_on_moot_has_person_days_of_its_own_and_no_totals():
    line = json.dumps({"people": 1_000, "days": 10, "seconds": 2.0, "person_days": 50_000, "ratio": 1.1})
    found = bench.parse(line, cpu=1.0, wall=1.0, peak_bytes=0, pinned=False)
    assert (found.speed, found.act_ratio, found.totals) == (25_000.0, 1.1, {})


def test_other_work_on_moot_is_timed_in_the_same_rounds_and_not_compared():
    options: argparse.Namespace = bench.arguments(["--mutated", "--scenario", "name", "--moot", "moot"])
    others = [one for one in bench.contenders(options) if not one.pinned]
    assert [one.name for one in others] == ["moot, mutated", "moot, name"]
    numpy = bench.Record(bench.Contender("numpy", (), 1_000), [sample(speed=1e6)] * 3)
    timed = bench.Record(others[0], [bench.Sample(1_000, 10, 0.1, 1.0, 1, {}, act_ratio=1.2)] * 3)
    report = bench.summary([numpy, timed], {}, days=10, seeds=3)
    assert "agrees" not in report["contenders"][1]
    assert "1.20 × the time of an act" in bench.table(report)


def test_ratios_are_taken_within_rounds():
    """A machine that is slow in one round slows both: the ratio does not move."""
    reference = [sample(speed=s) for s in (10e6, 1e6, 20e6)]
    own = [sample(speed=4 * s) for s in (10e6, 1e6, 20e6)]
    found = bench.ratios(own, reference)
    assert (found.median, found.low, found.high) == pytest.approx((4.0, 4.0, 4.0))


def test_spread_is_median_and_range():
    assert bench.spread([3.0, 1.0, 9.0]) == bench.Spread(3.0, 1.0, 9.0)


def test_totals_are_compared_a_person_and_means_as_they_are():
    assert bench.per_person(sample(people=2_000, wrong=4.0, mean_score_end=990.0)) == {
        "wrong": 0.002,
        "mean_score_end": 990.0,
    }


@pytest.mark.parametrize(
    ("t", "freedom", "deviate"),
    [(12.706, 1, 1.96), (4.303, 2, 1.96), (2.776, 4, 1.96), (2.228, 10, 1.96), (8.610, 4, 3.291)],
)
def test_a_deviate_is_as_improbable_as_its_t(t, freedom, deviate):
    assert bench.normal_deviate(t, freedom) == pytest.approx(deviate, rel=0.06)
    assert bench.normal_deviate(-t, freedom) == -bench.normal_deviate(t, freedom)
    assert bench.normal_deviate(t, 1e9) == pytest.approx(t, rel=1e-4)


def test_equal_totals_agree_and_constant_unequal_ones_do_not():
    assert bench.deviation([2.0, 2.0], [2.0, 2.0]) == 0.0
    assert bench.deviation([2.0, 2.0], [3.0, 3.0]) == -math.inf


def test_deviations_of_one_law_are_standard_normal_in_size():
    """Six hundred comparisons of three seeds against three of the same normal law."""
    draw = random.Random(5)
    found = [
        bench.deviation([draw.gauss(5, 1) for _ in range(3)], [draw.gauss(5, 1) for _ in range(3)])
        for _ in range(600)
    ]
    assert abs(statistics.fmean(found)) < 4 / math.sqrt(600)
    assert 0.8 < statistics.stdev(found) < 1.2
    assert max(abs(z) for z in found) < bench.TOLERANCE


def test_a_shift_of_ten_standard_errors_is_seen_and_named():
    draw = random.Random(6)

    def seeds(shift: float) -> list[bench.Sample]:
        return [
            sample(detections=1_000 * draw.gauss(50, 1), wrong=1_000 * (draw.gauss(5, 0.1) + shift))
            for _ in range(10)
        ]

    same, moved = bench.agreement(seeds(0.0), seeds(0.0)), bench.agreement(seeds(0.5), seeds(0.0))
    assert same.holds
    assert not moved.holds
    assert moved.worst == "wrong"
    assert moved.deviations["wrong"] > 0


def test_rare_counts_without_variance_are_not_sure():
    """Three seeds with one event each against three with two: nothing follows from that."""
    compared = bench.agreement([sample(wrong=1.0)] * 3, [sample(wrong=2.0)] * 3)
    assert abs(compared.deviations["wrong"]) < 1.5
    assert not bench.agreement([sample(mean_score_end=1.0)] * 3, [sample(mean_score_end=2.0)] * 3).holds


def test_totals_of_other_names_are_an_error():
    with pytest.raises(ValueError, match="wrong"):
        bench.agreement([sample(wrong=1.0)] * 3, [sample(right=1.0)] * 3)


def test_memory_is_what_the_people_add():
    entrant = bench.Contender("numpy", (), 11_000)
    record = bench.Record(entrant, [sample(people=11_000)], empty_bytes=(1 << 20) - 500_000)
    assert record.bytes_per_person == 50.0


@pytest.mark.parametrize(
    ("value", "text"), [(1.254e9, "1.25 G"), (37.0e6, "37.0 M"), (1e5, "100 k"), (12.0, "12")]
)
def test_speeds_are_printed_with_three_digits(value, text):
    assert bench.scaled(value) == text


def test_a_report_names_what_was_skipped_and_compares_with_the_reference():
    numpy = bench.Record(bench.Contender("numpy", (), 2_000), [sample(speed=1e7, people=2_000)] * 3)
    moot = bench.Record(bench.Contender("moot, 2 thr", (), 2_000), [sample(speed=4e8, people=2_000)] * 3)
    report = bench.summary([numpy, moot], {"jax": "No module named 'jax'"}, days=10, seeds=3)
    json.dumps(report)
    text = bench.table(report)
    assert report["contenders"][1]["ratio"]["median"] == pytest.approx(40.0)
    assert "skipped: jax: No module named 'jax'" in text
    assert "40.0" in text
    assert "reference" in text


def test_a_contender_that_fails_is_skipped_with_its_last_words():
    script = "import sys; sys.exit('first line\\nno such law')"
    with pytest.raises(bench.Skipped, match=r"^no such law$"):
        bench.measure(bench.Contender("x", (sys.executable, "-c", script), 10), people=10, days=1, seed=1)
    with pytest.raises(bench.Skipped, match="printed no line of results"):
        bench.measure(bench.Contender("x", (sys.executable, "-c", ""), 10), people=10, days=1, seed=1)
    with pytest.raises(bench.Skipped, match="No such file"):
        bench.measure(bench.Contender("x", ("no-such-program",), 10), people=10, days=1, seed=1)


@pytest.mark.parametrize(
    "argv", [["--seeds", "2"], ["--people", "10"], ["--threads", "two"], ["--python", "x"]]
)
def test_wrong_usage_ends_with_two(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        bench.arguments(argv)
    assert ended.value.code == 2
    assert argv[0] in capsys.readouterr().err


def test_the_reference_runs_first_and_threads_are_contenders_of_their_own():
    options: argparse.Namespace = bench.arguments(["--threads", "1,2", "--quick", "--moot", "moot"])
    names = [(entrant.name, entrant.people) for entrant in bench.contenders(options)]
    assert names == [
        ("numpy", 100_000),
        ("moot, 1 thr", 100_000),
        ("moot, 2 thr", 100_000),
        ("mesa", 10_000),
    ]


def test_the_numpy_peer_obeys_the_law_on_the_first_day():
    """N·0.005 acts of each kind, 0.95·0.005·N detected, 0.016 of them charged to the wrong person."""
    ledger = importlib.import_module("benchmarks.peers.numpy_ledger")
    people = 1_000_000
    totals = ledger.run(people, 1, seed=3)["totals"]
    expected = dict.fromkeys(("offences_0", "offences_1", "offences_2", "offences_3"), 0.005 * people)
    expected |= {"detections": 0.00475 * people, "wrong": 0.016 * 0.00475 * people}
    for name, mean in expected.items():
        # acts of one person are Bernoulli with an unequal mean; their variance is at most the mean's
        assert abs(bench.flatten(totals)[name] - mean) < 4 * math.sqrt(1.1 * mean), name


def test_mesa_and_numpy_agree():
    pytest.importorskip("mesa", reason="mesa is installed by `make bench` alone")
    peers = [importlib.import_module(f"benchmarks.peers.{name}_ledger") for name in ("mesa", "numpy")]
    samples = [
        [
            bench.parse(json.dumps(peer.run(1_500, 40, seed)), cpu=1.0, wall=1.0, peak_bytes=0)
            for seed in range(3)
        ]
        for peer in peers
    ]
    assert bench.agreement(*samples).holds
