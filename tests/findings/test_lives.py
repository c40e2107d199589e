"""Panel lives: every difference has a cause, and the telling is in the third person."""

import re
from dataclasses import replace

import pytest

from moot.errors import UnknownNameError
from moot.findings.causes import ANNOUNCED, EVENT, OF_THE_REGIME, OWN_ACT, SAID, SENSOR, TIE_FELL, TWIN, Pair
from moot.findings.kinds import KINDS, OUTSIDE, PHASE, Event
from moot.findings.lives import cause_chain, described, moments, sentence, tell, unexplained_differences
from moot.society import acts
from tests.findings.a_run import REGIME, in_folder

DAY = 10_300
TODAY = "status-quo"


def pair(here: list[Event], twin: list[Event]) -> Pair:
    placed = [[one.placed(n) for n, one in enumerate(side)] for side in (here, twin)]
    return Pair(in_folder().rules, REGIME, placed[0], TODAY, placed[1])


def event(kind: str, what: str, day: int = DAY, arm: str = REGIME, **more: object) -> Event:
    return Event("SYN-0000001", arm, day, kind, what, **more)


def test_every_kind_of_event_has_a_name_and_a_place_in_the_day():
    constants = {value for name, value in vars(acts).items() if re.fullmatch(r"L_[A-Z_]+", name)}
    assert set(KINDS) == constants
    assert set(KINDS.values()) == set(PHASE)


def test_every_difference_in_a_panel_life_has_a_cause_chain():
    run = in_folder()
    assert unexplained_differences(run.lives, run.rules) == []
    differing = 0
    for life in run.lives.values():
        for arm in run.arms:
            for one in life.pair(run.rules, arm).differences:
                chain = cause_chain(run.lives, run.rules, one)
                assert chain and any(step.kind in OF_THE_REGIME for step in chain)
                differing += 1
    assert differing > 100


def test_every_event_has_an_immediate_cause_in_the_file():
    events = in_folder().events
    assert "" not in set(events["cause"]) and "not explained" not in set(events["cause"])
    from_others = (events["cause"] == "a fall of a tie") | (events["cause"] == "a charge of a tie")
    assert all(one == OUTSIDE or one.startswith("SYN-") for one in events["cause_number"][from_others])


def test_a_charge_by_the_scheme_goes_back_to_the_act_and_a_sensor():
    act = event("act", "jaywalking")
    charge = event("charged-by-regime", "jaywalking", sensor="city-cameras", points=30, score=670)
    twin = event("act", "jaywalking", arm=TODAY)
    found = pair([act, charge], [twin]).chain(charge.placed(1))
    assert [step.kind for step in found] == [SENSOR, EVENT, OWN_ACT]


def test_a_fall_names_its_losses_since_the_score_was_at_its_height():
    old = event("charged-by-regime", "late-payment", DAY - 300, sensor="phone-app", points=90, score=610)
    first = event("charged-by-regime", "late-payment", DAY - 9, sensor="phone-app", points=90, score=610)
    tie = event("tie-fell", "rank", DAY - 5, scheme="rank", points=2, score=608, source=OUTSIDE)
    last = event("charged-by-regime", "petition", sensor="online-reading", points=12, score=596)
    fall = event("fall", "rank", scheme="rank", tier="C", score=596)
    found = pair([old, first, tie, last, fall], [])
    assert [one.day for one in found.losses(fall.placed(4))] == [DAY - 9, DAY - 5, DAY]


def test_a_refused_trip_goes_back_through_list_and_fall():
    tie = event("tie-fell", "rank", DAY - 1, scheme="rank", points=2, score=449, source=OUTSIDE)
    fall = event("fall", "rank", scheme="rank", tier="D", score=449)
    listed = event("listed", "no-plane", scheme="rank")
    refused = event("refused", "air", DAY + 3, lists=("no-plane",))
    found = pair([tie, fall, listed, refused], []).chain(refused.placed(3))
    assert [step.kind for step in found] == [EVENT, EVENT, EVENT, TIE_FELL]
    assert found[-1].number == OUTSIDE and found[-1].day == DAY - 1


def test_an_act_forgone_goes_back_to_what_was_heard_or_announced():
    heard = event("tie-charged", "protest", DAY - 4, source="SYN-0000002")
    forgone = event("forgone", "petition")
    done = event("act", "petition", arm=TODAY)
    assert pair([heard, forgone], [done]).cause(forgone.placed(1)).event == heard
    assert pair([forgone], [done]).cause(forgone.placed(0)).kind == ANNOUNCED
    # A tie charged for a lawful act says nothing of offences.
    other = [heard, replace(forgone, what="littering")]
    assert pair(other, []).cause(other[1].placed(1)).kind == ANNOUNCED
    assert pair([heard, forgone], [done]).turned().cause(done.placed(0)).kind == TWIN


def test_silence_goes_back_to_what_was_feared_or_to_what_ties_said():
    heard = event("tie-charged", "petition", source="SYN-0000002")
    hushed = event("hushed", "against")
    assert pair([heard, hushed], []).cause(hushed.placed(1)).event == heard
    assert pair([hushed], []).cause(hushed.placed(0)).kind == ANNOUNCED
    # A tie charged for an offence says nothing of lawful acts; before an announcement it is talk.
    other = [replace(heard, what="littering", day=1), replace(hushed, day=1)]
    assert pair(other, []).cause(other[1].placed(1)).kind == SAID
    assert pair(other, []).unexplained() == []


def test_a_difference_without_a_reason_is_reported():
    lonely = event("listed", "no-plane", scheme="rank")
    assert pair([lonely], []).unexplained() == [lonely.placed(0)]


def test_every_kind_of_event_can_be_told():
    rules = in_folder().rules
    known = {
        "fall": "rank", "rise": "rank", "tie-fell": "rank", "renewed": "licence", "listed": "no-plane",
        "delisted": "no-plane", "refused": "air", "trip": "air", "offer": "licence-course",
        "false-alarm": "station-watch",
    }  # fmt: skip
    for kind in KINDS.values():
        one = event(kind, known.get(kind, "jaywalking"), lists=("no-plane",), points=3, score=600, tier="C")
        said = sentence(one, rules)
        assert said and not re.search(r"\b(I|you|he|she|his|her|my|your)\b", said)


def test_a_life_is_told_by_number_and_five_year_band():
    run = in_folder()
    number = max(run.lives, key=lambda one: len(run.lives[one].arms[REGIME]))
    lines = tell(run, number)
    assert re.fullmatch(
        r"SYN-\d{7}: synthetic, a (woman|man) of (\d+ to \d+|85 and over) years, in .+", lines[0]
    )
    assert "mechanism, not forecast" in lines[1]
    assert len(tell(run, number, everything=True)) >= len(lines)
    assert described(run.person(number)) == lines[0]


def test_what_stands_in_both_arms_is_told_once():
    run = in_folder()
    for life in run.lives.values():
        found = life.pair(run.rules, REGIME)
        both = [one for one in moments(found) if one.where == "both"]
        assert len(both) == len(found.here) - len(found.differences)


def test_a_number_that_is_not_in_the_panel_is_refused():
    with pytest.raises(UnknownNameError, match="SYN-9999999"):
        in_folder().life("SYN-9999999")
