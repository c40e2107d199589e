"""The page: what it is made of, that it builds to the same bytes, and that it asks nothing of others."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
STATIC = ROOT / "src" / "moot" / "web" / "static"
LOCK = json.loads((WEB / "package-lock.json").read_text("utf-8"))["packages"]

# A package that is not on a list fails here. What goes into the page is permissive, or a font under the OFL;
# what only builds and tests it may be under a file-level copyleft as well.
IN_THE_PAGE = {
    "@fontsource-variable/source-serif-4": "OFL-1.1",
    "@fontsource/ibm-plex-sans": "OFL-1.1",
    "clsx": "MIT",
    "d3-array": "ISC",
    "d3-geo": "ISC",
    "esm-env": "MIT",
    "internmap": "ISC",
    "svelte": "MIT",
    "uplot": "MIT",
}
LICENCES = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "OFL-1.1"}
DECLARED = {
    "@fontsource-variable/source-serif-4",
    "@fontsource/ibm-plex-sans",
    "@sveltejs/vite-plugin-svelte",
    "@types/d3-geo",
    "@types/geojson",
    "axe-core",
    "d3-geo",
    "happy-dom",
    "svelte",
    "svelte-check",
    "typescript",
    "uplot",
    "vite",
    "vitest",
}

npm = pytest.mark.skipif(
    shutil.which("npm") is None or not (WEB / "node_modules" / ".installed").exists(),
    reason="the page is built by Node and npm: install Node >= 20.19, then `make web`",
)
built = pytest.mark.skipif(not (STATIC / "index.html").exists(), reason="the page is not built: `make web`")


def name_of(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def test_packages_are_locked_with_hashes_licences_and_no_address():
    for path, entry in LOCK.items():
        if path:
            assert entry["integrity"].startswith("sha512-"), path
            assert entry["license"] in LICENCES, path
            assert "resolved" not in entry, path
    assert not {name_of(path) for path, entry in LOCK.items() if path and entry.get("hasInstallScript")} - {
        "fsevents"
    }


def test_declared_packages_are_a_closed_list_at_one_version_each():
    package = json.loads((WEB / "package.json").read_text("utf-8"))
    assert "dependencies" not in package
    assert package["devDependencies"].keys() == DECLARED
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())


@built
def test_the_page_carries_the_licences_of_what_is_in_it():
    told = re.findall(
        r"^(\S+) \d+\.\d+\.\d+ \((.+)\)$", (STATIC / "licences.txt").read_text("utf-8"), re.MULTILINE
    )
    assert {"svelte", "@fontsource/ibm-plex-sans"} <= {name for name, _ in told}
    assert {name: licence for name, licence in told if IN_THE_PAGE.get(name) != licence} == {}


@built
def test_the_page_names_no_other_machine():
    """Addresses in the bundle are names of XML or of an explanation, never of something to load."""
    known = {"http://www.w3.org", "https://svelte.dev"}
    for path in STATIC.rglob("*"):
        if path.suffix in {".js", ".css", ".html", ".svg"}:
            text = path.read_text("utf-8")
            assert set(re.findall(r"https?://[\w.-]+", text)) <= known, path.name
            # the court's QR codes are drawings that its server sends; nothing else is spelled out
            assert re.findall(r"data:(?!image/svg\+xml)\w+/", text) == [], path.name


@built
def test_the_page_obeys_a_strict_policy():
    """No script or style in the HTML, so that the server can forbid all of them."""
    html = (STATIC / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    assert "<style" not in html and "style=" not in html and "onload" not in html


@npm
def test_the_page_builds_to_the_same_bytes(tmp_path):
    def build(name):
        folder = tmp_path / name
        command = ["npx", "--no-install", "vite", "build", "--outDir", str(folder), "--logLevel", "warn"]
        done = subprocess.run(
            [*command, "--emptyOutDir"], cwd=WEB, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    assert build("one") == build("two")
