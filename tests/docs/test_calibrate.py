"""The example and the page about calibration are calibrations that can be done."""

import re
from pathlib import Path

from moot.experiment.calibration import load_calibration

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "calibrate.md").read_text("utf-8")


def test_the_example_is_a_calibration():
    told = load_calibration(ROOT / "examples" / "calibrate-halmerra.yaml")
    assert len(told.free) == len(told.figures) == 3


def test_the_file_of_the_page_is_a_calibration_and_its_keys_are_those_of_the_model(tmp_path):
    (tmp_path / "page.yaml").write_text(PAGE.split("```yaml\n", 1)[1].split("```", 1)[0])
    told = load_calibration(tmp_path / "page.yaml")
    keys = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert keys - {"tolerance"} <= set(type(told).model_fields)
    said = re.search(r"`step` \(([\d.]+)\).*`replicates` \((\d+)\)", PAGE)
    assert said and (float(said[1]), int(said[2])) == (told.identify.step, told.identify.replicates)
    rounds = re.search(r"`particles` \((\d+)\).*`rounds` \((\d+)\), with a `budget` \(([\d,]+)\)", PAGE)
    assert rounds and [int(x.replace(",", "")) for x in rounds.groups()] == [
        told.rounds.particles,
        told.rounds.rounds,
        told.rounds.budget,
    ]
