"""Another law from a day on, in the middle of a run: what can be exchanged, and how.

State that was written under the old law must mean the same under the new one, and must not have to be looked
at again. So only tables that are read when something happens can change; the rest is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from moot.errors import UserError
from moot.society.arms import date_of
from moot.society.compile import Compiled
from moot.society.law import SEGMENTS

__all__ = ["CHANGEABLE", "change", "law_from"]

CHANGEABLE = (
    "points, merits and caps of the catalogue; what sensors see and recognise, their review, false alarms "
    "and reports; what lists refuse and how decisions fall by tier; what an association costs; notice; rates "
    "of drawn lists; hiring and dismissal by tier; bought repair; merits done for the score; displacement; "
    "campaigns"
)
"""What of a regime can change within a run, in words."""

READ_WHEN_IT_HAPPENS = frozenset({
    "notice", "s_seen", "s_right", "s_wrong", "s_scope", "s_same", "s_context", "s_review", "s_share",
    "s_raw", "f_threshold", "f_raw", "f_sensor", "f_points", "r_threshold", "r_sensor", "r_act",
    "w_threshold", "w_sensor", "w_lists", "points", "counts", "cap", "heavy",
    "tie_points", "tie_mask", "far_mask", "tie_breaks", "stake_scheme", "stake_span",
    "prevents", "l_refuses", "o_refuse", "o_decide", "o_before", "d_day", "d_entry", "d_exit",
    "hires", "dismisses", "pushes", "push_day", "push_trusted", "push_all",
    "b_chance", "b_points", "b_price", "b_decile", "gamed", "game_acts", "displaced", "displace_acts",
})  # fmt: skip
"""Tables of an arm that only the day's events read."""
IN_THE_AIR = frozenset({"ambient_day", "ambient"})  # joined at the day of the change
BOUNDS = frozenset({
    "ceiling", "lead", "e_acts", "layers", "f_purpose", "f_level", "reports", "r_purpose", "r_level",
    "watches", "w_purpose", "w_level", "d_level",
})  # fmt: skip
"""Tables of the world that follow from those of the arms: they find candidates, and decide nothing."""
OF_THE_RUN = ("normaliser", "fine_pay", "month", "month_begins")
OF_TWINS = ("twin", "twins", "alike", "plain", "act_words")

WORDS: Mapping[str, str] = {
    "repair": "score.repair", "scale": "score.start, floor, ceiling, hysteresis", "lower": "score.tiers",
    "tiers": "score.tiers", "memory": "memory_months", "who": "who a scheme is for", "reads": "what it reads",
    "l_entry": "how lists are entered", "l_exit": "how lists are left",
    "watched_lists": "whether a list refuses",
    "s_need": "kinds of sensors", "s_register": "kinds of sensors", "s_purpose": "names of sensors",
    "appeals": "redress", "appeal": "redress", "delay": "redress", "upheld": "redress",
    "suspensive": "redress", "restores": "redress", "ledger": "domains in which points are lost",
    "only_domain": "domains in which points are lost", "shunning": "shunning", "shun": "shunning",
    "shuns": "shunning", "o_tiers": "tiers of an offer", "o_points": "points of an offer",
}  # fmt: skip
"""How a reader calls some of the tables that cannot change."""


def law_from(old: Compiled, new: Compiled, day: int) -> Compiled:
    """The tables that hold from `day` on, where the arms of `old` go on as those of `new`.

    What people believe is in the air stays as it was until then. Raises `UserError` for what cannot change in
    the middle of a run.
    """
    names = [tuple((s.scheme, s.tier_names) for s in arm.schemes) for arm in old.arms]
    others = [tuple((s.scheme, s.tier_names) for s in arm.schemes) for arm in new.arms]
    if names != others or old.columns != new.columns:
        _refuse(day, "what is counted: names and number of schemes, tiers, lists, sensors, offers, acts")
    for table, mine, known in (
        (old.law, new.law, READ_WHEN_IT_HAPPENS | IN_THE_AIR),
        (old.world, new.world, BOUNDS | {*OF_THE_RUN, *OF_TWINS}),
    ):
        assert table.dtype.names is not None
        for field in table.dtype.names:
            if field not in known and not np.array_equal(table[field], mine[field]):
                _refuse(day, WORDS.get(field, field))
    if not np.array_equal(old.rates, new.rates):
        _refuse(day, "rates of acts")
    law = new.law.copy()
    for a in range(len(law)):
        law["ambient_day"][a], law["ambient"][a] = _joined(old.law[a], new.law[a], day)
    world = new.world.copy()
    for name in ("twin", "twins"):  # accounts stay as they are
        if old.world[name][0] != world[name][0]:
            world[name], world["alike"] = old.world[name], 0
    return Compiled(
        world, law, new.rates, new.arms, new.acts, new.slots, new.regions, new.columns, old.has_ledger,
        old.has_tries, new.certainty,
    )  # fmt: skip


def change(compiled: Compiled, new: Compiled) -> None:
    """Let `compiled` say what `new` says, in place; what the run itself has set stays."""
    kept = {name: compiled.world[name].copy() for name in OF_THE_RUN}
    compiled.world[...] = new.world
    compiled.law[...] = new.law
    for name, value in kept.items():
        compiled.world[name] = value


def _refuse(day: int, what: str) -> None:
    raise UserError(
        f"the change on {date_of(day)} cannot be made in the middle of a run: it changes {what}; what can "
        f"change is: {CHANGEABLE}"
    )


def _joined(old: np.void, new: np.void, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What is in the air: pieces of `old` before `day`, of `new` from then on.

    A piece at `day` itself only where the value changes there: fading over two pieces rounds twice.
    """
    pieces = [(d, v) for d, v in _pieces(old) if d < day]
    at = [v for d, v in _pieces(new) if d <= day][-1]
    if pieces[-1][1] != at or day in old["ambient_day"]:
        pieces.append((day, at))
    pieces += [(d, v) for d, v in _pieces(new) if d > day]
    if len(pieces) > SEGMENTS:
        raise UserError(f"{len(pieces) - 1} changes of what is in the air in one run; at most {SEGMENTS - 1}")
    days = np.full(SEGMENTS, 1 << 20, np.int64)
    values = np.zeros((2, SEGMENTS), np.int64)
    for x, (d, value) in enumerate(pieces):
        days[x], values[:, x:] = d, np.array(value)[:, None]
    return days, values


def _pieces(law: np.void) -> list[tuple[int, tuple[int, int]]]:
    """(first day, certainty for offences and lawful acts) of each piece that begins within a run."""
    return [
        (int(d), (int(law["ambient"][0, x]), int(law["ambient"][1, x])))
        for x, d in enumerate(law["ambient_day"])
        if d < 1 << 20
    ]
