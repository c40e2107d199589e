"""A lesson played by scripted roles, each in a browser of its own, over the routes that the pages use."""

from typing import Any

from tests.web.browsers import Browser

REASON = "The court has read the text and heard both sides."


class Player:
    """A role in a browser; `do` takes a step, and raises where it was refused."""

    def __init__(self, app: Any, case: str = "lesson") -> None:
        self.browser, self.case, self.keys = Browser(app), case, 0

    @property
    def path(self) -> str:
        return f"/api/cases/{self.case}"

    def come(self, token: str, **more: str) -> "Player":
        answer = self.browser.post("/api/join", json={"case": self.case, "token": token, **more})
        assert answer.status_code == 200, answer.text
        self.role, self.seat = answer.json()["role"], answer.json()["seat"]
        return self

    def post(self, where: str, **body: Any):
        return self.browser.post(f"{self.path}/{where}", json=body)

    def try_(self, step: str, texts: dict[str, str] | None = None, **about: Any):
        return self.post("do", step=step, about=about, texts=texts or {})

    def do(self, step: str, texts: dict[str, str] | None = None, **about: Any) -> int:
        answer = self.try_(step, texts, **about)
        assert answer.status_code == 200, (step, answer.text)
        return answer.json()["version"]

    def view(self) -> dict[str, Any]:
        answer = self.browser.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def may(self) -> set[str]:
        return {one["step"] for one in self.view()["may"]}

    def ballot(self, question: int, choice: str):
        return self.post("ballot", question=question, choice=choice, pad="." * (16 - len(choice)))

    def public(self, choice: str):
        return self.post("public-vote", choice=choice, pad="." * (16 - len(choice)))

    def live(self, more: str = ""):
        return self.browser.live(f"{self.path}/live{more}")


def token_of(link: str) -> str:
    """What a link opens a seat with."""
    return link.partition("#come=")[2]


def opened(app: Any, name: str = "lesson", **more: Any) -> Player:
    """A new case, and its president in a browser."""
    host = Browser(app)
    answer = host.post("/api/cases", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return Player(app, name).come(token_of(answer.json()["president_link"]), phrase=more.get("phrase", ""))


def seated(app: Any, name: str = "lesson", jurors: int = 5, **more: Any) -> dict[str, Any]:
    """A case with everybody that the lesson needs: `president`, sides, `third`, `public` and `jury`."""
    president = opened(app, name, **more)
    doors = {one["role"]: token_of(one["link"]) for one in doors_of(president)}
    cast: dict[str, Any] = {"president": president}
    for role in ("claimants", "respondent", "third-voice", "public"):
        cast[role] = Player(app, name).come(doors[role])
    cast["jury"] = [Player(app, name).come(doors["jury"]) for _ in range(jurors)]
    return cast


def doors_of(president: Player) -> list[dict[str, Any]]:
    return list(president.browser.get(f"{president.path}/doors").json()["doors"])


def turns(cast: dict[str, Any], **about: Any) -> None:
    """Everybody who has a turn in this stage takes it."""
    president = cast["president"]
    while (turn := president.view()["hearing"]["turn"]) is not None:
        speaker = cast[turn["role"]]
        president.do("floor", role=turn["role"])
        more = about if turn["role"] in ("claimants", "respondent") else {}
        speaker.do("speech", {"text": f"Words of {turn['role']}."}, **more)
        speaker.do("yield")


def to_stage(cast: dict[str, Any], kind: str) -> None:
    """Play every stage before the next of a kind."""
    president = cast["president"]
    while (hearing := president.view()["hearing"])["kind"] != kind:
        turns(cast, ground=1, element="E1", answer="met")
        if hearing["kind"] == "public-vote":
            everybody_votes(cast)
        president.do("next")


def everybody_votes(cast: dict[str, Any]) -> None:
    for who, choice in ((cast["public"], "yes"), (cast["claimants"], "yes"), (cast["respondent"], "no")):
        assert who.public(choice).status_code == 200
    cast["president"].do("public-vote", yes=1)


def vote(cast: dict[str, Any], ground: int = 1, element: str = "E1", choices: tuple[str, ...] = ()) -> None:
    """Answers for oneself, figures, the question, papers, the count."""
    president, jury = cast["president"], cast["jury"]
    said = choices or ("met", "met", "met", "not met", "blank")
    if "blanks" in president.may():
        president.do("blanks", side="respondent")
    president.do("consider", ground=ground, element=element)
    for step in ("figures", "close-vote"):
        number = president.view()["open"]["number"]
        for juror, choice in zip(jury, said, strict=False):
            assert juror.ballot(number, choice).json() == {"ballot": "in the box"}
        president.do(step)
        if step == "figures":
            president.do("put", ground=ground, element=element)


def judged(cast: dict[str, Any]) -> None:
    """Reasons, operative part, reading, debrief, the end."""
    president = cast["president"]
    president.do("next")
    for one in president.view()["questions"]:
        president.do("reason", {"text": REASON}, ground=one["ground"], element=one["element"], exhibits=[1])
    for ground in president.view()["grounds"]:
        president.do(
            "operative", {"text": "It is so decided."}, ground=ground["number"], outcome="not established"
        )
    president.do("deliver")
    president.do("next")
    president.do("next")


def played(cast: dict[str, Any]) -> None:
    """The whole lesson, from its opening to its end."""
    cast["president"].do("open")
    to_stage(cast, "vote")
    vote(cast)
    judged(cast)
