"""Machines plead in fixed sentences, as many for each side, and judge nothing."""

import hashlib
import json
import re

import pytest

from moot.catalogue import LANGUAGES, catalogue
from moot.errors import CaseError
from moot.trial.case import CONTENT
from moot.trial.hearing import turn_now
from moot.trial.procedure import PARTIES
from moot.trial.ready import ready_case
from moot.trial.rehearsing import let_machines_act
from moot.trial.robots import _pleading_of, elements_of, points_on, speeches_of
from tests.trial.hearings import fresh

MEASURED = {1: ("trip:rail:refused", 4.0), 2: ("trip:air:refused", -1.5), 3: ("list:loans:entries", 2.5),
            4: ("act:jaywalking:acts", -3.0), 5: ("trip:road:refused", 0.0)}  # fmt: skip


def exhibit(measure, difference, low=None, high=None):
    """An exhibit with every number that a machine reads; the numbers are of no simulation."""
    low, high = low if low is not None else difference - 1, high if high is not None else difference + 1
    content = {
        "format": "moot-exhibit-1", "title": "Made for a test", "measure": measure, "words": measure,
        "arm": "scheme", "twin": "status-quo", "runs": {"r1": {}}, "about": {"a": 1}, "experiment": "e",
        "people": 1000, "days": 30, "seeds": [1, 10], "code": "c" * 64, "versions": {"moot": "0.1.0"},
        "asked_by": "court", "draws": {"over": ["regime.sensors"], "count": 2},
        "effect": {"measures": [measure], "difference": difference, "arm_mean": 5 + difference,
                   "today_mean": 5.0, "interval": {"low": difference - 0.5, "high": difference + 0.5},
                   "span": {"low": low, "high": high}, "replicates": 10},
    }  # fmt: skip
    text = json.dumps(content)
    return text, hashlib.sha256(text.encode()).hexdigest()


def filed(case, measured=MEASURED, **spans):
    for number, (measure, difference) in measured.items():
        text, digest = exhibit(measure, difference, **spans)
        case.do("exhibit", "claimants", case.now, digest=digest,
                texts={"title": f"Exhibit {number}", CONTENT: text})  # fmt: skip
    return case


def pleaded(procedure="three-voices", machines=("claimants", "respondent", "clerk"), **changes):
    """A case with measured points, in which machines plead and people judge."""
    case = fresh(procedure, **changes)
    case.do("claimant", "claimants", 0, claimant="Claimant 1")
    case.do("ground", "claimants", 0, entry="AIA-5-1-c", texts={"claim": "It decides a job."})
    case.do("ground", "claimants", 0, entry="CH-1", texts={"claim": "More than a number."})
    for role in case.procedure.roles:
        if role.role in machines:
            case.do("seat", "president", 0, role=role.role, machine=True)
        elif role.seats[0] or role.role == "court":
            case.do("seat", "president", 0, role=role.role, people=max(1, role.seats[0]))
    return filed(case)


def heard(case, role):
    """What a machine in a role says in its next turn."""
    while turn_now(case) is None or turn_now(case).role != role:
        play_or_next(case)
    case.do("floor", "president", case.now, role=role)
    return speeches_of(case, role)


def play_or_next(case):
    if turn_now(case) is None:
        case.do("next", "president", case.now)
    else:
        turn = turn_now(case)
        if case.seated(turn.role):
            case.do("floor", "president", case.now, role=turn.role)
            if not let_machines_act(case, case.now):
                case.do("yield", turn.role, case.now)
        else:
            case.do("waive", "president", case.now)


