"""Commands about what is kept for other runs: cache."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from moot.store.burnt import Entry

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("cache")(cache)


def cache(
    delete: str | None = typer.Option(
        None, "--delete", metavar="NAME", help="Delete this burn-in, named as in the list, or `all` of them."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on stdout and nothing else."),
) -> None:
    """List the ends of burn-ins that are kept for other runs, with their size, or delete them."""
    from moot.store.burnt import burn_ins_folder, delete_burn_ins, list_burn_ins

    if delete is not None:
        gone = delete_burn_ins(delete)
        if as_json:
            print(json.dumps({"deleted": [str(path) for path in gone]}))
            return
        for path in gone:
            print(f"deleted {path}")
        if not gone:
            print(f"no burn-ins in {burn_ins_folder()}")
        return
    found = list_burn_ins()
    if as_json:
        print(json.dumps({"folder": str(burn_ins_folder()), "burn_ins": [_as_dict(one) for one in found]}))
        return
    for one in found:
        print(f"{one.name}  {one.bytes / 2**20:,.1f} MiB  last used {_when(one)}  {_words(one)}")
    total = sum(one.bytes for one in found)
    print(
        f"{total / 2**20:,.1f} MiB in {burn_ins_folder()}" if found else f"no burn-ins in {burn_ins_folder()}"
    )


def _as_dict(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "path": str(entry.path),
        "bytes": entry.bytes,
        "used": _when(entry),
        "about": entry.about,
    }


def _when(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.used, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _words(entry: Entry) -> str:
    """What a burn-in is, as far as its checkpoint can be read."""
    about = entry.about
    if about is None:
        return "cannot be read"
    return (
        f"{about['country'][0]}: {about['people']:,} synthetic people, {about['days']:,} days until "
        f"{about['until']}, seed {about['seed']}"
    )
