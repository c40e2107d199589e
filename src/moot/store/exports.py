"""Tables for other tools: pandas, polars, pyarrow, xarray. None of them is needed for anything else.

Every table says that its people are synthetic in each of its rows and in what goes with it. Rows are of arms,
days, regions, levels of attributes, effects or sets of numbers; none is of a person.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from moot.errors import MissingExtraError
from moot.store.parquet import Columns

__all__ = ["Exported", "Table", "needs", "unit_of"]

Package = Literal["pandas", "polars", "pyarrow", "xarray"]
ROW = "row"
"""The dimension of a table that has no other."""


@dataclass(frozen=True)
class Table:
    """Columns of one length, what they are counted in by name, and what is said of them together.

    Columns of the dtype object hold text; a masked number is a missing one. `keys` say what a row is about.
    """

    columns: Columns
    keys: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attrs(self) -> dict[str, Any]:
        """What goes with the table: the labels, and the units by column."""
        return {**self.labels, "units": dict(self.units)}

    def lists(self) -> dict[str, list[Any]]:
        """Plain values, None where there is none."""
        return {
            name: np.ma.asarray(one).tolist() if np.ma.isMaskedArray(one) else one.tolist()
            for name, one in self.columns.items()
        }


class Exported:
    """What can be handed to other tools. A class with it gives a `Table`."""

    def _exported(self) -> Table:
        """What is handed over."""
        raise NotImplementedError

    def to_arrow(self) -> Any:
        """The table as a pyarrow Table; labels and units in the metadata, as JSON under ``moot``."""
        pyarrow = needs("pyarrow", "to_arrow")
        table = self._exported()
        about = {b"moot": json.dumps(table.attrs, ensure_ascii=False).encode()}
        return pyarrow.table(table.lists()).replace_schema_metadata(about)

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame; labels and units in `attrs`."""
        pandas = needs("pandas", "to_pandas")
        table = self._exported()
        frame = pandas.DataFrame(table.lists())
        frame.attrs.update(table.attrs)
        return frame

    def to_polars(self) -> Any:
        """The table as a polars DataFrame, which has no place for labels and units; every row is marked."""
        polars = needs("polars", "to_polars")
        return polars.DataFrame(self._exported().lists(), infer_schema_length=None)

    def to_xarray(self) -> Any:
        """The table as an xarray Dataset along ``row``: keys are coordinates, numbers have `units`."""
        xarray = needs("xarray", "to_xarray")
        table = self._exported()
        data, coords = {}, {}
        for name, one in table.columns.items():
            if name in table.keys or one.dtype == object:
                coords[name] = (ROW, np.array([str(x) for x in one.tolist()]))
                continue
            plain = np.ma.filled(one.astype(float), np.nan) if np.ma.isMaskedArray(one) else one
            data[name] = (ROW, plain, {"units": table.units.get(name, "1")})
        return xarray.Dataset(data, coords, {key: _plain(one) for key, one in table.labels.items()})


def _plain(value: Any) -> Any:
    """An attribute that files of xarray can hold."""
    return str(value) if isinstance(value, bool) else value


def needs(package: Package, what: str) -> Any:
    """An optional package. Raises `MissingExtraError` where it is not installed."""
    try:
        if package == "pandas":
            return importlib.import_module("pandas")
        if package == "polars":
            return importlib.import_module("polars")
        if package == "pyarrow":
            return importlib.import_module("pyarrow")
        return importlib.import_module("xarray")
    except ModuleNotFoundError:
        raise MissingExtraError(what, "analysis") from None


def unit_of(measure: str) -> str:
    """What a measure of a run is counted in, by its name."""
    family, what = measure.partition(":")[0], measure.rpartition(":")[2]
    if family == "certainty":
        return "1/65536, summed over people"
    if family in ("opinion", "dissidents"):
        return "1/16384, summed over people" if what == "sum" else "people"
    if what in ("people", "people-with-a-cut"):
        return "people"
    if what == "score-sum":
        return "points, summed over people"
    if what.startswith("points"):
        return "points"
    return {"euros-spent": "euros", "days-wronged": "days", "clamped": "events"}.get(
        what, "fines" if measure.startswith("money:fines:") else "events"
    )
