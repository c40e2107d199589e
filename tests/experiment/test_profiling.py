"""What a run cost, by part of the work."""

from moot.experiment.profiling import profile_lines
from moot.experiment.simulation import simulate
from moot.society.day import PARTS


def test_a_profile_names_the_phases_and_the_bytes():
    result = simulate("rank-my-life-2028", people=300, days=5, threads=1, panel=0)
    lines = list(profile_lines(result))
    assert any(line.startswith("burn-in: ") for line in lines)
    assert any(line.startswith("run: ") for line in lines)
    for part in PARTS:
        assert sum(line.strip().startswith(part) for line in lines) == 2
    assert any("bytes per person" in line for line in lines)
    for phases in result.phases.values():
        assert all(seconds >= 0 for seconds in phases.values())
        assert phases["acts, sensors, fear"] > 0


def test_parts_add_up_to_no_more_than_the_run_took():
    result = simulate("rank-my-life-2028", people=4000, days=40, threads=2, panel=0)
    for part, seconds in (("burn-in", "burn_in"), ("run", "simulate")):
        assert 0 < sum(result.phases[part].values()) < result.seconds[seconds]
