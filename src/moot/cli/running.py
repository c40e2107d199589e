"""Commands that simulate: run, resume, demo."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from moot.cli.clusters import CLUSTER, SHARDS, Started, leading
from moot.cli.devices import DEVICE, device_for

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result
    from moot.findings.run import Run
    from moot.findings.sharding import Start
    from moot.store.unfinished import Unfinished

__all__ = ["DEMO", "register"]

RUNS = Path("runs")
DEMO = {"scenario": "rank-my-life-2028", "people": 100_000, "days": 365}

_SEED = typer.Option(1, "--seed", min=0, help="The seed; the same seed is the same latent world.")
_THREADS = typer.Option(None, "--threads", min=1, help="Threads (default: all cores); they change no result.")
_OUT = typer.Option(None, "--out", metavar="DIR", help="The run folder (default: runs/SCENARIO-SEED).")
_FORCE = typer.Option(False, "--force", help="Replace a run folder that is there.")
_NO_CACHE = typer.Option(
    False, "--no-cache", help="Simulate the burn-in, and keep its end for no other run (see `moot cache`)."
)
_SHARDS, _CLUSTER = SHARDS, CLUSTER
_DEVICE = DEVICE
_JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("run")(run)
    app.command("resume")(resume)
    app.command("demo")(demo)


def run(
    scenario: str = typer.Argument(..., metavar="SCENARIO", help="A scenario's name or file."),
    people: int | None = typer.Option(
        None,
        "--people",
        min=1,
        help="Synthetic people (default: the scenario's). Numbers are per 1,000, so more people only mean "
        "less chance in them; a run that leaves a folder has at least 1,000.",
    ),
    days: int | None = typer.Option(None, "--days", min=1, help="Days (default: the scenario's)."),
    seed: int = _SEED,
    threads: int | None = _THREADS,
    arm: list[str] = typer.Option(
        [], "--arm", metavar="NAME", help="Simulate this arm only; may be repeated (default: all arms)."
    ),
    panel: int | None = typer.Option(
        None, "--panel", min=0, help="Lives to keep (at most 1 % of people, or 200)."
    ),
    out: Path | None = _OUT,
    no_folder: bool = typer.Option(False, "--no-folder", help="Simulate and tell, write nothing."),
    force: bool = _FORCE,
    profile: bool = typer.Option(False, "--profile", help="Also tell what each part of the work cost."),
    every: int | None = typer.Option(
        None,
        "--checkpoint-every",
        metavar="DAYS",
        min=1,
        help="Leave a checkpoint every so many days, burn-in included, so that `moot resume` can go on.",
    ),
    keep: bool = typer.Option(
        False, "--keep-checkpoints", help="Keep all checkpoints in the run folder (default: none)."
    ),
    shards: int | None = _SHARDS,
    cluster: str | None = _CLUSTER,
    device: str = _DEVICE,
    no_cache: bool = _NO_CACHE,
    as_json: bool = _JSON,
) -> None:
    """Simulate a scenario: synthetic people under today's law, and the same lives under the scheme."""
    device_for(device, shards, cluster)
    with leading(cluster) as others:
        _run(
            scenario, people, days, seed, threads, arm, panel, out, no_folder, force, profile, every, keep,
            others.start(shards), device, no_cache, as_json,
        )  # fmt: skip


def _run(
    scenario: str,
    people: int | None,
    days: int | None,
    seed: int,
    threads: int | None,
    arm: list[str],
    panel: int | None,
    out: Path | None,
    no_folder: bool,
    force: bool,
    profile: bool,
    every: int | None,
    keep: bool,
    started: Started,
    device: str,
    no_cache: bool,
    as_json: bool,
) -> None:
    from moot.errors import UserError
    from moot.experiment.scenario import load_scenario

    declared = load_scenario(scenario)
    if no_folder and out is not None:
        raise UserError("--out and --no-folder exclude each other")
    place = None if no_folder else (out or RUNS / f"{declared.scenario}-{seed}")
    if keep and every is None:
        raise UserError("--keep-checkpoints keeps those of --checkpoint-every DAYS; there are none")
    if every is not None:
        if place is None:
            raise UserError(
                "checkpoints lie beside a run folder: --checkpoint-every and --no-folder exclude each other"
            )
        from moot.findings.resuming import begin

        asked = declared.replace(people=people, days=days)
        unfinished = begin(
            asked, place, seed=seed, arms=arm or None, panel=panel, every=every, keep=keep, force=force,
            shards=started.shards,
        )  # fmt: skip
        _to_the_end(
            unfinished, asked, threads, force, profile, as_json, cache=not no_cache, start=started(asked),
            device=device,
        )  # fmt: skip
        return
    done, seconds = simulated(
        declared,
        place,
        force,
        people,
        days,
        seed,
        threads,
        arm,
        panel,
        profile=profile,
        cache=not no_cache,
        start=started(declared.replace(people=people, days=days)),
        device=device,
    )
    if as_json:
        print(json.dumps(told(done, place, seconds), ensure_ascii=False))
        return
    _say(done, place)


