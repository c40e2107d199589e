"""Experiments that the pages start: jobs of the command line in the server's folder, one at a time.

::

    FOLDER/experiments/rank-my-life-2028-1a2b3c4d/
    ├── experiment.yaml    what is done, with scenario.yaml and regime.yaml beside it where it has its own
    ├── asked.json         whether it is to run, and how many jobs it has
    ├── log                what the job said
    └── results/           the folder of the experiment (see `moot.store.experiments`)

What was accepted is on disk before the answer leaves. A job is a process of its own: one that is killed, or
whose server is, goes on at the next start with what it had done.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from moot.errors import RunError
from moot.experiment.declaration import load_experiment
from moot.experiment.plan import plan_of
from moot.store.experiments import RESULTS, is_experiment
from moot.store.folder import locked, whole_folder
from moot.web.answers import Refused
from moot.web.hub import Hub
from moot.web.settings import Settings

__all__ = ["Experiments", "State"]

State = Literal["waiting", "running", "stopped", "failed", "done"]
LOOK_S = 0.5
"""Seconds between two looks at what was done."""
MOST = 200
"""Experiments of a server."""
LAST_LINES = 5
NAME = re.compile(r"[a-z0-9-]{1,60}-[0-9a-f]{8}")

log = logging.getLogger("moot.web")


class Experiments:
    """The experiments in a server's folder; `watch` runs until it is cancelled."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self.folder = settings.folder.resolve() / "experiments"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings, self._hub = settings, hub
        self._child: tuple[str, subprocess.Popen[bytes], float, int] | None = None
        self._told: dict[str, dict[str, Any]] = {}

    # What there is.

    def names(self) -> list[str]:
        """All experiments, the newest first."""
        found = [one for one in self.folder.iterdir() if NAME.fullmatch(one.name) and one.is_dir()]
        return [one.name for one in sorted(found, key=lambda one: one.stat().st_mtime, reverse=True)]

    def place(self, name: str) -> Path:
        """The folder of an experiment. Raises `Refused` (404); no other path is ever made of a name."""
        path = self.folder / name if NAME.fullmatch(name) else None
        if path is None or path.is_symlink() or not (path / "asked.json").is_file():
            raise Refused(404, "experiment", "there is no such experiment", "cette expérience n’existe pas")
        return path

    def results(self, name: str) -> Path:
        """The folder with its results. Raises `Refused` (409) where they are not there yet."""
        path = self.place(name) / "results"
        if not (path / RESULTS).is_file():
            raise Refused(
                409, "not_yet", "this experiment is not finished", "cette expérience n’est pas finie"
            )
        return path

    def asked(self, name: str) -> dict[str, Any]:
        """What is kept of an experiment beside its files."""
        content: dict[str, Any] = json.loads((self.place(name) / "asked.json").read_text("utf-8"))
        return content

    def state(self, name: str) -> dict[str, Any]:
        """How far an experiment is, with the time left where it can be told."""
        path, asked = self.place(name), self.asked(name)
        jobs = path / "results" / "jobs"
        done = sum(1 for one in jobs.iterdir() if not one.name.startswith(".")) if jobs.is_dir() else 0
        running = self._child is not None and self._child[0] == name
        if (path / "results" / RESULTS).is_file():
            state: State = "done"
        elif running:
            state = "running"
        elif asked["failed"]:
            state = "failed"
        else:
            state = "waiting" if asked["run"] else "stopped"
        left = None
        if running and self._child is not None:
            _, _, began, before = self._child
            if done > before:
                left = round((time.monotonic() - began) / (done - before) * (asked["jobs"] - done), 1)
        return {
            "type": "progress", "experiment": name, "title": asked["title"], "state": state,
            "done": min(done, asked["jobs"]), "of": asked["jobs"], "seconds_left": left,
            "case": asked["case"], "error": asked["failed"], "synthetic": True,
        }  # fmt: skip

    # What is asked.

    def new(self, name: str, files: dict[str, str], *, case: bool = False) -> str:
        """Accept an experiment: its files are read, checked and kept; the name under which it runs.

        `files` holds ``experiment.yaml`` and what it refers to. Raises `DeclarationError` with every mistake,
        `Refused` (429) where there are too many.
        """
        if len(self.names()) >= MOST:
            raise Refused(429, "experiments", f"at most {MOST} experiments", f"au plus {MOST} expériences")
        called = f"{name[:60]}-{secrets.token_hex(4)}"
        with whole_folder(self.folder / called) as folder:
            for file, text in files.items():
                (folder / file).write_text(text, "utf-8")
            declared = load_experiment(folder / "experiment.yaml")
            jobs = len(plan_of(declared).jobs)
            content = {"title": declared.title, "jobs": jobs, "run": True, "failed": "", "case": case}
            (folder / "asked.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return called

    def _keep(self, name: str, **changes: Any) -> None:
        from moot.store.folder import whole_file

        content = self.asked(name) | changes
        whole_file(self.place(name) / "asked.json", json.dumps(content, ensure_ascii=False).encode())

    def stop(self, name: str) -> dict[str, Any]:
        """Stop an experiment: the job that is under way is lost, those that are done are kept."""
        self._keep(name, run=False)
        if self._child is not None and self._child[0] == name:
            self._child[1].send_signal(signal.SIGTERM)
        return self.state(name)

    def resume(self, name: str) -> dict[str, Any]:
        """Go on with an experiment that was stopped or failed."""
        self._keep(name, run=True, failed="")
        return self.state(name)

    # Doing it.

    async def watch(self) -> None:
        """Start what waits, one after the other, and tell those who look how far it is."""
        while True:
            try:
                self._look()
            except OSError:
                log.exception("experiments cannot be looked at")
            await asyncio.sleep(LOOK_S)

    def _look(self) -> None:
        if self._child is not None and self._child[1].poll() is not None:
            self._ended(*self._child[:2])
        if self._child is None:
            for name in reversed(self.names()):
                if self.state(name)["state"] == "waiting" and not self._busy(name):
                    self._begin(name)
                    break
        for name in list(self._told):
            if not self._hub.room(f"experiment/{name}").observers:
                self._told.pop(name)
        for name in self._looked_at():
            now = self.state(name)
            if self._told.get(name) != now:
                self._told[name] = now
                self._hub.room(f"experiment/{name}").tell(now)

    def _looked_at(self) -> list[str]:
        return [name for name in self.names() if self._hub.room(f"experiment/{name}").observers]

    def _busy(self, name: str) -> bool:
        """Whether a process of a server that was killed is still at work in the folder."""
        place = self.place(name) / "results"
        if not is_experiment(place):
            return False
        try:
            os.close(locked(place))
        except RunError:
            return True
        return False

    def _begin(self, name: str) -> None:
        place = self.place(name)
        command = [sys.executable, "-m", "moot"]
        if is_experiment(place / "results"):
            command += ["resume", "results"]
        else:
            command += ["experiment", "experiment.yaml", "--out", "results"]
        if self._settings.threads is not None:
            command += ["--threads", str(self._settings.threads)]
        with (place / "log").open("ab") as said:
            child = subprocess.Popen(
                command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
                start_new_session=True,  # Ctrl-C in the server's terminal is told by the server
            )  # fmt: skip
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, 5)  # those who look at a laboratory go first
        self._child = name, child, time.monotonic(), int(self.state(name)["done"])

    def _ended(self, name: str, child: subprocess.Popen[bytes]) -> None:
        self._child = None
        if child.returncode and self.asked(name)["run"]:
            lines = (self.place(name) / "log").read_text("utf-8", "replace").strip().splitlines()
            said = " ".join(lines[-LAST_LINES:])[-500:] or f"ended with {child.returncode}"
            log.warning("experiment %s failed: %s", name, said)
            self._keep(name, failed=said)

    def close(self) -> None:
        """End the job that is under way; it goes on at the next start."""
        if self._child is None:
            return
        _, child, *_ = self._child
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()  # what it has done is on disk
            child.wait()
        self._child = None
