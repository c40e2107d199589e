"""The draws of the kernels in loops of their own, so that their rate can be timed."""

from typing import Any

import numpy as np

from moot.draws.compiled import kernel
from moot.draws.philox import philox_words, word_level

LANES = 256  # as many as the kernels draw together


@kernel
def blocks_of(rounds: int, who: Any, out: Any) -> None:
    """`rounds` Philox blocks for each of `who`, (LANES,) uint32, folded into `out`."""
    for day in range(rounds):
        for x in range(len(who)):
            a, b, c, d = philox_words(
                who[x], np.uint32(day), np.uint32(7), np.uint32(0), np.uint32(11), np.uint32(13)
            )
            out[x] ^= a ^ b ^ c ^ d


@kernel
def words_of(rounds: int, start: Any, out: Any) -> None:
    """`rounds` words of 64 digits from each of `start`, (LANES,) uint64, folded into `out`."""
    for level in range(rounds):
        for x in range(len(start)):
            out[x] ^= word_level(start[x], level)
