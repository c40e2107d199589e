"""Browsers of the tests: an application in this process, and clients that keep cookies and send tokens."""

import contextlib
import time
import warnings
from collections.abc import Iterator

with warnings.catch_warnings():
    # Starlette asks for another client than the one that is locked; both speak to it alike.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

from moot.web.app import Application, create_app
from moot.web.settings import Limits, Settings

ORIGIN = "http://testserver"
GENEROUS = Limits(reads=(1e6, 1e6), writes=(1e6, 1e6), dear=(1e6, 1e6), messages=(1e6, 1e6))


class Browser(TestClient):
    """A client with a session of its own and, once it has asked who it is, the token."""

    def __init__(self, app: Application) -> None:
        super().__init__(app, raise_server_exceptions=False)
        self.portal = getattr(app, "portal", None)  # one event loop for all browsers of a server
        self.headers["origin"] = ORIGIN
        self.me = self.get("/api/me").json()
        self.headers["x-moot-csrf"] = self.me["csrf"]

    @contextlib.contextmanager
    def live(self, path: str):
        """A WebSocket as this browser opens one. It is left as a browser leaves it, and the server has seen
        so: the client of the tests would cancel what the server is doing."""
        hub = self.app.api.state.hub
        before = hub.observers
        with self.websocket_connect(path, headers={"origin": ORIGIN}) as socket:
            yield socket
            socket.close(1000)
            until = time.monotonic() + 10
            while hub.observers > before and time.monotonic() < until:
                time.sleep(0.002)


def settings_of(folder, **changes) -> Settings:
    """Of a server that takes what the client calls itself for its name, and warms nothing up."""
    given = {"names": ("testserver",), "warm": False, "threads": 1, "limits": GENEROUS} | changes
    return Settings(folder=folder, **given)


@contextlib.contextmanager
def served(folder, **changes) -> Iterator[Application]:
    """An application between its start and its end."""
    app = create_app(settings_of(folder, **changes))
    with TestClient(app) as first:
        app.portal = first.portal
        yield app
