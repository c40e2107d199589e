"""Panel lives: every difference has a cause, and the telling is in the third person."""

import re

import pytest

from moot.errors import UnknownNameError
from moot.findings.causes import ANNOUNCED, EVENT, OF_THE_REGIME, OWN_ACT, SAID, SENSOR, TIE_FELL, TWIN, Pair
from moot.findings.kinds import KINDS, OUTSIDE, PHASE, Event
from moot.findings.lives import (
    Moment,
    cause_chain,
    described,
    gathered,
    moments,
    on,
    reason,
    sentence,
    tell,
    unexplained_differences,
)
from moot.society import acts
from tests.findings.a_run import REGIME, in_folder, one_arm, three
from tests.french import english_in

DAY = 10_300
TODAY = "status-quo"
KNOWN = "; the regime is known since 2028-01-01"


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
    other = [heard, forgone._replace(what="littering")]
    assert pair(other, []).cause(other[1].placed(1)).kind == ANNOUNCED
    assert pair([heard, forgone], [done]).turned().cause(done.placed(0)).kind == TWIN


def test_silence_goes_back_to_what_was_feared_or_to_what_ties_said():
    heard = event("tie-charged", "petition", source="SYN-0000002")
    hushed = event("hushed", "against")
    assert pair([heard, hushed], []).cause(hushed.placed(1)).event == heard
    assert pair([hushed], []).cause(hushed.placed(0)).kind == ANNOUNCED
    # A tie charged for an offence says nothing of lawful acts; before an announcement it is talk.
    other = [heard._replace(what="littering", day=1), hushed._replace(day=1)]
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
        "false-alarm": "station-watch", "hushed": "for",
    }  # fmt: skip
    tiers = {"decided": "given", "fine-ended": "recovered", "disclosed": "2027-03-01"}
    for kind in KINDS.values():
        one = event(kind, known.get(kind, "jaywalking"), lists=("no-plane",), points=3, score=600,
                    tier=tiers.get(kind, "C"))  # fmt: skip
        said = sentence(one, rules)
        assert said and not re.search(r"\b(I|you|he|she|his|her|my|your)\b", said)
        french = sentence(one, in_folder().rules_in("fr"))
        assert french and french != said and english_in(french) == []


def test_a_life_is_told_by_number_and_five_year_band():
    run = in_folder()
    number = max(run.lives, key=lambda one: len(run.lives[one].arms[REGIME]))
    lines = tell(run, number)
    assert re.fullmatch(
        r"SYN-\d{7}: synthetic, a (woman|man|girl|boy) of (\d+ to \d+ years|85 years and over), in .+",
        lines[0],
    )
    assert "mechanism, not forecast" in lines[1]
    assert len(tell(run, number, everything=True)) >= len(lines)
    assert described(run.person(number)) == lines[0]


def test_a_life_is_told_in_french_with_its_reasons():
    run = in_folder()
    for number in sorted(run.lives)[:40]:
        lines = tell(run, number, language="fr")
        assert len(lines) == len(tell(run, number)) and "non une prévision" in lines[1]
        assert english_in("\n".join(lines), *run.arms) == []


@pytest.mark.parametrize(
    ("age", "sex", "said"),
    [
        ("0 to 4", "men", "a boy of 0 to 4 years"),
        ("10 to 14", "women", "a girl of 10 to 14 years"),
        ("10 to 14", "", "a child of 10 to 14 years"),
        ("15 to 19", "women", "a woman of 15 to 19 years"),
        ("85 and over", "men", "a man of 85 years and over"),
    ],
)
def test_children_are_called_so_and_the_last_band_is_open(age, sex, said):
    assert described({"number": "SYN-1", "age": age, "sex": sex}) == f"SYN-1: synthetic, {said}"


def test_days_of_a_life_never_fall():
    seen = 0
    for run in (in_folder(), three()):
        for life in run.lives.values():
            for arm in run.arms:
                told = list(gathered(moments(life.pair(run.rules, arm))))
                days = [one.day for one in told]
                assert days == sorted(days)
                seen += any(one.text.startswith("hears of") for one in told)
    assert seen > 10


def test_what_is_heard_is_drawn_together_in_the_order_of_days():
    heard = [Moment(DAY + n, where, "", "", "tie-charged", event("tie-charged", "protest"))
             for n, where in enumerate(["here", "both", "here", "both", "twin"])]  # fmt: skip
    told = list(gathered(heard))
    assert [(one.day - DAY, one.where) for one in told] == [(0, "here"), (1, "both"), (4, "twin")]
    same = [Moment(DAY, "both", "", "", "tie-charged", one.event) for one in heard[:2]]
    assert [one.text for one in gathered(same)] == ["hears of 2 charges of ties"]


