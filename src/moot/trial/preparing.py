"""What comes before the hearing: question, claimants, facts, grounds, exhibits, seats; and corrections."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from moot.trial.case import (
    CONTENT,
    EXHIBIT,
    SHEET,
    WRITTEN,
    Case,
    Fact,
    Filed,
    Ground,
    Step,
    only,
    party,
    prepared,
    refuse,
)
from moot.trial.evidence import appointed
from moot.trial.minutes import Draft, Record
from moot.trial.procedure import PARTIES, Role

__all__ = ["STEPS"]

CLAIMANT = re.compile(r"(Claimant [1-9][0-9]?|SYN-[0-9]{7})\Z")


def _question(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    if "?" not in draft.texts["question"]:
        refuse("the question is what the court answers; expected one with a question mark")
    return {}


def _set_question(case: Case, record: Record) -> None:
    case.question = record.number


def _claimant(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    name = draft.body.get("claimant")
    if not isinstance(name, str) or not CLAIMANT.match(name):
        refuse('a claimant is "Claimant 1" to "Claimant 99", or a life of a panel such as SYN-0012345')
    if name in case.claimants:
        refuse(f"{name} is a claimant already")
    return {}


def _add_claimant(case: Case, record: Record) -> None:
    case.claimants.append(record.body["claimant"])


def _fact(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case, filing=True)
    status = draft.body.get("status")
    if status not in ("admitted", "disputed"):
        refuse("a fact is admitted (by all) or disputed")
    if status == "admitted":
        only(draft, "president", "clerk")
    return {"fact": len(case.facts) + 1}


def _add_fact(case: Case, record: Record) -> None:
    case.facts.append(Fact(record.number, record.body["status"], case.side(record.by)))


def _admit(case: Case, draft: Draft) -> dict[str, Any]:
    fact: Fact = case.numbered(case.facts, draft.body.get("fact"), "fact")
    if party(case, draft) == fact.by:
        refuse("a side does not admit a fact of its own; the other side does")
    if fact.status != "disputed":
        refuse(f"the fact is {fact.status} already")
    return {}


def _set_admitted(case: Case, record: Record) -> None:
    case.facts[record.body["fact"] - 1].status = "admitted"


def _proved(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    fact: Fact = case.numbered(case.facts, draft.body.get("fact"), "fact")
    if fact.status != "disputed":
        refuse(f"the fact is {fact.status} already")
    case.admitted(draft.body.get("exhibits", ()))
    return {}


def _set_proved(case: Case, record: Record) -> None:
    case.facts[record.body["fact"] - 1].status = "proved"


def _ground(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case, filing=True)
    side = party(case, draft)
    entry = case.law.entry(str(draft.body.get("entry")))
    if entry.role == "context":
        refuse(f"{entry.id} is told for its context; no ground can be built on it")
    if any(one.entry == entry.id and one.side == side for one in case.grounds):
        refuse(f"{entry.id} is pleaded by {side} already")
    return {"ground": len(case.grounds) + 1, "side": side, "on_the_day": entry.on(case.day)}


def _add_ground(case: Case, record: Record) -> None:
    case.grounds.append(Ground(record.number, record.body["entry"], record.body["side"]))


def _exhibit(case: Case, draft: Draft) -> dict[str, Any]:
    side = case.side(draft.by)
    if side == "expert":
        appointed(case)
        side = "bench"  # what an expert files is an exhibit of the court
    if side not in (*PARTIES, "third", "bench"):
        refuse(f"an exhibit is filed by a side, the court or its expert, not by {draft.by}")
    if not re.fullmatch(r"[0-9a-f]{64}", str(draft.body.get("digest"))):
        refuse("an exhibit is named by its content hash")
    _sealed(draft.texts[CONTENT], draft.body["digest"])
    sheet = draft.texts.get(SHEET, "")
    if sheet and hashlib.sha256(sheet.encode()).hexdigest() != draft.body.get("sheet_digest"):
        refuse("the sheet of the exhibit does not have this hash")
    if sheet and not _whole_sheet(sheet):
        refuse("a sheet is what moot flip wrote beside the experiment")
    if "run" in draft.body:
        asked = case.numbered(case.asked, draft.body["run"], "run")
        if asked.made is None or json.loads(draft.texts[CONTENT]).get("experiment") != asked.experiment:
            refuse(f"the exhibit is not of run {draft.body['run']}")
    if any(one.digest == draft.body["digest"] and one.status != "withdrawn" for one in case.exhibits):
        refuse("this exhibit is in the case already")
    in_time = case.phase == "preparation" or (case.phase == "hearing" and case.stage.filing)
    status = "admitted" if in_time else "pending"
    return {"exhibit": len(case.exhibits) + 1, "side": side, "status": status}


def _sealed(content: str, digest: str) -> None:
    """Refuse a content that is not the one of the hash, or no experiment with an interval and a sweep."""
    if hashlib.sha256(content.encode()).hexdigest() != digest:
        refuse("the content of the exhibit does not have this hash")
    try:
        told = json.loads(content)
        effect = told["effect"]
        whole = told["format"] == EXHIBIT and told["runs"] and told["about"] and told["draws"]["over"]
        whole = whole and effect["interval"] and effect["span"]
        if whole and "words" in told:  # all that papers tell of it, so that none fails on it later
            from moot.trial.exhibits import ASKERS, Exhibit

            whole = all(Exhibit(told).lines()) and told["asked_by"] in ASKERS
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        whole = None
    if not whole:
        refuse("an exhibit is made from an experiment with replicates and draws: moot case exhibit")


def _whole_sheet(sheet: str) -> bool:
    """Whether a sheet holds all that papers tell of it."""
    try:
        for scenario in json.loads(sheet)["scenarios"]:
            for one in scenario["conclusions"]:
                share, smallest = one["draws"]["share"], one["smallest"]
                numbers = [share["low"], share["high"], one["draws"]["held"], one["draws"]["of"]]
                if smallest is not None:
                    numbers += [smallest["start"], smallest["end"]]
                    _ = smallest["name"]
                if not all(isinstance(number, int | float) for number in numbers) or not one["sentence"]:
                    return False
            _ = scenario["name"]
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _add_exhibit(case: Case, record: Record) -> None:
    body = record.body
    case.exhibits.append(Filed(record.number, body["side"], body["digest"], body["status"]))


def _withdraw(case: Case, draft: Draft) -> dict[str, Any]:
    filed: Filed = case.numbered(case.exhibits, draft.body.get("exhibit"), "exhibit")
    if filed.side != case.side(draft.by):
        refuse("an exhibit is withdrawn by the side that filed it")
    if filed.status == "withdrawn":
        refuse("the exhibit is withdrawn already")
    return {}


def _set_withdrawn(case: Case, record: Record) -> None:
    case.exhibits[record.body["exhibit"] - 1].status = "withdrawn"


def _admit_exhibit(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    filed: Filed = case.numbered(case.exhibits, draft.body.get("exhibit"), "exhibit")
    if filed.status != "pending":
        refuse(f"the exhibit is {filed.status}; only a late one is ruled on")
    if draft.body.get("outcome") not in ("admitted", "set aside"):
        refuse("a late exhibit is admitted or set aside")
    return {}


def _set_exhibit(case: Case, record: Record) -> None:
    case.exhibits[record.body["exhibit"] - 1].status = record.body["outcome"]


def _seal(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president")
    filed: Filed = case.numbered(case.exhibits, draft.body.get("exhibit"), "exhibit")
    if filed.sealed:
        refuse("the exhibit is sealed already")
    return {}


def _set_sealed(case: Case, record: Record) -> None:
    case.exhibits[record.body["exhibit"] - 1].sealed = True


def _seat(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    role = case.procedure.role(str(draft.body.get("role")))
    people = draft.body.get("people", 1)
    if not isinstance(people, int) or people < 1:
        refuse("expected at least one person in a seat")
    if case.seats.get(role.role, 0) + people > role.seats[1]:
        refuse(f"{role.title}: {role.seats[1]} seats at most")
    machine = draft.body.get("machine", False)
    if not isinstance(machine, bool):
        refuse("machine: expected true or false")
    if case.seats.get(role.role) and machine != (role.role in case.machines):
        refuse(f"{role.title}: a machine and people do not share a role")
    if machine:
        _machine_seat(case, role, draft)
    return {"people": people}


def _machine_seat(case: Case, role: Role, draft: Draft) -> None:
    """A machine pleads and keeps the clock; it judges nothing, but for a rehearsal without a judgment."""
    if "name" in draft.texts:
        refuse("a machine has no name")
    if role.side == "public":
        refuse("a machine is no public")
    if role.side == "expert":
        refuse("a machine is no expert; people run the simulator and answer for the report")
    if (role.votes or role.side == "bench") and not case.rehearsal:
        refuse(f"{role.title}: no machine judges; it sits there in a rehearsal alone: moot case rehearse")


def _add_seat(case: Case, record: Record) -> None:
    role = record.body["role"]
    case.seats[role] = case.seats.get(role, 0) + record.body["people"]
    if record.body.get("machine"):
        case.machines.add(role)


def _open(case: Case, draft: Draft) -> dict[str, Any]:
    prepared(case)
    only(draft, "president")
    if not isinstance(draft.body.get("began", 0), int):
        refuse("expected the second since 1970 at which the clock on the wall shows 0 of the case's clock")
    if case.question is None:
        refuse("a case without a question cannot be opened; the question is what the court answers")
    if not case.grounds:
        refuse("nothing is pleaded; expected at least one ground of the law")
    if not case.claimants:
        refuse("nobody claims; expected at least one claimant")
    for role in case.procedure.roles:
        if case.seats.get(role.role, 0) < role.seats[0]:
            refuse(f"{role.title}: {case.seats.get(role.role, 0)} seated; expected at least {role.seats[0]}")
    if not case.voters:
        refuse("nobody votes; seat at least one member of the court who does")
    return {}


def _set_open(case: Case, record: Record) -> None:
    case.phase = "hearing"
    case.began = record.body.get("began")


def _correction(case: Case, draft: Draft) -> dict[str, Any]:
    only(draft, "president", "clerk")
    number = draft.body.get("record")
    if not isinstance(number, int) or not 1 <= number <= len(case.minutes):
        refuse(f"there is no record {number} to correct")
    return {}


def _nothing(case: Case, record: Record) -> None:
    """A record that changes no state."""


STEPS: dict[str, Step] = {
    "question": Step(_question, _set_question, ("question",), ("question",)),
    "claimant": Step(_claimant, _add_claimant, fields=("claimant",)),
    "fact": Step(_fact, _add_fact, ("fact", "origin"), ("fact", "origin"), fields=("status",)),
    "admit": Step(_admit, _set_admitted, fields=("fact",)),
    "proved": Step(_proved, _set_proved, ("reason",), ("reason",), fields=("fact", "exhibits")),
    "ground": Step(_ground, _add_ground, ("claim",), ("claim",), fields=("entry",)),
    "exhibit": Step(
        _exhibit,
        _add_exhibit,
        ("title", *WRITTEN),
        ("title", CONTENT),
        fields=("digest", "sheet_digest", "run"),
    ),
    "withdraw": Step(_withdraw, _set_withdrawn, fields=("exhibit",)),
    "late-exhibit": Step(
        _admit_exhibit, _set_exhibit, ("reason",), ("reason",), fields=("exhibit", "outcome")
    ),
    "seal": Step(_seal, _set_sealed, ("reason",), ("reason",), fields=("exhibit",)),
    "seat": Step(_seat, _add_seat, ("name",), fields=("role", "people", "machine")),
    "open": Step(_open, _set_open, fields=("began",)),
    "correction": Step(_correction, _nothing, ("text",), ("text",), fields=("record",)),
}
