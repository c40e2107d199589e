"""Countries: what the tables may hold, what headroom is for, and how a country meets a regime."""

import math

import pytest

from moot.country.reading import country_from, load_country, needed_headroom
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError
from moot.experiment.scenario import load_scenario
from tests.regime.texts import COUNTRY, REGIME, SCENARIO

TABLED = COUNTRY.replace(
    "{equal: 4}", "{table: regions.csv, kind: insee-department}\nage_sex: {table: age.csv}"
)
REGIONS = "code,name,population\n01,Ain,679344\n48,Lozère,76486\n"
BANDS = [*(f"{first}-{first + 4}" for first in range(0, 85, 5)), "85+"]
CELLS = [f"{band},{sex},{300_000 + 10 * at}" for at, band in enumerate(BANDS) for sex in ("women", "men")]
AGES = "\n".join(["age_band,sex,population", *CELLS, ""])


def country_in(folder, regions=REGIONS, ages=AGES):
    (folder / "regions.csv").write_text(regions)
    (folder / "age.csv").write_text(ages)
    (folder / "country.yaml").write_text(TABLED)
    return load_country(folder / "country.yaml")


def refused(folder, **tables) -> str:
    with pytest.raises(DeclarationError) as raised:
        country_in(folder, **tables)
    return str(raised.value)


def test_tables_are_read(tmp_path):
    country = country_in(tmp_path)
    assert country.region_totals() == [679344, 76486]
    assert country.residents == 755830
    assert [(row.code, row.name) for row in country.regions.rows] == [("01", "Ain"), ("48", "Lozère")]
    assert [row.population for row in country.age_sex.rows][:3] == [300000, 300000, 300010]


def test_equal_regions_are_numbered():
    country = country_from(source_of_text(COUNTRY, "country.yaml"))
    assert [row.code for row in country.regions.rows] == ["R001", "R002", "R003", "R004"]
    assert country.region_totals() == [1, 1, 1, 1]
    assert country.residents is None


def test_tables_are_part_of_the_hash(tmp_path):
    first = country_in(tmp_path).content_hash
    assert country_in(tmp_path).content_hash == first
    assert country_in(tmp_path, regions=REGIONS.replace("679344", "679345")).content_hash != first


@pytest.mark.parametrize(
    "old, new, says",
    [
        (
            "679344",
            "4999",
            "regions.csv:2:1: population: region 01 has 4,999 residents; expected at least 5,000",
        ),
        ("01,", "99,", 'regions.csv:2:1: code: unknown region "99"'),
        ("Ain", "Happy Valley", 'the label "Happy Valley" is not from the shipped list'),
        ("48,Lozère", "01,Ain", 'the region "01" is in the table twice'),
        ("76486", "many", 'regions.csv:3:1: population: "many" is not a count'),
        ("76486", "-5", "is not a count"),
        ("76486", "76486,1", "4 cells; expected 3"),
        ("code,", "codes,", 'did you mean "code"?'),
        ("population\n", "population,religion\n", 'unknown column "religion"'),
        ("name,", "surname,", 'unknown column "surname"'),
        (REGIONS, "", "is empty"),
        (REGIONS, "code,name,population\n", "has no rows"),
        (REGIONS, "code,name,population\n\0", "is binary"),
        ("01,Ain", '"01,Ain', "is not CSV"),
    ],
)
def test_a_wrong_table_of_regions_is_refused(tmp_path, old, new, says):
    said = refused(tmp_path, regions=REGIONS.replace(old, new))
    assert says in said
    assert "regions.csv" in said


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("300010", "49", "49 residents in 5-9, women; expected 0 or at least 50: merge 5-9 with 0-4"),
        ("0-4,men", "young,men", '"young" is not one of the age bands'),
        ("85+,men", "85+,male", 'unknown sex "male"'),
        ("85+,men,300170\n", "", "no row for 85+, men; expected every band"),
        ("85+,women", "80+,women", '"80+" is not one of the age bands 0-4, 5-9, …, 80-84, 85+; expected'),
        ("0-4,women", "0-14,women", '"0-14" is not one of the age bands 0-4, 5-9, …, 80-84, 85+;'),
        ("5-9,women", "5-14,women", 'expected "5-9" here'),
        ("85+,women", "100+,women", 'expected "85+" here'),
        ("85+,men", "0-4,men", "is in the table twice"),
        ("sex,", "sex,ethnicity,", 'unknown column "ethnicity"'),
    ],
)
def test_a_wrong_table_of_ages_is_refused(tmp_path, old, new, says):
    assert says in refused(tmp_path, ages=AGES.replace(old, new))


