"""Run folders: what is in one, opening one, listing and deleting them.

::

    runs/rank-my-life-2028-1/
    ├── run.json           everything to run it again: declarations, seed, sizes, versions, digests, checksums
    ├── measures.parquet   one row per arm, period, date, region, attribute and level; one column per measure
    ├── lives.parquet      one row per event of a panel life, with its cause
    ├── log                what was said while it ran
    └── checkpoints/       where they were to be kept

The people themselves are not kept: they are made again from the country, the seed and their number.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from moot.errors import RunError
from moot.store.exports import Exported, Table, needs, unit_of
from moot.store.folder import differing
from moot.store.parquet import Columns, Tables, quoted
from moot.store.unfinished import CHECKPOINTS, is_unfinished, place_beside, way_on

__all__ = [
    "FORMAT",
    "KEYS",
    "MANIFEST",
    "StoredRun",
    "delete_run",
    "is_run_folder",
    "list_runs",
    "read_manifest",
    "unreadable_runs",
]

FORMAT = "moot-run-1"
MANIFEST = "run.json"
TABLES = {"measures": "measures.parquet", "lives": "lives.parquet"}
KEYS = ("arm", "period", "at", "region", "attribute", "level", "synthetic")
"""The columns of `measures` that say what a row is about; every other column is a measure."""
PARTS: dict[str, type] = {
    "scenario": dict,
    "arms": list,
    "people": int,
    "days": int,
    "seed": int,
    "digest": str,
    "digests": dict,
    "files": dict,
    "panel": list,
    "measures": dict,
    "stocks": list,
}
"""What `run.json` has to say before anything is read from it."""
OF_REGIONS = "FROM measures WHERE arm = ? AND period = 'day' AND attribute = 'all'"
OF_LEVELS = "FROM measures WHERE arm = ? AND period = 'day' AND region = 'all'"


def is_run_folder(path: Path) -> bool:
    """Whether `path` is a folder that Moot wrote as a run."""
    manifest = path / MANIFEST
    if path.is_symlink() or not manifest.is_file() or manifest.is_symlink():
        return False
    try:
        return bool(read_manifest(path)["format"])
    except RunError:
        return False


def read_manifest(path: Path) -> dict[str, Any]:
    """The content of a run's `run.json`. Raises `RunError` where there is none that can be read."""
    manifest = path / MANIFEST
    place, begun = place_beside(path)
    if is_unfinished(begun) and not (place / MANIFEST).is_file():
        raise RunError(f"{place} is not finished; go on with it: {way_on(place)}")
    if not path.exists():
        near = [str(one) for one in (*list_runs(path.parent), *list_runs(path.parent / "runs"))]
        names = {Path(one).name: one for one in near}
        alike = [names[name] for name in difflib.get_close_matches(path.name, names, 1)]
        there = f"; there is {', '.join(near[:5])}" if near else ""
        there = f'; did you mean "{alike[0]}"?' if alike else there
        raise RunError(f"there is no run at {path}{there}")
    if not manifest.is_file():
        raise RunError(f"{path} is not a run folder: it has no {MANIFEST}")
    try:
        content = json.loads(manifest.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{manifest} cannot be read: {error}") from None
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise RunError(f"{manifest} says format {found!r}; this version of Moot reads {FORMAT!r}")
    wrong = [key for key, kind in PARTS.items() if not isinstance(content.get(key), kind)]
    if wrong or "name" not in content["scenario"]:
        raise RunError(f"{manifest} is not as Moot wrote it: {', '.join(wrong) or 'scenario.name'}")
    return dict(content)


def list_runs(folder: Path) -> list[Path]:
    """The run folders directly in `folder` and one level below, by name."""
    return [path for path in _with_manifest(folder) if is_run_folder(path)]


def unreadable_runs(folder: Path) -> list[tuple[Path, str]]:
    """The folders that have a manifest and are no runs that can be read, each with the reason."""
    found = []
    for path in _with_manifest(folder):
        try:
            read_manifest(path)
        except RunError as error:
            found.append((path, str(error)))
    return found


def _with_manifest(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink() or not path.is_dir():
            continue
        if (path / MANIFEST).is_file():
            found.append(path)
        elif os.access(path, os.R_OK | os.X_OK):
            found += [p for p in sorted(path.iterdir()) if p.is_dir() and (p / MANIFEST).is_file()]
    return found


def delete_run(path: Path) -> None:
    """Delete a run folder, and refuse anything else.

    Raises `RunError` where `path` is no run folder or holds what Moot did not write.
    """
    content = read_manifest(path)
    if path.is_symlink():
        raise RunError(f"{path} is a link; name the folder itself")
    pages = ["report.html", *(f"report-{arm}.html" for arm in content["arms"])]
    ours = {MANIFEST, *content.get("files", {}), *pages}
    kept = path / CHECKPOINTS
    others = sorted(
        one.name
        for one in path.iterdir()
        if not (is_unfinished(one) if one == kept else one.name in ours and not one.is_dir())
    )
    if others:
        raise RunError(
            f"{path} also holds {', '.join(others[:5])}, which Moot did not write; nothing was deleted"
        )
    shutil.rmtree(path)


class StoredRun(Exported):
    """A finished run: what it was (`manifest`) and two tables, `measures` and `lives`; read when asked.

    In a folder (`folder`), or in memory (`folder` is None). Nothing is taken for true that does not agree
    with the checksums of `run.json`; people are never read back.
    """

    def __init__(self, manifest: dict[str, Any], tables: Tables, folder: Path | None = None) -> None:
        self.manifest, self._tables, self.folder = manifest, tables, folder
        self._totals: dict[str, dict[str, int]] = {}  # by arm, once they were asked for

    @classmethod
    def at(cls, path: Path | str, *, check: bool = True) -> Any:
        """The run in a folder. Raises `RunError` where a file is missing or was changed."""
        folder = Path(path)
        manifest = read_manifest(folder)
        if check:
            wrong = differing(folder, manifest["files"])
            if wrong:
                raise RunError(f"{folder}: " + "; ".join(wrong))
        tables = Tables()
        for name, file in TABLES.items():
            tables.view(name, folder / file)
        return cls(manifest, tables, folder)

    # What it was.

    @property
    def name(self) -> str:
        """The folder's name, or the scenario's."""
        return self.folder.name if self.folder else str(self.manifest["scenario"]["name"])

    @property
    def digest(self) -> str:
        """The run's digest: two runs agree by it or they do not."""
        return str(self.manifest["digest"])

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, the comparator first."""
        return tuple(self.manifest["arms"])

    @property
    def people(self) -> int:
        """How many synthetic people were simulated."""
        return int(self.manifest["people"])

    @property
    def days(self) -> int:
        """How many days were reported."""
        return int(self.manifest["days"])

    @property
    def seed(self) -> int:
        """The seed."""
        return int(self.manifest["seed"])

    @cached_property
    def measure_names(self) -> tuple[str, ...]:
        """The names of all measures, in the order of the columns."""
        return tuple(name for name in self._tables.names("measures") if name not in KEYS)

    def names_in(self, arm: str) -> list[str]:
        """The measures that an arm has; the others are NULL there."""
        return list(self.manifest["measures"][self.known_arm(arm)])

    def known_arm(self, arm: str) -> str:
        """The arm of this name. Raises `RunError` with the nearest name where there is none."""
        if arm not in self.arms:
            near = difflib.get_close_matches(arm, self.arms, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"it has {', '.join(self.arms)}"
            raise RunError(f"this run has no arm {arm!r}; {hint}")
        return arm

    # What it counted.

    def measures(
        self,
        *names: str,
        arm: str | Sequence[str] | None = None,
        period: Literal["day", "month"] | None = None,
        region: str | None = None,
        attribute: str | None = None,
        level: str | None = None,
    ) -> Columns:
        """Rows of the measures as numpy columns, every key column included.

        `region`, `attribute` and `level` take ``all`` for the whole country or everybody. Rows by day are by
        region, or by one level of one attribute; rows by month cross the two.
        """
        unknown = [name for name in names if name not in self.measure_names]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self.measure_names, 1)
            raise RunError(
                f"this run has no measure {unknown[0]!r}" + (f'; did you mean "{near[0]}"?' if near else "")
            )
        asked = {"arm": arm, "period": period, "region": region, "attribute": attribute, "level": level}
        where = {key: value for key, value in asked.items() if value is not None}
        return self._tables.read("measures", [*KEYS, *(names or self.measure_names)], where)

    def totals(self, arm: str) -> dict[str, int]:
        """Every measure of an arm over the whole run and country: flows summed, stocks as on the last day."""
        if arm in self._totals:
            return dict(self._totals[arm])
        names = self.names_in(arm)
        last = "FILTER (measures.at = (SELECT MAX(measures.at) FROM measures WHERE period = 'day'))"
        sums = [f"SUM({quoted(name)}) {last if name in self._stocks else ''}" for name in names]
        parts = [f"CAST(COALESCE({one}, 0) AS BIGINT) AS total_{n}" for n, one in enumerate(sums)]
        found = self._tables.ask(f"SELECT {', '.join(parts)} {OF_REGIONS}", [self.known_arm(arm)])
        self._totals[arm] = {n: int(column[0]) for n, column in zip(names, found.values(), strict=True)}
        return dict(self._totals[arm])

    @cached_property
    def _stocks(self) -> frozenset[str]:
        return frozenset(self.manifest["stocks"])

    def sums(self, names: Sequence[str], arm: str, by: Literal["day", "month", "region", "level"]) -> Columns:
        """The sum of some measures of an arm; a measure that the arm lacks counts nothing.

        By day or month, over the country: columns `at`, `value`. By region, over the run: `region`, `people`,
        `value`. By level, over the run: `attribute`, `level`, `people`, `value`. Over the run, a stock is
        taken as on the last day.
        """
        mine = set(self.names_in(arm))
        last = "FILTER (measures.at = (SELECT MAX(measures.at) FROM measures WHERE period = 'day'))"
        over_time = by in ("day", "month")
        parts = [
            f"COALESCE(SUM({quoted(name)}) {last if name in self._stocks and not over_time else ''}, 0)"
            for name in names
            if name in mine
        ]
        value = f"CAST({' + '.join(parts) or '0'} AS BIGINT) AS value"
        people = f"CAST(SUM(people) {last} AS BIGINT) AS people"
        query = {
            "day": f"SELECT measures.at AS at, {value} {OF_REGIONS} GROUP BY 1 ORDER BY 1",
            "month": f"SELECT SUBSTR(measures.at, 1, 7) AS at, {value} {OF_REGIONS} GROUP BY 1 ORDER BY 1",
            "region": f"SELECT region, {people}, {value} {OF_REGIONS} GROUP BY 1 ORDER BY 1",
            "level": f"SELECT attribute, level, {people}, {value} {OF_LEVELS} GROUP BY 1, 2 ORDER BY 1, 2",
        }[by]
        return self._tables.ask(query, [self.known_arm(arm)])

    @property
    def events(self) -> Columns:
        """Every event of the panel lives, as numpy columns."""
        dates = "CAST(day AS VARCHAR) AS day, COALESCE(CAST(cause_day AS VARCHAR), '') AS cause_day"
        return self._tables.ask(f"SELECT * REPLACE ({dates}) FROM lives ORDER BY number, arm, number_in_life")

    # Exports; each needs a package that Moot does not.

    def _exported(self) -> Table:
        """One row per row of `measures`."""
        units = {name: unit_of(name) for name in self.measure_names}
        labels = {**self.manifest["labels"], "digest": self.digest}
        return Table(self.measures(), KEYS, units, labels)

    def to_arrow(self) -> Any:
        """The measures as a pyarrow Table; labels and units in the metadata, as JSON under ``moot``."""
        needs("pyarrow", "to_arrow")
        table = self._tables.arrow("measures")
        units = {name: unit_of(name) for name in self.measure_names}
        said = {**self.manifest["labels"], "digest": self.digest, "units": units}
        about = {b"moot": json.dumps(said, ensure_ascii=False).encode()}
        return table.replace_schema_metadata({**(table.schema.metadata or {}), **about})

    def to_xarray(self) -> Any:
        """Measures by day and region as an xarray Dataset with dimensions (arm, day, region).

        Each has `units`, and a `kind`: a flow, counted over the day, or a stock, as at its end. What an arm
        does not count is NaN.
        """
        xarray = needs("xarray", "to_xarray")
        found = self.measures(period="day", attribute="all")
        arms, days, regions = (np.unique(found[key].astype(str)) for key in ("arm", "at", "region"))
        shape = (len(arms), len(days), len(regions))
        places = tuple(
            np.searchsorted(known, found[key].astype(str))
            for known, key in ((arms, "arm"), (days, "at"), (regions, "region"))
        )
        data = {}
        for name in self.measure_names:
            column = np.full(shape, np.nan)
            column[places] = np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan)
            kind = "stock" if name in self._stocks else "flow"
            data[name] = (("arm", "day", "region"), column, {"units": unit_of(name), "kind": kind})
        coords = {
            "arm": arms,
            "day": days.astype("datetime64[D]").astype("datetime64[ns]"),
            "region": regions,
        }
        labels = {**self.manifest["labels"], "synthetic": "True", "digest": self.digest}
        return xarray.Dataset(data, coords, labels)

    def close(self) -> None:
        """Let go of the files."""
        self._tables.close()
