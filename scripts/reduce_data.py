"""Reduce published packages to the small tables that Moot ships.

The script fetches nothing. Get the three packages with their ordinary clients and unpack each one
into a folder of its own inside one FOLDER:

    npm pack @etalab/decoupage-administratif@6.0.0
    npm pack @superset-ui/legacy-plugin-chart-country-map@0.20.3
    pip download --no-deps bokeh-sampledata==2026.1

    FOLDER/decoupage-administratif/   what lies in `package/` of the first archive
    FOLDER/country-map/               what lies in `package/` of the second archive
    FOLDER/bokeh-sampledata/          the unpacked wheel

    python scripts/reduce_data.py FOLDER          writes the tables and SOURCES.json
    python scripts/reduce_data.py FOLDER --check  writes nothing; exit 1 if a file differs

Every input is compared with the checksum pinned below before anything is read from it, and the same
inputs give the same tables byte for byte.
"""

import argparse
import csv
import gzip
import hashlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "src" / "moot" / "data"
FRANCE = "countries/france/"

SMALLEST_CELL = 50
"""A population cell holds nobody or at least this many people."""

SMALLEST_REGION = 5_000
"""A region has at least this many residents."""

DECIMALS = 3
"""Outlines are rounded to 0.001 degree, about 100 metres."""

LAST_BAND = 85
"""Age bands of five years; the last one is open."""


class Refused(Exception):
    """An input is missing, is not the pinned one, or gives a table that Moot does not ship."""


@dataclass(frozen=True)
class Package:
    folder: str
    registry: str
    name: str
    version: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class Input:
    package: Package
    path: str
    sha256: str

    def read(self, folder: Path) -> bytes:
        place = folder / self.package.folder / self.path
        if not place.is_file():
            raise Refused(f"{place} is missing: unpack {self.package.name} {self.package.version} there")
        content = place.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise Refused(f"{place} is not the pinned file: expected {self.sha256}, found {found}")
        return content


ETALAB = Package(
    folder="decoupage-administratif",
    registry="npm",
    name="@etalab/decoupage-administratif",
    version="6.0.0",
    licence="Licence Ouverte / Open Licence 2.0 (data); MIT (package)",
    attribution=(
        "Insee, populations légales 2023 and Code officiel géographique 2026, "
        "as packaged by Etalab (@etalab/decoupage-administratif 6.0.0), Licence Ouverte 2.0"
    ),
)
COUNTRY_MAP = Package(
    folder="country-map",
    registry="npm",
    name="@superset-ui/legacy-plugin-chart-country-map",
    version="0.20.3",
    licence="Apache-2.0 (package); Natural Earth outlines are in the public domain",
    attribution=(
        "Apache Superset, The Apache Software Foundation "
        "(@superset-ui/legacy-plugin-chart-country-map 0.20.3), Apache License 2.0; "
        "made with Natural Earth"
    ),
)
SAMPLE_DATA = Package(
    folder="bokeh-sampledata",
    registry="PyPI",
    name="bokeh-sampledata",
    version="2026.1",
    licence="CC BY 3.0 IGO",
    attribution=(
        "United Nations, Department of Economic and Social Affairs, Population Division (2024). "
        "World Population Prospects 2024, Online Edition. Copyright July 2024 United Nations. "
        "Licensed CC BY 3.0 IGO. Bands from 85 years up were added together by Moot; "
        "the United Nations does not endorse Moot"
    ),
)

DEPARTMENTS = Input(
    ETALAB,
    "data/departements.json",
    "1ebe7e0ad0a49653c899087194344ec67f7115b728c4e1b98f741bd655b545e0",
)
COMMUNES = Input(
    ETALAB,
    "data/communes.json",
    "6cafec09b4e127d08edc47f366b28261bee70cca323fbfcb957dd169fcad9284",
)
OUTLINES = Input(
    COUNTRY_MAP,
    "esm/countries/france.geojson",
    "0900f1507a2e9d1a3fb5e41d19a5dda0726e9d0c82a2992194250d6239ddb207",
)
POPULATION = Input(
    SAMPLE_DATA,
    "bokeh_sampledata/_data/population.csv.gz",
    "97d34d53cc2bcb2cbaf04186096f096652ab0e80808d7f66ad6a71c4fe903f55",
)

OVERSEAS_ISO = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}
"""ISO 3166-1 codes that the outlines use for the overseas departments, with their INSEE codes."""

Row = tuple[str | int, ...]


def departments(folder: Path) -> list[tuple[str, str, int]]:
    """(code, name, population) of the 101 departments, by INSEE code.

    Only present-day communes are added: the municipal districts of Paris, Lyon and Marseille and
    the former communes are parts of them. Overseas collectivities are not departments.
    """
    names = {
        d["code"]: d["nom"] for d in json.loads(DEPARTMENTS.read(folder)) if d["zone"] in ("metro", "drom")
    }
    people = dict.fromkeys(names, 0)
    for commune in json.loads(COMMUNES.read(folder)):
        if commune["type"] == "commune-actuelle" and commune["departement"] in people:
            people[commune["departement"]] += commune.get("population", 0)
    for code, residents in people.items():
        if residents < SMALLEST_REGION:
            raise Refused(f"department {code} has {residents} residents, fewer than {SMALLEST_REGION}")
    return [(code, names[code], people[code]) for code in sorted(names)]


