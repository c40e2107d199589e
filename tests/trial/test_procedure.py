"""Six procedures are data; a file that would give a side more time or the wrong last word is refused."""

import pytest

from moot.declaring.files import data_folder
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError, UnknownNameError
from moot.trial.procedure import PARTIES, load_procedure, procedure_from, procedure_names, procedure_of
from tests.trial.hearings import whole

NAMES = ["administrative", "assize", "class-55", "common-law", "constitutional", "three-voices"]
TEXT = (data_folder() / "procedures" / "class-55.yaml").read_text("utf-8")


def test_six_are_shipped_each_with_its_source():
    assert procedure_names() == NAMES
    for name in NAMES:
        assert load_procedure(name).source and load_procedure(name).mark


@pytest.mark.parametrize("name", NAMES)
def test_f33_each_plays_from_opening_to_end(name):
    case = whole(name)
    assert case.phase == "closed" and case.delivered
    assert case.minutes.problems() == []


@pytest.mark.parametrize("name", NAMES)
def test_f35_the_sides_have_equal_time(name):
    procedure = load_procedure(name)
    assert len({procedure.minutes_of(side) for side in PARTIES}) == 1


def test_the_lesson_takes_55_minutes_and_three_questions():
    lesson = load_procedure("class-55")
    assert sum(stage.minutes for stage in lesson.stages) == 55
    assert [stage.most_questions for stage in lesson.stages if stage.kind == "vote"] == [3]


def test_a_case_keeps_the_procedure_it_was_opened_with():
    procedure = load_procedure("assize")
    assert procedure_of(procedure.resolved()).resolved() == procedure.resolved()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("role: respondent, minutes: 6", "role: respondent, minutes: 5", "unequal time"),
        ("last_word: respondent", "last_word: claimants", "the last turn before the vote"),
        ("kind: vote", "kind: open", "stages of kind vote"),
        ("role: jury, title", "role: clerk, title", "two roles"),
        ("seats: [1, 33]", "seats: [33, 1]", "LEAST <= MOST"),
        ("minutes: 9", "minutes: 8", "more than the 8 minutes"),
        ("role: third-voice, minutes", "role: third-voise, minutes", 'did you mean "third-voice"'),
        ("side: public", "side: public, votes: true", "only the bench votes"),
        ("majority: simple", "majority: simpel", "majority"),
    ],
)
def test_a_wrong_procedure_is_told_with_its_line(before, after, says):
    assert before in TEXT
    with pytest.raises(DeclarationError) as raised:
        procedure_from(source_of_text(TEXT.replace(before, after, 1), "mine.yaml"))
    assert says in str(raised.value) and "mine.yaml:" in str(raised.value)


def test_an_unknown_procedure_names_the_nearest():
    with pytest.raises(UnknownNameError, match="class-55"):
        load_procedure("class-5")
