"""Commands about runs that are there: show, life, verify, runs."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import typer

__all__ = ["register", "show_run"]

_RUN = typer.Argument(..., metavar="RUN", help="A run folder.")
_JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("life")(life)
    app.command("verify")(verify)
    app.command("runs")(runs)


def show_run(path: Path, arm: str | None = None) -> None:
    """What `moot show RUN` prints: what was run, and the table of an arm."""
    from moot.findings.run import open_run

    run = open_run(path)
    for line in run.summary(arm).lines():
        print(line)
    print()
    print(f"arms: {', '.join(run.arms)}; burn-in {run.manifest['burn_in_days']} days; digest {run.digest}")
    if run.manifest["panel"]:
        print(f"a life: moot life {path} another")


def life(
    path: Path = _RUN,
    person: str = typer.Argument(
        ..., metavar="PERSON", help="A number such as SYN-0012345 or 12345, or `another`."
    ),
    arm: str | None = typer.Option(None, "--arm", help="The arm told (default: the first with a regime)."),
    everything: bool = typer.Option(False, "--all", help="Tell each charge of a tie, too."),
) -> None:
    """Tell a panel life, event by event with its reasons, beside the same life under the other arm."""
    from moot.errors import RunError
    from moot.findings.lives import tell
    from moot.findings.run import open_run

    run = open_run(path)
    if not run.lives:
        raise RunError(f"{path} keeps no lives (it was run with --panel 0)")
    number = secrets.choice(list(run.lives)) if person == "another" else person
    for line in tell(run, number, arm, everything=everything):
        print(line)


def verify(
    path: Path = _RUN,
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    as_json: bool = _JSON,
) -> None:
    """Simulate a run again from what its folder says, people included, and compare the digests."""
    from moot.findings.verifying import verify_run

    said = verify_run(path, threads=threads)
    if as_json:
        print(json.dumps(said.as_dict(), ensure_ascii=False))
    else:
        for line in said.lines():
            print(line)
    if not said.same:
        raise typer.Exit(1)


def _changed(manifest: dict[str, Any]) -> str:
    """From when on which arm of a run lives under another law; nothing where none does."""
    changes = manifest["scenario"].get("resolved", {}).get("changes", ())
    told = ", ".join(f"{one['at']} ({one['arm']})" for one in changes)
    return f"  law changed from {told}" if told else ""


def runs(
    folder: Path = typer.Argument(Path("runs"), metavar="[FOLDER]", help="Where the runs are."),
    delete: Path | None = typer.Option(
        None, "--delete", metavar="RUN", help="Delete this run folder, named as in the list."
    ),
    as_json: bool = _JSON,
) -> None:
    """List the runs of a folder, those that did not end among them, or delete one."""
    from moot.store.runs import delete_run, list_runs, read_manifest, unreadable_runs
    from moot.store.unfinished import delete_unfinished, is_unfinished, list_unfinished, place_beside, way_on

    if delete is not None:
        if is_unfinished(delete):
            delete_unfinished(delete)
        else:
            delete_run(delete)
        print(json.dumps({"deleted": str(delete)}) if as_json else f"deleted {delete}")
        return
    found = [(one, read_manifest(one)) for one in list_runs(folder)]
    unreadable = unreadable_runs(folder)
    unfinished = list_unfinished(folder)
    if as_json:
        keys = ("people", "days", "seed", "arms", "digest")
        said = [
            {
                "run": str(one),
                "scenario": m["scenario"]["name"],
                **{k: m[k] for k in keys},
                "changes": m.get("changes", []),
            }
            for one, m in found
        ]
        wrong = [{"run": str(one), "reason": why} for one, why in unreadable]
        begun = [
            {
                "run": str(one),
                "scenario": about["scenario"]["name"] if about else None,
                **{k: about[k] if about else None for k in ("people", "days", "seed", "arms")},
                "checkpoint": str(last.path) if last else None,
                "resume": f"{way_on(place_beside(one)[0])}",
            }
            for one, about, last in unfinished
        ]
        print(json.dumps({"runs": said, "unfinished": begun, "unreadable": wrong}, ensure_ascii=False))
        return
    for one, m in found:
        print(
            f"{one}  {m['scenario']['name']}  {m['people']:,} synthetic people × {m['days']} days  seed "
            f"{m['seed']}  "
            f"{m['digest'][:12]}{_changed(m)}"
        )
    for one, why in unreadable:
        print(f"{one}  cannot be read: {why}")
    for one, about, last in unfinished:
        what = f"{about['scenario']['name']}  " if about else ""
        where = f"the last checkpoint is {last}" if last else "no checkpoint yet"
        print(f"{one}  unfinished: {what}{where}; go on with: {way_on(place_beside(one)[0])}")
    if not found and not unreadable and not unfinished:
        print(f"no runs in {folder}")
