"""The command that starts the server of the pages: serve."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

__all__ = ["register"]

NEEDED = ("fastapi", "starlette", "uvicorn", "websockets", "itsdangerous")
"""What the extra `moot[web]` brings, of what is loaded first."""


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("serve")(serve)


def serve(
    folder: Path | None = typer.Option(
        None,
        "--folder",
        metavar="FOLDER",
        help="Where experiments and cases are kept (default: ./moot-server).",
    ),
    host: str | None = typer.Option(
        None,
        "--host",
        metavar="ADDRESS",
        help="Listen there (default: 127.0.0.1, which this machine alone reaches; with --room: 0.0.0.0).",
    ),
    port: int = typer.Option(
        8765, "--port", min=0, max=65535, help="Listen there; 0 takes one that is free."
    ),
    room: bool = typer.Option(
        False, "--room", help="For a class on one network: prints the links of a case; visitors are guests."
    ),
    case: str = typer.Option(
        "lesson", "--case", metavar="NAME", help="With --room: whose links; made from the ready case if new."
    ),
    open_page: bool = typer.Option(True, "--open/--no-open", help="Open the page in a browser."),
    name: list[str] = typer.Option(
        [], "--name", metavar="NAME", help="A name under which browsers may ask for this machine."
    ),
    origin: list[str] = typer.Option(
        [],
        "--origin",
        metavar="URL",
        help="The address of a proxy before it, such as https://moot.example.org.",
    ),
    threads: int | None = typer.Option(None, "--threads", min=1, help="Threads of a society (default: all)."),
    warm: bool = typer.Option(
        True, "--warm/--no-warm", help="Compile what runs need while nobody waits yet."
    ),
) -> None:
    """Open the laboratory and the court room in a browser: a server for this machine, or for a class."""
    from moot.errors import MissingExtraError, UserError

    try:
        from moot.web.serving import serve as served
    except ModuleNotFoundError as error:
        if error.name in NEEDED:
            raise MissingExtraError("moot serve", "web") from None
        raise
    from moot.web.settings import Settings

    for one in origin:
        if not one.startswith(("http://", "https://")) or one.count("/") != 2:
            raise UserError(f"--origin {one}: expected http:// or https:// and a name, and nothing behind it")
    settings = Settings(
        folder=Path("moot-server") if folder is None else folder,
        host=host or ("0.0.0.0" if room else "127.0.0.1"),
        port=port,
        room=room,
        case=case,
        proxied=bool(origin),
        names=tuple(name),
        origins=tuple(origin),
        threads=threads,
        warm=warm,
    )
    served(settings, open_page=open_page, tell=lambda line: print(line, file=sys.stderr, flush=True))