def test_a_line_of_the_twin_says_why_it_does_not_happen_under_the_scheme():
    done = event("act", "jaywalking", arm=TODAY)
    announced = reason(done.placed(0), pair([], [done]))
    assert announced.startswith("under the scheme this does not happen: because the regime is known since")
    charge = event("charged-by-regime", "late-payment", DAY - 3, sensor="phone-app", points=90, score=610)
    charged = reason(done.placed(0), pair([charge], [done]))
    assert charged.startswith("under the scheme this does not happen: because on ")
    assert "is charged by the scheme, through phone-app" in charged
    fined = event("charged-today", "red-light", arm=TODAY)
    ran = event("act", "red-light", arm=TODAY)
    follows = reason(fined.placed(1), pair([], [ran, fined]))
    assert "it follows from what happens under today's law alone: the same day the person drives" in follows


def test_reasons_name_arms_and_no_twins_life():
    for run in (in_folder(), three()):
        for life in run.lives.values():
            for one in moments(life.pair(run.rules, run.other_arm)):
                assert "twin" not in one.why
                stated = one.why.startswith(f"under {run.rules.told(run.other_arm)} this ")
                assert not one.why or stated is (one.where == "twin")


def test_a_refusal_names_the_lists_that_refuse_and_no_others():
    rules = in_folder().rules
    refused = event("refused", "air", lists=("no-plane", "no-fast-train"))
    assert sentence(refused, rules) == "is refused a seat on a plane by the list no-plane"
    listed = [event("listed", name, DAY - 1, scheme="rank") for name in ("no-plane", "no-fast-train")]
    both = pair([*listed, refused], [])
    assert both.cause(refused.placed(2)).event == listed[0].placed(0)
    prevented = event("prevented", "red-light", lists=("licence-void", "no-plane"))
    assert "by the list licence-void:" in sentence(prevented, rules)
    smoking = event("prevented", "smoking-on-a-train", lists=("no-plane", "no-fast-train", "train-ban"))
    assert "by the lists no-fast-train and train-ban:" in sentence(smoking, rules)


@pytest.mark.parametrize("arm", ["mine", "status-quo"])
def test_a_run_of_one_arm_tells_of_no_twin(arm):
    run = one_arm(arm)
    number = max(run.lives, key=lambda one: len(run.lives[one].arms[arm]))
    said = "\n".join(tell(run, number))
    assert "only under" not in said and "twin is" not in said
    called = {"mine": "the scheme", "status-quo": "today's law"}[arm]
    assert f"This run has one arm, {arm} (under {called}); there is no twin" in said


def test_a_number_is_enough_to_open_a_life():
    run = in_folder()
    number = next(iter(run.lives))
    assert run.life(str(int(number.removeprefix("SYN-")))).number == number
    with pytest.raises(UnknownNameError, match="200 in all"):
        run.life("9999999")


def test_what_stands_in_both_arms_is_told_once():
    run = in_folder()
    for life in run.lives.values():
        found = life.pair(run.rules, REGIME)
        both = [one for one in moments(found) if one.where == "both"]
        assert len(both) == len(found.here) - len(found.differences)


def test_a_number_that_is_not_in_the_panel_is_refused():
    with pytest.raises(UnknownNameError, match="SYN-9999999"):
        in_folder().life("SYN-9999999")


def test_what_stands_in_both_has_a_reason_that_the_twin_can_have():
    """A reason of the scheme's is told as one under the scheme, and the twin's beside it."""
    apart = together = 0
    for run in (in_folder(), three()):
        for life in run.lives.values():
            for one in moments(life.pair(run.rules, run.other_arm)):
                if one.where != "both" or not one.why:
                    continue
                if one.why.startswith("under "):
                    assert "; under today's law: " in one.why
                    apart += 1
                else:
                    assert "by the scheme" not in one.why and "the regime" not in one.why
                    together += 1
    assert apart > 5 and together > 50


def test_what_reads_otherwise_for_the_twin_is_told_beside():
    heard = event("tie-charged", "petition", DAY - 4, source=OUTSIDE)
    here = event("forgone", "petition")
    told = list(moments(pair([heard, here], [here._replace(arm=TODAY)])))[-1]
    assert told.where == "both" and told.twin == ""
    assert told.why == (
        f"under the scheme: because on {on(DAY - 4)} the person hears that a tie (somebody outside the "
        f"panel) was charged: signs a petition{KNOWN}; under today's law: because of what was believed of "
        "being charged before the first day"
    )
    lists = [event("refused", "air", lists=("no-plane",)), event("refused", "air", arm=TODAY, lists=())]
    refused = next(iter(moments(pair(lists[:1], lists[1:]))))
    assert refused.where == "both" and "no-plane" in refused.text and "no-plane" not in refused.twin != ""


def test_a_life_calls_a_single_score_by_no_internal_name():
    run = in_folder()
    said = "\n".join(line for number in run.lives for line in tell(run, number))
    assert "of the score" in said and not re.search(r"of rank\b", said)
    assert "the points licence" in sentence(event("fall", "licence", scheme="licence", tier="low"), run.rules)
