"""What every communicator must do, asked of each process of a group; and a program that is one of them.

python -m tests.cluster.asked [RANK, SIZE, HANDLES]    as `moot.cluster.local.started` starts it
mpirun -n 3 python -m tests.cluster.asked
"""

import json
import os
import signal
import sys

import numpy as np
import pytest

from moot.cluster.communicator import Communicator

SIZES = (0, 1, 7, 4096, 200_000)  # of parcels; the last one is more than a socket holds
SHAPES = ((1,), (3, 2), (0,), (40, 50), (3, 7_000))
TYPES = (np.int64, np.uint64, np.int32)


def parcel(seed: int, turn: int, source: int, to: int) -> np.ndarray:
    chosen = np.random.default_rng((seed, turn, source, to))
    return chosen.integers(0, 256, chosen.choice(SIZES), np.uint8)


def numbers(seed: int, turn: int, rank: int) -> np.ndarray:
    """Numbers so large that their sums wrap."""
    chosen = np.random.default_rng((seed, turn))
    shape, kind = SHAPES[chosen.integers(len(SHAPES))], TYPES[chosen.integers(len(TYPES))]
    own = np.random.default_rng((seed, turn, rank))
    return own.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape, kind)


def check(talk: Communicator, seed: int) -> None:
    """Every method, several times, against what follows from the seed; raises AssertionError."""
    everybody = range(talk.size)
    for turn in range(8):
        came = talk.exchange([parcel(seed, turn, talk.rank, to) for to in everybody])
        assert len(came) == talk.size
        for source, one in enumerate(came):
            np.testing.assert_array_equal(one, parcel(seed, turn, source, talk.rank))
        mine = numbers(seed, turn, talk.rank)
        before = mine.copy()
        total = talk.sum(mine)
        np.testing.assert_array_equal(mine, before)
        with np.errstate(over="ignore"):
            wanted = sum((numbers(seed, turn, rank) for rank in everybody), np.zeros_like(mine))
        assert total.dtype == mine.dtype
        np.testing.assert_array_equal(total, wanted)
        gathered = talk.gather(parcel(seed, turn, talk.rank, 98))
        assert len(gathered) == (talk.size if talk.rank == 0 else 0)
        for source, one in enumerate(gathered):
            np.testing.assert_array_equal(one, parcel(seed, turn, source, 98))
        for source, one in enumerate(talk.share(parcel(seed, turn, talk.rank, 99))):
            np.testing.assert_array_equal(one, parcel(seed, turn, source, 99))
        talk.barrier()
    assert talk.neighbours() == talk.size
    sent = talk.sent_bytes
    talk.exchange([np.zeros(10 * (to + 1), np.uint8) for to in everybody])
    assert talk.sent_bytes - sent == 10 * (sum(everybody) + talk.size - talk.rank - 1)
    with pytest.raises(ValueError, match="parcels for"):
        talk.exchange([np.zeros(1, np.uint8)] * (talk.size + 1))
    with pytest.raises(ValueError, match="row of bytes"):
        talk.exchange([np.zeros(1, np.int64)] * talk.size)
    with pytest.raises(ValueError, match="only integers"):
        talk.sum(np.zeros(1))


def work(request: dict, talk: Communicator) -> None:
    """What a process is asked: to check, to fail with these words, or to be killed in the middle."""
    if talk.rank == request.get("dies"):
        talk.barrier()
        os.kill(os.getpid(), signal.SIGKILL)
    if talk.rank == request.get("fails"):
        raise ValueError("it was asked to")
    if "seed" in request:
        check(talk, request["seed"])
    else:
        while True:
            talk.barrier()


def main() -> int:
    if len(sys.argv) > 1:
        from moot.cluster.communicator import ShardLost
        from moot.cluster.local import joined

        rank, size, handles = json.loads(sys.argv[1])
        talk = joined(rank, size, {int(other): number for other, number in handles.items()})
        try:
            work(json.load(sys.stdin), talk)
        except ShardLost:
            return 1
        except ValueError as error:
            print(error)
            return 1
        return 0
    from moot.cluster.mpi import World

    world = World()
    if world.rank > 0:
        with world.serving() as talk:
            work(world.receive(), talk)
        return 0
    with world.started({"seed": 5}) as talk:
        work({"seed": 5}, talk)
    print("checked", world.size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
