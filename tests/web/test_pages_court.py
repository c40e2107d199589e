"""The court room in a real browser: five people in five contexts play the lesson to the judgment."""

import re

import pytest

from tests.web.chromium import chromium, needs_chromium, server, violations
from tests.web.lesson import REASON

pytestmark = [*needs_chromium, pytest.mark.slow]
ROLES = ("claimants", "respondent", "jury", "third-voice", "public")


class Seat:
    """Somebody at a page, who uses it as people do: by the words on it."""

    def __init__(self, browser, address: str, **context):
        self.context = browser.new_context(locale="en", **context)
        self.asked: list[str] = []
        self.context.on("request", lambda one: self.asked.append(one.url))
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.address = address

    def follow(self, link: str) -> "Seat":
        self.page.goto(link)
        self.page.wait_for_selector(".head h1")
        return self

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def form(self, title: str):
        """A form of the page, opened."""
        details = self.page.locator("details", has=self.page.locator(f"summary:text-is('{title}')")).first
        details.wait_for()
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()
        return details

    def take(self, title: str, choose: dict[str, str] | None = None, **texts: str) -> None:
        """Take a step: choose by label, write, send; wait until the server has taken it."""
        form = self.form(title)
        for label, option in (choose or {}).items():
            select = form.get_by_label(label)
            value = select.locator("option", has_text=option).first.get_attribute("value")
            select.select_option(value)
        for label, text in texts.items():
            form.get_by_label(label.replace("_", " ")).fill(text)
        before = self.version()
        form.get_by_role("button", name=title, exact=True).click()
        self.page.wait_for_function(
            "before => Number(document.querySelector('[data-version]').dataset.version) > before", arg=before
        )

    def do(self, title: str) -> None:
        """Press the button of a step that needs nothing else."""
        before = self.version()
        self.press(title)
        self.page.wait_for_function(
            "before => Number(document.querySelector('[data-version]').dataset.version) > before", arg=before
        )

    def version(self) -> int:
        return int(self.page.locator("[data-version]").get_attribute("data-version"))

    def vote(self, choice: str) -> None:
        self.page.get_by_label(choice, exact=True).check()
        self.press("Put the paper into the box")
        self.page.get_by_text("Your paper is in the box.").first.wait_for()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with server(tmp_path_factory.mktemp("server")) as address, chromium() as browser:
        yield address, browser


def opened(room, name: str) -> tuple[Seat, dict[str, str]]:
    """A case opened by the page, its president, and the links of its doors by role."""
    address, browser = room
    president = Seat(browser, address)
    president.page.goto(f"{address}/court")
    president.page.get_by_label("Name of the case").fill(name)
    president.press("Open the case")
    president.page.wait_for_selector(".head h1")
    president.press("Show the doors")
    president.page.wait_for_selector(".doors")
    links = president.page.locator(".doors .link").all_inner_texts()
    assert president.page.locator(".doors img").first.evaluate("one => one.naturalWidth") > 0
    return president, {re.split(r"[=.]", one.partition("#")[2])[1]: one for one in links}


def speak(president: Seat, speaker: Seat, text: str) -> None:
    president.take("Give the floor")
    speaker.take("Speak", What_is_said=text)
    speaker.do("Give the floor back")


def test_five_people_in_five_browsers_play_the_lesson_to_the_judgment(room):
    address, browser = room
    president, links = opened(room, "lesson")
    seats = {role: Seat(browser, address).follow(links[role]) for role in ROLES}
    everybody = [president, *seats.values()]
    president.do("Open the hearing")
    president.do("Go to the next stage")
    speak(president, president, "Is the principle compatible with rights? <script>alert(1)</script>")
    president.do("Go to the next stage")
    for role, turns in (("claimants", 2), ("respondent", 2), ("third-voice", 1), ("respondent", 1)):
        for turn in range(turns):
            speak(president, seats[role], f"Words of {role}, turn {turn + 1}.")
        president.do("Go to the next stage")
    for role, choice in (("public", "yes"), ("claimants", "yes"), ("respondent", "no")):
        seats[role].vote(choice)
    president.page.get_by_text("3 votes were cast in browsers.").wait_for()
    president.take("Close the vote of everybody")
    president.do("Go to the next stage")

    president.take("Say whom blank ballots protect", {"For which side": "the respondent"})
    president.take("Put an element before the court")
    seats["jury"].vote("met")
    president.page.get_by_text("1 of 1 papers are in the box.").wait_for()
    president.take("Close the answers and tell the figures")
    president.take("Read a question and open the vote")
    seats["jury"].vote("met")
    president.do("Close the vote")
    president.do("Go to the next stage")
    president.take("Write reasons", What_is_said=REASON)
    for _ in range(president.page.locator("#grounds > details").count()):
        president.take(
            "Write the operative part", {"Decision": "not established"}, What_is_said="So decided."
        )
    president.do("Deliver the judgment")
    for one in everybody:
        one.page.locator("#judgment").get_by_text(REASON).wait_for()
        one.page.get_by_text("Ground 1, element E1: met").wait_for()
        assert one.faults == []
        assert {re.match(r"\w+://[^/]+", url)[0] for url in one.asked if not url.startswith("data:")} == {
            address
        }
    text = seats["public"].page.locator("#record").inner_text()
    assert "<script>alert(1)</script>" in text and "Words of respondent, turn 2." in text
    with seats["public"].page.expect_download() as got:
        seats["public"].page.get_by_role("link", name="PDF", exact=True).click()
    assert got.value.suggested_filename == "lesson-judgment-en.pdf"


