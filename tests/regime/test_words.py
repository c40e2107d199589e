"""A scheme in sentences: how much of what is done it sees, and what its own words are."""

import re

import pytest

from moot.country.reading import country_from
from moot.declaring.files import shipped_names
from moot.declaring.source import source_of_text
from moot.regime.reading import load_regime, regime_from
from moot.regime.recognition import coverage
from moot.regime.words import account, plain
from tests.regime.texts import COUNTRY, REGIME


def told(text=REGIME, country=None):
    return "\n".join(account(regime_from(source_of_text(text, "regime.yaml")), country))


def test_reach_and_sensitivity_come_to_a_product():
    said = told()
    assert "It covers 50 of 100 [10 to 90] of what is done there." in said
    assert "crosses on foot where it is not allowed, 80 of 100; drops litter in the street, 50 of 100" in said
    assert "All in all it sees, of what it sees best (crosses on foot where it is not allowed), " in said
    assert "about 40 of 100 acts. " in said


def test_cameras_are_told_by_place_with_what_they_come_to():
    said = "\n".join(account(load_regime("rank-my-life-2028")))
    assert "60 [20 to 180] in a metropolis; 50 of 100 [10 to 100] of what it takes in is analysed" in said
    assert "of 100 acts, about 0.01 in the countryside" in said
    assert f"{100 * coverage(60, 0.5):.2g} in a metropolis. " in said


def test_what_is_read_online_is_no_telephone_in_a_place():
    said = "\n".join(account(load_regime("rank-my-life-2028")))
    assert "Reading of what is posted and signed online (online-reading). It covers" in said
    assert "Telephones (phone-app) in these places: home" in said and "places: online" not in said
    assert said.count("only people with a smartphone are within reach") == 2


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1.0", "a seat on a plane (always)"),
        ("0.5", "a seat on a plane (50 of 100 times)"),
        ("{value: 1, range: [0.5, 1], mark: assumed}", "(always [50 to 100 of 100 times])"),
    ],
)
def test_refusals_are_told_as_often_as_they_happen(written, said):
    assert said in told(REGIME.replace("{air: 1.0}", f"{{air: {written}}}"))


def test_a_register_tells_what_it_misses():
    said = told(REGIME.replace("missed_links: 0.05", "missed_links: 0.05\n    false_links: 0.001"))
    assert "reads charges made today, of a person who: drives through a red light or a stop sign" in said
    assert "It misses 5 of 100. It books 0.1 of 100 on another person." in said


def test_new_acts_have_their_own_words():
    counted = REGIME.replace("littering: {points: 10}", "own:loud-music: {points: 10}")
    declared = (
        'new_acts:\n  own:loud-music: {class: incivility, domain: public-space, place: street, words: "%s"}\n'
    )
    own = counted + "acts_prefix: own\n" + declared % "plays a tune"
    assert "A person who plays a tune loses 10 points." in told(own)
    # The country's words are those of the tables of a run.
    country = country_from(source_of_text(COUNTRY, "country.yaml"))
    assert "A person who plays music late loses 10 points." in told(counted, country)
    assert "A person who plays music late loses 10 points." in told(own, country)


def test_a_tie_is_explained():
    assert "A tie is somebody the person lives, studies or works with" in told()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1e-05, "0.00001"),
        (2.5e-07, "0.00000025"),
        (0.002, "0.002"),
        (1.5, "1.5"),
        (400e6, "400,000,000"),
        (0, "0"),
        (-3e-06, "-0.000003"),
    ],
)
def test_numbers_are_written_without_an_exponent(number, said):
    assert plain(number) == said


@pytest.mark.parametrize("name", shipped_names("regime"))
def test_no_scheme_in_words_has_a_number_with_an_exponent(name):
    text = "\n".join(account(load_regime(name)))
    assert re.findall(r"\d(?:\.\d+)?e[+-]?\d+", text) == []
