"""The database of a case is brought to this version by alembic: whole, or as it was."""

import sqlite3
import subprocess
import sys

import pytest
from alembic import op

from moot.errors import CaseError
from moot.store.case_versions import newest
from moot.store.cases import DATABASE, CaseStore
from moot.trial.keeping import change, expiry, keep, kept_case, problems, wipe
from tests.trial.hearings import ready

FIRST = "DROP TABLE notes; DROP TABLE invitations; DROP TABLE dates; ALTER TABLE exports DROP COLUMN kind;"
OLD = {
    1: FIRST + "DROP TABLE alembic_version; PRAGMA user_version = 1;",
    2: "DROP TABLE notes; DROP TABLE invitations; DROP TABLE alembic_version; PRAGMA user_version = 2;",
    3: "DROP TABLE alembic_version; PRAGMA user_version = 3;",
}


@pytest.fixture
def folder(tmp_path):
    keep(ready(), tmp_path / "case")
    return tmp_path / "case"


def made_old(folder, number):
    raw = sqlite3.connect(folder / DATABASE)
    raw.executescript(OLD[number])
    raw.close()


def schema(folder):
    raw = sqlite3.connect(folder / DATABASE)
    found = {name: {tuple(one[1:4]) for one in raw.execute(f"PRAGMA table_info({name})")}
             for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}  # fmt: skip
    raw.close()
    return found


def revision(folder):
    raw = sqlite3.connect(folder / DATABASE)
    (found,) = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    raw.close()
    return int(found)


def test_a_new_case_has_the_newest_revision(folder):
    assert revision(folder) == newest() == 3


@pytest.mark.parametrize("number", OLD)
def test_a_case_from_before_alembic_is_taken_over_with_its_records(folder, number):
    head, whole = kept_case(folder).minutes.head, schema(folder)
    made_old(folder, number)
    assert kept_case(folder).minutes.head == head and problems(folder, head) == []
    assert number > 1 or expiry(folder) is None  # the day on which it was made was not written down then
    change(folder, lambda case: None)
    assert revision(folder) == newest() and schema(folder) == whole
    wipe(folder)
    assert problems(folder) == []


def test_a_migration_that_fails_in_the_middle_loses_nothing_and_is_done_again(folder, monkeypatch):
    head = kept_case(folder).minutes.head
    made_old(folder, 1)
    before, right = schema(folder), op.create_table

    def failing(name, *columns, **more):
        if name == "invitations":
            raise sqlite3.OperationalError("database or disk is full")
        return right(name, *columns, **more)

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(CaseError, match="disk is full"):
        kept_case(folder)
    assert schema(folder) == before
    monkeypatch.undo()
    assert kept_case(folder).minutes.head == head and revision(folder) == newest()


def test_a_version_that_is_none_is_told(folder):
    for text in ("DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('a1b2')",
                 "INSERT INTO alembic_version VALUES ('0002')"):  # fmt: skip
        raw = sqlite3.connect(folder / DATABASE)
        raw.executescript(text)
        raw.close()
        with pytest.raises(CaseError, match="expected the number of one version"):
            CaseStore(folder).read()


def test_a_case_that_is_as_it_should_be_is_opened_without_alembic(folder):
    code = (
        "import sys; from moot.trial.keeping import change, kept_case; kept_case(sys.argv[1]);"
        "change(sys.argv[1], lambda case: None); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, timeout=60)
