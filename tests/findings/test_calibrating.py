"""Calibrations from end to end: the number is found, the same bytes however often stopped, refusals."""

from __future__ import annotations

import json

import numpy as np
import pytest

from moot.errors import RunError, UserError
from moot.experiment.calibration import load_calibration
from moot.findings import calibrating
from moot.findings.calibrating import begin, calibrate, looked_at, not_told_apart, to_the_end
from moot.findings.samples import generator
from moot.store.calibrations import InMemory
from tests.boundary.test_outputs import BANNED
from tests.experiment.test_calibration import CALIBRATION, FREE

THREE = CALIBRATION.replace(
    f"  - {FREE}\n",
    f"  - {FREE}\n  - country.acts.fare-evasion.certainty_now\n  - country.acts.littering.base\n",
).replace(
    "rounds: {particles: 50, rounds: 1, budget: 100}",
    """\
  - id: fined
    what: fines
    counts: ["act:fare-evasion:charged-today"]
    value: 15
    tolerance: 5
    source: invented for this test
    mark: K
  - id: littered
    what: litter
    counts: ["act:littering:acts"]
    value: 1500
    tolerance: 100
    source: invented for this test
    mark: K
rounds: {particles: 50, rounds: 2, budget: 400}
""",
)


def declared(folder, text=CALIBRATION, people=1000, days=10):
    text = text.replace("people: 2000", f"people: {people}").replace("days: 30", f"days: {days}")
    (folder / "calibration.yaml").write_text(text)
    return load_calibration(folder / "calibration.yaml")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A calibration that nothing disturbed: the declaration, its folder, what came out."""
    here = tmp_path_factory.mktemp("whole")
    told = declared(here)
    with begin(told, here / "out") as folder:
        found = to_the_end(folder, told, threads=1)
    return told, here / "out", found


def stopped_after(runs):
    made = []

    def progress(*_):
        made.append(1)
        if len(made) > runs:
            raise KeyboardInterrupt

    return progress


def test_the_number_behind_the_figure_is_found(whole):
    """3,000 evaded fares a year per 1,000 people: 3 a year of those above 15, who are most."""
    _, out, found = whole
    low, high = found.ranges[FREE]
    (figure,) = found.as_dict()["figures"]
    assert 1.5 <= low < high <= 6 and high - low < 0.7 * 4.5, "narrower than the declared range"
    assert abs(figure["obtained"][1] - 3000) < 300
    posterior = found.as_dict()["posterior"]
    assert len(posterior["points"]) == 50 and sum(posterior["weights"]) == pytest.approx(1)
    text = "\n".join(found.lines())
    assert "no test of the model" in text and "Synthetic people; mechanism, not forecast" in text
    assert "published 3,000 ± 300 per 1,000 people and year (K)" in text and BANNED.findall(text) == []
    assert repr(found).startswith("<Calibrated small: 1 numbers on 1 figures") and "\n" not in repr(found)
    assert "invented for this test" in (out / "fitted.yaml").read_text()


@pytest.mark.parametrize("runs", [60])
def test_stopped_and_gone_on_with_is_the_same_file_and_makes_no_run_twice(whole, tmp_path, monkeypatch, runs):
    told, out, _ = whole
    with pytest.raises(KeyboardInterrupt), begin(told, tmp_path / "out") as folder:
        to_the_end(folder, told, threads=1, progress=stopped_after(runs))
    assert not (tmp_path / "out" / "results.json").exists()
    kept = (tmp_path / "out" / "simulations.jsonl").read_text()
    (tmp_path / "out" / "simulations.jsonl").write_text(kept + kept.splitlines()[0][:20])  # killed in a line
    made, real = [], calibrating.simulate
    monkeypatch.setattr(calibrating, "simulate", lambda *x, **y: made.append(1) or real(*x, **y))
    folder, said = begin(told, tmp_path / "out"), []
    folder.tell = said.append
    with folder:
        to_the_end(folder, told, threads=1)
    assert len(said) == 1 and "1 damaged lines; these runs are made again" in said[0]
    for name in ("results.json", "fitted.yaml", "simulations.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (out / name).read_bytes(), name
    assert len(made) == len((out / "simulations.jsonl").read_text().splitlines()) - kept.count("\n")


def test_a_finished_one_is_read_and_a_changed_one_is_made_again(whole, monkeypatch):
    told, out, found = whole
    monkeypatch.setattr(calibrating, "simulate", None)  # nothing is simulated again
    with begin(told, out) as folder:
        assert to_the_end(folder, told).as_dict() == found.as_dict()
    good = (out / "results.json").read_bytes()
    (out / "results.json").write_bytes(good.replace(b"synthetic", b"sinthetic", 1))
    with begin(told, out) as folder:
        said = []
        folder.tell = said.append
        to_the_end(folder, told, threads=1)
    assert "was changed after it was written" in said[0] and (out / "results.json").read_bytes() == good


def test_another_calibration_is_not_gone_on_with(whole, tmp_path, monkeypatch):
    told, out, _ = whole
    other = declared(tmp_path, CALIBRATION.replace("value: 3000", "value: 3100"))
    with pytest.raises(RunError, match="holds another calibration"):
        begin(other, out)
    monkeypatch.setattr(calibrating, "code_hash", lambda: "0" * 64)
    with pytest.raises(RunError, match="another version of Moot"):
        begin(told, out)


def test_a_product_that_one_figure_sees_is_not_fitted_and_the_pair_is_named(tmp_path):
    """Fines move with acts × probability of a charge; two figures of fines do not tell the two apart."""
    second = THREE.replace("act:littering:acts", "act:fare-evasion:charged-today").replace(
        "act:fare-evasion:acts", "act:fare-evasion:charged-today"
    )
    text = second.replace("  - country.acts.littering.base\n", "")
    told = declared(tmp_path, text, people=4000, days=200)
    shelf = InMemory()
    reasons = not_told_apart(looked_at(told, shelf, threads=1))
    assert any("fare-evasion.base and country.acts.fare-evasion.certainty_now move all" in x for x in reasons)
    with pytest.raises(UserError, match="do not tell the numbers apart"):
        calibrate(told, shelf=shelf, threads=1)


def test_a_number_that_moves_nothing_is_named(tmp_path):
    told = declared(tmp_path, CALIBRATION.replace(FREE, "country.acts.jaywalking.base"))
    (reason,) = not_told_apart(looked_at(told, InMemory(), threads=1))
    assert reason == "country.acts.jaywalking.base moves no figure in a way that is told from chance"


def test_a_range_too_narrow_for_the_step_is_told(tmp_path):
    told = declared(tmp_path, CALIBRATION + "identify: {step: 1}\n")
    with pytest.raises(UserError, match="too narrow for a step of 1"):
        looked_at(told, InMemory(), threads=1)


def test_the_method_is_tried_on_figures_of_its_own_making(tmp_path, monkeypatch):
    """Three numbers; a model that is quick, in the place of runs. Ranks of true values must be even."""
    told = declared(
        tmp_path, THREE + "check: {replicates: 100, particles: 50, rounds: 8, budget: 4000}\n", days=365
    )

    def quick(self, points, seeds):
        noise = np.array([generator(int(seed), "quick").standard_normal(3) for seed in seeds])
        found = points * np.array([1000, 0, 1000]) + noise * np.array([300, 5, 100])
        found[:, 1] += 1000 * points[:, 0] * points[:, 1]
        for point, row in zip(points, found, strict=True):
            self.gave[point.tobytes()] = row.tolist()
        return found

    monkeypatch.setattr(calibrating._Runs, "__call__", quick)
    found = calibrate(told)
    check = found.as_dict()["check"]
    assert np.array(check["ranks"]).shape == (100, 3) and min(check["p"]) > 0.01
    assert any("Tried on 100 sets of figures of its own making" in line for line in found.lines())
    # A method that answers with the lower end of each range is caught.
    real = calibrating.approximate

    def low(runs, ranges, *asked, **how):
        found = real(runs, ranges, *asked, **how)
        return calibrating.replace(found, points=np.minimum(found.points, [1.05 * one.low for one in ranges]))

    told = declared(tmp_path, THREE + "check: {replicates: 50, budget: 200, rounds: 1}\n", days=365)
    runs = calibrating._Runs(told, InMemory(), 1, None)
    monkeypatch.setattr(calibrating, "approximate", low)
    assert max(calibrating._checked(told, runs, [300.0, 5.0, 100.0])["p"]) < 1e-6


def test_results_are_plain_values(whole):
    assert json.loads(json.dumps(whole[2].as_dict()))["labels"]["synthetic"] is True
