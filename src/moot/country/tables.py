"""The tables of a country: residents by region, and by age band and sex.

These are the only files about people that Moot reads, and they are read narrowly, because a table with one
row per person would be people and not a country: a closed list of columns, cells of 0 or at least 50
residents, regions of at least 5,000, codes from shipped lists.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from moot.declaring.complaints import nearest
from moot.declaring.files import data_folder
from moot.errors import Problem

__all__ = [
    "AgeSexCell",
    "Region",
    "insee_departments",
    "numbered_regions",
    "provinces_of_china",
    "read_age_sex",
    "read_regions",
]

MAX_BYTES = 1024 * 1024
MAX_ROWS = 2_000
MIN_CELL = 50
MIN_REGION = 5_000

BANDS = (*(f"{first}-{first + 4}" for first in range(0, 85, 5)), "85+")
"""The age bands of a table, and no others: people are made in bands of five years, the last one open."""
REGION_COLUMNS = ("code", "name", "population")
AGE_SEX_COLUMNS = ("age_band", "sex", "population")


@dataclass(frozen=True)
class Region:
    """A region: its code, its name in the shipped list, its residents (0 where regions are only numbered)."""

    code: str
    name: str
    population: int


@dataclass(frozen=True)
class AgeSexCell:
    """Residents of one age band (`0-4`, …, `85+`) and sex (`women`, `men`)."""

    age_band: str
    sex: str
    population: int


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


def insee_departments() -> dict[str, str]:
    """The shipped list of French departments (INSEE code to name)."""
    return _shipped_list("france/departments.csv")


def provinces_of_china() -> dict[str, str]:
    """The shipped list of the province-level divisions of China (first two digits of GB/T 2260 to name)."""
    return _shipped_list("china-2018/provinces.csv")


@lru_cache(maxsize=8)
def _shipped_list(table: str) -> dict[str, str]:
    with (data_folder() / "countries" / table).open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


_LISTS = {
    "insee-department": (insee_departments, "a code of an INSEE department"),
    "gb-t-2260-province": (provinces_of_china, "a code of a province in GB/T 2260, two digits"),
}
"""By `kind`: the codes with their names, and the words for one of them."""


def numbered_regions(count: int) -> tuple[Region, ...]:
    """Regions R001, R002, … without residents of their own: a scenario divides its people equally."""
    return tuple(Region(f"R{number:03d}", f"R{number:03d}", 0) for number in range(1, count + 1))


def read_regions(path: Path, shown: str, kind: str | None) -> tuple[tuple[Region, ...], list[Problem]]:
    """The regions of a CSV table with the columns code, name, population; and everything wrong with it."""
    rows, problems = _read(path, shown, REGION_COLUMNS, ("code", "population"))
    regions: list[Region] = []
    listed, expected = _LISTS.get(kind or "", (None, "a code such as R001"))
    known = listed() if listed else {}
    for row in rows:
        code = row.cells["code"]
        if code in known:
            name = known[code]
        elif listed is None and _is_number(code):
            name = code
        else:
            hint = nearest(code, known) if listed else _kind_with(code)
            problems.append(_wrong(shown, row, "code", f'unknown region "{code}"; expected {expected}', hint))
            continue
        label = row.cells.get("name", "")
        if label not in ("", name):
            message = f'the label "{label}" is not from the shipped list; expected "{name}" or no label'
            problems.append(_wrong(shown, row, "name", message))
        if any(region.code == code for region in regions):
            problems.append(_wrong(shown, row, "code", f'the region "{code}" is in the table twice'))
        population = _count(shown, row, problems)
        if population is not None and population < MIN_REGION:
            few = f"region {code} has {population:,} residents"
            message = f"{few}; expected at least {MIN_REGION:,}: merge it with a neighbour"
            problems.append(_wrong(shown, row, "population", message))
        regions.append(Region(code, name, population or 0))
    return tuple(regions), problems


def read_age_sex(
    path: Path, shown: str, sexes: Sequence[str]
) -> tuple[tuple[AgeSexCell, ...], list[Problem]]:
    """The cells of a CSV table with the columns age_band, sex, population; and everything wrong with it."""
    rows, problems = _read(path, shown, AGE_SEX_COLUMNS, AGE_SEX_COLUMNS)
    cells: list[AgeSexCell] = []
    lines: list[_Row] = []
    for row in rows:
        band, sex = row.cells["age_band"], row.cells["sex"]
        if band not in BANDS:
            message = f'"{band}" is not one of the age bands 0-4, 5-9, …, 80-84, 85+'
            expected = _band_of(band)
            message += f'; expected "{expected}" here' if expected else ""
            problems.append(_wrong(shown, row, "age_band", message))
            continue
        if sex not in sexes:
            message = f'unknown sex "{sex}"; expected one of: {", ".join(sexes)}'
            problems.append(_wrong(shown, row, "sex", message, nearest(sex, sexes)))
            continue
        if any((cell.age_band, cell.sex) == (band, sex) for cell in cells):
            problems.append(_wrong(shown, row, "age_band", f"{band}, {sex} is in the table twice"))
        population = _count(shown, row, problems)
        cells.append(AgeSexCell(band, sex, population or 0))
        lines.append(row)
    problems += _small_cells(shown, cells, lines)
    there = {(cell.age_band, cell.sex) for cell in cells}
    missing = [f"{band}, {sex}" for sex in sexes for band in BANDS if (band, sex) not in there]
    if missing and not problems:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        message = f"no row for {missing[0]}{more}; expected every band 0-4, 5-9, …, 80-84, 85+ for each sex"
        problems.append(Problem(path=shown, message=message))
    return tuple(cells), problems


def _small_cells(shown: str, cells: list[AgeSexCell], rows: list[_Row]) -> Iterator[Problem]:
    """Cells that are neither 0 nor at least 50, with the bands to merge."""
    for cell, row in zip(cells, rows, strict=True):
        if not 0 < cell.population < MIN_CELL:
            continue
        bands = sorted(
            (other for other in cells if other.sex == cell.sex), key=lambda other: BANDS.index(other.age_band)
        )
        at = bands.index(cell)
        neighbour = bands[at - 1] if at else bands[at + 1] if len(bands) > 1 else None
        merge = f": merge {cell.age_band} with {neighbour.age_band}" if neighbour else ""
        few = f"{cell.population} residents in {cell.age_band}, {cell.sex}"
        message = f"{few}; expected 0 or at least {MIN_CELL}{merge}"
        yield _wrong(shown, row, "population", message)


def _kind_with(code: str) -> str:
    """A hint at the kinds whose list has the code; at all of them where none has it."""
    kinds = [kind for kind, (listed, _) in _LISTS.items() if code in listed()] or list(_LISTS)
    return "say " + " or ".join(f"`kind: {kind}`" for kind in kinds) + " for codes of a list"


def _is_number(code: str) -> bool:
    return len(code) == 4 and code[0] == "R" and code[1:].isascii() and code[1:].isdigit()


def _band_of(text: str) -> str:
    """The band in which a wrongly written one begins, or nothing."""
    digits = re.match(r"[0-9]{1,3}", text)
    return BANDS[min(int(digits[0]) // 5, len(BANDS) - 1)] if digits else ""


def _count(shown: str, row: _Row, problems: list[Problem]) -> int | None:
    text = row.cells["population"]
    if text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    problems.append(
        _wrong(shown, row, "population", f'"{text}" is not a count; expected a whole number, 0 or more')
    )
    return None


def _wrong(shown: str, row: _Row, column: str, message: str, hint: str = "") -> Problem:
    return Problem(path=shown, line=row.line, column=1, key=column, message=message, hint=hint)


def _read(
    path: Path, shown: str, columns: Sequence[str], needed: Sequence[str]
) -> tuple[list[_Row], list[Problem]]:
    """The rows of a CSV file with a header of known columns, and what is wrong with its form."""

    def whole(message: str, line: int = 0, hint: str = "") -> tuple[list[_Row], list[Problem]]:
        return [], [Problem(path=shown, line=line, column=1 if line else 0, message=message, hint=hint)]

    try:
        if not path.is_file():
            return whole("is not an ordinary file; expected a CSV table")
        if path.stat().st_size > MAX_BYTES:
            return whole(f"is too large for a table of a country; expected at most {MAX_BYTES:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return whole("is not text in UTF-8; expected a CSV table")
    except OSError as error:
        return whole(f"cannot be read: {error.strerror}")
    if "\0" in text:
        return whole("is binary; expected a CSV table")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return whole(f"is not CSV: {error}")
    if not lines:
        return whole("is empty; expected a CSV table with the columns " + ", ".join(columns))
    header = lines[0]
    problems: list[Problem] = []
    for name in header:
        if name not in columns:
            message = (
                f'unknown column "{name[:60]}"; a table of a country has {", ".join(columns)} and no other'
            )
            problems.append(
                Problem(path=shown, line=1, column=1, message=message, hint=nearest(name, columns))
            )
    for name in needed:
        if name not in header:
            problems.append(Problem(path=shown, line=1, column=1, message=f'the column "{name}" is missing'))
    if len(set(header)) < len(header):
        problems.append(Problem(path=shown, line=1, column=1, message="a column is there twice"))
    if len(lines) - 1 > MAX_ROWS:
        problems.append(
            Problem(
                path=shown,
                line=MAX_ROWS + 2,
                column=1,
                message=f"more than {MAX_ROWS:,} rows; expected aggregates",
            )
        )
    if problems:
        return [], problems
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if not cells:
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells; expected {len(header)}"
            problems.append(Problem(path=shown, line=number, column=1, message=message))
            continue
        rows.append(_Row(number, dict(zip(header, cells, strict=True))))
    if not rows and not problems:
        return whole("has no rows; expected a row for each cell")
    return rows, problems
