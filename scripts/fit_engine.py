"""Fit the learned score engines that Moot ships, on synthetic lives, and write them as whole numbers.

    python scripts/fit_engine.py            simulates, writes src/moot/data/engines/NAME.yaml
    python scripts/fit_engine.py --check    simulates, writes nothing; exit 1 if a file differs

It is a tool of this repository and no part of the program: no command and no function of `moot` fits, and a
regime names a shipped engine or none. What goes in are the charges of a run in memory; what comes out is one
whole number an act, and means over strata. Nothing about a synthetic person is written.

What is learned: from the charges of the first half of a simulated year (how many of each act), whether the
second half brings one of the charges that count as bad. Both are *records*. What nobody saw is neither a
sign nor an outcome, and what was charged to the wrong person is both. So the engine learns where sensors
are; the means that it prints by stratum say how much.

Run it again when the numbers of a run change (see CHANGELOG.md).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import ATTRIBUTES
from moot.experiment.scenario import Scenario, load_scenario
from moot.experiment.simulation import Result, simulate
from moot.society.law import OWN, REGIME
from moot.vocabulary import load_vocabulary

ENGINES = Path(__file__).resolve().parents[1] / "src" / "moot" / "data" / "engines"
STREET = ("jaywalking", "littering", "protest")
MADE: dict[str, tuple[str, ...] | None] = {"records-france-2028": None, "streets-france-2028": STREET}
"""Each engine, with the acts that it is shown; None: all acts of the regime."""
SCENARIO, ARM = "rank-my-life-2028", "rank-my-life-2028"
PEOPLE, DAYS, SEED = 100_000, 364, 1
UNIT = 1024
FEW = 10  # charges below which nothing is said of a stratum
RIDGE = 1.0
STEPS = 30
HEADER = """\
# A learned score engine, fitted inside Moot on synthetic people by scripts/fit_engine.py; not to be edited.
# Labels are recorded charges, not acts: it has learned where sensors look. No real person is in it.
"""


@dataclass(frozen=True)
class Records:
    """Charges by the regime in each half of a run: (2, people, acts) int64; lives in memory alone."""

    result: Result
    charges: NDArray[np.int64]

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts, in the order of the last axis."""
        return self.result.compiled.acts


def records_of(scenario: Scenario, arm: str, *, people: int, days: int, seed: int) -> Records:
    """Simulate, and count everybody's charges as they reach them at the end of each day."""
    charges: NDArray[np.int64] | None = None

    def look(society: Any, today: int) -> None:
        nonlocal charges
        acts = len(society.compiled.acts)
        if charges is None:
            charges = np.zeros((2, society.population.people, acts), np.int64)
        half = int(2 * (today - society.first) >= society.days)
        which = [one.name for one in society.compiled.arms].index(arm)
        books, starts = society.books, society.population.layout.block_start
        for block, count in enumerate(books["mail_n"][OWN]):
            packed = books.messages(OWN, block)[:count, 0]
            act = (packed >> 25) & 255
            mine = ((packed >> 17) & 255 == which) & ((packed >> 33) & REGIME != 0) & (act < acts)
            person = starts[block] + (packed[mine] & 0x1FFFF)
            np.add.at(charges[half], (person, act[mine]), 1)

    result = simulate(scenario, people=people, days=days, seed=seed, threads=1, panel=0, on_day=look)
    assert charges is not None
    return Records(result, charges)


