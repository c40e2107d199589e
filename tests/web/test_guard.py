"""What every request meets first, and what attacks meet: each is refused, and logged."""

import json
import logging

import pytest
from starlette.websockets import WebSocketDisconnect

from moot.web.guard import Buckets
from moot.web.settings import Limits, is_loopback
from tests.web.browsers import ORIGIN, Browser, TestClient, served, settings_of


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with served(tmp_path_factory.mktemp("server")) as application:
        yield application


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def refusals(caplog):
    caplog.set_level(logging.INFO, "moot.web")
    return lambda: [one.getMessage() for one in caplog.records if one.getMessage().startswith("refused")]


def code(answer):
    return answer.json()["error"]["code"]


def test_a_browser_is_given_a_session_once(app):
    browser = Browser(app)
    cookie = browser.cookies["moot"]
    again = browser.get("/api/me")
    assert again.json()["csrf"] == browser.me["csrf"] and "set-cookie" not in again.headers
    assert browser.cookies["moot"] == cookie
    assert Browser(app).me["csrf"] != browser.me["csrf"]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_pages(app):
    made = TestClient(app).get("/api/me").headers["set-cookie"]
    assert "HttpOnly" in made and "SameSite=strict" in made and "Path=/" in made


def test_every_answer_has_the_headers(browser):
    for path in ("/", "/api/me", "/court/one", "/api/nothing", "/none.js"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"


def test_unknown_paths_of_the_page_are_the_page_and_those_of_the_api_are_errors(browser):
    assert browser.get("/court/one").headers["content-type"].startswith("text/html")
    missing = browser.get("/api/nothing")
    assert missing.status_code == 404 and code(missing) == "not_found"
    assert browser.delete("/api/health").status_code == 405


@pytest.mark.parametrize(
    "path", ["/../settings.py", "/assets/../../app.py", "/%2e%2e/app.py", "/static/app.py"]
)
def test_no_file_is_served_but_those_of_the_page(tmp_path, path):
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<title>page</title>")
    (static / "assets" / "a-1.js").write_text("1")
    (tmp_path / "app.py").write_text("secret")
    from moot.web.app import create_app

    client = TestClient(create_app(settings_of(tmp_path / "server"), static=static))
    assert client.get("/assets/a-1.js").headers["cache-control"].endswith("immutable")
    answer = client.get(path)
    assert "secret" not in answer.text and answer.status_code in {404, 200}
    assert answer.status_code == 404 or "<title>page" in answer.text


def test_a_change_needs_session_token_and_origin(app, browser, refusals):
    asked = {"language": "fr"}
    assert browser.put("/api/me", json=asked).json()["language"] == "fr"
    stranger = TestClient(app)
    assert stranger.put("/api/me", json=asked).status_code == 401
    other = Browser(app)
    for headers, expected in (
        ({"x-moot-csrf": ""}, "csrf"),
        ({"x-moot-csrf": other.me["csrf"]}, "csrf"),
        ({"origin": "http://elsewhere.example"}, "origin"),
        ({"origin": "null"}, "origin"),
        ({"origin": "http://testserver.elsewhere.example"}, "origin"),
        ({"origin": "http://testserver:81"}, "origin"),
    ):
        answer = browser.put("/api/me", json=asked, headers=headers)
        assert (answer.status_code, code(answer)) == (403, expected), headers
    assert len(refusals()) == 7


def test_a_forged_or_changed_cookie_is_no_session(app, browser, refusals):
    number, _, rest = browser.cookies["moot"].partition(".")
    other = "B" if number[0] == "A" else "A"
    for forged in (f"{other}{number[1:]}.{rest}", number, "x" * 4000, "é"):
        client = TestClient(app, headers={"origin": ORIGIN, "cookie": f"moot={forged}".encode()})
        answer = client.put("/api/me", json={"language": "fr"}, headers={"x-moot-csrf": browser.me["csrf"]})
        assert answer.status_code == 401, forged
    assert len(refusals()) == 4


def test_a_name_that_somebody_points_here_is_refused(browser, refusals):
    """So that no page elsewhere reaches the server under a name of its own (DNS rebinding)."""
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8765", "a b", "@localhost"):
        assert browser.get("/api/me", headers={"host": host}).status_code == 421, host
    for host in ("localhost:8765", "127.0.0.1", "[::1]:8765", "192.168.1.7:8765"):
        assert browser.get("/api/me", headers={"host": host}).status_code == 200, host
    assert len(refusals()) == 5


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", "image/png"],
)
def test_nothing_but_json_is_taken(browser, refusals, kind):
    answer = browser.put("/api/me", content=b"--x\r\n", headers={"content-type": kind})
    assert (answer.status_code, code(answer)) == (415, "kind")
    assert len(refusals()) == 1