def age_sex(folder: Path) -> list[Row]:
    """(age_band, sex, population) for France in 2025, women first, the last band open."""
    sexes = {"Female": "women", "Male": "men"}
    cells: dict[tuple[int, str], int] = {}
    text = gzip.decompress(POPULATION.read(folder)).decode("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        if row["Location"] == "France" and row["Year"] == "2025" and row["Sex"] in sexes:
            cell = (min(int(row["AgeGrpStart"]), LAST_BAND), sexes[row["Sex"]])
            cells[cell] = cells.get(cell, 0) + int(row["Value"])
    for (start, sex), people in cells.items():
        if 0 < people < SMALLEST_CELL:
            raise Refused(f"{sex} of {start} and over: {people} people, merge with the band below")
    return [
        (f"{start}+" if start == LAST_BAND else f"{start}-{start + 4}", sex, cells[start, sex])
        for sex in ("women", "men")
        for start in range(0, LAST_BAND + 1, 5)
    ]


def ring(points: list[list[float]]) -> list[list[float]]:
    """A closed outline, rounded, without the points that rounding made equal to their neighbour."""
    rounded = [[round(x, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0] for x, y in points]
    return [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]


def polygon(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    """A polygon whose holes and outline are still areas after rounding; empty if it has no area."""
    kept = [ring(points) for points in rings]
    if len(kept[0]) < 4:
        return []
    return [points for points in kept if len(points) >= 4]


def outlines(folder: Path, named: list[tuple[str, str, int]]) -> dict[str, Any]:
    """One GeoJSON feature a department, with the names and in the order of the population table."""
    shapes = {}
    for feature in json.loads(OUTLINES.read(folder))["features"]:
        iso = feature["properties"]["ISO"].removeprefix("FR-")
        geometry = feature["geometry"]
        parts = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            parts = [parts]
        parts = [part for part in map(polygon, parts) if part]
        if not parts:
            raise Refused(f"the outline of {iso} has no area at {DECIMALS} decimals")
        shapes[OVERSEAS_ISO.get(iso, iso)] = (
            {"type": "Polygon", "coordinates": parts[0]}
            if len(parts) == 1
            else {"type": "MultiPolygon", "coordinates": parts}
        )
    codes = {code for code, _, _ in named}
    if shapes.keys() != codes:
        raise Refused(f"outlines and departments differ: {sorted(shapes.keys() ^ codes)}")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": shapes[code],
            }
            for code, name, _ in named
        ],
    }


def as_csv(columns: Row, rows: list[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def as_geojson(collection: dict[str, Any]) -> bytes:
    """One line a department, so that a changed outline is a changed line."""
    lines = (
        json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in collection["features"]
    )
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def entry(
    file: str, content: bytes, rows: int, total: int | None, inputs: list[Input], done: str
) -> dict[str, Any]:
    """What SOURCES.json says of one table."""
    package = inputs[0].package
    return {
        "file": file,
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": rows,
        **({} if total is None else {"population": total}),
        "registry": package.registry,
        "package": package.name,
        "version": package.version,
        "inputs": [{"path": i.path, "sha256": i.sha256} for i in inputs],
        "licence": package.licence,
        "attribution": package.attribution,
        "done": done,
    }


def reduce(folder: Path) -> dict[str, bytes]:
    """Every file that the project ships from the packages, by its path under `src/moot/data`."""
    by_department = departments(folder)
    by_age = age_sex(folder)
    shapes = outlines(folder, by_department)

    files = {
        FRANCE + "departments.csv": as_csv(("code", "name", "population"), by_department),
        FRANCE + "age_sex.csv": as_csv(("age_band", "sex", "population"), by_age),
        FRANCE + "departments.geojson": as_geojson(shapes),
    }
    tables = [
        entry(
            file := FRANCE + "departments.csv",
            files[file],
            len(by_department),
            sum(people for _, _, people in by_department),
            [COMMUNES, DEPARTMENTS],
            "Municipal populations (2023) of the present-day communes added up by department; "
            "municipal districts, delegated and associated communes are left out because they are "
            "parts of others; the overseas collectivities are left out because they are not "
            "departments. For Mayotte the package gives 256,518, which is the count of 2017.",
        ),
        entry(
            file := FRANCE + "age_sex.csv",
            files[file],
            len(by_age),
            sum(int(row[2]) for row in by_age),
            [POPULATION],
            "Location France (metropolitan France: the overseas departments are locations of their "
            "own in the source), year 2025, medium variant; the bands from 85 years up added "
            "together. Moot uses the shares, never the total.",
        ),
        entry(
            file := FRANCE + "departments.geojson",
            files[file],
            len(shapes["features"]),
            None,
            [OUTLINES],
            "Coordinates rounded to 3 decimals, repeated points dropped, codes turned into INSEE "
            "codes and names taken from the table of departments. The overseas departments are "
            "drawn by the source as insets near the mainland, not at their place or scale.",
        ),
    ]
    listing = json.dumps({"tables": tables}, ensure_ascii=False, indent=2) + "\n"
    files["SOURCES.json"] = listing.encode("utf-8")
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds the three unpacked packages")
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    options = parser.parse_args()
    try:
        files = reduce(options.folder)
    except Refused as refusal:
        print(f"reduce_data: {refusal}", file=sys.stderr)
        return 2
    if options.check:
        differ = [
            name
            for name, content in files.items()
            if not (DATA / name).is_file() or (DATA / name).read_bytes() != content
        ]
        print("\n".join(f"differs: {name}" for name in differ) or "all files are as committed")
        return 1 if differ else 0
    for name, content in files.items():
        (DATA / name).parent.mkdir(parents=True, exist_ok=True)
        (DATA / name).write_bytes(content)
        print(f"{len(content):>8} bytes  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
