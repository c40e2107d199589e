"""No senses, no hands, no addresses: what Moot may depend on, import and call is a closed list.

A package that is not on a list fails here. Before it is added: it recognises no face, voice, gait or plate
and reads no image, sound or video; its licence is one of those below; it carries no data about people.
"""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))

# package: licence (SPDX)
RUNNING = {
    "alembic": "MIT",
    "annotated-doc": "MIT",
    "annotated-types": "MIT",
    "colorama": "BSD-3-Clause",
    "duckdb": "MIT",
    "llvmlite": "BSD-2-Clause",
    "mako": "MIT",
    "markdown-it-py": "MIT",
    "markupsafe": "BSD-3-Clause",
    "mdurl": "MIT",
    "numba": "BSD-2-Clause",
    "numpy": "BSD-3-Clause",
    "platformdirs": "MIT",
    "pydantic": "MIT",
    "pydantic-core": "MIT",
    "pygments": "BSD-2-Clause",
    "rich": "MIT",
    "ruamel-yaml": "MIT",
    "scipy": "BSD-3-Clause",
    "shellingham": "ISC",
    "sqlalchemy": "MIT",
    "typer": "MIT",
    "typing-extensions": "PSF-2.0",
    "typing-inspection": "MIT",
}
BUILDING = {
    "editables": "MIT",
    "hatchling": "MIT",
    "packaging": "Apache-2.0",
    "pathspec": "MPL-2.0",
    "pluggy": "MIT",
    "tomlkit": "MIT",
    "trove-classifiers": "Apache-2.0",
}
TESTING = {
    "ast-serialize": "MIT",
    "certifi": "MPL-2.0",
    "charset-normalizer": "MIT",
    "execnet": "MIT",
    "graphql-core": "MIT",
    "greenlet": "MIT",
    "harfile": "MIT",
    "httpcore": "BSD-3-Clause",
    "httpx": "BSD-3-Clause",
    "hypothesis": "MPL-2.0",
    "hypothesis-graphql": "MIT",
    "iniconfig": "MIT",
    "jsonschema-rs": "MIT",
    "librt": "MIT",
    "mypy": "MIT",
    "mypy-extensions": "MIT",
    "playwright": "Apache-2.0",  # drives the browser of the pages' own tests
    "pyrate-limiter": "MIT",
    "pyyaml": "MIT",
    "pytest": "MIT",
    "pytest-xdist": "MIT",
    "requests": "Apache-2.0",
    "ruff": "MIT",
    "schemathesis": "MIT",  # asks the server what its own description allows
    "sortedcontainers": "Apache-2.0",
    "urllib3": "MIT",
    "werkzeug": "BSD-3-Clause",
}
# The server of the pages (`moot serve`).
SERVING = {
    "anyio": "MIT",
    "argon2-cffi": "MIT",
    "argon2-cffi-bindings": "MIT",
    "cffi": "MIT",
    "click": "BSD-3-Clause",
    "fastapi": "MIT",
    "h11": "MIT",
    "idna": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "opentelemetry-api": "Apache-2.0",  # FastAPI asks for it; alone, without its SDK, it sends nothing
    "pycparser": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "starlette": "BSD-3-Clause",
    "uvicorn": "BSD-3-Clause",
    "websockets": "BSD-3-Clause",
}
# The other extras whose use is tested: exports of tables, documents, the simulator of a GPU.
TESTED_EXTRAS = {
    "cuda-bindings": "Apache-2.0",
    "cuda-core": "Apache-2.0",
    "cuda-pathfinder": "Apache-2.0",
    "lxml": "BSD-3-Clause",
    "numba-cuda": "BSD-2-Clause",
    "pandas": "BSD-3-Clause",
    "polars": "MIT",
    "polars-runtime-32": "MIT",
    "pyarrow": "Apache-2.0",
    "pypdf": "BSD-3-Clause",
    "python-dateutil": "BSD-3-Clause",
    "python-docx": "MIT",
    "typst": "Apache-2.0",
    "tzdata": "Apache-2.0",
    "xarray": "Apache-2.0",
}
# The peers' environment: never that of Moot.
COMPARING = {
    "beniget": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "gast": "BSD-3-Clause",
    "mesa": "Apache-2.0",
    "numpy": "BSD-3-Clause",
    "pandas": "BSD-3-Clause",
    "ply": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0",
    "pythran": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "setuptools": "MIT",
    "six": "MIT",
    "tqdm": "MPL-2.0",
    "tzdata": "Apache-2.0",
}
# One society in several processes (`moot.cluster`).
SHARING_BY_MPI = {"mpi4py": "BSD-3-Clause"}
SHARING_BY_RAY = {
    "attrs": "MIT",
    "certifi": "MPL-2.0",
    "charset-normalizer": "MIT",
    "click": "BSD-3-Clause",
    "filelock": "MIT",
    "idna": "BSD-3-Clause",
    "jsonschema": "MIT",
    "jsonschema-specifications": "MIT",
    "msgpack": "Apache-2.0",
    "packaging": "Apache-2.0",
    "protobuf": "BSD-3-Clause",
    "pyyaml": "MIT",
    "ray": "Apache-2.0",
    "referencing": "MIT",
    "requests": "Apache-2.0",
    "rpds-py": "MIT",
    "urllib3": "MIT",
}
# Direct dependencies of the extras; an extra that is locked gets a list of its own above.
EXTRAS = {
    "argon2-cffi": "MIT",
    "fastapi": "MIT",
    "itsdangerous": "BSD-3-Clause",
    "lxml": "BSD-3-Clause",
    "mpi4py": "BSD-3-Clause",
    "numba-cuda": "BSD-2-Clause",
    "pandas": "BSD-3-Clause",
    "polars": "MIT",
    "psycopg": "LGPL-3.0-only",
    "pyarrow": "Apache-2.0",
    "python-docx": "MIT",
    "ray": "Apache-2.0",
    "segno": "BSD-3-Clause",
    "typst": "Apache-2.0",
    "uvicorn": "BSD-3-Clause",
    "websockets": "BSD-3-Clause",
    "xarray": "Apache-2.0",
}
ALLOWED = {
    "core.lock": RUNNING,
    "build.lock": BUILDING,
    "test.lock": RUNNING | BUILDING | TESTING | TESTED_EXTRAS | SERVING,
    "web.lock": RUNNING | SERVING,
    "bench.lock": COMPARING,
    "mpi.lock": RUNNING | SHARING_BY_MPI,
    "ray.lock": RUNNING | SHARING_BY_RAY,
}
LICENCES = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "MIT", "MPL-2.0", "PSF-2.0"}

