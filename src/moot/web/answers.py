"""Errors as JSON: `{"error": {"code", "message": {"en", "fr"} or text, "where": [...]}}`."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket

from moot.errors import (
    DeclarationError,
    ExistsError,
    MissingExtraError,
    MootError,
    Problem,
    UnknownNameError,
    UserError,
)

__all__ = ["ERRORS", "Refused", "body_of", "error_body", "install"]

log = logging.getLogger("moot.web")

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {"application/json": {"schema": {"type": "object"}}}}
    for status, said in {
        400: "what was sent cannot be read",
        401: "no session",
        403: "not allowed: role, token or origin",
        404: "nothing of this name",
        409: "not now",
        413: "too large",
        415: "something other than JSON was sent",
        422: "wrong, and where",
        429: "too many requests",
        501: "an optional part is not installed",
    }.items()
}
"""What any route may answer instead, for its description."""


class Refused(Exception):
    """What a route does not do, as an answer: a status, a code for programs, words in both languages."""

    def __init__(self, status: int, code: str, en: str, fr: str) -> None:
        self.status, self.code, self.message = status, code, {"en": en, "fr": fr}
        super().__init__(en)


def error_body(
    code: str, message: str | dict[str, str], where: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"code": code, "message": message, "where": where or []}}


def place_of(problem: Problem) -> dict[str, Any]:
    """A problem of a file as the page shows it; `path` is the dotted path inside the file."""
    return {
        "line": problem.line, "column": problem.column, "path": problem.key, "message": problem.message,
        "hint": problem.hint, "excerpt": problem.excerpt, "level": problem.level,
    }  # fmt: skip


def body_of(error: Exception) -> tuple[int, dict[str, Any]]:
    """(status, body) for anything that goes wrong; what is ours is said without its inside."""
    if isinstance(error, Refused):
        return error.status, error_body(error.code, error.message)
    if isinstance(error, DeclarationError):
        problems = [place_of(one) for one in error.problems]
        first = next((one for one in error.problems if one.level == "error"), None)
        return 422, error_body("declaration", first.message if first else str(error), problems)
    if isinstance(error, UnknownNameError):
        return 404, error_body("unknown_name", str(error))
    if isinstance(error, ExistsError):
        return 409, error_body("exists", "something of this name is there already")
    if isinstance(error, MissingExtraError):
        return 501, error_body("missing_extra", str(error))
    if isinstance(error, UserError):
        return 422, error_body("refused", str(error))
    if isinstance(error, MootError):
        return 500, error_body("failed", str(error))
    log.error("a fault of the server", exc_info=error)
    said = {"en": "a fault of the server, not of yours", "fr": "une erreur du serveur, non de votre fait"}
    return 500, error_body("fault", said)


def install(app: FastAPI) -> None:
    """Give an application these answers."""

    def said(_: Request, error: Exception) -> JSONResponse:
        status, body = body_of(error)
        if status < 500:
            log.info("refused: %s %s", status, body["error"]["code"])
        return JSONResponse(body, status)

    def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        where = [
            {"line": 0, "column": 0, "path": ".".join(str(part) for part in one["loc"][1:]),
             "message": one["msg"], "hint": "", "excerpt": "", "level": "error"}
            for one in error.errors()
        ]  # fmt: skip
        message = {"en": "what was sent is not as expected", "fr": "l’envoi n’a pas la forme attendue"}
        return JSONResponse(jsonable_encoder(error_body("invalid", message, where)), 422)

    def plain(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(
            error.status_code, "refused"
        )
        return JSONResponse(error_body(code, str(error.detail)), error.status_code, dict(error.headers or {}))

    app.add_exception_handler(Refused, _either(said))
    app.add_exception_handler(MootError, said)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, said)


def _either(answer: Any) -> Any:
    """The same for a WebSocket that was not accepted: it is closed, which a browser sees as 403."""

    async def said(connection: Request | WebSocket, error: Exception) -> JSONResponse | None:
        if isinstance(connection, WebSocket):
            log.warning("refused: %s on %s", getattr(error, "code", ""), connection.url.path)
            await connection.close(code=4403, reason=str(error)[:120])
            return None
        answered: JSONResponse = answer(connection, error)
        return answered

    return said
