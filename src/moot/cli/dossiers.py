"""Commands about dossiers: dossier."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from moot.cli.languages import LANG, Lang

if TYPE_CHECKING:
    from moot.experiment.declaration import Experiment

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


WORDS = {
    "table": "results, with metrics, twins and causes as far as asked",
    "flip": "what would flip the conclusions",
    "frontier": "which milder schemes reach as much",
}
"""What a stage of the work does."""


def dossier(
    what: str = typer.Argument(
        ...,
        metavar="WHAT",
        help="The folder of an experiment; or what one is made of and done first: the file of an experiment, "
        "a scenario or a regime (a name or a file).",
    ),
    assessment: Path | None = typer.Option(
        None, "--assessment", metavar="FILE", help="What only people know (moot schema assessment)."
    ),
    language: Lang = LANG,
    format: Shape = typer.Option(Shape.html, "--format", help="html, pdf, json or docx."),
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="The file to write (default: NAME-dossier.LANG.FORMAT here)."
    ),
    force: bool = typer.Option(False, "--force", help="Overwrite a file that is there."),
    country: str | None = typer.Option(
        None,
        "--country",
        metavar="NAME|FILE",
        help="Where a regime is put to the question (default: france).",
    ),
    people: int | None = typer.Option(
        None, "--people", min=1, help="Synthetic people of every job (default: as declared)."
    ),
    days: int | None = typer.Option(None, "--days", min=1, help="Days of every job (default: as declared)."),
    replicates: int | None = typer.Option(None, "--replicates", min=1, help="Replicates of the results."),
    seed: int | None = typer.Option(None, "--seed", min=0, help="The seed of the first replicate."),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    folder: Path | None = typer.Option(
        None, "--folder", metavar="DIR", help="The experiment's folder (default: experiments/NAME)."
    ),
    cluster: str | None = typer.Option(
        None, "--cluster", metavar="WHERE", help="Where jobs are done: ray, or an address of Ray."
    ),
    no_cache: bool = typer.Option(False, "--no-cache", help="Keep no burn-in for other jobs."),
    count: bool = typer.Option(False, "--count", help="Say how many jobs there are at most, and stop."),
) -> None:
    """Make the dossier of a scheme under the headings of article 27; it approves of nothing.

    Of a regime, a scenario or a file it does the experiment first, or what is left of it.
    """
    from moot.dossier import dossier as made
    from moot.dossier.assessment import BANNER, load_assessment
    from moot.errors import UserError
    from moot.store.folder import whole_file

    given = load_assessment(assessment) if assessment is not None else None
    done = Path(what).is_dir()
    sizes = (country, people, days, replicates, seed, cluster, folder, threads)
    if done:
        if any(one is not None for one in sizes) or count or no_cache:
            raise UserError(
                f"{what} is an experiment's folder: a dossier of it does no job and takes no size"
            )
        path = Path(what)
        target = _free(out, path.resolve().name, language, format, force)
    else:
        from moot.dossier.preparing import experiment_about, stages
        from moot.experiment.plan import plan_of

        declared = experiment_about(
            what, country=country, people=people, days=days, replicates=replicates, seed=seed
        )
        for problem in declared.warnings:
            print(problem, file=sys.stderr)
        plan = plan_of(declared)
        if count:
            for words, jobs in stages(plan):
                print(f"{WORDS[words]}: at most {jobs:,} jobs")
            return
        path = folder or Path("experiments") / declared.experiment
        target = _free(out, path.resolve().name, language, format, force)
        _examined(declared, path, threads, cluster, cache=not no_cache)
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


def _free(out: Path | None, name: str, language: Lang, format: Shape, force: bool) -> Path:
    """Where the dossier goes. Raises before any work where it cannot, or its format needs what is missing."""
    from moot.documents import check_format
    from moot.errors import ExistsError, UserError

    target = out or Path(f"{name}-dossier.{language.value}.{format.value}")
    if target.is_dir():
        raise UserError(f"{target} is a folder; expected the name of a file")
    if (target.exists() or target.is_symlink()) and not force:
        raise ExistsError(target)
    if format is not Shape.json:
        check_format(format.value)
    return target


def _examined(
    declared: Experiment, path: Path, threads: int | None, cluster: str | None, *, cache: bool
) -> None:
    """Do what is left of an experiment, and say what it does not ask."""
    from moot.cli.experimenting import ended_by_sigterm, progress_of_jobs
    from moot.cli.running import say_compiling
    from moot.dossier.preparing import examine
    from moot.errors import MootError

    @contextmanager
    def stage(words: str, jobs: int) -> Iterator[Callable[[str, int, int], None]]:
        print(f"{WORDS[words]}: at most {jobs:,} jobs", file=sys.stderr, flush=True)
        with progress_of_jobs() as progress:
            yield progress

    again = "what is done is kept; the same command goes on"
    say_compiling()
    try:
        with ended_by_sigterm():
            found = examine(
                declared, path, threads=threads, cache=cache, cluster=cluster, stage=stage,
                tell=lambda line: print(line, file=sys.stderr, flush=True),
            )  # fmt: skip
    except KeyboardInterrupt:
        print(f"stopped; {again}", file=sys.stderr)
        raise SystemExit(130) from None
    except MootError:
        print(again, file=sys.stderr)
        raise
    if found.not_asked:
        print(f"not examined, for the experiment does not ask: {', '.join(found.not_asked)}", file=sys.stderr)
