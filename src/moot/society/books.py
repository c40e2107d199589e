"""Memory of a run: the state, the desks, the counters, the stairs, and how large they are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from moot.country.population import Population
from moot.draws.philox import purpose, seed_key, static_hash
from moot.errors import MootError
from moot.society.compile import Compiled
from moot.society.law import BOXES, R_EVERY, R_NOVICE_CYCLE, Desk, People, Stairs, State, Tally

ROOM = 0.03  # messages per person of a block and arm that a box holds at first, beside 1,024


class DeskFull(MootError):
    """A box of a block was full: nothing was dropped in silence, the run starts again with more room."""


def people_of(population: Population, compiled: Compiled) -> People:
    """The population as the kernels see it, with the slots of the stairs and the phases of novices."""
    p, layout = population, population.layout
    slot = np.empty(p.people, np.uint16)
    for b in range(layout.blocks):
        s0, s1 = int(layout.block_segment[b]), int(layout.block_segment[b + 1])
        regions = layout.segment_region[s0:s1]
        lo, hi = int(layout.block_start[b]), int(layout.block_start[b + 1])
        slot[lo:hi] = np.searchsorted(regions, p.region[lo:hi])
    born = np.zeros(p.people, np.uint16)
    cycle = int(compiled.law["repair"][:, :, R_NOVICE_CYCLE].max())
    if cycle > 0:
        key, what = seed_key(p.seed), purpose("people/licence/issued")
        novices = np.flatnonzero(p.levels[:, 6] == compiled.slots.index(("licence", "novice")))
        born[novices] = _phases(key, what, novices, cycle)
    return People(
        p.region, p.levels, p.theta, p.who, p.where, p.household, p.order, p.place, p.clique_end, p.word_class,
        np.stack([layout.block_start, layout.block_word]), slot, born,
    )  # fmt: skip


def _phases(key: np.uint64, what: int, people: np.ndarray, cycle: int) -> np.ndarray:
    return np.array([1 + int(static_hash(key, what, int(i))) % cycle for i in people], np.uint16)


def empty_state(people: int, words: int, arms: int, schemes: int, prior: Iterable[int], day: int) -> State:
    """Nobody has a record, everybody believes the prior."""
    state = State(
        np.zeros((people, arms, schemes), np.int16),
        np.zeros((people, arms, schemes), np.uint16),
        np.zeros((people, arms, schemes), np.uint8),
        np.empty((people, arms, 2), np.uint16),
        np.full((people, arms), day, np.uint16),
        np.zeros((people, arms), np.uint16),
        np.zeros((people, arms), np.uint8),
        np.zeros((arms, words), np.uint64),
    )
    for c, p in enumerate(prior):
        state.fear[:, :, c] = min(65535, p)
    return state


def branch(state: State, arms: int, schemes: int) -> State:
    """The state of one arm copied to `arms` arms with room for `schemes` schemes: all are equal, bit for bit."""
    n, _, had = state.value.shape
    out = empty_state(n, state.watched.shape[1], arms, schemes, (0, 0), 0)
    for a in range(arms):
        for name in ("value", "last", "mark"):
            getattr(out, name)[:, a, :had] = getattr(state, name)[:, 0, :]
        for name in ("fear", "fear_day", "lists"):
            getattr(out, name)[:, a] = getattr(state, name)[:, 0]
    return out


def open_desk(compiled: Compiled, people: People, days: int, panel: int, room: float) -> Desk:
    """Boxes for every block; `panel` is the number of people whose lives are kept."""
    blocks = people.block.shape[1] - 1
    arms = len(compiled.arms)
    largest = int(np.diff(people.block[0]).max())
    cap = int((1024 + ROOM * largest * arms) * room)
    free = np.zeros((blocks, 2), np.int64)
    free[:, 1] = -1
    return Desk(
        np.zeros((len(BOXES), blocks, cap, 3), np.int64),
        np.zeros((len(BOXES), blocks), np.int64),
        np.full((blocks, days), -1, np.int64),
        np.zeros((blocks, cap, 2), np.int64),
        free,
        np.zeros((blocks, int(256 + 8 * panel * arms / blocks * room) if panel else 1, 8), np.int64),
        np.zeros(blocks, np.int64),
    )


def watch_room(desk: Desk) -> Desk:
    """After a phase: raise where a box overflowed, double what is more than half full."""
    for name, count, cap in (
        *((box, int(desk.mail_n[x].max()), desk.mail.shape[2]) for x, box in enumerate(BOXES)),
        ("wake", int(desk.wake_n[:, 0].max()), desk.wake.shape[1]),
        ("life", int(desk.life_n.max()), desk.life.shape[1]),
    ):
        if count > cap:
            raise DeskFull(f"the box `{name}` of a block was full ({count} messages, room for {cap})")
    if 2 * int(desk.mail_n.max()) > desk.mail.shape[2]:
        desk = desk._replace(mail=_doubled(desk.mail, 2))
    if 2 * int(desk.wake_n[:, 0].max()) > desk.wake.shape[1]:
        desk = desk._replace(wake=_doubled(desk.wake, 1))
    if 2 * int(desk.life_n.max()) > desk.life.shape[1]:
        desk = desk._replace(life=_doubled(desk.life, 1))
    return desk


def _doubled(old: np.ndarray, axis: int) -> np.ndarray:
    shape = list(old.shape)
    shape[axis] *= 2
    new = np.zeros(shape, old.dtype)
    new[tuple(slice(0, n) for n in old.shape)] = old
    return new


def open_tally(compiled: Compiled) -> Tally:
    """Counters of one thread, all zero."""
    arms, regions, slots = len(compiled.arms), len(compiled.regions), len(compiled.slots)
    columns = compiled.columns.flows + compiled.columns.stocks
    return Tally(
        np.zeros((arms, regions, columns), np.int64),
        np.zeros((arms, slots, columns), np.int64),
        np.zeros((arms, regions, slots, columns), np.int32),
    )


def open_stairs(compiled: Compiled, population: Population, days: int, reporting: bool) -> Stairs:
    """Counters of scores that rise by repair alone; tiny where nothing is reported."""
    layout = population.layout
    blocks, arms = layout.blocks, len(compiled.arms)
    schemes = most_schemes(compiled)
    slots = int(np.diff(layout.block_segment).max())
    every = max(1, int(compiled.law["repair"][:, :, R_EVERY].max()))
    if not reporting:
        return Stairs(
            np.zeros((1, 1, 1, 1, 1), np.int64), np.zeros((1, 1, 1, 1, 1, 2), np.int64), np.zeros((1, 1, 1, 1), np.int64)
        )
    return Stairs(
        np.zeros((blocks, arms, schemes, slots, every), np.int64),
        np.zeros((blocks, arms, schemes, slots, days, 2), np.int64),
        np.zeros((blocks, arms, schemes, slots), np.int64),
    )


def most_schemes(compiled: Compiled) -> int:
    """The most schemes that an arm has, at least 1."""
    return max(1, *(len(arm.schemes) for arm in compiled.arms))


def block_cost(people: People) -> np.ndarray:
    """Expected work of each block: its people, and its candidates; (blocks,) float64."""
    per_word = 64.0 * np.exp2(-people.word_class.astype(np.float64)) * 20.0 + 8.0
    return np.add.reduceat(per_word, people.block[1, :-1])


def hot_bytes(state: State) -> float:
    """Bytes of hot state per person and arm."""
    people, arms = state.lists.shape
    return sum(x.nbytes for x in state) / (people * arms)


