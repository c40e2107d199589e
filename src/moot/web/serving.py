"""The process that serves: a socket, uvicorn on it, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import webbrowser
from collections.abc import Callable

import uvicorn
import websockets  # noqa: F401 uvicorn loads it late; a lack of it is said at once

from moot.errors import UserError
from moot.store.folder import locked
from moot.web.app import Application, create_app
from moot.web.court_doors import doors_told, local_address
from moot.web.settings import Settings

__all__ = ["listening", "serve"]

SWITCH_S = 0.001
"""Seconds after which a thread of a society lets the event loop go on, where it is in Python."""

LAST_WORDS = 4
"""Seconds that are left to answers under way when the server is told to end."""


def serve(settings: Settings, *, open_page: bool, tell: Callable[[str], object]) -> None:
    """Serve until SIGTERM or Ctrl-C; `tell` is given the lines for whoever started it.

    Raises `UserError` where the address cannot be had, `RunError` where another server has the folder.
    """
    sys.setswitchinterval(SWITCH_S)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every case that is opened
    settings.folder.mkdir(parents=True, exist_ok=True)
    with listening(settings.host, settings.port) as taken:
        held = locked(settings.folder)
        try:
            app = create_app(settings)
            address = _address(taken)
            if settings.room and (local := local_address()) is not None:
                address = address.replace("127.0.0.1", local)  # that of a class, and of the links in its page
            tell(f"Moot: a model and synthetic people, at {address}")
            page = address
            if settings.open_to_others:
                page = f"{address}/host/{app.api.state.sessions.host_key}"
                tell(f"your own link, as the host (others get the address alone): {page}")
            if settings.room:
                doors_told(settings.folder, settings.case, address, tell)
            tell("Ctrl-C ends it")
            asyncio.run(_until_told(app, settings, taken, page if open_page else None))
        finally:
            os.close(held)


async def _until_told(app: Application, settings: Settings, taken: socket.socket, page: str | None) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.proxied,
        forwarded_allow_ips="127.0.0.1,::1",
        timeout_graceful_shutdown=LAST_WORDS,
        timeout_keep_alive=30,
        ws="websockets-sansio",
        ws_max_size=settings.limits.message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=30.0,
        limit_concurrency=4 * settings.limits.observers,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    if page is not None:
        asyncio.get_running_loop().call_later(0.3, webbrowser.open, page)
    await server.serve(sockets=[taken])


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `UserError` where it cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise UserError(f"{host}: no such address of this machine ({error.strerror or error})") from None
    family, kind, protocol, _, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(2048)
    except OSError as error:
        made.close()
        said = os.strerror(error.errno) if error.errno else str(error)
        raise UserError(f"{host}:{port} cannot be had: {said}; choose another with --port") from None
    made.set_inheritable(False)
    return made


def _address(taken: socket.socket) -> str:
    host, port = taken.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
