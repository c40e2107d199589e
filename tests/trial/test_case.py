"""Before the hearing: a question, a scheme by its hash, claimants with no name, facts with a status."""

import hashlib

import pytest

from moot.cli.declarations import BANNER as TYPED
from moot.errors import CaseError, UnknownNameError, UserError
from moot.regime.reading import load_regime
from moot.trial.court import changed_law, open_case, wording_of
from moot.trial.wording import BANNER, MOST, approving, not_neutral
from tests.trial.hearings import QUESTION, file, fresh, ready, shown, whole


def state(case):
    return {name: value for name, value in vars(case).items() if name != "law"}


def test_the_banner_is_that_of_every_other_text_field():
    assert BANNER == TYPED


def test_the_respondent_is_a_scheme_by_its_hash():
    case = fresh()
    assert case.respondent["hash"] == load_regime("rank-my-life-2028").content_hash
    assert case.respondent["name"] == "rank-my-life-2028"


def test_f02_a_case_without_a_question_cannot_be_opened_and_the_question_can_be_edited():
    with pytest.raises(UserError, match="question"):
        fresh(question="  ")
    case = ready()
    case.do("question", "president", 0, texts={"question": "Does the scheme respect private life?"})
    assert case.text(case.question, "question") == "Does the scheme respect private life?"
    case.do("open", "president", 0)
    with pytest.raises(CaseError, match="hearing has begun"):
        case.do("question", "president", 0, texts={"question": QUESTION})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Is the illegal scheme to be stopped?", '"illegal" names an answer'),
        ("Is the scheme necessary?", '"necessary" names an answer'),
        ("Le régime est-il nécessaire ?", '"nécessaire" names an answer'),
        ("Is the engineer guilty?", "judges a person"),
        ("Should we not stop it?", "leads to an answer"),
        ("The scheme is judged.", "is no question"),
        ("Is it private? Is it open?", "more than one question"),
    ],
)
def test_f03_wording_that_is_not_neutral_is_told(text, says):
    assert any(says in one for one in not_neutral(text, "the question", question=True))


def test_f03_neutral_wording_is_left_alone_and_titles_are_read_as_well():
    assert not_neutral(QUESTION, "the question", question=True) == []
    case = fresh(scenario_title="A dystopian scheme")
    (said,) = wording_of(case)
    assert said.startswith('the title of the scenario: "dystopian" names an answer')
    file(case, "claimants", "Obviously harmful losses")
    assert len([one for one in wording_of(case) if "exhibit 1" in one]) == 2


@pytest.mark.parametrize("name", ["Mr Martin", "Claimant", "Claimant 0", "SYN-123", "Claimant 1 Martin", 7])
def test_claimants_have_no_name(name):
    with pytest.raises(CaseError, match="Claimant 1"):
        fresh().do("claimant", "claimants", 0, claimant=name)


def test_claimants_are_numbered_or_lives_of_a_panel():
    case = fresh()
    for name in ("Claimant 1", "Claimant 12", "SYN-0012345"):
        case.do("claimant", "claimants", 0, claimant=name)
    assert case.claimants == ["Claimant 1", "Claimant 12", "SYN-0012345"]


def test_f06_facts_are_admitted_or_disputed_and_each_says_where_it_comes_from():
    case = fresh()
    told = {"fact": "An employer read it.", "origin": "invented by the authors"}
    with pytest.raises(CaseError, match="origin"):
        case.do("fact", "claimants", 0, status="disputed", texts={"fact": "An employer read it."})
    with pytest.raises(CaseError, match="president or clerk"):
        case.do("fact", "claimants", 0, status="admitted", texts=told)
    case.do("fact", "claimants", 0, status="disputed", texts=told)
    with pytest.raises(CaseError, match="other side"):
        case.do("admit", "claimants", 0, fact=1)
    case.do("admit", "respondent", 0, fact=1)
    assert case.facts[0].status == "admitted"


