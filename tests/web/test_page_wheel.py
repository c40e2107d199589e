"""A wheel carries the built page, and serves it where there is no Node and no repository."""

import subprocess
import sys
import zipfile

import pytest

from tests.web.chromium import ROOT, STATIC

pytestmark = pytest.mark.skipif(
    not (STATIC / "index.html").exists(), reason="the page is not built: `make web`, with Node >= 20.19"
)
SERVES = """
import os, shutil, sys
from pathlib import Path
assert shutil.which("node") is None
import moot
assert Path(moot.__file__).is_relative_to(sys.argv[1]), moot.__file__
from starlette.testclient import TestClient
from moot.web.app import create_app
from moot.web.settings import Settings
app = create_app(Settings(folder=Path(sys.argv[2]), names=("testserver",), warm=False))
with TestClient(app) as browser:
    page = browser.get("/builder")
    assert page.status_code == 200 and 'id="app"' in page.text
    script = page.text.partition('src="/assets/')[2].partition('"')[0]
    assert browser.get(f"/assets/{script}").headers["content-type"].startswith("text/javascript")
print("served")
"""


def test_the_wheel_carries_the_page_and_serves_it_without_node(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.startswith("moot/web/static/")}
        archive.extractall(tmp_path / "installed")
    built = {f"moot/web/static/{one.relative_to(STATIC)}" for one in STATIC.rglob("*") if one.is_file()}
    assert inside == built
    installed = str(tmp_path / "installed")
    said = subprocess.run(
        [sys.executable, "-c", SERVES, installed, str(tmp_path / "server")],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": installed, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0 and "served" in said.stdout, said.stderr
