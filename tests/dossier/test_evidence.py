"""What was changed by hand is noticed and said; what is not finished says so on its first page."""

import json
from dataclasses import replace

import duckdb
import pytest

from moot.documents import as_lines
from moot.dossier import dossier
from moot.dossier.chapters import Dossier
from moot.dossier.evidence import read_evidence
from moot.dossier.making import document_of
from moot.dossier.wording import Say
from moot.errors import RunError
from moot.store.checkpoint import sealed


def job(folder):
    return next(one for one in sorted((folder / "jobs").iterdir()) if one.is_dir())


def test_a_folder_that_nobody_touched_is_read(plain):
    it = read_evidence(plain)
    assert it.done == it.jobs == 10 and it.results is not None and not it.varied


def test_a_number_edited_in_a_table_of_measures_is_noticed(copied):
    table = job(copied) / "measures.parquet"
    other = table.with_name("other.parquet")
    with duckdb.connect() as base:
        base.execute(
            f'COPY (SELECT * REPLACE ("act:protest:acts" + 1 AS "act:protest:acts") FROM \'{table}\') '
            f"TO '{other}' (FORMAT parquet)"
        )
    other.replace(table)
    with pytest.raises(RunError, match=r"was changed after it was written.*\n.*measures\.parquet") as refused:
        dossier(copied)
    assert refused.value.exit_code == 2 and "moot resume" in str(refused.value)


def test_a_number_edited_in_the_results_is_noticed(copied):
    path = copied / "results.json"
    content = json.loads(path.read_text())
    content["effects"][0]["difference"] += 1.0
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"results\.json was changed after it was written"):
        dossier(copied)


def test_results_that_are_not_those_of_the_jobs_are_noticed_though_they_are_sealed(copied):
    path = copied / "results.json"
    content = json.loads(path.read_text())
    del content["sha256"]
    content["effects"][0]["difference"] += 1.0
    path.write_text(sealed(content))
    with pytest.raises(RunError, match="are not what its jobs give"):
        dossier(copied)


def test_declarations_edited_by_hand_are_noticed(copied):
    path = copied / "experiment.json"
    path.write_text(path.read_text().replace('"people": 1000', '"people": 1001'))
    with pytest.raises(RunError, match=r"experiment\.json was changed"):
        dossier(copied)


def test_a_job_that_is_gone_under_results_is_noticed(copied):
    place = job(copied)
    (place / "job.json").unlink()
    with pytest.raises(RunError, match=r"job\.json cannot be read"):
        dossier(copied)
    (place / "measures.parquet").unlink()
    place.rmdir()
    with pytest.raises(RunError, match=r"is gone, and .* rests on it"):
        dossier(copied)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_unfinished_experiment_says_so_on_its_first_page_and_tells_no_number(copied, language):
    (copied / "results.json").unlink()
    place = job(copied)
    for file in place.iterdir():
        file.unlink()
    place.rmdir()
    it = read_evidence(copied)
    assert (it.done, it.jobs, it.results) == (9, 10, None)
    made = document_of(Dossier(Say(language), it, None))
    first = "\n".join(as_lines(made)[:12])
    assert ("is not finished: 9 of 10" in first) or ("n'est pas achevée\u00a0: 9 travaux sur 10" in first)
    assert not [one for one in as_lines(made) if "results.json#" in one]
    for format in ("html", "json"):
        assert dossier(copied, language=language, format=format)
    assert json.loads(dossier(copied, format="json"))["results"] is None


def test_jobs_that_were_left_out_stand_on_the_first_page(copied):
    it = read_evidence(copied)
    left = [{"job": "x", "words": "year, replicate 3", "error": "no room"}]
    content = it.results.as_dict() | {"left_out": left}
    it = replace(it, results=type(it.results)(content))
    first = "\n".join(as_lines(document_of(Dossier(Say("en"), it, None)))[:16])
    assert "not complete" in first and "Left out: year, replicate 3: no room" in first


def test_files_beside_are_checked_as_well(copied):
    (copied / "sheet.json").write_text("[1, 2]")
    with pytest.raises(RunError, match=r"sheet\.json holds list"):
        read_evidence(copied)
    (copied / "sheet.json").write_text("{")
    with pytest.raises(RunError, match=r"sheet\.json cannot be read"):
        read_evidence(copied)
    text = sealed({"format": "moot-sheet-1", "says": ["as it was"], "scenarios": []})
    (copied / "sheet.json").write_text(text)
    assert read_evidence(copied).beside["sheet.json"].content["says"] == ["as it was"]
    (copied / "sheet.json").write_text(text.replace("as it was", "other"))
    with pytest.raises(RunError, match=r"sheet\.json was changed"):
        read_evidence(copied)
    (copied / "sheet.json").write_text(json.dumps({"scenarios": [{"title": "x"}]}))
    with pytest.raises(RunError, match=r"sheet\.json is not as .* wrote it"):
        dossier(copied)


def test_no_experiment_is_said(tmp_path):
    with pytest.raises(RunError, match="there is no experiment at"):
        read_evidence(tmp_path)
