"""Commands about lives beside their twins: twins."""

from __future__ import annotations

import json
from pathlib import Path

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("twins")(twins)


def twins(
    path: Path = typer.Argument(..., metavar="RUN", help="A run folder."),
    arm: str | None = typer.Option(None, "--arm", metavar="NAME", help="The arm told."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Say who is worse off than the twin, who is better, and how losses are spread, with bounds."""
    from moot.findings.run import open_run
    from moot.findings.twins import twins as beside

    found = beside(open_run(path), arm)
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        print(*found.lines(), sep="\n")
