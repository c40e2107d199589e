"""A judgment is the court's: complete, on what may be used, in its own words, approving of nothing."""

import pytest

from moot.errors import CaseError
from moot.trial import judgment
from moot.trial.judgment import arguments, missing, result_of
from tests.trial.hearings import file, ready, to_stage, vote


def at_the_reading(procedure="three-voices", *, exhibits=False):
    case = ready(procedure)
    if exhibits:
        file(case, "claimants", "Losses")
    case.do("open", "president", 0)
    to_stage(case, "vote")
    vote(case, case.now, 1, "E5", "met")
    case.do("next", "president", case.now)
    return case


def refused(match, case, kind, by="president", **body):
    with pytest.raises(CaseError, match=match):
        case.do(kind, by, case.now, **body)


REASON = {"ground": 1, "element": "E5", "texts": {"text": "Both sides were heard."}}


def test_f46_a_judgment_answers_every_claim_and_every_vote():
    case = at_the_reading()
    assert len(missing(case)) == 3
    refused("no reasons on element E5", case, "deliver")
    case.do("reason", "president", case.now, **REASON)
    refused("were given", case, "reason", **REASON)
    refused("expected|a ground is", case, "operative", ground=1, outcome="unlawful", texts={"text": "x"})
    for number in (1, 2):
        refused("no outcome", case, "deliver")
        case.do(
            "operative",
            "president",
            case.now,
            ground=number,
            outcome="dismissed",
            texts={"text": "Dismissed."},
        )
    case.do("deliver", "president", case.now)
    refused("was delivered", case, "opinion", by="court", texts={"text": "Otherwise."})


def test_no_reasons_without_a_vote_and_none_from_a_party():
    case = at_the_reading()
    refused("no vote was taken", case, "reason", **(REASON | {"element": "E1"}))
    refused("for the court", case, "reason", by="claimants", **REASON)
    assert result_of(case, 1, "E1") == "not decided" and result_of(case, 1, "E5") == "met"


def test_f06_a_reason_rests_on_facts_admitted_or_proved():
    case = at_the_reading(exhibits=True)
    refused("fact 1 is disputed", case, "reason", **REASON, facts=[1])
    refused("there is no exhibit 2", case, "reason", **REASON, exhibits=[2])
    case.do("proved", "president", case.now, fact=1, exhibits=[1], texts={"reason": "Exhibit 1 shows it."})
    case.do("reason", "president", case.now, **REASON, facts=[1], exhibits=[1], law=["AIA-5-1-c"])


def test_f37_a_point_on_which_nobody_was_heard_cannot_be_used():
    case = at_the_reading()
    refused("there is no point 1", case, "reason", **REASON, points=[1])


def test_f07_a_provision_cited_is_in_the_catalogue():
    with pytest.raises(Exception, match="GDPR-99"):
        at_the_reading().do("reason", "president", 10**6, **REASON, law=["GDPR-99"])


@pytest.mark.parametrize(
    "text", ["The scheme is safe.", "We find the scheme compliant.", "Le régime est conforme."]
)
def test_a_judgment_approves_of_no_scheme(text):
    refused("approves of no scheme", at_the_reading(), "reason", **(REASON | {"texts": {"text": text}}))


def test_f48_separate_opinions_as_the_procedure_says():
    case = at_the_reading()
    case.do("opinion", "court", case.now, texts={"text": "I would have answered otherwise."})
    assert len(case.opinions) == 1
    refused("allows no separate opinion", at_the_reading("assize"), "opinion", by="jury", texts={"text": "x"})


def test_f47_arguments_of_both_sides_are_found_by_element():
    case = ready()
    case.do("open", "president", 0)
    to_stage(case, "speeches")
    while case.stage.stage != "claimants":
        role = case.stage.turns[0].role
        case.do("waive", role, 0)
        case.do("next", "president", 0)
    case.do("floor", "president", 0, role="claimants")
    case.do("speech", "claimants", 1, ground=1, element="E5", answer="met", texts={"text": "A job was lost."})
    assert [len(one) for one in arguments(case, 1, "E5").values()] == [1, 0]
    assert arguments(case, 1, "E1") == {"claimants": [], "respondent": []}
    refused("name both", case, "speech", by="claimants", ground=1, texts={"text": "x"})
    refused(
        "answer is one of",
        case,
        "speech",
        by="claimants",
        ground=1,
        element="E5",
        answer="yes",
        texts={"text": "x"},
    )


def test_f12_no_function_answers_an_element():
    """What the court answers is its vote; without one it is `not decided`, whatever was argued or shown."""
    case = ready()
    for number, ground in enumerate(case.grounds, 1):
        for element in case.law.entry(ground.entry).elements:
            assert result_of(case, number, element.id) == "not decided"
    assert set(judgment.__all__) == {"OUTCOMES", "STEPS", "arguments", "missing", "result_of"}
