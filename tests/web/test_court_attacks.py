"""What attacks on the court room meet: each is refused, and logged; what the network tells of a ballot."""

import json
import logging
import re

import pytest
from starlette.websockets import WebSocketDisconnect

from moot.trial.keeping import kept_case
from tests.web.browsers import Browser, served
from tests.web.lesson import Player, doors_of, opened, seated, to_stage, token_of, turns

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with served(tmp_path_factory.mktemp("server"), room=False) as application:
        yield application


@pytest.fixture
def refusals(caplog):
    caplog.set_level(logging.INFO, "moot.web")
    return lambda: [one.getMessage() for one in caplog.records if "refused" in one.getMessage()]


@pytest.fixture(scope="module")
def cast(app):
    made = seated(app, "mine", jurors=2)
    made["president"].do("open")
    return made


READS = ("", "/notes", "/exhibits/1", "/results", "/export?format=json", "/invitations", "/doors")


def test_no_case_is_read_by_somebody_who_sits_in_another(app, cast, refusals):
    stranger = opened(app, "theirs")
    for player in (stranger, Player(app)):
        for path in READS:
            answer = player.browser.get(f"/api/cases/mine{path}")
            assert answer.status_code == 403 and "question" not in answer.text, path
        with pytest.raises(WebSocketDisconnect), player.browser.live("/api/cases/mine/live"):
            pass
        for path, body in (("do", {"step": "next"}), ("notes", {"text": "x"}), ("page", {"exhibit": 1})):
            assert player.browser.post(f"/api/cases/mine/{path}", json=body).status_code == 403
    assert stranger.browser.get("/api/cases/../mine").status_code in (404, 403)
    assert {one["case"] for one in Browser(app).get("/api/cases").json()["cases"]} >= {"mine"}, (
        "a host sees names"
    )


def test_guests_see_no_case_and_open_none(tmp_path, refusals):
    with served(tmp_path, room=True) as app:
        guest = Browser(app)
        assert guest.get("/api/cases").json() == {"cases": []}
        assert guest.post("/api/cases", json={"name": "own"}).status_code == 403
        assert guest.post("/api/cases/own/president").status_code == 403
        assert not (tmp_path / "cases" / "own").exists()


@pytest.mark.parametrize(
    "about",
    [{"exhibits": 5}, {"exhibits": "1"}, {"exhibits": [{}]}, {"ground": {}, "element": "E1"},
     {"ground": "1", "element": 1}, {"answer": ["met"]}, {"ground": True, "element": "E1"},
     {"ground": 10**30, "element": "E1"}],
)  # fmt: skip
def test_values_of_another_kind_are_refused_and_are_no_fault_of_the_server(app, about):
    name = "kinds"
    if not (app.api.state.settings.folder / "cases" / name).exists():
        made = seated(app, name, jurors=1)
        made["president"].do("open")
        made["president"].do("next")
        made["president"].do("floor", role="president")
        app.kinds = made["president"]
    answer = app.kinds.try_("speech", {"text": "Words."}, **about)
    assert answer.status_code == 422, answer.text
    for hands in ("many", -1, 1.5, True):
        assert app.kinds.try_("public-vote", yes=hands).status_code == 422


@pytest.mark.parametrize(
    ("role", "step", "about"),
    [("public", "next", {}), ("claimants", "next", {}), ("jury", "close-vote", {}),
     ("jury", "floor", {"role": "jury"}), ("respondent", "ruling", {"incident": 1, "outcome": "granted"}),
     ("claimants", "seal", {"exhibit": 4}), ("third-voice", "deliver", {}),
     ("public", "grant", {"seconds": 60})],
)  # fmt: skip
def test_no_role_takes_a_step_of_another(cast, role, step, about):
    player = cast[role][0] if role == "jury" else cast[role]
    before = player.view()["version"]
    answer = player.try_(step, {"reason": "Because."} if step in ("seal", "ruling") else None, **about)
    assert answer.status_code == 422, answer.text
    assert player.view()["version"] == before


