"""The command that puts the model beside published figures: validate."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

__all__ = ["PAGE", "register"]

PAGE = Path("docs", "validation.md")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("validate")(validate)


def validate(
    people: int | None = typer.Option(
        None, "--people", min=1_000, help="Synthetic people in every scenario (default: as declared)."
    ),
    seed: int = typer.Option(1, "--seed", min=0, help="The first seed; others follow it."),
    row: list[str] = typer.Option([], "--row", metavar="ID", help="This row only; may be repeated."),
    threads: int | None = typer.Option(
        None, "--threads", min=1, help="Threads (default: all cores); they change no result."
    ),
    write: bool = typer.Option(
        False, "--write", help=f"Write the page {PAGE.as_posix()} of the checkout you are in."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Put the model beside published figures, row by row, and say what is not tested at all."""
    from moot.errors import UserError
    from moot.experiment.validation import compare
    from moot.findings.comparison import lines_of, page_of

    if write and (row or people is not None):
        raise UserError("--write needs every row at its declared size; leave --row and --people out")
    if write and not PAGE.parent.is_dir():
        raise UserError(f"no folder {PAGE.parent} here; --write is for a source checkout, from its root")

    def say(step: str) -> None:
        print(f"simulating {step} ...", file=sys.stderr, flush=True)

    told = compare(people=people, seed=seed, rows=row, threads=threads, progress=say)
    if write:
        PAGE.write_text(page_of(told), "utf-8")
        print(f"page written: {PAGE}", file=sys.stderr)
    if as_json:
        print(json.dumps(told.as_dict(), ensure_ascii=False))
        return
    for line in lines_of(told):
        print(line)