def resume(
    path: Path = typer.Argument(..., metavar="RUN|EXPERIMENT", help="A run folder to be, or an experiment."),
    threads: int | None = _THREADS,
    force: bool = typer.Option(False, "--force", help="Replace a run folder that is there by now."),
    profile: bool = typer.Option(False, "--profile", help="Also tell what each part of the work cost."),
    shards: int | None = _SHARDS,
    cluster: str | None = _CLUSTER,
    device: str = _DEVICE,
    no_cache: bool = _NO_CACHE,
    as_json: bool = _JSON,
) -> None:
    """Go on with a run that left checkpoints, or an experiment; the end is that of an undisturbed one.

    A run in shards goes on in as many, or in others, on this machine or in a cluster.
    """
    from moot.errors import UserError
    from moot.findings.resuming import reopen
    from moot.store.experiments import is_experiment

    if is_experiment(path):
        from moot.cli.experimenting import go_on

        if force or profile or shards is not None or device != "cpu":
            raise UserError(
                f"{path} is an experiment: --force, --profile, --shards and --device are of a run"
            )
        go_on(path, threads, as_json, cache=not no_cache, cluster=cluster)
        return
    device_for(device, shards, cluster)
    with leading(cluster) as others:
        unfinished, scenario = reopen(path, force=force)
        try:
            start = others.start(shards, unfinished.about["shards"])(scenario)
        except BaseException:
            unfinished.close()
            raise
        _to_the_end(
            unfinished, scenario, threads, force, profile, as_json, cache=not no_cache, start=start,
            device=device,
        )  # fmt: skip


def demo(
    people: int = typer.Option(DEMO["people"], "--people", min=1_000, help="Synthetic people."),
    days: int = typer.Option(DEMO["days"], "--days", min=1, help="Days."),
    seed: int = _SEED,
    threads: int | None = _THREADS,
    out: Path = typer.Option(RUNS / "demo", "--out", metavar="DIR", help="The run folder."),
    no_cache: bool = _NO_CACHE,
) -> None:
    """A small society, first without and then with a scheme: the run, its table and a page to read."""
    from moot.experiment.scenario import load_scenario
    from moot.findings.report import write_report

    declared = load_scenario(str(DEMO["scenario"]))
    again = _an_earlier_demo(out, declared.scenario)
    done, _ = simulated(declared, out, again, people, days, seed, threads, [], None, cache=not no_cache)
    page = out / "report.html"
    try:
        write_report(done, page)
    except KeyboardInterrupt:
        print(f"stopped; the run is in {out}, its page is not written", file=sys.stderr)
        raise SystemExit(130) from None
    _say(done, out)
    print(f"page to read: {page}")


def _an_earlier_demo(out: Path, scenario: str) -> bool:
    """Whether what stands at the demo's own place is a demo, which is replaced; a line says so.

    A run of anything else stays: the demo then refuses its place, as `moot run` would.
    """
    from moot.store.runs import is_run_folder, read_manifest

    if out != RUNS / "demo" or not is_run_folder(out):
        return False
    there = read_manifest(out)
    if there["scenario"]["name"] != scenario:
        return False
    print(
        f"{out} will be replaced: it holds an earlier demo, {there['people']:,} synthetic people × "
        f"{there['days']} days, seed {there['seed']}, digest {there['digest'][:12]} (--out DIR keeps it)",
        file=sys.stderr,
        flush=True,
    )
    return True


def simulated(
    declared: Scenario,
    place: Path | None,
    force: bool,
    people: int | None,
    days: int | None,
    seed: int,
    threads: int | None,
    arms: list[str],
    panel: int | None,
    *,
    profile: bool = False,
    cache: bool = True,
    start: Start | None = None,
    device: str = "cpu",
) -> tuple[Run, dict[str, float]]:
    """Simulate and, where there is a `place`, write; what cannot be written is refused before the work."""
    from moot.experiment.profiling import profile_lines
    from moot.findings.run import open_written, run_of
    from moot.findings.saving import save, writable

    if place is not None:
        writable(place, people or declared.people, panel or 0, force=force)
    result = _simulate(declared, people, days, seed, threads, arms, panel, cache, start, device)
    done = run_of(result)
    seconds = {**done.manifest["seconds"], "write": 0.0}
    if place is not None:
        content = save(result, place, force=force, manifest=done.manifest, tables=done._tables)
        done, seconds = open_written(place, done), dict(content["seconds"])
    if profile:
        print(*profile_lines(result, seconds), sep="\n", file=sys.stderr)
    return done, seconds


