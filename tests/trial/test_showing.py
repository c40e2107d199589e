"""Everyone to page n: one page is open for all, since a known second, and never of what is sealed or out."""

import pytest

from moot.cli.court_shared import state_of
from moot.documents import written
from moot.errors import CaseError
from moot.trial.court import open_case
from moot.trial.document import judgment_document
from moot.trial.offers import offers
from moot.trial.showing import page_now
from tests.trial.hearings import file, ready


@pytest.fixture
def case():
    made = ready()
    file(made, "claimants", "One", 1)
    file(made, "respondent", "Two", 2)
    made.do("open", "president", 0)
    return made


def test_f31_everyone_to_page_n_is_recorded_with_its_second_and_read_by_every_role(case, tmp_path):
    assert page_now(case) is None
    case.do("page", "president", 12, exhibit=2, page=3)
    told = {"exhibit": 2, "page": 3, "at": 12, "by": "president"}
    assert page_now(case).as_dict() == told == state_of(case, tmp_path)["page"]
    assert page_now(open_case(case.minutes)).as_dict() == told
    assert b"Everyone to exhibit 2, page 3" in written(judgment_document(case, "en"), "html")


def test_f31_whoever_has_the_floor_or_the_president_opens_it_and_nobody_else(case):
    turn = case.stage.turns[0].role
    other = "respondent" if turn != "respondent" else "claimants"
    for by in (turn, other):
        if by != "president":
            with pytest.raises(CaseError, match="whoever has the floor"):
                case.do("page", by, 0, exhibit=1)
    case.do("floor", "president", 1, role=turn)
    assert {"exhibit": 1, "page": 1} in [one.body for one in offers(case, 1) if one.kind == "page"]
    case.do("page", turn, 2, exhibit=1)
    assert page_now(case).page == 1
    with pytest.raises(CaseError, match="whoever has the floor"):
        case.do("page", other, 3, exhibit=2)


def test_f31_what_is_sealed_late_or_withdrawn_is_opened_for_nobody(case):
    case.do("page", "president", 1, exhibit=1)
    case.do("seal", "president", 2, exhibit=1, texts={"reason": "A trade secret."})
    assert page_now(case) is None
    with pytest.raises(CaseError, match="sealed"):
        case.do("page", "president", 3, exhibit=1)
    case.do("page", "president", 4, exhibit=2)
    case.do("withdraw", "respondent", 5, exhibit=2)
    assert page_now(case) is None
    with pytest.raises(CaseError, match="withdrawn"):
        case.do("page", "president", 6, exhibit=2)
    for body in ({"exhibit": 9}, {"exhibit": 2, "page": 0}, {"exhibit": 2, "page": True}, {}):
        with pytest.raises(CaseError):
            case.do("page", "president", 7, **body)
