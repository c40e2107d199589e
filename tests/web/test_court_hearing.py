"""A lesson in the court room, over HTTP and sockets: played to the judgment, cut, taken up again, killed."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from moot.findings.experimenting import begin, to_the_end
from moot.trial.keeping import kept_case, problems
from moot.web.court_doors import doors_told
from tests.experiment.texts import declared
from tests.web.browsers import Browser, served
from tests.web.lesson import Player, doors_of, judged, opened, played, seated, to_stage, token_of, turns, vote


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with served(tmp_path_factory.mktemp("server")) as application:
        yield application


def folder_of(app, name="lesson"):
    return app.api.state.settings.folder / "cases" / name


def next_state(socket, least: int) -> dict:
    """The next view of at least this version that a socket is sent."""
    while True:
        frame = socket.receive_json()
        if frame["type"] == "state" and frame["version"] >= least:
            return frame


def test_five_browsers_play_the_lesson_to_the_judgment(app):
    cast = seated(app)
    president, public = cast["president"], cast["public"]
    with public.live() as seen, cast["claimants"].live() as side:
        assert seen.receive_json()["phase"] == "preparation"
        played(cast)
        last = next_state(seen, public.view()["version"])
        assert last["phase"] == "closed" and last["delivered"]
        assert next_state(side, last["version"])["judgment"] == last["judgment"]
    (one,) = last["questions"]
    assert (one["result"], one["figures"]) == ("met", {"met": 3, "not met": 1, "blank": 1})
    assert last["public_vote"] == {"yes": 3, "no": 1, "blank": 0}
    assert last["judgment"]["reasons"][0]["rests"]["exhibits"] == [1]
    assert problems(folder_of(app)) == []
    assert president.view()["may"] == [] or {one["step"] for one in president.view()["may"]} <= {"correction"}


def test_every_write_says_in_the_minutes_which_seat_it_came_from(app):
    cast = seated(app, "seats")
    cast["president"].do("open")
    cast["jury"][3].do("point", {"text": "May a score be corrected?"})
    minutes = kept_case(folder_of(app, "seats")).minutes
    (point,) = [one for one in minutes if one.kind == "point"]
    assert (point.by, point.body["seat"]) == ("jury", 4)
    written = [one for one in minutes if one.at or one.kind in ("open", "point")]
    assert all(one.body.get("seat") for one in written if one.kind not in ("seat",))
    lines = cast["public"].view()["record"]
    assert [(one["role"], one["seat"]) for one in lines if one["kind"] == "point"] == [("jury", 4)]


def test_f31_everyone_is_at_the_page_within_a_second(app):
    cast = seated(app, "pages")
    president = cast["president"]
    president.do("open")
    president.do("next")
    president.do("floor", role="president")
    pages = cast["public"].browser.get("/api/cases/pages/exhibits/2").json()
    assert pages["count"] > 1 and len(pages["pages"]["en"]) == len(pages["pages"]["fr"]) == pages["count"]
    with cast["public"].live() as one, cast["respondent"].live("?as=screen") as screen:
        for socket in (one, screen):
            next_state(socket, 0)
        began = time.monotonic()
        assert president.post("page", exhibit=2, page=2).status_code == 200
        for socket in (one, screen):
            while (frame := socket.receive_json())["type"] != "page":
                pass
            assert (frame["exhibit"], frame["page"]) == (2, 2)
        assert time.monotonic() - began < 1.0
    assert cast["claimants"].post("page", exhibit=1, page=1).status_code == 422, "it does not have the floor"
    with cast["claimants"].live() as late:  # whoever comes later is at the page as well
        assert next_state(late, 0)["page"]["page"] == 2


def test_a_cut_in_the_middle_of_anything_loses_nothing(app):
    cast = seated(app, "cuts")
    president = cast["president"]
    again = {"step": "open", "about": {}, "texts": {}, "key": "k1", "seen": president.view()["version"]}
    versions = {president.post("do", **again).json()["version"] for _ in range(3)}
    assert len(versions) == 1, "the answer was lost twice, and the step was taken once"
    to_stage(cast, "speeches")
    for _ in range(4):
        with cast["public"].live() as socket:
            frame = next_state(socket, 0)
        assert frame["version"] == president.view()["version"]
        turns(cast)
        president.do("next")
        with cast["public"].live() as socket:
            back = next_state(socket, 0)
        assert back["version"] == president.view()["version"] > frame["version"]
        assert back["record"][: len(frame["record"])] == frame["record"]


def test_a_step_repeated_after_a_new_start_is_known_by_its_record(tmp_path):
    with served(tmp_path) as app:
        cast = seated(app, "restart")
        president = cast["president"]
        president.do("open")
        president.do("next")
        president.do("floor", role="president")
        asked = {"step": "speech", "about": {}, "texts": {"text": "The question is read."}, "key": "k",
                 "seen": president.view()["version"]}  # fmt: skip
        first = president.post("do", **asked).json()["version"]
    with served(tmp_path) as app:
        again = Browser(app)
        again.cookies = president.browser.cookies
        again.headers["x-moot-csrf"] = president.browser.headers["x-moot-csrf"]
        answer = again.post("/api/cases/restart/do", json=asked)
        assert answer.json() == {"version": first}
        view = again.get("/api/cases/restart").json()
        assert [one["kind"] for one in view["record"]].count("speech") == 1
        fresh = again.post("/api/cases/restart/do", json=asked | {"key": "other", "seen": first})
        assert fresh.json() == {"version": first + 1}, "said a second time by somebody who saw the first"


def test_the_clock_is_that_of_the_server(app):
    cast = seated(app, "clock")
    president = cast["president"]
    president.do("open")
    president.do("next")
    with cast["public"].live() as socket:
        next_state(socket, 0)
        president.do("floor", role="president")
        frame = {"type": ""}
        while frame["type"] != "clock":
            frame = socket.receive_json()
    assert frame["role"] == "president" and frame["running"] and 170 <= frame["left"] <= 180
    president.do("suspend")
    assert president.view()["clock"]["running"] is False


def test_f32_notes_stay_with_their_seat(app):
    cast = seated(app, "notes")
    claimants, president = cast["claimants"], cast["president"]
    secret = "Ask about exhibit three, and no earlier."
    assert claimants.post("notes", text=secret).status_code == 201
    assert [one["text"] for one in claimants.browser.get(f"{claimants.path}/notes").json()["notes"]] == [
        secret
    ]
    for other in (president, cast["respondent"], cast["public"]):
        assert other.browser.get(f"{other.path}/notes").json() == {"notes": []}
        assert secret not in json.dumps(other.view())
    for form in ("html", "json", "md", "akn"):
        assert secret not in claimants.browser.get(f"{claimants.path}/export?format={form}").text
    number = claimants.browser.get(f"{claimants.path}/notes").json()["notes"][0]["number"]
    assert claimants.browser.delete(f"{claimants.path}/notes/{number}").status_code == 200
    assert claimants.browser.get(f"{claimants.path}/notes").json() == {"notes": []}


def test_what_the_court_thinks_is_told_when_the_judgment_is_delivered(app):
    cast = seated(app, "thinks")
    president, side = cast["president"], cast["claimants"]
    president.do("open")
    to_stage(cast, "vote")
    vote(cast)
    president.do("next")
    president.do("reason", {"text": "A reason of the court."}, ground=1, element="E1")
    told = json.dumps(side.view())
    assert "A reason of the court." not in told and side.view()["questions"][0]["result"] is None
    assert "A reason of the court." in json.dumps(president.view())
    assert "A reason of the court." in json.dumps(cast["jury"][0].view())
    refused = side.browser.get(f"{side.path}/export?format=html")
    assert refused.status_code == 422 and "deliberates" in refused.json()["error"]["message"]
    assert president.browser.get(f"{president.path}/export?format=html").status_code == 200
    assert side.browser.get(f"{side.path}/export?format=bundle").status_code == 200


def test_a_sealed_exhibit_is_seen_by_the_court_alone(app):
    cast = seated(app, "sealed")
    president, side = cast["president"], cast["claimants"]
    title = president.view()["exhibits"][1]["title"]
    president.do("seal", {"reason": "A trade secret of the invented scheme."}, exhibit=2)
    assert side.view()["exhibits"][1]["title"] == "" and title not in json.dumps(side.view())
    assert title in json.dumps(president.view())
    assert title not in side.browser.get(f"{side.path}/exhibits/2").text
    assert title in president.browser.get(f"{president.path}/exhibits/2").text
    asked = side.post("runs", exhibit=2, seed=5)
    assert asked.status_code == 422 and "sealed" in asked.json()["error"]["message"]


@pytest.mark.parametrize(
    ("form", "start"),
    [("html", b"<!"), ("pdf", b"%PDF"), ("docx", b"PK"), ("akn", b"<"), ("json", b"{"), ("md", b"# "),
     ("bundle", b"%PDF"), ("kit", b"%PDF")],
)  # fmt: skip
def test_f51_every_paper_can_be_downloaded_in_both_languages(app, form, start):
    path = folder_of(app)
    if not path.exists():
        pytest.skip("the lesson was not played in this process")
    guest = Player(app)
    guest.come(token_of(doors_of_lesson(app)["public"]))
    for lang in ("en", "fr"):
        answer = guest.browser.get(f"{guest.path}/export?format={form}&lang={lang}")
        assert answer.status_code == 200 and answer.content.startswith(start)
        assert "attachment" in answer.headers["content-disposition"]


def doors_of_lesson(app) -> dict[str, str]:
    host = Browser(app)
    link = host.post("/api/cases/lesson/president").json()["president_link"]
    president = Player(app).come(token_of(link))
    return {one["role"]: one["link"] for one in doors_of(president)}


ASKED = """\
experiment: asked
title: A run that was asked for
scenarios: [rank-my-life-2028]
people: 1000
days: 2
burn_in_years: 0
replicates: 10
measures: ['act:*:charged-by-regime']
draws: {count: 2, over: [regime.sensors], replicates: 1}
arms: {status-quo: {}, scheme: {regime: rank-my-life-2028}}
"""


def test_f20_both_sides_see_a_run_at_the_same_instant_and_file_what_it_found(tmp_path):
    folder = tmp_path / "server" / "experiments" / "asked"
    folder.parent.mkdir(parents=True)
    opened_, plan = begin(declared(tmp_path, ASKED), folder)
    with opened_:
        to_the_end(opened_, plan, threads=1)
    with served(tmp_path / "server") as app:
        cast = seated(app, "runs", jurors=1)
        claimants, respondent = cast["claimants"], cast["respondent"]
        (source,) = claimants.browser.get("/api/cases/runs/results").json()["results"]
        filed = claimants.post("exhibits", experiment="asked", measure=source["measures"][0])
        assert filed.status_code == 201, filed.text
        cast["president"].do("open")
        with respondent.live() as one, claimants.live() as other:
            body = {"exhibit": filed.json()["exhibit"], "seed": 90, "reason": "Other chance.", "key": "r"}
            asked = [claimants.post("runs", **body) for _ in range(2)]
            assert [(one.status_code, one.json()) for one in asked] == [(202, {"run": 1})] * 2
            seen = [told_of_run(one), told_of_run(other)]
        assert all("failed" not in states and "made" in states for states in seen)
        (run,) = respondent.view()["runs"]
        assert run["made"] and run["told"] == ["claimants", "respondent"]
        again = respondent.post("runs", exhibit=filed.json()["exhibit"], seed=90)
        assert again.status_code == 422 and "asked for already" in again.json()["error"]["message"]
        assert respondent.post("runs", exhibit=1, people=2_000_000).status_code == 422
        wrong = respondent.post("exhibits", run=1, measure="a measure that there is not")
        assert wrong.status_code == 422
        late = respondent.post("exhibits", run=1, measure=source["measures"][0])
        shown = cast["president"].view()["exhibits"][late.json()["exhibit"] - 1]
        assert shown["side"] == "respondent" and shown["late"] and shown["status"] == "pending"


def told_of_run(socket) -> list[str]:
    """The states of a run that a socket is told of, until the result is there."""
    states = []
    while True:
        frame = socket.receive_json()
        if frame["type"] == "run":
            states.append(frame["state"])
            if frame["state"] in ("made", "failed"):
                return states


def test_f41_doors_seat_a_class_and_are_shut(app):
    president = opened(app, "doors")
    door = {one["role"]: token_of(one["link"]) for one in doors_of(president)}["jury"]
    jurors = [Player(app, "doors").come(door) for _ in range(4)]
    assert [one.seat for one in jurors] == [1, 2, 3, 4]
    assert jurors[1].come(door).seat == 2, "back by the same door: the same seat"
    assert next(one for one in president.view()["seats"] if one["role"] == "jury")["people"] == 4
    svg = doors_of(president)[0]["qr"]
    assert svg.startswith("<svg") and "<script" not in svg
    shut = president.browser.put(f"{president.path}/doors", json={"shut": True})
    assert shut.json() == {"doors": []}
    answer = Browser(app).post("/api/join", json={"case": "doors", "token": door})
    assert answer.status_code == 403
    assert jurors[0].view()["case"] == "doors", "who sits keeps its seat"


def test_f41_a_room_prints_links_that_open_it_and_the_same_doors_after_a_new_start(tmp_path):
    told: list[str] = []
    doors_told(tmp_path, "lesson", "http://192.0.2.7:8765", told.append)
    links = [line.partition(": ")[2] for line in told if "#come=" in line]
    assert len(links) == 8 and all(
        one.startswith("http://192.0.2.7:8765/court/lesson#come=") for one in links
    )
    assert sum("█" in line for line in told) > 100, "a code for each door"
    again: list[str] = []
    doors_told(tmp_path, "lesson", "http://192.0.2.7:8765", again.append, codes=False)
    assert [one for one in again if "#come=" in one][1:] == [one for one in told if "#come=" in one][1:]
    with served(tmp_path, room=True) as app:
        for link in links:
            assert Player(app).come(token_of(link)).seat == 1


def test_a_pass_phrase_is_asked_for_where_there_is_one(app):
    president = opened(app, "phrase", phrase="paper and ink")
    door = token_of(doors_of(president)[0]["link"])
    for wrong in ("", "paper"):
        answer = Browser(app).post("/api/join", json={"case": "phrase", "token": door, "phrase": wrong})
        assert answer.status_code == 403
    assert Player(app, "phrase").come(door, phrase="paper and ink").seat == 1
    kept = json.loads((folder_of(app, "phrase") / "room.json").read_text())
    assert kept["phrase"].startswith("$argon2id$") and "paper" not in kept["phrase"]


def test_what_is_done_at_a_terminal_is_seen_in_the_room(app):
    from moot.trial.keeping import change

    president = opened(app, "terminal")
    with president.live() as socket:
        version = next_state(socket, 0)["version"]
        change(folder_of(app, "terminal"),
               lambda case: case.do("claimant", "claimants", case.now, claimant="Claimant 9"))  # fmt: skip
        assert "9" in next_state(socket, version + 1)["claimants"]["en"]


def test_the_forms_offered_are_all_taken(app):
    """Whatever the page offers, the case takes: each form with the first of its choices."""
    cast = seated(app, "forms")
    president = cast["president"]
    president.do("open")
    from moot.web.court_forms import forms_of

    for _ in range(3):
        case = kept_case(folder_of(app, "forms"))
        for role in ("president", "claimants", "respondent", "jury", "third-voice", "public"):
            for form in forms_of(case, role, case.now):
                about = dict(form.about)
                for choice in form.choices:
                    if choice.kind == "one" and not choice.optional:
                        about.update(choice.options[0].about)
                    if choice.kind == "number":
                        about[choice.name] = choice.value
                texts = dict.fromkeys((*form.texts, *form.may), "Some words.")
                assert case.checked(form.step, role, case.now, texts, about), (role, form.step)
        turns(cast)
        president.do("next")


@pytest.mark.slow
def test_a_server_that_is_killed_has_lost_nothing_that_it_accepted(tmp_path):
    def started():
        made = subprocess.Popen(
            [sys.executable, "-m", "moot", "serve", "--folder", str(tmp_path), "--port", "0", "--no-open",
             "--no-warm"],
            stderr=subprocess.PIPE, text=True, env=os.environ | {"MOOT_LANGUAGE": "en"},
        )  # fmt: skip
        for line in made.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return made, found[0]
        raise AssertionError("the server did not start")

    def asked(client, address, method, path, **body):
        token = client.get(f"{address}/api/me").json()["csrf"]
        return client.request(method, f"{address}{path}", json=body or None, headers={"x-moot-csrf": token})

    process, address = started()
    held = contextlib.ExitStack()
    clients = {name: held.enter_context(httpx.Client())
               for name in ("president", "jury", "claimants", "respondent", "third-voice")}  # fmt: skip
    try:
        president = clients["president"]
        link = asked(president, address, "POST", "/api/cases", name="kill").json()["president_link"]
        asked(president, address, "POST", "/api/join", case="kill", token=token_of(link))
        doors = president.get(f"{address}/api/cases/kill/doors").json()["doors"]
        tokens = {one["role"]: token_of(one["link"]) for one in doors}
        for name, client in clients.items():
            if name != "president":
                asked(client, address, "POST", "/api/join", case="kill", token=tokens[name])
        assert asked(president, address, "POST", "/api/cases/kill/do", step="open").status_code == 200
        asked(clients["jury"], address, "POST", "/api/cases/kill/notes", text="A note.")
        before = president.get(f"{address}/api/cases/kill").json()["version"]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
    process, address = started()
    try:
        view = clients["jury"].get(f"{address}/api/cases/kill").json()
        assert (view["version"], view["phase"], view["you"]["role"]) == (before, "hearing", "jury")
        assert clients["jury"].get(f"{address}/api/cases/kill/notes").json()["notes"][0]["text"] == "A note."
        assert problems(tmp_path / "cases" / "kill") == []
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in (0, -signal.SIGTERM)
    finally:
        held.close()
        process.kill()
        process.wait()
        process.stderr.close()


def test_the_notice_for_a_school_comes_with_the_room(app):
    for lang, word in (("en", "What is not kept"), ("fr", "Ce qui n’est pas conservé")):
        page = Browser(app).get(f"/api/court/notice?lang={lang}")
        assert (
            page.status_code == 200
            and word in page.text
            and "sandbox" in page.headers["content-security-policy"]
        )
    assert Browser(app).get("/api/court/notice?format=pdf").content.startswith(b"%PDF")


def test_a_lesson_is_judged_by_the_last_of_its_steps(app):
    cast = seated(app, "judged", jurors=1)
    cast["president"].do("open")
    to_stage(cast, "vote")
    vote(cast, choices=("met",))
    assert cast["president"].try_("deliver").status_code == 422
    judged(cast)
    assert cast["public"].view()["delivered"]
