"""One scenario, simulated: people, burn-in under today's law, then all arms from one state, day by day.

`country + regime + scenario + seed -> run`; nothing else goes in. `Result` is what stays in memory;
`moot.store.runs` writes it to a folder.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moot.cluster.communicator import Communicator
from moot.country.population import Population
from moot.country.synthesis import synthesise
from moot.draws.clock import compiling_seconds, working_seconds
from moot.draws.compiled import kernel_key
from moot.draws.permutation import backward, forward
from moot.draws.philox import purpose, seed_key, static_hash
from moot.errors import MootError, UserError
from moot.experiment.residents import Residents, residents_of
from moot.experiment.scenario import Scenario, load_scenario
from moot.regime.schema import Regime
from moot.society import books
from moot.society.arms import Arm, day_number
from moot.society.changing import law_from
from moot.society.compile import Compiled, compile_arms
from moot.society.device import check_device, society_on
from moot.society.engine import Record, Society, run_digest
from moot.society.law import BOXES, JUDGE, TERM
from moot.society.livelihood_tables import places_fixed
from moot.society.part import ALONE, Part
from moot.society.snapshot import restore, state_in, tables_hash, take
from moot.store.burnt import UNREADABLE, BurnIns
from moot.store.checkpoint import PHASES, Point
from moot.store.unfinished import Keeper
from moot.vocabulary import Vocabulary, load_vocabulary

DAYS_A_YEAR = 365
FEW, MANY = 200, 10_000  # people whose lives may be kept: always, and at most
LARGEST_SHARE = 100  # one person in so many may be in the panel, beyond the first 200
BURN_IN, RUN = PHASES
PAST = ("past_acts", "past_from", "past_day")
"""What of the arms the burn-in depends on: the acts that it writes down for regimes which read them."""
ROOMS = (1.0, 4.0, 16.0, 64.0)


@dataclass(frozen=True)
class Result:
    """A finished run in memory. `arms` are in the scenario's order, the comparator first.

    `seed` is that of the people, `chance` that of what happened to them: the same number in a run of its own.
    `panel` holds the places (global indices) of the people whose lives were kept; `seconds` wall seconds of
    setup, burn_in and simulate, and apart from them those of compile, in which all of these stand still;
    `sizes` bytes per person as `society.books.Books.memory` says them.
    `burn_in_cached` says that the end of the burn-in was read from the cache: then its seconds are 0, and
    those of reading are part of setup. With `shards`, `population` and `sizes` are those of one part of the
    country, `threads` those of each shard, and all else is of the whole; `traffic` is what they have sent to
    each other.
    """

    scenario: Scenario
    seed: int
    chance: int
    threads: int
    people: int
    days: int
    arms: tuple[str, ...]
    compiled: Compiled
    population: Population
    panel: NDArray[np.int64]
    record: Record
    digest: str
    digests: dict[str, str]
    seconds: dict[str, float]
    burn_in_days: int
    peak_rss_bytes: int
    normaliser: dict[str, float]
    residents: Residents
    sizes: dict[str, float] = field(default_factory=dict)
    phases: dict[str, dict[str, float]] = field(default_factory=dict)  # seconds by phase of the day
    burn_in_cached: bool = False
    shards: int = 1
    traffic: dict[str, int] = field(default_factory=dict)  # see society.part
    device: str = "cpu"  # on which days were lived

    @property
    def person_days(self) -> int:
        """People × (burn-in days + days × arms); a burn-in that was read from the cache is left out."""
        burnt = 0 if self.burn_in_cached else self.burn_in_days
        return self.people * (burnt + self.days * len(self.arms))

    @property
    def person_days_per_s(self) -> float:
        """Person-days ÷ (burn-in + simulate seconds)."""
        return self.person_days / max(self.seconds["burn_in"] + self.seconds["simulate"], 1e-9)


def panel_size(people: int, asked: int | None = None) -> int:
    """How many lives are kept: one person in a hundred, 200 always allowed, 10,000 in all."""
    most = min(MANY, max(FEW, people // LARGEST_SHARE), people)
    if asked is None:
        return min(1000, most)
    if not 0 <= asked <= most:
        raise UserError(f"panel: {asked} lives; between 0 and {most} of {people} people")
    return asked


def panel_of(people: int, seed: int, size: int) -> NDArray[np.int64]:
    """A random sample of `size` people by a keyed permutation, sorted. Nobody is chosen by what they do."""
    key = static_hash(seed_key(seed), purpose("panel"), 0)
    return np.sort(np.array([forward(np.uint64(key), x, people) for x in range(size)], np.int64))


def number_of(population: Population, person: int) -> str:
    """The random number by which a synthetic person is called; it says nothing about the person."""
    key = static_hash(seed_key(population.seed), purpose("person/number"), 0)
    return f"SYN-{int(forward(np.uint64(key), int(person), population.people)):07d}"


def person_of(population: Population, number: str) -> int:
    """The place of the synthetic person with this number. Raises `UserError` where there is none."""
    digits = number.strip().upper().removeprefix("SYN-")
    if not digits.isdigit() or int(digits) >= population.people:
        expected = f"SYN- and a number below {population.people}"
        raise UserError(f"{number}: no such synthetic person; expected {expected}")
    key = static_hash(seed_key(population.seed), purpose("person/number"), 0)
    return int(backward(np.uint64(key), int(digits), population.people))


def simulate(
    scenario: Scenario | str,
    *,
    people: int | None = None,
    days: int | None = None,
    seed: int = 1,
    chance: int | None = None,
    threads: int | None = None,
    arms: Sequence[str] | None = None,
    panel: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    on_day: Callable[[Society, int], None] | None = None,
    keeper: Keeper | None = None,
    burn_ins: BurnIns | None = None,
    communicator: Communicator | None = None,
    device: str = "cpu",
) -> Result:
    """Simulate a scenario (a name, a path or a loaded one).

    `seed` is that of the people; `chance` that of everything that happens to them (by default the same).
    `people`, `days` override the scenario's; `arms` keeps some of its arms; `panel` is the number of lives
    kept. `threads` (default: all cores, which shards of one machine share), `panel`,
    `progress(phase, done, of)`, `on_day`, `keeper`, which says from which checkpoint to go on and keeps
    others, and `burn_ins`, a cache from which the end of a burn-in is taken or into which it is put, change
    no bit of the result. Neither does `communicator`: with it this process is one shard of several that all
    call this with the same arguments, and `on_day` sees its part (see `moot.findings.sharding`). Where arms
    need the comparator's hires (`vacancies: fixed`) and it is not among them, it is lived through all the
    same, as a last arm that `on_day` sees and the result does not hold. On another `device` than the
    processor the days are lived there, by the same functions and to the same bits (see
    `moot.society.device`). Raises `UserError` for what cannot be asked, and for a device that is not there.
    """
    began, compiled_before = working_seconds(), compiling_seconds()
    if isinstance(scenario, str):
        scenario = load_scenario(scenario)
    scenario = scenario.replace(people=people, days=days)
    part = ALONE if communicator is None else Part(communicator)
    check_device(device, shards=part.size)
    beside = 1 if communicator is None else communicator.neighbours()
    workers = max(1, (os.cpu_count() or 1) // beside) if threads is None else threads
    if workers < 1:
        raise UserError(f"threads: {workers}; expected 1 or more")
    names = arms_of(scenario, arms)
    vocabulary, country, start = load_vocabulary(), scenario.country_model, scenario.start
    population = synthesise(
        country, vocabulary, seed=seed, people=scenario.people, when=start, threads=workers,
        part=part.rank, parts=part.size,
    )  # fmt: skip
    part.looks(population)  # while nothing can have gone wrong yet in one shard alone
    setup = working_seconds() - began
    lives = panel_of(population.people, seed, panel_size(population.people, panel))
    if burn_ins is not None:
        burn_ins.begin_run()
    for room in ROOMS:
        try:
            result = _run(
                scenario, names, vocabulary, population, lives, start, seed if chance is None else chance,
                workers, room, setup, progress, on_day, keeper, burn_ins, part, device,
            )  # fmt: skip
            result.seconds["compile"] = compiling_seconds() - compiled_before
            return result
        except books.DeskFull as full:
            last = full
    raise MootError(f"the run sends more messages in a day than can be held: {last}")


def arms_of(scenario: Scenario, asked: Sequence[str] | None) -> list[str]:
    """The names of the arms to run, in the scenario's order."""
    every = list(scenario.arms)
    if asked is None:
        return every
    unknown = [a for a in asked if a not in every]
    if unknown:
        known = ", ".join(every)
        raise UserError(f"arm {unknown[0]}: not in scenario {scenario.scenario}, which has {known}")
    return [a for a in every if a in asked]


