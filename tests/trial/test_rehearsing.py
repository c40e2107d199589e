"""A rehearsal: machines in every seat, from the opening to the end, with blank ballots and no judgment."""

import time

import pytest

from moot.catalogue import LANGUAGES
from moot.errors import CaseError
from moot.trial.ballots import cast
from moot.trial.exports import FORMATS, text_of
from moot.trial.keeping import keep, kept_case
from moot.trial.procedure import procedure_names
from moot.trial.rehearsing import played, rehearsal_of, rehearse
from moot.trial.wording import FICTION, REHEARSAL
from tests.trial.hearings import load, ready
from tests.trial.test_robots import filed, pleaded

CASE = pleaded()
EVERY = [(name, language) for name in procedure_names() for language in LANGUAGES]


def rehearsed(name="three-voices", language="en"):
    case = rehearsal_of(CASE, "a-rehearsal", load(name))
    rehearse(case, language)
    return case


@pytest.mark.parametrize(("name", "language"), EVERY, ids=[f"{name}-{language}" for name, language in EVERY])
def test_f33_each_is_rehearsed_by_machines_from_opening_to_end(name, language):
    begun = time.monotonic()
    case = rehearsed(name, language)
    assert time.monotonic() - begun < 60
    assert case.phase == "closed" and not case.delivered and case.minutes.problems() == []
    assert set(case.machines) == {role for role, people in case.seats.items() if people}
    assert {one.body["stage"] for one in case.minutes if one.kind == "note"} == {
        one.stage for one in case.procedure.stages}  # fmt: skip
    assert case.now == sum(one.minutes for one in case.procedure.stages) * 60
    lines = played(case, language)
    prefix = "Machine:" if language == "en" else "Machine\u00a0:"
    assert all(prefix in line for line in lines[1:] if not line.startswith("["))
    spoken = {
        side: [one for n in case.speeches if case.minutes[n].by == side for one in lines_of(case, n)]
        for side in ("claimants", "respondent")
    }
    pleas = {side: [line for line in said if "element" in line or "élément" in line]
             for side, said in spoken.items()}  # fmt: skip
    assert len(pleas["claimants"]) == len(pleas["respondent"]) >= 8
    minutes = {side: case.procedure.minutes_of(side) for side in spoken}
    assert minutes["claimants"] == minutes["respondent"]


def lines_of(case, number):
    return case.text(number, "text").split("\n")


def test_every_ballot_is_blank_and_no_answer_comes_out():
    for name in procedure_names():
        case = rehearsed(name)
        assert case.questions and {one.result for one in case.questions} == {"not established"}
        for one in case.questions:
            body = case.minutes[one.closed].body
            assert body.get("figures", {"blank": 1})["blank"] >= 1
    case = rehearsal_of(CASE, "a-rehearsal")
    for role, people in (("president", 1), ("claimants", 1), ("respondent", 1), ("third-voice", 1)):
        case.do("seat", "president", 0, role=role, people=people, machine=True)
    case.do("open", "president", 0)
    case.stage_number = [one.kind for one in case.procedure.stages].index("vote")
    case.procedure = case.procedure.model_copy(
        update={"ballot": case.procedure.ballot.model_copy(update={"provisional": False})}
    )
    case.do("blanks", "president", 0, side="none")
    case.do("put", "president", 0, ground=2, element="1")
    with pytest.raises(CaseError, match="ballots of a rehearsal are blank"):
        cast(case, "president", 1, "met")


def test_no_judgment_is_written_or_exported_and_every_page_says_rehearsal():
    case = rehearsed("assize")
    for form in FORMATS:
        text = text_of(case, form)
        assert "Operative part" not in text and "No judgment was delivered" in text
        assert text.count(REHEARSAL) >= text.count(FICTION) >= 6
    case = rehearsal_of(CASE, "a-rehearsal")
    for kind, body in (("deliver", {}), ("reason", {"ground": 1, "element": "E5"}),
                       ("operative", {"ground": 1, "outcome": "upheld"}), ("opinion", {})):  # fmt: skip
        again = rehearsed_to_the_vote()
        texts = {} if kind == "deliver" else {"text": "x"}
        with pytest.raises(CaseError, match="without a judgment"):
            again.do(kind, "president", again.now, texts=texts, **body)


def rehearsed_to_the_vote():
    case = rehearsal_of(CASE, "a-rehearsal")
    for role in ("president", "claimants", "respondent", "third-voice"):
        case.do("seat", "president", 0, role=role, machine=True)
    case.do("open", "president", 0)
    case.stage_number = [one.kind for one in case.procedure.stages].index("vote")
    return case


def test_a_case_of_people_is_not_played_by_machines():
    with pytest.raises(CaseError, match="no rehearsal"):
        rehearse(ready())
    case = rehearsed()
    with pytest.raises(CaseError, match="has begun"):
        rehearse(case)


def test_what_was_prepared_is_taken_over_and_the_case_is_left_alone():
    case = filed(ready())
    case.do("admit", "respondent", 0, fact=1)
    case.do("withdraw", "claimants", 0, exhibit=2)
    case.do("seal", "president", 0, exhibit=3, texts={"reason": "A secret of the firm."})
    before = case.minutes.head
    again = rehearsal_of(case, "again", load("administrative"))
    assert case.minutes.head == before and again.rehearsal and not case.rehearsal
    assert [one.entry for one in again.grounds] == [one.entry for one in case.grounds]
    assert [one.status for one in again.facts] == ["admitted"]
    assert [one.digest for one in again.exhibits] == [
        one.digest for one in case.exhibits if one.status == "admitted"]  # fmt: skip
    assert [one.sealed for one in again.exhibits] == [False, True, False, False]
    case.minutes.erase(lambda record, name: name == "claim")
    with pytest.raises(CaseError, match="erased"):
        rehearsal_of(case, "again")


def test_a_rehearsal_is_kept_and_opened_as_what_it_is(tmp_path):
    case = rehearsed("class-55", "fr")
    keep(case, tmp_path / "rehearsal")
    again = kept_case(tmp_path / "rehearsal")
    assert again.rehearsal and again.machines == case.machines and again.minutes.head == case.minutes.head
