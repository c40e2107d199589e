"""From a finished run in memory to its two tables: `measures` and `lives`.

`measures` is wide: one row per arm, period, date, region, attribute and level; one column per measure, empty
(NULL) where an arm has no such measure or where it is not counted at that grain. Rows by day are by region,
or by one level of one attribute; rows by month cross regions and levels, and also give the country by level.
Rows by month, region and level in which nothing happened and nobody stands are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moot.findings.events import lives_columns
from moot.society.arms import date_of
from moot.society.measures import BY_REGION_ALONE
from moot.store.parquet import Columns, Tables

if TYPE_CHECKING:
    from moot.experiment.simulation import Result

__all__ = ["CERTAINTY", "PEOPLE", "measures_of", "stocks_of", "tables_of", "totals_of"]

PEOPLE = "people"
CERTAINTY = ("certainty:offence:sum", "certainty:lawful:sum")
"""Sums over people of perceived certainty in 1/65536, at the end of a month."""
ALL = "all"
_TYPED = [
    *(f"CAST({name} AS VARCHAR) AS {name}" for name in ("number", "arm")),
    "CAST(CAST(day AS VARCHAR) AS DATE) AS day",
    "CAST(number_in_life AS INTEGER) AS number_in_life",
    *(
        f"CAST({name} AS VARCHAR) AS {name}"
        for name in ("event", "what", "scheme", "tier", "sensor", "source")
    ),
    *(f"CAST({name} AS BIGINT) AS {name}" for name in ("points", "score", "certainty")),
    "CAST(lists AS VARCHAR) AS lists",
    "CAST(only_in_this_arm AS BOOLEAN) AS only_in_this_arm",
    *(f"CAST({name} AS VARCHAR) AS {name}" for name in ("cause", "cause_event", "cause_arm", "cause_number")),
    "CAST(NULLIF(CAST(cause_day AS VARCHAR), '') AS DATE) AS cause_day",
]
"""The columns of `lives` with their types, so that a file without rows has them too."""


def measures_of(result: Result, arm: int) -> list[str]:
    """The measures that an arm has, in the order of the columns."""
    columns = result.compiled.columns
    sums = result.compiled.arms[arm].sums
    return [PEOPLE, *_named(columns.flow_names[arm]), *_named(columns.stock_names[arm]), *sums]


def stocks_of(result: Result) -> list[str]:
    """Measures that stand at the end of a day or month; the others are counted over it."""
    names = [PEOPLE, *CERTAINTY, *_of_minds(result)]
    for arm, stocks in enumerate(result.compiled.columns.stock_names):
        names += [*_named(stocks), *result.compiled.arms[arm].sums]
    return list(dict.fromkeys(names))


def _of_minds(result: Result) -> tuple[str, ...]:
    """Sums of what people thought and said in the last week of a month; by level, and by region."""
    minds = result.record.minds
    return minds.names if minds is not None else ()


def _named(columns: dict[int, str]) -> list[str]:
    return [columns[column] for column in sorted(columns)]


def tables_of(result: Result) -> Tables:
    """`measures` and `lives` of a run, in memory; each is worked out when it is read or written."""
    tables = Tables()
    parts = dict(_parts(result))
    order = list(dict.fromkeys(name for columns in parts.values() for name in columns))
    keys = [name for name in order if name in ("arm", "period", "at", "region", "attribute", "level")]
    measures = list(
        dict.fromkeys(name for arm in range(len(result.arms)) for name in measures_of(result, arm))
    )
    sums = (*CERTAINTY, *_of_minds(result))
    listed = ", ".join(f'"{name}"' for name in (*keys, "synthetic", *measures, *sums))
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM {name}" for name in parts)
    tables.make("measures", f"SELECT {listed} FROM (SELECT *, true AS synthetic FROM ({union}))", **parts)
    lives = f"SELECT {', '.join(_TYPED)}, true AS synthetic FROM part"
    tables.make("lives", lives, part=lambda: lives_columns(result))
    return tables


def _parts(result: Result) -> Iterator[tuple[str, Columns]]:
    """(name, columns) of every family of rows of every arm."""
    record, compiled = result.record, result.compiled
    days = np.array([date_of(record.first + x).isoformat() for x in range(record.days)], object)
    months = np.array(sorted({day[:7] for day in days}), object)
    regions = np.array([code for code, _ in compiled.regions], object)
    slots = np.array([attribute for attribute, _ in compiled.slots], object)
    levels = np.array([level for _, level in compiled.slots], object)
    n, m, r, k = len(days), len(months), len(regions), len(slots)
    here = people_by(result)
    for a, arm in enumerate(result.arms):
        flows, stocks = compiled.columns.flow_names[a], compiled.columns.stock_names[a]
        schemes = compiled.arms[a].sums
        of_people = {column: name for column, name in flows.items() if name not in BY_REGION_ALONE}

        rows = _counts(record.region[a], record.s_region[a], flows, stocks)
        rows |= {name: record.score[a, s].ravel() for s, name in enumerate(schemes)}
        rows[PEOPLE] = np.tile(here.sum(1) // len(set(slots)), n)
        yield f"day_region_{a}", _keys(arm, "day", np.repeat(days, r), np.tile(regions, n), ALL, ALL) | rows

        rows = _counts(record.level[a], record.s_level[a], of_people, stocks)
        rows[PEOPLE] = np.tile(here.sum(0), n)
        yield (
            f"day_level_{a}",
            _keys(arm, "day", np.repeat(days, k), ALL, np.tile(slots, n), np.tile(levels, n)) | rows,
        )

        rows = _counts(record.month[a], record.s_month[a], of_people, stocks)
        rows[PEOPLE] = np.tile(here.ravel(), m)
        crossed = _keys(
            arm, "month", np.repeat(months, r * k), np.tile(np.repeat(regions, k), m),
            np.tile(slots, m * r), np.tile(levels, m * r),
        )  # fmt: skip
        kept = (record.month[a].any(-1) | record.s_month[a].any(-1)).ravel()
        yield f"month_region_{a}", {key: column[kept] for key, column in (crossed | rows).items()}

        rows = _counts(record.month[a].sum(1), record.s_month[a].sum(1), of_people, stocks)
        rows |= {name: record.level_score[a, s].ravel() for s, name in enumerate(schemes)}
        rows |= {name: record.fear[a, :, :, c].ravel() for c, name in enumerate(CERTAINTY)}
        minds = record.minds
        if minds is not None:
            rows |= {name: minds.level[a, :, :, c].ravel() for c, name in enumerate(minds.names)}
        rows[PEOPLE] = np.tile(here.sum(0), m)
        yield (
            f"month_level_{a}",
            _keys(arm, "month", np.repeat(months, k), ALL, np.tile(slots, m), np.tile(levels, m)) | rows,
        )
        if minds is not None:
            rows = {name: minds.region[a, :, :, c].ravel() for c, name in enumerate(minds.names)}
            rows[PEOPLE] = np.tile(here.sum(1) // len(set(slots)), m)
            keys = _keys(arm, "month", np.repeat(months, r), np.tile(regions, m), ALL, ALL)
            yield f"month_all_{a}", keys | rows


def totals_of(result: Result) -> dict[str, dict[str, int]]:
    """For each arm every measure over the whole run and country, without the tables: flows summed, stocks as
    on the last day (what `StoredRun.totals` asks of them)."""
    found: dict[str, dict[str, int]] = {}
    record, columns = result.record, result.compiled.columns
    for a, arm in enumerate(result.arms):
        flows = record.region[a].sum((0, 1), np.int64)
        stocks = record.s_region[a, -1].sum(0, np.int64)
        scores = record.score[a, :, -1].sum(-1, np.int64)
        found[arm] = {
            PEOPLE: int(result.people),
            **{name: int(flows[column]) for column, name in sorted(columns.flow_names[a].items())},
            **{name: int(stocks[column]) for column, name in sorted(columns.stock_names[a].items())},
            **{name: int(scores[s]) for s, name in enumerate(result.compiled.arms[a].sums)},
        }
    return found


def people_by(result: Result) -> NDArray[np.int64]:
    """How many people live in each region and have each level; (regions, slots) int64."""
    return result.residents.people


def _counts(
    flow: NDArray[Any], stock: NDArray[Any], flow_names: dict[int, str], stock_names: dict[int, str]
) -> Columns:
    """One array per measure from tables whose last axis is the column."""
    rows = {name: np.ascontiguousarray(flow[..., column]).ravel() for column, name in flow_names.items()}
    return rows | {
        name: np.ascontiguousarray(stock[..., column]).ravel() for column, name in stock_names.items()
    }


def _keys(arm: str, period: str, at: NDArray[Any], region: Any, attribute: Any, level: Any) -> Columns:
    def full(value: Any) -> NDArray[Any]:
        return value if isinstance(value, np.ndarray) else np.full(len(at), value, object)

    return {
        "arm": full(arm), "period": full(period), "at": at,
        "region": full(region), "attribute": full(attribute), "level": full(level),
    }  # fmt: skip