# What files in src may import besides the standard library.
IMPORTABLE = {
    "alembic",
    "argon2",
    "click",
    "docx",
    "duckdb",
    "fastapi",
    "itsdangerous",
    "llvmlite",
    "lxml",
    "moot",
    "mpi4py",
    "numba",
    "numpy",
    "pandas",
    "platformdirs",
    "polars",
    "psycopg",
    "pyarrow",
    "pydantic",
    "pydantic_core",
    "ray",
    "rich",
    "ruamel",
    "scipy",
    "segno",
    "sqlalchemy",
    "starlette",
    "typer",
    "typing_extensions",
    "typst",
    "uvicorn",
    "websockets",
    "xarray",
}
# Parts of the standard library that run what a file says, or read sound, images and mail.
CLOSED = {
    "audioop",
    "chunk",
    "code",
    "codeop",
    "copyreg",
    "dbm",
    "email",
    "imaplib",
    "imghdr",
    "mailbox",
    "marshal",
    "ossaudiodev",
    "pickle",
    "pickletools",
    "poplib",
    "runpy",
    "shelve",
    "smtplib",
    "sndhdr",
    "sunau",
    "telnetlib",
    "wave",
    "winsound",
}


def packages(lock: Path) -> dict[str, str]:
    """Name to the whole entry, hashes included."""
    text = lock.read_text("utf-8").replace("\\\n", " ")
    entries: dict[str, str] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name = re.match(r"[A-Za-z0-9._-]+", line)
            assert name, f"{lock.name}: {line[:60]}"
            entries[name[0].lower()] = entries.get(name[0].lower(), "") + line + "\n"
    return entries


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    """The dotted name of what is called, as far as it is written down."""
    return ast.unparse(call.func)


