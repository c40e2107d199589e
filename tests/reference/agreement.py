"""Run a scenario with the engine and with the dense reference, and compare every bit of what they leave."""

from typing import Any

import numpy as np

from moot.experiment.scenario import Scenario
from moot.experiment.simulation import Result, simulate
from moot.society.engine import Society
from moot.society.law import TERM
from moot.society.law import TIER as TIER_SHIFT
from moot.society.state import FEAR, FEAR_DAY, LISTS
from tests.reference.dense import Dense

MEASURES = (
    ("region", "region_flow"),
    ("level", "level_flow"),
    ("month", "month_flow"),
    ("s_region", "region_stock"),
    ("s_level", "level_stock"),
    ("s_month", "month_stock"),
    ("score", "score_sum"),
    ("fear", "fear_sum"),
    ("level_score", "level_score"),
)


def both(
    scenario: Scenario, *, seed: int = 1, threads: int = 1, dense: bool = True
) -> tuple[Result, Society, Dense | None]:
    """A finished run, its society as it stands on the last day, and the reference of the same run."""
    seen: list[Society] = []
    result = simulate(
        scenario, seed=seed, threads=threads, panel=0, on_day=lambda society, day: seen.append(society)
    )
    reference = None
    if dense:
        first = result.record.first
        reference = Dense(result.population, result.compiled, first=first, days=result.days).run()
    return result, seen[-1], reference


def first_difference(result: Result, dense: Dense) -> str:
    """Where the measures differ first in time, in words; empty where they agree."""
    names = {"flow": result.compiled.columns.flow_names, "stock": result.compiled.columns.stock_names}
    for table, reference in (("region", "region_flow"), ("s_region", "region_stock")):
        found, expected = getattr(result.record, table), getattr(dense, reference)
        for a, x, region, column in sorted(np.argwhere(found != expected).tolist(), key=lambda at: at[1]):
            name = names["flow" if table == "region" else "stock"][a].get(column, f"column {column}")
            values = f"{found[a, x, region, column]}, reference {expected[a, x, region, column]}"
            return f"arm {a}, day {x}, region {region}, {name}: engine {values}"
    return ""


def agree(result: Result, society: Society, dense: Dense | None) -> None:
    """Assert that measures, final state and digests are equal bit for bit."""
    assert dense is not None
    assert first_difference(result, dense) == ""
    for name, reference in MEASURES:
        np.testing.assert_array_equal(getattr(result.record, name), getattr(dense, reference), err_msg=name)
    if dense.minds is not None:
        minds = result.record.minds
        assert minds is not None
        for table in ("level", "region"):
            np.testing.assert_array_equal(getattr(minds, table), getattr(dense.minds, table), err_msg=table)
    today = result.record.first + result.days - 1
    for a, arm in enumerate(result.compiled.arms):
        state, hot = dense.state[a], society.books["hot"][:, a]
        np.testing.assert_array_equal(hot[:, LISTS], state.lists, err_msg=f"lists of {arm.name}")
        np.testing.assert_array_equal(hot[:, FEAR_DAY], state.fear_day, err_msg=f"fear of {arm.name}")
        for c in range(2):
            np.testing.assert_array_equal(hot[:, FEAR + c], state.fear[c], err_msg=f"fear of {arm.name}")
        for s in range(len(arm.schemes)):
            tiers = society.books.scores()[2][:, a, s] >> TIER_SHIFT
            for i in range(result.people):
                if dense._member(a, s, i):
                    assert tiers[i] == state.standing[s].tier[i], (arm.name, s, i)
        assert terms_of(society, a) == state.terms
    assert today == dense.today
    assert result.digests == dense.digests()


def terms_of(society: Society, a: int) -> dict[tuple[int, int], int]:
    """(person, list) -> last day on the list, of all terms that run in an arm."""
    starts: Any = society.population.layout.block_start
    out = {}
    for b, count in enumerate(society.books["mail_n"][TERM].tolist()):
        for packed, until in society.books.messages(TERM, b)[:count].tolist():
            if packed >> 17 & 255 == a:
                out[int(starts[b]) + (packed & 0x1FFFF), packed >> 25 & 255] = until
    return out
