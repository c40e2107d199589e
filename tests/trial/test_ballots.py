"""Secret ballots: majorities, ties, blanks, abstention; nothing joins a paper to a voter."""

from collections import Counter

import pytest

from moot.errors import CaseError
from moot.trial.ballots import CHOICES, Box, cast, counted
from moot.trial.procedure import AtLeast, Ballot
from tests.trial.hearings import consider, ready, to_stage, vote


def ballot(majority="simple", blanks="none", figures="shown", abstention=True):
    return Ballot(
        majority=majority, blanks=blanks, abstention=abstention, figures=figures, separate_opinions=False
    )


def votes(met, against, blank=0):
    return Counter({"met": met, "not met": against, "blank": blank})


@pytest.mark.parametrize(
    ("majority", "given", "protected", "answer"),
    [
        ("simple", votes(3, 2), "none", "met"),
        ("simple", votes(2, 2), "none", "not established"),
        ("simple", votes(2, 3), "none", "not met"),
        ("simple", votes(2, 2, 1), "none", "not established"),
        ("simple", votes(2, 2, 1), "claimants", "met"),
        ("simple", votes(2, 2, 1), "respondent", "not met"),
        ("simple", votes(0, 0, 3), "respondent", "not met"),
        ("simple", votes(0, 0, 3), "none", "not established"),
        ("unanimity", votes(3, 0), "none", "met"),
        ("unanimity", votes(2, 1), "none", "not established"),
        ("unanimity", votes(0, 3), "none", "not met"),
        ("unanimity", votes(2, 0, 1), "claimants", "met"),
        ("simple", votes(1, 0), "none", "met"),
    ],
)
def test_f44_majorities_ties_and_blanks(majority, given, protected, answer):
    assert counted(ballot(majority), given, protected) == answer


@pytest.mark.parametrize(
    ("met", "answer"), [(7, "met"), (6, "not established"), (5, "not established"), (4, "not met")]
)
def test_f44_seven_of_nine(met, answer):
    assert counted(ballot(AtLeast(at_least=7, of=9)), votes(met, 9 - met), "respondent") == answer


@pytest.mark.parametrize(("voters", "needed"), [(9, 7), (8, 7), (6, 5), (3, 3), (1, 1), (18, 14)])
def test_seven_of_nine_in_proportion_rounded_up(voters, needed):
    assert ballot(AtLeast(at_least=7, of=9)).needed(voters) == needed


def at_the_vote(procedure="three-voices", **changes):
    case = ready(procedure, **changes)
    case.do("open", "president", 0)
    to_stage(case, "vote")
    return case


def test_f42_a_vote_is_only_on_a_question_that_was_read_and_one_at_a_time():
    case = at_the_vote()
    with pytest.raises(CaseError, match="no question is open"):
        cast(case, "president", 1, "met")
    with pytest.raises(CaseError, match="says aloud whom blanks"):
        case.do("put", "president", case.now, ground=1, element="E1")
    case.do("blanks", "president", case.now, side="none")
    consider(case, case.now, 1, "E1")
    case.do("put", "president", case.now, ground=1, element="E1")
    with pytest.raises(CaseError, match="one after the other"):
        case.do("put", "president", case.now, ground=1, element="E2")
    with pytest.raises(CaseError, match="nobody has voted"):
        case.do("close-vote", "president", case.now)
    cast(case, "president", 1, "met")
    with pytest.raises(CaseError, match="has voted"):
        cast(case, "president", 1, "not met")
    for role, seat, choice in (("clerk", 1, "met"), ("court", 9, "met"), ("court", 1, "yes")):
        with pytest.raises(CaseError):
            cast(case, role, seat, choice)
    with pytest.raises(CaseError, match="its vote is not closed"):
        case.do("next", "president", case.now)
    case.do("close-vote", "president", case.now)
    with pytest.raises(CaseError, match="put already"):
        case.do("put", "president", case.now, ground=1, element="E1")


def test_nobody_may_abstain_where_the_procedure_says_so():
    case = at_the_vote("administrative")
    with pytest.raises(CaseError, match="2 seats have not voted"):
        vote(case, case.now, 1, "E1", "met", "none")
    assert case.questions[-1].result is None
    assert at_the_vote("three-voices").procedure.ballot.abstention


def test_the_lesson_puts_three_questions_at_most():
    case = at_the_vote("class-55", voters=4)
    for element in ("E1", "E2", "E3"):
        vote(case, case.now, 1, element, "met")
    with pytest.raises(CaseError, match="3 questions at most"):
        vote(case, case.now, 1, "E4", "met")


def test_a_ballot_is_in_no_record_and_papers_are_burnt_when_counted():
    case = at_the_vote(voters=6)
    head = case.minutes.head
    assert vote(case, case.now, 1, "E1", "met", "met", "met", "met", "not met", "blank") == "met"
    body = case.minutes[len(case.minutes)].body
    assert [one.kind for one in case.minutes][-3:] == ["figures", "put", "close-vote"] and head
    assert body["commitments"] == sorted(body["commitments"]) and len(set(body["commitments"])) == 6
    assert body["figures"] == {"met": 4, "not met": 1, "blank": 1}
    assert case.box == Box()
    assert not {"role", "seat", "salt", "choice"} & body.keys()


@pytest.mark.parametrize(
    ("procedure", "voters"), [("three-voices", 4), ("class-55", 1), ("common-law", 6), ("assize", 8)]
)
def test_f43_figures_are_not_told_where_they_could_tell_a_vote(procedure, voters):
    case = at_the_vote(procedure, voters=voters)
    vote(case, case.now, 1, "E1", "met")
    assert case.voters == voters and "figures" not in case.minutes[len(case.minutes)].body


def test_the_order_of_voting_is_not_in_what_is_written():
    """The same votes in two orders, with the same salts: the same record but for nothing."""
    bodies = []
    for order in ((1, 2, 3), (3, 1, 2)):
        case = at_the_vote("class-55", voters=3)
        case.do("blanks", "president", case.now, side="none")
        consider(case, case.now, 1, "E1")
        case.do("put", "president", case.now, ground=1, element="E1")
        for seat in order:
            cast(case, "jury", seat, CHOICES[seat - 1], salt=lambda seat=seat: f"{seat:032x}")
        case.do("close-vote", "president", case.now)
        bodies.append(dict(case.minutes[len(case.minutes)].body))
    assert bodies[0] == bodies[1]


def test_a_box_that_was_meddled_with_is_not_counted():
    case = at_the_vote("class-55", voters=3)
    case.do("blanks", "president", case.now, side="none")
    consider(case, case.now, 1, "E1")
    case.do("put", "president", case.now, ground=1, element="E1")
    for seat in (1, 2, 3):
        cast(case, "jury", seat, "met")
    one = case.box.papers.pop()
    with pytest.raises(CaseError, match="another number of papers"):
        case.do("close-vote", "president", case.now)
    case.box.papers.add(type(one)(one.commitment, one.salt, "not met"))
    with pytest.raises(CaseError, match="not the one that was cast"):
        case.do("close-vote", "president", case.now)
