"""Commands about dossiers: dossier."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path

import typer

from moot.cli.languages import LANG, Lang

__all__ = ["register"]


class Shape(StrEnum):
    """The format of a dossier."""

    html = "html"
    pdf = "pdf"
    json = "json"
    docx = "docx"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("dossier")(dossier)


def dossier(
    path: Path = typer.Argument(..., metavar="EXPERIMENT", help="The folder of an experiment."),
    assessment: Path | None = typer.Option(
        None, "--assessment", metavar="FILE", help="What only people know (moot schema assessment)."
    ),
    language: Lang = LANG,
    format: Shape = typer.Option(Shape.html, "--format", help="html, pdf, json or docx."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="The file to write (default: NAME-dossier.LANG.FORMAT here)."
    ),
    force: bool = typer.Option(False, "--force", help="Overwrite a file that is there."),
) -> None:
    """Turn an experiment into a dossier under the headings of article 27; it approves of nothing."""
    from moot.dossier import dossier as made
    from moot.dossier.assessment import BANNER, load_assessment
    from moot.errors import ExistsError, UserError
    from moot.store.folder import whole_file

    target = out or Path(f"{path.resolve().name}-dossier.{language.value}.{format.value}")
    if target.is_dir():
        raise UserError(f"{target} is a folder; expected the name of a file")
    if (target.exists() or target.is_symlink()) and not force:
        raise ExistsError(target)
    given = load_assessment(assessment) if assessment is not None else None
    if given is not None:
        for problem in given.warnings:
            print(problem, file=sys.stderr)
        print(BANNER, file=sys.stderr)
    data = made(path, language=language.value, format=format.value, assessment=given)
    try:
        whole_file(target, data)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror or error}") from None
    print(f"{target}: a dossier of {path}; synthetic people, mechanism, not forecast")
