"""Cases in PostgreSQL, on a server that the test starts: the same chain, and nothing left of papers."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from moot.errors import CaseError, MissingExtraError
from moot.store import case_engines
from moot.store.case_engines import Postgres, postgres_url
from moot.store.cases import WHERE, CaseStore, is_case_folder
from moot.trial.ballots import cast
from moot.trial.keeping import backup, change, keep, kept_case, problems, wipe
from tests.trial.hearings import consider, ready, to_stage

CANARY = "Canary Wren-Quokka"


@pytest.mark.parametrize(
    ("url", "says"),
    [("mysql://a@b/c", "expected postgresql://"), ("nowhere", "expected postgresql://"),
     ("postgresql://a:secret@b/c", "holds a password")],
)  # fmt: skip
def test_a_url_of_something_else_or_with_a_password_is_refused(tmp_path, url, says):
    with pytest.raises(CaseError, match=says):
        keep(ready(), tmp_path / "case", url=url)
    assert not (tmp_path / "case").exists()


def test_without_a_driver_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"moot\[postgres\]"):
        keep(ready(), tmp_path / "case", url="postgresql://a@b/c")
    assert not (tmp_path / "case").exists()


def test_a_schema_is_never_spelt_by_a_reader():
    with pytest.raises(CaseError, match="no schema of a case"):
        Postgres("postgresql://a@b/c", "public; DROP TABLE records")
    assert postgres_url("postgres://a@b/c") == "postgresql+psycopg://a@b/c"


def programs():
    """The folder of the newest server that Debian's package has put there, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The URL of a server without a network, in a folder of its own."""
    pytest.importorskip("psycopg", reason="psycopg, of the extra postgres, is not installed")
    bin_ = programs()
    if bin_ is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: postgresql)")
    root = tmp_path_factory.mktemp("pg")
    as_user = []
    if os.geteuid() == 0:  # a server refuses to run as root
        if shutil.which("runuser") is None:
            pytest.skip("a server does not run as root, and there is no runuser")
        for path in (root, *root.parents):
            if path.stat().st_uid == 0 and str(path).startswith("/tmp/"):
                path.chmod(0o755)
        shutil.chown(root, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def done(*command):
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=root, timeout=60)

    data = root / "data"
    done(bin_ / "initdb", "-D", data, "-U", "moot", "--auth=trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={root} -c fsync=off"
    done(bin_ / "pg_ctl", "-D", data, "-w", "-o", options, "-l", root / "log", "start")
    yield f"postgresql://moot@/postgres?host={root}", root
    done(bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def folder(server, tmp_path):
    keep(ready("class-55", voters=3), tmp_path / "case", url=server[0])
    return tmp_path / "case"


def add(folder, text="An employer read it."):
    told = {"fact": text, "origin": "invented by the authors"}
    change(folder, lambda case: case.do("fact", "claimants", 0, status="disputed", texts=told))


def test_a_case_is_kept_changed_and_opened_again(folder, tmp_path):
    assert is_case_folder(folder) and [path.name for path in folder.iterdir()] == [WHERE]
    add(folder)
    case = kept_case(folder)
    assert len(case.facts) == 2 and problems(folder) == []
    with pytest.raises(CaseError):
        change(folder, lambda case: case.do("deliver", "president", 0))
    assert kept_case(folder).minutes.head == case.minutes.head
    with pytest.raises(CaseError, match="pg_dump"):
        backup(folder, tmp_path / "copy")


def test_writers_at_once_lose_nothing(folder):
    before, failed = len(kept_case(folder).minutes), []

    def work(number):
        try:
            for one in range(3):
                add(folder, f"Fact {number}-{one}.")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and len(kept_case(folder).minutes) == before + 9 and problems(folder) == []


def test_a_writer_who_breaks_off_leaves_the_case_as_it_was(folder):
    head = kept_case(folder).minutes.head

    def interrupted(case):
        case.do("seat", "president", 0, role="public")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change(folder, interrupted)
    assert kept_case(folder).minutes.head == head


def tables_in(root):
    """Everything that the server holds in tables, its log left out."""
    return b"".join(path.read_bytes() for path in (root / "data" / "base").rglob("*") if path.is_file())


def raw(folder, server):
    """The schema of a case, for a look from the outside."""
    store = CaseStore(folder)
    kind = store._kind()
    return kind, kind.engine()


def test_f43_papers_are_in_no_log_and_carry_no_order(folder, server):
    change(folder, lambda case: case.do("open", "president", 0))
    change(folder, lambda case: to_stage(case, "vote"))
    change(folder, lambda case: case.do("blanks", "president", case.now, side="none"))
    change(folder, lambda case: consider(case, case.now, 1, "E1"))
    change(folder, lambda case: case.do("put", "president", case.now, ground=1, element="E1"))
    for seat in (3, 1, 2):
        salt = f"{seat}5a17" * 6 + "0" * 2
        change(folder, lambda case, s=seat, x=salt: cast(case, "jury", s, "met", salt=lambda: x))
    kind, engine = raw(folder, server)
    with engine.connect() as connection:
        kinds = dict(connection.exec_driver_sql(
            "SELECT relname, relpersistence FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
            f"WHERE nspname = '{kind.schema}' AND relkind = 'r'").all())  # fmt: skip
        # Every paper and every seat was written by the last transaction: nothing tells which came first.
        for table in ("papers", "voted"):
            assert kinds[table] == "u"
            assert (
                connection.exec_driver_sql(f"SELECT count(DISTINCT xmin::text) FROM {table}").scalar_one()
                == 1
            )
        assert kinds["records"] == "p"
    engine.dispose()
    change(folder, lambda case: case.do("close-vote", "president", case.now))
    found = CaseStore(folder).read()
    assert found.voted == found.papers == ()


def test_f55_what_is_wiped_is_in_no_table_of_the_server(folder, server):
    add(folder, CANARY)
    kind, engine = raw(folder, server)

    def flushed():
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
        return tables_in(server[1])

    assert CANARY.encode() in flushed()
    assert wipe(folder).deleted > 3
    assert CANARY.encode() not in flushed()
    engine.dispose()
    assert problems(folder) == [] and kept_case(folder).text(2, "question") == "(erased)"
    assert case_engines.SCHEMA.match(kind.schema)


def test_a_server_that_is_gone_is_told_in_a_sentence(tmp_path):
    pytest.importorskip("psycopg", reason="psycopg, of the extra postgres, is not installed")
    with pytest.raises(CaseError, match="cannot be used"):
        keep(ready(), tmp_path / "case", url=f"postgresql://moot@/postgres?host={tmp_path}")
    assert not is_case_folder(tmp_path / "case")
