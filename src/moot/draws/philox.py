"""Chance as a pure function: Philox4x32-10 per event, a cheaper keyed hash for candidates.

Philox4x32-10 is the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
easy as 1, 2, 3" (SC 2011); its known answers (Random123) are in the tests. The keyed hash is the finaliser of
SplitMix64 (Steele, Lea, Flood 2014); what is built on it has statistical tests beside it.

All values are uint64 that hold 32-bit or 64-bit words: numba turns a mix of uint64 and int64 into float64.
"""

import hashlib
from typing import Any

import numpy as np

from moot.draws.compiled import scalar, spliced  # loads Numba

# isort: split
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

M32 = np.uint64(0xFFFFFFFF)
S32 = np.uint64(32)
_P0 = np.uint64(0xD2511F53)
_P1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_V0, _V1 = np.uint32(_W0), np.uint32(_W1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)
ONE = np.uint64(1)
ZERO = np.uint64(0)
FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
_WORDS = np.uint64(0xD1B54A32D192ED03)


def seed_key(seed: int) -> np.uint64:
    """The 64-bit key of a seed; any integer is a seed."""
    return np.uint64(int.from_bytes(hashlib.sha256(f"moot seed {seed}".encode()).digest()[:8], "little"))


def purpose(name: str) -> int:
    """The 32-bit number of a named purpose: a hash of the name, never a position in a file."""
    return int.from_bytes(hashlib.sha256(f"moot purpose {name}".encode()).digest()[:4], "little")


@scalar
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Ten rounds on the counter (c0..c3) under the key (k0, k1); four 32-bit words as uint64."""
    for _ in range(10):
        p0 = _P0 * c0
        p1 = _P1 * c2
        n0 = (p1 >> S32) ^ c1 ^ k0
        n2 = (p0 >> S32) ^ c3 ^ k1
        c1 = p1 & M32
        c3 = p0 & M32
        c0 = n0
        c2 = n2
        k0 = (k0 + _W0) & M32
        k1 = (k1 + _W1) & M32
    return c0, c1, c2, c3


@spliced
def philox_words(c0, c1, c2, c3, k0, k1):
    """The same function on uint32 words: in a loop over arrays the processor draws several at a time."""
    for _ in range(10):
        p0 = _P0 * np.uint64(c0)
        p1 = _P1 * np.uint64(c2)
        n0 = np.uint32(p1 >> S32) ^ c1 ^ k0
        n2 = np.uint32(p0 >> S32) ^ c3 ^ k1
        c1 = np.uint32(p1)
        c3 = np.uint32(p0)
        c0 = n0
        c2 = n2
        k0 = np.uint32(k0 + _V0)
        k1 = np.uint32(k1 + _V1)
    return c0, c1, c2, c3


@scalar
def draw(key, person, day, what, n):
    """Four 32-bit uniforms of (seed key, person, day, purpose, n): the draws of one decision."""
    return philox4x32(
        np.uint64(person),
        np.uint64(day),
        np.uint64(what),
        np.uint64(n),
        np.uint64(key) & M32,
        np.uint64(key) >> S32,
    )


@scalar
def mix(x):
    """The SplitMix64 finaliser: a bijection of 64-bit words with good avalanche."""
    x = np.uint64(x)
    x = (x ^ (x >> _30)) * _A
    x = (x ^ (x >> _27)) * _B
    return x ^ (x >> _31)


@scalar
def static_hash(key, what, person):
    """A 64-bit word that belongs to (seed, purpose, person) for ever."""
    return mix(mix(np.uint64(key) ^ (np.uint64(what) * GOLDEN)) + np.uint64(person) * GOLDEN)


@scalar
def day_key(key, what, day):
    """The key under which the words of one purpose are hashed on one day."""
    return mix(np.uint64(key) ^ mix((np.uint64(what) << S32) | np.uint64(day)))


@scalar
def word_start(daykey, word):
    """Where the bit sequence of 64 people (one word) starts on a day."""
    return mix(np.uint64(daykey) + (np.uint64(word) + ONE) * _WORDS)


@scalar
def word_level(start, level):
    """64 fair bits, one a person: the `level`-th binary digit of everybody's uniform of that day."""
    return mix(np.uint64(start) + (np.uint64(level) + ONE) * GOLDEN)


@scalar
def word_candidates(start, level_count, among):
    """The people of a word whose uniform lies below 2**-level_count, among the bits given.

    Each person's uniform is 0.b0 b1 b2 ... with a set bit standing for the digit 0, so that candidates for a
    smaller bound are candidates for a larger one: the bound is an implementation, the uniform is not.
    """
    mask = np.uint64(among)
    for level in range(level_count):
        mask &= word_level(start, level)
        if mask == ZERO:
            break
    return mask


@scalar
def stream(daykey, n):
    """The key of the n-th stream of words of one purpose and day."""
    return mix(np.uint64(daykey) ^ (np.uint64(n) * _WORDS))


@scalar
def word_below(start, threshold, count, among):
    """Those of `among` whose first `count` binary digits, read as an integer, are at most `threshold`."""
    equal = np.uint64(among)
    below_it = ZERO
    for level in range(count):
        ones = ~word_level(start, level)
        if (np.int64(threshold) >> (count - 1 - level)) & 1:
            below_it |= equal & ~ones
            equal &= ones
        else:
            equal &= ~ones
        if equal == ZERO:
            break
    return below_it | equal


@scalar
def word_digits(start, first, count, bit):
    """Digits `first` to `first + count - 1` of one person's uniform, as an integer (0 = smallest)."""
    value = ZERO
    for level in range(first, first + count):
        value = (value << ONE) | ((~word_level(start, level) >> np.uint64(bit)) & ONE)
    return value


@scalar
def word_uniform(start, level_count, bit):
    """The next 32 binary digits of one person's uniform after the first `level_count` (0 = smallest)."""
    return word_digits(start, level_count, 32, bit)


@intrinsic
def _trailing_zeros(typingctx: Any, x: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), code


@intrinsic
def _ones(typingctx: Any, x: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), code


@scalar
def low_bit(x):
    """The place of the lowest set bit of a 64-bit word; 64 where none is set."""
    return np.int64(_trailing_zeros(np.uint64(x)))


@scalar
def ones(x):
    """How many bits of a 64-bit word are set."""
    return np.int64(_ones(np.uint64(x)))


@scalar
def below(word32, size):
    """An integer in [0, size) from a 32-bit word (multiply and shift; size up to 2**32)."""
    return np.int64((word32 * np.uint64(size)) >> S32)
