"""The hearing keeps its rules: the floor, the clock, equal time, the last word, points put to the parties."""

import pytest

from moot.errors import CaseError
from moot.trial.hearing import remaining
from moot.trial.procedure import PARTIES
from tests.trial.hearings import file, play_stage, ready, to_stage


def opened(procedure="three-voices", **changes):
    case = ready(procedure, **changes)
    case.do("open", "president", 0)
    return case


def refused(match, case, *given, **body):
    before = case.minutes.head
    with pytest.raises(CaseError, match=match):
        case.do(*given, **body)
    assert case.minutes.head == before


def words(text="Words."):
    return {"text": text}


def test_nobody_speaks_without_the_floor_or_out_of_turn():
    case = opened()
    refused("does not have the floor", case, "speech", "claimants", 0, texts=words())
    refused("turn of president", case, "floor", "president", 0, role="claimants")
    refused("for president", case, "floor", "claimants", 0, role="claimants")
    case.do("floor", "president", 0, role="president")
    refused("one speaks at a time", case, "floor", "president", 0, role="claimants")
    refused("president has it", case, "speech", "claimants", 0, texts=words())
    refused("has the floor", case, "next", "president", 0)


def test_the_clock_never_goes_back_and_time_is_over_when_it_is_over():
    case = opened()
    case.do("floor", "president", 10, role="president")
    refused("went back", case, "yield", "president", 9)
    assert remaining(case, 10) == 300 and remaining(case, 130) == 180
    case.do("speech", "president", 309, texts=words())
    refused("time is over", case, "speech", "president", 310, texts=words())
    case.do("yield", "president", 340)
    assert case.minutes[len(case.minutes)].body == {"role": "president", "used": 300, "over": 30}


def test_a_suspension_takes_no_time_of_the_speaker():
    case = opened()
    case.do("floor", "president", 0, role="president")
    case.do("suspend", "president", 100)
    refused("suspended", case, "speech", "president", 200, texts=words())
    case.do("resume", "president", 1000)
    assert remaining(case, 1000) == 200


def test_f35_more_time_is_for_both_sides_or_for_one_with_a_reason():
    case = opened()
    refused("needs a reason", case, "grant", "president", 0, seconds=60, side="claimants")
    case.do("grant", "president", 0, seconds=60)
    assert case.pool == {"claimants": 60, "respondent": 60} and not case.unequal
    case.do("grant", "president", 0, seconds=30, side="respondent", texts={"reason": "An interruption."})
    assert case.pool["respondent"] == 90 and case.unequal
    at = play_stage(case, case.now)
    at = play_stage(case, at)
    case.do("floor", "president", at, role="claimants")
    assert remaining(case, at) == 12 * 60 + 60
    case.do("yield", "claimants", at + 12 * 60 + 45)
    assert case.pool["claimants"] == 15


def test_f35_in_the_stage_of_questions_the_sides_have_equal_time_as_well():
    case = opened()
    at = to_stage(case, "questions")
    share = case.stage.minutes * 60 // 3
    for role, seconds in (("court", 60), ("claimants", 200), ("third-voice", 40), ("claimants", 50)):
        case.do("floor", "president", at, role=role)
        at += seconds
        case.do("yield", role, at)
    case.do("floor", "president", at, role="claimants-witness")
    assert remaining(case, at) == share - 250  # a witness speaks in the time of its side
    case.do("yield", "claimants-witness", at + 600)
    at += 600
    refused("the time of claimants for questions is over", case, "floor", "president", at, role="claimants")
    refused("respondent was heard less", case, "next", "president", at)
    case.do("floor", "president", at, role="respondent")
    assert remaining(case, at) == share
    case.do("yield", "respondent", at + share - 2)
    used = {side: case.stage_sides[side] for side in PARTIES}
    assert abs(used["claimants"] - used["respondent"]) <= 0.01 * max(used.values())
    case.do("next", "president", at + share)
    assert case.stage_sides == {}


def test_f35_who_was_asked_less_may_waive_the_rest_and_a_grant_is_for_both():
    case = opened()
    at = to_stage(case, "questions")
    case.do("floor", "president", at, role="claimants")
    case.do("yield", "claimants", at + 100)
    case.do("grant", "president", at + 100, seconds=60)
    case.do("floor", "president", at + 100, role="claimants")
    assert remaining(case, at + 100) == case.stage.minutes * 20 - 100 + 60
    at += 100 + case.stage.minutes * 20 - 100 + 45
    case.do("yield", "claimants", at)
    assert case.pool["claimants"] == 15 and case.pool["respondent"] == 60
    case.do("waive", "respondent", at)
    assert case.minutes[len(case.minutes)].body["left"] == case.stage.minutes * 20 + 60
    refused("has waived the rest", case, "waive", "respondent", at)
    case.do("next", "president", at)


