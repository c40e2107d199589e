"""Threads that meet inside a kernel, leave together, and read the clock that Python reads."""

import time

import numpy as np
import pytest

from moot.draws.compiled import kernel
from moot.society.gate import ARRIVED, LEAVE, clock, meet, new_gate, turn
from moot.society.workers import Team

ROUNDS = 200


@kernel
def in_turn(gate, me, team, seen, rounds):
    """Each round, everybody writes, then reads what the others wrote; how many reads were stale."""
    stale = 0
    for r in range(rounds):
        seen[me * 16] = r
        if not meet(gate, team, 2 * r + 1):
            return -1
        for other in range(team):
            if seen[other * 16] != r:
                stale += 1
        if not meet(gate, team, 2 * r + 2):
            return -1
    return stale


@kernel
def wait_for(gate, team):
    """Whether all came."""
    return meet(gate, team, 1)


@kernel
def now():
    """Nanoseconds."""
    return clock()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_nobody_goes_on_before_all_are_there(threads: int) -> None:
    gate, seen = new_gate(), np.full(16 * threads, -1, np.int64)
    stale = np.full(threads, -2, np.int64)

    def phase(w: int) -> None:
        stale[w] = in_turn(gate, w, threads, seen, ROUNDS)

    with Team(threads) as team:
        team.run(phase)
    assert not stale.any()
    assert gate[ARRIVED] == 2 * ROUNDS * threads


@kernel
def take_all(gate, mine, places):
    """Take places until there is none; how many."""
    taken = 0
    x = turn(gate, 3)
    while x < places:
        mine[x] += 1
        taken += 1
        x = turn(gate, 3)
    return taken


@pytest.mark.parametrize("threads", [1, 3])
def test_each_place_in_a_queue_is_given_once(threads: int) -> None:
    gate, mine, places = new_gate(), np.zeros((threads, 5000), np.int64), 5000
    taken = [0] * threads

    def phase(w: int) -> None:
        taken[w] = take_all(gate, mine[w], places)

    with Team(threads) as team:
        team.run(phase)
    assert sum(taken) == places
    assert (mine.sum(axis=0) == 1).all()


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_those_who_wait_leave_when_one_fails(failing: int) -> None:
    gate, came = new_gate(), []

    def phase(w: int) -> None:
        if w == failing:
            raise MemoryError
        came.append(wait_for(gate, 3))

    def leave() -> None:
        gate[LEAVE] = 1

    with Team(3) as team, pytest.raises(MemoryError):
        team.run(phase, on_error=leave)
    assert came == [False, False]


def test_the_clock_is_the_monotonic_one() -> None:
    now()  # compiled
    before = time.monotonic_ns()
    inside = now()
    assert before <= inside <= time.monotonic_ns()
