"""Who may do what: the one place where it is said, and the one place where it is enforced.

Every route is in `WHO`, or the application does not start. A word of the table is

- ``anyone``: no session is needed;
- ``visitor``: any browser with a session;
- ``host``: who started the server (on a server that this machine alone can reach, everyone);
- ``owner``: who made the laboratory that the path names, or the host;
- ``member``: any role in the case that the path names;
- any other word: that role in the case, whichever of its seats (a session holds ``role:seat:invitation``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from fastapi import APIRouter
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import HTTPConnection

from moot.web.answers import Refused
from moot.web.sessions import Session

__all__ = ["ANYONE", "HOST", "MEMBER", "OWNER", "VISITOR", "WHO", "check_table", "enforce", "may"]

ANYONE, VISITOR, HOST, OWNER, MEMBER = "anyone", "visitor", "host", "owner", "member"
LIVE = "WS"
"""The method of a WebSocket in the table."""

WHO: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/api/health"): frozenset({ANYONE}),
    ("GET", "/api/me"): frozenset({ANYONE}),
    ("PUT", "/api/me"): frozenset({VISITOR}),
    ("GET", "/host/{key}"): frozenset({ANYONE}),
    # the laboratory: anybody may look and open one; rules and the clock are moved by who opened it
    ("GET", "/api/scenarios"): frozenset({ANYONE}),
    ("GET", "/api/rules/{scenario}"): frozenset({ANYONE}),
    ("GET", "/api/map/{country}"): frozenset({ANYONE}),
    ("GET", "/api/about"): frozenset({ANYONE}),
    ("POST", "/api/lab"): frozenset({VISITOR}),
    ("GET", "/api/lab/{lab}"): frozenset({VISITOR}),
    (LIVE, "/api/lab/{lab}/live"): frozenset({VISITOR}),
    ("POST", "/api/lab/{lab}/change"): frozenset({OWNER}),
    **{
        ("GET", f"/api/lab/{{lab}}/{what}"): frozenset({VISITOR})
        for what in (
            "tiers",
            "refusals",
            "groups",
            "people/{number}",
            "people/{number}/events/{event}/explain",
            "uncertainty",
            "quote",
            "download/{kind}",
        )
    },
    # the builder: nothing is kept
    ("GET", "/api/regimes"): frozenset({ANYONE}),
    ("GET", "/api/regimes/{name}"): frozenset({ANYONE}),
    ("GET", "/api/builder"): frozenset({ANYONE}),
    ("POST", "/api/check"): frozenset({VISITOR}),
    ("POST", "/api/build"): frozenset({VISITOR}),
    # experiments: the host's machine works for hours; results are for all
    ("GET", "/api/experiments"): frozenset({VISITOR}),
    ("POST", "/api/experiments"): frozenset({HOST}),
    ("POST", "/api/lab/{lab}/case"): frozenset({HOST}),
    ("GET", "/api/experiments/{experiment}"): frozenset({VISITOR}),
    ("POST", "/api/experiments/{experiment}/stop"): frozenset({HOST}),
    ("POST", "/api/experiments/{experiment}/resume"): frozenset({HOST}),
    ("GET", "/api/experiments/{experiment}/results"): frozenset({VISITOR}),
    ("GET", "/api/experiments/{experiment}/dossier"): frozenset({VISITOR}),
    (LIVE, "/api/experiments/{experiment}/live"): frozenset({VISITOR}),
}
"""(method, path) -> words; those of the court are added by `moot.web.court`."""

log = logging.getLogger("moot.web")


def check_table(routers: Iterable[APIRouter]) -> None:
    """Raise `RuntimeError` where a route is not in the table, or the table names one that is not there."""
    there = set()
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                there |= {(method, route.path) for method in route.methods or ()}
            elif isinstance(route, APIWebSocketRoute):
                there.add((LIVE, route.path))
    if there != WHO.keys():
        lacking, idle = sorted(there - WHO.keys()), sorted(WHO.keys() - there)
        raise RuntimeError(f"moot.web.roles.WHO lacks {lacking} and names {idle}, which are not there")


async def enforce(connection: HTTPConnection) -> None:
    """Refuse what the table does not allow; a dependency of every route."""
    scope = connection.scope
    method = LIVE if scope["type"] == "websocket" else scope["method"]
    path = scope["route"].path
    session: Session | None = scope["state"].get("session")
    owner_of: Callable[[str], str | None] | None = getattr(connection.app.state, "owner_of", None)
    if not may(session, WHO[method, path], connection.path_params, owner_of):
        if session is None:
            raise Refused(401, "no_session", "this page has no session yet", "cette page n’a pas de session")
        raise Refused(403, "not_allowed", "your role does not allow this", "votre rôle ne le permet pas")


def may(
    session: Session | None,
    words: frozenset[str],
    named: Mapping[str, object],
    owner_of: Callable[[str], str | None] | None = None,
) -> bool:
    """Whether a session is one of those that the words mean; `named` are the parameters of the path.

    `owner_of` gives the mark of the session that made a laboratory.
    """
    if ANYONE in words:
        return True
    if session is None:
        return False
    if VISITOR in words or (session.host and words & {HOST, OWNER}):
        return True
    if OWNER in words and owner_of is not None and owner_of(str(named.get("lab"))) == session.mark:
        return True
    seat = session.roles.get(str(named.get("case")))
    return seat is not None and (MEMBER in words or seat.partition(":")[0] in words)
