"""`moot`: builds the command line from its groups, and turns every failure into a sentence and an exit code.

Exit codes: 0; 1 a failed check, or a fault of ours; 2 the user's mistake, or a missing extra; 130
interrupted.
"""

from __future__ import annotations

import codecs
import importlib
import os
import sys
import unicodedata
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import typer

from moot.errors import MootError

__all__ = ["GROUPS", "app", "build", "main"]

GROUPS = (
    "declarations",
    "running",
    "experimenting",
    "calibrating",
    "dossiers",
    "flipping",
    "reading_runs",
    "explaining",
    "attributing",
    "reports",
    "validating",
    "adopting",
    "law",
    "court",
    "milder",
    "measuring",
    "twinning",
    "caching",
    "benching",
    "serving",
)
"""Modules of `moot.cli`, each with a function `register(app)`; the order of the help."""
INTERRUPTED = 130
STOPPED = "stopped; nothing written"
"""True of every command: what is written is written whole at its end (a command that is past it says so)."""


def build() -> typer.Typer:
    """The command line with every group that is there."""
    application = typer.Typer(
        name="moot",
        help="A laboratory for invented social-scoring schemes and synthetic people.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @application.callback()
    def _common(
        version: bool = typer.Option(
            False, "--version", help="Print the version and stop.", is_eager=True, callback=_print_version
        ),
    ) -> None:
        pass

    for group in GROUPS:
        try:
            module = importlib.import_module(f"moot.cli.{group}")
        except ModuleNotFoundError as error:
            if error.name != f"moot.cli.{group}":
                raise
            continue
        module.register(application)
    return application


def _print_version(asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"moot {version('moot')}")
    except PackageNotFoundError:
        print("moot (not installed)")
    raise typer.Exit


app = build()


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of `moot`. Ends the process with an exit code; no traceback unless MOOT_DEBUG=1."""
    code = 0
    try:
        code = _run(arguments)
    except BrokenPipeError:
        # Somebody read as much as they wanted, as in `moot list | head`.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    _write_anywhere()
    given = None if arguments is None else list(arguments)
    try:
        code: object = app(args=given, prog_name="moot", standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:
            print(STOPPED, file=sys.stderr)
        return code if isinstance(code, int) else 0
    except SystemExit as end:
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except MootError as error:
        if _debugging():
            raise
        print(_red(f"{error}"), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except MemoryError as error:
        if _debugging():
            raise
        print(f"not enough memory; ask for fewer people or days ({error})", file=sys.stderr)
        return 2
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "format_message"):
            return _wrong_usage(error)
        if _debugging():
            raise
        said = " ".join(str(error).split())[:300]
        print(
            f"moot failed: {type(error).__name__}: {said}\n"
            "This is a fault of Moot, not of your files; MOOT_DEBUG=1 shows where.",
            file=sys.stderr,
        )
        return 1


def _wrong_usage(error: Any) -> int:
    """What the command line itself refuses, in the words of the rest of the program."""
    from moot.declaring.complaints import plain_words

    if isinstance(getattr(error, "message", None), str):
        error.message = plain_words(error.message)
    where = getattr(getattr(error, "ctx", None), "command_path", "moot")
    said = " ".join(error.format_message().split())
    said = f"{where}: {said[:1].lower()}{said[1:].rstrip('.')}; {where} -h lists what there is"
    print(_red(said), file=sys.stderr)
    return int(error.exit_code)


_PLAIN = {
    "−": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "×": "x", "·": ".",
    "²": "2", "³": "3", "≥": ">=", "≤": "<=", "±": "+-", "÷": "/", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Nearest plain characters for what an output's encoding lacks: a minus must stay a minus."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    said = "".join(_PLAIN.get(one, unicodedata.normalize("NFKD", one)) for one in lacking)
    return said.encode("ascii", "replace").decode("ascii") if not said.isascii() else said, error.end


def _write_anywhere() -> None:
    """Output to a terminal or pipe in any encoding: nothing that Moot says may fail because of a sign."""
    codecs.register_error("moot-plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="moot-plain")


def _debugging() -> bool:
    return os.environ.get("MOOT_DEBUG", "") not in ("", "0")


def _red(text: str) -> str:
    """The carets and hints of errors stand out on a terminal, unless NO_COLOR is set."""
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    lines = (
        f"\x1b[31m{line}\x1b[0m" if line.lstrip().startswith("| ") else line for line in text.split("\n")
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