def test_every_page_of_the_court_is_held_by_axe_in_both_languages_and_themes(room):
    address, browser = room
    president, links = opened(room, "axe")
    juror = Seat(browser, address, color_scheme="dark", viewport={"width": 390, "height": 800})
    juror.follow(links["jury"])
    for role in ("claimants", "respondent", "third-voice"):
        Seat(browser, address).follow(links[role])
    president.do("Open the hearing")
    president.do("Go to the next stage")
    president.take("Give the floor")
    president.page.locator(".list button").nth(1).click()
    president.press("Everyone to this page")
    juror.page.wait_for_selector("article.leaf")
    juror.page.get_by_role("button", name="Français").click()
    juror.page.get_by_text("Pièces", exact=True).first.wait_for()
    wall = juror.context.new_page()
    wall.goto(f"{address}/court/axe/projector")
    wall.wait_for_selector("article.leaf")
    assert wall.get_by_role("button").count() == 0, "nothing to press on a wall"
    cases = president.context.new_page()
    cases.goto(f"{address}/court")
    cases.wait_for_selector("form")
    for page in (president.page, juror.page, wall, cases):
        assert violations(page) == []
    assert juror.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "a telephone scrolls one way"
    )


def test_everyone_is_sent_to_a_page_and_a_cut_loses_nothing_that_was_typed(room):
    address, browser = room
    president, links = opened(room, "cut")
    side = Seat(browser, address).follow(links["claimants"])
    for role in ("respondent", "jury", "third-voice"):
        Seat(browser, address).follow(links[role])
    president.do("Open the hearing")
    president.do("Go to the next stage")
    speak(president, president, "The question.")
    president.do("Go to the next stage")
    president.take("Give the floor")
    side.form("Speak").get_by_label("What is said").fill("A sentence begun")
    side.page.locator(".list button").nth(2).click()
    side.press("Next page")
    side.press("Everyone to this page")
    leaf = president.page.locator("article.leaf .kicker")
    leaf.filter(has_text=re.compile("page 2 of", re.I)).wait_for(timeout=5000)
    side.context.set_offline(True)
    president.take("Note for the minutes", What_is_said="Noted while one was away.")
    side.context.set_offline(False)
    side.page.locator("#record").get_by_text("Noted while one was away.").wait_for(timeout=15000)
    assert side.form("Speak").get_by_label("What is said").input_value() == "A sentence begun"
    side.page.reload()
    side.page.wait_for_selector(".head h1")
    assert side.form("Speak").get_by_label("What is said").input_value() == "A sentence begun"


def test_a_juror_votes_by_the_keyboard_alone(room):
    address, browser = room
    president, links = opened(room, "keys")
    juror = Seat(browser, address).follow(links["jury"])
    for role in ("claimants", "respondent", "third-voice"):
        Seat(browser, address).follow(links[role])
    api = president.page
    api.evaluate(
        """async () => {
          const me = await (await fetch('/api/me')).json()
          const send = (step, about = {}) => fetch('/api/cases/keys/do', {method: 'POST',
            headers: {'content-type': 'application/json', 'x-moot-csrf': me.csrf},
            body: JSON.stringify({step, about, texts: {}})})
          await send('open')
          for (let n = 0; n < 40; n++) {
            const view = await (await fetch('/api/cases/keys')).json()
            if (view.hearing.kind === 'public-vote') await send('public-vote', {yes: 0, no: 0, blank: 0})
            if (view.hearing.kind === 'vote') break
            const turn = view.hearing.turn
            if (turn) { await send('floor', {role: turn.role}); await send('yield') } else await send('next')
          }
          await send('blanks', {side: 'none'})
          await send('consider', {ground: 1, element: 'E1'})
        }"""
    )
    page = juror.page
    page.get_by_text("Answer for yourself").wait_for()
    page.locator("h1").click()
    reached = False
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'radio'"):
            reached = True
            break
    assert reached, "the ballot is reached by the key Tab"
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Put the paper into the box"
    page.keyboard.press("Enter")
    page.get_by_text("Your paper is in the box.").first.wait_for()
    president.page.get_by_text("1 of 1 papers are in the box.").wait_for()
