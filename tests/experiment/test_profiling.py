"""What a run cost, by phase of the day."""

from moot.experiment.profiling import profile_lines
from moot.experiment.simulation import simulate


def test_a_profile_names_the_phases_and_the_bytes():
    result = simulate("rank-my-life-2028", people=300, days=5, threads=1, panel=0)
    lines = list(profile_lines(result))
    assert any(line.startswith("burn-in: ") for line in lines)
    assert any(line.startswith("run: ") for line in lines)
    assert any("acts, sensing" in line for line in lines)
    assert any("bytes per person" in line for line in lines)
    for phases in result.phases.values():
        assert all(seconds >= 0 for seconds in phases.values())