def test_a_seat_is_named_by_its_session_and_by_nothing_that_is_sent(cast):
    juror, president = cast["jury"][0], cast["president"]
    own = ({"seat": 2}, {"by": "president"}, {"at": 5}, {"salt": "x"}, {"texts": {}}, {"kind": "next"})
    for about in own:
        answer = juror.post("do", step="point", texts={"text": "A point."}, about=about)
        assert answer.status_code == 422, (about, answer.text)
    for field in ("by", "role", "seat", "at"):
        body = {"step": "point", "texts": {"text": "A point."}, field: "president"}
        assert juror.browser.post("/api/cases/mine/do", json=body).status_code == 422
    assert all(one["role"] != "jury" for one in president.view()["record"])


def test_routes_of_the_president_are_closed_to_others(cast, refusals):
    for role in ("claimants", "respondent", "public", "third-voice"):
        browser = cast[role].browser
        assert browser.get("/api/cases/mine/doors").status_code == 403
        assert browser.put("/api/cases/mine/doors", json={"shut": True}).status_code == 403
        assert browser.post("/api/cases/mine/invitations", json={"role": "president"}).status_code == 403
        assert (
            browser.post("/api/cases/mine/remedies", json={"remedy": "stop", "exhibit": 1}).status_code == 403
        )


def test_what_the_program_writes_is_written_by_nobody_else(cast):
    content = json.dumps({"format": "moot-exhibit-1", "effect": {"interval": 1, "span": 1}, "runs": [1]})
    for step in ("exhibit", "ask-run", "run-made", "witness", "examined"):
        answer = cast["claimants"].try_(step, {"content": content, "title": "An upload"}, digest="0" * 64)
        assert answer.status_code == 422 and "written by the program" in answer.text


def test_links_are_tried_in_vain_and_a_link_is_good_once(app, cast, refusals):
    doors = {one["role"]: token_of(one["link"]) for one in doors_of(cast["president"])}
    door, juror_door = doors["public"], doors["jury"]
    wrong = ("", "president", "president.x", door.replace("public", "president"), door[:-1],
             door.replace("public", "jury"), "0" * 12 + "." + "x" * 43, "../../etc/passwd")  # fmt: skip
    for token in wrong:
        answer = Browser(app).post("/api/join", json={"case": "mine", "token": token})
        assert answer.status_code == 403, token
    for case in ("theirs", "nothing", "../mine", "mine/", "%2e%2e"):
        assert Browser(app).post("/api/join", json={"case": case, "token": juror_door}).status_code == 403, (
            case
        )
    assert len(refusals()) >= len(wrong)
    made = opened(app, "once")
    invited = made.post("invitations", role="clerk").json()
    first = Player(app, "once").come(token_of(invited["link"]))
    assert first.come(token_of(invited["link"])).role == "clerk", "the same browser comes back"
    replayed = Browser(app).post("/api/join", json={"case": "once", "token": token_of(invited["link"])})
    assert replayed.status_code == 403, "another browser does not come by a link that was used"


def test_whoever_was_put_out_is_out_at_once(app, refusals):
    president = opened(app, "out")
    invited = president.post("invitations", role="claimants").json()
    player = Player(app, "out").come(token_of(invited["link"]))
    with player.live() as socket:
        assert socket.receive_json()["type"] == "state"
        assert president.post("invitations/revoke", invitation=invited["invitation"]).status_code == 200
        while socket.receive_json()["type"] != "gone":
            pass
    assert player.browser.get(player.path).status_code == 403
    assert player.try_("fact", {"fact": "x", "origin": "y"}, status="disputed").status_code == 403
    with pytest.raises(WebSocketDisconnect), player.live():
        pass


