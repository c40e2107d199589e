"""Texts in two languages: where they stand, what they give, and what is refused."""

import pytest
from pydantic import ValidationError

from moot.catalogue import THIN, WIDE, Catalogue, catalogue, translations, typeset, words
from moot.country.reading import load_country
from moot.declaring.files import shipped_names
from moot.declaring.values import Part, Words
from moot.experiment.scenario import load_scenario
from moot.findings.metric_words import load_metrics
from moot.regime.reading import load_regime
from moot.regime.words import account
from moot.vocabulary import load_vocabulary
from tests.french import english_in

FORMS = {"two": "{n:# act|# acts}", "three": "{n:none|one|# of them}: {n}", "plain": "{n:.1f} x"}
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


def test_a_sentence_has_the_form_of_its_number():
    en, fr = Catalogue("x", "en", FORMS), Catalogue("x", "fr", FORMS)
    assert [en("two", n=n) for n in (0, 1, 2)] == ["0 acts", "1 act", "2 acts"]
    assert [fr("two", n=n) for n in (0, 1, 2)] == ["0 act", "1 act", "2 acts"]
    assert [fr("three", n=n) for n in (0, 1, 5)] == ["none: 0", "one: 1", "5 of them: 5"]
    assert en("plain", n=1.25) == "1.2 x"
    dossier = catalogue("dossier", "fr")
    assert dossier("declared-counts-of", count=1, lawful=0) == "1 acte, dont aucun n'est licite aujourd'hui"
    assert dossier("declared-counts-of", count=17, lawful=4) == "17 actes, dont 4 sont licites aujourd'hui"


def test_every_scheme_scenario_and_country_that_is_shipped_has_its_french():
    known = translations()
    texts = [(name, load_regime(name)) for name in shipped_names("regime")]
    missing = [
        (name, text)
        for name, one in texts
        for text in (one.name, one.summary or one.name, *one.documented, *one.assumed, *one.myth)
        if " ".join(text.split()) not in known
    ]
    missing += [(name, load_scenario(name).title) for name in shipped_names("scenario")
                if load_scenario(name).title not in known]  # fmt: skip
    missing += [(name, load_country(name).name) for name in shipped_names("country")
                if load_country(name).name not in known]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize("name", shipped_names("regime"))
def test_no_english_is_left_in_the_account_of_a_scheme_in_french(name):
    quoted = ("Judicial Reform of Chinese Courts", "To be or Notes to be", "All carrots and no sticks",
              "Policy & Internet", "Marketing Letters", "Citizen scoring", "The Register")  # fmt: skip
    assert english_in("\n".join(account(load_regime(name), None, "fr")), *quoted) == []
