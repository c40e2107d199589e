"""Folders of experiments: a job is there whole or not at all, and what was damaged is told."""

import json
import os

import numpy as np
import pytest

from moot.errors import ExistsError, RunError
from moot.store.experiments import ExperimentFolder, InMemory, Kept, is_experiment, read_results, way_on

ABOUT = {"identity": "a" * 64, "plan": "p", "jobs_hash": "j", "what": "an experiment"}


def columns(arm, **measures):
    """Two rows of an arm."""
    keys = {"arm": [arm, arm], "level": ["all", "men"]}
    texts = {name: np.array(values, object) for name, values in keys.items()}
    return texts | {name: np.array(values, np.int64) for name, values in measures.items()}


KEPT = Kept(
    {
        "today": columns("today", people=[9, 4], acts=[5, 2**40]),
        "scheme": columns("scheme", people=[9, 4], acts=[4, 1], charges=[-3, 0]),
    },
    {"digests": {"today": "d"}, "seconds": 1.5},
)


@pytest.fixture
def folder(tmp_path):
    with ExperimentFolder.begin(tmp_path / "one", ABOUT) as made:
        made.told = []
        made.tell = made.told.append
        yield made


def same(parts, others):
    assert list(parts) == list(others)
    for arm, mine in parts.items():
        assert set(mine) == set(others[arm])
        for name, values in mine.items():
            assert values.tolist() == others[arm][name].tolist()


@pytest.mark.parametrize("where", ["memory", "folder"])
def test_what_is_kept_is_given_back(folder, where):
    """A measure that an arm has not is not there for it, and no zero in its place."""
    shelf = InMemory() if where == "memory" else folder
    assert shelf.get("job") is None
    shelf.put("job", KEPT)
    found = shelf.get("job")
    same(found.parts, KEPT.parts)
    assert found.about["digests"] == {"today": "d"}
    assert "charges" not in found.parts["today"]


def test_the_same_job_is_the_same_bytes(folder, tmp_path):
    with ExperimentFolder.begin(tmp_path / "two", ABOUT) as other:
        for one in (folder, other):
            one.put("job", KEPT)
    for name in ("job.json", "measures.parquet"):
        assert (folder.path / "jobs/job" / name).read_bytes() == (other.path / "jobs/job" / name).read_bytes()


def change(path):
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"seconds": 0}))


@pytest.mark.parametrize(
    ("file", "damage", "says"),
    [
        ("measures.parquet", lambda path: os.truncate(path, 40), "was changed after it was written"),
        ("measures.parquet", os.remove, "is missing"),
        ("job.json", change, "was changed after it was written"),
        ("job.json", os.remove, "cannot be read"),
        ("job.json", lambda path: path.write_text("{"), "cannot be read"),
    ],
)
def test_a_damaged_job_is_told_and_counts_as_not_done(folder, file, damage, says):
    folder.put("job", KEPT)
    damage(folder.path / "jobs" / "job" / file)
    assert folder.get("job") is None
    (told,) = folder.told
    assert says in told and told.endswith("this job is done again")
    folder.put("job", KEPT)
    same(folder.get("job").parts, KEPT.parts)


def test_a_job_of_another_experiment_is_not_taken(folder, tmp_path):
    with ExperimentFolder.begin(tmp_path / "other", ABOUT | {"identity": "b" * 64}) as other:
        other.put("job", KEPT)
    (folder.path / "jobs").mkdir()
    (other.path / "jobs" / "job").rename(folder.path / "jobs" / "job")
    assert folder.get("job") is None and "another experiment" in folder.told[0]


def test_what_a_killed_process_was_writing_goes(folder):
    folder.put("job", KEPT)
    folder.close()
    half = folder.path / "jobs" / ".job.1234.writing"
    half.mkdir()
    (folder.path / ".results.json.1234.writing").write_text("half")
    with ExperimentFolder.at(folder.path) as again:
        assert not half.exists() and not list(folder.path.glob(".*"))
        assert again.get("job") is not None


def test_one_process_at_a_time(folder):
    with pytest.raises(RunError, match="another process is at work"):
        ExperimentFolder.at(folder.path)


def test_the_same_experiment_is_gone_on_with_and_another_is_not_replaced(folder):
    folder.put("job", KEPT)
    folder.close()
    with ExperimentFolder.begin(folder.path, ABOUT) as again:
        assert again.get("job") is not None
    with pytest.raises(RunError, match="holds another experiment; choose another --out"):
        ExperimentFolder.begin(folder.path, ABOUT | {"identity": "b" * 64, "jobs_hash": "i"})
    with pytest.raises(RunError, match="begun by another version of Moot"):
        ExperimentFolder.begin(folder.path, ABOUT | {"identity": "b" * 64})
    with ExperimentFolder.begin(folder.path, ABOUT | {"identity": "b" * 64}, force=True) as anew:
        assert anew.get("job") is None


def test_the_same_jobs_told_otherwise_are_kept_and_the_plan_is_written_anew(folder):
    folder.put("job", KEPT)
    folder.close()
    with ExperimentFolder.begin(folder.path, ABOUT | {"plan": "q", "what": "more of it"}) as again:
        assert again.get("job") is not None and again.about["what"] == "more of it"
    with ExperimentFolder.at(folder.path) as again:
        assert (again.about["plan"], again.about["what"]) == ("q", "more of it")


def test_what_is_no_experiment_is_left_as_it_is(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ExistsError):
        ExperimentFolder.begin(tmp_path / "mine", ABOUT)
    with pytest.raises(RunError, match="is not an experiment's folder; it is left as it is"):
        ExperimentFolder.begin(tmp_path / "mine", ABOUT, force=True)
    with pytest.raises(RunError, match="there is no experiment at"):
        ExperimentFolder.at(tmp_path / "mine")
    assert not is_experiment(tmp_path / "mine") and (tmp_path / "mine" / "letter.txt").exists()


def test_results_are_there_when_they_are_whole(folder):
    with pytest.raises(RunError, match="is not finished; go on with it: moot resume"):
        read_results(folder.path)
    assert not folder.finished
    folder.finish({"plan": "q", "effects": []}, "a log\n")
    assert not folder.finished, "the results of another plan"
    folder.finish({"plan": "p", "effects": []}, "a log\n")
    assert folder.finished and read_results(folder.path)["effects"] == []
    (folder.path / "results.json").write_text("{}")
    assert not folder.finished
    with pytest.raises(RunError, match="says format None"):
        read_results(folder.path)


def test_a_full_disk_is_told(folder, monkeypatch):
    def full(*arguments):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        broken.setattr("moot.store.experiments.checksums", full)
        with pytest.raises(RunError, match=r"cannot write .*jobs/job: No space left on device"):
            folder.put("job", KEPT)
    assert folder.get("job") is None and list((folder.path / "jobs").iterdir()) == []


def test_the_way_on_can_be_pasted(tmp_path):
    assert way_on(tmp_path / "my own") == f"moot resume '{tmp_path}/my own'"
