"""A small experiment that is right, from which tests make others; and a regime that does nothing."""

from pathlib import Path

from moot.experiment.declaration import Experiment, load_experiment

EXPERIMENT = """\
experiment: small
title: A small experiment
scenarios: [rank-my-life-2028]
people: 1000
days: 6
burn_in_years: 0
replicates: 3
arms:
  status-quo: {}
  scheme: {regime: rank-my-life-2028}
  later:
    regime: rank-my-life-2028
    values: {notice: false}
    changes:
      - {at: 2028-01-04, values: {schemes.0.association.points: 0}}
"""

NOTHING = """\
regime: nothing
name: A scheme that does nothing
kind: invented
notice: false
schemes:
  - scheme: nothing
    who: everyone
    reads: regime
    disclosed: false
    score:
      start: 100
      floor: 0
      ceiling: 100
      tiers:
        - {tier: one, from: 0}
    catalogue: {}
"""


def declared(folder: Path, text: str = EXPERIMENT) -> Experiment:
    """The experiment of a text, in a folder that also has the regime `nothing.yaml`."""
    (folder / "nothing.yaml").write_text(NOTHING)
    (folder / "experiment.yaml").write_text(text)
    return load_experiment(folder / "experiment.yaml")
