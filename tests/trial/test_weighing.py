"""F13, the proportionality sheet: people answer P0 to P7, an answer that stops greys what follows."""

import json

import lxml.html
import pytest

from moot.catalogue import LANGUAGES, catalogue, words
from moot.documents import as_lines, written
from moot.errors import CaseError
from moot.trial.akoma import as_akoma_ntoso
from moot.trial.ballots import cast
from moot.trial.court import open_case
from moot.trial.deliberation import sheet_of
from moot.trial.document import judgment_document
from moot.trial.exports import text_of
from moot.trial.kit import kit_document
from moot.trial.law import proportionality
from moot.trial.procedure import load_procedure
from moot.trial.rehearsing import rehearsal_of, rehearse
from moot.trial.retrying import compared, judgment_data, retry_of, tried_again
from moot.trial.weighing import lines_of, weighed
from tests.trial.hearings import consider, ready, to_stage

STEPS = [f"P{number}" for number in range(8)]
ANSWERED = {"claimants": {"P0": "not met", "P2": "not met"}, "respondent": {"P2": "met", "P5": "met"}}


def opened():
    case = ready("class-55")
    case.do("proportionality", "respondent", 0, ground=1)
    return case


def voted(choice="not met", step="P2"):
    """A case in which both sides answered some steps, and the court voted on one."""
    case = opened()
    case.do("open", "president", 0)
    at = 0
    while case.stage.kind != "vote":
        turn = case.stage.turns[case.turn] if case.turn < len(case.stage.turns) else None
        if turn is None:
            if case.stage.kind == "public-vote":
                case.do("public-vote", "president", at, yes=0, no=0, blank=0)
            case.do("next", "president", at)
            continue
        case.do("floor", "president", at, role=turn.role)
        for name, answer in ANSWERED.get(turn.role, {}).items():
            case.do("speech", turn.role, at + 1, ground=1, element=name, answer=answer,
                    texts={"text": f"{turn.role} on {name}."})  # fmt: skip
        at += 5
        case.do("yield", turn.role, at)
    case.do("blanks", "president", at, side="none")
    consider(case, at, ground=1, element=step)
    case.do("put", "president", at, ground=1, element=step)
    for role in case.procedure.voters:
        for seat in range(1, case.seats.get(role.role, 0) + 1):
            cast(case, role.role, seat, choice)
    case.do("close-vote", "president", at)
    return case


def test_f13_a_no_at_p2_stops_and_what_follows_is_not_needed_and_still_readable():
    case = voted()
    found = {one.step.step: one for one in weighed(case, 1)}
    assert list(found) == STEPS
    assert [name for name in STEPS if found[name].stopped["court"]] == STEPS[3:]
    assert found["P3"].stopped == {"claimants": "P2", "respondent": None, "court": "P2"}
    for language in LANGUAGES:
        page = lxml.html.fromstring(written(judgment_document(case, language), "html"))
        say = catalogue("proportionality", language)
        grey = " ".join(one.text_content() for one in page.find_class("muted"))
        for step in proportionality()[3:]:
            assert words(step.text, language) in grey  # still there, and in words, not in colour alone
        assert say("not-needed", step="P2") in grey
        assert words(proportionality()[2].text, language) not in grey


def test_f13_the_sides_answer_for_themselves_and_the_last_answer_counts():
    case = voted()
    found = {one.step.step: one for one in weighed(case, 1)}
    assert found["P2"].answers == {"claimants": "not met", "respondent": "met", "court": "not met"}
    assert found["P5"].answers["respondent"] == "met" and found["P5"].stopped["respondent"] is None
    assert found["P1"].answers == dict.fromkeys(("claimants", "respondent", "court"))
    assert weighed(open_case(case.minutes), 1) == weighed(case, 1)


