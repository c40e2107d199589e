"""F21: the court appoints an expert who runs the simulator; the parties question the report."""

import hashlib
import io
import json

import pypdf
import pytest

from moot.catalogue import LANGUAGES, catalogue
from moot.documents import as_lines, written
from moot.errors import CaseError
from moot.trial.bundle import bundle_document
from moot.trial.case import CONTENT
from moot.trial.court import open_case
from moot.trial.document import judgment_document
from moot.trial.expert_papers import expert_data
from moot.trial.expertise import unfinished
from moot.trial.exports import text_of
from moot.trial.kit import kit_document
from moot.trial.offers import offers
from moot.trial.papers import bordereau, runs_of
from moot.trial.procedure import load_procedure
from moot.trial.rehearsing import rehearsal_of, rehearse
from moot.trial.retrying import judgment_data, retry_of, tried_again
from moot.trial.wording import BANNER
from tests.trial.hearings import fresh, ready, shown, to_stage


def sealed(**content):
    text = json.dumps(content)
    return text, hashlib.sha256(text.encode()).hexdigest()


def ran(case, by="expert", experiment="an-experiment"):
    """A run that was asked for and made, with the least that its records hold."""
    text, digest = sealed(format="moot-request-1", about="{}", experiment=experiment, title="A run")
    case.do("ask-run", by, case.now, texts={CONTENT: text}, experiment=experiment, digest=digest)
    text, digest = sealed(format="moot-result-1", experiment=experiment, runs={"r1": {}}, lines=["a line"])
    number = len(case.asked)
    case.do("run-made", by, case.now, texts={CONTENT: text}, run=number, digest=digest)
    return number


def filed(case, by, run, number=1, experiment="an-experiment"):
    content = json.loads(shown(number)["content"]) | {"experiment": experiment}
    text, digest = sealed(**content)
    case.do("exhibit", by, case.now, digest=digest, run=run, texts={"title": "Shown", CONTENT: text})
    return len(case.exhibits)


def appointed(procedure="three-voices"):
    case = ready(procedure)
    case.do("appoint", "president", 3, texts={"mission": "Simulate half the sensors.", "name": "A Player"})
    return case


def reported():
    """A case in which the expert reported, both sides asked, and one of them observed."""
    case = appointed()
    case.do("expert-question", "claimants", 4, expertise=1, texts={"text": "Who bears the wrong charges?"})
    number = filed(case, "expert", ran(case))
    case.do("report", "expert", 5, expertise=1, exhibits=[number], texts={"text": "Charges fall by half."})
    case.do("expert-question", "respondent", 6, expertise=1, texts={"text": "And the errors?"})
    case.do(
        "expert-answer", "expert", 7, expertise=1, question=1, exhibits=[number], texts={"text": "Exhibit 1."}
    )
    case.do("expert-answer", "president", 7, expertise=1, question=2, texts={"text": "Outside the mission."})
    case.do("observations", "claimants", 8, expertise=1, texts={"text": "The range is wide."})
    return case


def test_f21_the_report_has_the_observations_of_the_parties_on_pages_of_their_own():
    case = reported()
    for language in LANGUAGES:
        say, told = catalogue("trial", language), catalogue("expert", language)
        for document in (judgment_document(case, language), bundle_document(case, language)):
            lines = as_lines(document)
            heading, named = told("observations", number=1), say("side-claimants")
            assert heading in lines
            assert told("observed", side=named[:1].upper() + named[1:], text="The range is wide.") in lines
            assert "Outside the mission." in "".join(lines) and "A Player" not in "".join(lines)
    reader = pypdf.PdfReader(io.BytesIO(written(bundle_document(case, "en"), "pdf")))
    pages = [page.extract_text() for page in reader.pages]
    (report,) = [n for n, words in enumerate(pages) if "Charges fall by half." in words]
    (page,) = [n for n, words in enumerate(pages) if "The range is wide." in words]
    assert page > report and "Expert 1: observations of the parties" in pages[page]
    assert "no observations yet" in pages[page]


def test_f21_what_the_expert_runs_is_told_to_both_sides_and_filed_for_the_court():
    case = reported()
    (run,) = runs_of(case)
    assert (run["side"], run["told"], run["exhibits"]) == ("expert", ["claimants", "respondent"], [1])
    assert [one.number for one in bordereau(case, "bench")] == [1]
    (told,) = expert_data(case)
    assert told["runs"] == [1] and told["exhibits"] == [1] and told["mission"] == "Simulate half the sensors."
    assert [one["set_aside"] for one in told["questions"]] == [False, True]
    assert judgment_data(case)["experts"] == [told] == expert_data(open_case(case.minutes))
    assert "Expert 1: observations of the parties" in text_of(case)


