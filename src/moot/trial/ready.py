"""Ready cases: a question, facts with sources, grounds, open claimants, exhibits computed beforehand.

::

    data/cases/NAME/
    ├── case.yaml          what is before the court
    ├── experiment.yaml    what the exhibits rest on
    ├── about.json         its declarations in full, once for all exhibits
    └── exhibits.json      what each exhibit says, without them, and its hash

An exhibit is put together again from both files and is refused where it does not have the hash written beside
it. It is made again like any exhibit: `moot case rebuild CASE`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from moot.declaring.complaints import Complaint, declared, nearest
from moot.declaring.files import data_folder, shown
from moot.declaring.source import read_source
from moot.declaring.values import Declaration, IsoDate, Many, Part, Slug, Text
from moot.errors import CaseError, UnknownNameError
from moot.regime.reading import load_regime
from moot.trial.case import CONTENT, Case
from moot.trial.court import new_case
from moot.trial.exhibits import Exhibit, exhibit_of
from moot.trial.procedure import Procedure, load_procedure

__all__ = [
    "Ready",
    "load_ready",
    "packed",
    "ready_case",
    "ready_folder",
    "ready_names",
    "shipped_exhibits",
    "shipped_texts",
]

By = Literal["president", "claimants", "respondent"]


class ReadyFact(Part):
    """A fact, who tells it, and where it comes from."""

    by: By
    status: Literal["admitted", "disputed"]
    fact: Text
    origin: Text


class ReadyGround(Part):
    """An entry of the law, who pleads it, and the claim; `proportionality` opens its sheet, and says who
    asks for it."""

    by: By
    entry: Text
    claim: Text
    proportionality: By | None = None


class ReadyExhibit(Part):
    """Who files it, and which line of the experiment it shows; a `title` in the place of its words."""

    by: By
    measure: Text
    title: Text | None = None


class Ready(Declaration):
    """What is before the court when the case is opened."""

    case: Slug
    title: Text
    regime: Slug
    scenario_title: Text
    country: Slug
    day: IsoDate
    procedure: Slug
    question: Text
    claimants: int = Field(ge=1, le=20)
    facts: Many[ReadyFact]
    grounds: Many[ReadyGround]
    exhibits: Many[ReadyExhibit]


def ready_names() -> list[str]:
    """The ready cases that are shipped, sorted."""
    return sorted(path.parent.name for path in (data_folder() / "cases").glob("*/case.yaml"))


def ready_folder(name: str) -> Path:
    """Where a ready case is. Raises `UnknownNameError`."""
    known = ready_names()
    if name not in known:
        close = nearest(name, known).removeprefix('did you mean "').removesuffix('"?')
        raise UnknownNameError("ready case", name, known, close)
    return data_folder() / "cases" / name


def load_ready(name: str) -> Ready:
    """What a ready case says. Raises `UnknownNameError`, `DeclarationError`."""
    path = ready_folder(name) / "case.yaml"
    return declared(Ready, read_source(path, shown(path)), _check)


def _check(ready: Ready) -> Iterator[Complaint]:
    for number, one in enumerate(ready.facts):
        if one.status == "admitted" and one.by != "president":
            yield Complaint(at=("facts", number, "status"), message="a side tells what is disputed")


def shipped_exhibits(name: str) -> list[Exhibit]:
    """The exhibits of a ready case, in the order of its file.

    Raises `CaseError` where one of them does not have the hash written beside it.
    """
    folder = ready_folder(name)
    about = (folder / "about.json").read_text("utf-8").rstrip("\n")
    told = json.loads((folder / "exhibits.json").read_text("utf-8"))
    found = []
    for number, one in enumerate(told["exhibits"], 1):
        made = Exhibit({**told["shared"], **one["content"], "about": about})
        if made.digest != one["digest"]:
            raise CaseError(f"exhibit {number} of {name} does not have its hash; its files were changed")
        found.append(made)
    return found


def packed(ready: Ready, experiment: Path) -> tuple[str, str]:
    """The texts of `about.json` and `exhibits.json` for a ready case, from its finished experiment."""
    made = [
        exhibit_of(experiment, one.measure, asked_by="court" if one.by == "president" else one.by)
        for one in ready.exhibits
    ]
    first = made[0].content
    shared = {
        key: value for key, value in first.items()
        if key != "about" and all(one.content[key] == value for one in made)
    }  # fmt: skip
    exhibits = [
        {
            "digest": one.digest,
            "content": {
                key: value for key, value in one.content.items() if key not in shared and key != "about"
            },
        }
        for one in made
    ]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in exhibits)
    text = f'{{"shared": {json.dumps(shared, ensure_ascii=False)},\n"exhibits": [\n{lines}\n]}}\n'
    return f"{first['about']}\n", text


@lru_cache(maxsize=1)
def shipped_texts() -> frozenset[str]:
    """Every text of the ready cases as they are shipped: nobody typed them, and a wipe leaves them."""
    found: set[str] = set()
    for name in ready_names():
        made = ready_case(name, name)
        found.update(one.text for one in made.minutes.kept)
    return frozenset(found)


def ready_case(name: str, folder_name: str, *, procedure: Procedure | None = None) -> Case:
    """A ready case, opened under its own procedure or another; nothing is on disk. Raises as `load_ready`."""
    ready, exhibits = load_ready(name), shipped_exhibits(name)
    made = new_case(
        folder_name,
        procedure=procedure or load_procedure(ready.procedure),
        regime=load_regime(ready.regime),
        day=ready.day,
        country=ready.country,
        question=ready.question,
        scenario_title=ready.scenario_title,
    )
    for number in range(1, ready.claimants + 1):
        made.do("claimant", "claimants", 0, claimant=f"Claimant {number}")
    for fact in ready.facts:
        made.do("fact", fact.by, 0, status=fact.status, texts={"fact": fact.fact, "origin": fact.origin})
    for number, ground in enumerate(ready.grounds, 1):
        made.do("ground", ground.by, 0, entry=ground.entry, texts={"claim": ground.claim})
        if ground.proportionality is not None:
            made.do("proportionality", ground.proportionality, 0, ground=number)
    for one, exhibit in zip(ready.exhibits, exhibits, strict=True):
        texts: dict[str, Any] = {"title": one.title or exhibit.title, CONTENT: exhibit.text}
        made.do("exhibit", one.by, 0, digest=exhibit.digest, texts=texts)
    return made
