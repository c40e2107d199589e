"""The routes of experiments: start, watch, stop, resume, results, dossier; and a laboratory's case."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field

from moot.catalogue import LANGUAGES
from moot.dossier import dossier
from moot.findings.experimenting import open_experiment
from moot.store.experiments import ALTERNATIVES, SHEET, read_beside
from moot.web.answers import Refused
from moot.web.builder import MOST
from moot.web.experiments import Experiments
from moot.web.guard import PRINTED
from moot.web.hub import Observer
from moot.web.lab import Laboratory
from moot.web.lab_downloads import regime_text
from moot.web.lab_routes import Name, laboratories_of, shipped
from moot.web.me import language_of

__all__ = ["experiments_of", "open_room", "router"]

router = APIRouter(tags=["experiments"])
DOSSIER = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


class NewExperiment(BaseModel):
    """An experiment: a file of one's own, or a shipped scenario with a size."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"scenario": "rank-my-life-2028", "people": 5000, "replicates": 4}]},
    )
    yaml: str | None = Field(default=None, max_length=MOST, description="the file of an experiment")
    regime: str | None = Field(default=None, max_length=MOST, description="regime.yaml, which it may name")
    scenario: str | None = Field(default=None, max_length=80, pattern=r"^[a-z0-9-]+$")
    people: int = Field(default=20_000, ge=1_000, le=1_000_000)
    days: int | None = Field(default=None, ge=7, le=3_660)
    replicates: int = Field(default=10, ge=1, le=200)
    draws: int | None = Field(default=None, ge=2, le=50)


