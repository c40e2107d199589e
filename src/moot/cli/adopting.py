"""Commands about take-up by sectors: adoption."""

from __future__ import annotations

import json
from pathlib import Path

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("adoption")(adoption)


def adoption(
    what: str = typer.Argument(..., metavar="FILE|NAME", help="A map of take-up: a shipped name, or a file."),
    draws: int = typer.Option(100, "--draws", min=1, max=1000, help="Draws of the declared ranges."),
    seed: int = typer.Option(1, "--seed", min=0, help="The seed; the same draws in all cells."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="Write a page (.html) or a figure (.svg)."
    ),
    force: bool = typer.Option(False, "--force", help="Replace a file that is there."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Map assumptions about support, credibility and law to how often a declared condition is met."""
    from moot.errors import ExistsError, UserError
    from moot.experiment.adoption import load_adoption, map_of
    from moot.findings.adoption import write_map

    plan = load_adoption(what)
    if out is not None and out.suffix not in (".html", ".svg"):
        raise UserError(f"{out}: expected a name that ends in .html or .svg")
    if out is not None and out.exists() and not force:
        raise ExistsError(out)
    found = map_of(plan, draws=draws, seed=seed)
    if out is not None:
        write_map(found, out)
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    for line in found.lines():
        print(line)
    if out is not None:
        print(f"\n{'page to read' if out.suffix == '.html' else 'figure'}: {out}")
