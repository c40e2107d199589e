"""Moot: a laboratory where invented social-scoring schemes are declared and simulated on synthetic people.

::

    import moot

    run = moot.simulate("rank-my-life-2028", people=100_000)
    run.summary()
    run.plot().save("figure.svg")

Everything is loaded when it is used: importing Moot does no work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Literal

    from moot.country.schema import Country
    from moot.experiment.declaration import Experiment
    from moot.experiment.scenario import Scenario
    from moot.findings.results import Results
    from moot.findings.run import Run
    from moot.regime.schema import Regime

__all__ = [
    "compare",
    "load_country",
    "load_experiment",
    "load_regime",
    "load_scenario",
    "open_experiment",
    "open_run",
    "resume",
    "simulate",
]


def simulate(
    scenario: str | Path | Scenario,
    *,
    people: int | None = None,
    days: int | None = None,
    seed: int = 1,
    threads: int | None = None,
    arms: Sequence[str] | None = None,
    panel: int | None = None,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
    checkpoint_every: int | None = None,
    keep_checkpoints: bool = False,
    cache: bool = True,
    shards: int = 1,
    cluster: str | None = None,
    device: str = "cpu",
) -> Run:
    """Simulate a scenario: a shipped name, a file, or one that was loaded.

    The run stays in memory, or is written to the folder `out` (at least 1,000 people) and opened from there.
    `people` and `days` override the scenario's; `arms` keeps some of its arms; `panel` is the number of lives
    kept. `threads`, `panel` and `progress(phase, done, of)` change no number of the result.

    With `checkpoint_every`, a checkpoint is left every so many days, burn-in included, in a folder beside
    `out`, so that `resume` can go on if the process ends; `keep_checkpoints` keeps all of them in the run
    folder, for `Run.branch`.

    With `cache`, the end of a long burn-in is kept in the cache folder, and taken from there by the next run
    of the same people under the law of the same day, whatever its regimes, arms and days; no number changes.

    With `shards`, so many processes hold a part of the people each: processes of this machine, or actors of
    the Ray `cluster` at an address (``ray`` for one that is started here). No number changes.

    With `device` ``"cuda"`` the days are lived on an NVIDIA GPU (the extra ``moot[cuda]``), in one shard. No
    number changes; a device that is not there is refused.
    """
    from pathlib import Path

    from moot.errors import UserError
    from moot.experiment.scenario import Scenario, load_scenario
    from moot.experiment.simulation import simulate as simulated
    from moot.findings.run import open_run, run_of
    from moot.findings.saving import burn_ins, save, writable
    from moot.findings.sharding import simulate_together, start_of

    declared = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    asked = declared.replace(people=people, days=days)
    start = start_of(shards, cluster, asked)
    if device != "cpu":
        from moot.society.device import check_device

        check_device(device, shards=shards)
        if start is not None:
            raise UserError(f"device {device}: a society in shards lives on processors; leave out `cluster`")
    if checkpoint_every is not None:
        from moot.findings import resuming

        if out is None:
            raise UserError("checkpoints lie beside a run folder; say `out`, too")
        unfinished = resuming.begin(
            asked,
            Path(out),
            seed=seed,
            arms=arms,
            panel=panel,
            every=checkpoint_every,
            keep=keep_checkpoints,
            force=force,
            shards=shards,
        )
        with unfinished:
            return resuming.to_the_end(
                unfinished, asked, threads=threads, force=force, progress=progress, cache=cache, start=start,
                device=device,
            )  # fmt: skip
    if keep_checkpoints:
        raise UserError("there are no checkpoints to keep without `checkpoint_every`")
    if out is not None:
        writable(Path(out), people or declared.people, panel or 0, force=force)
    if start is not None:
        result = simulate_together(
            asked, start, seed=seed, threads=threads, arms=arms, panel=panel, progress=progress, cache=cache
        )
    else:
        result = simulated(
            asked,
            seed=seed,
            threads=threads,
            arms=arms,
            panel=panel,
            progress=progress,
            burn_ins=burn_ins() if cache else None,
            device=device,
        )
    if out is None:
        return run_of(result)
    save(result, Path(out), force=force)
    return open_run(out, check=False)


def compare(
    what: str | Path | Scenario | Experiment,
    *,
    replicates: int | None = None,
    people: int | None = None,
    days: int | None = None,
    seed: int | None = None,
    measures: Sequence[str] = (),
    primary: Sequence[str] = (),
    groups: Sequence[str] = (),
    threads: int | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_error: Literal["stop", "skip", "retry"] = "stop",
    progress: Callable[[str, int, int], None] | None = None,
    cache: bool = True,
    cluster: str | None = None,
) -> Results:
    """Compare arms over replicates: the effect of each, how far chance moves it, how far assumptions do.

    `what` is the file of an experiment or one that was loaded; or a scenario (a shipped name, a file, or one
    that was loaded), of which 20 `replicates` are made. `people`, `days`, `seed` and `replicates` are in the
    place of the declared ones. Of a scenario, `measures`, `primary` and `groups` are the keys of that name of
    an experiment's file.

    The results stay in memory, or are written to the folder `out`. There each job that is done is kept: the
    same call, or `resume`, goes on with what was stopped or killed, to the same results. `on_error` says what
    to do when a job fails: stop, skip it, or retry it. `threads`, `progress(phase, done, of)`, whose phase
    ``jobs`` counts what is done, and `cache`, that of `simulate`, change no number. Neither does `cluster`:
    the address of a Ray cluster on which jobs are done side by side, or ``ray`` for one that is started here.
    """
    from pathlib import Path

    from moot.declaring.files import find, kind_of_source, looks_like_name
    from moot.errors import UserError
    from moot.experiment.declaration import Experiment, experiment_from, experiment_of
    from moot.experiment.scenario import Scenario, load_scenario
    from moot.findings import experimenting

    if not isinstance(what, (Scenario, Experiment)):
        named = isinstance(what, str) and looks_like_name(what) and not Path(what).exists()
        source = None if named else find("experiment", what)
        of_file = source is not None and kind_of_source(source) == "experiment"
        what = experiment_from(source) if source is not None and of_file else load_scenario(what)
    if isinstance(what, Scenario):
        said = {"measures": tuple(measures), "primary": tuple(primary), "groups": tuple(groups)}
        experiment = experiment_of(what.replace(people=people, days=days), **said)
        experiment = experiment.replace(seed=seed, replicates=replicates)
    elif measures or primary or groups:
        raise UserError("measures, primary and groups are declared in the experiment; they are of a scenario")
    else:
        experiment = what.replace(people=people, days=days, seed=seed, replicates=replicates)
    if out is None:
        return experimenting.in_memory(
            experiment, threads=threads, on_error=on_error, progress=progress, cache=cache, cluster=cluster
        )
    folder, plan = experimenting.begin(experiment, Path(out), force=force)
    with folder:
        executor = experimenting.executor_at(cluster, plan, threads=threads, cache=cache, tell=folder.tell)
        return experimenting.to_the_end(
            folder,
            plan,
            threads=threads,
            on_error=on_error,
            progress=progress,
            cache=cache,
            executor=executor,
        )


def resume(
    path: str | Path,
    *,
    threads: int | None = None,
    force: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
    cache: bool = True,
    shards: int | None = None,
    cluster: str | None = None,
) -> Run | Results:
    """Go on with a run that left checkpoints and did not end, to the bits of an undisturbed run.

    `path` is the run folder to be, or the folder of the unfinished run beside it; or that of an experiment,
    whose results are given back then. `threads` may be another number than before; `force` replaces what
    stands at the place of the run folder by now; `cache`, `shards` and `cluster` are those of `simulate`
    (default: as many shards as began it; an experiment has none, and its `cluster` is that of `compare`).
    Raises `RunError` where there is no such run, no good checkpoint among those that are there, or another
    version of Moot began it.
    """
    from pathlib import Path

    from moot.errors import UserError
    from moot.findings import experimenting, resuming
    from moot.findings.sharding import start_of
    from moot.store.experiments import is_experiment

    if is_experiment(Path(path)):
        if shards is not None:
            raise UserError(f"{path} is an experiment: `shards` are of a run")
        folder, plan = experimenting.reopen(Path(path))
        with folder:
            executor = experimenting.executor_at(
                cluster, plan, threads=threads, cache=cache, tell=folder.tell
            )
            return experimenting.to_the_end(
                folder, plan, threads=threads, progress=progress, cache=cache, executor=executor
            )
    unfinished, scenario = resuming.reopen(Path(path), force=force)
    with unfinished:
        start = start_of(unfinished.about["shards"] if shards is None else shards, cluster, scenario)
        return resuming.to_the_end(
            unfinished, scenario, threads=threads, force=force, progress=progress, cache=cache, start=start
        )


def open_run(path: str | Path) -> Run:
    """The run in a folder, its files checked against their checksums."""
    from moot.findings.run import open_run as opened

    return opened(path)


def open_experiment(path: str | Path) -> Results:
    """The results of a finished experiment, from its folder."""
    from moot.findings.experimenting import open_experiment as opened

    return opened(path)


def load_country(name_or_path: str | Path) -> Country:
    """A country: a shipped name, or a file."""
    from moot.country.reading import load_country as loaded

    return loaded(name_or_path)


def load_experiment(path: str | Path) -> Experiment:
    """An experiment with its scenarios and regimes, from its file."""
    from moot.experiment.declaration import load_experiment as loaded

    return loaded(path)


def load_regime(name_or_path: str | Path) -> Regime:
    """A regime: a shipped name, or a file."""
    from moot.regime.reading import load_regime as loaded

    return loaded(name_or_path)


def load_scenario(name_or_path: str | Path) -> Scenario:
    """A scenario with its country and regimes: a shipped name, or a file."""
    from moot.experiment.scenario import load_scenario as loaded

    return loaded(name_or_path)
