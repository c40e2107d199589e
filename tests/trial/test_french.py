"""F52: what is shipped has its French, and no paper of a court has English left in it."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from moot.catalogue import LANGUAGES, catalogue, translations, words
from moot.declaring.values import Words
from moot.documents import as_lines
from moot.regime.battery import load_battery
from moot.trial.bundle import bundle_document
from moot.trial.court import STEPS
from moot.trial.deliberation import sheet_of
from moot.trial.document import judgment_document
from moot.trial.hearing import INCIDENTS
from moot.trial.kit import kit_document
from moot.trial.law import evidence_codes, load_pack, pack_names, proportionality, threshold_questions
from moot.trial.procedure import load_procedure, procedure_names
from moot.trial.ready import load_ready, ready_case, ready_names
from moot.trial.rehearsing import played, rehearsal_of, rehearse
from moot.trial.remedies import load_remedies
from tests.french import english_in
from tests.trial.hearings import played_to_judgment

SHIPPED = {
    **{f"law/{name}": load_pack(name) for name in pack_names()},
    **{f"procedures/{name}": load_procedure(name) for name in procedure_names()},
    "remedies": load_remedies(),
    "alternatives": load_battery(),
    "questions": threshold_questions(),
    "steps": proportionality(),
    "evidence": evidence_codes(),
}


TYPED = ("Words of claimants.", "Words of respondent.", "CC BY 4.0")


def texts_in(given: object) -> Iterator[Words]:
    """Every text of a declaration that has a place for two languages; an empty one is none."""
    if isinstance(given, Words):
        if given:
            yield given
    elif isinstance(given, BaseModel):
        for name in type(given).model_fields:
            yield from texts_in(getattr(given, name))
    elif isinstance(given, dict):
        for one in given.values():
            yield from texts_in(one)
    elif isinstance(given, tuple):
        for one in given:
            yield from texts_in(one)


@pytest.mark.parametrize("name", SHIPPED)
def test_f52_every_text_that_is_shipped_has_its_french(name):
    found = list(texts_in(SHIPPED[name]))
    assert len(found) > 3
    assert [one for one in found if not one.french] == []
    assert [(one, left) for one in found if (left := english_in(words(one, "fr")))] == []


def test_f52_every_step_and_incident_has_a_name():
    for language in LANGUAGES:
        say = catalogue("trial", language)
        assert all(say(f"step-{kind}") for kind in (*STEPS, "created"))
        assert all(say(f"incident-{what}") for what in INCIDENTS)


def test_f52_the_texts_of_ready_cases_are_translated():
    for name in ready_names():
        ready = load_ready(name)
        typed = [ready.title, ready.scenario_title, ready.question, *(one.claim for one in ready.grounds)]
        typed += [text for one in ready.facts for text in (one.fact, one.origin)]
        typed += [one.title for one in ready.exhibits if one.title]
        assert [text for text in typed if " ".join(text.split()) not in translations()] == []


@pytest.fixture(scope="module")
def ready():
    return ready_case("rank-my-life-2028", "ready")


@pytest.fixture(scope="module")
def judged():
    """The ready case played to a judgment by people who type French."""
    return played_to_judgment("Les deux parties ont été entendues.", "Décidé.")


def left_in(document) -> list[str]:
    return english_in("\n".join(as_lines(document)), *TYPED)


def test_f52_no_english_is_left_in_a_judgment_a_bundle_or_a_kit(judged, ready):
    assert left_in(judgment_document(judged, "fr")) == []
    assert left_in(bundle_document(judged, "fr")) == []
    assert left_in(kit_document(ready, "fr", people=24)) == []


@pytest.mark.parametrize("name", procedure_names())
def test_f52_no_english_is_left_in_a_rehearsal_of_any_procedure(ready, name):
    made = rehearsal_of(ready, "rehearsed", load_procedure(name))
    rehearse(made, "fr")
    assert left_in(judgment_document(made, "fr")) == []
    assert english_in("\n".join(played(made, "fr"))) == []


def test_f52_no_english_is_left_in_the_sheet_of_an_element(judged):
    made = sheet_of(judged, 2, "1", "fr")
    said = "\n".join(made.lines(catalogue("deliberation", "fr")))
    assert english_in(said, *TYPED) == []
