"""From an experiment's folder to a dossier in one of four formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, get_args

from moot.catalogue import Language
from moot.documents import Document, as_lines, written
from moot.dossier.assessment import Assessment
from moot.dossier.chapters import Dossier, chapters, first_page, quotation
from moot.dossier.evidence import Evidence, read_evidence
from moot.dossier.wording import Say
from moot.errors import UnknownNameError

__all__ = ["FORMATS", "Format", "document_of", "dossier", "json_of"]

Format = Literal["html", "pdf", "json", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def dossier(
    folder: str | Path,
    *,
    language: Language = "en",
    format: str = "html",
    assessment: Assessment | None = None,
) -> bytes:
    """The dossier of the experiment in `folder`, the same bytes each time.

    Raises `RunError` for a folder that is none or was changed, `UnknownNameError` for another format,
    `MissingExtraError` where PDF or DOCX need what is not installed.
    """
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS)
    it = Dossier(Say(language), read_evidence(Path(folder)), assessment)
    return json_of(it) if format == "json" else written(document_of(it), format)


def document_of(it: Dossier) -> Document:
    """The dossier as a document.

    Its date is that of the assessment; without one, the first simulated day, which no reader is shown.
    """
    say, experiment = it.say, it.evidence.experiment
    day = it.assessment.date if it.assessment is not None else None
    return Document(
        title=say("title", title=experiment.title),
        subtitle=say("subtitle"),
        subject=say("subject", name=experiment.experiment),
        language=say.language,
        mark=say.common("synthetic"),
        date=day or it.scenarios[0].start,
        first=tuple(first_page(it)),
        blocks=tuple(chapters(it)),
        depth=1,
    )


def json_of(it: Dossier) -> bytes:
    """The dossier as one JSON object: the text, and numbers as they are, national totals among them."""
    evidence: Evidence = it.evidence
    content: dict[str, Any] = {
        "format": "moot-dossier-1",
        "synthetic": True,
        "language": it.say.language,
        "mark": it.say.common("synthetic"),
        "text": as_lines(document_of(it)),
        "quote": quotation(it),
        "experiment": {
            "name": evidence.experiment.experiment,
            "title": evidence.experiment.title,
            "folder": evidence.name,
            "finished": evidence.results is not None,
            "jobs": {"done": evidence.done, "of": evidence.jobs},
            **{key: evidence.about[key] for key in ("identity", "plan", "code", "versions")},
            "results_sha256": evidence.sha256 or None,
        },
        "assessment": it.assessment.resolved() if it.assessment is not None else None,
        "results": {key: one for key, one in evidence.content.items() if key != "sha256"} or None,
        "national_totals": _national(it),
        "files": {
            name: {"sha256": one.sha256, "content": dict(one.content)}
            for name, one in evidence.beside.items()
        },
    }
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def _national(it: Dossier) -> list[dict[str, Any]]:
    """The differences scaled to the residents whom a country declares: arithmetic on a model, no estimate."""
    out: list[dict[str, Any]] = []
    for scenario, arm, _, _ in it.arms():
        residents = scenario.country_model.residents
        if residents is None:
            continue
        for number, one in it.numbered:
            if (one.scenario, one.arm) != (scenario.scenario, arm):
                continue
            if one.difference is not None and not one.level:
                out.append(
                    {
                        "scenario": scenario.scenario,
                        "arm": arm,
                        "effect": number,
                        "residents": residents,
                        "difference": one.difference * residents / 1000,
                    }
                )
    return out
