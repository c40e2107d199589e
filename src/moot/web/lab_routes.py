"""The routes of the laboratory: scenarios, rules, maps; opening one, looking at it, changing a rule."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field

from moot.declaring.source import source_of_text
from moot.errors import UserError
from moot.experiment.scenario import load_scenario
from moot.experiment.schemas import json_schema
from moot.regime.reading import regime_from
from moot.web import lab_downloads, lab_looks, lab_words
from moot.web.answers import Refused
from moot.web.hub import Observer
from moot.web.lab import Laboratory, regime_arm
from moot.web.lab_rules import first_rule, rules_of
from moot.web.lab_uncertainty import Uncertainty
from moot.web.lab_worker import WARMING, Worker
from moot.web.me import language_of, session_of
from moot.web.roles import OWNER, may

__all__ = ["Laboratories", "Name", "laboratories_of", "open_room", "router", "shipped"]

router = APIRouter(tags=["laboratory"])

Name = Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
Plain = bool | int | float | str
Changes = Annotated[dict[Annotated[str, Field(max_length=200)], Plain], Field(max_length=200)]


class NewLab(BaseModel):
    """What a laboratory is opened with: a shipped scenario, and a regime of one's own in place of its."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "scenario": "rank-my-life-2028",
                    "people": 100000,
                    "seed": 1,
                    "changes": {"schemes.0.score.tiers.2.from": 500},
                }
            ]
        },
    )
    scenario: str = Field(max_length=80, pattern=r"^[a-z0-9-]+$")
    people: int = Field(default=100_000, ge=1_000)
    days: int | None = Field(default=None, ge=7, le=3_660)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    changes: Changes = {}
    yaml: str | None = Field(default=None, max_length=200_000, description="a regime in place of the shipped")


class Change(BaseModel):
    """Other values of rules, all of those that differ from the declared regime, from a day on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"changes": {"schemes.0.score.tiers.2.from": 500}, "from_day": 0}]},
    )
    changes: Changes
    from_day: int = Field(default=0, ge=0, le=36_525)


class Laboratories:
    """The laboratories of a server: a few at once; the one that was looked at longest ago goes first."""

    def __init__(self, app: FastAPI) -> None:
        self._settings, self._hub = app.state.settings, app.state.hub
        self.worker = Worker()
        self._open: dict[str, tuple[Laboratory, Uncertainty]] = {}
        self._lock = threading.Lock()  # routes are called in several threads

    def owner_of(self, name: str) -> str | None:
        """The mark of the session that opened a laboratory."""
        found = self._open.get(name)
        return found[0].owner if found else None

    def get(self, name: str) -> tuple[Laboratory, Uncertainty]:
        """A laboratory by its name. Raises `Refused` (404)."""
        found = self._open.get(name)
        if found is None:
            raise Refused(404, "lab", "this laboratory is closed", "ce laboratoire est fermé")
        found[0].looked = time.monotonic()
        return found

    def open(self, lab: Laboratory) -> None:
        """Keep a laboratory, and begin. Raises `Refused` (429) where all are being looked at."""
        with self._lock:
            self._make_room_for(lab)
            uncertainty = Uncertainty(lab, self._hub, self.worker)
            lab.when_shown.append(uncertainty.begin)
            self._open[lab.name] = (lab, uncertainty)
        lab.begin()

    def _make_room_for(self, lab: Laboratory) -> None:
        limits = self._settings.limits
        own = [one for one, _ in self._open.values() if one.owner == lab.owner]
        for one in sorted(own, key=lambda one: one.looked)[: max(0, len(own) - limits.labs_each + 1)]:
            self._close(one)
        while len(self._open) >= limits.labs:
            idle = [one for one, _ in self._open.values() if not self._hub.room(one.room).observers]
            if not idle:
                raise Refused(
                    429, "labs", "all laboratories are being looked at; try again later",
                    "tous les laboratoires sont occupés ; réessayez plus tard",
                )  # fmt: skip
            self._close(min(idle, key=lambda one: one.looked))

    def _close(self, lab: Laboratory) -> None:
        self._open.pop(lab.name, None)
        lab.close()

    def close(self) -> None:
        """End all of them."""
        for lab, _ in list(self._open.values()):
            self._close(lab)
        self.worker.stop(seconds=10.0)

    def warm_up(self) -> None:
        """Compile what runs need, read the scenarios, and live through the first one's burn-in."""
        from moot.experiment.simulation import simulate
        from moot.findings.saving import burn_ins

        def compile_kernels() -> None:
            simulate("rank-my-life-2028", people=1_000, days=7, panel=0)

        def read_scenarios() -> None:
            lab_words.scenarios()

        def burn_in() -> None:
            from moot.web.lab_worker import SUPERSEDED

            def stop(*_: object) -> None:
                if self.worker.ending.is_set():
                    raise SUPERSEDED

            simulate("rank-my-life-2028", days=1, panel=0, burn_ins=burn_ins(), progress=stop)

        self.worker.do(compile_kernels, order=WARMING)
        self.worker.do(read_scenarios, order=WARMING)
        self.worker.do(burn_in, order=WARMING)


