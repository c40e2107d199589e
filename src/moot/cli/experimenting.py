"""Commands about experiments: experiment."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from moot.experiment.plan import Plan
    from moot.findings.results import Results
    from moot.store.experiments import ExperimentFolder

__all__ = [
    "EXPERIMENTS", "ended_by_sigterm", "experiment", "go_on", "progress_of_jobs", "register",
    "show_experiment",
]  # fmt: skip

EXPERIMENTS = Path("experiments")
QUIET_S = 10.0
"""Seconds between two lines about progress, where there is no terminal to draw a bar on."""


class OnError(StrEnum):
    """What happens after a job that failed."""

    stop = "stop"
    skip = "skip"
    retry = "retry"


_ON_ERROR = typer.Option(
    OnError.stop,
    "--on-error",
    help="After a job that failed: stop, skip it, or retry (twice, then stop).",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("experiment")(experiment)


def experiment(
    file: Path = typer.Argument(..., metavar="FILE", help="The file of an experiment."),
    people: int | None = typer.Option(
        None, "--people", min=1, help="Synthetic people (default: as declared)."
    ),
    days: int | None = typer.Option(None, "--days", min=1, help="Days (default: as declared)."),
    replicates: int | None = typer.Option(
        None, "--replicates", min=1, help="Replicates (default: as declared); intervals need 10."
    ),
    seed: int | None = typer.Option(None, "--seed", min=0, help="The seed of the first replicate."),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    out: Path | None = typer.Option(
        None, "--out", metavar="DIR", help="The experiment's folder (default: experiments/NAME)."
    ),
    force: bool = typer.Option(False, "--force", help="Replace another experiment that is there."),
    on_error: OnError = _ON_ERROR,
    no_cache: bool = typer.Option(False, "--no-cache", help="Keep no burn-in for other jobs."),
    cluster: str | None = typer.Option(
        None,
        "--cluster",
        metavar="WHERE",
        help="Where jobs are done: ray (a Ray of this machine's own), ray://HOST:PORT or another address of "
        "Ray; a processor a job, or as many as --threads says. Default: in this process, in turn.",
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Compare arms over replicates and assumptions; the same command goes on with what was stopped."""
    from moot.experiment.declaration import load_experiment
    from moot.findings.experimenting import begin

    declared = load_experiment(file).replace(people=people, days=days, seed=seed, replicates=replicates)
    for problem in declared.warnings:
        print(problem, file=sys.stderr)
    folder, plan = begin(declared, out or EXPERIMENTS / declared.experiment, force=force)
    _to_the_end(folder, plan, threads, on_error, as_json, cache=not no_cache, cluster=cluster)


def go_on(path: Path, threads: int | None, as_json: bool, *, cache: bool, cluster: str | None = None) -> None:
    """What `moot resume` does with the folder of an experiment."""
    from moot.findings.experimenting import reopen

    folder, plan = reopen(path)
    _to_the_end(folder, plan, threads, OnError.stop, as_json, cache=cache, cluster=cluster)


def show_experiment(path: Path, arm: str | None) -> None:
    """What `moot show EXPERIMENT` prints: the tables of a finished experiment."""
    from moot.findings.experimenting import open_experiment

    print(*open_experiment(path).lines(arm), sep="\n")


def _to_the_end(
    folder: ExperimentFolder,
    plan: Plan,
    threads: int | None,
    on_error: OnError,
    as_json: bool,
    *,
    cache: bool,
    cluster: str | None = None,
) -> None:
    from moot.cli.running import say_compiling
    from moot.errors import MootError
    from moot.findings.experimenting import executor_at, to_the_end
    from moot.store.experiments import way_on

    folder.tell = lambda line: print(line, file=sys.stderr, flush=True)
    say_compiling()
    with folder:
        try:
            with ended_by_sigterm(), progress_of_jobs() as progress:
                executor = executor_at(cluster, plan, threads=threads, cache=cache, tell=folder.tell)
                results = to_the_end(
                    folder, plan, threads=threads, on_error=on_error.value, progress=progress, cache=cache,
                    executor=executor,
                )  # fmt: skip
        except KeyboardInterrupt:
            print(f"stopped; what is done is kept; go on with: {way_on(folder.path)}", file=sys.stderr)
            raise SystemExit(130) from None
        except MootError:
            print(f"what is done is kept; go on with: {way_on(folder.path)}", file=sys.stderr)
            raise
    _say(results, folder.path, as_json)


def _say(results: Results, place: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"folder": str(place), **results.as_dict()}, ensure_ascii=False))
        return
    print(*results.lines(), sep="\n")
    print(f"\nexperiment: {place}")


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM is Ctrl-C: the job that is under way is lost, those that are done are kept."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress_of_jobs() -> Iterator[Callable[[str, int, int], None]]:
    """Jobs done, and the time left: a bar on stderr where that is a terminal, else now and then a line."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def step(phase: str, done: int, of: int) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(phase, total=of)
            elif phase != "jobs" and done < bar.tasks[tasks[phase]].completed:
                bar.reset(tasks[phase], total=of)  # another job begins it again
            bar.update(tasks[phase], completed=done)

        yield step


class _Lines:
    """A line about jobs that are done, every ten seconds at most, and about the last one."""

    def __init__(self) -> None:
        self.began = self.said = time.monotonic()
        self.first: int | None = None

    def __call__(self, phase: str, done: int, of: int) -> None:
        if phase != "jobs":
            return
        now = time.monotonic()
        if self.first is None:  # what was done before
            self.first, self.began = done, now
            return
        if done < of and now - self.said < QUIET_S:
            return
        self.said = now
        left = (now - self.began) / max(1, done - self.first) * (of - done)
        print(f"{done} of {of} jobs done, {_minutes(left)} left", file=sys.stderr, flush=True)


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
