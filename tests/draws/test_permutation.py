"""Keyed permutations: bijections with an inverse, and as good as uniform over keys."""

import itertools

import numpy as np
import pytest

from moot.draws.permutation import backward, forward, half_bits
from moot.draws.philox import mix


def key(x):
    return np.uint64(mix(np.uint64(x)))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 16, 17, 100, 1000, 4097])
def test_a_permutation_reaches_everybody_once_and_has_an_inverse(size):
    for k in range(3):
        images = [forward(key(k), x, size) for x in range(size)]
        assert sorted(images) == list(range(size))
        assert [backward(key(k), y, size) for y in images] == list(range(size))


def test_large_sizes_have_an_inverse():
    for size in ((1 << 31) - 1, 2_000_000_000):
        for x in (0, 1, 12345, size - 1):
            image = forward(key(9), x, size)
            assert 0 <= image < size
            assert backward(key(9), image, size) == x


@pytest.mark.parametrize(("size", "half"), [(1, 1), (4, 1), (5, 2), (16, 2), (17, 3), (1 << 20, 10)])
def test_the_number_of_bits_is_the_smallest_even_one(size, half):
    assert half_bits(size) == half


def test_every_order_of_four_neighbours_is_as_likely_as_the_others():
    """12,000 keys over the 24 orders of four images: chi-square of 23, mean 23, s.d. 6.8.

    Among 200 places, the fewest people that there can be: below about 16 places a network of so few bits does
    not reach every order alike.
    """
    count = dict.fromkeys(itertools.permutations(range(4)), 0)
    for k in range(12_000):
        count[tuple(np.argsort([forward(key(k), x, 200) for x in range(4)]).tolist())] += 1
    assert 4 < sum((n - 500) ** 2 / 500 for n in count.values()) < 57


def test_images_are_uniform_and_neighbours_part():
    """Where a place and its neighbour go, over 4,000 keys: 10 x 10 cells, chi-square of 99."""
    size, keys = 1000, 4000
    pairs = np.array([[forward(key(k), 500, size), forward(key(k), 501, size)] for k in range(keys)])
    counts = np.bincount(pairs[:, 0] // 100 * 10 + pairs[:, 1] // 100, minlength=100)
    assert 45 < ((counts - 40.0) ** 2 / 40.0).sum() < 175
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 5 / np.sqrt(keys)


def test_fixed_points_are_as_rare_as_chance_has_them():
    """One on average, whatever the size (Poisson): 300 keys of 200 places."""
    fixed = [sum(forward(key(k), x, 200) == x for x in range(200)) for k in range(300)]
    assert abs(np.mean(fixed) - 1.0) < 5 / np.sqrt(300)
