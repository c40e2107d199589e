"""What a laboratory gives away: its curves as CSV or Parquet, a sheet as PDF, the file of the regime."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from moot.catalogue import Catalogue, Language, catalogue
from moot.documents import Command, Document, Heading, Items, Note, Paragraph, Row, Table, text, written
from moot.errors import UserError
from moot.findings.summary import two
from moot.regime.writing import content_of, text_of
from moot.store.parquet import Tables
from moot.web.lab import Laboratory
from moot.web.lab_looks import quote
from moot.web.lab_uncertainty import Uncertainty

__all__ = ["KINDS", "as_csv", "as_parquet", "as_pdf", "download", "regime_text"]

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "regime": "application/yaml; charset=utf-8",
}
COLUMNS = ("date", "arm", "measure", "per_1000", "window", "synthetic")


def _rows(lab: Laboratory) -> list[tuple[str, str, str, float, str, bool]]:
    _, counted = lab.ready()
    out = []
    for measure in lab.measures:
        for arm in (lab.twin, lab.arm):
            if arm == lab.twin and not measure.twin:
                continue
            window = "mean of 7 days" if measure.flow else "end of day"
            for day, value in enumerate(counted[arm].series(measure).tolist()):
                date = (lab.scenario.start + timedelta(days=day)).isoformat()
                out.append((date, arm, measure.name, float(f"{value:.4g}"), window, True))
    return out


def as_csv(lab: Laboratory) -> bytes:
    """The curves, a row a day, arm and measure, each with the mark that it is synthetic."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((*row[:-1], "true") for row in _rows(lab))
    return file.getvalue().encode()


def as_parquet(lab: Laboratory) -> bytes:
    """The same as Parquet."""
    rows = _rows(lab)
    columns = {
        name: np.array([row[n] for row in rows], float if name == "per_1000" else object)
        for n, name in enumerate(COLUMNS)
        if name != "synthetic"
    }
    tables = Tables()
    tables.make("curves", "SELECT *, true AS synthetic FROM part", part=columns)
    with tempfile.TemporaryDirectory(prefix="moot-") as folder:
        path = Path(folder) / "curves.parquet"
        tables.write("curves", path)
        tables.close()
        return path.read_bytes()


def regime_text(lab: Laboratory, *, declared: bool = False) -> str:
    """The regime that is shown as a file, with the changed rules said above it; or as it was `declared`."""
    shown, _ = lab.ready()
    regime = lab.base if declared else shown.regime
    changes = [] if declared else [f"  {path}: {value}" for path, value in shown.changes.items()]
    header = [
        catalogue("laboratory", "en")("banner"),
        f"From the laboratory: scenario {lab.scenario.scenario}, seed {lab.seed}.",
        *(["Changed rules:", *changes] if changes else []),
    ]
    return text_of(content_of(regime), header)


def as_pdf(lab: Laboratory, uncertainty: Uncertainty, language: Language) -> bytes:
    """A sheet of one page or two: what was run, what was changed, the numbers, how to quote it."""
    shown, counted = lab.ready()
    say = catalogue("laboratory", language)
    rows: list[Row] = []
    for one in lab.measures:
        here = counted[lab.arm].series(one)
        there = counted[lab.twin].series(one) if one.twin else None
        ends = uncertainty.ends(one, "range") if uncertainty.version == shown.version else None
        value, other = _told(here, flow=one.flow), None if there is None else _told(there, flow=one.flow)
        cells = [
            one.title[language],
            _two(value, say),
            "—" if other is None else _two(other, say),
            _two(value - (other or 0.0), say, sign=True),
            "—" if ends is None else f"{_two(ends[0], say, sign=True)} … {_two(ends[1], say, sign=True)}",
        ]
        rows.append(Row(tuple(text(cell) for cell in cells)))
    heads = [
        say("sheet-row"), say("sheet-scheme"), say("sheet-today"), say("sheet-difference"),
        say("sheet-range"),
    ]  # fmt: skip
    cited = quote(lab, uncertainty, None)
    document = Document(
        title=say("sheet-title", title=lab.scenario.title),
        language=language,
        mark=catalogue("common", language)("synthetic"),
        date=lab.scenario.start,
        contents=False,
        numbered=False,
        blocks=(
            Paragraph(
                text(
                    say(
                        "sheet-what", people=say.number(lab.people), days=say.number(lab.days),
                        start=say.date(lab.scenario.start), seed=lab.seed,
                    )
                ),
                role="lead",
            ),
            Note((text(say("sheet-not")),)),
            *_changes(shown.changes, say),
            Heading(text(say("sheet-table"))),
            Table(
                tuple(text(head) for head in heads), tuple(rows), widths=(0.4, 0.14, 0.14, 0.14, 0.18),
                numbers=frozenset({1, 2, 3, 4}),
            ),
            Paragraph(text(uncertainty.as_dict(curves=False)["says"][language]), role="small"),
            Note((text(cited[language]), text(cited["never"][language]))),
            Paragraph(text(say("sheet-again"))),
            Command((f"moot run {_file_name(lab)} --people {lab.people} --seed {lab.seed}",)),
        ),
    )  # fmt: skip
    return written(document, "pdf")


def _file_name(lab: Laboratory) -> str:
    return f"{lab.scenario.scenario}.yaml"


def _told(values: Any, *, flow: bool) -> float:
    return float(values.mean() if flow else values[-1])


def _two(value: float, say: Catalogue, *, sign: bool = False) -> str:
    said = two(value, sign=sign)
    return said.replace(",", "\u202f").replace(".", ",") if say.language == "fr" else said


def _changes(changes: dict[str, Any], say: Catalogue) -> list[Any]:
    if not changes:
        return []
    lines = tuple(text(say("sheet-change", path=path, value=value)) for path, value in changes.items())
    return [Heading(text(say("sheet-changes"))), Items(lines)]


def download(lab: Laboratory, kind: str, uncertainty: Uncertainty, language: Language) -> bytes:
    """What is downloaded, by its kind (see `KINDS`). Raises `UserError` for another."""
    if kind == "csv":
        return as_csv(lab)
    if kind == "parquet":
        return as_parquet(lab)
    if kind == "pdf":
        return as_pdf(lab, uncertainty, language)
    if kind == "regime":
        return regime_text(lab).encode()
    raise UserError(f"{kind}: expected one of {', '.join(KINDS)}")
