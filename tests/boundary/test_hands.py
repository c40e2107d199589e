"""Rule 3: no hands. Nothing maps acts that somebody types to a score, and nobody is singled out."""

import ast
import inspect
import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import moot
from moot.cli.main import main
from moot.country.reading import load_country
from moot.country.synthesis import synthesise
from moot.declaring.source import read_source, source_of_text
from moot.errors import DeclarationError, UserError
from moot.experiment import simulation
from moot.regime import cases, walk
from moot.regime.reading import regime_from
from moot.vocabulary import load_vocabulary
from tests.regime.texts import REGIME

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "moot"
CASE = """\
regime: permis-a-points
cases:
  - case: one
    given: [{day: 0, act: red-light}]
    expect: {day: 1, tier: clear}
"""


def checked(tmp_path, text, name="one.test.yaml"):
    file = tmp_path / name
    file.write_text(text)
    return cases.load_cases(file)


def test_a_walk_says_where_somebody_stands_and_no_score():
    assert [field.name for field in fields(walk.Standing)] == ["tier", "lists", "refused"]
    for name in walk.__all__:
        thing = getattr(walk, name)
        if inspect.isfunction(thing):
            assert str(inspect.signature(thing).return_annotation) == "Standing"


def test_a_case_passes_or_fails_and_says_no_more(tmp_path, capsys):
    right = tmp_path / "right.test.yaml"
    right.write_text(CASE)
    with pytest.raises(SystemExit) as ended:
        main(["test", str(right)])
    said = capsys.readouterr()
    assert not ended.value.code
    wrong = tmp_path / "wrong.test.yaml"
    wrong.write_text(CASE.replace("tier: clear", "tier: low"))
    with pytest.raises(SystemExit) as ended:
        main(["test", str(wrong)])
    assert ended.value.code == 1
    failed = capsys.readouterr()
    for text in (said.out, said.err, failed.out, failed.err):
        assert "score" not in text.lower()
        assert "clear" not in text.replace("tier: clear", "")  # a failure does not tell the tier that holds


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("case: one", "case: Mr Martin"), "case"),
        (("day: 0", "day: 2028-01-01"), "day"),
        (("cases:", "note: an ordinary man\ncases:"), "no free text"),
        (("act: red-light", "act: red-light, person: Martin"), "person"),
        (("act: red-light", "act: looked-angry"), "looked-angry"),
        (("day: 1,", "day: 4000,"), "3653"),
    ],
)
def test_a_case_is_vocabulary_and_relative_days(tmp_path, change, says):
    with pytest.raises(DeclarationError, match=says):
        checked(tmp_path, CASE.replace(*change))


def test_a_file_has_at_most_20_cases_and_a_folder_20_files(tmp_path):
    one = CASE.partition("cases:\n")[2]
    many = CASE + "".join(one.replace("case: one", f"case: n{x}") for x in range(20))
    with pytest.raises(DeclarationError):
        checked(tmp_path, many)
    folder = tmp_path / "many"
    folder.mkdir()
    for x in range(21):
        (folder / f"n{x}.test.yaml").write_text(CASE)
    with pytest.raises(DeclarationError, match="21 files"):
        cases.case_files(folder)


@pytest.mark.parametrize("what", ["-", "/dev/stdin"])
def test_cases_do_not_come_from_a_stream(what):
    with pytest.raises(SystemExit) as ended:
        main(["test", what])
    assert ended.value.code == 2


@pytest.mark.parametrize("key", ["engine", "function", "weights", "model", "plugin", "score_function"])
def test_nothing_in_a_regime_is_named_by_a_path_of_code(key):
    with pytest.raises(DeclarationError, match=key):
        regime_from(source_of_text(f"{REGIME}{key}: some.module:score\n", "text.yaml"))
    inside = REGIME.replace("      start: 100\n", f"      start: 100\n      {key}: some.module:score\n")
    with pytest.raises(DeclarationError, match=key):
        regime_from(source_of_text(inside, "text.yaml"))


def test_nothing_public_fits_predicts_or_scores():
    verbs = ("fit", "predict", "score_of", "score_for", "decide_for", "rate_person", "classify", "rank")
    names = [
        (path.name, node.name)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith(verbs)
    ]
    assert names == []


def test_there_are_no_entry_points_for_plugins():
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"moot": "moot.__main__:main"}
    assert "entry-points" not in project
    assert "gui-scripts" not in project
    text = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert "entry_points" not in text


def test_the_panel_is_a_share_200_always_and_10000_in_all():
    for people, most in ((150, 150), (1_000, 200), (20_000, 200), (100_000, 1_000), (5_000_000, 10_000)):
        assert simulation.panel_size(people, most) == most
        with pytest.raises(UserError, match="lives"):
            simulation.panel_size(people, most + 1)


