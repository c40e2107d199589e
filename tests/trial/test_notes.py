"""Private notes: read by the seat that wrote them, in no record and no export, gone with a wipe."""

import json
from datetime import date, timedelta

import pytest

from moot.documents import written
from moot.errors import CaseError, UnknownNameError, UserError
from moot.store.cases import CaseStore
from moot.trial.akoma import as_akoma_ntoso
from moot.trial.bundle import bundle_document
from moot.trial.document import judgment_document
from moot.trial.exports import text_of
from moot.trial.keeping import change, keep, kept_case, problems, wipe
from moot.trial.kit import kit_document
from moot.trial.notes import archive_of, note_down, notes_of, strike
from moot.trial.retrying import judgment_data, retry_of
from tests.trial.hearings import everything_in, fresh, ran, ready, to_stage

CANARY = "Canary Quokka-Heron"


@pytest.fixture
def folder(tmp_path):
    keep(ready(), tmp_path / "case")
    return tmp_path / "case"


def test_f32_a_note_is_read_by_its_seat_alone_and_is_in_no_record(folder):
    head = kept_case(folder).minutes.head
    note_down(folder, "claimants", f"Ask about {CANARY}.")
    note_down(folder, "claimants", "A second one.")
    note_down(folder, "respondent", "Say nothing of the memory.")
    assert [(one.number, one.text) for one in notes_of(folder, "claimants")] == [
        (1, f"Ask about {CANARY}."), (2, "A second one.")]  # fmt: skip
    assert [one.text for one in notes_of(folder, "respondent")] == ["Say nothing of the memory."]
    assert notes_of(folder, "president") == []
    assert kept_case(folder).minutes.head == head and problems(folder, head) == []


def test_f32_the_archive_of_the_other_side_and_every_export_have_none_of_it(tmp_path):
    case = ready()
    to_stage(case, "vote")
    keep(case, tmp_path / "case")
    note_down(tmp_path / "case", "claimants", CANARY)
    note_down(tmp_path / "case", "respondent", "Ours alone.")
    case = kept_case(tmp_path / "case")
    papers = [
        text_of(case),
        as_akoma_ntoso(case, "en").decode(),
        json.dumps(retry_of(case)),
        json.dumps(judgment_data(case, for_court=True)),
        archive_of(tmp_path / "case", "respondent"),
    ]
    for document in (judgment_document(case, "fr", for_court=True), bundle_document(case, "en"),
                     kit_document(case, "en", people=12)):  # fmt: skip
        papers.append(written(document, "html").decode())
    assert not [one for one in papers if CANARY in one]
    assert "Ours alone." in papers[4] and CANARY in archive_of(tmp_path / "case", "claimants")


def test_f32_seats_of_one_role_do_not_read_each_other(tmp_path):
    case = fresh("assize")
    role = max(case.procedure.roles, key=lambda one: one.seats[1]).role
    keep(case, tmp_path / "case")
    note_down(tmp_path / "case", role, "Of the first.", seat=1)
    note_down(tmp_path / "case", role, "Of the second.", seat=2)
    assert [one.text for one in notes_of(tmp_path / "case", role, seat=2)] == ["Of the second."]
    strike(tmp_path / "case", role, 1, seat=2)
    assert notes_of(tmp_path / "case", role, seat=2) == []
    assert [one.number for one in notes_of(tmp_path / "case", role, seat=1)] == [1]
    with pytest.raises(CaseError, match="no note 1"):
        strike(tmp_path / "case", role, 1, seat=2)


def test_f32_a_wipe_leaves_no_note_in_any_file(folder):
    note_down(folder, "claimants", CANARY)
    assert CANARY.encode() in everything_in(folder)
    wipe(folder, names_only=True)
    assert len(notes_of(folder, "claimants")) == 1
    wipe(folder)
    assert notes_of(folder, "claimants") == [] and CANARY.encode() not in everything_in(folder)
    assert problems(folder) == []


def test_a_note_that_was_struck_is_in_no_page_and_no_journal(folder):
    note_down(folder, "claimants", CANARY)
    strike(folder, "claimants", 1)
    assert CANARY.encode() not in everything_in(folder)


def test_notes_expire_with_their_case(tmp_path):
    today = date(2026, 11, 24)
    keep(ready("class-55"), tmp_path / "case", today=today)
    change(tmp_path / "case", lambda case: None, today=today)
    CaseStore(tmp_path / "case")
    with CaseStore(tmp_path / "case").writing() as tables:
        tables.note({"role": "claimants", "seat": 1, "number": 1, "at": 0, "text": CANARY})
    assert kept_case(tmp_path / "case", today=today)
    kept_case(tmp_path / "case", today=today + timedelta(days=31))
    assert CaseStore(tmp_path / "case").read().notes == ()
    assert CANARY.encode() not in everything_in(tmp_path / "case")


def test_what_is_no_seat_or_no_text_is_refused(folder):
    with pytest.raises(UnknownNameError):
        note_down(folder, "claimant", "A note.")
    with pytest.raises(CaseError, match="no seat 0"):
        note_down(folder, "claimants", "A note.", seat=0)
    with pytest.raises(CaseError, match="no seat 1000"):
        notes_of(folder, "claimants", seat=1000)
    with pytest.raises(UserError, match="empty"):
        note_down(folder, "claimants", "  ")


def test_the_command_writes_tells_and_archives_one_seat(folder, tmp_path, capsys):
    ran(["case", "notes", str(folder), "--by", "claimants", "--add", CANARY])
    ran(["case", "notes", str(folder), "--by", "respondent", "--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["notes"] == []
    ran(["case", "notes", str(folder), "--by", "claimants", "--out", str(tmp_path / "ours.md")])
    assert CANARY in (tmp_path / "ours.md").read_text()
    ran(["case", "wipe", str(folder)])
    assert "ours.md" in capsys.readouterr().out
