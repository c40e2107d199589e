"""Commands about what can be measured on a run: metrics."""

from __future__ import annotations

import json
from pathlib import Path

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("metrics")(metrics)


def metrics(
    path: Path = typer.Argument(..., metavar="RUN", help="A run folder."),
    names: list[str] = typer.Option(
        [], "--id", metavar="ID", help="This metric alone, such as M_CTX; again for more."
    ),
    arm: str | None = typer.Option(None, "--arm", metavar="NAME", help="This arm alone."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Tell the metrics of a run, each beside the twin and in its own unit, and what each is not."""
    from moot.errors import UserError
    from moot.findings.metrics import as_dict, lines_of
    from moot.findings.metrics import metrics as measured
    from moot.findings.run import open_run

    run = open_run(path)
    if arm is not None and run.known_arm(arm) == run.rules.comparator:
        raise UserError(f"{arm} is what the others are compared with; name an arm with a regime")
    found = measured(run, names)
    if arm is not None:
        found = {name: {arm: by_arm[arm]} for name, by_arm in found.items()}
    if as_json:
        print(json.dumps(as_dict(run, found), ensure_ascii=False))
        return
    for line in lines_of(run, found, arm):
        print(line)
