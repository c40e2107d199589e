"""Opinion beside the engine: its tables, when its kernels run, and what a run writes down of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moot.country.opinion import Opinion
from moot.draws import tables
from moot.errors import UserError
from moot.society import law as L
from moot.society import opinion as kernels
from moot.society.arms import Arm, day_number

if TYPE_CHECKING:
    from moot.society.engine import Society
    from moot.society.workers import Team

__all__ = ["MindSums", "arm_tables", "asked", "measures_of_minds", "world_tables"]

Tables = dict[str, NDArray[np.int64]]
STEP = 4096  # log-odds in one unit


@dataclass
class MindSums:
    """What people thought and said in the last week of each month; int64 sums (see `measures_of_minds`)."""

    names: tuple[str, ...]
    level: NDArray[np.int64]  # (arms, months, slots, measures)
    region: NDArray[np.int64]  # (arms, months, regions, measures)


def measures_of_minds() -> tuple[str, ...]:
    """The names of the measures: of everybody, then of dissidents."""
    return tuple(f"{of}:{name}" for of in ("opinion", "dissidents") for name in L.MIND_MEASURES)


def asked(opinion: Opinion | None) -> bool:
    """Whether everybody is asked in a survey."""
    return opinion is not None and opinion.asked is not None


def parts_of_start(opinion: Opinion, on: date) -> list[float]:
    """Shares of people who are strongly against, not for, for, strongly for it on the first day."""
    support, strong = opinion.start.support.at(on), opinion.start.strong.at(on)
    given = opinion.start.strongly_against
    against = given.at(on) if given is not None else (1.0 - support) / 2
    return [against, max(0.0, 1.0 - support - against), support - strong, strong]


def mean_at_start(opinion: Opinion, on: date) -> float:
    """Mean private opinion of people on the first day, from -1 to 1."""
    return math.fsum(
        s * x for s, x in zip(parts_of_start(opinion, on), (-0.75, -0.25, 0.25, 0.75), strict=True)
    )


def world_tables(opinion: Opinion | None, on: date) -> Tables:
    """The tables that all arms share; nobody has a mind without the section."""
    if opinion is None:
        return {"minds": np.array(0), "m_forgone": np.array(-1)}
    speaking, felt = opinion.speaking, opinion.experience
    voices = tables.gamma_bins(round(opinion.voice.shape.at(on), 9)) / tables.Q16
    scale = opinion.voice.scale.at(on)
    eager = [tables.q16(-math.expm1(-scale * float(v))) for v in voices]
    given = opinion.asked
    unit = kernels.UNIT
    return {
        "minds": np.array(1),
        "openness": tables.beta_bins(opinion.openness.a.at(on), opinion.openness.b.at(on), 256, 240),
        "eager": np.array(eager, np.int64),
        "logistic": tables.logistic(),
        "speaking": np.array(
            [
                round(x.at(on) * STEP)
                for x in (speaking.base, speaking.climate, speaking.fear, speaking.fear_of_supporters)
            ],
            np.int64,
        ),
        "answers": np.array(-1 if given is None else tables.q16(given.falsifying.at(on))),
        "felt": np.array(
            [round(x.at(on) * unit) for x in (felt.sanctioned, felt.wronged, felt.tie_sanctioned)], np.int64
        ),
        "start_below": tables.thresholds(parts_of_start(opinion, on)),
        "start_from": np.array([-unit, -unit // 2, 1, unit // 2 + 1, unit + 1], np.int64),
    }


def arm_tables(arms: Sequence[Arm], opinion: Opinion | None, on: date) -> Tables:
    """When each arm's people are told something, and how far it moves their anchors."""
    out = {
        "pushes": np.zeros(len(arms), np.int64),
        "push_day": np.zeros((len(arms), L.PUSHES), np.int64),
        "push_trusted": np.zeros((len(arms), L.PUSHES), np.int64),
        "push_all": np.zeros((len(arms), L.PUSHES), np.int64),
    }
    if opinion is None:
        return out
    for a, arm in enumerate(arms):
        said: dict[int, list[int]] = {}
        for campaign in arm.regime.campaigns if arm.regime is not None else ():
            month = campaign.from_.replace(day=1)
            while month <= campaign.until:
                if month >= max(campaign.from_, on):
                    by = round(round(campaign.strength.at(on), 9) * tables.Q30)
                    said.setdefault(day_number(month), [0, 0])[0] += by
                month = (month + timedelta(days=31)).replace(day=1)
        told = arm.regime.repression_told if arm.regime is not None else None
        if told is not None:
            # a step on the scale from 0 to 1 is twice as long on the scale from -1 to 1
            by = round(told.step.at(on) * (1.0 + mean_at_start(opinion, on)) * kernels.UNIT)
            said.setdefault(day_number(told.on), [0, 0])[1] += by
        if len(said) > L.PUSHES:
            raise UserError(f"arm {arm.name}: campaigns on {len(said)} days; at most {L.PUSHES}")
        out["pushes"][a] = len(said)
        for c, (day, (trusted, everybody)) in enumerate(sorted(said.items())):
            out["push_day"][a, c], out["push_trusted"][a, c] = day, trusted
            out["push_all"][a, c] = everybody
    return out


def empty_sums(society: Society, months: int) -> MindSums | None:
    """Room for what a run writes down; None where nobody has a mind or nothing is written down."""
    if not society.reporting or not society.world["minds"]:
        return None
    c, names = society.compiled, measures_of_minds()
    shape = (len(c.arms), months)
    return MindSums(
        names,
        np.zeros((*shape, len(c.slots), len(names)), np.int64),
        np.zeros((*shape, len(c.regions), len(names)), np.int64),
    )


def know_traits(society: Society, team: Team) -> None:
    """Before the first day that is lived through: what stays with people is worked out once."""
    records, world = society.books.records, society.world
    team.run(lambda w: kernels.know_traits(society.key, world, records[w], society.shares[w]))


def told_and_talk(society: Society, today: int) -> tuple[bool, bool]:
    """Whether something is said to everybody on this day, and whether it is a day of the week's talk."""
    if not society.reporting or not society.world["minds"]:
        return False, False
    law = society.compiled.law
    told = (law["push_day"] == today) & (np.arange(L.PUSHES) < law["pushes"][:, None])
    return bool(np.any(told)), today % kernels.WEEK == 0


def end_day(society: Society, team: Team, today: int) -> None:
    """After the day: what was said to everybody, and on each seventh day of the calendar the week's talk."""
    told, talk = told_and_talk(society, today)
    law, records = society.compiled.law, society.books.records
    key, chance = society.key, society.chance
    if told:
        team.run(lambda w: kernels.persuade(key, law, records[w], society.shares[w], today))
    if talk:
        team.run(lambda w: kernels.talk(chance, society.world, law, records[w], society.shares[w], today))
        society.watch_room()


def room_for_sums(sums: MindSums, workers: int, words: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Zeros into which each worker adds up a month: by packed word, by region."""
    arms, measures = sums.level.shape[0], len(sums.names)
    packed = np.zeros((workers, arms, measures, words), np.int64)
    return packed, np.zeros((workers, arms, measures, sums.region.shape[2]), np.int64)


def end_month(
    sums: MindSums,
    month: int,
    slots: NDArray[np.int64],
    packed: NDArray[np.int64],
    regions: NDArray[np.int64],
) -> None:
    """Write down the sums of a month; `slots` says which slots each packed word counts for."""
    sums.level[:, month] += (packed @ slots).swapaxes(1, 2)
    sums.region[:, month] += regions.swapaxes(1, 2)
