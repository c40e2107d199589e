"""Opening a case and opening it again: the first record, and the state that the records add up to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from moot.errors import CaseError
from moot.regime.schema import Regime
from moot.trial import (
    ballots,
    deliberation,
    evidence,
    expertise,
    hearing,
    judgment,
    preparing,
    remedies,
    showing,
    weighing,
)
from moot.trial.ballots import Box
from moot.trial.case import Case, Step
from moot.trial.law import Law, Pack, law_of, pack_names
from moot.trial.minutes import ERASED, Draft, Kept, Minutes, Record
from moot.trial.procedure import Procedure, procedure_of
from moot.trial.wording import checked_text, not_neutral

__all__ = ["STEPS", "new_case", "open_case", "wording_of"]

STEPS: dict[str, Step] = {
    **preparing.STEPS,
    **evidence.STEPS,
    **expertise.STEPS,
    **hearing.STEPS,
    **showing.STEPS,
    **weighing.STEPS,
    **deliberation.STEPS,
    **ballots.STEPS,
    **judgment.STEPS,
    **remedies.STEPS,
}
FORMAT = "moot-case-1"


def new_case(
    name: str,
    *,
    procedure: Procedure,
    regime: Regime,
    day: date,
    country: str,
    question: str,
    scenario_title: str = "",
    packs: Sequence[str | Path] = (),
    simulated: dict[str, str] | None = None,
    at: int = 0,
) -> Case:
    """A case against a scheme, with its question; nothing is on disk.

    `day` is the fictional day of judgment and chooses the law; `country` its packs, `packs` are the
    reader's own. `simulated` is the experiment that the case is made of: its name and hashes. `at` is the
    first second of the case's clock. Raises `UnknownNameError` for a country without law, `UserError` for a
    text that is none.
    """
    law = law_of(country, packs=packs)
    own = [pack for pack in law.packs if pack.law not in pack_names()]
    body = {
        "format": FORMAT,
        "case": name,
        "procedure": procedure.resolved(),
        "procedure_hash": procedure.content_hash,
        "country": country,
        "law": {pack.law: pack.content_hash for pack in law.packs},
        "own_law": [pack.resolved() for pack in own],
        "day": day.isoformat(),
        "regime": {"name": regime.regime, "hash": regime.content_hash, "engines": engines_of(regime)},
        **({"experiment": simulated} if simulated else {}),
    }
    texts = {"regime": regime.name, "scenario": scenario_title}
    clean = {key: checked_text(text, key) for key, text in texts.items() if text.strip()}
    minutes = Minutes()
    minutes.append(Draft(kind="created", by="president", at=at, body=body, texts=clean))
    made = open_case(minutes, law=law)
    made.do("question", "president", at, texts={"question": question})
    return made


def engines_of(regime: Regime) -> list[str]:
    """How each scheme of a regime makes its score, as its file has it: what the first question of the AI
    Act asks about. It says no more than that."""
    words = {
        None: "a table of points written by hand",
        "logistic": "log-odds written by hand, under a logistic curve",
        "learned": "log-odds learned from synthetic lives",
    }
    return [
        "weights of themes, categories and sub-categories" if one.weights is not None else words[one.engine]
        for one in regime.schemes
    ]


def open_case(minutes: Minutes, *, law: Law | None = None, box: Box | None = None) -> Case:
    """The case of these minutes, record by record. `box` holds the papers of an open vote.

    Raises `CaseError` where the minutes are no case or do not verify.
    """
    wrong = minutes.problems()
    if wrong:
        raise CaseError("the minutes do not verify: " + "; ".join(wrong[:3]))
    if not len(minutes) or minutes[1].kind != "created" or minutes[1].body.get("format") != FORMAT:
        raise CaseError("these minutes are not of a case that this version of Moot can read")
    body = minutes[1].body
    made = Case(
        steps=STEPS,
        minutes=minutes,
        law=law or _law_again(body),
        procedure=procedure_of(body["procedure"]),
        name=body["case"],
        day=date.fromisoformat(body["day"]),
        respondent=body["regime"],
        box=Box(),
    )
    for record in minutes:
        if record.kind != "created":
            if record.kind not in STEPS:
                raise CaseError(f"record {record.number} is of a kind that is not known here: {record.kind}")
            STEPS[record.kind].apply(made, record)
    if box is not None and box.question:
        if made.box.question != box.question:
            raise CaseError("the papers are of another question than the one that is open")
        made.box = box
    return made


def _law_again(body: Any) -> Law:
    """The law that a case was opened with. The shipped packs must still say the same."""
    own = [Pack.model_validate_json(json.dumps(one)) for one in body["own_law"]]
    names = {pack.law for pack in own}
    if body["law"].keys() <= names:
        return Law(own)
    shipped = law_of(body["country"])
    return Law([*shipped.packs, *own], shipped.invented)


def changed_law(of: Case) -> list[str]:
    """Packs that say something else now than when the case was opened, by name."""
    known = of.minutes[1].body["law"]
    now = {pack.law: pack.content_hash for pack in of.law.packs}
    return sorted(name for name in known if now.get(name) != known[name])


def wording_of(of: Case) -> list[str]:
    """What is not neutral in the question, and in the titles of scheme, scenario and exhibits."""
    said = []
    if of.question is not None and (asked := of.text(of.question, "question")) != ERASED:
        said += not_neutral(asked, "the question", question=True)
    for name, what in (("regime", "the name of the scheme"), ("scenario", "the title of the scenario")):
        said += not_neutral(of.text(1, name), what)
    for number, filed in enumerate(of.exhibits, 1):
        said += not_neutral(of.text(filed.record, "title"), f"the title of exhibit {number}")
    return said


def restored(records: Iterable[Record], kept: Iterable[Kept], box: Box) -> Case:
    """The case of stored records, texts and papers."""
    return open_case(Minutes(records, kept), box=box)
