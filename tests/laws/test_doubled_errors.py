"""With nothing to answer it, twice the rate of wrong matches brings twice the wrong charges."""

import math
import shutil

import pytest

from moot.declaring.files import data_folder
from moot.experiment.declaration import load_experiment
from moot.findings.experimenting import in_memory
from tests.findings.measured import declared

WRONG = "mode: declared, wrong: {{class-1: {0}, class-2: {0}, class-3: {0}}}"
SCENARIO = """\
scenario: doubled
title: A country without fear
country: fearless/country.yaml
start: 2028-01-01
days: 60
people: 3000
burn_in_years: 0
arms:
  status-quo: {}
  once: {regime: once.yaml}
"""
EXPERIMENT = """\
experiment: doubled
title: Twice the rate of wrong matches
scenarios: [scenario.yaml]
people: 3000
days: 60
burn_in_years: 0
replicates: 3
arms:
  status-quo: {}
  once: {regime: once.yaml}
  twice: {regime: twice.yaml}
measures: ["act:jaywalking:borne-for-another", "act:jaywalking:acts"]
"""


def test_twice_the_rate_is_twice_the_wrong_charges(tmp_path):
    """No fear answers a charge in this country, and nobody can contest one: only the rate differs."""
    shutil.copytree(data_folder() / "countries" / "halmerra", tmp_path / "fearless")
    country = tmp_path / "fearless" / "country.yaml"
    text = country.read_text("utf-8")
    for was in ("offence: {value: 1.5, range: [1, 2]", "lawful: {value: 2.2, range: [0, 4]"):
        assert was in text
        text = text.replace(was, f"{was.partition(':')[0]}: {{value: 0, range: [0, 1]")
    country.write_text(text, "utf-8")
    for name, rate in (("once", 0.1), ("twice", 0.2)):
        text = declared(name, found=WRONG.format(rate)).replace("late-payment", "jaywalking")
        text = text.replace("places: [home]", "places: [street]")
        text = text.replace("disclosed: true", "disclosed: false")  # who knows a low score is cautious
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    (tmp_path / "doubled.yaml").write_text(EXPERIMENT)
    found = in_memory(load_experiment(tmp_path / "doubled.yaml"), threads=1)
    acts, wrong = (
        [found.effect(f"act:jaywalking:{what}", arm=arm) for arm in ("once", "twice")]
        for what in ("acts", "borne-for-another")
    )
    assert [one.difference for one in acts] == [0, 0]
    scale = 3 * 3000 / 1000  # from a mean per 1,000 to a count over all replicates
    once, twice = (one.difference * scale for one in wrong)
    assert once > 200
    assert twice == pytest.approx(2 * once, abs=4 * math.sqrt(2 * once + 4 * once))
