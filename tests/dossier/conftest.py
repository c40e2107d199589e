"""One small experiment with everything that a dossier tells, and dossiers of it; made once."""

import functools
import json
import shutil

import pytest

import moot
from moot.catalogue import LANGUAGES
from moot.dossier import FORMATS, dossier, load_assessment
from tests.dossier.texts import ASSESSMENT, FRONTIER, SHEET, SMALL, TOLD
from tests.experiment.texts import declared


def _made(folder, text):
    folder.mkdir()
    moot.compare(declared(folder, text), threads=1, out=folder / "small")
    return folder / "small"


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """The folder of an experiment without measures, groups and draws of its own."""
    return _made(tmp_path_factory.mktemp("plain") / "it", SMALL)


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """The folder of an experiment with all of these, and files of other commands beside."""
    folder = _made(tmp_path_factory.mktemp("told") / "it", TOLD)
    (folder / "sheet.json").write_text(json.dumps(SHEET))
    (folder / "alternatives.json").write_text(json.dumps(FRONTIER))
    return folder


@pytest.fixture(scope="session")
def assessment(tmp_path_factory):
    """What people typed."""
    path = tmp_path_factory.mktemp("typed") / "assessment.yaml"
    path.write_text(ASSESSMENT)
    return load_assessment(path)


@pytest.fixture(scope="session")
def dossiers(told, assessment):
    """`dossiers(format, language)`: the bytes of a dossier, made once."""

    @functools.cache
    def made(format, language):
        assert format in FORMATS and language in LANGUAGES
        return dossier(told, language=language, format=format, assessment=assessment)

    return made


@pytest.fixture
def copied(plain, tmp_path):
    """A copy of a folder that a test may damage."""
    return shutil.copytree(plain, tmp_path / "small")