def _run(
    scenario: Scenario,
    names: list[str],
    vocabulary: Vocabulary,
    population: Population,
    lives: NDArray[np.int64],
    start: date,
    chance: int,
    workers: int,
    room: float,
    setup: float,
    progress: Callable[[str, int, int], None] | None,
    on_day: Callable[[Society, int], None] | None,
    keeper: Keeper | None,
    burn_ins: BurnIns | None,
    part: Part,
    device: str,
) -> Result:
    country, seed = scenario.country_model, population.seed
    point = keeper.start() if keeper is not None else None
    existing = () if scenario.comparator == "none" else scenario.existing_models
    institutions = scenario.comparator != "none"
    arms = [Arm(name, existing, scenario.arm_regimes[name], institutions) for name in names]
    if places_fixed(country.work, arms) and all(arm.regime is not None for arm in arms):
        # Its hires are the places of the others: it is lived through, and not told.
        arms.append(Arm(scenario.comparator, existing, None, institutions))
    residents = country.residents or scenario.people
    compiled = compile_arms(
        country, vocabulary, arms, start=start, seed=seed, chance=chance, residents=residents
    )
    first = day_number(start)
    burn_in_days = scenario.burn_in * DAYS_A_YEAR
    before = working_seconds()
    past = {name: compiled.world[name] for name in PAST}
    days = scenario.days
    changes = changes_of(scenario, arms, compiled, vocabulary, seed, chance)
    earlier = point.values if point is not None else {}
    if point is not None and point.phase == RUN:
        state, spent_before = state_in(point.arrays, population), dict(earlier["burn_in_spent"])
        society = society_on(device)(
            population, compiled, state, first=first, days=days, panel=lives, threads=workers, room=room,
            chance=chance, part=part,
        )  # fmt: skip
        society.changes = changes
        counted = restore(society, point.arrays, earlier, point.done)
        burn_in_seconds, simulated_before = float(earlier["burn_in"]), float(earlier["simulate"])
        cached = bool(earlier["cached"])
    else:
        aside = burn_ins.seconds if burn_ins is not None else 0.0
        burnt, cached, burn_in_seconds = _burn_in(
            scenario, vocabulary, population, chance, existing, institutions, first, burn_in_days, past,
            workers, room, progress, keeper, point, burn_ins, part, device,
        )  # fmt: skip
        for found in ("normaliser", "fine_pay"):  # what the burn-in sets
            compiled.world[found] = burnt.compiled.world[found]
        state = books.branch(
            burnt.state,
            len(arms),
            books.most_schemes(compiled),
            needs_warm=compiled.needs_warm,
            minds=country.opinion is not None,
        )
        society = society_on(device)(
            population, compiled, state, first=first, days=days, panel=lives, threads=workers, room=room,
            chance=chance, part=part,
        )  # fmt: skip
        society.changes = changes
        _carry(burnt, society)
        society.begin_schemes([sum(len(r.schemes) for r in existing)] * len(arms))
        counted, spent_before, simulated_before = None, burnt.seconds(), 0.0
        del burnt  # a third of what the run itself takes
        took = working_seconds() - before
        aside = took if cached else (burn_ins.seconds if burn_ins is not None else 0.0) - aside
        setup += aside  # the cache is no part of the burn-in
        burn_in_seconds += took - aside
    point = None  # its arrays are in the society now
    before = working_seconds()

    def at_end(record: Record, done: int) -> None:
        def taken() -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
            arrays, values = take(society, record, done)
            seconds = simulated_before + working_seconds() - before
            return arrays, values | {
                "burn_in": round(burn_in_seconds, 4),
                "simulate": round(seconds, 4),
                "burn_in_spent": spent_before,
                "cached": cached,
            }

        assert keeper is not None
        keeper.end_of_day(RUN, done, days, taken)

    record = society.run(
        progress=None if progress is None else lambda done: progress("simulate", done, scenario.days),
        on_day=on_day,
        record=counted,
        at_end=None if keeper is None else at_end,
    )
    spent = simulated_before + working_seconds() - before
    record, compiled = record.of_first(len(names)), compiled.of_first(len(names))
    normaliser = {
        name: int(compiled.world["normaliser"][0, k]) / 65536 for k, name in enumerate(compiled.acts)
    }
    return Result(
        scenario, seed, chance, workers, population.people, scenario.days, tuple(names), compiled, population,
        lives, record, run_digest(record.digests), dict(record.digests),
        {"setup": setup, "burn_in": burn_in_seconds, "simulate": spent},
        burn_in_days, int(part.sum(np.array([peak_rss_bytes()]))[0]), normaliser,
        residents_of(population, compiled, lives, part), society.books.memory(),
        {"burn-in": spent_before, "run": society.seconds()}, cached, part.size,
        part.traffic(), device,
    )  # fmt: skip


