"""The hearing keeps its rules: the floor, the clock, equal time, the last word, points put to the parties."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from moot.errors import CaseError
from moot.trial.ballots import CHOICES, cast
from moot.trial.court import STEPS, open_case
from moot.trial.hearing import remaining, turn_now
from moot.trial.procedure import PARTIES, procedure_names
from tests.trial.hearings import consider, file, play_stage, ready, shown, to_stage


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


KINDS = ["floor", "speech", "yield", "waive", "suspend", "resume", "grant", "incident", "ruling", "point",
         "next", "public-vote", "blanks", "put", "close-vote", "reason", "operative", "opinion", "deliver",
         "exhibit", "late-exhibit", "correction", "question", "seat", "open", "withdraw", "proved",
         "admit"]  # fmt: skip
ROLES = ["president", "court", "clerk", "claimants", "respondent", "third-voice", "jury", "public", "nobody"]
BODY = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(ROLES),
        "point": st.integers(0, 2),
        "seconds": st.integers(-5, 100),
        "side": st.sampled_from([*PARTIES, "none"]),
        "incident": st.integers(1, 2),
        "what": st.sampled_from(["challenge", "noise"]),
        "outcome": st.sampled_from(["granted", "refused", "admitted", "set aside", "upheld", "dismissed"]),
        "ground": st.integers(0, 3),
        "element": st.sampled_from(["1", "2", "E1", "E9"]),
        "exhibits": st.lists(st.integers(1, 2), max_size=1),
        "yes": st.integers(0, 3),
        "no": st.integers(0, 3),
        "blank": st.integers(0, 3),
        "digest": st.sampled_from([shown(1)["digest"], "b" * 64]),
        "exhibit": st.integers(1, 2),
        "record": st.integers(1, 3),
        "fact": st.integers(1, 2),
    },
)


class Anything(RuleBasedStateMachine):
    """Any step by anybody, legal or not: what is refused changes nothing, what is done keeps the rules."""

    def __init__(self):
        super().__init__()
        self.case, self.at, self.spoken = None, 0, []

    @precondition(lambda self: self.case is None)
    @rule(name=st.sampled_from(procedure_names()))
    def begin(self, name):
        self.case = opened(name)

    @precondition(lambda self: self.case is not None)
    @rule(kind=st.sampled_from(KINDS), by=st.sampled_from(ROLES), later=st.integers(-1, 400), body=BODY,
          text=st.sampled_from([None, "text", "reason", "title", "question"]))  # fmt: skip
    def anything(self, kind, by, later, body, text):
        if kind in STEPS and later % 4:
            body = {name: value for name, value in body.items() if name in STEPS[kind].fields}
        case, before = self.case, (self.case.minutes.head, len(self.case.minutes))
        floor, paused, left = case.floor, case.paused_at, remaining(case, max(self.at, self.at + later))
        try:
            texts = {text: "Words."} if text else {}
            if kind == "exhibit":
                texts["content"] = shown(1)["content"]
            case.do(kind, by, self.at + later, texts=texts, **body)
        except Exception as error:
            assert type(error).__module__ == "moot.errors", repr(error)
            assert (case.minutes.head, len(case.minutes)) == before
            return
        self.at += later
        assert later >= 0 and by != "nobody"
        if kind == "speech":
            assert floor is not None and floor.role == by and paused is None and left > 0

    @precondition(lambda self: self.case is not None and self.case.phase == "hearing")
    @rule()
    def as_it_should(self):
        """A legal step, so that random ones are tried in every stage."""
        case = self.case
        if case.paused_at is not None:
            case.do("resume", "president", self.at)
        for number, one in enumerate(case.incidents, 1):
            if one.ruling is None:
                case.do(
                    "ruling", "president", self.at, incident=number, outcome="refused", texts={"reason": "x"}
                )
        for number, one in enumerate(case.exhibits, 1):
            if one.status == "pending":
                case.do("late-exhibit", "president", self.at, exhibit=number, outcome="set aside",
                        texts={"reason": "x"})  # fmt: skip
        if case.floor is not None:
            case.do("yield", case.floor.role, self.at)
        elif (turn := turn_now(case)) is not None:
            case.do("floor", "president", self.at, role=turn.role)
            self.at += 5
            case.do("speech", turn.role, self.at, texts={"text": "Words."})
        elif case.stage.kind not in ("vote", "reading") and (unheard := self.unheard()):
            number, side = unheard
            case.do("waive", side, self.at, point=number)
        elif case.stage.kind == "public-vote" and case.public_vote is None:
            case.do("public-vote", "president", self.at, yes=1, no=1, blank=0)
        elif case.stage.kind == "vote":
            self.vote()
        elif case.stage.kind == "reading" and not case.delivered:
            self.judge()
        else:
            case.do("next", "president", self.at)

    def unheard(self):
        for number, point in enumerate(self.case.points, 1):
            for side in sorted(PARTIES, key=lambda side: side == self.case.procedure.last_word):
                if side not in point.heard:
                    return number, side
        return None

    def vote(self):
        case = self.case
        if case.questions and case.questions[-1].result is None:
            for role in case.procedure.voters:
                for seat in range(1, case.seats.get(role.role, 0) + 1):
                    if (role.role, seat) not in case.box.voted:
                        cast(case, role.role, seat, CHOICES[seat % 3])
            case.do("close-vote", "president", self.at)
        elif case.questions:
            case.do("next", "president", self.at)
        else:
            if case.procedure.ballot.blanks == "president" and case.blanks_for is None:
                case.do("blanks", "president", self.at, side="none")
            if case.procedure.ballot.provisional:
                consider(case, self.at, 2, "1")
            case.do("put", "president", self.at, ground=2, element="1")

    def judge(self):
        case = self.case
        for one in case.questions:
            if (one.ground, one.element) not in case.reasons:
                case.do("reason", "president", self.at, ground=one.ground, element=one.element,
                        texts={"text": "Reasons."})  # fmt: skip
                return
        for number in range(1, len(case.grounds) + 1):
            if number not in case.operative:
                case.do("operative", "president", self.at, ground=number, outcome="dismissed",
                        texts={"text": "It is dismissed."})  # fmt: skip
                return
        case.do("deliver", "president", self.at)

    @invariant()
    def the_minutes_verify(self):
        if self.case is not None and len(self.case.minutes) % 7 == 0:
            assert self.case.minutes.problems() == []

    @invariant()
    def the_last_word_is_kept(self):
        case = self.case
        if case is None or case.procedure.last_word is None:
            return
        stages = {one.stage: n for n, one in enumerate(case.procedure.stages)}
        vote = next(n for n, one in enumerate(case.procedure.stages) if one.kind == "vote")
        if case.phase == "hearing" and case.stage_number >= vote and case.speeches:
            heard = [case.minutes[n] for n in case.speeches if case.minutes[n].body["side"] in PARTIES]
            last = [one for one in heard if case.procedure.stages[stages[one.body["stage"]]].last_word]
            if last and heard[-1] is not last[-1]:
                # Only an observation on a point may follow, and the side of the last word observes last.
                assert case.points

    @invariant()
    def votes_are_only_on_questions_read(self):
        if self.case is not None:
            assert len(self.case.questions) == sum(one.kind == "put" for one in self.case.minutes)

    def teardown(self):
        if self.case is not None:
            again = open_case(self.case.minutes, law=self.case.law, box=self.case.box)
            assert vars(again) == vars(self.case)


Anything.TestCase.settings = settings(
    max_examples=40, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnything = Anything.TestCase
