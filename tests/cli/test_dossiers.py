"""`moot dossier`, `moot check` and `moot schema` of an assessment: files, lines, exit codes."""

import json

import pytest

import moot
from moot.cli.main import main
from tests.experiment.texts import EXPERIMENT, declared


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dossiers")
    moot.compare(declared(folder, EXPERIMENT), threads=1, out=folder / "small")
    (folder / "mine.yaml").write_text("assessment: mine\naim: fewer offences\n")
    (folder / "wrong.yaml").write_text("assessment: mine\naims: fewer offences\n")
    return folder


def said(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    told = capsys.readouterr()
    return end.value.code, told.out, told.err


@pytest.fixture(autouse=True)
def inside(here, monkeypatch):
    monkeypatch.chdir(here)


def test_a_dossier_is_written_once_and_again_by_force(capsys, here):
    code, out, err = said(capsys, "dossier", "small", "--lang", "fr", "--assessment", "mine.yaml")
    assert code == 0 and out.startswith("small-dossier.fr.html: a dossier of small; synthetic people")
    assert "Do not write about a real person" in err
    first = (here / "small-dossier.fr.html").read_bytes()
    assert "fewer offences" in first.decode() and b'lang="fr"' in first
    code, _, err = said(capsys, "dossier", "small", "--lang", "fr")
    assert code == 2 and "small-dossier.fr.html exists" in err
    code, _, _ = said(capsys, "dossier", "small", "--lang", "fr", "--assessment", "mine.yaml", "--force")
    assert code == 0 and (here / "small-dossier.fr.html").read_bytes() == first


def test_the_other_formats_are_written(capsys, here):
    for format, begins in (("pdf", b"%PDF-"), ("docx", b"PK"), ("json", b"{")):
        code, _, _ = said(capsys, "dossier", "small", "--format", format, "--out", f"it.{format}")
        assert code == 0 and (here / f"it.{format}").read_bytes().startswith(begins)
    assert json.loads((here / "it.json").read_text())["experiment"]["name"] == "small"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("dossier", "gone"), "there is no experiment at gone"),
        (("dossier", "small", "--assessment", "gone.yaml"), "gone.yaml: does not exist"),
        (("dossier", "small", "--assessment", "wrong.yaml"), "wrong.yaml:2:1: aims"),
        (("dossier", "small", "--lang", "de"), "de"),
        (("dossier", "small", "--out", "."), "is a folder"),
        (("dossier", "small", "--out", "no/where.html"), "cannot be written"),
    ],
)
def test_mistakes_are_told_and_end_with_2(capsys, arguments, told):
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "") and told in err


def test_an_assessment_is_checked_and_has_a_schema(capsys):
    code, out, _ = said(capsys, "check", "mine.yaml")
    assert code == 0 and out.startswith("mine.yaml: an assessment (")
    code, out, _ = said(capsys, "check", "wrong.yaml", "--json")
    assert code == 2 and json.loads(out)["problems"][0]["line"] == 2
    code, out, _ = said(capsys, "schema", "assessment")
    assert code == 0 and json.loads(out)["title"] == "Assessment"
