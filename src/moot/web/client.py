"""A thin client of a server's API, for scripts: what a page can do, in Python.

::

    from moot.web.client import Client

    with Client("http://127.0.0.1:8765") as moot:
        lab = moot.post("/api/lab", scenario="rank-my-life-2028", people=20_000)
        moot.get(f"/api/lab/{lab['lab']}/tiers")

It is a browser without a page: one session, its token with every change. It needs no optional part of Moot.
"""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

from moot.errors import UserError

__all__ = ["Client", "ServerError"]

CODES_LATER = {409, 429, 503}


class ServerError(UserError):
    """What the server refused: its `status`, its `code`, and the places of what is wrong (`where`)."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        self.status, self.code, self.where = status, str(error.get("code", "")), error.get("where", [])
        message = error.get("message", "")
        said = message.get("en", "") if isinstance(message, dict) else str(message)
        places = [f"{one['path'] or 'line ' + str(one['line'])}: {one['message']}" for one in self.where]
        super().__init__("\n".join([f"{status} {self.code}: {said}", *places]))


class Client:
    """One session with the server at an address such as ``http://127.0.0.1:8765``.

    `host` is the host's link that `moot serve --room` prints, for what only the host may do. Raises
    `UserError` where no server answers.
    """

    def __init__(self, address: str, *, host: str | None = None, timeout: float = 60.0) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UserError(f"{address}: expected the address of a server, such as http://127.0.0.1:8765")
        self.address = f"{parts.scheme}://{parts.netloc}"
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout)
        self._cookie, self._csrf = "", ""
        if host is not None:
            self._ask("GET", urlsplit(host).path)
        self._csrf = str(self.get("/api/me")["csrf"])

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def get(self, path: str, **query: object) -> Any:
        """What a route answers: plain values, or bytes where it is no JSON. Raises `ServerError`."""
        asked = urlencode({key: value for key, value in query.items() if value is not None})
        return self._ask("GET", f"{path}?{asked}" if asked else path)

    def post(self, path: str, **body: object) -> Any:
        """Ask for a change; the arguments are the fields of the body. Raises `ServerError`."""
        return self._ask("POST", path, body)

    def when_ready(self, path: str, *, seconds: float = 300.0, **query: object) -> Any:
        """The same as `get`, waiting while the server says "not yet" or "too many requests"."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.get(path, **query)
            except ServerError as error:
                if error.status not in CODES_LATER or time.monotonic() > end:
                    raise
            time.sleep(0.2)

    def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        headers = {"Origin": self.address, "Accept": "*/*"}
        if self._cookie:
            headers["Cookie"] = self._cookie
        content = None
        if method != "GET":
            headers["X-Moot-CSRF"] = self._csrf
            headers["Content-Type"] = "application/json"
            content = json.dumps(body or {}).encode()
        try:
            self._connection.request(method, path, content, headers)
            answer = self._connection.getresponse()
            data = answer.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise UserError(f"{self.address} does not answer: {error}") from None
        set_cookie = answer.getheader("Set-Cookie", "") or ""
        if set_cookie.startswith("moot="):
            self._cookie = set_cookie.partition(";")[0]
        plain = (answer.getheader("Content-Type") or "").startswith("application/json")
        found: Any = json.loads(data) if plain else data
        if answer.status >= 400:
            raise ServerError(answer.status, found["error"] if plain else {"message": answer.reason})
        return found
