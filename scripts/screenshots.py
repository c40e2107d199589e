"""Pictures of every page in both languages and themes, into docs/img/ (`make screenshots`).

A server of its own is started on a free port; its pages are opened in Chromium, and each picture is written
as a PNG of at most 64 colours, which is what keeps it small.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "img"
MOST = 150_000
"""Bytes of a picture."""
SIZE = {"width": 1280, "height": 860}
PAGES = {
    "schemes": "/",
    "laboratory": "/?scenario=rank-my-life-2028&people=20000&measure=refusals",
    "builder": "/builder",
    "experiments": "/experiments",
    "court": "/court",
    "about": "/about",
}
WAITS = {"schemes": ".cards", "builder": ".account", "experiments": "form"}
"""What has to be there before a picture is taken."""
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


def pixels(png: bytes) -> np.ndarray:
    """(height, width, 3) uint8 of an 8-bit RGB or RGBA PNG without interlacing, as browsers write them."""
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert depth == 8 and kind in (2, 6) and not interlaced, "expected an 8-bit RGB(A) PNG"
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    channels = 3 if kind == 2 else 4
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * channels)
    found = np.zeros((height, width * channels), np.uint8)
    above = np.zeros(width * channels, np.uint8)
    for y in range(height):
        line = rows[y, 1:]
        match rows[y, 0]:
            case 0:
                made = line.copy()
            case 1:
                made = np.cumsum(line.reshape(width, channels), axis=0, dtype=np.uint8).reshape(-1)
            case 2:
                made = line + above
            case filter_:
                made = _mixed(line, above, channels, int(filter_))
        found[y] = above = made
    return found.reshape(height, width, channels)[:, :, :3]


def _mixed(line: np.ndarray, above: np.ndarray, channels: int, filter_: int) -> np.ndarray:
    """A line by the filters that look at the pixel before as well: 3 (average) and 4 (Paeth)."""
    made, up, given = [0] * len(line), above.tolist(), line.tolist()
    for i, value in enumerate(given):
        left = made[i - channels] if i >= channels else 0
        if filter_ == 3:
            guess = (left + up[i]) // 2
        else:
            corner = up[i - channels] if i >= channels else 0
            p = left + up[i] - corner
            a, b, c = abs(p - left), abs(p - up[i]), abs(p - corner)
            guess = left if a <= b and a <= c else up[i] if b <= c else corner
        made[i] = (value + guess) & 255
    return np.array(made, np.uint8)


def quantised(image: np.ndarray, colours: int = 64) -> bytes:
    """An indexed PNG with the most frequent colours; every other pixel takes the nearest of them."""
    coarse = (image >> 3).astype(np.uint32)  # neighbours count together, so that no shade fills the palette
    keys = coarse[..., 0] << 10 | coarse[..., 1] << 5 | coarse[..., 2]
    _, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    places = places.reshape(-1)
    sums = np.stack([np.bincount(places, image[..., c].reshape(-1).astype(float)) for c in range(3)], axis=1)
    means = sums / counts[:, None]
    chosen = np.argsort(-counts, kind="stable")[:colours]
    distance = ((means[:, None, :] - means[chosen][None, :, :]) ** 2).sum(axis=2)
    index = distance.argmin(axis=1).astype(np.uint8)[places].reshape(keys.shape)
    palette = np.rint(means[chosen]).astype(np.uint8).tobytes()
    height, width = index.shape
    raw = b"".join(b"\0" + row.tobytes() for row in index)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"PLTE", palette)
        + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    )  # fmt: skip


def take(address: str, out: Path, only: list[str]) -> None:
    """Open the pages of a server and write their pictures."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("screenshots: no Chromium here; `make browser` (apt-get install chromium) brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for language in ("en", "fr"):
            for theme in ("light", "dark"):
                context = browser.new_context(
                    base_url=address, viewport=SIZE, color_scheme=theme, reduced_motion="reduce",
                    locale={"en": "en-GB", "fr": "fr-FR"}[language],
                )  # fmt: skip
                for name, path in PAGES.items():
                    if only and f"{name}-{language}-{theme}" not in only and name not in only:
                        continue
                    page = context.new_page()
                    page.goto(path)
                    page.locator("h1").wait_for()
                    if name == "laboratory":
                        page.locator(".chart canvas").first.wait_for(timeout=300_000)
                        page.mouse.wheel(0, 210)
                    elif name in WAITS:
                        page.locator(WAITS[name]).first.wait_for(timeout=120_000)
                    page.wait_for_timeout(700)
                    png = quantised(pixels(page.screenshot()))
                    file = out / f"page-{name}-{language}-{theme}.png"
                    file.write_bytes(png)
                    print(f"{file.name}: {len(png):,} bytes")
                    if len(png) > MOST:
                        sys.exit(f"{file}: {len(png):,} bytes; at most {MOST:,}")
                    page.close()
                context.close()
        browser.close()


def main() -> None:
    """Start a server, take the pictures, end the server."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--out", type=Path, default=IMAGES)
    asked.add_argument("only", nargs="*", help="pages, such as about, or about-en-dark (default: all)")
    given = asked.parse_args()
    out: Path = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "moot", "serve", "--no-open", "--port", "0", "--folder", folder]
        said = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
        )
        assert said.stdout is not None
        try:
            for line in said.stdout:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    take(found[0], out, given.only)
                    break
            else:
                sys.exit("screenshots: the server did not start")
        finally:
            said.terminate()
            said.wait(30)


if __name__ == "__main__":
    main()
