"""The application: routes, who may use them, and what every request meets first."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import Receive, Scope, Send

from moot.web import answers, builder, experiment_routes, lab_routes, me, roles
from moot.web.guard import Guard
from moot.web.hub import Hub
from moot.web.pages import STATIC, Pages
from moot.web.sessions import Sessions
from moot.web.settings import Settings

__all__ = ["Application", "create_app"]

log = logging.getLogger("moot.web")
TELEMETRY: dict[str, Any] = {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}
"""Nothing is measured for others, whatever the environment asks for."""
NOTE = (
    "Everything here is a model of invented schemes and synthetic people: mechanism, not forecast. No route "
    "takes a file or a record about a person."
)
health = APIRouter(tags=["session"])


@health.get("/api/health", summary="Whether the server answers")
async def answers_() -> dict[str, str]:
    """The version of Moot, and that it is ready."""
    try:
        return {"moot": version("moot"), "state": "ready"}
    except PackageNotFoundError:
        return {"moot": "not installed", "state": "ready"}


ROUTED = ("/api", "/host")
"""Paths that begin so belong to routes; all others to the page."""


class Application:
    """The application behind its guard (ASGI); `api` is the part with routes."""

    def __init__(self, api: FastAPI, pages: Pages, settings: Settings, sessions: Sessions) -> None:
        self.api, self._pages = api, pages
        self._guard = Guard(self._inside, settings, sessions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything to the guard."""
        await self._guard(scope, receive, send)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        routed = scope["type"] == "lifespan" or f"{scope['path']}/".startswith(
            tuple(f"{one}/" for one in ROUTED)
        )
        await (self.api if routed else self._pages)(scope, receive, send)


def parts() -> list[Any]:
    """The modules with routes: each has a `router`, and may have `open_room(app)` (an async context).

    What `open_room` holds is there before the first request and is put away after the last.
    """
    from moot.web import court

    return [me, lab_routes, builder, experiment_routes, court]


def create_app(settings: Settings, *, static: Path = STATIC) -> Application:
    """The application of a server; its folder is made if it is not there."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    sessions, hub = (
        Sessions(settings.folder, everyone_hosts=not settings.open_to_others),
        Hub(settings.limits),
    )
    modules = parts()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as held:
            held.callback(sessions.close)
            hub.start()
            for module in modules:
                if hasattr(module, "open_room"):
                    await held.enter_async_context(module.open_room(app))
            yield

    # An older FastAPI knows no telemetry, and has none.
    quiet: dict[str, Any] = {"telemetry": TELEMETRY} if _has_telemetry() else {}
    api = FastAPI(
        title="Moot",
        description=NOTE,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
        dependencies=[Depends(roles.enforce)],
        responses=answers.ERRORS,
        redirect_slashes=False,
        **quiet,
    )
    api.state.settings, api.state.sessions, api.state.hub = settings, sessions, hub
    api.state.owner_of = None
    answers.install(api)
    routers = [health, *(module.router for module in modules)]
    roles.check_table(routers)
    for router in routers:
        api.include_router(router)
    return Application(api, Pages(static), settings, sessions)


def _has_telemetry() -> bool:
    import inspect

    return "telemetry" in inspect.signature(FastAPI.__init__).parameters
