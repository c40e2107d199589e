"""The court room over HTTP and WebSockets: routes, and what is sent to whom after a step.

Who may use a route stands in `moot.web.roles`; what a seat may do in the procedure is decided by the case,
and by nothing here. Every write carries the seat of the session that sends it, and none other can be
named.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Path, Query, Request, Response, WebSocket

from moot.catalogue import Language
from moot.declaring.values import Words
from moot.errors import CaseError
from moot.trial.case import Case
from moot.trial.procedure import load_procedure, procedure_names
from moot.trial.remedies import load_remedies
from moot.web import roles
from moot.web.answers import Refused
from moot.web.court_asked import (
    Ballot,
    Come,
    Doors,
    Examine,
    Exhibit,
    Invite,
    NewCase,
    Note,
    Page,
    PublicBallot,
    Remedy,
    Revoke,
    Run,
    Step,
    Witness,
)
from moot.web.court_evidence import Changes, Desk
from moot.web.court_forms import called, words
from moot.web.court_house import CourtHouse, Opening
from moot.web.court_live import Live, qr
from moot.web.court_papers import FORMS, exhibit_pages, notice, paper
from moot.web.court_room import CourtRoom, NotNow, Seat
from moot.web.guard import PRINTED
from moot.web.me import session_of, sessions_of
from moot.web.sessions import Session

__all__ = ["router"]

PRESIDENT = frozenset({"president"})
MEMBER = frozenset({roles.MEMBER})
CASE = "/api/cases/{case}"
roles.WHO.update(
    {
        ("GET", "/api/court"): frozenset({roles.VISITOR}),
        ("GET", "/api/court/notice"): frozenset({roles.ANYONE}),
        ("GET", "/api/cases"): frozenset({roles.VISITOR}),
        ("POST", "/api/cases"): frozenset({roles.HOST}),
        ("POST", "/api/join"): frozenset({roles.VISITOR}),
        ("POST", f"{CASE}/president"): frozenset({roles.HOST}),
        ("GET", CASE): MEMBER,
        ("POST", f"{CASE}/leave"): MEMBER,
        ("POST", f"{CASE}/do"): MEMBER,
        ("POST", f"{CASE}/ballot"): MEMBER,
        ("POST", f"{CASE}/public-vote"): MEMBER,
        ("GET", f"{CASE}/notes"): MEMBER,
        ("POST", f"{CASE}/notes"): MEMBER,
        ("DELETE", f"{CASE}/notes/{{number}}"): MEMBER,
        ("POST", f"{CASE}/runs"): MEMBER,
        ("GET", f"{CASE}/results"): MEMBER,
        ("POST", f"{CASE}/exhibits"): MEMBER,
        ("GET", f"{CASE}/exhibits/{{number}}"): MEMBER,
        ("POST", f"{CASE}/page"): MEMBER,
        ("POST", f"{CASE}/witnesses"): MEMBER,
        ("POST", f"{CASE}/witnesses/{{number}}/examine"): MEMBER,
        ("POST", f"{CASE}/remedies"): PRESIDENT,
        ("GET", f"{CASE}/export"): MEMBER,
        ("GET", f"{CASE}/invitations"): PRESIDENT,
        ("POST", f"{CASE}/invitations"): PRESIDENT,
        ("POST", f"{CASE}/invitations/revoke"): PRESIDENT,
        ("GET", f"{CASE}/doors"): PRESIDENT,
        ("PUT", f"{CASE}/doors"): PRESIDENT,
        ("WS", f"{CASE}/live"): MEMBER,
    }
)
router = APIRouter(tags=["court"])
log = logging.getLogger("moot.web")
Name = Annotated[str, Path(max_length=60, description="the name of a case")]
Number = Annotated[int, Path(ge=1, le=1000)]


def _kinds(*forms: str) -> dict[int | str, dict[str, Any]]:
    """What a download may be, for the description of the API."""
    kinds: dict[str, Any] = {FORMS[one][0].partition(";")[0]: {} for one in forms}
    return {200: {"description": "the paper", "content": kinds}}


@asynccontextmanager
async def open_room(app: FastAPI) -> AsyncIterator[None]:
    """The house of the court, its desk for simulations, and the clock of its rooms."""
    live = Live(app.state.hub)
    house = CourtHouse(app.state.settings.folder, told=live.told)
    desk = Desk(app.state.settings.folder, threads=app.state.settings.threads, progress=live.progress)
    app.state.court, app.state.court_desk, app.state.court_live = house, desk, live
    ticking = asyncio.create_task(live.tick(house))
    try:
        for one in await asyncio.to_thread(house.cases):
            if one.get("runs_open"):
                desk.go_on(await house.room(str(one["case"])))
        yield
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await desk.close()


# --- who asks -----------------------------------------------------------------------------------------------


def house_of(request: Request | WebSocket) -> CourtHouse:
    """The house of the court."""
    house: CourtHouse = request.app.state.court
    return house


def desk_of(request: Request) -> Desk:
    """The desk at which simulations wait."""
    desk: Desk = request.app.state.court_desk
    return desk


async def room_of(request: Request | WebSocket, case: str) -> tuple[CourtRoom, Seat]:
    """The room of a case and the seat that the session of a request holds in it.

    Raises `Refused` where there is none, or its invitation was revoked.
    """
    session: Session | None = request.scope["state"].get("session")
    held = session.roles.get(case) if session is not None else None
    if held is None:
        raise Refused(403, "not_allowed", "your role does not allow this", "votre rôle ne le permet pas")
    role, _, rest = held.partition(":")
    number, _, invitation = rest.partition(":")
    seat = Seat(role, int(number or 1), invitation)
    try:
        room = await house_of(request).room(case)
    except CaseError:
        raise Refused(404, "no_case", "there is no such case", "cette affaire n’existe pas") from None
    if room.gone(seat):
        log.warning(
            "refused: 403 %s session %s its invitation was revoked", case, session.mark if session else "-"
        )
        raise Refused(403, "revoked", "your invitation was revoked", "votre invitation a été révoquée")
    return room, seat


def not_now(error: NotNow) -> Refused:
    """What is of a moment that is over, as an answer."""
    return Refused(409, "not_now", str(error), words("not-now")["fr"])


# --- cases and seats ----------------------------------------------------------------------------------------


def _both(text: Words) -> dict[str, str]:
    return {language: text.of(language) for language in ("en", "fr")}


@router.get("/api/court", summary="What a court room can be made of")
def about(request: Request) -> dict[str, Any]:
    """Procedures, remedies, and the sentence that stands at every text field."""
    session_of(request)
    procedures = [load_procedure(name) for name in procedure_names()]
    return {
        "procedures": [{"name": one.procedure, "title": _both(one.title),
                        "minutes": sum(stage.minutes for stage in one.stages)} for one in procedures],
        "remedies": [{"name": name, "title": _both(one.title),
                      "simulated": one.order is not None} for name, one in load_remedies().menu.items()],
        "banner": words("banner"),
        "forms": sorted(FORMS),
    }  # fmt: skip


@router.get(
    "/api/court/notice",
    summary="The data-protection notice for a school",
    response_class=Response,
    responses=_kinds("html", "pdf", "docx"),
)
def school_notice(
    request: Request,
    lang: Annotated[Language, Query()] = "en",
    form: Annotated[Literal["html", "pdf", "docx"], Query(alias="format")] = "html",
) -> Response:
    """What the room keeps, where, and for how long, to be handed out before a lesson."""
    from moot.documents import written

    kind, ending = FORMS[form]
    return _download(written(notice(lang), form), kind, f"moot-notice-{lang}.{ending}", inline=form == "html")


@router.get("/api/cases", summary="The cases of this server")
async def cases(request: Request) -> dict[str, Any]:
    """All of them for the host, for others those in which they sit."""
    session = session_of(request)
    found = await asyncio.to_thread(house_of(request).cases)
    mine = [{**one, "seat": session.roles.get(str(one["case"]))} for one in found
            if session.host or one["case"] in session.roles]  # fmt: skip
    return {"cases": mine}


@router.post("/api/cases", summary="Open a case", status_code=201)
async def new_case(request: Request, asked: NewCase) -> dict[str, str]:
    """A new case, and the link of its president, which is told once."""
    house = house_of(request)
    experiment = None
    if asked.experiment is not None:
        known = {path.name: path for path in desk_of(request).finished()}
        if asked.experiment not in known:
            raise Refused(404, "no_experiment", "there is no finished experiment of this name",
                          "aucune expérience terminée ne porte ce nom")  # fmt: skip
        experiment = known[asked.experiment]
    opening = Opening(
        asked.name, experiment=experiment, question=asked.question.strip(), procedure=asked.procedure,
        language=asked.language, day=asked.day, phrase=asked.phrase,
    )  # fmt: skip
    name, token = await asyncio.to_thread(house.make, opening)
    return {"case": name, "president_link": _link(request, name, token)}


@router.post(f"{CASE}/president", summary="Another link for the president")
async def president(request: Request, case: Name) -> dict[str, str]:
    """For the host whose president lost the first."""
    token = await asyncio.to_thread(house_of(request).president, case)
    return {"case": case, "president_link": _link(request, case, token)}


@router.post("/api/join", summary="Take the seat of a link")
async def join(request: Request, asked: Come) -> dict[str, Any]:
    """The seat that a link opens, which this browser holds from then on; one seat in a case."""
    session = session_of(request)
    house = house_of(request)
    held, opens = session.roles.get(asked.case), asked.token.partition(".")[0]
    if held is not None and opens in held.split(":"):  # back by the same door or link: the same seat
        try:
            room, seat = await room_of(request, asked.case)
        except Refused:
            pass
        else:
            return _seated(room.case, seat)
    try:
        seat = await house.come(asked.case, asked.token, asked.phrase)
    except CaseError as error:
        log.warning("refused: 403 a link into %r session %s", asked.case[:60], session.mark)
        raise Refused(403, "no_seat", str(error), words("no-seat")["fr"]) from None
    sessions_of(request).give(session, asked.case, f"{seat.role}:{seat.number}:{seat.invitation}")
    room = await house.room(asked.case)
    return _seated(room.case, seat)


def _seated(case: Case, seat: Seat) -> dict[str, Any]:
    title = words("screen") if seat.role == "screen" else called(case, seat.role)
    return {"case": case.name, "role": seat.role, "seat": seat.number, "title": title}


@router.post(f"{CASE}/leave", summary="Leave a case")
async def leave(request: Request, case: Name) -> dict[str, str]:
    """This browser has no seat in the case any more; the seat stays, for a new invitation."""
    sessions_of(request).take(session_of(request), case)
    return {"case": case}


@router.get(CASE, summary="The case as this role sees it")
async def view(request: Request, case: Name) -> dict[str, Any]:
    """The same as the frames `state` and `you` of the live connection."""
    room, seat = await room_of(request, case)
    return room.view(seat.role) | {"you": room.seat(seat)}


@router.get(f"{CASE}/invitations", summary="Who was invited to which seat")
async def invited(request: Request, case: Name) -> dict[str, Any]:
    """Invitations without their tokens, which are kept nowhere."""
    from moot.trial.invitations import invitations_of

    room, _ = await room_of(request, case)
    return {"invitations": [one.as_dict() for one in await asyncio.to_thread(invitations_of, room.folder)]}


@router.post(f"{CASE}/invitations", summary="Invite somebody to a seat", status_code=201)
async def invite(request: Request, case: Name, asked: Invite) -> dict[str, Any]:
    """A link and its code as a picture (SVG); it opens one seat, and is told once."""
    seat, token = await house_of(request).invited(case, asked.role, asked.seat)
    link = _link(request, case, token)
    return {
        "role": seat.role,
        "seat": seat.number,
        "invitation": seat.invitation,
        "link": link,
        "qr": qr(link),
    }


@router.post(f"{CASE}/invitations/revoke", summary="End an invitation")
async def revoke(request: Request, case: Name, asked: Revoke) -> dict[str, str]:
    """Whoever came by it is out at once."""
    await house_of(request).revoked(case, asked.invitation)
    request.app.state.court_live.put_out(await house_of(request).room(case))
    return {"invitation": asked.invitation}


@router.get(f"{CASE}/doors", summary="The links by which a class comes in")
async def doors(request: Request, case: Name) -> dict[str, Any]:
    """For each role a link and its code as a picture (SVG): each browser that follows it gets a seat."""
    room, _ = await room_of(request, case)
    found = []
    for role, token in (await asyncio.to_thread(house_of(request).doors, case, room.case)).items():
        link = _link(request, case, token)
        found.append({"role": role, "title": called(room.case, role), "link": link, "qr": qr(link)})
    return {"doors": found}


@router.put(f"{CASE}/doors", summary="Shut the doors, or open them with other links")
async def set_doors(request: Request, case: Name, asked: Doors) -> dict[str, Any]:
    """Links that were given out before open nothing any more; who sits keeps its seat."""
    await asyncio.to_thread(lambda: house_of(request).shut(case, shut=asked.shut))
    return await doors(request, case)


# --- the hearing --------------------------------------------------------------------------------------------


@router.post(f"{CASE}/do", summary="Take a step of the procedure")
async def do(request: Request, case: Name, asked: Step) -> dict[str, Any]:
    """The steps of `moot case do`; what the procedure does not allow is refused and changes nothing."""
    room, seat = await room_of(request, case)
    version = await room.step(
        seat, asked.step, texts=asked.texts, about=asked.about, key=asked.key, seen=asked.seen
    )
    return {"version": version}


@router.post(f"{CASE}/page", summary="Everyone to a page of an exhibit")
async def page(request: Request, case: Name, asked: Page) -> dict[str, Any]:
    """For whoever has the floor, and for the president."""
    room, seat = await room_of(request, case)
    about_ = {"exhibit": asked.exhibit, "page": asked.page}
    return {"version": await room.step(seat, "page", texts={}, about=about_, key=asked.key, seen=asked.seen)}


@router.post(f"{CASE}/ballot", summary="Cast a secret ballot")
async def ballot(request: Request, case: Name, asked: Ballot) -> dict[str, str]:
    """Nothing joins the paper to the seat; every ballot is answered alike."""
    room, seat = await room_of(request, case)
    try:
        await room.ballot(seat, asked.question, asked.choice, asked.pad, key=asked.key)
    except NotNow as error:
        raise not_now(error) from None
    return {"ballot": "in the box"}


@router.post(f"{CASE}/public-vote", summary="Vote in the vote of everybody")
async def public_vote(request: Request, case: Name, asked: PublicBallot) -> dict[str, str]:
    """Indicative, apart from the vote of the court, and counted in no answer of it."""
    room, seat = await room_of(request, case)
    if seat.role == "screen":
        raise Refused(403, "not_allowed", "a screen does not vote", "un écran ne vote pas")
    try:
        await room.public_ballot(seat, asked.choice, asked.pad)
    except NotNow as error:
        raise not_now(error) from None
    return {"ballot": "in the box"}


@router.get(f"{CASE}/notes", summary="The private notes of this seat")
async def read_notes(request: Request, case: Name) -> dict[str, Any]:
    """And of no other."""
    room, seat = await room_of(request, case)
    return {"notes": await room.notes(seat)}


@router.post(f"{CASE}/notes", summary="Write a private note", status_code=201)
async def write_note(request: Request, case: Name, asked: Note) -> dict[str, Any]:
    """In no record, no export and no view of anybody else."""
    room, seat = await room_of(request, case)
    return await room.note(seat, asked.text)


@router.delete(f"{CASE}/notes/{{number}}", summary="Strike a private note")
async def strike_note(request: Request, case: Name, number: Number) -> dict[str, int]:
    """Deleted, not hidden."""
    room, seat = await room_of(request, case)
    await room.strike(seat, number)
    return {"number": number}


# --- evidence -----------------------------------------------------------------------------------------------


@router.post(f"{CASE}/runs", summary="Ask for a run", status_code=202)
async def ask_run(request: Request, case: Name, asked: Run) -> dict[str, int]:
    """Both sides see the request, its progress and its result at the same instant."""
    room, seat = await room_of(request, case)
    changes = Changes(asked.seed, asked.people, asked.days, asked.replicates)
    number = await desk_of(request).ask(
        room, seat, asked.exhibit, changes, asked.reason, key=asked.key, seen=asked.seen
    )
    return {"run": number}


@router.get(f"{CASE}/results", summary="What exhibits can be filed of")
async def results(request: Request, case: Name) -> dict[str, Any]:
    """Runs of the case and experiments of this server that are finished, with their measures."""
    room, _ = await room_of(request, case)
    return {"results": await asyncio.to_thread(desk_of(request).results, room)}


@router.post(f"{CASE}/exhibits", summary="File an exhibit chosen from results", status_code=201)
async def file(request: Request, case: Name, asked: Exhibit) -> dict[str, int]:
    """Nothing is uploaded: the measure of a run of the case, or of an experiment of this server."""
    room, seat = await room_of(request, case)
    if (asked.run is None) == (asked.experiment is None):
        raise Refused(
            422, "source", "expected a run or an experiment", "une simulation ou une expérience est attendue"
        )
    source = {"run": asked.run} if asked.run is not None else {"experiment": asked.experiment}
    number = await desk_of(request).file(
        room, seat, source, asked.measure, arm=asked.arm, title=asked.title, key=asked.key, seen=asked.seen
    )
    return {"exhibit": number}


@router.get(f"{CASE}/exhibits/{{number}}", summary="The pages of an exhibit")
async def exhibit(request: Request, case: Name, number: Number) -> dict[str, Any]:
    """Its pages in both languages; what is sealed is shown to the court alone."""
    room, seat = await room_of(request, case)
    pages = await asyncio.to_thread(exhibit_pages, room.case, number, seat.role)
    return {"exhibit": number, "count": len(pages["en"]), "pages": pages}


@router.post(f"{CASE}/witnesses", summary="Call a synthetic witness", status_code=201)
async def witness(request: Request, case: Name, asked: Witness) -> dict[str, int]:
    """The logged life of one synthetic person beside its twin's; the run behind it is simulated first."""
    room, seat = await room_of(request, case)
    number = await desk_of(request).call(
        room, seat, asked.exhibit, asked.person, key=asked.key, seen=asked.seen
    )
    return {"witness": number}