def test_f38_the_clerk_notes_what_happens_and_notes_change_nothing():
    case = opened()
    case.do("note", "clerk", 5, texts=words("A door was shut."))
    refused("clerk or president", case, "note", "claimants", 5, texts=words())
    assert case.minutes[len(case.minutes)].body == {"stage": "scene"}


def test_a_turn_is_waived_by_whose_it_is_and_an_empty_seat_by_the_president():
    case = opened()
    refused("waived by president", case, "waive", "claimants", 0)
    case.do("waive", "president", 0)
    case.do("next", "president", 0)
    assert case.stage.stage == "question"


def test_f36_the_respondent_speaks_last():
    case = opened()
    to_stage(case, "vote")
    last = case.minutes[case.speeches[-1]]
    assert last.by == "respondent" and last.body["stage"] == "last-word"


def test_f37_a_point_of_the_court_is_put_to_both_and_the_last_word_is_kept():
    case = opened()
    at = to_stage(case, "questions")
    refused("raised by the court", case, "point", "claimants", at, texts=words())
    case.do("point", "court", at, texts=words("Does the Convention bind it?"))
    at = play_stage(case, at)
    at = play_stage(case, at)
    case.do("public-vote", "president", at, yes=0, no=0, blank=0)
    refused("claimants was not heard on point 1", case, "next", "president", at)
    refused("the other side comes first", case, "floor", "president", at, role="respondent", point=1)
    for side in PARTIES:
        case.do("floor", "president", at, role=side, point=1)
        case.do("speech", side, at + 1, texts=words())
        at += 10
        case.do("yield", side, at)
    refused("was heard", case, "floor", "president", at, role="claimants", point=1)
    case.do("next", "president", at)
    assert case.stage.kind == "vote" and case.minutes[case.speeches[-1]].by == "respondent"
    refused("before the vote", case, "point", "court", at, texts=words())


def test_f28_a_late_exhibit_is_out_until_it_is_ruled_on():
    case = opened()
    file(case, "respondent", "Late")
    assert case.exhibits[0].status == "pending"
    case.do("floor", "president", 0, role="president")
    refused("pending", case, "speech", "president", 0, texts=words(), exhibits=[1])
    refused("needs a text `reason`", case, "late-exhibit", "president", 0, exhibit=1, outcome="set aside")
    case.do("late-exhibit", "president", 0, exhibit=1, outcome="admitted", texts={"reason": "No surprise."})
    case.do("speech", "president", 0, texts=words(), exhibits=[1])


def test_f39_an_incident_has_a_ruling_and_a_trace():
    case = opened()
    refused("incident is one of", case, "incident", "respondent", 0, what="noise", texts=words())
    case.do("incident", "respondent", 0, what="challenge", texts=words("A member knows a party."))
    case.do("waive", "president", 0)
    refused("incident 1 has no ruling", case, "next", "president", 0)
    case.do("ruling", "president", 0, incident=1, outcome="refused", texts={"reason": "No link is shown."})
    refused(
        "was ruled on", case, "ruling", "president", 0, incident=1, outcome="granted", texts={"reason": "x"}
    )
    case.do("next", "president", 0)


def test_a_correction_adds_and_erases_nothing():
    case = opened()
    count = len(case.minutes)
    case.do("correction", "clerk", 5, record=2, texts=words("The question was read twice."))
    assert len(case.minutes) == count + 1 and case.minutes.problems() == []
    refused("no record 99", case, "correction", "clerk", 5, record=99, texts=words())


def test_f45_the_public_votes_once_in_its_own_stage():
    case = opened()
    refused("its own stage", case, "public-vote", "president", 0, yes=1, no=1, blank=0)
    at = to_stage(case, "public-vote")
    refused("how many voted no", case, "public-vote", "president", at, yes=1, no=-1, blank=0)
    case.do("public-vote", "president", at, yes=30, no=1, blank=2)
    refused("has voted", case, "public-vote", "president", at, yes=1, no=1, blank=0)
    assert case.questions == []