class NewCase(BaseModel):
    """How large the experiment is of which a case is made."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"people": 5000}]})
    people: int = Field(default=20_000, ge=1_000, le=200_000)
    replicates: int = Field(default=10, ge=2, le=50)
    draws: int | None = Field(default=None, ge=2, le=50)


def experiments_of(app: Any) -> Experiments:
    """The experiments of the server."""
    found: Experiments = app.state.experiments
    return found


@asynccontextmanager
async def open_room(app: FastAPI) -> AsyncIterator[None]:
    """Experiments, from the server's start to its end."""
    known = Experiments(app.state.settings, app.state.hub)
    app.state.experiments = known
    watching = asyncio.create_task(known.watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        known.close()


@router.get("/api/experiments", summary="The experiments of this server")
def every(request: Request) -> list[dict[str, Any]]:
    """Each with its state and how far it is, the newest first."""
    known = experiments_of(request.app)
    return [known.state(name) for name in known.names()]


@router.post("/api/experiments", status_code=201, summary="Start an experiment")
def new(request: Request, asked: NewExperiment) -> dict[str, Any]:
    """It is kept before this is answered, and runs when those before it are done."""
    known = experiments_of(request.app)
    if (asked.yaml is None) == (asked.scenario is None):
        raise Refused(422, "invalid", "expected yaml or scenario", "yaml ou scenario est attendu")
    if asked.yaml is not None:
        files = {"experiment.yaml": asked.yaml}
        if asked.regime is not None:
            files["regime.yaml"] = asked.regime
        found = re.search(r"^experiment:\s*([a-z0-9-]+)\s*$", asked.yaml, re.MULTILINE)
        name = found[1] if found else "experiment"
    else:
        name = shipped("scenario", asked.scenario or "")
        content = _content(name, name, [name], asked.people, asked.days, asked.replicates, asked.draws)
        files = {"experiment.yaml": _text(content)}
    return known.state(known.new(name, files))


@router.post("/api/lab/{lab}/case", status_code=201, summary="Make it a case: its experiment first")
def make_case(request: Request, lab: Name, asked: NewCase) -> dict[str, Any]:
    """Start the experiment of what a laboratory shows; when it is done, a case is opened against its scheme
    (`POST /api/cases` with this experiment)."""
    opened = laboratories_of(request.app).get(lab)[0]
    known = experiments_of(request.app)
    return known.state(known.new(f"{opened.scenario.scenario}-lab", _files_of(opened, asked), case=True))


def _content(
    name: str, title: str, scenarios: list[str], people: int, days: int | None, replicates: int,
    draws: int | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "experiment": name,
        "title": title,
        "scenarios": scenarios,
        "people": people,
        **({"days": days} if days is not None else {}),
        "replicates": replicates,
        **({"draws": {"count": draws, "over": ["regime.", "country."]}} if draws is not None else {}),
    }


def _text(content: dict[str, Any]) -> str:
    """Plain values as YAML: JSON is YAML."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _files_of(lab: Laboratory, asked: NewCase) -> dict[str, str]:
    """The files of an experiment of what a laboratory shows: same scenario, regime and intervention."""
    shown, _ = lab.ready()
    of = lab.scenario
    scenario = {
        "scenario": f"{of.scenario}-lab",
        "title": of.title,
        "country": of.country_model.country,
        "start": of.start.isoformat(),
        "days": lab.days,
        "people": asked.people,
        "burn_in_years": of.burn_in,
        "comparator": of.comparator,
        "arms": {lab.twin: {}, lab.arm: {"regime": "regime.yaml"}},
    }
    content = _content(
        f"{of.scenario}-lab", of.title, ["scenario.yaml"], asked.people, None, asked.replicates, asked.draws
    )
    regime = regime_text(lab)
    if shown.from_day:
        regime = regime_text(lab, declared=True)
        at = (of.start + timedelta(days=shown.from_day)).isoformat()
        change = {"at": at, "values": shown.changes}
        content["arms"] = {lab.twin: {}, lab.arm: {"regime": "regime.yaml", "changes": [change]}}
    return {"experiment.yaml": _text(content), "scenario.yaml": _text(scenario), "regime.yaml": regime}


@router.get("/api/experiments/{experiment}", summary="How far an experiment is")
def show(request: Request, experiment: Name) -> dict[str, Any]:
    """State, jobs done, seconds left."""
    return experiments_of(request.app).state(experiment)


@router.post("/api/experiments/{experiment}/stop", summary="Stop; what is done is kept")
def stop(request: Request, experiment: Name) -> dict[str, Any]:
    """The job that is under way is lost."""
    return experiments_of(request.app).stop(experiment)


@router.post("/api/experiments/{experiment}/resume", summary="Go on with what was stopped or failed")
def resume(request: Request, experiment: Name) -> dict[str, Any]:
    """To the results of an undisturbed one."""
    return experiments_of(request.app).resume(experiment)


@router.get("/api/experiments/{experiment}/results", summary="What came out")
def results(request: Request, experiment: Name) -> dict[str, Any]:
    """Effects with intervals and ranges; the sheet and the milder alternatives where they were made."""
    folder = experiments_of(request.app).results(experiment)
    return {
        "results": open_experiment(folder).as_dict(),
        "sheet": read_beside(folder, SHEET),
        "alternatives": read_beside(folder, ALTERNATIVES),
        "synthetic": True,
    }


@router.get(
    "/api/experiments/{experiment}/dossier", summary="The dossier of an experiment", response_class=Response
)
def dossier_of(
    request: Request,
    experiment: Name,
    format: Literal["html", "pdf", "docx", "json"] = "html",
    lang: Annotated[Literal["en", "fr"] | None, Query()] = None,
) -> Response:
    """HTML is shown and runs nothing; the others are downloaded."""
    folder = experiments_of(request.app).results(experiment)
    language = lang or language_of(request)
    assert language in LANGUAGES
    made = dossier(folder, language=language, format=format)
    headers = {"content-security-policy": PRINTED}
    if format != "html":
        headers["content-disposition"] = f'attachment; filename="{experiment}-dossier.{language}.{format}"'
    return Response(made, media_type=DOSSIER[format], headers=headers)


@router.websocket("/api/experiments/{experiment}/live")
async def live(websocket: WebSocket, experiment: Name) -> None:
    """A frame `progress` whenever something has changed."""
    known = experiments_of(websocket.app)
    known.place(experiment)

    def join(observer: Observer) -> None:
        observer.tell(known.state(experiment))

    await websocket.app.state.hub.attend(websocket, f"experiment/{experiment}", join=join)
