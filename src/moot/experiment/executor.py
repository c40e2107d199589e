"""Doing the jobs of a plan: in which way, and what happens when one fails.

An *executor* does jobs and hands back what became of each; how many at a time, in which process and in which
order is its own affair. What it is given to do is a function of the job alone, so that any order gives the
same results.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar, get_args

from moot.errors import JobFailed, UserError
from moot.experiment.plan import Job

__all__ = ["POLICIES", "Done", "Executor", "InTurn", "Policy", "carry_out"]

T = TypeVar("T")
Policy = Literal["stop", "skip", "retry"]
"""After a job that failed: stop; go on without it; try it again, and stop if it fails each time."""
POLICIES: tuple[Policy, ...] = get_args(Policy)
TRIES = 3
"""How often a job is tried before it counts as failed, where it is tried again."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What became of a job: a result, or the error that ended it; seconds of wall time."""

    job: Job
    result: T | None
    error: Exception | None
    seconds: float


class Executor(Protocol):
    """A way to do jobs."""

    def run(self, jobs: Iterable[Job], work: Callable[[Job], T]) -> Iterator[Done[T]]:
        """Do `work` for each job; yield what became of each as it ends, in any order. No job raises here."""


class InTurn:
    """One job after the other in this process; the threads of the society share its cores."""

    def run(self, jobs: Iterable[Job], work: Callable[[Job], T]) -> Iterator[Done[T]]:
        """Do `work` for each job, in the order given. Ctrl-C ends the job that is under way, and this."""
        for job in jobs:
            began = time.monotonic()
            try:
                done = Done(job, work(job), None, time.monotonic() - began)
            except Exception as error:
                done = Done(job, None, error, time.monotonic() - began)
            yield done


def carry_out(
    jobs: Sequence[Job],
    work: Callable[[Job], T],
    keep: Callable[[Done[T]], None],
    *,
    executor: Executor | None = None,
    on_error: Policy = "stop",
) -> list[Done[T]]:
    """Do jobs by an executor (default: in turn), keep what comes out; those that failed and were left out.

    `keep` is given each job that is done. Raises `JobFailed` under `stop`, and under `retry` when a job
    failed `TRIES` times; `UserError` for a policy that there is none of.
    """
    if on_error not in POLICIES:
        raise UserError(f"on error {on_error!r}; expected one of: {', '.join(POLICIES)}")
    executor = executor or InTurn()
    failed: list[Done[T]] = []
    waiting, tries = list(jobs), 1
    while waiting:
        again: list[Job] = []
        for done in executor.run(waiting, work):
            if done.error is None:
                keep(done)
            elif on_error == "skip":
                failed.append(done)
            elif on_error == "stop" or tries == TRIES:
                raise JobFailed(done.job.words, done.error, tries) from done.error
            else:
                again.append(done.job)
        waiting, tries = again, tries + 1
    return failed
