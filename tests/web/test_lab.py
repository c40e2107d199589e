"""The laboratory: a society beside its twin, played by one clock, with one rule moved."""

import csv
import io
import json

import pytest
from starlette.websockets import WebSocketDisconnect

from moot.experiment.scenario import load_scenario
from moot.experiment.simulation import simulate
from moot.findings.report_map import LEAST_EVENTS, LEAST_PEOPLE
from moot.regime.reading import load_regime
from moot.regime.values import with_values
from moot.web.lab_rules import first_rule, rules_of
from tests.web.browsers import Browser, TestClient, served

PEOPLE, DAYS, SCENARIO = 1_000, 21, "rank-my-life-2028"
RULE = "schemes.0.score.tiers.2.from"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with served(tmp_path_factory.mktemp("server")) as application:
        yield application


@pytest.fixture(scope="module")
def owner(app):
    return Browser(app)


def until(socket, kind, **values):
    """The next frame of a kind, with these values."""
    for _ in range(500):
        frame = json.loads(socket.receive_text())
        if frame["type"] == kind and all(frame.get(key) == value for key, value in values.items()):
            return frame
    raise AssertionError(f"no frame {kind}")


@pytest.fixture(scope="module")
def lab(owner):
    asked = {"scenario": SCENARIO, "people": PEOPLE, "days": DAYS, "seed": 3}
    opened = owner.post("/api/lab", json=asked)
    assert opened.status_code == 201, opened.text
    found = opened.json()
    with owner.live(f"/api/lab/{found['lab']}/live") as socket:
        found["history"] = until(socket, "history")
    return found


@pytest.fixture(scope="module")
def alone():
    """The same two arms, as the library simulates them together."""
    return simulate(load_scenario(SCENARIO), people=PEOPLE, days=DAYS, seed=3, threads=1)


def test_scenarios_are_told_in_words(owner):
    found = owner.get("/api/scenarios").json()
    assert found[0]["name"] == SCENARIO
    for one in found:
        assert all(one["words"][part] for part in ("watches", "counts", "does", "way_out")), one["name"]
        assert one["rule"] in {rule["path"] for rule in rules_of(load_regime(one["regime"]))}


def test_what_is_drawn_is_what_was_counted(lab, alone):
    names = {"offences": "offence", "lawfuls": "lawful"}
    column = alone.compiled.columns.flow_names
    country = load_scenario(SCENARIO).country_model
    from moot.vocabulary import load_vocabulary

    for measure, kind in names.items():
        acts = {
            f"act:{name}:acts" for name in country.acts if country.act(name, load_vocabulary()).class_ == kind
        }
        for a, arm in enumerate(alone.arms):
            columns = [n for n, name in column[a].items() if name in acts]
            by_day = alone.record.region[a][:, :, columns].sum(axis=(1, 2)) * 1000 / PEOPLE
            drawn = lab["history"]["series"][arm][measure]
            assert len(drawn) == DAYS
            assert drawn[0] == pytest.approx(by_day[0], rel=1e-3)
            assert drawn[-1] == pytest.approx(by_day[-7:].mean(), rel=1e-3)


def test_the_twin_has_no_curve_of_what_only_the_scheme_has(lab):
    series = lab["history"]["series"]
    assert "charges" in series[SCENARIO] and "charges" not in series["status-quo"]
    assert {one["name"] for one in lab["measures"]} == set(series[SCENARIO])


def test_a_changed_rule_is_the_arm_that_the_library_gives(owner, lab):
    path = f"/api/lab/{lab['lab']}"
    with owner.live(f"{path}/live") as socket:
        before = until(socket, "history")["series"]
        answer = owner.post(f"{path}/change", json={"changes": {RULE: 560}})
        assert answer.status_code == 202
        version = answer.json()["version"]
        after = until(socket, "series", version=version)["series"]
        state = until(socket, "state", version=version)
        assert state["changes"] == {RULE: 560} and state["last"] == DAYS - 1
    assert after["status-quo"] == before["status-quo"]
    assert after[SCENARIO] != before[SCENARIO]
    regime = with_values(load_regime(SCENARIO), {RULE: 560})
    scenario = load_scenario(SCENARIO).with_arms({"status-quo": None, SCENARIO: regime})
    again = simulate(scenario, people=PEOPLE, days=DAYS, seed=3, threads=1, arms=[SCENARIO])
    opened = owner.app.api.state.laboratories.get(lab["lab"])[0]
    assert opened.ready()[1][SCENARIO].digest == again.digests[SCENARIO]
    assert owner.post(f"{path}/change", json={"changes": {}}).status_code == 202
    with owner.live(f"{path}/live") as socket:
        while until(socket, "state")["version"] <= version:
            pass
        assert until(socket, "tick") is not None