def test_f10_a_ground_needs_no_figure_and_context_is_no_ground():
    case = fresh()
    case.do("ground", "claimants", 0, entry="CH-1", texts={"claim": "More than a number."})
    assert case.minutes[len(case.minutes)].body["on_the_day"].startswith("applies")
    with pytest.raises(CaseError, match="context"):
        case.do("ground", "claimants", 0, entry="AIA-R31", texts={"claim": "Reasons."})
    with pytest.raises(UnknownNameError, match="CH-1"):
        case.do("ground", "claimants", 0, entry="CH-0", texts={"claim": "Nothing."})


def test_f26_a_withdrawn_exhibit_leaves_its_number():
    case = fresh()
    for number in (1, 2, 3):
        file(case, "claimants", f"Exhibit {number}", number)
    case.do("withdraw", "claimants", 0, exhibit=2)
    assert [one.status for one in case.exhibits] == ["admitted", "withdrawn", "admitted"]
    file(case, "respondent", "Another", 4)
    assert len(case.exhibits) == 4
    with pytest.raises(CaseError, match="withdrawn"):
        case.admitted([2])


def test_nothing_opens_without_a_ground_a_claimant_and_the_seats():
    case = fresh()
    with pytest.raises(CaseError, match="nothing is pleaded"):
        case.do("open", "president", 0)
    case.do("ground", "claimants", 0, entry="CH-1", texts={"claim": "More than a number."})
    with pytest.raises(CaseError, match="nobody claims"):
        case.do("open", "president", 0)
    case.do("claimant", "claimants", 0, claimant="Claimant 1")
    with pytest.raises(CaseError, match="President: 0 seated"):
        case.do("open", "president", 0)


@pytest.mark.parametrize(
    ("texts", "says"),
    [({"text": "x"}, "no text"), ({}, "needs a text"), ({"claim": "x" * (MOST + 1)}, "at most"),
     ({"claim": "bell \x07"}, "not text")],
)  # fmt: skip
def test_texts_are_checked_and_a_refused_step_changes_nothing(texts, says):
    case = fresh()
    before, count = case.minutes.head, len(case.grounds)
    with pytest.raises(UserError, match=says):
        case.do("ground", "claimants", 0, entry="CH-1", texts=texts)
    assert (case.minutes.head, len(case.grounds)) == (before, count)


def test_the_records_are_the_case():
    case = whole("three-voices")
    again = open_case(case.minutes)
    assert state(again) == state(case)
    assert changed_law(again) == []


def test_a_case_of_china_carries_its_law_by_invention():
    case = fresh(country="china-2018")
    assert "invented transposition" in case.law.says[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [("The scheme is safe.", 1), ("The scheme is approved.", 1), ("Le régime est conforme.", 1),
     ("The court does not say that the scheme is safe.", 0), ("The element is not met.", 0)],
)  # fmt: skip
def test_words_that_approve_are_found(text, found):
    assert len(approving(text)) == found


@pytest.mark.parametrize("body", [{"name": "Canary"}, {"claimant": "Claimant 1", "note": "Canary"}])
def test_what_can_never_be_erased_holds_no_words_of_anybody(body):
    case = fresh()
    with pytest.raises(CaseError, match="does not know"):
        case.do("claimant", "claimants", 0, **body)


@pytest.mark.parametrize(
    ("content", "says"),
    [("{}", "made from an experiment"), ("no json", "made from an experiment"), (None, "not have this hash"),
     (shown()["content"].replace('["regime.sensors"]', "[]"), "made from an experiment"),
     (shown()["content"].replace('"interval": {"low": 0}', '"interval": null'), "made from an experiment")],
)  # fmt: skip
def test_f16_nothing_else_is_filed_than_an_exhibit_of_its_hash(content, says):
    case = fresh()
    digest = hashlib.sha256((content or "").encode()).hexdigest()
    texts = {"title": "Losses", "content": content or shown()["content"]}
    with pytest.raises(CaseError, match=says):
        case.do("exhibit", "claimants", 0, digest=digest, texts=texts)
    with pytest.raises(CaseError, match="needs a text `content`"):
        case.do("exhibit", "claimants", 0, digest=digest, texts={"title": "Losses"})
    assert case.exhibits == []
