"""One society under several arms, day by day: who calls which kernel when, and what is written down.

A run is a function of (country, arms, seed, people, days): threads, panel and output options change no bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.country.population import Population
from moot.country.rates import ACT_LAYERS
from moot.draws import tables
from moot.draws.clock import working_seconds
from moot.draws.philox import purpose, seed_key
from moot.errors import MootError
from moot.society import books, closing, minds, opinion
from moot.society import day as kernels
from moot.society.arms import date_of
from moot.society.changing import change
from moot.society.compile import Compiled
from moot.society.counting import slots_of_packed
from moot.society.digest import state_sums
from moot.society.gate import LEAVE, NEXT, new_gate
from moot.society.law import FALLS, FAR, OUT, OWN
from moot.society.livelihood_tables import brought_to
from moot.society.minds import MindSums
from moot.society.part import ALONE, Part
from moot.society.places import share_places
from moot.society.work import begin_work, fines_by_standing
from moot.society.workers import Team, shares_of

SLOTS = slots_of_packed()
YEAR = 365  # days between two adjustments of the normaliser
ACTS = np.array([purpose(name) for name in ACT_LAYERS], np.int64)
LEAST, MOST = tables.q16(0.8), tables.q16(1.25)  # bounds of the status-quo normaliser

BY_ARM = ("region", "level", "month", "s_region", "s_level", "s_month", "score", "fear", "level_score")


@dataclass
class Record:
    """What a run counted: int32 arrays, flows and stocks, by arm."""

    first: int  # day number of the first day
    days: int
    region: NDArray[np.int32]  # (arms, days, regions, flows)
    level: NDArray[np.int32]  # (arms, days, slots, flows)
    month: NDArray[np.int32]  # (arms, months, regions, slots, flows)
    s_region: NDArray[np.int32]  # (arms, days, regions, stocks), at the end of the day
    s_level: NDArray[np.int32]
    s_month: NDArray[np.int32]  # (arms, months, regions, slots, stocks), at the end of the month
    score: NDArray[np.int64]  # (arms, schemes, days, regions) sum at the end of the day
    fear: NDArray[np.int64]  # (arms, months, slots, 2) sum of perceived certainty in 1/65536, end of month
    level_score: NDArray[np.int64]  # (arms, schemes, months, slots) sum of scores at the end of the month
    month_of: NDArray[np.int64]  # (days,)
    lives: list[NDArray[np.int64]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    minds: MindSums | None = None  # where the country declares opinion

    @property
    def months(self) -> int:
        """How many calendar months the run touches."""
        return int(self.month_of[-1]) + 1

    def of_first(self, arms: int) -> Record:
        """What was counted in the first so many arms."""
        minds = self.minds
        if minds is not None:
            minds = replace(minds, level=minds.level[:arms], region=minds.region[:arms])
        return replace(
            self,
            **{name: getattr(self, name)[:arms] for name in BY_ARM},
            lives=[rows[rows[:, 2] < arms] for rows in self.lives],
            digests=dict(list(self.digests.items())[:arms]),
            minds=minds,
        )


def months_of(first: int, days: int) -> NDArray[np.int64]:
    """The calendar month of each day, counted from 0."""
    start = date_of(first)
    out = np.empty(days, np.int64)
    for x in range(days):
        d = date_of(first + x)
        out[x] = (d.year - start.year) * 12 + d.month - start.month
    return out


class Society:
    """People, tables and state, ready to live through days.

    `state` is where the arms stand before `first`; `panel` the people whose lives are kept; `reporting` off
    keeps no measures (the burn-in); `part` is the way to the shards that hold other people. Constructors
    store and allocate; `run` computes. Raises `MootError` where hires must be as many as the comparator's and
    it is not among the arms.
    """

    def __init__(
        self,
        population: Population,
        compiled: Compiled,
        state: books.State,
        *,
        first: int,
        days: int,
        panel: NDArray[np.int64] | None = None,
        threads: int = 1,
        reporting: bool = True,
        room: float = 1.0,
        chance: int | None = None,
        part: Part = ALONE,
    ) -> None:
        self.population, self.compiled, self.state, self.part = population, compiled, state, part
        self.first, self.days, self.reporting = first, days, reporting
        self.key = seed_key(population.seed)  # of what is drawn once for a person
        self.chance = self.key if chance is None else seed_key(chance)  # of what is drawn by day
        self.world, self.rates = compiled.world[0], compiled.rates[0]
        if self.world["fixed"] and self.world["places_arm"] < 0:
            names = ", ".join(arm.name for arm in compiled.arms)
            raise MootError(f"vacancies: fixed: the comparator is not among the arms, which are {names}")
        cost = books.block_cost(population)
        self.shares = shares_of(cost, max(1, threads))
        self.by_cost = np.argsort(-cost, kind="stable")  # the dearest first, so that threads end together
        self.all_blocks = np.arange(population.layout.blocks)
        self.books = books.Books(
            population,
            compiled,
            state,
            days=days,
            panel=panel,
            workers=self._workers(),
            reporting=reporting,
            room=room,
            looks=part.looks(population),
        )
        self.today = first
        self.begun = 0  # days that were lived through before, where a checkpoint is gone on from
        self.changes: dict[int, Compiled] = {}  # day -> the law from that day on (see `society.changing`)
        self.gate = new_gate()
        self.by_part = np.zeros((self._workers(), len(kernels.PARTS)), np.int64)  # nanoseconds of a thread
        self.spent: dict[str, float] = {}  # seconds of this thread, and those of a run that is gone on with

    def _workers(self) -> int:
        """How many have counters and scratch of their own."""
        return len(self.shares)

    def settle(self, record: Record) -> None:
        """Let `books` and `record` say where the society stands, where it is not they that are written to."""

    def begin_schemes(self, first_scheme: list[int]) -> None:
        """Everybody at the start of the schemes from `first_scheme` on, arm by arm."""
        schemes = np.array(first_scheme, np.int64)
        kernels.begin(self.compiled.law, self.books.records[0], self.all_blocks, schemes, self.first - 1)
        if self.reporting and self.world["minds"]:
            opinion.open_minds(self.key, self.world, self.books.records[0], self.all_blocks)

    def begin_work(self) -> None:
        """Who is in work on the eve of the first day, where the country says how jobs are found and lost."""
        if self.world["works"]:
            begin_work(self.key, self.world, self.books.records[0], self.all_blocks, self.first - 1)

    def run(
        self,
        *,
        progress: Callable[[int], None] | None = None,
        on_day: Callable[[Society, int], None] | None = None,
        normalise: bool = False,
        record: Record | None = None,
        at_end: Callable[[Record, int], None] | None = None,
    ) -> Record:
        """Live through the days. `on_day(society, day)` may look at the end of each day, never touch.

        `normalise` adjusts the status-quo normaliser at the end of each year but the last (burn-in only).
        `record` is what was counted before day `begun`, and None at the start; `at_end(record, done)` is told
        of each day that is over and written down. With shards, each of them sees its own people, and all
        return the record of the whole. Raises `DeskFull` when a box overflows, in every shard.
        """
        record = self._record() if record is None else record
        months = record.month_of
        with Team(len(self.shares)) as team:
            if self.reporting and self.world["minds"]:
                minds.know_traits(self, team)
            if not self.begun:
                with self._timed("opening the books"):
                    self._open(team)
            for x in range(self.begun, self.days):
                today = self.first + x
                if today in self.changes:
                    change(self.compiled, self.changes[today])
                self._day(team, today)
                end_of_month = x + 1 == self.days or months[x + 1] != months[x]
                if self.reporting:
                    with self._timed("counting and writing down"):
                        self._write(team, record, x, int(months[x]), bool(end_of_month))
                        self._keep_lives(record)
                self.today = today
                if on_day is not None:
                    self.settle(record)
                    on_day(self, today)
                if normalise and (x + 1) % YEAR == 0 and x + 1 + YEAR <= self.days:
                    self.normalise(today)
                if at_end is not None:
                    at_end(record, x + 1)
                if progress is not None:
                    progress(x + 1)
        self.settle(record)
        if self.reporting:
            with self._timed("digests"):
                record = self._of_all(record)
                record.digests = self.digests(record)
        return record

    def seconds(self) -> dict[str, float]:
        """What was spent so far, by part of the work: wall time, the mean over threads side by side."""
        out = dict(self.spent)
        for name, nanoseconds in zip(kernels.PARTS, self.by_part.mean(axis=0).tolist(), strict=True):
            out[name] = out.get(name, 0.0) + nanoseconds / 1e9
        return out

    def _open(self, team: Team) -> None:
        before = self.first - 1

        world, law, records = self.world, self.compiled.law, self.books.records

        def phase(w: int) -> None:
            kernels.open_books(world, law, records[w], self.shares[w], before, before, self.reporting)

        team.run(phase)
        self.watch_room()

    def _day(self, team: Team, today: int) -> None:
        world, law, desk, before = self.world, self.compiled.law, self.books, self.first - 1
        places = self._shares_places(today)

        gate, team_size = self.gate, len(self.shares)
        sent = self._sent_today()
        stops = sorted({*sent, *([kernels.FELL] if places else []), kernels.STEPS})
        step, until = 0, stops[0]
        full: books.DeskFull | None = None  # with shards, told to all of them before it is raised in each

        def live(w: int) -> None:
            kernels.live(
                self.chance, world, law, self.rates, desk.records[w], ACTS, self.by_cost, today, before,
                self.reporting, gate, w, team_size, step, until, self.by_part[w],
            )  # fmt: skip

        while step < kernels.STEPS:
            if full is None:
                gate[:] = 0
                team.run(live, on_error=self._leave)
                step = int(gate[NEXT])
                full = self._full(desk.watch_mail)
            else:
                step = until
            if step != until or step == kernels.STEPS:
                continue
            until = next(one for one in stops if one > step)
            if places and step == kernels.FELL:
                with self._timed("places of the month"):
                    share_places(self, team, today)
            if step in sent:
                with self._timed("exchange between shards"):
                    self.part.exchange(desk, self.population.layout, *sent[step], full)
                step += 1
        self.watch_room(full)
        self.part.days += bool(sent)
        with self._timed("opinion and talk"):
            minds.end_day(self, team, today)

    def _shares_places(self, today: int) -> bool:
        """Tell the kernels the month; whether its places are shared out today."""
        world, date = self.world, date_of(today)
        world["month"], world["month_begins"] = date.year * 12 + date.month, date.day == 1
        return bool(world["fixed"] and world["month_begins"])

    def _leave(self) -> None:
        """Nobody is to wait at the gate any more: a thread did not come."""
        self.gate[LEAVE] = 1

    def _sent_today(self) -> dict[int, tuple[int, int]]:
        """The steps at which shards exchange messages, where there may be any; boxes, from and into.

        All shards know the same law, so they agree.
        """
        law, sent = self.compiled.law, {}
        if self.part.size > 1 and law["sensors"].any():  # who is charged for somebody else is anybody
            sent[kernels.GIVEN] = (OUT, OWN)
        if self.part.size > 1 and law["far_mask"].any():
            sent[kernels.FELL] = (FAR, FALLS)
        return sent

    def _full(self, watch: Callable[[], None]) -> books.DeskFull | None:
        """Watch the boxes; an overflow is raised at once where no other shard has to know of it."""
        try:
            watch()
        except books.DeskFull as error:
            if self.part.size == 1:
                raise
            return error
        return None

    def watch_room(self, full: books.DeskFull | None = None) -> None:
        """After a day: more room where it is needed; `DeskFull` in every shard where a box overflowed."""
        full = full or self._full(self.books.watch_room)
        if self.part.any(full is not None):
            raise full or books.DeskFull("a box in another shard was full")

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        """Add the wall time of a phase to what the run has spent on it."""
        began = working_seconds()
        try:
            yield
        finally:
            self.spent[phase] = self.spent.get(phase, 0.0) + working_seconds() - began

    def normalise(self, today: int) -> None:
        """Set each act's normaliser so that its state factor is 1 in the mean of people, in [0.8, 1.25].

        The chances to pay a fine at once are moved until their mean over fines is the declared one.
        """
        kinds = int(self.world["kinds"])
        sums, exposed = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
        law, record = self.compiled.law, self.books.records[0]
        kernels.factor_sums(self.world, law, self.rates, record, self.all_blocks, today, sums, exposed)
        sums, exposed = self.part.sum(sums), self.part.sum(exposed)
        for k in range(kinds):
            if self.world["kind"][k] < 2 and sums[k] > 0:
                wanted = int(exposed[k]) * tables.Q16 // int(sums[k])
                self.world["normaliser"][k] = min(MOST, max(LEAST, wanted))

        if self.world["fines"]:
            cells = np.zeros((kinds, *self.world["fine_pay"].shape[1:]), np.int64)
            fines_by_standing(self.world, law, self.rates, record, self.all_blocks, today, cells)
            cells = self.part.sum(cells)
            for k in np.flatnonzero(self.world["fine"][:kinds]).tolist():
                mean = int(self.world["fine_mean"][k]) / tables.Q32
                self.world["fine_pay"][k] = brought_to(mean, self.world["fine_pay"][k], cells[k])

    def _record(self) -> Record:
        c = self.compiled
        arms, regions, slots = len(c.arms), len(c.regions), len(c.slots)
        schemes = books.most_schemes(c)
        months = months_of(self.first, self.days)
        n, m = (self.days, int(months[-1]) + 1) if self.reporting else (0, 0)
        flows, stocks = c.columns.flows, c.columns.stocks
        return Record(
            self.first, self.days,
            np.zeros((arms, n, regions, flows), np.int32),
            np.zeros((arms, n, slots, flows), np.int32),
            np.zeros((arms, m, regions, slots, flows), np.int32),
            np.zeros((arms, n, regions, stocks), np.int32),
            np.zeros((arms, n, slots, stocks), np.int32),
            np.zeros((arms, m, regions, slots, stocks), np.int32),
            np.zeros((arms, schemes, n, regions), np.int64),
            np.zeros((arms, m, slots, 2), np.int64),
            np.zeros((arms, schemes, m, slots), np.int64),
            months,
            minds=minds.empty_sums(self, m),
        )  # fmt: skip

    def _write(self, team: Team, r: Record, x: int, month: int, end_of_month: bool) -> None:
        flows, layout = self.compiled.columns.flows, self.population.layout
        records, parts = self.books.records, len(self.shares)

        def close(w: int) -> None:
            for m in records:
                closing.close_day(
                    m, w, parts, x, month, flows, end_of_month,
                    r.region, r.level, r.month, r.s_region, r.s_level, r.s_month,
                )  # fmt: skip

        team.run(close)
        closing.close_scores(self.books.records[0], x, layout.block_segment, layout.segment_region, r.score)
        if not end_of_month:
            return
        self._write_month(team, r, month, self.first + x)

    def _write_month(self, team: Team, r: Record, month: int, today: int) -> None:
        schemes = r.score.shape[1]
        by_slot = self._sums_by_word(team, today) @ SLOTS
        r.level_score[:, :, month] += by_slot[:, :schemes]
        r.fear[:, month] += by_slot[:, schemes:].swapaxes(1, 2)
        if r.minds is not None:
            minds.end_month(r.minds, month, SLOTS, *self._sums_of_minds(team, r.minds))

    def _sums_by_word(self, team: Team, today: int) -> NDArray[np.int64]:
        """Sums over people of scores and perceived certainty, (arms, schemes + 2, packed words)."""
        law, records = self.compiled.law, self.books.records
        sums, both = self._room_for_sums(len(self.shares))

        def look(w: int) -> None:
            closing.sum_packed(self.world, law, records[w], self.shares[w], today, sums[w], both[w])

        team.run(look)
        return self._of_arms(sums.sum(axis=0))

    def _of_arms(self, sums: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sums by account, (accounts, ...), as sums by arm: those of all twins belong to each of them."""
        arms, sizes = len(self.compiled.arms), self.books.sizes
        of_arms = sums[:arms].copy()
        of_arms[sizes["twin"] : sizes["twins"]] += sums[arms:].sum(axis=0)
        return of_arms

    def _room_for_sums(self, workers: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        accounts, schemes = self.books.sizes["accounts"], books.most_schemes(self.compiled)
        sums = np.zeros((workers, accounts, schemes + 2, len(SLOTS)), np.int64)
        return sums, np.zeros((workers, accounts, len(SLOTS)), np.uint64)

    def _sums_of_minds(self, team: Team, kept: MindSums) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sums over people of what they think and say: by packed word, by region (see `society.minds`)."""
        packed, regions = minds.room_for_sums(kept, len(self.shares), len(SLOTS))

        def look(w: int) -> None:
            opinion.sum_minds(self.key, self.books.records[w], self.shares[w], packed[w], regions[w])

        team.run(look)
        return packed.sum(axis=0), regions.sum(axis=0)

    def _keep_lives(self, r: Record) -> None:
        count = self.books["life_n"]
        for b in np.flatnonzero(count):
            r.lives.append(self.books["life"][b, : count[b]].copy())
        count[:] = 0

    def _of_all(self, r: Record) -> Record:
        """What all shards have counted; lives in the first alone, in the order of days and then of blocks."""
        if self.part.size == 1:
            return r
        summed: dict[str, Any] = {name: self.part.sum(getattr(r, name)) for name in BY_ARM}
        if r.minds is not None:
            sums = (self.part.sum(r.minds.level), self.part.sum(r.minds.region))
            r = replace(r, minds=replace(r.minds, level=sums[0], region=sums[1]))
        mine = np.concatenate([self.books["life"][0, :0], *r.lives])
        lives = np.concatenate([mine[:0], *self.part.gather(mine)])
        return replace(r, **summed, lives=[lives[np.argsort(lives[:, 0], kind="stable")]])

    def recount(self, today: int) -> NDArray[np.int64]:
        """Sum of scores by (arm, scheme, region), counted from the people themselves; reads, never writes."""
        shape = (len(self.compiled.arms), books.most_schemes(self.compiled), len(self.compiled.regions))
        total = np.zeros(shape, np.int64)
        closing.sum_scores(self.compiled.law, self.books.records[0], self.all_blocks, today, total)
        return total

    def digests(self, r: Record) -> dict[str, str]:
        """SHA-256 of each arm: of its measures by name in canonical order, then of the people's state.

        A measure enters by the SHA-256 of its values (int32 what is counted by day or month, int64 sums), the
        state by the keyed sum over people.
        """
        c = self.compiled
        parts = np.zeros((len(self.shares), len(c.arms), 2), np.uint64)
        last, records = self.first + self.days - 1, self.books.records
        measures = [self._measures(r, a) for a in range(len(c.arms))]
        leaves = [(a, x) for a, named in enumerate(measures) for x in range(len(named))]
        hashed: dict[tuple[int, int], bytes] = {}

        def digest(w: int) -> None:
            state_sums(self.key, self.world, c.law, records[w], self.shares[w], last, parts[w])
            for a, x in leaves[w :: len(self.shares)]:
                h = hashlib.sha256()
                for values in measures[a][x][1]:
                    h.update(np.ascontiguousarray(values).data)
                hashed[a, x] = h.digest()

        with Team(len(self.shares)) as team:
            team.run(digest)
        sums = self.part.sum(parts.sum(axis=0))  # modulo 2**64, in any order
        out: dict[str, str] = {}
        for a, arm in enumerate(c.arms):
            h = hashlib.sha256()
            for x, (name, _) in enumerate(measures[a]):
                h.update(name.encode() + b"\0" + hashed[a, x])
            h.update(sums[a].tobytes())
            out[arm.name] = h.hexdigest()
        return out

    def _measures(self, r: Record, a: int) -> list[tuple[str, list[NDArray[Any]]]]:
        """What an arm counted, by name in canonical order."""
        c = self.compiled
        out: list[tuple[str, list[NDArray[Any]]]] = []
        for names, tables_of in (
            (c.columns.flow_names[a], (r.region[a], r.level[a], r.month[a])),
            (c.columns.stock_names[a], (r.s_region[a], r.s_level[a], r.s_month[a])),
        ):
            for column in sorted(names, key=lambda k: names[k]):
                out.append((names[column], [table[..., column] for table in tables_of]))
        for s, scheme in enumerate(c.arms[a].schemes):
            out.append((scheme.scheme, [r.score[a, s], r.level_score[a, s]]))
        out.append(("perceived certainty", [r.fear[a]]))
        if r.minds is not None:
            out.append(("opinion", [r.minds.level[a], r.minds.region[a]]))
        return out


def run_digest(digests: dict[str, str]) -> str:
    """The digest of a run: a hash of (arm, digest) sorted by arm."""
    h = hashlib.sha256()
    for name in sorted(digests):
        h.update(f"{name}\0{digests[name]}\n".encode())
    return h.hexdigest()


__all__ = ["Record", "Society", "months_of", "run_digest"]
