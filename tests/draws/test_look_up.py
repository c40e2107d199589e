"""Looking up several entries of a table at a time gives what looking up one by one gives."""

import numpy as np
import pytest

from moot.draws.compiled import LANES, kernel, look_up


@kernel
def looked_up(table, index, plus, out, count):
    """The function under test, from Python."""
    look_up(table, index, plus, out, count)


@pytest.mark.parametrize("count", [0, 1, LANES - 1, LANES, LANES + 1, 61])
@pytest.mark.parametrize("kind", [np.int32, np.uint32])
def test_entries_are_those_of_the_table(count: int, kind: type) -> None:
    rng = np.random.default_rng(7)
    limits = np.iinfo(kind)
    table = rng.integers(limits.min, limits.max, (40, 6), kind, endpoint=True)
    index = (6 * rng.integers(0, 40, 64)).astype(np.int32)
    out = np.full(64, -1, np.int64)
    for column in range(6):
        looked_up(table, index, column, out, count)
        np.testing.assert_array_equal(out[:count], table[index[:count] // 6, column].astype(np.int64))
    written = -(-count // LANES) * LANES
    np.testing.assert_array_equal(out[written:], -1)
