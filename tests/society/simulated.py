"""Societies on a simulated CUDA device and on the processor, told as one JSON object.

Run as a program, for numba decides when it is imported whether it simulates: NUMBA_ENABLE_CUDASIM=1.
"""

import json
import sys
from pathlib import Path
from typing import Any

from moot.country import population
from moot.experiment import simulation
from moot.experiment.scenario import Scenario, load_scenario
from moot.experiment.simulation import Result, simulate
from moot.society import books, device, engine
from tests.society import everything
from tests.society.shelf import Shelf

ROOT = Path(__file__).resolve().parents[2]


def told(result: Result) -> dict[str, Any]:
    """What must not depend on the device."""
    lives = sorted(tuple(row) for rows in result.record.lives for row in rows.tolist())
    return {
        "digest": result.digest,
        "digests": result.digests,
        "blocks": result.population.layout.blocks,
        "acts": int(result.record.region.sum()),
        "lives": [list(row) for row in lives],
        "normaliser": result.normaliser,
    }


def both(scenario: Scenario, **kws: Any) -> dict[str, Any]:
    """The same run on the processor and on the device."""
    return {name: told(simulate(scenario, threads=1, device=name, **kws)) for name in ("cpu", "cuda")}


def growing(scenario: Scenario) -> dict[str, Any]:
    """Boxes with hardly any room at first: they are given more on the way, or the run begins anew."""
    found, fewest, room = [], books.FEWEST, dict(books.ROOM)
    make_room = books.Books.make_room

    def counted(desk: books.Books, cap: str, wanted: int, used: int | None = None) -> None:
        found.append(cap)
        make_room(desk, cap, wanted, used)

    try:
        books.FEWEST, books.ROOM = 24, dict.fromkeys(room, 0.0)
        books.Books.make_room = counted
        result = told(simulate(scenario, threads=1, device="cuda"))
    finally:
        books.FEWEST, books.ROOM, books.Books.make_room = fewest, room, make_room
    return result | {"grown": sorted(set(found))}


def gone_on_with(scenario: Scenario) -> dict[str, Any]:
    """A run whose first days are lived on one device and the others on the other one."""
    found = {}
    for first, then in (("cuda", "cpu"), ("cpu", "cuda")):
        shelf = Shelf([("days", 1)])
        simulate(scenario, threads=1, device=first, keeper=shelf)
        (point,) = shelf.points.values()
        found[f"{first}, {then}"] = told(
            simulate(scenario, threads=1, device=then, keeper=Shelf(start=point))
        )
    return found


def main(folder: Path) -> None:
    """Print what both devices tell of each society."""
    population.SMALLEST_BLOCK = 60
    found: dict[str, Any] = {}
    ledger = load_scenario(str(ROOT / "benchmarks" / "ledger-1" / "scenario.yaml"))
    found["ledger-1"] = both(ledger.replace(people=600, days=6))
    device.MOST_WORKERS = 2  # more blocks than threads
    france = load_scenario("rank-my-life-2028").replace(people=200, days=3, burn_in_years=0)
    found["rank-my-life-2028"] = both(france)
    every = everything.scenario(
        folder, {"all": everything.REGIME}, people=200, days=2, burn_in_years=2, country={"burn_in_years": 2}
    )
    simulation.DAYS_A_YEAR = engine.YEAR = 4  # so that the normaliser is set within the burn-in
    found["everything"] = both(every) | gone_on_with(every) | {"growing": growing(every)}
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
