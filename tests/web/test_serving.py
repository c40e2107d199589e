"""The process: what it connects to (nothing), how it ends, and what a kill leaves."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress

import httpx
import pytest
from websockets.sync.client import connect

from moot.errors import RunError, UserError
from moot.web.client import Client, ServerError
from moot.web.experiments import Experiments
from moot.web.hub import Hub
from moot.web.serving import listening, serve
from tests.web.browsers import settings_of

# The command with a hook that writes down every name that is looked up and every address that is called.
WATCHED = """
import sys
def hook(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        print(f"called: {event} {args[1:]!r}" if event == "socket.connect" else f"called: {event} {args!r}",
              file=sys.stderr, flush=True)
sys.addaudithook(hook)
from moot.cli.main import main
main(sys.argv[1:])
"""
TELEMETRY = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://192.0.2.1:4318",
    "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
    "OTEL_TRACES_EXPORTER": "otlp",
}
"""What an environment may ask for, and does not get."""


@contextmanager
def started(folder, *more):
    """A server in a process of its own: (process, address, the file with what it says)."""
    said = folder.parent / f"{folder.name}.log"
    options = ["serve", "--folder", str(folder), "--port", "0", "--no-open", "--no-warm", "--threads", "1"]
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, *options, *more], stderr=log, env=os.environ | TELEMETRY
        )
    try:
        end = time.monotonic() + 60
        while not (found := re.search(r"at (http://\S+)", said.read_text())) and time.monotonic() < end:
            assert process.poll() is None, said.read_text()
            time.sleep(0.05)
        yield process, found[1], said
    finally:
        process.kill()
        process.wait()


def browser_of(address):
    client = httpx.Client(base_url=address, headers={"origin": address}, timeout=30)
    end = time.monotonic() + 30
    while True:
        try:
            client.headers["x-moot-csrf"] = client.get("/api/me").json()["csrf"]
            return client
        except httpx.TransportError:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_it_calls_nobody_and_ends_cleanly_while_somebody_looks(tmp_path):
    with started(tmp_path / "server") as (process, address, said), closing(browser_of(address)) as browser:
        with Client(address) as thin:
            found = thin.post("/api/lab", scenario="rank-my-life-2028", people=1000, days=7)
            lab = found["lab"]
            assert "A" in str(thin.when_ready(f"/api/lab/{lab}/tiers"))
            assert thin.get(f"/api/lab/{lab}/download/csv").startswith(b"date,arm")
            with pytest.raises(ServerError, match=r"schemes\.9") as refused:
                thin.post(f"/api/lab/{lab}/change", changes={"schemes.9.score.start": 1})
            assert refused.value.status == 422
        cookie = {"cookie": f"moot={browser.cookies['moot']}"}
        live = f"{address.replace('http', 'ws')}/api/lab/{lab}/live"
        with connect(live, origin=address, additional_headers=cookie, max_size=None) as socket:
            while json.loads(socket.recv(timeout=100))["type"] != "history":
                pass
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) in {0, -signal.SIGTERM}
            assert time.monotonic() - began < 20
        text = said.read_text()
        assert "Application shutdown complete" in text and "Traceback" not in text
        called = [line for line in text.splitlines() if line.startswith("called:")]
        outside = [line for line in called if not re.search(r"'(127\.0\.0\.1|localhost|::1)'", line)]
        assert outside == []


def test_a_kill_loses_nothing_that_was_accepted(tmp_path):
    folder = tmp_path / "server"
    try:
        _killed(folder)
    finally:
        _end_orphans(folder)


def _killed(folder):
    asked = {"scenario": "rank-my-life-2028", "people": 1000, "days": 7, "replicates": 40}
    with started(folder, "--room") as (process, address, said), closing(browser_of(address)) as browser:
        link = re.search(r"(/host/\S+)", said.read_text())[1]
        assert browser.post("/api/experiments", json=asked).status_code == 403
        assert browser.get(link).status_code == 303
        name = browser.post("/api/experiments", json=asked).json()["experiment"]
        end = time.monotonic() + 100
        while not browser.get(f"/api/experiments/{name}").json()["done"] and time.monotonic() < end:
            time.sleep(0.1)
        process.kill()
        process.wait()
        cookies = dict(browser.cookies)
    with started(folder, "--room") as (process, address, _), closing(browser_of(address)) as browser:
        browser.cookies.clear()
        browser.cookies.update(cookies)
        me = browser.get("/api/me").json()
        assert me["host"] is True
        browser.headers["x-moot-csrf"] = me["csrf"]
        found = browser.get(f"/api/experiments/{name}").json()
        assert found["of"] == 40 and found["done"] >= 1
        browser.post(f"/api/experiments/{name}/stop")
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    kept = Experiments(settings_of(folder), Hub(settings_of(folder).limits))
    assert kept.asked(name)["run"] is False and kept.state(name)["done"] >= found["done"]
    _end_orphans(folder)  # the job of the server that was killed had gone on by itself
    end = time.monotonic() + 60
    while kept._busy(name) and time.monotonic() < end:
        time.sleep(0.2)
    assert not kept._busy(name)


def _end_orphans(folder):
    """Tell jobs whose server was killed to end, as `kill` would."""
    place = str(folder.resolve() / "experiments")
    for one in os.listdir("/proc"):
        if one.isdigit():
            with suppress(OSError):
                if os.readlink(f"/proc/{one}/cwd").startswith(place):
                    os.kill(int(one), signal.SIGTERM)


def test_an_address_that_is_taken_and_a_folder_that_is_served_are_refused(tmp_path):
    with listening("127.0.0.1", 0) as taken, pytest.raises(UserError, match="choose another with --port"):
        listening("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(UserError, match="no such address"):
        listening("192.0.2.1.invalid", 0)
    from moot.store.folder import locked

    (tmp_path / "server").mkdir()
    held = locked(tmp_path / "server")
    try:
        with pytest.raises(RunError, match="another process"):
            serve(settings_of(tmp_path / "server", port=0), open_page=False, tell=print)
    finally:
        os.close(held)
