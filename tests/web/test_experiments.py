"""Experiments of the pages: kept before they are answered, done one at a time, gone on with after a kill."""

import asyncio
import json
import os
import signal
import time

import pytest

from moot.store.experiments import is_experiment
from moot.web.experiments import Experiments
from moot.web.hub import Hub
from tests.web.browsers import Browser, served, settings_of

SMALL = {"scenario": "rank-my-life-2028", "people": 1_000, "days": 7, "replicates": 2}


def until(browser, name, *states, seconds=60):
    """Wait for an experiment to be in a state."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = browser.get(f"/api/experiments/{name}").json()
        if found["state"] in states:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_from_the_start_to_the_dossier_through_a_kill(tmp_path):
    """The job is killed with SIGKILL in the middle, and its server stopped: the next one ends it."""
    with served(tmp_path) as app:
        browser = Browser(app)
        answer = browser.post("/api/experiments", json=SMALL)
        assert answer.status_code == 201, answer.text
        name = answer.json()["experiment"]
        assert answer.json()["of"] == 2
        assert browser.get(f"/api/experiments/{name}/results").status_code == 409
        until(browser, name, "running")
        child = app.api.state.experiments._child[1]
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        found = until(browser, name, "failed", "done")
        with browser.live(f"/api/experiments/{name}/live") as socket:
            assert json.loads(socket.receive_text())["experiment"] == name
        if found["state"] == "failed":
            assert browser.post(f"/api/experiments/{name}/resume").json()["state"] == "waiting"
            until(browser, name, "running", "done")
    with served(tmp_path) as app:
        browser = Browser(app)
        until(browser, name, "done")
        found = browser.get(f"/api/experiments/{name}/results").json()
        assert found["synthetic"] is True and found["results"]["effects"]
        page = browser.get(f"/api/experiments/{name}/dossier", params={"lang": "fr"})
        assert (
            page.headers["content-security-policy"].endswith("sandbox") and "script-src" not in page.headers
        )
        assert "synthétiques" in page.text
        assert [one["experiment"] for one in browser.get("/api/experiments").json()] == [name]
        assert is_experiment(app.api.state.experiments.results(name))


def test_stopped_is_stopped(tmp_path):
    with served(tmp_path) as app:
        browser = Browser(app)
        name = browser.post("/api/experiments", json=SMALL | {"replicates": 50}).json()["experiment"]
        until(browser, name, "running")
        browser.post(f"/api/experiments/{name}/stop")
        until(browser, name, "stopped")
        assert browser.get(f"/api/experiments/{name}").json()["error"] == ""


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"scenario": "../x"},
        {"yaml": "experiment: x\ntitle: X\nscenarios: [../../../etc/passwd]\n"},
        {"yaml": "experiment: x\ntitle: X\nscenarios: [rank-my-life-2028]\nbad: 1\n"},
        {"scenario": "rank-my-life-2028", "file": "x"},
    ],
)
def test_what_is_wrong_leaves_nothing(tmp_path, asked):
    with served(tmp_path) as app:
        answer = Browser(app).post("/api/experiments", json=asked)
        assert answer.status_code in {404, 422}
        assert "root:" not in answer.text and str(tmp_path) not in answer.text
        assert os.listdir(tmp_path / "experiments") == []


@pytest.mark.parametrize("name", ["..", "x-1234567g", "x-12345678", "..%2fsecret"])
def test_no_path_is_made_of_a_name(tmp_path, name):
    with served(tmp_path) as app:
        browser = Browser(app)
        for path in (f"/api/experiments/{name}", f"/api/experiments/{name}/results"):
            assert browser.get(path).status_code in {404, 422, 200}
            assert "secret" not in browser.get(path).text


def test_guests_start_nothing(tmp_path):
    with served(tmp_path, room=True) as app:
        browser = Browser(app)
        for path in ("/api/experiments", "/api/experiments/x-12345678/stop", "/api/lab/x/case"):
            answer = browser.post(path, json=SMALL)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed"), path


def test_what_was_accepted_is_on_disk_and_a_folder_at_work_is_left_alone(tmp_path):
    async def begun():
        known = Experiments(settings_of(tmp_path), Hub(settings_of(tmp_path).limits))
        text = json.dumps({"experiment": "x", "title": "X", "scenarios": ["rank-my-life-2028"],
                           "people": 1000, "days": 7, "replicates": 1})  # fmt: skip
        return known, known.new("x", {"experiment.yaml": text})

    _, name = asyncio.run(begun())
    again = Experiments(settings_of(tmp_path), Hub(settings_of(tmp_path).limits))
    assert again.state(name)["state"] == "waiting"
    assert not again._busy(name)