def test_large_bodies_are_refused_told_or_untold(browser, refusals):
    large = json.dumps({"language": "f" * 300_000}).encode()
    told = browser.put("/api/me", content=large, headers={"content-type": "application/json"})
    assert told.status_code == 413

    def pieces():
        for at in range(0, len(large), 50_000):
            yield large[at : at + 50_000]

    untold = browser.put("/api/me", content=pieces(), headers={"content-type": "application/json"})
    assert untold.status_code == 413
    assert len(refusals()) >= 2


def test_what_is_no_field_is_refused_with_its_place(browser):
    answer = browser.put("/api/me", json={"language": "fr", "role": "president"})
    assert answer.status_code == 422 and answer.json()["error"]["where"][0]["path"] == "role"


def test_too_many_requests_wait(tmp_path, refusals):
    with served(tmp_path, limits=Limits(reads=(1e6, 1e6), writes=(0.001, 3.0))) as app:
        browser = Browser(app)
        answers = [browser.put("/api/me", json={"language": "fr"}).status_code for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        assert Browser(app).put("/api/me", json={"language": "fr"}).status_code == 200
    assert len(refusals()) == 2


def test_buckets_fill_again_and_are_few():
    now = [0.0]
    buckets = Buckets((2.0, 4.0), most=3, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(5)] == [True] * 4 + [False]
    now[0] = 1.0
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    for key in "bcde":
        buckets.take(key)
    assert len(buckets._held) == 3


def test_guests_are_no_hosts_and_a_wrong_link_makes_none(tmp_path, refusals):
    with served(tmp_path, room=True) as app:
        browser = Browser(app)
        assert browser.me["host"] is False
        assert browser.get("/host/guess", follow_redirects=False).status_code == 403
        assert browser.get("/api/me").json()["host"] is False
        key = app.api.state.sessions.host_key
        assert browser.get(f"/host/{key}", follow_redirects=False).status_code == 303
        assert browser.get("/api/me").json()["host"] is True
        assert Browser(app).me["host"] is False
    with served(tmp_path, room=True) as again:  # another start: the browser is known, the link is not
        kept = TestClient(again, cookies=browser.cookies)
        assert kept.get("/api/me").json()["host"] is True
        assert Browser(again).get(f"/host/{key}", follow_redirects=False).status_code == 403


def test_roles_outlive_the_server_and_are_of_one_case(tmp_path):
    with served(tmp_path, room=True) as app:
        browser = Browser(app)
        sessions = app.api.state.sessions
        sessions.give(sessions.known(browser.cookies["moot"]), "one", "president")
    with served(tmp_path, room=True) as app:
        assert TestClient(app, cookies=browser.cookies).get("/api/me").json()["roles"] == {"one": "president"}
        sessions = app.api.state.sessions
        left = sessions.take(sessions.known(browser.cookies["moot"]), "one")
        assert left.roles == {}


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a", False)],
)
def test_what_is_of_this_machine_alone(host, own):
    assert is_loopback(host) is own


def test_a_websocket_to_nowhere_is_closed(browser):
    with pytest.raises(WebSocketDisconnect), browser.live("/api/nothing"):
        pass
