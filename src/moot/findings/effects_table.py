"""The effects of an experiment as a table for other tools: one row each, numbers as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from moot.findings.effects import Effect
from moot.store.exports import Table
from moot.store.parquet import Columns

__all__ = ["table_of"]

RATE = "per 1,000 synthetic people"
KEYS = ("scenario", "arm", "group", "words", "measures", "kind", "family", "attribute", "level", "synthetic")
"""What an effect is of; `level` is empty where it is of everybody."""
NUMBERS: dict[str, tuple[str, Callable[[Effect], float | None]]] = {
    "arm_mean": (RATE, lambda one: one.arm_mean),
    "today_mean": (RATE, lambda one: one.today_mean),
    "difference": (RATE, lambda one: one.difference),
    "range_low": (RATE, lambda one: one.span.low if one.span else None),
    "range_high": (RATE, lambda one: one.span.high if one.span else None),
    "interval_low": (RATE, lambda one: one.interval.low if one.interval else None),
    "interval_high": (RATE, lambda one: one.interval.high if one.interval else None),
    "ratio": ("arm by today's law", lambda one: one.ratio.mean if one.ratio else None),
    "ratio_low": ("arm by today's law", lambda one: one.ratio.low if one.ratio else None),
    "ratio_high": ("arm by today's law", lambda one: one.ratio.high if one.ratio else None),
    "pairing_gain": ("times as many replicates", lambda one: one.gain),
    "p": ("probability", lambda one: one.p),
}
"""Columns with their units; missing where there is none, as of a range where assumptions were not varied."""


def table_of(effects: Sequence[Effect], labels: Mapping[str, Any]) -> Table:
    """A row per effect, in their order. A level about which nothing is to be said has no numbers."""
    columns: Columns = {}
    for key in KEYS:
        if key == "synthetic":
            columns[key] = np.ones(len(effects), bool)
        else:
            columns[key] = np.array([_said(one, key) for one in effects], object)
    columns["replicates"] = np.array([one.replicates for one in effects], np.int64)
    for name, (_, of) in NUMBERS.items():
        given = [None if one.too_few else of(one) for one in effects]
        values = np.array([np.nan if x is None else x for x in given], float)
        columns[name] = np.ma.masked_array(values, [x is None for x in given])
    columns["few"] = np.array([one.few for one in effects], bool)
    columns["too_few"] = np.array([one.too_few for one in effects], bool)
    units = {name: unit for name, (unit, _) in NUMBERS.items()} | {"replicates": "replicates"}
    return Table(columns, KEYS, units, labels)


def _said(one: Effect, key: str) -> str:
    return " + ".join(one.measures) if key == "measures" else str(getattr(one, key)).strip()
