"""A case made of an experiment: its scheme is the respondent, and somebody claims against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from moot.errors import CaseError
from moot.experiment.declaration import Experiment
from moot.findings.experimenting import experiment_of, open_experiment
from moot.regime.schema import Regime
from moot.store.experiments import ExperimentFolder, is_experiment
from moot.store.runs import is_run_folder
from moot.trial.case import Case
from moot.trial.court import new_case
from moot.trial.procedure import Procedure

__all__ = ["case_of_experiment"]


def case_of_experiment(
    name: str,
    folder: str | Path,
    *,
    procedure: Procedure,
    question: str,
    day: date,
    arm: str | None = None,
    packs: Sequence[str | Path] = (),
) -> Case:
    """A case against the scheme of an arm of a finished experiment; nothing is on disk.

    The respondent is the scheme as it was simulated, by its hash; "Claimant 1" claims. The law is that of the
    country of the experiment's first scenario on `day`, the fictional day of judgment. The first record holds
    the hashes of the experiment, of its plan and of the model's code. `arm` is by default the first that has
    a scheme.

    Raises `CaseError` for a single run, for a folder that is no experiment, and for an arm without a scheme;
    `RunError` where the experiment is not finished or was changed.
    """
    path = Path(folder)
    experiment, hashes = _simulated(path)
    scenario = experiment.scenario_models[0]
    regime = _regime_of(path, scenario.arm_regimes, arm)
    made = new_case(
        name,
        procedure=procedure,
        regime=regime,
        day=day,
        country=scenario.country_model.country,
        question=question,
        scenario_title=scenario.title,
        packs=packs,
        simulated=hashes,
    )
    made.do("claimant", "claimants", 0, claimant="Claimant 1")
    return made


def _simulated(path: Path) -> tuple[Experiment, dict[str, str]]:
    """A finished experiment, and the hashes that it says of itself."""
    if is_run_folder(path):
        raise CaseError(
            f"{path} is a single run, and a case is made of an experiment with replicates and draws: "
            "moot experiment FILE"
        )
    if not is_experiment(path):
        raise CaseError(f"{path} is not the folder of an experiment: moot experiment FILE makes one")
    results = open_experiment(path).as_dict()
    with ExperimentFolder.at(path) as opened:
        experiment = experiment_of(opened.about)
    told = results["experiment"]
    hashes = {"name": told["name"], "hash": told["hash"], "plan": results["plan"], "code": results["code"]}
    return experiment, hashes


def _regime_of(path: Path, regimes: dict[str, Regime | None], arm: str | None) -> Regime:
    schemes = {name: one for name, one in regimes.items() if one is not None}
    if arm is None:
        if not schemes:
            raise CaseError(f"{path}: no arm of this experiment has a scheme")
        return next(iter(schemes.values()))
    if arm not in schemes:
        raise CaseError(f"{path}: {arm} is no arm with a scheme; expected {', '.join(schemes)}")
    return schemes[arm]
