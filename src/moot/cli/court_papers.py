"""The papers of the imaginary court: case export, bundle, kit, retry, compare."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from moot.cli.court_shared import FOLDER, JSON, banner
from moot.cli.languages import LANG, Lang

if TYPE_CHECKING:
    from moot.documents import Document
    from moot.trial.case import Case

__all__ = ["register"]


class Form(StrEnum):
    """What `moot case export` writes."""

    md = "md"
    html = "html"
    pdf = "pdf"
    docx = "docx"
    json = "json"
    akn = "akn"


class Paper(StrEnum):
    """What a bundle or a kit is written as."""

    pdf = "pdf"
    html = "html"
    docx = "docx"


_OUT = typer.Option(None, "--out", metavar="FILE", help="The file to write.")
_FORCE = typer.Option(False, "--force", help="Replace a file that is there.")
_COURT = typer.Option(False, "--for-court", help="The court's own copy: what is sealed is shown.")
_PAPER = typer.Option(Paper.pdf, "--format", help="pdf, html or docx.")


def register(group: typer.Typer) -> None:
    """Add the commands of this group to those of the court."""
    for name, command in (
        ("export", export), ("bundle", bundle), ("kit", kit), ("retry", retry), ("compare", compare),
    ):  # fmt: skip
        group.command(name)(command)


def export(
    folder: Path = FOLDER,
    form: Form = typer.Option(
        Form.md, "--format", help="md, html, pdf, docx, json, or akn (Akoma Ntoso 3.0)."
    ),
    lang: Lang = LANG,
    for_court: bool = _COURT,
    out: Path | None = typer.Option(
        None, "--out", metavar="FILE", help="The file to write (default: stdout, for text)."
    ),
    force: bool = _FORCE,
) -> None:
    """Write the judgment, or the file as it stands: marked fiction on every page."""
    from moot.errors import UserError
    from moot.trial.keeping import kept_case

    if lang.value != "en" and form in (Form.md, Form.json):
        raise UserError(f"--lang {lang.value}: {form.value} is in English; expected html, pdf, docx or akn")
    data = _exported(kept_case(folder), form, lang.value, for_court)
    if out is None:
        if form in (Form.pdf, Form.docx):
            raise UserError(f"{form.value}: expected --out FILE")
        print(data.decode(), end="")
        return
    _write(folder, data, out, force)


def _exported(case: Case, form: Form, lang: Any, for_court: bool) -> bytes:
    from moot.documents import written
    from moot.trial.akoma import as_akoma_ntoso
    from moot.trial.document import judgment_document
    from moot.trial.exports import text_of
    from moot.trial.retrying import judgment_data

    if form is Form.md:
        return text_of(case).encode()
    if form is Form.json:
        told = judgment_data(case, for_court=for_court)
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    if form is Form.akn:
        return as_akoma_ntoso(case, lang)
    return written(judgment_document(case, lang, for_court=for_court), form.value)


def bundle(
    folder: Path = FOLDER,
    lang: Lang = LANG,
    form: Paper = _PAPER,
    for_court: bool = _COURT,
    out: Path | None = _OUT,
    force: bool = _FORCE,
) -> None:
    """Write the bundle: a bordereau per side with its exhibits, one count of pages."""
    from moot.trial.bundle import bundle_document
    from moot.trial.keeping import kept_case

    made = bundle_document(kept_case(folder), lang.value, for_court=for_court)
    _document(folder, made, form, out or Path(f"{folder.name}-bundle.{form.value}"), force)


def kit(
    folder: Path = FOLDER,
    people: int = typer.Option(24, "--people", help="For how many people, 12 to 36."),
    lang: Lang = LANG,
    form: Paper = _PAPER,
    out: Path | None = _OUT,
    force: bool = _FORCE,
) -> None:
    """Write the printable kit (CC BY 4.0): teams, role cards, the case, ballots, sheets to fill in."""
    from moot.trial.keeping import kept_case
    from moot.trial.kit import kit_document

    made = kit_document(kept_case(folder), lang.value, people=people)
    _document(folder, made, form, out or Path(f"{folder.name}-kit.{form.value}"), force)


def retry(
    folder: Path = FOLDER,
    out: Path = typer.Option(..., "--out", metavar="FILE", help="The file to write."),
    force: bool = _FORCE,
) -> None:
    """Write the case without speeches, votes and reasons, so that others judge it without knowing them."""
    from moot.trial.keeping import kept_case
    from moot.trial.retrying import retry_of

    told = retry_of(kept_case(folder))
    _write(folder, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(), out, force)
    print(f"judged elsewhere by: moot case new CASE --retry {out}")


def compare(
    one: Path = typer.Argument(..., metavar="CASE|FILE", help="A case, or its judgment in JSON."),
    other: Path = typer.Argument(..., metavar="CASE|FILE", help="The case that was tried again."),
    as_json: bool = JSON,
) -> None:
    """Set two judgments of one scheme side by side, an element a line; nothing says which is right."""
    from moot.trial.retrying import compared

    found = compared(_judgment(one), _judgment(other))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(found["fiction"], *found["says"], sep="\n")
    blind = "tried again without knowing the first" if found["blind"] else "not a retry of the first"
    print(f"{found['judgments'][0]} beside {found['judgments'][1]} ({blind})")
    for line in found["lines"]:
        what = f"element {line['element']}" if line["element"] else "outcome"
        answers = " / ".join(str(answer or "none yet") for answer in line["answers"])
        print(f"{'=' if line['same'] else '≠'} {line['entry']}, {what}: {answers}")


def _judgment(path: Path) -> dict[str, Any]:
    from moot.errors import CaseError
    from moot.trial.keeping import kept_case
    from moot.trial.retrying import judgment_data

    if path.is_dir():
        return judgment_data(kept_case(path))
    return read_json(path, CaseError)


def read_json(path: Path, error: type[Exception]) -> dict[str, Any]:
    """The object in a JSON file. Raises `error` where there is none."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise error(f"{path} does not exist") from None
    except (OSError, ValueError):
        raise error(f"{path} is no JSON file that can be read") from None
    if not isinstance(told, dict):
        raise error(f"{path} holds {type(told).__name__}; expected one JSON object")
    return told


def _document(folder: Path, document: Document, form: Paper, out: Path, force: bool) -> None:
    from moot.documents import written

    banner()
    _write(folder, written(document, form.value), out, force)


def _write(folder: Path, data: bytes, out: Path, force: bool) -> None:
    from moot.errors import ExistsError, UserError
    from moot.trial.keeping import export_made

    if (out.exists() or out.is_symlink()) and not force:
        raise ExistsError(out)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None
    export_made(folder, out, hashlib.sha256(data).hexdigest())
    print(f"written: {out}")
