"""The columns in which a run counts: which number means what in which arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moot.society.arms import Arm
from moot.society.law import ACT_MEASURES, PER_ACT, SCHEME_MEASURES


@dataclass(frozen=True)
class Columns:
    """First column of each family of flow measures, and the names of all columns arm by arm.

    A measure is named `family:thing:what`, for instance `act:jaywalking:charged-by-regime`.
    """

    false: int
    scheme: int
    list: int
    trip: int
    clamped: int
    flows: int
    tier_stocks: int
    stocks: int
    flow_names: tuple[dict[int, str], ...]  # by arm: column -> name
    stock_names: tuple[dict[int, str], ...]

    @classmethod
    def of(cls, arms: Sequence[Arm], acts: Sequence[str], contexts: Sequence[str]) -> Columns:
        """Lay the columns out for these arms."""
        sensors = max(1, *(len(a.sensors) for a in arms))
        schemes = max(1, *(len(a.schemes) for a in arms))
        lists = max(1, *(len(a.lists) for a in arms))
        offers = sorted({(a.schemes[s].scheme, o.offer) for a in arms for s, o in a.offers})
        false = len(acts) * PER_ACT
        scheme = false + sensors
        first_list = scheme + len(SCHEME_MEASURES) * schemes
        trip = first_list + 2 * lists
        clamped = trip + 2 * (len(contexts) + len(offers))
        tier_stocks = 8 * schemes
        flows, stocks = [], []
        for arm in arms:
            f = {
                k * PER_ACT + x: f"act:{name}:{what}"
                for k, name in enumerate(acts)
                for x, what in enumerate(ACT_MEASURES)
            }
            f |= {false + v: f"sensor:{s.sensor}:false-alarms" for v, s in enumerate(arm.sensors)}
            for s, sch in enumerate(arm.schemes):
                f |= {scheme + 4 * s + x: f"scheme:{sch.scheme}:{w}" for x, w in enumerate(SCHEME_MEASURES)}
            for x, (_, rule) in enumerate(arm.lists):
                f[first_list + 2 * x] = f"list:{rule.list}:entries"
                f[first_list + 2 * x + 1] = f"list:{rule.list}:exits"
            for u, context in enumerate(contexts):
                f[trip + 2 * u] = f"trip:{context}:tried-by-listed"
                f[trip + 2 * u + 1] = f"trip:{context}:refused"
            own = {(arm.schemes[s].scheme, o.offer) for s, o in arm.offers}
            for u, (sname, offer) in enumerate(offers):
                if (sname, offer) in own:
                    f[trip + 2 * (len(contexts) + u)] = f"offer:{sname}-{offer}:taken"
            f[clamped] = "engine:clamped"
            flows.append(f)
            k = {
                8 * s + x: f"tier:{sch.scheme}-{tier}:people"
                for s, sch in enumerate(arm.schemes)
                for x, tier in enumerate(sch.tier_names)
            }
            k |= {tier_stocks + x: f"list:{rule.list}:people" for x, (_, rule) in enumerate(arm.lists)}
            stocks.append(k)
        return cls(
            false, scheme, first_list, trip, clamped, clamped + 1, tier_stocks, tier_stocks + lists,
            tuple(flows), tuple(stocks),
        )  # fmt: skip