def _burn_in(
    scenario: Scenario,
    vocabulary: Vocabulary,
    population: Population,
    chance: int,
    existing: Sequence[Regime],
    institutions: bool,
    first: int,
    days: int,
    past: dict[str, NDArray[np.int64]],
    workers: int,
    room: float,
    progress: Callable[[str, int, int], None] | None,
    keeper: Keeper | None,
    point: Point | None,
    burn_ins: BurnIns | None,
    part: Part,
    device: str,
) -> tuple[Society, bool, float]:
    """The society on the eve of the first day, under today's law; depends on (country, seed, people).

    Also whether another run has lived through it and it was read from the cache, and the seconds that this
    run spent on it before. `past` says which acts are written down on the way, for regimes that read them;
    it changes nothing else.
    """
    day0 = first - days

    def todays_law() -> Compiled:
        arm = Arm("status-quo", tuple(existing), None, institutions)
        compiled = compile_arms(
            scenario.country_model,
            vocabulary,
            [arm],
            start=scenario.start,
            seed=population.seed,
            chance=chance,
        )
        for name, value in past.items():
            compiled.world[name] = value
        return compiled

    def standing(compiled: Compiled, at: Point) -> Society:
        society = society_on(device)(
            population, compiled, state_in(at.arrays, population), first=day0, days=days, threads=workers,
            reporting=False, room=room, chance=chance, part=part,
        )  # fmt: skip
        restore(society, at.arrays, at.values, at.done)
        return society

    compiled = todays_law()
    kept = None
    if burn_ins is not None:
        about = _what_it_depends_on(
            scenario, vocabulary, existing, institutions, population, chance, days, compiled
        )
        if part.size > 1:  # each shard keeps its own people
            about["shard"] = [part.rank, part.size]
        kept = burn_ins.of(about, population.people * days)
    if point is None and kept is not None:
        found = kept.find()
        if part.any(found is None):
            found = None
        if found is not None:
            refused: Exception | None = None
            try:
                society = standing(compiled, found)
            except UNREADABLE as error:
                refused = error
            if not part.any(refused is not None):
                if kept.mine:  # before a box of the run overflowed
                    return society, False, float(found.values["burn_in"])
                society.spent = {}  # what another run has spent
                return society, True, 0.0
            kept.refuse(refused or "another shard could not read its own")
            compiled = todays_law()  # some of it may have been taken over
    if point is not None:
        society = standing(compiled, point)
    else:
        state = books.empty_state(
            population.layout.held,
            int(population.layout.block_word[-1] - population.layout.block_word[0]),
            1,
            books.most_schemes(compiled),
            (int(p) for p in compiled.world["prior"][0]),
            day0 - 1,
            warm=compiled.needs_warm,
        )
        society = society_on(device)(
            population, compiled, state, first=day0, days=days, threads=workers, reporting=False, room=room,
            chance=chance, part=part,
        )  # fmt: skip
        society.begin_schemes([0])
        society.begin_work()
    seconds_before = float(point.values["burn_in"]) if point is not None else 0.0
    before = working_seconds()

    def taken(record: Record, done: int) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        arrays, values = take(society, record, done)
        return arrays, values | {"burn_in": round(seconds_before + working_seconds() - before, 4)}

    def at_end(record: Record, done: int) -> None:
        assert keeper is not None
        keeper.end_of_day(BURN_IN, done, days, lambda: taken(record, done))

    record = society.run(
        progress=None if progress is None else lambda done: progress("burn-in", done, days),
        normalise=scenario.country_model.burn_in_years > 0,
        at_end=None if keeper is None else at_end,
    )
    if kept is not None:
        kept.keep(*taken(record, days))
    return society, False, seconds_before


