"""A small run whose metrics are known beforehand: late payments alone are watched, without a miss."""

import functools
import tempfile
from pathlib import Path

from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.run import Run, run_of

PEOPLE, DAYS = 1_500, 150

REGIME = """\
regime: {name}
name: {name}
kind: invented
{announced}sensors:
  - sensor: bills
    kind: platform
    places: [home]
    coverage: 1
    sees: {{late-payment: 1}}
    identification: {{{found}}}
schemes:
  - scheme: {name}
    who: everyone
    reads: regime
    disclosed: true
    score:
      start: 100
      floor: 0
      ceiling: 100
      tiers: [{{tier: fine, from: 100}}, {{tier: low, from: 0}}]
{repair}    catalogue:
      late-payment: {{points: 40}}
{more}
"""
DECISIONS = """\
    decisions:
      credit: {weight: 1, without_score: 0, refused: {low: 1}}
      school: {weight: 1, without_score: 0, refused: {low: 1}}
"""
REDRESS = """\
    redress: {appealed: 1, reasons: true, delay_days: 0, upheld_wrong: 1, upheld_right: 0}
"""
REPAIR = "      repair: [{every_days: 5, points: 40, to: 100}]\n"
WRONG = "mode: declared, wrong: {class-1: 1, class-2: 1, class-3: 1}"
ANNOUNCED = "announced: 2028-01-01\nbelieved_share: 0.5\n"


def declared(
    name: str, *, found: str = "mode: none", announced: str = "", repair: str = "", more: str = ""
) -> str:
    return REGIME.format(name=name, found=found, announced=announced, repair=repair, more=more)


FILES = {
    # nothing comes back, and every decision about somebody low is a refusal
    "strict": declared("strict", more=DECISIONS),
    # a clean week of five days mends everything
    "mends": declared("mends", repair=REPAIR, announced=ANNOUNCED),
    # every charge falls on somebody else, is contested, and is put right at once
    "mistaken": declared("mistaken", found=WRONG, more=DECISIONS + REDRESS),
    # merits alone: nobody is charged
    "merits": "",
}
SCENARIO = f"""\
scenario: measured
title: A run whose metrics are known
country: france
start: 2028-01-01
days: {DAYS}
people: {PEOPLE}
burn_in_years: 0
arms:
  status-quo: {{}}
  strict: {{regime: strict.yaml}}
  mends: {{regime: mends.yaml}}
  mistaken: {{regime: mistaken.yaml}}
  merits: {{regime: merits-only}}
"""


@functools.cache
def run() -> Run:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            if text:
                Path(folder, f"{name}.yaml").write_text(text)
        path = Path(folder, "measured.yaml")
        path.write_text(SCENARIO)
        scenario = load_scenario(path)
    return run_of(simulate(scenario, threads=1, panel=200))
