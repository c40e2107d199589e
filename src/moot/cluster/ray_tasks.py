"""Many tasks of plain values on a Ray cluster, each done again where its process was ended from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moot.cluster.ray import connected
from moot.errors import UserError

__all__ = ["Came", "Lost", "done_on_ray"]


@dataclass(frozen=True)
class Lost:
    """A task whose process was ended again and again; what to say of it."""

    words: str


@dataclass(frozen=True)
class Came:
    """What came of task `number` (from 0): its value, or that it was lost; seconds since it was asked for."""

    number: int
    value: Any
    seconds: float


def done_on_ray(
    address: str,
    call: Callable[[Any, Any], Any],
    common: Mapping[str, Any],
    given: Sequence[Any],
    *,
    names: Sequence[str],
    processors: int = 1,
    losses: int = 3,
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Came]:
    """Do `call(common, one)` for each of `given`, as many side by side as there are processors for.

    What each gave is yielded as it ends, in any order. `call` raises nothing and depends on what it is given
    alone. A task whose process ends is done again, up to `losses` times; `tell` is given a line about it.
    Raises `MissingExtraError` where Ray is not installed, `UserError` where no cluster is at `address` or
    none of its machines can have so many processors.
    """
    with connected(address, processors) as ray:
        there = max((int(one["Resources"].get("CPU", 0)) for one in ray.nodes() if one["Alive"]), default=0)
        if there < processors:
            raise UserError(
                f"--cluster {address}: {processors} threads for each job, and no machine there has more than "
                f"{there} processors; say fewer --threads"
            )
        remote = ray.remote(num_cpus=processors, max_retries=0)(call)
        shared = ray.put(dict(common))
        asked: dict[Any, tuple[int, float]] = {}
        lost = dict.fromkeys(range(len(given)), 0)

        def ask(number: int) -> None:
            asked[remote.remote(shared, given[number])] = (number, time.monotonic())

        for number in range(len(given)):
            ask(number)
        try:
            while asked:
                ready, _ = ray.wait(list(asked), num_returns=1)
                number, began = asked.pop(ready[0])
                try:
                    value = ray.get(ready[0])
                except ray.exceptions.RayError as error:
                    lost[number] += 1
                    why = f"{names[number]}: its process was lost ({type(error).__name__})"
                    if lost[number] < losses:
                        tell(f"{why}; it is done again")
                        ask(number)
                        continue
                    value = Lost(f"{why}, {losses} times")
                yield Came(number, value, time.monotonic() - began)
        finally:
            for one in asked:
                ray.cancel(one, force=True)
