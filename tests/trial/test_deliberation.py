"""Element by element: the law, both sides, each voter for itself, then the figures, then the question."""

import pytest

from moot.catalogue import LANGUAGES, catalogue, words
from moot.errors import CaseError
from moot.trial.ballots import CHOICES, Box, cast
from moot.trial.deliberation import answer_for_oneself, question_read, sheet_of
from moot.trial.procedure import Ballot
from tests.trial.hearings import consider, ready, to_stage, vote
from tests.trial.test_robots import filed

ABOUT = {"ground": 1, "element": "E5"}


def at_the_vote(procedure="class-55", voters=3, *, argued=True):
    """A case before its vote, in which each side has cited exhibits on E5, the later number first."""
    case = filed(ready(procedure, voters=voters))
    case.do("open", "president", 0)
    said = {"claimants": [3, 1], "respondent": [2]}
    while case.stage.kind != "vote":
        for turn in case.stage.turns:
            case.do("floor", "president", case.now, role=turn.role)
            if argued and turn.role in said:
                case.do("speech", turn.role, case.now, **ABOUT, exhibits=said.pop(turn.role),
                        texts={"text": f"Words of {turn.role}."})  # fmt: skip
            case.do("yield", turn.role, case.now + 10)
        if case.stage.kind == "public-vote":
            case.do("public-vote", "president", case.now, yes=9, no=1, blank=0)
        case.do("next", "president", case.now)
    if case.procedure.ballot.blanks == "president":
        case.do("blanks", "president", case.now, side="none")
    return case


@pytest.mark.parametrize("language", LANGUAGES)
def test_f47_law_then_both_sides_then_own_answers_then_figures_then_the_question(language):
    case = at_the_vote()
    say = catalogue("deliberation", language)
    case.do("consider", "president", case.now, **ABOUT)
    for seat in (1, 2):
        answer_for_oneself(case, "jury", seat, "met")
    before = sheet_of(case, 1, "E5", language)
    assert before.figures == (say("figures-later"),)
    assert before.own == (say("own-open", answered=2, voters=3),)
    with pytest.raises(CaseError, match="2 of 3 voters have answered"):
        case.do("figures", "president", case.now)
    case.do("figures", "president", case.now, written=1)
    sheet = sheet_of(case, 1, "E5", language)
    lines = sheet.lines(say)
    heads = [say(key) for key in ("law", "claimants", "respondent", "own", "figures", "question")]
    places = [lines.index(head) for head in heads]
    assert places == sorted(places) and lines[-1] == question_read(case, 1, "E5", language)
    element = case.law.entry("AIA-5-1-c").element("E5")
    assert words(element.text, language) in lines[1]
    assert words(element.gloss, language) in lines[2]  # a reading, apart from the text
    assert ("claimants", ("Words of claimants.",)) in sheet.arguments
    # In the order of the exhibits, whoever cited them and whatever they show; the range before the point.
    assert [line.split()[1].rstrip(",") for line in sheet.figures] == ["1", "2", "3"]
    for line in sheet.figures:
        assert line.index("assum" if language == "en" else "hypothèses") < line.index(
            "mean" if language == "en" else "moyenne")  # fmt: skip


def test_an_element_that_nobody_argued_says_so_and_one_without_figures_as_well():
    case = at_the_vote(argued=False)
    consider(case, case.now, 1, "E5")
    sheet = sheet_of(case, 1, "E5")
    assert [said for _, said in sheet.arguments] == [("Not argued.",)] * 2
    assert sheet.figures == ("No exhibit was cited on this element; it is answered without a figure.",)


def test_f42_no_question_before_everybody_has_answered_for_itself():
    case = at_the_vote()
    with pytest.raises(CaseError, match="first answers for itself"):
        case.do("put", "president", case.now, **ABOUT)
    with pytest.raises(CaseError, match="no element is before the court"):
        answer_for_oneself(case, "jury", 1, "met")
    case.do("consider", "president", case.now, **ABOUT)
    with pytest.raises(CaseError, match="answering for themselves"):
        case.do("put", "president", case.now, **ABOUT)
    with pytest.raises(CaseError, match="no question is open"):
        cast(case, "jury", 1, "met")
    with pytest.raises(CaseError, match="one element is before the court"):
        case.do("consider", "president", case.now, ground=1, element="E1")
    answer_for_oneself(case, "jury", 1, "met")
    with pytest.raises(CaseError, match="has voted"):
        answer_for_oneself(case, "jury", 1, "met")
    with pytest.raises(CaseError, match="answering for themselves"):
        case.do("next", "president", case.now)
    with pytest.raises(CaseError, match="no question is open"):
        case.do("close-vote", "president", case.now)
    case.do("figures", "president", case.now, written=2)
    case.do("put", "president", case.now, **ABOUT)
    with pytest.raises(CaseError, match="voters are answering"):
        case.do("consider", "president", case.now, **ABOUT)


