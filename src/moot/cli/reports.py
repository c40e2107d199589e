"""Commands that write pages about runs: report."""

from __future__ import annotations

from pathlib import Path

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("report")(report)


def report(
    path: Path = typer.Argument(..., metavar="RUN", help="A run folder."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="The page (default: report.html in the run)."
    ),
    force: bool = typer.Option(False, "--force", help="Replace a page that is there."),
) -> None:
    """Write the page of a run: tables, curves, map, tiers, a life beside its twin, what the model leaves
    out."""
    from moot.errors import ExistsError
    from moot.findings.report import write_report
    from moot.findings.run import open_run

    run = open_run(path)
    page = out or path / "report.html"
    if page.exists() and out is not None and not force:
        raise ExistsError(page)
    print(write_report(run, page))
