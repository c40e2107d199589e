"""Shards on one machine: processes, each joined with each other one by a pair of sockets."""

from __future__ import annotations

import json
import os
import selectors
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from moot.cluster.communicator import Bytes, Communicator, ShardFailed, ShardLost

__all__ = ["Lines", "joined", "started"]

HEADER = struct.Struct("<Q")  # bytes of the parcel that follows
PATIENCE_S = 20.0  # for processes that are done to end by themselves


class _Line:
    """A socket to one other process, and what is under way on it in both directions."""

    def __init__(self, rank: int, line: socket.socket) -> None:
        self.rank, self.line = rank, line
        line.setblocking(False)
        self._out: list[memoryview] = []
        self._into = memoryview(b"")
        self._head = bytearray(HEADER.size)
        self.parcel: Bytes | None = None

    def begin(self, parcel: Bytes) -> None:
        self._out = [memoryview(HEADER.pack(parcel.nbytes)), parcel.data]
        self._into, self.parcel = memoryview(self._head), None

    def go_on(self) -> int:
        """Send and receive what goes without waiting; the events to wait for, 0 where all is done."""
        try:
            return self._send() | self._receive()
        except (OSError, EOFError):  # closed here, or by its death
            raise ShardLost(self.rank) from None

    def _send(self) -> int:
        while self._out:
            if self._out[0].nbytes:
                try:
                    sent = self.line.send(self._out[0])
                except BlockingIOError:
                    return selectors.EVENT_WRITE
                self._out[0] = self._out[0][sent:]
            if not self._out[0].nbytes:
                self._out.pop(0)
        return 0

    def _receive(self) -> int:
        while self.parcel is None or self._into.nbytes:
            if self._into.nbytes:
                try:
                    came = self.line.recv_into(self._into)
                except BlockingIOError:
                    return selectors.EVENT_READ
                if not came:
                    raise EOFError
                self._into = self._into[came:]
            if not self._into.nbytes and self.parcel is None:
                self.parcel = np.empty(HEADER.unpack(self._head)[0], np.uint8)
                self._into = self.parcel.data
        return 0


class Lines(Communicator):
    """One of several processes, joined with each other one by a socket of its own."""

    def __init__(self, rank: int, size: int, lines: Mapping[int, socket.socket]) -> None:
        super().__init__(rank, size)
        if set(lines) != set(range(size)) - {rank}:
            raise ValueError(f"sockets to {sorted(lines)}, expected one to each other of {size} processes")
        self._lines = [_Line(other, line) for other, line in sorted(lines.items())]

    def _carry(self, parcels: Sequence[Bytes]) -> list[Bytes]:
        for one in self._lines:
            one.begin(parcels[one.rank])
        with selectors.DefaultSelector() as waiting:
            for one in self._lines:
                events = one.go_on()
                if events:
                    waiting.register(one.line, events, one)
            while waiting.get_map():
                for key, _ in waiting.select():
                    events = key.data.go_on()
                    if not events:
                        waiting.unregister(key.fileobj)
                    elif events != key.events:
                        waiting.modify(key.fileobj, events, key.data)
        came = {one.rank: one.parcel for one in self._lines} | {self.rank: parcels[self.rank]}
        return [parcel for _, parcel in sorted(came.items()) if parcel is not None]

    def close(self) -> None:
        for one in self._lines:
            one.line.close()


def joined(rank: int, size: int, handles: Mapping[int, int]) -> Lines:
    """The communicator of a process that was started with the sockets `handles`, by the rank they lead to."""
    return Lines(rank, size, {other: socket.socket(fileno=number) for other, number in handles.items()})


@contextmanager
def started(size: int, program: str, request: Mapping[str, Any]) -> Iterator[Lines]:
    """Start `size` - 1 processes of the module `program`, and be the first of them all.

    Each is told its rank, `size` and its sockets as arguments (see `joined`) and `request` as JSON on its
    standard input. They end with the block, and are ended if they do not. A process that
    fails says why on its standard output: its last line is the reason of `ShardFailed`. Raises `ShardLost`
    where one was ended from outside.
    """
    ends: list[dict[int, socket.socket]] = [{} for _ in range(size)]
    for one, other in combinations(range(size), 2):
        ends[one][other], ends[other][one] = socket.socketpair()
    root = str(Path(__file__).resolve().parents[2])  # the same Moot for all
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    processes: list[subprocess.Popen[bytes]] = []
    talk = Lines(0, size, ends[0])
    try:
        for rank in range(1, size):
            handles = {other: line.fileno() for other, line in ends[rank].items()}
            process = subprocess.Popen(
                [sys.executable, "-m", program, json.dumps([rank, size, handles])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=tuple(handles.values()),
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the first, which tells the others
            )
            processes.append(process)
            for line in ends[rank].values():
                line.close()
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # then it has ended, which is seen in the first exchange
                process.stdin.write(json.dumps(request).encode())
                process.stdin.close()
        yield talk
    except ShardLost as lost:
        raise _reason(processes, lost) from None
    finally:
        talk.close()  # whoever waits for something from here ends
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()


def _reason(processes: Sequence[subprocess.Popen[bytes]], lost: ShardLost) -> ShardLost | ShardFailed:
    """Why a process ended: the one that failed first by itself or was ended, not those that missed it."""
    said: list[tuple[int, str]] = []
    for rank, process in enumerate(processes, 1):
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_S / 4)
        code = process.poll()
        if code is not None and code < 0:
            return ShardLost(rank, f"it was ended from outside (signal {-code})")
        if code and process.stdout is not None:
            said.append((rank, process.stdout.read().decode(errors="replace").strip()))
    for rank, text in said:
        if text:
            return ShardFailed(rank, text.splitlines()[-1])
    return lost
