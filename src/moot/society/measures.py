"""The columns in which a run counts: which number means what in which arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moot.society.arms import Arm
from moot.society.law import (
    ACT_MEASURES,
    CHANCE_MEASURES,
    DECISION_MEASURES,
    PER_CHANCE,
    REDRESS_MEASURES,
    SCHEME_MEASURES,
)

# Flows and stocks of work, money and ratings, in the order of the columns that `society.work` counts in.
WORK = ("work:jobs:hired", "work:jobs:lost", "work:jobs:hires-refused", "work:jobs:dismissed-by-score")
PLACES = ("work:places:handed-on", "work:places:missing", "work:places:lost")
BY_REGION_ALONE = ("work:places:lost",)
"""What happens to nobody: counted by region, and not by who people are."""
MONEY = (
    "money:fines:charged",
    "money:fines:noticed",
    "money:fines:paid-at-once",
    "money:fines:recovered",
    "money:fines:lapsed",
    "money:arrears:points",
)
RATING = ("rating:workers:warned", "rating:workers:dropped")
AT_WORK = ("work:employed:people", "work:unemployed:people")
RATED = ("rating:rated:people", "rating:at-least-4-and-a-half:people", "rating:below-the-line:people")

Family = Callable[[Arm], Sequence[str]]


@dataclass(frozen=True)
class Columns:
    """First column of each family of measures, and the names of all columns arm by arm.

    A measure is named `family:thing:what`, for instance `act:jaywalking:charged-by-regime`. Flows come first,
    stocks after them. A family is as wide as its widest arm; a column that an arm does not use has no name.
    """

    first: dict[str, int]  # family -> first column; stocks are counted on from the flows
    flows: int
    stocks: int
    flow_names: tuple[dict[int, str], ...]  # by arm: column -> name
    stock_names: tuple[dict[int, str], ...]  # by arm: column of the stocks, from 0 -> name

    @classmethod
    def of(
        cls,
        arms: Sequence[Arm],
        acts: Sequence[str],
        contexts: Sequence[str],
        *,
        opportunities: Sequence[str] = (),
        forgone: Sequence[str] = (),
        work: bool = False,
        money: bool = False,
        fixed: bool = False,
    ) -> Columns:
        """Lay the columns out for these arms.

        `opportunities` are the contexts of decisions by tier; acts that are `forgone` are counted as such;
        `work`, `money`: whether the country declares them; `fixed`: whether places are those of the
        comparator.
        """

        def rated(arm: Arm) -> bool:
            return arm.regime is not None and arm.regime.ratings is not None

        offers = sorted({(a.schemes[s].scheme, o.offer) for a in arms for s, o in a.offers})

        def taken(arm: Arm) -> list[str]:
            own = {(arm.schemes[s].scheme, o.offer) for s, o in arm.offers}
            return [
                x
                for s, o in offers
                for x in (f"offer:{s}-{o}:taken" if (s, o) in own else "", *[""] * (PER_CHANCE - 1))
            ]

        def decided(arm: Arm) -> list[str]:
            every = [(c, x) for c in opportunities for x in DECISION_MEASURES]
            return [f"decision:{c}:{x}" if c in arm.decisions else "" for c, x in every]

        left = [f"act:{k}:forgone" if k in forgone else "" for k in acts]
        flows: dict[str, Family] = {
            "act": lambda _: [f"act:{k}:{what}" for k in acts for what in ACT_MEASURES],
            "false": lambda arm: [f"sensor:{s.sensor}:false-alarms" for s in arm.sensors],
            "scheme": lambda arm: [f"scheme:{s.scheme}:{x}" for s in arm.schemes for x in SCHEME_MEASURES],
            "list": lambda arm: [f"list:{r.list}:{x}" for _, r in arm.lists for x in ("entries", "exits")],
            "trip": lambda arm: [
                *(
                    f"trip:{context}:{x}" if x else ""
                    for context in contexts
                    for x in (*CHANCE_MEASURES, *[""] * (PER_CHANCE - len(CHANCE_MEASURES)))
                ),
                *taken(arm),
                *decided(arm),
            ],
            # -- work and money
            "work": lambda _: WORK if work else (),
            **({"places": lambda arm: PLACES if arm.moves_jobs else ()} if fixed else {}),
            "money": lambda _: MONEY if money else (),
            "rating": lambda arm: RATING if rated(arm) else (),
            # -- opinion
            **({"forgone": lambda _: left} if forgone else {}),
            # -- what sensors do beside: reports, review, context errors
            "malicious": lambda arm: [
                f"sensor:{s.sensor}:malicious" if s.charges is not None else "" for s in arm.sensors
            ],
            "review": lambda arm: [
                f"sensor:{s.sensor}:{x}" if s.identification and s.identification.review else ""
                for s in arm.sensors
                for x in ("reviewed", "beyond-review")
            ],
            "recognised": lambda arm: [
                f"sensor:{s.sensor}:recognised" if s.enrols else "" for s in arm.sensors
            ],
            # -- shunning, bought repair, displacement
            "ties": lambda arm: ["ties:regular:cut", "ties:regular:mended"] if _shuns(arm) else [],
            "bought": lambda arm: [
                f"scheme:{s.scheme}:{x}" if s.bought_repair is not None else ""
                for s in arm.schemes
                for x in ("repairs-bought", "euros-spent")
            ],
            "displaced": lambda arm: (
                [f"act:{k}:displaced" for k in acts] if arm.regime and arm.regime.displacement else []
            ),
            # -- redress, memory, the ledger by domain, decisions by tier
            "past": lambda arm: (
                ["past:acts:disclosed"] if arm.regime is not None and arm.regime.retroactive else []
            ),
            "redress": lambda arm: [
                f"redress:{s.scheme}:{x}" if s.redress is not None or s.score.memory_months else ""
                for s in arm.schemes
                for x in REDRESS_MEASURES
            ],
            "clamped": lambda _: ["engine:clamped"],
        }
        stocks: dict[str, Family] = {
            "tier": lambda arm: [
                f"tier:{s.scheme}-{s.tier_names[x]}:people" if x < len(s.tier_names) else ""
                for s in arm.schemes
                for x in range(8)
            ],
            # -- work and money
            "at-work": lambda _: AT_WORK if work else (),
            "in-arrears": lambda _: ("money:arrears:people",) if money else (),
            "rated": lambda arm: RATED if rated(arm) else (),
            # -- opinion
            # -- shunning, bought repair, displacement
            "cut": lambda arm: ["ties:regular:people-with-a-cut"] if _shuns(arm) else [],
            # -- redress, memory, the ledger by domain, decisions by tier
            "on-list": lambda arm: [f"list:{r.list}:people" for _, r in arm.lists],
        }
        first: dict[str, int] = {}
        width, flow_names = _lay(arms, flows, first, 0)
        stock_width, stock_names = _lay(arms, stocks, first, width)
        return cls(first, width, stock_width, flow_names, stock_names)


def _shuns(arm: Arm) -> bool:
    return any(s.shunning is not None for s in arm.schemes)


def _lay(
    arms: Sequence[Arm], families: dict[str, Family], first: dict[str, int], start: int
) -> tuple[int, tuple[dict[int, str], ...]]:
    """Lay families side by side from column `start` on; (their width, names by arm counted from 0)."""
    names: tuple[dict[int, str], ...] = tuple({} for _ in arms)
    at = 0
    for family, of in families.items():
        first[family] = start + at
        lines = [of(arm) for arm in arms]
        for own, line in zip(names, lines, strict=True):
            own |= {at + x: name for x, name in enumerate(line) if name}
        at += max(1, *(len(line) for line in lines))
    return at, names
