"""A case on disk: one writer at a time, whole or not at all, and nothing left of what was wiped."""

import hashlib
import json
import sqlite3
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from moot.errors import CaseError, ExistsError
from moot.store.cases import DATABASE, CaseStore
from moot.trial.ballots import cast
from moot.trial.exports import text_of
from moot.trial.keeping import change, expiry, export_made, keep, kept_case, list_cases, problems, wipe
from moot.trial.ordering import problems_of_runs
from moot.trial.papers import runs_of
from moot.trial.ready import load_ready, ready_case
from tests.trial.hearings import consider, load, ready, to_stage

CANARY = "Canary Wren-Quokka"


@pytest.fixture
def folder(tmp_path):
    keep(ready(), tmp_path / "case")
    return tmp_path / "case"


def everything_in(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def fact(text="An employer read it."):
    return {"fact": text, "origin": "invented by the authors"}


def test_what_is_kept_is_what_was_made(folder):
    case, again = ready(), kept_case(folder)
    assert [one.kind for one in again.minutes] == [one.kind for one in case.minutes]
    assert again.text(again.question, "question") == case.text(case.question, "question")
    assert problems(folder, again.minutes.head) == []
    assert "no record has the hash" in problems(folder, "0" * 63 + "1")[0]


def test_a_folder_that_is_taken_is_left_alone(folder, tmp_path):
    with pytest.raises(ExistsError):
        keep(ready(), folder)
    with pytest.raises(CaseError, match="not the folder of a case"):
        kept_case(tmp_path)
    assert [path.name for path, _ in list_cases(tmp_path)] == ["case"]


def test_two_writers_at_once_lose_nothing(folder):
    before, done = len(kept_case(folder).minutes), []

    def write(number):
        change(
            folder,
            lambda case: case.do("fact", "claimants", 0, status="disputed", texts=fact(f"Fact {number}.")),
        )
        done.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case = kept_case(folder)
    assert len(done) == 4 and len(case.minutes) == before + 4 and problems(folder) == []


def test_a_step_that_is_refused_or_interrupted_leaves_the_case_as_it_was(folder):
    head = kept_case(folder).minutes.head

    def interrupted(case):
        case.do("fact", "claimants", 0, status="disputed", texts=fact())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change(folder, interrupted)
    with pytest.raises(CaseError):
        change(folder, lambda case: case.do("deliver", "president", 0))
    assert kept_case(folder).minutes.head == head


def test_a_fault_while_writing_leaves_the_case_as_it_was(folder, monkeypatch):
    head = kept_case(folder).minutes.head

    def full(*_):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr("moot.store.cases.Writing.box", full)
        with pytest.raises(CaseError, match="disk is full"):
            change(folder, lambda case: case.do("fact", "claimants", 0, status="disputed", texts=fact()))
    assert kept_case(folder).minutes.head == head


def test_a_change_of_a_record_or_a_text_in_the_file_is_told(folder):
    with sqlite3.connect(folder / DATABASE) as raw:
        raw.execute("UPDATE texts SET text = 'Is it necessary?' WHERE field = 'question'")
    raw.close()
    with pytest.raises(CaseError, match="`question` of record 2 is not the one that was written"):
        kept_case(folder)
    with sqlite3.connect(folder / DATABASE) as raw:
        raw.execute("UPDATE records SET at = 7 WHERE number = 3")
    raw.close()
    assert any("record 3 was changed" in said for said in problems(folder))


def test_a_damaged_file_is_told_in_a_sentence(folder):
    (folder / DATABASE).write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    with pytest.raises(CaseError, match="cannot be used"):
        kept_case(folder)


def test_a_database_of_a_later_version_is_left_alone(folder):
    with sqlite3.connect(folder / DATABASE) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")
    raw.close()
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(CaseError, match="99, of a later Moot"):
        kept_case(folder)
    with pytest.raises(CaseError, match="later Moot; nothing was changed"):
        change(folder, lambda case: None)
    assert (folder / DATABASE).read_bytes() == before


def test_f55_names_are_off_by_default_and_one_command_leaves_none(folder):
    assert "name" not in {one["field"] for one in CaseStore(folder).read().texts}
    change(folder, lambda case: case.do("seat", "clerk", 0, role="public", texts={"name": CANARY}))
    assert CANARY.encode() in everything_in(folder)
    export_made(folder, folder / "judgment.md", "f" * 64)
    done = wipe(folder, names_only=True)
    assert done.deleted == 1 and done.exports == (str((folder / "judgment.md").resolve()),)
    assert CANARY.encode() not in everything_in(folder)
    case = kept_case(folder)
    assert case.minutes.problems() == [] and case.text(case.question, "question") != "(erased)"
    change(folder, lambda case: case.do("fact", "claimants", 0, status="disputed", texts=fact()))


def test_wiping_everything_leaves_a_chain_that_verifies(folder):
    change(folder, lambda case: case.do("fact", "claimants", 0, status="disputed", texts=fact(CANARY)))
    wipe(folder)
    assert CANARY.encode() not in everything_in(folder)
    case = kept_case(folder)
    assert case.text(case.question, "question") == "(erased)" and problems(folder) == []


def test_f43_nothing_on_disk_joins_a_paper_to_a_seat(tmp_path):
    """The same votes cast in two orders leave the same rows in the same order, and none after the count."""
    rows = []
    for order in ((1, 2, 3), (3, 2, 1)):
        case = ready("class-55", voters=3)
        case.do("open", "president", 0)
        to_stage(case, "vote")
        folder = tmp_path / f"case-{order[0]}"
        keep(case, folder)
        change(folder, lambda case: case.do("blanks", "president", case.now, side="none"))
        change(folder, lambda case: consider(case, case.now, 1, "E1"))
        change(folder, lambda case: case.do("put", "president", case.now, ground=1, element="E1"))
        for seat in order:
            salt, choice = f"{seat}5a17" * 6, "met" if seat == 1 else "not met"
            change(folder, lambda case, s=seat, c=choice, x=salt: cast(case, "jury", s, c, salt=lambda: x))
        found = CaseStore(folder).read()
        rows.append((found.voted, found.papers))
        assert not {"role", "seat", "at"} & found.papers[0].keys()
        change(folder, lambda case: case.do("close-vote", "president", case.now))
        after = CaseStore(folder).read()
        assert after.voted == after.papers == ()
        assert b"15a17" * 2 not in everything_in(folder)  # the salt of seat 1: papers are burnt
    assert rows[0] == rows[1]


def test_a_wipe_keeps_what_is_shipped_and_announces_no_second_one(tmp_path):
    folder, today = tmp_path / "ready", date(2026, 11, 24)
    case = ready_case("rank-my-life-2028", "ready", procedure=load("class-55"))
    case.do("fact", "claimants", 0, status="disputed", texts=fact(CANARY))
    keep(case, folder, today=today)
    assert expiry(folder) == today + timedelta(days=30)
    assert wipe(folder).deleted == 2  # the fact and its origin that were typed
    kept = kept_case(folder, today=today)
    assert kept.text(kept.question, "question") == load_ready("rank-my-life-2028").question
    assert CANARY.encode() not in everything_in(folder) and problems(folder) == []
    assert expiry(folder) is None


def test_f55_what_people_wrote_in_the_file_of_an_experiment_is_wiped_as_well(tmp_path):
    """Its title is in requests, results and exhibits that the program wrote, and in the folder of the run."""
    folder = tmp_path / "ready"
    case = ready_case("rank-my-life-2028", "ready", procedure=load("three-voices"))
    content = {"format": "moot-request-1", "about": "{}", "experiment": "an-experiment", "title": CANARY}
    text = json.dumps(content)
    digest = hashlib.sha256(text.encode()).hexdigest()
    case.do("ask-run", "claimants", 0, texts={"content": text}, experiment="an-experiment", digest=digest)
    keep(case, folder)
    (folder / "runs" / "1").mkdir(parents=True)
    (folder / "runs" / "1" / "experiment.json").write_text(text)
    assert CANARY.encode() in everything_in(folder)
    assert wipe(folder, names_only=True).runs == 0 and CANARY.encode() in everything_in(folder)
    done = wipe(folder)
    assert (done.deleted, done.runs) == (1, 1) and CANARY.encode() not in everything_in(folder)
    kept = kept_case(folder)
    assert problems(folder) == [] and problems_of_runs(folder) == []
    assert runs_of(kept)[0]["title"] == "(erased)"
    shipped = [kept.text(one.record, "content") for one in kept.exhibits]
    assert len(shipped) == 6 and "(erased)" not in shipped
    assert CANARY not in text_of(kept)