def test_text_stays_text_in_every_field_and_every_paper(app):
    cast = seated(app, "text", jurors=1)
    president, side = cast["president"], cast["claimants"]
    president.do("question", {"question": f"{XSS}?"})
    side.do("fact", {"fact": XSS, "origin": XSS}, status="disputed")
    side.do("ground", {"claim": XSS}, entry="ECHR-6-CIV")
    president.do("open")
    president.do("point", {"text": XSS})
    side.do("incident", {"text": XSS}, what="postponement")
    president.do("ruling", {"reason": XSS}, incident=1, outcome="refused")
    president.do("note", {"text": XSS})
    side.post("notes", text=XSS)
    to_stage_of_one(cast)
    told = president.browser.get(president.path)
    assert told.headers["content-type"] == "application/json" and told.json()["question"] == f"{XSS}?"
    for form in ("html", "akn", "json", "md"):
        paper = president.browser.get(f"{president.path}/export?format={form}")
        assert paper.status_code == 200
        assert "attachment" in paper.headers["content-disposition"]
        assert paper.headers["x-content-type-options"] == "nosniff"
        if form in ("html", "akn"):
            assert "<script>alert" not in paper.text and "<img src=x" not in paper.text
            assert "&lt;script&gt;" in paper.text


def to_stage_of_one(cast):
    cast["president"].do("next")
    turns(cast)


def test_nothing_is_uploaded_and_no_name_leads_out_of_the_folder(app, cast, tmp_path):
    browser = cast["claimants"].browser
    for path in ("exhibits", "do", "notes", "runs", "ballot", "witnesses"):
        files = browser.post(f"/api/cases/mine/{path}", files={"file": ("a.pdf", b"%PDF", "application/pdf")})
        assert files.status_code == 415, path
    for source in ("../cases/mine", "/etc", ".", "..", "experiments/../../x"):
        answer = browser.post("/api/cases/mine/exhibits", json={"experiment": source, "measure": "x"})
        assert answer.status_code == 422, source
    for name in ("../x", "a/b", "A", ".hidden", "x" * 80, "con fused", "x\u0000"):
        assert Browser(app).post("/api/cases", json={"name": name}).status_code == 422, name
    too_long = cast["president"].try_("note", {"text": "x" * 8001})
    assert too_long.status_code == 422
    assert cast["president"].try_("note", {"text": "a\u0007b"}).status_code == 422


# --- ballots ------------------------------------------------------------------------------------------------


def frames_of(socket) -> list[str]:
    """Every frame that a socket is sent before everyone is sent to a page."""
    found = []
    while True:
        text = socket.receive_text()
        if json.loads(text)["type"] == "page":
            return found
        found.append(text)


def network(app, name: str, choices: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """What passes over the network while jurors vote so: answers to the ballots, frames of all sockets."""
    cast = seated(app, name, jurors=len(choices))
    president, jury = cast["president"], cast["jury"]
    president.do("open")
    to_stage(cast, "vote")
    president.do("blanks", side="none")
    president.do("consider", ground=1, element="E1")
    president.do("figures", written=len(choices))
    president.do("put", ground=1, element="E1")
    number = president.view()["open"]["number"]
    answers, frames = [], []
    with (
        president.live() as one,
        jury[0].live() as two,
        jury[1].live() as three,
        cast["public"].live() as four,
    ):
        for juror, choice in zip(jury, choices, strict=True):
            body = {"question": number, "choice": choice, "pad": "." * (16 - len(choice)), "key": "k" * 32}
            answer = juror.browser.post(f"/api/cases/{name}/ballot", json=body)
            sent = len(answer.request.content)
            kept = sorted((key, value) for key, value in answer.headers.items() if key != "date")
            answers.append(f"{sent} {answer.status_code} {kept} {answer.text}")
        assert president.post("page", exhibit=1, page=1).status_code == 200
        for socket in (one, two, three, four):
            # Of each kind the last: how many were replaced before they were sent is chance.
            last = {json.loads(text)["type"]: text for text in frames_of(socket)}
            frames.append("\n".join(last[kind] for kind in sorted(last)))
    president.do("close-vote")
    return answers, frames


def plain(text: str, name: str) -> str:
    """Frames without what is drawn anew for each case: its name and the hashes of its chain, the clock."""
    text = re.sub(r"[0-9a-f]{64}", "H", text.replace(name, "CASE"))
    text = re.sub(r"\d+:\d\d:\d\d", "T", text)
    return re.sub(
        r'"(second|told_at|at|asked_at|left|since|used|over|claimants|respondent)":\d+', r'"\1":0', text
    )


def test_f43_the_network_log_of_a_vote_is_the_same_however_it_was_cast(app):
    """Requests have one length, answers are the same bytes, and every frame of every socket is as it would
    have been had each juror voted otherwise."""
    first = network(app, "vote-a", ("met", "not met", "blank"))
    other = network(app, "vote-b", ("blank", "met", "not met"))
    assert len(set(first[0] + other[0])) == 1, "one length, one answer"
    assert [plain(one, "vote-a") for one in first[1]] == [plain(one, "vote-b") for one in other[1]]
    assert all(name not in "".join(first[1]) for name in ('"voted"', '"papers"', '"choice"'))


def test_f43_no_log_line_and_no_view_tells_a_choice_or_who_has_voted(app, caplog):
    caplog.set_level(logging.DEBUG)
    network(app, "vote-c", ("met", "not met", "met"))
    said = "\n".join(
        one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))
    )
    assert "not met" not in said and '"choice"' not in said
    folder = app.api.state.settings.folder / "cases" / "vote-c"
    case = kept_case(folder)
    assert case.box.papers == set() and case.box.voted == set()