def regress(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, from 0, so many steps; (1 + columns,), the constant first.

    A ridge on all but the constant keeps acts that are hardly ever charged from having any slope.
    """
    design = np.column_stack([np.ones(len(x)), x])
    penalty = np.full(design.shape[1], RIDGE)
    penalty[0] = 0.0
    slope = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-design @ slope))
        gradient = design.T @ (y - p) - penalty * slope
        curve = (design * (p * (1.0 - p))[:, None]).T @ design + np.diag(penalty)
        slope = slope + np.linalg.solve(curve, gradient)
    return slope


def bad_acts(records: Records, acts: list[str]) -> list[str]:
    """Those of the acts that are offences or incivilities: a charge for one is what is foreseen."""
    country, vocabulary = records.result.scenario.country_model, load_vocabulary()
    return [act for act in acts if country.act(act, vocabulary).class_ in ("offence", "incivility")]


def engine_of(records: Records, acts: list[str]) -> dict[str, int]:
    """Log-odds in 1/1024, "" for the constant, learned from the records of these acts."""
    columns = [records.acts.index(act) for act in acts]
    bad = [records.acts.index(act) for act in bad_acts(records, acts)]
    before = records.charges[0][:, columns].astype(np.float64)
    after = (records.charges[1][:, bad].sum(axis=1) > 0).astype(np.float64)
    found = regress(before, after)
    # 1e-6 first, so that machines agree on what is rounded
    whole = [int(np.floor(np.round(UNIT * value, 6) + 0.5)) for value in found]
    return dict(zip(["", *acts], whole, strict=True))


def by_stratum(records: Records, engine: dict[str, int]) -> dict[str, dict[str, float]]:
    """Per stratum and person: true acts that count as bad, charges for them, the log-odds that the engine
    adds for the first half, and the mean risk that it reads from them; where charges are too few, nothing."""
    result = records.result
    arm = len(result.arms) - 1
    slots, names = result.compiled.slots, result.compiled.columns.flow_names[arm]
    acts = [act for act in engine if act]
    bad = bad_acts(records, acts)
    done = [column for column, name in names.items() if name in {f"act:{act}:acts" for act in bad}]
    strata = result.population.levels[:, ATTRIBUTES.index("stratum")].astype(np.int64)
    added = np.zeros(result.people)
    for act in acts:
        added += engine[act] * records.charges[0][:, records.acts.index(act)] / UNIT
    risk = 1.0 / (1.0 + np.exp(-added - engine[""] / UNIT))
    out: dict[str, dict[str, float]] = {}
    for slot, (attribute, level) in enumerate(slots):
        if attribute != "stratum":
            continue
        here = strata == slot
        charged = records.charges[:, here][:, :, [records.acts.index(act) for act in bad]]
        if charged.sum() < FEW:
            continue
        out[level] = {
            "true_acts": float(result.record.level[arm, :, slot][:, done].sum() / here.sum()),
            "charges": float(charged.sum() / here.sum()),
            "log_odds": float(added[here].mean()),
            "learned_risk": float(risk[here].mean()),
        }
    return out


def text_of(name: str, records: Records, engine: dict[str, int]) -> str:
    """The file of an engine."""
    result = records.result
    lines = [
        f"engine: {name}",
        'labels: "whether an offence or incivility of these acts is recorded in the second half; not done"',
        'shown: "charges recorded in the first half, by act"',
        f"training: {{scenario: {result.scenario.scenario}, arm: {ARM}, people: {result.people}, "
        f"days: {result.days}, seed: {result.seed}}}",
        f"training_digest: {result.digest}",
        f"constant_1024: {engine['']}",
        "log_odds_1024:",
        *(f"  {act}: {value}" for act, value in engine.items() if act),
        "by_stratum:                    # per person of the run: offences and incivilities among these acts",
    ]
    for level, found in by_stratum(records, engine).items():
        lines.append(f"  {level}: {{{', '.join(f'{key}: {value:.3g}' for key, value in found.items())}}}")
    return HEADER + "\n".join(lines) + "\n"


def main() -> int:
    """Simulate, fit, and write or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file differs")
    check = parser.parse_args().check
    scenario = load_scenario(SCENARIO)
    records = records_of(scenario, ARM, people=PEOPLE, days=DAYS, seed=SEED)
    regime = scenario.arm_regimes[ARM]
    assert regime is not None
    differing = 0
    for name, acts in MADE.items():
        text = text_of(name, records, engine_of(records, list(acts or regime.acts)))
        path = ENGINES / f"{name}.yaml"
        if check:
            same = path.exists() and path.read_text("utf-8") == text
            print(f"{path.name}: {'as written' if same else 'differs'}")
            differing += not same
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        print(text)
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
