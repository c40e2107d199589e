"""Commands about fitting numbers of a country on published figures: calibrate."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import typer

__all__ = ["register"]

CALIBRATIONS = Path("calibrations")
QUIET_S = 10.0
"""Seconds between two lines about progress."""


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("calibrate")(calibrate)


def calibrate(
    file: Path = typer.Argument(..., metavar="FILE", help="The file of a calibration."),
    anyway: bool = typer.Option(
        False, "--anyway", help="Fit numbers that the figures do not tell apart; the file says so."
    ),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    out: Path | None = typer.Option(
        None, "--out", metavar="DIR", help="The calibration's folder (default: calibrations/NAME)."
    ),
    force: bool = typer.Option(False, "--force", help="Replace another calibration that is there."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Fit numbers of a country on published figures, never a scheme; if stopped, the same goes on."""
    from moot.cli.running import say_compiling
    from moot.errors import UserError
    from moot.experiment.calibration import load_calibration
    from moot.findings.calibrated import identity_lines
    from moot.findings.calibrating import begin, looked_at, not_told_apart, to_the_end
    from moot.store.calibrations import FITTED

    told = load_calibration(file)
    for problem in told.warnings:
        print(problem, file=sys.stderr)
    folder = begin(told, out or CALIBRATIONS / told.calibration, force=force)
    folder.tell = lambda line: print(line, file=sys.stderr, flush=True)
    say_compiling()
    progress = _lines()
    with folder:
        try:
            found = looked_at(told, folder, threads=threads, progress=progress)
            reasons = not_told_apart(found)
            if reasons and not anyway:
                shown = {**asdict(found), "jacobian": found.jacobian.tolist(), "reasons": reasons}
                print(*identity_lines(shown, [one.id for one in told.figures]), sep="\n", file=sys.stderr)
                raise UserError(
                    f"{told.shown_path}: the figures do not tell the numbers apart (see above); nothing was "
                    "fitted. Say --anyway to fit all the same"
                )
            calibrated = to_the_end(folder, told, anyway=anyway, threads=threads, progress=progress)
        except KeyboardInterrupt:
            print(f"stopped; runs that are made are kept in {folder.path}; the same command goes on",
                  file=sys.stderr)  # fmt: skip
            raise SystemExit(130) from None
    if as_json:
        print(json.dumps({"folder": str(folder.path), **calibrated.as_dict()}, ensure_ascii=False))
        return
    print(*calibrated.lines(), sep="\n")
    print(f"\nfitted ranges: {folder.path / FITTED}")


def _lines() -> Callable[[str, int, int], None]:
    """A line about runs that are made, every ten seconds at most."""
    said = time.monotonic()

    def tell(phase: str, done: int, of: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= QUIET_S:
            said = now
            print(f"{phase}: {done:,} runs, of {of:,} at most", file=sys.stderr, flush=True)

    return tell
