"""Shards as actors of a Ray cluster, or of a Ray that is started on this machine.

The process that asks is the first shard; the others are actors. Each has a box into which the others put
their parcels. No usage statistics are sent, and no dashboard is started.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from moot.cluster.communicator import Bytes, Communicator, ShardFailed, ShardLost
from moot.errors import MissingExtraError, MootError, UserError

__all__ = ["Actors", "Box", "connected", "started"]

OWN = "ray"
"""Asks for a Ray of this machine's own."""
WAIT_S = 5.0
"""Seconds in which a cluster must answer."""
CALLS = 64
"""Calls that an actor answers side by side: serving, taking, and one put by each other shard."""


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise MissingExtraError("--cluster with Ray", "ray") from None
    return ray


class Box:
    """What others have put here, by the number of the exchange; (source, parcel) pairs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._put: dict[int, list[tuple[int, Bytes]]] = {}

    def put(self, number: int, source: int, parcel: Bytes) -> None:
        """Put a parcel of an exchange here."""
        with self._changed:
            self._put.setdefault(number, []).append((source, np.array(parcel)))
            self._changed.notify_all()

    def take(self, number: int, count: int) -> list[tuple[int, Bytes]]:
        """Wait for `count` parcels of an exchange, and take them."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._put.get(number, ())) == count)
            return self._put.pop(number)


class Actors(Communicator):
    """One of several processes with boxes; `boxes[r]` is the actor that has that of rank r.

    `take` waits for what comes here.
    """

    def __init__(
        self,
        rank: int,
        boxes: Sequence[Any],
        take: Callable[[int, int], list[tuple[int, Bytes]]],
    ) -> None:
        super().__init__(rank, len(boxes))
        self._boxes, self._take, self._number = boxes, take, 0

    def _carry(self, parcels: Sequence[Bytes]) -> list[Bytes]:
        self._number += 1
        for rank, one in enumerate(parcels):
            if rank != self.rank:
                self._boxes[rank].put.remote(self._number, self.rank, one)
        came = dict(self._take(self._number, self.size - 1)) | {self.rank: parcels[self.rank]}
        return [came[rank] for rank in range(self.size)]

    def close(self) -> None:
        """Nothing: the first shard ends the actors."""


class _Shard(Box):
    """An actor: a box, and in all but that of the first shard a process that serves."""

    def serve(
        self,
        work: Callable[[dict[str, Any], Communicator], None],
        request: dict[str, Any],
        rank: int,
        boxes: Sequence[Any],
    ) -> str | None:
        """Serve until the run is over; what Moot says where it cannot, None where all is well."""
        try:
            work(request, Actors(rank, boxes, self.take))
        except KeyboardInterrupt:
            return None
        except MootError as error:
            return str(error)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None


@contextmanager
def started(
    size: int,
    address: str,
    work: Callable[[dict[str, Any], Communicator], None],
    request: Mapping[str, Any],
) -> Iterator[Communicator]:
    """Start `size` - 1 actors that do `work` with `request`, and be the first shard of them all.

    Raises `MissingExtraError` where Ray is not installed, `UserError` where no cluster is at `address`,
    `ShardLost` where an actor dies.
    """
    with connected(address, size) as ray:
        yield from _together(ray, size, work, request)


@contextmanager
def connected(address: str, processors: int) -> Iterator[Any]:
    """Ray, connected to the cluster at `address`, or to one of this machine's own, which ends with this.

    One of this machine's own has at least so many `processors`. A connection that is there already is used
    and stays. Raises `MissingExtraError` where Ray is not installed, `UserError` where no cluster answers.
    """
    ray = _ray()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    mine = not ray.is_initialized()
    if mine:
        _answers(address)
        try:
            where: dict[str, Any] = {"address": address}
            if address == OWN:
                where = {
                    "address": "local",
                    "num_cpus": max(processors, os.cpu_count() or 1),
                    "include_dashboard": False,
                }
            ray.init(**where, log_to_driver=False, logging_level="error")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise UserError(f"--cluster {address}: no Ray cluster answers there: {error}") from None
    try:
        yield ray
    finally:
        if mine:
            ray.shutdown()


def _together(
    ray: Any,
    size: int,
    work: Callable[[dict[str, Any], Communicator], None],
    request: Mapping[str, Any],
) -> Iterator[Communicator]:
    actors: list[Any] = []
    try:
        remote = ray.remote(max_concurrency=CALLS + size, max_restarts=0)(_Shard)
        actors.append(remote.options(num_cpus=0).remote())
        actors += [remote.options(num_cpus=1, scheduling_strategy="SPREAD").remote() for _ in range(1, size)]
        serving = {
            actor.serve.remote(work, dict(request), rank, actors): rank
            for rank, actor in enumerate(actors)
            if rank > 0
        }

        def take(number: int, count: int) -> list[tuple[int, Bytes]]:
            asked = actors[0].take.remote(number, count)
            while True:
                ready, _ = ray.wait([asked, *serving], num_returns=1)
                if asked in ready:
                    try:
                        came: list[tuple[int, Bytes]] = ray.get(asked)
                    except ray.exceptions.RayError as error:
                        raise ShardLost(0, f"its box was lost ({type(error).__name__})") from None
                    return [(source, np.array(parcel)) for source, parcel in came]
                for one in ready:
                    _ended(ray, one, serving.pop(one))

        yield Actors(0, actors, take)
        for one, rank in serving.items():
            _ended(ray, one, rank)
    finally:
        for actor in actors:
            ray.kill(actor)


def _answers(address: str) -> None:
    """Raise `UserError` where nothing listens at HOST:PORT: Ray itself would ask again for many minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return  # one of Ray's own words
    try:
        socket.create_connection((host, int(port)), WAIT_S).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"--cluster {address}: no Ray cluster answers there: {error}") from None


def _ended(ray: Any, serving: Any, rank: int) -> None:
    """Raise where a shard ended otherwise than well."""
    try:
        said = ray.get(serving)
    except ray.exceptions.RayError as error:
        raise ShardLost(rank, f"its actor was lost ({type(error).__name__})") from None
    if said is not None:
        raise ShardFailed(rank, said)