def test_a_rule_that_changes_on_a_day_changes_nothing_before(owner, lab):
    path = f"/api/lab/{lab['lab']}"
    with owner.live(f"{path}/live") as socket:
        before = until(socket, "history")["series"][SCENARIO]
        asked = {
            "changes": {"sensors.1.coverage.value": 0.2, "sensors.2.coverage.value": 0.1},
            "from_day": 10,
        }
        version = owner.post(f"{path}/change", json=asked).json()["version"]
        after = until(socket, "series", version=version)["series"][SCENARIO]
        assert {name: curve[:10] for name, curve in after.items()} == {
            name: curve[:10] for name, curve in before.items()
        }
        assert after != before
        assert owner.post(f"{path}/change", json={"changes": {}, "from_day": DAYS}).status_code == 422
        version = owner.post(f"{path}/change", json={"changes": {}}).json()["version"]
        assert until(socket, "series", version=version)["series"][SCENARIO] == before


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({RULE: "high"}, RULE),
        ({"schemes.0.lists.0.refuses.air.value": 3}, "schemes.0.lists.0.refuses.air"),
        ({"schemes.9.score.start": 1}, "schemes.9"),
        ({RULE: 599}, "hysteresis"),
    ],
)
def test_a_wrong_value_is_told_at_its_path(owner, lab, changes, path):
    answer = owner.post(f"/api/lab/{lab['lab']}/change", json={"changes": changes})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert path in json.dumps([error["message"], *(one["path"] for one in error["where"])])


def test_one_clock_for_all_and_it_is_moved_by_its_owner(app, owner, lab):
    path = f"/api/lab/{lab['lab']}/live"
    with owner.live(path) as mine, owner.live(path) as other:
        mine.send_text('{"do": "seek", "day": 5}')
        assert until(mine, "tick", day=5)["values"] == until(other, "tick", day=5)["values"]
        mine.send_text('{"do": "step", "days": 2}')
        until(other, "tick", day=7)
        mine.send_text('{"do": "speed", "speed": 60}')
        mine.send_text('{"do": "seek", "day": 0}')
        mine.send_text('{"do": "play"}')
        until(other, "state", playing=False, day=DAYS - 1)
        for wrong in ('{"do": "seek", "day": 999}', '{"do": "fly"}', "[]", "not json", '{"do": "speed"}'):
            mine.send_text(wrong)
            assert until(mine, "error")["error"]["code"]


def test_a_map_says_nothing_of_few_people_or_few_events(owner, lab):
    opened = owner.app.api.state.laboratories.get(lab["lab"])[0]
    _, counted = opened.ready()
    measure = opened.measure("offences")
    told = counted[SCENARIO].regions_on(measure, DAYS - 1)
    events = counted[SCENARIO].by_day_and_region(measure.counts).sum(axis=0)
    people = counted[SCENARIO].by_region
    assert people.sum() == PEOPLE
    for value, count, residents in zip(told, events, people, strict=True):
        enough = residents >= LEAST_PEOPLE and count >= LEAST_EVENTS
        assert (value is not None) is bool(enough)
    assert len(told) == len(lab["regions"])


def test_a_life_is_opened_by_its_number_and_told_beside_its_twin(owner, lab, alone):
    path = f"/api/lab/{lab['lab']}/people"
    one = owner.get(f"{path}/random").json()
    assert one["number"].startswith("SYN-") and "synthetic" in one["who"]
    again = owner.get(f"{path}/{one['number']}").json()
    assert again["moments"] == one["moments"]
    assert owner.get(f"{path}/SYN-9999999").status_code == 404
    from moot.findings.lives import gathered, moments
    from moot.findings.run import run_of

    run = run_of(alone)
    told = gathered(moments(run.life(one["number"]).pair(run.rules, SCENARIO)))
    assert [moment.text for moment in told] == [moment["text"] for moment in one["moments"]]


def test_an_event_is_explained(owner, lab):
    path = f"/api/lab/{lab['lab']}/people"
    for _ in range(40):
        life = owner.get(f"{path}/random").json()
        mine = [one for one in life["moments"] if one["arm"] == SCENARIO and one["points"]]
        if mine:
            break
    asked = f"{path}/{life['number']}/events/{mine[0]['event']}/explain"
    found = owner.get(asked).json()
    assert found["synthetic"] is True and found["rule"]["words"] and found["lines"]
    assert owner.get(f"{path}/{life['number']}/events/99999/explain").status_code == 422


def test_groups_tiers_and_refusals(owner, lab):
    path = f"/api/lab/{lab['lab']}"
    groups = owner.get(f"{path}/groups", params={"by": "age"}).json()
    assert "depend" in groups["says"] and {"charges", "wrong", "lowest"} == set(
        groups["levels"][0]["per_1000"]
    )
    assert owner.get(f"{path}/groups", params={"by": "religion"}).status_code == 404
    tiers = owner.get(f"{path}/tiers").json()["schemes"]["rank"]
    assert [one["tier"] for one in tiers["tiers"]] == ["A", "B", "C", "D"]
    for week in zip(*tiers["per_1000"], strict=True):
        assert sum(week) == pytest.approx(1000, abs=1)
    refusals = owner.get(f"{path}/refusals").json()
    assert {one["context"] for one in refusals["contexts"]} == {"air", "fast-rail"}
    assert [one["cause"] for one in refusals["contexts"][0]["causes"]] == ["court", "score", "conduct"]


