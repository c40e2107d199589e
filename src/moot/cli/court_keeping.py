"""What is kept of a case and for how long, from the command line: case wipe, case backup."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from moot.cli.court_shared import FOLDER, JSON

__all__ = ["KEEPING"]


def wipe(
    folder: Path = FOLDER,
    names_only: bool = typer.Option(False, "--names-only", help="Players' names alone; every text stays."),
    as_json: bool = JSON,
) -> None:
    """Delete players' names, and every text that people typed, with their salts; the chain still verifies."""
    from moot.trial.keeping import problems
    from moot.trial.keeping import wipe as wiped

    done = wiped(folder, names_only=names_only)
    found = problems(folder)
    if as_json:
        print(json.dumps({"deleted": done.deleted, "runs": done.runs, "exports": list(done.exports),
                          "backups": list(done.backups), "problems": found}))  # fmt: skip
        return
    print(f"{done.deleted} {'names' if names_only else 'texts and names'} deleted; " +
          ("the chain still verifies" if not found else "; ".join(found)))  # fmt: skip
    if done.runs:
        print(f"{done.runs} runs of the case deleted")
    for path in done.exports:
        print(f"exported before, and not touched: {path}")
    for path in done.backups:
        print(f"backup made before, and not touched: {path}")


def backup(
    folder: Path = FOLDER,
    out: Path = typer.Argument(..., metavar="FILE", help="The file to write."),
    as_json: bool = JSON,
) -> None:
    """Write the database of a case to a file of its own, and remember it, so that a wipe tells of it."""
    from moot.errors import UserError
    from moot.trial.keeping import backup as backed_up

    if not out.parent.is_dir():
        raise UserError(f"{out}: there is no folder {out.parent}")
    digest = backed_up(folder, out)
    if as_json:
        print(json.dumps({"backup": str(out), "hash": digest}))
    else:
        print(f"backup: {out} ({digest})")


KEEPING = (("wipe", wipe), ("backup", backup))
"""Name and function of each, for the group `moot case`."""