def _what_it_depends_on(
    scenario: Scenario,
    vocabulary: Vocabulary,
    existing: Sequence[Regime],
    institutions: bool,
    population: Population,
    chance: int,
    days: int,
    compiled: Compiled,
) -> dict[str, Any]:
    """Everything beside the code that the end of a burn-in depends on, as plain values.

    The tables of the kernels are hashed as well, and with them what is read of the data that is shipped.
    """
    return {
        "country": [scenario.country_model.country, scenario.country_model.content_hash],
        "vocabulary": vocabulary.content_hash,
        "existing": [[one.regime, one.content_hash] for one in existing],
        "institutions": institutions,
        "seed": population.seed,
        "chance": chance,
        "people": population.people,
        "until": scenario.start.isoformat(),
        "days": days,
        "past": {name: int(compiled.world[name][0]) for name in PAST},
        "tables": tables_hash(compiled),
        "kernels": kernel_key(),
    }


def changes_of(
    scenario: Scenario,
    arms: list[Arm],
    compiled: Compiled,
    vocabulary: Vocabulary,
    seed: int,
    chance: int | None = None,
) -> dict[int, Compiled]:
    """The tables from each day on which the scenario changes an arm's regime."""
    found: dict[int, Compiled] = {}
    now, tables = list(arms), compiled
    names = [arm.name for arm in arms]
    for day in sorted({day_number(one.at) for one in scenario.changes if one.arm in names}):
        for one in scenario.changes:
            if day_number(one.at) == day and one.arm in names:
                now[names.index(one.arm)] = replace(arms[names.index(one.arm)], regime=one.regime)
        after = compile_arms(
            scenario.country_model,
            vocabulary,
            list(now),
            start=scenario.start,
            seed=seed,
            chance=chance,
            residents=scenario.country_model.residents or scenario.people,
        )
        found[day] = tables = law_from(tables, after, day)
    return found


