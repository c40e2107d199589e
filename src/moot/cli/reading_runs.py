"""Commands about runs that are there: show, life, verify, runs."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import typer

from moot.cli.languages import LANG, Lang

__all__ = ["register", "show_run", "show_unfinished"]

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


def show_unfinished(path: Path) -> list[str]:
    """What `moot show` says of a run that did not end: what it is, how far it came, how to go on."""
    from moot.store.unfinished import bytes_in, is_at_work, known_of, place_beside, way_on

    place, folder = place_beside(path)
    about, last = known_of(folder)
    lines = [f"{place} is not finished: there is no table yet."]
    if about is None:
        lines.append(f"What is run cannot be read: {folder}/unfinished.json was changed or is damaged.")
    else:
        declared = about["scenario"]["resolved"]
        lines += [
            f"  {declared['title']} ({about['scenario']['name']}): {about['people']:,} synthetic people, "
            f"{about['days']} days from {declared['start']}, seed {about['seed']}.",
            f"  Arms: {', '.join(about['arms'])}.",
            f"  A checkpoint every {about['every']} days; {_mebibytes(bytes_in(folder))} on the disk.",
        ]
    lines.append(f"  The last checkpoint is {last}." if last else "  There is no checkpoint yet.")
    if is_at_work(folder):
        return [*lines, "  A process is at work in it."]
    return [*lines, f"  Go on with: {way_on(place)}", f"  Or delete it: moot runs --delete {folder}"]


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB"


SHOWN = 5
"""Numbers of panel lives that are named where none was asked for."""


def life(
    path: Path = _RUN,
    person: str | None = typer.Argument(
        None,
        metavar="[PERSON]",
        help="A number such as SYN-0012345 or 12345, or `another`; left out: some numbers, drawn at random.",
    ),
    arm: str | None = typer.Option(None, "--arm", help="The arm told (default: the first with a regime)."),
    everything: bool = typer.Option(False, "--all", help="Tell each charge of a tie, too."),
    lang: Lang = LANG,
) -> None:
    """Tell a panel life, event by event with its reasons, beside the same life under the other arm."""
    from moot.errors import RunError
    from moot.findings.lives import tell
    from moot.findings.run import open_run

    run = open_run(path)
    if not run.lives:
        raise RunError(f"{path} keeps no lives (it was run with --panel 0)")
    if person is None:
        known = list(run.lives)
        drawn = sorted(secrets.SystemRandom().sample(known, min(SHOWN, len(known))))
        print(f"{path} keeps {len(known):,} synthetic lives, drawn before anything happened. Some of them:")
        print(f"  {'  '.join(drawn)}")
        print(f"tell one: moot life {path} {drawn[0].removeprefix('SYN-').lstrip('0') or '0'}")
        print(f"tell any: moot life {path} another")
        return
    number = secrets.choice(list(run.lives)) if person == "another" else person
    for line in tell(run, number, arm, everything=everything, language=lang.value):
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
    from moot.store.unfinished import (
        bytes_in,
        delete_unfinished,
        is_unfinished,
        list_unfinished,
        place_beside,
        way_on,
    )

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
                "bytes": bytes_in(one),
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
        what = ""
        if about is not None:
            size = f"{about['people']:,} synthetic people × {about['days']} days  seed {about['seed']}"
            what = f"{about['scenario']['name']}  {size}  "
        where = f"the last checkpoint is {last}" if last else "no checkpoint yet"
        print(
            f"{one}  unfinished: {what}{_mebibytes(bytes_in(one))}; {where}; go on with: "
            f"{way_on(place_beside(one)[0])}"
        )
    if not found and not unreadable and not unfinished:
        print(f"no runs in {folder}")
