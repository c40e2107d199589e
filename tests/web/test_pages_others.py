"""The other pages in a browser: the builder, experiments, and the one that answers whether this is real."""

import json
import re

import pytest

import moot
from moot.store import experiments
from moot.store.checkpoint import sealed
from tests.dossier.texts import TOLD
from tests.experiment.texts import declared
from tests.web.chromium import chromium, needs_chromium, server, violations

pytestmark = needs_chromium
SHEET = {
    "says": [],
    "scenarios": [
        {
            "title": "The year",
            "conclusions": [
                {
                    "name": "more-charges",
                    "sentence": "Charges by the scheme go up.",
                    "draws": {"held": 31, "of": 40, "low": -2.0, "high": 410.0},
                    "alone": [{"name": "regime.sensors.phone-app.coverage"}],
                }
            ],
        }
    ],
}
FRONTIER = {
    "says": [],
    "scenarios": [
        {
            "title": "The year",
            "why_no_frontier": "",
            "burdens": [{"name": "refusals", "words": "refusals"}],
            "schemes": [
                {
                    "arm": "r5",
                    "title": "Shorter memory",
                    "fresh": {"fall": {"low": 1.0, "high": 2.0}, "reaches": True},
                    "burdens": [{"name": "refusals", "beyond_today": {"low": 0.25, "high": 0.5}}],
                    "dominated_by": [],
                }
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server that has an experiment which is done, with what other commands put beside it."""
    folder = tmp_path_factory.mktemp("server")
    place = folder / "experiments" / "small-01234567"
    place.mkdir(parents=True)
    moot.compare(declared(tmp_path_factory.mktemp("declared"), TOLD), threads=1, out=place / "results")
    for (name, form), content in ((experiments.SHEET, SHEET), (experiments.ALTERNATIVES, FRONTIER)):
        (place / "results" / name).write_text(sealed({"format": form, **content}))
    kept = {"title": "Small", "jobs": 1, "run": True, "failed": "", "case": False}
    (place / "asked.json").write_text(json.dumps(kept))
    with server(folder, threads=1) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser, address):
    context = browser.new_context(locale="en-GB", base_url=address)
    found = context.new_page()
    wrong, asked = [], []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("request", lambda request: asked.append(request.url))
    yield found
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith((address, f"blob:{address}"))] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/builder", "/experiments", "/about", "/nowhere"])
def test_pages_stand_in_nobodys_way(page, path, theme):
    page.emulate_media(color_scheme=theme)
    page.goto(path)
    page.locator("h1").wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert violations(page) == []
    assert page.locator(".band").inner_text().lower().startswith("model · synthetic people")


@pytest.mark.parametrize("path", ["/", "/builder", "/experiments", "/about"])
def test_pages_fit_a_phone_and_large_type(browser, address, path):
    context = browser.new_context(locale="fr", base_url=address, viewport={"width": 360, "height": 700})
    phone = context.new_page()
    phone.goto(path)
    phone.locator("h1").wait_for()
    phone.wait_for_load_state("networkidle")
    phone.evaluate("() => (document.documentElement.style.fontSize = '24px')")  # half as large again
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert phone.locator("html").get_attribute("lang") == "fr"
    context.close()


def test_a_scheme_is_built_without_code_and_its_words_follow(page):
    page.goto("/builder")
    page.locator(".account", has_text="It starts at 700").wait_for()
    start = page.get_by_label("starts at", exact=True)
    start.fill("650")
    start.press("Tab")
    page.locator(".account", has_text="It starts at 650").wait_for()
    page.get_by_role("button", name="As a file").click()
    assert re.search(r"^\s+start: 650$", page.get_by_label("As a file").input_value(), re.MULTILINE)


def test_form_and_file_tell_the_same_error_at_the_same_place(page):
    page.goto("/builder")
    page.get_by_role("button", name="As a file").click()
    file = page.get_by_label("As a file")
    page.get_by_text("its parts go together").wait_for()
    text = file.input_value()
    line = next(n for n, one in enumerate(text.splitlines(), 1) if one.startswith("kind:"))
    file.fill(text.replace("\nkind: invented", "\nkind: inventedd"))
    place = page.get_by_role("button", name=re.compile(rf"line {line}, column \d+ · kind"))
    place.wait_for()
    assert page.locator(".errors").inner_text().count("invented") >= 1
    assert page.locator(".gutter .wrong").inner_text() == str(line)
    place.click()
    at = file.evaluate("(one) => one.value.slice(0, one.selectionStart).split('\\n').length")
    assert at == line
    page.get_by_role("button", name="As a form").click()
    page.get_by_text("What it is", exact=True).click()
    page.get_by_text(re.compile("expected one of")).first.wait_for()


def test_markup_in_a_file_stays_text(page):
    page.goto("/builder")
    page.get_by_role("button", name="As a file").click()
    page.get_by_text("its parts go together").wait_for()
    file = page.get_by_label("As a file")
    evil = "<img src=x onerror=alert(1)>"
    file.fill(file.input_value().replace("name: Rank my Life", f'name: "{evil}"', 1))
    page.locator(".account", has_text=evil).wait_for()
    assert page.locator(".account img").count() == 0


def test_an_experiment_is_started_stopped_and_goes_on(page):
    page.goto("/experiments")
    page.get_by_label("Synthetic people").fill("1000")
    page.get_by_label("Draws of chance").fill("1")
    page.get_by_label("Draws of the assumptions").fill("0")
    page.get_by_role("button", name="Start", exact=True).click()
    mine = page.locator("li", has_text="rank-my-life-2028-")
    mine.get_by_text(re.compile("running|waiting")).wait_for()
    mine.get_by_role("button", name=re.compile("^Stop")).click()
    mine.get_by_text("stopped", exact=True).wait_for()
    mine.get_by_role("button", name=re.compile("^Go on")).click()
    mine.get_by_text(re.compile("running|waiting")).wait_for()
    mine.get_by_role("button", name=re.compile("^Stop")).click()
    mine.get_by_text("stopped", exact=True).wait_for()


def test_results_are_read_with_the_range_first(page):
    page.goto("/experiments?open=small-01234567")
    page.get_by_role("heading", name=re.compile("^What .*changed$")).first.wait_for()
    page.get_by_role("heading", name="Milder schemes that reach as much").wait_for()
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
    heads = page.locator(".read thead").first.locator("th").all_inner_texts()
    assert heads == ["What", "Range over assumptions", "Interval of chance", "Mean", "Without"]
    row = page.locator(".read tbody tr").first.inner_text()
    assert row.count(" to ") >= 1 or "not varied" in row, row
    milder = page.get_by_role("row", name=re.compile("^Shorter memory")).inner_text().split("\t")
    assert milder == ["Shorter memory", "1 to 2", "yes", "0.25 to 0.5"]
    assert page.get_by_text("holds in 31 of 40 draws over the declared ranges").count() == 1
    address = page.get_by_role("link", name="HTML").get_attribute("href")
    assert address == "/api/experiments/small-01234567/dossier?format=html&lang=en"
    assert violations(page) == []
