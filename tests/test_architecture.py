"""Imports go one way, files stay readable, and importing Moot does no work."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "moot"
LONGEST = 600  # lines

# A room may import rooms of a lower rank and itself. Rooms of one rank do not know each other.
RANKS = {
    "errors": 0,
    "draws": 1,
    "declaring": 2,
    "cluster": 2,  # carries bytes between processes, and knows nothing of societies
    "store": 3,  # so everything above may use it, and it uses nothing but what is below
    "vocabulary": 3,
    "catalogue": 3,  # the sentences of documents in each language
    "documents": 4,  # a document and its writers (HTML, PDF, DOCX); knows nothing of what it says
    "country": 4,
    "regime": 5,  # conditions on attributes that a country gives, never the other way round
    "society": 6,
    "experiment": 8,
    "findings": 9,
    "dossier": 10,  # what an experiment found, as a document; trials and dossiers do not know each other
    "trial": 10,
    "cli": 11,
    "web": 11,
    "": 12,  # moot/__init__.py and moot/__main__.py: the verbs, over everything
}
# The faces meet in one place: a command starts the server.
ALSO = {("cli", "web")}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "" if parts[0] in {"__init__", "__main__"} else parts[0]


def imported_rooms(path: Path) -> Iterator[tuple[int, str]]:
    """(line, room) of every import of Moot in a file, those inside functions included."""
    here = ("moot", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level]] if node.level else []
            base += node.module.split(".") if node.module else []
            whole = ".".join(base)
            names = [f"moot.{alias.name}" for alias in node.names] if whole == "moot" else [whole]
        for name in names:
            first, _, rest = name.partition(".")
            if first == "moot":
                head = rest.partition(".")[0]
                yield node.lineno, head if head in RANKS else ""


def test_every_room_has_a_rank():
    assert {room(path) for path in modules()} <= RANKS.keys()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    own = room(path)
    wrong = [
        f"line {line}: {own or 'moot'} imports {other or 'moot'}"
        for line, other in imported_rooms(path)
        if other != own and RANKS[other] >= RANKS[own] and (own, other) not in ALSO
    ]
    assert not wrong


def test_no_file_is_longer_than_600_lines():
    files = [*modules(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


# What a child process prints: the heavy packages it has loaded, and what it wrote, started or called.
WATCH = """
import sys
seen = []
def hook(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append(f"opened {args[0]} for writing")
    elif event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.mkdir"):
        seen.append(event)
sys.addaudithook(hook)
HEAVY = (
    "numba", "llvmlite", "duckdb", "pandas", "polars", "scipy", "xarray", "pyarrow", "ray", "fastapi",
    "sqlalchemy",
)
"""
REPORT = """
seen += [f"imported {name}" for name in HEAVY if name in sys.modules]
print("\\n".join(["--report--", *seen]))
"""


def work_done_by(code: str) -> list[str]:
    """What running `code` in a fresh interpreter loads and touches that it should not."""
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", WATCH + code + REPORT],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("--report--\n")[2].splitlines()


def test_import_does_no_work():
    assert work_done_by("import moot") == []


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option):
    ask = f"""
sys.argv = ["moot", {option!r}]
from moot.cli.main import main
try:
    code = main()
except SystemExit as ended:
    code = ended.code
assert not code, code
"""
    assert work_done_by(ask) == []
