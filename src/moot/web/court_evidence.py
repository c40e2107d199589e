"""Evidence in the room: runs that are asked for and watched, exhibits chosen from results, witnesses,
remedies.

Nothing is uploaded: an exhibit is a measure of a run of the case, or of an experiment of the server's
folder; a run is the experiment behind an exhibit with other seeds, people, days or replicates; a witness
is a life of the panel of such a run. Simulations are done one after the other in a thread of their own;
what is asked for is in the minutes before a person is simulated, and a run that a stop of the server cut
short goes on at its next start.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moot.errors import CaseError, MootError, UserError
from moot.experiment.declaration import Experiment
from moot.findings.experimenting import experiment_of, open_experiment
from moot.findings.results import Results
from moot.store.experiments import is_experiment
from moot.trial.case import CONTENT, SHEET, Case, Filed
from moot.trial.evidence import Witness
from moot.trial.exhibits import exhibit_from, exhibit_of, sheet_of
from moot.trial.ordering import folder_of, made_run, request_of, sealed
from moot.trial.procedure import PARTIES
from moot.trial.resimulating import experiment_with
from moot.trial.witness import answer_of, life_from, life_of
from moot.web.court_room import CourtRoom, Seat

__all__ = ["Changes", "Desk", "choices_of"]

MOST_PEOPLE, MOST_DAYS, MOST_REPLICATES = 100_000, 1_100, 60
MOST_WAITING = 20
EXPERIMENTS = "experiments"
log = logging.getLogger("moot.web")


@dataclass(frozen=True)
class Changes:
    """What a side changes in the experiment behind an exhibit; None leaves it."""

    seed: int | None = None
    people: int | None = None
    days: int | None = None
    replicates: int | None = None


class _Ended(MootError):
    """The server stops; what was simulated stays, and is gone on with later."""


class Desk:
    """Where simulations of all rooms wait, one after the other.

    `progress(room, frame)` is called from the thread of the simulation, with a frame for everybody in a room:
    both sides see the same at the same instant.
    """

    def __init__(
        self, folder: Path, *, threads: int | None = None,
        progress: Callable[[CourtRoom, dict[str, Any]], None] = lambda room, frame: None,
    ) -> None:  # fmt: skip
        self.experiments = folder / EXPERIMENTS
        self._threads, self._progress = threads, progress
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="moot-court")
        self._ending = False
        self._waiting: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Stop what runs at its next step and forget what waits; both go on at the next start."""
        self._ending = True
        for task in self._waiting:
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
        await asyncio.to_thread(self._worker.shutdown, True, cancel_futures=True)

    # --- runs ----------------------------------------------------------------------------------------------

    async def ask(
        self, room: CourtRoom, seat: Seat, exhibit: int, changes: Changes, reason: str, *, key: str = "",
        seen: int = 0,
    ) -> int:  # fmt: skip
        """Ask for a run of the experiment behind an exhibit, to be simulated as soon as may be; its number.

        Raises `CaseError` where it is the same as one that was asked for, `UserError` for too large a run.
        """
        shown = _shown(room.case, exhibit, seat)
        wanted = await asyncio.to_thread(_changed, json.loads(shown["about"]), changes)
        return await self._asked(room, seat, wanted, reason, None, key, seen)

    async def remedy(self, room: CourtRoom, seat: Seat, exhibit: int, name: str) -> int:
        """Simulate a remedy for the court on what an exhibit shows, and file what it comes to; its run."""
        _shown(room.case, exhibit, seat)
        filed = room.case.exhibits[exhibit - 1]
        kept = exhibit_from(room.case.text(filed.record, CONTENT))
        wanted, arm, _ = await asyncio.to_thread(experiment_with, kept, name)
        arms = list(dict.fromkeys((str(kept.content["arm"]), arm)))
        return await self._asked(room, seat, wanted, "", name, "", 0, (str(kept.content["measure"]), arms))

    async def _asked(
        self, room: CourtRoom, seat: Seat, wanted: Experiment, reason: str, remedy: str | None, key: str,
        seen: int, then: tuple[str, list[str]] | None = None,
    ) -> int:  # fmt: skip
        if len(self._waiting) >= MOST_WAITING:
            raise UserError(f"{MOST_WAITING} simulations wait already; expected fewer")
        text, digest = sealed(request_of(wanted))
        texts = {CONTENT: text} | ({"reason": reason} if reason.strip() else {})
        body: dict[str, Any] = {"experiment": wanted.content_hash, "digest": digest, "seat": seat.number}
        if remedy is not None:
            body["remedy"] = remedy
        await room.taken(seat, "ask-run", texts, body, key=key, seen=seen)
        number: int = next(one.number for one in room.case.asked if one.experiment == wanted.content_hash)
        self.start(room, number, then)
        return number

    def go_on(self, room: CourtRoom) -> None:
        """Take up the runs that were asked for in a case and have no result."""
        for one in room.case.asked:
            if one.made is None:
                self.start(room, one.number)

    def start(self, room: CourtRoom, number: int, then: tuple[str, list[str]] | None = None) -> None:
        """Simulate a run as soon as it may be; `then` are a measure and arms that the court files."""
        self._soon(self._made(room, number, then))

    def _soon(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _made(self, room: CourtRoom, number: int, then: tuple[str, list[str]] | None) -> None:
        frame = {"type": "run", "run": number, "state": "waiting", "phase": "", "done": 0, "of": 0}
        self._progress(room, frame)

        def tell(phase: str, done: int, of: int) -> None:
            if self._ending:
                raise _Ended("the server stops")
            self._progress(room, frame | {"state": "running", "phase": phase, "done": done, "of": of})

        def work() -> None:
            made_run(room.folder, number, clock=room.second, threads=self._threads, progress=tell)

        try:
            await asyncio.get_running_loop().run_in_executor(self._worker, work)
            await room.beside(lambda: None)
            self._progress(room, frame | {"state": "made"})
            if then is not None:
                for arm in then[1]:
                    await self.file(room, Seat("president"), {"run": number}, then[0], arm=arm)
        except _Ended:
            return
        except Exception as error:  # a fault of ours is told as well, and the other runs go on
            ours = not isinstance(error, MootError)
            log.warning("run %d of %s: %s", number, room.name, error, exc_info=ours)
            why = "a fault of the server" if ours else str(error)
            self._progress(room, frame | {"state": "failed", "why": why})

    # --- exhibits ------------------------------------------------------------------------------------------

    async def file(
        self, room: CourtRoom, seat: Seat, source: dict[str, Any], measure: str, *, arm: str | None = None,
        title: str = "", key: str = "", seen: int = 0,
    ) -> int:  # fmt: skip
        """File what a run of the case, or an experiment of the server, found in one measure; its number.

        `source` is ``{"run": N}`` or ``{"experiment": NAME}``. Raises `CaseError`, `UserError`.
        """
        place = self._place(room, source)
        side = room.case.side(seat.role)
        asked_by = side if side in PARTIES else "court"

        def made() -> tuple[dict[str, str], dict[str, Any]]:
            one, sheet = exhibit_of(place, measure, arm=arm, asked_by=asked_by), sheet_of(place)
            texts = {"title": title.strip() or one.title, CONTENT: one.text}
            body: dict[str, Any] = {"digest": one.digest, "seat": seat.number}
            if "run" in source:
                body["run"] = source["run"]
            if sheet is not None:
                texts[SHEET], body["sheet_digest"] = sheet
            return texts, body

        texts, body = await asyncio.to_thread(made)
        await room.taken(seat, "exhibit", texts, body, key=key, seen=seen)
        return len(room.case.exhibits)

    def _place(self, room: CourtRoom, source: dict[str, Any]) -> Path:
        if "run" in source:
            asked = room.case.numbered(room.case.asked, source["run"], "run")
            if asked.made is None:
                raise CaseError(f"run {source['run']} has no result yet")
            return folder_of(room.folder, int(source["run"]))
        for path in self.finished():
            if path.name == source.get("experiment"):
                return path
        raise CaseError("there is no finished experiment of this name here")

    def finished(self) -> list[Path]:
        """The folders of the experiments of the server, by name."""
        if not self.experiments.is_dir():
            return []
        return sorted(path for path in self.experiments.iterdir() if path.is_dir() and is_experiment(path))

    def results(self, room: CourtRoom) -> list[dict[str, Any]]:
        """What exhibits can be filed of: runs of the case and experiments, with their arms and measures."""
        found: list[dict[str, Any]] = []
        sources: list[tuple[dict[str, Any], Path]] = [
            ({"run": one.number}, folder_of(room.folder, one.number))
            for one in room.case.asked
            if one.made is not None
        ]
        sources += [({"experiment": path.name}, path) for path in self.finished()]
        for source, path in sources:
            try:
                found.append({"source": source, **choices_of(open_experiment(path))})
            except MootError as error:
                found.append({"source": source, "title": path.name, "arms": [], "measures": [],
                              "problem": str(error)})  # fmt: skip
        return found

    # --- witnesses -----------------------------------------------------------------------------------------

    async def call(
        self, room: CourtRoom, seat: Seat, exhibit: int, person: str, *, key: str = "", seen: int = 0
    ) -> int:
        """Call a life of the panel of the run behind an exhibit, or `another` at random; its number.

        The first replicate of the exhibit is simulated with a panel. Raises `CaseError`, `UnknownNameError`.
        """
        shown = _shown(room.case, exhibit, seat)

        def work() -> tuple[str, str, str]:
            from moot.experiment.simulation import simulate
            from moot.findings.run import run_of

            experiment = experiment_of(json.loads(shown["about"]))
            scenario = next(one for one in experiment.scenario_models if one.scenario == shown["scenario"])
            arms = [shown["twin"], shown["arm"]]
            run = run_of(simulate(scenario, seed=shown["seeds"][0], arms=arms, threads=self._threads))
            lives = [name for name, life in run.lives.items() if life.arms[shown["arm"]]]
            number = secrets.choice(lives) if person == "another" and lives else person
            made = life_of(run, number, arm=shown["arm"])
            return made.content["person"], made.digest, made.text

        found, digest, text = await asyncio.get_running_loop().run_in_executor(self._worker, work)
        body = {"person": found, "digest": digest, "seat": seat.number}
        await room.taken(seat, "witness", {CONTENT: text}, body, key=key, seen=seen)
        return len(room.case.witnesses)

    async def examine(
        self, room: CourtRoom, seat: Seat, number: int, event: int, *, arm: str | None = None,
        rerun: bool = False, key: str = "", seen: int = 0,
    ) -> list[str]:  # fmt: skip
        """Ask a witness of one of its events: the rule, the data, its causes; the answer as lines."""
        called: Witness = room.case.numbered(room.case.witnesses, number, "witness")
        life = life_from(room.case.text(called.record, CONTENT))

        def work() -> tuple[str, str, list[str]]:
            answer = answer_of(life, event, arm=arm, rerun=rerun, threads=self._threads)
            return *sealed(answer), list(answer["lines"])

        text, digest, lines = await asyncio.get_running_loop().run_in_executor(self._worker, work)
        body = {"witness": number, "digest": digest, "seat": seat.number}
        await room.taken(seat, "examined", {CONTENT: text}, body, key=key, seen=seen)
        return lines


def choices_of(results: Results) -> dict[str, Any]:
    """The title, the arms and the measures of results, of which an exhibit can be made."""
    told = results.as_dict()
    whole = [one for one in results.effects if one.interval and one.span and not one.too_few]
    measures = dict.fromkeys(one.words.strip() for one in whole if not one.attribute)
    return {"title": told["experiment"]["title"], "arms": list(dict.fromkeys(one.arm for one in whole)),
            "measures": list(measures)}  # fmt: skip


def _shown(case: Case, number: int, seat: Seat) -> dict[str, Any]:
    """The content of an exhibit that a seat may see."""
    filed: Filed = case.numbered(case.exhibits, number, "exhibit")
    if filed.sealed and case.side(seat.role) != "bench":
        raise CaseError(f"exhibit {number} is sealed; it is seen by the court alone")
    return dict(exhibit_from(case.text(filed.record, CONTENT)).content)


def _changed(about: dict[str, Any], changes: Changes) -> Experiment:
    start = experiment_of(about)
    wanted = start.replace(
        seed=changes.seed, people=changes.people, days=changes.days, replicates=changes.replicates
    )
    scenario = wanted.scenario_models[0]
    asked = (scenario.people, scenario.days, wanted.replicates.count)
    for found, most, what in zip(asked, (MOST_PEOPLE, MOST_DAYS, MOST_REPLICATES),
                                 ("people", "days", "replicates"), strict=True):  # fmt: skip
        if found > most:
            raise UserError(f"{found:,} {what}; a run in a hearing has {most:,} at most")
    return wanted
