"""`assessment.yaml`: what is right is read, and every mistake has its line."""

import pytest

from moot.declaring.files import data_folder
from moot.dossier.assessment import load_assessment, schema_text
from moot.errors import DeclarationError
from tests.dossier.texts import ASSESSMENT


def refused(tmp_path, text):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(DeclarationError) as said:
        load_assessment(tmp_path / "mine.yaml")
    return said.value.problems


def test_what_is_right_is_read(assessment):
    assert assessment.assessment == "mine" and assessment.data_categories[1] == "telephone positions"
    assert assessment.harms[0].severity == "grave" and assessment.deployer is None
    assert load_assessment(assessment.source_path).content_hash == assessment.content_hash


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (", reason: it is not undone in time", "", 9, "a severity needs its reason"),
        ("harm: wrong-charges", "harm: wrong-charge", 9, 'unknown harm "wrong-charge"'),
        ("provider:", "provder:", 3, 'did you mean "provider"?'),
        ("date: 2026-11-24", "date: yesterday", 2, "date"),
        ('"Rank my Life SA, <b>invented</b> #set text(red)"', "''", 3, "provider"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path, old, new, line, said):
    assert old in ASSESSMENT
    problems = refused(tmp_path, ASSESSMENT.replace(old, new))
    assert any(said in str(one) and one.line == line for one in problems), [str(one) for one in problems]


def test_twice_the_same_is_refused(tmp_path):
    twice = ASSESSMENT + "  - {harm: wrong-charges, scale: low}\n"
    assert "judged twice" in str(refused(tmp_path, twice)[0])
    choice = "{parameter: regime.sensors.phone-app.coverage, chosen_by: the claimant, why: a survey}"
    again = ASSESSMENT.replace(choice, f"{choice}, {choice}")
    assert "is there twice" in str(refused(tmp_path, again)[0])


def test_the_shipped_schema_is_current():
    shipped = (data_folder() / "schemas" / "assessment.schema.json").read_text("utf-8")
    assert shipped == schema_text(), "moot schema assessment > src/moot/data/schemas/assessment.schema.json"
