"""Commands about causes within a run: explain."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import typer

from moot.cli.languages import LANG, Lang

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("explain")(explain)


def explain(
    path: Path = typer.Argument(..., metavar="RUN", help="A run folder."),
    what: str = typer.Argument(
        ...,
        metavar="PERSON|MEASURE",
        help="A number such as SYN-0012345, `another`, or a measure such as trip:air:refused.",
    ),
    event: int | None = typer.Argument(
        None, metavar="[EVENT]", help="An event by its number in the life; left out: those that weigh most."
    ),
    arm: str | None = typer.Option(None, "--arm", help="The arm told (default: the first with a regime)."),
    rerun: bool = typer.Option(
        False, "--rerun", help="Simulate again with the one rule changed; takes as long as the run did."
    ),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads; they change no result."),
    lang: Lang = LANG,
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Explain an event of a panel life, with what would have altered it; or the events behind a figure."""
    from moot.catalogue import catalogue
    from moot.errors import RunError, UserError
    from moot.findings.counted import counted_in
    from moot.findings.explaining import again, heading
    from moot.findings.explaining import explain as explained
    from moot.findings.run import open_run

    run = open_run(path)
    if not run.lives:
        raise RunError(f"{path} keeps no lives (it was run with --panel 0)")
    if ":" in what:
        if event is not None or rerun:
            raise UserError(f"{what} is a measure; an event and --rerun go with a person")
        if lang is not Lang.en:
            raise UserError(f"--lang {lang.value}: figures are told in English; expected a person")
        found = counted_in(run, what, arm)
        if as_json:
            print(json.dumps(found.as_dict(), ensure_ascii=False))
        else:
            print(*found.lines(), sep="\n")
        return
    number = run.life(secrets.choice(list(run.lives)) if what == "another" else what).number
    told = explained(run, number, event, arm, language=lang.value)
    if rerun:
        if event is None:
            raise UserError("--rerun is about one event; name it by its number")
        told = [again(run, one, threads=threads) for one in told]
    if as_json:
        said = {"synthetic": True, "person": run.person(number), "events": [one.as_dict() for one in told]}
        print(json.dumps(said, ensure_ascii=False))
        return
    print(*heading(run, number, lang.value), sep="\n")
    for one in told:
        print(*one.lines(), "", sep="\n")
    if not told:
        say = catalogue("explained", lang.value)
        print(say("nothing-heavy"))
        print(say("explain-any", command=f"moot explain {path} {number} 0"))