def test_the_panel_is_a_random_sample_that_no_option_can_steer():
    """Drawn by a keyed permutation of places; it takes the number of people, the seed and a size."""
    assert list(inspect.signature(simulation.panel_of).parameters) == ["people", "seed", "size"]
    drawn = simulation.panel_of(100_000, 1, 1_000)
    assert len(set(drawn.tolist())) == 1_000
    parts = np.bincount(drawn * 20 // 100_000, minlength=20)
    chi = ((parts - 50) ** 2 / 50).sum()
    assert chi < 19 + 4 * (2 * 19) ** 0.5
    assert set(drawn.tolist()) != set(simulation.panel_of(100_000, 2, 1_000).tolist())


def test_nobody_is_chosen_by_attributes():
    """No parameter of the library or of a command selects people by what they are or do."""
    chosen = {"where", "select", "filter", "query", "age", "sex", "income", "region", "attributes", "persons"}
    for name in moot.__all__:
        assert not chosen & set(inspect.signature(getattr(moot, name)).parameters)
    assert not chosen & set(inspect.signature(simulation.simulate).parameters)


def test_a_person_has_a_number_that_says_nothing_about_them():
    made = synthesise(load_country("france"), load_vocabulary(), seed=1, people=2_000, when=date(2028, 1, 1))
    numbers = [simulation.number_of(made, i) for i in range(2_000)]
    assert all(number.startswith("SYN-") and len(number) == 11 for number in numbers)
    assert [simulation.person_of(made, number) for number in numbers] == list(range(2_000))
    order = np.array([int(number[4:]) for number in numbers], float)
    assert abs(np.corrcoef(order, np.arange(2_000))[0, 1]) < 4 / 2_000**0.5


LEARNED = (
    REGIME[: REGIME.index("    association:")]
    .replace(
        "    disclosed: true\n",
        "    disclosed: true\n    engine: learned\n    learned_from: records-france-2028\n",
    )
    .replace("      hysteresis: 5\n", "")
    .replace("points: 1, to: 100", "log_odds: 0.1, to: 100")
    .replace("{points: 5, cap_per_day: 5}", "{}")
    .replace("{points: 10}", "{}")
    .replace("{points: 30}", "{}")
)


def test_a_learned_engine_comes_from_the_package_alone():
    """A file names one that is shipped; it brings no number of its own, no path, no module, no address."""
    scheme = regime_from(source_of_text(LEARNED, "text.yaml")).schemes[0]
    shipped = read_source(PACKAGE / "data" / "engines" / "records-france-2028.yaml").data["log_odds_1024"]
    assert scheme.table.catalogue["jaywalking"].points == shipped["jaywalking"] > 0
    for name in ("some.module:score", "./mine.yaml", "/mine.yaml", "https://example.org/a.yaml", "mine"):
        with pytest.raises(DeclarationError, match=r"learned_from"):
            regime_from(source_of_text(LEARNED.replace("records-france-2028", f'"{name}"'), "text.yaml"))
        with pytest.raises(DeclarationError, match=r"engine"):
            regime_from(source_of_text(LEARNED.replace("engine: learned", f'engine: "{name}"'), "text.yaml"))


@pytest.mark.parametrize(
    "number",
    ["{log_odds: 2}", "{points: 2}", "{merit: 2}", "{weight: 2}", "{coefficient: 2}", "{severity: 0.5}"],
)
def test_a_file_cannot_bring_numbers_for_a_learned_engine(number):
    with pytest.raises(DeclarationError, match=r"no `|unknown key"):
        regime_from(source_of_text(LEARNED.replace("littering: {}", f"littering: {number}"), "text.yaml"))


def test_an_engine_beside_a_file_is_not_read(tmp_path):
    (tmp_path / "engines").mkdir()
    for place in (tmp_path / "mine.yaml", tmp_path / "engines" / "mine.yaml"):
        place.write_text("engine: mine\nlog_odds_1024: {jaywalking: 9999}\n")
    file = tmp_path / "regime.yaml"
    file.write_text(LEARNED.replace("records-france-2028", "mine"))
    with pytest.raises(SystemExit) as ended:
        main(["check", str(file)])
    assert ended.value.code == 2


def test_an_act_that_an_engine_was_never_shown_is_refused():
    with pytest.raises(DeclarationError, match="was never shown red-light"):
        regime_from(source_of_text(LEARNED.replace("records-france", "streets-france"), "text.yaml"))


def test_no_module_of_the_package_learns():
    """Fitting is a script of the repository: no solver and no gradient in what is installed."""
    text = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    for word in ("linalg.solve", "lstsq", "gradient descent", "fit_engine"):
        assert word not in text
