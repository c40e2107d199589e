"""Fitted ranges: what a calibration left of the declared ranges of a country, and on which figures.

The file is written by `moot calibrate` and sealed: it says on what it was fitted, so a number changed by hand
would make that untrue. An experiment whose `draws` name it draws these numbers from the narrower ranges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict

from moot.country.schema import Country
from moot.declaring.complaints import Complaint, declared
from moot.declaring.files import shown
from moot.declaring.source import Source, read_source
from moot.declaring.values import Declaration, Many, Part, Slug, Text, canonical_json
from moot.experiment.varying import log_scaled, ranged_in

__all__ = ["Fitted", "FittedOn", "FittedRange", "load_fitted", "position_of", "ranges_from", "seal_of"]

Number = Annotated[float, Strict(False)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FittedRange(Part):
    """Where a number lies after the fit: `low` to `high`, with `middle` half of the weight on each side.

    `declared`: the range in the country's file, within which it was sought.
    """

    low: Number
    middle: Number
    high: Number
    declared: Annotated[tuple[Number, Number], Field(strict=False)]


class FittedOn(Part):
    """A figure that was fitted on, as the calibration declared it, and what the kept sets give of it.

    `obtained`: (low, middle, high) over the parameter sets kept, in the unit of the figure.
    """

    id: Slug
    what: Text
    unit: Text
    value: Number
    tolerance: Number
    obtained: Annotated[tuple[Number, Number, Number], Field(strict=False)]


class Fitted(Declaration):
    """Ranges that a calibration left, by the name of the number, and the figures that they were fitted on.

    `country_hash`, `calibration_hash` are SHA-256 of what was declared; `code` that of the model. `level` is
    the share of the weight within each range. `identified`: whether the figures told the numbers apart.
    `sha256` is the seal of everything else.
    """

    fitted: Slug
    title: Text
    country: Slug
    country_hash: Hash
    calibration_hash: Hash
    code: Hash
    level: float = Field(ge=0.5, le=0.999)
    identified: bool
    on: Many[FittedOn] = Field(min_length=1)
    ranges: dict[Text, FittedRange] = Field(min_length=1)
    sha256: Hash

    def shares_in(self, country: Country) -> dict[str, tuple[float, float]]:
        """Where in the declared ranges of a country the fitted ones lie, by name: (low, high), 0 to 1.

        ValueError where the country is another than that of the fit.
        """
        if country.content_hash != self.country_hash:
            raise ValueError(
                f"{self.fitted} was fitted in another version of {self.country} "
                f"({self.country_hash[:12]}; this country is {country.country} {country.content_hash[:12]})"
            )
        known = {f"country.{one.path}": one.quantity for one in ranged_in(country)}
        lost = [name for name in self.ranges if name not in known]
        if lost:
            raise ValueError(f"{country.country} has no number with a range called {lost[0]}")
        found = {}
        for name, one in self.ranges.items():
            ends = known[name].range
            assert ends is not None
            found[name] = (position_of(one.low, ends), position_of(one.high, ends))
        return found


def position_of(value: float, ends: tuple[float, float]) -> float:
    """Where in a range a number lies, 0 to 1, on the scale on which the range is drawn from."""
    import math

    low, high = ends
    if log_scaled(ends):
        found = math.log(value / low) / math.log(high / low)
    else:
        found = (value - low) / (high - low)
    return min(1.0, max(0.0, found))


def seal_of(content: dict[str, object]) -> str:
    """SHA-256 (hex) of the plain values of a file of fitted ranges, without its own."""
    return hashlib.sha256(canonical_json({k: v for k, v in content.items() if k != "sha256"})).hexdigest()


def load_fitted(path: str | Path) -> Fitted:
    """The fitted ranges of a file. Raises `DeclarationError` with every problem of the file."""
    file = Path(path)
    return ranges_from(read_source(file, shown(file)))


def ranges_from(source: Source) -> Fitted:
    """The fitted ranges in `source`."""
    return declared(Fitted, source, check_fitted)


def check_fitted(given: Fitted) -> Iterator[Complaint]:
    """What a file of fitted ranges says of itself."""
    for name, one in given.ranges.items():
        if not name.startswith("country."):
            message = f"{name} is no number of a country; no scheme is fitted to anything"
            yield Complaint(at=("ranges", name), message=message, at_key=True)
        low, high = one.declared
        if not low <= one.low <= one.middle <= one.high <= high or one.low == one.high:
            message = "expected declared low <= low <= middle <= high <= declared high, and low below high"
            yield Complaint(at=("ranges", name), message=message)
    for number, figure in enumerate(given.on):
        if figure.source is None:
            yield Complaint(at=("on", number), message="needs `source`: what was fitted on is published")
    if seal_of(given.resolved()) != given.sha256:
        message = "was changed after moot calibrate wrote it, so that it no longer says on what it was fitted"
        yield Complaint(at=("sha256",), message=message)