def _carry(burnt: Society, society: Society) -> None:
    """Rare state, terms, debts and people to be judged go on in every arm, as they stood on the eve."""
    arms = society.books.sizes["arms"]
    owed = burnt.books["debt_n"]
    society.books.make_room("debt_cap", int(owed.max()) * arms)
    for b in np.flatnonzero(owed):
        rows = np.tile(burnt.books["debts"][b, : owed[b]], (arms, 1))
        rows[:, 0] |= np.repeat(np.arange(arms), owed[b]) << 17
        society.books["debts"][b, : len(rows)] = rows
        society.books["debt_n"][b] = len(rows)
    used = int(burnt.books["rare_n"].max()) + 1  # more would be written to for nothing
    society.books.make_room("rare_cap", used)
    society.books["rare"][:, :, :used] = burnt.books["rare"][:, :, :used]
    society.books["rare_n"][:] = burnt.books["rare_n"]
    used = int(burnt.books["past_n"].max())
    society.books.make_room("past_cap", used)
    society.books["past"][:, :used] = burnt.books["past"][:, :used]
    society.books["past_n"][:] = burnt.books["past_n"]
    for box in (TERM, JUDGE):
        counts = burnt.books["mail_n"][box]
        society.books.make_room(f"{BOXES[box]}_cap", int(counts.max()) * arms)
        for block, count in enumerate(counts.tolist()):
            rows = np.tile(burnt.books.messages(box, block)[:count], (arms, 1))
            rows[:, 0] |= np.repeat(np.arange(arms), count) << 17
            society.books.messages(box, block)[: len(rows)] = rows
        society.books["mail_n"][box] = arms * counts


def peak_rss_bytes() -> int:
    """The most memory this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