@pytest.mark.parametrize(
    "kind, row, says",
    [
        ("gb-t-2260-province", "91,,500000", 'unknown region "91"; expected a code of a province'),
        ("gb-t-2260-province", "01,,679344", "a code of a province in GB/T 2260, two digits"),
        ("gb-t-2260-province", "11,Peking,21893095", 'expected "Beijing" or no label'),
        ("numbered", "65,,500000", "say `kind: insee-department` or `kind: gb-t-2260-province`"),
        ("numbered", "2A,,500000", "say `kind: insee-department` for codes of a list"),
        ("numbered", "R001,North,500000", 'expected "R001" or no label'),
        ("numbered", "R1,,500000", "expected a code such as R001"),
        ("insee-departments", "01,,679344", 'did you mean "insee-department"?'),
    ],
)
def test_codes_are_those_of_the_kind_of_list(tmp_path, kind, row, says):
    (tmp_path / "regions.csv").write_text(f"code,name,population\n{row}\n")
    (tmp_path / "age.csv").write_text(AGES)
    (tmp_path / "country.yaml").write_text(TABLED.replace("insee-department", kind))
    with pytest.raises(DeclarationError) as raised:
        load_country(tmp_path / "country.yaml")
    assert says in str(raised.value)


def test_provinces_are_read_with_their_names(tmp_path):
    (tmp_path / "regions.csv").write_text("code,population\n11,21893095\n54,3648100\n")
    (tmp_path / "age.csv").write_text(AGES)
    (tmp_path / "country.yaml").write_text(TABLED.replace("insee-department", "gb-t-2260-province"))
    country = load_country(tmp_path / "country.yaml")
    assert [(row.code, row.name) for row in country.regions.rows] == [
        ("11", "Beijing"),
        ("54", "Tibet (Xizang)"),
    ]


def test_an_act_without_a_declaration_says_where_it_belongs(tmp_path):
    text = COUNTRY.replace("  own:loud-music: {base", "  lib:late-return: {base")
    with pytest.raises(DeclarationError) as raised:
        country_from(source_of_text(text, "country.yaml"))
    assert "an act with a prefix is declared under `new_acts`, below `acts_prefix: lib`" in str(raised.value)


def test_a_regime_with_an_act_of_its_own_says_that_the_country_needs_it_too(tmp_path):
    act = "  lib:late-return: {class: incivility, domain: civic, place: street, words: is late}\n"
    regime = REGIME.replace("littering: 0.5}", "littering: 0.5, lib:late-return: 0.5}")
    (tmp_path / "regime.yaml").write_text(f"{regime}acts_prefix: lib\nnew_acts:\n{act}")
    (tmp_path / "country.yaml").write_text(COUNTRY)
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    with pytest.raises(DeclarationError) as raised:
        load_scenario(tmp_path / "scenario.yaml")
    assert "lib:late-return has no rate in the country small" in str(raised.value)
    assert "also stands under the country's `new_acts`, below `acts_prefix: lib`" in str(raised.value)


def test_a_cell_of_nobody_is_allowed(tmp_path):
    assert country_in(tmp_path, ages=AGES.replace("300010", "0")).age_sex.rows[2].population == 0


def test_a_table_of_one_row_per_person_is_refused(tmp_path):
    rows = "".join(f"{age}-{age},women,1\n" for age in range(100))
    said = refused(tmp_path, ages="age_band,sex,population\n" + rows + "100+,women,1\n")
    assert '"23-23" is not one of the age bands' in said
    assert "expected 0 or at least 50" in refused(tmp_path, ages=AGES.replace("300010", "1"))


def test_headroom_is_the_product_of_what_may_raise_a_rate():
    ranged = "prior: {offence: {value: 0.2, range: [0.1, 0.4], mark: assumed}, lawful: 0.05}"
    text = COUNTRY.replace("prior: {offence: 0.2, lawful: 0.05}", ranged).replace("1.7", "3")
    country = country_from(source_of_text(text, "country.yaml"))
    assert needed_headroom(country, "jaywalking") == pytest.approx(1.25 * math.exp(1.5 * 0.4))
    assert needed_headroom(country, "protest") == pytest.approx(1.25 * math.exp(2.2 * 0.05))
    assert needed_headroom(country, "volunteering") == 1


def test_without_a_burn_in_there_is_no_normaliser():
    text = COUNTRY.replace("burn_in_years: 5", "burn_in_years: 0").replace("headroom: 1.7", "headroom: 1.35")
    country = country_from(source_of_text(text, "country.yaml"))
    assert needed_headroom(country, "jaywalking") == pytest.approx(math.exp(0.3))