def test_f43_how_many_have_voted_is_told_to_the_president_and_the_clerk_alone(app):
    cast = seated(app, "count", jurors=2)
    cast["president"].do("open")
    to_stage(cast, "vote")
    cast["president"].do("blanks", side="none")
    cast["president"].do("consider", ground=1, element="E1")
    number = cast["president"].view()["open"]["number"]
    kinds: dict[str, set[str]] = {}
    with cast["jury"][1].live() as juror, cast["claimants"].live() as side, cast["president"].live() as head:
        assert cast["jury"][0].ballot(number, "met").status_code == 200
        assert cast["president"].post("page", exhibit=1, page=1).status_code == 200
        for name, socket in (("juror", juror), ("side", side), ("president", head)):
            kinds[name] = {json.loads(one)["type"] for one in frames_of(socket)}
    assert "box" in kinds["president"] and "box" not in kinds["juror"] | kinds["side"]


def test_a_ballot_is_refused_that_is_not_of_one_length_twice_cast_or_of_another_question(app):
    cast = seated(app, "once-more", jurors=2)
    cast["president"].do("open")
    to_stage(cast, "vote")
    juror = cast["jury"][0]
    assert juror.ballot(1, "met").status_code == 409, "no question is open"
    cast["president"].do("blanks", side="none")
    cast["president"].do("consider", ground=1, element="E1")
    number = cast["president"].view()["open"]["number"]
    assert juror.post("ballot", question=number, choice="met", pad="").status_code == 422
    assert juror.post("ballot", question=number, choice="maybe", pad="." * 11).status_code == 422
    assert juror.ballot(number + 1, "met").status_code in (409, 422)
    body = {"question": number, "choice": "met", "pad": "." * 13, "key": "mine"}
    assert [juror.post("ballot", **body).status_code for _ in range(2)] == [200, 200], (
        "sent again after a cut"
    )
    assert juror.ballot(number, "blank").status_code == 409
    for other in (cast["claimants"], cast["public"], cast["president"]):
        assert other.ballot(number, "met").status_code == 422, "a seat that does not vote"
    assert len(kept_case(app.api.state.settings.folder / "cases" / "once-more").box.papers) == 1


def test_everybody_votes_once_and_the_counts_are_kept(tmp_path):
    with served(tmp_path) as app:
        cast = seated(app, "all", jurors=1)
        cast["president"].do("open")
        to_stage(cast, "public-vote")
        assert cast["public"].public("yes").status_code == 200
        assert cast["public"].public("no").status_code == 409
        assert "yes" not in json.dumps(cast["president"].view()["public_vote"])
    with served(tmp_path) as app:  # the server ended in the middle of the vote
        again = Browser(app)
        again.cookies = cast["president"].browser.cookies
        again.headers["x-moot-csrf"] = cast["president"].browser.headers["x-moot-csrf"]
        assert again.post("/api/cases/all/do", json={"step": "public-vote", "about": {}}).status_code == 200
        assert again.get("/api/cases/all").json()["public_vote"] == {"yes": 1, "no": 0, "blank": 0}
        assert not (tmp_path / "cases" / "all" / "public.json").exists()