def test_downloads_are_marked_synthetic(owner, lab):
    path = f"/api/lab/{lab['lab']}/download"
    found = owner.get(f"{path}/csv")
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert found.headers["content-disposition"].startswith("attachment") and rows
    assert {row["synthetic"] for row in rows} == {"true"}
    assert owner.get(f"{path}/parquet").content[:4] == b"PAR1"
    assert owner.get(f"{path}/pdf", params={"lang": "fr"}).content[:5] == b"%PDF-"
    text = owner.get(f"{path}/regime").text
    assert "Do not write about a real person" in text and f"regime: {SCENARIO}" in text
    assert owner.get(f"{path}/pickle").status_code == 422


def test_nothing_is_quoted_without_a_range(owner, lab):
    said = owner.get(f"/api/lab/{lab['lab']}/quote").json()
    assert said["ready"] is False and "anecdote" in said["en"] and "Never quote" in said["never"]["en"]


def test_uncertainty_says_of_how_small_a_society_it_is(owner, lab):
    found = owner.get(f"/api/lab/{lab['lab']}/uncertainty").json()
    assert found["people"] == PEOPLE and found["of"] == 14 and "1,000 synthetic people" in found["says"]["en"]


def test_guests_look_and_do_not_move_what_is_not_theirs(tmp_path):
    with served(tmp_path, room=True) as app:
        teacher, pupil = Browser(app), Browser(app)
        lab = teacher.post("/api/lab", json={"scenario": SCENARIO, "people": PEOPLE, "days": 7}).json()["lab"]
        refused = pupil.post(f"/api/lab/{lab}/change", json={"changes": {}})
        assert refused.status_code == 403 and refused.json()["error"]["code"] == "not_allowed"
        assert pupil.get(f"/api/lab/{lab}").status_code == 200
        with pupil.live(f"/api/lab/{lab}/live") as socket:
            socket.send_text('{"do": "play"}')
            assert until(socket, "error")["error"]["code"] == "not_allowed"
            socket.send_text('{"do": "measure", "measure": "offences"}')
        stranger = TestClient(app)
        stranger.portal = app.portal
        assert stranger.get(f"/api/lab/{lab}").status_code == 401


def test_a_case_is_made_of_an_experiment_of_what_is_shown(owner, lab):
    """The same scheme, changed as it is: its files are kept, read and counted before the answer."""
    made = owner.post(f"/api/lab/{lab['lab']}/case", json={"people": 1000, "replicates": 2})
    assert made.status_code == 201, made.text
    name = made.json()["experiment"]
    assert made.json()["case"] is True and made.json()["of"] == 2
    owner.post(f"/api/experiments/{name}/stop")
    from moot.experiment.declaration import load_experiment

    place = owner.app.api.state.experiments.place(name)
    declared = load_experiment(place / "experiment.yaml")
    (scenario,) = declared.scenario_models
    assert scenario.arm_regimes[SCENARIO].content_hash == load_regime(SCENARIO).content_hash
    assert scenario.days == DAYS


@pytest.mark.parametrize("origin", [None, "http://elsewhere.example", "null"])
def test_a_websocket_of_another_page_is_refused(owner, lab, origin):
    headers = {} if origin is None else {"origin": origin}
    client = TestClient(owner.app, cookies=owner.cookies)
    client.portal = owner.app.portal
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(f"/api/lab/{lab['lab']}/live", headers=headers),
    ):
        pass


def test_few_laboratories_are_open_at_once(owner, lab):
    """The third of one visitor closes that visitor's oldest, and the one that is looked at stays."""
    asked = {"scenario": SCENARIO, "people": PEOPLE, "days": 7}
    owner.get(f"/api/lab/{lab['lab']}")
    other = Browser(owner.app)
    names = [other.post("/api/lab", json=asked).json()["lab"] for _ in range(3)]
    assert [other.get(f"/api/lab/{name}").status_code for name in names] == [404, 200, 200]
    assert owner.get(f"/api/lab/{lab['lab']}").status_code == 200


def test_sizes_and_names_are_checked(owner):
    for asked in (
        {"scenario": "../../etc/passwd"},
        {"scenario": "no-such-scenario"},
        {"scenario": SCENARIO, "people": 999},
        {"scenario": SCENARIO, "people": 2_000_000},
        {"scenario": SCENARIO, "path": "x"},
        {"scenario": "china-2018-quiet"},
    ):
        assert owner.post("/api/lab", json=asked).status_code in {404, 422}, asked


def test_rules_that_move_stay_within_what_the_regime_takes():
    regime = load_regime(SCENARIO)
    rules = {one["path"]: one for one in rules_of(regime)}
    assert first_rule(regime) == RULE
    numbers = [one for one in rules.values() if one["kind"] == "number"]
    assert len(numbers) > 60
    for end in ("min", "max"):  # all declared ranges at one end together
        with_values(regime, {one["path"]: one[end] for one in numbers if one["declared"]})
    for one in rules.values():
        assert one["label"]["en"] and one["label"]["fr"], one["path"]
    with_values(regime, {RULE: rules[RULE]["max"]})
    with_values(regime, {RULE: rules[RULE]["min"]})
