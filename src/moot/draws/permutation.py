"""Keyed permutations of 0..size-1: ties that leave the block, and orders, without any memory.

A balanced Feistel network on the smallest even number of bits that holds the size, walked in cycles until it
falls inside (Black and Rogaway 2002). Six rounds of the keyed hash; its uniformity is tested.
"""

import numpy as np

from moot.draws.compiled import scalar
from moot.draws.philox import mix

ROUNDS = 6
_R = np.uint64(0xA0761D6478BD642F)


@scalar
def half_bits(size):
    """Half of the even number of bits that hold 0..size-1 (at least 1)."""
    half = 1
    while (np.int64(1) << (2 * half)) < size:
        half += 1
    return half


@scalar
def _round(key, r, x, mask):
    return mix(np.uint64(key) ^ (np.uint64(r + 1) * _R) ^ x) & mask


@scalar
def forward(key, x, size):
    """The image of x under the permutation of 0..size-1 with this 64-bit key."""
    half = half_bits(size)
    shift = np.uint64(half)
    mask = (np.uint64(1) << shift) - np.uint64(1)
    while True:
        left = np.uint64(x) >> shift
        right = np.uint64(x) & mask
        for r in range(ROUNDS):
            left, right = right, left ^ _round(key, r, right, mask)
        x = np.int64((left << shift) | right)
        if x < size:
            return x


@scalar
def backward(key, x, size):
    """The inverse of `forward`."""
    half = half_bits(size)
    shift = np.uint64(half)
    mask = (np.uint64(1) << shift) - np.uint64(1)
    while True:
        left = np.uint64(x) >> shift
        right = np.uint64(x) & mask
        for r in range(ROUNDS - 1, -1, -1):
            left, right = right ^ _round(key, r, left, mask), left
        x = np.int64((left << shift) | right)
        if x < size:
            return x
