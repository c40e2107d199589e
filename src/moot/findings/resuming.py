"""Runs that leave checkpoints on their way: begun, gone on with, finished, and branched off at a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.errors import RunError, UserError
from moot.findings.rebuilding import scenario_of
from moot.findings.saving import burn_ins, code_hash, file_of, manifest_and_tables, save, versions, writable
from moot.findings.sharding import Start, keeper_of, simulate_together
from moot.regime.values import with_values
from moot.store.checkpoint import checkpoints_in
from moot.store.parts import PartKeeper, has_shards
from moot.store.runs import is_run_folder, read_manifest
from moot.store.unfinished import CHECKPOINTS, Earlier, Unfinished, identity, place_beside
from moot.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result
    from moot.findings.run import Run
    from moot.regime.schema import Regime

__all__ = ["begin", "branched", "reopen", "to_the_end"]

Progress = Callable[[str, int, int], None]


def begin(
    scenario: Scenario,
    place: Path,
    *,
    seed: int,
    arms: Sequence[str] | None,
    panel: int | None,
    every: int,
    keep: bool,
    force: bool,
    shards: int = 1,
) -> Unfinished:
    """Make the folder of a run that leaves a checkpoint every so many days, beside `place`.

    Raises `UserError` for what cannot be simulated or written, before any work is done.
    """
    from moot.experiment.simulation import arms_of, panel_size

    if every < 1:
        raise UserError(f"checkpoints every {every} days; expected 1 or more")
    names = arms_of(scenario, arms)
    kept = panel_size(scenario.people, panel)
    writable(place, scenario.people, kept, force=force)
    about = {
        "scenario": {
            "name": scenario.scenario,
            "hash": scenario.content_hash,
            "file": file_of(scenario),
            "resolved": scenario.resolved(),
        },
        "vocabulary": load_vocabulary().content_hash,
        "seed": seed,
        "people": scenario.people,
        "days": scenario.days,
        "arms": names,
        "panel": kept,
        "code": code_hash(),
        "versions": versions(),
        "every": every,
        "keep": keep,
        "shards": shards,
    }
    return Unfinished.begin(place, about, force=force)


def reopen(path: Path, *, force: bool = False) -> tuple[Unfinished, Scenario]:
    """The unfinished run of a folder, named as the run or as the folder, and its scenario.

    Raises `RunError` where there is none, where this version of Moot would give other bits, and where
    something else stands at its place by now (without `force`).
    """
    place, folder = place_beside(path)
    if not folder.exists() and is_run_folder(place):
        raise RunError(f"{place} is finished: there is nothing to go on with")
    unfinished = Unfinished.at(path)
    try:
        about = unfinished.about
        if about["code"] != code_hash() or about["vocabulary"] != load_vocabulary().content_hash:
            last = unfinished.last()
            raise RunError(
                f"{folder} was begun by another version of Moot ({about['versions']['moot']}, model code "
                f"{about['code'][:16]}; this is {versions()['moot']}, {code_hash()[:16]}): going on would "
                f"give other numbers; go on with that version, or begin anew with moot run and --force; "
                f"{f'the last good checkpoint is {last}' if last else 'there is no checkpoint yet'}; nothing "
                "was overwritten"
            )
        scenario = scenario_of(about)
        if unfinished.anew or not finished(unfinished):
            writable(place, about["people"], about["panel"], force=force)
        return unfinished, scenario
    except BaseException:
        unfinished.close()
        raise


def finished(unfinished: Unfinished) -> bool:
    """Whether its run folder is written: the process ended between that and its last step."""
    if not is_run_folder(unfinished.place):
        return False
    return identity_of(read_manifest(unfinished.place)) == unfinished.run


def to_the_end(
    unfinished: Unfinished,
    scenario: Scenario,
    *,
    threads: int | None,
    force: bool,
    progress: Progress | None,
    tell: Callable[[Result, dict[str, float]], None] | None = None,
    cache: bool = True,
    start: Start | None = None,
    device: str = "cpu",
) -> Run:
    """Simulate an unfinished run from its last good checkpoint, or from the beginning, and write its folder.

    Then its checkpoints go, or are kept in the folder. `tell` is given what was simulated, and the seconds of
    each part of the work when the folder is written; `cache` and `device` are those of `moot.simulate`, the
    first of use where no checkpoint is left yet. `start` starts the other processes of a run in shards.
    Without a single checkpoint, whatever stops the work leaves nothing behind.
    """
    from moot.experiment.simulation import simulate
    from moot.findings.run import open_run

    about = unfinished.about
    if unfinished.anew or not finished(unfinished):
        try:
            if start is not None:
                result = simulate_together(
                    scenario, start, seed=about["seed"], threads=threads, arms=about["arms"],
                    panel=about["panel"], progress=progress, unfinished=unfinished, cache=cache,
                    tell=unfinished.tell,
                )  # fmt: skip
            else:
                result = simulate(
                    scenario, seed=about["seed"], threads=threads, arms=about["arms"], panel=about["panel"],
                    progress=progress, keeper=_keeper(unfinished, scenario),
                    burn_ins=burn_ins() if cache else None, device=device,
                )  # fmt: skip
            unfinished.in_days = False
            content, tables = manifest_and_tables(result)
            content["scenario"]["file"] = about["scenario"]["file"]
            content = save(result, unfinished.place, force=force, manifest=content, tables=tables)
            if tell is not None:
                tell(result, content["seconds"])
        except BaseException:
            if not checkpoints_in(unfinished.folder) and not has_shards(unfinished.folder):
                unfinished.discard()
            raise
    unfinished.finish()
    return open_run(unfinished.place, check=False)


def _keeper(unfinished: Unfinished, scenario: Scenario) -> Unfinished | PartKeeper:
    """That of a single process, which goes on from what shards have left where there is any."""
    if not has_shards(unfinished.folder):
        return unfinished
    from moot.cluster.local import Lines

    return keeper_of(unfinished, scenario, Lines(0, 1, {}))


def identity_of(manifest: dict[str, Any]) -> str:
    """The identity of a finished run (see `moot.store.unfinished.identity`)."""
    return identity({**manifest, "vocabulary": manifest["declarations"]["vocabulary"]})


def branched(
    run: Run,
    at: date,
    *,
    regime: Regime | None,
    values: Mapping[str, object] | None,
    arm: str | None,
    threads: int | None,
    progress: Progress | None,
) -> Result:
    """A run simulated again with an intervention on the day `at` (see `Run.branch`)."""
    from moot.experiment.simulation import simulate

    told = arm or run.other_arm
    before = next(
        (one.regime for one in reversed(run.scenario.changes) if one.arm == told and one.at <= at),
        run.scenario.arm_regimes.get(run.known_arm(told)),
    )
    if (regime is None) == (values is None):
        raise UserError("an intervention is either another regime or other values; expected one of them")
    if regime is None:
        if before is None:
            raise UserError(f"arm {told} has no regime of which values could change")
        regime = with_values(before, values or {})
    scenario = run.scenario.with_change(at, told, regime)
    keeper = None
    if run.folder is not None and run.manifest["code"] == code_hash():
        days = (at - scenario.start).days
        keeper = Earlier(run.folder / CHECKPOINTS, identity_of(run.manifest), days=days)
    return simulate(
        scenario,
        seed=run.seed,
        threads=threads,
        arms=run.arms,
        panel=len(run.manifest["panel"]),
        progress=progress,
        keeper=keeper,
    )
