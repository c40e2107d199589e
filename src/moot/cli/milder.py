"""Commands about milder alternatives to a regime: alternatives."""

from __future__ import annotations

import json
from pathlib import Path

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("alternatives")(alternatives)


def alternatives(
    what: str = typer.Argument(..., metavar="NAME|FILE", help="A regime: a shipped name, or a file."),
    country: str = typer.Option(
        "france",
        "--country",
        metavar="NAME|FILE",
        help="Where its budget is worked out, which R1 and R8 match.",
    ),
    aim: str | None = typer.Option(
        None,
        "--aim",
        metavar="ACT|DOMAIN",
        help="What R1 and R2 go for (default: every offence that it counts).",
    ),
    domain: str | None = typer.Option(None, "--domain", help="The domain that R4 keeps to."),
    write: Path | None = typer.Option(None, "--write", metavar="DIR", help="Write a file for each."),
    force: bool = typer.Option(False, "--force", help="Overwrite files that are there."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """Derive the milder alternatives R0 to R9 of a regime: what each changes, or why it does not apply."""
    from moot.country.reading import load_country
    from moot.experiment.budget import alternatives_in, budget_of
    from moot.findings.summary import two
    from moot.regime.alternatives import write_all
    from moot.regime.reading import load_regime

    start, where = load_regime(what), load_country(country)
    spent = budget_of(start, where)
    found = alternatives_in(start, where, aim=aim, domain=domain)
    paths = write_all({name: one for name, (one, _) in found.items()}, write, force=force) if write else []
    if as_json:
        said = {
            "regime": start.regime,
            "content_hash": start.content_hash,
            "country": where.country,
            "budget": {"searched": spent.searched, "reviewed": spent.reviewed},
            "alternatives": {
                name: one.as_dict()
                | {"spends": None if b is None else {"searched": b.searched, "reviewed": b.reviewed}}
                for name, (one, b) in found.items()
            },
            "written": [str(path) for path in paths],
        }
        print(json.dumps(said, ensure_ascii=False))
        return
    print(f"Milder alternatives to {start.name} ({start.regime}). Synthetic people; mechanism, not forecast.")
    print(
        f"It spends {two(1000 * spent.total)} identifications searched and cases reviewed per 1,000 "
        f"synthetic people and year in {where.name}, by its declared numbers."
    )
    for name, (one, b) in found.items():
        spends = f" It spends {two(1000 * b.total)}." if b is not None else ""
        print(f"{name}  {one.words.title}")
        if one.refused:
            print(f"    does not apply: {one.refused}")
        for sentence in one.changed:
            print(f"    {sentence}")
        if one.applies:
            print(f"    budget: {one.words.budget}.{spends}")
    for path in paths:
        print(f"written: {path}")
