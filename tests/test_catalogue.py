"""Catalogues say the same in every language."""

import datetime as dt

import pytest

from moot.catalogue import LANGUAGES, THIN, catalogue, placeholders
from moot.declaring.files import data_folder
from moot.errors import UnknownNameError

PARTS = sorted({path.name.split(".")[0] for path in (data_folder() / "messages").glob("*.yaml")})


@pytest.mark.parametrize("part", PARTS)
def test_every_language_has_the_same_keys_and_placeholders(part):
    first = catalogue(part, LANGUAGES[0]).sentences
    for language in LANGUAGES[1:]:
        other = catalogue(part, language).sentences
        assert other.keys() == first.keys()
        assert {key: placeholders(text) for key, text in other.items()} == {
            key: placeholders(text) for key, text in first.items()
        }


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_left_untranslated(part, language):
    sentences = catalogue(part, language).sentences
    assert sentences and all(sentences.values())
    if language != "en":
        english = catalogue(part, "en").sentences
        long = [key for key, text in sentences.items() if len(text) > 40 and text == english[key]]
        assert long == []


def test_numbers_and_dates_are_written_as_the_language_does():
    en, fr = catalogue("common", "en"), catalogue("common", "fr")
    assert en.number(12345.678, 1) == "12,345.7"
    assert fr.number(12345.678, 1) == f"12{THIN}345,7"
    assert en.number(-0.04, 1) == "0.0" and en.number(-3) == "−3" and en.number(3, sign=True) == "+3"
    assert fr.percent(0.125, 1) == f"12,5{THIN}%"
    assert en.date(dt.date(2028, 6, 1)) == "1\u00a0June 2028"
    assert fr.date(dt.date(2028, 8, 1)) == "1er\u00a0août 2028"


def test_a_key_or_a_language_that_there_is_not_is_said():
    with pytest.raises(KeyError, match="no message 'nothing'"):
        catalogue("common", "en")("nothing")
    with pytest.raises(UnknownNameError, match="no language called 'de'; there is en, fr"):
        catalogue("common", "de")
