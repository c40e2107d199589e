"""How Moot scales: fits against known coefficients, what is kept and left out, and every part end to end."""

import contextlib
import io
import json
import math
import sys
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import fits, laws, measuring, performance, phases, scaling
from benchmarks.bench import Outcome, Skipped
from benchmarks.peers import numpy_ledger

BYTES_A_PERSON = 100
OTHERS = {"measures": 5_000.0, "warm": 8.0, "mind": 6.0}  # the last two of mechanisms that nobody declared


def in_process(command: Any) -> Outcome:
    """What `bench.launch` gives, without a process; peak memory is made up, as one of many runs has none."""
    words = list(command)
    if words[0] == "moot":
        from moot.cli.main import app

        line = CliRunner().invoke(app, words[1:], catch_exceptions=False).output
    elif words[1:3] == ["-m", "benchmarks.phases"]:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            phases.main(words[3:])
        line = printed.getvalue()
    else:
        people, days, seed = (int(words[words.index(f"--{name}") + 1]) for name in ("people", "days", "seed"))
        line = json.dumps(numpy_ledger.run(people, days, seed))
    people = int(words[words.index("--people") + 1]) if "--people" in words else 0
    return Outcome(line.strip().splitlines()[-1], 1.0, 1.0, 1_000_000 + BYTES_A_PERSON * people)


def bench_of(launch, tmp_path, sizes=measuring.QUICK):
    return measuring.Bench("moot", "python", ("python", "numpy"), tmp_path, sizes, launch, lambda line: None)


# -- fits ------------------------------------------------------------------------------------------------


def test_the_power_of_a_power_law_is_found():
    people = [1e6, 3e6, 1e7]
    assert fits.power(people, [2e-9 * n**1.25 for n in people]) == pytest.approx(1.25)
    with pytest.raises(ValueError, match="two different sizes"):
        fits.power([1e6, 1e6], [1.0, 2.0])


def test_two_rates_are_found_and_the_worst_deviation_is_told():
    days = [6e7, 1.8e8, 6e8] * 3
    events = [n * share for n, share in zip(days, [0.004] * 3 + [0.016] * 3 + [0.05] * 3, strict=True)]
    seconds = [0.5e-9 * n + 41e-9 * e for n, e in zip(days, events, strict=True)]
    found = fits.rates(days, events, seconds)
    assert found.per_person_day == pytest.approx(0.5e-9)
    assert found.per_event == pytest.approx(41e-9)
    assert found.worst < 1e-9
    seconds[4] *= 1.2
    assert 0.1 < fits.rates(days, events, seconds).worst < 0.2


def test_the_longest_run_does_not_decide_alone():
    """A tenth more in the largest run moves the rates no further than in the smallest."""
    days, events = [1e6, 1e6, 1e9], [1e4, 1e5, 1e7]
    seconds = [1e-9 * n + 40e-9 * e for n, e in zip(days, events, strict=True)]
    slower = fits.rates(days, events, [*seconds[:2], 1.1 * seconds[2]])
    assert slower.per_event == pytest.approx(40e-9, rel=0.05)


def test_rates_that_cannot_be_told_apart_are_an_error():
    with pytest.raises(ValueError, match="cannot be told apart"):
        fits.rates([1e6, 2e6], [1e4, 2e4], [1.0, 2.0])


def test_pairs_without_their_cores_are_thrown_away():
    alone, shared = fits.Run(2.0, 0.99, 1), fits.Run(2.0, 0.8, 1)
    both, one = fits.Run(1.1, 1.91, 2), fits.Run(1.1, 1.89, 2)
    gains, thrown_away = fits.gains([(alone, both), (alone, one), (shared, both)])
    assert gains == [pytest.approx(2.0 / 1.1)]
    assert thrown_away == 2


def test_threads_go_on_until_enough_pairs_count_and_stop_at_the_most(tmp_path):
    seen = []

    def launch(command):
        count = int(command[command.index("--threads") + 1])
        seen.append(count)
        share = 0.5 if len(seen) <= 4 else 0.99  # two pairs on a busy machine first
        return Outcome(json.dumps({"seconds": 4.0 / count, "cpu_s": 4.0 * share}), 1.0, 1.0, 0)

    sizes = replace(measuring.QUICK, pairs=3, most_pairs=6)
    found = measuring.threads(bench_of(launch, tmp_path, sizes))
    assert (found["pairs"], found["thrown_away"], found["gain"]["median"]) == (3, 2, 2.0)
    assert seen == [1, 2] * 5
    seen.clear()
    found = measuring.threads(bench_of(launch, tmp_path, replace(sizes, most_pairs=2)))
    assert (found["pairs"], found["thrown_away"], found["gain"]) == (0, 2, None)
    with pytest.raises(Skipped, match="two cores"):
        measuring.threads(bench_of(launch, tmp_path, replace(sizes, threads=1)))


