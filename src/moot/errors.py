"""What can go wrong, and whose mistake it is.

::

    MootError                     exit 1: a failed check, or a fault of ours
    ├── CheckFailed               a check or a test of a scheme ran and said no
    ├── JobFailed                 a job of an experiment failed; exits as its own error would
    └── UserError                 exit 2: something that was asked for cannot be done
        ├── DeclarationError      a file that declares something is wrong: a list of `Problem`
        ├── UnknownNameError      no country, regime, scenario, act … has this name
        ├── ExistsError           something is there already, and `--force` was not given
        ├── RunError              a run cannot be made, read or resumed
        ├── CaseError             a case cannot be opened or written, or its procedure forbids the step
        └── MissingExtraError     an optional part is not installed; says how to install it

Every error carries what it is about as attributes, not only as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

__all__ = [
    "CaseError",
    "CheckFailed",
    "DeclarationError",
    "ExistsError",
    "JobFailed",
    "MissingExtraError",
    "MootError",
    "Problem",
    "RunError",
    "UnknownNameError",
    "UserError",
]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file, with its place.

    `path` is the file as the reader would type it; `line` and `column` count from 1, and are 0 when the
    problem is the file itself (missing, a folder, too large). `key` is the dotted path inside the file,
    such as ``schemes.0.score.start``; empty for the whole file. `message` says what was wrong and what was
    expected; `hint` the nearest thing that would have been right; `excerpt` the line of the file.
    """

    path: str
    message: str
    line: int = 0
    column: int = 0
    key: str = ""
    hint: str = ""
    excerpt: str = ""
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        said = f"{place}: " + ("warning: " if self.level == "warning" else "")
        said += f"{self.key}: {self.message}" if self.key else self.message
        if not self.excerpt:
            return f"{said}\n  {self.hint}" if self.hint else said
        # A long line is shown around the place that matters; the caret moves with the cut.
        start = max(0, self.column - 61)
        shown = self.excerpt[start : start + 100]
        caret = " " * (self.column - 1 - start) + "^"
        margin = f"{self.line:>5} | "
        hint = f"  {self.hint}" if self.hint else ""
        return f"{said}\n{margin}{shown}\n{' ' * (len(margin) - 2)}| {caret}{hint}"

    def as_dict(self) -> dict[str, str | int]:
        """The same as plain values, for `--json`."""
        return asdict(self)


class MootError(Exception):
    """Anything that Moot raises on purpose."""

    exit_code = 1


class CheckFailed(MootError):
    """A check or a test of a scheme was carried out and failed."""


class JobFailed(MootError):
    """A job of an experiment failed: `job` in words, its `error`, and how often it was tried."""

    def __init__(self, job: str, error: Exception, tries: int = 1) -> None:
        self.job, self.error, self.tries = job, error, tries
        self.exit_code = error.exit_code if isinstance(error, MootError) else 1
        what = str(error) if isinstance(error, MootError) else f"{type(error).__name__}: {error}"
        super().__init__(f"{job} failed{f' {tries} times' if tries > 1 else ''}: {what}")


class UserError(MootError):
    """What was asked for cannot be done; the message says what would have been right."""

    exit_code = 2


class DeclarationError(UserError):
    """A file that declares a country, regime, scenario or test is wrong; `problems` has every finding."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownNameError(UserError):
    """Nothing of this kind has this name; `nearest` is the closest name there is, or empty."""

    def __init__(self, kind: str, name: str, known: Sequence[str] = (), nearest: str = "") -> None:
        self.kind, self.name, self.known, self.nearest = kind, name, tuple(known), nearest
        said = f"there is no {kind} called {name!r}"
        if nearest:
            said += f'; did you mean "{nearest}"?'
        elif known:
            said += f"; there is {', '.join(known)}"
        super().__init__(said)


class ExistsError(UserError):
    """The file or folder `path` exists and would be overwritten."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        super().__init__(f"{path} exists; choose another name, or say --force to overwrite it")


class RunError(UserError):
    """A run cannot be made, opened, verified or resumed."""


class CaseError(UserError):
    """A case cannot be made, opened or written, or its procedure does not allow this step now."""


class MissingExtraError(UserError):
    """An optional part of Moot is needed and is not installed."""

    def __init__(self, needed_for: str, extra: str) -> None:
        self.needed_for, self.extra = needed_for, extra
        super().__init__(f"{needed_for} needs an optional part: pip install 'moot[{extra}]'")
