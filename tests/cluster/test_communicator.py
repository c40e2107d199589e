"""One small communicator, whatever carries it: the same answers on every back end that is installed."""

import os
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from moot.cluster import local
from moot.cluster import ray as actors
from moot.cluster.communicator import ShardFailed, ShardLost
from moot.cluster.mpi import launched
from moot.errors import MissingExtraError, UserError
from tests.cluster import asked
from tests.cluster.threads import Thread, together

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "tests.cluster.asked"


def lines(size):
    """Sockets between threads."""
    ends = [{} for _ in range(size)]
    for one, other in combinations(range(size), 2):
        ends[one][other], ends[other][one] = socket.socketpair()
    return [local.Lines(rank, size, ends[rank]) for rank in range(size)]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_threads(size):
    together(size, lambda talk: asked.check(talk, size))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_sockets(size):
    ways = lines(size)
    try:
        together(size, lambda talk: asked.check(ways[talk.rank], 10 + size))
    finally:
        for one in ways:
            one.close()
            one.close()


def test_processes():
    with local.started(3, PROGRAM, {"seed": 3}) as talk:
        asked.check(talk, 3)


def test_a_process_that_is_killed_is_named():
    with (
        pytest.raises(ShardLost, match="shard 2: it was ended from outside") as lost,
        local.started(3, PROGRAM, {"dies": 2}) as talk,
    ):
        asked.work({}, talk)
    assert lost.value.shard == 2


def test_a_process_that_fails_says_why():
    with (
        pytest.raises(ShardFailed, match="shard 1: it was asked to"),
        local.started(3, PROGRAM, {"fails": 1}) as talk,
    ):
        asked.work({}, talk)


def test_an_error_here_ends_the_others():
    with pytest.raises(KeyError), local.started(2, PROGRAM, {}) as talk:
        talk.barrier()
        raise KeyError("something")
    with pytest.raises(ShardLost, match="shard 1"):
        talk.barrier()


def test_what_cannot_be():
    with pytest.raises(ValueError, match="rank 2 of 2"):
        local.Lines(2, 2, {})
    with pytest.raises(ValueError, match="sockets to"):
        local.Lines(0, 2, {})

    def work(talk):
        if talk.rank == 0:
            return talk.sum(np.zeros(3, np.int64))
        return talk.sum(np.zeros(2, np.int64))

    with pytest.raises(Exception, match="bytes to add up, expected"):
        together(2, work)


def test_a_thread_that_leaves_is_missed():
    def work(talk: Thread):
        if talk.rank == 0:
            talk.barrier()

    with pytest.raises(ShardLost, match="shard 1"):
        together(2, work)


def test_mpi_is_known_by_what_its_launchers_say(monkeypatch):
    for name in ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE"):
        monkeypatch.delenv("OMPI_COMM_WORLD_SIZE", raising=False)
        assert not launched()
        monkeypatch.setenv(name, "1")
        assert not launched()
        monkeypatch.setenv(name, "4")
        assert launched()
        monkeypatch.delenv(name)


@pytest.mark.skipif(find_spec("mpi4py") is not None, reason="mpi4py is installed")
def test_without_mpi4py_the_way_to_install_it_is_told():
    from moot.cluster.mpi import World

    with pytest.raises(MissingExtraError, match=r"pip install 'moot\[mpi\]'"):
        World()


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_the_way_to_install_it_is_told():
    with (
        pytest.raises(MissingExtraError, match=r"pip install 'moot\[ray\]'"),
        actors.started(2, "ray", asked.work, {}),
    ):
        pass


@pytest.mark.skipif(
    find_spec("mpi4py") is None or shutil.which("mpirun") is None, reason="needs mpi4py and mpirun"
)
def test_mpi():
    done = subprocess.run(
        ["mpirun", "--oversubscribe", "-n", "3", sys.executable, "-m", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["checked", "3"]


def test_a_box_keeps_parcels_by_exchange():
    """A process may be one exchange ahead: what it put for the next one waits."""
    box = actors.Box()
    box.put(2, 1, np.zeros(2, np.uint8))
    box.put(1, 1, np.zeros(1, np.uint8))
    assert [(source, len(one)) for source, one in box.take(1, 1)] == [(1, 1)]
    assert [(source, len(one)) for source, one in box.take(2, 1)] == [(1, 2)]


@pytest.mark.skipif(find_spec("ray") is None, reason="needs Ray")
@pytest.mark.filterwarnings("ignore")
class TestRay:
    """Actors of a Ray of this machine's own."""

    def test_actors(self):
        with actors.started(3, "ray", asked.work, {"seed": 4}) as talk:
            asked.check(talk, 4)

    def test_an_actor_that_is_lost_is_named(self):
        with (
            pytest.raises(ShardLost, match="shard 1"),
            actors.started(3, "ray", asked.work, {"dies": 1}) as talk,
        ):
            asked.work({}, talk)

    def test_an_actor_that_fails_says_why(self):
        with (
            pytest.raises(ShardFailed, match="shard 2: ValueError: it was asked to"),
            actors.started(3, "ray", asked.work, {"fails": 2}) as talk,
        ):
            asked.work({}, talk)

    @pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "ray://127.0.0.1:99999"])
    def test_no_cluster_at_an_address(self, address):
        with (
            pytest.raises(UserError, match="no Ray cluster answers there"),
            actors.started(2, address, asked.work, {}),
        ):
            pass