# -- laws that are made ----------------------------------------------------------------------------------


def test_a_law_differs_in_its_base_rates_alone(tmp_path):
    folder = laws.with_rates(tmp_path, 4.0)
    for part in ("country", "regime", "scenario"):
        own = (folder / f"{part}.yaml").read_text("utf-8")
        pinned = (laws.PINNED / f"{part}.yaml").read_text("utf-8")
        assert own == pinned.replace("base_per_day: 0.005", "base_per_day: 0.020000")


def test_a_text_in_which_the_number_is_not_found_is_an_error():
    with pytest.raises(ValueError, match="expected 1 times, found 0 times"):
        laws.exchanged("points: 3", r"points: 2", "points: 1")


# -- parts of a run --------------------------------------------------------------------------------------


def test_the_least_time_of_a_part_is_what_it_has_to_touch_or_to_draw():
    machine = phases.Machine(bytes=1e9, blocks=1e8, words=1e9)
    run = phases.Scale(
        person_days=10_000, days=10, months=1,
        sizes={"occupied": 2_000.0, "watched": 125.0, "person": 14_000.0, "hot": 16_000.0} | OTHERS,
        rows={"person": 14.0, "hot": 130.0}, counts={"acts": 200, "looks": 200, "charges": 50},
        words={phases.ACTS: 4_000.0},
    )  # fmt: skip
    rows = {row["part"]: row for row in phases.parts_of(dict.fromkeys(phases.WORK, 1e-3), machine, run)}
    acts = rows[phases.ACTS]
    assert acts["ns"] == pytest.approx(100.0)
    assert acts["bytes"] == pytest.approx((10 * 2_000 + 200 * (64 + 192)) / 10_000)  # hot is three lines long
    assert acts["draws"] == pytest.approx((400 + 4_000) / 10_000)
    assert acts["bound_by"] == "memory"
    assert acts["least_ns"] == pytest.approx(acts["bytes"])  # at 1 GB/s
    drawing = phases.parts_of({phases.ACTS: 1e-3}, replace(machine, blocks=1e6), run)[0]
    assert drawing["bound_by"] == "draws"
    assert drawing["least_ns"] == pytest.approx((400 / 1e6 + 4_000 / 1e9) / 10_000 * 1e9)
    assert rows["counting and writing down"]["bytes"] == pytest.approx(35_000 / 10_000)
    assert "least_ns" not in rows["opinion and talk"]  # nobody has one
    assert "least_ns" not in rows[phases.ALARMS]  # there are none


def test_every_part_of_which_something_is_said_is_a_part_of_a_run():
    told = phases.report("ledger-1", people=300, days=3, seed=1, threads=1, probe=0.01)
    names = {row["part"] for row in told["parts"]}
    assert phases.WORK.keys() <= names
    acts = next(row for row in told["parts"] if row["part"] == phases.ACTS)
    assert acts["bytes"] > 0
    assert acts["draws"] > 0
    assert acts["least_ns"] > 0


# -- results, page, command line -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """All parts, as small as they run, on the real programs."""
    path = tmp_path_factory.mktemp("scaling") / "results.json"
    asked = ["--quick", "--threads", "2", "--moot", "moot", "--results", str(path)]
    assert scaling.main(asked, launch=in_process) == 0
    return path


def test_every_part_is_measured_and_kept(measured):
    parts = scaling.read(measured)
    assert parts.keys() == measuring.PARTS.keys()
    found = {name: part["result"] for name, part in parts.items()}
    assert [row["people"] for row in found["people"]["rows"]] == [400, 800, 1_600]
    assert all(math.isfinite(found["people"][key]) for key in ("power", "power_of_numpy"))
    events = [run["events"] for run in found["rates"]["runs"]]
    assert len(events) == 9
    assert events[8] > events[2]  # four times the rates, the same people
    assert found["memory"]["rows"][0]["bytes_per_person"] == pytest.approx(BYTES_A_PERSON)
    assert found["memory"]["rows"][1]["declared"]["hot_bytes_per_person_and_arm"] >= 16
    assert len(found["arms"]["scenario"]["apart_seconds"]) == measuring.QUICK.arms
    assert set(found["ratios"]["ratio"]) == {
        "ledger-1", measuring.SCENARIO, f"{measuring.SCENARIO}, burn-in cached",
    }  # fmt: skip
    assert [run["arms"] for run in found["phases"]["rows"]] == [1, 2]