def laboratories_of(app: Any) -> Laboratories:
    """The laboratories of the server."""
    found: Laboratories = app.state.laboratories
    return found


@asynccontextmanager
async def open_room(app: FastAPI) -> AsyncIterator[None]:
    """Laboratories, from the server's start to its end."""
    rooms = Laboratories(app)
    app.state.laboratories, app.state.owner_of = rooms, rooms.owner_of
    rooms.worker.start()
    if app.state.settings.warm:
        rooms.warm_up()
    try:
        yield
    finally:
        rooms.close()


def _lab(request: Request, lab: str) -> Laboratory:
    return laboratories_of(request.app).get(lab)[0]


# What can be chosen.


@router.get("/api/scenarios", summary="Scenarios with a scheme, each in words")
def scenarios() -> list[dict[str, Any]]:
    """Name, title, size, and the scheme in words: what it watches, counts, does, and how one gets out."""
    return list(lab_words.scenarios())


@router.get("/api/rules/{scenario}", summary="The rules of a scenario's scheme that can be moved")
def rules(scenario: Name) -> dict[str, Any]:
    """Every rule with its path, words, value and ends; and the JSON Schema of a regime."""
    _, regime = regime_arm(load_scenario(shipped("scenario", scenario)))
    return {"rules": rules_of(regime), "first": first_rule(regime), "schema": json_schema("regime")}


@router.get("/api/map/{country}", summary="Outlines of a country's regions as GeoJSON")
def map_of(country: Name) -> dict[str, Any]:
    """No features where no outlines are shipped: then there is no map."""
    shipped("country", country)
    return lab_words.outlines_of(country)


@router.get("/api/about", summary="Is this real? And what no field may hold")
def about() -> dict[str, Any]:
    """The answers that are on every screen."""
    from moot.web.lab_counts import both

    return {"real": lab_words.real(), "banner": both("laboratory", "banner")}


def shipped(kind: Literal["scenario", "country", "regime"], name: str) -> str:
    """A shipped name; no path is ever made of it."""
    from moot.declaring.files import near_name, shipped_names
    from moot.errors import UnknownNameError

    known = shipped_names(kind)
    if name not in known:
        raise UnknownNameError(kind, name, known, near_name(name, known))
    return name


# One laboratory.


@router.post("/api/lab", status_code=201, summary="Open a laboratory")
def new(request: Request, asked: NewLab) -> dict[str, Any]:
    """A run of the scheme and its twin, simulated in the background; frames come over its WebSocket."""
    settings = request.app.state.settings
    if asked.people > settings.limits.people:
        most = settings.limits.people
        raise Refused(
            422, "people", f"at most {most:,} synthetic people here; larger ones by moot run",
            f"au plus {most} personnes synthétiques ici",
        )  # fmt: skip
    scenario = load_scenario(shipped("scenario", asked.scenario)).replace(
        people=asked.people, days=asked.days
    )
    if asked.yaml is not None:
        regime = regime_from(source_of_text(asked.yaml, "regime.yaml"))
        twin = next((name for name, one in scenario.arm_regimes.items() if one is None), "status-quo")
        if regime.regime == twin:
            raise UserError(f"a regime cannot be called {twin}: that is the arm under today's law")
        scenario = scenario.with_arms({twin: None, regime.regime: regime})
    lab = Laboratory(
        scenario,
        owner=session_of(request).mark,
        seed=asked.seed,
        changes=dict(asked.changes),
        hub=request.app.state.hub,
        worker=laboratories_of(request.app).worker,
        threads=settings.threads,
    )
    laboratories_of(request.app).open(lab)
    return _described(lab)


@router.get("/api/lab/{lab}", summary="What a laboratory is")
def show(request: Request, lab: Name) -> dict[str, Any]:
    """Size, arms, measures, regions, rules; and how things stand."""
    return _described(_lab(request, lab))


