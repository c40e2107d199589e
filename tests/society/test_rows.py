"""The arrays of kernels: parts, slices and writing as in numpy, with signed and unsigned indices."""

from typing import Any

import numpy as np

from moot.draws.compiled import kernel
from moot.society import memory as see
from moot.society.memory import ARRAYS, MEMORY, SIZES, address_of


def record(**arrays: np.ndarray[Any, Any]) -> np.void:
    """A record with these arrays in their places and their sizes."""
    out = np.zeros(1, MEMORY)
    for name, array in arrays.items():
        out[name] = address_of(array)
        for d, extent in zip(ARRAYS[name][1], array.shape, strict=True):
            if isinstance(d, str):
                out[f"n_{d}"] = extent
    assert SIZES
    return out[0]


@kernel
def walk(m, i, a, out):
    """One entry, one row, a part of a row; then write one of each."""
    out[0] = see.hot(m)[i, a, 2]
    row = see.hot(m)[i, a]
    out[1] = row[np.uint64(1)]
    part = see.hot(m)[i, a, 1:3]
    out[2] = part[0] + part[1]
    out[3] = len(see.hot(m))
    row[0] = 77
    see.hot(m)[i, a, 3] = 78
    see.hot(m)[i][a, 4] += 1


def test_entries_rows_and_slices() -> None:
    hot = np.arange(5 * 2 * 8, dtype=np.uint16).reshape(5, 2, 8)
    before, out = hot.copy(), np.zeros(4, np.int64)
    walk(record(hot=hot), 3, 1, out)
    row = before[3, 1]
    assert out.tolist() == [row[2], row[1], row[1] + row[2], 5]
    before[3, 1, [0, 3]] = 77, 78
    before[3, 1, 4] += 1
    np.testing.assert_array_equal(hot, before)
