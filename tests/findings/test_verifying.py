"""A run can be simulated again from its folder alone."""

import json
import shutil

import pytest

from moot.findings.saving import code_hash
from moot.findings.verifying import verify_run
from tests.findings.a_run import folder, result


def test_a_run_verifies_from_its_folder_alone():
    said = verify_run(folder(), threads=1)
    assert said.same and said.found == result().digests and said.reasons == ()


@pytest.fixture
def changed(tmp_path):
    copy = shutil.copytree(folder(), tmp_path / "copy")
    manifest = json.loads((copy / "run.json").read_text())
    arm = manifest["arms"][-1]
    manifest["digests"][arm] = "0" * 64
    return copy, manifest


def test_another_code_version_is_named_as_the_reason(changed):
    copy, manifest = changed
    manifest["code"] = "f" * 64
    (copy / "run.json").write_text(json.dumps(manifest))
    said = verify_run(copy, threads=1)
    assert not said.same and "other code version" in said.reasons[0]


def test_a_run_json_changed_by_hand_is_named_as_the_reason(changed):
    copy, manifest = changed
    (copy / "run.json").write_text(json.dumps(manifest))
    said = verify_run(copy, threads=1)
    assert not said.same and "does not agree with the log beside it" in said.reasons[0]
    assert "please report it" not in "\n".join(said.lines())


def test_a_difference_without_a_reason_is_to_be_reported(monkeypatch):
    monkeypatch.setattr("moot.findings.verifying.scenario_of", lambda _: result().scenario.replace(days=3))
    said = verify_run(folder(), threads=1)
    assert not said.same and "please report it" in said.reasons[0]


def test_the_last_line_is_a_sentence_with_the_digest():
    last = verify_run(folder(), threads=1).lines()[-1]
    assert last == f"The run was simulated again and is the same; its digest is {result().digest}."


def test_a_changed_file_makes_a_run_different(tmp_path):
    copy = shutil.copytree(folder(), tmp_path / "copy")
    (copy / "log").write_text("nothing")
    said = verify_run(copy, threads=1)
    assert not said.same and said.files[0].startswith("log was changed")


def test_the_code_hash_is_of_the_model_alone():
    assert len(code_hash()) == 64 and code_hash() == code_hash()
