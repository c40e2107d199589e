"""Real pages in a real browser: a server in this process, and Debian's Chromium driven by Playwright."""

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from moot.web.app import create_app
from moot.web.serving import listening
from moot.web.settings import Limits, Settings

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "moot" / "web" / "static"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
GENEROUS = Limits(reads=(1e6, 1e6), writes=(1e6, 1e6), dear=(1e6, 1e6), messages=(1e6, 1e6))

needs_chromium = [
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium here: `make browser` (apt-get install chromium) brings it"
    ),
    pytest.mark.skipif(
        not (STATIC / "index.html").exists(), reason="the page is not built: `make web`, with Node >= 20.19"
    ),
]


@contextlib.contextmanager
def server(folder: Path, **changes) -> Iterator[str]:
    """The address of a server on a free port of this machine, until the end of the block."""
    taken = listening("127.0.0.1", 0)
    given = {"warm": False, "limits": GENEROUS} | changes
    app = create_app(Settings(folder=folder, port=taken.getsockname()[1], **given), static=STATIC)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=2
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: running.run(sockets=[taken]), daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not running.started:
        assert thread.is_alive() and time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(30)
        taken.close()


@contextlib.contextmanager
def chromium() -> Iterator:
    """A browser; `.new_context()` gives visitors who know nothing of each other."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def violations(page) -> list[str]:
    """What axe-core holds against a page, a line each, with the first place where it is."""
    page.evaluate(AXE.read_text("utf-8") + "\n;undefined")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['help']} {one['nodes'][0]['target']}" for one in found]
