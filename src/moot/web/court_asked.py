"""What is sent to the court room: bodies of requests, their limits and examples. No field takes a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from moot.trial.wording import MOST

__all__ = [
    "Ballot",
    "Come",
    "Doors",
    "Examine",
    "Exhibit",
    "Invite",
    "NewCase",
    "Note",
    "Page",
    "PublicBallot",
    "Remedy",
    "Revoke",
    "Run",
    "Step",
    "Witness",
]

Said = Annotated[str, Field(max_length=MOST)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._ ():+-]+$")]
Number = Annotated[int, Field(ge=0, le=1_000_000)]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class Sent(BaseModel):
    """What every step carries: a key of the caller's own, and the version that it saw when it made it.

    A step that is sent again with the same key is not taken again.
    """

    model_config = ConfigDict(extra="forbid")
    key: str = Field("", max_length=64)
    seen: Number = 0


class NewCase(BaseModel):
    """A case to open: the ready one, or one against the scheme of a finished experiment of this server."""

    model_config = _example(name="our-case", ready=True, procedure="class-55", language="en")
    name: str = Field(min_length=1, max_length=60)
    ready: bool = True
    experiment: str | None = Field(None, max_length=100)
    question: Said = ""
    procedure: str = Field("class-55", max_length=60)
    language: Literal["en", "fr"] = "en"
    day: date = date(2028, 12, 4)
    phrase: str = Field("", max_length=200, description="a pass-phrase that everybody who comes in must say")


class Come(BaseModel):
    """A link that somebody follows into a case."""

    model_config = _example(case="our-case", token="jury.BimsP0mL7pjV0C0WzTQEAYx4")
    case: str = Field(max_length=60)
    token: str = Field(max_length=200)
    phrase: str = Field("", max_length=200)


class Invite(BaseModel):
    """An invitation to a seat (default: the next free one of the role)."""

    model_config = _example(role="jury")
    role: str = Field(max_length=60)
    seat: int | None = Field(None, ge=1, le=1000)


class Revoke(BaseModel):
    """An invitation to end."""

    model_config = _example(invitation="340fd998108e")
    invitation: str = Field(max_length=40)


class Doors(BaseModel):
    """Shut the doors of a room, or open them with other links."""

    model_config = _example(shut=True)
    shut: bool


class Step(Sent):
    """A step of the procedure: what it is about, and its texts."""

    model_config = _example(
        step="speech", about={"ground": 1, "element": "E1"}, texts={"text": "A score decided a job."}
    )
    step: str = Field(max_length=40)
    about: dict[Annotated[str, Field(max_length=40)], JsonValue] = Field(default_factory=dict, max_length=12)
    texts: dict[Annotated[str, Field(max_length=40)], Said] = Field(default_factory=dict, max_length=4)


class Ballot(BaseModel):
    """A paper for the box. `choice` and `pad` have sixteen characters together, so that all are alike long.

    `question` is the number of the one that is open; a negative one is an answer for oneself.
    """

    model_config = _example(question=1, choice="not met", pad=".........")
    question: int = Field(ge=-1000, le=1000)
    choice: Literal["met", "not met", "blank"]
    pad: str = Field(max_length=16)
    key: str = Field("", max_length=64)


class PublicBallot(BaseModel):
    """A vote of everybody, apart from the court's; padded as a ballot is."""

    model_config = _example(choice="yes", pad=".............")
    choice: Literal["yes", "no", "blank"]
    pad: str = Field(max_length=16)


class Note(BaseModel):
    """A private note of a seat."""

    model_config = _example(text="Ask about exhibit 3.")
    text: Said


class Page(Sent):
    """Everyone to a page of an exhibit."""

    model_config = _example(exhibit=1, page=2)
    exhibit: int = Field(ge=1, le=1000)
    page: int = Field(1, ge=1, le=99)


class Run(Sent):
    """A run of the experiment behind an exhibit, with what is changed in it."""

    model_config = _example(exhibit=1, seed=101, people=5000, reason="The same, with other chance.")
    exhibit: int = Field(ge=1, le=1000)
    seed: int | None = Field(None, ge=0, le=2**31)
    people: int | None = Field(None, ge=1000, le=100_000)
    days: int | None = Field(None, ge=1, le=1_100)
    replicates: int | None = Field(None, ge=10, le=60)
    reason: Said = ""


class Exhibit(Sent):
    """An exhibit chosen from results: of a run of the case, or of an experiment of this server."""

    model_config = _example(run=1, measure="hires refused for the score", title="")
    run: int | None = Field(None, ge=1, le=1000)
    experiment: str | None = Field(None, max_length=100)
    measure: str = Field(min_length=1, max_length=300)
    arm: str | None = Field(None, max_length=100)
    title: Said = ""


class Witness(Sent):
    """A life of the panel of the run behind an exhibit, by its number, or another at random."""

    model_config = _example(exhibit=1, person="another")
    exhibit: int = Field(ge=1, le=1000)
    person: str = Field("another", pattern=r"^(another|SYN-[0-9]{7})$")


class Examine(Sent):
    """An event of a witness to be explained; with `rerun` one rule is changed and all is simulated again."""

    model_config = _example(event=3, rerun=False)
    event: Number
    arm: str | None = Field(None, max_length=100)
    rerun: bool = False


class Remedy(BaseModel):
    """A remedy to simulate for the court, on what an exhibit shows."""

    model_config = _example(remedy="erase-after-12-months", exhibit=1)
    remedy: str = Field(max_length=60)
    exhibit: int = Field(ge=1, le=1000)
