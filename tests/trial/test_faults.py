"""Kills, full disks, damaged pages, many writers: nothing accepted is lost, and what broke is told."""

import os
import random
import resource
import shutil
import signal
import sqlite3
from datetime import date, timedelta

import pytest

from moot.errors import CaseError, ExistsError
from moot.store import case_engines
from moot.store.cases import DATABASE, CaseStore, Writing
from moot.trial.keeping import (
    backup,
    change,
    expiry,
    keep,
    kept_case,
    list_cases,
    problems,
    wipe,
)
from tests.trial.hearings import ready

CANARY = "Canary Wren-Quokka"


@pytest.fixture
def folder(tmp_path):
    keep(ready(), tmp_path / "case")
    return tmp_path / "case"


def everything_in(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def add(folder, text="An employer read it.", **options):
    told = {"fact": text, "origin": "invented by the authors"}
    return change(
        folder, lambda case: case.do("fact", "claimants", 0, status="disputed", texts=told), **options
    )


def in_a_child(work):
    """Do `work` in a process of its own; how it ended: (exit status, signal)."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


KILLED_AT = ["append", "box", "after the commit", "in the middle of the texts"]


@pytest.mark.parametrize("where", KILLED_AT)
def test_f38_a_kill_in_the_middle_of_a_filing_loses_nothing_that_was_accepted(folder, where, monkeypatch):
    add(folder, "An accepted fact.")
    accepted = kept_case(folder).minutes.head

    def killed(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    def work():
        if where == "after the commit":
            monkeypatch.setattr(case_engines.Sqlite, "settle", killed)
        elif where == "in the middle of the texts":
            insert, seen = Writing._insert, []

            def one(self, table, row):
                insert(self, table, row)
                seen.append(table)
                if seen.count("texts") == 1:
                    killed()

            monkeypatch.setattr(Writing, "_insert", one)
        else:
            monkeypatch.setattr(Writing, where, killed)
        add(folder, CANARY)

    assert in_a_child(work) == -signal.SIGKILL
    case = kept_case(folder)
    assert problems(folder) == [] and accepted in {one.hash for one in case.minutes}
    # What was committed is there; what was not has left no trace in the tables.
    assert (case.minutes.head != accepted) == (where == "after the commit")
    add(folder, "Another fact.")
    assert problems(folder) == []
    if where != "after the commit":
        assert CANARY.encode() not in everything_in(folder)


def test_two_processes_write_at_once_and_both_are_in_the_chain(folder):
    before = len(kept_case(folder).minutes)

    def work(number):
        for one in range(3):
            add(folder, f"Fact {number}-{one}.")

    children = []
    for number in range(2):
        child = os.fork()
        if child == 0:
            try:
                work(number)
            except BaseException:
                os._exit(3)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children] == [0, 0]
    case = kept_case(folder)
    assert len(case.minutes) == before + 6 and problems(folder) == []
    told = [case.text(one.record, "fact") for one in case.facts[1:]]
    assert sorted(told) == [f"Fact {number}-{one}." for number in range(2) for one in range(3)]


def test_a_full_disk_loses_nothing_and_is_told(folder):
    """The limit of the system on the size of a file stands for the end of the disk."""
    add(folder, "An accepted fact.")
    head, size = kept_case(folder).minutes.head, (folder / DATABASE).stat().st_size

    def work():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            for number in range(50):
                add(folder, f"{number} " + "x" * 7000)
        except CaseError as error:
            os._exit(7 if "cannot be used" in str(error) else 8)

    assert in_a_child(work) == 7
    case = kept_case(folder)
    assert problems(folder) == [] and head in {one.hash for one in case.minutes}
    add(folder, "Another fact.")
    assert problems(folder) == []


def pages(path):
    with sqlite3.connect(path) as raw:
        size = raw.execute("PRAGMA page_size").fetchone()[0]
    raw.close()
    return size, path.stat().st_size // size


def test_f38_a_damaged_page_is_told_or_has_changed_nothing(folder, tmp_path):
    """Every page in turn is overwritten, or a few bytes of it: what is read was written, or is an error."""
    for number in range(12):
        add(folder, f"Fact {number}. " + "y" * 900)
    whole = [one.content() for one in kept_case(folder).minutes]
    texts = set(kept_case(folder).minutes.kept)
    size, count = pages(folder / DATABASE)
    chance, told, broken = random.Random(2028), 0, tmp_path / "broken"
    assert count > 6
    for page in range(count):
        for length in (size, 64, 3):
            shutil.rmtree(broken, ignore_errors=True)
            shutil.copytree(folder, broken)
            start = page * size + chance.randrange(size - length + 1)
            with open(broken / DATABASE, "r+b") as file:
                file.seek(start)
                file.write(chance.randbytes(length))
            found = problems(broken)
            told += bool(found)
            if not found:
                again = kept_case(broken).minutes
                assert [one.content() for one in again] == whole and set(again.kept) == texts
            else:
                with pytest.raises(CaseError):
                    kept_case(broken)
    assert told > count


def test_f38_a_broken_chain_says_how_far_it_is_whole(folder):
    for number in range(12):
        add(folder, f"Fact {number}. " + "y" * 900)
    case = kept_case(folder)
    raw = sqlite3.connect(folder / DATABASE)
    raw.execute("UPDATE records SET body = '{' WHERE number = 9")
    raw.commit()
    raw.close()
    first, second = problems(folder)
    assert "record 9 cannot be read" in first
    assert second.startswith("records 1 to 8 are whole and follow each other; record 9 cannot be read")
    assert second.endswith(case.minutes[8].hash)
    (folder / DATABASE).write_bytes(b"no database")
    assert problems(folder)[-1] == "no record can be read"


def test_f55_a_wiped_name_is_in_no_file_page_or_journal_and_copies_are_told(folder, tmp_path):
    change(folder, lambda case: case.do("seat", "clerk", 0, role="public", texts={"name": CANARY}))
    salts = [one["salt"] for one in CaseStore(folder).read().texts if one["field"] == "name"]
    backup(folder, tmp_path / "a-backup")
    assert CANARY.encode() in (tmp_path / "a-backup").read_bytes()
    done = wipe(folder)
    assert done.backups == (str((tmp_path / "a-backup").resolve()),) and done.exports == ()
    left = everything_in(folder)
    assert CANARY.encode() not in left and salts and all(one.encode() not in left for one in salts)
    assert problems(folder) == [] and kept_case(folder).text(2, "question") == "(erased)"
    assert sorted(path.name for path in folder.iterdir()) == [".lock", DATABASE]  # no journal beside it


def test_a_wipe_says_so_when_a_reader_keeps_the_journal(folder, monkeypatch):
    monkeypatch.setattr(case_engines, "WAIT_MS", 50)
    reader = sqlite3.connect(folder / DATABASE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM texts").fetchone()
    with pytest.raises(CaseError, match="somebody else has the case open"):
        wipe(folder)
    reader.execute("COMMIT")
    reader.close()
    wipe(folder)
    assert b"An employer read the score" not in everything_in(folder)


def test_a_backup_is_a_case_and_overwrites_nothing(folder, tmp_path):
    (tmp_path / "copy").mkdir()
    backup(folder, tmp_path / "copy" / DATABASE)
    assert kept_case(tmp_path / "copy").minutes.head == kept_case(folder).minutes.head
    with pytest.raises(ExistsError):
        backup(folder, tmp_path / "copy" / DATABASE)


MADE = date(2026, 11, 24)


def test_f55_a_case_of_a_lesson_expires_after_30_days(tmp_path):
    folder = tmp_path / "cases" / "lesson"
    keep(ready("class-55"), folder, today=MADE)
    assert expiry(folder) == MADE + timedelta(days=30)
    add(folder, CANARY, today=MADE + timedelta(days=29))
    assert kept_case(folder, today=MADE + timedelta(days=29)).facts[1].record
    assert CANARY.encode() in everything_in(folder)
    head = kept_case(folder, today=MADE).minutes.head
    with pytest.raises(CaseError, match="expired on 2026-12-24"):
        add(folder, "Too late.", today=MADE + timedelta(days=30))
    case = kept_case(folder, today=MADE + timedelta(days=31))
    assert case.minutes.head == head and case.text(case.question, "question") == "(erased)"
    assert CANARY.encode() not in everything_in(folder) and problems(folder) == []


def test_a_list_of_cases_erases_what_has_expired_and_another_procedure_keeps_its_own(tmp_path, monkeypatch):
    long_ago = date.today() - timedelta(days=400)
    keep(ready("class-55"), tmp_path / "lesson", today=long_ago)
    keep(ready("assize"), tmp_path / "assize", today=long_ago)
    cases = dict(list_cases(tmp_path))
    said = {path.name: case.text(case.question, "question") for path, case in cases.items()}
    assert said["lesson"] == "(erased)" and said["assize"].startswith("Is the scheme")
    assert expiry(tmp_path / "assize") is None
