"""Chance: known answers of Philox, and statistics of the cheaper hash from which candidates are drawn."""

import numpy as np
import pytest

from moot.country.people import PURPOSES
from moot.country.reading import load_country
from moot.draws.philox import (
    below,
    day_key,
    draw,
    low_bit,
    mix,
    philox4x32,
    purpose,
    seed_key,
    static_hash,
    word_candidates,
    word_level,
    word_start,
    word_uniform,
)
from moot.experiment.scenario import load_scenario
from moot.vocabulary import load_vocabulary

FULL = np.uint64((1 << 64) - 1)
KEY = seed_key(1)
FAR_OFF = 5.0  # standard deviations: one false alarm in 1.7 million


def unsigned(*words):
    return [np.uint64(word) for word in words]


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_known_answers_of_random123(counter, key, answer):
    """The three vectors of Random123's kat_vectors for philox4x32-10."""
    assert philox4x32(*unsigned(*counter), *unsigned(*key)) == answer


def test_a_draw_is_philox_of_its_names():
    key = np.uint64(0x0123456789ABCDEF)
    expected = philox4x32(*unsigned(7, 11, 13, 17), *unsigned(0x89ABCDEF, 0x01234567))
    assert draw(key, 7, 11, 13, 17) == expected


def test_the_hash_of_words_is_the_finaliser_of_splitmix64():
    """First outputs of SplitMix64 from the state 0 (Vigna's reference implementation)."""
    golden, state, found = 0x9E3779B97F4A7C15, 0, []
    for _ in range(3):
        state = (state + golden) % (1 << 64)
        found.append(int(mix(np.uint64(state))))
    assert found == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def bits_of(words):
    """(words, 64) zeros and ones."""
    return (np.array(words, np.uint64)[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)


def levels(days, words, level):
    """Words of 64 bits, one for each (day, word), at a level."""
    what = purpose("act")
    keys = [np.uint64(day_key(KEY, what, day)) for day in days]
    return [int(word_level(np.uint64(word_start(key, word)), level)) for key in keys for word in words]


def test_every_bit_of_a_word_is_fair():
    """64 bit places over 20,000 words: each within five standard deviations of one half."""
    ones = bits_of(levels(range(40), range(500), 0)).sum(axis=0).astype(float)
    z = (ones - 10_000) / np.sqrt(5_000)
    assert np.abs(z).max() < FAR_OFF
    assert 30 < (z**2).sum() < 110  # chi-square of 64: mean 64, s.d. 11.3


def neighbours(kind):
    """Two arrays of bits that differ by one step of day, word, level, purpose, seed or person."""
    days, words = range(10_000, 10_040), range(300)
    base = bits_of(levels(days, words, 2))
    if kind == "day":
        return base, bits_of(levels(range(10_001, 10_041), words, 2))
    if kind == "word":
        return base, bits_of(levels(days, range(1, 301), 2))
    if kind == "level":
        return base, bits_of(levels(days, words, 3))
    if kind == "person":
        return base, np.roll(base, 1, axis=1)
    other = np.uint64(day_key(seed_key(2) if kind == "seed" else KEY, purpose("act") + (kind != "seed"), 0))
    first = np.uint64(day_key(KEY, purpose("act"), 0))
    pair = [
        bits_of([int(word_level(np.uint64(word_start(key, word)), 0)) for word in range(12_000)])
        for key in (first, other)
    ]
    return pair[0], pair[1]


@pytest.mark.parametrize("kind", ["day", "word", "level", "person", "purpose", "seed"])
def test_neighbours_are_independent(kind):
    """Of 768,000 pairs of bits one step apart half agree, over all and in each bit place."""
    one, other = neighbours(kind)
    agree = one == other
    assert abs(agree.sum() - agree.size / 2) < FAR_OFF * np.sqrt(agree.size / 4)
    z = (agree.sum(axis=0) - len(agree) / 2) / np.sqrt(len(agree) / 4)
    assert np.abs(z).max() < FAR_OFF


@pytest.mark.parametrize("level", [1, 3, 6, 10])
def test_candidates_have_the_probability_of_their_level(level):
    """Candidates by place in the word: 2**-level each, by chi-square over the 64 places."""
    days, words = (40, 400) if level < 10 else (100, 1000)
    count = np.zeros(64)
    for day in range(days):
        key = np.uint64(day_key(KEY, purpose("offer/licence/course"), day))
        found = [int(word_candidates(np.uint64(word_start(key, word)), level, FULL)) for word in range(words)]
        count += bits_of(found).sum(axis=0)
    trials, p = days * words, 2.0**-level
    z = (count - trials * p) / np.sqrt(trials * p * (1 - p))
    assert abs(z.sum()) / 8 < FAR_OFF
    assert 20 < (z**2).sum() < 125


def test_candidates_are_those_whose_uniform_is_small():
    """A person's uniform is one number: its digits decide at every level, so candidates are nested."""
    rng = np.random.default_rng(1)
    for word in range(40):
        start = np.uint64(word_start(np.uint64(day_key(KEY, 5, 77)), word))
        uniform = [int(word_uniform(start, 0, bit)) for bit in range(64)]
        before = int(FULL)
        for level in range(12):
            found = int(word_candidates(start, level, FULL))
            assert found == sum(1 << bit for bit in range(64) if uniform[bit] < 1 << (32 - level))
            assert found & before == found
            before = found
            among = np.uint64(rng.integers(0, 1 << 63))
            assert int(word_candidates(start, level, among)) == found & int(among)


def test_the_next_digits_go_on_where_the_level_ends():
    """32 digits after a level are the digits of the same uniform, and they are uniform themselves."""
    counts = np.zeros(16)
    for word in range(300):
        start = np.uint64(word_start(np.uint64(day_key(KEY, 9, 3)), word))
        for bit in range(0, 64, 7):
            far = int(word_uniform(start, 5, bit))
            assert int(word_uniform(start, 0, bit)) & ((1 << 27) - 1) == far >> 5
            counts[far >> 28] += 1
    expected = counts.sum() / 16
    assert ((counts - expected) ** 2 / expected).sum() < 45  # chi-square of 15: mean 15


def test_static_words_of_neighbours_are_independent():
    words = [static_hash(KEY, what, person) for what in (1, 2, 3, 4) for person in range(5000)]
    z = (bits_of(words).sum(axis=0) - 10_000.0) / np.sqrt(5_000)
    assert np.abs(z).max() < FAR_OFF
    same = bits_of(words[:-1]) == bits_of(words[1:])
    assert abs(same.sum() - same.size / 2) < FAR_OFF * np.sqrt(same.size / 4)
    assert len(set(words)) == len(words)


def test_lowest_bit():
    for n in range(64):
        assert low_bit(np.uint64((0xDEADBEEFDEADBEEF << 1 | 1) << n & int(FULL))) == n


def test_a_number_below_a_size():
    """Multiply and shift: the ends of the range, and even shares."""
    for size in (1, 2, 3, 1000, 1 << 31):
        assert below(np.uint64(0), size) == 0
        assert below(np.uint64(0xFFFFFFFF), size) == size - 1
    words = [draw(KEY, i, 0, 1, 0)[0] for i in range(6000)]
    counts = np.bincount([below(np.uint64(word), 6) for word in words], minlength=6)
    assert ((counts - 1000) ** 2 / 1000).sum() < 30


def test_seeds_are_any_integers():
    assert len({int(seed_key(seed)) for seed in (-1, 0, 1, 2, 1 << 80)}) == 5


def names_in_use():
    """Every purpose of the shipped country and scenario, and of the engine."""
    vocabulary, country = load_vocabulary(), load_country("france")
    scenario = load_scenario("rank-my-life-2028")
    names = ["act", "panel", "person/number", *PURPOSES]
    for act in {*vocabulary.acts, *country.acts}:
        names += [f"act/{act}", f"act/{act}/propensity"]
    names += [f"people/propensity/{domain}" for domain in vocabulary.domains]
    names += [f"trip/{context}" for context in vocabulary.contexts]
    for tie in country.tie_names:
        names += [f"people/tie/{tie}", f"ties/{tie}"]
    for regime in (*scenario.existing_models, *filter(None, scenario.arm_regimes.values())):
        for sensor in regime.sensors:
            names += [f"sensor/{sensor.sensor}", f"sensor/{sensor.sensor}/false-alarm"]
        for scheme in regime.schemes:
            names += [f"offer/{scheme.scheme}/{offer.offer}" for offer in scheme.offers]
    return names


def test_no_two_purposes_share_a_number():
    """A purpose is a hash of its name; searches combine a sensor's with an act's by exclusive or."""
    names = names_in_use()
    assert len(names) == len(set(names)) > 80
    numbers = {purpose(name) for name in names}
    sensors = [name for name in names if name.startswith("sensor/") and not name.endswith("/false-alarm")]
    acts = [name for name in names if name.startswith("act/") and not name.endswith("/propensity")]
    searches = {purpose(sensor) ^ purpose(act) for sensor in sensors for act in acts}
    assert len(numbers) == len(names)
    assert len(searches) == len(sensors) * len(acts)
    assert not numbers & searches
    assert all(0 <= number < 1 << 32 for number in numbers | searches)
