"""How schemes lie in a row of the hot state: two by two, both marks in one word."""

import numpy as np
import pytest

from moot.society.state import SCHEME, scores_of, width


@pytest.mark.parametrize("schemes", [1, 2, 3, 4])
def test_scores_are_read_where_they_lie(schemes):
    chance = np.random.default_rng(schemes)
    value = chance.integers(-(2**15), 2**15, (7, 2, schemes), dtype=np.int16)
    last = chance.integers(0, 2**16, (7, 2, schemes), dtype=np.uint16)
    mark = chance.integers(0, 2**8, (7, 2, schemes), dtype=np.uint16)
    hot = np.full((7, 2, width(schemes)), 9, np.uint16)
    words = [
        ("v", 0),
        ("d", 0),
        ("m", 0),
        ("v", 1),
        ("d", 1),
        ("v", 2),
        ("d", 2),
        ("m", 2),
        ("v", 3),
        ("d", 3),
    ]
    for x, (what, s) in enumerate([one for one in words if one[1] < schemes]):
        both = mark[..., s] | (mark[..., s + 1] << 8 if s + 1 < schemes else 0)
        hot[..., SCHEME + x] = {"v": value[..., s].view(np.uint16), "d": last[..., s], "m": both}[what]
    for found, put in zip(scores_of(hot), (value, last, mark), strict=True):
        np.testing.assert_array_equal(found, put)


def test_a_row_takes_16_bytes_with_one_scheme_and_4_more_with_two():
    assert [2 * width(schemes) for schemes in (1, 2, 3, 4)] == [16, 20, 26, 30]
