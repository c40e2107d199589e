"""The logged life as a witness: a person's and the twin's events, third person, a sentence for each event.

Made from the folder of a run and from nothing else. Nothing is added to what the run wrote down: each
sentence is that of an event, and says where the event is found (`moot explain`). The declarations stand in
it in full, so that whoever doubts a life simulates it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moot.catalogue import catalogue, words
from moot.declaring.values import canonical_json
from moot.errors import CaseError, UserError
from moot.findings.explaining import again, explain
from moot.findings.lives import described, gathered, moments, on, reason_told
from moot.findings.rebuilding import scenario_of
from moot.findings.run import Run, open_run, run_of
from moot.trial.evidence import ANSWER, LIFE

__all__ = ["LoggedLife", "answer_of", "life_from", "life_of", "run_behind"]

SAYS = ("says-illustration", "says-twin")
"""What every witness says of itself, as keys of the catalogue ``witness``."""


@dataclass(frozen=True)
class LoggedLife:
    """`content` is all that a witness says; `digest` its SHA-256 (hex)."""

    content: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The content as it is kept and hashed: canonical JSON."""
        return canonical_json(self.content).decode()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the content, spelt in one way."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def lines(self, language: str = "en") -> list[str]:
        """The life as lines of text, each sentence with its event in brackets."""
        say, told = catalogue("witness", language), self.content
        spoken = told.get("french", told) if language == "fr" else told
        lines = [spoken["described"], *spoken["says"]]
        for one, said in zip(told["sentences"], spoken["sentences"], strict=True):
            twin = say("twin", twin=said["twin"]) if said["twin"] else ""
            why = f" {said['why'][:1].upper()}{said['why'][1:]}." if said["why"] else ""
            where = f"[{told['person']}, {one['arm']}, {say('event', event=one['event'])}]"
            when = say("when", date=one["date"], where=say(f"where-{one['where']}"))
            lines.append(f"{when} {said['text']}{twin}.{why} {where}")
        run = told["run"]
        return [
            *lines,
            say("run", run=run["digest"][:16], scenario=words(run["scenario"], language), seed=run["seed"],
                people=say.number(run["people"]), days=run["days"], code=run["code"][:16]),
            say("rebuilt", digest=self.digest, command="moot case rebuild CASE NUMBER --witness"),
        ]  # fmt: skip


def life_of(run: Run | str | Path, person: str, *, arm: str | None = None) -> LoggedLife:
    """What a life of the panel of a run says, beside its twin.

    `run` is a run or its folder. Raises `UnknownNameError` for somebody who is not in the panel, `CaseError`
    for a run of one arm, or without lives.
    """
    found = run if isinstance(run, Run) else open_run(run)
    if not found.lives:
        raise CaseError("the run keeps no lives; a witness comes from one with a panel")
    life = found.life(person)
    pair = life.pair(found.rules, found.known_arm(arm) if arm is not None else found.other_arm)
    if pair.arm == pair.twin_arm:
        raise CaseError("the run has one arm; a witness has a twin, in a run of two arms or more")
    sentences = [
        {"event": one.event.place, "arm": one.event.arm, "date": on(one.day), "where": one.where,
         "text": one.text, "why": reason_told(one), "twin": one.twin}
        for one in gathered(moments(pair))
    ]  # fmt: skip
    if not sentences:
        raise CaseError(f"{life.number}: nothing that is written down happened in this life")
    manifest = found.manifest
    about = {"scenario": manifest["scenario"], "versions": {"moot": manifest["versions"]["moot"]}}
    content = {
        "format": LIFE,
        "person": life.number,
        "described": described(found.person(life.number)),
        "french": _in_french(found, life.number, pair.arm),
        "arm": pair.arm,
        "twin": pair.twin_arm,
        "sentences": sentences,
        "says": [catalogue("witness", "en")(one) for one in SAYS],
        "run": {
            "digest": found.digest,
            "scenario": manifest["scenario"]["resolved"]["title"],
            "seed": found.seed,
            "people": found.people,
            "days": found.days,
            "arms": list(found.arms),
            "panel": len(manifest["panel"]),
            "code": manifest["code"],
        },
        # As text: the order of keys in a declaration is part of it, and sorting would be another one.
        "about": json.dumps(about, ensure_ascii=False),
    }
    return LoggedLife(json.loads(json.dumps(content)))


def _in_french(run: Run, number: str, arm: str) -> dict[str, Any]:
    """The same sentences in French, one for one, so that a paper in French needs no second run."""
    pair = run.life(number).pair(run.rules_in("fr"), arm)
    return {
        "described": described(run.person(number), "fr"),
        "says": [catalogue("witness", "fr")(one) for one in SAYS],
        "sentences": [
            {"text": one.text, "why": reason_told(one, "fr"), "twin": one.twin}
            for one in gathered(moments(pair), "fr")
        ],
    }


def life_from(text: str) -> LoggedLife:
    """The life that was kept as `text`. Raises `CaseError` where it is none."""
    try:
        content = json.loads(text)
    except ValueError:
        raise CaseError("the content of this witness cannot be read") from None
    if not isinstance(content, dict) or content.get("format") != LIFE:
        raise CaseError("the content of this witness is of a kind that this version of Moot cannot read")
    return LoggedLife(content)


def run_behind(testimony: LoggedLife, *, threads: int | None = None) -> Run:
    """The run behind a life, simulated again from its declarations, in memory.

    Raises `RunError` where this version of Moot reads the declarations otherwise, `CaseError` where it gives
    another digest: then it is another life, and no answer of it is one of this witness.
    """
    from moot.experiment.simulation import simulate

    told, about = testimony.content["run"], json.loads(testimony.content["about"])
    scenario = scenario_of(about)
    result = simulate(scenario, seed=told["seed"], arms=told["arms"], panel=told["panel"], threads=threads)
    if result.digest != told["digest"]:
        raise CaseError(
            f"the run of this life gives {result.digest[:16]} here, and gave {told['digest'][:16]}; another "
            "version of Moot, with other people"
        )
    return run_of(result)


def answer_of(
    testimony: LoggedLife, event: int, *, arm: str | None = None, run: Run | None = None,
    rerun: bool = False, threads: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a witness answers on one of its events: the explanation.

    With `rerun`, also what comes of it where the one rule behind it is changed for everybody.

    `run` is the run that the life is from (default: simulated again). Raises `UserError` for an event that
    the witness did not tell, or behind which no single rule stands.
    """
    told = testimony.content
    where = arm or told["arm"]
    if not any((one["event"], one["arm"]) == (event, where) for one in told["sentences"]):
        known = [str(one["event"]) for one in told["sentences"] if one["arm"] == where]
        raise UserError(
            f"event {event} is none that this witness told of {where}; it told {', '.join(known[:40])}"
        )
    found = run or run_behind(testimony, threads=threads)
    if found.digest != told["run"]["digest"]:
        raise CaseError(
            f"the run {found.digest[:16]} is not that of the witness, {told['run']['digest'][:16]}"
        )
    (one,) = explain(found, told["person"], event, where)
    (french,) = explain(found, told["person"], event, where, language="fr")
    if rerun:
        one, french = (again(found, each, threads=threads) for each in (one, french))
    return {
        "format": ANSWER,
        "life": testimony.digest,
        "event": f"{told['person']}, {where}, event {event}",
        "again": rerun,
        "lines": [line.strip() for line in one.lines()],
        "french": [line.strip() for line in french.lines()],
        "explained": one.as_dict(),
    }
