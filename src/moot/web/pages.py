"""The built page: its files, and one document for every path that is no file and no part of the API.

The page is built from `web/` into `static/` beside this module, which the sources do not carry. Where it is
not built, a page in plain words says how.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from moot.web.answers import error_body

__all__ = ["Pages"]

STATIC = Path(__file__).parent / "static"
YEAR = "public, max-age=31536000, immutable"
KINDS = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
"""Of the files whose type a system may not know, or know otherwise."""
NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Moot</title>
<h1>The page is not built</h1>
<p>MODEL · SYNTHETIC PEOPLE. The server is running, and its API answers under <code>/api</code>.
The page is built from the sources with Node 20 or later by <code>make web</code>; an installed release
carries it.</p>
<p lang="fr">La page n’est pas construite. Le serveur fonctionne et son API répond sous <code>/api</code> ;
<code>make web</code> la construit, avec Node 20 ou plus récent.</p>
</html>
"""


class Pages:
    """An ASGI application that serves the files of a folder by their exact names, for GET and HEAD."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        # What is served is decided here, once: a path that is asked for is looked up and never opened.
        files = [one for one in sorted(folder.rglob("*")) if one.is_file() and not one.is_symlink()]
        self._files = {"/" + one.relative_to(folder).as_posix(): one for one in files}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4404})
            return
        await self.answer(Request(scope, receive))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The file of a path; the page for any other; an error for what is no page."""
        path = request.scope["path"]
        if request.method not in {"GET", "HEAD"}:
            return JSONResponse(error_body("method_not_allowed", "expected GET"), 405)
        found = self._files.get(path)
        if found is None and "." in path.rpartition("/")[2]:
            return JSONResponse(error_body("not_found", "there is no such file"), 404)
        if found is None:
            found = self._files.get("/index.html")
        if found is None:
            return HTMLResponse(NOT_BUILT)
        kind = KINDS.get(found.suffix) or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        hashed = path.startswith("/assets/")  # the build puts a hash of the content into these names
        return FileResponse(found, media_type=kind, headers={"cache-control": YEAR if hashed else "no-cache"})