def _described(lab: Laboratory) -> dict[str, Any]:
    country = lab.scenario.country_model
    return {
        "lab": lab.name,
        "scenario": lab.scenario.scenario,
        "title": lab.scenario.title,
        "days": lab.days,
        "people": lab.people,
        "seed": lab.seed,
        "start": lab.scenario.start.isoformat(),
        "arms": [lab.twin, lab.arm],
        "country": country.country,
        "measures": [
            {**one.as_dict(), "caption": lab_words.map_caption(country, one.title, flow=one.flow)}
            for one in lab.measures
        ],
        "regions": lab.region_names,
        "rules": rules_of(lab.base),
        "first": first_rule(lab.base),
        "words": lab_words.account_parts(lab.wanted.regime, country),
        "state": lab.state(),
        "synthetic": True,
    }


@router.post("/api/lab/{lab}/change", status_code=202, summary="Change rules; seeds and twin stay")
def change(request: Request, lab: Name, asked: Change) -> dict[str, Any]:
    """The new curve comes as a frame `series` with this version; a wrong value is an error at its path."""
    wanted = _lab(request, lab).change(dict(asked.changes), asked.from_day)
    return {"version": wanted.version}


@router.get("/api/lab/{lab}/tiers", summary="Who stands in which tier, week by week")
def tiers(request: Request, lab: Name) -> dict[str, Any]:
    """Per 1,000 of those who have the score."""
    return lab_looks.tiers(_lab(request, lab))


@router.get("/api/lab/{lab}/refusals", summary="Refused trips by cause")
def refusals(request: Request, lab: Name) -> dict[str, Any]:
    """Court list, score, conduct on board; planes and fast trains."""
    return lab_looks.refusals(_lab(request, lab))


@router.get("/api/lab/{lab}/groups", summary="Groups side by side, by one attribute")
def groups(request: Request, lab: Name, by: Annotated[str, Query(max_length=40)] = "age") -> dict[str, Any]:
    """Per 1,000 people of each group, and what is declared to depend on the group."""
    return lab_looks.groups(_lab(request, lab), by)


@router.get("/api/lab/{lab}/people/{number}", summary="A life of the panel beside its twin's")
def person(request: Request, lab: Name, number: Name) -> dict[str, Any]:
    """By its random number SYN-…, or `random` for any."""
    return lab_looks.life(_lab(request, lab), number)


@router.get("/api/lab/{lab}/people/{number}/events/{event}/explain", summary="Why an event happened")
def explain(
    request: Request,
    lab: Name,
    number: Name,
    event: Annotated[int, Path(ge=0, le=1_000_000)],
    arm: Annotated[str | None, Query(max_length=80)] = None,
) -> dict[str, Any]:
    """Rule with its line, data, causes, what would have been needed, and the twin."""
    return lab_looks.explanation(_lab(request, lab), number, event, arm)


@router.get("/api/lab/{lab}/uncertainty", summary="Range over assumptions, band over seeds")
def uncertainty(request: Request, lab: Name) -> dict[str, Any]:
    """Worked out in the background on a smaller society; `state` says whether it is done."""
    return laboratories_of(request.app).get(lab)[1].as_dict()


@router.get("/api/lab/{lab}/quote", summary="A sentence that is ready to be quoted")
def quote(
    request: Request, lab: Name, measure: Annotated[str | None, Query(max_length=80)] = None
) -> dict[str, Any]:
    """With range and band; another sentence where they are not there yet."""
    opened, known = laboratories_of(request.app).get(lab)
    return lab_looks.quote(opened, known, measure)


@router.get(
    "/api/lab/{lab}/download/{kind}",
    summary="Curves, a sheet, or the file of the regime",
    response_class=Response,
)
def download(
    request: Request,
    lab: Name,
    kind: Literal["csv", "parquet", "pdf", "regime"],
    lang: Annotated[Literal["en", "fr"] | None, Query()] = None,
) -> Response:
    """csv and parquet: what is drawn; pdf: a sheet of it; regime: YAML that `moot check` takes."""
    opened, known = laboratories_of(request.app).get(lab)
    content = lab_downloads.download(opened, kind, known, lang or language_of(request))
    ending = "yaml" if kind == "regime" else kind
    name = f"{opened.scenario.scenario}-{opened.seed}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=lab_downloads.KINDS[kind], headers=headers)


@router.websocket("/api/lab/{lab}/live")
async def live(websocket: WebSocket, lab: Name) -> None:
    """Frames of a laboratory, and the clock of its room."""
    opened = laboratories_of(websocket.app).get(lab)[0]
    session = websocket.scope["state"]["session"]
    mine = may(session, frozenset({OWNER}), {"lab": lab}, websocket.app.state.owner_of)

    async def hear(observer: Observer, message: dict[str, Any]) -> None:
        opened.command(observer, message, may=mine)

    await websocket.app.state.hub.attend(websocket, opened.room, join=opened.join, hear=hear)
