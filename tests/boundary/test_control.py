"""Rule 4: not a tuner for control. Nothing optimises; fear and opinion are nobody's aim."""

import ast
import re
from pathlib import Path

import pytest

from moot.cli.main import main
from moot.country.schema import Country
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError, UserError
from moot.experiment.adoption import Adoption, Condition, TakeUp
from moot.experiment.calibration import Calibration, Figure
from moot.experiment.declaration import Draws, Experiment, ExperimentArm, Intervention, Replicates
from moot.experiment.fitted import Fitted
from moot.experiment.scenario import Arm, Scenario, scenario_from
from moot.regime.aims import GUARDED, aim_of, check_path
from moot.regime.alternatives import alternatives
from moot.regime.schema import Regime, Scheme, Sensor
from moot.vocabulary import load_vocabulary
from tests.regime.texts import SCENARIO

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "moot"
OPTIMISERS = {
    "minimize",
    "maximize",
    "optimize",
    "optimise",
    "minimise",
    "maximise",
    "least_squares",
    "curve_fit",
}
AIMS = ("aim", "aims", "objective", "target", "goal", "optimise", "calibrate", "fit", "reward", "maximise")
CIVIC = {"online", "assembly", "civic", "private-life"}


def names_of(path):
    """Names that a module defines, imports or calls."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name.lower()
        elif isinstance(node, ast.Attribute):
            yield node.attr.lower()
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2].lower()


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_nothing_optimises(path):
    assert not OPTIMISERS & set(names_of(path))


@pytest.mark.parametrize(
    "model",
    [
        *(Regime, Scheme, Sensor, Country, Scenario, Arm, Adoption, TakeUp, Condition),
        *(Experiment, ExperimentArm, Intervention, Replicates, Draws),
        *(Calibration, Figure, Fitted),
    ],
    ids=lambda model: model.__name__,
)
def test_no_declaration_has_an_aim(model):
    assert not {"aim", "aims", "objective", "goal", "reward", "fit", "target"} & set(model.model_fields)


@pytest.mark.parametrize("key", AIMS)
def test_a_scenario_cannot_be_given_one(tmp_path, key):
    with pytest.raises(DeclarationError, match=key):
        scenario_from(source_of_text(f"{SCENARIO}{key}: {{fear: more}}\n", "scenario.yaml"))


@pytest.mark.parametrize("command", ["calibrate", "optimise", "optimize", "tune", "search", "fit", "design"])
def test_there_is_no_command_that_searches_for_a_regime(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "rank-my-life-2028"])
    assert ended.value.code == 2
    capsys.readouterr()


def test_fear_and_opinion_are_measured_and_nowhere_an_aim():
    """Where a module names an aim beside fear or opinion, it would be to raise or lower them on purpose."""
    pattern = re.compile(
        r"(aim|objective|reward|loss_function)\w*\s*=.*(fear|opinion|support)", re.IGNORECASE
    )
    assert not [path.name for path in PACKAGE.rglob("*.py") if pattern.search(path.read_text("utf-8"))]


def test_speech_assembly_and_private_life_are_lawful_whatever_a_file_says():
    """Every act of the vocabulary in these domains is lawful or a merit; a regime cannot re-declare it."""
    vocabulary = load_vocabulary()
    for act in vocabulary.acts.values():
        if act.domain in CIVIC:
            assert act.class_ in ("lawful", "merit")
    assert {"protest", "petition", "strike", "press-contact", "critical-post"} <= vocabulary.acts.keys()


@pytest.mark.parametrize("word", ["fear", "opinion", "support", "silence", "uptake", "adoption", *GUARDED])
def test_no_alternative_is_derived_for_such_an_aim(word):
    for ask in (aim_of, lambda text: alternatives("rank-my-life-2028", aim=text)):
        with pytest.raises(UserError, match="no aim"):
            ask(word)


def test_only_true_acts_of_class_offence_are_ever_an_aim():
    acts = load_vocabulary().acts
    aims = {act for word in ("offences", "road", "transport") for act in aim_of(word).acts}
    assert aims == {n for n, act in acts.items() if act.class_ == "offence"}
    assert {act.domain for n, act in acts.items() if n in aims}.isdisjoint(GUARDED)
    with pytest.raises(UserError, match="true acts"):
        aim_of("act:drink-driving:charged-today")


def test_nothing_of_a_regime_is_fitted():
    for path in ("regime.x", "schemes.0.score.start", "sensors.0.coverage", "adoption.base"):
        with pytest.raises(UserError):
            check_path(path)
