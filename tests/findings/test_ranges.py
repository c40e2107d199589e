"""Ranges: from the unit interval into them and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moot.errors import UserError
from moot.findings.ranges import Range, checked, placed, positions, seeds

THREE = (Range("rate", -2, 6), Range("factor", 0.1, 10, "log"), seeds(5, 4))


def test_ends_and_middles():
    found = placed([[0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1], [0.25, 0.25, 0.2499]], THREE)
    assert found.tolist() == [
        [-2, 0.1, 5],
        [2, pytest.approx(1), 7],
        [6, 10, 8],
        [0, pytest.approx(0.1**0.5), 5],
    ]


def test_labels_are_equally_likely():
    found = placed(np.linspace(0, 1, 4001)[:-1, None], [seeds(1, 4)])
    assert np.unique(found, return_counts=True)[1].tolist() == [1000] * 4


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1))
def test_the_way_back(points):
    there = placed(points, THREE)
    back = positions(there, THREE)
    assert back[:, :2] == pytest.approx(np.array(points)[:, :2], abs=1e-9)
    assert np.array_equal(placed(back, THREE)[:, 2], there[:, 2])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Range("a", 2, 1), r"a: expected a range \[low, high\], got \[2, 1\]"),
        (lambda: Range("a", 0, math.inf), "expected a range"),
        (lambda: Range("a", 0, 1, "log"), "begins above 0, got 0"),
        (lambda: Range("a", 0.5, 2, "label"), "whole numbers"),
        (lambda: Range("a", 1, 2, "square"), "even, log or label, got 'square'"),
        (lambda: seeds(1, 1), "many: expected a whole number from 2"),
        (lambda: checked([]), "got none"),
        (lambda: checked([THREE[0], THREE[0]]), "each name once, got rate, rate"),
        (lambda: checked(THREE, 1), "at most 1 beside the seed, got 2"),
        (lambda: placed([[0.1]], THREE), "expected 3 columns, got 1"),
        (lambda: placed([[0.1, 0.2, 1.1]], THREE), "from 0 to 1"),
        (lambda: positions([[9, 1, 5]], THREE), r"rate lies from 9 to 9, outside its range \[-2, 6\]"),
    ],
)
def test_what_is_refused(ask, said):
    with pytest.raises(UserError, match=said):
        ask()
