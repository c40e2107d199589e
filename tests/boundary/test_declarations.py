"""What a declaration cannot say, whatever its author wishes."""

import inspect
from pathlib import Path

import pytest

from moot.cli.main import main
from moot.country.schema import Attributes, Country, Gradient
from moot.country.tables import (
    AGE_SEX_COLUMNS,
    MIN_CELL,
    MIN_REGION,
    REGION_COLUMNS,
    insee_departments,
    provinces_of_china,
)
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError
from moot.regime import cases, walk
from moot.regime.campaigns import FRAMES, Campaign
from moot.regime.reading import regime_from
from moot.regime.schema import Identification, Regime, Sensor
from moot.vocabulary import load_vocabulary
from tests.regime.texts import COUNTRY, REGIME, SCENARIO

SENSITIVE = [
    "origin",
    "ethnicity",
    "religion",
    "union",
    "orientation",
    "health",
    "disability",
    "opinion",
    "name",
]
OUTSIDE = [
    "../outside.yaml",
    "sub/../../outside.yaml",
    "/outside.yaml",
    "~/outside.yaml",
    "https://example.org/a.yaml",
]


def said_of(reader, text: str) -> str:
    with pytest.raises(DeclarationError) as raised:
        reader(source_of_text(text, "text.yaml"))
    return str(raised.value)


def test_the_columns_of_population_tables_are_a_closed_list():
    assert REGION_COLUMNS == ("code", "name", "population")
    assert AGE_SEX_COLUMNS == ("age_band", "sex", "population")
    assert (MIN_CELL, MIN_REGION) == (50, 5_000)


def test_region_codes_are_those_of_the_shipped_list():
    assert len(insee_departments()) == 101
    assert {"01", "2A", "75", "976"} <= insee_departments().keys()
    assert len(provinces_of_china()) == 31
    assert {"11", "54", "65"} <= provinces_of_china().keys()


def test_the_vocabulary_has_no_sensitive_attribute():
    vocabulary = load_vocabulary()
    known = {"age", "sex", "income", "education", "stratum", "appearance"}
    assert set(vocabulary.attributes) == known | {"licence", "platform-worker", "smartphone"}
    assert vocabulary.attributes["appearance"] == ("class-1", "class-2", "class-3")
    assert "domestic-violence" not in vocabulary.acts


@pytest.mark.parametrize("word", SENSITIVE)
def test_a_country_has_no_place_for_a_sensitive_attribute(tmp_path, word):
    for line in (f"  {word}: {{shares: {{a: 1}}}}\n", f"  {word}: {{by_age: [0, 0, 0, 0, 0, 0, 0, 0, 0]}}\n"):
        text = COUNTRY.replace("attributes:\n", "attributes:\n" + line)
        file = tmp_path / "country.yaml"
        file.write_text(text)
        with pytest.raises(SystemExit) as ended:
            main(["check", str(file)])
        assert ended.value.code == 2
    fields = {*Attributes.model_fields, *Gradient.model_fields}
    assert word not in fields


def test_no_act_depends_on_appearance():
    assert "appearance" not in Gradient.model_fields


def test_people_are_in_no_declaration():
    """No field of a country or regime holds a person, an image, a model or a path of code."""
    for model in (Country, Regime, Sensor, Identification):
        for name in model.model_fields:
            assert name not in {
                "people",
                "persons",
                "image",
                "images",
                "model",
                "weights",
                "engine",
                "function",
                "url",
            }


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_declaration_reaches_only_files_of_its_folder(tmp_path, capsys, path):
    folder = tmp_path / "inside"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(REGIME)
    (folder / "country.yaml").write_text(COUNTRY)
    file = folder / "scenario.yaml"
    file.write_text(SCENARIO.replace("regime.yaml", path))
    with pytest.raises(SystemExit) as ended:
        main(["check", str(file)])
    assert ended.value.code == 2
    assert "expected a file beside" in capsys.readouterr().err


def test_a_link_out_of_the_folder_is_refused(tmp_path, capsys):
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(REGIME)
    (folder / "regime.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "country.yaml").write_text(COUNTRY)
    (folder / "scenario.yaml").write_text(SCENARIO)
    with pytest.raises(SystemExit):
        main(["check", str(folder / "scenario.yaml")])
    assert "is a link out of the folder" in capsys.readouterr().err


def test_new_acts_stand_under_a_prefix_of_their_own():
    act = "{class: offence, domain: civic, place: home, words: does something}"
    for name, prefix in (("mine", "own"), ("other:mine", "own"), ("protest", "own"), ("mine", None)):
        declared = f"acts_prefix: {prefix}\n" if prefix else ""
        text = REGIME.replace("kind: invented", f"kind: invented\n{declared}new_acts: {{{name}: {act}}}")
        assert "prefix" in said_of(regime_from, text) or "already a word" in said_of(regime_from, text)


def test_text_is_short_and_ordinary():
    assert "expected at most 2000" in said_of(regime_from, REGIME.replace("A small scheme", "x" * 2001))
    assert "not text" in said_of(regime_from, REGIME.replace("A small scheme", '"bell \\a"'))


def test_tests_of_a_scheme_answer_no_score():
    """Nothing public takes acts and returns a number."""
    for module in (cases, walk):
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                assert str(inspect.signature(thing).return_annotation) not in {"int", "float"}, name
    assert "score" not in str(walk.Standing.__annotations__)
    assert not [name for name in cases.CaseResult.__dataclass_fields__ if "score" in name]


def test_cases_come_from_files_and_never_from_a_stream():
    for module in (cases, walk):
        source = Path(inspect.getfile(module)).read_text("utf-8")
        assert "stdin" not in source
    assert (cases.MAX_CASES, cases.MAX_FILES) == (20, 20)


def test_nothing_says_that_a_scheme_is_approved():
    folder = Path(inspect.getfile(cases)).parents[1]
    for part in ("cli/declarations.py", "regime/words.py", "regime/cases.py"):
        text = (folder / part).read_text("utf-8").lower()
        for word in ("compliant", "certified", "recommended", "approved", "validated scheme", "is safe"):
            assert word not in text


def test_a_campaign_speaks_in_one_of_five_frames_and_of_nobody():
    """Nobody is named by their worst act, and a frame is words: there is no field for whom it is about."""
    assert set(FRAMES) == {"domestic-violence", "offending", "road-danger", "hate-speech", "pollution"}
    assert set(Campaign.model_fields) == {"frame", "from_", "until", "strength", "source", "mark", "note"}
    assert "domestic-violence" not in load_vocabulary().acts
