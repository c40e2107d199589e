"""F17: a dossier without R0 to R9 says "necessity not examined": in words, and red where there is colour."""

import io

import docx
import lxml.html
import pytest

from moot.catalogue import LANGUAGES, catalogue
from moot.documents import as_lines
from moot.documents.palette import LIGHT
from moot.dossier import dossier
from moot.dossier.chapters import Dossier
from moot.dossier.evidence import read_evidence
from moot.dossier.making import document_of
from moot.dossier.wording import Say
from tests.documents.a_document import squeezed, words_of_pdf


@pytest.mark.parametrize("language", LANGUAGES)
def test_f17_a_dossier_without_the_battery_says_necessity_not_examined(plain, language):
    said = catalogue("battery", language)("none")
    lines = as_lines(document_of(Dossier(Say(language), read_evidence(plain), None)))
    assert [said in line for line in lines].count(True) == 2  # on the first page, and in its chapter
    page = lxml.html.fromstring(dossier(plain, language=language))
    red = [one.text_content() for one in page.find_class("warning")]
    assert len(red) == 2 and all(said in one for one in red)
    pdf = words_of_pdf(
        dossier(plain, language=language, format="pdf"), catalogue("common", language)("synthetic")
    )
    assert squeezed(said) in squeezed(pdf)


def test_f17_the_line_is_red_and_names_what_was_not_simulated(plain):
    file = docx.Document(io.BytesIO(dossier(plain, format="docx")))
    runs = [run for one in file.paragraphs for run in one.runs if "Necessity not examined." in run.text]
    assert runs and {str(run.font.color.rgb) for run in runs} == {LIGHT["warning"].removeprefix("#").upper()}
    lines = "\n".join(as_lines(document_of(Dossier(Say("en"), read_evidence(plain), None))))
    for rule in range(1, 10):
        assert catalogue("battery", "en")(f"R{rule}") in lines
    assert "“arms: alternatives”" in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_f18_the_sheet_is_in_every_dossier_and_nothing_takes_it_away(plain, told, assessment, language):
    say = Say(language)
    for folder, typed in ((plain, None), (plain, assessment), (told, None), (told, assessment)):
        document = document_of(Dossier(say, read_evidence(folder), typed))
        (heading,) = [one for one in document.blocks if getattr(one, "anchor", "") == "chapter-sheet"]
        lines = as_lines(document)
        assert any(line.endswith(say("chapter-sheet")) for line in lines) and heading.level == 1
        assert say("sheet-intro") in lines
        there = any("more-charges" in line for line in lines)
        assert there is (folder == told)
        if folder == plain:
            assert any("moot flip" in line for line in lines)
