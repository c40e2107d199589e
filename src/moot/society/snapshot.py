"""Where a society stands at the end of a day, as plain arrays, and a society made to stand there again.

People's statics are not among them: they are made again from the country, the seed and their number. What
threads keep apart is summed, so another number of threads may go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import Population
from moot.draws.philox import purpose, seed_key, static_hash
from moot.errors import RunError
from moot.society.books import STATE, Books, State
from moot.society.changing import change
from moot.society.compile import Compiled
from moot.society.engine import Record, Society

__all__ = ["restore", "state_in", "take"]

Arrays = dict[str, NDArray[Any]]

# Every array of `society.memory` stands in exactly one of these (a test holds it).
STATICS = (
    "person", "household", "order", "place", "clique_end", "classes", "span", "block", "region_start",
    "panel", "traits", "looks",
)  # fmt: skip
ROWS = {"mail": "mail_n", "wakes": "wakes_n", "past": "past_n", "rare": "rare_n", "debts": "debt_n"}
"""Boxes of blocks, and where it is written how many of their rows are used."""
WHOLE = ("mail_n", "wakes_n", "past_n", "ledger", "rare_n", "debt_n", "bucket", "rate", "bump", "total")
SUMMED = ("by_region", "by_level", "by_month")
EMPTY = ("life", "life_n", "mail_most")  # moved to the record at the end of each day, or only told
SCRATCH = (
    "head", "touched", "chain", "counts", "heard", "said", "aloud", "start", "alive", "found", "equal",
    "waiting", "asked", "drawn", "picking", "factors", "rows", "picked", "chosen", "late", "digits", "looked",
    "sights", "mail_at",
)  # fmt: skip
MOVING = ("normaliser", "fine_pay", "month", "month_begins")
"""Fields of `world` that a run writes; the others are as compiled."""
BY_DAY = {"region": 1, "level": 1, "s_region": 1, "s_level": 1, "score": 2}
BY_MONTH = {"month": 1, "s_month": 1, "fear": 1, "level_score": 2}
"""Fields of `Record`, and the axis along which they grow."""
MARKED = 4_096
"""People, at the least, whose statics are compared when a checkpoint or a cached burn-in is gone on from."""


def take(society: Society, record: Record, done: int) -> tuple[Arrays, dict[str, Any]]:
    """(arrays, plain values) of a society and its record at the end of day number `done`, counted from 1."""
    society.settle(record)
    desk = society.books
    arrays: Arrays = {name: desk[name] for name in (*STATE, *WHOLE)}
    for name in ROWS:
        arrays[name] = np.concatenate([rows[:n] for rows, n in _used(desk, name)])
    for name in SUMMED:
        arrays[name] = reduce(np.add, (mine[name] for mine in desk.own))
    assert not desk["life_n"].any()
    for name in MOVING[:2]:
        arrays[f"world.{name}"] = np.array(society.world[name])
    if society.reporting:
        arrays |= {f"record.{name}": part for name, part in _recorded(record, done).items()}
        arrays["record.lives"] = np.concatenate([desk["life"][0, :0], *record.lives])
    return arrays, {
        "caps": {name: size for name, size in desk.sizes.items() if name.endswith("_cap")},
        "spent": {name: round(seconds, 4) for name, seconds in society.seconds().items()},
        "tables": tables_hash(society.compiled),
        "statics": statics_hashes(society.population),
    }


def state_in(arrays: Mapping[str, NDArray[Any]], population: Population) -> State:
    """The state to make a `Society` of these people with, before it is restored.

    Raises `RunError` where it is that of another number of people.
    """
    if len(arrays["hot"]) != population.layout.held:
        raise RunError(
            f"the checkpoint holds {len(arrays['hot'])} people, expected {population.layout.held} of them"
        )
    return {name: np.ascontiguousarray(arrays[name]) for name in STATE}


def restore(
    society: Society, arrays: Mapping[str, NDArray[Any]], known: Mapping[str, Any], done: int
) -> Record:
    """Let a society that was made with `state_in` stand where `take` found it; what was counted by then.

    Raises `RunError` where people or tables are others than they were.
    """
    if known["statics"] != statics_hashes(society.population):
        raise RunError("the people made from the seed are not those of the checkpoint")
    for name in MOVING[:2]:
        society.world[name][...] = arrays[f"world.{name}"]
    society.begun, society.today = done, society.first + done - 1
    for day, law in sorted(society.changes.items()):
        if day <= society.today:
            change(society.compiled, law)
    if known["tables"] != tables_hash(society.compiled):
        raise RunError("the tables made from the declarations are not those of the checkpoint")
    desk = society.books
    for cap, size in known["caps"].items():
        desk.make_room(cap, size)
    for name in WHOLE:
        _same_shape(name, desk[name], arrays[name])
        desk[name][...] = arrays[name]
    for name in ROWS:
        at = 0
        for rows, n in _used(desk, name):
            rows[:n] = arrays[name][at : at + n]
            at += n
    for name in SUMMED:
        _same_shape(name, desk.own[0][name], arrays[name])
        desk.own[0][name][...] = arrays[name]
    society.spent = dict(known["spent"])
    record = society._record()
    if society.reporting:
        for name, part in _recorded(record, done).items():
            _same_shape(name, part, arrays[f"record.{name}"])
            part[...] = arrays[f"record.{name}"]
        record.lives = [np.ascontiguousarray(arrays["record.lives"])]
    return record


def _used(desk: Books, name: str) -> list[tuple[NDArray[Any], int]]:
    """(rows, how many are in use) of each box of an array, in order."""
    count = desk[ROWS[name]]
    if name == "wakes":
        count = count[:, 0]
    if name == "rare":
        count = count + 1  # its first row stands for nobody
    rows_of = desk.messages if name == "mail" else lambda *at: desk[name][at]
    found = [(rows_of(*at), int(n)) for at, n in np.ndenumerate(count)]
    return [(rows, min(n, len(rows))) for rows, n in found]


def _recorded(record: Record, done: int) -> Arrays:
    """Views of what a record holds of its first days, and of the months that they touch."""
    months = int(record.month_of[done - 1]) + 1
    parts = {}
    for axes, until in ((BY_DAY, done), (BY_MONTH, months)):
        for name, axis in axes.items():
            parts[name] = getattr(record, name)[(slice(None),) * axis + (slice(until),)]
    if record.minds is not None:
        parts["minds.level"], parts["minds.region"] = (
            x[:, :months] for x in (record.minds.level, record.minds.region)
        )
    return parts


def _same_shape(name: str, mine: NDArray[Any], kept: NDArray[Any]) -> None:
    if mine.shape != kept.shape or mine.dtype != kept.dtype:
        raise RunError(f"the checkpoint has another shape of {name}: {kept.shape}, expected {mine.shape}")


def tables_hash(compiled: Compiled) -> str:
    """SHA-256 (hex) of what the kernels know of the country and the arms."""
    world = compiled.world.copy()
    for name in MOVING:
        world[name] = 0
    digest = hashlib.sha256()
    for table in (world, compiled.law, compiled.rates):
        digest.update(table.tobytes())
    return digest.hexdigest()


def statics_hashes(population: Population) -> list[str]:
    """SHA-256 (hex) of the statics of some people of each block, chosen by a hash of their places.

    They are `MARKED` of the whole country, or everybody where these are fewer; of a part, its blocks'.
    """
    layout = population.layout
    key = np.uint64(static_hash(seed_key(population.seed), purpose("checkpoint/statics"), 0))
    hashes = []
    for first, end in pairwise((layout.block_start - layout.first).tolist()):
        chosen = np.arange(end - first, dtype=np.uint64)
        some = -(-MARKED * (end - first) // population.people)
        if some < len(chosen):
            with np.errstate(over="ignore"):
                mixed = (chosen[:some] + key + np.uint64(first + layout.first)) * np.uint64(
                    0x9E3779B97F4A7C15
                )
            chosen = (mixed >> np.uint64(20)) % np.uint64(end - first)
        hashes.append(_statics_of(population, chosen + np.uint64(first)))
    return hashes


def _statics_of(population: Population, chosen: NDArray[np.uint64]) -> str:
    digest = hashlib.sha256(f"{population.people}".encode())
    for table in (population.person, population.household):
        digest.update(np.ascontiguousarray(table[chosen]).tobytes())
    digest.update(np.ascontiguousarray(population.order[:, chosen]).tobytes())
    return digest.hexdigest()


assert {*BY_DAY, *BY_MONTH} <= {one.name for one in fields(Record)}
