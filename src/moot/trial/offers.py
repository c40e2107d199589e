"""What may be done next: the steps that the procedure allows now, each as it would be taken.

Candidates are tried against the case without being recorded, so that everything offered is allowed. Nothing
is offered that answers a question of law: choices of the court are left open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moot.errors import MootError
from moot.trial.case import Case
from moot.trial.hearing import turn_now
from moot.trial.judgment import OUTCOMES
from moot.trial.procedure import PARTIES
from moot.trial.robots import elements_of

__all__ = ["Offer", "offers"]

SAID = "…"
"""Stands for a text that is still to be said."""


@dataclass(frozen=True)
class Offer:
    """A step that is allowed now: by whom, what it is about, and the texts that it needs."""

    kind: str
    by: str
    body: Mapping[str, Any] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for `--json`."""
        return {"step": self.kind, "by": self.by, "about": dict(self.body), "texts": list(self.texts)}


def offers(case: Case, at: int) -> list[Offer]:
    """Every step that is offered at this second, the likeliest first; corrections are always possible."""
    tried = _before(case) if case.phase == "preparation" else _during(case)
    return [one for one in tried if _allowed(case, one, at)] if case.phase != "closed" else []


def _allowed(case: Case, offer: Offer, at: int) -> bool:
    texts = dict.fromkeys(offer.texts, SAID)
    if offer.kind == "speech" and offer.by in case.machines:
        return False  # a machine speaks by itself
    try:
        case.checked(offer.kind, offer.by, at, texts, offer.body)
    except MootError:
        return False
    return True


def _before(case: Case) -> Iterator[Offer]:
    yield Offer("open", "president")
    for role in case.procedure.roles:
        if case.seats.get(role.role, 0) < max(1, role.seats[0]):
            yield Offer("seat", "president", {"role": role.role})
    yield Offer("claimant", "claimants", {"claimant": f"Claimant {len(case.claimants) + 1}"})
    for entry in case.law.entries.values():
        if entry.role == "ground":
            yield Offer("ground", "claimants", {"entry": entry.id}, ("claim",))
            break
    for number in range(1, len(case.grounds) + 1):
        yield Offer("proportionality", "respondent", {"ground": number})
    yield Offer("fact", "claimants", {"status": "disputed"}, ("fact", "origin"))
    yield from _facts(case)
    yield Offer("question", "president", {}, ("question",))


def _facts(case: Case) -> Iterator[Offer]:
    for number, fact in enumerate(case.facts, 1):
        if fact.status == "disputed":
            for side in PARTIES:
                yield Offer("admit", side, {"fact": number})


def _during(case: Case) -> Iterator[Offer]:
    yield Offer("resume", "president")
    for number, incident in enumerate(case.incidents, 1):
        if incident.ruling is None:
            yield Offer("ruling", "president", {"incident": number, "outcome": "refused"}, ("reason",))
    for number, filed in enumerate(case.exhibits, 1):
        if filed.status == "pending":
            yield Offer("late-exhibit", "president", {"exhibit": number, "outcome": "set aside"}, ("reason",))
    yield from _expert(case)
    yield from _floor(case)
    yield Offer("public-vote", "president", {"yes": 0, "no": 0, "blank": 0})
    yield from _court(case)
    yield Offer("next", "president")
    yield Offer("suspend", "president")
    yield Offer("grant", "president", {"seconds": 60})
    for role in ("clerk", "president"):
        if case.seated(role) and role not in case.machines:
            yield Offer("note", role, {}, ("text",))
            break


def _expert(case: Case) -> Iterator[Offer]:
    for number, one in enumerate(case.expertises, 1):
        about = {"expertise": number}
        if one.going_on:
            yield Offer("relieve", "president", about, ("reason",))
            continue
        for place, asked in enumerate(one.questions, 1):
            if asked.answer is None:
                for role in ("expert", "president"):
                    yield Offer("expert-answer", role, {**about, "question": place}, ("text",))
        for side in PARTIES:
            yield Offer("observations", side, about, ("text",))


def _floor(case: Case) -> Iterator[Offer]:
    if case.floor is not None:
        role = case.floor.role
        yield Offer("speech", role, {}, ("text",))
        yield Offer("yield", role)
        yield from _pages(case, role)
        yield Offer("yield", "clerk")
        return
    turn = turn_now(case)
    for number in range(1, len(case.points) + 1):
        for side in PARTIES:
            yield Offer("floor", "president", {"role": side, "point": number})
            yield Offer("waive", side, {"point": number})
    for one in case.procedure.roles:
        if case.stage.kind == "questions" or (turn is not None and one.side == case.side(turn.role)):
            yield Offer("floor", "president", {"role": one.role})
    if turn is not None:
        yield Offer("waive", turn.role)
        if turn.role != "president":
            yield Offer("waive", "president")
    elif case.stage.kind == "questions":
        for side in PARTIES:
            yield Offer("waive", side)
    for one in case.procedure.roles:
        if one.side == "bench" and case.seated(one.role):
            yield Offer("point", one.role, {}, ("text",))
            break


def _pages(case: Case, role: str) -> Iterator[Offer]:
    for number in range(1, len(case.exhibits) + 1):
        yield Offer("page", role, {"exhibit": number, "page": 1})


def _court(case: Case) -> Iterator[Offer]:
    for side in (*PARTIES, "none"):
        yield Offer("blanks", "president", {"side": side})
    if case.box.question < 0:
        yield Offer("figures", "president", {"written": case.voters - len(case.box.voted)})
    yield Offer("close-vote", "president")
    if not case.box.question:
        for kind in ("put", "consider"):
            for ground, element in elements_of(case):
                yield Offer(kind, "president", {"ground": ground, "element": element})
    for one in case.questions:
        if (one.ground, one.element) not in case.reasons:
            about = {"ground": one.ground, "element": one.element}
            yield Offer("reason", "president", about, ("text",))
    for number in range(1, len(case.grounds) + 1):
        for outcome in OUTCOMES:
            yield Offer("operative", "president", {"ground": number, "outcome": outcome}, ("text",))
    for role in case.procedure.voters:
        yield Offer("opinion", role.role, {}, ("text",))
    yield Offer("deliver", "president")