def test_f21_a_report_rests_on_a_run_of_the_expert():
    case = appointed()
    mine = filed(case, "claimants", ran(case, "claimants", "another"), 2, "another")
    for exhibits in ([], [mine]):
        with pytest.raises(CaseError, match="rests on an exhibit of a run that the expert made"):
            case.do("report", "expert", 5, expertise=1, exhibits=exhibits, texts={"text": "Done."})
    with pytest.raises(CaseError, match="is for expert"):
        case.do("report", "president", 5, expertise=1, exhibits=[mine], texts={"text": "Done."})


def test_f21_the_court_does_not_vote_before_the_expert_is_done_with():
    case = reported()
    case.do("open", "president", 10)
    before = next(n for n, stage in enumerate(case.procedure.stages) if stage.kind == "vote") - 1
    with pytest.raises(CaseError, match="respondent has not observed on the report of expert 1"):
        to_stage(case, "vote")
    assert case.stage_number == before and "respondent" in unfinished(case)
    assert any(one.kind == "observations" and one.by == "respondent" for one in offers(case, case.now))
    case.do("observations", "respondent", case.now, expertise=1, none=True)
    assert expert_data(case)[0]["observations"]["respondent"] is None and unfinished(case) == ""
    case.do("next", "president", case.now)
    assert case.stage.kind == "vote"
    with pytest.raises(CaseError, match="before the vote"):
        case.do("appoint", "president", case.now, texts={"mission": "Another."})


def test_f21_an_expert_who_does_not_report_is_relieved_with_a_reason():
    case = appointed()
    case.do("open", "president", 4)
    with pytest.raises(CaseError, match="has not reported"):
        to_stage(case, "vote")
    with pytest.raises(CaseError, match="one at a time"):
        case.do("appoint", "president", case.now, texts={"mission": "Another."})
    case.do("relieve", "president", case.now, expertise=1, texts={"reason": "No time is left."})
    assert case.seats["expert"] == 0 and unfinished(case) == ""
    with pytest.raises(CaseError, match="no expert is at work"):
        ran(case)
    case.do("next", "president", case.now)
    assert "No time is left." in text_of(case)


@pytest.mark.parametrize(("kind", "by", "body", "said"), [
    ("appoint", "claimants", {}, "is for president"),
    ("expert-question", "clerk", {"expertise": 1}, "for the sides and the court"),
    ("expert-question", "claimants", {"expertise": 2}, "no expert 2"),
    ("expert-answer", "claimants", {"expertise": 1, "question": 1}, "is for expert or president"),
    ("expert-answer", "expert", {"expertise": 1, "question": 1}, "is answered"),
    ("expert-answer", "expert", {"expertise": 1, "question": 9}, "no question to this expert 9"),
    ("expert-question", "claimants", {"expertise": 1}, "questions come before them"),
    ("observations", "claimants", {"expertise": 1}, "has observed on this report"),
    ("observations", "president", {"expertise": 1}, "claimants or the respondent"),
    ("observations", "respondent", {"expertise": 1, "none": True}, "or `none=yes`"),
    ("observations", "respondent", {"expertise": 1, "none": "words that would stay"}, "true or false"),
    ("relieve", "president", {"expertise": 1}, "has reported"),
    ("report", "expert", {"expertise": 1, "exhibits": [1]}, "a correction can be added"),
])  # fmt: skip
def test_what_the_procedure_does_not_allow_is_refused(kind, by, body, said):
    case = reported()
    head = case.minutes.head
    texts = {"mission" if kind == "appoint" else "reason" if kind == "relieve" else "text": "Words."}
    with pytest.raises(CaseError, match=said):
        case.do(kind, by, 9, texts=texts, **body)
    assert case.minutes.head == head


def test_no_machine_is_an_expert_and_a_rehearsal_or_a_retry_has_none():
    case = fresh()
    with pytest.raises(CaseError, match="machine is no expert"):
        case.do("seat", "president", 0, role="expert", machine=True)
    case = reported()
    made = rehearsal_of(case, "rehearsed", load_procedure("class-55"))
    rehearse(made)
    assert made.expertises == [] and "expert" not in made.machines and len(made.exhibits) == 1
    again = tried_again(json.loads(json.dumps(retry_of(case))), "again", load_procedure("assize"))
    assert again.expertises == [] and len(again.exhibits) == 1
    assert "Expert" not in [row for row in as_lines(kit_document(case, "en", people=12)) if row != BANNER]