@pytest.mark.parametrize(("step", "choice", "stops"), [
    ("P0", "met", True), ("P0", "not met", False), ("P1", "not met", True), ("P1", "met", False),
    ("P2", "met", False), ("P4", "not met", False), ("P2", "blank", False),
])  # fmt: skip
def test_f13_only_a_yes_at_p0_and_a_no_at_p1_or_p2_stop(step, choice, stops):
    found = weighed(voted(choice, step), 1)
    assert (found[7].stopped["court"] == step) is stops
    assert all(one.stopped["court"] is None for one in found[: int(step[1]) + 1])


def test_f13_the_program_answers_nothing_and_machines_answer_nothing():
    case = opened()
    assert {answer for one in weighed(case, 1) for answer in one.answers.values()} == {None}
    made = rehearsal_of(case, "rehearsed", load_procedure("three-voices"))
    rehearse(made)
    answers = {answer for one in weighed(made, 1) for answer in one.answers.values()}
    assert answers <= {None, "not established"}  # blank ballots
    assert any(made.minutes[n].body.get("element") == "P5" for n in made.speeches)


@pytest.mark.parametrize("language", LANGUAGES)
def test_f13_the_sheet_is_in_every_paper_in_both_languages(language):
    case = voted()
    say = catalogue("proportionality", language)
    heading = say("heading", ground=1, entry="AIA-5-1-c")
    assert heading in as_lines(judgment_document(case, language))
    assert heading in as_akoma_ntoso(case, language).decode()
    kit = "\n".join(as_lines(kit_document(case, language, people=12)))
    for step in proportionality():
        assert words(step.text, language) in kit
    told = lines_of(case, 1, language)
    assert told[0] == heading and say("answer-none") in " ".join(told)
    sheet = sheet_of(case, 1, "P2", language)
    assert words(proportionality()[2].names, language) in " ".join(sheet.law)
    assert words(proportionality()[2].text, language) in sheet.question


def test_f13_the_text_and_the_data_have_it_and_a_retry_opens_it_again():
    case = voted()
    assert "not needed: stopped at P2, may still be read" in text_of(case)
    told = judgment_data(case)["grounds"][0]
    assert [one["step"] for one in told["proportionality"]] == STEPS
    again = tried_again(json.loads(json.dumps(retry_of(case))), "again", load_procedure("assize"))
    assert again.weighed == {1} and weighed(again, 1)[2].answers["court"] is None
    both = compared(judgment_data(case), judgment_data(again))["lines"]
    lines = {one["element"]: one["answers"] for one in both if one["entry"] == "AIA-5-1-c"}
    assert lines["P2"] == ["not met", "not decided"]


def test_a_sheet_is_opened_once_before_the_vote_and_its_steps_need_it():
    case = ready("class-55")
    with pytest.raises(CaseError, match="has no sheet"):
        case.element_of(1, "P2")
    with pytest.raises(CaseError, match="has no sheet"):
        lines_of(case, 1)
    for by, body, said in (
        ("jury", {"ground": 1}, "opened by a side"),
        ("claimants", {"ground": 9}, "no ground 9"),
        ("claimants", {}, "no ground None"),
    ):
        with pytest.raises(CaseError, match=said):
            case.do("proportionality", by, 0, **body)
    case.do("proportionality", "president", 0, ground=1)
    with pytest.raises(CaseError, match="already"):
        case.do("proportionality", "claimants", 0, ground=1)
    with pytest.raises(CaseError, match="has no sheet"):
        case.element_of(2, "P2")
    case.do("open", "president", 0)
    to_stage(case, "vote")
    with pytest.raises(CaseError, match="before the vote"):
        case.do("proportionality", "claimants", case.now, ground=2)


def test_every_step_has_its_texts_and_a_stop_says_what_follows():
    for step in proportionality():
        assert (step.stop is None) == (step.says is None)
        for language in LANGUAGES:
            assert words(step.text, language).endswith("?") and words(step.names, language)
    assert {one.step: one.stop for one in proportionality() if one.stop} == {
        "P0": "yes",
        "P1": "no",
        "P2": "no",
    }
