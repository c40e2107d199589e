"""A run folder says everything, and is read back as it was."""

import importlib.util
import json
import shutil

import duckdb
import numpy as np
import pytest

from moot.errors import MissingExtraError, RunError
from moot.findings.run import open_run
from moot.findings.saving import writable
from moot.store.parquet import Tables
from moot.store.runs import KEYS, delete_run, list_runs
from tests.findings.a_run import DAYS, PEOPLE, REGIME, folder, in_folder, in_memory, result


def test_a_folder_holds_four_files_and_the_checksums_of_three():
    manifest = json.loads((folder() / "run.json").read_text())
    assert {one.name for one in folder().iterdir()} == {
        "run.json",
        "measures.parquet",
        "lives.parquet",
        "log",
    }
    assert set(manifest["files"]) == {"measures.parquet", "lives.parquet", "log"}
    assert manifest["labels"]["synthetic"] is True
    assert manifest["scenario"]["hash"] == result().scenario.content_hash
    assert {"seed", "people", "days", "arms", "code", "versions", "digest", "digests", "seconds"} <= set(
        manifest
    )


def test_no_path_of_a_machine_is_in_a_folder():
    for name in ("run.json", "log"):
        text = (folder() / name).read_text()
        assert str(folder().parent) not in text
        assert "/home/" not in text and "/root/" not in text and "src/moot" not in text


def test_every_row_of_both_tables_is_marked_synthetic():
    for name in ("measures", "lives"):
        rows = duckdb.sql(f"SELECT COUNT(*), COUNT(*) FILTER (synthetic) FROM '{folder() / name}.parquet'")
        [(every, marked)] = rows.fetchall()
        assert every == marked > 0


def test_measures_have_the_grains_that_are_declared():
    run, regions = in_folder(), len(result().compiled.regions)
    daily = run.measures("people", arm=REGIME, period="day", attribute="all")
    assert len(daily["at"]) == DAYS * regions
    assert daily["people"].sum() == PEOPLE * DAYS
    levels = run.measures("people", arm=REGIME, period="day", region="all")
    assert len(levels["at"]) == DAYS * len(result().compiled.slots)
    crossed = run.measures("act:jaywalking:acts", arm=REGIME, period="month", attribute="sex")
    inside = crossed["region"] != "all"
    by_country = crossed["act:jaywalking:acts"][~inside].sum()
    assert (
        crossed["act:jaywalking:acts"][inside].sum()
        == by_country
        == run.totals(REGIME)["act:jaywalking:acts"]
    )


def test_totals_are_those_of_the_record():
    run, record = in_folder(), result().record
    for a, arm in enumerate(result().arms):
        totals = run.totals(arm)
        for column, name in result().compiled.columns.flow_names[a].items():
            assert totals[name] == record.region[a, :, :, column].sum(), name
        for column, name in result().compiled.columns.stock_names[a].items():
            assert totals[name] == record.s_region[a, -1, :, column].sum(), name


def test_a_measure_that_an_arm_does_not_have_is_empty_not_zero():
    found = in_folder().measures("tier:rank-B:people", arm="status-quo", period="day")
    assert np.ma.getmaskarray(found["tier:rank-B:people"]).all()
    assert "tier:rank-B:people" not in in_folder().totals("status-quo")


def test_sums_of_scores_are_there_by_day_and_region():
    found = in_folder().measures("scheme:rank:score-sum", arm=REGIME, period="day", attribute="all")
    assert found["scheme:rank:score-sum"].sum() == result().record.score[1, 1].sum()


def test_a_run_in_memory_and_in_a_folder_say_the_same():
    memory, stored = in_memory(), in_folder()
    assert memory.digest == stored.digest == result().digest
    assert memory.totals(REGIME) == stored.totals(REGIME)
    assert memory.lives == stored.lives
    assert memory.scenario.content_hash == stored.scenario.content_hash