def test_points_are_exhibits_that_measure_what_the_element_asks_about():
    case = pleaded()
    assert [(one.exhibit, one.side) for one in points_on(case, 1, "E5")] == [
        (1, "claimants"), (2, "respondent"), (3, "claimants")]  # fmt: skip
    assert points_on(case, 1, "E1") == [] and points_on(case, 2, "1") == []
    case.do("seal", "president", 0, exhibit=3, texts={"reason": "A secret of the firm."})
    case.do("withdraw", "claimants", 0, exhibit=1)
    assert [one.exhibit for one in points_on(case, 1, "E5")] == [2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_sides_plead_as_many_sentences_each_ending_with_what_goes_the_other_way(language):
    say, said = catalogue("robots", language), {}
    for side in PARTIES:
        case = pleaded()
        case.do("open", "president", 0)
        heard(case, side)
        said[side] = speeches_of(case, side, language)
    assert [len(one.lines) for one in said["claimants"]] == [len(one.lines) for one in said["respondent"]]
    lines = {side: [line for one in said[side] for line in one.lines] for side in PARTIES}
    prefix = say("machine", said="").rstrip()
    for side in PARTIES:
        assert all(line.startswith(prefix) for line in lines[side])
        for one in said[side]:
            points = points_on(case, one.ground, one.element)
            against = sum(point.side != side for point in points)
            assert all(line.endswith(say("other-way", against=against, measured=len(points)))
                       for line in one.lines)  # fmt: skip
        assert [(one.ground, one.element) for one in said[side]] == elements_of(case)
    (about,) = [one for one in said["claimants"] if one.element == "E5"]
    assert about.exhibits == (1,)


def test_what_flips_it_is_read_from_the_range():
    for span, told in (({"low": -1.0, "high": 6.0}, "it changes"), ({"low": 1.0, "high": 6.0}, "does not")):
        case = fresh()
        case.do("ground", "claimants", 0, entry="AIA-5-1-c", texts={"claim": "It decides a job."})
        filed(case, {1: ("trip:rail:refused", 4.0)}, **span)
        case.do("claimant", "claimants", 0, claimant="Claimant 1")
        for role in ("president", "claimants", "third-voice", "respondent"):
            machine = {"machine": True} if role in PARTIES else {}
            case.do("seat", "president", 0, role=role, **machine)
        case.do("open", "president", 0)
        (line,) = next(one for one in heard(case, "claimants") if one.element == "E5").lines
        assert told in line and "regime.sensors" in line
        assert line.index("Over the declared assumptions") < line.index("Mean")


def test_a_machine_says_nothing_else_and_nobody_speaks_as_one():
    case = pleaded()
    case.do("open", "president", 0)
    heard(case, "claimants")
    for text in ("It is unjust.", "Machine: it is unjust.", "Machine: nothing is added."):
        with pytest.raises(CaseError, match="fixed sentences"):
            case.do("speech", "claimants", case.now, texts={"text": text})
    assert let_machines_act(case, case.now) > 1
    while case.floor is None:
        if turn_now(case) is not None and turn_now(case).role == "third-voice":
            case.do("floor", "president", case.now, role="third-voice")
        else:
            play_or_next(case)
    with pytest.raises(CaseError, match="people speak for themselves"):
        case.do("speech", "third-voice", case.now, texts={"text": "Well.\n machine : I count."})


def test_no_machine_judges_and_none_shares_a_seat_or_has_a_name():
    case = fresh()
    for role in ("president", "court"):
        with pytest.raises(CaseError, match="no machine judges"):
            case.do("seat", "president", 0, role=role, machine=True)
    with pytest.raises(CaseError, match="no name"):
        case.do("seat", "president", 0, role="claimants", machine=True, texts={"name": "Hal"})
    case.do("seat", "president", 0, role="claimants")
    with pytest.raises(CaseError, match="do not share"):
        case.do("seat", "president", 0, role="claimants", machine=True)
    with pytest.raises(CaseError, match="no public"):
        case.do("seat", "president", 0, role="public", machine=True)


def test_a_machine_keeps_the_clock_and_notes_it():
    case = pleaded()
    case.do("open", "president", 0)
    case.do("floor", "president", 0, role="president")
    assert let_machines_act(case, 299) == 0 and let_machines_act(case, 300) == 1
    taken = case.minutes[len(case.minutes)]
    assert (taken.kind, taken.by, taken.body["used"]) == ("yield", "clerk", 300)
    with pytest.raises(CaseError, match="notes the clock"):
        case.do("note", "clerk", 300, texts={"text": "Machine: the claimants were brilliant."})


def test_a_clerk_takes_no_time_that_is_left():
    case = pleaded(machines=())
    case.do("seat", "president", 0, role="clerk")
    case.do("open", "president", 0)
    case.do("floor", "president", 0, role="president")
    with pytest.raises(CaseError, match="president"):
        case.do("yield", "clerk", 200)
    case.do("yield", "clerk", 301)


ADJECTIVES = re.compile(
    r"\b(strong|weak|clear|good|bad|high|low|large|small|important|serious|significant|mere|only|heavy|"
    r"unfair|fair|grave|fort|faible|clair|bon|mauvais|élevé|important|sérieux|grand|petit|injuste|juste)e?s?\b"
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_hold_no_adjective_and_no_answer(language):
    for key, text in catalogue("robots", language).sentences.items():
        bare = re.sub(r"\{\w+\}", "", text)
        assert not ADJECTIVES.search(bare), key
        if key != "instructions":
            assert not re.search(r"\b(not )?met\b|établi\b|violat|lawful|therefore|donc\b", bare), key


def test_the_questions_stage_gives_a_machine_nothing_to_add():
    case = pleaded()
    case.do("open", "president", 0)
    to_people(case, "questions")
    case.do("floor", "president", case.now, role="claimants")
    (one,) = speeches_of(case, "claimants")
    assert one.lines == ("Machine: Nothing is added.",) and one.body() == {}


def to_people(case, kind):
    while case.stage.kind != kind:
        play_or_next(case)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_machine_reads_out_a_few_ranges_and_counts_the_others(language):
    case = ready_case("rank-my-life-2028", "ready")
    said = [line for side in PARTIES for one in _pleading_of(case, catalogue("robots", language), side)
            for line in one.lines]  # fmt: skip
    assert max(map(len, said)) < 800 and sum("121" in line for line in said) >= 6


def test_every_exhibit_of_the_ready_case_is_cited_by_the_side_that_it_speaks_for():
    case = ready_case("rank-my-life-2028", "ready")
    made = {side: _pleading_of(case, catalogue("robots", "en"), side) for side in PARTIES}
    cited = {side: {n for one in speeches for n in one.exhibits} for side, speeches in made.items()}
    assert cited == {"claimants": {1, 2, 3, 6}, "respondent": {4, 5}}
    lines = {side: [len(one.lines) for one in speeches] for side, speeches in made.items()}
    assert lines["claimants"] == lines["respondent"]  # as many sentences on each element
