"""Shards as threads of one process: for tests, which starts nothing and sees what they patch."""

import threading
from collections.abc import Callable, Sequence
from queue import Queue
from typing import Any

import numpy as np

from moot.cluster.communicator import Bytes, Communicator, ShardLost

GONE = None


class Thread(Communicator):
    """One of several threads; `boxes[r][s]` is what r has been sent by s."""

    def __init__(self, rank: int, boxes: list[list[Queue]]) -> None:
        super().__init__(rank, len(boxes))
        self._boxes = boxes

    def _carry(self, parcels: Sequence[Bytes]) -> list[Bytes]:
        for rank, one in enumerate(parcels):
            self._boxes[rank][self.rank].put(np.array(one))
        came = [box.get(timeout=120) for box in self._boxes[self.rank]]
        if any(one is GONE for one in came):
            raise ShardLost([one is GONE for one in came].index(True))
        return came

    def close(self) -> None:
        for box in self._boxes:
            box[self.rank].put(GONE)


def together(size: int, work: Callable[[Communicator], Any]) -> list[Any]:
    """What `work` returns in each of so many shards, by rank; raises the first error that is no loss."""
    boxes = [[Queue() for _ in range(size)] for _ in range(size)]
    found: list[Any] = [None] * size
    errors: list[BaseException | None] = [None] * size

    def live(rank: int) -> None:
        talk = Thread(rank, boxes)
        try:
            found[rank] = work(talk)
        except BaseException as error:
            errors[rank] = error
        finally:
            talk.close()

    threads = [threading.Thread(target=live, args=(rank,)) for rank in range(size)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    raised = [one for one in errors if one is not None]
    if raised:
        raise next((one for one in raised if not isinstance(one, ShardLost)), raised[0])
    return found