def test_sums_by_level_count_everybody_once_in_each_attribute():
    found = in_folder().sums(["act:jaywalking:acts"], REGIME, "level")
    for attribute in set(found["attribute"]):
        mine = found["attribute"] == attribute
        assert found["people"][mine].sum() == PEOPLE
        assert found["value"][mine].sum() == in_folder().totals(REGIME)["act:jaywalking:acts"]


def test_a_name_that_is_not_a_measure_gets_the_nearest_one():
    with pytest.raises(RunError, match='did you mean "act:jaywalking:acts"'):
        in_folder().measures("act:jaywalking:act")
    with pytest.raises(RunError, match="no arm 'rank'"):
        in_folder().totals("rank")


@pytest.mark.parametrize("name", ["measures.parquet", "lives.parquet", "log"])
def test_a_changed_file_is_named(tmp_path, name):
    copy = shutil.copytree(folder(), tmp_path / "copy")
    with (copy / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(RunError, match="was changed after it was written"):
        open_run(copy)


def test_changed_declarations_are_refused(tmp_path):
    copy = shutil.copytree(folder(), tmp_path / "copy")
    manifest = json.loads((copy / "run.json").read_text())
    manifest["scenario"]["resolved"]["title"] = "Another"
    (copy / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="hash"):
        _ = open_run(copy).scenario


def test_what_is_no_run_is_said_to_be_none(tmp_path):
    with pytest.raises(RunError, match="there is no run at"):
        open_run(tmp_path / "nothing")
    with pytest.raises(RunError, match="not a run folder"):
        open_run(tmp_path)
    (tmp_path / "run.json").write_text('{"format": "moot-run-0"}')
    with pytest.raises(RunError, match="moot-run-0"):
        open_run(tmp_path)


def test_runs_are_listed_and_deleted_and_nothing_else_is(tmp_path):
    copy = shutil.copytree(folder(), tmp_path / "runs" / "one")
    (tmp_path / "runs" / "notes").mkdir()
    assert list_runs(tmp_path / "runs") == [copy]
    with pytest.raises(RunError, match="not a run folder"):
        delete_run(tmp_path / "runs" / "notes")
    (copy / "letter.txt").write_text("mine")
    with pytest.raises(RunError, match=r"letter\.txt"):
        delete_run(copy)
    (copy / "letter.txt").unlink()
    (copy / "report.html").write_text("a page")
    delete_run(copy)
    assert not copy.exists()


@pytest.mark.parametrize(
    ("package", "method"),
    [("pandas", "to_pandas"), ("polars", "to_polars"), ("pyarrow", "to_arrow"), ("xarray", "to_xarray")],
)
def test_an_export_works_or_says_what_to_install(package, method):
    if importlib.util.find_spec(package) is None:
        with pytest.raises(MissingExtraError, match=r"moot\[analysis\]"):
            getattr(in_folder(), method)()
    else:
        assert getattr(in_folder(), method)() is not None


def test_the_keys_come_first():
    assert tuple(in_folder().measures("people", arm=REGIME, period="month"))[: len(KEYS)] == KEYS


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"format": "moot-run-1"}', '{"format": "moot-run-1", "files": [1]}']
)
def test_a_manifest_that_moot_did_not_write_is_no_run(tmp_path, text):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(text)
    with pytest.raises(RunError, match=r"cannot be read|not as Moot wrote it"):
        open_run(tmp_path / "run")
    assert list_runs(tmp_path) == []


def test_a_table_that_is_cut_off_is_no_fault_of_moot(tmp_path):
    (tmp_path / "measures.parquet").write_bytes(b"PAR1 and no end")
    with pytest.raises(RunError, match="cannot be read"):
        Tables().view("measures", tmp_path / "measures.parquet")


def test_an_interrupted_query_is_an_interrupt(monkeypatch):
    class Interrupted:
        def execute(self, *_):
            raise RuntimeError("Query interrupted")

    tables = Tables()
    monkeypatch.setattr(tables, "_connection", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        tables.ask("SELECT 1")


def test_a_place_below_a_file_is_refused_before_the_work(tmp_path):
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(RunError, match="cannot write"):
        writable(tmp_path / "letter" / "run", 1000, 0)