def test_a_run_goes_on_where_it_was(measured, capsys):
    """What is there is not measured again; what is missing, of another size or named is."""
    ran: list[str] = []

    def launch(command):
        if "--versions" not in command:
            ran.append(" ".join(command))
        return in_process(command)

    path = measured.with_name("copy.json")
    parts = scaling.read(measured)
    asked = ["--quick", "--threads", "2", "--moot", "moot", "--results", str(path)]
    scaling.keep(path, parts)
    assert scaling.main(asked, launch=launch) == 0
    assert len(ran) == 2  # the warm-up
    scaling.keep(path, {name: part for name, part in parts.items() if name != "threads"})
    ran.clear()
    assert scaling.main(asked, launch=launch) == 0
    assert len(ran) == 2 + 2
    assert scaling.read(path)["threads"]["sizes"] == parts["threads"]["sizes"]
    ran.clear()
    assert scaling.main([*asked, "--only", "threads"], launch=launch) == 0
    assert len(ran) == 2 + 2
    about = {key: parts["people"][key] for key in ("machine", "code")}
    assert scaling.asked_of("people", measuring.QUICK, about).items() <= parts["people"].items()
    other = replace(measuring.QUICK, people=(400, 800))
    assert not scaling.asked_of("people", other, about).items() <= parts["people"].items()
    capsys.readouterr()


def test_a_part_that_fails_is_named_and_the_others_are_kept(tmp_path, capsys):
    def launch(command):
        if "--cached" in command:
            raise Skipped("no burn-in was kept")
        return in_process(command)

    path = tmp_path / "results.json"
    asked = ["--quick", "--moot", "moot", "--threads", "2", "--results", str(path), "--only", "arms,threads"]
    assert scaling.main(asked, launch=launch) == 1
    assert "skipped: arms: no burn-in was kept" in capsys.readouterr().out
    assert scaling.read(path).keys() == {"threads"}


def test_the_page_has_every_table_once_and_says_what_was_not_measured(measured, tmp_path):
    page = tmp_path / "performance.md"
    assert scaling.main(["--write", str(page), "--results", str(measured)]) == 0
    text = page.read_text("utf-8")
    assert "{{" not in text
    assert "Not measured." not in text
    assert text.count("Moot on 2 threads.") == 5
    assert text.index("÷ NumPy") < text.index("ns a person-day")
    for name in ("people", "threads"):
        without = {key: part for key, part in scaling.read(measured).items() if key != name}
        assert performance.page(without).count("Not measured.") == 1


@pytest.mark.parametrize(
    ("change", "wrong"), [(("{{rates}}", ""), "rates"), (("{{rates}}", "{{rates}} {{rats}}"), "rats")]
)
def test_a_template_that_leaves_a_table_out_or_has_another_is_an_error(change, wrong):
    template = performance.TEMPLATE.read_text("utf-8").replace(*change)
    with pytest.raises(ValueError, match=wrong):
        performance.page({}, template)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (1234.5, "1,234"), (12.345, "12.3"), (1.0, "1.00"), (0.0123, "0.0123")]
)
def test_numbers_have_three_digits(value, text):
    assert performance.number(value) == text


@pytest.mark.parametrize("argv", [["--only", "nothing"], ["--people", "1e6"], ["--scale", "0"]])
def test_wrong_usage_ends_with_two(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        scaling.arguments(argv)
    assert ended.value.code == 2
    assert argv[0] in capsys.readouterr().err


def test_results_that_are_none_are_an_error(tmp_path, capsys):
    path = tmp_path / "results.json"
    path.write_text("[]", "utf-8")
    assert scaling.main(["--write", str(tmp_path / "page.md"), "--results", str(path)]) == 1
    assert "expected an object with `parts`" in capsys.readouterr().err


def test_the_peer_runs_as_a_process_of_its_own():
    from benchmarks.bench import HERE, launch, size

    command = (sys.executable, str(HERE / "peers" / "numpy_ledger.py"), *size(500, 2, 1))
    done = launch(command)
    assert json.loads(done.line)["people"] == 500
    assert done.peak_bytes > 1_000_000