def test_own_answers_are_burnt_and_counted_only_where_a_vote_would_be():
    case = at_the_vote(voters=6)
    case.do("consider", "president", case.now, **ABOUT)
    for seat in range(1, 7):
        answer_for_oneself(case, "jury", seat, CHOICES[seat % 3])
    case.do("figures", "president", case.now)
    body = case.minutes[len(case.minutes)].body
    assert body == {"answered": 6, "written": 0, "figures": {"met": 2, "not met": 2, "blank": 2}}
    assert case.box == Box()
    few = at_the_vote(voters=3)
    few.do("consider", "president", few.now, **ABOUT)
    for seat in (1, 2, 3):
        answer_for_oneself(few, "jury", seat, "met")
    few.do("figures", "president", few.now)
    assert few.minutes[len(few.minutes)].body == {"answered": 3, "written": 0}


def test_f43_a_small_or_unanimous_court_that_is_protected_says_reached_or_not_and_no_more():
    protected = (("assize", 3), ("administrative", 4), ("common-law", 12), ("common-law", 3))
    for procedure, voters in protected:
        bodies = []
        for choice in ("met", "not met"):
            case = at_the_vote(procedure, voters)
            consider(case, case.now, 1, "E5")
            case.do("put", "president", case.now, **ABOUT)
            for role in case.procedure.voters:
                for seat in range(1, case.seats.get(role.role, 0) + 1):
                    cast(case, role.role, seat, choice)
            case.do("close-vote", "president", case.now)
            bodies.append(case.minutes[len(case.minutes)].body)
        told = [(one["result"], one["reached"]) for one in bodies]
        assert told == [("met", True), ("not established", False)]
        assert all("figures" not in one for one in bodies)


def test_a_split_and_a_refusal_of_all_read_alike_where_voters_are_protected():
    told = []
    for choices in (("not met",) * 3, ("met", "not met", "not met"), ("blank", "met", "not met")):
        case = at_the_vote("common-law", 3)
        vote(case, case.now, 1, "E5", *choices)
        body = dict(case.minutes[len(case.minutes)].body)
        assert len(set(body.pop("commitments"))) == 3
        told.append(body)
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize(
    ("figures", "majority", "voters", "reached"),
    [("hidden", "simple", 1, False), ("hidden", "simple", 2, True), ("hidden", "simple", 4, True),
     ("hidden", "simple", 5, False), ("hidden", "unanimity", 12, True), ("shown", "simple", 3, False),
     ("shown", "unanimity", 3, False)],
)  # fmt: skip
def test_who_is_protected_is_said_by_the_procedure(figures, majority, voters, reached):
    ballot = Ballot(
        majority=majority, blanks="none", abstention=False, figures=figures, separate_opinions=False
    )
    assert ballot.says_only_reached(voters) is reached


def test_f44_the_president_says_aloud_whom_blanks_protect_before_anything_is_put():
    case = ready("class-55", voters=3)
    case.do("open", "president", 0)
    to_stage(case, "vote")
    consider(case, case.now, 1, "E5")
    with pytest.raises(CaseError, match="says aloud whom blanks"):
        case.do("put", "president", case.now, **ABOUT)
    case.do("blanks", "president", case.now, side="respondent")
    assert vote(case, case.now, 2, "1", "blank") == "not met"
    assert case.minutes[case.questions[-1].closed].body["blanks_for"] == "respondent"


def test_f45_the_vote_of_the_public_is_in_no_answer_of_the_court():
    case = at_the_vote(voters=3)
    assert case.public_vote == {"yes": 9, "no": 1, "blank": 0}
    assert vote(case, case.now, 1, "E5", "not met") == "not met"
    assert case.box == Box() and "yes" not in case.minutes[len(case.minutes)].body
