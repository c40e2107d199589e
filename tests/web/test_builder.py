"""The builder: the same errors as `moot check`, the same regime back, and nothing that blows up."""

import json

import pytest
from typer.testing import CliRunner

from moot.cli.main import app as command_line
from moot.declaring.files import data_folder, shipped_names
from moot.declaring.source import source_of_text
from moot.regime.reading import load_regime, regime_from
from tests.regime.texts import REGIME
from tests.web.browsers import Browser, served

BOMB = (
    "a: &a [x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{name}: &{name} [{', '.join(f'*{above}' for _ in range(8))}]\n"
        for above, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "regime: mine\n"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with served(tmp_path_factory.mktemp("server")) as app:
        yield Browser(app)


def checked(browser, text, **more):
    answer = browser.post("/api/check", json={"yaml": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "change", [("points:", "pionts:"), ("kind: invented", "kind: real"), ("start: 1", "start: x")]
)
def test_errors_are_those_of_the_command(browser, tmp_path, change):
    text = (data_folder() / "scaffolds" / "regime.yaml").read_text("utf-8").replace("NAME", "mine")
    text = text.replace(*change, 1) if change[0] in text else text + "\nno_such_key: 1\n"
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    said = json.loads(CliRunner().invoke(command_line, ["check", str(file), "--json"]).stdout)
    found = checked(browser, text)
    assert found["ok"] is said["ok"] is False
    assert [(one["line"], one["column"], one["path"], one["message"]) for one in found["errors"]] == [
        (one["line"], one["column"], one["key"], one["message"]) for one in said["problems"]
    ]


def test_a_regime_in_words_and_back_again(browser):
    found = checked(browser, REGIME)
    assert found["ok"] and found["words"]["watches"] and "What it sees" in found["account"]
    built = browser.post("/api/build", json={"model": found["model"]}).json()["yaml"]
    assert "Do not write about a real person" in built
    again = regime_from(source_of_text(built, "again"))
    assert again.content_hash == regime_from(source_of_text(REGIME, "first")).content_hash


def test_every_shipped_regime_is_built_again_as_it_is(browser):
    for name in shipped_names("regime"):
        model = browser.get(f"/api/regimes/{name}").json()["model"]
        built = browser.post("/api/build", json={"model": model}).json()["yaml"]
        assert regime_from(source_of_text(built, name)).content_hash == load_regime(name).content_hash, name


def test_a_wrong_model_is_told_by_its_path(browser):
    model = browser.get("/api/regimes/scaffold").json()["model"] | {"kind": "real"}
    answer = browser.post("/api/build", json={"model": model})
    assert answer.status_code == 422 and answer.json()["error"]["where"][0]["path"] == "kind"


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "regime: !!python/object/apply:os.system ['true']\n",
        "regime: " + "[" * 500 + "]" * 500 + "\n",
        "regime: x\n" + "".join(f"k{n}: 1\n" for n in range(20_000)),
        "regime: " + "x" * 50_000,
        "regime: \x00\n",
        "",
    ],
)
def test_bombs_are_refused_and_told(browser, text):
    found = checked(browser, text)
    assert found["ok"] is False and found["errors"][0]["message"]


def test_a_text_that_is_too_large_is_not_read(browser):
    assert browser.post("/api/check", json={"yaml": "x" * 200_001}).status_code == 422
    assert browser.post("/api/check", json={"yaml": "x" * 400_000}).status_code == 413


@pytest.mark.parametrize("name", ["..%2f..%2fcountries%2ffrance", "../../vocabulary", "no-such", "a/b"])
def test_no_other_file_is_read_by_a_name(browser, name):
    answer = browser.get(f"/api/regimes/{name}")
    assert answer.status_code in {404, 422} or "yaml" not in answer.text
    assert "population" not in answer.text


def test_scripts_in_texts_come_back_as_data(browser):
    evil = "<script>alert(1)</script>"
    text = REGIME.replace("name: ", f"name: {evil} ", 1) if "name: " in REGIME else REGIME
    answer = browser.post("/api/check", json={"yaml": text})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert evil in answer.json()["account"]


def test_a_scenario_meets_the_regime(browser):
    wrong = REGIME.replace("jaywalking", "queue-jumping")
    assert checked(browser, wrong, scenario="rank-my-life-2028")["ok"] is False
