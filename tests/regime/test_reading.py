"""Reading: what is shipped is right, what is read is what was written, and no text ends in a traceback."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moot.country.reading import load_country
from moot.declaring.files import shipped_names
from moot.declaring.source import scalar_of, source_of_text
from moot.declaring.values import Quantity
from moot.errors import DeclarationError, MootError, UnknownNameError
from moot.experiment.scenario import load_scenario, scenario_from
from moot.regime.reading import load_regime, regime_from
from moot.regime.schema import Regime
from moot.vocabulary import load_vocabulary, vocabulary_from
from tests.regime.texts import COUNTRY, REGIME, SCENARIO


def regime_of(text: str) -> Regime:
    return regime_from(source_of_text(text, "text.yaml"))


# What is shipped


@pytest.mark.parametrize("name", shipped_names("regime"))
def test_a_shipped_regime_is_right_and_comes_back_the_same(name):
    regime = load_regime(name)
    assert regime.regime == name
    again = Regime.model_validate(regime.model_dump(by_alias=True, exclude_none=True))
    assert again.content_hash == regime.content_hash
    assert regime.source_path is not None
    assert regime.documented
    assert regime.assumed


@pytest.mark.parametrize("name", shipped_names("country"))
def test_a_shipped_country_is_right_and_has_its_tables(name):
    country = load_country(name)
    assert country.country == name
    assert len(country.region_totals()) == len(country.regions.rows)
    assert (country.residents or 0) > 1_000_000
    assert country.age_sex is not None
    assert {cell.sex for cell in country.age_sex.rows} == {"women", "men"}


@pytest.mark.parametrize("name", shipped_names("scenario"))
def test_a_shipped_scenario_is_right_and_resolved(name):
    scenario = load_scenario(name)
    assert scenario.arm_regimes.keys() == scenario.arms.keys()
    assert scenario.arm_regimes["status-quo"] is None
    assert [regime.regime for regime in scenario.existing_models] == list(scenario.country_model.existing)
    opens_empty = {"judgment-defaulters"}  # a list from its first day; nothing in force before it is counted
    assert scenario.burn_in >= 5 or name in opens_empty


def test_the_vocabulary_is_right():
    vocabulary = load_vocabulary()
    assert vocabulary.acts["protest"].class_ == "lawful"
    assert len(vocabulary.attributes["age"]) == 9
    assert "origin" not in vocabulary.attributes


def test_declarations_never_change():
    regime = load_regime("permis-a-points")
    with pytest.raises(ValueError, match="frozen"):
        regime.notice = False
    with pytest.raises(ValueError, match="frozen"):
        regime.schemes[0].score.start = 11


def test_an_unknown_name_is_an_error_of_its_own():
    with pytest.raises(UnknownNameError) as raised:
        load_country("frence")
    assert raised.value.nearest == "france"
    assert raised.value.exit_code == 2


# The hash


def test_the_hash_does_not_depend_on_layout_or_place():
    spaced = "# a comment\n" + REGIME.replace("{points: 10}", "{ points:   10 }")
    assert regime_of(REGIME).content_hash == regime_of(spaced).content_hash
    assert regime_of(REGIME).content_hash == regime_of(REGIME.replace("0.15", "1.5e-1")).content_hash


def test_the_hash_depends_on_what_is_said():
    assert regime_of(REGIME).content_hash != regime_of(REGIME.replace("start: 100", "start: 99")).content_hash


def test_the_hash_of_a_scenario_includes_its_country_and_regimes(tmp_path):
    def written(country: str, regime: str) -> str:
        (tmp_path / "country.yaml").write_text(country)
        (tmp_path / "regime.yaml").write_text(regime)
        (tmp_path / "scenario.yaml").write_text(SCENARIO)
        return load_scenario(tmp_path / "scenario.yaml").content_hash

    first = written(COUNTRY, REGIME)
    assert written(COUNTRY, REGIME) == first
    assert written(COUNTRY.replace("base: 4,", "base: 5,"), REGIME) != first
    assert written(COUNTRY, REGIME.replace("start: 100", "start: 99")) != first


# Quantities


def test_three_spellings_of_one_quantity():
    short, full = Quantity.model_validate(2), Quantity.model_validate({"value": 2, "range": [1, 3]})
    assert (short.at(), short.lower(), short.upper()) == (2, 2, 2)
    assert (full.at(date(2028, 1, 1)), full.lower(), full.upper()) == (2, 1, 3)
    dated = Quantity.model_validate(
        {"values": [{"from": date(2020, 1, 1), "value": 1}, {"from": date(2024, 1, 1), "value": 4}]}
    )
    assert dated.at(date(2019, 1, 1)) == 1
    assert dated.at(date(2023, 12, 31)) == 1
    assert dated.at(date(2024, 1, 1)) == 4
    assert (dated.lower(), dated.upper()) == (1, 4)
    with pytest.raises(ValueError, match="depends on the date"):
        dated.at()


def test_every_spelling_is_read_from_a_file():
    dated = "per_year: {values: [{from: 2020-01-01, value: 0.1}, {from: 2025-01-01, value: 0.2}]}"
    offer = regime_of(REGIME.replace("per_year: 0.15", dated)).schemes[0].offers[0]
    assert offer.per_year.at(date(2028, 1, 1)) == 0.2


@pytest.mark.parametrize(
    "values",
    ["[]", "[{from: 2024-01-01, value: 1}, {from: 2020-01-01, value: 2}]", "[{from: 2024, value: 1}]"],
    ids=["none", "out of order", "not a date"],
)
def test_wrong_dated_values_are_refused(values):
    with pytest.raises(DeclarationError):
        regime_of(REGIME.replace("per_year: 0.15", f"per_year: {{values: {values}}}"))


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_ends_enclose_the_value(value, below, above):
    quantity = Quantity(value=value, range=(value - below, value + above))
    assert quantity.lower() <= quantity.at() <= quantity.upper()


# YAML 1.2


@pytest.mark.parametrize(
    "text, value",
    [
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-7", -7),
        ("~", None),
        ("true", True),
        ("2028-01-01", "2028-01-01"),
    ],
)
def test_words_are_what_they_look_like(text, value):
    assert scalar_of(text) == value
    assert type(scalar_of(text)) is type(value)


def test_a_quoted_number_is_text():
    assert source_of_text('regime: "12"\n', "t").data == {"regime": "12"}


def test_places_are_those_of_the_text():
    source = source_of_text("a: 1\nb:\n  - c: x\n    d: [1, 22]\n", "t")
    assert source.values[("b", 0, "d", 1)] == (4, 12)
    assert source.keys[("b", 0, "c")] == (3, 5)


def test_windows_lines_and_a_byte_order_mark_are_text_too(tmp_path):
    file = tmp_path / "regime.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + REGIME.replace("\n", "\r\n").encode())
    assert load_regime(file).content_hash == regime_of(REGIME).content_hash


# No text ends in a traceback

PIECES = st.sampled_from(
    [
        *"{}[]:,-?&*!|>'\"%@`#~ \n\t",
        "\n  ",
        "- ",
        ": ",
        "regime",
        "schemes",
        "score",
        "tier",
        "12",
        ".inf",
        "é",
        "\x85",
    ]
)


def read_or_refuse(text: str) -> None:
    for read in (regime_from, scenario_from, vocabulary_from):
        try:
            read(source_of_text(text, "text.yaml"))
        except MootError as error:
            assert str(error)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.lists(PIECES, max_size=60).map("".join))
def test_random_text_is_read_or_refused(text):
    read_or_refuse(text)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(REGIME) - 1), st.lists(PIECES, min_size=1, max_size=4).map("".join), st.integers(0, 6)
)
def test_a_declaration_with_random_damage_is_read_or_refused(at, inserted, removed):
    read_or_refuse(REGIME[:at] + inserted + REGIME[at + removed :])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(tmp_path: Path, content: bytes):
    file = tmp_path / "file.yaml"
    file.write_bytes(content)
    with pytest.raises(DeclarationError):
        load_regime(file)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 10)
    | st.floats(-2, 2)
    | st.sampled_from(["a", "protest", "air"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tier", "from", "value"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(source_of_text(REGIME, "t").values)), values)
def test_any_value_at_any_place_is_read_or_refused(place, value):
    source = source_of_text(REGIME, "text.yaml")
    inside = source.data
    for key in place[:-1]:
        inside = inside[key]
    if place:
        inside[place[-1]] = value
    try:
        regime_from(source)
    except DeclarationError as error:
        assert all(problem.line for problem in error.problems)