# A country and a regime meet in a scenario


def scenario_in(folder, scenario=SCENARIO, country=COUNTRY, regime=REGIME):
    for name, text in (("scenario", scenario), ("country", country), ("regime", regime)):
        (folder / f"{name}.yaml").write_text(text)
    return load_scenario(folder / "scenario.yaml")


def not_met(folder, **texts) -> str:
    with pytest.raises(DeclarationError) as raised:
        scenario_in(folder, **texts)
    return str(raised.value)


def test_they_meet(tmp_path):
    scenario = scenario_in(tmp_path)
    assert scenario.country_model.country == "small"
    assert list(scenario.arm_regimes) == ["status-quo", "small"]
    assert scenario.burn_in == 5
    assert scenario.warnings == ()


def test_an_act_without_a_rate_names_both_files(tmp_path):
    said = not_met(
        tmp_path,
        regime=REGIME.replace(
            "littering: {points: 10}", "littering: {points: 10}\n      petition: {points: 1}"
        ),
    )
    assert "petition has no rate in the country small" in said
    assert "regime.yaml:" in said
    assert "country.yaml" in said


def test_an_act_of_the_country_can_be_counted(tmp_path):
    regime = REGIME.replace("littering: 0.5}", "littering: 0.5, own:loud-music: 1}")
    assert scenario_in(tmp_path, regime=regime).arm_regimes["small"] is not None
    said = not_met(tmp_path, regime=regime.replace("own:loud-music", "own:loud-musik"))
    assert 'did you mean "own:loud-music"?' in said


def test_an_unknown_tie_is_an_error(tmp_path):
    assert 'did you mean "friends"?' in not_met(
        tmp_path, regime=REGIME.replace("[household, friends]", "[household, freinds]")
    )


def test_at_most_eight_lists_in_an_arm(tmp_path):
    rule = "      - {{list: more-{}, entry: {{tier: poor}}, exit: {{tier: fair}}}}\n"
    more = "".join(rule.format(number) for number in range(7))
    said = not_met(tmp_path, regime=REGIME.replace("    offers:\n", more + "    offers:\n"))
    assert "9 lists with those in force today; expected at most 8" in said


def test_two_schemes_of_one_name_in_an_arm(tmp_path):
    (tmp_path / "now.yaml").write_text(REGIME.replace("regime: small", "regime: now"))
    said = not_met(tmp_path, country=COUNTRY.replace("existing: []", "existing: [now.yaml]"))
    assert 'two schemes in this arm are called "score"' in said


def test_without_a_comparator_no_scheme_of_today_is_in_force(tmp_path):
    country = COUNTRY.replace("existing: []", "existing: [permis-a-points]")
    arms = SCENARIO.replace("arms:\n  status-quo: {}", "comparator: none\narms:")
    assert scenario_in(tmp_path, scenario=arms, country=country).existing_models == ()


def test_errors_of_the_country_and_of_the_regime_come_together(tmp_path):
    said = not_met(
        tmp_path, country=COUNTRY.replace("0.2}", "0.1}"), regime=REGIME.replace("start: 100", "start: 999")
    )
    assert "country.yaml:" in said
    assert "regime.yaml:" in said


def test_long_runs_and_unseen_acts_are_warnings(tmp_path):
    regime = REGIME.replace("littering: 0.5}", "}")
    scenario = scenario_in(tmp_path, scenario=SCENARIO.replace("days: 30", "days: 4000"), regime=regime)
    said = "\n".join(str(problem) for problem in scenario.warnings)
    assert "more than five years" in said
    assert "no sensor of this regime sees littering" in said
    assert all(problem.level == "warning" for problem in scenario.warnings)


def test_a_scenario_can_be_asked_for_with_more_people(tmp_path):
    scenario = scenario_in(tmp_path)
    changed = scenario.replace(people=2000, days=60)
    assert (changed.people, changed.days, changed.start) == (2000, 60, scenario.start)
    assert changed.country_model is scenario.country_model
    assert changed.content_hash != scenario.content_hash
    assert scenario.replace(people=scenario.people).content_hash == scenario.content_hash
    for wrong in (
        {"people": 0},
        {"days": -1},
        {"burn_in_years": 29},
        {"start": scenario.start.replace(year=1990)},
    ):
        with pytest.raises(DeclarationError):
            scenario.replace(**wrong)


def test_the_own_file_is_named_as_a_file(tmp_path):
    said = not_met(tmp_path, scenario=SCENARIO.replace("regime.yaml", "regime"))
    assert 'did you mean the file "regime.yaml"?' in said
