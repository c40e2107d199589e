"""Where declarations are: shipped under `moot.data`, or files of the reader's own.

A *name* (``france``) is shipped; a *path* is a file. A declaration may refer to files of its own folder and
to shipped names, and to nothing else: no absolute path, no `..`, no address, no link that leads out of the
folder.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Literal

from moot.declaring.source import Source, read_source
from moot.errors import DeclarationError, Problem, UnknownNameError

__all__ = [
    "Declared",
    "Kind",
    "beside",
    "data_folder",
    "find",
    "kind_of_source",
    "near_file",
    "near_name",
    "shipped_cases",
    "shipped_names",
]

Kind = Literal["country", "regime", "scenario", "adoption", "experiment"]
KINDS: tuple[Kind, ...] = ("country", "regime", "scenario", "adoption", "experiment")
_FOLDERS: dict[Kind, str] = {
    "country": "countries",
    "regime": "regimes",
    "scenario": "scenarios",
    "adoption": "adoptions",
    "experiment": "experiments",
}
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def data_folder() -> Path:
    """The folder of what is shipped: vocabulary, countries, regimes, scenarios, maps of take-up."""
    return Path(str(files("moot") / "data"))


def _shipped_path(kind: Kind, name: str) -> Path:
    folder = data_folder() / _FOLDERS[kind]
    return folder / name / "country.yaml" if kind == "country" else folder / f"{name}.yaml"


def shipped_names(kind: Kind) -> list[str]:
    """The names of what is shipped of a kind, sorted."""
    folder = data_folder() / _FOLDERS[kind]
    if not folder.is_dir():
        return []
    if kind == "country":
        return sorted(path.parent.name for path in folder.glob("*/country.yaml"))
    return sorted(path.stem for path in folder.glob("*.yaml") if not path.name.endswith(".test.yaml"))


CASES = ".test.yaml"
"""How a file of cases is named."""


def shipped_cases() -> dict[str, Path]:
    """The files of cases that are shipped, by the name of their regime."""
    folder = data_folder() / _FOLDERS["regime"]
    found = {path.name.removesuffix(CASES): path for path in folder.glob(f"*{CASES}")}
    return dict(sorted(found.items()))


def near_name(name: str, known: Iterable[str], suffix: str = ".yaml") -> str:
    """What was meant by a name that nothing has: a file here that is called so, or the nearest name or file.

    Empty where nothing is near.
    """
    try:
        there = sorted(path.name for path in Path().glob(f"*{suffix}"))
    except OSError:
        there = []
    if f"{name}{suffix}" in there:
        return f"{name}{suffix}"
    files_here = {path.removesuffix(suffix): path for path in there}
    close = difflib.get_close_matches(name, [*known, *files_here], n=1, cutoff=0.5)
    return files_here.get(close[0], close[0]) if close else ""


def looks_like_name(text: str) -> bool:
    """Whether `text` can only be the name of something shipped, not a path."""
    return bool(_NAME.match(text))


def find(kind: Kind, name_or_path: str | Path) -> Source:
    """The text of a shipped declaration by its name, or of a file by its path.

    Raises `UnknownNameError` for a name that is not shipped, `DeclarationError` for a file that cannot be
    read.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and looks_like_name(text):
        path = _shipped_path(kind, text)
        if path.is_file():
            return read_source(path, shown(path))
        if not Path(text).exists():
            known = shipped_names(kind)
            raise UnknownNameError(kind, text, known, near_name(text, known))
    path = Path(text)
    if kind == "country" and path.is_dir() and (path / "country.yaml").exists():
        path = path / "country.yaml"
    if not path.exists() and not path.is_symlink():
        raise DeclarationError([Problem(path=text, message="does not exist", hint=near_file(path))])
    return read_source(path, shown(path))


def beside(source: Source, reference: str, kind: Kind) -> Source:
    """The declaration that `source` refers to: a shipped name, or a path beside the file.

    Raises ValueError with what is wrong with the reference itself; `UnknownNameError` and `DeclarationError`
    come from the file that it leads to.
    """
    if looks_like_name(reference):
        return find(kind, reference)
    return read_source(inside_folder(source, reference), _shown_beside(source, reference))


def inside_folder(source: Source, reference: str) -> Path:
    """The path of a file that a declaration names, which must lie in the folder of the declaration.

    Raises ValueError with the reason why it is refused.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", reference) or reference.startswith("//"):
        raise ValueError(f'"{reference}" is an address; expected a file beside this declaration')
    if "\0" in reference or "\\" in reference:
        raise ValueError(f"{reference!r} is not a path; expected a file beside this declaration")
    if os.path.isabs(reference) or reference.startswith("~"):
        raise ValueError(f'"{reference}" is an absolute path; expected a file beside this declaration')
    if ".." in Path(reference).parts:
        raise ValueError(
            f'"{reference}" leads out of the folder of this declaration; expected a file beside it'
        )
    if source.path is None:
        raise ValueError(f'"{reference}" is a path, and this declaration is not in a file')
    folder = source.path.parent.resolve()
    path = source.path.parent / reference
    if not path.exists():
        near = near_file(path)
        raise ValueError(
            f'there is no file "{reference}" beside this declaration' + (f"; {near}" if near else "")
        )
    if not path.resolve().is_relative_to(folder):
        raise ValueError(
            f'"{reference}" is a link out of the folder of this declaration; expected a file beside it'
        )
    return path


def _shown_beside(source: Source, reference: str) -> str:
    assert source.path is not None
    return shown(source.path.parent / reference)


def shown(path: Path) -> str:
    """The path as a reader would type it: from the working folder where the file is inside it."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve())) if path.is_absolute() else str(path)
    except (ValueError, OSError):
        return str(path)


def near_file(path: Path) -> str:
    """The nearest thing there is to a path that does not exist."""
    stem = path.name.removesuffix(".yaml").removesuffix(".yml")
    known = [name for kind in KINDS for name in shipped_names(kind)]
    try:
        there = [other.name for other in path.parent.iterdir()][:2000] if path.parent.is_dir() else []
    except OSError:
        there = []
    close = difflib.get_close_matches(path.name, there, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{path.parent / close[0]}"?'
    close = difflib.get_close_matches(stem, known, n=1, cutoff=0.6)
    return f'did you mean the shipped "{close[0]}"?' if close else ""


Declared = Literal[
    "country", "regime", "scenario", "adoption", "experiment", "calibration", "fitted", "players", "test",
    "vocabulary",
]  # fmt: skip
"""What a file can declare."""
TELLING: tuple[Declared, ...] = ("calibration", "fitted", "players")
"""What is told by a key of the same name alone."""


def kind_of_source(source: Source) -> Declared | None:
    """What a file declares, by the first of its keys that tells."""
    keys = source.data.keys()
    if "cases" in keys:
        return "test"
    for kind in TELLING:
        if kind in keys:
            return kind
    if "adoption" in keys or "take_up" in keys:
        return "adoption"
    if "experiment" in keys or "scenarios" in keys:
        return "experiment"
    if "scenario" in keys or "arms" in keys:
        return "scenario"
    if "regime" in keys or "schemes" in keys:
        return "regime"
    if "vocabulary" in keys:
        return "vocabulary"
    if "country" in keys:
        return "country"
    return None