@router.post(f"{CASE}/witnesses/{{number}}/examine", summary="Ask a witness of an event")
async def examine(request: Request, case: Name, number: Number, asked: Examine) -> dict[str, Any]:
    """The rule, the data, its causes, what would have altered it."""
    room, seat = await room_of(request, case)
    lines = await desk_of(request).examine(
        room, seat, number, asked.event, arm=asked.arm, rerun=asked.rerun, key=asked.key, seen=asked.seen
    )
    return {"lines": lines}


@router.post(f"{CASE}/remedies", summary="Simulate a remedy for the court", status_code=202)
async def remedy(request: Request, case: Name, asked: Remedy) -> dict[str, int]:
    """A run of the case and its exhibits, before the vote, so that both sides are heard on it."""
    room, seat = await room_of(request, case)
    return {"run": await desk_of(request).remedy(room, seat, asked.exhibit, asked.remedy)}


# --- papers -------------------------------------------------------------------------------------------------


@router.get(
    f"{CASE}/export",
    summary="A paper of the case",
    response_class=Response,
    responses=_kinds(*FORMS),
)
async def export(
    request: Request,
    case: Name,
    form: Annotated[
        Literal["html", "pdf", "docx", "akn", "json", "md", "bundle", "kit"], Query(alias="format")
    ],
    lang: Annotated[Language, Query()] = "en",
) -> Response:
    """The judgment or the file as it stands, the bundle, or the kit; marked fiction on every page."""
    room, seat = await room_of(request, case)
    try:
        data, kind, name = await asyncio.to_thread(paper, room, seat.role, form, lang)
    finally:
        await room.noticed()
    return _download(data, kind, name)


def _download(data: bytes, kind: str, name: str, *, inline: bool = False) -> Response:
    headers = {"content-disposition": f'{"inline" if inline else "attachment"}; filename="{name}"'}
    if kind.startswith("text/html"):
        headers["content-security-policy"] = PRINTED
    return Response(data, media_type=kind, headers=headers)


def _link(request: Request, case: str, token: str) -> str:
    return f"{request.base_url}court/{case}#come={token}"


# --- live ---------------------------------------------------------------------------------------------------


@router.websocket(f"{CASE}/live")
async def live(websocket: WebSocket, case: str) -> None:
    """The room while it is open: the whole view of a role when it comes in and after every step, then the
    clock, pages, runs. Who looks with `?as=screen` is sent what everybody may see."""
    room, seat = await room_of(websocket, case)
    seen: Seat = Seat("screen") if websocket.query_params.get("as") == "screen" else seat
    await websocket.app.state.court_live.attend(websocket, room, seen)