def repository_files() -> list[Path]:
    """The files under version control; in an unpacked archive, all but hidden ones and caches."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith((".venv", ".git", "__pycache__")) for part in path.parts)
        ]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_only_packages_of_its_closed_list(lock):
    assert packages(lock).keys() - ALLOWED[lock.name].keys() == set()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_versions_with_hashes_and_names_no_address(lock):
    text = lock.read_text("utf-8")
    assert not re.search(r"://|(?m:^\s*-(?!-hash=))|--(?!hash=)| @ ", text)
    version, marker, digest = (
        r"[a-z0-9.-]+==[0-9][\w.]*",
        r"(?: ; [\w '\"=<>!.()]+)?",
        r"\s+--hash=sha256:[0-9a-f]{64}",
    )
    pinned = re.compile(rf"{version}{marker}(?:{digest})+\s*")
    for entry in packages(lock).values():
        for line in entry.splitlines():
            assert pinned.fullmatch(line), line[:100]


def test_core_and_build_are_part_of_test():
    """So that `make test` after `make demo` changes no package of the environment."""
    everything = packages(ROOT / "requirements" / "test.lock")
    for part in ("core.lock", "build.lock"):
        for name, entry in packages(ROOT / "requirements" / part).items():
            assert entry == everything[name]


def test_declared_dependencies_are_on_the_lists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    def names(requirements: list) -> set[str]:
        found = (re.match(r"[\w.-]+", item) for item in requirements if isinstance(item, str))
        return {name[0].lower().replace(".", "-") for name in found if name}

    assert names(project["project"]["dependencies"]) <= RUNNING.keys()
    for requirements in project["project"]["optional-dependencies"].values():
        assert names(requirements) <= EXTRAS.keys()
    groups = project["dependency-groups"]
    assert names(groups["build"]) <= BUILDING.keys()
    assert names(groups["test"]) <= TESTING.keys() | TESTED_EXTRAS.keys() | SERVING.keys()
    assert names(groups["bench"]) <= COMPARING.keys()


def test_licences_are_permissive():
    for listed in (
        RUNNING,
        BUILDING,
        TESTING,
        TESTED_EXTRAS,
        SERVING,
        COMPARING,
        SHARING_BY_MPI,
        SHARING_BY_RAY,
        EXTRAS,
    ):
        assert set(listed.values()) <= LICENCES
    assert "LGPL-3.0-only" not in {
        *RUNNING.values(),
        *BUILDING.values(),
        *TESTING.values(),
        *TESTED_EXTRAS.values(),
        *SERVING.values(),
    }


@pytest.mark.parametrize("name", sorted(RUNNING | BUILDING | TESTING | TESTED_EXTRAS | SERVING))
def test_an_installed_package_does_not_say_gpl(name):
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("not needed on this platform")
    words = [told.get("License-Expression") or "", *(told.get_all("Classifier") or [])]
    words += [told.get("License") or ""] if not words[0] and len(told.get("License") or "") < 100 else []
    said = " ".join(word for word in words if "icen" in word or word in words[:1])
    assert not re.search(r"(?<!L)\bA?GPL|Affero|(?<!Lesser )General Public", said), said


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_imports_only_what_is_listed(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            first = name.partition(".")[0]
            assert first not in CLOSED, f"line {node.lineno}: {name}"
            assert first in sys.stdlib_module_names or first in IMPORTABLE, f"line {node.lineno}: {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_runs_nothing_that_a_user_names(path):
    """No eval, exec, pickle, entry points or import by a name that is not written in the source."""
    for call in calls(ast.parse(path.read_text("utf-8"))):
        name, where = called(call), f"line {call.lineno}: {ast.unparse(call)[:80]}"
        assert name not in {"eval", "exec", "compile", "__import__", "globals", "breakpoint", "input"}, where
        assert name.rpartition(".")[2] not in {"entry_points", "allow_pickle", "load_module"}, where
        for keyword in call.keywords:
            value = ast.unparse(keyword.value)
            assert (keyword.arg, value) != ("allow_pickle", "True"), where
            assert (keyword.arg, value) != ("shell", "True"), where
            assert (keyword.arg, value) != ("typ", "'unsafe'"), where
        if name.rpartition(".")[2] in {"import_module", "find_spec", "spec_from_file_location"}:
            assert own_module(call, path), where


def own_module(call: ast.Call, path: Path) -> bool:
    """Whether the module named is one of Moot's or of the list: a literal, or a name beginning with moot."""
    if path.parent == ROOT / "src" / "moot" and path.name == "__init__.py":
        return True  # the verbs are looked up in a table there
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr):
        first = first.values[0] if first.values else None
        return isinstance(first, ast.Constant) and str(first.value).startswith("moot.")
    return isinstance(first, ast.Constant) and str(first.value).partition(".")[0] in IMPORTABLE


# Words of readers of images, sound, video, devices and traffic, wherever they stand in the source.
SENSES = re.compile(
    r"\b(PIL|cv2|imageio|skimage|pytesseract|easyocr|sounddevice|soundfile|pyaudio|librosa|speech_recognition"
    r"|moviepy|ffmpeg|exifread|scapy|dlib|insightface|deepface|mediapipe|face_recognition|torch|torchvision"
    r"|tensorflow|keras|onnxruntime|transformers|openalpr|getUserMedia|geolocation)\b"
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_names_no_reader_of_the_senses(path):
    """Face recognition is a table of rates (`regime/recognition.py`); the packages are named nowhere."""
    found = SENSES.findall(path.read_text("utf-8").replace("`face_recognition`", ""))
    assert found == []


MACHINE = re.compile(r"(?<![\w.~*])/(?:root|work|home|opt|Users)/[\w.]|\b[A-Z]:\\\\?Users\b")
REGISTRIES = re.compile(
    r"pypi\.(?:org|python)|pythonhosted\.|registry\.(?:npmjs|yarnpkg)\.|npmjs\.(?:com|org)/|anaconda\.(?:org|com)"
    r"|crates\.io|proxy\.golang|docker\.io|ghcr\.io|rubygems\.org|--(?:extra-)?index-url|--find-link[s]"
)


def test_no_file_names_a_machine_or_a_registry():
    found = []
    for path in repository_files():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture or an archive
        for number, line in enumerate(lines, 1):
            for match in (*MACHINE.finditer(line), *REGISTRIES.finditer(line)):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    assert found == []
