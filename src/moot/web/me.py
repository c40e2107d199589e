"""Who a browser is: its session, its token, its roles; the language it reads."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from moot.web.answers import Refused
from moot.web.sessions import COOKIE, LASTS, Session, Sessions

__all__ = ["Me", "router", "session_of", "sessions_of"]

LANGUAGE = "moot_language"
router = APIRouter(tags=["session"])


class Me(BaseModel):
    """What a page must know of its own browser."""

    csrf: str = Field(description="to be sent as X-Moot-CSRF with every POST, PUT and DELETE")
    language: Literal["en", "fr"]
    roles: dict[str, str] = Field(description="role by case")
    host: bool = Field(description="whether this browser may start experiments and open cases")


class Language(BaseModel):
    """The language in which a browser reads."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"language": "fr"}]})
    language: Literal["en", "fr"]


def session_of(request: Request) -> Session:
    """The session of a request, which a route that is not for anyone always has."""
    session: Session | None = request.scope["state"].get("session")
    if session is None:
        raise Refused(401, "no_session", "this page has no session yet", "cette page n’a pas de session")
    return session


def sessions_of(request: Request) -> Sessions:
    """The sessions of the server."""
    kept: Sessions = request.app.state.sessions
    return kept


def _set(request: Request, response: Response, name: str, value: str, *, script: bool = False) -> None:
    secure = request.scope["scheme"] == "https"
    response.set_cookie(
        name, value, max_age=LASTS, httponly=not script, samesite="strict", secure=secure, path="/"
    )


def language_of(request: Request) -> Literal["en", "fr"]:
    """The language of a browser: the one it chose, else the first it says it reads, else English."""
    chosen = request.cookies.get(LANGUAGE)
    if chosen not in {"en", "fr"}:
        first = request.headers.get("accept-language", "en").split(",")[0].strip().lower()
        chosen = "fr" if first.startswith("fr") else "en"
    return "fr" if chosen == "fr" else "en"


def _me(session: Session, language: Literal["en", "fr"]) -> Me:
    return Me(csrf=session.csrf, language=language, roles=session.roles, host=session.host)


@router.get("/api/me", summary="The session of this browser, which begins here")
def me(request: Request, response: Response) -> Me:
    """The token, the language and the roles of this browser; a browser without a session is given one."""
    session: Session | None = request.scope["state"].get("session")
    if session is None:
        session, cookie = sessions_of(request).new()
        _set(request, response, COOKIE, cookie)
    return _me(session, language_of(request))


@router.put("/api/me", summary="Read in another language")
def change_me(request: Request, response: Response, asked: Language) -> Me:
    """Keep the language of this browser, in a cookie of its own."""
    _set(request, response, LANGUAGE, asked.language)
    return _me(session_of(request), asked.language)


@router.get("/host/{key}", include_in_schema=False)
def host(request: Request, key: Annotated[str, Field(max_length=64)]) -> Response:
    """The link that `moot serve` prints: this browser is the host's from now on."""
    kept = sessions_of(request)
    session: Session | None = request.scope["state"].get("session")
    cookie = None
    if session is None:
        session, cookie = kept.new()
    if kept.make_host(session, key) is None:
        raise Refused(403, "not_allowed", "this link is not valid", "ce lien n’est pas valable")
    answer = RedirectResponse("/", status_code=303)
    if cookie is not None:
        _set(request, answer, COOKIE, cookie)
    return answer
