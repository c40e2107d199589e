"""F17 in the case: which exhibits rest on experiments that simulated nothing milder, in every paper."""

import json

import lxml.html
import pytest

from moot.catalogue import LANGUAGES, catalogue
from moot.cli.court_shared import lines_of, state_of
from moot.documents import as_lines, written
from moot.trial.akoma import as_akoma_ntoso
from moot.trial.bundle import bundle_document
from moot.trial.case import CONTENT
from moot.trial.document import judgment_document
from moot.trial.exports import text_of
from moot.trial.necessity import necessity_of, unexamined
from moot.trial.procedure import load_procedure
from moot.trial.ready import ready_case
from moot.trial.retrying import retry_of, tried_again


@pytest.fixture(scope="module")
def case():
    return ready_case("rank-my-life-2028", "rml", procedure=load_procedure("class-55"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_f17_every_paper_of_the_case_says_necessity_not_examined(case, language):
    said = catalogue("battery", language)("none")
    heading = catalogue("trial", language)("necessity-many", numbers="1, 2, 3, 4, 5, 6")
    for document in (judgment_document(case, language), bundle_document(case, language)):
        assert [said in line for line in as_lines(document)].count(True) >= 6
        red = lxml.html.fromstring(written(document, "html")).find_class("warning")
        assert [one.text_content() for one in red].count(said) == 6
    assert heading in as_lines(judgment_document(case, language))
    assert heading.partition(" ")[0] in as_akoma_ntoso(case, language).decode()


def test_f17_the_list_of_a_case_and_its_exports_say_it_in_words(case, tmp_path):
    assert unexamined(case) == [1, 2, 3, 4, 5, 6]
    assert any("Necessity not examined" in line for line in lines_of(case, tmp_path))
    assert state_of(case, tmp_path)["necessity_not_examined"] == [1, 2, 3, 4, 5, 6]
    assert text_of(case).count("Necessity not examined.") == 6
    again = tried_again(retry_of(case), "again", load_procedure("assize"))
    assert unexamined(again) == unexamined(case)


def test_what_cannot_be_read_here_is_said_to_be_unknown(case):
    content = json.loads(case.text(case.exhibits[0].record, CONTENT))
    assert necessity_of(json.dumps(content)).battery.ran == ("R0",)
    assert necessity_of(json.dumps(content | {"about": "{}"})).battery is None
    assert necessity_of(json.dumps(content | {"arm": "status-quo"})) is None
    assert necessity_of("{}") is None