def _simulate(
    declared: Scenario,
    people: int | None,
    days: int | None,
    seed: int,
    threads: int | None,
    arms: list[str],
    panel: int | None,
    cache: bool,
    start: Start | None,
    device: str,
) -> Result:
    from moot.experiment.simulation import simulate
    from moot.findings.saving import burn_ins
    from moot.findings.sharding import simulate_together

    say_compiling()
    with _progress(people or declared.people) as progress:
        if start is not None:
            asked = declared.replace(people=people, days=days)
            return simulate_together(
                asked, start, seed=seed, threads=threads, arms=arms or None, panel=panel, progress=progress,
                cache=cache,
            )  # fmt: skip
        return simulate(
            declared,
            people=people,
            days=days,
            seed=seed,
            threads=threads,
            arms=arms or None,
            panel=panel,
            progress=progress,
            burn_ins=burn_ins() if cache else None,
            device=device,
        )


def say_compiling() -> None:
    """Tell that kernels are about to be compiled, where they are, and let a second process help."""
    from moot.draws.compiled import warm

    if not warm():
        from moot.cli.compiling import start_beside

        start_beside()
        print(
            "compiling the kernels, once for this version of Moot (about a minute) ...",
            file=sys.stderr,
            flush=True,
        )


def _to_the_end(
    unfinished: Unfinished,
    scenario: Scenario,
    threads: int | None,
    force: bool,
    profile: bool,
    as_json: bool,
    *,
    cache: bool,
    start: Start | None = None,
    device: str = "cpu",
) -> None:
    """Simulate a run that leaves checkpoints, to its end or to the next Ctrl-C."""
    from moot.experiment.profiling import profile_lines
    from moot.findings.resuming import to_the_end
    from moot.store.unfinished import way_on

    def tell(result: Result, seconds: dict[str, float]) -> None:
        if profile:
            print(*profile_lines(result, seconds), sep="\n", file=sys.stderr)

    say_compiling()
    place = unfinished.place
    unfinished.tell = lambda line: print(line, file=sys.stderr, flush=True)
    with unfinished:
        try:
            with _asked_to_stop(unfinished), _progress(scenario.people) as progress:
                done = to_the_end(
                    unfinished,
                    scenario,
                    threads=threads,
                    force=force,
                    progress=progress,
                    tell=tell,
                    cache=cache,
                    start=start,
                    device=device,
                )
        except KeyboardInterrupt:
            last = unfinished.last()
            if last is None:
                raise
            print(f"stopped; the last checkpoint is {last}; go on with: {way_on(place)}", file=sys.stderr)
            raise SystemExit(130) from None
    if as_json:
        print(json.dumps(told(done, place, dict(done.manifest["seconds"])), ensure_ascii=False))
        return
    _say(done, place)


@contextmanager
def _asked_to_stop(unfinished: Unfinished) -> Iterator[None]:
    """Ctrl-C or SIGTERM ask for a checkpoint at the end of this day; asked again, they stop at once."""

    def ask(*_: object) -> None:
        if unfinished.stop or not unfinished.in_days:
            raise KeyboardInterrupt
        unfinished.stop = True
        print("stopping after this day; again to stop at once", file=sys.stderr, flush=True)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(people: int) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on stderr where that is a terminal: phase, share done, person-days a second, time left."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def step(phase: str, done: int, of: int) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(phase, total=of, speed="")
            task = bar.tasks[tasks[phase]]
            speed = f"{people * task.speed / 1e6:.1f} M person-days/s" if task.speed else ""
            bar.update(tasks[phase], completed=done, speed=speed)

        yield step


def told(run: Run, place: Path | None, seconds: dict[str, float]) -> dict[str, Any]:
    """The object of `moot run --json`."""
    known = run.manifest
    return {
        "run": str(place) if place is not None else None,
        "digest": run.digest,
        "scenario": known["scenario"]["name"],
        "people": run.people,
        "days": run.days,
        "burn_in_days": known["burn_in_days"],
        "burn_in_cached": known["burn_in_cached"],
        "seed": run.seed,
        "threads": known["threads"],
        "shards": known.get("shards", 1),
        **({"traffic": known["traffic"]} if "traffic" in known else {}),
        "seconds": seconds,
        "person_days_per_s": known["person_days_per_s"],
        "peak_rss_bytes": known["peak_rss_bytes"],
        "synthetic": True,
        "arms": {arm: {"digest": known["digests"][arm], "measures": run.totals(arm)} for arm in run.arms},
    }


def _say(run: Run, place: Path | None) -> None:
    for line in run.summary().lines():
        print(line)
    print()
    print(f"digest: {run.digest}")
    if run.manifest["burn_in_cached"]:
        print("burn-in: its end was read from the cache (--no-cache simulates it)")
    if place is not None:
        print(f"run folder: {place}")
