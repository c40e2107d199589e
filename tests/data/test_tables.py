"""The tables that Moot ships: as their sources say, closed in their columns, no cell too small."""

import csv
import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src" / "moot" / "data"
FRANCE = DATA / "countries" / "france"
CHINA = DATA / "countries" / "china-2018"
SCRIPT = ROOT / "scripts" / "reduce_data.py"
LISTING = json.loads((DATA / "SOURCES.json").read_text("utf-8"))
SOURCES, INVENTED = LISTING["tables"], LISTING["invented"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outlines(path: Path = FRANCE / "departments.geojson") -> list[dict[str, Any]]:
    collection = json.loads(path.read_text("utf-8"))
    assert collection["type"] == "FeatureCollection"
    features: list[dict[str, Any]] = collection["features"]
    return features


def points(coordinates: list[Any]) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], list):
        for part in coordinates:
            yield from points(part)
    else:
        yield tuple(coordinates)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reduce_data", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class TestSources:
    @pytest.mark.parametrize("table", [*SOURCES, *INVENTED], ids=lambda table: table["file"])
    def test_a_table_is_the_one_its_source_describes(self, table: dict[str, Any]) -> None:
        content = (DATA / table["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == table["sha256"]
        if table["file"].endswith(".csv"):
            assert len(rows(DATA / table["file"])) == table["rows"]
        else:
            assert len(outlines(DATA / table["file"])) == table["rows"]

    @pytest.mark.parametrize("table", SOURCES, ids=lambda table: table["file"])
    def test_a_source_names_package_licence_and_attribution(self, table: dict[str, Any]) -> None:
        for key in ("registry", "package", "version", "inputs", "licence", "attribution", "done"):
            assert table[key], key

    def test_every_table_of_a_country_has_a_source(self) -> None:
        shipped = {
            path.relative_to(DATA).as_posix()
            for path in (DATA / "countries").rglob("*")
            if path.suffix in (".csv", ".geojson", ".json")
        }
        assert shipped == {table["file"] for table in [*SOURCES, *INVENTED]}

    def test_only_the_invented_country_has_invented_tables(self) -> None:
        assert {table["file"].split("/")[1] for table in INVENTED} == {"halmerra"}
        assert all(table["done"].startswith("Invented for Moot") for table in INVENTED)

    def test_the_script_pins_the_inputs_that_the_sources_list(self, script: ModuleType) -> None:
        pinned = {(i.path, i.sha256) for i in vars(script).values() if isinstance(i, script.Input)}
        listed = {(i["path"], i["sha256"]) for table in SOURCES for i in table["inputs"]}
        assert pinned == listed

    def test_the_united_nations_are_named_and_do_not_endorse(self) -> None:
        found = [t for t in SOURCES if t["file"].endswith("age_sex.csv")]
        assert len(found) == 2
        for table in found:
            assert table["licence"] == "CC BY 3.0 IGO"
            assert "World Population Prospects 2024" in table["attribution"]
            assert "does not endorse" in table["attribution"]


class TestDepartments:
    def test_columns_are_closed(self) -> None:
        for row in rows(FRANCE / "departments.csv"):
            assert list(row) == ["code", "name", "population"]

    def test_there_are_101_with_codes_of_their_own_in_order(self) -> None:
        codes = [row["code"] for row in rows(FRANCE / "departments.csv")]
        assert len(codes) == 101
        assert codes == sorted(set(codes))
        assert {"01", "2A", "2B", "75", "95", "971", "972", "973", "974", "976"} <= set(codes)

    def test_total(self) -> None:
        total = sum(int(row["population"]) for row in rows(FRANCE / "departments.csv"))
        assert total == 68_350_798

    def test_no_region_is_small(self) -> None:
        assert min(int(row["population"]) for row in rows(FRANCE / "departments.csv")) >= 5_000


class TestAgeAndSex:
    def test_columns_are_closed(self) -> None:
        for row in rows(FRANCE / "age_sex.csv"):
            assert list(row) == ["age_band", "sex", "population"]

    def test_bands_of_five_years_up_to_85_for_women_and_men(self) -> None:
        bands = [f"{start}-{start + 4}" for start in range(0, 85, 5)] + ["85+"]
        cells = [(row["age_band"], row["sex"]) for row in rows(FRANCE / "age_sex.csv")]
        assert cells == [(band, sex) for sex in ("women", "men") for band in bands]

    def test_totals(self) -> None:
        totals = {"women": 0, "men": 0}
        for row in rows(FRANCE / "age_sex.csv"):
            totals[row["sex"]] += int(row["population"])
        assert totals == {"women": 34_338_165, "men": 32_312_635}

    def test_a_cell_holds_nobody_or_at_least_fifty(self) -> None:
        for row in rows(FRANCE / "age_sex.csv"):
            assert int(row["population"]) == 0 or int(row["population"]) >= 50


class TestMap:
    def test_every_department_has_one_outline_and_every_outline_a_department(self) -> None:
        table = [(row["code"], row["name"]) for row in rows(FRANCE / "departments.csv")]
        drawn = [(f["properties"]["code"], f["properties"]["name"]) for f in outlines()]
        assert drawn == table

    def test_properties_are_closed(self) -> None:
        for feature in outlines():
            assert feature["properties"].keys() == {"code", "name"}
            assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")

    def test_rings_are_closed_and_rounded(self) -> None:
        for feature in outlines():
            shape = feature["geometry"]["coordinates"]
            parts = shape if feature["geometry"]["type"] == "MultiPolygon" else [shape]
            for ring in (ring for part in parts for ring in part):
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert all(value == round(value, 3) for point in ring for value in point)

    def test_overseas_departments_are_insets_south_of_the_mainland(self) -> None:
        for feature in outlines():
            if feature["properties"]["code"].startswith("97"):
                for east, north in points(feature["geometry"]["coordinates"]):
                    assert -5 < east < 3
                    assert 40.9 < north < 42.3


class TestChina:
    def test_the_31_provinces_sum_to_the_published_total(self) -> None:
        table = rows(CHINA / "provinces.csv")
        codes = [row["code"] for row in table]
        assert len(codes) == 31
        assert codes == sorted(set(codes))
        assert {"11", "44", "54", "65"} <= set(codes)
        assert not {"71", "81", "82"} & set(codes)
        assert sum(int(row["population"]) for row in table) == 1_409_778_724
        assert min(int(row["population"]) for row in table) >= 5_000

    def test_typed_residents_are_said_to_be_typed(self) -> None:
        (table,) = (t for t in SOURCES if t["file"].endswith("provinces.csv"))
        assert "K: typed from general knowledge, not read again" in table["attribution"]

    def test_bands_and_totals_of_ages_and_sexes(self) -> None:
        table = rows(CHINA / "age_sex.csv")
        assert [row["age_band"] for row in table] == [row["age_band"] for row in rows(FRANCE / "age_sex.csv")]
        totals = {"women": 0, "men": 0}
        for row in table:
            totals[row["sex"]] += int(row["population"])
        assert totals == {"women": 697_654_483, "men": 728_451_608}

    def test_31_of_31_provinces_have_an_outline_on_rounded_closed_rings(self) -> None:
        drawn = outlines(CHINA / "provinces.geojson")
        named = [(f["properties"]["code"], f["properties"]["name"]) for f in drawn]
        assert named == [(row["code"], row["name"]) for row in rows(CHINA / "provinces.csv")]
        for feature in drawn:
            shape = feature["geometry"]["coordinates"]
            parts = shape if feature["geometry"]["type"] == "MultiPolygon" else [shape]
            for ring in (ring for part in parts for ring in part):
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert all(value == round(value, 2) for point in ring for value in point)

    def test_the_outlines_are_small_and_say_that_borders_are_contested(self) -> None:
        text = (CHINA / "provinces.geojson").read_text("utf-8")
        assert len(text.encode()) < 120_000
        (listed,) = (t for t in SOURCES if t["file"].endswith("provinces.geojson"))
        assert json.loads(text)["note"] in listed["done"]
        assert "contested" in json.loads(text)["note"]


class TestReduction:
    def test_an_input_that_is_not_the_pinned_one_is_refused(self, tmp_path: Path) -> None:
        place = tmp_path / "decoupage-administratif" / "data" / "departements.json"
        place.parent.mkdir(parents=True)
        place.write_text("[]", "utf-8")
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "is not the pinned file" in done.stderr

    def test_a_missing_package_is_named(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "unpack @etalab/decoupage-administratif 6.0.0 there" in done.stderr

    def test_rounding_drops_repeated_points_and_keeps_the_ring_closed(self, script: ModuleType) -> None:
        ring = [[0.0, 0.0], [0.0001, 0.0001], [1.0, 0.0], [1.0, 1.0], [-0.0001, 0.0]]
        assert script.ring(ring) == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]

    def test_an_outline_without_area_is_dropped(self, script: ModuleType) -> None:
        speck = [[0.0, 0.0], [0.0001, 0.0], [0.0, 0.0001], [0.0, 0.0]]
        assert script.polygon([speck]) == []
