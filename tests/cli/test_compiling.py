"""A second process helps to compile, where there is a processor for it, and never outlives the first."""

import os
import subprocess
import sys

import pytest

from moot.cli import compiling, running
from moot.draws import compiled


@pytest.fixture
def started(monkeypatch):
    """The commands that were started, with a process that waits in the place of each."""
    commands, processes, begin = [], [], subprocess.Popen

    def popen(command, **named):
        commands.append(command)
        processes.append(begin([sys.executable, "-c", "import time; time.sleep(60)"], **named))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(compiling.atexit, "register", lambda end, process: commands.append((end, process)))
    yield commands
    for process in processes:
        process.kill()
        process.wait()


def test_it_simulates_a_society_in_which_nobody_acts():
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-m", "moot.cli.compiling"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_is_started_once_and_ended_with_the_run(started, monkeypatch):
    monkeypatch.setattr(compiling, "_processors", lambda: {0, 1})
    monkeypatch.setattr(compiled, "warm", lambda: False)
    running.say_compiling()
    command, (end, process) = started
    assert command == [sys.executable, "-m", "moot.cli.compiling"]
    assert process.poll() is None
    end(process)
    assert process.poll() is not None
    end(process)  # one that has ended already


def test_one_processor_and_compiled_kernels_start_nothing(started, monkeypatch):
    monkeypatch.setattr(compiling, "_processors", lambda: {0})
    monkeypatch.setattr(compiled, "warm", lambda: False)
    running.say_compiling()
    monkeypatch.setattr(compiling, "_processors", lambda: {0, 1})
    monkeypatch.setattr(compiled, "warm", lambda: True)
    running.say_compiling()
    assert started == []
