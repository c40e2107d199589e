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
    arm: str | None = typer.Option(
        None, "--arm", metavar="NAME", help="The arm told (default: the first with a regime)."
    ),
    out: Path | None = typer.Option(
        None,
        "--out",
        metavar="FILE",
        help="The page. Default: report.html in the run folder, or report-NAME.html with --arm; that page "
        "is of the run and is written anew each time.",
    ),
    force: bool = typer.Option(
        False, "--force", help="Replace a page named with --out; the run's own needs no --force."
    ),
) -> None:
    """Write the page of a run: tables, curves, map, tiers, a life beside its twin, what the model leaves
    out."""
    from moot.errors import ExistsError
    from moot.findings.report import write_report
    from moot.findings.run import open_run

    run = open_run(path)
    page = out or path / ("report.html" if arm is None else f"report-{arm}.html")
    if page.exists() and out is not None and not force:
        raise ExistsError(page)
    run.summary(arm)  # an arm that there is not is refused before the page is made
    print(write_report(run, page, arm))
    if out is None and arm is None and run.summary().others:
        print(run.summary().telling)
