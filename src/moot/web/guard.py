"""What every request meets first: host, rate, session, origin, token, size and kind of body; then headers.

What is refused here reaches no route. Each refusal is logged with its reason, the path and a short mark of
the session; addresses of visitors are in no log.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moot.web.answers import error_body
from moot.web.sessions import COOKIE, Session, Sessions
from moot.web.settings import Settings

__all__ = ["CSRF", "POLICY", "PRINTED", "Buckets", "Guard"]

CSRF = "x-moot-csrf"
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
READING = {"GET", "HEAD"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of every answer: scripts, styles, fonts and connections of this server alone, no frames, no forms."""
PRINTED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""Of a document that is shown as it was printed (a dossier, an exhibit): it runs nothing."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), display-capture=(), usb=(), serial=(), bluetooth=()",
}
NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\]")
DEAR = re.compile(r"/api/(lab|experiments|cases)(/[^/]+/(case|resume|runs|uncertainty))?")
"""Paths whose POST sets a machine to work for minutes."""

log = logging.getLogger("moot.web")


class Buckets:
    """Token buckets by key; at most `most` of them, the one that was asked longest ago goes first."""

    def __init__(
        self, rate: tuple[float, float], *, most: int = 4096, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s, self._burst = rate
        self._most, self._clock = most, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> bool:
        """Whether one more is within the rate of this key, which is counted then."""
        now = self._clock()
        left, at = self._held.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_s)
        allowed = left >= 1
        self._held[key] = (left - 1 if allowed else left, now)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return allowed


class Guard:
    """The outermost layer of the application (ASGI)."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: Sessions) -> None:
        self._app, self._settings, self._sessions = app, settings, sessions
        limits = settings.limits
        self._rates = {
            "reads": Buckets(limits.reads),
            "writes": Buckets(limits.writes),
            "dear": Buckets(limits.dear),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        session = self._sessions.known(_cookie(headers.getlist("cookie"), COOKIE))
        scope.setdefault("state", {})["session"] = session
        why = self._refusal(scope, headers, session)
        live = scope["type"] == "websocket"
        if why is not None:
            status, code, en, fr = why
            mark = session.mark if session else "-"
            method = "WS" if live else scope["method"]
            log.warning("refused: %s %s %r %s session %s", status, method, scope["path"][:200], code, mark)
            if live:
                await send({"type": "websocket.close", "code": 4403, "reason": en[:120]})
            else:
                await _answer(_with_headers(send), status, error_body(code, {"en": en, "fr": fr}))
            return
        if live:
            await self._app(scope, receive, send)
            return
        size = _Size(receive, _with_headers(send), self._settings.limits.body_bytes)
        await self._app(scope, size.receive, size.send)

    def _refusal(
        self, scope: Scope, headers: Headers, session: Session | None
    ) -> tuple[int, str, str, str] | None:
        """Why a request goes no further: status, code, and words in both languages."""
        host = headers.getlist("host")
        if len(host) != 1 or not self._known_host(host[0]):
            return 421, "host", "this server has another name", "ce serveur porte un autre nom"
        live = scope["type"] == "websocket"
        method = "GET" if live else scope["method"]
        who = session.number if session else f"address {(scope.get('client') or ('?',))[0]}"
        if not self._within_rates(method, scope["path"], who):
            return 429, "rate", "too many requests; wait a moment", "trop de requêtes ; attendez un instant"
        if live:
            if not self._own_origin(headers, host[0], needed=True):
                return 403, "origin", "asked for by another page", "demandé par une autre page"
            if session is None:
                return 401, "no_session", "this page has no session yet", "cette page n’a pas de session"
            return None
        if method in READING or method == "OPTIONS":
            return None
        if method not in CHANGING:
            return 405, "method_not_allowed", "there is no such method", "cette méthode n’existe pas"
        if not self._own_origin(headers, host[0], needed=False):
            return 403, "origin", "asked for by another page", "demandé par une autre page"
        if session is None:
            return 401, "no_session", "this page has no session yet", "cette page n’a pas de session"
        token = headers.get(CSRF, "")
        if not _same(token, session.csrf):
            return 403, "csrf", f"the token of this page is missing ({CSRF})", "le jeton de cette page manque"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._settings.limits.body_bytes:
            most = self._settings.limits.body_bytes
            return 413, "too_large", f"at most {most} bytes", f"au plus {most} octets"
        carries = int(length) > 0 or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if carries and kind != "application/json":
            return (
                415,
                "kind",
                "expected JSON; nothing is uploaded here",
                "du JSON est attendu, aucun fichier",
            )
        return None

    def _within_rates(self, method: str, path: str, who: str) -> bool:
        if method not in CHANGING:
            return self._rates["reads"].take(who)
        if method == "POST" and DEAR.fullmatch(path) and not self._rates["dear"].take(who):
            return False
        return self._rates["writes"].take(who)

    def _known_host(self, host: str) -> bool:
        """Addresses, localhost, and the names that were given: no name that somebody points here."""
        name = _name_of(host)
        if name is None:
            return False
        known = {"localhost", self._settings.host.lower(), *(one.lower() for one in self._settings.names)}
        known |= {_name_of(urlsplit(one).netloc) or "" for one in self._settings.origins}
        return name in known or _is_address(name)

    def _own_origin(self, headers: Headers, host: str, *, needed: bool) -> bool:
        """Whether the page that asks came from this server; a program that is no browser names none."""
        origin = headers.get("origin")
        if origin is None:
            return not needed and headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
        if origin in self._settings.origins:
            return True
        parts = urlsplit(origin)
        return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()


class _Size:
    """A body that is counted while it comes, for one whose length was not told."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._most = receive, send, most
        self._read, self._over, self._began = 0, False, False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            if self._read > self._most and not self._over:
                self._over = True
                log.warning("refused: 413 a body of more than %d bytes", self._most)
                if not self._began:
                    said = {"en": f"at most {self._most} bytes", "fr": f"au plus {self._most} octets"}
                    await _answer(self._send, 413, error_body("too_large", said))
            if self._over:
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        self._began = True
        if not self._over:
            await self._send(message)


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return sent


async def _answer(send: Send, status: int, body: object) -> None:
    content = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _cookie(headers: list[str], name: str) -> str | None:
    for header in headers:
        for one in header.split(";"):
            key, _, value = one.strip().partition("=")
            if key == name:
                return value
    return None


def _name_of(host: str) -> str | None:
    """The host without its port, in small letters; None for what is none."""
    name, colon, port = host.rpartition(":") if re.search(r":\d{1,5}$", host) else (host, "", "")
    if not NAME.fullmatch(name) or (colon and not port):
        return None
    return name.strip("[]").lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, known: str) -> bool:
    import hmac

    return hmac.compare_digest(given.encode("utf-8", "replace"), known.encode())
