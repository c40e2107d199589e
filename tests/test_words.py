"""Texts in two languages: where they stand, what they give, and what is refused."""

import pytest
from pydantic import ValidationError

from moot.catalogue import THIN, WIDE, typeset, words
from moot.declaring.values import Part, Words
from moot.findings.metric_words import load_metrics
from moot.vocabulary import load_vocabulary

SAME = ("contagion", "double sanction", "minimisation")
"""Spelt the same in both."""


class Titled(Part):
    title: Words


@pytest.mark.parametrize(
    "wrong",
    [{"en": "a title"}, {"fr": "un titre"}, {"en": "a", "fr": "b", "de": "c"}, 3, {"en": "a", "fr": 1}],
)
def test_a_text_needs_both_languages_and_no_other(wrong):
    with pytest.raises(ValidationError):
        Titled.model_validate({"title": wrong})


def test_a_text_is_its_english_and_has_its_french():
    read = Titled.model_validate({"title": {"en": "A title: it", "fr": "Un titre : lui"}})
    assert read.title == "A title: it" and words(read.title, "en") == "A title: it"
    assert words(read.title, "fr") == f"Un titre{WIDE}: lui"
    assert Titled.model_validate(read.model_dump()).title == read.title
    typed = Titled.model_validate({"title": "As typed: !"})
    assert words(typed.title, "fr") == "As typed: !"


def test_french_has_its_no_break_spaces_and_nothing_else_changes():
    said = typeset("« Oui ! » : n° 3, 1 000 personnes ; 12 % ?", "fr")
    assert said == f"«{WIDE}Oui{THIN}!{WIDE}»{WIDE}: n°{WIDE}3, 1{THIN}000 personnes{THIN}; 12{WIDE}%{THIN}?"
    assert typeset("Why ? 1 000", "en") == "Why ? 1 000"


def test_the_words_of_the_vocabulary_and_of_metrics_are_known_in_french():
    vocabulary = load_vocabulary()
    for text in (*(one.words for one in vocabulary.acts.values()), *vocabulary.contexts.values()):
        assert words(text, "fr") != text
    for row in load_metrics().rows:
        for text in (row.name, row.is_not):
            assert words(text, "fr") != text or text in SAME, text
