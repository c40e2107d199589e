"""A part of kernels is compiled in each kernel that calls it, and called by nobody else."""

import numpy as np
import pytest

from moot.draws.compiled import CACHE, inline, kernel, scalar


@scalar
def doubled(x):
    return np.int64(2 * x)


@inline
def raised(table, at, by):
    table[at] += doubled(by)


@inline
def twice(table, at):
    raised(table, at, 3)
    raised(table, at + 1, table[at])


@kernel
def once_and_twice(table):
    raised(table, 0, 5)
    twice(table, 1)


def test_a_kernel_does_what_its_parts_say():
    table = np.arange(4)
    once_and_twice(table)
    assert table.tolist() == [10, 7, 16, 3]
    assert doubled(21) == 42


def test_parts_have_no_machine_code_of_their_own():
    once_and_twice(np.arange(4))
    kept = {path.name.split(".")[1].split("-")[0] for path in CACHE.glob("**/test_compiled.*.nbi")}
    assert kept == {"doubled", "once_and_twice"}


def test_python_is_told_that_it_cannot_call_a_part():
    once_and_twice(np.arange(4))
    for table in (np.arange(4), np.arange(4.0)):  # types for which it is compiled, and for which it is not
        with pytest.raises(TypeError, match=r"test_compiled\.twice is a part of kernels; only they call it"):
            twice(table, 1)
